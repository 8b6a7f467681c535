/*
 * May chat run this job?  Three-valued: what is not understood is unknown
 * and never taken for a yes or a no.
 *
 * only/except: GitLab doc/ci/yaml/deprecated_keywords.md and
 * lib/gitlab/ci/build/policy/refs.rb.
 */

#ifndef CHATOPS_POLICY_H
#define CHATOPS_POLICY_H


#include "chatops_ci.h"
#include "chatops_truth.h"


typedef struct {
    chatops_str_t     source;      /* "chat" */
    chatops_str_t     ref;         /* the branch */
} chatops_source_t;


/*
 * `reason` completes "`deploy` was not run: ", for example with "its `except`
 * list names `chat`"; it is empty when the job is allowed.
 */
typedef struct {
    chatops_truth_e   allowed;
    unsigned          manual:1;    /* it waits to be started */
    chatops_str_t     when;        /* for the reduced configuration */
    chatops_str_t     reason;      /* a clause for a person */

    /* the rules that won, for what they set beside `when`; NULL when none */
    const chatops_yaml_node_t  *rule;
    const chatops_yaml_node_t  *workflow_rule;
} chatops_verdict_t;


/* CHATOPS_OK, or CHATOPS_ERROR when out of memory. */
int chatops_policy_evaluate(chatops_arena_t *arena, const chatops_ci_t *ci,
    const chatops_ci_job_t *job, const chatops_source_t *source,
    chatops_verdict_t *verdict);


#endif /* CHATOPS_POLICY_H */
