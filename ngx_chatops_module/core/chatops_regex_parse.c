
#include "chatops_regex_parts.h"





static int chatops_regex_parse_next(chatops_regex_parser_t *parser);
static int chatops_regex_parse_backslash(chatops_regex_parser_t *parser);
static int chatops_regex_parse_quote(chatops_regex_parser_t *parser);
static int chatops_regex_parse_open(chatops_regex_parser_t *parser);
static int chatops_regex_parse_name(chatops_regex_parser_t *parser);
static int chatops_regex_check_name(chatops_regex_parser_t *parser,
    const chatops_str_t *name);
static int chatops_regex_make_letters(chatops_regex_parser_t *parser);
static int chatops_regex_parse_flags(chatops_regex_parser_t *parser);
static int chatops_regex_parse_repeat(chatops_regex_parser_t *parser);
static int chatops_regex_parse_count(const u_char **pos, const u_char *end,
    int *count);


int
chatops_regex_compile(chatops_arena_t *arena, const chatops_str_t *pattern,
    uint32_t limit, chatops_regex_program_t *program, const char **why)
{
    int                     rc;
    chatops_regex_parser_t  parser;

    memset(program, 0, sizeof(chatops_regex_program_t));
    memset(&parser, 0, sizeof(chatops_regex_parser_t));

    parser.arena = arena;
    parser.program = program;
    parser.limit = limit;
    parser.pos = pattern->data;
    parser.end = pattern->len ? pattern->data + pattern->len : pattern->data;

    if (!chatops_utf8_valid(pattern->data, pattern->len)) {
        *why = "it is not UTF-8";
        return CHATOPS_DECLINED;
    }

    rc = chatops_regex_open(&parser);

    while (rc == CHATOPS_OK && parser.pos < parser.end) {
        rc = chatops_regex_parse_next(&parser);
    }

    if (rc == CHATOPS_OK && parser.ngroups != 1) {
        rc = chatops_regex_fail(&parser, "a `(` without its `)`");
    }

    if (rc == CHATOPS_OK) {
        rc = chatops_regex_finish(&parser);
    }

    /*
     * GitLab puts parentheses around what has no group that captures, and a
     * quotation that is open takes the last one in (UntrustedRegexp#scan).
     */

    program->never = parser.quoting && parser.captures == 0;

    *why = parser.why;

    return rc;
}


static int
chatops_regex_parse_next(chatops_regex_parser_t *parser)
{
    int       rc;
    unsigned  after;

    after = parser->after_repetition;
    parser->after_repetition = 0;

    switch (*parser->pos) {

    case '(':
        return chatops_regex_parse_open(parser);

    case '|':
        parser->pos++;
        return chatops_regex_branch(parser);

    case ')':
        parser->pos++;

        if (parser->ngroups == 1) {
            return chatops_regex_fail(parser, "a `)` without its `(`");
        }

        return chatops_regex_close(parser);

    case '^':
        parser->pos++;
        return chatops_regex_push(parser, CHATOPS_REGEX_ASSERT,
                                  parser->flags & CHATOPS_REGEX_LINES
                                  ? CHATOPS_REGEX_LINE_START
                                  : CHATOPS_REGEX_TEXT_START);

    case '$':
        parser->pos++;
        return chatops_regex_push(parser, CHATOPS_REGEX_ASSERT,
                                  parser->flags & CHATOPS_REGEX_LINES
                                  ? CHATOPS_REGEX_LINE_END
                                  : CHATOPS_REGEX_TEXT_END);

    case '.':
        parser->pos++;
        return chatops_regex_push(parser,
                                  parser->flags & CHATOPS_REGEX_DOT_ALL
                                  ? CHATOPS_REGEX_ANY
                                  : CHATOPS_REGEX_ANY_OF_LINE, 0);

    case '[':
        rc = chatops_regex_parse_class(parser);

        if (rc != CHATOPS_OK) {
            return rc;
        }

        return chatops_regex_push(parser, CHATOPS_REGEX_CLASS,
                                  (int32_t) parser->program->nclasses - 1);

    case '*':
    case '+':
    case '?':
    case '{':
        parser->after_repetition = after;
        return chatops_regex_parse_repeat(parser);

    case '\\':
        return chatops_regex_parse_backslash(parser);

    default:
        return chatops_regex_push_rune(parser,
                                       chatops_regex_rune(&parser->pos,
                                                          parser->end));
    }
}


