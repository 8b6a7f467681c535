
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "store_fixture.h"


static chatops_str_t  me = chatops_string("host/1/7");


static void
assert_says(const char *message, const char *words)
{
    if (strstr(message, words) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", message, words);
    }
}


static void
assert_sound(chatops_store_t *store)
{
    assert_int_equal(fixture_number(store, "SELECT count(*) = 1 FROM"
                                    " pragma_integrity_check"
                                    " WHERE integrity_check = 'ok'"), 1);
}


static void
close_store(fixture_t *f)
{
    chatops_store_close(f->store);
    f->store = NULL;
}


static void
only_its_owner_can_read_the_files(void **state)
{
    size_t               i;
    char                 name[128];
    mode_t               mask;
    fixture_t           *f;
    struct stat          st;
    static const char   *suffixes[] = { "", "-wal", "-shm" };
    static const mode_t  masks[] = { 0, 022, 0777 };
    size_t               m;

    f = *state;

    for (m = 0; m < 3; m++) {
        close_store(f);
        assert_int_equal(unlink(f->path), 0);

        mask = umask(masks[m]);
        f->store = fixture_open(f);
        fixture_add(f->store, 1, "ops/infra", "x", LEASE);
        (void) umask(mask);

        for (i = 0; i < 3; i++) {
            snprintf(name, sizeof(name), "%s%s", f->path, suffixes[i]);
            assert_int_equal(stat(name, &st), 0);
            assert_int_equal(st.st_mode & 07777, 0600);
        }
    }
}


static void
each_commit_is_synced(void **state)
{
    fixture_t  *f;

    f = *state;

    assert_int_equal(fixture_number(f->store, "PRAGMA synchronous"), 2);
    assert_int_equal(fixture_number(f->store, "SELECT journal_mode = 'wal'"
                                    " FROM pragma_journal_mode"), 1);
    assert_int_equal(fixture_number(f->store, "PRAGMA application_id"),
                     CHATOPS_SQLITE_APPLICATION_ID);
    assert_int_equal(fixture_number(f->store, "PRAGMA user_version"), 3);
}


/* The schema of the first release, as it was. */

static const char  first_schema[] =
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
    "    WHERE due_at IS NOT NULL;"
    "INSERT INTO runs VALUES ('01hzzzzzzzzzzzzzzzzz000001', 'watching',"
    "    'scheduled', 'scheduled', 'branch-made', 1700000000001, 2, 0, 4,"
    "    'slack', 'T0001', 'C1', 'ops', 'U2147483697', '13345224609.1',"
    "    'https://hooks.slack.example/1', 'https://gitlab.example.com',"
    "    'ops/infra', 17, 'main', 'abc', 'hello-world', 'a b', 'isolated',"
    "    1, 0, 'chatops/01hzzzzzzzzzzzzzzzzz000001', 7, 'p', 8, 'j',"
    "    'running', 0, '', 'gone', 0, 0);";


static void
a_run_of_the_first_release_goes_on(void **state)
{
    char            sql[128];
    sqlite3        *db;
    fixture_t      *f;
    chatops_run_t  *runs;

    f = *state;
    close_store(f);
    assert_int_equal(unlink(f->path), 0);

    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, first_schema, NULL, NULL, NULL),
                     SQLITE_OK);

    snprintf(sql, sizeof(sql), "PRAGMA journal_mode = wal;"
             "PRAGMA application_id = %d; PRAGMA user_version = 1",
             CHATOPS_SQLITE_APPLICATION_ID);

    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);

    f->store = fixture_open(f);

    assert_int_equal(fixture_number(f->store, "PRAGMA user_version"), 3);
    assert_int_equal(fixture_claim(f, f->store, 1, "host/1/7", LEASE, 0,
                                   &runs), 1);

    assert_true(chatops_str_is(&runs[0].job, "hello-world"));
    assert_true(chatops_str_is(&runs[0].strategy, "isolated"));
    assert_int_equal(runs[0].state, CHATOPS_RUN_WATCHING);
    assert_int_equal(runs[0].pipeline_id, 7);
    assert_int_equal(runs[0].tag, 0);
    assert_int_equal(runs[0].note.len, 0);

    runs[0].tag = 1;
    runs[0].note = chatops_str("It runs elsewhere.");

    assert_int_equal(chatops_store_update(f->store, &runs[0], &me, 0, 0),
                     CHATOPS_OK);
    assert_int_equal(fixture_claim(f, f->store, 1, "host/1/7", LEASE, 0,
                                   &runs), 1);
    assert_int_equal(runs[0].tag, 1);
    assert_true(chatops_str_is(&runs[0].note, "It runs elsewhere."));
}


