#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "chatops_gitlab.h"


#define nelts(table)  (sizeof(table) / sizeof((table)[0]))

#define SHA  "0123456789abcdef0123456789abcdef01234567"


static int
setup(void **state)
{
    *state = chatops_arena_create(0);

    return *state == NULL ? -1 : 0;
}


static int
teardown(void **state)
{
    chatops_arena_destroy(*state);

    return 0;
}


static void
assert_call(int rc, const chatops_gitlab_call_t *call, const char *method,
    const char *path, const char *body)
{
    assert_int_equal(rc, CHATOPS_OK);
    assert_string_equal(call->method, method);
    assert_string_equal((char *) call->path.data, path);
    assert_int_equal(call->path.len, strlen(path));

    if (body == NULL) {
        assert_int_equal(call->body.len, 0);
        return;
    }

    assert_string_equal((char *) call->body.data, body);
    assert_int_equal(call->body.len, strlen(body));
}


static void
a_project_goes_out_as_one_segment(void **state)
{
    int                    rc;
    chatops_str_t          project, branch, sha, file;
    chatops_gitlab_call_t  call;

    project = chatops_str("ops/infra");
    branch = chatops_str("chatops/01jd9x");
    file = chatops_str("ci/.gitlab-ci.yml");
    sha = chatops_str(SHA);

    rc = chatops_gitlab_project(*state, &project, &call);
    assert_call(rc, &call, "GET", "projects/ops%2Finfra", NULL);

    rc = chatops_gitlab_member(*state, &project, 12, &call);
    assert_call(rc, &call, "GET", "projects/ops%2Finfra/members/all/12",
                NULL);

    rc = chatops_gitlab_branch(*state, &project, &branch, &call);
    assert_call(rc, &call, "GET",
                "projects/ops%2Finfra/repository/branches/chatops%2F01jd9x",
                NULL);

    rc = chatops_gitlab_delete_branch(*state, &project, &branch, &call);
    assert_call(rc, &call, "DELETE",
                "projects/ops%2Finfra/repository/branches/chatops%2F01jd9x",
                NULL);

    rc = chatops_gitlab_raw_file(*state, &project, &file, &sha, &call);
    assert_call(rc, &call, "GET",
                "projects/ops%2Finfra/repository/files/ci%2F.gitlab-ci.yml/"
                "raw?ref=" SHA, NULL);

    rc = chatops_gitlab_lint(*state, &project, &sha, &call);
    assert_call(rc, &call, "GET",
                "projects/ops%2Finfra/ci/lint?content_ref=" SHA
                "&include_jobs=false", NULL);

    rc = chatops_gitlab_jobs(*state, &project, 42, &call);
    assert_call(rc, &call, "GET",
                "projects/ops%2Finfra/pipelines/42/jobs?per_page=100"
                "&include_retried=false", NULL);

    rc = chatops_gitlab_trace(*state, &project, 77, &call);
    assert_call(rc, &call, "GET", "projects/ops%2Finfra/jobs/77/trace", NULL);

    rc = chatops_gitlab_job(*state, &project, 77, &call);
    assert_call(rc, &call, "GET", "projects/ops%2Finfra/jobs/77", NULL);

    rc = chatops_gitlab_cancel_pipeline(*state, &project, 42, &call);
    assert_call(rc, &call, "POST", "projects/ops%2Finfra/pipelines/42/cancel",
                NULL);
}


static void
a_pipeline_is_looked_at_and_canceled(void **state)
{
    int                    rc;
    chatops_str_t          project, ref, content;
    chatops_gitlab_call_t  call;

    project = chatops_str("ops/infra");
    ref = chatops_str("v1/x");
    content = chatops_str("a: \"b\"\n");

    rc = chatops_gitlab_tag(*state, &project, &ref, &call);
    assert_call(rc, &call, "GET",
                "projects/ops%2Finfra/repository/tags/v1%2Fx", NULL);

    rc = chatops_gitlab_lint_content(*state, &project, &content, &call);
    assert_call(rc, &call, "POST", "projects/ops%2Finfra/ci/lint",
                "{\"content\":\"a: \\\"b\\\"\\n\"}");

    rc = chatops_gitlab_pipelines_made(*state, &project, &ref, 1709210096789,
                                       &call);
    assert_call(rc, &call, "GET",
                "projects/ops%2Finfra/pipelines?ref=v1%2Fx&source=api"
                "&updated_after=2024-02-29T12:34:56Z&order_by=id&sort=desc"
                "&per_page=100", NULL);

    rc = chatops_gitlab_pipeline(*state, &project, 42, &call);
    assert_call(rc, &call, "GET", "projects/ops%2Finfra/pipelines/42", NULL);

    rc = chatops_gitlab_pipeline_variables(*state, &project, 42, &call);
    assert_call(rc, &call, "GET",
                "projects/ops%2Finfra/pipelines/42/variables", NULL);

    rc = chatops_gitlab_bridges(*state, &project, 42, &call);
    assert_call(rc, &call, "GET",
                "projects/ops%2Finfra/pipelines/42/bridges?per_page=100",
                NULL);
}


