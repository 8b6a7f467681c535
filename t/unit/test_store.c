
#include "store_fixture.h"

#include "chatops_store_column.h"


static chatops_str_t  me = chatops_string("host/1/7");
static chatops_str_t  other = chatops_string("host/1/8");


static void
assert_text(const chatops_str_t *s, const char *text)
{
    if (!chatops_str_is(s, text)) {
        fail_msg("\"%.*s\" is not \"%s\"", chatops_str_arg(s), text);
    }
}


static void
assert_says(const char *message, const char *words)
{
    if (strstr(message, words) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", message, words);
    }
}


static void
a_url_names_an_absolute_path(void **state)
{
    int                     rc;
    size_t                  i;
    char                    room[600];
    chatops_str_t           url, path;
    chatops_store_error_t   error;

    static const struct {
        const char  *url;
        const char  *path;
        const char  *words;
    } cases[] = {
        { "sqlite:/var/lib/nginx/chatops/runs.db",
          "/var/lib/nginx/chatops/runs.db", NULL },
        { "sqlite:/a", "/a", NULL },
        { "sqlite:/a?mode=ro", "/a?mode=ro", NULL },
        { "sqlite:runs.db", NULL, "absolute" },
        { "sqlite:", NULL, "absolute" },
        { "sqlite:/a/", NULL, "directory" },
        { "sqlite:/a\nb", NULL, "control" },
        { "sqlite", NULL, "expected" },
        { "sqlite3:/a", NULL, "expected" },
        { "postgresql://db/chatops", NULL, "expected" },
        { "", NULL, "expected" },
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        url = chatops_str(cases[i].url);
        rc = chatops_store_parse(&url, &path, &error);

        if (cases[i].path != NULL) {
            assert_int_equal(rc, CHATOPS_OK);
            assert_text(&path, cases[i].path);
            assert_ptr_equal(path.data, url.data + 7);

        } else {
            assert_int_equal(rc, CHATOPS_DECLINED);
            assert_says(error.text, cases[i].words);
        }
    }

    memset(room, 'a', sizeof(room));
    memcpy(room, "sqlite:/", 8);
    url = chatops_strn(room, 7 + CHATOPS_SQLITE_MAX_PATH);
    assert_int_equal(chatops_store_parse(&url, &path, &error), CHATOPS_OK);
    url.len++;
    assert_int_equal(chatops_store_parse(&url, &path, &error),
                     CHATOPS_DECLINED);
}


static void
every_field_comes_back_as_it_was_added(void **state)
{
    int                      i;
    char                     texts[CHATOPS_COLUMNS][32];
    fixture_t               *f;
    chatops_str_t            text, *field;
    chatops_run_t            run, found;
    fixture_run_t            room;
    const chatops_column_t  *column;

    f = *state;
    run = *fixture_run(&room, 1, "ops/infra");

    for (i = 1; i < CHATOPS_COLUMN_OWNER; i++) {
        column = &chatops_columns[i];

        if (column->type == CHATOPS_COLUMN_INTEGER) {
            chatops_column_set_integer(column, &run, INT64_MAX - i);

        } else if (column->type == CHATOPS_COLUMN_TEXT) {
            snprintf(texts[i], sizeof(texts[i]), "%s \xc3\xa4\n'\"%d",
                     column->name, i);
            field = (chatops_str_t *) ((u_char *) &run + column->offset);
            *field = chatops_str(texts[i]);
        }
    }

    run.state = CHATOPS_RUN_GONE;
    run.reply = CHATOPS_REPLY_UNDELIVERABLE;
    run.kind = CHATOPS_KIND_NO_LOG;
    run.cleanup = CHATOPS_CLEANUP_BRANCH_GONE;

    assert_int_equal(chatops_store_add(f->store, &run, &me, LEASE),
                     CHATOPS_OK);
    assert_int_equal(chatops_store_find(f->store, &run.id, f->arena, &found),
                     CHATOPS_OK);

    for (i = 0; i < CHATOPS_COLUMN_OWNER; i++) {
        column = &chatops_columns[i];

        if (column->type == CHATOPS_COLUMN_INTEGER) {
            assert_true(chatops_column_integer(column, &found)
                        == chatops_column_integer(column, &run));

        } else {
            text = chatops_column_text(column, &found);
            field = &text;
            text = chatops_column_text(column, &run);
            assert_true(chatops_str_eq(field, &text));
        }
    }

    assert_text(&found.owner, "host/1/7");
}


