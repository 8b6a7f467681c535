#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "chatops_core.h"


#define nelts(table)  (sizeof(table) / sizeof((table)[0]))


static void
the_view_of_a_null_c_string_is_empty(void **state)
{
    chatops_str_t  s;

    (void) state;

    s = chatops_str(NULL);
    assert_int_equal(s.len, 0);

    s = chatops_str("ops");
    assert_int_equal(s.len, 3);
    assert_memory_equal(s.data, "ops", 3);
}


static void
empty_views_are_equal_whatever_they_point_at(void **state)
{
    chatops_str_t  a, b;

    (void) state;

    a = chatops_str(NULL);
    b = chatops_str("");

    assert_int_equal(chatops_str_eq(&a, &b), 1);
    assert_int_equal(chatops_str_is(&a, ""), 1);
    assert_int_equal(chatops_str_starts(&a, ""), 1);
    assert_int_equal(chatops_str_cmp(&a, &b), 0);
}


static void
equality_looks_at_every_byte_and_the_length(void **state)
{
    chatops_str_t  a, b, c, d;

    (void) state;

    a = chatops_strn("a\0b", 3);
    b = chatops_strn("a\0b", 3);
    c = chatops_strn("a\0c", 3);
    d = chatops_str("a");

    assert_int_equal(chatops_str_eq(&a, &b), 1);
    assert_int_equal(chatops_str_eq(&a, &c), 0);
    assert_int_equal(chatops_str_eq(&a, &d), 0);
    assert_int_equal(chatops_str_is(&a, "a"), 0);
    assert_int_equal(chatops_str_is(&d, "a"), 1);
    assert_int_equal(chatops_str_is(&d, "ab"), 0);
}


static void
a_prefix_may_be_as_long_as_the_string_but_not_longer(void **state)
{
    chatops_str_t  s;

    (void) state;

    s = chatops_str("v0=");

    assert_int_equal(chatops_str_starts(&s, "v0"), 1);
    assert_int_equal(chatops_str_starts(&s, "v0="), 1);
    assert_int_equal(chatops_str_starts(&s, "v0=a"), 0);
    assert_int_equal(chatops_str_starts(&s, "V0"), 0);
}


static void
order_is_by_bytes_and_then_the_shorter_first(void **state)
{
    size_t         i, j;
    chatops_str_t  a, b;

    static const char *const  sorted[] = {
        "", "A", "AA", "AB", "B", "a", "\x7f", "\xc3\xa9"
    };

    (void) state;

    for (i = 0; i < nelts(sorted); i++) {
        for (j = 0; j < nelts(sorted); j++) {
            a = chatops_str(sorted[i]);
            b = chatops_str(sorted[j]);

            assert_int_equal(chatops_str_cmp(&a, &b) < 0, i < j);
            assert_int_equal(chatops_str_cmp(&a, &b) > 0, i > j);
        }
    }
}


static void
find_gives_the_first_place_at_or_after_from(void **state)
{
    u_char        *p;
    chatops_str_t  s;

    (void) state;

    s = chatops_str("aab aab");

    p = chatops_str_find(&s, 0, "ab", 2);
    assert_ptr_equal(p, s.data + 1);

    p = chatops_str_find(&s, 1, "ab", 2);
    assert_ptr_equal(p, s.data + 1);

    p = chatops_str_find(&s, 2, "ab", 2);
    assert_ptr_equal(p, s.data + 5);

    assert_null(chatops_str_find(&s, 6, "ab", 2));
    assert_null(chatops_str_find(&s, 7, "b", 1));
    assert_null(chatops_str_find(&s, 8, "b", 1));
    assert_null(chatops_str_find(&s, 0, "", 0));
}


static void
find_does_not_look_behind_the_end(void **state)
{
    u_char        *copy;
    chatops_str_t  s;

    (void) state;

    copy = malloc(3);
    assert_non_null(copy);
    memcpy(copy, "xab", 3);

    s = chatops_strn(copy, 3);
    assert_null(chatops_str_find(&s, 0, "abc", 3));
    assert_null(chatops_str_find(&s, 0, "bc", 2));
    assert_null(chatops_str_find(&s, 0, "xabc", 4));
    assert_ptr_equal(chatops_str_find(&s, 0, "xab", 3), copy);

    free(copy);

    s = chatops_str(NULL);
    assert_null(chatops_str_find(&s, 0, "a", 1));
}


