/*
 * What the reading and the evaluation of an expression share.
 */

#ifndef CHATOPS_EXPRESSION_PARTS_H
#define CHATOPS_EXPRESSION_PARTS_H


#include "chatops_expression.h"
#include "chatops_regex.h"


typedef enum {
    CHATOPS_NODE_NULL = 0,
    CHATOPS_NODE_VARIABLE,
    CHATOPS_NODE_STRING,
    CHATOPS_NODE_PATTERN,

    CHATOPS_NODE_EQUALS,
    CHATOPS_NODE_MATCHES,
    CHATOPS_NODE_NOT_EQUALS,
    CHATOPS_NODE_NOT_MATCHES,
    CHATOPS_NODE_AND,
    CHATOPS_NODE_OR,

    /* of the lexer only */
    CHATOPS_NODE_OPEN,
    CHATOPS_NODE_CLOSE
} chatops_node_type_e;


typedef struct chatops_node_s  chatops_node_t;

struct chatops_node_s {
    chatops_node_type_e   type;
    chatops_str_t         text;       /* a name; what is between quotes; a
                                         pattern as written */
    chatops_regex_t      *regex;      /* of a pattern; of a string that is
                                         like one, when it is on the right */
    chatops_node_t       *left;
    chatops_node_t       *right;
};

struct chatops_expression_s {
    chatops_node_t       *root;
};


/*
 * What is on the right of `=~` becomes a pattern when it has a pattern's
 * form; `\/` is a slash (lexeme/pattern.rb).  As chatops_regex_parse(), but
 * that `text` has to stay only when CHATOPS_OK is returned.
 */
int chatops_expression_pattern(chatops_arena_t *arena,
    const chatops_str_t *text, chatops_regex_t **regex, const char **why);


#endif /* CHATOPS_EXPRESSION_PARTS_H */
