
#include "chatops_buf.h"
#include "chatops_expand.h"


static size_t chatops_expand_name(const chatops_str_t *text, size_t i,
    chatops_str_t *name);


int
chatops_expand_is_needed(const chatops_str_t *text)
{
    return chatops_str_find(text, 0, "$", 1) != NULL
           || chatops_str_find(text, 0, "%", 1) != NULL;
}


int
chatops_expand(chatops_arena_t *arena, const chatops_str_t *text,
    const chatops_variables_t *variables, unsigned keep,
    chatops_str_t *expanded)
{
    size_t         i, n;
    chatops_buf_t  buf;
    chatops_str_t  name, value;

    if (!chatops_expand_is_needed(text)) {
        *expanded = *text;
        return CHATOPS_OK;
    }

    chatops_buf_init(&buf, arena, CHATOPS_EXPAND_MAX_BYTES);

    for (i = 0; i < text->len; i += n) {
        n = chatops_expand_name(text, i, &name);

        if (n == 0) {
            n = 1;
            chatops_buf_char(&buf, text->data[i]);
            continue;
        }

        switch (chatops_variables_get(variables, &name, &value)) {

        case CHATOPS_YES:

            /* what stands in it may be expanded too */

            if (chatops_expand_is_needed(&value)) {
                return CHATOPS_DECLINED;
            }

            chatops_buf_str(&buf, &value);
            break;

        case CHATOPS_NO:

            if (keep) {
                chatops_buf_add(&buf, &text->data[i], n);
            }

            break;

        default:
            return CHATOPS_DECLINED;
        }
    }

    if (buf.failed && buf.len + CHATOPS_EXPAND_MAX_BYTES > buf.limit) {
        return CHATOPS_DECLINED;
    }

    return chatops_buf_finish(&buf, expanded);
}


/* The length of the reference at `i`, 0 when there is none. */

static size_t
chatops_expand_name(const chatops_str_t *text, size_t i, chatops_str_t *name)
{
    u_char  ch, close;
    size_t  k, start;

    if (text->data[i] != '$' && text->data[i] != '%') {
        return 0;
    }

    close = text->data[i] == '%' ? '%' : 0;
    start = i + 1;

    if (!close && start < text->len && text->data[start] == '{') {
        close = '}';
        start++;
    }

    for (k = start; k < text->len; k++) {
        ch = text->data[k] | 0x20;

        if (!(ch >= 'a' && ch <= 'z') && text->data[k] != '_'
            && !(k > start && text->data[k] >= '0' && text->data[k] <= '9'))
        {
            break;
        }
    }

    if (k == start || (close && (k == text->len || text->data[k] != close))) {
        return 0;
    }

    *name = chatops_strn(&text->data[start], k - start);

    return k - i + (close != 0);
}
