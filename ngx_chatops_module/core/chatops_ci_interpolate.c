#include "chatops_ci_inputs.h"


/* GitLab: lib/gitlab/ci/config/interpolation/template.rb and config.rb. */

#define CHATOPS_CI_MAX_BLOCKS  10000


static int chatops_ci_interpolate_scalar(chatops_ci_inputs_t *inputs,
    chatops_yaml_node_t *node, chatops_yaml_node_t **result);
static int chatops_ci_interpolate_parts(chatops_ci_inputs_t *inputs,
    chatops_yaml_node_t *node, chatops_yaml_node_t **result);
static int chatops_ci_interpolate_item(chatops_ci_inputs_t *inputs,
    chatops_yaml_node_t *list, chatops_yaml_node_t *item);
static int chatops_ci_next_block(const chatops_str_t *text, size_t from,
    chatops_str_t *block, chatops_str_t *data);
static int chatops_ci_is_space(u_char ch);
static int chatops_ci_is_simple(const chatops_yaml_node_t *value);
static int chatops_ci_block_text(chatops_ci_inputs_t *inputs,
    const chatops_yaml_node_t *value, chatops_buf_t *buf);


int
chatops_ci_interpolate_node(chatops_ci_inputs_t *inputs,
    chatops_yaml_node_t *node, chatops_yaml_node_t **result)
{
    int                   rc;
    chatops_yaml_node_t  *known;

    *result = node;

    if (!node->blocks) {
        return CHATOPS_OK;
    }

    known = chatops_ci_memo_get(inputs->memo, node);

    if (known != NULL) {
        *result = known;
        return CHATOPS_OK;
    }

    rc = node->type == CHATOPS_YAML_SCALAR
         ? chatops_ci_interpolate_scalar(inputs, node, result)
         : chatops_ci_interpolate_parts(inputs, node, result);

    if (rc != CHATOPS_OK) {
        return rc;
    }

    return chatops_ci_memo_set(inputs->memo, node, *result);
}


