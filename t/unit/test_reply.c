#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include <jansson.h>

#include "chatops_reply.h"


#define nelts(table)  (sizeof(table) / sizeof((table)[0]))

#define JOB       "<https://gitlab.example.com/ops/infra/-/jobs/77|job 77>"
#define PIPELINE  "<https://gitlab.example.com/ops/infra/-/pipelines/42|"     \
                  "pipeline 42>"
#define RUN       "01jd9x3k2v8q5w7r4t6y1z0abc"


static int
setup(void **state)
{
    *state = chatops_arena_create(0);

    return *state == NULL ? -1 : 0;
}


static int
teardown(void **state)
{
    chatops_arena_destroy(*state);

    return 0;
}


static chatops_run_t
a_run(chatops_reply_kind_e kind, const char *status)
{
    chatops_run_t  run;

    memset(&run, 0, sizeof(chatops_run_t));

    run.kind = kind;
    run.id = chatops_str(RUN);
    run.user_id = chatops_str("U123");
    run.gitlab = chatops_str("https://gitlab.example.com");
    run.project = chatops_str("ops/infra");
    run.job = chatops_str("deploy");
    run.pipeline_id = 42;
    run.pipeline_url =
        chatops_str("https://gitlab.example.com/ops/infra/-/pipelines/42");
    run.job_id = 77;
    run.job_url =
        chatops_str("https://gitlab.example.com/ops/infra/-/jobs/77");
    run.status = chatops_str(status);
    run.created_at = 1700000000000;
    run.deadline_at = run.created_at + 29 * 60 * 1000;

    return run;
}


static chatops_trace_output_t
an_output(const char *head)
{
    chatops_trace_output_t  output;

    memset(&output, 0, sizeof(chatops_trace_output_t));

    output.section = CHATOPS_SECTION_SCRIPT;
    output.closed = 1;
    output.head = chatops_str(head);

    return output;
}


static const char *
say(void **state, const chatops_run_t *run,
    const chatops_trace_output_t *output)
{
    chatops_str_t         text;
    chatops_visibility_e  visibility;

    assert_int_equal(chatops_reply_text(*state, run, output, &visibility,
                                        &text),
                     CHATOPS_OK);

    assert_int_equal(visibility, run->kind == CHATOPS_KIND_REFUSED
                                 ? CHATOPS_EPHEMERAL : CHATOPS_IN_CHANNEL);

    return (char *) text.data;
}


static const char *
result(void **state, const char *status, const char *head)
{
    chatops_run_t           run;
    chatops_trace_output_t  output;

    run = a_run(CHATOPS_KIND_RESULT, status);
    output = an_output(head);

    return say(state, &run, &output);
}


static void
one_line_stands_beside_the_name(void **state)
{
    assert_string_equal(result(state, "success", "Hello World."),
                        "<@U123>: Hello World.");
}


static void
several_lines_stand_in_a_fence(void **state)
{
    assert_string_equal(result(state, "success", "one\n two\nthree"),
                        "<@U123>:\n```\none\n two\nthree\n```");
}


static void
nothing_in_an_output_is_slacks_markup(void **state)
{
    assert_string_equal(result(state, "success",
                               "<!channel> & <@U999> <https://x|y> &lt;"),
                        "<@U123>: &lt;!channel&gt; &amp; &lt;@U999&gt;"
                        " &lt;https://x|y&gt; &amp;lt;");
}


static void
a_fence_in_an_output_is_broken(void **state)
{
    assert_string_equal(result(state, "success", "a\n```\nb ````` `` `"),
                        "<@U123>:\n```\na\n``\342\200\213`\n"
                        "b ``\342\200\213``\342\200\213` `` `\n```");

    /* a character that is dropped does not stand between two backticks */

    assert_string_equal(result(state, "success", "a\n`\001``"),
                        "<@U123>:\n```\na\n``\342\200\213`\n```");

    /* one line too, though it needs no fence otherwise */

    assert_string_equal(result(state, "success", "```"),
                        "<@U123>:\n```\n``\342\200\213`\n```");
}


