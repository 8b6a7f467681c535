#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ci_told.h"


static void
a_reference_stands_for_what_it_names(void **state)
{
    static const told_case_t  cases[] = {
        { ".a: {script: [x, y]}\n"
          "b: {script: !reference [.a, script]}\n",
          "b: 2" },
        { ".a: {script: [x, y]}\n"
          "b: {script: [!reference [.a, script], z]}\n",
          "b: 3" },
        { ".a: {script: x}\n"
          "b: {script: [!reference [.a, script], z]}\n",
          "b: 2" },
        { "b: {script: [!reference [.a, script], z]}\n"
          ".a: {script: [!reference [.c, s], y]}\n"
          ".c: {s: [w, x]}\n",
          "b: 4" },
        { ".a: {b: {c: {d: [x, y]}}}\n"
          "b: {script: !reference [.a, b, c, d]}\n",
          "b: 2" },
        { "default: {before_script: [x, y]}\n"
          "b: {before_script: [!reference [default, before_script], z], "
          "script: x}\n",
          "b: 4" },
        { ".a: {script: [x]}\n"
          ".c: {extends: .a}\n"
          "b: {script: !reference [.c, script]}\n",
          "b: 1" },
        { ".a: &a [!reference [.x, s], z]\n"
          ".x: {s: [x]}\n"
          "b: {script: *a}\n"
          "c: {script: *a}\n",
          "b: 2, c: 2" },
        { ".a: !reference [.b]\n"
          ".b: {script: [x, y]}\n"
          "c: {script: !reference [.b, script]}\n",
          "c: 2" }
    };

    CHECK(state, cases);
}


static void
a_reference_that_leads_nowhere_is_an_error(void **state)
{
    static const told_case_t  cases[] = {
        { "b: {script: !reference [.a, script]}\n",
          ".gitlab-ci.yml:1: `!reference [.a, script]` could not be found" },
        { ".a: {script: ~}\n"
          "b: {script: !reference [.a, script]}\n",
          ".gitlab-ci.yml:2: `!reference [.a, script]` could not be found" },
        { ".a: {x: no}\n"
          "b: {script: !reference [.a, x]}\n",
          ".gitlab-ci.yml:2: `!reference [.a, x]` could not be found" },
        { ".a: {script: x}\n"
          "b:\n"
          "  script:\n"
          "  - !reference [.a, script, 0]\n",
          ".gitlab-ci.yml:4: `!reference [.a, script, 0]` is not valid" },
        { ".a: {script: [x]}\n"
          "b: {script: [!reference [.a, script, \"0\"]]}\n",
          ".gitlab-ci.yml:2: `!reference [.a, script, 0]` could not be "
          "found" },
        { "b: {script: !reference []}\n",
          ".gitlab-ci.yml:1: `!reference []` is not valid" },
        { "b: {script: !reference x}\n",
          ".gitlab-ci.yml:1: `!reference []` is not valid" },
        { "b: {script: !reference {a: b}}\n",
          ".gitlab-ci.yml:1: `!reference []` is not valid" },
        { ".a: {x: {y: !reference [.b]}}\n"
          ".b: {script: x}\n"
          "c: {script: !reference [.a, x, y, script]}\n",
          ".gitlab-ci.yml:3: `!reference [.a, x, y, script]` could not "
          "be found" }
    };

    CHECK(state, cases);
}


static void
a_circle_of_references_is_an_error(void **state)
{
    static const told_case_t  cases[] = {
        { "a: {script: [!reference [b, script]]}\n"
          "b: {script: [!reference [a, script]]}\n",
          ".gitlab-ci.yml:1: `!reference [b, script]` is part of a "
          "circular chain" },
        { "a: {script: [!reference [a, script]]}\n",
          ".gitlab-ci.yml:1: `!reference [a, script]` is part of a "
          "circular chain" },
        { "a: {script: x, variables: {A: !reference [a]}}\n",
          ".gitlab-ci.yml:1: `!reference [a]` is part of a circular chain" }
    };

    CHECK(state, cases);
}


/* Each step doubles what it refers to, or nests it. */

static void
references_cannot_grow_without_end(void **state)
{
    size_t          i, n;
    chatops_str_t   text;
    chatops_buf_t   buf;

    static const struct {
        const char  *item;
        const char  *between;
        const char  *end;
        const char  *told;
    } cases[] = {
        { "[!reference [.r, x", "], !reference [.r, x", "]]",
          "declined: its aliases make it too large" },
        { "[!reference [.r, x", NULL, "]]",
          "declined: its references are nested too deeply" }
    };

    for (n = 0; n < 2; n++) {
        chatops_buf_init(&buf, *state, 1024 * 1024);
        chatops_buf_text(&buf, "job: {script: x}\n.r:\n  x0: [x, y]\n");

        for (i = 1; i < (n ? 200 : 40); i++) {
            chatops_buf_text(&buf, "  x");
            chatops_buf_int(&buf, i);
            chatops_buf_text(&buf, ": ");
            chatops_buf_text(&buf, cases[n].item);
            chatops_buf_int(&buf, i - 1);

            if (cases[n].between != NULL) {
                chatops_buf_text(&buf, cases[n].between);
                chatops_buf_int(&buf, i - 1);
            }

            chatops_buf_text(&buf, cases[n].end);
            chatops_buf_char(&buf, '\n');
        }

        assert_int_equal(chatops_buf_finish(&buf, &text), CHATOPS_OK);
        assert_string_equal(ci_read(*state, (char *) text.data),
                            cases[n].told);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        TEST(a_reference_stands_for_what_it_names),
        TEST(a_reference_that_leads_nowhere_is_an_error),
        TEST(a_circle_of_references_is_an_error),
        TEST(references_cannot_grow_without_end)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
