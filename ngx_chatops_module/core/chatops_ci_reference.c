#include "chatops_ci_parts.h"


/*
 * GitLab: lib/gitlab/ci/config/yaml/tags/resolver.rb and reference.rb.  What
 * has no reference below is shared, what has is resolved once, whoever gets
 * to it.  A list that takes the place of an item is not flattened.
 */

#define CHATOPS_CI_MAX_REFERENCE  120


static int chatops_ci_resolve(chatops_ci_reader_t *reader,
    chatops_yaml_node_t *node, size_t depth, chatops_yaml_node_t **resolved);
static int chatops_ci_resolve_parts(chatops_ci_reader_t *reader,
    chatops_yaml_node_t *node, size_t depth, chatops_yaml_node_t **resolved);
static int chatops_ci_resolve_reference(chatops_ci_reader_t *reader,
    chatops_yaml_node_t *node, size_t depth, chatops_yaml_node_t **resolved);
static int chatops_ci_reference_valid(const chatops_yaml_node_t *node);
static chatops_yaml_node_t *chatops_ci_reference_target(
    const chatops_ci_reader_t *reader, const chatops_yaml_node_t *node);
static int chatops_ci_reference_failed(chatops_ci_reader_t *reader,
    const chatops_yaml_node_t *node, const char *text);


int
chatops_ci_dereference(chatops_ci_reader_t *reader)
{
    chatops_yaml_node_t  *root;

    root = reader->ci->root;

    if (!root->references) {
        return CHATOPS_OK;
    }

    reader->resolved = chatops_ci_memo_create(reader->arena);

    if (reader->resolved == NULL) {
        return CHATOPS_ERROR;
    }

    return chatops_ci_resolve(reader, root, 0, &reader->ci->root);
}


static int
chatops_ci_resolve(chatops_ci_reader_t *reader, chatops_yaml_node_t *node,
    size_t depth, chatops_yaml_node_t **resolved)
{
    int                   rc;
    unsigned              reference;
    chatops_yaml_node_t  *known;

    *resolved = node;

    if (!node->references) {
        return CHATOPS_OK;
    }

    reference = chatops_str_is(&node->tag, "!reference");
    known = chatops_ci_memo_get(reader->resolved, node);

    if (known == &reader->active) {
        return reference ? chatops_ci_reference_failed(reader, node,
                                           "is part of a circular chain")
                         : CHATOPS_OK;
    }

    if (known != NULL) {
        *resolved = known;
        return CHATOPS_OK;
    }

    if (depth > CHATOPS_CI_MAX_HEIGHT) {
        return chatops_ci_declined(reader,
                                   "its references are nested too deeply");
    }

    if (reference) {

        if (chatops_ci_memo_set(reader->resolved, node, &reader->active)
            != CHATOPS_OK)
        {
            return CHATOPS_ERROR;
        }

        rc = chatops_ci_resolve_reference(reader, node, depth, resolved);

    } else {
        rc = chatops_ci_resolve_parts(reader, node, depth, resolved);
    }

    if (rc != CHATOPS_OK) {
        return rc;
    }

    return chatops_ci_memo_set(reader->resolved, node, *resolved);
}


static int
chatops_ci_resolve_parts(chatops_ci_reader_t *reader,
    chatops_yaml_node_t *node, size_t depth, chatops_yaml_node_t **resolved)
{
    int                   rc;
    size_t                i;
    chatops_yaml_node_t  *copy;

    copy = chatops_palloc(reader->arena, sizeof(chatops_yaml_node_t));

    if (copy == NULL) {
        return CHATOPS_ERROR;
    }

    *copy = *node;

    if (node->type == CHATOPS_YAML_SEQUENCE) {
        copy->items = chatops_palloc(reader->arena, node->count
                                            * sizeof(chatops_yaml_node_t *));

    } else {
        copy->pairs = chatops_palloc(reader->arena, node->count
                                            * sizeof(chatops_yaml_pair_t));
    }

    if (copy->items == NULL && copy->pairs == NULL) {
        return CHATOPS_ERROR;
    }

    for (i = 0; i < node->count; i++) {

        if (node->type == CHATOPS_YAML_SEQUENCE) {
            rc = chatops_ci_resolve(reader, node->items[i], depth + 1,
                                    &copy->items[i]);

        } else {
            copy->pairs[i].key = node->pairs[i].key;
            rc = chatops_ci_resolve(reader, node->pairs[i].value, depth + 1,
                                    &copy->pairs[i].value);
        }

        if (rc != CHATOPS_OK) {
            return rc;
        }
    }

    chatops_yaml_measure(copy);

    if (copy->height > CHATOPS_CI_MAX_HEIGHT) {
        return chatops_ci_declined(reader,
                                   "its references are nested too deeply");
    }

    *resolved = copy;

    return CHATOPS_OK;
}


/* One that cannot be resolved stays itself. */

static int
chatops_ci_resolve_reference(chatops_ci_reader_t *reader,
    chatops_yaml_node_t *node, size_t depth, chatops_yaml_node_t **resolved)
{
    int                   rc;
    chatops_yaml_node_t  *target, *value;

    if (!chatops_ci_reference_valid(node)) {
        return chatops_ci_reference_failed(reader, node, "is not valid");
    }

    target = chatops_ci_reference_target(reader, node);
    value = NULL;

    if (target != NULL) {
        rc = chatops_ci_resolve(reader, target, depth + 1, &value);

        if (rc != CHATOPS_OK) {
            return rc;
        }
    }

    if (value != NULL && !chatops_yaml_is_null(value)
        && !chatops_yaml_is_false(value))
    {
        *resolved = value;
        return CHATOPS_OK;
    }

    if (reader->ci->unresolved) {
        return CHATOPS_OK;
    }

    return chatops_ci_reference_failed(reader, node, "could not be found");
}


static int
chatops_ci_reference_valid(const chatops_yaml_node_t *node)
{
    size_t  i;

    if (node->type != CHATOPS_YAML_SEQUENCE || node->count == 0) {
        return 0;
    }

    for (i = 0; i < node->count; i++) {
        if (chatops_yaml_kind(node->items[i]) != CHATOPS_YAML_STRING) {
            return 0;
        }
    }

    return 1;
}


static chatops_yaml_node_t *
chatops_ci_reference_target(const chatops_ci_reader_t *reader,
    const chatops_yaml_node_t *node)
{
    size_t                i;
    chatops_yaml_node_t  *target;

    target = reader->ci->root;

    for (i = 0; i < node->count && target != NULL; i++) {
        target = chatops_yaml_find(target, &node->items[i]->value);
    }

    return target;
}


static int
chatops_ci_reference_failed(chatops_ci_reader_t *reader,
    const chatops_yaml_node_t *node, const char *text)
{
    size_t          i;
    chatops_str_t   path;
    chatops_buf_t   buf;

    chatops_buf_init(&buf, reader->arena, 4096);

    for (i = 0; i < node->count && i < 16; i++) {

        if (node->type != CHATOPS_YAML_SEQUENCE) {
            break;
        }

        if (i) {
            chatops_buf_text(&buf, ", ");
        }

        if (node->items[i]->value.len < CHATOPS_CI_MAX_REFERENCE) {
            chatops_buf_str(&buf, &node->items[i]->value);
        }
    }

    if (chatops_buf_finish(&buf, &path) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    return chatops_ci_error(reader->arena, reader->ci, node,
                            "`!reference [%.*s]` %s", chatops_str_arg(&path),
                            text);
}
