#include "chatops_ci_parts.h"
#include "chatops_ci_inputs.h"


/* GitLab: lib/ci/inputs/. */

typedef struct {
    chatops_ci_inputs_t        *inputs;
    const chatops_str_t        *name;
    const chatops_yaml_node_t  *spec;
    const chatops_yaml_node_t  *where;    /* of errors */
} chatops_ci_input_t;


static int chatops_ci_input(chatops_ci_inputs_t *inputs,
    chatops_yaml_pair_t *pair, const chatops_yaml_node_t *given);
static int chatops_ci_input_value(chatops_ci_input_t *input,
    chatops_yaml_node_t *value, chatops_yaml_node_t **result);
static int chatops_ci_input_option(chatops_ci_input_t *input,
    const chatops_yaml_node_t *value);
static int chatops_ci_is_json(const chatops_yaml_node_t *node);
static int chatops_ci_input_typed(chatops_ci_input_t *input,
    const char *type, chatops_yaml_node_t *value,
    chatops_yaml_node_t **result);
static int chatops_ci_input_failed(chatops_ci_input_t *input,
    const char *text);
static int chatops_ci_inputs_given(chatops_ci_inputs_t *inputs,
    const chatops_yaml_node_t *given);


int
chatops_ci_interpolate(chatops_ci_reader_t *reader,
    const chatops_yaml_node_t *header, const chatops_yaml_node_t *given,
    chatops_yaml_node_t **root)
{
    int                         rc;
    size_t                      i;
    chatops_ci_inputs_t         inputs;
    const chatops_yaml_node_t  *spec;

    if (header == NULL) {
        return given == NULL || given->count == 0 ? CHATOPS_OK
               : chatops_ci_error(reader->arena, reader->ci, given,
                                  "`include`: the file has no `spec`, and "
                                  "takes no inputs");
    }

    memset(&inputs, 0, sizeof(chatops_ci_inputs_t));

    inputs.reader = reader;
    inputs.memo = chatops_ci_memo_create(reader->arena);
    inputs.values = chatops_yaml_mapping(reader->arena);
    inputs.errors = reader->ci->nerrors;

    if (inputs.memo == NULL || inputs.values == NULL) {
        return CHATOPS_ERROR;
    }

    rc = chatops_ci_check_header(reader->arena, reader->ci, header);

    if (rc != CHATOPS_OK || inputs.errors != reader->ci->nerrors) {
        return rc;
    }

    spec = chatops_yaml_get(chatops_yaml_get(header, "spec"), "inputs");

    for (i = 0; spec != NULL && i < spec->count; i++) {

        if (spec->type != CHATOPS_YAML_MAPPING) {
            break;
        }

        rc = chatops_ci_input(&inputs, &spec->pairs[i], given);

        if (rc != CHATOPS_OK) {
            return rc;
        }
    }

    rc = chatops_ci_inputs_given(&inputs, given);

    if (rc != CHATOPS_OK || inputs.errors != reader->ci->nerrors) {
        return rc;
    }

    return chatops_ci_interpolate_node(&inputs, *root, root);
}


static int
chatops_ci_inputs_given(chatops_ci_inputs_t *inputs,
    const chatops_yaml_node_t *given)
{
    int                   rc;
    size_t                i;
    chatops_yaml_node_t  *key;

    if (given == NULL || given->type != CHATOPS_YAML_MAPPING) {
        return CHATOPS_OK;
    }

    for (i = 0; i < given->count; i++) {
        key = given->pairs[i].key;

        if (chatops_yaml_find(inputs->values, &key->value) != NULL) {
            continue;
        }

        rc = chatops_ci_error(inputs->reader->arena, inputs->reader->ci, key,
                              "unknown input `%.*s`",
                              chatops_str_arg(&key->value));

        if (rc != CHATOPS_OK) {
            return rc;
        }
    }

    return CHATOPS_OK;
}


static int
chatops_ci_input(chatops_ci_inputs_t *inputs, chatops_yaml_pair_t *pair,
    const chatops_yaml_node_t *given)
{
    int                   rc;
    chatops_ci_input_t    input;
    chatops_yaml_node_t  *result, *value;

    input.inputs = inputs;
    input.name = &pair->key->value;
    input.spec = pair->value;
    input.where = pair->key;

    result = &inputs->unknown;
    value = chatops_yaml_find(given, input.name);

    if (value == NULL) {
        value = chatops_yaml_get(input.spec, "default");

    } else {
        input.where = value;
    }

    rc = CHATOPS_OK;

    if (chatops_yaml_get(input.spec, "rules") == NULL) {

        if (value != NULL) {
            rc = chatops_ci_input_value(&input, value, &result);

        } else if (pair->key->file != 0) {
            rc = chatops_ci_input_failed(&input, "has no value");
        }
    }

    if (rc != CHATOPS_OK) {
        return rc;
    }

    return chatops_yaml_set(inputs->reader->arena, inputs->values, pair->key,
                            result);
}


