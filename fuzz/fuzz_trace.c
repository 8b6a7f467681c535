/*
 * The first byte chooses the options, the second the pieces; the rest is a
 * trace.  Whatever it is: the same output for any pieces, clean text, no
 * marker, within the limit, in bounded memory.
 */

#include <stdlib.h>

#include "chatops_trace.h"


#define CHATOPS_FUZZ_LIMIT  1024


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
require(int holds)
{
    if (!holds) {
        abort();
    }
}


static int
name_char(u_char ch)
{
    return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z')
           || (ch >= '0' && ch <= '9') || ch == '_' || ch == '.' || ch == '-';
}


/* What GitLab reads as a marker, whatever follows it. */

static int
has_marker(const chatops_str_t *text)
{
    size_t   i, digits;
    u_char  *p;

    for (i = 0; i < text->len; i++) {

        p = chatops_str_find(text, i, "section_", 8);

        if (p == NULL) {
            return 0;
        }

        i = p - text->data;
        p += 8;

        if (text->data + text->len - p < 16) {
            continue;
        }

        if (memcmp(p, "start:", 6) == 0) {
            p += 6;

        } else if (memcmp(p, "end:", 4) == 0) {
            p += 4;

        } else {
            continue;
        }

        for (digits = 0; p < text->data + text->len && *p >= '0' && *p <= '9';
             p++)
        {
            digits++;
        }

        if (digits == 0 || digits > 20
            || text->data + text->len - p < 2 || *p != ':')
        {
            continue;
        }

        if (name_char(p[1])) {
            return 1;
        }
    }

    return 0;
}


static void
check_text(const chatops_str_t *text, unsigned keep_ansi)
{
    u_char  ch;
    size_t  i;

    require(chatops_utf8_valid(text->data, text->len));
    require(!has_marker(text));
    require(text->len == 0 || text->data[text->len - 1] != '\n');

    for (i = 0; i < text->len; i++) {
        ch = text->data[i];

        if (ch == '\t' || ch == '\n' || (ch == 0x1b && keep_ansi)) {
            continue;
        }

        require(ch >= 0x20 && ch != 0x7f);
        require(ch != 0xc2 || text->data[i + 1] >= 0xa0);
    }
}


static chatops_arena_t *
run(const chatops_trace_options_t *options, const u_char *data, size_t size,
    unsigned pieces, chatops_trace_output_t *output)
{
    size_t            n, at;
    chatops_arena_t  *arena;
    chatops_trace_t  *trace;

    arena = chatops_arena_create(4 * CHATOPS_FUZZ_LIMIT + 4096);
    require(arena != NULL);

    trace = chatops_trace_create(arena, options);
    require(trace != NULL);

    for (at = 0; at < size; at += n) {
        pieces = pieces * 1103515245 + 12345;
        n = pieces ? 1 + (pieces >> 16) % 24 : size;
        n = n < size - at ? n : size - at;

        chatops_trace_feed(trace, data + at, n);
    }

    chatops_trace_finish(trace, output);

    return arena;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    chatops_arena_t          *first, *second;
    chatops_trace_t          *trace;
    chatops_trace_output_t    whole, pieces;
    chatops_trace_options_t   options;

    if (size < 2) {
        return 0;
    }

    memset(&options, 0, sizeof(options));

    options.limit = CHATOPS_FUZZ_LIMIT;
    options.keep_ansi = data[0] & 1;
    options.single_command = (data[0] >> 1) & 1;

    first = chatops_arena_create(4 * CHATOPS_FUZZ_LIMIT + 4096);
    require(first != NULL);

    trace = chatops_trace_create(first, &options);
    require(trace != NULL);

    chatops_trace_feed(trace, data + 2, size - 2);
    chatops_trace_finish(trace, &whole);

    second = run(&options, data + 2, size - 2, data[1] + 1, &pieces);

    require(whole.section == pieces.section);
    require(whole.closed == pieces.closed);
    require(whole.omitted_lines == pieces.omitted_lines);
    require(whole.omitted_bytes == pieces.omitted_bytes);
    require(chatops_str_eq(&whole.head, &pieces.head));
    require(chatops_str_eq(&whole.tail, &pieces.tail));

    check_text(&whole.head, options.keep_ansi);
    check_text(&whole.tail, options.keep_ansi);

    require(whole.head.len + whole.tail.len <= CHATOPS_FUZZ_LIMIT);
    require(whole.omitted_lines >= 0 && whole.omitted_bytes >= 0);
    require(whole.omitted_lines > 0 || whole.tail.len == 0);
    require(whole.section != CHATOPS_SECTION_NONE
            || (whole.head.len == 0 && !whole.closed));

    chatops_arena_destroy(first);
    chatops_arena_destroy(second);

    return 0;
}
