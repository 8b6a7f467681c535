#include "chatops_ci_check.h"


#define CHATOPS_CHECK_MAX_PARALLEL  200


static void
chatops_check_description(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg)
{
    (void) arg;

    if (!chatops_check_is_word(check, node)
        && !chatops_check_is_integer(check, node))
    {
        chatops_check_error(check, at, node, "it should be a string");
    }
}


static void
chatops_check_variable_value(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg)
{
    (void) arg;

    if (!chatops_check_is_scalar(check, node)) {
        chatops_check_error(check, at, node,
                            "it should be a string, a number or a boolean");
    }
}


static const chatops_check_key_t  chatops_check_variable_keys[] = {
    { chatops_string("value"), chatops_check_variable_value, NULL },
    { chatops_string("description"), chatops_check_description, NULL },
    { chatops_string("expand"), chatops_check_boolean, NULL },
    { chatops_string("options"), chatops_check_strings, NULL },
    chatops_check_last
};


static void
chatops_check_variable_options(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node)
{
    size_t                      i;
    const chatops_yaml_node_t  *value, *options;

    options = chatops_check_get(node, "options");

    if (options == NULL || options->type != CHATOPS_YAML_SEQUENCE
        || chatops_check_is_open(check, options) || options->count == 0)
    {
        return;
    }

    value = chatops_check_get(node, "value");

    if (value != NULL && chatops_check_is_string(check, value)) {
        if (chatops_check_is_open(check, value)) {
            return;
        }

        for (i = 0; i < options->count; i++) {
            if (chatops_check_is_open(check, options->items[i])
                || (options->items[i]->type == CHATOPS_YAML_SCALAR
                    && chatops_str_eq(&options->items[i]->value,
                                      &value->value)))
            {
                return;
            }
        }
    }

    chatops_check_missing(check, at, options,
                          "its `value` is none of its `options`");
}


/* A mapping's keys are those that `words` holds, by the table above. */
static void
chatops_check_variable_mapping(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const char *words)
{
    size_t                      i;
    const chatops_yaml_node_t  *key;

    for (i = 0; i < node->count; i++) {
        key = node->pairs[i].key;

        if (!chatops_check_is_one_of(&key->value, words)
            && chatops_check_find(chatops_check_variable_keys, &key->value))
        {
            chatops_check_error(check, at, key,
                                "`%.*s` is not possible for a variable here",
                                chatops_str_arg(&key->value));
            return;
        }
    }

    chatops_check_keys(check, at, node, chatops_check_variable_keys);
    chatops_check_variable_options(check, at, node);
}


/* The name of one. */
static int
chatops_check_is_variable(const chatops_check_t *check,
    const chatops_yaml_node_t *key)
{
    return key->type == CHATOPS_YAML_SCALAR
           && (chatops_check_is_word(check, key)
               || chatops_check_is_integer(check, key));
}


void
chatops_check_variables(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    size_t                      i;
    chatops_check_at_t          here;
    const chatops_yaml_node_t  *key, *value;

    if (node->type != CHATOPS_YAML_MAPPING) {
        chatops_check_error(check, at, node, "it should be a mapping");
        return;
    }

    here.up = at;
    here.index = 0;

    for (i = 0; i < node->count && !chatops_check_done(check); i++) {
        key = node->pairs[i].key;
        value = node->pairs[i].value;

        check->steps++;

        here.name = key->value;

        if (!chatops_check_is_variable(check, key)) {
            chatops_check_error(check, at, key,
                                "the name of a variable should be a string");
            continue;
        }

        if (chatops_check_is_scalar(check, value)) {
            continue;
        }

        if (value->type == CHATOPS_YAML_SEQUENCE) {
            chatops_check_error(check, &here, value,
                                "a variable should be a string or a mapping");
            continue;
        }

        if (arg == NULL) {
            chatops_check_error(check, &here, value,
                                "a variable should be a string here");
            continue;
        }

        if (value->type == CHATOPS_YAML_MAPPING) {
            chatops_check_variable_mapping(check, &here, value, arg);
        }
    }
}


