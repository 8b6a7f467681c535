
#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "chatops_id.h"
#include "chatops_store.h"
#include "chatops_store_column.h"
#include "chatopsctl.h"


#define CHATOPSCTL_BUSY_MS      5000
#define CHATOPSCTL_RUNS         20
#define CHATOPSCTL_RUNS_MAX     10000
#define CHATOPSCTL_RUN_COLUMNS  7


static chatops_store_t *chatopsctl_store(const char *text, int *status);
static int chatopsctl_runs_table(chatops_arena_t *arena,
    const chatops_run_t *runs, size_t count);
static json_t *chatopsctl_runs_json(const chatops_run_t *runs, size_t count);
static json_t *chatopsctl_run_json(const chatops_run_t *run);
static void chatopsctl_run_print(const chatops_run_t *run);
static chatops_str_t chatopsctl_run_age(chatops_arena_t *arena,
    const chatops_run_t *run, int64_t now);
static int chatopsctl_is_secret(const chatops_column_t *column);
static int chatopsctl_is_time(const chatops_column_t *column);
static int64_t chatopsctl_now(void);


static int
chatopsctl_runs_main(const chatopsctl_command_t *command,
    chatops_arena_t *arena, int argc, char **argv)
{
    int               ch, json, status;
    size_t            count;
    int64_t           limit;
    const char       *url;
    chatops_str_t     text;
    chatops_run_t    *runs;
    chatops_store_t  *store;

    static const struct option  options[] = {
        { "help",  no_argument,       NULL, 'h' },
        { "json",  no_argument,       NULL, 'j' },
        { "limit", required_argument, NULL, 'l' },
        { NULL,    0,                 NULL, 0 }
    };

    json = 0;
    limit = CHATOPSCTL_RUNS;

    while ((ch = chatopsctl_option(command, argc, argv, options)) != -1) {
        switch (ch) {

        case 'j':
            json = 1;
            break;

        case 'l':
            text = chatops_str(optarg);

            if (chatops_str_int(&text, &limit) != CHATOPS_OK
                || limit < 1 || limit > CHATOPSCTL_RUNS_MAX)
            {
                return chatopsctl_misused(command, "--limit takes 1 to %d",
                                          CHATOPSCTL_RUNS_MAX);
            }

            break;

        case 0:
            return CHATOPSCTL_OK;

        default:
            return CHATOPSCTL_USAGE;
        }
    }

    url = chatopsctl_argument(command, argc, argv, "URL");
    if (url == NULL) {
        return CHATOPSCTL_USAGE;
    }

    store = chatopsctl_store(url, &status);
    if (store == NULL) {
        return status;
    }

    if (chatops_store_recent(store, limit, arena, &runs, &count)
        != CHATOPS_OK)
    {
        status = chatopsctl_fail(CHATOPSCTL_FAILED, "%s",
                                 chatops_store_error(store));

    } else if (json) {
        status = chatopsctl_json_print(chatopsctl_runs_json(runs, count));

    } else {
        status = chatopsctl_runs_table(arena, runs, count);
    }

    chatops_store_close(store);

    return status;
}


static int
chatopsctl_run_main(const chatopsctl_command_t *command,
    chatops_arena_t *arena, int argc, char **argv)
{
    int               ch, json, status;
    chatops_str_t     id;
    chatops_run_t     run;
    chatops_store_t  *store;

    static const struct option  options[] = {
        { "help", no_argument, NULL, 'h' },
        { "json", no_argument, NULL, 'j' },
        { NULL,   0,           NULL, 0 }
    };

    json = 0;

    while ((ch = chatopsctl_option(command, argc, argv, options)) != -1) {
        switch (ch) {

        case 'j':
            json = 1;
            break;

        case 0:
            return CHATOPSCTL_OK;

        default:
            return CHATOPSCTL_USAGE;
        }
    }

    if (argc - optind != 2) {
        return chatopsctl_misused(command, "expected a URL and a run's id");
    }

    id = chatops_str(argv[optind + 1]);

    if (!chatops_id_valid(&id)) {
        return chatopsctl_fail(CHATOPSCTL_INVALID, "\"%s\" is not a run's id",
                               argv[optind + 1]);
    }

    store = chatopsctl_store(argv[optind], &status);
    if (store == NULL) {
        return status;
    }

    switch (chatops_store_find(store, &id, arena, &run)) {

    case CHATOPS_OK:
        status = CHATOPSCTL_OK;

        if (json) {
            status = chatopsctl_json_print(chatopsctl_run_json(&run));

        } else {
            chatopsctl_run_print(&run);
        }

        break;

    case CHATOPS_DECLINED:
        status = chatopsctl_fail(CHATOPSCTL_FAILED, "there is no run %s",
                                 argv[optind + 1]);
        break;

    default:
        status = chatopsctl_fail(CHATOPSCTL_FAILED, "%s",
                                 chatops_store_error(store));
    }

    chatops_store_close(store);

    return status;
}


