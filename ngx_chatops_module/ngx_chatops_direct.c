#include "ngx_chatops_strategy.h"


/* GitLab's clock and ours, in ms */
#define NGX_CHATOPS_SKEW        60000

/* pipelines whose variables are looked at for a run's id */
#define NGX_CHATOPS_CANDIDATES  50


static int ngx_chatops_direct_fits(ngx_chatops_dispatch_t *d,
    chatops_str_t *reason);
static void ngx_chatops_direct_start(ngx_chatops_dispatch_t *d);
static void ngx_chatops_direct_announce(ngx_chatops_dispatch_t *d);
static void ngx_chatops_direct_ask(ngx_chatops_dispatch_t *d);
static void ngx_chatops_direct_asked(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer);
static void ngx_chatops_direct_refused(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer);
static void ngx_chatops_direct_look(ngx_chatops_dispatch_t *d);
static void ngx_chatops_direct_listed(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer);
static void ngx_chatops_direct_candidate(ngx_chatops_dispatch_t *d);
static void ngx_chatops_direct_looked(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer);
static ngx_uint_t ngx_chatops_direct_unreadable(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer);


ngx_chatops_strategy_t  ngx_chatops_direct = {
    CHATOPS_STRATEGY_DIRECT,
    ngx_chatops_direct_fits,
    ngx_chatops_direct_start,
    ngx_chatops_direct_look
};


/* It is the bot whose rights GitLab looks at: the person's are ours to see. */

static int
ngx_chatops_direct_fits(ngx_chatops_dispatch_t *d, chatops_str_t *reason)
{
    chatops_buf_t  buf;

    if (d->may_run) {
        return CHATOPS_OK;
    }

    chatops_buf_init(&buf, &d->arena, NGX_CHATOPS_REASON_MAX);

    ngx_chatops_dispatch_quote(&buf, &d->run.ref);
    chatops_buf_text(&buf, d->run.tag
                     ? " is a protected tag, on which Maintainers may run"
                     : " is protected, and you may neither push to it nor "
                       "merge into it");

    return chatops_buf_finish(&buf, reason) == CHATOPS_OK ? CHATOPS_DECLINED
                                                          : CHATOPS_ERROR;
}


/*
 * A pipeline on the ref itself, which by the plan holds the job and nothing
 * else.  CI_PIPELINE_SOURCE is passed as a variable, since GitLab's API makes
 * pipelines of the source `api` only.
 */

static void
ngx_chatops_direct_start(ngx_chatops_dispatch_t *d)
{
    ngx_chatops_ref_refresh(d, ngx_chatops_direct_announce);
}


static void
ngx_chatops_direct_announce(ngx_chatops_dispatch_t *d)
{
    chatops_buf_t  buf;

    d->run.state = CHATOPS_RUN_TRIGGERING;
    d->run.triggered_at = ngx_chatops_now();
    d->run.pipeline_id = 0;
    d->run.note = chatops_str(NULL);

    if (!d->on_default) {
        chatops_buf_init(&buf, &d->arena, NGX_CHATOPS_REASON_MAX);

        chatops_buf_text(&buf, "It runs on ");
        ngx_chatops_dispatch_quote(&buf, &d->run.ref);
        chatops_buf_char(&buf, '.');

        (void) chatops_buf_finish(&buf, &d->run.note);
    }

    ngx_chatops_dispatch_save(d, ngx_chatops_direct_ask);
}


static void
ngx_chatops_direct_ask(ngx_chatops_dispatch_t *d)
{
    ngx_uint_t          n;
    chatops_variable_t  variables[NGX_CHATOPS_VARIABLES];

    n = ngx_chatops_variables(d, variables);

    variables[n].key = chatops_str("CI_PIPELINE_SOURCE");
    variables[n].value = chatops_str("chat");
    n++;

    if (chatops_gitlab_create_pipeline(&d->arena, &d->run.project,
                                       &d->run.ref, variables, n, &d->call)
        != CHATOPS_OK)
    {
        ngx_chatops_dispatch_refuse_text(d, "nginx is out of memory; nothing "
                                         "was started.");
        return;
    }

    ngx_chatops_dispatch_send(d, ngx_chatops_direct_asked);
}


static void
ngx_chatops_direct_asked(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer)
{
    if (answer->outcome == CHATOPS_GITLAB_ANSWERED
        && answer->status == 201
        && chatops_gitlab_read_pipeline(&d->arena, &answer->body,
                                        &d->pipeline)
           == CHATOPS_OK)
    {
        d->run.pipeline_id = d->pipeline.id;
        d->run.pipeline_url = d->pipeline.web_url;

        ngx_chatops_dispatch_save(d, ngx_chatops_verify);
        return;
    }

    if (!ngx_chatops_refused(answer)) {
        ngx_chatops_unconfirmed(d, answer);
        return;
    }

    ngx_chatops_direct_refused(d, answer);
}


