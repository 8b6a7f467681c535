#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <openssl/crypto.h>

#include "chatops_signature.h"


#define nelts(table)  (sizeof(table) / sizeof((table)[0]))


#define SLACK_BODY                                                            \
    "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain="           \
    "testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA"  \
    "&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url="    \
    "https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F"  \
    "96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121."           \
    "803a0bc887a14d10d2c447fce8b6703c"

#define EVENT_BODY(token)                                                     \
    "{\"token\":\"" token "\",\"team_id\":\"XXXXXXXXX\","                     \
    "\"api_app_id\":\"YYYYYYYYY\",\"event\":{\"type\":\"app_mention\","       \
    "\"user\":\"AAAAAAAAA\",\"text\":\"<@EEEEEEEEE> hello world\","           \
    "\"client_msg_id\":\"477cc591-ch73-a14z-4db8-g0cd76321bec\","             \
    "\"ts\":\"1531431954.000073\",\"channel\":\"TTTTTTTTT\","                 \
    "\"event_ts\":\"1531431954.000073\"},\"type\":\"event_callback\","        \
    "\"event_id\":\"TvBP7LRED7\",\"event_time\":1531431954,"                  \
    "\"authed_users\":[\"EEEEEEEEE\"]}"


typedef struct {
    const char  *secret;
    const char  *timestamp;
    const char  *body;
    const char  *header;
} vector_t;


/*
 * The first is Slack's own (docs.slack.dev/authentication/
 * verifying-requests-from-slack), the second slack-go's (security_test.go);
 * the others were computed with Python's hmac.
 */
static const vector_t  vectors[] = {
    { "8f742231b10e8888abcd99yyyzzz85a5", "1531420618", SLACK_BODY,
      "v0=a2114d57b48eac39b9ad189dd8316235"
      "a7b4a8d21a10bd27519666489c69b503" },

    { "e6b19c573432dcc6b075501d51b51bb8", "1531431954",
      EVENT_BODY("aF5ynEYQH0dFN9imlgcADxDB"),
      "v0=adada4ed31709aef585c2580ca326767"
      "8c6a8eaeb7e0c1aca3ee57b656886b2c" },

    { "secret", "1700000000", "",
      "v0=de310687eb633ace5ba2c1f28576085a"
      "71c1380f166eecf6b078f7a8a9c43b69" },

    { "secret", "1700000000",
      "payload=%7B%22type%22%3A%22block_actions%22%7D",
      "v0=4443bc5ba57be31e372f6b124adc157e"
      "3f9f546c03c6b7406e41db5de7536041" },

    { "secret", "1700000000", "text=d\xc3\xa9ploy \xe2\x80\x94",
      "v0=aa76368f432f0e9ce711148ee6f5babc"
      "ca78b0392d4bc38756032d5aa426cf42" },

    { "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
      "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk", "1700000000",
      "ssl_check=1&token=random",
      "v0=b1ab08eeb3b749e0bb4eee9866aea83a"
      "6e96aa102e53d13d90f65b5cf0ef99d6" },
};


typedef struct {
    chatops_signature_key_t  *key;
    chatops_signature_t      *sig;
} signer_t;


static void
signer_open(signer_t *signer, const char *secret)
{
    chatops_str_t  s;

    s = chatops_str(secret);

    signer->key = chatops_signature_key_create(&s);
    assert_non_null(signer->key);

    signer->sig = chatops_signature_create();
    assert_non_null(signer->sig);
}


static void
signer_close(signer_t *signer)
{
    chatops_signature_destroy(signer->sig);
    chatops_signature_key_destroy(signer->key);
}


static void
signer_start(signer_t *signer, const char *timestamp)
{
    chatops_str_t  s;

    s = chatops_str(timestamp);
    assert_int_equal(chatops_signature_start(signer->sig, signer->key, &s),
                     CHATOPS_OK);
}


static void
signer_mac(signer_t *signer, const char *timestamp, const char *body,
    u_char *mac)
{
    signer_start(signer, timestamp);
    assert_int_equal(chatops_signature_add(signer->sig, body, strlen(body)),
                     CHATOPS_OK);
    assert_int_equal(chatops_signature_finish(signer->sig, mac), CHATOPS_OK);
}


/* 1 when the header fits. */

