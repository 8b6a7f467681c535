#include "ngx_chatops_strategy.h"
#include "chatops_native.h"


static int ngx_chatops_native_fits(ngx_chatops_dispatch_t *d,
    chatops_str_t *reason);
static void ngx_chatops_native_start(ngx_chatops_dispatch_t *d);
static void ngx_chatops_native_ask(ngx_chatops_dispatch_t *d);
static void ngx_chatops_native_asked(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer);
static void ngx_chatops_native_refused(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer, chatops_native_answer_t *native);
static void ngx_chatops_native_link(ngx_chatops_dispatch_t *d,
    const char *why, const char *without, chatops_native_answer_t *native);
static void ngx_chatops_native_unsupported(ngx_chatops_dispatch_t *d);
static void ngx_chatops_native_look(ngx_chatops_dispatch_t *d);
static void ngx_chatops_native_check(ngx_chatops_dispatch_t *d);
static void ngx_chatops_native_checked(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer);
static void ngx_chatops_native_cancel(ngx_chatops_dispatch_t *d,
    chatops_gitlab_job_t *job);
static void ngx_chatops_native_canceled(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer);
static void ngx_chatops_native_wrong(ngx_chatops_dispatch_t *d,
    const char *ending);


ngx_chatops_strategy_t  ngx_chatops_native = {
    CHATOPS_STRATEGY_NATIVE,
    ngx_chatops_native_fits,
    ngx_chatops_native_start,
    ngx_chatops_native_look
};


/*
 * GitLab's own slash command: GitLab makes a true `chat` pipeline, as the
 * GitLab user to whom it knows the chat account to belong.
 */

static int
ngx_chatops_native_fits(ngx_chatops_dispatch_t *d, chatops_str_t *reason)
{
    const char  *unfit;

    unfit = chatops_native_unfit(&d->run.job, &d->run.input);

    if (unfit != NULL) {
        *reason = chatops_str(unfit);
        return CHATOPS_DECLINED;
    }

    return CHATOPS_OK;
}


/* At most once: what is sent after this row is never sent again. */

static void
ngx_chatops_native_start(ngx_chatops_dispatch_t *d)
{
    d->run.state = CHATOPS_RUN_TRIGGERING;
    d->run.triggered_at = ngx_chatops_now();
    d->run.pipeline_id = 0;
    d->run.job_id = 0;
    d->run.note = chatops_str("It runs native, as GitLab's own slash command: "
                              "`CHAT_CHANNEL` is the channel's id.");

    ngx_chatops_dispatch_save(d, ngx_chatops_native_ask);
}


static void
ngx_chatops_native_ask(ngx_chatops_dispatch_t *d)
{
    chatops_str_t  base, token, url;

    base = ngx_chatops_core_str(&d->conf->callback_url);
    token = ngx_chatops_core_str(&d->conf->native_token);

    if (chatops_callback_url(&d->arena, d->conf->callback_key, &base,
                             &d->run.id, &url)
        != CHATOPS_OK
        || chatops_native_trigger(&d->arena, &d->run, &token, &url, &d->call)
           != CHATOPS_OK)
    {
        ngx_chatops_dispatch_refuse_text(d, "nginx is out of memory; nothing "
                                         "was started.");
        return;
    }

    ngx_chatops_dispatch_send(d, ngx_chatops_native_asked);
}


