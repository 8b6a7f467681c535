/*
 * What the SQLite driver's files share.
 */

#ifndef CHATOPS_STORE_SQLITE_H
#define CHATOPS_STORE_SQLITE_H


#include <sqlite3.h>
#include <time.h>

#include "chatops_store_driver.h"


/* "ChOp" in the file's header, by which our databases are told. */
#define CHATOPS_SQLITE_APPLICATION_ID  0x43684f70

/* A row, and so each text in it, is at most so long. */
#define CHATOPS_SQLITE_MAX_ROW         (256 * 1024)

/* SQLite puts "-journal" behind the name. */
#define CHATOPS_SQLITE_MAX_PATH        480


typedef enum {
    CHATOPS_SQL_BEGIN = 0,
    CHATOPS_SQL_COMMIT,
    CHATOPS_SQL_ROLLBACK,
    CHATOPS_SQL_SAVEPOINT,
    CHATOPS_SQL_KEEP,
    CHATOPS_SQL_UNDO,
    CHATOPS_SQL_ADD,
    CHATOPS_SQL_UPDATE,
    CHATOPS_SQL_RELEASE,
    CHATOPS_SQL_WAKE,
    CHATOPS_SQL_DUE,
    CHATOPS_SQL_PROJECT,
    CHATOPS_SQL_LEASE,
    CHATOPS_SQL_FIND,
    CHATOPS_SQL_RECENT,
    CHATOPS_SQLS
} chatops_sql_e;


typedef struct {
    chatops_store_t   store;
    sqlite3          *db;
    sqlite3_stmt     *stmts[CHATOPS_SQLS];
    int64_t           busy_ms;
    int64_t           busy_since;
    unsigned          begun:1;
    char              path[CHATOPS_SQLITE_MAX_PATH + 1];
} chatops_sqlite_t;


/* The driver's calls; chatops_store_driver.h. */

int chatops_sqlite_begin(chatops_store_t *store);
int chatops_sqlite_commit(chatops_store_t *store);
void chatops_sqlite_rollback(chatops_store_t *store);
int chatops_sqlite_add(chatops_store_t *store, const chatops_run_t *run,
    const chatops_str_t *owner, int64_t lease_ms);
int chatops_sqlite_update(chatops_store_t *store, const chatops_run_t *run,
    const chatops_str_t *owner, int64_t lease_ms, int64_t due_ms);
int chatops_sqlite_release(chatops_store_t *store, const chatops_str_t *id,
    const chatops_str_t *owner);
int chatops_sqlite_wake(chatops_store_t *store, const chatops_str_t *id);
int chatops_sqlite_claim(chatops_store_t *store, size_t max,
    const chatops_str_t *owner, int64_t lease_ms, int64_t slack_ms,
    chatops_arena_t *arena, chatops_run_t **runs, size_t *count);
int chatops_sqlite_find(chatops_store_t *store, const chatops_str_t *id,
    chatops_arena_t *arena, chatops_run_t *run);
int chatops_sqlite_recent(chatops_store_t *store, size_t max,
    chatops_arena_t *arena, chatops_run_t **runs, size_t *count);


/*
 * Every call that writes is between enter and leave: a transaction of its
 * own, or a savepoint in the one begun.  Leave takes the call's result and
 * keeps what was done for CHATOPS_OK only.  Returns the result, or
 * CHATOPS_ERROR.
 */
int chatops_sqlite_enter(chatops_sqlite_t *s);
int chatops_sqlite_leave(chatops_sqlite_t *s, int result);


/*
 * Whose database is it, and of which version?  Reads only, so that a file
 * that is not ours is left as it was.
 */
int chatops_sqlite_schema_check(chatops_store_t *store, sqlite3 *db);

/* Brings the schema up to this version, in one transaction. */
int chatops_sqlite_schema_migrate(chatops_store_t *store, sqlite3 *db);


/* A statement that gives no rows.  CHATOPS_OK or CHATOPS_ERROR. */
int chatops_sqlite_run(chatops_sqlite_t *s, chatops_sql_e sql);

/* As chatops_sqlite_run(); CHATOPS_DECLINED when it changed no row. */
int chatops_sqlite_change(chatops_sqlite_t *s, chatops_sql_e sql);

/* Lets go of what was bound, too: it belongs to the caller. */
void chatops_sqlite_reset(sqlite3_stmt *stmt);

/* These return SQLite's codes.  Texts have to stay until the reset. */
int chatops_sqlite_bind_int(sqlite3_stmt *stmt, const char *name,
    int64_t value);
int chatops_sqlite_bind_str(sqlite3_stmt *stmt, const char *name,
    const chatops_str_t *text);
int chatops_sqlite_bind_run(sqlite3_stmt *stmt, const chatops_run_t *run,
    const chatops_str_t *owner, unsigned adds);

/*
 * All rows of a statement that selects the columns.  One with a word that is
 * not known goes to `unread`, with its id; without `unread` it is an error.
 */
int chatops_sqlite_rows(chatops_sqlite_t *s, sqlite3_stmt *stmt,
    chatops_store_rows_t *rows, chatops_store_rows_t *unread);

/* A view that holds until the next step.  CHATOPS_OK or CHATOPS_ERROR. */
int chatops_sqlite_text(sqlite3_stmt *stmt, int n, chatops_str_t *text);


/*
 * Sets the store's error to what went wrong with the connection's last call,
 * in words that an operator can act on.  Bound values never come in.
 * Returns CHATOPS_ERROR.
 */
int chatops_sqlite_failed(chatops_store_t *store, sqlite3 *db);

/* Milliseconds.  The one clock of leases and due times. */
int64_t chatops_sqlite_clock(clockid_t id);


#endif /* CHATOPS_STORE_SQLITE_H */
