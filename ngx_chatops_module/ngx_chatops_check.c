#include "ngx_chatops_strategy.h"


static void ngx_chatops_read_member(ngx_chatops_dispatch_t *d,
    chatops_str_t *body);
static void ngx_chatops_no_member(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer);
static const char *ngx_chatops_access_name(int64_t level);
static ngx_uint_t ngx_chatops_expired(chatops_str_t *date);
static void ngx_chatops_check_project(ngx_chatops_dispatch_t *d);
static void ngx_chatops_read_project(ngx_chatops_dispatch_t *d,
    chatops_str_t *body);


void
ngx_chatops_check_member(ngx_chatops_dispatch_t *d)
{
    u_char         id[NGX_INT64_LEN];
    chatops_str_t  key;

    d->user = chatops_users_find(d->conf->users, &d->run.team_id,
                                 &d->run.user_id);

    if (d->user == NULL || d->user->gitlab_user_id != d->run.gitlab_user_id) {

        /* a reload has changed the map since the command came */

        ngx_chatops_dispatch_refuse_text(d, "Your chat account is no longer "
                                         "connected to the GitLab user that "
                                         "it was; nothing was started.");
        return;
    }

    if (chatops_gitlab_member(&d->arena, &d->run.project,
                              d->user->gitlab_user_id, &d->call)
        != CHATOPS_OK)
    {
        ngx_chatops_dispatch_end(d, NGX_CHATOPS_FAILED);
        return;
    }

    key = chatops_strn(id, ngx_sprintf(id, "%L", d->user->gitlab_user_id)
                           - id);

    ngx_chatops_dispatch_get(d, "for your membership of the project",
                             NGX_CHATOPS_KEY_MEMBER, &key,
                             d->conf->access_ttl, ngx_chatops_read_member,
                             ngx_chatops_no_member);
}


static void
ngx_chatops_no_member(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer)
{
    chatops_buf_t  buf;

    if (answer->outcome != CHATOPS_GITLAB_ANSWERED || answer->status != 404) {
        ngx_chatops_dispatch_refuse_answer(d, d->what, answer);
        return;
    }

    chatops_buf_init(&buf, &d->arena, NGX_CHATOPS_REASON_MAX);

    chatops_buf_text(&buf, "You are not a member of ");
    chatops_buf_str(&buf, &d->run.project);
    chatops_buf_text(&buf, ", or the project is not there; nothing was "
                     "started. Please ask one of its maintainers for the role "
                     "Developer.");

    ngx_chatops_dispatch_refuse(d, &buf);
}


static void
ngx_chatops_read_member(ngx_chatops_dispatch_t *d, chatops_str_t *body)
{
    chatops_buf_t            buf;
    chatops_gitlab_member_t  member;

    if (chatops_gitlab_read_member(&d->arena, body, &member) != CHATOPS_OK
        || member.id != d->user->gitlab_user_id)
    {
        ngx_chatops_malformed(d, d->what);
        return;
    }

    ngx_chatops_dispatch_keep(d);

    chatops_buf_init(&buf, &d->arena, NGX_CHATOPS_REASON_MAX);

    if (d->user->username.len
        && (d->user->username.len != member.username.len
            || ngx_strncasecmp(d->user->username.data, member.username.data,
                               member.username.len)
               != 0))
    {
        ngx_log_error(NGX_LOG_WARN, d->log, 0,
                      "chatops: run %V: chatops_users_file says that GitLab "
                      "user %L is \"%V\", GitLab says \"%V\"",
                      ngx_chatops_v(&d->run.id), member.id,
                      ngx_chatops_v(&d->user->username),
                      ngx_chatops_v(&member.username));

        ngx_chatops_dispatch_refuse_text(d, "The GitLab user that your chat "
                                         "account is connected to has another "
                                         "name than expected; nothing was "
                                         "started. Please tell whoever runs "
                                         "this nginx.");
        return;
    }

    if (!chatops_str_is(&member.state, "active")) {
        chatops_buf_text(&buf, "Your GitLab account is ");
        chatops_buf_str(&buf, &member.state);
        chatops_buf_text(&buf, "; nothing was started. Please ask a GitLab "
                         "administrator.");
        ngx_chatops_dispatch_refuse(d, &buf);
        return;
    }

    if (ngx_chatops_expired(&member.expires_at)) {
        chatops_buf_text(&buf, "Your membership of ");
        chatops_buf_str(&buf, &d->run.project);
        chatops_buf_text(&buf, " ended on ");
        chatops_buf_str(&buf, &member.expires_at);
        chatops_buf_text(&buf, "; nothing was started. Please ask one of its "
                         "maintainers.");
        ngx_chatops_dispatch_refuse(d, &buf);
        return;
    }

    if (member.access_level < (int64_t) d->conf->access) {
        chatops_buf_text(&buf, "You are ");
        chatops_buf_text(&buf, ngx_chatops_access_name(member.access_level));
        chatops_buf_text(&buf, " in ");
        chatops_buf_str(&buf, &d->run.project);
        chatops_buf_text(&buf, "; running jobs needs ");
        chatops_buf_text(&buf, ngx_chatops_access_name(d->conf->access));
        chatops_buf_text(&buf, ". Nothing was started. Please ask one of its "
                         "maintainers.");
        ngx_chatops_dispatch_refuse(d, &buf);
        return;
    }

    d->access_level = member.access_level;

    ngx_chatops_check_project(d);
}


