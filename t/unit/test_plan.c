#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "chatops_strategy.h"
#include "policy_fixture.h"


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


static chatops_ci_t *
parse(chatops_arena_t *arena, const char *text, unsigned merged)
{
    chatops_ci_t          *ci;
    chatops_str_t          s;
    chatops_yaml_error_t   error;

    s = chatops_str(text);

    if (ci_parse(arena, &s, merged, &ci, &error) != CHATOPS_OK) {
        fail_msg("%s: %s", text, error.text);
    }

    return ci;
}


static void
a_plan_is_the_verdicts_of_all_jobs(void **state)
{
    size_t                i;
    chatops_ci_t         *ci;
    chatops_plan_t        plan;
    policy_pipeline_t     p;

    static const struct {
        const char       *pipeline;
        const char       *text;
        chatops_truth_e   workflow;
        size_t            yes;
        size_t            unknown;

    } cases[] = {
        { "", "a: {script: x}\nb: {script: x}\n.c: {script: x}",
          CHATOPS_YES, 2, 0 },
        { "", "a: {script: x, only: [chat]}\nb: {script: x, only: [web]}",
          CHATOPS_YES, 1, 0 },
        { "-s web", "a: {script: x, only: [chat]}\n"
          "b: {script: x, only: [web]}", CHATOPS_YES, 1, 0 },
        { "-u A", "a: {script: x, rules: [{if: $A}]}\nb: {script: x}",
          CHATOPS_YES, 1, 1 },
        { "", "a: {script: x, parallel: 3}\nb: {script: x}",
          CHATOPS_YES, 4, 0 },
        { "", "workflow: {rules: [{if: $A}]}\na: {script: x}\nb: {script: x}",
          CHATOPS_NO, 0, 0 },
        { "-v A=1", "workflow: {rules: [{if: $A}]}\na: {script: x}",
          CHATOPS_YES, 1, 0 },
        { "-v V=g", "variables: {A: g}\n"
          "a: {script: x, rules: &r [{if: $A == \"own\"}]}\n"
          "b: {script: x, rules: *r, variables: {A: own}}\n"
          "c: {script: x, rules: *r, parallel: {matrix: [{A: [o, own]}]}}\n"
          "d: {script: x, rules: *r}\n"
          "e: {script: x, rules: &n [{if: $CI_JOB_NAME == $V}]}\n"
          "g: {script: x, rules: *n}\n"
          "h: {script: x, rules: &i [{if: $A}]}\n"
          "i: {script: x, rules: *i, inherit: {variables: false}}\n"
          "j: {script: x, rules: *i, inherit: {variables: [A]}}",
          CHATOPS_YES, 5, 0 },
        { "-u A", "workflow: {rules: [{if: $A}]}\na: {script: x}\n"
          "b: {script: x, except: [chat]}", CHATOPS_UNKNOWN, 0, 1 }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        policy_pipeline(*state, cases[i].pipeline, &p);

        ci = parse(*state, cases[i].text, 0);

        assert_int_equal(chatops_plan_make(*state, ci, &p.source, &plan),
                         CHATOPS_OK);

        if (plan.workflow != cases[i].workflow || plan.yes != cases[i].yes
            || plan.unknown != cases[i].unknown
            || (plan.workflow == CHATOPS_YES) != (plan.reason.len == 0))
        {
            fail_msg("%s: %s, %zu yes, %zu unknown", cases[i].text,
                     chatops_truth_name(plan.workflow), plan.yes,
                     plan.unknown);
        }
    }
}


