#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "chatops_isolate.h"
#include "ci_fixture.h"


static chatops_yaml_error_t  error;


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
parse(chatops_arena_t *arena, const char *text)
{
    chatops_ci_t   *ci;
    chatops_str_t   s;

    s = chatops_str(text);

    if (ci_parse(arena, &s, 1, &ci, &error) != CHATOPS_OK) {
        fail_msg("%s: %s", text, error.text);
    }

    return ci;
}


/* The reduced configuration, in the words that the tests need. */

static int
isolate(chatops_arena_t *arena, const chatops_ci_t *ci,
    const chatops_ci_job_t *job, const chatops_verdict_t *verdict,
    const chatops_variable_t *variables, size_t nvariables,
    chatops_str_t *text)
{
    int                        rc;
    chatops_source_t           source;
    chatops_isolated_t         isolated;
    chatops_isolate_options_t  options;

    memset(&source, 0, sizeof(chatops_source_t));
    memset(&options, 0, sizeof(chatops_isolate_options_t));

    source.source = chatops_str("chat");
    source.ref = chatops_str("main");
    options.variables = variables;
    options.nvariables = nvariables;

    rc = chatops_isolate_write(arena, ci, job, &source, verdict, &options,
                               &isolated);

    *text = isolated.text;

    return rc;
}


/* The configuration reduced to a job that chat may run. */

static chatops_str_t
reduce(chatops_arena_t *arena, const char *text, const char *name,
    const chatops_variable_t *variables, size_t nvariables)
{
    chatops_ci_t       *ci;
    chatops_str_t       s;
    chatops_source_t    source;
    chatops_verdict_t   verdict;
    chatops_ci_job_t   *job;

    ci = parse(arena, text);
    s = chatops_str(name);
    job = chatops_ci_find(ci, &s);

    assert_non_null(job);

    memset(&source, 0, sizeof(chatops_source_t));
    source.source = chatops_str("chat");
    source.ref = chatops_str("main");

    assert_int_equal(chatops_policy_evaluate(arena, ci, job, &source,
                                             &verdict), CHATOPS_OK);
    assert_int_equal(verdict.allowed, CHATOPS_YES);
    assert_int_equal(isolate(arena, ci, job, &verdict,
                                           variables, nvariables, &s),
                     CHATOPS_OK);

    return s;
}


static void
assert_reduced(chatops_arena_t *arena, const char *text, const char *expected)
{
    chatops_str_t  s;

    s = reduce(arena, text, "job", NULL, 0);

    assert_string_equal((char *) s.data, expected);
}


static void
only_the_job_and_what_it_inherits_is_kept(void **state)
{
    assert_reduced(*state,
        "---\n"
        "include: [a.yml]\n"
        "spec: {inputs: }\n"
        "workflow: {name: x, rules: [{when: always}]}\n"
        "stages: [.pre, build, deploy, .post]\n"
        "variables: {A: b, C: {value: d, description: e}}\n"
        "image: debian:12\n"
        "services: [postgres]\n"
        "before_script: [one]\n"
        "after_script: [two]\n"
        "cache: {paths: [x]}\n"
        "default: {tags: [docker]}\n"
        ".hidden: {script: x}\n"
        "other: {script: y}\n"
        "job:\n"
        "  extends: .hidden\n"
        "  stage: deploy\n"
        "  script: [a, b]\n"
        "  only: [chat]\n"
        "  except: [web]\n"
        "  dependencies: [other]\n"
        "  needs: [{job: other, optional: true}]\n"
        "  tags: [shell]\n",

        "stages:\n- .pre\n- build\n- deploy\n- .post\n"
        "default:\n  tags:\n  - docker\n"
        "variables:\n  A: b\n  C:\n    value: d\n    description: e\n"
        "image: debian:12\n"
        "services:\n- postgres\n"
        "before_script:\n- one\n"
        "after_script:\n- two\n"
        "cache:\n  paths:\n  - x\n"
        "job:\n  stage: deploy\n  script:\n  - a\n  - b\n"
        "  tags:\n  - shell\n");
}


