
#include "chatops_clause.h"
#include "chatops_policy_parts.h"


#define CHATOPS_POLICY_MAX_CODE  160     /* bytes of an expression */


static void chatops_policy_rule(chatops_buf_t *buf,
    const chatops_ci_job_t *job, const chatops_rules_result_t *result);
static void chatops_policy_variable(chatops_buf_t *buf,
    const chatops_str_t *name);
static void chatops_policy_refs(chatops_buf_t *buf,
    const chatops_policy_t *policy, const char *keyword,
    const chatops_only_result_t *result);
static void chatops_policy_where(chatops_buf_t *buf,
    const chatops_policy_t *policy, const chatops_ci_job_t *job,
    const char *keyword, size_t number, const chatops_yaml_node_t *item);
static const chatops_yaml_node_t *chatops_policy_job_node(
    const chatops_ci_t *ci, const chatops_str_t *key);
static const chatops_yaml_node_t *chatops_policy_key(
    const chatops_yaml_node_t *node, const char *key);
static const chatops_yaml_node_t *chatops_policy_item(
    const chatops_yaml_node_t *node, const chatops_str_t *value);


int
chatops_policy_rules_reason(const chatops_policy_t *policy,
    const chatops_ci_job_t *job, const chatops_rules_result_t *result,
    chatops_str_t *reason)
{
    chatops_buf_t  buf;

    chatops_buf_init(&buf, policy->arena, CHATOPS_CLAUSE_MAX);

    if (result->included == CHATOPS_NO && result->nmaybes > 1) {
        chatops_buf_text(&buf, job != NULL
                               ? "none of its `rules` lets it run, whichever "
                                 "matches"
                               : "none of the configuration's `workflow: "
                                 "rules` lets it run, whichever matches");

    } else if (result->rule == NULL) {
        chatops_buf_text(&buf, job != NULL
                               ? "none of its `rules` matches"
                               : "none of the configuration's `workflow: "
                                 "rules` matches, so that there would be no "
                                 "pipeline");

    } else {
        chatops_policy_rule(&buf, job, result);

        if (result->included == CHATOPS_NO) {
            chatops_buf_text(&buf, " says `when: never`");

        } else if (result->variable.len) {
            chatops_policy_variable(&buf, &result->variable);

        } else {
            chatops_buf_char(&buf, ' ');
            chatops_buf_text(&buf, result->why != NULL
                                   ? result->why : "is not understood");
        }
    }

    chatops_policy_where(&buf, policy, job, "rules", result->number,
                         result->rule);

    return chatops_buf_finish(&buf, reason);
}


int
chatops_policy_rules_because(const chatops_policy_t *policy,
    const chatops_ci_job_t *job, const chatops_rules_result_t *result,
    chatops_str_t *because)
{
    chatops_buf_t  buf;

    chatops_buf_init(&buf, policy->arena, CHATOPS_CLAUSE_MAX);

    if (result->nmaybes > 1) {
        chatops_buf_text(&buf, "whichever of its `rules` matches");

    } else {
        chatops_policy_rule(&buf, job, result);
        chatops_buf_text(&buf, " matches");
    }

    chatops_policy_where(&buf, policy, job, "rules", result->number,
                         result->rule);

    return chatops_buf_finish(&buf, because);
}


/* "its rule 2, `$CI_COMMIT_TAG`," */

static void
chatops_policy_rule(chatops_buf_t *buf, const chatops_ci_job_t *job,
    const chatops_rules_result_t *result)
{
    const chatops_yaml_node_t  *node;

    chatops_buf_text(buf, job != NULL ? "its rule " : "the workflow's rule ");
    chatops_buf_int(buf, result->number);

    node = chatops_yaml_get(result->rule, "if");

    if (!chatops_yaml_is_null(node)) {
        chatops_buf_text(buf, ", ");
        chatops_clause_code(buf, &node->value, CHATOPS_POLICY_MAX_CODE);
        chatops_buf_char(buf, ',');
    }
}


