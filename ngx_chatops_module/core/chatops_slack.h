/*
 * Slack's slash command, as it comes in a form
 * (docs.slack.dev/interactivity/implementing-slash-commands).
 */

#ifndef CHATOPS_SLACK_H
#define CHATOPS_SLACK_H


#include "chatops_core.h"


typedef struct {
    unsigned        ssl_check:1;    /* ssl_check=1: answer 200, do nothing */

    chatops_str_t   team_id;
    chatops_str_t   team_domain;    /* may be empty; informative only */
    chatops_str_t   enterprise_id;  /* may be empty */
    chatops_str_t   api_app_id;     /* may be empty */
    chatops_str_t   channel_id;
    chatops_str_t   channel_name;
    chatops_str_t   user_id;
    chatops_str_t   user_name;      /* may be empty; informative only */
    chatops_str_t   command;        /* "/gitlab" */
    chatops_str_t   text;           /* &amp; &lt; &gt; decoded once */
    chatops_str_t   response_url;   /* a secret */
    chatops_str_t   trigger_id;

    const char     *error;          /* why CHATOPS_DECLINED; static */
} chatops_slack_t;


/*
 * Reads a verified body.  Unknown fields are passed over; of a field that
 * comes twice the first counts.  Without ssl_check the fields team_id,
 * channel_id, user_id, command, response_url and trigger_id must be there;
 * ids are 1 to 64 letters, digits, "_" and "-" (trigger_id: "." too, up to
 * 128), names, team_domain and command at most 255 bytes, text at most 16 kB,
 * response_url at most 1,024 bytes of printable ASCII without blanks.
 *
 * With exactly ssl_check=1 all other fields are left empty, whatever came.
 *
 * CHATOPS_OK, CHATOPS_DECLINED with `error`, or CHATOPS_ERROR (memory).
 */
int chatops_slack_parse(chatops_arena_t *arena, const chatops_str_t *body,
    chatops_slack_t *slack);

/*
 * Text as Slack sends it, with &lt; &gt; &amp; decoded exactly once and
 * nothing else.  CHATOPS_OK or CHATOPS_ERROR.
 */
int chatops_slack_unescape(chatops_arena_t *arena, const chatops_str_t *text,
    chatops_str_t *plain);

/* Adds text to a message with & < > escaped, as Slack asks for. */
void chatops_slack_escape(chatops_buf_t *buf, const chatops_str_t *text);

/*
 * 1 when `url` lies under `origin`, an operator's "https://host[:port]":
 * the same bytes, followed by a slash.  Else 0.
 */
int chatops_slack_url_allowed(const chatops_str_t *url,
    const chatops_str_t *origin);


#endif /* CHATOPS_SLACK_H */
