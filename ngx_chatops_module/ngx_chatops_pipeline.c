#include "ngx_chatops_strategy.h"


/* a pipeline that cannot be looked for now is looked for again, in ms */
#define NGX_CHATOPS_LOOK  5000


void
ngx_chatops_started(ngx_chatops_dispatch_t *d)
{
    d->run.state = CHATOPS_RUN_WATCHING;
    d->run.attempts = 0;

    ngx_chatops_count(ngx_chatops_zone(d->conf), started);

    ngx_log_error(NGX_LOG_INFO, d->log, 0,
                  "chatops: run %V: %s: pipeline %L holds job \"%V\" of %V "
                  "on %V, %V (%V/%V, GitLab user %L)",
                  ngx_chatops_v(&d->run.id),
                  d->looking ? "found" : "started", d->run.pipeline_id,
                  ngx_chatops_v(&d->run.job), ngx_chatops_v(&d->run.project),
                  ngx_chatops_v(&d->run.ref), ngx_chatops_v(&d->run.strategy),
                  ngx_chatops_v(&d->run.team_id),
                  ngx_chatops_v(&d->run.user_id), d->run.gitlab_user_id);

    ngx_chatops_dispatch_end(d, NGX_CHATOPS_STARTED);
}


ngx_uint_t
ngx_chatops_refused(chatops_gitlab_answer_t *answer)
{
    return answer->outcome == CHATOPS_GITLAB_UNREACHED
           || (answer->outcome == CHATOPS_GITLAB_ANSWERED
               && answer->status >= 400 && answer->status < 500
               && answer->status != 408);
}


void
ngx_chatops_unconfirmed(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer)
{
    ngx_log_error(NGX_LOG_WARN, d->log, 0,
                  "chatops: run %V: GitLab did not confirm the pipeline "
                  "(%V, outcome %d, status %ui); it is looked for in %M ms",
                  ngx_chatops_v(&d->run.id), ngx_chatops_v(&d->run.strategy),
                  answer->outcome, (ngx_uint_t) answer->status,
                  (ngx_msec_t) ngx_chatops_dispatch_due(d));

    ngx_chatops_dispatch_end(d, NGX_CHATOPS_UNSURE);
}


void
ngx_chatops_unclear(ngx_chatops_dispatch_t *d)
{
    if (ngx_chatops_now() < d->run.deadline_at) {

        /* not a failed attempt: those count how often it was asked for */

        d->later = NGX_CHATOPS_LOOK;
        ngx_chatops_dispatch_end(d, NGX_CHATOPS_UNSURE);
        return;
    }

    ngx_chatops_ambiguous(d);
}


void
ngx_chatops_ambiguous(ngx_chatops_dispatch_t *d)
{
    ngx_log_error(NGX_LOG_ERR, d->log, 0,
                  "chatops: run %V: it stays unknown whether GitLab made its "
                  "pipeline (%V, %V)", ngx_chatops_v(&d->run.id),
                  ngx_chatops_v(&d->run.strategy), ngx_chatops_v(&d->run.ref));

    d->run.state = CHATOPS_RUN_AMBIGUOUS;

    ngx_chatops_dispatch_end(d, NGX_CHATOPS_AMBIGUOUS);
}


void
ngx_chatops_not_there(ngx_chatops_dispatch_t *d)
{
    ngx_log_error(NGX_LOG_NOTICE, d->log, 0,
                  "chatops: run %V: GitLab has no pipeline for it, it is "
                  "asked again", ngx_chatops_v(&d->run.id));

    d->run.state = CHATOPS_RUN_ACCEPTED;
    d->run.attempts++;

    ngx_chatops_dispatch_end(d, NGX_CHATOPS_AGAIN);
}
