#include "chatops_ci_check.h"


void
chatops_check_string(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    (void) arg;

    if (!chatops_check_is_string(check, node)) {
        chatops_check_error(check, at, node, "it should be a string");
    }
}


void
chatops_check_name(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    (void) arg;

    if (!chatops_check_is_string(check, node)) {
        chatops_check_error(check, at, node, "it should be a string");

    } else if (chatops_check_is_blank(check, node)) {
        chatops_check_error(check, at, node, "it can't be blank");
    }
}


void
chatops_check_boolean(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    (void) arg;

    if (!chatops_check_is_boolean(check, node)) {
        chatops_check_error(check, at, node, "it should be true or false");
    }
}


static int
chatops_check_all_words(chatops_check_t *check,
    const chatops_yaml_node_t *node)
{
    size_t  i;

    if (chatops_check_is_open(check, node)) {
        return 1;
    }

    if (node->type != CHATOPS_YAML_SEQUENCE) {
        return 0;
    }

    check->steps += node->count;

    for (i = 0; i < node->count; i++) {
        if (!chatops_check_is_word(check, node->items[i])) {
            return 0;
        }
    }

    return 1;
}


void
chatops_check_strings(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    const size_t  *most;

    most = arg;

    if (!chatops_check_all_words(check, node)) {
        chatops_check_error(check, at, node,
                            "it should be an array of strings");

    } else if (most != NULL && node->count > *most) {
        chatops_check_error(check, at, node,
                            "it has too many entries (at most %zu)", *most);
    }
}


void
chatops_check_string_or_strings(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg)
{
    (void) arg;

    if (!chatops_check_is_word(check, node)
        && !chatops_check_all_words(check, node))
    {
        chatops_check_error(check, at, node,
                            "it should be a string or an array of strings");
    }
}


void
chatops_check_integer_or_integers(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg)
{
    size_t  i;

    (void) arg;

    if (chatops_check_is_integer(check, node)) {
        return;
    }

    if (node->type == CHATOPS_YAML_SEQUENCE) {
        check->steps += node->count;

        for (i = 0; i < node->count; i++) {
            if (!chatops_check_is_integer(check, node->items[i])) {
                break;
            }
        }

        if (i == node->count) {
            return;
        }
    }

    chatops_check_error(check, at, node,
                        "it should be an integer or an array of integers");
}


/* The first item that is no string, or NULL; `level` bounds the recursion. */
static const chatops_yaml_node_t *
chatops_check_not_nested(chatops_check_t *check,
    const chatops_yaml_node_t *node, size_t level)
{
    size_t                      i;
    const chatops_yaml_node_t  *item;

    if (chatops_check_is_word(check, node)) {
        return NULL;
    }

    if (level == 0 || node->type != CHATOPS_YAML_SEQUENCE) {
        return node;
    }

    for (i = 0; i < node->count; i++) {
        if (++check->steps > CHATOPS_CHECK_MAX_STEPS) {
            return NULL;
        }

        item = chatops_check_not_nested(check, node->items[i], level - 1);

        if (item != NULL) {
            return item;
        }
    }

    return NULL;
}


static const char *
chatops_check_what(const chatops_yaml_node_t *node)
{
    switch (node->type) {

    case CHATOPS_YAML_MAPPING:
        return "a mapping, perhaps for want of quotes around a colon";

    case CHATOPS_YAML_SEQUENCE:
        return "nested too deeply";

    default:
        break;
    }

    switch (chatops_yaml_kind(node)) {

    case CHATOPS_YAML_NULL:
        return "empty";

    case CHATOPS_YAML_BOOLEAN:
        return "a boolean for want of quotes";

    default:
        return "a number for want of quotes";
    }
}


void
chatops_check_nested(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    const chatops_yaml_node_t  *item;

    (void) arg;

    if (!chatops_check_is_sequence(check, node)) {
        chatops_check_error(check, at, node,
                            "it should be an array of strings");
        return;
    }

    item = chatops_check_not_nested(check, node, CHATOPS_CHECK_MAX_NESTED);

    if (item != NULL) {
        chatops_check_error(check, at, item,
                            "it should be an array of strings, nested at "
                            "most %d deep; this one is %s",
                            CHATOPS_CHECK_MAX_NESTED,
                            chatops_check_what(item));
    }
}


void
chatops_check_script(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    const chatops_yaml_node_t  *item;

    (void) arg;

    item = chatops_check_not_nested(check, node, CHATOPS_CHECK_MAX_NESTED);

    if (item == node) {
        chatops_check_error(check, at, node,
                            "it should be a string or an array of strings");

    } else if (item != NULL) {
        chatops_check_error(check, at, item,
                            "it should be a string or an array of strings, "
                            "nested at most %d deep; this one is %s",
                            CHATOPS_CHECK_MAX_NESTED,
                            chatops_check_what(item));
    }
}


int
chatops_check_is_one_of(const chatops_str_t *word, const char *words)
{
    size_t  len;

    for ( /* void */ ; *words != '\0'; words += len + (words[len] == ' ')) {
        len = strcspn(words, " ");

        if (len == word->len && memcmp(words, word->data, len) == 0) {
            return 1;
        }
    }

    return 0;
}


void
chatops_check_choice(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    if (chatops_check_is_open(check, node)) {
        return;
    }

    if (!chatops_check_is_string(check, node)
        || !chatops_check_is_one_of(&node->value, arg))
    {
        chatops_check_error(check, at, node, "it should be one of: %s",
                            (const char *) arg);
    }
}


void
chatops_check_choices(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    size_t  i;

    if (node->type != CHATOPS_YAML_SEQUENCE
        || chatops_check_is_open(check, node))
    {
        chatops_check_choice(check, at, node, arg);
        return;
    }

    for (i = 0; i < node->count && !chatops_check_done(check); i++) {
        chatops_check_choice(check, at, node->items[i], arg);
    }
}


/* A line that begins with a slash and ends with one, flags aside. */
static int
chatops_check_line_is_pattern(const u_char *data, size_t len)
{
    if (len < 2 || data[0] != '/') {
        return 0;
    }

    while (len > 2 && memchr("ismU", data[len - 1], 4) != NULL) {
        len--;
    }

    return data[len - 1] == '/';
}


int
chatops_check_is_pattern(const chatops_str_t *text)
{
    u_char  *p, *end, *eol;

    end = text->data + text->len;

    for (p = text->data; p < end; p = eol + 1) {
        eol = memchr(p, '\n', (size_t) (end - p));

        if (eol == NULL) {
            eol = end;
        }

        if (chatops_check_line_is_pattern(p, (size_t) (eol - p))) {
            return 1;
        }
    }

    return 0;
}


size_t
chatops_check_characters(const chatops_str_t *text)
{
    size_t  i, n;

    for (i = 0, n = 0; i < text->len; i++) {
        n += (text->data[i] & 0xc0) != 0x80;
    }

    return n;
}
