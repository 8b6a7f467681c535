#include "chatops_ci_check.h"


static void
chatops_check_option(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    const size_t  *most;

    most = arg;

    if (chatops_check_is_integer(check, node) && most == NULL) {
        return;
    }

    if (!chatops_check_is_string(check, node)) {
        chatops_check_error(check, at, node, "it should be a string");

    } else if (node->value.len == 0
               || chatops_check_characters(&node->value)
                  > (most == NULL ? 255 : *most))
    {
        chatops_check_error(check, at, node,
                            "it should have from 1 to %zu characters",
                            most == NULL ? (size_t) 255 : *most);
    }
}


static const size_t  chatops_check_platform = 64;
static const size_t  chatops_check_user = 255;

static const chatops_check_key_t  chatops_check_docker_keys[] = {
    { chatops_string("platform"), chatops_check_option,
      &chatops_check_platform },
    { chatops_string("user"), chatops_check_option, &chatops_check_user },
    chatops_check_last
};

static const chatops_check_key_t  chatops_check_kubernetes_keys[] = {
    { chatops_string("user"), chatops_check_option, NULL },
    chatops_check_last
};


/* Of these GitLab has a schema, which a null is not in. */
static void
chatops_check_options(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    size_t  i;

    chatops_check_mapping(check, at, node, arg);

    if (node->type != CHATOPS_YAML_MAPPING) {
        return;
    }

    for (i = 0; i < node->count && !chatops_check_done(check); i++) {
        if (chatops_yaml_is_null(node->pairs[i].value)) {
            chatops_check_error(check, at, node->pairs[i].key,
                                "`%.*s` can't be empty",
                                chatops_str_arg(&node->pairs[i].key->value));
        }
    }
}


static void
chatops_check_pull_policy(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg)
{
    if (node->type == CHATOPS_YAML_SEQUENCE && node->count == 0) {
        chatops_check_error(check, at, node, "the list is empty");
        return;
    }

    chatops_check_choices(check, at, node, arg);
}


/* `ports` are for the terminals of the Web IDE, whose files are others */

#define chatops_check_image_common                                            \
    { chatops_string("name"), chatops_check_name, NULL },                     \
    { chatops_string("entrypoint"), chatops_check_strings, NULL },            \
    { chatops_string("docker"), chatops_check_options,                        \
      chatops_check_docker_keys },                                            \
    { chatops_string("kubernetes"), chatops_check_options,                    \
      chatops_check_kubernetes_keys },                                        \
    { chatops_string("pull_policy"), chatops_check_pull_policy,               \
      "always never if-not-present" }

static const chatops_check_key_t  chatops_check_image_keys[] = {
    chatops_check_image_common,
    chatops_check_last
};

static const chatops_check_key_t  chatops_check_service_keys[] = {
    chatops_check_image_common,
    { chatops_string("command"), chatops_check_script, NULL },
    { chatops_string("alias"), chatops_check_string, NULL },
    { chatops_string("variables"), chatops_check_variables, NULL },
    chatops_check_last
};


/* `arg`: the keys, or NULL for an image's. */
void
chatops_check_image(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    if (chatops_check_is_string(check, node)) {
        chatops_check_name(check, at, node, NULL);
        return;
    }

    if (node->type != CHATOPS_YAML_MAPPING) {
        chatops_check_error(check, at, node,
                            "it should be a string or a mapping");
        return;
    }

    chatops_check_keys(check, at, node,
                       arg == NULL ? chatops_check_image_keys : arg);

    if (chatops_check_get(node, "name") == NULL) {
        chatops_check_missing(check, at, node, "it has no `name`");
    }
}


void
chatops_check_services(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    (void) arg;

    if (node->type != CHATOPS_YAML_SEQUENCE) {
        chatops_check_error(check, at, node, "it should be an array");
        return;
    }

    chatops_check_flatten(check, at, node, chatops_check_image,
                          chatops_check_service_keys);
}
