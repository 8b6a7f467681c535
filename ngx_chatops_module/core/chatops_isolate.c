
#include "chatops_clause.h"
#include "chatops_isolate_parts.h"


static int chatops_isolate_begin(chatops_isolate_t *isolate,
    const chatops_ci_job_t *job, const chatops_verdict_t *verdict);
static void chatops_isolate_edge(chatops_isolate_t *isolate);
static int chatops_isolate_globals(chatops_isolate_t *isolate,
    chatops_yaml_node_t *root);
static int chatops_isolate_variables(chatops_isolate_t *isolate,
    chatops_yaml_node_t **node);
static chatops_yaml_node_t *chatops_isolate_stages(
    chatops_isolate_t *isolate, const chatops_yaml_node_t *stages);
static int chatops_isolate_jobs(chatops_isolate_t *isolate,
    chatops_yaml_node_t *root);
static chatops_yaml_node_t *chatops_isolate_name(chatops_isolate_t *isolate,
    const chatops_ci_job_t *job);
static int chatops_isolate_dropped(chatops_isolate_t *isolate);


int
chatops_isolate_write(chatops_arena_t *arena, const chatops_ci_t *ci,
    const chatops_ci_job_t *job, const chatops_source_t *source,
    const chatops_verdict_t *verdict,
    const chatops_isolate_options_t *options, chatops_isolated_t *isolated)
{
    int                   rc;
    chatops_isolate_t     isolate;
    chatops_yaml_node_t  *root;

    memset(isolated, 0, sizeof(chatops_isolated_t));
    memset(&isolate, 0, sizeof(chatops_isolate_t));

    isolate.arena = arena;
    isolate.ci = ci;
    isolate.source = source;
    isolate.options = options;
    isolate.isolated = isolated;

    if (verdict->unsure) {
        isolated->reason = chatops_str("which of the `rules` matches, its "
                                       "own or the workflow's, cannot be "
                                       "known, and they do not all say the "
                                       "same");
        return CHATOPS_DECLINED;
    }

    if (chatops_isolate_begin(&isolate, job, verdict) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    if (options->include_needs) {
        rc = chatops_isolate_needed(&isolate);

        if (rc != CHATOPS_OK) {
            return rc;
        }
    }

    chatops_isolate_edge(&isolate);

    root = chatops_yaml_mapping(arena);

    if (root == NULL
        || chatops_isolate_globals(&isolate, root) != CHATOPS_OK
        || chatops_isolate_jobs(&isolate, root) != CHATOPS_OK
        || chatops_isolate_dropped(&isolate) != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    rc = chatops_yaml_write(arena, root, CHATOPS_ISOLATE_MAX_BYTES,
                            &isolated->text);

    if (rc == CHATOPS_DECLINED) {
        isolated->reason = chatops_str("its part of the configuration is too "
                                       "large, or not UTF-8");
    }

    return rc;
}


static int
chatops_isolate_begin(chatops_isolate_t *isolate, const chatops_ci_job_t *job,
    const chatops_verdict_t *verdict)
{
    size_t               max;
    chatops_isolated_t  *isolated;

    isolated = isolate->isolated;
    max = isolate->options->include_needs ? CHATOPS_ISOLATE_MAX_JOBS : 1;

    isolated->jobs = chatops_palloc(isolate->arena,
                                    max * sizeof(chatops_ci_job_t *));
    isolate->verdicts = chatops_palloc(isolate->arena,
                                       max * sizeof(chatops_verdict_t));
    isolate->dropped = chatops_palloc(isolate->arena,
                                      CHATOPS_ISOLATE_MAX_JOBS
                                      * sizeof(chatops_str_t *));

    if (isolated->jobs == NULL || isolate->verdicts == NULL
        || isolate->dropped == NULL)
    {
        return CHATOPS_ERROR;
    }

    isolated->jobs[0] = job;
    isolated->njobs = 1;
    isolate->verdicts[0] = *verdict;

    return CHATOPS_OK;
}


/* GitLab makes no pipeline of jobs in these two stages alone. */

static void
chatops_isolate_edge(chatops_isolate_t *isolate)
{
    size_t                i;
    const chatops_str_t  *stage;

    isolate->edge = 1;

    for (i = 0; i < isolate->isolated->njobs; i++) {
        stage = &isolate->isolated->jobs[i]->stage;

        if (!chatops_str_is(stage, ".pre") && !chatops_str_is(stage, ".post"))
        {
            isolate->edge = 0;
            return;
        }
    }
}


static int
chatops_isolate_globals(chatops_isolate_t *isolate, chatops_yaml_node_t *root)
{
    size_t                i;
    chatops_str_t         name;
    chatops_yaml_node_t  *node;

    static const char *const  kept[] = {
        "stages", "default", "variables", "image", "services",
        "before_script", "after_script", "cache", NULL
    };

    for (i = 0; kept[i] != NULL; i++) {
        name = chatops_str(kept[i]);
        node = chatops_yaml_find(isolate->ci->root, &name);

        /* `default` with a script is a job */

        if (chatops_ci_find(isolate->ci, &name) != NULL) {
            continue;
        }

        if (strcmp(kept[i], "variables") == 0
            && chatops_isolate_variables(isolate, &node) != CHATOPS_OK)
        {
            return CHATOPS_ERROR;
        }

        if (node == NULL) {
            continue;
        }

        if (strcmp(kept[i], "stages") == 0 && isolate->edge) {
            node = chatops_isolate_stages(isolate, node);
        }

        if (chatops_isolate_set(isolate, root, kept[i], node) != CHATOPS_OK) {
            return CHATOPS_ERROR;
        }
    }

    return CHATOPS_OK;
}


/* The workflow's rule sets some that stand over the globals. */

static int
chatops_isolate_variables(chatops_isolate_t *isolate,
    chatops_yaml_node_t **node)
{
    const chatops_yaml_node_t  *added;

    added = chatops_yaml_get(isolate->verdicts[0].workflow_rule, "variables");

    if (chatops_yaml_is_null(added)) {
        return CHATOPS_OK;
    }

    *node = chatops_yaml_merge(isolate->arena, *node, added);

    return *node == NULL ? CHATOPS_ERROR : CHATOPS_OK;
}


/* The same stages, and `test`. */

static chatops_yaml_node_t *
chatops_isolate_stages(chatops_isolate_t *isolate,
    const chatops_yaml_node_t *stages)
{
    size_t                i;
    chatops_yaml_node_t  *node, *stage, *test;

    node = chatops_yaml_sequence(isolate->arena);
    test = chatops_yaml_plain(isolate->arena, "test");

    if (node == NULL || test == NULL) {
        return NULL;
    }

    for (i = 0; i < stages->count; i++) {

        if (stages->type != CHATOPS_YAML_SEQUENCE) {
            break;
        }

        stage = stages->items[i];

        if (stage->type == CHATOPS_YAML_SCALAR
            && chatops_str_is(&stage->value, "test"))
        {
            test = NULL;
        }

        if (chatops_yaml_append(isolate->arena, node, stage) != CHATOPS_OK) {
            return NULL;
        }
    }

    if (test != NULL
        && chatops_yaml_append(isolate->arena, node, test) != CHATOPS_OK)
    {
        return NULL;
    }

    return node;
}


static int
chatops_isolate_jobs(chatops_isolate_t *isolate, chatops_yaml_node_t *root)
{
    size_t                i, k, n;
    chatops_yaml_node_t  *job, *name;

    n = isolate->isolated->njobs;

    /* those that are needed first, as one reads them */

    for (i = 1; i <= n; i++) {
        k = i % n;
        name = chatops_isolate_name(isolate, isolate->isolated->jobs[k]);
        job = chatops_isolate_job(isolate, k);

        if (name == NULL || job == NULL
            || chatops_yaml_set(isolate->arena, root, name, job)
               != CHATOPS_OK)
        {
            return CHATOPS_ERROR;
        }
    }

    return CHATOPS_OK;
}


/* As the repository writes it, with quotes or without. */

static chatops_yaml_node_t *
chatops_isolate_name(chatops_isolate_t *isolate, const chatops_ci_job_t *job)
{
    size_t                      i;
    chatops_yaml_node_t        *key;
    const chatops_yaml_node_t  *root;

    root = isolate->ci->root;

    for (i = 0; i < root->count; i++) {
        key = root->pairs[i].key;

        if (key->type == CHATOPS_YAML_SCALAR
            && chatops_str_eq(&key->value, &job->name))
        {
            return key;
        }
    }

    return chatops_yaml_scalar(isolate->arena, &job->name);
}


/* "`a`, `b` and `c`" */

static int
chatops_isolate_dropped(chatops_isolate_t *isolate)
{
    size_t         i, n, shown;
    chatops_buf_t  buf;

    n = isolate->ndropped;

    if (n == 0) {
        return CHATOPS_OK;
    }

    shown = n > 5 ? 4 : n;

    chatops_buf_init(&buf, isolate->arena, CHATOPS_CLAUSE_MAX);

    for (i = 0; i < shown; i++) {

        if (i > 0) {
            chatops_buf_text(&buf, i + 1 == n ? " and " : ", ");
        }

        chatops_clause_name(&buf, isolate->dropped[i]);
    }

    if (shown < n) {
        chatops_buf_text(&buf, " and ");
        chatops_buf_int(&buf, n - shown);
        chatops_buf_text(&buf, " more");
    }

    return chatops_buf_finish(&buf, &isolate->isolated->dropped);
}


int
chatops_isolate_set(chatops_isolate_t *isolate, chatops_yaml_node_t *mapping,
    const char *key, chatops_yaml_node_t *value)
{
    chatops_yaml_node_t  *name;

    name = chatops_yaml_plain(isolate->arena, key);

    if (name == NULL || value == NULL) {
        return CHATOPS_ERROR;
    }

    return chatops_yaml_set(isolate->arena, mapping, name, value);
}
