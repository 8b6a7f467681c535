#include <stdio.h>

#include "chatops_ci_parts.h"


static int chatops_ci_read(chatops_ci_reader_t *reader,
    const chatops_str_t *text);
static int chatops_ci_assemble(chatops_ci_reader_t *reader);
static int chatops_ci_include_root(chatops_ci_reader_t *reader);
static int chatops_ci_stages(chatops_ci_reader_t *reader);
static int chatops_ci_symbols(chatops_ci_reader_t *reader,
    chatops_yaml_node_t *node);
static int chatops_ci_symbol(chatops_ci_reader_t *reader,
    chatops_yaml_pair_t *pair);


int
chatops_ci_parse(chatops_arena_t *arena, const chatops_str_t *text,
    const chatops_ci_options_t *options, chatops_ci_t **ci,
    chatops_yaml_error_t *error)
{
    int                    rc;
    chatops_ci_reader_t   *reader;

    *ci = NULL;
    memset(error, 0, sizeof(chatops_yaml_error_t));

    reader = chatops_pcalloc(arena, sizeof(chatops_ci_reader_t));

    if (reader == NULL) {
        return CHATOPS_ERROR;
    }

    reader->arena = arena;
    reader->options = options;
    reader->error = error;
    reader->ci = chatops_pcalloc(arena, sizeof(chatops_ci_t));

    if (reader->ci == NULL) {
        return CHATOPS_ERROR;
    }

    reader->ci->merged = options->merged;
    reader->ci->nfiles = 1;
    reader->ci->files = chatops_palloc(arena, (CHATOPS_CI_MAX_INCLUDES + 1)
                                              * sizeof(chatops_str_t));

    if (reader->ci->files == NULL
        || chatops_pstrdup(arena, reader->ci->files, &options->name)
           != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    rc = chatops_ci_read(reader, text);

    if (rc == CHATOPS_OK) {
        *ci = reader->ci;
    }

    return rc;
}


static int
chatops_ci_read(chatops_ci_reader_t *reader, const chatops_str_t *text)
{
    int                   rc;
    chatops_ci_t         *ci;
    chatops_yaml_node_t  *root;

    ci = reader->ci;

    rc = chatops_ci_load(reader, text, 0, NULL, &root);

    if (rc != CHATOPS_OK) {
        return rc;
    }

    if (root == NULL || root->type != CHATOPS_YAML_MAPPING) {
        return chatops_ci_declined(reader, "it is not a mapping of jobs");
    }

    ci->root = root;

    if (!ci->merged) {
        rc = chatops_ci_assemble(reader);

        if (rc != CHATOPS_OK) {
            return rc;
        }
    }

    if (ci->root->size > CHATOPS_YAML_MAX_SIZE) {
        return chatops_ci_declined(reader, "its aliases make it too large");
    }

    rc = chatops_ci_jobs(reader);

    if (rc != CHATOPS_OK || ci->merged || ci->nerrors) {
        return rc;
    }

    return chatops_ci_check(reader->arena, ci, reader->required);
}


/* As lib/gitlab/ci/config.rb does it. */

static int
chatops_ci_assemble(chatops_ci_reader_t *reader)
{
    int            rc;
    size_t         i;
    chatops_ci_t  *ci;

    static int (*const  steps[])(chatops_ci_reader_t *reader) = {
        chatops_ci_include_root,
        chatops_ci_extend,
        chatops_ci_dereference,
        chatops_ci_stages
    };

    ci = reader->ci;
    ci->includes = !chatops_yaml_is_null(chatops_yaml_get(ci->root,
                                                          "include"));

    for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {

        /* after an error GitLab goes no further */

        if (ci->nerrors) {
            return CHATOPS_OK;
        }

        rc = steps[i](reader);

        if (rc != CHATOPS_OK) {
            return rc;
        }
    }

    return CHATOPS_OK;
}


static int
chatops_ci_include_root(chatops_ci_reader_t *reader)
{
    return chatops_ci_include(reader, &reader->ci->root);
}


/* The list begins with .pre and ends with .post, wherever they stand. */

static int
chatops_ci_stages(chatops_ci_reader_t *reader)
{
    size_t                i;
    chatops_arena_t      *arena;
    chatops_yaml_node_t  *edge, *list, *stage, *stages;

    arena = reader->arena;
    stages = chatops_yaml_get(reader->ci->root, "stages");

    if (stages == NULL || stages->type != CHATOPS_YAML_SEQUENCE
        || stages->count == 0)
    {
        return CHATOPS_OK;
    }

    list = chatops_yaml_sequence(arena);
    edge = chatops_yaml_plain(arena, ".pre");
    stage = chatops_yaml_plain(arena, "stages");

    if (list == NULL || edge == NULL || stage == NULL
        || chatops_yaml_append(arena, list, edge) != CHATOPS_OK
        || chatops_yaml_set(arena, reader->ci->root, stage, list)
           != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    list->line = stages->line;
    list->file = stages->file;

    for (i = 0; i < stages->count; i++) {
        stage = stages->items[i];

        if (stage->type == CHATOPS_YAML_SCALAR
            && (chatops_str_is(&stage->value, ".pre")
                || chatops_str_is(&stage->value, ".post")))
        {
            continue;
        }

        if (chatops_yaml_append(arena, list, stage) != CHATOPS_OK) {
            return CHATOPS_ERROR;
        }
    }

    edge = chatops_yaml_plain(arena, ".post");

    if (edge == NULL
        || chatops_yaml_append(arena, list, edge) != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    chatops_yaml_measure(list);

    return CHATOPS_OK;
}


int
chatops_ci_load(chatops_ci_reader_t *reader, const chatops_str_t *text,
    uint16_t file, const chatops_yaml_node_t *given,
    chatops_yaml_node_t **root)
{
    int                   rc;
    chatops_yaml_node_t  *header;

    rc = chatops_yaml_parse_file(reader->arena, text, file, &header, root,
                                 reader->error);

    if (rc != CHATOPS_OK || *root == NULL) {
        return rc;
    }

    if ((*root)->size > CHATOPS_YAML_MAX_SIZE) {
        return chatops_ci_declined(reader, "its aliases make it too large");
    }

    if (header != NULL) {
        rc = chatops_ci_symbols(reader, header);
    }

    if (rc == CHATOPS_OK) {
        rc = chatops_ci_symbols(reader, *root);
    }

    if (rc != CHATOPS_OK || reader->options->merged) {
        return rc;
    }

    return chatops_ci_interpolate(reader, header, given, root);
}


/*
 * GitLab makes symbols of all keys and writes them without the colon, but
 * for older versions' merged configurations: `:job:` and `job:` are the same
 * (lib/gitlab/config/loader/yaml.rb).
 */

static int
chatops_ci_symbols(chatops_ci_reader_t *reader, chatops_yaml_node_t *node)
{
    int     rc;
    size_t  i, renamed;

    if (!node->symbols) {
        return CHATOPS_OK;
    }

    node->symbols = 0;
    renamed = 0;
    rc = CHATOPS_OK;

    for (i = 0; i < node->count && rc == CHATOPS_OK; i++) {

        if (node->type == CHATOPS_YAML_SEQUENCE) {
            rc = chatops_ci_symbols(reader, node->items[i]);
            continue;
        }

        if (node->pairs[i].key->value.len > 1
            && chatops_yaml_kind(node->pairs[i].key) == CHATOPS_YAML_SYMBOL)
        {
            rc = chatops_ci_symbol(reader, &node->pairs[i]);
            renamed++;
        }

        if (rc == CHATOPS_OK) {
            rc = chatops_ci_symbols(reader, node->pairs[i].value);
        }
    }

    if (rc == CHATOPS_OK && renamed) {
        rc = chatops_yaml_unique(reader->arena, node);
    }

    return rc;
}


static int
chatops_ci_symbol(chatops_ci_reader_t *reader, chatops_yaml_pair_t *pair)
{
    u_char                ch;
    chatops_yaml_node_t  *key;

    key = chatops_palloc(reader->arena, sizeof(chatops_yaml_node_t));

    if (key == NULL) {
        return CHATOPS_ERROR;
    }

    *key = *pair->key;

    if (key->value.data[0] == ':') {
        key->value.data++;
        key->value.len--;
    }

    /* what would be no string without its colon gets quotes */

    ch = key->value.data[0] | 0x20;

    key->bang = 0;
    key->tag = chatops_str("");
    key->plain = key->plain && ch >= 'a' && ch <= 'z';
    key->plain = chatops_yaml_kind(key) == CHATOPS_YAML_STRING && key->plain;

    pair->key = key;

    return CHATOPS_OK;
}


chatops_ci_job_t *
chatops_ci_find(const chatops_ci_t *ci, const chatops_str_t *name)
{
    uint32_t  i;

    i = chatops_index_find(ci->index, name);

    return i == CHATOPS_INDEX_NONE ? NULL : &ci->jobs[i];
}


int
chatops_ci_declined(chatops_ci_reader_t *reader, const char *text)
{
    memset(reader->error, 0, sizeof(chatops_yaml_error_t));

    (void) snprintf(reader->error->text, sizeof(reader->error->text), "%s",
                    text);

    return CHATOPS_DECLINED;
}
