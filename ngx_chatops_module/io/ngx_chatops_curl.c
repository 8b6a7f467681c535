#include "ngx_chatops_curl.h"


/* idle connections that are kept, and connections to one host */
#define NGX_CHATOPS_CURL_IDLE     16
#define NGX_CHATOPS_CURL_PER_HOST  8

#define NGX_CHATOPS_CURL_CONNECT_TIMEOUT  5000


typedef struct {
    CURLM              *multi;
    ngx_event_t         timer;
    ngx_connection_t    dummy;       /* the timer's: logging wants an fd */
    ngx_queue_t         transfers;
    ngx_uint_t          kept;        /* that an exiting worker waits for */
} ngx_chatops_curl_multi_t;


static int ngx_chatops_curl_socket(CURL *easy, curl_socket_t fd, int what,
    void *userp, void *socketp);
static ngx_int_t ngx_chatops_curl_event(ngx_event_t *ev, ngx_int_t event,
    ngx_uint_t wanted);
static void ngx_chatops_curl_forget(ngx_connection_t *c);
static void ngx_chatops_curl_event_handler(ngx_event_t *ev);
static int ngx_chatops_curl_timer(CURLM *multi, long timeout, void *userp);
static void ngx_chatops_curl_timer_handler(ngx_event_t *ev);
static void ngx_chatops_curl_drain(void);
static void ngx_chatops_curl_outcome(ngx_chatops_curl_t *curl, CURLcode code);
static ngx_int_t ngx_chatops_curl_setup(ngx_chatops_curl_t *curl);
static ngx_int_t ngx_chatops_curl_header(ngx_chatops_curl_t *curl,
    const char *name, ngx_str_t *value);
static size_t ngx_chatops_curl_write(char *p, size_t size, size_t n,
    void *userp);
static void ngx_chatops_curl_release(ngx_chatops_curl_t *curl);


static ngx_chatops_curl_multi_t  ngx_chatops_curl;


ngx_int_t
ngx_chatops_curl_init(ngx_cycle_t *cycle)
{
    CURLM                     *multi;
    ngx_chatops_curl_multi_t  *m;

    m = &ngx_chatops_curl;

    ngx_memzero(m, sizeof(ngx_chatops_curl_multi_t));
    ngx_queue_init(&m->transfers);

    m->dummy.fd = (ngx_socket_t) -1;

    m->timer.handler = ngx_chatops_curl_timer_handler;
    m->timer.data = &m->dummy;
    m->timer.log = cycle->log;
    m->timer.cancelable = 1;

    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                      "chatops: curl_global_init() failed");
        return NGX_ERROR;
    }

    multi = curl_multi_init();
    if (multi == NULL) {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                      "chatops: curl_multi_init() failed");
        return NGX_ERROR;
    }

    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, ngx_chatops_curl_socket);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, ngx_chatops_curl_timer);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS,
                      (long) NGX_CHATOPS_CURL_IDLE);
    curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS,
                      (long) NGX_CHATOPS_CURL_PER_HOST);

    m->multi = multi;

    return NGX_OK;
}


void
ngx_chatops_curl_exit(ngx_cycle_t *cycle)
{
    ngx_queue_t               *q;
    ngx_chatops_curl_t        *curl;
    ngx_chatops_curl_multi_t  *m;

    m = &ngx_chatops_curl;

    if (m->multi == NULL) {
        return;
    }

    while (!ngx_queue_empty(&m->transfers)) {
        q = ngx_queue_head(&m->transfers);
        curl = ngx_queue_data(q, ngx_chatops_curl_t, queue);

        ngx_chatops_curl_release(curl);
    }

    (void) curl_multi_cleanup(m->multi);
    m->multi = NULL;

    if (m->timer.timer_set) {
        ngx_del_timer(&m->timer);
    }

    curl_global_cleanup();
}


