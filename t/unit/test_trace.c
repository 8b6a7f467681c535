#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "chatops_trace.h"


#define nelts(table)  (sizeof(table) / sizeof((table)[0]))

#define CHAT    CHATOPS_SECTION_CHAT_REPLY
#define SCRIPT  CHATOPS_SECTION_SCRIPT
#define NONE    CHATOPS_SECTION_NONE

/* the runner's own pieces, as it writes them */

#define K          "\033[0K"
#define MARK(text) text "\r" K
#define HEADER     K K "\033[36;1mExecuting \"step_script\" stage of the job"  \
                   " script\033[0;m\033[0;m\n"
#define ECHO(cmd)  "\033[32;1m$ " cmd "\033[0;m\n"
#define BEGIN      MARK("section_start:1715685560:step_script") HEADER
#define END        MARK("section_end:1715685561:step_script")                 \
                   MARK("section_start:1715685561:cleanup_file_variables")    \
                   K "\033[36;1mCleaning up project directory and file based"  \
                   " variables\033[0;m\033[0;m\n"                              \
                   MARK("section_end:1715685562:cleanup_file_variables")      \
                   "\033[32;1mJob succeeded\033[0;m\n"
#define START      K "Running with gitlab-runner 16.11.0 (91a27b2a)\033[0;m\n" \
                   MARK("section_start:1715685550:get_sources")               \
                   K "\033[36;1mGetting source from Git repository\033[0;m\n"  \
                   "Fetching changes...\n"                                     \
                   MARK("section_end:1715685560:get_sources")

#define T          "2026-01-27T20:14:50.403140Z "
#define R          T "00O "
#define RP         T "00O+"
#define J          T "01O "
#define JP         T "01O+"


typedef struct {
    const char          *name;
    unsigned             single;
    const char          *trace;
    chatops_section_e    section;
    unsigned             closed;
    const char          *text;
} trace_case_t;


typedef struct {
    chatops_arena_t         *arena;
    chatops_trace_output_t   output;
} result_t;


static unsigned
next(unsigned *seed)
{
    *seed = *seed * 1103515245 + 12345;

    return *seed >> 16;
}


/* `piece`: bytes a feed; 0 is all at once, -1 by chance. */

static result_t
feed(const chatops_trace_options_t *options, const char *data, size_t len,
    int piece, unsigned seed)
{
    size_t            n, at;
    u_char           *copy;
    result_t          result;
    chatops_trace_t  *trace;

    result.arena = chatops_arena_create(0);
    assert_non_null(result.arena);

    trace = chatops_trace_create(result.arena, options);
    assert_non_null(trace);

    for (at = 0; at < len; at += n) {

        n = piece == 0 ? len : piece > 0 ? (size_t) piece
                                         : 1 + next(&seed) % 40;
        n = n < len - at ? n : len - at;

        /* a piece of memory of its own, so that no byte beyond is read */

        copy = malloc(n);
        assert_non_null(copy);
        memcpy(copy, data + at, n);

        chatops_trace_feed(trace, copy, n);
        free(copy);
    }

    chatops_trace_finish(trace, &result.output);

    return result;
}


static void
assert_same(const chatops_trace_output_t *a, const chatops_trace_output_t *b)
{
    assert_int_equal(a->section, b->section);
    assert_int_equal(a->closed, b->closed);
    assert_int_equal(a->omitted_lines, b->omitted_lines);
    assert_int_equal(a->omitted_bytes, b->omitted_bytes);
    assert_int_equal(chatops_str_eq(&a->head, &b->head), 1);
    assert_int_equal(chatops_str_eq(&a->tail, &b->tail), 1);
}


/* Whatever the pieces, the output is the same. */

static result_t
read_trace(const chatops_trace_options_t *options, const char *data,
    size_t len)
{
    int       piece;
    unsigned  seed;
    result_t  whole, other;

    whole = feed(options, data, len, 0, 0);

    for (piece = 1; piece <= 3; piece++) {
        other = feed(options, data, len, piece, 0);
        assert_same(&whole.output, &other.output);
        chatops_arena_destroy(other.arena);
    }

    for (seed = 1; seed <= 20; seed++) {
        other = feed(options, data, len, -1, seed);
        assert_same(&whole.output, &other.output);
        chatops_arena_destroy(other.arena);
    }

    return whole;
}


