#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "ci_fixture.h"


/*
 * The first error, or NULL where GitLab would have none.  One that ends in a
 * blank is the beginning of what is said.
 */
typedef struct {
    const char  *text;
    const char  *error;
} check_case_t;


#define STRINGS  "it should be an array of strings"
#define SCRIPT   "it should be a string or an array of strings"
#define SOME     "it should be a string or an array of strings"
#define BOOLEAN  "it should be true or false"
#define STRING   "it should be a string"
#define MAPPING  "it should be a mapping"
#define EITHER   "it should be a string or a mapping"
#define TIME     "it should be a duration, for example `1 hour 30 minutes`"
#define IF       ":rules[1]:if: invalid expression: "
#define NO_JOB   "it is no keyword, and as a job it should have `script`, "    \
                 "`run` or `trigger`"


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
check(chatops_arena_t *arena, const char *text, const char *error)
{
    chatops_ci_t          *ci;
    chatops_str_t          s, said;
    chatops_yaml_error_t   reason;

    s = chatops_str(text);

    if (ci_parse(arena, &s, 0, &ci, &reason) != CHATOPS_OK) {
        fail_msg("%s: %s", text, reason.text);
    }

    if (error == NULL && ci->nerrors != 0) {
        fail_msg("%s: %.*s", text, chatops_str_arg(&ci->errors[0].text));
    }

    if (error == NULL) {
        return;
    }

    if (ci->nerrors == 0) {
        fail_msg("%s: no error, but it should be: %s", text, error);
    }

    said = ci->errors[0].text;

    if (error[strlen(error) - 1] == ' ' && said.len > strlen(error)) {
        said.len = strlen(error);
    }

    if (!chatops_str_is(&said, error)) {
        fail_msg("%s: %.*s", text, chatops_str_arg(&ci->errors[0].text));
    }
}


static void
check_all(chatops_arena_t *arena, const char *fmt, const check_case_t *cases,
    size_t n)
{
    char    text[2000];
    char    error[500];
    size_t  i;

    for (i = 0; i < n; i++) {
        (void) snprintf(text, sizeof(text), fmt, cases[i].text);

        if (cases[i].error != NULL && fmt[0] == 'd') {
            (void) snprintf(error, sizeof(error), "deploy%s%s",
                            cases[i].error[0] == ':' ? "" : ": ",
                            cases[i].error);

        } else if (cases[i].error != NULL) {
            (void) snprintf(error, sizeof(error), "%s", cases[i].error);
        }

        check(arena, text, cases[i].error == NULL ? NULL : error);
    }
}


#define CHECK(state, fmt, cases)                                              \
    check_all(*(state), fmt, cases, sizeof(cases) / sizeof(cases[0]))

#define FILE    "%s"
#define JOB     "deploy:\n  script: x\n  %s\n"
#define BARE    "deploy:\n  %s\n"
#define NEEDED  "deploy:\n  script: x\n  %s\nbuild: {script: x}\n"             \
                "p: {script: x, parallel: 2}\n"
#define STAGED  "deploy:\n  script: x\n  stage: b\n  %s\n"                     \
                "early: {script: x, stage: a}\nlate: {script: x, stage: c}\n"  \
                "p: {script: x, stage: a, parallel: 2}\n"                      \
                "q: {script: x, stage: .pre}\nstages: [a, b, c]\n"


static void
the_root_has_keywords_and_jobs(void **state)
{
    static const check_case_t  cases[] = {
        { "a: {script: x}\n",                                NULL },
        { "image: x\nservices: [y]\ncache: {paths: [z]}\n"
          "before_script: [x]\nafter_script: x\na: {script: x}\n", NULL },
        { "default: {image: x}\na: {script: x}\n",           NULL },
        { "default: {image: x}\nimage: y\na: {script: x}\n",
          "`image` is both at the top and in `default`" },
        { "default: {cache: []}\ncache: {}\na: {script: x}\n",
          "`cache` is both at the top and in `default`" },
        { "default: {image: }\nimage: y\na: {script: x}\n",  NULL },
        { "default: x\na: {script: x}\n",                    "default: "
                                                             MAPPING },
        { "default: {script: x}\n",                          NULL },
        { "default: {stage: x}\na: {script: x}\n",
          "default: unknown key `stage`" },
        { "default: {tags: x}\na: {script: x}\n",
          "default:tags: " STRINGS },
        { "workflow: {rules: [{when: never}]}\na: {script: x}\n", NULL },
        { "workflow: {script: x}\n",                         NULL },
        { "workflow: x\na: {script: x}\n",                   "workflow: "
                                                             MAPPING },
        { "foo: x\na: {script: x}\n",                        "foo: " NO_JOB },
        { "foo: {stage: test}\na: {script: x}\n",            "foo: " NO_JOB },
        { "types: [x]\na: {script: x}\n",                    "types: "
                                                             NO_JOB },
        { "foo:\na: {script: x}\n",                          "foo: " NO_JOB },
        { ".foo: x\na: {script: x}\n",                       NULL },
        { ".foo:\na: {script: x}\n",
          ".foo: it can't be empty" },
        { ".foo: {}\na: {script: x}\n",
          ".foo: it can't be empty" },
        { ".foo: {unknown: 1, script: 5}\na: {script: x}\n", NULL },
        { "1: {script: x}\n",
          "1: the name of a job should be a string" },
        { "true: {script: x}\n",
          "true: the name of a job should be a string" },
        { "\"1\": {script: x}\n",                            NULL },
        { "\" \": {script: x}\n",                             NULL },
        { "\"\": {script: x}\n",
          "the name of a job can't be blank" },
        { ".5: {script: x}\na: {script: x}\n",
          ".5: the name of a job should be a string" },
        { ".a: {extends: {}}\na: {script: x}\n",             NULL },
        { "a: {script: x, extends: {}}\n",
          "a:extends: " "it should be a string or an array of strings" },
        { "[a]: {script: x}\nb: {script: x}\n",
          "the name of a job should be a string" },
        { "default: {script: x, image: a}\nimage: b\n",      NULL },
        { "image: 5\na: {script: x}\n",                      "image: "
                                                             EITHER },
        { "stages: x\na: {script: x}\n",                     "stages: "
                                                             STRINGS },
        { "stages: [1]\na: {script: x}\n",
          "stages: it should be an array of strings, nested at most 10 "
          "deep; this one is a number for want of quotes" },
        { "stages: [[test]]\na: {script: x}\n",              NULL },
        { "stages: []\na: {script: x}\n",
          "a: the stage `test` does not exist" },
        { "stages: [a]\na: {script: x, stage: .post}\n",     NULL },
        { "stages: [a]\na: {script: x}\n",
          "a: the stage `test` does not exist" },
        { "a: {script: x, stage: prepare}\n",
          "a: the stage `prepare` does not exist" }
    };

    CHECK(state, FILE, cases);
}


