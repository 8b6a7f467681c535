#include <ctype.h>

#include "chatops_ci_check.h"


/*
 * The grammar of ChronicDuration and Numerizer, by which GitLab reads
 * durations: "1 week", "2h20min", "3 mins and 4 sec", "1:30:00", "two days".
 */

#define CHATOPS_DURATION_UNITS  6      /* of "a:b:c" */


typedef struct {
    const char  *word;
    double       value;
} chatops_duration_word_t;


typedef struct {
    double       sum;
    double       number;               /* that waits for its unit */
    unsigned     waiting:1;
    unsigned     worded:1;             /* it was a word */
    unsigned     joined:1;             /* "and" came behind it */
    unsigned     article:1;            /* "a" came behind it */
    unsigned     begun:1;
} chatops_duration_t;


static const chatops_duration_word_t  chatops_duration_units[] = {
    { "seconds secs second sec s", 1 },
    { "minutes mins minute min m", 60 },
    { "hours hrs hour hr h", 3600 },
    { "days day dy d", 86400 },
    { "weeks wks week wk w", 604800 },
    { "months mos month mo", 2592000 },
    { "years yrs year yr y", 31557600 },
    { NULL, 0 }
};

/* Of "years:months:days:hours:minutes:seconds", from the right. */
static const char *const  chatops_duration_columns[CHATOPS_DURATION_UNITS] = {
    " seconds ", " minutes ", " hours ", " days ", " months ", " years "
};

static const chatops_duration_word_t  chatops_duration_numbers[] = {
    { "zero", 0 },
    { "one", 1 },
    { "two", 2 },
    { "three", 3 },
    { "four", 4 },
    { "five", 5 },
    { "six", 6 },
    { "seven", 7 },
    { "eight", 8 },
    { "nine", 9 },
    { "ten", 10 },
    { "eleven", 11 },
    { "twelve", 12 },
    { "thirteen", 13 },
    { "fourteen", 14 },
    { "fifteen", 15 },
    { "sixteen", 16 },
    { "seventeen", 17 },
    { "eighteen", 18 },
    { "nineteen ninteen", 19 },
    { "twenty", 20 },
    { "thirty", 30 },
    { "forty fourty", 40 },
    { "fifty", 50 },
    { "sixty", 60 },
    { "seventy", 70 },
    { "eighty", 80 },
    { "ninety", 90 },
    { NULL, 0 }
};

static const chatops_duration_word_t  chatops_duration_powers[] = {
    { "hundred", 1e2 },
    { "thousand", 1e3 },
    { "million", 1e6 },
    { "billion", 1e9 },
    { "trillion", 1e12 },
    { NULL, 0 }
};

static const chatops_duration_word_t  chatops_duration_fractions[] = {
    { "half", 0.5 },
    { "third thirds", 1.0 / 3 },
    { "fourth fourths quarter quarters", 0.25 },
    { "fifth fifths", 0.2 },
    { NULL, 0 }
};


static const chatops_duration_word_t *
chatops_duration_find(const chatops_duration_word_t *words,
    const chatops_str_t *word)
{
    for ( /* void */ ; words->word != NULL; words++) {
        if (chatops_check_is_one_of(word, words->word)) {
            return words;
        }
    }

    return NULL;
}


/* A number that no unit follows is of seconds at the end, else it is lost. */
static void
chatops_duration_number(chatops_duration_t *d, double number, unsigned worded)
{
    d->number = number;
    d->waiting = 1;
    d->begun = 1;
    d->worded = worded;
    d->joined = 0;
    d->article = 0;
}


static size_t
chatops_duration_digits(double number)
{
    size_t  n;

    for (n = 1; number >= 10 && n < 20; n++) {
        number /= 10;
    }

    return n;
}


