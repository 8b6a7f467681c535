/*
 * The variables that an expression sees: by name a value, or the knowledge
 * that there is none, or that it cannot be known.
 *
 * Sets are stacked as GitLab stacks them (the pipeline's over the job's over
 * the predefined ones; lib/gitlab/ci/variables/builder.rb): a name that a set
 * does not hold is looked for in the set under it.
 */

#ifndef CHATOPS_VARIABLES_H
#define CHATOPS_VARIABLES_H


#include "chatops_core.h"
#include "chatops_truth.h"


typedef struct chatops_variables_s  chatops_variables_t;


/* `under` may be NULL; it is not copied.  NULL: out of memory. */
chatops_variables_t *chatops_variables_create(chatops_arena_t *arena,
    const chatops_variables_t *under);

/*
 * Of the same name the last call counts.  The strings are not copied.  All
 * return CHATOPS_OK or CHATOPS_ERROR (memory).
 */
int chatops_variables_set(chatops_variables_t *variables,
    const chatops_str_t *name, const chatops_str_t *value);
int chatops_variables_set_undefined(chatops_variables_t *variables,
    const chatops_str_t *name);
int chatops_variables_set_unknown(chatops_variables_t *variables,
    const chatops_str_t *name);

/*
 * What a name is that neither this set nor one under it holds: CHATOPS_NO,
 * undefined (as a new set has it), or CHATOPS_UNKNOWN, since a project's or
 * a group's settings may define it.  One set of a stack is enough.
 */
void chatops_variables_open(chatops_variables_t *variables,
    chatops_truth_e others);

/*
 * What `over` and the sets under it hold stands over all of this set; it is
 * not copied, and may be NULL.  Asked of the uppermost set only.
 */
void chatops_variables_over(chatops_variables_t *variables,
    const chatops_variables_t *over);

/*
 * CHATOPS_YES with its value; CHATOPS_NO, undefined; CHATOPS_UNKNOWN.
 */
chatops_truth_e chatops_variables_get(const chatops_variables_t *variables,
    const chatops_str_t *name, chatops_str_t *value);


#endif /* CHATOPS_VARIABLES_H */