static int
chatops_ci_input_value(chatops_ci_input_t *input, chatops_yaml_node_t *value,
    chatops_yaml_node_t **result)
{
    chatops_arena_t            *arena;
    chatops_str_t               text, type;
    const chatops_yaml_node_t  *node;

    arena = input->inputs->reader->arena;
    node = chatops_yaml_get(input->spec, "type");
    type = chatops_str("string");

    if (!chatops_yaml_is_null(node)) {
        type = node->value;
    }

    if (chatops_str_is(&type, "number")) {
        return chatops_ci_input_typed(input, "number", value, result);
    }

    if (chatops_str_is(&type, "boolean")) {
        return chatops_ci_input_typed(input, "boolean", value, result);
    }

    if (chatops_str_is(&type, "array")) {
        return chatops_ci_input_typed(input, "array", value, result);
    }

    if (!chatops_str_is(&type, "string")) {
        return chatops_ci_input_failed(input, "has an unknown type");
    }

    if (value->type != CHATOPS_YAML_SCALAR) {
        return CHATOPS_OK;
    }

    if (chatops_yaml_text(arena, value, &text) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    *result = chatops_yaml_scalar(arena, &text);

    if (*result == NULL) {
        return CHATOPS_ERROR;
    }

    (*result)->line = value->line;
    (*result)->file = value->file;
    chatops_yaml_measure(*result);

    return chatops_yaml_is_null(value) ? CHATOPS_OK
                                       : chatops_ci_input_option(input,
                                                                 *result);
}


/* A string whose text JSON takes for a number, true or false. */

static int
chatops_ci_is_json(const chatops_yaml_node_t *node)
{
    size_t                i;
    const chatops_str_t  *s;

    s = &node->value;

    if (chatops_yaml_kind(node) != CHATOPS_YAML_STRING || s->len == 0) {
        return 0;
    }

    if (chatops_str_is(s, "true") || chatops_str_is(s, "false")) {
        return 1;
    }

    i = s->data[0] == '-';

    if (s->len > i + 1 && s->data[i] == '0' && s->data[i + 1] != '.') {
        return 0;
    }

    for ( /* void */ ; i < s->len; i++) {
        if (strchr("0123456789.", s->data[i]) == NULL) {
            return 0;
        }
    }

    return s->data[s->len - 1] != '.' && s->data[0] != '.';
}


/* A string, as it comes from `include: inputs:`, may hold the value. */

static int
chatops_ci_input_typed(chatops_ci_input_t *input, const char *type,
    chatops_yaml_node_t *value, chatops_yaml_node_t **result)
{
    chatops_yaml_kind_e   kind;
    chatops_yaml_node_t  *plain;

    if (chatops_yaml_is_null(value)) {
        *result = value;
        return CHATOPS_OK;
    }

    plain = value;

    if (chatops_ci_is_json(value)) {
        plain = chatops_palloc(input->inputs->reader->arena,
                               sizeof(chatops_yaml_node_t));

        if (plain == NULL) {
            return CHATOPS_ERROR;
        }

        *plain = *value;
        plain->plain = 1;
    }

    kind = chatops_yaml_kind(plain);

    if (type[0] == 'n'
        && (kind == CHATOPS_YAML_INTEGER || kind == CHATOPS_YAML_FLOAT))
    {
        *result = plain;
        return chatops_ci_input_option(input, plain);
    }

    if (type[0] == 'b' && kind == CHATOPS_YAML_BOOLEAN) {
        *result = plain;
        return CHATOPS_OK;
    }

    if (type[0] == 'a' && value->type == CHATOPS_YAML_SEQUENCE) {
        *result = value;
        return CHATOPS_OK;
    }

    return chatops_ci_input_failed(input, type[0] == 'n' ? "is no number"
                                          : type[0] == 'b' ? "is no boolean"
                                                           : "is no array");
}


static int
chatops_ci_input_option(chatops_ci_input_t *input,
    const chatops_yaml_node_t *value)
{
    size_t                      i;
    chatops_str_t               one, two;
    chatops_arena_t            *arena;
    const chatops_yaml_node_t  *options;

    options = chatops_yaml_get(input->spec, "options");

    if (options == NULL || options->type != CHATOPS_YAML_SEQUENCE) {
        return CHATOPS_OK;
    }

    arena = input->inputs->reader->arena;

    if (chatops_yaml_text(arena, value, &one) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    for (i = 0; i < options->count; i++) {

        if (chatops_yaml_text(arena, options->items[i], &two) != CHATOPS_OK) {
            return CHATOPS_ERROR;
        }

        if (chatops_str_eq(&one, &two)) {
            return CHATOPS_OK;
        }
    }

    return chatops_ci_input_failed(input, "is none of its options");
}


static int
chatops_ci_input_failed(chatops_ci_input_t *input, const char *text)
{
    chatops_ci_reader_t  *reader;

    reader = input->inputs->reader;

    return chatops_ci_error(reader->arena, reader->ci, input->where,
                            "input `%.*s` %s", chatops_str_arg(input->name),
                            text);
}
