
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chatops_store_column.h"
#include "chatops_store_sqlite.h"


#define CHATOPS_SQLITE_RETRY_NS  1000000


static int chatops_sqlite_create(chatops_sqlite_t *s);
static int chatops_sqlite_connect(chatops_sqlite_t *s);
static int chatops_sqlite_configure(chatops_sqlite_t *s);
static int chatops_sqlite_wal(chatops_sqlite_t *s);
static int chatops_sqlite_prepare(chatops_sqlite_t *s);
static char *chatops_sqlite_list(const char *format, unsigned updates);
static void chatops_sqlite_close(chatops_store_t *store);
static int chatops_sqlite_busy(void *data, int count);


/*
 * %s is the list of columns, or what an update sets; the second %s is the
 * list of their parameters, which have the columns' numbers.
 */
static const char *chatops_sqlite_statements[CHATOPS_SQLS] = {

    [CHATOPS_SQL_BEGIN]     = "BEGIN IMMEDIATE",
    [CHATOPS_SQL_COMMIT]    = "COMMIT",
    [CHATOPS_SQL_ROLLBACK]  = "ROLLBACK",
    [CHATOPS_SQL_SAVEPOINT] = "SAVEPOINT call",
    [CHATOPS_SQL_KEEP]      = "RELEASE call",
    [CHATOPS_SQL_UNDO]      = "ROLLBACK TO call",

    [CHATOPS_SQL_ADD] =
        "INSERT INTO runs (%s, leased_until, due_at)"
        " VALUES (%s, :leased_until, :due_at)"
        " ON CONFLICT (service, team_id, trigger_id) DO NOTHING",

    [CHATOPS_SQL_UPDATE] =
        "UPDATE runs SET %s, leased_until = :leased_until, due_at = :due_at"
        " WHERE id = ?1 AND owner = :holder",

    [CHATOPS_SQL_RELEASE] =
        "UPDATE runs SET owner = '', leased_until = 0, due_at = :now"
        " WHERE id = :id AND owner = :holder",

    [CHATOPS_SQL_WAKE] =
        "UPDATE runs SET due_at = :now"
        " WHERE id = :id AND due_at > :now AND leased_until <= :now"
        " AND reply IN ('none', 'scheduled')"
        " AND (state = 'watching' OR (state = 'triggering' AND job_id <> 0))",

    [CHATOPS_SQL_DUE] =
        "SELECT gitlab, project FROM runs"
        " WHERE due_at <= :now AND leased_until <= :now"
        " ORDER BY due_at LIMIT 1",

    [CHATOPS_SQL_PROJECT] =
        "SELECT %s FROM runs"
        " WHERE gitlab = :gitlab AND project = :project"
        " AND due_at <= :until AND leased_until <= :now"
        " ORDER BY due_at LIMIT :max",

    [CHATOPS_SQL_LEASE] =
        "UPDATE runs SET owner = :owner, leased_until = :until,"
        " due_at = :until WHERE id = :id",

    [CHATOPS_SQL_FIND] =
        "SELECT %s FROM runs WHERE id = :id",

    [CHATOPS_SQL_RECENT] =
        "SELECT %s FROM runs ORDER BY id DESC LIMIT :max"
};


static int
chatops_sqlite_parse(const chatops_str_t *path, chatops_store_error_t *error)
{
    size_t       i;
    const char  *text;

    text = NULL;

    if (path->len == 0 || path->data[0] != '/') {
        text = "the path of an SQLite store must be absolute: "
               "\"sqlite:/path/runs.db\"";

    } else if (path->data[path->len - 1] == '/') {
        text = "the path of an SQLite store names a directory";

    } else if (path->len > CHATOPS_SQLITE_MAX_PATH) {
        text = "the path of an SQLite store is too long";
    }

    for (i = 0; i < path->len; i++) {
        if (path->data[i] < 0x20 || path->data[i] == 0x7f) {
            text = "the path of an SQLite store has a control character";
        }
    }

    if (text == NULL) {
        return CHATOPS_OK;
    }

    snprintf(error->text, sizeof(error->text), "%s", text);

    return CHATOPS_DECLINED;
}


