#include "chatops_policy.h"


#define CHATOPS_POLICY_MAX_REASON  1024
#define CHATOPS_POLICY_MAX_NAME    80


typedef struct {
    chatops_arena_t         *arena;
    const chatops_ci_t      *ci;
    const chatops_ci_job_t  *job;
    const chatops_source_t  *source;
    chatops_verdict_t       *verdict;
} chatops_policy_t;


static int chatops_policy_workflow(chatops_policy_t *policy);
static int chatops_policy_conditions(chatops_policy_t *policy);
static int chatops_policy_rules(chatops_policy_t *policy);
static int chatops_policy_only(chatops_policy_t *policy);
static int chatops_policy_except(chatops_policy_t *policy);
static int chatops_policy_when(chatops_policy_t *policy);
static int chatops_policy_needs(chatops_policy_t *policy);
static const chatops_yaml_node_t *chatops_policy_first_rule(
    const chatops_yaml_node_t *rules, const char *const *keys);
static chatops_truth_e chatops_policy_refs(
    const chatops_source_t *source, const chatops_yaml_node_t *refs,
    chatops_str_t *name);
static chatops_truth_e chatops_policy_ref(
    const chatops_source_t *source, const chatops_str_t *pattern);
static int chatops_policy_is_source(const chatops_source_t *source,
    const chatops_str_t *pattern);
static int chatops_policy_other_specs(const chatops_yaml_node_t *node);
static int chatops_policy_answer(chatops_policy_t *policy,
    chatops_truth_e allowed, const char *text, const chatops_str_t *name,
    const char *rest);


/*
 * Each step below either leaves the verdict at yes, or settles it together
 * with the reason; the steps after it are then left out.
 */

int
chatops_policy_evaluate(chatops_arena_t *arena, const chatops_ci_t *ci,
    const chatops_ci_job_t *job, const chatops_source_t *source,
    chatops_verdict_t *verdict)
{
    int               rc;
    size_t            i;
    chatops_policy_t  policy;

    static int (*const  steps[])(chatops_policy_t *policy) = {
        chatops_policy_conditions,
        chatops_policy_when,
        chatops_policy_needs,
        chatops_policy_workflow
    };

    memset(verdict, 0, sizeof(chatops_verdict_t));

    verdict->allowed = CHATOPS_YES;
    verdict->alone = CHATOPS_YES;
    verdict->when = job->when;

    policy.arena = arena;
    policy.ci = ci;
    policy.job = job;
    policy.source = source;
    policy.verdict = verdict;

    if (job->hidden) {
        return chatops_policy_answer(&policy, CHATOPS_NO,
                                     "it is hidden: its name starts with a dot",
                                     NULL, "");
    }

    if (job->bridge) {
        return chatops_policy_answer(&policy, CHATOPS_NO,
                                     "it is a `trigger:` job that starts "
                                     "another pipeline", NULL, "");
    }

    if (job->unresolved) {
        return chatops_policy_answer(&policy, CHATOPS_UNKNOWN,
                                     "it uses `extends`, `!reference` or "
                                     "inputs, which only GitLab can resolve, "
                                     "and GitLab did not", NULL, "");
    }

    if (!chatops_yaml_is_null(chatops_yaml_get(job->node, "parallel"))) {
        return chatops_policy_answer(&policy, CHATOPS_NO,
                                     "it says `parallel`, so that GitLab "
                                     "would start several jobs", NULL, "");
    }

    for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        rc = steps[i](&policy);

        if (rc != CHATOPS_OK || verdict->allowed != CHATOPS_YES) {
            return rc;
        }
    }

    if (ci->includes) {
        return chatops_policy_answer(&policy, CHATOPS_UNKNOWN,
                                     "the configuration has `include`, which "
                                     "only GitLab can resolve, and GitLab did "
                                     "not", NULL, "");
    }

    return CHATOPS_OK;
}


