#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "chatops_yaml.h"


#define CHATOPS_YAML_MAX_NUMBER  64
#define CHATOPS_YAML_MAX_FLOAT   400


static chatops_str_t chatops_yaml_symbol_text(const chatops_str_t *s);
static int chatops_yaml_integer_text(chatops_arena_t *arena,
    const chatops_str_t *s, chatops_str_t *text);
static int chatops_yaml_float_text(chatops_arena_t *arena,
    const chatops_str_t *s, chatops_str_t *text);
static double chatops_yaml_float(const chatops_str_t *s);
static void chatops_yaml_float_write(double value, char *text, size_t size);
static size_t chatops_yaml_bare(const chatops_str_t *s, char *text,
    size_t size);
static double chatops_yaml_sixty(const char *text);


int
chatops_yaml_text(chatops_arena_t *arena, const chatops_yaml_node_t *node,
    chatops_str_t *text)
{
    switch (chatops_yaml_kind(node)) {

    case CHATOPS_YAML_NULL:
    case CHATOPS_YAML_OTHER:
        *text = chatops_str("");
        return CHATOPS_OK;

    case CHATOPS_YAML_BOOLEAN:

        /* true, yes, on: none of their first two letters is in the others */

        *text = chatops_str(memchr("tTyY", node->value.data[0], 4) != NULL
                            || (node->value.data[1] | 0x20) == 'n'
                            ? "true" : "false");
        return CHATOPS_OK;

    case CHATOPS_YAML_INTEGER:
        return chatops_yaml_integer_text(arena, &node->value, text);

    case CHATOPS_YAML_FLOAT:
        return chatops_yaml_float_text(arena, &node->value, text);

    case CHATOPS_YAML_SYMBOL:
        *text = chatops_yaml_symbol_text(&node->value);
        return CHATOPS_OK;

    default:
        *text = node->value;
        return CHATOPS_OK;
    }
}


/* :"a b" is a b, and what follows the quotes is lost. */

static chatops_str_t
chatops_yaml_symbol_text(const chatops_str_t *s)
{
    size_t         len;
    chatops_str_t  name;

    if (s->len < 2 || s->data[0] != ':') {
        return *s;
    }

    name = chatops_strn(s->data + 1, s->len - 1);

    if (name.data[0] != '"' && name.data[0] != '\'') {
        return name;
    }

    for (len = name.len; len > 1; len--) {
        if (name.data[len - 1] == name.data[0]) {
            return chatops_strn(name.data + 1, len - 2);
        }
    }

    return name;
}


/* More than 64 bits stay as they are written. */

static int
chatops_yaml_integer_text(chatops_arena_t *arena, const chatops_str_t *s,
    chatops_str_t *text)
{
    int            base, negative;
    char           bare[CHATOPS_YAML_MAX_NUMBER], *digits;
    uint64_t       value;
    chatops_str_t  written;

    *text = *s;

    if (chatops_yaml_bare(s, bare, sizeof(bare)) == 0) {
        return CHATOPS_OK;
    }

    if (strchr(bare, ':') != NULL) {
        (void) snprintf(bare, sizeof(bare), "%.0f", chatops_yaml_sixty(bare));

        written = chatops_str(bare);

        return chatops_pstrdup(arena, text, &written);
    }

    negative = bare[0] == '-';
    digits = bare + (bare[0] == '-' || bare[0] == '+');
    base = 10;

    if (digits[0] == '0') {
        base = digits[1] == 'b' ? 2 : digits[1] == 'x' ? 16 : 8;
        digits += base == 8 ? 0 : 2;
    }

    errno = 0;
    value = strtoull(digits, NULL, base);

    if (errno != 0) {
        return CHATOPS_OK;
    }

    (void) snprintf(bare, sizeof(bare), "%s%" PRIu64,
                    negative && value ? "-" : "", value);

    written = chatops_str(bare);

    return chatops_pstrdup(arena, text, &written);
}