static void
bytes_that_are_no_text_do_no_harm(void **state)
{
    assert_string_equal(result(state, "success", "a\377b\001c\177\td"),
                        "<@U123>: a\357\277\275bc\td");
}


static void
a_job_without_output_says_that_it_passed(void **state)
{
    chatops_run_t           run;
    chatops_trace_output_t  output;

    assert_string_equal(result(state, "success", ""),
                        "<@U123>: `deploy` passed and had no output, see "
                        JOB ".");

    run = a_run(CHATOPS_KIND_RESULT, "success");
    output = an_output("");
    output.section = CHATOPS_SECTION_NONE;

    assert_string_equal(say(state, &run, &output),
                        "<@U123>: `deploy` passed, but its log holds no"
                        " output to post, see " JOB ".");
}


static void
a_failed_job_says_so_with_its_output(void **state)
{
    chatops_run_t           run;
    chatops_trace_output_t  output;

    assert_string_equal(result(state, "failed", "No space left"),
                        "<@U123>: `deploy` failed, see " JOB
                        ". Its output:\n```\nNo space left\n```");

    run = a_run(CHATOPS_KIND_RESULT, "failed");
    run.error = chatops_str("script_failure");
    output = an_output("");

    assert_string_equal(say(state, &run, &output),
                        "<@U123>: `deploy` failed (script failure) and had no"
                        " output, see " JOB ".");

    run.error = chatops_str("GitLab_says <no>");

    assert_string_equal(say(state, &run, &output),
                        "<@U123>: `deploy` failed (GitLab_says &lt;no&gt;) and"
                        " had no output, see " JOB ".");
}


static void
other_ends_have_words_of_their_own(void **state)
{
    assert_string_equal(result(state, "canceled", "half"),
                        "<@U123>: `deploy` was canceled, see " JOB
                        ". Its output:\n```\nhalf\n```");
    assert_string_equal(result(state, "skipped", ""),
                        "<@U123>: `deploy` was skipped and had no output, see "
                        JOB ".");
    assert_string_equal(result(state, "odd", ""),
                        "<@U123>: `deploy` has ended as `odd` and had no"
                        " output, see " JOB ".");
}


static const char *
lines(void **state, size_t n, const char *format)
{
    char    *text;
    size_t   i, len, size;

    size = n * 64 + 1;
    text = chatops_palloc(*state, size);
    assert_non_null(text);

    len = 0;

    for (i = 1; i <= n; i++) {
        len += snprintf(text + len, size - len, format, (int) i);
    }

    text[len - 1] = '\0';

    return text;
}


static void
of_a_long_output_both_ends_are_shown(void **state)
{
    const char  *text;

    /* 16 bytes a line */

    text = result(state, "success", lines(state, 1000, "line number %03d\n"));

    assert_non_null(strstr(text, "<@U123>:\n```\nline number 001\n"));
    assert_non_null(strstr(text, "\nline number 109\n```\n"
                                 "\342\200\246 782 lines left out, the whole"
                                 " log: " JOB " \342\200\246\n"
                                 "```\nline number 892\n"));
    assert_non_null(strstr(text, "\nline number 999\nline number 1000\n```"));
}


static void
of_a_failed_jobs_long_output_the_end_is_shown(void **state)
{
    const char  *text;

    text = result(state, "failed", lines(state, 999, "line number %03d\n"));

    assert_ptr_equal(strstr(text, "<@U123>: `deploy` failed, see " JOB
                                  ". The end of its output:\n"
                                  "\342\200\246 781 lines left out, the whole"
                                  " log: " JOB " \342\200\246\n"
                                  "```\nline number 782\n"),
                     text);
    assert_string_equal(text + strlen(text) - 20, "\nline number 999\n```");
}


