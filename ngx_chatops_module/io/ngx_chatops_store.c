#include "ngx_chatops_store.h"

#include <openssl/rand.h>


#define NGX_CHATOPS_STORE_ADD       0
#define NGX_CHATOPS_STORE_UPDATE    1
#define NGX_CHATOPS_STORE_FINISH    2
#define NGX_CHATOPS_STORE_RELEASE   3
#define NGX_CHATOPS_STORE_WAKE      4
#define NGX_CHATOPS_STORE_CLAIM     5

/* below chatops_ack_timeout, so that a busy file still gets its answer */
#define NGX_CHATOPS_STORE_BUSY      1000

/* calls that wait for the disk; more than that are refused */
#define NGX_CHATOPS_STORE_WAITING   4096

/* calls in one transaction */
#define NGX_CHATOPS_STORE_BATCH     256

/* how long an exiting worker waits for a write, in ms */
#define NGX_CHATOPS_STORE_HOLD      5000

/* what nobody waits for is tried again, every second, ten minutes long */
#define NGX_CHATOPS_STORE_AGAIN     1000
#define NGX_CHATOPS_STORE_TRIES     600


typedef struct {
    ngx_thread_pool_t      *pool;
    ngx_thread_task_t      *task;
    ngx_log_t              *log;
    chatops_str_t           url;
    u_char                  name[64];
    size_t                  len;             /* of the name */
    ngx_uint_t              serial;          /* of adds and claims */

    ngx_queue_t             waiting;
    ngx_queue_t             again;           /* after the timer */
    ngx_uint_t              nwaiting;        /* in both */
    ngx_event_t             timer;
    ngx_event_t             hold;
    ngx_connection_t        dummy;
    unsigned                busy:1;          /* the task is in flight */
    unsigned                failed:1;        /* at the exit */

    /* the thread's while the task is in flight */

    ngx_queue_t             batch;
    chatops_store_t        *store;
    char                    error[320];
} ngx_chatops_store_ctx_t;


static ngx_chatops_store_op_t *ngx_chatops_store_op(ngx_uint_t type,
    const chatops_run_t *run, ngx_chatops_store_pt handler, void *data);
static ngx_int_t ngx_chatops_store_enqueue(ngx_chatops_store_op_t *op);
static void ngx_chatops_store_post(void);
static ngx_uint_t ngx_chatops_store_next_batch(ngx_chatops_store_ctx_t *ctx);
static void ngx_chatops_store_thread(void *data, ngx_log_t *log);
static int ngx_chatops_store_open(ngx_chatops_store_ctx_t *ctx);
static void ngx_chatops_store_call(ngx_chatops_store_ctx_t *ctx,
    ngx_chatops_store_op_t *op);
static void ngx_chatops_store_fail(ngx_chatops_store_ctx_t *ctx,
    const char *what);
static void ngx_chatops_store_done(ngx_event_t *ev);
static void ngx_chatops_store_held(ngx_event_t *ev);
static void ngx_chatops_store_again(ngx_event_t *ev);


static ngx_chatops_store_ctx_t  ngx_chatops_store;


ngx_int_t
ngx_chatops_store_init(ngx_cycle_t *cycle, ngx_str_t *url,
    ngx_thread_pool_t *pool)
{
    uint32_t                  seed[2];
    ngx_chatops_store_ctx_t  *ctx;

    ctx = &ngx_chatops_store;

    ngx_memzero(ctx, sizeof(ngx_chatops_store_ctx_t));
    ngx_queue_init(&ctx->waiting);
    ngx_queue_init(&ctx->batch);
    ngx_queue_init(&ctx->again);

    ctx->dummy.fd = (ngx_socket_t) -1;
    ctx->timer.handler = ngx_chatops_store_again;
    ctx->timer.data = &ctx->dummy;
    ctx->timer.log = cycle->log;
    ctx->timer.cancelable = 1;

    ctx->hold.handler = ngx_chatops_store_held;
    ctx->hold.data = &ctx->dummy;
    ctx->hold.log = cycle->log;

    ctx->pool = pool;
    ctx->log = cycle->log;
    ctx->url = chatops_strn(url->data, url->len);

    ctx->task = ngx_thread_task_alloc(cycle->pool, 0);
    if (ctx->task == NULL) {
        return NGX_ERROR;
    }

    ctx->task->handler = ngx_chatops_store_thread;
    ctx->task->ctx = ctx;
    ctx->task->event.handler = ngx_chatops_store_done;
    ctx->task->event.data = ctx;

    if (RAND_bytes((u_char *) seed, sizeof(seed)) != 1) {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                      "chatops: RAND_bytes() failed");
        return NGX_ERROR;
    }

    /* unique among all workers of all hosts */

    ctx->len = ngx_snprintf(ctx->name, sizeof(ctx->name),
                            "%*s/%P/%08xD%08xD",
                            ngx_min(cycle->hostname.len, 24),
                            cycle->hostname.data, ngx_pid, seed[0], seed[1])
               - ctx->name;

    return NGX_OK;
}


