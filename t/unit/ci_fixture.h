/* What the tests of CI configurations share. */

#ifndef CI_FIXTURE_H
#define CI_FIXTURE_H


#include <stdio.h>

#include "chatops_ci.h"


/* As the file stands in the repository, or merged by GitLab. */

static inline int
ci_parse(chatops_arena_t *arena, const chatops_str_t *text, unsigned merged,
    chatops_ci_t **ci, chatops_yaml_error_t *error)
{
    chatops_ci_options_t  options;

    memset(&options, 0, sizeof(chatops_ci_options_t));

    options.name = chatops_str(".gitlab-ci.yml");
    options.merged = merged;

    return chatops_ci_parse(arena, text, &options, ci, error);
}


/*
 * What has been read, in one line: "build: 2, test 1/2: 1" (the visible jobs
 * with their commands, `?` behind an unresolved one's), or the first error.
 */

static inline const char *
ci_told(int rc, const chatops_ci_t *ci, const chatops_yaml_error_t *error)
{
    size_t                   i, n;
    const chatops_ci_job_t  *job;

    static char  text[2048];

    if (rc != CHATOPS_OK) {
        (void) snprintf(text, sizeof(text), "declined: %s", error->text);
        return text;
    }

    if (ci->nerrors) {
        (void) snprintf(text, sizeof(text), "%.*s:%u: %.*s",
                        chatops_str_arg(&ci->files[ci->errors[0].file]),
                        (unsigned) ci->errors[0].line,
                        chatops_str_arg(&ci->errors[0].text));
        return text;
    }

    text[0] = '\0';

    for (i = 0, n = 0; i < ci->njobs && n < sizeof(text); i++) {
        job = &ci->jobs[i];

        if (!job->hidden) {
            n += (size_t) snprintf(text + n, sizeof(text) - n,
                                   "%s%.*s: %zu%s", n ? ", " : "",
                                   chatops_str_arg(&job->name), job->commands,
                                   job->unresolved ? "?" : "");
        }
    }

    return text;
}


static inline const char *
ci_read(chatops_arena_t *arena, const char *yaml)
{
    int                    rc;
    chatops_ci_t          *ci;
    chatops_str_t          text;
    chatops_yaml_error_t   error;

    text = chatops_str(yaml);
    rc = ci_parse(arena, &text, 0, &ci, &error);

    return ci_told(rc, ci, &error);
}


#endif /* CI_FIXTURE_H */
