#include "ngx_chatops_subrequest.h"


typedef struct {
    ngx_chatops_subrequest_conf_t  *conf;
    ngx_chatops_answer_pt           handler;
    void                           *data;
    unsigned                        error:1;   /* the client was gone before */
    unsigned                        done:1;
} ngx_chatops_subrequest_t;


static ngx_int_t ngx_chatops_subrequest_headers(ngx_http_request_t *sr,
    ngx_chatops_subrequest_conf_t *conf, chatops_gitlab_call_t *call);
static ngx_int_t ngx_chatops_subrequest_header(ngx_http_request_t *sr,
    const char *name, ngx_str_t *value);
static ngx_int_t ngx_chatops_subrequest_body(ngx_http_request_t *sr,
    chatops_str_t *body);
static void ngx_chatops_subrequest_drop(ngx_http_request_t *sr);
static ngx_int_t ngx_chatops_subrequest_done(ngx_http_request_t *sr,
    void *data, ngx_int_t rc);
static void ngx_chatops_subrequest_classify(ngx_http_request_t *sr,
    ngx_int_t rc, ngx_uint_t error, chatops_gitlab_answer_t *answer);
static ngx_uint_t ngx_chatops_subrequest_connected(ngx_http_request_t *sr);
static int64_t ngx_chatops_subrequest_retry_after(ngx_http_request_t *sr);


static const struct {
    ngx_uint_t  method;
    ngx_str_t   name;
} ngx_chatops_methods[] = {
    { NGX_HTTP_GET, ngx_string("GET") },
    { NGX_HTTP_POST, ngx_string("POST") },
    { NGX_HTTP_PUT, ngx_string("PUT") },
    { NGX_HTTP_DELETE, ngx_string("DELETE") }
};


