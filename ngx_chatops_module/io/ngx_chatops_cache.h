/*
 * Answers of GitLab, shared by the workers.  A key is fetched by one of them
 * at a time: whoever is told NGX_DECLINED fetches it and then puts it in or
 * gives it up, the others wait.  The least recently used entries make room.
 */

#ifndef NGX_CHATOPS_CACHE_H
#define NGX_CHATOPS_CACHE_H


#include "ngx_chatops_zone.h"


void ngx_chatops_cache_init(ngx_chatops_shared_t *sh);

/*
 * NGX_OK: `value` is a fresh copy in the pool.
 * NGX_DECLINED: the caller has to fetch it, for at most `lock` ms; an old
 * value may be there, else its data is NULL.
 * NGX_AGAIN: somebody else is fetching it; takes nothing from the pool.
 * NGX_ERROR: out of memory.
 */
ngx_int_t ngx_chatops_cache_get(ngx_chatops_zone_t *zone, ngx_str_t *key,
    ngx_msec_t lock, ngx_pool_t *pool, ngx_str_t *value);

/*
 * The version of a fresh value, which changes when another is put in; 0 when
 * there is none.
 */
ngx_uint_t ngx_chatops_cache_version(ngx_chatops_zone_t *zone,
    ngx_str_t *key);

/* Puts a value in, for `ttl` ms, and lets the next one fetch after that. */
void ngx_chatops_cache_put(ngx_chatops_zone_t *zone, ngx_str_t *key,
    ngx_str_t *value, ngx_msec_t ttl);

/* Lets somebody else fetch the key at once; an old value stays. */
void ngx_chatops_cache_give_up(ngx_chatops_zone_t *zone, ngx_str_t *key);


#endif /* NGX_CHATOPS_CACHE_H */
