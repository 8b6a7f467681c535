#include "ngx_chatops_work.h"


/* the list of a project's pipelines is read that far */
#define NGX_CHATOPS_PAGES       5
#define NGX_CHATOPS_PAGE        100

/* a pipeline that was not found so often is gone */
#define NGX_CHATOPS_GONE_AFTER  2

/* how much longer than chatops_manual_timeout a run is watched, in ms */
#define NGX_CHATOPS_WATCH_MORE  (60 * 60 * 1000)

/* GitLab's clock and ours, in ms */
#define NGX_CHATOPS_SKEW        60000


typedef struct {
    ngx_queue_t                works;
    const char                *source;    /* of their pipelines */
    ngx_pool_t                *pool;
    chatops_arena_t            arena;
    ngx_chatops_loc_conf_t    *conf;
    chatops_str_t              project;
    chatops_gitlab_call_t      call;
    int64_t                    since;
    int64_t                    page;
} ngx_chatops_group_t;


static void ngx_chatops_watch_source(ngx_queue_t *works,
    const char *source);
static void ngx_chatops_group_send(ngx_chatops_group_t *g);
static void ngx_chatops_group_received(void *data,
    chatops_gitlab_answer_t *answer);
static void ngx_chatops_group_found(ngx_chatops_group_t *g,
    chatops_gitlab_pipeline_t *pipeline);
static void ngx_chatops_group_end(ngx_chatops_group_t *g,
    ngx_chatops_work_pt each);
static void ngx_chatops_watched(void *data, chatops_gitlab_answer_t *answer);
static void ngx_chatops_ended(ngx_chatops_work_t *w,
    chatops_gitlab_job_t *job);
static void ngx_chatops_last_word(ngx_chatops_work_t *w,
    chatops_reply_kind_e kind);
static void ngx_chatops_unfinished(ngx_chatops_work_t *w);
static int64_t ngx_chatops_interval(ngx_chatops_work_t *w);


/*
 * The waiting runs of one project: a single one is asked for by its jobs,
 * several by one list of the pipelines that have changed, a list for each
 * source.
 */

void
ngx_chatops_watch_group(ngx_queue_t *works)
{
    ngx_queue_t          chat, *q, *next;
    ngx_chatops_work_t  *w;

    ngx_queue_init(&chat);

    for (q = ngx_queue_head(works); q != ngx_queue_sentinel(works); q = next) {
        next = ngx_queue_next(q);
        w = ngx_queue_data(q, ngx_chatops_work_t, group);

        if (chatops_str_is(&w->run.strategy, "native")) {
            ngx_queue_remove(q);
            ngx_queue_insert_tail(&chat, q);
        }
    }

    ngx_chatops_watch_source(works, "api");
    ngx_chatops_watch_source(&chat, "chat");
}


static void
ngx_chatops_watch_source(ngx_queue_t *works, const char *source)
{
    ngx_pool_t           *pool;
    ngx_queue_t          *q;
    ngx_chatops_work_t   *w;
    ngx_chatops_group_t  *g;

    if (ngx_queue_empty(works)) {
        return;
    }

    q = ngx_queue_head(works);
    w = ngx_queue_data(q, ngx_chatops_work_t, group);

    if (ngx_queue_next(q) == ngx_queue_sentinel(works)) {
        ngx_chatops_work_next(w);
        return;
    }

    pool = ngx_create_pool(4096, ngx_cycle->log);
    g = pool ? ngx_pcalloc(pool, sizeof(ngx_chatops_group_t)) : NULL;

    if (g == NULL) {

        if (pool != NULL) {
            ngx_destroy_pool(pool);
        }

        while (!ngx_queue_empty(works)) {
            q = ngx_queue_head(works);
            ngx_queue_remove(q);
            ngx_chatops_work_retry(ngx_queue_data(q, ngx_chatops_work_t,
                                                  group));
        }

        return;
    }

    g->pool = pool;
    g->arena = ngx_chatops_arena(pool);
    g->conf = w->conf;
    g->source = source;
    g->project = ngx_chatops_core_str(&w->conf->project);
    g->since = w->run.triggered_at;
    g->page = 1;

    ngx_queue_init(&g->works);
    ngx_queue_add(&g->works, works);

    for (q = ngx_queue_head(&g->works);
         q != ngx_queue_sentinel(&g->works);
         q = ngx_queue_next(q))
    {
        w = ngx_queue_data(q, ngx_chatops_work_t, group);
        g->since = ngx_min(g->since, w->run.triggered_at);
    }

    g->since -= NGX_CHATOPS_SKEW;

    ngx_chatops_group_send(g);
}