/*
 * nginx joins the threads of its pools before: what was in flight has been
 * written, only its handlers have not been called, and are not any more.
 */

void
ngx_chatops_store_flush(void)
{
    ngx_queue_t              *q;
    ngx_chatops_store_op_t   *op;
    ngx_chatops_store_ctx_t  *ctx;

    ctx = &ngx_chatops_store;

    /* the pool is gone: nothing is posted any more */

    ctx->busy = 1;

    ngx_chatops_store_again(&ctx->timer);

    for ( ;; ) {

        while (!ngx_queue_empty(&ctx->batch)) {
            q = ngx_queue_head(&ctx->batch);
            ngx_queue_remove(q);

            op = ngx_queue_data(q, ngx_chatops_store_op_t, queue);
            chatops_arena_destroy(op->arena);
        }

        if (!ngx_chatops_store_next_batch(ctx)) {
            break;
        }

        ctx->error[0] = '\0';
        ngx_chatops_store_thread(ctx, ctx->log);

        if (ctx->error[0] != '\0') {
            ngx_log_error(NGX_LOG_ERR, ctx->log, 0,
                          "chatops: run store: %s", ctx->error);
            ctx->failed = 1;
            break;
        }
    }
}


void
ngx_chatops_store_release_now(chatops_run_t *run)
{
    ngx_chatops_store_ctx_t  *ctx;

    ctx = &ngx_chatops_store;

    /* a store that does not answer does not hold up the exit */

    if (ctx->failed
        || ngx_chatops_store_open(ctx) != CHATOPS_OK
        || chatops_store_release(ctx->store, &run->id, &run->owner)
           == CHATOPS_ERROR)
    {
        ctx->failed = 1;
    }
}


void
ngx_chatops_store_exit(void)
{
    if (ngx_chatops_store.store != NULL) {
        chatops_store_close(ngx_chatops_store.store);
        ngx_chatops_store.store = NULL;
    }
}


ngx_int_t
ngx_chatops_store_add(chatops_run_t *run, int64_t lease,
    ngx_chatops_store_pt handler, void *data)
{
    ngx_chatops_store_op_t  *op;

    op = ngx_chatops_store_op(NGX_CHATOPS_STORE_ADD, run, handler, data);
    if (op == NULL) {
        return NGX_ERROR;
    }

    op->lease = lease;

    return ngx_chatops_store_enqueue(op);
}


ngx_int_t
ngx_chatops_store_update(chatops_run_t *run, int64_t lease, int64_t due,
    ngx_chatops_store_pt handler, void *data)
{
    ngx_chatops_store_op_t  *op;

    op = ngx_chatops_store_op(NGX_CHATOPS_STORE_UPDATE, run, handler, data);
    if (op == NULL) {
        return NGX_ERROR;
    }

    op->lease = lease;
    op->due = due;

    return ngx_chatops_store_enqueue(op);
}


ngx_int_t
ngx_chatops_store_finish(chatops_run_t *run, ngx_chatops_store_pt handler,
    void *data)
{
    ngx_chatops_store_op_t  *op;

    op = ngx_chatops_store_op(NGX_CHATOPS_STORE_FINISH, run, handler, data);
    if (op == NULL) {
        return NGX_ERROR;
    }

    return ngx_chatops_store_enqueue(op);
}


ngx_int_t
ngx_chatops_store_release(chatops_run_t *run)
{
    ngx_chatops_store_op_t  *op;

    op = ngx_chatops_store_op(NGX_CHATOPS_STORE_RELEASE, run, NULL, NULL);
    if (op == NULL) {
        return NGX_ERROR;
    }

    return ngx_chatops_store_enqueue(op);
}


