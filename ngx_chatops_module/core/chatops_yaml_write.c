#include <yaml.h>

#include "chatops_yaml.h"


#define CHATOPS_YAML_WRITE_DEPTH  (2 * CHATOPS_YAML_MAX_DEPTH)


typedef struct {
    chatops_arena_t  *arena;
    chatops_buf_t     buf;
    yaml_emitter_t    emitter;
    unsigned          declined:1;
} chatops_yaml_writer_t;


static size_t chatops_yaml_least(const chatops_yaml_node_t *node,
    size_t depth, size_t limit);
static int chatops_yaml_write_document(chatops_yaml_writer_t *writer,
    const chatops_yaml_node_t *root);
static int chatops_yaml_write_node(chatops_yaml_writer_t *writer,
    const chatops_yaml_node_t *node);
static int chatops_yaml_write_scalar(chatops_yaml_writer_t *writer,
    const chatops_yaml_node_t *node, yaml_char_t *tag);
static int chatops_yaml_write_items(chatops_yaml_writer_t *writer,
    const chatops_yaml_node_t *node, yaml_char_t *tag);
static yaml_scalar_style_t chatops_yaml_style(const chatops_yaml_node_t *node);
static void chatops_yaml_breaks(const chatops_str_t *value, unsigned *lines,
    unsigned *foreign);
static int chatops_yaml_literal(const chatops_yaml_node_t *node);
static int chatops_yaml_emit(chatops_yaml_writer_t *writer, int ready,
    yaml_event_t *event);
static int chatops_yaml_write_handler(void *data, unsigned char *text,
    size_t len);


int
chatops_yaml_write(chatops_arena_t *arena, const chatops_yaml_node_t *root,
    size_t limit, chatops_str_t *text)
{
    int                    rc;
    chatops_yaml_writer_t  writer;

    memset(&writer, 0, sizeof(chatops_yaml_writer_t));

    writer.arena = arena;
    chatops_buf_init(&writer.buf, arena, limit);

    if (root == NULL) {
        return chatops_buf_finish(&writer.buf, text);
    }

    /* what is too large is told before libyaml has worked on it */

    if (chatops_yaml_least(root, 1, limit) > limit) {
        return CHATOPS_DECLINED;
    }

    if (!yaml_emitter_initialize(&writer.emitter)) {
        return CHATOPS_ERROR;
    }

    yaml_emitter_set_output(&writer.emitter, chatops_yaml_write_handler,
                            &writer);
    yaml_emitter_set_encoding(&writer.emitter, YAML_UTF8_ENCODING);
    yaml_emitter_set_unicode(&writer.emitter, 1);
    yaml_emitter_set_width(&writer.emitter, -1);

    rc = chatops_yaml_write_document(&writer, root);

    yaml_emitter_delete(&writer.emitter);

    if (rc != CHATOPS_OK) {
        return rc;
    }

    /* libyaml leaves the last line open behind a key with a `?` */

    if (writer.buf.len && writer.buf.data[writer.buf.len - 1] != '\n') {
        chatops_buf_char(&writer.buf, '\n');
    }

    return chatops_buf_finish(&writer.buf, text);
}


/*
 * No more than the bytes that the tree takes when written (an entry of a
 * mapping has a colon and a line's end); the walk ends past the limit.
 */

static size_t
chatops_yaml_least(const chatops_yaml_node_t *node, size_t depth,
    size_t limit)
{
    size_t  i, n;

    if (depth > CHATOPS_YAML_WRITE_DEPTH) {
        return limit + 1;
    }

    n = node->value.len;

    if (node->type != CHATOPS_YAML_MAPPING || node->count == 0) {
        n++;
    }

    for (i = 0; i < node->count && n <= limit; i++) {

        if (node->type == CHATOPS_YAML_SEQUENCE) {
            n += chatops_yaml_least(node->items[i], depth + 1, limit - n);
            continue;
        }

        n += chatops_yaml_least(node->pairs[i].key, depth + 1, limit - n);

        if (n <= limit) {
            n += chatops_yaml_least(node->pairs[i].value, depth + 1,
                                    limit - n);
        }
    }

    return n;
}


static int
chatops_yaml_write_document(chatops_yaml_writer_t *writer,
    const chatops_yaml_node_t *root)
{
    int           rc;
    yaml_event_t  event;

    rc = chatops_yaml_emit(writer,
                           yaml_stream_start_event_initialize(&event,
                                                        YAML_UTF8_ENCODING),
                           &event);

    if (rc != CHATOPS_OK) {
        return rc;
    }

    rc = chatops_yaml_emit(writer,
                           yaml_document_start_event_initialize(&event, NULL,
                                                            NULL, NULL, 1),
                           &event);

    if (rc != CHATOPS_OK) {
        return rc;
    }

    rc = chatops_yaml_write_node(writer, root);

    if (rc != CHATOPS_OK) {
        return rc;
    }

    rc = chatops_yaml_emit(writer,
                           yaml_document_end_event_initialize(&event, 1),
                           &event);

    if (rc != CHATOPS_OK) {
        return rc;
    }

    return chatops_yaml_emit(writer, yaml_stream_end_event_initialize(&event),
                             &event);
}


