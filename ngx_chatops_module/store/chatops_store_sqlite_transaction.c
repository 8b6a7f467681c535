
#include "chatops_store_sqlite.h"


static int chatops_sqlite_start(chatops_sqlite_t *s);


int
chatops_sqlite_begin(chatops_store_t *store)
{
    chatops_sqlite_t  *s;

    s = (chatops_sqlite_t *) store;

    if (s->begun) {
        return chatops_store_fail(store, "begun already");
    }

    if (chatops_sqlite_start(s) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    s->begun = 1;

    return CHATOPS_OK;
}


int
chatops_sqlite_commit(chatops_store_t *store)
{
    chatops_sqlite_t  *s;

    s = (chatops_sqlite_t *) store;

    if (!s->begun) {
        return chatops_store_fail(store, "not begun");
    }

    s->begun = 0;

    if (sqlite3_get_autocommit(s->db)) {
        return chatops_store_fail(store, "SQLite has undone it all after an "
                                  "earlier error");
    }

    if (chatops_sqlite_run(s, CHATOPS_SQL_COMMIT) == CHATOPS_OK) {
        return CHATOPS_OK;
    }

    chatops_sqlite_rollback(store);

    return CHATOPS_ERROR;
}


/* Leaves the error as it is: it says why. */
void
chatops_sqlite_rollback(chatops_store_t *store)
{
    chatops_sqlite_t  *s;

    s = (chatops_sqlite_t *) store;
    s->begun = 0;

    if (!sqlite3_get_autocommit(s->db)) {
        (void) sqlite3_step(s->stmts[CHATOPS_SQL_ROLLBACK]);
        chatops_sqlite_reset(s->stmts[CHATOPS_SQL_ROLLBACK]);
    }
}


int
chatops_sqlite_enter(chatops_sqlite_t *s)
{
    if (!s->begun) {
        return chatops_sqlite_start(s);
    }

    /* SQLite may undo it all by itself when the disk fails */

    if (sqlite3_get_autocommit(s->db)) {
        return chatops_store_fail(&s->store, "SQLite has undone the "
                                  "transaction after an earlier error");
    }

    return chatops_sqlite_run(s, CHATOPS_SQL_SAVEPOINT);
}


int
chatops_sqlite_leave(chatops_sqlite_t *s, int result)
{
    if (result == CHATOPS_OK) {
        result = chatops_sqlite_run(s, s->begun ? CHATOPS_SQL_KEEP
                                                : CHATOPS_SQL_COMMIT);

        if (result == CHATOPS_OK) {
            return CHATOPS_OK;
        }
    }

    if (!s->begun) {
        chatops_sqlite_rollback(&s->store);
        return result;
    }

    if (!sqlite3_get_autocommit(s->db)) {
        (void) sqlite3_step(s->stmts[CHATOPS_SQL_UNDO]);
        chatops_sqlite_reset(s->stmts[CHATOPS_SQL_UNDO]);

        (void) sqlite3_step(s->stmts[CHATOPS_SQL_KEEP]);
        chatops_sqlite_reset(s->stmts[CHATOPS_SQL_KEEP]);
    }

    return result;
}


static int
chatops_sqlite_start(chatops_sqlite_t *s)
{
    int  moved;

    moved = 0;

    (void) sqlite3_file_control(s->db, "main", SQLITE_FCNTL_HAS_MOVED,
                                &moved);

    if (moved) {
        return chatops_store_fail(&s->store, "the database file has been "
                                  "moved or removed while it was open");
    }

    return chatops_sqlite_run(s, CHATOPS_SQL_BEGIN);
}
