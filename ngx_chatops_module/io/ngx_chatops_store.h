/*
 * The run store from a worker: blocking calls on a thread of nginx's pool, at
 * most one task in flight; what arrives while it works goes with the next
 * transaction, so that many commands share one write to the disk.
 */

#ifndef NGX_CHATOPS_STORE_H
#define NGX_CHATOPS_STORE_H


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <ngx_thread_pool.h>

#include "chatops_store.h"


typedef struct ngx_chatops_store_op_s  ngx_chatops_store_op_t;

/*
 * `rc` is the store call's: CHATOPS_OK, CHATOPS_DECLINED or CHATOPS_ERROR.
 * The op and its memory are freed when the handler returns.
 */
typedef void (*ngx_chatops_store_pt)(void *data, int rc,
    ngx_chatops_store_op_t *op);


struct ngx_chatops_store_op_s {
    /* what a claim found, and who holds it; the handler copies what it keeps */
    chatops_run_t          *runs;
    size_t                  nruns;
    chatops_str_t           owner;

    /* private */

    ngx_queue_t             queue;
    ngx_uint_t              type;
    chatops_arena_t        *arena;
    chatops_run_t           run;
    size_t                  max;
    int64_t                 lease;
    int64_t                 due;
    int64_t                 slack;
    int                     rc;
    ngx_uint_t              tries;
    ngx_chatops_store_pt    handler;
    void                   *data;
};


/* In init_process.  `url` and `pool` live as long as the worker. */
ngx_int_t ngx_chatops_store_init(ngx_cycle_t *cycle, ngx_str_t *url,
    ngx_thread_pool_t *pool);

/*
 * In exit_process, when the thread pool is gone, all blocking: writes what
 * still waits, gives back a run that this worker holds, closes the store.
 */
void ngx_chatops_store_flush(void);
void ngx_chatops_store_release_now(chatops_run_t *run);
void ngx_chatops_store_exit(void);

/*
 * The store's calls (chatops_store.h).  The run is copied.  The handler is
 * never called from inside these.  NGX_ERROR: out of memory or too many
 * waiting, the handler will not be called.
 *
 * An add and a claim make a new owner (op->owner), who is to be in run.owner
 * of all further calls for these runs: a worker whose lease has ended and who
 * has claimed a run anew does not hold it twice.
 *
 * The handler of an update or a finish may be NULL when nothing depends on
 * it: what the store could not write then is tried again until it could.
 */
ngx_int_t ngx_chatops_store_add(chatops_run_t *run, int64_t lease,
    ngx_chatops_store_pt handler, void *data);
ngx_int_t ngx_chatops_store_update(chatops_run_t *run, int64_t lease,
    int64_t due, ngx_chatops_store_pt handler, void *data);
ngx_int_t ngx_chatops_store_finish(chatops_run_t *run,
    ngx_chatops_store_pt handler, void *data);
ngx_int_t ngx_chatops_store_release(chatops_run_t *run);
ngx_int_t ngx_chatops_store_wake(const chatops_str_t *id);
ngx_int_t ngx_chatops_store_claim(size_t max, int64_t lease, int64_t slack,
    ngx_chatops_store_pt handler, void *data);

/* A deep copy in the arena.  CHATOPS_OK or CHATOPS_ERROR. */
int ngx_chatops_run_copy(chatops_arena_t *arena, chatops_run_t *dst,
    const chatops_run_t *src);


#endif /* NGX_CHATOPS_STORE_H */
