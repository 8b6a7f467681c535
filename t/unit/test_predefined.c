#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "chatops_predefined.h"


typedef struct {
    const char  *name;
    const char  *value;      /* NULL: undefined; "?": unknown */
} expected_t;


static int
arena_make(void **state)
{
    *state = chatops_arena_create(0);

    return *state == NULL;
}


static int
arena_drop(void **state)
{
    chatops_arena_destroy(*state);

    return 0;
}


static void
expect(chatops_arena_t *arena, const chatops_predefined_t *predefined,
    unsigned open, const expected_t *cases)
{
    chatops_str_t         name, value;
    chatops_truth_e       truth, defined;
    chatops_variables_t  *variables;

    assert_int_equal(chatops_predefined_make(arena, predefined, open,
                                             &variables),
                     CHATOPS_OK);

    for ( /* void */ ; cases->name != NULL; cases++) {
        name = chatops_str(cases->name);
        truth = chatops_variables_get(variables, &name, &value);

        defined = cases->value == NULL ? CHATOPS_NO
                  : cases->value[0] == '?' ? CHATOPS_UNKNOWN : CHATOPS_YES;

        if (truth != defined
            || (truth == CHATOPS_YES && !chatops_str_is(&value,
                                                        cases->value)))
        {
            fail_msg("%s: %s \"%.*s\"", cases->name,
                     chatops_truth_name(truth), chatops_str_arg(&value));
        }
    }
}


