/*
 * A command's text.  Every view lies in the text; verb, job and input stand
 * in this order; the input goes to the last byte; what is read can be
 * written down again and reads the same.
 */

#include <stdlib.h>

#include "chatops_command.h"


#define fuzz_assert(x)  if (!(x)) { abort(); }


static int
fuzz_blank(u_char ch)
{
    return ch != '\0' && strchr(" \t\n\v\f\r", ch) != NULL;
}


static void
fuzz_inside(const chatops_str_t *s, const chatops_str_t *text)
{
    if (s->len) {
        fuzz_assert(s->data >= text->data);
        fuzz_assert(s->data + s->len <= text->data + text->len);
    }
}


static void
fuzz_run(const chatops_str_t *text, const chatops_command_t *command)
{
    size_t         i, characters;
    const u_char  *p, *last;

    characters = 0;

    for (i = 0; i < command->job.len; i++) {
        characters += (command->job.data[i] & 0xc0) != 0x80;
    }

    fuzz_assert(command->job.len > 0);
    fuzz_assert(characters <= CHATOPS_JOB_NAME_MAX);
    fuzz_assert(command->word.data + 3 < command->job.data);

    last = text->data + text->len;
    p = command->job.data + command->job.len;

    if (command->input.len) {
        fuzz_assert(command->input.data + command->input.len == last);
        fuzz_assert(!fuzz_blank(command->input.data[0]));
        fuzz_assert(fuzz_blank(command->input.data[-1]));
        fuzz_assert(p < command->input.data);
        last = command->input.data;
    }

    /* between job and input: at most a quote, then white space */

    while (p < last && (fuzz_blank(*p) || *p == 0xc2 || *p == 0xa0
                        || *p == 0xe2 || *p == 0x80 || *p == 0xaf))
    {
        p++;                      /* spaces in front of a guillemet */
    }

    if (p < last && (*p == '"' || *p == '\'' || *p == 0xab || *p == 0xbb
                     || (*p >= 0x98 && *p <= 0x9f)))
    {
        p++;
    }

    for ( /* void */ ; p < last; p++) {
        fuzz_assert(fuzz_blank(*p));
    }
}


static void
fuzz_again(const chatops_command_t *command)
{
    chatops_buf_t       buf;
    chatops_str_t       text;
    chatops_arena_t    *arena;
    chatops_command_t   again;

    if (memchr(command->job.data, '"', command->job.len) != NULL) {
        return;
    }

    arena = chatops_arena_create(0);
    fuzz_assert(arena != NULL);

    chatops_buf_init(&buf, arena, command->job.len + command->input.len + 7);
    chatops_buf_text(&buf, "RUN \"");
    chatops_buf_str(&buf, &command->job);
    chatops_buf_text(&buf, "\"\n");
    chatops_buf_str(&buf, &command->input);
    fuzz_assert(chatops_buf_finish(&buf, &text) == CHATOPS_OK);

    chatops_command_parse(&text, &again);

    fuzz_assert(again.verb == CHATOPS_VERB_RUN);
    fuzz_assert(chatops_str_eq(&again.job, &command->job));
    fuzz_assert(chatops_str_eq(&again.input, &command->input));

    chatops_arena_destroy(arena);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t             i;
    chatops_str_t      text;
    chatops_command_t  command;

    text = chatops_strn(data, size);
    chatops_command_parse(&text, &command);

    fuzz_inside(&command.word, &text);
    fuzz_inside(&command.ref, &text);
    fuzz_inside(&command.job, &text);
    fuzz_inside(&command.input, &text);

    for (i = 0; i < command.word.len; i++) {
        fuzz_assert(!fuzz_blank(command.word.data[i]));
    }

    switch (command.verb) {

    case CHATOPS_VERB_RUN:
        fuzz_assert(command.word.len == 3);
        fuzz_run(&text, &command);
        fuzz_again(&command);
        break;

    case CHATOPS_VERB_RUN_WHAT:
        fuzz_assert(command.word.len == 3);
        fuzz_assert(command.job.len == 0 && command.input.len == 0);
        fuzz_assert(command.error != NULL);
        break;

    case CHATOPS_VERB_HELP:
        fuzz_assert(command.word.len == 0 || command.word.len == 4);
        fuzz_assert(command.job.len == 0 && command.input.len == 0);
        break;

    case CHATOPS_VERB_UNKNOWN:
        fuzz_assert(command.word.len > 0);
        fuzz_assert(command.job.len == 0 && command.input.len == 0);
        break;

    default:
        abort();
    }

    return 0;
}
