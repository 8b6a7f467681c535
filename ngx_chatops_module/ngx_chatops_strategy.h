/*
 * The ways to have GitLab run a pipeline of just one job.  `chatops_trigger`
 * lists those that are allowed; the first that is right for the job is taken
 * (ngx_chatops_choose.c).  Each has a file of its own.
 */

#ifndef NGX_CHATOPS_STRATEGY_H
#define NGX_CHATOPS_STRATEGY_H


#include "ngx_chatops_dispatch.h"


typedef struct {

    chatops_strategy_e   id;

    /*
     * What has to be so beside chatops_strategy_fits(), or NULL.  Without
     * I/O.  CHATOPS_OK; CHATOPS_DECLINED with the reason, a clause: "the
     * pipeline would also hold `build`"; CHATOPS_ERROR (memory).
     */
    int                (*fits)(ngx_chatops_dispatch_t *d,
                               chatops_str_t *reason);

    /*
     * Has the pipeline made.  run.strategy is set, the state is `accepted`,
     * nothing is written yet.  What turns out not to be right for the job
     * once GitLab has been asked is given on with
     * ngx_chatops_choose_another().
     */
    ngx_chatops_next_pt  start;

    /*
     * The run is in `triggering`, and its time to be looked for has come, or
     * its pipeline is known: ends the dispatch with what is found out.
     */
    ngx_chatops_next_pt  look;

} ngx_chatops_strategy_t;


extern ngx_chatops_strategy_t  ngx_chatops_native;
extern ngx_chatops_strategy_t  ngx_chatops_direct;
extern ngx_chatops_strategy_t  ngx_chatops_isolated;


/* By the word of chatops_trigger, and of run.strategy; NULL: none. */
ngx_chatops_strategy_t *ngx_chatops_strategy_find(const chatops_str_t *name);


/*
 * ngx_chatops_choose.c
 */

/* The job is found and may be run from chat. */
void ngx_chatops_choose(ngx_chatops_dispatch_t *d);

/*
 * GitLab has refused the one that was chosen for `reason`, a clause; nothing
 * runs.  The next one is tried.
 */
void ngx_chatops_choose_another(ngx_chatops_dispatch_t *d,
    chatops_str_t *reason);


/*
 * For the strategies (ngx_chatops_variables.c).
 */

/* CHAT_INPUT and the others, as the job shall see them; returns how many. */
ngx_uint_t ngx_chatops_variables(ngx_chatops_dispatch_t *d,
    chatops_variable_t *variables);

/* 1 when no variable has a value that GitLab would expand. */
ngx_uint_t ngx_chatops_variables_pass(ngx_chatops_dispatch_t *d);

/* The project has lately refused pipeline variables. */
ngx_uint_t ngx_chatops_variables_forbidden(ngx_chatops_dispatch_t *d);
void ngx_chatops_variables_forbid(ngx_chatops_dispatch_t *d);


/*
 * Looks whether the pipeline, run.pipeline_id, holds just the job and is of
 * run.sha; if not, it is canceled and the run refused.  Ends the dispatch
 * (ngx_chatops_verify.c).
 */
void ngx_chatops_verify(ngx_chatops_dispatch_t *d);


/*
 * What GitLab says of the run's pipeline (ngx_chatops_pipeline.c).  All but
 * ngx_chatops_refused() end the dispatch.
 */

/* It is there and holds the job: run.pipeline_id and _url are set. */
void ngx_chatops_started(ngx_chatops_dispatch_t *d);

/* 1 when GitLab has surely not done what it was asked to. */
ngx_uint_t ngx_chatops_refused(chatops_gitlab_answer_t *answer);

/*
 * Not confirmed: it may be there, or come yet.  Whoever claims the run after
 * GitLab's own timeout looks for it.
 */
void ngx_chatops_unconfirmed(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer);

/* It cannot be found out now; at the deadline it stays unknown. */
void ngx_chatops_unclear(ngx_chatops_dispatch_t *d);

/* It stays unknown: the person is told, nothing is sent again. */
void ngx_chatops_ambiguous(ngx_chatops_dispatch_t *d);

/* It is surely not there, and does not come any more: it is asked for anew. */
void ngx_chatops_not_there(ngx_chatops_dispatch_t *d);


#endif /* NGX_CHATOPS_STRATEGY_H */
