/*
 * A run that this worker's collector has claimed and works on.
 */

#ifndef NGX_CHATOPS_WORK_H
#define NGX_CHATOPS_WORK_H


#include "ngx_chatops_module.h"
#include "ngx_chatops_dispatch.h"
#include "ngx_chatops_gitlab.h"
#include "chatops_trace.h"


typedef struct ngx_chatops_work_s  ngx_chatops_work_t;

typedef void (*ngx_chatops_work_pt)(ngx_chatops_work_t *w);


struct ngx_chatops_work_s {
    ngx_queue_t                queue;     /* all of this worker's */
    ngx_queue_t                group;     /* those polled with one call */
    ngx_pool_t                *pool;
    chatops_arena_t            arena;
    chatops_run_t              run;
    ngx_chatops_loc_conf_t    *conf;
    ngx_chatops_work_pt        next;
    int64_t                    lease;
    ngx_uint_t                 tries;     /* to write the run */
    ngx_event_t                again;
    ngx_connection_t           dummy;
    chatops_gitlab_call_t      call;
    ngx_chatops_curl_t         post;
    chatops_trace_t           *trace;
    chatops_trace_output_t     output;
    unsigned                   has_output:1;
};


/* ngx_chatops_collector.c */

/* Does what the run needs next. */
void ngx_chatops_work_next(ngx_chatops_work_t *w);

/* Writes the run and goes on. */
void ngx_chatops_work_save(ngx_chatops_work_t *w, int64_t lease,
    ngx_chatops_work_pt next);

/* Writes the run and gives it back, to be claimed after `due` ms. */
void ngx_chatops_work_rest(ngx_chatops_work_t *w, int64_t due);

/* The same after a failure: longer each time, a minute at most. */
void ngx_chatops_work_retry(ngx_chatops_work_t *w);

/* Writes the run for the last time. */
void ngx_chatops_work_finish(ngx_chatops_work_t *w);

/* Sends w->call; a call that cannot be sent is a failure as above. */
void ngx_chatops_work_send(ngx_chatops_work_t *w,
    ngx_chatops_curl_sink_pt sink, ngx_chatops_gitlab_pt handler);

/* A message becomes due. */
void ngx_chatops_work_reply(ngx_chatops_work_t *w, chatops_reply_kind_e kind);

/* Ends the work; the run stays as it was written last. */
void ngx_chatops_work_destroy(ngx_chatops_work_t *w);


/* ngx_chatops_resume.c: runs that have no pipeline yet */
void ngx_chatops_resume(ngx_chatops_work_t *w);
void ngx_chatops_look_for_pipeline(ngx_chatops_work_t *w);

/* ngx_chatops_watch.c: runs whose job has not ended */
void ngx_chatops_watch(ngx_chatops_work_t *w);
void ngx_chatops_watch_group(ngx_queue_t *group);

/* ngx_chatops_deliver.c: the message that is due */
void ngx_chatops_deliver(ngx_chatops_work_t *w);

/* ngx_chatops_sweep.c: what was left in GitLab */
void ngx_chatops_remove_branch(ngx_chatops_work_t *w);
void ngx_chatops_sweep(ngx_chatops_main_conf_t *mcf);


#endif /* NGX_CHATOPS_WORK_H */
