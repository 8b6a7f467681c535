/*
 * The reduced configuration: one job and what it inherits, nothing else,
 * so that a pipeline on it holds just that job.
 *
 * Kept: stages, default, variables, the globals that a job inherits (image,
 * services, before_script, after_script, cache) and the job without only,
 * except, rules, needs, dependencies and extends, which have been evaluated
 * or resolved; `when` is the verdict's, and what its rules set beside it is
 * taken over.  A job of the stages .pre and .post moves to `test`, since
 * GitLab makes no pipeline of these stages alone; an environment's on_stop
 * goes, since the job that it names is not there.
 */

#ifndef CHATOPS_ISOLATE_H
#define CHATOPS_ISOLATE_H


#include "chatops_policy.h"


#define CHATOPS_ISOLATE_MAX_BYTES  (1024 * 1024)


/* A variable of the pipeline; the value as the job shall see it. */
typedef struct {
    chatops_str_t   key;
    chatops_str_t   value;
} chatops_variable_t;


/*
 * `variables` (may be none) are written into the job's own variables as
 * {value, expand: false}, for projects that forbid pipeline variables.
 *
 * CHATOPS_OK; CHATOPS_DECLINED when it would be larger than
 * CHATOPS_ISOLATE_MAX_BYTES, or a variable is not UTF-8; CHATOPS_ERROR
 * (memory).
 */
int chatops_isolate_write(chatops_arena_t *arena, const chatops_ci_t *ci,
    const chatops_ci_job_t *job, const chatops_verdict_t *verdict,
    const chatops_variable_t *variables, size_t nvariables,
    chatops_str_t *text);


#endif /* CHATOPS_ISOLATE_H */