static void
an_update_writes_what_can_change_and_nothing_else(void **state)
{
    int                      i;
    char                     texts[CHATOPS_COLUMNS][32];
    fixture_t               *f;
    chatops_str_t           *field, after, before;
    chatops_run_t           *run, changed, found;
    fixture_run_t            room;
    const chatops_column_t  *column;

    f = *state;
    run = fixture_run(&room, 1, "ops/infra");
    changed = *run;

    for (i = 1; i < CHATOPS_COLUMN_OWNER; i++) {
        column = &chatops_columns[i];

        if (column->type == CHATOPS_COLUMN_INTEGER) {
            chatops_column_set_integer(column, &changed, 1000 + i);

        } else if (column->type == CHATOPS_COLUMN_TEXT) {
            snprintf(texts[i], sizeof(texts[i]), "new %s", column->name);
            field = (chatops_str_t *) ((u_char *) &changed + column->offset);
            *field = chatops_str(texts[i]);
        }
    }

    changed.state = CHATOPS_RUN_WATCHING;
    changed.reply = CHATOPS_REPLY_DUE;
    changed.kind = CHATOPS_KIND_RESULT;
    changed.cleanup = CHATOPS_CLEANUP_BRANCH_MADE;

    assert_int_equal(chatops_store_add(f->store, run, &me, LEASE),
                     CHATOPS_OK);
    assert_int_equal(chatops_store_update(f->store, &changed, &me, LEASE, 0),
                     CHATOPS_OK);
    assert_int_equal(chatops_store_find(f->store, &run->id, f->arena,
                                        &found), CHATOPS_OK);

    for (i = 0; i < CHATOPS_COLUMN_OWNER; i++) {
        column = &chatops_columns[i];
        run = column->write == CHATOPS_COLUMN_ONCE ? &room.run : &changed;

        if (column->type == CHATOPS_COLUMN_INTEGER) {
            assert_true(chatops_column_integer(column, &found)
                        == chatops_column_integer(column, run));
            continue;
        }

        after = chatops_column_text(column, &found);
        before = chatops_column_text(column, run);
        assert_true(chatops_str_eq(&after, &before));
    }

    /* the contract's words, not the table's */

    assert_true(found.created_at == room.run.created_at);
    assert_text(&found.trigger_id, room.trigger);
    assert_text(&found.user_id, "U2147483697");
    assert_text(&found.job, "new job");
    assert_text(&found.response_url, "new response_url");
}


static void
the_same_command_is_taken_once(void **state)
{
    fixture_t      *f;
    fixture_run_t   room, again;

    f = *state;
    fixture_run(&room, 1, "ops/infra");
    fixture_run(&again, 2, "ops/infra");
    again.run.trigger_id = room.run.trigger_id;

    assert_int_equal(chatops_store_add(f->store, &room.run, &me, LEASE),
                     CHATOPS_OK);
    assert_int_equal(chatops_store_add(f->store, &again.run, &other, LEASE),
                     CHATOPS_DECLINED);

    again.run.team_id = chatops_str("T0002");
    assert_int_equal(chatops_store_add(f->store, &again.run, &other, LEASE),
                     CHATOPS_OK);

    fixture_run(&again, 3, "ops/infra");
    again.run.trigger_id = room.run.trigger_id;
    again.run.service = chatops_str("mattermost");
    assert_int_equal(chatops_store_add(f->store, &again.run, &other, LEASE),
                     CHATOPS_OK);

    assert_int_equal(fixture_number(f->store, "SELECT count(*) FROM runs"),
                     3);
}


static void
the_same_id_twice_is_an_error_without_the_values(void **state)
{
    fixture_t      *f;
    fixture_run_t   room, again;

    f = *state;
    fixture_run(&room, 1, "ops/infra");
    fixture_run(&again, 2, "ops/infra");
    again.run.id = room.run.id;

    assert_int_equal(chatops_store_add(f->store, &room.run, &me, LEASE),
                     CHATOPS_OK);
    assert_int_equal(chatops_store_add(f->store, &again.run, &me, LEASE),
                     CHATOPS_ERROR);

    assert_says(chatops_store_error(f->store), "add: ");
    assert_says(chatops_store_error(f->store), "runs.id");
    assert_null(strstr(chatops_store_error(f->store), "hooks.slack"));
    assert_null(strstr(chatops_store_error(f->store), room.id));
}


