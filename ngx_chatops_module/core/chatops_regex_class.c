
#include "chatops_regex_parts.h"


/* A class of ASCII by its name: pairs of first and last. */

typedef struct {
    const char    *name;
    const u_char  *ranges;
    size_t         len;
} chatops_regex_ascii_t;

#define chatops_regex_ascii(name, ranges)                                     \
    { name, (const u_char *) ranges, sizeof(ranges) - 1 }


static const chatops_regex_ascii_t  chatops_regex_posix[] = {
    chatops_regex_ascii("alnum", "09AZaz"),
    chatops_regex_ascii("alpha", "AZaz"),
    chatops_regex_ascii("ascii", "\x00\x7f"),
    chatops_regex_ascii("blank", "\t\t  "),
    chatops_regex_ascii("cntrl", "\x00\x1f\x7f\x7f"),
    chatops_regex_ascii("digit", "09"),
    chatops_regex_ascii("graph", "!~"),
    chatops_regex_ascii("lower", "az"),
    chatops_regex_ascii("print", " ~"),
    chatops_regex_ascii("punct", "!/:@[`{~"),
    chatops_regex_ascii("space", "\t\r  "),
    chatops_regex_ascii("upper", "AZ"),
    chatops_regex_ascii("word", "09AZaz__"),
    chatops_regex_ascii("xdigit", "09AFaf"),
    { NULL, NULL, 0 }
};

/* RE2's \s lacks the vertical tab. */

static const chatops_regex_ascii_t  chatops_regex_perl[] = {
    chatops_regex_ascii("d", "09"),
    chatops_regex_ascii("s", "\t\n\f\r  "),
    chatops_regex_ascii("w", "09AZaz__"),
    { NULL, NULL, 0 }
};


/* The only two beyond ASCII that are letters of ASCII in another case. */

static const struct {
    uint32_t  rune;
    uint32_t  upper;
    uint32_t  lower;
} chatops_regex_letters[] = {
    { 0x17f, 'S', 's' },
    { 0x212a, 'K', 'k' }
};

#define CHATOPS_REGEX_LETTERS  2


static int chatops_regex_class_part(chatops_regex_parser_t *parser);
static int chatops_regex_class_posix(chatops_regex_parser_t *parser);
static int chatops_regex_class_range(chatops_regex_parser_t *parser);
static int chatops_regex_class_rune(chatops_regex_parser_t *parser,
    uint32_t *rune);
static int chatops_regex_class_property(chatops_regex_parser_t *parser);
static int chatops_regex_class_add_property(chatops_regex_parser_t *parser,
    const chatops_str_t *name, unsigned negated);
static uint32_t chatops_regex_find_property(chatops_regex_parser_t *parser,
    const chatops_str_t *name);
static int chatops_regex_class_add_ascii(chatops_regex_parser_t *parser,
    const chatops_regex_ascii_t *list, const chatops_str_t *name,
    unsigned negated);
static int chatops_regex_class_add_others(chatops_regex_parser_t *parser,
    unsigned letters);
static int chatops_regex_class_add_range(chatops_regex_parser_t *parser,
    uint32_t first, uint32_t last);
static void chatops_regex_class_add_letter(chatops_regex_class_t *class,
    uint32_t ch, unsigned caseless);
static int chatops_regex_class_add_item(chatops_regex_parser_t *parser,
    const chatops_regex_item_t *item);