static void
variables_tags_and_rights_are_read(void **state)
{
    size_t                   i;
    chatops_str_t            body, value;
    chatops_gitlab_tag_t     tag;
    chatops_gitlab_branch_t  branch;

    static const char *const  malformed[] = {
        "", "{}", "[1]", "[{}]", "[{\"key\":1,\"value\":\"x\"}]", "<html>"
    };

    static const struct {
        const char  *body;
        unsigned     is_protected;
        unsigned     developers;
    } branches[] = {
        { "{\"commit\":{\"id\":\"a\"}}", 0, 0 },
        { "{\"commit\":{\"id\":\"a\"},\"protected\":true,"
          "\"developers_can_push\":false,\"developers_can_merge\":false}",
          1, 0 },
        { "{\"commit\":{\"id\":\"a\"},\"protected\":true,"
          "\"developers_can_push\":true,\"developers_can_merge\":false}",
          1, 1 },
        { "{\"commit\":{\"id\":\"a\"},\"protected\":true,"
          "\"developers_can_push\":false,\"developers_can_merge\":true}",
          1, 1 },
        { "{\"commit\":{\"id\":\"a\"},\"protected\":true,"
          "\"developers_can_push\":1}", 1, 0 },
    };

    body = chatops_str("[{\"key\":\"A\",\"value\":\"1\"},"
                       "{\"key\":\"CHAT_RUN_ID\",\"value\":\"x y\"}]");

    assert_int_equal(chatops_gitlab_read_variable(*state, &body, "CHAT_RUN_ID",
                                                  &value), CHATOPS_OK);
    assert_true(chatops_str_is(&value, "x y"));

    assert_int_equal(chatops_gitlab_read_variable(*state, &body, "CHAT_RUN",
                                                  &value), CHATOPS_OK);
    assert_int_equal(value.len, 0);

    body = chatops_str("[]");
    assert_int_equal(chatops_gitlab_read_variable(*state, &body, "A", &value),
                     CHATOPS_OK);
    assert_int_equal(value.len, 0);

    for (i = 0; i < nelts(malformed); i++) {
        body = chatops_str(malformed[i]);
        assert_int_equal(chatops_gitlab_read_variable(*state, &body, "A",
                                                      &value),
                         CHATOPS_DECLINED);
    }

    body = chatops_str("{\"name\":\"v1\",\"target\":\"t\",\"protected\":true,"
                       "\"commit\":{\"id\":\"c\"}}");
    assert_int_equal(chatops_gitlab_read_tag(*state, &body, &tag), CHATOPS_OK);
    assert_true(chatops_str_is(&tag.sha, "c"));
    assert_int_equal(tag.is_protected, 1);

    body = chatops_str("{\"name\":\"v1\",\"commit\":null}");
    assert_int_equal(chatops_gitlab_read_tag(*state, &body, &tag),
                     CHATOPS_DECLINED);

    for (i = 0; i < nelts(branches); i++) {
        body = chatops_str(branches[i].body);
        assert_int_equal(chatops_gitlab_read_branch(*state, &body, &branch),
                         CHATOPS_OK);
        assert_int_equal(branch.is_protected, branches[i].is_protected);
        assert_int_equal(branch.developers, branches[i].developers);
    }
}


static void
lists_are_asked_for_by_the_hundred(void **state)
{
    int                    rc;
    chatops_str_t          project, branch, prefix;
    chatops_gitlab_call_t  call;

    project = chatops_str("ops/infra");
    branch = chatops_str("feature/a&b");
    prefix = chatops_str("chatops/");

    rc = chatops_gitlab_pipelines_of_ref(*state, &project, &branch, &call);
    assert_call(rc, &call, "GET",
                "projects/ops%2Finfra/pipelines?ref=feature%2Fa%26b"
                "&source=api&order_by=id&sort=desc&per_page=100", NULL);

    rc = chatops_gitlab_pipelines_since(*state, &project, "api",
                                        1709210096789, 3, &call);
    assert_call(rc, &call, "GET",
                "projects/ops%2Finfra/pipelines?source=api"
                "&updated_after=2024-02-29T12:34:56Z&order_by=updated_at"
                "&sort=desc&per_page=100&page=3", NULL);

    rc = chatops_gitlab_pipelines_since(*state, &project, "chat", -5, 1,
                                        &call);
    assert_int_equal(rc, CHATOPS_OK);
    assert_non_null(strstr((char *) call.path.data,
                           "?source=chat&updated_after=1970-01-01T00:00:00Z"));

    rc = chatops_gitlab_branches(*state, &project, &prefix, 2, &call);
    assert_call(rc, &call, "GET",
                "projects/ops%2Finfra/repository/branches?search=%5Echatops%2F"
                "&per_page=100&page=2", NULL);
}


