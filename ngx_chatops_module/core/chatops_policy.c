
#include "chatops_clause.h"
#include "chatops_policy_parts.h"


static int chatops_policy_workflow(chatops_policy_t *policy);
static int chatops_policy_conditions(chatops_policy_t *policy,
    const chatops_ci_job_t *job, chatops_verdict_t *verdict);
static int chatops_policy_rules(chatops_policy_t *policy,
    const chatops_ci_job_t *job, chatops_verdict_t *verdict);
static int chatops_policy_lists(chatops_policy_t *policy,
    const chatops_ci_job_t *job, chatops_verdict_t *verdict);
static void chatops_policy_outcome(chatops_verdict_t *verdict);
static void chatops_policy_pipeline(chatops_policy_t *policy,
    chatops_verdict_t *verdict);
static int chatops_policy_alone(chatops_policy_t *policy,
    const chatops_ci_job_t *job, chatops_verdict_t *verdict);
static void chatops_policy_answer(chatops_verdict_t *verdict,
    chatops_truth_e allowed, const char *reason);


int
chatops_policy_evaluate(chatops_arena_t *arena, const chatops_ci_t *ci,
    const chatops_ci_job_t *job, const chatops_source_t *source,
    chatops_verdict_t *verdict)
{
    chatops_policy_t  policy;

    if (chatops_policy_begin(&policy, arena, ci, source) != CHATOPS_OK
        || chatops_policy_judge(&policy, job, verdict) != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    verdict->variables = chatops_policy_variables(arena, ci, job, verdict);

    if (verdict->variables == NULL) {
        return CHATOPS_ERROR;
    }

    if (verdict->alone == CHATOPS_YES
        && chatops_policy_is_circular(&policy, verdict->variables))
    {
        verdict->alone = CHATOPS_NO;
        verdict->alone_reason = chatops_str("its variables refer to each "
                                            "other in a circle");
    }

    return CHATOPS_OK;
}


int
chatops_policy_begin(chatops_policy_t *policy, chatops_arena_t *arena,
    const chatops_ci_t *ci, const chatops_source_t *source)
{
    memset(policy, 0, sizeof(chatops_policy_t));

    policy->arena = arena;
    policy->ci = ci;
    policy->source = source;
    policy->pipeline = CHATOPS_YES;

    chatops_statements_init(&policy->statements, arena);

    if (chatops_policy_globals(policy) != CHATOPS_OK
        || chatops_policy_workflow(policy) != CHATOPS_OK
        || chatops_policy_share(policy) != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    return CHATOPS_OK;
}


static int
chatops_policy_workflow(chatops_policy_t *policy)
{
    chatops_rules_t             rules;
    chatops_scope_t             scope;
    const chatops_yaml_node_t  *list;

    if (!policy->ci->workflow_rules) {
        return CHATOPS_OK;
    }

    if (chatops_policy_of_workflow(policy, &scope) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    rules.statements = &policy->statements;
    rules.scope = &scope;
    rules.when = chatops_str("always");
    rules.exists = policy->source->exists;
    rules.data = policy->source->data;

    list = chatops_yaml_get(chatops_yaml_get(policy->ci->root, "workflow"),
                            "rules");

    if (chatops_rules_evaluate(&rules, list, &policy->workflow) != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    policy->pipeline = policy->workflow.included;

    if (policy->pipeline != CHATOPS_YES
        && chatops_policy_rules_reason(policy, NULL, &policy->workflow,
                                       &policy->reason)
           != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    return chatops_policy_workflow_set(policy);
}


const chatops_yaml_node_t *
chatops_policy_workflow_rule(const chatops_policy_t *policy)
{
    const chatops_rules_result_t  *result;

    result = &policy->workflow;

    if (result->nmaybes == 1
        || (result->included == CHATOPS_YES && !result->unsure))
    {
        return result->rule;
    }

    return NULL;
}


int
chatops_policy_judge(chatops_policy_t *policy, const chatops_ci_job_t *job,
    chatops_verdict_t *verdict)
{
    memset(verdict, 0, sizeof(chatops_verdict_t));

    verdict->allowed = CHATOPS_YES;
    verdict->when = job->when;
    verdict->allow_failure = job->allow_failure;

    verdict->workflow_rule = chatops_policy_workflow_rule(policy);
    verdict->unsure = policy->workflow.unsure;

    if (job->hidden) {
        chatops_policy_answer(verdict, CHATOPS_NO,
                              "it is hidden: its name starts with a dot");

    } else if (job->unresolved) {
        chatops_policy_answer(verdict, CHATOPS_UNKNOWN,
                              "it uses `extends`, `!reference` or inputs, "
                              "and what they stand for is not at hand");

    } else if (chatops_policy_conditions(policy, job, verdict) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    chatops_policy_outcome(verdict);
    chatops_policy_pipeline(policy, verdict);

    if (verdict->allowed == CHATOPS_YES) {
        verdict->manual = chatops_str_is(&verdict->when, "manual");

    } else {
        verdict->because = chatops_str(NULL);
    }

    return chatops_policy_alone(policy, job, verdict);
}


static int
chatops_policy_conditions(chatops_policy_t *policy,
    const chatops_ci_job_t *job, chatops_verdict_t *verdict)
{
    if (job->has_rules) {
        return chatops_policy_rules(policy, job, verdict);
    }

    if (job->has_only || job->has_except || !policy->ci->workflow_rules) {
        return chatops_policy_lists(policy, job, verdict);
    }

    verdict->because = chatops_str("it has neither `rules` nor `only` nor "
                                   "`except`");

    return CHATOPS_OK;
}


static int
chatops_policy_rules(chatops_policy_t *policy, const chatops_ci_job_t *job,
    chatops_verdict_t *verdict)
{
    chatops_rules_t             rules;
    chatops_scope_t             scope;
    chatops_policy_job_t        own;
    chatops_rules_result_t      result;
    const chatops_yaml_node_t  *node;

    own.policy = policy;
    own.job = job;

    chatops_policy_of_job(&own, &scope);

    rules.statements = &policy->statements;
    rules.scope = &scope;
    rules.when = job->when;
    rules.exists = policy->source->exists;
    rules.data = policy->source->data;

    if (chatops_rules_evaluate(&rules, chatops_yaml_get(job->node, "rules"),
                               &result)
        != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    verdict->allowed = result.included;

    if (result.included == CHATOPS_UNKNOWN) {
        return chatops_policy_rules_reason(policy, job, &result,
                                           &verdict->reason);
    }

    verdict->when = result.when;

    if (result.included == CHATOPS_NO) {
        return chatops_policy_rules_reason(policy, job, &result,
                                           &verdict->reason);
    }

    verdict->unsure |= result.unsure;
    verdict->rule = result.rule;

    node = chatops_yaml_get(result.rule, "allow_failure");

    if (!chatops_yaml_is_null(node)) {
        verdict->allow_failure = chatops_yaml_is_true(node);
    }

    return chatops_policy_rules_because(policy, job, &result,
                                        &verdict->because);
}


/*
 * The default of `only` is gone when the configuration has `workflow:
 * rules`; see chatops_only.h.
 */

static int
chatops_policy_lists(chatops_policy_t *policy, const chatops_ci_job_t *job,
    chatops_verdict_t *verdict)
{
    const char             *keyword;
    chatops_only_t          lists;
    chatops_scope_t         scope;
    chatops_policy_job_t    own;
    chatops_only_result_t   except, only, *said;

    memset(&only, 0, sizeof(chatops_only_result_t));

    only.included = CHATOPS_YES;
    except = only;

    own.policy = policy;
    own.job = job;

    chatops_policy_of_job(&own, &scope);

    lists.statements = &policy->statements;
    lists.scope = &scope;
    lists.source = policy->source;

    if ((job->has_only || !policy->ci->workflow_rules)
        && chatops_only_evaluate(&lists, chatops_yaml_get(job->node, "only"),
                                 &only)
           != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    if (job->has_except
        && chatops_except_evaluate(&lists,
                                   chatops_yaml_get(job->node, "except"),
                                   &except)
           != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    verdict->allowed = chatops_truth_and(only.included, except.included);

    if (verdict->allowed == CHATOPS_YES) {
        return chatops_policy_only_because(policy, job, &only,
                                           &verdict->because);
    }

    /* a sure no of either weighs more than what is not known */

    said = &except;
    keyword = "except";

    if (except.included != verdict->allowed) {
        said = &only;
        keyword = "only";
    }

    return chatops_policy_only_reason(policy, job, keyword, said,
                                      &verdict->reason);
}


/* What `when` is not valid makes the configuration invalid for GitLab. */

static void
chatops_policy_outcome(chatops_verdict_t *verdict)
{
    size_t  i;

    static const char *const  known[] = {
        "on_success", "on_failure", "always", "manual", "delayed", NULL
    };

    if (verdict->allowed != CHATOPS_YES) {
        return;
    }

    for (i = 0; known[i] != NULL; i++) {
        if (chatops_str_is(&verdict->when, known[i])) {
            return;
        }
    }

    if (chatops_str_is(&verdict->when, "never")) {
        chatops_policy_answer(verdict, CHATOPS_NO, "it says `when: never`");
        return;
    }

    chatops_policy_answer(verdict, CHATOPS_UNKNOWN,
                          "it says a `when` that is not understood");
}


static void
chatops_policy_pipeline(chatops_policy_t *policy, chatops_verdict_t *verdict)
{
    if (verdict->allowed == CHATOPS_NO) {
        return;
    }

    if (policy->pipeline != CHATOPS_YES
        && (verdict->allowed == CHATOPS_YES
            || policy->pipeline == CHATOPS_NO))
    {
        verdict->allowed = policy->pipeline;
        verdict->reason = policy->reason;
        return;
    }

    if (verdict->allowed == CHATOPS_YES && policy->ci->unresolved) {
        chatops_policy_answer(verdict, CHATOPS_UNKNOWN,
                              "the configuration has `include`, and what it "
                              "includes is not at hand");
    }
}


/*
 * Of a job's needs GitLab looks for those of the job itself, not for those
 * of its rule (lib/gitlab/ci/pipeline/seed/build.rb); a pipeline of the
 * stages .pre and .post alone it takes for an empty one.
 */

static int
chatops_policy_alone(chatops_policy_t *policy, const chatops_ci_job_t *job,
    chatops_verdict_t *verdict)
{
    size_t                    i;
    const char               *why;
    const chatops_ci_need_t  *need;

    verdict->alone = verdict->allowed;
    verdict->alone_reason = verdict->reason;

    if (verdict->allowed == CHATOPS_NO) {
        return CHATOPS_OK;
    }

    if (job->bridge) {
        verdict->alone = CHATOPS_NO;
        verdict->alone_reason = chatops_str("it is a `trigger:` job that "
                                            "starts another pipeline");
        return CHATOPS_OK;
    }

    for (i = 0; i < job->nneeds; i++) {
        need = &job->needs[i];

        if (need->optional) {
            continue;
        }

        verdict->alone = CHATOPS_NO;
        why = need->job.len ? "it needs the job " : "it needs other jobs";

        return chatops_clause_write(policy->arena, why,
                                    need->job.len ? &need->job : NULL,
                                    ", which would not be in the pipeline",
                                    &verdict->alone_reason);
    }

    if (chatops_str_is(&job->stage, ".pre")
        || chatops_str_is(&job->stage, ".post"))
    {
        verdict->alone = CHATOPS_NO;
        return chatops_clause_write(policy->arena, "GitLab makes no pipeline "
                                    "of the stage ", &job->stage, " alone",
                                    &verdict->alone_reason);
    }

    return CHATOPS_OK;
}


static void
chatops_policy_answer(chatops_verdict_t *verdict, chatops_truth_e allowed,
    const char *reason)
{
    verdict->allowed = allowed;
    verdict->reason = chatops_str(reason);
}
