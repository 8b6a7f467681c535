#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "chatops_slack.h"


#define nelts(table)  (sizeof(table) / sizeof((table)[0]))

#define assert_text(s, text)                                                  \
    assert_int_equal((s)->len, strlen(text));                                 \
    assert_memory_equal((s)->data, text, (s)->len)


/* docs.slack.dev/interactivity/implementing-slash-commands */

#define DOC_BODY                                                              \
    "token=gIkuvaNzQIHg97ATvDxqgjtO&team_id=T0001&team_domain=example"        \
    "&enterprise_id=E0001&enterprise_name=Globular%20Construct%20Inc"         \
    "&channel_id=C2147483705&channel_name=test&user_id=U2147483697"           \
    "&user_name=Steve&command=/weather&text=94070"                            \
    "&response_url=https://hooks.slack.com/commands/1234/5678"                \
    "&trigger_id=13345224609.738474920.8088930838d88f008e0"                   \
    "&api_app_id=A123456"

#define REQUIRED                                                              \
    "&team_id=T1&channel_id=C1&user_id=U1&command=%2Fgitlab"                  \
    "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2F1"              \
    "&trigger_id=1.2.a"


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


static int
parse(chatops_arena_t *arena, const char *text, chatops_slack_t *slack)
{
    chatops_str_t  body;

    body = chatops_str(text);

    return chatops_slack_parse(arena, &body, slack);
}


/* A command whose field has a value of `len` times `ch`. */

static int
parse_long(chatops_arena_t *arena, const char *field, size_t len, u_char ch,
    chatops_slack_t *slack)
{
    chatops_buf_t  buf;
    chatops_str_t  body;

    chatops_buf_init(&buf, arena, 1024 * 1024);
    chatops_buf_text(&buf, field);
    chatops_buf_char(&buf, '=');

    while (len--) {
        chatops_buf_char(&buf, ch);
    }

    chatops_buf_text(&buf, REQUIRED);
    assert_int_equal(chatops_buf_finish(&buf, &body), CHATOPS_OK);

    return chatops_slack_parse(arena, &body, slack);
}


static void
slacks_own_example_is_read(void **state)
{
    chatops_slack_t  slack;

    assert_int_equal(parse(*state, DOC_BODY, &slack), CHATOPS_OK);

    assert_int_equal(slack.ssl_check, 0);
    assert_null(slack.error);
    assert_text(&slack.team_id, "T0001");
    assert_text(&slack.enterprise_id, "E0001");
    assert_text(&slack.api_app_id, "A123456");
    assert_text(&slack.channel_id, "C2147483705");
    assert_text(&slack.channel_name, "test");
    assert_text(&slack.user_id, "U2147483697");
    assert_text(&slack.command, "/weather");
    assert_text(&slack.text, "94070");
    assert_text(&slack.response_url,
                "https://hooks.slack.com/commands/1234/5678");
    assert_text(&slack.trigger_id,
                "13345224609.738474920.8088930838d88f008e0");
}


static void
optional_fields_may_be_missing_or_empty(void **state)
{
    chatops_slack_t  slack;

    assert_int_equal(parse(*state, REQUIRED, &slack), CHATOPS_OK);
    assert_int_equal(slack.text.len, 0);
    assert_int_equal(slack.enterprise_id.len, 0);
    assert_int_equal(slack.api_app_id.len, 0);
    assert_int_equal(slack.channel_name.len, 0);

    assert_int_equal(parse(*state, "enterprise_id=&api_app_id=&text="
                                   "&channel_name=" REQUIRED, &slack),
                     CHATOPS_OK);
    assert_text(&slack.command, "/gitlab");
}


