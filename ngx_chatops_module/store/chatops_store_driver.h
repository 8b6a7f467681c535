/*
 * What a database has to do to be a run store.  A driver is one table of
 * functions, named in the list of chatops_store.c; chatops_store.h says what
 * each call means.  A driver's arguments have been checked.
 */

#ifndef CHATOPS_STORE_DRIVER_H
#define CHATOPS_STORE_DRIVER_H


#include "chatops_store.h"


/* The longest lease and the farthest due time: a year. */
#define CHATOPS_STORE_MAX_MS     (366LL * 24 * 3600 * 1000)

#define CHATOPS_STORE_OWNER_MAX  255      /* bytes */


typedef struct {
    const char        *scheme;            /* "sqlite", as the URL says it */

    /* `path` is what stands behind the colon. */
    int              (*parse)(const chatops_str_t *path,
                              chatops_store_error_t *error);
    chatops_store_t *(*open)(const chatops_str_t *path, int busy_ms,
                             chatops_store_error_t *error);
    void             (*close)(chatops_store_t *store);

    int              (*begin)(chatops_store_t *store);
    int              (*commit)(chatops_store_t *store);
    void             (*rollback)(chatops_store_t *store);

    int              (*add)(chatops_store_t *store, const chatops_run_t *run,
                            const chatops_str_t *owner, int64_t lease_ms);
    int              (*update)(chatops_store_t *store,
                               const chatops_run_t *run,
                               const chatops_str_t *owner, int64_t lease_ms,
                               int64_t due_ms);
    int              (*release)(chatops_store_t *store,
                                const chatops_str_t *id,
                                const chatops_str_t *owner);
    int              (*wake)(chatops_store_t *store,
                             const chatops_str_t *id);
    int              (*claim)(chatops_store_t *store, size_t max,
                              const chatops_str_t *owner, int64_t lease_ms,
                              int64_t slack_ms, chatops_arena_t *arena,
                              chatops_run_t **runs, size_t *count);
    int              (*find)(chatops_store_t *store, const chatops_str_t *id,
                             chatops_arena_t *arena, chatops_run_t *run);
    int              (*recent)(chatops_store_t *store, size_t max,
                               chatops_arena_t *arena, chatops_run_t **runs,
                               size_t *count);
} chatops_store_driver_t;


/* A driver's own store begins with this. */
struct chatops_store_s {
    const chatops_store_driver_t  *driver;
    const char                    *call;      /* "add", for messages */
    chatops_store_error_t          error;
};


extern const chatops_store_driver_t  chatops_store_sqlite_driver;


/* Sets the error to "<call>: <message>".  Returns CHATOPS_ERROR. */
int chatops_store_fail(chatops_store_t *store, const char *format, ...)
    __attribute__((format(printf, 2, 3)));


/* An array of runs that grows in an arena. */
typedef struct {
    chatops_arena_t  *arena;
    chatops_run_t    *runs;
    size_t            count;
    size_t            size;
} chatops_store_rows_t;

/* A zeroed run at the end; NULL when out of memory. */
chatops_run_t *chatops_store_rows_push(chatops_store_rows_t *rows);


#endif /* CHATOPS_STORE_DRIVER_H */
