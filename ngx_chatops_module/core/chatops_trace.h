/*
 * A job's trace as GitLab serves it, reduced to what is worth posting.
 *
 * Feed it the bytes in pieces of any size; it keeps at most `limit` bytes of
 * each kind of section, half of them from the beginning and half from the
 * end, whole lines.  Classic and timestamped traces are told apart by the
 * first line (GitLab: lib/gitlab/ci/trace/stream.rb); a logical line is put
 * together from its continuations ("00O+") before markers are looked for,
 * and a marker's "\e[0K" may be missing.
 *
 * What is kept: the `chat_reply` sections, in order, else `step_script`
 * (older runners: `build_script`), without the runner's own header lines.
 * GitLab drops what stands behind a start marker on its line; here it is the
 * section's first line unless it is blank.  A reply that its script left
 * open ends with the script.
 *
 * A line longer than half of `limit` keeps its beginning and its end, with
 * U+2026 between; what it loses counts in `omitted_bytes` alone.
 */

#ifndef CHATOPS_TRACE_H
#define CHATOPS_TRACE_H


#include "chatops_core.h"


typedef struct chatops_trace_s  chatops_trace_t;


typedef enum {
    CHATOPS_SECTION_NONE = 0,      /* no section that we want */
    CHATOPS_SECTION_CHAT_REPLY,
    CHATOPS_SECTION_SCRIPT
} chatops_section_e;


typedef struct {
    size_t      limit;             /* bytes, at least 1024 */
    unsigned    keep_ansi:1;       /* else all escape sequences are dropped */
    unsigned    single_command:1;  /* drop the script's "$ command" line */
} chatops_trace_options_t;


typedef struct {
    chatops_section_e   section;
    unsigned            closed:1;        /* its end marker was seen */
    chatops_str_t       head;            /* all, when no line was left out */
    chatops_str_t       tail;
    int64_t             omitted_lines;   /* between head and tail */
    int64_t             omitted_bytes;
} chatops_trace_output_t;


/* NULL: out of memory. */
chatops_trace_t *chatops_trace_create(chatops_arena_t *arena,
    const chatops_trace_options_t *options);

/* Never fails: a trace that makes no sense yields what can be read of it. */
void chatops_trace_feed(chatops_trace_t *trace, const u_char *data,
    size_t len);

/*
 * What was found: clean UTF-8 (what is malformed becomes U+FFFD), "\n"
 * between lines and none at the end, of a line what follows its last "\r",
 * no control characters but "\t" (and ESC where escapes are kept).
 */
void chatops_trace_finish(chatops_trace_t *trace,
    chatops_trace_output_t *output);


#endif /* CHATOPS_TRACE_H */
