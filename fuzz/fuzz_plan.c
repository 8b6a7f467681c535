/*
 * Whatever a configuration says: the plan of a pipeline counts right and has
 * a reason for each no, a job that may be reduced reads back as just that
 * job, and a plan of the reduced file has it in the pipeline, with the same
 * outcome and the same variables.
 *
 * The first byte: 1 merged, 2 variables may be unknown, 4 needed jobs are
 * taken along, 8 a tag.
 */

#include <stdlib.h>

#include "chatops_predefined.h"
#include "chatops_strategy.h"


#define FUZZ_MAX_JOBS  8


static const chatops_variable_t  fuzz_variables[] = {
    { chatops_string("CHAT_INPUT"), chatops_string("a $B 'c'\n\te: - ") },
    { chatops_string("CHAT_CHANNEL"), chatops_string("012") }
};


static void
fuzz_require(int truth)
{
    if (!truth) {
        abort();
    }
}


static int
fuzz_parse(chatops_arena_t *arena, const chatops_str_t *text, unsigned merged,
    chatops_ci_t **ci)
{
    chatops_ci_options_t  options;
    chatops_yaml_error_t  error;

    memset(&options, 0, sizeof(chatops_ci_options_t));

    options.name = chatops_str(".gitlab-ci.yml");
    options.merged = merged;

    return chatops_ci_parse(arena, text, &options, ci, &error);
}


static void
fuzz_source(chatops_arena_t *arena, unsigned flags, chatops_source_t *source)
{
    chatops_predefined_t   predefined;
    chatops_variables_t   *variables;

    memset(&predefined, 0, sizeof(chatops_predefined_t));
    memset(source, 0, sizeof(chatops_source_t));

    predefined.source = chatops_str("chat");
    predefined.ref = chatops_str("main");
    predefined.tag = (flags & 8) != 0;

    fuzz_require(chatops_predefined_make(arena, &predefined, (flags & 2) != 0,
                                         &variables) == CHATOPS_OK);

    source->source = predefined.source;
    source->ref = predefined.ref;
    source->tag = predefined.tag;
    source->predefined = variables;
}


static void
fuzz_check_verdict(const chatops_verdict_t *verdict)
{
    const chatops_str_t  *reason;

    reason = &verdict->reason;

    fuzz_require((verdict->allowed == CHATOPS_YES) == (reason->len == 0));
    fuzz_require((verdict->alone == CHATOPS_YES)
                 == (verdict->alone_reason.len == 0));
    fuzz_require(verdict->alone != CHATOPS_YES
                 || verdict->allowed == CHATOPS_YES);
    fuzz_require(verdict->allowed != CHATOPS_YES || verdict->because.len);
    fuzz_require(chatops_utf8_valid(reason->data, reason->len));
    fuzz_require(chatops_utf8_valid(verdict->alone_reason.data,
                                    verdict->alone_reason.len));
    fuzz_require(chatops_utf8_valid(verdict->because.data,
                                    verdict->because.len));
}


/* All that the job had it has, and nothing else but what was given. */

static void
fuzz_check_variables(chatops_arena_t *arena,
    const chatops_yaml_node_t *before, const chatops_yaml_node_t *after,
    size_t added)
{
    size_t                      i;
    chatops_str_t               one, two;
    const chatops_str_t        *name;
    const chatops_yaml_node_t  *node, *value;

    fuzz_require(after->count <= before->count + added);

    for (i = 0; i < before->count; i++) {
        name = &before->pairs[i].key->value;

        if (chatops_str_starts(name, "CHAT_")) {
            continue;
        }

        value = before->pairs[i].value;
        node = chatops_yaml_find(after, name);

        fuzz_require(node != NULL && node->type == value->type);

        if (value->type == CHATOPS_YAML_SCALAR) {
            fuzz_require(chatops_yaml_text(arena, value, &one) == CHATOPS_OK);
            fuzz_require(chatops_yaml_text(arena, node, &two) == CHATOPS_OK);
            fuzz_require(chatops_str_eq(&one, &two));
        }
    }

    for (i = 0; i < 2; i++) {
        node = chatops_yaml_find(after, &fuzz_variables[i].key);
        value = chatops_yaml_get(node, "value");

        fuzz_require(value != NULL && !value->plain);
        fuzz_require(chatops_str_eq(&value->value, &fuzz_variables[i].value));
    }
}