static void
check(const trace_case_t *table, size_t n)
{
    size_t                   i;
    result_t                 result;
    chatops_trace_output_t  *output;
    chatops_trace_options_t  options;

    for (i = 0; i < n; i++) {
        memset(&options, 0, sizeof(options));
        options.limit = 8192;
        options.single_command = table[i].single;

        result = read_trace(&options, table[i].trace,
                            strlen(table[i].trace));
        output = &result.output;

        if (output->section != table[i].section
            || output->closed != table[i].closed
            || output->omitted_lines != 0
            || output->tail.len != 0
            || !chatops_str_is(&output->head, table[i].text))
        {
            print_error("%s: section %d closed %u tail %zu\n"
                        "--- got\n%.*s\n--- expected\n%s\n---\n",
                        table[i].name, output->section, output->closed,
                        output->tail.len, chatops_str_arg(&output->head),
                        table[i].text);
            fail();
        }

        chatops_arena_destroy(result.arena);
    }
}


/* GitLab: doc/ci/chatops/README.md, both jobs */

static const trace_case_t  examples[] = {

    { "hello-world, classic", 1,
      START BEGIN
      ECHO("echo \"Hello World.\"")
      "Hello World.\n"
      END,
      SCRIPT, 1, "Hello World." },

    { "hello-world, classic, with docker's lines", 1,
      START BEGIN
      "Using effective pull policy of [always] for container alpine:3.18\n"
      "Using docker image sha256:802c91d5 for alpine:3.18 with digest"
      " alpine@sha256:de0eb0b3 ...\n"
      ECHO("echo \"Hello World.\"")
      "Hello World.\n"
      END,
      SCRIPT, 1, "Hello World." },

    { "hello-world, runner 17 and 18: markers cut behind the \\r", 1,
      R "Running with gitlab-runner 18.7.0\033[0;m\n"
      R "section_start:1790321580:prepare_executor\r\n"
      RP K K "\033[36;1mPreparing the \"shell\" executor\033[0;m\033[0;m\n"
      R "section_end:1790321580:prepare_executor\r\n"
      RP K "section_start:1790321581:step_script\r\n"
      RP K K "\033[36;1mExecuting \"step_script\" stage of the job script"
      "\033[0;m\033[0;m\n"
      J "\033[32;1m$ echo \"Hello World.\"\033[0;m\n"
      J "Hello World.\n"
      R "\n"
      RP "section_end:1790321582:step_script\r\n"
      RP K "section_start:1790321582:cleanup_file_variables\r\n"
      RP K K "\033[36;1mCleaning up\033[0;m\033[0;m\n"
      R "section_end:1790321583:cleanup_file_variables\r\n"
      RP K "\033[32;1mJob succeeded\033[0;m\n",
      SCRIPT, 1, "Hello World." },

    { "hello-world, runner 19: a header on every line, markers whole", 1,
      R "section_start:1790321581:step_script\r" K K
      "\033[36;1mExecuting \"step_script\" stage of the job script"
      "\033[0;m\033[0;m\n"
      R "\033[32;1m$ echo \"Hello World.\"\033[0;m\n"
      J "Hello World.\n"
      J "section_end:1790321582:step_script\r" K
      "section_start:1790321582:cleanup_file_variables\r" K "Cleaning\n"
      R "section_end:1790321583:cleanup_file_variables\r" K "\n",
      SCRIPT, 1, "Hello World." },

    { "ls, classic", 0,
      START BEGIN
      ECHO("echo \"This command will not be shown.\"")
      "This command will not be shown.\n"
      ECHO("echo -e \"section_start:$( date +%s ):chat_reply\\r\\033[0K\\n$( "
           "ls -la )\\nsection_end:$( date +%s ):chat_reply\\r\\033[0K\"")
      MARK("section_start:1715685561:chat_reply") "\n"
      "total 8\n"
      "-rw-r--r-- 1 root root 12 Nov 22 README.md\n"
      MARK("section_end:1715685561:chat_reply") "\n"
      END,
      CHAT, 1, "total 8\n-rw-r--r-- 1 root root 12 Nov 22 README.md" },

    { "ls, runner 17 and 18", 0,
      R "section_start:1790321581:step_script\r\n"
      RP K K "\033[36;1mExecuting \"step_script\" stage of the job script"
      "\033[0;m\033[0;m\n"
      J "\033[32;1m$ echo \"This command will not be shown.\"\033[0;m\n"
      J "This command will not be shown.\n"
      J "\033[32;1m$ echo -e \"section_start:$( date +%s ):chat_reply\\r"
      "\\033[0K\\n$( ls -la )\\nsection_end:$( date +%s ):chat_reply\\r"
      "\\033[0K\"\033[0;m\n"
      J "section_start:1790321581:chat_reply\r" K "\n"
      J "total 8\n"
      J "-rw-r--r-- 1 root root 12 Nov 22 README.md\n"
      J "section_end:1790321581:chat_reply\r" K "\n"
      R "section_end:1790321582:step_script\r\n"
      RP K "\033[32;1mJob succeeded\033[0;m\n",
      CHAT, 1, "total 8\n-rw-r--r-- 1 root root 12 Nov 22 README.md" },

    { "ls, every marker cut, the erasing lost", 0,
      R "section_start:1790321581:step_script\r\n"
      RP "Executing \"step_script\" stage of the job script\n"
      J "This command will not be shown.\n"
      J "section_start:1790321581:chat_reply\r\n"
      J "total 8\n"
      J "-rw-r--r-- 1 root root 12 Nov 22 README.md\n"
      J "section_end:1790321581:chat_reply\r\n"
      R "section_end:1790321582:step_script\r\n",
      CHAT, 1, "total 8\n-rw-r--r-- 1 root root 12 Nov 22 README.md" },

    { "ls, runner 19", 0,
      R "section_start:1790321581:step_script\r" K K
      "\033[36;1mExecuting \"step_script\" stage of the job script"
      "\033[0;m\033[0;m\n"
      J "\033[32;1m$ echo \"This command will not be shown.\"\033[0;m\n"
      J "This command will not be shown.\n"
      J "section_start:1790321581:chat_reply\r" K "\n"
      J "total 8\n"
      J "-rw-r--r-- 1 root root 12 Nov 22 README.md\n"
      J "section_end:1790321581:chat_reply\r" K "\n"
      R "section_end:1790321582:step_script\r" K "\n",
      CHAT, 1, "total 8\n-rw-r--r-- 1 root root 12 Nov 22 README.md" },
};