ngx_int_t
ngx_chatops_subrequest(ngx_http_request_t *r,
    ngx_chatops_subrequest_conf_t *conf, chatops_gitlab_call_t *call,
    ngx_chatops_answer_pt handler, void *data)
{
    u_char                      *p, *args;
    ngx_str_t                    uri, query;
    ngx_uint_t                   i;
    ngx_http_request_t          *sr;
    ngx_chatops_subrequest_t    *ctx;
    ngx_http_post_subrequest_t  *ps;

    ctx = ngx_pcalloc(r->pool, sizeof(ngx_chatops_subrequest_t));
    ps = ngx_palloc(r->pool, sizeof(ngx_http_post_subrequest_t));

    if (ctx == NULL || ps == NULL) {
        return NGX_ERROR;
    }

    ctx->conf = conf;
    ctx->handler = handler;
    ctx->data = data;
    ctx->error = r->connection->error;

    ps->handler = ngx_chatops_subrequest_done;
    ps->data = ctx;

    uri.len = conf->location.len + call->path.len;
    uri.data = ngx_pnalloc(r->pool, uri.len);
    if (uri.data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(uri.data, conf->location.data, conf->location.len);
    ngx_memcpy(p, call->path.data, call->path.len);

    ngx_str_null(&query);

    args = ngx_strlchr(p, uri.data + uri.len, '?');

    if (args != NULL) {
        query.data = args + 1;
        query.len = uri.data + uri.len - query.data;
        uri.len = args - uri.data;
    }

    if (ngx_http_subrequest(r, &uri, &query, &sr, ps,
                            NGX_HTTP_SUBREQUEST_IN_MEMORY
                            |NGX_HTTP_SUBREQUEST_BACKGROUND)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    for (i = 0; i < sizeof(ngx_chatops_methods)
                    / sizeof(ngx_chatops_methods[0]); i++)
    {
        if (ngx_strcmp(ngx_chatops_methods[i].name.data, call->method) == 0) {
            sr->method = ngx_chatops_methods[i].method;
            sr->method_name = ngx_chatops_methods[i].name;
        }
    }

    /*
     * From here on the subrequest is posted and cannot be taken back: what
     * fails makes it fail by itself, before anything is sent.
     */

    if (ngx_chatops_subrequest_headers(sr, conf, call) != NGX_OK
        || ngx_chatops_subrequest_body(sr, &call->body) != NGX_OK)
    {
        ctx->done = 1;
        sr->write_event_handler = ngx_chatops_subrequest_drop;

        return NGX_ERROR;
    }

    return NGX_OK;
}


ngx_int_t
ngx_chatops_subrequest_preaccess(ngx_http_request_t *r)
{
    if (ngx_chatops_subrequest_conf(r) != NULL) {

        /*
         * The location has been found and is allowed to be internal.  What
         * is left of the flag is that proxy_pass escapes the path.
         */

        r->internal = 0;
        r->quoted_uri = 0;
    }

    return NGX_DECLINED;
}


ngx_chatops_subrequest_conf_t *
ngx_chatops_subrequest_conf(ngx_http_request_t *r)
{
    ngx_chatops_subrequest_t  *ctx;

    if (r == r->main
        || r->post_subrequest == NULL
        || r->post_subrequest->handler != ngx_chatops_subrequest_done)
    {
        return NULL;
    }

    ctx = r->post_subrequest->data;

    return ctx->conf;
}


static ngx_int_t
ngx_chatops_subrequest_headers(ngx_http_request_t *sr,
    ngx_chatops_subrequest_conf_t *conf, chatops_gitlab_call_t *call)
{
    ngx_str_t         value;
    ngx_connection_t  *c;

    c = sr->connection;

    ngx_memzero(&sr->headers_in, sizeof(ngx_http_headers_in_t));

    if (ngx_list_init(&sr->headers_in.headers, sr->pool, 4,
                      sizeof(ngx_table_elt_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    sr->headers_in.content_length_n = call->body.len ? (off_t) call->body.len
                                                     : -1;
    sr->headers_in.keep_alive_n = -1;

    if (!call->anonymous
        && ngx_chatops_subrequest_header(sr, "PRIVATE-TOKEN", &conf->token)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_str_set(&value, "application/json");

    if (ngx_chatops_subrequest_header(sr, "Accept", &value) != NGX_OK) {
        return NGX_ERROR;
    }

    if (call->content_type != NULL) {
        value.data = (u_char *) call->content_type;
        value.len = ngx_strlen(call->content_type);
    }

    if (call->body.len
        && ngx_chatops_subrequest_header(sr, "Content-Type", &value) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_log_debug3(NGX_LOG_DEBUG_HTTP, c->log, 0,
                   "chatops: subrequest %s %V, %uz bytes",
                   call->method, &sr->uri, call->body.len);

    return NGX_OK;
}


static ngx_int_t
ngx_chatops_subrequest_header(ngx_http_request_t *sr, const char *name,
    ngx_str_t *value)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&sr->headers_in.headers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(h, sizeof(ngx_table_elt_t));

    h->hash = 1;
    h->key.data = (u_char *) name;
    h->key.len = ngx_strlen(name);
    h->value = *value;

    h->lowcase_key = ngx_pnalloc(sr->pool, h->key.len);
    if (h->lowcase_key == NULL) {
        return NGX_ERROR;
    }

    ngx_strlow(h->lowcase_key, h->key.data, h->key.len);

    return NGX_OK;
}


static ngx_int_t
ngx_chatops_subrequest_body(ngx_http_request_t *sr, chatops_str_t *body)
{
    ngx_buf_t                *b;
    ngx_http_request_body_t  *rb;

    /* also without a body: proxy must neither read nor send the client's */

    rb = ngx_pcalloc(sr->pool, sizeof(ngx_http_request_body_t));
    if (rb == NULL) {
        return NGX_ERROR;
    }

    sr->request_body = rb;

    if (body->len == 0) {
        return NGX_OK;
    }

    b = ngx_calloc_buf(sr->pool);
    rb->bufs = ngx_alloc_chain_link(sr->pool);

    if (b == NULL || rb->bufs == NULL) {
        return NGX_ERROR;
    }

    b->pos = ngx_pnalloc(sr->pool, body->len);
    if (b->pos == NULL) {
        return NGX_ERROR;
    }

    b->last = ngx_cpymem(b->pos, body->data, body->len);
    b->start = b->pos;
    b->end = b->last;
    b->temporary = 1;
    b->last_buf = 1;

    rb->bufs->buf = b;
    rb->bufs->next = NULL;
    rb->buf = b;

    return NGX_OK;
}


static void
ngx_chatops_subrequest_drop(ngx_http_request_t *sr)
{
    ngx_http_finalize_request(sr, NGX_OK);
}


static ngx_int_t
ngx_chatops_subrequest_done(ngx_http_request_t *sr, void *data, ngx_int_t rc)
{
    ngx_chatops_subrequest_t *ctx = data;

    ngx_connection_t         *c;
    chatops_gitlab_answer_t   answer;

    if (ctx->done) {
        return NGX_OK;
    }

    ctx->done = 1;

    c = sr->connection;

    ngx_chatops_subrequest_classify(sr, rc, ctx->error, &answer);

    ngx_log_debug4(NGX_LOG_DEBUG_HTTP, c->log, 0,
                   "chatops: subrequest done: %i, outcome:%d status:%ui "
                   "body:%uz", rc, answer.outcome,
                   (ngx_uint_t) answer.status, answer.body.len);

    if (answer.outcome == CHATOPS_GITLAB_TOO_BIG && !ctx->error
#if (NGX_HTTP_V2)
        && sr->main->stream == NULL
#endif
       )
    {
        /*
         * An answer larger than subrequest_output_buffer_size marks the
         * client's connection as broken, which it is not.
         */

        c->error = 0;
    }

    ctx->handler(ctx->data, &answer);

    /* no error page, whatever the status */

    return NGX_OK;
}


/*
 * What nginx tells of a subrequest is not what has happened: a connection
 * that was refused and one that broke in mid-answer both look like a 502 or
 * like nothing, and an answer that is too big arrives as a 200 without a body.
 */

static void
ngx_chatops_subrequest_classify(ngx_http_request_t *sr, ngx_int_t rc,
    ngx_uint_t error, chatops_gitlab_answer_t *answer)
{
    off_t                 left, length;
    ngx_buf_t            *b;
    ngx_uint_t            whole;
    ngx_http_upstream_t  *u;

    ngx_memzero(answer, sizeof(chatops_gitlab_answer_t));

    answer->retry_after = -1;

    u = sr->upstream;

    if (u == NULL) {

        /* not proxied at all: no such location, or forbidden there */

        answer->outcome = CHATOPS_GITLAB_UNREACHED;
        return;
    }

    if (u->headers_in.status_n == 0) {
        answer->outcome = ngx_chatops_subrequest_connected(sr)
                              ? CHATOPS_GITLAB_LOST : CHATOPS_GITLAB_UNREACHED;
        return;
    }

    answer->status = u->headers_in.status_n;
    answer->retry_after = ngx_chatops_subrequest_retry_after(sr);

    b = sr->out ? sr->out->buf : NULL;

    if (b != NULL) {
        answer->body.data = b->pos;
        answer->body.len = b->last - b->pos;
    }

    length = sr->headers_out.content_length_n;
    whole = length == -1 || (off_t) answer->body.len == length;

    left = u->buffering ? u->pipe->length : u->length;

    if (length == -1 && left > 0) {

        /* chunked, and the last chunk has not come */

        whole = 0;
    }

    if (whole && length != -1) {
        answer->outcome = CHATOPS_GITLAB_ANSWERED;
        return;
    }

    if (sr->connection->error && !error) {
        answer->outcome = CHATOPS_GITLAB_TOO_BIG;
        answer->body.len = 0;
        return;
    }

    if (whole && (rc == NGX_OK || rc == (ngx_int_t) answer->status)) {
        answer->outcome = CHATOPS_GITLAB_ANSWERED;
        return;
    }

    answer->outcome = CHATOPS_GITLAB_LOST;
    answer->body.len = 0;
}


static ngx_uint_t
ngx_chatops_subrequest_connected(ngx_http_request_t *sr)
{
    ngx_uint_t                  i;
    ngx_http_upstream_state_t  *state;

    if (sr->upstream_states == NULL) {
        return 0;
    }

    state = sr->upstream_states->elts;

    for (i = 0; i < sr->upstream_states->nelts; i++) {

        if (state[i].connect_time != (ngx_msec_t) -1) {
            return 1;
        }
    }

    return 0;
}


static int64_t
ngx_chatops_subrequest_retry_after(ngx_http_request_t *sr)
{
    int64_t           value;
    ngx_uint_t        i;
    chatops_str_t     s;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    part = &sr->upstream->headers_in.headers.part;
    h = part->elts;

    for (i = 0; /* void */ ; i++) {

        if (i >= part->nelts) {
            if (part->next == NULL) {
                break;
            }

            part = part->next;
            h = part->elts;
            i = 0;
        }

        if (h[i].key.len == sizeof("Retry-After") - 1
            && ngx_strncasecmp(h[i].key.data, (u_char *) "Retry-After",
                               h[i].key.len)
               == 0)
        {
            s = ngx_chatops_core_str(&h[i].value);

            return chatops_str_int(&s, &value) == CHATOPS_OK ? value : -1;
        }
    }

    return -1;
}
