#include <stdio.h>

#include "chatops_ci_parts.h"


#define CHATOPS_CI_MAX_NAME    255
#define CHATOPS_CI_MAX_VISITS  1000000


typedef struct {
    chatops_arena_t        *arena;
    chatops_ci_t           *ci;
    chatops_yaml_node_t    *before_script;   /* what a job inherits */
    size_t                  inherited;       /* its number of commands */
    size_t                  visits;          /* of nodes, shared ones again */
    size_t                  visible;         /* jobs */
    unsigned                unresolved:1;
} chatops_ci_reader_t;


static int chatops_ci_globals(chatops_ci_reader_t *reader);
static int chatops_ci_symbols(chatops_ci_reader_t *reader,
    chatops_yaml_node_t *root);
static int chatops_ci_is_symbol(const chatops_yaml_node_t *key);
static int chatops_ci_names(chatops_ci_reader_t *reader,
    chatops_yaml_node_t *node);
static int chatops_ci_name(chatops_ci_reader_t *reader,
    chatops_yaml_pair_t *pair);
static int chatops_ci_jobs(chatops_ci_reader_t *reader);
static int chatops_ci_is_job(const chatops_ci_t *ci,
    const chatops_yaml_pair_t *pair);
static int chatops_ci_job(chatops_ci_reader_t *reader,
    chatops_ci_job_t *job);
static void chatops_ci_may_fail(chatops_ci_job_t *job);
static int chatops_ci_commands(chatops_ci_reader_t *reader,
    chatops_ci_job_t *job);
static int chatops_ci_count(chatops_ci_reader_t *reader,
    const chatops_yaml_node_t *node, size_t *count);
static int chatops_ci_inherits(chatops_ci_reader_t *reader,
    const chatops_yaml_node_t *node, const char *key);
static int chatops_ci_needs(chatops_ci_reader_t *reader,
    chatops_ci_job_t *job);
static int chatops_ci_references(chatops_ci_reader_t *reader,
    const chatops_yaml_node_t *node, unsigned *found);
static int chatops_ci_visit(chatops_ci_reader_t *reader, size_t n);


