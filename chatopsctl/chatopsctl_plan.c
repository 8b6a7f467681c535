
#include "chatops_strategy.h"
#include "chatopsctl_ci.h"


/* A way to run the job, and what comes of it. */
typedef struct {
    chatops_strategy_e         strategy;
    unsigned                   fits:1;
    chatops_str_t              reason;      /* why not */
} chatopsctl_way_t;

typedef struct {
    chatopsctl_ci_t            ci;
    chatops_strategies_t       strategies;
    const chatops_ci_job_t    *job;
    chatops_choice_t           choice;
    chatops_variable_t         variable;    /* CHAT_JOB */
    chatops_verdict_t          verdict;
    chatops_plan_t             plan;        /* by direct */

    chatopsctl_way_t           ways[CHATOPS_STRATEGIES];
    const chatopsctl_way_t    *way;         /* the first that fits, or NULL */
    chatops_isolated_t         isolated;    /* when that is isolated */
} chatopsctl_plan_t;


static int chatopsctl_plan_options(chatopsctl_plan_t *plan,
    const chatopsctl_command_t *command, int argc, char **argv);
static int chatopsctl_plan_option(chatopsctl_plan_t *plan, int ch);
static int chatopsctl_plan_make(chatopsctl_plan_t *plan,
    const chatops_str_t *name);
static int chatopsctl_plan_choose(chatopsctl_plan_t *plan);
static int chatopsctl_plan_isolate(chatopsctl_plan_t *plan,
    chatopsctl_way_t *way);
static int chatopsctl_plan_text(const chatopsctl_plan_t *plan);
static int chatopsctl_plan_json(const chatopsctl_plan_t *plan);
static json_t *chatopsctl_plan_way(const chatopsctl_way_t *way);
static json_t *chatopsctl_plan_jobs(const chatopsctl_plan_t *plan);
static const chatops_ci_job_t *chatopsctl_plan_nth(
    const chatopsctl_plan_t *plan, size_t i);


static int
chatopsctl_plan_main(const chatopsctl_command_t *command,
    chatops_arena_t *arena, int argc, char **argv)
{
    int                 status;
    const char         *file;
    chatops_str_t       name;
    chatopsctl_plan_t   plan;

    memset(&plan, 0, sizeof(chatopsctl_plan_t));

    name = chatops_str("direct isolated");
    (void) chatops_strategies_parse(&plan.strategies, &name);

    status = chatopsctl_ci_init(&plan.ci, command, arena);

    if (status == CHATOPSCTL_OK) {
        status = chatopsctl_plan_options(&plan, command, argc, argv);
    }

    if (status != CHATOPSCTL_OK) {
        return status == -1 ? CHATOPSCTL_OK : status;
    }

    if (optind + 2 > argc) {
        return chatopsctl_misused(command, "which %s?",
                                  optind == argc ? "FILE" : "JOB");
    }

    file = argv[optind++];

    if (chatopsctl_argument(command, argc, argv, "JOB") == NULL) {
        return CHATOPSCTL_USAGE;
    }

    name = chatops_str(argv[optind]);

    status = chatopsctl_ci_read(&plan.ci, file);

    if (status != CHATOPSCTL_OK) {
        return status;
    }

    plan.job = chatops_ci_find(plan.ci.ci, &name);

    if (plan.job == NULL) {
        chatopsctl_ci_no_job(&plan.ci, &name);
        return CHATOPSCTL_FAILED;
    }

    if (chatopsctl_plan_make(&plan, &name) != CHATOPS_OK
        || chatopsctl_plan_choose(&plan) != CHATOPS_OK)
    {
        return chatopsctl_fail(CHATOPSCTL_FAILED, "out of memory");
    }

    status = plan.ci.json ? chatopsctl_plan_json(&plan)
                          : chatopsctl_plan_text(&plan);

    if (status == CHATOPSCTL_OK && plan.way == NULL) {
        return CHATOPSCTL_FAILED;
    }

    return status;
}


/* -1: the help has been printed. */

static int
chatopsctl_plan_options(chatopsctl_plan_t *plan,
    const chatopsctl_command_t *command, int argc, char **argv)
{
    int  ch, status;

    static const struct option  options[] = {
        CHATOPSCTL_CI_OPTIONS,
        { "needs",   required_argument, NULL, 'N' },
        { "trigger", required_argument, NULL, 'T' },
        { NULL,      0,                 NULL, 0 }
    };

    for ( ;; ) {
        ch = chatopsctl_option(command, argc, argv, options);

        if (ch == -1) {
            return CHATOPSCTL_OK;
        }

        if (ch == 0) {
            return -1;
        }

        status = chatopsctl_plan_option(plan, ch);

        if (status != CHATOPSCTL_OK) {
            return status;
        }
    }
}


