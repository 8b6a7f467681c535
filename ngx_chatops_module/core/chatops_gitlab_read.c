#include <jansson.h>

#include "chatops_gitlab.h"


#define CHATOPS_GITLAB_CONFIG  ".gitlab-ci.yml"


static json_t *chatops_gitlab_load(const chatops_str_t *body, int type);
static int chatops_gitlab_string(chatops_arena_t *arena, json_t *object,
    const char *key, chatops_str_t *value);
static int chatops_gitlab_integer(json_t *object, const char *key,
    int64_t *value);
static int chatops_gitlab_one_pipeline(chatops_arena_t *arena, json_t *object,
    chatops_gitlab_pipeline_t *pipeline);
static int chatops_gitlab_job_fields(chatops_arena_t *arena, json_t *object,
    chatops_gitlab_job_t *job);
static int chatops_gitlab_array(chatops_arena_t *arena, json_t *array,
    size_t size, void **items);


int
chatops_gitlab_read_member(chatops_arena_t *arena, const chatops_str_t *body,
    chatops_gitlab_member_t *member)
{
    int      rc;
    json_t  *answer;

    memset(member, 0, sizeof(chatops_gitlab_member_t));

    answer = chatops_gitlab_load(body, JSON_OBJECT);

    if (answer == NULL) {
        return CHATOPS_DECLINED;
    }

    rc = CHATOPS_DECLINED;

    if (chatops_gitlab_integer(answer, "id", &member->id) == CHATOPS_OK
        && chatops_gitlab_integer(answer, "access_level",
                                  &member->access_level)
           == CHATOPS_OK
        && json_is_string(json_object_get(answer, "state")))
    {
        rc = chatops_gitlab_string(arena, answer, "username",
                                   &member->username);
        rc |= chatops_gitlab_string(arena, answer, "state", &member->state);
        rc |= chatops_gitlab_string(arena, answer, "expires_at",
                                    &member->expires_at);
    }

    json_decref(answer);

    return rc;
}


int
chatops_gitlab_read_project(chatops_arena_t *arena, const chatops_str_t *body,
    chatops_gitlab_project_t *project)
{
    int      rc;
    json_t  *answer;

    memset(project, 0, sizeof(chatops_gitlab_project_t));

    answer = chatops_gitlab_load(body, JSON_OBJECT);

    if (answer == NULL) {
        return CHATOPS_DECLINED;
    }

    rc = CHATOPS_DECLINED;

    if (chatops_gitlab_integer(answer, "id", &project->id) == CHATOPS_OK
        && json_is_string(json_object_get(answer, "path_with_namespace")))
    {
        rc = chatops_gitlab_string(arena, answer, "path_with_namespace",
                                   &project->path);
        rc |= chatops_gitlab_string(arena, answer, "web_url",
                                    &project->web_url);
        rc |= chatops_gitlab_string(arena, answer, "default_branch",
                                    &project->default_branch);
        rc |= chatops_gitlab_string(arena, answer, "ci_config_path",
                                    &project->config_path);
    }

    json_decref(answer);

    if (rc == CHATOPS_OK && project->config_path.len == 0) {
        project->config_path = chatops_str(CHATOPS_GITLAB_CONFIG);
    }

    return rc;
}


int
chatops_gitlab_read_branch(chatops_arena_t *arena, const chatops_str_t *body,
    chatops_gitlab_branch_t *branch)
{
    int      rc;
    json_t  *answer, *commit;

    memset(branch, 0, sizeof(chatops_gitlab_branch_t));

    answer = chatops_gitlab_load(body, JSON_OBJECT);

    if (answer == NULL) {
        return CHATOPS_DECLINED;
    }

    rc = CHATOPS_DECLINED;
    commit = json_object_get(answer, "commit");

    if (json_string_length(json_object_get(commit, "id")) != 0) {
        rc = chatops_gitlab_string(arena, commit, "id", &branch->sha);
        branch->is_protected = json_is_true(json_object_get(answer,
                                                            "protected"));
        branch->developers
            = json_is_true(json_object_get(answer, "developers_can_push"))
              || json_is_true(json_object_get(answer, "developers_can_merge"));
    }

    json_decref(answer);

    return rc;
}