static const char *
ngx_chatops_access_name(int64_t level)
{
    if (level >= CHATOPS_ACCESS_OWNER) {
        return "Owner";
    }

    if (level >= CHATOPS_ACCESS_MAINTAINER) {
        return "Maintainer";
    }

    if (level >= CHATOPS_ACCESS_DEVELOPER) {
        return "Developer";
    }

    if (level >= CHATOPS_ACCESS_REPORTER) {
        return "Reporter";
    }

    return level >= 10 ? "Guest" : "without a role";
}


/* GitLab's "2026-12-31": the membership ends when that day begins, in UTC. */

static ngx_uint_t
ngx_chatops_expired(chatops_str_t *date)
{
    u_char    today[sizeof("2026-12-31T")];
    ngx_tm_t  tm;

    if (date->len < 10) {
        return 0;
    }

    ngx_gmtime(ngx_time(), &tm);
    ngx_sprintf(today, "%4d-%02d-%02d", tm.ngx_tm_year, tm.ngx_tm_mon,
                tm.ngx_tm_mday);

    return ngx_strncmp(date->data, today, 10) <= 0;
}


static void
ngx_chatops_check_project(ngx_chatops_dispatch_t *d)
{
    chatops_str_t  key;

    if (chatops_gitlab_project(&d->arena, &d->run.project, &d->call)
        != CHATOPS_OK)
    {
        ngx_chatops_dispatch_end(d, NGX_CHATOPS_FAILED);
        return;
    }

    key = chatops_str(NULL);

    ngx_chatops_dispatch_get(d, "for the project", NGX_CHATOPS_KEY_PROJECT,
                             &key, d->conf->config_ttl,
                             ngx_chatops_read_project, NULL);
}


static void
ngx_chatops_read_project(ngx_chatops_dispatch_t *d, chatops_str_t *body)
{
    if (chatops_gitlab_read_project(&d->arena, body, &d->project)
        != CHATOPS_OK)
    {
        ngx_chatops_malformed(d, d->what);
        return;
    }

    ngx_chatops_dispatch_keep(d);

    if (d->project.default_branch.len == 0) {
        ngx_chatops_dispatch_refuse_text(d, "The project's repository is "
                                         "empty: there is no job to run.");
        return;
    }

    ngx_chatops_check_ref(d);
}


void
ngx_chatops_malformed(ngx_chatops_dispatch_t *d, const char *what)
{
    chatops_buf_t  buf;

    ngx_log_error(NGX_LOG_WARN, d->log, 0,
                  "chatops: run %V: GitLab was asked %s and its answer makes "
                  "no sense", ngx_chatops_v(&d->run.id), what);

    chatops_buf_init(&buf, &d->arena, NGX_CHATOPS_REASON_MAX);

    chatops_buf_text(&buf, "GitLab was asked ");
    chatops_buf_text(&buf, what);
    chatops_buf_text(&buf, " and its answer makes no sense; nothing was "
                     "started. Please tell whoever runs this nginx: does "
                     "`chatops_gitlab` lead to GitLab?");

    ngx_chatops_dispatch_refuse(d, &buf);
}
