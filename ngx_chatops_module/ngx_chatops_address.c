#include "ngx_chatops_module.h"


static ngx_int_t ngx_chatops_url(ngx_str_t *url, ngx_str_t *host);


char *
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


char *
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


char *
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


/* As GitLab is to see it, with a slash at the end. */

char *
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


char *
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