int
chatops_regex_class_add(chatops_regex_parser_t *parser)
{
    chatops_regex_class_t    *class;
    chatops_regex_program_t  *program;

    program = parser->program;

    if (chatops_regex_grow(parser->arena, &program->classes,
                           program->nclasses, &parser->max_classes,
                           sizeof(chatops_regex_class_t))
        != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    class = &program->classes[program->nclasses++];

    memset(class, 0, sizeof(chatops_regex_class_t));
    class->items = program->nitems;

    return CHATOPS_OK;
}


int
chatops_regex_parse_class(chatops_regex_parser_t *parser)
{
    int             rc;
    unsigned        negated;
    const u_char   *first;

    if (chatops_regex_class_add(parser) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    parser->pos++;
    negated = 0;

    if (parser->pos < parser->end && *parser->pos == '^') {
        parser->pos++;
        negated = 1;
    }

    /* a `]` that comes first is one of the characters */

    first = parser->pos;

    while (parser->pos < parser->end
           && (*parser->pos != ']' || parser->pos == first))
    {
        rc = chatops_regex_class_part(parser);

        if (rc != CHATOPS_OK) {
            return rc;
        }
    }

    if (parser->pos == parser->end) {
        return chatops_regex_fail(parser, "a `[` without its `]`");
    }

    parser->pos++;
    parser->program->classes[parser->program->nclasses - 1].negated = negated;

    return CHATOPS_OK;
}


static int
chatops_regex_class_part(chatops_regex_parser_t *parser)
{
    int  rc;

    rc = chatops_regex_class_posix(parser);

    if (rc == CHATOPS_AGAIN) {
        rc = chatops_regex_parse_class_escape(parser);
    }

    if (rc == CHATOPS_AGAIN) {
        rc = chatops_regex_class_range(parser);
    }

    return rc;
}


/* [:alpha:], [:^alpha:]; without `:]` further on it is none. */

static int
chatops_regex_class_posix(chatops_regex_parser_t *parser)
{
    unsigned        negated;
    const u_char   *p;
    chatops_str_t   name;

    p = parser->pos;

    if (parser->end - p <= 2 || p[0] != '[' || p[1] != ':'
        || (parser->closing != NULL && p >= parser->closing))
    {
        return CHATOPS_AGAIN;
    }

    for (p += 2; parser->end - p >= 2; p++) {
        if (p[0] == ':' && p[1] == ']') {
            break;
        }
    }

    if (parser->end - p < 2) {
        parser->closing = parser->pos;
        return CHATOPS_AGAIN;
    }

    name = chatops_strn(parser->pos + 2, p - parser->pos - 2);
    parser->pos = p + 2;
    negated = 0;

    if (name.len != 0 && name.data[0] == '^') {
        name = chatops_strn(name.data + 1, name.len - 1);
        negated = 1;
    }

    if (chatops_regex_class_add_ascii(parser, chatops_regex_posix, &name,
                                      negated)
        == CHATOPS_AGAIN)
    {
        return chatops_regex_fail(parser, "RE2 knows no such `[:class:]`");
    }

    return CHATOPS_OK;
}


/* `-` may stand anywhere; it makes no range before the `]`. */

static int
chatops_regex_class_range(chatops_regex_parser_t *parser)
{
    int       rc;
    uint32_t  first, last;

    rc = chatops_regex_class_rune(parser, &first);

    if (rc != CHATOPS_OK) {
        return rc;
    }

    last = first;

    if (parser->end - parser->pos >= 2 && parser->pos[0] == '-'
        && parser->pos[1] != ']')
    {
        parser->pos++;
        rc = chatops_regex_class_rune(parser, &last);

        if (rc != CHATOPS_OK) {
            return rc;
        }
    }

    if (last < first) {
        return chatops_regex_fail(parser, "a range of characters that ends "
                                  "before it begins");
    }

    return chatops_regex_class_add_range(parser, first, last);
}


static int
chatops_regex_class_rune(chatops_regex_parser_t *parser, uint32_t *rune)
{
    if (*parser->pos == '\\') {
        return chatops_regex_parse_escape(parser, rune);
    }

    *rune = chatops_regex_rune(&parser->pos, parser->end);

    return CHATOPS_OK;
}


int
chatops_regex_parse_class_escape(chatops_regex_parser_t *parser)
{
    int             rc;
    u_char          ch;
    chatops_str_t   name;

    if (parser->end - parser->pos < 2 || parser->pos[0] != '\\') {
        return CHATOPS_AGAIN;
    }

    if (parser->pos[1] == 'p' || parser->pos[1] == 'P') {
        return chatops_regex_class_property(parser);
    }

    /* in capitals the others */

    ch = parser->pos[1] | 0x20;
    name = chatops_strn(&ch, 1);

    rc = chatops_regex_class_add_ascii(parser, chatops_regex_perl, &name,
                                       ch != parser->pos[1]);
    if (rc == CHATOPS_OK) {
        parser->pos += 2;
    }

    return rc;
}


/* \pN \PN \p{Greek} \p{^Greek} */

static int
chatops_regex_class_property(chatops_regex_parser_t *parser)
{
    unsigned        negated;
    const u_char   *p;
    chatops_str_t   name;

    negated = parser->pos[1] == 'P';
    p = parser->pos + 2;

    if (p == parser->end) {
        return chatops_regex_fail(parser, "`\\p` without a property");
    }

    if (*p != '{') {
        parser->pos = p;
        (void) chatops_regex_rune(&parser->pos, parser->end);
        name = chatops_strn(p, parser->pos - p);

        return chatops_regex_class_add_property(parser, &name, negated);
    }

    name.data = (u_char *) p + 1;
    p = memchr(p, '}', parser->end - p);

    if (p == NULL) {
        return chatops_regex_fail(parser, "`\\p{` without its `}`");
    }

    name.len = p - name.data;
    parser->pos = p + 1;

    if (name.len != 0 && name.data[0] == '^') {
        name = chatops_strn(name.data + 1, name.len - 1);
        negated = !negated;
    }

    return chatops_regex_class_add_property(parser, &name, negated);
}


static int
chatops_regex_class_add_property(chatops_regex_parser_t *parser,
    const chatops_str_t *name, unsigned negated)
{
    int                       rc;
    uint32_t                  i;
    chatops_regex_item_t      item;
    chatops_regex_program_t  *program;

    program = parser->program;
    i = chatops_regex_find_property(parser, name);

    if (i == program->nproperties) {

        if (chatops_regex_grow(parser->arena, &program->properties, i,
                               &parser->max_properties,
                               sizeof(chatops_regex_property_t))
            != CHATOPS_OK)
        {
            return CHATOPS_ERROR;
        }

        rc = chatops_regex_property_make(parser->arena, name,
                                         &program->properties[i]);

        switch (rc) {

        case CHATOPS_OK:
            program->nproperties++;
            break;

        case CHATOPS_AGAIN:
            program->partial = 1;
            return CHATOPS_OK;

        case CHATOPS_DECLINED:
            return chatops_regex_fail(parser, "RE2 knows no such property of "
                                      "Unicode");

        default:
            return CHATOPS_ERROR;
        }
    }

    memset(&item, 0, sizeof(chatops_regex_item_t));
    item.property = i + 1;
    item.negated = negated;
    item.caseless = (parser->flags & CHATOPS_REGEX_CASELESS) != 0;

    program->classes[program->nclasses - 1].has_properties = 1;

    return chatops_regex_class_add_item(parser, &item);
}


static uint32_t
chatops_regex_find_property(chatops_regex_parser_t *parser,
    const chatops_str_t *name)
{
    uint32_t                        i;
    const chatops_regex_program_t  *program;

    program = parser->program;

    for (i = 0; i < program->nproperties; i++) {
        if (chatops_str_eq(&program->properties[i].name, name)) {
            break;
        }
    }

    return i;
}


/* AGAIN: the list has no such class. */

static int
chatops_regex_class_add_ascii(chatops_regex_parser_t *parser,
    const chatops_regex_ascii_t *list, const chatops_str_t *name,
    unsigned negated)
{
    int                     rc;
    size_t                  i, j;
    uint32_t                saved[4], nitems, rest;
    chatops_regex_class_t  *class;

    for (i = 0; list[i].name != NULL; i++) {
        if (chatops_str_is(name, list[i].name)) {
            break;
        }
    }

    if (list[i].name == NULL) {
        return CHATOPS_AGAIN;
    }

    class = &parser->program->classes[parser->program->nclasses - 1];
    nitems = class->nitems;

    if (negated) {
        memcpy(saved, class->ascii, sizeof(saved));
        memset(class->ascii, 0, sizeof(saved));
    }

    for (j = 0; j < list[i].len; j += 2) {
        rc = chatops_regex_class_add_range(parser, list[i].ranges[j],
                                           list[i].ranges[j + 1]);
        if (rc != CHATOPS_OK) {
            return rc;
        }
    }

    if (!negated) {
        return CHATOPS_OK;
    }

    /* beyond ASCII there were the likes of k and s, or none */

    rest = class->nitems - nitems;
    parser->program->nitems -= rest;
    class->nitems = nitems;

    for (j = 0; j < 4; j++) {
        class->ascii[j] = saved[j] | ~class->ascii[j];
    }

    return chatops_regex_class_add_others(parser, rest != 0);
}


/* All beyond ASCII, but for what folds to a `k` or an `s`. */

static int
chatops_regex_class_add_others(chatops_regex_parser_t *parser,
    unsigned letters)
{
    int                   rc;
    size_t                i;
    chatops_regex_item_t  item;

    memset(&item, 0, sizeof(chatops_regex_item_t));
    item.first = 0x80;

    for (i = 0; letters && i < CHATOPS_REGEX_LETTERS; i++) {
        item.last = chatops_regex_letters[i].rune - 1;
        rc = chatops_regex_class_add_item(parser, &item);

        if (rc != CHATOPS_OK) {
            return rc;
        }

        item.first = chatops_regex_letters[i].rune + 1;
    }

    item.last = CHATOPS_REGEX_MAX_RUNE;

    return chatops_regex_class_add_item(parser, &item);
}


static int
chatops_regex_class_add_range(chatops_regex_parser_t *parser, uint32_t first,
    uint32_t last)
{
    size_t                  i;
    uint32_t                ch;
    unsigned                caseless;
    chatops_regex_item_t    item;
    chatops_regex_class_t  *class;

    class = &parser->program->classes[parser->program->nclasses - 1];
    caseless = (parser->flags & CHATOPS_REGEX_CASELESS) != 0;

    for (ch = first; ch <= last && ch < 0x80; ch++) {
        chatops_regex_class_add_letter(class, ch, caseless);
    }

    memset(&item, 0, sizeof(chatops_regex_item_t));

    for (i = 0; caseless && i < CHATOPS_REGEX_LETTERS; i++) {
        item.first = chatops_regex_letters[i].rune;
        item.last = item.first;

        if (first <= item.first && item.first <= last) {
            chatops_regex_class_add_letter(class,
                                           chatops_regex_letters[i].upper, 1);

        } else if ((first <= chatops_regex_letters[i].upper
                    && chatops_regex_letters[i].upper <= last)
                   || (first <= chatops_regex_letters[i].lower
                       && chatops_regex_letters[i].lower <= last))
        {
            if (chatops_regex_class_add_item(parser, &item) != CHATOPS_OK) {
                return CHATOPS_ERROR;
            }
        }
    }

    if (last < 0x80) {
        return CHATOPS_OK;
    }

    item.first = first < 0x80 ? 0x80 : first;
    item.last = last;
    item.caseless = caseless;

    return chatops_regex_class_add_item(parser, &item);
}


static void
chatops_regex_class_add_letter(chatops_regex_class_t *class, uint32_t ch,
    unsigned caseless)
{
    class->ascii[ch / 32] |= (uint32_t) 1 << ch % 32;

    if (caseless && (ch | 0x20) >= 'a' && (ch | 0x20) <= 'z') {
        ch ^= 0x20;
        class->ascii[ch / 32] |= (uint32_t) 1 << ch % 32;
    }
}


static int
chatops_regex_class_add_item(chatops_regex_parser_t *parser,
    const chatops_regex_item_t *item)
{
    chatops_regex_program_t  *program;

    program = parser->program;

    if (chatops_regex_grow(parser->arena, &program->items, program->nitems,
                           &parser->max_items, sizeof(chatops_regex_item_t))
        != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    program->items[program->nitems++] = *item;
    program->classes[program->nclasses - 1].nitems++;

    return CHATOPS_OK;
}
