#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "chatops_command.h"


#define nelts(table)  (sizeof(table) / sizeof((table)[0]))

#define LEFT   "\xe2\x80\x9c"     /* U+201C */
#define RIGHT  "\xe2\x80\x9d"     /* U+201D */
#define LOW    "\xe2\x80\x9e"     /* U+201E */

#define SINGLE_LEFT   "\xe2\x80\x98"     /* U+2018 */
#define SINGLE_RIGHT  "\xe2\x80\x99"     /* U+2019 */

#define EN     "\xe2\x80\x93"     /* U+2013 */
#define EM     "\xe2\x80\x94"     /* U+2014 */


typedef struct {
    const char      *text;
    chatops_verb_e   verb;
    const char      *word;
    const char      *job;
    const char      *input;
} case_t;


static void
check_text(const chatops_str_t *s, const char *text, const chatops_str_t *all)
{
    assert_int_equal(s->len, strlen(text));

    if (s->len) {
        assert_memory_equal(s->data, text, s->len);
        assert_true(s->data >= all->data
                    && s->data + s->len <= all->data + all->len);
    }
}


/* The text is read from memory of just its size. */

static void
check(const case_t *cases, size_t n)
{
    char               *copy;
    size_t              i, len;
    chatops_str_t       text;
    chatops_command_t   command;

    for (i = 0; i < n; i++) {
        len = strlen(cases[i].text);
        copy = malloc(len ? len : 1);
        assert_non_null(copy);
        memcpy(copy, cases[i].text, len);

        text = chatops_strn(copy, len);
        chatops_command_parse(&text, &command);

        assert_int_equal(command.verb, cases[i].verb);
        check_text(&command.word, cases[i].word, &text);
        check_text(&command.job, cases[i].job, &text);
        check_text(&command.input, cases[i].input, &text);

        free(copy);
    }
}


static void
nothing_and_help_ask_for_help(void **state)
{
    chatops_str_t      text;
    chatops_command_t  command;

    static const case_t  cases[] = {
        { "", CHATOPS_VERB_HELP, "", "", "" },
        { "   ", CHATOPS_VERB_HELP, "", "", "" },
        { "\t\r\n\v\f ", CHATOPS_VERB_HELP, "", "", "" },
        { "help", CHATOPS_VERB_HELP, "help", "", "" },
        { "HELP", CHATOPS_VERB_HELP, "HELP", "", "" },
        { " Help  ", CHATOPS_VERB_HELP, "Help", "", "" },
        { "help me run", CHATOPS_VERB_HELP, "help", "", "" },
    };

    (void) state;

    check(cases, nelts(cases));

    text = chatops_str(NULL);
    chatops_command_parse(&text, &command);
    assert_int_equal(command.verb, CHATOPS_VERB_HELP);
}


static void
run_takes_a_job_and_all_that_follows(void **state)
{
    static const case_t  cases[] = {
        { "run hello-world", CHATOPS_VERB_RUN, "run", "hello-world", "" },
        { "run deploy web", CHATOPS_VERB_RUN, "run", "deploy", "web" },
        { "run deploy  web  1 ", CHATOPS_VERB_RUN, "run", "deploy",
          "web  1 " },
        { "run deploy \n\tweb\n", CHATOPS_VERB_RUN, "run", "deploy",
          "web\n" },
        { "run\ndeploy\none\ntwo", CHATOPS_VERB_RUN, "run", "deploy",
          "one\ntwo" },
        { "run\t\tdeploy\tweb", CHATOPS_VERB_RUN, "run", "deploy", "web" },
        { " \nrun deploy", CHATOPS_VERB_RUN, "run", "deploy", "" },
        { "run deploy ", CHATOPS_VERB_RUN, "run", "deploy", "" },
        { "run deploy   ", CHATOPS_VERB_RUN, "run", "deploy", "" },
        { "RUN Deploy Web", CHATOPS_VERB_RUN, "RUN", "Deploy", "Web" },
        { "Run x", CHATOPS_VERB_RUN, "Run", "x", "" },
        { "run d\xc3\xa9ploy \xf0\x9f\x92\xa5", CHATOPS_VERB_RUN, "run",
          "d\xc3\xa9ploy", "\xf0\x9f\x92\xa5" },
        { "run x \"a b\" 'c' \\ $D `e` <@U1>", CHATOPS_VERB_RUN, "run", "x",
          "\"a b\" 'c' \\ $D `e` <@U1>" },
        { "run run run", CHATOPS_VERB_RUN, "run", "run", "run" },
        { "run help", CHATOPS_VERB_RUN, "run", "help", "" },
        { "run x\"y z\"", CHATOPS_VERB_RUN, "run", "x\"y", "z\"" },
        { "run it's done", CHATOPS_VERB_RUN, "run", "it's", "done" },
        { "run --reference x", CHATOPS_VERB_RUN, "run", "--reference", "x" },
        { "run -ref x", CHATOPS_VERB_RUN, "run", "-ref", "x" },
        { "run - x", CHATOPS_VERB_RUN, "run", "-", "x" },
        { "run ---ref x", CHATOPS_VERB_RUN, "run", "---ref", "x" },
        { "run \"--ref\" x", CHATOPS_VERB_RUN, "run", "--ref", "x" },
        { "run x --ref y", CHATOPS_VERB_RUN, "run", "x", "--ref y" },
        { "run a\xc2\xa0z b", CHATOPS_VERB_RUN, "run", "a\xc2\xa0z", "b" },
    };

    (void) state;

    check(cases, nelts(cases));
}


