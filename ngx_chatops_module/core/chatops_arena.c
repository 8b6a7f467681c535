#include <stdlib.h>

#include "chatops_core.h"


#define CHATOPS_ARENA_CHUNK  4096
#define CHATOPS_ARENA_ALIGN  _Alignof(max_align_t)


typedef struct chatops_arena_chunk_s  chatops_arena_chunk_t;

struct chatops_arena_chunk_s {
    chatops_arena_chunk_t        *next;
    _Alignas(max_align_t) u_char  data[];
};

typedef struct {
    chatops_arena_t               arena;
    chatops_arena_chunk_t        *chunks;
    u_char                       *pos;
    size_t                        left;
    size_t                        limit;
    size_t                        used;
} chatops_arena_heap_t;


static void *chatops_arena_heap_alloc(void *data, size_t size);


void *
chatops_palloc(chatops_arena_t *arena, size_t size)
{
    return arena->alloc(arena->data, size == 0 ? 1 : size);
}


void *
chatops_pcalloc(chatops_arena_t *arena, size_t size)
{
    void  *p;

    p = chatops_palloc(arena, size);

    if (p != NULL) {
        memset(p, 0, size);
    }

    return p;
}


int
chatops_pstrdup(chatops_arena_t *arena, chatops_str_t *dst,
    const chatops_str_t *src)
{
    u_char  *p;

    p = chatops_palloc(arena, src->len + 1);

    if (p == NULL) {
        return CHATOPS_ERROR;
    }

    if (src->len) {
        memcpy(p, src->data, src->len);
    }

    p[src->len] = '\0';

    dst->len = src->len;
    dst->data = p;

    return CHATOPS_OK;
}


chatops_arena_t *
chatops_arena_create(size_t limit)
{
    chatops_arena_heap_t  *heap;

    heap = calloc(1, sizeof(chatops_arena_heap_t));

    if (heap == NULL) {
        return NULL;
    }

    heap->arena.alloc = chatops_arena_heap_alloc;
    heap->arena.data = heap;
    heap->limit = limit;

    return &heap->arena;
}


void
chatops_arena_destroy(chatops_arena_t *arena)
{
    chatops_arena_heap_t   *heap;
    chatops_arena_chunk_t  *chunk, *next;

    if (arena == NULL) {
        return;
    }

    heap = arena->data;

    for (chunk = heap->chunks; chunk != NULL; chunk = next) {
        next = chunk->next;
        free(chunk);
    }

    free(heap);
}


static void *
chatops_arena_heap_alloc(void *data, size_t size)
{
    u_char                 *p;
    size_t                  room;
    chatops_arena_heap_t   *heap;
    chatops_arena_chunk_t  *chunk;

    heap = data;

    if (size > SIZE_MAX / 2) {
        return NULL;
    }

    size = (size + CHATOPS_ARENA_ALIGN - 1) & ~(CHATOPS_ARENA_ALIGN - 1);

    if (heap->limit && size > heap->limit - heap->used) {
        return NULL;
    }

    if (size > heap->left) {
        room = size > CHATOPS_ARENA_CHUNK / 2 ? size : CHATOPS_ARENA_CHUNK;

        chunk = malloc(sizeof(chatops_arena_chunk_t) + room);

        if (chunk == NULL) {
            return NULL;
        }

        chunk->next = heap->chunks;
        heap->chunks = chunk;

        if (room == size) {

            /* a chunk of its own; the current one goes on serving */

            heap->used += size;
            return chunk->data;
        }

        heap->pos = chunk->data;
        heap->left = room;
    }

    p = heap->pos;
    heap->pos += size;
    heap->left -= size;
    heap->used += size;

    return p;
}
