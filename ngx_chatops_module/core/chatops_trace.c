/*
 * The way of a byte: header or payload -> logical line -> marker or text ->
 * section -> cleaned line -> excerpt.
 *
 * GitLab drops what stands behind a start marker on its line; here it is
 * kept when there is any text, since a person who writes
 * `echo -e "section_start:...:chat_reply\r\e[0KHello"` wants it said.
 */

#include "chatops_excerpt.h"
#include "chatops_line.h"
#include "chatops_marker.h"
#include "chatops_trace.h"


#define CHATOPS_TRACE_LIMIT_MIN  1024

/* gitlab-runner, the timestamper: time, stream, O or E, full or continued */
#define CHATOPS_TRACE_HEADER      32
#define CHATOPS_TRACE_HEADER_FORM "0000-00-00T00:00:00.000000Z xxt+"
#define CHATOPS_TRACE_TIME        20

#define CHATOPS_TRACE_ERASE      "\033[0K"
#define CHATOPS_TRACE_ERASE_LEN  4


typedef enum {
    CHATOPS_TRACE_UNKNOWN = 0,
    CHATOPS_TRACE_CLASSIC,
    CHATOPS_TRACE_STAMPED
} chatops_trace_form_e;


struct chatops_trace_s {
    chatops_trace_form_e   form;
    u_char                 header[CHATOPS_TRACE_HEADER];
    size_t                 nheader;
    unsigned               stream;           /* of the line's first piece */

    chatops_marker_t       marker;           /* the candidate */
    u_char                 text[CHATOPS_MARKER_MAX + CHATOPS_TRACE_ERASE_LEN];
    size_t                 ntext;
    size_t                 cut;              /* the line was cut here */
    size_t                 erase;            /* of "\e[0K", without a "\r" */
    size_t                 erased;           /* the same behind a marker, + 1 */

    chatops_line_t         line;
    chatops_excerpt_t      chat;
    chatops_excerpt_t      script;

    unsigned               line_start:1;     /* a header may come */
    unsigned               newline:1;        /* seen; a "+" takes it back */
    unsigned               single_command:1;
    unsigned               finished:1;

    unsigned               marked:1;         /* this line held a marker */
    unsigned               chat_open:1;
    unsigned               chat_seen:1;
    unsigned               chat_closed:1;
    unsigned               script_open:1;
    unsigned               script_seen:1;
    unsigned               script_closed:1;
    unsigned               script_legacy:1;  /* it is build_script */
    unsigned               preamble:1;       /* no command yet */
    unsigned               echo:1;           /* a command's echo goes on */
};


static int chatops_trace_header(chatops_trace_t *trace, u_char ch);
static void chatops_trace_newline(chatops_trace_t *trace);
static void chatops_trace_byte(chatops_trace_t *trace, u_char ch);
static void chatops_trace_no_marker(chatops_trace_t *trace);
static void chatops_trace_cut(chatops_trace_t *trace);
static void chatops_trace_line_end(chatops_trace_t *trace);
static void chatops_trace_text(chatops_trace_t *trace, const u_char *data,
    size_t len);
static void chatops_trace_marker(chatops_trace_t *trace, const u_char *data,
    size_t len);
static void chatops_trace_start(chatops_trace_t *trace,
    const chatops_str_t *name);
static void chatops_trace_end(chatops_trace_t *trace,
    const chatops_str_t *name);
static void chatops_trace_line(chatops_trace_t *trace, unsigned whole);
static int chatops_trace_runners(chatops_trace_t *trace);


chatops_trace_t *
chatops_trace_create(chatops_arena_t *arena,
    const chatops_trace_options_t *options)
{
    size_t            limit;
    chatops_trace_t  *trace;

    trace = chatops_pcalloc(arena, sizeof(chatops_trace_t));

    if (trace == NULL) {
        return NULL;
    }

    limit = options->limit < CHATOPS_TRACE_LIMIT_MIN ? CHATOPS_TRACE_LIMIT_MIN
                                                     : options->limit;

    if (chatops_excerpt_init(&trace->chat, arena, limit) != CHATOPS_OK
        || chatops_excerpt_init(&trace->script, arena, limit) != CHATOPS_OK
        || chatops_line_init(&trace->line, arena,
                             chatops_excerpt_line_max(&trace->chat),
                             options->keep_ansi)
           != CHATOPS_OK)
    {
        return NULL;
    }

    trace->line_start = 1;
    trace->single_command = options->single_command;

    chatops_marker_init(&trace->marker);

    return trace;
}


