/*
 * The variables that GitLab predefines, as far as they are known before a
 * pipeline exists (docs.gitlab.com/ci/variables/predefined_variables).
 */

#ifndef CHATOPS_PREDEFINED_H
#define CHATOPS_PREDEFINED_H


#include "chatops_variables.h"


/* Empty fields are not known to the caller. */
typedef struct {
    chatops_str_t   source;           /* "chat": CI_PIPELINE_SOURCE */
    chatops_str_t   ref;              /* CI_COMMIT_REF_NAME, _REF_SLUG, … */
    unsigned        tag:1;            /* CI_COMMIT_TAG, not _BRANCH */
    chatops_str_t   project;          /* CI_PROJECT_PATH, _NAME, … */
    chatops_str_t   default_branch;   /* CI_DEFAULT_BRANCH */
    chatops_str_t   sha;              /* CI_COMMIT_SHA, _SHORT_SHA */
    chatops_str_t   gitlab;           /* base URL: CI_SERVER_URL, … */
} chatops_predefined_t;


/*
 * A set with what is known.  With `open`, everything else is unknown (the
 * settings of the project or a group may define it), but for what is the same
 * everywhere (CI, GITLAB_CI) and what such a pipeline surely does not have:
 * CI_MERGE_REQUEST_*, CI_COMMIT_TAG of a branch, what comes with a runner, ….
 * Without it, everything else is undefined.
 *
 * CHATOPS_OK or CHATOPS_ERROR (memory).  It keeps views of the fields.
 */
int chatops_predefined_make(chatops_arena_t *arena,
    const chatops_predefined_t *predefined, unsigned open,
    chatops_variables_t **variables);


#endif /* CHATOPS_PREDEFINED_H */
