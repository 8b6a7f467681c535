#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ci_told.h"


static void
a_number_makes_instances(void **state)
{
    static const told_case_t  cases[] = {
        { "a: {script: x, parallel: 3}\n"
          "b: {script: x}\n",
          "a 1/3: 1, a 2/3: 1, a 3/3: 1, b: 1" },
        { "a: {script: x, parallel: 1}\n",
          "a 1/1: 1" },
        { "a: {script: x, parallel: 03}\n",
          "a 1/3: 1, a 2/3: 1, a 3/3: 1" },
        { "a: {script: x, parallel: ~}\n",
          "a: 1" },
        { ".p: {parallel: 2}\n"
          "a: {script: x, extends: .p}\n",
          "a 1/2: 1, a 2/2: 1" }
    };

    CHECK(state, cases);
}


static void
a_matrix_makes_all_combinations(void **state)
{
    static const told_case_t  cases[] = {
        { "a: {script: x, parallel: {matrix: [{P: aws, R: [eu, us]}]}}\n",
          "a: [aws, eu]: 1, a: [aws, us]: 1" },
        { "a: {script: x, parallel: {matrix: [{P: [a, b], R: [c, d]}, {Q: "
          "e}]}}\n",
          "a: [a, c]: 1, a: [a, d]: 1, a: [b, c]: 1, a: [b, d]: 1, a: "
          "[e]: 1" },
        { "a: {script: x, parallel: {matrix: [{P: [010, \"1.10\", "
          "1e3, 1:30]}]}}\n",
          "a: [8]: 1, a: [1.10]: 1, a: [1e3]: 1, a: [5400]: 1" },
        { "a: {script: x, parallel: {matrix: [{P: [b, b, c]}]}}\n",
          "a: [b]: 1, a: [c]: 1" },
        { "a: {script: x, parallel: {matrix: [{P: []}]}}\n"
          "b: {script: x}\n",
          "b: 1" },
        { "a: {script: x, parallel: {matrix: []}}\n"
          "b: {script: x, parallel: {matrix: }}\n"
          "c: {script: x}\n",
          "c: 1" },
        { "a: {script: x, parallel: {matrix: !reference [.m]}}\n"
          ".m: [{P: [a, b]}]\n",
          "a: [a]: 1, a: [b]: 1" }
    };

    CHECK(state, cases);
}


static void
inputs_are_put_in(void **state)
{
    static const told_case_t  cases[] = {
        { "spec: {inputs: {s: {default: \"x y\"}, n: {type: number, "
          "default: 2}}}\n"
          "---\n"
          "a:\n  script: $[[ inputs.s ]]\n"
          "  parallel: $[[ inputs.n ]]\n",
          "a 1/2: 1, a 2/2: 1" },
        { "spec: {inputs: {n: {default: web}}}\n"
          "---\n"
          "\"deploy-$[[ inputs.n ]]\": {script: x}\n",
          "deploy-web: 1" },
        { "spec: {inputs: {n: {default: web-1}}}\n"
          "---\n"
          "\"$[[ inputs.n | truncate(0,3) ]]\": {script: x}\n"
          "\"$[[inputs.n|truncate(3, 9)]]x\": {script: x}\n",
          "web: 1, -1x: 1" },
        { "spec: {inputs: {l: {type: array, default: [p, q]}}}\n"
          "---\n"
          "a: {script: [x, \"$[[ inputs.l ]]\", y]}\n"
          "b: {script: \"$[[ inputs.l ]]\"}\n"
          "\"c-$[[ inputs.l ]]\": {script: x}\n",
          "a: 4, b: 2, c-[\"p\", \"q\"]: 1" },
        { "spec: {inputs: {n: {default: \"a b\"}}}\n"
          "---\n"
          "\"$[[ inputs.n | expand_vars | posix_escape ]]\": {script: x}\n",
          "a\\ b: 1" },
        { "spec: {inputs: {n: }}\n"
          "---\n"
          "a: {script: \"$[[ inputs.n ]]\"}\n"
          "b: {script: x}\n",
          "a: 1?, b: 1" },
        { "spec: {inputs: {n: {default: 1.10}}}\n"
          "---\n"
          "\"a$[[ inputs.n ]]\": {script: x}\n",
          "a1.1: 1" },
        { "a: {script: \"$[[ inputs.n ]]\"}\n",
          "a: 1" }
    };

    CHECK(state, cases);
}