static void
a_job_has_its_keys(void **state)
{
    static const check_case_t  cases[] = {
        { "foo: 1",                   "unknown key `foo`" },
        { "only_: [main]",            "unknown key `only_`" },
        { "type: build",              "unknown key `type`" },
        { "trigger: a/b",
          "`script` and `trigger` can't be used together" },
        { "run: [{name: a}]",
          "`script` and `run` can't be used together" },
        { "secrets: {A: {vault: x}}", NULL },
        { "identity: google_cloud",   NULL },
        { "stage: [x]",               ":stage: " STRING },
        { "when: always",             NULL },
        { "when: never",
          ":when: it should be one of: on_success on_failure always manual "
          "delayed" },
        { "when: [manual]",
          ":when: it should be one of: on_success on_failure always manual "
          "delayed" },
        { "when: delayed",
          "`when: delayed` needs `start_in`, a duration" },
        { "when: delayed\n  start_in: 1 week", NULL },
        { "start_in: 1 day",
          "`start_in` is only possible with `when: delayed`" },
        { "allow_failure: true",      NULL },
        { "allow_failure: {exit_codes: [1, 2]}", NULL },
        { "allow_failure: {exit_codes: 1}", NULL },
        { "allow_failure: {exit_codes: x}",
          ":allow_failure:exit_codes: it should be an integer or an array of "
          "integers" },
        { "allow_failure: {codes: 1}", ":allow_failure: unknown key `codes`" },
        { "allow_failure: x",
          ":allow_failure: it should be true, false or a mapping" },
        { "interruptible: yes",       NULL },
        { "interruptible: \"yes\"",   ":interruptible: " BOOLEAN },
        { "tags: [a, b]",             NULL },
        { "tags: a",                  ":tags: " STRINGS },
        { "tags: [a, 1]",             ":tags: " STRINGS },
        { "tags: [[a]]",              ":tags: " STRINGS },
        { "resource_group: 1",        ":resource_group: " STRING },
        { "dependencies: build",      ":dependencies: " STRINGS },
        { "coverage: /\\d+/",         NULL },
        { "coverage: x",
          ":coverage: it should be a regular expression between slashes" },
        { "hooks: {pre_get_sources_script: [x]}", NULL },
        { "hooks: {pre: x}",          ":hooks: unknown key `pre`" },
        { "hooks: x",                 ":hooks: " MAPPING },
        { "inherit: {default: false}", NULL },
        { "inherit: {default: [image]}", NULL },
        { "inherit: {default: [script]}",
          ":inherit:default: unknown keyword `script`" },
        { "inherit: {variables: [A]}", NULL },
        { "inherit: {variables: A}",
          ":inherit:variables: it should be true, false or an array of "
          "strings" },
        { "inherit: {foo: true}",     ":inherit: unknown key `foo`" },
        { "id_tokens: {A: {aud: x}}", NULL },
        { "id_tokens: {A: {}}",       ":id_tokens:A: it has no `aud`" },
        { "id_tokens: {A: {aud: 1}}", ":id_tokens:A:aud: " SOME },
        { "id_tokens: x",             ":id_tokens: " MAPPING },
        { "manual_confirmation: sure?", NULL },
        { "publish: out",
          "`publish` is only possible in a `pages` job" },
        { "publish: out\n  pages: true", NULL },
        { "pages: {path_prefix: x, expire_in: $TIME}", NULL },
        { "pages: {foo: x}",          ":pages: unknown key `foo`" },
        { "publish: a\n  pages: {publish: b}",
          "`publish` and `pages:publish` can't be used together" },
        { "image: ",                  NULL },
        { "tags: ",                   NULL },
        { "when: ",                   NULL }
    };

    CHECK(state, JOB, cases);
}


static void
a_script_is_strings(void **state)
{
    static const check_case_t  cases[] = {
        { "script: x",                NULL },
        { "script: [x, [y, [z]]]",    NULL },
        { "script: [[[[[[[[[[x]]]]]]]]]]", NULL },
        { "script: [[[[[[[[[[[x]]]]]]]]]]]",
          ":script: " SCRIPT ", nested at most 10 deep; this one is nested "
          "too deeply" },
        { "script: [echo: x]",
          ":script: " SCRIPT ", nested at most 10 deep; this one is a "
          "mapping, perhaps for want of quotes around a colon" },
        { "script: [true]",
          ":script: " SCRIPT ", nested at most 10 deep; this one is a "
          "boolean for want of quotes" },
        { "script: [1]",
          ":script: " SCRIPT ", nested at most 10 deep; this one is a "
          "number for want of quotes" },
        { "script: [x, ~]",
          ":script: " SCRIPT ", nested at most 10 deep; this one is empty" },
        { "script: 1",                ":script: " SCRIPT },
        { "script: {a: b}",           ":script: " SCRIPT },
        { "script:",                  "`script` can't be blank" },
        { "script: []",               "`script` can't be blank" },
        { "script: \"\"",             "`script` can't be blank" },
        { "script: x\n  before_script: {a: b}",
          ":before_script: " SCRIPT },
        { "script: x\n  after_script: [1]",
          ":after_script: " SCRIPT ", nested at most 10 deep; this one is a "
          "number for want of quotes" },
        { "run: [{name: a, script: x}]", NULL },
        { "run: x",                   ":run: it should be an array of steps" },
        { "run: [x]",
          ":run[1]: a step should be a mapping with a `name`" },
        { "run: [{name: a, script: x}]\n  before_script: x",
          "`before_script` and `run` can't be used together" },
        { "stage: test",              NO_JOB }
    };

    CHECK(state, BARE, cases);
}


