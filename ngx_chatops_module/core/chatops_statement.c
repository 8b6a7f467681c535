
#include "chatops_statement.h"


struct chatops_statement_s {
    chatops_str_t           text;
    chatops_expression_t   *expression;    /* NULL: it is none */
    const char             *why;
    chatops_result_t        shared;        /* for all jobs */
    unsigned                is_known:1;    /* shared is */
    chatops_statement_t    *next;
};


static int chatops_statement_evaluate(chatops_statements_t *statements,
    const chatops_statement_t *statement,
    const chatops_variables_t *variables, chatops_result_t *result);
static chatops_statement_t *chatops_statement_get(
    chatops_statements_t *statements, const chatops_str_t *text);
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

    if (!chatops_statements_spend(statements, 64 + text->len)) {
        result->value.type = CHATOPS_VALUE_UNKNOWN;
        result->truth = CHATOPS_UNKNOWN;
        return CHATOPS_OK;
    }

    statement = chatops_statement_get(statements, text);

    if (statement == NULL) {
        return CHATOPS_ERROR;
    }

    if (statement->expression == NULL) {
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
    int  rc;

    if (!chatops_statements_spend(statements, statements->longest)) {
        result->value.type = CHATOPS_VALUE_UNKNOWN;
        result->truth = CHATOPS_UNKNOWN;
        return CHATOPS_OK;
    }

    rc = chatops_expression_evaluate(statements->arena, statement->expression,
                                     variables, result);

    if (rc == CHATOPS_OK && result->truth == CHATOPS_UNKNOWN
        && result->variable.len == 0)
    {
        (void) chatops_statements_spend(statements, CHATOPS_STATEMENT_SLOW);
    }

    return rc;
}


static chatops_statement_t *
chatops_statement_get(chatops_statements_t *statements,
    const chatops_str_t *text)
{
    int                    rc;
    chatops_statement_t   *statement, **slot;

    slot = &statements->slots[chatops_statement_slot(text)];

    for (statement = *slot; statement != NULL; statement = statement->next) {
        if (chatops_str_eq(&statement->text, text)) {
            return statement;
        }
    }

    statement = chatops_pcalloc(statements->arena,
                                sizeof(chatops_statement_t));

    if (statement == NULL) {
        return NULL;
    }

    statement->text = *text;

    rc = chatops_expression_parse(statements->arena, text,
                                  &statement->expression, &statement->why);

    if (rc == CHATOPS_ERROR) {
        return NULL;
    }

    if (rc != CHATOPS_OK) {
        statement->expression = NULL;
    }

    statement->next = *slot;
    *slot = statement;

    return statement;
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
