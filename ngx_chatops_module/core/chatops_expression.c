
#include "chatops_expression_parts.h"


/*
 * What a value can be, as far as it is known: an unknown one can be several
 * of these, any other is one.
 */

#define CHATOPS_KIND_NULL     0x01
#define CHATOPS_KIND_FALSE    0x02
#define CHATOPS_KIND_TRUE     0x04
#define CHATOPS_KIND_BLANK    0x08      /* a string */
#define CHATOPS_KIND_TEXT     0x10      /* a string, too */
#define CHATOPS_KIND_PATTERN  0x20
#define CHATOPS_KIND_ERROR    0x40      /* none: then it all is false */

/* what `&&` and `||` take for false, and what the result does */

#define CHATOPS_KIND_FALSY    (CHATOPS_KIND_NULL|CHATOPS_KIND_FALSE)
#define CHATOPS_KIND_ABSENT                                                  \
    (CHATOPS_KIND_FALSY|CHATOPS_KIND_BLANK|CHATOPS_KIND_ERROR)
#define CHATOPS_KIND_STRING   (CHATOPS_KIND_BLANK|CHATOPS_KIND_TEXT)


typedef struct {
    chatops_value_type_e         type;
    unsigned                     kinds;
    chatops_str_t                string;
    chatops_str_t                variable;    /* makes it unknown */
    const chatops_regex_t       *regex;
} chatops_operand_t;

typedef struct {
    const chatops_variables_t   *variables;
    const char                  *error;
    size_t                      *left;        /* steps of patterns */
} chatops_evaluation_t;

/* Of what is made for one match alone. */
#define CHATOPS_EVALUATE_MAX_MEMORY  (8 * 1024 * 1024)


static int chatops_evaluate_node(chatops_evaluation_t *e,
    const chatops_node_t *node, chatops_operand_t *value);
static int chatops_evaluate_logical(chatops_evaluation_t *e,
    const chatops_node_t *node, chatops_operand_t *value);
static int chatops_evaluate_comparison(chatops_evaluation_t *e,
    const chatops_node_t *node, chatops_operand_t *value);
static chatops_truth_e chatops_evaluate_equal(chatops_evaluation_t *e,
    const chatops_operand_t *left, const chatops_operand_t *right);
static int chatops_evaluate_match(chatops_evaluation_t *e,
    const chatops_node_t *node, const chatops_operand_t *left,
    const chatops_operand_t *right, chatops_truth_e *truth);
static int chatops_evaluate_value(chatops_evaluation_t *e,
    const chatops_operand_t *left, const chatops_str_t *right,
    chatops_truth_e *truth);
static chatops_truth_e chatops_evaluate_text(chatops_evaluation_t *e,
    const chatops_regex_t *regex, const chatops_operand_t *left,
    const chatops_str_t *right);
static chatops_truth_e chatops_evaluate_part(chatops_evaluation_t *e,
    const chatops_regex_t *regex, const chatops_str_t *text,
    const chatops_str_t *right);
static unsigned chatops_evaluate_may_fail(const chatops_node_t *node,
    const chatops_operand_t *left, const chatops_operand_t *right);
static void chatops_evaluate_variable(chatops_evaluation_t *e,
    const chatops_str_t *name, chatops_operand_t *value);
static void chatops_evaluate_null(chatops_operand_t *value);
static void chatops_evaluate_string(chatops_operand_t *value,
    const chatops_str_t *string);
static void chatops_evaluate_truth(chatops_operand_t *value,
    chatops_truth_e truth, const chatops_str_t *variable);
static void chatops_evaluate_result(const chatops_operand_t *value,
    chatops_result_t *result);
static int chatops_evaluate_is_blank(const chatops_str_t *string);
static int chatops_expression_node_has(const chatops_node_t *node,
    int (*is)(const void *data, const chatops_str_t *name),
    const void *data);
static void chatops_expression_print_node(const chatops_node_t *node,
    size_t depth, chatops_buf_t *buf);


int
chatops_expression_evaluate(const chatops_expression_t *expression,
    const chatops_variables_t *variables, chatops_result_t *result)
{
    size_t  left;

    left = CHATOPS_REGEX_MAX_STEPS;

    return chatops_expression_evaluate_within(expression, variables, &left,
                                              result);
}


