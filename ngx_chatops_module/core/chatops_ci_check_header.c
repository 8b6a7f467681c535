#include "chatops_ci_check.h"
#include "chatops_regex.h"


/*
 * The header of a file: `spec`, with the inputs that it takes.
 *
 * GitLab: lib/gitlab/ci/config/header/, lib/ci/inputs/.  What newer versions
 * have beside inputs is accepted.
 */

#define CHATOPS_CHECK_MAX_OPTIONS      50
#define CHATOPS_CHECK_MAX_DESCRIPTION  256   /* characters */


static void
chatops_check_input_description(chatops_check_t *check,
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
chatops_check_input_options(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg)
{
    size_t  i;

    (void) arg;

    if (node->type != CHATOPS_YAML_SEQUENCE) {
        chatops_check_error(check, at, node, "it should be an array");
        return;
    }

    if (node->count > CHATOPS_CHECK_MAX_OPTIONS) {
        chatops_check_error(check, at, node, "it has more than %d options",
                            CHATOPS_CHECK_MAX_OPTIONS);
        return;
    }

    for (i = 0; i < node->count; i++) {
        if (chatops_yaml_is_null(node->items[i])) {
            chatops_check_error(check, at, node->items[i],
                                "an option can't be empty");
            return;
        }
    }
}


static const chatops_check_key_t  chatops_check_input_keys[] = {
    { chatops_string("default"), NULL, NULL },
    { chatops_string("description"), chatops_check_input_description, NULL },
    { chatops_string("options"), chatops_check_input_options, NULL },
    { chatops_string("regex"), chatops_check_string, NULL },
    { chatops_string("type"), chatops_check_choice,
      "array boolean number string" },
    { chatops_string("rules"), NULL, NULL },
    chatops_check_last
};


/* The default value of a string, by its regular expression. */
static void
chatops_check_input_match(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *pattern,
    const chatops_yaml_node_t *value)
{
    int               rc;
    const char       *why;
    chatops_str_t     text;
    chatops_buf_t     buf;
    chatops_regex_t  *regex;

    chatops_buf_init(&buf, check->arena, CHATOPS_YAML_MAX_BYTES);
    chatops_buf_char(&buf, '/');
    chatops_buf_str(&buf, &pattern->value);
    chatops_buf_char(&buf, '/');

    if (chatops_buf_finish(&buf, &text) != CHATOPS_OK) {
        check->failed = 1;
        return;
    }

    rc = chatops_regex_parse(check->arena, &text, &regex, &why);

    if (rc == CHATOPS_DECLINED) {
        chatops_check_error(check, at, pattern,
                            "no regular expression in RE2's language: %s",
                            why);
        return;
    }

    if (rc != CHATOPS_OK
        || chatops_yaml_text(check->arena, value, &text) != CHATOPS_OK)
    {
        check->failed = 1;
        return;
    }

    if (chatops_regex_match(regex, &text) == CHATOPS_NO) {
        chatops_check_error(check, at, value,
                            "the default does not match the `regex`");
    }
}


/* What the default value has to be beside its type. */
static void
chatops_check_input_default(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node)
{
    const chatops_yaml_node_t  *value, *type, *regex;

    value = chatops_check_get(node, "default");

    if ((chatops_check_has(node, "type")
         && chatops_check_get(node, "type") == NULL)
        || (chatops_check_has(node, "regex")
            && chatops_check_get(node, "regex") == NULL))
    {
        chatops_check_error(check, at, node,
                            "its `type` and `regex` can't be empty");
        return;
    }

    if (value == NULL || chatops_check_get(node, "rules") != NULL) {
        return;
    }

    type = chatops_check_get(node, "type");
    regex = chatops_check_get(node, "regex");

    if (type != NULL && !chatops_str_is(&type->value, "string")) {
        if (regex != NULL) {
            chatops_check_error(check, at, regex,
                                "`regex` is only for strings");
        }

        if (!chatops_str_is(&type->value, "number")
            && chatops_check_get(node, "options") != NULL)
        {
            chatops_check_error(check, at, node,
                                "`options` are only for strings and numbers");
        }

        return;
    }

    if (value->type != CHATOPS_YAML_SCALAR) {
        if (chatops_check_get(node, "options") != NULL) {
            chatops_check_error(check, at, value,
                                "the default is none of the `options`");
        }

        return;
    }

    if (regex != NULL
        && chatops_check_is_string(check, regex)
        && memchr(regex->value.data, '\n', regex->value.len) == NULL)
    {
        chatops_check_input_match(check, at, regex, value);
    }
}


static void
chatops_check_inputs(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    size_t                      i;
    chatops_check_at_t          here;
    const chatops_yaml_node_t  *key, *value;

    (void) arg;

    chatops_check_mapping(check, at, node, NULL);

    if (node->type != CHATOPS_YAML_MAPPING) {
        return;
    }

    here.up = at;
    here.index = 0;

    for (i = 0; i < node->count && !chatops_check_done(check); i++) {
        key = node->pairs[i].key;
        value = node->pairs[i].value;
        here.name = key->value;

        if (key->type != CHATOPS_YAML_SCALAR
            || (!chatops_check_is_word(check, key)
                && !chatops_check_is_integer(check, key)))
        {
            chatops_check_error(check, at, key,
                                "the name of an input should be a string");
        }

        if (chatops_yaml_is_null(value)) {
            continue;
        }

        chatops_check_mapping(check, &here, value, chatops_check_input_keys);

        if (value->type == CHATOPS_YAML_MAPPING) {
            chatops_check_input_default(check, &here, value);
        }
    }
}


static void
chatops_check_spec_description(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg)
{
    chatops_check_string(check, at, node, arg);

    if (chatops_check_characters(&node->value)
        > CHATOPS_CHECK_MAX_DESCRIPTION)
    {
        chatops_check_error(check, at, node, "it is too long (at most %d "
                            "characters)", CHATOPS_CHECK_MAX_DESCRIPTION);
    }
}


static const chatops_check_key_t  chatops_check_spec_keys[] = {
    { chatops_string("inputs"), chatops_check_inputs, NULL },
    { chatops_string("include"), NULL, NULL },
    { chatops_string("component"), NULL, NULL },
    { chatops_string("description"), chatops_check_spec_description, NULL },
    chatops_check_last
};

static const chatops_check_key_t  chatops_check_header_keys[] = {
    { chatops_string("spec"), chatops_check_mapping,
      chatops_check_spec_keys },
    chatops_check_last
};


int
chatops_ci_check_header(chatops_arena_t *arena, chatops_ci_t *ci,
    const chatops_yaml_node_t *header)
{
    chatops_check_t  check;

    if (header->type != CHATOPS_YAML_MAPPING) {
        return CHATOPS_OK;
    }

    memset(&check, 0, sizeof(chatops_check_t));

    check.arena = chatops_arena_create(0);
    check.kept = arena;
    check.ci = ci;

    if (check.arena == NULL) {
        return CHATOPS_ERROR;
    }

    chatops_check_keys(&check, NULL, header, chatops_check_header_keys);
    chatops_check_end(&check);
    chatops_arena_destroy(check.arena);

    return check.failed ? CHATOPS_ERROR : CHATOPS_OK;
}
