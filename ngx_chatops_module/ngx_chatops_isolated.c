#include "ngx_chatops_strategy.h"
#include "chatops_ref.h"

#include <ngx_md5.h>


/* of the jobs that are taken along; their names can be long */
#define NGX_CHATOPS_NEEDS_SHOWN  5


static void ngx_chatops_isolated_start(ngx_chatops_dispatch_t *d);
static int ngx_chatops_isolate(ngx_chatops_dispatch_t *d);
static ngx_uint_t ngx_chatops_linted_before(ngx_chatops_dispatch_t *d);
static void ngx_chatops_linted(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer);
static void ngx_chatops_start_branch(ngx_chatops_dispatch_t *d);
static int ngx_chatops_isolated_note(ngx_chatops_dispatch_t *d);
static void ngx_chatops_first_commit(ngx_chatops_dispatch_t *d);
static void ngx_chatops_commit(ngx_chatops_dispatch_t *d, unsigned again);
static void ngx_chatops_committed(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer);
static void ngx_chatops_branch_removed(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer);
static void ngx_chatops_start_pipeline(ngx_chatops_dispatch_t *d);
static void ngx_chatops_ask_for_pipeline(ngx_chatops_dispatch_t *d);
static void ngx_chatops_asked_for_pipeline(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer);
static void ngx_chatops_isolated_look(ngx_chatops_dispatch_t *d);
static void ngx_chatops_looked_for_pipeline(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer);


ngx_chatops_strategy_t  ngx_chatops_isolated = {
    CHATOPS_STRATEGY_ISOLATED,
    NULL,
    ngx_chatops_isolated_start,
    ngx_chatops_isolated_look
};


/*
 * A branch with the reduced configuration, and a pipeline on it.  GitLab is
 * asked for its opinion of the configuration before anything is made.
 */

static void
ngx_chatops_isolated_start(ngx_chatops_dispatch_t *d)
{
    d->in_config = ngx_chatops_variables_forbidden(d)
                   || !ngx_chatops_variables_pass(d);

    switch (ngx_chatops_isolate(d)) {

    case CHATOPS_OK:
        break;

    case CHATOPS_DECLINED:
        ngx_chatops_choose_another(d, &d->isolated.reason);
        return;

    default:
        ngx_chatops_dispatch_end(d, NGX_CHATOPS_FAILED);
        return;
    }

    if (ngx_chatops_linted_before(d)) {
        ngx_chatops_start_branch(d);
        return;
    }

    if (chatops_gitlab_lint_content(&d->arena, &d->run.project,
                                    &d->isolated.text, &d->call)
        != CHATOPS_OK)
    {
        ngx_chatops_dispatch_end(d, NGX_CHATOPS_FAILED);
        return;
    }

    ngx_chatops_dispatch_send(d, ngx_chatops_linted);
}


static int
ngx_chatops_isolate(ngx_chatops_dispatch_t *d)
{
    chatops_isolate_options_t  options;

    ngx_memzero(&options, sizeof(chatops_isolate_options_t));

    if (d->in_config) {
        options.variables = d->variables;
        options.nvariables = ngx_chatops_variables(d, d->variables);
    }

    options.include_needs = d->choice.include_needs;

    return chatops_isolate_write(&d->arena, d->ci, d->job, &d->source,
                                 &d->verdict, &options, &d->isolated);
}


/* The same text again, within chatops_config_ttl. */

static ngx_uint_t
ngx_chatops_linted_before(ngx_chatops_dispatch_t *d)
{
    ngx_md5_t  md5;

    ngx_md5_init(&md5);
    ngx_md5_update(&md5, d->isolated.text.data, d->isolated.text.len);
    ngx_md5_final(d->digest, &md5);

    ngx_hex_dump(d->digest_hex, d->digest, sizeof(d->digest));

    d->linted = chatops_strn(d->digest_hex, sizeof(d->digest_hex));

    return ngx_chatops_dispatch_recalls(d, NGX_CHATOPS_KEY_LINTED,
                                        &d->linted);
}


static void
ngx_chatops_linted(ngx_chatops_dispatch_t *d, chatops_gitlab_answer_t *answer)
{
    chatops_buf_t          buf;
    chatops_gitlab_lint_t  lint;

    if (answer->outcome != CHATOPS_GITLAB_ANSWERED
        || (answer->status != 200 && answer->status != 201)
        || chatops_gitlab_read_lint(&d->arena, &answer->body, &lint)
           != CHATOPS_OK)
    {
        /* the creation of the pipeline will tell */

        ngx_log_error(NGX_LOG_WARN, d->log, 0,
                      "chatops: run %V: the reduced configuration could not "
                      "be linted (outcome %d, status %ui)",
                      ngx_chatops_v(&d->run.id), answer->outcome,
                      (ngx_uint_t) answer->status);

        ngx_chatops_start_branch(d);
        return;
    }

    if (lint.valid) {
        ngx_chatops_dispatch_remember(d, NGX_CHATOPS_KEY_LINTED, &d->linted,
                                      d->conf->config_ttl);
        ngx_chatops_start_branch(d);
        return;
    }

    chatops_buf_init(&buf, &d->arena, NGX_CHATOPS_REASON_MAX);

    chatops_buf_text(&buf, "GitLab does not take the configuration that has ");
    ngx_chatops_dispatch_quote(&buf, &d->run.job);
    chatops_buf_text(&buf, " alone; nothing was started. It says: ");
    chatops_buf_add(&buf, lint.error.data,
                    chatops_utf8_clip(lint.error.data, lint.error.len, 500));

    ngx_chatops_dispatch_refuse(d, &buf);
}


