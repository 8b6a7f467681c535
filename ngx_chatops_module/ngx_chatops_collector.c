#include "ngx_chatops_collector.h"
#include "ngx_chatops_work.h"


/* runs in one claim, and in work at a time */
#define NGX_CHATOPS_CLAIM         64
#define NGX_CHATOPS_WORKS         256

#define NGX_CHATOPS_TICK_MIN      50
#define NGX_CHATOPS_RETRY_MAX     60000

/* a write that failed is tried again, so often and after so many ms */
#define NGX_CHATOPS_SAVES         60
#define NGX_CHATOPS_SAVE_AGAIN    1000

/* a run of a project that is no longer configured is looked at that often */
#define NGX_CHATOPS_ORPHAN        60000


typedef struct {
    ngx_chatops_main_conf_t  *mcf;
    ngx_event_t               timer;
    ngx_connection_t          dummy;
    ngx_msec_t                tick;
    ngx_queue_t               works;
    ngx_uint_t                nworks;
    unsigned                  claiming:1;
} ngx_chatops_collector_t;


static void ngx_chatops_collector_handler(ngx_event_t *ev);
static void ngx_chatops_collector_claimed(void *data, int rc,
    ngx_chatops_store_op_t *op);
static ngx_chatops_work_t *ngx_chatops_work_create(const chatops_run_t *run);
static ngx_chatops_loc_conf_t *ngx_chatops_route(const chatops_run_t *run);
static void ngx_chatops_work_orphan(ngx_chatops_work_t *w);
static void ngx_chatops_work_saved(void *data, int rc,
    ngx_chatops_store_op_t *op);
static void ngx_chatops_work_again(ngx_event_t *ev);


static ngx_chatops_collector_t  ngx_chatops_collector;


ngx_int_t
ngx_chatops_collector_init(ngx_cycle_t *cycle, ngx_chatops_main_conf_t *mcf)
{
    ngx_uint_t                 i;
    ngx_chatops_loc_conf_t   **routes;
    ngx_chatops_collector_t   *collector;

    collector = &ngx_chatops_collector;

    ngx_memzero(collector, sizeof(ngx_chatops_collector_t));
    ngx_queue_init(&collector->works);

    collector->mcf = mcf;
    collector->tick = 1000;

    routes = mcf->routes.elts;

    for (i = 0; i < mcf->routes.nelts; i++) {
        collector->tick = ngx_min(collector->tick, routes[i]->poll_interval);
    }

    collector->tick = ngx_max(collector->tick, NGX_CHATOPS_TICK_MIN);

    collector->dummy.fd = (ngx_socket_t) -1;

    collector->timer.handler = ngx_chatops_collector_handler;
    collector->timer.data = &collector->dummy;
    collector->timer.log = cycle->log;
    collector->timer.cancelable = 1;

    /* workers that start together do not ask together */

    ngx_add_timer(&collector->timer, 1 + ngx_random() % collector->tick);

    return NGX_OK;
}


void
ngx_chatops_collector_exit(void)
{
    ngx_queue_t         *q;
    ngx_chatops_work_t  *w;

    /* another worker goes on at once, not when the lease is over */

    for (q = ngx_queue_head(&ngx_chatops_collector.works);
         q != ngx_queue_sentinel(&ngx_chatops_collector.works);
         q = ngx_queue_next(q))
    {
        w = ngx_queue_data(q, ngx_chatops_work_t, queue);

        if (w->run.state != CHATOPS_RUN_TRIGGERING
            || ngx_chatops_is_made(&w->run))
        {
            ngx_chatops_store_release_now(&w->run);
        }
    }
}


static void
ngx_chatops_collector_handler(ngx_event_t *ev)
{
    ngx_chatops_collector_t  *collector;

    if (ngx_exiting || ngx_terminate) {
        return;
    }

    collector = &ngx_chatops_collector;

    if (!collector->claiming && collector->nworks < NGX_CHATOPS_WORKS
        && ngx_chatops_store_claim(NGX_CHATOPS_CLAIM, NGX_CHATOPS_LEASE,
                                   collector->tick,
                                   ngx_chatops_collector_claimed, collector)
           == NGX_OK)
    {
        collector->claiming = 1;
    }

    ngx_chatops_sweep(collector->mcf);

    ngx_add_timer(ev, collector->tick);
}


