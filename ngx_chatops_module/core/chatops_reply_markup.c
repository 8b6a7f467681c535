#include "chatops_reply_parts.h"


#define CHATOPS_REPLY_ZWSP  "\xe2\x80\x8b"
#define CHATOPS_REPLY_FFFD  "\xef\xbf\xbd"


size_t
chatops_reply_char(const u_char *data, size_t len, unsigned *ticks,
    const char **text, size_t *size)
{
    size_t  n;

    n = chatops_utf8_length(data, len);

    if (n == 0) {
        *ticks = 0;
        *text = CHATOPS_REPLY_FFFD;
        *size = 3;
        return 1;
    }

    *text = (const char *) data;
    *size = n;

    switch (*data) {

    case '&':
        *text = "&amp;";
        *size = 5;
        break;

    case '<':
        *text = "&lt;";
        *size = 4;
        break;

    case '>':
        *text = "&gt;";
        *size = 4;
        break;

    case '`':

        if (++(*ticks) == 3) {
            *ticks = 1;
            *text = CHATOPS_REPLY_ZWSP "`";
            *size = 4;
        }

        break;

    default:

        if ((*data < 0x20 && *data != '\n' && *data != '\t' && *data != 0x1b)
            || *data == 0x7f)
        {
            /* what is not written does not part two backticks either */

            *size = 0;
            return n;
        }

        break;
    }

    if (*data != '`') {
        *ticks = 0;
    }

    return n;
}


size_t
chatops_reply_size(const chatops_str_t *text)
{
    size_t       i, size, total;
    unsigned     ticks;
    const char  *part;

    ticks = 0;
    total = 0;

    for (i = 0; i < text->len; /* void */) {
        i += chatops_reply_char(text->data + i, text->len - i, &ticks, &part,
                                &size);
        total += size;
    }

    return total;
}


void
chatops_reply_escape(chatops_buf_t *buf, const chatops_str_t *text)
{
    size_t       i, size;
    unsigned     ticks;
    const char  *part;

    ticks = 0;

    for (i = 0; i < text->len; /* void */) {
        i += chatops_reply_char(text->data + i, text->len - i, &ticks, &part,
                                &size);
        chatops_buf_add(buf, part, size);
    }
}


void
chatops_reply_code(chatops_buf_t *buf, const chatops_str_t *name)
{
    size_t       i, len, size;
    unsigned     ticks;
    const char  *text;

    if (name->len == 0) {
        return;
    }

    len = chatops_utf8_clip(name->data, name->len, CHATOPS_REPLY_NAME_MAX);
    ticks = 0;

    chatops_buf_char(buf, '`');

    for (i = 0; i < len; /* void */) {

        switch (name->data[i]) {

        case '`':
            chatops_buf_char(buf, '\'');
            i++;
            break;

        case '\r':
        case '\n':
            chatops_buf_char(buf, ' ');
            i++;
            break;

        default:
            i += chatops_reply_char(name->data + i, len - i, &ticks, &text,
                                    &size);
            chatops_buf_add(buf, text, size);
            break;
        }
    }

    chatops_buf_char(buf, '`');
}


void
chatops_reply_link(chatops_buf_t *buf, const chatops_str_t *url,
    const char *label)
{
    u_char              ch, hex[3];
    size_t              i;
    chatops_str_t       text;
    static const char  *digits = "0123456789ABCDEF";

    text = chatops_str(label);

    if (url->len > CHATOPS_REPLY_URL_MAX
        || (!chatops_str_starts(url, "https://")
            && !chatops_str_starts(url, "http://")))
    {
        chatops_reply_escape(buf, &text);
        return;
    }

    chatops_buf_char(buf, '<');

    for (i = 0; i < url->len; i++) {
        ch = url->data[i];

        if (ch == '&') {
            chatops_buf_text(buf, "&amp;");
            continue;
        }

        if (ch > 0x20 && ch < 0x7f && ch != '<' && ch != '>' && ch != '|'
            && ch != '"' && ch != '`')
        {
            chatops_buf_char(buf, ch);
            continue;
        }

        hex[0] = '%';
        hex[1] = digits[ch >> 4];
        hex[2] = digits[ch & 0x0f];

        chatops_buf_add(buf, hex, 3);
    }

    chatops_buf_char(buf, '|');
    chatops_reply_escape(buf, &text);
    chatops_buf_char(buf, '>');
}