static void
chatops_policy_variable(chatops_buf_t *buf, const chatops_str_t *name)
{
    u_char         text[CHATOPS_CLAUSE_MAX_NAME + 1];
    chatops_str_t  code;

    code = chatops_strn(text, 1 + chatops_utf8_clip(name->data, name->len,
                                                    sizeof(text) - 1));
    text[0] = '$';
    memcpy(&text[1], name->data, code.len - 1);

    chatops_buf_text(buf, " depends on ");
    chatops_clause_name(buf, &code);
    chatops_buf_text(buf, ", which may be set in the project's settings");
}


int
chatops_policy_only_reason(const chatops_policy_t *policy,
    const chatops_ci_job_t *job, const char *keyword,
    const chatops_only_result_t *result, chatops_str_t *reason)
{
    unsigned       only;
    chatops_buf_t  buf;

    only = keyword[0] == 'o';

    chatops_buf_init(&buf, policy->arena, CHATOPS_CLAUSE_MAX);

    if (result->spec == NULL) {
        chatops_buf_text(&buf, "it is for branches and tags only, as it has "
                         "no `rules` and no `refs` under `only`");

    } else if (strcmp(result->spec, "refs") == 0) {
        chatops_policy_refs(&buf, policy, keyword, result);

    } else {
        chatops_buf_text(&buf, "its `");
        chatops_buf_text(&buf, keyword);
        chatops_buf_text(&buf, result->spec[0] ? ": " : "");
        chatops_buf_text(&buf, result->spec);
        chatops_buf_char(&buf, '`');

        if (result->variable.len) {
            chatops_policy_variable(&buf, &result->variable);

        } else if (result->included == CHATOPS_UNKNOWN) {
            chatops_buf_text(&buf, strcmp(result->spec, "kubernetes") == 0
                                   ? " asks for a cluster, which the project "
                                     "may or may not have"
                                   : " is not understood");

        } else if (result->item != NULL) {
            chatops_buf_text(&buf, " is met: ");
            chatops_clause_code(&buf, &result->item->value,
                                CHATOPS_POLICY_MAX_CODE);

        } else {
            chatops_buf_text(&buf, only ? " is not met" : " is met");
        }
    }

    chatops_policy_where(&buf, policy, job, keyword, 0, result->item);

    return chatops_buf_finish(&buf, reason);
}


static void
chatops_policy_refs(chatops_buf_t *buf, const chatops_policy_t *policy,
    const char *keyword, const chatops_only_result_t *result)
{
    const chatops_source_t  *source;

    source = policy->source;

    chatops_buf_text(buf, "its `");
    chatops_buf_text(buf, keyword);
    chatops_buf_text(buf, "` list ");

    if (result->included == CHATOPS_UNKNOWN) {

        if (result->item == NULL) {
            chatops_buf_text(buf, "is not understood");
            return;
        }

        chatops_buf_text(buf, "has ");
        chatops_clause_name(buf, &result->item->value);
        chatops_buf_text(buf, chatops_str_find(&result->item->value, 0, "@",
                                               1) != NULL
                              ? ", of a project that may or may not be this "
                                "one"
                              : ", a pattern that takes too long");
        return;
    }

    if (result->item != NULL) {
        chatops_buf_text(buf, "names ");
        chatops_clause_name(buf, &result->item->value);
        return;
    }

    chatops_buf_text(buf, "names neither ");
    chatops_clause_name(buf, &source->source);
    chatops_buf_text(buf, source->tag ? " nor the tag " : " nor the branch ");
    chatops_clause_name(buf, &source->ref);
}


int
chatops_policy_only_because(const chatops_policy_t *policy,
    const chatops_ci_job_t *job, const chatops_only_result_t *result,
    chatops_str_t *because)
{
    chatops_buf_t               buf;
    chatops_only_result_t       named;
    const chatops_yaml_node_t  *only;

    if (job->has_only) {
        chatops_buf_init(&buf, policy->arena, CHATOPS_CLAUSE_MAX);

        only = chatops_yaml_get(job->node, "only");
        named = *result;

        if (only->type == CHATOPS_YAML_SEQUENCE && named.item != NULL) {
            chatops_policy_refs(&buf, policy, "only", &named);

        } else {
            chatops_buf_text(&buf, "its `only` is met");
        }

        chatops_policy_where(&buf, policy, job, "only", 0, named.item);

        return chatops_buf_finish(&buf, because);
    }

    *because = chatops_str(job->has_except
                           ? "nothing of its `except` is met"
                           : "it has neither `rules` nor `only` nor "
                             "`except`");

    return CHATOPS_OK;
}


