#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

#include "chatops_users.h"


#define nelts(table)  (sizeof(table) / sizeof((table)[0]))


static int
arena_make(void **state)
{
    *state = chatops_arena_create(0);

    return *state == NULL;
}


static int
arena_drop(void **state)
{
    chatops_arena_destroy(*state);

    return 0;
}


static chatops_users_t *
parse(chatops_arena_t *arena, const char *text)
{
    size_t            line;
    const char       *error;
    chatops_str_t     s;
    chatops_users_t  *users;

    s = chatops_str(text);
    assert_int_equal(chatops_users_parse(arena, &s, &users, &line, &error),
                     CHATOPS_OK);
    assert_null(error);
    assert_int_equal(line, 0);

    return users;
}


/* The GitLab user's id, 0 when the account is not there. */

static int64_t
find(const chatops_users_t *users, const char *team_id, const char *user_id)
{
    chatops_str_t          team, user;
    const chatops_user_t  *found;

    team = chatops_str(team_id);
    user = chatops_str(user_id);
    found = chatops_users_find(users, &team, &user);

    return found ? found->gitlab_user_id : 0;
}


static void
an_account_leads_to_a_user(void **state)
{
    chatops_str_t          team, user;
    chatops_users_t       *users;
    const chatops_user_t  *found;

    users = parse(*state, "# team/user  GitLab user\n"
                          "T0123/U0456  17:alice\n"
                          "\n"
                          "T0123/U0457  18\n");

    team = chatops_str("T0123");
    user = chatops_str("U0456");
    found = chatops_users_find(users, &team, &user);
    assert_non_null(found);
    assert_int_equal(found->gitlab_user_id, 17);
    assert_int_equal(chatops_str_is(&found->username, "alice"), 1);

    user = chatops_str("U0457");
    found = chatops_users_find(users, &team, &user);
    assert_non_null(found);
    assert_int_equal(found->gitlab_user_id, 18);
    assert_int_equal(found->username.len, 0);
}


static void
who_is_not_in_the_map_is_not_found(void **state)
{
    chatops_users_t  *users;

    users = parse(*state, "T1/U1 1\nT1/U3 3\nT2/U1 4\nT2-/U1 5\nT22/U1 6\n");

    assert_int_equal(find(users, "T1", "U1"), 1);
    assert_int_equal(find(users, "T1", "U3"), 3);
    assert_int_equal(find(users, "T2", "U1"), 4);
    assert_int_equal(find(users, "T2-", "U1"), 5);
    assert_int_equal(find(users, "T22", "U1"), 6);

    assert_int_equal(find(users, "T1", "U2"), 0);
    assert_int_equal(find(users, "T1", "U"), 0);
    assert_int_equal(find(users, "T1", "U11"), 0);
    assert_int_equal(find(users, "T1", "u1"), 0);
    assert_int_equal(find(users, "t1", "U1"), 0);
    assert_int_equal(find(users, "T", "U1"), 0);
    assert_int_equal(find(users, "T3", "U1"), 0);
    assert_int_equal(find(users, "", "U1"), 0);
    assert_int_equal(find(users, "T1", ""), 0);
    assert_int_equal(find(users, "", ""), 0);
    assert_int_equal(find(users, "A", "A"), 0);
    assert_int_equal(find(users, "z", "z"), 0);
}


static void
a_slash_in_an_id_leads_nowhere(void **state)
{
    chatops_users_t  *users;

    users = parse(*state, "T1/U1 1\n");

    assert_int_equal(find(users, "T1/U1", ""), 0);
    assert_int_equal(find(users, "", "T1/U1"), 0);
    assert_int_equal(find(users, "T1/", "U1"), 0);
    assert_int_equal(find(users, "T1", "/U1"), 0);
    assert_int_equal(find(users, "T1/U1/", ""), 0);
    assert_int_equal(find(users, "T1/U", "1"), 0);
}


static void
an_empty_map_knows_nobody(void **state)
{
    size_t            i, line;
    const char       *error;
    chatops_str_t     s;
    chatops_users_t  *users;

    static const char *const  texts[] = {
        "", "\n", "\n\n\n", "# nobody", "   \n\t\r\n  # nobody yet\n"
    };

    for (i = 0; i < nelts(texts); i++) {
        users = parse(*state, texts[i]);
        assert_int_equal(find(users, "T1", "U1"), 0);
    }

    s = chatops_str(NULL);
    assert_int_equal(chatops_users_parse(*state, &s, &users, &line, &error),
                     CHATOPS_OK);
    assert_int_equal(find(users, "T1", "U1"), 0);
}


