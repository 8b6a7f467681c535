#include "chatops_ci_check.h"


#define CHATOPS_CHECK_MAX_NAME  255      /* characters */


static const chatops_check_duration_t  chatops_check_timeout = {
    CHATOPS_CHECK_MONTH, "a month", 0, 0
};

static const chatops_check_duration_t  chatops_check_start_in = {
    CHATOPS_CHECK_WEEK, "a week", 0, 0
};

static const chatops_check_key_t  chatops_check_hook_keys[] = {
    { chatops_string("pre_get_sources_script"), chatops_check_script, NULL },
    chatops_check_last
};


/* what a job can have from `default` */

#define chatops_check_defaults                                                \
    { chatops_string("before_script"), chatops_check_script, NULL },          \
    { chatops_string("after_script"), chatops_check_script, NULL },           \
    { chatops_string("hooks"), chatops_check_mapping,                         \
      chatops_check_hook_keys },                                              \
    { chatops_string("cache"), chatops_check_cache, NULL },                   \
    { chatops_string("image"), chatops_check_image, NULL },                   \
    { chatops_string("services"), chatops_check_services, NULL },             \
    { chatops_string("interruptible"), chatops_check_boolean, NULL },         \
    { chatops_string("timeout"), chatops_check_duration,                      \
      &chatops_check_timeout },                                               \
    { chatops_string("retry"), chatops_check_retry, NULL },                   \
    { chatops_string("tags"), chatops_check_tags, NULL },                     \
    { chatops_string("artifacts"), chatops_check_artifacts, NULL },           \
    { chatops_string("id_tokens"), chatops_check_id_tokens, NULL },           \
    { chatops_string("identity"), NULL, NULL }

/* what jobs and bridges have in common */

#define chatops_check_processable                                             \
    { chatops_string("extends"), chatops_check_string_or_strings, NULL },     \
    { chatops_string("stage"), chatops_check_string, NULL },                  \
    { chatops_string("only"), chatops_check_policy, NULL },                   \
    { chatops_string("except"), chatops_check_policy, NULL },                 \
    { chatops_string("rules"), chatops_check_rules, NULL },                   \
    { chatops_string("variables"), chatops_check_variables,                   \
      "value expand" },                                                       \
    { chatops_string("inherit"), chatops_check_inherit, NULL },               \
    { chatops_string("resource_group"), chatops_check_string, NULL },         \
    { chatops_string("environment"), chatops_check_environment, NULL }


const chatops_check_key_t  chatops_check_default_keys[] = {
    chatops_check_defaults,
    chatops_check_last
};

/* `trigger` is told of by the keys that exclude each other */

static const chatops_check_key_t  chatops_check_job_keys[] = {
    { chatops_string("script"), chatops_check_script, NULL },
    chatops_check_processable,
    chatops_check_defaults,
    { chatops_string("when"), chatops_check_choice,
      "on_success on_failure always manual delayed" },
    { chatops_string("start_in"), NULL, NULL },
    { chatops_string("allow_failure"), chatops_check_allow_failure, NULL },
    { chatops_string("needs"), chatops_check_needs, "job cross" },
    { chatops_string("dependencies"), chatops_check_strings, NULL },
    { chatops_string("parallel"), chatops_check_parallel, NULL },
    { chatops_string("coverage"), chatops_check_pattern, NULL },
    { chatops_string("release"), chatops_check_release, NULL },
    { chatops_string("run"), chatops_check_run, NULL },
    { chatops_string("publish"), chatops_check_string, NULL },
    { chatops_string("pages"), chatops_check_pages, NULL },
    { chatops_string("manual_confirmation"), chatops_check_string, NULL },
    { chatops_string("inputs"), chatops_check_mapping, NULL },
    { chatops_string("secrets"), chatops_check_mapping, NULL },
    { chatops_string("dast_configuration"), chatops_check_mapping, NULL },
    { chatops_string("trigger"), NULL, NULL },
    chatops_check_last
};

