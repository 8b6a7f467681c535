#include <stdlib.h>
#include <strings.h>

#include "chatops_yaml.h"


#define CHATOPS_YAML_FEW_PAIRS  16
#define CHATOPS_YAML_ROOM       4


static int chatops_yaml_is_word(const chatops_yaml_node_t *node,
    const char *const *words);
static void *chatops_yaml_room(chatops_arena_t *arena, void *data,
    size_t count, size_t size);
static void chatops_yaml_unique_few(chatops_yaml_node_t *mapping);
static int chatops_yaml_unique_many(chatops_arena_t *arena,
    chatops_yaml_node_t *mapping);
static int chatops_yaml_reindex(chatops_arena_t *arena,
    chatops_yaml_node_t *mapping);


chatops_yaml_node_t *
chatops_yaml_find(const chatops_yaml_node_t *node, const chatops_str_t *key)
{
    size_t  i;

    if (node == NULL || node->type != CHATOPS_YAML_MAPPING) {
        return NULL;
    }

    i = chatops_yaml_place(node, key);

    return i == node->count ? NULL : node->pairs[i].value;
}


size_t
chatops_yaml_place(const chatops_yaml_node_t *node,
    const chatops_str_t *key)
{
    size_t                      i;
    uint32_t                    found;
    const chatops_yaml_node_t  *name;

    i = 0;

    if (node->index != NULL) {
        found = chatops_index_find(node->index, key);

        if (found != CHATOPS_INDEX_NONE
            && node->pairs[found].key->type == CHATOPS_YAML_SCALAR)
        {
            return found;
        }

        /* what has been added since */

        i = chatops_index_count(node->index);
    }

    for ( /* void */ ; i < node->count; i++) {
        name = node->pairs[i].key;

        if (name->type == CHATOPS_YAML_SCALAR
            && chatops_str_eq(&name->value, key))
        {
            return i;
        }
    }

    return i;
}


chatops_yaml_node_t *
chatops_yaml_get(const chatops_yaml_node_t *node, const char *key)
{
    chatops_str_t  name;

    name = chatops_str(key);

    return chatops_yaml_find(node, &name);
}


int
chatops_yaml_is_null(const chatops_yaml_node_t *node)
{
    static const char *const  words[] = { "", "~", "null", NULL };

    return node == NULL || chatops_yaml_is_word(node, words);
}


int
chatops_yaml_is_true(const chatops_yaml_node_t *node)
{
    static const char *const  words[] = { "true", "yes", "on", NULL };

    return node != NULL && chatops_yaml_is_word(node, words);
}


int
chatops_yaml_is_false(const chatops_yaml_node_t *node)
{
    static const char *const  words[] = { "false", "no", "off", NULL };

    return node != NULL && chatops_yaml_is_word(node, words);
}


static int
chatops_yaml_is_word(const chatops_yaml_node_t *node,
    const char *const *words)
{
    size_t  len;

    if (node->type != CHATOPS_YAML_SCALAR || !node->plain || node->tag.len) {
        return 0;
    }

    for ( /* void */ ; *words != NULL; words++) {
        len = strlen(*words);

        if (node->value.len == len
            && (len == 0
                || strncasecmp((char *) node->value.data, *words, len) == 0))
        {
            return 1;
        }
    }

    return 0;
}


chatops_yaml_node_t *
chatops_yaml_scalar(chatops_arena_t *arena, const chatops_str_t *value)
{
    chatops_yaml_node_t  *node;

    node = chatops_pcalloc(arena, sizeof(chatops_yaml_node_t));

    if (node == NULL
        || chatops_pstrdup(arena, &node->value, value) != CHATOPS_OK)
    {
        return NULL;
    }

    return node;
}


chatops_yaml_node_t *
chatops_yaml_plain(chatops_arena_t *arena, const char *value)
{
    chatops_str_t         s;
    chatops_yaml_node_t  *node;

    s = chatops_str(value);
    node = chatops_yaml_scalar(arena, &s);

    if (node != NULL) {
        node->plain = 1;
    }

    return node;
}


