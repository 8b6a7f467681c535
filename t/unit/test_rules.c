#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "chatops_glob.h"
#include "chatops_rules.h"
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


/* GitLab's ways, by the sections of the facts that tell of them. */

static void
the_first_rule_that_matches_wins(void **state)
{
    static const policy_case_t  cases[] = {

        /* 7.2: a rule without clauses always matches */

        JOB("", "rules: [{when: always}]", "yes always"),
        JOB("", "rules: [{when: on_success}]", "yes on_success"),
        JOB("", "rules: [{when: manual}]", "yes manual"),
        JOB("", "rules: [{when: never}]", "no"),
        JOB("", "rules: [{when: on_failure}]", "yes on_failure"),
        JOB("", "rules: [{when: delayed, start_in: 1 hour}]", "yes delayed"),
        JOB("", "rules: [{variables: {A: b}}]", "yes on_success"),
        JOB("", "rules: [{allow_failure: true}]", "yes on_success, may fail"),
        JOB("", "rules: [{interruptible: true}]", "yes on_success"),
        JOB("", "rules: [{when: ~, allow_failure: false}]", "yes on_success"),

        /* 7.2: the first that matches wins */

        JOB("", "rules: [{when: never}, {when: always}]", "no"),
        JOB("", "rules: [{when: always}, {when: never}]", "yes always"),
        JOB("", "rules: [{if: $A, when: never}, {when: always}]",
            "yes always"),
        JOB("-v A=1", "rules: [{if: $A, when: never}, {when: always}]", "no"),
        JOB("-v A=1", "rules: [{if: $A}, {when: never}]", "yes on_success"),
        JOB("", "rules: [{if: $A}, {when: never}]", "no"),
        JOB("-v B=1",
            "rules: [{if: $A}, {if: $B, when: manual}, {when: never}]",
            "yes manual"),
        JOB("-v A=1 -v B=1",
            "rules: [{if: $A}, {if: $B, when: manual}, {when: never}]",
            "yes on_success"),

        /* 7.2: no match: never */

        JOB("", "rules: [{if: $A}]", "no"),
        JOB("", "rules: [{if: $A}, {if: $B}]", "no"),
        JOB("-v B=1", "rules: [{if: $A}, {if: $B}]", "yes on_success"),

        /* 7.2: when is the rule's, or the job's */

        JOB("", "when: manual, rules: [{allow_failure: true}]",
            "yes manual, may fail"),
        JOB("", "when: manual, rules: [{when: on_success}]",
            "yes on_success, may fail"),
        JOB("", "when: always, rules: [{if: $A, when: never}, {variables: "
            "{B: c}}]", "yes always"),
        JOB("-v A=1", "when: manual, rules: [{if: $A}]",
            "yes manual, may fail"),
        JOB("-v A=1",
            "when: on_failure, rules: [{if: $A, when: delayed, start_in: "
            "5 minutes}]", "yes delayed"),

        /* 7.2: all clauses */

        JOB("-v A=1", "rules: [{if: $A, changes: [a]}]", "yes on_success"),
        JOB("", "rules: [{if: $A, changes: [a]}]", "no"),
        JOB("", "rules: [{if: $A, exists: [a]}]", "no"),
        JOB("-v A=1", "rules: [{if: $A, exists: [a]}]", "unknown"),
        JOB("-v A=1", "rules: [{exists: [a], if: $A}]", "unknown"),
        JOB("", "rules: [{exists: [a], if: $A}]", "no"),

        /* 7.2: changes are true in a pipeline from chat */

        JOB("", "rules: [{changes: [a]}]", "yes on_success"),
        JOB("", "rules: [{changes: []}]", "yes on_success"),
        JOB("", "rules: [{changes: [\"**/*.rb\"], when: manual}]",
            "yes manual"),
        JOB("", "rules: [{changes: {paths: [a]}}]", "yes on_success"),
        JOB("", "rules: [{changes: {paths: []}}]", "yes on_success"),
        JOB("", "rules: [{changes: [\"$A/*\"]}]", "yes on_success"),
        JOB("", "rules: [{changes: [a], when: never}, {when: always}]", "no"),
        JOB("", "rules: [{changes: ~, when: always}]", "yes always"),
        JOB("", "rules: [{changes: {paths: [a], compare_to: other}}]",
            "unknown"),
        JOB("", "rules: [{changes: {paths: [a], compare_to: other}, when: "
            "never}, {when: always}]", "unknown"),
        JOB("", "rules: [{changes: {paths: [a], compare_to: other}, when: "
            "never}]", "no"),
        JOB("",
            "rules: [{changes: {paths: [a], compare_to: other}}, {when: "
            "on_success}]", "yes on_success"),
        JOB("", "rules: [{changes: {paths: [a], compare_to: other}, when: "
            "manual}, {when: on_success}]", "unknown"),
        JOB("",
            "rules: [{if: $A, changes: {paths: [a], compare_to: other}}]",
            "no"),
        JOB("",
            "rules: [{if: $A, changes: {paths: [a], compare_to: other}}, "
            "{when: on_success}]", "yes on_success"),

        /* 7.2: exists has to be asked for */

        JOB("", "rules: [{exists: [a]}]", "unknown"),
        JOB("", "rules: [{exists: a}]", "unknown"),
        JOB("", "rules: [{exists: {paths: [a]}}]", "unknown"),
        JOB("", "rules: [{exists: {paths: [a], project: a/b}}]", "unknown"),
        JOB("", "rules: [{exists: []}]", "no"),
        JOB("", "rules: [{exists: {paths: []}}]", "no"),
        JOB("", "rules: [{exists: ~, when: manual}]", "yes manual"),
        JOB("", "rules: [{exists: [], when: never}, {when: always}]",
            "yes always"),
        JOB("", "rules: [{exists: [a], when: never}]", "no"),
        JOB("", "rules: [{exists: [a], when: always}, {when: always}]",
            "yes always"),
        JOB("", "rules: [{exists: [a], when: never}, {when: always}]",
            "unknown"),

        /* 7.2: what is unknown counts only where it changes the outcome */

        JOB("-u A", "rules: [{if: $A}]", "unknown"),
        JOB("-u A", "rules: [{if: $A, when: never}, {when: always}]",
            "unknown"),
        JOB("-u A", "rules: [{if: $A}, {when: on_success}]",
            "yes on_success"),
        JOB("-u A", "rules: [{if: $A, when: never}]", "no"),
        JOB("-u A", "rules: [{if: $A, when: never}, {when: never}]", "no"),
        JOB("-u A", "rules: [{if: $A, when: never}, {if: $B}]", "no"),
        JOB("-u A", "rules: [{if: $A, when: manual}, {when: always}]",
            "unknown"),
        JOB("-u A",
            "rules: [{if: $A, when: manual}, {if: $B}, {when: manual}]",
            "yes manual"),
        JOB("-u A -v B=1", "rules: [{if: $B}, {if: $A, when: never}]",
            "yes on_success"),
        JOB("-u A", "rules: [{if: '$A == \"x\" || $CI_PIPELINE_SOURCE == "
            "\"chat\"'}]", "yes on_success"),
        JOB("-u A", "rules: [{if: '$A == \"x\" && $CI_PIPELINE_SOURCE == "
            "\"web\"'}]", "no"),
        JOB("-u A", "rules: [{if: '$A == \"x\" && $CI_PIPELINE_SOURCE == "
            "\"chat\"'}]", "unknown"),
        JOB("-u A -u B",
            "rules: [{if: $A, when: never}, {if: $B}, {when: never}]",
            "unknown"),
        JOB("-u A", "when: on_success, rules: [{if: $A, when: on_success}, "
            "{variables: {B: c}}]", "yes on_success"),
        JOB("-u A", "rules: [{if: '$A =~ /xx/'}]", "unknown"),
        JOB("-u A", "rules: [{if: '$A == null'}]", "unknown"),

        /* 7.2: lists in lists are one list */

        JOB("", "rules: [[{when: always}]]", "yes always"),
        JOB("", "rules: [[{when: never}], {when: always}]", "no"),
        JOB("", "rules: [[{if: $A, when: never}, [{when: manual}]], {when: "
            "always}]", "yes manual"),
        JOB("-v A=1",
            "rules: [[{if: $A, when: never}, [{when: manual}]], {when: "
            "always}]", "no"),
        JOB("", "rules: [[[[{if: $A}]]], [[{when: delayed, start_in: 1 "
            "day}]]]", "yes delayed"),

        /* 7.1: a variable, and null */

        JOB("", "rules: [{if: $A}]", "no"),
        JOB("-v A=", "rules: [{if: $A}]", "no"),
        JOB("-v A=0", "rules: [{if: $A}]", "yes on_success"),
        JOB("-v A=false", "rules: [{if: $A}]", "yes on_success"),
        JOB("", "rules: [{if: '$A == null'}]", "yes on_success"),
        JOB("-v A=", "rules: [{if: '$A == null'}]", "no"),
        JOB("-v A=", "rules: [{if: '$A != null'}]", "yes on_success"),
        JOB("", "rules: [{if: '$A != null'}]", "no"),
        JOB("", "rules: [{if: 'null == null'}]", "yes on_success"),
        JOB("", "rules: [{if: 'null'}]", "no"),
        JOB("", "rules: [{if: '$A == $B'}]", "yes on_success"),
        JOB("-v A=", "rules: [{if: '$A == $B'}]", "no"),
        JOB("-v A=x -v B=x", "rules: [{if: '$A == $B'}]", "yes on_success"),
        JOB("-v A=x", "rules: [{if: '$A != $B'}]", "yes on_success"),
        JOB("", "rules: [{if: '\"x\"'}]", "yes on_success"),
        JOB("", "rules: [{if: '\"\"'}]", "no"),

        /* 7.1: the source and the ref */

        JOB("", "rules: [{if: '$CI_PIPELINE_SOURCE == \"chat\"'}]",
            "yes on_success"),
        JOB("", "rules: [{if: \"$CI_PIPELINE_SOURCE == 'chat'\"}]",
            "yes on_success"),
        JOB("-s web", "rules: [{if: '$CI_PIPELINE_SOURCE == \"chat\"'}]",
            "no"),
        JOB("", "rules: [{if: '$CI_PIPELINE_SOURCE != \"chat\"'}]", "no"),
        JOB("", "rules: [{if: '$CI_COMMIT_BRANCH == \"main\"'}]",
            "yes on_success"),
        JOB("-t -r v1", "rules: [{if: '$CI_COMMIT_BRANCH == \"main\"'}]",
            "no"),
        JOB("-t -r v1", "rules: [{if: $CI_COMMIT_TAG}]", "yes on_success"),
        JOB("", "rules: [{if: $CI_COMMIT_TAG}]", "no"),
        JOB("-r dev", "rules: [{if: '$CI_COMMIT_REF_NAME == \"dev\"'}]",
            "yes on_success"),
        JOB("-t -r v1", "rules: [{if: '$CI_COMMIT_REF_NAME =~ /^v/'}]",
            "yes on_success"),
        JOB("", "rules: [{if: $CI_MERGE_REQUEST_IID}]", "no"),
        JOB("", "rules: [{if: '$CI_PIPELINE_SOURCE =~ /^(chat|web)$/'}]",
            "yes on_success"),

        /* 6.1: a pipeline's variable stands over all, predefined ones too */

        JOB("-s api -v CI_PIPELINE_SOURCE=chat",
            "rules: [{if: '$CI_PIPELINE_SOURCE == \"chat\"'}]",
            "yes on_success"),
        JOB("-v CI_COMMIT_BRANCH=x",
            "rules: [{if: '$CI_COMMIT_BRANCH == \"main\"'}]", "no"),
        JOB("-v CHAT_INPUT=go", "rules: [{if: '$CHAT_INPUT == \"go\"'}]",
            "yes on_success"),
        JOB("-v CHAT_INPUT=", "rules: [{if: $CHAT_INPUT}]", "no"),
        JOB("", "rules: [{if: $CHAT_INPUT}]", "no"),

        /* 7.1: precedence, and what && and || return */

        JOB("-v A=x",
            "rules: [{if: '$A == \"x\" || $B == \"y\" && $C == \"z\"'}]",
            "yes on_success"),
        JOB("-v A=x",
            "rules: [{if: '($A == \"x\" || $B == \"y\") && $C == \"z\"'}]",
            "no"),
        JOB("-v A= -v B=x", "rules: [{if: '$A || $B'}]", "no"),
        JOB("-v B=x", "rules: [{if: '$A || $B'}]", "yes on_success"),
        JOB("-v A= -v B=x", "rules: [{if: '$A && $B'}]", "yes on_success"),
        JOB("-v A=x -v B=", "rules: [{if: '$A && $B'}]", "no"),
        JOB("-v A=x", "rules: [{if: '$A && $B'}]", "no"),
        JOB("-v A=x", "rules: [{if: '$B == null && $A'}]", "yes on_success"),

        /* 7.1: patterns */

        JOB("-v A=abc", "rules: [{if: '$A =~ /bc/'}]", "yes on_success"),
        JOB("-v A=abc", "rules: [{if: '$A =~ /^b/'}]", "no"),
        JOB("-v A=abc", "rules: [{if: '$A =~ /ABC/'}]", "no"),
        JOB("-v A=abc", "rules: [{if: '$A =~ /ABC/i'}]", "yes on_success"),
        JOB("-v A=abc", "rules: [{if: '$A !~ /bc/'}]", "no"),
        JOB("", "rules: [{if: '$A =~ /bb/'}]", "no"),
        JOB("", "rules: [{if: '$A !~ /bb/'}]", "yes on_success"),
        JOB("-v A=23 -v B=1234", "rules: [{if: '$A =~ $B'}]",
            "yes on_success"),
        JOB("-v A=abc -v B=/b./", "rules: [{if: '$A =~ $B'}]",
            "yes on_success"),
        JOB("-v A=abc", "rules: [{if: '$A =~ $B'}]", "no"),
        JOB("-v A=abc", "rules: [{if: '$A !~ $B'}]", "yes on_success"),
        JOB("-v A=a/b", "rules: [{if: '$A =~ /a\\/b/'}]", "yes on_success"),

        /* 7.3: rules take the place of the default only */

        JOB("-s merge_request_event", "rules: [{when: always}]",
            "yes always"),
        JOB("-s merge_request_event", "rules: [{if: $A}]", "no"),

        /* 6.1: variables of the YAML: the job's over the globals */

        JOB("", "variables: {A: x}, rules: [{if: '$A == \"x\"'}]",
            "yes on_success"),
        JOB("", "variables: {A: }, rules: [{if: '$A == \"\"'}]",
            "yes on_success"),
        JOB("", "variables: {A: 017}, rules: [{if: '$A == \"15\"'}]",
            "yes on_success"),
        JOB("", "variables: {A: 1.10}, rules: [{if: '$A == \"1.1\"'}]",
            "yes on_success"),
        JOB("", "variables: {A: yes}, rules: [{if: '$A == \"true\"'}]",
            "yes on_success"),
        JOB("", "variables: {A: \"yes\"}, rules: [{if: '$A == \"yes\"'}]",
            "yes on_success"),
        JOB("",
            "variables: {A: {value: x, expand: false}}, rules: [{if: '$A "
            "== \"x\"'}]", "yes on_success"),
        JOB("", "variables: {A: $B, B: x}, rules: [{if: '$A == \"x\"'}]",
            "no"),
        JOB("", "variables: {A: $B, B: x}, rules: [{if: '$A == $B'}]", "no"),
        JOB("-v A=y", "variables: {A: x}, rules: [{if: '$A == \"x\"'}]",
            "no"),
        JOB("-v A=y", "variables: {A: x}, rules: [{if: '$A == \"y\"'}]",
            "yes on_success"),
        JOB("", "variables: {CI_PIPELINE_SOURCE: web}, rules: [{if: "
            "'$CI_PIPELINE_SOURCE == \"web\"'}]", "yes on_success"),
        FILE("", "variables: {G: g, H: {value: h, description: x}}",
             "rules: [{if: '$G == \"g\"'}]", "yes on_success"),
        FILE("", "variables: {G: g, H: {value: h, description: x}}",
             "rules: [{if: '$H == \"h\"'}]", "yes on_success"),
        FILE("", "variables: {G: g, H: {value: h, description: x}}",
             "variables: {G: j}, rules: [{if: '$G == \"j\"'}]",
             "yes on_success"),
        FILE("", "variables: {G: g, H: {value: h, description: x}}",
             "inherit: {variables: false}, rules: [{if: $G}]", "no"),
        FILE("", "variables: {G: g, H: {value: h, description: x}}",
             "inherit: {variables: true}, rules: [{if: $G}]",
             "yes on_success"),
        FILE("", "variables: {G: g, H: {value: h, description: x}}",
             "inherit: {variables: [G]}, rules: [{if: $G}]",
             "yes on_success"),
        FILE("", "variables: {G: g, H: {value: h, description: x}}",
             "inherit: {variables: [H]}, rules: [{if: $G}]", "no"),
        FILE("", "variables: {G: g, H: {value: h, description: x}}",
             "inherit: {variables: []}, rules: [{if: $G}]", "no"),
        FILE("", "variables: {G: g, H: {value: h, description: x}}",
             "inherit: {default: false}, rules: [{if: $G}]",
             "yes on_success"),
        FILE("-v G=x", "variables: {G: g, H: {value: h, description: x}}",
             "inherit: {variables: false}, rules: [{if: $G}]",
             "yes on_success"),

        /* a rule's own variables come too late for it */

        JOB("", "rules: [{if: $A, variables: {A: b}}]", "no"),
        JOB("", "rules: [{if: '$A == null', variables: {A: b}}]",
            "yes on_success"),

        /* 7.2: allow_failure */

        JOB("", "allow_failure: true, rules: [{when: on_success}]",
            "yes on_success, may fail"),
        JOB("", "allow_failure: true, rules: [{when: on_success, "
            "allow_failure: false}]", "yes on_success"),
        JOB("", "rules: [{when: manual, allow_failure: true}]",
            "yes manual, may fail"),
        JOB("", "when: manual, rules: [{when: manual}]",
            "yes manual, may fail"),
        JOB("", "when: manual, rules: [{when: always}]",
            "yes always, may fail"),
        JOB("",
            "when: manual, allow_failure: false, rules: [{when: manual}]",
            "yes manual"),
        JOB("", "allow_failure: {exit_codes: [1]}, rules: [{when: "
            "on_success}]", "yes on_success"),
        JOB("", "allow_failure: {exit_codes: [1]}, rules: [{when: "
            "on_success, allow_failure: true}]", "yes on_success, may fail"),

        /* 7.2: workflow:rules */

        FILE("", "workflow: {rules: [{when: always}]}", "stage: test",
             "yes on_success"),
        FILE("", "workflow: {rules: [{when: never}]}", "stage: test", "no"),
        FILE("", "workflow: {rules: [{if: $A}]}", "stage: test", "no"),
        FILE("-v A=1", "workflow: {rules: [{if: $A}]}", "stage: test",
             "yes on_success"),
        FILE("-v A=1",
             "workflow: {rules: [{if: $A, when: never}, {when: always}]}",
             "stage: test", "no"),
        FILE("",
             "workflow: {rules: [{if: $A, when: never}, {when: always}]}",
             "stage: test", "yes on_success"),
        FILE("",
             "workflow: {rules: [{if: '$CI_PIPELINE_SOURCE == \"chat\"'}]}",
             "stage: test", "yes on_success"),
        FILE("",
             "workflow: {rules: [{if: '$CI_PIPELINE_SOURCE == \"push\"'}]}",
             "stage: test", "no"),
        FILE("",
             "workflow: {rules: [{if: '$CI_PIPELINE_SOURCE == \"push\"'}]}",
             "only: [chat]", "no"),
        FILE("", "workflow: {rules: [{changes: [a]}]}", "stage: test",
             "yes on_success"),
        FILE("", "workflow: {rules: [{exists: [a]}]}", "stage: test",
             "unknown"),
        FILE("",
             "workflow: {rules: [{changes: {paths: [a], compare_to: x}}]}",
             "stage: test", "unknown"),
        FILE("", "workflow: {rules: [{exists: [a]}]}", "except: [chat]",
             "no"),
        FILE("-u A", "workflow: {rules: [{if: $A}]}", "stage: test",
             "unknown"),
        FILE("-u A", "workflow: {rules: [{if: $A}]}",
             "rules: [{when: never}]", "no"),
        FILE("", "workflow: {rules: [{if: $G}]}", "stage: test", "no"),
        FILE("",
             "variables: {G: g, H: {value: h, description: x}}\nworkflow: "
             "{rules: [{if: $G}]}", "stage: test", "yes on_success"),

        /* 7.2: what the workflow's rule sets joins the globals */

        FILE("", "workflow: {rules: [{variables: {A: x}}]}",
             "rules: [{if: '$A == \"x\"'}]", "yes on_success"),
        FILE("", "workflow: {rules: [{variables: {A: x}}]}",
             "variables: {A: y}, rules: [{if: '$A == \"y\"'}]",
             "yes on_success"),
        FILE("", "workflow: {rules: [{variables: {A: x}}]}",
             "inherit: {variables: false}, rules: [{if: $A}]", "no"),
        FILE("", "workflow: {rules: [{variables: {A: x}}]}",
             "inherit: {variables: [A]}, rules: [{if: $A}]",
             "yes on_success"),
        FILE("",
             "variables: {G: g, H: {value: h, description: x}}\nworkflow: "
             "{rules: [{variables: {G: x}}]}",
             "rules: [{if: '$G == \"x\"'}]", "yes on_success"),
        FILE("-v A=y", "workflow: {rules: [{variables: {A: x}}]}",
             "rules: [{if: '$A == \"y\"'}]", "yes on_success"),
        FILE("", "workflow: {rules: [{if: $B, variables: {A: x}}, {when: "
             "always}]}", "rules: [{if: $A}]", "no"),
        FILE("-u B",
             "workflow: {rules: [{if: $B, variables: {A: x}}, {when: "
             "always}]}", "rules: [{if: $A}]", "unknown"),
        FILE("-u B",
             "workflow: {rules: [{if: $B, variables: {A: x}}, {when: "
             "always}]}", "rules: [{if: '$B == null || $A == null || "
             "$CI_COMMIT_BRANCH'}]", "yes on_success"),

        /* 7.2: it sees no CI_JOB_ and no CI_BUILD_ */

        FILE("", "workflow: {rules: [{if: $CI_JOB_NAME}]}", "stage: test",
             "no"),
        FILE("-v CI_JOB_X=1", "workflow: {rules: [{if: $CI_JOB_X}]}",
             "stage: test", "no"),
        FILE("-v CI_BUILD_X=1", "workflow: {rules: [{if: $CI_BUILD_X}]}",
             "stage: test", "no"),
        FILE("-v CI_JOB_X=1", "workflow: {rules: [{when: always}]}",
             "rules: [{if: $CI_JOB_X}]", "yes on_success"),
    };

    assert_true(sizeof(cases) / sizeof(cases[0]) >= 150);

    policy_table(*state, cases, sizeof(cases) / sizeof(cases[0]), 1);
}


