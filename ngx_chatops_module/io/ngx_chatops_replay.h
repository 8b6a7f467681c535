/*
 * The signatures of the last 601 seconds: Slack's window of five minutes is
 * open to both sides, so that a request stays good for that long.
 *
 * A flat table of buckets; a full bucket gives up its oldest entry.
 */

#ifndef NGX_CHATOPS_REPLAY_H
#define NGX_CHATOPS_REPLAY_H


#include "ngx_chatops_zone.h"


#define NGX_CHATOPS_REPLAY_TIME    601     /* seconds */
#define NGX_CHATOPS_REPLAY_BUCKET  8


/* Called once for a new zone of `size` bytes. */
ngx_int_t ngx_chatops_replay_init(ngx_slab_pool_t *shpool,
    ngx_chatops_shared_t *sh, size_t size);

/*
 * Remembers a signature of at least 16 bytes.  NGX_OK; NGX_DECLINED when it
 * has been seen before.
 */
ngx_int_t ngx_chatops_replay_check(ngx_chatops_zone_t *zone, u_char *mac,
    time_t now);


#endif /* NGX_CHATOPS_REPLAY_H */