static chatops_store_t *
chatops_sqlite_open(const chatops_str_t *path, int busy_ms,
    chatops_store_error_t *error)
{
    chatops_sqlite_t  *s;

    s = calloc(1, sizeof(chatops_sqlite_t));

    if (s == NULL) {
        snprintf(error->text, sizeof(error->text), "open: out of memory");
        return NULL;
    }

    s->store.call = "open";
    s->busy_ms = busy_ms;
    memcpy(s->path, path->data, path->len);

    if (chatops_sqlite_create(s) != CHATOPS_OK
        || chatops_sqlite_connect(s) != CHATOPS_OK
        || chatops_sqlite_configure(s) != CHATOPS_OK
        || chatops_sqlite_prepare(s) != CHATOPS_OK)
    {
        *error = s->store.error;
        chatops_sqlite_close(&s->store);
        return NULL;
    }

    return &s->store;
}


/*
 * SQLite would make the file with the umask's mode, and gives -wal and -shm
 * the file's.  O_EXCL: closing a descriptor of a file that is there already
 * would drop the locks of this process's other connections (fcntl(2)).
 */
static int
chatops_sqlite_create(chatops_sqlite_t *s)
{
    int  fd, err;

    fd = open(s->path, O_RDWR|O_CREAT|O_EXCL|O_CLOEXEC, 0600);

    if (fd == -1) {
        if (errno == EEXIST) {
            return CHATOPS_OK;
        }

        return chatops_store_fail(&s->store, "cannot create \"%s\": %s",
                                  s->path, strerror(errno));
    }

    err = fchmod(fd, 0600) == -1 ? errno : 0;

    if (close(fd) == -1 && err == 0) {
        err = errno;
    }

    if (err != 0) {
        return chatops_store_fail(&s->store, "cannot create \"%s\": %s",
                                  s->path, strerror(err));
    }

    return CHATOPS_OK;
}


static int
chatops_sqlite_connect(chatops_sqlite_t *s)
{
    int  rc;

    rc = sqlite3_open_v2(s->path, &s->db,
                         SQLITE_OPEN_READWRITE|SQLITE_OPEN_NOMUTEX
                         |SQLITE_OPEN_EXRESCODE,
                         NULL);

    if (s->db == NULL) {
        return chatops_store_fail(&s->store, "out of memory");
    }

    if (rc != SQLITE_OK) {
        return chatops_sqlite_failed(&s->store, s->db);
    }

    /* SQLite is content with reading where writing is not allowed */

    if (sqlite3_db_readonly(s->db, "main") != 0) {
        return chatops_store_fail(&s->store, "\"%s\" cannot be written: "
                                  "check owner, mode and mount", s->path);
    }

    (void) sqlite3_limit(s->db, SQLITE_LIMIT_LENGTH, CHATOPS_SQLITE_MAX_ROW);
    (void) sqlite3_limit(s->db, SQLITE_LIMIT_ATTACHED, 0);

    (void) sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    (void) sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);

    (void) sqlite3_busy_handler(s->db, chatops_sqlite_busy, s);

    return CHATOPS_OK;
}


