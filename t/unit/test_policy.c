#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "chatops_policy.h"
#include "ci_fixture.h"


#define YES      CHATOPS_YES
#define NO       CHATOPS_NO
#define UNKNOWN  CHATOPS_UNKNOWN

#define ONLY_NO      "its `only` list names neither `chat` nor the branch "    \
                     "`main`"
#define ONLY_MORE    "its `only` has more than names of branches and "         \
                     "sources, which is not understood yet"
#define EXCEPT(name) "its `except` list names `" name "`"
#define EXCEPT_MORE  "its `except` has more than names of branches and "       \
                     "sources, which is not understood yet"
#define RULES        "it has `rules` with conditions, which are not "          \
                     "understood yet"
#define WORKFLOW     "the configuration has `workflow: rules` with "           \
                     "conditions, which are not understood yet"
#define NEVER        "it says `when: never`"
#define FAILURE      "it says `when: on_failure`, so that it runs only "       \
                     "after another job has failed"
#define RESOLVE      "it uses `extends`, `!reference` or inputs, which only "  \
                     "GitLab can resolve, and GitLab did not"


typedef struct {
    const char       *job;        /* what it says beside its script */
    chatops_truth_e   allowed;
    const char       *reason;     /* or, when allowed, the verdict's when */
} policy_case_t;


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
evaluate(chatops_arena_t *arena, const char *text, unsigned merged,
    chatops_verdict_t *verdict)
{
    chatops_ci_t          *ci;
    chatops_str_t          name, s;
    chatops_source_t       source;
    chatops_ci_job_t      *job;
    chatops_yaml_error_t   error;

    s = chatops_str(text);
    name = chatops_str("job");

    if (ci_parse(arena, &s, merged, &ci, &error) != CHATOPS_OK) {
        fail_msg("%s: %s", text, error.text);
    }

    job = chatops_ci_find(ci, &name);

    assert_non_null(job);

    memset(&source, 0, sizeof(chatops_source_t));
    source.source = chatops_str("chat");
    source.ref = chatops_str("main");

    assert_int_equal(chatops_policy_evaluate(arena, ci, job, &source,
                                             verdict),
                     CHATOPS_OK);
}


static void
check(chatops_arena_t *arena, const char *text, unsigned merged,
    const policy_case_t *c)
{
    chatops_str_t      *said;
    chatops_verdict_t   verdict;

    evaluate(arena, text, merged, &verdict);

    said = verdict.allowed == CHATOPS_YES ? &verdict.when : &verdict.reason;

    if (verdict.allowed != c->allowed || !chatops_str_is(said, c->reason)) {
        fail_msg("%s: %d, %.*s", text, verdict.allowed, chatops_str_arg(said));
    }

    if (verdict.manual != (verdict.allowed == CHATOPS_YES
                           && chatops_str_is(&verdict.when, "manual")))
    {
        fail_msg("%s: manual is %d", text, verdict.manual);
    }
}


static void
check_all(chatops_arena_t *arena, const policy_case_t *cases, size_t n)
{
    char    text[1000];
    size_t  i;

    for (i = 0; i < n; i++) {
        (void) snprintf(text, sizeof(text), "job:\n  script: x\n%s",
                        cases[i].job);
        check(arena, text, 1, &cases[i]);
    }
}


#define CHECK(state, cases)                                                   \
    check_all(*(state), cases, sizeof(cases) / sizeof(cases[0]))


static void
an_ordinary_job_may_be_run(void **state)
{
    static const policy_case_t  cases[] = {
        { "",                                 YES, "on_success" },
        { "  only: \n  except: ~\n",          YES, "on_success" },
        { "  stage: .pre\n",                  YES, "on_success" },
        { "  needs: []\n",                    YES, "on_success" },
        { "  parallel: \n",                   YES, "on_success" },
        { "  extends: .left_over\n",          YES, "on_success" }
    };

    CHECK(state, cases);
}


