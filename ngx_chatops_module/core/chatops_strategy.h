/*
 * How GitLab is brought to run just the one job, and when which way is right
 * (docs/architecture.md, "Strategies").
 */

#ifndef CHATOPS_STRATEGY_H
#define CHATOPS_STRATEGY_H


#include "chatops_isolate.h"
#include "chatops_plan.h"


#define CHATOPS_STRATEGIES  3


typedef enum {
    CHATOPS_STRATEGY_NATIVE = 0,    /* GitLab's own slash command */
    CHATOPS_STRATEGY_DIRECT,        /* a pipeline that holds just the job */
    CHATOPS_STRATEGY_ISOLATED       /* a branch with a reduced file */
} chatops_strategy_e;


typedef struct {
    chatops_strategy_e          list[CHATOPS_STRATEGIES];
    size_t                      n;
} chatops_strategies_t;


/* What has to be known for the choice. */
typedef struct {
    const chatops_ci_t         *ci;
    const chatops_ci_t         *raw;        /* the file, NULL: not known */
    const chatops_ci_job_t     *job;
    const chatops_verdict_t    *verdict;    /* for source chat */

    /* by chatops_strategy_plan(); only looked at for direct */
    const chatops_plan_t       *plan;

    /* those to be passed to the pipeline */
    const chatops_variable_t   *variables;
    size_t                      nvariables;

    chatops_str_t               config_path;      /* empty: the usual one */
    unsigned                    default_branch:1; /* that is the ref */
    unsigned                    native:1;         /* it is configured */
    unsigned                    forbidden:1;      /* pipeline variables */
    unsigned                    include_needs:1;  /* chatops_needs */
} chatops_choice_t;


/* "native", "direct", "isolated". */
const char *chatops_strategy_name(chatops_strategy_e strategy);

/*
 * Adds one by its name, or all of a text with blanks between them.
 * CHATOPS_OK; CHATOPS_DECLINED: no such strategy, or it is there already (or
 * a text without any).
 */
int chatops_strategies_add(chatops_strategies_t *strategies,
    const chatops_str_t *name);
int chatops_strategies_parse(chatops_strategies_t *strategies,
    const chatops_str_t *text);

/*
 * What a pipeline by `direct` would hold: of source api, with the variables
 * and CI_PIPELINE_SOURCE=chat among those given.  `source` is chat's.
 * CHATOPS_OK or CHATOPS_ERROR (memory).
 */
int chatops_strategy_plan(chatops_arena_t *arena, const chatops_ci_t *ci,
    const chatops_source_t *source, const chatops_variable_t *variables,
    size_t nvariables, chatops_plan_t *plan);

/*
 * Is the strategy right for the job?  CHATOPS_OK; CHATOPS_DECLINED with the
 * reason, a clause: "the pipeline would also hold `build`"; CHATOPS_ERROR
 * (memory).
 */
int chatops_strategy_fits(chatops_arena_t *arena, chatops_strategy_e strategy,
    const chatops_choice_t *choice, chatops_str_t *reason);


#endif /* CHATOPS_STRATEGY_H */
