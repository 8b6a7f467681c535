#include "ngx_chatops_strategy.h"


/* other jobs that are named */
#define NGX_CHATOPS_NAMED       5

/* a step that fails is tried again after so many ms, and later and later */
#define NGX_CHATOPS_VERIFY      1000
#define NGX_CHATOPS_VERIFY_MAX  30000

/* how often a pipeline is canceled that holds what it should not */
#define NGX_CHATOPS_CANCELS     7


static void ngx_chatops_verify_pipeline(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer);
static void ngx_chatops_verify_list(ngx_chatops_dispatch_t *d);
static void ngx_chatops_verify_jobs(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer);
static void ngx_chatops_verify_bridges(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer);
static void ngx_chatops_verify_again(ngx_chatops_dispatch_t *d,
    const char *what, chatops_gitlab_answer_t *answer);
static void ngx_chatops_verified(ngx_chatops_dispatch_t *d,
    chatops_gitlab_job_t *bridges, size_t n);
static size_t ngx_chatops_verify_others(ngx_chatops_dispatch_t *d,
    chatops_gitlab_job_t *jobs, size_t n, size_t named, chatops_buf_t *buf);
static void ngx_chatops_cancel(ngx_chatops_dispatch_t *d);
static void ngx_chatops_canceled(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer);


/*
 * Does the pipeline hold just the job, and is it of the commit that was
 * looked at?  Nobody has been told yet that it is started.
 */

void
ngx_chatops_verify(ngx_chatops_dispatch_t *d)
{
    if (d->pipeline.id) {
        ngx_chatops_verify_list(d);
        return;
    }

    if (chatops_gitlab_pipeline(&d->arena, &d->run.project,
                                d->run.pipeline_id, &d->call)
        != CHATOPS_OK)
    {
        ngx_chatops_dispatch_end(d, NGX_CHATOPS_FAILED);
        return;
    }

    ngx_chatops_dispatch_send(d, ngx_chatops_verify_pipeline);
}


static void
ngx_chatops_verify_pipeline(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer)
{
    if (answer->outcome != CHATOPS_GITLAB_ANSWERED
        || answer->status != 200
        || chatops_gitlab_read_pipeline(&d->arena, &answer->body,
                                        &d->pipeline)
           != CHATOPS_OK)
    {
        ngx_chatops_verify_again(d, "for the pipeline", answer);
        return;
    }

    ngx_chatops_verify_list(d);
}


static void
ngx_chatops_verify_list(ngx_chatops_dispatch_t *d)
{
    if (chatops_gitlab_jobs(&d->arena, &d->run.project, d->run.pipeline_id,
                            &d->call)
        != CHATOPS_OK)
    {
        ngx_chatops_dispatch_end(d, NGX_CHATOPS_FAILED);
        return;
    }

    ngx_chatops_dispatch_send(d, ngx_chatops_verify_jobs);
}


static void
ngx_chatops_verify_jobs(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer)
{
    if (answer->outcome != CHATOPS_GITLAB_ANSWERED
        || answer->status != 200
        || chatops_gitlab_read_jobs(&d->arena, &answer->body, &d->jobs,
                                    &d->njobs)
           != CHATOPS_OK)
    {
        ngx_chatops_verify_again(d, "for the pipeline's jobs", answer);
        return;
    }

    if (chatops_gitlab_bridges(&d->arena, &d->run.project,
                               d->run.pipeline_id, &d->call)
        != CHATOPS_OK)
    {
        ngx_chatops_dispatch_end(d, NGX_CHATOPS_FAILED);
        return;
    }

    ngx_chatops_dispatch_send(d, ngx_chatops_verify_bridges);
}


static void
ngx_chatops_verify_bridges(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer)
{
    size_t                 n;
    chatops_gitlab_job_t  *bridges;

    if (answer->outcome != CHATOPS_GITLAB_ANSWERED
        || answer->status != 200
        || chatops_gitlab_read_jobs(&d->arena, &answer->body, &bridges, &n)
           != CHATOPS_OK)
    {
        ngx_chatops_verify_again(d, "for the pipeline's bridges", answer);
        return;
    }

    ngx_chatops_verified(d, bridges, n);
}


/* The collector goes on with it; what is known is in the row. */

static void
ngx_chatops_verify_again(ngx_chatops_dispatch_t *d, const char *what,
    chatops_gitlab_answer_t *answer)
{
    int64_t  now, pause;

    ngx_log_error(NGX_LOG_WARN, d->log, 0,
                  "chatops: run %V: GitLab was asked %s %L: outcome %d, "
                  "status %ui", ngx_chatops_v(&d->run.id), what,
                  d->run.pipeline_id, answer->outcome,
                  (ngx_uint_t) answer->status);

    now = ngx_chatops_now();

    if (now >= d->run.deadline_at) {
        ngx_chatops_ambiguous(d);
        return;
    }

    /* run.attempts are those to cancel it */

    pause = (now - d->run.triggered_at) / 2;
    pause = ngx_min(pause, NGX_CHATOPS_VERIFY_MAX);

    d->later = ngx_max(pause, NGX_CHATOPS_VERIFY);

    ngx_chatops_dispatch_end(d, NGX_CHATOPS_UNSURE);
}


