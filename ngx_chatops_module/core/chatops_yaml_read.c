#include <stdio.h>

#include "chatops_yaml_parts.h"


#define CHATOPS_YAML_MAX_DIRECTIVES  64
#define CHATOPS_YAML_MAX_DOCUMENTS   3


static size_t chatops_yaml_documents(const chatops_str_t *text,
    chatops_str_t *documents);
static int chatops_yaml_is_blank(u_char ch);
static int chatops_yaml_is_empty(const chatops_yaml_node_t *node);
static int chatops_yaml_read_document(chatops_yaml_reader_t *reader,
    const chatops_str_t *text, chatops_yaml_node_t **root);
static int chatops_yaml_read_events(chatops_yaml_reader_t *reader,
    yaml_parser_t *parser, const chatops_str_t *text,
    chatops_yaml_node_t **root);
static int chatops_yaml_read_failed(chatops_yaml_reader_t *reader,
    yaml_parser_t *parser, const chatops_str_t *text);
static int chatops_yaml_too_many_directives(const chatops_str_t *text);


int
chatops_yaml_parse(chatops_arena_t *arena, const chatops_str_t *text,
    chatops_yaml_node_t **root, chatops_yaml_error_t *error)
{
    chatops_yaml_node_t  *header;

    return chatops_yaml_parse_file(arena, text, 0, &header, root, error);
}


int
chatops_yaml_parse_file(chatops_arena_t *arena, const chatops_str_t *text,
    uint16_t file, chatops_yaml_node_t **header, chatops_yaml_node_t **root,
    chatops_yaml_error_t *error)
{
    int                     rc;
    size_t                  count, i, n;
    const u_char           *p;
    chatops_str_t           documents[CHATOPS_YAML_MAX_DOCUMENTS];
    chatops_yaml_node_t    *roots[CHATOPS_YAML_MAX_DOCUMENTS];
    chatops_yaml_reader_t   reader;

    *header = NULL;
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
    reader.file = file;
    reader.blocks = chatops_str_find(text, 0, "$[[", 3) != NULL;

    count = chatops_yaml_documents(text, documents);
    p = text->data;

    for (i = 0, n = 0; i < count; i++) {

        for ( /* void */ ; p < documents[i].data; p++) {
            reader.line += *p == '\n';
        }

        rc = chatops_yaml_read_document(&reader, &documents[i], &roots[n]);

        if (rc != CHATOPS_OK) {
            *root = NULL;
            return rc;
        }

        if (!chatops_yaml_is_null(roots[n])) {
            *root = roots[n];
        }

        n += !chatops_yaml_is_empty(roots[n]);
    }

    for (i = 1; i < n; i++) {
        if (roots[i]->type != CHATOPS_YAML_MAPPING) {
            *root = NULL;
            return chatops_yaml_declined(error, roots[i]->line,
                                         "a document is no mapping");
        }
    }

    if (n == 0) {
        return CHATOPS_OK;
    }

    *root = roots[0];

    if (n > 1 && chatops_yaml_get(roots[0], "spec") != NULL) {
        *header = roots[0];
        *root = roots[n - 1];
    }

    return CHATOPS_OK;
}


/*
 * Parted as GitLab does it, in front of libyaml: by `---` and whatever white
 * space is behind it, the indentation of the next line included.
 */

static size_t
chatops_yaml_documents(const chatops_str_t *text, chatops_str_t *documents)
{
    size_t   n;
    u_char  *end, *next, *p, *start;

    if (text->len == 0) {
        return 0;
    }

    start = text->data;
    end = start + text->len;
    p = start;
    n = 0;

    while (n < CHATOPS_YAML_MAX_DOCUMENTS - 1) {

        if (end - p > 3 && memcmp(p, "---", 3) == 0
            && chatops_yaml_is_blank(p[3]))
        {
            for (next = p + 4;
                 next < end && chatops_yaml_is_blank(*next);
                 next++)
            {
                /* void */
            }

            documents[n++] = chatops_strn(start, p - start);

            start = next;
            p = next;

            if (p[-1] == '\n') {
                continue;
            }
        }

        p = memchr(p, '\n', end - p);

        if (p == NULL) {
            break;
        }

        p++;
    }

    documents[n++] = chatops_strn(start, end - start);

    return n;
}


static int
chatops_yaml_is_blank(u_char ch)
{
    return ch == ' ' || (ch >= '\t' && ch <= '\r');
}


static int
chatops_yaml_is_empty(const chatops_yaml_node_t *node)
{
    if (chatops_yaml_is_null(node) || chatops_yaml_is_false(node)) {
        return 1;
    }

    return node->type != CHATOPS_YAML_SCALAR && node->count == 0;
}


static int
chatops_yaml_read_document(chatops_yaml_reader_t *reader,
    const chatops_str_t *text, chatops_yaml_node_t **root)
{
    int            rc;
    yaml_parser_t  parser;

    *root = NULL;

    if (text->len == 0) {
        return CHATOPS_OK;
    }

    if (!yaml_parser_initialize(&parser)) {
        return CHATOPS_ERROR;
    }

    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, text->data, text->len);

    reader->nanchors = 0;
    reader->nentries = 0;

    rc = chatops_yaml_read_events(reader, &parser, text, root);

    yaml_parser_delete(&parser);

    return rc;
}


/* What is behind the first document is not looked at, as in Psych. */

static int
chatops_yaml_read_events(chatops_yaml_reader_t *reader,
    yaml_parser_t *parser, const chatops_str_t *text,
    chatops_yaml_node_t **root)
{
    int           rc;
    unsigned      last;
    yaml_event_t  event;

    last = 0;

    do {
        if (!yaml_parser_parse(parser, &event)) {
            return chatops_yaml_read_failed(reader, parser, text);
        }

        rc = CHATOPS_OK;

        switch (event.type) {

        case YAML_SCALAR_EVENT:
            rc = chatops_yaml_read_scalar(reader, &event);
            break;

        case YAML_ALIAS_EVENT:
            rc = chatops_yaml_read_alias(reader, &event);
            break;

        case YAML_SEQUENCE_START_EVENT:
        case YAML_MAPPING_START_EVENT:
            rc = chatops_yaml_read_start(reader, &event);
            break;

        case YAML_SEQUENCE_END_EVENT:
        case YAML_MAPPING_END_EVENT:
            rc = chatops_yaml_read_end(reader);
            break;

        case YAML_DOCUMENT_END_EVENT:
            *root = reader->entries[0].node;
            last = 1;
            break;

        case YAML_STREAM_END_EVENT:
            last = 1;
            break;

        default:
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

    return chatops_yaml_declined(reader->error, reader->line + line,
                                 parser->problem ? parser->problem
                                                 : "no valid YAML");
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


int
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
