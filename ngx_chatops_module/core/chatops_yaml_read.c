#include <stdio.h>

#include <yaml.h>

#include "chatops_yaml.h"


#define CHATOPS_YAML_MAX_DIRECTIVES  64


typedef struct {
    chatops_yaml_node_t     *node;
    uint32_t                 height;      /* 1 for a scalar */
    unsigned                 alias:1;
} chatops_yaml_entry_t;


typedef struct {
    chatops_str_t            name;
    chatops_yaml_node_t     *node;
    uint32_t                 height;      /* 0 until its end has been read */
} chatops_yaml_anchor_t;


/* A sequence or mapping whose end has not been read yet. */

typedef struct {
    chatops_yaml_node_t     *node;
    chatops_yaml_anchor_t   *anchor;
    size_t                   start;       /* of its entries */
    uint32_t                 height;
} chatops_yaml_frame_t;


typedef struct {
    chatops_arena_t         *arena;
    chatops_yaml_error_t    *error;

    chatops_yaml_frame_t     frames[CHATOPS_YAML_MAX_DEPTH];
    size_t                   depth;

    chatops_yaml_entry_t    *entries;
    size_t                   nentries;
    size_t                   max_entries;

    chatops_yaml_anchor_t  **anchors;     /* by name */
    size_t                   nanchors;
    size_t                   max_anchors;

    size_t                   nodes;
    size_t                   aliases;
    size_t                   merged;
} chatops_yaml_reader_t;


static int chatops_yaml_read(chatops_yaml_reader_t *reader,
    yaml_parser_t *parser, const chatops_str_t *text,
    chatops_yaml_node_t **root);
static int chatops_yaml_read_failed(chatops_yaml_reader_t *reader,
    yaml_parser_t *parser, const chatops_str_t *text);
static int chatops_yaml_read_end(chatops_yaml_reader_t *reader,
    yaml_event_t *event, chatops_yaml_node_t **root);
static int chatops_yaml_read_scalar(chatops_yaml_reader_t *reader,
    yaml_event_t *event);
static int chatops_yaml_read_alias(chatops_yaml_reader_t *reader,
    yaml_event_t *event);
static int chatops_yaml_open(chatops_yaml_reader_t *reader,
    yaml_event_t *event);
static int chatops_yaml_close(chatops_yaml_reader_t *reader);
static int chatops_yaml_close_sequence(chatops_yaml_reader_t *reader,
    chatops_yaml_node_t *node, chatops_yaml_entry_t *entries, size_t count);
static int chatops_yaml_close_mapping(chatops_yaml_reader_t *reader,
    chatops_yaml_node_t *node, chatops_yaml_entry_t *entries, size_t count);
static int chatops_yaml_add(chatops_yaml_reader_t *reader,
    chatops_yaml_node_t *node, uint32_t height, unsigned alias,
    uint32_t line);
static chatops_yaml_node_t *chatops_yaml_node(chatops_yaml_reader_t *reader,
    chatops_yaml_type_e type, yaml_event_t *event, const yaml_char_t *tag);
static int chatops_yaml_anchor(chatops_yaml_reader_t *reader,
    chatops_yaml_node_t *node, const yaml_char_t *name, uint32_t line,
    chatops_yaml_anchor_t **anchor);
static size_t chatops_yaml_anchor_place(const chatops_yaml_reader_t *reader,
    const chatops_str_t *name, int *found);
static int chatops_yaml_merge_count(chatops_yaml_reader_t *reader,
    const chatops_yaml_entry_t *key, const chatops_yaml_entry_t *value,
    size_t *count);
static size_t chatops_yaml_merge_pairs(chatops_yaml_pair_t *pairs,
    const chatops_yaml_node_t *value);
static int chatops_yaml_merges(const chatops_yaml_node_t *key);
static int chatops_yaml_too_many_directives(const chatops_str_t *text);
static int chatops_yaml_declined(chatops_yaml_error_t *error, uint32_t line,
    const char *text);