static void
the_jobs_of_gitlabs_documentation_give_their_output(void **state)
{
    (void) state;

    check(examples, nelts(examples));
}


static const trace_case_t  commands[] = {

    { "two commands: echoes stay, the runner's own lines go", 0,
      BEGIN
      "Using docker image sha256:802c91d5 for alpine ...\n"
      ECHO("echo one") "one\n"
      ECHO("echo two") "two\n"
      END,
      SCRIPT, 1, "$ echo one\none\n$ echo two\ntwo" },

    { "a collapsed command of a single command job", 1,
      BEGIN
      ECHO("for i in 1 2 # collapsed multi-line command")
      "1\n2\n"
      END,
      SCRIPT, 1, "1\n2" },

    { "the job's own dollar lines survive", 1,
      BEGIN
      ECHO("price")
      "$ 12\n"
      "\033[32m$ 13\033[0m\n"
      END,
      SCRIPT, 1, "$ 12\n$ 13" },

    { "the job's own words on images survive", 1,
      BEGIN
      ECHO("docker-update")
      "Using docker image sha256:802c91d5 for alpine ...\n"
      "\033[36;1mDone\033[0;m\n"
      END,
      SCRIPT, 1,
      "Using docker image sha256:802c91d5 for alpine ...\nDone" },

    { "in a timestamped trace stream 01 is the job's from the first line", 1,
      R "section_start:1:step_script\r" K "\033[36;1mExecuting\033[0;m\n"
      J "Using docker image x\n"
      R "section_end:1:step_script\r" K "\n",
      SCRIPT, 1, "Using docker image x" },

    { "the runner's warning stays, what follows it goes", 1,
      BEGIN
      "\033[0;33mWARNING: no image\033[0;m\n"
      "Using docker image sha256:802c91d5 for alpine ...\n"
      ECHO("true")
      END,
      SCRIPT, 1, "WARNING: no image" },

    { "a shell that echoes nothing", 1,
      BEGIN "Hello\n\nWorld\n" END,
      SCRIPT, 1, "Hello\n\nWorld" },

    { "script sections: the command in full goes, its output stays", 1,
      BEGIN
      MARK("section_start:2:section_script_step_0"
           "[hide_duration=true,collapsed=true]")
      "\033[32;1m$ for i in 1 2; do\n  echo $i\ndone\033[0;m\n"
      "1\n2\n"
      MARK("section_end:2:section_script_step_0") "\n"
      END,
      SCRIPT, 1, "1\n2" },

    { "script sections: both stay when there are several commands", 0,
      BEGIN
      MARK("section_start:2:section_script_step_0[collapsed=true]")
      "\033[32;1m$ for i in 1 2; do\n  echo $i\ndone\033[0;m\n"
      "1\n2\n"
      MARK("section_end:2:section_script_step_0") "\n"
      ECHO("date") "Mon\n"
      END,
      SCRIPT, 1, "$ for i in 1 2; do\n  echo $i\ndone\n1\n2\n$ date\nMon" },

    { "a section of the job's own: the markers go, the text stays", 1,
      BEGIN
      ECHO("build")
      "before\n"
      MARK("section_start:3:my_section[collapsed=true]") "My header\n"
      "within\n"
      MARK("section_end:3:my_section") "\n"
      "after\n"
      END,
      SCRIPT, 1, "before\nMy header\nwithin\nafter" },

    { "no output", 1, BEGIN ECHO("true") END, SCRIPT, 1, "" },

    { "an older runner", 1,
      MARK("section_start:1:build_script") K
      "\033[32;1m$ echo hi\033[0;m\nhi\n"
      MARK("section_end:1:build_script") "\n",
      SCRIPT, 1, "hi" },

    { "step_script goes before build_script", 1,
      MARK("section_start:1:build_script") "old\n"
      MARK("section_end:1:build_script")
      MARK("section_start:1:step_script") "new\n"
      MARK("section_end:1:step_script"),
      SCRIPT, 1, "new" },
};


