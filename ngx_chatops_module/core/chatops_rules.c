
#include "chatops_expand.h"
#include "chatops_rules.h"


#define CHATOPS_RULES_MAX_DEPTH   64
#define CHATOPS_RULES_MAX_STEPS   10000
#define CHATOPS_RULES_MAX_NODES   200      /* of two that are compared */


typedef struct {
    const chatops_rules_t    *rules;
    chatops_rules_result_t   *result;
    size_t                    number;
    size_t                    visits;
    unsigned                  settled:1;   /* one wins for sure */
} chatops_rules_walk_t;


static int chatops_rules_visit(chatops_rules_walk_t *walk,
    const chatops_yaml_node_t *node, unsigned depth);
static int chatops_rules_rule(chatops_rules_walk_t *walk,
    const chatops_yaml_node_t *rule);
static int chatops_rules_clause(chatops_rules_walk_t *walk,
    const chatops_yaml_pair_t *pair, chatops_truth_e *truth);
static int chatops_rules_if(chatops_rules_walk_t *walk,
    const chatops_yaml_node_t *node, chatops_truth_e *truth);
static chatops_truth_e chatops_rules_changes(chatops_rules_walk_t *walk,
    const chatops_yaml_node_t *node);
static int chatops_rules_exists(chatops_rules_walk_t *walk,
    const chatops_yaml_node_t *node, chatops_truth_e *truth);
static int chatops_rules_file(chatops_rules_walk_t *walk,
    const chatops_yaml_node_t *node, chatops_truth_e *truth);
static void chatops_rules_maybe(chatops_rules_walk_t *walk,
    const chatops_yaml_node_t *rule);
static void chatops_rules_why(chatops_rules_walk_t *walk, const char *why);
static void chatops_rules_conclude(chatops_rules_walk_t *walk);
static chatops_str_t chatops_rules_when(const chatops_rules_t *rules,
    const chatops_yaml_node_t *rule);
static int chatops_rules_same(const chatops_yaml_node_t *one,
    const chatops_yaml_node_t *two);
static int chatops_rules_equal(const chatops_yaml_node_t *one,
    const chatops_yaml_node_t *two, size_t *nodes);
static const chatops_yaml_node_t *chatops_rules_nth(
    const chatops_yaml_node_t *node, size_t *number, size_t *visits,
    unsigned depth);