static void
a_broken_caller_is_told_so(void **state)
{
    fixture_t       *f;
    chatops_str_t    nobody, id;
    chatops_run_t   *run;
    fixture_run_t    room;

    f = *state;
    run = fixture_run(&room, 1, "ops/infra");
    nobody = chatops_str("");

    assert_int_equal(chatops_store_add(f->store, run, &nobody, LEASE),
                     CHATOPS_ERROR);
    assert_int_equal(chatops_store_update(f->store, run, &nobody, 0, 0),
                     CHATOPS_ERROR);
    assert_int_equal(chatops_store_finish(f->store, run, &nobody),
                     CHATOPS_ERROR);
    assert_int_equal(chatops_store_release(f->store, &run->id, &nobody),
                     CHATOPS_ERROR);
    assert_int_equal(chatops_store_add(f->store, run, &me, -1),
                     CHATOPS_ERROR);
    assert_int_equal(chatops_store_add(f->store, run, &me, INT64_MAX),
                     CHATOPS_ERROR);
    assert_int_equal(chatops_store_update(f->store, run, &me, 0, -2),
                     CHATOPS_ERROR);
    assert_int_equal(chatops_store_update(f->store, run, &me, 0, INT64_MAX),
                     CHATOPS_ERROR);

    run->state = 99;
    assert_int_equal(chatops_store_add(f->store, run, &me, LEASE),
                     CHATOPS_ERROR);
    run->state = 0;

    id = run->id;
    run->id.len = 3;
    assert_int_equal(chatops_store_add(f->store, run, &me, LEASE),
                     CHATOPS_ERROR);
    run->id = id;

    assert_int_equal(chatops_store_commit(f->store), CHATOPS_ERROR);
    assert_says(chatops_store_error(f->store), "commit: not begun");

    assert_int_equal(chatops_store_begin(f->store), CHATOPS_OK);
    assert_int_equal(chatops_store_begin(f->store), CHATOPS_ERROR);
    chatops_store_rollback(f->store);

    assert_int_equal(chatops_store_add(f->store, run, &me, LEASE),
                     CHATOPS_OK);
}


static void
a_text_over_the_limit_is_refused(void **state)
{
    char           *input;
    fixture_t      *f;
    fixture_run_t   room;

    f = *state;
    fixture_run(&room, 1, "ops/infra");

    input = malloc(CHATOPS_SQLITE_MAX_ROW + 1);
    assert_non_null(input);
    memset(input, 'x', CHATOPS_SQLITE_MAX_ROW + 1);

    room.run.input = chatops_strn(input, CHATOPS_SQLITE_MAX_ROW + 1);
    assert_int_equal(chatops_store_add(f->store, &room.run, &me, LEASE),
                     CHATOPS_ERROR);
    assert_says(chatops_store_error(f->store), "too large");

    room.run.input.len = 128 * 1024;
    assert_int_equal(chatops_store_add(f->store, &room.run, &me, LEASE),
                     CHATOPS_OK);

    free(input);
}


static void
a_group_survives_the_failure_of_one_call(void **state)
{
    fixture_t        *f;
    chatops_run_t     found;
    fixture_run_t     one, two, three;
    chatops_store_t  *reader;

    f = *state;
    fixture_run(&one, 1, "ops/infra");
    fixture_run(&two, 2, "ops/infra");
    fixture_run(&three, 3, "ops/infra");
    reader = fixture_open(f);

    assert_int_equal(chatops_store_begin(f->store), CHATOPS_OK);
    assert_int_equal(chatops_store_add(f->store, &one.run, &me, LEASE),
                     CHATOPS_OK);

    two.run.id = one.run.id;
    assert_int_equal(chatops_store_add(f->store, &two.run, &me, LEASE),
                     CHATOPS_ERROR);

    two.run.id = chatops_str(two.id);
    two.run.trigger_id = one.run.trigger_id;
    assert_int_equal(chatops_store_add(f->store, &two.run, &me, LEASE),
                     CHATOPS_DECLINED);

    assert_int_equal(chatops_store_update(f->store, &one.run, &other, 0, 0),
                     CHATOPS_DECLINED);
    assert_int_equal(chatops_store_add(f->store, &three.run, &me, LEASE),
                     CHATOPS_OK);

    /* what is written is seen within, and not yet without */

    assert_int_equal(chatops_store_find(f->store, &three.run.id, f->arena,
                                        &found), CHATOPS_OK);
    assert_int_equal(chatops_store_find(reader, &one.run.id, f->arena,
                                        &found), CHATOPS_DECLINED);

    assert_int_equal(chatops_store_commit(f->store), CHATOPS_OK);

    assert_int_equal(chatops_store_find(reader, &one.run.id, f->arena,
                                        &found), CHATOPS_OK);
    assert_int_equal(chatops_store_find(reader, &two.run.id, f->arena,
                                        &found), CHATOPS_DECLINED);
    assert_int_equal(chatops_store_find(reader, &three.run.id, f->arena,
                                        &found), CHATOPS_OK);
    chatops_store_close(reader);
}


