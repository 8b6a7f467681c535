#include "ngx_chatops_strategy.h"
#include "chatops_ref.h"


static ngx_uint_t ngx_chatops_ref_allowed(ngx_chatops_dispatch_t *d);
static void ngx_chatops_ref_refused(ngx_chatops_dispatch_t *d);
static void ngx_chatops_read_branch(ngx_chatops_dispatch_t *d,
    chatops_str_t *body);
static void ngx_chatops_no_branch(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer);
static void ngx_chatops_check_tag(ngx_chatops_dispatch_t *d,
    ngx_chatops_read_pt read, ngx_chatops_step_pt failed);
static void ngx_chatops_read_tag(ngx_chatops_dispatch_t *d,
    chatops_str_t *body);
static void ngx_chatops_no_tag(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer);
static void ngx_chatops_read_twin(ngx_chatops_dispatch_t *d,
    chatops_str_t *body);
static void ngx_chatops_no_twin(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer);
static int ngx_chatops_ref_call(ngx_chatops_dispatch_t *d);
static int ngx_chatops_ref_read(ngx_chatops_dispatch_t *d,
    chatops_str_t *body, chatops_str_t *sha, ngx_uint_t *may_run);
static void ngx_chatops_ref_refreshed(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer);


/* The default branch, or what the person has named with --ref. */

void
ngx_chatops_check_ref(ngx_chatops_dispatch_t *d)
{
    if (d->run.ref.len == 0) {
        d->run.ref = d->project.default_branch;
    }

    d->run.tag = 0;
    d->on_default = chatops_str_eq(&d->run.ref, &d->project.default_branch);

    if (!d->on_default && !ngx_chatops_ref_allowed(d)) {
        ngx_chatops_ref_refused(d);
        return;
    }

    if (ngx_chatops_ref_call(d) != CHATOPS_OK) {
        ngx_chatops_dispatch_end(d, NGX_CHATOPS_FAILED);
        return;
    }

    ngx_chatops_dispatch_get(d, d->on_default ? "for the default branch"
                                              : "for the branch",
                             NGX_CHATOPS_KEY_HEAD, &d->run.ref,
                             d->conf->config_ttl, ngx_chatops_read_branch,
                             d->on_default ? NULL : ngx_chatops_no_branch);
}


static ngx_uint_t
ngx_chatops_ref_allowed(ngx_chatops_dispatch_t *d)
{
    ngx_uint_t      i;
    chatops_str_t  *pattern;

    if (d->conf->refs == NULL || !chatops_ref_valid(&d->run.ref)) {
        return 0;
    }

    pattern = d->conf->refs->elts;

    for (i = 0; i < d->conf->refs->nelts; i++) {
        if (chatops_ref_match(&pattern[i], &d->run.ref)) {
            return 1;
        }
    }

    return 0;
}


static void
ngx_chatops_ref_refused(ngx_chatops_dispatch_t *d)
{
    ngx_uint_t      i;
    chatops_buf_t   buf;
    chatops_str_t  *pattern;

    chatops_buf_init(&buf, &d->arena, NGX_CHATOPS_REASON_MAX);

    ngx_chatops_dispatch_quote(&buf, &d->run.ref);

    if (!chatops_ref_valid(&d->run.ref)) {
        chatops_buf_text(&buf, " is no name of a branch or a tag; nothing was "
                         "started.");
        ngx_chatops_dispatch_refuse(d, &buf);
        return;
    }

    chatops_buf_text(&buf, " may not be run on from chat; the default branch ");
    ngx_chatops_dispatch_quote(&buf, &d->project.default_branch);

    pattern = d->conf->refs ? d->conf->refs->elts : NULL;

    for (i = 0; pattern && i < d->conf->refs->nelts; i++) {
        chatops_buf_text(&buf, i == 0 ? " and what fits " : ", ");
        ngx_chatops_dispatch_quote(&buf, &pattern[i]);
    }

    chatops_buf_text(&buf, " may. Nothing was started. Whoever runs this "
                     "nginx can allow more: `chatops_refs`.");

    ngx_chatops_dispatch_refuse(d, &buf);
}


