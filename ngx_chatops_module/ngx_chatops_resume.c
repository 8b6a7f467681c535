#include "ngx_chatops_work.h"


/* times that a run is begun anew */
#define NGX_CHATOPS_ATTEMPTS  3


static ngx_chatops_dispatch_t *ngx_chatops_resume_dispatch(
    ngx_chatops_work_t *w);
static ngx_int_t ngx_chatops_resume_send(ngx_chatops_dispatch_t *d,
    chatops_gitlab_call_t *call);
static void ngx_chatops_resume_received(void *data,
    chatops_gitlab_answer_t *answer);
static void ngx_chatops_resume_done(ngx_chatops_dispatch_t *d,
    ngx_chatops_outcome_e outcome);


/*
 * The worker that took the command did not come to its end.  All is checked
 * again; what was made before is found.
 */

void
ngx_chatops_resume(ngx_chatops_work_t *w)
{
    ngx_chatops_dispatch_t  *d;

    if (ngx_chatops_now() >= w->run.deadline_at) {
        w->run.state = CHATOPS_RUN_REFUSED;
        w->run.error = chatops_str("It could not be started in time.");

        ngx_chatops_work_reply(w, CHATOPS_KIND_REFUSED);
        return;
    }

    if (w->run.attempts >= NGX_CHATOPS_ATTEMPTS) {
        w->run.state = CHATOPS_RUN_REFUSED;
        w->run.error = chatops_str("GitLab did not make the pipeline, though "
                                   "it was asked several times; nothing was "
                                   "started.");

        ngx_chatops_work_reply(w, CHATOPS_KIND_REFUSED);
        return;
    }

    ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                  "chatops: run %V: goes on from state \"%s\"",
                  ngx_chatops_v(&w->run.id),
                  chatops_run_state_name(w->run.state));

    d = ngx_chatops_resume_dispatch(w);

    if (d != NULL) {
        ngx_chatops_dispatch_start(d);
    }
}


/* NULL: it could not be made, and the run has been given back. */

static ngx_chatops_dispatch_t *
ngx_chatops_resume_dispatch(ngx_chatops_work_t *w)
{
    ngx_chatops_dispatch_t  *d;

    d = ngx_chatops_dispatch_create(w->conf, &w->run);

    if (d == NULL) {
        ngx_chatops_work_retry(w);
        return NULL;
    }

    d->resumed = 1;
    d->send = ngx_chatops_resume_send;
    d->done = ngx_chatops_resume_done;
    d->data = w;

    return d;
}


static ngx_int_t
ngx_chatops_resume_send(ngx_chatops_dispatch_t *d,
    chatops_gitlab_call_t *call)
{
    return ngx_chatops_gitlab_send(d->conf, d->pool, call, NULL,
                                   ngx_chatops_resume_received, d);
}


static void
ngx_chatops_resume_received(void *data, chatops_gitlab_answer_t *answer)
{
    ngx_chatops_dispatch_answer(data, answer);
}


static void
ngx_chatops_resume_done(ngx_chatops_dispatch_t *d,
    ngx_chatops_outcome_e outcome)
{
    ngx_chatops_work_t *w = d->data;

    int64_t  due;

    due = ngx_chatops_dispatch_due(d);

    if (ngx_chatops_run_copy(&w->arena, &w->run, &d->run) != CHATOPS_OK) {
        outcome = NGX_CHATOPS_FAILED;
    }

    ngx_chatops_dispatch_destroy(d);

    switch (outcome) {

    case NGX_CHATOPS_STARTED:
        ngx_chatops_work_reply(w, w->run.manual ? CHATOPS_KIND_MANUAL
                                                : CHATOPS_KIND_SCHEDULED);
        return;

    case NGX_CHATOPS_REFUSED:
        ngx_chatops_work_reply(w, CHATOPS_KIND_REFUSED);
        return;

    case NGX_CHATOPS_UNSURE:
        ngx_chatops_work_rest(w, due);
        return;

    case NGX_CHATOPS_AMBIGUOUS:
        ngx_chatops_work_reply(w, CHATOPS_KIND_AMBIGUOUS);
        return;

    case NGX_CHATOPS_AGAIN:
        ngx_chatops_work_save(w, NGX_CHATOPS_LEASE, ngx_chatops_work_next);
        return;

    default: /* NGX_CHATOPS_FAILED, NGX_CHATOPS_TAKEN */
        ngx_chatops_work_destroy(w);
    }
}


/*
 * GitLab did not confirm the pipeline, or it has not been seen yet whether
 * it holds the job alone.
 */

void
ngx_chatops_look_for_pipeline(ngx_chatops_work_t *w)
{
    int64_t                  left;
    ngx_chatops_dispatch_t  *d;

    /* a worker that was ended has given the run back before its time */

    left = ngx_chatops_look_at(w->conf, &w->run) - ngx_chatops_now();

    if (left > 0 && !ngx_chatops_is_made(&w->run)) {
        ngx_chatops_work_rest(w, left);
        return;
    }

    d = ngx_chatops_resume_dispatch(w);

    if (d != NULL) {
        ngx_chatops_dispatch_look(d);
    }
}
