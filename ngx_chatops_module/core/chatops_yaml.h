/*
 * YAML as a tree, by libyaml, with limits: what a repository holds must not
 * be able to hurt the proxy that reads it.
 *
 * Anchors and aliases become shared nodes, so that a "billion laughs" file
 * takes no more memory than its text; whoever walks the tree bounds the walk,
 * and the writer bounds its output.  Merge keys (`<<`, also with a list) are
 * resolved while reading: explicit keys before the `<<` are overridden by it
 * as in GitLab (Psych), of duplicate keys the last wins; a null key is one
 * key, `~`, however it is written.
 */

#ifndef CHATOPS_YAML_H
#define CHATOPS_YAML_H


#include "chatops_core.h"
#include "chatops_index.h"


#define CHATOPS_YAML_MAX_BYTES    (2 * 1024 * 1024)
#define CHATOPS_YAML_MAX_NODES    200000
#define CHATOPS_YAML_MAX_DEPTH    64
#define CHATOPS_YAML_MAX_ALIASES  10000
#define CHATOPS_YAML_MAX_SIZE     1000000

#define CHATOPS_YAML_STR_TAG      "tag:yaml.org,2002:str"


typedef enum {
    CHATOPS_YAML_SCALAR = 0,
    CHATOPS_YAML_SEQUENCE,
    CHATOPS_YAML_MAPPING
} chatops_yaml_type_e;


/* What Ruby's Psych, and so GitLab, takes a scalar for. */

typedef enum {
    CHATOPS_YAML_NULL = 0,
    CHATOPS_YAML_BOOLEAN,
    CHATOPS_YAML_INTEGER,
    CHATOPS_YAML_FLOAT,
    CHATOPS_YAML_STRING,
    CHATOPS_YAML_SYMBOL,             /* :name */
    CHATOPS_YAML_TIME,               /* also a date; GitLab refuses it */
    CHATOPS_YAML_OTHER               /* no scalar, or a !reference */
} chatops_yaml_kind_e;


typedef struct chatops_yaml_node_s  chatops_yaml_node_t;
typedef struct chatops_yaml_pair_s  chatops_yaml_pair_t;

struct chatops_yaml_node_s {
    chatops_yaml_type_e     type;
    unsigned                plain:1;     /* a scalar without quotes */
    unsigned                bang:1;      /* ! '1': quoted, and no string */

    /* whether there is, here or below: for who looks for it, as read */
    unsigned                symbols:1;   /* a key with a colon in front */
    unsigned                references:1;
    unsigned                blocks:1;    /* $[[ */

    unsigned                height:8;    /* as read: 1 for a scalar */
    unsigned                file:16;     /* of several: which one */
    uint32_t                line;        /* from 1 */
    uint32_t                size;        /* as read: of nodes, aliases too */
    chatops_str_t           tag;         /* "!reference"; empty when implicit */
    chatops_str_t           value;       /* a scalar's text */
    size_t                  count;       /* of items or pairs */
    chatops_yaml_node_t   **items;       /* a sequence's */
    chatops_yaml_pair_t    *pairs;       /* a mapping's, in the file's order */
    chatops_index_t        *index;       /* of many pairs, else NULL */
};

struct chatops_yaml_pair_s {
    chatops_yaml_node_t    *key;
    chatops_yaml_node_t    *value;
};


typedef struct {
    char                    text[160];   /* "line 7: found unknown alias" */
    uint32_t                line;        /* from 1, 0 when none */
} chatops_yaml_error_t;


/*
 * Reads one document.  `root` is NULL for an empty one.  A first document
 * that holds `spec` is a header, the last is read instead; of others the
 * first is read (GitLab: lib/gitlab/config/loader/multi_doc_yaml.rb, at most
 * three that `---` begins).  The tree lives in the arena and copies what it
 * needs of `text`.
 *
 * CHATOPS_OK; CHATOPS_DECLINED with `error` (syntax, a limit, a date or a
 * class of Ruby's, both of which GitLab does not read); or CHATOPS_ERROR
 * (memory).
 */
int chatops_yaml_parse(chatops_arena_t *arena, const chatops_str_t *text,
    chatops_yaml_node_t **root, chatops_yaml_error_t *error);

/* The same, with the header, NULL when there is none, and the file's number. */
int chatops_yaml_parse_file(chatops_arena_t *arena, const chatops_str_t *text,
    uint16_t file, chatops_yaml_node_t **header, chatops_yaml_node_t **root,
    chatops_yaml_error_t *error);