static void
each_required_field_is_asked_for_by_name(void **state)
{
    size_t           i;
    chatops_slack_t  slack;

    static const struct {
        const char  *body;
        const char  *error;
    } cases[] = {
        { "", "team_id is missing" },
        { "text=run+x", "team_id is missing" },
        { "channel_id=C&user_id=U&command=c&response_url=u&trigger_id=t",
          "team_id is missing" },
        { "team_id=&channel_id=C&user_id=U&command=c&response_url=u"
          "&trigger_id=t", "team_id is missing" },
        { "team_id=T&user_id=U&command=c&response_url=u&trigger_id=t",
          "channel_id is missing" },
        { "team_id=T&channel_id=C&command=c&response_url=u&trigger_id=t",
          "user_id is missing" },
        { "team_id=T&channel_id=C&user_id&command=c&response_url=u"
          "&trigger_id=t", "user_id is missing" },
        { "team_id=T&channel_id=C&user_id=U&response_url=u&trigger_id=t",
          "command is missing" },
        { "team_id=T&channel_id=C&user_id=U&command=c&trigger_id=t",
          "response_url is missing" },
        { "team_id=T&channel_id=C&user_id=U&command=c&response_url=u",
          "trigger_id is missing" },
        { "Team_id=T&channel_id=C&user_id=U&command=c&response_url=u"
          "&trigger_id=t", "team_id is missing" },
    };

    for (i = 0; i < nelts(cases); i++) {
        assert_int_equal(parse(*state, cases[i].body, &slack),
                         CHATOPS_DECLINED);
        assert_string_equal(slack.error, cases[i].error);
    }
}


static void
a_malformed_field_is_declined_by_name(void **state)
{
    size_t           i;
    chatops_slack_t  slack;

    static const struct {
        const char  *body;
        const char  *error;
    } cases[] = {
        { "team_id=T%2F1" REQUIRED, "team_id is malformed or too long" },
        { "team_id=T.1" REQUIRED, "team_id is malformed or too long" },
        { "team_id=+" REQUIRED, "team_id is malformed or too long" },
        { "enterprise_id=E%0A" REQUIRED,
          "enterprise_id is malformed or too long" },
        { "api_app_id=%C3%A9" REQUIRED,
          "api_app_id is malformed or too long" },
        { "channel_id=C%27" REQUIRED, "channel_id is malformed or too long" },
        { "user_id=%3CU1%3E" REQUIRED, "user_id is malformed or too long" },
        { "trigger_id=1%2F2" REQUIRED, "trigger_id is malformed or too long" },
        { "response_url=https://hooks.slack.com/%0D%0AHost:+evil" REQUIRED,
          "response_url is malformed or too long" },
        { "response_url=https://hooks.slack.com/a+b" REQUIRED,
          "response_url is malformed or too long" },
        { "response_url=https://hooks.slack.com/%7F" REQUIRED,
          "response_url is malformed or too long" },
        { "response_url=https://hooks.slack.com/%C3%A9" REQUIRED,
          "response_url is malformed or too long" },
    };

    for (i = 0; i < nelts(cases); i++) {
        assert_int_equal(parse(*state, cases[i].body, &slack),
                         CHATOPS_DECLINED);
        assert_string_equal(slack.error, cases[i].error);
    }
}


static void
ids_of_other_services_fit_too(void **state)
{
    chatops_slack_t  slack;

    assert_int_equal(parse(*state, "team_id=aZ09_-" REQUIRED, &slack),
                     CHATOPS_OK);
    assert_text(&slack.team_id, "aZ09_-");
}


static void
each_field_has_its_limit(void **state)
{
    size_t           i;
    chatops_slack_t  slack;

    static const struct {
        const char  *field;
        size_t       max;
    } cases[] = {
        { "team_id", 64 },
        { "enterprise_id", 64 },
        { "api_app_id", 64 },
        { "channel_id", 64 },
        { "user_id", 64 },
        { "trigger_id", 128 },
        { "channel_name", 255 },
        { "command", 255 },
        { "text", 16384 },
        { "response_url", 1024 },
    };

    for (i = 0; i < nelts(cases); i++) {
        assert_int_equal(parse_long(*state, cases[i].field, cases[i].max,
                                    'x', &slack),
                         CHATOPS_OK);
        assert_int_equal(parse_long(*state, cases[i].field, cases[i].max + 1,
                                    'x', &slack),
                         CHATOPS_DECLINED);
        assert_non_null(slack.error);
    }

    /* the longest that nobody looks at */

    assert_int_equal(parse_long(*state, "unknown", 100000, 'x', &slack),
                     CHATOPS_OK);
}