int
chatops_yaml_parse(chatops_arena_t *arena, const chatops_str_t *text,
    chatops_yaml_node_t **root, chatops_yaml_error_t *error)
{
    int                    rc;
    yaml_parser_t          parser;
    chatops_yaml_reader_t  reader;

    *root = NULL;
    memset(error, 0, sizeof(chatops_yaml_error_t));

    if (text->len > CHATOPS_YAML_MAX_BYTES) {
        return chatops_yaml_declined(error, 0, "the file is too large");
    }

    if (chatops_yaml_too_many_directives(text)) {
        return chatops_yaml_declined(error, 0, "too many directives");
    }

    memset(&reader, 0, sizeof(chatops_yaml_reader_t));

    reader.arena = arena;
    reader.error = error;

    if (!yaml_parser_initialize(&parser)) {
        return CHATOPS_ERROR;
    }

    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser,
                                 text->len ? text->data : (u_char *) "",
                                 text->len);

    rc = chatops_yaml_read(&reader, &parser, text, root);

    yaml_parser_delete(&parser);

    if (rc != CHATOPS_OK) {
        *root = NULL;
    }

    return rc;
}


static int
chatops_yaml_read(chatops_yaml_reader_t *reader, yaml_parser_t *parser,
    const chatops_str_t *text, chatops_yaml_node_t **root)
{
    int           rc;
    unsigned      last;
    yaml_event_t  event;

    last = 0;

    do {
        if (!yaml_parser_parse(parser, &event)) {
            return chatops_yaml_read_failed(reader, parser, text);
        }

        switch (event.type) {

        case YAML_STREAM_END_EVENT:
            last = 1;
            rc = CHATOPS_OK;
            break;

        case YAML_DOCUMENT_START_EVENT:
            reader->nanchors = 0;
            rc = CHATOPS_OK;
            break;

        case YAML_DOCUMENT_END_EVENT:
            rc = chatops_yaml_read_end(reader, &event, root);
            break;

        case YAML_SCALAR_EVENT:
            rc = chatops_yaml_read_scalar(reader, &event);
            break;

        case YAML_ALIAS_EVENT:
            rc = chatops_yaml_read_alias(reader, &event);
            break;

        case YAML_SEQUENCE_START_EVENT:
        case YAML_MAPPING_START_EVENT:
            rc = chatops_yaml_open(reader, &event);
            break;

        case YAML_SEQUENCE_END_EVENT:
        case YAML_MAPPING_END_EVENT:
            rc = chatops_yaml_close(reader);
            break;

        default:
            rc = CHATOPS_OK;
            break;
        }

        yaml_event_delete(&event);

    } while (rc == CHATOPS_OK && !last);

    return rc;
}


static int
chatops_yaml_read_failed(chatops_yaml_reader_t *reader,
    yaml_parser_t *parser, const chatops_str_t *text)
{
    size_t    i;
    uint32_t  line;

    if (parser->error == YAML_MEMORY_ERROR) {
        return CHATOPS_ERROR;
    }

    if (parser->error == YAML_READER_ERROR) {
        line = 1;

        for (i = 0; i < text->len && i < parser->problem_offset; i++) {
            line += text->data[i] == '\n';
        }

    } else {
        line = parser->problem_mark.line + 1;
    }

    return chatops_yaml_declined(reader->error, line,
                                 parser->problem ? parser->problem
                                                 : "no valid YAML");
}


static int
chatops_yaml_read_end(chatops_yaml_reader_t *reader, yaml_event_t *event,
    chatops_yaml_node_t **root)
{
    chatops_yaml_node_t  *node;

    node = reader->entries[0].node;
    reader->nentries = 0;

    if (chatops_yaml_is_null(node)) {
        return CHATOPS_OK;
    }

    if (*root == NULL || chatops_yaml_get(*root, "spec") != NULL) {
        *root = node;
        return CHATOPS_OK;
    }

    return chatops_yaml_declined(reader->error, event->start_mark.line + 1,
                                 "it has more than one document");
}


