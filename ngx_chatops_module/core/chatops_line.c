#include "chatops_excerpt.h"
#include "chatops_line.h"


#define CHATOPS_LINE_ELLIPSIS     "\xe2\x80\xa6"
#define CHATOPS_LINE_REPLACEMENT  "\xef\xbf\xbd"

#define chatops_line_csi_is(line, text)                                       \
    ((line)->ncsi == sizeof(text) - 1                                         \
     && memcmp((line)->csi, text, sizeof(text) - 1) == 0)


typedef enum {
    CHATOPS_ESCAPE_NONE = 0,
    CHATOPS_ESCAPE_ESC,            /* ESC seen */
    CHATOPS_ESCAPE_CSI,            /* ESC [ ... final */
    CHATOPS_ESCAPE_CHARSET,        /* ESC, intermediates, final */
    CHATOPS_ESCAPE_STRING,         /* OSC, DCS, SOS, PM, APC */
    CHATOPS_ESCAPE_STRING_ESC      /* ESC in such a string: its end? */
} chatops_escape_e;


static int chatops_line_escape(chatops_line_t *line, u_char ch);
static void chatops_line_csi(chatops_line_t *line, u_char final);
static int chatops_line_utf8(chatops_line_t *line, u_char ch);
static void chatops_line_put(chatops_line_t *line, const void *data,
    size_t len);
static void chatops_line_append(chatops_line_t *line, const u_char *data,
    size_t len);
static void chatops_line_restart(chatops_line_t *line);
static size_t chatops_line_head(const chatops_line_t *line);


int
chatops_line_init(chatops_line_t *line, chatops_arena_t *arena, size_t limit,
    unsigned keep_ansi)
{
    size_t  ellipsis;

    memset(line, 0, sizeof(chatops_line_t));

    ellipsis = sizeof(CHATOPS_LINE_ELLIPSIS) - 1;

    line->keep_ansi = keep_ansi != 0;
    line->head = limit / 2;
    line->ring = limit - line->head - ellipsis;
    line->data = chatops_palloc(arena, limit);

    return line->data == NULL ? CHATOPS_ERROR : CHATOPS_OK;
}


void
chatops_line_clear(chatops_line_t *line)
{
    chatops_line_restart(line);

    line->cr = 0;
    line->nsgr = 0;
    line->ncsi = 0;
    line->nutf8 = 0;
    line->escape = CHATOPS_ESCAPE_NONE;
    line->current = CHATOPS_COLOR_NONE;
}


int
chatops_line_starts(const chatops_line_t *line, const char *prefix)
{
    size_t  len;

    len = strlen(prefix);

    return len <= line->nlead && memcmp(line->lead, prefix, len) == 0;
}


void
chatops_line_add(chatops_line_t *line, const u_char *data, size_t len)
{
    size_t         n;
    const u_char  *p, *last;

    p = data;
    last = data + len;

    while (p < last) {

        if (line->escape == CHATOPS_ESCAPE_NONE && line->nutf8 == 0) {

            /* the common case: plain text */

            for (n = 0; p + n < last && p[n] >= 0x20 && p[n] < 0x7f; n++) {
                /* void */
            }

            if (n) {
                chatops_line_put(line, p, n);
                p += n;
                continue;
            }
        }

        if (line->escape != CHATOPS_ESCAPE_NONE) {
            p += chatops_line_escape(line, *p);
            continue;
        }

        if (line->nutf8 || *p >= 0x80) {
            p += chatops_line_utf8(line, *p);
            continue;
        }

        switch (*p) {

        case 0x1b:
            line->escape = CHATOPS_ESCAPE_ESC;
            break;

        case '\r':
            line->cr = 1;
            line->nsgr = 0;
            break;

        case '\t':
            chatops_line_put(line, p, 1);
            break;

        default:
            break;
        }

        p++;
    }
}


/* Returns 1 when the byte belongs to the sequence, 0 to look at it again. */

