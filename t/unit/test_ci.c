#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

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
parse(chatops_arena_t *arena, const char *text, unsigned merged)
{
    chatops_ci_t   *ci;
    chatops_str_t   s;

    s = chatops_str(text);

    assert_int_equal(ci_parse(arena, &s, merged, &ci, &error),
                     CHATOPS_OK);

    return ci;
}


static chatops_ci_t *
merged(chatops_arena_t *arena, const char *text)
{
    return parse(arena, text, 1);
}


static chatops_ci_t *
raw(chatops_arena_t *arena, const char *text)
{
    return parse(arena, text, 0);
}


static chatops_ci_job_t *
job(const chatops_ci_t *ci, const char *name)
{
    chatops_str_t      s;
    chatops_ci_job_t  *found;

    s = chatops_str(name);
    found = chatops_ci_find(ci, &s);

    assert_non_null(found);

    return found;
}


static void
assert_none(const chatops_ci_t *ci, const char *name)
{
    chatops_str_t  s;

    s = chatops_str(name);

    assert_null(chatops_ci_find(ci, &s));
}


static void
assert_declined(chatops_arena_t *arena, const char *text, const char *message)
{
    chatops_ci_t   *ci;
    chatops_str_t   s;

    s = chatops_str(text);

    assert_int_equal(ci_parse(arena, &s, 0, &ci, &error),
                     CHATOPS_DECLINED);
    assert_null(ci);
    assert_string_equal(error.text, message);
}


static void
jobs_are_listed_in_the_files_order(void **state)
{
    chatops_ci_t  *ci;

    ci = merged(*state, "stages: [a, b]\n"
                        ".hidden: {script: x}\n"
                        "two: {stage: b, script: y, when: manual}\n"
                        "one: {script: z}\n");

    assert_int_equal(ci->njobs, 3);
    assert_int_equal(ci->jobs[0].hidden, 1);
    assert_true(chatops_str_is(&ci->jobs[1].name, "two"));
    assert_true(chatops_str_is(&ci->jobs[1].stage, "b"));
    assert_true(chatops_str_is(&ci->jobs[1].when, "manual"));
    assert_true(chatops_str_is(&ci->jobs[2].stage, "test"));
    assert_true(chatops_str_is(&ci->jobs[2].when, "on_success"));
}


static void
a_name_is_matched_exactly(void **state)
{
    chatops_ci_t  *ci;

    ci = merged(*state, ".hidden: {script: x}\ndeploy: {script: y}\n"
                        "'deploy: web #1': {script: z}\n");

    (void) job(ci, "deploy");
    (void) job(ci, "deploy: web #1");

    assert_none(ci, "Deploy");
    assert_none(ci, "deplo");
    assert_none(ci, "");
    assert_none(ci, ".hidden");
}


static void
reserved_names_are_no_jobs(void **state)
{
    size_t          i;
    char            text[100];
    chatops_ci_t   *ci;

    static const char *const  names[] = {
        "include", "before_script", "image", "services", "after_script",
        "variables", "stages", "cache"
    };

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        (void) snprintf(text, sizeof(text),
                        "%s: {script: x}\na: {script: y}\n", names[i]);

        ci = merged(*state, text);

        assert_int_equal(ci->njobs, 1);
        assert_none(ci, names[i]);
    }

    (void) job(merged(*state, "pages: {script: x}\n"), "pages");

    /* these two are jobs when they look like one, as for GitLab */

    (void) job(merged(*state, "default: {script: x}\n"), "default");
    assert_none(merged(*state, "workflow: {}\ndefault: {image: x}\n"),
                "default");
}


static void
a_job_has_a_script_or_steps_or_a_trigger(void **state)
{
    chatops_ci_t  *ci;

    ci = merged(*state, "a: {script: x}\nb: {run: [{name: x, script: y}]}\n"
                        "c: {trigger: g/p}\nd: {stage: x}\ne: [script]\n"
                        "f: text\ng: {needs: [a]}\n");

    assert_int_equal(ci->njobs, 4);
    assert_int_equal(job(ci, "a")->bridge, 0);
    assert_int_equal(job(ci, "b")->commands, 1);
    assert_int_equal(job(ci, "c")->bridge, 1);
    assert_int_equal(job(ci, "c")->commands, 0);
    assert_int_equal(job(ci, "g")->bridge, 1);
}


