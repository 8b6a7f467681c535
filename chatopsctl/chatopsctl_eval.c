
#include "chatops_expression.h"
#include "chatopsctl.h"


/* Past the 64 KB that an expression can have. */
#define CHATOPSCTL_EVAL_MAX_TREE  (1024 * 1024)


typedef struct {
    chatops_arena_t       *arena;
    chatops_variables_t   *variables;
    unsigned               json:1;
    unsigned               tree:1;
} chatopsctl_eval_t;


static int chatopsctl_eval_options(const chatopsctl_command_t *command,
    chatopsctl_eval_t *eval, int argc, char **argv);
static int chatopsctl_eval_variable(const chatopsctl_command_t *command,
    chatopsctl_eval_t *eval, const char *argument);
static int chatopsctl_eval_text(chatopsctl_eval_t *eval,
    const chatops_str_t *text);
static int chatopsctl_eval_tree(chatopsctl_eval_t *eval,
    const chatops_expression_t *expression);
static int chatopsctl_eval_invalid(chatopsctl_eval_t *eval, const char *why);
static int chatopsctl_eval_result(chatopsctl_eval_t *eval,
    const chatops_result_t *result);
static json_t *chatopsctl_eval_json(const chatops_result_t *result);


static int
chatopsctl_eval_main(const chatopsctl_command_t *command,
    chatops_arena_t *arena, int argc, char **argv)
{
    int                 status;
    const char         *argument;
    chatops_str_t       text;
    chatopsctl_eval_t   eval;

    memset(&eval, 0, sizeof(chatopsctl_eval_t));

    eval.arena = arena;
    eval.variables = chatops_variables_create(arena, NULL);

    if (eval.variables == NULL) {
        return chatopsctl_fail(CHATOPSCTL_FAILED, "out of memory");
    }

    status = chatopsctl_eval_options(command, &eval, argc, argv);

    if (status != -1) {
        return status;
    }

    argument = chatopsctl_argument(command, argc, argv, "EXPRESSION");
    if (argument == NULL) {
        return CHATOPSCTL_USAGE;
    }

    text = chatops_str(argument);

    return chatopsctl_eval_text(&eval, &text);
}


/* What to exit with, or -1. */

static int
chatopsctl_eval_options(const chatopsctl_command_t *command,
    chatopsctl_eval_t *eval, int argc, char **argv)
{
    int  ch, status;

    static const struct option  options[] = {
        { "help", no_argument,       NULL, 'h' },
        { "json", no_argument,       NULL, 'j' },
        { "tree", no_argument,       NULL, 't' },
        { "var",  required_argument, NULL, 'v' },
        { NULL,   0,                 NULL, 0 }
    };

    while ((ch = chatopsctl_option(command, argc, argv, options)) != -1) {
        switch (ch) {

        case 'j':
            eval->json = 1;
            break;

        case 't':
            eval->tree = 1;
            break;

        case 'v':
            status = chatopsctl_eval_variable(command, eval, optarg);

            if (status != CHATOPSCTL_OK) {
                return status;
            }

            break;

        case 0:
            return CHATOPSCTL_OK;

        default:
            return CHATOPSCTL_USAGE;
        }
    }

    return -1;
}


static int
chatopsctl_eval_variable(const chatopsctl_command_t *command,
    chatopsctl_eval_t *eval, const char *argument)
{
    const char     *equals;
    chatops_str_t   name, value;

    equals = strchr(argument, '=');

    if (equals == NULL || equals == argument) {
        return chatopsctl_misused(command, "--var takes NAME=VALUE, not "
                                  "\"%s\"", argument);
    }

    name = chatops_strn(argument, equals - argument);
    value = chatops_str(equals + 1);

    if (chatops_variables_set(eval->variables, &name, &value) != CHATOPS_OK) {
        return chatopsctl_fail(CHATOPSCTL_FAILED, "out of memory");
    }

    return CHATOPSCTL_OK;
}


