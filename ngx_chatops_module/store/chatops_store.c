
#include <stdarg.h>
#include <stdio.h>

#include "chatops_id.h"
#include "chatops_store_driver.h"


static const chatops_store_driver_t *chatops_store_drivers[] = {
    &chatops_store_sqlite_driver,
    NULL
};


static const chatops_store_driver_t *chatops_store_driver(
    const chatops_str_t *url, chatops_str_t *path,
    chatops_store_error_t *error);
static int chatops_store_check(chatops_store_t *store, const char *call,
    const chatops_str_t *owner, int64_t lease_ms);
static int chatops_store_check_run(chatops_store_t *store,
    const chatops_run_t *run);


int
chatops_store_parse(const chatops_str_t *url, chatops_str_t *path,
    chatops_store_error_t *error)
{
    const chatops_store_driver_t  *driver;

    driver = chatops_store_driver(url, path, error);

    return driver == NULL ? CHATOPS_DECLINED : CHATOPS_OK;
}


chatops_store_t *
chatops_store_open(const chatops_str_t *url, int busy_ms,
    chatops_store_error_t *error)
{
    chatops_str_t                  path;
    chatops_store_t               *store;
    const chatops_store_driver_t  *driver;

    driver = chatops_store_driver(url, &path, error);
    if (driver == NULL) {
        return NULL;
    }

    store = driver->open(&path, busy_ms, error);

    if (store != NULL) {
        store->driver = driver;
    }

    return store;
}


static const chatops_store_driver_t *
chatops_store_driver(const chatops_str_t *url, chatops_str_t *path,
    chatops_store_error_t *error)
{
    size_t                         i, len;
    const chatops_store_driver_t  *driver;

    for (i = 0; chatops_store_drivers[i] != NULL; i++) {
        driver = chatops_store_drivers[i];
        len = strlen(driver->scheme);

        if (!chatops_str_starts(url, driver->scheme)
            || url->len == len || url->data[len] != ':')
        {
            continue;
        }

        *path = chatops_strn(url->data + len + 1, url->len - len - 1);

        if (driver->parse(path, error) != CHATOPS_OK) {
            return NULL;
        }

        return driver;
    }

    snprintf(error->text, sizeof(error->text),
             "not a store's URL, expected \"sqlite:/path/runs.db\"");

    return NULL;
}


void
chatops_store_close(chatops_store_t *store)
{
    if (store != NULL) {
        store->driver->close(store);
    }
}


const char *
chatops_store_error(chatops_store_t *store)
{
    return store->error.text;
}


int
chatops_store_begin(chatops_store_t *store)
{
    store->call = "begin";

    return store->driver->begin(store);
}


int
chatops_store_commit(chatops_store_t *store)
{
    store->call = "commit";

    return store->driver->commit(store);
}


void
chatops_store_rollback(chatops_store_t *store)
{
    store->call = "rollback";
    store->driver->rollback(store);
}


