#include "ngx_chatops_gitlab.h"


/* in ms: shorter than a lease, unless something is made */
#define NGX_CHATOPS_GITLAB_TIMEOUT   10000
#define NGX_CHATOPS_MAKE_TIMEOUT     30000

#define NGX_CHATOPS_GITLAB_LIMIT     (4 * 1024 * 1024)

#define NGX_CHATOPS_TRACE_TIMEOUT    60000
#define NGX_CHATOPS_TRACE_LIMIT      (256 * 1024 * 1024)

/* when a 429 does not say for how long, and the longest that is believed */
#define NGX_CHATOPS_HOLD             30
#define NGX_CHATOPS_HOLD_MAX         600

#define NGX_CHATOPS_HOLDS            16


typedef struct {
    uint32_t      hash;       /* of GitLab's base URL */
    ngx_msec_t    until;
    unsigned      set:1;
} ngx_chatops_hold_t;


static void ngx_chatops_gitlab_done(ngx_chatops_curl_t *curl);
static void ngx_chatops_gitlab_sink(void *data, u_char *p, size_t len);
static void ngx_chatops_gitlab_hold(ngx_chatops_loc_conf_t *conf,
    int64_t seconds);


/* Each worker learns by itself; one call a worker is what that costs. */

static ngx_chatops_hold_t  ngx_chatops_holds[NGX_CHATOPS_HOLDS];


ngx_int_t
ngx_chatops_gitlab_send(ngx_chatops_loc_conf_t *conf, ngx_pool_t *pool,
    chatops_gitlab_call_t *call, ngx_chatops_curl_sink_pt sink,
    ngx_chatops_gitlab_pt handler, void *data)
{
    u_char                *p;
    ngx_chatops_gitlab_t  *g;

    g = ngx_pcalloc(pool, sizeof(ngx_chatops_gitlab_t));
    if (g == NULL) {
        return NGX_ERROR;
    }

    g->conf = conf;
    g->handler = handler;
    g->data = data;
    g->sink = sink;

    g->curl.pool = pool;
    g->curl.method = call->method;
    g->curl.body = ngx_chatops_ngx_str(&call->body);
    g->curl.content_type = call->content_type ? call->content_type
                                              : "application/json";

    if (!call->anonymous) {
        g->curl.token = conf->token;
    }

    g->curl.ca = conf->certificate.len ? (char *) conf->certificate.data
                                       : NULL;
    g->curl.handler = ngx_chatops_gitlab_done;
    g->curl.data = g;

    if (sink != NULL) {
        g->curl.sink = ngx_chatops_gitlab_sink;
        g->curl.timeout = NGX_CHATOPS_TRACE_TIMEOUT;
        g->curl.limit = NGX_CHATOPS_TRACE_LIMIT;

    } else {
        g->curl.timeout = ngx_strcmp(call->method, "POST") == 0
                          ? NGX_CHATOPS_MAKE_TIMEOUT
                          : NGX_CHATOPS_GITLAB_TIMEOUT;
        g->curl.limit = NGX_CHATOPS_GITLAB_LIMIT;
    }

    g->curl.url.len = conf->gitlab.len + sizeof("/api/v4/") - 1
                      + call->path.len;
    g->curl.url.data = ngx_pnalloc(pool, g->curl.url.len);
    if (g->curl.url.data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(g->curl.url.data, conf->gitlab.data, conf->gitlab.len);
    p = ngx_cpymem(p, "/api/v4/", sizeof("/api/v4/") - 1);
    ngx_memcpy(p, call->path.data, call->path.len);

    return ngx_chatops_curl_send(&g->curl);
}


static void
ngx_chatops_gitlab_sink(void *data, u_char *p, size_t len)
{
    ngx_chatops_gitlab_t *g = data;

    g->sink(g->data, p, len);
}


static void
ngx_chatops_gitlab_done(ngx_chatops_curl_t *curl)
{
    ngx_chatops_gitlab_t     *g;
    chatops_gitlab_answer_t  *answer;

    g = curl->data;
    answer = &g->answer;

    answer->status = curl->status;
    answer->body = ngx_chatops_core_str(&curl->answer);
    answer->retry_after = curl->retry_after;

    switch (curl->outcome) {

    case NGX_CHATOPS_CURL_ANSWERED:
        answer->outcome = CHATOPS_GITLAB_ANSWERED;
        break;

    case NGX_CHATOPS_CURL_UNREACHED:
        answer->outcome = CHATOPS_GITLAB_UNREACHED;
        break;

    case NGX_CHATOPS_CURL_TOO_BIG:
        answer->outcome = CHATOPS_GITLAB_TOO_BIG;
        break;

    default:
        answer->outcome = CHATOPS_GITLAB_LOST;
    }

    if (answer->outcome != CHATOPS_GITLAB_ANSWERED) {
        ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                      "chatops: GitLab: %s %V: %s", curl->method, &curl->url,
                      answer->outcome == CHATOPS_GITLAB_TOO_BIG
                          ? "the answer is too large" : curl->error);

    } else if (answer->status >= 400 && answer->status != 404) {
        ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                      "chatops: GitLab: %s %V: status %ui", curl->method,
                      &curl->url, (ngx_uint_t) answer->status);
    }

    if (answer->status == 429) {
        ngx_chatops_gitlab_hold(g->conf, answer->retry_after);
    }

    g->handler(g->data, answer);
}


static void
ngx_chatops_gitlab_hold(ngx_chatops_loc_conf_t *conf, int64_t seconds)
{
    uint32_t             hash;
    ngx_uint_t           i;
    ngx_chatops_hold_t  *hold;

    if (seconds < 0) {
        seconds = NGX_CHATOPS_HOLD;
    }

    seconds = ngx_min(seconds, NGX_CHATOPS_HOLD_MAX);

    hash = ngx_crc32_short(conf->gitlab.data, conf->gitlab.len);
    hold = &ngx_chatops_holds[hash % NGX_CHATOPS_HOLDS];

    for (i = 0; i < NGX_CHATOPS_HOLDS; i++) {

        if (ngx_chatops_holds[i].set && ngx_chatops_holds[i].hash == hash) {
            hold = &ngx_chatops_holds[i];
            break;
        }

        if (!ngx_chatops_holds[i].set) {
            hold = &ngx_chatops_holds[i];
        }
    }

    hold->set = 1;
    hold->hash = hash;
    hold->until = ngx_current_msec + (ngx_msec_t) seconds * 1000;

    ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                  "chatops: %V asks for fewer requests: this worker's "
                  "collector waits %L s", &conf->gitlab, seconds);
}


ngx_msec_t
ngx_chatops_gitlab_held(ngx_chatops_loc_conf_t *conf)
{
    uint32_t         hash;
    ngx_uint_t       i;
    ngx_msec_int_t   left;

    hash = ngx_crc32_short(conf->gitlab.data, conf->gitlab.len);

    for (i = 0; i < NGX_CHATOPS_HOLDS; i++) {

        if (!ngx_chatops_holds[i].set || ngx_chatops_holds[i].hash != hash) {
            continue;
        }

        left = (ngx_msec_int_t) (ngx_chatops_holds[i].until
                                 - ngx_current_msec);
        if (left > 0) {
            return left;
        }

        ngx_chatops_holds[i].set = 0;
    }

    return 0;
}