static void
commands_are_shown_unless_there_is_only_one(void **state)
{
    (void) state;

    check(commands, nelts(commands));
}


static const trace_case_t  replies[] = {

    { "two replies, in order", 0,
      BEGIN
      MARK("section_start:1:chat_reply") "\none\n"
      MARK("section_end:1:chat_reply") "\nnot this\n"
      MARK("section_start:2:chat_reply") "\ntwo\n"
      MARK("section_end:2:chat_reply") "\nnor this\n"
      END,
      CHAT, 1, "one\ntwo" },

    { "text on the lines of both markers", 0,
      BEGIN
      "x" MARK("section_start:1:chat_reply") "first\nsecond"
      MARK("section_end:1:chat_reply") "y\n"
      END,
      CHAT, 1, "first\nsecond" },

    { "a reply on one line", 0,
      BEGIN
      MARK("section_start:1:chat_reply") "all of it"
      MARK("section_end:1:chat_reply") "\n"
      END,
      CHAT, 1, "all of it" },

    { "an empty reply is a reply", 0,
      BEGIN "noise\n"
      MARK("section_start:1:chat_reply") "\n"
      MARK("section_end:1:chat_reply") "\n" END,
      CHAT, 1, "" },

    { "blank lines within stay", 0,
      BEGIN
      MARK("section_start:1:chat_reply") "\na\n\n \t\nb\n\n\n"
      MARK("section_end:1:chat_reply") "\n" END,
      CHAT, 1, "a\n\n\nb" },

    { "an option with the name", 0,
      BEGIN
      MARK("section_start:1:chat_reply[collapsed=true, hide_duration=true]")
      "\nyes\n" MARK("section_end:1:chat_reply") "\n" END,
      CHAT, 1, "yes" },

    { "the erasing of a line is missing", 0,
      BEGIN "section_start:1:chat_reply\r\nyes\n"
      "section_end:1:chat_reply\r\n" END,
      CHAT, 1, "yes" },

    { "the carriage return is missing, the erasing is not", 0,
      BEGIN "section_start:1:chat_reply" K "\nyes\n"
      "section_end:1:chat_reply" K "\n" END,
      CHAT, 1, "yes" },

    { "the carriage return is lost where the line was cut", 0,
      R "section_start:1:step_script\n"
      RP "header 1\n"
      J "section_start:1:chat_reply[collapsed=true]\n"
      JP K "\n"
      J "yes\n"
      J "section_end:1:chat_reply\n"
      JP "\n"
      R "section_end:1:step_script\r\n",
      CHAT, 1, "yes" },

    { "a marker is cut in the middle of its name", 0,
      R "section_start:1:step_\n"
      RP "script\r" K "\n"
      J "sec\n"
      JP "tion_start:12\n"
      JP "34:chat_re\n"
      JP "ply\r\n"
      JP K "\n"
      J "yes\n"
      J "section_end:1:chat_reply\r" K "\n"
      R "section_end:1:step_script\r" K "\n",
      CHAT, 1, "yes" },

    { "a marker begins inside what looked like one", 0,
      BEGIN "section_start:sssection_section_start:1:section_start:7:chat_reply"
      "\r" K "\nyes\n" MARK("section_end:1:chat_reply") "\n" END,
      CHAT, 1, "yes" },

    { "other sections' names do not count", 0,
      MARK("section_start:1:my_chat_reply") "no\n"
      MARK("section_end:1:my_chat_reply")
      MARK("section_start:1:step_script.x") "no\n"
      MARK("section_end:1:step_script.x"),
      NONE, 0, "" },

    { "no marker without a time, a name, or well-formed options", 1,
      BEGIN ECHO("x")
      "section_start::chat_reply\r" K "a\n"
      "section_start:1:\r" K "b\n"
      "section_begin:1:chat_reply\r" K "c\n"
      END,
      SCRIPT, 1, "a\nb\nc" },

    { "what looks like a marker is not posted either", 1,
      BEGIN ECHO("x")
      "see section_start:1:chat_reply for more\n"
      "section_end:1:section_end:2:x\n"
      "sectsection_end:1:x[a=b]ion_end:1:y!\n"
      END,
      SCRIPT, 1, "see  for more\n:2:x\n!" },

    { "an end without a start", 1,
      BEGIN ECHO("x") "a\n" MARK("section_end:1:chat_reply") "b\n" END,
      SCRIPT, 1, "a\nb" },
};