static void
a_commit_writes_one_file(void **state)
{
    int                    rc;
    chatops_str_t          project, branch, sha, file, content, message, none;
    chatops_gitlab_call_t  call;

    project = chatops_str("ops/infra");
    branch = chatops_str("chatops/01jd9x");
    sha = chatops_str(SHA);
    file = chatops_str(".gitlab-ci.yml");
    content = chatops_str("a:\n  script: [\"$X\"]\n");
    message = chatops_str("Run a [skip ci]");
    none = chatops_str(NULL);

    rc = chatops_gitlab_commit(*state, &project, &branch, &sha, 0, &file,
                               &content, &message, &call);
    assert_call(rc, &call, "POST", "projects/ops%2Finfra/repository/commits",
                "{\"branch\":\"chatops/01jd9x\",\"start_sha\":\"" SHA "\","
                "\"commit_message\":\"Run a [skip ci]\",\"actions\":["
                "{\"action\":\"update\",\"file_path\":\".gitlab-ci.yml\","
                "\"content\":\"a:\\n  script: [\\\"$X\\\"]\\n\"}]}");

    rc = chatops_gitlab_commit(*state, &project, &branch, &none, 1, &file,
                               &none, &message, &call);
    assert_call(rc, &call, "POST", "projects/ops%2Finfra/repository/commits",
                "{\"branch\":\"chatops/01jd9x\","
                "\"commit_message\":\"Run a [skip ci]\",\"actions\":["
                "{\"action\":\"create\",\"file_path\":\".gitlab-ci.yml\","
                "\"content\":\"\"}]}");
}


static void
every_dollar_of_a_variable_is_doubled(void **state)
{
    int                    rc;
    chatops_str_t          project, ref;
    chatops_variable_t     variables[3];
    chatops_gitlab_call_t  call;

    project = chatops_str("ops/infra");
    ref = chatops_str("chatops/01jd9x");

    variables[0].key = chatops_str("CHAT_INPUT");
    variables[0].value = chatops_str("$SECRET $$ ${A}\n\"q\" d\303\251");
    variables[1].key = chatops_str("CHAT_CHANNEL");
    variables[1].value = chatops_str(NULL);
    variables[2].key = chatops_str("CHAT_JOB");
    variables[2].value = chatops_str("$");

    rc = chatops_gitlab_create_pipeline(*state, &project, &ref, variables, 3,
                                        &call);
    assert_call(rc, &call, "POST", "projects/ops%2Finfra/pipeline",
                "{\"ref\":\"chatops/01jd9x\",\"variables\":["
                "{\"key\":\"CHAT_INPUT\",\"value\":"
                "\"$$SECRET $$$$ $${A}\\n\\\"q\\\" d\303\251\"},"
                "{\"key\":\"CHAT_CHANNEL\",\"value\":\"\"},"
                "{\"key\":\"CHAT_JOB\",\"value\":\"$$\"}]}");

    rc = chatops_gitlab_create_pipeline(*state, &project, &ref, NULL, 0,
                                        &call);
    assert_call(rc, &call, "POST", "projects/ops%2Finfra/pipeline",
                "{\"ref\":\"chatops/01jd9x\"}");
}


static void
a_name_that_would_change_the_path_is_not_sent(void **state)
{
    size_t                 i;
    chatops_str_t          project, name;
    chatops_gitlab_call_t  call;
    static const char     *names[] = { "", ".", ".." };

    project = chatops_str("ops/infra");

    for (i = 0; i < nelts(names); i++) {
        name = chatops_str(names[i]);

        assert_int_equal(chatops_gitlab_delete_branch(*state, &project, &name,
                                                      &call),
                         CHATOPS_ERROR);
        assert_int_equal(chatops_gitlab_project(*state, &name, &call),
                         CHATOPS_ERROR);
    }
}


static void
a_value_that_is_no_utf8_is_not_sent(void **state)
{
    chatops_str_t          project, ref;
    chatops_variable_t     variable;
    chatops_gitlab_call_t  call;

    project = chatops_str("ops/infra");
    ref = chatops_str("main");
    variable.key = chatops_str("CHAT_INPUT");
    variable.value = chatops_str("\377");

    assert_int_equal(chatops_gitlab_create_pipeline(*state, &project, &ref,
                                                    &variable, 1, &call),
                     CHATOPS_ERROR);
}