static int
chatops_check_is_matrix_value(const chatops_check_t *check,
    const chatops_yaml_node_t *node)
{
    return chatops_check_is_word(check, node)
           || chatops_check_is_integer(check, node);
}


/* How many jobs a row of a matrix makes, never over `most` + 1. */
static size_t
chatops_check_matrix_row(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, size_t most)
{
    size_t                      i, j, n;
    const chatops_yaml_node_t  *value;

    if (node->count == 0) {
        chatops_check_error(check, at, node,
                            "it should name at least one variable");
        return 0;
    }

    n = 1;

    for (i = 0; i < node->count; i++) {
        value = node->pairs[i].value;

        if (!chatops_check_is_variable(check, node->pairs[i].key)) {
            goto invalid;
        }

        if (chatops_check_is_matrix_value(check, value)) {
            continue;
        }

        if (value->type != CHATOPS_YAML_SEQUENCE) {
            goto invalid;
        }

        check->steps += value->count;

        for (j = 0; j < value->count; j++) {
            if (!chatops_check_is_matrix_value(check, value->items[j])) {
                goto invalid;
            }
        }

        n *= value->count;

        if (n > most) {
            n = most + 1;
        }
    }

    return n;

invalid:

    chatops_check_error(check, at, node->pairs[i].key,
                        "variables of a matrix should be strings or "
                        "integers, or arrays of these");
    return 0;
}


static void
chatops_check_matrix(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    size_t              i, n;
    chatops_check_at_t  here;

    (void) arg;

    if (node->type != CHATOPS_YAML_SEQUENCE) {
        chatops_check_error(check, at, node,
                            "it should be an array of mappings");
        return;
    }

    here.up = at;
    here.name = (chatops_str_t) chatops_null_string;

    for (i = 0, n = 0; i < node->count && !chatops_check_done(check); i++) {
        if (!chatops_check_is_mapping(check, node->items[i])) {
            chatops_check_error(check, at, node->items[i],
                                "it should be an array of mappings");
            return;
        }

        if (chatops_check_is_open(check, node->items[i])) {
            continue;
        }

        here.index = i + 1;

        n += chatops_check_matrix_row(check, &here, node->items[i],
                                      CHATOPS_CHECK_MAX_PARALLEL);

        if (n > CHATOPS_CHECK_MAX_PARALLEL) {
            chatops_check_error(check, at, node,
                                "it makes too many jobs (at most %d)",
                                CHATOPS_CHECK_MAX_PARALLEL);
            return;
        }
    }
}


static const chatops_check_key_t  chatops_check_parallel_keys[] = {
    { chatops_string("matrix"), chatops_check_matrix, NULL },
    chatops_check_last
};


/* `arg` is not NULL where a number is not possible: for a bridge. */
void
chatops_check_parallel(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    int64_t        value;
    chatops_str_t  text;

    if (node->type == CHATOPS_YAML_MAPPING) {
        chatops_check_keys(check, at, node, chatops_check_parallel_keys);

        if (!chatops_check_has(node, "matrix")) {
            chatops_check_missing(check, at, node, "it has no `matrix`");
        }

        return;
    }

    if (!chatops_check_is_integer(check, node)) {
        chatops_check_error(check, at, node,
                            "it should be an integer or have a `matrix`");
        return;
    }

    if (chatops_check_is_open(check, node)) {
        return;
    }

    if (chatops_yaml_text(check->arena, node, &text) != CHATOPS_OK) {
        check->failed = 1;
        return;
    }

    if (chatops_str_int(&text, &value) != CHATOPS_OK
        || value < 1 || value > CHATOPS_CHECK_MAX_PARALLEL)
    {
        chatops_check_error(check, at, node, "it should be from 1 to %d",
                            CHATOPS_CHECK_MAX_PARALLEL);

    } else if (arg != NULL) {
        chatops_check_error(check, at, node,
                            "it can't be a number here, only a `matrix`");
    }
}