static void
a_plan_says_what_else_there_is(void **state)
{
    size_t                i;
    chatops_ci_t         *ci;
    chatops_str_t         reason;
    chatops_plan_t        plan;
    chatops_truth_e       only;
    policy_pipeline_t     p;

    static const struct {
        const char       *text;
        chatops_truth_e   only;
        const char       *reason;

    } cases[] = {
        { "job: {script: x}", CHATOPS_YES, "" },
        { "job: {script: x}\na: {script: x, except: [chat]}",
          CHATOPS_YES, "" },
        { "job: {script: x}\na: {script: x}",
          CHATOPS_NO, "the pipeline would also hold `a`" },
        { "job: {script: x}\na: {script: x}\nb: {script: x}",
          CHATOPS_NO, "the pipeline would also hold `a` and 1 more job" },
        { "a: {script: x}\nb: {script: x}\njob: {script: x}\nc: {script: x}",
          CHATOPS_NO, "the pipeline would also hold `a` and 2 more jobs" },
        { "job: {script: x}\na: {script: x, rules: [{if: $U}]}",
          CHATOPS_UNKNOWN, "the pipeline may also hold `a`" },
        { "job: {script: x}\na: {script: x, rules: [{if: $U}]}\n"
          "b: {script: x}",
          CHATOPS_NO, "the pipeline would also hold `b` and 1 more job" },
        { "job: {script: x, except: [chat]}\na: {script: x}",
          CHATOPS_NO, "the pipeline would not hold `job`" },
        { "job: {script: x, rules: [{if: $U}]}",
          CHATOPS_UNKNOWN, "the pipeline may not hold `job`" },
        { "workflow: {rules: [{when: never}]}\njob: {script: x}",
          CHATOPS_NO, "the workflow's rule 1 says `when: never` "
          "(.gitlab-ci.yml line 1)" }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        policy_pipeline(*state, "-u U", &p);

        ci = parse(*state, cases[i].text, 0);

        assert_int_equal(chatops_plan_make(*state, ci, &p.source, &plan),
                         CHATOPS_OK);

        only = chatops_plan_is_only(*state, &plan, policy_job(ci), &reason);

        if (only != cases[i].only
            || !chatops_str_is(&reason, cases[i].reason))
        {
            fail_msg("%s: %s, %.*s", cases[i].text, chatops_truth_name(only),
                     chatops_str_arg(&reason));
        }
    }
}


static void
strategies_are_read_by_name(void **state)
{
    size_t                i;
    chatops_str_t         s;
    chatops_strategies_t  list;

    static const char *const  bad[] = {
        "", " ", "native native", "Direct", "direct,isolated", "auto",
        "direct isolated direct"
    };

    (void) state;

    s = chatops_str(" isolated  native");

    assert_int_equal(chatops_strategies_parse(&list, &s), CHATOPS_OK);
    assert_int_equal(list.n, 2);
    assert_int_equal(list.list[0], CHATOPS_STRATEGY_ISOLATED);
    assert_int_equal(list.list[1], CHATOPS_STRATEGY_NATIVE);
    assert_string_equal(chatops_strategy_name(list.list[0]), "isolated");

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        s = chatops_str(bad[i]);

        if (chatops_strategies_parse(&list, &s) != CHATOPS_DECLINED) {
            fail_msg("\"%s\" is taken", bad[i]);
        }
    }
}


/* How a job stands with each strategy; NULL: it fits. */

typedef struct {
    const char  *text;
    const char  *native;
    const char  *direct;
    const char  *isolated;
} strategy_case_t;


static void
choose(chatops_arena_t *arena, const char *text, chatops_choice_t *choice,
    chatops_verdict_t *verdict, chatops_plan_t *plan)
{
    chatops_ci_t              *ci;
    policy_pipeline_t          p;

    static const chatops_variable_t  variables[] = {
        { chatops_string("CHAT_JOB"), chatops_string("job") }
    };

    policy_pipeline(arena, "-u U -v CHAT_JOB=job", &p);

    ci = parse(arena, text, 0);

    memset(choice, 0, sizeof(chatops_choice_t));

    choice->ci = ci;
    choice->raw = ci;
    choice->job = policy_job(ci);
    choice->verdict = verdict;
    choice->plan = plan;
    choice->variables = variables;
    choice->nvariables = 1;
    choice->default_branch = 1;
    choice->native = 1;

    assert_int_equal(chatops_policy_evaluate(arena, ci, choice->job,
                                             &p.source, verdict), CHATOPS_OK);
    assert_int_equal(chatops_strategy_plan(arena, ci, &p.source, variables, 1,
                                           plan), CHATOPS_OK);
}