static void
a_rollback_undoes_all_of_the_group(void **state)
{
    fixture_t  *f;

    f = *state;

    assert_int_equal(chatops_store_begin(f->store), CHATOPS_OK);
    fixture_add(f->store, 1, "ops/infra", "me", LEASE);
    chatops_store_rollback(f->store);

    assert_int_equal(fixture_number(f->store, "SELECT count(*) FROM runs"),
                     0);
    fixture_add(f->store, 1, "ops/infra", "me", LEASE);
}


static void
a_close_in_the_middle_of_a_group_undoes_it(void **state)
{
    fixture_t  *f;

    f = *state;

    assert_int_equal(chatops_store_begin(f->store), CHATOPS_OK);
    fixture_add(f->store, 1, "ops/infra", "me", LEASE);
    chatops_store_close(f->store);

    f->store = fixture_open(f);
    assert_int_equal(fixture_number(f->store, "SELECT count(*) FROM runs"),
                     0);
}


static void
a_new_run_is_its_owners_until_the_lease_ends(void **state)
{
    fixture_t      *f;
    chatops_run_t  *runs;

    f = *state;
    fixture_add(f->store, 1, "ops/infra", "me", 60);

    assert_int_equal(fixture_claim(f, f->store, 10, "other", LEASE, 0,
                                   &runs), 0);
    assert_null(runs);

    fixture_sleep(80);

    assert_int_equal(fixture_claim(f, f->store, 10, "other", LEASE, 0,
                                   &runs), 1);
    assert_text(&runs[0].owner, "other");
    assert_text(&runs[0].job, "hello-world");

    assert_int_equal(fixture_claim(f, f->store, 10, "third", LEASE, 0,
                                   &runs), 0);
}


static void
an_expired_lease_is_still_the_owners_until_it_is_claimed(void **state)
{
    fixture_t      *f;
    chatops_run_t  *runs, found;
    fixture_run_t   room;

    f = *state;
    fixture_run(&room, 1, "ops/infra");

    assert_int_equal(chatops_store_add(f->store, &room.run, &me, 0),
                     CHATOPS_OK);

    room.run.status = chatops_str("running");
    assert_int_equal(chatops_store_update(f->store, &room.run, &me, 1, 1),
                     CHATOPS_OK);

    fixture_sleep(5);
    assert_int_equal(fixture_claim(f, f->store, 1, "host/1/8", LEASE, 0,
                                   &runs), 1);

    room.run.status = chatops_str("success");
    assert_int_equal(chatops_store_update(f->store, &room.run, &me, 0, 0),
                     CHATOPS_DECLINED);
    assert_int_equal(chatops_store_finish(f->store, &room.run, &me),
                     CHATOPS_DECLINED);
    assert_int_equal(chatops_store_release(f->store, &room.run.id, &me),
                     CHATOPS_DECLINED);

    assert_int_equal(chatops_store_find(f->store, &room.run.id, f->arena,
                                        &found), CHATOPS_OK);
    assert_text(&found.status, "running");
    assert_text(&found.owner, "host/1/8");
}


static void
a_run_given_back_is_due_at_its_time_and_nobodys(void **state)
{
    fixture_t      *f;
    chatops_run_t  *runs;
    fixture_run_t   room;

    f = *state;
    fixture_run(&room, 1, "ops/infra");

    assert_int_equal(chatops_store_add(f->store, &room.run, &me, LEASE),
                     CHATOPS_OK);
    assert_int_equal(chatops_store_update(f->store, &room.run, &me, 0, 60),
                     CHATOPS_OK);
    assert_int_equal(chatops_store_update(f->store, &room.run, &me, 0, 60),
                     CHATOPS_DECLINED);

    assert_int_equal(fixture_claim(f, f->store, 1, "b", LEASE, 0, &runs), 0);
    fixture_sleep(80);
    assert_int_equal(fixture_claim(f, f->store, 1, "b", LEASE, 0, &runs), 1);
}


static void
a_lease_outlasts_the_due_time(void **state)
{
    fixture_t      *f;
    chatops_run_t  *runs;
    fixture_run_t   room;

    f = *state;
    fixture_run(&room, 1, "ops/infra");

    assert_int_equal(chatops_store_add(f->store, &room.run, &me, LEASE),
                     CHATOPS_OK);
    assert_int_equal(chatops_store_update(f->store, &room.run, &me, 60, 0),
                     CHATOPS_OK);

    assert_int_equal(fixture_claim(f, f->store, 1, "b", LEASE, 60000,
                                   &runs), 0);
    fixture_sleep(80);
    assert_int_equal(fixture_claim(f, f->store, 1, "b", LEASE, 0, &runs), 1);
}


