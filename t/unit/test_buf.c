#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "chatops_core.h"


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
an_empty_text_is_finished_with_a_nul(void **state)
{
    chatops_buf_t  buf;
    chatops_str_t  s;

    chatops_buf_init(&buf, *state, 100);

    assert_int_equal(chatops_buf_finish(&buf, &s), CHATOPS_OK);
    assert_int_equal(s.len, 0);
    assert_int_equal(s.data[0], 0);
}


static void
all_additions_end_up_in_order(void **state)
{
    chatops_buf_t  buf;
    chatops_str_t  s, empty;

    s = chatops_str("three");
    empty = chatops_str(NULL);

    chatops_buf_init(&buf, *state, 100);
    chatops_buf_add(&buf, "one", 3);
    chatops_buf_add(&buf, NULL, 0);
    chatops_buf_char(&buf, ' ');
    chatops_buf_text(&buf, "two ");
    chatops_buf_str(&buf, &s);
    chatops_buf_str(&buf, &empty);
    chatops_buf_char(&buf, ' ');
    chatops_buf_int(&buf, 4);

    assert_int_equal(chatops_buf_finish(&buf, &s), CHATOPS_OK);
    assert_string_equal((char *) s.data, "one two three 4");
    assert_int_equal(s.len, 15);
}


static void
a_text_grows_past_many_doublings(void **state)
{
    size_t         i;
    chatops_buf_t  buf;
    chatops_str_t  s;

    chatops_buf_init(&buf, *state, 100000);

    for (i = 0; i < 100000; i++) {
        chatops_buf_char(&buf, (u_char) ('a' + i % 23));
    }

    assert_int_equal(chatops_buf_finish(&buf, &s), CHATOPS_OK);
    assert_int_equal(s.len, 100000);
    assert_int_equal(s.data[s.len], 0);

    for (i = 0; i < 100000; i++) {
        assert_int_equal(s.data[i], 'a' + i % 23);
    }
}


static void
a_finished_text_can_be_added_to(void **state)
{
    chatops_buf_t  buf;
    chatops_str_t  s;

    chatops_buf_init(&buf, *state, 100);

    chatops_buf_text(&buf, "one");
    assert_int_equal(chatops_buf_finish(&buf, &s), CHATOPS_OK);

    chatops_buf_text(&buf, " two");
    assert_int_equal(chatops_buf_finish(&buf, &s), CHATOPS_OK);
    assert_string_equal((char *) s.data, "one two");
}


static void
a_text_can_be_added_to_itself(void **state)
{
    size_t         i;
    chatops_buf_t  buf;
    chatops_str_t  s;

    chatops_buf_init(&buf, *state, 1024);
    chatops_buf_text(&buf, "ab");

    for (i = 0; i < 9; i++) {
        assert_int_equal(chatops_buf_finish(&buf, &s), CHATOPS_OK);
        chatops_buf_str(&buf, &s);
    }

    assert_int_equal(chatops_buf_finish(&buf, &s), CHATOPS_OK);
    assert_int_equal(s.len, 1024);

    for (i = 0; i < s.len; i++) {
        assert_int_equal(s.data[i], i % 2 ? 'b' : 'a');
    }
}


static void
the_limit_itself_fits_and_one_more_byte_does_not(void **state)
{
    chatops_buf_t  buf;
    chatops_str_t  s;

    chatops_buf_init(&buf, *state, 5);
    chatops_buf_text(&buf, "12345");
    assert_int_equal(chatops_buf_finish(&buf, &s), CHATOPS_OK);
    assert_int_equal(s.len, 5);

    chatops_buf_char(&buf, '6');
    assert_int_equal(chatops_buf_finish(&buf, &s), CHATOPS_ERROR);
}


