/*
 * A line of a job's log as a person would see it: escape sequences carried
 * out or dropped (ECMA-48: CSI, OSC and other strings, two-byte and
 * charset sequences), carriage returns obeyed, clean UTF-8, no control
 * characters but "\t".
 *
 * Bytes come in pieces of any size.  Of a line longer than the limit its
 * beginning and its end are kept, with U+2026 between.
 */

#ifndef CHATOPS_LINE_H
#define CHATOPS_LINE_H


#include "chatops_core.h"


#define CHATOPS_LINE_LEAD  64
#define CHATOPS_LINE_CSI   32
#define CHATOPS_LINE_SGR   128


/* The colors that the runner writes in (gitlab-runner: helpers/ansi_colors). */
typedef enum {
    CHATOPS_COLOR_NONE = 0,
    CHATOPS_COLOR_GREEN,           /* "\e[32;1m": a command's echo */
    CHATOPS_COLOR_CYAN,            /* "\e[36;1m": a section's header */
    CHATOPS_COLOR_OTHER
} chatops_color_e;


typedef struct {
    u_char            *data;
    size_t             head;       /* of `data`, before the ring */
    size_t             ring;       /* size of the ring behind it */
    size_t             len;        /* bytes kept */
    size_t             start;      /* of the ring, once it has wrapped */
    int64_t            cut;        /* bytes left out of the middle */

    unsigned           keep_ansi:1;
    unsigned           visible:1;  /* holds more than blanks */
    unsigned           reset:1;    /* colors switched off behind the lead */
    unsigned           cr:1;       /* the next character starts over */

    chatops_color_e    color;      /* of the first character */
    chatops_color_e    current;

    /* the first visible bytes */
    u_char             lead[CHATOPS_LINE_LEAD];
    size_t             nlead;

    /* the sequences being read */
    unsigned           escape;
    unsigned           nutf8;
    unsigned           utf8_need;
    u_char             utf8[4];
    u_char             csi[CHATOPS_LINE_CSI];
    size_t             ncsi;
    u_char             sgr[CHATOPS_LINE_SGR];    /* kept ones behind a "\r" */
    size_t             nsgr;
} chatops_line_t;


/* `limit` in bytes, at least 64.  CHATOPS_OK or CHATOPS_ERROR (memory). */
int chatops_line_init(chatops_line_t *line, chatops_arena_t *arena,
    size_t limit, unsigned keep_ansi);

/* Bytes of the line, "\n" not among them. */
void chatops_line_add(chatops_line_t *line, const u_char *data, size_t len);

/* The line; a view that may be changed and lives until the next call. */
void chatops_line_end(chatops_line_t *line, chatops_str_t *text);

void chatops_line_clear(chatops_line_t *line);

/* 1 when the visible text starts with `prefix` (at most 64 bytes), else 0. */
int chatops_line_starts(const chatops_line_t *line, const char *prefix);


#endif /* CHATOPS_LINE_H */
