/*
 * The reduced configuration: one job and what it inherits, nothing else,
 * so that a pipeline on it holds just that job.
 *
 * Kept: stages, default, variables, the globals that a job inherits (image,
 * services, before_script, after_script, cache) and the job without only,
 * except, rules, dependencies and extends, which have been evaluated or
 * resolved; `when` is the verdict's, and what its rules set beside it is
 * taken over.  Needs of jobs that are not there go, those of other pipelines
 * stay.  A job of the stages .pre and .post moves to `test`, since GitLab
 * makes no pipeline of these stages alone; an environment's on_stop goes
 * when the job that it names is not there.  An instance of `parallel` becomes
 * a job of its own, with its variables.
 */

#ifndef CHATOPS_ISOLATE_H
#define CHATOPS_ISOLATE_H


#include "chatops_policy.h"


#define CHATOPS_ISOLATE_MAX_BYTES  (1024 * 1024)
#define CHATOPS_ISOLATE_MAX_JOBS   100           /* taken along by needs */


/* A variable of the pipeline; the value as the job shall see it. */
typedef struct {
    chatops_str_t   key;
    chatops_str_t   value;
} chatops_variable_t;


typedef struct {
    /*
     * Written into the job's own variables as {value, expand: false}, for
     * projects that forbid pipeline variables; may be none.
     */
    const chatops_variable_t  *variables;
    size_t                     nvariables;

    unsigned                   include_needs:1;   /* take them along */
} chatops_isolate_options_t;


typedef struct {
    chatops_str_t              text;
    chatops_str_t              dropped;   /* needs: "`build` and `lint`" */
    chatops_str_t              reason;    /* declined: a clause */

    /* what a pipeline on it holds: the job, then those taken along */
    const chatops_ci_job_t   **jobs;
    size_t                     njobs;
} chatops_isolated_t;


/*
 * For a verdict that says yes.  CHATOPS_OK; CHATOPS_DECLINED with a reason:
 * larger than CHATOPS_ISOLATE_MAX_BYTES, a variable is not UTF-8, a needed
 * job may not be run; CHATOPS_ERROR (memory).
 */
int chatops_isolate_write(chatops_arena_t *arena, const chatops_ci_t *ci,
    const chatops_ci_job_t *job, const chatops_source_t *source,
    const chatops_verdict_t *verdict,
    const chatops_isolate_options_t *options, chatops_isolated_t *isolated);


#endif /* CHATOPS_ISOLATE_H */
