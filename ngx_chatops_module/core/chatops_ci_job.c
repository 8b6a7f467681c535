#include "chatops_ci_parts.h"


static int chatops_ci_is_job(const chatops_ci_t *ci,
    const chatops_yaml_pair_t *pair);
static int chatops_ci_has(const chatops_yaml_node_t *node, const char *key);
static void chatops_ci_globals(chatops_ci_reader_t *reader);
static chatops_yaml_node_t *chatops_ci_global(const chatops_ci_t *ci,
    const char *key);
static int chatops_ci_add(chatops_ci_reader_t *reader,
    chatops_ci_base_t *base);
static void chatops_ci_fill(chatops_ci_reader_t *reader,
    const chatops_ci_base_t *base, chatops_ci_job_t *job);
static int chatops_ci_is_left(const chatops_ci_reader_t *reader,
    const chatops_ci_base_t *base);
static void chatops_ci_may_fail(chatops_ci_job_t *job);
static void chatops_ci_commands(chatops_ci_reader_t *reader,
    chatops_ci_job_t *job);
static size_t chatops_ci_count(const chatops_yaml_node_t *node);
static int chatops_ci_inherits(const chatops_yaml_node_t *node,
    const char *key);
static int chatops_ci_index(chatops_ci_reader_t *reader);


int
chatops_ci_jobs(chatops_ci_reader_t *reader)
{
    int                   rc;
    size_t                i, n;
    chatops_ci_t         *ci;
    chatops_yaml_node_t  *root;
    chatops_ci_base_t    *bases;

    ci = reader->ci;
    root = ci->root;

    chatops_ci_globals(reader);

    bases = chatops_palloc(reader->arena,
                           root->count * sizeof(chatops_ci_base_t));

    if (bases == NULL) {
        return CHATOPS_ERROR;
    }

    for (i = 0, n = 0; i < root->count; i++) {

        if (!chatops_ci_is_job(ci, &root->pairs[i])) {
            continue;
        }

        bases[n].pair = &root->pairs[i];

        rc = chatops_ci_add(reader, &bases[n]);

        if (rc != CHATOPS_OK) {
            return rc;
        }

        n++;
    }

    rc = chatops_ci_needs(reader, bases, n);

    return rc == CHATOPS_OK ? chatops_ci_index(reader) : rc;
}


/* What GitLab would make a job of, or could with what is not at hand. */

static int
chatops_ci_is_job(const chatops_ci_t *ci, const chatops_yaml_pair_t *pair)
{
    size_t                i, n;
    const chatops_str_t  *name;

    static const char *const  reserved[] = {
        "include", "before_script", "image", "services", "after_script",
        "variables", "stages", "cache", "default", "workflow"
    };

    if (pair->key->type != CHATOPS_YAML_SCALAR) {
        return 0;
    }

    name = &pair->key->value;
    n = sizeof(reserved) / sizeof(reserved[0]);

    if (name->len == 0 || name->len > CHATOPS_CI_MAX_NAME) {
        return 0;
    }

    if (name->data[0] == '.') {
        return 1;
    }

    for (i = 0; i < n && !chatops_str_is(name, reserved[i]); i++) {
        /* void */
    }

    /* the last two are jobs when they look like one */

    if (i < n - 2 || pair->value->type != CHATOPS_YAML_MAPPING) {
        return 0;
    }

    if (chatops_ci_has(pair->value, "script")
        || chatops_ci_has(pair->value, "run")
        || chatops_ci_has(pair->value, "trigger")
        || chatops_ci_has(pair->value, "needs"))
    {
        return 1;
    }

    return i == n && ci->unresolved;
}


static int
chatops_ci_has(const chatops_yaml_node_t *node, const char *key)
{
    return chatops_yaml_get(node, key) != NULL;
}


