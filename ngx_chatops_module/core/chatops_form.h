/*
 * application/x-www-form-urlencoded, one pair after the other.
 */

#ifndef CHATOPS_FORM_H
#define CHATOPS_FORM_H


#include "chatops_core.h"


typedef struct {
    const u_char     *pos;
    const u_char     *last;
    chatops_arena_t  *arena;
} chatops_form_t;


void chatops_form_init(chatops_form_t *form, chatops_arena_t *arena,
    const chatops_str_t *body);

/*
 * The next pair, decoded ("+" is a blank).  Names and values point into the
 * body where nothing had to be decoded, else into the arena.  A pair without
 * "=" has an empty value; empty pairs are passed over.
 *
 * CHATOPS_OK; CHATOPS_AGAIN at the end; CHATOPS_DECLINED when a percent sign
 * is not followed by two hex digits, or what comes out is no UTF-8 or holds
 * a NUL; CHATOPS_ERROR when out of memory.
 */
int chatops_form_next(chatops_form_t *form, chatops_str_t *name,
    chatops_str_t *value);


#endif /* CHATOPS_FORM_H */
