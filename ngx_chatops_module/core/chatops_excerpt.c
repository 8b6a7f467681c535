#include "chatops_excerpt.h"


static void chatops_excerpt_push(chatops_excerpt_t *excerpt,
    const u_char *line, size_t len);
static void chatops_excerpt_evict(chatops_excerpt_t *excerpt);


int
chatops_excerpt_init(chatops_excerpt_t *excerpt, chatops_arena_t *arena,
    size_t limit)
{
    memset(excerpt, 0, sizeof(chatops_excerpt_t));

    excerpt->half = limit / 2;
    excerpt->data = chatops_palloc(arena, excerpt->half * 2);

    return excerpt->data == NULL ? CHATOPS_ERROR : CHATOPS_OK;
}


void
chatops_excerpt_reset(chatops_excerpt_t *excerpt)
{
    u_char  *data;
    size_t   half;

    data = excerpt->data;
    half = excerpt->half;

    memset(excerpt, 0, sizeof(chatops_excerpt_t));

    excerpt->data = data;
    excerpt->half = half;
}


size_t
chatops_excerpt_line_max(const chatops_excerpt_t *excerpt)
{
    return excerpt->half - 1;
}


void
chatops_excerpt_add(chatops_excerpt_t *excerpt, const u_char *line,
    size_t len)
{
    if (len == 0) {
        excerpt->blanks++;
        return;
    }

    while (excerpt->blanks) {
        excerpt->blanks--;
        chatops_excerpt_push(excerpt, NULL, 0);
    }

    len = chatops_utf8_clip(line, len, chatops_excerpt_line_max(excerpt));

    chatops_excerpt_push(excerpt, line, len);
}


static void
chatops_excerpt_push(chatops_excerpt_t *excerpt, const u_char *line,
    size_t len)
{
    size_t   at, part;
    u_char  *ring;

    if (!excerpt->full) {

        if (excerpt->head + (excerpt->lines != 0) + len <= excerpt->half) {

            if (excerpt->lines) {
                excerpt->data[excerpt->head++] = '\n';
            }

            if (len) {
                memcpy(excerpt->data + excerpt->head, line, len);
            }

            excerpt->head += len;
            excerpt->lines++;

            return;
        }

        excerpt->full = 1;
    }

    while (excerpt->len + len + 1 > excerpt->half) {
        chatops_excerpt_evict(excerpt);
    }

    ring = excerpt->data + excerpt->half;
    at = (excerpt->start + excerpt->len) % excerpt->half;

    part = excerpt->half - at < len ? excerpt->half - at : len;

    if (part) {
        memcpy(ring + at, line, part);
    }

    if (len - part) {
        memcpy(ring, line + part, len - part);
    }

    ring[(at + len) % excerpt->half] = '\n';
    excerpt->len += len + 1;
}


static void
chatops_excerpt_evict(chatops_excerpt_t *excerpt)
{
    size_t   len, until;
    u_char  *p, *ring;

    ring = excerpt->data + excerpt->half;

    until = excerpt->half - excerpt->start;

    if (until > excerpt->len) {
        until = excerpt->len;
    }

    p = memchr(ring + excerpt->start, '\n', until);

    if (p != NULL) {
        len = p - (ring + excerpt->start) + 1;

    } else {
        p = memchr(ring, '\n', excerpt->len - until);
        len = p == NULL ? excerpt->len : until + (p - ring) + 1;
    }

    excerpt->start = (excerpt->start + len) % excerpt->half;
    excerpt->len -= len;

    excerpt->omitted_lines++;
    excerpt->omitted_bytes += len;
}


void
chatops_excerpt_finish(chatops_excerpt_t *excerpt, chatops_str_t *head,
    chatops_str_t *tail)
{
    size_t   len;
    u_char  *ring;

    ring = excerpt->data + excerpt->half;
    len = excerpt->len;

    if (len) {
        chatops_excerpt_rotate(ring, excerpt->half, excerpt->start);
        excerpt->start = 0;
        len--;
    }

    if (excerpt->omitted_lines == 0 && excerpt->len) {

        if (excerpt->lines) {
            memmove(excerpt->data + excerpt->head + 1, ring, len);
            excerpt->data[excerpt->head++] = '\n';

        } else {
            memmove(excerpt->data, ring, len);
        }

        excerpt->head += len;
        excerpt->len = 0;
        len = 0;
    }

    /* blank lines before the gap belong to it */

    while (len && excerpt->head
           && excerpt->data[excerpt->head - 1] == '\n')
    {
        excerpt->head--;
        excerpt->omitted_lines++;
        excerpt->omitted_bytes++;
    }

    *head = chatops_strn(excerpt->data, excerpt->head);
    *tail = chatops_strn(ring, len);
}


static void
chatops_excerpt_reverse(u_char *data, size_t len)
{
    u_char  ch;
    size_t  i;

    for (i = 0; i < len / 2; i++) {
        ch = data[i];
        data[i] = data[len - 1 - i];
        data[len - 1 - i] = ch;
    }
}


void
chatops_excerpt_rotate(u_char *data, size_t len, size_t start)
{
    if (start == 0) {
        return;
    }

    chatops_excerpt_reverse(data, start);
    chatops_excerpt_reverse(data + start, len - start);
    chatops_excerpt_reverse(data, len);
}
