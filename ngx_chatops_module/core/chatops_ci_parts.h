/*
 * What the parts of the reading of a CI configuration share; for nobody else.
 */

#ifndef CHATOPS_CI_PARTS_H
#define CHATOPS_CI_PARTS_H


#include "chatops_ci.h"
#include "chatops_statement.h"


#define CHATOPS_CI_MAX_NAME      255
#define CHATOPS_CI_MAX_PAIRS     500000     /* that merging copies */
#define CHATOPS_CI_MAX_HEIGHT    128        /* of a tree with references */
#define CHATOPS_CI_MAX_JOBS      20000      /* instances of `parallel` too */
#define CHATOPS_CI_MAX_NEEDS     200000
#define CHATOPS_CI_MAX_INCLUDES  150
#define CHATOPS_CI_MAX_PARALLEL  200


typedef struct chatops_ci_memo_s  chatops_ci_memo_t;


/* A file whose include: is being resolved, or has been. */

typedef struct {
    chatops_str_t                path;
    chatops_yaml_node_t         *root;        /* NULL until it is done */
    size_t                       includes;    /* itself and those in it */
    uint16_t                     number;      /* in ci->files */
    unsigned                     active:1;
} chatops_ci_file_t;


typedef struct {
    chatops_arena_t             *arena;
    chatops_ci_t                *ci;
    const chatops_ci_options_t  *options;
    chatops_yaml_error_t        *error;

    chatops_ci_file_t            files[CHATOPS_CI_MAX_INCLUDES];
    size_t                       nfiles;
    size_t                       includes;
    size_t                       bytes;       /* of included files */
    chatops_statements_t        *statements;  /* of their rules, or NULL */

    size_t                       pairs;       /* copied so far */
    size_t                       needs;
    size_t                       max_jobs;

    chatops_ci_memo_t           *resolved;    /* nodes with references */
    chatops_yaml_node_t          active;      /* for one being resolved */
    unsigned char               *left;        /* by root pair: unresolved */

    size_t                       inherited;   /* commands of a job */

    unsigned                     required:1;  /* an input without a value */
    unsigned                     unresolved:1;
} chatops_ci_reader_t;


/* A key that is a job, and where its instances are among ci->jobs. */

typedef struct {
    const chatops_yaml_pair_t   *pair;
    size_t                       first;
    size_t                       count;
} chatops_ci_base_t;


/* What `parallel` makes of a job. */

typedef struct {
    chatops_str_t                name;
    chatops_yaml_node_t         *matrix;      /* NULL for a number */
    uint32_t                     number;      /* from 1 */
    uint32_t                     total;       /* the first one's: of all */
} chatops_ci_instance_t;


/*
 * Unless it says otherwise, each function below returns CHATOPS_OK, also when
 * it has noted errors in ci->errors; CHATOPS_DECLINED with reader->error when
 * a limit is reached; CHATOPS_ERROR (memory).
 */

/* CHATOPS_DECLINED, with the text as the error. */
int chatops_ci_declined(chatops_ci_reader_t *reader, const char *text);

/*
 * A file as GitLab loads it: symbols are names, inputs have been put in.
 * CHATOPS_DECLINED also when it is no YAML; `root` is NULL for an empty file,
 * and may be no mapping.  `given`: its inputs, a mapping, or NULL.
 */
int chatops_ci_load(chatops_ci_reader_t *reader, const chatops_str_t *text,
    uint16_t file, const chatops_yaml_node_t *given,
    chatops_yaml_node_t **root);

/* Puts inputs in the place of `$[[ inputs.name ]]`. */
int chatops_ci_interpolate(chatops_ci_reader_t *reader,
    const chatops_yaml_node_t *header, const chatops_yaml_node_t *given,
    chatops_yaml_node_t **root);

/* Merges what `include` names under `root`. */
int chatops_ci_include(chatops_ci_reader_t *reader,
    chatops_yaml_node_t **root);

/* Merges one local file, which may not be at hand, under `*merged`. */
int chatops_ci_include_file(chatops_ci_reader_t *reader,
    chatops_yaml_node_t *item, const chatops_str_t *path,
    chatops_yaml_node_t **merged);

/*
 * Merges the files that a path with `*` (no slash in it) or `**` stands for;
 * those that have been included are left out (GitLab:
 * lib/gitlab/ci/config/external/mapper/location_expander.rb).
 */
int chatops_ci_include_wildcard(chatops_ci_reader_t *reader,
    chatops_yaml_node_t *item, const chatops_str_t *pattern,
    chatops_yaml_node_t **merged);

/*
 * Do the rules of an `include` let it in?  Unknown also when something is
 * wrong with them.  CHATOPS_OK or CHATOPS_ERROR.
 */
int chatops_ci_include_rules(chatops_ci_reader_t *reader,
    const chatops_yaml_node_t *item, chatops_truth_e *truth);

/* Resolves `extends` in ci->root, and what it leaves notes in reader->left. */
int chatops_ci_extend(chatops_ci_reader_t *reader);

/*
 * A tree with what is in both; of mappings in both their merger, of others
 * what is in `over`.  What is the same in one of them is shared.
 */
int chatops_ci_merge(chatops_ci_reader_t *reader, chatops_yaml_node_t *under,
    chatops_yaml_node_t *over, chatops_yaml_node_t **merged);

/* Resolves !reference in ci->root; one that cannot be stays. */
int chatops_ci_dereference(chatops_ci_reader_t *reader);

/* Fills ci->jobs; then the needs of each. */
int chatops_ci_jobs(chatops_ci_reader_t *reader);
int chatops_ci_needs(chatops_ci_reader_t *reader,
    const chatops_ci_base_t *bases, size_t count);

/*
 * The names that `parallel` gives to a job, at most CHATOPS_CI_MAX_PARALLEL,
 * none when its matrix or one of its lists is empty.  `instances` is NULL
 * when `parallel` is NULL, a value of another kind or makes too many.
 */
int chatops_ci_parallel(chatops_ci_reader_t *reader,
    const chatops_str_t *name, const chatops_yaml_node_t *parallel,
    chatops_ci_instance_t **instances, size_t *count);

/* From nodes to what has become of them.  NULL: out of memory. */
chatops_ci_memo_t *chatops_ci_memo_create(chatops_arena_t *arena);

/* What was noted for `node`, NULL when nothing was. */
chatops_yaml_node_t *chatops_ci_memo_get(const chatops_ci_memo_t *memo,
    const chatops_yaml_node_t *node);
int chatops_ci_memo_set(chatops_ci_memo_t *memo,
    const chatops_yaml_node_t *node, chatops_yaml_node_t *value);

/*
 * Notes an error at `node`'s line, which is not known when it is NULL.  The
 * text is a clause without a full stop that names the job and the key; names
 * from the file are made harmless.  Past CHATOPS_CI_MAX_ERRORS nothing is
 * noted.  CHATOPS_OK or CHATOPS_ERROR (memory).
 */
int chatops_ci_error(chatops_arena_t *arena, chatops_ci_t *ci,
    const chatops_yaml_node_t *node, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/*
 * What GitLab would refuse in a configuration that is assembled, with its
 * jobs: keys, types and values; and in the header of a file.  `inputs`: one
 * has no value, so that what has `$[[` in it may become anything.
 * CHATOPS_OK or CHATOPS_ERROR (memory).
 */
int chatops_ci_check(chatops_arena_t *arena, chatops_ci_t *ci,
    unsigned inputs);
int chatops_ci_check_header(chatops_arena_t *arena, chatops_ci_t *ci,
    const chatops_yaml_node_t *header);


#endif /* CHATOPS_CI_PARTS_H */