/*
 * " (.gitlab-ci.yml line 7)".  A merged configuration has no lines: what is
 * in the same place in the file itself has, when it reads the same.
 */

static void
chatops_policy_where(chatops_buf_t *buf, const chatops_policy_t *policy,
    const chatops_ci_job_t *job, const char *keyword, size_t number,
    const chatops_yaml_node_t *item)
{
    const chatops_ci_t         *ci;
    const chatops_yaml_node_t  *found, *node;

    ci = policy->ci;
    node = job != NULL ? job->node : chatops_yaml_get(ci->root, "workflow");
    found = item;

    if (ci->merged) {
        ci = policy->source->raw;
        found = NULL;

        if (ci == NULL) {
            return;
        }

        node = job != NULL ? chatops_policy_job_node(ci, &job->key)
                           : chatops_yaml_get(ci->root, "workflow");

        if (number != 0 && item != NULL) {
            found = chatops_rules_find(chatops_yaml_get(node, keyword),
                                       number);

            /* rules that come from elsewhere may be others here */

            if (found != NULL
                && !chatops_yaml_is_null(chatops_yaml_get(item, "if"))
                && (chatops_yaml_is_null(chatops_yaml_get(found, "if"))
                    || !chatops_str_eq(&chatops_yaml_get(found, "if")->value,
                                       &chatops_yaml_get(item, "if")->value)))
            {
                found = NULL;
            }

        } else if (item != NULL) {
            found = chatops_policy_item(chatops_yaml_get(node, keyword),
                                        &item->value);
        }
    }

    if (found == NULL || found->line == 0) {
        found = chatops_policy_key(node, keyword);
    }

    if (found == NULL || found->line == 0 || found->file >= ci->nfiles) {
        return;
    }

    chatops_buf_text(buf, " (");
    chatops_buf_str(buf, &ci->files[found->file]);
    chatops_buf_text(buf, " line ");
    chatops_buf_int(buf, found->line);
    chatops_buf_char(buf, ')');
}


static const chatops_yaml_node_t *
chatops_policy_job_node(const chatops_ci_t *ci, const chatops_str_t *key)
{
    size_t  i;

    for (i = 0; i < ci->njobs; i++) {
        if (chatops_str_eq(&ci->jobs[i].key, key)) {
            return ci->jobs[i].node;
        }
    }

    return NULL;
}


static const chatops_yaml_node_t *
chatops_policy_key(const chatops_yaml_node_t *node, const char *key)
{
    size_t  i;

    if (node == NULL || node->type != CHATOPS_YAML_MAPPING) {
        return NULL;
    }

    for (i = 0; i < node->count; i++) {
        if (node->pairs[i].key->type == CHATOPS_YAML_SCALAR
            && chatops_str_is(&node->pairs[i].key->value, key))
        {
            return node->pairs[i].key;
        }
    }

    return NULL;
}


/* In a list, or in a list of a mapping. */

static const chatops_yaml_node_t *
chatops_policy_item(const chatops_yaml_node_t *node,
    const chatops_str_t *value)
{
    size_t                      i;
    const chatops_yaml_node_t  *item;

    if (node == NULL || node->type == CHATOPS_YAML_SCALAR) {
        return NULL;
    }

    for (i = 0; i < node->count; i++) {

        if (node->type == CHATOPS_YAML_SEQUENCE) {
            item = node->items[i];

            if (item->type == CHATOPS_YAML_SCALAR
                && chatops_str_eq(&item->value, value))
            {
                return item;
            }

            continue;
        }

        if (node->pairs[i].value->type != CHATOPS_YAML_SEQUENCE) {
            continue;
        }

        item = chatops_policy_item(node->pairs[i].value, value);

        if (item != NULL) {
            return item;
        }
    }

    return NULL;
}