static void
trim_takes_white_space_from_both_ends_only(void **state)
{
    chatops_str_t  s, t;

    (void) state;

    s = chatops_str(" \t\r\n a b \n");
    t = chatops_str_trim(&s);
    assert_int_equal(chatops_str_is(&t, "a b"), 1);

    s = chatops_str(" \r\n");
    t = chatops_str_trim(&s);
    assert_int_equal(t.len, 0);

    s = chatops_str(NULL);
    t = chatops_str_trim(&s);
    assert_int_equal(t.len, 0);
}


static void
int_reads_decimal_digits_up_to_int64_max(void **state)
{
    size_t         i;
    int64_t        value;
    chatops_str_t  s;

    static const struct {
        const char  *text;
        int          rc;
        int64_t      value;
    } cases[] = {
        { "0", CHATOPS_OK, 0 },
        { "007", CHATOPS_OK, 7 },
        { "1531420618", CHATOPS_OK, 1531420618 },
        { "9223372036854775807", CHATOPS_OK, INT64_MAX },
        { "9223372036854775808", CHATOPS_DECLINED, 0 },
        { "9223372036854775810", CHATOPS_DECLINED, 0 },
        { "18446744073709551616", CHATOPS_DECLINED, 0 },
        { "99999999999999999999999999", CHATOPS_DECLINED, 0 },
        { "", CHATOPS_DECLINED, 0 },
        { "-1", CHATOPS_DECLINED, 0 },
        { "+1", CHATOPS_DECLINED, 0 },
        { " 1", CHATOPS_DECLINED, 0 },
        { "1 ", CHATOPS_DECLINED, 0 },
        { "1.0", CHATOPS_DECLINED, 0 },
        { "0x10", CHATOPS_DECLINED, 0 },
        { "\xd9\xa1", CHATOPS_DECLINED, 0 },
    };

    (void) state;

    for (i = 0; i < nelts(cases); i++) {
        s = chatops_str(cases[i].text);
        assert_int_equal(chatops_str_int(&s, &value), cases[i].rc);

        if (cases[i].rc == CHATOPS_OK) {
            assert_true(value == cases[i].value);
        }
    }
}


/* RFC 3629: what is well-formed, at the edges of each length. */

static const struct {
    const char  *text;
    size_t       length;    /* of the first sequence, 0: malformed */
} sequences[] = {
    { "a", 1 },
    { "\x7f", 1 },
    { "\x80", 0 },
    { "\xbf", 0 },
    { "\xc0\x80", 0 },
    { "\xc1\xbf", 0 },
    { "\xc2\x80", 2 },
    { "\xc3\xa9", 2 },
    { "\xdf\xbf", 2 },
    { "\xc3", 0 },
    { "\xc3(", 0 },
    { "\xe0\x80\x80", 0 },
    { "\xe0\x9f\xbf", 0 },
    { "\xe0\xa0\x80", 3 },
    { "\xe2\x80\x94", 3 },
    { "\xe2\x80", 0 },
    { "\xed\x9f\xbf", 3 },
    { "\xed\xa0\x80", 0 },
    { "\xed\xbf\xbf", 0 },
    { "\xee\x80\x80", 3 },
    { "\xef\xbf\xbf", 3 },
    { "\xf0\x80\x80\x80", 0 },
    { "\xf0\x8f\xbf\xbf", 0 },
    { "\xf0\x90\x80\x80", 4 },
    { "\xf0\x9f\x92\xa5", 4 },
    { "\xf0\x9f\x92", 0 },
    { "\xf4\x8f\xbf\xbf", 4 },
    { "\xf4\x90\x80\x80", 0 },
    { "\xf5\x80\x80\x80", 0 },
    { "\xf8\x88\x80\x80\x80", 0 },
    { "\xff", 0 },
};


static void
utf8_length_knows_rfc_3629(void **state)
{
    size_t         i;
    chatops_str_t  s;

    (void) state;

    for (i = 0; i < nelts(sequences); i++) {
        s = chatops_str(sequences[i].text);

        assert_int_equal(chatops_utf8_length(s.data, s.len),
                         sequences[i].length);
        assert_int_equal(chatops_utf8_valid(s.data, s.len),
                         sequences[i].length == s.len);
    }

    assert_int_equal(chatops_utf8_length(NULL, 0), 0);
    assert_int_equal(chatops_utf8_valid(NULL, 0), 1);
}