static void
chatops_ci_globals(chatops_ci_reader_t *reader)
{
    size_t                      i;
    chatops_ci_t               *ci;
    chatops_yaml_node_t        *node;

    static const char *const  globals[] = {
        "default", "variables", "stages", "image", "services",
        "before_script", "after_script", "cache", "workflow"
    };

    ci = reader->ci;

    for (i = 0; i < sizeof(globals) / sizeof(globals[0]); i++) {
        node = chatops_yaml_get(ci->root, globals[i]);

        if (node != NULL
            && (node->references || (node->blocks && reader->required)))
        {
            reader->unresolved = !ci->merged;
        }
    }

    node = chatops_ci_global(ci, "workflow");
    ci->workflow_rules = !chatops_yaml_is_null(chatops_yaml_get(node,
                                                                "rules"));

    node = chatops_yaml_get(chatops_ci_global(ci, "default"),
                            "before_script");

    if (chatops_yaml_is_null(node)) {
        node = chatops_yaml_get(ci->root, "before_script");
    }

    reader->inherited = chatops_ci_count(node);
}


/* NULL when GitLab takes it for a job. */

static chatops_yaml_node_t *
chatops_ci_global(const chatops_ci_t *ci, const char *key)
{
    size_t         i;
    chatops_str_t  name;

    name = chatops_str(key);
    i = chatops_yaml_place(ci->root, &name);

    if (i == ci->root->count || chatops_ci_is_job(ci, &ci->root->pairs[i])) {
        return NULL;
    }

    return ci->root->pairs[i].value;
}


static int
chatops_ci_add(chatops_ci_reader_t *reader, chatops_ci_base_t *base)
{
    int                     rc;
    size_t                  count, i, size;
    chatops_ci_t           *ci;
    chatops_ci_job_t       *job, *jobs, one;
    chatops_ci_instance_t  *instances;

    ci = reader->ci;

    memset(&one, 0, sizeof(chatops_ci_job_t));
    chatops_ci_fill(reader, base, &one);

    instances = NULL;

    if (!one.hidden) {
        rc = chatops_ci_parallel(reader, &one.key,
                                 chatops_yaml_get(one.node, "parallel"),
                                 &instances, &count);

        if (rc != CHATOPS_OK) {
            return rc;
        }
    }

    base->first = ci->njobs;
    base->count = instances ? count : 1;

    if (ci->njobs + base->count > CHATOPS_CI_MAX_JOBS) {
        return chatops_ci_declined(reader, "it has too many jobs");
    }

    if (ci->njobs + base->count > reader->max_jobs) {
        size = 2 * (ci->njobs + base->count) + 32;
        jobs = chatops_palloc(reader->arena, size * sizeof(chatops_ci_job_t));

        if (jobs == NULL) {
            return CHATOPS_ERROR;
        }

        if (ci->njobs) {
            memcpy(jobs, ci->jobs, ci->njobs * sizeof(chatops_ci_job_t));
        }

        ci->jobs = jobs;
        reader->max_jobs = size;
    }

    for (i = 0; i < base->count; i++) {
        job = &ci->jobs[ci->njobs++];
        *job = one;

        if (instances != NULL) {
            job->name = instances[i].name;
            job->matrix = instances[i].matrix;
            job->instance = instances[i].number;
            job->total = instances[0].total;
        }
    }

    return CHATOPS_OK;
}


static void
chatops_ci_fill(chatops_ci_reader_t *reader, const chatops_ci_base_t *base,
    chatops_ci_job_t *job)
{
    chatops_ci_t         *ci;
    chatops_yaml_node_t  *node;

    ci = reader->ci;

    job->name = base->pair->key->value;
    job->key = job->name;
    job->node = base->pair->value;
    job->line = base->pair->key->line;
    job->file = base->pair->key->file;
    job->stage = chatops_str("test");
    job->when = chatops_str("on_success");
    job->hidden = job->name.data[0] == '.';

    if (job->hidden) {
        return;
    }

    node = chatops_yaml_get(job->node, "stage");

    if (!chatops_yaml_is_null(node) && node->type == CHATOPS_YAML_SCALAR) {
        job->stage = node->value;
    }

    node = chatops_yaml_get(job->node, "when");

    if (!chatops_yaml_is_null(node) && node->type == CHATOPS_YAML_SCALAR) {
        job->when = node->value;
    }

    chatops_ci_may_fail(job);

    job->bridge = !chatops_yaml_is_null(chatops_yaml_get(job->node,
                                                         "trigger"))
                  || (!chatops_ci_has(job->node, "script")
                      && !chatops_ci_has(job->node, "run"));
    job->has_rules = !chatops_yaml_is_null(chatops_yaml_get(job->node,
                                                            "rules"));
    job->has_only = !chatops_yaml_is_null(chatops_yaml_get(job->node, "only"));
    job->has_except = !chatops_yaml_is_null(chatops_yaml_get(job->node,
                                                             "except"));

    if (!ci->merged) {
        job->unresolved = reader->unresolved || job->node->references
                          || (job->node->blocks && reader->required)
                          || chatops_ci_is_left(reader, base);
    }

    chatops_ci_commands(reader, job);
}


