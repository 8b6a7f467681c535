
#include "chatops_clause.h"


void
chatops_clause_code(chatops_buf_t *buf, const chatops_str_t *name, size_t max)
{
    u_char  ch;
    size_t  i, len, n, start;

    len = chatops_utf8_clip(name->data, name->len, max);
    start = 0;

    chatops_buf_char(buf, '`');

    for (i = 0; i < len; i += n) {
        ch = name->data[i];
        n = ch < 0x80 ? 1 : chatops_utf8_length(&name->data[i], len - i);

        if (n != 0 && ch != '`' && ch >= ' ' && ch != 0x7f) {
            continue;
        }

        chatops_buf_add(buf, &name->data[start], i - start);
        chatops_buf_char(buf, n == 0 ? '?' : '\'');

        n = 1;
        start = i + 1;
    }

    if (start < len) {
        chatops_buf_add(buf, &name->data[start], len - start);
    }

    chatops_buf_text(buf, len < name->len ? "...`" : "`");
}


void
chatops_clause_name(chatops_buf_t *buf, const chatops_str_t *name)
{
    chatops_clause_code(buf, name, CHATOPS_CLAUSE_MAX_NAME);
}


int
chatops_clause_write(chatops_arena_t *arena, const char *before,
    const chatops_str_t *name, const char *after, chatops_str_t *clause)
{
    chatops_buf_t  buf;

    chatops_buf_init(&buf, arena, CHATOPS_CLAUSE_MAX);
    chatops_buf_text(&buf, before);

    if (name != NULL) {
        chatops_clause_name(&buf, name);
    }

    chatops_buf_text(&buf, after);

    return chatops_buf_finish(&buf, clause);
}
