#include "ngx_chatops_strategy.h"
#include "chatops_predefined.h"


#define NGX_CHATOPS_SUGGESTIONS  3


static ngx_uint_t ngx_chatops_parsed(ngx_chatops_dispatch_t *d, u_char kind,
    ngx_chatops_config_t **config);
static void ngx_chatops_read_lint(ngx_chatops_dispatch_t *d,
    chatops_str_t *body);
static void ngx_chatops_no_lint(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer);
static void ngx_chatops_check_file(ngx_chatops_dispatch_t *d);
static void ngx_chatops_read_file_itself(ngx_chatops_dispatch_t *d,
    chatops_str_t *body);
static void ngx_chatops_no_file(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer);
static ngx_uint_t ngx_chatops_parse(ngx_chatops_dispatch_t *d,
    chatops_str_t *text, unsigned merged, ngx_chatops_config_t **config);
static ngx_uint_t ngx_chatops_file_elsewhere(ngx_chatops_dispatch_t *d);
static void ngx_chatops_match(ngx_chatops_dispatch_t *d);
static int ngx_chatops_source(ngx_chatops_dispatch_t *d);
static void ngx_chatops_unknown_job(ngx_chatops_dispatch_t *d);
static void ngx_chatops_quote_typed(chatops_buf_t *buf,
    const chatops_str_t *name);
static void ngx_chatops_invalid(ngx_chatops_dispatch_t *d,
    const chatops_str_t *error);


/*
 * The commit's configuration as GitLab merges it, and beside it the file
 * itself: only that one tells what it includes, and on which line things
 * stand.
 */

void
ngx_chatops_check_config(ngx_chatops_dispatch_t *d)
{
    ngx_chatops_dispatch_forget(d);

    if (ngx_chatops_parsed(d, NGX_CHATOPS_KEY_LINT, &d->config)) {
        ngx_chatops_check_file(d);
        return;
    }

    if (ngx_chatops_dispatch_recalls(d, NGX_CHATOPS_KEY_NO_LINT,
                                     &d->run.sha)) {
        ngx_chatops_check_file(d);
        return;
    }

    if (chatops_gitlab_lint(&d->arena, &d->run.project, &d->run.sha, &d->call)
        != CHATOPS_OK)
    {
        ngx_chatops_dispatch_end(d, NGX_CHATOPS_FAILED);
        return;
    }

    ngx_chatops_dispatch_get(d, "for the CI configuration",
                             NGX_CHATOPS_KEY_LINT, &d->run.sha,
                             d->conf->config_ttl, ngx_chatops_read_lint,
                             ngx_chatops_no_lint);
}


/*
 * 1 when this worker has parsed what is in shared memory.  Not for ever,
 * though a commit does not change: what it includes from elsewhere may.
 */

static ngx_uint_t
ngx_chatops_parsed(ngx_chatops_dispatch_t *d, u_char kind,
    ngx_chatops_config_t **config)
{
    ngx_str_t   key;
    ngx_uint_t  version;

    if (ngx_chatops_dispatch_key(d, kind, &d->run.sha, &key) != NGX_OK) {
        return 0;
    }

    version = ngx_chatops_cache_version(ngx_chatops_zone(d->conf), &key);

    if (version) {
        *config = ngx_chatops_config_get(&key, version);
    }

    return *config != NULL;
}


static void
ngx_chatops_read_lint(ngx_chatops_dispatch_t *d, chatops_str_t *body)
{
    chatops_gitlab_lint_t  lint;

    if (chatops_gitlab_read_lint(&d->arena, body, &lint) != CHATOPS_OK) {
        ngx_chatops_malformed(d, d->what);
        return;
    }

    if (!lint.valid) {
        ngx_chatops_invalid(d, &lint.error);
        return;
    }

    if (ngx_chatops_parse(d, &lint.merged_yaml, 1, &d->config)) {
        ngx_chatops_check_file(d);
    }
}


/* A token that may not lint may still read the file itself. */

static void
ngx_chatops_no_lint(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer)
{
    if (answer->outcome != CHATOPS_GITLAB_ANSWERED
        || (answer->status != 403 && answer->status != 404))
    {
        ngx_chatops_dispatch_refuse_answer(d, d->what, answer);
        return;
    }

    ngx_log_error(NGX_LOG_INFO, d->log, 0,
                  "chatops: run %V: GitLab does not lint (%ui), the raw file "
                  "is read", ngx_chatops_v(&d->run.id),
                  (ngx_uint_t) answer->status);

    ngx_chatops_dispatch_remember(d, NGX_CHATOPS_KEY_NO_LINT, &d->run.sha,
                                  d->conf->config_ttl);

    ngx_chatops_check_file(d);
}


