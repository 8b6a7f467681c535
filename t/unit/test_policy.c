#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "policy_fixture.h"


#define YES      CHATOPS_YES
#define NO       CHATOPS_NO
#define UNKNOWN  CHATOPS_UNKNOWN


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


/* GitLab's ways, by the sections of the facts that tell of them. */

static void
only_and_except_say_who_is_in(void **state)
{
    static const policy_case_t  cases[] = {

        /* 7.3: neither rules nor only nor except: branches and tags */

        JOB("", "stage: test", "yes"),
        JOB("-t", "stage: test", "yes"),
        JOB("-s web", "stage: test", "yes"),
        JOB("-s push -t", "stage: test", "yes"),
        JOB("-s merge_request_event", "stage: test", "no"),
        JOB("-s external_pull_request_event", "stage: test", "yes"),
        JOB("-s parent_pipeline", "stage: test", "yes"),

        /* 6.1, 7.3: the source, and its plural (7.5) */

        JOB("", "only: [chat]", "yes"),
        JOB("", "only: [chats]", "yes"),
        JOB("", "only: [Chat]", "no"),
        JOB("", "only: [CHAT]", "no"),
        JOB("", "only: [chat_event]", "no"),
        JOB("", "only: [chatss]", "no"),
        JOB("", "only: [cha]", "no"),
        JOB("", "only: [web]", "no"),
        JOB("", "only: [web, chat]", "yes"),
        JOB("", "only: [chat, web]", "yes"),
        JOB("", "only: [web, api, triggers]", "no"),
        JOB("-s web", "only: [web]", "yes"),
        JOB("-s web", "only: [webs]", "yes"),
        JOB("-s web", "only: [chat]", "no"),
        JOB("-s api", "only: [api]", "yes"),
        JOB("-s api", "only: [apis]", "yes"),
        JOB("-s api", "only: [chat]", "no"),
        JOB("-s push", "only: [push]", "yes"),
        JOB("-s push", "only: [pushes]", "yes"),
        JOB("-s push", "only: [pushs]", "no"),
        JOB("-s schedule", "only: [schedules]", "yes"),
        JOB("-s schedule", "only: [schedule]", "yes"),
        JOB("-s trigger", "only: [triggers]", "yes"),
        JOB("-s trigger", "only: [trigger]", "yes"),
        JOB("-s pipeline", "only: [pipelines]", "yes"),
        JOB("-s pipeline", "only: [pipeline]", "yes"),
        JOB("-s external", "only: [external]", "yes"),
        JOB("-s external", "only: [externals]", "yes"),
        JOB("-s webide", "only: [web]", "no"),
        JOB("-s webide", "only: [webide]", "yes"),
        JOB("-s parent_pipeline", "only: [pipelines]", "no"),
        JOB("-s parent_pipeline", "only: [parent_pipelines]", "yes"),
        JOB("-s ondemand_dast_scan", "only: [ondemand_dast_scans]", "yes"),
        JOB("-s security_orchestration_policy",
            "only: [security_orchestration_policies]", "yes"),
        JOB("-s security_orchestration_policy",
            "only: [security_orchestration_policys]", "no"),
        JOB("-s security_orchestration_policy",
            "only: [security_orchestration_policy]", "yes"),

        /* 6.1: without _event */

        JOB("-s merge_request_event", "only: [merge_requests]", "yes"),
        JOB("-s merge_request_event", "only: [merge_request]", "yes"),
        JOB("-s merge_request_event", "only: [merge_request_event]", "no"),
        JOB("-s merge_request_event", "only: [merge_request_events]", "no"),
        JOB("-s external_pull_request_event",
            "only: [external_pull_requests]", "yes"),
        JOB("-s external_pull_request_event",
            "only: [external_pull_request]", "yes"),
        JOB("-s external_pull_request_event", "only: [branches]", "yes"),

        /* 7.3: branches and tags */

        JOB("", "only: [branches]", "yes"),
        JOB("", "only: [tags]", "no"),
        JOB("", "only: [branch]", "no"),
        JOB("", "only: [branches, tags]", "yes"),
        JOB("-t", "only: [branches]", "no"),
        JOB("-t", "only: [tags]", "yes"),
        JOB("-t", "only: [tag]", "no"),
        JOB("-s merge_request_event", "only: [branches, tags]", "no"),
        JOB("-s merge_request_event", "only: [main]", "no"),
        JOB("-s merge_request_event", "only: [/main/]", "no"),

        /* 7.3: the ref's name */

        JOB("", "only: [main]", "yes"),
        JOB("", "only: [master]", "no"),
        JOB("", "only: [Main]", "no"),
        JOB("", "only: [mai]", "no"),
        JOB("", "only: [main, master]", "yes"),
        JOB("-r chat -s api", "only: [chat]", "yes"),
        JOB("-r chat -s api", "only: [chats]", "no"),
        JOB("-r chats -s api", "only: [chats]", "yes"),
        JOB("-r feature/x", "only: [feature/x]", "yes"),
        JOB("-r feature/x", "only: [feature]", "no"),
        JOB("-r feature/x", "only: [\"feature/*\"]", "no"),
        JOB("-t -r v1.0", "only: [v1.0]", "yes"),
        JOB("-t -r v1.0", "only: [\"v*\"]", "no"),
        JOB("", "only: [\"\"]", "no"),
        JOB("", "only: []", "no"),

        /* 7.3, 7.5: patterns are RE2's, with flags */

        JOB("", "only: [/^main$/]", "yes"),
        JOB("", "only: [/main/]", "yes"),
        JOB("", "only: [/ai/]", "yes"),
        JOB("", "only: [/^MAIN$/]", "no"),
        JOB("", "only: [/^MAIN$/i]", "yes"),
        JOB("", "only: [/^m.*n$/]", "yes"),
        JOB("", "only: [/^x/]", "no"),
        JOB("", "only: [/^x/, chat]", "yes"),
        JOB("", "only: [/^x/, web]", "no"),
        JOB("", "only: [\"/^m(?:ai)n$/\"]", "yes"),
        JOB("", "only: [\"/^(main|master)$/\"]", "yes"),
        JOB("", "only: [\"/^ma{1,2}in$/\"]", "yes"),
        JOB("", "only: [\"/^[a-z]+$/\"]", "yes"),
        JOB("", "only: [\"/^[^a-z]+$/\"]", "no"),
        JOB("", "only: [\"/^\\\\w+$/\"]", "yes"),
        JOB("", "only: [\"/^\\\\d+$/\"]", "no"),
        JOB("", "only: [\"/^main$/s\"]", "yes"),
        JOB("", "only: [\"/^main$/m\"]", "yes"),
        JOB("", "only: [\"/^main$/U\"]", "yes"),
        JOB("", "only: [\"/^ma.n/ismU\"]", "yes"),
        JOB("", "only: [\"/(?i)MAIN/\"]", "yes"),
        JOB("-r feature/x", "only: [\"/^feature/\"]", "yes"),
        JOB("-r feature/x", "only: [\"/^feature\\\\/x$/\"]", "yes"),
        JOB("-r feature/x", "only: [\"/^feature/x$/\"]", "yes"),
        JOB("-r release-1.2", "only: [\"/^release-\\\\d+\\\\.\\\\d+$/\"]",
            "yes"),
        JOB("-r release-1x2", "only: [\"/^release-\\\\d+\\\\.\\\\d+$/\"]",
            "no"),
        JOB("-t -r v1.2.3", "only: [\"/^v\\\\d+(\\\\.\\\\d+)*$/\"]", "yes"),
        JOB("-t -r v1.2.3", "only: [\"/^v\\\\d+$/\"]", "no"),
        JOB("-t -r v1.2.3", "only: [tags, \"/^v\\\\d+$/\"]", "yes"),
        JOB("-s web -r main", "only: [\"/^main$/\"]", "yes"),

        /* 7.3: x@path */

        JOB("-p group/app", "only: [chat@group/app]", "yes"),
        JOB("-p group/app", "only: [chat@group/other]", "no"),
        JOB("-p group/app", "only: [main@group/app]", "yes"),
        JOB("-p group/app", "only: [main@group/other]", "no"),
        JOB("-p group/app", "only: [branches@group/app]", "yes"),
        JOB("-p group/app", "only: [tags@group/app]", "no"),
        JOB("-p group/app", "only: [web@group/app]", "no"),
        JOB("-p group/app", "only: [\"/^main$/@group/app\"]", "yes"),
        JOB("-p group/app", "only: [\"/^main$/@group/other\"]", "no"),
        JOB("-p group/app", "only: [chat@Group/App]", "no"),
        JOB("-p group/app", "only: [chat@group]", "no"),
        JOB("-p group/app", "only: [chat@]", "no"),
        JOB("-p group/app", "only: [\"@group/app\"]", "no"),
        JOB("-p a/b@c", "only: [chat@a/b@c]", "yes"),
        JOB("-p group/app", "only: [branches@group/other, chat]", "yes"),

        /* a path that is not known */

        JOB("", "only: [chat@group/app]", "unknown"),
        JOB("", "only: [main@group/app]", "unknown"),
        JOB("", "only: [\"/^main$/@group/app\"]", "unknown"),
        JOB("", "only: [web@group/app]", "no"),
        JOB("", "only: [other@group/app]", "no"),
        JOB("", "only: [chat@group]", "no"),
        JOB("", "only: [chat@group/app, web]", "unknown"),
        JOB("", "only: [chat@group/app, chat]", "yes"),

        /* 7.3: the form with keys; refs */

        JOB("", "only: {refs: [chat]}", "yes"),
        JOB("", "only: {refs: [web]}", "no"),
        JOB("", "only: {refs: [branches]}", "yes"),
        JOB("", "only: {refs: []}", "no"),
        JOB("", "only: {refs: [\"/^main$/\"]}", "yes"),

        /* 7.3, 7.5: without refs the default ones stay */

        JOB("-v A=1", "only: {variables: [$A]}", "yes"),
        JOB("-v A=", "only: {variables: [$A]}", "no"),
        JOB("", "only: {variables: [$A]}", "no"),
        JOB("-s merge_request_event -v A=1", "only: {variables: [$A]}", "no"),
        JOB("-v A=1", "only: {refs: [chat], variables: [$A]}", "yes"),
        JOB("-v A=1", "only: {refs: [web], variables: [$A]}", "no"),
        JOB("", "only: {refs: [chat], variables: [$A]}", "no"),

        /* 7.3: inside a spec any element suffices */

        JOB("-v A=1", "only: {variables: [$B, $A]}", "yes"),
        JOB("", "only: {variables: ['$CI_PIPELINE_SOURCE == \"chat\"']}",
            "yes"),
        JOB("", "only: {variables: ['$CI_PIPELINE_SOURCE == \"web\"']}",
            "no"),
        JOB("", "only: {variables: ['$CI_PIPELINE_SOURCE == \"web\"', "
            "'$CI_COMMIT_BRANCH == \"main\"']}", "yes"),
        JOB("", "only: {variables: ['$CI_COMMIT_BRANCH =~ /^m/']}", "yes"),
        JOB("", "only: {variables: []}", "no"),
        JOB("", "variables: {A: b}, only: {variables: ['$A == \"b\"']}",
            "yes"),
        JOB("-v A=c",
            "variables: {A: b}, only: {variables: ['$A == \"b\"']}", "no"),

        /* 7.2: changes are true without a commit before */

        JOB("", "only: {changes: [a]}", "yes"),
        JOB("", "only: {changes: []}", "yes"),
        JOB("", "only: {changes: [\"**/*\"], refs: [chat]}", "yes"),
        JOB("", "only: {changes: [a], refs: [web]}", "no"),
        JOB("", "only: {changes: [a], variables: [$A]}", "no"),

        /* 7.3: kubernetes */

        JOB("-k no", "only: {kubernetes: active}", "no"),
        JOB("-k yes", "only: {kubernetes: active}", "yes"),
        JOB("-k ?", "only: {kubernetes: active}", "unknown"),
        JOB("-k yes", "only: {kubernetes: active, refs: [web]}", "no"),
        JOB("-k ?", "only: {kubernetes: active, refs: [web]}", "no"),
        JOB("-k ?", "only: {kubernetes: active, refs: [chat]}", "unknown"),

        /* null is the default */

        JOB("", "only: ~", "yes"),
        JOB("", "only: ~, except: ~", "yes"),

        /* 7.3: except */

        JOB("", "except: [chat]", "no"),
        JOB("", "except: [chats]", "no"),
        JOB("", "except: [web, chats]", "no"),
        JOB("", "except: [web]", "yes"),
        JOB("", "except: [main]", "no"),
        JOB("", "except: [branches]", "no"),
        JOB("", "except: [tags]", "yes"),
        JOB("-t", "except: [tags]", "no"),
        JOB("-t", "except: [branches]", "yes"),
        JOB("", "except: [web, master, tags]", "yes"),
        JOB("", "except: []", "yes"),
        JOB("", "except: [/x/]", "yes"),
        JOB("", "except: [/^ma/]", "no"),
        JOB("", "except: [\"/^MA/i\"]", "no"),
        JOB("", "except: [/x/, chat]", "no"),
        JOB("", "except: [chat@group/app]", "unknown"),
        JOB("-p group/app", "except: [chat@group/app]", "no"),
        JOB("-p group/other", "except: [chat@group/app]", "yes"),
        JOB("", "except: [web@group/app]", "yes"),
        JOB("-s api", "except: [chat]", "yes"),
        JOB("-s api", "except: [apis]", "no"),

        /* 7.3: of except any one spec excludes */

        JOB("", "except: {refs: [chat]}", "no"),
        JOB("", "except: {refs: [web]}", "yes"),
        JOB("-v A=1", "except: {variables: [$A]}", "no"),
        JOB("", "except: {variables: [$A]}", "yes"),
        JOB("-v A=1", "except: {refs: [web], variables: [$A]}", "no"),
        JOB("", "except: {refs: [chat], variables: [$A]}", "no"),
        JOB("", "except: {refs: [web], variables: [$A]}", "yes"),
        JOB("", "except: {changes: [a]}", "no"),
        JOB("", "except: {changes: [a], refs: [web]}", "no"),
        JOB("-k no", "except: {kubernetes: active}", "yes"),
        JOB("-k yes", "except: {kubernetes: active}", "no"),
        JOB("-k ?", "except: {kubernetes: active}", "unknown"),
        JOB("-k ?", "except: {kubernetes: active, refs: [chat]}", "no"),
        JOB("-k ?", "except: {kubernetes: active, refs: [web]}", "unknown"),

        /* except alone keeps the default of only */

        JOB("-s merge_request_event", "except: [chat]", "no"),
        JOB("-s merge_request_event", "except: [main]", "no"),

        /* 7.3: both have to agree */

        JOB("", "only: [chat], except: [main]", "no"),
        JOB("", "only: [chat], except: [web]", "yes"),
        JOB("", "only: [web], except: [/x/]", "no"),
        JOB("", "only: [chat], except: [/^main$/]", "no"),
        JOB("", "only: [branches], except: [chat]", "no"),
        JOB("", "only: [main], except: [branches]", "no"),
        JOB("", "only: [chat@a/b], except: [web]", "unknown"),
        JOB("", "only: [chat@a/b], except: [chat]", "no"),
        JOB("", "only: [chat], except: [chat@a/b]", "unknown"),
        JOB("", "only: [web], except: [chat@a/b]", "no"),

        /* 7.3: with workflow:rules there are no defaults */

        FILE("", "workflow: {rules: [{when: always}]}", "stage: test", "yes"),
        FILE("-s merge_request_event",
             "workflow: {rules: [{when: always}]}", "stage: test", "yes"),
        FILE("", "workflow: {rules: [{when: always}]}", "only: [web]", "no"),
        FILE("", "workflow: {rules: [{when: always}]}", "only: [chat]",
             "yes"),
        FILE("", "workflow: {rules: [{when: always}]}", "except: [chat]",
             "no"),
        FILE("", "workflow: {rules: [{when: always}]}", "except: [web]",
             "yes"),
        FILE("-s merge_request_event",
             "workflow: {rules: [{when: always}]}", "except: [chat]", "yes"),
        FILE("-s merge_request_event",
             "workflow: {rules: [{when: always}]}",
             "except: [merge_requests]", "no"),
        FILE("-s merge_request_event",
             "workflow: {rules: [{when: always}]}",
             "only: {variables: [$A]}", "no"),
        FILE("-s merge_request_event -v A=1",
             "workflow: {rules: [{when: always}]}",
             "only: {variables: [$A]}", "no"),
        FILE("-v A=1", "workflow: {rules: [{when: always}]}",
             "only: {variables: [$A]}", "yes"),
    };

    assert_true(sizeof(cases) / sizeof(cases[0]) >= 150);

    policy_table(*state, cases, sizeof(cases) / sizeof(cases[0]), 0);
}