static void
commands_are_counted_with_what_is_inherited(void **state)
{
    size_t  i;

    static const struct {
        const char  *text;
        size_t       commands;
    } cases[] = {
        { "a: {script: x}",                                           1 },
        { "a: {script: [x]}",                                         1 },
        { "a:\n  script:\n  - |\n    x\n    y\n",                     1 },
        { "a: {script: [x, y]}",                                      2 },
        { "a: {script: [x, [y, [z]]]}",                               3 },
        { "a: {script: x, before_script: y}",                         2 },
        { "a: {script: x, before_script: [y, z]}",                    3 },
        { "a: {script: x, after_script: [y, z]}",                     1 },
        { "before_script: y\na: {script: x}",                         2 },
        { "before_script: [y, z]\na: {script: x}",                    3 },
        { "before_script: [y, z]\na: {script: x, before_script: []}", 1 },
        { "before_script: [y, z]\na: {script: x, before_script: }",   3 },
        { "before_script: [y, z]\na: {script: x, before_script: w}",  2 },
        { "default: {before_script: [y]}\na: {script: x}",            2 },
        { "default: {image: y}\nbefore_script: [y]\na: {script: x}",  2 },
        { "before_script: [y]\na: {script: x, inherit: {default: false}}",
                                                                      1 },
        { "before_script: [y]\na: {script: x, inherit: {default: true}}",
                                                                      2 },
        { "before_script: [y]\na: {script: x, inherit: {default: [image]}}",
                                                                      1 },
        { "before_script: [y]\n"
          "a: {script: x, inherit: {default: [image, before_script]}}",
                                                                      2 },
        { "before_script: [y]\n"
          "a: {script: x, inherit: {variables: false}}",              2 },
        { "default: {before_script: [y]}\n"
          "a: {script: x, before_script: [z], inherit: {default: false}}",
                                                                      2 }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (job(merged(*state, cases[i].text), "a")->commands
            != cases[i].commands)
        {
            fail_msg("case %zu: %s", i, cases[i].text);
        }
    }
}


static void
anchors_and_merge_keys_make_jobs(void **state)
{
    chatops_ci_t  *ci;

    ci = merged(*state, ".base: &base\n  stage: deploy\n  script: &script\n"
                        "  - one\n  - two\n"
                        "a:\n  <<: *base\n  when: manual\n"
                        "b:\n  script:\n  - *script\n  - three\n");

    assert_true(chatops_str_is(&job(ci, "a")->stage, "deploy"));
    assert_true(chatops_str_is(&job(ci, "a")->when, "manual"));
    assert_int_equal(job(ci, "a")->commands, 2);
    assert_int_equal(job(ci, "b")->commands, 3);
}


static void
what_decides_about_a_job_is_noticed(void **state)
{
    chatops_ci_t  *ci;

    ci = merged(*state, "workflow: {rules: [{when: always}]}\n"
                        "a: {script: x, rules: [{when: never}]}\n"
                        "b: {script: x, only: [chat], except: [web]}\n"
                        "c: {script: x, rules: , only: ~, except: null}\n");

    assert_int_equal(ci->workflow_rules, 1);
    assert_int_equal(job(ci, "a")->has_rules, 1);
    assert_int_equal(job(ci, "a")->has_only, 0);
    assert_int_equal(job(ci, "b")->has_only, 1);
    assert_int_equal(job(ci, "b")->has_except, 1);
    assert_int_equal(job(ci, "c")->has_rules, 0);
    assert_int_equal(job(ci, "c")->has_only, 0);
    assert_int_equal(job(ci, "c")->has_except, 0);

    assert_int_equal(merged(*state, "a: {script: x}")->workflow_rules, 0);
    assert_int_equal(merged(*state, "workflow: {name: y}\na: {script: x}")
                     ->workflow_rules, 0);
}