int
chatops_expression_evaluate_within(const chatops_expression_t *expression,
    const chatops_variables_t *variables, size_t *left,
    chatops_result_t *result)
{
    int                    rc;
    chatops_operand_t      value;
    chatops_evaluation_t   e;

    memset(result, 0, sizeof(chatops_result_t));

    e.variables = variables;
    e.error = NULL;
    e.left = left;

    rc = chatops_evaluate_node(&e, expression->root, &value);

    if (rc == CHATOPS_OK) {
        chatops_evaluate_result(&value, result);
    }

    if (rc == CHATOPS_DECLINED) {
        memset(result, 0, sizeof(chatops_result_t));
        result->error = e.error;
        rc = CHATOPS_OK;
    }

    return rc;
}


/* CHATOPS_DECLINED: `error` is set.  Not deeper than there are tokens. */

static int
chatops_evaluate_node(chatops_evaluation_t *e, const chatops_node_t *node,
    chatops_operand_t *value)
{
    switch (node->type) {

    case CHATOPS_NODE_NULL:
        chatops_evaluate_null(value);
        return CHATOPS_OK;

    case CHATOPS_NODE_VARIABLE:
        chatops_evaluate_variable(e, &node->text, value);
        return CHATOPS_OK;

    case CHATOPS_NODE_STRING:
        chatops_evaluate_string(value, &node->text);
        return CHATOPS_OK;

    case CHATOPS_NODE_PATTERN:
        memset(value, 0, sizeof(chatops_operand_t));
        value->type = CHATOPS_VALUE_PATTERN;
        value->kinds = CHATOPS_KIND_PATTERN;
        value->regex = node->regex;
        return CHATOPS_OK;

    case CHATOPS_NODE_AND:
    case CHATOPS_NODE_OR:
        return chatops_evaluate_logical(e, node, value);

    default:
        return chatops_evaluate_comparison(e, node, value);
    }
}


/* The left one where it settles it, else the right one. */

static int
chatops_evaluate_logical(chatops_evaluation_t *e, const chatops_node_t *node,
    chatops_operand_t *value)
{
    int                 rc;
    unsigned            settles;
    chatops_operand_t   left, right;

    rc = chatops_evaluate_node(e, node->left, &left);

    if (rc != CHATOPS_OK) {
        return rc;
    }

    settles = node->type == CHATOPS_NODE_AND
              ? CHATOPS_KIND_FALSY|CHATOPS_KIND_ERROR
              : ~CHATOPS_KIND_FALSY;

    if ((left.kinds & ~settles) == 0) {
        *value = left;
        return CHATOPS_OK;
    }

    rc = chatops_evaluate_node(e, node->right, &right);

    if (rc == CHATOPS_DECLINED && (left.kinds & settles) != 0) {

        /* only if it comes to the right one */

        memset(&right, 0, sizeof(chatops_operand_t));
        right.kinds = CHATOPS_KIND_ERROR;
        e->error = NULL;
        rc = CHATOPS_OK;
    }

    if (rc != CHATOPS_OK) {
        return rc;
    }

    *value = right;

    if ((left.kinds & settles) == 0) {
        return CHATOPS_OK;
    }

    /* one or the other: the same when both are null, or are false */

    value->kinds = (left.kinds & settles) | right.kinds;

    if (value->kinds != CHATOPS_KIND_NULL
        && value->kinds != CHATOPS_KIND_FALSE
        && value->kinds != CHATOPS_KIND_TRUE)
    {
        value->type = CHATOPS_VALUE_UNKNOWN;
        value->variable = left.variable;
    }

    return CHATOPS_OK;
}


