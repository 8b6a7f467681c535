/*
 * The columns of a run's row: each has the name of its field of
 * chatops_run_t, whatever the database.  Beside them a row has
 * `leased_until` and `due_at` (Unix milliseconds; due_at is null when the
 * run is never due again, else not before leased_until).
 */

#ifndef CHATOPS_STORE_COLUMN_H
#define CHATOPS_STORE_COLUMN_H


#include "chatops_run.h"


typedef enum {
    CHATOPS_COLUMN_TEXT = 0,       /* chatops_str_t */
    CHATOPS_COLUMN_INTEGER,        /* int64_t */
    CHATOPS_COLUMN_STATE,          /* the rest: a word, see chatops_run.h */
    CHATOPS_COLUMN_REPLY,
    CHATOPS_COLUMN_KIND,
    CHATOPS_COLUMN_CLEANUP
} chatops_column_type_e;


typedef enum {
    CHATOPS_COLUMN_ONCE = 0,       /* written when the run is added */
    CHATOPS_COLUMN_ALWAYS,         /* and by every update */
    CHATOPS_COLUMN_OWN             /* the store's own */
} chatops_column_write_e;


typedef struct {
    const char              *name;
    size_t                   offset;     /* in chatops_run_t */
    chatops_column_type_e    type;
    chatops_column_write_e   write;
} chatops_column_t;


/* The first is `id`, the last is `owner`. */
#define CHATOPS_COLUMNS       41
#define CHATOPS_COLUMN_ID     0
#define CHATOPS_COLUMN_OWNER  (CHATOPS_COLUMNS - 1)

extern const chatops_column_t  chatops_columns[CHATOPS_COLUMNS];


/* A text or a word to be written; the view belongs to the run or is static. */
chatops_str_t chatops_column_text(const chatops_column_t *column,
    const chatops_run_t *run);
int64_t chatops_column_integer(const chatops_column_t *column,
    const chatops_run_t *run);

/*
 * A text or a word that was read; a text is copied to the arena.
 * CHATOPS_OK, CHATOPS_DECLINED for a word not known, CHATOPS_ERROR (memory).
 */
int chatops_column_set_text(const chatops_column_t *column,
    chatops_run_t *run, const chatops_str_t *text, chatops_arena_t *arena);
void chatops_column_set_integer(const chatops_column_t *column,
    chatops_run_t *run, int64_t value);


#endif /* CHATOPS_STORE_COLUMN_H */
