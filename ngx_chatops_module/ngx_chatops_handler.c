#include "ngx_chatops_module.h"
#include "ngx_chatops_answer.h"
#include "ngx_chatops_request.h"
#include "chatops_command.h"
#include "chatops_slack.h"


typedef struct {
    chatops_str_t    signature;
    chatops_str_t    timestamp;
    int64_t          seconds;
    u_char           mac[CHATOPS_MAC_LEN];
} ngx_chatops_signed_t;


static ngx_int_t ngx_chatops_form_type(ngx_http_request_t *r);
static void ngx_chatops_body_handler(ngx_http_request_t *r);
static ngx_int_t ngx_chatops_body(ngx_http_request_t *r,
    ngx_chatops_loc_conf_t *conf, ngx_str_t *body);
static ngx_int_t ngx_chatops_body_append(ngx_http_request_t *r,
    ngx_buf_t *buf, ngx_str_t *body, size_t room);
static const char *ngx_chatops_check_signature(ngx_http_request_t *r,
    ngx_chatops_loc_conf_t *conf, ngx_str_t *body, ngx_chatops_signed_t *s);
static ngx_int_t ngx_chatops_unauthorized(ngx_http_request_t *r,
    ngx_chatops_loc_conf_t *conf, const char *reason);
static ngx_table_elt_t *ngx_chatops_find_header(ngx_http_request_t *r,
    const char *name, size_t len);
static void ngx_chatops_log_unauthorized(ngx_http_request_t *r,
    const char *reason);
static ngx_int_t ngx_chatops_slack_command(ngx_http_request_t *r,
    ngx_chatops_loc_conf_t *conf, ngx_str_t *body, ngx_chatops_signed_t *s);
static ngx_uint_t ngx_chatops_response_allowed(ngx_chatops_loc_conf_t *conf,
    chatops_str_t *url);
static ngx_int_t ngx_chatops_command(ngx_http_request_t *r,
    ngx_chatops_loc_conf_t *conf, chatops_slack_t *slack, int64_t seconds);
static ngx_int_t ngx_chatops_usage(ngx_http_request_t *r,
    ngx_chatops_loc_conf_t *conf, chatops_slack_t *slack,
    chatops_command_t *command);


static chatops_signature_t  *ngx_chatops_signature;

static chatops_str_t  ngx_chatops_slack_origins[] = {
    chatops_string("https://hooks.slack.com"),
    chatops_string("https://hooks.slack-gov.com")
};


ngx_int_t
ngx_chatops_handler_init_process(ngx_cycle_t *cycle)
{
    ngx_chatops_signature = chatops_signature_create();

    if (ngx_chatops_signature == NULL) {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                      "chatops: cannot set up SHA-256");
        return NGX_ERROR;
    }

    return NGX_OK;
}


void
ngx_chatops_handler_exit_process(void)
{
    chatops_signature_destroy(ngx_chatops_signature);
    ngx_chatops_signature = NULL;
}


ngx_int_t
ngx_chatops_handler(ngx_http_request_t *r)
{
    ngx_int_t                rc;
    ngx_chatops_loc_conf_t  *conf;

    if (r != r->main) {
        return NGX_HTTP_NOT_FOUND;
    }

    conf = ngx_http_get_module_loc_conf(r, ngx_chatops_module);

    if (r->method != NGX_HTTP_POST) {
        rc = NGX_HTTP_NOT_ALLOWED;
        goto refused;
    }

    if (ngx_chatops_form_type(r) != NGX_OK) {
        rc = NGX_HTTP_UNSUPPORTED_MEDIA_TYPE;
        goto refused;
    }

    if (r->headers_in.content_length_n > (off_t) conf->max_body) {
        rc = NGX_HTTP_REQUEST_ENTITY_TOO_LARGE;
        goto refused;
    }

    rc = ngx_http_read_client_request_body(r, ngx_chatops_body_handler);

    if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
        return rc;
    }

    return NGX_DONE;

refused:

    if (ngx_http_discard_request_body(r) != NGX_OK) {
        r->keepalive = 0;
    }

    return rc;
}


