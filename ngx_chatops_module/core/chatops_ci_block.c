#include "chatops_ci_inputs.h"


/* GitLab: lib/gitlab/ci/config/interpolation/block.rb and functions/. */

#define CHATOPS_CI_MAX_FUNCTIONS  3


static int chatops_ci_block_access(chatops_ci_inputs_t *inputs,
    const chatops_yaml_node_t *node, const chatops_str_t *path,
    chatops_yaml_node_t **value);
static int chatops_ci_block_call(chatops_ci_inputs_t *inputs,
    const chatops_yaml_node_t *node, const chatops_str_t *call,
    chatops_yaml_node_t **value);
static int chatops_ci_truncate_arguments(const chatops_str_t *call,
    int64_t *offset, int64_t *length);
static const u_char *chatops_ci_argument(const u_char *p, const u_char *end,
    int64_t *value);
static void chatops_ci_truncate(const chatops_str_t *text, int64_t offset,
    int64_t length, chatops_str_t *result);
static int chatops_ci_escape(chatops_arena_t *arena,
    const chatops_str_t *text, chatops_str_t *result);
static int chatops_ci_block_failed(chatops_ci_inputs_t *inputs,
    const chatops_yaml_node_t *node, const char *text,
    const chatops_str_t *data);


int
chatops_ci_block(chatops_ci_inputs_t *inputs, const chatops_yaml_node_t *node,
    const chatops_str_t *data, chatops_yaml_node_t **value)
{
    int             rc;
    size_t          n;
    u_char         *bar;
    chatops_str_t   part, rest;

    rest = *data;
    *value = NULL;

    for (n = 0; /* void */ ; n++) {
        bar = chatops_str_find(&rest, 0, "|", 1);

        part = rest;

        if (bar != NULL) {
            part.len = bar - rest.data;
        }

        part = chatops_str_trim(&part);

        if (n > CHATOPS_CI_MAX_FUNCTIONS) {
            *value = NULL;
            return chatops_ci_block_failed(inputs, node,
                                           "too many functions in", data);
        }

        rc = n ? chatops_ci_block_call(inputs, node, &part, value)
               : chatops_ci_block_access(inputs, node, &part, value);

        if (rc != CHATOPS_OK || *value == NULL || *value == &inputs->unknown
            || bar == NULL)
        {
            return rc;
        }

        rest.len -= bar + 1 - rest.data;
        rest.data = bar + 1;
    }
}


static int
chatops_ci_block_access(chatops_ci_inputs_t *inputs,
    const chatops_yaml_node_t *node, const chatops_str_t *path,
    chatops_yaml_node_t **value)
{
    u_char         *dot;
    chatops_str_t   name;

    /* these have their values later, or elsewhere */

    if (chatops_str_starts(path, "matrix.")
        || chatops_str_starts(path, "component."))
    {
        *value = &inputs->unknown;
        return CHATOPS_OK;
    }

    dot = chatops_str_find(path, 0, ".", 1);

    if (dot == NULL || !chatops_str_starts(path, "inputs.")) {
        return chatops_ci_block_failed(inputs, node, "no input:", path);
    }

    name = chatops_strn(dot + 1, path->data + path->len - dot - 1);

    if (chatops_str_find(&name, 0, "[", 1) != NULL) {
        *value = &inputs->unknown;
        return CHATOPS_OK;
    }

    *value = chatops_yaml_find(inputs->values, &name);

    if (*value == NULL) {
        return chatops_ci_block_failed(inputs, node, "unknown input:", path);
    }

    return CHATOPS_OK;
}


