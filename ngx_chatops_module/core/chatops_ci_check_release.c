#include <ctype.h>

#include "chatops_ci_check.h"


static void
chatops_check_links(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    size_t  i;

    (void) arg;

    if (node->type != CHATOPS_YAML_SEQUENCE || node->count == 0) {
        chatops_check_error(check, at, node,
                            "it should be an array of mappings");
        return;
    }

    check->steps += node->count;

    for (i = 0; i < node->count; i++) {
        if (!chatops_check_is_mapping(check, node->items[i])) {
            chatops_check_error(check, at, node->items[i],
                                "it should be an array of mappings");
            return;
        }
    }
}


static const chatops_check_key_t  chatops_check_assets_keys[] = {
    { chatops_string("links"), chatops_check_links, NULL },
    chatops_check_last
};


static void
chatops_check_assets(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    chatops_check_mapping(check, at, node, arg);

    if (node->type == CHATOPS_YAML_MAPPING
        && chatops_check_get(node, "links") == NULL)
    {
        chatops_check_missing(check, at, node, "it has no `links`");
    }
}


static void
chatops_check_optional(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    if (!chatops_check_is_blank(check, node)) {
        chatops_check_string(check, at, node, arg);
    }
}


static void
chatops_check_milestones(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    if (!chatops_check_is_blank(check, node)) {
        chatops_check_string_or_strings(check, at, node, arg);
    }
}


/* ISO 8601 has many forms: whatever begins with a year is taken for one. */
static void
chatops_check_datetime(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    size_t                i, digits;
    const chatops_str_t  *s;

    (void) arg;

    if (chatops_check_is_open(check, node) || chatops_yaml_is_false(node)) {
        return;
    }

    s = &node->value;

    for (i = 0, digits = 0; i < s->len; i++) {
        if (isdigit(s->data[i])) {
            digits++;

        } else if (memchr("-+:.,TtWwZz ", s->data[i], 12) == NULL) {
            break;
        }
    }

    if (!chatops_check_is_string(check, node) || digits < 2 || i != s->len) {
        chatops_check_error(check, at, node,
                            "it should be a date and time in ISO 8601");
    }
}


/* git check-ref-format */
static void
chatops_check_ref(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    size_t                i;
    const chatops_str_t  *s;

    (void) arg;

    if (chatops_check_is_open(check, node) || chatops_yaml_is_false(node)) {
        return;
    }

    s = &node->value;

    if (!chatops_check_is_string(check, node) || s->len == 0
        || s->data[0] == '-' || s->data[0] == '/'
        || s->data[s->len - 1] == '/' || s->data[s->len - 1] == '.'
        || chatops_str_find(s, 0, "..", 2) != NULL
        || chatops_str_find(s, 0, "//", 2) != NULL
        || chatops_str_find(s, 0, "@{", 2) != NULL)
    {
        goto invalid;
    }

    for (i = 0; i < s->len; i++) {
        if (s->data[i] <= ' ' || s->data[i] == 0x7f
            || memchr("~^:?*[\\", s->data[i], 7) != NULL)
        {
            goto invalid;
        }
    }

    return;

invalid:

    chatops_check_error(check, at, node, "it should be a valid ref");
}


static const chatops_check_key_t  chatops_check_release_keys[] = {
    { chatops_string("tag_name"), chatops_check_name, NULL },
    { chatops_string("tag_message"), chatops_check_optional, NULL },
    { chatops_string("name"), NULL, NULL },
    { chatops_string("description"), chatops_check_name, NULL },
    { chatops_string("ref"), chatops_check_ref, NULL },
    { chatops_string("released_at"), chatops_check_datetime, NULL },
    { chatops_string("milestones"), chatops_check_milestones, NULL },
    { chatops_string("assets"), chatops_check_assets,
      chatops_check_assets_keys },
    chatops_check_last
};


void
chatops_check_release(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    (void) arg;

    chatops_check_mapping(check, at, node, chatops_check_release_keys);

    if (node->type != CHATOPS_YAML_MAPPING) {
        return;
    }

    if (chatops_check_get(node, "tag_name") == NULL) {
        chatops_check_missing(check, at, node, "it has no `tag_name`");
    }

    if (chatops_check_get(node, "description") == NULL) {
        chatops_check_missing(check, at, node, "it has no `description`");
    }
}
