#include "chatops_ci_check.h"


#define CHATOPS_CHECK_MAX_TAGS     49    /* the limit of 50 is not reached */
#define CHATOPS_CHECK_MAX_RETRIES  2

#define CHATOPS_CHECK_FAILURES                                                \
    "always unknown_failure script_failure api_failure "                      \
    "stuck_or_timeout_failure runner_system_failure "                         \
    "missing_dependency_failure runner_unsupported stale_schedule "           \
    "job_execution_timeout archived_failure unmet_prerequisites "             \
    "scheduler_failure data_integrity_failure forward_deployment_failure "    \
    "user_blocked project_deleted ci_quota_exceeded pipeline_loop_detected "  \
    "no_matching_runner trace_size_exceeded builds_disabled "                 \
    "environment_creation_failure deployment_rejected "                       \
    "failed_outdated_deployment_job job_execution_server_timeout "            \
    "protected_environment_failure insufficient_bridge_permissions "          \
    "downstream_bridge_project_not_found invalid_bridge_trigger "             \
    "upstream_bridge_project_not_found insufficient_upstream_permissions "    \
    "bridge_pipeline_is_child_pipeline downstream_pipeline_creation_failed "  \
    "secrets_provider_not_found reached_max_descendant_pipelines_depth "      \
    "ip_restriction_failure reached_max_pipeline_hierarchy_size "             \
    "reached_downstream_pipeline_trigger_rate_limit "                         \
    "duo_workflow_not_allowed job_router_failure job_token_expired"


static void
chatops_check_retry_max(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    int64_t        value;
    chatops_str_t  text;

    (void) arg;

    if (chatops_check_is_open(check, node)) {
        return;
    }

    if (chatops_yaml_text(check->arena, node, &text) != CHATOPS_OK) {
        check->failed = 1;
        return;
    }

    if ((chatops_check_is_integer(check, node)
         || chatops_check_is_string(check, node))
        && chatops_str_int(&text, &value) == CHATOPS_OK
        && value <= CHATOPS_CHECK_MAX_RETRIES)
    {
        return;
    }

    chatops_check_error(check, at, node, "it should be an integer from 0 to "
                        "%d", CHATOPS_CHECK_MAX_RETRIES);
}


static void
chatops_check_retry_when(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    size_t                      i, n;
    const chatops_yaml_node_t  *item;

    n = node->type == CHATOPS_YAML_SEQUENCE ? node->count : 1;

    check->steps += n;

    for (i = 0; i < n && !chatops_check_done(check); i++) {
        item = node->type == CHATOPS_YAML_SEQUENCE ? node->items[i] : node;

        if (!chatops_check_is_string(check, item)) {
            chatops_check_error(check, at, item, "it should be a string or "
                                "an array of strings");
            return;
        }

        if (!chatops_check_is_open(check, item)
            && !chatops_check_is_one_of(&item->value, arg))
        {
            chatops_check_error(check, at, item, "`%.*s` is no reason of a "
                                "failure", chatops_str_arg(&item->value));
        }
    }
}


static const chatops_check_key_t  chatops_check_retry_keys[] = {
    { chatops_string("max"), chatops_check_retry_max, NULL },
    { chatops_string("when"), chatops_check_retry_when,
      CHATOPS_CHECK_FAILURES },
    { chatops_string("exit_codes"), chatops_check_integer_or_integers, NULL },
    chatops_check_last
};


void
chatops_check_retry(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    (void) arg;

    if (node->type == CHATOPS_YAML_MAPPING) {
        chatops_check_keys(check, at, node, chatops_check_retry_keys);
        return;
    }

    if (!chatops_check_is_integer(check, node)) {
        chatops_check_error(check, at, node,
                            "it should be an integer or a mapping");
        return;
    }

    chatops_check_retry_max(check, at, node, NULL);
}


/* Notes a tag among those seen before; 0 when there are too many. */
static int
chatops_check_tag_new(chatops_str_t *tags, size_t *ntags,
    const chatops_str_t *tag)
{
    size_t  i;

    for (i = 0; i < *ntags; i++) {
        if (chatops_str_eq(&tags[i], tag)) {
            return 1;
        }
    }

    if (*ntags == CHATOPS_CHECK_MAX_TAGS) {
        return 0;
    }

    tags[(*ntags)++] = *tag;

    return 1;
}


/* A string holds several tags when it has commas. */
void
chatops_check_tags(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    u_char         *p, *end, *comma;
    size_t          i, ntags;
    chatops_str_t   tag, tags[CHATOPS_CHECK_MAX_TAGS];

    (void) arg;

    chatops_check_strings(check, at, node, NULL);

    if (node->type != CHATOPS_YAML_SEQUENCE) {
        return;
    }

    for (i = 0, ntags = 0; i < node->count; i++) {
        if (node->items[i]->type != CHATOPS_YAML_SCALAR) {
            return;
        }

        p = node->items[i]->value.data;
        end = p + node->items[i]->value.len;

        for ( /* void */ ; p < end; p = comma + 1) {
            comma = memchr(p, ',', (size_t) (end - p));

            if (comma == NULL) {
                comma = end;
            }

            tag = chatops_strn(p, (size_t) (comma - p));
            tag = chatops_str_trim(&tag);

            if (tag.len != 0 && !chatops_check_tag_new(tags, &ntags, &tag)) {
                chatops_check_error(check, at, node, "it should have less "
                                    "than %d tags",
                                    CHATOPS_CHECK_MAX_TAGS + 1);
                return;
            }
        }
    }
}


