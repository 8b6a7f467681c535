#include "chatops_command.h"


static chatops_str_t chatops_command_word(const chatops_str_t *s);
static chatops_str_t chatops_command_rest(const chatops_str_t *s,
    size_t len);
static int chatops_command_is(const chatops_str_t *word, const char *verb);
static int chatops_command_job(chatops_command_t *command,
    const chatops_str_t *rest);
static int chatops_command_quoted(chatops_command_t *command,
    const chatops_str_t *rest, size_t open, int typographic);
static size_t chatops_command_quote(const chatops_str_t *s, size_t from,
    int *typographic);
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

    if (chatops_command_job(command, &rest) != CHATOPS_OK) {
        command->verb = CHATOPS_VERB_RUN_WHAT;
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
chatops_command_job(chatops_command_t *command, const chatops_str_t *rest)
{
    int     typographic;
    size_t  quote;

    quote = chatops_command_quote(rest, 0, &typographic);

    if (quote) {
        return chatops_command_quoted(command, rest, quote, typographic);
    }

    command->job = chatops_command_word(rest);
    command->input = chatops_command_rest(rest, command->job.len);

    return chatops_command_fits(&command->job) ? CHATOPS_OK
                                               : CHATOPS_DECLINED;
}


/* The name begins behind a quote of `open` bytes. */

static int
chatops_command_quoted(chatops_command_t *command, const chatops_str_t *rest,
    size_t open, int typographic)
{
    int     closing;
    size_t  i, quote;

    for (i = open; i < rest->len; i++) {
        quote = chatops_command_quote(rest, i, &closing);

        if (quote == 0 || closing != typographic) {
            continue;
        }

        command->job = chatops_strn(rest->data + open, i - open);

        if (i + quote < rest->len
            && !chatops_command_blank(rest->data[i + quote]))
        {
            return CHATOPS_DECLINED;
        }

        command->input = chatops_command_rest(rest, i + quote);

        return chatops_command_fits(&command->job) ? CHATOPS_OK
                                                   : CHATOPS_DECLINED;
    }

    return CHATOPS_DECLINED;
}


/* The length of the double quote at `from`, 0 when there is none. */

static size_t
chatops_command_quote(const chatops_str_t *s, size_t from, int *typographic)
{
    const u_char  *p;

    *typographic = 0;

    if (from < s->len && s->data[from] == '"') {
        return 1;
    }

    /* U+201C, U+201D and U+201E: languages differ in which one opens */

    if (s->len < 3 || from > s->len - 3) {
        return 0;
    }

    p = s->data + from;

    if (p[0] == 0xe2 && p[1] == 0x80 && p[2] >= 0x9c && p[2] <= 0x9e) {
        *typographic = 1;
        return 3;
    }

    return 0;
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