ngx_int_t
ngx_chatops_curl_send(ngx_chatops_curl_t *curl)
{
    ngx_chatops_curl_multi_t  *m;

    m = &ngx_chatops_curl;

    if (m->multi == NULL) {
        return NGX_ERROR;
    }

    curl->outcome = NGX_CHATOPS_CURL_UNREACHED;
    curl->status = 0;
    curl->retry_after = -1;
    curl->error[0] = '\0';
    curl->headers = NULL;
    curl->received = 0;
    curl->room = 0;
    curl->overflow = 0;
    ngx_str_null(&curl->answer);

    curl->easy = curl_easy_init();
    if (curl->easy == NULL) {
        return NGX_ERROR;
    }

    if (ngx_chatops_curl_setup(curl) != NGX_OK) {
        curl_easy_cleanup(curl->easy);
        curl_slist_free_all(curl->headers);
        curl->easy = NULL;

        return NGX_ERROR;
    }

    ngx_queue_insert_tail(&m->transfers, &curl->queue);

    if (curl->keep) {
        m->kept++;
        m->timer.cancelable = 0;
    }

    if (curl_multi_add_handle(m->multi, curl->easy) != CURLM_OK) {
        ngx_chatops_curl_release(curl);
        return NGX_ERROR;
    }

    return NGX_OK;
}


void
ngx_chatops_curl_cancel(ngx_chatops_curl_t *curl)
{
    if (curl->easy != NULL) {
        ngx_chatops_curl_release(curl);
    }
}


static ngx_int_t
ngx_chatops_curl_setup(ngx_chatops_curl_t *curl)
{
    CURL       *easy;
    char       *url;
    ngx_str_t   value;

    easy = curl->easy;

    /* curl copies it */

    url = ngx_pnalloc(curl->pool, curl->url.len + 1);
    if (url == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(url, curl->url.data, curl->url.len);
    url[curl->url.len] = '\0';

    if (ngx_strlen(url) != curl->url.len
        || curl_easy_setopt(easy, CURLOPT_URL, url) != CURLE_OK)
    {
        return NGX_ERROR;
    }

    curl_easy_setopt(easy, CURLOPT_PRIVATE, curl);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, curl->error);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "ngx_chatops_module");
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long) curl->timeout);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                     (long) ngx_min(curl->timeout,
                                    NGX_CHATOPS_CURL_CONNECT_TIMEOUT));
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ngx_chatops_curl_write);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, curl);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);

#if (LIBCURL_VERSION_NUM >= 0x075500)
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS,
                     (long) (CURLPROTO_HTTP|CURLPROTO_HTTPS));
#endif