static void
broken_encoding_is_declined_wherever_it_stands(void **state)
{
    size_t           i;
    chatops_slack_t  slack;

    static const char *const  bodies[] = {
        "text=%zz" REQUIRED,
        "text=%C3" REQUIRED,
        "text=a%00b" REQUIRED,
        "unknown=%FF" REQUIRED,
        "ssl_check=1&a=%",
    };

    for (i = 0; i < nelts(bodies); i++) {
        assert_int_equal(parse(*state, bodies[i], &slack), CHATOPS_DECLINED);
        assert_string_equal(slack.error, "the form is not encoded properly");
    }
}


static void
of_a_field_that_comes_twice_the_first_counts(void **state)
{
    chatops_slack_t  slack;

    assert_int_equal(parse(*state, "text=one&text=two&user_id=U9" REQUIRED
                                   "&user_id=U7&team_id=T7", &slack),
                     CHATOPS_OK);
    assert_text(&slack.text, "one");
    assert_text(&slack.user_id, "U9");
    assert_text(&slack.team_id, "T1");

    /* also when the first one is empty */

    assert_int_equal(parse(*state, "text=&text=two" REQUIRED, &slack),
                     CHATOPS_OK);
    assert_int_equal(slack.text.len, 0);

    assert_int_equal(parse(*state, "user_id=" REQUIRED, &slack),
                     CHATOPS_DECLINED);
    assert_string_equal(slack.error, "user_id is missing");
}


static void
ssl_check_is_exactly_1(void **state)
{
    size_t           i;
    chatops_slack_t  slack;

    static const char *const  others[] = {
        "ssl_check=01", "ssl_check=0", "ssl_check=", "ssl_check",
        "ssl_check=1+", "ssl_check=+1", "ssl_check=%201", "ssl_check=11",
        "ssl_check=true", "SSL_CHECK=1", "ssl_check=1%0A",
        "ssl_check=0&ssl_check=1", "ssl_check=&ssl_check=1", "ssl_check%5B%5D=1"
    };

    assert_int_equal(parse(*state, "ssl_check=1&token=random", &slack),
                     CHATOPS_OK);
    assert_int_equal(slack.ssl_check, 1);

    assert_int_equal(parse(*state, "token=random&ssl_check=1", &slack),
                     CHATOPS_OK);
    assert_int_equal(slack.ssl_check, 1);

    assert_int_equal(parse(*state, "ssl_check=1&ssl_check=0", &slack),
                     CHATOPS_OK);
    assert_int_equal(slack.ssl_check, 1);

    for (i = 0; i < nelts(others); i++) {
        assert_int_equal(parse(*state, others[i], &slack), CHATOPS_DECLINED);
        assert_int_equal(slack.ssl_check, 0);
        assert_string_equal(slack.error, "team_id is missing");
    }
}


static void
a_command_that_says_ssl_check_01_is_a_command(void **state)
{
    chatops_slack_t  slack;

    assert_int_equal(parse(*state, "ssl_check=01" REQUIRED, &slack),
                     CHATOPS_OK);
    assert_int_equal(slack.ssl_check, 0);
    assert_text(&slack.user_id, "U1");
}


static void
nothing_is_smuggled_in_with_ssl_check(void **state)
{
    chatops_slack_t  slack;

    assert_int_equal(parse(*state, "ssl_check=1&text=run+x" REQUIRED,
                           &slack),
                     CHATOPS_OK);
    assert_int_equal(slack.ssl_check, 1);
    assert_int_equal(slack.text.len, 0);
    assert_int_equal(slack.team_id.len, 0);
    assert_int_equal(slack.user_id.len, 0);
    assert_int_equal(slack.channel_id.len, 0);
    assert_int_equal(slack.command.len, 0);
    assert_int_equal(slack.response_url.len, 0);
    assert_int_equal(slack.trigger_id.len, 0);
}


static const struct {
    const char  *text;
    const char  *plain;
} escapes[] = {
    { "", "" },
    { "plain", "plain" },
    { "&amp;", "&" },
    { "&lt;", "<" },
    { "&gt;", ">" },
    { "&amp;lt;", "&lt;" },
    { "&amp;gt;", "&gt;" },
    { "&amp;amp;", "&amp;" },
    { "&amp;amp;lt;", "&amp;lt;" },
    { "a &lt;b&gt; &amp;&amp; c", "a <b> && c" },
    { "&quot;&apos;&#39;&#x3c;&nbsp;", "&quot;&apos;&#39;&#x3c;&nbsp;" },
    { "&LT;&Amp;", "&LT;&Amp;" },
    { "&", "&" },
    { "&&lt;", "&<" },
    { "&l", "&l" },
    { "&lt", "&lt" },
    { "&am", "&am" },
    { "&amp", "&amp" },
    { "&lt ;", "&lt ;" },
    { "<@U1> <https://a|b>", "<@U1> <https://a|b>" },
    { "d\xc3\xa9&lt;\xe2\x80\x94", "d\xc3\xa9<\xe2\x80\x94" },
};


