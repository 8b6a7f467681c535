#include "chatops_ci_check.h"


#define CHATOPS_CHECK_MAX_PATHS  50


typedef struct {
    const chatops_check_key_t  *keys;
    unsigned                    nested:1;   /* arrays of arrays are bounded */
} chatops_check_rules_t;


static const size_t  chatops_check_paths = CHATOPS_CHECK_MAX_PATHS;

static const chatops_check_duration_t  chatops_check_start_in = {
    CHATOPS_CHECK_WEEK, "a week", 0, 0
};


static const chatops_check_key_t  chatops_check_changes_keys[] = {
    { chatops_string("paths"), chatops_check_strings, &chatops_check_paths },
    { chatops_string("compare_to"), chatops_check_string, NULL },
    chatops_check_last
};

static const chatops_check_key_t  chatops_check_exists_keys[] = {
    { chatops_string("paths"), chatops_check_strings, &chatops_check_paths },
    { chatops_string("project"), chatops_check_string, NULL },
    { chatops_string("ref"), chatops_check_string, NULL },
    chatops_check_last
};

static const chatops_check_key_t  chatops_check_auto_cancel_keys[] = {
    { chatops_string("on_new_commit"), chatops_check_choice,
      "conservative interruptible none" },
    { chatops_string("on_job_failure"), chatops_check_choice, "none all" },
    chatops_check_last
};


/* `start_in` is looked at together with `when` */

static const chatops_check_key_t  chatops_check_rule_keys[] = {
    { chatops_string("if"), chatops_check_expression, NULL },
    { chatops_string("changes"), chatops_check_changes, NULL },
    { chatops_string("exists"), chatops_check_exists, NULL },
    { chatops_string("when"), chatops_check_choice,
      "on_success on_failure always never manual delayed" },
    { chatops_string("start_in"), NULL, NULL },
    { chatops_string("allow_failure"), chatops_check_boolean, NULL },
    { chatops_string("variables"), chatops_check_variables, NULL },
    { chatops_string("needs"), chatops_check_needs, "job" },
    { chatops_string("interruptible"), chatops_check_boolean, NULL },
    chatops_check_last
};

static const chatops_check_key_t  chatops_check_workflow_rule_keys[] = {
    { chatops_string("if"), chatops_check_expression, NULL },
    { chatops_string("changes"), chatops_check_changes, NULL },
    { chatops_string("exists"), chatops_check_exists, NULL },
    { chatops_string("when"), chatops_check_choice, "always never" },
    { chatops_string("start_in"), NULL, NULL },
    { chatops_string("allow_failure"), chatops_check_boolean, NULL },
    { chatops_string("variables"), chatops_check_variables, NULL },
    { chatops_string("needs"), chatops_check_needs, "job" },
    { chatops_string("auto_cancel"), chatops_check_mapping,
      chatops_check_auto_cancel_keys },
    chatops_check_last
};

static const chatops_check_key_t  chatops_check_include_rule_keys[] = {
    { chatops_string("if"), chatops_check_expression, NULL },
    { chatops_string("changes"), chatops_check_changes, NULL },
    { chatops_string("exists"), chatops_check_exists, "unlimited" },
    { chatops_string("when"), chatops_check_choice, "never always" },
    chatops_check_last
};


static const chatops_check_rules_t  chatops_check_job_rules = {
    chatops_check_rule_keys, 1
};

static const chatops_check_rules_t  chatops_check_workflow_rules = {
    chatops_check_workflow_rule_keys, 0
};

static const chatops_check_rules_t  chatops_check_include_rules = {
    chatops_check_include_rule_keys, 0
};


void
chatops_check_changes(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    (void) arg;

    if (node->type == CHATOPS_YAML_SEQUENCE) {
        chatops_check_strings(check, at, node, &chatops_check_paths);
        return;
    }

    if (node->type != CHATOPS_YAML_MAPPING) {
        chatops_check_error(check, at, node,
                            "it should be an array or a mapping");
        return;
    }

    chatops_check_keys(check, at, node, chatops_check_changes_keys);

    if (chatops_check_get(node, "paths") == NULL) {
        chatops_check_missing(check, at, node, "it has no `paths`");
    }
}


/* `arg` is not NULL where a list has no limit: for an include. */
void
chatops_check_exists(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    if (chatops_check_is_string(check, node)
        || chatops_check_is_blank(check, node))
    {
        return;
    }

    if (node->type == CHATOPS_YAML_SEQUENCE) {
        chatops_check_strings(check, at, node,
                              arg == NULL ? &chatops_check_paths : NULL);
        return;
    }

    if (node->type != CHATOPS_YAML_MAPPING) {
        chatops_check_error(check, at, node, "it should be a string, an "
                            "array of strings or a mapping");
        return;
    }

    chatops_check_keys(check, at, node, chatops_check_exists_keys);

    if (!chatops_check_has(node, "paths")) {
        chatops_check_missing(check, at, node, "it has no `paths`");
    }

    if (chatops_check_get(node, "ref") != NULL
        && !chatops_check_has(node, "project"))
    {
        chatops_check_missing(check, at, node,
                              "it has a `ref`, but no `project`");
    }
}


