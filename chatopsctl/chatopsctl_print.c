
#include "chatopsctl.h"


static size_t chatopsctl_width(const chatops_str_t *text);
static size_t chatopsctl_character(const chatops_str_t *text, size_t i);


void
chatopsctl_print(const chatops_str_t *text, unsigned lines)
{
    size_t   i, n;
    u_char  *p;

    for (i = 0; i < text->len; i += n) {
        p = &text->data[i];
        n = chatopsctl_character(text, i);

        if (lines && (*p == '\n' || *p == '\t')) {
            putchar(*p);

        } else if (chatops_utf8_length(p, n) == 0 || *p < 0x20 || *p == 0x7f
                   || (*p == 0xc2 && p[1] < 0xa0))
        {
            putchar('?');

        } else {
            (void) fwrite(p, 1, n, stdout);
        }
    }
}


/* In characters: wide ones and combining ones are not told apart. */
static size_t
chatopsctl_width(const chatops_str_t *text)
{
    size_t  i, width;

    width = 0;

    for (i = 0; i < text->len; i += chatopsctl_character(text, i)) {
        width++;
    }

    return width;
}


/* The bytes of the character at `i`; a byte that is none counts as one. */
static size_t
chatopsctl_character(const chatops_str_t *text, size_t i)
{
    size_t  n;

    n = chatops_utf8_length(&text->data[i], text->len - i);

    return n == 0 ? 1 : n;
}


void
chatopsctl_table_init(chatopsctl_table_t *table, chatops_arena_t *arena,
    size_t ncells)
{
    memset(table, 0, sizeof(chatopsctl_table_t));

    table->arena = arena;
    table->ncells = ncells;
}


int
chatopsctl_table_row(chatopsctl_table_t *table, const chatops_str_t *cells)
{
    size_t          size;
    chatops_str_t  *all;

    if (table->count + table->ncells > table->size) {
        size = table->size * 2 + table->ncells;

        all = chatops_palloc(table->arena, size * sizeof(chatops_str_t));
        if (all == NULL) {
            return CHATOPS_ERROR;
        }

        if (table->count != 0) {
            memcpy(all, table->cells, table->count * sizeof(chatops_str_t));
        }

        table->cells = all;
        table->size = size;
    }

    memcpy(&table->cells[table->count], cells,
           table->ncells * sizeof(chatops_str_t));
    table->count += table->ncells;

    return CHATOPS_OK;
}


void
chatopsctl_table_print(const chatopsctl_table_t *table)
{
    size_t                i, j, pad, width, widths[16];
    const chatops_str_t  *row;

    memset(widths, 0, sizeof(widths));

    for (i = 0; i < table->count; i++) {
        j = i % table->ncells;
        width = chatopsctl_width(&table->cells[i]);

        if (width > widths[j]) {
            widths[j] = width;
        }
    }

    for (i = 0; i + table->ncells <= table->count; i += table->ncells) {
        row = &table->cells[i];
        pad = 0;

        for (j = 0; j < table->ncells; j++) {

            /* no blanks where nothing follows */

            if (row[j].len != 0) {
                printf("%*s", (int) pad, "");
                chatopsctl_print(&row[j], 0);
                pad = 0;
            }

            pad += widths[j] - chatopsctl_width(&row[j]) + 2;
        }

        putchar('\n');
    }
}


int
chatopsctl_json_text(json_t *object, const char *key,
    const chatops_str_t *text)
{
    int               rc;
    size_t            i, n;
    chatops_buf_t     buf;
    chatops_str_t     clean;
    chatops_arena_t  *arena;

    if (chatops_utf8_valid(text->data, text->len)) {
        return json_object_set_new(object, key,
                                   json_stringn(text->len == 0
                                                ? "" : (char *) text->data,
                                                text->len));
    }

    arena = chatops_arena_create(0);

    if (arena == NULL) {
        return -1;
    }

    chatops_buf_init(&buf, arena, text->len * 3);

    for (i = 0; i < text->len; i += n) {
        n = chatopsctl_character(text, i);

        if (chatops_utf8_length(&text->data[i], n) == 0) {
            chatops_buf_text(&buf, "\xef\xbf\xbd");

        } else {
            chatops_buf_add(&buf, &text->data[i], n);
        }
    }

    rc = -1;

    if (chatops_buf_finish(&buf, &clean) == CHATOPS_OK) {
        rc = json_object_set_new(object, key,
                                 json_stringn((char *) clean.data,
                                              clean.len));
    }

    chatops_arena_destroy(arena);

    return rc;
}


int
chatopsctl_json_print(json_t *json)
{
    int  rc;

    if (json == NULL) {
        return chatopsctl_fail(CHATOPSCTL_FAILED, "out of memory");
    }

    rc = json_dumpf(json, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(json);

    if (rc != 0) {
        return chatopsctl_fail(CHATOPSCTL_FAILED, "cannot write the output");
    }

    return CHATOPSCTL_OK;
}