static int
chatops_sqlite_configure(chatops_sqlite_t *s)
{
    if (chatops_sqlite_schema_check(&s->store, s->db) != CHATOPS_OK
        || chatops_sqlite_wal(s) != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    /* secure_delete: an emptied response_url leaves its page as well */

    if (sqlite3_exec(s->db,
                     "PRAGMA synchronous = FULL;"
                     "PRAGMA secure_delete = ON;"
                     "PRAGMA journal_size_limit = 16777216",
                     NULL, NULL, NULL)
        != SQLITE_OK)
    {
        return chatops_sqlite_failed(&s->store, s->db);
    }

    return chatops_sqlite_schema_migrate(&s->store, s->db);
}


/*
 * Two processes that turn to WAL at the same time can get SQLITE_BUSY without
 * the busy handler being asked, lest they wait for each other.
 */
static int
chatops_sqlite_wal(chatops_sqlite_t *s)
{
    int            rc, count;
    const char    *mode;
    sqlite3_stmt  *stmt;

    for (count = 0; /* void */ ; count++) {

        rc = sqlite3_prepare_v2(s->db, "PRAGMA journal_mode = WAL", -1,
                                &stmt, NULL);

        if (rc == SQLITE_OK) {
            rc = sqlite3_step(stmt);
        }

        if ((rc & 0xff) != SQLITE_BUSY) {
            break;
        }

        (void) sqlite3_finalize(stmt);

        if (!chatops_sqlite_busy(s, count)) {
            return chatops_store_fail(&s->store, "another process kept the "
                                      "database locked for too long");
        }
    }

    if (rc != SQLITE_ROW) {
        (void) chatops_sqlite_failed(&s->store, s->db);
        (void) sqlite3_finalize(stmt);
        return CHATOPS_ERROR;
    }

    mode = (const char *) sqlite3_column_text(stmt, 0);
    rc = mode != NULL && strcmp(mode, "wal") == 0 ? CHATOPS_OK
                                                  : CHATOPS_ERROR;

    (void) sqlite3_finalize(stmt);

    if (rc != CHATOPS_OK) {
        return chatops_store_fail(&s->store, "the file system has no shared "
                                  "memory for SQLite's WAL: use a local one");
    }

    return CHATOPS_OK;
}


static int
chatops_sqlite_prepare(chatops_sqlite_t *s)
{
    int     i, rc;
    char   *names, *params, *changes, *sql;

    names = chatops_sqlite_list("%s%s", 0);
    params = chatops_sqlite_list("%s?%.0s%d", 0);
    changes = chatops_sqlite_list("%s%s = ?%d", 1);

    rc = names != NULL && params != NULL && changes != NULL ? SQLITE_OK
                                                            : SQLITE_NOMEM;

    for (i = 0; rc == SQLITE_OK && i < CHATOPS_SQLS; i++) {

        sql = sqlite3_mprintf(chatops_sqlite_statements[i],
                              i == CHATOPS_SQL_UPDATE ? changes : names,
                              params);

        if (sql == NULL) {
            rc = SQLITE_NOMEM;
            break;
        }

        rc = sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                &s->stmts[i], NULL);
        sqlite3_free(sql);

        if (rc != SQLITE_OK) {
            (void) chatops_sqlite_failed(&s->store, s->db);
        }
    }

    if (rc == SQLITE_NOMEM) {
        (void) chatops_store_fail(&s->store, "out of memory");
    }

    sqlite3_free(names);
    sqlite3_free(params);
    sqlite3_free(changes);

    return rc == SQLITE_OK ? CHATOPS_OK : CHATOPS_ERROR;
}


/* `format` takes the separator, a column's name and its number. */
static char *
chatops_sqlite_list(const char *format, unsigned updates)
{
    int           i;
    sqlite3_str  *list;

    list = sqlite3_str_new(NULL);

    for (i = 0; i < CHATOPS_COLUMNS; i++) {

        if (updates && chatops_columns[i].write == CHATOPS_COLUMN_ONCE) {
            continue;
        }

        sqlite3_str_appendf(list, format,
                            sqlite3_str_length(list) == 0 ? "" : ", ",
                            chatops_columns[i].name, i + 1);
    }

    return sqlite3_str_finish(list);
}


static void
chatops_sqlite_close(chatops_store_t *store)
{
    int                i;
    chatops_sqlite_t  *s;

    s = (chatops_sqlite_t *) store;

    for (i = 0; i < CHATOPS_SQLS; i++) {
        (void) sqlite3_finalize(s->stmts[i]);
    }

    (void) sqlite3_close(s->db);

    free(s);
}


/*
 * SQLite's own handler waits longer from try to try, up to 100 ms: among
 * workers that write all the time the unlucky one would not get through.
 */
static int
chatops_sqlite_busy(void *data, int count)
{
    int64_t            now;
    chatops_sqlite_t  *s;
    struct timespec    pause;

    s = data;
    now = chatops_sqlite_clock(CLOCK_MONOTONIC);

    if (count == 0) {
        s->busy_since = now;
    }

    if (now - s->busy_since >= s->busy_ms) {
        return 0;
    }

    pause.tv_sec = 0;
    pause.tv_nsec = CHATOPS_SQLITE_RETRY_NS;

    (void) nanosleep(&pause, NULL);

    return 1;
}


/* Milliseconds. */
int64_t
chatops_sqlite_clock(clockid_t id)
{
    struct timespec  now;

    (void) clock_gettime(id, &now);

    return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}


const chatops_store_driver_t  chatops_store_sqlite_driver = {
    "sqlite",
    chatops_sqlite_parse,
    chatops_sqlite_open,
    chatops_sqlite_close,
    chatops_sqlite_begin,
    chatops_sqlite_commit,
    chatops_sqlite_rollback,
    chatops_sqlite_add,
    chatops_sqlite_update,
    chatops_sqlite_release,
    chatops_sqlite_wake,
    chatops_sqlite_claim,
    chatops_sqlite_find,
    chatops_sqlite_recent
};
