#include "chatops_ci_parts.h"


static int chatops_ci_merge_pairs(chatops_ci_reader_t *reader,
    chatops_yaml_node_t *node, const chatops_yaml_node_t *under,
    const chatops_yaml_node_t *over);


int
chatops_ci_merge(chatops_ci_reader_t *reader, chatops_yaml_node_t *under,
    chatops_yaml_node_t *over, chatops_yaml_node_t **merged)
{
    int                   rc;
    size_t                total;
    chatops_yaml_node_t  *node;

    if (under->type != CHATOPS_YAML_MAPPING
        || over->type != CHATOPS_YAML_MAPPING || under->count == 0
        || under == over)
    {
        *merged = over;
        return CHATOPS_OK;
    }

    if (over->count == 0) {
        *merged = under;
        return CHATOPS_OK;
    }

    total = under->count + over->count;
    reader->pairs += total;

    if (reader->pairs > CHATOPS_CI_MAX_PAIRS) {
        return chatops_ci_declined(reader, "what it merges is too large");
    }

    node = chatops_yaml_mapping(reader->arena);

    if (node == NULL) {
        return CHATOPS_ERROR;
    }

    node->line = over->line;
    node->file = over->file;
    node->pairs = chatops_palloc(reader->arena,
                                 total * sizeof(chatops_yaml_pair_t));

    if (node->pairs == NULL) {
        return CHATOPS_ERROR;
    }

    memcpy(node->pairs, under->pairs,
           under->count * sizeof(chatops_yaml_pair_t));

    node->count = under->count;

    rc = chatops_ci_merge_pairs(reader, node, under, over);

    if (rc != CHATOPS_OK) {
        return rc;
    }

    chatops_yaml_measure(node);
    *merged = node;

    return CHATOPS_OK;
}


/* A key that is in both stays where it is in the one under. */

static int
chatops_ci_merge_pairs(chatops_ci_reader_t *reader, chatops_yaml_node_t *node,
    const chatops_yaml_node_t *under, const chatops_yaml_node_t *over)
{
    int                         rc;
    size_t                      i, k;
    chatops_yaml_pair_t        *pair;
    const chatops_yaml_pair_t  *own;

    for (i = 0; i < over->count; i++) {
        own = &over->pairs[i];
        k = under->count;

        if (own->key->type == CHATOPS_YAML_SCALAR) {
            k = chatops_yaml_place(under, &own->key->value);
        }

        if (k == under->count) {
            node->pairs[node->count++] = *own;
            continue;
        }

        pair = &node->pairs[k];
        pair->key = own->key;

        rc = chatops_ci_merge(reader, pair->value, own->value, &pair->value);

        if (rc != CHATOPS_OK) {
            return rc;
        }
    }

    return chatops_yaml_index(reader->arena, node);
}
