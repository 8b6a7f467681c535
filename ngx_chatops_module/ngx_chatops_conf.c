#include "ngx_chatops_strategy.h"
#include "chatops_gitlab.h"


static char *ngx_chatops_add_route(ngx_conf_t *cf,
    ngx_chatops_loc_conf_t *conf);
static ngx_uint_t ngx_chatops_is_allowed(ngx_chatops_loc_conf_t *conf,
    ngx_chatops_strategy_t *strategy);
static ngx_uint_t ngx_chatops_same(ngx_str_t *a, ngx_str_t *b);
static char *ngx_chatops_missing(ngx_conf_t *cf, ngx_chatops_loc_conf_t *conf,
    const char *directive);


void *
ngx_chatops_create_main_conf(ngx_conf_t *cf)
{
    ngx_chatops_main_conf_t  *mcf;

    mcf = ngx_pcalloc(cf->pool, sizeof(ngx_chatops_main_conf_t));
    if (mcf == NULL) {
        return NULL;
    }

    if (ngx_array_init(&mcf->routes, cf->pool, 4,
                       sizeof(ngx_chatops_loc_conf_t *))
        != NGX_OK)
    {
        return NULL;
    }

    return mcf;
}


/* Called before the locations are merged, when all directives are read. */

char *
ngx_chatops_init_main_conf(ngx_conf_t *cf, void *conf)
{
    ngx_chatops_main_conf_t *mcf = conf;

    if (mcf->store.len == 0) {
        return NGX_CONF_OK;
    }

    mcf->thread_pool = ngx_thread_pool_add(cf, NULL);

    return mcf->thread_pool == NULL ? NGX_CONF_ERROR : NGX_CONF_OK;
}


void *
ngx_chatops_create_loc_conf(ngx_conf_t *cf)
{
    ngx_chatops_loc_conf_t  *conf;

    conf = ngx_pcalloc(cf->pool, sizeof(ngx_chatops_loc_conf_t));
    if (conf == NULL) {
        return NULL;
    }

    conf->keys = NGX_CONF_UNSET_PTR;
    conf->response_hosts = NGX_CONF_UNSET_PTR;
    conf->users = NGX_CONF_UNSET_PTR;
    conf->trigger = NGX_CONF_UNSET_PTR;
    conf->refs = NGX_CONF_UNSET_PTR;
    conf->needs = NGX_CONF_UNSET_UINT;
    conf->access = NGX_CONF_UNSET_UINT;
    conf->ansi = NGX_CONF_UNSET_UINT;
    conf->ack_timeout = NGX_CONF_UNSET_MSEC;
    conf->reply_timeout = NGX_CONF_UNSET_MSEC;
    conf->manual_timeout = NGX_CONF_UNSET_MSEC;
    conf->gitlab_timeout = NGX_CONF_UNSET_MSEC;
    conf->config_ttl = NGX_CONF_UNSET_MSEC;
    conf->access_ttl = NGX_CONF_UNSET_MSEC;
    conf->poll_interval = NGX_CONF_UNSET_MSEC;
    conf->max_body = NGX_CONF_UNSET_SIZE;

    return conf;
}