static int
verified(const char *secret, const char *timestamp, const char *body,
    const char *header)
{
    int            rc;
    u_char         mac[CHATOPS_MAC_LEN], said[CHATOPS_MAC_LEN];
    signer_t       signer;
    chatops_str_t  s;

    s = chatops_str(header);

    if (chatops_signature_parse(&s, said) != CHATOPS_OK) {
        return 0;
    }

    signer_open(&signer, secret);
    signer_mac(&signer, timestamp, body, mac);
    rc = chatops_signature_equal(mac, said);
    signer_close(&signer);

    return rc;
}


static void
published_and_computed_vectors_fit(void **state)
{
    size_t           i;
    const vector_t  *v;

    (void) state;

    assert_int_equal(strlen(vectors[0].body), 362);
    assert_int_equal(strlen(vectors[1].body), 401);
    assert_int_equal(strlen(vectors[4].body), 16);
    assert_int_equal(strlen(vectors[5].secret), 65);

    for (i = 0; i < nelts(vectors); i++) {
        v = &vectors[i];
        assert_int_equal(verified(v->secret, v->timestamp, v->body,
                                  v->header), 1);
    }
}


static void
a_body_may_come_byte_by_byte(void **state)
{
    size_t         i, n;
    u_char         mac[CHATOPS_MAC_LEN], said[CHATOPS_MAC_LEN];
    signer_t       signer;
    chatops_str_t  s;

    (void) state;

    for (i = 0; i < nelts(vectors); i++) {
        signer_open(&signer, vectors[i].secret);
        signer_start(&signer, vectors[i].timestamp);

        for (n = 0; vectors[i].body[n]; n++) {
            assert_int_equal(chatops_signature_add(signer.sig,
                                                   vectors[i].body + n, 1),
                             CHATOPS_OK);
        }

        assert_int_equal(chatops_signature_add(signer.sig, NULL, 0),
                         CHATOPS_OK);
        assert_int_equal(chatops_signature_finish(signer.sig, mac),
                         CHATOPS_OK);

        s = chatops_str(vectors[i].header);
        assert_int_equal(chatops_signature_parse(&s, said), CHATOPS_OK);
        assert_int_equal(chatops_signature_equal(mac, said), 1);

        signer_close(&signer);
    }
}


static void
a_body_may_come_in_pieces_of_any_size(void **state)
{
    size_t         i, n, size, piece, round;
    u_char         mac[CHATOPS_MAC_LEN], said[CHATOPS_MAC_LEN];
    signer_t       signer;
    chatops_str_t  s;

    (void) state;

    srand(1531420618);

    for (i = 0; i < nelts(vectors); i++) {
        signer_open(&signer, vectors[i].secret);
        size = strlen(vectors[i].body);

        s = chatops_str(vectors[i].header);
        assert_int_equal(chatops_signature_parse(&s, said), CHATOPS_OK);

        for (round = 0; round < 200; round++) {
            signer_start(&signer, vectors[i].timestamp);

            for (n = 0; n < size; n += piece) {
                piece = (size_t) rand() % 130;

                if (piece > size - n) {
                    piece = size - n;
                }

                assert_int_equal(chatops_signature_add(signer.sig,
                                                       vectors[i].body + n,
                                                       piece),
                                 CHATOPS_OK);
            }

            assert_int_equal(chatops_signature_finish(signer.sig, mac),
                             CHATOPS_OK);
            assert_int_equal(chatops_signature_equal(mac, said), 1);
        }

        signer_close(&signer);
    }
}


static void
another_secret_does_not_fit(void **state)
{
    (void) state;

    assert_int_equal(verified("e6b19c573432dcc6b075501d51b51boo",
                              vectors[1].timestamp, vectors[1].body,
                              vectors[1].header), 0);

    /* a longer key is hashed: its beginning alone is another key */

    assert_int_equal(verified("kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
                              "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk",
                              vectors[5].timestamp, vectors[5].body,
                              vectors[5].header), 0);
}


static void
another_body_does_not_fit(void **state)
{
    (void) state;

    assert_int_equal(verified(vectors[1].secret, vectors[1].timestamp,
                              EVENT_BODY("12345678abcdefghlmnopqrs"),
                              vectors[1].header), 0);
    assert_int_equal(verified(vectors[0].secret, vectors[0].timestamp,
                              SLACK_BODY "------", vectors[0].header), 0);
    assert_int_equal(verified(vectors[0].secret, vectors[0].timestamp, "",
                              vectors[0].header), 0);
    assert_int_equal(verified("secret", "1700000000",
                              "ssl_check=1&token=random",
                              vectors[3].header), 0);
}


