/*
 * Names of branches and tags.
 */

#ifndef CHATOPS_REF_H
#define CHATOPS_REF_H


#include "chatops_core.h"


#define CHATOPS_REF_MAX  255      /* bytes: what a file system takes */


/* 1 when git takes it for a branch or a tag (git-check-ref-format), else 0. */
int chatops_ref_valid(const chatops_str_t *name);

/*
 * 1 when the name fits the pattern, in which each "*" stands for any text,
 * slashes and none at all included; else 0.  In time that grows with the
 * product of their lengths at most.
 */
int chatops_ref_match(const chatops_str_t *pattern, const chatops_str_t *name);

/*
 * A pattern with exactly one "*", whose place an id takes.
 */

/*
 * 1 when it has one, not in front, and with an id in its place is valid;
 * else 0.
 */
int chatops_ref_pattern_valid(const chatops_str_t *pattern,
    const chatops_str_t *id);

/* CHATOPS_OK or CHATOPS_ERROR (memory). */
int chatops_ref_make(chatops_arena_t *arena, const chatops_str_t *pattern,
    const chatops_str_t *id, chatops_str_t *name);

/* What takes the place of "*".  CHATOPS_OK; CHATOPS_DECLINED: no match. */
int chatops_ref_id(const chatops_str_t *pattern, const chatops_str_t *name,
    chatops_str_t *id);

/* What stands in front of the "*". */
chatops_str_t chatops_ref_prefix(const chatops_str_t *pattern);


#endif /* CHATOPS_REF_H */
