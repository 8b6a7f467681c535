
#include "chatops_variables.h"


/*
 * A tree on the bits in which the names differ: a repository chooses the
 * names, and no choice of them makes it slow, as it can with a hash.  A fork
 * has an index and a mask, a leaf a name.
 */

typedef struct chatops_variable_node_s  chatops_variable_node_t;

typedef struct {
    size_t                    index;
    unsigned                  mask;
    chatops_variable_node_t  *child[2];
} chatops_variable_fork_t;

typedef struct {
    chatops_str_t             name;
    chatops_str_t             value;
    chatops_truth_e           defined;
} chatops_variable_leaf_t;

struct chatops_variable_node_s {
    unsigned                  is_fork:1;

    union {
        chatops_variable_fork_t   fork;
        chatops_variable_leaf_t   leaf;
    } u;
};

struct chatops_variables_s {
    chatops_arena_t             *arena;
    const chatops_variables_t   *under;
    const chatops_variables_t   *over;
    chatops_variable_node_t     *root;
    chatops_truth_e              others;
};


static int chatops_variables_put(chatops_variables_t *variables,
    const chatops_str_t *name, const chatops_str_t *value,
    chatops_truth_e defined);
static const chatops_variable_leaf_t *chatops_variables_find(
    const chatops_variables_t *variables, const chatops_str_t *name,
    chatops_truth_e *others);
static chatops_variable_node_t *chatops_variables_near(
    chatops_variable_node_t *node, const chatops_str_t *name);
static unsigned chatops_variables_byte(const chatops_str_t *name, size_t i);
static unsigned chatops_variables_bit(const chatops_str_t *name, size_t index,
    unsigned mask);
static int chatops_variables_differ(const chatops_str_t *one,
    const chatops_str_t *two, size_t *index, unsigned *mask);
static chatops_variable_node_t **chatops_variables_place(
    chatops_variables_t *variables, const chatops_str_t *name, size_t index,
    unsigned mask);


chatops_variables_t *
chatops_variables_create(chatops_arena_t *arena,
    const chatops_variables_t *under)
{
    chatops_variables_t  *variables;

    variables = chatops_pcalloc(arena, sizeof(chatops_variables_t));

    if (variables != NULL) {
        variables->arena = arena;
        variables->under = under;
        variables->others = CHATOPS_NO;
    }

    return variables;
}


int
chatops_variables_set(chatops_variables_t *variables,
    const chatops_str_t *name, const chatops_str_t *value)
{
    return chatops_variables_put(variables, name, value, CHATOPS_YES);
}


int
chatops_variables_set_undefined(chatops_variables_t *variables,
    const chatops_str_t *name)
{
    return chatops_variables_put(variables, name, NULL, CHATOPS_NO);
}


int
chatops_variables_set_unknown(chatops_variables_t *variables,
    const chatops_str_t *name)
{
    return chatops_variables_put(variables, name, NULL, CHATOPS_UNKNOWN);
}


void
chatops_variables_open(chatops_variables_t *variables,
    chatops_truth_e others)
{
    variables->others = others;
}


void
chatops_variables_over(chatops_variables_t *variables,
    const chatops_variables_t *over)
{
    variables->over = over;
}


chatops_truth_e
chatops_variables_get(const chatops_variables_t *variables,
    const chatops_str_t *name, chatops_str_t *value)
{
    chatops_truth_e                 others;
    const chatops_variable_leaf_t  *leaf;

    others = CHATOPS_NO;
    leaf = NULL;

    if (variables != NULL) {
        leaf = chatops_variables_find(variables->over, name, &others);
    }

    if (leaf == NULL) {
        leaf = chatops_variables_find(variables, name, &others);
    }

    if (leaf == NULL) {
        *value = chatops_strn(NULL, 0);
        return others;
    }

    *value = leaf->value;

    return leaf->defined;
}