static void
chatops_check_inherited(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    size_t                      i;
    const chatops_yaml_node_t  *item;

    if (chatops_check_is_boolean(check, node)) {
        return;
    }

    if (node->type != CHATOPS_YAML_SEQUENCE) {
        chatops_check_error(check, at, node, "it should be true, false or "
                            "an array of strings");
        return;
    }

    check->steps += node->count;

    for (i = 0; i < node->count && !chatops_check_done(check); i++) {
        item = node->items[i];

        if (!chatops_check_is_word(check, item)) {
            chatops_check_error(check, at, item, "it should be true, false "
                                "or an array of strings");
            return;
        }

        if (arg != NULL && !chatops_check_is_open(check, item)
            && chatops_check_find(arg, &item->value) == NULL)
        {
            chatops_check_error(check, at, item, "unknown keyword `%.*s`",
                                chatops_str_arg(&item->value));
        }
    }
}


static const chatops_check_key_t  chatops_check_inherit_keys[] = {
    { chatops_string("default"), chatops_check_inherited,
      chatops_check_default_keys },
    { chatops_string("variables"), chatops_check_inherited, NULL },
    chatops_check_last
};


void
chatops_check_inherit(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    (void) arg;

    chatops_check_mapping(check, at, node, chatops_check_inherit_keys);
}


static const chatops_check_key_t  chatops_check_id_token_keys[] = {
    { chatops_string("aud"), chatops_check_string_or_strings, NULL },
    chatops_check_last
};


void
chatops_check_id_tokens(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    size_t                      i;
    chatops_check_at_t          here;
    const chatops_yaml_node_t  *token;

    (void) arg;

    chatops_check_mapping(check, at, node, NULL);

    if (node->type != CHATOPS_YAML_MAPPING) {
        return;
    }

    here.up = at;
    here.index = 0;

    for (i = 0; i < node->count && !chatops_check_done(check); i++) {
        token = node->pairs[i].value;
        here.name = node->pairs[i].key->value;

        check->steps++;

        if (chatops_check_is_open(check, token)) {
            continue;
        }

        if (token->type == CHATOPS_YAML_MAPPING) {
            chatops_check_keys(check, &here, token,
                               chatops_check_id_token_keys);
        }

        if (chatops_check_get(token, "aud") == NULL) {
            chatops_check_missing(check, &here, token, "it has no `aud`");
        }
    }
}


static const chatops_check_key_t  chatops_check_allow_failure_keys[] = {
    { chatops_string("exit_codes"), chatops_check_integer_or_integers, NULL },
    chatops_check_last
};


void
chatops_check_allow_failure(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg)
{
    (void) arg;

    if (node->type == CHATOPS_YAML_MAPPING) {
        chatops_check_keys(check, at, node, chatops_check_allow_failure_keys);

    } else if (!chatops_check_is_boolean(check, node)) {
        chatops_check_error(check, at, node,
                            "it should be true, false or a mapping");
    }
}


static const chatops_check_duration_t  chatops_check_pages_expire_in = {
    0, NULL, 1, 1
};

static const chatops_check_key_t  chatops_check_pages_keys[] = {
    { chatops_string("path_prefix"), chatops_check_string, NULL },
    { chatops_string("expire_in"), chatops_check_duration,
      &chatops_check_pages_expire_in },
    { chatops_string("publish"), chatops_check_string, NULL },
    chatops_check_last
};


void
chatops_check_pages(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    (void) arg;

    if (node->type == CHATOPS_YAML_MAPPING) {
        chatops_check_keys(check, at, node, chatops_check_pages_keys);

    } else if (!chatops_check_is_boolean(check, node)) {
        chatops_check_error(check, at, node,
                            "it should be true, false or a mapping");
    }
}


/* Only the shape: an array of mappings with names. */
void
chatops_check_run(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    size_t                      i;
    chatops_check_at_t          here;
    const chatops_yaml_node_t  *step;

    (void) arg;

    if (node->type != CHATOPS_YAML_SEQUENCE) {
        chatops_check_error(check, at, node, "it should be an array of steps");
        return;
    }

    here.up = at;
    here.name = (chatops_str_t) chatops_null_string;

    for (i = 0; i < node->count && !chatops_check_done(check); i++) {
        step = node->items[i];
        here.index = i + 1;

        check->steps++;

        if (chatops_check_is_open(check, step)) {
            continue;
        }

        if (step->type != CHATOPS_YAML_MAPPING
            || chatops_check_get(step, "name") == NULL)
        {
            chatops_check_error(check, &here, step,
                                "a step should be a mapping with a `name`");
        }
    }
}