static int
chatops_yaml_read_scalar(chatops_yaml_reader_t *reader, yaml_event_t *event)
{
    int                     rc;
    chatops_str_t           value;
    chatops_yaml_node_t    *node;
    chatops_yaml_anchor_t  *anchor;

    node = chatops_yaml_node(reader, CHATOPS_YAML_SCALAR, event,
                             event->data.scalar.tag);

    if (node == NULL) {
        return CHATOPS_ERROR;
    }

    value = chatops_strn(event->data.scalar.value, event->data.scalar.length);

    if (chatops_pstrdup(reader->arena, &node->value, &value) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    node->bang = !node->plain && event->data.scalar.plain_implicit;

    if (event->data.scalar.anchor != NULL) {
        rc = chatops_yaml_anchor(reader, node, event->data.scalar.anchor,
                                 node->line, &anchor);

        if (rc != CHATOPS_OK) {
            return rc;
        }

        anchor->height = 1;
    }

    return chatops_yaml_add(reader, node, 1, 0, node->line);
}


static int
chatops_yaml_read_alias(chatops_yaml_reader_t *reader, yaml_event_t *event)
{
    int                     found;
    size_t                  i;
    uint32_t                line;
    chatops_str_t           name;
    chatops_yaml_anchor_t  *anchor;

    line = event->start_mark.line + 1;
    name = chatops_str((char *) event->data.alias.anchor);

    if (++reader->aliases > CHATOPS_YAML_MAX_ALIASES) {
        return chatops_yaml_declined(reader->error, line, "too many aliases");
    }

    i = chatops_yaml_anchor_place(reader, &name, &found);

    if (!found) {
        return chatops_yaml_declined(reader->error, line,
                                     "found unknown alias");
    }

    anchor = reader->anchors[i];

    if (anchor->height == 0) {
        return chatops_yaml_declined(reader->error, line,
                                     "an alias inside of what it stands for");
    }

    return chatops_yaml_add(reader, anchor->node, anchor->height, 1, line);
}


static int
chatops_yaml_open(chatops_yaml_reader_t *reader, yaml_event_t *event)
{
    int                    rc;
    yaml_char_t           *name, *tag;
    chatops_yaml_type_e    type;
    chatops_yaml_frame_t  *frame;

    if (event->type == YAML_SEQUENCE_START_EVENT) {
        type = CHATOPS_YAML_SEQUENCE;
        tag = event->data.sequence_start.tag;
        name = event->data.sequence_start.anchor;

    } else {
        type = CHATOPS_YAML_MAPPING;
        tag = event->data.mapping_start.tag;
        name = event->data.mapping_start.anchor;
    }

    if (reader->depth == CHATOPS_YAML_MAX_DEPTH) {
        return chatops_yaml_declined(reader->error,
                                     event->start_mark.line + 1,
                                     "it is nested too deeply");
    }

    frame = &reader->frames[reader->depth];

    frame->anchor = NULL;
    frame->height = 0;
    frame->start = reader->nentries;
    frame->node = chatops_yaml_node(reader, type, event, tag);

    if (frame->node == NULL) {
        return CHATOPS_ERROR;
    }

    if (name != NULL) {
        rc = chatops_yaml_anchor(reader, frame->node, name, frame->node->line,
                                 &frame->anchor);

        if (rc != CHATOPS_OK) {
            return rc;
        }
    }

    reader->depth++;

    return CHATOPS_OK;
}


static int
chatops_yaml_close(chatops_yaml_reader_t *reader)
{
    int                    rc;
    size_t                 count;
    chatops_yaml_node_t   *node;
    chatops_yaml_entry_t  *entries;
    chatops_yaml_frame_t  *frame;

    frame = &reader->frames[reader->depth - 1];
    node = frame->node;

    count = reader->nentries - frame->start;
    entries = count ? reader->entries + frame->start : NULL;

    if (node->type == CHATOPS_YAML_SEQUENCE) {
        rc = chatops_yaml_close_sequence(reader, node, entries, count);

    } else {
        rc = chatops_yaml_close_mapping(reader, node, entries, count);
    }

    if (rc != CHATOPS_OK) {
        return rc;
    }

    if (frame->anchor != NULL) {
        frame->anchor->height = frame->height + 1;
    }

    reader->nentries = frame->start;
    reader->depth--;

    return chatops_yaml_add(reader, node, frame->height + 1, 0, node->line);
}


static int
chatops_yaml_close_sequence(chatops_yaml_reader_t *reader,
    chatops_yaml_node_t *node, chatops_yaml_entry_t *entries, size_t count)
{
    size_t  i;

    node->count = count;
    node->items = chatops_palloc(reader->arena,
                                 count * sizeof(chatops_yaml_node_t *));

    if (node->items == NULL) {
        return CHATOPS_ERROR;
    }

    for (i = 0; i < count; i++) {
        node->items[i] = entries[i].node;
    }

    return CHATOPS_OK;
}


static int
chatops_yaml_close_mapping(chatops_yaml_reader_t *reader,
    chatops_yaml_node_t *node, chatops_yaml_entry_t *entries, size_t count)
{
    int                    rc;
    size_t                 i, n, total;
    chatops_yaml_node_t   *key, *value;

    total = 0;

    for (i = 0; i + 1 < count; i += 2) {
        rc = chatops_yaml_merge_count(reader, &entries[i], &entries[i + 1],
                                      &n);

        if (rc != CHATOPS_OK) {
            return rc;
        }

        total += n;
    }

    node->pairs = chatops_palloc(reader->arena,
                                 total * sizeof(chatops_yaml_pair_t));

    if (node->pairs == NULL) {
        return CHATOPS_ERROR;
    }

    n = 0;

    for (i = 0; i + 1 < count; i += 2) {
        key = entries[i].node;
        value = entries[i + 1].node;

        if (chatops_yaml_merges(key) && value->type != CHATOPS_YAML_SCALAR) {
            n += chatops_yaml_merge_pairs(node->pairs + n, value);
            continue;
        }

        node->pairs[n].key = key;
        node->pairs[n].value = value;
        n++;
    }

    node->count = n;

    return chatops_yaml_unique(reader->arena, node);
}


static int
chatops_yaml_add(chatops_yaml_reader_t *reader, chatops_yaml_node_t *node,
    uint32_t height, unsigned alias, uint32_t line)
{
    size_t                 size;
    chatops_yaml_entry_t  *entry, *entries;
    chatops_yaml_frame_t  *frame;

    if (reader->nodes > CHATOPS_YAML_MAX_NODES) {
        return chatops_yaml_declined(reader->error, line, "too many nodes");
    }

    /* through aliases a tree can become deeper than its text */

    if (reader->depth + height > CHATOPS_YAML_MAX_DEPTH) {
        return chatops_yaml_declined(reader->error, line,
                                     "it is nested too deeply");
    }

    if (reader->nentries == reader->max_entries) {
        size = reader->max_entries ? reader->max_entries * 2 : 256;

        entries = chatops_palloc(reader->arena,
                                 size * sizeof(chatops_yaml_entry_t));

        if (entries == NULL) {
            return CHATOPS_ERROR;
        }

        if (reader->nentries) {
            memcpy(entries, reader->entries,
                   reader->nentries * sizeof(chatops_yaml_entry_t));
        }

        reader->entries = entries;
        reader->max_entries = size;
    }

    entry = &reader->entries[reader->nentries++];

    entry->node = node;
    entry->height = height;
    entry->alias = alias;

    if (reader->depth) {
        frame = &reader->frames[reader->depth - 1];

        if (frame->height < height) {
            frame->height = height;
        }
    }

    return CHATOPS_OK;
}


static chatops_yaml_node_t *
chatops_yaml_node(chatops_yaml_reader_t *reader, chatops_yaml_type_e type,
    yaml_event_t *event, const yaml_char_t *tag)
{
    chatops_str_t         s;
    chatops_yaml_node_t  *node;

    node = chatops_pcalloc(reader->arena, sizeof(chatops_yaml_node_t));

    if (node == NULL) {
        return NULL;
    }

    reader->nodes++;

    node->type = type;
    node->line = event->start_mark.line + 1;

    s = chatops_str((const char *) tag);

    if (s.len == 0) {
        return node;
    }

    if (chatops_pstrdup(reader->arena, &node->tag, &s) != CHATOPS_OK) {
        return NULL;
    }

    return node;
}


static int
chatops_yaml_anchor(chatops_yaml_reader_t *reader, chatops_yaml_node_t *node,
    const yaml_char_t *name, uint32_t line, chatops_yaml_anchor_t **anchor)
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
        return chatops_yaml_declined(reader->error, line, "too many anchors");
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


/* How many pairs an entry of a mapping stands for. */

static int
chatops_yaml_merge_count(chatops_yaml_reader_t *reader,
    const chatops_yaml_entry_t *key, const chatops_yaml_entry_t *value,
    size_t *count)
{
    size_t                      i;
    const chatops_yaml_node_t  *item, *node;

    node = value->node;
    *count = 1;

    if (node->type == CHATOPS_YAML_SCALAR || !chatops_yaml_merges(key->node)) {
        return CHATOPS_OK;
    }

    *count = 0;

    if (node->type == CHATOPS_YAML_MAPPING) {
        *count = node->count;
    }

    for (i = 0; node->type == CHATOPS_YAML_SEQUENCE && i < node->count; i++) {
        item = node->items[i];

        /* Psych keeps what it cannot merge under the key, GitLab then not */

        if (item->type != CHATOPS_YAML_MAPPING || value->alias) {
            return chatops_yaml_declined(reader->error, key->node->line,
                                         "`<<` merges mappings only");
        }

        *count += item->count;
    }

    reader->merged += *count;

    if (reader->merged > CHATOPS_YAML_MAX_NODES) {
        return chatops_yaml_declined(reader->error, key->node->line,
                                     "`<<` merges too much");
    }

    return CHATOPS_OK;
}


static size_t
chatops_yaml_merge_pairs(chatops_yaml_pair_t *pairs,
    const chatops_yaml_node_t *value)
{
    size_t                      i, n;
    const chatops_yaml_node_t  *item;

    if (value->type == CHATOPS_YAML_MAPPING) {
        if (value->count) {
            memcpy(pairs, value->pairs,
                   value->count * sizeof(chatops_yaml_pair_t));
        }

        return value->count;
    }

    /* of a list the first mapping wins, thus it comes last */

    n = 0;

    for (i = value->count; i > 0; i--) {
        item = value->items[i - 1];

        if (item->count) {
            memcpy(pairs + n, item->pairs,
                   item->count * sizeof(chatops_yaml_pair_t));
        }

        n += item->count;
    }

    return n;
}


static int
chatops_yaml_merges(const chatops_yaml_node_t *key)
{
    return key->type == CHATOPS_YAML_SCALAR
           && chatops_str_is(&key->value, "<<")
           && !chatops_str_is(&key->tag, CHATOPS_YAML_STR_TAG);
}


/* libyaml compares each directive with all before it. */

static int
chatops_yaml_too_many_directives(const chatops_str_t *text)
{
    u_char        before;
    size_t        n;
    const u_char  *p, *end;

    n = 0;

    if (text->len == 0) {
        return 0;
    }

    p = text->data;
    end = p + text->len;

    while ((p = memchr(p, '%', end - p)) != NULL) {
        before = p == text->data ? '\n' : p[-1];

        /* the last three end a line as the last bytes of NEL, LS and PS */

        if (before == '\n' || before == '\r' || before == 0x85
            || before == 0xa8 || before == 0xa9)
        {
            n++;
        }

        if (n > CHATOPS_YAML_MAX_DIRECTIVES) {
            return 1;
        }

        p++;
    }

    return 0;
}


static int
chatops_yaml_declined(chatops_yaml_error_t *error, uint32_t line,
    const char *text)
{
    error->line = line;

    if (line) {
        (void) snprintf(error->text, sizeof(error->text), "line %u: %s",
                        (unsigned) line, text);

    } else {
        (void) snprintf(error->text, sizeof(error->text), "%s", text);
    }

    return CHATOPS_DECLINED;
}