static void
what_the_reader_left_out_is_counted(void **state)
{
    chatops_run_t           run;
    chatops_trace_output_t  output;

    run = a_run(CHATOPS_KIND_RESULT, "success");

    output = an_output("first\nsecond");
    output.tail = chatops_str("last but one\nlast");
    output.omitted_lines = 1;
    output.omitted_bytes = 10;

    assert_string_equal(say(state, &run, &output),
                        "<@U123>:\n```\nfirst\nsecond\n```\n"
                        "\342\200\246 1 line left out, the whole log: " JOB
                        " \342\200\246\n```\nlast but one\nlast\n```");

    output = an_output("one long \342\200\246 line");
    output.omitted_bytes = 10000;

    assert_string_equal(say(state, &run, &output),
                        "<@U123>:\n```\none long \342\200\246 line\n```\n"
                        "\342\200\246 part of a line left out, the whole log: "
                        JOB " \342\200\246");
}


static void
a_single_line_that_is_too_long_is_cut_between_characters(void **state)
{
    char        *line, *p;
    size_t       i, n;
    const char  *text;

    line = chatops_palloc(*state, 6001);
    assert_non_null(line);

    /* "é" and "&": of two bytes and of five */

    for (i = 0; i < 6000; i += 3) {
        memcpy(line + i, "\303\251&", 3);
    }

    line[6000] = '\0';

    text = result(state, "success", line);

    assert_ptr_equal(strstr(text, "<@U123>:\n```\n\303\251&amp;\303\251"),
                     text);
    assert_non_null(strstr(text, "\342\200\246\n```\n\342\200\246 part of a"
                                 " line left out, the whole log: " JOB
                                 " \342\200\246\n```\n\342\200\246"));
    assert_true(chatops_utf8_valid((u_char *) text, strlen(text)));
    assert_true(strlen(text) < CHATOPS_REPLY_OUTPUT_MAX + 300);

    n = 0;

    for (p = strchr(text, '&'); p != NULL; p = strchr(p + 1, '&')) {
        assert_memory_equal(p, "&amp;", 5);
        n++;
    }

    assert_true(n > 490);
}


static void
it_is_the_written_bytes_that_count(void **state)
{
    char    *line;
    size_t   i;

    line = chatops_palloc(*state, 4000);
    assert_non_null(line);

    /* 3,500 bytes fit, and one more does not */

    memset(line, 'x', CHATOPS_REPLY_OUTPUT_MAX);
    line[CHATOPS_REPLY_OUTPUT_MAX] = '\0';
    assert_null(strstr(result(state, "success", line), "left out"));

    line[0] = '<';
    assert_non_null(strstr(result(state, "success", line), "left out"));

    for (i = 0; i < CHATOPS_REPLY_OUTPUT_MAX / 5; i++) {
        line[i] = '&';
    }

    line[i] = '\0';
    assert_null(strstr(result(state, "success", line), "left out"));

    line[i] = '&';
    line[i + 1] = '\0';
    assert_non_null(strstr(result(state, "success", line), "left out"));
}


static void
a_scheduled_job_is_announced(void **state)
{
    chatops_run_t  run;

    run = a_run(CHATOPS_KIND_SCHEDULED, "");
    run.job_id = 0;
    run.job_url.len = 0;

    assert_string_equal(say(state, &run, NULL),
                        "`deploy` is scheduled: " PIPELINE ". Its output comes"
                        " here when it has finished.");

    run.pipeline_url.len = 0;

    assert_string_equal(say(state, &run, NULL),
                        "`deploy` is being scheduled. Its output comes here"
                        " when it has finished.");
}


static void
a_manual_job_says_that_it_waits(void **state)
{
    chatops_run_t  run;

    run = a_run(CHATOPS_KIND_MANUAL, "manual");

    assert_string_equal(say(state, &run, NULL),
                        "<@U123>: `deploy` waits to be started by hand: " JOB
                        ". Its output comes here when it has finished.");
}


