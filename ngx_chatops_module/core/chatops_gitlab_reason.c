#include <jansson.h>

#include "chatops_gitlab.h"


#define CHATOPS_GITLAB_REASON_MAX  300
#define CHATOPS_GITLAB_NESTING     4

#define CHATOPS_GITLAB_NO_VARIABLES                                           \
    "Insufficient permissions to set pipeline variables"

#define CHATOPS_GITLAB_NO_REF                                                 \
    "You do not have sufficient permission to run a pipeline on"


static json_t *chatops_gitlab_reason_of(json_t *answer);
static void chatops_gitlab_add_reason(chatops_buf_t *buf, json_t *reason,
    const char *field, unsigned level);
static void chatops_gitlab_add_text(chatops_buf_t *buf,
    const chatops_str_t *text);
static int chatops_gitlab_plain(const chatops_str_t *body);


int
chatops_gitlab_reason(chatops_arena_t *arena, const chatops_str_t *body,
    chatops_str_t *reason)
{
    json_t         *answer;
    json_error_t    error;
    chatops_buf_t   buf;

    /* one byte more than is said, so that a cut can be seen */

    chatops_buf_init(&buf, arena, CHATOPS_GITLAB_REASON_MAX + 8);

    answer = json_loadb(body->len ? (char *) body->data : "", body->len,
                        JSON_ALLOW_NUL | JSON_DECODE_ANY, &error);

    if (json_is_object(answer)) {
        chatops_gitlab_add_reason(&buf, chatops_gitlab_reason_of(answer),
                                  NULL, 0);

    } else if (json_is_array(answer) || json_is_string(answer)) {
        chatops_gitlab_add_reason(&buf, answer, NULL, 0);

    } else if (chatops_gitlab_plain(body)) {
        chatops_gitlab_add_text(&buf, body);
    }

    json_decref(answer);

    if (chatops_buf_finish(&buf, reason) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    reason->len = chatops_utf8_clip(reason->data, reason->len,
                                    CHATOPS_GITLAB_REASON_MAX);

    *reason = chatops_str_trim(reason);

    return CHATOPS_OK;
}


/* Where an error says its reason: the first of these that says anything. */

static json_t *
chatops_gitlab_reason_of(json_t *answer)
{
    size_t              i;
    json_t             *value;
    static const char  *keys[] = {
        "message", "error_description", "error", "errors"
    };

    for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        value = json_object_get(answer, keys[i]);

        if (json_string_length(value) != 0 || json_array_size(value) != 0
            || json_object_size(value) != 0)
        {
            return value;
        }
    }

    return NULL;
}


/*
 * A string, a list, or lists by field, whose name is said unless it stands
 * for the whole ("base", "error").
 */

static void
chatops_gitlab_add_reason(chatops_buf_t *buf, json_t *reason,
    const char *field, unsigned level)
{
    size_t          i;
    json_t         *value;
    const char     *key;
    chatops_str_t   text;

    if (level == CHATOPS_GITLAB_NESTING
        || buf->len >= CHATOPS_GITLAB_REASON_MAX)
    {
        return;
    }

    if (json_is_string(reason)) {

        if (buf->len && json_string_length(reason)) {
            text = chatops_str("; ");
            chatops_gitlab_add_text(buf, &text);
        }

        if (field != NULL) {
            text = chatops_str(field);
            chatops_gitlab_add_text(buf, &text);

            text = chatops_str(" ");
            chatops_gitlab_add_text(buf, &text);
        }

        text = chatops_strn(json_string_value(reason),
                            json_string_length(reason));
        chatops_gitlab_add_text(buf, &text);

        return;
    }

    json_array_foreach(reason, i, value) {
        chatops_gitlab_add_reason(buf, value, field, level + 1);
    }

    json_object_foreach(reason, key, value) {
        chatops_gitlab_add_reason(buf, value,
                                  strcmp(key, "base") == 0
                                  || strcmp(key, "error") == 0 ? NULL : key,
                                  level + 1);
    }
}


/* Clean UTF-8 on one line; stops when there is enough. */

static void
chatops_gitlab_add_text(chatops_buf_t *buf, const chatops_str_t *text)
{
    size_t   i, n;
    u_char  *p;

    for (i = 0; i < text->len && buf->len <= CHATOPS_GITLAB_REASON_MAX;
         i += n)
    {
        p = text->data + i;
        n = chatops_utf8_length(p, text->len - i);

        if (n == 0) {
            chatops_buf_text(buf, "\xef\xbf\xbd");
            n = 1;
            continue;
        }

        if (*p > 0x20 && *p != 0x7f && !(*p == 0xc2 && p[1] < 0xa0)) {
            chatops_buf_add(buf, p, n);
            continue;
        }

        /* blanks, line ends and control characters: one blank */

        if (buf->len && buf->data[buf->len - 1] != ' ') {
            chatops_buf_char(buf, ' ');
        }
    }
}


/* 1 when the body is a sentence: no JSON (not even half of it), no HTML. */

static int
chatops_gitlab_plain(const chatops_str_t *body)
{
    size_t          i;
    chatops_str_t   text;

    text = chatops_str_trim(body);

    if (chatops_str_starts(&text, "\xef\xbb\xbf")) {
        text.data += 3;
        text.len -= 3;
    }

    if (text.len == 0 || text.data[0] == '<' || text.data[0] == '{'
        || text.data[0] == '[')
    {
        return 0;
    }

    /* a page that does not begin with its first tag */

    for (i = 0; i + 5 <= text.len && i < 4096; i++) {

        if (text.data[i] == '<'
            && (text.data[i + 1] | 0x20) == 'h'
            && (text.data[i + 2] | 0x20) == 't'
            && (text.data[i + 3] | 0x20) == 'm'
            && (text.data[i + 4] | 0x20) == 'l')
        {
            return 0;
        }
    }

    return 1;
}


int
chatops_gitlab_forbids_variables(const chatops_str_t *reason)
{
    return chatops_str_find(reason, 0, CHATOPS_GITLAB_NO_VARIABLES,
                            sizeof(CHATOPS_GITLAB_NO_VARIABLES) - 1)
           != NULL;
}


int
chatops_gitlab_forbids_ref(const chatops_str_t *reason)
{
    return chatops_str_find(reason, 0, CHATOPS_GITLAB_NO_REF,
                            sizeof(CHATOPS_GITLAB_NO_REF) - 1)
           != NULL;
}
