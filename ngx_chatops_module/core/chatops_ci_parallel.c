#include <stdio.h>

#include "chatops_ci_parts.h"


/* GitLab: lib/gitlab/ci/config/normalizer/. */

#define CHATOPS_CI_MAX_VARIABLES  64
#define CHATOPS_CI_MAX_CELL       1024    /* bytes of a name */


typedef struct {
    const chatops_yaml_node_t  *node;     /* a scalar or a list */
    size_t                      count;
    size_t                      at;
} chatops_ci_axis_t;


static int chatops_ci_number(chatops_ci_reader_t *reader,
    const chatops_str_t *name, size_t total,
    chatops_ci_instance_t *instances);
static size_t chatops_ci_matrix_size(const chatops_yaml_node_t *matrix);
static size_t chatops_ci_axes(const chatops_yaml_node_t *variables,
    chatops_ci_axis_t *axes);
static int chatops_ci_matrix(chatops_ci_reader_t *reader,
    const chatops_str_t *name, const chatops_yaml_node_t *variables,
    chatops_ci_instance_t *instances, size_t *count);
static void chatops_ci_distinct(chatops_ci_instance_t *instances,
    size_t *count);
static int chatops_ci_cell(chatops_ci_reader_t *reader,
    const chatops_str_t *name, const chatops_yaml_node_t *variables,
    const chatops_ci_axis_t *axes, chatops_ci_instance_t *instance);


int
chatops_ci_parallel(chatops_ci_reader_t *reader, const chatops_str_t *name,
    const chatops_yaml_node_t *parallel, chatops_ci_instance_t **instances,
    size_t *count)
{
    int                         rc;
    size_t                      i, total;
    int64_t                     number;
    chatops_str_t               text;
    const chatops_yaml_node_t  *matrix;

    *instances = NULL;
    *count = 0;
    number = 0;
    total = SIZE_MAX;
    matrix = chatops_yaml_get(parallel, "matrix");

    if (matrix != NULL) {
        total = chatops_ci_matrix_size(matrix);

    } else if (parallel != NULL
               && chatops_yaml_kind(parallel) == CHATOPS_YAML_INTEGER)
    {
        if (chatops_yaml_text(reader->arena, parallel, &text) != CHATOPS_OK) {
            return CHATOPS_ERROR;
        }

        if (chatops_str_int(&text, &number) == CHATOPS_OK
            && number > 0 && number <= CHATOPS_CI_MAX_PARALLEL)
        {
            total = number;
        }
    }

    if (total == SIZE_MAX) {
        return CHATOPS_OK;
    }

    *instances = chatops_pcalloc(reader->arena,
                                 total * sizeof(chatops_ci_instance_t));

    if (*instances == NULL) {
        return CHATOPS_ERROR;
    }

    if (matrix == NULL) {
        *count = total;
        return chatops_ci_number(reader, name, total, *instances);
    }

    for (i = 0; i < matrix->count; i++) {
        rc = chatops_ci_matrix(reader, name, matrix->items[i], *instances,
                               count);

        if (rc != CHATOPS_OK) {
            return rc;
        }
    }

    return CHATOPS_OK;
}


static int
chatops_ci_number(chatops_ci_reader_t *reader, const chatops_str_t *name,
    size_t total, chatops_ci_instance_t *instances)
{
    size_t         i;
    chatops_buf_t  buf;

    for (i = 0; i < total; i++) {
        chatops_buf_init(&buf, reader->arena, CHATOPS_CI_MAX_NAME + 32);

        chatops_buf_str(&buf, name);
        chatops_buf_char(&buf, ' ');
        chatops_buf_int(&buf, i + 1);
        chatops_buf_char(&buf, '/');
        chatops_buf_int(&buf, total);

        if (chatops_buf_finish(&buf, &instances[i].name) != CHATOPS_OK) {
            return CHATOPS_ERROR;
        }

        instances[i].number = i + 1;
    }

    instances->total = total;

    return CHATOPS_OK;
}


/* How many jobs it makes: too many when it is not understood. */

static size_t
chatops_ci_matrix_size(const chatops_yaml_node_t *matrix)
{
    size_t              cells, i, k, n, total;
    chatops_ci_axis_t   axes[CHATOPS_CI_MAX_VARIABLES];

    if (chatops_yaml_is_null(matrix)) {
        return 0;
    }

    if (matrix->type != CHATOPS_YAML_SEQUENCE) {
        return SIZE_MAX;
    }

    for (i = 0, total = 0; i < matrix->count; i++) {
        n = chatops_ci_axes(matrix->items[i], axes);

        if (n == 0) {
            return SIZE_MAX;
        }

        for (k = 0, cells = 1; k < n; k++) {
            cells *= axes[k].count;

            if (cells > CHATOPS_CI_MAX_PARALLEL) {
                return SIZE_MAX;
            }
        }

        total += cells;

        if (total > CHATOPS_CI_MAX_PARALLEL) {
            return SIZE_MAX;
        }
    }

    return total;
}


