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
    chatops_variables_t        *shared;     /* over it the pipeline's */
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


/* One job, for the scope of its variables. */
typedef struct {
    chatops_policy_t           *policy;
    const chatops_ci_job_t     *job;
} chatops_policy_job_t;


/*
 * The variables that the workflow's rules see, and those of a job: `own` has
 * to stay as long as the scope.  They return CHATOPS_OK or CHATOPS_ERROR
 * (memory).
 */
int chatops_policy_globals(chatops_policy_t *policy);
int chatops_policy_of_workflow(chatops_policy_t *policy,
    chatops_scope_t *scope);
void chatops_policy_of_job(const chatops_policy_job_t *own,
    chatops_scope_t *scope);

/* Adds what GitLab gives to a job, or only that with a number. */
int chatops_policy_predefine(chatops_policy_t *policy,
    chatops_variables_t *set, const chatops_ci_job_t *job);
int chatops_policy_number(chatops_policy_t *policy, chatops_variables_t *set,
    const char *name, uint32_t value);

/* 1 when it has the name of one of those. */
int chatops_policy_is_predefined(const chatops_str_t *name);

/* Of the globals, the workflow's rule being known; and what jobs share. */
int chatops_policy_workflow_set(chatops_policy_t *policy);
int chatops_policy_share(chatops_policy_t *policy);

/* The rule that says what the workflow sets; NULL: none, or not known. */
const chatops_yaml_node_t *chatops_policy_workflow_rule(
    const chatops_policy_t *policy);

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
