/*
 * What the parts of the check of a CI configuration share; for nobody else.
 *
 * A keyword is a line in a table: its name, the check of its value and what
 * that check has to know.  The facts are GitLab 18.3's
 * (lib/gitlab/ci/config/entry/, lib/gitlab/config/entry/validators.rb); what
 * the Enterprise Edition or a newer GitLab adds is accepted.
 *
 * A value that an input or an include not at hand may replace is open: it is
 * taken for right.  A null is as if the keyword were not there.
 */

#ifndef CHATOPS_CI_CHECK_H
#define CHATOPS_CI_CHECK_H


#include "chatops_ci_parts.h"


#define CHATOPS_CHECK_MAX_STEPS   1000000   /* values, aliases written out */
#define CHATOPS_CHECK_MAX_NESTED  10        /* arrays in arrays */


typedef struct chatops_check_at_s   chatops_check_at_t;
typedef struct chatops_check_key_s  chatops_check_key_t;


typedef struct {
    const void                *node;
    const void                *as;
} chatops_check_seen_entry_t;

typedef struct {
    chatops_check_seen_entry_t *entries;
    size_t                      count;
    size_t                      size;     /* a power of 2, or 0 */
} chatops_check_seen_t;


typedef struct {
    chatops_arena_t           *arena;     /* for the time of the check */
    chatops_arena_t           *kept;      /* the errors' */
    chatops_ci_t              *ci;
    size_t                     steps;
    chatops_check_seen_t       seen;
    unsigned                   inputs:1;  /* one has no value */
    unsigned                   failed:1;  /* out of memory */
    unsigned                   over:1;    /* too many steps, and told */
} chatops_check_t;


/* Where a value stands: "deploy:rules[2]:if". */
struct chatops_check_at_s {
    const chatops_check_at_t  *up;
    chatops_str_t              name;
    size_t                     index;     /* of an array, from 1, or 0 */
};


typedef void (*chatops_check_pt)(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg);

/* Tables end with an entry without a name. */
struct chatops_check_key_s {
    chatops_str_t              name;
    chatops_check_pt           check;     /* NULL: it may be anything */
    const void                *arg;
};

#define chatops_check_last  { chatops_null_string, NULL, NULL }


/*
 * chatops_ci_check_node.c: errors, types, mappings, arrays
 */