/* "two", "twenty two", "two hundred", "1 and a half"; 0: no such word. */
static int
chatops_duration_numeral(chatops_duration_t *d, const chatops_str_t *word)
{
    const chatops_duration_word_t  *found;

    found = chatops_duration_find(chatops_duration_numbers, word);

    if (found != NULL) {
        if (d->waiting && d->worded
            && (d->joined || chatops_duration_digits(d->number)
                             > chatops_duration_digits(found->value)))
        {
            chatops_duration_number(d, d->number + found->value, 1);

        } else {
            chatops_duration_number(d, found->value, 1);
        }

        return 1;
    }

    found = chatops_duration_find(chatops_duration_powers, word);

    if (found != NULL) {
        chatops_duration_number(d, d->waiting ? d->number * found->value
                                              : found->value, 1);
        return 1;
    }

    found = chatops_duration_find(chatops_duration_fractions, word);

    if (found != NULL && d->waiting && d->article) {
        chatops_duration_number(d, d->number + found->value, 0);
        return 1;
    }

    return 0;
}


static int
chatops_duration_word(chatops_duration_t *d, chatops_str_t word)
{
    unsigned                        comma;
    const chatops_duration_word_t  *unit;

    comma = word.data[word.len - 1] == ',';

    if (word.len != 0 && word.data[0] == ',') {
        word.data++;
        word.len--;
    }

    if (word.len != 0 && word.data[word.len - 1] == ',') {
        word.len--;
    }

    if (word.len == 0
        || (d->article
            && !chatops_duration_find(chatops_duration_fractions, &word)))
    {
        return CHATOPS_DECLINED;
    }

    unit = chatops_duration_find(chatops_duration_units, &word);

    if (unit != NULL) {
        if (!d->begun) {
            chatops_duration_number(d, 1, 0);
        }

        if (d->waiting) {
            d->sum += d->number * unit->value;
            d->waiting = 0;
        }

        return CHATOPS_OK;
    }

    if (chatops_check_is_one_of(&word, "and with plus")) {
        d->joined = word.data[0] == 'a';
        return CHATOPS_OK;
    }

    if (!comma && chatops_duration_numeral(d, &word)) {
        return CHATOPS_OK;
    }

    if (chatops_str_is(&word, "a") && d->waiting) {
        d->article = 1;
        return CHATOPS_OK;
    }

    return CHATOPS_DECLINED;
}


/* Digits, with a point among or before them; 0 when there are none. */
static size_t
chatops_duration_float(const u_char *p, const u_char *end, double *number)
{
    double         scale;
    const u_char  *start;

    start = p;
    *number = 0;

    while (p < end && isdigit(*p)) {
        *number = *number * 10 + (*p++ - '0');
    }

    if (end - p < 2 || p[0] != '.' || !isdigit(p[1])) {
        return (size_t) (p - start);
    }

    for (p++, scale = 0.1; p < end && isdigit(*p); p++, scale /= 10) {
        *number += (*p - '0') * scale;
    }

    return (size_t) (p - start);
}


static int
chatops_duration_words(chatops_duration_t *d, const u_char *p,
    const u_char *end)
{
    size_t         n;
    double         number;
    chatops_str_t  word;

    while (p < end) {
        if (isspace(*p)) {
            p++;
            continue;
        }

        n = chatops_duration_float(p, end, &number);

        if (n != 0) {
            chatops_duration_number(d, number, 0);
            p += n;
            continue;
        }

        word.data = (u_char *) p;

        while (p < end && !isspace(*p)
               && chatops_duration_float(p, end, &number) == 0)
        {
            p++;
        }

        word.len = (size_t) (p - word.data);

        if (chatops_duration_word(d, word) != CHATOPS_OK) {
            return CHATOPS_DECLINED;
        }
    }

    return CHATOPS_OK;
}


