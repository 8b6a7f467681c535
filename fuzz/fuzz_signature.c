/*
 * The headers of a signed request and its MAC: what is read as a signature
 * is its only spelling, the window has no holes, and the MAC is OpenSSL's
 * own, in whatever pieces the body comes.
 *
 * The input: a byte that cuts the rest in two, a byte for the size of the
 * pieces; the first part is the header, and the secret; the rest the body.
 */

#include <stdio.h>
#include <stdlib.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "chatops_signature.h"


#define fuzz_assert(x)  if (!(x)) { abort(); }


static void
fuzz_parse(const chatops_str_t *header)
{
    char           text[3 + 2 * CHATOPS_MAC_LEN + 1];
    u_char         mac[CHATOPS_MAC_LEN];
    size_t         i;
    chatops_str_t  s;

    if (chatops_signature_parse(header, mac) != CHATOPS_OK) {
        return;
    }

    (void) snprintf(text, sizeof(text), "v0=");

    for (i = 0; i < CHATOPS_MAC_LEN; i++) {
        (void) snprintf(text + 3 + 2 * i, 3, "%02x", mac[i]);
    }

    s = chatops_str(text);
    fuzz_assert(chatops_str_eq(header, &s));
}


static void
fuzz_fresh(const chatops_str_t *header)
{
    int      rc;
    size_t   i;
    int64_t  timestamp, again, now;

    rc = chatops_signature_fresh(header, 1531420618, &timestamp);

    if (rc == CHATOPS_DECLINED) {

        /* a short row of digits is always a number */

        fuzz_assert(header->len == 0 || header->len > 18
                    || strspn((char *) header->data, "0123456789")
                       < header->len);
        return;
    }

    for (i = 0; i < header->len; i++) {
        fuzz_assert(header->data[i] >= '0' && header->data[i] <= '9');
    }

    fuzz_assert(timestamp >= 0);
    fuzz_assert(rc == (llabs(timestamp - 1531420618) <= 300
                       ? CHATOPS_OK : CHATOPS_AGAIN));

    for (now = -301; now <= 301; now++) {

        if (timestamp > INT64_MAX - 301) {
            break;
        }

        rc = chatops_signature_fresh(header, timestamp + now, &again);

        fuzz_assert(again == timestamp);
        fuzz_assert(rc == (llabs(now) <= 300 ? CHATOPS_OK : CHATOPS_AGAIN));
    }
}


static void
fuzz_mac(const chatops_str_t *secret, const chatops_str_t *body,
    size_t piece)
{
    u_char                    mac[CHATOPS_MAC_LEN], expected[EVP_MAX_MD_SIZE];
    size_t                    n, size;
    u_char                   *message;
    unsigned                  len;
    chatops_str_t             timestamp;
    chatops_signature_t      *sig;
    chatops_signature_key_t  *key;

    static const char  prefix[] = "v0:1531420618:";

    key = chatops_signature_key_create(secret);
    fuzz_assert((key != NULL) == (secret->len != 0));

    if (key == NULL) {
        return;
    }

    sig = chatops_signature_create();
    message = malloc(sizeof(prefix) - 1 + body->len);
    fuzz_assert(sig != NULL && message != NULL);

    memcpy(message, prefix, sizeof(prefix) - 1);

    if (body->len) {
        memcpy(message + sizeof(prefix) - 1, body->data, body->len);
    }

    fuzz_assert(HMAC(EVP_sha256(), secret->data, (int) secret->len, message,
                     sizeof(prefix) - 1 + body->len, expected, &len));

    timestamp = chatops_str("1531420618");
    fuzz_assert(chatops_signature_start(sig, key, &timestamp) == CHATOPS_OK);

    for (n = 0; n < body->len; n += size) {
        size = body->len - n < piece ? body->len - n : piece;
        fuzz_assert(chatops_signature_add(sig, body->data + n, size)
                    == CHATOPS_OK);
    }

    fuzz_assert(chatops_signature_finish(sig, mac) == CHATOPS_OK);
    fuzz_assert(chatops_signature_equal(mac, expected));

    mac[body->len % CHATOPS_MAC_LEN] ^= (u_char) piece;
    fuzz_assert(!chatops_signature_equal(mac, expected));

    free(message);
    chatops_signature_destroy(sig);
    chatops_signature_key_destroy(key);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char           *copy;
    size_t          cut, piece;
    chatops_str_t   header, body;

    if (size < 2) {
        return 0;
    }

    cut = data[0];
    piece = data[1] ? data[1] : 1;
    data += 2;
    size -= 2;

    if (cut > size) {
        cut = size;
    }

    /* strspn() above wants a NUL */

    copy = malloc(cut + 1);
    fuzz_assert(copy != NULL);
    memcpy(copy, data, cut);
    copy[cut] = '\0';

    header = chatops_strn(copy, cut);
    body = chatops_strn(data + cut, size - cut);

    fuzz_parse(&header);
    fuzz_fresh(&header);
    fuzz_mac(&header, &body, piece);

    free(copy);

    return 0;
}
