#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "chatops_form.h"


#define nelts(table)  (sizeof(table) / sizeof((table)[0]))


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


/*
 * The pairs of a body as "<name>=<value>|...", and how reading ended.  The body
 * is read from memory of just its size.
 */

static int
read_form(chatops_arena_t *arena, const void *text, size_t len,
    chatops_str_t *pairs)
{
    int             rc;
    void           *copy;
    chatops_buf_t   buf;
    chatops_str_t   body, name, value;
    chatops_form_t  form;

    copy = malloc(len ? len : 1);
    assert_non_null(copy);
    memcpy(copy, text, len);

    body = chatops_strn(copy, len);
    chatops_buf_init(&buf, arena, 65536);
    chatops_form_init(&form, arena, &body);

    for ( ;; ) {
        rc = chatops_form_next(&form, &name, &value);

        if (rc != CHATOPS_OK) {
            break;
        }

        chatops_buf_str(&buf, &name);
        chatops_buf_char(&buf, '=');
        chatops_buf_str(&buf, &value);
        chatops_buf_char(&buf, '|');
    }

    free(copy);

    assert_int_equal(chatops_buf_finish(&buf, pairs), CHATOPS_OK);

    return rc;
}


static void
pairs_come_decoded_and_in_order(void **state)
{
    size_t         i;
    chatops_str_t  pairs;

    static const struct {
        const char  *body;
        const char  *pairs;
    } cases[] = {
        { "", "" },
        { "a=b", "a=b|" },
        { "a=b&c=d", "a=b|c=d|" },
        { "a=b&a=c", "a=b|a=c|" },
        { "text=", "text=|" },
        { "text=&a=b", "text=|a=b|" },
        { "text", "text=|" },
        { "text&a=b", "text=|a=b|" },
        { "=b", "=b|" },
        { "=", "=|" },
        { "&", "" },
        { "&&a=b&&&c=d&", "a=b|c=d|" },
        { "a=b=c", "a=b=c|" },
        { "a==", "a==|" },
        { "a+b=c+d", "a b=c d|" },
        { "a=+", "a= |" },
        { "a=%2B", "a=+|" },
        { "command=%2Fgitlab", "command=/gitlab|" },
        { "command=%2fgitlab", "command=/gitlab|" },
        { "a%3Db=c%26d", "a=b=c&d|" },
        { "%61=%62", "a=b|" },
        { "a=%25", "a=%|" },
        { "a=%2541", "a=%41|" },
        { "a=%0A%0d%09%01", "a=\n\r\t\x01|" },
        { "a=d%C3%A9ploy", "a=d\xc3\xa9ploy|" },
        { "a=d\xc3\xa9ploy", "a=d\xc3\xa9ploy|" },
        { "a=\xc3%A9", "a=\xc3\xa9|" },
        { "a=%F0%9F%92%A5+%E2%80%94", "a=\xf0\x9f\x92\xa5 \xe2\x80\x94|" },
        { "a;b=c;d", "a;b=c;d|" },
        { "a=<b>\"'#?/", "a=<b>\"'#?/|" },
    };

    for (i = 0; i < nelts(cases); i++) {
        assert_int_equal(read_form(*state, cases[i].body,
                                   strlen(cases[i].body), &pairs),
                         CHATOPS_AGAIN);
        assert_string_equal((char *) pairs.data, cases[i].pairs);
    }
}


static void
broken_encoding_is_declined(void **state)
{
    size_t         i;
    chatops_str_t  pairs;

    static const char *const  bodies[] = {
        "a=%",
        "a=%4",
        "a=%&b=c",
        "a=%4&b=c",
        "a=%zz",
        "a=%4z",
        "a=%z4",
        "a=%%41",
        "a=%+1",
        "a=% 1",
        "a=%-1",
        "a=%0x",
        "a=%4@",
        "a=%G0",
        "a=%`0",
        "%=a",
        "a%4=b",
        "a%",
        "a=%00",
        "a=b%00c",
        "%00=b",
        "a=%80",
        "a=%C3",
        "a=%C3%28",
        "a=%C0%80",
        "a=%ED%A0%80",
        "a=%F4%90%80%80",
        "a=%FF",
        "a=\x80",
        "a=\xc3",
        "a=\xc3&\xa9=b",
        "\xff=b",
        "\xff",
        "a%ff=b",
        "a=+\xff",
    };

    for (i = 0; i < nelts(bodies); i++) {
        assert_int_equal(read_form(*state, bodies[i], strlen(bodies[i]),
                                   &pairs),
                         CHATOPS_DECLINED);
    }

    assert_int_equal(read_form(*state, "a=b\0c", 5, &pairs),
                     CHATOPS_DECLINED);
    assert_int_equal(read_form(*state, "a\0=b", 4, &pairs),
                     CHATOPS_DECLINED);
    assert_int_equal(read_form(*state, "a=+\0", 4, &pairs),
                     CHATOPS_DECLINED);
}