int
chatops_ci_parse(chatops_arena_t *arena, const chatops_str_t *text,
    const chatops_ci_options_t *options, chatops_ci_t **ci,
    chatops_yaml_error_t *error)
{
    int                   rc;
    chatops_yaml_node_t  *root;
    chatops_ci_reader_t   reader;

    *ci = NULL;

    rc = chatops_yaml_parse(arena, text, &root, error);

    if (rc != CHATOPS_OK) {
        return rc;
    }

    memset(error, 0, sizeof(chatops_yaml_error_t));

    if (root == NULL || root->type != CHATOPS_YAML_MAPPING) {
        (void) snprintf(error->text, sizeof(error->text),
                        "it is not a mapping of jobs");
        return CHATOPS_DECLINED;
    }

    memset(&reader, 0, sizeof(chatops_ci_reader_t));

    reader.arena = arena;
    reader.ci = chatops_pcalloc(arena, sizeof(chatops_ci_t));

    if (reader.ci == NULL) {
        return CHATOPS_ERROR;
    }

    reader.ci->root = root;
    reader.ci->merged = options->merged;
    reader.ci->nfiles = 1;
    reader.ci->files = chatops_palloc(arena, sizeof(chatops_str_t));

    if (reader.ci->files == NULL
        || chatops_pstrdup(arena, reader.ci->files, &options->name)
           != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    /* inputs are interpolated by GitLab alone */

    reader.unresolved = !options->merged
                        && chatops_str_find(text, 0, "$[[", 3) != NULL;

    rc = chatops_ci_globals(&reader);

    if (rc == CHATOPS_OK) {
        rc = chatops_ci_jobs(&reader);
    }

    if (rc == CHATOPS_DECLINED) {
        (void) snprintf(error->text, sizeof(error->text),
                        "its aliases make it too large");
        return CHATOPS_DECLINED;
    }

    if (rc != CHATOPS_OK) {
        return rc;
    }

    if (reader.visible == 0) {
        (void) snprintf(error->text, sizeof(error->text), "%s",
                        reader.ci->includes
                        ? "there is no job in it, only in what it includes"
                        : "there is no job in it");
        return CHATOPS_DECLINED;
    }

    if (!reader.ci->merged) {
        rc = chatops_ci_check(arena, reader.ci);
    }

    if (rc == CHATOPS_OK) {
        *ci = reader.ci;
    }

    return rc;
}


static int
chatops_ci_globals(chatops_ci_reader_t *reader)
{
    int                   rc;
    size_t                i;
    unsigned              found;
    chatops_ci_t         *ci;
    chatops_yaml_node_t  *node, *root;

    static const char *const  globals[] = {
        "default", "variables", "stages", "image", "services",
        "before_script", "after_script", "cache", "workflow", NULL
    };

    ci = reader->ci;
    root = ci->root;

    rc = chatops_ci_symbols(reader, root);

    if (rc != CHATOPS_OK) {
        return rc;
    }

    found = 0;

    for (i = 0; globals[i] != NULL; i++) {
        node = chatops_yaml_get(root, globals[i]);
        rc = chatops_ci_references(reader, node, &found);

        if (rc != CHATOPS_OK) {
            return rc;
        }
    }

    reader->unresolved |= found;

    ci->includes = !ci->merged
                   && !chatops_yaml_is_null(chatops_yaml_get(root, "include"));
    ci->unresolved = ci->includes;

    node = chatops_yaml_get(root, "workflow");
    ci->workflow_rules = !chatops_yaml_is_null(chatops_yaml_get(node,
                                                                "rules"));

    node = chatops_yaml_get(chatops_yaml_get(root, "default"),
                            "before_script");

    if (chatops_yaml_is_null(node)) {
        node = chatops_yaml_get(root, "before_script");
    }

    reader->before_script = node;

    return chatops_ci_count(reader, node, &reader->inherited);
}


/*
 * Older versions of GitLab write the merged configuration with Ruby's
 * symbols: `:job:` for `job:`, at every level.  In another file such a name
 * of a job is a symbol too, unless it has quotes.
 */

static int
chatops_ci_symbols(chatops_ci_reader_t *reader, chatops_yaml_node_t *root)
{
    int                         rc;
    size_t                      i, plain, symbols;
    const chatops_yaml_node_t  *key;

    plain = 0;
    symbols = 0;

    for (i = 0; i < root->count; i++) {
        key = root->pairs[i].key;

        if (chatops_ci_is_symbol(key)) {
            symbols++;
            plain += key->plain;
        }
    }

    if (plain == 0) {
        return CHATOPS_OK;
    }

    if (symbols == root->count) {
        return chatops_ci_names(reader, root);
    }

    for (i = 0; i < root->count; i++) {
        key = root->pairs[i].key;

        if (key->plain && chatops_ci_is_symbol(key)) {
            rc = chatops_ci_name(reader, &root->pairs[i]);

            if (rc != CHATOPS_OK) {
                return rc;
            }
        }
    }

    return chatops_yaml_unique(reader->arena, root);
}


static int
chatops_ci_is_symbol(const chatops_yaml_node_t *key)
{
    return key->type == CHATOPS_YAML_SCALAR && key->value.len > 1
           && key->value.data[0] == ':';
}


static int
chatops_ci_names(chatops_ci_reader_t *reader, chatops_yaml_node_t *node)
{
    int     rc, renamed;
    size_t  i;

    renamed = 0;
    rc = chatops_ci_visit(reader, 1);

    for (i = 0; i < node->count && rc == CHATOPS_OK; i++) {

        if (node->type == CHATOPS_YAML_SEQUENCE) {
            rc = chatops_ci_names(reader, node->items[i]);
            continue;
        }

        if (chatops_ci_is_symbol(node->pairs[i].key)) {
            rc = chatops_ci_name(reader, &node->pairs[i]);
            renamed = 1;
        }

        if (rc == CHATOPS_OK) {
            rc = chatops_ci_names(reader, node->pairs[i].value);
        }
    }

    /* `:script` and `script` were two keys, and are one now */

    if (renamed && rc == CHATOPS_OK) {
        rc = chatops_yaml_unique(reader->arena, node);
    }

    return rc;
}


static int
chatops_ci_name(chatops_ci_reader_t *reader, chatops_yaml_pair_t *pair)
{
    u_char                ch;
    chatops_str_t         name;
    chatops_yaml_node_t  *key;

    key = pair->key;
    name = chatops_strn(key->value.data + 1, key->value.len - 1);

    pair->key = chatops_yaml_scalar(reader->arena, &name);

    if (pair->key == NULL) {
        return CHATOPS_ERROR;
    }

    pair->key->line = key->line;

    /* what would be no string without its colon gets quotes */

    ch = name.data[0] | 0x20;
    pair->key->plain = key->plain && ch >= 'a' && ch <= 'z';

    if (chatops_yaml_is_null(pair->key) || chatops_yaml_is_true(pair->key)
        || chatops_yaml_is_false(pair->key))
    {
        pair->key->plain = 0;
    }

    return CHATOPS_OK;
}


static int
chatops_ci_jobs(chatops_ci_reader_t *reader)
{
    int                   rc;
    size_t                i;
    chatops_ci_t         *ci;
    chatops_ci_job_t     *job;
    chatops_yaml_pair_t  *pair;

    ci = reader->ci;

    ci->jobs = chatops_palloc(reader->arena,
                              ci->root->count * sizeof(chatops_ci_job_t));

    if (ci->jobs == NULL) {
        return CHATOPS_ERROR;
    }

    for (i = 0; i < ci->root->count; i++) {
        pair = &ci->root->pairs[i];

        rc = chatops_ci_visit(reader, pair->value->count);

        if (rc != CHATOPS_OK) {
            return rc;
        }

        if (!chatops_ci_is_job(ci, pair)) {
            continue;
        }

        job = &ci->jobs[ci->njobs];

        memset(job, 0, sizeof(chatops_ci_job_t));

        job->name = pair->key->value;
        job->key = job->name;
        job->line = pair->key->line;
        job->node = pair->value;

        rc = chatops_ci_job(reader, job);

        if (rc != CHATOPS_OK) {
            return rc;
        }

        ci->njobs++;
        reader->visible += !job->hidden;
    }

    return CHATOPS_OK;
}


static int
chatops_ci_is_job(const chatops_ci_t *ci, const chatops_yaml_pair_t *pair)
{
    size_t                i;
    const chatops_str_t  *name;

    static const char *const  reserved[] = {
        "include", "before_script", "image", "services", "after_script",
        "variables", "stages", "cache", "default", "workflow", NULL
    };

    if (pair->key->type != CHATOPS_YAML_SCALAR) {
        return 0;
    }

    name = &pair->key->value;

    if (name->len == 0 || name->len > CHATOPS_CI_MAX_NAME) {
        return 0;
    }

    for (i = 0; reserved[i] != NULL; i++) {
        if (chatops_str_is(name, reserved[i])) {
            return 0;
        }
    }

    if (name->data[0] == '.') {
        return 1;
    }

    if (pair->value->type != CHATOPS_YAML_MAPPING) {
        return 0;
    }

    if (!chatops_yaml_is_null(chatops_yaml_get(pair->value, "script"))
        || !chatops_yaml_is_null(chatops_yaml_get(pair->value, "run"))
        || !chatops_yaml_is_null(chatops_yaml_get(pair->value, "trigger")))
    {
        return 1;
    }

    /* in a raw file the script may come from elsewhere */

    return !ci->merged
           && (ci->includes
               || !chatops_yaml_is_null(chatops_yaml_get(pair->value,
                                                         "extends")));
}


static int
chatops_ci_job(chatops_ci_reader_t *reader, chatops_ci_job_t *job)
{
    int                   rc;
    unsigned              found;
    chatops_yaml_node_t  *node;

    job->stage = chatops_str("test");
    job->when = chatops_str("on_success");
    job->hidden = job->name.data[0] == '.';

    if (job->hidden) {
        return CHATOPS_OK;
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
                                                         "trigger"));
    job->has_rules = !chatops_yaml_is_null(chatops_yaml_get(job->node,
                                                            "rules"));
    job->has_only = !chatops_yaml_is_null(chatops_yaml_get(job->node, "only"));
    job->has_except = !chatops_yaml_is_null(chatops_yaml_get(job->node,
                                                             "except"));

    found = 0;
    rc = chatops_ci_references(reader, job->node, &found);

    if (rc != CHATOPS_OK) {
        return rc;
    }

    node = chatops_yaml_get(job->node, "extends");

    job->unresolved = found || reader->unresolved
                      || (!reader->ci->merged && !chatops_yaml_is_null(node));

    rc = chatops_ci_needs(reader, job);

    if (rc != CHATOPS_OK) {
        return rc;
    }

    return chatops_ci_commands(reader, job);
}


