
#include "chatops_regex_parts.h"


static int chatops_regex_parse_number(chatops_regex_parser_t *parser,
    uint32_t first, uint32_t *rune);
static unsigned chatops_regex_digit(u_char ch);


int
chatops_regex_parse_escape(chatops_regex_parser_t *parser, uint32_t *rune)
{
    const char  *p;

    static const char  names[] = "abfnrtv";

    parser->pos++;

    if (parser->pos == parser->end) {
        return chatops_regex_fail(parser, "a backslash at the end");
    }

    *rune = chatops_regex_rune(&parser->pos, parser->end);

    if ((*rune >= '0' && *rune <= '7') || *rune == 'x') {
        return chatops_regex_parse_number(parser, *rune, rune);
    }

    p = *rune != 0 && *rune < 0x80 && *rune != 'b' ? strchr(names, *rune)
                                                   : NULL;
    if (p != NULL) {
        *rune = "\a\b\f\n\r\t\v"[p - names];
        return CHATOPS_OK;
    }

    if (*rune >= 0x80 || (*rune >= '0' && *rune <= '9')
        || ((*rune | 0x20) >= 'a' && (*rune | 0x20) <= 'z'))
    {
        return chatops_regex_fail(parser, "RE2 knows no such escape, nor "
                                  "back-references");
    }

    return CHATOPS_OK;
}


/* \012 \x1b \x{10ffff}; a lone digit that is not 0 is a back-reference */

static int
chatops_regex_parse_number(chatops_regex_parser_t *parser, uint32_t first,
    uint32_t *rune)
{
    size_t          digits, most;
    unsigned        base, braces;
    const u_char   *p;

    p = parser->pos;
    braces = 0;
    digits = 0;
    *rune = 0;

    if (first == 'x') {
        base = 16;
        most = 2;

        if (p < parser->end && *p == '{') {
            most = parser->end - p;
            braces = 1;
            p++;
        }

    } else {
        base = 8;
        most = 3;
        p--;
    }

    while (digits < most && p < parser->end && chatops_regex_digit(*p) < base)
    {
        *rune = *rune * base + chatops_regex_digit(*p);
        p++;
        digits++;

        if (*rune > CHATOPS_REGEX_MAX_RUNE) {
            return chatops_regex_fail(parser, "an escape past U+10FFFF");
        }
    }

    if (braces) {

        if (digits == 0 || p == parser->end || *p != '}') {
            return chatops_regex_fail(parser, "`\\x{` without digits and "
                                      "its `}`");
        }

        p++;

    } else if (first == 'x' && digits != 2) {
        return chatops_regex_fail(parser, "`\\x` without two digits");

    } else if (first != '0' && first != 'x' && digits < 2) {
        return chatops_regex_fail(parser, "RE2 knows no back-references");
    }

    parser->pos = p;

    return CHATOPS_OK;
}


static unsigned
chatops_regex_digit(u_char ch)
{
    if (ch >= '0' && ch <= '9') {
        return ch - '0';
    }

    ch |= 0x20;

    return ch >= 'a' && ch <= 'f' ? ch - 'a' + 10u : 16;
}
