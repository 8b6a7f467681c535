/*
 * A literal in the first line, a text in the rest: whatever they are, the
 * answer comes, is the same again, and is the same of `(?:…)` and of `…|…`
 * with the pattern in it.  Where PCRE2's language is the same as RE2's, its
 * answer is, too.
 */

#include <stdlib.h>

#include "chatops_regex.h"

#define PCRE2_CODE_UNIT_WIDTH  8
#include <pcre2.h>


#define fuzz_assert(x)  if (!(x)) { abort(); }


static chatops_truth_e
fuzz_match(chatops_arena_t *arena, const chatops_str_t *literal,
    const chatops_str_t *text)
{
    const char       *why;
    chatops_truth_e   truth;
    chatops_regex_t  *regex;

    why = NULL;

    switch (chatops_regex_parse(arena, literal, &regex, &why)) {

    case CHATOPS_OK:
        break;

    case CHATOPS_DECLINED:
        fuzz_assert(why != NULL && why[0] != '\0');
        return CHATOPS_UNKNOWN;

    default:
        abort();
    }

    truth = chatops_regex_match(regex, text);
    fuzz_assert(truth == chatops_regex_match(regex, text));

    return truth;
}


static void
fuzz_compare(chatops_arena_t *arena, const chatops_str_t *source,
    const chatops_str_t *text, const char *head, const char *middle,
    const char *tail, chatops_truth_e truth)
{
    chatops_buf_t    buf;
    chatops_str_t    literal;
    chatops_truth_e  other;

    chatops_buf_init(&buf, arena, 2 * source->len + 64);
    chatops_buf_text(&buf, head);
    chatops_buf_str(&buf, source);

    if (middle != NULL) {
        chatops_buf_text(&buf, middle);
        chatops_buf_str(&buf, source);
    }

    chatops_buf_text(&buf, tail);
    fuzz_assert(chatops_buf_finish(&buf, &literal) == CHATOPS_OK);

    other = fuzz_match(arena, &literal, text);

    fuzz_assert(other == CHATOPS_UNKNOWN || other == truth);
}


static int
fuzz_only(const chatops_str_t *s, const char *characters)
{
    size_t  i;

    for (i = 0; i < s->len; i++) {
        if (s->data[i] == '\0' || strchr(characters, s->data[i]) == NULL) {
            return 0;
        }
    }

    return 1;
}


/* What both languages have, and take for the same. */

static int
fuzz_is_common(const chatops_str_t *source)
{
    return fuzz_only(source, "abc019.|()*+?^$[]-{,}:=")
           && chatops_str_find(source, 0, "{,", 2) == NULL
           && chatops_str_find(source, 0, "{0", 2) == NULL
           && chatops_str_find(source, 0, ",0", 2) == NULL
           && chatops_str_find(source, 0, "[:", 2) == NULL
           && chatops_str_find(source, 0, "^*", 2) == NULL;
}


static int
fuzz_is_ascii(const chatops_str_t *text)
{
    size_t  i;

    for (i = 0; i < text->len; i++) {
        if (text->data[i] >= 0x80) {
            return 0;
        }
    }

    return 1;
}


static void
fuzz_pcre2(const chatops_str_t *source, const chatops_str_t *text,
    chatops_truth_e truth)
{
    int                   rc;
    PCRE2_SIZE            offset;
    pcre2_code           *code;
    pcre2_match_data     *data;
    pcre2_match_context  *context;

    code = pcre2_compile(source->data, source->len, PCRE2_DOLLAR_ENDONLY, &rc,
                         &offset, NULL);

    if (code == NULL) {
        return;
    }

    context = pcre2_match_context_create(NULL);
    data = pcre2_match_data_create(1, NULL);
    fuzz_assert(context != NULL && data != NULL);

    (void) pcre2_set_match_limit(context, 2000);

    rc = pcre2_match(code, text->data, text->len, 0, 0, data, context);

    if (rc >= 0 || rc == PCRE2_ERROR_NOMATCH) {
        fuzz_assert((rc >= 0) == (truth == CHATOPS_YES));
    }

    pcre2_match_data_free(data);
    pcre2_match_context_free(context);
    pcre2_code_free(code);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char       *why;
    const uint8_t    *line;
    chatops_str_t     literal, text, source;
    chatops_arena_t  *arena;
    chatops_regex_t  *regex;
    chatops_truth_e   truth;

    arena = chatops_arena_create(0);
    fuzz_assert(arena != NULL);

    line = size != 0 ? memchr(data, '\n', size) : NULL;

    if (line == NULL) {
        literal = chatops_strn(data, size);
        text = chatops_strn("", 0);

    } else {
        literal = chatops_strn(data, line - data);
        text = chatops_strn(line + 1, data + size - line - 1);
    }

    truth = fuzz_match(arena, &literal, &text);

    if (truth != CHATOPS_UNKNOWN
        && chatops_regex_parse(arena, &literal, &regex, &why) == CHATOPS_OK)
    {
        source = chatops_regex_source(regex);
        fuzz_assert(chatops_utf8_valid(source.data, source.len));

        fuzz_compare(arena, &source, &text, "/(?:", NULL, ")/", truth);
        fuzz_compare(arena, &source, &text, "/(?:", ")|(?:", ")/", truth);

        /* as often as not once more, as `?` has it */

        fuzz_compare(arena, &source, &text, "/(?:", "){0}(?:", ")/", truth);
        fuzz_compare(arena, &source, &text, "/(?:", "){0}(?:", "){1,40}/",
                     truth);

        if (fuzz_is_common(&source) && fuzz_is_ascii(&text)) {
            fuzz_pcre2(&source, &text, truth);
        }
    }

    chatops_arena_destroy(arena);

    return 0;
}