#if (LIBCURL_VERSION_NUM >= 0x075700)
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif

    /* HTTP/2 where TLS offers it, else 1.1 */

    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                     (long) CURL_HTTP_VERSION_2TLS);

    /*
     * When a connection that is used again closes without an answer, curl
     * sends a request anew by itself, a POST too.
     */

    if (ngx_strcmp(curl->method, "POST") == 0) {
        curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
        curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
    }

    /* instead of the system's certificates, not beside them */

    if (curl->ca != NULL
        && (curl_easy_setopt(easy, CURLOPT_CAINFO, curl->ca) != CURLE_OK
            || curl_easy_setopt(easy, CURLOPT_CAPATH, NULL) != CURLE_OK))
    {
        return NGX_ERROR;
    }

    if (ngx_strcmp(curl->method, "GET") == 0) {
        curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);

    } else {

        if (curl->body.len || ngx_strcmp(curl->method, "POST") == 0) {
            curl_easy_setopt(easy, CURLOPT_POST, 1L);
            curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                             (curl_off_t) curl->body.len);
            curl_easy_setopt(easy, CURLOPT_POSTFIELDS,
                             curl->body.len ? (char *) curl->body.data : "");
        }

        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, curl->method);
    }

    if (curl->body.len) {
        value.data = (u_char *) curl->content_type;
        value.len = ngx_strlen(curl->content_type);

        if (ngx_chatops_curl_header(curl, "Content-Type", &value) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    if (curl->token.len
        && ngx_chatops_curl_header(curl, "PRIVATE-TOKEN", &curl->token)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_str_set(&value, "application/json");

    if (curl->sink == NULL
        && ngx_chatops_curl_header(curl, "Accept", &value) != NGX_OK)
    {
        return NGX_ERROR;
    }

    /* no "Expect: 100-continue", which costs a round trip */

    ngx_str_null(&value);

    if (ngx_chatops_curl_header(curl, "Expect", &value) != NGX_OK) {
        return NGX_ERROR;
    }

    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, curl->headers);

    return NGX_OK;
}


static ngx_int_t
ngx_chatops_curl_header(ngx_chatops_curl_t *curl, const char *name,
    ngx_str_t *value)
{
    u_char             *line;
    size_t              len;
    struct curl_slist  *headers;

    len = ngx_strlen(name) + sizeof(": ") - 1 + value->len;

    line = ngx_pnalloc(curl->pool, len + 1);
    if (line == NULL) {
        return NGX_ERROR;
    }

    if (value->len) {
        ngx_sprintf(line, "%s: %V%Z", name, value);

    } else {
        ngx_sprintf(line, "%s:%Z", name);
    }

    headers = curl_slist_append(curl->headers, (char *) line);

    ngx_explicit_memzero(line, len);

    if (headers == NULL) {
        return NGX_ERROR;
    }

    curl->headers = headers;

    return NGX_OK;
}


static size_t
ngx_chatops_curl_write(char *p, size_t size, size_t n, void *userp)
{
    ngx_chatops_curl_t *curl = userp;

    long     status;
    u_char  *data;
    size_t   len, room;

    len = size * n;

    if (len > curl->limit - curl->received) {
        curl->overflow = 1;
        return 0;
    }

    if (curl->sink) {
        status = 0;
        curl_easy_getinfo(curl->easy, CURLINFO_RESPONSE_CODE, &status);

        if (status == 200) {
            curl->received += len;
            curl->sink(curl->data, (u_char *) p, len);
            return len;
        }
    }

    if (curl->answer.len + len > curl->room) {
        room = ngx_max(curl->room * 2, curl->answer.len + len);
        room = ngx_max(room, 4096);

        data = ngx_palloc(curl->pool, room);
        if (data == NULL) {
            return 0;
        }

        if (curl->answer.len) {
            ngx_memcpy(data, curl->answer.data, curl->answer.len);
        }

        if (curl->room > curl->pool->max) {
            ngx_pfree(curl->pool, curl->answer.data);
        }

        curl->answer.data = data;
        curl->room = room;
    }

    ngx_memcpy(curl->answer.data + curl->answer.len, p, len);
    curl->answer.len += len;
    curl->received += len;

    return len;
}


static int
ngx_chatops_curl_socket(CURL *easy, curl_socket_t fd, int what, void *userp,
    void *socketp)
{
    ngx_connection_t *c = socketp;

    if (what == CURL_POLL_REMOVE) {

        if (c != NULL) {
            curl_multi_assign(ngx_chatops_curl.multi, fd, NULL);
            ngx_chatops_curl_forget(c);
        }

        return 0;
    }

    if (c == NULL) {
        c = ngx_get_connection(fd, ngx_cycle->log);
        if (c == NULL) {
            return -1;
        }

        c->read->log = c->log;
        c->write->log = c->log;
        c->read->handler = ngx_chatops_curl_event_handler;
        c->write->handler = ngx_chatops_curl_event_handler;

        curl_multi_assign(ngx_chatops_curl.multi, fd, c);
    }

    if (ngx_chatops_curl_event(c->read, NGX_READ_EVENT, what & CURL_POLL_IN)
        != NGX_OK
        || ngx_chatops_curl_event(c->write, NGX_WRITE_EVENT,
                                  what & CURL_POLL_OUT)
           != NGX_OK)
    {
        return -1;
    }

    return 0;
}


/*
 * Not ngx_handle_read_event() and not ngx_add_conn(), which are always
 * edge-triggered with epoll: curl may leave data in the socket.
 */

static ngx_int_t
ngx_chatops_curl_event(ngx_event_t *ev, ngx_int_t event, ngx_uint_t wanted)
{
    if (wanted && !ev->active) {
        return ngx_add_event(ev, event, NGX_LEVEL_EVENT);
    }

    if (!wanted && ev->active) {
        return ngx_del_event(ev, event, 0);
    }

    return NGX_OK;
}


/* The socket is curl's, which closes it. */

static void
ngx_chatops_curl_forget(ngx_connection_t *c)
{
    (void) ngx_chatops_curl_event(c->read, NGX_READ_EVENT, 0);
    (void) ngx_chatops_curl_event(c->write, NGX_WRITE_EVENT, 0);

    if (c->read->posted) {
        ngx_delete_posted_event(c->read);
    }

    if (c->write->posted) {
        ngx_delete_posted_event(c->write);
    }

    ngx_free_connection(c);

    c->fd = (ngx_socket_t) -1;
}


static void
ngx_chatops_curl_event_handler(ngx_event_t *ev)
{
    int                running;
    ngx_connection_t  *c;

    c = ev->data;
    ev->ready = 0;

    /* the connection may be gone after this call */

    (void) curl_multi_socket_action(ngx_chatops_curl.multi, c->fd,
                                    ev->write ? CURL_CSELECT_OUT
                                              : CURL_CSELECT_IN,
                                    &running);
    ngx_chatops_curl_drain();
}


static int
ngx_chatops_curl_timer(CURLM *multi, long timeout, void *userp)
{
    ngx_event_t  *ev;

    ev = &ngx_chatops_curl.timer;

    if (ev->timer_set) {
        ngx_del_timer(ev);
    }

    if (timeout >= 0) {
        ngx_add_timer(ev, (ngx_msec_t) timeout);
    }

    return 0;
}


static void
ngx_chatops_curl_timer_handler(ngx_event_t *ev)
{
    int  running;

    (void) curl_multi_socket_action(ngx_chatops_curl.multi,
                                    CURL_SOCKET_TIMEOUT, 0, &running);
    ngx_chatops_curl_drain();
}


static void
ngx_chatops_curl_drain(void)
{
    int                  left;
    CURLMsg             *msg;
    CURLcode             code;
    ngx_chatops_curl_t  *curl;

    /* a handler may start transfers, or end the multi's last one */

    while (ngx_chatops_curl.multi != NULL) {

        msg = curl_multi_info_read(ngx_chatops_curl.multi, &left);

        if (msg == NULL) {
            return;
        }

        if (msg->msg != CURLMSG_DONE) {
            continue;
        }

        code = msg->data.result;
        curl = NULL;
        curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &curl);

        ngx_chatops_curl_outcome(curl, code);
        ngx_chatops_curl_release(curl);

        curl->handler(curl);
    }
}


