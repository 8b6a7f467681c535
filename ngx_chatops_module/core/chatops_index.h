/*
 * Names to numbers: at which place of an array a name stands.  Built once
 * and then read.  Names that somebody has chosen so that they collide make a
 * look-up logarithmic, not linear.
 */

#ifndef CHATOPS_INDEX_H
#define CHATOPS_INDEX_H


#include "chatops_core.h"


#define CHATOPS_INDEX_NONE  UINT32_MAX


typedef struct chatops_index_s  chatops_index_t;


/* Room for `max` names, fewer than 2^31.  NULL: out of memory. */
chatops_index_t *chatops_index_create(chatops_arena_t *arena, size_t max);

/* The name is not copied.  The numbers ascend; no more than `max` calls. */
void chatops_index_add(chatops_index_t *index, const chatops_str_t *name,
    uint32_t number);

/* After the last name and before the first look-up. */
void chatops_index_finish(chatops_index_t *index);

/* How many names were added. */
size_t chatops_index_count(const chatops_index_t *index);

/* The lowest number of a name, or CHATOPS_INDEX_NONE. */
uint32_t chatops_index_find(const chatops_index_t *index,
    const chatops_str_t *name);


#endif /* CHATOPS_INDEX_H */