static int
chatops_line_escape(chatops_line_t *line, u_char ch)
{
    switch (line->escape) {

    case CHATOPS_ESCAPE_ESC:

        if (ch == '[') {
            line->escape = CHATOPS_ESCAPE_CSI;
            line->ncsi = 0;
            return 1;
        }

        if (ch == ']' || ch == 'P' || ch == 'X' || ch == '^' || ch == '_') {
            line->escape = CHATOPS_ESCAPE_STRING;
            return 1;
        }

        if (ch >= 0x20 && ch <= 0x2f) {
            line->escape = CHATOPS_ESCAPE_CHARSET;
            return 1;
        }

        line->escape = CHATOPS_ESCAPE_NONE;
        return ch >= 0x30 && ch <= 0x7e;

    case CHATOPS_ESCAPE_CSI:

        if (ch >= 0x20 && ch <= 0x3f) {

            if (line->ncsi < CHATOPS_LINE_CSI) {
                line->csi[line->ncsi] = ch;
            }

            if (line->ncsi <= CHATOPS_LINE_CSI) {
                line->ncsi++;
            }

            return 1;
        }

        line->escape = CHATOPS_ESCAPE_NONE;

        if (ch >= 0x40 && ch <= 0x7e) {
            chatops_line_csi(line, ch);
            return 1;
        }

        return 0;

    case CHATOPS_ESCAPE_CHARSET:

        if (ch >= 0x20 && ch <= 0x2f) {
            return 1;
        }

        line->escape = CHATOPS_ESCAPE_NONE;
        return ch >= 0x30 && ch <= 0x7e;

    case CHATOPS_ESCAPE_STRING:

        if (ch == 0x1b) {
            line->escape = CHATOPS_ESCAPE_STRING_ESC;
            return 1;
        }

        if (ch >= 0x20) {
            return 1;
        }

        line->escape = CHATOPS_ESCAPE_NONE;
        return ch == 0x07;

    default: /* CHATOPS_ESCAPE_STRING_ESC */

        if (ch == '\\') {
            line->escape = CHATOPS_ESCAPE_NONE;
            return 1;
        }

        line->escape = CHATOPS_ESCAPE_ESC;
        return 0;
    }
}


static void
chatops_line_csi(chatops_line_t *line, u_char final)
{
    size_t  len;
    u_char  text[CHATOPS_LINE_CSI + 3];

    if (final == 'm') {

        if (chatops_line_csi_is(line, "32;1")) {
            line->current = CHATOPS_COLOR_GREEN;

        } else if (chatops_line_csi_is(line, "36;1")) {
            line->current = CHATOPS_COLOR_CYAN;

        } else if (line->ncsi == 0 || line->csi[0] == '0') {
            line->current = CHATOPS_COLOR_NONE;
            line->reset = line->nlead != 0;

        } else {
            line->current = CHATOPS_COLOR_OTHER;
        }

    } else if (final == 'K' || final == 'J') {

        if (line->cr || chatops_line_csi_is(line, "2")) {
            chatops_line_restart(line);
            line->nsgr = 0;
        }

    } else if (final == 'G') {
        line->cr = 1;
        line->nsgr = 0;
    }

    if (!line->keep_ansi || line->ncsi > CHATOPS_LINE_CSI) {
        return;
    }

    text[0] = 0x1b;
    text[1] = '[';
    memcpy(text + 2, line->csi, line->ncsi);
    text[2 + line->ncsi] = final;
    len = line->ncsi + 3;

    if (!line->cr) {
        chatops_line_append(line, text, len);

    } else if (line->nsgr + len <= CHATOPS_LINE_SGR) {
        memcpy(line->sgr + line->nsgr, text, len);
        line->nsgr += len;
    }
}


static int
chatops_line_utf8(chatops_line_t *line, u_char ch)
{
    if (line->nutf8 == 0) {

        if (ch >= 0xc2 && ch <= 0xdf) {
            line->utf8_need = 2;

        } else if ((ch & 0xf0) == 0xe0) {
            line->utf8_need = 3;

        } else if (ch >= 0xf0 && ch <= 0xf4) {
            line->utf8_need = 4;

        } else {
            chatops_line_put(line, CHATOPS_LINE_REPLACEMENT, 3);
            return 1;
        }

        line->utf8[line->nutf8++] = ch;
        return 1;
    }

    if ((ch & 0xc0) != 0x80) {
        line->nutf8 = 0;
        chatops_line_put(line, CHATOPS_LINE_REPLACEMENT, 3);
        return 0;
    }

    line->utf8[line->nutf8++] = ch;

    if (line->nutf8 < line->utf8_need) {
        return 1;
    }

    line->nutf8 = 0;

    if (chatops_utf8_length(line->utf8, line->utf8_need) == 0) {
        chatops_line_put(line, CHATOPS_LINE_REPLACEMENT, 3);
        return 1;
    }

    /* U+0080 to U+009F are control characters too */

    if (line->utf8[0] == 0xc2 && line->utf8[1] < 0xa0) {
        return 1;
    }

    chatops_line_put(line, line->utf8, line->utf8_need);

    return 1;
}


