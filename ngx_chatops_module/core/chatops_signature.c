#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "chatops_signature.h"


#define CHATOPS_SIGNATURE_BLOCK  64     /* SHA-256's, RFC 2104's B */
#define CHATOPS_SIGNATURE_IPAD   0x36
#define CHATOPS_SIGNATURE_OPAD   0x5c


struct chatops_signature_key_s {
    EVP_MD                         *md;
    EVP_MD_CTX                     *inner;
    EVP_MD_CTX                     *outer;
};


struct chatops_signature_s {
    EVP_MD_CTX                     *ctx;
    const chatops_signature_key_t  *key;     /* NULL: nothing is begun */
};


static int chatops_signature_key_feed(chatops_signature_key_t *key,
    const chatops_str_t *secret);
static EVP_MD_CTX *chatops_signature_key_pad(const EVP_MD *md,
    const u_char block[CHATOPS_SIGNATURE_BLOCK], u_char pad);
static int chatops_signature_hex(u_char ch);


chatops_signature_key_t *
chatops_signature_key_create(const chatops_str_t *secret)
{
    chatops_signature_key_t  *key;

    if (secret->len == 0) {
        return NULL;
    }

    key = OPENSSL_zalloc(sizeof(chatops_signature_key_t));

    if (key == NULL) {
        return NULL;
    }

    if (chatops_signature_key_feed(key, secret) != CHATOPS_OK) {
        chatops_signature_key_destroy(key);
        return NULL;
    }

    return key;
}


static int
chatops_signature_key_feed(chatops_signature_key_t *key,
    const chatops_str_t *secret)
{
    int     rc;
    u_char  block[CHATOPS_SIGNATURE_BLOCK];

    key->md = EVP_MD_fetch(NULL, "SHA256", NULL);

    if (key->md == NULL) {
        return CHATOPS_ERROR;
    }

    memset(block, 0, sizeof(block));

    if (secret->len <= sizeof(block)) {
        memcpy(block, secret->data, secret->len);
        rc = 1;

    } else {
        rc = EVP_Digest(secret->data, secret->len, block, NULL, key->md, NULL);
    }

    if (rc == 1) {
        key->inner = chatops_signature_key_pad(key->md, block,
                                               CHATOPS_SIGNATURE_IPAD);
        key->outer = chatops_signature_key_pad(key->md, block,
                                               CHATOPS_SIGNATURE_OPAD);
    }

    OPENSSL_cleanse(block, sizeof(block));

    return key->inner && key->outer ? CHATOPS_OK : CHATOPS_ERROR;
}


static EVP_MD_CTX *
chatops_signature_key_pad(const EVP_MD *md,
    const u_char block[CHATOPS_SIGNATURE_BLOCK], u_char pad)
{
    int          rc;
    size_t       i;
    u_char       padded[CHATOPS_SIGNATURE_BLOCK];
    EVP_MD_CTX  *ctx;

    ctx = EVP_MD_CTX_new();

    if (ctx == NULL) {
        return NULL;
    }

    for (i = 0; i < sizeof(padded); i++) {
        padded[i] = block[i] ^ pad;
    }

    rc = EVP_DigestInit_ex(ctx, md, NULL) == 1
         && EVP_DigestUpdate(ctx, padded, sizeof(padded)) == 1;

    OPENSSL_cleanse(padded, sizeof(padded));

    if (!rc) {
        EVP_MD_CTX_free(ctx);
        return NULL;
    }

    return ctx;
}


void
chatops_signature_key_destroy(chatops_signature_key_t *key)
{
    if (key == NULL) {
        return;
    }

    /* OpenSSL clears a hash's state when it frees it */

    EVP_MD_CTX_free(key->outer);
    EVP_MD_CTX_free(key->inner);
    EVP_MD_free(key->md);

    OPENSSL_free(key);
}


chatops_signature_t *
chatops_signature_create(void)
{
    chatops_signature_t  *sig;

    sig = OPENSSL_zalloc(sizeof(chatops_signature_t));

    if (sig == NULL) {
        return NULL;
    }

    sig->ctx = EVP_MD_CTX_new();

    if (sig->ctx == NULL) {
        OPENSSL_free(sig);
        return NULL;
    }

    return sig;
}