void
chatops_trace_feed(chatops_trace_t *trace, const u_char *data, size_t len)
{
    const u_char  *p, *run, *last;

    p = data;
    last = data + len;

    while (p < last) {

        if (trace->line_start && chatops_trace_header(trace, *p)) {
            p++;
            continue;
        }

        if (*p == '\n') {
            chatops_trace_newline(trace);
            p++;
            continue;
        }

        if (trace->ntext || trace->erased || *p == 's') {
            chatops_trace_byte(trace, *p);
            p++;
            continue;
        }

        for (run = p; p < last && *p != '\n' && *p != 's'; p++) {
            /* void */
        }

        chatops_trace_text(trace, run, p - run);
    }
}


/*
 * Returns 1 when the byte is (so far) a header's; else 0, and what was taken
 * for a header has been passed on.
 */

static int
chatops_trace_header(chatops_trace_t *trace, u_char ch)
{
    int          match;
    size_t       i, n;
    const char  *form;

    form = CHATOPS_TRACE_HEADER_FORM;

    switch (form[trace->nheader]) {

    case '0':
        match = ch >= '0' && ch <= '9';
        break;

    case 'x':
        match = (ch >= '0' && ch <= '9') || (ch >= 'a' && ch <= 'f');
        break;

    case 't':
        match = ch == 'O' || ch == 'E';
        break;

    case '+':
        match = ch == '+' || ch == ' ';
        break;

    default:
        match = ch == (u_char) form[trace->nheader];
        break;
    }

    if (match) {
        trace->header[trace->nheader++] = ch;

        if (trace->nheader < CHATOPS_TRACE_HEADER) {
            return 1;
        }

        trace->form = CHATOPS_TRACE_STAMPED;
        trace->line_start = 0;
        trace->nheader = 0;

        if (ch == '+' && trace->newline) {
            trace->newline = 0;
            chatops_trace_cut(trace);
            return 1;
        }

        if (trace->newline) {
            trace->newline = 0;
            chatops_trace_line_end(trace);
        }

        trace->stream = trace->header[28] != '0' || trace->header[29] != '0';

        return 1;
    }

    if (trace->form == CHATOPS_TRACE_UNKNOWN) {
        trace->form = CHATOPS_TRACE_CLASSIC;
    }

    if (trace->newline) {
        trace->newline = 0;
        chatops_trace_line_end(trace);
    }

    n = trace->nheader;

    trace->line_start = 0;
    trace->nheader = 0;

    for (i = 0; i < n; i++) {
        chatops_trace_byte(trace, trace->header[i]);
    }

    return 0;
}


static void
chatops_trace_newline(chatops_trace_t *trace)
{
    if (trace->form == CHATOPS_TRACE_CLASSIC) {
        chatops_trace_line_end(trace);
        return;
    }

    trace->newline = 1;
    trace->line_start = 1;
}


/* A byte of a logical line. */

static void
chatops_trace_byte(chatops_trace_t *trace, u_char ch)
{
    size_t       n;
    const char  *erase;

    erase = CHATOPS_TRACE_ERASE;

    if (trace->erased) {

        if (ch == (u_char) erase[trace->erased - 1]) {

            if (++trace->erased > CHATOPS_TRACE_ERASE_LEN) {
                trace->erased = 0;
            }

            return;
        }

        n = trace->erased - 1;
        trace->erased = 0;

        chatops_trace_text(trace, (u_char *) erase, n);
    }

    if (trace->ntext == 0 && ch != 's') {
        chatops_trace_text(trace, &ch, 1);
        return;
    }

    if (trace->erase) {

        if (ch != (u_char) erase[trace->erase]) {
            chatops_trace_no_marker(trace);
            chatops_trace_byte(trace, ch);
            return;
        }

        trace->text[trace->ntext++] = ch;

        if (++trace->erase == CHATOPS_TRACE_ERASE_LEN) {
            chatops_trace_marker(trace, trace->text,
                                 trace->ntext - CHATOPS_TRACE_ERASE_LEN);
        }

        return;
    }

    if (chatops_marker_whole(&trace->marker)) {

        if (ch == '\r') {
            chatops_trace_marker(trace, trace->text, trace->ntext);
            trace->erased = 1;
            return;
        }

        if (ch == (u_char) erase[0]) {
            trace->text[trace->ntext++] = ch;
            trace->erase = 1;
            return;
        }
    }

    if (chatops_marker_read(&trace->marker, ch) == CHATOPS_OK) {
        trace->text[trace->ntext++] = ch;
        return;
    }

    chatops_trace_no_marker(trace);
    chatops_trace_byte(trace, ch);
}