/*
 * Writes a tree, by libyaml's emitter: aliases written out, quoted scalars
 * quoted, tags kept.  `limit`: the most bytes, and the most nodes visited.
 *
 * CHATOPS_OK; CHATOPS_DECLINED over the limit, nested too deeply or with
 * something that is not UTF-8; CHATOPS_ERROR (memory).
 */
int chatops_yaml_write(chatops_arena_t *arena,
    const chatops_yaml_node_t *root, size_t limit, chatops_str_t *text);

/*
 * YAML 1.1 as Psych's ScalarScanner reads it: 017, 1_000, 0x1f, 1:30 are
 * integers, 1e3 is a string; quotes or !!str make a string.  NULL is null.
 */
chatops_yaml_kind_e chatops_yaml_kind(const chatops_yaml_node_t *node);

/*
 * The text that Ruby's to_s makes of a scalar: "15" of 017, "1.1" of 1.10,
 * "true" of yes, "" of null and of what is no scalar.  It may be a view of
 * the node's.  CHATOPS_OK or CHATOPS_ERROR.
 */
int chatops_yaml_text(chatops_arena_t *arena, const chatops_yaml_node_t *node,
    chatops_str_t *text);

/* The value of a mapping's key, NULL when there is none or no mapping. */
chatops_yaml_node_t *chatops_yaml_get(const chatops_yaml_node_t *node,
    const char *key);
chatops_yaml_node_t *chatops_yaml_find(const chatops_yaml_node_t *node,
    const chatops_str_t *key);

/* The place of a mapping's pair with this key; its count when none has it. */
size_t chatops_yaml_place(const chatops_yaml_node_t *mapping,
    const chatops_str_t *key);

/* 1 when there is no value: no node, or an unquoted null, ~ or nothing. */
int chatops_yaml_is_null(const chatops_yaml_node_t *node);

/* 1 when it is what YAML 1.1 takes for true: an unquoted true, yes or on. */
int chatops_yaml_is_true(const chatops_yaml_node_t *node);

/* 1 when it is what YAML 1.1 takes for false: an unquoted false, no or off. */
int chatops_yaml_is_false(const chatops_yaml_node_t *node);

/*
 * New nodes for trees to be written.  NULL: out of memory.  A scalar from
 * chatops_yaml_scalar() is written with quotes, so that it stays a string;
 * chatops_yaml_plain() writes true, 1, null as such.
 */
chatops_yaml_node_t *chatops_yaml_scalar(chatops_arena_t *arena,
    const chatops_str_t *value);
chatops_yaml_node_t *chatops_yaml_plain(chatops_arena_t *arena,
    const char *value);
chatops_yaml_node_t *chatops_yaml_mapping(chatops_arena_t *arena);
chatops_yaml_node_t *chatops_yaml_sequence(chatops_arena_t *arena);

/*
 * A new mapping with the pairs of both, which may be NULL or no mappings; of
 * the same key the value is that of `over`.  NULL: out of memory.
 */
chatops_yaml_node_t *chatops_yaml_merge(chatops_arena_t *arena,
    const chatops_yaml_node_t *under, const chatops_yaml_node_t *over);

/*
 * Adds to a node made by the functions above; a key that is there already
 * gets the new value.  CHATOPS_OK or CHATOPS_ERROR.
 */
int chatops_yaml_set(chatops_arena_t *arena, chatops_yaml_node_t *mapping,
    chatops_yaml_node_t *key, chatops_yaml_node_t *value);
int chatops_yaml_append(chatops_arena_t *arena,
    chatops_yaml_node_t *sequence, chatops_yaml_node_t *item);

/* Takes a key out of a mapping made by the functions above. */
void chatops_yaml_remove(chatops_yaml_node_t *mapping, const char *key);

/* Sets a node's size, height and marks again, by those of its parts. */
void chatops_yaml_measure(chatops_yaml_node_t *node);

/*
 * Of pairs with the same key leaves one, at the place of the first, with the
 * value of the last, and makes an index when they are many.  CHATOPS_OK or
 * CHATOPS_ERROR.
 */
int chatops_yaml_unique(chatops_arena_t *arena, chatops_yaml_node_t *mapping);

/* The index alone, when the keys are known to differ. */
int chatops_yaml_index(chatops_arena_t *arena, chatops_yaml_node_t *mapping);


#endif /* CHATOPS_YAML_H */
