#include "ngx_chatops_cache.h"


typedef struct {
    ngx_rbtree_node_t    node;
    ngx_queue_t          queue;
    ngx_msec_t           expires;
    ngx_msec_t           locked_until;
    ngx_uint_t           version;
    size_t               size;           /* of the value */
    u_char              *value;          /* NULL: none yet */
    unsigned             fresh:1;
    unsigned             locked:1;
    size_t               len;            /* of the key */
    u_char               key[1];
} ngx_chatops_cache_node_t;


static ngx_int_t ngx_chatops_cache_state(ngx_chatops_cache_node_t *cn,
    ngx_msec_t now);
static ngx_chatops_cache_node_t *ngx_chatops_cache_find(
    ngx_chatops_shared_t *sh, uint32_t hash, ngx_str_t *key);
static ngx_chatops_cache_node_t *ngx_chatops_cache_create(
    ngx_chatops_zone_t *zone, uint32_t hash, ngx_str_t *key);
static void *ngx_chatops_cache_alloc(ngx_chatops_zone_t *zone, size_t size,
    ngx_chatops_cache_node_t *keep);
static void ngx_chatops_cache_insert(ngx_rbtree_node_t *temp,
    ngx_rbtree_node_t *node, ngx_rbtree_node_t *sentinel);


void
ngx_chatops_cache_init(ngx_chatops_shared_t *sh)
{
    ngx_rbtree_init(&sh->rbtree, &sh->sentinel, ngx_chatops_cache_insert);
    ngx_queue_init(&sh->lru);
}


ngx_int_t
ngx_chatops_cache_get(ngx_chatops_zone_t *zone, ngx_str_t *key,
    ngx_msec_t lock, ngx_pool_t *pool, ngx_str_t *value)
{
    size_t                     size, room;
    uint32_t                   hash;
    ngx_int_t                  rc;
    ngx_msec_t                 now;
    ngx_chatops_cache_node_t  *cn;

    hash = ngx_crc32_short(key->data, key->len);
    now = ngx_current_msec;

    ngx_str_null(value);
    room = 0;

    for ( ;; ) {

        ngx_shmtx_lock(&zone->shpool->mutex);

        cn = ngx_chatops_cache_find(zone->sh, hash, key);

        rc = cn ? ngx_chatops_cache_state(cn, now) : NGX_DECLINED;

        if (rc == NGX_AGAIN) {

            /* not the old value: whoever waits asks again and again */

            ngx_queue_remove(&cn->queue);
            ngx_queue_insert_head(&zone->sh->lru, &cn->queue);

            ngx_shmtx_unlock(&zone->shpool->mutex);
            ngx_str_null(value);

            return NGX_AGAIN;
        }

        size = cn ? cn->size : 0;

        if (size <= room) {
            break;
        }

        /* memory is taken outside the lock; the value may change meanwhile */

        ngx_shmtx_unlock(&zone->shpool->mutex);

        value->data = ngx_pnalloc(pool, size);
        if (value->data == NULL) {
            return NGX_ERROR;
        }

        room = size;
    }

    if (cn == NULL) {
        cn = ngx_chatops_cache_create(zone, hash, key);

        if (cn == NULL) {

            /* no room at all: everyone fetches for himself */

            ngx_shmtx_unlock(&zone->shpool->mutex);
            ngx_str_null(value);

            return NGX_DECLINED;
        }
    }

    ngx_queue_remove(&cn->queue);
    ngx_queue_insert_head(&zone->sh->lru, &cn->queue);

    if (cn->value != NULL && cn->size) {
        ngx_memcpy(value->data, cn->value, cn->size);
        value->len = cn->size;

    } else {
        ngx_str_null(value);
    }

    if (rc == NGX_DECLINED) {
        cn->locked = 1;
        cn->locked_until = now + lock;
    }

    ngx_shmtx_unlock(&zone->shpool->mutex);

    return rc;
}


/* What ngx_chatops_cache_get() returns of it. */

static ngx_int_t
ngx_chatops_cache_state(ngx_chatops_cache_node_t *cn, ngx_msec_t now)
{
    if (cn->fresh && (ngx_msec_int_t) (cn->expires - now) > 0) {
        return NGX_OK;
    }

    if (cn->locked && (ngx_msec_int_t) (cn->locked_until - now) > 0) {
        return NGX_AGAIN;
    }

    return NGX_DECLINED;
}


ngx_uint_t
ngx_chatops_cache_version(ngx_chatops_zone_t *zone, ngx_str_t *key)
{
    ngx_uint_t                 version;
    ngx_chatops_cache_node_t  *cn;

    version = 0;

    ngx_shmtx_lock(&zone->shpool->mutex);

    cn = ngx_chatops_cache_find(zone->sh,
                                ngx_crc32_short(key->data, key->len), key);

    if (cn != NULL && cn->fresh
        && (ngx_msec_int_t) (cn->expires - ngx_current_msec) > 0)
    {
        version = cn->version;

        ngx_queue_remove(&cn->queue);
        ngx_queue_insert_head(&zone->sh->lru, &cn->queue);
    }

    ngx_shmtx_unlock(&zone->shpool->mutex);

    return version;
}


