#include "chatops_isolate.h"


typedef struct {
    chatops_arena_t            *arena;
    const chatops_ci_t         *ci;
    const chatops_ci_job_t     *job;
    const chatops_verdict_t    *verdict;
} chatops_isolate_t;


static int chatops_isolate_globals(chatops_isolate_t *isolate,
    chatops_yaml_node_t *root);
static int chatops_isolate_edge(const chatops_ci_job_t *job);
static chatops_yaml_node_t *chatops_isolate_stages(
    chatops_isolate_t *isolate, const chatops_yaml_node_t *stages);
static chatops_yaml_node_t *chatops_isolate_name(chatops_isolate_t *isolate);
static chatops_yaml_node_t *chatops_isolate_job(chatops_isolate_t *isolate,
    const chatops_variable_t *variables, size_t nvariables);
static int chatops_isolate_outcome(chatops_isolate_t *isolate,
    chatops_yaml_node_t *job);
static int chatops_isolate_environment(chatops_isolate_t *isolate,
    chatops_yaml_node_t *job);
static int chatops_isolate_variables(chatops_isolate_t *isolate,
    chatops_yaml_node_t *job, const chatops_variable_t *variables,
    size_t nvariables);
static int chatops_isolate_variable(chatops_isolate_t *isolate,
    chatops_yaml_node_t *mapping, const chatops_variable_t *variable);
static int chatops_isolate_set(chatops_isolate_t *isolate,
    chatops_yaml_node_t *mapping, const char *key,
    chatops_yaml_node_t *value);


