
#include "chatops_regex_parts.h"


/* Instructions that are kept: these, and so many for a byte of the pattern. */
#define CHATOPS_REGEX_KEPT_INSTS   96
#define CHATOPS_REGEX_BYTE_INSTS   4

/* What making it takes: in all, for a byte, for a count such as {2,}, … */
#define CHATOPS_REGEX_PARSE_STEPS     512
#define CHATOPS_REGEX_BYTE_STEPS      16
#define CHATOPS_REGEX_COUNT_STEPS     4096
#define CHATOPS_REGEX_PROPERTY_STEPS  32768
#define CHATOPS_REGEX_INST_STEPS      4

/* Of what is made for one match alone. */
#define CHATOPS_REGEX_MAX_MEMORY  (8 * 1024 * 1024)


struct chatops_regex_s {
    chatops_str_t             source;
    chatops_regex_program_t   program;
};


static int chatops_regex_find_literal(const chatops_str_t *text,
    chatops_str_t *pattern, chatops_str_t *flags);
static int chatops_regex_make_source(chatops_arena_t *arena,
    const chatops_str_t *pattern, const chatops_str_t *flags,
    chatops_str_t *source);


int
chatops_regex_parse(chatops_arena_t *arena, const chatops_str_t *text,
    chatops_regex_t **regex, const char **why)
{
    size_t          limit;
    chatops_str_t   pattern, flags;

    *regex = NULL;

    if (chatops_regex_find_literal(text, &pattern, &flags) != CHATOPS_OK) {
        *why = "it is not between slashes";
        return CHATOPS_DECLINED;
    }

    *regex = chatops_palloc(arena, sizeof(chatops_regex_t));
    if (*regex == NULL) {
        return CHATOPS_ERROR;
    }

    if (chatops_regex_make_source(arena, &pattern, &flags, &(*regex)->source)
        != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    limit = CHATOPS_REGEX_KEPT_INSTS
            + CHATOPS_REGEX_BYTE_INSTS * (*regex)->source.len;

    if (limit > CHATOPS_REGEX_MAX_INSTS) {
        limit = CHATOPS_REGEX_MAX_INSTS;
    }

    return chatops_regex_compile(arena, &(*regex)->source, (uint32_t) limit,
                                 &(*regex)->program, why);
}


chatops_truth_e
chatops_regex_match(const chatops_regex_t *regex, const chatops_str_t *text)
{
    size_t  left;

    left = CHATOPS_REGEX_MAX_STEPS;

    return chatops_regex_match_within(regex, text, &left);
}


chatops_truth_e
chatops_regex_match_within(const chatops_regex_t *regex,
    const chatops_str_t *text, size_t *left)
{
    size_t                    steps;
    const char               *why;
    chatops_arena_t          *arena;
    chatops_truth_e           truth;
    chatops_regex_program_t   program;

    if (!regex->program.partial) {
        return chatops_regex_run(&regex->program, text, left);
    }

    steps = chatops_regex_parse_steps(&regex->source);

    if (*left < steps) {
        *left = 0;
        return CHATOPS_UNKNOWN;
    }

    *left -= steps;

    /* its counts make it much larger than its pattern: only for now */

    arena = chatops_arena_create(CHATOPS_REGEX_MAX_MEMORY);
    if (arena == NULL) {
        return CHATOPS_UNKNOWN;
    }

    truth = CHATOPS_UNKNOWN;

    if (chatops_regex_compile(arena, &regex->source, CHATOPS_REGEX_MAX_INSTS,
                              &program, &why)
        == CHATOPS_OK)
    {
        steps = CHATOPS_REGEX_INST_STEPS * program.ninsts;
        *left -= steps < *left ? steps : *left;

        truth = chatops_regex_run(&program, text, left);
    }

    chatops_arena_destroy(arena);

    return truth;
}


/* PCRE2 is asked for each property, and has some KB of each. */

size_t
chatops_regex_parse_steps(const chatops_str_t *text)
{
    size_t  i, steps;

    steps = CHATOPS_REGEX_PARSE_STEPS + text->len * CHATOPS_REGEX_BYTE_STEPS;

    for (i = 0; i < text->len; i++) {

        if (text->data[i] == '{') {
            steps += CHATOPS_REGEX_COUNT_STEPS;
        }

        if (text->data[i] == '\\' && i + 1 < text->len
            && (text->data[i + 1] | 0x20) == 'p')
        {
            steps += CHATOPS_REGEX_PROPERTY_STEPS;
        }
    }

    return steps;
}


chatops_str_t
chatops_regex_source(const chatops_regex_t *regex)
{
    return regex->source;
}


/* The first line that is `/…/flags`; what is between may have slashes. */

static int
chatops_regex_find_literal(const chatops_str_t *text, chatops_str_t *pattern,
    chatops_str_t *flags)
{
    u_char  *p, *end, *line, *last;

    if (text->len == 0) {
        return CHATOPS_DECLINED;
    }

    end = text->data + text->len;

    for (p = text->data; p < end; p = line + 1) {
        line = memchr(p, '\n', end - p);

        if (line == NULL) {
            line = end;
        }

        if (*p != '/') {
            continue;
        }

        for (last = line; last > p && strchr("ismU", last[-1]) != NULL
                          && last[-1] != '\0'; last--)
        {
            /* void */
        }

        last--;

        if (last > p && *last == '/') {
            *pattern = chatops_strn(p + 1, last - p - 1);
            *flags = chatops_strn(last + 1, line - last - 1);

            return CHATOPS_OK;
        }
    }

    return CHATOPS_DECLINED;
}


static int
chatops_regex_make_source(chatops_arena_t *arena,
    const chatops_str_t *pattern, const chatops_str_t *flags,
    chatops_str_t *source)
{
    chatops_buf_t  buf;

    if (flags->len == 0) {
        *source = *pattern;
        return CHATOPS_OK;
    }

    chatops_buf_init(&buf, arena, pattern->len + flags->len + 3);
    chatops_buf_text(&buf, "(?");
    chatops_buf_str(&buf, flags);
    chatops_buf_char(&buf, ')');
    chatops_buf_str(&buf, pattern);

    return chatops_buf_finish(&buf, source);
}
