#include <stdio.h>
#include <time.h>

#include <jansson.h>

#include "chatops_gitlab.h"


#define CHATOPS_GITLAB_PATH_MAX  (16 * 1024)


static int chatops_gitlab_of_pipeline(chatops_arena_t *arena,
    const chatops_str_t *project, int64_t pipeline_id, const char *method,
    const char *rest, chatops_gitlab_call_t *call);
static void chatops_gitlab_time(chatops_buf_t *path, int64_t ms);
static void chatops_gitlab_begin(chatops_buf_t *path, chatops_arena_t *arena,
    const chatops_str_t *project, const char *rest);
static void chatops_gitlab_segment(chatops_buf_t *buf,
    const chatops_str_t *name);
static int chatops_gitlab_end(chatops_buf_t *path, const char *method,
    chatops_gitlab_call_t *call);
static int chatops_gitlab_post(chatops_buf_t *path, json_t *body,
    chatops_gitlab_call_t *call);
static int chatops_gitlab_set(json_t *object, const char *key,
    const chatops_str_t *value);
static int chatops_gitlab_escape(chatops_arena_t *arena,
    const chatops_str_t *value, chatops_str_t *escaped);


int
chatops_gitlab_member(chatops_arena_t *arena, const chatops_str_t *project,
    int64_t user_id, chatops_gitlab_call_t *call)
{
    chatops_buf_t  path;

    chatops_gitlab_begin(&path, arena, project, "/members/all/");
    chatops_buf_int(&path, user_id);

    return chatops_gitlab_end(&path, "GET", call);
}


int
chatops_gitlab_project(chatops_arena_t *arena, const chatops_str_t *project,
    chatops_gitlab_call_t *call)
{
    chatops_buf_t  path;

    chatops_gitlab_begin(&path, arena, project, "");

    return chatops_gitlab_end(&path, "GET", call);
}


int
chatops_gitlab_branch(chatops_arena_t *arena, const chatops_str_t *project,
    const chatops_str_t *branch, chatops_gitlab_call_t *call)
{
    chatops_buf_t  path;

    chatops_gitlab_begin(&path, arena, project, "/repository/branches/");
    chatops_gitlab_segment(&path, branch);

    return chatops_gitlab_end(&path, "GET", call);
}


int
chatops_gitlab_tag(chatops_arena_t *arena, const chatops_str_t *project,
    const chatops_str_t *tag, chatops_gitlab_call_t *call)
{
    chatops_buf_t  path;

    chatops_gitlab_begin(&path, arena, project, "/repository/tags/");
    chatops_gitlab_segment(&path, tag);

    return chatops_gitlab_end(&path, "GET", call);
}


int
chatops_gitlab_lint(chatops_arena_t *arena, const chatops_str_t *project,
    const chatops_str_t *sha, chatops_gitlab_call_t *call)
{
    chatops_buf_t  path;

    chatops_gitlab_begin(&path, arena, project, "/ci/lint?content_ref=");
    chatops_buf_uri(&path, sha);
    chatops_buf_text(&path, "&include_jobs=false");

    return chatops_gitlab_end(&path, "GET", call);
}


int
chatops_gitlab_lint_content(chatops_arena_t *arena,
    const chatops_str_t *project, const chatops_str_t *content,
    chatops_gitlab_call_t *call)
{
    json_t         *body;
    chatops_buf_t   path;

    chatops_gitlab_begin(&path, arena, project, "/ci/lint");

    body = json_object();

    if (body == NULL || chatops_gitlab_set(body, "content", content) != 0) {
        json_decref(body);
        return CHATOPS_ERROR;
    }

    return chatops_gitlab_post(&path, body, call);
}


int
chatops_gitlab_raw_file(chatops_arena_t *arena, const chatops_str_t *project,
    const chatops_str_t *file, const chatops_str_t *sha,
    chatops_gitlab_call_t *call)
{
    chatops_buf_t  path;

    chatops_gitlab_begin(&path, arena, project, "/repository/files/");
    chatops_gitlab_segment(&path, file);
    chatops_buf_text(&path, "/raw?ref=");
    chatops_buf_uri(&path, sha);

    return chatops_gitlab_end(&path, "GET", call);
}


