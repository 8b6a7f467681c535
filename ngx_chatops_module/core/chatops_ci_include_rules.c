
#include "chatops_ci_parts.h"
#include "chatops_rules.h"


/*
 * GitLab: lib/gitlab/ci/config/external/rules.rb.  They see no variables of
 * the configuration, and know of `if`, `exists`, `changes` and `when` alone.
 */

static int chatops_ci_include_rule(chatops_ci_reader_t *reader,
    const chatops_yaml_node_t *rule);
static int chatops_ci_include_if(chatops_ci_reader_t *reader,
    const chatops_yaml_node_t *node);


int
chatops_ci_include_rules(chatops_ci_reader_t *reader,
    const chatops_yaml_node_t *item, chatops_truth_e *truth)
{
    int                         rc;
    size_t                      i;
    chatops_rules_t             rules;
    chatops_scope_t             scope;
    chatops_rules_result_t      result;
    const chatops_yaml_node_t  *list;

    *truth = CHATOPS_YES;
    list = chatops_yaml_get(item, "rules");

    if (chatops_yaml_is_null(list)) {
        return CHATOPS_OK;
    }

    *truth = CHATOPS_UNKNOWN;

    if (reader->options->variables == NULL
        || list->type != CHATOPS_YAML_SEQUENCE || list->tag.len
        || list->count == 0)
    {
        return CHATOPS_OK;
    }

    if (reader->statements == NULL) {
        reader->statements = chatops_palloc(reader->arena,
                                            sizeof(chatops_statements_t));

        if (reader->statements == NULL) {
            return CHATOPS_ERROR;
        }

        chatops_statements_init(reader->statements, reader->arena);
    }

    for (i = 0; i < list->count; i++) {
        rc = chatops_ci_include_rule(reader, list->items[i]);

        if (rc != CHATOPS_OK) {
            return rc == CHATOPS_DECLINED ? CHATOPS_OK : rc;
        }
    }

    memset(&scope, 0, sizeof(chatops_scope_t));

    scope.variables = reader->options->variables;

    rules.statements = reader->statements;
    rules.scope = &scope;
    rules.when = chatops_str("always");
    rules.exists = reader->options->exists;
    rules.data = reader->options->data;

    if (chatops_rules_evaluate(&rules, list, &result) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    *truth = result.included;

    return CHATOPS_OK;
}


/* CHATOPS_DECLINED: GitLab may refuse it. */

static int
chatops_ci_include_rule(chatops_ci_reader_t *reader,
    const chatops_yaml_node_t *rule)
{
    int                         rc;
    size_t                      i;
    const chatops_str_t        *key;
    const chatops_yaml_node_t  *value;

    if (rule->type != CHATOPS_YAML_MAPPING || rule->count == 0) {
        return CHATOPS_DECLINED;
    }

    for (i = 0; i < rule->count; i++) {
        key = &rule->pairs[i].key->value;
        value = rule->pairs[i].value;
        rc = CHATOPS_OK;

        if (value->references) {
            return CHATOPS_DECLINED;
        }

        if (chatops_str_is(key, "if")) {
            rc = chatops_ci_include_if(reader, value);

        } else if (chatops_str_is(key, "when")) {
            rc = chatops_yaml_is_null(value)
                 || chatops_str_is(&value->value, "never")
                 || chatops_str_is(&value->value, "always")
                 ? CHATOPS_OK : CHATOPS_DECLINED;

        } else if (!chatops_str_is(key, "exists")
                   && !chatops_str_is(key, "changes"))
        {
            rc = CHATOPS_DECLINED;
        }

        if (rc != CHATOPS_OK) {
            return rc;
        }
    }

    return CHATOPS_OK;
}


static int
chatops_ci_include_if(chatops_ci_reader_t *reader,
    const chatops_yaml_node_t *node)
{
    const char            *why;
    chatops_expression_t  *expression;

    if (chatops_yaml_is_null(node)) {
        return CHATOPS_OK;
    }

    if (chatops_yaml_kind(node) != CHATOPS_YAML_STRING) {
        return CHATOPS_DECLINED;
    }

    return chatops_expression_parse(reader->arena, &node->value, &expression,
                                    &why);
}
