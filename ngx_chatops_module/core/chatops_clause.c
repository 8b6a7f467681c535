
#include "chatops_clause.h"


void
chatops_clause_code(chatops_buf_t *buf, const chatops_str_t *name, size_t max)
{
    size_t  i, len, n;

    len = chatops_utf8_clip(name->data, name->len, max);

    chatops_buf_char(buf, '`');

    for (i = 0; i < len; i += n) {
        n = chatops_utf8_length(&name->data[i], len - i);

        if (n == 0) {
            n = 1;
            chatops_buf_char(buf, '?');

        } else if (name->data[i] == '`' || name->data[i] < ' '
                   || name->data[i] == 0x7f)
        {
            chatops_buf_char(buf, '\'');

        } else {
            chatops_buf_add(buf, &name->data[i], n);
        }
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
