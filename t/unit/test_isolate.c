#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
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
        TEST(running_out_of_memory_is_survived)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