static ngx_int_t
ngx_chatops_form_type(ngx_http_request_t *r)
{
    size_t       len;
    ngx_str_t   *type;

    static ngx_str_t  form = ngx_string("application/x-www-form-urlencoded");

    if (r->headers_in.content_type == NULL) {
        return NGX_DECLINED;
    }

    type = &r->headers_in.content_type->value;

    for (len = 0; len < type->len; len++) {
        if (type->data[len] == ';' || type->data[len] == ' ') {
            break;
        }
    }

    if (len != form.len
        || ngx_strncasecmp(type->data, form.data, form.len) != 0)
    {
        return NGX_DECLINED;
    }

    return NGX_OK;
}


static void
ngx_chatops_body_handler(ngx_http_request_t *r)
{
    ngx_int_t                rc;
    ngx_str_t                body;
    const char              *reason;
    ngx_chatops_signed_t     s;
    ngx_chatops_loc_conf_t  *conf;

    conf = ngx_http_get_module_loc_conf(r, ngx_chatops_module);

    rc = ngx_chatops_body(r, conf, &body);

    if (rc != NGX_OK) {
        ngx_http_finalize_request(r, rc);
        return;
    }

    reason = ngx_chatops_check_signature(r, conf, &body, &s);

    if (reason != NULL) {
        ngx_http_finalize_request(r,
                                  ngx_chatops_unauthorized(r, conf, reason));
        return;
    }

    ngx_http_finalize_request(r,
                              ngx_chatops_slack_command(r, conf, &body, &s));
}


/*
 * The body in one piece, also one that nginx has spooled to a file: it is at
 * most chatops_max_body, so that reading it back costs what a small static
 * file costs.
 */

