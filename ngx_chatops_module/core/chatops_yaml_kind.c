#include <strings.h>

#include "chatops_yaml.h"


#define CHATOPS_YAML_MAX_WORD  5


static chatops_yaml_kind_e chatops_yaml_kind_tagged(
    const chatops_yaml_node_t *node);
static chatops_yaml_kind_e chatops_yaml_kind_plain(const chatops_str_t *s);
static chatops_yaml_kind_e chatops_yaml_kind_word(const chatops_str_t *s);
static chatops_yaml_kind_e chatops_yaml_kind_number(const chatops_str_t *s);
static int chatops_yaml_is_integer(const u_char *p, const u_char *end);
static int chatops_yaml_is_digits(const u_char *p, const u_char *end,
    unsigned base);
static int chatops_yaml_is_sixty(const u_char *p, const u_char *end,
    const u_char **rest);
static int chatops_yaml_is_float(const u_char *p, const u_char *end);
static int chatops_yaml_is_date(const chatops_str_t *s);
static int chatops_yaml_is_time(const u_char *p, const u_char *end);
static const u_char *chatops_yaml_take(const u_char *p, const u_char *end,
    unsigned least, unsigned most);
static unsigned chatops_yaml_digit(u_char ch);


chatops_yaml_kind_e
chatops_yaml_kind(const chatops_yaml_node_t *node)
{
    if (node == NULL) {
        return CHATOPS_YAML_NULL;
    }

    if (node->type != CHATOPS_YAML_SCALAR) {
        return CHATOPS_YAML_OTHER;
    }

    if (node->tag.len) {
        return chatops_yaml_kind_tagged(node);
    }

    if (!node->plain && !node->bang) {
        return CHATOPS_YAML_STRING;
    }

    return chatops_yaml_kind_plain(&node->value);
}


/* A tag that means nothing to Psych hides the quotes too. */

static chatops_yaml_kind_e
chatops_yaml_kind_tagged(const chatops_yaml_node_t *node)
{
    size_t  i;

    static const struct {
        const char           *tag;
        chatops_yaml_kind_e   kind;
    } tags[] = {
        { CHATOPS_YAML_STR_TAG,           CHATOPS_YAML_STRING },
        { "!str",                         CHATOPS_YAML_STRING },
        { "tag:yaml.org,2002:binary",     CHATOPS_YAML_STRING },
        { "!binary",                      CHATOPS_YAML_STRING },
        { "tag:yaml.org,2002:float",      CHATOPS_YAML_FLOAT },
        { "!float",                       CHATOPS_YAML_FLOAT },
        { "!reference",                   CHATOPS_YAML_OTHER }
    };

    for (i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
        if (chatops_str_is(&node->tag, tags[i].tag)) {
            return tags[i].kind;
        }
    }

    if (chatops_str_starts(&node->tag, "!ruby/sym")) {
        return CHATOPS_YAML_SYMBOL;
    }

    if (chatops_str_starts(&node->tag, "!ruby/string")) {
        return CHATOPS_YAML_STRING;
    }

    return chatops_yaml_kind_plain(&node->value);
}


static chatops_yaml_kind_e
chatops_yaml_kind_plain(const chatops_str_t *s)
{
    u_char  ch, low;

    if (s->len == 0) {
        return CHATOPS_YAML_NULL;
    }

    ch = s->data[0];
    low = ch | 0x20;

    if ((low >= 'a' && low <= 'z') || ch == '~') {
        return chatops_yaml_kind_word(s);
    }

    if (ch == ':') {
        return s->len > 1 && s->data[1] != '\n' ? CHATOPS_YAML_SYMBOL
                                                : CHATOPS_YAML_STRING;
    }

    if ((ch >= '0' && ch <= '9') || ch == '-' || ch == '+' || ch == '.') {
        return chatops_yaml_kind_number(s);
    }

    return CHATOPS_YAML_STRING;
}