void
ngx_chatops_cache_put(ngx_chatops_zone_t *zone, ngx_str_t *key,
    ngx_str_t *value, ngx_msec_t ttl)
{
    u_char                    *p;
    uint32_t                   hash;
    ngx_chatops_cache_node_t  *cn;

    hash = ngx_crc32_short(key->data, key->len);

    ngx_shmtx_lock(&zone->shpool->mutex);

    cn = ngx_chatops_cache_find(zone->sh, hash, key);

    if (cn == NULL) {
        cn = ngx_chatops_cache_create(zone, hash, key);

        if (cn == NULL) {
            goto done;
        }
    }

    cn->locked = 0;
    cn->fresh = 0;

    if (cn->value != NULL) {
        ngx_slab_free_locked(zone->shpool, cn->value);
        cn->value = NULL;
        cn->size = 0;
    }

    p = ngx_chatops_cache_alloc(zone, ngx_max(value->len, 1), cn);

    if (p == NULL) {
        goto done;
    }

    if (value->len) {
        ngx_memcpy(p, value->data, value->len);
    }

    cn->value = p;
    cn->size = value->len;
    cn->expires = ngx_current_msec + ttl;
    cn->version = ++zone->sh->serial;
    cn->fresh = 1;

done:

    ngx_shmtx_unlock(&zone->shpool->mutex);
}


void
ngx_chatops_cache_give_up(ngx_chatops_zone_t *zone, ngx_str_t *key)
{
    ngx_chatops_cache_node_t  *cn;

    ngx_shmtx_lock(&zone->shpool->mutex);

    cn = ngx_chatops_cache_find(zone->sh,
                                ngx_crc32_short(key->data, key->len), key);

    if (cn != NULL) {
        cn->locked = 0;
    }

    ngx_shmtx_unlock(&zone->shpool->mutex);
}


static ngx_chatops_cache_node_t *
ngx_chatops_cache_find(ngx_chatops_shared_t *sh, uint32_t hash, ngx_str_t *key)
{
    ngx_int_t                  rc;
    ngx_rbtree_node_t         *node, *sentinel;
    ngx_chatops_cache_node_t  *cn;

    node = sh->rbtree.root;
    sentinel = sh->rbtree.sentinel;

    while (node != sentinel) {

        if (hash != node->key) {
            node = hash < node->key ? node->left : node->right;
            continue;
        }

        cn = (ngx_chatops_cache_node_t *) node;

        rc = ngx_memn2cmp(key->data, cn->key, key->len, cn->len);

        if (rc == 0) {
            return cn;
        }

        node = rc < 0 ? node->left : node->right;
    }

    return NULL;
}


static ngx_chatops_cache_node_t *
ngx_chatops_cache_create(ngx_chatops_zone_t *zone, uint32_t hash,
    ngx_str_t *key)
{
    ngx_chatops_cache_node_t  *cn;

    cn = ngx_chatops_cache_alloc(zone,
                                 offsetof(ngx_chatops_cache_node_t, key)
                                 + key->len,
                                 NULL);
    if (cn == NULL) {
        return NULL;
    }

    ngx_memzero(cn, offsetof(ngx_chatops_cache_node_t, key));

    cn->node.key = hash;
    cn->len = key->len;
    ngx_memcpy(cn->key, key->data, key->len);

    /*
     * The pointer is set each time: after an upgrade of the module's file and
     * a reload, old workers have the function at another address.
     */

    zone->sh->rbtree.insert = ngx_chatops_cache_insert;

    ngx_rbtree_insert(&zone->sh->rbtree, &cn->node);
    ngx_queue_insert_head(&zone->sh->lru, &cn->queue);

    return cn;
}


static void *
ngx_chatops_cache_alloc(ngx_chatops_zone_t *zone, size_t size,
    ngx_chatops_cache_node_t *keep)
{
    void                      *p;
    ngx_queue_t               *q;
    ngx_chatops_cache_node_t  *cn;

    /* one that would drive out all others is not worth it */

    if (size > (size_t) (zone->shpool->end - zone->shpool->start) / 4) {
        return NULL;
    }

    for ( ;; ) {
        p = ngx_slab_alloc_locked(zone->shpool, size);

        if (p != NULL) {
            return p;
        }

        q = ngx_queue_last(&zone->sh->lru);

        if (q == ngx_queue_sentinel(&zone->sh->lru)) {
            return NULL;
        }

        cn = ngx_queue_data(q, ngx_chatops_cache_node_t, queue);

        if (cn == keep) {
            q = ngx_queue_prev(q);

            if (q == ngx_queue_sentinel(&zone->sh->lru)) {
                return NULL;
            }

            cn = ngx_queue_data(q, ngx_chatops_cache_node_t, queue);
        }

        ngx_queue_remove(&cn->queue);
        ngx_rbtree_delete(&zone->sh->rbtree, &cn->node);

        if (cn->value != NULL) {
            ngx_slab_free_locked(zone->shpool, cn->value);
        }

        ngx_slab_free_locked(zone->shpool, cn);
    }
}


static void
ngx_chatops_cache_insert(ngx_rbtree_node_t *temp, ngx_rbtree_node_t *node,
    ngx_rbtree_node_t *sentinel)
{
    ngx_int_t                   rc;
    ngx_rbtree_node_t         **p;
    ngx_chatops_cache_node_t   *cn, *cnt;

    for ( ;; ) {

        if (node->key != temp->key) {
            p = node->key < temp->key ? &temp->left : &temp->right;

        } else {
            cn = (ngx_chatops_cache_node_t *) node;
            cnt = (ngx_chatops_cache_node_t *) temp;

            rc = ngx_memn2cmp(cn->key, cnt->key, cn->len, cnt->len);
            p = rc < 0 ? &temp->left : &temp->right;
        }

        if (*p == sentinel) {
            break;
        }

        temp = *p;
    }

    *p = node;
    node->parent = temp;
    node->left = sentinel;
    node->right = sentinel;
    ngx_rbt_red(node);
}