static void
durations_have_units(void **state)
{
    static const check_case_t  cases[] = {
        { "timeout: 1 week",               NULL },
        { "timeout: 2h20min",              NULL },
        { "timeout: 3 mins and 4 sec",     NULL },
        { "timeout: 1.5 hours",            NULL },
        { "timeout: \"1:30:00\"",          NULL },
        { "timeout: \"90\"",               NULL },
        { "timeout: day",                  NULL },
        { "timeout: two hours, 1 minute",  NULL },
        { "timeout: 30 days",              NULL },
        { "timeout: twenty two days",      NULL },
        { "timeout: thirty two days",      ":timeout: it should be at most a "
                                           "month" },
        { "timeout: 1 and a half hours",   NULL },
        { "timeout: half an hour",         ":timeout: " TIME },
        { "timeout: two, hours",           ":timeout: " TIME },
        { "timeout: one-hour",             NULL },
        { "timeout: 1-hour",               ":timeout: " TIME },
        { "timeout: \"1:30h\"",            NULL },
        { "timeout: 1 month",              NULL },
        { "timeout: 31 days",              ":timeout: it should be at most a "
                                           "month" },
        { "timeout: 1:30:00",              ":timeout: " TIME },
        { "timeout: 90",                   ":timeout: " TIME },
        { "timeout: \"0\"",                ":timeout: " TIME },
        { "timeout: soon",                 ":timeout: " TIME },
        { "timeout: 1 fortnight",          ":timeout: " TIME },
        { "timeout: 1h, 30",               NULL },
        { "timeout: 1 , 2 h",              ":timeout: " TIME },
        { "timeout: never",                ":timeout: " TIME },
        { "timeout: \"1:2:3:4:5:6:7\"",    ":timeout: " TIME },
        { "timeout: [1h]",                 ":timeout: " TIME },
        { "when: delayed\n  start_in: 7 days", NULL },
        { "when: delayed\n  start_in: 8 days",
          ":start_in: it should be at most a week" },
        { "when: delayed\n  start_in: 5",  ":start_in: " TIME },
        { "artifacts: {expire_in: never}", NULL },
        { "artifacts: {expire_in: Never}", NULL },
        { "artifacts: {expire_in: 2 yrs}", NULL },
        { "artifacts: {expire_in: $TIME}", ":artifacts:expire_in: " TIME }
    };

    CHECK(state, JOB, cases);
}


static void
patterns_are_re2s(void **state)
{
    static const check_case_t  cases[] = {
        { "only: [/^a(b|c)$/]",           NULL },
        { "only: [/a(/]",
          ":only[1]: no regular expression in RE2's language: " },
        { "only: [/a(?=b)/]",
          ":only[1]: no regular expression in RE2's language: " },
        { "except: {refs: [a, /a(?!b)/]}",
          ":except:refs[2]: no regular expression in RE2's language: " },
        { "only: [/a(]",                  NULL },
        { "only: [/a(/x]",                NULL },
        { "only: [/a(/@b/c]",             NULL },
        { "coverage: /a(/",
          ":coverage: no regular expression in RE2's language: " },
        { "rules: [{if: $A == \"b\" && $C =~ /^d/}]", NULL },
        { "rules: [{if: $A == 1}]",       IF },
        { "rules: [{if: \"\"}]",          IF },
        { "rules: [{if: $A =~ /a(/}]",    IF },
        { "rules: [{if: \"${A}\"}]",      IF },
        { "only: {variables: [$A ==]}",
          ":only:variables[1]: invalid expression: " },
        { "only: {variables: [$A, \"$B\"]}", NULL }
    };

    CHECK(state, JOB, cases);
}


static void
rules_have_conditions(void **state)
{
    static const check_case_t  cases[] = {
        { "rules: [{if: $A}]",             NULL },
        { "rules: [[{if: $A}], {when: never}]", NULL },
        { "rules:",                        NULL },
        { "rules: []",                     ":rules: the list is empty" },
        { "rules: [{}]",                   ":rules[1]: the rule is empty" },
        { "rules: {if: $A}",               ":rules: it should be an array" },
        { "rules: [x]",
          ":rules: it should be an array of mappings, nested at most 10 "
          "deep" },
        { "rules: [~]",
          ":rules: it should be an array of mappings, nested at most 10 "
          "deep" },
        { "rules: [{if: 1}]",
          ":rules[1]:if: invalid expression: it is not a string" },
        { "rules: [{when: never}, {foo: x}]",
          ":rules[2]: unknown key `foo`" },
        { "rules: [{when: sometimes}]",
          ":rules[1]:when: it should be one of: on_success on_failure always "
          "never manual delayed" },
        { "rules: [{auto_cancel: {on_new_commit: none}}]",
          ":rules[1]: unknown key `auto_cancel`" },
        { "rules: [{allow_failure: 1}]",
          ":rules[1]:allow_failure: " BOOLEAN },
        { "rules: [{allow_failure: {exit_codes: 1}}]",
          ":rules[1]:allow_failure: " BOOLEAN },
        { "rules: [{interruptible: x}]",
          ":rules[1]:interruptible: " BOOLEAN },
        { "rules: [{start_in: 1 day}]",
          ":rules[1]: it has `start_in` without `when: delayed`" },
        { "rules: [{when: delayed}]",
          ":rules[1]: it has `when: delayed` without `start_in`" },
        { "rules: [{when: delayed, start_in: 1 day}]", NULL },
        { "rules: [{when: delayed, start_in: 2 weeks}]",
          ":rules[1]:start_in: it should be at most a week" },
        { "rules: [{variables: {A: b, C: 1}}]", NULL },
        { "rules: [{variables: {A: {value: b}}}]",
          ":rules[1]:variables:A: a variable should be a string here" },
        { "rules: [{changes: [a]}]",       NULL },
        { "rules: [{changes: {paths: [a], compare_to: b}}]", NULL },
        { "rules: [{changes: {compare_to: b}}]",
          ":rules[1]:changes: it has no `paths`" },
        { "rules: [{changes: a}]",
          ":rules[1]:changes: it should be an array or a mapping" },
        { "rules: [{changes: [[a]]}]",     ":rules[1]:changes: " STRINGS },
        { "rules: [{changes: {paths: a}}]",
          ":rules[1]:changes:paths: " STRINGS },
        { "rules: [{exists: a}]",          NULL },
        { "rules: [{exists: {paths: [a], project: b, ref: c}}]", NULL },
        { "rules: [{exists: {paths: [a], ref: c}}]",
          ":rules[1]:exists: it has a `ref`, but no `project`" },
        { "rules: [{exists: 1}]",
          ":rules[1]:exists: it should be a string, an array of strings or a "
          "mapping" },
        { "rules: [{exists: {foo: [a], paths: [a]}}]",
          ":rules[1]:exists: unknown key `foo`" },
        { "rules: [{needs: [{pipeline: a/b, job: c}]}]",
          ":rules[1]:needs[1]: a need of another pipeline's job is not "
          "possible here" },
        { "rules: [{when: never}]\n  only: [a]",
          "`only` can't be used together with `rules`" },
        { "rules: [{when: never}]\n  except: [a]",
          "`except` can't be used together with `rules`" },
        { "rules: [{when: never}]\n  start_in: 1 day",
          "`start_in` can't be used together with `rules`" },
        { "rules: [{when: never}]\n  only:", NULL },
        { "rules:\n  only: [a]",           NULL }
    };

    CHECK(state, JOB, cases);
}