/* A whole file; why not, or why. */

typedef struct {
    const char       *pipeline;
    const char       *text;
    chatops_truth_e   allowed;
    const char       *reason;
} policy_reason_t;


static void
check_reasons(chatops_arena_t *arena, const policy_reason_t *cases, size_t n,
    unsigned merged)
{
    int                 failed;
    size_t              i;
    chatops_str_t      *said;
    chatops_verdict_t   verdict;

    failed = 0;

    for (i = 0; i < n; i++) {
        policy_verdict(arena, cases[i].pipeline, cases[i].text, merged,
                       &verdict);

        said = verdict.allowed == YES ? &verdict.because : &verdict.reason;

        if (verdict.allowed != cases[i].allowed
            || !chatops_str_is(said, cases[i].reason))
        {
            print_error("%s: %s, %.*s\n", cases[i].text,
                        chatops_truth_name(verdict.allowed),
                        chatops_str_arg(said));
            failed++;
        }
    }

    assert_int_equal(failed, 0);
}

#define REASONS(state, cases, merged)                                         \
    check_reasons(*(state), cases, sizeof(cases) / sizeof(cases[0]), merged)


static void
a_reason_names_the_rule_and_its_line(void **state)
{
    static const policy_reason_t  cases[] = {
        { "", "job:\n  script: x\n  except:\n  - web\n  - chat\n",
          NO, "its `except` list names `chat` (.gitlab-ci.yml line 5)" },
        { "", "job:\n  script: x\n  only:\n  - web\n",
          NO, "its `only` list names neither `chat` nor the branch `main` "
          "(.gitlab-ci.yml line 3)" },
        { "-t -r v1", "job:\n  script: x\n  only: [web]\n",
          NO, "its `only` list names neither `chat` nor the tag `v1` "
          "(.gitlab-ci.yml line 3)" },
        { "", "job:\n  script: x\n  only: [/^m/]\n",
          YES, "its `only` list names `/^m/` (.gitlab-ci.yml line 3)" },
        { "", "job:\n  script: x\n  only: [chat@a/b]\n",
          UNKNOWN, "its `only` list has `chat@a/b`, of a project that may or "
          "may not be this one (.gitlab-ci.yml line 3)" },
        { "", "job:\n  script: x\n  only: {variables: [$A]}\n",
          NO, "its `only: variables` is not met (.gitlab-ci.yml line 3)" },
        { "-v A=1", "job:\n  script: x\n  except: {variables: [$A]}\n",
          NO, "its `except: variables` is met: `$A` (.gitlab-ci.yml line 3)"
        },
        { "-u A", "job:\n  script: x\n  only: {variables: [$A]}\n",
          UNKNOWN, "its `only: variables` depends on `$A`, which may be set "
          "in the project's settings (.gitlab-ci.yml line 3)" },
        { "-k ?", "job:\n  script: x\n  only: {kubernetes: active}\n",
          UNKNOWN, "its `only: kubernetes` asks for a cluster, which the "
          "project may or may not have (.gitlab-ci.yml line 3)" },
        { "", "job:\n  script: x\n",
          YES, "it has neither `rules` nor `only` nor `except`" },
        { "", "job:\n  script: x\n  except: [web]\n",
          YES, "nothing of its `except` is met" },
        { "", "job:\n  script: x\n  rules:\n  - if: $A\n  - if: $B\n",
          NO, "none of its `rules` matches (.gitlab-ci.yml line 3)" },
        { "", "job:\n  script: x\n  rules:\n  - if: $A\n"
          "  - if: '$CI_PIPELINE_SOURCE == \"chat\"'\n    when: never\n",
          NO, "its rule 2, `$CI_PIPELINE_SOURCE == \"chat\"`, says "
          "`when: never` (.gitlab-ci.yml line 5)" },
        { "", "job:\n  script: x\n  rules:\n  - if: $A\n  - when: never\n",
          NO, "its rule 2 says `when: never` (.gitlab-ci.yml line 5)" },
        { "", "job:\n  script: x\n  rules:\n  - if: $A\n  - when: manual\n",
          YES, "its rule 2 matches (.gitlab-ci.yml line 5)" },
        { "-u DEPLOY", "job:\n  script: x\n  rules:\n"
          "  - if: '$DEPLOY == \"1\"'\n",
          UNKNOWN, "its rule 1, `$DEPLOY == \"1\"`, depends on `$DEPLOY`, "
          "which may be set in the project's settings "
          "(.gitlab-ci.yml line 4)" },
        { "-u A", "job:\n  script: x\n  rules:\n  - if: $A\n  - when: "
          "on_success\n",
          YES, "whichever of its `rules` matches (.gitlab-ci.yml line 4)" },
        { "", "job:\n  script: x\n  rules:\n  - exists: [a]\n",
          UNKNOWN, "its rule 1 asks which files there are "
          "(.gitlab-ci.yml line 4)" },
        { "", "job:\n  script: x\n  rules:\n  - changes: {paths: [a], "
          "compare_to: b}\n",
          UNKNOWN, "its rule 1 compares the files with those of another "
          "commit, which only GitLab can do (.gitlab-ci.yml line 4)" },
        { "", "workflow:\n  rules:\n  - if: $A\njob: {script: x}\n",
          NO, "none of the configuration's `workflow: rules` matches, so "
          "that there would be no pipeline (.gitlab-ci.yml line 2)" },
        { "", "workflow:\n  rules:\n  - if: $CI_COMMIT_BRANCH\n"
          "    when: never\njob: {script: x}\n",
          NO, "the workflow's rule 1, `$CI_COMMIT_BRANCH`, says "
          "`when: never` (.gitlab-ci.yml line 3)" },
        { "-s merge_request_event", "job: {script: x}\n",
          NO, "it is for branches and tags only, as it has no `rules` and "
          "no `refs` under `only`" }
    };

    REASONS(state, cases, 0);
}