int
chatops_store_add(chatops_store_t *store, const chatops_run_t *run,
    const chatops_str_t *owner, int64_t lease_ms)
{
    if (chatops_store_check(store, "add", owner, lease_ms) != CHATOPS_OK
        || chatops_store_check_run(store, run) != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    return store->driver->add(store, run, owner, lease_ms);
}


int
chatops_store_update(chatops_store_t *store, const chatops_run_t *run,
    const chatops_str_t *owner, int64_t lease_ms, int64_t due_ms)
{
    if (chatops_store_check(store, "update", owner, lease_ms) != CHATOPS_OK
        || chatops_store_check_run(store, run) != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    if (due_ms != CHATOPS_STORE_NEVER
        && (due_ms < 0 || due_ms > CHATOPS_STORE_MAX_MS))
    {
        return chatops_store_fail(store, "due time out of range");
    }

    return store->driver->update(store, run, owner, lease_ms, due_ms);
}


int
chatops_store_finish(chatops_store_t *store, const chatops_run_t *run,
    const chatops_str_t *owner)
{
    chatops_run_t  last;

    if (chatops_store_check(store, "finish", owner, 0) != CHATOPS_OK
        || chatops_store_check_run(store, run) != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    last = *run;
    last.response_url = chatops_str(NULL);
    last.link = chatops_str(NULL);

    return store->driver->update(store, &last, owner, 0,
                                 CHATOPS_STORE_NEVER);
}


int
chatops_store_release(chatops_store_t *store, const chatops_str_t *id,
    const chatops_str_t *owner)
{
    if (chatops_store_check(store, "release", owner, 0) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    return store->driver->release(store, id, owner);
}


int
chatops_store_wake(chatops_store_t *store, const chatops_str_t *id)
{
    store->call = "wake";

    return store->driver->wake(store, id);
}


int
chatops_store_claim(chatops_store_t *store, size_t max,
    const chatops_str_t *owner, int64_t lease_ms, int64_t slack_ms,
    chatops_arena_t *arena, chatops_run_t **runs, size_t *count)
{
    *runs = NULL;
    *count = 0;

    if (chatops_store_check(store, "claim", owner, lease_ms) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    if (lease_ms == 0 || slack_ms < 0 || slack_ms > CHATOPS_STORE_MAX_MS) {
        return chatops_store_fail(store, "lease or slack out of range");
    }

    return store->driver->claim(store, max, owner, lease_ms, slack_ms, arena,
                                runs, count);
}


int
chatops_store_find(chatops_store_t *store, const chatops_str_t *id,
    chatops_arena_t *arena, chatops_run_t *run)
{
    store->call = "find";

    return store->driver->find(store, id, arena, run);
}


int
chatops_store_recent(chatops_store_t *store, size_t max,
    chatops_arena_t *arena, chatops_run_t **runs, size_t *count)
{
    *runs = NULL;
    *count = 0;

    store->call = "recent";

    return store->driver->recent(store, max, arena, runs, count);
}


static int
chatops_store_check(chatops_store_t *store, const char *call,
    const chatops_str_t *owner, int64_t lease_ms)
{
    store->call = call;

    /* an empty owner would hold every run that nobody holds */

    if (owner->len == 0 || owner->len > CHATOPS_STORE_OWNER_MAX) {
        return chatops_store_fail(store, "owner empty or too long");
    }

    if (lease_ms < 0 || lease_ms > CHATOPS_STORE_MAX_MS) {
        return chatops_store_fail(store, "lease out of range");
    }

    return CHATOPS_OK;
}


static int
chatops_store_check_run(chatops_store_t *store, const chatops_run_t *run)
{
    if (run->id.len != CHATOPS_ID_LEN) {
        return chatops_store_fail(store, "not a run's id");
    }

    if ((unsigned) run->state > CHATOPS_RUN_GONE
        || (unsigned) run->reply > CHATOPS_REPLY_UNDELIVERABLE
        || (unsigned) run->kind > CHATOPS_KIND_GONE
        || (unsigned) run->cleanup > CHATOPS_CLEANUP_BRANCH_GONE)
    {
        return chatops_store_fail(store, "a state without a name");
    }

    return CHATOPS_OK;
}


int
chatops_store_fail(chatops_store_t *store, const char *format, ...)
{
    int      n;
    char    *text;
    size_t   size;
    va_list  args;

    text = store->error.text;
    size = sizeof(store->error.text);

    n = snprintf(text, size, "%s: ", store->call);

    if (n < 0 || (size_t) n >= size) {
        return CHATOPS_ERROR;
    }

    va_start(args, format);
    (void) vsnprintf(text + n, size - n, format, args);
    va_end(args);

    return CHATOPS_ERROR;
}


chatops_run_t *
chatops_store_rows_push(chatops_store_rows_t *rows)
{
    size_t          size;
    chatops_run_t  *runs;

    if (rows->count == rows->size) {
        size = rows->size == 0 ? 8 : rows->size * 2;

        runs = chatops_palloc(rows->arena, size * sizeof(chatops_run_t));
        if (runs == NULL) {
            return NULL;
        }

        if (rows->count != 0) {
            memcpy(runs, rows->runs, rows->count * sizeof(chatops_run_t));
        }

        rows->runs = runs;
        rows->size = size;
    }

    runs = &rows->runs[rows->count++];
    memset(runs, 0, sizeof(chatops_run_t));

    return runs;
}