static void
chatops_check_rule(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    chatops_check_at_t          here;
    const chatops_yaml_node_t  *when, *start_in;

    if (node->type != CHATOPS_YAML_MAPPING) {
        chatops_check_error(check, at, node, "it should be a mapping");
        return;
    }

    if (chatops_check_seen(check, node, arg)) {
        return;
    }

    if (node->count == 0) {
        chatops_check_error(check, at, node, "the rule is empty");
        return;
    }

    chatops_check_keys(check, at, node, arg);

    if (chatops_check_find(arg, &(chatops_str_t) chatops_string("start_in"))
        == NULL)
    {
        return;
    }

    when = chatops_check_get(node, "when");
    start_in = chatops_check_get(node, "start_in");

    if (when == NULL || !chatops_str_is(&when->value, "delayed")) {
        if (chatops_check_has(node, "start_in")
            && (when == NULL || !chatops_check_is_open(check, when)))
        {
            chatops_check_error(check, at, node,
                                "it has `start_in` without `when: delayed`");
        }

        return;
    }

    here.up = at;
    here.name = (chatops_str_t) chatops_string("start_in");
    here.index = 0;

    if (start_in == NULL) {
        chatops_check_error(check, at, node,
                            "it has `when: delayed` without `start_in`");

    } else {
        chatops_check_duration(check, &here, start_in,
                               &chatops_check_start_in);
    }
}


/* 0 when there is anything but mappings in the arrays. */
static int
chatops_check_rules_nested(chatops_check_t *check,
    const chatops_yaml_node_t *node, size_t level)
{
    size_t  i;

    if (chatops_check_is_mapping(check, node)) {
        return 1;
    }

    if (level == 0 || node->type != CHATOPS_YAML_SEQUENCE) {
        return 0;
    }

    for (i = 0; i < node->count; i++) {
        if (++check->steps > CHATOPS_CHECK_MAX_STEPS) {
            return 1;
        }

        if (!chatops_check_rules_nested(check, node->items[i], level - 1)) {
            return 0;
        }
    }

    return 1;
}


/* `arg`: the keys of a rule, or NULL for those of a job's. */
void
chatops_check_rules(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    const chatops_check_rules_t  *rules;

    rules = arg == NULL ? &chatops_check_job_rules : arg;

    if (node->type != CHATOPS_YAML_SEQUENCE) {
        chatops_check_error(check, at, node, "it should be an array");
        return;
    }

    if (node->count == 0) {
        chatops_check_error(check, at, node, "the list is empty");
        return;
    }

    if (rules->nested
        && !chatops_check_rules_nested(check, node, CHATOPS_CHECK_MAX_NESTED))
    {
        chatops_check_error(check, at, node, "it should be an array of "
                            "mappings, nested at most %d deep",
                            CHATOPS_CHECK_MAX_NESTED);
        return;
    }

    chatops_check_flatten(check, at, node, chatops_check_rule, rules->keys);
}


void
chatops_check_include_rule_list(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg)
{
    size_t  i;

    (void) arg;

    if (node->type == CHATOPS_YAML_SEQUENCE) {
        check->steps += node->count;

        for (i = 0; i < node->count; i++) {
            if (!chatops_check_is_mapping(check, node->items[i])) {
                chatops_check_error(check, at, node->items[i],
                                    "it should be an array of mappings");
                return;
            }
        }
    }

    chatops_check_rules(check, at, node, &chatops_check_include_rules);
}


static void
chatops_check_workflow_name(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg)
{
    if (!chatops_check_is_string(check, node)) {
        chatops_check_string(check, at, node, arg);

    } else if (chatops_check_characters(&node->value) > 255) {
        chatops_check_error(check, at, node,
                            "it is too long (at most 255 characters)");
    }
}


static const chatops_check_key_t  chatops_check_workflow_keys[] = {
    { chatops_string("rules"), chatops_check_rules,
      &chatops_check_workflow_rules },
    { chatops_string("name"), chatops_check_workflow_name, NULL },
    { chatops_string("auto_cancel"), chatops_check_mapping,
      chatops_check_auto_cancel_keys },
    chatops_check_last
};


void
chatops_check_workflow(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    (void) arg;

    chatops_check_mapping(check, at, node, chatops_check_workflow_keys);
}