ngx_int_t
ngx_chatops_store_wake(const chatops_str_t *id)
{
    chatops_run_t            run;
    ngx_chatops_store_op_t  *op;

    ngx_memzero(&run, sizeof(chatops_run_t));
    run.id = *id;

    op = ngx_chatops_store_op(NGX_CHATOPS_STORE_WAKE, &run, NULL, NULL);
    if (op == NULL) {
        return NGX_ERROR;
    }

    return ngx_chatops_store_enqueue(op);
}


ngx_int_t
ngx_chatops_store_claim(size_t max, int64_t lease, int64_t slack,
    ngx_chatops_store_pt handler, void *data)
{
    ngx_chatops_store_op_t  *op;

    /* what this worker still has to write goes before what it takes on */

    ngx_chatops_store_again(&ngx_chatops_store.timer);

    op = ngx_chatops_store_op(NGX_CHATOPS_STORE_CLAIM, NULL, handler, data);
    if (op == NULL) {
        return NGX_ERROR;
    }

    op->max = max;
    op->lease = lease;
    op->slack = slack;

    return ngx_chatops_store_enqueue(op);
}


/* An op owns its memory: the thread touches nothing of nginx's pools. */

static ngx_chatops_store_op_t *
ngx_chatops_store_op(ngx_uint_t type, const chatops_run_t *run,
    ngx_chatops_store_pt handler, void *data)
{
    u_char                  *p;
    chatops_arena_t         *arena;
    ngx_chatops_store_op_t  *op;

    if (ngx_chatops_store.nwaiting >= NGX_CHATOPS_STORE_WAITING) {
        ngx_log_error(NGX_LOG_ERR, ngx_chatops_store.log, 0,
                      "chatops: the run store is too slow: %ui calls wait",
                      ngx_chatops_store.nwaiting);
        return NULL;
    }

    arena = chatops_arena_create(0);
    if (arena == NULL) {
        return NULL;
    }

    op = chatops_pcalloc(arena, sizeof(ngx_chatops_store_op_t));

    if (op == NULL
        || (run != NULL
            && ngx_chatops_run_copy(arena, &op->run, run) != CHATOPS_OK))
    {
        chatops_arena_destroy(arena);
        return NULL;
    }

    if (type == NGX_CHATOPS_STORE_ADD || type == NGX_CHATOPS_STORE_CLAIM) {
        p = chatops_palloc(arena, ngx_chatops_store.len + 1 + NGX_INT_T_LEN);

        if (p == NULL) {
            chatops_arena_destroy(arena);
            return NULL;
        }

        op->owner.data = p;
        op->owner.len = ngx_sprintf(p, "%*s/%ui", ngx_chatops_store.len,
                                    ngx_chatops_store.name,
                                    ++ngx_chatops_store.serial)
                        - p;

    } else {
        op->owner = op->run.owner;
    }

    op->type = type;
    op->arena = arena;
    op->handler = handler;
    op->data = data;

    return op;
}


static ngx_int_t
ngx_chatops_store_enqueue(ngx_chatops_store_op_t *op)
{
    ngx_queue_insert_tail(&ngx_chatops_store.waiting, &op->queue);
    ngx_chatops_store.nwaiting++;

    ngx_chatops_store_post();

    return NGX_OK;
}


static void
ngx_chatops_store_post(void)
{
    ngx_chatops_store_ctx_t  *ctx;

    ctx = &ngx_chatops_store;

    if (ctx->busy || !ngx_chatops_store_next_batch(ctx)) {
        return;
    }

    ctx->busy = 1;
    ctx->error[0] = '\0';

    /* an exiting worker stays for it */

    if (!ctx->hold.timer_set) {
        ngx_add_timer(&ctx->hold, NGX_CHATOPS_STORE_HOLD);
    }

    if (ngx_thread_task_post(ctx->pool, ctx->task) != NGX_OK) {

        /* the pool's queue is full, which is logged: they fail later */

        ngx_chatops_store_fail(ctx, "the thread pool is full");
        ngx_post_event(&ctx->task->event, &ngx_posted_events);
    }
}


/* 0 when nothing waits. */

