#include <stdio.h>

#include "chatops_core.h"


void
chatops_buf_init(chatops_buf_t *buf, chatops_arena_t *arena, size_t limit)
{
    memset(buf, 0, sizeof(chatops_buf_t));

    buf->arena = arena;
    buf->limit = limit;
}


static int
chatops_buf_reserve(chatops_buf_t *buf, size_t len)
{
    size_t   size;
    u_char  *data;

    if (buf->failed) {
        return CHATOPS_ERROR;
    }

    if (len > buf->limit - buf->len) {
        buf->failed = 1;
        return CHATOPS_ERROR;
    }

    /* one byte more, for the NUL of chatops_buf_finish() */

    if (buf->len + len + 1 <= buf->size) {
        return CHATOPS_OK;
    }

    size = buf->size ? buf->size : 128;

    while (size < buf->len + len + 1) {
        size *= 2;
    }

    data = chatops_palloc(buf->arena, size);

    if (data == NULL) {
        buf->failed = 1;
        return CHATOPS_ERROR;
    }

    if (buf->len) {
        memcpy(data, buf->data, buf->len);
    }

    buf->data = data;
    buf->size = size;

    return CHATOPS_OK;
}


void
chatops_buf_add(chatops_buf_t *buf, const void *data, size_t len)
{
    if (len == 0 || chatops_buf_reserve(buf, len) != CHATOPS_OK) {
        return;
    }

    memcpy(buf->data + buf->len, data, len);
    buf->len += len;
}


void
chatops_buf_char(chatops_buf_t *buf, u_char ch)
{
    chatops_buf_add(buf, &ch, 1);
}


void
chatops_buf_text(chatops_buf_t *buf, const char *text)
{
    chatops_buf_add(buf, text, strlen(text));
}


void
chatops_buf_str(chatops_buf_t *buf, const chatops_str_t *s)
{
    chatops_buf_add(buf, s->data, s->len);
}


void
chatops_buf_int(chatops_buf_t *buf, int64_t value)
{
    char  digits[32];

    (void) snprintf(digits, sizeof(digits), "%lld", (long long) value);

    chatops_buf_text(buf, digits);
}


void
chatops_buf_uri(chatops_buf_t *buf, const chatops_str_t *s)
{
    u_char             ch, hex[3];
    size_t             i;
    static const char  digits[] = "0123456789ABCDEF";

    for (i = 0; i < s->len; i++) {
        ch = s->data[i];

        if ((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z')
            || (ch >= '0' && ch <= '9')
            || ch == '-' || ch == '.' || ch == '_' || ch == '~')
        {
            chatops_buf_char(buf, ch);
            continue;
        }

        hex[0] = '%';
        hex[1] = (u_char) digits[ch >> 4];
        hex[2] = (u_char) digits[ch & 0x0f];

        chatops_buf_add(buf, hex, 3);
    }
}


int
chatops_buf_finish(chatops_buf_t *buf, chatops_str_t *s)
{
    if (chatops_buf_reserve(buf, 0) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    buf->data[buf->len] = '\0';

    s->len = buf->len;
    s->data = buf->data;

    return CHATOPS_OK;
}