static ngx_int_t
ngx_chatops_body(ngx_http_request_t *r, ngx_chatops_loc_conf_t *conf,
    ngx_str_t *body)
{
    off_t         size;
    ngx_chain_t  *cl;

    ngx_str_null(body);

    if (r->request_body == NULL || r->request_body->bufs == NULL) {
        return NGX_OK;
    }

    cl = r->request_body->bufs;

    if (cl->next == NULL && ngx_buf_in_memory(cl->buf)) {
        body->data = cl->buf->pos;
        body->len = cl->buf->last - cl->buf->pos;

        if (body->len <= conf->max_body) {
            return NGX_OK;
        }
    }

    size = 0;

    for (cl = r->request_body->bufs; cl; cl = cl->next) {
        size += ngx_buf_size(cl->buf);
    }

    if (size > (off_t) conf->max_body) {
        return NGX_HTTP_REQUEST_ENTITY_TOO_LARGE;
    }

    body->len = 0;
    body->data = ngx_pnalloc(r->pool, (size_t) size + 1);
    if (body->data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    for (cl = r->request_body->bufs; cl; cl = cl->next) {

        if (ngx_chatops_body_append(r, cl->buf, body, (size_t) size)
            != NGX_OK)
        {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_chatops_body_append(ngx_http_request_t *r, ngx_buf_t *buf,
    ngx_str_t *body, size_t room)
{
    size_t   len;
    ssize_t  n;

    len = (size_t) ngx_buf_size(buf);

    if (len > room - body->len) {
        return NGX_ERROR;
    }

    if (ngx_buf_in_memory(buf)) {
        ngx_memcpy(body->data + body->len, buf->pos, len);
        body->len += len;
        return NGX_OK;
    }

    if (!buf->in_file) {
        return NGX_OK;
    }

    n = ngx_read_file(buf->file, body->data + body->len, len, buf->file_pos);

    if (n != (ssize_t) len) {
        ngx_log_error(NGX_LOG_CRIT, r->connection->log, 0,
                      ngx_read_file_n " has read only %z of %uz bytes of "
                      "\"%s\"",
                      n, len, buf->file->name.data);
        return NGX_ERROR;
    }

    body->len += len;

    return NGX_OK;
}


/* NULL when it is good, else why not, for the log. */

static const char *
ngx_chatops_check_signature(ngx_http_request_t *r,
    ngx_chatops_loc_conf_t *conf, ngx_str_t *body, ngx_chatops_signed_t *s)
{
    u_char                     mac[CHATOPS_MAC_LEN];
    ngx_uint_t                 i, good;
    ngx_table_elt_t           *h;
    chatops_signature_key_t  **keys;

    static const char  signature[] = "x-slack-signature";
    static const char  timestamp[] = "x-slack-request-timestamp";

    h = ngx_chatops_find_header(r, signature, sizeof(signature) - 1);
    if (h == NULL) {
        return "there is no X-Slack-Signature header, or more than one";
    }

    s->signature = ngx_chatops_core_str(&h->value);

    h = ngx_chatops_find_header(r, timestamp, sizeof(timestamp) - 1);
    if (h == NULL) {
        return "there is no X-Slack-Request-Timestamp header, or more than one";
    }

    s->timestamp = ngx_chatops_core_str(&h->value);

    if (chatops_signature_parse(&s->signature, s->mac) != CHATOPS_OK) {
        return "the signature is malformed";
    }

    switch (chatops_signature_fresh(&s->timestamp, ngx_time(), &s->seconds)) {

    case CHATOPS_OK:
        break;

    case CHATOPS_AGAIN:
        return "the timestamp is more than five minutes off";

    default:
        return "the timestamp is malformed";
    }

    keys = conf->keys->elts;
    good = 0;

    for (i = 0; i < conf->keys->nelts; i++) {

        if (chatops_signature_start(ngx_chatops_signature, keys[i],
                                    &s->timestamp)
            != CHATOPS_OK
            || chatops_signature_add(ngx_chatops_signature, body->data,
                                     body->len)
               != CHATOPS_OK
            || chatops_signature_finish(ngx_chatops_signature, mac)
               != CHATOPS_OK)
        {
            return "OpenSSL failed";
        }

        good |= chatops_signature_equal(mac, s->mac);
    }

    if (!good) {
        return "the signature does not match";
    }

    if (ngx_chatops_replay_check(ngx_chatops_zone(conf), s->mac, ngx_time())
        != NGX_OK)
    {
        ngx_chatops_count(ngx_chatops_zone(conf), replayed);
        return "the signature has been used before";
    }

    return NULL;
}


static ngx_int_t
ngx_chatops_unauthorized(ngx_http_request_t *r, ngx_chatops_loc_conf_t *conf,
    const char *reason)
{
    ngx_chatops_count(ngx_chatops_zone(conf), unauthorized);
    ngx_chatops_log_unauthorized(r, reason);

    return ngx_chatops_answer_error(r, NGX_HTTP_UNAUTHORIZED,
                                    "invalid request");
}


/* NULL also when there are several: no one can say which one was signed. */

static ngx_table_elt_t *
ngx_chatops_find_header(ngx_http_request_t *r, const char *name, size_t len)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h, *found;

    found = NULL;
    part = &r->headers_in.headers.part;
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

        if (h[i].key.len == len
            && ngx_strncmp(h[i].lowcase_key, name, len) == 0)
        {
            if (found != NULL) {
                return NULL;
            }

            found = &h[i];
        }
    }

    return found;
}


/* One line a second and worker: a flood must not fill the disk. */

static void
ngx_chatops_log_unauthorized(ngx_http_request_t *r, const char *reason)
{
    static time_t      last;
    static ngx_uint_t  suppressed;

    if (last == ngx_time()) {
        suppressed++;
        return;
    }

    last = ngx_time();

    if (suppressed) {
        ngx_log_error(NGX_LOG_WARN, r->connection->log, 0,
                      "chatops: unauthorized: %s (%ui more before)",
                      reason, suppressed);
        suppressed = 0;
        return;
    }

    ngx_log_error(NGX_LOG_WARN, r->connection->log, 0,
                  "chatops: unauthorized: %s", reason);
}


static ngx_int_t
ngx_chatops_slack_command(ngx_http_request_t *r, ngx_chatops_loc_conf_t *conf,
    ngx_str_t *body, ngx_chatops_signed_t *s)
{
    chatops_str_t     text;
    chatops_arena_t   arena;
    chatops_slack_t   slack;

    arena = ngx_chatops_arena(r->pool);
    text = ngx_chatops_core_str(body);

    switch (chatops_slack_parse(&arena, &text, &slack)) {

    case CHATOPS_OK:
        break;

    case CHATOPS_DECLINED:
        ngx_log_error(NGX_LOG_WARN, r->connection->log, 0,
                      "chatops: bad request: %s", slack.error);
        return ngx_chatops_answer_error(r, NGX_HTTP_BAD_REQUEST, slack.error);

    default:
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (slack.ssl_check) {
        return ngx_chatops_answer_empty(r);
    }

    if (!ngx_chatops_response_allowed(conf, &slack.response_url)) {
        ngx_log_error(NGX_LOG_WARN, r->connection->log, 0,
                      "chatops: bad request: the host of response_url is not "
                      "among chatops_response_hosts");
        return ngx_chatops_answer_error(r, NGX_HTTP_BAD_REQUEST,
                                        "response_url is not allowed");
    }

    ngx_chatops_count(ngx_chatops_zone(conf), received);

    return ngx_chatops_command(r, conf, &slack, s->seconds);
}


static ngx_uint_t
ngx_chatops_response_allowed(ngx_chatops_loc_conf_t *conf, chatops_str_t *url)
{
    ngx_str_t      *hosts;
    ngx_uint_t      i;
    chatops_str_t   origin;

    if (conf->response_hosts == NULL) {

        for (i = 0; i < sizeof(ngx_chatops_slack_origins)
                        / sizeof(ngx_chatops_slack_origins[0]); i++)
        {
            if (chatops_slack_url_allowed(url, &ngx_chatops_slack_origins[i])) {
                return 1;
            }
        }

        return 0;
    }

    hosts = conf->response_hosts->elts;

    for (i = 0; i < conf->response_hosts->nelts; i++) {
        origin = ngx_chatops_core_str(&hosts[i]);

        if (chatops_slack_url_allowed(url, &origin)) {
            return 1;
        }
    }

    return 0;
}


static ngx_int_t
ngx_chatops_command(ngx_http_request_t *r, ngx_chatops_loc_conf_t *conf,
    chatops_slack_t *slack, int64_t seconds)
{
    const chatops_user_t  *user;
    chatops_command_t      command;

    chatops_command_parse(&slack->text, &command);

    if (command.verb != CHATOPS_VERB_RUN) {
        return ngx_chatops_usage(r, conf, slack, &command);
    }

    user = chatops_users_find(conf->users, &slack->team_id, &slack->user_id);

    if (user == NULL) {
        ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                      "chatops: refused: %V/%V is not in chatops_users_file",
                      ngx_chatops_v(&slack->team_id),
                      ngx_chatops_v(&slack->user_id));
        ngx_chatops_count(ngx_chatops_zone(conf), refused);

        return ngx_chatops_request_unknown_user(r, conf, slack);
    }

    return ngx_chatops_request_start(r, conf, slack, &command, user, seconds);
}


static ngx_int_t
ngx_chatops_usage(ngx_http_request_t *r, ngx_chatops_loc_conf_t *conf,
    chatops_slack_t *slack, chatops_command_t *command)
{
    chatops_buf_t    buf;
    chatops_str_t    text;
    chatops_arena_t  arena;

    arena = ngx_chatops_arena(r->pool);
    chatops_buf_init(&buf, &arena, 4096);

    if (command->verb == CHATOPS_VERB_UNKNOWN) {
        chatops_buf_text(&buf, "I do not know ");
        chatops_reply_code(&buf, &command->word);
        chatops_buf_text(&buf, ". ");

    } else if (command->verb == CHATOPS_VERB_RUN_WHAT) {
        chatops_buf_text(&buf, command->error);
        chatops_buf_char(&buf, ' ');
    }

    chatops_buf_text(&buf, "Type `");
    chatops_slack_escape(&buf, &slack->command);
    chatops_buf_text(&buf, " run &lt;job&gt; &lt;arguments&gt;` to run a job "
                     "of the project's `.gitlab-ci.yml`; its output comes "
                     "back here. The job finds the arguments in "
                     "`$CHAT_INPUT`. A job name with blanks goes in quotes.");

    if (conf->refs != NULL) {
        chatops_buf_text(&buf, " `--ref` and the name of a branch or a tag, in "
                         "front of the job, run it there.");
    }

    if (chatops_buf_finish(&buf, &text) != CHATOPS_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_chatops_answer(r, CHATOPS_EPHEMERAL, &text);
}