static void
a_workflow_has_rules_of_its_own(void **state)
{
    static const check_case_t  cases[] = {
        { "{rules: [{if: $A, when: always}, {when: never}]}", NULL },
        { "{rules: [{auto_cancel: {on_new_commit: none}}]}",  NULL },
        { "{rules: [{variables: {A: b}}], name: x}",          NULL },
        { "{rules: [{when: manual}]}",
          "workflow:rules[1]:when: it should be one of: always never" },
        { "{rules: [{interruptible: true}]}",
          "workflow:rules[1]: unknown key `interruptible`" },
        { "{rules: []}",                "workflow:rules: the list is empty" },
        { "{rules: [x]}",               "workflow:rules[1]: " MAPPING },
        { "{rules: x}",
          "workflow:rules: it should be an array" },
        { "{foo: x}",                   "workflow: unknown key `foo`" },
        { "{auto_cancel: {on_new_commit: x}}",
          "workflow:auto_cancel:on_new_commit: it should be one of: "
          "conservative interruptible none" },
        { "{auto_cancel: {on_job_failure: all}}", NULL },
        { "{auto_cancel: all}",         "workflow:auto_cancel: " MAPPING }
    };

    CHECK(state, "workflow: %s\na: {script: x}\n", cases);
}


static void
policies_have_refs(void **state)
{
    static const check_case_t  cases[] = {
        { "only: [main, /^v/i, a@b/c]",   NULL },
        { "only: {refs: [main], kubernetes: active}", NULL },
        { "except: {variables: [$A], changes: [x]}", NULL },
        { "only: []",                     NULL },
        { "only: main",
          ":only: it should be an array of conditions or a mapping" },
        { "except: 1",
          ":except: it should be an array of conditions or a mapping" },
        { "only: {}",                     ":only: it can't be empty" },
        { "only: {ref: [main]}",          ":only: unknown key `ref`" },
        { "only: [1]",
          ":only[1]: it should be a string or a regular expression" },
        { "only: {refs: main}",
          ":only:refs: it should be an array of strings or regular "
          "expressions" },
        { "only: {kubernetes: passive}",
          ":only:kubernetes: it should be one of: active" },
        { "only: {changes: x}",           ":only:changes: " STRINGS },
        { "only: {variables: $A}",        ":only:variables: " STRINGS },
        { "only: {refs: }",               NULL }
    };

    CHECK(state, JOB, cases);
}


static void
variables_have_values(void **state)
{
    static const check_case_t  cases[] = {
        { "variables: {A: b, C: 1, D: 1.5, E: true, F: }", NULL },
        { "variables: {A: {value: b, expand: false}}", NULL },
        { "variables: {1: b}",            NULL },
        { "variables: {A: [b]}",
          ":variables:A: a variable should be a string or a mapping" },
        { "variables: {A: {value: b, description: c}}",
          ":variables:A: `description` is not possible for a variable here" },
        { "variables: {A: {foo: b}}",     ":variables:A: unknown key `foo`" },
        { "variables: {A: {expand: b}}",  ":variables:A:expand: " BOOLEAN },
        { "variables: {A: {value: [b]}}",
          ":variables:A:value: it should be a string, a number or a "
          "boolean" },
        { "variables: [A]",               ":variables: " MAPPING },
        { "variables: {true: b}",
          ":variables: the name of a variable should be a string" }
    };
    static const check_case_t  globals[] = {
        { "{A: {value: b, description: c, options: [a, b]}}", NULL },
        { "{A: {value: b, options: []}}", NULL },
        { "{A: {value: c, options: [a, b]}}",
          "variables:A: its `value` is none of its `options`" },
        { "{A: {options: [a, b]}}",
          "variables:A: its `value` is none of its `options`" },
        { "{A: {value: 1, options: [\"1\"]}}",
          "variables:A: its `value` is none of its `options`" },
        { "{A: {value: b, options: [1]}}",
          "variables:A:options: " STRINGS },
        { "{A: {description: [c]}}",      "variables:A:description: "
                                          STRING }
    };

    CHECK(state, JOB, cases);
    CHECK(state, "variables: %s\na: {script: x}\n", globals);
}


static void
jobs_can_be_parallel(void **state)
{
    static const check_case_t  cases[] = {
        { "parallel: 1",                  NULL },
        { "parallel: 200",                NULL },
        { "parallel: 201",
          ":parallel: it should be from 1 to 200" },
        { "parallel: 0",
          ":parallel: it should be from 1 to 200" },
        { "parallel: -1",
          ":parallel: it should be from 1 to 200" },
        { "parallel: 2.5",
          ":parallel: it should be an integer or have a `matrix`" },
        { "parallel: \"2\"",
          ":parallel: it should be an integer or have a `matrix`" },
        { "parallel: {matrix: [{A: [b, 1], C: d}]}", NULL },
        { "parallel: {matrix: {A: b}}",
          ":parallel:matrix: it should be an array of mappings" },
        { "parallel: {matrix: [A]}",
          ":parallel:matrix: it should be an array of mappings" },
        { "parallel: {matrix: [{}]}",
          ":parallel:matrix[1]: it should name at least one variable" },
        { "parallel: {matrix: [{A: [true]}]}",
          ":parallel:matrix[1]: variables of a matrix should be strings or "
          "integers, or arrays of these" },
        { "parallel: {matrix: [{A: }]}",
          ":parallel:matrix[1]: variables of a matrix should be strings or "
          "integers, or arrays of these" },
        { "parallel: {}",                 ":parallel: it has no `matrix`" },
        { "parallel: {matrix: [{A: b}], foo: 1}",
          ":parallel: unknown key `foo`" },
        { "parallel: {matrix: [{A: [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 11, 12, "
          "13, 14, 15], B: [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 11, 12, 13, "
          "14]}]}",
          ":parallel:matrix: it makes too many jobs (at most 200)" },
        { "retry: 2",                     NULL },
        { "retry: 3",
          ":retry: it should be an integer from 0 to 2" },
        { "retry: \"2\"",
          ":retry: it should be an integer or a mapping" },
        { "retry: {max: 1, when: [script_failure, always], exit_codes: 1}",
          NULL },
        { "retry: {max: 3}",
          ":retry:max: it should be an integer from 0 to 2" },
        { "retry: {when: failure}",
          ":retry:when: `failure` is no reason of a failure" },
        { "retry: {when: [1]}",           ":retry:when: " SOME },
        { "retry: {times: 1}",            ":retry: unknown key `times`" }
    };

    CHECK(state, JOB, cases);
}


