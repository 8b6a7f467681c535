#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include <jansson.h>

#include "chatops_form.h"
#include "chatops_native.h"


#define nelts(table)  (sizeof(table) / sizeof((table)[0]))

#define GITLAB  "https://gitlab.example.com"


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
assert_view(const char *what, const chatops_str_t *view, const char *text)
{
    if (text == NULL) {
        text = "";
    }

    if (!chatops_str_is(view, text)) {
        fail_msg("%s: \"%.*s\" instead of \"%s\"", what,
                 chatops_str_arg(view), text);
    }
}


/* An answer as GitLab gives it: {"response_type", "status", "text"}. */

static chatops_str_t
answer_with(chatops_arena_t *arena, const char *text)
{
    char           *json;
    json_t         *object;
    chatops_str_t   view, copy;

    object = json_pack("{s:s, s:i, s:s}", "response_type", "ephemeral",
                       "status", 200, "text", text);
    assert_non_null(object);

    json = json_dumps(object, JSON_COMPACT);
    assert_non_null(json);

    view = chatops_str(json);
    assert_int_equal(chatops_pstrdup(arena, &copy, &view), CHATOPS_OK);

    free(json);
    json_decref(object);

    return copy;
}


static const struct {
    const char              *text;
    chatops_native_class_e   class;
    int64_t                  job_id;
    const char              *job_url;
    const char              *link;
    const char              *reason;
} texts[] = {
    /* a pipeline with the job */

    { "Your ChatOps job [#1234](" GITLAB "/ops/infra/-/jobs/1234)"
      " has been created!",
      CHATOPS_NATIVE_CREATED, 1234, GITLAB "/ops/infra/-/jobs/1234",
      NULL, NULL },
    { "Your ChatOps job <" GITLAB "/ops/infra/-/jobs/1234|#1234>"
      " has been created!",
      CHATOPS_NATIVE_CREATED, 1234, GITLAB "/ops/infra/-/jobs/1234",
      NULL, NULL },
    { "  Your ChatOps job [#9007199254740993](" GITLAB "/x)"
      " has been created!\n",
      CHATOPS_NATIVE_CREATED, INT64_C(9007199254740993), GITLAB "/x",
      NULL, NULL },
    { "Your ChatOps job [#7](https://elsewhere.example.com/-/jobs/7)"
      " has been created!",
      CHATOPS_NATIVE_CREATED, 7, NULL, NULL, NULL },

    /* one that cannot be followed */

    { "Your ChatOps job [#](" GITLAB "/x) has been created!",
      CHATOPS_NATIVE_UNCLEAR, 0, NULL, NULL, NULL },
    { "Your ChatOps job [#0](" GITLAB "/x) has been created!",
      CHATOPS_NATIVE_UNCLEAR, 0, NULL, NULL, NULL },
    { "Your ChatOps job [1234](" GITLAB "/x) has been created!",
      CHATOPS_NATIVE_UNCLEAR, 0, NULL, NULL, NULL },
    { "Your ChatOps job [#12x](" GITLAB "/x) has been created!",
      CHATOPS_NATIVE_UNCLEAR, 0, NULL, NULL, NULL },
    { "Your ChatOps job [#-12](" GITLAB "/x) has been created!",
      CHATOPS_NATIVE_UNCLEAR, 0, NULL, NULL, NULL },
    { "Your ChatOps job [#99999999999999999999](" GITLAB "/x)"
      " has been created!",
      CHATOPS_NATIVE_UNCLEAR, 0, NULL, NULL, NULL },
    { "Your ChatOps job #1234 has been created!",
      CHATOPS_NATIVE_UNCLEAR, 0, NULL, NULL, NULL },
    { "Your ChatOps job [#1234](" GITLAB "/x has been created!",
      CHATOPS_NATIVE_UNCLEAR, 0, NULL, NULL, NULL },
    { "Your ChatOps job <" GITLAB "/x|#1234 has been created!",
      CHATOPS_NATIVE_UNCLEAR, 0, NULL, NULL, NULL },
    { "Your ChatOps job ](" GITLAB "/x) has been created!",
      CHATOPS_NATIVE_UNCLEAR, 0, NULL, NULL, NULL },
    { "", CHATOPS_NATIVE_UNCLEAR, 0, NULL, NULL, NULL },
    { "OK", CHATOPS_NATIVE_UNCLEAR, 0, NULL, NULL, NULL },

    /* who is it? */

    { ":wave: Hi there! Before I do anything for you, please"
      " [connect your GitLab account](" GITLAB
      "/-/profile/chat_names/new?token=a-b_c).",
      CHATOPS_NATIVE_CONNECT, 0, NULL,
      GITLAB "/-/profile/chat_names/new?token=a-b_c", NULL },
    { ":wave: Hi there! Before I do anything for you, please <" GITLAB
      "/-/user_settings/chat_names/new?token=a&x=1"
      "|connect your GitLab account>.",
      CHATOPS_NATIVE_CONNECT, 0, NULL,
      GITLAB "/-/user_settings/chat_names/new?token=a&x=1", NULL },
    { ":sweat_smile: Couldn't identify you, nor can I authorize you!",
      CHATOPS_NATIVE_UNIDENTIFIED, 0, NULL, NULL, NULL },
    { "To ensure the highest security standards, we verify the source of all"
      " slash commands.\n\nPlease confirm the request by accessing <" GITLAB
      "/ops/infra/-/integrations/slash_commands?request_id=1-2|this link>"
      " through a web browser.\n\nUpon successful validation, you're granted"
      " access to slash commands.",
      CHATOPS_NATIVE_CONFIRM, 0, NULL,
      GITLAB "/ops/infra/-/integrations/slash_commands?request_id=1-2", NULL },
    { "To ensure the highest security standards, we verify the source of all"
      " slash commands.\n\nPlease confirm the request by accessing"
      " [this link](" GITLAB "/x) through a web browser.",
      CHATOPS_NATIVE_CONFIRM, 0, NULL, GITLAB "/x", NULL },

    /* may they? */

    { "You are not allowed to perform the given chatops command. Most\n"
      "likely you do not have access to the GitLab project for this chatops\n"
      "integration.\n\nThe GitLab project for this chatops integration can be"
      " found at\n" GITLAB "/ops/infra.\n",
      CHATOPS_NATIVE_DENIED, 0, NULL, NULL, NULL },
    { "You are not allowed to perform the given chatops command.",
      CHATOPS_NATIVE_DENIED, 0, NULL, NULL, NULL },
    { "You are not allowed to perform the given ChatOps command. Most likely\n"
      "your " GITLAB " account needs to be reactivated.\n\nPlease log back in"
      " from a web browser to reactivate your account at " GITLAB "\n",
      CHATOPS_NATIVE_DEACTIVATED, 0, NULL, NULL, NULL },
    { "404 not found! GitLab couldn't find what you were looking for! :boom:",
      CHATOPS_NATIVE_NOT_FOUND, 0, NULL, NULL, NULL },

    /* nothing to run */

    { "The command could not be scheduled. Make sure that your project has a"
      " .gitlab-ci.yml that defines a job with the name \"deploy\"",
      CHATOPS_NATIVE_NOT_SCHEDULED, 0, NULL, NULL, NULL },
    { "The command could not be scheduled. Make sure that your project has a"
      " .gitlab-ci.yml that defines a job with the name"
      " \"[#1](https://x/)has been created\"",
      CHATOPS_NATIVE_NOT_SCHEDULED, 0, NULL, NULL, NULL },
    { "Sorry, this chat service is currently not supported by GitLab ChatOps.",
      CHATOPS_NATIVE_UNSUPPORTED, 0, NULL, NULL, NULL },
    { "The specified command is not valid.\n\n*Available commands*\nThe"
      " following commands are available for this chatops integration:",
      CHATOPS_NATIVE_NOT_UNDERSTOOD, 0, NULL, NULL, NULL },
    { "*Available commands*\nThe following commands are available",
      CHATOPS_NATIVE_NOT_UNDERSTOOD, 0, NULL, NULL, NULL },
    { "This chatops integration does not have any commands that can be\n"
      "executed.", CHATOPS_NATIVE_NOT_UNDERSTOOD, 0, NULL, NULL, NULL },
    { "The action was not successful, because:\n- Title can't be blank\n"
      "- It is late\n", CHATOPS_NATIVE_FAILED, 0, NULL, NULL,
      "- Title can't be blank - It is late" },
    { "The action was not successful", CHATOPS_NATIVE_FAILED, 0, NULL, NULL,
      NULL },

    /* words of another kind */

    { "We have connected your ChatOps job", CHATOPS_NATIVE_UNCLEAR, 0, NULL,
      NULL, NULL },
    { "Note: Your ChatOps job [#1](" GITLAB "/x) has been created!",
      CHATOPS_NATIVE_UNCLEAR, 0, NULL, NULL, NULL },
    { "Your ChatOps job [#1](" GITLAB "/x) could not be created!",
      CHATOPS_NATIVE_UNCLEAR, 0, NULL, NULL, NULL }
};


