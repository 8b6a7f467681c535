
#include "chatops_expression_parts.h"


/*
 * Read as GitLab does (expression/lexer.rb, parser.rb): tokens, then the
 * shunting yard, then the tree from what is in postfix order.  Since nothing
 * checks that operators stand between their operands, `$A $B ==` is the same
 * as `$A == $B`.
 */


typedef struct {
    chatops_arena_t   *arena;
    const u_char      *pos;
    const u_char      *end;
    const char        *why;

    chatops_node_t    *tokens[CHATOPS_EXPRESSION_MAX_TOKENS];
    size_t             ntokens;
    chatops_node_t    *operators[CHATOPS_EXPRESSION_MAX_TOKENS];
    size_t             noperators;
    chatops_node_t    *operands[CHATOPS_EXPRESSION_MAX_TOKENS];
    size_t             noperands;
    unsigned           doubtful:1;
} chatops_expression_parser_t;


static const struct {
    const char           *text;
    chatops_node_type_e   type;
} chatops_expression_lexemes[] = {
    { "(", CHATOPS_NODE_OPEN },
    { ")", CHATOPS_NODE_CLOSE },
    { "null", CHATOPS_NODE_NULL },
    { "==", CHATOPS_NODE_EQUALS },
    { "=~", CHATOPS_NODE_MATCHES },
    { "!=", CHATOPS_NODE_NOT_EQUALS },
    { "!~", CHATOPS_NODE_NOT_MATCHES },
    { "&&", CHATOPS_NODE_AND },
    { "||", CHATOPS_NODE_OR },
    { NULL, CHATOPS_NODE_NULL }
};


static int chatops_expression_is_doubtful(const chatops_node_t *node);
static int chatops_expression_try(chatops_expression_parser_t *parser,
    const chatops_expression_t *expression);
static int chatops_expression_read(chatops_expression_parser_t *parser);
static int chatops_expression_read_token(chatops_expression_parser_t *parser,
    chatops_node_t *node);
static const char *chatops_expression_stranger(u_char ch);
static size_t chatops_expression_variable(const u_char *p,
    const u_char *end);
static size_t chatops_expression_string(const u_char *p, const u_char *end);
static size_t chatops_expression_literal(const u_char *p, const u_char *end);
static int chatops_expression_is_space(u_char ch);
static int chatops_expression_order(chatops_expression_parser_t *parser);
static int chatops_expression_put(chatops_expression_parser_t *parser,
    chatops_node_t *node);
static int chatops_expression_build(chatops_expression_parser_t *parser,
    chatops_node_t *node);
static int chatops_expression_precedence(const chatops_node_t *node);
static int chatops_expression_fail(chatops_expression_parser_t *parser,
    const char *why);


int
chatops_expression_parse(chatops_arena_t *arena, const chatops_str_t *text,
    chatops_expression_t **expression, const char **why)
{
    int                           rc;
    chatops_expression_parser_t   parser;

    *expression = NULL;
    *why = NULL;

    parser.arena = arena;
    parser.pos = text->data;
    parser.end = text->len ? text->data + text->len : text->data;
    parser.why = NULL;
    parser.ntokens = 0;
    parser.noperators = 0;
    parser.noperands = 0;
    parser.doubtful = 0;

    if (text->len > CHATOPS_EXPRESSION_MAX_BYTES) {
        *why = "it is too long";
        return CHATOPS_DECLINED;
    }

    rc = chatops_expression_read(&parser);

    if (rc == CHATOPS_OK) {
        rc = chatops_expression_order(&parser);
    }

    if (rc == CHATOPS_OK) {
        *expression = chatops_palloc(arena, sizeof(chatops_expression_t));

        if (*expression == NULL) {
            return CHATOPS_ERROR;
        }

        (*expression)->root = parser.operands[0];

        if (parser.doubtful) {
            rc = chatops_expression_try(&parser, *expression);
        }
    }

    *why = parser.why;

    return rc;
}


/*
 * A pattern cannot be asked what it equals, nor a comparison what it matches:
 * is that what would happen?
 */

static int
chatops_expression_is_doubtful(const chatops_node_t *node)
{
    switch (node->type) {

    case CHATOPS_NODE_EQUALS:
    case CHATOPS_NODE_NOT_EQUALS:
        return node->left->type == CHATOPS_NODE_PATTERN
               || node->left->type >= CHATOPS_NODE_EQUALS;

    case CHATOPS_NODE_MATCHES:
    case CHATOPS_NODE_NOT_MATCHES:
        return node->right->type >= CHATOPS_NODE_EQUALS;

    default:
        return 0;
    }
}


/* GitLab holds for valid what it can evaluate without any variable. */