static void
only_a_need_of_this_pipeline_counts(void **state)
{
    size_t             i, n;
    char               text[200];
    chatops_ci_job_t  *found;

    static const struct {
        const char  *needs;
        const char  *job;
    } cases[] = {
        { "",                                            NULL },
        { "[]",                                          NULL },
        { "[build]",                                     "build" },
        { "build",                                       "build" },
        { "[{job: build}]",                              "build" },
        { "[{job: build, artifacts: false}]",            "build" },
        { "[{job: build, optional: true}]",              NULL },
        { "[{job: build, optional: false}]",             "build" },
        { "[{job: x, optional: true}, {job: build}]",    "build" },
        { "[{project: g/p, job: x, ref: main}]",         NULL },
        { "[{pipeline: $P, job: x}]",                    NULL },
        { "[{artifacts: true}]",                         "" }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        (void) snprintf(text, sizeof(text), "a: {script: x, needs: %s}\n",
                        cases[i].needs);

        found = job(merged(*state, text), "a");

        for (n = 0; n < found->nneeds && found->needs[n].optional; n++) {
            /* void */
        }

        assert_int_equal(n < found->nneeds, cases[i].job != NULL);

        if (cases[i].job != NULL) {
            assert_true(chatops_str_is(&found->needs[n].job, cases[i].job));
        }
    }
}


static void
a_raw_file_says_what_is_not_resolved(void **state)
{
    chatops_ci_t  *ci;

    ci = raw(*state, ".x: {script: x}\na: {extends: .x}\nb: {script: y}\n"
                     "c: {script: [!reference [.x, script], z]}\n");

    assert_int_equal(ci->includes, 0);
    assert_int_equal(ci->unresolved, 0);
    assert_int_equal(job(ci, "a")->unresolved, 0);
    assert_int_equal(job(ci, "a")->commands, 1);
    assert_int_equal(job(ci, "c")->commands, 2);

    ci = raw(*state, "include: x.yml\na: {extends: .y}\nb: {script: y}\n"
                     "c: {variables: {A: b}}\nd: {extends: a}\n"
                     "e: {script: !reference [.y, script]}\n");

    assert_int_equal(ci->includes, 1);
    assert_int_equal(ci->unresolved, 1);
    assert_int_equal(ci->nerrors, 0);
    assert_int_equal(job(ci, "a")->unresolved, 1);
    assert_int_equal(job(ci, "b")->unresolved, 0);
    assert_int_equal(job(ci, "c")->unresolved, 0);
    assert_int_equal(job(ci, "d")->unresolved, 1);
    assert_int_equal(job(ci, "e")->unresolved, 1);

    ci = raw(*state, "include: x.yml\ndefault: {image: !reference [.x, y]}\n"
                     "b: {script: y}\n");
    assert_int_equal(job(ci, "b")->unresolved, 1);

    ci = raw(*state, "spec: {inputs: {x: }}\n---\n"
                     "b: {script: 'echo $[[ inputs.x ]]'}\nc: {script: y}\n");
    assert_int_equal(job(ci, "b")->unresolved, 1);
    assert_int_equal(job(ci, "c")->unresolved, 0);

    /* without a header the text stays */

    ci = raw(*state, "b: {script: 'echo $[[ inputs.x ]]'}\n");
    assert_int_equal(job(ci, "b")->unresolved, 0);
}


static void
leftovers_in_a_merged_file_mean_nothing(void **state)
{
    chatops_ci_t  *ci;

    ci = merged(*state, "include: x.yml\na: {extends: .x, script: y}\n"
                        "b: {extends: .x}\n");

    assert_int_equal(ci->includes, 0);
    assert_int_equal(job(ci, "a")->unresolved, 0);
    assert_none(ci, "b");
}