static void
a_refusal_is_for_the_person_alone(void **state)
{
    chatops_run_t  run;

    run = a_run(CHATOPS_KIND_REFUSED, "");
    run.pipeline_id = 0;
    run.error = chatops_str("GitLab refused to start `deploy`: <!here> & so");

    assert_string_equal(say(state, &run, NULL),
                        "GitLab refused to start `deploy`: &lt;!here&gt; &amp;"
                        " so");

    run.error.len = 0;

    assert_string_equal(say(state, &run, NULL), "`deploy` was not started.");

    /* a way on, which is not part of the reason */

    run.error = chatops_str("GitLab does not know you.");
    run.link = chatops_str("https://gitlab.example.com/x?token=a&b|<c>");

    assert_string_equal(say(state, &run, NULL),
                        "GitLab does not know you. \xe2\x86\x92 "
                        "<https://gitlab.example.com/x?token=a&amp;b%7C%3Cc%3E"
                        "|go on in GitLab>");

    /* a pipeline that was canceled */

    run = a_run(CHATOPS_KIND_REFUSED, "");
    run.error = chatops_str("It also holds `build`.");

    assert_string_equal(say(state, &run, NULL),
                        "It also holds `build`. See " JOB ".");
}


static void
what_is_different_is_said_when_it_is_scheduled(void **state)
{
    size_t         i;
    chatops_run_t  run;

    static const chatops_reply_kind_e  kinds[] = {
        CHATOPS_KIND_SCHEDULED, CHATOPS_KIND_MANUAL
    };

    for (i = 0; i < 2; i++) {
        run = a_run(kinds[i], "");
        run.note = chatops_str("It runs on `<x>`, a branch of its own.");

        assert_non_null(strstr(say(state, &run, NULL),
                               ". It runs on `&lt;x&gt;`, a branch of its own."
                               " Its output comes here"));
    }

    run = a_run(CHATOPS_KIND_EXPIRED, "running");
    run.note = chatops_str("It runs on `x`.");
    assert_null(strstr(say(state, &run, NULL), "It runs"));
}


static void
a_late_job_says_where_to_follow_it(void **state)
{
    chatops_run_t  run;

    run = a_run(CHATOPS_KIND_EXPIRED, "running");

    assert_string_equal(say(state, &run, NULL),
                        "<@U123>: `deploy` has not finished within 29 minutes:"
                        " its output will not be posted here. Follow it at "
                        JOB ".");

    /* the command was already two seconds old when it came */

    run.deadline_at -= 2000;
    assert_non_null(strstr(say(state, &run, NULL), "within 29 minutes:"));

    run.deadline_at = run.created_at + 60000;
    assert_non_null(strstr(say(state, &run, NULL), "within 1 minute:"));

    run.deadline_at = run.created_at + 3000;
    assert_non_null(strstr(say(state, &run, NULL), "within 3 seconds:"));

    run.deadline_at = 0;
    assert_non_null(strstr(say(state, &run, NULL), "finished in time:"));
}


static void
what_went_wrong_is_said_with_the_run_and_a_link(void **state)
{
    chatops_run_t  run;

    run = a_run(CHATOPS_KIND_NO_LOG, "success");

    assert_string_equal(say(state, &run, NULL),
                        "<@U123>: `deploy` passed, but its log could not be"
                        " read. See " JOB " (run `" RUN "`).");

    run = a_run(CHATOPS_KIND_AMBIGUOUS, "");
    run.pipeline_url.len = 0;
    run.job_url.len = 0;

    assert_string_equal(say(state, &run, NULL),
                        "<@U123>: `deploy` may or may not have been started:"
                        " GitLab gave no clear answer, and nothing is sent"
                        " again. Before you run it once more, look at"
                        " <https://gitlab.example.com/ops/infra/-/pipelines|"
                        "the project's pipelines> (run `" RUN "`).");

    run.gitlab.len = 0;
    assert_non_null(strstr(say(state, &run, NULL),
                           "look at the project's pipelines (run `"));

    run = a_run(CHATOPS_KIND_GONE, "");

    assert_string_equal(say(state, &run, NULL),
                        "<@U123>: The pipeline of `deploy` is gone from"
                        " GitLab: it was deleted before its output could be"
                        " read. See <https://gitlab.example.com/ops/infra/-/"
                        "pipelines/42|the pipeline>, or run it again.");
}