static void
ngx_chatops_group_send(ngx_chatops_group_t *g)
{
    if (ngx_chatops_gitlab_held(g->conf)
        || chatops_gitlab_pipelines_since(&g->arena, &g->project, g->source,
                                          g->since, g->page, &g->call)
           != CHATOPS_OK
        || ngx_chatops_gitlab_send(g->conf, g->pool, &g->call, NULL,
                                   ngx_chatops_group_received, g)
           != NGX_OK)
    {
        ngx_chatops_group_end(g, ngx_chatops_unfinished);
    }
}


static void
ngx_chatops_group_received(void *data, chatops_gitlab_answer_t *answer)
{
    ngx_chatops_group_t *g = data;

    size_t                      i, n;
    chatops_gitlab_pipeline_t  *pipelines;

    if (answer->outcome != CHATOPS_GITLAB_ANSWERED
        || answer->status != 200
        || chatops_gitlab_read_pipelines(&g->arena, &answer->body, &pipelines,
                                         &n)
           != CHATOPS_OK)
    {
        ngx_chatops_group_end(g, ngx_chatops_unfinished);
        return;
    }

    for (i = 0; i < n; i++) {
        ngx_chatops_group_found(g, &pipelines[i]);
    }

    if (!ngx_queue_empty(&g->works)
        && n >= NGX_CHATOPS_PAGE && g->page < NGX_CHATOPS_PAGES)
    {
        g->page++;
        ngx_chatops_group_send(g);
        return;
    }

    /* what the list did not show is asked for by itself */

    ngx_chatops_group_end(g, ngx_chatops_watch);
}


static void
ngx_chatops_group_found(ngx_chatops_group_t *g,
    chatops_gitlab_pipeline_t *pipeline)
{
    ngx_queue_t         *q, *next;
    ngx_chatops_work_t  *w;

    for (q = ngx_queue_head(&g->works);
         q != ngx_queue_sentinel(&g->works);
         q = next)
    {
        next = ngx_queue_next(q);
        w = ngx_queue_data(q, ngx_chatops_work_t, group);

        if (w->run.pipeline_id != pipeline->id) {
            continue;
        }

        ngx_queue_remove(q);

        if (chatops_gitlab_status_ended(&pipeline->status)
            || chatops_str_is(&pipeline->status, "manual"))
        {
            ngx_chatops_watch(w);

        } else {
            (void) chatops_pstrdup(&w->arena, &w->run.status,
                                   &pipeline->status);
            ngx_chatops_unfinished(w);
        }
    }
}


static void
ngx_chatops_group_end(ngx_chatops_group_t *g, ngx_chatops_work_pt each)
{
    ngx_queue_t  *q;

    while (!ngx_queue_empty(&g->works)) {
        q = ngx_queue_head(&g->works);
        ngx_queue_remove(q);

        each(ngx_queue_data(q, ngx_chatops_work_t, group));
    }

    ngx_destroy_pool(g->pool);
}


void
ngx_chatops_watch(ngx_chatops_work_t *w)
{
    if (ngx_chatops_gitlab_held(w->conf)) {
        ngx_chatops_unfinished(w);
        return;
    }

    if (chatops_gitlab_jobs(&w->arena, &w->run.project, w->run.pipeline_id,
                            &w->call)
        != CHATOPS_OK)
    {
        ngx_chatops_work_retry(w);
        return;
    }

    ngx_chatops_work_send(w, NULL, ngx_chatops_watched);
}