static void
images_have_names(void **state)
{
    static const check_case_t  cases[] = {
        { "image: x",                     NULL },
        { "image: {name: x, entrypoint: [\"\"], pull_policy: always}", NULL },
        { "image: {name: x, docker: {user: a, platform: b}}", NULL },
        { "image: {name: x, kubernetes: {user: 1000}}", NULL },
        { "image: \"\"",                  ":image: it can't be blank" },
        { "image: [x]",                   ":image: " EITHER },
        { "image: {entrypoint: [a]}",     ":image: it has no `name`" },
        { "image: {name: 1}",             ":image:name: " STRING },
        { "image: {name: x, entrypoint: a}",
          ":image:entrypoint: " STRINGS },
        { "image: {name: x, ports: [80]}", ":image: unknown key `ports`" },
        { "image: {name: x, command: [a]}",
          ":image: unknown key `command`" },
        { "image: {name: x, pull_policy: sometimes}",
          ":image:pull_policy: it should be one of: always never "
          "if-not-present" },
        { "image: {name: x, pull_policy: []}",
          ":image:pull_policy: the list is empty" },
        { "image: {name: x, docker: {user: 1}}",
          ":image:docker:user: " STRING },
        { "image: {name: x, docker: {privileged: true}}",
          ":image:docker: unknown key `privileged`" },
        { "services: [x, {name: y, alias: z, command: [a]}]", NULL },
        { "services: [[x], ~]",           NULL },
        { "services: x",                  ":services: it should be an "
                                          "array" },
        { "services: [{alias: z}]",       ":services[1]: it has no `name`" },
        { "services: [{name: y, variables: {A: b}}]", NULL },
        { "services: [{name: y, variables: {A: {value: b}}}]",
          ":services[1]:variables:A: a variable should be a string here" },
        { "services: [x, 1]",             ":services[2]: " EITHER }
    };

    CHECK(state, JOB, cases);
}


static void
artifacts_and_caches_have_paths(void **state)
{
    static const check_case_t  cases[] = {
        { "artifacts: {paths: [a], when: always, expire_in: 1 day}", NULL },
        { "artifacts: {reports: {junit: a, dotenv: [b]}}", NULL },
        { "artifacts: [a]",               ":artifacts: " MAPPING },
        { "artifacts: {path: [a]}",       ":artifacts: unknown key `path`" },
        { "artifacts: {paths: a}",        ":artifacts:paths: " STRINGS },
        { "artifacts: {untracked: 1}",    ":artifacts:untracked: "
                                          BOOLEAN },
        { "artifacts: {when: never}",
          ":artifacts:when: it should be one of: on_success on_failure "
          "always" },
        { "artifacts: {reports: {foo: a}}",
          ":artifacts:reports: unknown key `foo`" },
        { "artifacts: {reports: {junit: {a: b}}}",
          ":artifacts:reports:junit: " SOME },
        { "artifacts: {reports: {coverage_report: {path: a}}}",
          ":artifacts:reports:coverage_report: it has no "
          "`coverage_format`" },
        { "artifacts: {reports: {coverage_report: {path: a, "
          "coverage_format: jacoco}}}", NULL },
        { "artifacts: {access: all, public: true}",
          ":artifacts: `access` and `public` can't be used together" },
        { "artifacts: {expose_as: a b, paths: [a]}", NULL },
        { "artifacts: {expose_as: a}",
          ":artifacts: `expose_as` needs `paths`" },
        { "artifacts: {expose_as: a, paths: [\"*\"]}",
          ":artifacts: with `expose_as` no path can have a `*`" },
        { "artifacts: {expose_as: a/b, paths: [a]}",
          ":artifacts: `expose_as` can only have letters, digits, `-`, `_` "
          "and blanks, at most 100" },
        { "cache: {key: a, paths: [b], policy: pull, when: always}", NULL },
        { "cache: [{key: a}, {key: b}]",  NULL },
        { "cache: [{}, {}, {}, {}, {}]",
          ":cache: it has more than 4 caches" },
        { "cache: a",                     ":cache: " MAPPING },
        { "cache: {path: [b]}",           ":cache: unknown key `path`" },
        { "cache: {key: a/b}",            ":cache:key: it can't have a `/`" },
        { "cache: {key: a%2Fb}",          ":cache:key: it can't have a `/`" },
        { "cache: {key: ..}",
          ":cache:key: it can't be `.` or `..`" },
        { "cache: {key: \"%2E.\"}",
          ":cache:key: it can't be `.` or `..`" },
        { "cache: {key: 1}",              ":cache:key: " EITHER },
        { "cache: {key: {files: [a, b], prefix: c}}", NULL },
        { "cache: {key: {files: [a, b, c]}}",
          ":cache:key:files: it has too many entries (at most 2)" },
        { "cache: {key: {files: []}}",
          ":cache:key:files: it should name a file" },
        { "cache: {key: {prefix: c}}",    ":cache:key: it has no `files`" },
        { "cache: {policy: push-pull-x}", NULL },
        { "cache: {policy: take}",
          ":cache:policy: it should be a variable or one of: pull-push push "
          "pull" },
        { "cache: {fallback_keys: [a, b, c, d, e, f]}",
          ":cache:fallback_keys: it has too many entries (at most 5)" },
        { "cache: {unprotect: 1}",        ":cache:unprotect: " BOOLEAN }
    };

    CHECK(state, JOB, cases);
}


