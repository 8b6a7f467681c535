#include "chatops_reply_parts.h"


static void chatops_reply_front(const chatops_str_t *text, size_t room,
    chatops_reply_part_t *part);
static void chatops_reply_back(const chatops_str_t *text, size_t room,
    chatops_reply_part_t *part);
static int64_t chatops_reply_lines(const chatops_str_t *text);


void
chatops_reply_choose(const chatops_trace_output_t *output, unsigned end,
    chatops_reply_part_t *part)
{
    size_t         half, room, size, ellipsis;
    int64_t        lines;
    chatops_str_t  front, back;

    memset(part, 0, sizeof(chatops_reply_part_t));

    size = chatops_reply_size(&output->head);

    if (output->tail.len == 0 && size <= CHATOPS_REPLY_OUTPUT_MAX) {
        part->front = output->head;
        part->left = output->omitted_bytes != 0;
        return;
    }

    part->left = 1;

    lines = chatops_reply_lines(&output->head)
            + chatops_reply_lines(&output->tail)
            + output->omitted_lines;

    ellipsis = 2 * (sizeof(CHATOPS_REPLY_ELLIPSIS) - 1);
    room = CHATOPS_REPLY_OUTPUT_MAX - ellipsis;
    half = room / 2;

    front = output->head;
    back = output->tail;

    if (end) {

        /* the end says why it failed */

        half = 0;

    } else if (back.len) {
        size = chatops_reply_size(&back);

        if (size < half) {
            half = room - size;
        }
    }

    if (half) {
        chatops_reply_front(&front, half, part);
        room -= chatops_reply_size(&part->front);
        lines -= chatops_reply_lines(&part->front);
    }

    if (back.len == 0) {
        back = front;
        back.data += part->front.len;
        back.len -= part->front.len;

        if (back.len && back.data[0] == '\n') {
            back.data++;
            back.len--;
        }
    }

    chatops_reply_back(&back, room, part);

    lines -= chatops_reply_lines(&part->back);

    if (part->front_cut && output->tail.len == 0
        && part->back.data != NULL
        && chatops_str_find(&back, 0, "\n", 1) == NULL)
    {
        /* both are parts of one line */

        lines++;
    }

    part->left_lines = lines > 0 ? lines : 0;
}


/*
 * The whole lines at the beginning of `text` that take at most `room` bytes
 * when written; where not even the first does, as much of it as possible.
 */

static void
chatops_reply_front(const chatops_str_t *text, size_t room,
    chatops_reply_part_t *part)
{
    size_t         i, n, size, total, whole;
    unsigned       ticks;
    const char    *written;

    part->front = chatops_strn(text->data, 0);

    i = 0;
    ticks = 0;
    total = 0;
    whole = 0;

    while (i < text->len) {

        if (text->data[i] == '\n') {
            whole = i;
        }

        n = chatops_reply_char(text->data + i, text->len - i, &ticks,
                               &written, &size);

        if (total + size > room) {
            break;
        }

        total += size;
        i += n;
    }

    if (i == text->len) {
        part->front.len = i;

    } else if (whole) {
        part->front.len = whole;

    } else {
        part->front.len = i;
        part->front_cut = i != 0;
    }
}


/* The same at the end of `text`. */

static void
chatops_reply_back(const chatops_str_t *text, size_t room,
    chatops_reply_part_t *part)
{
    size_t         at, next, size, total;
    u_char        *newline;
    chatops_str_t  rest, first;

    size = chatops_reply_size(text);
    rest = *text;

    while (size > room) {
        newline = chatops_str_find(&rest, 0, "\n", 1);

        if (newline == NULL) {
            break;
        }

        first = chatops_strn(rest.data, newline + 1 - rest.data);
        size -= chatops_reply_size(&first);

        rest.data += first.len;
        rest.len -= first.len;
    }

    if (size <= room) {
        part->back = rest;
        return;
    }

    /* the last line alone is too long; its backticks are counted anew */

    total = 0;
    at = rest.len;

    while (at > 0) {
        next = at - 1;

        while (next > 0 && at - next < 4
               && (rest.data[next] & 0xc0) == 0x80)
        {
            next--;
        }

        part->back = chatops_strn(rest.data + next, at - next);
        size = chatops_reply_size(&part->back);

        /* a backtick may cost three bytes more than it does here */

        size += rest.data[next] == '`' ? 3 : 0;

        if (total + size > room) {
            break;
        }

        total += size;
        at = next;
    }

    part->back = chatops_strn(rest.data + at, rest.len - at);
    part->back_cut = 1;
}


static int64_t
chatops_reply_lines(const chatops_str_t *text)
{
    size_t   i;
    int64_t  n;

    n = text->len != 0;

    for (i = 0; i < text->len; i++) {
        n += text->data[i] == '\n';
    }

    return n;
}


void
chatops_reply_fenced(chatops_buf_t *buf, const chatops_run_t *run,
    const chatops_reply_part_t *part)
{
    if (part->front.len) {
        chatops_buf_text(buf, "```\n");
        chatops_reply_escape(buf, &part->front);

        if (part->front_cut) {
            chatops_buf_text(buf, CHATOPS_REPLY_ELLIPSIS);
        }

        chatops_buf_text(buf, "\n```");
    }

    if (!part->left) {
        return;
    }

    if (part->front.len) {
        chatops_buf_char(buf, '\n');
    }

    chatops_buf_text(buf, CHATOPS_REPLY_ELLIPSIS " ");

    if (part->left_lines == 0) {
        chatops_buf_text(buf, "part of a line");

    } else {
        chatops_buf_int(buf, part->left_lines);
        chatops_buf_text(buf, part->left_lines == 1 ? " line" : " lines");
    }

    chatops_buf_text(buf, " left out, the whole log: ");
    chatops_reply_where(buf, run);
    chatops_buf_text(buf, " " CHATOPS_REPLY_ELLIPSIS);

    if (part->back.len) {
        chatops_buf_text(buf, "\n```\n");

        if (part->back_cut) {
            chatops_buf_text(buf, CHATOPS_REPLY_ELLIPSIS);
        }

        chatops_reply_escape(buf, &part->back);
        chatops_buf_text(buf, "\n```");
    }
}