/* What stands against a pipeline here need not stand against another. */

static void
ngx_chatops_direct_refused(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer)
{
    chatops_buf_t  buf;
    chatops_str_t  reason;

    if (answer->outcome != CHATOPS_GITLAB_ANSWERED
        || chatops_gitlab_reason(&d->arena, &answer->body, &reason)
           != CHATOPS_OK)
    {
        ngx_chatops_dispatch_refuse_answer(d, "to run the pipeline", answer);
        return;
    }

    if (chatops_gitlab_forbids_variables(&reason)) {
        ngx_chatops_variables_forbid(d);

        reason = chatops_str("the project does not allow pipeline variables");
        ngx_chatops_choose_another(d, &reason);
        return;
    }

    if (chatops_gitlab_forbids_ref(&reason)) {
        chatops_buf_init(&buf, &d->arena, NGX_CHATOPS_REASON_MAX);

        chatops_buf_text(&buf, "this service may run no pipelines on ");
        ngx_chatops_dispatch_quote(&buf, &d->run.ref);

        if (chatops_buf_finish(&buf, &reason) == CHATOPS_OK) {
            ngx_chatops_choose_another(d, &reason);
            return;
        }
    }

    ngx_chatops_dispatch_refuse_answer(d, "to run the pipeline", answer);
}


/*
 * Not confirmed: the ref is not this run's alone, but its pipeline carries
 * the run's id.
 */

static void
ngx_chatops_direct_look(ngx_chatops_dispatch_t *d)
{
    if (d->run.pipeline_id) {
        ngx_chatops_verify(d);
        return;
    }

    if (chatops_gitlab_pipelines_made(&d->arena, &d->run.project, &d->run.ref,
                                      d->run.triggered_at - NGX_CHATOPS_SKEW,
                                      &d->call)
        != CHATOPS_OK)
    {
        ngx_chatops_dispatch_end(d, NGX_CHATOPS_FAILED);
        return;
    }

    ngx_chatops_dispatch_send(d, ngx_chatops_direct_listed);
}


static void
ngx_chatops_direct_listed(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer)
{
    if (ngx_chatops_direct_unreadable(d, answer)) {
        return;
    }

    if (chatops_gitlab_read_pipelines(&d->arena, &answer->body,
                                      &d->candidates, &d->ncandidates)
        != CHATOPS_OK)
    {
        ngx_chatops_unclear(d);
        return;
    }

    if (d->ncandidates > NGX_CHATOPS_CANDIDATES) {
        ngx_chatops_ambiguous(d);
        return;
    }

    ngx_chatops_direct_candidate(d);
}


static void
ngx_chatops_direct_candidate(ngx_chatops_dispatch_t *d)
{
    if (d->ncandidates == 0) {
        ngx_chatops_not_there(d);
        return;
    }

    if (chatops_gitlab_pipeline_variables(&d->arena, &d->run.project,
                                          d->candidates->id, &d->call)
        != CHATOPS_OK)
    {
        ngx_chatops_dispatch_end(d, NGX_CHATOPS_FAILED);
        return;
    }

    ngx_chatops_dispatch_send(d, ngx_chatops_direct_looked);
}


static void
ngx_chatops_direct_looked(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer)
{
    chatops_str_t  id;

    if (ngx_chatops_direct_unreadable(d, answer)) {
        return;
    }

    if (chatops_gitlab_read_variable(&d->arena, &answer->body, "CHAT_RUN_ID",
                                     &id)
        != CHATOPS_OK)
    {
        ngx_chatops_unclear(d);
        return;
    }

    if (!chatops_str_eq(&id, &d->run.id)) {
        d->candidates++;
        d->ncandidates--;

        ngx_chatops_direct_candidate(d);
        return;
    }

    d->pipeline = *d->candidates;
    d->run.pipeline_id = d->pipeline.id;
    d->run.pipeline_url = d->pipeline.web_url;

    ngx_chatops_dispatch_save(d, ngx_chatops_verify);
}


/* 1: the dispatch has ended, for now or for good. */

static ngx_uint_t
ngx_chatops_direct_unreadable(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer)
{
    if (answer->outcome == CHATOPS_GITLAB_ANSWERED && answer->status == 200) {
        return 0;
    }

    if (answer->outcome == CHATOPS_GITLAB_ANSWERED
        && (answer->status == 403 || answer->status == 404))
    {
        /* not for us to read, or deleted: it may have been the run's */

        ngx_chatops_ambiguous(d);
        return 1;
    }

    ngx_chatops_unclear(d);

    return 1;
}