static void
a_failure_sticks(void **state)
{
    chatops_buf_t  buf;
    chatops_str_t  s;

    chatops_buf_init(&buf, *state, 5);
    chatops_buf_text(&buf, "123456");
    chatops_buf_text(&buf, "1");
    chatops_buf_int(&buf, 2);

    assert_int_equal(buf.len, 0);
    assert_int_equal(chatops_buf_finish(&buf, &s), CHATOPS_ERROR);
}


static void
no_memory_is_an_error(void **state)
{
    chatops_buf_t     buf;
    chatops_str_t     s;
    chatops_arena_t  *arena;

    (void) state;

    arena = chatops_arena_create(200);
    assert_non_null(arena);

    chatops_buf_init(&buf, arena, 1000);
    chatops_buf_text(&buf, "fits");
    assert_int_equal(chatops_buf_finish(&buf, &s), CHATOPS_OK);

    while (buf.len < 200 && !buf.failed) {
        chatops_buf_text(&buf, "0123456789");
    }

    assert_int_equal(chatops_buf_finish(&buf, &s), CHATOPS_ERROR);

    chatops_arena_destroy(arena);
}


static void
numbers_are_written_in_full(void **state)
{
    chatops_buf_t  buf;
    chatops_str_t  s;

    chatops_buf_init(&buf, *state, 100);
    chatops_buf_int(&buf, 0);
    chatops_buf_char(&buf, ' ');
    chatops_buf_int(&buf, INT64_MAX);
    chatops_buf_char(&buf, ' ');
    chatops_buf_int(&buf, INT64_MIN);

    assert_int_equal(chatops_buf_finish(&buf, &s), CHATOPS_OK);
    assert_string_equal((char *) s.data,
                        "0 9223372036854775807 -9223372036854775808");
}


static void
a_project_path_becomes_one_segment(void **state)
{
    chatops_buf_t  buf;
    chatops_str_t  s;

    s = chatops_str("ops/infra a.b-c_d~e%2F\xc3\xa9?#&+");

    chatops_buf_init(&buf, *state, 100);
    chatops_buf_uri(&buf, &s);

    assert_int_equal(chatops_buf_finish(&buf, &s), CHATOPS_OK);
    assert_string_equal((char *) s.data,
                        "ops%2Finfra%20a.b-c_d~e%252F%C3%A9%3F%23%26%2B");
}


static void
every_byte_but_the_unreserved_ones_is_percent_encoded(void **state)
{
    u_char         ch;
    unsigned       i;
    chatops_buf_t  buf;
    chatops_str_t  s;

    for (i = 0; i < 256; i++) {
        ch = (u_char) i;
        s = chatops_strn(&ch, 1);

        chatops_buf_init(&buf, *state, 3);
        chatops_buf_uri(&buf, &s);
        assert_int_equal(chatops_buf_finish(&buf, &s), CHATOPS_OK);

        if (i != 0
            && strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                      "0123456789-._~", (int) i))
        {
            assert_int_equal(s.len, 1);
            assert_int_equal(s.data[0], i);
            continue;
        }

        assert_int_equal(s.len, 3);
        assert_int_equal(s.data[0], '%');
        assert_int_equal(s.data[1], "0123456789ABCDEF"[i / 16]);
        assert_int_equal(s.data[2], "0123456789ABCDEF"[i % 16]);
    }
}


#define a_test(name)                                                          \
    cmocka_unit_test_setup_teardown(name, arena_make, arena_drop)


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        a_test(an_empty_text_is_finished_with_a_nul),
        a_test(all_additions_end_up_in_order),
        a_test(a_text_grows_past_many_doublings),
        a_test(a_finished_text_can_be_added_to),
        a_test(a_text_can_be_added_to_itself),
        a_test(the_limit_itself_fits_and_one_more_byte_does_not),
        a_test(a_failure_sticks),
        a_test(no_memory_is_an_error),
        a_test(numbers_are_written_in_full),
        a_test(a_project_path_becomes_one_segment),
        a_test(every_byte_but_the_unreserved_ones_is_percent_encoded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