/* A merged configuration has no lines: the file beside it has. */

static void
lines_come_from_the_file_beside_a_merged_one(void **state)
{
    size_t                    i;
    chatops_ci_t             *merged, *raw;
    chatops_str_t             s;
    chatops_verdict_t         verdict;
    policy_pipeline_t         p;
    chatops_yaml_error_t      error;
    const chatops_ci_job_t   *job;

    static const struct {
        const char           *merged;
        const char           *raw;
        const char           *reason;

    } cases[] = {
        { "job: {script: x, except: [chat]}",
          "# a\n\njob:\n  script: x\n  except:\n    - web\n    - chat\n",
          "its `except` list names `chat` (.gitlab-ci.yml line 7)" },
        { "job: {script: x, rules: [{if: $A}, {when: never}]}",
          "\njob:\n  script: x\n  rules:\n    - if: $A\n    - when: never\n",
          "its rule 2 says `when: never` (.gitlab-ci.yml line 6)" },
        { "job: {script: x, rules: [{if: '$CI_COMMIT_BRANCH', when: never}]}",
          "job:\n  script: x\n  rules:\n    - if: $OTHER\n",
          "its rule 1, `$CI_COMMIT_BRANCH`, says `when: never` "
          "(.gitlab-ci.yml line 3)" },
        { "job: {script: x, except: [chat]}",
          "other: {script: x}\n",
          "its `except` list names `chat`" },
        { "job: {script: x, except: [chat]}", NULL,
          "its `except` list names `chat`" },
        { "workflow: {rules: [{if: $A}]}\njob: {script: x}",
          "\nworkflow:\n  rules:\n  - if: $A\njob: {script: x}",
          "none of the configuration's `workflow: rules` matches, so that "
          "there would be no pipeline (.gitlab-ci.yml line 3)" }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        policy_pipeline(*state, "", &p);

        s = chatops_str(cases[i].merged);

        assert_int_equal(ci_parse(*state, &s, 1, &merged, &error),
                         CHATOPS_OK);

        if (cases[i].raw != NULL) {
            s = chatops_str(cases[i].raw);

            assert_int_equal(ci_parse(*state, &s, 0, &raw, &error),
                             CHATOPS_OK);
            p.source.raw = raw;
        }

        job = policy_job(merged);

        assert_int_equal(chatops_policy_evaluate(*state, merged, job,
                                                 &p.source, &verdict),
                         CHATOPS_OK);

        if (!chatops_str_is(&verdict.reason, cases[i].reason)) {
            fail_msg("%.*s", chatops_str_arg(&verdict.reason));
        }
    }
}