/*
 * The candidate is none, or only up to where the line was cut.  What remains
 * is looked at again: a marker may begin inside of it.
 */

static void
chatops_trace_no_marker(chatops_trace_t *trace)
{
    size_t  i, n, cut;
    u_char  text[sizeof(trace->text)];

    n = trace->ntext;
    cut = trace->cut;

    memcpy(text, trace->text, n);

    if (cut) {
        chatops_trace_marker(trace, text, cut);

    } else {
        trace->ntext = 0;
        trace->erase = 0;
        chatops_marker_init(&trace->marker);

        cut = 1;
        chatops_trace_text(trace, text, cut);
    }

    for (i = cut; i < n; i++) {
        chatops_trace_byte(trace, text[i]);
    }
}


static void
chatops_trace_cut(chatops_trace_t *trace)
{
    if (trace->cut == 0 && trace->erase == 0
        && chatops_marker_whole(&trace->marker))
    {
        trace->cut = trace->ntext;
    }
}


static void
chatops_trace_line_end(chatops_trace_t *trace)
{
    while (trace->ntext) {
        chatops_trace_no_marker(trace);
    }

    trace->erased = 0;

    chatops_trace_line(trace, 1);

    trace->marked = 0;
}


static chatops_excerpt_t *
chatops_trace_excerpt(chatops_trace_t *trace)
{
    if (trace->chat_open) {
        return &trace->chat;
    }

    return trace->script_open && !trace->chat_seen ? &trace->script : NULL;
}


static void
chatops_trace_text(chatops_trace_t *trace, const u_char *data, size_t len)
{
    if (chatops_trace_excerpt(trace) != NULL) {
        chatops_line_add(&trace->line, data, len);
    }
}


static void
chatops_trace_marker(chatops_trace_t *trace, const u_char *data, size_t len)
{
    size_t            i;
    chatops_str_t     name;
    chatops_marker_t  marker;

    chatops_marker_init(&marker);

    for (i = 0; i < len; i++) {
        (void) chatops_marker_read(&marker, data[i]);
    }

    name = chatops_strn(data + marker.name, marker.name_end - marker.name);

    chatops_trace_line(trace, 0);

    trace->marked = 1;
    trace->echo = 0;

    if (marker.start) {
        chatops_trace_start(trace, &name);

    } else {
        chatops_trace_end(trace, &name);
    }

    trace->cut = 0;
    trace->ntext = 0;
    trace->erase = 0;

    chatops_marker_init(&trace->marker);
}


static void
chatops_trace_start(chatops_trace_t *trace, const chatops_str_t *name)
{
    unsigned  legacy;

    if (chatops_str_is(name, "chat_reply")) {
        trace->chat_open = 1;
        trace->chat_seen = 1;
        trace->chat_closed = 0;
        return;
    }

    legacy = chatops_str_is(name, "build_script");

    if (!legacy && !chatops_str_is(name, "step_script")) {
        return;
    }

    if (trace->script_seen && legacy != trace->script_legacy) {

        if (legacy) {
            return;
        }

        chatops_excerpt_reset(&trace->script);
    }

    trace->script_open = 1;
    trace->script_seen = 1;
    trace->script_closed = 0;
    trace->script_legacy = legacy;
    trace->preamble = 1;
}


static void
chatops_trace_end(chatops_trace_t *trace, const chatops_str_t *name)
{
    if (chatops_str_is(name, "chat_reply")) {

        if (trace->chat_open) {
            trace->chat_open = 0;
            trace->chat_closed = 1;
        }

        return;
    }

    if (chatops_str_is(name, trace->script_legacy ? "build_script"
                                                  : "step_script"))
    {
        if (trace->script_open) {
            trace->script_open = 0;
            trace->script_closed = 1;
        }

        /* the script is over, and so is a reply that it left open */

        trace->chat_open = 0;
        return;
    }

    if (chatops_str_is(name, "after_script")) {
        trace->chat_open = 0;
    }
}