static void
ngx_chatops_collector_claimed(void *data, int rc, ngx_chatops_store_op_t *op)
{
    ngx_chatops_collector_t *collector = data;

    size_t                   i;
    ngx_queue_t              group;
    ngx_chatops_work_t      *w;
    ngx_chatops_loc_conf_t  *conf;

    collector->claiming = 0;

    if (rc != CHATOPS_OK) {
        return;
    }

    ngx_queue_init(&group);
    conf = NULL;

    for (i = 0; i < op->nruns; i++) {
        w = ngx_chatops_work_create(&op->runs[i]);

        if (w == NULL) {
            continue;
        }

        if (w->run.state != CHATOPS_RUN_WATCHING
            || w->run.reply == CHATOPS_REPLY_DUE
            || w->run.reply == CHATOPS_REPLY_POSTING
            || w->conf == NULL)
        {
            ngx_chatops_work_next(w);
            continue;
        }

        /* runs of a project stand side by side */

        if (w->conf != conf) {
            ngx_chatops_watch_group(&group);
            ngx_queue_init(&group);
            conf = w->conf;
        }

        ngx_queue_insert_tail(&group, &w->group);
    }

    ngx_chatops_watch_group(&group);
}


static ngx_chatops_work_t *
ngx_chatops_work_create(const chatops_run_t *run)
{
    ngx_pool_t          *pool;
    ngx_chatops_work_t  *w;

    pool = ngx_create_pool(4096, ngx_cycle->log);
    if (pool == NULL) {
        return NULL;
    }

    w = ngx_pcalloc(pool, sizeof(ngx_chatops_work_t));
    if (w == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    w->pool = pool;
    w->arena = ngx_chatops_arena(pool);

    w->dummy.fd = (ngx_socket_t) -1;
    w->dummy.data = w;

    w->again.handler = ngx_chatops_work_again;
    w->again.data = &w->dummy;
    w->again.log = ngx_cycle->log;

    if (ngx_chatops_run_copy(&w->arena, &w->run, run) != CHATOPS_OK) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    w->conf = ngx_chatops_route(&w->run);

    ngx_queue_insert_tail(&ngx_chatops_collector.works, &w->queue);
    ngx_chatops_collector.nworks++;

    return w;
}


void
ngx_chatops_work_destroy(ngx_chatops_work_t *w)
{
    if (w->again.timer_set) {
        ngx_del_timer(&w->again);
    }

    ngx_queue_remove(&w->queue);
    ngx_chatops_collector.nworks--;

    ngx_destroy_pool(w->pool);
}


/* The location that serves the run's project, as the configuration is now. */

static ngx_chatops_loc_conf_t *
ngx_chatops_route(const chatops_run_t *run)
{
    ngx_uint_t                i;
    chatops_str_t             gitlab, project;
    ngx_chatops_loc_conf_t  **routes;

    routes = ngx_chatops_collector.mcf->routes.elts;

    for (i = 0; i < ngx_chatops_collector.mcf->routes.nelts; i++) {
        gitlab = ngx_chatops_core_str(&routes[i]->gitlab);
        project = ngx_chatops_core_str(&routes[i]->project);

        if (chatops_str_eq(&gitlab, &run->gitlab)
            && chatops_str_eq(&project, &run->project))
        {
            return routes[i];
        }
    }

    return NULL;
}


void
ngx_chatops_work_next(ngx_chatops_work_t *w)
{
    ngx_msec_t  held;

    if (w->conf == NULL) {
        ngx_chatops_work_orphan(w);
        return;
    }

    if (w->run.reply == CHATOPS_REPLY_DUE
        || w->run.reply == CHATOPS_REPLY_POSTING)
    {
        ngx_chatops_deliver(w);
        return;
    }

    if (ngx_exiting) {
        ngx_chatops_work_rest(w, 0);
        return;
    }

    if (chatops_run_done(&w->run)) {
        ngx_chatops_work_finish(w);
        return;
    }

    held = ngx_chatops_gitlab_held(w->conf);

    if (held && w->run.state != CHATOPS_RUN_WATCHING) {
        ngx_chatops_work_rest(w, held);
        return;
    }

    switch (w->run.state) {

    case CHATOPS_RUN_RECEIVED:
    case CHATOPS_RUN_ACCEPTED:
        ngx_chatops_resume(w);
        return;

    case CHATOPS_RUN_TRIGGERING:
        ngx_chatops_look_for_pipeline(w);
        return;

    case CHATOPS_RUN_WATCHING:
        ngx_chatops_watch(w);
        return;

    default:

        if (w->run.cleanup == CHATOPS_CLEANUP_BRANCH_MADE) {
            ngx_chatops_remove_branch(w);
            return;
        }

        /* ended without a last word */

        ngx_chatops_work_reply(w, w->run.state == CHATOPS_RUN_FINISHED
                                  ? CHATOPS_KIND_RESULT
                                  : w->run.state == CHATOPS_RUN_GONE
                                        ? CHATOPS_KIND_GONE
                                        : w->run.state == CHATOPS_RUN_REFUSED
                                              ? CHATOPS_KIND_REFUSED
                                              : CHATOPS_KIND_AMBIGUOUS);
    }
}


/* The project is no longer in nginx.conf. */

static void
ngx_chatops_work_orphan(ngx_chatops_work_t *w)
{
    ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                  "chatops: run %V: no location has chatops_gitlab %V and "
                  "chatops_project %V any more",
                  ngx_chatops_v(&w->run.id), ngx_chatops_v(&w->run.gitlab),
                  ngx_chatops_v(&w->run.project));

    if (ngx_chatops_now() < w->run.deadline_at) {
        ngx_chatops_work_rest(w, NGX_CHATOPS_ORPHAN);
        return;
    }

    ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                  "chatops: run %V: given up in state \"%s\", its reply is "
                  "lost", ngx_chatops_v(&w->run.id),
                  chatops_run_state_name(w->run.state));

    w->run.reply = CHATOPS_REPLY_UNDELIVERABLE;

    ngx_chatops_work_finish(w);
}


