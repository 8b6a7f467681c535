#include "chatops_form.h"


static int chatops_form_decode(chatops_form_t *form, const u_char *pos,
    const u_char *last, chatops_str_t *out);
static int chatops_form_unescape(const u_char *pos, const u_char *last,
    chatops_str_t *out);
static int chatops_form_hex(u_char ch);


void
chatops_form_init(chatops_form_t *form, chatops_arena_t *arena,
    const chatops_str_t *body)
{
    form->arena = arena;
    form->pos = body->len ? body->data : (const u_char *) "";
    form->last = form->pos + body->len;
}


int
chatops_form_next(chatops_form_t *form, chatops_str_t *name,
    chatops_str_t *value)
{
    int            rc;
    const u_char  *p, *pos, *last;

    while (form->pos < form->last && *form->pos == '&') {
        form->pos++;
    }

    if (form->pos == form->last) {
        return CHATOPS_AGAIN;
    }

    pos = form->pos;
    last = memchr(pos, '&', form->last - pos);

    if (last == NULL) {
        last = form->last;
    }

    form->pos = last;

    p = memchr(pos, '=', last - pos);

    if (p == NULL) {
        *value = chatops_strn(last, 0);

        return chatops_form_decode(form, pos, last, name);
    }

    rc = chatops_form_decode(form, pos, p, name);

    if (rc != CHATOPS_OK) {
        return rc;
    }

    return chatops_form_decode(form, p + 1, last, value);
}


static int
chatops_form_decode(chatops_form_t *form, const u_char *pos,
    const u_char *last, chatops_str_t *out)
{
    u_char         high;
    unsigned       coded, nul;
    const u_char  *p;

    high = 0;
    coded = 0;
    nul = 0;

    for (p = pos; p < last; p++) {
        high |= *p;
        coded |= (*p == '%') | (*p == '+');
        nul |= *p == '\0';
    }

    if (nul) {
        return CHATOPS_DECLINED;
    }

    if (!coded) {
        *out = chatops_strn(pos, last - pos);

        if (high < 0x80 || chatops_utf8_valid(out->data, out->len)) {
            return CHATOPS_OK;
        }

        return CHATOPS_DECLINED;
    }

    out->data = chatops_palloc(form->arena, last - pos);

    if (out->data == NULL) {
        return CHATOPS_ERROR;
    }

    return chatops_form_unescape(pos, last, out);
}


/* `out` has room for all of the bytes between `pos` and `last`. */

static int
chatops_form_unescape(const u_char *pos, const u_char *last,
    chatops_str_t *out)
{
    int      h, l;
    u_char   ch, high, *q;

    high = 0;
    q = out->data;

    while (pos < last) {
        ch = *pos++;

        if (ch == '+') {
            ch = ' ';

        } else if (ch == '%') {

            if (last - pos < 2) {
                return CHATOPS_DECLINED;
            }

            h = chatops_form_hex(pos[0]);
            l = chatops_form_hex(pos[1]);

            if (h < 0 || l < 0) {
                return CHATOPS_DECLINED;
            }

            ch = (u_char) (h * 16 + l);
            pos += 2;

            if (ch == '\0') {
                return CHATOPS_DECLINED;
            }
        }

        high |= ch;
        *q++ = ch;
    }

    out->len = q - out->data;

    if (high >= 0x80 && !chatops_utf8_valid(out->data, out->len)) {
        return CHATOPS_DECLINED;
    }

    return CHATOPS_OK;
}


static int
chatops_form_hex(u_char ch)
{
    if (ch >= '0' && ch <= '9') {
        return ch - '0';
    }

    ch |= 0x20;

    if (ch >= 'a' && ch <= 'f') {
        return ch - 'a' + 10;
    }

    return -1;
}