static void
environments_and_releases_have_names(void **state)
{
    static const check_case_t  cases[] = {
        { "environment: a/$B ${C}.d-e_f", NULL },
        { "environment: {name: a, url: b, action: prepare}", NULL },
        { "environment: {name: a, auto_stop_in: 1 day}", NULL },
        { "environment: [a]",             ":environment: " EITHER },
        { "environment: {url: b}",        ":environment: it has no `name`" },
        { "environment: /a",
          ":environment: the name can only have letters, digits, `-`, `_`, "
          "`/`, `$`, `{`, `}`, `.` and blanks, and no `/` at its ends" },
        { "environment: a:b",
          ":environment: the name can only have letters, digits, `-`, `_`, "
          "`/`, `$`, `{`, `}`, `.` and blanks, and no `/` at its ends" },
        { "environment: \"\"",
          ":environment: the name can't be blank" },
        { "environment: {name: a, action: end}",
          ":environment:action: it should be one of: start stop prepare "
          "verify access" },
        { "environment: {name: a, foo: b}",
          ":environment: unknown key `foo`" },
        { "environment: {name: a, on_stop: [b]}",
          ":environment:on_stop: " STRING },
        { "environment: {name: a, kubernetes: {namespace: b}}", NULL },
        { "environment: {name: a, kubernetes: {}}",
          ":environment:kubernetes: it can't be empty" },
        { "environment: {name: a, kubernetes: {foo: b}}",
          ":environment:kubernetes: unknown key `foo`" },
        { "environment: {name: a, kubernetes: {namespace: b, "
          "flux_resource_path: c}}",
          ":environment:kubernetes: it needs an `agent`" },
        { "release: {tag_name: a, description: b, ref: $C}", NULL },
        { "release: {tag_name: a}",       ":release: it has no "
                                          "`description`" },
        { "release: {description: a}",    ":release: it has no `tag_name`" },
        { "release: {tag_name: 1, description: b}",
          ":release:tag_name: " STRING },
        { "release: {tag_name: a, description: b, ref: a..b}",
          ":release:ref: it should be a valid ref" },
        { "release: {tag_name: a, description: b, released_at: now}",
          ":release:released_at: it should be a date and time in ISO 8601" },
        { "release: {tag_name: a, description: b, "
          "released_at: \"2021-03-15T08:00:00Z\"}", NULL },
        { "release: {tag_name: a, description: b, milestones: [c]}", NULL },
        { "release: {tag_name: a, description: b, assets: {links: [c]}}",
          ":release:assets:links: it should be an array of mappings" },
        { "release: a",                   ":release: " MAPPING }
    };

    CHECK(state, JOB, cases);
}


static void
needs_are_jobs(void **state)
{
    static const check_case_t  cases[] = {
        { "needs: [build]",               NULL },
        { "needs: []",                    NULL },
        { "needs: {job: build}",          NULL },
        { "needs: [{job: build, artifacts: false, optional: true}]", NULL },
        { "needs: [p, [build], ~]",       NULL },
        { "needs: [\"p 1/2\"]",           NULL },
        { "needs: [{pipeline: $A, job: b}]", NULL },
        { "needs: [{project: a/b, ref: c, job: d}]", NULL },
        { "needs: build",
          ":needs: it should be an array or a mapping" },
        { "needs: {}",                    ":needs: the need has no `job`" },
        { "needs: [1]",
          ":needs[1]: a need should be the name of a job or a mapping" },
        { "needs: [\"\"]",                ":needs[1]: the need is blank" },
        { "needs: [{job: build, foo: 1}]", ":needs[1]: unknown key `foo`" },
        { "needs: [{job: build, artifacts: x}]",
          ":needs[1]:artifacts: " BOOLEAN },
        { "needs: [{artifacts: true}]",
          ":needs[1]: the need has no `job`" },
        { "needs: [{project: a/b, job: d}]",
          ":needs[1]: the need has no `ref`" },
        { "needs: [{pipeline: $A}]",
          ":needs[1]: a need of a pipeline is not possible here" },
        { "needs: [{job: p, parallel: 2}]",
          ":needs[1]:parallel: it can't be a number here, only a "
          "`matrix`" },
        { "needs: [a, b]",
          "`needs` names `a`, and there is no such job" },
        { "needs: [{job: a, optional: true}]", NULL },
        { "needs: [build, build]",        "it needs `build` twice" },
        { "needs: [build, {job: build}]", "it needs `build` twice" },
        { "needs: [p, \"p 1/2\"]",        "it needs `p 1/2` twice" },
        { "needs: [deploy]",
          "circular dependency: it needs itself" },
        { "dependencies: [build]",        NULL },
        { "dependencies: [a]",
          "`dependencies` names `a`, and there is no such job" },
        { "needs: [p]\n  dependencies: [build]",
          "`dependencies` names `build`, which should be part of `needs`" },
        { "needs: [{pipeline: $A, job: b}]\n  dependencies: [build]",
          "`dependencies` names `build`, which should be part of `needs`" },
        { "rules: [{needs: [a]}]",
          "`needs` names `a`, and there is no such job" },
        { "rules: [{needs: [build, \"p 1/2\"]}]", NULL },
        { "rules: [{needs: [p]}]",
          "`needs` names `p`, and there is no such job" },
        { "needs: [{job: m, parallel: {matrix: [{A: b}]}}]\n"
          "m: {script: x, parallel: {matrix: [{A: [b, c]}]}}", NULL },
        { "needs: [{job: m, parallel: {matrix: [{A: d}]}}]\n"
          "m: {script: x, parallel: {matrix: [{A: [b, c]}]}}",
          "`needs` names `m: [d]`, and there is no such job" },
        { "needs: [m, {job: m, parallel: {matrix: [{A: b}]}}]\n"
          "m: {script: x, parallel: {matrix: [{A: [b, c]}]}}",
          "it needs `m: [b]` twice" },
        { "needs: [m]\nm: {script: x, parallel: {matrix: [{A: [b, b]}]}}",
          "it needs `m`, two of whose instances have the same name" },
        { "needs: [{job: m, parallel: {matrix: [{A: [b, b]}]}}]\n"
          "m: {script: x, parallel: {matrix: [{A: [b, c]}]}}",
          "it needs `m`, two of whose instances have the same name" },
        { "needs: [m, build]\n  dependencies: [m]\n"
          "m: {script: x, parallel: {matrix: []}}", NULL },
        { "needs: [m]\nm: {script: x, parallel: {matrix: [{A: []}]}}",
          NULL },
        { "needs: [{job: m, parallel: {matrix: [{A: b}]}}]\n"
          "m: {script: x, parallel: {matrix: }}",
          "`needs` names `m: [b]`, and there is no such job" },
        { "rules: [{needs: [m]}]\nm: {script: x, parallel: {matrix: []}}",
          "`needs` names `m`, and there is no such job" }
    };

    CHECK(state, NEEDED, cases);
}


