#include "chatops_core.h"


chatops_str_t
chatops_str(const char *text)
{
    return chatops_strn(text, text == NULL ? 0 : strlen(text));
}


chatops_str_t
chatops_strn(const void *data, size_t len)
{
    chatops_str_t  s;

    s.len = len;
    s.data = (u_char *) data;

    return s;
}


int
chatops_str_eq(const chatops_str_t *a, const chatops_str_t *b)
{
    return a->len == b->len
           && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}


int
chatops_str_is(const chatops_str_t *s, const char *text)
{
    size_t  len;

    len = strlen(text);

    return s->len == len && (len == 0 || memcmp(s->data, text, len) == 0);
}


int
chatops_str_starts(const chatops_str_t *s, const char *prefix)
{
    size_t  len;

    len = strlen(prefix);

    return s->len >= len && (len == 0 || memcmp(s->data, prefix, len) == 0);
}


int
chatops_str_cmp(const chatops_str_t *a, const chatops_str_t *b)
{
    int     rc;
    size_t  len;

    len = a->len < b->len ? a->len : b->len;
    rc = len ? memcmp(a->data, b->data, len) : 0;

    if (rc != 0) {
        return rc;
    }

    return (a->len > b->len) - (a->len < b->len);
}


u_char *
chatops_str_find(const chatops_str_t *s, size_t from, const void *needle,
    size_t len)
{
    const u_char  *p, *last, *first;

    if (len == 0 || from > s->len || s->len - from < len) {
        return NULL;
    }

    first = needle;
    p = s->data + from;
    last = s->data + s->len - len + 1;

    while (p < last) {
        p = memchr(p, *first, last - p);

        if (p == NULL) {
            return NULL;
        }

        if (memcmp(p, needle, len) == 0) {
            return (u_char *) p;
        }

        p++;
    }

    return NULL;
}


static int
chatops_str_blank(u_char ch)
{
    return ch == ' ' || ch == '\t' || ch == '\r' || ch == '\n';
}


chatops_str_t
chatops_str_trim(const chatops_str_t *s)
{
    chatops_str_t  t;

    t = *s;

    while (t.len && chatops_str_blank(t.data[0])) {
        t.data++;
        t.len--;
    }

    while (t.len && chatops_str_blank(t.data[t.len - 1])) {
        t.len--;
    }

    return t;
}


int
chatops_str_int(const chatops_str_t *s, int64_t *value)
{
    size_t   i;
    int64_t  n;

    if (s->len == 0) {
        return CHATOPS_DECLINED;
    }

    n = 0;

    for (i = 0; i < s->len; i++) {

        if (s->data[i] < '0' || s->data[i] > '9') {
            return CHATOPS_DECLINED;
        }

        if (n > (INT64_MAX - (s->data[i] - '0')) / 10) {
            return CHATOPS_DECLINED;
        }

        n = n * 10 + (s->data[i] - '0');
    }

    *value = n;

    return CHATOPS_OK;
}


size_t
chatops_utf8_length(const u_char *data, size_t len)
{
    size_t    i, n;
    uint32_t  code, least;

    if (len == 0) {
        return 0;
    }

    if (data[0] < 0x80) {
        return 1;
    }

    if (data[0] >= 0xc2 && data[0] <= 0xdf) {
        n = 2;
        code = data[0] & 0x1f;
        least = 0x80;

    } else if ((data[0] & 0xf0) == 0xe0) {
        n = 3;
        code = data[0] & 0x0f;
        least = 0x800;

    } else if (data[0] >= 0xf0 && data[0] <= 0xf4) {
        n = 4;
        code = data[0] & 0x07;
        least = 0x10000;

    } else {
        return 0;
    }

    if (len < n) {
        return 0;
    }

    for (i = 1; i < n; i++) {
        if ((data[i] & 0xc0) != 0x80) {
            return 0;
        }

        code = (code << 6) | (data[i] & 0x3f);
    }

    if (code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
        return 0;
    }

    return n;
}


int
chatops_utf8_valid(const u_char *data, size_t len)
{
    size_t  n;

    while (len) {
        n = chatops_utf8_length(data, len);

        if (n == 0) {
            return 0;
        }

        data += n;
        len -= n;
    }

    return 1;
}


size_t
chatops_utf8_clip(const u_char *data, size_t len, size_t max)
{
    size_t  back;

    if (len <= max) {
        return len;
    }

    /* a sequence has at most four bytes: does one reach across the cut? */

    for (back = 1; back <= 3 && back <= max; back++) {
        if (chatops_utf8_length(data + max - back, len - max + back) > back) {
            return max - back;
        }
    }

    return max;
}