int
chatops_rules_evaluate(const chatops_rules_t *rules,
    const chatops_yaml_node_t *list, chatops_rules_result_t *result)
{
    chatops_rules_walk_t  walk;

    memset(result, 0, sizeof(chatops_rules_result_t));
    memset(&walk, 0, sizeof(chatops_rules_walk_t));

    walk.rules = rules;
    walk.result = result;

    if (chatops_rules_visit(&walk, list, 0) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    if (!walk.settled) {
        chatops_rules_maybe(&walk, NULL);
    }

    chatops_rules_conclude(&walk);

    return CHATOPS_OK;
}


static int
chatops_rules_visit(chatops_rules_walk_t *walk,
    const chatops_yaml_node_t *node, unsigned depth)
{
    int     rc;
    size_t  i;

    if (depth == CHATOPS_RULES_MAX_DEPTH
        || walk->visits++ == CHATOPS_RULES_MAX_STEPS
        || !chatops_statements_spend(walk->rules->statements, 16))
    {
        chatops_rules_why(walk, "is one of too many");
        chatops_rules_maybe(walk, node);
        walk->settled = 1;
        walk->result->nmaybes = CHATOPS_RULES_MAX_MAYBES;
        return CHATOPS_OK;
    }

    if (node->type != CHATOPS_YAML_SEQUENCE) {
        walk->number++;
        return chatops_rules_rule(walk, node);
    }

    for (i = 0; i < node->count; i++) {
        rc = chatops_rules_visit(walk, node->items[i], depth + 1);

        if (rc != CHATOPS_OK || walk->settled) {
            return rc;
        }
    }

    return CHATOPS_OK;
}


static int
chatops_rules_rule(chatops_rules_walk_t *walk,
    const chatops_yaml_node_t *rule)
{
    size_t           i;
    chatops_truth_e  all, one;

    all = CHATOPS_YES;

    if (rule->type != CHATOPS_YAML_MAPPING) {
        chatops_rules_why(walk, "is not understood");
        all = CHATOPS_UNKNOWN;
    }

    for (i = 0; rule->type == CHATOPS_YAML_MAPPING && i < rule->count; i++) {

        if (chatops_rules_clause(walk, &rule->pairs[i], &one) != CHATOPS_OK) {
            return CHATOPS_ERROR;
        }

        all = chatops_truth_and(all, one);

        if (all == CHATOPS_NO) {
            break;
        }
    }

    if (all == CHATOPS_NO) {

        /* what has made it a maybe does not matter any more */

        if (walk->result->nmaybes == 0) {
            walk->result->variable = chatops_str(NULL);
            walk->result->why = NULL;
        }

        return CHATOPS_OK;
    }

    chatops_rules_maybe(walk, rule);
    walk->settled = all == CHATOPS_YES
                    || walk->result->nmaybes == CHATOPS_RULES_MAX_MAYBES;

    return CHATOPS_OK;
}


/* A key that is no clause is satisfied, and so is a clause of null. */

static int
chatops_rules_clause(chatops_rules_walk_t *walk,
    const chatops_yaml_pair_t *pair, chatops_truth_e *truth)
{
    const chatops_str_t  *key;

    *truth = CHATOPS_YES;

    if (pair->key->type != CHATOPS_YAML_SCALAR
        || chatops_yaml_is_null(pair->value))
    {
        return CHATOPS_OK;
    }

    key = &pair->key->value;

    if (chatops_str_is(key, "if")) {
        return chatops_rules_if(walk, pair->value, truth);
    }

    if (chatops_str_is(key, "changes")) {
        *truth = chatops_rules_changes(walk, pair->value);

    } else if (chatops_str_is(key, "exists")) {
        return chatops_rules_exists(walk, pair->value, truth);
    }

    return CHATOPS_OK;
}


static int
chatops_rules_if(chatops_rules_walk_t *walk, const chatops_yaml_node_t *node,
    chatops_truth_e *truth)
{
    chatops_result_t  result;

    if (node->type != CHATOPS_YAML_SCALAR || node->tag.len) {
        chatops_rules_why(walk, "has an `if` that is not understood");
        *truth = CHATOPS_UNKNOWN;
        return CHATOPS_OK;
    }

    if (chatops_statements_evaluate(walk->rules->statements, &node->value,
                                    walk->rules->scope, &result)
        != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    *truth = result.truth;

    if (result.truth == CHATOPS_UNKNOWN) {

        if (walk->result->why == NULL && walk->result->variable.len == 0) {
            walk->result->variable = result.variable;
        }

        if (result.variable.len == 0) {
            chatops_rules_why(walk, "has a pattern that takes too long");
        }
    }

    return CHATOPS_OK;
}


/*
 * A pipeline from chat or the API has no commit before it that its files
 * could be compared with; then the clause is true.
 */

static chatops_truth_e
chatops_rules_changes(chatops_rules_walk_t *walk,
    const chatops_yaml_node_t *node)
{
    if (chatops_yaml_is_null(chatops_yaml_get(node, "compare_to"))) {
        return CHATOPS_YES;
    }

    chatops_rules_why(walk, "compares the files with those of another commit, "
                      "which only GitLab can do");

    return CHATOPS_UNKNOWN;
}


static int
chatops_rules_exists(chatops_rules_walk_t *walk,
    const chatops_yaml_node_t *node, chatops_truth_e *truth)
{
    size_t                      i;
    chatops_truth_e             one;
    const chatops_yaml_node_t  *paths;

    *truth = CHATOPS_NO;
    paths = node;

    if (node->type == CHATOPS_YAML_MAPPING) {
        paths = chatops_yaml_get(node, "paths");
    }

    if (chatops_yaml_is_null(paths)) {
        return CHATOPS_OK;
    }

    if (paths->type == CHATOPS_YAML_SEQUENCE && paths->count == 0) {
        return CHATOPS_OK;
    }

    if (!chatops_yaml_is_null(chatops_yaml_get(node, "project"))) {
        chatops_rules_why(walk, "asks which files there are in another "
                          "project");
        *truth = CHATOPS_UNKNOWN;
        return CHATOPS_OK;
    }

    if (paths->type == CHATOPS_YAML_SCALAR) {
        return chatops_rules_file(walk, paths, truth);
    }

    for (i = 0; i < paths->count && *truth != CHATOPS_YES; i++) {

        one = CHATOPS_UNKNOWN;

        if (paths->type == CHATOPS_YAML_SEQUENCE
            && chatops_rules_file(walk, paths->items[i], &one) != CHATOPS_OK)
        {
            return CHATOPS_ERROR;
        }

        *truth = chatops_truth_or(*truth, one);
    }

    return CHATOPS_OK;
}


static int
chatops_rules_file(chatops_rules_walk_t *walk,
    const chatops_yaml_node_t *node, chatops_truth_e *truth)
{
    int                     rc;
    chatops_str_t           pattern;
    const chatops_rules_t  *rules;

    rules = walk->rules;
    *truth = CHATOPS_UNKNOWN;

    if (rules->exists == NULL || node->type != CHATOPS_YAML_SCALAR
        || !chatops_statements_spend(rules->statements, 64 + node->value.len))
    {
        chatops_rules_why(walk, "asks which files there are");
        return CHATOPS_OK;
    }

    if (chatops_expand_is_needed(&node->value)
        && chatops_scope_make(rules->scope) != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    rc = chatops_expand(rules->statements->arena, &node->value,
                        rules->scope->variables, 1, &pattern);

    if (rc == CHATOPS_OK) {
        *truth = rules->exists(rules->data, &pattern);
    }

    if (rc == CHATOPS_DECLINED || *truth == CHATOPS_UNKNOWN) {
        chatops_rules_why(walk, "asks which files there are");
    }

    return rc == CHATOPS_ERROR ? CHATOPS_ERROR : CHATOPS_OK;
}


/* One that may win, or surely does; NULL: none wins. */

static void
chatops_rules_maybe(chatops_rules_walk_t *walk,
    const chatops_yaml_node_t *rule)
{
    chatops_rules_result_t  *result;

    result = walk->result;

    if (result->nmaybes == 0) {
        result->rule = rule;
        result->number = rule == NULL ? 0 : walk->number;
        result->when = chatops_rules_when(walk->rules, rule);
    }

    if (result->nmaybes < CHATOPS_RULES_MAX_MAYBES) {
        result->maybes[result->nmaybes++] = rule;
    }
}


static void
chatops_rules_why(chatops_rules_walk_t *walk, const char *why)
{
    if (walk->result->why == NULL && walk->result->variable.len == 0) {
        walk->result->why = why;
    }
}


static void
chatops_rules_conclude(chatops_rules_walk_t *walk)
{
    size_t                   i;
    unsigned                 never, one;
    chatops_str_t            when;
    chatops_rules_result_t  *result;

    result = walk->result;

    never = chatops_str_is(&result->when, "never");
    result->included = never ? CHATOPS_NO : CHATOPS_YES;

    if (result->nmaybes == CHATOPS_RULES_MAX_MAYBES) {
        result->included = CHATOPS_UNKNOWN;
        return;
    }

    for (i = 1; i < result->nmaybes; i++) {
        when = chatops_rules_when(walk->rules, result->maybes[i]);
        one = chatops_str_is(&when, "never");

        if (one != never || !chatops_str_eq(&when, &result->when)) {
            result->included = CHATOPS_UNKNOWN;
            return;
        }

        if (!never && !chatops_rules_same(result->rule, result->maybes[i])) {
            result->unsure = 1;
        }
    }
}


static chatops_str_t
chatops_rules_when(const chatops_rules_t *rules,
    const chatops_yaml_node_t *rule)
{
    const chatops_yaml_node_t  *when;

    if (rule == NULL) {
        return chatops_str("never");
    }

    when = chatops_yaml_get(rule, "when");

    return chatops_yaml_is_null(when) ? rules->when : when->value;
}


/* Do both set the same beside `when`? */

static int
chatops_rules_same(const chatops_yaml_node_t *one,
    const chatops_yaml_node_t *two)
{
    size_t  i, nodes;

    static const char *const  keys[] = {
        "start_in", "allow_failure", "variables", "needs", "interruptible",
        NULL
    };

    nodes = CHATOPS_RULES_MAX_NODES;

    for (i = 0; keys[i] != NULL; i++) {
        if (!chatops_rules_equal(chatops_yaml_get(one, keys[i]),
                                 chatops_yaml_get(two, keys[i]), &nodes))
        {
            return 0;
        }
    }

    return 1;
}


/* 0 also when there are too many nodes to tell. */

static int
chatops_rules_equal(const chatops_yaml_node_t *one,
    const chatops_yaml_node_t *two, size_t *nodes)
{
    size_t  i;

    if (one == two || (chatops_yaml_is_null(one) && chatops_yaml_is_null(two)))
    {
        return 1;
    }

    if (chatops_yaml_is_null(one) || chatops_yaml_is_null(two)
        || one->type != two->type || one->count != two->count
        || !chatops_str_eq(&one->value, &two->value)
        || !chatops_str_eq(&one->tag, &two->tag)
        || one->plain != two->plain || *nodes == 0)
    {
        return 0;
    }

    (*nodes)--;

    for (i = 0; i < one->count; i++) {

        if (one->type == CHATOPS_YAML_SEQUENCE) {

            if (!chatops_rules_equal(one->items[i], two->items[i], nodes)) {
                return 0;
            }

            continue;
        }

        if (!chatops_rules_equal(one->pairs[i].key, two->pairs[i].key, nodes)
            || !chatops_rules_equal(one->pairs[i].value, two->pairs[i].value,
                                    nodes))
        {
            return 0;
        }
    }

    return 1;
}


const chatops_yaml_node_t *
chatops_rules_find(const chatops_yaml_node_t *list, size_t number)
{
    size_t  visits;

    visits = CHATOPS_RULES_MAX_STEPS;

    return list == NULL ? NULL : chatops_rules_nth(list, &number, &visits, 0);
}


static const chatops_yaml_node_t *
chatops_rules_nth(const chatops_yaml_node_t *node, size_t *number,
    size_t *visits, unsigned depth)
{
    size_t                      i;
    const chatops_yaml_node_t  *rule;

    if (*visits == 0 || depth == CHATOPS_RULES_MAX_DEPTH) {
        return NULL;
    }

    (*visits)--;

    if (node->type != CHATOPS_YAML_SEQUENCE) {
        return --*number == 0 ? node : NULL;
    }

    for (i = 0; i < node->count && *number != 0; i++) {
        rule = chatops_rules_nth(node->items[i], number, visits, depth + 1);

        if (rule != NULL) {
            return rule;
        }
    }

    return NULL;
}
