
#include "chatops_store_sqlite.h"


static int chatops_sqlite_due(chatops_sqlite_t *s, int64_t now,
    chatops_arena_t *arena, chatops_run_t *due);
static int chatops_sqlite_claim_due(chatops_sqlite_t *s, size_t max,
    const chatops_str_t *owner, int64_t lease_ms, int64_t slack_ms,
    chatops_store_rows_t *rows);
static int chatops_sqlite_lease(chatops_sqlite_t *s,
    chatops_store_rows_t *rows, size_t from, const chatops_str_t *owner,
    int64_t until);


int
chatops_sqlite_add(chatops_store_t *store, const chatops_run_t *run,
    const chatops_str_t *owner, int64_t lease_ms)
{
    int                rc;
    int64_t            until;
    sqlite3_stmt      *stmt;
    chatops_sqlite_t  *s;

    s = (chatops_sqlite_t *) store;

    if (chatops_sqlite_enter(s) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    stmt = s->stmts[CHATOPS_SQL_ADD];
    until = chatops_sqlite_clock(CLOCK_REALTIME) + lease_ms;

    if (chatops_sqlite_bind_run(stmt, run, owner, 1)
        != SQLITE_OK
        || chatops_sqlite_bind_int(stmt, ":leased_until", until) != SQLITE_OK
        || chatops_sqlite_bind_int(stmt, ":due_at", until) != SQLITE_OK)
    {
        rc = chatops_sqlite_failed(store, s->db);

    } else {
        rc = chatops_sqlite_change(s, CHATOPS_SQL_ADD);
    }

    chatops_sqlite_reset(stmt);

    return chatops_sqlite_leave(s, rc);
}


int
chatops_sqlite_update(chatops_store_t *store, const chatops_run_t *run,
    const chatops_str_t *owner, int64_t lease_ms, int64_t due_ms)
{
    int                rc;
    int64_t            now;
    sqlite3_stmt      *stmt;
    chatops_str_t      next;
    chatops_sqlite_t  *s;

    s = (chatops_sqlite_t *) store;

    if (chatops_sqlite_enter(s) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    stmt = s->stmts[CHATOPS_SQL_UPDATE];
    now = chatops_sqlite_clock(CLOCK_REALTIME);
    next = lease_ms == 0 ? chatops_str(NULL) : *owner;

    rc = chatops_sqlite_bind_run(stmt, run, &next, 0);

    if (rc == SQLITE_OK) {
        rc = chatops_sqlite_bind_str(stmt, ":holder", owner);
    }

    if (rc == SQLITE_OK) {
        rc = chatops_sqlite_bind_int(stmt, ":leased_until",
                                     lease_ms == 0 ? 0 : now + lease_ms);
    }

    if (rc == SQLITE_OK && due_ms != CHATOPS_STORE_NEVER) {
        rc = chatops_sqlite_bind_int(stmt, ":due_at",
                                     now + (due_ms > lease_ms ? due_ms
                                                              : lease_ms));
    }

    if (rc != SQLITE_OK) {
        rc = chatops_sqlite_failed(store, s->db);

    } else {
        rc = chatops_sqlite_change(s, CHATOPS_SQL_UPDATE);
    }

    chatops_sqlite_reset(stmt);

    return chatops_sqlite_leave(s, rc);
}


int
chatops_sqlite_release(chatops_store_t *store, const chatops_str_t *id,
    const chatops_str_t *owner)
{
    int                rc;
    sqlite3_stmt      *stmt;
    chatops_sqlite_t  *s;

    s = (chatops_sqlite_t *) store;

    if (chatops_sqlite_enter(s) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    stmt = s->stmts[CHATOPS_SQL_RELEASE];

    if (chatops_sqlite_bind_int(stmt, ":now",
                                chatops_sqlite_clock(CLOCK_REALTIME))
        != SQLITE_OK
        || chatops_sqlite_bind_str(stmt, ":id", id) != SQLITE_OK
        || chatops_sqlite_bind_str(stmt, ":holder", owner) != SQLITE_OK)
    {
        rc = chatops_sqlite_failed(store, s->db);

    } else {
        rc = chatops_sqlite_change(s, CHATOPS_SQL_RELEASE);
    }

    chatops_sqlite_reset(stmt);

    return chatops_sqlite_leave(s, rc);
}


int
chatops_sqlite_wake(chatops_store_t *store, const chatops_str_t *id)
{
    int                rc;
    sqlite3_stmt      *stmt;
    chatops_sqlite_t  *s;

    s = (chatops_sqlite_t *) store;

    if (chatops_sqlite_enter(s) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    stmt = s->stmts[CHATOPS_SQL_WAKE];

    if (chatops_sqlite_bind_int(stmt, ":now",
                                chatops_sqlite_clock(CLOCK_REALTIME))
        != SQLITE_OK
        || chatops_sqlite_bind_str(stmt, ":id", id) != SQLITE_OK)
    {
        rc = chatops_sqlite_failed(store, s->db);

    } else {
        rc = chatops_sqlite_change(s, CHATOPS_SQL_WAKE);
    }

    chatops_sqlite_reset(stmt);

    return chatops_sqlite_leave(s, rc);
}


int
chatops_sqlite_claim(chatops_store_t *store, size_t max,
    const chatops_str_t *owner, int64_t lease_ms, int64_t slack_ms,
    chatops_arena_t *arena, chatops_run_t **runs, size_t *count)
{
    int                    rc;
    chatops_sqlite_t      *s;
    chatops_store_rows_t   rows;

    s = (chatops_sqlite_t *) store;

    memset(&rows, 0, sizeof(chatops_store_rows_t));
    rows.arena = arena;

    /* mostly nothing is due: other processes' writes need not wait for that */

    if (!s->begun) {
        rc = chatops_sqlite_due(s, chatops_sqlite_clock(CLOCK_REALTIME),
                                NULL, NULL);

        if (rc != CHATOPS_OK) {
            return rc == CHATOPS_DECLINED ? CHATOPS_OK : CHATOPS_ERROR;
        }
    }

    if (chatops_sqlite_enter(s) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    rc = chatops_sqlite_claim_due(s, max, owner, lease_ms, slack_ms, &rows);
    rc = chatops_sqlite_leave(s, rc);

    if (rc == CHATOPS_OK) {
        *runs = rows.runs;
        *count = rows.count;
    }

    return rc;
}


/* CHATOPS_DECLINED when nothing is due; without an arena only asks. */
static int
chatops_sqlite_due(chatops_sqlite_t *s, int64_t now, chatops_arena_t *arena,
    chatops_run_t *due)
{
    int             rc;
    sqlite3_stmt   *stmt;
    chatops_str_t   gitlab, project;

    stmt = s->stmts[CHATOPS_SQL_DUE];

    if (chatops_sqlite_bind_int(stmt, ":now", now) != SQLITE_OK) {
        return chatops_sqlite_failed(&s->store, s->db);
    }

    switch (sqlite3_step(stmt)) {

    case SQLITE_ROW:
        rc = CHATOPS_OK;

        if (arena != NULL
            && (chatops_sqlite_text(stmt, 0, &gitlab) != CHATOPS_OK
                || chatops_sqlite_text(stmt, 1, &project) != CHATOPS_OK
                || chatops_pstrdup(arena, &due->gitlab, &gitlab)
                   != CHATOPS_OK
                || chatops_pstrdup(arena, &due->project, &project)
                   != CHATOPS_OK))
        {
            rc = chatops_store_fail(&s->store, "out of memory");
        }

        break;

    case SQLITE_DONE:
        rc = CHATOPS_DECLINED;
        break;

    default:
        rc = chatops_sqlite_failed(&s->store, s->db);
    }

    chatops_sqlite_reset(stmt);

    return rc;
}


/*
 * The project of the run that has been due for longest, and so on: a leased
 * run is due again when its lease ends, so that each turn takes at least one
 * away.  A row that cannot be read is leased too, lest it stop the others.
 */
static int
chatops_sqlite_claim_due(chatops_sqlite_t *s, size_t max,
    const chatops_str_t *owner, int64_t lease_ms, int64_t slack_ms,
    chatops_store_rows_t *rows)
{
    int                    rc;
    size_t                 from;
    int64_t                now;
    sqlite3_stmt          *stmt;
    chatops_run_t          due;
    chatops_store_rows_t   unread;

    now = chatops_sqlite_clock(CLOCK_REALTIME);
    stmt = s->stmts[CHATOPS_SQL_PROJECT];

    while (rows->count < max) {

        rc = chatops_sqlite_due(s, now, rows->arena, &due);

        if (rc != CHATOPS_OK) {
            return rc == CHATOPS_DECLINED ? CHATOPS_OK : CHATOPS_ERROR;
        }

        from = rows->count;

        memset(&unread, 0, sizeof(chatops_store_rows_t));
        unread.arena = rows->arena;

        if (chatops_sqlite_bind_str(stmt, ":gitlab", &due.gitlab) != SQLITE_OK
            || chatops_sqlite_bind_str(stmt, ":project", &due.project)
               != SQLITE_OK
            || chatops_sqlite_bind_int(stmt, ":until", now + slack_ms)
               != SQLITE_OK
            || chatops_sqlite_bind_int(stmt, ":now", now) != SQLITE_OK
            || chatops_sqlite_bind_int(stmt, ":max", max - from) != SQLITE_OK)
        {
            rc = chatops_sqlite_failed(&s->store, s->db);

        } else {
            rc = chatops_sqlite_rows(s, stmt, rows, &unread);
        }

        chatops_sqlite_reset(stmt);

        if (rc != CHATOPS_OK
            || chatops_sqlite_lease(s, rows, from, owner, now + lease_ms)
               != CHATOPS_OK
            || chatops_sqlite_lease(s, &unread, 0, owner, now + lease_ms)
               != CHATOPS_OK)
        {
            return CHATOPS_ERROR;
        }
    }

    return CHATOPS_OK;
}


static int
chatops_sqlite_lease(chatops_sqlite_t *s, chatops_store_rows_t *rows,
    size_t from, const chatops_str_t *owner, int64_t until)
{
    int             rc;
    size_t          i;
    sqlite3_stmt   *stmt;
    chatops_run_t  *run;

    stmt = s->stmts[CHATOPS_SQL_LEASE];
    rc = CHATOPS_OK;

    for (i = from; rc == CHATOPS_OK && i < rows->count; i++) {

        run = &rows->runs[i];

        if (chatops_sqlite_bind_str(stmt, ":owner", owner) != SQLITE_OK
            || chatops_sqlite_bind_int(stmt, ":until", until) != SQLITE_OK
            || chatops_sqlite_bind_str(stmt, ":id", &run->id) != SQLITE_OK)
        {
            rc = chatops_sqlite_failed(&s->store, s->db);

        } else {
            rc = chatops_sqlite_change(s, CHATOPS_SQL_LEASE);
        }

        chatops_sqlite_reset(stmt);

        if (rc == CHATOPS_OK
            && chatops_pstrdup(rows->arena, &run->owner, owner) != CHATOPS_OK)
        {
            rc = chatops_store_fail(&s->store, "out of memory");
        }
    }

    return rc == CHATOPS_OK ? CHATOPS_OK : CHATOPS_ERROR;
}


int
chatops_sqlite_find(chatops_store_t *store, const chatops_str_t *id,
    chatops_arena_t *arena, chatops_run_t *run)
{
    int                    rc;
    sqlite3_stmt          *stmt;
    chatops_sqlite_t      *s;
    chatops_store_rows_t   rows;

    s = (chatops_sqlite_t *) store;
    stmt = s->stmts[CHATOPS_SQL_FIND];

    memset(&rows, 0, sizeof(chatops_store_rows_t));
    rows.arena = arena;

    if (chatops_sqlite_bind_str(stmt, ":id", id) != SQLITE_OK) {
        rc = chatops_sqlite_failed(store, s->db);

    } else {
        rc = chatops_sqlite_rows(s, stmt, &rows, NULL);
    }

    chatops_sqlite_reset(stmt);

    if (rc != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    if (rows.count == 0) {
        return CHATOPS_DECLINED;
    }

    *run = rows.runs[0];

    return CHATOPS_OK;
}


int
chatops_sqlite_recent(chatops_store_t *store, size_t max,
    chatops_arena_t *arena, chatops_run_t **runs, size_t *count)
{
    int                    rc;
    sqlite3_stmt          *stmt;
    chatops_sqlite_t      *s;
    chatops_store_rows_t   rows;

    s = (chatops_sqlite_t *) store;
    stmt = s->stmts[CHATOPS_SQL_RECENT];

    memset(&rows, 0, sizeof(chatops_store_rows_t));
    rows.arena = arena;

    if (chatops_sqlite_bind_int(stmt, ":max", max) != SQLITE_OK) {
        rc = chatops_sqlite_failed(store, s->db);

    } else {
        rc = chatops_sqlite_rows(s, stmt, &rows, NULL);
    }

    chatops_sqlite_reset(stmt);

    if (rc == CHATOPS_OK) {
        *runs = rows.runs;
        *count = rows.count;
    }

    return rc;
}
