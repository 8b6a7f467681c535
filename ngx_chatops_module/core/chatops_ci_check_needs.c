#include "chatops_ci_check.h"


#define CHATOPS_CHECK_MAX_FOREIGN  5     /* needs of other pipelines */


/*
 * What a need can be, as words for the tables of jobs, bridges and rules:
 * "job", of the same pipeline; "cross", of another one; "bridge", another
 * pipeline as a whole (EE).
 */

typedef struct {
    const char  *allowed;
    size_t       pipelines;
    size_t       projects;
} chatops_check_needs_t;


static const chatops_check_key_t  chatops_check_need_keys[] = {
    { chatops_string("job"), chatops_check_name, NULL },
    { chatops_string("artifacts"), chatops_check_boolean, NULL },
    { chatops_string("optional"), chatops_check_boolean, NULL },
    { chatops_string("parallel"), chatops_check_parallel, "matrix" },
    chatops_check_last
};

static const chatops_check_key_t  chatops_check_pipeline_need_keys[] = {
    { chatops_string("pipeline"), chatops_check_name, NULL },
    { chatops_string("job"), chatops_check_name, NULL },
    { chatops_string("artifacts"), chatops_check_boolean, NULL },
    chatops_check_last
};

static const chatops_check_key_t  chatops_check_project_need_keys[] = {
    { chatops_string("project"), chatops_check_name, NULL },
    { chatops_string("ref"), chatops_check_name, NULL },
    { chatops_string("job"), chatops_check_name, NULL },
    { chatops_string("artifacts"), chatops_check_boolean, NULL },
    chatops_check_last
};

static const chatops_check_key_t  chatops_check_bridge_need_keys[] = {
    { chatops_string("pipeline"), chatops_check_name, NULL },
    chatops_check_last
};


static void
chatops_check_need_has(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const char *key)
{
    if (chatops_check_get(node, key) == NULL) {
        chatops_check_error(check, at, node, "the need has no `%s`", key);
    }
}


static void
chatops_check_need_kind(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const chatops_check_needs_t *needs,
    const char *kind)
{
    const chatops_str_t  word = chatops_str(kind);

    if (!chatops_check_is_one_of(&word, needs->allowed)
        && !check->ci->unresolved)
    {
        chatops_check_error(check, at, node, "a need of %s is not possible "
                            "here", kind[0] == 'b'
                                    ? "a pipeline" : "another pipeline's job");
    }
}


static void
chatops_check_need_mapping(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    chatops_check_needs_t *needs)
{
    int  job, project, ref, pipeline;

    job = chatops_check_has(node, "job");
    project = chatops_check_has(node, "project");
    ref = chatops_check_has(node, "ref");
    pipeline = chatops_check_has(node, "pipeline");

    if (project || ref) {
        chatops_check_keys(check, at, node, chatops_check_project_need_keys);
        chatops_check_need_has(check, at, node, "project");
        chatops_check_need_has(check, at, node, "ref");
        chatops_check_need_has(check, at, node, "job");
        chatops_check_need_kind(check, at, node, needs, "cross");
        needs->projects++;
        return;
    }

    if (job && pipeline) {
        chatops_check_keys(check, at, node, chatops_check_pipeline_need_keys);
        chatops_check_need_has(check, at, node, "pipeline");
        chatops_check_need_has(check, at, node, "job");
        chatops_check_need_kind(check, at, node, needs, "cross");
        needs->pipelines++;
        return;
    }

    if (job) {
        chatops_check_keys(check, at, node, chatops_check_need_keys);
        chatops_check_need_has(check, at, node, "job");
        return;
    }

    if (pipeline) {
        chatops_check_keys(check, at, node, chatops_check_bridge_need_keys);
        chatops_check_need_has(check, at, node, "pipeline");
        chatops_check_need_kind(check, at, node, needs, "bridge");
        return;
    }

    chatops_check_error(check, at, node, "the need has no `job`");
}


static void
chatops_check_need(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    chatops_check_needs_t  *needs;

    needs = (chatops_check_needs_t *) (uintptr_t) arg;

    if (node->type == CHATOPS_YAML_MAPPING) {
        chatops_check_need_mapping(check, at, node, needs);
        return;
    }

    if (!chatops_check_is_string(check, node)) {
        chatops_check_error(check, at, node, "a need should be the name of "
                            "a job or a mapping");

    } else if (chatops_check_is_blank(check, node)) {
        chatops_check_error(check, at, node, "the need is blank");
    }
}


/* `arg`: the kinds that are possible, words parted by blanks. */
void
chatops_check_needs(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    chatops_check_needs_t  needs;

    memset(&needs, 0, sizeof(chatops_check_needs_t));

    needs.allowed = arg;

    if (node->type == CHATOPS_YAML_MAPPING) {
        chatops_check_need_mapping(check, at, node, &needs);
        return;
    }

    if (node->type != CHATOPS_YAML_SEQUENCE) {
        chatops_check_error(check, at, node,
                            "it should be an array or a mapping");
        return;
    }

    chatops_check_flatten(check, at, node, chatops_check_need, &needs);

    if (needs.pipelines > CHATOPS_CHECK_MAX_FOREIGN
        || needs.projects > CHATOPS_CHECK_MAX_FOREIGN)
    {
        chatops_check_error(check, at, node, "it has more than %d needs of "
                            "jobs elsewhere", CHATOPS_CHECK_MAX_FOREIGN);
    }
}
