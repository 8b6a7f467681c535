#include "ngx_chatops_module.h"


#define NGX_CHATOPS_SECRET_MAX  4096


static void ngx_chatops_forget(void *data);
static void ngx_chatops_key_cleanup(void *data);


/* Read by the master, before it gives up root's rights. */

ngx_int_t
ngx_chatops_read_file(ngx_conf_t *cf, ngx_str_t *name, size_t max,
    ngx_str_t *text)
{
    off_t            size;
    ssize_t          n;
    ngx_fd_t         fd;
    ngx_int_t        rc;
    ngx_file_info_t  fi;

    if (ngx_conf_full_name(cf->cycle, name, 1) != NGX_OK) {
        return NGX_ERROR;
    }

    rc = NGX_ERROR;

    fd = ngx_open_file(name->data, NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);
    if (fd == NGX_INVALID_FILE) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_open_file_n " \"%s\" failed", name->data);
        return NGX_ERROR;
    }

    if (ngx_fd_info(fd, &fi) == NGX_FILE_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_fd_info_n " \"%s\" failed", name->data);
        goto done;
    }

    size = ngx_file_size(&fi);

    if (!ngx_is_file(&fi)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%s\" is not a regular file", name->data);
        goto done;
    }

    if (size > (off_t) max) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%s\" is larger than %uz bytes",
                           name->data, max);
        goto done;
    }

    text->data = ngx_pnalloc(cf->pool, (size_t) size + 1);
    if (text->data == NULL) {
        goto done;
    }

    n = ngx_read_fd(fd, text->data, (size_t) size);

    if (n != (ssize_t) size) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, n == -1 ? ngx_errno : 0,
                           ngx_read_fd_n " \"%s\" failed", name->data);
        goto done;
    }

    text->data[size] = '\0';
    text->len = (size_t) size;

    rc = NGX_OK;

done:

    if (ngx_close_file(fd) == NGX_FILE_ERROR) {
        ngx_log_error(NGX_LOG_ALERT, cf->log, ngx_errno,
                      ngx_close_file_n " \"%s\" failed", name->data);
    }

    return rc;
}


ngx_int_t
ngx_chatops_read_secret(ngx_conf_t *cf, ngx_str_t *name, ngx_str_t *secret)
{
    size_t               i;
    chatops_str_t        text;
    ngx_file_info_t      fi;
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(cf->pool, sizeof(ngx_str_t));
    if (cln == NULL) {
        return NGX_ERROR;
    }

    if (ngx_chatops_read_file(cf, name, NGX_CHATOPS_SECRET_MAX, secret)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    cln->handler = ngx_chatops_forget;
    *(ngx_str_t *) cln->data = *secret;

    text = ngx_chatops_core_str(secret);
    text = chatops_str_trim(&text);

    if (text.len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%s\" is empty",
                           name->data);
        return NGX_ERROR;
    }

    for (i = 0; i < text.len; i++) {

        if (text.data[i] <= ' ' || text.data[i] >= 0x7f) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"%s\" must hold one secret in one line",
                               name->data);
            return NGX_ERROR;
        }
    }

    if (ngx_file_info(name->data, &fi) != NGX_FILE_ERROR
        && (ngx_file_access(&fi) & 0004))
    {
        ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                           "\"%s\" can be read by everyone", name->data);
    }

    *secret = ngx_chatops_ngx_str(&text);

    return NGX_OK;
}


static void
ngx_chatops_forget(void *data)
{
    ngx_str_t *secret = data;

    ngx_explicit_memzero(secret->data, secret->len);
}


char *
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


char *
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
