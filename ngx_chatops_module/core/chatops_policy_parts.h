/*
 * What the parts of the policy share; for nobody else but the plan.
 */

#ifndef CHATOPS_POLICY_PARTS_H
#define CHATOPS_POLICY_PARTS_H


#include "chatops_only.h"
#include "chatops_policy.h"
#include "chatops_rules.h"


/* What is the same for all jobs of a configuration. */
typedef struct {
    chatops_arena_t            *arena;
    const chatops_ci_t         *ci;
    const chatops_source_t     *source;
    chatops_statements_t        statements;

    chatops_variables_t        *base;       /* predefined, and not known */
    chatops_variables_t        *root;       /* over it the globals */
    unsigned                    shadowed:1; /* one is named CI_JOB_… */

    chatops_truth_e             pipeline;   /* there is one, by workflow */
    chatops_str_t               reason;     /* when not */
    chatops_rules_result_t      workflow;
} chatops_policy_t;


/* Both return CHATOPS_OK or CHATOPS_ERROR (memory). */
int chatops_policy_begin(chatops_policy_t *policy, chatops_arena_t *arena,
    const chatops_ci_t *ci, const chatops_source_t *source);
int chatops_policy_judge(chatops_policy_t *policy,
    const chatops_ci_job_t *job, chatops_verdict_t *verdict);


/*
 * The variables that the workflow's rules see, and those of a job.  They
 * return CHATOPS_OK or CHATOPS_ERROR (memory).
 */
int chatops_policy_globals(chatops_policy_t *policy);
int chatops_policy_of_workflow(chatops_policy_t *policy,
    chatops_variables_t **variables);
int chatops_policy_of_job(chatops_policy_t *policy,
    const chatops_ci_job_t *job, chatops_variables_t **variables);

/* Of the globals, the workflow's rule being known. */
int chatops_policy_workflow_set(chatops_policy_t *policy);

/* 1 when variables refer to each other in a circle: GitLab runs no such. */
int chatops_policy_is_circular(const chatops_policy_t *policy,
    const chatops_yaml_node_t *variables);


/*
 * Reasons.  `job` is NULL for the workflow.  They return CHATOPS_OK or
 * CHATOPS_ERROR (memory).
 */
int chatops_policy_rules_reason(const chatops_policy_t *policy,
    const chatops_ci_job_t *job, const chatops_rules_result_t *result,
    chatops_str_t *reason);
int chatops_policy_only_reason(const chatops_policy_t *policy,
    const chatops_ci_job_t *job, const char *keyword,
    const chatops_only_result_t *result, chatops_str_t *reason);
int chatops_policy_rules_because(const chatops_policy_t *policy,
    const chatops_ci_job_t *job, const chatops_rules_result_t *result,
    chatops_str_t *because);
int chatops_policy_only_because(const chatops_policy_t *policy,
    const chatops_ci_job_t *job, const chatops_only_result_t *result,
    chatops_str_t *because);


#endif /* CHATOPS_POLICY_PARTS_H */