static void
only_names_sources_and_branches(void **state)
{
    static const policy_case_t  cases[] = {
        { "  only: [chat]\n",                       YES, "on_success" },
        { "  only: [chats]\n",                      YES, "on_success" },
        { "  only: [Chat]\n",                       NO,  ONLY_NO },
        { "  only: [chat_event]\n",                 NO,  ONLY_NO },
        { "  only: [chatss]\n",                     NO,  ONLY_NO },
        { "  only: [cha]\n",                        NO,  ONLY_NO },
        { "  only: [web]\n",                        NO,  ONLY_NO },
        { "  only: [web, chat]\n",                  YES, "on_success" },
        { "  only: [main]\n",                       YES, "on_success" },
        { "  only: [master]\n",                     NO,  ONLY_NO },
        { "  only: [branches]\n",                   YES, "on_success" },
        { "  only: [tags]\n",                       NO,  ONLY_NO },
        { "  only: [branches, tags]\n",             YES, "on_success" },
        { "  only: []\n",                           NO,  ONLY_NO },
        { "  only: [/^main$/]\n",                   UNKNOWN, ONLY_MORE },
        { "  only: [/^main$/, chat]\n",             YES, "on_success" },
        { "  only: [/^x/, web]\n",                  UNKNOWN, ONLY_MORE },
        { "  only: [chat@group/project]\n",         UNKNOWN, ONLY_MORE },
        { "  only: [main@group/project]\n",         UNKNOWN, ONLY_MORE },
        { "  only: [branches@group/project]\n",     UNKNOWN, ONLY_MORE },
        { "  only: [web@group/project]\n",          NO,  ONLY_NO },
        { "  only: [[chat]]\n",                     UNKNOWN, ONLY_MORE },
        { "  only: chat\n",                         UNKNOWN, ONLY_MORE },
        { "  only: {refs: [chat]}\n",               YES, "on_success" },
        { "  only: {refs: [web]}\n",                NO,  ONLY_NO },
        { "  only: {refs: [web], variables: [$A]}\n",
                                                    NO,  ONLY_NO },
        { "  only: {refs: [chat], variables: [$A]}\n",
                                                    UNKNOWN, ONLY_MORE },
        { "  only: {variables: [$A]}\n",            UNKNOWN, ONLY_MORE },
        { "  only: {changes: [a]}\n",               UNKNOWN, ONLY_MORE },
        { "  only: {kubernetes: active}\n",         UNKNOWN, ONLY_MORE },
        { "  only: {}\n",                           YES, "on_success" }
    };

    CHECK(state, cases);
}


static void
except_keeps_chat_out(void **state)
{
    static const policy_case_t  cases[] = {
        { "  except: [chat]\n",           NO,  EXCEPT("chat") },
        { "  except: [web, chats]\n",     NO,  EXCEPT("chats") },
        { "  except: [main]\n",           NO,  EXCEPT("main") },
        { "  except: [branches]\n",       NO,  EXCEPT("branches") },
        { "  except: [web, master, tags]\n",
                                          YES, "on_success" },
        { "  except: []\n",               YES, "on_success" },
        { "  except: [/x/]\n",            UNKNOWN, EXCEPT_MORE },
        { "  except: [/x/, chat]\n",      NO,  EXCEPT("chat") },
        { "  except: [chat@group/project]\n",
                                          UNKNOWN, EXCEPT_MORE },
        { "  except: [web@group/project]\n",
                                          YES, "on_success" },
        { "  except: {refs: [chat], variables: [$A]}\n",
                                          NO,  EXCEPT("chat") },
        { "  except: {refs: [web]}\n",    YES, "on_success" },
        { "  except: {variables: [$A]}\n",
                                          UNKNOWN, EXCEPT_MORE },
        { "  except: {changes: [a]}\n",   UNKNOWN, EXCEPT_MORE }
    };

    CHECK(state, cases);
}


static void
both_lists_have_to_agree(void **state)
{
    static const policy_case_t  cases[] = {
        { "  only: [chat]\n  except: [main]\n",
          NO,      EXCEPT("main") },
        { "  only: [chat]\n  except: [web]\n",    YES, "on_success" },
        { "  only: [web]\n  except: [/x/]\n",     NO, ONLY_NO },
        { "  only: [chat]\n  except: [/x/]\n",    UNKNOWN, EXCEPT_MORE },
        { "  only: [/x/]\n  except: [chat]\n",
          NO,      EXCEPT("chat") }
    };

    CHECK(state, cases);
}


static void
when_says_whether_it_would_start(void **state)
{
    static const policy_case_t  cases[] = {
        { "  when: on_success\n",                      YES, "on_success" },
        { "  when: always\n",                          YES, "always" },
        { "  when: manual\n",                          YES, "manual" },
        { "  when: delayed\n  start_in: 1 hour\n",     YES, "delayed" },
        { "  when: never\n",                           NO,  NEVER },
        { "  when: on_failure\n",                      NO,  FAILURE },
        { "  when: sometimes\n",                       UNKNOWN,
          "it says `when: sometimes`, which is not understood" }
    };

    CHECK(state, cases);
}


