
#include "chatops_index.h"
#include "chatops_policy_parts.h"


typedef struct {
    const chatops_yaml_node_t  *variables;
    chatops_index_t            *index;

    uint32_t                   *path;      /* variables, as they refer */
    size_t                     *at;        /* how far each is read */
    size_t                      depth;
    u_char                     *state;     /* 0: new, 1: on the path, 2: done */
} chatops_circle_t;


static int chatops_circle_make(chatops_arena_t *arena,
    chatops_circle_t *circle);
static int chatops_circle_follow(chatops_circle_t *circle);
static const chatops_str_t *chatops_circle_text(
    const chatops_circle_t *circle, uint32_t i);
static int chatops_circle_next(const chatops_circle_t *circle,
    const chatops_str_t *text, size_t *at, uint32_t *to);


/*
 * One that refers to itself is no circle for GitLab (lib/gitlab/ci/
 * variables/collection/sort.rb).  Out of memory: 0, the least harm.
 */

int
chatops_policy_is_circular(const chatops_policy_t *policy,
    const chatops_yaml_node_t *variables)
{
    size_t            i;
    unsigned          refers;
    chatops_circle_t  circle;

    circle.variables = variables;
    refers = 0;

    for (i = 0; i < variables->count; i++) {
        refers += chatops_circle_text(&circle, i) != NULL;
    }

    if (refers < 2
        || chatops_circle_make(policy->arena, &circle) != CHATOPS_OK)
    {
        return 0;
    }

    for (i = 0; i < variables->count; i++) {

        if (circle.state[i] != 0) {
            continue;
        }

        circle.path[0] = i;
        circle.at[0] = 0;
        circle.depth = 1;
        circle.state[i] = 1;

        if (chatops_circle_follow(&circle)) {
            return 1;
        }
    }

    return 0;
}


static int
chatops_circle_make(chatops_arena_t *arena, chatops_circle_t *circle)
{
    size_t                      i;
    const chatops_yaml_node_t  *variables;

    variables = circle->variables;

    circle->index = chatops_index_create(arena, variables->count);
    circle->path = chatops_palloc(arena, variables->count * sizeof(uint32_t));
    circle->at = chatops_palloc(arena, variables->count * sizeof(size_t));
    circle->state = chatops_pcalloc(arena, variables->count);

    if (circle->index == NULL || circle->path == NULL || circle->at == NULL
        || circle->state == NULL)
    {
        return CHATOPS_ERROR;
    }

    for (i = 0; i < variables->count; i++) {
        chatops_index_add(circle->index, &variables->pairs[i].key->value, i);
    }

    chatops_index_finish(circle->index);

    return CHATOPS_OK;
}


static int
chatops_circle_follow(chatops_circle_t *circle)
{
    uint32_t              from, to;
    const chatops_str_t  *text;

    while (circle->depth != 0) {
        from = circle->path[circle->depth - 1];
        text = chatops_circle_text(circle, from);

        if (text == NULL
            || !chatops_circle_next(circle, text,
                                    &circle->at[circle->depth - 1], &to))
        {
            circle->state[from] = 2;
            circle->depth--;
            continue;
        }

        if (to == from || circle->state[to] == 2) {
            continue;
        }

        if (circle->state[to] == 1) {
            return 1;
        }

        circle->state[to] = 1;
        circle->path[circle->depth] = to;
        circle->at[circle->depth++] = 0;
    }

    return 0;
}


/* NULL when it refers to nothing: `expand: false`, or no sign of it. */

static const chatops_str_t *
chatops_circle_text(const chatops_circle_t *circle, uint32_t i)
{
    const chatops_str_t        *text;
    const chatops_yaml_node_t  *node;

    node = circle->variables->pairs[i].value;

    if (node->type == CHATOPS_YAML_MAPPING) {

        if (chatops_yaml_is_false(chatops_yaml_get(node, "expand"))) {
            return NULL;
        }

        node = chatops_yaml_get(node, "value");
    }

    if (node == NULL || node->type != CHATOPS_YAML_SCALAR) {
        return NULL;
    }

    text = &node->value;

    return chatops_str_find(text, 0, "$", 1) != NULL
           || chatops_str_find(text, 0, "%", 1) != NULL ? text : NULL;
}


/* The next of $NAME, ${NAME} and %NAME% that is a variable. */

static int
chatops_circle_next(const chatops_circle_t *circle, const chatops_str_t *text,
    size_t *at, uint32_t *to)
{
    u_char         ch, sign;
    size_t         i, start;
    chatops_str_t  name;

    for (i = *at; i < text->len; /* void */ ) {
        sign = text->data[i++];

        if (sign != '$' && sign != '%') {
            continue;
        }

        /* $$ and %% are the characters themselves */

        if (i < text->len && text->data[i] == sign) {
            i++;
            continue;
        }

        start = i + (sign == '$' && i < text->len && text->data[i] == '{');

        for (i = start; i < text->len; i++) {
            ch = text->data[i];

            if (!((ch | 0x20) >= 'a' && (ch | 0x20) <= 'z') && ch != '_'
                && !(ch >= '0' && ch <= '9' && i > start))
            {
                break;
            }
        }

        if (i == start || (sign == '%' && (i == text->len
                                           || text->data[i] != '%')))
        {
            continue;
        }

        name = chatops_strn(&text->data[start], i - start);
        *to = chatops_index_find(circle->index, &name);

        if (*to != CHATOPS_INDEX_NONE) {
            *at = i;
            return 1;
        }
    }

    *at = i;

    return 0;
}
