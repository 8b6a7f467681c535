/*
 * What becomes of a recorded run: who -> may they -> which job -> record ->
 * trigger.
 *
 * One state machine that knows no transport: it hands out calls to GitLab and
 * takes their answers.  The handler drives it with subrequests, the
 * collector with libcurl.  The run's row exists and is leased to this worker
 * when it starts; each step that matters is durable before the next begins.
 */

#ifndef NGX_CHATOPS_DISPATCH_H
#define NGX_CHATOPS_DISPATCH_H


#include "ngx_chatops_module.h"
#include "ngx_chatops_config.h"
#include "chatops_gitlab.h"
#include "chatops_run.h"
#include "chatops_strategy.h"


/* Variables that a run passes at most. */
#define NGX_CHATOPS_VARIABLES       7


typedef struct ngx_chatops_dispatch_s  ngx_chatops_dispatch_t;


/* What is cached: the first letter of a key. */
#define NGX_CHATOPS_KEY_MEMBER      'm'
#define NGX_CHATOPS_KEY_PROJECT     'p'
#define NGX_CHATOPS_KEY_HEAD        'h'
#define NGX_CHATOPS_KEY_LINT        'l'
#define NGX_CHATOPS_KEY_FILE        'f'
#define NGX_CHATOPS_KEY_TAG         't'
#define NGX_CHATOPS_KEY_VARIABLES   'v'   /* the project forbids them */
#define NGX_CHATOPS_KEY_NO_LINT     'n'   /* GitLab does not lint for us */
#define NGX_CHATOPS_KEY_LINTED      'i'   /* a reduced configuration, good */


typedef enum {
    NGX_CHATOPS_STARTED = 0,  /* the pipeline exists */
    NGX_CHATOPS_REFUSED,      /* nothing runs; run.error says why */
    NGX_CHATOPS_UNSURE,       /* GitLab has not confirmed the pipeline */
    NGX_CHATOPS_AMBIGUOUS,    /* and nobody will find out */
    NGX_CHATOPS_AGAIN,        /* it was not made: all from the beginning */
    NGX_CHATOPS_FAILED,       /* the run store failed; the run is retried */
    NGX_CHATOPS_TAKEN         /* another worker has the run now */
} ngx_chatops_outcome_e;


/* NGX_OK: ngx_chatops_dispatch_answer() will be called.  Else it will not. */
typedef ngx_int_t (*ngx_chatops_send_pt)(ngx_chatops_dispatch_t *d,
    chatops_gitlab_call_t *call);

/* Called once, last; destroys the dispatch. */
typedef void (*ngx_chatops_done_pt)(ngx_chatops_dispatch_t *d,
    ngx_chatops_outcome_e outcome);

typedef void (*ngx_chatops_step_pt)(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer);
typedef void (*ngx_chatops_read_pt)(ngx_chatops_dispatch_t *d,
    chatops_str_t *body);
typedef void (*ngx_chatops_next_pt)(ngx_chatops_dispatch_t *d);


struct ngx_chatops_dispatch_s {
    ngx_pool_t                 *pool;
    ngx_log_t                  *log;
    chatops_arena_t             arena;
    ngx_chatops_loc_conf_t     *conf;
    chatops_run_t               run;

    ngx_chatops_send_pt         send;
    ngx_chatops_done_pt         done;
    void                       *data;

    unsigned                    resumed:1;     /* it was begun before */
    int64_t                     later;         /* UNSURE: looked at in ms */

    /* private */

    unsigned                    abandoned:1;
    unsigned                    storing:1;
    unsigned                    looking:1;     /* for a pipeline */
    unsigned                    in_config:1;   /* CHAT_* as the job's own */

    ngx_chatops_step_pt         step;          /* takes the next answer */
    ngx_chatops_next_pt         next;          /* after the next write */

