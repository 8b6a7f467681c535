
#include "chatops_policy_parts.h"


#define CHATOPS_POLICY_MAX_DEPTH  16      /* of lists in lists of rules */


/* CHATOPS_POLICY_GIVE: as the YAML has it; DOUBT: it may be so. */
typedef enum {
    CHATOPS_POLICY_GIVE = 0,
    CHATOPS_POLICY_DOUBT
} chatops_policy_how_e;


static int chatops_policy_set(chatops_policy_t *policy,
    chatops_variables_t *set, const chatops_yaml_node_t *mapping,
    const chatops_yaml_node_t *names, chatops_policy_how_e how);
static int chatops_policy_one(chatops_policy_t *policy,
    chatops_variables_t *set, const chatops_str_t *name,
    const chatops_yaml_node_t *node, chatops_policy_how_e how);
static int chatops_policy_workflow_sets(chatops_policy_t *policy,
    chatops_variables_t *set, const chatops_yaml_node_t *names);
static int chatops_policy_value(chatops_arena_t *arena,
    const chatops_yaml_node_t *node, chatops_str_t *value);
static int chatops_policy_hide(chatops_policy_t *policy,
    chatops_variables_t *set, const chatops_yaml_node_t *node,
    unsigned depth);
static size_t chatops_policy_word(const chatops_str_t *text, size_t i);
static int chatops_policy_inherits(const chatops_ci_job_t *job);
static int chatops_policy_is_own(const void *data,
    const chatops_str_t *name);
static chatops_variables_t *chatops_policy_make(const void *data);
static int chatops_policy_inherit(chatops_policy_t *policy,
    const chatops_ci_job_t *job, chatops_variables_t **variables);
static chatops_yaml_node_t *chatops_policy_inherited(chatops_arena_t *arena,
    const chatops_yaml_node_t *job, chatops_yaml_node_t *variables);


int
chatops_policy_globals(chatops_policy_t *policy)
{
    const chatops_ci_t  *ci;

    ci = policy->ci;

    policy->base = chatops_variables_create(policy->arena,
                                            policy->source->predefined);

    if (policy->base == NULL) {
        return CHATOPS_ERROR;
    }

    /* what is not known, and what an include may set */

    if (policy->source->predefined == NULL || ci->unresolved) {
        chatops_variables_open(policy->base, CHATOPS_UNKNOWN);
    }

    policy->root = chatops_variables_create(policy->arena, policy->base);

    if (policy->root == NULL) {
        return CHATOPS_ERROR;
    }

    return chatops_policy_set(policy, policy->root,
                              chatops_yaml_get(ci->root, "variables"), NULL,
                              CHATOPS_POLICY_GIVE);
}


int
chatops_policy_workflow_set(chatops_policy_t *policy)
{
    return chatops_policy_workflow_sets(policy, policy->root, NULL);
}


/* Several rules may win: then what they set is known when all set the same. */

static int
chatops_policy_workflow_sets(chatops_policy_t *policy,
    chatops_variables_t *set, const chatops_yaml_node_t *names)
{
    size_t                         i;
    chatops_policy_how_e           how;
    const chatops_rules_result_t  *result;

    result = &policy->workflow;
    how = chatops_policy_workflow_rule(policy) != NULL ? CHATOPS_POLICY_GIVE
                                                       : CHATOPS_POLICY_DOUBT;

    for (i = 0; i < result->nmaybes; i++) {
        if (chatops_policy_set(policy, set,
                               chatops_yaml_get(result->maybes[i],
                                                "variables"),
                               names, how)
            != CHATOPS_OK)
        {
            return CHATOPS_ERROR;
        }
    }

    return CHATOPS_OK;
}


/* `names`: a list, only those that are in it; NULL: all. */

static int
chatops_policy_set(chatops_policy_t *policy, chatops_variables_t *set,
    const chatops_yaml_node_t *mapping, const chatops_yaml_node_t *names,
    chatops_policy_how_e how)
{
    size_t                      i, n;
    const chatops_yaml_node_t  *key, *value;

    if (mapping == NULL || mapping->type != CHATOPS_YAML_MAPPING) {
        return CHATOPS_OK;
    }

    n = names != NULL ? names->count : mapping->count;

    for (i = 0; i < n; i++) {
        key = names != NULL ? names->items[i] : mapping->pairs[i].key;

        if (key->type != CHATOPS_YAML_SCALAR) {
            continue;
        }

        value = names != NULL ? chatops_yaml_find(mapping, &key->value)
                              : mapping->pairs[i].value;

        if (value != NULL
            && chatops_policy_one(policy, set, &key->value, value, how)
               != CHATOPS_OK)
        {
            return CHATOPS_ERROR;
        }
    }

    return CHATOPS_OK;
}


