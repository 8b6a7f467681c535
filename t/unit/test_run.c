#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "chatops_run.h"


#define nelts(table)  (sizeof(table) / sizeof((table)[0]))


static const char *const  states[] = {
    "received", "accepted", "triggering", "watching", "finished", "refused",
    "ambiguous", "gone"
};

static const char *const  replies[] = {
    "none", "scheduled", "due", "posting", "posted", "undeliverable"
};

static const char *const  kinds[] = {
    "none", "scheduled", "manual", "refused", "result", "no-log", "expired",
    "ambiguous", "gone"
};

static const char *const  cleanups[] = {
    "none", "branch-made", "branch-gone"
};


static void
every_state_has_a_word_that_leads_back_to_it(void **state)
{
    size_t                 i;
    chatops_str_t          s;
    chatops_cleanup_e      cleanup;
    chatops_run_state_e    run;
    chatops_reply_kind_e   kind;
    chatops_reply_state_e  reply;

    (void) state;

    assert_int_equal(nelts(states), CHATOPS_RUN_GONE + 1);
    assert_int_equal(nelts(replies), CHATOPS_REPLY_UNDELIVERABLE + 1);
    assert_int_equal(nelts(kinds), CHATOPS_KIND_GONE + 1);
    assert_int_equal(nelts(cleanups), CHATOPS_CLEANUP_BRANCH_GONE + 1);

    for (i = 0; i < nelts(states); i++) {
        s = chatops_str(states[i]);
        assert_string_equal(chatops_run_state_name(i), states[i]);
        assert_int_equal(chatops_run_state_parse(&s, &run), CHATOPS_OK);
        assert_int_equal(run, i);
    }

    for (i = 0; i < nelts(replies); i++) {
        s = chatops_str(replies[i]);
        assert_string_equal(chatops_reply_state_name(i), replies[i]);
        assert_int_equal(chatops_reply_state_parse(&s, &reply), CHATOPS_OK);
        assert_int_equal(reply, i);
    }

    for (i = 0; i < nelts(kinds); i++) {
        s = chatops_str(kinds[i]);
        assert_string_equal(chatops_reply_kind_name(i), kinds[i]);
        assert_int_equal(chatops_reply_kind_parse(&s, &kind), CHATOPS_OK);
        assert_int_equal(kind, i);
    }

    for (i = 0; i < nelts(cleanups); i++) {
        s = chatops_str(cleanups[i]);
        assert_string_equal(chatops_cleanup_name(i), cleanups[i]);
        assert_int_equal(chatops_cleanup_parse(&s, &cleanup), CHATOPS_OK);
        assert_int_equal(cleanup, i);
    }
}


static void
a_value_outside_of_the_list_is_unknown(void **state)
{
    (void) state;

    assert_string_equal(chatops_run_state_name(8), "unknown");
    assert_string_equal(chatops_run_state_name(-1), "unknown");
    assert_string_equal(chatops_reply_state_name(6), "unknown");
    assert_string_equal(chatops_reply_kind_name(9), "unknown");
    assert_string_equal(chatops_cleanup_name(3), "unknown");
}


static void
a_word_that_is_not_known_is_declined_and_changes_nothing(void **state)
{
    size_t                 i;
    chatops_str_t          s;
    chatops_cleanup_e      cleanup;
    chatops_run_state_e    run;
    chatops_reply_kind_e   kind;
    chatops_reply_state_e  reply;

    static const char *const  words[] = {
        "", "unknown", "Watching", "watchin", "watching ", "branch", "no_log"
    };

    (void) state;

    run = CHATOPS_RUN_WATCHING;
    reply = CHATOPS_REPLY_DUE;
    kind = CHATOPS_KIND_RESULT;
    cleanup = CHATOPS_CLEANUP_BRANCH_MADE;

    for (i = 0; i < nelts(words); i++) {
        s = chatops_str(words[i]);

        assert_int_equal(chatops_run_state_parse(&s, &run),
                         CHATOPS_DECLINED);
        assert_int_equal(chatops_reply_state_parse(&s, &reply),
                         CHATOPS_DECLINED);
        assert_int_equal(chatops_reply_kind_parse(&s, &kind),
                         CHATOPS_DECLINED);
        assert_int_equal(chatops_cleanup_parse(&s, &cleanup),
                         CHATOPS_DECLINED);
    }

    assert_int_equal(run, CHATOPS_RUN_WATCHING);
    assert_int_equal(reply, CHATOPS_REPLY_DUE);
    assert_int_equal(kind, CHATOPS_KIND_RESULT);
    assert_int_equal(cleanup, CHATOPS_CLEANUP_BRANCH_MADE);
}


static void
a_run_has_ended_when_nothing_more_will_be_done_about_its_job(void **state)
{
    int            i;
    chatops_run_t  run;

    (void) state;

    memset(&run, 0, sizeof(chatops_run_t));

    for (i = CHATOPS_RUN_RECEIVED; i <= CHATOPS_RUN_GONE; i++) {
        run.state = i;
        assert_int_equal(chatops_run_ended(&run), i >= CHATOPS_RUN_FINISHED);
    }
}


static void
a_run_is_done_when_it_ended_and_told_and_left_nothing_behind(void **state)
{
    int            s, r, c, done;
    chatops_run_t  run;

    (void) state;

    memset(&run, 0, sizeof(chatops_run_t));

    for (s = CHATOPS_RUN_RECEIVED; s <= CHATOPS_RUN_GONE; s++) {
        for (r = CHATOPS_REPLY_NONE; r <= CHATOPS_REPLY_UNDELIVERABLE; r++) {
            for (c = CHATOPS_CLEANUP_NONE;
                 c <= CHATOPS_CLEANUP_BRANCH_GONE;
                 c++)
            {
                run.state = s;
                run.reply = r;
                run.cleanup = c;

                done = s >= CHATOPS_RUN_FINISHED
                       && r >= CHATOPS_REPLY_POSTED
                       && c != CHATOPS_CLEANUP_BRANCH_MADE;

                assert_int_equal(chatops_run_done(&run), done);
            }
        }
    }
}


static void
an_expired_run_is_watched_on_for_its_branch(void **state)
{
    chatops_run_t  run;

    (void) state;

    memset(&run, 0, sizeof(chatops_run_t));

    run.state = CHATOPS_RUN_WATCHING;
    run.reply = CHATOPS_REPLY_POSTED;
    run.kind = CHATOPS_KIND_EXPIRED;
    run.cleanup = CHATOPS_CLEANUP_BRANCH_MADE;
    assert_int_equal(chatops_run_done(&run), 0);

    run.state = CHATOPS_RUN_FINISHED;
    assert_int_equal(chatops_run_done(&run), 0);

    run.cleanup = CHATOPS_CLEANUP_BRANCH_GONE;
    assert_int_equal(chatops_run_done(&run), 1);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(every_state_has_a_word_that_leads_back_to_it),
        cmocka_unit_test(a_value_outside_of_the_list_is_unknown),
        cmocka_unit_test(
            a_word_that_is_not_known_is_declined_and_changes_nothing),
        cmocka_unit_test(
            a_run_has_ended_when_nothing_more_will_be_done_about_its_job),
        cmocka_unit_test(
            a_run_is_done_when_it_ended_and_told_and_left_nothing_behind),
        cmocka_unit_test(an_expired_run_is_watched_on_for_its_branch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
