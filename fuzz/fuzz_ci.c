/*
 * Whatever job of whatever configuration is reduced: the result reads back
 * as a configuration with this one visible job, which chat may run, with the
 * variables as they were given.
 */

#include <stdlib.h>

#include "chatops_isolate.h"


static const chatops_variable_t  fuzz_variables[] = {
    { chatops_string("CHAT_INPUT"),
      chatops_string("a $B 'c' \"d\"\n\te: - \xc3\xa9 \r\xe2\x80\xa8 ") },
    { chatops_string("CHAT_CHANNEL"), chatops_string("012") }
};


static int
fuzz_parse(chatops_arena_t *arena, const chatops_str_t *text, unsigned merged,
    chatops_ci_t **ci, chatops_yaml_error_t *error)
{
    chatops_ci_options_t  options;

    memset(&options, 0, sizeof(chatops_ci_options_t));

    options.name = chatops_str(".gitlab-ci.yml");
    options.merged = merged;

    return chatops_ci_parse(arena, text, &options, ci, error);
}


static void
fuzz_check_variables(const chatops_ci_job_t *job)
{
    size_t                      i;
    const chatops_yaml_node_t  *node, *value, *variables;

    variables = chatops_yaml_get(job->node, "variables");

    for (i = 0; i < 2; i++) {
        node = chatops_yaml_find(variables, &fuzz_variables[i].key);
        value = chatops_yaml_get(node, "value");

        if (value == NULL || value->plain
            || !chatops_str_eq(&value->value, &fuzz_variables[i].value)
            || !chatops_yaml_is_false(chatops_yaml_get(node, "expand")))
        {
            abort();
        }
    }
}


static void
fuzz_isolate(chatops_arena_t *arena, const chatops_ci_t *ci,
    const chatops_ci_job_t *job)
{
    chatops_ci_t              *alone;
    chatops_source_t           source;
    chatops_verdict_t          again, verdict;
    chatops_isolated_t         isolated;
    chatops_yaml_error_t       error;
    const chatops_ci_job_t    *one, *near[3];
    chatops_isolate_options_t  options;

    memset(&source, 0, sizeof(chatops_source_t));
    memset(&options, 0, sizeof(chatops_isolate_options_t));

    options.variables = fuzz_variables;
    options.nvariables = 2;

    source.source = chatops_str("chat");
    source.ref = chatops_str("main");

    if (chatops_policy_evaluate(arena, ci, job, &source, &verdict)
        != CHATOPS_OK)
    {
        abort();
    }

    if ((verdict.allowed == CHATOPS_YES) != (verdict.reason.len == 0)
        || !chatops_utf8_valid(verdict.reason.data, verdict.reason.len))
    {
        abort();
    }

    if (chatops_ci_suggest(ci, &job->name, near, 3) == 0
        && job->name.len >= 3)
    {
        abort();
    }

    /* a bridge is never alone: it starts another pipeline */

    if (verdict.allowed != CHATOPS_YES || job->bridge) {
        return;
    }

    switch (chatops_isolate_write(arena, ci, job, &source, &verdict, &options,
                                  &isolated))
    {
    case CHATOPS_OK:
        break;

    case CHATOPS_DECLINED:
        return;

    default:
        abort();
    }

    if (fuzz_parse(arena, &isolated.text, ci->merged, &alone, &error)
        != CHATOPS_OK)
    {
        abort();
    }

    one = chatops_ci_find(alone, &job->name);

    if (alone->njobs != 1 || one == NULL || one->commands != job->commands
        || chatops_str_is(&one->stage, ".pre")
        || chatops_str_is(&one->stage, ".post"))
    {
        abort();
    }

    fuzz_check_variables(one);

    if (chatops_policy_evaluate(arena, alone, one, &source, &again)
        != CHATOPS_OK || again.allowed != CHATOPS_YES
        || again.manual != verdict.manual
        || !chatops_str_eq(&again.when, &verdict.when)
        || again.rule != NULL || again.workflow_rule != NULL)
    {
        abort();
    }
}


/* The first byte says whether the rest is merged or raw. */

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t                 i;
    chatops_ci_t          *ci;
    chatops_str_t          text;
    chatops_arena_t       *arena;
    chatops_yaml_error_t   error;

    arena = chatops_arena_create(0);

    if (size == 0 || arena == NULL) {
        chatops_arena_destroy(arena);
        return 0;
    }

    text = chatops_strn(data + 1, size - 1);

    switch (fuzz_parse(arena, &text, data[0] & 1, &ci, &error)) {

    case CHATOPS_OK:
        for (i = 0; i < ci->njobs && i < 8; i++) {
            if (!ci->jobs[i].hidden) {
                fuzz_isolate(arena, ci, &ci->jobs[i]);
            }
        }

        break;

    case CHATOPS_DECLINED:
        if (ci != NULL || error.text[0] == '\0') {
            abort();
        }

        break;

    default:
        abort();
    }

    chatops_arena_destroy(arena);

    return 0;
}
