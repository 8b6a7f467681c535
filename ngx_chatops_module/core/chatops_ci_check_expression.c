#include "chatops_ci_check.h"
#include "chatops_expression.h"
#include "chatops_regex.h"


/* Steps of a pattern that count for one of the check. */
#define CHATOPS_CHECK_PATTERN_STEPS  64


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

    check->steps += chatops_regex_parse_steps(&node->value)
                    / CHATOPS_CHECK_PATTERN_STEPS;

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
    const char            *why;
    chatops_expression_t  *expression;

    (void) arg;

    if (chatops_check_is_open(check, node)) {
        return;
    }

    if (!chatops_check_is_string(check, node)) {
        chatops_check_error(check, at, node,
                            "invalid expression: it is not a string");
        return;
    }

    if (chatops_str_find(&node->value, 0, "~", 1) != NULL) {
        check->steps += chatops_regex_parse_steps(&node->value)
                        / CHATOPS_CHECK_PATTERN_STEPS;
    }

    switch (chatops_expression_parse(check->arena, &node->value, &expression,
                                     &why))
    {

    case CHATOPS_OK:
        return;

    case CHATOPS_DECLINED:
        chatops_check_error(check, at, node, "invalid expression: %s", why);
        return;

    default:
        check->failed = 1;
    }
}
