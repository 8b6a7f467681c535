/*
 * GitLab's REST API: calls built and answers read.  Nothing is sent here;
 * a subrequest or libcurl carries the call.
 *
 * Paths are in wire form: a project, a branch and a file name are one
 * percent-encoded segment each (docs.gitlab.com/api/rest/#encoding).
 */

#ifndef CHATOPS_GITLAB_H
#define CHATOPS_GITLAB_H


#include "chatops_isolate.h"


typedef struct {
    const char     *method;         /* "GET", "POST", "DELETE" */
    chatops_str_t   path;           /* behind /api/v4/, with the query */
    chatops_str_t   body;           /* may be empty */
    const char     *content_type;   /* of the body; NULL: JSON */
    unsigned        anonymous:1;    /* sent without our token */
} chatops_gitlab_call_t;


typedef enum {
    CHATOPS_GITLAB_ANSWERED = 0,    /* `status` and `body` are GitLab's */
    CHATOPS_GITLAB_UNREACHED,       /* never sent: not connected, held back */
    CHATOPS_GITLAB_LOST,            /* sent, no whole answer: may be done */
    CHATOPS_GITLAB_TOO_BIG          /* answered, but larger than we take */
} chatops_gitlab_outcome_e;


typedef struct {
    chatops_gitlab_outcome_e   outcome;
    unsigned                   status;       /* HTTP status, 0 when none */
    chatops_str_t              body;
    int64_t                    retry_after;  /* seconds, -1 when not said */
} chatops_gitlab_answer_t;


/* Access levels (docs.gitlab.com/api/members). */
#define CHATOPS_ACCESS_REPORTER    20
#define CHATOPS_ACCESS_DEVELOPER   30
#define CHATOPS_ACCESS_MAINTAINER  40
#define CHATOPS_ACCESS_OWNER       50

typedef struct {
    int64_t         id;
    chatops_str_t   username;
    chatops_str_t   state;          /* "active", "blocked", … */
    int64_t         access_level;
    chatops_str_t   expires_at;     /* "2026-12-31" (UTC), or empty */
} chatops_gitlab_member_t;

typedef struct {
    int64_t         id;
    chatops_str_t   path;           /* path_with_namespace */
    chatops_str_t   web_url;
    chatops_str_t   default_branch; /* empty: an empty repository */
    chatops_str_t   config_path;    /* ".gitlab-ci.yml" when not set */
} chatops_gitlab_project_t;

typedef struct {
    chatops_str_t   sha;            /* of the head */
    unsigned        is_protected:1;
    unsigned        developers:1;   /* may push to it, or merge into it */
} chatops_gitlab_branch_t;

typedef struct {
    chatops_str_t   sha;            /* of the commit, not of the tag */
    unsigned        is_protected:1;
} chatops_gitlab_tag_t;

typedef struct {
    unsigned        valid:1;
    chatops_str_t   merged_yaml;
    chatops_str_t   error;          /* the first, when not valid */
} chatops_gitlab_lint_t;

typedef struct {
    int64_t         id;
    chatops_str_t   ref;
    chatops_str_t   sha;
    chatops_str_t   status;
    chatops_str_t   web_url;
} chatops_gitlab_pipeline_t;

typedef struct {
    int64_t         id;
    chatops_str_t   name;
    chatops_str_t   status;
    chatops_str_t   failure_reason; /* "script_failure", or empty */
    chatops_str_t   web_url;
    int64_t         user_id;        /* as whom it runs; 0: not said */
    int64_t         pipeline_id;    /* 0: not said */
    chatops_str_t   pipeline_url;
    chatops_str_t   sha;            /* the pipeline's */
} chatops_gitlab_job_t;


/*
 * The calls.  Each returns CHATOPS_OK or CHATOPS_ERROR (memory).
 */
int chatops_gitlab_member(chatops_arena_t *arena, const chatops_str_t *project,
    int64_t user_id, chatops_gitlab_call_t *call);
