/*
 * A view of bytes that somebody else owns.  It never ends in NUL; `data` may
 * be NULL when `len` is 0.  The layout is ngx_str_t's.
 */

#ifndef CHATOPS_STR_H
#define CHATOPS_STR_H


#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>


typedef struct {
    size_t   len;
    u_char  *data;
} chatops_str_t;


#define chatops_string(text)     { sizeof(text) - 1, (u_char *) text }
#define chatops_null_string      { 0, NULL }

/* For printf-like formats: "%.*s". */
#define chatops_str_arg(s)                                                    \
    (int) (s)->len, (s)->len ? (char *) (s)->data : ""


/* The view of a C string (NULL gives the empty view), or of len bytes. */
chatops_str_t chatops_str(const char *text);
chatops_str_t chatops_strn(const void *data, size_t len);

/* 1 when equal, else 0.  chatops_str_is() compares with a C string. */
int chatops_str_eq(const chatops_str_t *a, const chatops_str_t *b);
int chatops_str_is(const chatops_str_t *s, const char *text);
int chatops_str_starts(const chatops_str_t *s, const char *prefix);

/* As memcmp(): bytes first, then the shorter one is less. */
int chatops_str_cmp(const chatops_str_t *a, const chatops_str_t *b);

/* The first place of `needle` at or after `from`; NULL when there is none. */
u_char *chatops_str_find(const chatops_str_t *s, size_t from,
    const void *needle, size_t len);

/* The view without blanks, tabs, CR and LF at both ends. */
chatops_str_t chatops_str_trim(const chatops_str_t *s);

/*
 * Decimal digits only, without sign, at most INT64_MAX.
 * Returns CHATOPS_OK or CHATOPS_DECLINED.
 */
int chatops_str_int(const chatops_str_t *s, int64_t *value);

/* 1 when the bytes are well-formed UTF-8 (RFC 3629), else 0. */
int chatops_utf8_valid(const u_char *data, size_t len);

/*
 * The number of bytes, at most `max`, after which `data` can be cut without
 * splitting a UTF-8 sequence.  Malformed input is cut at `max`.
 */
size_t chatops_utf8_clip(const u_char *data, size_t len, size_t max);

/*
 * The length in bytes (1 to 4) of the well-formed UTF-8 sequence at `data`,
 * or 0 when there is none.
 */
size_t chatops_utf8_length(const u_char *data, size_t len);


#endif /* CHATOPS_STR_H */