static void
the_timestamp_is_signed_as_it_was_received(void **state)
{
    (void) state;

    assert_int_equal(verified(vectors[0].secret, "1531420619",
                              vectors[0].body, vectors[0].header), 0);
    assert_int_equal(verified(vectors[0].secret, "01531420618",
                              vectors[0].body, vectors[0].header), 0);
    assert_int_equal(verified(vectors[0].secret, "", vectors[0].body,
                              vectors[0].header), 0);
}


static void
every_bit_of_a_mac_counts(void **state)
{
    size_t  i;
    u_char  a[CHATOPS_MAC_LEN], b[CHATOPS_MAC_LEN];

    (void) state;

    memset(a, 0x5a, sizeof(a));
    memcpy(b, a, sizeof(a));
    assert_int_equal(chatops_signature_equal(a, b), 1);

    for (i = 0; i < 8 * CHATOPS_MAC_LEN; i++) {
        b[i / 8] ^= (u_char) (1 << i % 8);
        assert_int_equal(chatops_signature_equal(a, b), 0);
        b[i / 8] ^= (u_char) (1 << i % 8);
    }
}


static void
several_keys_share_one_scratch_state(void **state)
{
    size_t         i, round;
    u_char         mac[CHATOPS_MAC_LEN], said[CHATOPS_MAC_LEN];
    signer_t       signers[nelts(vectors)], one;
    chatops_str_t  s;

    (void) state;

    for (i = 0; i < nelts(vectors); i++) {
        signer_open(&signers[i], vectors[i].secret);
    }

    for (round = 0; round < 3; round++) {
        for (i = 0; i < nelts(vectors); i++) {
            one.key = signers[i].key;
            one.sig = signers[0].sig;

            signer_mac(&one, vectors[i].timestamp, vectors[i].body, mac);

            s = chatops_str(vectors[i].header);
            assert_int_equal(chatops_signature_parse(&s, said), CHATOPS_OK);
            assert_int_equal(chatops_signature_equal(mac, said), 1);
        }
    }

    for (i = 0; i < nelts(vectors); i++) {
        signer_close(&signers[i]);
    }
}


static void
starting_again_drops_what_was_begun(void **state)
{
    u_char         mac[CHATOPS_MAC_LEN], said[CHATOPS_MAC_LEN];
    signer_t       signer;
    chatops_str_t  s;

    (void) state;

    signer_open(&signer, vectors[0].secret);

    signer_start(&signer, "1");
    assert_int_equal(chatops_signature_add(signer.sig, "abandoned", 9),
                     CHATOPS_OK);
    signer_mac(&signer, vectors[0].timestamp, vectors[0].body, mac);

    s = chatops_str(vectors[0].header);
    assert_int_equal(chatops_signature_parse(&s, said), CHATOPS_OK);
    assert_int_equal(chatops_signature_equal(mac, said), 1);

    signer_close(&signer);
}


static void
nothing_is_added_or_finished_before_a_start(void **state)
{
    u_char    mac[CHATOPS_MAC_LEN];
    signer_t  signer;

    (void) state;

    signer_open(&signer, "secret");

    assert_int_equal(chatops_signature_add(signer.sig, "a", 1),
                     CHATOPS_ERROR);
    assert_int_equal(chatops_signature_finish(signer.sig, mac),
                     CHATOPS_ERROR);

    signer_mac(&signer, "1", "a", mac);

    assert_int_equal(chatops_signature_add(signer.sig, "a", 1),
                     CHATOPS_ERROR);
    assert_int_equal(chatops_signature_finish(signer.sig, mac),
                     CHATOPS_ERROR);

    signer_close(&signer);
}


static void
an_empty_secret_makes_no_key(void **state)
{
    chatops_str_t  s;

    (void) state;

    s = chatops_str("");
    assert_null(chatops_signature_key_create(&s));

    s = chatops_str(NULL);
    assert_null(chatops_signature_key_create(&s));
}


static void
nothing_is_destroyed_twice_when_there_is_nothing(void **state)
{
    (void) state;

    chatops_signature_key_destroy(NULL);
    chatops_signature_destroy(NULL);
}


