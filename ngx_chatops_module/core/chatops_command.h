/*
 * What a person types behind the slash command: `run <job> <arguments>`,
 * `run --ref <branch or tag> <job> <arguments>`, `help`.
 */

#ifndef CHATOPS_COMMAND_H
#define CHATOPS_COMMAND_H


#include "chatops_core.h"


#define CHATOPS_JOB_NAME_MAX  255     /* characters: GitLab's limit */


typedef enum {
    CHATOPS_VERB_HELP = 0,       /* `help`, or nothing at all */
    CHATOPS_VERB_RUN,
    CHATOPS_VERB_RUN_WHAT,       /* `run` without a job; see `error` */
    CHATOPS_VERB_UNKNOWN
} chatops_verb_e;


typedef struct {
    chatops_verb_e  verb;
    chatops_str_t   word;        /* the first word, as typed */
    chatops_str_t   ref;         /* of --ref, or empty */
    chatops_str_t   job;
    chatops_str_t   input;       /* byte for byte as typed, may be empty */
    const char     *error;       /* of RUN_WHAT: a sentence for the person */
} chatops_command_t;


/*
 * Never fails.  The views point into `text`.
 *
 * The job is the run of non-blanks behind `run`, or what stands between
 * quotes: straight or typographic, single or double, or guillemets, closed by
 * the same sort, with white space or the end behind.  The input is all that
 * follows the white space after it, to the last byte (GitLab:
 * lib/gitlab/slash_commands/run.rb).  White space in front of the first word
 * is passed over, and the verb may be written in capitals.
 *
 * `--ref` in front of the job, also with the dashes that phones make of two
 * hyphens, takes the next word, quoted or not, or what stands behind a "=".
 *
 * A name over CHATOPS_JOB_NAME_MAX characters or with a control character, a
 * quote that is never closed and a `--ref` without a name give
 * CHATOPS_VERB_RUN_WHAT.
 */
void chatops_command_parse(const chatops_str_t *text,
    chatops_command_t *command);


#endif /* CHATOPS_COMMAND_H */