static void
ngx_chatops_native_asked(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer)
{
    chatops_str_t            gitlab;
    chatops_native_answer_t  native;

    if (answer->outcome == CHATOPS_GITLAB_UNREACHED) {
        ngx_chatops_dispatch_refuse_answer(d, "to run the job", answer);
        return;
    }

    gitlab = ngx_chatops_core_str(&d->conf->gitlab);

    if (answer->outcome != CHATOPS_GITLAB_ANSWERED
        || chatops_native_read(&d->arena, answer->status, &answer->body,
                               &gitlab, &native)
           != CHATOPS_OK
        || native.class == CHATOPS_NATIVE_UNCLEAR)
    {
        ngx_log_error(NGX_LOG_WARN, d->log, 0,
                      "chatops: run %V: GitLab's slash command gave no clear "
                      "answer (outcome %d, status %ui)",
                      ngx_chatops_v(&d->run.id), answer->outcome,
                      (ngx_uint_t) answer->status);

        ngx_chatops_ambiguous(d);
        return;
    }

    if (native.class != CHATOPS_NATIVE_CREATED) {
        ngx_chatops_native_refused(d, answer, &native);
        return;
    }

    d->run.job_id = native.job_id;
    d->run.job_url = native.job_url;

    ngx_chatops_dispatch_save(d, ngx_chatops_native_check);
}


static void
ngx_chatops_native_refused(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer, chatops_native_answer_t *native)
{
    ngx_uint_t     level;
    chatops_buf_t  buf;
    chatops_str_t  reason;

    level = native->class == CHATOPS_NATIVE_NO_INTEGRATION ? NGX_LOG_ERR
                                                           : NGX_LOG_NOTICE;

    ngx_log_error(level, d->log, 0,
                  "chatops: run %V: GitLab's slash command answers: %s "
                  "(status %ui)", ngx_chatops_v(&d->run.id),
                  chatops_native_class_name(native->class),
                  (ngx_uint_t) answer->status);

    chatops_buf_init(&buf, &d->arena, NGX_CHATOPS_REASON_MAX);

    switch (native->class) {

    case CHATOPS_NATIVE_CONNECT:
        ngx_chatops_native_link(d, "GitLab does not know yet who you are; "
                                "nothing was started. Please connect your "
                                "chat account with your GitLab account within "
                                "ten minutes, then send the command again.",
                                "GitLab does not know yet who you are; "
                                "nothing was started. Its link to connect "
                                "your account", native);
        return;

    case CHATOPS_NATIVE_CONFIRM:
        ngx_chatops_native_link(d, "GitLab wants to know that the command is "
                                "yours; nothing was started. Please confirm "
                                "it within three minutes, then send the "
                                "command again.",
                                "GitLab wants to know that the command is "
                                "yours; nothing was started. Its link to "
                                "confirm it", native);
        return;

    case CHATOPS_NATIVE_UNSUPPORTED:
        ngx_chatops_native_unsupported(d);
        return;

    case CHATOPS_NATIVE_NOT_UNDERSTOOD:
        reason = chatops_str("GitLab did not understand the command: CI/CD "
                             "may be switched off in the project, and an old "
                             "release takes no line ends");

        ngx_chatops_choose_another(d, &reason);
        return;

    case CHATOPS_NATIVE_UNIDENTIFIED:
        chatops_buf_text(&buf, "GitLab does not know who you are, and gives "
                         "no link to connect your account; nothing was "
                         "started. Please tell whoever runs this nginx.");
        break;

    case CHATOPS_NATIVE_DENIED:
        chatops_buf_text(&buf, "GitLab does not allow you to run jobs of ");
        chatops_buf_str(&buf, &d->run.project);
        chatops_buf_text(&buf, " from chat; nothing was started. Please ask "
                         "one of its maintainers.");
        break;

    case CHATOPS_NATIVE_DEACTIVATED:
        chatops_buf_text(&buf, "Your GitLab account is deactivated; nothing "
                         "was started. Please log in to GitLab with a "
                         "browser, which activates it, and send the command "
                         "again.");
        break;

    case CHATOPS_NATIVE_NOT_FOUND:
        chatops_buf_text(&buf, "GitLab does not find ");
        chatops_buf_str(&buf, &d->run.project);
        chatops_buf_text(&buf, " for you; nothing was started.");
        break;

    case CHATOPS_NATIVE_NOT_SCHEDULED:
        chatops_buf_text(&buf, "GitLab did not schedule ");
        ngx_chatops_dispatch_quote(&buf, &d->run.job);
        chatops_buf_text(&buf, " and does not say why; nothing was started. "
                         "You may have no right to run pipelines on the "
                         "protected branch ");
        chatops_buf_str(&buf, &d->run.ref);
        chatops_buf_text(&buf, ", too many may have been made in the last "
                         "minute, or the configuration has just been "
                         "changed.");
        break;

    case CHATOPS_NATIVE_FAILED:
        chatops_buf_text(&buf, "GitLab refused the command");

        if (native->reason.len) {
            chatops_buf_text(&buf, ": ");
            chatops_buf_str(&buf, &native->reason);
        }

        chatops_buf_text(&buf, "; nothing was started.");
        break;

    case CHATOPS_NATIVE_NO_INTEGRATION:
        chatops_buf_text(&buf, "GitLab does not take slash commands from this "
                         "service (404); nothing was started. Please tell "
                         "whoever runs this nginx: the integration of ");
        chatops_buf_str(&buf, &d->run.project);
        chatops_buf_text(&buf, " is not active, or its token is not the one "
                         "of `chatops_native_token_file`.");
        break;

    default: /* CHATOPS_NATIVE_REJECTED */
        ngx_chatops_dispatch_refuse_answer(d, "to run the job", answer);
        return;
    }

    ngx_chatops_dispatch_refuse(d, &buf);
}