static int
chatops_ci_block_call(chatops_ci_inputs_t *inputs,
    const chatops_yaml_node_t *node, const chatops_str_t *call,
    chatops_yaml_node_t **value)
{
    int64_t          length, offset;
    chatops_str_t    text;
    chatops_arena_t *arena;

    arena = inputs->reader->arena;

    if (chatops_yaml_kind(*value) != CHATOPS_YAML_STRING) {
        *value = NULL;
        return chatops_ci_block_failed(inputs, node,
                                       "only strings are given to", call);
    }

    text = (*value)->value;

    if (chatops_str_is(call, "expand_vars")) {

        /* the values of the project's variables are not known */

        if (chatops_str_find(&text, 0, "$", 1) != NULL) {
            *value = &inputs->unknown;
        }

        return CHATOPS_OK;
    }

    if (chatops_str_is(call, "posix_escape")) {

        if (chatops_ci_escape(arena, &(*value)->value, &text) != CHATOPS_OK) {
            return CHATOPS_ERROR;
        }

    } else if (chatops_ci_truncate_arguments(call, &offset, &length)) {
        chatops_ci_truncate(&(*value)->value, offset, length, &text);

    } else {
        *value = NULL;
        return chatops_ci_block_failed(inputs, node, "no function matches",
                                       call);
    }

    inputs->bytes += text.len;

    if (inputs->bytes > CHATOPS_YAML_MAX_BYTES) {
        return chatops_ci_declined(inputs->reader,
                                   "its inputs make it too large");
    }

    *value = chatops_yaml_scalar(arena, &text);

    if (*value == NULL) {
        return CHATOPS_ERROR;
    }

    (*value)->line = node->line;
    (*value)->file = node->file;
    chatops_yaml_measure(*value);

    return CHATOPS_OK;
}


/* truncate(0, 3); the last parenthesis may be missing. */

static int
chatops_ci_truncate_arguments(const chatops_str_t *call, int64_t *offset,
    int64_t *length)
{
    const u_char  *end, *p;

    if (!chatops_str_starts(call, "truncate(")) {
        return 0;
    }

    end = call->data + call->len;
    p = chatops_ci_argument(call->data + 9, end, offset);

    if (p == NULL || p == end || *p != ',') {
        return 0;
    }

    p = chatops_ci_argument(p + 1, end, length);

    return p != NULL && (p == end || (*p == ')' && p + 1 == end));
}


static const u_char *
chatops_ci_argument(const u_char *p, const u_char *end, int64_t *value)
{
    const u_char   *start;
    chatops_str_t   digits;

    while (p < end && *p == ' ') {
        p++;
    }

    for (start = p; p < end && *p >= '0' && *p <= '9'; p++) {
        /* void */
    }

    digits = chatops_strn(start, p - start);

    if (chatops_str_int(&digits, value) != CHATOPS_OK) {
        return NULL;
    }

    while (p < end && *p == ' ') {
        p++;
    }

    return p;
}


/* Both count characters. */

static void
chatops_ci_truncate(const chatops_str_t *text, int64_t offset, int64_t length,
    chatops_str_t *result)
{
    size_t   n;
    u_char  *end, *p, *start;

    p = text->data;
    end = p + text->len;

    for (start = NULL; p < end; p += n) {

        if (offset-- == 0) {
            start = p;
        }

        if (start != NULL && length-- == 0) {
            break;
        }

        n = chatops_utf8_length(p, end - p);
        n = n ? n : 1;
    }

    *result = start == NULL ? chatops_str("")
                            : chatops_strn(start, p - start);
}


/* As Ruby's Shellwords.shellescape(). */

static int
chatops_ci_escape(chatops_arena_t *arena, const chatops_str_t *text,
    chatops_str_t *result)
{
    size_t         i;
    u_char         ch, low;
    chatops_buf_t  buf;

    if (text->len == 0) {
        *result = chatops_str("''");
        return CHATOPS_OK;
    }

    chatops_buf_init(&buf, arena, 4 * CHATOPS_YAML_MAX_BYTES);

    for (i = 0; i < text->len; i++) {
        ch = text->data[i];
        low = ch | 0x20;

        if (ch == '\n') {
            chatops_buf_text(&buf, "'\n'");
            continue;
        }

        /* of a character of several bytes only the first is escaped */

        if (!(low >= 'a' && low <= 'z') && !(ch >= '0' && ch <= '9')
            && strchr("_-.,:+/@", ch) == NULL && (ch & 0xc0) != 0x80)
        {
            chatops_buf_char(&buf, '\\');
        }

        chatops_buf_char(&buf, ch);
    }

    return chatops_buf_finish(&buf, result);
}


static int
chatops_ci_block_failed(chatops_ci_inputs_t *inputs,
    const chatops_yaml_node_t *node, const char *text,
    const chatops_str_t *data)
{
    return chatops_ci_error(inputs->reader->arena, inputs->reader->ci, node,
                            "%s `%.*s`", text, chatops_str_arg(data));
}