static void
chat_reply_sections_go_before_all_else(void **state)
{
    (void) state;

    check(replies, nelts(replies));
}


static const trace_case_t  broken[] = {

    { "nothing", 1, "", NONE, 0, "" },
    { "no sections", 1, "Hello\n", NONE, 0, "" },

    { "killed: the script has no end", 1,
      BEGIN ECHO("sleep 9") "one\ntwo\nthr",
      SCRIPT, 0, "one\ntwo\nthr" },

    { "killed: the reply has no end, and the trace neither", 0,
      BEGIN MARK("section_start:1:chat_reply") "\none\ntwo",
      CHAT, 0, "one\ntwo" },

    { "failed within a reply: it ends with the script", 0,
      BEGIN MARK("section_start:1:chat_reply") "\none\n"
      MARK("section_end:1:step_script")
      "\033[31;1mERROR: Job failed: exit code 1\033[0;m\n",
      CHAT, 0, "one" },

    { "the second reply has no end", 0,
      BEGIN MARK("section_start:1:chat_reply") "\none\n"
      MARK("section_end:1:chat_reply") "\n"
      MARK("section_start:1:chat_reply") "\ntwo\n",
      CHAT, 0, "one\ntwo" },

    { "the trace ends within a marker", 1,
      BEGIN ECHO("x") "a\nsection_end:17",
      SCRIPT, 0, "a\nsection_end:17" },

    { "the trace ends with a marker's name", 1,
      BEGIN ECHO("x") "a\nsection_end:17:step_script",
      SCRIPT, 1, "a" },

    { "the last line is a header alone", 1,
      R "section_start:1:step_script\r" K "\n"
      J "a\n"
      J,
      SCRIPT, 0, "a" },

    { "the trace ends within a header", 1,
      R "section_start:1:step_script\r" K "\n"
      J "a\n"
      "2026-01-27T20:14:50.40",
      SCRIPT, 0, "a" },

    { "a line without a header in a timestamped trace", 1,
      R "section_start:1:step_script\r" K "\n"
      J "a\n"
      "2026-01-27 b\n"
      "\n"
      J "c\n",
      SCRIPT, 0, "a\n2026-01-27 b\n\nc" },

    { "headers in a trace that does not begin with one are text", 1,
      "\n" BEGIN ECHO("x") J "a\n" END,
      SCRIPT, 1, "2026-01-27T20:14:50.403140Z 01O a" },

    { "a first line that is nearly a header", 1,
      "2026-01-27T20:14:50.403140Z 01X\n" BEGIN ECHO("x") "a\n" END,
      SCRIPT, 1, "a" },
};


