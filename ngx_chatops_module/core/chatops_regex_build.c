
#include "chatops_regex_parts.h"


/*
 * A group begins with two free slots, one to repeat it and one for its first
 * branch; all distances are relative.  So nothing has to be moved but single
 * instructions, and what is repeated is copied as it is.
 */


/* RE2 refuses what its program has no room for: two thirds of 8 MB. */
#define CHATOPS_REGEX_MAX_COST  698992


enum {
    CHATOPS_REGEX_ONCE = 0,
    CHATOPS_REGEX_STAR,
    CHATOPS_REGEX_PLUS,
    CHATOPS_REGEX_QUEST
};


static int chatops_regex_emit(chatops_regex_parser_t *parser,
    chatops_regex_op_e op, int32_t arg);
static int chatops_regex_insert(chatops_regex_parser_t *parser,
    uint32_t place);
static int chatops_regex_copy(chatops_regex_parser_t *parser, uint32_t from,
    uint32_t n);
static int chatops_regex_repeat_once_more(chatops_regex_parser_t *parser,
    unsigned how);
static int chatops_regex_repeat_simple(chatops_regex_parser_t *parser,
    unsigned how);
static int chatops_regex_repeat_counted(chatops_regex_parser_t *parser,
    uint32_t least, int most);
static int chatops_regex_add_cost(chatops_regex_parser_t *parser,
    double cost);
static double chatops_regex_cost(const chatops_regex_parser_t *parser,
    chatops_regex_op_e op, int32_t arg);


int
chatops_regex_push(chatops_regex_parser_t *parser, chatops_regex_op_e op,
    int32_t arg)
{
    chatops_regex_atom_t  *atom;

    atom = &parser->atom;

    atom->start = parser->program->ninsts;
    atom->factor = 1;
    atom->cost = chatops_regex_cost(parser, op, arg);
    atom->repeated = CHATOPS_REGEX_ONCE;
    atom->slot = 0;

    parser->has_atom = 1;

    if (chatops_regex_add_cost(parser, atom->cost) != CHATOPS_OK) {
        return CHATOPS_DECLINED;
    }

    return chatops_regex_emit(parser, op, arg);
}


int
chatops_regex_push_rune(chatops_regex_parser_t *parser, uint32_t rune)
{
    chatops_regex_op_e  op;

    op = parser->flags & CHATOPS_REGEX_CASELESS
         && chatops_regex_fold(rune) != rune
         ? CHATOPS_REGEX_FOLD : CHATOPS_REGEX_RUNE;

    return chatops_regex_push(parser, op, (int32_t) rune);
}