static int
chatopsctl_eval_text(chatopsctl_eval_t *eval, const chatops_str_t *text)
{
    int                     rc;
    const char             *why;
    chatops_result_t        result;
    chatops_expression_t   *expression;

    rc = chatops_expression_parse(eval->arena, text, &expression, &why);

    if (rc == CHATOPS_DECLINED) {
        return chatopsctl_eval_invalid(eval, why);
    }

    if (rc == CHATOPS_OK) {
        rc = chatops_expression_evaluate(expression, eval->variables,
                                         &result);
    }

    if (rc != CHATOPS_OK) {
        return chatopsctl_fail(CHATOPSCTL_FAILED, "out of memory");
    }

    if (eval->tree) {
        return chatopsctl_eval_tree(eval, expression);
    }

    return chatopsctl_eval_result(eval, &result);
}


static int
chatopsctl_eval_tree(chatopsctl_eval_t *eval,
    const chatops_expression_t *expression)
{
    chatops_buf_t  buf;
    chatops_str_t  tree;

    chatops_buf_init(&buf, eval->arena, CHATOPSCTL_EVAL_MAX_TREE);
    chatops_expression_print(expression, &buf);

    if (chatops_buf_finish(&buf, &tree) != CHATOPS_OK) {
        return chatopsctl_fail(CHATOPSCTL_FAILED, "out of memory");
    }

    chatopsctl_print(&tree, 1);

    return CHATOPSCTL_OK;
}


static int
chatopsctl_eval_invalid(chatopsctl_eval_t *eval, const char *why)
{
    int      status;
    json_t  *json;

    if (!eval->json) {
        return chatopsctl_fail(CHATOPSCTL_INVALID, "the expression is "
                               "invalid: %s", why);
    }

    json = json_pack("{s:b, s:b, s:n, s:s}", "valid", 0, "truth", 0, "value",
                     "error", why);

    status = chatopsctl_json_print(json);

    return status == CHATOPSCTL_OK ? CHATOPSCTL_INVALID : status;
}


static int
chatopsctl_eval_result(chatopsctl_eval_t *eval,
    const chatops_result_t *result)
{
    int  status;

    status = CHATOPSCTL_OK;

    if (result->error != NULL && !eval->json) {
        (void) chatopsctl_fail(CHATOPSCTL_FAILED, "GitLab fails there: %s",
                               result->error);
    }

    if (eval->json) {
        status = chatopsctl_json_print(chatopsctl_eval_json(result));

    } else if (result->truth == CHATOPS_UNKNOWN) {
        printf("unknown\n");

    } else {
        printf("%s\n", result->truth == CHATOPS_YES ? "true" : "false");
    }

    if (status != CHATOPSCTL_OK) {
        return status;
    }

    return result->truth == CHATOPS_YES ? CHATOPSCTL_OK : CHATOPSCTL_FAILED;
}


static json_t *
chatopsctl_eval_json(const chatops_result_t *result)
{
    int      rc;
    json_t  *json, *truth;

    truth = result->truth == CHATOPS_UNKNOWN
            ? json_null() : json_boolean(result->truth == CHATOPS_YES);

    json = json_pack("{s:b, s:o}", "valid", 1, "truth", truth);

    if (json == NULL) {
        return NULL;
    }

    switch (result->value.type) {

    case CHATOPS_VALUE_BOOLEAN:
        rc = json_object_set_new(json, "value",
                                 json_boolean(result->value.boolean));
        break;

    case CHATOPS_VALUE_STRING:
    case CHATOPS_VALUE_PATTERN:
        rc = chatopsctl_json_text(json, "value", &result->value.string);
        break;

    default:
        rc = json_object_set_new(json, "value", json_null());
    }

    if (rc == 0 && result->error != NULL) {
        rc = json_object_set_new(json, "error", json_string(result->error));
    }

    if (rc != 0) {
        json_decref(json);
        return NULL;
    }

    return json;
}


const chatopsctl_command_t  chatopsctl_eval = {
    "eval",
    "EXPRESSION [--var NAME=VALUE]... [--json] [--tree]",
    "evaluates an expression of rules:if as GitLab does",
    "  EXPRESSION        as it stands in the configuration\n"
    "  --var NAME=VALUE  a variable; the others are undefined\n"
    "  --json            valid, truth, value\n"
    "  --tree            how it is read, instead of its value\n",
    chatopsctl_eval_main
};