static void
ngx_chatops_verified(ngx_chatops_dispatch_t *d, chatops_gitlab_job_t *bridges,
    size_t n)
{
    size_t         i, others;
    ngx_uint_t     found;
    chatops_buf_t  names;
    chatops_str_t  text;

    chatops_buf_init(&names, &d->arena, NGX_CHATOPS_REASON_MAX);

    found = 0;

    for (i = 0; i < d->njobs; i++) {
        found |= chatops_str_eq(&d->jobs[i].name, &d->run.job);
    }

    others = ngx_chatops_verify_others(d, d->jobs, d->njobs, 0, &names);
    others = ngx_chatops_verify_others(d, bridges, n, others, &names);

    if (others > NGX_CHATOPS_NAMED) {
        chatops_buf_text(&names, " and ");
        chatops_buf_int(&names, others - NGX_CHATOPS_NAMED);
        chatops_buf_text(&names, " more");
    }

    chatops_buf_init(&d->difference, &d->arena, NGX_CHATOPS_REASON_MAX);

    if (others) {
        chatops_buf_text(&d->difference, found ? "it also holds "
                                               : "it holds ");

        if (chatops_buf_finish(&names, &text) == CHATOPS_OK) {
            chatops_buf_str(&d->difference, &text);
        }

    } else if (!found) {
        chatops_buf_text(&d->difference, "it does not hold the job");

    } else if (!chatops_str_eq(&d->pipeline.sha, &d->run.sha)) {
        ngx_chatops_dispatch_quote(&d->difference, &d->run.ref);
        chatops_buf_text(&d->difference, " has just moved on to another "
                         "commit");

    } else {
        ngx_chatops_started(d);
        return;
    }

    ngx_chatops_cancel(d);
}


/* Names those that are not the run's job; returns how many in all. */

static size_t
ngx_chatops_verify_others(ngx_chatops_dispatch_t *d,
    chatops_gitlab_job_t *jobs, size_t n, size_t named, chatops_buf_t *buf)
{
    size_t  i;

    for (i = 0; i < n; i++) {

        if (chatops_str_eq(&jobs[i].name, &d->run.job)) {
            continue;
        }

        if (named < NGX_CHATOPS_NAMED) {
            if (named) {
                chatops_buf_text(buf, ", ");
            }

            ngx_chatops_dispatch_quote(buf, &jobs[i].name);
        }

        named++;
    }

    return named;
}


static void
ngx_chatops_cancel(ngx_chatops_dispatch_t *d)
{
    if (chatops_gitlab_cancel_pipeline(&d->arena, &d->run.project,
                                       d->run.pipeline_id, &d->call)
        != CHATOPS_OK)
    {
        ngx_chatops_dispatch_end(d, NGX_CHATOPS_FAILED);
        return;
    }

    ngx_chatops_dispatch_send(d, ngx_chatops_canceled);
}


static void
ngx_chatops_canceled(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer)
{
    ngx_uint_t     done;
    chatops_buf_t  buf;
    chatops_str_t  difference;

    done = answer->outcome == CHATOPS_GITLAB_ANSWERED
           && (answer->status == 200 || answer->status == 201);

    if (chatops_buf_finish(&d->difference, &difference) != CHATOPS_OK) {
        difference = chatops_str("it is not what was planned");
    }

    ngx_chatops_dispatch_clean(&difference);

    ngx_log_error(NGX_LOG_ERR, d->log, 0,
                  "chatops: run %V: pipeline %L is not what was planned: %V; "
                  "%s (outcome %d, status %ui)", ngx_chatops_v(&d->run.id),
                  d->run.pipeline_id, ngx_chatops_v(&difference),
                  done ? "it was canceled" : "it could not be canceled",
                  answer->outcome, (ngx_uint_t) answer->status);

    if (!done && d->run.attempts < NGX_CHATOPS_CANCELS
        && !(answer->outcome == CHATOPS_GITLAB_ANSWERED
             && (answer->status == 403 || answer->status == 404)))
    {
        d->later = (int64_t) NGX_CHATOPS_VERIFY
                   << (d->run.attempts ? d->run.attempts - 1 : 0);
        d->run.attempts++;

        ngx_chatops_dispatch_end(d, NGX_CHATOPS_UNSURE);
        return;
    }

    chatops_buf_init(&buf, &d->arena, NGX_CHATOPS_REASON_MAX);

    chatops_buf_text(&buf, "GitLab made another pipeline for ");
    ngx_chatops_dispatch_quote(&buf, &d->run.job);
    chatops_buf_text(&buf, " than was expected: ");
    chatops_buf_str(&buf, &difference);
    chatops_buf_text(&buf, done
        ? ". It was canceled at once; what had begun by then may have had "
          "its effect."
        : ". It could not be canceled: please do that by hand.");

    ngx_chatops_dispatch_refuse(d, &buf);
}