static void
three_entities_are_decoded_exactly_once_and_nothing_else(void **state)
{
    size_t         i;
    chatops_str_t  text, plain;

    for (i = 0; i < nelts(escapes); i++) {
        text = chatops_str(escapes[i].text);

        assert_int_equal(chatops_slack_unescape(*state, &text, &plain),
                         CHATOPS_OK);
        assert_text(&plain, escapes[i].plain);

        /* in place of itself, too */

        assert_int_equal(chatops_slack_unescape(*state, &text, &text),
                         CHATOPS_OK);
        assert_text(&text, escapes[i].plain);
    }
}


static void
the_text_of_a_command_is_unescaped(void **state)
{
    chatops_slack_t  slack;

    assert_int_equal(parse(*state, "text=run+x+%26lt%3Ba%26gt%3B+%26amp%3Blt"
                                   "%3B%0A++" REQUIRED, &slack),
                     CHATOPS_OK);
    assert_text(&slack.text, "run x <a> &lt;\n  ");

    /* other fields are not */

    assert_int_equal(parse(*state, "channel_name=a%26amp%3Bb" REQUIRED,
                           &slack),
                     CHATOPS_OK);
    assert_text(&slack.channel_name, "a&amp;b");
}


static void
escaping_takes_the_sting_out_of_mentions_and_links(void **state)
{
    size_t         i;
    chatops_buf_t  buf;
    chatops_str_t  text, escaped;

    static const struct {
        const char  *text;
        const char  *escaped;
    } cases[] = {
        { "", "" },
        { "plain", "plain" },
        { "<!channel>", "&lt;!channel&gt;" },
        { "a<b", "a&lt;b" },
        { "&lt;", "&amp;lt;" },
        { "<>&", "&lt;&gt;&amp;" },
        { "a & b", "a &amp; b" },
        { "\"'`*_~", "\"'`*_~" },
        { "d\xc3\xa9>", "d\xc3\xa9&gt;" },
    };

    for (i = 0; i < nelts(cases); i++) {
        text = chatops_str(cases[i].text);

        chatops_buf_init(&buf, *state, 100);
        chatops_slack_escape(&buf, &text);
        assert_int_equal(chatops_buf_finish(&buf, &escaped), CHATOPS_OK);
        assert_string_equal((char *) escaped.data, cases[i].escaped);

        assert_int_equal(chatops_slack_unescape(*state, &escaped, &escaped),
                         CHATOPS_OK);
        assert_text(&escaped, cases[i].text);
    }

    text = chatops_str(NULL);
    chatops_buf_init(&buf, *state, 100);
    chatops_slack_escape(&buf, &text);
    assert_int_equal(chatops_buf_finish(&buf, &escaped), CHATOPS_OK);
    assert_int_equal(escaped.len, 0);
}


