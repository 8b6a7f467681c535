#include <ctype.h>

#include "chatops_ci_check.h"


#define CHATOPS_CHECK_MAX_URL  255


static int
chatops_check_is_environment(const chatops_str_t *name)
{
    size_t  i;

    for (i = 0; i < name->len; i++) {
        if (name->data[i] >= 0x80
            || (!isalnum(name->data[i])
                && memchr("_/${}. -", name->data[i], 8) == NULL))
        {
            return 0;
        }
    }

    return name->data[0] != '/' && name->data[name->len - 1] != '/';
}


static void
chatops_check_environment_name(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg)
{
    (void) arg;

    if (!chatops_check_is_string(check, node)) {
        chatops_check_error(check, at, node, "the name should be a string");
        return;
    }

    if (chatops_check_is_open(check, node)) {
        return;
    }

    if (chatops_check_is_blank(check, node)) {
        chatops_check_error(check, at, node, "the name can't be blank");
        return;
    }

    if (!chatops_check_is_environment(&node->value)) {
        chatops_check_error(check, at, node, "the name can only have "
                            "letters, digits, `-`, `_`, `/`, `$`, `{`, `}`, "
                            "`.` and blanks, and no `/` at its ends");
    }
}


static void
chatops_check_url(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    (void) arg;

    chatops_check_string(check, at, node, NULL);

    if (chatops_check_is_string(check, node)
        && chatops_check_characters(&node->value) > CHATOPS_CHECK_MAX_URL)
    {
        chatops_check_error(check, at, node, "it is too long (at most %d "
                            "characters)", CHATOPS_CHECK_MAX_URL);
    }
}


static const chatops_check_key_t  chatops_check_managed_keys[] = {
    { chatops_string("enabled"), chatops_check_boolean, NULL },
    chatops_check_last
};

static const chatops_check_key_t  chatops_check_dashboard_keys[] = {
    { chatops_string("namespace"), chatops_check_name, NULL },
    { chatops_string("flux_resource_path"), chatops_check_name, NULL },
    chatops_check_last
};

static const chatops_check_key_t  chatops_check_cluster_keys[] = {
    { chatops_string("namespace"), chatops_check_string, NULL },
    { chatops_string("agent"), chatops_check_string, NULL },
    { chatops_string("flux_resource_path"), chatops_check_string, NULL },
    { chatops_string("managed_resources"), chatops_check_mapping,
      chatops_check_managed_keys },
    { chatops_string("dashboard"), chatops_check_mapping,
      chatops_check_dashboard_keys },
    chatops_check_last
};


static void
chatops_check_cluster(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    int                         flux;
    const chatops_yaml_node_t  *managed, *enabled;

    chatops_check_mapping(check, at, node, arg);

    if (node->type != CHATOPS_YAML_MAPPING) {
        return;
    }

    if (node->count == 0) {
        chatops_check_missing(check, at, node, "it can't be empty");
        return;
    }

    flux = !chatops_check_is_blank(check, chatops_check_get(node,
                                                     "flux_resource_path"));

    if (flux && chatops_check_is_blank(check, chatops_check_get(node,
                                                          "namespace")))
    {
        chatops_check_missing(check, at, node, "`flux_resource_path` needs "
                              "a `namespace`");
    }

    managed = chatops_check_get(node, "managed_resources");
    enabled = managed == NULL ? NULL : chatops_check_get(managed, "enabled");

    if ((flux || chatops_check_get(node, "dashboard") != NULL
         || chatops_yaml_is_true(enabled))
        && chatops_check_is_blank(check, chatops_check_get(node, "agent")))
    {
        chatops_check_missing(check, at, node, "it needs an `agent`");
    }
}


/* false is as if it were not there */
static void
chatops_check_action(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    if (!chatops_yaml_is_false(node)) {
        chatops_check_choice(check, at, node, arg);
    }
}


static const chatops_check_key_t  chatops_check_environment_keys[] = {
    { chatops_string("name"), chatops_check_environment_name, NULL },
    { chatops_string("url"), chatops_check_url, NULL },
    { chatops_string("action"), chatops_check_action,
      "start stop prepare verify access" },
    { chatops_string("on_stop"), chatops_check_string, NULL },
    { chatops_string("auto_stop_in"), chatops_check_string, NULL },
    { chatops_string("kubernetes"), chatops_check_cluster,
      chatops_check_cluster_keys },
    { chatops_string("deployment_tier"), chatops_check_string, NULL },
    chatops_check_last
};


void
chatops_check_environment(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg)
{
    (void) arg;

    if (node->type == CHATOPS_YAML_MAPPING) {
        chatops_check_keys(check, at, node, chatops_check_environment_keys);

        if (chatops_check_get(node, "name") == NULL) {
            chatops_check_missing(check, at, node, "it has no `name`");
        }

        return;
    }

    if (!chatops_check_is_string(check, node)) {
        chatops_check_error(check, at, node,
                            "it should be a string or a mapping");
        return;
    }

    chatops_check_environment_name(check, at, node, NULL);
}