static void
never_due_is_never_claimed(void **state)
{
    fixture_t      *f;
    chatops_run_t  *runs;
    fixture_run_t   room;

    f = *state;
    fixture_run(&room, 1, "ops/infra");

    assert_int_equal(chatops_store_add(f->store, &room.run, &me, LEASE),
                     CHATOPS_OK);
    assert_int_equal(chatops_store_update(f->store, &room.run, &me, 1,
                                          CHATOPS_STORE_NEVER), CHATOPS_OK);
    fixture_sleep(5);
    assert_int_equal(fixture_claim(f, f->store, 1, "b", LEASE, 60000,
                                   &runs), 0);

    /* its owner still is */

    assert_int_equal(chatops_store_release(f->store, &room.run.id, &me),
                     CHATOPS_OK);
    assert_int_equal(fixture_claim(f, f->store, 1, "b", LEASE, 0, &runs), 1);
}


static void
a_finished_run_is_nobodys_and_its_response_url_gone(void **state)
{
    fixture_t      *f;
    chatops_run_t  *runs, found;
    fixture_run_t   room;

    f = *state;
    fixture_run(&room, 1, "ops/infra");

    assert_int_equal(chatops_store_add(f->store, &room.run, &me, LEASE),
                     CHATOPS_OK);

    room.run.state = CHATOPS_RUN_FINISHED;
    room.run.link = chatops_str("https://gitlab.example.com/secret");
    assert_int_equal(chatops_store_finish(f->store, &room.run, &me),
                     CHATOPS_OK);
    assert_text(&room.run.response_url, "https://hooks.slack.example/1");

    assert_int_equal(chatops_store_find(f->store, &room.run.id, f->arena,
                                        &found), CHATOPS_OK);
    assert_int_equal(found.state, CHATOPS_RUN_FINISHED);
    assert_text(&found.response_url, "");
    assert_text(&found.link, "");
    assert_text(&found.owner, "");

    assert_int_equal(fixture_claim(f, f->store, 1, "b", LEASE, 60000,
                                   &runs), 0);
    assert_int_equal(chatops_store_update(f->store, &room.run, &me, 0, 0),
                     CHATOPS_DECLINED);
    assert_int_equal(fixture_number(f->store, "SELECT count(*) FROM runs"
                                    " WHERE due_at IS NOT NULL"), 0);
}


static void
a_released_run_is_due_at_once_and_otherwise_as_it_was(void **state)
{
    fixture_t      *f;
    chatops_run_t  *runs;

    f = *state;
    fixture_add(f->store, 1, "ops/infra", "host/1/7", LEASE);

    {
        fixture_run_t  room;

        fixture_run(&room, 1, "ops/infra");
        assert_int_equal(chatops_store_release(f->store, &room.run.id, &me),
                         CHATOPS_OK);
        assert_int_equal(chatops_store_release(f->store, &room.run.id, &me),
                         CHATOPS_DECLINED);
    }

    assert_int_equal(fixture_claim(f, f->store, 1, "b", LEASE, 0, &runs), 1);
    assert_text(&runs[0].response_url, "https://hooks.slack.example/1");
}


static void
news_wakes_a_run_that_waits_for_its_job(void **state)
{
    size_t          i;
    fixture_t      *f;
    chatops_run_t  *runs;
    chatops_str_t   other;
    fixture_run_t   room;

    static const struct {
        chatops_run_state_e    state;
        chatops_reply_state_e  reply;
        int64_t                job_id;
        int64_t                lease;
        int64_t                due;
        int                    rc;
    } cases[] = {
        { CHATOPS_RUN_WATCHING, CHATOPS_REPLY_SCHEDULED, 7, 0, 60000,
          CHATOPS_OK },
        { CHATOPS_RUN_WATCHING, CHATOPS_REPLY_NONE, 0, 0, 60000, CHATOPS_OK },
        { CHATOPS_RUN_TRIGGERING, CHATOPS_REPLY_NONE, 7, 0, 60000,
          CHATOPS_OK },
        { CHATOPS_RUN_TRIGGERING, CHATOPS_REPLY_NONE, 0, 0, 60000,
          CHATOPS_DECLINED },
        { CHATOPS_RUN_WATCHING, CHATOPS_REPLY_DUE, 7, 0, 60000,
          CHATOPS_DECLINED },
        { CHATOPS_RUN_WATCHING, CHATOPS_REPLY_POSTED, 7, 0, 60000,
          CHATOPS_DECLINED },
        { CHATOPS_RUN_WATCHING, CHATOPS_REPLY_SCHEDULED, 7, LEASE, 60000,
          CHATOPS_DECLINED },
        { CHATOPS_RUN_WATCHING, CHATOPS_REPLY_SCHEDULED, 7, 0,
          CHATOPS_STORE_NEVER, CHATOPS_DECLINED },
        { CHATOPS_RUN_AMBIGUOUS, CHATOPS_REPLY_NONE, 7, 0, 60000,
          CHATOPS_DECLINED },
        { CHATOPS_RUN_REFUSED, CHATOPS_REPLY_NONE, 7, 0, 60000,
          CHATOPS_DECLINED },
        { CHATOPS_RUN_ACCEPTED, CHATOPS_REPLY_NONE, 0, 0, 60000,
          CHATOPS_DECLINED }
    };

    f = *state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        fixture_run(&room, (int) i + 1, "ops/infra");

        assert_int_equal(chatops_store_add(f->store, &room.run, &me, LEASE),
                         CHATOPS_OK);

        room.run.state = cases[i].state;
        room.run.reply = cases[i].reply;
        room.run.job_id = cases[i].job_id;

        assert_int_equal(chatops_store_update(f->store, &room.run, &me,
                                              cases[i].lease, cases[i].due),
                         CHATOPS_OK);

        assert_int_equal(chatops_store_wake(f->store, &room.run.id),
                         cases[i].rc);

        assert_int_equal(fixture_claim(f, f->store, 9, "b", LEASE, 0, &runs),
                         cases[i].rc == CHATOPS_OK);
    }

    other = chatops_str("01hzzzzzzzzzzzzzzzzz00000z");
    assert_int_equal(chatops_store_wake(f->store, &other), CHATOPS_DECLINED);
}