/* 2.2, 2.3: GitLab's say on a pipeline with this job only. */

static void
a_job_may_be_unable_to_be_alone(void **state)
{
    size_t             i;
    chatops_verdict_t  verdict;

    static const struct {
        const char       *pipeline;
        const char       *text;
        chatops_truth_e   allowed;
        chatops_truth_e   alone;
        const char       *reason;

    } cases[] = {
        { "", "job: {script: x}", YES, YES, "" },
        { "", "job: {script: x, needs: []}", YES, YES, "" },
        { "", "b: {script: x, stage: build}\njob: {script: x, needs: [b]}",
          YES, NO, "it needs the job `b`, which would not be in the pipeline"
        },
        { "", "b: {script: x, stage: build}\n"
          "job: {script: x, needs: [{job: b, optional: true}]}",
          YES, YES, "" },
        { "", "job: {script: x, needs: [{project: a/b, job: c, ref: d, "
          "artifacts: true}]}", YES, YES, "" },
        { "", "job: {script: x, needs: [{pipeline: $P, job: c}]}",
          YES, YES, "" },

        /* not what a rule needs, but what the job does, is looked for */

        { "", "b: {script: x, stage: build}\n"
          "job: {script: x, rules: [{when: always, needs: [b]}]}",
          YES, YES, "" },
        { "", "b: {script: x, stage: build}\n"
          "job: {script: x, needs: [b], rules: [{when: always, needs: []}]}",
          YES, NO, "it needs the job `b`, which would not be in the pipeline"
        },
        { "", "b: {script: x, stage: build}\n"
          "job: {script: x, dependencies: [b]}", YES, YES, "" },
        { "", "job: {trigger: a/b}",
          YES, NO, "it is a `trigger:` job that starts another pipeline" },
        { "", "b: {script: x}\njob: {script: x, stage: .pre}",
          YES, NO, "GitLab makes no pipeline of the stage `.pre` alone" },
        { "", "b: {script: x}\njob: {script: x, stage: .post}",
          YES, NO, "GitLab makes no pipeline of the stage `.post` alone" },
        { "", "job: {script: x, when: manual}", YES, YES, "" },
        { "", "job: {script: x, when: on_failure}", YES, YES, "" },
        { "", "job: {script: x, variables: {A: $B, B: $A}}",
          YES, NO, "its variables refer to each other in a circle" },
        { "", "variables: {A: 'x${B}'}\njob: {script: x, variables: {B: $C, "
          "C: '%A%'}}",
          YES, NO, "its variables refer to each other in a circle" },
        { "", "job: {script: x, variables: {A: $A, B: $C, C: $NO}}",
          YES, YES, "" },
        { "", "job: {script: x, variables: {A: $$B, B: $A}}",
          YES, YES, "" },
        { "", "job: {script: x, variables: {A: {value: $B, expand: false}, "
          "B: $A}}", YES, YES, "" },
        { "", "job: {script: x, except: [chat]}",
          NO, NO, "its `except` list names `chat` (.gitlab-ci.yml line 1)" },
        { "-u A", "b: {script: x, stage: build}\n"
          "job: {script: x, needs: [b], rules: [{if: $A}]}",
          UNKNOWN, NO, "it needs the job `b`, which would not be in the "
          "pipeline" },
        { "-u A", "job: {script: x, rules: [{if: $A}]}", UNKNOWN, UNKNOWN,
          "its rule 1, `$A`, depends on `$A`, which may be set in the "
          "project's settings (.gitlab-ci.yml line 1)" }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        policy_verdict(*state, cases[i].pipeline, cases[i].text, 0, &verdict);

        if (verdict.allowed != cases[i].allowed
            || verdict.alone != cases[i].alone
            || !chatops_str_is(&verdict.alone_reason, cases[i].reason))
        {
            fail_msg("%s: %s, %s, %.*s", cases[i].text,
                     chatops_truth_name(verdict.allowed),
                     chatops_truth_name(verdict.alone),
                     chatops_str_arg(&verdict.alone_reason));
        }
    }
}


