#include "ngx_chatops_work.h"
#include "chatops_id.h"
#include "chatops_ref.h"


/* failed tries before a branch is left to the sweep */
#define NGX_CHATOPS_REMOVE_MAX   10

/* how often the leftovers of a project are looked for, in ms */
#define NGX_CHATOPS_SWEEP        (10 * 60 * 1000)
#define NGX_CHATOPS_SWEEP_FIRST  (60 * 1000)

/* a branch that much older than any run can be is a leftover */
#define NGX_CHATOPS_SWEEP_SLACK  (60 * 60 * 1000)


typedef struct {
    ngx_pool_t                *pool;
    chatops_arena_t            arena;
    ngx_chatops_loc_conf_t    *conf;
    chatops_str_t              project;
    chatops_gitlab_call_t      call;
    chatops_str_t             *names;
    chatops_str_t             *name;
    size_t                     n;
    size_t                     i;
} ngx_chatops_sweep_t;


static void ngx_chatops_removed(void *data, chatops_gitlab_answer_t *answer);
static void ngx_chatops_sweep_project(ngx_chatops_loc_conf_t *conf);
static void ngx_chatops_swept_list(void *data,
    chatops_gitlab_answer_t *answer);
static void ngx_chatops_sweep_next(ngx_chatops_sweep_t *s);
static ngx_uint_t ngx_chatops_leftover(ngx_chatops_sweep_t *s);
static void ngx_chatops_sweep_looked(void *data,
    chatops_gitlab_answer_t *answer);
static void ngx_chatops_swept(void *data, chatops_gitlab_answer_t *answer);


void
ngx_chatops_remove_branch(ngx_chatops_work_t *w)
{
    if (chatops_gitlab_delete_branch(&w->arena, &w->run.project,
                                     &w->run.branch, &w->call)
        != CHATOPS_OK)
    {
        ngx_chatops_work_retry(w);
        return;
    }

    ngx_chatops_work_send(w, NULL, ngx_chatops_removed);
}


static void
ngx_chatops_removed(void *data, chatops_gitlab_answer_t *answer)
{
    ngx_chatops_work_t *w = data;

    if (answer->outcome == CHATOPS_GITLAB_ANSWERED
        && (answer->status == 204 || answer->status == 404))
    {
        w->run.cleanup = CHATOPS_CLEANUP_BRANCH_GONE;
        w->run.attempts = 0;

        ngx_chatops_work_save(w, NGX_CHATOPS_LEASE, ngx_chatops_work_next);
        return;
    }

    if (w->run.attempts < NGX_CHATOPS_REMOVE_MAX) {
        ngx_chatops_work_retry(w);
        return;
    }

    ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                  "chatops: run %V: branch %V of %V cannot be removed, please "
                  "do it by hand", ngx_chatops_v(&w->run.id),
                  ngx_chatops_v(&w->run.branch),
                  ngx_chatops_v(&w->run.project));

    w->run.cleanup = CHATOPS_CLEANUP_BRANCH_GONE;
    w->run.attempts = 0;

    ngx_chatops_work_save(w, NGX_CHATOPS_LEASE, ngx_chatops_work_next);
}


/*
 * What no row remembers, because the store was lost or a removal given up.
 * One worker a project, every ten minutes.
 */

void
ngx_chatops_sweep(ngx_chatops_main_conf_t *mcf)
{
    u_char                   *p;
    ngx_str_t                 key, value;
    ngx_pool_t               *pool;
    ngx_uint_t                i;
    ngx_chatops_zone_t       *zone;
    ngx_chatops_loc_conf_t  **routes;

    static ngx_uint_t         started;
    static ngx_msec_t         next;

    if (!started) {
        started = 1;
        next = ngx_current_msec + NGX_CHATOPS_SWEEP_FIRST;
    }

    if ((ngx_msec_int_t) (ngx_current_msec - next) < 0) {
        return;
    }

    next = ngx_current_msec + NGX_CHATOPS_SWEEP_FIRST;

    routes = mcf->routes.elts;

    for (i = 0; i < mcf->routes.nelts; i++) {
        pool = ngx_create_pool(1024, ngx_cycle->log);
        if (pool == NULL) {
            return;
        }

        key.len = sizeof("s: ") - 1 + routes[i]->gitlab.len
                  + routes[i]->project.len;
        key.data = ngx_pnalloc(pool, key.len);

        if (key.data == NULL) {
            ngx_destroy_pool(pool);
            return;
        }

        p = ngx_sprintf(key.data, "s:%V %V", &routes[i]->gitlab,
                        &routes[i]->project);
        key.len = p - key.data;

        zone = ngx_chatops_zone(routes[i]);

        if (ngx_chatops_cache_get(zone, &key, 1000, pool, &value)
            == NGX_DECLINED)
        {
            ngx_str_set(&value, "swept");
            ngx_chatops_cache_put(zone, &key, &value, NGX_CHATOPS_SWEEP);

            ngx_chatops_sweep_project(routes[i]);
        }

        ngx_destroy_pool(pool);
    }
}