static int
chatops_evaluate_comparison(chatops_evaluation_t *e,
    const chatops_node_t *node, chatops_operand_t *value)
{
    int                 rc;
    chatops_truth_e     truth;
    chatops_operand_t   left, right;

    rc = chatops_evaluate_node(e, node->left, &left);

    if (rc == CHATOPS_OK) {
        rc = chatops_evaluate_node(e, node->right, &right);
    }

    if (rc != CHATOPS_OK) {
        return rc;
    }

    if (node->type == CHATOPS_NODE_MATCHES
        || node->type == CHATOPS_NODE_NOT_MATCHES)
    {
        rc = chatops_evaluate_match(e, node, &left, &right, &truth);

        if (rc != CHATOPS_OK) {
            return rc;
        }

    } else {
        truth = chatops_evaluate_equal(e, &left, &right);

        if (e->error != NULL) {
            return CHATOPS_DECLINED;
        }
    }

    if (node->type == CHATOPS_NODE_NOT_EQUALS
        || node->type == CHATOPS_NODE_NOT_MATCHES)
    {
        truth = chatops_truth_not(truth);
    }

    chatops_evaluate_truth(value, truth,
                           left.type == CHATOPS_VALUE_UNKNOWN
                           ? &left.variable : &right.variable);

    if (chatops_evaluate_may_fail(node, &left, &right)) {
        value->type = CHATOPS_VALUE_UNKNOWN;
        value->kinds |= CHATOPS_KIND_ERROR;
        value->variable = left.type == CHATOPS_VALUE_UNKNOWN
                          ? left.variable : right.variable;
    }

    return CHATOPS_OK;
}


/* Of what surely fails, nothing is left to ask for. */

static unsigned
chatops_evaluate_may_fail(const chatops_node_t *node,
    const chatops_operand_t *left, const chatops_operand_t *right)
{
    if ((left->kinds | right->kinds) & CHATOPS_KIND_ERROR) {
        return 1;
    }

    if (node->type == CHATOPS_NODE_MATCHES
        || node->type == CHATOPS_NODE_NOT_MATCHES)
    {
        return (right->kinds & CHATOPS_KIND_TRUE) != 0;
    }

    return (left->kinds & CHATOPS_KIND_PATTERN)
           && (right->kinds & ~CHATOPS_KIND_PATTERN);
}


static chatops_truth_e
chatops_evaluate_equal(chatops_evaluation_t *e,
    const chatops_operand_t *left, const chatops_operand_t *right)
{
    chatops_str_t  one, two;

    /* GitLab asks what is compared with a pattern for its source */

    if (left->kinds == CHATOPS_KIND_PATTERN) {

        if ((right->kinds & CHATOPS_KIND_PATTERN) == 0) {
            e->error = "a pattern is compared with what is none";
            return CHATOPS_NO;
        }

        if (left->type == CHATOPS_VALUE_UNKNOWN
            || right->type == CHATOPS_VALUE_UNKNOWN)
        {
            return CHATOPS_UNKNOWN;
        }

        one = chatops_regex_source(left->regex);
        two = chatops_regex_source(right->regex);

        return chatops_str_eq(&one, &two) ? CHATOPS_YES : CHATOPS_NO;
    }

    if ((left->kinds & right->kinds) == 0) {
        return CHATOPS_NO;
    }

    if (left->type == CHATOPS_VALUE_UNKNOWN
        || right->type == CHATOPS_VALUE_UNKNOWN)
    {
        return CHATOPS_UNKNOWN;
    }

    if (left->type != CHATOPS_VALUE_STRING) {
        return CHATOPS_YES;
    }

    return chatops_str_eq(&left->string, &right->string) ? CHATOPS_YES
                                                         : CHATOPS_NO;
}


static int
chatops_evaluate_match(chatops_evaluation_t *e, const chatops_node_t *node,
    const chatops_operand_t *left, const chatops_operand_t *right,
    chatops_truth_e *truth)
{
    if ((right->kinds & ~CHATOPS_KIND_FALSY) == 0) {
        *truth = CHATOPS_NO;
        return CHATOPS_OK;
    }

    if (right->kinds == CHATOPS_KIND_TRUE) {
        e->error = "a comparison stands where a pattern should";
        return CHATOPS_DECLINED;
    }

    if (right->type == CHATOPS_VALUE_UNKNOWN) {
        *truth = CHATOPS_UNKNOWN;
        return CHATOPS_OK;
    }

    if (right->type == CHATOPS_VALUE_PATTERN) {
        *truth = chatops_evaluate_text(e, right->regex, left, NULL);

    } else if (node->right->type == CHATOPS_NODE_STRING) {
        *truth = chatops_evaluate_text(e, node->right->regex, left,
                                       &right->string);

    } else {
        return chatops_evaluate_value(e, left, &right->string, truth);
    }

    return CHATOPS_OK;
}


/* A variable's value may be a pattern: it is read for this match alone. */

