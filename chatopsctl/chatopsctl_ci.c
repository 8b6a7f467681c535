
#include "chatopsctl_ci.h"


#define CHATOPSCTL_SUGGESTIONS  3
#define CHATOPSCTL_MAX_REASON   4096


static int chatopsctl_ci_variable(chatopsctl_ci_t *ci, const char *pair);
static int chatopsctl_ci_early(const chatopsctl_ci_t *ci,
    const chatops_variables_t *predefined,
    const chatops_variables_t **variables);
static int chatopsctl_ci_refused(const chatopsctl_ci_t *ci, const char *file);
static int chatopsctl_ci_unreadable(const chatopsctl_ci_t *ci,
    const char *file, const char *text);
static int chatopsctl_ci_invalid(json_t *errors);
static json_t *chatopsctl_ci_variables(const chatopsctl_ci_t *ci,
    const chatops_plan_job_t *job);


int
chatopsctl_ci_init(chatopsctl_ci_t *ci, const chatopsctl_command_t *command,
    chatops_arena_t *arena)
{
    memset(ci, 0, sizeof(chatopsctl_ci_t));

    ci->command = command;
    ci->arena = arena;
    ci->predefined.source = chatops_str("chat");
    ci->predefined.ref = chatops_str("main");

    ci->given = chatops_variables_create(arena, NULL);

    if (ci->given == NULL) {
        return chatopsctl_fail(CHATOPSCTL_FAILED, "out of memory");
    }

    return CHATOPSCTL_OK;
}


int
chatopsctl_ci_option(chatopsctl_ci_t *ci, int ch)
{
    switch (ch) {

    case 'j':
        ci->json = 1;
        return CHATOPSCTL_OK;

    case 'm':
        ci->merged = 1;
        return CHATOPSCTL_OK;

    case 'p':
        ci->predefined.project = chatops_str(optarg);
        return CHATOPSCTL_OK;

    case 'r':
        ci->predefined.ref = chatops_str(optarg);
        return CHATOPSCTL_OK;

    case 'R':
        ci->root = chatopsctl_root_open(ci->arena, optarg);
        return ci->root == NULL ? CHATOPSCTL_FAILED : CHATOPSCTL_OK;

    case 's':
        ci->predefined.source = chatops_str(optarg);
        return CHATOPSCTL_OK;

    case 't':
        ci->predefined.tag = 1;
        return CHATOPSCTL_OK;

    case 'v':
        return chatopsctl_ci_variable(ci, optarg);

    default:
        return CHATOPSCTL_USAGE;
    }
}


static int
chatopsctl_ci_variable(chatopsctl_ci_t *ci, const char *pair)
{
    const char     *equals;
    chatops_str_t   name, value;

    equals = strchr(pair, '=');

    if (equals == NULL || equals == pair) {
        return chatopsctl_misused(ci->command, "\"%s\" is not NAME=VALUE",
                                  pair);
    }

    name = chatops_strn(pair, equals - pair);
    value = chatops_str(equals + 1);

    if (chatops_variables_set(ci->given, &name, &value) != CHATOPS_OK) {
        return chatopsctl_fail(CHATOPSCTL_FAILED, "out of memory");
    }

    return CHATOPSCTL_OK;
}


/* Whether there is a cluster is a question of the past: there is none. */

