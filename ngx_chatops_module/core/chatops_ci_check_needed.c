#include "chatops_ci_check_graph.h"


#define CHATOPS_CHECK_MAX_NEED  255      /* characters */


/* The jobs that are needed, one by one. */
typedef struct {
    chatops_check_name_t  *names;
    size_t                 count;
    size_t                 size;
} chatops_check_needed_t;


static void *
chatops_check_grow(chatops_check_t *check, void *old, size_t *size,
    size_t count, size_t more, size_t bytes)
{
    void    *items;
    size_t   room;

    if (count + more <= *size) {
        return old;
    }

    room = (count + more) * 2;
    items = chatops_palloc(check->arena, room * bytes);

    if (items == NULL) {
        check->failed = 1;
        return NULL;
    }

    if (count != 0) {
        memcpy(items, old, count * bytes);
    }

    *size = room;

    return items;
}


size_t
chatops_check_group_find(chatops_check_graph_t *graph,
    const chatops_str_t *name, unsigned keys)
{
    const chatops_check_name_t  *found;

    found = keys ? chatops_check_names_find(&graph->keys, name) : NULL;

    if (found == NULL) {
        found = chatops_check_names_find(&graph->jobs, name);
    }

    return found != NULL ? found->value : CHATOPS_CHECK_NONE;
}


static void
chatops_check_unknown(chatops_check_graph_t *graph,
    const chatops_check_group_t *group, const chatops_yaml_node_t *node,
    const char *key, const chatops_str_t *name)
{
    chatops_check_at_t  at;

    if (!chatops_check_is_open(graph->check, node)) {
        at = chatops_check_group_at(group);
        chatops_check_missing(graph->check, &at, node, "`%s` names `%.*s`, "
                              "and there is no such job", key,
                              chatops_str_arg(name));
    }
}


static void
chatops_check_order(chatops_check_graph_t *graph,
    const chatops_check_group_t *group, const chatops_yaml_node_t *node,
    const char *key, const chatops_check_group_t *other)
{
    chatops_check_at_t  at;

    if (other->stage == CHATOPS_CHECK_NONE
        || group->stage == CHATOPS_CHECK_NONE
        || other->stage <= group->stage)
    {
        return;
    }

    at = chatops_check_group_at(group);

    chatops_check_missing(graph->check, &at, node, "`%s` names `%.*s`, which "
                          "is in a later stage", key,
                          chatops_str_arg(&node->value));
}


/* `parallel` makes nothing of it, and what names it names nothing. */
static int
chatops_check_is_gone(const chatops_check_graph_t *graph,
    const chatops_str_t *name)
{
    const chatops_yaml_node_t  *node;

    if (name->len == 0 || name->data[0] == '.') {
        return 0;
    }

    node = chatops_yaml_find(graph->check->ci->root, name);

    return node != NULL && chatops_check_get(node, "parallel") != NULL;
}


size_t
chatops_check_named(chatops_check_graph_t *graph,
    const chatops_check_group_t *group, const chatops_yaml_node_t *node,
    const char *key, unsigned keys)
{
    size_t  found;

    found = chatops_check_group_find(graph, &node->value, keys);

    if (found == CHATOPS_CHECK_NONE) {
        if (!keys || !chatops_check_is_gone(graph, &node->value)) {
            chatops_check_unknown(graph, group, node, key, &node->value);
        }

        return CHATOPS_CHECK_NONE;
    }

    chatops_check_order(graph, group, node, key, &graph->groups[found]);

    return found;
}


static int
chatops_check_needed_add(chatops_check_t *check,
    chatops_check_needed_t *needed, const chatops_str_t *name, size_t target)
{
    needed->names = chatops_check_grow(check, needed->names, &needed->size,
                                       needed->count, 1,
                                       sizeof(chatops_check_name_t));

    if (needed->names == NULL) {
        return CHATOPS_ERROR;
    }

    needed->names[needed->count].text = *name;
    needed->names[needed->count].value = target;
    needed->count++;

    check->steps++;

    return CHATOPS_OK;
}


/* Of instances with the same name there is one, but each is needed. */
static void
chatops_check_same_names(chatops_check_graph_t *graph,
    const chatops_check_group_t *group, const chatops_check_target_t *target)
{
    chatops_check_at_t  at;

    at = chatops_check_group_at(group);

    chatops_check_error(graph->check, &at, target->node, "it needs `%.*s`, "
                        "two of whose instances have the same name",
                        chatops_str_arg(&target->name));
}