static void
what_is_named_comes_before(void **state)
{
    static const check_case_t  cases[] = {
        { "needs: [early, p, q]",         NULL },
        { "dependencies: [early, p, q]",  NULL },
        { "needs: [late]",
          "`needs` names `late`, which is in a later stage" },
        { "dependencies: [late]",
          "`dependencies` names `late`, which is in a later stage" },
        { "environment: {name: a, on_stop: none}",
          "`on_stop` names `none`, and there is no such job" },
        { "environment: {name: a, on_stop: late}",
          "`on_stop` names `late`, which has no environment" },
        { "environment: {name: a, on_stop: s}\n"
          "s: {script: x, stage: a, environment: {name: b, action: stop}}",
          "`on_stop` names `s`, which has another environment" },
        { "environment: {name: a, on_stop: s}\n"
          "s: {script: x, stage: a, environment: {name: a}}",
          "`on_stop` names `s`, which does not have `action: stop`" },
        { "environment: {name: a, on_stop: s}\n"
          "s: {script: x, stage: a, environment: {name: a, action: stop}}",
          NULL },
        { "needs: [r]\n"
          "r: {script: x, stage: b, needs: [s]}\n"
          "s: {script: x, stage: b, needs: [deploy]}",
          "circular dependency: deploy, which needs r, which needs s, which "
          "needs it" }
    };

    CHECK(state, STAGED, cases);
}


static void
a_bridge_has_a_trigger(void **state)
{
    static const check_case_t  cases[] = {
        { "trigger: a/b",                 NULL },
        { "trigger: {project: a/b, branch: c, strategy: depend}", NULL },
        { "trigger: {include: a.yml}",    NULL },
        { "trigger: {include: [{local: a.yml}, {project: b, file: c}]}",
          NULL },
        { "trigger: a/b\n  parallel: {matrix: [{A: b}]}", NULL },
        { "trigger: {project: a/b, forward: {yaml_variables: false}}", NULL },
        { "trigger: [a]",                 ":trigger: " EITHER },
        { "trigger: \"\"",                ":trigger: it can't be blank" },
        { "trigger:",
          "it should have `script`, `run` or `trigger`, or need a "
          "pipeline" },
        { "needs: [{pipeline: a/b}]",     NULL },
        { "needs: {pipeline: a/b}",       NULL },
        { "needs: [{pipeline: a/b}, {pipeline: c/d}]",
          "it should need at most one other pipeline" },
        { "needs: []",
          "it should have `script`, `run` or `trigger`, or need a "
          "pipeline" },
        { "trigger: {branch: c}",
          ":trigger: it has neither `project` nor `include`" },
        { "trigger: {project: a/b, strategy: wait}",
          ":trigger:strategy: it should be one of: depend mirror" },
        { "trigger: {project: a/b, foo: c}",
          ":trigger: unknown key `foo`" },
        { "trigger: {include: a.yml, project: a/b}",
          ":trigger: unknown key `project`" },
        { "trigger: {include: {local: a.yml}}",
          ":trigger:include: it should be an array or a string" },
        { "trigger: {include: [a, b, c, d]}",
          ":trigger:include: it is too long (at most 3)" },
        { "trigger: {include: [{project: b}]}",
          ":trigger:include[1]: it should name the `file` of the project" },
        { "trigger: {include: [{artifact: b}]}",
          ":trigger:include[1]: it should name the `job` of the artifact" },
        { "trigger: {include: [{artifact: b, job: c}]}",
          "`trigger:include` names `c`, and there is no such job" },
        { "trigger: {include: [{foo: b}]}",
          ":trigger:include[1]: unknown key `foo`" },
        { "trigger: {project: a/b, forward: {foo: true}}",
          ":trigger:forward: unknown key `foo`" },
        { "trigger: a/b\n  when: delayed",
          ":when: it should be one of: on_success on_failure always "
          "manual" },
        { "trigger: a/b\n  tags: [c]",    "unknown key `tags`" },
        { "trigger: a/b\n  image: c",     "unknown key `image`" },
        { "trigger: a/b\n  parallel: 2",
          ":parallel: it can't be a number here, only a `matrix`" },
        { "trigger: a/b\n  allow_failure: {exit_codes: 1}",
          ":allow_failure: " BOOLEAN },
        { "trigger: a/b\n  needs: [{pipeline: a/b, job: c}]",
          ":needs[1]: a need of another pipeline's job is not possible "
          "here" }
    };

    CHECK(state, BARE, cases);
}


static void
an_include_may_bring_the_rest(void **state)
{
    static const check_case_t  cases[] = {
        { "script: x\n  stage: theirs",    NULL },
        { "script: x\n  needs: [theirs]",  NULL },
        { "script: x\n  dependencies: [theirs]", NULL },
        { "script: x\n  environment: {name: a, on_stop: theirs}", NULL },
        { "script: x\n  environment: {url: a}", NULL },
        { "script: x\n  image: {entrypoint: [a]}", NULL },
        { "script: x\n  start_in: 1 day",  NULL },
        { "stage: test",                   NULL },
        { "needs: [theirs]\n  tags: [a]",  NULL },
        { "extends: .theirs",              NULL },
        { "rules: !reference [.theirs, rules]", NULL },
        { "script: [!reference [.theirs, script], x]", NULL },
        { "tags: [!reference [.theirs, tags]]", NULL },
        { "stage: [test]",                 ":stage: " STRING },
        { "script: x\n  foo: bar",         "unknown key `foo`" },
        { "script: x\n  needs: [a, a]",    "it needs `a` twice" },
        { "script: x\n  rules: []",        ":rules: the list is empty" },
        { "script:",                       "`script` can't be blank" }
    };

    CHECK(state, "deploy:\n  %s\ninclude: {project: a/b, file: c.yml}\n",
          cases);
}


