/*
 * The prediction: which jobs a pipeline would hold.
 *
 *     plan(config, source, ref, variables) -> jobs of the pipeline
 */

#ifndef CHATOPS_PLAN_H
#define CHATOPS_PLAN_H


#include "chatops_policy.h"


typedef struct {
    const chatops_ci_job_t  *job;
    chatops_verdict_t        verdict;
} chatops_plan_job_t;


typedef struct {
    chatops_truth_e          workflow;    /* is there a pipeline at all */
    chatops_str_t            reason;      /* when it is no or unknown */
    chatops_plan_job_t      *jobs;        /* all visible ones, file's order */
    size_t                   njobs;
    size_t                   yes;         /* how many it would hold */
    size_t                   unknown;
} chatops_plan_t;


/* CHATOPS_OK, or CHATOPS_ERROR when out of memory. */
int chatops_plan_make(chatops_arena_t *arena, const chatops_ci_t *ci,
    const chatops_source_t *source, chatops_plan_t *plan);

/*
 * Would the pipeline hold `job` and nothing else?  CHATOPS_YES only when all
 * others are surely not in it.  `reason` says what else there is or may be,
 * as a clause: "the pipeline would also hold `build` and 3 more jobs"; its
 * `data` is NULL when memory ran out.
 */
chatops_truth_e chatops_plan_is_only(chatops_arena_t *arena,
    const chatops_plan_t *plan, const chatops_ci_job_t *job,
    chatops_str_t *reason);


#endif /* CHATOPS_PLAN_H */
