
#include <stdlib.h>

#include "chatops_regex_parts.h"


/*
 * Thompson's simulation: the places of the program that are reached at one
 * place of the text, each once, whatever the ways that lead there.
 */


/* Programs up to this size are run without malloc(). */
#define CHATOPS_REGEX_SMALL_INSTS  256

#define CHATOPS_REGEX_INVALID      UINT32_MAX


typedef struct {
    const chatops_regex_program_t  *program;
    const chatops_str_t            *text;
    pcre2_match_data               *data;

    uint32_t                       *list;      /* reached here */
    uint32_t                       *next;      /* … at the next place */
    uint32_t                       *stack;
    uint32_t                       *marks;     /* `visit`: is in the list */
    uint32_t                        visit;
    uint32_t                        nlist;
    uint32_t                        nnext;

    size_t                          steps;
    size_t                          limit;
    unsigned                        matched:1;
    unsigned                        failed:1;
} chatops_regex_run_t;


static chatops_truth_e chatops_regex_run_all(chatops_regex_run_t *run);
static size_t chatops_regex_read(const chatops_str_t *text, size_t pos,
    uint32_t *rune);
static unsigned chatops_regex_place(const chatops_str_t *text, size_t pos);
static unsigned chatops_regex_is_word(u_char ch);
static void chatops_regex_follow(chatops_regex_run_t *run, uint32_t at,
    unsigned place);
static void chatops_regex_mark(chatops_regex_run_t *run, uint32_t at,
    uint32_t *n);
static void chatops_regex_step(chatops_regex_run_t *run, uint32_t rune,
    unsigned place);
static int chatops_regex_takes(chatops_regex_run_t *run,
    const chatops_regex_inst_t *inst, uint32_t rune);
static int chatops_regex_in_class(chatops_regex_run_t *run,
    const chatops_regex_class_t *class, uint32_t rune);
static int chatops_regex_in_item(chatops_regex_run_t *run,
    const chatops_regex_item_t *item, uint32_t rune);
static int chatops_regex_in_property(chatops_regex_run_t *run,
    const chatops_regex_property_t *property, uint32_t rune);
static unsigned chatops_regex_bit(const uint32_t *bits, uint32_t rune);


chatops_truth_e
chatops_regex_run(const chatops_regex_program_t *program,
    const chatops_str_t *text, size_t *left)
{
    uint32_t             *memory, n, small[CHATOPS_REGEX_SMALL_INSTS * 4];
    chatops_truth_e       truth;
    chatops_regex_run_t   run;

    if (program->partial) {
        return CHATOPS_UNKNOWN;
    }

    if (program->never) {
        return CHATOPS_NO;
    }

    n = program->ninsts;
    memory = small;

    if (*left <= n) {
        *left = 0;
        return CHATOPS_UNKNOWN;
    }

    if (n > CHATOPS_REGEX_SMALL_INSTS) {
        memory = malloc(4 * n * sizeof(uint32_t));

        if (memory == NULL) {
            return CHATOPS_UNKNOWN;
        }
    }

    memset(&run, 0, sizeof(chatops_regex_run_t));

    run.program = program;
    run.text = text;
    run.list = memory;
    run.next = memory + n;
    run.stack = memory + 2 * n;
    run.marks = memory + 3 * n;
    run.limit = *left < CHATOPS_REGEX_MAX_STEPS ? *left
                                                : CHATOPS_REGEX_MAX_STEPS;

    memset(run.marks, 0, n * sizeof(uint32_t));

    truth = chatops_regex_run_all(&run);
    *left -= run.steps < *left ? run.steps : *left;

    pcre2_match_data_free(run.data);

    if (memory != small) {
        free(memory);
    }

    return truth;
}