int
chatops_gitlab_commit(chatops_arena_t *arena, const chatops_str_t *project,
    const chatops_str_t *branch, const chatops_str_t *start_sha,
    unsigned create, const chatops_str_t *file, const chatops_str_t *content,
    const chatops_str_t *message, chatops_gitlab_call_t *call)
{
    int             rc;
    json_t         *body, *action;
    chatops_str_t   verb;
    chatops_buf_t   path;

    chatops_gitlab_begin(&path, arena, project, "/repository/commits");

    body = json_object();
    action = json_object();

    if (body == NULL || action == NULL) {
        json_decref(body);
        json_decref(action);
        return CHATOPS_ERROR;
    }

    verb = chatops_str(create ? "create" : "update");

    rc = chatops_gitlab_set(action, "action", &verb);
    rc |= chatops_gitlab_set(action, "file_path", file);
    rc |= chatops_gitlab_set(action, "content", content);

    rc |= chatops_gitlab_set(body, "branch", branch);

    if (start_sha->len) {
        rc |= chatops_gitlab_set(body, "start_sha", start_sha);
    }

    rc |= chatops_gitlab_set(body, "commit_message", message);
    rc |= json_object_set_new(body, "actions",
                              json_pack("[o]", action));

    if (rc != 0) {
        json_decref(body);
        return CHATOPS_ERROR;
    }

    return chatops_gitlab_post(&path, body, call);
}


int
chatops_gitlab_can_pass(const chatops_str_t *value)
{
    return value->len == 0 || memchr(value->data, '%', value->len) == NULL;
}


int
chatops_gitlab_create_pipeline(chatops_arena_t *arena,
    const chatops_str_t *project, const chatops_str_t *ref,
    const chatops_variable_t *variables, size_t nvariables,
    chatops_gitlab_call_t *call)
{
    int             rc;
    size_t          i;
    json_t         *body, *list, *variable;
    chatops_str_t   value;
    chatops_buf_t   path;

    for (i = 0; i < nvariables; i++) {
        if (!chatops_gitlab_can_pass(&variables[i].value)) {
            return CHATOPS_ERROR;
        }
    }

    chatops_gitlab_begin(&path, arena, project, "/pipeline");

    body = json_object();

    if (body == NULL) {
        return CHATOPS_ERROR;
    }

    rc = chatops_gitlab_set(body, "ref", ref);

    if (nvariables) {
        list = json_array();
        rc |= json_object_set_new(body, "variables", list);

        for (i = 0; i < nvariables && rc == 0; i++) {
            variable = json_object();

            rc |= json_array_append_new(list, variable);
            rc |= chatops_gitlab_escape(arena, &variables[i].value, &value);

            if (rc != 0) {
                break;
            }

            rc |= chatops_gitlab_set(variable, "key", &variables[i].key);
            rc |= chatops_gitlab_set(variable, "value", &value);
        }
    }

    if (rc != 0) {
        json_decref(body);
        return CHATOPS_ERROR;
    }

    return chatops_gitlab_post(&path, body, call);
}


int
chatops_gitlab_pipelines_of_ref(chatops_arena_t *arena,
    const chatops_str_t *project, const chatops_str_t *ref,
    chatops_gitlab_call_t *call)
{
    chatops_buf_t  path;

    chatops_gitlab_begin(&path, arena, project, "/pipelines?ref=");
    chatops_buf_uri(&path, ref);
    chatops_buf_text(&path, "&source=api&order_by=id&sort=desc&per_page=100");

    return chatops_gitlab_end(&path, "GET", call);
}


int
chatops_gitlab_pipelines_made(chatops_arena_t *arena,
    const chatops_str_t *project, const chatops_str_t *ref, int64_t since_ms,
    chatops_gitlab_call_t *call)
{
    chatops_buf_t  path;

    chatops_gitlab_begin(&path, arena, project, "/pipelines?ref=");
    chatops_buf_uri(&path, ref);
    chatops_buf_text(&path, "&source=api&updated_after=");
    chatops_gitlab_time(&path, since_ms);
    chatops_buf_text(&path, "&order_by=id&sort=desc&per_page=100");

    return chatops_gitlab_end(&path, "GET", call);
}