static void
older_versions_write_symbols(void **state)
{
    chatops_ci_t       *ci;
    chatops_ci_job_t   *found;

    ci = merged(*state, "---\n:stages:\n- build\n"
                        ":default:\n  :before_script: &1\n  - x\n"
                        ":job:\n  :stage: build\n  :before_script: *1\n"
                        "  :script:\n  - make\n"
                        "  :only:\n    :refs:\n    - chat\n"
                        "! ':a: b':\n  :script: [y]\n"
                        ":012:\n  :script: [y]\n"
                        ":yes:\n  :script: [y]\n");

    found = job(ci, "job");

    assert_true(chatops_str_is(&found->stage, "build"));
    assert_int_equal(found->commands, 2);
    assert_non_null(chatops_yaml_get(chatops_yaml_get(found->node, "only"),
                                     "refs"));

    (void) job(ci, "a: b");
    (void) job(ci, "012");
    (void) job(ci, "yes");

    assert_int_equal(ci->root->pairs[2].key->plain, 1);
    assert_int_equal(ci->root->pairs[4].key->plain, 0);
    assert_int_equal(ci->root->pairs[5].key->plain, 0);
}


static void
a_symbol_and_its_plain_name_are_one_key_the_last_wins(void **state)
{
    chatops_ci_t  *ci;

    ci = merged(*state, ":job:\n  :script:\n  - one\n"
                        "  script:\n  - one\n  - two\n");

    assert_int_equal(job(ci, "job")->commands, 2);
    assert_int_equal(job(ci, "job")->node->count, 1);
}


static void
a_single_name_with_a_colon_is_a_symbol_unless_quoted(void **state)
{
    chatops_ci_t  *ci;

    ci = merged(*state, ":a:\n  script: x\n  variables:\n    :B: c\n"
                        "':c': {script: x}\nd: {script: x}\n");

    (void) job(ci, "a");
    (void) job(ci, ":c");
    (void) job(merged(*state, "':c': {script: x}\n"), ":c");

    assert_non_null(chatops_yaml_get(chatops_yaml_get(job(ci, "a")->node,
                                                      "variables"), "B"));
}


static void
what_is_no_configuration_is_declined(void **state)
{
    assert_declined(*state, "", "it is not a mapping of jobs");
    assert_declined(*state, "- a\n", "it is not a mapping of jobs");
    assert_declined(*state, "text", "it is not a mapping of jobs");
    assert_declined(*state, "a: {script: *x}\n",
                    "line 1: found unknown alias");
}


