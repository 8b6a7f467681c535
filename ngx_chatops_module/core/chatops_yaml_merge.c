#include "chatops_yaml_parts.h"


static size_t chatops_yaml_merge_count(const chatops_yaml_entry_t *key,
    const chatops_yaml_entry_t *value);
static size_t chatops_yaml_merge_pairs(chatops_yaml_pair_t *pairs,
    const chatops_yaml_entry_t *key, const chatops_yaml_entry_t *value);
static int chatops_yaml_is_merge(const chatops_yaml_node_t *key);
static int chatops_yaml_merges(const chatops_yaml_entry_t *key,
    const chatops_yaml_entry_t *value);


int
chatops_yaml_merge_read(chatops_yaml_reader_t *reader,
    chatops_yaml_node_t *node, const chatops_yaml_entry_t *entries,
    size_t count)
{
    size_t  i, total;

    total = 0;

    for (i = 0; i < count; i += 2) {

        if (chatops_str_is(&entries[i + 1].node->tag, "!reference")
            && !entries[i + 1].alias
            && chatops_yaml_is_merge(entries[i].node))
        {
            return chatops_yaml_declined(reader->error,
                                         entries[i + 1].node->line,
                                         "`<<` of a `!reference`, which "
                                         "GitLab cannot read");
        }

        total += chatops_yaml_merge_count(&entries[i], &entries[i + 1]);
    }

    reader->merged += total;

    if (reader->merged > CHATOPS_YAML_MAX_NODES) {
        return chatops_yaml_declined(reader->error, node->line,
                                     "`<<` merges too much");
    }

    node->pairs = chatops_palloc(reader->arena,
                                 total * sizeof(chatops_yaml_pair_t));

    if (node->pairs == NULL) {
        return CHATOPS_ERROR;
    }

    for (i = 0; i < count; i += 2) {
        node->count += chatops_yaml_merge_pairs(node->pairs + node->count,
                                                &entries[i], &entries[i + 1]);
    }

    return chatops_yaml_unique(reader->arena, node);
}


/* How many pairs an entry of a mapping stands for. */

static size_t
chatops_yaml_merge_count(const chatops_yaml_entry_t *key,
    const chatops_yaml_entry_t *value)
{
    size_t                      count, i;
    const chatops_yaml_node_t  *node;

    if (!chatops_yaml_merges(key, value)) {
        return 1;
    }

    node = value->node;

    if (node->type == CHATOPS_YAML_MAPPING) {
        return node->count;
    }

    for (i = 0, count = 0; i < node->count; i++) {
        count += node->items[i]->count;
    }

    return count;
}


static size_t
chatops_yaml_merge_pairs(chatops_yaml_pair_t *pairs,
    const chatops_yaml_entry_t *key, const chatops_yaml_entry_t *value)
{
    size_t                      i, n;
    const chatops_yaml_node_t  *item, *node;

    node = value->node;

    if (!chatops_yaml_merges(key, value)) {
        pairs->key = key->node;
        pairs->value = value->node;
        return 1;
    }

    if (node->type == CHATOPS_YAML_MAPPING) {
        if (node->count) {
            memcpy(pairs, node->pairs,
                   node->count * sizeof(chatops_yaml_pair_t));
        }

        return node->count;
    }

    /* of a list the first mapping wins, thus it comes last */

    n = 0;

    for (i = node->count; i > 0; i--) {
        item = node->items[i - 1];

        if (item->count) {
            memcpy(pairs + n, item->pairs,
                   item->count * sizeof(chatops_yaml_pair_t));
        }

        n += item->count;
    }

    return n;
}


static int
chatops_yaml_is_merge(const chatops_yaml_node_t *key)
{
    return key->type == CHATOPS_YAML_SCALAR
           && chatops_str_is(&key->value, "<<")
           && !chatops_str_is(&key->tag, CHATOPS_YAML_STR_TAG);
}


/* What Psych cannot merge it keeps under the key. */

static int
chatops_yaml_merges(const chatops_yaml_entry_t *key,
    const chatops_yaml_entry_t *value)
{
    size_t                      i;
    const chatops_yaml_node_t  *node;

    if (!chatops_yaml_is_merge(key->node)) {
        return 0;
    }

    node = value->node;

    if (node->type != CHATOPS_YAML_SEQUENCE) {
        return node->type == CHATOPS_YAML_MAPPING;
    }

    for (i = 0; i < node->count; i++) {
        if (node->items[i]->type != CHATOPS_YAML_MAPPING) {
            return 0;
        }
    }

    return !value->alias;
}
