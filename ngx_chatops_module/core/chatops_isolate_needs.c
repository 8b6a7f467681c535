
#include "chatops_clause.h"
#include "chatops_isolate_parts.h"


/* A job that is needed: it is there, or it is optional and not there. */
#define CHATOPS_ISOLATE_TAKEN  1
#define CHATOPS_ISOLATE_LEFT   2


static int chatops_isolate_index(chatops_isolate_t *isolate);
static int chatops_isolate_take(chatops_isolate_t *isolate,
    chatops_policy_t *policy, const chatops_ci_job_t *job,
    const chatops_yaml_node_t *need);
static int chatops_isolate_add(chatops_isolate_t *isolate,
    chatops_policy_t *policy, const chatops_ci_job_t *job,
    const chatops_ci_job_t *needed, unsigned optional);
static int chatops_isolate_keep(chatops_isolate_t *isolate,
    chatops_yaml_node_t *list, const chatops_yaml_node_t *need);
static int chatops_isolate_entry(chatops_isolate_t *isolate,
    chatops_yaml_node_t *list, const chatops_yaml_node_t *need,
    const chatops_str_t *name);
static int chatops_isolate_dependencies(chatops_isolate_t *isolate,
    chatops_yaml_node_t *job);
static int chatops_isolate_is(const chatops_ci_job_t *job,
    const chatops_str_t *name);
static int chatops_isolate_is_meant(const chatops_isolate_t *isolate,
    const chatops_ci_job_t *job, const chatops_yaml_node_t *need);
static int chatops_isolate_is_one(const chatops_isolate_t *isolate,
    const chatops_yaml_node_t *values, const chatops_yaml_node_t *value);
static void chatops_isolate_drop(chatops_isolate_t *isolate,
    const chatops_str_t *name);
static const chatops_yaml_node_t *chatops_isolate_list(
    const chatops_isolate_t *isolate, size_t n);
static size_t chatops_isolate_count(const chatops_yaml_node_t *list);
static const chatops_yaml_node_t *chatops_isolate_nth(
    const chatops_yaml_node_t *list, size_t i);
static const chatops_str_t *chatops_isolate_need(
    const chatops_yaml_node_t *need);
static void chatops_isolate_sort(chatops_isolate_t *isolate);