static void
each_sentence_of_gitlab_has_its_meaning(void **state)
{
    size_t                   i;
    chatops_str_t            body, gitlab;
    chatops_native_answer_t  answer;

    gitlab = chatops_str(GITLAB);

    for (i = 0; i < nelts(texts); i++) {
        body = answer_with(*state, texts[i].text);

        assert_int_equal(chatops_native_read(*state, 200, &body, &gitlab,
                                             &answer),
                         CHATOPS_OK);

        if (answer.class != texts[i].class) {
            fail_msg("%s: %s instead of %s", texts[i].text,
                     chatops_native_class_name(answer.class),
                     chatops_native_class_name(texts[i].class));
        }

        assert_true(answer.job_id == texts[i].job_id);
        assert_view(texts[i].text, &answer.job_url, texts[i].job_url);
        assert_view(texts[i].text, &answer.link, texts[i].link);
        assert_view(texts[i].text, &answer.reason, texts[i].reason);
    }
}


static void
what_is_no_sentence_is_judged_by_its_status(void **state)
{
    size_t                   i;
    chatops_str_t            body, gitlab;
    chatops_native_answer_t  answer;

    static const struct {
        unsigned                 status;
        const char              *body;
        chatops_native_class_e   class;
        const char              *reason;
    } cases[] = {
        { 404, "{\"message\":\"404 Integration Not Found\"}",
          CHATOPS_NATIVE_NO_INTEGRATION, "404 Integration Not Found" },
        { 404, "<html>404</html>", CHATOPS_NATIVE_NO_INTEGRATION, NULL },
        { 404, "{\"text\":\"404 not found! GitLab couldn't\"}",
          CHATOPS_NATIVE_NOT_FOUND, NULL },
        { 400, "{\"error\":\"token is missing\"}", CHATOPS_NATIVE_REJECTED,
          "token is missing" },
        { 401, "{\"message\":\"401 Unauthorized\"}", CHATOPS_NATIVE_REJECTED,
          "401 Unauthorized" },
        { 403, "{\"text\":\"no words that are known\"}",
          CHATOPS_NATIVE_REJECTED, NULL },
        { 429, "Retry later", CHATOPS_NATIVE_REJECTED, "Retry later" },
        { 408, "", CHATOPS_NATIVE_UNCLEAR, NULL },
        { 408, "Retry later", CHATOPS_NATIVE_UNCLEAR, NULL },
        { 200, "", CHATOPS_NATIVE_UNCLEAR, NULL },
        { 200, "{}", CHATOPS_NATIVE_UNCLEAR, NULL },
        { 200, "null", CHATOPS_NATIVE_UNCLEAR, NULL },
        { 200, "[]", CHATOPS_NATIVE_UNCLEAR, NULL },
        { 200, "{\"text\":null}", CHATOPS_NATIVE_UNCLEAR, NULL },
        { 200, "{\"text\":17}", CHATOPS_NATIVE_UNCLEAR, NULL },
        { 200, "{\"response_type\":\"in_channel\",\"text\":\"\"}",
          CHATOPS_NATIVE_UNCLEAR, NULL },
        { 200, "{\"text\":\"Your ChatOps job [#12](", CHATOPS_NATIVE_UNCLEAR,
          NULL },
        { 200, "<html>Sign in</html>", CHATOPS_NATIVE_UNCLEAR, NULL },
        { 201, "{\"text\":\"Your ChatOps job [#12](https://x/)"
               " has been created!\"}",
          CHATOPS_NATIVE_CREATED, NULL },
        { 302, "{\"text\":\"The command could not be scheduled\"}",
          CHATOPS_NATIVE_UNCLEAR, NULL },
        { 500, "{\"text\":\"The command could not be scheduled\"}",
          CHATOPS_NATIVE_UNCLEAR, NULL },
        { 500, "{\"message\":\"500 Internal Server Error\"}",
          CHATOPS_NATIVE_UNCLEAR, NULL },
        { 502, "<html>502</html>", CHATOPS_NATIVE_UNCLEAR, NULL },
        { 503, "", CHATOPS_NATIVE_UNCLEAR, NULL },
        { 504, "", CHATOPS_NATIVE_UNCLEAR, NULL },
        { 0, "", CHATOPS_NATIVE_UNCLEAR, NULL }
    };

    gitlab = chatops_str(GITLAB);

    for (i = 0; i < nelts(cases); i++) {
        body = chatops_str(cases[i].body);

        assert_int_equal(chatops_native_read(*state, cases[i].status, &body,
                                             &gitlab, &answer),
                         CHATOPS_OK);

        if (answer.class != cases[i].class) {
            fail_msg("%u %s: %s instead of %s", cases[i].status,
                     cases[i].body, chatops_native_class_name(answer.class),
                     chatops_native_class_name(cases[i].class));
        }

        assert_view(cases[i].body, &answer.reason, cases[i].reason);
    }
}


