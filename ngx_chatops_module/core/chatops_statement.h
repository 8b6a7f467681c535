/*
 * The expressions of one configuration: each is parsed once, however many
 * jobs share it, and all of them together have a limit.
 */

#ifndef CHATOPS_STATEMENT_H
#define CHATOPS_STATEMENT_H


#include "chatops_expression.h"
#include "chatops_regex.h"


#define CHATOPS_STATEMENT_SLOTS  256

/* In bytes looked at, about: of expressions and of variables. */
#define CHATOPS_STATEMENT_STEPS  (32 * 1024 * 1024)

/* What counts for several: a step of a pattern, and one along a slot. */
#define CHATOPS_STATEMENT_STEP   4
#define CHATOPS_STATEMENT_WAY    8


/*
 * The variables of one job.  Most expressions name none that is its own, and
 * come to the same for all jobs: those are evaluated once, with `shared`, and
 * many a job's variables need never be put together.
 */
typedef struct chatops_scope_s  chatops_scope_t;

struct chatops_scope_s {
    const chatops_variables_t  *variables;    /* NULL: not made yet */

    /* of all jobs of these statements; NULL: everything is its own */
    const chatops_variables_t  *shared;

    /* may the job have another value of it than others? */
    int                       (*is_own)(const void *data,
                                        const chatops_str_t *name);

    /* the variables; NULL: out of memory */
    chatops_variables_t      *(*make)(const void *data);
    const void                 *data;
};


typedef struct chatops_statement_s  chatops_statement_t;

typedef struct {
    chatops_arena_t      *arena;
    size_t                steps;         /* that are left */
    size_t                longest;       /* value of a variable, in bytes */
    chatops_statement_t  *slots[CHATOPS_STATEMENT_SLOTS];
} chatops_statements_t;


void chatops_statements_init(chatops_statements_t *statements,
    chatops_arena_t *arena);

/* Takes steps for other work.  1 while there are some left, else 0. */
int chatops_statements_spend(chatops_statements_t *statements, size_t steps);

/*
 * As GitLab at run time: what cannot be parsed is false.  Unknown, without a
 * variable, once the steps are used up.  CHATOPS_OK or CHATOPS_ERROR.
 */
int chatops_statements_evaluate(chatops_statements_t *statements,
    const chatops_str_t *text, chatops_scope_t *scope,
    chatops_result_t *result);

/* CHATOPS_OK, and scope->variables is not NULL; or CHATOPS_ERROR. */
int chatops_scope_make(chatops_scope_t *scope);


/*
 * Does a lone pattern, "/^v\d/", match?  CHATOPS_DECLINED: it is none.
 */
int chatops_statements_match(chatops_statements_t *statements,
    const chatops_str_t *pattern, const chatops_str_t *text,
    chatops_truth_e *truth);


#endif /* CHATOPS_STATEMENT_H */