static void
only_slacks_own_spelling_of_a_signature_is_read(void **state)
{
    size_t         i;
    u_char         mac[CHATOPS_MAC_LEN];
    chatops_str_t  s;

#define HEX31  "a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b5"

    static const char *const  others[] = {
        "",
        "v0=",
        "v0=invalid-signature",
        HEX31 "03",
        "v0" HEX31 "03",
        "v0=" HEX31,
        "v0=" HEX31 "0",
        "v0=" HEX31 "033",
        "v0=" HEX31 "03 ",
        " v0=" HEX31 "03",
        "v0= " HEX31 "0",
        "v1=" HEX31 "03",
        "V0=" HEX31 "03",
        "v0:" HEX31 "03",
        "v0=" HEX31 "A3",
        "v0=" HEX31 "0F",
        "v0=" HEX31 "0g",
        "v0=" HEX31 "0`",
        "v0=" HEX31 "/0",
        "v0=" HEX31 ":0",
        "v0=" HEX31 "\xc3\xa9",
        "v0=A2114D57B48EAC39B9AD189DD8316235"
        "A7B4A8D21A10BD27519666489C69B503",
    };

    (void) state;

    s = chatops_str("v0=" HEX31 "03");
    assert_int_equal(chatops_signature_parse(&s, mac), CHATOPS_OK);
    assert_memory_equal(mac, "\xa2\x11\x4d\x57\xb4\x8e\xac\x39"
                             "\xb9\xad\x18\x9d\xd8\x31\x62\x35"
                             "\xa7\xb4\xa8\xd2\x1a\x10\xbd\x27"
                             "\x51\x96\x66\x48\x9c\x69\xb5\x03", 32);

    for (i = 0; i < nelts(others); i++) {
        s = chatops_str(others[i]);
        assert_int_equal(chatops_signature_parse(&s, mac), CHATOPS_DECLINED);
    }

    s = chatops_strn("v0=" HEX31 "0\0", 67);
    assert_int_equal(chatops_signature_parse(&s, mac), CHATOPS_DECLINED);

    s = chatops_str(NULL);
    assert_int_equal(chatops_signature_parse(&s, mac), CHATOPS_DECLINED);
}


static void
the_window_is_300_seconds_to_both_sides(void **state)
{
    size_t         i;
    int64_t        timestamp;
    chatops_str_t  s;

    static const struct {
        int64_t  apart;
        int      rc;
    } cases[] = {
        { 0, CHATOPS_OK },
        { 1, CHATOPS_OK },
        { 300, CHATOPS_OK },
        { -300, CHATOPS_OK },
        { 301, CHATOPS_AGAIN },
        { -301, CHATOPS_AGAIN },
        { 600, CHATOPS_AGAIN },
        { -600, CHATOPS_AGAIN },
    };

    (void) state;

    s = chatops_str("1531420618");

    for (i = 0; i < nelts(cases); i++) {
        assert_int_equal(chatops_signature_fresh(&s,
                                                 1531420618 + cases[i].apart,
                                                 &timestamp),
                         cases[i].rc);
        assert_true(timestamp == 1531420618);
    }
}


static void
huge_numbers_and_clocks_do_not_wrap_around(void **state)
{
    size_t         i;
    int64_t        timestamp;
    chatops_str_t  s;

    static const struct {
        const char  *header;
        int64_t      now;
        int          rc;
    } cases[] = {
        { "9223372036854775807", 1531420618, CHATOPS_AGAIN },
        { "9223372036854775807", INT64_MAX, CHATOPS_OK },
        { "9223372036854775807", INT64_MAX - 300, CHATOPS_OK },
        { "9223372036854775807", INT64_MAX - 301, CHATOPS_AGAIN },
        { "9223372036854775807", -1, CHATOPS_AGAIN },
        { "9223372036854775807", INT64_MIN, CHATOPS_AGAIN },
        { "0", INT64_MIN, CHATOPS_AGAIN },
        { "0", INT64_MAX, CHATOPS_AGAIN },
        { "0", -300, CHATOPS_OK },
        { "0", -301, CHATOPS_AGAIN },
        { "9223372036854775808", 0, CHATOPS_DECLINED },
        { "18446744073709551615", 0, CHATOPS_DECLINED },
        { "18446744075240972234", 1531420618, CHATOPS_DECLINED },
        { "1000000000000000000000000000000", 0, CHATOPS_DECLINED },
    };

    (void) state;

    for (i = 0; i < nelts(cases); i++) {
        s = chatops_str(cases[i].header);
        assert_int_equal(chatops_signature_fresh(&s, cases[i].now,
                                                 &timestamp),
                         cases[i].rc);
    }
}