static void
blanks_tabs_and_line_ends_of_windows_do_not_matter(void **state)
{
    chatops_users_t  *users;

    users = parse(*state, "  T1/U1 \t 1:alice \r\n"
                          "\tT1/U2\t2\r\n"
                          "\r\n"
                          "  # T1/U3 3\r\n"
                          "T1/U4 4:bob.b-c_d");

    assert_int_equal(find(users, "T1", "U1"), 1);
    assert_int_equal(find(users, "T1", "U2"), 2);
    assert_int_equal(find(users, "T1", "U3"), 0);
    assert_int_equal(find(users, "T1", "U4"), 4);
}


static void
a_gitlab_user_may_have_several_accounts(void **state)
{
    chatops_users_t  *users;

    users = parse(*state, "T1/U1 7:a\nT2/U1 7:a\nT1/U2 7\n");

    assert_int_equal(find(users, "T1", "U1"), 7);
    assert_int_equal(find(users, "T2", "U1"), 7);
    assert_int_equal(find(users, "T1", "U2"), 7);
}


static void
a_malformed_line_is_named_by_its_number(void **state)
{
    size_t            i, line;
    const char       *error;
    chatops_str_t     s;
    chatops_users_t  *users;

#define ACCOUNT   "not a team and a user: write \"T0123/U0456\""
#define NO_ID     "the GitLab user's id is missing"
#define ID        "not a GitLab user's id: a number above 0"
#define USERNAME  "not a GitLab username behind the colon"
#define TEXT      "unexpected text behind the GitLab user"
#define TWICE     "the account is already named above"
#define X64       "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"                          \
                  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

    static const struct {
        const char  *text;
        size_t       line;
        const char  *error;
    } cases[] = {
        { "T1U1 1", 1, ACCOUNT },
        { "/U1 1", 1, ACCOUNT },
        { "T1/ 1", 1, ACCOUNT },
        { "/ 1", 1, ACCOUNT },
        { "T1/U1/U2 1", 1, ACCOUNT },
        { "T1//U1 1", 1, ACCOUNT },
        { "T.1/U1 1", 1, ACCOUNT },
        { "T1/U1# 1", 1, ACCOUNT },
        { "T1/U\xc3\xa9 1", 1, ACCOUNT },
        { "\xef\xbb\xbfT1/U1 1", 1, ACCOUNT },
        { "T1 /U1 1", 1, ACCOUNT },
        { "T1/" X64 "x 1", 1, ACCOUNT },
        { X64 "x/U1 1", 1, ACCOUNT },
        { "T1/U1", 1, NO_ID },
        { "T1/U1 ", 1, NO_ID },
        { "T1/U1\n1", 1, NO_ID },
        { "T1/U1 0", 1, ID },
        { "T1/U1 -1", 1, ID },
        { "T1/U1 +1", 1, ID },
        { "T1/U1 1.5", 1, ID },
        { "T1/U1 alice", 1, ID },
        { "T1/U1 :alice", 1, ID },
        { "T1/U1 9223372036854775808", 1, ID },
        { "T1/U1 1:", 1, USERNAME },
        { "T1/U1 1:a:b", 1, USERNAME },
        { "T1/U1 1:@alice", 1, USERNAME },
        { "T1/U1 1:al\xc3\xafs", 1, USERNAME },
        { "T1/U1 1:" X64 X64 X64 X64, 1, USERNAME },
        { "T1/U1 1: alice", 1, USERNAME },
        { "T1/U1 1 alice", 1, TEXT },
        { "T1/U1 1 # alice", 1, TEXT },
        { "\n\n# x\nT1/U1 1\nT1/U2 x\n", 5, ID },
        { "T1/U1 1\r\n\r\nT1/U2 x\r\n", 3, ID },
        { "T1/U1 1\nT1/U2 2\nT1/U1 1\n", 3, TWICE },
        { "T1/U1 1\n# x\nT1/U1 2:bob\n", 3, TWICE },
        { "T9/U1 1\nT9/U1 1\nT1/U1 1\nT1/U1 1\nT9/U1 1\n", 2, TWICE },
        { "T1/U1 1\nT1/U1 1\nT1/U2 x\n", 3, ID },
    };

    for (i = 0; i < nelts(cases); i++) {
        s = chatops_str(cases[i].text);

        assert_int_equal(chatops_users_parse(*state, &s, &users, &line,
                                             &error),
                         CHATOPS_DECLINED);
        assert_string_equal(error, cases[i].error);
        assert_int_equal(line, cases[i].line);
    }

    s = chatops_strn("T1/U1 1\0", 8);
    assert_int_equal(chatops_users_parse(*state, &s, &users, &line, &error),
                     CHATOPS_DECLINED);
}