static void
test_branch(void **state)
{
    chatops_predefined_t  known;

    static const expected_t  cases[] = {
        { "CI_PIPELINE_SOURCE", "chat" },
        { "CI_COMMIT_REF_NAME", "Feature/Add_x" },
        { "CI_COMMIT_REF_SLUG", "feature-add-x" },
        { "CI_COMMIT_BRANCH", "Feature/Add_x" },
        { "CI_COMMIT_TAG", NULL },
        { "CI_COMMIT_SHA", "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
        { "CI_COMMIT_SHORT_SHA", "da39a3ee" },
        { "CI_DEFAULT_BRANCH", "main" },
        { "CI_PROJECT_PATH", "Ops/tools/infra.Web" },
        { "CI_PROJECT_PATH_SLUG", "ops-tools-infra-web" },
        { "CI_PROJECT_NAME", "infra.Web" },
        { "CI_PROJECT_NAMESPACE", "Ops/tools" },
        { "CI_PROJECT_NAMESPACE_SLUG", "ops-tools" },
        { "CI_PROJECT_ROOT_NAMESPACE", "Ops" },
        { "CI_PROJECT_URL", "https://gitlab.example.com/Ops/tools/infra.Web" },
        { "CI_SERVER_URL", "https://gitlab.example.com" },
        { "CI_SERVER_HOST", "gitlab.example.com" },
        { "CI_SERVER_FQDN", "gitlab.example.com" },
        { "CI_SERVER_PORT", "443" },
        { "CI_SERVER_PROTOCOL", "https" },
        { "CI_API_V4_URL", "https://gitlab.example.com/api/v4" },
        { "CI_API_GRAPHQL_URL", "https://gitlab.example.com/api/graphql" },
        { "CI", NULL },
        { "DEPLOY_TO", NULL },
        { NULL, NULL }
    };

    memset(&known, 0, sizeof(chatops_predefined_t));

    known.source = chatops_str("chat");
    known.ref = chatops_str("Feature/Add_x");
    known.sha = chatops_str("da39a3ee5e6b4b0d3255bfef95601890afd80709");
    known.default_branch = chatops_str("main");
    known.project = chatops_str("Ops/tools/infra.Web");
    known.gitlab = chatops_str("https://gitlab.example.com/");

    expect(*state, &known, 0, cases);
}


/* Of a merge request it is neither a branch nor a tag. */

static void
test_merge_request(void **state)
{
    chatops_predefined_t  known;

    static const expected_t  cases[] = {
        { "CI_COMMIT_REF_NAME", "topic" },
        { "CI_COMMIT_BRANCH", NULL },
        { "CI_COMMIT_TAG", NULL },
        { NULL, NULL }
    };

    memset(&known, 0, sizeof(chatops_predefined_t));

    known.source = chatops_str("merge_request_event");
    known.ref = chatops_str("topic");

    expect(*state, &known, 0, cases);
    expect(*state, &known, 1, cases);
}


static void
test_open(void **state)
{
    chatops_predefined_t  known;

    static const expected_t  branch[] = {
        { "CI", "true" },
        { "GITLAB_CI", "true" },
        { "CI_COMMIT_BRANCH", "main" },
        { "CI_COMMIT_TAG", NULL },
        { "CI_COMMIT_TAG_MESSAGE", NULL },
        { "CI_MERGE_REQUEST_ID", NULL },
        { "CI_MERGE_REQUEST_TARGET_BRANCH_NAME", NULL },
        { "CI_EXTERNAL_PULL_REQUEST_IID", NULL },
        { "CI_PIPELINE_SCHEDULE_DESCRIPTION", NULL },
        { "CI_PIPELINE_TRIGGERED", NULL },
        { "TRIGGER_PAYLOAD", NULL },
        { "CI_UPSTREAM_PIPELINE_ID", NULL },
        { "CI_JOB_ID", NULL },
        { "CI_PIPELINE_ID", NULL },
        { "CI_RUNNER_TAGS", NULL },
        { "CI_DEFAULT_BRANCH", "?" },
        { "CI_COMMIT_MESSAGE", "?" },
        { "CI_OPEN_MERGE_REQUESTS", "?" },
        { "CI_PROJECT_PATH", "?" },
        { "GITLAB_USER_LOGIN", "?" },
        { "DEPLOY_TO", "?" },
        { NULL, NULL }
    };

    static const expected_t  tag[] = {
        { "CI_COMMIT_TAG", "main" },
        { "CI_COMMIT_BRANCH", NULL },
        { "CI_COMMIT_TAG_MESSAGE", "?" },
        { NULL, NULL }
    };

    static const expected_t  schedule[] = {
        { "CI_PIPELINE_SCHEDULE_DESCRIPTION", "?" },
        { "CI_MERGE_REQUEST_ID", NULL },
        { NULL, NULL }
    };

    static const expected_t  nothing[] = {
        { "CI_PIPELINE_SOURCE", "?" },
        { "CI_COMMIT_BRANCH", "?" },
        { "CI_COMMIT_TAG", "?" },
        { "CI_MERGE_REQUEST_ID", "?" },
        { "CI_JOB_ID", NULL },
        { NULL, NULL }
    };

    memset(&known, 0, sizeof(chatops_predefined_t));
    expect(*state, &known, 1, nothing);

    known.source = chatops_str("chat");
    known.ref = chatops_str("main");
    expect(*state, &known, 1, branch);

    known.tag = 1;
    expect(*state, &known, 1, tag);

    known.source = chatops_str("schedule");
    expect(*state, &known, 1, schedule);
}


static void
test_slug(void **state)
{
    size_t                i;
    expected_t            expected[2];
    chatops_predefined_t  known;

    static const struct {
        const char  *ref;
        const char  *slug;
    } cases[] = {
        { "main", "main" },
        { "Feature--X__y", "feature--x--y" },
        { "-a-", "a" },
        { "/a.b/", "a-b" },
        { "---", "" },
        { "\xc3\xa9t\xc3\xa9", "t" },
        { "a\xc3\xa9\xe2\x82\xac" "b", "a--b" },
        { "a\xff\xfe" "b", "a--b" },
        { "\xe2\x84\xaa" "1", "k1" },
        { "\xc4\xb0" "1", "i-1" },
        { "0123456789012345678901234567890123456789012345678901234567890123x",
          "012345678901234567890123456789012345678901234567890123456789012" },
        { "01234567890123456789012345678901234567890123456789012345678901-x",
          "01234567890123456789012345678901234567890123456789012345678901" },
        { "-123456789012345678901234567890123456789012345678901234567890123x",
          "12345678901234567890123456789012345678901234567890123456789012" },
        { "01234567890123456789012345678901234567890123456789012345678901"
          "\xc4\xb0",
          "01234567890123456789012345678901234567890123456789012345678901i" }
    };

    memset(&known, 0, sizeof(chatops_predefined_t));
    memset(expected, 0, sizeof(expected));
    expected[0].name = "CI_COMMIT_REF_SLUG";

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        known.ref = chatops_str(cases[i].ref);
        expected[0].value = cases[i].slug;
        expect(*state, &known, 0, expected);
    }
}