static void
links_are_passed_on_if_they_lead_to_gitlab(void **state)
{
    size_t                   i;
    char                     text[512];
    chatops_str_t            body, gitlab;
    chatops_native_answer_t  answer;

    static const struct {
        const char  *gitlab;
        const char  *url;
        unsigned     passed;
    } cases[] = {
        { GITLAB, GITLAB "/x", 1 },
        { GITLAB, GITLAB "/", 1 },
        { GITLAB, GITLAB, 0 },
        { GITLAB, GITLAB "?x", 0 },
        { GITLAB, GITLAB "@evil.example.com/x", 0 },
        { GITLAB, GITLAB ".evil.example.com/x", 0 },
        { GITLAB, GITLAB ":8443/x", 0 },
        { GITLAB, GITLAB ":443@evil.example.com/x", 0 },
        { GITLAB, "https://evil.example.com/" GITLAB "/x", 0 },
        { GITLAB, "https://gitlab.example.co/x", 0 },
        { GITLAB, "http://gitlab.example.com/x", 0 },
        { GITLAB, "HTTPS://GitLab.Example.COM/X", 1 },
        { GITLAB, "//gitlab.example.com/x", 0 },
        { GITLAB, "javascript:alert(1)", 0 },
        { GITLAB, "", 0 },
        { GITLAB, GITLAB "/x y", 0 },
        { GITLAB, GITLAB "/x`y", 0 },
        { GITLAB, GITLAB "/x\"y", 0 },
        { GITLAB, GITLAB "/\\evil", 0 },
        { GITLAB, GITLAB "/caf\xc3\xa9", 0 },
        { "https://host.example.com/gitlab",
          "https://host.example.com/gitlab/x", 1 },
        { "https://host.example.com/gitlab", "https://host.example.com/x", 1 },
        { "http://127.0.0.1:8080", "http://127.0.0.1:8080/x", 1 },
        { "http://127.0.0.1:8080", "http://127.0.0.1:80/x", 0 },
        { "http://127.0.0.1:8080", "http://127.0.0.1/x", 0 },
        { "ftp://x", "ftp://x/y", 0 },
        { "https://", "https:///x", 0 },
        { "", "/x", 0 }
    };

    for (i = 0; i < nelts(cases); i++) {
        gitlab = chatops_str(cases[i].gitlab);

        snprintf(text, sizeof(text),
                 "please [connect your GitLab account](%s).", cases[i].url);
        body = answer_with(*state, text);

        assert_int_equal(chatops_native_read(*state, 200, &body, &gitlab,
                                             &answer),
                         CHATOPS_OK);
        assert_int_equal(answer.class, CHATOPS_NATIVE_CONNECT);
        assert_view(cases[i].url, &answer.link,
                    cases[i].passed ? cases[i].url : NULL);
    }
}