static int
chatops_yaml_write_node(chatops_yaml_writer_t *writer,
    const chatops_yaml_node_t *node)
{
    chatops_str_t  tag;

    tag.data = NULL;

    if (!chatops_utf8_valid(node->tag.data, node->tag.len)
        || !chatops_utf8_valid(node->value.data, node->value.len))
    {
        return CHATOPS_DECLINED;
    }

    if (node->tag.len
        && chatops_pstrdup(writer->arena, &tag, &node->tag) != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    if (node->type == CHATOPS_YAML_SCALAR) {
        return chatops_yaml_write_scalar(writer, node, tag.data);
    }

    return chatops_yaml_write_items(writer, node, tag.data);
}


static int
chatops_yaml_write_scalar(chatops_yaml_writer_t *writer,
    const chatops_yaml_node_t *node, yaml_char_t *tag)
{
    int            implicit, ready;
    yaml_char_t   *value;
    yaml_event_t   event;

    implicit = tag == NULL;
    value = node->value.len ? node->value.data : (yaml_char_t *) "";

    ready = yaml_scalar_event_initialize(&event, NULL, tag, value,
                                         (int) node->value.len, implicit,
                                         implicit && !node->bang,
                                         chatops_yaml_style(node));

    return chatops_yaml_emit(writer, ready, &event);
}


static int
chatops_yaml_write_items(chatops_yaml_writer_t *writer,
    const chatops_yaml_node_t *node, yaml_char_t *tag)
{
    int           rc, ready;
    size_t        i;
    yaml_event_t  event;

    if (node->type == CHATOPS_YAML_SEQUENCE) {
        ready = yaml_sequence_start_event_initialize(&event, NULL, tag,
                                                     tag == NULL,
                                                     YAML_BLOCK_SEQUENCE_STYLE);
    } else {
        ready = yaml_mapping_start_event_initialize(&event, NULL, tag,
                                                    tag == NULL,
                                                    YAML_BLOCK_MAPPING_STYLE);
    }

    rc = chatops_yaml_emit(writer, ready, &event);

    for (i = 0; i < node->count && rc == CHATOPS_OK; i++) {

        if (node->type == CHATOPS_YAML_SEQUENCE) {
            rc = chatops_yaml_write_node(writer, node->items[i]);
            continue;
        }

        rc = chatops_yaml_write_node(writer, node->pairs[i].key);

        if (rc == CHATOPS_OK) {
            rc = chatops_yaml_write_node(writer, node->pairs[i].value);
        }
    }

    if (rc != CHATOPS_OK) {
        return rc;
    }

    ready = node->type == CHATOPS_YAML_SEQUENCE
            ? yaml_sequence_end_event_initialize(&event)
            : yaml_mapping_end_event_initialize(&event);

    return chatops_yaml_emit(writer, ready, &event);
}


static yaml_scalar_style_t
chatops_yaml_style(const chatops_yaml_node_t *node)
{
    unsigned  foreign, lines;

    chatops_yaml_breaks(&node->value, &lines, &foreign);

    if (foreign || (lines && !chatops_yaml_literal(node))) {
        return YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    }

    if (lines) {
        return YAML_LITERAL_SCALAR_STYLE;
    }

    return node->plain ? YAML_PLAIN_SCALAR_STYLE
                       : YAML_SINGLE_QUOTED_SCALAR_STYLE;
}


/*
 * Whether there are several lines, and whether LS or PS breaks one, as they
 * do in YAML 1.1; libyaml itself quotes what is not printable, CR and NEL.
 */

static void
chatops_yaml_breaks(const chatops_str_t *value, unsigned *lines,
    unsigned *foreign)
{
    size_t   i;
    u_char  *p;

    *lines = 0;
    *foreign = 0;

    p = value->data;

    for (i = 0; i < value->len; i++) {

        if (p[i] == '\n') {
            *lines = 1;

        } else if (p[i] == 0xe2 && p[i + 1] == 0x80
                   && (p[i + 2] == 0xa8 || p[i + 2] == 0xa9))
        {
            *foreign = 1;
        }
    }
}


/* A block scalar holds it without an indentation or chomping of its own. */

static int
chatops_yaml_literal(const chatops_yaml_node_t *node)
{
    size_t   len;
    u_char  *p;

    p = node->value.data;
    len = node->value.len;

    if (node->plain || p[0] == '\n' || p[0] == ' ' || p[0] == '\t') {
        return 0;
    }

    return p[len - 1] != '\n' || p[len - 2] != '\n';
}


/* libyaml owns the event from here on, also when it fails. */

static int
chatops_yaml_emit(chatops_yaml_writer_t *writer, int ready,
    yaml_event_t *event)
{
    if (!ready) {
        return CHATOPS_ERROR;
    }

    if (yaml_emitter_emit(&writer->emitter, event)) {
        return CHATOPS_OK;
    }

    if (writer->declined || writer->emitter.error == YAML_EMITTER_ERROR) {
        return CHATOPS_DECLINED;
    }

    return CHATOPS_ERROR;
}


static int
chatops_yaml_write_handler(void *data, unsigned char *text, size_t len)
{
    chatops_yaml_writer_t  *writer;

    writer = data;

    if (len > writer->buf.limit - writer->buf.len) {
        writer->declined = 1;
        return 0;
    }

    chatops_buf_add(&writer->buf, text, len);

    return !writer->buf.failed;
}