static void
ngx_chatops_start_branch(ngx_chatops_dispatch_t *d)
{
    int  rc;

    rc = CHATOPS_OK;

    if (d->run.cleanup != CHATOPS_CLEANUP_BRANCH_MADE) {

        /* one that may be there already keeps its name, or it would stay */

        rc = chatops_ref_make(&d->arena, &d->conf->branch, &d->run.id,
                              &d->run.branch);
    }

    /* what may exist from now on has to be removed */

    d->run.cleanup = CHATOPS_CLEANUP_BRANCH_MADE;

    if (rc != CHATOPS_OK || ngx_chatops_isolated_note(d) != CHATOPS_OK) {
        ngx_chatops_dispatch_end(d, NGX_CHATOPS_FAILED);
        return;
    }

    ngx_chatops_dispatch_save(d, ngx_chatops_first_commit);
}


/* What is different for the job: the person should know. */

static int
ngx_chatops_isolated_note(ngx_chatops_dispatch_t *d)
{
    size_t         i, shown;
    chatops_buf_t  buf;

    chatops_buf_init(&buf, &d->arena, NGX_CHATOPS_REASON_MAX);

    chatops_buf_text(&buf, "It runs isolated on ");
    ngx_chatops_dispatch_quote(&buf, &d->run.branch);
    chatops_buf_text(&buf, ", a branch of its own");

    if (!d->on_default) {
        chatops_buf_text(&buf, " made from ");
        ngx_chatops_dispatch_quote(&buf, &d->run.ref);
    }

    if (d->isolated.dropped.len) {
        chatops_buf_text(&buf, ", and without ");
        chatops_buf_str(&buf, &d->isolated.dropped);
        chatops_buf_text(&buf, " that it needs");
    }

    shown = d->isolated.njobs > NGX_CHATOPS_NEEDS_SHOWN + 1
            ? NGX_CHATOPS_NEEDS_SHOWN : d->isolated.njobs;

    for (i = 1; i < shown; i++) {
        chatops_buf_text(&buf, i == 1 ? ", after " : ", ");
        ngx_chatops_dispatch_quote(&buf, &d->isolated.jobs[i]->name);
    }

    if (i < d->isolated.njobs) {
        chatops_buf_text(&buf, " and ");
        chatops_buf_int(&buf, d->isolated.njobs - i);
        chatops_buf_text(&buf, " more");
    }

    chatops_buf_char(&buf, '.');

    return chatops_buf_finish(&buf, &d->run.note);
}


static void
ngx_chatops_first_commit(ngx_chatops_dispatch_t *d)
{
    ngx_chatops_commit(d, 0);
}


/* `again`: the branch is there, its configuration is written once more. */

static void
ngx_chatops_commit(ngx_chatops_dispatch_t *d, unsigned again)
{
    chatops_buf_t  buf;
    chatops_str_t  message, start;

    chatops_buf_init(&buf, &d->arena, 2048);
    chatops_buf_text(&buf, "ChatOps: run ");
    chatops_buf_str(&buf, &d->run.job);
    chatops_buf_text(&buf, " for GitLab user ");
    chatops_buf_int(&buf, d->run.gitlab_user_id);
    chatops_buf_text(&buf, " [skip ci]\n\nChat: ");
    chatops_buf_str(&buf, &d->run.service);
    chatops_buf_char(&buf, ' ');
    chatops_buf_str(&buf, &d->run.team_id);
    chatops_buf_char(&buf, '/');
    chatops_buf_str(&buf, &d->run.user_id);
    chatops_buf_text(&buf, "\nRun: ");
    chatops_buf_str(&buf, &d->run.id);

    start = again ? chatops_str(NULL) : d->run.sha;

    if (chatops_buf_finish(&buf, &message) != CHATOPS_OK
        || chatops_gitlab_commit(&d->arena, &d->run.project, &d->run.branch,
                                 &start, 0, &d->project.config_path,
                                 &d->isolated.text, &message, &d->call)
           != CHATOPS_OK)
    {
        ngx_chatops_dispatch_refuse_text(d, "nginx is out of memory; nothing "
                                         "was started.");
        return;
    }

    ngx_chatops_dispatch_send(d, ngx_chatops_committed);
}