static void
one_bad_byte_makes_a_text_malformed(void **state)
{
    (void) state;

    assert_int_equal(chatops_utf8_valid((u_char *) "d\xc3\xa9ploy", 7), 1);
    assert_int_equal(chatops_utf8_valid((u_char *) "d\xc3\xa9ploy\xa9", 8),
                     0);
    assert_int_equal(chatops_utf8_valid((u_char *) "d\xc3", 2), 0);
}


static void
clip_never_splits_a_sequence_and_takes_all_it_can(void **state)
{
    size_t         i, clip, expected;
    chatops_str_t  s;

    static const size_t  starts[] = { 0, 1, 3, 6, 10, 11, 15, 17 };

    (void) state;

    /* lengths 1, 2, 3, 4, 1, 4, 2 */

    s = chatops_str("a\xc3\xa9\xe2\x80\x94\xf0\x9f\x92\xa5"
                    "b\xf0\x9f\x92\xa5\xc3\xa9");

    for (i = 0; i <= s.len + 1; i++) {
        clip = chatops_utf8_clip(s.data, s.len, i);

        for (expected = nelts(starts) - 1; starts[expected] > i; expected--) {
            /* void */
        }

        assert_int_equal(clip, starts[expected]);
        assert_int_equal(chatops_utf8_valid(s.data, clip), 1);
    }
}


static void
clip_gives_nothing_when_the_first_sequence_does_not_fit(void **state)
{
    (void) state;

    assert_int_equal(chatops_utf8_clip((u_char *) "\xc3\xa9", 2, 1), 0);
    assert_int_equal(chatops_utf8_clip((u_char *) "\xe2\x80\x94", 3, 1), 0);
    assert_int_equal(chatops_utf8_clip((u_char *) "\xe2\x80\x94", 3, 2), 0);
    assert_int_equal(chatops_utf8_clip((u_char *) "\xf0\x9f\x92\xa5", 4, 3),
                     0);
}


static void
clip_cuts_malformed_text_at_the_limit(void **state)
{
    (void) state;

    assert_int_equal(chatops_utf8_clip((u_char *) "ba\x80", 3, 2), 2);
    assert_int_equal(chatops_utf8_clip((u_char *) "\xa9\xa9\xa9\xa9\xa9", 5,
                                       4), 4);
    assert_int_equal(chatops_utf8_clip((u_char *) "\xc3\xa9\xa9\xa9", 4, 3),
                     3);
    assert_int_equal(chatops_utf8_clip((u_char *) "ab\xe2\x80", 4, 3), 3);
    assert_int_equal(chatops_utf8_clip((u_char *) "abc", 3, 0), 0);
    assert_int_equal(chatops_utf8_clip(NULL, 0, 5), 0);
}


/* The arena. */

static void
an_arena_gives_memory_aligned_for_any_type(void **state)
{
    u_char           *p;
    size_t            size, i;
    chatops_arena_t  *arena;

    (void) state;

    arena = chatops_arena_create(0);
    assert_non_null(arena);

    for (size = 0; size < 5000; size += 37) {
        p = chatops_palloc(arena, size);
        assert_non_null(p);
        assert_int_equal((uintptr_t) p % _Alignof(max_align_t), 0);

        for (i = 0; i < size; i++) {
            p[i] = 0xff;
        }
    }

    chatops_arena_destroy(arena);
}


static void
allocations_do_not_overlap(void **state)
{
    u_char           *p[200];
    size_t            i, j;
    chatops_arena_t  *arena;

    (void) state;

    arena = chatops_arena_create(0);
    assert_non_null(arena);

    for (i = 0; i < nelts(p); i++) {
        p[i] = chatops_palloc(arena, 1 + i * 31);
        assert_non_null(p[i]);
        memset(p[i], (int) i, 1 + i * 31);
    }

    for (i = 0; i < nelts(p); i++) {
        for (j = 0; j < 1 + i * 31; j++) {
            assert_int_equal(p[i][j], (u_char) i);
        }
    }

    chatops_arena_destroy(arena);
}


