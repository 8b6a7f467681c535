/*
 * A form: what is read is clean UTF-8 without NULs, no larger than the body,
 * and the same as a slow reader of our own makes of it.
 */

#include <stdlib.h>

#include "chatops_form.h"


#define fuzz_assert(x)  if (!(x)) { abort(); }


static int
fuzz_hex(u_char ch)
{
    const char  *p;

    static const char  digits[] = "0123456789abcdef0123456789ABCDEF";

    p = ch ? strchr(digits, ch) : NULL;

    return p ? (int) (p - digits) % 16 : -1;
}


/* Decodes into `out`; the length, or -1 when the encoding is broken. */

static ssize_t
fuzz_decode(const u_char *data, size_t len, u_char *out)
{
    size_t  i, n;

    n = 0;

    for (i = 0; i < len; i++) {

        if (data[i] == '+') {
            out[n++] = ' ';

        } else if (data[i] == '%') {

            if (i + 2 >= len || fuzz_hex(data[i + 1]) < 0
                || fuzz_hex(data[i + 2]) < 0)
            {
                return -1;
            }

            out[n++] = (u_char) (fuzz_hex(data[i + 1]) << 4
                                 | fuzz_hex(data[i + 2]));
            i += 2;

        } else {
            out[n++] = data[i];
        }
    }

    if (memchr(out, '\0', n) != NULL || !chatops_utf8_valid(out, n)) {
        return -1;
    }

    return (ssize_t) n;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int               rc;
    u_char           *out;
    size_t            i, end, equals;
    ssize_t           n, m;
    chatops_str_t     body, name, value;
    chatops_form_t    form;
    chatops_arena_t  *arena;

    arena = chatops_arena_create(0);
    out = malloc(size + 1);
    fuzz_assert(arena != NULL && out != NULL);

    body = chatops_strn(data, size);
    chatops_form_init(&form, arena, &body);

    i = 0;

    for ( ;; ) {
        rc = chatops_form_next(&form, &name, &value);

        while (i < size && data[i] == '&') {
            i++;
        }

        if (i == size) {
            fuzz_assert(rc == CHATOPS_AGAIN);
            break;
        }

        for (end = i; end < size && data[end] != '&'; end++) {
            /* void */
        }

        for (equals = i; equals < end && data[equals] != '='; equals++) {
            /* void */
        }

        n = fuzz_decode(data + i, equals - i, out);
        fuzz_assert((n < 0) <= (rc == CHATOPS_DECLINED));

        if (n >= 0 && rc == CHATOPS_OK) {
            fuzz_assert(name.len == (size_t) n);
            fuzz_assert(n == 0 || memcmp(name.data, out, n) == 0);
        }

        m = equals < end ? fuzz_decode(data + equals + 1, end - equals - 1,
                                       out)
                         : 0;

        fuzz_assert(rc == (n < 0 || m < 0 ? CHATOPS_DECLINED : CHATOPS_OK));

        if (rc != CHATOPS_OK) {
            break;
        }

        fuzz_assert(value.len == (size_t) m);
        fuzz_assert(m == 0 || memcmp(value.data, out, m) == 0);

        i = end;
    }

    free(out);
    chatops_arena_destroy(arena);

    return 0;
}