chatops_yaml_node_t *
chatops_yaml_mapping(chatops_arena_t *arena)
{
    chatops_yaml_node_t  *node;

    node = chatops_pcalloc(arena, sizeof(chatops_yaml_node_t));

    if (node != NULL) {
        node->type = CHATOPS_YAML_MAPPING;
    }

    return node;
}


chatops_yaml_node_t *
chatops_yaml_sequence(chatops_arena_t *arena)
{
    chatops_yaml_node_t  *node;

    node = chatops_pcalloc(arena, sizeof(chatops_yaml_node_t));

    if (node != NULL) {
        node->type = CHATOPS_YAML_SEQUENCE;
    }

    return node;
}


int
chatops_yaml_set(chatops_arena_t *arena, chatops_yaml_node_t *mapping,
    chatops_yaml_node_t *key, chatops_yaml_node_t *value)
{
    size_t                i;
    chatops_yaml_pair_t  *pair;

    if (key->type == CHATOPS_YAML_SCALAR) {
        i = chatops_yaml_place(mapping, &key->value);

        if (i < mapping->count) {
            mapping->pairs[i].value = value;
            return CHATOPS_OK;
        }
    }

    mapping->pairs = chatops_yaml_room(arena, mapping->pairs, mapping->count,
                                       sizeof(chatops_yaml_pair_t));

    if (mapping->pairs == NULL) {
        mapping->count = 0;
        return CHATOPS_ERROR;
    }

    pair = &mapping->pairs[mapping->count++];

    pair->key = key;
    pair->value = value;

    return chatops_yaml_reindex(arena, mapping);
}


int
chatops_yaml_append(chatops_arena_t *arena, chatops_yaml_node_t *sequence,
    chatops_yaml_node_t *item)
{
    sequence->items = chatops_yaml_room(arena, sequence->items,
                                        sequence->count,
                                        sizeof(chatops_yaml_node_t *));

    if (sequence->items == NULL) {
        sequence->count = 0;
        return CHATOPS_ERROR;
    }

    sequence->items[sequence->count++] = item;

    return CHATOPS_OK;
}


void
chatops_yaml_remove(chatops_yaml_node_t *mapping, const char *key)
{
    size_t                i, n;
    chatops_yaml_node_t  *name;

    for (i = 0, n = 0; i < mapping->count; i++) {
        name = mapping->pairs[i].key;

        if (name->type != CHATOPS_YAML_SCALAR
            || !chatops_str_is(&name->value, key))
        {
            mapping->pairs[n++] = mapping->pairs[i];
        }
    }

    if (n != mapping->count) {
        mapping->count = n;
        mapping->index = NULL;
    }
}


chatops_yaml_node_t *
chatops_yaml_merge(chatops_arena_t *arena, const chatops_yaml_node_t *under,
    const chatops_yaml_node_t *over)
{
    size_t                      i, size, total;
    chatops_yaml_node_t        *node;
    const chatops_yaml_node_t  *parts[2];

    node = chatops_yaml_mapping(arena);

    if (node == NULL) {
        return NULL;
    }

    parts[0] = under;
    parts[1] = over;
    total = 0;

    for (i = 0; i < 2; i++) {
        if (parts[i] != NULL && parts[i]->type == CHATOPS_YAML_MAPPING) {
            total += parts[i]->count;

        } else {
            parts[i] = NULL;
        }
    }

    if (total == 0) {
        return node;
    }

    /* as chatops_yaml_room() would have made it: a power of two */

    for (size = CHATOPS_YAML_ROOM; size < total; size *= 2) {
        /* void */
    }

    node->pairs = chatops_palloc(arena, size * sizeof(chatops_yaml_pair_t));

    if (node->pairs == NULL) {
        return NULL;
    }

    for (i = 0; i < 2; i++) {
        if (parts[i] != NULL && parts[i]->count) {
            memcpy(node->pairs + node->count, parts[i]->pairs,
                   parts[i]->count * sizeof(chatops_yaml_pair_t));

            node->count += parts[i]->count;
        }
    }

    return chatops_yaml_unique(arena, node) == CHATOPS_OK ? node : NULL;
}