int
chatops_gitlab_pipelines_since(chatops_arena_t *arena,
    const chatops_str_t *project, const char *source, int64_t since_ms,
    int64_t page, chatops_gitlab_call_t *call)
{
    chatops_buf_t  path;

    chatops_gitlab_begin(&path, arena, project, "/pipelines?source=");
    chatops_buf_text(&path, source);
    chatops_buf_text(&path, "&updated_after=");
    chatops_gitlab_time(&path, since_ms);
    chatops_buf_text(&path, "&order_by=updated_at&sort=desc&per_page=100"
                            "&page=");
    chatops_buf_int(&path, page);

    return chatops_gitlab_end(&path, "GET", call);
}


int
chatops_gitlab_pipeline(chatops_arena_t *arena, const chatops_str_t *project,
    int64_t pipeline_id, chatops_gitlab_call_t *call)
{
    return chatops_gitlab_of_pipeline(arena, project, pipeline_id, "GET", "",
                                      call);
}


int
chatops_gitlab_pipeline_variables(chatops_arena_t *arena,
    const chatops_str_t *project, int64_t pipeline_id,
    chatops_gitlab_call_t *call)
{
    return chatops_gitlab_of_pipeline(arena, project, pipeline_id, "GET",
                                      "/variables", call);
}


int
chatops_gitlab_cancel_pipeline(chatops_arena_t *arena,
    const chatops_str_t *project, int64_t pipeline_id,
    chatops_gitlab_call_t *call)
{
    return chatops_gitlab_of_pipeline(arena, project, pipeline_id, "POST",
                                      "/cancel", call);
}


int
chatops_gitlab_jobs(chatops_arena_t *arena, const chatops_str_t *project,
    int64_t pipeline_id, chatops_gitlab_call_t *call)
{
    return chatops_gitlab_of_pipeline(arena, project, pipeline_id, "GET",
                                      "/jobs?per_page=100"
                                      "&include_retried=false", call);
}


int
chatops_gitlab_bridges(chatops_arena_t *arena, const chatops_str_t *project,
    int64_t pipeline_id, chatops_gitlab_call_t *call)
{
    return chatops_gitlab_of_pipeline(arena, project, pipeline_id, "GET",
                                      "/bridges?per_page=100", call);
}


static int
chatops_gitlab_of_pipeline(chatops_arena_t *arena,
    const chatops_str_t *project, int64_t pipeline_id, const char *method,
    const char *rest, chatops_gitlab_call_t *call)
{
    chatops_buf_t  path;

    chatops_gitlab_begin(&path, arena, project, "/pipelines/");
    chatops_buf_int(&path, pipeline_id);
    chatops_buf_text(&path, rest);

    return chatops_gitlab_end(&path, method, call);
}


/* As GitLab reads times, in UTC. */

static void
chatops_gitlab_time(chatops_buf_t *path, int64_t ms)
{
    char       text[80];
    time_t     seconds;
    struct tm  tm;

    seconds = ms > 0 ? ms / 1000 : 0;

    if (gmtime_r(&seconds, &tm) == NULL) {
        path->failed = 1;
        return;
    }

    (void) snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02dZ",
                    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
                    tm.tm_hour, tm.tm_min, tm.tm_sec);

    chatops_buf_text(path, text);
}


int
chatops_gitlab_job(chatops_arena_t *arena, const chatops_str_t *project,
    int64_t job_id, chatops_gitlab_call_t *call)
{
    chatops_buf_t  path;

    chatops_gitlab_begin(&path, arena, project, "/jobs/");
    chatops_buf_int(&path, job_id);

    return chatops_gitlab_end(&path, "GET", call);
}


