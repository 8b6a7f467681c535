/*
 * Text that grows in an arena up to a limit.  A failure (out of memory, or
 * over the limit) sticks: further additions do nothing, and only
 * chatops_buf_finish() has to be checked.
 */

#ifndef CHATOPS_BUF_H
#define CHATOPS_BUF_H


#include "chatops_arena.h"


typedef struct {
    chatops_arena_t  *arena;
    u_char           *data;
    size_t            len;
    size_t            size;
    size_t            limit;     /* bytes */
    unsigned          failed:1;
} chatops_buf_t;


void chatops_buf_init(chatops_buf_t *buf, chatops_arena_t *arena,
    size_t limit);

void chatops_buf_add(chatops_buf_t *buf, const void *data, size_t len);
void chatops_buf_char(chatops_buf_t *buf, u_char ch);
void chatops_buf_text(chatops_buf_t *buf, const char *text);
void chatops_buf_str(chatops_buf_t *buf, const chatops_str_t *s);
void chatops_buf_int(chatops_buf_t *buf, int64_t value);

/*
 * Percent-encoded (RFC 3986): all but unreserved characters, so that a
 * project path or a branch name is one path segment: `ops%2Finfra`.
 */
void chatops_buf_uri(chatops_buf_t *buf, const chatops_str_t *s);

/*
 * The text so far, with a NUL behind it that `len` does not count; the
 * buffer may be added to further.  CHATOPS_ERROR when anything failed.
 */
int chatops_buf_finish(chatops_buf_t *buf, chatops_str_t *s);


#endif /* CHATOPS_BUF_H */