/* What GitLab's pattern would make of it, in so many words. */

static void
what_would_not_arrive_as_typed_does_not_fit(void **state)
{
    size_t         i;
    const char    *reason;
    chatops_str_t  job, input;

    static const struct {
        const char  *job;
        const char  *input;
        unsigned     fits;
    } cases[] = {
        { "deploy", "", 1 },
        { "deploy", "web", 1 },
        { "deploy", "web  api ", 1 },
        { "deploy", "web\n", 1 },
        { "deploy", "first\nsecond\n\n", 1 },
        { "deploy", "\"quoted\" 'x' \xe2\x80\x9cy\xe2\x80\x9d", 1 },
        { "deploy", "$SECRET", 1 },
        { "deploy", " web", 0 },
        { "deploy", "\tweb", 0 },
        { "deploy", "\nweb", 0 },
        { "deploy", "\vweb", 0 },
        { "deploy", "\fweb", 0 },
        { "deploy", "\rweb", 0 },
        { "deploy", " ", 0 },
        { "deploy", "\xc2\xa0web", 1 },
        { "deploy", "50%", 0 },
        { "deploy", "%HOME%", 0 },
        { "deploy:web", "x", 1 },
        { "d\xc3\xa9ploy\xc2\xa0x", "x", 1 },
        { "deploy status", "", 0 },
        { "job 1/3", "", 0 },
        { "job: [a, b]", "", 0 },
        { "a\tb", "", 0 }
    };

    (void) state;

    for (i = 0; i < nelts(cases); i++) {
        job = chatops_str(cases[i].job);
        input = chatops_str(cases[i].input);

        reason = chatops_native_unfit(&job, &input);

        if ((reason == NULL) != cases[i].fits) {
            fail_msg("run %s %s: %s", cases[i].job, cases[i].input,
                     reason ? reason : "fits");
        }
    }
}