/* A repository of a few files. */

static chatops_truth_e
files_exist(void *data, const chatops_str_t *pattern)
{
    static const chatops_str_t  paths[] = {
        chatops_string("Dockerfile"), chatops_string("app/main.rb"),
        chatops_string("docs/a/b.md"), chatops_string(".gitlab-ci.yml")
    };

    (void) data;

    return chatops_glob_exists(pattern, paths,
                               sizeof(paths) / sizeof(paths[0]));
}


static void
files_are_asked_for_where_they_are_at_hand(void **state)
{
    char                    text[400];
    size_t                  i;
    chatops_ci_t           *ci;
    chatops_str_t           s;
    chatops_verdict_t       verdict;
    policy_pipeline_t       p;
    chatops_yaml_error_t    error;

    static const struct {
        const char         *rules;
        chatops_truth_e     included;

    } cases[] = {
        { "exists: [Dockerfile]",                     CHATOPS_YES },
        { "exists: Dockerfile",                       CHATOPS_YES },
        { "exists: [dockerfile]",                     CHATOPS_NO },
        { "exists: [Makefile, Dockerfile]",           CHATOPS_YES },
        { "exists: [Makefile, README]",               CHATOPS_NO },
        { "exists: {paths: [docs/]}",                 CHATOPS_YES },
        { "exists: [\"**/*.rb\"]",                    CHATOPS_YES },
        { "exists: [\"*.rb\"]",                       CHATOPS_NO },
        { "exists: [\"app/*.{js,rb}\"]",              CHATOPS_YES },
        { "exists: [\"$F\"]",                         CHATOPS_YES },
        { "exists: [\"${D}/main.rb\"]",               CHATOPS_YES },
        { "exists: [\"%D%/main.rb\"]",                CHATOPS_YES },
        { "exists: [\"$NO/main.rb\"]",                CHATOPS_NO },
        { "exists: [\"$N/main.rb\"]",                 CHATOPS_UNKNOWN },
        { "exists: [\"$U/main.rb\"]",                 CHATOPS_UNKNOWN },
        { "exists: [\"$U/main.rb\", Dockerfile]",     CHATOPS_YES },
        { "exists: {paths: [a], project: b/c}",       CHATOPS_UNKNOWN },
        { "exists: [Dockerfile], if: $NO",            CHATOPS_NO },
        { "exists: [README], if: $U",                 CHATOPS_NO }
    };

    policy_pipeline(*state, "-v F=Dockerfile -v D=app -v N=$D -u U", &p);

    p.source.exists = files_exist;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        (void) snprintf(text, sizeof(text),
                        "job: {script: x, rules: [{%s}]}\n", cases[i].rules);

        s = chatops_str(text);

        assert_int_equal(ci_parse(*state, &s, 0, &ci, &error), CHATOPS_OK);
        assert_int_equal(chatops_policy_evaluate(*state, ci, &ci->jobs[0],
                                                 &p.source, &verdict),
                         CHATOPS_OK);

        if (verdict.allowed != cases[i].included) {
            fail_msg("%s: %s", text, chatops_truth_name(verdict.allowed));
        }
    }
}


