/*
 * Memory that is given back all at once.  The module backs it with an
 * ngx_pool_t; everyone else with chatops_arena_create().
 */

#ifndef CHATOPS_ARENA_H
#define CHATOPS_ARENA_H


#include "chatops_str.h"


typedef struct chatops_arena_s  chatops_arena_t;

struct chatops_arena_s {
    /* Aligned for any type; NULL when out of memory. */
    void  *(*alloc)(void *data, size_t size);
    void    *data;
};


/* Both return NULL when out of memory; size 0 is served as 1. */
void *chatops_palloc(chatops_arena_t *arena, size_t size);
void *chatops_pcalloc(chatops_arena_t *arena, size_t size);

/*
 * A copy of `src` in the arena, with a NUL behind it that `len` does not
 * count.  Returns CHATOPS_OK or CHATOPS_ERROR.
 */
int chatops_pstrdup(chatops_arena_t *arena, chatops_str_t *dst,
    const chatops_str_t *src);

/*
 * An arena on malloc().  `limit`: the most bytes it will hand out, 0 for no
 * limit; past it every allocation fails.  NULL: out of memory.  The owner
 * calls chatops_arena_destroy(), which takes NULL too.
 */
chatops_arena_t *chatops_arena_create(size_t limit);
void chatops_arena_destroy(chatops_arena_t *arena);


#endif /* CHATOPS_ARENA_H */