static const chatops_check_key_t  chatops_check_bridge_keys[] = {
    { chatops_string("trigger"), chatops_check_trigger, NULL },
    chatops_check_processable,
    { chatops_string("when"), chatops_check_choice,
      "on_success on_failure always manual" },
    { chatops_string("allow_failure"), chatops_check_boolean, NULL },
    { chatops_string("interruptible"), chatops_check_boolean, NULL },
    { chatops_string("needs"), chatops_check_needs, "job bridge" },
    { chatops_string("parallel"), chatops_check_parallel, "bridge" },
    chatops_check_last
};

static const char *const  chatops_check_exclusive[][2] = {
    { "script", "trigger" },
    { "script", "run" },
    { "run", "trigger" },
    { "before_script", "run" },
    { "after_script", "run" },
    { NULL, NULL }
};

static const char *const  chatops_check_not_with_rules[] = {
    "only", "except", "start_in", NULL
};


static void
chatops_check_together(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node)
{
    size_t                      i;
    unsigned                    odd;
    const char                 *key;
    const chatops_yaml_node_t  *value;

    odd = chatops_check_has(node, "run")
          || chatops_check_has(node, "trigger");

    for (i = 0; chatops_check_exclusive[i][0] != NULL && odd; i++) {
        if (chatops_check_has(node, chatops_check_exclusive[i][0])
            && chatops_check_has(node, chatops_check_exclusive[i][1]))
        {
            chatops_check_error(check, at, node,
                                "`%s` and `%s` can't be used together",
                                chatops_check_exclusive[i][0],
                                chatops_check_exclusive[i][1]);
        }
    }

    if (chatops_check_get(node, "rules") == NULL) {
        return;
    }

    for (i = 0; chatops_check_not_with_rules[i] != NULL; i++) {
        key = chatops_check_not_with_rules[i];
        value = chatops_check_get(node, key);

        if (value != NULL) {
            chatops_check_error(check, at, value,
                                "`%s` can't be used together with `rules`",
                                key);
        }
    }
}


/* `start_in` beside `rules` is told of above. */
static void
chatops_check_delay(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node)
{
    chatops_check_at_t          here;
    const chatops_yaml_node_t  *when, *start_in;

    when = chatops_check_get(node, "when");
    start_in = chatops_check_get(node, "start_in");

    if (when == NULL || !chatops_str_is(&when->value, "delayed")) {
        if (!chatops_check_is_blank(check, start_in)
            && (when == NULL || !chatops_check_is_open(check, when))
            && chatops_check_get(node, "rules") == NULL)
        {
            chatops_check_missing(check, at, start_in, "`start_in` is only "
                                  "possible with `when: delayed`");
        }

        return;
    }

    if (start_in == NULL) {
        chatops_check_missing(check, at, when, "`when: delayed` needs "
                              "`start_in`, a duration");
        return;
    }

    here.up = at;
    here.name = (chatops_str_t) chatops_string("start_in");
    here.index = 0;

    chatops_check_duration(check, &here, start_in, &chatops_check_start_in);
}


static void
chatops_check_publish(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node)
{
    const chatops_yaml_node_t  *pages, *publish;

    publish = chatops_check_get(node, "publish");
    pages = chatops_check_get(node, "pages");

    if (chatops_check_is_blank(check, publish)
        || !chatops_check_is_blank(check, pages)
        || (chatops_str_is(&at->name, "pages")
            && !chatops_yaml_is_false(pages)))
    {
        return;
    }

    chatops_check_missing(check, at, publish,
                          "`publish` is only possible in a `pages` job");
}


static void
chatops_check_build(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node)
{
    chatops_check_keys(check, at, node, chatops_check_job_keys);

    if (!chatops_check_has(node, "run")
        && chatops_check_is_blank(check, chatops_check_get(node, "script")))
    {
        if (chatops_check_has(node, "script")) {
            chatops_check_error(check, at, node, "`script` can't be blank");

        } else {
            chatops_check_missing(check, at, node, "it has no `script`");
        }
    }

    chatops_check_delay(check, at, node);
    chatops_check_publish(check, at, node);
    chatops_check_dependencies(check, at, node);
}


