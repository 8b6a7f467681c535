/*
 * What the parts of the reading of YAML share; for nobody else.
 */

#ifndef CHATOPS_YAML_PARTS_H
#define CHATOPS_YAML_PARTS_H


#include <yaml.h>

#include "chatops_yaml.h"


typedef struct {
    chatops_yaml_node_t     *node;
    unsigned                 height:8;    /* 1 for a scalar */
    unsigned                 alias:1;
} chatops_yaml_entry_t;


typedef struct {
    chatops_str_t            name;
    chatops_yaml_node_t     *node;
    uint32_t                 height;      /* 0 until its end has been read */
} chatops_yaml_anchor_t;


/* A sequence or mapping whose end has not been read yet. */

typedef struct {
    chatops_yaml_node_t     *node;
    chatops_yaml_anchor_t   *anchor;
    size_t                   start;       /* of its entries */
    uint32_t                 height;
    unsigned                 merges:1;    /* it may hold a `<<` */
} chatops_yaml_frame_t;


typedef struct {
    chatops_arena_t         *arena;
    chatops_yaml_error_t    *error;

    chatops_yaml_frame_t     frames[CHATOPS_YAML_MAX_DEPTH];
    size_t                   depth;

    chatops_yaml_entry_t    *entries;
    size_t                   nentries;
    size_t                   max_entries;

    chatops_yaml_anchor_t  **anchors;     /* by name */
    size_t                   nanchors;
    size_t                   max_anchors;

    size_t                   nodes;
    size_t                   aliases;
    size_t                   merged;

    uint32_t                 line;        /* of the document, less one */
    uint16_t                 file;
    unsigned                 blocks:1;    /* somewhere in the text */
} chatops_yaml_reader_t;


/* Each of these returns CHATOPS_OK, CHATOPS_DECLINED or CHATOPS_ERROR. */

int chatops_yaml_read_scalar(chatops_yaml_reader_t *reader,
    const yaml_event_t *event);
int chatops_yaml_read_alias(chatops_yaml_reader_t *reader,
    const yaml_event_t *event);
int chatops_yaml_read_start(chatops_yaml_reader_t *reader,
    const yaml_event_t *event);
int chatops_yaml_read_end(chatops_yaml_reader_t *reader);

/* An anchor of the same name takes the place of the one before. */
int chatops_yaml_anchor_add(chatops_yaml_reader_t *reader,
    chatops_yaml_node_t *node, const yaml_char_t *name,
    chatops_yaml_anchor_t **anchor);
chatops_yaml_anchor_t *chatops_yaml_anchor_find(
    const chatops_yaml_reader_t *reader, const chatops_str_t *name);

/* The pairs of a mapping whose keys may be `<<`. */
int chatops_yaml_merge_read(chatops_yaml_reader_t *reader,
    chatops_yaml_node_t *node, const chatops_yaml_entry_t *entries,
    size_t count);

/* CHATOPS_DECLINED, with the line (0: none) and the text as the error. */
int chatops_yaml_declined(chatops_yaml_error_t *error, uint32_t line,
    const char *text);


#endif /* CHATOPS_YAML_PARTS_H */
