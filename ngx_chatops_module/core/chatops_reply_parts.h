/*
 * The parts that a reply is made of, for chatops_reply*.c alone: escaped
 * text, and the piece of a job's output that fits into a message.
 */

#ifndef CHATOPS_REPLY_PARTS_H
#define CHATOPS_REPLY_PARTS_H


#include "chatops_reply.h"


#define CHATOPS_REPLY_ELLIPSIS  "\xe2\x80\xa6"
#define CHATOPS_REPLY_NAME_MAX  300
#define CHATOPS_REPLY_URL_MAX   2048


/* What is shown of a job's output: views into it. */

typedef struct {
    chatops_str_t   front;
    chatops_str_t   back;
    int64_t         left_lines;
    unsigned        left:1;           /* something was left out */
    unsigned        front_cut:1;      /* ends within a line */
    unsigned        back_cut:1;       /* begins within a line */
} chatops_reply_part_t;


/*
 * Adds text as Slack shows it in a message or in a fence: & < > escaped,
 * malformed UTF-8 replaced, control characters but "\n", "\t" and ESC left
 * out, and never three backticks in a row.
 */
void chatops_reply_escape(chatops_buf_t *buf, const chatops_str_t *text);

/* How many bytes that would be. */
size_t chatops_reply_size(const chatops_str_t *text);

/*
 * One character of it: returns its length in `data` (`len` is what there
 * is), `text` and `size` are what becomes of it.  `ticks` counts backticks
 * in a row; 0 at first.
 */
size_t chatops_reply_char(const u_char *data, size_t len, unsigned *ticks,
    const char **text, size_t *size);

/*
 * Chooses at most CHATOPS_REPLY_OUTPUT_MAX bytes, as they will be written:
 * all, or beginning and end, or (`end`) the end alone; whole lines as far as
 * possible.
 */
void chatops_reply_choose(const chatops_trace_output_t *output, unsigned end,
    chatops_reply_part_t *part);

/* Writes them in fences, with a word on what is missing and a link. */
void chatops_reply_fenced(chatops_buf_t *buf, const chatops_run_t *run,
    const chatops_reply_part_t *part);

/* A link to the job, or to the nearest thing that is known. */
void chatops_reply_where(chatops_buf_t *buf, const chatops_run_t *run);


#endif /* CHATOPS_REPLY_PARTS_H */