int
chatops_regex_open(chatops_regex_parser_t *parser)
{
    chatops_regex_group_t  *group;

    if (chatops_regex_grow(parser->arena, &parser->groups, parser->ngroups,
                           &parser->max_groups,
                           sizeof(chatops_regex_group_t))
        != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    group = &parser->groups[parser->ngroups++];

    group->start = parser->program->ninsts;
    group->branch = group->start + 1;
    group->jump = 0;
    group->factor = 1;
    group->cost = parser->cost;
    group->flags = parser->flags;

    parser->cost = 0;
    parser->has_atom = 0;

    if (chatops_regex_emit(parser, CHATOPS_REGEX_NOTHING, 0) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    return chatops_regex_emit(parser, CHATOPS_REGEX_NOTHING, 0);
}


int
chatops_regex_branch(chatops_regex_parser_t *parser)
{
    uint32_t                  n;
    chatops_regex_inst_t     *inst;
    chatops_regex_group_t    *group;
    chatops_regex_program_t  *program;

    program = parser->program;
    group = &parser->groups[parser->ngroups - 1];
    parser->has_atom = 0;

    /* until the group is closed, each jump leads to the one before it */

    n = program->ninsts;

    if (chatops_regex_emit(parser, CHATOPS_REGEX_JUMP, (int32_t) group->jump)
        != CHATOPS_OK
        || chatops_regex_emit(parser, CHATOPS_REGEX_NOTHING, 0) != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    if (program->partial) {
        return CHATOPS_OK;
    }

    inst = &program->insts[group->branch];
    inst->op = CHATOPS_REGEX_SPLIT;
    inst->arg = (int32_t) (n + 1 - group->branch);

    group->jump = n;
    group->branch = n + 1;

    return chatops_regex_add_cost(parser, 1);
}


int
chatops_regex_close(chatops_regex_parser_t *parser)
{
    uint32_t                  jump, next;
    chatops_regex_group_t    *group;
    chatops_regex_program_t  *program;

    program = parser->program;
    group = &parser->groups[--parser->ngroups];

    for (jump = group->jump; !program->partial && jump != 0; jump = next) {
        next = (uint32_t) program->insts[jump].arg;
        program->insts[jump].arg = (int32_t) (program->ninsts - jump);
    }

    parser->atom.start = group->start;
    parser->atom.factor = group->factor;
    parser->atom.cost = parser->cost;
    parser->atom.repeated = CHATOPS_REGEX_ONCE;
    parser->atom.slot = 1;

    parser->has_atom = 1;
    parser->flags = group->flags;
    parser->cost = group->cost;

    if (parser->ngroups != 0) {
        group--;

        if (group->factor < parser->atom.factor) {
            group->factor = parser->atom.factor;
        }
    }

    return chatops_regex_add_cost(parser, parser->atom.cost);
}


int
chatops_regex_finish(chatops_regex_parser_t *parser)
{
    int  rc;

    rc = chatops_regex_close(parser);

    if (rc == CHATOPS_OK) {
        rc = chatops_regex_emit(parser, CHATOPS_REGEX_MATCH, 0);
    }

    return rc;
}


int
chatops_regex_repeat(chatops_regex_parser_t *parser, int least, int most)
{
    uint32_t                times;
    chatops_regex_atom_t   *atom;
    chatops_regex_group_t  *group;

    atom = &parser->atom;
    group = &parser->groups[parser->ngroups - 1];
    times = most == -1 ? least : most;

    if (times != 0) {
        atom->factor *= times;
    }

    if (times >= 2 && atom->factor > CHATOPS_REGEX_MAX_REPEAT) {
        return chatops_regex_fail(parser, "repetitions of more than 1000 in "
                                  "all");
    }

    if (group->factor < atom->factor) {
        group->factor = atom->factor;
    }

    if (most == -1 && least < 2) {
        return chatops_regex_repeat_once_more(parser, least == 0
                                                      ? CHATOPS_REGEX_STAR
                                                      : CHATOPS_REGEX_PLUS);
    }

    if (least == 0 && most == 1) {
        return chatops_regex_repeat_once_more(parser, CHATOPS_REGEX_QUEST);
    }

    if (least == 1 && most == 1) {
        return CHATOPS_OK;
    }

    if (chatops_regex_add_cost(parser, atom->cost * ((double) times - 1))
        != CHATOPS_OK)
    {
        return CHATOPS_DECLINED;
    }

    atom->cost *= times;

    if (parser->program->partial) {
        return CHATOPS_OK;
    }

    return chatops_regex_repeat_counted(parser, least, most);
}


/* Of an atom that is repeated already; those simple ones make at most `*`. */

static int
chatops_regex_repeat_once_more(chatops_regex_parser_t *parser, unsigned how)
{
    uint32_t                  start;
    chatops_regex_atom_t     *atom;
    chatops_regex_program_t  *program;

    atom = &parser->atom;
    program = parser->program;

    if (program->partial || atom->repeated == CHATOPS_REGEX_STAR
        || atom->repeated == how)
    {
        return CHATOPS_OK;
    }

    if (atom->repeated == CHATOPS_REGEX_QUEST) {
        start = atom->start;
        atom->repeated = CHATOPS_REGEX_STAR;
        program->insts[start].arg++;

        return chatops_regex_emit(parser, CHATOPS_REGEX_JUMP,
                                  (int32_t) start
                                  - (int32_t) program->ninsts);
    }

    if (atom->repeated == CHATOPS_REGEX_PLUS) {
        atom->repeated = CHATOPS_REGEX_STAR;
        return chatops_regex_repeat_simple(parser, CHATOPS_REGEX_QUEST);
    }

    atom->repeated = how;

    return chatops_regex_repeat_simple(parser, how);
}


static int
chatops_regex_repeat_simple(chatops_regex_parser_t *parser, unsigned how)
{
    int                       rc;
    uint32_t                  start;
    chatops_regex_atom_t     *atom;
    chatops_regex_program_t  *program;

    atom = &parser->atom;
    program = parser->program;
    start = atom->start;

    if (how == CHATOPS_REGEX_PLUS) {
        return chatops_regex_emit(parser, CHATOPS_REGEX_SPLIT,
                                  (int32_t) start
                                  - (int32_t) program->ninsts);
    }

    if (!atom->slot) {
        rc = chatops_regex_insert(parser, start);

        if (rc != CHATOPS_OK || program->partial) {
            return rc;
        }
    }

    atom->slot = 0;

    if (how == CHATOPS_REGEX_STAR) {
        rc = chatops_regex_emit(parser, CHATOPS_REGEX_JUMP,
                                (int32_t) start - (int32_t) program->ninsts);

        if (rc != CHATOPS_OK || program->partial) {
            return rc;
        }
    }

    program->insts[start].op = CHATOPS_REGEX_SPLIT;
    program->insts[start].arg = (int32_t) (program->ninsts - start);

    return CHATOPS_OK;
}


/*
 * x{2,4}: xx and twice "to the end, or x"; x{2,}: xx and "back to the last";
 * the atom as it stands is the first of them.
 */

static int
chatops_regex_repeat_counted(chatops_regex_parser_t *parser, uint32_t least,
    int most)
{
    int                       rc;
    uint32_t                  i, n, body, place, splits;
    chatops_regex_atom_t     *atom;
    chatops_regex_program_t  *program;

    atom = &parser->atom;
    program = parser->program;

    if (most == 0) {
        program->ninsts = atom->start;
        atom->repeated = CHATOPS_REGEX_ONCE;
        atom->slot = 0;

        return CHATOPS_OK;
    }

    if (least == 0 && !atom->slot) {
        if (chatops_regex_insert(parser, atom->start) != CHATOPS_OK) {
            return CHATOPS_ERROR;
        }

        atom->slot = 1;
    }

    body = atom->start + atom->slot;
    n = program->ninsts - body;
    splits = program->ninsts;

    for (i = 1; i < (most == -1 ? least : (uint32_t) most); i++) {

        if (i >= least) {

            /* all of them lead to the end, which is known below */

            if (chatops_regex_emit(parser, CHATOPS_REGEX_SPLIT, 0)
                != CHATOPS_OK)
            {
                return CHATOPS_ERROR;
            }

        } else {
            splits += n;
        }

        rc = chatops_regex_copy(parser, body, n);

        if (rc != CHATOPS_OK || program->partial) {
            return rc;
        }
    }

    for (place = splits; most != -1 && place < program->ninsts;
         place += n + 1)
    {
        program->insts[place].arg = (int32_t) (program->ninsts - place);
    }

    if (least == 0) {
        program->insts[atom->start].op = CHATOPS_REGEX_SPLIT;
        program->insts[atom->start].arg = (int32_t) (program->ninsts
                                                     - atom->start);
        atom->slot = 0;
    }

    atom->repeated = CHATOPS_REGEX_ONCE;

    if (most == -1) {
        return chatops_regex_emit(parser, CHATOPS_REGEX_SPLIT, -(int32_t) n);
    }

    return CHATOPS_OK;
}


static int
chatops_regex_emit(chatops_regex_parser_t *parser, chatops_regex_op_e op,
    int32_t arg)
{
    chatops_regex_program_t  *program;

    program = parser->program;

    if (program->partial || program->ninsts == parser->limit) {
        program->partial = 1;
        return CHATOPS_OK;
    }

    if (chatops_regex_grow(parser->arena, &program->insts, program->ninsts,
                           &parser->max_insts, sizeof(chatops_regex_inst_t))
        != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    program->insts[program->ninsts].op = op;
    program->insts[program->ninsts].arg = arg;
    program->ninsts++;

    return CHATOPS_OK;
}


/* A free instruction before the last ones, from `place` on. */

static int
chatops_regex_insert(chatops_regex_parser_t *parser, uint32_t place)
{
    chatops_regex_inst_t     *insts;
    chatops_regex_program_t  *program;

    program = parser->program;

    if (chatops_regex_emit(parser, CHATOPS_REGEX_NOTHING, 0) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    if (!program->partial) {
        insts = program->insts;

        memmove(&insts[place + 1], &insts[place],
                (program->ninsts - 1 - place) * sizeof(chatops_regex_inst_t));

        insts[place].op = CHATOPS_REGEX_NOTHING;
        insts[place].arg = 0;
    }

    return CHATOPS_OK;
}


static int
chatops_regex_copy(chatops_regex_parser_t *parser, uint32_t from, uint32_t n)
{
    uint32_t              i;
    chatops_regex_inst_t  inst;

    for (i = 0; i < n; i++) {

        if (parser->program->partial) {
            return CHATOPS_OK;
        }

        inst = parser->program->insts[from + i];

        if (chatops_regex_emit(parser, inst.op, inst.arg) != CHATOPS_OK) {
            return CHATOPS_ERROR;
        }
    }

    return CHATOPS_OK;
}


static int
chatops_regex_add_cost(chatops_regex_parser_t *parser, double cost)
{
    parser->cost += cost;

    if (parser->cost > CHATOPS_REGEX_MAX_COST) {
        return chatops_regex_fail(parser, "it is larger than RE2 allows");
    }

    return CHATOPS_OK;
}


/* About as many instructions, of bytes, as RE2 would need. */

static double
chatops_regex_cost(const chatops_regex_parser_t *parser,
    chatops_regex_op_e op, int32_t arg)
{
    double                          cost;
    uint32_t                        i;
    const chatops_regex_item_t     *item;
    const chatops_regex_class_t    *class;
    const chatops_regex_program_t  *program;

    program = parser->program;

    switch (op) {

    case CHATOPS_REGEX_RUNE:
        return arg < 0x80 ? 1 : arg < 0x800 ? 2 : arg < 0x10000 ? 3 : 4;

    case CHATOPS_REGEX_ANY:
        return 10;

    case CHATOPS_REGEX_ANY_OF_LINE:
        return 12;

    case CHATOPS_REGEX_CLASS:
        cost = 1;
        class = &program->classes[arg];

        for (i = 0; i < class->nitems; i++) {
            item = &program->items[class->items + i];
            cost += item->property ? program->properties[item->property - 1]
                                     .cost
                                   : 2;
        }

        return cost;

    default:
        return 1;
    }
}


int
chatops_regex_fail(chatops_regex_parser_t *parser, const char *why)
{
    parser->why = why;

    return CHATOPS_DECLINED;
}


int
chatops_regex_grow(chatops_arena_t *arena, void *array, uint32_t n,
    uint32_t *max, size_t size)
{
    void      *old, *new;
    uint32_t   more;

    if (n < *max) {
        return CHATOPS_OK;
    }

    more = *max == 0 ? 8 : *max * 2;

    new = chatops_palloc(arena, more * size);
    if (new == NULL) {
        return CHATOPS_ERROR;
    }

    memcpy(&old, array, sizeof(void *));

    if (n != 0) {
        memcpy(new, old, n * size);
    }

    memcpy(array, &new, sizeof(void *));
    *max = more;

    return CHATOPS_OK;
}


uint32_t
chatops_regex_rune(const u_char **pos, const u_char *end)
{
    size_t         i, n;
    uint32_t       rune;
    const u_char  *p;

    p = *pos;
    n = chatops_utf8_length(p, end - p);
    rune = n == 1 ? p[0] : p[0] & (0x7f >> n);

    for (i = 1; i < n; i++) {
        rune = rune << 6 | (p[i] & 0x3f);
    }

    *pos = p + n;

    return rune;
}
