#include "chatops_ci_check_graph.h"


#define CHATOPS_CHECK_MAX_CIRCLE  8      /* names of it that are told */


enum {
    chatops_check_new = 0,
    chatops_check_open,
    chatops_check_closed
};


/* A group that is being looked at, and which of its needs comes next. */
typedef struct {
    size_t  group;
    size_t  next;
} chatops_check_frame_t;


static void
chatops_check_circle_found(chatops_check_graph_t *graph,
    const chatops_check_frame_t *stack, size_t depth, size_t group)
{
    size_t                  i;
    chatops_str_t           names;
    chatops_buf_t           buf;
    chatops_check_at_t      at;
    chatops_check_group_t  *groups;

    groups = graph->groups;

    for (i = depth; i > 0 && stack[i - 1].group != group; i--) {
        /* void */
    }

    at.up = NULL;
    at.name = groups[group].key;
    at.index = 0;

    if (i == depth) {
        chatops_check_error(graph->check, &at, groups[group].node,
                            "circular dependency: it needs itself");
        return;
    }

    chatops_buf_init(&buf, graph->check->arena, 65536);
    chatops_buf_str(&buf, &groups[group].key);

    for ( /* void */ ; i < depth && i < CHATOPS_CHECK_MAX_CIRCLE; i++) {
        chatops_buf_text(&buf, ", which needs ");
        chatops_buf_str(&buf, &groups[stack[i].group].key);
    }

    chatops_buf_text(&buf, i < depth ? ", …" : ", which needs it");

    if (chatops_buf_finish(&buf, &names) != CHATOPS_OK) {
        names = groups[group].key;
    }

    chatops_check_error(graph->check, &at, groups[group].node,
                        "circular dependency: %.*s", chatops_str_arg(&names));
}


/* Returns 1 when a circle was found. */
static int
chatops_check_circle_from(chatops_check_graph_t *graph,
    chatops_check_frame_t *stack, size_t start)
{
    size_t                  depth, next;
    chatops_check_frame_t  *top;
    chatops_check_group_t  *group;

    stack[0].group = start;
    stack[0].next = 0;

    graph->groups[start].mark = chatops_check_open;

    for (depth = 1; depth > 0; /* void */ ) {
        top = &stack[depth - 1];
        group = &graph->groups[top->group];

        if (top->next == group->nneeds) {
            group->mark = chatops_check_closed;
            depth--;
            continue;
        }

        next = graph->edges[group->needs + top->next++];

        if (graph->groups[next].mark == chatops_check_open) {
            chatops_check_circle_found(graph, stack, depth, next);
            return 1;
        }

        if (graph->groups[next].mark == chatops_check_new) {
            graph->groups[next].mark = chatops_check_open;

            stack[depth].group = next;
            stack[depth].next = 0;
            depth++;
        }
    }

    return 0;
}


void
chatops_check_circle(chatops_check_graph_t *graph)
{
    size_t                  i;
    chatops_check_frame_t  *stack;

    stack = chatops_palloc(graph->check->arena,
                           graph->ngroups * sizeof(chatops_check_frame_t));

    if (stack == NULL) {
        graph->check->failed = 1;
        return;
    }

    for (i = 0; i < graph->ngroups; i++) {
        if (graph->groups[i].mark == chatops_check_new
            && chatops_check_circle_from(graph, stack, i))
        {
            return;
        }
    }
}