int chatops_gitlab_project(chatops_arena_t *arena,
    const chatops_str_t *project, chatops_gitlab_call_t *call);
int chatops_gitlab_branch(chatops_arena_t *arena, const chatops_str_t *project,
    const chatops_str_t *branch, chatops_gitlab_call_t *call);
int chatops_gitlab_tag(chatops_arena_t *arena, const chatops_str_t *project,
    const chatops_str_t *tag, chatops_gitlab_call_t *call);
int chatops_gitlab_lint(chatops_arena_t *arena, const chatops_str_t *project,
    const chatops_str_t *sha, chatops_gitlab_call_t *call);
int chatops_gitlab_raw_file(chatops_arena_t *arena,
    const chatops_str_t *project, const chatops_str_t *path,
    const chatops_str_t *sha, chatops_gitlab_call_t *call);

/* Is this a configuration that GitLab would take? */
int chatops_gitlab_lint_content(chatops_arena_t *arena,
    const chatops_str_t *project, const chatops_str_t *content,
    chatops_gitlab_call_t *call);

/*
 * A commit that writes one file to a branch.  With `start_sha` the branch is
 * made from it; empty, the branch exists.  `create`: the file is new.
 */
int chatops_gitlab_commit(chatops_arena_t *arena, const chatops_str_t *project,
    const chatops_str_t *branch, const chatops_str_t *start_sha,
    unsigned create, const chatops_str_t *path, const chatops_str_t *content,
    const chatops_str_t *message, chatops_gitlab_call_t *call);

/*
 * A pipeline on a branch.  GitLab expands $NAME in a variable's value, so
 * that each "$" is sent as "$$"; the values here are as the job sees them.
 *
 * %NAME% is expanded too, by the server, and knows no escape (GitLab:
 * lib/expand_variables.rb): a value with a "%" cannot be passed like this but
 * only with `expand: false` in the configuration.  chatops_gitlab_can_pass()
 * says 1 when a value can be passed, else 0; chatops_gitlab_create_pipeline()
 * returns CHATOPS_ERROR for one that cannot.
 */
int chatops_gitlab_can_pass(const chatops_str_t *value);
int chatops_gitlab_create_pipeline(chatops_arena_t *arena,
    const chatops_str_t *project, const chatops_str_t *ref,
    const chatops_variable_t *variables, size_t nvariables,
    chatops_gitlab_call_t *call);

/*
 * Those made through the API: the push that made the branch leaves a skipped
 * pipeline of its own, which is not the run's.
 */
int chatops_gitlab_pipelines_of_ref(chatops_arena_t *arena,
    const chatops_str_t *project, const chatops_str_t *ref,
    chatops_gitlab_call_t *call);

/* The same of a ref that others use too: those changed since `since_ms`. */
int chatops_gitlab_pipelines_made(chatops_arena_t *arena,
    const chatops_str_t *project, const chatops_str_t *ref, int64_t since_ms,
    chatops_gitlab_call_t *call);

int chatops_gitlab_pipeline(chatops_arena_t *arena,
    const chatops_str_t *project, int64_t pipeline_id,
    chatops_gitlab_call_t *call);

/* The variables that it was made with. */
int chatops_gitlab_pipeline_variables(chatops_arena_t *arena,
    const chatops_str_t *project, int64_t pipeline_id,
    chatops_gitlab_call_t *call);

/*
 * Of a source, "api" or "chat", changed since `since_ms`, the latest change
 * first, 100 a page.
 */
int chatops_gitlab_pipelines_since(chatops_arena_t *arena,
    const chatops_str_t *project, const char *source, int64_t since_ms,
    int64_t page, chatops_gitlab_call_t *call);

int chatops_gitlab_jobs(chatops_arena_t *arena, const chatops_str_t *project,
    int64_t pipeline_id, chatops_gitlab_call_t *call);
int chatops_gitlab_job(chatops_arena_t *arena, const chatops_str_t *project,
    int64_t job_id, chatops_gitlab_call_t *call);