static void
fill(chatops_run_t *run)
{
    memset(run, 0, sizeof(chatops_run_t));

    run->service = chatops_str("slack");
    run->project = chatops_str("ops/infra");
    run->team_id = chatops_str("T1");
    run->team_domain = chatops_str("acme & co");
    run->channel_id = chatops_str("C1");
    run->channel_name = chatops_str("ops");
    run->user_id = chatops_str("U1");
    run->user_name = chatops_str("alice");
    run->command = chatops_str("/gitlab");
    run->job = chatops_str("deploy");
    run->input = chatops_str("web & $HOME 100");
}


static void
assert_field(chatops_arena_t *arena, const chatops_str_t *body,
    const char *wanted, const char *expected)
{
    int             rc;
    size_t          seen;
    chatops_str_t   name, value;
    chatops_form_t  form;

    seen = 0;
    chatops_form_init(&form, arena, body);

    while ((rc = chatops_form_next(&form, &name, &value)) == CHATOPS_OK) {

        if (chatops_str_is(&name, wanted)) {
            assert_view(wanted, &value, expected);
            seen++;
        }
    }

    assert_int_equal(rc, CHATOPS_AGAIN);
    assert_int_equal(seen, 1);
}


static void
a_command_goes_out_as_a_chat_service_would_send_it(void **state)
{
    chatops_run_t          run;
    chatops_str_t          token, url;
    chatops_gitlab_call_t  call;

    fill(&run);
    token = chatops_str("s3cret+/=&");
    url = chatops_str("https://nginx.example.com/callback/01/ab");

    assert_int_equal(chatops_native_trigger(*state, &run, &token, &url, &call),
                     CHATOPS_OK);

    assert_string_equal(call.method, "POST");
    assert_view("path", &call.path, "projects/ops%2Finfra/integrations/"
                                    "slack_slash_commands/trigger");
    assert_string_equal(call.content_type,
                        "application/x-www-form-urlencoded");
    assert_int_equal(call.anonymous, 1);

    assert_field(*state, &call.body, "token", "s3cret+/=&");
    assert_field(*state, &call.body, "team_id", "T1");
    assert_field(*state, &call.body, "team_domain", "acme & co");
    assert_field(*state, &call.body, "channel_id", "C1");
    assert_field(*state, &call.body, "channel_name", "ops");
    assert_field(*state, &call.body, "user_id", "U1");
    assert_field(*state, &call.body, "user_name", "alice");
    assert_field(*state, &call.body, "command", "/gitlab");
    assert_field(*state, &call.body, "text", "run deploy web & $$HOME 100");
    assert_field(*state, &call.body, "response_url",
                 "https://nginx.example.com/callback/01/ab");
}