static void
inputs_that_are_wrong_are_errors(void **state)
{
    static const told_case_t  cases[] = {
        { "spec: {inputs: {n: {default: x}}}\n"
          "---\n"
          "a: {script: \"$[[ inputs.m ]]\"}\n",
          ".gitlab-ci.yml:3: unknown input: `inputs.m`" },
        { "spec: {inputs: {n: {default: x, type: number}}}\n"
          "---\n"
          "a: {script: x}\n",
          ".gitlab-ci.yml:1: input `n` is no number" },
        { "spec: {inputs: {n: {default: \"yes\", type: boolean}}}\n"
          "---\n"
          "a: {script: x}\n",
          ".gitlab-ci.yml:1: input `n` is no boolean" },
        { "spec: {inputs: {n: {default: x, type: array}}}\n"
          "---\n"
          "a: {script: x}\n",
          ".gitlab-ci.yml:1: input `n` is no array" },
        { "spec: {inputs: {n: {default: x, options: [y, z]}}}\n"
          "---\n"
          "a: {script: x}\n",
          ".gitlab-ci.yml:1: input `n` is none of its options" },
        { "spec: {inputs: {n: {default: x}}}\n"
          "---\n"
          "a: {script: \"$[[ inputs.n | upper ]]\"}\n",
          ".gitlab-ci.yml:3: no function matches `upper`" },
        { "spec: {inputs: {n: {default: 1, type: number}}}\n"
          "---\n"
          "a: {script: \"$[[ inputs.n | truncate(0,1) ]]\"}\n",
          ".gitlab-ci.yml:3: only strings are given to `truncate(0,1)`" }
    };

    CHECK(state, cases);
}


static void
each_instance_is_found_and_has_its_matrix(void **state)
{
    chatops_ci_t             *ci;
    chatops_str_t             name, text;
    chatops_ci_job_t         *job;
    chatops_yaml_error_t      error;
    const chatops_ci_job_t   *near[3];

    text = chatops_str("a: {script: x, parallel: {matrix: [{P: [b, 07]}]}}\n"
                       "c: {script: x, parallel: 2}\n");

    assert_int_equal(ci_parse(*state, &text, 0, &ci, &error), CHATOPS_OK);

    name = chatops_str("a: [7]");
    job = chatops_ci_find(ci, &name);

    assert_non_null(job);
    assert_true(chatops_str_is(&job->key, "a"));
    assert_int_equal(job->instance, 2);
    assert_int_equal(job->total, 2);
    assert_true(chatops_str_is(&chatops_yaml_get(job->matrix, "P")->value,
                               "7"));
    assert_int_equal(chatops_yaml_get(job->matrix, "P")->plain, 0);

    name = chatops_str("c 2/2");
    job = chatops_ci_find(ci, &name);

    assert_non_null(job);
    assert_null(job->matrix);
    assert_int_equal(job->instance, 2);

    name = chatops_str("c");

    assert_null(chatops_ci_find(ci, &name));
    assert_int_equal(chatops_ci_suggest(ci, &name, near, 3), 2);
    assert_true(chatops_str_is(&near[0]->name, "c 1/2"));
}


static void
needs_name_the_instances(void **state)
{
    size_t                 i, k;
    char                   text[512];
    chatops_ci_t          *ci;
    chatops_str_t          s;
    chatops_ci_job_t      *job;
    chatops_yaml_error_t   error;

    static const struct {
        const char  *needs;
        const char  *names[4];
    } cases[] = {
        { "[b]",                                  { "b" } },
        { "[p]",                                  { "p 1/2", "p 2/2" } },
        { "[{job: m, optional: true}]",           { "m: [x]", "m: [y]" } },
        { "[b, {job: m, parallel: {matrix: [{A: y}]}}]",
                                                  { "b", "m: [y]" } },
        { "[{pipeline: $P, job: b}]",             { NULL } },
        { "[]",                                   { NULL } },
        { "[[], ~, [[b]], p]",            { "b", "p 1/2", "p 2/2" } },
        { "[none]",                               { NULL } }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        (void) snprintf(text, sizeof(text),
                        "b: {script: x}\np: {script: x, parallel: 2}\n"
                        "m: {script: x, parallel: {matrix: [{A: [x, y]}]}}\n"
                        "none: {script: x, parallel: {matrix: []}}\n"
                        "a: {script: x, needs: %s}\n", cases[i].needs);

        s = chatops_str(text);

        assert_int_equal(ci_parse(*state, &s, 0, &ci, &error), CHATOPS_OK);

        job = &ci->jobs[ci->njobs - 1];

        for (k = 0; cases[i].names[k] != NULL; k++) {
            assert_true(k < job->nneeds);
            assert_true(chatops_str_is(&job->needs[k].job,
                                       cases[i].names[k]));
            assert_int_equal(job->needs[k].optional, i == 2);
        }

        assert_int_equal(job->nneeds, k);
    }
}


static void
too_many_jobs_are_declined(void **state)
{
    size_t          i;
    chatops_str_t   text;
    chatops_buf_t   buf;

    chatops_buf_init(&buf, *state, 1024 * 1024);

    for (i = 0; i < 101; i++) {
        chatops_buf_text(&buf, "j");
        chatops_buf_int(&buf, i);
        chatops_buf_text(&buf, ": {script: x, parallel: 200}\n");
    }

    assert_int_equal(chatops_buf_finish(&buf, &text), CHATOPS_OK);
    assert_string_equal(ci_read(*state, (char *) text.data),
                        "declined: it has too many jobs");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        TEST(a_number_makes_instances),
        TEST(a_matrix_makes_all_combinations),
        TEST(inputs_are_put_in),
        TEST(inputs_that_are_wrong_are_errors),
        TEST(each_instance_is_found_and_has_its_matrix),
        TEST(needs_name_the_instances),
        TEST(too_many_jobs_are_declined)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
