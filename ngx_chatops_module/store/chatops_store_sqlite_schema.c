
#include <stdio.h>

#include "chatops_store_sqlite.h"


static int chatops_sqlite_schema_look(chatops_store_t *store, sqlite3 *db);
static int chatops_sqlite_schema_change(chatops_store_t *store, sqlite3 *db);
static int chatops_sqlite_schema_number(chatops_store_t *store, sqlite3 *db,
    const char *sql, sqlite3_int64 *number);


/*
 * Migration n leads from version n to n + 1.  One that has been released is
 * never changed.  A new word for a state needs a version too: a module that
 * does not know it must refuse the file.
 */
static const char *chatops_sqlite_migrations[] = {

    "CREATE TABLE runs ("
    "    id              TEXT     NOT NULL PRIMARY KEY,"
    "    state           TEXT     NOT NULL,"
    "    reply           TEXT     NOT NULL,"
    "    kind            TEXT     NOT NULL,"
    "    cleanup         TEXT     NOT NULL,"
    "    created_at      INTEGER  NOT NULL,"
    "    triggered_at    INTEGER  NOT NULL,"
    "    finished_at     INTEGER  NOT NULL,"
    "    deadline_at     INTEGER  NOT NULL,"
    "    service         TEXT     NOT NULL,"
    "    team_id         TEXT     NOT NULL,"
    "    channel_id      TEXT     NOT NULL,"
    "    channel_name    TEXT     NOT NULL,"
    "    user_id         TEXT     NOT NULL,"
    "    trigger_id      TEXT     NOT NULL,"
    "    response_url    TEXT     NOT NULL,"
    "    gitlab          TEXT     NOT NULL,"
    "    project         TEXT     NOT NULL,"
    "    gitlab_user_id  INTEGER  NOT NULL,"
    "    ref             TEXT     NOT NULL,"
    "    sha             TEXT     NOT NULL,"
    "    job             TEXT     NOT NULL,"
    "    input           TEXT     NOT NULL,"
    "    strategy        TEXT     NOT NULL,"
    "    commands        INTEGER  NOT NULL,"
    "    manual          INTEGER  NOT NULL,"
    "    branch          TEXT     NOT NULL,"
    "    pipeline_id     INTEGER  NOT NULL,"
    "    pipeline_url    TEXT     NOT NULL,"
    "    job_id          INTEGER  NOT NULL,"
    "    job_url         TEXT     NOT NULL,"
    "    status          TEXT     NOT NULL,"
    "    attempts        INTEGER  NOT NULL,"
    "    error           TEXT     NOT NULL,"
    "    owner           TEXT     NOT NULL,"
    "    leased_until    INTEGER  NOT NULL,"
    "    due_at          INTEGER"
    ") STRICT;"
    "CREATE UNIQUE INDEX runs_command"
    "    ON runs (service, team_id, trigger_id);"
    "CREATE INDEX runs_due ON runs (due_at) WHERE due_at IS NOT NULL;"
    "CREATE INDEX runs_project ON runs (gitlab, project, due_at)"
    "    WHERE due_at IS NOT NULL;",

    "ALTER TABLE runs ADD COLUMN tag INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE runs ADD COLUMN note TEXT NOT NULL DEFAULT '';",

    "ALTER TABLE runs ADD COLUMN team_domain TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE runs ADD COLUMN user_name TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE runs ADD COLUMN command TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE runs ADD COLUMN link TEXT NOT NULL DEFAULT '';"
};

#define CHATOPS_SQLITE_VERSION                                                \
    ((sqlite3_int64) (sizeof(chatops_sqlite_migrations)                       \
                      / sizeof(chatops_sqlite_migrations[0])))


