#include "chatops_ci_check.h"


#define CHATOPS_CHECK_MIN_SEEN  256      /* a power of 2 */


static size_t
chatops_check_slot(const chatops_check_seen_t *seen, const void *node,
    const void *as)
{
    uint64_t  hash;

    hash = (uint64_t) (uintptr_t) node * 0x9e3779b97f4a7c15u;
    hash = (hash ^ (uint64_t) (uintptr_t) as) * 0xc2b2ae3d27d4eb4fu;

    return (size_t) (hash >> 32) & (seen->size - 1);
}


static chatops_check_seen_entry_t *
chatops_check_seen_find(const chatops_check_seen_t *seen, const void *node,
    const void *as)
{
    size_t                       i;
    chatops_check_seen_entry_t  *entry;

    for (i = chatops_check_slot(seen, node, as); /* void */ ; i++) {
        entry = &seen->entries[i & (seen->size - 1)];

        if (entry->node == NULL || (entry->node == node && entry->as == as)) {
            return entry;
        }
    }
}


static int
chatops_check_seen_grow(chatops_arena_t *arena, chatops_check_seen_t *seen)
{
    size_t                 i;
    chatops_check_seen_t   old;

    old = *seen;

    seen->size = old.size == 0 ? CHATOPS_CHECK_MIN_SEEN : old.size * 4;
    seen->entries = chatops_pcalloc(arena, seen->size
                                           * sizeof(seen->entries[0]));

    if (seen->entries == NULL) {
        return CHATOPS_ERROR;
    }

    for (i = 0; i < old.size; i++) {
        if (old.entries[i].node != NULL) {
            *chatops_check_seen_find(seen, old.entries[i].node,
                                     old.entries[i].as) = old.entries[i];
        }
    }

    return CHATOPS_OK;
}


int
chatops_check_seen(chatops_check_t *check, const chatops_yaml_node_t *node,
    const void *as)
{
    chatops_check_seen_t        *seen;
    chatops_check_seen_entry_t  *entry;

    seen = &check->seen;

    if (seen->count >= seen->size / 2
        && chatops_check_seen_grow(check->arena, seen) != CHATOPS_OK)
    {
        check->failed = 1;
        return 1;
    }

    entry = chatops_check_seen_find(seen, node, as);

    if (entry->node != NULL) {
        return 1;
    }

    entry->node = node;
    entry->as = as;
    seen->count++;

    return 0;
}