static void
an_emptied_response_url_is_gone_from_the_file(void **state)
{
    int             fd;
    char            data[65536], secret[1024], input[8192];
    ssize_t         n;
    fixture_t      *f;
    chatops_str_t   all;
    fixture_run_t   room;

    f = *state;
    fixture_run(&room, 1, "ops/infra");

    /* long enough not to be written over by chance, and to lie on two pages */

    for (n = 0; n < (ssize_t) sizeof(secret); n++) {
        secret[n] = "secret/"[n % 7];
    }

    memset(input, 'i', sizeof(input));

    room.run.response_url = chatops_strn(secret, sizeof(secret));
    room.run.input = chatops_strn(input, sizeof(input));

    assert_int_equal(chatops_store_add(f->store, &room.run, &me, LEASE),
                     CHATOPS_OK);
    assert_int_equal(chatops_store_finish(f->store, &room.run, &me),
                     CHATOPS_OK);
    close_store(f);

    fd = open(f->path, O_RDONLY);
    assert_true(fd != -1);
    n = read(fd, data, sizeof(data));
    assert_true(n > 4096);
    (void) close(fd);

    all = chatops_strn(data, n);
    assert_null(chatops_str_find(&all, 0, "secret/", 7));
    assert_non_null(chatops_str_find(&all, 0, "hello-world", 11));

    f->store = fixture_open(f);
}


static void
a_later_releases_database_is_refused(void **state)
{
    fixture_t  *f;

    f = *state;
    fixture_add(f->store, 1, "ops/infra", "x", LEASE);
    fixture_exec(f->store, "PRAGMA user_version = 1000");
    close_store(f);

    assert_says(fixture_open_fails(f), "open: ");
    assert_says(fixture_open_fails(f), "later release");
    assert_says(fixture_open_fails(f), "1000");
}


static void
another_programs_database_is_refused_and_left_as_it_was(void **state)
{
    char        buf[64];
    FILE       *file;
    sqlite3    *db;
    fixture_t  *f;

    f = *state;
    close_store(f);
    assert_int_equal(unlink(f->path), 0);

    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "CREATE TABLE theirs (a)", NULL, NULL,
                                  NULL), SQLITE_OK);
    (void) sqlite3_close(db);

    assert_says(fixture_open_fails(f), "another program");

    /* bytes 18 and 19: 1 is the rollback journal, 2 would be WAL */

    file = fopen(f->path, "r");
    assert_non_null(file);
    assert_int_equal(fread(buf, 1, sizeof(buf), file), sizeof(buf));
    (void) fclose(file);
    assert_int_equal(buf[18], 1);
    assert_int_equal(buf[19], 1);
}


static void
a_file_that_is_no_database_is_refused_until_it_is_put_aside(void **state)
{
    char        away[128];
    FILE       *file;
    fixture_t  *f;

    f = *state;
    close_store(f);

    file = fopen(f->path, "w");
    assert_non_null(file);
    (void) fputs("Dear diary, this is not a database at all, whatever it "
                 "may be that nginx's configuration says about it. It is "
                 "longer than a header.", file);
    (void) fclose(file);

    assert_says(fixture_open_fails(f), "is no database");

    snprintf(away, sizeof(away), "%s.away", f->path);
    assert_int_equal(rename(f->path, away), 0);

    f->store = fixture_open(f);
    fixture_add(f->store, 1, "ops/infra", "x", LEASE);
}


