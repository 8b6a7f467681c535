
#include "chatops_policy.h"
#include "chatopsctl.h"


#define CHATOPSCTL_JOB_COLUMNS  4


static int chatopsctl_jobs_table(chatops_arena_t *arena,
    const chatops_ci_t *ci, const chatops_source_t *source);
static int chatopsctl_jobs_json(chatops_arena_t *arena,
    const chatops_ci_t *ci, const chatops_source_t *source);
static json_t *chatopsctl_job_json(const chatops_ci_job_t *job,
    const chatops_verdict_t *verdict);
static const char *chatopsctl_verdict_name(const chatops_verdict_t *verdict);


static int
chatopsctl_jobs_main(const chatopsctl_command_t *command,
    chatops_arena_t *arena, int argc, char **argv)
{
    int                     ch, json, status;
    const char             *file;
    chatops_ci_t           *ci;
    chatops_str_t           text;
    chatops_source_t        source;
    chatops_yaml_error_t    error;
    chatops_ci_options_t    how;

    static const struct option  options[] = {
        { "help",   no_argument,       NULL, 'h' },
        { "json",   no_argument,       NULL, 'j' },
        { "merged", no_argument,       NULL, 'm' },
        { "ref",    required_argument, NULL, 'r' },
        { NULL,     0,                 NULL, 0 }
    };

    json = 0;
    memset(&how, 0, sizeof(chatops_ci_options_t));

    memset(&source, 0, sizeof(chatops_source_t));

    source.source = chatops_str("chat");
    source.ref = chatops_str("main");

    while ((ch = chatopsctl_option(command, argc, argv, options)) != -1) {
        switch (ch) {

        case 'j':
            json = 1;
            break;

        case 'm':
            how.merged = 1;
            break;

        case 'r':
            source.ref = chatops_str(optarg);
            break;

        case 0:
            return CHATOPSCTL_OK;

        default:
            return CHATOPSCTL_USAGE;
        }
    }

    file = chatopsctl_argument(command, argc, argv, "FILE");
    if (file == NULL) {
        return CHATOPSCTL_USAGE;
    }

    status = chatopsctl_read(arena, file, CHATOPS_YAML_MAX_BYTES, &text);
    if (status != CHATOPSCTL_OK) {
        return status;
    }

    how.name = chatops_str(file);

    switch (chatops_ci_parse(arena, &text, &how, &ci, &error)) {

    case CHATOPS_OK:
        return json ? chatopsctl_jobs_json(arena, ci, &source)
                    : chatopsctl_jobs_table(arena, ci, &source);

    case CHATOPS_DECLINED:
        fprintf(stderr, "%s: %s\n", file, error.text);
        return CHATOPSCTL_INVALID;

    default:
        return chatopsctl_fail(CHATOPSCTL_FAILED, "out of memory");
    }
}


static int
chatopsctl_jobs_table(chatops_arena_t *arena, const chatops_ci_t *ci,
    const chatops_source_t *source)
{
    int                  rc;
    size_t               i;
    chatops_str_t        cells[CHATOPSCTL_JOB_COLUMNS];
    chatops_verdict_t    verdict;
    chatopsctl_table_t   table;

    cells[0] = chatops_str("JOB");
    cells[1] = chatops_str("STAGE");
    cells[2] = chatops_str("CHAT");
    cells[3] = chatops_str("WHY");

    chatopsctl_table_init(&table, arena, CHATOPSCTL_JOB_COLUMNS);
    rc = chatopsctl_table_row(&table, cells);

    for (i = 0; rc == CHATOPS_OK && i < ci->njobs; i++) {

        if (ci->jobs[i].hidden) {
            continue;
        }

        memset(&verdict, 0, sizeof(chatops_verdict_t));

        rc = chatops_policy_evaluate(arena, ci, &ci->jobs[i], source,
                                     &verdict);

        if (rc == CHATOPS_OK) {
            cells[0] = ci->jobs[i].name;
            cells[1] = ci->jobs[i].stage;
            cells[2] = chatops_str(chatopsctl_verdict_name(&verdict));
            cells[3] = verdict.reason;

            rc = chatopsctl_table_row(&table, cells);
        }
    }

    if (rc != CHATOPS_OK) {
        return chatopsctl_fail(CHATOPSCTL_FAILED, "out of memory");
    }

    chatopsctl_table_print(&table);

    return CHATOPSCTL_OK;
}


static int
chatopsctl_jobs_json(chatops_arena_t *arena, const chatops_ci_t *ci,
    const chatops_source_t *source)
{
    size_t              i;
    json_t             *array;
    chatops_verdict_t   verdict;

    array = json_array();

    for (i = 0; array != NULL && i < ci->njobs; i++) {

        if (ci->jobs[i].hidden) {
            continue;
        }

        memset(&verdict, 0, sizeof(chatops_verdict_t));

        if (chatops_policy_evaluate(arena, ci, &ci->jobs[i], source, &verdict)
            != CHATOPS_OK
            || json_array_append_new(array,
                                     chatopsctl_job_json(&ci->jobs[i],
                                                         &verdict))
               != 0)
        {
            json_decref(array);
            array = NULL;
        }
    }

    return chatopsctl_json_print(array);
}


static json_t *
chatopsctl_job_json(const chatops_ci_job_t *job,
    const chatops_verdict_t *verdict)
{
    json_t         *object;
    chatops_str_t   chat;

    chat = chatops_str(chatopsctl_verdict_name(verdict));
    object = json_object();

    if (object == NULL
        || chatopsctl_json_text(object, "name", &job->name) != 0
        || chatopsctl_json_text(object, "stage", &job->stage) != 0
        || chatopsctl_json_text(object, "chat", &chat) != 0
        || chatopsctl_json_text(object, "reason", &verdict->reason) != 0
        || chatopsctl_json_text(object, "when", &verdict->when) != 0
        || json_object_set_new(object, "commands",
                               json_integer(job->commands)) != 0)
    {
        json_decref(object);
        return NULL;
    }

    return object;
}


static const char *
chatopsctl_verdict_name(const chatops_verdict_t *verdict)
{
    switch (verdict->allowed) {

    case CHATOPS_YES:
        return verdict->manual ? "manual" : "yes";

    case CHATOPS_NO:
        return "no";

    default:
        return "unknown";
    }
}


const chatopsctl_command_t  chatopsctl_jobs = {
    "jobs",
    "FILE [--ref NAME] [--merged] [--json]",
    "lists a CI configuration's jobs, whether chat may run them and why",
    "  FILE        .gitlab-ci.yml, or - for standard input\n"
    "  --ref NAME  the branch, main if not said\n"
    "  --merged    FILE is GitLab's merged form: extends and includes are "
    "resolved\n"
    "  --json      an array of objects\n",
    chatopsctl_jobs_main
};