static void
what_an_include_may_change_is_unknown(void **state)
{
    static const policy_reason_t  cases[] = {
        { "", "include: a.yml\njob: {script: x}",
          UNKNOWN, "the configuration has `include`, and what it includes "
          "is not at hand" },
        { "", "include: a.yml\njob: {script: x, except: [chat]}",
          NO, "its `except` list names `chat` (.gitlab-ci.yml line 2)" },
        { "", "include: a.yml\njob: {script: x, rules: [{if: $A}]}",
          UNKNOWN, "its rule 1, `$A`, depends on `$A`, which may be set in "
          "the project's settings (.gitlab-ci.yml line 2)" },
        { "", "include: a.yml\n"
          "job: {script: x, rules: [{if: '$CI_PIPELINE_SOURCE == \"web\"'}]}",
          NO, "none of its `rules` matches (.gitlab-ci.yml line 2)" }
    };

    REASONS(state, cases, 0);
}


static void
nothing_is_known_without_predefined_variables(void **state)
{
    chatops_ci_t          *ci;
    chatops_str_t          s;
    chatops_source_t       source;
    chatops_verdict_t      verdict;
    chatops_yaml_error_t   error;

    s = chatops_str("a: {script: x, rules: [{if: $A}]}\n"
                    "b: {script: x, variables: {A: c}, rules: [{if: $A}]}\n");

    memset(&source, 0, sizeof(chatops_source_t));

    source.source = chatops_str("chat");
    source.ref = chatops_str("main");

    assert_int_equal(ci_parse(*state, &s, 1, &ci, &error), CHATOPS_OK);
    assert_int_equal(chatops_policy_evaluate(*state, ci, &ci->jobs[0],
                                             &source, &verdict), CHATOPS_OK);
    assert_int_equal(verdict.allowed, UNKNOWN);

    assert_int_equal(chatops_policy_evaluate(*state, ci, &ci->jobs[1],
                                             &source, &verdict), CHATOPS_OK);
    assert_int_equal(verdict.allowed, YES);
}


