
#include "chatops_only.h"


static int chatops_only_specs(const chatops_only_t *only,
    const chatops_yaml_node_t *node, chatops_truth_e wanted,
    chatops_only_result_t *result);
static int chatops_only_spec(const chatops_only_t *only,
    const chatops_str_t *name, const chatops_yaml_node_t *value,
    chatops_only_result_t *one);
static int chatops_only_refs(const chatops_only_t *only,
    const chatops_yaml_node_t *refs, chatops_only_result_t *one);
static int chatops_only_ref(const chatops_only_t *only,
    const chatops_str_t *pattern, chatops_truth_e *truth);
static int chatops_only_pattern(const chatops_only_t *only,
    const chatops_str_t *pattern, chatops_truth_e *truth);
static int chatops_only_is_source(const chatops_str_t *source,
    const chatops_str_t *pattern);
static int chatops_only_is_plural(const chatops_str_t *source,
    const chatops_str_t *pattern);
static int chatops_only_variables(const chatops_only_t *only,
    const chatops_yaml_node_t *list, chatops_only_result_t *one);
static chatops_truth_e chatops_only_default(const chatops_only_t *only);
static int chatops_only_is_merge_request(const chatops_source_t *source);


int
chatops_only_evaluate(const chatops_only_t *only,
    const chatops_yaml_node_t *node, chatops_only_result_t *result)
{
    const chatops_yaml_node_t  *refs;

    memset(result, 0, sizeof(chatops_only_result_t));

    result->included = CHATOPS_YES;
    refs = NULL;

    if (!chatops_yaml_is_null(node)) {

        if (chatops_only_specs(only, node, CHATOPS_NO, result) != CHATOPS_OK) {
            return CHATOPS_ERROR;
        }

        refs = node->type == CHATOPS_YAML_MAPPING
               ? chatops_yaml_get(node, "refs") : node;
    }

    if (refs == NULL && result->included != CHATOPS_NO
        && chatops_only_default(only) == CHATOPS_NO)
    {
        result->included = CHATOPS_NO;
        result->spec = NULL;
    }

    return CHATOPS_OK;
}


int
chatops_except_evaluate(const chatops_only_t *only,
    const chatops_yaml_node_t *node, chatops_only_result_t *result)
{
    memset(result, 0, sizeof(chatops_only_result_t));

    result->included = CHATOPS_YES;

    if (chatops_yaml_is_null(node)) {
        return CHATOPS_OK;
    }

    return chatops_only_specs(only, node, CHATOPS_YES, result);
}


/* The first spec that comes to `settles` excludes the job. */

static int
chatops_only_specs(const chatops_only_t *only,
    const chatops_yaml_node_t *node, chatops_truth_e settles,
    chatops_only_result_t *result)
{
    size_t                      i, n;
    chatops_str_t               name;
    chatops_only_result_t       one;
    const chatops_yaml_node_t  *key, *value;

    n = node->type == CHATOPS_YAML_MAPPING ? node->count : 1;
    name = chatops_str("refs");
    value = node;

    for (i = 0; i < n; i++) {

        if (node->type == CHATOPS_YAML_MAPPING) {
            key = node->pairs[i].key;
            name = key->value;
            value = node->pairs[i].value;
        }

        memset(&one, 0, sizeof(chatops_only_result_t));

        if (chatops_only_spec(only, &name, value, &one) != CHATOPS_OK) {
            return CHATOPS_ERROR;
        }

        if (one.included == settles) {
            *result = one;
            result->included = CHATOPS_NO;
            return CHATOPS_OK;
        }

        if (one.included == CHATOPS_UNKNOWN
            && result->included != CHATOPS_UNKNOWN)
        {
            *result = one;

        } else if (result->item == NULL
                   && result->included == CHATOPS_YES)
        {
            result->item = one.item;
        }
    }

    return CHATOPS_OK;
}


/* Does it hold?  Here `included` says so. */

static int
chatops_only_spec(const chatops_only_t *only, const chatops_str_t *name,
    const chatops_yaml_node_t *value, chatops_only_result_t *one)
{
    if (chatops_str_is(name, "refs")) {
        one->spec = "refs";
        return chatops_only_refs(only, value, one);
    }

    if (chatops_str_is(name, "variables")) {
        one->spec = "variables";
        return chatops_only_variables(only, value, one);
    }

    if (chatops_str_is(name, "changes")) {

        /* true where there is no commit before it to compare with */

        one->spec = "changes";
        one->included = CHATOPS_YES;
        return CHATOPS_OK;
    }

    if (chatops_str_is(name, "kubernetes")) {
        one->spec = "kubernetes";
        one->included = only->source->kubernetes;
        return CHATOPS_OK;
    }

    one->spec = "";
    one->included = CHATOPS_UNKNOWN;

    return CHATOPS_OK;
}


static int
chatops_only_refs(const chatops_only_t *only, const chatops_yaml_node_t *refs,
    chatops_only_result_t *one)
{
    size_t                      i;
    chatops_truth_e             truth;
    const chatops_yaml_node_t  *item;

    one->included = CHATOPS_NO;

    if (chatops_yaml_is_null(refs)) {
        return CHATOPS_OK;
    }

    if (refs->type != CHATOPS_YAML_SEQUENCE || refs->tag.len) {
        one->included = CHATOPS_UNKNOWN;
        return CHATOPS_OK;
    }

    for (i = 0; i < refs->count; i++) {
        item = refs->items[i];
        truth = CHATOPS_UNKNOWN;

        if (item->type == CHATOPS_YAML_SCALAR
            && chatops_only_ref(only, &item->value, &truth) != CHATOPS_OK)
        {
            return CHATOPS_ERROR;
        }

        if (truth == CHATOPS_NO || (truth == CHATOPS_UNKNOWN
                                    && one->included == CHATOPS_UNKNOWN))
        {
            continue;
        }

        one->included = truth;
        one->item = item;

        if (truth == CHATOPS_YES) {
            break;
        }
    }

    return CHATOPS_OK;
}