static void
a_trace_that_breaks_off_gives_what_there_is(void **state)
{
    (void) state;

    check(broken, nelts(broken));
}


static const trace_case_t  cleaning[] = {

    { "colors, titles, charsets, two-byte sequences", 1,
      BEGIN ECHO("x")
      "\033[1;31mred\033[0m \033]0;title\007bell \033]8;;https://x\033\\st"
      "\033]8;;\033\\ \033(Bset \0337\033[?25l\033[38;2;1;2;3mtrue\033[m\n"
      "\033Pdevice\033\\x\033_app\033\\y\033^pm\033\\z\033Xsos\033\\.\n"
      END,
      SCRIPT, 1, "red bell st set true\nxyz." },

    { "sequences that break off end with the line", 1,
      BEGIN ECHO("x")
      "a\033[1;\nb\033]0;title\nc\033\nd\033(\n"
      "e\033[1\tf\033]x\tg\033\033[1mh\n"
      END,
      SCRIPT, 1, "a\nb\nc\nd\ne\tf\tgh" },

    { "progress bars show their end", 1,
      BEGIN ECHO("x")
      " 10%\r 50%\r100%\n"
      "  1/2\r\033[K  2/2\r\033[K\n"
      "working\033[2K\033[1Gdone\n"
      "abc\rd\n"
      END,
      SCRIPT, 1, "100%\n\ndone\nd" },

    { "progress bars in a timestamped trace", 1,
      R "section_start:1:step_script\r" K "\n"
      J " 10%\r\n"
      JP " 50%\r\n"
      JP "100%\n"
      J "ok\n"
      R "section_end:1:step_script\r" K "\n",
      SCRIPT, 1, "100%\nok" },

    { "line ends of Windows, and colors behind them", 1,
      BEGIN ECHO("x")
      "one\r\n"
      "\033[32m+two\033[m\033[41m\r\033[m\n"
      "three\r\r\n"
      END,
      SCRIPT, 1, "one\n+two\nthree" },

    { "a long line that was cut into pieces", 1,
      R "section_start:1:step_script\r" K "\n"
      J "aaa\n"
      JP "bbb\n"
      JP "\n"
      J "ccc\n"
      R "section_end:1:step_script\r" K "\n",
      SCRIPT, 1, "aaabbb\nccc" },

    { "control characters", 1,
      BEGIN ECHO("x") "a\001b\007c\010d\013e\014f\177g\tz\302\233h\n" END,
      SCRIPT, 1, "abcdefg\tzh" },

    { "malformed UTF-8", 1,
      BEGIN ECHO("x")
      "\377 \303( \342\202 \360\237\230 \355\240\200 \300\257 \200 ok\n"
      "d\303\251ploy \342\200\224 \360\237\230\200 \303\n"
      END,
      SCRIPT, 1,
      "\357\277\275 \357\277\275( \357\277\275 \357\277\275 \357\277\275"
      " \357\277\275\357\277\275 \357\277\275 ok\n"
      "d\303\251ploy \342\200\224 \360\237\230\200 \357\277\275" },
};


static void
lines_come_out_as_a_person_would_have_seen_them(void **state)
{
    (void) state;

    check(cleaning, nelts(cleaning));
}


static void
a_null_byte_is_dropped(void **state)
{
    result_t                 result;
    chatops_trace_options_t  options;
    static const char        trace[] = BEGIN ECHO("x") "a\0b\n" END;

    (void) state;

    memset(&options, 0, sizeof(options));
    options.limit = 1024;
    options.single_command = 1;

    result = read_trace(&options, trace, sizeof(trace) - 1);
    assert_true(chatops_str_is(&result.output.head, "ab"));
    chatops_arena_destroy(result.arena);
}


