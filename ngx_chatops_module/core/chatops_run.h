/*
 * A run: one accepted command, from its signature to its delivered reply.
 *
 * Three things move independently: the run itself, its reply, and what has
 * to be cleaned up in GitLab.  Times are Unix milliseconds; 0 is "not yet".
 */

#ifndef CHATOPS_RUN_H
#define CHATOPS_RUN_H


#include "chatops_core.h"


typedef enum {
    CHATOPS_RUN_RECEIVED = 0,    /* signed and well-formed, not yet checked */
    CHATOPS_RUN_ACCEPTED,        /* checked: may run, nothing asked for yet */
    CHATOPS_RUN_TRIGGERING,      /* the pipeline is being asked for */
    CHATOPS_RUN_WATCHING,        /* the pipeline exists */
    CHATOPS_RUN_FINISHED,        /* the job has ended */
    CHATOPS_RUN_REFUSED,         /* may not run, or GitLab would not run it */
    CHATOPS_RUN_AMBIGUOUS,       /* may or may not have been started */
    CHATOPS_RUN_GONE             /* the pipeline or the job was deleted */
} chatops_run_state_e;


typedef enum {
    CHATOPS_REPLY_NONE = 0,      /* the person has been told nothing yet */
    CHATOPS_REPLY_SCHEDULED,     /* the person knows that the job will run */
    CHATOPS_REPLY_DUE,           /* a message has to be posted */
    CHATOPS_REPLY_POSTING,       /* it is being posted */
    CHATOPS_REPLY_POSTED,        /* the last message was delivered */
    CHATOPS_REPLY_UNDELIVERABLE  /* given up, and logged */
} chatops_reply_state_e;


/* Which message is due. */
typedef enum {
    CHATOPS_KIND_NONE = 0,
    CHATOPS_KIND_SCHEDULED,      /* not the last one: the job will run */
    CHATOPS_KIND_MANUAL,         /* not the last one: it waits for a hand */
    CHATOPS_KIND_REFUSED,        /* run.error says why, in a person's words */
    CHATOPS_KIND_RESULT,         /* the job's output */
    CHATOPS_KIND_NO_LOG,         /* the job has ended, its log cannot be read */
    CHATOPS_KIND_EXPIRED,        /* not finished in time; no more will come */
    CHATOPS_KIND_AMBIGUOUS,
    CHATOPS_KIND_GONE
} chatops_reply_kind_e;


typedef enum {
    CHATOPS_CLEANUP_NONE = 0,
    CHATOPS_CLEANUP_BRANCH_MADE,
    CHATOPS_CLEANUP_BRANCH_GONE
} chatops_cleanup_e;


typedef struct {
    chatops_str_t          id;             /* 26 characters, chatops_id.h */

    chatops_run_state_e    state;
    chatops_reply_state_e  reply;
    chatops_reply_kind_e   kind;
    chatops_cleanup_e      cleanup;

    int64_t                created_at;
    int64_t                triggered_at;   /* when the pipeline was asked for */
    int64_t                finished_at;    /* when the job was seen to end */
    int64_t                deadline_at;    /* the last moment for a reply */

    chatops_str_t          service;        /* "slack" */
    chatops_str_t          team_id;
    chatops_str_t          team_domain;    /* may be empty */
    chatops_str_t          channel_id;
    chatops_str_t          channel_name;
    chatops_str_t          user_id;
    chatops_str_t          user_name;      /* may be empty; no proof */
    chatops_str_t          command;        /* "/gitlab" */
    chatops_str_t          trigger_id;
    chatops_str_t          response_url;   /* a secret; emptied when done */

    chatops_str_t          gitlab;         /* base URL, no slash at the end */
    chatops_str_t          project;        /* "ops/infra" */
    int64_t                gitlab_user_id;
    chatops_str_t          ref;            /* that was asked for, or default */
    int64_t                tag;            /* 1: the ref is a tag */
    chatops_str_t          sha;

    chatops_str_t          job;
    chatops_str_t          input;
    chatops_str_t          strategy;       /* "direct", "isolated", … */
    chatops_str_t          note;           /* what the person has to know */
    int64_t                commands;       /* in before_script and script */
    int64_t                manual;         /* 1: the job waits to be started */

    chatops_str_t          branch;         /* the isolated branch */
    int64_t                pipeline_id;
    chatops_str_t          pipeline_url;
    int64_t                job_id;
    chatops_str_t          job_url;
    chatops_str_t          status;         /* GitLab's word for the job */

    int64_t                attempts;       /* failed, of the present step */
    chatops_str_t          error;          /* the last, in a person's words */
    chatops_str_t          link;           /* where the person has to go; a
                                              secret; emptied when done */

    /* the store's own: who works on the run, and until when */

    chatops_str_t          owner;
} chatops_run_t;


/*
 * The words that the store, the log and chatopsctl use: "watching", "due",
 * "result", "branch-made".  An unknown value gives "unknown".
 */
const char *chatops_run_state_name(chatops_run_state_e state);
const char *chatops_reply_state_name(chatops_reply_state_e state);
const char *chatops_reply_kind_name(chatops_reply_kind_e kind);
const char *chatops_cleanup_name(chatops_cleanup_e cleanup);

/* The other way.  CHATOPS_OK, or CHATOPS_DECLINED for a word not known. */
int chatops_run_state_parse(const chatops_str_t *name,
    chatops_run_state_e *state);
int chatops_reply_state_parse(const chatops_str_t *name,
    chatops_reply_state_e *state);
int chatops_reply_kind_parse(const chatops_str_t *name,
    chatops_reply_kind_e *kind);
int chatops_cleanup_parse(const chatops_str_t *name,
    chatops_cleanup_e *cleanup);

/*
 * 1 when nothing more will be done about the pipeline's job (finished,
 * refused, ambiguous, gone), else 0.
 */
int chatops_run_ended(const chatops_run_t *run);

/*
 * 1 when the run can be put away: it has ended, its last message has been
 * delivered or given up, and nothing is left behind in GitLab.
 */
int chatops_run_done(const chatops_run_t *run);


#endif /* CHATOPS_RUN_H */
