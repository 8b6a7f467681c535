
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "store_fixture.h"


#define RUNS  500


static void
two_connections_wait_for_each_other(void **state)
{
    fixture_t        *f;
    chatops_str_t     owner;
    fixture_run_t     room;
    chatops_store_t  *second;

    f = *state;
    owner = chatops_str("b");
    second = fixture_open(f);

    assert_int_equal(chatops_store_begin(f->store), CHATOPS_OK);
    fixture_add(f->store, 1, "ops/infra", "a", LEASE);

    ((chatops_sqlite_t *) second)->busy_ms = 30;
    assert_int_equal(chatops_store_add(second, fixture_run(&room, 2, "ops"),
                                       &owner, LEASE), CHATOPS_ERROR);
    assert_non_null(strstr(chatops_store_error(second),
                           "add: another process kept the database locked"));
    assert_int_equal(chatops_store_begin(second), CHATOPS_ERROR);
    assert_int_equal(chatops_store_commit(second), CHATOPS_ERROR);

    assert_int_equal(chatops_store_commit(f->store), CHATOPS_OK);
    assert_int_equal(chatops_store_add(second, &room.run, &owner, LEASE),
                     CHATOPS_OK);

    chatops_store_close(second);
}


/* Claims by threes, writes what it got to the pipe, until nothing is left. */
static void
claim_all(fixture_t *f, const char *owner, int fd)
{
    size_t            i, count;
    ssize_t           n;
    chatops_str_t     name;
    chatops_run_t    *runs;
    chatops_store_t  *store;

    name = chatops_str(owner);
    store = fixture_open(f);

    for ( ;; ) {
        if (chatops_store_claim(store, 3, &name, LEASE, 0, f->arena, &runs,
                                &count)
            != CHATOPS_OK)
        {
            fprintf(stderr, "%s\n", chatops_store_error(store));
            _exit(1);
        }

        if (count == 0) {
            break;
        }

        for (i = 0; i < count; i++) {
            n = write(fd, runs[i].id.data, CHATOPS_ID_LEN);

            if (n != CHATOPS_ID_LEN) {
                _exit(2);
            }
        }
    }

    chatops_store_close(store);
    _exit(0);
}


static void
two_processes_claim_each_run_exactly_once(void **state)
{
    int         i, n, status, fds[2], taken[RUNS];
    char        id[CHATOPS_ID_LEN + 1];
    pid_t       pids[2];
    ssize_t     size;
    fixture_t  *f;

    f = *state;
    memset(taken, 0, sizeof(taken));

    assert_int_equal(chatops_store_begin(f->store), CHATOPS_OK);

    for (i = 0; i < RUNS; i++) {
        fixture_add(f->store, i, i % 7 ? "ops/web" : "ops/infra", "x", 0);
    }

    assert_int_equal(chatops_store_commit(f->store), CHATOPS_OK);
    chatops_store_close(f->store);
    f->store = NULL;

    fixture_sleep(2);
    assert_int_equal(pipe(fds), 0);

    for (i = 0; i < 2; i++) {
        pids[i] = fork();
        assert_true(pids[i] != -1);

        if (pids[i] == 0) {
            (void) close(fds[0]);
            claim_all(f, i ? "host/1/8" : "host/1/7", fds[1]);
        }
    }

    (void) close(fds[1]);

    id[CHATOPS_ID_LEN] = '\0';

    while ((size = read(fds[0], id, CHATOPS_ID_LEN)) == CHATOPS_ID_LEN) {
        n = atoi(id + 20);
        assert_in_range(n, 0, RUNS - 1);
        taken[n]++;
    }

    assert_int_equal(size, 0);
    (void) close(fds[0]);

    for (i = 0; i < 2; i++) {
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
    }

    for (i = 0; i < RUNS; i++) {
        assert_int_equal(taken[i], 1);
    }

    f->store = fixture_open(f);
}


static void
open_and_add(fixture_t *f, int n, int go)
{
    char                    byte;
    chatops_str_t           url, owner;
    fixture_run_t           room;
    chatops_store_t        *store;
    chatops_store_error_t   error;

    /* until all are there */

    (void) !read(go, &byte, 1);

    url = chatops_str(f->url);
    owner = chatops_str("x");
    store = chatops_store_open(&url, BUSY_MS, &error);

    if (store == NULL) {
        fprintf(stderr, "%s\n", error.text);
        _exit(1);
    }

    if (chatops_store_add(store, fixture_run(&room, n, "ops/infra"), &owner,
                          LEASE)
        != CHATOPS_OK)
    {
        fprintf(stderr, "%s\n", chatops_store_error(store));
        _exit(1);
    }

    chatops_store_close(store);
    _exit(0);
}