static void
a_value_that_the_server_would_expand_is_not_sent(void **state)
{
    size_t                  i;
    chatops_str_t           project, ref;
    chatops_variable_t      variable;
    chatops_gitlab_call_t   call;
    static const char      *values[] = { "%SECRET%", "%", "100 %% sure" };

    project = chatops_str("ops/infra");
    ref = chatops_str("main");
    variable.key = chatops_str("CHAT_INPUT");

    for (i = 0; i < nelts(values); i++) {
        variable.value = chatops_str(values[i]);

        assert_false(chatops_gitlab_can_pass(&variable.value));
        assert_int_equal(chatops_gitlab_create_pipeline(*state, &project, &ref,
                                                        &variable, 1, &call),
                         CHATOPS_ERROR);
    }

    variable.value = chatops_str("$SECRET {a} &");
    assert_true(chatops_gitlab_can_pass(&variable.value));

    variable.value = chatops_str(NULL);
    assert_true(chatops_gitlab_can_pass(&variable.value));
}


static void
without_memory_there_is_no_call(void **state)
{
    size_t                  limit;
    chatops_str_t           project, ref;
    chatops_arena_t        *arena;
    chatops_variable_t      variable;
    chatops_gitlab_call_t   call;

    (void) state;

    project = chatops_str("ops/infra");
    ref = chatops_str("main");
    variable.key = chatops_str("CHAT_INPUT");
    variable.value = chatops_str("some input");

    for (limit = 16; limit <= 256; limit += 16) {
        arena = chatops_arena_create(limit);
        assert_int_equal(chatops_gitlab_create_pipeline(arena, &project, &ref,
                                                        &variable, 1, &call),
                         CHATOPS_ERROR);
        chatops_arena_destroy(arena);
    }
}


#define assert_view(view, text)                                               \
    assert_true(chatops_str_is(&(view), text))


static void
a_member_is_read(void **state)
{
    chatops_str_t            body;
    chatops_gitlab_member_t  member;

    body = chatops_str("{\"id\":5,\"username\":\"ada\",\"name\":\"Ada\","
                       "\"state\":\"active\",\"access_level\":30,"
                       "\"expires_at\":\"2026-12-31\",\"extra\":[1,{}]}");
    assert_int_equal(chatops_gitlab_read_member(*state, &body, &member),
                     CHATOPS_OK);
    assert_int_equal(member.id, 5);
    assert_int_equal(member.access_level, CHATOPS_ACCESS_DEVELOPER);
    assert_view(member.username, "ada");
    assert_view(member.state, "active");
    assert_view(member.expires_at, "2026-12-31");

    body = chatops_str("{\"id\":9007199254740993,\"username\":\"a\","
                       "\"state\":\"blocked\",\"access_level\":40,"
                       "\"expires_at\":null}");
    assert_int_equal(chatops_gitlab_read_member(*state, &body, &member),
                     CHATOPS_OK);
    assert_true(member.id == 9007199254740993);
    assert_int_equal(member.expires_at.len, 0);
}


static void
a_project_is_read(void **state)
{
    chatops_str_t             body;
    chatops_gitlab_project_t  project;

    body = chatops_str("{\"id\":7,\"path_with_namespace\":\"ops/infra\","
                       "\"web_url\":\"https://g/ops/infra\","
                       "\"default_branch\":\"main\","
                       "\"ci_config_path\":\"ci/main.yml\"}");
    assert_int_equal(chatops_gitlab_read_project(*state, &body, &project),
                     CHATOPS_OK);
    assert_int_equal(project.id, 7);
    assert_view(project.path, "ops/infra");
    assert_view(project.web_url, "https://g/ops/infra");
    assert_view(project.default_branch, "main");
    assert_view(project.config_path, "ci/main.yml");

    body = chatops_str("{\"id\":7,\"path_with_namespace\":\"ops/infra\","
                       "\"default_branch\":null,\"ci_config_path\":null}");
    assert_int_equal(chatops_gitlab_read_project(*state, &body, &project),
                     CHATOPS_OK);
    assert_int_equal(project.default_branch.len, 0);
    assert_view(project.config_path, ".gitlab-ci.yml");

    body = chatops_str("{\"id\":7,\"path_with_namespace\":\"ops/infra\","
                       "\"ci_config_path\":\"\"}");
    assert_int_equal(chatops_gitlab_read_project(*state, &body, &project),
                     CHATOPS_OK);
    assert_view(project.config_path, ".gitlab-ci.yml");
}