static void
colors_can_be_kept(void **state)
{
    result_t                 result;
    chatops_trace_options_t  options;
    static const char        trace[] = BEGIN ECHO("x")
        "\033[1;31mred\033[0m\033]0;title\007\033(B\n"
        " 1%\r\033[32m100%\033[0m\n"
        "crlf\r\033[m\n"
        END;

    (void) state;

    memset(&options, 0, sizeof(options));
    options.limit = 1024;
    options.keep_ansi = 1;
    options.single_command = 1;

    result = read_trace(&options, trace, sizeof(trace) - 1);
    assert_true(chatops_str_is(&result.output.head,
                               "\033[1;31mred\033[0m\n"
                               "\033[32m100%\033[0m\n"
                               "crlf\033[m"));
    chatops_arena_destroy(result.arena);

    options.single_command = 0;

    result = read_trace(&options, trace, sizeof(trace) - 1);
    assert_true(chatops_str_starts(&result.output.head,
                                   "\033[32;1m$ x\033[0;m\n"));
    chatops_arena_destroy(result.arena);
}


static size_t
numbers(char *text, size_t size, unsigned from, unsigned to)
{
    size_t    len;
    unsigned  i;

    len = 0;

    for (i = from; i <= to; i++) {
        len += snprintf(text + len, size - len, "line %06u\n", i);
    }

    return len;
}


static void
of_an_over_long_output_both_ends_are_kept_in_whole_lines(void **state)
{
    char                     *text;
    size_t                    len;
    result_t                  result;
    chatops_trace_output_t   *output;
    chatops_trace_options_t   options;

    (void) state;

    text = malloc(4096 + 10000 * 12);
    assert_non_null(text);

    len = snprintf(text, 4096, "%s%s", BEGIN, ECHO("seq"));
    len += numbers(text + len, 10000 * 12 + 12, 1, 10000);
    len += snprintf(text + len, 2048, "%s", END);

    memset(&options, 0, sizeof(options));
    options.limit = 1024;
    options.single_command = 1;

    result = read_trace(&options, text, len);
    output = &result.output;

    /* 512 bytes each: 42 lines of 12 bytes, and then no room for one more */

    assert_true(chatops_str_starts(&output->head, "line 000001\n"));
    assert_int_equal(output->head.len, 42 * 12 - 1);
    assert_memory_equal(output->head.data + output->head.len - 6, "000042",
                        6);

    assert_true(chatops_str_starts(&output->tail, "line 009959\n"));
    assert_int_equal(output->tail.len, 42 * 12 - 1);
    assert_memory_equal(output->tail.data + output->tail.len - 6, "010000",
                        6);

    assert_int_equal(output->omitted_lines, 10000 - 2 * 42);
    assert_int_equal(output->omitted_bytes, (10000 - 2 * 42) * 12);

    chatops_arena_destroy(result.arena);
    free(text);
}


static void
blank_lines_before_the_gap_belong_to_it(void **state)
{
    char                      text[4096];
    size_t                    len;
    result_t                  result;
    chatops_trace_options_t   options;

    (void) state;

    len = snprintf(text, sizeof(text), "%s",
                   MARK("section_start:1:chat_reply") "\n");
    len += numbers(text + len, sizeof(text) - len, 1, 42);
    len += snprintf(text + len, sizeof(text) - len, "\n\n");
    len += numbers(text + len, sizeof(text) - len, 43, 93);

    memset(&options, 0, sizeof(options));
    options.limit = 1024;

    result = read_trace(&options, text, len);

    assert_int_equal(result.output.head.len, 42 * 12 - 1);
    assert_int_equal(result.output.tail.len, 42 * 12 - 1);
    assert_int_equal(result.output.omitted_lines, 2 + 93 - 2 * 42);

    chatops_arena_destroy(result.arena);
}


static void
an_output_that_just_fits_is_in_one_piece(void **state)
{
    char                      text[2048], expected[2048];
    size_t                    len;
    unsigned                  n;
    result_t                  result;
    chatops_trace_options_t   options;

    (void) state;

    memset(&options, 0, sizeof(options));
    options.limit = 1024;

    for (n = 40; n <= 84; n++) {
        len = snprintf(text, sizeof(text), "%s",
                       MARK("section_start:1:chat_reply") "\n");
        len += numbers(text + len, sizeof(text) - len, 1, n);

        (void) numbers(expected, sizeof(expected), 1, n);
        expected[n * 12 - 1] = '\0';

        result = read_trace(&options, text, len);

        assert_int_equal(result.output.tail.len, 0);
        assert_int_equal(result.output.omitted_lines, 0);
        assert_true(chatops_str_is(&result.output.head, expected));

        chatops_arena_destroy(result.arena);
    }
}