static void
a_bomb_is_declined_wherever_it_is(void **state)
{
    int             i, k, n;
    chatops_ci_t   *ci;
    chatops_str_t   text;
    chatops_buf_t   buf;

    static const char *const  ends[] = {
        "job: {script: *a9}\n",
        "job: {script: x, variables: {a: *a9}}\n",
        "before_script: *a9\njob: {script: x}\n",
        "default: {before_script: *a9}\njob: {script: x}\n"
    };

    for (n = 0; n < 4; n++) {
        chatops_buf_init(&buf, *state, 1024 * 1024);
        chatops_buf_text(&buf, ".a0: &a0 [x, x]\n");

        for (i = 1; i < 10; i++) {
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

        chatops_buf_text(&buf, ends[n]);

        assert_int_equal(chatops_buf_finish(&buf, &text), CHATOPS_OK);
        assert_int_equal(ci_parse(*state, &text, 1, &ci, &error),
                         CHATOPS_DECLINED);
        assert_string_equal(error.text, "its aliases make it too large");
    }
}


static void
many_aliases_to_one_big_mapping_are_declined(void **state)
{
    int             i;
    chatops_ci_t   *ci;
    chatops_str_t   text;
    chatops_buf_t   buf;

    chatops_buf_init(&buf, *state, 1024 * 1024);
    chatops_buf_text(&buf, "job: {script: x}\na: &a {y: z");

    for (i = 0; i < 10000; i++) {
        chatops_buf_text(&buf, ", k");
        chatops_buf_int(&buf, i);
        chatops_buf_text(&buf, ": v");
    }

    chatops_buf_text(&buf, "}\n");

    for (i = 0; i < 9000; i++) {
        chatops_buf_text(&buf, "b");
        chatops_buf_int(&buf, i);
        chatops_buf_text(&buf, ": *a\n");
    }

    assert_int_equal(chatops_buf_finish(&buf, &text), CHATOPS_OK);
    assert_int_equal(ci_parse(*state, &text, 1, &ci, &error),
                     CHATOPS_DECLINED);
    assert_string_equal(error.text, "its aliases make it too large");
}


static void
a_near_miss_gets_suggestions(void **state)
{
    size_t                   i, n;
    chatops_ci_t            *ci;
    chatops_str_t            s;
    const chatops_ci_job_t  *near[3];

    static const struct {
        const char  *name;
        const char  *first;
        size_t       count;
    } cases[] = {
        { "deply-web",        "deploy-web",   1 },
        { "deploy web",       "deploy-web",   2 },
        { "Deploy_Web",       "deploy-web",   2 },
        { "deploy",           "deploy-web",   2 },
        { "api",              "deploy-api",   1 },
        { "hello world",      "hello-world",  1 },
        { "wrold",            NULL,           0 },
        { "hidden",           NULL,           0 },
        { "x",                NULL,           0 },
        { "",                 NULL,           0 },
        { "something else",   NULL,           0 },
        { "tset",             NULL,           0 },
        { "tests",            "test",         1 }
    };

    ci = merged(*state, ".hidden: {script: x}\ndeploy-web: {script: x}\n"
                        "deploy-api: {script: x}\ntest: {script: x}\n"
                        "hello-world: {script: x}\n");

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        s = chatops_str(cases[i].name);
        n = chatops_ci_suggest(ci, &s, near, 3);

        if ((n != 0) != (cases[i].first != NULL)
            || (n && !chatops_str_is(&near[0]->name, cases[i].first)))
        {
            fail_msg("`%s` got %zu, `%.*s`", cases[i].name, n,
                     n ? (int) near[0]->name.len : 0,
                     n ? (char *) near[0]->name.data : "");
        }

        if (n < cases[i].count) {
            fail_msg("`%s` got only %zu", cases[i].name, n);
        }
    }

    s = chatops_str("deploy");

    assert_int_equal(chatops_ci_suggest(ci, &s, near, 1), 1);
    assert_int_equal(chatops_ci_suggest(ci, &s, near, 0), 0);
}


/* Wherever memory runs out, it is told and nothing else happens. */

static void
running_out_of_memory_is_survived(void **state)
{
    int               rc;
    size_t            limit;
    chatops_ci_t     *ci;
    chatops_str_t     text;
    chatops_arena_t  *arena;

    (void) state;

    text = chatops_str(":a: &a\n  :script: [x]\n:b: *a\n:c: {<<: *a}\n");
    rc = CHATOPS_ERROR;

    for (limit = 16; rc == CHATOPS_ERROR; limit += 16) {
        arena = chatops_arena_create(limit);

        assert_non_null(arena);
        assert_true(limit < 100000);

        rc = ci_parse(arena, &text, 1, &ci, &error);

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
        TEST(jobs_are_listed_in_the_files_order),
        TEST(a_name_is_matched_exactly),
        TEST(reserved_names_are_no_jobs),
        TEST(a_job_has_a_script_or_steps_or_a_trigger),
        TEST(commands_are_counted_with_what_is_inherited),
        TEST(anchors_and_merge_keys_make_jobs),
        TEST(what_decides_about_a_job_is_noticed),
        TEST(only_a_need_of_this_pipeline_counts),
        TEST(a_raw_file_says_what_is_not_resolved),
        TEST(leftovers_in_a_merged_file_mean_nothing),
        TEST(older_versions_write_symbols),
        TEST(a_symbol_and_its_plain_name_are_one_key_the_last_wins),
        TEST(a_single_name_with_a_colon_is_a_symbol_unless_quoted),
        TEST(what_is_no_configuration_is_declined),
        TEST(a_bomb_is_declined_wherever_it_is),
        TEST(many_aliases_to_one_big_mapping_are_declined),
        TEST(a_near_miss_gets_suggestions),
        TEST(running_out_of_memory_is_survived)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
