/*
 * A project's CI configuration: which jobs there are and what they say.
 *
 * It is read either merged, as GitLab's lint gives it (includes, extends and
 * !reference resolved; string keys, or symbol keys from older versions), or
 * raw, as the file stands in the repository.  The order is GitLab's
 * (lib/gitlab/ci/config.rb): inputs, includes, extends, !reference, then the
 * check of what it says, then the jobs, those of `parallel` one by one.
 */

#ifndef CHATOPS_CI_H
#define CHATOPS_CI_H


#include "chatops_yaml.h"
#include "chatops_truth.h"
#include "chatops_variables.h"


#define CHATOPS_CI_MAX_ERRORS  20


typedef struct {
    chatops_str_t          text;            /* "deploy: unknown key `foo`" */
    uint16_t               file;            /* in ci->files */
    uint32_t               line;            /* 0: not known */
} chatops_ci_error_t;


/* A job of the same pipeline that a job needs. */
typedef struct {
    chatops_str_t          job;             /* "build", or "build 1/2" */
    unsigned               optional:1;
} chatops_ci_need_t;


typedef struct {
    chatops_str_t          name;            /* "test 1/3", "test: [a, b]" */
    chatops_str_t          key;             /* in the file: "test" */
    chatops_yaml_node_t   *node;            /* extends resolved */
    chatops_yaml_node_t   *matrix;          /* its variables, or NULL */
    uint32_t               instance;        /* of `parallel`, from 1, or 0 */
    uint32_t               total;
    chatops_str_t          stage;
    chatops_str_t          when;            /* "on_success" when not said */
    chatops_ci_need_t     *needs;           /* of this pipeline's jobs */
    size_t                 nneeds;
    size_t                 commands;        /* before_script's, script's */
    uint32_t               line;            /* of its name, 0: not known */
    uint16_t               file;            /* in ci->files */
    unsigned               hidden:1;        /* the name starts with a dot */
    unsigned               bridge:1;        /* trigger: instead of script: */
    unsigned               allow_failure:1; /* manual ones too by default */
    unsigned               has_rules:1;
    unsigned               has_only:1;
    unsigned               has_except:1;
    unsigned               unresolved:1;    /* by an include not at hand */
} chatops_ci_job_t;


typedef struct {
    chatops_yaml_node_t   *root;
    chatops_ci_job_t      *jobs;            /* in the file's order, all */
    size_t                 njobs;
    chatops_index_t       *index;           /* of the visible ones' names */
    chatops_str_t         *files;           /* the first is the file itself */
    size_t                 nfiles;
    chatops_ci_error_t    *errors;          /* GitLab would refuse it */
    size_t                 nerrors;
    unsigned               merged:1;
    unsigned               includes:1;      /* it has had include: */
    unsigned               unresolved:1;    /* an include was not at hand */
    unsigned               workflow_rules:1;
} chatops_ci_t;


typedef struct {
    chatops_str_t          name;            /* ".gitlab-ci.yml" */
    unsigned               merged:1;

    /*
     * Reads a file of the repository for `include: local`; the path has no
     * slash in front.  CHATOPS_OK, CHATOPS_DECLINED (there is none, or it
     * may not be read), CHATOPS_ERROR.  NULL: no file is at hand.
     */
    int                  (*read)(void *data, chatops_arena_t *arena,
                                 const chatops_str_t *path,
                                 chatops_str_t *text);
    void                  *data;

    /*
     * All files of the repository, in the order of their bytes, for an
     * `include: local` with `*`.  CHATOPS_OK, or CHATOPS_DECLINED.  NULL:
     * nobody knows.
     */
    int                  (*list)(void *data, const chatops_str_t **paths,
                                 size_t *npaths);

    /*
     * What `include: rules` see: the predefined ones and the pipeline's own,
     * without CHAT_… (NULL: not known), and which files there are, as in
     * chatops_source_t.
     */
    const chatops_variables_t  *variables;
    chatops_truth_e      (*exists)(void *data, const chatops_str_t *pattern);
} chatops_ci_options_t;


/*
 * CHATOPS_OK, also with ci->errors; CHATOPS_DECLINED with `error`: no YAML,
 * over a limit, not a mapping; CHATOPS_ERROR: memory.  The arena owns it all.
 */
int chatops_ci_parse(chatops_arena_t *arena, const chatops_str_t *text,
    const chatops_ci_options_t *options, chatops_ci_t **ci,
    chatops_yaml_error_t *error);

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
