#include <stdlib.h>

#include "chatops_core.h"


#define CHATOPS_ARENA_CHUNK  4096
#define CHATOPS_ARENA_ALIGN  _Alignof(max_align_t)

/* AddressSanitizer sees an overrun only between calls of malloc(). */

#if defined(__SANITIZE_ADDRESS__)
#define CHATOPS_ARENA_EXACT  1

#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CHATOPS_ARENA_EXACT  1
#endif

#endif

#ifndef CHATOPS_ARENA_EXACT
#define CHATOPS_ARENA_EXACT  0
#endif


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
static u_char *chatops_arena_heap_chunk(chatops_arena_heap_t *heap,
    size_t size);


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
    u_char                *p;
    size_t                 rounded;
    chatops_arena_heap_t  *heap;

    heap = data;

    if (size > SIZE_MAX / 2) {
        return NULL;
    }

    rounded = (size + CHATOPS_ARENA_ALIGN - 1) & ~(CHATOPS_ARENA_ALIGN - 1);

    if (heap->limit && rounded > heap->limit - heap->used) {
        return NULL;
    }

    if (CHATOPS_ARENA_EXACT || rounded > CHATOPS_ARENA_CHUNK / 2) {

        /* a chunk of its own; the current one goes on serving */

        p = chatops_arena_heap_chunk(heap, size);

        if (p != NULL) {
            heap->used += rounded;
        }

        return p;
    }

    if (rounded > heap->left) {
        p = chatops_arena_heap_chunk(heap, CHATOPS_ARENA_CHUNK);

        if (p == NULL) {
            return NULL;
        }

        heap->pos = p;
        heap->left = CHATOPS_ARENA_CHUNK;
    }

    p = heap->pos;
    heap->pos += rounded;
    heap->left -= rounded;
    heap->used += rounded;

    return p;
}


static u_char *
chatops_arena_heap_chunk(chatops_arena_heap_t *heap, size_t size)
{
    chatops_arena_chunk_t  *chunk;

    chunk = malloc(sizeof(chatops_arena_chunk_t) + size);

    if (chunk == NULL) {
        return NULL;
    }

    chunk->next = heap->chunks;
    heap->chunks = chunk;

    return chunk->data;
}
