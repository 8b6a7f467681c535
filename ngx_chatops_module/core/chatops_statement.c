
#include "chatops_statement.h"


struct chatops_statement_s {
    chatops_str_t           text;
    chatops_expression_t   *expression;    /* NULL: it is none */
    chatops_regex_t        *regex;         /* of a lone pattern, or NULL */
    const char             *why;
    chatops_result_t        shared;        /* for all jobs */
    unsigned                is_known:1;    /* shared is */
    unsigned                pattern:1;     /* not an expression */
    chatops_statement_t    *next;
};


static int chatops_statement_evaluate(chatops_statements_t *statements,
    const chatops_statement_t *statement,
    const chatops_variables_t *variables, chatops_result_t *result);
static chatops_statement_t *chatops_statement_get(
    chatops_statements_t *statements, const chatops_str_t *text,
    unsigned pattern);
static int chatops_statement_read(chatops_statements_t *statements,
    chatops_statement_t *statement);
static size_t chatops_statements_left(const chatops_statements_t *statements);
static void chatops_statements_took(chatops_statements_t *statements,
    size_t before, size_t left);
static size_t chatops_statement_slot(const chatops_str_t *text);


void
chatops_statements_init(chatops_statements_t *statements,
    chatops_arena_t *arena)
{
    memset(statements, 0, sizeof(chatops_statements_t));

    statements->arena = arena;
    statements->steps = CHATOPS_STATEMENT_STEPS;
}


int
chatops_statements_spend(chatops_statements_t *statements, size_t steps)
{
    if (steps >= statements->steps) {
        statements->steps = 0;
        return 0;
    }

    statements->steps -= steps;

    return 1;
}


int
chatops_statements_evaluate(chatops_statements_t *statements,
    const chatops_str_t *text, chatops_scope_t *scope,
    chatops_result_t *result)
{
    chatops_statement_t  *statement;

    memset(result, 0, sizeof(chatops_result_t));

    result->value.type = CHATOPS_VALUE_UNKNOWN;
    result->truth = CHATOPS_UNKNOWN;

    if (!chatops_statements_spend(statements,
                                  64 + CHATOPS_STATEMENT_STEP * text->len))
    {
        return CHATOPS_OK;
    }

    statement = chatops_statement_get(statements, text, 0);

    if (statement == NULL) {
        return CHATOPS_ERROR;
    }

    if (chatops_statements_left(statements) == 0) {
        return CHATOPS_OK;
    }

    if (statement->expression == NULL) {
        memset(result, 0, sizeof(chatops_result_t));
        result->error = statement->why;
        return CHATOPS_OK;
    }

    if (scope->shared == NULL
        || chatops_expression_has(statement->expression, scope->is_own,
                                  scope->data))
    {
        return chatops_scope_make(scope) != CHATOPS_OK
               ? CHATOPS_ERROR
               : chatops_statement_evaluate(statements, statement,
                                            scope->variables, result);
    }

    if (!statement->is_known) {

        if (chatops_statement_evaluate(statements, statement, scope->shared,
                                       &statement->shared)
            != CHATOPS_OK)
        {
            return CHATOPS_ERROR;
        }

        statement->is_known = 1;
    }

    *result = statement->shared;

    return CHATOPS_OK;
}


int
chatops_scope_make(chatops_scope_t *scope)
{
    if (scope->variables == NULL) {
        scope->variables = scope->make(scope->data);
    }

    return scope->variables == NULL ? CHATOPS_ERROR : CHATOPS_OK;
}


static int
chatops_statement_evaluate(chatops_statements_t *statements,
    const chatops_statement_t *statement,
    const chatops_variables_t *variables, chatops_result_t *result)
{
    int     rc;
    size_t  before, left;

    (void) chatops_statements_spend(statements, statements->longest);

    before = chatops_statements_left(statements);

    if (before == 0) {
        result->value.type = CHATOPS_VALUE_UNKNOWN;
        result->truth = CHATOPS_UNKNOWN;
        return CHATOPS_OK;
    }

    left = before;
    rc = chatops_expression_evaluate_within(statement->expression, variables,
                                            &left, result);

    chatops_statements_took(statements, before, left);

    return rc;
}