static void
rules_that_agree_only_on_when_are_told_apart(void **state)
{
    size_t             i;
    chatops_verdict_t  verdict;

    static const struct {
        const char  *rules;
        unsigned     unsure;

    } cases[] = {
        { "[{if: $U}, {when: on_success}]",                          0 },
        { "[{if: $U, variables: {A: b}}, {when: on_success}]",       1 },
        { "[{if: $U, variables: {A: b}}, {variables: {A: b}}]",      0 },
        { "[{if: $U, variables: {A: b}}, {variables: {A: 'b'}}]",    1 },
        { "[{if: $U, variables: {A: b}}, {variables: {A: c}}]",      1 },
        { "[{if: $U, allow_failure: true}, {when: on_success}]",     1 },
        { "[{if: $U, needs: [a]}, {when: on_success}]",              1 },
        { "[{if: $U, needs: [a]}, {needs: [a]}]",                    0 },
        { "[{if: $U, interruptible: true}, {when: on_success}]",     1 },
        { "[{if: $A, variables: {A: b}}, {when: on_success}]",       0 },
        { "[{when: on_success}, {if: $U, variables: {A: b}}]",       0 }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char  text[400];

        (void) snprintf(text, sizeof(text),
                        "job: {script: x, rules: %s}\na: {script: x}\n",
                        cases[i].rules);

        policy_verdict(*state, "-u U", text, 1, &verdict);

        if (verdict.allowed != CHATOPS_YES
            || verdict.unsure != cases[i].unsure)
        {
            fail_msg("%s: %s, %d", text, chatops_truth_name(verdict.allowed),
                     verdict.unsure);
        }
    }
}


