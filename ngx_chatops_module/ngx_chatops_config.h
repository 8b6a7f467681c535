/*
 * CI configurations as this worker has parsed them, each good until the
 * version of the text in shared memory changes; the least recently used make
 * room.
 */

#ifndef NGX_CHATOPS_CONFIG_H
#define NGX_CHATOPS_CONFIG_H


#include <ngx_config.h>
#include <ngx_core.h>

#include "chatops_ci.h"


typedef struct {
    ngx_str_t       key;
    ngx_uint_t      version;
    ngx_pool_t     *pool;
    chatops_ci_t   *ci;
    ngx_uint_t      refs;
    ngx_uint_t      used;
} ngx_chatops_config_t;


/* NULL when it is not there.  The caller releases what it gets. */
ngx_chatops_config_t *ngx_chatops_config_get(ngx_str_t *key,
    ngx_uint_t version);

/*
 * Parses a text, the file `name` itself or a merged one, and keeps it unless
 * `version` is 0.  CHATOPS_OK; CHATOPS_DECLINED
 * with `error`; CHATOPS_ERROR.
 */
int ngx_chatops_config_parse(ngx_str_t *key, ngx_uint_t version,
    const chatops_str_t *text, const chatops_str_t *name, unsigned merged,
    ngx_log_t *log, ngx_chatops_config_t **config,
    chatops_yaml_error_t *error);

void ngx_chatops_config_release(ngx_chatops_config_t *config);


#endif /* NGX_CHATOPS_CONFIG_H */
