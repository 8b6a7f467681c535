#include "chatops_ci_parts.h"


typedef struct {
    const chatops_ci_base_t  *bases;
    const chatops_index_t    *index;      /* of their keys */
    chatops_ci_need_t        *needs;
    size_t                    count;
    size_t                    max;
} chatops_ci_needs_t;


static int chatops_ci_needs_of(chatops_ci_reader_t *reader,
    chatops_ci_needs_t *list, const chatops_yaml_node_t *needs);
static int chatops_ci_need(chatops_ci_reader_t *reader,
    chatops_ci_needs_t *list, const chatops_yaml_node_t *node);
static int chatops_ci_need_add(chatops_ci_reader_t *reader,
    chatops_ci_needs_t *list, const chatops_str_t *name, unsigned optional);


/* The instances of a job share the list. */

int
chatops_ci_needs(chatops_ci_reader_t *reader, const chatops_ci_base_t *bases,
    size_t count)
{
    int                         rc;
    size_t                      i, k;
    chatops_index_t            *index;
    chatops_ci_job_t           *jobs;
    chatops_ci_needs_t          list;
    const chatops_yaml_node_t  *needs;

    index = chatops_index_create(reader->arena, count);

    if (index == NULL) {
        return CHATOPS_ERROR;
    }

    for (i = 0; i < count; i++) {
        chatops_index_add(index, &bases[i].pair->key->value, i);
    }

    chatops_index_finish(index);

    memset(&list, 0, sizeof(chatops_ci_needs_t));

    list.bases = bases;
    list.index = index;

    for (i = 0; i < count; i++) {

        if (bases[i].count == 0) {
            continue;
        }

        jobs = &reader->ci->jobs[bases[i].first];
        needs = chatops_yaml_get(jobs->node, "needs");

        if (jobs->hidden || needs == NULL) {
            continue;
        }

        list.needs = NULL;
        list.count = 0;
        list.max = 0;

        rc = chatops_ci_needs_of(reader, &list, needs);

        if (rc != CHATOPS_OK) {
            return rc;
        }

        for (k = 0; k < bases[i].count; k++) {
            jobs[k].needs = list.needs;
            jobs[k].nneeds = list.count;
        }
    }

    return CHATOPS_OK;
}


/* A list in a list is part of it, and nothing is no need. */

static int
chatops_ci_needs_of(chatops_ci_reader_t *reader, chatops_ci_needs_t *list,
    const chatops_yaml_node_t *needs)
{
    int     rc;
    size_t  i;

    if (chatops_yaml_is_null(needs)) {
        return CHATOPS_OK;
    }

    if (needs->type != CHATOPS_YAML_SEQUENCE) {
        return chatops_ci_need(reader, list, needs);
    }

    for (i = 0; i < needs->count; i++) {
        rc = chatops_ci_needs_of(reader, list, needs->items[i]);

        if (rc != CHATOPS_OK) {
            return rc;
        }
    }

    return CHATOPS_OK;
}


/* A parallel job is needed with all its instances, or those of a matrix. */

static int
chatops_ci_need(chatops_ci_reader_t *reader, chatops_ci_needs_t *list,
    const chatops_yaml_node_t *node)
{
    int                         rc;
    size_t                      count, i;
    uint32_t                    found;
    unsigned                    optional;
    chatops_str_t               none;
    chatops_ci_instance_t      *instances;
    const chatops_ci_base_t    *base;
    const chatops_yaml_node_t  *job, *parallel;

    job = node;

    if (node->type == CHATOPS_YAML_MAPPING) {

        if (chatops_yaml_get(node, "pipeline") != NULL
            || chatops_yaml_get(node, "project") != NULL)
        {
            return CHATOPS_OK;
        }

        job = chatops_yaml_get(node, "job");
    }

    optional = chatops_yaml_is_true(chatops_yaml_get(node, "optional"));

    if (job == NULL || job->type != CHATOPS_YAML_SCALAR) {
        none = chatops_str("");
        return chatops_ci_need_add(reader, list, &none, optional);
    }

    found = chatops_index_find(list->index, &job->value);
    base = found == CHATOPS_INDEX_NONE ? NULL : &list->bases[found];

    if (base == NULL
        || (base->count == 1 && reader->ci->jobs[base->first].total == 0))
    {
        return chatops_ci_need_add(reader, list, &job->value, optional);
    }

    parallel = chatops_yaml_get(node, "parallel");

    if (parallel == NULL) {

        for (i = 0; i < base->count; i++) {
            rc = chatops_ci_need_add(reader, list,
                                     &reader->ci->jobs[base->first + i].name,
                                     optional);

            if (rc != CHATOPS_OK) {
                return rc;
            }
        }

        return CHATOPS_OK;
    }

    rc = chatops_ci_parallel(reader, &job->value, parallel, &instances,
                             &count);

    for (i = 0; rc == CHATOPS_OK && i < count; i++) {
        rc = chatops_ci_need_add(reader, list, &instances[i].name, optional);
    }

    return rc;
}


static int
chatops_ci_need_add(chatops_ci_reader_t *reader, chatops_ci_needs_t *list,
    const chatops_str_t *name, unsigned optional)
{
    size_t              max;
    chatops_ci_need_t  *needs;

    if (++reader->needs > CHATOPS_CI_MAX_NEEDS) {
        return chatops_ci_declined(reader, "its jobs have too many needs");
    }

    if (list->count == list->max) {
        max = list->max ? list->max * 2 : 4;
        needs = chatops_palloc(reader->arena, max * sizeof(chatops_ci_need_t));

        if (needs == NULL) {
            return CHATOPS_ERROR;
        }

        if (list->count) {
            memcpy(needs, list->needs,
                   list->count * sizeof(chatops_ci_need_t));
        }

        list->needs = needs;
        list->max = max;
    }

    memset(&list->needs[list->count], 0, sizeof(chatops_ci_need_t));

    list->needs[list->count].job = *name;
    list->needs[list->count].optional = optional;
    list->count++;

    return CHATOPS_OK;
}