static void
a_hidden_job_is_never_run(void **state)
{
    chatops_ci_t          *ci;
    chatops_str_t          s;
    chatops_verdict_t      verdict;
    policy_pipeline_t      p;
    chatops_yaml_error_t   error;

    policy_pipeline(*state, "", &p);

    s = chatops_str(".a: {script: x}\nb: {script: x}\n");

    assert_int_equal(ci_parse(*state, &s, 1, &ci, &error), CHATOPS_OK);
    assert_int_equal(chatops_policy_evaluate(*state, ci, &ci->jobs[0],
                                             &p.source, &verdict),
                     CHATOPS_OK);
    assert_int_equal(verdict.allowed, NO);
}


static void
the_winning_rules_are_handed_on(void **state)
{
    chatops_verdict_t  verdict;

    policy_verdict(*state, "", "workflow: {rules: [{variables: {A: b}}]}\n"
                   "job: {script: x, rules: [{variables: {C: d}}]}\n",
                   1, &verdict);

    assert_int_equal(verdict.allowed, YES);
    assert_non_null(chatops_yaml_get(chatops_yaml_get(verdict.rule,
                                                      "variables"), "C"));
    assert_non_null(chatops_yaml_get(chatops_yaml_get(verdict.workflow_rule,
                                                      "variables"), "A"));

    policy_verdict(*state, "", "job: {script: x, rules: [{if: $A}]}\n", 1,
                   &verdict);

    assert_null(verdict.rule);
}