static void
a_branch_and_a_commit_are_read(void **state)
{
    chatops_str_t            body, sha;
    chatops_gitlab_branch_t  branch;

    body = chatops_str("{\"name\":\"main\",\"commit\":{\"id\":\"" SHA "\"},"
                       "\"protected\":true}");
    assert_int_equal(chatops_gitlab_read_branch(*state, &body, &branch),
                     CHATOPS_OK);
    assert_view(branch.sha, SHA);
    assert_int_equal(branch.is_protected, 1);

    body = chatops_str("{\"commit\":{\"id\":\"" SHA "\"}}");
    assert_int_equal(chatops_gitlab_read_branch(*state, &body, &branch),
                     CHATOPS_OK);
    assert_int_equal(branch.is_protected, 0);

    body = chatops_str("{\"id\":\"" SHA "\",\"short_id\":\"0123\"}");
    assert_int_equal(chatops_gitlab_read_commit(*state, &body, &sha),
                     CHATOPS_OK);
    assert_view(sha, SHA);
}


static void
a_lint_is_read(void **state)
{
    chatops_str_t          body;
    chatops_gitlab_lint_t  lint;

    body = chatops_str("{\"valid\":true,\"errors\":[],\"warnings\":[\"w\"],"
                       "\"merged_yaml\":\"---\\na:\\n  script: x\\n\"}");
    assert_int_equal(chatops_gitlab_read_lint(*state, &body, &lint),
                     CHATOPS_OK);
    assert_int_equal(lint.valid, 1);
    assert_view(lint.merged_yaml, "---\na:\n  script: x\n");
    assert_int_equal(lint.error.len, 0);

    body = chatops_str("{\"valid\":false,\"errors\":[\"jobs config should"
                       " contain at least one visible job\",\"two\"],"
                       "\"merged_yaml\":null}");
    assert_int_equal(chatops_gitlab_read_lint(*state, &body, &lint),
                     CHATOPS_OK);
    assert_int_equal(lint.valid, 0);
    assert_int_equal(lint.merged_yaml.len, 0);
    assert_view(lint.error,
                "jobs config should contain at least one visible job");

    /* a valid one must bring its text */

    body = chatops_str("{\"valid\":true,\"errors\":[]}");
    assert_int_equal(chatops_gitlab_read_lint(*state, &body, &lint),
                     CHATOPS_DECLINED);

    body = chatops_str("{\"valid\":\"true\",\"merged_yaml\":\"\"}");
    assert_int_equal(chatops_gitlab_read_lint(*state, &body, &lint),
                     CHATOPS_DECLINED);
}


static void
pipelines_are_read(void **state)
{
    size_t                      n;
    chatops_str_t               body;
    chatops_gitlab_pipeline_t   pipeline, *pipelines;

    body = chatops_str("{\"id\":42,\"iid\":3,\"ref\":\"main\",\"sha\":\"" SHA
                       "\",\"status\":\"created\",\"source\":\"api\","
                       "\"web_url\":\"https://g/p/42\",\"yaml_errors\":null}");
    assert_int_equal(chatops_gitlab_read_pipeline(*state, &body, &pipeline),
                     CHATOPS_OK);
    assert_int_equal(pipeline.id, 42);
    assert_view(pipeline.ref, "main");
    assert_view(pipeline.sha, SHA);
    assert_view(pipeline.status, "created");
    assert_view(pipeline.web_url, "https://g/p/42");

    body = chatops_str("[{\"id\":42,\"status\":\"running\"},{\"id\":41}]");
    assert_int_equal(chatops_gitlab_read_pipelines(*state, &body, &pipelines,
                                                   &n),
                     CHATOPS_OK);
    assert_int_equal(n, 2);
    assert_int_equal(pipelines[0].id, 42);
    assert_view(pipelines[0].status, "running");
    assert_int_equal(pipelines[1].id, 41);
    assert_int_equal(pipelines[1].status.len, 0);

    body = chatops_str(" [] ");
    assert_int_equal(chatops_gitlab_read_pipelines(*state, &body, &pipelines,
                                                   &n),
                     CHATOPS_OK);
    assert_int_equal(n, 0);

    body = chatops_str("[{\"id\":42},{\"id\":\"41\"}]");
    assert_int_equal(chatops_gitlab_read_pipelines(*state, &body, &pipelines,
                                                   &n),
                     CHATOPS_DECLINED);
    assert_int_equal(n, 0);
}