static void
ngx_chatops_sweep_project(ngx_chatops_loc_conf_t *conf)
{
    ngx_pool_t           *pool;
    chatops_str_t         prefix;
    ngx_chatops_sweep_t  *s;

    pool = ngx_create_pool(4096, ngx_cycle->log);
    if (pool == NULL) {
        return;
    }

    s = ngx_pcalloc(pool, sizeof(ngx_chatops_sweep_t));
    if (s == NULL) {
        ngx_destroy_pool(pool);
        return;
    }

    s->pool = pool;
    s->arena = ngx_chatops_arena(pool);
    s->conf = conf;
    s->project = ngx_chatops_core_str(&conf->project);

    prefix = chatops_ref_prefix(&conf->branch);

    if (chatops_gitlab_branches(&s->arena, &s->project, &prefix, 1, &s->call)
        != CHATOPS_OK
        || ngx_chatops_gitlab_send(conf, pool, &s->call, NULL,
                                   ngx_chatops_swept_list, s)
           != NGX_OK)
    {
        ngx_destroy_pool(pool);
    }
}


static void
ngx_chatops_swept_list(void *data, chatops_gitlab_answer_t *answer)
{
    ngx_chatops_sweep_t *s = data;

    if (answer->outcome != CHATOPS_GITLAB_ANSWERED
        || answer->status != 200
        || chatops_gitlab_read_branches(&s->arena, &answer->body, &s->names,
                                        &s->n)
           != CHATOPS_OK)
    {
        ngx_destroy_pool(s->pool);
        return;
    }

    ngx_chatops_sweep_next(s);
}


static void
ngx_chatops_sweep_next(ngx_chatops_sweep_t *s)
{
    while (s->i < s->n) {
        s->name = &s->names[s->i++];

        if (!ngx_chatops_leftover(s)) {
            continue;
        }

        if (chatops_gitlab_pipelines_of_ref(&s->arena, &s->project, s->name,
                                            &s->call)
            == CHATOPS_OK
            && ngx_chatops_gitlab_send(s->conf, s->pool, &s->call, NULL,
                                       ngx_chatops_sweep_looked, s)
               == NGX_OK)
        {
            return;
        }
    }

    ngx_destroy_pool(s->pool);
}


/* Ours by its name, and older than a run that still has its row. */

static ngx_uint_t
ngx_chatops_leftover(ngx_chatops_sweep_t *s)
{
    u_char         random[CHATOPS_ID_RANDOM], oldest[CHATOPS_ID_LEN];
    chatops_str_t  id, limit;

    if (chatops_ref_id(&s->conf->branch, s->name, &id) != CHATOPS_OK
        || !chatops_id_valid(&id))
    {
        return 0;
    }

    ngx_memzero(random, sizeof(random));
    chatops_id_make(ngx_chatops_now() - (int64_t) s->conf->manual_timeout
                    - NGX_CHATOPS_SWEEP_SLACK, random, oldest);
    limit = chatops_strn(oldest, CHATOPS_ID_LEN);

    return chatops_str_cmp(&id, &limit) < 0;
}


/* Never under a job that still runs. */

static void
ngx_chatops_sweep_looked(void *data, chatops_gitlab_answer_t *answer)
{
    ngx_chatops_sweep_t *s = data;

    size_t                      i, n;
    chatops_gitlab_pipeline_t  *pipelines;

    if (answer->outcome != CHATOPS_GITLAB_ANSWERED
        || answer->status != 200
        || chatops_gitlab_read_pipelines(&s->arena, &answer->body, &pipelines,
                                         &n)
           != CHATOPS_OK)
    {
        ngx_chatops_sweep_next(s);
        return;
    }

    for (i = 0; i < n; i++) {

        if (!chatops_gitlab_status_ended(&pipelines[i].status)
            && !chatops_str_is(&pipelines[i].status, "manual"))
        {
            ngx_chatops_sweep_next(s);
            return;
        }
    }

    ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                  "chatops: branch %V of %V is left over and removed",
                  ngx_chatops_v(s->name), ngx_chatops_v(&s->project));

    if (chatops_gitlab_delete_branch(&s->arena, &s->project, s->name,
                                     &s->call)
        != CHATOPS_OK
        || ngx_chatops_gitlab_send(s->conf, s->pool, &s->call, NULL,
                                   ngx_chatops_swept, s)
           != NGX_OK)
    {
        ngx_chatops_sweep_next(s);
    }
}


static void
ngx_chatops_swept(void *data, chatops_gitlab_answer_t *answer)
{
    ngx_chatops_sweep_next(data);
}
