/*
 * What the parts of the reading of a CI configuration share; for nobody else.
 */

#ifndef CHATOPS_CI_PARTS_H
#define CHATOPS_CI_PARTS_H


#include "chatops_ci.h"


/*
 * Notes an error at `node`'s line, which is not known when it is NULL.  The
 * text is a clause without a full stop that names the job and the key; names
 * from the file are made harmless.  Past CHATOPS_CI_MAX_ERRORS nothing is
 * noted.  CHATOPS_OK or CHATOPS_ERROR (memory).
 */
int chatops_ci_error(chatops_arena_t *arena, chatops_ci_t *ci,
    const chatops_yaml_node_t *node, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/*
 * What GitLab would refuse in a configuration that is assembled, with its
 * jobs: keys, types and values.  CHATOPS_OK or CHATOPS_ERROR (memory).
 */
int chatops_ci_check(chatops_arena_t *arena, chatops_ci_t *ci);


#endif /* CHATOPS_CI_PARTS_H */
