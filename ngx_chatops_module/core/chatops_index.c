#include <stdlib.h>

#include "chatops_index.h"


#define CHATOPS_INDEX_FEW     8
#define CHATOPS_INDEX_FACTOR  0x9e3779b97f4a7c15ull


typedef struct {
    uint32_t                hash;
    uint32_t                number;
    chatops_str_t           name;
} chatops_index_entry_t;


/*
 * The entries of a bucket stand together, in the order of their numbers, or,
 * when they are many, of their names.
 */

struct chatops_index_s {
    chatops_index_entry_t  *added;
    chatops_index_entry_t  *entries;
    uint32_t               *buckets;     /* where they begin, and the end */
    size_t                  count;
    uint32_t                mask;
};


static uint32_t chatops_index_hash(const chatops_str_t *name);
static int chatops_index_cmp(const void *one, const void *two);


chatops_index_t *
chatops_index_create(chatops_arena_t *arena, size_t max)
{
    size_t            buckets;
    chatops_index_t  *index;

    for (buckets = 16; buckets < max; buckets *= 2) {
        /* void */
    }

    index = chatops_pcalloc(arena, sizeof(chatops_index_t));

    if (index == NULL) {
        return NULL;
    }

    index->mask = buckets - 1;
    index->added = chatops_palloc(arena, max * sizeof(chatops_index_entry_t));
    index->entries = chatops_palloc(arena,
                                    max * sizeof(chatops_index_entry_t));
    index->buckets = chatops_pcalloc(arena, (buckets + 1) * sizeof(uint32_t));

    if (index->added == NULL || index->entries == NULL
        || index->buckets == NULL)
    {
        return NULL;
    }

    return index;
}


void
chatops_index_add(chatops_index_t *index, const chatops_str_t *name,
    uint32_t number)
{
    chatops_index_entry_t  *entry;

    entry = &index->added[index->count++];

    entry->hash = chatops_index_hash(name);
    entry->number = number;
    entry->name = *name;

    index->buckets[entry->hash & index->mask]++;
}


void
chatops_index_finish(chatops_index_t *index)
{
    size_t                  i;
    uint32_t                n, sum;
    chatops_index_entry_t  *entry;

    sum = 0;

    for (i = 0; i <= index->mask; i++) {
        sum += index->buckets[i];
        index->buckets[i] = sum;
    }

    index->buckets[i] = sum;

    /* from the end, so that each bucket's place becomes its start */

    for (i = index->count; i > 0; i--) {
        entry = &index->added[i - 1];
        index->entries[--index->buckets[entry->hash & index->mask]] = *entry;
    }

    for (i = 0; i <= index->mask; i++) {
        n = index->buckets[i + 1] - index->buckets[i];

        if (n > CHATOPS_INDEX_FEW) {
            qsort(index->entries + index->buckets[i], n,
                  sizeof(chatops_index_entry_t), chatops_index_cmp);
        }
    }
}


size_t
chatops_index_count(const chatops_index_t *index)
{
    return index->count;
}


uint32_t
chatops_index_find(const chatops_index_t *index, const chatops_str_t *name)
{
    uint32_t                      hash;
    const chatops_index_entry_t  *entry, *high, *low, *middle;

    hash = chatops_index_hash(name);

    low = index->entries + index->buckets[hash & index->mask];
    high = index->entries + index->buckets[(hash & index->mask) + 1];

    if (high - low <= CHATOPS_INDEX_FEW) {

        for (entry = low; entry < high; entry++) {
            if (entry->hash == hash && chatops_str_eq(&entry->name, name)) {
                return entry->number;
            }
        }

        return CHATOPS_INDEX_NONE;
    }

    entry = high;

    while (low < high) {
        middle = low + (high - low) / 2;

        if (chatops_str_cmp(&middle->name, name) < 0) {
            low = middle + 1;

        } else {
            high = middle;
        }
    }

    return low < entry && chatops_str_eq(&low->name, name)
           ? low->number : CHATOPS_INDEX_NONE;
}


static uint32_t
chatops_index_hash(const chatops_str_t *name)
{
    size_t         n;
    uint64_t       hash, word;
    const u_char  *p;

    p = name->data;
    hash = name->len * CHATOPS_INDEX_FACTOR;

    for (n = name->len; n >= sizeof(word); n -= sizeof(word)) {
        memcpy(&word, p, sizeof(word));

        hash = (hash ^ word) * CHATOPS_INDEX_FACTOR;
        hash ^= hash >> 32;
        p += sizeof(word);
    }

    if (n) {
        word = 0;
        memcpy(&word, p, n);

        hash = (hash ^ word) * CHATOPS_INDEX_FACTOR;
    }

    /* the last bytes' bits are high: all come down */

    hash = (hash ^ hash >> 32) * CHATOPS_INDEX_FACTOR;

    return (uint32_t) (hash >> 32);
}


static int
chatops_index_cmp(const void *one, const void *two)
{
    int                           rc;
    const chatops_index_entry_t  *a, *b;

    a = one;
    b = two;
    rc = chatops_str_cmp(&a->name, &b->name);

    return rc ? rc : (a->number > b->number) - (a->number < b->number);
}
