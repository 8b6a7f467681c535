#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "chatops_id.h"


#define nelts(table)  (sizeof(table) / sizeof((table)[0]))


static void
time_and_random_bits_stand_in_26_characters(void **state)
{
    size_t  i;
    u_char  id[CHATOPS_ID_LEN];

    static const struct {
        int64_t      now;
        const char  *random;
        const char  *id;
    } cases[] = {
        { 0, "\0\0\0\0\0\0\0\0\0\0", "00000000000000000000000000" },
        { 1, "\0\0\0\0\0\0\0\0\0\1", "00000000010000000000000001" },
        { INT64_C(281474976710655),
          "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
          "7zzzzzzzzzzzzzzzzzzzzzzzzz" },
        { INT64_C(1469918176385),
          "\x00\x44\x32\x14\xc7\x42\x54\xb6\x35\xcf",
          "01aryz6s41" "0123456789abcdef" },
        { INT64_C(1700000000000), "\x80\0\0\0\0\0\0\0\0\0",
          "01hf7yat00g000000000000000" },
    };

    (void) state;

    for (i = 0; i < nelts(cases); i++) {
        chatops_id_make(cases[i].now, (const u_char *) cases[i].random, id);
        assert_memory_equal(id, cases[i].id, CHATOPS_ID_LEN);
    }
}


static void
no_byte_is_written_behind_the_id(void **state)
{
    u_char  id[CHATOPS_ID_LEN + 1];

    (void) state;

    id[CHATOPS_ID_LEN] = '!';
    chatops_id_make(1, (const u_char *) "0123456789", id);
    assert_int_equal(id[CHATOPS_ID_LEN], '!');
}


static void
a_later_id_sorts_behind_an_earlier_one(void **state)
{
    int      step;
    u_char   before[CHATOPS_ID_LEN], after[CHATOPS_ID_LEN];
    int64_t  now;

    (void) state;

    now = 1;
    chatops_id_make(now, (const u_char *) "\xff\xff\xff\xff\xff"
                                          "\xff\xff\xff\xff\xff", before);

    for (step = 0; step < 47; step++) {
        now += INT64_C(1) << step;
        chatops_id_make(now, (const u_char *) "\0\0\0\0\0\0\0\0\0\0", after);
        assert_true(memcmp(before, after, CHATOPS_ID_LEN) < 0);

        chatops_id_make(now, (const u_char *) "\xff\xff\xff\xff\xff"
                                              "\xff\xff\xff\xff\xff", before);
    }
}


static void
a_clock_that_is_off_stays_at_the_ends_of_the_order(void **state)
{
    u_char  id[CHATOPS_ID_LEN];

    (void) state;

    chatops_id_make(-1, (const u_char *) "\0\0\0\0\0\0\0\0\0\0", id);
    assert_memory_equal(id, "0000000000", 10);

    chatops_id_make(INT64_MIN, (const u_char *) "\0\0\0\0\0\0\0\0\0\0", id);
    assert_memory_equal(id, "0000000000", 10);

    chatops_id_make(INT64_MAX, (const u_char *) "\0\0\0\0\0\0\0\0\0\0", id);
    assert_memory_equal(id, "7zzzzzzzzz", 10);
}


static void
each_random_bit_counts(void **state)
{
    size_t  i;
    u_char  random[CHATOPS_ID_RANDOM];
    u_char  none[CHATOPS_ID_LEN], one[CHATOPS_ID_LEN];

    (void) state;

    memset(random, 0, sizeof(random));
    chatops_id_make(7, random, none);

    for (i = 0; i < 8 * CHATOPS_ID_RANDOM; i++) {
        memset(random, 0, sizeof(random));
        random[i / 8] = (u_char) (1 << i % 8);
        chatops_id_make(7, random, one);

        assert_memory_equal(none, one, 10);
        assert_memory_not_equal(none, one, CHATOPS_ID_LEN);
    }
}


static void
what_is_made_is_valid(void **state)
{
    u_char         id[CHATOPS_ID_LEN];
    chatops_str_t  s;

    (void) state;

    chatops_id_make(INT64_MAX, (const u_char *) "\x01\x23\x45\x67\x89"
                                                "\xab\xcd\xef\xfe\xdc", id);
    s = chatops_strn(id, sizeof(id));
    assert_int_equal(chatops_id_valid(&s), 1);
}


static void
anything_else_is_not_an_id(void **state)
{
    size_t         i;
    chatops_str_t  s;

    static const char *const  others[] = {
        "",
        "01hf7yat00g00000000000000",
        "01hf7yat00g0000000000000000",
        "01HF7YAT00G000000000000000",
        "81hf7yat00g000000000000000",
        "z1hf7yat00g000000000000000",
        "01hf7yat00i000000000000000",
        "01hf7yat00l000000000000000",
        "01hf7yat00o000000000000000",
        "01hf7yat00u000000000000000",
        "01hf7yat00/000000000000000",
        "01hf7yat00-000000000000000",
        "01hf7yat00 000000000000000",
        "01hf7yat00..00000000000000",
        "/1hf7yat00g000000000000000",
    };

    (void) state;

    for (i = 0; i < nelts(others); i++) {
        s = chatops_str(others[i]);
        assert_int_equal(chatops_id_valid(&s), 0);
    }

    s = chatops_strn("01hf7yat00g00000000000000\0", 26);
    assert_int_equal(chatops_id_valid(&s), 0);

    s = chatops_str(NULL);
    assert_int_equal(chatops_id_valid(&s), 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(time_and_random_bits_stand_in_26_characters),
        cmocka_unit_test(no_byte_is_written_behind_the_id),
        cmocka_unit_test(a_later_id_sorts_behind_an_earlier_one),
        cmocka_unit_test(a_clock_that_is_off_stays_at_the_ends_of_the_order),
        cmocka_unit_test(each_random_bit_counts),
        cmocka_unit_test(what_is_made_is_valid),
        cmocka_unit_test(anything_else_is_not_an_id),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