int
chatops_gitlab_read_tag(chatops_arena_t *arena, const chatops_str_t *body,
    chatops_gitlab_tag_t *tag)
{
    int      rc;
    json_t  *answer, *commit;

    memset(tag, 0, sizeof(chatops_gitlab_tag_t));

    answer = chatops_gitlab_load(body, JSON_OBJECT);

    if (answer == NULL) {
        return CHATOPS_DECLINED;
    }

    rc = CHATOPS_DECLINED;
    commit = json_object_get(answer, "commit");

    if (json_string_length(json_object_get(commit, "id")) != 0) {
        rc = chatops_gitlab_string(arena, commit, "id", &tag->sha);
        tag->is_protected = json_is_true(json_object_get(answer,
                                                         "protected"));
    }

    json_decref(answer);

    return rc;
}


int
chatops_gitlab_read_lint(chatops_arena_t *arena, const chatops_str_t *body,
    chatops_gitlab_lint_t *lint)
{
    int      rc;
    json_t  *answer, *valid, *error;

    memset(lint, 0, sizeof(chatops_gitlab_lint_t));

    answer = chatops_gitlab_load(body, JSON_OBJECT);

    if (answer == NULL) {
        return CHATOPS_DECLINED;
    }

    rc = CHATOPS_DECLINED;
    valid = json_object_get(answer, "valid");

    if (!json_is_boolean(valid)) {
        goto done;
    }

    lint->valid = json_is_true(valid);

    if (lint->valid
        && !json_is_string(json_object_get(answer, "merged_yaml")))
    {
        goto done;
    }

    rc = chatops_gitlab_string(arena, answer, "merged_yaml",
                               &lint->merged_yaml);

    error = json_array_get(json_object_get(answer, "errors"), 0);

    if (!lint->valid && json_is_string(error)) {
        lint->error = chatops_strn(json_string_value(error),
                                   json_string_length(error));

        rc |= chatops_pstrdup(arena, &lint->error, &lint->error);
    }

done:

    json_decref(answer);

    return rc;
}


int
chatops_gitlab_read_commit(chatops_arena_t *arena, const chatops_str_t *body,
    chatops_str_t *sha)
{
    int      rc;
    json_t  *answer;

    *sha = chatops_strn(NULL, 0);

    answer = chatops_gitlab_load(body, JSON_OBJECT);

    if (answer == NULL) {
        return CHATOPS_DECLINED;
    }

    rc = CHATOPS_DECLINED;

    if (json_string_length(json_object_get(answer, "id")) != 0) {
        rc = chatops_gitlab_string(arena, answer, "id", sha);
    }

    json_decref(answer);

    return rc;
}


int
chatops_gitlab_read_pipeline(chatops_arena_t *arena,
    const chatops_str_t *body, chatops_gitlab_pipeline_t *pipeline)
{
    int      rc;
    json_t  *answer;

    answer = chatops_gitlab_load(body, JSON_OBJECT);

    if (answer == NULL) {
        memset(pipeline, 0, sizeof(chatops_gitlab_pipeline_t));
        return CHATOPS_DECLINED;
    }

    rc = chatops_gitlab_one_pipeline(arena, answer, pipeline);

    json_decref(answer);

    return rc;
}