static int
chatops_evaluate_value(chatops_evaluation_t *e,
    const chatops_operand_t *left, const chatops_str_t *right,
    chatops_truth_e *truth)
{
    size_t            steps;
    const char       *why;
    chatops_arena_t  *arena;
    chatops_regex_t  *regex;

    if (chatops_str_find(right, 0, "/", 1) == NULL) {
        *truth = chatops_evaluate_text(e, NULL, left, right);
        return CHATOPS_OK;
    }

    *truth = CHATOPS_UNKNOWN;

    steps = chatops_regex_parse_steps(right);

    if (*e->left < steps) {
        *e->left = 0;
        return CHATOPS_OK;
    }

    *e->left -= steps;

    arena = chatops_arena_create(CHATOPS_EVALUATE_MAX_MEMORY);

    if (arena == NULL) {
        return CHATOPS_ERROR;
    }

    if (chatops_expression_pattern(arena, right, &regex, &why)
        != CHATOPS_ERROR)
    {
        *truth = chatops_evaluate_text(e, regex, left, right);
    }

    chatops_arena_destroy(arena);

    return CHATOPS_OK;
}


/*
 * What is no string is made one: nothing of null, and of a pattern the name
 * of its class, with an address that cannot be known.
 */

static chatops_truth_e
chatops_evaluate_text(chatops_evaluation_t *e, const chatops_regex_t *regex,
    const chatops_operand_t *left, const chatops_str_t *right)
{
    size_t           i;
    chatops_str_t    text;
    chatops_truth_e  one, two;

    static const chatops_str_t  booleans[] = {
        chatops_string("false"),
        chatops_string("true")
    };

    static const chatops_str_t  patterns[] = {
        chatops_string("#<Gitlab::UntrustedRegexp:0x00007f0123456789>"),
        chatops_string("#<Gitlab::UntrustedRegexp:0x00007fabcdefbcde>")
    };

    switch (left->type) {

    case CHATOPS_VALUE_UNKNOWN:

        /* false and true are both of the same opinion at times */

        return CHATOPS_UNKNOWN;

    case CHATOPS_VALUE_PATTERN:
        one = chatops_evaluate_part(e, regex, &patterns[0], right);
        two = chatops_evaluate_part(e, regex, &patterns[1], right);

        return one == two ? one : CHATOPS_UNKNOWN;

    case CHATOPS_VALUE_BOOLEAN:
        i = left->kinds == CHATOPS_KIND_TRUE;
        return chatops_evaluate_part(e, regex, &booleans[i], right);

    case CHATOPS_VALUE_NULL:
        text = chatops_strn(NULL, 0);
        return chatops_evaluate_part(e, regex, &text, right);

    default:
        return chatops_evaluate_part(e, regex, &left->string, right);
    }
}


static chatops_truth_e
chatops_evaluate_part(chatops_evaluation_t *e, const chatops_regex_t *regex,
    const chatops_str_t *text, const chatops_str_t *right)
{
    if (regex != NULL) {
        return chatops_regex_match_within(regex, text, e->left);
    }

    return text->len == 0
           || chatops_str_find(right, 0, text->data, text->len) != NULL
           ? CHATOPS_YES : CHATOPS_NO;
}


static void
chatops_evaluate_variable(chatops_evaluation_t *e, const chatops_str_t *name,
    chatops_operand_t *value)
{
    chatops_str_t  string;

    switch (chatops_variables_get(e->variables, name, &string)) {

    case CHATOPS_YES:
        chatops_evaluate_string(value, &string);
        break;

    case CHATOPS_NO:
        chatops_evaluate_null(value);
        break;

    default:
        memset(value, 0, sizeof(chatops_operand_t));
        value->type = CHATOPS_VALUE_UNKNOWN;
        value->kinds = CHATOPS_KIND_NULL|CHATOPS_KIND_STRING;
        value->variable = *name;
    }
}


static void
chatops_evaluate_null(chatops_operand_t *value)
{
    memset(value, 0, sizeof(chatops_operand_t));

    value->type = CHATOPS_VALUE_NULL;
    value->kinds = CHATOPS_KIND_NULL;
}


static void
chatops_evaluate_string(chatops_operand_t *value,
    const chatops_str_t *string)
{
    memset(value, 0, sizeof(chatops_operand_t));

    value->type = CHATOPS_VALUE_STRING;
    value->string = *string;
    value->kinds = chatops_evaluate_is_blank(string) ? CHATOPS_KIND_BLANK
                                                     : CHATOPS_KIND_TEXT;
}


