
#include "chatops_policy_parts.h"


/*
 * What a job has before it exists (GitLab: lib/gitlab/ci/variables/
 * builder.rb).
 */

static int chatops_policy_environment(chatops_policy_t *policy,
    chatops_variables_t *set, const chatops_ci_job_t *job);
static int chatops_policy_define(chatops_policy_t *policy,
    chatops_variables_t *set, const char *name, const chatops_str_t *value);
static int chatops_policy_slug(chatops_arena_t *arena,
    const chatops_str_t *name, chatops_str_t *slug);


int
chatops_policy_is_predefined(const chatops_str_t *name)
{
    return chatops_str_starts(name, "CI_")
           && (chatops_str_starts(name, "CI_JOB_")
               || chatops_str_starts(name, "CI_NODE_")
               || chatops_str_starts(name, "CI_ENVIRONMENT_"));
}


int
chatops_policy_predefine(chatops_policy_t *policy, chatops_variables_t *set,
    const chatops_ci_job_t *job)
{
    chatops_str_t  manual, slug;

    if (chatops_policy_slug(policy->arena, &job->name, &slug) != CHATOPS_OK
        || chatops_policy_define(policy, set, "CI_JOB_NAME", &job->name)
           != CHATOPS_OK
        || chatops_policy_define(policy, set, "CI_JOB_NAME_SLUG", &slug)
           != CHATOPS_OK
        || chatops_policy_define(policy, set, "CI_JOB_STAGE", &job->stage)
           != CHATOPS_OK
        || chatops_policy_number(policy, set, "CI_NODE_TOTAL",
                                 job->total ? job->total : 1)
           != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    if (job->instance
        && chatops_policy_number(policy, set, "CI_NODE_INDEX", job->instance)
           != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    manual = chatops_str("true");

    if (chatops_str_is(&job->when, "manual")
        && chatops_policy_define(policy, set, "CI_JOB_MANUAL", &manual)
           != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    return chatops_policy_environment(policy, set, job);
}


/* Its tier is GitLab's to say, and a name with variables GitLab's to expand. */

static int
chatops_policy_environment(chatops_policy_t *policy,
    chatops_variables_t *set, const chatops_ci_job_t *job)
{
    chatops_str_t               action;
    const chatops_yaml_node_t  *name, *node;

    node = chatops_yaml_get(job->node, "environment");

    if (chatops_yaml_is_null(node)) {
        return CHATOPS_OK;
    }

    name = node->type == CHATOPS_YAML_MAPPING ? chatops_yaml_get(node, "name")
                                              : node;

    if (chatops_yaml_is_null(name)) {
        return CHATOPS_OK;
    }

    if (chatops_policy_define(policy, set, "CI_ENVIRONMENT_NAME",
                              chatops_str_find(&name->value, 0, "$", 1)
                              ? NULL : &name->value)
        != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    action = chatops_str("start");
    name = chatops_yaml_get(node, "action");

    if (chatops_policy_define(policy, set, "CI_ENVIRONMENT_ACTION",
                              chatops_yaml_is_null(name) ? &action
                                                         : &name->value)
        != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    name = chatops_yaml_get(node, "deployment_tier");

    if (chatops_policy_define(policy, set, "CI_ENVIRONMENT_TIER",
                              chatops_yaml_is_null(name) ? NULL
                                                         : &name->value)
        != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    name = chatops_yaml_get(node, "url");

    return chatops_policy_define(policy, set, "CI_ENVIRONMENT_URL",
                                 chatops_yaml_is_null(name) ? NULL
                                                            : &name->value);
}


/* Unless one of the globals has that name; NULL: its value is not known. */

static int
chatops_policy_define(chatops_policy_t *policy, chatops_variables_t *set,
    const char *name, const chatops_str_t *value)
{
    size_t                      i;
    chatops_str_t               key;
    const chatops_yaml_node_t  *globals;

    if (policy->shadowed) {
        globals = chatops_yaml_get(policy->ci->root, "variables");

        if (chatops_yaml_get(globals, name) != NULL) {
            return CHATOPS_OK;
        }

        for (i = 0; i < policy->workflow.nmaybes; i++) {
            if (chatops_yaml_get(chatops_yaml_get(policy->workflow.maybes[i],
                                                  "variables"), name)
                != NULL)
            {
                return CHATOPS_OK;
            }
        }
    }

    key = chatops_str(name);

    return value == NULL ? chatops_variables_set_unknown(set, &key)
                         : chatops_variables_set(set, &key, value);
}


int
chatops_policy_number(chatops_policy_t *policy, chatops_variables_t *set,
    const char *name, uint32_t value)
{
    chatops_buf_t  buf;
    chatops_str_t  text;

    if (value == 1) {
        text = chatops_str("1");
        return chatops_policy_define(policy, set, name, &text);
    }

    chatops_buf_init(&buf, policy->arena, 16);
    chatops_buf_int(&buf, value);

    if (chatops_buf_finish(&buf, &text) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    return chatops_policy_define(policy, set, name, &text);
}


/* GitLab's slugify: lower case, at most 63 characters, others are dashes. */

static int
chatops_policy_slug(chatops_arena_t *arena, const chatops_str_t *name,
    chatops_str_t *slug)
{
    u_char  ch, *p;
    size_t  i, n, width;

    p = chatops_palloc(arena, 63);

    if (p == NULL) {
        return CHATOPS_ERROR;
    }

    for (i = 0, n = 0; i < name->len && n < 63; n++) {
        ch = name->data[i];

        if (ch >= 'A' && ch <= 'Z') {
            ch |= 0x20;
        }

        if (!(ch >= 'a' && ch <= 'z') && !(ch >= '0' && ch <= '9')) {
            ch = '-';
        }

        p[n] = ch;

        width = chatops_utf8_length(&name->data[i], name->len - i);
        i += width ? width : 1;
    }

    while (n && p[n - 1] == '-') {
        n--;
    }

    while (n && *p == '-') {
        p++;
        n--;
    }

    *slug = chatops_strn(p, n);

    return CHATOPS_OK;
}