static int
chatops_ci_interpolate_parts(chatops_ci_inputs_t *inputs,
    chatops_yaml_node_t *node, chatops_yaml_node_t **result)
{
    int                   rc;
    size_t                i;
    chatops_yaml_node_t  *copy;
    chatops_yaml_pair_t  *pair;

    copy = chatops_palloc(inputs->reader->arena, sizeof(chatops_yaml_node_t));

    if (copy == NULL) {
        return CHATOPS_ERROR;
    }

    *copy = *node;
    copy->index = NULL;

    if (node->type == CHATOPS_YAML_SEQUENCE) {
        copy->count = 0;
        copy->items = NULL;

    } else {
        copy->pairs = chatops_palloc(inputs->reader->arena, node->count
                                               * sizeof(chatops_yaml_pair_t));

        if (copy->pairs == NULL) {
            return CHATOPS_ERROR;
        }
    }

    for (i = 0; i < node->count; i++) {

        if (node->type == CHATOPS_YAML_SEQUENCE) {
            rc = chatops_ci_interpolate_item(inputs, copy, node->items[i]);

            if (rc != CHATOPS_OK) {
                return rc;
            }

            continue;
        }

        pair = &copy->pairs[i];

        rc = chatops_ci_interpolate_node(inputs, node->pairs[i].key,
                                         &pair->key);

        if (rc == CHATOPS_OK) {
            rc = chatops_ci_interpolate_node(inputs, node->pairs[i].value,
                                             &pair->value);
        }

        if (rc != CHATOPS_OK) {
            return rc;
        }
    }

    if (copy->type == CHATOPS_YAML_MAPPING
        && chatops_yaml_unique(inputs->reader->arena, copy) != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    chatops_yaml_measure(copy);

    *result = copy;

    return CHATOPS_OK;
}


/* An array in the place of a string becomes part of the list. */

static int
chatops_ci_interpolate_item(chatops_ci_inputs_t *inputs,
    chatops_yaml_node_t *list, chatops_yaml_node_t *item)
{
    int                   rc;
    size_t                i;
    chatops_yaml_node_t  *value;

    rc = chatops_ci_interpolate_node(inputs, item, &value);

    if (rc != CHATOPS_OK) {
        return rc;
    }

    if (item->type != CHATOPS_YAML_SCALAR
        || value->type != CHATOPS_YAML_SEQUENCE)
    {
        return chatops_yaml_append(inputs->reader->arena, list, value);
    }

    inputs->bytes += value->count * sizeof(value);

    if (inputs->bytes > 2 * CHATOPS_YAML_MAX_BYTES) {
        return chatops_ci_declined(inputs->reader,
                                   "its inputs make it too large");
    }

    for (i = 0; i < value->count; i++) {
        if (chatops_yaml_append(inputs->reader->arena, list, value->items[i])
            != CHATOPS_OK)
        {
            return CHATOPS_ERROR;
        }
    }

    return CHATOPS_OK;
}


static int
chatops_ci_interpolate_scalar(chatops_ci_inputs_t *inputs,
    chatops_yaml_node_t *node, chatops_yaml_node_t **result)
{
    int                   rc;
    size_t                at, from;
    chatops_buf_t         buf;
    chatops_str_t         block, data, text;
    chatops_yaml_node_t  *value;

    chatops_buf_init(&buf, inputs->reader->arena, 2 * CHATOPS_YAML_MAX_BYTES);

    from = 0;

    while (chatops_ci_next_block(&node->value, from, &block, &data)) {

        if (++inputs->blocks > CHATOPS_CI_MAX_BLOCKS) {
            return chatops_ci_declined(inputs->reader,
                                       "it has too many `$[[`");
        }

        rc = chatops_ci_block(inputs, node, &data, &value);

        if (rc != CHATOPS_OK || value == NULL) {
            return rc;
        }

        if (value == &inputs->unknown
            || (block.len != node->value.len && !chatops_ci_is_simple(value)))
        {
            inputs->reader->required = 1;
            return CHATOPS_OK;
        }

        if (block.len == node->value.len) {
            *result = value;
            return CHATOPS_OK;
        }

        at = block.data - node->value.data;

        chatops_buf_add(&buf, node->value.data + from, at - from);

        rc = chatops_ci_block_text(inputs, value, &buf);

        if (rc != CHATOPS_OK) {
            return rc;
        }

        from = at + block.len;
    }

    if (from == 0) {
        return CHATOPS_OK;
    }

    chatops_buf_add(&buf, node->value.data + from, node->value.len - from);

    if (chatops_buf_finish(&buf, &text) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    value = chatops_palloc(inputs->reader->arena,
                           sizeof(chatops_yaml_node_t));

    if (value == NULL) {
        return CHATOPS_ERROR;
    }

    *value = *node;

    value->value = text;
    value->plain = 0;
    value->blocks = 0;

    *result = value;

    return CHATOPS_OK;
}


/* A scalar, or a list whose strings Ruby's inspect just puts in quotes. */

static int
chatops_ci_is_simple(const chatops_yaml_node_t *value)
{
    size_t                 i, k;
    chatops_yaml_node_t   *item;
    chatops_yaml_kind_e    kind;

    if (value->type != CHATOPS_YAML_SEQUENCE) {
        return value->type == CHATOPS_YAML_SCALAR;
    }

    for (i = 0; i < value->count; i++) {
        item = value->items[i];
        kind = chatops_yaml_kind(item);

        if (kind == CHATOPS_YAML_OTHER || kind == CHATOPS_YAML_SYMBOL
            || kind == CHATOPS_YAML_NULL)
        {
            return 0;
        }

        for (k = 0; k < item->value.len; k++) {
            if (item->value.data[k] < ' ' || item->value.data[k] > '~'
                || strchr("\"\\#", item->value.data[k]) != NULL)
            {
                return 0;
            }
        }
    }

    return 1;
}


static int
chatops_ci_block_text(chatops_ci_inputs_t *inputs,
    const chatops_yaml_node_t *value, chatops_buf_t *buf)
{
    int            rc;
    size_t         i;
    unsigned       quoted;
    chatops_str_t  text;

    if (value->type == CHATOPS_YAML_SEQUENCE) {
        chatops_buf_char(buf, '[');

        for (i = 0; i < value->count; i++) {
            quoted = chatops_yaml_kind(value->items[i]) == CHATOPS_YAML_STRING;

            chatops_buf_text(buf, i ? quoted ? ", \"" : ", "
                                    : quoted ? "\"" : "");

            rc = chatops_ci_block_text(inputs, value->items[i], buf);

            if (rc != CHATOPS_OK) {
                return rc;
            }

            chatops_buf_text(buf, quoted ? "\"" : "");
        }

        chatops_buf_char(buf, ']');

        return CHATOPS_OK;
    }

    if (chatops_yaml_text(inputs->reader->arena, value, &text) != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    inputs->bytes += text.len;

    if (inputs->bytes > CHATOPS_YAML_MAX_BYTES) {
        return chatops_ci_declined(inputs->reader,
                                   "its inputs make it too large");
    }

    chatops_buf_str(buf, &text);

    return CHATOPS_OK;
}


/* \$\[\[\s*(\S.*?\S)\s*\]\], of which `data` is what is in parentheses. */

static int
chatops_ci_next_block(const chatops_str_t *text, size_t from,
    chatops_str_t *block, chatops_str_t *data)
{
    u_char         *end, *last, *p, *q, *start;
    chatops_str_t   rest;

    end = text->data + text->len;

    while ((start = chatops_str_find(text, from, "$[[", 3)) != NULL) {

        for (p = start + 3; p < end && chatops_ci_is_space(*p); p++) {
            /* void */
        }

        rest = chatops_strn(p, end - p);
        q = chatops_str_find(&rest, 0, "]]", 2);

        if (q == NULL) {
            return 0;
        }

        while (q != NULL) {

            for (last = q; last > p && chatops_ci_is_space(last[-1]); last--) {
                /* void */
            }

            if (last - p >= 2) {
                break;
            }

            q = chatops_str_find(&rest, q - p + 1, "]]", 2);
        }

        if (q != NULL && memchr(p, '\n', last - p) == NULL) {
            *block = chatops_strn(start, q + 2 - start);
            *data = chatops_strn(p, last - p);
            return 1;
        }

        from = start + 3 - text->data;
    }

    return 0;
}


static int
chatops_ci_is_space(u_char ch)
{
    return ch == ' ' || ch == '\t' || ch == '\n' || ch == '\f' || ch == '\r';
}