static void
damage_under_an_open_store_is_told_and_mended_by_opening_again(void **state)
{
    int              i, fd, rc;
    char             noise[4096], header[100];
    size_t           count;
    fixture_t       *f;
    chatops_run_t   *runs;

    f = *state;

    for (i = 0; i < 200; i++) {
        fixture_add(f->store, i, "ops/infra", "x", LEASE);
    }

    close_store(f);

    memset(noise, 0x5a, sizeof(noise));
    fd = open(f->path, O_RDWR);
    assert_true(fd != -1);
    assert_int_equal(pread(fd, header, sizeof(header), 0), sizeof(header));

    for (i = 2; i < 12; i++) {
        assert_int_equal(pwrite(fd, noise, sizeof(noise), i * 4096),
                         sizeof(noise));
    }

    (void) close(fd);

    f->store = fixture_open(f);
    rc = chatops_store_recent(f->store, 500, f->arena, &runs, &count);
    assert_int_equal(rc, CHATOPS_ERROR);
    assert_says(chatops_store_error(f->store), "recent: the file is damaged");
    assert_int_equal(count, 0);
    close_store(f);

    assert_int_equal(unlink(f->path), 0);
    f->store = fixture_open(f);
    fixture_add(f->store, 1, "ops/infra", "x", LEASE);
}


static void
a_missing_directory_is_told(void **state)
{
    fixture_t  *f;

    f = *state;
    snprintf(f->url, sizeof(f->url), "sqlite:%s/no/runs.db", f->dir);

    assert_says(fixture_open_fails(f), "open: cannot create");
    assert_says(fixture_open_fails(f), "No such file or directory");
}


/* Root may write everywhere: a child gives its rights up. */
static int
as_nobody(void (*story)(fixture_t *f), fixture_t *f)
{
    int    status;
    pid_t  pid;

    pid = fork();
    assert_true(pid != -1);

    if (pid == 0) {
        if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) {
            _exit(99);
        }

        story(f);
        _exit(0);
    }

    assert_int_equal(waitpid(pid, &status, 0), pid);

    return status;
}


static void
child_says(int condition, int code, const char *text)
{
    if (!condition) {
        fprintf(stderr, "%s\n", text);
        _exit(code);
    }
}


static void
open_in_a_read_only_directory(fixture_t *f)
{
    const char  *text;

    text = fixture_open_fails(f);
    child_says(strstr(text, "cannot create") != NULL
               && strstr(text, "Permission denied") != NULL, 1, text);
}


static void
a_read_only_directory_is_told(void **state)
{
    fixture_t  *f;

    f = *state;
    close_store(f);
    assert_int_equal(unlink(f->path), 0);
    assert_int_equal(chmod(f->dir, 0555), 0);
    assert_int_equal(as_nobody(open_in_a_read_only_directory, f), 0);
    assert_int_equal(chmod(f->dir, 0755), 0);
}


static void
open_a_read_only_file(fixture_t *f)
{
    const char  *text;

    text = fixture_open_fails(f);
    child_says(strstr(text, "cannot be written") != NULL, 1, text);
}


static void
a_read_only_file_is_told(void **state)
{
    fixture_t  *f;

    f = *state;
    close_store(f);
    assert_int_equal(chmod(f->dir, 0777), 0);
    assert_int_equal(chmod(f->path, 0444), 0);
    assert_int_equal(as_nobody(open_a_read_only_file, f), 0);
}


static void
a_database_moved_away_takes_no_more_runs(void **state)
{
    char            away[128];
    fixture_t      *f;
    fixture_run_t   room;

    f = *state;
    fixture_add(f->store, 1, "ops/infra", "x", LEASE);

    snprintf(away, sizeof(away), "%s.away", f->path);
    assert_int_equal(rename(f->path, away), 0);

    assert_int_equal(chatops_store_add(f->store, fixture_run(&room, 2, "ops"),
                                       &me, LEASE), CHATOPS_ERROR);
    assert_says(chatops_store_error(f->store), "moved or removed");
}


static void
a_full_disk_fails_the_group_and_later_ones_work(void **state)
{
    int             i, rc, failed;
    int64_t         before;
    char            pragma[64];
    fixture_t      *f;
    fixture_run_t   room;

    f = *state;
    failed = 0;

    fixture_add(f->store, 9999, "ops/infra", "x", LEASE);
    before = fixture_number(f->store, "PRAGMA page_count");
    snprintf(pragma, sizeof(pragma), "PRAGMA max_page_count = %d",
             (int) before + 3);
    fixture_exec(f->store, pragma);

    assert_int_equal(chatops_store_begin(f->store), CHATOPS_OK);

    for (i = 0; i < 200; i++) {
        rc = chatops_store_add(f->store, fixture_run(&room, i, "ops/infra"),
                               &me, LEASE);

        if (rc != CHATOPS_OK) {
            assert_int_equal(rc, CHATOPS_ERROR);

            if (failed++ == 0) {
                assert_says(chatops_store_error(f->store),
                            "add: no space is left");
            }
        }
    }

    assert_true(failed > 0);

    /* one or the other: all that was said to be done, or nothing */

    rc = chatops_store_commit(f->store);
    assert_int_equal(fixture_number(f->store, "SELECT count(*) FROM runs"),
                     1 + (rc == CHATOPS_OK ? 200 - failed : 0));

    fixture_exec(f->store, "PRAGMA max_page_count = 1000000");
    fixture_add(f->store, 1000, "ops/infra", "x", LEASE);
    assert_sound(f->store);
}