static ngx_uint_t
ngx_chatops_store_next_batch(ngx_chatops_store_ctx_t *ctx)
{
    ngx_uint_t    n;
    ngx_queue_t  *q;

    for (n = 0; n < NGX_CHATOPS_STORE_BATCH; n++) {

        if (ngx_queue_empty(&ctx->waiting)) {
            break;
        }

        q = ngx_queue_head(&ctx->waiting);
        ngx_queue_remove(q);
        ngx_queue_insert_tail(&ctx->batch, q);
        ctx->nwaiting--;
    }

    return n;
}


static void
ngx_chatops_store_thread(void *data, ngx_log_t *log)
{
    ngx_chatops_store_ctx_t *ctx = data;

    ngx_queue_t             *q;
    ngx_chatops_store_op_t  *op;

    if (ngx_chatops_store_open(ctx) != CHATOPS_OK) {
        ngx_chatops_store_fail(ctx, NULL);
        return;
    }

    /* a claim by itself takes the write lock only if something is due */

    q = ngx_queue_head(&ctx->batch);
    op = ngx_queue_data(q, ngx_chatops_store_op_t, queue);

    if (ngx_queue_next(q) == ngx_queue_sentinel(&ctx->batch)) {
        ngx_chatops_store_call(ctx, op);
        goto done;
    }

    if (chatops_store_begin(ctx->store) != CHATOPS_OK) {
        ngx_chatops_store_fail(ctx, chatops_store_error(ctx->store));
        goto done;
    }

    for (q = ngx_queue_head(&ctx->batch);
         q != ngx_queue_sentinel(&ctx->batch);
         q = ngx_queue_next(q))
    {
        op = ngx_queue_data(q, ngx_chatops_store_op_t, queue);

        ngx_chatops_store_call(ctx, op);
    }

    if (chatops_store_commit(ctx->store) != CHATOPS_OK) {
        ngx_chatops_store_fail(ctx, chatops_store_error(ctx->store));
        chatops_store_rollback(ctx->store);
    }

done:

    if (ctx->error[0] != '\0') {

        /* a file that was mended or replaced is opened anew */

        chatops_store_close(ctx->store);
        ctx->store = NULL;
    }
}


static int
ngx_chatops_store_open(ngx_chatops_store_ctx_t *ctx)
{
    chatops_store_error_t  error;

    if (ctx->store != NULL) {
        return CHATOPS_OK;
    }

    error.text[0] = '\0';

    ctx->store = chatops_store_open(&ctx->url, NGX_CHATOPS_STORE_BUSY, &error);

    if (ctx->store == NULL) {
        ngx_cpystrn((u_char *) ctx->error, (u_char *) error.text,
                    sizeof(ctx->error));
        return CHATOPS_ERROR;
    }

    return CHATOPS_OK;
}


static void
ngx_chatops_store_call(ngx_chatops_store_ctx_t *ctx,
    ngx_chatops_store_op_t *op)
{
    chatops_store_t  *store;

    store = ctx->store;

    switch (op->type) {

    case NGX_CHATOPS_STORE_ADD:
        op->rc = chatops_store_add(store, &op->run, &op->owner, op->lease);
        break;

    case NGX_CHATOPS_STORE_UPDATE:
        op->rc = chatops_store_update(store, &op->run, &op->owner, op->lease,
                                      op->due);
        break;

    case NGX_CHATOPS_STORE_FINISH:
        op->rc = chatops_store_finish(store, &op->run, &op->owner);
        break;

    case NGX_CHATOPS_STORE_RELEASE:
        op->rc = chatops_store_release(store, &op->run.id, &op->owner);
        break;

    case NGX_CHATOPS_STORE_WAKE:
        op->rc = chatops_store_wake(store, &op->run.id);
        break;

    default: /* NGX_CHATOPS_STORE_CLAIM */
        op->rc = chatops_store_claim(store, op->max, &op->owner, op->lease,
                                     op->slack, op->arena, &op->runs,
                                     &op->nruns);
    }

    if (op->rc == CHATOPS_ERROR) {
        ngx_cpystrn((u_char *) ctx->error,
                    (u_char *) chatops_store_error(store),
                    sizeof(ctx->error));
    }
}