static void
the_longest_due_run_comes_first_with_its_project(void **state)
{
    int             i;
    fixture_t      *f;
    chatops_run_t  *runs;

    static const struct {
        int          n;
        const char  *project;
        int64_t      due;          /* ms from now */
    } rows[] = {
        { 1, "ops/web",   -1000 },
        { 2, "ops/infra", -3000 },
        { 3, "ops/web",   -4000 },
        { 4, "ops/infra",  2000 },     /* within the slack */
        { 5, "ops/web",    9000 },     /* beyond it */
        { 6, "ops/idle",   2000 },     /* nothing of its project is due */
        { 7, "ops/other", -2000 },
    };

    char  sql[256];

    f = *state;

    for (i = 0; i < 7; i++) {
        fixture_add(f->store, rows[i].n, rows[i].project, "x", 0);
        snprintf(sql, sizeof(sql), "UPDATE runs SET owner = '',"
                 " leased_until = 0, due_at = due_at + %lld"
                 " WHERE trigger_id = '13345224609.%d'",
                 (long long) rows[i].due, rows[i].n);
        fixture_exec(f->store, sql);
    }

    assert_int_equal(fixture_claim(f, f->store, 5, "b", LEASE, 3000, &runs),
                     5);
    assert_text(&runs[0].trigger_id, "13345224609.3");
    assert_text(&runs[1].trigger_id, "13345224609.1");
    assert_text(&runs[2].trigger_id, "13345224609.2");
    assert_text(&runs[3].trigger_id, "13345224609.4");
    assert_text(&runs[4].trigger_id, "13345224609.7");

    assert_int_equal(fixture_claim(f, f->store, 5, "c", LEASE, 3000, &runs),
                     0);
}


static void
a_claim_takes_no_more_than_it_may(void **state)
{
    int             i;
    size_t          all;
    fixture_t      *f;
    chatops_run_t  *runs;

    f = *state;

    for (i = 0; i < 20; i++) {
        fixture_add(f->store, i, i % 2 ? "ops/web" : "ops/infra", "x", 0);
    }

    fixture_sleep(2);
    assert_int_equal(fixture_claim(f, f->store, 0, "b", LEASE, 0, &runs), 0);

    for (all = 0; all < 18; all += 3) {
        assert_int_equal(fixture_claim(f, f->store, 3, "b", LEASE, 0, &runs),
                         3);
    }

    assert_int_equal(fixture_claim(f, f->store, 3, "b", LEASE, 0, &runs), 2);
    assert_int_equal(fixture_claim(f, f->store, 3, "b", LEASE, 0, &runs), 0);
}


static void
the_same_project_on_two_gitlabs_is_two(void **state)
{
    fixture_t      *f;
    chatops_run_t  *runs;

    f = *state;
    fixture_add(f->store, 1, "ops/infra", "x", 0);
    fixture_add(f->store, 2, "ops/infra", "x", 5000);
    fixture_exec(f->store, "UPDATE runs SET leased_until = 0,"
                 " gitlab = 'https://other.example'"
                 " WHERE trigger_id = '13345224609.2'");
    fixture_sleep(2);

    assert_int_equal(fixture_claim(f, f->store, 9, "b", LEASE, 60000, &runs),
                     1);
    assert_text(&runs[0].trigger_id, "13345224609.1");
}