    /* a GET through the cache */
    ngx_str_t                   key;
    ngx_msec_t                  ttl;
    chatops_str_t               got;           /* GitLab's answer */
    ngx_str_t                   stale;         /* used if GitLab is away */
    unsigned                    strict:1;      /* never an old value */
    unsigned                    locked:1;      /* others wait for us */
    chatops_gitlab_call_t       call;
    ngx_chatops_read_pt         read;
    ngx_chatops_step_pt         failed;
    const char                 *what;          /* for messages */
    ngx_msec_t                  waiting_since;
    ngx_event_t                 wait;
    ngx_event_t                 renew;
    ngx_connection_t            dummy;

    const chatops_user_t       *user;
    int64_t                     access_level;
    chatops_gitlab_project_t    project;
    unsigned                    on_default:1;  /* run.ref is that branch */
    unsigned                    may_run:1;     /* the person, on the ref */
    unsigned                    fetched:1;     /* not from the cache */
    unsigned                    head_asked:1;  /* run.sha is of just now */

    ngx_chatops_config_t       *config;        /* merged, or NULL */
    ngx_chatops_config_t       *file;          /* itself, or NULL */
    chatops_ci_t               *ci;            /* the one to go by */
    chatops_ci_job_t           *job;
    chatops_source_t            source;        /* chat's */
    chatops_verdict_t           verdict;
    chatops_plan_t              plan;          /* for direct */
    chatops_choice_t            choice;
    chatops_variable_t          variables[NGX_CHATOPS_VARIABLES];

    ngx_uint_t                  strategy;      /* of conf->trigger */
    chatops_buf_t               obstacles;     /* of those before it */
    chatops_str_t               obstacle;      /* if all have the same */

    /* ngx_chatops_isolated.c */

    chatops_isolated_t          isolated;
    u_char                      digest[16];
    u_char                      digest_hex[32];
    chatops_str_t               linted;

    /* ngx_chatops_direct.c, ngx_chatops_verify.c */

    chatops_gitlab_pipeline_t   pipeline;      /* the run's, id 0: unread */
    chatops_gitlab_pipeline_t  *candidates;
    size_t                      ncandidates;
    chatops_gitlab_job_t       *jobs;
    size_t                      njobs;
    chatops_buf_t               difference;
};


/* How long a run is leased to a worker that works on it, in ms. */
#define NGX_CHATOPS_LEASE       15000

/* Bytes of a reason for a person. */
#define NGX_CHATOPS_REASON_MAX  2000


/*
 * A dispatch in a pool of its own, with a copy of the run.  NULL: out of
 * memory.
 */
ngx_chatops_dispatch_t *ngx_chatops_dispatch_create(
    ngx_chatops_loc_conf_t *conf, const chatops_run_t *run);

void ngx_chatops_dispatch_start(ngx_chatops_dispatch_t *d);

/* A run in `triggering`: what has become of its pipeline? */
void ngx_chatops_dispatch_look(ngx_chatops_dispatch_t *d);

/* Takes the answer to the call handed out last. */
void ngx_chatops_dispatch_answer(ngx_chatops_dispatch_t *d,
    chatops_gitlab_answer_t *answer);

/*
 * The transport is gone (the client's request has ended): the run goes back
 * to the store for any worker to go on with.  `done` is not called.
 */
void ngx_chatops_dispatch_abandon(ngx_chatops_dispatch_t *d);

/* What GitLab has made for a run in `triggering` is known. */
#define ngx_chatops_is_made(run)                                              \
    ((run)->pipeline_id != 0 || (run)->job_id != 0)

/* For how many ms the run, as it is, should not be looked at by others. */
int64_t ngx_chatops_dispatch_due(ngx_chatops_dispatch_t *d);

/* When a pipeline that GitLab has not confirmed is looked for (Unix ms). */
int64_t ngx_chatops_look_at(ngx_chatops_loc_conf_t *conf,
    const chatops_run_t *run);

/* From `done`. */
void ngx_chatops_dispatch_destroy(ngx_chatops_dispatch_t *d);