/* The variables of one item; 0 when they are not understood. */

static size_t
chatops_ci_axes(const chatops_yaml_node_t *variables, chatops_ci_axis_t *axes)
{
    size_t                i, k;
    chatops_yaml_node_t  *node;

    if (variables->type != CHATOPS_YAML_MAPPING
        || variables->count > CHATOPS_CI_MAX_VARIABLES)
    {
        return 0;
    }

    for (i = 0; i < variables->count; i++) {
        node = variables->pairs[i].value;

        axes[i].node = node;
        axes[i].at = 0;
        axes[i].count = !chatops_yaml_is_null(node);

        if (node->type == CHATOPS_YAML_MAPPING || node->references
            || variables->pairs[i].key->type != CHATOPS_YAML_SCALAR)
        {
            return 0;
        }

        if (node->type == CHATOPS_YAML_SEQUENCE) {
            axes[i].count = node->count;

            for (k = 0; k < node->count; k++) {
                if (node->items[k]->type != CHATOPS_YAML_SCALAR) {
                    return 0;
                }
            }
        }
    }

    return i;
}


/* All combinations, the last variable changes first. */

static int
chatops_ci_matrix(chatops_ci_reader_t *reader, const chatops_str_t *name,
    const chatops_yaml_node_t *variables, chatops_ci_instance_t *instances,
    size_t *count)
{
    int                rc;
    size_t             i, n;
    chatops_ci_axis_t  axes[CHATOPS_CI_MAX_VARIABLES];

    n = chatops_ci_axes(variables, axes);

    for (i = 0; i < n; i++) {
        if (axes[i].count == 0) {
            return CHATOPS_OK;
        }
    }

    for ( ;; ) {
        rc = chatops_ci_cell(reader, name, variables, axes,
                             &instances[*count]);

        if (rc != CHATOPS_OK) {
            return rc;
        }

        chatops_ci_distinct(instances, count);

        for (i = n; i > 0 && ++axes[i - 1].at == axes[i - 1].count; i--) {
            axes[i - 1].at = 0;
        }

        if (i == 0) {
            return CHATOPS_OK;
        }
    }
}


/* One more, unless it has another's name: then it is in its place. */

static void
chatops_ci_distinct(chatops_ci_instance_t *instances, size_t *count)
{
    size_t                  i;
    chatops_ci_instance_t  *last;

    last = &instances[*count];
    last->number = ++(*instances).total;

    for (i = 0; i < *count; i++) {
        if (chatops_str_eq(&instances[i].name, &last->name)) {
            last->total = instances[i].total;
            instances[i] = *last;
            return;
        }
    }

    (*count)++;
}


static int
chatops_ci_cell(chatops_ci_reader_t *reader, const chatops_str_t *name,
    const chatops_yaml_node_t *variables, const chatops_ci_axis_t *axes,
    chatops_ci_instance_t *instance)
{
    size_t                i;
    chatops_buf_t         buf;
    chatops_str_t         text;
    chatops_yaml_node_t  *value;

    reader->pairs += 4 * variables->count;

    if (reader->pairs > CHATOPS_CI_MAX_PAIRS) {
        return chatops_ci_declined(reader, "its matrix jobs are too many");
    }

    chatops_buf_init(&buf, reader->arena, CHATOPS_YAML_MAX_BYTES);

    chatops_buf_str(&buf, name);
    chatops_buf_text(&buf, ": [");

    instance->matrix = chatops_yaml_mapping(reader->arena);

    if (instance->matrix == NULL) {
        return CHATOPS_ERROR;
    }

    for (i = 0; i < variables->count; i++) {

        if (chatops_yaml_text(reader->arena,
                              axes[i].node->type == CHATOPS_YAML_SEQUENCE
                              ? axes[i].node->items[axes[i].at]
                              : axes[i].node, &text)
            != CHATOPS_OK)
        {
            return CHATOPS_ERROR;
        }

        if (buf.len + text.len > CHATOPS_CI_MAX_CELL) {
            return chatops_ci_declined(reader,
                                       "a matrix job has too long a name");
        }

        if (i) {
            chatops_buf_text(&buf, ", ");
        }

        chatops_buf_str(&buf, &text);

        value = chatops_yaml_scalar(reader->arena, &text);

        if (value == NULL
            || chatops_yaml_set(reader->arena, instance->matrix,
                                variables->pairs[i].key, value)
               != CHATOPS_OK)
        {
            return CHATOPS_ERROR;
        }
    }

    chatops_buf_char(&buf, ']');

    return chatops_buf_finish(&buf, &instance->name);
}
