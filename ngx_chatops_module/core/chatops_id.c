#include "chatops_id.h"


#define CHATOPS_ID_TIME_LEN  10
#define CHATOPS_ID_TIME_MAX  ((INT64_C(1) << 48) - 1)


static const char  chatops_id_digits[] = "0123456789abcdefghjkmnpqrstvwxyz";


void
chatops_id_make(int64_t now_ms, const u_char random[CHATOPS_ID_RANDOM],
    u_char *id)
{
    size_t    i, bits;
    uint32_t  rest;

    /* a clock that is off must not wrap around: ids still sort */

    if (now_ms < 0) {
        now_ms = 0;
    }

    if (now_ms > CHATOPS_ID_TIME_MAX) {
        now_ms = CHATOPS_ID_TIME_MAX;
    }

    for (i = CHATOPS_ID_TIME_LEN; i-- > 0; /* void */) {
        id[i] = (u_char) chatops_id_digits[now_ms & 0x1f];
        now_ms >>= 5;
    }

    id += CHATOPS_ID_TIME_LEN;
    bits = 0;
    rest = 0;

    for (i = 0; i < CHATOPS_ID_RANDOM; i++) {
        rest = ((rest << 8) | random[i]) & 0xffff;
        bits += 8;

        while (bits >= 5) {
            bits -= 5;
            *id++ = (u_char) chatops_id_digits[(rest >> bits) & 0x1f];
        }
    }
}


int
chatops_id_valid(const chatops_str_t *s)
{
    size_t  i;

    if (s->len != CHATOPS_ID_LEN) {
        return 0;
    }

    /* 26 digits hold 130 bits, the first of them only three of the 128 */

    if (s->data[0] > '7') {
        return 0;
    }

    for (i = 0; i < CHATOPS_ID_LEN; i++) {
        if (memchr(chatops_id_digits, s->data[i],
                   sizeof(chatops_id_digits) - 1)
            == NULL)
        {
            return 0;
        }
    }

    return 1;
}