int
chatopsctl_ci_read(chatopsctl_ci_t *ci, const char *file)
{
    int                    status;
    chatops_str_t          text;
    chatops_source_t      *source;
    chatops_variables_t   *predefined;
    chatops_ci_options_t   options;
    chatops_yaml_error_t   error;

    status = chatopsctl_read(ci->arena, file, CHATOPS_YAML_MAX_BYTES, &text);

    if (status != CHATOPSCTL_OK) {
        return status;
    }

    memset(&options, 0, sizeof(chatops_ci_options_t));

    options.name = chatops_str(file);
    options.merged = ci->merged;

    if (chatops_predefined_make(ci->arena, &ci->predefined, 0, &predefined)
        != CHATOPS_OK
        || chatopsctl_ci_early(ci, predefined, &options.variables)
           != CHATOPS_OK)
    {
        return chatopsctl_fail(CHATOPSCTL_FAILED, "out of memory");
    }

    if (ci->root != NULL) {
        options.read = chatopsctl_root_read;
        options.list = chatopsctl_root_list;
        options.exists = chatopsctl_root_exists;
        options.data = ci->root;
    }

    switch (chatops_ci_parse(ci->arena, &text, &options, &ci->ci, &error)) {

    case CHATOPS_OK:
        break;

    case CHATOPS_DECLINED:
        return chatopsctl_ci_unreadable(ci, file, error.text);

    default:
        return chatopsctl_fail(CHATOPSCTL_FAILED, "out of memory");
    }

    if (ci->ci->nerrors != 0) {
        return chatopsctl_ci_refused(ci, file);
    }

    source = &ci->source;
    memset(source, 0, sizeof(chatops_source_t));

    source->source = ci->predefined.source;
    source->ref = ci->predefined.ref;
    source->project = ci->predefined.project;
    source->tag = ci->predefined.tag;
    source->kubernetes = CHATOPS_NO;
    source->predefined = predefined;
    source->given = ci->given;

    if (ci->root != NULL) {
        source->exists = chatopsctl_root_exists;
        source->data = ci->root;
    }

    return CHATOPSCTL_OK;
}


/* What `include: rules` see: GitLab has not yet added CHAT_… by then. */

static int
chatopsctl_ci_early(const chatopsctl_ci_t *ci,
    const chatops_variables_t *predefined,
    const chatops_variables_t **variables)
{
    size_t                i;
    chatops_variables_t  *early, *given;

    static const chatops_str_t  late[] = {
        chatops_string("CHAT_CHANNEL"),
        chatops_string("CHAT_INPUT"),
        chatops_string("CHAT_USER_ID")
    };

    given = chatops_variables_create(ci->arena, ci->given);
    early = chatops_variables_create(ci->arena, predefined);

    if (given == NULL || early == NULL) {
        return CHATOPS_ERROR;
    }

    for (i = 0; i < sizeof(late) / sizeof(late[0]); i++) {
        if (chatops_variables_set_undefined(given, &late[i]) != CHATOPS_OK) {
            return CHATOPS_ERROR;
        }
    }

    chatops_variables_over(early, given);
    *variables = early;

    return CHATOPS_OK;
}


static int
chatopsctl_ci_refused(const chatopsctl_ci_t *ci, const char *file)
{
    size_t                     i;
    json_t                    *errors, *text;
    chatops_str_t              name;
    const chatops_ci_error_t  *error;

    errors = ci->json ? json_array() : NULL;

    for (i = 0; i < ci->ci->nerrors; i++) {
        error = &ci->ci->errors[i];

        if (errors != NULL) {
            text = json_stringn((char *) error->text.data, error->text.len);

            if (text == NULL || json_array_append_new(errors, text) != 0) {
                json_decref(errors);
                return chatopsctl_json_print(NULL);
            }

            continue;
        }

        name = chatops_str(file);

        if (error->file < ci->ci->nfiles && error->line) {
            name = ci->ci->files[error->file];
        }

        if (error->line) {
            fprintf(stderr, "%.*s:%u: %.*s\n", chatops_str_arg(&name),
                    error->line, chatops_str_arg(&error->text));

        } else {
            fprintf(stderr, "%.*s: %.*s\n", chatops_str_arg(&name),
                    chatops_str_arg(&error->text));
        }
    }

    return ci->json ? chatopsctl_ci_invalid(errors) : CHATOPSCTL_INVALID;
}


static int
chatopsctl_ci_unreadable(const chatopsctl_ci_t *ci, const char *file,
    const char *text)
{
    if (!ci->json) {
        fprintf(stderr, "%s: %s\n", file, text);
        return CHATOPSCTL_INVALID;
    }

    return chatopsctl_ci_invalid(json_pack("[s]", text));
}


static int
chatopsctl_ci_invalid(json_t *errors)
{
    int  status;

    status = chatopsctl_json_print(json_pack("{s:b,s:o,s:n,s:[],s:[]}",
                                             "valid", 0, "errors", errors,
                                             "workflow", "hidden", "jobs"));

    return status == CHATOPSCTL_OK ? CHATOPSCTL_INVALID : status;
}


