#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "chatops_callback.h"


static int chatops_callback_mac(const void *key, size_t len,
    const chatops_str_t *text, u_char mac[CHATOPS_MAC_LEN]);
static int chatops_callback_digit(u_char ch);


/* What the derived key is for, and no other use of the token has. */

static const chatops_str_t  chatops_callback_purpose =
    chatops_string("chatops callback v1");


int
chatops_callback_key(const chatops_str_t *token, chatops_callback_key_t *key)
{
    if (token->len == 0) {
        return CHATOPS_ERROR;
    }

    return chatops_callback_mac(token->data, token->len,
                                &chatops_callback_purpose, key->bytes);
}


int
chatops_callback_url(chatops_arena_t *arena,
    const chatops_callback_key_t *key, const chatops_str_t *base,
    const chatops_str_t *id, chatops_str_t *url)
{
    size_t              i;
    u_char              mac[CHATOPS_MAC_LEN];
    chatops_buf_t       buf;
    static const char  *digits = "0123456789abcdef";

    if (!chatops_id_valid(id)) {
        return CHATOPS_DECLINED;
    }

    if (chatops_callback_mac(key->bytes, sizeof(key->bytes), id, mac)
        != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    chatops_buf_init(&buf, arena, base->len + CHATOPS_CALLBACK_LEN);
    chatops_buf_str(&buf, base);
    chatops_buf_str(&buf, id);
    chatops_buf_char(&buf, '/');

    for (i = 0; i < sizeof(mac); i++) {
        chatops_buf_char(&buf, digits[mac[i] >> 4]);
        chatops_buf_char(&buf, digits[mac[i] & 0x0f]);
    }

    return chatops_buf_finish(&buf, url);
}


int
chatops_callback_parse(const chatops_str_t *tail,
    chatops_callback_t *callback)
{
    int      high, low;
    size_t   i;
    u_char  *p;

    if (tail->len != CHATOPS_CALLBACK_LEN
        || tail->data[CHATOPS_ID_LEN] != '/')
    {
        return CHATOPS_DECLINED;
    }

    callback->id = chatops_strn(tail->data, CHATOPS_ID_LEN);

    if (!chatops_id_valid(&callback->id)) {
        return CHATOPS_DECLINED;
    }

    p = tail->data + CHATOPS_ID_LEN + 1;

    for (i = 0; i < CHATOPS_MAC_LEN; i++) {
        high = chatops_callback_digit(p[2 * i]);
        low = chatops_callback_digit(p[2 * i + 1]);

        if (high < 0 || low < 0) {
            return CHATOPS_DECLINED;
        }

        callback->mac[i] = (u_char) (high << 4 | low);
    }

    return CHATOPS_OK;
}


int
chatops_callback_good(const chatops_callback_key_t *key,
    const chatops_callback_t *callback)
{
    u_char  mac[CHATOPS_MAC_LEN];

    if (chatops_callback_mac(key->bytes, sizeof(key->bytes), &callback->id,
                             mac)
        != CHATOPS_OK)
    {
        return 0;
    }

    return chatops_signature_equal(mac, callback->mac);
}


static int
chatops_callback_mac(const void *key, size_t len, const chatops_str_t *text,
    u_char mac[CHATOPS_MAC_LEN])
{
    unsigned  n;

    n = 0;

    if (HMAC(EVP_sha256(), key, (int) len, text->data, text->len, mac, &n)
        == NULL
        || n != CHATOPS_MAC_LEN)
    {
        return CHATOPS_ERROR;
    }

    return CHATOPS_OK;
}


static int
chatops_callback_digit(u_char ch)
{
    if (ch >= '0' && ch <= '9') {
        return ch - '0';
    }

    if (ch >= 'a' && ch <= 'f') {
        return ch - 'a' + 10;
    }

    return -1;
}