static void
jobs_are_read(void **state)
{
    size_t                 n;
    chatops_str_t          body;
    chatops_gitlab_job_t  *jobs;

    body = chatops_str("[{\"id\":77,\"name\":\"deploy\",\"status\":\"failed\","
                       "\"failure_reason\":\"script_failure\","
                       "\"web_url\":\"https://g/j/77\"},"
                       "{\"id\":78,\"name\":\"x y\",\"status\":\"manual\"}]");
    assert_int_equal(chatops_gitlab_read_jobs(*state, &body, &jobs, &n),
                     CHATOPS_OK);
    assert_int_equal(n, 2);
    assert_int_equal(jobs[0].id, 77);
    assert_view(jobs[0].name, "deploy");
    assert_view(jobs[0].status, "failed");
    assert_view(jobs[0].failure_reason, "script_failure");
    assert_view(jobs[0].web_url, "https://g/j/77");
    assert_view(jobs[1].name, "x y");
    assert_int_equal(jobs[1].failure_reason.len, 0);

    body = chatops_str("[{\"id\":77,\"name\":\"deploy\"}]");
    assert_int_equal(chatops_gitlab_read_jobs(*state, &body, &jobs, &n),
                     CHATOPS_DECLINED);
    assert_int_equal(n, 0);
}


static void
a_job_says_as_whom_it_runs(void **state)
{
    chatops_str_t         body;
    chatops_gitlab_job_t  job;

    body = chatops_str("{\"id\":77,\"name\":\"deploy\",\"status\":\"pending\","
                       "\"web_url\":\"https://g/j/77\","
                       "\"user\":{\"id\":17,\"username\":\"alice\"},"
                       "\"pipeline\":{\"id\":42,\"source\":\"chat\","
                       "\"sha\":\"" SHA "\",\"web_url\":\"https://g/p/42\"}}");
    assert_int_equal(chatops_gitlab_read_job(*state, &body, &job), CHATOPS_OK);
    assert_int_equal(job.id, 77);
    assert_view(job.name, "deploy");
    assert_view(job.status, "pending");
    assert_view(job.web_url, "https://g/j/77");
    assert_int_equal(job.user_id, 17);
    assert_int_equal(job.pipeline_id, 42);
    assert_view(job.pipeline_url, "https://g/p/42");
    assert_view(job.sha, SHA);

    body = chatops_str("{\"id\":77,\"name\":\"deploy\",\"status\":\"pending\","
                       "\"user\":null,\"pipeline\":{\"id\":\"42\"}}");
    assert_int_equal(chatops_gitlab_read_job(*state, &body, &job), CHATOPS_OK);
    assert_int_equal(job.user_id, 0);
    assert_int_equal(job.pipeline_id, 0);
    assert_int_equal(job.pipeline_url.len, 0);

    body = chatops_str("[{\"id\":77,\"name\":\"x\",\"status\":\"pending\"}]");
    assert_int_equal(chatops_gitlab_read_job(*state, &body, &job),
                     CHATOPS_DECLINED);
}


static void
branches_are_read(void **state)
{
    size_t          n;
    chatops_str_t   body, *names;

    body = chatops_str("[{\"name\":\"chatops/1\",\"commit\":{}},"
                       "{\"name\":\"chatops/2\"}]");
    assert_int_equal(chatops_gitlab_read_branches(*state, &body, &names, &n),
                     CHATOPS_OK);
    assert_int_equal(n, 2);
    assert_view(names[0], "chatops/1");
    assert_view(names[1], "chatops/2");

    body = chatops_str("[{\"name\":1}]");
    assert_int_equal(chatops_gitlab_read_branches(*state, &body, &names, &n),
                     CHATOPS_DECLINED);
}


static void
what_is_no_answer_is_declined(void **state)
{
    size_t                      i, n;
    chatops_str_t               body, sha, *names;
    chatops_gitlab_job_t       *jobs;
    chatops_gitlab_lint_t       lint;
    chatops_gitlab_branch_t     branch;
    chatops_gitlab_member_t     member;
    chatops_gitlab_project_t    project;
    chatops_gitlab_pipeline_t   pipeline, *pipelines;
    static const char          *bodies[] = {
        "", "{", "{}", "null", "42", "\"text\"", "[{}]", "[[]]", "[1]",
        "{\"id\":null}", "{\"id\":1.5}", "{\"id\":99999999999999999999}",
        "{\"id\":1} trailing", "{\"id\":1,\"name\":\"\377\"}",
        "{\"commit\":\"x\"}", "{\"commit\":{\"id\":\"\"}}",
        "<html>502</html>", "Retry later"
    };

    for (i = 0; i < nelts(bodies); i++) {
        body = chatops_str(bodies[i]);

        assert_int_equal(chatops_gitlab_read_member(*state, &body, &member),
                         CHATOPS_DECLINED);
        assert_int_equal(chatops_gitlab_read_project(*state, &body, &project),
                         CHATOPS_DECLINED);
        assert_int_equal(chatops_gitlab_read_branch(*state, &body, &branch),
                         CHATOPS_DECLINED);
        assert_int_equal(chatops_gitlab_read_lint(*state, &body, &lint),
                         CHATOPS_DECLINED);
        assert_int_equal(chatops_gitlab_read_commit(*state, &body, &sha),
                         CHATOPS_DECLINED);
        assert_int_equal(chatops_gitlab_read_pipeline(*state, &body,
                                                      &pipeline),
                         CHATOPS_DECLINED);
        assert_int_equal(chatops_gitlab_read_pipelines(*state, &body,
                                                       &pipelines, &n),
                         CHATOPS_DECLINED);
        assert_int_equal(chatops_gitlab_read_jobs(*state, &body, &jobs, &n),
                         CHATOPS_DECLINED);
        assert_int_equal(chatops_gitlab_read_branches(*state, &body, &names,
                                                      &n),
                         CHATOPS_DECLINED);
    }
}