static void
ngx_chatops_check_file(ngx_chatops_dispatch_t *d)
{
    if (ngx_chatops_file_elsewhere(d) && d->config != NULL) {
        ngx_chatops_match(d);
        return;
    }

    if (ngx_chatops_parsed(d, NGX_CHATOPS_KEY_FILE, &d->file)) {
        ngx_chatops_match(d);
        return;
    }

    if (chatops_gitlab_raw_file(&d->arena, &d->run.project,
                                &d->project.config_path, &d->run.sha,
                                &d->call)
        != CHATOPS_OK)
    {
        ngx_chatops_dispatch_end(d, NGX_CHATOPS_FAILED);
        return;
    }

    ngx_chatops_dispatch_get(d, "for the CI configuration",
                             NGX_CHATOPS_KEY_FILE, &d->run.sha,
                             d->conf->config_ttl,
                             ngx_chatops_read_file_itself,
                             ngx_chatops_no_file);
}


static void
ngx_chatops_read_file_itself(ngx_chatops_dispatch_t *d, chatops_str_t *body)
{
    if (ngx_chatops_parse(d, body, 0, &d->file)) {
        ngx_chatops_match(d);
    }
}


/* With the merged configuration at hand it is dispensable. */

static void
ngx_chatops_no_file(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer)
{
    chatops_buf_t  buf;

    if (d->config != NULL) {
        ngx_log_error(NGX_LOG_INFO, d->log, 0,
                      "chatops: run %V: %V cannot be read (outcome %d, "
                      "status %ui): lines and includes are not known",
                      ngx_chatops_v(&d->run.id),
                      ngx_chatops_v(&d->project.config_path),
                      answer->outcome, (ngx_uint_t) answer->status);

        ngx_chatops_match(d);
        return;
    }

    if (answer->outcome != CHATOPS_GITLAB_ANSWERED || answer->status != 404) {
        ngx_chatops_dispatch_refuse_answer(d, d->what, answer);
        return;
    }

    chatops_buf_init(&buf, &d->arena, NGX_CHATOPS_REASON_MAX);

    chatops_buf_text(&buf, "The project has no CI configuration: there is "
                     "no ");
    ngx_chatops_dispatch_quote(&buf, &d->project.config_path);
    chatops_buf_text(&buf, " on ");
    chatops_buf_str(&buf, &d->run.ref);
    chatops_buf_char(&buf, '.');

    ngx_chatops_dispatch_refuse(d, &buf);
}


/* 1: goes on, though maybe without the file.  0: the dispatch has ended. */

static ngx_uint_t
ngx_chatops_parse(ngx_chatops_dispatch_t *d, chatops_str_t *text,
    unsigned merged, ngx_chatops_config_t **config)
{
    int                    rc;
    ngx_uint_t             version;
    chatops_buf_t          buf;
    chatops_yaml_error_t   error;

    ngx_chatops_dispatch_keep(d);

    version = ngx_chatops_cache_version(ngx_chatops_zone(d->conf), &d->key);

    rc = ngx_chatops_config_parse(&d->key, version, text,
                                  &d->project.config_path, merged, d->log,
                                  config, &error);

    if (rc == CHATOPS_OK || (rc == CHATOPS_DECLINED && d->config != NULL)) {
        return 1;
    }

    if (rc == CHATOPS_ERROR) {
        ngx_chatops_dispatch_refuse_text(d, "nginx is out of memory; nothing "
                                         "was started.");
        return 0;
    }

    chatops_buf_init(&buf, &d->arena, NGX_CHATOPS_REASON_MAX);

    chatops_buf_text(&buf, "The project's CI configuration cannot be read: ");
    chatops_buf_text(&buf, error.text);
    chatops_buf_text(&buf, ". Nothing was started.");

    ngx_chatops_dispatch_refuse(d, &buf);

    return 0;
}


/* "path@group/project", or a URL */

static ngx_uint_t
ngx_chatops_file_elsewhere(ngx_chatops_dispatch_t *d)
{
    return chatops_str_find(&d->project.config_path, 0, "@", 1) != NULL
           || chatops_str_find(&d->project.config_path, 0, "://", 3) != NULL;
}


static void
ngx_chatops_match(ngx_chatops_dispatch_t *d)
{
    chatops_buf_t  buf;

    d->ci = d->config != NULL ? d->config->ci : d->file->ci;

    /* where GitLab has not said so itself */

    if (d->config == NULL && d->ci->nerrors) {
        ngx_chatops_invalid(d, &d->ci->errors[0].text);
        return;
    }

    d->job = chatops_ci_find(d->ci, &d->run.job);

    if (d->job == NULL) {
        ngx_chatops_unknown_job(d);
        return;
    }

    if (ngx_chatops_source(d) != CHATOPS_OK
        || chatops_policy_evaluate(&d->arena, d->ci, d->job, &d->source,
                                   &d->verdict)
           != CHATOPS_OK)
    {
        ngx_chatops_dispatch_end(d, NGX_CHATOPS_FAILED);
        return;
    }

    if (d->verdict.allowed != CHATOPS_NO) {
        ngx_chatops_choose(d);
        return;
    }

    chatops_buf_init(&buf, &d->arena, NGX_CHATOPS_REASON_MAX);

    ngx_chatops_dispatch_quote(&buf, &d->run.job);
    chatops_buf_text(&buf, " may not be run from chat: ");
    chatops_buf_str(&buf, &d->verdict.reason);
    chatops_buf_char(&buf, '.');

    ngx_chatops_dispatch_refuse(d, &buf);
}