static void
a_timestamp_is_digits_and_nothing_else(void **state)
{
    size_t         i;
    int64_t        timestamp;
    chatops_str_t  s;

    static const char *const  others[] = {
        "", " ", "-1531420618", "+1531420618", " 1531420618", "1531420618 ",
        "1531420618.5", "1531420618\t", "0x5b47a14a", "1e9", "now", "NaN",
        "1531420618,1531420618"
    };

    (void) state;

    for (i = 0; i < nelts(others); i++) {
        s = chatops_str(others[i]);
        assert_int_equal(chatops_signature_fresh(&s, 1531420618, &timestamp),
                         CHATOPS_DECLINED);
    }

    s = chatops_str(NULL);
    assert_int_equal(chatops_signature_fresh(&s, 0, &timestamp),
                     CHATOPS_DECLINED);
}


/* OpenSSL's memory, with one allocation that fails. */

static long  allocations_left = -1;


static int
allocation_fails(void)
{
    if (allocations_left < 0) {
        return 0;
    }

    return allocations_left-- == 0;
}


static void *
faulty_malloc(size_t size, const char *file, int line)
{
    (void) file;
    (void) line;

    return allocation_fails() ? NULL : malloc(size);
}


static void *
faulty_realloc(void *data, size_t size, const char *file, int line)
{
    (void) file;
    (void) line;

    return allocation_fails() ? NULL : realloc(data, size);
}


static void
faulty_free(void *data, const char *file, int line)
{
    (void) file;
    (void) line;

    free(data);
}


/* 1 when the vector fits, 0 when one of the steps failed cleanly. */

static int
verified_or_failed(const vector_t *v)
{
    int                       done;
    u_char                    mac[CHATOPS_MAC_LEN], said[CHATOPS_MAC_LEN];
    chatops_str_t             secret, timestamp, header;
    chatops_signature_t      *sig;
    chatops_signature_key_t  *key;

    secret = chatops_str(v->secret);
    timestamp = chatops_str(v->timestamp);
    header = chatops_str(v->header);

    key = chatops_signature_key_create(&secret);
    sig = chatops_signature_create();

    done = key != NULL && sig != NULL
           && chatops_signature_start(sig, key, &timestamp) == CHATOPS_OK
           && chatops_signature_add(sig, v->body, strlen(v->body))
              == CHATOPS_OK
           && chatops_signature_finish(sig, mac) == CHATOPS_OK;

    if (done) {
        assert_int_equal(chatops_signature_parse(&header, said), CHATOPS_OK);
        assert_int_equal(chatops_signature_equal(mac, said), 1);
    }

    chatops_signature_destroy(sig);
    chatops_signature_key_destroy(key);

    return done;
}


static void
each_failing_allocation_of_openssl_is_an_error_and_no_leak(void **state)
{
    int   done;
    long  n, failed;

    (void) state;

    failed = 0;

    assert_int_equal(verified_or_failed(&vectors[5]), 1);

    for (n = 0; n < 1000; n++) {
        allocations_left = n;
        done = verified_or_failed(&vectors[5]);

        if (allocations_left >= 0) {
            allocations_left = -1;
            assert_int_equal(done, 1);
            break;
        }

        failed += !done;
    }

    assert_true(n < 1000);
    assert_true(failed >= 6);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(published_and_computed_vectors_fit),
        cmocka_unit_test(a_body_may_come_byte_by_byte),
        cmocka_unit_test(a_body_may_come_in_pieces_of_any_size),
        cmocka_unit_test(another_secret_does_not_fit),
        cmocka_unit_test(another_body_does_not_fit),
        cmocka_unit_test(the_timestamp_is_signed_as_it_was_received),
        cmocka_unit_test(every_bit_of_a_mac_counts),
        cmocka_unit_test(several_keys_share_one_scratch_state),
        cmocka_unit_test(starting_again_drops_what_was_begun),
        cmocka_unit_test(nothing_is_added_or_finished_before_a_start),
        cmocka_unit_test(an_empty_secret_makes_no_key),
        cmocka_unit_test(nothing_is_destroyed_twice_when_there_is_nothing),
        cmocka_unit_test(only_slacks_own_spelling_of_a_signature_is_read),
        cmocka_unit_test(the_window_is_300_seconds_to_both_sides),
        cmocka_unit_test(huge_numbers_and_clocks_do_not_wrap_around),
        cmocka_unit_test(a_timestamp_is_digits_and_nothing_else),
        cmocka_unit_test(
            each_failing_allocation_of_openssl_is_an_error_and_no_leak),
    };

    if (CRYPTO_set_mem_functions(faulty_malloc, faulty_realloc, faulty_free)
        != 1)
    {
        return 1;
    }

    return cmocka_run_group_tests(tests, NULL, NULL);
}
