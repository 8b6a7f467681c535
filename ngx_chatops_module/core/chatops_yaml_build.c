#include "chatops_yaml_parts.h"


#define CHATOPS_YAML_MAX_SUM  0x7fffffff


static int chatops_yaml_close_sequence(chatops_yaml_reader_t *reader,
    chatops_yaml_node_t *node, const chatops_yaml_entry_t *entries,
    size_t count);
static int chatops_yaml_close_mapping(chatops_yaml_reader_t *reader,
    chatops_yaml_node_t *node, const chatops_yaml_entry_t *entries,
    size_t count);
static void chatops_yaml_sum(chatops_yaml_node_t *node,
    const chatops_yaml_node_t *part);
static int chatops_yaml_add(chatops_yaml_reader_t *reader,
    chatops_yaml_node_t *node, uint32_t height, unsigned alias,
    uint32_t line);
static int chatops_yaml_grow(chatops_yaml_reader_t *reader);
static chatops_yaml_node_t *chatops_yaml_node(chatops_yaml_reader_t *reader,
    chatops_yaml_type_e type, const yaml_event_t *event,
    const yaml_char_t *tag, size_t room);
static int chatops_yaml_is_allowed(chatops_yaml_reader_t *reader,
    const chatops_yaml_node_t *node);


int
chatops_yaml_read_scalar(chatops_yaml_reader_t *reader,
    const yaml_event_t *event)
{
    int                     rc;
    size_t                  len;
    chatops_yaml_node_t    *node;
    chatops_yaml_anchor_t  *anchor;

    len = event->data.scalar.length;

    node = chatops_yaml_node(reader, CHATOPS_YAML_SCALAR, event,
                             event->data.scalar.tag, len + 1);

    if (node == NULL) {
        return CHATOPS_ERROR;
    }

    node->value.len = len;
    node->value.data = (u_char *) node + sizeof(chatops_yaml_node_t);
    memcpy(node->value.data, event->data.scalar.value, len);
    node->value.data[len] = '\0';

    node->size = 1;
    node->height = 1;
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    node->bang = !node->plain && node->tag.len == 0
                 && !event->data.scalar.quoted_implicit;

    if (reader->blocks) {
        node->blocks = chatops_str_find(&node->value, 0, "$[[", 3) != NULL;
    }

    rc = chatops_yaml_is_allowed(reader, node);

    if (rc != CHATOPS_OK) {
        return rc;
    }

    if (event->data.scalar.anchor != NULL) {
        rc = chatops_yaml_anchor_add(reader, node, event->data.scalar.anchor,
                                     &anchor);

        if (rc != CHATOPS_OK) {
            return rc;
        }

        anchor->height = 1;
    }

    return chatops_yaml_add(reader, node, 1, 0, node->line);
}


int
chatops_yaml_read_alias(chatops_yaml_reader_t *reader,
    const yaml_event_t *event)
{
    uint32_t                line;
    chatops_str_t           name;
    chatops_yaml_anchor_t  *anchor;

    line = reader->line + event->start_mark.line + 1;
    name = chatops_str((char *) event->data.alias.anchor);

    if (++reader->aliases > CHATOPS_YAML_MAX_ALIASES) {
        return chatops_yaml_declined(reader->error, line, "too many aliases");
    }

    anchor = chatops_yaml_anchor_find(reader, &name);

    if (anchor == NULL) {
        return chatops_yaml_declined(reader->error, line,
                                     "found unknown alias");
    }

    if (anchor->height == 0) {
        return chatops_yaml_declined(reader->error, line,
                                     "an alias inside of what it stands for");
    }

    return chatops_yaml_add(reader, anchor->node, anchor->height, 1, line);
}