static void
without_memory_nothing_is_read(void **state)
{
    size_t                 n, limit;
    chatops_str_t          body;
    chatops_arena_t       *arena;
    chatops_gitlab_job_t  *jobs;

    (void) state;

    body = chatops_str("[{\"id\":77,\"name\":\"deploy\",\"status\":\"failed\","
                       "\"web_url\":\"https://g/j/77\"}]");

    for (limit = 16; limit <= 96; limit += 16) {
        arena = chatops_arena_create(limit);
        assert_int_equal(chatops_gitlab_read_jobs(arena, &body, &jobs, &n),
                         CHATOPS_ERROR);
        assert_int_equal(n, 0);
        chatops_arena_destroy(arena);
    }
}


typedef struct {
    const char  *body;
    const char  *reason;
} reason_case_t;


/* GitLab: lib/api/api_guard.rb, lib/api/helpers.rb, lib/api/ci/pipelines.rb */

static const reason_case_t  reasons[] = {
    { "{\"message\":\"401 Unauthorized\"}", "401 Unauthorized" },
    { "{\"message\":\"404 Project Not Found\"}", "404 Project Not Found" },
    { "{\"message\":\"403 Forbidden - Must be admin to use sudo\"}",
      "403 Forbidden - Must be admin to use sudo" },
    { "{\"error\":\"insufficient_scope\",\"error_description\":\"The request"
      " requires higher privileges than provided by the access token.\","
      "\"scope\":\"api\"}",
      "The request requires higher privileges than provided by the access"
      " token." },
    { "{\"error\":\"invalid_token\"}", "invalid_token" },
    { "{\"error\":\"ref is missing\"}", "ref is missing" },
    { "{\"message\":{\"base\":[\"Reference not found\"]}}",
      "Reference not found" },
    { "{\"message\":{\"base\":[\"one\",\"two\"]}}", "one; two" },
    { "{\"message\":{\"base\":[\"Insufficient permissions to set pipeline"
      " variables\"]}}",
      "Insufficient permissions to set pipeline variables" },
    { "{\"message\":{\"error\":\"This endpoint has been requested too many"
      " times. Try again later.\"}}",
      "This endpoint has been requested too many times. Try again later." },
    { "{\"message\":{\"name\":[\"is too long\",\"is odd\"],"
      "\"base\":[\"No.\"]}}",
      "name is too long; name is odd; No." },
    { "{\"message\":[\"a\",\"b\"]}", "a; b" },
    { "{\"message\":\"\",\"error\":\"said here\"}", "said here" },
    { "{\"message\":null,\"error\":\"said here\"}", "said here" },
    { "{\"errors\":[\"first\"]}", "first" },
    { "{\"message\":\"one\\ntwo\\u0000\\u0007\\tthree \"}", "one two three" },
    { "[\"a\"]", "a" },
    { "\"text\"", "text" },
    { "Retry later\n", "Retry later" },
    { "Too  many\r\nrequests", "Too many requests" },
    { "d\303\251j\303\240 \377 vu", "d\303\251j\303\240 \357\277\275 vu" },
    { "<html><body>502 Bad Gateway</body></html>", "" },
    { "<!DOCTYPE html>\n<html>", "" },
    { "\n  <HTML>", "" },
    { "\357\273\277<?xml version=\"1.0\"?>", "" },
    { "Error: <html><head>", "" },
    { "{\"message\":\"cut of", "" },
    { "[\"cut of", "" },
    { "{}", "" },
    { "{\"message\":{}}", "" },
    { "{\"message\":{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":\"deep\"}}}}}}", "" },
    { "{\"message\":42}", "" },
    { "", "" },
    { "  \n", "" }
};