static void
what_stands_before_a_broken_pair_is_read(void **state)
{
    chatops_str_t  pairs;

    assert_int_equal(read_form(*state, "a=b&c=%", 7, &pairs),
                     CHATOPS_DECLINED);
    assert_string_equal((char *) pairs.data, "a=b|");
}


static void
each_byte_can_be_percent_encoded(void **state)
{
    u_char         ch;
    unsigned       i;
    chatops_buf_t  buf;
    chatops_str_t  one, uri, pairs;

    for (i = 1; i < 0x80; i++) {
        ch = (u_char) i;
        one = chatops_strn(&ch, 1);

        chatops_buf_init(&buf, *state, 16);
        chatops_buf_text(&buf, "x=");
        chatops_buf_uri(&buf, &one);
        assert_int_equal(chatops_buf_finish(&buf, &uri), CHATOPS_OK);

        assert_int_equal(read_form(*state, uri.data, uri.len, &pairs),
                         CHATOPS_AGAIN);
        assert_int_equal(pairs.len, 4);
        assert_int_equal(pairs.data[2], i);
    }
}


static void
nothing_is_copied_that_needs_no_decoding(void **state)
{
    chatops_str_t   body, name, value;
    chatops_form_t  form;

    body = chatops_str("plain=d\xc3\xa9ploy&coded=a+b&empty=&bare");
    chatops_form_init(&form, *state, &body);

    assert_int_equal(chatops_form_next(&form, &name, &value), CHATOPS_OK);
    assert_ptr_equal(name.data, body.data);
    assert_ptr_equal(value.data, body.data + 6);

    assert_int_equal(chatops_form_next(&form, &name, &value), CHATOPS_OK);
    assert_true(value.data < body.data || value.data >= body.data + body.len);

    assert_int_equal(chatops_form_next(&form, &name, &value), CHATOPS_OK);
    assert_int_equal(value.len, 0);

    assert_int_equal(chatops_form_next(&form, &name, &value), CHATOPS_OK);
    assert_int_equal(value.len, 0);

    assert_int_equal(chatops_form_next(&form, &name, &value), CHATOPS_AGAIN);
    assert_int_equal(chatops_form_next(&form, &name, &value), CHATOPS_AGAIN);
}


static void
a_body_without_memory_is_empty(void **state)
{
    chatops_str_t   body, name, value;
    chatops_form_t  form;

    body = chatops_str(NULL);
    chatops_form_init(&form, *state, &body);

    assert_int_equal(chatops_form_next(&form, &name, &value), CHATOPS_AGAIN);
}


static void
no_memory_is_an_error(void **state)
{
    size_t            limit;
    chatops_str_t     body, name, value;
    chatops_form_t    form;
    chatops_arena_t  *arena;

    (void) state;

    /* the name needs one allocation, the value another */

    for (limit = 1; limit < 32; limit += 16) {
        arena = chatops_arena_create(limit);
        assert_non_null(arena);

        body = chatops_str("a+b=c+d");
        chatops_form_init(&form, arena, &body);

        assert_int_equal(chatops_form_next(&form, &name, &value),
                         CHATOPS_ERROR);

        chatops_arena_destroy(arena);
    }

    arena = chatops_arena_create(32);
    assert_non_null(arena);

    chatops_form_init(&form, arena, &body);
    assert_int_equal(chatops_form_next(&form, &name, &value), CHATOPS_OK);

    chatops_arena_destroy(arena);
}


#define a_test(name)                                                          \
    cmocka_unit_test_setup_teardown(name, arena_make, arena_drop)


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        a_test(pairs_come_decoded_and_in_order),
        a_test(broken_encoding_is_declined),
        a_test(what_stands_before_a_broken_pair_is_read),
        a_test(each_byte_can_be_percent_encoded),
        a_test(nothing_is_copied_that_needs_no_decoding),
        a_test(a_body_without_memory_is_empty),
        a_test(no_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
