/*
 * A project's CI configuration: which jobs there are and what they say.
 *
 * It is read either merged, as GitLab's lint gives it (includes, extends and
 * !reference resolved; string keys, or symbol keys from older versions), or
 * raw, as the file stands in the repository.
 */

#ifndef CHATOPS_CI_H
#define CHATOPS_CI_H


#include "chatops_yaml.h"


typedef struct {
    chatops_str_t          name;
    chatops_yaml_node_t   *node;
    chatops_str_t          stage;
    chatops_str_t          when;            /* "on_success" when not said */
    chatops_str_t          need;            /* the job that `needs` means */
    size_t                 commands;        /* before_script's, script's */
    unsigned               hidden:1;        /* the name starts with a dot */
    unsigned               bridge:1;        /* trigger: instead of script: */
    unsigned               has_rules:1;
    unsigned               has_only:1;
    unsigned               has_except:1;
    unsigned               needs:1;         /* another job, not optional */
    unsigned               unresolved:1;    /* raw: extends, inputs */
} chatops_ci_job_t;


typedef struct {
    chatops_yaml_node_t   *root;
    chatops_ci_job_t      *jobs;            /* in the file's order, all */
    size_t                 njobs;
    unsigned               merged:1;
    unsigned               includes:1;      /* a raw file with include: */
    unsigned               workflow_rules:1;
} chatops_ci_t;


/*
 * CHATOPS_OK; CHATOPS_DECLINED with `error`: no YAML, over a limit, not a
 * mapping, or no job in it; CHATOPS_ERROR: memory.  The arena owns it all.
 */
int chatops_ci_parse(chatops_arena_t *arena, const chatops_str_t *text,
    unsigned merged, chatops_ci_t **ci, chatops_yaml_error_t *error);

/* By its exact name, hidden jobs excepted; NULL when there is none. */
chatops_ci_job_t *chatops_ci_find(const chatops_ci_t *ci,
    const chatops_str_t *name);

/*
 * The visible jobs whose names come nearest to `name`, the nearest first, at
 * most `max`; none that has hardly anything in common with it.  Returns how
 * many were found.
 */
size_t chatops_ci_suggest(const chatops_ci_t *ci, const chatops_str_t *name,
    const chatops_ci_job_t **jobs, size_t max);


#endif /* CHATOPS_CI_H */
