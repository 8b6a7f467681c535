#include "ngx_chatops_module.h"
#include "ngx_chatops_collector.h"
#include "ngx_chatops_curl.h"

#include <jansson.h>


static ngx_int_t ngx_chatops_preconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_chatops_postconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_chatops_host_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_chatops_init_module(ngx_cycle_t *cycle);
static ngx_int_t ngx_chatops_make_directory(ngx_cycle_t *cycle,
    ngx_str_t *file);
static void ngx_chatops_check_directory(ngx_cycle_t *cycle, u_char *dir);
static ngx_int_t ngx_chatops_init_process(ngx_cycle_t *cycle);
static void ngx_chatops_exit_process(ngx_cycle_t *cycle);
static ngx_chatops_main_conf_t *ngx_chatops_used(ngx_cycle_t *cycle);


static ngx_http_module_t  ngx_chatops_module_ctx = {
    ngx_chatops_preconfiguration,          /* preconfiguration */
    ngx_chatops_postconfiguration,         /* postconfiguration */

    ngx_chatops_create_main_conf,          /* create main configuration */
    ngx_chatops_init_main_conf,            /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_chatops_create_loc_conf,           /* create location configuration */
    ngx_chatops_merge_loc_conf             /* merge location configuration */
};


ngx_module_t  ngx_chatops_module = {
    NGX_MODULE_V1,
    &ngx_chatops_module_ctx,               /* module context */
    ngx_chatops_commands,                  /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    ngx_chatops_init_module,               /* init module */
    ngx_chatops_init_process,              /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    ngx_chatops_exit_process,              /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static ngx_str_t  ngx_chatops_host_name = ngx_string("chatops_gitlab_host");


static ngx_int_t
ngx_chatops_preconfiguration(ngx_conf_t *cf)
{
    ngx_http_variable_t  *var;

    /* not cached: a request and its subrequests share their variables */

    var = ngx_http_add_variable(cf, &ngx_chatops_host_name,
                                NGX_HTTP_VAR_NOCACHEABLE);
    if (var == NULL) {
        return NGX_ERROR;
    }

    var->get_handler = ngx_chatops_host_variable;

    return NGX_OK;
}


static ngx_int_t
ngx_chatops_postconfiguration(ngx_conf_t *cf)
{
    ngx_http_handler_pt        *h;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    h = ngx_array_push(&cmcf->phases[NGX_HTTP_PREACCESS_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = ngx_chatops_subrequest_preaccess;

    return NGX_OK;
}


static ngx_int_t
ngx_chatops_host_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_chatops_subrequest_conf_t  *conf;

    conf = ngx_chatops_subrequest_conf(r);

    if (conf == NULL) {
        v->not_found = 1;
        return NGX_OK;
    }

    v->valid = 1;
    v->no_cacheable = 1;
    v->not_found = 0;
    v->len = conf->host.len;
    v->data = conf->host.data;

    return NGX_OK;
}


static ngx_int_t
ngx_chatops_init_module(ngx_cycle_t *cycle)
{
    ngx_chatops_main_conf_t  *mcf;

    mcf = ngx_chatops_used(cycle);

    if (mcf == NULL || ngx_test_config) {
        return NGX_OK;
    }

    return ngx_chatops_make_directory(cycle, &mcf->store_path);
}


/*
 * The store's directory, which the workers write to.  One that was there
 * before keeps its owner: it may hold other things.
 */

static ngx_int_t
ngx_chatops_make_directory(ngx_cycle_t *cycle, ngx_str_t *file)
{
    u_char           *p, *dir;
    ngx_core_conf_t  *ccf;

    dir = ngx_pnalloc(cycle->pool, file->len + 1);
    if (dir == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(dir, file->data, file->len);
    dir[file->len] = '\0';

    for (p = dir + file->len; p > dir && *p != '/'; p--) { /* void */ }

    if (p == dir) {
        return NGX_OK;
    }

    *p = '\0';

    if (ngx_create_dir(dir, 0700) == NGX_FILE_ERROR) {

        if (ngx_errno == NGX_EEXIST) {
            ngx_chatops_check_directory(cycle, dir);
            return NGX_OK;
        }

        ngx_log_error(NGX_LOG_EMERG, cycle->log, ngx_errno,
                      ngx_create_dir_n " \"%s\" failed", dir);
        return NGX_ERROR;
    }

    ccf = (ngx_core_conf_t *) ngx_get_conf(cycle->conf_ctx, ngx_core_module);

    if (ccf->user == (ngx_uid_t) NGX_CONF_UNSET_UINT || geteuid() != 0) {
        return NGX_OK;
    }

    if (chown((const char *) dir, ccf->user, ccf->group) == -1) {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, ngx_errno,
                      "chown(\"%s\", %d) failed", dir, ccf->user);
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* A hint for whoever made it as root. */

static void
ngx_chatops_check_directory(ngx_cycle_t *cycle, u_char *dir)
{
    ngx_core_conf_t  *ccf;
    ngx_file_info_t   fi;

    ccf = (ngx_core_conf_t *) ngx_get_conf(cycle->conf_ctx, ngx_core_module);

    if (geteuid() != 0
        || ccf->user == (ngx_uid_t) NGX_CONF_UNSET_UINT || ccf->user == 0
        || ngx_file_info(dir, &fi) == NGX_FILE_ERROR
        || fi.st_uid == ccf->user
        || (fi.st_gid == ccf->group && (fi.st_mode & 0020))
        || (fi.st_mode & 0002))
    {
        return;
    }

    ngx_log_error(NGX_LOG_WARN, cycle->log, 0,
                  "chatops: \"%s\", the directory of chatops_store, does not "
                  "belong to \"%s\", as whom the workers run",
                  dir, ccf->username);
}


static ngx_int_t
ngx_chatops_init_process(ngx_cycle_t *cycle)
{
    ngx_chatops_main_conf_t  *mcf;

    mcf = ngx_chatops_used(cycle);

    if (mcf == NULL
        || (ngx_process != NGX_PROCESS_SINGLE
            && ngx_process != NGX_PROCESS_WORKER))
    {
        return NGX_OK;
    }

    /* else at the first JSON object, by reading a file */

    json_object_seed(0);

    if (ngx_chatops_handler_init_process(cycle) != NGX_OK
        || ngx_chatops_curl_init(cycle) != NGX_OK
        || ngx_chatops_store_init(cycle, &mcf->store, mcf->thread_pool)
           != NGX_OK
        || ngx_chatops_collector_init(cycle, mcf) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static void
ngx_chatops_exit_process(ngx_cycle_t *cycle)
{
    if (ngx_chatops_used(cycle) == NULL
        || (ngx_process != NGX_PROCESS_SINGLE
            && ngx_process != NGX_PROCESS_WORKER))
    {
        return;
    }

    ngx_chatops_store_flush();
    ngx_chatops_collector_exit();
    ngx_chatops_store_exit();
    ngx_chatops_curl_exit(cycle);
    ngx_chatops_handler_exit_process();
}


/* NULL when no location has a `chatops`. */

static ngx_chatops_main_conf_t *
ngx_chatops_used(ngx_cycle_t *cycle)
{
    ngx_chatops_main_conf_t  *mcf;

    if (ngx_get_conf(cycle->conf_ctx, ngx_http_module) == NULL) {
        return NULL;
    }

    mcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_chatops_module);

    return mcf != NULL && mcf->routes.nelts ? mcf : NULL;
}