static void
a_first_rule_without_conditions_wins(void **state)
{
    static const policy_case_t  cases[] = {
        { "  rules: [{when: always}]\n",               YES, "always" },
        { "  rules: [{when: manual}]\n",               YES, "manual" },
        { "  rules: [{when: never}]\n",                NO,  NEVER },
        { "  rules: [{when: on_failure}]\n",           NO,  FAILURE },
        { "  rules: [{when: never}, {when: always}]\n",
                                                       NO,  NEVER },
        { "  rules: [{when: always}, {if: $A}]\n",     YES, "always" },
        { "  rules: [[{when: always}]]\n",             YES, "always" },
        { "  when: manual\n  rules: [{allow_failure: true}]\n",
                                                       YES, "manual" },
        { "  when: manual\n  rules: [{when: on_success}]\n",
                                                       YES, "on_success" },
        { "  rules: [{variables: {A: b}}]\n",          YES, "on_success" },
        { "  rules: [{when: on_success, needs: []}]\n  needs: [build]\n",
                                                       YES, "on_success" },
        { "  rules: [{when: on_success, needs: [build]}]\n",
          UNKNOWN, "its `rules` set `needs`, which is not understood yet" },
        { "  rules: [{when: [a]}]\n",                  UNKNOWN,
          "it says `when: `, which is not understood" }
    };

    CHECK(state, cases);
}


static void
rules_with_conditions_are_not_guessed(void **state)
{
    static const policy_case_t  cases[] = {
        { "  rules: [{if: $CI_PIPELINE_SOURCE == 'chat'}]\n",
                                                       UNKNOWN, RULES },
        { "  rules: [{if: $A, when: never}, {when: always}]\n",
                                                       UNKNOWN, RULES },
        { "  rules: [{changes: [a]}]\n",               UNKNOWN, RULES },
        { "  rules: [{exists: [a]}]\n",                UNKNOWN, RULES },
        { "  rules: [{}]\n",                           UNKNOWN, RULES },
        { "  rules: [[], {when: always}]\n",           UNKNOWN, RULES },
        { "  rules: [text]\n",                         UNKNOWN, RULES },
        { "  rules: text\n",                           UNKNOWN, RULES },
        { "  rules: [{when: always, new_word: x}]\n",  UNKNOWN, RULES },
        { "  rules: []\n",                             NO,
          "its `rules` are empty" },
        { "  rules: [{when: always}]\n  only: [chat]\n", UNKNOWN,
          "it has `rules` together with `only` or `except`, which GitLab "
          "does not allow" }
    };

    CHECK(state, cases);
}


static void
a_job_that_is_not_alone_is_refused(void **state)
{
    static const policy_case_t  cases[] = {
        { "  needs: [build]\n",                        NO,
          "it needs the job `build`, which would not be in the pipeline" },
        { "  needs: [{artifacts: true}]\n",            NO,
          "it needs other jobs, which would not be in the pipeline" },
        { "  needs: [{job: build, optional: true}]\n", YES, "on_success" },
        { "  needs: [{project: a/b, job: x, ref: y}]\n",
                                                       YES, "on_success" },
        { "  trigger: a/b\n",                          NO,
          "it is a `trigger:` job that starts another pipeline" }
    };

    CHECK(state, cases);
}


static void
the_workflow_may_forbid_the_pipeline(void **state)
{
    size_t  i;

    static const policy_case_t  cases[] = {
        { "workflow: {name: x}\njob: {script: x}",
          YES,     "on_success" },
        { "workflow: {rules: [{when: always}]}\njob: {script: x}",
          YES,     "on_success" },
        { "workflow: {rules: [{variables: {A: b}}]}\njob: {script: x}",
          YES,     "on_success" },
        { "workflow: {rules: [{when: never}]}\njob: {script: x}",
          NO,      "the `workflow: rules` of the configuration allow no "
                   "pipeline" },
        { "workflow: {rules: [{if: $A}]}\njob: {script: x}",
          UNKNOWN, WORKFLOW },
        { "workflow: {rules: [{if: $A}, {when: always}]}\njob: {script: x}",
          UNKNOWN, WORKFLOW },
        { "workflow: {rules: []}\njob: {script: x}",
          UNKNOWN, WORKFLOW },
        { "workflow: {rules: [{when: manual}]}\njob: {script: x}",
          UNKNOWN, WORKFLOW },
        { "workflow: {rules: [{if: $A}]}\njob: {script: x, except: [chat]}",
          NO,      EXCEPT("chat") }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        check(*state, cases[i].job, 1, &cases[i]);
    }
}