static chatops_yaml_kind_e
chatops_yaml_kind_word(const chatops_str_t *s)
{
    size_t  i, len;

    static const struct {
        const char           *word;
        chatops_yaml_kind_e   kind;
    } words[] = {
        { "null",  CHATOPS_YAML_NULL },
        { "~",     CHATOPS_YAML_NULL },
        { "true",  CHATOPS_YAML_BOOLEAN },
        { "false", CHATOPS_YAML_BOOLEAN },
        { "yes",   CHATOPS_YAML_BOOLEAN },
        { "no",    CHATOPS_YAML_BOOLEAN },
        { "on",    CHATOPS_YAML_BOOLEAN },
        { "off",   CHATOPS_YAML_BOOLEAN }
    };

    if (s->len > CHATOPS_YAML_MAX_WORD) {
        return CHATOPS_YAML_STRING;
    }

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        len = strlen(words[i].word);

        if (s->len == len
            && strncasecmp((char *) s->data, words[i].word, len) == 0)
        {
            return words[i].kind;
        }
    }

    return CHATOPS_YAML_STRING;
}


static chatops_yaml_kind_e
chatops_yaml_kind_number(const chatops_str_t *s)
{
    size_t         len;
    const u_char  *end, *p, *rest;

    p = s->data;
    end = p + s->len;

    if (chatops_yaml_is_date(s) || chatops_yaml_is_time(p, end)) {
        return CHATOPS_YAML_TIME;
    }

    if (*p == '-' || *p == '+') {
        p++;
    }

    len = end - p;

    if (len == 4 && strncasecmp((char *) p, ".inf", 4) == 0) {
        return CHATOPS_YAML_FLOAT;
    }

    if (s->len == 4 && len == 4 && strncasecmp((char *) p, ".nan", 4) == 0) {
        return CHATOPS_YAML_FLOAT;
    }

    if (chatops_yaml_is_sixty(p, end, &rest)) {

        if (rest == end) {
            return CHATOPS_YAML_INTEGER;
        }

        if (*rest == '.') {
            for (rest++; rest < end; rest++) {
                if (chatops_yaml_digit(*rest) > 9 && *rest != '_') {
                    return CHATOPS_YAML_STRING;
                }
            }

            return CHATOPS_YAML_FLOAT;
        }

        return CHATOPS_YAML_STRING;
    }

    if (chatops_yaml_is_float(p, end)) {
        return CHATOPS_YAML_FLOAT;
    }

    return chatops_yaml_is_integer(p, end) ? CHATOPS_YAML_INTEGER
                                           : CHATOPS_YAML_STRING;
}


/* 0b1, 017, 1_000, 1,000, 0xff; the sign has been taken. */

static int
chatops_yaml_is_integer(const u_char *p, const u_char *end)
{
    if (p == end || chatops_yaml_digit(*p) > 9) {
        return 0;
    }

    if (*p != '0') {

        for ( /* void */ ; p < end; p++) {
            if (*p == '_' || *p == ',') {
                p++;
            }

            if (p == end || chatops_yaml_digit(*p) > 9) {
                return 0;
            }
        }

        return 1;
    }

    if (++p == end) {
        return 1;
    }

    switch (*p) {

    case 'b':
        return chatops_yaml_is_digits(p + 1, end, 2);

    case 'x':
        return chatops_yaml_is_digits(p + 1, end, 16);

    default:
        return chatops_yaml_is_digits(p, end, 8);
    }
}


static int
chatops_yaml_is_digits(const u_char *p, const u_char *end, unsigned base)
{
    size_t  n;

    for (n = 0; p < end; p++) {

        if (*p == '_' || *p == ',') {
            continue;
        }

        if (chatops_yaml_digit(*p) >= base) {
            return 0;
        }

        n++;
    }

    return n != 0;
}


/* 1:30 and 1:30:00, in base 60. */

static int
chatops_yaml_is_sixty(const u_char *p, const u_char *end,
    const u_char **rest)
{
    size_t         n;
    const u_char  *q;

    if (p == end || chatops_yaml_digit(*p) > 9) {
        return 0;
    }

    while (p < end && (chatops_yaml_digit(*p) <= 9 || *p == '_')) {
        p++;
    }

    for (n = 0; n < 2 && p < end && *p == ':'; n++) {
        q = chatops_yaml_take(p + 1, end, 1, 2);

        if (q == NULL || (q == p + 3 && p[1] > '5')) {
            return 0;
        }

        p = q;
    }

    *rest = p;

    return n != 0;
}


