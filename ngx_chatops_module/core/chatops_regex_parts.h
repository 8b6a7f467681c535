/*
 * What the files of the regular expressions share: the program that a
 * pattern becomes, and the parser that makes it.
 *
 * The program is Thompson's: all ways to match are followed at the same
 * time, so that no pattern backtracks.
 */

#ifndef CHATOPS_REGEX_PARTS_H
#define CHATOPS_REGEX_PARTS_H


#include "chatops_regex.h"

#define PCRE2_CODE_UNIT_WIDTH  8
#include <pcre2.h>


#define CHATOPS_REGEX_MAX_RUNE    0x10ffff
#define CHATOPS_REGEX_MAX_REPEAT  1000

/* Instructions, at the time of a match; RE2 has more room, in bytes. */
#define CHATOPS_REGEX_MAX_INSTS  16384

/* For chatops_regex_property_make(): no property, nor can \p name it. */
#define CHATOPS_REGEX_NAMES  "}}"

/* Flags of a pattern, (?imsU). */
#define CHATOPS_REGEX_CASELESS   0x01
#define CHATOPS_REGEX_LINES      0x02
#define CHATOPS_REGEX_DOT_ALL    0x04
#define CHATOPS_REGEX_UNGREEDY   0x08

/* What an assertion asks of a place in the text. */
#define CHATOPS_REGEX_TEXT_START 0x01
#define CHATOPS_REGEX_TEXT_END   0x02
#define CHATOPS_REGEX_LINE_START 0x04
#define CHATOPS_REGEX_LINE_END   0x08
#define CHATOPS_REGEX_WORD_EDGE  0x10
#define CHATOPS_REGEX_NO_EDGE    0x20


typedef enum {
    CHATOPS_REGEX_NOTHING = 0,
    CHATOPS_REGEX_RUNE,            /* the code point arg */
    CHATOPS_REGEX_FOLD,            /* it, or its like in another case */
    CHATOPS_REGEX_ANY,
    CHATOPS_REGEX_ANY_OF_LINE,
    CHATOPS_REGEX_BYTE,            /* \C */
    CHATOPS_REGEX_CLASS,           /* one of the class arg */
    CHATOPS_REGEX_ASSERT,          /* the flags arg */
    CHATOPS_REGEX_SPLIT,           /* on to the next, and arg away */
    CHATOPS_REGEX_JUMP,            /* arg away */
    CHATOPS_REGEX_MATCH
} chatops_regex_op_e;

typedef struct {
    uint32_t                 op;
    int32_t                  arg;
} chatops_regex_inst_t;


/* Characters with a property of Unicode, as PCRE2 knows them. */
typedef struct {
    chatops_str_t            name;
    pcre2_code              *code;
    uint32_t                 cost;
    uint32_t                 ascii[4];
} chatops_regex_property_t;


/* A part of a class beyond ASCII: a range, or those with a property. */
typedef struct {
    uint32_t                 first;
    uint32_t                 last;
    uint32_t                 property;     /* its index + 1, or 0 */
    unsigned                 caseless:1;
    unsigned                 negated:1;
} chatops_regex_item_t;

typedef struct {
    uint32_t                 ascii[4];     /* the bits of 0 to 127 */
    uint32_t                 items;        /* the first one's index */
    uint32_t                 nitems;
    unsigned                 negated:1;
    unsigned                 has_properties:1;
} chatops_regex_class_t;


typedef struct {
    chatops_regex_inst_t      *insts;
    chatops_regex_class_t     *classes;
    chatops_regex_item_t      *items;
    chatops_regex_property_t  *properties;

    uint32_t                   ninsts;
    uint32_t                   nclasses;
    uint32_t                   nitems;
    uint32_t                   nproperties;

    unsigned                   bytes:1;    /* has a \C */
    unsigned                   never:1;    /* GitLab's never matches */
    unsigned                   partial:1;  /* too large, or beyond PCRE2 */
} chatops_regex_program_t;


/* What a repetition would repeat. */
typedef struct {
    uint32_t                   start;      /* its first instruction */
    uint32_t                   factor;     /* most it is repeated inside */
    double                     cost;
    unsigned                   repeated;   /* STAR, PLUS, QUEST or ONCE */
    unsigned                   slot:1;     /* the first one is free */
} chatops_regex_atom_t;

typedef struct {
    uint32_t                   start;
    uint32_t                   branch;     /* the slot of the one read */
    uint32_t                   jump;       /* the last to its end, or 0 */
    uint32_t                   factor;
    double                     cost;       /* of what was before it */
    unsigned                   flags;      /* as they were before it */
} chatops_regex_group_t;

