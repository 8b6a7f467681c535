#include "ngx_chatops_zone.h"
#include "ngx_chatops_cache.h"
#include "ngx_chatops_replay.h"


#define NGX_CHATOPS_ZONE_VERSION  1


static ngx_int_t ngx_chatops_zone_init(ngx_shm_zone_t *shm_zone, void *data);


ngx_shm_zone_t *
ngx_chatops_zone_add(ngx_conf_t *cf, ngx_str_t *name, size_t size, void *tag)
{
    ngx_shm_zone_t      *shm_zone;
    ngx_chatops_zone_t  *zone;

    zone = ngx_pcalloc(cf->pool, sizeof(ngx_chatops_zone_t));
    if (zone == NULL) {
        return NULL;
    }

    shm_zone = ngx_shared_memory_add(cf, name, size, tag);
    if (shm_zone == NULL) {
        return NULL;
    }

    if (shm_zone->data) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "chatops zone \"%V\" is already defined", name);
        return NULL;
    }

    zone->name = *name;

    shm_zone->init = ngx_chatops_zone_init;
    shm_zone->data = zone;

    return shm_zone;
}


static ngx_int_t
ngx_chatops_zone_init(ngx_shm_zone_t *shm_zone, void *data)
{
    size_t                 len;
    ngx_chatops_zone_t    *ozone, *zone;
    ngx_chatops_shared_t  *sh;

    ozone = data;
    zone = shm_zone->data;

    if (ozone) {
        if (ozone->sh->version != NGX_CHATOPS_ZONE_VERSION) {
            ngx_log_error(NGX_LOG_EMERG, shm_zone->shm.log, 0,
                          "chatops zone \"%V\" was laid out by another "
                          "version of the module: restart nginx, or give the "
                          "zone another name", &shm_zone->shm.name);
            return NGX_ERROR;
        }

        zone->sh = ozone->sh;
        zone->shpool = ozone->shpool;

        return NGX_OK;
    }

    zone->shpool = (ngx_slab_pool_t *) shm_zone->shm.addr;

    if (shm_zone->shm.exists) {
        zone->sh = zone->shpool->data;

        return NGX_OK;
    }

    sh = ngx_slab_calloc(zone->shpool, sizeof(ngx_chatops_shared_t));
    if (sh == NULL) {
        return NGX_ERROR;
    }

    sh->version = NGX_CHATOPS_ZONE_VERSION;

    ngx_chatops_cache_init(sh);

    if (ngx_chatops_replay_init(zone->shpool, sh, shm_zone->shm.size)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    zone->sh = sh;
    zone->shpool->data = sh;

    len = sizeof(" in chatops zone \"\"") + shm_zone->shm.name.len;

    zone->shpool->log_ctx = ngx_slab_alloc(zone->shpool, len);
    if (zone->shpool->log_ctx == NULL) {
        return NGX_ERROR;
    }

    ngx_sprintf(zone->shpool->log_ctx, " in chatops zone \"%V\"%Z",
                &shm_zone->shm.name);

    /* a full cache gives up its oldest entries; that is no error */

    zone->shpool->log_nomem = 0;

    return NGX_OK;
}
