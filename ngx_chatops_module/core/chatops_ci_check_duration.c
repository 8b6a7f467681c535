#include <ctype.h>

#include "chatops_ci_check.h"


/*
 * The words of ChronicDuration, the library that GitLab reads durations
 * with: "1 week", "2h20min", "3 mins and 4 sec", "1:30:00".
 */

#define CHATOPS_DURATION_UNITS  6      /* of "a:b:c" */


typedef struct {
    const char  *word;
    double       seconds;
} chatops_duration_unit_t;


typedef struct {
    double       sum;
    double       number;               /* that waits for its unit */
    unsigned     waiting:1;
    unsigned     begun:1;
    unsigned     words:1;              /* "two": it is not added up */
} chatops_duration_t;


#define SECOND  1.0
#define MINUTE  60.0
#define HOUR    3600.0
#define DAY     86400.0
#define WEEK    604800.0
#define MONTH   2592000.0
#define YEAR    31557600.0

static const chatops_duration_unit_t  chatops_duration_units[] = {
    { "seconds secs second sec s", SECOND },
    { "minutes mins minute min m", MINUTE },
    { "hours hrs hour hr h", HOUR },
    { "days day dy d", DAY },
    { "weeks wks week wk w", WEEK },
    { "months mos month mo", MONTH },
    { "years yrs year yr y", YEAR },
    { NULL, 0 }
};

/* Of "years:months:days:hours:minutes:seconds", from the right. */
static const double  chatops_duration_columns[CHATOPS_DURATION_UNITS] = {
    SECOND, MINUTE, HOUR, DAY, MONTH, YEAR
};

static const char  chatops_duration_numbers[] =
    "zero one two three four five six seven eight nine ten eleven twelve "
    "thirteen fourteen fifteen sixteen seventeen eighteen nineteen ninteen "
    "twenty thirty forty fourty fifty sixty seventy eighty ninety hundred "
    "thousand million billion trillion half third thirds quarter quarters";


/* A number that no unit follows is of seconds at the end, else it is lost. */
static void
chatops_duration_number(chatops_duration_t *d, double number)
{
    d->number = number;
    d->waiting = 1;
    d->begun = 1;
}


static int
chatops_duration_word(chatops_duration_t *d, chatops_str_t word)
{
    const chatops_duration_unit_t  *unit;

    if (word.len != 0 && word.data[0] == ',') {
        word.data++;
        word.len--;
    }

    if (word.len != 0 && word.data[word.len - 1] == ',') {
        word.len--;
    }

    if (word.len == 0) {
        return CHATOPS_DECLINED;
    }

    for (unit = chatops_duration_units; unit->word != NULL; unit++) {
        if (!chatops_check_is_one_of(&word, unit->word)) {
            continue;
        }

        if (!d->begun) {
            chatops_duration_number(d, 1.0);
        }

        if (d->waiting) {
            d->sum += d->number * unit->seconds;
            d->waiting = 0;
        }

        return CHATOPS_OK;
    }

    if (chatops_check_is_one_of(&word, "and with plus")) {
        return CHATOPS_OK;
    }

    if (chatops_check_is_one_of(&word, chatops_duration_numbers)) {
        d->words = 1;
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
            chatops_duration_number(d, number);
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


/* "1:30:00"; CHATOPS_AGAIN when it is not of this form. */
static int
chatops_duration_clock(chatops_duration_t *d, const chatops_str_t *text)
{
    size_t         n, column;
    double         number;
    const u_char  *p, *end;

    p = text->data;
    end = p + text->len;

    for (column = 0; p < end; p++) {
        column += *p == ':';
    }

    if (column == 0) {
        return CHATOPS_AGAIN;
    }

    for (p = text->data; /* void */ ; p++, column--) {
        n = chatops_duration_float(p, end, &number);

        if (n == 0 || column >= CHATOPS_DURATION_UNITS) {
            return CHATOPS_DECLINED;
        }

        d->sum += number * chatops_duration_columns[column];
        p += n;

        if (p == end) {
            return column == 0 ? CHATOPS_OK : CHATOPS_DECLINED;
        }

        if (*p != ':') {
            return CHATOPS_DECLINED;
        }
    }
}


/* In seconds, 0 for what is given in words.  CHATOPS_OK or _DECLINED. */
static int
chatops_duration_parse(chatops_arena_t *arena, const chatops_str_t *text,
    double *seconds)
{
    int                 rc;
    size_t              i;
    chatops_str_t       low;
    chatops_duration_t  d;

    if (chatops_pstrdup(arena, &low, text) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    for (i = 0; i < low.len; i++) {
        low.data[i] = (u_char) tolower(low.data[i]);

        if (low.data[i] == '-' && i != 0 && i + 1 < low.len
            && !isdigit(low.data[i - 1]) && !isdigit(low.data[i + 1]))
        {
            low.data[i] = ' ';
        }
    }

    memset(&d, 0, sizeof(chatops_duration_t));

    rc = chatops_duration_clock(&d, &low);

    if (rc == CHATOPS_AGAIN) {
        rc = chatops_duration_words(&d, low.data, low.data + low.len);
    }

    if (rc != CHATOPS_OK) {
        return rc;
    }

    if (d.waiting) {
        d.sum += d.number;
    }

    *seconds = d.words ? 0 : d.sum;

    return d.words || d.sum > 0 ? CHATOPS_OK : CHATOPS_DECLINED;
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