static void
the_configuration_itself_is_left_as_it_is(void **state)
{
    chatops_ci_t        *ci;
    chatops_str_t        after, before, s;
    chatops_source_t     source;
    chatops_verdict_t    verdict;
    chatops_variable_t   variable;

    ci = parse(*state, "stages: [.pre]\nvariables: {A: b}\n"
                       "workflow: {rules: [{variables: {W: x}}]}\n"
                       "job: {stage: .pre, script: x, variables: {C: d}, "
                       "environment: {name: e, on_stop: f}, "
                       "rules: [{when: manual, variables: {R: y}}]}\n");

    memset(&source, 0, sizeof(chatops_source_t));
    source.source = chatops_str("chat");
    source.ref = chatops_str("main");
    variable.key = chatops_str("CHAT_INPUT");
    variable.value = chatops_str("x");

    assert_int_equal(chatops_yaml_write(*state, ci->root, 10000, &before),
                     CHATOPS_OK);
    assert_int_equal(chatops_policy_evaluate(*state, ci, &ci->jobs[0], &source,
                                             &verdict), CHATOPS_OK);
    assert_int_equal(isolate(*state, ci, &ci->jobs[0], &verdict,
                                           &variable, 1, &s), CHATOPS_OK);
    assert_int_equal(chatops_yaml_write(*state, ci->root, 10000, &after),
                     CHATOPS_OK);

    assert_true(chatops_str_eq(&before, &after));
}


static void
the_verdict_replaces_the_conditions(void **state)
{
    assert_reduced(*state, "job: {script: x, when: manual}",
                   "job:\n  script: x\n  when: manual\n");

    assert_reduced(*state, "job: {script: x, when: on_success}",
                   "job:\n  script: x\n");

    assert_reduced(*state, "job: {when: always, script: x}",
                   "job:\n  script: x\n  when: always\n");

    assert_reduced(*state, "job: {script: x, when: delayed, start_in: 1 day}",
                   "job:\n  script: x\n  start_in: 1 day\n  when: delayed\n");

    assert_reduced(*state,
                   "job: {script: x, when: delayed, start_in: 1 day, "
                   "rules: [{when: on_success}]}",
                   "job:\n  script: x\n");

    assert_reduced(*state,
                   "job: {script: x, when: manual, manual_confirmation: sure, "
                   "rules: [{when: always}]}",
                   "job:\n  script: x\n  allow_failure: true\n"
                   "  when: always\n");

    assert_reduced(*state,
                   "job: {script: x, rules: [{when: delayed, start_in: 1 h, "
                   "allow_failure: true, interruptible: true}]}",
                   "job:\n  script: x\n  start_in: 1 h\n"
                   "  allow_failure: true\n  interruptible: true\n"
                   "  when: delayed\n");
}


static void
manual_by_a_rule_blocks_as_in_gitlab(void **state)
{
    assert_reduced(*state, "job: {script: x, rules: [{when: manual}]}",
                   "job:\n  script: x\n  allow_failure: false\n"
                   "  when: manual\n");

    assert_reduced(*state,
                   "job: {script: x, allow_failure: true, "
                   "rules: [{when: manual}]}",
                   "job:\n  script: x\n  allow_failure: true\n"
                   "  when: manual\n");
}


static void
variables_of_the_rules_are_taken_over(void **state)
{
    assert_reduced(*state,
                   "variables: {A: 1, B: 2}\n"
                   "workflow: {rules: [{variables: {B: 3, C: 4}}]}\n"
                   "job: {script: x, variables: {D: 5, E: 6}, "
                   "rules: [{variables: {E: 7, F: 8}}]}\n",
                   "variables:\n  A: 1\n  B: 3\n  C: 4\n"
                   "job:\n  script: x\n"
                   "  variables:\n    D: 5\n    E: 7\n    F: 8\n");

    assert_reduced(*state,
                   "workflow: {rules: [{variables: {B: 3}}]}\n"
                   "job: {script: x, rules: [{variables: {F: 8}}]}\n",
                   "variables:\n  B: 3\n"
                   "job:\n  script: x\n  variables:\n    F: 8\n");
}


