/*
 * The beginning and the end of a text that comes line by line, in bounded
 * memory: half of the limit each, whole lines.  What lies between is
 * counted.  Blank lines at the very end are dropped.
 */

#ifndef CHATOPS_EXCERPT_H
#define CHATOPS_EXCERPT_H


#include "chatops_core.h"


typedef struct {
    u_char    *data;             /* the head's half, then the tail's ring */
    size_t     half;             /* bytes */
    size_t     head;             /* bytes of the head */
    size_t     start;            /* of the ring */
    size_t     len;              /* of the ring, a "\n" behind each line */
    int64_t    lines;            /* in the head */
    int64_t    blanks;           /* seen, not yet added */
    int64_t    omitted_lines;
    int64_t    omitted_bytes;
    unsigned   full:1;           /* the head takes no more */
} chatops_excerpt_t;


/* `limit` in bytes.  CHATOPS_OK or CHATOPS_ERROR (memory). */
int chatops_excerpt_init(chatops_excerpt_t *excerpt, chatops_arena_t *arena,
    size_t limit);
void chatops_excerpt_reset(chatops_excerpt_t *excerpt);

/* The longest line that it takes, in bytes; a longer one is clipped. */
size_t chatops_excerpt_line_max(const chatops_excerpt_t *excerpt);

/* A line without its "\n". */
void chatops_excerpt_add(chatops_excerpt_t *excerpt, const u_char *line,
    size_t len);

/*
 * Views of the two parts; `head` is all of it, and `tail` empty, when no
 * line was left out.  Nothing can be added afterwards.
 */
void chatops_excerpt_finish(chatops_excerpt_t *excerpt, chatops_str_t *head,
    chatops_str_t *tail);

/* Turns the bytes so that the one at `start` comes first. */
void chatops_excerpt_rotate(u_char *data, size_t len, size_t start);


#endif /* CHATOPS_EXCERPT_H */