static void
only_urls_under_the_origin_are_allowed(void **state)
{
    size_t         i;
    chatops_str_t  url, origin;

    static const struct {
        const char  *url;
        const char  *origin;
        int          allowed;
    } cases[] = {
        { "https://hooks.slack.com/commands/T/1", "https://hooks.slack.com",
          1 },
        { "https://hooks.slack.com/", "https://hooks.slack.com", 1 },
        { "https://hooks.slack-gov.com/a", "https://hooks.slack-gov.com", 1 },
        { "https://chat.example.com:8443/a", "https://chat.example.com:8443",
          1 },
        { "http://127.0.0.1:8065/a", "http://127.0.0.1:8065", 1 },

        { "https://hooks.slack.com", "https://hooks.slack.com", 0 },
        { "https://hooks.slack.com.evil.com/", "https://hooks.slack.com", 0 },
        { "https://hooks.slack.com@evil/", "https://hooks.slack.com", 0 },
        { "https://hooks.slack.com:443/", "https://hooks.slack.com", 0 },
        { "https://hooks.slack.com:443@evil/", "https://hooks.slack.com", 0 },
        { "https://hooks.slack.com:x@evil/", "https://hooks.slack.com", 0 },
        { "https://hooks.slack.com?@evil/", "https://hooks.slack.com", 0 },
        { "https://hooks.slack.com#@evil/", "https://hooks.slack.com", 0 },
        { "https://hooks.slack.com\\@evil/", "https://hooks.slack.com", 0 },
        { "https://hooks.slack.com%2f@evil/", "https://hooks.slack.com", 0 },
        { "https://hooks.slack.com./", "https://hooks.slack.com", 0 },
        { "https://hooks.slack.comx/", "https://hooks.slack.com", 0 },
        { "https://hooks.slack.co/m", "https://hooks.slack.com", 0 },
        { "http://hooks.slack.com/", "https://hooks.slack.com", 0 },
        { "HTTPS://hooks.slack.com/", "https://hooks.slack.com", 0 },
        { "https://HOOKS.slack.com/", "https://hooks.slack.com", 0 },
        { "https:/hooks.slack.com/", "https://hooks.slack.com", 0 },
        { "https:///hooks.slack.com/", "https://hooks.slack.com", 0 },
        { " https://hooks.slack.com/", "https://hooks.slack.com", 0 },
        { "//hooks.slack.com/", "https://hooks.slack.com", 0 },
        { "https://evil/https://hooks.slack.com/", "https://hooks.slack.com",
          0 },
        { "https://evil@hooks.slack.com/", "https://hooks.slack.com", 0 },
        { "file:///etc/passwd", "https://hooks.slack.com", 0 },
        { "https://chat.example.com:84433/a", "https://chat.example.com:8443",
          0 },
        { "https://chat.example.com/a", "https://chat.example.com:8443", 0 },
        { "", "https://hooks.slack.com", 0 },
        { "/etc/passwd", "", 0 },
        { "", "", 0 },
    };

    (void) state;

    for (i = 0; i < nelts(cases); i++) {
        url = chatops_str(cases[i].url);
        origin = chatops_str(cases[i].origin);

        assert_int_equal(chatops_slack_url_allowed(&url, &origin),
                         cases[i].allowed);
    }
}


static void
no_memory_is_an_error(void **state)
{
    int               rc;
    size_t            limit, failed;
    chatops_arena_t  *arena;
    chatops_slack_t   slack;

    (void) state;

    failed = 0;

    for (limit = 1; limit < 4096; limit += 16) {
        arena = chatops_arena_create(limit);
        assert_non_null(arena);

        rc = parse(arena, "text=run+x+%26lt%3B" REQUIRED, &slack);

        if (rc == CHATOPS_OK) {
            assert_text(&slack.text, "run x <");
            chatops_arena_destroy(arena);
            break;
        }

        assert_int_equal(rc, CHATOPS_ERROR);
        failed++;

        chatops_arena_destroy(arena);
    }

    /* three decoded values and the unescaped text */

    assert_true(limit < 4096);
    assert_true(failed >= 4);
}


#define a_test(name)                                                          \
    cmocka_unit_test_setup_teardown(name, arena_make, arena_drop)


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        a_test(slacks_own_example_is_read),
        a_test(optional_fields_may_be_missing_or_empty),
        a_test(each_required_field_is_asked_for_by_name),
        a_test(a_malformed_field_is_declined_by_name),
        a_test(ids_of_other_services_fit_too),
        a_test(each_field_has_its_limit),
        a_test(broken_encoding_is_declined_wherever_it_stands),
        a_test(of_a_field_that_comes_twice_the_first_counts),
        a_test(ssl_check_is_exactly_1),
        a_test(a_command_that_says_ssl_check_01_is_a_command),
        a_test(nothing_is_smuggled_in_with_ssl_check),
        a_test(three_entities_are_decoded_exactly_once_and_nothing_else),
        a_test(the_text_of_a_command_is_unescaped),
        a_test(escaping_takes_the_sting_out_of_mentions_and_links),
        a_test(only_urls_under_the_origin_are_allowed),
        a_test(no_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