static void
the_reason_is_found_in_every_kind_of_error(void **state)
{
    size_t         i;
    chatops_str_t  body, reason;

    for (i = 0; i < nelts(reasons); i++) {
        body = chatops_str(reasons[i].body);

        assert_int_equal(chatops_gitlab_reason(*state, &body, &reason),
                         CHATOPS_OK);

        if (!chatops_str_is(&reason, reasons[i].reason)) {
            print_error("%s\ngives   %.*s\nand not %s\n", reasons[i].body,
                        chatops_str_arg(&reason), reasons[i].reason);
            fail();
        }
    }
}


static void
a_reason_is_short(void **state)
{
    size_t         i;
    char           text[4000];
    chatops_str_t  body, reason;

    text[0] = 'x';

    for (i = 1; i + 2 <= sizeof(text); i += 2) {
        memcpy(text + i, "\303\251", 2);
    }

    body = chatops_strn(text, i);

    assert_int_equal(chatops_gitlab_reason(*state, &body, &reason),
                     CHATOPS_OK);
    assert_int_equal(reason.len, 299);
    assert_true(chatops_utf8_valid(reason.data, reason.len));
}


static void
the_setting_against_variables_is_known_by_its_words(void **state)
{
    chatops_str_t  reason;

    (void) state;

    reason = chatops_str("Insufficient permissions to set pipeline variables");
    assert_int_equal(chatops_gitlab_forbids_variables(&reason), 1);

    reason = chatops_str("a; Insufficient permissions to set pipeline"
                         " variables.");
    assert_int_equal(chatops_gitlab_forbids_variables(&reason), 1);

    reason = chatops_str("Insufficient permissions to create a new pipeline");
    assert_int_equal(chatops_gitlab_forbids_variables(&reason), 0);

    reason = chatops_str(NULL);
    assert_int_equal(chatops_gitlab_forbids_variables(&reason), 0);
    assert_int_equal(chatops_gitlab_forbids_ref(&reason), 0);

    reason = chatops_str("You do not have sufficient permission to run a"
                         " pipeline on 'main'. Please select a different"
                         " branch");
    assert_int_equal(chatops_gitlab_forbids_ref(&reason), 1);
    assert_int_equal(chatops_gitlab_forbids_variables(&reason), 0);
}


static void
a_job_has_ended_or_not(void **state)
{
    size_t              i;
    chatops_str_t       status;
    static const char  *ended[] = {
        "success", "failed", "canceled", "skipped"
    };
    static const char  *not_ended[] = {
        "created", "waiting_for_resource", "preparing",
        "waiting_for_callback", "pending", "running", "canceling", "manual",
        "scheduled", "", "Success"
    };

    (void) state;

    for (i = 0; i < nelts(ended); i++) {
        status = chatops_str(ended[i]);
        assert_int_equal(chatops_gitlab_status_ended(&status), 1);
    }

    for (i = 0; i < nelts(not_ended); i++) {
        status = chatops_str(not_ended[i]);
        assert_int_equal(chatops_gitlab_status_ended(&status), 0);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_project_goes_out_as_one_segment),
        cmocka_unit_test(a_pipeline_is_looked_at_and_canceled),
        cmocka_unit_test(variables_tags_and_rights_are_read),
        cmocka_unit_test(lists_are_asked_for_by_the_hundred),
        cmocka_unit_test(a_commit_writes_one_file),
        cmocka_unit_test(every_dollar_of_a_variable_is_doubled),
        cmocka_unit_test(a_name_that_would_change_the_path_is_not_sent),
        cmocka_unit_test(a_value_that_is_no_utf8_is_not_sent),
        cmocka_unit_test(a_value_that_the_server_would_expand_is_not_sent),
        cmocka_unit_test(without_memory_there_is_no_call),
        cmocka_unit_test(a_member_is_read),
        cmocka_unit_test(a_project_is_read),
        cmocka_unit_test(a_branch_and_a_commit_are_read),
        cmocka_unit_test(a_lint_is_read),
        cmocka_unit_test(pipelines_are_read),
        cmocka_unit_test(jobs_are_read),
        cmocka_unit_test(a_job_says_as_whom_it_runs),
        cmocka_unit_test(branches_are_read),
        cmocka_unit_test(what_is_no_answer_is_declined),
        cmocka_unit_test(without_memory_nothing_is_read),
        cmocka_unit_test(the_reason_is_found_in_every_kind_of_error),
        cmocka_unit_test(a_reason_is_short),
        cmocka_unit_test(the_setting_against_variables_is_known_by_its_words),
        cmocka_unit_test(a_job_has_ended_or_not),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