/* $U is not known, $X is 0 unless the workflow says otherwise. */

static void
what_a_workflow_may_set_is_not_known(void **state)
{
    size_t             i;
    chatops_verdict_t  verdict;

    static const struct {
        const char       *workflow;
        const char       *job;
        chatops_truth_e   allowed;
        unsigned          unsure;

    } cases[] = {
        { "[{if: $U}, {variables: {X: '1'}}]", "{script: x}",
          CHATOPS_YES, 1 },
        { "[{if: $U, variables: {X: '1'}}, {variables: {X: '1'}}]",
          "{script: x, rules: [{if: $X == '1'}]}", CHATOPS_YES, 0 },
        { "[{if: $U}, {when: always}]", "{script: x}", CHATOPS_YES, 0 },
        { "[{if: $U}, {variables: {X: '1'}}]",
          "{script: x, rules: [{if: $X == '1'}]}", CHATOPS_UNKNOWN, 1 },
        { "[{if: $U}, {variables: {X: '1'}}]",
          "{script: x, inherit: {variables: [X]},"
          " rules: [{if: $X == '1'}]}", CHATOPS_UNKNOWN, 1 },
        { "[{if: $U}, {variables: {X: '1'}}]",
          "{script: x, inherit: {variables: [Y]},"
          " rules: [{if: $X == '1'}]}", CHATOPS_NO, 1 },
        { "[{variables: {X: '1'}}]",
          "{script: x, inherit: {variables: [X]},"
          " rules: [{if: $X == '1'}]}", CHATOPS_YES, 0 },
        { "[{if: $U}, {variables: {CI_JOB_NAME: a}}]",
          "{script: x, rules: [{if: $CI_JOB_NAME == 'job'}]}",
          CHATOPS_UNKNOWN, 1 }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char  text[400];

        (void) snprintf(text, sizeof(text),
                        "job: %s\nvariables: {X: '0'}\n"
                        "workflow: {rules: %s}\n", cases[i].job,
                        cases[i].workflow);

        policy_verdict(*state, "-u U", text, 1, &verdict);

        if (verdict.allowed != cases[i].allowed
            || verdict.unsure != cases[i].unsure
            || (verdict.workflow_rule == NULL) != cases[i].unsure)
        {
            fail_msg("%s: %s, %d", text, chatops_truth_name(verdict.allowed),
                     verdict.unsure);
        }
    }
}


