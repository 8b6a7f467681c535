#include "chatops_ci_parts.h"


/*
 * GitLab: lib/gitlab/ci/config/extendable/entry.rb.  Each base is extended
 * once, whoever names it.
 */

#define CHATOPS_CI_MAX_ANCESTORS  10


typedef enum {
    CHATOPS_CI_NEW = 0,
    CHATOPS_CI_ACTIVE,
    CHATOPS_CI_DONE
} chatops_ci_state_e;


typedef struct {
    chatops_yaml_node_t   *value;        /* extended */
    uint8_t                state;
    uint8_t                height;       /* how many extend one another */
} chatops_ci_entry_t;


typedef struct {
    chatops_ci_reader_t   *reader;
    chatops_yaml_node_t   *root;
    chatops_ci_entry_t    *entries;      /* by root pair */
    unsigned               failed:1;     /* GitLab looks no further */
} chatops_ci_extender_t;


static int chatops_ci_extend_entry(chatops_ci_extender_t *extender, size_t i,
    size_t depth);
static int chatops_ci_extend_bases(chatops_ci_extender_t *extender, size_t i,
    const chatops_yaml_node_t *extends, size_t depth);
static int chatops_ci_extend_base(chatops_ci_extender_t *extender, size_t i,
    const chatops_yaml_node_t *name, size_t depth,
    chatops_yaml_node_t **merged);
static int chatops_ci_extend_failed(chatops_ci_extender_t *extender, size_t i,
    const chatops_yaml_node_t *where, const char *text,
    const chatops_str_t *base);


int
chatops_ci_extend(chatops_ci_reader_t *reader)
{
    int                     rc;
    size_t                  i;
    chatops_yaml_node_t    *root, *value;
    chatops_ci_extender_t   extender;

    root = reader->ci->root;

    extender.reader = reader;
    extender.root = root;
    extender.failed = 0;
    extender.entries = chatops_pcalloc(reader->arena, root->count
                                              * sizeof(chatops_ci_entry_t));
    reader->left = chatops_pcalloc(reader->arena, root->count);

    if (extender.entries == NULL || reader->left == NULL) {
        return CHATOPS_ERROR;
    }

    for (i = 0; i < root->count && !extender.failed; i++) {
        rc = chatops_ci_extend_entry(&extender, i, 0);

        if (rc != CHATOPS_OK) {
            return rc;
        }
    }

    for (i = 0; i < root->count; i++) {
        value = root->pairs[i].value;

        if (extender.entries[i].state == CHATOPS_CI_DONE) {
            root->pairs[i].value = extender.entries[i].value;

        } else {
            reader->left[i] = chatops_yaml_get(value, "extends") != NULL;
        }
    }

    chatops_yaml_measure(root);

    return CHATOPS_OK;
}


static int
chatops_ci_extend_entry(chatops_ci_extender_t *extender, size_t i,
    size_t depth)
{
    int                         rc;
    chatops_ci_entry_t         *entry;
    const chatops_yaml_node_t  *extends, *key;

    entry = &extender->entries[i];
    key = extender->root->pairs[i].key;

    if (entry->state == CHATOPS_CI_ACTIVE) {
        return chatops_ci_extend_failed(extender, i, key,
                                        "circular dependency", NULL);
    }

    if (entry->state == CHATOPS_CI_NEW) {
        entry->value = extender->root->pairs[i].value;
        extends = chatops_yaml_get(entry->value, "extends");

        if (extends == NULL) {
            entry->state = CHATOPS_CI_DONE;
            return CHATOPS_OK;
        }

        entry->height = 1;

        if (depth <= CHATOPS_CI_MAX_ANCESTORS) {
            entry->state = CHATOPS_CI_ACTIVE;

            rc = chatops_ci_extend_bases(extender, i, extends, depth);

            if (rc != CHATOPS_OK || extender->failed) {
                entry->state = CHATOPS_CI_NEW;
                return rc;
            }

            entry->state = CHATOPS_CI_DONE;
        }
    }

    if ((depth == 0 || depth > CHATOPS_CI_MAX_ANCESTORS)
        && depth + entry->height > CHATOPS_CI_MAX_ANCESTORS + 1)
    {
        return chatops_ci_extend_failed(extender, i, key, "nesting too deep",
                                        NULL);
    }

    return CHATOPS_OK;
}


static int
chatops_ci_extend_bases(chatops_ci_extender_t *extender, size_t i,
    const chatops_yaml_node_t *extends, size_t depth)
{
    int                   rc;
    size_t                k;
    chatops_ci_entry_t   *entry;
    chatops_yaml_node_t  *merged;

    entry = &extender->entries[i];
    merged = NULL;
    rc = CHATOPS_OK;

    if (extends->type != CHATOPS_YAML_SEQUENCE) {

        if (!chatops_yaml_is_null(extends)
            && (extends->type == CHATOPS_YAML_SCALAR || extends->count != 0))
        {
            rc = chatops_ci_extend_base(extender, i, extends, depth, &merged);
        }

    } else {
        for (k = 0;
             k < extends->count && rc == CHATOPS_OK && !extender->failed;
             k++)
        {
            rc = chatops_ci_extend_base(extender, i, extends->items[k], depth,
                                        &merged);
        }
    }

    if (rc != CHATOPS_OK || extender->failed || merged == NULL) {
        return rc;
    }

    return chatops_ci_merge(extender->reader, merged, entry->value,
                            &entry->value);
}


static int
chatops_ci_extend_base(chatops_ci_extender_t *extender, size_t i,
    const chatops_yaml_node_t *name, size_t depth,
    chatops_yaml_node_t **merged)
{
    int                   rc;
    size_t                k;
    chatops_str_t         base;
    chatops_ci_entry_t   *entry;
    chatops_ci_reader_t  *reader;

    reader = extender->reader;
    entry = &extender->entries[i];

    if (chatops_yaml_text(reader->arena, name, &base) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    k = chatops_yaml_place(extender->root, &base);

    if (k == extender->root->count) {

        if (reader->ci->unresolved) {
            reader->left[i] = 1;
            return CHATOPS_OK;
        }

        return chatops_ci_extend_failed(extender, i, name, "unknown key",
                                        &base);
    }

    if (extender->root->pairs[k].value->type != CHATOPS_YAML_MAPPING) {
        return chatops_ci_extend_failed(extender, i, name, "invalid base",
                                        &base);
    }

    rc = chatops_ci_extend_entry(extender, k, depth + 1);

    if (rc != CHATOPS_OK || extender->failed) {
        return rc;
    }

    reader->left[i] |= reader->left[k];

    if (entry->height <= extender->entries[k].height) {
        entry->height = extender->entries[k].height + 1;
    }

    if (*merged == NULL) {
        *merged = extender->entries[k].value;
        return CHATOPS_OK;
    }

    return chatops_ci_merge(reader, *merged, extender->entries[k].value,
                            merged);
}


static int
chatops_ci_extend_failed(chatops_ci_extender_t *extender, size_t i,
    const chatops_yaml_node_t *where, const char *text,
    const chatops_str_t *base)
{
    chatops_ci_reader_t  *reader;
    const chatops_str_t  *name;

    reader = extender->reader;
    name = &extender->root->pairs[i].key->value;
    extender->failed = 1;

    if (base != NULL) {
        return chatops_ci_error(reader->arena, reader->ci, where,
                                "%.*s: %s `%.*s` in `extends`",
                                chatops_str_arg(name), text,
                                chatops_str_arg(base));
    }

    return chatops_ci_error(reader->arena, reader->ci, where,
                            "%.*s: %s in `extends`", chatops_str_arg(name),
                            text);
}