/* What is known of the pipeline that GitLab's own ChatOps would make. */

static int
ngx_chatops_source(ngx_chatops_dispatch_t *d)
{
    ngx_uint_t             i, n;
    chatops_variable_t     variables[NGX_CHATOPS_VARIABLES];
    chatops_variables_t   *predefined, *given;
    chatops_predefined_t   known;

    ngx_memzero(&known, sizeof(chatops_predefined_t));

    known.source = chatops_str("chat");
    known.ref = d->run.ref;
    known.tag = d->run.tag ? 1 : 0;
    known.project = d->project.path;
    known.default_branch = d->project.default_branch;
    known.sha = d->run.sha;
    known.gitlab = d->run.gitlab;

    given = chatops_variables_create(&d->arena, NULL);

    if (given == NULL
        || chatops_predefined_make(&d->arena, &known, 1, &predefined)
           != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    n = ngx_chatops_variables(d, variables);

    for (i = 0; i < n; i++) {
        if (chatops_variables_set(given, &variables[i].key,
                                  &variables[i].value)
            != CHATOPS_OK)
        {
            return CHATOPS_ERROR;
        }
    }

    ngx_memzero(&d->source, sizeof(chatops_source_t));

    d->source.source = known.source;
    d->source.ref = known.ref;
    d->source.tag = known.tag;
    d->source.project = known.project;
    d->source.kubernetes = CHATOPS_UNKNOWN;
    d->source.predefined = predefined;
    d->source.given = given;
    d->source.raw = d->file != NULL ? d->file->ci : NULL;

    return CHATOPS_OK;
}


static void
ngx_chatops_unknown_job(ngx_chatops_dispatch_t *d)
{
    size_t                   i, n;
    chatops_buf_t            buf;
    const chatops_ci_job_t  *jobs[NGX_CHATOPS_SUGGESTIONS];

    chatops_buf_init(&buf, &d->arena, NGX_CHATOPS_REASON_MAX);

    chatops_buf_text(&buf, "There is no job ");
    ngx_chatops_dispatch_quote(&buf, &d->run.job);
    chatops_buf_text(&buf, " in ");
    chatops_buf_str(&buf, &d->run.project);
    chatops_buf_text(&buf, " on ");
    chatops_buf_str(&buf, &d->run.ref);
    chatops_buf_text(&buf, ".");

    n = chatops_ci_suggest(d->ci, &d->run.job, jobs, NGX_CHATOPS_SUGGESTIONS);

    for (i = 0; i < n; i++) {
        chatops_buf_text(&buf, i == 0 ? " Did you mean "
                                      : i + 1 == n ? " or " : ", ");
        ngx_chatops_quote_typed(&buf, &jobs[i]->name);
    }

    if (n) {
        chatops_buf_text(&buf, "?");
    }

    ngx_chatops_dispatch_refuse(d, &buf);
}


/* As it has to be typed: with quotes when there are blanks. */

static void
ngx_chatops_quote_typed(chatops_buf_t *buf, const chatops_str_t *name)
{
    chatops_str_t  typed;
    chatops_buf_t  quoted;

    if (chatops_str_find(name, 0, " ", 1) == NULL) {
        ngx_chatops_dispatch_quote(buf, name);
        return;
    }

    chatops_buf_init(&quoted, buf->arena, name->len + 2);

    chatops_buf_char(&quoted, '"');
    chatops_buf_str(&quoted, name);
    chatops_buf_char(&quoted, '"');

    if (chatops_buf_finish(&quoted, &typed) == CHATOPS_OK) {
        ngx_chatops_dispatch_quote(buf, &typed);
    }
}


static void
ngx_chatops_invalid(ngx_chatops_dispatch_t *d, const chatops_str_t *error)
{
    chatops_buf_t  buf;

    chatops_buf_init(&buf, &d->arena, NGX_CHATOPS_REASON_MAX);

    chatops_buf_text(&buf, "The project's CI configuration is not valid");

    if (error->len) {
        chatops_buf_text(&buf, ": ");
        chatops_buf_add(&buf, error->data,
                        chatops_utf8_clip(error->data, error->len, 500));
    }

    if (error->len == 0 || error->data[error->len - 1] != '.') {
        chatops_buf_char(&buf, '.');
    }

    chatops_buf_text(&buf, " Nothing was started.");

    ngx_chatops_dispatch_refuse(d, &buf);
}
