#include "chatops_command.h"


typedef enum {
    CHATOPS_QUOTE_NONE = 0,
    CHATOPS_QUOTE_STRAIGHT,       /* " */
    CHATOPS_QUOTE_APOSTROPHE,     /* ' */
    CHATOPS_QUOTE_DOUBLE,         /* U+201C to U+201F: which one opens */
    CHATOPS_QUOTE_SINGLE,         /* U+2018 to U+201B   depends on language */
    CHATOPS_QUOTE_GUILLEMET       /* U+00AB, U+00BB */
} chatops_quote_e;


static chatops_str_t chatops_command_word(const chatops_str_t *s);
static chatops_str_t chatops_command_rest(const chatops_str_t *s,
    size_t len);
static int chatops_command_is(const chatops_str_t *word, const char *verb);
static int chatops_command_run(chatops_command_t *command,
    chatops_str_t rest);
static size_t chatops_command_ref(const chatops_str_t *s);
static size_t chatops_command_dash(const chatops_str_t *s, size_t from);
static int chatops_command_name(chatops_command_t *command,
    chatops_str_t *rest, chatops_str_t *name);
static int chatops_command_quoted(chatops_command_t *command,
    chatops_str_t *rest, size_t open, chatops_quote_e sort,
    chatops_str_t *name);
static size_t chatops_command_quote(const chatops_str_t *s, size_t from,
    chatops_quote_e *sort);
static chatops_str_t chatops_command_inside(chatops_str_t s);
static size_t chatops_command_space(const chatops_str_t *s, size_t from,
    size_t len);
static int chatops_command_fits(const chatops_str_t *name);
static int chatops_command_blank(u_char ch);


void
chatops_command_parse(const chatops_str_t *text, chatops_command_t *command)
{
    chatops_str_t  rest;

    memset(command, 0, sizeof(chatops_command_t));

    rest = chatops_command_rest(text, 0);
    command->word = chatops_command_word(&rest);

    if (command->word.len == 0 || chatops_command_is(&command->word, "help"))
    {
        command->verb = CHATOPS_VERB_HELP;
        return;
    }

    if (!chatops_command_is(&command->word, "run")) {
        command->verb = CHATOPS_VERB_UNKNOWN;
        return;
    }

    rest = chatops_command_rest(&rest, command->word.len);

    if (chatops_command_run(command, rest) != CHATOPS_OK) {
        command->verb = CHATOPS_VERB_RUN_WHAT;
        command->ref = chatops_str(NULL);
        command->job = chatops_str(NULL);
        command->input = chatops_str(NULL);
        return;
    }

    command->verb = CHATOPS_VERB_RUN;
}


static chatops_str_t
chatops_command_word(const chatops_str_t *s)
{
    size_t  len;

    for (len = 0; len < s->len; len++) {
        if (chatops_command_blank(s->data[len])) {
            break;
        }
    }

    return chatops_strn(s->data, len);
}


/* What follows the first `len` bytes and the white space behind them. */

static chatops_str_t
chatops_command_rest(const chatops_str_t *s, size_t len)
{
    while (len < s->len && chatops_command_blank(s->data[len])) {
        len++;
    }

    if (s->len == 0) {
        return *s;
    }

    return chatops_strn(s->data + len, s->len - len);
}


static int
chatops_command_is(const chatops_str_t *word, const char *verb)
{
    u_char  ch;
    size_t  i;

    if (word->len != strlen(verb)) {
        return 0;
    }

    for (i = 0; i < word->len; i++) {
        ch = word->data[i];

        if (ch >= 'A' && ch <= 'Z') {
            ch |= 0x20;
        }

        if (ch != (u_char) verb[i]) {
            return 0;
        }
    }

    return 1;
}


static int
chatops_command_run(chatops_command_t *command, chatops_str_t rest)
{
    size_t  len;

    len = chatops_command_ref(&rest);

    if (len) {
        rest = rest.data[len - 1] == '='
               ? chatops_strn(rest.data + len, rest.len - len)
               : chatops_command_rest(&rest, len);

        if (rest.len == 0 || chatops_command_blank(rest.data[0])) {
            command->error = "`--ref` needs the name of a branch or a tag.";
            return CHATOPS_DECLINED;
        }

        if (chatops_command_name(command, &rest, &command->ref)
            != CHATOPS_OK)
        {
            return CHATOPS_DECLINED;
        }
    }

    if (rest.len == 0) {
        command->error = "Which job?";
        return CHATOPS_DECLINED;
    }

    if (chatops_command_name(command, &rest, &command->job) != CHATOPS_OK) {
        return CHATOPS_DECLINED;
    }

    command->input = rest;

    return CHATOPS_OK;
}


/* The length of `--ref` or `--ref=` in front, 0 when it is not there. */

static size_t
chatops_command_ref(const chatops_str_t *s)
{
    size_t  dash, i, n;

    static const char  ref[] = "ref";

    /* two hyphens, or what became of both or of each */

    i = 0;

    for (n = 0; n < 2; n++) {
        dash = chatops_command_dash(s, i);

        if (dash == 0) {
            break;
        }

        i += dash;
    }

    if (i < 2 || s->len - i < sizeof(ref) - 1
        || memcmp(s->data + i, ref, sizeof(ref) - 1) != 0)
    {
        return 0;
    }

    i += sizeof(ref) - 1;

    if (i == s->len || chatops_command_blank(s->data[i])) {
        return i;
    }

    return s->data[i] == '=' ? i + 1 : 0;
}