static void
assert_fits(chatops_arena_t *arena, chatops_strategy_e strategy,
    const chatops_choice_t *choice, const char *text, const char *expected)
{
    int            rc;
    chatops_str_t  reason;

    rc = chatops_strategy_fits(arena, strategy, choice, &reason);

    if (expected == NULL ? rc != CHATOPS_OK
                         : (rc != CHATOPS_DECLINED
                            || !chatops_str_is(&reason, expected)))
    {
        fail_msg("%s: %s: %d, %.*s", text, chatops_strategy_name(strategy),
                 rc, chatops_str_arg(&reason));
    }
}


static void
a_strategy_fits_or_says_why_not(void **state)
{
    size_t               i;
    chatops_plan_t       plan;
    chatops_choice_t     choice;
    chatops_verdict_t    verdict;

#define BRIDGE   "it is a `trigger:` job that starts another pipeline"
#define NEEDS    "it needs the job `b`, which would not be in the pipeline"
#define FAILURE  "it says `when: on_failure`, so that it runs only after "    \
                 "another job has failed"
#define LINE     " (.gitlab-ci.yml line 1)"
#define UNKNOWN  "its rule 1, `$U`, depends on `$U`, which may be set in "    \
                 "the project's settings" LINE
#define EXCEPT   "its `except` list names `chat`" LINE

    static const strategy_case_t  cases[] = {
        { "job: {script: x}", NULL, NULL, NULL },

        /* 6.4: a rule of the source holds by direct too, `only` does not */

        { "job: {script: x, rules: [{if: '$CI_PIPELINE_SOURCE == \"chat\"'}]}",
          NULL, NULL, NULL },
        { "job: {script: x, only: [chat]}", NULL,
          "its `only` list names neither `api` nor the branch `main`" LINE,
          NULL },
        { "job: {script: x}\na: {script: x, only: [api]}", NULL,
          "the pipeline would also hold `a`", NULL },
        { "job: {script: x, rules: [{if: '$CHAT_JOB == \"job\"'}]}\n"
          "a: {script: x, rules: [{if: '$CHAT_JOB == \"a\"'}]}",
          NULL, NULL, NULL },
        { "job: {script: x}\na: {script: x, rules: [{if: $U}]}", NULL,
          "the pipeline may also hold `a`", NULL },

        { "job: {script: x, except: [chat]}", EXCEPT, NULL, EXCEPT },
        { "job: {script: x, rules: [{if: $U}]}", NULL, UNKNOWN, UNKNOWN },
        { "job: {trigger: a/b}", BRIDGE, BRIDGE, BRIDGE },
        { "job: {script: x, needs: [b]}\nb: {script: x, except: [api]}",
          NEEDS, NEEDS, NULL },
        { "job: {script: x, stage: .pre}\n"
          "b: {script: x, rules: [{when: never}]}",
          "GitLab makes no pipeline of the stage `.pre` alone",
          "GitLab makes no pipeline of the stage `.pre` alone", NULL },
        { "job: {script: x, when: on_failure}", FAILURE, FAILURE, FAILURE },
        { "my job: {script: x}", "GitLab's own slash command knows no names "
          "with blanks", NULL, NULL },
        { "include: a.yml\njob: {script: x}", NULL,
          "the configuration has, or may have, `include`, so that a pipeline "
          "of another source may hold other jobs",
          "the configuration has `include`, and what it includes is not at "
          "hand" }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        choose(*state, cases[i].text, &choice, &verdict, &plan);

        assert_fits(*state, CHATOPS_STRATEGY_NATIVE, &choice, cases[i].text,
                    cases[i].native);
        assert_fits(*state, CHATOPS_STRATEGY_DIRECT, &choice, cases[i].text,
                    cases[i].direct);
        assert_fits(*state, CHATOPS_STRATEGY_ISOLATED, &choice,
                    cases[i].text, cases[i].isolated);
    }
}


