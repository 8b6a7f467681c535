#include "chatops_ci_check.h"


#define CHATOPS_CHECK_MAX_CACHES  4


static const size_t  chatops_check_fallback_keys = 5;
static const size_t  chatops_check_key_files = 2;


static u_char
chatops_check_hex(u_char ch)
{
    if (ch >= '0' && ch <= '9') {
        return (u_char) (ch - '0');
    }

    ch |= 0x20;

    return ch >= 'a' && ch <= 'f' ? (u_char) (ch - 'a' + 10) : 16;
}


/* The character at `*i`, which may be written as %2f; `*i` goes behind it. */
static u_char
chatops_check_unescape(const chatops_str_t *s, size_t *i)
{
    u_char  high, low;

    if (s->data[*i] == '%' && s->len - *i > 2) {
        high = chatops_check_hex(s->data[*i + 1]);
        low = chatops_check_hex(s->data[*i + 2]);

        if (high < 16 && low < 16) {
            *i += 3;
            return (u_char) (high * 16 + low);
        }
    }

    return s->data[(*i)++];
}


/* It becomes a file's name. */
static void
chatops_check_cache_name(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    u_char                ch;
    size_t                i, n, dots;
    const chatops_str_t  *s;

    (void) arg;

    if (!chatops_check_is_word(check, node)) {
        chatops_check_error(check, at, node, "it should be a string");
        return;
    }

    if (chatops_check_is_open(check, node)) {
        return;
    }

    s = &node->value;

    for (i = 0, n = 0, dots = 0; i < s->len; n++) {
        ch = chatops_check_unescape(s, &i);

        if (ch == '/') {
            chatops_check_error(check, at, node, "it can't have a `/`");
            return;
        }

        dots += ch == '.';
    }

    if (dots == n && (n == 1 || n == 2)) {
        chatops_check_error(check, at, node, "it can't be `.` or `..`");
    }
}


static void
chatops_check_cache_files(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg)
{
    chatops_check_strings(check, at, node, arg);

    if (node->type == CHATOPS_YAML_SEQUENCE && node->count == 0) {
        chatops_check_error(check, at, node, "it should name a file");
    }
}


static const chatops_check_key_t  chatops_check_cache_key_keys[] = {
    { chatops_string("files"), chatops_check_cache_files,
      &chatops_check_key_files },
    { chatops_string("files_commits"), chatops_check_cache_files,
      &chatops_check_key_files },
    { chatops_string("prefix"), chatops_check_cache_name, NULL },
    chatops_check_last
};


static void
chatops_check_cache_key(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    (void) arg;

    if (node->type != CHATOPS_YAML_MAPPING) {
        if (chatops_check_is_word(check, node)) {
            chatops_check_cache_name(check, at, node, NULL);
            return;
        }

        chatops_check_error(check, at, node,
                            "it should be a string or a mapping");
        return;
    }

    chatops_check_keys(check, at, node, chatops_check_cache_key_keys);

    if (!chatops_check_has(node, "files")
        && !chatops_check_has(node, "files_commits"))
    {
        chatops_check_missing(check, at, node, "it has no `files`");
    }
}


static void
chatops_check_cache_policy(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg)
{
    (void) arg;

    if (chatops_check_is_blank(check, node)) {
        return;
    }

    if (chatops_check_is_string(check, node)
        && (chatops_str_find(&node->value, 0, "$", 1) != NULL
            || chatops_str_find(&node->value, 0, "push", 4) != NULL
            || chatops_str_find(&node->value, 0, "pull", 4) != NULL))
    {
        return;
    }

    chatops_check_error(check, at, node, "it should be a variable or one of: "
                        "pull-push push pull");
}


static const chatops_check_key_t  chatops_check_cache_keys[] = {
    { chatops_string("key"), chatops_check_cache_key, NULL },
    { chatops_string("untracked"), chatops_check_boolean, NULL },
    { chatops_string("paths"), chatops_check_strings, NULL },
    { chatops_string("when"), chatops_check_choice,
      "on_success on_failure always" },
    { chatops_string("policy"), chatops_check_cache_policy, NULL },
    { chatops_string("unprotect"), chatops_check_boolean, NULL },
    { chatops_string("fallback_keys"), chatops_check_strings,
      &chatops_check_fallback_keys },
    chatops_check_last
};


void
chatops_check_cache(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    (void) arg;

    if (node->type == CHATOPS_YAML_SEQUENCE) {
        if (node->count > CHATOPS_CHECK_MAX_CACHES) {
            chatops_check_error(check, at, node, "it has more than %d caches",
                                CHATOPS_CHECK_MAX_CACHES);
            return;
        }

        chatops_check_flatten(check, at, node, chatops_check_mapping,
                              chatops_check_cache_keys);
        return;
    }

    chatops_check_mapping(check, at, node, chatops_check_cache_keys);
}
