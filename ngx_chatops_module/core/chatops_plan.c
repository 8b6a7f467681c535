
#include "chatops_clause.h"
#include "chatops_plan.h"
#include "chatops_policy_parts.h"


int
chatops_plan_make(chatops_arena_t *arena, const chatops_ci_t *ci,
    const chatops_source_t *source, chatops_plan_t *plan)
{
    size_t               i;
    chatops_policy_t     policy;
    chatops_source_t     plain;
    chatops_plan_job_t  *job;

    memset(plan, 0, sizeof(chatops_plan_t));

    /* looking for lines costs more than the verdicts */

    plain = *source;
    plain.raw = NULL;

    if (chatops_policy_begin(&policy, arena, ci, &plain) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    plan->workflow = policy.pipeline;
    plan->reason = policy.reason;
    plan->jobs = chatops_pcalloc(arena,
                                 ci->njobs * sizeof(chatops_plan_job_t));

    if (plan->jobs == NULL) {
        return CHATOPS_ERROR;
    }

    for (i = 0; i < ci->njobs; i++) {

        if (ci->jobs[i].hidden) {
            continue;
        }

        job = &plan->jobs[plan->njobs++];
        job->job = &ci->jobs[i];

        if (chatops_policy_judge(&policy, job->job, &job->verdict)
            != CHATOPS_OK)
        {
            return CHATOPS_ERROR;
        }

        plan->yes += job->verdict.allowed == CHATOPS_YES;
        plan->unknown += job->verdict.allowed == CHATOPS_UNKNOWN;
    }

    return CHATOPS_OK;
}


chatops_truth_e
chatops_plan_is_only(chatops_arena_t *arena, const chatops_plan_t *plan,
    const chatops_ci_job_t *job, chatops_str_t *reason)
{
    size_t                     i, maybe, others;
    chatops_buf_t              buf;
    chatops_truth_e            its, one;
    const chatops_ci_job_t    *first;
    const chatops_plan_job_t  *other;

    its = CHATOPS_NO;
    first = NULL;
    maybe = 0;
    others = 0;

    for (i = 0; i < plan->njobs; i++) {
        other = &plan->jobs[i];
        one = other->verdict.allowed;

        if (other->job == job) {
            its = one;
            continue;
        }

        if (one == CHATOPS_NO) {
            continue;
        }

        /* one that is surely there is a better example */

        if (first == NULL || (one == CHATOPS_YES && others == maybe)) {
            first = other->job;
        }

        others++;
        maybe += one == CHATOPS_UNKNOWN;
    }

    chatops_buf_init(&buf, arena, CHATOPS_CLAUSE_MAX);
    *reason = chatops_str(NULL);

    if (plan->workflow != CHATOPS_YES) {
        *reason = plan->reason;
        return plan->workflow;
    }

    if (its != CHATOPS_YES) {
        chatops_buf_text(&buf, its == CHATOPS_NO
                               ? "the pipeline would not hold "
                               : "the pipeline may not hold ");
        chatops_clause_name(&buf, &job->name);

    } else if (others == 0) {
        *reason = chatops_str("");
        return CHATOPS_YES;

    } else {
        its = others == maybe ? CHATOPS_UNKNOWN : CHATOPS_NO;

        chatops_buf_text(&buf, its == CHATOPS_NO
                               ? "the pipeline would also hold "
                               : "the pipeline may also hold ");
        chatops_clause_name(&buf, &first->name);

        if (others > 1) {
            chatops_buf_text(&buf, " and ");
            chatops_buf_int(&buf, others - 1);
            chatops_buf_text(&buf, others == 2 ? " more job" : " more jobs");
        }
    }

    if (chatops_buf_finish(&buf, reason) != CHATOPS_OK) {
        *reason = chatops_str(NULL);
        return CHATOPS_UNKNOWN;
    }

    return its;
}