/* A manual job may fail unless its rules make it manual. */

static void
chatops_ci_may_fail(chatops_ci_job_t *job)
{
    const chatops_yaml_node_t  *node;

    node = chatops_yaml_get(job->node, "allow_failure");

    if (chatops_yaml_is_null(node)) {
        job->allow_failure = chatops_str_is(&job->when, "manual");
        return;
    }

    job->allow_failure = chatops_yaml_is_true(node);
}


static int
chatops_ci_commands(chatops_ci_reader_t *reader, chatops_ci_job_t *job)
{
    int                   rc;
    size_t                before, n;
    chatops_yaml_node_t  *node;

    node = chatops_yaml_get(job->node, "before_script");
    before = 0;

    if (!chatops_yaml_is_null(node)) {
        rc = chatops_ci_count(reader, node, &before);

        if (rc != CHATOPS_OK) {
            return rc;
        }

    } else if (reader->before_script != NULL
               && chatops_ci_inherits(reader, job->node, "before_script"))
    {
        before = reader->inherited;
    }

    node = chatops_yaml_get(job->node, "script");

    if (chatops_yaml_is_null(node)) {
        node = chatops_yaml_get(job->node, "run");
    }

    rc = chatops_ci_count(reader, node, &n);
    job->commands = before + n;

    return rc;
}