/* Opening would make a database where there is none: not here. */
static chatops_store_t *
chatopsctl_store(const char *text, int *status)
{
    char                    name[4096];
    chatops_str_t           url, path;
    chatops_store_t        *store;
    chatops_store_error_t   error;

    url = chatops_str(text);

    if (chatops_store_parse(&url, &path, &error) != CHATOPS_OK) {
        *status = chatopsctl_fail(CHATOPSCTL_INVALID, "%s: %s", text,
                                  error.text);
        return NULL;
    }

    if (chatops_str_starts(&url, "sqlite:")) {
        snprintf(name, sizeof(name), "%.*s", chatops_str_arg(&path));

        if (access(name, F_OK) != 0) {
            *status = chatopsctl_fail(CHATOPSCTL_FAILED, "%s: %s", name,
                                      strerror(errno));
            return NULL;
        }
    }

    store = chatops_store_open(&url, CHATOPSCTL_BUSY_MS, &error);

    if (store == NULL) {
        *status = chatopsctl_fail(CHATOPSCTL_FAILED, "%s: %s", text,
                                  error.text);
    }

    return store;
}


static int
chatopsctl_runs_table(chatops_arena_t *arena, const chatops_run_t *runs,
    size_t count)
{
    int                   rc;
    size_t                i;
    int64_t               now;
    chatops_buf_t         buf;
    chatops_str_t         cells[CHATOPSCTL_RUN_COLUMNS];
    chatopsctl_table_t    table;
    const chatops_run_t  *run;

    cells[0] = chatops_str("ID");
    cells[1] = chatops_str("AGE");
    cells[2] = chatops_str("STATE/REPLY");
    cells[3] = chatops_str("JOB");
    cells[4] = chatops_str("USER");
    cells[5] = chatops_str("PROJECT");
    cells[6] = chatops_str("LINK");

    now = chatopsctl_now();

    chatopsctl_table_init(&table, arena, CHATOPSCTL_RUN_COLUMNS);
    rc = chatopsctl_table_row(&table, cells);

    for (i = 0; rc == CHATOPS_OK && i < count; i++) {

        run = &runs[i];

        chatops_buf_init(&buf, arena, 64);
        chatops_buf_text(&buf, chatops_run_state_name(run->state));
        chatops_buf_char(&buf, '/');
        chatops_buf_text(&buf, chatops_reply_state_name(run->reply));

        cells[0] = run->id;
        cells[1] = chatopsctl_run_age(arena, run, now);
        rc = chatops_buf_finish(&buf, &cells[2]);
        cells[3] = run->job;
        cells[4] = run->user_id;
        cells[5] = run->project;
        cells[6] = run->job_url.len != 0 ? run->job_url : run->pipeline_url;

        if (rc == CHATOPS_OK) {
            rc = chatopsctl_table_row(&table, cells);
        }
    }

    if (rc != CHATOPS_OK) {
        return chatopsctl_fail(CHATOPSCTL_FAILED, "out of memory");
    }

    chatopsctl_table_print(&table);

    return CHATOPSCTL_OK;
}


static json_t *
chatopsctl_runs_json(const chatops_run_t *runs, size_t count)
{
    size_t   i;
    json_t  *array;

    array = json_array();

    for (i = 0; array != NULL && i < count; i++) {
        if (json_array_append_new(array, chatopsctl_run_json(&runs[i]))
            != 0)
        {
            json_decref(array);
            return NULL;
        }
    }

    return array;
}