static chatops_truth_e
chatops_regex_run_all(chatops_regex_run_t *run)
{
    size_t     pos, len;
    uint32_t   rune, *list;
    unsigned   inside;

    inside = 0;
    run->visit = 1;
    chatops_regex_follow(run, 0, chatops_regex_place(run->text, 0));

    for (pos = 0; pos < run->text->len; pos += len) {

        list = run->list;
        run->list = run->next;
        run->next = list;
        run->nlist = run->nnext;
        run->nnext = 0;

        if (run->matched || run->failed) {
            break;
        }

        len = chatops_regex_read(run->text, pos, &rune);

        if (rune >= 0x80 && run->program->bytes) {
            return CHATOPS_UNKNOWN;
        }

        if (len > 1 && !inside) {

            /* RE2 looks for \B inside of a character too */

            inside = 1;
            run->visit++;
            chatops_regex_follow(run, 0, CHATOPS_REGEX_NO_EDGE);
            run->nnext = 0;
        }

        run->visit++;
        chatops_regex_step(run, rune,
                           chatops_regex_place(run->text, pos + len));
    }

    if (run->matched) {
        return CHATOPS_YES;
    }

    return run->failed ? CHATOPS_UNKNOWN : CHATOPS_NO;
}


/* From the instruction `at`, as far as it goes without a character. */

static void
chatops_regex_follow(chatops_regex_run_t *run, uint32_t at, unsigned place)
{
    uint32_t                     n;
    const chatops_regex_inst_t  *inst;

    n = 0;
    chatops_regex_mark(run, at, &n);

    while (n != 0) {
        at = run->stack[--n];
        inst = &run->program->insts[at];

        switch (inst->op) {

        case CHATOPS_REGEX_NOTHING:
            chatops_regex_mark(run, at + 1, &n);
            break;

        case CHATOPS_REGEX_JUMP:
            chatops_regex_mark(run, (uint32_t) ((int32_t) at + inst->arg),
                               &n);
            break;

        case CHATOPS_REGEX_SPLIT:
            chatops_regex_mark(run, at + 1, &n);
            chatops_regex_mark(run, (uint32_t) ((int32_t) at + inst->arg),
                               &n);
            break;

        case CHATOPS_REGEX_ASSERT:
            if (place & (unsigned) inst->arg) {
                chatops_regex_mark(run, at + 1, &n);
            }

            break;

        case CHATOPS_REGEX_MATCH:
            run->matched = 1;
            return;

        default:
            run->next[run->nnext++] = at;
        }
    }
}


static void
chatops_regex_mark(chatops_regex_run_t *run, uint32_t at, uint32_t *n)
{
    if (run->marks[at] != run->visit) {
        run->marks[at] = run->visit;
        run->stack[(*n)++] = at;
        run->steps++;
    }
}


static void
chatops_regex_step(chatops_regex_run_t *run, uint32_t rune, unsigned place)
{
    uint32_t  i;

    for (i = 0; i < run->nlist && !run->matched; i++) {
        run->steps++;

        if (chatops_regex_takes(run, &run->program->insts[run->list[i]],
                                rune))
        {
            chatops_regex_follow(run, run->list[i] + 1, place);
        }
    }

    /* it may begin here, too */

    if (!run->matched) {
        chatops_regex_follow(run, 0, place);
    }

    if (run->steps > run->limit) {
        run->failed = 1;
    }
}


static int
chatops_regex_takes(chatops_regex_run_t *run,
    const chatops_regex_inst_t *inst, uint32_t rune)
{
    uint32_t  other;

    if (rune == CHATOPS_REGEX_INVALID) {
        return 0;
    }

    switch (inst->op) {

    case CHATOPS_REGEX_RUNE:
        return rune == (uint32_t) inst->arg;

    case CHATOPS_REGEX_FOLD:
        other = rune;

        do {
            if (other == (uint32_t) inst->arg) {
                return 1;
            }

            other = chatops_regex_fold(other);
        } while (other != rune);

        return 0;

    case CHATOPS_REGEX_ANY:
    case CHATOPS_REGEX_BYTE:
        return 1;

    case CHATOPS_REGEX_ANY_OF_LINE:
        return rune != '\n';

    default:
        return chatops_regex_in_class(run,
                                      &run->program->classes[inst->arg],
                                      rune);
    }
}


