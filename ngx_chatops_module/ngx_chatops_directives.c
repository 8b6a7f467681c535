#include "ngx_chatops_module.h"
#include "chatops_gitlab.h"


static char *ngx_chatops_zone_directive(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_chatops_store_directive(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_chatops(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
static char *ngx_chatops_signing_secret_file(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
static void ngx_chatops_key_cleanup(void *data);
static char *ngx_chatops_gitlab(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_chatops_token_file(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_chatops_callback_url(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_chatops_gitlab_location(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_chatops_project(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_chatops_users_file(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_chatops_response_hosts(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_chatops_access_ttl(ngx_conf_t *cf, void *post, void *data);
static char *ngx_chatops_file(ngx_conf_t *cf, void *post, void *data);
static char *ngx_chatops_positive(ngx_conf_t *cf, void *post, void *data);
static ngx_int_t ngx_chatops_url(ngx_str_t *url, ngx_str_t *host);


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
ngx_chatops_signing_secret_file(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_chatops_loc_conf_t *lcf = conf;

    ngx_str_t                 *value, secret;
    ngx_uint_t                 i;
    chatops_str_t              s;
    ngx_pool_cleanup_t        *cln;
    chatops_signature_key_t  **key;

    if (lcf->keys != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    value = cf->args->elts;

    lcf->keys = ngx_array_create(cf->pool, cf->args->nelts - 1,
                                 sizeof(chatops_signature_key_t *));
    if (lcf->keys == NULL) {
        return NGX_CONF_ERROR;
    }

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_chatops_read_secret(cf, &value[i], &secret) != NGX_OK) {
            return NGX_CONF_ERROR;
        }

        key = ngx_array_push(lcf->keys);
        cln = ngx_pool_cleanup_add(cf->pool, 0);

        if (key == NULL || cln == NULL) {
            return NGX_CONF_ERROR;
        }

        s = ngx_chatops_core_str(&secret);

        *key = chatops_signature_key_create(&s);
        if (*key == NULL) {
            return "cannot make a key of a secret";
        }

        cln->handler = ngx_chatops_key_cleanup;
        cln->data = *key;
    }

    return NGX_CONF_OK;
}


static void
ngx_chatops_key_cleanup(void *data)
{
    chatops_signature_key_destroy(data);
}


static char *
ngx_chatops_gitlab(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_chatops_loc_conf_t *lcf = conf;

    ngx_str_t  *value, url;

    if (lcf->gitlab.data != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;
    url = value[1];

    while (url.len && url.data[url.len - 1] == '/') {
        url.len--;
    }

    if (ngx_chatops_url(&url, &lcf->gitlab_host) != NGX_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid URL \"%V\": write https://host, with a "
                           "port or a path if need be", &value[1]);
        return NGX_CONF_ERROR;
    }

    lcf->gitlab = url;

    return NGX_CONF_OK;
}


/* "http[s]://host[:port][/path]" of printable characters, nothing else. */

static ngx_int_t
ngx_chatops_url(ngx_str_t *url, ngx_str_t *host)
{
    u_char      *p, *last;
    ngx_uint_t   i;

    for (i = 0; i < url->len; i++) {

        if (url->data[i] <= ' ' || url->data[i] >= 0x7f
            || url->data[i] == '?' || url->data[i] == '#'
            || url->data[i] == '@')
        {
            return NGX_ERROR;
        }
    }

    if (url->len > 8
        && ngx_strncmp(url->data, "https://", 8) == 0)
    {
        p = url->data + 8;

    } else if (url->len > 7
               && ngx_strncmp(url->data, "http://", 7) == 0)
    {
        p = url->data + 7;

    } else {
        return NGX_ERROR;
    }

    last = ngx_strlchr(p, url->data + url->len, '/');

    if (last == NULL) {
        last = url->data + url->len;
    }

    if (last == p || *p == ':') {
        return NGX_ERROR;
    }

    host->data = p;
    host->len = last - p;

    return NGX_OK;
}


static char *
ngx_chatops_token_file(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char *p = conf;

    ngx_str_t  *value, *token;

    token = (ngx_str_t *) (p + cmd->offset);

    if (token->data != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_chatops_read_secret(cf, &value[1], token) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


/* As GitLab is to see it, with a slash at the end. */

static char *
ngx_chatops_callback_url(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_chatops_loc_conf_t *lcf = conf;

    u_char     *p;
    ngx_str_t  *value, host;

    if (lcf->callback_url.data != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_chatops_url(&value[1], &host) != NGX_OK
        || host.data + host.len == value[1].data + value[1].len)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid URL \"%V\": write https://host/path/ of "
                           "the location with \"chatops_callback\"",
                           &value[1]);
        return NGX_CONF_ERROR;
    }

    lcf->callback_url.data = ngx_pnalloc(cf->pool, value[1].len + 1);
    if (lcf->callback_url.data == NULL) {
        return NGX_CONF_ERROR;
    }

    p = ngx_cpymem(lcf->callback_url.data, value[1].data, value[1].len);

    if (p[-1] != '/') {
        *p++ = '/';
    }

    lcf->callback_url.len = p - lcf->callback_url.data;

    return NGX_CONF_OK;
}


static char *
ngx_chatops_gitlab_location(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_chatops_loc_conf_t *lcf = conf;

    u_char     *p;
    ngx_str_t  *value;

    if (lcf->location.data != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (value[1].data[0] != '/' || ngx_strlchr(value[1].data, value[1].data
                                               + value[1].len, '?') != NULL)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid location \"%V\": it begins with \"/\"",
                           &value[1]);
        return NGX_CONF_ERROR;
    }

    lcf->location.data = ngx_pnalloc(cf->pool, value[1].len + 1);
    if (lcf->location.data == NULL) {
        return NGX_CONF_ERROR;
    }

    p = ngx_cpymem(lcf->location.data, value[1].data, value[1].len);

    if (p[-1] != '/') {
        *p++ = '/';
    }

    lcf->location.len = p - lcf->location.data;

    return NGX_CONF_OK;
}


static char *
ngx_chatops_project(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_chatops_loc_conf_t *lcf = conf;

    u_char      ch;
    ngx_str_t  *value;
    ngx_uint_t  i, slashes;

    if (lcf->project.data != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;
    slashes = 0;

    for (i = 0; i < value[1].len; i++) {
        ch = value[1].data[i];

        if (ch == '/') {
            slashes++;
            continue;
        }

        if (!((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z')
              || (ch >= '0' && ch <= '9')
              || ch == '-' || ch == '_' || ch == '.' || ch == '+'
              || ch >= 0x80))
        {
            break;
        }
    }

    if (i != value[1].len || slashes == 0
        || value[1].data[0] == '/' || value[1].data[value[1].len - 1] == '/')
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid project \"%V\": write its path with "
                           "namespace, \"group/project\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    lcf->project = value[1];

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
ngx_chatops_response_hosts(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_chatops_loc_conf_t *lcf = conf;

    ngx_str_t   *value, *host, name;
    ngx_uint_t   i;

    if (lcf->response_hosts != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    value = cf->args->elts;

    lcf->response_hosts = ngx_array_create(cf->pool, cf->args->nelts - 1,
                                           sizeof(ngx_str_t));
    if (lcf->response_hosts == NULL) {
        return NGX_CONF_ERROR;
    }

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_chatops_url(&value[i], &name) != NGX_OK
            || name.data + name.len != value[i].data + value[i].len)
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid host \"%V\": write https://host, "
                               "with a port if need be", &value[i]);
            return NGX_CONF_ERROR;
        }

        host = ngx_array_push(lcf->response_hosts);
        if (host == NULL) {
            return NGX_CONF_ERROR;
        }

        *host = value[i];
    }

    return NGX_CONF_OK;
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