/* The end of a line, or (not `whole`) a marker in it. */

static void
chatops_trace_line(chatops_trace_t *trace, unsigned whole)
{
    chatops_str_t       text;
    chatops_excerpt_t  *excerpt;

    excerpt = chatops_trace_excerpt(trace);

    if (excerpt == NULL) {
        chatops_line_clear(&trace->line);
        return;
    }

    chatops_line_end(&trace->line, &text);

    if (excerpt == &trace->script && chatops_trace_runners(trace)) {
        chatops_line_clear(&trace->line);
        return;
    }

    if (trace->line.visible) {
        text.len = chatops_marker_remove(text.data, text.len);

        if (text.len) {
            chatops_excerpt_add(excerpt, text.data, text.len);
            excerpt->omitted_bytes += trace->line.cut;
        }

    } else if (whole && !trace->marked) {
        chatops_excerpt_add(excerpt, NULL, 0);
    }

    chatops_line_clear(&trace->line);
}


/* 1 when a line of the script section is not the job's own, else 0. */

static int
chatops_trace_runners(chatops_trace_t *trace)
{
    size_t              i;
    chatops_line_t     *line;
    static const char  *chatter[] = {
        "Executing \"step_script\" stage of the job script",
        "Using docker image ",
        "Using effective pull policy of ",
        "Using locally found image version ",
        "Pulling docker image ",
        "Authenticating with credentials from "
    };

    line = &trace->line;

    if (trace->echo) {
        trace->echo = !line->reset;
        return 1;
    }

    if (line->color == CHATOPS_COLOR_GREEN && chatops_line_starts(line, "$ ")) {
        trace->preamble = 0;

        /* FF_SCRIPT_SECTIONS: a command of several lines, shown in full */

        trace->echo = trace->single_command && trace->marked && !line->reset;

        return trace->single_command;
    }

    if (!trace->preamble) {
        return 0;
    }

    if (!line->visible) {
        return 1;
    }

    if (trace->form == CHATOPS_TRACE_STAMPED && trace->stream != 0) {
        trace->preamble = 0;
        return 0;
    }

    if (line->color == CHATOPS_COLOR_CYAN) {
        return 1;
    }

    for (i = 0; i < sizeof(chatter) / sizeof(chatter[0]); i++) {
        if (chatops_line_starts(line, chatter[i])) {
            return 1;
        }
    }

    trace->preamble = chatops_line_starts(line, "WARNING: ");

    return 0;
}


void
chatops_trace_finish(chatops_trace_t *trace, chatops_trace_output_t *output)
{
    size_t              i, n;
    chatops_excerpt_t  *excerpt;

    memset(output, 0, sizeof(chatops_trace_output_t));

    if (!trace->finished) {
        trace->finished = 1;

        n = trace->nheader;

        if (trace->newline) {
            chatops_trace_line_end(trace);
        }

        /* a header that was cut off is no text */

        for (i = 0; i < n && n < CHATOPS_TRACE_TIME; i++) {
            chatops_trace_byte(trace, trace->header[i]);
        }

        if (chatops_marker_whole(&trace->marker) && trace->erase == 0) {
            chatops_trace_marker(trace, trace->text, trace->ntext);
        }

        while (trace->ntext) {
            chatops_trace_no_marker(trace);
        }

        chatops_trace_line(trace, 0);
    }

    if (!trace->script_seen && !trace->chat_seen) {
        return;
    }

    if (trace->chat_seen) {
        excerpt = &trace->chat;
        output->section = CHATOPS_SECTION_CHAT_REPLY;
        output->closed = trace->chat_closed;

    } else {
        excerpt = &trace->script;
        output->section = CHATOPS_SECTION_SCRIPT;
        output->closed = trace->script_closed;
    }

    chatops_excerpt_finish(excerpt, &output->head, &output->tail);

    output->omitted_lines = excerpt->omitted_lines;
    output->omitted_bytes = excerpt->omitted_bytes;
}