static void
test_gitlab(void **state)
{
    chatops_predefined_t  known;

    static const expected_t  port[] = {
        { "CI_SERVER_URL", "http://gitlab.example.com:8080" },
        { "CI_SERVER_HOST", "gitlab.example.com" },
        { "CI_SERVER_FQDN", "gitlab.example.com:8080" },
        { "CI_SERVER_PORT", "8080" },
        { "CI_SERVER_PROTOCOL", "http" },
        { "CI_PROJECT_URL", NULL },
        { NULL, NULL }
    };

    static const expected_t  path[] = {
        { "CI_SERVER_URL", "http://example.com/gitlab" },
        { "CI_SERVER_HOST", "example.com" },
        { "CI_SERVER_FQDN", NULL },
        { "CI_SERVER_PORT", "80" },
        { "CI_API_V4_URL", "http://example.com/gitlab/api/v4" },
        { NULL, NULL }
    };

    static const expected_t  address[] = {
        { "CI_SERVER_HOST", "[::1]" },
        { "CI_SERVER_PORT", "443" },
        { NULL, NULL }
    };

    static const expected_t  none[] = {
        { "CI_SERVER_URL", NULL },
        { "CI_SERVER_HOST", NULL },
        { "CI_API_V4_URL", NULL },
        { NULL, NULL }
    };

    memset(&known, 0, sizeof(chatops_predefined_t));

    known.gitlab = chatops_str("http://gitlab.example.com:8080");
    expect(*state, &known, 0, port);

    known.gitlab = chatops_str("http://example.com/gitlab/");
    expect(*state, &known, 0, path);

    known.gitlab = chatops_str("https://[::1]");
    expect(*state, &known, 0, address);

    known.gitlab = chatops_str("gitlab.example.com");
    expect(*state, &known, 0, none);
}


static void
test_memory(void **state)
{
    int                    rc;
    size_t                 limit;
    chatops_arena_t       *arena;
    chatops_variables_t   *variables;
    chatops_predefined_t   known;

    (void) state;

    memset(&known, 0, sizeof(chatops_predefined_t));

    known.source = chatops_str("chat");
    known.ref = chatops_str("main");
    known.project = chatops_str("ops/infra");
    known.gitlab = chatops_str("https://gitlab.example.com");
    rc = CHATOPS_ERROR;

    for (limit = 64; rc != CHATOPS_OK && limit < 1000000; limit += 512) {
        arena = chatops_arena_create(limit);
        assert_non_null(arena);

        rc = chatops_predefined_make(arena, &known, 1, &variables);

        assert_true(rc == CHATOPS_OK || rc == CHATOPS_ERROR);
        chatops_arena_destroy(arena);
    }

    assert_int_equal(rc, CHATOPS_OK);
    assert_true(limit > 1024);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(test_branch, arena_make, arena_drop),
        cmocka_unit_test_setup_teardown(test_merge_request, arena_make,
                                        arena_drop),
        cmocka_unit_test_setup_teardown(test_open, arena_make, arena_drop),
        cmocka_unit_test_setup_teardown(test_slug, arena_make, arena_drop),
        cmocka_unit_test_setup_teardown(test_gitlab, arena_make, arena_drop),
        cmocka_unit_test(test_memory)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
