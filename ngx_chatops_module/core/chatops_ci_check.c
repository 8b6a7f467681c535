#include "chatops_ci_parts.h"


int
chatops_ci_check(chatops_arena_t *arena, chatops_ci_t *ci)
{
    (void) arena;
    (void) ci;

    return CHATOPS_OK;
}
