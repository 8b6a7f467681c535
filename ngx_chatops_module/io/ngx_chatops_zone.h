/*
 * The shared memory zone of all workers: answers of GitLab that several of
 * them need (ngx_chatops_cache.h), the signatures seen lately
 * (ngx_chatops_replay.h), and counters.
 *
 * The slab's own mutex is the only lock, for nginx's master unlocks it when a
 * worker dies; it is held for copies and never across a call.
 */

#ifndef NGX_CHATOPS_ZONE_H
#define NGX_CHATOPS_ZONE_H


#include <ngx_config.h>
#include <ngx_core.h>


#define NGX_CHATOPS_ZONE_MIN_SIZE  (256 * 1024)


typedef struct {
    ngx_atomic_t             received;       /* signed, well-formed commands */
    ngx_atomic_t             unauthorized;   /* answered with 401 */
    ngx_atomic_t             replayed;       /* of these, seen before */
    ngx_atomic_t             started;        /* pipelines made */
    ngx_atomic_t             refused;
    ngx_atomic_t             replies;        /* delivered */
    ngx_atomic_t             replies_lost;
    ngx_atomic_t             evicted;        /* replay entries given up early */
} ngx_chatops_counters_t;


typedef struct {
    u_char                   mac[16];
    time_t                   expires;
} ngx_chatops_seen_t;


typedef struct {
    ngx_uint_t               version;        /* of this layout */

    ngx_rbtree_t             rbtree;
    ngx_rbtree_node_t        sentinel;
    ngx_queue_t              lru;
    ngx_uint_t               serial;         /* of the values put in */

    ngx_chatops_seen_t      *seen;
    ngx_uint_t               nseen;

    ngx_chatops_counters_t   counters;
} ngx_chatops_shared_t;


typedef struct {
    ngx_str_t                name;
    ngx_slab_pool_t         *shpool;
    ngx_chatops_shared_t    *sh;
} ngx_chatops_zone_t;


/*
 * Adds the zone to the configuration.  `tag`: the module.  NULL after an
 * [emerg] message.
 */
ngx_shm_zone_t *ngx_chatops_zone_add(ngx_conf_t *cf, ngx_str_t *name,
    size_t size, void *tag);

#define ngx_chatops_count(zone, counter)                                      \
    (void) ngx_atomic_fetch_add(&(zone)->sh->counters.counter, 1)


#endif /* NGX_CHATOPS_ZONE_H */
