#include "chatops_ci_check_graph.h"


#define CHATOPS_CHECK_MAX_LEVEL  100     /* arrays in arrays, flattened */


typedef struct {
    chatops_check_t         *check;
    chatops_check_target_t  *targets;
    size_t                   count;
    size_t                   size;
} chatops_check_list_t;


/* The name of a job in the same pipeline, or NULL. */
static const chatops_yaml_node_t *
chatops_check_need_name(const chatops_check_t *check,
    const chatops_yaml_node_t *need)
{
    const chatops_yaml_node_t  *job;

    if (need->type == CHATOPS_YAML_SCALAR) {
        return chatops_check_is_string(check, need) ? need : NULL;
    }

    if (need->type != CHATOPS_YAML_MAPPING
        || chatops_check_has(need, "project")
        || chatops_check_has(need, "ref")
        || chatops_check_has(need, "pipeline"))
    {
        return NULL;
    }

    job = chatops_check_get(need, "job");

    return job != NULL && chatops_check_is_string(check, job) ? job : NULL;
}


static int
chatops_check_target_add(chatops_check_list_t *list,
    const chatops_yaml_node_t *need)
{
    size_t                      size;
    chatops_check_target_t     *target;
    const chatops_yaml_node_t  *job;

    job = chatops_check_need_name(list->check, need);

    if (job == NULL || chatops_check_is_open(list->check, job)) {
        return CHATOPS_OK;
    }

    if (list->count == list->size) {
        size = list->size == 0 ? 8 : list->size * 2;
        target = chatops_palloc(list->check->arena,
                                size * sizeof(chatops_check_target_t));

        if (target == NULL) {
            return CHATOPS_ERROR;
        }

        if (list->count != 0) {
            memcpy(target, list->targets,
                   list->count * sizeof(chatops_check_target_t));
        }

        list->targets = target;
        list->size = size;
    }

    target = &list->targets[list->count++];

    target->name = job->value;
    target->node = job;
    target->parallel = NULL;
    target->optional = 0;

    if (need->type == CHATOPS_YAML_MAPPING) {
        target->optional = chatops_yaml_is_true(chatops_yaml_get(need,
                                                                 "optional"));
        target->parallel = chatops_check_get(need, "parallel");
    }

    return CHATOPS_OK;
}


static int
chatops_check_target_walk(chatops_check_list_t *list,
    const chatops_yaml_node_t *node, size_t level)
{
    size_t  i;

    if (node->type != CHATOPS_YAML_SEQUENCE) {
        return chatops_check_target_add(list, node);
    }

    if (level == CHATOPS_CHECK_MAX_LEVEL) {
        return CHATOPS_OK;
    }

    for (i = 0; i < node->count; i++) {
        if (++list->check->steps > CHATOPS_CHECK_MAX_STEPS) {
            return CHATOPS_OK;
        }

        if (chatops_check_target_walk(list, node->items[i], level + 1)
            != CHATOPS_OK)
        {
            return CHATOPS_ERROR;
        }
    }

    return CHATOPS_OK;
}


int
chatops_check_targets(chatops_check_t *check,
    const chatops_yaml_node_t *needs, chatops_check_target_t **targets,
    size_t *ntargets)
{
    chatops_check_list_t  list;

    memset(&list, 0, sizeof(chatops_check_list_t));

    list.check = check;

    if (needs != NULL && !chatops_check_is_open(check, needs)
        && chatops_check_target_walk(&list, needs, 0) != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    *targets = list.targets;
    *ntargets = list.count;

    return CHATOPS_OK;
}


/* The names of `dependencies` that `needs` does not have, at most one told. */
static void
chatops_check_unneeded(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *dependencies,
    const chatops_check_target_t *targets, size_t ntargets)
{
    size_t                       i;
    chatops_check_names_t        names;
    const chatops_yaml_node_t   *item;

    if (chatops_check_names_make(check->arena, &names, ntargets)
        != CHATOPS_OK)
    {
        check->failed = 1;
        return;
    }

    for (i = 0; i < ntargets; i++) {
        chatops_check_names_add(&names, &targets[i].name, i);
    }

    check->steps += dependencies->count;

    for (i = 0; i < dependencies->count; i++) {
        item = dependencies->items[i];

        if (item->type == CHATOPS_YAML_SCALAR
            && !chatops_check_is_open(check, item)
            && chatops_check_names_find(&names, &item->value) == NULL)
        {
            chatops_check_error(check, at, item, "`dependencies` names "
                                "`%.*s`, which should be part of `needs`",
                                chatops_str_arg(&item->value));
            return;
        }
    }
}


void
chatops_check_dependencies(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node)
{
    size_t                      n;
    chatops_check_target_t     *targets;
    const chatops_yaml_node_t  *dependencies, *needs;

    dependencies = chatops_check_get(node, "dependencies");
    needs = chatops_check_get(node, "needs");

    if (dependencies == NULL || dependencies->type != CHATOPS_YAML_SEQUENCE
        || dependencies->count == 0 || chatops_check_is_blank(check, needs)
        || chatops_check_is_open(check, needs))
    {
        return;
    }

    if (chatops_check_targets(check, needs, &targets, &n)
        != CHATOPS_OK)
    {
        check->failed = 1;
        return;
    }

    chatops_check_unneeded(check, at, dependencies, targets, n);
}
