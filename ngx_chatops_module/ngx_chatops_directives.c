#include "ngx_chatops_module.h"
#include "chatops_gitlab.h"


static char *ngx_chatops_zone_directive(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_chatops_store_directive(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_chatops(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
static char *ngx_chatops_users_file(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_chatops_access_ttl(ngx_conf_t *cf, void *post, void *data);
static char *ngx_chatops_file(ngx_conf_t *cf, void *post, void *data);
static char *ngx_chatops_positive(ngx_conf_t *cf, void *post, void *data);


static ngx_conf_enum_t  ngx_chatops_access[] = {
    { ngx_string("developer"), CHATOPS_ACCESS_DEVELOPER },
    { ngx_string("maintainer"), CHATOPS_ACCESS_MAINTAINER },
    { ngx_string("owner"), CHATOPS_ACCESS_OWNER },
    { ngx_null_string, 0 }
};


static ngx_conf_enum_t  ngx_chatops_ansi[] = {
    { ngx_string("strip"), NGX_CHATOPS_ANSI_STRIP },
    { ngx_string("keep"), NGX_CHATOPS_ANSI_KEEP },
    { ngx_null_string, 0 }
};


static ngx_conf_enum_t  ngx_chatops_needs[] = {
    { ngx_string("drop"), NGX_CHATOPS_NEEDS_DROP },
    { ngx_string("include"), NGX_CHATOPS_NEEDS_INCLUDE },
    { ngx_null_string, 0 }
};


static ngx_conf_post_t  ngx_chatops_access_ttl_post = {
    ngx_chatops_access_ttl
};

static ngx_conf_post_t  ngx_chatops_file_post = { ngx_chatops_file };

static ngx_conf_post_t  ngx_chatops_positive_post = { ngx_chatops_positive };


#define NGX_CHATOPS_VALUE                                                     \
    NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF


ngx_command_t  ngx_chatops_commands[] = {

    { ngx_string("chatops_zone"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_chatops_zone_directive,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("chatops_store"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_chatops_store_directive,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("chatops"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_chatops,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("chatops_signing_secret_file"),
      NGX_CHATOPS_VALUE|NGX_CONF_1MORE,
      ngx_chatops_signing_secret_file,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("chatops_gitlab"),
      NGX_CHATOPS_VALUE|NGX_CONF_TAKE1,
      ngx_chatops_gitlab,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("chatops_gitlab_token_file"),
      NGX_CHATOPS_VALUE|NGX_CONF_TAKE1,
      ngx_chatops_token_file,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_chatops_loc_conf_t, token),
      NULL },

    { ngx_string("chatops_gitlab_location"),
      NGX_CHATOPS_VALUE|NGX_CONF_TAKE1,
      ngx_chatops_gitlab_location,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("chatops_gitlab_timeout"),
      NGX_CHATOPS_VALUE|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_chatops_loc_conf_t, gitlab_timeout),
      &ngx_chatops_positive_post },

    { ngx_string("chatops_native_token_file"),
      NGX_CHATOPS_VALUE|NGX_CONF_TAKE1,
      ngx_chatops_token_file,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_chatops_loc_conf_t, native_token),
      NULL },

    { ngx_string("chatops_callback_url"),
      NGX_CHATOPS_VALUE|NGX_CONF_TAKE1,
      ngx_chatops_callback_url,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("chatops_callback"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_chatops_callback,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("chatops_project"),
      NGX_CHATOPS_VALUE|NGX_CONF_TAKE1,
      ngx_chatops_project,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("chatops_users_file"),
      NGX_CHATOPS_VALUE|NGX_CONF_TAKE1,
      ngx_chatops_users_file,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("chatops_trigger"),
      NGX_CHATOPS_VALUE|NGX_CONF_1MORE,
      ngx_chatops_trigger,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("chatops_needs"),
      NGX_CHATOPS_VALUE|NGX_CONF_TAKE1,
      ngx_conf_set_enum_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_chatops_loc_conf_t, needs),
      &ngx_chatops_needs },

    { ngx_string("chatops_refs"),
      NGX_CHATOPS_VALUE|NGX_CONF_1MORE,
      ngx_chatops_refs,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("chatops_branch"),
      NGX_CHATOPS_VALUE|NGX_CONF_TAKE1,
      ngx_chatops_branch,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("chatops_access"),
      NGX_CHATOPS_VALUE|NGX_CONF_TAKE1,
      ngx_conf_set_enum_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_chatops_loc_conf_t, access),
      &ngx_chatops_access },

    { ngx_string("chatops_access_ttl"),
      NGX_CHATOPS_VALUE|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_chatops_loc_conf_t, access_ttl),
      &ngx_chatops_access_ttl_post },

    { ngx_string("chatops_config_ttl"),
      NGX_CHATOPS_VALUE|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_chatops_loc_conf_t, config_ttl),
      NULL },

    { ngx_string("chatops_ack_timeout"),
      NGX_CHATOPS_VALUE|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_chatops_loc_conf_t, ack_timeout),
      &ngx_chatops_positive_post },

    { ngx_string("chatops_reply_timeout"),
      NGX_CHATOPS_VALUE|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_chatops_loc_conf_t, reply_timeout),
      &ngx_chatops_positive_post },

    { ngx_string("chatops_manual_timeout"),
      NGX_CHATOPS_VALUE|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_chatops_loc_conf_t, manual_timeout),
      &ngx_chatops_positive_post },

    { ngx_string("chatops_poll_interval"),
      NGX_CHATOPS_VALUE|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_chatops_loc_conf_t, poll_interval),
      &ngx_chatops_positive_post },

    { ngx_string("chatops_ansi"),
      NGX_CHATOPS_VALUE|NGX_CONF_TAKE1,
      ngx_conf_set_enum_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_chatops_loc_conf_t, ansi),
      &ngx_chatops_ansi },

    { ngx_string("chatops_max_body"),
      NGX_CHATOPS_VALUE|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_chatops_loc_conf_t, max_body),
      NULL },

    { ngx_string("chatops_response_hosts"),
      NGX_CHATOPS_VALUE|NGX_CONF_1MORE,
      ngx_chatops_response_hosts,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("chatops_trusted_certificate"),
      NGX_CHATOPS_VALUE|NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_chatops_loc_conf_t, certificate),
      &ngx_chatops_file_post },

      ngx_null_command
};


