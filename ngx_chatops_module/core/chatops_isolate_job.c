
#include "chatops_isolate_parts.h"


static int chatops_isolate_outcome(chatops_isolate_t *isolate, size_t n,
    chatops_yaml_node_t *job);
static int chatops_isolate_may_fail(chatops_isolate_t *isolate, size_t n,
    chatops_yaml_node_t *job);
static int chatops_isolate_environment(chatops_isolate_t *isolate,
    chatops_yaml_node_t *job);
static int chatops_isolate_of_job(chatops_isolate_t *isolate, size_t n,
    chatops_yaml_node_t *job);
static int chatops_isolate_instance(chatops_isolate_t *isolate,
    const chatops_ci_job_t *job, chatops_yaml_node_t *mapping);
static int chatops_isolate_number(chatops_isolate_t *isolate,
    chatops_yaml_node_t *mapping, const char *name, uint32_t value);
static int chatops_isolate_variable(chatops_isolate_t *isolate,
    chatops_yaml_node_t *mapping, const chatops_variable_t *variable);


chatops_yaml_node_t *
chatops_isolate_job(chatops_isolate_t *isolate, size_t n)
{
    size_t                i;
    chatops_yaml_node_t  *job, *stage;

    static const char *const  dropped[] = {
        "only", "except", "rules", "extends", "when", "parallel", NULL
    };

    job = chatops_yaml_merge(isolate->arena, isolate->isolated->jobs[n]->node,
                             NULL);

    if (job == NULL) {
        return NULL;
    }

    for (i = 0; dropped[i] != NULL; i++) {
        chatops_yaml_remove(job, dropped[i]);
    }

    if (n == 0 && isolate->edge) {
        stage = chatops_yaml_plain(isolate->arena, "test");

        if (chatops_isolate_set(isolate, job, "stage", stage) != CHATOPS_OK) {
            return NULL;
        }
    }

    if (chatops_isolate_outcome(isolate, n, job) != CHATOPS_OK
        || chatops_isolate_needs(isolate, n, job) != CHATOPS_OK
        || chatops_isolate_environment(isolate, job) != CHATOPS_OK
        || chatops_isolate_of_job(isolate, n, job) != CHATOPS_OK)
    {
        return NULL;
    }

    return job;
}


/*
 * What the verdict and the winning rule say takes the place of the job's
 * own words.
 */

static int
chatops_isolate_outcome(chatops_isolate_t *isolate, size_t n,
    chatops_yaml_node_t *job)
{
    size_t                    i;
    chatops_yaml_node_t      *node;
    const chatops_verdict_t  *verdict;

    static const char *const  keys[] = {
        "start_in", "allow_failure", "interruptible", NULL
    };

    verdict = &isolate->verdicts[n];

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

    if (!chatops_str_is(&verdict->when, "manual")) {
        chatops_yaml_remove(job, "manual_confirmation");
    }

    if (chatops_isolate_may_fail(isolate, n, job) != CHATOPS_OK) {
        return CHATOPS_ERROR;
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


/*
 * A job that says `when: manual` may fail, whatever its rule makes of it;
 * one that is manual by a rule may not.
 */

static int
chatops_isolate_may_fail(chatops_isolate_t *isolate, size_t n,
    chatops_yaml_node_t *job)
{
    unsigned                  usual;
    chatops_yaml_node_t      *node;
    const chatops_verdict_t  *verdict;

    verdict = &isolate->verdicts[n];
    usual = chatops_str_is(&verdict->when, "manual");

    if (!chatops_yaml_is_null(chatops_yaml_get(job, "allow_failure"))
        || verdict->allow_failure == usual)
    {
        return CHATOPS_OK;
    }

    node = chatops_yaml_plain(isolate->arena, verdict->allow_failure
                                              ? "true" : "false");

    return chatops_isolate_set(isolate, job, "allow_failure", node);
}


/* GitLab refuses an `on_stop` that names a job which is not there. */

static int
chatops_isolate_environment(chatops_isolate_t *isolate,
    chatops_yaml_node_t *job)
{
    size_t                i;
    chatops_yaml_node_t  *node, *stop;

    node = chatops_yaml_get(job, "environment");
    stop = chatops_yaml_get(node, "on_stop");

    if (stop == NULL) {
        return CHATOPS_OK;
    }

    for (i = 0; i < isolate->isolated->njobs; i++) {
        if (chatops_str_eq(&isolate->isolated->jobs[i]->name, &stop->value)) {
            return CHATOPS_OK;
        }
    }

    node = chatops_yaml_merge(isolate->arena, node, NULL);

    if (node == NULL) {
        return CHATOPS_ERROR;
    }

    chatops_yaml_remove(node, "on_stop");

    return chatops_isolate_set(isolate, job, "environment", node);
}


/*
 * An instance's number, over it the job's own variables, its matrix, the
 * rule's, and the pipeline's.
 */

static int
chatops_isolate_of_job(chatops_isolate_t *isolate, size_t n,
    chatops_yaml_node_t *job)
{
    size_t                            i;
    chatops_yaml_node_t              *added, *all;
    const chatops_ci_job_t           *of;
    const chatops_yaml_node_t        *rule;
    const chatops_isolate_options_t  *options;

    of = isolate->isolated->jobs[n];
    options = isolate->options;
    rule = chatops_yaml_get(isolate->verdicts[n].rule, "variables");

    if (options->nvariables == 0 && chatops_yaml_is_null(rule)
        && of->instance == 0 && of->matrix == NULL)
    {
        return CHATOPS_OK;
    }

    all = chatops_yaml_mapping(isolate->arena);
    added = chatops_yaml_mapping(isolate->arena);

    if (all == NULL || added == NULL
        || chatops_isolate_instance(isolate, of, all) != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    for (i = 0; i < options->nvariables; i++) {
        if (chatops_isolate_variable(isolate, added, &options->variables[i])
            != CHATOPS_OK)
        {
            return CHATOPS_ERROR;
        }
    }

    all = chatops_yaml_merge(isolate->arena, all,
                             chatops_yaml_get(job, "variables"));

    if (all != NULL) {
        all = chatops_yaml_merge(isolate->arena, all, of->matrix);
    }

    if (all != NULL) {
        all = chatops_yaml_merge(isolate->arena, all, rule);
    }

    if (all != NULL) {
        all = chatops_yaml_merge(isolate->arena, all, added);
    }

    return chatops_isolate_set(isolate, job, "variables", all);
}


static int
chatops_isolate_instance(chatops_isolate_t *isolate,
    const chatops_ci_job_t *job, chatops_yaml_node_t *mapping)
{
    if (job->instance == 0) {
        return CHATOPS_OK;
    }

    if (chatops_isolate_number(isolate, mapping, "CI_NODE_INDEX",
                               job->instance)
        != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    return chatops_isolate_number(isolate, mapping, "CI_NODE_TOTAL",
                                  job->total);
}


static int
chatops_isolate_number(chatops_isolate_t *isolate,
    chatops_yaml_node_t *mapping, const char *name, uint32_t value)
{
    chatops_buf_t  buf;
    chatops_str_t  text;

    chatops_buf_init(&buf, isolate->arena, 16);
    chatops_buf_int(&buf, value);

    if (chatops_buf_finish(&buf, &text) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    return chatops_isolate_set(isolate, mapping, name,
                               chatops_yaml_scalar(isolate->arena, &text));
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