/* A hyphen, or one of U+2012 to U+2015 and U+2212. */

static size_t
chatops_command_dash(const chatops_str_t *s, size_t from)
{
    const u_char  *p;

    if (from >= s->len) {
        return 0;
    }

    p = s->data + from;

    if (*p == '-') {
        return 1;
    }

    if (s->len - from < 3 || p[0] != 0xe2) {
        return 0;
    }

    return (p[1] == 0x80 && p[2] >= 0x92 && p[2] <= 0x95)
           || (p[1] == 0x88 && p[2] == 0x92)
           ? 3 : 0;
}


/* Takes a name and the white space behind it from `rest`. */

static int
chatops_command_name(chatops_command_t *command, chatops_str_t *rest,
    chatops_str_t *name)
{
    size_t           open;
    chatops_quote_e  sort;

    open = chatops_command_quote(rest, 0, &sort);

    if (open) {
        return chatops_command_quoted(command, rest, open, sort, name);
    }

    *name = chatops_command_word(rest);
    *rest = chatops_command_rest(rest, name->len);

    if (!chatops_command_fits(name)) {
        command->error = "That is no name.";
        return CHATOPS_DECLINED;
    }

    return CHATOPS_OK;
}


/* The name begins behind a quote of `open` bytes. */

static int
chatops_command_quoted(chatops_command_t *command, chatops_str_t *rest,
    size_t open, chatops_quote_e sort, chatops_str_t *name)
{
    size_t           i, quote;
    chatops_quote_e  closing;

    quote = 0;

    for (i = open; i < rest->len; i++) {
        quote = chatops_command_quote(rest, i, &closing);

        if (quote && closing == sort) {
            break;
        }
    }

    if (i == rest->len) {
        command->error = "The quotes around the name are not closed.";
        return CHATOPS_DECLINED;
    }

    *name = chatops_strn(rest->data + open, i - open);

    if (sort == CHATOPS_QUOTE_GUILLEMET) {
        *name = chatops_command_inside(*name);
    }

    if (i + quote < rest->len
        && !chatops_command_blank(rest->data[i + quote]))
    {
        command->error = "There is no blank behind the quotes around the "
                         "name.";
        return CHATOPS_DECLINED;
    }

    if (!chatops_command_fits(name)) {
        command->error = name->len ? "That is no name."
                                   : "There is no name between the quotes.";
        return CHATOPS_DECLINED;
    }

    *rest = chatops_command_rest(rest, i + quote);

    return CHATOPS_OK;
}


/* The length of the quote at `from`, 0 when there is none. */

static size_t
chatops_command_quote(const chatops_str_t *s, size_t from,
    chatops_quote_e *sort)
{
    size_t         left;
    const u_char  *p;

    *sort = CHATOPS_QUOTE_NONE;

    if (from >= s->len) {
        return 0;
    }

    p = s->data + from;
    left = s->len - from;

    if (*p == '"' || *p == '\'') {
        *sort = *p == '"' ? CHATOPS_QUOTE_STRAIGHT : CHATOPS_QUOTE_APOSTROPHE;
        return 1;
    }

    if (left >= 2 && p[0] == 0xc2 && (p[1] == 0xab || p[1] == 0xbb)) {
        *sort = CHATOPS_QUOTE_GUILLEMET;
        return 2;
    }

    if (left >= 3 && p[0] == 0xe2 && p[1] == 0x80
        && p[2] >= 0x98 && p[2] <= 0x9f)
    {
        *sort = p[2] >= 0x9c ? CHATOPS_QUOTE_DOUBLE : CHATOPS_QUOTE_SINGLE;
        return 3;
    }

    return 0;
}


/* French puts spaces between guillemets and what they hold. */

static chatops_str_t
chatops_command_inside(chatops_str_t s)
{
    size_t  n;

    while ((n = chatops_command_space(&s, 0, s.len)) != 0) {
        s.data += n;
        s.len -= n;
    }

    for (n = 1; n <= 3 && n <= s.len; n++) {

        if (chatops_command_space(&s, s.len - n, n) == n) {
            s.len -= n;
            n = 0;
        }
    }

    return s;
}


/* The length of a blank, U+00A0 or U+202F there, 0 when it is none. */

static size_t
chatops_command_space(const chatops_str_t *s, size_t from, size_t len)
{
    const u_char  *p;

    if (len == 0) {
        return 0;
    }

    p = s->data + from;

    if (*p == ' ') {
        return 1;
    }

    if (len >= 2 && p[0] == 0xc2 && p[1] == 0xa0) {
        return 2;
    }

    return len >= 3 && p[0] == 0xe2 && p[1] == 0x80 && p[2] == 0xaf ? 3 : 0;
}


static int
chatops_command_fits(const chatops_str_t *name)
{
    size_t  i, n, characters;

    characters = 0;

    for (i = 0; i < name->len; i += n) {
        n = chatops_utf8_length(name->data + i, name->len - i);

        if (name->data[i] < ' ' || name->data[i] == 0x7f) {
            return 0;
        }

        if (n == 0) {
            n = 1;
        }

        if (++characters > CHATOPS_JOB_NAME_MAX) {
            return 0;
        }
    }

    return characters > 0;
}


/* Ruby's \s, as in GitLab's own pattern. */

static int
chatops_command_blank(u_char ch)
{
    return ch == ' ' || (ch >= '\t' && ch <= '\r');
}
