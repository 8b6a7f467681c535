/*
 * Patterns of file names as `rules: exists` has them: Ruby's File.fnmatch
 * with FNM_PATHNAME, FNM_DOTMATCH and FNM_EXTGLOB.  `*`, `?` and `[a-z]`
 * match no slash, a `**` and a slash any number of folders, `{a,b}` either;
 * a backslash takes the meaning from what follows.
 */

#ifndef CHATOPS_GLOB_H
#define CHATOPS_GLOB_H


#include "chatops_core.h"
#include "chatops_truth.h"


#define CHATOPS_GLOB_MAX_BYTES       4096     /* of a pattern */
#define CHATOPS_GLOB_MAX_BRACES      1000     /* patterns that it stands for */
#define CHATOPS_GLOB_MAX_COMPARED    50000    /* GitLab's */


/* CHATOPS_UNKNOWN: a limit. */
chatops_truth_e chatops_glob_match(const chatops_str_t *pattern,
    const chatops_str_t *path);

/*
 * Does the repository hold such a file?  `paths` are all its files, without
 * a slash in front.  A pattern without wildcards is a file's exact name, or
 * with a slash at its end a folder's; one that would have to be compared
 * with too many files is taken to match (GitLab:
 * lib/gitlab/ci/build/rules/rule/clause/exists.rb).
 */
chatops_truth_e chatops_glob_exists(const chatops_str_t *pattern,
    const chatops_str_t *paths, size_t npaths);


#endif /* CHATOPS_GLOB_H */