/* Lists in a script may nest; a mapping is a step of `run`. */

static int
chatops_ci_count(chatops_ci_reader_t *reader, const chatops_yaml_node_t *node,
    size_t *count)
{
    int     rc;
    size_t  i, n;

    *count = 0;

    if (chatops_yaml_is_null(node)) {
        return CHATOPS_OK;
    }

    rc = chatops_ci_visit(reader, 1);

    if (node->type != CHATOPS_YAML_SEQUENCE) {
        *count = 1;
        return rc;
    }

    for (i = 0; i < node->count && rc == CHATOPS_OK; i++) {
        rc = chatops_ci_count(reader, node->items[i], &n);
        *count += n;
    }

    return rc;
}


/* `inherit: default:` is true, false or a list of keys. */

static int
chatops_ci_inherits(chatops_ci_reader_t *reader,
    const chatops_yaml_node_t *node, const char *key)
{
    size_t  i;

    node = chatops_yaml_get(chatops_yaml_get(node, "inherit"), "default");

    if (node == NULL || node->type != CHATOPS_YAML_SEQUENCE) {
        return !chatops_yaml_is_false(node);
    }

    for (i = 0; i < node->count; i++) {
        (void) chatops_ci_visit(reader, 1);

        if (node->items[i]->type == CHATOPS_YAML_SCALAR
            && chatops_str_is(&node->items[i]->value, key))
        {
            return 1;
        }
    }

    return 0;
}


static int
chatops_ci_needs(chatops_ci_reader_t *reader, chatops_ci_job_t *job)
{
    int                         rc;
    size_t                      i, count;
    chatops_ci_need_t          *need;
    const chatops_yaml_node_t  *item, *name, *needs;

    needs = chatops_yaml_get(job->node, "needs");

    if (chatops_yaml_is_null(needs)) {
        return CHATOPS_OK;
    }

    count = needs->type == CHATOPS_YAML_SEQUENCE ? needs->count : 1;

    job->needs = chatops_palloc(reader->arena,
                                count * sizeof(chatops_ci_need_t));

    if (job->needs == NULL) {
        return CHATOPS_ERROR;
    }

    for (i = 0; i < count; i++) {
        item = needs->type == CHATOPS_YAML_SEQUENCE ? needs->items[i] : needs;

        rc = chatops_ci_visit(reader, 1 + item->count);

        if (rc != CHATOPS_OK) {
            return rc;
        }

        name = item;

        if (item->type == CHATOPS_YAML_MAPPING) {

            if (chatops_yaml_get(item, "pipeline") != NULL
                || chatops_yaml_get(item, "project") != NULL)
            {
                continue;
            }

            name = chatops_yaml_get(item, "job");
        }

        need = &job->needs[job->nneeds++];

        memset(need, 0, sizeof(chatops_ci_need_t));

        need->optional = chatops_yaml_is_true(chatops_yaml_get(item,
                                                               "optional"));

        if (name != NULL && name->type == CHATOPS_YAML_SCALAR) {
            need->job = name->value;
        }
    }

    return CHATOPS_OK;
}


static int
chatops_ci_references(chatops_ci_reader_t *reader,
    const chatops_yaml_node_t *node, unsigned *found)
{
    int     rc;
    size_t  i;

    if (node == NULL || *found) {
        return CHATOPS_OK;
    }

    rc = chatops_ci_visit(reader, 1);
    *found = chatops_str_is(&node->tag, "!reference");

    for (i = 0; i < node->count && rc == CHATOPS_OK && !*found; i++) {

        if (node->type == CHATOPS_YAML_SEQUENCE) {
            rc = chatops_ci_references(reader, node->items[i], found);

        } else {
            rc = chatops_ci_references(reader, node->pairs[i].value, found);
        }
    }

    return rc;
}


static int
chatops_ci_visit(chatops_ci_reader_t *reader, size_t n)
{
    reader->visits += n;

    return reader->visits > CHATOPS_CI_MAX_VISITS ? CHATOPS_DECLINED
                                                  : CHATOPS_OK;
}


chatops_ci_job_t *
chatops_ci_find(const chatops_ci_t *ci, const chatops_str_t *name)
{
    size_t             i;
    chatops_ci_job_t  *job;

    for (i = 0; i < ci->njobs; i++) {
        job = &ci->jobs[i];

        if (!job->hidden && chatops_str_eq(&job->name, name)) {
            return job;
        }
    }

    return NULL;
}