static void
ngx_chatops_read_branch(ngx_chatops_dispatch_t *d, chatops_str_t *body)
{
    ngx_uint_t  may_run;

    if (ngx_chatops_ref_read(d, body, &d->run.sha, &may_run) != CHATOPS_OK) {
        ngx_chatops_malformed(d, d->what);
        return;
    }

    ngx_chatops_dispatch_keep(d);

    d->head_asked = d->fetched;
    d->may_run = may_run ? 1 : 0;

    if (d->on_default) {
        ngx_chatops_check_config(d);
        return;
    }

    ngx_chatops_check_tag(d, ngx_chatops_read_twin, ngx_chatops_no_twin);
}


static void
ngx_chatops_no_branch(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer)
{
    if (answer->outcome != CHATOPS_GITLAB_ANSWERED || answer->status != 404) {
        ngx_chatops_dispatch_refuse_answer(d, d->what, answer);
        return;
    }

    ngx_chatops_check_tag(d, ngx_chatops_read_tag, ngx_chatops_no_tag);
}


static void
ngx_chatops_check_tag(ngx_chatops_dispatch_t *d, ngx_chatops_read_pt read,
    ngx_chatops_step_pt failed)
{
    if (chatops_gitlab_tag(&d->arena, &d->run.project, &d->run.ref, &d->call)
        != CHATOPS_OK)
    {
        ngx_chatops_dispatch_end(d, NGX_CHATOPS_FAILED);
        return;
    }

    ngx_chatops_dispatch_get(d, "for the tag", NGX_CHATOPS_KEY_TAG,
                             &d->run.ref, d->conf->config_ttl, read, failed);
}


static void
ngx_chatops_read_tag(ngx_chatops_dispatch_t *d, chatops_str_t *body)
{
    ngx_uint_t  may_run;

    d->run.tag = 1;

    if (ngx_chatops_ref_read(d, body, &d->run.sha, &may_run) != CHATOPS_OK) {
        ngx_chatops_malformed(d, d->what);
        return;
    }

    ngx_chatops_dispatch_keep(d);

    d->head_asked = d->fetched;
    d->may_run = may_run ? 1 : 0;

    ngx_chatops_check_config(d);
}


static void
ngx_chatops_no_tag(ngx_chatops_dispatch_t *d, chatops_gitlab_answer_t *answer)
{
    chatops_buf_t  buf;

    if (answer->outcome != CHATOPS_GITLAB_ANSWERED || answer->status != 404) {
        ngx_chatops_dispatch_refuse_answer(d, d->what, answer);
        return;
    }

    chatops_buf_init(&buf, &d->arena, NGX_CHATOPS_REASON_MAX);

    chatops_buf_text(&buf, "There is no branch or tag ");
    ngx_chatops_dispatch_quote(&buf, &d->run.ref);
    chatops_buf_text(&buf, " in ");
    chatops_buf_str(&buf, &d->run.project);
    chatops_buf_text(&buf, "; nothing was started.");

    ngx_chatops_dispatch_refuse(d, &buf);
}


/* GitLab makes no pipeline on a name that is both. */

static void
ngx_chatops_read_twin(ngx_chatops_dispatch_t *d, chatops_str_t *body)
{
    chatops_buf_t         buf;
    chatops_gitlab_tag_t  tag;

    if (chatops_gitlab_read_tag(&d->arena, body, &tag) != CHATOPS_OK) {
        ngx_chatops_malformed(d, d->what);
        return;
    }

    ngx_chatops_dispatch_keep(d);

    chatops_buf_init(&buf, &d->arena, NGX_CHATOPS_REASON_MAX);

    ngx_chatops_dispatch_quote(&buf, &d->run.ref);
    chatops_buf_text(&buf, " is both a branch and a tag in ");
    chatops_buf_str(&buf, &d->run.project);
    chatops_buf_text(&buf, ", and GitLab runs nothing on such a name; nothing "
                     "was started. One of the two has to be renamed.");

    ngx_chatops_dispatch_refuse(d, &buf);
}