void
chatops_signature_destroy(chatops_signature_t *sig)
{
    if (sig == NULL) {
        return;
    }

    EVP_MD_CTX_free(sig->ctx);
    OPENSSL_free(sig);
}


int
chatops_signature_start(chatops_signature_t *sig,
    const chatops_signature_key_t *key, const chatops_str_t *timestamp)
{
    sig->key = NULL;

    if (EVP_MD_CTX_copy_ex(sig->ctx, key->inner) != 1
        || EVP_DigestUpdate(sig->ctx, "v0:", 3) != 1
        || EVP_DigestUpdate(sig->ctx, timestamp->data, timestamp->len) != 1
        || EVP_DigestUpdate(sig->ctx, ":", 1) != 1)
    {
        return CHATOPS_ERROR;
    }

    sig->key = key;

    return CHATOPS_OK;
}


int
chatops_signature_add(chatops_signature_t *sig, const void *data, size_t len)
{
    if (sig->key == NULL) {
        return CHATOPS_ERROR;
    }

    if (len && EVP_DigestUpdate(sig->ctx, data, len) != 1) {
        sig->key = NULL;
        return CHATOPS_ERROR;
    }

    return CHATOPS_OK;
}


int
chatops_signature_finish(chatops_signature_t *sig, u_char mac[CHATOPS_MAC_LEN])
{
    int                             rc;
    u_char                          inner[CHATOPS_MAC_LEN];
    const chatops_signature_key_t  *key;

    key = sig->key;
    sig->key = NULL;

    if (key == NULL) {
        return CHATOPS_ERROR;
    }

    rc = EVP_DigestFinal_ex(sig->ctx, inner, NULL) == 1
         && EVP_MD_CTX_copy_ex(sig->ctx, key->outer) == 1
         && EVP_DigestUpdate(sig->ctx, inner, sizeof(inner)) == 1
         && EVP_DigestFinal_ex(sig->ctx, mac, NULL) == 1;

    OPENSSL_cleanse(inner, sizeof(inner));

    return rc ? CHATOPS_OK : CHATOPS_ERROR;
}


static int
chatops_signature_hex(u_char ch)
{
    if (ch >= '0' && ch <= '9') {
        return ch - '0';
    }

    if (ch >= 'a' && ch <= 'f') {
        return ch - 'a' + 10;
    }

    return -1;
}


int
chatops_signature_parse(const chatops_str_t *header,
    u_char mac[CHATOPS_MAC_LEN])
{
    int            high, low;
    size_t         i;
    const u_char  *p;

    if (header->len != 3 + 2 * CHATOPS_MAC_LEN
        || memcmp(header->data, "v0=", 3) != 0)
    {
        return CHATOPS_DECLINED;
    }

    p = header->data + 3;

    for (i = 0; i < CHATOPS_MAC_LEN; i++) {
        high = chatops_signature_hex(*p++);
        low = chatops_signature_hex(*p++);

        if (high < 0 || low < 0) {
            return CHATOPS_DECLINED;
        }

        mac[i] = (u_char) (high * 16 + low);
    }

    return CHATOPS_OK;
}


int
chatops_signature_fresh(const chatops_str_t *header, int64_t now,
    int64_t *timestamp)
{
    uint64_t  apart;

    if (chatops_str_int(header, timestamp) != CHATOPS_OK) {
        return CHATOPS_DECLINED;
    }

    if (*timestamp > now) {
        apart = (uint64_t) *timestamp - (uint64_t) now;

    } else {
        apart = (uint64_t) now - (uint64_t) *timestamp;
    }

    return apart <= CHATOPS_SIGNATURE_WINDOW ? CHATOPS_OK : CHATOPS_AGAIN;
}


int
chatops_signature_equal(const u_char a[CHATOPS_MAC_LEN],
    const u_char b[CHATOPS_MAC_LEN])
{
    return CRYPTO_memcmp(a, b, CHATOPS_MAC_LEN) == 0;
}