static void
given_variables_stand_over_all_and_are_not_expanded(void **state)
{
    chatops_str_t  s;

    static const chatops_variable_t  variables[] = {
        { chatops_string("CHAT_INPUT"),
          chatops_string("$SECRET 'it' \"is\": #1\nline two\n") },
        { chatops_string("CHAT_CHANNEL"), chatops_string("012") },
        { chatops_string("CHAT_USER"), chatops_string("") },
        { chatops_string("CHAT_JOB"), chatops_string("it's \xc3\xa9\t\r") }
    };

    s = reduce(*state, "job: {script: x, variables: {CHAT_INPUT: y, B: z}}",
               "job", variables, 4);

    assert_string_equal((char *) s.data,
        "job:\n"
        "  script: x\n"
        "  variables:\n"
        "    'CHAT_INPUT':\n"
        "      value: |\n"
        "        $SECRET 'it' \"is\": #1\n"
        "        line two\n"
        "      expand: false\n"
        "    B: z\n"
        "    'CHAT_CHANNEL':\n"
        "      value: '012'\n"
        "      expand: false\n"
        "    'CHAT_USER':\n"
        "      value: ''\n"
        "      expand: false\n"
        "    'CHAT_JOB':\n"
        "      value: \"it's \xc3\xa9\\t\\r\"\n"
        "      expand: false\n");
}


static void
every_byte_of_a_value_comes_back(void **state)
{
    char                  bytes[3];
    int                   a;
    size_t                i, k;
    chatops_ci_t         *ci;
    chatops_str_t         s;
    chatops_variable_t    variable;
    chatops_yaml_node_t  *node;

    static const char *const  frames[][2] = {
        { "", "" }, { "x", "y" }, { " ", " " }, { "\n", "\n" },
        { "x\n", "\ny" }, { "- ", ": " }, { "x\n\n  ", "\n\n" }
    };

    variable.key = chatops_str("V");

    for (a = 0; a < 128; a++) {
        for (i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
            chatops_buf_t  buf;

            bytes[0] = (char) a;

            chatops_buf_init(&buf, *state, 100);
            chatops_buf_text(&buf, frames[i][0]);

            for (k = 0; k < i % 3 + 1; k++) {
                chatops_buf_add(&buf, bytes, 1);
            }

            chatops_buf_text(&buf, frames[i][1]);

            assert_int_equal(chatops_buf_finish(&buf, &variable.value),
                             CHATOPS_OK);

            s = reduce(*state, "job: {script: x}", "job", &variable, 1);
            ci = parse(*state, (char *) s.data);

            node = chatops_yaml_get(ci->jobs[0].node, "variables");
            node = chatops_yaml_get(chatops_yaml_get(node, "V"), "value");

            assert_non_null(node);
            assert_int_equal(node->plain, 0);

            if (!chatops_str_eq(&node->value, &variable.value)) {
                fail_msg("byte %d in frame %zu: %s", a, i, (char *) s.data);
            }
        }
    }
}


static void
the_edge_stages_move_to_test(void **state)
{
    assert_reduced(*state, "job: {script: x, stage: .pre}",
                   "job:\n  script: x\n  stage: test\n");

    assert_reduced(*state, "stages: [.pre, build, .post]\n"
                           "job: {script: x, stage: .post}",
                   "stages:\n- .pre\n- build\n- .post\n- test\n"
                   "job:\n  script: x\n  stage: test\n");

    assert_reduced(*state, "stages: [.pre, test, .post]\n"
                           "job: {script: x, stage: .post}",
                   "stages:\n- .pre\n- test\n- .post\n"
                   "job:\n  script: x\n  stage: test\n");

    assert_reduced(*state, "stages: [build]\njob: {script: x, stage: none}",
                   "stages:\n- build\njob:\n  script: x\n  stage: none\n");
}


static void
an_environment_forgets_its_stopping_job(void **state)
{
    assert_reduced(*state, "job: {script: x, environment: "
                           "{name: web, url: 'https://x', on_stop: stop}}",
                   "job:\n  script: x\n  environment:\n    name: web\n"
                   "    url: 'https://x'\n");

    assert_reduced(*state, "job: {script: x, environment: production}",
                   "job:\n  script: x\n  environment: production\n");
}