static void
a_claim_in_a_group_sees_the_group_and_goes_with_it(void **state)
{
    fixture_t      *f;
    chatops_run_t  *runs;

    f = *state;

    assert_int_equal(chatops_store_begin(f->store), CHATOPS_OK);
    fixture_add(f->store, 1, "ops/infra", "x", 0);
    fixture_sleep(2);
    assert_int_equal(fixture_claim(f, f->store, 9, "b", LEASE, 0, &runs), 1);
    chatops_store_rollback(f->store);

    fixture_add(f->store, 1, "ops/infra", "x", 0);
    fixture_sleep(2);

    assert_int_equal(chatops_store_begin(f->store), CHATOPS_OK);
    assert_int_equal(fixture_claim(f, f->store, 9, "b", LEASE, 0, &runs), 1);
    chatops_store_rollback(f->store);

    assert_int_equal(fixture_claim(f, f->store, 9, "c", LEASE, 0, &runs), 1);
}


static void
a_claim_needs_no_write_lock_when_nothing_is_due(void **state)
{
    fixture_t        *f;
    chatops_run_t    *runs;
    chatops_store_t  *writer;

    f = *state;
    fixture_add(f->store, 1, "ops/infra", "x", LEASE);
    writer = fixture_open(f);
    ((chatops_sqlite_t *) f->store)->busy_ms = 0;

    assert_int_equal(chatops_store_begin(writer), CHATOPS_OK);
    assert_int_equal(fixture_claim(f, f->store, 9, "b", LEASE, 0, &runs), 0);
    chatops_store_rollback(writer);
    chatops_store_close(writer);
}


static void
a_claim_that_fails_leases_nothing(void **state)
{
    int               i, rc;
    size_t            limit, count;
    unsigned          failures;
    fixture_t        *f;
    chatops_run_t    *runs;
    chatops_arena_t  *small;

    f = *state;
    failures = 0;

    for (i = 0; i < 20; i++) {
        fixture_add(f->store, i, "ops/infra", "x", 0);
    }

    fixture_sleep(2);

    for (limit = 1; /* void */ ; limit += 1500) {
        small = chatops_arena_create(limit);
        assert_non_null(small);
        rc = chatops_store_claim(f->store, 99, &me, LEASE, 0, small, &runs,
                                 &count);
        chatops_arena_destroy(small);

        if (rc == CHATOPS_OK) {
            assert_int_equal(count, 20);
            break;
        }

        assert_int_equal(count, 0);
        assert_says(chatops_store_error(f->store), "out of memory");
        failures++;
    }

    assert_true(failures > 3);
}


static void
a_claim_that_fails_in_a_group_undoes_only_itself(void **state)
{
    int               i;
    size_t            count;
    fixture_t        *f;
    chatops_run_t    *runs;
    chatops_arena_t  *small;

    f = *state;

    for (i = 0; i < 9; i++) {
        fixture_add(f->store, i, i < 3 ? "ops/web" : "ops/infra", "x", 0);
        fixture_sleep(2);
    }

    /* enough for the first project, not for the second */

    small = chatops_arena_create(3 * 1024 + 8 * sizeof(chatops_run_t));
    assert_non_null(small);

    assert_int_equal(chatops_store_begin(f->store), CHATOPS_OK);
    fixture_add(f->store, 10, "ops/idle", "x", LEASE);
    assert_int_equal(chatops_store_claim(f->store, 99, &me, LEASE, 0, small,
                                         &runs, &count), CHATOPS_ERROR);
    assert_int_equal(fixture_number(f->store, "SELECT count(*) FROM runs"
                                    " WHERE owner = 'host/1/7'"), 0);
    assert_int_equal(chatops_store_commit(f->store), CHATOPS_OK);
    chatops_arena_destroy(small);

    assert_int_equal(fixture_claim(f, f->store, 99, "b", LEASE, 0, &runs),
                     9);
    assert_int_equal(fixture_number(f->store, "SELECT count(*) FROM runs"),
                     10);
}