static void
a_name_with_blanks_can_be_quoted(void **state)
{
    static const case_t  cases[] = {
        { "run \"deploy to web\"", CHATOPS_VERB_RUN, "run", "deploy to web",
          "" },
        { "run \"job 1/3\" a  b ", CHATOPS_VERB_RUN, "run", "job 1/3",
          "a  b " },
        { "run \"job: [a, b]\"\nc", CHATOPS_VERB_RUN, "run", "job: [a, b]",
          "c" },
        { "run \"x\" \"y z\"", CHATOPS_VERB_RUN, "run", "x", "\"y z\"" },
        { "run \" x \"", CHATOPS_VERB_RUN, "run", " x ", "" },
        { "run " LEFT "a b" RIGHT " c", CHATOPS_VERB_RUN, "run", "a b", "c" },
        { "run " LOW "a b" LEFT " c", CHATOPS_VERB_RUN, "run", "a b", "c" },
        { "run " RIGHT "a b" RIGHT " c", CHATOPS_VERB_RUN, "run", "a b",
          "c" },
        { "run " LEFT "say \"a b\"" RIGHT, CHATOPS_VERB_RUN, "run",
          "say \"a b\"", "" },
        { "run \"say " LEFT "a b" RIGHT "\"", CHATOPS_VERB_RUN, "run",
          "say " LEFT "a b" RIGHT, "" },
        { "run 'a b' c", CHATOPS_VERB_RUN, "run", "a b", "c" },
        { "run 'test 1/3'", CHATOPS_VERB_RUN, "run", "test 1/3", "" },
        { "run 'say \"a b\"'\tc", CHATOPS_VERB_RUN, "run", "say \"a b\"",
          "c" },
        { "run " SINGLE_LEFT "a b" SINGLE_RIGHT " c", CHATOPS_VERB_RUN,
          "run", "a b", "c" },
        { "run \xe2\x80\x9a" "a b" SINGLE_LEFT " c", CHATOPS_VERB_RUN,
          "run", "a b", "c" },
        { "run \xc2\xab" "a b\xc2\xbb  c ", CHATOPS_VERB_RUN, "run", "a b",
          "c " },
        { "run \xc2\xbb" "a b\xc2\xab c", CHATOPS_VERB_RUN, "run", "a b",
          "c" },
        { "run \xc2\xab\xc2\xa0" "a b\xe2\x80\xaf \xc2\xbb c",
          CHATOPS_VERB_RUN, "run", "a b", "c" },
        { "run \"job: [aws, eu]\" \xe2\x80\x9cx\xe2\x80\x9d",
          CHATOPS_VERB_RUN, "run", "job: [aws, eu]",
          "\xe2\x80\x9cx\xe2\x80\x9d" },
        { "run \"\xe2\x80\x93 x\"", CHATOPS_VERB_RUN, "run",
          "\xe2\x80\x93 x", "" },
    };

    (void) state;

    check(cases, nelts(cases));
}