int
chatops_yaml_unique(chatops_arena_t *arena, chatops_yaml_node_t *mapping)
{
    mapping->index = NULL;

    if (mapping->count > CHATOPS_YAML_FEW_PAIRS) {
        return chatops_yaml_unique_many(arena, mapping);
    }

    chatops_yaml_unique_few(mapping);

    return CHATOPS_OK;
}


static void
chatops_yaml_unique_few(chatops_yaml_node_t *mapping)
{
    size_t                i, k, n;
    chatops_yaml_node_t  *key, *other;
    chatops_yaml_pair_t  *pairs;

    pairs = mapping->pairs;
    n = 0;

    for (i = 0; i < mapping->count; i++) {
        key = pairs[i].key;

        for (k = 0; k < n; k++) {
            other = pairs[k].key;

            if (other->value.len == key->value.len
                && other->type == CHATOPS_YAML_SCALAR
                && key->type == CHATOPS_YAML_SCALAR
                && chatops_str_eq(&other->value, &key->value))
            {
                break;
            }
        }

        pairs[k] = pairs[i];
        n += k == n;
    }

    mapping->count = n;
}


static int
chatops_yaml_unique_many(chatops_arena_t *arena,
    chatops_yaml_node_t *mapping)
{
    size_t                i, n;
    uint32_t              first;
    chatops_yaml_pair_t  *pairs;

    if (chatops_yaml_index(arena, mapping) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    pairs = mapping->pairs;
    n = 0;

    for (i = 0; i < mapping->count; i++) {

        if (pairs[i].key->type != CHATOPS_YAML_SCALAR) {
            continue;
        }

        first = chatops_index_find(mapping->index, &pairs[i].key->value);

        if (first < i && pairs[first].key->type == CHATOPS_YAML_SCALAR) {
            pairs[first] = pairs[i];
            pairs[i].value = NULL;
            n++;
        }
    }

    if (n == 0) {
        return CHATOPS_OK;
    }

    for (i = 0, n = 0; i < mapping->count; i++) {
        if (pairs[i].value != NULL) {
            pairs[n++] = pairs[i];
        }
    }

    mapping->count = n;

    return chatops_yaml_index(arena, mapping);
}


/* After one more pair: not before there are many without an index. */

static int
chatops_yaml_reindex(chatops_arena_t *arena, chatops_yaml_node_t *mapping)
{
    size_t  n;

    n = mapping->index ? chatops_index_count(mapping->index) : 0;

    if (mapping->count - n <= CHATOPS_YAML_FEW_PAIRS + n / 4) {
        return CHATOPS_OK;
    }

    return chatops_yaml_index(arena, mapping);
}


int
chatops_yaml_index(chatops_arena_t *arena, chatops_yaml_node_t *mapping)
{
    size_t                 i;
    chatops_str_t          none;
    chatops_index_t       *index;
    chatops_yaml_node_t   *key;

    mapping->index = NULL;

    if (mapping->count <= CHATOPS_YAML_FEW_PAIRS) {
        return CHATOPS_OK;
    }

    index = chatops_index_create(arena, mapping->count);

    if (index == NULL) {
        return CHATOPS_ERROR;
    }

    /* what is no text has a place, under what no text is: it is not UTF-8 */

    none = chatops_str("\xff");

    for (i = 0; i < mapping->count; i++) {
        key = mapping->pairs[i].key;

        chatops_index_add(index, key->type == CHATOPS_YAML_SCALAR
                                 ? &key->value : &none, i);
    }

    chatops_index_finish(index);

    mapping->index = index;

    return CHATOPS_OK;
}


/* Room for one more; it doubles whenever a power of two has been filled. */

static void *
chatops_yaml_room(chatops_arena_t *arena, void *data, size_t count,
    size_t size)
{
    void  *room;

    if (count != 0
        && (count < CHATOPS_YAML_ROOM || (count & (count - 1)) != 0))
    {
        return data;
    }

    room = chatops_palloc(arena,
                          (count ? count * 2 : CHATOPS_YAML_ROOM) * size);

    if (room != NULL && count) {
        memcpy(room, data, count * size);
    }

    return room;
}
