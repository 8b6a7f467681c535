#include "chatops_ci_check.h"
#include "chatops_expression.h"
#include "chatops_regex.h"


void
chatops_check_pattern(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    const char       *why;
    chatops_regex_t  *regex;

    (void) arg;

    if (!chatops_check_is_string(check, node)
        || !chatops_check_is_pattern(&node->value))
    {
        chatops_check_error(check, at, node, "it should be a regular "
                            "expression between slashes");
        return;
    }

    if (chatops_check_is_open(check, node)) {
        return;
    }

    switch (chatops_regex_parse(check->arena, &node->value, &regex, &why)) {

    case CHATOPS_OK:
        return;

    case CHATOPS_DECLINED:
        chatops_check_error(check, at, node,
                            "no regular expression in RE2's language: %s",
                            why);
        return;

    default:
        check->failed = 1;
    }
}


void
chatops_check_expression(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg)
{
    int                     rc;
    const char             *why;
    chatops_result_t        result;
    chatops_variables_t    *variables;
    chatops_expression_t   *expression;

    (void) arg;

    if (chatops_check_is_open(check, node)) {
        return;
    }

    if (!chatops_check_is_string(check, node)) {
        chatops_check_error(check, at, node,
                            "invalid expression: it is not a string");
        return;
    }

    rc = chatops_expression_parse(check->arena, &node->value, &expression,
                                  &why);

    if (rc == CHATOPS_DECLINED) {
        chatops_check_error(check, at, node, "invalid expression: %s", why);
        return;
    }

    if (rc != CHATOPS_OK) {
        check->failed = 1;
        return;
    }

    /* GitLab evaluates it too, without any variables */

    variables = chatops_variables_create(check->arena, NULL);

    if (variables == NULL
        || chatops_expression_evaluate(check->arena, expression, variables,
                                       &result)
           != CHATOPS_OK)
    {
        check->failed = 1;
        return;
    }

    if (result.error != NULL) {
        chatops_check_error(check, at, node, "invalid expression: %s",
                            result.error);
    }
}