/* All workers open the store at the same time when nginx starts. */
static void
many_processes_make_the_database_at_once(void **state)
{
    int         i, round, status, go[2];
    pid_t       pids[8];
    fixture_t  *f;

    f = *state;

    for (round = 0; round < 20; round++) {
        chatops_store_close(f->store);
        f->store = NULL;
        assert_int_equal(unlink(f->path), 0);
        assert_int_equal(pipe(go), 0);

        for (i = 0; i < 8; i++) {
            pids[i] = fork();
            assert_true(pids[i] != -1);

            if (pids[i] == 0) {
                (void) close(go[1]);
                open_and_add(f, i, go[0]);
            }
        }

        (void) close(go[0]);
        (void) close(go[1]);

        for (i = 0; i < 8; i++) {
            assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
            assert_int_equal(status, 0);
        }

        f->store = fixture_open(f);
        assert_int_equal(fixture_number(f->store,
                                        "SELECT count(*) FROM runs"), 8);
    }
}


/* Writes runs in groups of five, and says after each commit how far it is. */
static void
write_on_and_on(fixture_t *f, int fd)
{
    int               n;
    chatops_str_t     owner;
    fixture_run_t     room;
    chatops_store_t  *store;

    owner = chatops_str("x");
    store = fixture_open(f);

    for (n = 0; n < 1000000; /* void */) {
        if (n % 5 == 0 && chatops_store_begin(store) != CHATOPS_OK) {
            _exit(1);
        }

        if (chatops_store_add(store, fixture_run(&room, n, "ops/infra"),
                              &owner, LEASE)
            != CHATOPS_OK)
        {
            _exit(1);
        }

        if (++n % 5 == 0) {
            if (chatops_store_commit(store) != CHATOPS_OK
                || write(fd, &n, sizeof(n)) != sizeof(n))
            {
                _exit(1);
            }
        }
    }

    _exit(0);
}


static void
a_kill_in_the_middle_loses_nothing_that_was_committed(void **state)
{
    int         n, last, round, status, fds[2];
    char        sql[128];
    pid_t       pid;
    int64_t     rows;
    fixture_t  *f;

    f = *state;
    chatops_store_close(f->store);
    f->store = NULL;

    for (round = 0; round < 5; round++) {
        assert_int_equal(pipe(fds), 0);

        pid = fork();
        assert_true(pid != -1);

        if (pid == 0) {
            (void) close(fds[0]);
            write_on_and_on(f, fds[1]);
        }

        (void) close(fds[1]);
        last = 0;

        while (read(fds[0], &n, sizeof(n)) == sizeof(n)) {
            last = n;

            if (n == 50 + round * 35) {
                fixture_sleep(round);
                assert_int_equal(kill(pid, SIGKILL), 0);
            }
        }

        (void) close(fds[0]);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);

        f->store = fixture_open(f);

        snprintf(sql, sizeof(sql), "SELECT count(*) = 1 FROM"
                 " pragma_integrity_check WHERE integrity_check = 'ok'");
        assert_int_equal(fixture_number(f->store, sql), 1);

        rows = fixture_number(f->store, "SELECT count(*) FROM runs");
        assert_true(rows >= last);
        assert_int_equal(rows % 5, 0);

        fixture_exec(f->store, "DELETE FROM runs");
        chatops_store_close(f->store);
        f->store = NULL;
    }

    f->store = fixture_open(f);
}


/* The claimer dies; its runs come back when the lease has ended. */
static void
a_dead_owners_runs_are_claimed_by_another(void **state)
{
    int             status;
    pid_t           pid;
    fixture_t      *f;
    chatops_run_t  *runs;

    f = *state;
    fixture_add(f->store, 1, "ops/infra", "x", 0);
    fixture_sleep(2);

    pid = fork();
    assert_true(pid != -1);

    if (pid == 0) {
        chatops_store_t  *store;

        store = fixture_open(f);
        (void) fixture_claim(f, store, 9, "dead", 150, 0, &runs);
        (void) kill(getpid(), SIGKILL);
    }

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(fixture_claim(f, f->store, 9, "b", LEASE, 0, &runs), 0);
    fixture_sleep(160);
    assert_int_equal(fixture_claim(f, f->store, 9, "b", LEASE, 0, &runs), 1);
}


#define story(name)                                                           \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        story(two_connections_wait_for_each_other),
        story(two_processes_claim_each_run_exactly_once),
        story(many_processes_make_the_database_at_once),
        story(a_kill_in_the_middle_loses_nothing_that_was_committed),
        story(a_dead_owners_runs_are_claimed_by_another),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
