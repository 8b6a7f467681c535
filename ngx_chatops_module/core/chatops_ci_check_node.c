#include <stdarg.h>
#include <stdio.h>

#include "chatops_ci_check.h"


#define CHATOPS_CHECK_MAX_PLACE  120     /* bytes of "deploy:rules[2]" */
#define CHATOPS_CHECK_MAX_TEXT   200
#define CHATOPS_CHECK_BIG_COUNT  16
#define CHATOPS_CHECK_BIG_LENGTH 256     /* bytes of a scalar */
#define CHATOPS_CHECK_MAX_LEVEL  100     /* arrays in arrays, flattened */


typedef struct {
    chatops_check_pt           each;
    const void                *arg;
    size_t                     index;
} chatops_check_each_t;


static int
chatops_check_type_is(const chatops_yaml_node_t *node,
    chatops_yaml_kind_e kind)
{
    return node->type == CHATOPS_YAML_SCALAR
           && chatops_yaml_kind(node) == kind;
}


int
chatops_check_is_open(const chatops_check_t *check,
    const chatops_yaml_node_t *node)
{
    if (node->type == CHATOPS_YAML_SCALAR) {
        return check->inputs && node->blocks;
    }

    return node->type == CHATOPS_YAML_SEQUENCE
           && chatops_str_is(&node->tag, "!reference");
}


int
chatops_check_is_string(const chatops_check_t *check,
    const chatops_yaml_node_t *node)
{
    return chatops_check_type_is(node, CHATOPS_YAML_STRING)
           || chatops_check_is_open(check, node);
}


int
chatops_check_is_word(const chatops_check_t *check,
    const chatops_yaml_node_t *node)
{
    return chatops_check_is_string(check, node)
           || chatops_check_type_is(node, CHATOPS_YAML_SYMBOL);
}


int
chatops_check_is_integer(const chatops_check_t *check,
    const chatops_yaml_node_t *node)
{
    return chatops_check_type_is(node, CHATOPS_YAML_INTEGER)
           || chatops_check_is_open(check, node);
}


int
chatops_check_is_boolean(const chatops_check_t *check,
    const chatops_yaml_node_t *node)
{
    return chatops_check_type_is(node, CHATOPS_YAML_BOOLEAN)
           || chatops_check_is_open(check, node);
}


int
chatops_check_is_scalar(const chatops_check_t *check,
    const chatops_yaml_node_t *node)
{
    return chatops_check_is_open(check, node)
           || (node->type == CHATOPS_YAML_SCALAR
               && chatops_yaml_kind(node) != CHATOPS_YAML_NULL);
}


int
chatops_check_is_sequence(const chatops_check_t *check,
    const chatops_yaml_node_t *node)
{
    return node->type == CHATOPS_YAML_SEQUENCE
           || chatops_check_is_open(check, node);
}


int
chatops_check_is_mapping(const chatops_check_t *check,
    const chatops_yaml_node_t *node)
{
    return node->type == CHATOPS_YAML_MAPPING
           || chatops_check_is_open(check, node);
}


int
chatops_check_is_blank(const chatops_check_t *check,
    const chatops_yaml_node_t *node)
{
    chatops_str_t  s;

    if (node == NULL) {
        return 1;
    }

    if (chatops_check_is_open(check, node)) {
        return 0;
    }

    if (node->type != CHATOPS_YAML_SCALAR) {
        return node->count == 0;
    }

    switch (chatops_yaml_kind(node)) {

    case CHATOPS_YAML_NULL:
        return 1;

    case CHATOPS_YAML_BOOLEAN:
        return chatops_yaml_is_false(node);

    default:
        s = chatops_str_trim(&node->value);
        return s.len == 0;
    }
}


/* For many questions about one small mapping. */
static const chatops_yaml_node_t *
chatops_check_value(const chatops_yaml_node_t *node, const char *key)
{
    size_t                      i, len;
    const chatops_yaml_node_t  *name;

    if (node->type != CHATOPS_YAML_MAPPING
        || node->count > CHATOPS_CHECK_BIG_COUNT)
    {
        return chatops_yaml_get(node, key);
    }

    len = strlen(key);

    for (i = 0; i < node->count; i++) {
        name = node->pairs[i].key;

        if (name->value.len == len
            && name->value.data[0] == (u_char) key[0]
            && name->type == CHATOPS_YAML_SCALAR
            && memcmp(name->value.data, key, len) == 0)
        {
            return node->pairs[i].value;
        }
    }

    return NULL;
}


const chatops_yaml_node_t *
chatops_check_get(const chatops_yaml_node_t *node, const char *key)
{
    const chatops_yaml_node_t  *value;

    value = chatops_check_value(node, key);

    return chatops_yaml_is_null(value) ? NULL : value;
}


int
chatops_check_has(const chatops_yaml_node_t *node, const char *key)
{
    return chatops_check_value(node, key) != NULL;
}


int
chatops_check_done(chatops_check_t *check)
{
    return check->failed || check->steps > CHATOPS_CHECK_MAX_STEPS
           || check->ci->nerrors == CHATOPS_CI_MAX_ERRORS;
}


void
chatops_check_end(chatops_check_t *check)
{
    if (check->steps > CHATOPS_CHECK_MAX_STEPS && !check->over) {
        check->over = 1;
        check->steps = 0;
        chatops_check_error(check, NULL, NULL, "it is too big to be checked, "
                            "with its aliases written out");
    }
}


