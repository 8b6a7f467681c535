
#include <errno.h>

#include "chatops_store_column.h"
#include "chatops_store_sqlite.h"


static int chatops_sqlite_bind(sqlite3_stmt *stmt, int n,
    const chatops_str_t *text);
static int chatops_sqlite_read(sqlite3_stmt *stmt, chatops_arena_t *arena,
    chatops_run_t *run);


int
chatops_sqlite_run(chatops_sqlite_t *s, chatops_sql_e sql)
{
    int            rc;
    sqlite3_stmt  *stmt;

    stmt = s->stmts[sql];
    rc = CHATOPS_OK;
    errno = 0;

    if (sqlite3_step(stmt) != SQLITE_DONE) {
        rc = chatops_sqlite_failed(&s->store, s->db);
    }

    chatops_sqlite_reset(stmt);

    return rc;
}


int
chatops_sqlite_change(chatops_sqlite_t *s, chatops_sql_e sql)
{
    if (chatops_sqlite_run(s, sql) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    return sqlite3_changes(s->db) == 0 ? CHATOPS_DECLINED : CHATOPS_OK;
}


void
chatops_sqlite_reset(sqlite3_stmt *stmt)
{
    (void) sqlite3_reset(stmt);
    (void) sqlite3_clear_bindings(stmt);
}


int
chatops_sqlite_bind_int(sqlite3_stmt *stmt, const char *name, int64_t value)
{
    return sqlite3_bind_int64(stmt, sqlite3_bind_parameter_index(stmt, name),
                              value);
}


int
chatops_sqlite_bind_str(sqlite3_stmt *stmt, const char *name,
    const chatops_str_t *text)
{
    return chatops_sqlite_bind(stmt, sqlite3_bind_parameter_index(stmt, name),
                               text);
}


static int
chatops_sqlite_bind(sqlite3_stmt *stmt, int n, const chatops_str_t *text)
{
    /* a NULL pointer would be SQL's null */

    return sqlite3_bind_text64(stmt, n,
                               text->len == 0 ? "" : (char *) text->data,
                               text->len, SQLITE_STATIC, SQLITE_UTF8);
}


int
chatops_sqlite_bind_run(sqlite3_stmt *stmt, const chatops_run_t *run,
    const chatops_str_t *owner, unsigned adds)
{
    int                      i, rc;
    chatops_str_t            text;
    const chatops_column_t  *column;

    rc = SQLITE_OK;

    for (i = 0; rc == SQLITE_OK && i < CHATOPS_COLUMNS; i++) {

        column = &chatops_columns[i];

        if (column->write == CHATOPS_COLUMN_ONCE
            && !adds && i != CHATOPS_COLUMN_ID)
        {
            continue;
        }

        if (column->type == CHATOPS_COLUMN_INTEGER) {
            rc = sqlite3_bind_int64(stmt, i + 1,
                                    chatops_column_integer(column, run));
            continue;
        }

        text = i == CHATOPS_COLUMN_OWNER ? *owner
                                         : chatops_column_text(column, run);

        rc = chatops_sqlite_bind(stmt, i + 1, &text);
    }

    return rc;
}


int
chatops_sqlite_rows(chatops_sqlite_t *s, sqlite3_stmt *stmt,
    chatops_store_rows_t *rows, chatops_store_rows_t *unread)
{
    int             rc;
    chatops_run_t   run, *place;

    for ( ;; ) {

        rc = sqlite3_step(stmt);

        if (rc == SQLITE_DONE) {
            return CHATOPS_OK;
        }

        if (rc != SQLITE_ROW) {
            return chatops_sqlite_failed(&s->store, s->db);
        }

        memset(&run, 0, sizeof(chatops_run_t));

        rc = chatops_sqlite_read(stmt, rows->arena, &run);

        if (rc == CHATOPS_DECLINED && unread == NULL) {
            return chatops_store_fail(&s->store, "run %.*s has a state that "
                                      "is not known", chatops_str_arg(&run.id));
        }

        place = NULL;

        if (rc != CHATOPS_ERROR) {
            place = chatops_store_rows_push(rc == CHATOPS_OK ? rows : unread);
        }

        if (place == NULL) {
            return chatops_store_fail(&s->store, "out of memory");
        }

        *place = run;
    }
}


/* CHATOPS_DECLINED for a word not known; the id has been read then. */
static int
chatops_sqlite_read(sqlite3_stmt *stmt, chatops_arena_t *arena,
    chatops_run_t *run)
{
    int                      i, rc;
    chatops_str_t            text;
    const chatops_column_t  *column;

    for (i = 0; i < CHATOPS_COLUMNS; i++) {

        column = &chatops_columns[i];

        if (column->type == CHATOPS_COLUMN_INTEGER) {
            chatops_column_set_integer(column, run,
                                       sqlite3_column_int64(stmt, i));
            continue;
        }

        rc = chatops_sqlite_text(stmt, i, &text);

        if (rc == CHATOPS_OK) {
            rc = chatops_column_set_text(column, run, &text, arena);
        }

        if (rc != CHATOPS_OK) {
            return rc;
        }
    }

    return CHATOPS_OK;
}


int
chatops_sqlite_text(sqlite3_stmt *stmt, int n, chatops_str_t *text)
{
    const void  *data;

    data = sqlite3_column_text(stmt, n);

    if (data == NULL) {
        return CHATOPS_ERROR;
    }

    *text = chatops_strn(data, sqlite3_column_bytes(stmt, n));

    return CHATOPS_OK;
}
