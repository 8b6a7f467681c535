#include "ngx_chatops_dispatch.h"


/* how long a project is known to forbid pipeline variables, in ms */
#define NGX_CHATOPS_VARIABLES_TTL  (10 * 60 * 1000)

#define NGX_CHATOPS_VARIABLES      6


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
static ngx_uint_t ngx_chatops_variables(ngx_chatops_dispatch_t *d,
    chatops_variable_t *variables);
static ngx_uint_t ngx_chatops_variables_forbidden(ngx_chatops_dispatch_t *d);


/*
 * The isolated strategy: a branch with the reduced configuration, and a
 * pipeline on it.
 */

void
ngx_chatops_start(ngx_chatops_dispatch_t *d)
{
    chatops_buf_t  buf;

    if (chatops_str_find(&d->project.config_path, 0, "@", 1) != NULL
        || chatops_str_find(&d->project.config_path, 0, "://", 3) != NULL)
    {
        chatops_buf_init(&buf, &d->arena, NGX_CHATOPS_REASON_MAX);

        chatops_buf_text(&buf, "The project's CI configuration lies outside "
                         "of its repository (`");
        chatops_buf_str(&buf, &d->project.config_path);
        chatops_buf_text(&buf, "`), so that a single job of it cannot be run; "
                         "nothing was started.");

        ngx_chatops_dispatch_refuse(d, &buf);
        return;
    }

    d->run.strategy = chatops_str("isolated");
    d->run.commands = d->job->commands;
    d->run.manual = d->verdict.manual;
    d->run.state = CHATOPS_RUN_ACCEPTED;

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
    ngx_uint_t          i, n;
    chatops_variable_t  variables[NGX_CHATOPS_VARIABLES];

    d->in_config = ngx_chatops_variables_forbidden(d);

    n = ngx_chatops_variables(d, variables);

    for (i = 0; i < n; i++) {
        if (!chatops_gitlab_can_pass(&variables[i].value)) {
            d->in_config = 1;
        }
    }

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
    ngx_str_t                   key, value;
    chatops_str_t               none, reason;
    chatops_gitlab_pipeline_t   pipeline;

    if (answer->outcome == CHATOPS_GITLAB_ANSWERED
        && answer->status == 201
        && chatops_gitlab_read_pipeline(&d->arena, &answer->body, &pipeline)
           == CHATOPS_OK)
    {
        d->run.state = CHATOPS_RUN_WATCHING;
        d->run.pipeline_id = pipeline.id;
        d->run.pipeline_url = pipeline.web_url;
        d->run.attempts = 0;

        ngx_chatops_count(ngx_chatops_zone(d->conf), started);

        ngx_log_error(NGX_LOG_INFO, d->log, 0,
                      "chatops: run %V: started: pipeline %L holds job \"%V\" "
                      "of %V (%V/%V, GitLab user %L)",
                      ngx_chatops_v(&d->run.id), d->run.pipeline_id,
                      ngx_chatops_v(&d->run.job),
                      ngx_chatops_v(&d->run.project),
                      ngx_chatops_v(&d->run.team_id),
                      ngx_chatops_v(&d->run.user_id), d->run.gitlab_user_id);

        ngx_chatops_dispatch_end(d, NGX_CHATOPS_STARTED);
        return;
    }

    if (answer->outcome == CHATOPS_GITLAB_UNREACHED
        || (answer->outcome == CHATOPS_GITLAB_ANSWERED
            && answer->status >= 400 && answer->status < 500
            && answer->status != 408))
    {
        if (chatops_gitlab_reason(&d->arena, &answer->body, &reason)
            == CHATOPS_OK
            && chatops_gitlab_forbids_variables(&reason)
            && !d->in_config)
        {
            d->in_config = 1;

            none = chatops_str(NULL);

            if (ngx_chatops_dispatch_key(d, NGX_CHATOPS_KEY_VARIABLES, &none,
                                         &key)
                == NGX_OK)
            {
                ngx_str_set(&value, "forbidden");
                ngx_chatops_cache_put(ngx_chatops_zone(d->conf), &key, &value,
                                      NGX_CHATOPS_VARIABLES_TTL);
            }

            ngx_chatops_commit(d, 1);
            return;
        }

        ngx_chatops_dispatch_refuse_answer(d, "to run the pipeline", answer);
        return;
    }

    /*
     * Not confirmed: the pipeline may be there, or come yet.  Whoever claims
     * the run after GitLab's own timeout looks for it on the run's branch.
     */

    ngx_log_error(NGX_LOG_WARN, d->log, 0,
                  "chatops: run %V: GitLab did not confirm the pipeline "
                  "(outcome %d, status %ui); it is looked for on branch %V "
                  "in %M ms", ngx_chatops_v(&d->run.id), answer->outcome,
                  (ngx_uint_t) answer->status, ngx_chatops_v(&d->run.branch),
                  (ngx_msec_t) (ngx_chatops_look_at(d->conf, &d->run)
                                - ngx_chatops_now()));

    ngx_chatops_dispatch_end(d, NGX_CHATOPS_UNSURE);
}


static ngx_uint_t
ngx_chatops_variables(ngx_chatops_dispatch_t *d,
    chatops_variable_t *variables)
{
    variables[0].key = chatops_str("CHAT_INPUT");
    variables[0].value = d->run.input;

    variables[1].key = chatops_str("CHAT_CHANNEL");
    variables[1].value = d->run.channel_name;

    variables[2].key = chatops_str("CHAT_CHANNEL_ID");
    variables[2].value = d->run.channel_id;

    variables[3].key = chatops_str("CHAT_USER_ID");
    variables[3].value = d->run.user_id;

    variables[4].key = chatops_str("CHAT_JOB");
    variables[4].value = d->run.job;

    variables[5].key = chatops_str("CHAT_RUN_ID");
    variables[5].value = d->run.id;

    return NGX_CHATOPS_VARIABLES;
}


static ngx_uint_t
ngx_chatops_variables_forbidden(ngx_chatops_dispatch_t *d)
{
    ngx_str_t      key, value;
    chatops_str_t  none;

    none = chatops_str(NULL);

    if (ngx_chatops_dispatch_key(d, NGX_CHATOPS_KEY_VARIABLES, &none, &key)
        != NGX_OK)
    {
        return 0;
    }

    return ngx_chatops_cache_get(ngx_chatops_zone(d->conf), &key, 0, d->pool,
                                 &value)
           == NGX_OK;
}
