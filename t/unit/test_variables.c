#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "chatops_variables.h"


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
set(chatops_variables_t *variables, const char *name, const char *value)
{
    chatops_str_t  n, v;

    n = chatops_str(name);
    v = chatops_str(value);

    assert_int_equal(chatops_variables_set(variables, &n, &v), CHATOPS_OK);
}


static void
expect(const chatops_variables_t *variables, const char *name,
    chatops_truth_e defined, const char *value)
{
    chatops_str_t    n, v;
    chatops_truth_e  truth;

    n = chatops_str(name);
    truth = chatops_variables_get(variables, &n, &v);

    if (truth != defined || !chatops_str_is(&v, value)) {
        fail_msg("%s: %s \"%.*s\"", name, chatops_truth_name(truth),
                 chatops_str_arg(&v));
    }
}


static void
test_last_counts(void **state)
{
    chatops_str_t         name;
    chatops_variables_t  *variables;

    variables = chatops_variables_create(*state, NULL);
    name = chatops_str("A");

    expect(variables, "A", CHATOPS_NO, "");
    set(variables, "A", "1");
    set(variables, "B", "");
    expect(variables, "A", CHATOPS_YES, "1");
    expect(variables, "B", CHATOPS_YES, "");
    set(variables, "A", "2");
    expect(variables, "A", CHATOPS_YES, "2");

    assert_int_equal(chatops_variables_set_unknown(variables, &name),
                     CHATOPS_OK);
    expect(variables, "A", CHATOPS_UNKNOWN, "");

    assert_int_equal(chatops_variables_set_undefined(variables, &name),
                     CHATOPS_OK);
    expect(variables, "A", CHATOPS_NO, "");

    set(variables, "A", "3");
    expect(variables, "A", CHATOPS_YES, "3");
}


static void
test_stacked(void **state)
{
    chatops_str_t         name;
    chatops_variables_t  *low, *middle, *high;

    low = chatops_variables_create(*state, NULL);
    middle = chatops_variables_create(*state, low);
    high = chatops_variables_create(*state, middle);

    set(low, "A", "low");
    set(low, "B", "low");
    set(low, "C", "low");
    set(middle, "B", "middle");
    set(high, "D", "high");

    name = chatops_str("C");
    assert_int_equal(chatops_variables_set_undefined(high, &name),
                     CHATOPS_OK);

    expect(high, "A", CHATOPS_YES, "low");
    expect(high, "B", CHATOPS_YES, "middle");
    expect(high, "C", CHATOPS_NO, "");
    expect(high, "D", CHATOPS_YES, "high");
    expect(low, "D", CHATOPS_NO, "");
    expect(middle, "C", CHATOPS_YES, "low");
}


static void
test_open(void **state)
{
    chatops_str_t         name;
    chatops_variables_t  *low, *high;

    low = chatops_variables_create(*state, NULL);
    high = chatops_variables_create(*state, low);

    expect(high, "A", CHATOPS_NO, "");
    chatops_variables_open(low, CHATOPS_UNKNOWN);
    expect(high, "A", CHATOPS_UNKNOWN, "");

    /* the upper set's own opinion is not asked for */

    chatops_variables_open(high, CHATOPS_NO);
    expect(high, "A", CHATOPS_UNKNOWN, "");

    name = chatops_str("A");
    assert_int_equal(chatops_variables_set_undefined(low, &name),
                     CHATOPS_OK);
    expect(high, "A", CHATOPS_NO, "");

    chatops_variables_open(low, CHATOPS_NO);
    expect(high, "B", CHATOPS_NO, "");
}


static void
test_names(void **state)
{
    size_t                i;
    chatops_str_t         name, value, nothing;
    chatops_variables_t  *variables;

    /* each a part of another, the same up to a NUL, or empty */

    static const chatops_str_t  names[] = {
        chatops_string("CI"), chatops_string("CI_"), chatops_string("C"),
        chatops_string("CI\0"), chatops_string("CI\0\0"),
        chatops_string("\0"), chatops_string(""), chatops_string("ci"),
        chatops_string("CI\xff"), chatops_string("CI\x01"),
        chatops_string("\xff"), chatops_string("\x80"),
        chatops_string("CI_COMMIT"), chatops_string("CI_COMMIT_TAG")
    };

    variables = chatops_variables_create(*state, NULL);

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_int_equal(chatops_variables_get(variables, &names[i], &value),
                         CHATOPS_NO);
        assert_int_equal(chatops_variables_set(variables, &names[i],
                                               &names[i]),
                         CHATOPS_OK);
    }

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_int_equal(chatops_variables_get(variables, &names[i], &value),
                         CHATOPS_YES);
        assert_true(chatops_str_eq(&value, &names[i]));
    }

    name = chatops_str("CI_COMMIT_");
    nothing = chatops_strn(NULL, 0);

    assert_int_equal(chatops_variables_get(variables, &name, &value),
                     CHATOPS_NO);
    assert_int_equal(chatops_variables_get(variables, &nothing, &value),
                     CHATOPS_YES);
    assert_int_equal(value.len, 0);
}