void
ngx_chatops_work_reply(ngx_chatops_work_t *w, chatops_reply_kind_e kind)
{
    w->run.kind = kind;
    w->run.reply = CHATOPS_REPLY_DUE;
    w->run.attempts = 0;

    ngx_chatops_work_save(w, NGX_CHATOPS_LEASE, ngx_chatops_work_next);
}


void
ngx_chatops_work_save(ngx_chatops_work_t *w, int64_t lease,
    ngx_chatops_work_pt next)
{
    w->next = next;
    w->lease = lease;

    if (ngx_chatops_store_update(&w->run, lease, lease,
                                 ngx_chatops_work_saved, w)
        != NGX_OK)
    {
        ngx_chatops_work_destroy(w);
    }
}


static void
ngx_chatops_work_saved(void *data, int rc, ngx_chatops_store_op_t *op)
{
    ngx_chatops_work_t *w = data;

    if (rc == CHATOPS_OK) {
        w->tries = 0;
        w->next(w);
        return;
    }

    if (rc == CHATOPS_DECLINED) {
        ngx_log_error(NGX_LOG_INFO, ngx_cycle->log, 0,
                      "chatops: run %V: another worker has it now",
                      ngx_chatops_v(&w->run.id));

        ngx_chatops_work_destroy(w);
        return;
    }

    if (w->tries++ >= NGX_CHATOPS_SAVES) {
        ngx_chatops_work_destroy(w);
        return;
    }

    /*
     * What has happened since the last write must not be forgotten: a reply
     * that was taken would be posted again.
     */

    w->again.cancelable = (w->run.reply != CHATOPS_REPLY_POSTED);

    ngx_add_timer(&w->again, NGX_CHATOPS_SAVE_AGAIN);
}


static void
ngx_chatops_work_again(ngx_event_t *ev)
{
    ngx_connection_t    *dummy;
    ngx_chatops_work_t  *w;

    dummy = ev->data;
    w = dummy->data;

    ngx_chatops_work_save(w, w->lease, w->next);
}


void
ngx_chatops_work_rest(ngx_chatops_work_t *w, int64_t due)
{
    (void) ngx_chatops_store_update(&w->run, 0, due, NULL, NULL);

    ngx_chatops_work_destroy(w);
}


void
ngx_chatops_work_retry(ngx_chatops_work_t *w)
{
    int64_t  due;

    due = w->run.attempts < 6 ? (int64_t) 1000 << w->run.attempts
                              : NGX_CHATOPS_RETRY_MAX;
    w->run.attempts++;

    ngx_chatops_work_rest(w, ngx_max(due, (int64_t)
                                          ngx_chatops_gitlab_held(w->conf)));
}


void
ngx_chatops_work_finish(ngx_chatops_work_t *w)
{
    (void) ngx_chatops_store_finish(&w->run, NULL, NULL);

    ngx_chatops_work_destroy(w);
}


void
ngx_chatops_work_send(ngx_chatops_work_t *w, ngx_chatops_curl_sink_pt sink,
    ngx_chatops_gitlab_pt handler)
{
    if (ngx_chatops_gitlab_send(w->conf, w->pool, &w->call, sink, handler, w)
        != NGX_OK)
    {
        ngx_chatops_work_retry(w);
    }
}