static int
chatops_regex_in_class(chatops_regex_run_t *run,
    const chatops_regex_class_t *class, uint32_t rune)
{
    uint32_t                     i;
    const chatops_regex_item_t  *item;

    if (rune < 0x80) {

        if (chatops_regex_bit(class->ascii, rune)) {
            return !class->negated;
        }

        if (!class->has_properties) {
            return class->negated;
        }
    }

    for (i = 0; i < class->nitems; i++) {
        run->steps++;
        item = &run->program->items[class->items + i];

        if (chatops_regex_in_item(run, item, rune) != item->negated) {
            return !class->negated;
        }
    }

    return class->negated;
}


/* Before its negation. */

static int
chatops_regex_in_item(chatops_regex_run_t *run,
    const chatops_regex_item_t *item, uint32_t rune)
{
    int        in;
    uint32_t   other;

    if (item->property == 0 && rune < 0x80) {

        /* the class's bits have told */

        return 0;
    }

    other = rune;

    do {
        if (item->property != 0) {
            in = chatops_regex_in_property(run,
                         &run->program->properties[item->property - 1],
                         other);

        } else {
            in = item->first <= other && other <= item->last;
        }

        if (in || !item->caseless) {
            return in;
        }

        other = chatops_regex_fold(other);
    } while (other != rune);

    return 0;
}


static int
chatops_regex_in_property(chatops_regex_run_t *run,
    const chatops_regex_property_t *property, uint32_t rune)
{
    if (rune < 0x80) {
        return chatops_regex_bit(property->ascii, rune) != 0;
    }

    if (run->data == NULL) {
        run->data = pcre2_match_data_create(1, NULL);

        if (run->data == NULL) {
            run->failed = 1;
            return 0;
        }
    }

    run->steps += 20;

    return chatops_regex_property_has(property, rune, run->data);
}


static unsigned
chatops_regex_bit(const uint32_t *bits, uint32_t rune)
{
    return bits[rune / 32] >> rune % 32 & 1;
}


/* The bytes of what is at `pos`: a character, or one that is none. */

static size_t
chatops_regex_read(const chatops_str_t *text, size_t pos, uint32_t *rune)
{
    const u_char  *p;

    p = text->data + pos;

    if (chatops_utf8_length(p, text->len - pos) == 0) {
        *rune = CHATOPS_REGEX_INVALID;
        return 1;
    }

    *rune = chatops_regex_rune(&p, text->data + text->len);

    return p - text->data - pos;
}


/* What an assertion can ask of the place before the byte `pos`. */

static unsigned
chatops_regex_place(const chatops_str_t *text, size_t pos)
{
    unsigned  place, before, after;

    place = 0;
    before = 0;
    after = 0;

    if (pos == 0) {
        place |= CHATOPS_REGEX_TEXT_START|CHATOPS_REGEX_LINE_START;

    } else {
        before = chatops_regex_is_word(text->data[pos - 1]);

        if (text->data[pos - 1] == '\n') {
            place |= CHATOPS_REGEX_LINE_START;
        }
    }

    if (pos == text->len) {
        place |= CHATOPS_REGEX_TEXT_END|CHATOPS_REGEX_LINE_END;

    } else {
        after = chatops_regex_is_word(text->data[pos]);

        if (text->data[pos] == '\n') {
            place |= CHATOPS_REGEX_LINE_END;
        }
    }

    return place | (before != after ? CHATOPS_REGEX_WORD_EDGE
                                    : CHATOPS_REGEX_NO_EDGE);
}


static unsigned
chatops_regex_is_word(u_char ch)
{
    return (ch >= '0' && ch <= '9') || ch == '_'
           || ((ch | 0x20) >= 'a' && (ch | 0x20) <= 'z');
}