int
chatops_statements_match(chatops_statements_t *statements,
    const chatops_str_t *pattern, const chatops_str_t *text,
    chatops_truth_e *truth)
{
    size_t                before, left;
    chatops_statement_t  *statement;

    *truth = CHATOPS_UNKNOWN;

    statement = chatops_statement_get(statements, pattern, 1);

    if (statement == NULL) {
        return CHATOPS_ERROR;
    }

    before = chatops_statements_left(statements);

    if (before == 0) {
        return CHATOPS_OK;
    }

    if (statement->regex == NULL) {
        return CHATOPS_DECLINED;
    }

    left = before;
    *truth = chatops_regex_match_within(statement->regex, text, &left);

    chatops_statements_took(statements, before, left);

    return CHATOPS_OK;
}


/* For patterns, in their steps. */

static size_t
chatops_statements_left(const chatops_statements_t *statements)
{
    size_t  left;

    left = statements->steps / CHATOPS_STATEMENT_STEP;

    return left < CHATOPS_REGEX_MAX_STEPS ? left : CHATOPS_REGEX_MAX_STEPS;
}


static void
chatops_statements_took(chatops_statements_t *statements, size_t before,
    size_t left)
{
    (void) chatops_statements_spend(statements, (before - left)
                                                * CHATOPS_STATEMENT_STEP);
}


/*
 * All may have been chosen so that they share a slot, so the way through it
 * has its price.  Without the steps for it, it is not read.
 */

static chatops_statement_t *
chatops_statement_get(chatops_statements_t *statements,
    const chatops_str_t *text, unsigned pattern)
{
    size_t                 way;
    chatops_statement_t   *statement, **slot;

    slot = &statements->slots[chatops_statement_slot(text)];
    way = 0;

    for (statement = *slot; statement != NULL; statement = statement->next) {
        way += CHATOPS_STATEMENT_WAY;

        if (statement->pattern == pattern
            && chatops_str_eq(&statement->text, text))
        {
            break;
        }
    }

    (void) chatops_statements_spend(statements, way);

    if (statement != NULL) {
        return statement;
    }

    statement = chatops_pcalloc(statements->arena,
                                sizeof(chatops_statement_t));

    if (statement == NULL) {
        return NULL;
    }

    statement->text = *text;
    statement->pattern = pattern;

    if (chatops_statement_read(statements, statement) == CHATOPS_ERROR) {
        return NULL;
    }

    statement->next = *slot;
    *slot = statement;

    return statement;
}


static int
chatops_statement_read(chatops_statements_t *statements,
    chatops_statement_t *statement)
{
    int                   rc;
    size_t                steps;
    const chatops_str_t  *text;

    text = &statement->text;
    steps = text->len;

    if (statement->pattern || chatops_str_find(text, 0, "~", 1) != NULL) {
        steps = chatops_regex_parse_steps(text);
    }

    if (!chatops_statements_spend(statements,
                                  steps * CHATOPS_STATEMENT_STEP))
    {
        return CHATOPS_OK;
    }

    if (statement->pattern) {
        rc = chatops_regex_parse(statements->arena, text, &statement->regex,
                                 &statement->why);

        if (rc == CHATOPS_DECLINED) {
            statement->regex = NULL;
        }

        return rc;
    }

    rc = chatops_expression_parse(statements->arena, text,
                                  &statement->expression, &statement->why);

    if (rc == CHATOPS_DECLINED) {
        statement->expression = NULL;
    }

    return rc;
}


/* FNV-1a */

static size_t
chatops_statement_slot(const chatops_str_t *text)
{
    size_t    i;
    uint32_t  hash;

    hash = 2166136261u;

    for (i = 0; i < text->len; i++) {
        hash = (hash ^ text->data[i]) * 16777619u;
    }

    return (hash ^ hash >> 16) % CHATOPS_STATEMENT_SLOTS;
}