/*
 * For the parts of the dispatch (ngx_chatops_check.c, ngx_chatops_strategy.h).
 */

/*
 * The call in d->call, a GET, from the cache or from GitLab.  `kind` and
 * `more` make its key.  `what` is read for, as "to read the project"; `failed`
 * takes an answer that is not 200, NULL refuses the run because of it.
 */
void ngx_chatops_dispatch_get(ngx_chatops_dispatch_t *d, const char *what,
    u_char kind, chatops_str_t *more, ngx_msec_t ttl,
    ngx_chatops_read_pt read, ngx_chatops_step_pt failed);

/* The answer has been understood: others may have it too. */
void ngx_chatops_dispatch_keep(ngx_chatops_dispatch_t *d);

/* A call whose answer goes to `step`. */
void ngx_chatops_dispatch_send(ngx_chatops_dispatch_t *d,
    ngx_chatops_step_pt step);

/* Writes the run; `next` goes on when it is durable. */
void ngx_chatops_dispatch_save(ngx_chatops_dispatch_t *d,
    ngx_chatops_next_pt next);

/*
 * Adds a name between backticks to a reason, which is plain text: whoever
 * posts it escapes it.
 */
void ngx_chatops_dispatch_quote(chatops_buf_t *buf, const chatops_str_t *name);

/*
 * Blanks in place of control characters, for what GitLab or a repository
 * says and the log shall have.
 */
void ngx_chatops_dispatch_clean(chatops_str_t *text);

/* Nothing runs, and this is why: a sentence in a person's words. */
void ngx_chatops_dispatch_refuse(ngx_chatops_dispatch_t *d,
    chatops_buf_t *why);
void ngx_chatops_dispatch_refuse_text(ngx_chatops_dispatch_t *d,
    const char *why);

/* Nothing runs because GitLab refused `what`; its answer says why. */
void ngx_chatops_dispatch_refuse_answer(ngx_chatops_dispatch_t *d,
    const char *what, chatops_gitlab_answer_t *answer);

void ngx_chatops_dispatch_end(ngx_chatops_dispatch_t *d,
    ngx_chatops_outcome_e outcome);

/*
 * That something is so for this project, for a while; `recalls` is 1 when
 * that is remembered.  `more` may be NULL.
 */
void ngx_chatops_dispatch_remember(ngx_chatops_dispatch_t *d, u_char kind,
    chatops_str_t *more, ngx_msec_t ttl);
ngx_uint_t ngx_chatops_dispatch_recalls(ngx_chatops_dispatch_t *d,
    u_char kind, chatops_str_t *more);

/* Gives the configurations back. */
void ngx_chatops_dispatch_forget(ngx_chatops_dispatch_t *d);

/* "x:<gitlab> <project> <more>" in the pool. */
ngx_int_t ngx_chatops_dispatch_key(ngx_chatops_dispatch_t *d, u_char kind,
    chatops_str_t *more, ngx_str_t *key);

/* ngx_chatops_check.c: who the person is, and the project. */
void ngx_chatops_check_member(ngx_chatops_dispatch_t *d);

/* An answer that makes no sense: refuses the run. */
void ngx_chatops_malformed(ngx_chatops_dispatch_t *d, const char *what);

/* ngx_chatops_ref.c: the branch or the tag, and its commit. */
void ngx_chatops_check_ref(ngx_chatops_dispatch_t *d);

/*
 * Goes on with `next` when run.sha is still the head, else from the beginning
 * of ngx_chatops_check_config() with the new one.
 */
void ngx_chatops_ref_refresh(ngx_chatops_dispatch_t *d,
    ngx_chatops_next_pt next);

/* ngx_chatops_job.c: the commit's configuration, and the job in it. */
void ngx_chatops_check_config(ngx_chatops_dispatch_t *d);


#endif /* NGX_CHATOPS_DISPATCH_H */
