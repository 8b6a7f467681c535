/*
 * Slack's request signature, scheme v0: HMAC-SHA256 of "v0:<timestamp>:<body>"
 * with the signing secret as it is written, not decoded from hex
 * (docs.slack.dev/authentication/verifying-requests-from-slack).
 *
 * A key is made once, when the configuration is read: the inner and outer
 * hash are fed the padded secret, and a request only copies their state,
 * the fastest way that OpenSSL 3 offers (RFC 2104, section 4).
 */

#ifndef CHATOPS_SIGNATURE_H
#define CHATOPS_SIGNATURE_H


#include "chatops_core.h"


#define CHATOPS_MAC_LEN            32
#define CHATOPS_SIGNATURE_WINDOW   300     /* seconds, to both sides */


typedef struct chatops_signature_key_s  chatops_signature_key_t;
typedef struct chatops_signature_s      chatops_signature_t;


/*
 * A key from a signing secret of at least one byte.  NULL: out of memory, an
 * empty secret, or OpenSSL refuses SHA-256.  The owner destroys it; NULL is
 * taken too.  Read-only afterwards, so workers share it across fork().
 */
chatops_signature_key_t *chatops_signature_key_create(
    const chatops_str_t *secret);
void chatops_signature_key_destroy(chatops_signature_key_t *key);

/* Scratch state, one a worker is enough.  NULL: out of memory. */
chatops_signature_t *chatops_signature_create(void);
void chatops_signature_destroy(chatops_signature_t *sig);

/*
 * The MAC of one request: start with the timestamp as it was received, add
 * the body in pieces of any size, finish.  Each returns CHATOPS_OK or
 * CHATOPS_ERROR (OpenSSL).  Starting again drops what was begun.
 */
int chatops_signature_start(chatops_signature_t *sig,
    const chatops_signature_key_t *key, const chatops_str_t *timestamp);
int chatops_signature_add(chatops_signature_t *sig, const void *data,
    size_t len);
int chatops_signature_finish(chatops_signature_t *sig,
    u_char mac[CHATOPS_MAC_LEN]);

/*
 * Reads the header X-Slack-Signature: "v0=" and 64 lower-case hex digits,
 * nothing else.  CHATOPS_OK or CHATOPS_DECLINED.
 */
int chatops_signature_parse(const chatops_str_t *header,
    u_char mac[CHATOPS_MAC_LEN]);

/*
 * Reads the header X-Slack-Request-Timestamp (decimal seconds) and compares
 * it with `now` (seconds): CHATOPS_OK within the window, to both sides,
 * CHATOPS_AGAIN outside it, CHATOPS_DECLINED when it is no number, or one
 * above INT64_MAX.  `timestamp` is set unless it is declined.
 */
int chatops_signature_fresh(const chatops_str_t *header, int64_t now,
    int64_t *timestamp);

/* 1 when equal, else 0, in a time that does not depend on the bytes. */
int chatops_signature_equal(const u_char a[CHATOPS_MAC_LEN],
    const u_char b[CHATOPS_MAC_LEN]);


#endif /* CHATOPS_SIGNATURE_H */