/* The link is a secret: it is not part of the reason, which is logged. */

static void
ngx_chatops_native_link(ngx_chatops_dispatch_t *d, const char *why,
    const char *without, chatops_native_answer_t *native)
{
    chatops_buf_t  buf;

    chatops_buf_init(&buf, &d->arena, NGX_CHATOPS_REASON_MAX);

    if (native->link.len) {
        d->run.link = native->link;
        chatops_buf_text(&buf, why);

    } else {
        chatops_buf_text(&buf, without);
        chatops_buf_text(&buf, " does not lead to the host of "
                         "`chatops_gitlab`, so that it is not passed on. "
                         "Please tell whoever runs this nginx.");
    }

    ngx_chatops_dispatch_refuse(d, &buf);
}


static void
ngx_chatops_native_unsupported(ngx_chatops_dispatch_t *d)
{
    chatops_buf_t  buf;

    chatops_buf_init(&buf, &d->arena, NGX_CHATOPS_REASON_MAX);
    chatops_buf_str(&buf, &d->run.gitlab);
    chatops_buf_char(&buf, '/');
    chatops_buf_str(&buf, &d->run.project);
    chatops_buf_text(&buf, "/-/pipelines");

    if (chatops_buf_finish(&buf, &d->run.link) != CHATOPS_OK) {
        d->run.link = chatops_str(NULL);
    }

    chatops_buf_init(&buf, &d->arena, NGX_CHATOPS_REASON_MAX);
    chatops_buf_text(&buf, "GitLab made no job of ");
    ngx_chatops_dispatch_quote(&buf, &d->run.job);
    chatops_buf_text(&buf, ". It may have kept a pipeline as skipped or "
                     "failed: when the message of the last commit on ");
    chatops_buf_str(&buf, &d->run.ref);
    chatops_buf_text(&buf, " has [skip ci] in it, or the configuration is "
                     "not valid for this job alone.");

    ngx_chatops_dispatch_refuse(d, &buf);
}


/* Whether GitLab has done it is not to be found out. */

static void
ngx_chatops_native_look(ngx_chatops_dispatch_t *d)
{
    if (d->run.job_id == 0) {
        ngx_chatops_ambiguous(d);
        return;
    }

    ngx_chatops_native_check(d);
}


/* Which pipeline is it, and as whom does it run? */

static void
ngx_chatops_native_check(ngx_chatops_dispatch_t *d)
{
    if (chatops_gitlab_job(&d->arena, &d->run.project, d->run.job_id,
                           &d->call)
        != CHATOPS_OK)
    {
        ngx_chatops_unclear(d);
        return;
    }

    ngx_chatops_dispatch_send(d, ngx_chatops_native_checked);
}