static void
every_field_that_gitlab_needs_for_a_link_is_there(void **state)
{
    chatops_run_t          run;
    chatops_str_t          token, url;
    chatops_gitlab_call_t  call;

    fill(&run);
    run.service = chatops_str("mattermost");
    run.team_domain = chatops_str(NULL);
    run.user_name = chatops_str(NULL);
    run.input = chatops_str(NULL);
    token = chatops_str("t");
    url = chatops_str("u");

    assert_int_equal(chatops_native_trigger(*state, &run, &token, &url, &call),
                     CHATOPS_OK);

    assert_view("path", &call.path, "projects/ops%2Finfra/integrations/"
                                    "mattermost_slash_commands/trigger");
    assert_field(*state, &call.body, "team_domain", "T1");
    assert_field(*state, &call.body, "user_name", "U1");

    /* no blank at the end: GitLab would answer with its help */

    assert_field(*state, &call.body, "text", "run deploy");
}


static void
without_memory_there_is_no_call_and_no_meaning(void **state)
{
    size_t                    limit;
    chatops_run_t             run;
    chatops_str_t             token, url, body, gitlab;
    chatops_arena_t          *arena;
    chatops_gitlab_call_t     call;
    chatops_native_answer_t   answer;

    fill(&run);
    token = chatops_str("t");
    url = chatops_str("u");
    gitlab = chatops_str(GITLAB);
    body = answer_with(*state, "[connect your GitLab account](" GITLAB "/x)");

    for (limit = 1; limit < 64; limit += 8) {
        arena = chatops_arena_create(limit);
        assert_non_null(arena);

        assert_int_equal(chatops_native_trigger(arena, &run, &token, &url,
                                                &call),
                         CHATOPS_ERROR);
        chatops_arena_destroy(arena);
    }

    arena = chatops_arena_create(1);
    assert_non_null(arena);
    assert_int_equal(chatops_native_read(arena, 200, &body, &gitlab, &answer),
                     CHATOPS_ERROR);
    chatops_arena_destroy(arena);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(
            each_sentence_of_gitlab_has_its_meaning, setup, teardown),
        cmocka_unit_test_setup_teardown(
            what_is_no_sentence_is_judged_by_its_status, setup, teardown),
        cmocka_unit_test_setup_teardown(
            links_are_passed_on_if_they_lead_to_gitlab, setup, teardown),
        cmocka_unit_test(what_would_not_arrive_as_typed_does_not_fit),
        cmocka_unit_test_setup_teardown(
            a_command_goes_out_as_a_chat_service_would_send_it, setup,
            teardown),
        cmocka_unit_test_setup_teardown(
            every_field_that_gitlab_needs_for_a_link_is_there, setup,
            teardown),
        cmocka_unit_test_setup_teardown(
            without_memory_there_is_no_call_and_no_meaning, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