static void
write_until_the_file_is_too_large(fixture_t *f)
{
    int               i, rc;
    char              text[512];
    fixture_run_t     room;
    struct rlimit     limit;
    chatops_store_t  *store;

    (void) signal(SIGXFSZ, SIG_IGN);

    store = fixture_open(f);
    limit.rlim_cur = 100 * 1024;
    limit.rlim_max = RLIM_INFINITY;
    child_says(setrlimit(RLIMIT_FSIZE, &limit) == 0, 1, "setrlimit");

    for (i = 0; i < 1000; i++) {
        rc = chatops_store_add(store, fixture_run(&room, i, "ops/infra"),
                               &me, LEASE);

        if (rc != CHATOPS_OK) {
            break;
        }
    }

    snprintf(text, sizeof(text), "%s", chatops_store_error(store));
    child_says(i > 0 && i < 1000 && rc == CHATOPS_ERROR, 2, "no failure");
    child_says(strstr(text, "the disk failed") != NULL
               && strstr(text, "File too large") != NULL, 3, text);

    limit.rlim_cur = RLIM_INFINITY;
    child_says(setrlimit(RLIMIT_FSIZE, &limit) == 0, 1, "setrlimit");

    rc = chatops_store_add(store, &room.run, &me, LEASE);
    child_says(rc == CHATOPS_OK, 4, chatops_store_error(store));
    child_says(fixture_number(store, "SELECT count(*) FROM runs") == i + 1, 5,
               "rows");

    chatops_store_close(store);
}


static void
a_write_that_the_system_refuses_is_told_and_passes(void **state)
{
    int         status;
    pid_t       pid;
    fixture_t  *f;

    f = *state;
    close_store(f);

    pid = fork();
    assert_true(pid != -1);

    if (pid == 0) {
        write_until_the_file_is_too_large(f);
        _exit(0);
    }

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);

    f->store = fixture_open(f);
    assert_sound(f->store);
}


/*
 * A file system whose n-th write, sync or truncation fails, and all that
 * follow until it is mended.
 */

typedef struct {
    sqlite3_file          file;
    sqlite3_file         *real;
} faulty_file_t;

static sqlite3_vfs   faulty;
static sqlite3_vfs  *system_vfs;
static int           faulty_code;
static int           faulty_after;       /* -1: never */
static int           faulty_seen;


static int
faulty_now(void)
{
    return faulty_after >= 0 && faulty_seen++ >= faulty_after;
}


/* A full disk can still sync and cut. */
static int
faulty_broken(void)
{
    return faulty_code != SQLITE_FULL && faulty_now();
}


#define real_file(f)  (((faulty_file_t *) (f))->real)


static int
faulty_write(sqlite3_file *f, const void *data, int n, sqlite3_int64 offset)
{
    if (faulty_now()) {
        return faulty_code == SQLITE_FULL ? SQLITE_FULL
                                          : SQLITE_IOERR_WRITE;
    }

    return real_file(f)->pMethods->xWrite(real_file(f), data, n, offset);
}


static int
faulty_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    if (faulty_broken()) {
        return SQLITE_IOERR_TRUNCATE;
    }

    return real_file(f)->pMethods->xTruncate(real_file(f), size);
}


static int
faulty_sync(sqlite3_file *f, int flags)
{
    if (faulty_broken()) {
        return SQLITE_IOERR_FSYNC;
    }

    return real_file(f)->pMethods->xSync(real_file(f), flags);
}


static int
faulty_close(sqlite3_file *f)
{
    return real_file(f)->pMethods->xClose(real_file(f));
}