static char *
ngx_chatops_zone_directive(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_chatops_main_conf_t *mcf = conf;

    u_char     *p;
    ssize_t     size;
    ngx_str_t  *value, name, s;

    if (mcf->shm_zone != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;

    p = (u_char *) ngx_strchr(value[1].data, ':');

    if (p == NULL || p == value[1].data) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid zone \"%V\": write name:size", &value[1]);
        return NGX_CONF_ERROR;
    }

    name.data = value[1].data;
    name.len = p - name.data;

    s.data = p + 1;
    s.len = value[1].data + value[1].len - s.data;

    size = ngx_parse_size(&s);

    if (size == NGX_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid zone size \"%V\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    if (size < NGX_CHATOPS_ZONE_MIN_SIZE) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "zone \"%V\" is too small: 256k is the least",
                           &value[1]);
        return NGX_CONF_ERROR;
    }

    mcf->shm_zone = ngx_chatops_zone_add(cf, &name, size,
                                         &ngx_chatops_module);

    return mcf->shm_zone == NULL ? NGX_CONF_ERROR : NGX_CONF_OK;
}


static char *
ngx_chatops_store_directive(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_chatops_main_conf_t *mcf = conf;

    u_char                 *p;
    ngx_str_t              *value, name;
    chatops_str_t           url, path;
    chatops_store_error_t   error;

    if (mcf->store.data != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;

    url = ngx_chatops_core_str(&value[1]);

    if (chatops_store_parse(&url, &path, &error) != CHATOPS_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid store \"%V\": %s",
                           &value[1], error.text);
        return NGX_CONF_ERROR;
    }

    name.len = path.len;
    name.data = ngx_pnalloc(cf->pool, path.len + 1);
    if (name.data == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memcpy(name.data, path.data, path.len);
    name.data[name.len] = '\0';

    if (ngx_conf_full_name(cf->cycle, &name, 0) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    mcf->store_path = name;

    mcf->store.len = sizeof("sqlite:") - 1 + name.len;
    mcf->store.data = ngx_pnalloc(cf->pool, mcf->store.len + 1);
    if (mcf->store.data == NULL) {
        return NGX_CONF_ERROR;
    }

    p = ngx_cpymem(mcf->store.data, "sqlite:", sizeof("sqlite:") - 1);
    p = ngx_cpymem(p, name.data, name.len);
    *p = '\0';

    return NGX_CONF_OK;
}


static char *
ngx_chatops(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_chatops_loc_conf_t *lcf = conf;

    ngx_str_t                 *value;
    ngx_http_core_loc_conf_t  *clcf;

    if (lcf->service != NGX_CHATOPS_OFF) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_strcmp(value[1].data, "slack") != 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "unknown chat service \"%V\": \"slack\" is the "
                           "one that is known", &value[1]);
        return NGX_CONF_ERROR;
    }

    lcf->service = NGX_CHATOPS_SLACK;
    lcf->line = cf->conf_file->line;
    lcf->file = cf->conf_file->file.name.data;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (clcf->handler == ngx_chatops_callback_handler) {
        return "needs a location of its own, without \"chatops_callback\"";
    }

    clcf->handler = ngx_chatops_handler;

    return NGX_CONF_OK;
}


static char *
ngx_chatops_users_file(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_chatops_loc_conf_t *lcf = conf;

    size_t            line;
    ngx_str_t        *value, text;
    const char       *error;
    chatops_str_t     s;
    chatops_arena_t   arena;

    if (lcf->users != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_chatops_read_file(cf, &value[1], CHATOPS_USERS_FILE_MAX, &text)
        != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    lcf->users_file = value[1];

    arena = ngx_chatops_arena(cf->pool);
    s = ngx_chatops_core_str(&text);

    switch (chatops_users_parse(&arena, &s, &lcf->users, &line, &error)) {

    case CHATOPS_OK:
        return NGX_CONF_OK;

    case CHATOPS_DECLINED:
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%s in \"%V\", line %uz",
                           error, &value[1], line);
        /* fall through */

    default:
        return NGX_CONF_ERROR;
    }
}


static char *
ngx_chatops_access_ttl(ngx_conf_t *cf, void *post, void *data)
{
    ngx_msec_t *ttl = data;

    if (*ttl > 60 * 1000) {
        return "must not be longer than 60s: a right that was taken away "
               "would live on";
    }

    return NGX_CONF_OK;
}


static char *
ngx_chatops_positive(ngx_conf_t *cf, void *post, void *data)
{
    ngx_msec_t *time = data;

    return *time == 0 ? "must not be 0" : NGX_CONF_OK;
}


static char *
ngx_chatops_file(ngx_conf_t *cf, void *post, void *data)
{
    ngx_str_t *name = data;

    ngx_file_info_t  fi;

    if (ngx_conf_full_name(cf->cycle, name, 1) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    if (ngx_file_info(name->data, &fi) == NGX_FILE_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_file_info_n " \"%s\" failed", name->data);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}