static void
ngx_chatops_committed(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer)
{
    if (answer->outcome == CHATOPS_GITLAB_ANSWERED && answer->status == 201) {
        ngx_chatops_start_pipeline(d);
        return;
    }

    if (d->resumed
        && answer->outcome == CHATOPS_GITLAB_ANSWERED
        && answer->status == 400)
    {
        /*
         * Is it there from before?  It was made of what the job was then,
         * and nothing runs on it: it is made anew, once.
         */

        d->resumed = 0;

        if (chatops_gitlab_delete_branch(&d->arena, &d->run.project,
                                         &d->run.branch, &d->call)
            == CHATOPS_OK)
        {
            ngx_chatops_dispatch_send(d, ngx_chatops_branch_removed);
            return;
        }
    }

    ngx_chatops_dispatch_refuse_answer(d, "to make a branch for the run",
                                       answer);
}


static void
ngx_chatops_branch_removed(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer)
{
    if (answer->outcome == CHATOPS_GITLAB_ANSWERED && answer->status == 204) {
        ngx_chatops_commit(d, 0);
        return;
    }

    ngx_chatops_dispatch_refuse_answer(d, "for the run's branch", answer);
}


static void
ngx_chatops_start_pipeline(ngx_chatops_dispatch_t *d)
{
    d->run.state = CHATOPS_RUN_TRIGGERING;
    d->run.triggered_at = ngx_chatops_now();
    d->run.pipeline_id = 0;

    ngx_chatops_dispatch_save(d, ngx_chatops_ask_for_pipeline);
}


static void
ngx_chatops_ask_for_pipeline(ngx_chatops_dispatch_t *d)
{
    ngx_uint_t          n;
    chatops_variable_t  variables[NGX_CHATOPS_VARIABLES];

    n = d->in_config ? 0 : ngx_chatops_variables(d, variables);

    if (chatops_gitlab_create_pipeline(&d->arena, &d->run.project,
                                       &d->run.branch, variables, n, &d->call)
        != CHATOPS_OK)
    {
        ngx_chatops_dispatch_refuse_text(d, "nginx is out of memory; nothing "
                                         "was started.");
        return;
    }

    ngx_chatops_dispatch_send(d, ngx_chatops_asked_for_pipeline);
}


static void
ngx_chatops_asked_for_pipeline(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer)
{
    chatops_str_t              reason;
    chatops_gitlab_pipeline_t  pipeline;

    if (answer->outcome == CHATOPS_GITLAB_ANSWERED
        && answer->status == 201
        && chatops_gitlab_read_pipeline(&d->arena, &answer->body, &pipeline)
           == CHATOPS_OK)
    {
        d->run.pipeline_id = pipeline.id;
        d->run.pipeline_url = pipeline.web_url;

        ngx_chatops_started(d);
        return;
    }

    if (!ngx_chatops_refused(answer)) {
        ngx_chatops_unconfirmed(d, answer);
        return;
    }

    if (chatops_gitlab_reason(&d->arena, &answer->body, &reason) == CHATOPS_OK
        && chatops_gitlab_forbids_variables(&reason)
        && !d->in_config)
    {
        d->in_config = 1;

        ngx_chatops_variables_forbid(d);

        if (ngx_chatops_isolate(d) == CHATOPS_OK) {
            ngx_chatops_commit(d, 1);
            return;
        }
    }

    ngx_chatops_dispatch_refuse_answer(d, "to run the pipeline", answer);
}


/*
 * The branch is this run's alone: what is not there after GitLab's own
 * timeout does not come any more.
 */

static void
ngx_chatops_isolated_look(ngx_chatops_dispatch_t *d)
{
    if (chatops_gitlab_pipelines_of_ref(&d->arena, &d->run.project,
                                        &d->run.branch, &d->call)
        != CHATOPS_OK)
    {
        ngx_chatops_dispatch_end(d, NGX_CHATOPS_FAILED);
        return;
    }

    ngx_chatops_dispatch_send(d, ngx_chatops_looked_for_pipeline);
}


static void
ngx_chatops_looked_for_pipeline(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer)
{
    size_t                      n;
    chatops_gitlab_pipeline_t  *pipelines;

    if (answer->outcome != CHATOPS_GITLAB_ANSWERED
        || answer->status != 200
        || chatops_gitlab_read_pipelines(&d->arena, &answer->body, &pipelines,
                                         &n)
           != CHATOPS_OK)
    {
        ngx_chatops_unclear(d);
        return;
    }

    if (n == 0) {
        ngx_chatops_not_there(d);
        return;
    }

    d->run.pipeline_id = pipelines[0].id;
    d->run.pipeline_url = pipelines[0].web_url;

    ngx_chatops_started(d);
}
