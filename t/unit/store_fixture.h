/*
 * What the store's tests share: a directory of their own, a store in it, and
 * a run to put there.
 */

#ifndef STORE_FIXTURE_H
#define STORE_FIXTURE_H


#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "chatops_id.h"
#include "chatops_store_sqlite.h"


#define BUSY_MS  2000
#define LEASE    30000


typedef struct {
    char              dir[64];
    char              path[96];
    char              url[112];
    chatops_store_t  *store;
    chatops_arena_t  *arena;
} fixture_t;


static inline chatops_store_t *
fixture_open(fixture_t *f)
{
    chatops_str_t           url;
    chatops_store_t        *store;
    chatops_store_error_t   error;

    url = chatops_str(f->url);
    store = chatops_store_open(&url, BUSY_MS, &error);

    if (store == NULL) {
        fail_msg("%s", error.text);
    }

    return store;
}


/* The error of an open that must not work. */
static inline const char *
fixture_open_fails(fixture_t *f)
{
    chatops_str_t                 url;
    chatops_store_t              *store;
    static chatops_store_error_t  error;

    url = chatops_str(f->url);
    store = chatops_store_open(&url, 100, &error);

    assert_null(store);

    return error.text;
}


static inline int
fixture_setup(void **state)
{
    fixture_t  *f;

    f = calloc(1, sizeof(fixture_t));
    assert_non_null(f);

    snprintf(f->dir, sizeof(f->dir), "/tmp/chatops_store.XXXXXX");
    assert_non_null(mkdtemp(f->dir));

    snprintf(f->path, sizeof(f->path), "%s/runs.db", f->dir);
    snprintf(f->url, sizeof(f->url), "sqlite:%s", f->path);

    f->store = fixture_open(f);
    f->arena = chatops_arena_create(0);
    assert_non_null(f->arena);

    *state = f;

    return 0;
}


static inline int
fixture_teardown(void **state)
{
    size_t               i;
    char                 name[128];
    fixture_t           *f;
    static const char   *suffixes[] = { "", "-wal", "-shm", "-journal",
                                        ".away" };

    f = *state;

    chatops_store_close(f->store);
    chatops_arena_destroy(f->arena);

    for (i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
        snprintf(name, sizeof(name), "%s%s", f->path, suffixes[i]);
        (void) unlink(name);
    }

    (void) rmdir(f->dir);
    free(f);

    return 0;
}


/* Run number n of a project; all of its texts live in `room`. */
typedef struct {
    char           id[CHATOPS_ID_LEN + 1];
    char           trigger[32];
    chatops_run_t  run;
} fixture_run_t;


static inline chatops_run_t *
fixture_run(fixture_run_t *room, int n, const char *project)
{
    memset(room, 0, sizeof(fixture_run_t));

    snprintf(room->id, sizeof(room->id), "01hzzzzzzzzzzzzzzzzz%06d", n);
    snprintf(room->trigger, sizeof(room->trigger), "13345224609.%d", n);

    room->run.id = chatops_str(room->id);
    room->run.trigger_id = chatops_str(room->trigger);
    room->run.service = chatops_str("slack");
    room->run.team_id = chatops_str("T0001");
    room->run.user_id = chatops_str("U2147483697");
    room->run.response_url = chatops_str("https://hooks.slack.example/1");
    room->run.gitlab = chatops_str("https://gitlab.example.com");
    room->run.project = chatops_str(project);
    room->run.job = chatops_str("hello-world");
    room->run.created_at = 1700000000000LL + n;

    return &room->run;
}


static inline void
fixture_add(chatops_store_t *store, int n, const char *project,
    const char *owner, int64_t lease_ms)
{
    chatops_str_t   name;
    fixture_run_t   room;

    name = chatops_str(owner);

    if (chatops_store_add(store, fixture_run(&room, n, project), &name,
                          lease_ms)
        != CHATOPS_OK)
    {
        fail_msg("%s", chatops_store_error(store));
    }
}


/* How many were claimed; the runs are in `runs`. */
static inline size_t
fixture_claim(fixture_t *f, chatops_store_t *store, size_t max,
    const char *owner, int64_t lease_ms, int64_t slack_ms,
    chatops_run_t **runs)
{
    size_t         count;
    chatops_str_t  name;

    name = chatops_str(owner);

    if (chatops_store_claim(store, max, &name, lease_ms, slack_ms, f->arena,
                            runs, &count)
        != CHATOPS_OK)
    {
        fail_msg("%s", chatops_store_error(store));
    }

    return count;
}


/* The number in the first column of the first row. */
static inline int64_t
fixture_number(chatops_store_t *store, const char *sql)
{
    int64_t        number;
    sqlite3_stmt  *stmt;

    assert_int_equal(sqlite3_prepare_v2(((chatops_sqlite_t *) store)->db,
                                        sql, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    number = sqlite3_column_int64(stmt, 0);
    (void) sqlite3_finalize(stmt);

    return number;
}


static inline void
fixture_exec(chatops_store_t *store, const char *sql)
{
    assert_int_equal(sqlite3_exec(((chatops_sqlite_t *) store)->db, sql,
                                  NULL, NULL, NULL), SQLITE_OK);
}


static inline void
fixture_sleep(long ms)
{
    struct timespec  pause;

    pause.tv_sec = ms / 1000;
    pause.tv_nsec = ms % 1000 * 1000000;

    (void) nanosleep(&pause, NULL);
}


#endif /* STORE_FIXTURE_H */
