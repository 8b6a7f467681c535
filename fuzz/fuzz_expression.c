/*
 * An expression, then names and values of variables, all with a NUL in
 * between.  What is known of it while some of them are not known is true
 * with any values that they have; parentheses around it change nothing.
 */

#include <stdlib.h>

#include "chatops_expression.h"


#define fuzz_assert(x)  if (!(x)) { abort(); }

#define FUZZ_MAX_VARIABLES  8


typedef struct {
    chatops_str_t   text;
    chatops_str_t   names[FUZZ_MAX_VARIABLES];
    chatops_str_t   values[FUZZ_MAX_VARIABLES];
    size_t          n;
} fuzz_input_t;


static chatops_str_t
fuzz_next(const uint8_t **p, const uint8_t *end)
{
    const uint8_t  *nul;
    chatops_str_t   s;

    nul = *p < end ? memchr(*p, '\0', end - *p) : NULL;

    if (nul == NULL) {
        nul = end;
    }

    s = chatops_strn(*p, nul - *p);
    *p = nul < end ? nul + 1 : end;

    return s;
}


/* With the variables of the mask unknown, and with it all others. */

static chatops_variables_t *
fuzz_variables(chatops_arena_t *arena, const fuzz_input_t *input,
    unsigned unknown)
{
    int                   rc;
    size_t                i;
    chatops_variables_t  *variables;

    variables = chatops_variables_create(arena, NULL);
    fuzz_assert(variables != NULL);

    if (unknown) {
        chatops_variables_open(variables, CHATOPS_UNKNOWN);
    }

    for (i = 0; i < input->n; i++) {
        rc = unknown & 1u << i
             ? chatops_variables_set_unknown(variables, &input->names[i])
             : chatops_variables_set(variables, &input->names[i],
                                     &input->values[i]);
        fuzz_assert(rc == CHATOPS_OK);
    }

    return variables;
}


static void
fuzz_check(const chatops_result_t *known, const chatops_result_t *open)
{
    fuzz_assert(open->truth == CHATOPS_UNKNOWN || open->truth == known->truth);

    if (open->value.type == CHATOPS_VALUE_UNKNOWN) {
        return;
    }

    fuzz_assert(open->truth != CHATOPS_UNKNOWN);
    fuzz_assert(open->value.type == known->value.type);
    fuzz_assert(open->value.boolean == known->value.boolean);
    fuzz_assert(chatops_str_eq(&open->value.string, &known->value.string));
}


static void
fuzz_parentheses(chatops_arena_t *arena, const fuzz_input_t *input,
    const chatops_result_t *result)
{
    const char             *why;
    chatops_buf_t           buf;
    chatops_str_t           text;
    chatops_result_t        again;
    chatops_expression_t   *expression;

    chatops_buf_init(&buf, arena, input->text.len + 2);
    chatops_buf_char(&buf, '(');
    chatops_buf_str(&buf, &input->text);
    chatops_buf_char(&buf, ')');
    fuzz_assert(chatops_buf_finish(&buf, &text) == CHATOPS_OK);

    if (chatops_expression_parse(arena, &text, &expression, &why)
        != CHATOPS_OK)
    {
        /* two tokens more */

        fuzz_assert(text.len > CHATOPS_EXPRESSION_MAX_TOKENS);
        return;
    }

    fuzz_assert(chatops_expression_evaluate(expression,
                                            fuzz_variables(arena, input, 0),
                                            &again)
                == CHATOPS_OK);
    fuzz_assert((again.error == NULL) == (result->error == NULL));
    fuzz_check(result, &again);
}


static void
fuzz_evaluate(chatops_arena_t *arena, const fuzz_input_t *input,
    const chatops_expression_t *expression)
{
    unsigned           unknown;
    chatops_buf_t      buf;
    chatops_str_t      tree;
    chatops_result_t   result, open;

    chatops_buf_init(&buf, arena, 1024 * 1024);
    chatops_expression_print(expression, &buf);
    fuzz_assert(chatops_buf_finish(&buf, &tree) == CHATOPS_OK);

    fuzz_assert(chatops_expression_evaluate(expression,
                                            fuzz_variables(arena, input, 0),
                                            &result)
                == CHATOPS_OK);

    fuzz_assert(result.variable.len == 0);
    fuzz_parentheses(arena, input, &result);

    if (result.error != NULL) {
        fuzz_assert(result.truth == CHATOPS_NO);
        return;
    }

    for (unknown = 1; unknown < 0x200; unknown = unknown * 2 + 1) {
        fuzz_assert(chatops_expression_evaluate(expression,
                                       fuzz_variables(arena, input, unknown),
                                       &open)
                    == CHATOPS_OK);

        if (open.error == NULL) {
            fuzz_check(&result, &open);
        }
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char             *why;
    fuzz_input_t            input;
    const uint8_t          *p, *end;
    chatops_arena_t        *arena;
    chatops_expression_t   *expression;

    arena = chatops_arena_create(0);
    fuzz_assert(arena != NULL);

    p = data;
    end = data + size;
    input.text = fuzz_next(&p, end);

    for (input.n = 0; p < end && input.n < FUZZ_MAX_VARIABLES; input.n++) {
        input.names[input.n] = fuzz_next(&p, end);
        input.values[input.n] = fuzz_next(&p, end);
    }

    why = NULL;

    switch (chatops_expression_parse(arena, &input.text, &expression, &why)) {

    case CHATOPS_OK:
        fuzz_evaluate(arena, &input, expression);
        break;

    case CHATOPS_DECLINED:
        fuzz_assert(why != NULL && why[0] != '\0');
        break;

    default:
        abort();
    }

    chatops_arena_destroy(arena);

    return 0;
}