static void
ngx_chatops_watched(void *data, chatops_gitlab_answer_t *answer)
{
    ngx_chatops_work_t *w = data;

    size_t                 i, n;
    chatops_gitlab_job_t  *jobs, *job;

    if (answer->outcome == CHATOPS_GITLAB_ANSWERED && answer->status == 404) {

        /* a replica that lags behind says so too */

        if (w->run.attempts < NGX_CHATOPS_GONE_AFTER) {
            ngx_chatops_work_retry(w);
            return;
        }

        ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                      "chatops: run %V: pipeline %L is gone",
                      ngx_chatops_v(&w->run.id), w->run.pipeline_id);

        w->run.state = CHATOPS_RUN_GONE;
        ngx_chatops_last_word(w, CHATOPS_KIND_GONE);
        return;
    }

    if (answer->outcome != CHATOPS_GITLAB_ANSWERED
        || answer->status != 200
        || chatops_gitlab_read_jobs(&w->arena, &answer->body, &jobs, &n)
           != CHATOPS_OK)
    {
        w->run.attempts = 0;
        ngx_chatops_unfinished(w);
        return;
    }

    job = NULL;

    for (i = 0; i < n; i++) {

        /* the last attempt, when somebody has retried it */

        if (chatops_str_eq(&jobs[i].name, &w->run.job)
            && (job == NULL || jobs[i].id > job->id))
        {
            job = &jobs[i];
        }
    }

    if (job == NULL) {
        ngx_chatops_unfinished(w);
        return;
    }

    w->run.job_id = job->id;
    w->run.job_url = job->web_url;
    w->run.status = job->status;

    if (chatops_gitlab_status_ended(&job->status)
        || (w->run.manual
            && chatops_str_is(&job->status, "manual")
            && ngx_chatops_now() - w->run.created_at
               >= (int64_t) w->conf->manual_timeout))
    {
        ngx_chatops_ended(w, job);
        return;
    }

    w->run.attempts = 0;

    ngx_chatops_unfinished(w);
}


static void
ngx_chatops_ended(ngx_chatops_work_t *w, chatops_gitlab_job_t *job)
{
    w->run.state = CHATOPS_RUN_FINISHED;
    w->run.error = job->failure_reason;

    ngx_log_error(NGX_LOG_INFO, ngx_cycle->log, 0,
                  "chatops: run %V: job %L has ended: %V %V",
                  ngx_chatops_v(&w->run.id), job->id,
                  ngx_chatops_v(&job->status),
                  ngx_chatops_v(&job->failure_reason));

    ngx_chatops_last_word(w, CHATOPS_KIND_RESULT);
}


/* Unless the person was told at the deadline that no more will come. */

static void
ngx_chatops_last_word(ngx_chatops_work_t *w, chatops_reply_kind_e kind)
{
    w->run.finished_at = ngx_chatops_now();

    if (w->run.reply == CHATOPS_REPLY_POSTED
        || w->run.reply == CHATOPS_REPLY_UNDELIVERABLE)
    {
        ngx_chatops_work_save(w, NGX_CHATOPS_LEASE, ngx_chatops_work_next);
        return;
    }

    ngx_chatops_work_reply(w, kind);
}


static void
ngx_chatops_unfinished(ngx_chatops_work_t *w)
{
    if (ngx_chatops_now() >= w->run.deadline_at
        && (w->run.reply == CHATOPS_REPLY_NONE
            || w->run.reply == CHATOPS_REPLY_SCHEDULED))
    {
        ngx_chatops_work_reply(w, CHATOPS_KIND_EXPIRED);
        return;
    }

    if (ngx_chatops_now() - w->run.created_at
        >= (int64_t) w->conf->manual_timeout + NGX_CHATOPS_WATCH_MORE
        && !chatops_str_is(&w->run.status, "running"))
    {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "chatops: run %V: pipeline %L is watched no longer",
                      ngx_chatops_v(&w->run.id), w->run.pipeline_id);

        w->run.state = CHATOPS_RUN_GONE;
        ngx_chatops_last_word(w, CHATOPS_KIND_GONE);
        return;
    }

    ngx_chatops_work_rest(w, ngx_chatops_interval(w));
}


/* Often while an answer is likely, and at the deadline in any case. */

static int64_t
ngx_chatops_interval(ngx_chatops_work_t *w)
{
    int64_t  age, interval, left, now;

    now = ngx_chatops_now();
    age = now - w->run.triggered_at;
    interval = w->conf->poll_interval;

    if (w->run.reply == CHATOPS_REPLY_POSTED
        || w->run.reply == CHATOPS_REPLY_UNDELIVERABLE)
    {
        interval *= 30;

    } else if (age > 10 * 60 * 1000) {
        interval *= 10;

    } else if (age > 2 * 60 * 1000) {
        interval *= 5;

    } else if (age > 30 * 1000) {
        interval *= 2;
    }

    interval = ngx_max(interval, (int64_t) ngx_chatops_gitlab_held(w->conf));

    left = w->run.deadline_at - now;

    return left > 0 ? ngx_min(interval, left) : interval;
}
