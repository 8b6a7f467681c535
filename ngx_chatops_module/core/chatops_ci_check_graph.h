/*
 * Jobs and what they say of each other, by the keys in the file: the jobs
 * that `parallel` makes of a key have all their needs in common.
 *
 * GitLab: lib/gitlab/ci/yaml_processor.rb.
 */

#ifndef CHATOPS_CI_CHECK_GRAPH_H
#define CHATOPS_CI_CHECK_GRAPH_H


#include "chatops_ci_check.h"


#define CHATOPS_CHECK_NONE  ((size_t) -1)


typedef struct {
    chatops_str_t               key;
    const chatops_yaml_node_t  *node;
    const chatops_ci_job_t     *first;
    size_t                      count;     /* of its jobs, in a row */
    size_t                      stage;     /* its place, or NONE */
    size_t                      needs;     /* the first of its edges */
    size_t                      nneeds;
    unsigned                    parallel:1;
    unsigned                    mark:2;    /* for the search of a circle */
} chatops_check_group_t;


typedef struct {
    chatops_check_t            *check;
    chatops_check_group_t      *groups;
    size_t                      ngroups;
    chatops_check_names_t       jobs;      /* of each job, its group */
    chatops_check_names_t       keys;
    chatops_check_names_t       stages;
    size_t                      current;   /* the group that is looked at */
    size_t                     *edges;     /* groups that are needed */
    size_t                      nedges;
    size_t                      size;
} chatops_check_graph_t;


/* What a job names as needed. */
typedef struct {
    chatops_str_t               name;
    const chatops_yaml_node_t  *node;
    const chatops_yaml_node_t  *parallel;  /* only these of a matrix */
    unsigned                    optional:1;
} chatops_check_target_t;


/* The place of an error in a job. */
chatops_check_at_t chatops_check_group_at(const chatops_check_group_t *group);


/*
 * chatops_ci_check_target.c: the needs of this pipeline that `needs` lists;
 * `targets` is NULL when there are none.  CHATOPS_OK or CHATOPS_ERROR.
 */
int chatops_check_targets(chatops_check_t *check,
    const chatops_yaml_node_t *needs, chatops_check_target_t **targets,
    size_t *ntargets);


/*
 * chatops_ci_check_needed.c
 */

/*
 * A job that is named at `node` by `key` has to exist, and not in a later
 * stage; `keys`: the key of jobs made by `parallel` stands for all of them.
 * Returns its group or NONE.
 */
size_t chatops_check_named(chatops_check_graph_t *graph,
    const chatops_check_group_t *group, const chatops_yaml_node_t *node,
    const char *key, unsigned keys);

/* The group of a job's name, or of a key when `keys`; NONE: no such. */
size_t chatops_check_group_find(chatops_check_graph_t *graph,
    const chatops_str_t *name, unsigned keys);

/*
 * What `needs` names has to be there once each.  With `keys` it is the job's
 * own, its edges are added to the graph; without, a rule's, for which GitLab
 * does not take the key of jobs made by `parallel`.
 */
void chatops_check_needed(chatops_check_graph_t *graph,
    const chatops_check_group_t *group, const chatops_yaml_node_t *needs,
    unsigned keys);


/* chatops_ci_check_circle.c: needs that lead back to where they begin */
void chatops_check_circle(chatops_check_graph_t *graph);


#endif /* CHATOPS_CI_CHECK_GRAPH_H */