int
chatops_isolate_write(chatops_arena_t *arena, const chatops_ci_t *ci,
    const chatops_ci_job_t *job, const chatops_source_t *source,
    const chatops_verdict_t *verdict,
    const chatops_isolate_options_t *options, chatops_isolated_t *isolated)
{
    int                   rc;
    chatops_isolate_t     isolate;
    chatops_yaml_node_t  *name, *node, *root;

    isolate.arena = arena;
    isolate.ci = ci;
    isolate.job = job;
    isolate.verdict = verdict;

    (void) source;

    memset(isolated, 0, sizeof(chatops_isolated_t));

    isolated->jobs = chatops_palloc(arena, sizeof(chatops_ci_job_t *));

    if (isolated->jobs == NULL) {
        return CHATOPS_ERROR;
    }

    isolated->jobs[0] = job;
    isolated->njobs = 1;

    root = chatops_yaml_mapping(arena);

    if (root == NULL || chatops_isolate_globals(&isolate, root) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    name = chatops_isolate_name(&isolate);
    node = chatops_isolate_job(&isolate, options->variables,
                               options->nvariables);

    if (name == NULL || node == NULL
        || chatops_yaml_set(arena, root, name, node) != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    rc = chatops_yaml_write(arena, root, CHATOPS_ISOLATE_MAX_BYTES,
                            &isolated->text);

    if (rc == CHATOPS_DECLINED) {
        isolated->reason = chatops_str("its part of the configuration is too "
                                       "large, or not UTF-8");
    }

    return rc;
}


static int
chatops_isolate_globals(chatops_isolate_t *isolate, chatops_yaml_node_t *root)
{
    size_t                      i;
    chatops_yaml_node_t        *node;
    const chatops_yaml_node_t  *added;

    static const char *const  kept[] = {
        "stages", "default", "variables", "image", "services",
        "before_script", "after_script", "cache", NULL
    };

    for (i = 0; kept[i] != NULL; i++) {
        node = chatops_yaml_get(isolate->ci->root, kept[i]);

        if (strcmp(kept[i], "variables") == 0) {
            added = chatops_yaml_get(isolate->verdict->workflow_rule,
                                     "variables");

            if (!chatops_yaml_is_null(added)) {
                node = chatops_yaml_merge(isolate->arena, node, added);

                if (node == NULL) {
                    return CHATOPS_ERROR;
                }
            }
        }

        if (node == NULL) {
            continue;
        }

        if (strcmp(kept[i], "stages") == 0
            && chatops_isolate_edge(isolate->job))
        {
            node = chatops_isolate_stages(isolate, node);

            if (node == NULL) {
                return CHATOPS_ERROR;
            }
        }

        if (chatops_isolate_set(isolate, root, kept[i], node) != CHATOPS_OK) {
            return CHATOPS_ERROR;
        }
    }

    return CHATOPS_OK;
}


/* GitLab makes no pipeline of jobs in these two stages alone. */

static int
chatops_isolate_edge(const chatops_ci_job_t *job)
{
    return chatops_str_is(&job->stage, ".pre")
           || chatops_str_is(&job->stage, ".post");
}


/* The same stages, and `test`. */

static chatops_yaml_node_t *
chatops_isolate_stages(chatops_isolate_t *isolate,
    const chatops_yaml_node_t *stages)
{
    size_t                i;
    chatops_yaml_node_t  *node, *stage, *test;

    node = chatops_yaml_sequence(isolate->arena);
    test = chatops_yaml_plain(isolate->arena, "test");

    if (node == NULL || test == NULL) {
        return NULL;
    }

    for (i = 0; i < stages->count; i++) {

        if (stages->type != CHATOPS_YAML_SEQUENCE) {
            break;
        }

        stage = stages->items[i];

        if (stage->type == CHATOPS_YAML_SCALAR
            && chatops_str_is(&stage->value, "test"))
        {
            test = NULL;
        }

        if (chatops_yaml_append(isolate->arena, node, stage) != CHATOPS_OK) {
            return NULL;
        }
    }

    if (test != NULL
        && chatops_yaml_append(isolate->arena, node, test) != CHATOPS_OK)
    {
        return NULL;
    }

    return node;
}


/* As the repository writes it, with quotes or without. */

static chatops_yaml_node_t *
chatops_isolate_name(chatops_isolate_t *isolate)
{
    size_t                      i;
    chatops_yaml_node_t        *key;
    const chatops_yaml_node_t  *root;

    root = isolate->ci->root;

    for (i = 0; i < root->count; i++) {
        key = root->pairs[i].key;

        if (key->type == CHATOPS_YAML_SCALAR
            && chatops_str_eq(&key->value, &isolate->job->name))
        {
            return key;
        }
    }

    return chatops_yaml_scalar(isolate->arena, &isolate->job->name);
}


static chatops_yaml_node_t *
chatops_isolate_job(chatops_isolate_t *isolate,
    const chatops_variable_t *variables, size_t nvariables)
{
    size_t                i;
    chatops_yaml_node_t  *job, *stage;

    static const char *const  dropped[] = {
        "only", "except", "rules", "needs", "dependencies", "extends", "when",
        NULL
    };

    job = chatops_yaml_merge(isolate->arena, isolate->job->node, NULL);

    if (job == NULL) {
        return NULL;
    }

    for (i = 0; dropped[i] != NULL; i++) {
        chatops_yaml_remove(job, dropped[i]);
    }

    if (chatops_isolate_edge(isolate->job)) {
        stage = chatops_yaml_plain(isolate->arena, "test");

        if (chatops_isolate_set(isolate, job, "stage", stage) != CHATOPS_OK) {
            return NULL;
        }
    }

    if (chatops_isolate_outcome(isolate, job) != CHATOPS_OK
        || chatops_isolate_environment(isolate, job) != CHATOPS_OK
        || chatops_isolate_variables(isolate, job, variables, nvariables)
           != CHATOPS_OK)
    {
        return NULL;
    }

    return job;
}


/*
 * What the verdict and the winning rule say takes the place of the job's
 * own words.  A manual job may fail unless it is manual by a rule (GitLab:
 * doc/ci/yaml/, allow_failure).
 */

static int
chatops_isolate_outcome(chatops_isolate_t *isolate, chatops_yaml_node_t *job)
{
    size_t                      i;
    chatops_yaml_node_t        *node;
    const chatops_verdict_t    *verdict;

    static const char *const  keys[] = {
        "start_in", "allow_failure", "interruptible", NULL
    };

    verdict = isolate->verdict;

    for (i = 0; keys[i] != NULL; i++) {
        node = chatops_yaml_get(verdict->rule, keys[i]);

        if (!chatops_yaml_is_null(node)
            && chatops_isolate_set(isolate, job, keys[i], node) != CHATOPS_OK)
        {
            return CHATOPS_ERROR;
        }
    }

    if (!chatops_str_is(&verdict->when, "delayed")) {
        chatops_yaml_remove(job, "start_in");
    }

    if (!verdict->manual) {
        chatops_yaml_remove(job, "manual_confirmation");

    } else if (verdict->rule != NULL
               && chatops_yaml_get(job, "allow_failure") == NULL)
    {
        node = chatops_yaml_plain(isolate->arena, "false");

        if (chatops_isolate_set(isolate, job, "allow_failure", node)
            != CHATOPS_OK)
        {
            return CHATOPS_ERROR;
        }
    }

    if (verdict->when.len == 0 || chatops_str_is(&verdict->when, "on_success"))
    {
        return CHATOPS_OK;
    }

    node = chatops_yaml_scalar(isolate->arena, &verdict->when);

    if (node == NULL) {
        return CHATOPS_ERROR;
    }

    node->plain = 1;

    return chatops_isolate_set(isolate, job, "when", node);
}


/* GitLab refuses an `on_stop` that names a job which is not there. */

static int
chatops_isolate_environment(chatops_isolate_t *isolate,
    chatops_yaml_node_t *job)
{
    chatops_yaml_node_t  *node;

    node = chatops_yaml_get(job, "environment");

    if (chatops_yaml_get(node, "on_stop") == NULL) {
        return CHATOPS_OK;
    }

    node = chatops_yaml_merge(isolate->arena, node, NULL);

    if (node == NULL) {
        return CHATOPS_ERROR;
    }

    chatops_yaml_remove(node, "on_stop");

    return chatops_isolate_set(isolate, job, "environment", node);
}


/* The job's own, over them the rule's, over them the pipeline's. */

static int
chatops_isolate_variables(chatops_isolate_t *isolate,
    chatops_yaml_node_t *job, const chatops_variable_t *variables,
    size_t nvariables)
{
    size_t                      i;
    chatops_yaml_node_t        *added, *all;
    const chatops_yaml_node_t  *rule;

    rule = chatops_yaml_get(isolate->verdict->rule, "variables");

    if (nvariables == 0 && chatops_yaml_is_null(rule)) {
        return CHATOPS_OK;
    }

    added = chatops_yaml_mapping(isolate->arena);

    if (added == NULL) {
        return CHATOPS_ERROR;
    }

    for (i = 0; i < nvariables; i++) {
        if (chatops_isolate_variable(isolate, added, &variables[i])
            != CHATOPS_OK)
        {
            return CHATOPS_ERROR;
        }
    }

    all = chatops_yaml_merge(isolate->arena,
                             chatops_yaml_get(job, "variables"), rule);

    if (all == NULL) {
        return CHATOPS_ERROR;
    }

    all = chatops_yaml_merge(isolate->arena, all, added);

    if (all == NULL) {
        return CHATOPS_ERROR;
    }

    return chatops_isolate_set(isolate, job, "variables", all);
}


static int
chatops_isolate_variable(chatops_isolate_t *isolate,
    chatops_yaml_node_t *mapping, const chatops_variable_t *variable)
{
    chatops_yaml_node_t  *expand, *key, *node, *value;

    key = chatops_yaml_scalar(isolate->arena, &variable->key);
    value = chatops_yaml_scalar(isolate->arena, &variable->value);
    expand = chatops_yaml_plain(isolate->arena, "false");
    node = chatops_yaml_mapping(isolate->arena);

    if (key == NULL || node == NULL) {
        return CHATOPS_ERROR;
    }

    if (chatops_isolate_set(isolate, node, "value", value) != CHATOPS_OK
        || chatops_isolate_set(isolate, node, "expand", expand) != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    return chatops_yaml_set(isolate->arena, mapping, key, node);
}


static int
chatops_isolate_set(chatops_isolate_t *isolate, chatops_yaml_node_t *mapping,
    const char *key, chatops_yaml_node_t *value)
{
    chatops_yaml_node_t  *name;

    name = chatops_yaml_plain(isolate->arena, key);

    if (name == NULL || value == NULL) {
        return CHATOPS_ERROR;
    }

    return chatops_yaml_set(isolate->arena, mapping, name, value);
}
