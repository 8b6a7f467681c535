/*
 * A CI configuration and the pipeline that is asked about: what `jobs` and
 * `plan` have in common.
 */

#ifndef CHATOPSCTL_CI_H
#define CHATOPSCTL_CI_H


#include "chatops_plan.h"
#include "chatops_predefined.h"
#include "chatopsctl.h"


/* The options of both; `job` and others are letters of their own. */
#define CHATOPSCTL_CI_OPTIONS                                                 \
        { "help",     no_argument,       NULL, 'h' },                         \
        { "json",     no_argument,       NULL, 'j' },                         \
        { "merged",   no_argument,       NULL, 'm' },                         \
        { "project",  required_argument, NULL, 'p' },                         \
        { "ref",      required_argument, NULL, 'r' },                         \
        { "root",     required_argument, NULL, 'R' },                         \
        { "source",   required_argument, NULL, 's' },                         \
        { "tag",      no_argument,       NULL, 't' },                         \
        { "var",      required_argument, NULL, 'v' }

#define CHATOPSCTL_CI_USAGE                                                   \
    "[--source NAME] [--ref NAME] [--tag] [--project PATH] [--var K=V]... "   \
    "[--root DIR] [--merged] [--json]"

#define CHATOPSCTL_CI_HELP                                                    \
    "  --source NAME   of the pipeline, chat if not said\n"                   \
    "  --ref NAME      the branch, main if not said\n"                        \
    "  --tag           the ref is a tag\n"                                    \
    "  --project PATH  group/project, for `only: [main@group/project]`\n"     \
    "  --var K=V       a variable of the pipeline, more than once too\n"      \
    "  --root DIR      the repository's files, for `include: local` and\n"    \
    "                  `rules: exists`\n"                                     \
    "  --merged        FILE is GitLab's merged form: extends and includes\n"  \
    "                  are resolved\n"                                        \
    "  --json          for machines\n"


typedef struct chatopsctl_root_s  chatopsctl_root_t;

typedef struct {
    const chatopsctl_command_t  *command;
    chatops_arena_t             *arena;

    unsigned                     json:1;
    unsigned                     merged:1;
    chatops_predefined_t         predefined;
    chatops_variables_t         *given;
    chatopsctl_root_t           *root;

    chatops_ci_t                *ci;
    chatops_source_t             source;
} chatopsctl_ci_t;


/* CHATOPSCTL_OK, or another status after a message. */
int chatopsctl_ci_init(chatopsctl_ci_t *ci,
    const chatopsctl_command_t *command, chatops_arena_t *arena);

/* Takes one of CHATOPSCTL_CI_OPTIONS.  As above. */
int chatopsctl_ci_option(chatopsctl_ci_t *ci, int ch);

/*
 * Reads the file, after the options.  As above; CHATOPSCTL_INVALID also for
 * what GitLab would refuse, once its errors have been printed.
 */
int chatopsctl_ci_read(chatopsctl_ci_t *ci, const char *file);

/* No such job: says so, with those whose names are near. */
void chatopsctl_ci_no_job(const chatopsctl_ci_t *ci,
    const chatops_str_t *name);

/* true, false, null.  NULL: out of memory. */
json_t *chatopsctl_ci_truth(chatops_truth_e truth);

/* Of a verdict: why not, or why, and why not as the only job. */
chatops_str_t chatopsctl_ci_reason(const chatopsctl_ci_t *ci,
    const chatops_verdict_t *verdict);

/* A job of the JSON of `jobs`.  NULL: out of memory. */
json_t *chatopsctl_ci_job(const chatopsctl_ci_t *ci,
    const chatops_plan_job_t *job);


/*
 * The files of a repository in a folder, and none beside it.  NULL after a
 * message.
 */
chatopsctl_root_t *chatopsctl_root_open(chatops_arena_t *arena,
    const char *folder);

/* For chatops_ci_options_t and chatops_source_t; `data` is the root. */
int chatopsctl_root_read(void *data, chatops_arena_t *arena,
    const chatops_str_t *path, chatops_str_t *text);
int chatopsctl_root_list(void *data, const chatops_str_t **paths,
    size_t *npaths);
chatops_truth_e chatopsctl_root_exists(void *data,
    const chatops_str_t *pattern);


#endif /* CHATOPSCTL_CI_H */