/* "chat", "chat@group/project": the part after the first @ is a path. */

static int
chatops_only_ref(const chatops_only_t *only, const chatops_str_t *pattern,
    chatops_truth_e *truth)
{
    u_char           *at;
    chatops_str_t     name, path;
    chatops_truth_e   here;

    name = *pattern;
    here = CHATOPS_YES;
    at = chatops_str_find(pattern, 0, "@", 1);

    if (at != NULL) {
        name.len = at - name.data;
        path = chatops_strn(at + 1, pattern->len - name.len - 1);

        /* no project has a path without a slash in it */

        if (only->source->project.len) {
            here = chatops_str_eq(&path, &only->source->project)
                   ? CHATOPS_YES : CHATOPS_NO;

        } else {
            here = chatops_str_find(&path, 0, "/", 1) != NULL
                   ? CHATOPS_UNKNOWN : CHATOPS_NO;
        }
    }

    if (here == CHATOPS_NO) {
        *truth = CHATOPS_NO;
        return CHATOPS_OK;
    }

    if (chatops_only_pattern(only, &name, truth) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    *truth = chatops_truth_and(*truth, here);

    return CHATOPS_OK;
}


static int
chatops_only_pattern(const chatops_only_t *only, const chatops_str_t *pattern,
    chatops_truth_e *truth)
{
    int                      rc;
    const chatops_source_t  *source;

    source = only->source;
    *truth = CHATOPS_YES;

    if (chatops_only_is_source(&source->source, pattern)) {
        return CHATOPS_OK;
    }

    if (chatops_only_is_merge_request(source)) {
        *truth = CHATOPS_NO;
        return CHATOPS_OK;
    }

    if (chatops_str_is(pattern, source->tag ? "tags" : "branches")) {
        return CHATOPS_OK;
    }

    if (!chatops_statements_spend(only->statements, 64 + pattern->len)) {
        *truth = CHATOPS_UNKNOWN;
        return CHATOPS_OK;
    }

    if (chatops_str_starts(pattern, "/")) {
        rc = chatops_statements_match(only->statements, pattern,
                                      &source->ref, truth);

        if (rc != CHATOPS_DECLINED) {
            return rc;
        }
    }

    *truth = pattern->len && chatops_str_eq(pattern, &source->ref)
             ? CHATOPS_YES : CHATOPS_NO;

    return CHATOPS_OK;
}


/* The source, without `_event` at its end, or its plural. */

static int
chatops_only_is_source(const chatops_str_t *source,
    const chatops_str_t *pattern)
{
    chatops_str_t  name;

    name = *source;

    if (name.len > 6 && memcmp(&name.data[name.len - 6], "_event", 6) == 0) {
        name.len -= 6;
    }

    if (name.len == 0) {
        return 0;
    }

    return chatops_str_eq(pattern, &name)
           || chatops_only_is_plural(&name, pattern);
}


/* chats, webs, pushes, policies */

static int
chatops_only_is_plural(const chatops_str_t *source,
    const chatops_str_t *pattern)
{
    size_t       len;
    u_char       last;
    const char  *end;

    len = source->len;
    last = source->data[len - 1];
    end = "s";

    if (last == 'y' && len > 1
        && strchr("aeiou", source->data[len - 2]) == NULL)
    {
        len--;
        end = "ies";

    } else if (last == 'x'
               || (last == 'h' && len > 1
                   && strchr("cs", source->data[len - 2]) != NULL))
    {
        end = "es";

    } else if (last == 's') {
        end = "";
    }

    return pattern->len == len + strlen(end)
           && memcmp(pattern->data, source->data, len) == 0
           && memcmp(&pattern->data[len], end, strlen(end)) == 0;
}


static int
chatops_only_variables(const chatops_only_t *only,
    const chatops_yaml_node_t *list, chatops_only_result_t *one)
{
    size_t                      i;
    chatops_result_t            result;
    const chatops_yaml_node_t  *item;

    one->included = CHATOPS_NO;

    if (chatops_yaml_is_null(list)) {
        return CHATOPS_OK;
    }

    if (list->type != CHATOPS_YAML_SEQUENCE || list->tag.len) {
        one->included = CHATOPS_UNKNOWN;
        return CHATOPS_OK;
    }

    for (i = 0; i < list->count; i++) {
        item = list->items[i];

        memset(&result, 0, sizeof(chatops_result_t));
        result.truth = CHATOPS_UNKNOWN;

        if (item->type == CHATOPS_YAML_SCALAR
            && chatops_statements_evaluate(only->statements, &item->value,
                                           only->scope, &result)
               != CHATOPS_OK)
        {
            return CHATOPS_ERROR;
        }

        if (result.truth == CHATOPS_NO
            || (result.truth == CHATOPS_UNKNOWN
                && one->included == CHATOPS_UNKNOWN))
        {
            continue;
        }

        one->included = result.truth;
        one->item = item;
        one->variable = result.variable;

        if (result.truth == CHATOPS_YES) {
            break;
        }
    }

    return CHATOPS_OK;
}


/* `branches` and `tags` */

static chatops_truth_e
chatops_only_default(const chatops_only_t *only)
{
    return chatops_only_is_merge_request(only->source) ? CHATOPS_NO
                                                       : CHATOPS_YES;
}


static int
chatops_only_is_merge_request(const chatops_source_t *source)
{
    return chatops_str_is(&source->source, "merge_request_event");
}