static void
ngx_chatops_store_fail(ngx_chatops_store_ctx_t *ctx, const char *what)
{
    ngx_queue_t             *q;
    ngx_chatops_store_op_t  *op;

    if (what != NULL) {
        ngx_cpystrn((u_char *) ctx->error, (u_char *) what,
                    sizeof(ctx->error));
    }

    for (q = ngx_queue_head(&ctx->batch);
         q != ngx_queue_sentinel(&ctx->batch);
         q = ngx_queue_next(q))
    {
        op = ngx_queue_data(q, ngx_chatops_store_op_t, queue);

        op->rc = CHATOPS_ERROR;
        op->nruns = 0;
    }
}


static void
ngx_chatops_store_done(ngx_event_t *ev)
{
    ngx_chatops_store_ctx_t *ctx = ev->data;

    ngx_queue_t              done, *q;
    ngx_chatops_store_op_t  *op;

    if (ctx->error[0] != '\0') {
        ngx_log_error(NGX_LOG_ERR, ctx->log, 0,
                      "chatops: run store: %s", ctx->error);
    }

    ngx_queue_init(&done);
    ngx_queue_add(&done, &ctx->batch);
    ngx_queue_init(&ctx->batch);

    ctx->busy = 0;

    /* the next transaction starts before the handlers of this one run */

    ngx_chatops_store_post();

    while (!ngx_queue_empty(&done)) {
        q = ngx_queue_head(&done);
        ngx_queue_remove(q);

        op = ngx_queue_data(q, ngx_chatops_store_op_t, queue);

        if (op->handler) {
            op->handler(op->data, op->rc, op);

        } else if (op->rc == CHATOPS_ERROR
                   && op->tries++ < NGX_CHATOPS_STORE_TRIES)
        {
            ngx_queue_insert_tail(&ctx->again, &op->queue);
            ctx->nwaiting++;

            if (!ctx->timer.timer_set) {
                ngx_add_timer(&ctx->timer, NGX_CHATOPS_STORE_AGAIN);
            }

            continue;
        }

        chatops_arena_destroy(op->arena);
    }

    if (!ctx->busy && ngx_queue_empty(&ctx->again) && ctx->hold.timer_set) {
        ngx_del_timer(&ctx->hold);
    }
}


static void
ngx_chatops_store_held(ngx_event_t *ev)
{
    /* void */
}


static void
ngx_chatops_store_again(ngx_event_t *ev)
{
    ngx_queue_t  *q;

    while (!ngx_queue_empty(&ngx_chatops_store.again)) {
        q = ngx_queue_head(&ngx_chatops_store.again);
        ngx_queue_remove(q);
        ngx_queue_insert_tail(&ngx_chatops_store.waiting, q);
    }

    ngx_chatops_store_post();
}


int
ngx_chatops_run_copy(chatops_arena_t *arena, chatops_run_t *dst,
    const chatops_run_t *src)
{
    size_t         i;
    chatops_str_t  *s;

    static const size_t  fields[] = {
        offsetof(chatops_run_t, id),
        offsetof(chatops_run_t, service),
        offsetof(chatops_run_t, team_id),
        offsetof(chatops_run_t, team_domain),
        offsetof(chatops_run_t, channel_id),
        offsetof(chatops_run_t, channel_name),
        offsetof(chatops_run_t, user_id),
        offsetof(chatops_run_t, user_name),
        offsetof(chatops_run_t, command),
        offsetof(chatops_run_t, trigger_id),
        offsetof(chatops_run_t, response_url),
        offsetof(chatops_run_t, gitlab),
        offsetof(chatops_run_t, project),
        offsetof(chatops_run_t, ref),
        offsetof(chatops_run_t, sha),
        offsetof(chatops_run_t, job),
        offsetof(chatops_run_t, input),
        offsetof(chatops_run_t, strategy),
        offsetof(chatops_run_t, note),
        offsetof(chatops_run_t, branch),
        offsetof(chatops_run_t, pipeline_url),
        offsetof(chatops_run_t, job_url),
        offsetof(chatops_run_t, status),
        offsetof(chatops_run_t, error),
        offsetof(chatops_run_t, link),
        offsetof(chatops_run_t, owner)
    };

    *dst = *src;

    for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        s = (chatops_str_t *) ((u_char *) dst + fields[i]);

        if (chatops_pstrdup(arena, s, s) != CHATOPS_OK) {
            return CHATOPS_ERROR;
        }
    }

    return CHATOPS_OK;
}