int
chatops_gitlab_trace(chatops_arena_t *arena, const chatops_str_t *project,
    int64_t job_id, chatops_gitlab_call_t *call)
{
    chatops_buf_t  path;

    chatops_gitlab_begin(&path, arena, project, "/jobs/");
    chatops_buf_int(&path, job_id);
    chatops_buf_text(&path, "/trace");

    return chatops_gitlab_end(&path, "GET", call);
}


int
chatops_gitlab_delete_branch(chatops_arena_t *arena,
    const chatops_str_t *project, const chatops_str_t *branch,
    chatops_gitlab_call_t *call)
{
    chatops_buf_t  path;

    chatops_gitlab_begin(&path, arena, project, "/repository/branches/");
    chatops_gitlab_segment(&path, branch);

    return chatops_gitlab_end(&path, "DELETE", call);
}


int
chatops_gitlab_branches(chatops_arena_t *arena, const chatops_str_t *project,
    const chatops_str_t *prefix, int64_t page, chatops_gitlab_call_t *call)
{
    chatops_buf_t  path;

    /* "^": names that start with it */

    chatops_gitlab_begin(&path, arena, project,
                         "/repository/branches?search=%5E");
    chatops_buf_uri(&path, prefix);
    chatops_buf_text(&path, "&per_page=100&page=");
    chatops_buf_int(&path, page);

    return chatops_gitlab_end(&path, "GET", call);
}


static void
chatops_gitlab_begin(chatops_buf_t *path, chatops_arena_t *arena,
    const chatops_str_t *project, const char *rest)
{
    chatops_buf_init(path, arena, CHATOPS_GITLAB_PATH_MAX);

    chatops_buf_text(path, "projects/");
    chatops_gitlab_segment(path, project);
    chatops_buf_text(path, rest);
}


/*
 * An empty segment, "." or ".." would make the path another one on its way
 * to GitLab.
 */

static void
chatops_gitlab_segment(chatops_buf_t *buf, const chatops_str_t *name)
{
    if (name->len == 0 || chatops_str_is(name, ".")
        || chatops_str_is(name, ".."))
    {
        buf->failed = 1;
        return;
    }

    chatops_buf_uri(buf, name);
}


static int
chatops_gitlab_end(chatops_buf_t *path, const char *method,
    chatops_gitlab_call_t *call)
{
    memset(call, 0, sizeof(chatops_gitlab_call_t));

    call->method = method;

    return chatops_buf_finish(path, &call->path);
}


/* Takes the body over. */

static int
chatops_gitlab_post(chatops_buf_t *path, json_t *body,
    chatops_gitlab_call_t *call)
{
    int      rc;
    char    *data;
    size_t   len;

    rc = CHATOPS_ERROR;

    if (chatops_gitlab_end(path, "POST", call) != CHATOPS_OK) {
        goto done;
    }

    len = json_dumpb(body, NULL, 0, JSON_COMPACT);

    if (len == 0) {
        goto done;
    }

    data = chatops_palloc(path->arena, len + 1);

    if (data == NULL || json_dumpb(body, data, len, JSON_COMPACT) != len) {
        goto done;
    }

    data[len] = '\0';
    call->body = chatops_strn(data, len);

    rc = CHATOPS_OK;

done:

    json_decref(body);

    return rc;
}


/* Not 0: memory, or a value that is no UTF-8. */

static int
chatops_gitlab_set(json_t *object, const char *key,
    const chatops_str_t *value)
{
    return json_object_set_new(object, key,
                               json_stringn(value->len ? (char *) value->data
                                                       : "",
                                            value->len));
}


static int
chatops_gitlab_escape(chatops_arena_t *arena, const chatops_str_t *value,
    chatops_str_t *escaped)
{
    size_t         i;
    chatops_buf_t  buf;

    chatops_buf_init(&buf, arena, value->len * 2);

    for (i = 0; i < value->len; i++) {

        if (value->data[i] == '$') {
            chatops_buf_char(&buf, '$');
        }

        chatops_buf_char(&buf, value->data[i]);
    }

    return chatops_buf_finish(&buf, escaped);
}