static void
a_raw_file_is_not_enough_where_gitlab_would_add_to_it(void **state)
{
    size_t  i;

    static const policy_case_t  cases[] = {
        { "job: {script: x}",
          YES,     "on_success" },
        { "job: {script: x, extends: .y}",
          UNKNOWN, RESOLVE },
        { "job: {script: !reference [.y, script]}",
          UNKNOWN, RESOLVE },
        { "job: {script: x, only: !reference [.y, only]}",
          UNKNOWN, RESOLVE },
        { "include: a.yml\njob: {script: x}",
          UNKNOWN, "the configuration has `include`, which only GitLab can "
                   "resolve, and GitLab did not" },
        { "include: a.yml\njob: {script: x, except: [chat]}",
          NO,      EXCEPT("chat") }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        check(*state, cases[i].job, 0, &cases[i]);
    }
}


static void
a_hidden_job_is_never_run(void **state)
{
    chatops_ci_t          *ci;
    chatops_str_t          s;
    chatops_source_t       source;
    chatops_verdict_t      verdict;
    chatops_yaml_error_t   error;

    s = chatops_str(".a: {script: x}\nb: {script: x}\n");
    memset(&source, 0, sizeof(chatops_source_t));
    source.source = chatops_str("chat");
    source.ref = chatops_str("main");

    assert_int_equal(ci_parse(*state, &s, 1, &ci, &error), CHATOPS_OK);
    assert_int_equal(chatops_policy_evaluate(*state, ci, &ci->jobs[0], &source,
                                             &verdict), CHATOPS_OK);
    assert_int_equal(verdict.allowed, NO);
}


static void
the_winning_rules_are_handed_on(void **state)
{
    chatops_verdict_t  verdict;

    evaluate(*state, "workflow: {rules: [{variables: {A: b}}]}\n"
                     "job: {script: x, rules: [{variables: {C: d}}]}\n",
             1, &verdict);

    assert_int_equal(verdict.allowed, YES);
    assert_non_null(chatops_yaml_get(chatops_yaml_get(verdict.rule,
                                                      "variables"), "C"));
    assert_non_null(chatops_yaml_get(chatops_yaml_get(verdict.workflow_rule,
                                                      "variables"), "A"));

    evaluate(*state, "job: {script: x, rules: [{if: $A}]}\n", 1, &verdict);

    assert_null(verdict.rule);
}


static void
names_from_the_repository_stay_harmless_in_a_reason(void **state)
{
    char               text[400];
    chatops_verdict_t  verdict;

    evaluate(*state, "job:\n  script: x\n  needs: [\"a`b\\nc\"]\n", 1,
             &verdict);
    assert_true(chatops_str_is(&verdict.reason, "it needs the job `a'b'c`, "
                               "which would not be in the pipeline"));

    (void) snprintf(text, sizeof(text),
                    "job:\n  script: x\n  needs: ['%0100d']\n", 7);

    evaluate(*state, text, 1, &verdict);
    assert_non_null(chatops_str_find(&verdict.reason, 0, "000...`", 7));
    assert_true(verdict.reason.len < 160);
}


int
main(void)
{
#define TEST(name)  cmocka_unit_test_setup_teardown(name, arena_make,         \
                                                    arena_drop)

    const struct CMUnitTest  tests[] = {
        TEST(an_ordinary_job_may_be_run),
        TEST(only_names_sources_and_branches),
        TEST(except_keeps_chat_out),
        TEST(both_lists_have_to_agree),
        TEST(when_says_whether_it_would_start),
        TEST(a_first_rule_without_conditions_wins),
        TEST(rules_with_conditions_are_not_guessed),
        TEST(a_job_that_is_not_alone_is_refused),
        TEST(the_workflow_may_forbid_the_pipeline),
        TEST(a_raw_file_is_not_enough_where_gitlab_would_add_to_it),
        TEST(a_hidden_job_is_never_run),
        TEST(the_winning_rules_are_handed_on),
        TEST(names_from_the_repository_stay_harmless_in_a_reason)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