int
chatops_isolate_needed(chatops_isolate_t *isolate)
{
    int                         rc;
    size_t                      i, k;
    chatops_policy_t            policy;
    const chatops_yaml_node_t  *list;

    if (chatops_isolate_index(isolate) != CHATOPS_OK
        || chatops_policy_begin(&policy, isolate->arena, isolate->ci,
                                isolate->source)
           != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    for (i = 0; i < isolate->isolated->njobs; i++) {
        list = chatops_isolate_list(isolate, i);

        if (chatops_isolate_count(list) > CHATOPS_ISOLATE_MAX_JOBS) {
            isolate->isolated->reason = chatops_str("it needs too many other "
                                                    "jobs");
            return CHATOPS_DECLINED;
        }

        for (k = 0; k < chatops_isolate_count(list); k++) {
            rc = chatops_isolate_take(isolate, &policy,
                                      isolate->isolated->jobs[i],
                                      chatops_isolate_nth(list, k));

            if (rc != CHATOPS_OK) {
                return rc;
            }
        }
    }

    chatops_isolate_sort(isolate);

    return CHATOPS_OK;
}


/* Where the instances of a parallel job begin, which stand side by side. */

static int
chatops_isolate_index(chatops_isolate_t *isolate)
{
    size_t                   i;
    const chatops_ci_t      *ci;
    const chatops_ci_job_t  *job;

    ci = isolate->ci;

    isolate->keys = chatops_index_create(isolate->arena, ci->njobs);
    isolate->seen = chatops_pcalloc(isolate->arena, ci->njobs);

    if (isolate->keys == NULL || isolate->seen == NULL) {
        return CHATOPS_ERROR;
    }

    for (i = 0; i < ci->njobs; i++) {
        job = &ci->jobs[i];

        if (job->instance && !job->hidden
            && (i == 0 || !chatops_str_eq(&job->key, &ci->jobs[i - 1].key)))
        {
            chatops_index_add(isolate->keys, &job->key, i);
        }

        if (job == isolate->isolated->jobs[0]) {
            isolate->seen[i] = CHATOPS_ISOLATE_TAKEN;
        }
    }

    chatops_index_finish(isolate->keys);

    return CHATOPS_OK;
}


/* As they stand in the file, but for the first. */

static void
chatops_isolate_sort(chatops_isolate_t *isolate)
{
    size_t                    i, k;
    chatops_verdict_t         verdict;
    const chatops_ci_job_t   *job, **jobs;

    jobs = isolate->isolated->jobs;

    for (i = 2; i < isolate->isolated->njobs; i++) {
        job = jobs[i];
        verdict = isolate->verdicts[i];

        for (k = i; k > 1 && jobs[k - 1] > job; k--) {
            jobs[k] = jobs[k - 1];
            isolate->verdicts[k] = isolate->verdicts[k - 1];
        }

        jobs[k] = job;
        isolate->verdicts[k] = verdict;
    }
}


/* All instances of a job that is parallel. */

static int
chatops_isolate_take(chatops_isolate_t *isolate, chatops_policy_t *policy,
    const chatops_ci_job_t *job, const chatops_yaml_node_t *need)
{
    int                      rc;
    size_t                   i, n;
    unsigned                 optional;
    const chatops_ci_t      *ci;
    const chatops_str_t     *name;
    const chatops_ci_job_t  *needed;

    ci = isolate->ci;
    name = chatops_isolate_need(need);

    if (name == NULL) {
        return CHATOPS_OK;
    }

    optional = chatops_yaml_is_true(chatops_yaml_get(need, "optional"));

    needed = chatops_ci_find(ci, name);

    i = needed != NULL ? (size_t) (needed - ci->jobs)
                       : chatops_index_find(isolate->keys, name);

    for ( /* void */ ; i < ci->njobs; i++) {
        needed = &ci->jobs[i];

        if (!chatops_isolate_is(needed, name)) {
            break;
        }

        if (isolate->seen[i] == CHATOPS_ISOLATE_TAKEN
            || (isolate->seen[i] == CHATOPS_ISOLATE_LEFT && optional)
            || !chatops_isolate_is_meant(isolate, needed, need))
        {
            continue;
        }

        n = isolate->isolated->njobs;

        rc = chatops_isolate_add(isolate, policy, job, needed, optional);

        if (rc != CHATOPS_OK) {
            return rc;
        }

        isolate->seen[i] = isolate->isolated->njobs > n
                           ? CHATOPS_ISOLATE_TAKEN : CHATOPS_ISOLATE_LEFT;
    }

    return CHATOPS_OK;
}


static int
chatops_isolate_add(chatops_isolate_t *isolate, chatops_policy_t *policy,
    const chatops_ci_job_t *job, const chatops_ci_job_t *needed,
    unsigned optional)
{
    chatops_buf_t        buf;
    chatops_verdict_t   *verdict;
    chatops_isolated_t  *isolated;

    isolated = isolate->isolated;

    if (isolated->njobs == CHATOPS_ISOLATE_MAX_JOBS) {
        isolated->reason = chatops_str("it needs too many other jobs");
        return CHATOPS_DECLINED;
    }

    verdict = &isolate->verdicts[isolated->njobs];

    if (chatops_policy_judge(policy, needed, verdict) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    if (verdict->allowed == CHATOPS_NO && optional) {
        return CHATOPS_OK;
    }

    if (verdict->allowed == CHATOPS_YES && !verdict->unsure
        && !needed->bridge)
    {
        isolated->jobs[isolated->njobs++] = needed;
        return CHATOPS_OK;
    }

    chatops_buf_init(&buf, isolate->arena, 2 * CHATOPS_CLAUSE_MAX);

    chatops_clause_name(&buf, &job->name);
    chatops_buf_text(&buf, " needs ");
    chatops_clause_name(&buf, &needed->name);
    chatops_buf_text(&buf, ", which cannot be taken along: ");

    if (verdict->allowed != CHATOPS_YES) {
        chatops_buf_str(&buf, &verdict->reason);

    } else {
        chatops_buf_text(&buf, needed->bridge
                               ? "it is a `trigger:` job that starts another "
                                 "pipeline"
                               : "which of the `rules` matches cannot be "
                                 "known");
    }

    if (chatops_buf_finish(&buf, &isolated->reason) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    return CHATOPS_DECLINED;
}


/*
 * Needs of other pipelines and projects are the job's own, also when its
 * rule sets needs (GitLab: lib/gitlab/ci/build/rules.rb, build_attributes).
 */

int
chatops_isolate_needs(chatops_isolate_t *isolate, size_t n,
    chatops_yaml_node_t *job)
{
    size_t                      i;
    chatops_yaml_node_t        *kept;
    const chatops_yaml_node_t  *list, *need, *own;

    own = chatops_yaml_get(job, "needs");
    list = chatops_isolate_list(isolate, n);
    kept = chatops_yaml_sequence(isolate->arena);

    if (kept == NULL) {
        return CHATOPS_ERROR;
    }

    for (i = 0; i < chatops_isolate_count(list); i++) {
        if (chatops_isolate_keep(isolate, kept, chatops_isolate_nth(list, i))
            != CHATOPS_OK)
        {
            return CHATOPS_ERROR;
        }
    }

    for (i = 0; i < chatops_isolate_count(own); i++) {
        need = chatops_isolate_nth(own, i);

        if (chatops_isolate_need(need) == NULL
            && chatops_isolate_entry(isolate, kept, need, NULL) != CHATOPS_OK)
        {
            return CHATOPS_ERROR;
        }
    }

    chatops_yaml_remove(job, "needs");

    /* with jobs beside it, `needs: []` is still "at once" */

    if ((kept->count || (own != NULL && isolate->isolated->njobs > 1))
        && chatops_isolate_set(isolate, job, "needs", kept) != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    return chatops_isolate_dependencies(isolate, job);
}


/* A need of a job: by the names of those that there are of it. */

static int
chatops_isolate_keep(chatops_isolate_t *isolate, chatops_yaml_node_t *list,
    const chatops_yaml_node_t *need)
{
    size_t                   i, n;
    const chatops_str_t     *name;
    const chatops_ci_job_t  *job;

    name = chatops_isolate_need(need);

    if (name == NULL) {
        return CHATOPS_OK;
    }

    n = 0;

    for (i = 0; i < isolate->isolated->njobs; i++) {
        job = isolate->isolated->jobs[i];

        if (!chatops_isolate_is(job, name)
            || !chatops_isolate_is_meant(isolate, job, need))
        {
            continue;
        }

        n++;

        if (chatops_isolate_entry(isolate, list, need, &job->name)
            != CHATOPS_OK)
        {
            return CHATOPS_ERROR;
        }
    }

    if (n == 0 && !chatops_yaml_is_true(chatops_yaml_get(need, "optional"))) {
        chatops_isolate_drop(isolate, name);
    }

    return CHATOPS_OK;
}


static int
chatops_isolate_entry(chatops_isolate_t *isolate, chatops_yaml_node_t *list,
    const chatops_yaml_node_t *need, const chatops_str_t *name)
{
    chatops_yaml_node_t  *entry, *node;

    if (need->type == CHATOPS_YAML_MAPPING) {
        entry = chatops_yaml_merge(isolate->arena, need, NULL);

        if (entry == NULL) {
            return CHATOPS_ERROR;
        }

        if (name != NULL) {
            node = chatops_yaml_scalar(isolate->arena, name);
            chatops_yaml_remove(entry, "parallel");

            if (chatops_isolate_set(isolate, entry, "job", node)
                != CHATOPS_OK)
            {
                return CHATOPS_ERROR;
            }
        }

    } else {
        entry = chatops_yaml_scalar(isolate->arena,
                                    name != NULL ? name : &need->value);
    }

    if (entry == NULL) {
        return CHATOPS_ERROR;
    }

    return chatops_yaml_append(isolate->arena, list, entry);
}


static int
chatops_isolate_dependencies(chatops_isolate_t *isolate,
    chatops_yaml_node_t *job)
{
    size_t                      i, k, n;
    chatops_yaml_node_t        *kept;
    const chatops_yaml_node_t  *item, *own;

    own = chatops_yaml_get(job, "dependencies");

    if (own == NULL) {
        return CHATOPS_OK;
    }

    kept = chatops_yaml_sequence(isolate->arena);

    if (kept == NULL) {
        return CHATOPS_ERROR;
    }

    for (i = 0; i < chatops_isolate_count(own); i++) {
        item = chatops_isolate_nth(own, i);

        if (item->type != CHATOPS_YAML_SCALAR) {
            continue;
        }

        for (k = 0, n = 0; k < isolate->isolated->njobs; k++) {

            if (!chatops_isolate_is(isolate->isolated->jobs[k],
                                    &item->value))
            {
                continue;
            }

            n++;

            if (chatops_isolate_entry(isolate, kept, item,
                                      &isolate->isolated->jobs[k]->name)
                != CHATOPS_OK)
            {
                return CHATOPS_ERROR;
            }
        }

        if (n == 0) {
            chatops_isolate_drop(isolate, &item->value);
        }
    }

    chatops_yaml_remove(job, "dependencies");

    /* with jobs beside it, an empty list is still "of none of them" */

    if (isolate->isolated->njobs == 1) {
        return CHATOPS_OK;
    }

    return chatops_isolate_set(isolate, job, "dependencies", kept);
}


/* A name stands for all instances of a job that is parallel. */

static int
chatops_isolate_is(const chatops_ci_job_t *job, const chatops_str_t *name)
{
    return chatops_str_eq(&job->name, name)
           || (job->instance && chatops_str_eq(&job->key, name));
}


/* A need can say which of the instances: those of a matrix of its own. */

static int
chatops_isolate_is_meant(const chatops_isolate_t *isolate,
    const chatops_ci_job_t *job, const chatops_yaml_node_t *need)
{
    size_t                      i, k;
    const chatops_yaml_node_t  *item, *matrix;

    matrix = chatops_yaml_get(chatops_yaml_get(need, "parallel"), "matrix");

    if (matrix == NULL || job->matrix == NULL
        || matrix->type != CHATOPS_YAML_SEQUENCE)
    {
        return 1;
    }

    for (i = 0; i < matrix->count; i++) {
        item = matrix->items[i];

        if (item->type != CHATOPS_YAML_MAPPING
            || item->count != job->matrix->count)
        {
            continue;
        }

        for (k = 0; k < item->count; k++) {
            if (!chatops_isolate_is_one(isolate, item->pairs[k].value,
                          chatops_yaml_find(job->matrix,
                                            &item->pairs[k].key->value)))
            {
                break;
            }
        }

        if (k == item->count) {
            return 1;
        }
    }

    return 0;
}


/* A value, or a list of values. */

static int
chatops_isolate_is_one(const chatops_isolate_t *isolate,
    const chatops_yaml_node_t *values, const chatops_yaml_node_t *value)
{
    size_t         i;
    chatops_str_t  text;

    if (value == NULL) {
        return 0;
    }

    for (i = 0; i < chatops_isolate_count(values); i++) {
        if (chatops_yaml_text(isolate->arena, chatops_isolate_nth(values, i),
                              &text)
            == CHATOPS_OK
            && chatops_str_eq(&text, &value->value))
        {
            return 1;
        }
    }

    return 0;
}


static void
chatops_isolate_drop(chatops_isolate_t *isolate, const chatops_str_t *name)
{
    size_t  i;

    for (i = 0; i < isolate->ndropped; i++) {
        if (chatops_str_eq(isolate->dropped[i], name)) {
            return;
        }
    }

    if (isolate->ndropped < CHATOPS_ISOLATE_MAX_JOBS) {
        isolate->dropped[isolate->ndropped++] = name;
    }
}


/* The rule's needs, when it names a job, take the place of the job's. */

static const chatops_yaml_node_t *
chatops_isolate_list(const chatops_isolate_t *isolate, size_t n)
{
    size_t                      i;
    const chatops_yaml_node_t  *list;

    list = chatops_yaml_get(isolate->verdicts[n].rule, "needs");

    for (i = 0; i < chatops_isolate_count(list); i++) {
        if (chatops_isolate_need(chatops_isolate_nth(list, i)) != NULL) {
            return list;
        }
    }

    return chatops_yaml_get(isolate->isolated->jobs[n]->node, "needs");
}


static size_t
chatops_isolate_count(const chatops_yaml_node_t *list)
{
    if (chatops_yaml_is_null(list)) {
        return 0;
    }

    return list->type == CHATOPS_YAML_SEQUENCE ? list->count : 1;
}


static const chatops_yaml_node_t *
chatops_isolate_nth(const chatops_yaml_node_t *list, size_t i)
{
    return list->type == CHATOPS_YAML_SEQUENCE ? list->items[i] : list;
}


/* The job that is needed; NULL: one of another pipeline. */

static const chatops_str_t *
chatops_isolate_need(const chatops_yaml_node_t *need)
{
    const chatops_yaml_node_t  *job;

    if (need->type == CHATOPS_YAML_SCALAR) {
        return &need->value;
    }

    job = chatops_yaml_get(need, "job");

    if (chatops_yaml_is_null(job) || job->type != CHATOPS_YAML_SCALAR
        || chatops_yaml_get(need, "project") != NULL
        || chatops_yaml_get(need, "pipeline") != NULL
        || chatops_yaml_get(need, "ref") != NULL)
    {
        return NULL;
    }

    return &job->value;
}
