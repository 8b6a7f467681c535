/*
 * A run's id: 48 bits of time in milliseconds and 80 random bits as 26
 * characters of Crockford's base 32, lower case, so that ids sort by time and
 * can stand in a branch name and a URL (the layout is ULID's).
 */

#ifndef CHATOPS_ID_H
#define CHATOPS_ID_H


#include "chatops_core.h"


#define CHATOPS_ID_LEN      26
#define CHATOPS_ID_RANDOM   10


/*
 * `id` receives CHATOPS_ID_LEN characters, no NUL.  A time before 1970 counts
 * as 0, one over 48 bits as the last there is.
 */
void chatops_id_make(int64_t now_ms, const u_char random[CHATOPS_ID_RANDOM],
    u_char *id);

/* 1 when `s` has the form of an id, else 0. */
int chatops_id_valid(const chatops_str_t *s);


#endif /* CHATOPS_ID_H */