int
chatops_yaml_read_start(chatops_yaml_reader_t *reader,
    const yaml_event_t *event)
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
                                     reader->line + event->start_mark.line + 1,
                                     "it is nested too deeply");
    }

    frame = &reader->frames[reader->depth];

    frame->anchor = NULL;
    frame->height = 0;
    frame->merges = 0;
    frame->start = reader->nentries;
    frame->node = chatops_yaml_node(reader, type, event, tag, 0);

    if (frame->node == NULL) {
        return CHATOPS_ERROR;
    }

    rc = chatops_yaml_is_allowed(reader, frame->node);

    if (rc != CHATOPS_OK) {
        return rc;
    }

    if (name != NULL) {
        rc = chatops_yaml_anchor_add(reader, frame->node, name,
                                     &frame->anchor);

        if (rc != CHATOPS_OK) {
            return rc;
        }
    }

    reader->depth++;

    return CHATOPS_OK;
}


int
chatops_yaml_read_end(chatops_yaml_reader_t *reader)
{
    int                          rc;
    size_t                       count;
    chatops_yaml_node_t         *node;
    chatops_yaml_frame_t        *frame;
    const chatops_yaml_entry_t  *entries;

    frame = &reader->frames[reader->depth - 1];
    node = frame->node;

    count = reader->nentries - frame->start;
    entries = count ? reader->entries + frame->start : NULL;

    if (count == 0) {
        rc = CHATOPS_OK;

    } else if (node->type == CHATOPS_YAML_SEQUENCE) {
        rc = chatops_yaml_close_sequence(reader, node, entries, count);

    } else if (frame->merges) {
        rc = chatops_yaml_merge_read(reader, node, entries, count);

    } else {
        rc = chatops_yaml_close_mapping(reader, node, entries, count);
    }

    if (rc != CHATOPS_OK) {
        return rc;
    }

    chatops_yaml_measure(node);

    if (frame->anchor != NULL) {
        frame->anchor->height = frame->height + 1;
    }

    reader->nentries = frame->start;
    reader->depth--;

    return chatops_yaml_add(reader, node, frame->height + 1, 0, node->line);
}


static int
chatops_yaml_close_sequence(chatops_yaml_reader_t *reader,
    chatops_yaml_node_t *node, const chatops_yaml_entry_t *entries,
    size_t count)
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
    chatops_yaml_node_t *node, const chatops_yaml_entry_t *entries,
    size_t count)
{
    size_t                i;
    chatops_yaml_node_t  *key;

    node->count = count / 2;
    node->pairs = chatops_palloc(reader->arena,
                                 node->count * sizeof(chatops_yaml_pair_t));

    if (node->pairs == NULL) {
        return CHATOPS_ERROR;
    }

    for (i = 0; i < node->count; i++) {
        key = entries[2 * i].node;

        /* one key, however it is written */

        if (chatops_yaml_is_null(key)) {
            key->value = chatops_str("~");
        }

        node->pairs[i].key = key;
        node->pairs[i].value = entries[2 * i + 1].node;
    }

    return chatops_yaml_unique(reader->arena, node);
}


void
chatops_yaml_measure(chatops_yaml_node_t *node)
{
    size_t                i;
    chatops_yaml_node_t  *key;

    node->size = 1;
    node->height = 1;
    node->symbols = 0;
    node->references = chatops_str_is(&node->tag, "!reference");

    if (node->type == CHATOPS_YAML_SCALAR) {
        return;
    }

    node->blocks = 0;

    for (i = 0; i < node->count; i++) {

        if (node->type == CHATOPS_YAML_SEQUENCE) {
            chatops_yaml_sum(node, node->items[i]);
            continue;
        }

        key = node->pairs[i].key;

        if (key->value.len > 1 && key->value.data[0] == ':') {
            node->symbols = 1;
        }

        chatops_yaml_sum(node, key);
        chatops_yaml_sum(node, node->pairs[i].value);
    }
}


static void
chatops_yaml_sum(chatops_yaml_node_t *node, const chatops_yaml_node_t *part)
{
    node->size += part->size;

    if (node->size > CHATOPS_YAML_MAX_SUM) {
        node->size = CHATOPS_YAML_MAX_SUM;
    }

    if (node->height <= part->height && part->height < UINT8_MAX) {
        node->height = part->height + 1;
    }

    node->symbols |= part->symbols;
    node->references |= part->references;
    node->blocks |= part->blocks;
}


