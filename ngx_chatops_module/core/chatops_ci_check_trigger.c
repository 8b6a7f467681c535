#include "chatops_ci_check.h"


#define CHATOPS_CHECK_MAX_TRIGGER_INCLUDES  3


static const chatops_check_key_t  chatops_check_forward_keys[] = {
    { chatops_string("yaml_variables"), chatops_check_boolean, NULL },
    { chatops_string("pipeline_variables"), chatops_check_boolean, NULL },
    chatops_check_last
};

/* GitLab does not look whether it is a mapping. */
static void
chatops_check_forward(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    if (node->type == CHATOPS_YAML_MAPPING) {
        chatops_check_keys(check, at, node, arg);
    }
}


static const chatops_check_key_t  chatops_check_project_keys[] = {
    { chatops_string("project"), chatops_check_name, NULL },
    { chatops_string("branch"), chatops_check_string, NULL },
    { chatops_string("strategy"), chatops_check_choice, "depend mirror" },
    { chatops_string("forward"), chatops_check_forward,
      chatops_check_forward_keys },
    { chatops_string("inputs"), chatops_check_mapping, NULL },
    chatops_check_last
};

static const chatops_check_key_t  chatops_check_child_keys[] = {
    { chatops_string("include"), chatops_check_include, "limited" },
    { chatops_string("strategy"), chatops_check_choice, "depend mirror" },
    { chatops_string("forward"), chatops_check_forward,
      chatops_check_forward_keys },
    chatops_check_last
};

static void
chatops_check_include_job(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg)
{
    if (!chatops_yaml_is_false(node)) {
        chatops_check_string(check, at, node, arg);
    }
}


static const chatops_check_key_t  chatops_check_include_keys[] = {
    { chatops_string("local"), NULL, NULL },
    { chatops_string("file"), NULL, NULL },
    { chatops_string("remote"), NULL, NULL },
    { chatops_string("project"), NULL, NULL },
    { chatops_string("ref"), NULL, NULL },
    { chatops_string("template"), NULL, NULL },
    { chatops_string("component"), NULL, NULL },
    { chatops_string("artifact"), NULL, NULL },
    { chatops_string("job"), chatops_check_include_job, NULL },
    { chatops_string("inputs"), NULL, NULL },
    { chatops_string("integrity"), NULL, NULL },
    { chatops_string("cache"), NULL, NULL },
    { chatops_string("rules"), chatops_check_include_rule_list, NULL },
    chatops_check_last
};


void
chatops_check_trigger(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    (void) arg;

    if (chatops_check_is_string(check, node)) {
        chatops_check_name(check, at, node, NULL);
        return;
    }

    if (node->type != CHATOPS_YAML_MAPPING) {
        chatops_check_error(check, at, node,
                            "it should be a string or a mapping");
        return;
    }

    if (chatops_check_has(node, "include")) {
        chatops_check_keys(check, at, node, chatops_check_child_keys);
        return;
    }

    if (check->ci->unresolved && !chatops_check_has(node, "project")) {
        return;
    }

    chatops_check_keys(check, at, node, chatops_check_project_keys);

    if (chatops_check_get(node, "project") == NULL) {
        chatops_check_error(check, at, node,
                            "it has neither `project` nor `include`");
    }
}


/* Neither null nor false. */
static int
chatops_check_is_set(const chatops_yaml_node_t *node, const char *key)
{
    const chatops_yaml_node_t  *value;

    value = chatops_check_get(node, key);

    return value != NULL && !chatops_yaml_is_false(value);
}


static void
chatops_check_integrity(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node)
{
    const chatops_yaml_node_t  *integrity;

    integrity = chatops_check_get(node, "integrity");

    if (!chatops_check_is_set(node, "integrity")
        || chatops_check_is_open(check, integrity))
    {
        return;
    }

    if (chatops_check_is_blank(check, chatops_check_get(node, "remote"))) {
        chatops_check_error(check, at, integrity,
                            "`integrity` is only for `remote`");
    }

    if (!chatops_check_is_string(check, integrity)
        || !chatops_str_starts(&integrity->value, "sha256-"))
    {
        chatops_check_error(check, at, integrity,
                            "`integrity` should begin with `sha256-`");
    }
}


static void
chatops_check_include_entry(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg)
{
    (void) arg;

    if (chatops_check_is_string(check, node)) {
        return;
    }

    if (node->type != CHATOPS_YAML_MAPPING) {
        chatops_check_error(check, at, node,
                            "it should be a string or a mapping");
        return;
    }

    chatops_check_keys(check, at, node, chatops_check_include_keys);

    if (chatops_check_is_set(node, "project")
        && chatops_check_is_blank(check, chatops_check_get(node, "file")))
    {
        chatops_check_error(check, at, node,
                            "it should name the `file` of the project");
    }

    if (chatops_check_is_set(node, "artifact")
        && chatops_check_is_blank(check, chatops_check_get(node, "job")))
    {
        chatops_check_error(check, at, node,
                            "it should name the `job` of the artifact");
    }

    chatops_check_integrity(check, at, node);
}


/* `arg`: NULL for those of a file, which have no limit here. */
void
chatops_check_include(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    if (chatops_check_is_string(check, node)) {
        return;
    }

    if (node->type != CHATOPS_YAML_SEQUENCE) {
        chatops_check_error(check, at, node,
                            "it should be an array or a string");
        return;
    }

    if (arg != NULL && node->count > CHATOPS_CHECK_MAX_TRIGGER_INCLUDES) {
        chatops_check_error(check, at, node, "it is too long (at most %d)",
                            CHATOPS_CHECK_MAX_TRIGGER_INCLUDES);
        return;
    }

    chatops_check_flatten(check, at, node, chatops_check_include_entry, NULL);
}
