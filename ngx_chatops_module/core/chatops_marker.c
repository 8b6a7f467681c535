#include "chatops_marker.h"


#define CHATOPS_MARKER_DIGITS   20
#define CHATOPS_MARKER_NAME     128
#define CHATOPS_MARKER_OPTIONS  256


typedef enum {
    CHATOPS_MARKER_PREFIX = 0,     /* "section_" */
    CHATOPS_MARKER_KIND,           /* "s" or "e" */
    CHATOPS_MARKER_START,          /* "tart:" */
    CHATOPS_MARKER_END,            /* "nd:" */
    CHATOPS_MARKER_TIME,
    CHATOPS_MARKER_IN_NAME,
    CHATOPS_MARKER_KEY,
    CHATOPS_MARKER_VALUE,
    CHATOPS_MARKER_COMMA,          /* seen; a blank may follow */
    CHATOPS_MARKER_CLOSED          /* "]" seen */
} chatops_marker_state_e;


static int chatops_marker_options(chatops_marker_t *marker, u_char ch);
static int chatops_marker_word(u_char ch);


void
chatops_marker_init(chatops_marker_t *marker)
{
    memset(marker, 0, sizeof(chatops_marker_t));
}


static int
chatops_marker_literal(chatops_marker_t *marker, u_char ch, const char *text,
    unsigned next)
{
    if (ch != (u_char) text[marker->count]) {
        return CHATOPS_DECLINED;
    }

    marker->count++;

    if (text[marker->count] == '\0') {
        marker->state = next;
        marker->count = 0;
    }

    return CHATOPS_OK;
}


static int
chatops_marker_step(chatops_marker_t *marker, u_char ch)
{
    switch (marker->state) {

    case CHATOPS_MARKER_PREFIX:
        return chatops_marker_literal(marker, ch, "section_",
                                      CHATOPS_MARKER_KIND);

    case CHATOPS_MARKER_KIND:

        if (ch != 's' && ch != 'e') {
            return CHATOPS_DECLINED;
        }

        marker->start = ch == 's';
        marker->state = ch == 's' ? CHATOPS_MARKER_START : CHATOPS_MARKER_END;

        return CHATOPS_OK;

    case CHATOPS_MARKER_START:
        return chatops_marker_literal(marker, ch, "tart:",
                                      CHATOPS_MARKER_TIME);

    case CHATOPS_MARKER_END:
        return chatops_marker_literal(marker, ch, "nd:",
                                      CHATOPS_MARKER_TIME);

    case CHATOPS_MARKER_TIME:

        if (ch >= '0' && ch <= '9') {
            return marker->count++ < CHATOPS_MARKER_DIGITS ? CHATOPS_OK
                                                           : CHATOPS_DECLINED;
        }

        if (ch != ':' || marker->count == 0) {
            return CHATOPS_DECLINED;
        }

        marker->count = 0;
        marker->name = marker->len + 1;
        marker->name_end = marker->name;
        marker->state = CHATOPS_MARKER_IN_NAME;

        return CHATOPS_OK;

    case CHATOPS_MARKER_IN_NAME:

        if (chatops_marker_word(ch) || ch == '.' || ch == '-') {
            marker->name_end++;

            return marker->count++ < CHATOPS_MARKER_NAME ? CHATOPS_OK
                                                         : CHATOPS_DECLINED;
        }

        if (ch != '[' || marker->count == 0) {
            return CHATOPS_DECLINED;
        }

        marker->count = 0;
        marker->state = CHATOPS_MARKER_COMMA;

        return CHATOPS_OK;

    default:

        if (marker->len - marker->name_end >= CHATOPS_MARKER_OPTIONS) {
            return CHATOPS_DECLINED;
        }

        return chatops_marker_options(marker, ch);
    }
}


static int
chatops_marker_options(chatops_marker_t *marker, u_char ch)
{
    switch (marker->state) {

    case CHATOPS_MARKER_COMMA:

        /* no blank right behind the bracket, which is state's first visit */

        if (ch == ' ' && marker->count == 1) {
            marker->state = CHATOPS_MARKER_KEY;
            marker->count = 0;
            return CHATOPS_OK;
        }

        if (!chatops_marker_word(ch)) {
            return CHATOPS_DECLINED;
        }

        marker->state = CHATOPS_MARKER_KEY;
        marker->count = 1;

        return CHATOPS_OK;

    case CHATOPS_MARKER_KEY:

        if (chatops_marker_word(ch)) {
            marker->count++;
            return CHATOPS_OK;
        }

        if (ch != '=' || marker->count == 0) {
            return CHATOPS_DECLINED;
        }

        marker->state = CHATOPS_MARKER_VALUE;
        marker->count = 0;

        return CHATOPS_OK;

    case CHATOPS_MARKER_VALUE:

        if (chatops_marker_word(ch)) {
            marker->count++;
            return CHATOPS_OK;
        }

        if (marker->count == 0) {
            return CHATOPS_DECLINED;
        }

        if (ch == ',') {
            marker->state = CHATOPS_MARKER_COMMA;
            marker->count = 1;
            return CHATOPS_OK;
        }

        if (ch == ']') {
            marker->state = CHATOPS_MARKER_CLOSED;
            return CHATOPS_OK;
        }

        return CHATOPS_DECLINED;

    default: /* CHATOPS_MARKER_CLOSED */
        return CHATOPS_DECLINED;
    }
}


static int
chatops_marker_word(u_char ch)
{
    return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z')
           || (ch >= '0' && ch <= '9') || ch == '_';
}


int
chatops_marker_read(chatops_marker_t *marker, u_char ch)
{
    if (chatops_marker_step(marker, ch) != CHATOPS_OK) {
        return CHATOPS_DECLINED;
    }

    marker->len++;

    return CHATOPS_OK;
}


int
chatops_marker_whole(const chatops_marker_t *marker)
{
    return marker->state == CHATOPS_MARKER_CLOSED
           || (marker->state == CHATOPS_MARKER_IN_NAME && marker->count != 0);
}


/* The length of the longest marker at `data`, 0 when there is none. */

static size_t
chatops_marker_length(const u_char *data, size_t len)
{
    size_t            i, whole;
    chatops_marker_t  marker;

    chatops_marker_init(&marker);
    whole = 0;

    for (i = 0; i < len; i++) {

        if (chatops_marker_read(&marker, data[i]) != CHATOPS_OK) {
            break;
        }

        if (chatops_marker_whole(&marker)) {
            whole = i + 1;
        }
    }

    return whole;
}


size_t
chatops_marker_remove(u_char *data, size_t len)
{
    size_t         n, from;
    u_char        *p;
    chatops_str_t  text;

    from = 0;
    text = chatops_strn(data, len);

    for ( ;; ) {
        p = chatops_str_find(&text, from, "section_", 8);

        if (p == NULL) {
            return text.len;
        }

        from = p - data;
        n = chatops_marker_length(p, text.len - from);

        if (n == 0) {
            from++;
            continue;
        }

        memmove(p, p + n, text.len - from - n);
        text.len -= n;

        /* what stood around it may be a marker now */

        from = from > CHATOPS_MARKER_MAX ? from - CHATOPS_MARKER_MAX : 0;
    }
}
