/*
 * What can be read can be written, unless it is too large, and what has been
 * written reads back as the same tree.
 */

#include <stdlib.h>

#include "chatops_yaml.h"


#define LIMIT  (256 * 1024)


/* libyaml quotes more than it must; then it has to be a string anyway. */

static int
fuzz_string(const chatops_str_t *s)
{
    size_t  i;
    u_char  ch;

    if (s->len == 0 || chatops_str_is(s, "-") || chatops_str_starts(s, "---")
        || chatops_str_starts(s, "...") || s->data[s->len - 1] == ':')
    {
        return 1;
    }

    for (i = 0; i < s->len; i++) {
        ch = s->data[i];

        if (!(ch >= '0' && ch <= '9')
            && !((ch | 0x20) >= 'a' && (ch | 0x20) <= 'z')
            && memchr("_.+~: -", ch, 7) == NULL)
        {
            return 1;
        }
    }

    return 0;
}


static void
fuzz_same(const chatops_yaml_node_t *one, const chatops_yaml_node_t *two)
{
    size_t  i;

    if (one->type != two->type || one->bang != two->bang
        || one->size != two->size || one->count != two->count
        || !chatops_str_eq(&one->tag, &two->tag)
        || !chatops_str_eq(&one->value, &two->value)
        || (one->plain != two->plain
            && (two->plain || !fuzz_string(&one->value))))
    {
        abort();
    }

    for (i = 0; i < one->count; i++) {

        if (one->type == CHATOPS_YAML_SEQUENCE) {
            fuzz_same(one->items[i], two->items[i]);
            continue;
        }

        fuzz_same(one->pairs[i].key, two->pairs[i].key);
        fuzz_same(one->pairs[i].value, two->pairs[i].value);
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    chatops_str_t          text, written;
    chatops_arena_t       *arena;
    chatops_yaml_node_t   *again, *root;
    chatops_yaml_error_t   error;

    arena = chatops_arena_create(0);

    if (arena == NULL) {
        return 0;
    }

    text = chatops_strn(data, size);

    switch (chatops_yaml_parse(arena, &text, &root, &error)) {

    case CHATOPS_OK:
        break;

    case CHATOPS_DECLINED:
        if (root != NULL || error.text[0] == '\0') {
            abort();
        }

        break;

    default:
        abort();
    }

    if (root == NULL) {
        chatops_arena_destroy(arena);
        return 0;
    }

    switch (chatops_yaml_write(arena, root, LIMIT, &written)) {

    case CHATOPS_OK:
        if (written.len > LIMIT) {
            abort();
        }

        if (chatops_yaml_parse(arena, &written, &again, &error) != CHATOPS_OK
            || again == NULL)
        {
            abort();
        }

        fuzz_same(root, again);
        break;

    case CHATOPS_DECLINED:
        break;

    default:
        abort();
    }

    chatops_arena_destroy(arena);

    return 0;
}
