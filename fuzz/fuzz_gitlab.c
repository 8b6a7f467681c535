/*
 * An answer's body for every reader, and the same bytes as names and values
 * for the calls.
 */

#include <stdlib.h>

#include <jansson.h>

#include "chatops_gitlab.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
require(int holds)
{
    if (!holds) {
        abort();
    }
}


static void
check_reason(chatops_arena_t *arena, const chatops_str_t *body)
{
    size_t         i;
    chatops_str_t  reason;

    require(chatops_gitlab_reason(arena, body, &reason) == CHATOPS_OK);
    require(reason.len <= 300);
    require(chatops_utf8_valid(reason.data, reason.len));

    for (i = 0; i < reason.len; i++) {
        require(reason.data[i] >= 0x20 && reason.data[i] != 0x7f);
    }

    (void) chatops_gitlab_forbids_variables(&reason);
    (void) chatops_gitlab_status_ended(&reason);
}


static void
check_readers(chatops_arena_t *arena, const chatops_str_t *body)
{
    int                         rc;
    size_t                      i, n;
    chatops_str_t               sha, *names;
    chatops_gitlab_job_t       *jobs;
    chatops_gitlab_lint_t       lint;
    chatops_gitlab_branch_t     branch;
    chatops_gitlab_member_t     member;
    chatops_gitlab_project_t    project;
    chatops_gitlab_pipeline_t   pipeline, *pipelines;

    rc = chatops_gitlab_read_member(arena, body, &member);
    require(rc == CHATOPS_OK || rc == CHATOPS_DECLINED);

    rc = chatops_gitlab_read_project(arena, body, &project);
    require(rc == CHATOPS_DECLINED
            || (rc == CHATOPS_OK && project.config_path.len != 0));

    rc = chatops_gitlab_read_branch(arena, body, &branch);
    require(rc == CHATOPS_DECLINED
            || (rc == CHATOPS_OK && branch.sha.len != 0));

    rc = chatops_gitlab_read_lint(arena, body, &lint);
    require(rc == CHATOPS_OK || rc == CHATOPS_DECLINED);

    rc = chatops_gitlab_read_commit(arena, body, &sha);
    require(rc == CHATOPS_DECLINED || (rc == CHATOPS_OK && sha.len != 0));

    rc = chatops_gitlab_read_pipeline(arena, body, &pipeline);
    require(rc == CHATOPS_OK || rc == CHATOPS_DECLINED);

    rc = chatops_gitlab_read_pipelines(arena, body, &pipelines, &n);
    require(rc == CHATOPS_OK || (rc == CHATOPS_DECLINED && n == 0));

    rc = chatops_gitlab_read_jobs(arena, body, &jobs, &n);
    require(rc == CHATOPS_OK || (rc == CHATOPS_DECLINED && n == 0));

    for (i = 0; i < n; i++) {
        require(chatops_utf8_valid(jobs[i].name.data, jobs[i].name.len));
    }

    rc = chatops_gitlab_read_branches(arena, body, &names, &n);
    require(rc == CHATOPS_OK || (rc == CHATOPS_DECLINED && n == 0));
}


static void
check_path(const chatops_str_t *path, size_t slashes)
{
    u_char  ch;
    size_t  i;

    for (i = 0; i < path->len; i++) {
        ch = path->data[i];

        require((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z')
                || (ch >= '0' && ch <= '9')
                || strchr("-._~%/?=&:", ch) != NULL);

        slashes -= ch == '/';
    }

    require(slashes == 0);
}


static void
check_calls(chatops_arena_t *arena, const chatops_str_t *name)
{
    size_t                  i, at;
    json_t                 *body, *value;
    json_error_t            error;
    const char             *sent;
    chatops_str_t           ref;
    chatops_variable_t      variable;
    chatops_gitlab_call_t   call;

    if (chatops_gitlab_delete_branch(arena, name, name, &call)
        == CHATOPS_OK)
    {
        check_path(&call.path, 4);
    }

    if (chatops_gitlab_raw_file(arena, name, name, name, &call)
        == CHATOPS_OK)
    {
        check_path(&call.path, 5);
    }

    ref = chatops_str("main");
    variable.key = chatops_str("CHAT_INPUT");
    variable.value = *name;

    if (chatops_gitlab_create_pipeline(arena, &ref, &ref, &variable, 1,
                                       &call)
        != CHATOPS_OK)
    {
        require(!chatops_utf8_valid(name->data, name->len)
                || !chatops_gitlab_can_pass(name));
        return;
    }

    require(chatops_gitlab_can_pass(name));

    /* as the job will see it: "$$" is "$" */

    body = json_loadb((char *) call.body.data, call.body.len, JSON_ALLOW_NUL,
                      &error);
    require(body != NULL);

    value = json_object_get(json_array_get(json_object_get(body, "variables"),
                                           0),
                            "value");
    sent = json_string_value(value);
    require(sent != NULL);

    at = 0;

    for (i = 0; i < name->len; i++) {

        require(at < json_string_length(value));
        require((u_char) sent[at++] == name->data[i]);

        if (name->data[i] == '$') {
            require(sent[at++] == '$');
        }
    }

    require(at == json_string_length(value));

    json_decref(body);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    chatops_str_t     body;
    chatops_arena_t  *arena;

    arena = chatops_arena_create(0);
    require(arena != NULL);

    body = chatops_strn(data, size);

    check_reason(arena, &body);
    check_readers(arena, &body);
    check_calls(arena, &body);

    chatops_arena_destroy(arena);

    return 0;
}