int
chatops_sqlite_schema_check(chatops_store_t *store, sqlite3 *db)
{
    int  rc;

    /* one view of the file: another process may be making its schema */

    if (sqlite3_exec(db, "SAVEPOINT look", NULL, NULL, NULL) != SQLITE_OK) {
        return chatops_sqlite_failed(store, db);
    }

    rc = chatops_sqlite_schema_look(store, db);

    (void) sqlite3_exec(db, "RELEASE look", NULL, NULL, NULL);

    return rc;
}


static int
chatops_sqlite_schema_look(chatops_store_t *store, sqlite3 *db)
{
    sqlite3_int64  id, tables, version;

    if (chatops_sqlite_schema_number(store, db, "PRAGMA application_id", &id)
        != CHATOPS_OK
        || chatops_sqlite_schema_number(store, db, "PRAGMA user_version",
                                        &version)
           != CHATOPS_OK
        || chatops_sqlite_schema_number(store, db,
                                        "SELECT count(*) FROM sqlite_schema",
                                        &tables)
           != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    if (id == 0 && version == 0 && tables == 0) {
        return CHATOPS_OK;
    }

    if (id != CHATOPS_SQLITE_APPLICATION_ID || version < 1) {
        return chatops_store_fail(store,
                                  "the database belongs to another program: "
                                  "give chatops_store a file of its own");
    }

    if (version > CHATOPS_SQLITE_VERSION) {
        return chatops_store_fail(store,
                                  "the database was written by a later "
                                  "release (its schema is %lld, the latest "
                                  "known here is %lld): install that "
                                  "release or use another file",
                                  version, CHATOPS_SQLITE_VERSION);
    }

    return CHATOPS_OK;
}


int
chatops_sqlite_schema_migrate(chatops_store_t *store, sqlite3 *db)
{
    int            rc;
    sqlite3_int64  version;

    rc = chatops_sqlite_schema_number(store, db, "PRAGMA user_version",
                                      &version);

    if (rc != CHATOPS_OK || version == CHATOPS_SQLITE_VERSION) {
        return rc;
    }

    if (sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK) {
        return chatops_sqlite_failed(store, db);
    }

    rc = chatops_sqlite_schema_change(store, db);

    if (rc == CHATOPS_OK
        && sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
    {
        rc = chatops_sqlite_failed(store, db);
    }

    if (rc != CHATOPS_OK && !sqlite3_get_autocommit(db)) {
        (void) sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    }

    return rc;
}


static int
chatops_sqlite_schema_change(chatops_store_t *store, sqlite3 *db)
{
    char           sql[128];
    sqlite3_int64  version;

    /* another process may have been faster, or be of a later release */

    if (chatops_sqlite_schema_check(store, db) != CHATOPS_OK
        || chatops_sqlite_schema_number(store, db, "PRAGMA user_version",
                                        &version)
           != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    for ( /* void */ ; version < CHATOPS_SQLITE_VERSION; version++) {
        if (sqlite3_exec(db, chatops_sqlite_migrations[version],
                         NULL, NULL, NULL)
            != SQLITE_OK)
        {
            return chatops_sqlite_failed(store, db);
        }
    }

    snprintf(sql, sizeof(sql),
             "PRAGMA application_id = %d; PRAGMA user_version = %lld",
             CHATOPS_SQLITE_APPLICATION_ID, version);

    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
        return chatops_sqlite_failed(store, db);
    }

    return CHATOPS_OK;
}


static int
chatops_sqlite_schema_number(chatops_store_t *store, sqlite3 *db,
    const char *sql, sqlite3_int64 *number)
{
    int            rc;
    sqlite3_stmt  *stmt;

    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK) {
        return chatops_sqlite_failed(store, db);
    }

    *number = 0;
    rc = CHATOPS_OK;

    switch (sqlite3_step(stmt)) {

    case SQLITE_ROW:
        *number = sqlite3_column_int64(stmt, 0);
        break;

    case SQLITE_DONE:
        break;

    default:
        rc = chatops_sqlite_failed(store, db);
    }

    (void) sqlite3_finalize(stmt);

    return rc;
}