static int
chatops_yaml_is_float(const u_char *p, const u_char *end)
{
    const u_char  *start;

    start = p;

    if (p < end && *p != '.') {

        if (chatops_yaml_digit(*p) > 9) {
            return 0;
        }

        while (p < end
               && (chatops_yaml_digit(*p) <= 9 || *p == '_' || *p == ','))
        {
            p++;
        }
    }

    if (p == end || *p != '.') {
        return 0;
    }

    for (p++; p < end && chatops_yaml_digit(*p) <= 9; p++) {
        /* void */
    }

    if (p == end) {
        return p - start > 1;
    }

    if ((*p | 0x20) != 'e' || end - p < 3 || (p[1] != '+' && p[1] != '-')) {
        return 0;
    }

    for (p += 2; p < end && chatops_yaml_digit(*p) <= 9; p++) {
        /* void */
    }

    return p == end;
}


static int
chatops_yaml_is_date(const chatops_str_t *s)
{
    size_t         n;
    unsigned       day, month;
    const u_char  *end, *p;

    p = s->data;
    end = p + s->len;

    if (chatops_yaml_take(p, end, 4, 4) == NULL || s->len < 8 || p[4] != '-') {
        return 0;
    }

    p += 5;
    month = 0;

    for (n = 0; n < 2 && p < end && chatops_yaml_digit(*p) <= 9; n++) {
        month = month * 10 + *p++ - '0';
    }

    if (n == 0 || month > 12 || p == end || *p != '-') {
        return 0;
    }

    p++;
    day = 0;

    for (n = 0; n < 2 && p < end && chatops_yaml_digit(*p) <= 9; n++) {
        day = day * 10 + *p++ - '0';
    }

    return n != 0 && day <= 31 && p == end;
}


static int
chatops_yaml_is_time(const u_char *p, const u_char *end)
{
    size_t    i;
    unsigned  most;

    /* "-2001-1-1T1:02:03" up to the seconds: how many digits, and then */

    static const struct {
        unsigned  least;
        unsigned  most;
        u_char    next;
    } parts[] = {
        { 4, 4, '-' }, { 1, 2, '-' }, { 1, 2, 'T' }, { 1, 2, ':' },
        { 2, 2, ':' }, { 2, 2, 0 }
    };

    if (p < end && *p == '-') {
        p++;
    }

    for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        p = chatops_yaml_take(p, end, parts[i].least, parts[i].most);

        if (p == NULL) {
            return 0;
        }

        if (parts[i].next == 'T' && p < end && (*p == ' ' || *p == '\t')) {
            while (p < end && (*p == ' ' || *p == '\t')) {
                p++;
            }

            continue;
        }

        if (parts[i].next) {
            most = parts[i].next == 'T' ? 0x20 : 0;

            if (p == end || (*p | most) != (parts[i].next | most)) {
                return 0;
            }

            p++;
        }
    }

    if (p < end && *p == '.') {
        for (p++; p < end && chatops_yaml_digit(*p) <= 9; p++) {
            /* void */
        }
    }

    while (p < end && (*p == ' ' || *p == '\t')) {
        p++;
    }

    if (p == end) {
        return 1;
    }

    if (*p == 'Z') {
        return p + 1 == end;
    }

    if (*p != '+' && *p != '-') {
        return 0;
    }

    p = chatops_yaml_take(p + 1, end, 1, 2);

    if (p != NULL && p < end && *p == ':') {
        p++;
    }

    return p != NULL && (p == end || chatops_yaml_take(p, end, 2, 2) == end);
}


/* Behind so many digits; NULL when there are fewer. */

static const u_char *
chatops_yaml_take(const u_char *p, const u_char *end, unsigned least,
    unsigned most)
{
    unsigned  n;

    for (n = 0; n < most && p < end && chatops_yaml_digit(*p) <= 9; n++) {
        p++;
    }

    return n < least ? NULL : p;
}


static unsigned
chatops_yaml_digit(u_char ch)
{
    if (ch >= '0' && ch <= '9') {
        return ch - '0';
    }

    ch |= 0x20;

    return ch >= 'a' && ch <= 'f' ? ch - 'a' + 10u : 16;
}