static int
chatops_policy_conditions(chatops_policy_t *policy)
{
    int                      rc;
    const chatops_ci_job_t  *job;

    job = policy->job;

    if (job->has_rules && (job->has_only || job->has_except)) {
        return chatops_policy_answer(policy, CHATOPS_UNKNOWN,
                                     "it has `rules` together with `only` or "
                                     "`except`, which GitLab does not allow",
                                     NULL, "");
    }

    if (job->has_rules) {
        return chatops_policy_rules(policy);
    }

    if (job->has_except) {
        rc = chatops_policy_except(policy);

        if (rc != CHATOPS_OK || policy->verdict->allowed == CHATOPS_NO) {
            return rc;
        }
    }

    /* what only says for sure weighs more than an except not understood */

    if (job->has_only) {
        return chatops_policy_only(policy);
    }

    return CHATOPS_OK;
}


/*
 * The first rule wins when it has no conditions.  The place for those that
 * have: doc/ci/jobs/job_rules.md.
 */

static int
chatops_policy_rules(chatops_policy_t *policy)
{
    const chatops_yaml_node_t  *node, *rule;

    static const char *const  keys[] = {
        "when", "start_in", "allow_failure", "variables", "needs",
        "interruptible", "auto_cancel", NULL
    };

    node = chatops_yaml_get(policy->job->node, "rules");

    if (node->type == CHATOPS_YAML_SEQUENCE && node->count == 0) {
        return chatops_policy_answer(policy, CHATOPS_NO,
                                     "its `rules` are empty", NULL, "");
    }

    rule = chatops_policy_first_rule(node, keys);

    if (rule == NULL) {
        return chatops_policy_answer(policy, CHATOPS_UNKNOWN,
                                     "it has `rules` with conditions, which "
                                     "are not understood yet", NULL, "");
    }

    policy->verdict->rule = rule;

    node = chatops_yaml_get(rule, "when");

    if (!chatops_yaml_is_null(node)) {
        policy->verdict->when = node->value;
    }

    return CHATOPS_OK;
}


static int
chatops_policy_except(chatops_policy_t *policy)
{
    chatops_str_t               name;
    chatops_truth_e             truth;
    const chatops_yaml_node_t  *node, *refs;

    node = chatops_yaml_get(policy->job->node, "except");
    refs = node;

    if (node->type == CHATOPS_YAML_MAPPING) {
        refs = chatops_yaml_get(node, "refs");
    }

    truth = CHATOPS_NO;

    if (!chatops_yaml_is_null(refs)) {
        truth = chatops_policy_refs(policy->source, refs, &name);
    }

    if (truth == CHATOPS_YES) {
        return chatops_policy_answer(policy, CHATOPS_NO,
                                     "its `except` list names `", &name, "`");
    }

    if (truth == CHATOPS_UNKNOWN || chatops_policy_other_specs(node)) {
        return chatops_policy_answer(policy, CHATOPS_UNKNOWN,
                                     "its `except` has more than names of "
                                     "branches and sources, which is not "
                                     "understood yet", NULL, "");
    }

    return CHATOPS_OK;
}


static int
chatops_policy_only(chatops_policy_t *policy)
{
    chatops_str_t               name;
    chatops_truth_e             truth;
    const chatops_yaml_node_t  *node, *refs;

    node = chatops_yaml_get(policy->job->node, "only");
    refs = node;

    if (node->type == CHATOPS_YAML_MAPPING) {
        refs = chatops_yaml_get(node, "refs");
    }

    truth = CHATOPS_YES;

    if (!chatops_yaml_is_null(refs)) {
        truth = chatops_policy_refs(policy->source, refs, &name);
    }

    if (truth == CHATOPS_NO) {
        return chatops_policy_answer(policy, CHATOPS_NO,
                                     "its `only` list names neither `chat` "
                                     "nor the branch `", &policy->source->ref,
                                     "`");
    }

    if (truth == CHATOPS_UNKNOWN || chatops_policy_other_specs(node)) {
        return chatops_policy_answer(policy, CHATOPS_UNKNOWN,
                                     "its `only` has more than names of "
                                     "branches and sources, which is not "
                                     "understood yet", NULL, "");
    }

    return CHATOPS_OK;
}


