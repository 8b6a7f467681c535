
#include "chatopsctl_ci.h"


#define CHATOPSCTL_JOB_COLUMNS  4


static int chatopsctl_jobs_print(const chatopsctl_ci_t *ci,
    const chatops_plan_t *plan);
static int chatopsctl_jobs_table(const chatopsctl_ci_t *ci,
    const chatops_plan_t *plan);
static int chatopsctl_jobs_json(const chatopsctl_ci_t *ci,
    const chatops_plan_t *plan);
static json_t *chatopsctl_jobs_hidden(const chatopsctl_ci_t *ci);
static const char *chatopsctl_jobs_word(const chatops_verdict_t *verdict);


static int
chatopsctl_jobs_main(const chatopsctl_command_t *command,
    chatops_arena_t *arena, int argc, char **argv)
{
    int                       ch, status;
    const char               *file;
    chatops_str_t             name;
    chatops_plan_t            plan;
    chatopsctl_ci_t           ci;
    const chatops_ci_job_t   *job;

    static const struct option  options[] = {
        CHATOPSCTL_CI_OPTIONS,
        { "job", required_argument, NULL, 'J' },
        { NULL,  0,                 NULL, 0 }
    };

    name = chatops_str(NULL);
    status = chatopsctl_ci_init(&ci, command, arena);

    while (status == CHATOPSCTL_OK) {
        ch = chatopsctl_option(command, argc, argv, options);

        if (ch == -1) {
            break;
        }

        if (ch == 0) {
            return CHATOPSCTL_OK;
        }

        if (ch == 'J') {
            name = chatops_str(optarg);

        } else {
            status = chatopsctl_ci_option(&ci, ch);
        }
    }

    if (status != CHATOPSCTL_OK) {
        return status;
    }

    file = chatopsctl_argument(command, argc, argv, "FILE");
    if (file == NULL) {
        return CHATOPSCTL_USAGE;
    }

    status = chatopsctl_ci_read(&ci, file);
    if (status != CHATOPSCTL_OK) {
        return status;
    }

    if (chatops_plan_make(arena, ci.ci, &ci.source, &plan) != CHATOPS_OK) {
        return chatopsctl_fail(CHATOPSCTL_FAILED, "out of memory");
    }

    if (name.data == NULL) {
        return chatopsctl_jobs_print(&ci, &plan);
    }

    job = chatops_ci_find(ci.ci, &name);

    while (plan.njobs != 0 && plan.jobs->job != job) {
        plan.jobs++;
        plan.njobs--;
    }

    if (plan.njobs == 0) {
        chatopsctl_ci_no_job(&ci, &name);
        return CHATOPSCTL_FAILED;
    }

    plan.njobs = 1;

    status = chatopsctl_jobs_print(&ci, &plan);

    if (status != CHATOPSCTL_OK) {
        return status;
    }

    return plan.jobs->verdict.allowed == CHATOPS_YES ? CHATOPSCTL_OK
                                                     : CHATOPSCTL_FAILED;
}


static int
chatopsctl_jobs_print(const chatopsctl_ci_t *ci, const chatops_plan_t *plan)
{
    return ci->json ? chatopsctl_jobs_json(ci, plan)
                    : chatopsctl_jobs_table(ci, plan);
}


static int
chatopsctl_jobs_table(const chatopsctl_ci_t *ci, const chatops_plan_t *plan)
{
    int                        rc;
    size_t                     i;
    chatops_str_t              cells[CHATOPSCTL_JOB_COLUMNS];
    chatopsctl_table_t         table;
    const chatops_plan_job_t  *job;

    cells[0] = chatops_str("JOB");
    cells[1] = chatops_str("STAGE");
    cells[2] = chatops_str("RUNS");
    cells[3] = chatops_str("WHY");

    chatopsctl_table_init(&table, ci->arena, CHATOPSCTL_JOB_COLUMNS);
    rc = chatopsctl_table_row(&table, cells);

    for (i = 0; rc == CHATOPS_OK && i < plan->njobs; i++) {
        job = &plan->jobs[i];

        cells[0] = job->job->name;
        cells[1] = job->job->stage;
        cells[2] = chatops_str(chatopsctl_jobs_word(&job->verdict));
        cells[3] = chatopsctl_ci_reason(ci, &job->verdict);

        rc = chatopsctl_table_row(&table, cells);
    }

    if (rc != CHATOPS_OK) {
        return chatopsctl_fail(CHATOPSCTL_FAILED, "out of memory");
    }

    chatopsctl_table_print(&table);

    return CHATOPSCTL_OK;
}


static int
chatopsctl_jobs_json(const chatopsctl_ci_t *ci, const chatops_plan_t *plan)
{
    size_t   i;
    json_t  *jobs, *root;

    jobs = json_array();

    root = json_pack("{s:b,s:[],s:o,s:o,s:O}", "valid", 1, "errors",
                     "workflow", chatopsctl_ci_truth(plan->workflow),
                     "hidden", chatopsctl_jobs_hidden(ci), "jobs", jobs);

    for (i = 0; root != NULL && i < plan->njobs; i++) {
        if (json_array_append_new(jobs,
                                  chatopsctl_ci_job(ci, &plan->jobs[i]))
            != 0)
        {
            json_decref(root);
            root = NULL;
        }
    }

    json_decref(jobs);

    return chatopsctl_json_print(root);
}


static json_t *
chatopsctl_jobs_hidden(const chatopsctl_ci_t *ci)
{
    size_t                   i;
    json_t                  *array, *name;
    const chatops_ci_job_t  *job;

    array = json_array();

    for (i = 0; array != NULL && i < ci->ci->njobs; i++) {
        job = &ci->ci->jobs[i];

        if (!job->hidden) {
            continue;
        }

        name = json_stringn((char *) job->name.data, job->name.len);

        if (name == NULL || json_array_append_new(array, name) != 0) {
            json_decref(array);
            return NULL;
        }
    }

    return array;
}


static const char *
chatopsctl_jobs_word(const chatops_verdict_t *verdict)
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
    "FILE [--job NAME] " CHATOPSCTL_CI_USAGE,
    "lists a CI configuration's jobs, whether they would run and why",
    "  FILE            .gitlab-ci.yml, or - for standard input\n"
    "  --job NAME      this one only: exit code 0 if it would run, else 1\n"
    CHATOPSCTL_CI_HELP,
    chatopsctl_jobs_main
};
