#include "ngx_chatops_work.h"


/* times that a run is begun anew */
#define NGX_CHATOPS_ATTEMPTS  3

/* a pipeline that cannot be looked for now is looked for again, in ms */
#define NGX_CHATOPS_LOOK      5000


static ngx_int_t ngx_chatops_resume_send(ngx_chatops_dispatch_t *d,
    chatops_gitlab_call_t *call);
static void ngx_chatops_resume_received(void *data,
    chatops_gitlab_answer_t *answer);
static void ngx_chatops_resume_done(ngx_chatops_dispatch_t *d,
    ngx_chatops_outcome_e outcome);
static void ngx_chatops_looked_for_pipeline(void *data,
    chatops_gitlab_answer_t *answer);


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

    d = ngx_chatops_dispatch_create(w->conf, &w->run);

    if (d == NULL) {
        ngx_chatops_work_retry(w);
        return;
    }

    d->resumed = 1;
    d->send = ngx_chatops_resume_send;
    d->done = ngx_chatops_resume_done;
    d->data = w;

    ngx_chatops_dispatch_start(d);
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
        ngx_chatops_work_rest(w, w->conf->gitlab_timeout);
        return;

    default: /* NGX_CHATOPS_FAILED, NGX_CHATOPS_TAKEN */
        ngx_chatops_work_destroy(w);
    }
}


/*
 * GitLab did not confirm the pipeline.  Its own timeout has passed, and the
 * branch is this run's alone: what is not there now does not come any more.
 */

void
ngx_chatops_look_for_pipeline(ngx_chatops_work_t *w)
{
    int64_t  left;

    /* a worker that was ended has given the run back before its time */

    left = ngx_chatops_look_at(w->conf, &w->run) - ngx_chatops_now();

    if (left > 0) {
        ngx_chatops_work_rest(w, left);
        return;
    }

    if (chatops_gitlab_pipelines_of_ref(&w->arena, &w->run.project,
                                        &w->run.branch, &w->call)
        != CHATOPS_OK)
    {
        ngx_chatops_work_retry(w);
        return;
    }

    ngx_chatops_work_send(w, NULL, ngx_chatops_looked_for_pipeline);
}


static void
ngx_chatops_looked_for_pipeline(void *data, chatops_gitlab_answer_t *answer)
{
    ngx_chatops_work_t *w = data;

    size_t                      n;
    chatops_gitlab_pipeline_t  *pipelines;

    if (answer->outcome != CHATOPS_GITLAB_ANSWERED
        || answer->status != 200
        || chatops_gitlab_read_pipelines(&w->arena, &answer->body, &pipelines,
                                         &n)
           != CHATOPS_OK)
    {
        if (ngx_chatops_now() < w->run.deadline_at) {

            /* not a failed attempt: those count how often it was asked for */

            ngx_chatops_work_rest(w, NGX_CHATOPS_LOOK);
            return;
        }

        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "chatops: run %V: it stays unknown whether GitLab made "
                      "a pipeline on branch %V", ngx_chatops_v(&w->run.id),
                      ngx_chatops_v(&w->run.branch));

        w->run.state = CHATOPS_RUN_AMBIGUOUS;
        ngx_chatops_work_reply(w, CHATOPS_KIND_AMBIGUOUS);
        return;
    }

    if (n > 0) {
        w->run.state = CHATOPS_RUN_WATCHING;
        w->run.pipeline_id = pipelines[0].id;
        w->run.pipeline_url = pipelines[0].web_url;

        ngx_chatops_count(ngx_chatops_zone(w->conf), started);

        ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                      "chatops: run %V: found: pipeline %L",
                      ngx_chatops_v(&w->run.id), w->run.pipeline_id);

        ngx_chatops_work_reply(w, w->run.manual ? CHATOPS_KIND_MANUAL
                                                : CHATOPS_KIND_SCHEDULED);
        return;
    }

    ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                  "chatops: run %V: GitLab has no pipeline for it, it is "
                  "asked again", ngx_chatops_v(&w->run.id));

    w->run.state = CHATOPS_RUN_ACCEPTED;
    w->run.attempts++;

    ngx_chatops_work_save(w, NGX_CHATOPS_LEASE, ngx_chatops_work_next);
}