static void
run_without_a_job_asks_which(void **state)
{
    static const case_t  cases[] = {
        { "run", CHATOPS_VERB_RUN_WHAT, "run", "", "" },
        { "run ", CHATOPS_VERB_RUN_WHAT, "run", "", "" },
        { "run \n\t ", CHATOPS_VERB_RUN_WHAT, "run", "", "" },
        { "run \"\"", CHATOPS_VERB_RUN_WHAT, "run", "", "" },
        { "run \"\" x", CHATOPS_VERB_RUN_WHAT, "run", "", "" },
        { "run " LEFT RIGHT, CHATOPS_VERB_RUN_WHAT, "run", "", "" },
        { "run \"", CHATOPS_VERB_RUN_WHAT, "run", "", "" },
        { "run \"deploy to web", CHATOPS_VERB_RUN_WHAT, "run", "", "" },
        { "run " LEFT "deploy", CHATOPS_VERB_RUN_WHAT, "run", "", "" },
        { "run " LEFT, CHATOPS_VERB_RUN_WHAT, "run", "", "" },
        { "run " LEFT "a b\" c", CHATOPS_VERB_RUN_WHAT, "run", "", "" },
        { "run \"a b" RIGHT " c", CHATOPS_VERB_RUN_WHAT, "run", "", "" },
        { "run \"a\"b c", CHATOPS_VERB_RUN_WHAT, "run", "", "" },
        { "run \"a b\xe2\x80", CHATOPS_VERB_RUN_WHAT, "run", "", "" },
        { "run \"a\nb\" c", CHATOPS_VERB_RUN_WHAT, "run", "", "" },
        { "run a\x1b[31m c", CHATOPS_VERB_RUN_WHAT, "run", "", "" },
        { "run a\x7f", CHATOPS_VERB_RUN_WHAT, "run", "", "" },
    };

    (void) state;

    check(cases, nelts(cases));
}


static void
what_is_wrong_with_a_name_is_said(void **state)
{
    size_t             i;
    chatops_str_t      text;
    chatops_command_t  command;

    static const struct {
        const char  *text;
        const char  *error;
    } cases[] = {
        { "run", "Which job?" },
        { "run --ref main", "Which job?" },
        { "run \"a b", "The quotes around the name are not closed." },
        { "run " LEFT "a b\"", "The quotes around the name are not closed." },
        { "run 'a b c", "The quotes around the name are not closed." },
        { "run \xc2\xab" "a b", "The quotes around the name are not closed." },
        { "run \"a\"b", "There is no blank behind the quotes around the name."
        },
        { "run \"\" b", "There is no name between the quotes." },
        { "run \xc2\xab \xc2\xbb b", "There is no name between the quotes." },
        { "run a\x7f" "b", "That is no name." },
        { "run --ref", "`--ref` needs the name of a branch or a tag." },
        { "run --ref=", "`--ref` needs the name of a branch or a tag." },
        { "run --ref= x", "`--ref` needs the name of a branch or a tag." },
        { "run --ref \"a", "The quotes around the name are not closed." },
    };

    (void) state;

    for (i = 0; i < nelts(cases); i++) {
        text = chatops_str(cases[i].text);
        chatops_command_parse(&text, &command);

        assert_int_equal(command.verb, CHATOPS_VERB_RUN_WHAT);
        assert_string_equal(command.error, cases[i].error);
        assert_int_equal(command.ref.len, 0);
    }
}


static void
a_ref_stands_in_front_of_the_job(void **state)
{
    size_t             i;
    chatops_str_t      text;
    chatops_command_t  command;

    static const struct {
        const char  *text;
        const char  *ref;
        const char  *job;
        const char  *input;
    } cases[] = {
        { "run x y", "", "x", "y" },
        { "run --ref v1.2 x", "v1.2", "x", "" },
        { "run --ref  v1.2  x  y z ", "v1.2", "x", "y z " },
        { "run --ref=release/1 x --ref y", "release/1", "x", "--ref y" },
        { "run " EM "ref v1 x", "v1", "x", "" },
        { "run " EN "ref v1 x", "v1", "x", "" },
        { "run " EN EN "ref v1 x", "v1", "x", "" },
        { "run -" EN "ref v1 x", "v1", "x", "" },
        { "run \xe2\x88\x92\xe2\x88\x92ref v1 x", "v1", "x", "" },
        { "run " EM "ref=v1 x", "v1", "x", "" },
        { "RUN --ref \"v1\" \"a b\" c", "v1", "a b", "c" },
        { "run --ref=" LEFT "v1" RIGHT " " LEFT "a b" RIGHT " c", "v1",
          "a b", "c" },
        { "run --ref v1 --ref x", "v1", "--ref", "x" },
    };

    (void) state;

    for (i = 0; i < nelts(cases); i++) {
        text = chatops_str(cases[i].text);
        chatops_command_parse(&text, &command);

        assert_int_equal(command.verb, CHATOPS_VERB_RUN);
        check_text(&command.ref, cases[i].ref, &text);
        check_text(&command.job, cases[i].job, &text);
        check_text(&command.input, cases[i].input, &text);
    }
}