static void
a_row_that_cannot_be_read_does_not_stop_the_others(void **state)
{
    size_t          count;
    fixture_t      *f;
    chatops_run_t  *runs;

    f = *state;
    fixture_add(f->store, 1, "ops/infra", "x", 0);
    fixture_add(f->store, 2, "ops/infra", "x", 0);
    fixture_add(f->store, 3, "ops/web", "x", 0);
    fixture_exec(f->store, "UPDATE runs SET state = 'dreaming'"
                 " WHERE trigger_id = '13345224609.1'");
    fixture_sleep(2);

    assert_int_equal(fixture_claim(f, f->store, 9, "b", LEASE, 0, &runs), 2);
    assert_text(&runs[0].trigger_id, "13345224609.2");
    assert_text(&runs[1].trigger_id, "13345224609.3");

    assert_int_equal(chatops_store_recent(f->store, 9, f->arena, &runs,
                                          &count), CHATOPS_ERROR);
    assert_says(chatops_store_error(f->store),
                "run 01hzzzzzzzzzzzzzzzzz000001");
}


static void
recent_runs_come_newest_first(void **state)
{
    int             i;
    size_t          count;
    fixture_t      *f;
    chatops_run_t  *runs;

    f = *state;

    assert_int_equal(chatops_store_recent(f->store, 3, f->arena, &runs,
                                          &count), CHATOPS_OK);
    assert_int_equal(count, 0);

    for (i = 0; i < 12; i++) {
        fixture_add(f->store, i, "ops/infra", "x", LEASE);
    }

    assert_int_equal(chatops_store_recent(f->store, 10, f->arena, &runs,
                                          &count), CHATOPS_OK);
    assert_int_equal(count, 10);
    assert_text(&runs[0].id, "01hzzzzzzzzzzzzzzzzz000011");
    assert_text(&runs[9].id, "01hzzzzzzzzzzzzzzzzz000002");
}


static void
an_unknown_run_is_not_found(void **state)
{
    fixture_t      *f;
    chatops_str_t   id;
    chatops_run_t   run;

    f = *state;
    id = chatops_str("01hzzzzzzzzzzzzzzzzz999999");

    assert_int_equal(chatops_store_find(f->store, &id, f->arena, &run),
                     CHATOPS_DECLINED);
}


static void
the_indexes_are_used(void **state)
{
    size_t          i;
    char            sql[256];
    fixture_t      *f;
    sqlite3_stmt   *stmt;

    static const struct {
        const char  *query;
        const char  *index;
    } cases[] = {
        { "SELECT gitlab FROM runs WHERE due_at <= 1 AND leased_until <= 1"
          " ORDER BY due_at LIMIT 1", "runs_due" },
        { "SELECT id FROM runs WHERE gitlab = ?1 AND project = ?2"
          " AND due_at <= ?3 AND leased_until <= ?4 ORDER BY due_at",
          "runs_project" },
    };

    f = *state;

    for (i = 0; i < 2; i++) {
        snprintf(sql, sizeof(sql), "EXPLAIN QUERY PLAN %s", cases[i].query);
        assert_int_equal(sqlite3_prepare_v2(
                             ((chatops_sqlite_t *) f->store)->db, sql, -1,
                             &stmt, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
        assert_says((char *) sqlite3_column_text(stmt, 3), cases[i].index);
        assert_int_equal(sqlite3_step(stmt), SQLITE_DONE);
        (void) sqlite3_finalize(stmt);
    }
}


#define story(name)                                                           \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_url_names_an_absolute_path),
        story(every_field_comes_back_as_it_was_added),
        story(an_update_writes_what_can_change_and_nothing_else),
        story(the_same_command_is_taken_once),
        story(the_same_id_twice_is_an_error_without_the_values),
        story(a_broken_caller_is_told_so),
        story(a_text_over_the_limit_is_refused),
        story(a_group_survives_the_failure_of_one_call),
        story(a_rollback_undoes_all_of_the_group),
        story(a_close_in_the_middle_of_a_group_undoes_it),
        story(a_new_run_is_its_owners_until_the_lease_ends),
        story(an_expired_lease_is_still_the_owners_until_it_is_claimed),
        story(a_run_given_back_is_due_at_its_time_and_nobodys),
        story(a_lease_outlasts_the_due_time),
        story(never_due_is_never_claimed),
        story(a_finished_run_is_nobodys_and_its_response_url_gone),
        story(a_released_run_is_due_at_once_and_otherwise_as_it_was),
        story(news_wakes_a_run_that_waits_for_its_job),
        story(the_longest_due_run_comes_first_with_its_project),
        story(a_claim_takes_no_more_than_it_may),
        story(the_same_project_on_two_gitlabs_is_two),
        story(a_claim_in_a_group_sees_the_group_and_goes_with_it),
        story(a_claim_needs_no_write_lock_when_nothing_is_due),
        story(a_claim_that_fails_leases_nothing),
        story(a_claim_that_fails_in_a_group_undoes_only_itself),
        story(a_row_that_cannot_be_read_does_not_stop_the_others),
        story(recent_runs_come_newest_first),
        story(an_unknown_run_is_not_found),
        story(the_indexes_are_used),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
