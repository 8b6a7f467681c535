/*
 * What is said in the channel, as Slack's JSON
 * (docs.slack.dev/interactivity/handling-user-interaction, "response_url").
 *
 * Nothing that comes from a job, a configuration or GitLab can mention,
 * link or notify: & < > are escaped everywhere.
 */

#ifndef CHATOPS_REPLY_H
#define CHATOPS_REPLY_H


#include "chatops_run.h"
#include "chatops_trace.h"


/* Bytes of a job's output in one message; Slack advises 4,000 in all. */
#define CHATOPS_REPLY_OUTPUT_MAX  3500


typedef enum {
    CHATOPS_EPHEMERAL = 0,    /* only the person sees it */
    CHATOPS_IN_CHANNEL
} chatops_visibility_e;


/*
 * A message from Slack's own markup ("mrkdwn"), already escaped where
 * needed.  CHATOPS_OK or CHATOPS_ERROR.
 */
int chatops_reply_message(chatops_arena_t *arena,
    chatops_visibility_e visibility, const chatops_str_t *text,
    chatops_str_t *json);

/*
 * The message that run->kind asks for; `output` is needed for
 * CHATOPS_KIND_RESULT only, else NULL.  CHATOPS_OK or CHATOPS_ERROR.
 */
int chatops_reply_write(chatops_arena_t *arena, const chatops_run_t *run,
    const chatops_trace_output_t *output, chatops_str_t *json);

/* The same message's text alone, for the answer to the command itself. */
int chatops_reply_text(chatops_arena_t *arena, const chatops_run_t *run,
    const chatops_trace_output_t *output, chatops_visibility_e *visibility,
    chatops_str_t *text);

/*
 * Pieces of a message: a name between backticks (its own backticks become
 * apostrophes, line ends blanks; at most 300 bytes), and a link.  A link's
 * URL must be http or https and is escaped; with no URL only the label is
 * written.
 */
void chatops_reply_code(chatops_buf_t *buf, const chatops_str_t *name);
void chatops_reply_link(chatops_buf_t *buf, const chatops_str_t *url,
    const char *label);


#endif /* CHATOPS_REPLY_H */
