#include "ngx_chatops_config.h"
#include "ngx_chatops_arena.h"


#define NGX_CHATOPS_CONFIGS  32


static ngx_chatops_config_t  *ngx_chatops_configs[NGX_CHATOPS_CONFIGS];
static ngx_uint_t             ngx_chatops_config_clock;


ngx_chatops_config_t *
ngx_chatops_config_get(ngx_str_t *key, ngx_uint_t version)
{
    ngx_uint_t             i;
    ngx_chatops_config_t  *config;

    for (i = 0; i < NGX_CHATOPS_CONFIGS; i++) {
        config = ngx_chatops_configs[i];

        if (config != NULL
            && config->version == version
            && config->key.len == key->len
            && ngx_memcmp(config->key.data, key->data, key->len) == 0)
        {
            config->used = ++ngx_chatops_config_clock;
            config->refs++;

            return config;
        }
    }

    return NULL;
}


int
ngx_chatops_config_parse(ngx_str_t *key, ngx_uint_t version,
    const chatops_str_t *text, const chatops_str_t *name, unsigned merged,
    ngx_log_t *log, ngx_chatops_config_t **out, chatops_yaml_error_t *error)
{
    int                     rc;
    ngx_pool_t             *pool;
    ngx_uint_t              i, slot;
    chatops_arena_t        *arena;
    ngx_chatops_config_t   *config;
    chatops_ci_options_t    options;

    pool = ngx_create_pool(16 * 1024, log);
    if (pool == NULL) {
        return CHATOPS_ERROR;
    }

    config = ngx_pcalloc(pool, sizeof(ngx_chatops_config_t));
    arena = ngx_palloc(pool, sizeof(chatops_arena_t));

    if (config == NULL || arena == NULL) {
        ngx_destroy_pool(pool);
        return CHATOPS_ERROR;
    }

    *arena = ngx_chatops_arena(pool);

    ngx_memzero(&options, sizeof(chatops_ci_options_t));

    options.merged = merged;

    rc = chatops_pstrdup(arena, &options.name, name);

    if (rc == CHATOPS_OK) {
        rc = chatops_ci_parse(arena, text, &options, &config->ci, error);
    }

    if (rc != CHATOPS_OK) {
        ngx_destroy_pool(pool);
        return rc;
    }

    config->key.len = key->len;
    config->key.data = ngx_pstrdup(pool, key);

    if (config->key.data == NULL) {
        ngx_destroy_pool(pool);
        return CHATOPS_ERROR;
    }

    config->pool = pool;
    config->version = version;
    config->refs = 1;
    config->used = ++ngx_chatops_config_clock;

    *out = config;

    if (version == 0) {
        return CHATOPS_OK;
    }

    config->refs++;

    slot = 0;

    for (i = 0; i < NGX_CHATOPS_CONFIGS; i++) {

        if (ngx_chatops_configs[i] == NULL) {
            slot = i;
            break;
        }

        if (ngx_chatops_configs[i]->used < ngx_chatops_configs[slot]->used) {
            slot = i;
        }
    }

    if (ngx_chatops_configs[slot] != NULL) {
        ngx_chatops_config_release(ngx_chatops_configs[slot]);
    }

    ngx_chatops_configs[slot] = config;

    return CHATOPS_OK;
}


void
ngx_chatops_config_release(ngx_chatops_config_t *config)
{
    if (--config->refs == 0) {
        ngx_destroy_pool(config->pool);
    }
}
