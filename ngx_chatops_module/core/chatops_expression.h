/*
 * The expressions of `rules: if`, `workflow: rules: if` and
 * `only: variables`, to the letter of GitLab 18.3
 * (lib/gitlab/ci/pipeline/expression/).
 *
 * Its peculiarities: `&&` and `||` return an operand, for which only null is
 * false, so that `""` is true inside of them and false as a result; `=~`
 * against something that is no pattern asks whether its left side is a part
 * of its right; at most 99 tokens.
 */

#ifndef CHATOPS_EXPRESSION_H
#define CHATOPS_EXPRESSION_H


#include "chatops_variables.h"


#define CHATOPS_EXPRESSION_MAX_BYTES   65536
#define CHATOPS_EXPRESSION_MAX_TOKENS  100     /* the 100th is one too many */


typedef struct chatops_expression_s  chatops_expression_t;


typedef enum {
    CHATOPS_VALUE_NULL = 0,
    CHATOPS_VALUE_BOOLEAN,       /* of a comparison */
    CHATOPS_VALUE_STRING,
    CHATOPS_VALUE_PATTERN,       /* a lone regular expression's source */
    CHATOPS_VALUE_UNKNOWN
} chatops_value_type_e;

typedef struct {
    chatops_value_type_e   type;
    unsigned               boolean:1;
    chatops_str_t          string;     /* of a string or a pattern */
} chatops_value_t;


/* What an expression came to. */
typedef struct {
    chatops_value_t        value;
    chatops_truth_e        truth;

    /* unknown: the first variable that would have to be known, or empty
       when a pattern came to its limit */
    chatops_str_t          variable;

    /* an error at run time, a static text; the truth is no, as GitLab's */
    const char            *error;
} chatops_result_t;


/*
 * CHATOPS_OK; CHATOPS_DECLINED with `why`, a static text of a few words;
 * CHATOPS_ERROR (memory).  The expression keeps views of `text`.  What GitLab
 * cannot evaluate without any variable is invalid for it, and so here.
 */
int chatops_expression_parse(chatops_arena_t *arena,
    const chatops_str_t *text, chatops_expression_t **expression,
    const char **why);

/*
 * CHATOPS_OK or CHATOPS_ERROR (memory).  `variables` may be NULL.  What is a
 * pattern only at run time, being the value of a variable, is compiled each
 * time.
 */
int chatops_expression_evaluate(const chatops_expression_t *expression,
    const chatops_variables_t *variables, chatops_result_t *result);

/* 1 when `is` says so of the name of one of its variables, else 0. */
int chatops_expression_has(const chatops_expression_t *expression,
    int (*is)(const void *data, const chatops_str_t *name),
    const void *data);

/*
 * The same for many: patterns take their steps from `left`
 * (chatops_regex_match_within()); without it, from CHATOPS_REGEX_MAX_STEPS.
 */
int chatops_expression_evaluate_within(
    const chatops_expression_t *expression,
    const chatops_variables_t *variables, size_t *left,
    chatops_result_t *result);

/*
 * The parse tree, indented, a node a line: for chatopsctl eval --tree.
 */
void chatops_expression_print(const chatops_expression_t *expression,
    chatops_buf_t *buf);


#endif /* CHATOPS_EXPRESSION_H */