/* Whatever the patterns are, and whether one of them alone is too slow. */

static void
patterns_are_read_and_matched_within_a_budget(void **state)
{
    size_t                  i, k;
    chatops_str_t           name, text, value;
    chatops_scope_t         scope;
    chatops_truth_e         truth;
    chatops_result_t        result;
    chatops_variables_t    *variables;
    chatops_statements_t    statements;

    static const struct {
        const char  *expression;
        const char  *value;           /* of $V */
        unsigned     distinct;
        size_t       most;            /* that may be evaluated */

    } cases[] = {
        { "'%s' =~ /(a?){400}%zub/", NULL, 0, 50 },
        { "'%s' =~ /(a?){400}%zub/", NULL, 1, 50 },
        { "$V == '%s' || 'a' =~ $V || $A%zu", "/(m?a?i?n?){240}b/", 0,
          5000 },
        { "$V == '%s' || 'a' =~ /\\p{Greek}%zu/", "a", 1, 600 }
    };

    char  long_text[901], buf[1200];

    memset(long_text, 'a', 900);
    long_text[900] = '\0';

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        chatops_statements_init(&statements, *state);

        variables = chatops_variables_create(*state, NULL);
        assert_non_null(variables);

        memset(&scope, 0, sizeof(chatops_scope_t));
        scope.variables = variables;

        name = chatops_str("V");
        value = chatops_str(cases[i].value != NULL ? cases[i].value : "");
        assert_int_equal(chatops_variables_set(variables, &name, &value),
                         CHATOPS_OK);

        for (k = 0; k <= cases[i].most; k++) {
            (void) snprintf(buf, sizeof(buf), cases[i].expression, long_text,
                            cases[i].distinct ? k : (size_t) 0);
            text = chatops_str(buf);
            assert_int_equal(chatops_pstrdup(*state, &text, &text),
                             CHATOPS_OK);
            assert_int_equal(chatops_statements_evaluate(&statements, &text,
                                                         &scope, &result),
                             CHATOPS_OK);

            if (statements.steps == 0) {
                break;
            }
        }

        if (k > cases[i].most || result.truth != CHATOPS_UNKNOWN) {
            fail_msg("%s: %zu, %s", cases[i].expression, k,
                     chatops_truth_name(result.truth));
        }

        /* nothing is known from here on */

        text = chatops_str("/main/");
        name = chatops_str("main");

        assert_int_equal(chatops_statements_match(&statements, &text, &name,
                                                  &truth),
                         CHATOPS_OK);
        assert_int_equal(truth, CHATOPS_UNKNOWN);
    }
}