static int
chatops_yaml_add(chatops_yaml_reader_t *reader, chatops_yaml_node_t *node,
    uint32_t height, unsigned alias, uint32_t line)
{
    chatops_yaml_entry_t  *entry;
    chatops_yaml_frame_t  *frame;

    if (reader->nodes > CHATOPS_YAML_MAX_NODES) {
        return chatops_yaml_declined(reader->error, line, "too many nodes");
    }

    /* through aliases a tree can become deeper than its text */

    if (reader->depth + height > CHATOPS_YAML_MAX_DEPTH) {
        return chatops_yaml_declined(reader->error, line,
                                     "it is nested too deeply");
    }

    if (reader->nentries == reader->max_entries
        && chatops_yaml_grow(reader) != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    entry = &reader->entries[reader->nentries];

    entry->node = node;
    entry->height = height;
    entry->alias = alias;

    if (reader->depth) {
        frame = &reader->frames[reader->depth - 1];

        if (frame->height < height) {
            frame->height = height;
        }

        /* whether it is a key is seen at the mapping's end */

        if (node->value.len == 2 && node->value.data[0] == '<') {
            frame->merges = 1;
        }
    }

    reader->nentries++;

    return CHATOPS_OK;
}


static int
chatops_yaml_grow(chatops_yaml_reader_t *reader)
{
    size_t                 size;
    chatops_yaml_entry_t  *entries;

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

    return CHATOPS_OK;
}


/* With so many bytes behind it. */

static chatops_yaml_node_t *
chatops_yaml_node(chatops_yaml_reader_t *reader, chatops_yaml_type_e type,
    const yaml_event_t *event, const yaml_char_t *tag, size_t room)
{
    chatops_str_t         s;
    chatops_yaml_node_t  *node;

    node = chatops_palloc(reader->arena, sizeof(chatops_yaml_node_t) + room);

    if (node == NULL) {
        return NULL;
    }

    memset(node, 0, sizeof(chatops_yaml_node_t));

    reader->nodes++;

    node->type = type;
    node->line = reader->line + event->start_mark.line + 1;
    node->file = reader->file;

    if (tag == NULL) {
        return node;
    }

    s = chatops_str((const char *) tag);

    if (chatops_str_is(&s, "!")) {
        return node;
    }

    node->references = chatops_str_is(&s, "!reference");

    if (chatops_pstrdup(reader->arena, &node->tag, &s) != CHATOPS_OK) {
        return NULL;
    }

    return node;
}


/* What Psych's safe_load() does not make, so that GitLab reads nothing. */

static int
chatops_yaml_is_allowed(chatops_yaml_reader_t *reader,
    const chatops_yaml_node_t *node)
{
    u_char  ch;

    if (chatops_str_starts(&node->tag, "!ruby/")
        && !chatops_str_starts(&node->tag, "!ruby/sym")
        && !chatops_str_is(&node->tag, "!ruby/string")
        && !chatops_str_is(&node->tag, "!ruby/array"))
    {
        return chatops_yaml_declined(reader->error, node->line,
                                     "an object of Ruby's, which GitLab does "
                                     "not read");
    }

    if (node->type == CHATOPS_YAML_MAPPING
        && chatops_str_is(&node->tag, "tag:yaml.org,2002:set"))
    {
        return chatops_yaml_declined(reader->error, node->line,
                                     "a set, which GitLab does not read");
    }

    if (node->type == CHATOPS_YAML_SCALAR
        && chatops_str_is(&node->tag, "tag:yaml.org,2002:float")
        && (node->value.len == 0
            || strchr("0123456789+-.", node->value.data[0]) == NULL))
    {
        return chatops_yaml_declined(reader->error, node->line,
                                     "`!!float` of what is no number");
    }

    /* 2001-01-01 is the shortest but for 2001-1-1 */

    if (node->value.len < 8 || (!node->plain && !node->bang && !node->tag.len))
    {
        return CHATOPS_OK;
    }

    ch = node->value.data[0];

    if (((ch >= '0' && ch <= '9') || ch == '-')
        && chatops_yaml_kind(node) == CHATOPS_YAML_TIME)
    {
        return chatops_yaml_declined(reader->error, node->line,
                                     "a date without quotes, which GitLab "
                                     "does not read");
    }

    return CHATOPS_OK;
}
