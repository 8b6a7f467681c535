#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "chatops_callback.h"


#define nelts(table)  (sizeof(table) / sizeof((table)[0]))

#define BASE   "https://nginx.example.com/chatops/callback/"
#define RUN    "01jd9x0000abcdefghjkmnpqrs"
#define OTHER  "01jd9x0000abcdefghjkmnpqrt"

/*
 * key=$(printf 'chatops callback v1' | openssl dgst -sha256 -hmac 's3cret')
 * printf 01jd9x... | openssl dgst -sha256 -mac hmac -macopt hexkey:$key
 */
#define MAC    "c42ed7add08b4b3b16e104e44d8f0302" \
               "45ea3947e36f624838701a9d5f2236ea"


static int
setup(void **state)
{
    *state = chatops_arena_create(0);

    return *state == NULL ? -1 : 0;
}


static int
teardown(void **state)
{
    chatops_arena_destroy(*state);

    return 0;
}


static chatops_callback_key_t
key_of(const char *token)
{
    chatops_str_t           s;
    chatops_callback_key_t  key;

    s = chatops_str(token);
    assert_int_equal(chatops_callback_key(&s, &key), CHATOPS_OK);

    return key;
}


/* 1 when the tail of a URL is taken for one of `token`. */

static int
taken(const char *token, const char *tail)
{
    chatops_str_t           s;
    chatops_callback_t      callback;
    chatops_callback_key_t  key;

    s = chatops_str(tail);

    if (chatops_callback_parse(&s, &callback) != CHATOPS_OK) {
        return 0;
    }

    key = key_of(token);

    return chatops_callback_good(&key, &callback);
}


static void
a_url_names_the_run_and_proves_it(void **state)
{
    chatops_str_t           base, id, url;
    chatops_callback_key_t  key;

    key = key_of("s3cret");
    base = chatops_str(BASE);
    id = chatops_str(RUN);

    assert_int_equal(chatops_callback_url(*state, &key, &base, &id, &url),
                     CHATOPS_OK);
    assert_string_equal((char *) url.data, BASE RUN "/" MAC);
    assert_true(taken("s3cret", (char *) url.data + sizeof(BASE) - 1));
}


static void
another_run_or_token_or_digit_is_not_taken(void **state)
{
    size_t  i;
    char    tail[CHATOPS_CALLBACK_LEN + 1];

    (void) state;

    assert_true(taken("s3cret", RUN "/" MAC));
    assert_false(taken("s3cret", OTHER "/" MAC));
    assert_false(taken("S3cret", RUN "/" MAC));

    for (i = CHATOPS_ID_LEN + 1; i < CHATOPS_CALLBACK_LEN; i++) {
        memcpy(tail, RUN "/" MAC, sizeof(tail));
        tail[i] = tail[i] == '0' ? '1' : '0';

        assert_false(taken("s3cret", tail));
    }
}


static void
what_has_another_form_is_declined(void **state)
{
    size_t              i;
    chatops_str_t       s;
    chatops_callback_t  callback;

    static const char *const  tails[] = {
        "",
        "/",
        RUN,
        RUN "/",
        RUN "/" MAC "/",
        RUN "/" MAC "0",
        "/" RUN "/" MAC,
        RUN "//" MAC,
        RUN "-" MAC,
        "01jd9x0000abcdefghjkmnpqr/" MAC,
        "01JD9X0000ABCDEFGHJKMNPQRS/" MAC,
        "../../../../../../../../../" MAC,
        RUN "/gggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggg",
        RUN "/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    };

    (void) state;

    for (i = 0; i < nelts(tails); i++) {
        s = chatops_str(tails[i]);
        assert_int_equal(chatops_callback_parse(&s, &callback),
                         CHATOPS_DECLINED);
    }
}


static void
what_is_no_run_or_no_token_has_no_url(void **state)
{
    chatops_str_t           base, id, token, url;
    chatops_callback_key_t  key;

    token = chatops_str("");
    assert_int_equal(chatops_callback_key(&token, &key), CHATOPS_ERROR);

    key = key_of("s3cret");
    base = chatops_str(BASE);
    id = chatops_str("../../x");

    assert_int_equal(chatops_callback_url(*state, &key, &base, &id, &url),
                     CHATOPS_DECLINED);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(a_url_names_the_run_and_proves_it,
                                        setup, teardown),
        cmocka_unit_test(another_run_or_token_or_digit_is_not_taken),
        cmocka_unit_test(what_has_another_form_is_declined),
        cmocka_unit_test_setup_teardown(what_is_no_run_or_no_token_has_no_url,
                                        setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
