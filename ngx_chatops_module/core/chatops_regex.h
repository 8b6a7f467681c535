/*
 * A regular expression in RE2's language (github.com/google/re2/wiki/Syntax),
 * which GitLab uses for patterns of a repository, matched by PCRE2.
 *
 * What RE2 refuses is refused: look-around, back-references, possessive and
 * atomic groups, conditions, callouts, \C, counts over 1000, ….  What it
 * accepts means the same: `^` and `$` are not per line unless (?m), `\w \d
 * \s` are ASCII, `$` is the end of the text and not before its last newline.
 * A match has a limit: what would backtrack for ever is unknown within
 * milliseconds.
 */

#ifndef CHATOPS_REGEX_H
#define CHATOPS_REGEX_H


#include "chatops_core.h"
#include "chatops_truth.h"


#define CHATOPS_REGEX_MAX_BYTES  4096     /* of a pattern */


typedef struct chatops_regex_s  chatops_regex_t;


/*
 * `text` is a literal as GitLab writes it, with slashes and flags: "/^v\d/i";
 * the flags are i, s, m (without effect) and U, more than once too; `\/` is
 * a slash.  The whole of `text` must be the literal (GitLab:
 * lib/gitlab/untrusted_regexp/ruby_syntax.rb).
 *
 * CHATOPS_OK; CHATOPS_DECLINED with `why`, a static text: "it is not between
 * slashes", "RE2 knows no look-around", …; CHATOPS_ERROR (memory).  The
 * arena owns it; nothing has to be freed.
 */
int chatops_regex_parse(chatops_arena_t *arena, const chatops_str_t *text,
    chatops_regex_t **regex, const char **why);

/* Anywhere in `text`.  CHATOPS_UNKNOWN: the match came to its limit. */
chatops_truth_e chatops_regex_match(const chatops_regex_t *regex,
    const chatops_str_t *text);


#endif /* CHATOPS_REGEX_H */
