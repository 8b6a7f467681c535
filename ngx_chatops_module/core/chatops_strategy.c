
#include "chatops_clause.h"
#include "chatops_gitlab.h"
#include "chatops_strategy.h"


static int chatops_strategy_native(chatops_arena_t *arena,
    const chatops_choice_t *choice, chatops_str_t *reason);
static int chatops_strategy_has_blank(const chatops_str_t *name);
static int chatops_strategy_direct(chatops_arena_t *arena,
    const chatops_choice_t *choice, chatops_str_t *reason);
static int chatops_strategy_isolated(chatops_arena_t *arena,
    const chatops_choice_t *choice, chatops_str_t *reason);
static int chatops_strategy_declined(chatops_arena_t *arena,
    const char *before, const chatops_str_t *name, const char *after,
    chatops_str_t *reason);


static const char *const  chatops_strategy_names[] = {
    "native", "direct", "isolated"
};


const char *
chatops_strategy_name(chatops_strategy_e strategy)
{
    return chatops_strategy_names[strategy];
}


int
chatops_strategies_add(chatops_strategies_t *strategies,
    const chatops_str_t *name)
{
    size_t  i, k;

    for (i = 0; i < CHATOPS_STRATEGIES; i++) {
        if (chatops_str_is(name, chatops_strategy_names[i])) {
            break;
        }
    }

    if (i == CHATOPS_STRATEGIES) {
        return CHATOPS_DECLINED;
    }

    for (k = 0; k < strategies->n; k++) {
        if (strategies->list[k] == (chatops_strategy_e) i) {
            return CHATOPS_DECLINED;
        }
    }

    strategies->list[strategies->n++] = (chatops_strategy_e) i;

    return CHATOPS_OK;
}


int
chatops_strategies_parse(chatops_strategies_t *strategies,
    const chatops_str_t *text)
{
    size_t         end, i;
    chatops_str_t  name;

    strategies->n = 0;

    for (i = 0; i < text->len; i = end + 1) {

        for (end = i; end < text->len; end++) {
            if (text->data[end] == ' ') {
                break;
            }
        }

        if (end == i) {
            continue;
        }

        name = chatops_strn(&text->data[i], end - i);

        if (chatops_strategies_add(strategies, &name) != CHATOPS_OK) {
            return CHATOPS_DECLINED;
        }
    }

    return strategies->n == 0 ? CHATOPS_DECLINED : CHATOPS_OK;
}


/*
 * CI_PIPELINE_SOURCE=chat makes `rules` true that ask for it, but not
 * `only: [chat]`, which looks at the pipeline itself (GitLab:
 * lib/gitlab/ci/build/policy/refs.rb).
 */