static int
chatops_yaml_float_text(chatops_arena_t *arena, const chatops_str_t *s,
    chatops_str_t *text)
{
    char           written[2 * CHATOPS_YAML_MAX_NUMBER];
    chatops_str_t  value;

    chatops_yaml_float_write(chatops_yaml_float(s), written, sizeof(written));

    value = chatops_str(written);

    return chatops_pstrdup(arena, text, &value);
}


static double
chatops_yaml_float(const chatops_str_t *s)
{
    char    bare[CHATOPS_YAML_MAX_FLOAT], *p;
    size_t  n;

    n = chatops_yaml_bare(s, bare, sizeof(bare));

    if (n == 0) {
        return 0;
    }

    p = bare + (bare[0] == '-' || bare[0] == '+');

    if (strcasecmp(p, ".inf") == 0) {
        return bare[0] == '-' ? -INFINITY : INFINITY;
    }

    if (p[0] == '.' && (p[1] | 0x20) == 'n') {
        return NAN;
    }

    if (strchr(bare, ':') != NULL) {
        return chatops_yaml_sixty(bare);
    }

    return strtod(bare, NULL);
}


/* The fewest digits that read back as the same number, as Ruby has it. */

static void
chatops_yaml_float_write(double value, char *text, size_t size)
{
    int          digits, point, precision;
    char         exact[CHATOPS_YAML_MAX_NUMBER], *exponent, *sign;
    char         mantissa[CHATOPS_YAML_MAX_NUMBER];
    const char  *zeros;

    if (isnan(value) || isinf(value)) {
        (void) snprintf(text, size, "%s", isnan(value) ? "NaN"
                                          : value < 0 ? "-Infinity"
                                                      : "Infinity");
        return;
    }

    for (precision = 0; precision < 17; precision++) {
        (void) snprintf(exact, sizeof(exact), "%.*e", precision, value);

        if (strtod(exact, NULL) == value) {
            break;
        }
    }

    sign = exact[0] == '-' ? "-" : "";
    exponent = strchr(exact, 'e');

    point = atoi(exponent + 1) + 1;
    *exponent = '\0';

    mantissa[0] = exact[*sign ? 1 : 0];
    (void) snprintf(mantissa + 1, sizeof(mantissa) - 1, "%s",
                    precision ? exact + (*sign ? 3 : 2) : "");

    digits = (int) strlen(mantissa);
    zeros = "0000000000000000";

    if (point > 0 && (point <= 15 || point < digits)) {
        (void) snprintf(text, size, "%s%.*s%.*s.%s", sign,
                        point, mantissa, point > digits ? point - digits : 0,
                        zeros, point < digits ? mantissa + point : "0");
        return;
    }

    if (point > -4 && point <= 0) {
        (void) snprintf(text, size, "%s0.%.*s%s", sign, -point, zeros,
                        mantissa);
        return;
    }

    (void) snprintf(text, size, "%s%c.%se%+03d", sign, mantissa[0],
                    digits > 1 ? mantissa + 1 : "0", point - 1);
}


/* Without what only separates digits; 0 when it is too long. */

static size_t
chatops_yaml_bare(const chatops_str_t *s, char *text, size_t size)
{
    size_t  i, n;

    for (i = 0, n = 0; i < s->len; i++) {

        if (s->data[i] == '_' || s->data[i] == ',') {
            continue;
        }

        if (n + 1 == size) {
            return 0;
        }

        text[n++] = s->data[i];
    }

    text[n] = '\0';

    return n;
}


/* The first part counts hours; only to it belongs a sign. */

static double
chatops_yaml_sixty(const char *text)
{
    char    *end;
    double   sum, weight;

    sum = 0;

    for (weight = 3600; *text; weight /= 60) {
        sum += weight * strtod(text, &end);

        if (*end != ':') {
            break;
        }

        text = end + 1;
    }

    return sum;
}