static int
chatops_policy_one(chatops_policy_t *policy, chatops_variables_t *set,
    const chatops_str_t *name, const chatops_yaml_node_t *node,
    chatops_policy_how_e how)
{
    chatops_str_t  value;

    if (chatops_policy_is_predefined(name)) {
        policy->shadowed = 1;
    }

    if (how == CHATOPS_POLICY_DOUBT
        || policy->source->settings
        || !chatops_statements_spend(&policy->statements, 64))
    {
        return chatops_variables_set_unknown(set, name);
    }

    if (chatops_policy_value(policy->arena, node, &value) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    if (value.len > policy->statements.longest) {
        policy->statements.longest = value.len;
    }

    return chatops_variables_set(set, name, &value);
}


/* "a", or {value: a, description: b} */

static int
chatops_policy_value(chatops_arena_t *arena, const chatops_yaml_node_t *node,
    chatops_str_t *value)
{
    if (node->type == CHATOPS_YAML_MAPPING) {
        node = chatops_yaml_get(node, "value");
    }

    return chatops_yaml_text(arena, node, value);
}


/*
 * The workflow's rules see nothing named CI_JOB… or CI_BUILD…, whoever sets
 * it (GitLab: lib/gitlab/ci/build/context/global.rb).
 */

int
chatops_policy_of_workflow(chatops_policy_t *policy,
    chatops_scope_t *scope)
{
    chatops_variables_t        *hidden, *variables;
    const chatops_yaml_node_t  *list;

    hidden = chatops_variables_create(policy->arena, policy->source->given);
    variables = chatops_variables_create(policy->arena, policy->root);

    if (hidden == NULL || variables == NULL) {
        return CHATOPS_ERROR;
    }

    list = chatops_yaml_get(chatops_yaml_get(policy->ci->root, "workflow"),
                            "rules");

    if (chatops_policy_hide(policy, hidden, list, 0) != CHATOPS_OK
        || chatops_policy_number(policy, variables, "CI_NODE_TOTAL", 1)
           != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    chatops_variables_over(variables, hidden);

    memset(scope, 0, sizeof(chatops_scope_t));

    scope->variables = variables;

    return CHATOPS_OK;
}


static int
chatops_policy_hide(chatops_policy_t *policy, chatops_variables_t *set,
    const chatops_yaml_node_t *node, unsigned depth)
{
    size_t                i, n;
    chatops_str_t         name;
    const chatops_str_t  *text;

    if (node == NULL || depth == CHATOPS_POLICY_MAX_DEPTH
        || !chatops_statements_spend(&policy->statements, 16))
    {
        return CHATOPS_OK;
    }

    if (node->type == CHATOPS_YAML_SEQUENCE) {

        for (i = 0; i < node->count; i++) {
            if (chatops_policy_hide(policy, set, node->items[i], depth + 1)
                != CHATOPS_OK)
            {
                return CHATOPS_ERROR;
            }
        }

        return CHATOPS_OK;
    }

    node = chatops_yaml_get(node, "if");

    if (node == NULL || node->type != CHATOPS_YAML_SCALAR
        || !chatops_statements_spend(&policy->statements, node->value.len))
    {
        return CHATOPS_OK;
    }

    text = &node->value;

    for (i = 0; i < text->len; i += n) {
        n = text->data[i] == '$' ? chatops_policy_word(text, i + 1) : 0;

        name = chatops_strn(&text->data[i] + 1, n);
        n++;

        if ((chatops_str_starts(&name, "CI_JOB")
             || chatops_str_starts(&name, "CI_BUILD"))
            && chatops_variables_set_undefined(set, &name) != CHATOPS_OK)
        {
            return CHATOPS_ERROR;
        }
    }

    return CHATOPS_OK;
}


static size_t
chatops_policy_word(const chatops_str_t *text, size_t i)
{
    u_char  ch;
    size_t  n;

    for (n = 0; i + n < text->len; n++) {
        ch = text->data[i + n];

        if (!((ch | 0x20) >= 'a' && (ch | 0x20) <= 'z') && ch != '_'
            && !(ch >= '0' && ch <= '9'))
        {
            break;
        }
    }

    return n;
}


int
chatops_policy_share(chatops_policy_t *policy)
{
    policy->shared = chatops_variables_create(policy->arena, policy->root);

    if (policy->shared == NULL) {
        return CHATOPS_ERROR;
    }

    chatops_variables_over(policy->shared, policy->source->given);

    return CHATOPS_OK;
}


void
chatops_policy_of_job(const chatops_policy_job_t *own,
    chatops_scope_t *scope)
{
    memset(scope, 0, sizeof(chatops_scope_t));

    scope->make = chatops_policy_make;
    scope->data = own;

    if (chatops_policy_inherits(own->job)) {
        scope->shared = own->policy->shared;
        scope->is_own = chatops_policy_is_own;
    }
}


/* Does it get all of the globals? */

static int
chatops_policy_inherits(const chatops_ci_job_t *job)
{
    const chatops_yaml_node_t  *inherit;

    inherit = chatops_yaml_get(chatops_yaml_get(job->node, "inherit"),
                               "variables");

    return chatops_yaml_is_null(inherit) || chatops_yaml_is_true(inherit);
}


static int
chatops_policy_is_own(const void *data, const chatops_str_t *name)
{
    const chatops_ci_job_t      *job;
    const chatops_policy_job_t  *own;

    own = data;
    job = own->job;

    return chatops_policy_is_predefined(name)
           || chatops_yaml_find(job->matrix, name) != NULL
           || chatops_yaml_find(chatops_yaml_get(job->node, "variables"),
                                name)
              != NULL;
}


/* Those of the job stand over the globals, those of its matrix over both. */

static chatops_variables_t *
chatops_policy_make(const void *data)
{
    chatops_policy_t            *policy;
    chatops_variables_t         *variables;
    const chatops_ci_job_t      *job;
    const chatops_policy_job_t  *own;

    own = data;
    job = own->job;
    policy = own->policy;

    if (chatops_policy_inherit(policy, job, &variables) != CHATOPS_OK
        || chatops_policy_predefine(policy, variables, job) != CHATOPS_OK
        || chatops_policy_set(policy, variables,
                              chatops_yaml_get(job->node, "variables"), NULL,
                              CHATOPS_POLICY_GIVE)
           != CHATOPS_OK
        || chatops_policy_set(policy, variables, job->matrix, NULL,
                              CHATOPS_POLICY_GIVE)
           != CHATOPS_OK)
    {
        return NULL;
    }

    chatops_variables_over(variables, policy->source->given);

    return variables;
}


static int
chatops_policy_inherit(chatops_policy_t *policy, const chatops_ci_job_t *job,
    chatops_variables_t **variables)
{
    const chatops_yaml_node_t  *inherit;

    if (chatops_policy_inherits(job)) {
        *variables = chatops_variables_create(policy->arena, policy->root);
        return *variables == NULL ? CHATOPS_ERROR : CHATOPS_OK;
    }

    *variables = chatops_variables_create(policy->arena, policy->base);

    if (*variables == NULL) {
        return CHATOPS_ERROR;
    }

    inherit = chatops_yaml_get(chatops_yaml_get(job->node, "inherit"),
                               "variables");

    if (inherit->type != CHATOPS_YAML_SEQUENCE) {
        return CHATOPS_OK;
    }

    if (chatops_policy_set(policy, *variables,
                           chatops_yaml_get(policy->ci->root, "variables"),
                           inherit, CHATOPS_POLICY_GIVE)
        != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    return chatops_policy_workflow_sets(policy, *variables, inherit);
}


chatops_yaml_node_t *
chatops_policy_variables(chatops_arena_t *arena, const chatops_ci_t *ci,
    const chatops_ci_job_t *job, const chatops_verdict_t *verdict)
{
    chatops_yaml_node_t  *all;

    all = chatops_yaml_merge(arena, chatops_yaml_get(ci->root, "variables"),
                             chatops_yaml_get(verdict->workflow_rule,
                                              "variables"));

    if (all != NULL) {
        all = chatops_policy_inherited(arena, job->node, all);
    }

    if (all != NULL) {
        all = chatops_yaml_merge(arena, all,
                                 chatops_yaml_get(job->node, "variables"));
    }

    if (all != NULL) {
        all = chatops_yaml_merge(arena, all, job->matrix);
    }

    if (all != NULL) {
        all = chatops_yaml_merge(arena, all,
                                 chatops_yaml_get(verdict->rule,
                                                  "variables"));
    }

    return all;
}


static chatops_yaml_node_t *
chatops_policy_inherited(chatops_arena_t *arena,
    const chatops_yaml_node_t *job, chatops_yaml_node_t *variables)
{
    size_t                      i, k, n;
    chatops_str_t               name, value;
    chatops_variables_t        *names;
    const chatops_yaml_node_t  *inherit;

    inherit = chatops_yaml_get(chatops_yaml_get(job, "inherit"), "variables");

    if (chatops_yaml_is_null(inherit) || chatops_yaml_is_true(inherit)) {
        return variables;
    }

    names = chatops_variables_create(arena, NULL);

    if (names == NULL) {
        return NULL;
    }

    n = inherit->type == CHATOPS_YAML_SEQUENCE ? inherit->count : 0;

    for (i = 0; i < n; i++) {
        name = inherit->items[i]->value;

        if (chatops_variables_set(names, &name, &name) != CHATOPS_OK) {
            return NULL;
        }
    }

    for (i = 0, k = 0; i < variables->count; i++) {
        if (chatops_variables_get(names, &variables->pairs[i].key->value,
                                  &value)
            == CHATOPS_YES)
        {
            variables->pairs[k++] = variables->pairs[i];
        }
    }

    variables->count = k;

    return chatops_yaml_unique(arena, variables) == CHATOPS_OK ? variables
                                                               : NULL;
}