int
chatops_strategy_plan(chatops_arena_t *arena, const chatops_ci_t *ci,
    const chatops_source_t *source, const chatops_variable_t *variables,
    size_t nvariables, chatops_plan_t *plan)
{
    size_t                i;
    chatops_str_t         name;
    chatops_source_t      direct;
    chatops_variables_t  *given;

    direct = *source;
    direct.source = chatops_str("api");

    given = chatops_variables_create(arena, source->given);

    if (given == NULL) {
        return CHATOPS_ERROR;
    }

    for (i = 0; i < nvariables; i++) {
        if (chatops_variables_set(given, &variables[i].key,
                                  &variables[i].value)
            != CHATOPS_OK)
        {
            return CHATOPS_ERROR;
        }
    }

    name = chatops_str("CI_PIPELINE_SOURCE");

    if (chatops_variables_set(given, &name, &source->source) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    direct.given = given;

    return chatops_plan_make(arena, ci, &direct, plan);
}


int
chatops_strategy_fits(chatops_arena_t *arena, chatops_strategy_e strategy,
    const chatops_choice_t *choice, chatops_str_t *reason)
{
    *reason = chatops_str("");

    /* nothing fails before it: GitLab would skip it, and say nothing */

    if (choice->verdict->allowed == CHATOPS_YES
        && chatops_str_is(&choice->verdict->when, "on_failure"))
    {
        return chatops_strategy_declined(arena, "it says `when: on_failure`, "
                                         "so that it runs only after another "
                                         "job has failed", NULL, "", reason);
    }

    switch (strategy) {

    case CHATOPS_STRATEGY_NATIVE:
        return chatops_strategy_native(arena, choice, reason);

    case CHATOPS_STRATEGY_DIRECT:
        return chatops_strategy_direct(arena, choice, reason);

    default:
        return chatops_strategy_isolated(arena, choice, reason);
    }
}


/*
 * What is unknown to us is known to GitLab, which decides by itself; its
 * answers to what it refuses mislead, so that a sure no is not tried.
 */

static int
chatops_strategy_native(chatops_arena_t *arena,
    const chatops_choice_t *choice, chatops_str_t *reason)
{
    const chatops_verdict_t  *verdict;

    verdict = choice->verdict;

    if (!choice->native) {
        return chatops_strategy_declined(arena, "GitLab's own slash command "
                                         "is not configured", NULL, "",
                                         reason);
    }

    if (!choice->default_branch) {
        return chatops_strategy_declined(arena, "GitLab's own slash command "
                                         "knows the default branch only",
                                         NULL, "", reason);
    }

    if (chatops_strategy_has_blank(&choice->job->name)) {
        return chatops_strategy_declined(arena, "GitLab's own slash command "
                                         "knows no names with blanks", NULL,
                                         "", reason);
    }

    if (verdict->allowed == CHATOPS_NO) {
        *reason = verdict->reason;
        return CHATOPS_DECLINED;
    }

    if (verdict->alone == CHATOPS_NO) {
        *reason = verdict->alone_reason;
        return CHATOPS_DECLINED;
    }

    return CHATOPS_OK;
}


/* What Ruby's \s is. */

static int
chatops_strategy_has_blank(const chatops_str_t *name)
{
    size_t  i;

    for (i = 0; i < name->len; i++) {
        if (name->data[i] == ' '
            || (name->data[i] >= '\t' && name->data[i] <= '\r'))
        {
            return 1;
        }
    }

    return 0;
}


/*
 * Any unknown rules it out, for a wrong job may have started before it can
 * be cancelled.  Which files `include` takes may depend on the source, and
 * the merged configuration was made without any.
 */

static int
chatops_strategy_direct(chatops_arena_t *arena,
    const chatops_choice_t *choice, chatops_str_t *reason)
{
    size_t                     i;
    const chatops_plan_t      *plan;
    const chatops_verdict_t   *verdict;
    const chatops_variable_t  *variable;

    if (choice->forbidden) {
        return chatops_strategy_declined(arena, "the project does not allow "
                                         "pipeline variables", NULL, "",
                                         reason);
    }

    if (choice->raw == NULL || choice->raw->includes
        || choice->ci->includes)
    {
        return chatops_strategy_declined(arena, "the configuration has, or "
                                         "may have, `include`, so that a "
                                         "pipeline of another source may "
                                         "hold other jobs", NULL, "", reason);
    }

    for (i = 0; i < choice->nvariables; i++) {
        variable = &choice->variables[i];

        if (!chatops_gitlab_can_pass(&variable->value)) {
            return chatops_strategy_declined(arena, "", &variable->key,
                                             " has a `%`, which GitLab would "
                                             "expand in a pipeline's "
                                             "variable", reason);
        }
    }

    plan = choice->plan;

    if (plan == NULL) {
        return chatops_strategy_declined(arena, "nobody knows what the "
                                         "pipeline would hold", NULL, "",
                                         reason);
    }

    if (plan->workflow != CHATOPS_YES) {
        *reason = plan->reason;
        return CHATOPS_DECLINED;
    }

    for (i = 0; i < plan->njobs; i++) {
        if (plan->jobs[i].job == choice->job) {
            break;
        }
    }

    if (i == plan->njobs) {
        return chatops_strategy_declined(arena, "the pipeline would not hold ",
                                         &choice->job->name, "", reason);
    }

    verdict = &plan->jobs[i].verdict;

    if (verdict->allowed != CHATOPS_YES) {
        *reason = verdict->reason;
        return CHATOPS_DECLINED;
    }

    if (chatops_plan_is_only(arena, plan, choice->job, reason)
        != CHATOPS_YES)
    {
        return reason->data == NULL ? CHATOPS_ERROR : CHATOPS_DECLINED;
    }

    if (verdict->alone != CHATOPS_YES) {
        *reason = verdict->alone_reason;
        return CHATOPS_DECLINED;
    }

    return CHATOPS_OK;
}


static int
chatops_strategy_isolated(chatops_arena_t *arena,
    const chatops_choice_t *choice, chatops_str_t *reason)
{
    const chatops_str_t  *path;

    path = &choice->config_path;

    if (chatops_str_find(path, 0, "@", 1) != NULL
        || chatops_str_find(path, 0, "://", 3) != NULL)
    {
        return chatops_strategy_declined(arena, "the CI configuration ", path,
                                         " lies outside of the project's "
                                         "repository", reason);
    }

    if (choice->verdict->allowed != CHATOPS_YES) {
        *reason = choice->verdict->reason;
        return CHATOPS_DECLINED;
    }

    if (choice->job->bridge) {
        *reason = choice->verdict->alone_reason;
        return CHATOPS_DECLINED;
    }

    return CHATOPS_OK;
}


static int
chatops_strategy_declined(chatops_arena_t *arena, const char *before,
    const chatops_str_t *name, const char *after, chatops_str_t *reason)
{
    if (chatops_clause_write(arena, before, name, after, reason)
        != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    return CHATOPS_DECLINED;
}
