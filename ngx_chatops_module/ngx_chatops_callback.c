#include "ngx_chatops_answer.h"


static ngx_int_t ngx_chatops_callback_find(ngx_http_request_t *r,
    ngx_chatops_loc_conf_t *conf, chatops_callback_t *callback);
static void ngx_chatops_callback_forget(void *data);


/*
 * GitLab tells how a native run's job has ended.  Its text is not used: the
 * collector reads the job, which is due at once, and posts the reply.
 */

ngx_int_t
ngx_chatops_callback_handler(ngx_http_request_t *r)
{
    ngx_int_t                rc, found;
    chatops_callback_t       callback;
    ngx_chatops_loc_conf_t  *conf;

    if (r != r->main) {
        return NGX_HTTP_NOT_FOUND;
    }

    conf = ngx_http_get_module_loc_conf(r, ngx_chatops_module);

    found = ngx_chatops_callback_find(r, conf, &callback);

    if (r->headers_in.content_length_n > (off_t) conf->max_body) {
        r->keepalive = 0;
    }

    rc = ngx_http_discard_request_body(r);

    if (rc != NGX_OK) {
        return rc;
    }

    if (found != NGX_OK) {
        return NGX_HTTP_NOT_FOUND;
    }

    /* not the connection's log, which adds the URL */

    ngx_log_error(NGX_LOG_INFO, ngx_cycle->log, 0,
                  "chatops: run %V: GitLab calls back",
                  ngx_chatops_v(&callback.id));

    (void) ngx_chatops_store_wake(&callback.id);

    return ngx_chatops_answer_empty(r);
}


static ngx_int_t
ngx_chatops_callback_find(ngx_http_request_t *r, ngx_chatops_loc_conf_t *conf,
    chatops_callback_t *callback)
{
    u_char                   *p;
    ngx_uint_t                i, good;
    chatops_str_t             tail;
    ngx_chatops_loc_conf_t  **routes;

    if (r->method != NGX_HTTP_POST
        || r->headers_in.content_length_n > (off_t) conf->max_body
        || r->args.len
        || r->uri.len <= CHATOPS_CALLBACK_LEN)
    {
        return NGX_DECLINED;
    }

    p = r->uri.data + r->uri.len - CHATOPS_CALLBACK_LEN;
    tail = chatops_strn(p, CHATOPS_CALLBACK_LEN);

    if (p[-1] != '/'
        || chatops_callback_parse(&tail, callback) != CHATOPS_OK)
    {
        return NGX_DECLINED;
    }

    routes = conf->main->routes.elts;
    good = 0;

    for (i = 0; i < conf->main->routes.nelts; i++) {

        if (routes[i]->callback_key != NULL) {
            good |= chatops_callback_good(routes[i]->callback_key, callback);
        }
    }

    return good ? NGX_OK : NGX_DECLINED;
}


char *
ngx_chatops_callback(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_chatops_loc_conf_t *lcf = conf;

    ngx_http_core_loc_conf_t  *clcf;

    if (lcf->service != NGX_CHATOPS_OFF) {
        return "needs a location of its own, without \"chatops\"";
    }

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (clcf->handler == ngx_chatops_callback_handler) {
        return "is duplicate";
    }

    clcf->handler = ngx_chatops_callback_handler;

    return NGX_CONF_OK;
}


ngx_int_t
ngx_chatops_callback_key(ngx_conf_t *cf, ngx_chatops_loc_conf_t *conf)
{
    chatops_str_t        token;
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(cf->pool, sizeof(chatops_callback_key_t));
    if (cln == NULL) {
        return NGX_ERROR;
    }

    token = ngx_chatops_core_str(&conf->native_token);

    if (chatops_callback_key(&token, cln->data) != CHATOPS_OK) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "chatops: cannot make a key of a secret");
        return NGX_ERROR;
    }

    cln->handler = ngx_chatops_callback_forget;
    conf->callback_key = cln->data;

    return NGX_OK;
}


static void
ngx_chatops_callback_forget(void *data)
{
    ngx_explicit_memzero(data, sizeof(chatops_callback_key_t));
}