static void
a_rule_is_found_by_its_number(void **state)
{
    size_t                      i;
    chatops_str_t               s;
    chatops_yaml_node_t        *root;
    chatops_yaml_error_t        error;
    const chatops_yaml_node_t  *rule;

    s = chatops_str("[[{a: 1}], {a: 2}, [[{a: 3}], []], {a: 4}]");

    assert_int_equal(chatops_yaml_parse(*state, &s, &root, &error),
                     CHATOPS_OK);

    for (i = 1; i <= 4; i++) {
        rule = chatops_yaml_get(chatops_rules_find(root, i), "a");

        assert_non_null(rule);
        assert_int_equal(rule->value.data[0], '0' + i);
    }

    assert_null(chatops_rules_find(root, 5));
    assert_null(chatops_rules_find(NULL, 1));
}


/* Rules in rules by aliases: 10^5 of them in a few hundred bytes. */

static void
too_many_rules_are_unknown_soon(void **state)
{
    int                 i, k;
    chatops_buf_t       buf;
    chatops_str_t       s;
    chatops_verdict_t   verdict;

    chatops_buf_init(&buf, *state, 100000);
    chatops_buf_text(&buf, ".a0: &a0 [{if: $NO}]\n");

    for (i = 1; i < 6; i++) {
        chatops_buf_text(&buf, ".a");
        chatops_buf_int(&buf, i);
        chatops_buf_text(&buf, ": &a");
        chatops_buf_int(&buf, i);
        chatops_buf_text(&buf, " [");

        for (k = 0; k < 10; k++) {
            chatops_buf_text(&buf, k ? ", *a" : "*a");
            chatops_buf_int(&buf, i - 1);
        }

        chatops_buf_text(&buf, "]\n");
    }

    chatops_buf_text(&buf, "job: {script: x, rules: *a5}\n");

    assert_int_equal(chatops_buf_finish(&buf, &s), CHATOPS_OK);

    policy_verdict(*state, "", (char *) s.data, 1, &verdict);

    assert_int_equal(verdict.allowed, CHATOPS_UNKNOWN);
    assert_non_null(chatops_str_find(&verdict.reason, 0, "too many", 8));
}


int
main(void)
{
#define TEST(name)  cmocka_unit_test_setup_teardown(name, arena_make,         \
                                                    arena_drop)

    const struct CMUnitTest  tests[] = {
        TEST(the_first_rule_that_matches_wins),
        TEST(files_are_asked_for_where_they_are_at_hand),
        TEST(rules_that_agree_only_on_when_are_told_apart),
        TEST(what_a_workflow_may_set_is_not_known),
        TEST(patterns_are_read_and_matched_within_a_budget),
        TEST(a_rule_is_found_by_its_number),
        TEST(too_many_rules_are_unknown_soon)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