/* Its `extends` was not resolved. */

static int
chatops_ci_is_left(const chatops_ci_reader_t *reader,
    const chatops_ci_base_t *base)
{
    if (reader->left == NULL) {
        return chatops_ci_has(base->pair->value, "extends");
    }

    return reader->left[base->pair - reader->ci->root->pairs];
}


/* GitLab: Entry::Job, ignored?; a mapping names exit codes. */

static void
chatops_ci_may_fail(chatops_ci_job_t *job)
{
    const chatops_yaml_node_t  *node;

    node = chatops_yaml_get(job->node, "allow_failure");

    job->allow_failure = chatops_yaml_is_null(node)
                         ? chatops_str_is(&job->when, "manual")
                         : chatops_yaml_is_true(node);
}


static void
chatops_ci_commands(chatops_ci_reader_t *reader, chatops_ci_job_t *job)
{
    chatops_yaml_node_t  *node;

    if (job->bridge) {
        return;
    }

    node = chatops_yaml_get(job->node, "before_script");

    if (!chatops_yaml_is_null(node)) {
        job->commands = chatops_ci_count(node);

    } else if (chatops_ci_inherits(job->node, "before_script")) {
        job->commands = reader->inherited;
    }

    node = chatops_yaml_get(job->node, "script");

    if (chatops_yaml_is_null(node)) {
        node = chatops_yaml_get(job->node, "run");
    }

    job->commands += chatops_ci_count(node);
}


/* Lists in a script may nest; a mapping is a step of `run`. */

static size_t
chatops_ci_count(const chatops_yaml_node_t *node)
{
    size_t  i, n;

    if (chatops_yaml_is_null(node)) {
        return 0;
    }

    if (node->type != CHATOPS_YAML_SEQUENCE) {
        return 1;
    }

    for (i = 0, n = 0; i < node->count; i++) {
        n += chatops_ci_count(node->items[i]);
    }

    return n;
}


/* `inherit: default:` is true, false or a list of keys. */

static int
chatops_ci_inherits(const chatops_yaml_node_t *node, const char *key)
{
    size_t  i;

    node = chatops_yaml_get(chatops_yaml_get(node, "inherit"), "default");

    if (chatops_yaml_is_null(node)) {
        return 1;
    }

    if (node->type != CHATOPS_YAML_SEQUENCE) {
        return chatops_yaml_is_true(node);
    }

    for (i = 0; i < node->count; i++) {
        if (node->items[i]->type == CHATOPS_YAML_SCALAR
            && chatops_str_is(&node->items[i]->value, key))
        {
            return 1;
        }
    }

    return 0;
}


static int
chatops_ci_index(chatops_ci_reader_t *reader)
{
    size_t         i;
    chatops_ci_t  *ci;

    ci = reader->ci;
    ci->index = chatops_index_create(reader->arena, ci->njobs);

    if (ci->index == NULL) {
        return CHATOPS_ERROR;
    }

    for (i = 0; i < ci->njobs; i++) {
        if (!ci->jobs[i].hidden) {
            chatops_index_add(ci->index, &ci->jobs[i].name, i);
        }
    }

    chatops_index_finish(ci->index);

    return CHATOPS_OK;
}