static int
chatops_check_is_bridge_need(const chatops_yaml_node_t *need)
{
    return need->type == CHATOPS_YAML_MAPPING
           && chatops_check_has(need, "pipeline")
           && !chatops_check_has(need, "job")
           && !chatops_check_has(need, "project")
           && !chatops_check_has(need, "ref");
}


static void
chatops_check_bridge_need(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg)
{
    size_t  *n;

    (void) check;
    (void) at;

    n = (size_t *) (uintptr_t) arg;
    *n += (size_t) chatops_check_is_bridge_need(node);
}


static void
chatops_check_bridge(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node)
{
    size_t                      n;
    const chatops_yaml_node_t  *needs;

    chatops_check_keys(check, at, node, chatops_check_bridge_keys);

    n = 0;
    needs = chatops_check_get(node, "needs");

    if (needs != NULL && needs->type == CHATOPS_YAML_MAPPING) {
        n = (size_t) chatops_check_is_bridge_need(needs);

    } else if (needs != NULL && needs->type == CHATOPS_YAML_SEQUENCE) {
        chatops_check_flatten(check, at, needs, chatops_check_bridge_need,
                              &n);
    }

    if (n > 1) {
        chatops_check_error(check, at, needs, "it should need at most one "
                            "other pipeline");

    } else if (n == 0 && chatops_check_get(node, "trigger") == NULL) {
        chatops_check_missing(check, at, node, "it should have `script`, "
                              "`run` or `trigger`, or need a pipeline");
    }
}


chatops_check_type_e
chatops_check_job_type(const chatops_str_t *name,
    const chatops_yaml_node_t *node)
{
    if (name->len != 0 && name->data[0] == '.') {
        return CHATOPS_CHECK_HIDDEN;
    }

    if (node->type != CHATOPS_YAML_MAPPING) {
        return CHATOPS_CHECK_NO_JOB;
    }

    if (chatops_check_has(node, "script") || chatops_check_has(node, "run")) {
        return CHATOPS_CHECK_BUILD;
    }

    if (chatops_check_has(node, "trigger")
        || chatops_check_has(node, "needs"))
    {
        return CHATOPS_CHECK_BRIDGE;
    }

    return CHATOPS_CHECK_NO_JOB;
}


static void
chatops_check_job_name(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *key)
{
    if (key->type != CHATOPS_YAML_SCALAR
        || !chatops_check_is_word(check, key))
    {
        chatops_check_error(check, at, key,
                            "the name of a job should be a string");

    } else if (key->value.len == 0) {
        chatops_check_error(check, at, key,
                            "the name of a job can't be blank");

    } else if (chatops_check_characters(&key->value)
               > CHATOPS_CHECK_MAX_NAME)
    {
        chatops_check_error(check, at, key, "the name is too long (at most "
                            "%d characters)", CHATOPS_CHECK_MAX_NAME);
    }
}


int
chatops_check_job(chatops_check_t *check, const chatops_yaml_node_t *key,
    const chatops_yaml_node_t *node)
{
    chatops_check_at_t    at;
    chatops_check_type_e  type;

    at.up = NULL;
    at.name = key->value;
    at.index = 0;

    type = chatops_check_job_type(&key->value, node);

    if (type == CHATOPS_CHECK_HIDDEN) {
        if (!chatops_check_is_word(check, key)) {
            chatops_check_job_name(check, &at, key);

        } else if (chatops_check_is_blank(check, node)) {
            chatops_check_missing(check, &at, key, "it can't be empty");
        }

        return 0;
    }

    if (type == CHATOPS_CHECK_NO_JOB
        && (!check->ci->unresolved || node->type != CHATOPS_YAML_MAPPING))
    {
        chatops_check_error(check, &at, key, "it is no keyword, and as a job "
                            "it should have `script`, `run` or `trigger`");
        return 0;
    }

    chatops_check_job_name(check, &at, key);
    chatops_check_together(check, &at, node);

    /* an include may bring a script to what has none */

    if (type == CHATOPS_CHECK_BRIDGE
        && (chatops_check_has(node, "trigger") || !check->ci->unresolved))
    {
        chatops_check_bridge(check, &at, node);

    } else {
        chatops_check_build(check, &at, node);
    }

    return 1;
}
