/* What the tests of CI configurations share. */

#ifndef CI_FIXTURE_H
#define CI_FIXTURE_H


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


#endif /* CI_FIXTURE_H */
