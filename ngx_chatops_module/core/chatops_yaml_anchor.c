#include "chatops_yaml_parts.h"


static size_t chatops_yaml_anchor_place(const chatops_yaml_reader_t *reader,
    const chatops_str_t *name, int *found);


int
chatops_yaml_anchor_add(chatops_yaml_reader_t *reader,
    chatops_yaml_node_t *node, const yaml_char_t *name,
    chatops_yaml_anchor_t **anchor)
{
    int                      found;
    size_t                   i, size;
    chatops_str_t            s;
    chatops_yaml_anchor_t   *a, **anchors;

    s = chatops_str((const char *) name);
    a = chatops_pcalloc(reader->arena, sizeof(chatops_yaml_anchor_t));

    if (a == NULL || chatops_pstrdup(reader->arena, &a->name, &s)
                     != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    a->node = node;
    *anchor = a;

    i = chatops_yaml_anchor_place(reader, &s, &found);

    if (found) {
        reader->anchors[i] = a;
        return CHATOPS_OK;
    }

    if (reader->nanchors == CHATOPS_YAML_MAX_ALIASES) {
        return chatops_yaml_declined(reader->error, node->line,
                                     "too many anchors");
    }

    if (reader->nanchors == reader->max_anchors) {
        size = reader->max_anchors ? reader->max_anchors * 2 : 64;

        anchors = chatops_palloc(reader->arena,
                                 size * sizeof(chatops_yaml_anchor_t *));

        if (anchors == NULL) {
            return CHATOPS_ERROR;
        }

        if (reader->nanchors) {
            memcpy(anchors, reader->anchors,
                   reader->nanchors * sizeof(chatops_yaml_anchor_t *));
        }

        reader->anchors = anchors;
        reader->max_anchors = size;
    }

    memmove(reader->anchors + i + 1, reader->anchors + i,
            (reader->nanchors - i) * sizeof(chatops_yaml_anchor_t *));

    reader->anchors[i] = a;
    reader->nanchors++;

    return CHATOPS_OK;
}


chatops_yaml_anchor_t *
chatops_yaml_anchor_find(const chatops_yaml_reader_t *reader,
    const chatops_str_t *name)
{
    int     found;
    size_t  i;

    i = chatops_yaml_anchor_place(reader, name, &found);

    return found ? reader->anchors[i] : NULL;
}


static size_t
chatops_yaml_anchor_place(const chatops_yaml_reader_t *reader,
    const chatops_str_t *name, int *found)
{
    int     rc;
    size_t  low, high, middle;

    low = 0;
    high = reader->nanchors;
    *found = 0;

    while (low < high) {
        middle = low + (high - low) / 2;
        rc = chatops_str_cmp(&reader->anchors[middle]->name, name);

        if (rc == 0) {
            *found = 1;
            return middle;
        }

        if (rc < 0) {
            low = middle + 1;

        } else {
            high = middle;
        }
    }

    return low;
}