static void
anything_else_is_unknown(void **state)
{
    static const case_t  cases[] = {
        { "runs x", CHATOPS_VERB_UNKNOWN, "runs", "", "" },
        { "ru", CHATOPS_VERB_UNKNOWN, "ru", "", "" },
        { "deploy web", CHATOPS_VERB_UNKNOWN, "deploy", "", "" },
        { "run\"x\"", CHATOPS_VERB_UNKNOWN, "run\"x\"", "", "" },
        { "helpme", CHATOPS_VERB_UNKNOWN, "helpme", "", "" },
        { "\"run\" x", CHATOPS_VERB_UNKNOWN, "\"run\"", "", "" },
        { "r\xc3\xbcn x", CHATOPS_VERB_UNKNOWN, "r\xc3\xbcn", "", "" },
        { "run\xc2\xa0x", CHATOPS_VERB_UNKNOWN, "run\xc2\xa0x", "", "" },
        { "\x12\x15\x0e x", CHATOPS_VERB_UNKNOWN, "\x12\x15\x0e", "", "" },
        { "/run x", CHATOPS_VERB_UNKNOWN, "/run", "", "" },
    };

    (void) state;

    check(cases, nelts(cases));
}


static void
a_name_has_at_most_255_characters(void **state)
{
    size_t             i, n, from;
    chatops_str_t      s;
    chatops_buf_t      buf;
    chatops_arena_t   *arena;
    chatops_command_t  command;

    static const struct {
        const char  *open;
        const char  *character;
        const char  *close;
    } cases[] = {
        { "", "x", " in put" },
        { "", "\xc3\xa9", " in put" },
        { "", "\xf0\x9f\x92\xa5", " in put" },
        { "\"", "x", "\" in put" },
        { "\"", "\xe2\x80\x94", "\" in put" },
        { "", "\xff", " in put" },
    };

    (void) state;

    arena = chatops_arena_create(0);
    assert_non_null(arena);

    for (i = 0; i < nelts(cases); i++) {
        for (n = 254; n <= 257; n++) {
            chatops_buf_init(&buf, arena, 4096);
            chatops_buf_text(&buf, "run ");
            chatops_buf_text(&buf, cases[i].open);

            for (from = 0; from < n; from++) {
                chatops_buf_text(&buf, cases[i].character);
            }

            chatops_buf_text(&buf, cases[i].close);
            assert_int_equal(chatops_buf_finish(&buf, &s), CHATOPS_OK);

            chatops_command_parse(&s, &command);

            if (n > CHATOPS_JOB_NAME_MAX) {
                assert_int_equal(command.verb, CHATOPS_VERB_RUN_WHAT);
                assert_int_equal(command.job.len, 0);
                assert_int_equal(command.input.len, 0);
                continue;
            }

            assert_int_equal(command.verb, CHATOPS_VERB_RUN);
            assert_int_equal(command.job.len,
                             n * strlen(cases[i].character));
            assert_int_equal(chatops_str_is(&command.input, "in put"), 1);
        }
    }

    chatops_arena_destroy(arena);
}


static void
nul_bytes_are_bytes_like_others(void **state)
{
    chatops_str_t      text;
    chatops_command_t  command;

    (void) state;

    text = chatops_strn("run ab c\0d", 10);
    chatops_command_parse(&text, &command);

    assert_int_equal(command.verb, CHATOPS_VERB_RUN);
    assert_int_equal(command.job.len, 2);
    assert_int_equal(command.input.len, 3);

    text = chatops_strn("run a\0b c\0d", 11);
    chatops_command_parse(&text, &command);
    assert_int_equal(command.verb, CHATOPS_VERB_RUN_WHAT);

    text = chatops_strn("run\0", 4);
    chatops_command_parse(&text, &command);
    assert_int_equal(command.verb, CHATOPS_VERB_UNKNOWN);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(nothing_and_help_ask_for_help),
        cmocka_unit_test(run_takes_a_job_and_all_that_follows),
        cmocka_unit_test(a_name_with_blanks_can_be_quoted),
        cmocka_unit_test(run_without_a_job_asks_which),
        cmocka_unit_test(what_is_wrong_with_a_name_is_said),
        cmocka_unit_test(a_ref_stands_in_front_of_the_job),
        cmocka_unit_test(anything_else_is_unknown),
        cmocka_unit_test(a_name_has_at_most_255_characters),
        cmocka_unit_test(nul_bytes_are_bytes_like_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