static const chatops_variable_leaf_t *
chatops_variables_find(const chatops_variables_t *variables,
    const chatops_str_t *name, chatops_truth_e *others)
{
    chatops_variable_node_t  *node;

    for ( /* void */ ; variables != NULL; variables = variables->under) {
        node = chatops_variables_near(variables->root, name);

        if (node != NULL && chatops_str_eq(&node->u.leaf.name, name)) {
            return &node->u.leaf;
        }

        if (variables->others == CHATOPS_UNKNOWN) {
            *others = CHATOPS_UNKNOWN;
        }
    }

    return NULL;
}


static int
chatops_variables_put(chatops_variables_t *variables,
    const chatops_str_t *name, const chatops_str_t *value,
    chatops_truth_e defined)
{
    size_t                     index;
    unsigned                   mask;
    chatops_variable_node_t   *leaf, *fork, **place;

    leaf = chatops_variables_near(variables->root, name);

    if (leaf == NULL
        || chatops_variables_differ(&leaf->u.leaf.name, name, &index, &mask))
    {
        place = &variables->root;
        fork = leaf;

        leaf = chatops_pcalloc(variables->arena,
                               sizeof(chatops_variable_node_t));
        if (leaf == NULL) {
            return CHATOPS_ERROR;
        }

        leaf->u.leaf.name = *name;

        if (fork == NULL) {
            *place = leaf;

        } else {
            fork = chatops_pcalloc(variables->arena,
                                   sizeof(chatops_variable_node_t));
            if (fork == NULL) {
                return CHATOPS_ERROR;
            }

            place = chatops_variables_place(variables, name, index, mask);

            fork->is_fork = 1;
            fork->u.fork.index = index;
            fork->u.fork.mask = mask;
            fork->u.fork.child[0] = *place;
            fork->u.fork.child[1] = *place;
            fork->u.fork.child[chatops_variables_bit(name, index, mask)]
                = leaf;

            *place = fork;
        }
    }

    leaf->u.leaf.value = value != NULL ? *value : chatops_strn(NULL, 0);
    leaf->u.leaf.defined = defined;

    return CHATOPS_OK;
}


/* The leaf of that name, if there is one; otherwise another; or NULL. */

static chatops_variable_node_t *
chatops_variables_near(chatops_variable_node_t *node,
    const chatops_str_t *name)
{
    chatops_variable_fork_t  *fork;

    while (node != NULL && node->is_fork) {
        fork = &node->u.fork;
        node = fork->child[chatops_variables_bit(name, fork->index,
                                                 fork->mask)];
    }

    return node;
}


/* Nine bits, so that the end of a name is none of its bytes. */

static unsigned
chatops_variables_byte(const chatops_str_t *name, size_t i)
{
    return i < name->len ? name->data[i] + 1u : 0;
}


static unsigned
chatops_variables_bit(const chatops_str_t *name, size_t index, unsigned mask)
{
    return (chatops_variables_byte(name, index) & mask) != 0;
}


static int
chatops_variables_differ(const chatops_str_t *one, const chatops_str_t *two,
    size_t *index, unsigned *mask)
{
    size_t    i, len;
    unsigned  bits;

    if (chatops_str_eq(one, two)) {
        return 0;
    }

    len = one->len < two->len ? one->len : two->len;

    for (i = 0; i < len && one->data[i] == two->data[i]; i++) {
        /* void */
    }

    bits = chatops_variables_byte(one, i) ^ chatops_variables_byte(two, i);

    /* the highest one */

    while (bits & (bits - 1)) {
        bits &= bits - 1;
    }

    *index = i;
    *mask = bits;

    return 1;
}


/* Where a fork on that bit goes: above the forks on later ones. */

static chatops_variable_node_t **
chatops_variables_place(chatops_variables_t *variables,
    const chatops_str_t *name, size_t index, unsigned mask)
{
    chatops_variable_fork_t   *fork;
    chatops_variable_node_t  **place;

    place = &variables->root;

    while ((*place)->is_fork) {
        fork = &(*place)->u.fork;

        if (fork->index > index
            || (fork->index == index && fork->mask < mask))
        {
            break;
        }

        place = &fork->child[chatops_variables_bit(name, fork->index,
                                                   fork->mask)];
    }

    return place;
}
