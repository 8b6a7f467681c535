/*
 * The run store: each run is a row, durable before GitLab is asked for
 * anything.  Plain blocking C; the module calls it on a thread, chatopsctl
 * directly.
 *
 * A store belongs to one thread at a time.  Leases and due times are
 * durations that are added to the store's own clock.
 */

#ifndef CHATOPS_STORE_H
#define CHATOPS_STORE_H


#include "chatops_run.h"


#define CHATOPS_STORE_NEVER  (-1)


typedef struct chatops_store_s  chatops_store_t;


typedef struct {
    char    text[256];      /* for the log; no secrets */
} chatops_store_error_t;


/*
 * Checks an operator's "sqlite:/path/runs.db" without touching the disk.
 * `path` is a view into `url`.  CHATOPS_OK, or CHATOPS_DECLINED with `error`.
 */
int chatops_store_parse(const chatops_str_t *url, chatops_str_t *path,
    chatops_store_error_t *error);

/*
 * Opens the database (made with mode 0600 where there is none) and brings
 * its schema up to this version; refuses one of a later version.  `busy_ms`:
 * how long a call waits for another process.  NULL with `error`.
 */
chatops_store_t *chatops_store_open(const chatops_str_t *url, int busy_ms,
    chatops_store_error_t *error);
void chatops_store_close(chatops_store_t *store);

/* What went wrong with the last call that returned CHATOPS_ERROR. */
const char *chatops_store_error(chatops_store_t *store);

/*
 * Several calls, one write to the disk: what is between begin and commit is
 * durable when commit has returned CHATOPS_OK, and not done at all when it
 * returns CHATOPS_ERROR.  A call that fails in between undoes only itself.
 * Without begin each call is a transaction of its own.
 */
int chatops_store_begin(chatops_store_t *store);
int chatops_store_commit(chatops_store_t *store);
void chatops_store_rollback(chatops_store_t *store);

/*
 * Adds a run, leased to `owner` for `lease_ms` and due when that has passed.
 * CHATOPS_OK; CHATOPS_DECLINED: there is one with the same service, team and
 * trigger id already; CHATOPS_ERROR.
 */
int chatops_store_add(chatops_store_t *store, const chatops_run_t *run,
    const chatops_str_t *owner, int64_t lease_ms);

/*
 * Writes all of the run that can change (all but the id, the time it was
 * created and where the command came from), provided that `owner` still
 * holds it: nobody has claimed it since.
 *
 * `lease_ms`: the owner goes on for so long; 0 gives it back.  `due_ms`: when
 * it is to be claimed at the earliest, counted from now, or
 * CHATOPS_STORE_NEVER.
 *
 * CHATOPS_OK; CHATOPS_DECLINED: somebody else holds it, nothing was written;
 * CHATOPS_ERROR.
 */
int chatops_store_update(chatops_store_t *store, const chatops_run_t *run,
    const chatops_str_t *owner, int64_t lease_ms, int64_t due_ms);

/*
 * The last update: never due again, nobody's, and the response URL is
 * emptied.  Returns as chatops_store_update().
 */
int chatops_store_finish(chatops_store_t *store, const chatops_run_t *run,
    const chatops_str_t *owner);

/*
 * Gives a run back, due at once, without writing anything else.  For an
 * owner that cannot go on.  Returns as chatops_store_update().
 */
int chatops_store_release(chatops_store_t *store, const chatops_str_t *id,
    const chatops_str_t *owner);

/*
 * There is news of a run that is waiting for its job: it is due at once, if
 * nobody holds it.  CHATOPS_OK; CHATOPS_DECLINED: nothing had to be done, or
 * there is no such run; CHATOPS_ERROR.
 */
int chatops_store_wake(chatops_store_t *store, const chatops_str_t *id);

/*
 * Leases to `owner` runs that are due and in nobody's lease, the longest due
 * first, at most `max`; with a run come the others of its GitLab and
 * project that fall due within `slack_ms`, so that one call to GitLab serves
 * them all.  The array lies in the arena, runs of a project side by side.
 * CHATOPS_OK (also for none) or CHATOPS_ERROR.
 */
int chatops_store_claim(chatops_store_t *store, size_t max,
    const chatops_str_t *owner, int64_t lease_ms, int64_t slack_ms,
    chatops_arena_t *arena, chatops_run_t **runs, size_t *count);

/* CHATOPS_OK, CHATOPS_DECLINED when there is no such run, CHATOPS_ERROR. */
int chatops_store_find(chatops_store_t *store, const chatops_str_t *id,
    chatops_arena_t *arena, chatops_run_t *run);

/* The latest runs, the newest first, at most `max`. */
int chatops_store_recent(chatops_store_t *store, size_t max,
    chatops_arena_t *arena, chatops_run_t **runs, size_t *count);


#endif /* CHATOPS_STORE_H */