static void
ngx_chatops_curl_outcome(ngx_chatops_curl_t *curl, CURLcode code)
{
    long        status, sent;
    curl_off_t  value;

    status = 0;
    curl_easy_getinfo(curl->easy, CURLINFO_RESPONSE_CODE, &status);
    curl->status = status;

    value = 0;
    if (curl_easy_getinfo(curl->easy, CURLINFO_RETRY_AFTER, &value) == CURLE_OK
        && value > 0)
    {
        curl->retry_after = value;
    }

    if (code == CURLE_OK) {
        curl->outcome = NGX_CHATOPS_CURL_ANSWERED;
        return;
    }

    if (curl->overflow) {
        curl->outcome = NGX_CHATOPS_CURL_TOO_BIG;
        return;
    }

    if (curl->error[0] == '\0') {
        ngx_cpystrn((u_char *) curl->error,
                    (u_char *) curl_easy_strerror(code), CURL_ERROR_SIZE);
    }

    sent = 0;
    curl_easy_getinfo(curl->easy, CURLINFO_REQUEST_SIZE, &sent);

    curl->outcome = sent > 0 || status != 0 ? NGX_CHATOPS_CURL_LOST
                                            : NGX_CHATOPS_CURL_UNREACHED;
    curl->status = 0;
}


static void
ngx_chatops_curl_release(ngx_chatops_curl_t *curl)
{
    ngx_chatops_curl_multi_t  *m;

    m = &ngx_chatops_curl;

    (void) curl_multi_remove_handle(m->multi, curl->easy);
    curl_easy_cleanup(curl->easy);
    curl_slist_free_all(curl->headers);

    curl->easy = NULL;
    curl->headers = NULL;

    ngx_queue_remove(&curl->queue);

    if (curl->keep && --m->kept == 0) {
        m->timer.cancelable = 1;
    }
}
