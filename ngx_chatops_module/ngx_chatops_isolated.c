#include "ngx_chatops_strategy.h"


static chatops_truth_e ngx_chatops_isolated_fits(ngx_chatops_dispatch_t *d,
    chatops_str_t *reason);
static void ngx_chatops_isolated_start(ngx_chatops_dispatch_t *d);
static void ngx_chatops_start_branch(ngx_chatops_dispatch_t *d);
static void ngx_chatops_commit(ngx_chatops_dispatch_t *d, unsigned again);
static void ngx_chatops_committed(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer);
static void ngx_chatops_looked_for_branch(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer);
static void ngx_chatops_start_pipeline(ngx_chatops_dispatch_t *d);
static void ngx_chatops_ask_for_pipeline(ngx_chatops_dispatch_t *d);
static void ngx_chatops_asked_for_pipeline(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer);
static void ngx_chatops_isolated_look(ngx_chatops_dispatch_t *d);
static void ngx_chatops_looked_for_pipeline(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer);


ngx_chatops_strategy_t  ngx_chatops_isolated = {
    chatops_string("isolated"),
    ngx_chatops_isolated_fits,
    ngx_chatops_isolated_start,
    ngx_chatops_isolated_look
};


/*
 * A branch with the reduced configuration, and a pipeline on it.
 */

static chatops_truth_e
ngx_chatops_isolated_fits(ngx_chatops_dispatch_t *d, chatops_str_t *reason)
{
    chatops_buf_t  buf;

    if (chatops_str_find(&d->project.config_path, 0, "@", 1) != NULL
        || chatops_str_find(&d->project.config_path, 0, "://", 3) != NULL)
    {
        chatops_buf_init(&buf, &d->arena, NGX_CHATOPS_REASON_MAX);

        chatops_buf_text(&buf, "the project's CI configuration lies outside "
                         "of its repository (`");
        chatops_buf_str(&buf, &d->project.config_path);
        chatops_buf_text(&buf, "`)");

        if (chatops_buf_finish(&buf, reason) != CHATOPS_OK) {
            *reason = chatops_str("the CI configuration lies elsewhere");
        }

        return CHATOPS_NO;
    }

    return CHATOPS_YES;
}


static void
ngx_chatops_isolated_start(ngx_chatops_dispatch_t *d)
{
    chatops_buf_t  buf;

    /* what may exist from now on has to be removed */

    d->run.cleanup = CHATOPS_CLEANUP_BRANCH_MADE;

    chatops_buf_init(&buf, &d->arena, 128);
    chatops_buf_text(&buf, "chatops/");
    chatops_buf_str(&buf, &d->run.id);

    if (chatops_buf_finish(&buf, &d->run.branch) != CHATOPS_OK) {
        ngx_chatops_dispatch_end(d, NGX_CHATOPS_FAILED);
        return;
    }

    ngx_chatops_dispatch_save(d, ngx_chatops_start_branch);
}


static void
ngx_chatops_start_branch(ngx_chatops_dispatch_t *d)
{
    d->in_config = ngx_chatops_variables_forbidden(d)
                   || !ngx_chatops_variables_pass(d);

    ngx_chatops_commit(d, 0);
}


/* `again`: the branch is there, its configuration is written once more. */

static void
ngx_chatops_commit(ngx_chatops_dispatch_t *d, unsigned again)
{
    int                        rc;
    chatops_buf_t              buf;
    chatops_str_t              message, start;
    chatops_source_t           source;
    chatops_isolated_t         isolated;
    chatops_variable_t         variables[NGX_CHATOPS_VARIABLES];
    chatops_isolate_options_t  options;

    memset(&source, 0, sizeof(chatops_source_t));
    memset(&options, 0, sizeof(chatops_isolate_options_t));

    source.source = chatops_str("chat");
    source.ref = d->run.ref;

    options.variables = variables;
    options.nvariables = d->in_config ? ngx_chatops_variables(d, variables)
                                      : 0;

    rc = chatops_isolate_write(&d->arena, d->config->ci, d->job, &source,
                               &d->verdict, &options, &isolated);

    if (rc == CHATOPS_DECLINED) {
        ngx_chatops_dispatch_refuse_text(d, "The job's part of the CI "
                                         "configuration is too large; nothing "
                                         "was started.");
        return;
    }

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

    if (rc != CHATOPS_OK
        || chatops_buf_finish(&buf, &message) != CHATOPS_OK
        || chatops_gitlab_commit(&d->arena, &d->run.project, &d->run.branch,
                                 &start, 0, &d->project.config_path,
                                 &isolated.text, &message, &d->call)
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
        /* is it there from before? asked once */

        d->resumed = 0;

        if (chatops_gitlab_branch(&d->arena, &d->run.project, &d->run.branch,
                                  &d->call)
            == CHATOPS_OK)
        {
            ngx_chatops_dispatch_send(d, ngx_chatops_looked_for_branch);
            return;
        }
    }

    ngx_chatops_dispatch_refuse_answer(d, "to make a branch for the run",
                                       answer);
}


static void
ngx_chatops_looked_for_branch(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer)
{
    if (answer->outcome == CHATOPS_GITLAB_ANSWERED && answer->status == 200) {

        if (d->in_config) {

            /* nobody knows whether the variables were written then */

            ngx_chatops_commit(d, 1);
            return;
        }

        ngx_chatops_start_pipeline(d);
        return;
    }

    ngx_chatops_dispatch_refuse_answer(d, "for the run's branch", answer);
}


static void
ngx_chatops_start_pipeline(ngx_chatops_dispatch_t *d)
{
    d->run.state = CHATOPS_RUN_TRIGGERING;
    d->run.triggered_at = ngx_chatops_now();

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
        ngx_chatops_commit(d, 1);
        return;
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
