#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ci_told.h"


static void
a_base_gives_what_a_job_does_not_say(void **state)
{
    static const told_case_t  cases[] = {
        { ".a: {script: [x, y]}\n"
          "b: {extends: .a}\n"
          "c: {extends: [.a]}\n",
          "b: 2, c: 2" },
        { ".a: {script: [x, y]}\n"
          "b: {extends: .a, script: z}\n",
          "b: 1" },
        { "b: {extends: .a}\n"
          ".a: {extends: .c}\n"
          ".c: {script: [x, y, z]}\n",
          "b: 3" },
        { ".a: {script: x}\n"
          ".b: {script: [x, y]}\n"
          "c: {extends: [.a, .b]}\n"
          "d: {extends: [.b, .a]}\n",
          "c: 2, d: 1" },
        { ".a: {script: x, before_script: [x, y]}\n"
          "b: {extends: .a, before_script: ~}\n",
          "b: 1" },
        { "a: {script: x}\n"
          "b: {extends: a}\n"
          "d: {extends: [], script: x}\n",
          "a: 1, b: 1, d: 1" }
    };

    CHECK(state, cases);
}


static void
what_cannot_be_extended_is_an_error(void **state)
{
    static const told_case_t  cases[] = {
        { "b: {script: x, extends: .a}\n",
          ".gitlab-ci.yml:1: b: unknown key `.a` in `extends`" },
        { "a:\n"
          "  script: x\n"
          "  extends:\n"
          "  - b\n"
          "  - .c\n"
          "b: {script: x}\n",
          ".gitlab-ci.yml:5: a: unknown key `.c` in `extends`" },
        { ".a: [x]\n"
          "b: {script: x, extends: .a}\n",
          ".gitlab-ci.yml:2: b: invalid base `.a` in `extends`" },
        { "a: {extends: b}\n"
          "b: {extends: c}\n"
          "c: {extends: a, script: x}\n",
          ".gitlab-ci.yml:1: a: circular dependency in `extends`" },
        { "a: {extends: a, script: x}\n",
          ".gitlab-ci.yml:1: a: circular dependency in `extends`" }
    };

    CHECK(state, cases);
}


static void
ten_ancestors_are_the_most(void **state)
{
    static const told_case_t  cases[] = {
        { ".b0: {extends: .b1}\n"
          ".b1: {extends: .b2}\n"
          ".b2: {extends: .b3}\n"
          ".b3: {extends: .b4}\n"
          ".b4: {extends: .b5}\n"
          ".b5: {extends: .b6}\n"
          ".b6: {extends: .b7}\n"
          ".b7: {extends: .b8}\n"
          ".b8: {extends: .b9}\n"
          ".b9: {extends: .b10}\n"
          ".b10: {extends: .b11}\n"
          ".b11: {script: x}\n"
          "a: {script: x}\n",
          "a: 1" },
        { ".b0: {extends: .b1}\n"
          ".b1: {extends: .b2}\n"
          ".b2: {extends: .b3}\n"
          ".b3: {extends: .b4}\n"
          ".b4: {extends: .b5}\n"
          ".b5: {extends: .b6}\n"
          ".b6: {extends: .b7}\n"
          ".b7: {extends: .b8}\n"
          ".b8: {extends: .b9}\n"
          ".b9: {extends: .b10}\n"
          ".b10: {extends: .b11}\n"
          ".b11: {extends: .b12}\n"
          ".b12: {script: x}\n"
          "a: {script: x}\n",
          ".gitlab-ci.yml:12: .b11: nesting too deep in `extends`" },
        { ".b12: {script: x}\n"
          ".b11: {extends: .b12}\n"
          ".b10: {extends: .b11}\n"
          ".b9: {extends: .b10}\n"
          ".b8: {extends: .b9}\n"
          ".b7: {extends: .b8}\n"
          ".b6: {extends: .b7}\n"
          ".b5: {extends: .b6}\n"
          ".b4: {extends: .b5}\n"
          ".b3: {extends: .b4}\n"
          ".b2: {extends: .b3}\n"
          ".b1: {extends: .b2}\n"
          ".b0: {extends: .b1}\n"
          "a: {script: x}\n",
          ".gitlab-ci.yml:13: .b0: nesting too deep in `extends`" }
    };

    CHECK(state, cases);
}


/* Of mappings in both the merger, of lists the one over. */

static void
mappings_are_merged_and_lists_are_not(void **state)
{
    chatops_ci_t          *ci;
    chatops_str_t          text;
    chatops_yaml_node_t   *node;
    chatops_yaml_error_t   error;

    text = chatops_str(".a: {variables: {A: 1, B: {value: x}}, tags: [p, q]}\n"
                       "b:\n  extends: .a\n  script: x\n  tags: [r]\n"
                       "  variables: {B: {expand: false}, C: 3}\n");

    assert_int_equal(ci_parse(*state, &text, 0, &ci, &error), CHATOPS_OK);
    assert_int_equal(ci->nerrors, 0);

    node = chatops_yaml_get(ci->jobs[1].node, "variables");

    assert_int_equal(node->count, 3);
    assert_true(chatops_str_is(&node->pairs[0].key->value, "A"));
    assert_int_equal(chatops_yaml_get(node, "B")->count, 2);
    assert_int_equal(chatops_yaml_get(ci->jobs[1].node, "tags")->count, 1);
    assert_int_equal(ci->jobs[1].line, 2);
    assert_int_equal(ci->jobs[1].node->line, 3);

    /* what a base says stays as it is */

    assert_int_equal(chatops_yaml_get(chatops_yaml_get(ci->jobs[0].node,
                                                       "variables"),
                                      "B")->count, 1);
}


/* What a base holds is merged into each job: many of both are too much. */

static void
too_much_of_merging_is_declined(void **state)
{
    size_t         i, n;
    chatops_str_t  text;
    chatops_buf_t  buf;

    static const size_t  jobs[] = { 100, 5000 };

    for (n = 0; n < 2; n++) {
        chatops_buf_init(&buf, *state, 1024 * 1024);
        chatops_buf_text(&buf, ".a:\n  script: x\n  variables: {K: v}\n  x:\n");

        for (i = 0; i < 1000; i++) {
            chatops_buf_text(&buf, "    k");
            chatops_buf_int(&buf, i);
            chatops_buf_text(&buf, ": v\n");
        }

        for (i = 0; i < jobs[n]; i++) {
            chatops_buf_text(&buf, ".j");
            chatops_buf_int(&buf, i);
            chatops_buf_text(&buf, ": {extends: .a, x: {k: v}}\n");
        }

        chatops_buf_text(&buf, "last: {script: x}\n");

        assert_int_equal(chatops_buf_finish(&buf, &text), CHATOPS_OK);
        assert_string_equal(ci_read(*state, (char *) text.data),
                            n ? "declined: what it merges is too large"
                              : "last: 1");
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        TEST(a_base_gives_what_a_job_does_not_say),
        TEST(what_cannot_be_extended_is_an_error),
        TEST(ten_ancestors_are_the_most),
        TEST(mappings_are_merged_and_lists_are_not),
        TEST(too_much_of_merging_is_declined)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