static int
chatops_regex_parse_backslash(chatops_regex_parser_t *parser)
{
    int       rc;
    size_t    i;
    uint32_t  rune;

    static const struct {
        u_char              ch;
        chatops_regex_op_e  op;
        int32_t             arg;
    } escapes[] = {
        { 'A', CHATOPS_REGEX_ASSERT, CHATOPS_REGEX_TEXT_START },
        { 'z', CHATOPS_REGEX_ASSERT, CHATOPS_REGEX_TEXT_END },
        { 'b', CHATOPS_REGEX_ASSERT, CHATOPS_REGEX_WORD_EDGE },
        { 'B', CHATOPS_REGEX_ASSERT, CHATOPS_REGEX_NO_EDGE },
        { 'C', CHATOPS_REGEX_BYTE, 0 },
        { '\0', CHATOPS_REGEX_NOTHING, 0 }
    };

    if (parser->end - parser->pos >= 2) {

        for (i = 0; escapes[i].op != CHATOPS_REGEX_NOTHING; i++) {
            if (parser->pos[1] == escapes[i].ch) {
                parser->pos += 2;

                if (escapes[i].op == CHATOPS_REGEX_BYTE) {
                    parser->program->bytes = 1;
                }

                return chatops_regex_push(parser, escapes[i].op,
                                          escapes[i].arg);
            }
        }

        if (parser->pos[1] == 'Q') {
            return chatops_regex_parse_quote(parser);
        }

        if (memchr("dDsSwWpP", parser->pos[1], 8) != NULL) {

            if (chatops_regex_class_add(parser) != CHATOPS_OK) {
                return CHATOPS_ERROR;
            }

            rc = chatops_regex_parse_class_escape(parser);

            if (rc != CHATOPS_OK) {
                return rc;
            }

            return chatops_regex_push(parser, CHATOPS_REGEX_CLASS,
                                      (int32_t) parser->program->nclasses - 1);
        }
    }

    rc = chatops_regex_parse_escape(parser, &rune);

    if (rc != CHATOPS_OK) {
        return rc;
    }

    return chatops_regex_push_rune(parser, rune);
}


/* \Q…\E, or to the pattern's end */

static int
chatops_regex_parse_quote(chatops_regex_parser_t *parser)
{
    int  rc;

    parser->pos += 2;

    while (parser->pos < parser->end) {

        if (parser->end - parser->pos >= 2 && parser->pos[0] == '\\'
            && parser->pos[1] == 'E')
        {
            parser->pos += 2;
            return CHATOPS_OK;
        }

        rc = chatops_regex_push_rune(parser, chatops_regex_rune(&parser->pos,
                                                                parser->end));
        if (rc != CHATOPS_OK) {
            return rc;
        }
    }

    parser->quoting = 1;

    return CHATOPS_OK;
}


static int
chatops_regex_parse_open(chatops_regex_parser_t *parser)
{
    size_t  len;

    len = parser->end - parser->pos;

    if (len < 2 || parser->pos[1] != '?') {
        parser->pos++;
        parser->captures++;
        return chatops_regex_open(parser);
    }

    if (len > 2 && parser->pos[2] == '<') {
        parser->pos += 3;
        return chatops_regex_parse_name(parser);
    }

    if (len > 3 && parser->pos[2] == 'P' && parser->pos[3] == '<') {
        parser->pos += 4;
        return chatops_regex_parse_name(parser);
    }

    parser->pos += 2;

    return chatops_regex_parse_flags(parser);
}


static int
chatops_regex_parse_name(chatops_regex_parser_t *parser)
{
    int              rc;
    const u_char    *end;
    chatops_str_t    name;

    if (parser->pos < parser->end
        && (*parser->pos == '=' || *parser->pos == '!'))
    {
        return chatops_regex_fail(parser, "RE2 knows no look-around");
    }

    end = memchr(parser->pos, '>', parser->end - parser->pos);

    if (end == NULL) {
        return chatops_regex_fail(parser, "a group's name without its `>`");
    }

    name = chatops_strn(parser->pos, end - parser->pos);
    rc = chatops_regex_check_name(parser, &name);

    if (rc != CHATOPS_OK) {
        return rc;
    }

    parser->pos = end + 1;
    parser->captures++;

    return chatops_regex_open(parser);
}


/* Letters, marks, digits and connectors; two groups may have the same. */

static int
chatops_regex_check_name(chatops_regex_parser_t *parser,
    const chatops_str_t *name)
{
    uint32_t        rune;
    const u_char   *p, *end;

    p = name->data;
    end = p + name->len;

    if (p == end) {
        return chatops_regex_fail(parser, "a group with an empty name");
    }

    while (p < end) {
        rune = chatops_regex_rune(&p, end);

        if (rune == '_' || (rune >= '0' && rune <= '9')
            || (rune < 0x80 && (rune | 0x20) >= 'a' && (rune | 0x20) <= 'z'))
        {
            continue;
        }

        if (rune >= 0x80 && parser->data == NULL
            && chatops_regex_make_letters(parser) != CHATOPS_OK)
        {
            return CHATOPS_ERROR;
        }

        if (rune < 0x80
            || !chatops_regex_property_has(&parser->letters, rune,
                                           parser->data))
        {
            return chatops_regex_fail(parser, "a group's name that is none");
        }
    }

    return CHATOPS_OK;
}


