#include "ngx_chatops_strategy.h"


/* how often a value is looked for that somebody else is fetching */
#define NGX_CHATOPS_WAIT        20

/* how long somebody else may take for it */
#define NGX_CHATOPS_WAIT_MAX    10000


static void ngx_chatops_dispatch_lookup(ngx_chatops_dispatch_t *d);
static void ngx_chatops_dispatch_wait_handler(ngx_event_t *ev);
static void ngx_chatops_dispatch_fetched(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer);
static void ngx_chatops_dispatch_saved(void *data, int rc,
    ngx_chatops_store_op_t *op);
static void ngx_chatops_dispatch_renewed(void *data, int rc,
    ngx_chatops_store_op_t *op);
static void ngx_chatops_dispatch_renew_handler(ngx_event_t *ev);
static void ngx_chatops_dispatch_give_back(ngx_chatops_dispatch_t *d);
static void ngx_chatops_dispatch_unlock(ngx_chatops_dispatch_t *d);


ngx_chatops_dispatch_t *
ngx_chatops_dispatch_create(ngx_chatops_loc_conf_t *conf,
    const chatops_run_t *run)
{
    ngx_log_t               *log;
    ngx_pool_t              *pool;
    ngx_chatops_dispatch_t  *d;

    /* not the connection's: a dispatch may outlive its request */

    log = ngx_cycle->log;

    pool = ngx_create_pool(8192, log);
    if (pool == NULL) {
        return NULL;
    }

    d = ngx_pcalloc(pool, sizeof(ngx_chatops_dispatch_t));
    if (d == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    d->pool = pool;
    d->log = log;
    d->arena = ngx_chatops_arena(pool);
    d->conf = conf;

    if (ngx_chatops_run_copy(&d->arena, &d->run, run) != CHATOPS_OK) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    d->dummy.fd = (ngx_socket_t) -1;

    d->wait.handler = ngx_chatops_dispatch_wait_handler;
    d->wait.data = &d->dummy;
    d->wait.log = log;
    d->dummy.data = d;

    d->renew.handler = ngx_chatops_dispatch_renew_handler;
    d->renew.data = &d->dummy;
    d->renew.log = log;
    d->renew.cancelable = 1;

    return d;
}


void
ngx_chatops_dispatch_destroy(ngx_chatops_dispatch_t *d)
{
    ngx_chatops_dispatch_unlock(d);

    if (d->wait.timer_set) {
        ngx_del_timer(&d->wait);
    }

    if (d->renew.timer_set) {
        ngx_del_timer(&d->renew);
    }

    ngx_chatops_dispatch_forget(d);

    ngx_destroy_pool(d->pool);
}


void
ngx_chatops_dispatch_forget(ngx_chatops_dispatch_t *d)
{
    if (d->config != NULL) {
        ngx_chatops_config_release(d->config);
        d->config = NULL;
    }

    if (d->file != NULL) {
        ngx_chatops_config_release(d->file);
        d->file = NULL;
    }
}


void
ngx_chatops_dispatch_start(ngx_chatops_dispatch_t *d)
{
    ngx_add_timer(&d->renew, NGX_CHATOPS_LEASE / 3);

    ngx_chatops_check_member(d);
}


void
ngx_chatops_dispatch_look(ngx_chatops_dispatch_t *d)
{
    ngx_chatops_strategy_t  *strategy;

    d->looking = 1;
    strategy = ngx_chatops_strategy_find(&d->run.strategy);

    if (strategy == NULL) {

        /* of another release */

        ngx_chatops_ambiguous(d);
        return;
    }

    ngx_add_timer(&d->renew, NGX_CHATOPS_LEASE / 3);

    strategy->look(d);
}


void
ngx_chatops_dispatch_answer(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer)
{
    ngx_chatops_step_pt  step;

    ngx_log_debug4(NGX_LOG_DEBUG_CORE, d->log, 0,
                   "chatops: run %V: answer %ui, outcome %d, %uz bytes",
                   ngx_chatops_v(&d->run.id), (ngx_uint_t) answer->status,
                   answer->outcome, answer->body.len);

    step = d->step;
    d->step = NULL;

    step(d, answer);
}


void
ngx_chatops_dispatch_abandon(ngx_chatops_dispatch_t *d)
{
    ngx_log_error(NGX_LOG_INFO, d->log, 0,
                  "chatops: run %V: the request has ended, the collector "
                  "goes on with it", ngx_chatops_v(&d->run.id));

    d->abandoned = 1;

    if (!d->storing) {
        ngx_chatops_dispatch_give_back(d);
    }
}


/* A pipeline that has been asked for is looked for when its time has come. */

static void
ngx_chatops_dispatch_give_back(ngx_chatops_dispatch_t *d)
{
    int64_t  due;

    due = d->run.state == CHATOPS_RUN_TRIGGERING
          && !ngx_chatops_is_made(&d->run)
          ? ngx_chatops_dispatch_due(d) : 0;

    (void) ngx_chatops_store_update(&d->run, 0, due, NULL, NULL);

    ngx_chatops_dispatch_destroy(d);
}


void
ngx_chatops_dispatch_end(ngx_chatops_dispatch_t *d,
    ngx_chatops_outcome_e outcome)
{
    ngx_chatops_dispatch_unlock(d);

    d->done(d, outcome);
}


void
ngx_chatops_dispatch_send(ngx_chatops_dispatch_t *d, ngx_chatops_step_pt step)
{
    chatops_gitlab_answer_t  answer;

    d->step = step;

    ngx_log_debug3(NGX_LOG_DEBUG_CORE, d->log, 0,
                   "chatops: run %V: %s %V", ngx_chatops_v(&d->run.id),
                   d->call.method, ngx_chatops_v(&d->call.path));

    if (d->send(d, &d->call) == NGX_OK) {
        return;
    }

    ngx_memzero(&answer, sizeof(chatops_gitlab_answer_t));
    answer.outcome = CHATOPS_GITLAB_UNREACHED;
    answer.retry_after = -1;

    ngx_chatops_dispatch_answer(d, &answer);
}


void
ngx_chatops_dispatch_get(ngx_chatops_dispatch_t *d, const char *what,
    u_char kind, chatops_str_t *more, ngx_msec_t ttl,
    ngx_chatops_read_pt read, ngx_chatops_step_pt failed)
{
    ngx_chatops_dispatch_unlock(d);

    if (ngx_chatops_dispatch_key(d, kind, more, &d->key) != NGX_OK) {
        ngx_chatops_dispatch_refuse_text(d, "nginx is out of memory; nothing "
                                         "was started.");
        return;
    }

    d->what = what;
    d->ttl = ttl;
    d->read = read;
    d->failed = failed;
    d->strict = (kind == NGX_CHATOPS_KEY_MEMBER);
    d->waiting_since = ngx_current_msec;
    d->fetched = 0;

    ngx_str_null(&d->stale);

    ngx_chatops_dispatch_lookup(d);
}


ngx_int_t
ngx_chatops_dispatch_key(ngx_chatops_dispatch_t *d, u_char kind,
    chatops_str_t *more, ngx_str_t *key)
{
    key->len = sizeof("x:  ") - 1 + d->run.gitlab.len + d->run.project.len
               + more->len;

    key->data = ngx_pnalloc(d->pool, key->len);
    if (key->data == NULL) {
        return NGX_ERROR;
    }

    ngx_sprintf(key->data, "%c:%V %V %V", kind,
                ngx_chatops_v(&d->run.gitlab), ngx_chatops_v(&d->run.project),
                ngx_chatops_v(more));

    return NGX_OK;
}


void
ngx_chatops_dispatch_remember(ngx_chatops_dispatch_t *d, u_char kind,
    chatops_str_t *more, ngx_msec_t ttl)
{
    ngx_str_t      key, value;
    chatops_str_t  none;

    none = chatops_str(NULL);

    if (ngx_chatops_dispatch_key(d, kind, more ? more : &none, &key)
        == NGX_OK)
    {
        ngx_str_set(&value, "yes");
        ngx_chatops_cache_put(ngx_chatops_zone(d->conf), &key, &value, ttl);
    }
}


ngx_uint_t
ngx_chatops_dispatch_recalls(ngx_chatops_dispatch_t *d, u_char kind,
    chatops_str_t *more)
{
    ngx_str_t      key, value;
    chatops_str_t  none;

    none = chatops_str(NULL);

    if (ngx_chatops_dispatch_key(d, kind, more ? more : &none, &key)
        != NGX_OK)
    {
        return 0;
    }

    return ngx_chatops_cache_get(ngx_chatops_zone(d->conf), &key, 0, d->pool,
                                 &value)
           == NGX_OK;
}


static void
ngx_chatops_dispatch_lookup(ngx_chatops_dispatch_t *d)
{
    ngx_str_t                 value;
    chatops_str_t             body;
    chatops_gitlab_answer_t   answer;

    switch (ngx_chatops_cache_get(ngx_chatops_zone(d->conf), &d->key,
                                  NGX_CHATOPS_WAIT_MAX, d->pool, &value))
    {

    case NGX_OK:
        body = ngx_chatops_core_str(&value);
        d->read(d, &body);
        return;

    case NGX_AGAIN:

        if (ngx_current_msec - d->waiting_since > NGX_CHATOPS_WAIT_MAX) {
            ngx_memzero(&answer, sizeof(chatops_gitlab_answer_t));
            answer.outcome = CHATOPS_GITLAB_LOST;
            answer.retry_after = -1;

            ngx_chatops_dispatch_fetched(d, &answer);
            return;
        }

        ngx_add_timer(&d->wait, NGX_CHATOPS_WAIT);
        return;

    case NGX_DECLINED:
        d->locked = 1;
        d->stale = value;

        ngx_chatops_dispatch_send(d, ngx_chatops_dispatch_fetched);
        return;

    default:
        ngx_chatops_dispatch_refuse_text(d, "nginx is out of memory; nothing "
                                         "was started.");
    }
}


static void
ngx_chatops_dispatch_wait_handler(ngx_event_t *ev)
{
    ngx_connection_t        *dummy;
    ngx_chatops_dispatch_t  *d;

    dummy = ev->data;
    d = dummy->data;

    ngx_chatops_dispatch_lookup(d);
}


static void
ngx_chatops_dispatch_fetched(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer)
{
    ngx_uint_t     away;
    chatops_str_t  body;

    if (answer->outcome == CHATOPS_GITLAB_ANSWERED && answer->status == 200) {
        d->got = answer->body;
        d->fetched = 1;
        d->read(d, &answer->body);
        return;
    }

    ngx_chatops_dispatch_unlock(d);

    away = answer->outcome == CHATOPS_GITLAB_UNREACHED
           || answer->outcome == CHATOPS_GITLAB_LOST
           || answer->status >= 500;

    if (away && d->stale.data != NULL && !d->strict) {
        ngx_log_error(NGX_LOG_WARN, d->log, 0,
                      "chatops: run %V: GitLab did not answer to %s, what was "
                      "known before is used",
                      ngx_chatops_v(&d->run.id), d->what);

        body = ngx_chatops_core_str(&d->stale);
        d->read(d, &body);
        return;
    }

    if (d->failed != NULL) {
        d->failed(d, answer);
        return;
    }

    ngx_chatops_dispatch_refuse_answer(d, d->what, answer);
}


/*
 * Not before it has been understood: an answer that was cut short, or a page
 * for the time of a maintenance, comes with status 200 too.
 */

void
ngx_chatops_dispatch_keep(ngx_chatops_dispatch_t *d)
{
    ngx_str_t  value;

    if (!d->locked) {
        return;
    }

    value = ngx_chatops_ngx_str(&d->got);

    ngx_chatops_cache_put(ngx_chatops_zone(d->conf), &d->key, &value, d->ttl);
    d->locked = 0;
}


static void
ngx_chatops_dispatch_unlock(ngx_chatops_dispatch_t *d)
{
    if (d->locked) {
        d->locked = 0;
        ngx_chatops_cache_give_up(ngx_chatops_zone(d->conf), &d->key);
    }
}


void
ngx_chatops_dispatch_save(ngx_chatops_dispatch_t *d, ngx_chatops_next_pt next)
{
    d->next = next;
    d->storing = 1;

    if (ngx_chatops_store_update(&d->run, NGX_CHATOPS_LEASE,
                                 ngx_chatops_dispatch_due(d),
                                 ngx_chatops_dispatch_saved, d)
        != NGX_OK)
    {
        d->storing = 0;
        ngx_chatops_dispatch_end(d, NGX_CHATOPS_FAILED);
    }
}


static void
ngx_chatops_dispatch_saved(void *data, int rc, ngx_chatops_store_op_t *op)
{
    ngx_chatops_dispatch_t *d = data;

    d->storing = 0;

    if (d->abandoned) {
        ngx_chatops_dispatch_give_back(d);
        return;
    }

    if (rc == CHATOPS_OK) {
        d->next(d);
        return;
    }

    ngx_chatops_dispatch_end(d, rc == CHATOPS_DECLINED ? NGX_CHATOPS_TAKEN
                                                       : NGX_CHATOPS_FAILED);
}


/*
 * When somebody else may look at the run if this worker dies: at once when
 * the lease is over, but only after GitLab's own timeout once the pipeline
 * has been asked for.
 */

int64_t
ngx_chatops_dispatch_due(ngx_chatops_dispatch_t *d)
{
    int64_t  due;

    if (d->later) {
        return d->later;
    }

    if (d->run.state != CHATOPS_RUN_TRIGGERING
        || ngx_chatops_is_made(&d->run))
    {
        return NGX_CHATOPS_LEASE;
    }

    due = ngx_chatops_look_at(d->conf, &d->run) - ngx_chatops_now();

    return ngx_max(due, 0);
}


/*
 * A sixth more than GitLab's timeout, for the time between the row and the
 * request that followed it.
 */

int64_t
ngx_chatops_look_at(ngx_chatops_loc_conf_t *conf, const chatops_run_t *run)
{
    return run->triggered_at + (int64_t) conf->gitlab_timeout
           + (int64_t) conf->gitlab_timeout / 6;
}


/* If another worker has the run meanwhile, the next write of a step tells. */

static void
ngx_chatops_dispatch_renewed(void *data, int rc, ngx_chatops_store_op_t *op)
{
    /* void */
}


static void
ngx_chatops_dispatch_renew_handler(ngx_event_t *ev)
{
    ngx_connection_t        *dummy;
    ngx_chatops_dispatch_t  *d;

    dummy = ev->data;
    d = dummy->data;

    if (!d->storing) {
        (void) ngx_chatops_store_update(&d->run, NGX_CHATOPS_LEASE,
                                        ngx_chatops_dispatch_due(d),
                                        ngx_chatops_dispatch_renewed, NULL);
    }

    ngx_add_timer(ev, NGX_CHATOPS_LEASE / 3);
}
