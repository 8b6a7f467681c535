/*
 * `only` and `except` of a job (GitLab: lib/gitlab/ci/build/policy/,
 * lib/gitlab/ci/config/entry/policy.rb, and the deprecated keywords of
 * doc/ci/yaml/).
 *
 * Specs are refs, variables, changes and kubernetes.  `only` asks that each
 * of them holds, `except` that none does; of the elements of a spec one is
 * enough.  A list is a list of refs.  `only` without refs, and a job without
 * `only`, has the refs `branches` and `tags`, unless rules are about.
 */

#ifndef CHATOPS_ONLY_H
#define CHATOPS_ONLY_H


#include "chatops_policy.h"
#include "chatops_statement.h"


typedef struct {
    chatops_statements_t       *statements;
    chatops_scope_t            *scope;         /* the job's variables */
    const chatops_source_t     *source;
} chatops_only_t;


/* What settled it: the spec that failed (only) or held (except).  Of a yes
   `item` is the first that held. */
typedef struct {
    chatops_truth_e             included;
    const char                 *spec;      /* "refs", "variables", …, NULL */
    const chatops_yaml_node_t  *item;      /* that held, or is not known */
    chatops_str_t               variable;  /* that would have to be known */
} chatops_only_result_t;


/*
 * `node` may be NULL or null: the default.  CHATOPS_OK or CHATOPS_ERROR
 * (memory).
 */
int chatops_only_evaluate(const chatops_only_t *only,
    const chatops_yaml_node_t *node, chatops_only_result_t *result);
int chatops_except_evaluate(const chatops_only_t *only,
    const chatops_yaml_node_t *node, chatops_only_result_t *result);


#endif /* CHATOPS_ONLY_H */