/* 6.1: the globals, the workflow's rule, the job, its matrix, its rule */

static void
a_job_gets_the_variables_of_all_levels(void **state)
{
    size_t                i;
    chatops_str_t         text;
    chatops_verdict_t     verdict;
    chatops_yaml_node_t  *variables;

    static const struct {
        const char       *text;
        const char       *variables;

    } cases[] = {
        { "job: {script: x}", "{}\n" },
        { "variables: {A: 1, B: 2}\njob: {script: x}", "A: 1\nB: 2\n" },
        { "variables: {A: 1, B: 1}\n"
          "workflow: {rules: [{variables: {B: 2, C: 2}}]}\n"
          "job: {script: x, variables: {C: 3, D: 3}, "
          "rules: [{variables: {D: 4, E: 4}}]}",
          "A: 1\nB: 2\nC: 3\nD: 4\nE: 4\n" },
        { "variables: {A: 1, B: 1}\n"
          "workflow: {rules: [{variables: {B: 2, C: 2}}]}\n"
          "job: {script: x, variables: {D: 3}, inherit: {variables: [B]}}",
          "B: 2\nD: 3\n" },
        { "variables: {A: 1}\n"
          "job: {script: x, variables: {D: 3}, inherit: {variables: false}}",
          "D: 3\n" }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        policy_verdict(*state, "", cases[i].text, 0, &verdict);

        variables = verdict.variables;

        assert_non_null(variables);
        assert_int_equal(chatops_yaml_write(*state, variables, 1000, &text),
                         CHATOPS_OK);
        assert_string_equal((char *) text.data, cases[i].variables);
    }
}