static void
a_header_has_inputs(void **state)
{
    static const check_case_t  cases[] = {
        { "{spec: {inputs: {a: {default: b}}}}", NULL },
        { "{spec: {inputs: {a: {default: b, regex: ^b, options: [b]}}}}",
          NULL },
        { "{spec: {inputs: {a: {default: 1, type: number}}}}", NULL },
        { "{spec: {inputs: {a: {default: , type: array}}}}", NULL },
        { "{spec: }",                      NULL },
        { "{spec: {inputs: }}",            NULL },
        { "{spec: {description: a, component: [name]}}", NULL },
        { "{spec: x}",                     "spec: " MAPPING },
        { "{spec: {}, x: y}",              "unknown key `x`" },
        { "{spec: {input: {}}}",           "spec: unknown key `input`" },
        { "{spec: {inputs: [a]}}",         "spec:inputs: " MAPPING },
        { "{spec: {inputs: {a: b}}}",      "spec:inputs:a: " MAPPING },
        { "{spec: {inputs: {a: {value: b}}}}",
          "spec:inputs:a: unknown key `value`" },
        { "{spec: {inputs: {a: {type: text}}}}",
          "spec:inputs:a:type: it should be one of: array boolean number "
          "string" },
        { "{spec: {inputs: {a: {default: b, type: }}}}",
          "spec:inputs:a: its `type` and `regex` can't be empty" },
        { "{spec: {inputs: {a: {default: b, options: c}}}}",
          "spec:inputs:a:options: it should be an array" },
        { "{spec: {inputs: {a: {default: b, options: [~]}}}}",
          "spec:inputs:a:options: an option can't be empty" },
        { "{spec: {inputs: {a: {default: b, regex: ^c}}}}",
          "spec:inputs:a: the default does not match the `regex`" },
        { "{spec: {inputs: {a: {default: b, regex: b(}}}}",
          "spec:inputs:a: no regular expression in RE2's language: " },
        { "{spec: {inputs: {a: {default: 1, type: number, regex: b}}}}",
          "spec:inputs:a: `regex` is only for strings" },
        { "{spec: {inputs: {a: {default: true, type: boolean, options: "
          "[true]}}}}",
          "spec:inputs:a: `options` are only for strings and numbers" },
        { "{spec: {inputs: {a: {default: b, options: [c]}}}}",
          "input `a` is none of its options" }
    };

    CHECK(state, "%s\n---\na: {script: x}\n", cases);
}


static void
only_an_input_without_a_value_is_open(void **state)
{
    static const check_case_t  cases[] = {
        { "a: {script: x, stage: \"$[[ inputs.b ]]\"}\n",
          "a: the stage `$[[ inputs.b ]]` does not exist" },
        { "spec: {inputs: {b: }}\n---\n"
          "a: {script: x, stage: \"$[[ inputs.b ]]\", "
          "tags: \"$[[ inputs.b ]]\", parallel: \"$[[ inputs.b ]]\"}\n",
          NULL },
        { "spec: {inputs: {b: {default: test}}}\n---\n"
          "a: {script: x, stage: \"$[[ inputs.b ]]\"}\n", NULL },
        { "spec: {inputs: {b: {default: c}}}\n---\n"
          "a: {script: x, stage: \"$[[ inputs.b ]]\"}\n",
          "a: the stage `c` does not exist" }
    };

    CHECK(state, FILE, cases);
}


static void
errors_have_lines(void **state)
{
    chatops_ci_t          *ci;
    chatops_str_t          text;
    chatops_yaml_error_t   error;

    text = chatops_str("deploy:\n"
                       "  script: x\n"
                       "  rules:\n"
                       "    - when: never\n"
                       "    - when: sometimes\n"
                       "  foo: bar\n"
                       "build:\n"
                       "  script:\n"
                       "    - x\n"
                       "    - y: z\n");

    assert_int_equal(ci_parse(*state, &text, 0, &ci, &error), CHATOPS_OK);
    assert_int_equal(ci->nerrors, 3);
    assert_int_equal(ci->errors[0].line, 5);
    assert_int_equal(ci->errors[1].line, 6);
    assert_int_equal(ci->errors[2].line, 10);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(the_root_has_keywords_and_jobs,
                                        arena_make, arena_drop),
        cmocka_unit_test_setup_teardown(a_job_has_its_keys, arena_make,
                                        arena_drop),
        cmocka_unit_test_setup_teardown(a_script_is_strings, arena_make,
                                        arena_drop),
        cmocka_unit_test_setup_teardown(durations_have_units, arena_make,
                                        arena_drop),
        cmocka_unit_test_setup_teardown(patterns_are_re2s, arena_make,
                                        arena_drop),
        cmocka_unit_test_setup_teardown(rules_have_conditions, arena_make,
                                        arena_drop),
        cmocka_unit_test_setup_teardown(a_workflow_has_rules_of_its_own,
                                        arena_make, arena_drop),
        cmocka_unit_test_setup_teardown(policies_have_refs, arena_make,
                                        arena_drop),
        cmocka_unit_test_setup_teardown(variables_have_values, arena_make,
                                        arena_drop),
        cmocka_unit_test_setup_teardown(jobs_can_be_parallel, arena_make,
                                        arena_drop),
        cmocka_unit_test_setup_teardown(images_have_names, arena_make,
                                        arena_drop),
        cmocka_unit_test_setup_teardown(artifacts_and_caches_have_paths,
                                        arena_make, arena_drop),
        cmocka_unit_test_setup_teardown(environments_and_releases_have_names,
                                        arena_make, arena_drop),
        cmocka_unit_test_setup_teardown(needs_are_jobs, arena_make,
                                        arena_drop),
        cmocka_unit_test_setup_teardown(what_is_named_comes_before,
                                        arena_make, arena_drop),
        cmocka_unit_test_setup_teardown(a_bridge_has_a_trigger, arena_make,
                                        arena_drop),
        cmocka_unit_test_setup_teardown(an_include_may_bring_the_rest,
                                        arena_make, arena_drop),
        cmocka_unit_test_setup_teardown(a_header_has_inputs, arena_make,
                                        arena_drop),
        cmocka_unit_test_setup_teardown(only_an_input_without_a_value_is_open,
                                        arena_make, arena_drop),
        cmocka_unit_test_setup_teardown(errors_have_lines, arena_make,
                                        arena_drop)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