typedef struct {
    chatops_arena_t           *arena;
    chatops_regex_program_t   *program;
    const char                *why;

    const u_char              *pos;
    const u_char              *end;

    uint32_t                   max_insts;
    uint32_t                   max_classes;
    uint32_t                   max_items;
    uint32_t                   max_properties;

    chatops_regex_group_t     *groups;     /* the open ones */
    uint32_t                   ngroups;
    uint32_t                   max_groups;
    uint32_t                   captures;
    chatops_regex_property_t   letters;    /* of groups' names, once needed */
    pcre2_match_data          *data;

    uint32_t                   limit;      /* of instructions */
    double                     cost;       /* what RE2 would need */
    unsigned                   flags;
    const u_char              *closing;    /* no ":]" from here on */

    chatops_regex_atom_t       atom;
    unsigned                   has_atom:1;
    unsigned                   after_repetition:1;
    unsigned                   quoting:1;  /* by a \Q without \E */
} chatops_regex_parser_t;


/*
 * The program of a pattern, without slashes and flags.  When it would need
 * more than `limit` instructions it is checked to its end, but its program
 * is marked as partial.  CHATOPS_OK; CHATOPS_DECLINED with `why`, a static
 * text; CHATOPS_ERROR (memory).
 */
int chatops_regex_compile(chatops_arena_t *arena,
    const chatops_str_t *pattern, uint32_t limit,
    chatops_regex_program_t *program, const char **why);

/* As chatops_regex_match_within(). */
chatops_truth_e chatops_regex_run(const chatops_regex_program_t *program,
    const chatops_str_t *text, size_t *left);

/* The program is made by these; all return CHATOPS_OK or another result. */

/* One instruction, an atom. */
int chatops_regex_push(chatops_regex_parser_t *parser,
    chatops_regex_op_e op, int32_t arg);
int chatops_regex_push_rune(chatops_regex_parser_t *parser, uint32_t rune);

/* `(`, `|`, `)`; at the end of all, the first group is closed. */
int chatops_regex_open(chatops_regex_parser_t *parser);
int chatops_regex_branch(chatops_regex_parser_t *parser);
int chatops_regex_close(chatops_regex_parser_t *parser);
int chatops_regex_finish(chatops_regex_parser_t *parser);

/* The atom `least` to `most` times, -1 for no end. */
int chatops_regex_repeat(chatops_regex_parser_t *parser, int least,
    int most);

/* DECLINED, for this reason. */
int chatops_regex_fail(chatops_regex_parser_t *parser, const char *why);

/* Room for another element of `size` bytes; CHATOPS_OK or CHATOPS_ERROR. */
int chatops_regex_grow(chatops_arena_t *arena, void *array, uint32_t n,
    uint32_t *max, size_t size);

/*
 * The rest reads one thing at the parser's `pos`, and returns what
 * chatops_regex_compile() does.
 */

/* From the `[` on. */
int chatops_regex_parse_class(chatops_regex_parser_t *parser);

/* A backslash and what comes after it, when it is one character. */
int chatops_regex_parse_escape(chatops_regex_parser_t *parser,
    uint32_t *rune);

/*
 * \d \w \s \p{…} and the like, as the last class of the program; AGAIN:
 * there is none here.
 */
int chatops_regex_parse_class_escape(chatops_regex_parser_t *parser);

/* A new class, the program's last. */
int chatops_regex_class_add(chatops_regex_parser_t *parser);

/* A character, which is there and well-formed. */
uint32_t chatops_regex_rune(const u_char **pos, const u_char *end);

/*
 * The next of the characters that differ in case only, at last the first
 * again; the character itself when it is alone.
 */
uint32_t chatops_regex_fold(uint32_t rune);

/*
 * `name`: what stands in \p{…}, static or of the arena, or what the name of a
 * group can have.  AGAIN: this PCRE2 does not know it.
 */
int chatops_regex_property_make(chatops_arena_t *arena,
    const chatops_str_t *name, chatops_regex_property_t *property);

/* 1, 0.  `data` has room for a match without groups. */
int chatops_regex_property_has(const chatops_regex_property_t *property,
    uint32_t rune, pcre2_match_data *data);

/* PCRE2's memory, from the arena; NULL when there is none. */
pcre2_general_context *chatops_regex_memory(chatops_arena_t *arena);


#endif /* CHATOPS_REGEX_PARTS_H */