static int
faulty_read(sqlite3_file *f, void *data, int n, sqlite3_int64 offset)
{
    return real_file(f)->pMethods->xRead(real_file(f), data, n, offset);
}


static int
faulty_size(sqlite3_file *f, sqlite3_int64 *size)
{
    return real_file(f)->pMethods->xFileSize(real_file(f), size);
}


static int
faulty_lock(sqlite3_file *f, int level)
{
    return real_file(f)->pMethods->xLock(real_file(f), level);
}


static int
faulty_unlock(sqlite3_file *f, int level)
{
    return real_file(f)->pMethods->xUnlock(real_file(f), level);
}


static int
faulty_reserved(sqlite3_file *f, int *result)
{
    return real_file(f)->pMethods->xCheckReservedLock(real_file(f), result);
}


static int
faulty_control(sqlite3_file *f, int op, void *arg)
{
    return real_file(f)->pMethods->xFileControl(real_file(f), op, arg);
}


static int
faulty_sector(sqlite3_file *f)
{
    return real_file(f)->pMethods->xSectorSize(real_file(f));
}


static int
faulty_device(sqlite3_file *f)
{
    return real_file(f)->pMethods->xDeviceCharacteristics(real_file(f));
}


static int
faulty_shm_map(sqlite3_file *f, int page, int size, int extend,
    void volatile **at)
{
    return real_file(f)->pMethods->xShmMap(real_file(f), page, size, extend,
                                           at);
}


static int
faulty_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
    return real_file(f)->pMethods->xShmLock(real_file(f), offset, n, flags);
}


static void
faulty_shm_barrier(sqlite3_file *f)
{
    real_file(f)->pMethods->xShmBarrier(real_file(f));
}


static int
faulty_shm_unmap(sqlite3_file *f, int remove)
{
    return real_file(f)->pMethods->xShmUnmap(real_file(f), remove);
}


static const sqlite3_io_methods  faulty_methods = {
    2, faulty_close, faulty_read, faulty_write, faulty_truncate, faulty_sync,
    faulty_size, faulty_lock, faulty_unlock, faulty_reserved, faulty_control,
    faulty_sector, faulty_device, faulty_shm_map, faulty_shm_lock,
    faulty_shm_barrier, faulty_shm_unmap, NULL, NULL
};


static int
faulty_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags,
    int *out)
{
    int             rc;
    faulty_file_t  *file;

    (void) vfs;

    file = (faulty_file_t *) f;
    file->real = (sqlite3_file *) (file + 1);

    rc = system_vfs->xOpen(system_vfs, name, file->real, flags, out);
    file->file.pMethods = rc == SQLITE_OK ? &faulty_methods : NULL;

    return rc;
}


static int
faulty_setup(void **state)
{
    system_vfs = sqlite3_vfs_find(NULL);
    faulty = *system_vfs;
    faulty.zName = "faulty";
    faulty.szOsFile = sizeof(faulty_file_t) + system_vfs->szOsFile;
    faulty.xOpen = faulty_open;
    faulty_after = -1;

    if (sqlite3_vfs_register(&faulty, 1) != SQLITE_OK) {
        return -1;
    }

    return fixture_setup(state);
}


static int
faulty_teardown(void **state)
{
    faulty_after = -1;
    (void) fixture_teardown(state);
    (void) sqlite3_vfs_unregister(&faulty);

    return 0;
}


/*
 * What was said to be done is there afterwards, and the file is sound,
 * wherever the disk fails.  (A group whose commit failed at the sync may be
 * there or not after a crash; without one it is not.)
 */