static int
chatops_regex_make_letters(chatops_regex_parser_t *parser)
{
    pcre2_general_context  *memory;

    static const chatops_str_t  name = chatops_string(CHATOPS_REGEX_NAMES);

    if (chatops_regex_property_make(parser->arena, &name, &parser->letters)
        != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    memory = chatops_regex_memory(parser->arena);
    if (memory == NULL) {
        return CHATOPS_ERROR;
    }

    parser->data = pcre2_match_data_create(1, memory);

    return parser->data == NULL ? CHATOPS_ERROR : CHATOPS_OK;
}


/* (?i) and (?i:, from the flags on. */

static int
chatops_regex_parse_flags(chatops_regex_parser_t *parser)
{
    int          rc;
    u_char       ch;
    unsigned     flags, negated, seen;
    const char  *p;

    static const char  names[] = "imsU";

    flags = parser->flags;
    negated = 0;
    seen = 0;

    while (parser->pos < parser->end) {
        ch = *parser->pos++;

        if (ch == ')' || ch == ':') {

            if (negated && !seen) {
                break;
            }

            rc = ch == ':' ? chatops_regex_open(parser) : CHATOPS_OK;
            parser->flags = flags;

            return rc;
        }

        if (ch == '-' && !negated) {
            negated = 1;
            seen = 0;
            continue;
        }

        if (ch == '=' || ch == '!') {
            return chatops_regex_fail(parser, "RE2 knows no look-around");
        }

        p = ch != '\0' ? strchr(names, ch) : NULL;

        if (p == NULL) {
            break;
        }

        seen = 1;

        if (negated) {
            flags &= ~(1u << (p - names));

        } else {
            flags |= 1u << (p - names);
        }
    }

    return chatops_regex_fail(parser, "RE2 knows no such `(?`");
}


static int
chatops_regex_parse_repeat(chatops_regex_parser_t *parser)
{
    int            least, most;
    u_char         ch;
    const u_char  *p;

    ch = *parser->pos;
    p = parser->pos + 1;
    least = ch == '+';
    most = ch == '?' ? 1 : -1;

    if (ch == '{') {

        if (chatops_regex_parse_count(&p, parser->end, &least) != CHATOPS_OK) {
            least = -1;
        }

        most = least;

        if (least != -1 && p < parser->end && *p == ',') {
            p++;
            most = -1;

            if (p < parser->end && *p != '}'
                && chatops_regex_parse_count(&p, parser->end, &most)
                   != CHATOPS_OK)
            {
                least = -1;
            }
        }

        if (least == -1 || p == parser->end || *p != '}') {

            /* no repetition, but a brace */

            parser->pos++;
            parser->after_repetition = 0;

            return chatops_regex_push_rune(parser, '{');
        }

        p++;
    }

    /* greedy or not, it matches the same texts */

    if (p < parser->end && *p == '?') {
        p++;
    }

    parser->pos = p;

    if (parser->after_repetition) {
        return chatops_regex_fail(parser, "a repetition right after another");
    }

    if (least > CHATOPS_REGEX_MAX_REPEAT || most > CHATOPS_REGEX_MAX_REPEAT
        || (most != -1 && most < least))
    {
        return chatops_regex_fail(parser, "a repetition of more than 1000, "
                                  "or from more to less");
    }

    if (!parser->has_atom) {
        return chatops_regex_fail(parser, "a repetition of nothing");
    }

    parser->after_repetition = 1;

    return chatops_regex_repeat(parser, least, most);
}


/* No leading zeros, and no more than nine digits: else it is no number. */

static int
chatops_regex_parse_count(const u_char **pos, const u_char *end, int *count)
{
    int            n;
    const u_char  *p;

    p = *pos;
    n = 0;

    if (end - p >= 2 && p[0] == '0' && p[1] >= '0' && p[1] <= '9') {
        return CHATOPS_DECLINED;
    }

    for ( /* void */ ; p < end && *p >= '0' && *p <= '9'; p++) {

        if (n >= 100000000) {
            return CHATOPS_DECLINED;
        }

        n = n * 10 + (*p - '0');
    }

    if (p == *pos) {
        return CHATOPS_DECLINED;
    }

    *pos = p;
    *count = n;

    return CHATOPS_OK;
}
