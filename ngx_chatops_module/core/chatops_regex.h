/*
 * A regular expression in RE2's language (github.com/google/re2/wiki/Syntax),
 * which GitLab uses for patterns of a repository.
 *
 * What RE2 refuses is refused: look-around, back-references, possessive and
 * atomic groups, conditions, counts over 1000, ….  What it accepts means the
 * same: `^` and `$` are not per line unless (?m), `\w \d \s` are ASCII, `$`
 * is the end of the text and not before its last newline.  All ways to match
 * are followed side by side, so that nothing backtracks; PCRE2 only tells
 * which characters have a property of Unicode (\p{Greek}), in the version of
 * Unicode that it has.
 */

#ifndef CHATOPS_REGEX_H
#define CHATOPS_REGEX_H


#include "chatops_core.h"
#include "chatops_truth.h"


/* Steps of a match, a few nanoseconds each. */
#define CHATOPS_REGEX_MAX_STEPS  1000000


typedef struct chatops_regex_s  chatops_regex_t;


/*
 * `text` is a literal as GitLab writes it, with slashes and flags: "/^v\d/i";
 * the flags are i, s, m (which is RE2's (?m)) and U, more than once too.  A
 * line of `text` has to be the literal, the first such one counts (GitLab:
 * lib/gitlab/untrusted_regexp/ruby_syntax.rb).  Takes time and memory in
 * proportion to `text`.
 *
 * CHATOPS_OK; CHATOPS_DECLINED with `why`, a static text: "it is not between
 * slashes", "RE2 knows no look-around", …; CHATOPS_ERROR (memory).  The
 * arena owns it, nothing has to be freed; it keeps views of `text`.
 */
int chatops_regex_parse(chatops_arena_t *arena, const chatops_str_t *text,
    chatops_regex_t **regex, const char **why);

/*
 * Anywhere in `text`.  What is not UTF-8 in it is matched by nothing.
 * CHATOPS_UNKNOWN: it would take more than a few milliseconds, memory has
 * run out, or the pattern asks for bytes (\C) of a text that is not ASCII or
 * for a script that the PCRE2 at hand does not know.
 */
chatops_truth_e chatops_regex_match(const chatops_regex_t *regex,
    const chatops_str_t *text);

/*
 * The same for many matches: takes the steps that it needs from `left`, and
 * is CHATOPS_UNKNOWN when there are not enough.
 */
chatops_truth_e chatops_regex_match_within(const chatops_regex_t *regex,
    const chatops_str_t *text, size_t *left);

/* In steps, about: what reading a text takes that is or holds a pattern. */
size_t chatops_regex_parse_steps(const chatops_str_t *text);

/* As GitLab's object has it, with the flags: "(?i)^v\d". */
chatops_str_t chatops_regex_source(const chatops_regex_t *regex);


#endif /* CHATOPS_REGEX_H */