static void
at_every_write(fixture_t *f, int code)
{
    int             n, i, rc, done, added[8];
    char            sql[128];
    fixture_run_t   room;

    faulty_code = code;

    for (n = 0; n < 200; n++) {

        f->store = fixture_open(f);
        fixture_exec(f->store, "DELETE FROM runs");
        memset(added, 0, sizeof(added));

        faulty_seen = 0;
        faulty_after = n;

        for (i = 0; i < 4; i++) {
            added[i] = chatops_store_add(f->store,
                                         fixture_run(&room, i, "ops/infra"),
                                         &me, LEASE);
            assert_int_not_equal(added[i], CHATOPS_DECLINED);
        }

        rc = chatops_store_begin(f->store);

        for (i = 4; rc == CHATOPS_OK && i < 8; i++) {
            added[i] = chatops_store_add(f->store,
                                         fixture_run(&room, i, "ops/infra"),
                                         &me, LEASE);
        }

        if (rc == CHATOPS_OK) {
            rc = chatops_store_commit(f->store);
        }

        done = faulty_seen <= faulty_after;

        if (done) {
            assert_int_equal(rc, CHATOPS_OK);

        } else {
            assert_non_null(strstr(chatops_store_error(f->store),
                                   code == SQLITE_FULL ? "space"
                                                       : "disk failed"));
        }

        /* the disk works again: this connection, then a new one */

        faulty_after = -1;

        for (i = 0; i < 8; i++) {
            snprintf(sql, sizeof(sql), "SELECT count(*) FROM runs"
                     " WHERE trigger_id = '13345224609.%d'", i);
            assert_int_equal(fixture_number(f->store, sql),
                             added[i] == CHATOPS_OK
                             && (i < 4 || rc == CHATOPS_OK));
        }

        fixture_add(f->store, 100, "ops/infra", "x", LEASE);
        chatops_store_close(f->store);

        f->store = fixture_open(f);
        assert_sound(f->store);

        for (i = 0; i < 8; i++) {
            snprintf(sql, sizeof(sql), "SELECT count(*) FROM runs"
                     " WHERE trigger_id = '13345224609.%d'", i);
            assert_int_equal(fixture_number(f->store, sql),
                             added[i] == CHATOPS_OK
                             && (i < 4 || rc == CHATOPS_OK));
        }

        chatops_store_close(f->store);
        f->store = NULL;

        if (done) {
            break;
        }
    }

    assert_in_range(n, 10, 199);
    f->store = fixture_open(f);
}


static void
a_disk_that_fails_at_any_write_loses_nothing_promised(void **state)
{
    fixture_t  *f;

    f = *state;
    close_store(f);
    at_every_write(f, SQLITE_IOERR);
}


static void
a_disk_that_is_full_at_any_write_loses_nothing_promised(void **state)
{
    fixture_t  *f;

    f = *state;
    close_store(f);
    at_every_write(f, SQLITE_FULL);
}


static void
a_disk_that_fails_while_the_database_is_made_is_mended(void **state)
{
    int                     n;
    char                    name[128];
    fixture_t              *f;
    chatops_str_t           url;
    chatops_store_error_t   error;

    f = *state;
    url = chatops_str(f->url);
    faulty_code = SQLITE_IOERR;

    for (n = 0; n < 200; n++) {
        close_store(f);
        (void) unlink(f->path);
        snprintf(name, sizeof(name), "%s-wal", f->path);
        (void) unlink(name);

        faulty_seen = 0;
        faulty_after = n;
        f->store = chatops_store_open(&url, 100, &error);
        faulty_after = -1;

        if (f->store != NULL) {
            break;
        }

        assert_says(error.text, "open: the disk failed");

        f->store = fixture_open(f);
        fixture_add(f->store, 1, "ops/infra", "x", LEASE);
        assert_sound(f->store);
    }

    assert_in_range(n, 3, 199);
}


#define story(name)                                                           \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

#define faulty_story(name)                                                    \
    cmocka_unit_test_setup_teardown(name, faulty_setup, faulty_teardown)


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        story(only_its_owner_can_read_the_files),
        story(each_commit_is_synced),
        story(a_run_of_the_first_release_goes_on),
        story(an_emptied_response_url_is_gone_from_the_file),
        story(a_later_releases_database_is_refused),
        story(another_programs_database_is_refused_and_left_as_it_was),
        story(a_file_that_is_no_database_is_refused_until_it_is_put_aside),
        story(damage_under_an_open_store_is_told_and_mended_by_opening_again),
        story(a_missing_directory_is_told),
        story(a_read_only_directory_is_told),
        story(a_read_only_file_is_told),
        story(a_database_moved_away_takes_no_more_runs),
        story(a_full_disk_fails_the_group_and_later_ones_work),
        story(a_write_that_the_system_refuses_is_told_and_passes),
        faulty_story(a_disk_that_fails_at_any_write_loses_nothing_promised),
        faulty_story(a_disk_that_is_full_at_any_write_loses_nothing_promised),
        faulty_story(a_disk_that_fails_while_the_database_is_made_is_mended),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