int
chatops_gitlab_read_pipelines(chatops_arena_t *arena,
    const chatops_str_t *body, chatops_gitlab_pipeline_t **pipelines,
    size_t *count)
{
    int      rc;
    void    *items;
    size_t   i;
    json_t  *answer;

    *count = 0;
    *pipelines = NULL;

    answer = chatops_gitlab_load(body, JSON_ARRAY);

    if (answer == NULL) {
        return CHATOPS_DECLINED;
    }

    rc = chatops_gitlab_array(arena, answer,
                              sizeof(chatops_gitlab_pipeline_t), &items);

    for (i = 0; rc == CHATOPS_OK && i < json_array_size(answer); i++) {
        rc = chatops_gitlab_one_pipeline(arena, json_array_get(answer, i),
                                     (chatops_gitlab_pipeline_t *) items + i);
    }

    if (rc == CHATOPS_OK) {
        *pipelines = items;
        *count = i;
    }

    json_decref(answer);

    return rc;
}


int
chatops_gitlab_read_job(chatops_arena_t *arena, const chatops_str_t *body,
    chatops_gitlab_job_t *job)
{
    int      rc;
    json_t  *answer;

    memset(job, 0, sizeof(chatops_gitlab_job_t));

    answer = chatops_gitlab_load(body, JSON_OBJECT);

    if (answer == NULL) {
        return CHATOPS_DECLINED;
    }

    rc = chatops_gitlab_job_fields(arena, answer, job);

    json_decref(answer);

    return rc;
}


int
chatops_gitlab_read_jobs(chatops_arena_t *arena, const chatops_str_t *body,
    chatops_gitlab_job_t **jobs, size_t *count)
{
    int      rc;
    void    *items;
    size_t   i;
    json_t  *answer;

    *jobs = NULL;
    *count = 0;

    answer = chatops_gitlab_load(body, JSON_ARRAY);

    if (answer == NULL) {
        return CHATOPS_DECLINED;
    }

    rc = chatops_gitlab_array(arena, answer, sizeof(chatops_gitlab_job_t),
                              &items);

    for (i = 0; rc == CHATOPS_OK && i < json_array_size(answer); i++) {
        rc = chatops_gitlab_job_fields(arena, json_array_get(answer, i),
                                       (chatops_gitlab_job_t *) items + i);
    }

    if (rc == CHATOPS_OK) {
        *jobs = items;
        *count = i;
    }

    json_decref(answer);

    return rc;
}


int
chatops_gitlab_read_variable(chatops_arena_t *arena,
    const chatops_str_t *body, const char *key, chatops_str_t *value)
{
    int          rc;
    size_t       i;
    json_t      *answer, *variable;
    const char  *name;

    *value = chatops_strn(NULL, 0);

    answer = chatops_gitlab_load(body, JSON_ARRAY);

    if (answer == NULL) {
        return CHATOPS_DECLINED;
    }

    rc = CHATOPS_OK;

    json_array_foreach(answer, i, variable) {
        name = json_string_value(json_object_get(variable, "key"));

        if (name == NULL) {
            rc = CHATOPS_DECLINED;
            break;
        }

        if (strcmp(name, key) == 0) {
            rc = chatops_gitlab_string(arena, variable, "value", value);
            break;
        }
    }

    json_decref(answer);

    return rc;
}


int
chatops_gitlab_read_branches(chatops_arena_t *arena,
    const chatops_str_t *body, chatops_str_t **names, size_t *count)
{
    int      rc;
    void    *items;
    size_t   i;
    json_t  *answer, *branch;

    *names = NULL;
    *count = 0;

    answer = chatops_gitlab_load(body, JSON_ARRAY);

    if (answer == NULL) {
        return CHATOPS_DECLINED;
    }

    rc = chatops_gitlab_array(arena, answer, sizeof(chatops_str_t), &items);

    for (i = 0; rc == CHATOPS_OK && i < json_array_size(answer); i++) {
        branch = json_array_get(answer, i);

        if (!json_is_string(json_object_get(branch, "name"))) {
            rc = CHATOPS_DECLINED;
            break;
        }

        rc = chatops_gitlab_string(arena, branch, "name",
                                   (chatops_str_t *) items + i);
    }

    if (rc == CHATOPS_OK) {
        *names = items;
        *count = i;
    }

    json_decref(answer);

    return rc;
}


