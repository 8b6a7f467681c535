/*
 * Words for a person about things that a repository names.
 */

#ifndef CHATOPS_CLAUSE_H
#define CHATOPS_CLAUSE_H


#include "chatops_core.h"


#define CHATOPS_CLAUSE_MAX       1024    /* bytes of a reason */
#define CHATOPS_CLAUSE_MAX_NAME  80      /* bytes of a name in it */


/* `name`, cut at `max` bytes; backticks and control characters become '. */
void chatops_clause_code(chatops_buf_t *buf, const chatops_str_t *name,
    size_t max);

/* The same of a job, a branch, a variable. */
void chatops_clause_name(chatops_buf_t *buf, const chatops_str_t *name);

/*
 * All of it in one call: `before`, the name (NULL: none), `after`.
 * CHATOPS_OK or CHATOPS_ERROR (memory).
 */
int chatops_clause_write(chatops_arena_t *arena, const char *before,
    const chatops_str_t *name, const char *after, chatops_str_t *clause);


#endif /* CHATOPS_CLAUSE_H */