void
chatopsctl_ci_no_job(const chatopsctl_ci_t *ci, const chatops_str_t *name)
{
    size_t                   i, n;
    const chatops_ci_job_t  *jobs[CHATOPSCTL_SUGGESTIONS];

    n = chatops_ci_suggest(ci->ci, name, jobs, CHATOPSCTL_SUGGESTIONS);

    fprintf(stderr, "chatopsctl: there is no job \"%.*s\"",
            chatops_str_arg(name));

    for (i = 0; i < n; i++) {
        fprintf(stderr, "%s\"%.*s\"", i ? " or " : "; is it ",
                chatops_str_arg(&jobs[i]->name));
    }

    fprintf(stderr, "%s\n", n ? "?" : "");
}


json_t *
chatopsctl_ci_truth(chatops_truth_e truth)
{
    return truth == CHATOPS_UNKNOWN ? json_null()
                                    : json_boolean(truth == CHATOPS_YES);
}


chatops_str_t
chatopsctl_ci_reason(const chatopsctl_ci_t *ci,
    const chatops_verdict_t *verdict)
{
    chatops_buf_t  buf;
    chatops_str_t  reason;

    if (verdict->allowed != CHATOPS_YES) {
        return verdict->reason;
    }

    if (verdict->alone == CHATOPS_YES) {
        return verdict->because;
    }

    chatops_buf_init(&buf, ci->arena, CHATOPSCTL_MAX_REASON);

    chatops_buf_str(&buf, &verdict->because);
    chatops_buf_text(&buf, verdict->alone == CHATOPS_NO
                           ? "; not as the only job: "
                           : "; as the only job perhaps not: ");
    chatops_buf_str(&buf, &verdict->alone_reason);

    return chatops_buf_finish(&buf, &reason) == CHATOPS_OK
           ? reason : verdict->alone_reason;
}


json_t *
chatopsctl_ci_job(const chatopsctl_ci_t *ci, const chatops_plan_job_t *job)
{
    json_t                   *object;
    chatops_str_t             reason;
    const chatops_verdict_t  *verdict;

    verdict = &job->verdict;
    reason = chatopsctl_ci_reason(ci, verdict);
    object = json_object();

    if (object == NULL
        || chatopsctl_json_text(object, "name", &job->job->name) != 0
        || chatopsctl_json_text(object, "stage", &job->job->stage) != 0
        || json_object_set_new(object, "included",
                               chatopsctl_ci_truth(verdict->allowed)) != 0
        || chatopsctl_json_text(object, "when", &verdict->when) != 0
        || json_object_set_new(object, "allow_failure",
                               json_boolean(verdict->allow_failure)) != 0
        || json_object_set_new(object, "commands",
                               json_integer(job->job->commands)) != 0
        || chatopsctl_json_text(object, "reason", &reason) != 0
        || json_object_set_new(object, "variables",
                               chatopsctl_ci_variables(ci, job)) != 0
        || json_object_set_new(object, "runnable_alone",
                               chatopsctl_ci_truth(verdict->alone)) != 0)
    {
        json_decref(object);
        return NULL;
    }

    return object;
}


static json_t *
chatopsctl_ci_variables(const chatopsctl_ci_t *ci,
    const chatops_plan_job_t *job)
{
    size_t                      i;
    json_t                     *object;
    chatops_str_t               name, value;
    const chatops_yaml_node_t  *node, *variables;

    variables = chatops_policy_variables(ci->arena, ci->ci, job->job,
                                         &job->verdict);
    object = json_object();

    for (i = 0; object != NULL && variables != NULL && i < variables->count;
         i++)
    {
        node = variables->pairs[i].value;

        if (node->type == CHATOPS_YAML_MAPPING) {
            node = chatops_yaml_get(node, "value");
        }

        /* with a NUL at its end */

        if (chatops_pstrdup(ci->arena, &name,
                            &variables->pairs[i].key->value) != CHATOPS_OK
            || chatops_yaml_text(ci->arena, node, &value) != CHATOPS_OK
            || chatopsctl_json_text(object, (char *) name.data, &value) != 0)
        {
            json_decref(object);
            return NULL;
        }
    }

    if (variables == NULL) {
        json_decref(object);
        return NULL;
    }

    return object;
}