static void
pcalloc_gives_zeros_also_where_memory_was_used(void **state)
{
    u_char           *p;
    size_t            i;
    chatops_arena_t  *arena;

    (void) state;

    arena = chatops_arena_create(0);
    assert_non_null(arena);

    p = chatops_pcalloc(arena, 3000);
    assert_non_null(p);

    for (i = 0; i < 3000; i++) {
        assert_int_equal(p[i], 0);
    }

    assert_non_null(chatops_pcalloc(arena, 0));

    chatops_arena_destroy(arena);
}


static void
an_arena_hands_out_no_more_than_its_limit(void **state)
{
    size_t            n;
    chatops_arena_t  *arena;

    (void) state;

    arena = chatops_arena_create(1024);
    assert_non_null(arena);

    assert_null(chatops_palloc(arena, 1025));

    for (n = 0; chatops_palloc(arena, 1) != NULL; n++) {
        assert_true(n < 1024);
    }

    assert_true(n > 0);
    assert_null(chatops_palloc(arena, 1));
    assert_null(chatops_pcalloc(arena, 1));

    chatops_arena_destroy(arena);

    arena = chatops_arena_create(1024);
    assert_non_null(arena);
    assert_non_null(chatops_palloc(arena, 1024));
    assert_null(chatops_palloc(arena, 1));
    chatops_arena_destroy(arena);
}


static void
an_impossible_size_is_refused(void **state)
{
    chatops_arena_t  *arena;

    (void) state;

    arena = chatops_arena_create(0);
    assert_non_null(arena);

    assert_null(chatops_palloc(arena, SIZE_MAX));
    assert_null(chatops_palloc(arena, SIZE_MAX - 8));
    assert_non_null(chatops_palloc(arena, 8));

    chatops_arena_destroy(arena);
}


static void
pstrdup_copies_and_ends_in_nul(void **state)
{
    chatops_str_t     src, dst;
    chatops_arena_t  *arena;

    (void) state;

    arena = chatops_arena_create(64);
    assert_non_null(arena);

    src = chatops_strn("a\0b", 3);
    assert_int_equal(chatops_pstrdup(arena, &dst, &src), CHATOPS_OK);
    assert_int_equal(dst.len, 3);
    assert_memory_equal(dst.data, "a\0b\0", 4);
    assert_ptr_not_equal(dst.data, src.data);

    src = chatops_str(NULL);
    assert_int_equal(chatops_pstrdup(arena, &dst, &src), CHATOPS_OK);
    assert_int_equal(dst.len, 0);
    assert_int_equal(dst.data[0], 0);

    src = chatops_str("sixty-four bytes do not fit where two strings are "
                      "already, do they");
    assert_int_equal(chatops_pstrdup(arena, &dst, &src), CHATOPS_ERROR);

    chatops_arena_destroy(arena);
}


static void
destroying_no_arena_is_fine(void **state)
{
    (void) state;

    chatops_arena_destroy(NULL);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(the_view_of_a_null_c_string_is_empty),
        cmocka_unit_test(empty_views_are_equal_whatever_they_point_at),
        cmocka_unit_test(equality_looks_at_every_byte_and_the_length),
        cmocka_unit_test(a_prefix_may_be_as_long_as_the_string_but_not_longer),
        cmocka_unit_test(order_is_by_bytes_and_then_the_shorter_first),
        cmocka_unit_test(find_gives_the_first_place_at_or_after_from),
        cmocka_unit_test(find_does_not_look_behind_the_end),
        cmocka_unit_test(trim_takes_white_space_from_both_ends_only),
        cmocka_unit_test(int_reads_decimal_digits_up_to_int64_max),
        cmocka_unit_test(utf8_length_knows_rfc_3629),
        cmocka_unit_test(one_bad_byte_makes_a_text_malformed),
        cmocka_unit_test(clip_never_splits_a_sequence_and_takes_all_it_can),
        cmocka_unit_test(
            clip_gives_nothing_when_the_first_sequence_does_not_fit),
        cmocka_unit_test(clip_cuts_malformed_text_at_the_limit),
        cmocka_unit_test(an_arena_gives_memory_aligned_for_any_type),
        cmocka_unit_test(allocations_do_not_overlap),
        cmocka_unit_test(pcalloc_gives_zeros_also_where_memory_was_used),
        cmocka_unit_test(an_arena_hands_out_no_more_than_its_limit),
        cmocka_unit_test(an_impossible_size_is_refused),
        cmocka_unit_test(pstrdup_copies_and_ends_in_nul),
        cmocka_unit_test(destroying_no_arena_is_fine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
