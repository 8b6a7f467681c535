#include "chatops_ci_parts.h"


#define CHATOPS_CI_MEMO_ROOM  64


typedef struct {
    const chatops_yaml_node_t  *node;
    chatops_yaml_node_t        *value;
} chatops_ci_memo_slot_t;


struct chatops_ci_memo_s {
    chatops_arena_t            *arena;
    chatops_ci_memo_slot_t     *slots;
    size_t                      size;        /* a power of two */
    size_t                      count;
};


static chatops_ci_memo_slot_t *chatops_ci_memo_slot(
    const chatops_ci_memo_t *memo, const chatops_yaml_node_t *node);
static int chatops_ci_memo_grow(chatops_ci_memo_t *memo);


chatops_ci_memo_t *
chatops_ci_memo_create(chatops_arena_t *arena)
{
    chatops_ci_memo_t  *memo;

    memo = chatops_pcalloc(arena, sizeof(chatops_ci_memo_t));

    if (memo == NULL) {
        return NULL;
    }

    memo->arena = arena;

    return chatops_ci_memo_grow(memo) == CHATOPS_OK ? memo : NULL;
}


chatops_yaml_node_t *
chatops_ci_memo_get(const chatops_ci_memo_t *memo,
    const chatops_yaml_node_t *node)
{
    return chatops_ci_memo_slot(memo, node)->value;
}


int
chatops_ci_memo_set(chatops_ci_memo_t *memo, const chatops_yaml_node_t *node,
    chatops_yaml_node_t *value)
{
    chatops_ci_memo_slot_t  *slot;

    slot = chatops_ci_memo_slot(memo, node);
    slot->value = value;

    if (slot->node != NULL) {
        return CHATOPS_OK;
    }

    slot->node = node;
    memo->count++;

    return memo->count > memo->size / 2 ? chatops_ci_memo_grow(memo)
                                        : CHATOPS_OK;
}


static chatops_ci_memo_slot_t *
chatops_ci_memo_slot(const chatops_ci_memo_t *memo,
    const chatops_yaml_node_t *node)
{
    size_t  i;

    i = ((uintptr_t) node >> 4) * 0x9e3779b1u;
    i ^= i >> 15;

    for (i &= memo->size - 1;
         memo->slots[i].node != NULL && memo->slots[i].node != node;
         i = (i + 1) & (memo->size - 1))
    {
        /* void */
    }

    return &memo->slots[i];
}


static int
chatops_ci_memo_grow(chatops_ci_memo_t *memo)
{
    size_t                   i, size;
    chatops_ci_memo_slot_t  *slots;

    slots = memo->slots;
    size = memo->size;

    memo->size = size ? size * 2 : CHATOPS_CI_MEMO_ROOM;
    memo->slots = chatops_pcalloc(memo->arena, memo->size
                                            * sizeof(chatops_ci_memo_slot_t));

    if (memo->slots == NULL) {
        return CHATOPS_ERROR;
    }

    for (i = 0; i < size; i++) {
        if (slots[i].node != NULL) {
            *chatops_ci_memo_slot(memo, slots[i].node) = slots[i];
        }
    }

    return CHATOPS_OK;
}
