#include "ngx_chatops_replay.h"


ngx_int_t
ngx_chatops_replay_init(ngx_slab_pool_t *shpool, ngx_chatops_shared_t *sh,
    size_t size)
{
    ngx_uint_t  n;

    /* an eighth of the zone, in whole buckets */

    n = size / 8 / sizeof(ngx_chatops_seen_t);
    n -= n % NGX_CHATOPS_REPLAY_BUCKET;

    sh->seen = ngx_slab_calloc(shpool, n * sizeof(ngx_chatops_seen_t));
    if (sh->seen == NULL) {
        return NGX_ERROR;
    }

    sh->nseen = n;

    return NGX_OK;
}


ngx_int_t
ngx_chatops_replay_check(ngx_chatops_zone_t *zone, u_char *mac, time_t now)
{
    uint32_t               hash;
    ngx_int_t              rc;
    ngx_uint_t             i;
    ngx_chatops_seen_t    *bucket, *slot;
    ngx_chatops_shared_t  *sh;

    sh = zone->sh;

    ngx_memcpy(&hash, mac, sizeof(uint32_t));

    bucket = &sh->seen[hash % (sh->nseen / NGX_CHATOPS_REPLAY_BUCKET)
                       * NGX_CHATOPS_REPLAY_BUCKET];

    rc = NGX_OK;

    ngx_shmtx_lock(&zone->shpool->mutex);

    slot = &bucket[0];

    for (i = 0; i < NGX_CHATOPS_REPLAY_BUCKET; i++) {

        if (bucket[i].expires > now
            && ngx_memcmp(bucket[i].mac, mac, sizeof(bucket[i].mac)) == 0)
        {
            rc = NGX_DECLINED;
            break;
        }

        if (bucket[i].expires < slot->expires) {
            slot = &bucket[i];
        }
    }

    if (rc == NGX_OK) {

        if (slot->expires > now) {
            ngx_chatops_count(zone, evicted);
        }

        ngx_memcpy(slot->mac, mac, sizeof(slot->mac));
        slot->expires = now + NGX_CHATOPS_REPLAY_TIME;
    }

    ngx_shmtx_unlock(&zone->shpool->mutex);

    return rc;
}