/* as many as a configuration of 1 MB has room for */

static void
test_many(void **state)
{
    char                  text[16];
    size_t                i;
    chatops_str_t         name, value;
    chatops_variables_t  *variables;

    variables = chatops_variables_create(*state, NULL);

    for (i = 0; i < 50000; i++) {
        name = chatops_strn(text, snprintf(text, sizeof(text), "V%zu",
                                           i * 7919 % 50000));
        assert_int_equal(chatops_pstrdup(*state, &name, &name), CHATOPS_OK);
        assert_int_equal(chatops_variables_set(variables, &name, &name),
                         CHATOPS_OK);
    }

    for (i = 0; i < 50000; i++) {
        name = chatops_strn(text, snprintf(text, sizeof(text), "V%zu", i));
        assert_int_equal(chatops_variables_get(variables, &name, &value),
                         CHATOPS_YES);
        assert_true(chatops_str_eq(&value, &name));
    }

    name = chatops_str("V50000");
    assert_int_equal(chatops_variables_get(variables, &name, &value),
                     CHATOPS_NO);
}


static void
test_memory(void **state)
{
    int                   rc;
    size_t                limit;
    chatops_str_t         name, value;
    chatops_arena_t      *arena;
    chatops_variables_t  *variables;

    (void) state;

    for (limit = 1; limit < 400; limit += 16) {
        arena = chatops_arena_create(limit);
        assert_non_null(arena);

        variables = chatops_variables_create(arena, NULL);

        if (variables != NULL) {
            name = chatops_str("A");
            rc = chatops_variables_set(variables, &name, &name);

            if (rc == CHATOPS_OK) {
                value = chatops_str("B");
                rc = chatops_variables_set(variables, &value, &value);
                expect(variables, "A", CHATOPS_YES, "A");
                expect(variables, "B", rc == CHATOPS_OK ? CHATOPS_YES
                                                        : CHATOPS_NO,
                       rc == CHATOPS_OK ? "B" : "");
            }

            assert_true(rc == CHATOPS_OK || rc == CHATOPS_ERROR);
        }

        chatops_arena_destroy(arena);
    }
}


static void
test_truth(void **state)
{
    chatops_truth_e  a, b;

    (void) state;

    for (a = CHATOPS_NO; a <= CHATOPS_UNKNOWN; a++) {
        assert_int_equal(chatops_truth_not(chatops_truth_not(a)), a);
        assert_int_equal(chatops_truth_and(a, CHATOPS_NO), CHATOPS_NO);
        assert_int_equal(chatops_truth_and(a, CHATOPS_YES), a);
        assert_int_equal(chatops_truth_or(a, CHATOPS_YES), CHATOPS_YES);
        assert_int_equal(chatops_truth_or(a, CHATOPS_NO), a);
        assert_int_equal(chatops_truth_and(a, a), a);
        assert_int_equal(chatops_truth_or(a, a), a);

        for (b = CHATOPS_NO; b <= CHATOPS_UNKNOWN; b++) {
            assert_int_equal(chatops_truth_and(a, b),
                             chatops_truth_and(b, a));
            assert_int_equal(chatops_truth_not(chatops_truth_and(a, b)),
                             chatops_truth_or(chatops_truth_not(a),
                                              chatops_truth_not(b)));
        }
    }

    assert_int_equal(chatops_truth_not(CHATOPS_YES), CHATOPS_NO);
    assert_int_equal(chatops_truth_not(CHATOPS_UNKNOWN), CHATOPS_UNKNOWN);
    assert_string_equal(chatops_truth_name(CHATOPS_YES), "yes");
    assert_string_equal(chatops_truth_name(CHATOPS_NO), "no");
    assert_string_equal(chatops_truth_name(CHATOPS_UNKNOWN), "unknown");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(test_last_counts, arena_make,
                                        arena_drop),
        cmocka_unit_test_setup_teardown(test_stacked, arena_make, arena_drop),
        cmocka_unit_test_setup_teardown(test_open, arena_make, arena_drop),
        cmocka_unit_test_setup_teardown(test_names, arena_make, arena_drop),
        cmocka_unit_test_setup_teardown(test_many, arena_make, arena_drop),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_truth)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