static void
the_longest_ids_and_numbers_fit(void **state)
{
    chatops_users_t  *users;

    users = parse(*state, X64 "/" X64 " 9223372036854775807:a\n"
                          "aZ09_-/aZ09_- 007:" X64 X64 X64
                          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n");

    assert_true(find(users, X64, X64) == INT64_MAX);
    assert_int_equal(find(users, "aZ09_-", "aZ09_-"), 7);
}


static void
too_large_a_file_is_declined(void **state)
{
    char             *text;
    size_t            line;
    const char       *error;
    chatops_str_t     s;
    chatops_users_t  *users;

    text = malloc(CHATOPS_USERS_FILE_MAX + 1);
    assert_non_null(text);
    memset(text, '\n', CHATOPS_USERS_FILE_MAX + 1);

    s = chatops_strn(text, CHATOPS_USERS_FILE_MAX);
    assert_int_equal(chatops_users_parse(*state, &s, &users, &line, &error),
                     CHATOPS_OK);

    s = chatops_strn(text, CHATOPS_USERS_FILE_MAX + 1);
    assert_int_equal(chatops_users_parse(*state, &s, &users, &line, &error),
                     CHATOPS_DECLINED);
    assert_string_equal(error, "the file is larger than 4 MB");

    free(text);
}


/* Writes the accounts 0 to n - 1, in an order that a step prime to n gives. */

static chatops_users_t *
parse_many(chatops_arena_t *arena, char *text, size_t n, size_t step)
{
    size_t            i, len, line, number;
    const char       *error;
    chatops_str_t     s;
    chatops_users_t  *users;

    len = 0;

    for (i = 0; i < n; i++) {
        number = i * step % n;
        len += (size_t) snprintf(text + len, 32, "T%zu/U%zu %zu\n",
                                 number % 7, number, number + 1);
        assert_true(len + 32 < CHATOPS_USERS_FILE_MAX);
    }

    s = chatops_strn(text, len);
    assert_int_equal(chatops_users_parse(arena, &s, &users, &line, &error),
                     CHATOPS_OK);

    return users;
}


static void
four_megabytes_of_users_are_sorted_and_all_found(void **state)
{
    char             *text, team[32], user[32];
    size_t            i, step;
    clock_t           began;
    chatops_users_t  *users;

    static const size_t  n = 200000;
    static const size_t  steps[] = { 1, 199999, 77773 };

    text = malloc(CHATOPS_USERS_FILE_MAX);
    assert_non_null(text);

    for (step = 0; step < nelts(steps); step++) {
        began = clock();
        users = parse_many(*state, text, n, steps[step]);

        /* quadratic would be minutes, also on a slow machine */

        assert_true(clock() - began < 20 * CLOCKS_PER_SEC);

        for (i = 0; i < n; i++) {
            (void) snprintf(team, sizeof(team), "T%zu", i % 7);
            (void) snprintf(user, sizeof(user), "U%zu", i);
            assert_int_equal(find(users, team, user), i + 1);
        }

        assert_int_equal(find(users, "T0", "U1"), 0);
        assert_int_equal(find(users, "T3", "U200000"), 0);
    }

    free(text);
}


static void
no_memory_is_an_error(void **state)
{
    int               rc;
    size_t            line, limit, failed;
    const char       *error;
    chatops_str_t     s;
    chatops_users_t  *users;
    chatops_arena_t  *arena;

    (void) state;

    failed = 0;
    rc = CHATOPS_ERROR;
    s = chatops_str("T1/U1 1\n");

    for (limit = 1; limit < 4096 && rc != CHATOPS_OK; limit += 16) {
        arena = chatops_arena_create(limit);
        assert_non_null(arena);

        rc = chatops_users_parse(arena, &s, &users, &line, &error);

        if (rc != CHATOPS_OK) {
            assert_int_equal(rc, CHATOPS_ERROR);
            assert_non_null(error);
            failed++;
        }

        chatops_arena_destroy(arena);
    }

    assert_int_equal(rc, CHATOPS_OK);
    assert_true(failed >= 2);
}


#define a_test(name)                                                          \
    cmocka_unit_test_setup_teardown(name, arena_make, arena_drop)


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        a_test(an_account_leads_to_a_user),
        a_test(who_is_not_in_the_map_is_not_found),
        a_test(a_slash_in_an_id_leads_nowhere),
        a_test(an_empty_map_knows_nobody),
        a_test(blanks_tabs_and_line_ends_of_windows_do_not_matter),
        a_test(a_gitlab_user_may_have_several_accounts),
        a_test(a_malformed_line_is_named_by_its_number),
        a_test(the_longest_ids_and_numbers_fit),
        a_test(too_large_a_file_is_declined),
        a_test(four_megabytes_of_users_are_sorted_and_all_found),
        a_test(no_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
