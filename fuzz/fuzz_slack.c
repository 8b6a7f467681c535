/*
 * A slash command.  What is taken keeps its limits; escaping and unescaping
 * are each other's inverse; a URL that is allowed goes to the origin's host.
 */

#include <stdlib.h>

#include "chatops_form.h"
#include "chatops_slack.h"


#define fuzz_assert(x)  if (!(x)) { abort(); }


static void
fuzz_word(const chatops_str_t *s, size_t least, size_t most,
    const char *others)
{
    u_char  ch;
    size_t  i;

    fuzz_assert(s->len >= least && s->len <= most);

    for (i = 0; i < s->len; i++) {
        ch = s->data[i];

        fuzz_assert((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z')
                    || (ch >= '0' && ch <= '9')
                    || (ch && strchr(others, ch)));
    }
}


/* The first value of a field, as a form has it. */

static chatops_str_t
fuzz_field(chatops_arena_t *arena, const chatops_str_t *body,
    const char *field)
{
    chatops_str_t   name, value;
    chatops_form_t  form;

    chatops_form_init(&form, arena, body);

    while (chatops_form_next(&form, &name, &value) == CHATOPS_OK) {
        if (chatops_str_is(&name, field)) {
            return value;
        }
    }

    return chatops_str(NULL);
}


static void
fuzz_same(chatops_arena_t *arena, const chatops_str_t *body,
    const char *field, const chatops_str_t *value)
{
    chatops_str_t  first;

    first = fuzz_field(arena, body, field);
    fuzz_assert(chatops_str_eq(&first, value));
}


static void
fuzz_url(const chatops_str_t *url)
{
    size_t         from, len;
    chatops_str_t  origin, host;

    static const char  wanted[] = "hooks.slack.com";

    origin = chatops_str("https://hooks.slack.com");

    if (!chatops_slack_url_allowed(url, &origin)) {
        return;
    }

    /* RFC 3986: the authority ends at the first of / ? #, userinfo at @ */

    from = strlen("https://");

    for (len = 0; from + len < url->len; len++) {
        if (memchr("/?#\\", url->data[from + len], 4) != NULL) {
            break;
        }
    }

    host = chatops_strn(url->data + from, len);

    fuzz_assert(chatops_str_starts(url, "https://"));
    fuzz_assert(chatops_str_is(&host, wanted));
}


static void
fuzz_escapes(chatops_arena_t *arena, const chatops_str_t *text)
{
    size_t         i;
    chatops_buf_t  buf;
    chatops_str_t  escaped, plain;

    chatops_buf_init(&buf, arena, 5 * text->len);
    chatops_slack_escape(&buf, text);
    fuzz_assert(chatops_buf_finish(&buf, &escaped) == CHATOPS_OK);

    for (i = 0; i < escaped.len; i++) {
        fuzz_assert(escaped.data[i] != '<' && escaped.data[i] != '>');
    }

    fuzz_assert(chatops_slack_unescape(arena, &escaped, &plain)
                == CHATOPS_OK);
    fuzz_assert(chatops_str_eq(&plain, text));

    fuzz_assert(chatops_slack_unescape(arena, text, &plain) == CHATOPS_OK);
    fuzz_assert(plain.len <= text->len);
}


static void
fuzz_command(chatops_arena_t *arena, const chatops_str_t *body,
    const chatops_slack_t *slack)
{
    chatops_str_t  text, raw;

    fuzz_word(&slack->team_id, 1, 64, "_-");
    fuzz_word(&slack->enterprise_id, 0, 64, "_-");
    fuzz_word(&slack->api_app_id, 0, 64, "_-");
    fuzz_word(&slack->channel_id, 1, 64, "_-");
    fuzz_word(&slack->user_id, 1, 64, "_-");
    fuzz_word(&slack->trigger_id, 1, 128, "_-.");
    fuzz_word(&slack->response_url, 1, 1024,
              "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~");

    fuzz_assert(slack->channel_name.len <= 255);
    fuzz_assert(slack->command.len >= 1 && slack->command.len <= 255);
    fuzz_assert(slack->text.len <= 16384);
    fuzz_assert(chatops_utf8_valid(slack->text.data, slack->text.len));
    fuzz_assert(chatops_utf8_valid(slack->channel_name.data,
                                   slack->channel_name.len));

    fuzz_same(arena, body, "team_id", &slack->team_id);
    fuzz_same(arena, body, "user_id", &slack->user_id);
    fuzz_same(arena, body, "channel_name", &slack->channel_name);
    fuzz_same(arena, body, "response_url", &slack->response_url);

    raw = fuzz_field(arena, body, "text");
    fuzz_assert(chatops_slack_unescape(arena, &raw, &text) == CHATOPS_OK);
    fuzz_assert(chatops_str_eq(&text, &slack->text));

    fuzz_url(&slack->response_url);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int               rc;
    chatops_str_t     body, check;
    chatops_slack_t   slack;
    chatops_arena_t  *arena;

    arena = chatops_arena_create(0);
    fuzz_assert(arena != NULL);

    body = chatops_strn(data, size);
    rc = chatops_slack_parse(arena, &body, &slack);

    fuzz_assert(rc == CHATOPS_OK || rc == CHATOPS_DECLINED);
    fuzz_assert((rc == CHATOPS_DECLINED) == (slack.error != NULL));

    if (rc == CHATOPS_OK) {
        check = fuzz_field(arena, &body, "ssl_check");
        fuzz_assert(slack.ssl_check == chatops_str_is(&check, "1"));

        if (slack.ssl_check) {
            fuzz_assert(slack.team_id.len + slack.user_id.len
                        + slack.text.len + slack.response_url.len == 0);

        } else {
            fuzz_command(arena, &body, &slack);
        }
    }

    fuzz_escapes(arena, &body);
    fuzz_url(&body);

    chatops_arena_destroy(arena);

    return 0;
}