static int
chatops_gitlab_one_pipeline(chatops_arena_t *arena, json_t *object,
    chatops_gitlab_pipeline_t *pipeline)
{
    int  rc;

    memset(pipeline, 0, sizeof(chatops_gitlab_pipeline_t));

    if (chatops_gitlab_integer(object, "id", &pipeline->id) != CHATOPS_OK) {
        return CHATOPS_DECLINED;
    }

    rc = chatops_gitlab_string(arena, object, "ref", &pipeline->ref);
    rc |= chatops_gitlab_string(arena, object, "sha", &pipeline->sha);
    rc |= chatops_gitlab_string(arena, object, "status", &pipeline->status);
    rc |= chatops_gitlab_string(arena, object, "web_url", &pipeline->web_url);

    return rc;
}


static int
chatops_gitlab_job_fields(chatops_arena_t *arena, json_t *object,
    chatops_gitlab_job_t *job)
{
    int      rc;
    json_t  *user, *pipeline;

    memset(job, 0, sizeof(chatops_gitlab_job_t));

    if (chatops_gitlab_integer(object, "id", &job->id) != CHATOPS_OK
        || !json_is_string(json_object_get(object, "name"))
        || !json_is_string(json_object_get(object, "status")))
    {
        return CHATOPS_DECLINED;
    }

    rc = chatops_gitlab_string(arena, object, "name", &job->name);
    rc |= chatops_gitlab_string(arena, object, "status", &job->status);
    rc |= chatops_gitlab_string(arena, object, "failure_reason",
                                &job->failure_reason);
    rc |= chatops_gitlab_string(arena, object, "web_url", &job->web_url);

    user = json_object_get(object, "user");
    pipeline = json_object_get(object, "pipeline");

    (void) chatops_gitlab_integer(user, "id", &job->user_id);
    (void) chatops_gitlab_integer(pipeline, "id", &job->pipeline_id);

    rc |= chatops_gitlab_string(arena, pipeline, "web_url",
                                &job->pipeline_url);
    rc |= chatops_gitlab_string(arena, pipeline, "sha", &job->sha);

    return rc;
}


/* The answer, which the caller gives back; NULL: not of that type. */

static json_t *
chatops_gitlab_load(const chatops_str_t *body, int type)
{
    json_t        *answer;
    json_error_t   error;

    answer = json_loadb(body->len ? (char *) body->data : "", body->len,
                        JSON_ALLOW_NUL, &error);

    if (answer != NULL && (int) json_typeof(answer) != type) {
        json_decref(answer);
        return NULL;
    }

    return answer;
}


/* A copy of a string; what is none (null, mostly) is empty. */

static int
chatops_gitlab_string(chatops_arena_t *arena, json_t *object,
    const char *key, chatops_str_t *value)
{
    json_t         *string;
    chatops_str_t   text;

    *value = chatops_strn(NULL, 0);

    string = json_object_get(object, key);

    if (!json_is_string(string)) {
        return CHATOPS_OK;
    }

    text = chatops_strn(json_string_value(string),
                        json_string_length(string));

    return chatops_pstrdup(arena, value, &text);
}


static int
chatops_gitlab_integer(json_t *object, const char *key, int64_t *value)
{
    json_t  *number;

    number = json_object_get(object, key);

    if (!json_is_integer(number)) {
        return CHATOPS_DECLINED;
    }

    *value = json_integer_value(number);

    return CHATOPS_OK;
}


static int
chatops_gitlab_array(chatops_arena_t *arena, json_t *array, size_t size,
    void **items)
{
    *items = chatops_palloc(arena, json_array_size(array) * size);

    return *items == NULL ? CHATOPS_ERROR : CHATOPS_OK;
}


int
chatops_gitlab_status_ended(const chatops_str_t *status)
{
    return chatops_str_is(status, "success")
           || chatops_str_is(status, "failed")
           || chatops_str_is(status, "canceled")
           || chatops_str_is(status, "skipped");
}