static int
chatops_expression_try(chatops_expression_parser_t *parser,
    const chatops_expression_t *expression)
{
    chatops_result_t  result;

    if (chatops_expression_evaluate(expression, NULL, &result)
        != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    if (result.error != NULL) {
        return chatops_expression_fail(parser, result.error);
    }

    return CHATOPS_OK;
}


static int
chatops_expression_read(chatops_expression_parser_t *parser)
{
    int              rc;
    chatops_node_t  *node;

    for ( ;; ) {

        while (parser->pos < parser->end
               && chatops_expression_is_space(*parser->pos))
        {
            parser->pos++;
        }

        if (parser->pos == parser->end) {
            break;
        }

        node = chatops_pcalloc(parser->arena, sizeof(chatops_node_t));
        if (node == NULL) {
            return CHATOPS_ERROR;
        }

        rc = chatops_expression_read_token(parser, node);

        if (rc != CHATOPS_OK) {
            return rc;
        }

        parser->tokens[parser->ntokens++] = node;

        if (parser->ntokens == CHATOPS_EXPRESSION_MAX_TOKENS) {
            return chatops_expression_fail(parser, "it has 100 tokens or "
                                           "more");
        }
    }

    if (parser->ntokens == 0) {
        return chatops_expression_fail(parser, "it is empty");
    }

    return CHATOPS_OK;
}


static int
chatops_expression_read_token(chatops_expression_parser_t *parser,
    chatops_node_t *node)
{
    size_t          i, len;
    const u_char   *p;
    chatops_str_t   rest;

    p = parser->pos;

    switch (*p) {

    case '$':
        len = chatops_expression_variable(p, parser->end);
        node->type = CHATOPS_NODE_VARIABLE;
        node->text = chatops_strn(p + 1, len - 1);
        break;

    case '"':
    case '\'':
        len = chatops_expression_string(p, parser->end);
        node->type = CHATOPS_NODE_STRING;
        node->text = chatops_strn(p + 1, len - 2);
        break;

    case '/':
        len = chatops_expression_literal(p, parser->end);
        node->type = CHATOPS_NODE_PATTERN;
        node->text = chatops_strn(p, len);
        break;

    default:
        len = 0;
        rest = chatops_strn(p, parser->end - p);

        for (i = 0; chatops_expression_lexemes[i].text != NULL; i++) {
            if (chatops_str_starts(&rest, chatops_expression_lexemes[i].text))
            {
                len = strlen(chatops_expression_lexemes[i].text);
                node->type = chatops_expression_lexemes[i].type;
                break;
            }
        }
    }

    if (len == 0) {
        return chatops_expression_fail(parser,
                                       chatops_expression_stranger(*p));
    }

    parser->pos += len;

    return CHATOPS_OK;
}


/* What is wrong with that which begins so. */

static const char *
chatops_expression_stranger(u_char ch)
{
    switch (ch) {

    case '$':
        return "a variable is written $NAME, without braces";

    case '"':
    case '\'':
        return "a string is not closed on its line";

    case '/':
        return "a pattern has at least two characters and a slash at its end";

    default:
        return "it has something that is no part of an expression";
    }
}


/* The lengths of what begins here, or 0. */

static size_t
chatops_expression_variable(const u_char *p, const u_char *end)
{
    size_t  i;

    for (i = 1; p + i < end; i++) {
        if (!((p[i] >= '0' && p[i] <= '9') || p[i] == '_'
              || ((p[i] | 0x20) >= 'a' && (p[i] | 0x20) <= 'z')))
        {
            break;
        }
    }

    return i == 1 ? 0 : i;
}


/* Nothing is escaped, and it ends on its line. */

static size_t
chatops_expression_string(const u_char *p, const u_char *end)
{
    size_t  i;

    for (i = 1; p + i < end && p[i] != '\n'; i++) {
        if (p[i] == p[0]) {
            return i + 1;
        }
    }

    return 0;
}


/*
 * ^\/([^\/]|\\/)+[^\\]\/[ismU]*, the way that is found first.  It goes to
 * the first slash that has no backslash before it, and one character before
 * that has to be left for [^\\].  That one can be a slash itself: of two in a
 * row both belong to it, even after a backslash.
 */

static size_t
chatops_expression_literal(const u_char *p, const u_char *end)
{
    size_t         characters;
    const u_char  *s;

    characters = 0;

    for (s = p + 1; s < end; s++) {

        if (*s == '\\' && end - s > 1 && s[1] == '/') {

            if (end - s > 2 && s[2] == '/') {
                s += 3;
                goto found;
            }

            characters++;
            s++;
            continue;
        }

        if (*s != '/') {
            characters += (*s & 0xc0) != 0x80;
            continue;
        }

        if (characters >= 1 && end - s > 1 && s[1] == '/') {
            s += 2;
            goto found;
        }

        if (characters < 2) {
            return 0;
        }

        s++;
        goto found;
    }

    return 0;

found:

    while (s < end && *s != '\0' && strchr("ismU", *s) != NULL) {
        s++;
    }

    return s - p;
}


static int
chatops_expression_is_space(u_char ch)
{
    return ch == ' ' || (ch >= '\t' && ch <= '\r');
}


static int
chatops_expression_order(chatops_expression_parser_t *parser)
{
    int              rc;
    size_t           i;
    chatops_node_t  *node;

    for (i = 0; i < parser->ntokens; i++) {
        node = parser->tokens[i];
        rc = chatops_expression_put(parser, node);

        if (rc != CHATOPS_OK) {
            return rc;
        }
    }

    while (parser->noperators != 0) {
        node = parser->operators[--parser->noperators];

        if (node->type == CHATOPS_NODE_OPEN) {
            return chatops_expression_fail(parser, "a `(` without its `)`");
        }

        rc = chatops_expression_build(parser, node);

        if (rc != CHATOPS_OK) {
            return rc;
        }
    }

    if (parser->noperands == 0) {
        return chatops_expression_fail(parser, "it is empty");
    }

    if (parser->noperands > 1) {
        return chatops_expression_fail(parser, "an operator is missing");
    }

    return CHATOPS_OK;
}


static int
chatops_expression_put(chatops_expression_parser_t *parser,
    chatops_node_t *node)
{
    int              rc;
    chatops_node_t  *last;

    if (node->type < CHATOPS_NODE_EQUALS) {
        return chatops_expression_build(parser, node);
    }

    while (node->type != CHATOPS_NODE_OPEN && parser->noperators != 0) {
        last = parser->operators[parser->noperators - 1];

        if (chatops_expression_precedence(node)
            < chatops_expression_precedence(last))
        {
            break;
        }

        parser->noperators--;
        rc = chatops_expression_build(parser, last);

        if (rc != CHATOPS_OK) {
            return rc;
        }
    }

    if (node->type != CHATOPS_NODE_CLOSE) {
        parser->operators[parser->noperators++] = node;
        return CHATOPS_OK;
    }

    if (parser->noperators == 0) {
        return chatops_expression_fail(parser, "a `)` without its `(`");
    }

    parser->noperators--;

    return CHATOPS_OK;
}


/* A node of the tree, once what is under it is there. */

static int
chatops_expression_build(chatops_expression_parser_t *parser,
    chatops_node_t *node)
{
    int          rc;
    const char  *why;

    rc = CHATOPS_OK;

    if (node->type == CHATOPS_NODE_PATTERN) {
        rc = chatops_expression_pattern(parser->arena, &node->text,
                                        &node->regex, &parser->why);

    } else if (node->type >= CHATOPS_NODE_EQUALS) {

        if (parser->noperands < 2) {
            return chatops_expression_fail(parser, "an operand is missing");
        }

        node->right = parser->operands[--parser->noperands];
        node->left = parser->operands[--parser->noperands];

        if (chatops_expression_is_doubtful(node)) {
            parser->doubtful = 1;
        }

        if (node->right->type == CHATOPS_NODE_STRING
            && node->right->regex == NULL
            && (node->type == CHATOPS_NODE_MATCHES
                || node->type == CHATOPS_NODE_NOT_MATCHES))
        {
            rc = chatops_expression_pattern(parser->arena, &node->right->text,
                                            &node->right->regex, &why);
            if (rc == CHATOPS_DECLINED) {
                rc = CHATOPS_OK;
            }
        }
    }

    if (rc == CHATOPS_OK) {
        parser->operands[parser->noperands++] = node;
    }

    return rc;
}


int
chatops_expression_pattern(chatops_arena_t *arena, const chatops_str_t *text,
    chatops_regex_t **regex, const char **why)
{
    int             rc;
    size_t          i;
    u_char         *p;
    chatops_str_t   pattern;

    pattern = *text;

    if (chatops_str_find(text, 0, "\\/", 2) != NULL) {
        pattern.data = chatops_palloc(arena, text->len);

        if (pattern.data == NULL) {
            return CHATOPS_ERROR;
        }

        p = pattern.data;

        for (i = 0; i < text->len; i++) {
            if (text->data[i] != '\\' || i + 1 == text->len
                || text->data[i + 1] != '/')
            {
                *p++ = text->data[i];
            }
        }

        pattern.len = p - pattern.data;
    }

    rc = chatops_regex_parse(arena, &pattern, regex, why);

    if (rc != CHATOPS_OK) {
        *regex = NULL;
    }

    return rc;
}


/* The higher, the looser. */

static int
chatops_expression_precedence(const chatops_node_t *node)
{
    switch (node->type) {

    case CHATOPS_NODE_AND:
        return 11;

    case CHATOPS_NODE_OR:
        return 12;

    case CHATOPS_NODE_CLOSE:
        return 900;

    case CHATOPS_NODE_OPEN:
        return 901;

    default:
        return 10;
    }
}


static int
chatops_expression_fail(chatops_expression_parser_t *parser, const char *why)
{
    parser->why = why;

    return CHATOPS_DECLINED;
}