static void
chatops_evaluate_truth(chatops_operand_t *value, chatops_truth_e truth,
    const chatops_str_t *variable)
{
    chatops_str_t  name;

    name = *variable;
    memset(value, 0, sizeof(chatops_operand_t));

    switch (truth) {

    case CHATOPS_YES:
        value->type = CHATOPS_VALUE_BOOLEAN;
        value->kinds = CHATOPS_KIND_TRUE;
        break;

    case CHATOPS_NO:
        value->type = CHATOPS_VALUE_BOOLEAN;
        value->kinds = CHATOPS_KIND_FALSE;
        break;

    default:
        value->type = CHATOPS_VALUE_UNKNOWN;
        value->kinds = CHATOPS_KIND_FALSE|CHATOPS_KIND_TRUE;
        value->variable = name;
    }
}


static void
chatops_evaluate_result(const chatops_operand_t *value,
    chatops_result_t *result)
{
    result->value.type = value->type;
    result->value.boolean = value->kinds == CHATOPS_KIND_TRUE;
    result->value.string = value->string;

    if (value->type == CHATOPS_VALUE_PATTERN) {
        result->value.string = chatops_regex_source(value->regex);
    }

    if ((value->kinds & ~CHATOPS_KIND_ABSENT) == 0) {
        result->truth = CHATOPS_NO;

    } else if ((value->kinds & CHATOPS_KIND_ABSENT) == 0) {
        result->truth = CHATOPS_YES;

    } else {
        result->truth = CHATOPS_UNKNOWN;
        result->variable = value->variable;
    }
}


/* Ruby's [[:space:]], of Unicode. */

static int
chatops_evaluate_is_blank(const chatops_str_t *string)
{
    size_t  i, j, n;

    static const char *const  blanks[] = {
        " ", "\t", "\n", "\v", "\f", "\r", "\xc2\x85", "\xc2\xa0",
        "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81", "\xe2\x80\x82",
        "\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86",
        "\xe2\x80\x87", "\xe2\x80\x88", "\xe2\x80\x89", "\xe2\x80\x8a",
        "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f",
        "\xe3\x80\x80", NULL
    };

    for (i = 0; i < string->len; i += n) {

        for (j = 0; blanks[j] != NULL; j++) {
            n = strlen(blanks[j]);

            if (n <= string->len - i
                && memcmp(string->data + i, blanks[j], n) == 0)
            {
                break;
            }
        }

        if (blanks[j] == NULL) {
            return 0;
        }
    }

    return 1;
}


int
chatops_expression_has(const chatops_expression_t *expression,
    int (*is)(const void *data, const chatops_str_t *name), const void *data)
{
    return chatops_expression_node_has(expression->root, is, data);
}


static int
chatops_expression_node_has(const chatops_node_t *node,
    int (*is)(const void *data, const chatops_str_t *name), const void *data)
{
    if (node == NULL) {
        return 0;
    }

    if (node->type == CHATOPS_NODE_VARIABLE) {
        return is(data, &node->text);
    }

    return chatops_expression_node_has(node->left, is, data)
           || chatops_expression_node_has(node->right, is, data);
}


void
chatops_expression_print(const chatops_expression_t *expression,
    chatops_buf_t *buf)
{
    chatops_expression_print_node(expression->root, 0, buf);
}


static void
chatops_expression_print_node(const chatops_node_t *node, size_t depth,
    chatops_buf_t *buf)
{
    size_t   i;
    u_char   quote;

    static const char *const  names[] = {
        "null", "$", "", "", "==", "=~", "!=", "!~", "&&", "||"
    };

    for (i = 0; i < depth; i++) {
        chatops_buf_text(buf, "  ");
    }

    chatops_buf_text(buf, names[node->type]);

    if (node->type == CHATOPS_NODE_STRING) {
        quote = chatops_str_find(&node->text, 0, "\"", 1) != NULL ? '\''
                                                                  : '"';
        chatops_buf_char(buf, quote);
        chatops_buf_str(buf, &node->text);
        chatops_buf_char(buf, quote);

    } else {
        chatops_buf_str(buf, &node->text);
    }

    chatops_buf_char(buf, '\n');

    if (node->left != NULL) {
        chatops_expression_print_node(node->left, depth + 1, buf);
        chatops_expression_print_node(node->right, depth + 1, buf);
    }
}