static void
an_id_that_is_none_is_not_mentioned(void **state)
{
    chatops_run_t           run;
    chatops_trace_output_t  output;

    run = a_run(CHATOPS_KIND_RESULT, "success");
    run.user_id = chatops_str("U1> <!here");
    output = an_output("hi");

    assert_string_equal(say(state, &run, &output), "hi");

    output = an_output("a\nb");

    assert_string_equal(say(state, &run, &output), "```\na\nb\n```");
}


static void
a_message_needs_a_kind_and_a_result_needs_an_output(void **state)
{
    chatops_run_t         run;
    chatops_str_t         text;
    chatops_visibility_e  visibility;

    run = a_run(CHATOPS_KIND_NONE, "");
    assert_int_equal(chatops_reply_text(*state, &run, NULL, &visibility,
                                        &text),
                     CHATOPS_ERROR);

    run = a_run(CHATOPS_KIND_RESULT, "success");
    assert_int_equal(chatops_reply_text(*state, &run, NULL, &visibility,
                                        &text),
                     CHATOPS_ERROR);
}


static void
a_message_is_json(void **state)
{
    chatops_run_t           run;
    chatops_str_t           json, text;
    chatops_trace_output_t  output;

    run = a_run(CHATOPS_KIND_RESULT, "success");
    output = an_output("say \"hi\" \\o/\t\303\251");

    assert_int_equal(chatops_reply_write(*state, &run, &output, &json),
                     CHATOPS_OK);
    assert_string_equal((char *) json.data,
                        "{\"response_type\":\"in_channel\",\"text\":"
                        "\"<@U123>: say \\\"hi\\\" \\\\o/\\t\303\251\"}");

    text = chatops_str("No.");

    assert_int_equal(chatops_reply_message(*state, CHATOPS_EPHEMERAL, &text,
                                           &json),
                     CHATOPS_OK);
    assert_string_equal((char *) json.data,
                        "{\"response_type\":\"ephemeral\",\"text\":\"No.\"}");

    text = chatops_str(NULL);

    assert_int_equal(chatops_reply_message(*state, CHATOPS_IN_CHANNEL, &text,
                                           &json),
                     CHATOPS_OK);
    assert_string_equal((char *) json.data,
                        "{\"response_type\":\"in_channel\",\"text\":\"\"}");
}


static void
without_memory_there_is_no_message(void **state)
{
    size_t                   limit;
    chatops_run_t            run;
    chatops_str_t            json;
    chatops_arena_t         *arena;
    chatops_trace_output_t   output;

    run = a_run(CHATOPS_KIND_RESULT, "success");
    output = an_output(lines(state, 1000, "line number %03d\n"));

    for (limit = 16; limit < 8000; limit += 400) {
        arena = chatops_arena_create(limit);
        assert_int_equal(chatops_reply_write(arena, &run, &output, &json),
                         CHATOPS_ERROR);
        chatops_arena_destroy(arena);
    }
}


typedef struct {
    const char  *given;
    const char  *written;
} piece_t;


static void
a_name_stands_between_backticks(void **state)
{
    size_t                i;
    char                  name[401];
    chatops_buf_t         buf;
    chatops_str_t         text, given;
    static const piece_t  table[] = {
        { "deploy", "`deploy`" },
        { "a`b", "`a'b`" },
        { "a\r\nb", "`a  b`" },
        { "<!here> & co", "`&lt;!here&gt; &amp; co`" },
        { "d\303\251ploy \377", "`d\303\251ploy \357\277\275`" },
        { "", "" }
    };

    for (i = 0; i < nelts(table); i++) {
        chatops_buf_init(&buf, *state, 4096);
        given = chatops_str(table[i].given);

        chatops_reply_code(&buf, &given);

        assert_int_equal(chatops_buf_finish(&buf, &text), CHATOPS_OK);
        assert_string_equal((char *) text.data, table[i].written);
    }

    /* at most 300 bytes, and no half "é" */

    memset(name, 'x', 299);
    memcpy(name + 299, "\303\251xx", 5);
    given = chatops_str(name);

    chatops_buf_init(&buf, *state, 4096);
    chatops_reply_code(&buf, &given);
    assert_int_equal(chatops_buf_finish(&buf, &text), CHATOPS_OK);
    assert_int_equal(text.len, 301);
}


