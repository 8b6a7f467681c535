#include "chatops_ci_check_graph.h"


chatops_check_at_t
chatops_check_group_at(const chatops_check_group_t *group)
{
    chatops_check_at_t  at;

    at.up = NULL;
    at.name = group->key;
    at.index = 0;

    return at;
}


/* A group is a run of jobs with the same key. */
static int
chatops_check_graph_groups(chatops_check_graph_t *graph)
{
    size_t                  i;
    chatops_ci_t           *ci;
    chatops_ci_job_t       *job;
    chatops_check_group_t  *group;

    ci = graph->check->ci;

    graph->groups = chatops_pcalloc(graph->check->arena,
                                    ci->njobs * sizeof(chatops_check_group_t));

    if (graph->groups == NULL
        || chatops_check_names_make(graph->check->arena, &graph->jobs,
                                    ci->njobs)
           != CHATOPS_OK
        || chatops_check_names_make(graph->check->arena, &graph->keys,
                                    ci->njobs)
           != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    for (i = 0, group = NULL; i < ci->njobs; i++) {
        job = &ci->jobs[i];

        if (job->hidden) {
            continue;
        }

        if (group == NULL || job->instance < 2
            || !chatops_str_eq(&group->key, &job->key))
        {
            group = &graph->groups[graph->ngroups];
            group->key = job->key;
            group->node = job->node;
            group->first = job;
            group->stage = CHATOPS_CHECK_NONE;
            group->parallel = job->instance != 0;

            if (group->parallel) {
                chatops_check_names_add(&graph->keys, &job->key,
                                        graph->ngroups);
            }

            graph->ngroups++;
        }

        group->count++;
        chatops_check_names_add(&graph->jobs, &job->name, graph->ngroups - 1);
    }

    return CHATOPS_OK;
}


static size_t
chatops_check_stage_count(const chatops_yaml_node_t *node, size_t level)
{
    size_t  i, n;

    if (node->type != CHATOPS_YAML_SEQUENCE || level == 0) {
        return 1;
    }

    for (i = 0, n = 0; i < node->count; i++) {
        n += chatops_check_stage_count(node->items[i], level - 1);
    }

    return n;
}


static void
chatops_check_stage_add(chatops_check_names_t *stages,
    const chatops_yaml_node_t *node, size_t level)
{
    size_t  i;

    if (node->type == CHATOPS_YAML_SCALAR) {
        if (!chatops_str_is(&node->value, ".pre")
            && !chatops_str_is(&node->value, ".post"))
        {
            chatops_check_names_add(stages, &node->value, stages->count);
        }

        return;
    }

    for (i = 0; i < node->count && level != 0; i++) {
        chatops_check_stage_add(stages, node->items[i], level - 1);
    }
}


/* The stages that there are, `.pre` and `.post` around them. */
static int
chatops_check_graph_stages(chatops_check_graph_t *graph)
{
    size_t                      i, n;
    const chatops_yaml_node_t  *list;

    static const chatops_str_t  first = chatops_string(".pre");
    static const chatops_str_t  last = chatops_string(".post");
    static const chatops_str_t  usual[] = {
        chatops_string("build"),
        chatops_string("test"),
        chatops_string("deploy")
    };

    list = chatops_check_get(graph->check->ci->root, "stages");

    n = list == NULL ? 3
                     : chatops_check_stage_count(list,
                                                 CHATOPS_CHECK_MAX_NESTED);

    if (chatops_check_names_make(graph->check->arena, &graph->stages, n + 2)
        != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    if (n == 0) {
        return CHATOPS_OK;
    }

    chatops_check_names_add(&graph->stages, &first, 0);

    if (list != NULL) {
        chatops_check_stage_add(&graph->stages, list,
                                CHATOPS_CHECK_MAX_NESTED);
    }

    for (i = 0; list == NULL && i < 3; i++) {
        chatops_check_names_add(&graph->stages, &usual[i], i + 1);
    }

    chatops_check_names_add(&graph->stages, &last, graph->stages.count);
    return CHATOPS_OK;
}


static void
chatops_check_stage(chatops_check_graph_t *graph,
    chatops_check_group_t *group)
{
    chatops_check_at_t           at;
    const chatops_yaml_node_t   *stage;
    const chatops_check_name_t  *found;

    found = chatops_check_names_find(&graph->stages, &group->first->stage);

    if (found != NULL) {
        group->stage = found->value;
        return;
    }

    stage = chatops_check_get(group->node, "stage");

    if (graph->check->ci->unresolved
        || (stage != NULL && chatops_check_is_open(graph->check, stage)))
    {
        return;
    }

    at = chatops_check_group_at(group);

    chatops_check_error(graph->check, &at,
                        stage != NULL ? stage : group->node,
                        "the stage `%.*s` does not exist",
                        chatops_str_arg(&group->first->stage));
}


static void
chatops_check_rule_needs(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    chatops_check_graph_t  *graph;

    (void) check;
    (void) at;

    graph = (chatops_check_graph_t *) (uintptr_t) arg;

    chatops_check_needed(graph, &graph->groups[graph->current],
                         chatops_check_get(node, "needs"), 0);
}


static void
chatops_check_graph_lists(chatops_check_graph_t *graph,
    const chatops_check_group_t *group)
{
    size_t                      i;
    const chatops_yaml_node_t  *list, *item;

    list = chatops_check_get(group->node, "rules");

    if (list != NULL && list->type == CHATOPS_YAML_SEQUENCE) {
        chatops_check_flatten(graph->check, NULL, list,
                              chatops_check_rule_needs, graph);
    }

    list = chatops_check_get(group->node, "dependencies");

    if (list != NULL && list->type == CHATOPS_YAML_SEQUENCE) {
        graph->check->steps += list->count;

        for (i = 0; i < list->count; i++) {
            (void) chatops_check_named(graph, group, list->items[i],
                                       "dependencies", 1);
        }
    }

    list = chatops_check_get(group->node, "trigger");
    list = list == NULL ? NULL : chatops_check_get(list, "include");

    if (list == NULL || list->type != CHATOPS_YAML_SEQUENCE) {
        return;
    }

    graph->check->steps += list->count;

    for (i = 0; i < list->count; i++) {
        item = chatops_check_get(list->items[i], "job");

        if (item != NULL && chatops_check_is_string(graph->check, item)) {
            (void) chatops_check_named(graph, group, item,
                                       "trigger:include", 0);
        }
    }
}


static const chatops_yaml_node_t *
chatops_check_environment_of(const chatops_yaml_node_t *node, const char *key)
{
    const chatops_yaml_node_t  *environment;

    environment = chatops_check_get(node, "environment");

    if (environment != NULL && environment->type == CHATOPS_YAML_SCALAR) {
        return strcmp(key, "name") == 0 ? environment : NULL;
    }

    return environment == NULL ? NULL : chatops_check_get(environment, key);
}


/* The job that stops an environment is of the same one. */
static void
chatops_check_on_stop(chatops_check_graph_t *graph,
    const chatops_check_group_t *group)
{
    size_t                      found;
    const char                 *why;
    chatops_check_at_t          at;
    const chatops_yaml_node_t  *stop, *name, *other, *action;

    stop = chatops_check_get(group->node, "environment");

    if (stop == NULL || stop->type != CHATOPS_YAML_MAPPING) {
        return;
    }

    stop = chatops_check_get(stop, "on_stop");

    if (stop == NULL || chatops_check_is_open(graph->check, stop)) {
        return;
    }

    why = NULL;
    found = chatops_check_group_find(graph, &stop->value, 0);

    if (found == CHATOPS_CHECK_NONE) {
        why = "there is no such job";

    } else {
        name = chatops_check_environment_of(group->node, "name");
        other = chatops_check_environment_of(graph->groups[found].node,
                                             "name");
        action = chatops_check_environment_of(graph->groups[found].node,
                                              "action");

        if (other == NULL) {
            why = "which has no environment";

        } else if (name != NULL && !chatops_check_is_open(graph->check, name)
                   && !chatops_check_is_open(graph->check, other)
                   && !chatops_str_eq(&name->value, &other->value))
        {
            why = "which has another environment";

        } else if (action == NULL
                   || (!chatops_str_is(&action->value, "stop")
                       && !chatops_check_is_open(graph->check, action)))
        {
            why = "which does not have `action: stop`";
        }
    }

    if (why != NULL) {
        at = chatops_check_group_at(group);
        chatops_check_missing(graph->check, &at, stop,
                              "`on_stop` names `%.*s`, %s%s",
                              chatops_str_arg(&stop->value),
                              found == CHATOPS_CHECK_NONE ? "and " : "", why);
    }
}


static void
chatops_check_published(chatops_check_graph_t *graph,
    const chatops_check_group_t *group)
{
    chatops_check_at_t          at;
    const chatops_yaml_node_t  *pages, *publish;

    pages = chatops_check_get(group->node, "pages");
    publish = chatops_check_get(group->node, "publish");

    if (pages != NULL && publish != NULL && chatops_check_has(pages, "publish"))
    {
        at = chatops_check_group_at(group);
        chatops_check_error(graph->check, &at, publish, "`publish` and "
                            "`pages:publish` can't be used together");
    }
}


void
chatops_check_graph(chatops_check_t *check)
{
    size_t                  i;
    chatops_check_graph_t   graph;
    chatops_check_group_t  *group;

    memset(&graph, 0, sizeof(chatops_check_graph_t));

    graph.check = check;

    if (chatops_check_graph_groups(&graph) != CHATOPS_OK
        || chatops_check_graph_stages(&graph) != CHATOPS_OK)
    {
        check->failed = 1;
        return;
    }

    for (i = 0; i < graph.ngroups; i++) {
        chatops_check_stage(&graph, &graph.groups[i]);
    }

    for (i = 0; i < graph.ngroups && !chatops_check_done(check); i++) {
        graph.current = i;
        group = &graph.groups[i];
        group->needs = graph.nedges;

        chatops_check_needed(&graph, group,
                             chatops_check_get(group->node, "needs"), 1);

        group->nneeds = graph.nedges - group->needs;

        chatops_check_graph_lists(&graph, group);
        chatops_check_on_stop(&graph, group);
        chatops_check_published(&graph, group);
    }

    if (!chatops_check_done(check)) {
        chatops_check_circle(&graph);
    }
}