/* Its jobs that trigger other pipelines; read as jobs are. */
int chatops_gitlab_bridges(chatops_arena_t *arena,
    const chatops_str_t *project, int64_t pipeline_id,
    chatops_gitlab_call_t *call);

int chatops_gitlab_trace(chatops_arena_t *arena, const chatops_str_t *project,
    int64_t job_id, chatops_gitlab_call_t *call);

/* GitLab answers 200, whether or not something was left to be canceled. */
int chatops_gitlab_cancel_pipeline(chatops_arena_t *arena,
    const chatops_str_t *project, int64_t pipeline_id,
    chatops_gitlab_call_t *call);
int chatops_gitlab_delete_branch(chatops_arena_t *arena,
    const chatops_str_t *project, const chatops_str_t *branch,
    chatops_gitlab_call_t *call);

/* Branches whose names start with `prefix`, for the sweep, 100 a page. */
int chatops_gitlab_branches(chatops_arena_t *arena,
    const chatops_str_t *project, const chatops_str_t *prefix, int64_t page,
    chatops_gitlab_call_t *call);


/*
 * The answers.  CHATOPS_OK; CHATOPS_DECLINED when the body is no JSON or
 * lacks what we need; CHATOPS_ERROR (memory).  Views live in the arena.
 */
int chatops_gitlab_read_member(chatops_arena_t *arena,
    const chatops_str_t *body, chatops_gitlab_member_t *member);
int chatops_gitlab_read_project(chatops_arena_t *arena,
    const chatops_str_t *body, chatops_gitlab_project_t *project);
int chatops_gitlab_read_branch(chatops_arena_t *arena,
    const chatops_str_t *body, chatops_gitlab_branch_t *branch);
int chatops_gitlab_read_tag(chatops_arena_t *arena,
    const chatops_str_t *body, chatops_gitlab_tag_t *tag);
int chatops_gitlab_read_lint(chatops_arena_t *arena,
    const chatops_str_t *body, chatops_gitlab_lint_t *lint);
int chatops_gitlab_read_commit(chatops_arena_t *arena,
    const chatops_str_t *body, chatops_str_t *sha);
int chatops_gitlab_read_pipeline(chatops_arena_t *arena,
    const chatops_str_t *body, chatops_gitlab_pipeline_t *pipeline);
int chatops_gitlab_read_pipelines(chatops_arena_t *arena,
    const chatops_str_t *body, chatops_gitlab_pipeline_t **pipelines,
    size_t *count);
int chatops_gitlab_read_job(chatops_arena_t *arena, const chatops_str_t *body,
    chatops_gitlab_job_t *job);

/* The value of one of them; empty when there is none of that name. */
int chatops_gitlab_read_variable(chatops_arena_t *arena,
    const chatops_str_t *body, const char *key, chatops_str_t *value);

int chatops_gitlab_read_jobs(chatops_arena_t *arena,
    const chatops_str_t *body, chatops_gitlab_job_t **jobs, size_t *count);
int chatops_gitlab_read_branches(chatops_arena_t *arena,
    const chatops_str_t *body, chatops_str_t **names, size_t *count);

/*
 * GitLab's reason in an error's body: message (a string, a list, or lists
 * by field), error_description, error, else plain text; one line of at most
 * 300 bytes of clean UTF-8.  Empty when there is none (HTML counts as none).
 * CHATOPS_OK or CHATOPS_ERROR.
 */
int chatops_gitlab_reason(chatops_arena_t *arena, const chatops_str_t *body,
    chatops_str_t *reason);

/* 1 when the refusal is the project's setting against pipeline variables. */
int chatops_gitlab_forbids_variables(const chatops_str_t *reason);

/* 1 when it is about the right to run a pipeline on this very ref. */
int chatops_gitlab_forbids_ref(const chatops_str_t *reason);

/*
 * 1 when the job will not run any further: success, failed, canceled,
 * skipped.  0 else.
 */
int chatops_gitlab_status_ended(const chatops_str_t *status);


#endif /* CHATOPS_GITLAB_H */