static void
ngx_chatops_native_checked(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer)
{
    chatops_gitlab_job_t  job;

    if (answer->outcome != CHATOPS_GITLAB_ANSWERED
        || answer->status != 200
        || chatops_gitlab_read_job(&d->arena, &answer->body, &job)
           != CHATOPS_OK
        || job.pipeline_id == 0)
    {
        ngx_chatops_unclear(d);
        return;
    }

    if (job.web_url.len) {
        d->run.job_url = job.web_url;
    }

    d->run.status = job.status;
    d->run.pipeline_id = job.pipeline_id;
    d->run.pipeline_url = job.pipeline_url;

    if (job.user_id != d->run.gitlab_user_id
        || !chatops_str_eq(&job.name, &d->run.job))
    {
        ngx_chatops_native_cancel(d, &job);
        return;
    }

    d->run.manual = chatops_str_is(&job.status, "manual");

    if (job.sha.len) {
        d->run.sha = job.sha;
    }

    ngx_chatops_started(d);
}


/*
 * GitLab knows the chat account as somebody else's than we do: neither the
 * one nor the other is meant.
 */

static void
ngx_chatops_native_cancel(ngx_chatops_dispatch_t *d,
    chatops_gitlab_job_t *job)
{
    ngx_log_error(NGX_LOG_ERR, d->log, 0,
                  "chatops: run %V: GitLab runs job %L, \"%V\", as user %L, "
                  "and not \"%V\" as user %L: its pipeline %L is canceled "
                  "(%V/%V)", ngx_chatops_v(&d->run.id), job->id,
                  ngx_chatops_v(&job->name), job->user_id,
                  ngx_chatops_v(&d->run.job), d->run.gitlab_user_id,
                  job->pipeline_id, ngx_chatops_v(&d->run.team_id),
                  ngx_chatops_v(&d->run.user_id));

    if (chatops_gitlab_cancel_pipeline(&d->arena, &d->run.project,
                                       job->pipeline_id, &d->call)
        != CHATOPS_OK)
    {
        ngx_chatops_unclear(d);
        return;
    }

    ngx_chatops_dispatch_send(d, ngx_chatops_native_canceled);
}


static void
ngx_chatops_native_canceled(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer)
{
    if (answer->outcome == CHATOPS_GITLAB_ANSWERED
        && answer->status >= 200 && answer->status < 300)
    {
        ngx_chatops_native_wrong(d, "Its pipeline was canceled; the job may "
                                 "have begun.");
        return;
    }

    ngx_log_error(NGX_LOG_ERR, d->log, 0,
                  "chatops: run %V: its pipeline was not canceled (outcome "
                  "%d, status %ui)", ngx_chatops_v(&d->run.id),
                  answer->outcome, (ngx_uint_t) answer->status);

    if (ngx_chatops_now() < d->run.deadline_at
        && !(answer->outcome == CHATOPS_GITLAB_ANSWERED
             && (answer->status == 403 || answer->status == 404)))
    {
        /* the job is looked at, and its pipeline canceled, again */

        ngx_chatops_unclear(d);
        return;
    }

    ngx_chatops_native_wrong(d, "Its pipeline could not be canceled: please "
                             "do that by hand.");
}


static void
ngx_chatops_native_wrong(ngx_chatops_dispatch_t *d, const char *ending)
{
    chatops_buf_t  buf;

    chatops_buf_init(&buf, &d->arena, NGX_CHATOPS_REASON_MAX);
    ngx_chatops_dispatch_quote(&buf, &d->run.job);
    chatops_buf_text(&buf, " was not let run: your chat account is connected "
                     "with another GitLab user in GitLab than in this nginx. ");
    chatops_buf_text(&buf, ending);
    chatops_buf_text(&buf, " Please see which account is connected in your "
                     "GitLab profile, or tell whoever runs this nginx.");

    ngx_chatops_dispatch_refuse(d, &buf);
}
