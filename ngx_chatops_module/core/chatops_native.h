/*
 * GitLab's own slash command: the request as a chat service would send it to
 * a project's integration, and what GitLab's answers mean.
 *
 * With a response_url that is not Slack's GitLab names the job it has made
 * in its answer; a refusal comes with status 200 too, as a sentence, and is
 * known by its words (GitLab: lib/gitlab/slash_commands/presenters,
 * lib/gitlab/chat/responder/mattermost.rb).
 */

#ifndef CHATOPS_NATIVE_H
#define CHATOPS_NATIVE_H


#include "chatops_gitlab.h"
#include "chatops_run.h"


#define CHATOPS_NATIVE_REASON_MAX  300     /* bytes */
#define CHATOPS_NATIVE_URL_MAX     1024


typedef enum {
    CHATOPS_NATIVE_UNCLEAR = 0,     /* a pipeline may have been made */
    CHATOPS_NATIVE_CREATED,         /* job_id, job_url */
    CHATOPS_NATIVE_CONNECT,         /* GitLab does not know the person; link */
    CHATOPS_NATIVE_UNIDENTIFIED,    /* the same, and it gives no link */
    CHATOPS_NATIVE_CONFIRM,         /* the command's source; link */
    CHATOPS_NATIVE_DENIED,
    CHATOPS_NATIVE_DEACTIVATED,
    CHATOPS_NATIVE_NOT_FOUND,       /* the project, for this person */
    CHATOPS_NATIVE_NOT_SCHEDULED,
    CHATOPS_NATIVE_UNSUPPORTED,     /* no job, but perhaps a pipeline that
                                       was kept as failed or skipped */
    CHATOPS_NATIVE_NOT_UNDERSTOOD,  /* GitLab's help */
    CHATOPS_NATIVE_FAILED,          /* reason: GitLab's list of errors */
    CHATOPS_NATIVE_NO_INTEGRATION,  /* switched off, or another token */
    CHATOPS_NATIVE_REJECTED         /* a status of 400 to 499, but not 408 */
} chatops_native_class_e;


typedef struct {
    chatops_native_class_e  class;
    int64_t                 job_id;
    chatops_str_t           job_url;    /* empty unless on GitLab's host */
    chatops_str_t           link;       /* a secret; likewise */
    chatops_str_t           reason;     /* one line, or empty */
} chatops_native_answer_t;


/*
 * NULL when GitLab's pattern for the command takes the job's name and the
 * input out of it byte for byte:
 *
 *     /\Arun\s+(?<command>\S+)(\s+(?<arguments>.+))?\z/m
 *
 * (lib/gitlab/slash_commands/run.rb).  Else what stands in the way, for a
 * person, as a clause: "its input has a percent sign, which …".
 */
const char *chatops_native_unfit(const chatops_str_t *job,
    const chatops_str_t *input);

/*
 * The command of a run, to the integration of run->service: "slack" or
 * "mattermost".  `token` is the integration's, `callback` the response_url.
 * As the values of all variables the input has its "$" doubled, which GitLab
 * and the runner undo.  The call is anonymous, and its body a secret.
 *
 * CHATOPS_OK, or CHATOPS_ERROR (memory).
 */
int chatops_native_trigger(chatops_arena_t *arena, const chatops_run_t *run,
    const chatops_str_t *token, const chatops_str_t *callback,
    chatops_gitlab_call_t *call);

/*
 * What an answer means.  `gitlab` is the operator's "https://host[/path]":
 * links to other hosts are left out.  CHATOPS_OK or CHATOPS_ERROR (memory).
 */
int chatops_native_read(chatops_arena_t *arena, unsigned status,
    const chatops_str_t *body, const chatops_str_t *gitlab,
    chatops_native_answer_t *answer);

/* "created", "connect", …, for the log. */
const char *chatops_native_class_name(chatops_native_class_e class);


#endif /* CHATOPS_NATIVE_H */
