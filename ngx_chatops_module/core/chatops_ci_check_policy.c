#include "chatops_ci_check.h"


/* Names of refs, or patterns for them. */
static void
chatops_check_refs(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    size_t                      i;
    chatops_check_at_t          here;
    const chatops_yaml_node_t  *item;

    (void) arg;

    if (node->type != CHATOPS_YAML_SEQUENCE) {
        chatops_check_error(check, at, node, "it should be an array of "
                            "strings or regular expressions");
        return;
    }

    here.up = at;
    here.name = (chatops_str_t) chatops_null_string;

    for (i = 0; i < node->count && !chatops_check_done(check); i++) {
        item = node->items[i];
        here.index = i + 1;

        check->steps++;

        if (!chatops_check_is_string(check, item)) {
            chatops_check_error(check, &here, item, "it should be a string "
                                "or a regular expression");
            continue;
        }

        if (!chatops_check_is_open(check, item)
            && chatops_check_is_pattern(&item->value))
        {
            chatops_check_pattern(check, &here, item, NULL);
        }
    }
}


static void
chatops_check_policy_variables(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg)
{
    size_t              i;
    chatops_check_at_t  here;

    chatops_check_strings(check, at, node, arg);

    if (node->type != CHATOPS_YAML_SEQUENCE) {
        return;
    }

    here.up = at;
    here.name = (chatops_str_t) chatops_null_string;

    for (i = 0; i < node->count && !chatops_check_done(check); i++) {
        here.index = i + 1;

        if (chatops_check_is_string(check, node->items[i])) {
            chatops_check_expression(check, &here, node->items[i], NULL);
        }
    }
}


static const chatops_check_key_t  chatops_check_policy_keys[] = {
    { chatops_string("refs"), chatops_check_refs, NULL },
    { chatops_string("kubernetes"), chatops_check_choice, "active" },
    { chatops_string("variables"), chatops_check_policy_variables, NULL },
    { chatops_string("changes"), chatops_check_strings, NULL },
    chatops_check_last
};


void
chatops_check_policy(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    (void) arg;

    if (node->type == CHATOPS_YAML_SEQUENCE) {
        chatops_check_refs(check, at, node, NULL);
        return;
    }

    if (node->type != CHATOPS_YAML_MAPPING) {
        chatops_check_error(check, at, node, "it should be an array of "
                            "conditions or a mapping");
        return;
    }

    if (node->count == 0) {
        chatops_check_missing(check, at, node, "it can't be empty");
        return;
    }

    chatops_check_keys(check, at, node, chatops_check_policy_keys);
}