/* Text that a person sees: ASCII, or one character. */

static void
chatops_line_put(chatops_line_t *line, const void *data, size_t len)
{
    size_t         i;
    const u_char  *p;

    p = data;

    if (line->cr) {
        chatops_line_restart(line);
        line->cr = 0;

        chatops_line_append(line, line->sgr, line->nsgr);
        line->nsgr = 0;
    }

    if (line->nlead == 0) {
        line->color = line->current;
    }

    for (i = 0; i < len && line->nlead < CHATOPS_LINE_LEAD; i++) {
        line->lead[line->nlead++] = p[i];
    }

    for (i = 0; i < len && !line->visible; i++) {
        line->visible = p[i] != ' ' && p[i] != '\t';
    }

    chatops_line_append(line, p, len);
}


static void
chatops_line_append(chatops_line_t *line, const u_char *data, size_t len)
{
    size_t  n, room;

    room = line->head + line->ring - line->len;
    n = len < room ? len : room;

    if (n) {
        memcpy(line->data + line->len, data, n);
        line->len += n;
        data += n;
        len -= n;
    }

    line->cut += len;

    while (len) {
        n = line->ring - line->start;
        n = len < n ? len : n;

        memcpy(line->data + line->head + line->start, data, n);

        line->start = (line->start + n) % line->ring;
        data += n;
        len -= n;
    }
}


static void
chatops_line_restart(chatops_line_t *line)
{
    line->len = 0;
    line->cut = 0;
    line->start = 0;
    line->nlead = 0;
    line->reset = 0;
    line->visible = 0;
    line->color = CHATOPS_COLOR_NONE;
}


void
chatops_line_end(chatops_line_t *line, chatops_str_t *text)
{
    size_t   head, tail, skip, ellipsis;
    u_char  *ring;

    if (line->nutf8) {
        line->nutf8 = 0;
        chatops_line_put(line, CHATOPS_LINE_REPLACEMENT, 3);
    }

    if (line->nsgr) {
        chatops_line_append(line, line->sgr, line->nsgr);
        line->nsgr = 0;
    }

    if (line->cut == 0) {
        *text = chatops_strn(line->data, line->len);
        return;
    }

    ring = line->data + line->head;
    ellipsis = sizeof(CHATOPS_LINE_ELLIPSIS) - 1;

    chatops_excerpt_rotate(ring, line->ring, line->start);
    line->start = 0;

    for (skip = 0; skip < 3 && (ring[skip] & 0xc0) == 0x80; skip++) {
        /* void */
    }

    head = chatops_line_head(line);
    tail = line->ring - skip;

    memmove(line->data + head + ellipsis, ring + skip, tail);
    memcpy(line->data + head, CHATOPS_LINE_ELLIPSIS, ellipsis);

    line->cut += line->head - head + skip;

    *text = chatops_strn(line->data, head + ellipsis + tail);
}


/* How much of the head can stay without half a character or sequence. */

static size_t
chatops_line_head(const chatops_line_t *line)
{
    size_t  i, n, head;

    head = line->head;

    for (i = head; i > 0 && head - i < 4; i--) {
        if ((line->data[i - 1] & 0xc0) != 0x80) {
            break;
        }
    }

    if (i > 0 && line->data[i - 1] >= 0xc0
        && chatops_utf8_length(line->data + i - 1, head - i + 1) == 0)
    {
        return i - 1;
    }

    if (!line->keep_ansi) {
        return head;
    }

    for (n = 1; n <= CHATOPS_LINE_CSI + 3 && n <= head; n++) {

        if (line->data[head - n] == 0x1b) {
            return n > 2 && line->data[head - 1] >= 0x40 ? head : head - n;
        }

        if (n > 1 && line->data[head - n] >= 0x40
            && line->data[head - n] != '[')
        {
            break;
        }
    }

    return head;
}