static json_t *
chatopsctl_run_json(const chatops_run_t *run)
{
    int                      i, rc;
    json_t                  *object;
    chatops_str_t            text;
    const chatops_column_t  *column;

    object = json_object();
    rc = object == NULL ? -1 : 0;

    for (i = 0; rc == 0 && i < CHATOPS_COLUMNS; i++) {
        column = &chatops_columns[i];

        if (chatopsctl_is_secret(column)) {
            continue;
        }

        if (column->type == CHATOPS_COLUMN_INTEGER) {
            rc = json_object_set_new(object, column->name,
                        json_integer(chatops_column_integer(column, run)));
            continue;
        }

        text = chatops_column_text(column, run);
        rc = chatopsctl_json_text(object, column->name, &text);
    }

    if (rc != 0) {
        json_decref(object);
        return NULL;
    }

    return object;
}


static void
chatopsctl_run_print(const chatops_run_t *run)
{
    int                      i;
    char                     date[32];
    time_t                   seconds;
    int64_t                  value;
    struct tm                tm;
    chatops_str_t            text;
    const chatops_column_t  *column;

    for (i = 0; i < CHATOPS_COLUMNS; i++) {
        column = &chatops_columns[i];

        if (chatopsctl_is_secret(column)) {
            continue;
        }

        printf("%-16s", column->name);

        if (column->type != CHATOPS_COLUMN_INTEGER) {
            text = chatops_column_text(column, run);
            chatopsctl_print(&text, 0);
            putchar('\n');
            continue;
        }

        value = chatops_column_integer(column, run);

        if (!chatopsctl_is_time(column)) {
            printf("%lld\n", (long long) value);
            continue;
        }

        seconds = value / 1000;

        if (value <= 0 || gmtime_r(&seconds, &tm) == NULL
            || strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
        {
            printf("-\n");
            continue;
        }

        printf("%s\n", date);
    }
}


/* "12s", "5m", "3h", "2d"; empty when out of memory. */
static chatops_str_t
chatopsctl_run_age(chatops_arena_t *arena, const chatops_run_t *run,
    int64_t now)
{
    size_t         i;
    int64_t        seconds;
    chatops_buf_t  buf;
    chatops_str_t  age;

    static const struct {
        int64_t  seconds;
        u_char   letter;
    } units[] = {
        { 2 * 24 * 3600, 'd' },
        { 2 * 3600,      'h' },
        { 2 * 60,        'm' },
    };

    seconds = now > run->created_at ? (now - run->created_at) / 1000 : 0;

    chatops_buf_init(&buf, arena, 64);

    for (i = 0; i < 3 && seconds < units[i].seconds; i++) {
        /* void */
    }

    if (i < 3) {
        chatops_buf_int(&buf, seconds / (units[i].seconds / 2));
        chatops_buf_char(&buf, units[i].letter);

    } else {
        chatops_buf_int(&buf, seconds);
        chatops_buf_char(&buf, 's');
    }

    if (chatops_buf_finish(&buf, &age) != CHATOPS_OK) {
        age = chatops_str(NULL);
    }

    return age;
}


static int
chatopsctl_is_secret(const chatops_column_t *column)
{
    return strcmp(column->name, "response_url") == 0
           || strcmp(column->name, "link") == 0;
}


static int
chatopsctl_is_time(const chatops_column_t *column)
{
    size_t  len;

    len = strlen(column->name);

    return len > 3 && strcmp(column->name + len - 3, "_at") == 0;
}


static int64_t
chatopsctl_now(void)
{
    struct timespec  now;

    (void) clock_gettime(CLOCK_REALTIME, &now);

    return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}


const chatopsctl_command_t  chatopsctl_runs = {
    "runs",
    "URL [--json] [--limit N]",
    "lists the latest runs of a store, the newest first",
    "  URL        as chatops_store has it: sqlite:/path/runs.db\n"
    "  --json     an array of objects; times are Unix milliseconds\n"
    "  --limit N  at most so many, 20 if not said\n",
    chatopsctl_runs_main
};


const chatopsctl_command_t  chatopsctl_run = {
    "run",
    "URL ID [--json]",
    "shows all that the store knows of one run",
    "  URL     as chatops_store has it: sqlite:/path/runs.db\n"
    "  ID      26 characters\n"
    "  --json  an object; times are Unix milliseconds\n",
    chatopsctl_run_main
};
