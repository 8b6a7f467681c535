#include "chatops_ci_check.h"


static const chatops_check_key_t  chatops_check_root_keys[] = {
    { chatops_string("default"), chatops_check_mapping,
      chatops_check_default_keys },
    { chatops_string("include"), NULL, NULL },
    { chatops_string("before_script"), chatops_check_script, NULL },
    { chatops_string("image"), chatops_check_image, NULL },
    { chatops_string("services"), chatops_check_services, NULL },
    { chatops_string("after_script"), chatops_check_script, NULL },
    { chatops_string("variables"), chatops_check_variables,
      "value description expand options" },
    { chatops_string("stages"), chatops_check_nested, NULL },
    { chatops_string("cache"), chatops_check_cache, NULL },
    { chatops_string("workflow"), chatops_check_workflow, NULL },
    chatops_check_last
};

/* what can stand at the top or in `default`, but not in both */

static const char *const  chatops_check_globals[] = {
    "before_script", "after_script", "cache", "image", "services", NULL
};


/* `default` and `workflow` can be jobs, the other keywords can't. */
static int
chatops_check_is_job(const chatops_check_key_t *key,
    const chatops_yaml_node_t *node)
{
    if (key == NULL) {
        return 1;
    }

    if (!chatops_str_is(&key->name, "default")
        && !chatops_str_is(&key->name, "workflow"))
    {
        return 0;
    }

    return chatops_check_job_type(&key->name, node) != CHATOPS_CHECK_NO_JOB;
}


static void
chatops_check_twice(chatops_check_t *check, const chatops_yaml_node_t *root)
{
    size_t                      i;
    const char                 *key;
    const chatops_yaml_node_t  *defaults, *value;

    defaults = chatops_check_get(root, "default");

    if (defaults == NULL || defaults->type != CHATOPS_YAML_MAPPING
        || chatops_check_is_job(&chatops_check_root_keys[0], defaults))
    {
        return;
    }

    for (i = 0; chatops_check_globals[i] != NULL; i++) {
        key = chatops_check_globals[i];
        value = chatops_check_get(defaults, key);

        if (value != NULL && chatops_check_get(root, key) != NULL) {
            chatops_check_error(check, NULL, value, "`%s` is both at the top "
                                "and in `default`", key);
        }
    }
}


static void
chatops_check_root(chatops_check_t *check, const chatops_yaml_node_t *root)
{
    size_t                      i, jobs;
    chatops_check_at_t          at;
    chatops_yaml_pair_t        *pair;
    const chatops_check_key_t  *key;

    at.up = NULL;
    at.index = 0;

    for (i = 0, jobs = 0; i < root->count; i++) {
        if (chatops_check_done(check)) {
            return;
        }

        pair = &root->pairs[i];
        key = chatops_check_find(chatops_check_root_keys, &pair->key->value);

        if (chatops_check_is_job(key, pair->value)) {
            jobs += (size_t) chatops_check_job(check, pair->key, pair->value);
            continue;
        }

        if (key->check != NULL && !chatops_yaml_is_null(pair->value)
            && !chatops_check_is_open(check, pair->value))
        {
            at.name = key->name;
            key->check(check, &at, pair->value, key->arg);
        }
    }

    if (jobs == 0) {
        chatops_check_missing(check, NULL, NULL,
                              "there should be at least one visible job");
    }

    chatops_check_twice(check, root);
}


int
chatops_ci_check(chatops_arena_t *arena, chatops_ci_t *ci, unsigned inputs)
{
    chatops_check_t  check;

    if (ci->root == NULL || ci->root->type != CHATOPS_YAML_MAPPING) {
        return CHATOPS_OK;
    }

    memset(&check, 0, sizeof(chatops_check_t));

    check.arena = chatops_arena_create(0);
    check.kept = arena;
    check.ci = ci;
    check.inputs = inputs;

    if (check.arena == NULL) {
        return CHATOPS_ERROR;
    }

    chatops_check_root(&check, ci->root);

    /* GitLab looks at what jobs say of each other once each is right */

    if (ci->nerrors == 0 && !chatops_check_done(&check)) {
        chatops_check_graph(&check);
    }

    chatops_check_end(&check);
    chatops_arena_destroy(check.arena);

    return check.failed ? CHATOPS_ERROR : CHATOPS_OK;
}
