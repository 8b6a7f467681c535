#include "ngx_chatops_arena.h"


static void *ngx_chatops_arena_alloc(void *data, size_t size);


chatops_arena_t
ngx_chatops_arena(ngx_pool_t *pool)
{
    chatops_arena_t  arena;

    arena.alloc = ngx_chatops_arena_alloc;
    arena.data = pool;

    return arena;
}


static void *
ngx_chatops_arena_alloc(void *data, size_t size)
{
    return ngx_palloc(data, size);
}