/* Those of a matrix that a need picks out. */
static int
chatops_check_needed_part(chatops_check_graph_t *graph,
    const chatops_check_group_t *group, const chatops_check_target_t *target,
    size_t number, chatops_check_needed_t *needed)
{
    size_t                  i, n;
    chatops_ci_reader_t     reader;
    chatops_ci_instance_t  *instances;

    memset(&reader, 0, sizeof(chatops_ci_reader_t));

    reader.arena = graph->check->arena;
    reader.ci = graph->check->ci;

    if (chatops_ci_parallel(&reader, &target->name, target->parallel,
                            &instances, &n)
        != CHATOPS_OK)
    {
        graph->check->failed = 1;
        return CHATOPS_ERROR;
    }

    if (n != 0 && n < instances->total) {
        chatops_check_same_names(graph, group, target);
    }

    for (i = 0; i < n; i++) {
        if (!target->optional
            && chatops_check_names_find(&graph->jobs, &instances[i].name)
               == NULL)
        {
            chatops_check_unknown(graph, group, target->node, "needs",
                                  &instances[i].name);
        }

        if (chatops_check_needed_add(graph->check, needed, &instances[i].name,
                                     number)
            != CHATOPS_OK)
        {
            return CHATOPS_ERROR;
        }
    }

    return CHATOPS_OK;
}


static int
chatops_check_needed_all(chatops_check_graph_t *graph,
    const chatops_check_group_t *other, size_t number,
    chatops_check_needed_t *needed)
{
    size_t  i;

    for (i = 0; i < other->count; i++) {
        if (chatops_check_needed_add(graph->check, needed,
                                     &other->first[i].name, number)
            != CHATOPS_OK)
        {
            return CHATOPS_ERROR;
        }
    }

    return CHATOPS_OK;
}


/* Adds the edge, and the names of the jobs to `needed`. */
static int
chatops_check_need_of(chatops_check_graph_t *graph,
    const chatops_check_group_t *group, const chatops_check_target_t *target,
    size_t number, unsigned keys, chatops_check_needed_t *needed)
{
    size_t                  found;
    chatops_check_group_t  *other;

    found = chatops_check_group_find(graph, &target->name, keys);

    if (found == CHATOPS_CHECK_NONE && keys
        && chatops_check_is_gone(graph, &target->name))
    {
        return target->parallel == NULL ? CHATOPS_OK
               : chatops_check_needed_part(graph, group, target, number,
                                           needed);
    }

    if (found == CHATOPS_CHECK_NONE) {
        if (!target->optional) {
            chatops_check_unknown(graph, group, target->node, "needs",
                                  &target->name);
        }

        return chatops_check_needed_add(graph->check, needed, &target->name,
                                        number);
    }

    other = &graph->groups[found];

    chatops_check_order(graph, group, target->node, "needs", other);

    if (keys) {
        graph->edges = chatops_check_grow(graph->check, graph->edges,
                                          &graph->size, graph->nedges, 1,
                                          sizeof(size_t));

        if (graph->edges == NULL) {
            return CHATOPS_ERROR;
        }

        graph->edges[graph->nedges++] = found;
    }

    if (!keys || !other->parallel
        || !chatops_str_eq(&target->name, &other->key))
    {
        return chatops_check_needed_add(graph->check, needed, &target->name,
                                        number);
    }

    if (target->parallel != NULL) {
        return chatops_check_needed_part(graph, group, target, number,
                                         needed);
    }

    if (other->count < other->first->total) {
        chatops_check_same_names(graph, group, target);
    }

    return chatops_check_needed_all(graph, other, number, needed);
}


static void
chatops_check_needed_names(chatops_check_graph_t *graph,
    const chatops_check_group_t *group, const chatops_check_target_t *targets,
    const chatops_check_needed_t *needed)
{
    size_t                        i;
    chatops_check_at_t            at;
    const chatops_check_name_t   *name;
    const chatops_yaml_node_t    *node;

    at = chatops_check_group_at(group);

    for (i = 0; i < needed->count; i++) {
        name = &needed->names[i];
        node = targets[name->value].node;

        if (i != 0 && chatops_str_eq(&name[-1].text, &name->text)) {
            chatops_check_error(graph->check, &at, node,
                                "it needs `%.*s` twice",
                                chatops_str_arg(&name->text));
        }

        if (name->text.len > CHATOPS_CHECK_MAX_NEED
            && chatops_check_characters(&name->text) > CHATOPS_CHECK_MAX_NEED)
        {
            chatops_check_error(graph->check, &at, node,
                                "it needs `%.*s`, whose name is too long (at "
                                "most %d characters)",
                                (int) chatops_utf8_clip(name->text.data,
                                                        name->text.len, 60),
                                name->text.data, CHATOPS_CHECK_MAX_NEED);
        }
    }
}


void
chatops_check_needed(chatops_check_graph_t *graph,
    const chatops_check_group_t *group, const chatops_yaml_node_t *needs,
    unsigned keys)
{
    size_t                   i, n;
    chatops_check_needed_t   needed;
    chatops_check_target_t  *targets;

    if (chatops_check_targets(graph->check, needs, &targets, &n)
        != CHATOPS_OK)
    {
        graph->check->failed = 1;
        return;
    }

    memset(&needed, 0, sizeof(chatops_check_needed_t));

    for (i = 0; i < n && !chatops_check_done(graph->check); i++) {
        if (chatops_check_need_of(graph, group, &targets[i], i, keys, &needed)
            != CHATOPS_OK)
        {
            return;
        }
    }

    if (needed.count != 0) {
        chatops_check_names_sort(needed.names, needed.count);
        chatops_check_needed_names(graph, group, targets, &needed);
    }
}