static void
names_from_the_repository_stay_harmless_in_a_reason(void **state)
{
    char               text[400];
    chatops_verdict_t  verdict;

    policy_verdict(*state, "", "job:\n  script: x\n  needs: [\"a`b\\nc\"]\n",
                   1, &verdict);
    assert_true(chatops_str_is(&verdict.alone_reason, "it needs the job "
                               "`a'b'c`, which would not be in the "
                               "pipeline"));

    (void) snprintf(text, sizeof(text),
                    "job:\n  script: x\n  needs: ['%0100d']\n", 7);

    policy_verdict(*state, "", text, 1, &verdict);
    assert_non_null(chatops_str_find(&verdict.alone_reason, 0, "000...`", 7));
    assert_true(verdict.alone_reason.len < 160);
}


/* Wherever memory runs out, it is told and nothing else happens. */

static void
running_out_of_memory_is_survived(void **state)
{
    int                    rc;
    size_t                 limit;
    chatops_ci_t          *ci;
    chatops_str_t          text;
    chatops_arena_t       *arena;
    chatops_verdict_t      verdict;
    policy_pipeline_t      p;
    chatops_yaml_error_t   error;

    policy_pipeline(*state, "-u U -v A=b", &p);

    text = chatops_str("variables: {A: b, C: $D, D: $C}\n"
                       "workflow: {rules: [{if: $A, variables: {A: b}}]}\n"
                       "job: {script: x, environment: {name: y}, "
                       "inherit: {variables: [A]}, parallel: 2, "
                       "rules: [{exists: [a], when: never}, {if: $U}]}\n"
                       "b: {script: x, only: {variables: [$A], "
                       "refs: [/^x/, main]}, except: {variables: [$U]}}\n");
    rc = CHATOPS_ERROR;

    for (limit = 1024; rc == CHATOPS_ERROR; limit += 32) {
        arena = chatops_arena_create(limit);

        assert_non_null(arena);
        assert_true(limit < 200000);

        rc = ci_parse(arena, &text, 1, &ci, &error);

        if (rc == CHATOPS_OK) {
            rc = chatops_policy_evaluate(arena, ci, &ci->jobs[0], &p.source,
                                         &verdict);
        }

        if (rc == CHATOPS_OK) {
            rc = chatops_policy_evaluate(arena, ci, &ci->jobs[ci->njobs - 1],
                                         &p.source, &verdict);
        }

        chatops_arena_destroy(arena);
    }

    assert_int_equal(rc, CHATOPS_OK);
}


int
main(void)
{
#define TEST(name)  cmocka_unit_test_setup_teardown(name, arena_make,         \
                                                    arena_drop)

    const struct CMUnitTest  tests[] = {
        TEST(only_and_except_say_who_is_in),
        TEST(a_reason_names_the_rule_and_its_line),
        TEST(lines_come_from_the_file_beside_a_merged_one),
        TEST(a_job_may_be_unable_to_be_alone),
        TEST(what_an_include_may_change_is_unknown),
        TEST(nothing_is_known_without_predefined_variables),
        TEST(a_hidden_job_is_never_run),
        TEST(the_winning_rules_are_handed_on),
        TEST(a_job_gets_the_variables_of_all_levels),
        TEST(names_from_the_repository_stay_harmless_in_a_reason),
        TEST(running_out_of_memory_is_survived)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