/* Notes an error: "<where>: <the text>", at the line of `node`. */
void chatops_check_error(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* The same for what is missing, unless an include may still bring it. */
void chatops_check_missing(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* 1 when nothing more is to be looked at: enough errors, steps, memory. */
int chatops_check_done(chatops_check_t *check);

/* Tells it when there were too many steps. */
void chatops_check_end(chatops_check_t *check);

/* 1 when something else may stand there in the end: it is not checked. */
int chatops_check_is_open(const chatops_check_t *check,
    const chatops_yaml_node_t *node);

/* Ruby's classes; an open value is of any.  None takes a NULL. */
int chatops_check_is_string(const chatops_check_t *check,
    const chatops_yaml_node_t *node);
int chatops_check_is_word(const chatops_check_t *check,
    const chatops_yaml_node_t *node);  /* or a symbol */
int chatops_check_is_integer(const chatops_check_t *check,
    const chatops_yaml_node_t *node);
int chatops_check_is_boolean(const chatops_check_t *check,
    const chatops_yaml_node_t *node);
int chatops_check_is_scalar(const chatops_check_t *check,
    const chatops_yaml_node_t *node);  /* no null */
int chatops_check_is_sequence(const chatops_check_t *check,
    const chatops_yaml_node_t *node);
int chatops_check_is_mapping(const chatops_check_t *check,
    const chatops_yaml_node_t *node);

/* 1 for what Rails calls blank: nothing, null, false, "", [], {}. */
int chatops_check_is_blank(const chatops_check_t *check,
    const chatops_yaml_node_t *node);

/* The value of a key; NULL when it is not there or null. */
const chatops_yaml_node_t *chatops_check_get(const chatops_yaml_node_t *node,
    const char *key);

/* 1 when the key is there, be it with null. */
int chatops_check_has(const chatops_yaml_node_t *node, const char *key);

/*
 * Checks the pairs of a mapping by a table: keys that it does not hold are
 * errors, values that are null are passed over.
 */
void chatops_check_keys(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const chatops_check_key_t *keys);

/* NULL when the table does not hold it. */
const chatops_check_key_t *chatops_check_find(const chatops_check_key_t *keys,
    const chatops_str_t *name);

/* A mapping (`arg`: its table); anything else is an error. */
void chatops_check_mapping(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg);

/*
 * Calls `each` for the items of a sequence and of the sequences in it, null
 * ones excepted, as Ruby's flatten does.
 */
void chatops_check_flatten(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    chatops_check_pt each, const void *arg);


/*
 * chatops_ci_check_seen.c: what aliases and `extends` share is checked once
 */

/*
 * 1 when `node` was seen before as the value of the same key (`as`, an entry
 * of a table), or when out of memory; notes it.
 */
int chatops_check_seen(chatops_check_t *check,
    const chatops_yaml_node_t *node, const void *as);


/*
 * chatops_ci_check_value.c: simple values
 */

void chatops_check_string(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg);

/* A string that is not blank. */
void chatops_check_name(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg);

void chatops_check_boolean(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg);

/* An array of strings, at most `arg` (a size_t) or any number of them. */
void chatops_check_strings(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg);
void chatops_check_string_or_strings(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg);
void chatops_check_integer_or_integers(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg);

/* A string, or strings nested at most 10 deep. */
void chatops_check_script(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg);

/* Without the lone string. */
void chatops_check_nested(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg);

/* One of the words in `arg`, parted by blanks: "start stop". */
void chatops_check_choice(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg);

/* One of these words, or an array of some. */
void chatops_check_choices(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg);
int chatops_check_is_one_of(const chatops_str_t *word, const char *words);

/* How many characters a string has, for limits that are in these. */
size_t chatops_check_characters(const chatops_str_t *text);

/* 1 when it is between slashes, and so has to be a pattern that is right. */
int chatops_check_is_pattern(const chatops_str_t *text);


/*
 * chatops_ci_check_expression.c
 */

/* `/…/`, with flags, in RE2's language. */
void chatops_check_pattern(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg);

/* For `rules: if` and the like. */
void chatops_check_expression(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg);


/*
 * chatops_ci_check_variables.c
 */

/* `variables`; `arg`: the keys that a mapping may have, or NULL: none. */
void chatops_check_variables(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg);


/*
 * chatops_ci_check_duration.c
 */

typedef struct {
    double                     limit;     /* in seconds, 0: none */
    const char                *most;      /* "a week" */
    unsigned                   never:1;   /* `never` is one too */
    unsigned                   variable:1;
} chatops_check_duration_t;

#define CHATOPS_CHECK_WEEK   604800.0
#define CHATOPS_CHECK_MONTH  2629746.0

void chatops_check_duration(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg);


/*
 * Keywords with files of their own; `arg` is explained where it is used.
 */

void chatops_check_rules(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg);
void chatops_check_changes(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg);
void chatops_check_exists(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg);
void chatops_check_include_rule_list(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg);
void chatops_check_workflow(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg);
void chatops_check_policy(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg);
void chatops_check_needs(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg);
void chatops_check_parallel(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg);
void chatops_check_image(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg);
void chatops_check_services(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg);
void chatops_check_artifacts(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg);
void chatops_check_cache(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg);
void chatops_check_release(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg);
void chatops_check_environment(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg);
void chatops_check_trigger(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg);
void chatops_check_include(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg);


/*
 * chatops_ci_check_setting.c: a job's smaller keywords
 */

void chatops_check_retry(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg);
void chatops_check_tags(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg);
void chatops_check_inherit(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg);
void chatops_check_id_tokens(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg);
void chatops_check_allow_failure(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg);
void chatops_check_pages(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg);
void chatops_check_run(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg);


/*
 * chatops_ci_check_job.c: what `default` may hold, and jobs
 */

extern const chatops_check_key_t  chatops_check_default_keys[];

typedef enum {
    CHATOPS_CHECK_NO_JOB = 0,
    CHATOPS_CHECK_HIDDEN,              /* the name begins with a dot */
    CHATOPS_CHECK_BUILD,               /* it has script: or run: */
    CHATOPS_CHECK_BRIDGE               /* else, trigger: or needs: */
} chatops_check_type_e;

chatops_check_type_e chatops_check_job_type(const chatops_str_t *name,
    const chatops_yaml_node_t *node);

/* An entry of the root that is no keyword.  1 when it is a visible job. */
int chatops_check_job(chatops_check_t *check, const chatops_yaml_node_t *key,
    const chatops_yaml_node_t *node);


/*
 * chatops_ci_check_names.c: names in order, to find one fast whatever they
 * are
 */

typedef struct {
    chatops_str_t              text;
    size_t                     value;  /* the caller's */
} chatops_check_name_t;

typedef struct {
    chatops_check_name_t      *names;
    size_t                     count;
    unsigned                   sorted:1;
} chatops_check_names_t;

/* Room for `most` names; CHATOPS_OK or CHATOPS_ERROR. */
int chatops_check_names_make(chatops_arena_t *arena,
    chatops_check_names_t *names, size_t most);
void chatops_check_names_add(chatops_check_names_t *names,
    const chatops_str_t *text, size_t value);

/* By their texts, then by their values. */
void chatops_check_names_sort(chatops_check_name_t *names, size_t count);

/* The one of that name with the lowest value, or NULL. */
const chatops_check_name_t *chatops_check_names_find(
    chatops_check_names_t *names, const chatops_str_t *text);


/*
 * chatops_ci_check_graph.c: stages, and jobs that name each other
 */

/* A job's `dependencies` among its `needs`. */
void chatops_check_dependencies(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node);

/* All jobs, once each for itself is right. */
void chatops_check_graph(chatops_check_t *check);


#endif /* CHATOPS_CI_CHECK_H */
