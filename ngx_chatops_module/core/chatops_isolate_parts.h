/*
 * What the parts of the reduction share; for nobody else.
 */

#ifndef CHATOPS_ISOLATE_PARTS_H
#define CHATOPS_ISOLATE_PARTS_H


#include "chatops_index.h"
#include "chatops_isolate.h"
#include "chatops_policy_parts.h"


typedef struct {
    chatops_arena_t                  *arena;
    const chatops_ci_t               *ci;
    const chatops_source_t           *source;
    const chatops_isolate_options_t  *options;
    chatops_isolated_t               *isolated;

    /* the verdicts of isolated->jobs */
    chatops_verdict_t                *verdicts;

    chatops_index_t                  *keys;       /* of parallel jobs */
    u_char                           *seen;       /* ci->jobs, by needs */

    const chatops_str_t             **dropped;    /* names, each once */
    size_t                            ndropped;
    unsigned                          edge:1;     /* all are .pre or .post */
} chatops_isolate_t;


/*
 * The jobs that are needed, and what they need, with their verdicts.
 * CHATOPS_OK; CHATOPS_DECLINED with isolated->reason; CHATOPS_ERROR.
 */
int chatops_isolate_needed(chatops_isolate_t *isolate);

/*
 * Replaces `needs` and `dependencies` of the n-th job's copy by what there
 * is of them, and notes what is dropped.  CHATOPS_OK or CHATOPS_ERROR.
 */
int chatops_isolate_needs(chatops_isolate_t *isolate, size_t n,
    chatops_yaml_node_t *job);

/* The n-th job's copy; NULL: out of memory. */
chatops_yaml_node_t *chatops_isolate_job(chatops_isolate_t *isolate,
    size_t n);

/* CHATOPS_OK or CHATOPS_ERROR (also when `value` is NULL). */
int chatops_isolate_set(chatops_isolate_t *isolate,
    chatops_yaml_node_t *mapping, const char *key,
    chatops_yaml_node_t *value);


#endif /* CHATOPS_ISOLATE_PARTS_H */