static void
fuzz_check_reduced(chatops_arena_t *arena, const chatops_ci_t *ci,
    const chatops_source_t *source, const chatops_ci_job_t *job,
    const chatops_verdict_t *verdict, const chatops_isolated_t *isolated)
{
    chatops_ci_t             *alone;
    chatops_plan_t            plan;
    chatops_verdict_t         again;
    const chatops_ci_job_t   *one;

    fuzz_require(fuzz_parse(arena, &isolated->text, ci->merged, &alone)
                 == CHATOPS_OK);
    fuzz_require(alone->nerrors == 0 && !alone->includes);

    one = chatops_ci_find(alone, &job->name);

    fuzz_require(one != NULL && one->commands == job->commands
                 && one->instance == 0);
    fuzz_require(chatops_plan_make(arena, alone, source, &plan)
                 == CHATOPS_OK);
    fuzz_require(plan.workflow == CHATOPS_YES
                 && plan.njobs == isolated->njobs
                 && plan.yes == isolated->njobs
                 && alone->njobs == isolated->njobs);

    fuzz_require(chatops_policy_evaluate(arena, alone, one, source, &again)
                 == CHATOPS_OK);
    fuzz_require(again.allowed == CHATOPS_YES);
    fuzz_require(chatops_str_eq(&again.when, &verdict->when));
    fuzz_require(again.manual == verdict->manual);
    fuzz_require(again.allow_failure == verdict->allow_failure);
    fuzz_require(again.rule == NULL && again.workflow_rule == NULL);

    if (isolated->njobs == 1) {
        fuzz_require(!chatops_str_is(&one->stage, ".pre")
                     && !chatops_str_is(&one->stage, ".post"));
        fuzz_require(one->nneeds == 0);
    }

    fuzz_check_variables(arena, verdict->variables, again.variables,
                         2 + 2 * (job->instance != 0));
}


static void
fuzz_job(chatops_arena_t *arena, const chatops_ci_t *ci,
    const chatops_source_t *source, const chatops_plan_job_t *planned,
    unsigned needs, unsigned valid)
{
    int                        rc;
    chatops_verdict_t          verdict;
    chatops_isolated_t         isolated;
    chatops_isolate_options_t  options;

    fuzz_require(chatops_policy_evaluate(arena, ci, planned->job, source,
                                         &verdict) == CHATOPS_OK);
    fuzz_check_verdict(&planned->verdict);
    fuzz_check_verdict(&verdict);

    /* the plan shares its steps among all jobs */

    if (planned->verdict.allowed != CHATOPS_UNKNOWN) {
        fuzz_require(planned->verdict.allowed == verdict.allowed);
    }

    if (verdict.allowed != CHATOPS_YES || planned->job->bridge) {
        return;
    }

    memset(&options, 0, sizeof(chatops_isolate_options_t));

    options.variables = fuzz_variables;
    options.nvariables = 2;
    options.include_needs = needs;

    rc = chatops_isolate_write(arena, ci, planned->job, source, &verdict,
                               &options, &isolated);

    if (rc == CHATOPS_DECLINED) {
        fuzz_require(isolated.reason.len != 0);
        return;
    }

    fuzz_require(rc == CHATOPS_OK);

    if (valid) {
        fuzz_check_reduced(arena, ci, source, planned->job, &verdict,
                           &isolated);
    }
}


static void
fuzz_plan(chatops_arena_t *arena, const chatops_ci_t *ci, unsigned flags,
    unsigned valid)
{
    size_t             i;
    chatops_str_t      reason;
    chatops_plan_t     plan;
    chatops_truth_e    only;
    chatops_source_t   source;

    fuzz_source(arena, flags, &source);

    fuzz_require(chatops_plan_make(arena, ci, &source, &plan) == CHATOPS_OK);
    fuzz_require((plan.workflow == CHATOPS_YES) == (plan.reason.len == 0));
    fuzz_require(plan.yes + plan.unknown <= plan.njobs);
    fuzz_require(plan.workflow == CHATOPS_YES || plan.yes == 0);

    for (i = 0; i < plan.njobs && i < FUZZ_MAX_JOBS; i++) {
        only = chatops_plan_is_only(arena, &plan, plan.jobs[i].job, &reason);

        fuzz_require((only == CHATOPS_YES) == (reason.len == 0));
        fuzz_require(only != CHATOPS_YES
                     || (plan.yes == 1 && plan.unknown == 0));

        fuzz_job(arena, ci, &source, &plan.jobs[i], (flags & 4) != 0, valid);
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned          valid;
    chatops_ci_t     *ci;
    chatops_str_t     text;
    chatops_arena_t  *arena;

    arena = chatops_arena_create(0);

    if (size == 0 || arena == NULL) {
        chatops_arena_destroy(arena);
        return 0;
    }

    text = chatops_strn(data + 1, size - 1);

    /* a merged one has been checked by GitLab, which is not here */

    valid = fuzz_parse(arena, &text, 0, &ci) == CHATOPS_OK
            && ci->nerrors == 0;

    if (fuzz_parse(arena, &text, data[0] & 1, &ci) == CHATOPS_OK) {
        fuzz_plan(arena, ci, data[0], valid);
    }

    chatops_arena_destroy(arena);

    return 0;
}