static int
chatops_policy_when(chatops_policy_t *policy)
{
    chatops_str_t  *when;

    when = &policy->verdict->when;

    if (chatops_str_is(when, "never")) {
        return chatops_policy_answer(policy, CHATOPS_NO,
                                     "it says `when: never`", NULL, "");
    }

    if (chatops_str_is(when, "on_failure")) {
        return chatops_policy_answer(policy, CHATOPS_NO,
                                     "it says `when: on_failure`, so that it "
                                     "runs only after another job has failed",
                                     NULL, "");
    }

    if (chatops_str_is(when, "manual")) {
        policy->verdict->manual = 1;
        return CHATOPS_OK;
    }

    if (chatops_str_is(when, "on_success") || chatops_str_is(when, "always")
        || chatops_str_is(when, "delayed"))
    {
        return CHATOPS_OK;
    }

    return chatops_policy_answer(policy, CHATOPS_UNKNOWN,
                                 "it says `when: ", when,
                                 "`, which is not understood");
}


static int
chatops_policy_needs(chatops_policy_t *policy)
{
    size_t                      i;
    const chatops_ci_need_t    *need;
    const chatops_yaml_node_t  *needs;

    needs = chatops_yaml_get(policy->verdict->rule, "needs");

    if (!chatops_yaml_is_null(needs)) {

        if (needs->type == CHATOPS_YAML_SEQUENCE && needs->count == 0) {
            return CHATOPS_OK;
        }

        return chatops_policy_answer(policy, CHATOPS_UNKNOWN,
                                     "its `rules` set `needs`, which is not "
                                     "understood yet", NULL, "");
    }

    for (i = 0; i < policy->job->nneeds; i++) {
        need = &policy->job->needs[i];

        if (need->optional) {
            continue;
        }

        if (need->job.len == 0) {
            return chatops_policy_answer(policy, CHATOPS_NO,
                                         "it needs other jobs, which would "
                                         "not be in the pipeline", NULL, "");
        }

        return chatops_policy_answer(policy, CHATOPS_NO, "it needs the job `",
                                     &need->job,
                                     "`, which would not be in the pipeline");
    }

    return CHATOPS_OK;
}


static int
chatops_policy_workflow(chatops_policy_t *policy)
{
    const chatops_yaml_node_t  *node, *rule;

    static const char *const  keys[] = {
        "when", "variables", "auto_cancel", NULL
    };

    if (!policy->ci->workflow_rules) {
        return CHATOPS_OK;
    }

    node = chatops_yaml_get(policy->ci->root, "workflow");
    rule = chatops_policy_first_rule(chatops_yaml_get(node, "rules"), keys);

    node = chatops_yaml_get(rule, "when");

    if (rule == NULL
        || (!chatops_yaml_is_null(node)
            && !chatops_str_is(&node->value, "always")
            && !chatops_str_is(&node->value, "never")))
    {
        return chatops_policy_answer(policy, CHATOPS_UNKNOWN,
                                     "the configuration has `workflow: rules` "
                                     "with conditions, which are not "
                                     "understood yet", NULL, "");
    }

    if (node != NULL && chatops_str_is(&node->value, "never")) {
        return chatops_policy_answer(policy, CHATOPS_NO,
                                     "the `workflow: rules` of the "
                                     "configuration allow no pipeline", NULL,
                                     "");
    }

    policy->verdict->workflow_rule = rule;

    return CHATOPS_OK;
}


/* NULL unless the first rule is made of these keys alone. */

static const chatops_yaml_node_t *
chatops_policy_first_rule(const chatops_yaml_node_t *rules,
    const char *const *keys)
{
    size_t                      i, k;
    const chatops_yaml_node_t  *key;

    while (rules != NULL && rules->type == CHATOPS_YAML_SEQUENCE) {
        rules = rules->count ? rules->items[0] : NULL;
    }

    if (rules == NULL || rules->type != CHATOPS_YAML_MAPPING
        || rules->count == 0)
    {
        return NULL;
    }

    for (i = 0; i < rules->count; i++) {
        key = rules->pairs[i].key;

        if (key->type != CHATOPS_YAML_SCALAR) {
            return NULL;
        }

        for (k = 0; keys[k] != NULL; k++) {
            if (chatops_str_is(&key->value, keys[k])) {
                break;
            }
        }

        if (keys[k] == NULL) {
            return NULL;
        }
    }

    return rules;
}