static int
chatopsctl_plan_option(chatopsctl_plan_t *plan, int ch)
{
    chatops_str_t  value;

    switch (ch) {

    case 'N':
        value = chatops_str(optarg);

        if (!chatops_str_is(&value, "include")
            && !chatops_str_is(&value, "drop"))
        {
            return chatopsctl_misused(plan->ci.command, "--needs is include "
                                      "or drop, not \"%s\"", optarg);
        }

        plan->choice.include_needs = chatops_str_is(&value, "include");

        return CHATOPSCTL_OK;

    case 'T':
        value = chatops_str(optarg);

        if (chatops_strategies_parse(&plan->strategies, &value)
            != CHATOPS_OK)
        {
            return chatopsctl_misused(plan->ci.command, "--trigger lists "
                                      "native, direct and isolated, not "
                                      "\"%s\"", optarg);
        }

        return CHATOPSCTL_OK;

    default:
        return chatopsctl_ci_option(&plan->ci, ch);
    }
}


static int
chatopsctl_plan_make(chatopsctl_plan_t *plan, const chatops_str_t *name)
{
    chatopsctl_ci_t   *ci;
    chatops_choice_t  *choice;

    ci = &plan->ci;
    choice = &plan->choice;

    plan->variable.key = chatops_str("CHAT_JOB");
    plan->variable.value = *name;

    if (chatops_variables_set(ci->given, &plan->variable.key,
                              &plan->variable.value)
        != CHATOPS_OK
        || chatops_policy_evaluate(ci->arena, ci->ci, plan->job, &ci->source,
                                   &plan->verdict)
           != CHATOPS_OK
        || chatops_strategy_plan(ci->arena, ci->ci, &ci->source,
                                 &plan->variable, 1, &plan->plan)
           != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    choice->ci = ci->ci;
    choice->raw = ci->merged ? NULL : ci->ci;
    choice->job = plan->job;
    choice->verdict = &plan->verdict;
    choice->plan = &plan->plan;
    choice->variables = &plan->variable;
    choice->nvariables = 1;
    choice->default_branch = !ci->source.tag;
    choice->native = 1;

    return CHATOPS_OK;
}


static int
chatopsctl_plan_choose(chatopsctl_plan_t *plan)
{
    int                rc;
    size_t             i;
    chatopsctl_way_t  *way;

    for (i = 0; i < plan->strategies.n; i++) {
        way = &plan->ways[i];
        way->strategy = plan->strategies.list[i];

        rc = chatops_strategy_fits(plan->ci.arena, way->strategy,
                                   &plan->choice, &way->reason);

        if (rc == CHATOPS_OK
            && way->strategy == CHATOPS_STRATEGY_ISOLATED)
        {
            rc = chatopsctl_plan_isolate(plan, way);
        }

        if (rc == CHATOPS_ERROR) {
            return CHATOPS_ERROR;
        }

        way->fits = rc == CHATOPS_OK;

        if (way->fits && plan->way == NULL) {
            plan->way = way;
        }
    }

    return CHATOPS_OK;
}


static int
chatopsctl_plan_isolate(chatopsctl_plan_t *plan, chatopsctl_way_t *way)
{
    int                        rc;
    chatops_isolate_options_t  options;

    memset(&options, 0, sizeof(chatops_isolate_options_t));

    options.include_needs = plan->choice.include_needs;

    rc = chatops_isolate_write(plan->ci.arena, plan->ci.ci, plan->job,
                               &plan->ci.source, &plan->verdict, &options,
                               &plan->isolated);

    way->reason = plan->isolated.reason;

    return rc;
}


/* What the reduced configuration is made for comes last, as it is long. */

static int
chatopsctl_plan_text(const chatopsctl_plan_t *plan)
{
    size_t                   i;
    chatops_str_t            line;
    const chatops_ci_job_t  *job;
    const chatopsctl_way_t  *way;

    for (i = 0; i < plan->strategies.n; i++) {
        way = &plan->ways[i];

        printf("%-9s %s", chatops_strategy_name(way->strategy),
               way == plan->way ? "yes, this one"
                                : way->fits ? "yes" : "no: ");
        chatopsctl_print(&way->reason, 0);
        putchar('\n');
    }

    if (plan->way == NULL) {
        return CHATOPSCTL_OK;
    }

    printf("%-9s ", "pipeline");

    for (i = 0; (job = chatopsctl_plan_nth(plan, i)) != NULL; i++) {
        printf("%s", i ? ", " : "");
        chatopsctl_print(&job->name, 0);
    }

    putchar('\n');

    if (plan->way->strategy != CHATOPS_STRATEGY_ISOLATED) {
        return CHATOPSCTL_OK;
    }

    if (plan->isolated.dropped.len) {
        printf("%-9s ", "dropped");
        chatopsctl_print(&plan->isolated.dropped, 0);
        putchar('\n');
    }

    line = plan->isolated.text;

    printf("\n");
    chatopsctl_print(&line, 1);

    return CHATOPSCTL_OK;
}


static int
chatopsctl_plan_json(const chatopsctl_plan_t *plan)
{
    size_t                i;
    json_t               *array, *root;
    const char           *name;
    const chatops_str_t  *dropped, *text;

    root = json_object();
    array = json_array();
    name = plan->way != NULL ? chatops_strategy_name(plan->way->strategy)
                             : NULL;

    for (i = 0; array != NULL && i < plan->strategies.n; i++) {
        if (json_array_append_new(array, chatopsctl_plan_way(&plan->ways[i]))
            != 0)
        {
            json_decref(array);
            array = NULL;
        }
    }

    if (root == NULL
        || chatopsctl_json_text(root, "job", &plan->job->name) != 0
        || json_object_set_new(root, "strategy",
                               name != NULL ? json_string(name)
                                            : json_null()) != 0
        || json_object_set(root, "strategies", array) != 0
        || json_object_set_new(root, "pipeline",
                               chatopsctl_plan_jobs(plan)) != 0)
    {
        json_decref(root);
        json_decref(array);
        return chatopsctl_json_print(NULL);
    }

    json_decref(array);

    dropped = &plan->isolated.dropped;
    text = &plan->isolated.text;

    if (plan->way != NULL
        && plan->way->strategy == CHATOPS_STRATEGY_ISOLATED
        && (chatopsctl_json_text(root, "dropped", dropped) != 0
            || chatopsctl_json_text(root, "configuration", text) != 0))
    {
        json_decref(root);
        root = NULL;
    }

    return chatopsctl_json_print(root);
}


static json_t *
chatopsctl_plan_way(const chatopsctl_way_t *way)
{
    json_t  *object;

    object = json_pack("{s:s,s:b}", "name",
                       chatops_strategy_name(way->strategy), "fits",
                       way->fits);

    if (object == NULL
        || chatopsctl_json_text(object, "reason", &way->reason) != 0)
    {
        json_decref(object);
        return NULL;
    }

    return object;
}


static json_t *
chatopsctl_plan_jobs(const chatopsctl_plan_t *plan)
{
    size_t                   i;
    json_t                  *array;
    const chatops_ci_job_t  *job;

    array = json_array();

    for (i = 0; array != NULL; i++) {
        job = chatopsctl_plan_nth(plan, i);

        if (job == NULL) {
            break;
        }

        if (json_array_append_new(array, json_stringn((char *) job->name.data,
                                                      job->name.len))
            != 0)
        {
            json_decref(array);
            return NULL;
        }
    }

    return array;
}


/* Of the jobs that the pipeline would hold, it last; NULL after that. */

static const chatops_ci_job_t *
chatopsctl_plan_nth(const chatopsctl_plan_t *plan, size_t i)
{
    size_t  n;

    if (plan->way == NULL) {
        return NULL;
    }

    if (plan->way->strategy != CHATOPS_STRATEGY_ISOLATED) {
        return i == 0 ? plan->job : NULL;
    }

    n = plan->isolated.njobs;

    return i < n ? plan->isolated.jobs[(i + 1) % n] : NULL;
}


const chatopsctl_command_t  chatopsctl_plan = {
    "plan",
    "FILE JOB [--trigger LIST] [--needs drop|include] " CHATOPSCTL_CI_USAGE,
    "shows how a job would be run alone, and by which strategy",
    "  FILE            .gitlab-ci.yml, or - for standard input\n"
    "  --trigger LIST  of chatops_trigger: \"direct isolated\" if not said\n"
    "  --needs WORD    of chatops_needs: drop if not said\n"
    CHATOPSCTL_CI_HELP,
    chatopsctl_plan_main
};