static void
what_is_about_the_project_counts_too(void **state)
{
    const char          *text;
    chatops_plan_t       plan;
    chatops_choice_t     choice;
    chatops_verdict_t    verdict;

    static const chatops_variable_t  percent[] = {
        { chatops_string("CHAT_JOB"), chatops_string("job") },
        { chatops_string("CHAT_INPUT"), chatops_string("100%") }
    };

    text = "job: {script: x}";

    choose(*state, text, &choice, &verdict, &plan);
    choice.native = 0;
    assert_fits(*state, CHATOPS_STRATEGY_NATIVE, &choice, text,
                "GitLab's own slash command is not configured");

    choose(*state, text, &choice, &verdict, &plan);
    choice.default_branch = 0;
    assert_fits(*state, CHATOPS_STRATEGY_NATIVE, &choice, text,
                "GitLab's own slash command knows the default branch only");
    assert_fits(*state, CHATOPS_STRATEGY_DIRECT, &choice, text, NULL);

    choose(*state, text, &choice, &verdict, &plan);
    choice.forbidden = 1;
    assert_fits(*state, CHATOPS_STRATEGY_DIRECT, &choice, text,
                "the project does not allow pipeline variables");
    assert_fits(*state, CHATOPS_STRATEGY_ISOLATED, &choice, text, NULL);

    choose(*state, text, &choice, &verdict, &plan);
    choice.raw = NULL;
    assert_fits(*state, CHATOPS_STRATEGY_DIRECT, &choice, text,
                "the configuration has, or may have, `include`, so that a "
                "pipeline of another source may hold other jobs");

    choose(*state, text, &choice, &verdict, &plan);
    choice.plan = NULL;
    assert_fits(*state, CHATOPS_STRATEGY_DIRECT, &choice, text,
                "nobody knows what the pipeline would hold");

    choose(*state, text, &choice, &verdict, &plan);
    choice.variables = percent;
    choice.nvariables = 2;
    assert_fits(*state, CHATOPS_STRATEGY_DIRECT, &choice, text,
                "`CHAT_INPUT` has a `%`, which GitLab would expand in a "
                "pipeline's variable");
    assert_fits(*state, CHATOPS_STRATEGY_ISOLATED, &choice, text, NULL);

    choose(*state, text, &choice, &verdict, &plan);
    choice.config_path = chatops_str("ci.yml@group/other");
    assert_fits(*state, CHATOPS_STRATEGY_DIRECT, &choice, text, NULL);
    assert_fits(*state, CHATOPS_STRATEGY_ISOLATED, &choice, text,
                "the CI configuration `ci.yml@group/other` lies outside of "
                "the project's repository");

    choice.config_path = chatops_str("https://example.com/ci.yml");
    assert_fits(*state, CHATOPS_STRATEGY_ISOLATED, &choice, text,
                "the CI configuration `https://example.com/ci.yml` lies "
                "outside of the project's repository");

    choice.config_path = chatops_str("ci/main.yml");
    assert_fits(*state, CHATOPS_STRATEGY_ISOLATED, &choice, text, NULL);
}


int
main(void)
{
#define TEST(name)  cmocka_unit_test_setup_teardown(name, arena_make,         \
                                                    arena_drop)

    const struct CMUnitTest  tests[] = {
        TEST(a_plan_is_the_verdicts_of_all_jobs),
        TEST(a_plan_says_what_else_there_is),
        TEST(strategies_are_read_by_name),
        TEST(a_strategy_fits_or_says_why_not),
        TEST(what_is_about_the_project_counts_too)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
