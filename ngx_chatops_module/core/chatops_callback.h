/*
 * The response_url that GitLab is given for a native run: "<base><run id>/
 * <64 hex digits>", the digits being the HMAC-SHA256 of the run's id.  The
 * key is derived from the integration's token, so that every worker and host
 * knows it and a URL says nothing about the token.
 */

#ifndef CHATOPS_CALLBACK_H
#define CHATOPS_CALLBACK_H


#include "chatops_id.h"
#include "chatops_signature.h"


/* What follows the base. */
#define CHATOPS_CALLBACK_LEN  (CHATOPS_ID_LEN + 1 + 2 * CHATOPS_MAC_LEN)


typedef struct {
    u_char          bytes[CHATOPS_MAC_LEN];     /* a secret */
} chatops_callback_key_t;


typedef struct {
    chatops_str_t   id;         /* a view */
    u_char          mac[CHATOPS_MAC_LEN];
} chatops_callback_t;


/* CHATOPS_OK or CHATOPS_ERROR (OpenSSL; an empty token). */
int chatops_callback_key(const chatops_str_t *token,
    chatops_callback_key_t *key);

/*
 * The URL of a run.  `base` ends with a slash.  CHATOPS_OK, CHATOPS_DECLINED
 * when `id` is no run's id, CHATOPS_ERROR (memory, OpenSSL).
 */
int chatops_callback_url(chatops_arena_t *arena,
    const chatops_callback_key_t *key, const chatops_str_t *base,
    const chatops_str_t *id, chatops_str_t *url);

/*
 * Reads what follows the base, CHATOPS_CALLBACK_LEN bytes and no other;
 * digits are lower case.  CHATOPS_OK or CHATOPS_DECLINED.
 */
int chatops_callback_parse(const chatops_str_t *tail,
    chatops_callback_t *callback);

/*
 * 1 when the URL was made with `key`, else 0, in a time that does not depend
 * on the digits.
 */
int chatops_callback_good(const chatops_callback_key_t *key,
    const chatops_callback_t *callback);


#endif /* CHATOPS_CALLBACK_H */