static void
names_are_quoted_as_they_need_it(void **state)
{
    size_t                i;
    chatops_ci_t         *ci;
    chatops_str_t         name, s;
    chatops_buf_t         buf;
    chatops_yaml_node_t  *root;

    static const char *const  names[] = {
        "deploy", "deploy: web", "it's", "a \"b\"", "- a", "? b", "#c",
        "a #b", "*x", "&x", "!x", "%x", "@x", "`x`", "[x]", "{x}", "x,y", "a|b",
        ">", "true", "null", "012", "1e3", "~", "d\xc3\xa9ploy", "日本語", "🚀 go",
        " padded ", "pages", "deploy:prod", "tab\there", "back\\slash",
        "a name that is longer than what libyaml takes for a simple key, "
        "which ends at 128 characters, so that it has to be written with a "
        "question mark"
    };

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        name = chatops_str(names[i]);

        root = chatops_yaml_mapping(*state);

        assert_int_equal(chatops_yaml_set(*state, root,
                                          chatops_yaml_scalar(*state, &name),
                                          chatops_yaml_plain(*state, "x")),
                         CHATOPS_OK);
        assert_int_equal(chatops_yaml_write(*state, root, 10000, &s),
                         CHATOPS_OK);

        /* "name: x" becomes a job */

        s.len -= 2;

        chatops_buf_init(&buf, *state, 10000);
        chatops_buf_str(&buf, &s);
        chatops_buf_text(&buf, "\n  script: x\n");

        assert_int_equal(chatops_buf_finish(&buf, &s), CHATOPS_OK);

        s = reduce(*state, (char *) s.data, names[i], NULL, 0);
        ci = parse(*state, (char *) s.data);

        assert_int_equal(ci->njobs, 1);
        assert_non_null(chatops_ci_find(ci, &name));
        assert_int_equal(ci->root->pairs[0].key->plain, 0);
    }
}


static void
values_keep_their_style(void **state)
{
    assert_reduced(*state,
        "job:\n"
        "  script:\n"
        "  - |\n"
        "    if [ \"$A\" ]; then\n"
        "      echo yes\n"
        "    fi\n"
        "  - 'echo: $B'\n"
        "  variables: {A: yes, B: 'yes', C: 012, D: '012', E: 1e3, F: null,\n"
        "    G: 0x1f, H: \"2001-01-01\", I: \"a\\tb\", J: , K: ''}\n"
        "  timeout: 1 hour 30 minutes\n"
        "  allow_failure: {exit_codes: [137]}\n",

        "job:\n"
        "  script:\n"
        "  - |\n"
        "    if [ \"$A\" ]; then\n"
        "      echo yes\n"
        "    fi\n"
        "  - 'echo: $B'\n"
        "  variables:\n"
        "    A: yes\n    B: 'yes'\n    C: 012\n    D: '012'\n    E: 1e3\n"
        "    F: null\n    G: 0x1f\n    H: '2001-01-01'\n"
        "    I: \"a\\tb\"\n    J:\n    K: ''\n"
        "  timeout: 1 hour 30 minutes\n"
        "  allow_failure:\n    exit_codes:\n    - 137\n");
}


static void
aliases_and_merge_keys_are_written_out(void **state)
{
    assert_reduced(*state,
        ".base: &base {script: &script [a, b], tags: [x]}\n"
        "default: {before_script: *script}\n"
        "job:\n  <<: *base\n  after_script: *script\n",

        "default:\n  before_script:\n  - a\n  - b\n"
        "job:\n  script:\n  - a\n  - b\n  tags:\n  - x\n"
        "  after_script:\n  - a\n  - b\n");
}


static void
symbols_are_written_as_strings(void **state)
{
    assert_reduced(*state,
        ":stages:\n- a\n:job:\n  :stage: a\n  :script:\n  - x\n"
        "  :variables:\n    :A: b\n    :NO: c\n",

        "stages:\n- a\njob:\n  stage: a\n  script:\n  - x\n"
        "  variables:\n    A: b\n    'NO': c\n");
}