static void
of_an_endless_line_both_ends_are_kept_in_bounded_memory(void **state)
{
    size_t                    i;
    u_char                    piece[1000];
    chatops_str_t            *head;
    chatops_arena_t          *arena;
    chatops_trace_t          *trace;
    chatops_trace_output_t    output;
    chatops_trace_options_t   options;
    static const char         start[] = MARK("section_start:1:chat_reply")
                                        "\nfirst ";
    static const char         end[] = " last\nmore\n"
                                      MARK("section_end:1:chat_reply");

    (void) state;

    memset(&options, 0, sizeof(options));
    options.limit = 2048;

    arena = chatops_arena_create(16 * 1024);
    trace = chatops_trace_create(arena, &options);
    assert_non_null(trace);

    chatops_trace_feed(trace, (u_char *) start, sizeof(start) - 1);

    /* "é" */

    for (i = 0; i < sizeof(piece); i += 2) {
        piece[i] = 0xc3;
        piece[i + 1] = 0xa9;
    }

    for (i = 0; i < 10000; i++) {
        chatops_trace_feed(trace, piece, sizeof(piece));
    }

    chatops_trace_feed(trace, (u_char *) end, sizeof(end) - 1);
    chatops_trace_finish(trace, &output);

    head = &output.head;

    assert_int_equal(output.closed, 1);
    assert_int_equal(output.tail.len, 0);
    assert_int_equal(output.omitted_lines, 0);
    assert_true(head->len > 900 && head->len <= 2048);
    assert_true(chatops_str_starts(head, "first \303\251"));
    assert_non_null(chatops_str_find(head, 0, "\303\251\342\200\246\303\251",
                                     7));
    assert_memory_equal(head->data + head->len - 10, " last\nmore", 10);
    assert_true(chatops_utf8_valid(head->data, head->len));

    /* "first " and " last" are among the kept; "…" is nobody's */

    assert_int_equal(output.omitted_bytes,
                     10000 * 1000 + 11 - (head->len - 5 - 3));

    chatops_arena_destroy(arena);
}


static void
trailing_blank_lines_do_not_push_the_text_out(void **state)
{
    char                     *text;
    size_t                    len;
    result_t                  result;
    chatops_trace_options_t   options;

    (void) state;

    text = malloc(20000);
    assert_non_null(text);

    len = snprintf(text, 20000, "%s",
                   MARK("section_start:1:chat_reply") "\nHello\n");
    memset(text + len, '\n', 10000);
    len += 10000;

    memset(&options, 0, sizeof(options));
    options.limit = 1024;

    result = read_trace(&options, text, len);
    assert_true(chatops_str_is(&result.output.head, "Hello"));
    assert_int_equal(result.output.omitted_lines, 0);

    chatops_arena_destroy(result.arena);
    free(text);
}


static void
without_memory_there_is_no_reader(void **state)
{
    size_t                    limit;
    chatops_arena_t          *arena;
    chatops_trace_options_t   options;

    (void) state;

    memset(&options, 0, sizeof(options));
    options.limit = 4096;

    for (limit = 16; limit < 10000; limit += 200) {
        arena = chatops_arena_create(limit);
        assert_null(chatops_trace_create(arena, &options));
        chatops_arena_destroy(arena);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(the_jobs_of_gitlabs_documentation_give_their_output),
        cmocka_unit_test(commands_are_shown_unless_there_is_only_one),
        cmocka_unit_test(chat_reply_sections_go_before_all_else),
        cmocka_unit_test(a_trace_that_breaks_off_gives_what_there_is),
        cmocka_unit_test(lines_come_out_as_a_person_would_have_seen_them),
        cmocka_unit_test(a_null_byte_is_dropped),
        cmocka_unit_test(colors_can_be_kept),
        cmocka_unit_test(
            of_an_over_long_output_both_ends_are_kept_in_whole_lines),
        cmocka_unit_test(blank_lines_before_the_gap_belong_to_it),
        cmocka_unit_test(an_output_that_just_fits_is_in_one_piece),
        cmocka_unit_test(
            of_an_endless_line_both_ends_are_kept_in_bounded_memory),
        cmocka_unit_test(trailing_blank_lines_do_not_push_the_text_out),
        cmocka_unit_test(without_memory_there_is_no_reader),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