/* Does any of the patterns match?  `name` is the first that does. */

static chatops_truth_e
chatops_policy_refs(const chatops_source_t *source,
    const chatops_yaml_node_t *refs, chatops_str_t *name)
{
    size_t                      i;
    chatops_truth_e             one, truth;
    const chatops_yaml_node_t  *item;

    if (refs->type != CHATOPS_YAML_SEQUENCE || refs->tag.len) {
        return CHATOPS_UNKNOWN;
    }

    truth = CHATOPS_NO;

    for (i = 0; i < refs->count; i++) {
        item = refs->items[i];

        if (item->type != CHATOPS_YAML_SCALAR) {
            truth = CHATOPS_UNKNOWN;
            continue;
        }

        one = chatops_policy_ref(source, &item->value);

        if (one == CHATOPS_YES) {
            *name = item->value;
            return CHATOPS_YES;
        }

        if (one == CHATOPS_UNKNOWN) {
            truth = CHATOPS_UNKNOWN;
        }
    }

    return truth;
}


/*
 * A keyword, the source or its plural, a branch; `name@path` is for the
 * project of that path alone, which is not known here.
 */

static chatops_truth_e
chatops_policy_ref(const chatops_source_t *source,
    const chatops_str_t *pattern)
{
    u_char         *at;
    chatops_str_t   name;

    if (chatops_str_starts(pattern, "/")) {
        return CHATOPS_UNKNOWN;
    }

    name = *pattern;
    at = chatops_str_find(pattern, 0, "@", 1);

    if (at != NULL) {
        name.len = at - name.data;
    }

    if (chatops_str_is(&name, "branches")
        || chatops_policy_is_source(source, &name)
        || chatops_str_eq(&name, &source->ref))
    {
        return at == NULL ? CHATOPS_YES : CHATOPS_UNKNOWN;
    }

    return at != NULL && chatops_str_eq(pattern, &source->ref)
           ? CHATOPS_UNKNOWN : CHATOPS_NO;
}


static int
chatops_policy_is_source(const chatops_source_t *source,
    const chatops_str_t *pattern)
{
    size_t  len;

    len = source->source.len;

    if (len == 0 || pattern->len < len
        || memcmp(pattern->data, source->source.data, len) != 0)
    {
        return 0;
    }

    return pattern->len == len
           || (pattern->len == len + 1 && pattern->data[len] == 's');
}


/* The place for variables, changes and kubernetes. */

static int
chatops_policy_other_specs(const chatops_yaml_node_t *node)
{
    size_t                      i;
    const chatops_yaml_node_t  *key;

    for (i = 0; node->type == CHATOPS_YAML_MAPPING && i < node->count; i++) {
        key = node->pairs[i].key;

        if (key->type != CHATOPS_YAML_SCALAR
            || !chatops_str_is(&key->value, "refs"))
        {
            return 1;
        }
    }

    return 0;
}


/* `name` comes from the repository: it is cut, and loses its backticks. */

static int
chatops_policy_answer(chatops_policy_t *policy, chatops_truth_e allowed,
    const char *text, const chatops_str_t *name, const char *rest)
{
    size_t          i, len;
    chatops_buf_t   buf;

    policy->verdict->allowed = allowed;
    policy->verdict->alone = allowed;

    chatops_buf_init(&buf, policy->arena, CHATOPS_POLICY_MAX_REASON);
    chatops_buf_text(&buf, text);

    if (name != NULL) {
        len = chatops_utf8_clip(name->data, name->len,
                                CHATOPS_POLICY_MAX_NAME);

        for (i = 0; i < len; i++) {
            chatops_buf_char(&buf, name->data[i] == '`'
                                   || name->data[i] < ' '
                                   ? '\'' : name->data[i]);
        }

        if (len < name->len) {
            chatops_buf_text(&buf, "...");
        }
    }

    chatops_buf_text(&buf, rest);

    if (chatops_buf_finish(&buf, &policy->verdict->reason) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    policy->verdict->alone_reason = policy->verdict->reason;

    return CHATOPS_OK;
}