static void
a_bomb_is_not_written(void **state)
{
    int                   i, k;
    chatops_ci_t         *ci;
    chatops_str_t         s;
    chatops_buf_t         buf;
    chatops_verdict_t     verdict;
    chatops_yaml_node_t  *list, *node;

    chatops_buf_init(&buf, *state, 100000);
    chatops_buf_text(&buf, ".a0: &a0 [x, x]\n");

    for (i = 1; i < 5; i++) {
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

    /* four levels of ten still fit, nine do not */

    chatops_buf_text(&buf, "job: {script: x, artifacts: *a4}\n");

    assert_int_equal(chatops_buf_finish(&buf, &s), CHATOPS_OK);

    ci = parse(*state, (char *) s.data);
    memset(&verdict, 0, sizeof(chatops_verdict_t));

    assert_int_equal(isolate(*state, ci,
                                           &ci->jobs[ci->njobs - 1], &verdict,
                                           NULL, 0, &s),
                     CHATOPS_OK);

    node = ci->jobs[4].node;

    for (i = 5; i < 10; i++) {
        list = chatops_yaml_sequence(*state);

        assert_non_null(list);

        for (k = 0; k < 10; k++) {
            assert_int_equal(chatops_yaml_append(*state, list, node),
                             CHATOPS_OK);
        }

        node = list;
    }

    chatops_yaml_get(ci->jobs[ci->njobs - 1].node, "artifacts")->items[0]
        = node;

    assert_int_equal(isolate(*state, ci,
                                           &ci->jobs[ci->njobs - 1], &verdict,
                                           NULL, 0, &s),
                     CHATOPS_DECLINED);
}


static void
a_value_that_is_not_utf8_is_declined(void **state)
{
    chatops_ci_t        *ci;
    chatops_str_t        s;
    chatops_verdict_t    verdict;
    chatops_variable_t   variable;

    ci = parse(*state, "job: {script: x}");
    memset(&verdict, 0, sizeof(chatops_verdict_t));

    variable.key = chatops_str("A");
    variable.value = chatops_str("\xff");

    assert_int_equal(isolate(*state, ci, &ci->jobs[0], &verdict,
                                           &variable, 1, &s),
                     CHATOPS_DECLINED);
}


/* With the jobs that it needs, or not; what was left out. */

typedef struct {
    const char  *text;
    const char  *kept;         /* after the stages */
    const char  *dropped;
} needs_case_t;


static int
isolate_needs(chatops_arena_t *arena, const char *text, unsigned include,
    chatops_isolated_t *isolated)
{
    chatops_ci_t               *ci;
    chatops_str_t               s;
    chatops_source_t            source;
    chatops_verdict_t           verdict;
    chatops_ci_job_t           *job;
    chatops_isolate_options_t   options;

    memset(&source, 0, sizeof(chatops_source_t));
    memset(&options, 0, sizeof(chatops_isolate_options_t));

    source.source = chatops_str("chat");
    source.ref = chatops_str("main");
    options.include_needs = include;

    s = chatops_str(text);

    if (ci_parse(arena, &s, 0, &ci, &error) != CHATOPS_OK) {
        fail_msg("%s: %s", text, error.text);
    }

    s = chatops_str("job");
    job = chatops_ci_find(ci, &s);

    assert_non_null(job);
    assert_int_equal(ci->nerrors, 0);
    assert_int_equal(chatops_policy_evaluate(arena, ci, job, &source,
                                             &verdict), CHATOPS_OK);
    assert_int_equal(verdict.allowed, CHATOPS_YES);

    return chatops_isolate_write(arena, ci, job, &source, &verdict, &options,
                                 isolated);
}


static void
check_needs(chatops_arena_t *arena, const needs_case_t *cases, size_t n,
    unsigned include)
{
    size_t               i;
    const char          *text;
    chatops_isolated_t   isolated;

    for (i = 0; i < n; i++) {
        assert_int_equal(isolate_needs(arena, cases[i].text, include,
                                       &isolated), CHATOPS_OK);

        text = strstr((char *) isolated.text.data, "- .post\n");
        text = text != NULL ? text + 8 : (char *) isolated.text.data;

        assert_string_equal(text, cases[i].kept);

        if (!chatops_str_is(&isolated.dropped, cases[i].dropped)) {
            fail_msg("%s: dropped %.*s", cases[i].text,
                     chatops_str_arg(&isolated.dropped));
        }
    }
}


#define STAGES  "stages: [build, test, deploy]\n"
#define BUILD   "build: {stage: build, script: x}\n"
#define LINT    "lint: {stage: build, script: x}\n"


static void
needs_on_jobs_that_are_not_there_are_dropped(void **state)
{
    static const needs_case_t  cases[] = {
        { STAGES BUILD "job: {script: x, needs: [build]}",
          "job:\n  script: x\n", "`build`" },
        { STAGES BUILD LINT "job: {script: x, needs: [build, lint]}",
          "job:\n  script: x\n", "`build` and `lint`" },
        { STAGES BUILD LINT "job: {script: x, dependencies: [build, lint]}",
          "job:\n  script: x\n", "`build` and `lint`" },
        { STAGES BUILD "job: {script: x, needs: [{job: build, "
          "optional: true}]}", "job:\n  script: x\n", "" },
        { STAGES BUILD "job: {script: x, needs: []}",
          "job:\n  script: x\n", "" },
        { STAGES BUILD "job: {script: x, needs: [build, "
          "{project: a/b, job: c, ref: d, artifacts: true}]}",
          "job:\n  script: x\n  needs:\n  - project: a/b\n    job: c\n"
          "    ref: d\n    artifacts: true\n", "`build`" },
        { STAGES BUILD "job: {script: x, needs: [{pipeline: $P, job: c}]}",
          "job:\n  script: x\n  needs:\n  - pipeline: $P\n    job: c\n",
          "" },
        { STAGES BUILD LINT "job: {script: x, needs: [build], "
          "rules: [{when: always, needs: [lint]}]}",
          "job:\n  script: x\n  when: always\n", "`lint`" },
        { STAGES "build: {stage: build, script: x, parallel: 2}\n"
          "job: {script: x, needs: [build]}",
          "job:\n  script: x\n", "`build`" }
    };

    check_needs(*state, cases, sizeof(cases) / sizeof(cases[0]), 0);
}


static void
needed_jobs_are_taken_along_if_wanted(void **state)
{
    static const needs_case_t  cases[] = {
        { STAGES BUILD LINT "job: {script: x, needs: [build]}",
          "build:\n  stage: build\n  script: x\n"
          "job:\n  script: x\n  needs:\n  - 'build'\n", "" },

        /* what they need too */

        { STAGES BUILD "a: {script: x, needs: [build]}\n"
          "job: {script: x, needs: [{job: a, artifacts: false}], "
          "dependencies: []}",
          "build:\n  stage: build\n  script: x\n"
          "a:\n  script: x\n  needs:\n  - 'build'\n"
          "job:\n  script: x\n  needs:\n  - job: 'a'\n"
          "    artifacts: false\n  dependencies: []\n", "" },

        /* all instances, each a job of its own */

        { STAGES "build: {stage: build, script: x, parallel: 2}\n"
          "job: {script: x, needs: [build]}",
          "'build 1/2':\n  stage: build\n  script: x\n  variables:\n"
          "    CI_NODE_INDEX: '1'\n    CI_NODE_TOTAL: '2'\n"
          "'build 2/2':\n  stage: build\n  script: x\n  variables:\n"
          "    CI_NODE_INDEX: '2'\n    CI_NODE_TOTAL: '2'\n"
          "job:\n  script: x\n  needs:\n  - 'build 1/2'\n"
          "  - 'build 2/2'\n", "" },

        /* or those that the need names, and no others */

        { STAGES "d: {stage: build, script: x, "
          "parallel: {matrix: [{E: [a, b], N: [0x1]}]}}\n"
          "job: {script: x, "
          "needs: [{job: d, parallel: {matrix: [{E: [b], N: 1}]}}]}",
          "'d: [b, 1]':\n  stage: build\n  script: x\n  variables:\n"
          "    CI_NODE_INDEX: '2'\n    CI_NODE_TOTAL: '2'\n"
          "    E: 'b'\n    N: '1'\n"
          "job:\n  script: x\n  needs:\n  - job: 'd: [b, 1]'\n", "" },

        /* by their own rules: an optional one may stay away */

        { STAGES BUILD "a: {script: x, except: [chat]}\n"
          "job: {script: x, needs: [build, {job: a, optional: true}]}",
          "build:\n  stage: build\n  script: x\n"
          "job:\n  script: x\n  needs:\n  - 'build'\n", "" },

        /* GitLab makes a pipeline of .pre as soon as another is there */

        { STAGES "a: {stage: .pre, script: x}\n"
          "job: {stage: deploy, script: x, needs: [a]}",
          "a:\n  stage: .pre\n  script: x\n"
          "job:\n  stage: deploy\n  script: x\n  needs:\n  - 'a'\n", "" },

        { STAGES BUILD "job: {script: x}", "job:\n  script: x\n", "" },

        /* a circle cannot be, as GitLab refuses it; the on_stop job is there */

        { STAGES BUILD "stop: {script: x, when: manual, environment: "
          "{name: e, action: stop}}\n"
          "job: {script: x, needs: [stop], environment: {name: e, "
          "on_stop: stop}}",
          "stop:\n  script: x\n  environment:\n    name: e\n"
          "    action: stop\n  when: manual\n"
          "job:\n  script: x\n  environment:\n    name: e\n"
          "    on_stop: stop\n  needs:\n  - 'stop'\n", "" }
    };

    check_needs(*state, cases, sizeof(cases) / sizeof(cases[0]), 1);
}


static void
a_needed_job_that_may_not_run_is_a_reason(void **state)
{
    size_t              i;
    chatops_isolated_t  isolated;

    static const struct {
        const char  *text;
        const char  *reason;

    } cases[] = {
        { STAGES "a: {script: x, except: [chat]}\n"
          "job: {script: x, needs: [a]}",
          "`job` needs `a`, which cannot be taken along: its `except` list "
          "names `chat` (.gitlab-ci.yml line 2)" },
        { STAGES "a: {trigger: b/c}\njob: {script: x, needs: [a]}",
          "`job` needs `a`, which cannot be taken along: it is a `trigger:` "
          "job that starts another pipeline" },
        { STAGES "a: {script: x, rules: [{if: $U}]}\n"
          "b: {script: x, needs: [a]}\njob: {script: x, needs: [b]}",
          "`b` needs `a`, which cannot be taken along: its rule 1, `$U`, "
          "depends on `$U`, which may be set in the project's settings "
          "(.gitlab-ci.yml line 2)" }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(isolate_needs(*state, cases[i].text, 1, &isolated),
                         CHATOPS_DECLINED);

        if (!chatops_str_is(&isolated.reason, cases[i].reason)) {
            fail_msg("%.*s", chatops_str_arg(&isolated.reason));
        }
    }
}


static void
an_instance_becomes_a_job_of_its_own(void **state)
{
    chatops_ci_t        *ci;
    chatops_str_t        s, text;
    chatops_source_t     source;
    chatops_verdict_t    verdict;
    chatops_ci_job_t    *job;

    memset(&source, 0, sizeof(chatops_source_t));

    source.source = chatops_str("chat");
    source.ref = chatops_str("main");

    s = chatops_str("job: {script: x, variables: {A: own, C: d}, "
                    "parallel: {matrix: [{A: [a, b], B: [1]}]}}");

    assert_int_equal(ci_parse(*state, &s, 0, &ci, &error), CHATOPS_OK);

    s = chatops_str("job: [b, 1]");
    job = chatops_ci_find(ci, &s);

    assert_non_null(job);
    assert_int_equal(chatops_policy_evaluate(*state, ci, job, &source,
                                             &verdict), CHATOPS_OK);
    assert_int_equal(isolate(*state, ci, job, &verdict, NULL, 0, &text),
                     CHATOPS_OK);
    assert_non_null(strstr((char *) text.data,
                           "'job: [b, 1]':\n  script: x\n  variables:\n"
                           "    CI_NODE_INDEX: '2'\n    CI_NODE_TOTAL: '2'\n"
                           "    A: 'b'\n    C: d\n    B: '1'\n"));
    assert_null(strstr((char *) text.data, "parallel"));
}


/* Which of them wins is not known, and it would matter. */

static void
a_job_that_is_not_sure_is_not_reduced(void **state)
{
    chatops_isolated_t  isolated;

    assert_int_equal(isolate_needs(*state,
        "job: {script: x, rules: [{if: $U, variables: {A: b}}, "
        "{when: on_success}]}", 0, &isolated), CHATOPS_DECLINED);
    assert_true(isolated.reason.len != 0);

    assert_int_equal(isolate_needs(*state,
        "job: {script: x, rules: [{if: $U}, {when: on_success}]}", 0,
        &isolated), CHATOPS_OK);
}


/* Wherever memory runs out, it is told and nothing else happens. */

static void
running_out_of_memory_is_survived(void **state)
{
    int                   rc;
    size_t                limit;
    chatops_ci_t         *ci;
    chatops_str_t         s, text;
    chatops_arena_t      *arena;
    chatops_source_t      source;
    chatops_verdict_t     verdict;
    chatops_variable_t    variable;

    (void) state;

    text = chatops_str("stages: [a]\nworkflow: {rules: [{variables: {A: b}}]}\n"
                       "job: {stage: .pre, script: !x y, "
                       "environment: {name: x, on_stop: y}, "
                       "rules: [{when: manual, variables: {C: d}}]}\n");

    memset(&source, 0, sizeof(chatops_source_t));
    source.source = chatops_str("chat");
    source.ref = chatops_str("main");
    variable.key = chatops_str("V");
    variable.value = chatops_str("w");
    rc = CHATOPS_ERROR;

    for (limit = 16; rc == CHATOPS_ERROR; limit += 16) {
        arena = chatops_arena_create(limit);

        assert_non_null(arena);
        assert_true(limit < 100000);

        rc = ci_parse(arena, &text, 1, &ci, &error);

        if (rc == CHATOPS_OK) {
            rc = chatops_policy_evaluate(arena, ci, &ci->jobs[0], &source,
                                         &verdict);
        }

        if (rc == CHATOPS_OK) {
            rc = isolate(arena, ci, &ci->jobs[0], &verdict,
                                       &variable, 1, &s);
        }

        chatops_arena_destroy(arena);
    }

    assert_int_equal(rc, CHATOPS_OK);
    assert_true(limit > 1000);
}


int
main(void)
{
#define TEST(name)  cmocka_unit_test_setup_teardown(name, arena_make,         \
                                                    arena_drop)

    const struct CMUnitTest  tests[] = {
        TEST(only_the_job_and_what_it_inherits_is_kept),
        TEST(the_configuration_itself_is_left_as_it_is),
        TEST(the_verdict_replaces_the_conditions),
        TEST(manual_by_a_rule_blocks_as_in_gitlab),
        TEST(variables_of_the_rules_are_taken_over),
        TEST(given_variables_stand_over_all_and_are_not_expanded),
        TEST(every_byte_of_a_value_comes_back),
        TEST(the_edge_stages_move_to_test),
        TEST(an_environment_forgets_its_stopping_job),
        TEST(names_are_quoted_as_they_need_it),
        TEST(values_keep_their_style),
        TEST(aliases_and_merge_keys_are_written_out),
        TEST(symbols_are_written_as_strings),
        TEST(a_bomb_is_not_written),
        TEST(a_value_that_is_not_utf8_is_declined),
        TEST(needs_on_jobs_that_are_not_there_are_dropped),
        TEST(needed_jobs_are_taken_along_if_wanted),
        TEST(a_needed_job_that_may_not_run_is_a_reason),
        TEST(an_instance_becomes_a_job_of_its_own),
        TEST(a_job_that_is_not_sure_is_not_reduced),
        TEST(running_out_of_memory_is_survived)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