static void
ngx_chatops_no_twin(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer)
{
    if (answer->outcome != CHATOPS_GITLAB_ANSWERED || answer->status != 404) {
        ngx_chatops_dispatch_refuse_answer(d, d->what, answer);
        return;
    }

    ngx_chatops_check_config(d);
}


static int
ngx_chatops_ref_call(ngx_chatops_dispatch_t *d)
{
    if (d->run.tag) {
        return chatops_gitlab_tag(&d->arena, &d->run.project, &d->run.ref,
                                  &d->call);
    }

    return chatops_gitlab_branch(&d->arena, &d->run.project, &d->run.ref,
                                 &d->call);
}


/* The ref's commit, and whether the person may run pipelines on the ref. */

static int
ngx_chatops_ref_read(ngx_chatops_dispatch_t *d, chatops_str_t *body,
    chatops_str_t *sha, ngx_uint_t *may_run)
{
    int                      rc;
    ngx_uint_t               maintainer;
    chatops_gitlab_tag_t     tag;
    chatops_gitlab_branch_t  branch;

    maintainer = d->access_level >= CHATOPS_ACCESS_MAINTAINER;

    if (d->run.tag) {
        rc = chatops_gitlab_read_tag(&d->arena, body, &tag);

        if (rc == CHATOPS_OK) {

            /* who may make a protected tag is not in the answer */

            *sha = tag.sha;
            *may_run = maintainer || !tag.is_protected;
        }

        return rc;
    }

    rc = chatops_gitlab_read_branch(&d->arena, body, &branch);

    if (rc == CHATOPS_OK) {
        *sha = branch.sha;
        *may_run = maintainer || !branch.is_protected || branch.developers;
    }

    return rc;
}


/*
 * A pipeline that is made on the ref itself takes its head as it is then: it
 * has to be the one that was looked at.
 */

void
ngx_chatops_ref_refresh(ngx_chatops_dispatch_t *d, ngx_chatops_next_pt next)
{
    if (d->head_asked) {
        next(d);
        return;
    }

    d->next = next;

    if (ngx_chatops_ref_call(d) != CHATOPS_OK) {
        ngx_chatops_dispatch_end(d, NGX_CHATOPS_FAILED);
        return;
    }

    ngx_chatops_dispatch_send(d, ngx_chatops_ref_refreshed);
}


static void
ngx_chatops_ref_refreshed(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer)
{
    ngx_str_t      key, value;
    ngx_uint_t     may_run;
    chatops_str_t  sha;

    if (answer->outcome != CHATOPS_GITLAB_ANSWERED || answer->status != 200) {
        ngx_chatops_dispatch_refuse_answer(d, "for the branch", answer);
        return;
    }

    if (ngx_chatops_ref_read(d, &answer->body, &sha, &may_run)
        != CHATOPS_OK)
    {
        ngx_chatops_malformed(d, "for the branch");
        return;
    }

    d->head_asked = 1;

    if (chatops_str_eq(&sha, &d->run.sha) && may_run == d->may_run) {
        d->next(d);
        return;
    }

    ngx_log_error(NGX_LOG_INFO, d->log, 0,
                  "chatops: run %V: %V has moved on from %V to %V%s",
                  ngx_chatops_v(&d->run.id), ngx_chatops_v(&d->run.ref),
                  ngx_chatops_v(&d->run.sha), ngx_chatops_v(&sha),
                  may_run == d->may_run ? "" : ", or its protection has "
                  "changed");

    if (ngx_chatops_dispatch_key(d, d->run.tag ? NGX_CHATOPS_KEY_TAG
                                               : NGX_CHATOPS_KEY_HEAD,
                                 &d->run.ref, &key)
        == NGX_OK)
    {
        value = ngx_chatops_ngx_str(&answer->body);
        ngx_chatops_cache_put(ngx_chatops_zone(d->conf), &key, &value,
                              d->conf->config_ttl);
    }

    d->run.sha = sha;
    d->may_run = may_run ? 1 : 0;

    ngx_chatops_check_config(d);
}