static void
a_link_leads_to_http_or_https_only(void **state)
{
    size_t                i;
    char                  url[3000];
    chatops_buf_t         buf;
    chatops_str_t         text, given;
    static const piece_t  table[] = {
        { "https://x/a?b=1&c=2", "<https://x/a?b=1&amp;c=2|la &lt;bel>" },
        { "http://x/a|b>c<d e`f\"g\303\251\n",
          "<http://x/a%7Cb%3Ec%3Cd%20e%60f%22g%C3%A9%0A|la &lt;bel>" },
        { "javascript:alert(1)", "la &lt;bel" },
        { "HTTPS://x", "la &lt;bel" },
        { "!channel", "la &lt;bel" },
        { "", "la &lt;bel" }
    };

    for (i = 0; i < nelts(table); i++) {
        chatops_buf_init(&buf, *state, 4096);
        given = chatops_str(table[i].given);

        chatops_reply_link(&buf, &given, "la <bel");

        assert_int_equal(chatops_buf_finish(&buf, &text), CHATOPS_OK);
        assert_string_equal((char *) text.data, table[i].written);
    }

    memset(url, 'x', sizeof(url));
    memcpy(url, "https://", 8);
    given = chatops_strn(url, sizeof(url));

    chatops_buf_init(&buf, *state, 4096);
    chatops_reply_link(&buf, &given, "label");
    assert_int_equal(chatops_buf_finish(&buf, &text), CHATOPS_OK);
    assert_string_equal((char *) text.data, "label");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(one_line_stands_beside_the_name),
        cmocka_unit_test(several_lines_stand_in_a_fence),
        cmocka_unit_test(nothing_in_an_output_is_slacks_markup),
        cmocka_unit_test(a_fence_in_an_output_is_broken),
        cmocka_unit_test(bytes_that_are_no_text_do_no_harm),
        cmocka_unit_test(a_job_without_output_says_that_it_passed),
        cmocka_unit_test(a_failed_job_says_so_with_its_output),
        cmocka_unit_test(other_ends_have_words_of_their_own),
        cmocka_unit_test(of_a_long_output_both_ends_are_shown),
        cmocka_unit_test(of_a_failed_jobs_long_output_the_end_is_shown),
        cmocka_unit_test(what_the_reader_left_out_is_counted),
        cmocka_unit_test(
            a_single_line_that_is_too_long_is_cut_between_characters),
        cmocka_unit_test(it_is_the_written_bytes_that_count),
        cmocka_unit_test(a_scheduled_job_is_announced),
        cmocka_unit_test(a_manual_job_says_that_it_waits),
        cmocka_unit_test(a_refusal_is_for_the_person_alone),
        cmocka_unit_test(what_is_different_is_said_when_it_is_scheduled),
        cmocka_unit_test(a_late_job_says_where_to_follow_it),
        cmocka_unit_test(what_went_wrong_is_said_with_the_run_and_a_link),
        cmocka_unit_test(an_id_that_is_none_is_not_mentioned),
        cmocka_unit_test(a_message_needs_a_kind_and_a_result_needs_an_output),
        cmocka_unit_test(a_message_is_json),
        cmocka_unit_test(without_memory_there_is_no_message),
        cmocka_unit_test(a_name_stands_between_backticks),
        cmocka_unit_test(a_link_leads_to_http_or_https_only),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