/* "1:30:00" as "1 hours 30 minutes 00 seconds"; others as they are. */
static int
chatops_duration_clock(chatops_arena_t *arena, chatops_str_t *text)
{
    u_char         *p, *end;
    size_t          columns;
    double          number;
    unsigned        clock;
    chatops_buf_t   buf;
    chatops_str_t   s;

    chatops_buf_init(&buf, arena, CHATOPS_YAML_MAX_BYTES);

    end = text->data + text->len;

    for (p = text->data; p < end; p++) {
        if (*p != ' ') {
            chatops_buf_char(&buf, *p);
        }
    }

    if (chatops_buf_finish(&buf, &s) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    while (s.len != 0 && s.data[s.len - 1] == ':') {
        s.len--;
    }

    end = s.data + s.len;

    for (p = s.data, columns = 0, clock = 0; p < end; p++) {
        if (*p == ':') {
            columns++;
            clock |= p > s.data && isdigit(p[-1])
                     && chatops_duration_float(p + 1, end, &number) != 0;
        }
    }

    if (!clock) {
        return CHATOPS_OK;
    }

    if (columns >= CHATOPS_DURATION_UNITS) {
        return CHATOPS_DECLINED;
    }

    chatops_buf_init(&buf, arena, CHATOPS_YAML_MAX_BYTES);

    for (p = s.data; p < end; p++) {
        if (*p == ':') {
            chatops_buf_text(&buf, chatops_duration_columns[columns--]);

        } else {
            chatops_buf_char(&buf, *p);
        }
    }

    chatops_buf_text(&buf, chatops_duration_columns[columns]);

    return chatops_buf_finish(&buf, text);
}


/* Small letters, and blanks for hyphens between what are no digits. */
static void
chatops_duration_normalize(chatops_str_t *text)
{
    size_t   i;
    u_char  *p;

    p = text->data;

    for (i = 0; i < text->len; i++) {
        p[i] = (u_char) tolower(p[i]);
    }

    for (i = 0; i + 2 < text->len; i++) {
        if (p[i] != ' ' && !isdigit(p[i]) && p[i + 1] == '-'
            && !isdigit(p[i + 2]))
        {
            p[i + 1] = ' ';
            i += 2;
        }
    }
}


/* CHATOPS_OK with seconds, CHATOPS_DECLINED or CHATOPS_ERROR. */
static int
chatops_duration_parse(chatops_arena_t *arena, const chatops_str_t *text,
    double *seconds)
{
    int                 rc;
    chatops_str_t       s;
    chatops_duration_t  d;

    if (chatops_pstrdup(arena, &s, text) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    chatops_duration_normalize(&s);

    rc = chatops_duration_clock(arena, &s);

    if (rc != CHATOPS_OK) {
        return rc;
    }

    memset(&d, 0, sizeof(chatops_duration_t));

    if (chatops_duration_words(&d, s.data, s.data + s.len) != CHATOPS_OK) {
        return CHATOPS_DECLINED;
    }

    if (d.article) {
        return CHATOPS_DECLINED;
    }

    *seconds = d.waiting ? d.sum + d.number : d.sum;

    return *seconds > 0 ? CHATOPS_OK : CHATOPS_DECLINED;
}


void
chatops_check_duration(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    int                              rc;
    double                           seconds;
    const chatops_check_duration_t  *duration;

    duration = arg;

    if (chatops_check_is_open(check, node)) {
        return;
    }

    if (duration->variable && node->type == CHATOPS_YAML_SCALAR
        && (chatops_str_find(&node->value, 0, "$", 1) != NULL
            || chatops_str_find(&node->value, 0, "%", 1) != NULL))
    {
        return;
    }

    rc = CHATOPS_DECLINED;
    seconds = 0;

    if (chatops_check_is_string(check, node)) {
        if (duration->never && node->value.len == 5
            && strncasecmp((char *) node->value.data, "never", 5) == 0)
        {
            return;
        }

        rc = chatops_duration_parse(check->arena, &node->value, &seconds);
    }

    if (rc == CHATOPS_DECLINED) {
        chatops_check_error(check, at, node, "it should be a duration, for "
                            "example `1 hour 30 minutes`");

    } else if (rc != CHATOPS_OK) {
        check->failed = 1;

    } else if (duration->limit != 0 && seconds > duration->limit) {
        chatops_check_error(check, at, node, "it should be at most %s",
                            duration->most);
    }
}
