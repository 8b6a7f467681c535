/*
 * What the inputs of a file are, for those who put them in.
 */

#ifndef CHATOPS_CI_INPUTS_H
#define CHATOPS_CI_INPUTS_H


#include "chatops_ci_parts.h"


typedef struct {
    chatops_ci_reader_t  *reader;
    chatops_yaml_node_t  *values;       /* by name; or &unknown */
    chatops_yaml_node_t   unknown;
    chatops_ci_memo_t    *memo;         /* nodes with blocks */
    size_t                blocks;
    size_t                bytes;        /* of what has been put in */
    size_t                errors;       /* of ci before */
} chatops_ci_inputs_t;


/*
 * The tree with values in the place of blocks.  A scalar with a block whose
 * value is not known stays, and reader->required is set.
 */
int chatops_ci_interpolate_node(chatops_ci_inputs_t *inputs,
    chatops_yaml_node_t *node, chatops_yaml_node_t **result);

/*
 * The value of a block's inside, "inputs.env | truncate(0, 3)"; NULL with an
 * error noted; &inputs->unknown.
 */
int chatops_ci_block(chatops_ci_inputs_t *inputs,
    const chatops_yaml_node_t *node, const chatops_str_t *data,
    chatops_yaml_node_t **value);


#endif /* CHATOPS_CI_INPUTS_H */