char *
ngx_chatops_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_chatops_loc_conf_t *prev = parent;
    ngx_chatops_loc_conf_t *conf = child;

    if (conf->branch.data == NULL) {
        conf->branch = prev->branch.data ? prev->branch
                                         : chatops_str("chatops/*");
    }

    if (conf->gitlab.data == NULL) {
        conf->gitlab_host = prev->gitlab_host;
    }

    ngx_conf_merge_ptr_value(conf->keys, prev->keys, NULL);
    ngx_conf_merge_ptr_value(conf->response_hosts, prev->response_hosts, NULL);
    ngx_conf_merge_ptr_value(conf->users, prev->users, NULL);
    ngx_conf_merge_ptr_value(conf->trigger, prev->trigger, NULL);
    ngx_conf_merge_ptr_value(conf->refs, prev->refs, NULL);
    ngx_conf_merge_uint_value(conf->needs, prev->needs,
                              NGX_CHATOPS_NEEDS_DROP);
    ngx_conf_merge_str_value(conf->users_file, prev->users_file, "");
    ngx_conf_merge_str_value(conf->gitlab, prev->gitlab, "");
    ngx_conf_merge_str_value(conf->token, prev->token, "");
    ngx_conf_merge_str_value(conf->location, prev->location, "");
    ngx_conf_merge_str_value(conf->native_token, prev->native_token, "");
    ngx_conf_merge_str_value(conf->callback_url, prev->callback_url, "");
    ngx_conf_merge_str_value(conf->project, prev->project, "");
    ngx_conf_merge_str_value(conf->certificate, prev->certificate, "");
    ngx_conf_merge_uint_value(conf->access, prev->access,
                              CHATOPS_ACCESS_DEVELOPER);
    ngx_conf_merge_uint_value(conf->ansi, prev->ansi, NGX_CHATOPS_ANSI_STRIP);
    ngx_conf_merge_msec_value(conf->ack_timeout, prev->ack_timeout, 2000);
    ngx_conf_merge_msec_value(conf->reply_timeout, prev->reply_timeout,
                              29 * 60 * 1000);
    ngx_conf_merge_msec_value(conf->manual_timeout, prev->manual_timeout,
                              24 * 60 * 60 * 1000);
    ngx_conf_merge_msec_value(conf->gitlab_timeout, prev->gitlab_timeout,
                              60 * 1000);
    ngx_conf_merge_msec_value(conf->config_ttl, prev->config_ttl, 30 * 1000);
    ngx_conf_merge_msec_value(conf->access_ttl, prev->access_ttl, 60 * 1000);
    ngx_conf_merge_msec_value(conf->poll_interval, prev->poll_interval, 1000);
    ngx_conf_merge_size_value(conf->max_body, prev->max_body, 64 * 1024);

    conf->main = ngx_http_conf_get_module_main_conf(cf, ngx_chatops_module);

    if (conf->service == NGX_CHATOPS_OFF) {
        return NGX_CONF_OK;
    }

    if (conf->keys == NULL) {
        return ngx_chatops_missing(cf, conf, "chatops_signing_secret_file");
    }

    if (conf->gitlab.len == 0) {
        return ngx_chatops_missing(cf, conf, "chatops_gitlab");
    }

    if (conf->token.len == 0) {
        return ngx_chatops_missing(cf, conf, "chatops_gitlab_token_file");
    }

    if (conf->location.len == 0) {
        return ngx_chatops_missing(cf, conf, "chatops_gitlab_location");
    }

    if (conf->project.len == 0) {
        return ngx_chatops_missing(cf, conf, "chatops_project");
    }

    if (conf->users == NULL) {
        return ngx_chatops_missing(cf, conf, "chatops_users_file");
    }

    if (conf->main->shm_zone == NULL) {
        return ngx_chatops_missing(cf, conf, "chatops_zone");
    }

    if (conf->main->store.len == 0) {
        return ngx_chatops_missing(cf, conf, "chatops_store");
    }

    if (conf->trigger == NULL
        && ngx_chatops_trigger_default(cf, &conf->trigger) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    if (ngx_chatops_is_allowed(conf, &ngx_chatops_native)) {

        if (conf->native_token.len == 0) {
            return ngx_chatops_missing(cf, conf, "chatops_native_token_file");
        }

        if (conf->callback_url.len == 0) {
            return ngx_chatops_missing(cf, conf, "chatops_callback_url");
        }

        if (ngx_chatops_callback_key(cf, conf) != NGX_OK) {
            return NGX_CONF_ERROR;
        }
    }

    conf->subrequest.location = conf->location;
    conf->subrequest.host = conf->gitlab_host;
    conf->subrequest.token = conf->token;

    return ngx_chatops_add_route(cf, conf);
}


/*
 * A run knows its GitLab and project; what another worker needs to go on with
 * it has to follow from these.
 */

static char *
ngx_chatops_add_route(ngx_conf_t *cf, ngx_chatops_loc_conf_t *conf)
{
    ngx_uint_t                i;
    ngx_chatops_loc_conf_t  **route, *other;

    route = conf->main->routes.elts;

    for (i = 0; i < conf->main->routes.nelts; i++) {
        other = route[i];

        if (!ngx_chatops_same(&conf->gitlab, &other->gitlab)
            || !ngx_chatops_same(&conf->project, &other->project))
        {
            continue;
        }

        if (!ngx_chatops_same(&conf->token, &other->token)
            || !ngx_chatops_same(&conf->native_token, &other->native_token)
            || !ngx_chatops_same(&conf->users_file, &other->users_file)
            || conf->access != other->access
            || !ngx_chatops_trigger_same(conf, other))
        {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                          "\"chatops\" for %V has another token, users file, "
                          "access, trigger, refs, branch or needs than the "
                          "one in %s:%ui in %s:%ui",
                          &conf->project, other->file, other->line,
                          conf->file, conf->line);
            return NGX_CONF_ERROR;
        }
    }

    route = ngx_array_push(&conf->main->routes);
    if (route == NULL) {
        return NGX_CONF_ERROR;
    }

    *route = conf;

    return NGX_CONF_OK;
}


static ngx_uint_t
ngx_chatops_is_allowed(ngx_chatops_loc_conf_t *conf,
    ngx_chatops_strategy_t *strategy)
{
    ngx_uint_t                i;
    ngx_chatops_strategy_t  **allowed;

    allowed = conf->trigger->elts;

    for (i = 0; i < conf->trigger->nelts; i++) {
        if (allowed[i] == strategy) {
            return 1;
        }
    }

    return 0;
}


static ngx_uint_t
ngx_chatops_same(ngx_str_t *a, ngx_str_t *b)
{
    return a->len == b->len && ngx_memcmp(a->data, b->data, a->len) == 0;
}


static char *
ngx_chatops_missing(ngx_conf_t *cf, ngx_chatops_loc_conf_t *conf,
    const char *directive)
{
    ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                  "\"chatops\" needs \"%s\" here or on a level above in %s:%ui",
                  directive, conf->file, conf->line);

    return NGX_CONF_ERROR;
}
