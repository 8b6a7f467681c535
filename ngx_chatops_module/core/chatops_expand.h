/*
 * References to variables in a text: $NAME, ${NAME} and %NAME%
 * (GitLab: lib/expand_variables.rb).
 */

#ifndef CHATOPS_EXPAND_H
#define CHATOPS_EXPAND_H


#include "chatops_variables.h"


#define CHATOPS_EXPAND_MAX_BYTES  65536


/* 0 when there is surely none in it. */
int chatops_expand_is_needed(const chatops_str_t *text);

/*
 * The text with values in the place of references; of variables that there
 * are not the references stay when `keep`, else they vanish.  It may be a
 * view of `text`, and without a reference `variables` is not looked at.
 *
 * CHATOPS_OK; CHATOPS_DECLINED: a value is not known, has references in it,
 * or the text becomes too long; CHATOPS_ERROR (memory).
 */
int chatops_expand(chatops_arena_t *arena, const chatops_str_t *text,
    const chatops_variables_t *variables, unsigned keep,
    chatops_str_t *expanded);


#endif /* CHATOPS_EXPAND_H */