/* From the outermost name to the innermost, without recursion. */
static void
chatops_check_place(chatops_buf_t *buf, const chatops_check_at_t *at)
{
    size_t                     n;
    const chatops_check_at_t  *names[16];

    for (n = 0; at != NULL; at = at->up) {
        if (n < sizeof(names) / sizeof(names[0])) {
            names[n++] = at;

        } else {
            memmove(&names[1], &names[2],
                    (n - 2) * sizeof(chatops_check_at_t *));
            names[n - 1] = at;
        }
    }

    while (n-- > 0) {
        if (names[n]->index != 0) {
            chatops_buf_char(buf, '[');
            chatops_buf_int(buf, (int64_t) names[n]->index);
            chatops_buf_char(buf, ']');
            continue;
        }

        if (buf->len != 0) {
            chatops_buf_char(buf, ':');
        }

        chatops_buf_add(buf, names[n]->name.data,
                        chatops_utf8_clip(names[n]->name.data,
                                          names[n]->name.len, 60));
    }
}


static void
chatops_check_say(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const char *fmt, va_list args)
{
    int             n;
    char            text[CHATOPS_CHECK_MAX_TEXT];
    size_t          len;
    chatops_buf_t   buf;
    chatops_str_t   place;

    if (chatops_check_done(check)) {
        return;
    }

    n = vsnprintf(text, sizeof(text), fmt, args);

    if (n < 0) {
        check->failed = 1;
        return;
    }

    len = (size_t) n < sizeof(text) ? (size_t) n : sizeof(text) - 1;
    len = chatops_utf8_clip((u_char *) text, len, len);

    chatops_buf_init(&buf, check->arena, 4096);
    chatops_check_place(&buf, at);

    if (chatops_buf_finish(&buf, &place) != CHATOPS_OK) {
        check->failed = 1;
        return;
    }

    place.len = chatops_utf8_clip(place.data, place.len,
                                  CHATOPS_CHECK_MAX_PLACE);

    if (chatops_ci_error(check->kept, check->ci, node, "%.*s%s%.*s",
                         chatops_str_arg(&place), place.len ? ": " : "",
                         (int) len, text)
        != CHATOPS_OK)
    {
        check->failed = 1;
    }
}


void
chatops_check_error(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const char *fmt, ...)
{
    va_list  args;

    va_start(args, fmt);
    chatops_check_say(check, at, node, fmt, args);
    va_end(args);
}


void
chatops_check_missing(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const char *fmt, ...)
{
    va_list  args;

    if (check->ci->unresolved) {
        return;
    }

    va_start(args, fmt);
    chatops_check_say(check, at, node, fmt, args);
    va_end(args);
}


static int
chatops_check_step(chatops_check_t *check)
{
    check->steps++;

    return !chatops_check_done(check);
}


const chatops_check_key_t *
chatops_check_find(const chatops_check_key_t *keys, const chatops_str_t *name)
{
    for ( /* void */ ; keys->name.len != 0; keys++) {
        if (keys->name.len == name->len
            && keys->name.data[0] == name->data[0]
            && memcmp(keys->name.data, name->data, name->len) == 0)
        {
            return keys;
        }
    }

    return NULL;
}


/* Worth to be remembered: what is small is checked as fast. */
static int
chatops_check_is_big(const chatops_yaml_node_t *node)
{
    return node->count > CHATOPS_CHECK_BIG_COUNT
           || node->value.len > CHATOPS_CHECK_BIG_LENGTH;
}


void
chatops_check_keys(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const chatops_check_key_t *keys)
{
    size_t                      i;
    chatops_check_at_t          here;
    chatops_yaml_pair_t        *pair;
    const chatops_check_key_t  *key;

    for (i = 0; i < node->count; i++) {
        pair = &node->pairs[i];

        if (!chatops_check_step(check)) {
            return;
        }

        key = NULL;

        if (pair->key->type == CHATOPS_YAML_SCALAR) {
            key = chatops_check_find(keys, &pair->key->value);
        }

        if (key == NULL) {
            chatops_check_error(check, at, pair->key, "unknown key `%.*s`",
                                chatops_str_arg(&pair->key->value));
            continue;
        }

        if (key->check == NULL || chatops_yaml_is_null(pair->value)
            || chatops_check_is_open(check, pair->value)
            || (chatops_check_is_big(pair->value)
                && chatops_check_seen(check, pair->value, key)))
        {
            continue;
        }

        here.up = at;
        here.name = key->name;
        here.index = 0;

        key->check(check, &here, pair->value, key->arg);
    }
}


void
chatops_check_mapping(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    if (node->type != CHATOPS_YAML_MAPPING) {
        chatops_check_error(check, at, node, "it should be a mapping");
        return;
    }

    if (arg != NULL) {
        chatops_check_keys(check, at, node, arg);
    }
}


static void
chatops_check_flat(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, chatops_check_each_t *each, size_t level)
{
    size_t                      i;
    chatops_check_at_t          here;
    const chatops_yaml_node_t  *item;

    for (i = 0; i < node->count; i++) {
        item = node->items[i];

        if (!chatops_check_step(check)) {
            return;
        }

        if (chatops_yaml_is_null(item) || chatops_check_is_open(check, item)) {
            each->index++;
            continue;
        }

        if (item->type == CHATOPS_YAML_SEQUENCE) {
            if (level == CHATOPS_CHECK_MAX_LEVEL) {
                chatops_check_error(check, at, item, "nested too deeply");
                return;
            }

            chatops_check_flat(check, at, item, each, level + 1);
            continue;
        }

        each->index++;

        here.up = at;
        here.name = (chatops_str_t) chatops_null_string;
        here.index = each->index;

        each->each(check, &here, item, each->arg);
    }
}


void
chatops_check_flatten(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, chatops_check_pt each, const void *arg)
{
    chatops_check_each_t  ctx;

    ctx.each = each;
    ctx.arg = arg;
    ctx.index = 0;

    chatops_check_flat(check, at, node, &ctx, 0);
}
