
#include "chatops_reply.h"
#include "chatopsctl.h"


#define CHATOPSCTL_TRACE_MAX  (128 * 1024 * 1024)


static int
chatopsctl_reply_main(const chatopsctl_command_t *command,
    chatops_arena_t *arena, int argc, char **argv)
{
    int                       ch, rc, json, status;
    const char               *file;
    chatops_run_t             run;
    chatops_str_t             text, answer;
    chatops_trace_t          *trace;
    chatops_visibility_e      visibility;
    chatops_trace_output_t    output;
    chatops_trace_options_t   how;

    static const struct option  options[] = {
        { "help",   no_argument,       NULL, 'h' },
        { "ansi",   required_argument, NULL, 'a' },
        { "job",    required_argument, NULL, 'n' },
        { "json",   no_argument,       NULL, 'j' },
        { "single", no_argument,       NULL, 's' },
        { "status", required_argument, NULL, 't' },
        { "user",   required_argument, NULL, 'u' },
        { NULL,     0,                 NULL, 0 }
    };

    memset(&run, 0, sizeof(chatops_run_t));
    memset(&how, 0, sizeof(chatops_trace_options_t));

    run.kind = CHATOPS_KIND_RESULT;
    run.state = CHATOPS_RUN_FINISHED;
    run.job = chatops_str("job");
    run.status = chatops_str("success");
    run.commands = 2;

    how.limit = CHATOPS_REPLY_OUTPUT_MAX;
    json = 0;

    while ((ch = chatopsctl_option(command, argc, argv, options)) != -1) {
        switch (ch) {

        case 'a':
            if (strcmp(optarg, "keep") != 0 && strcmp(optarg, "strip") != 0) {
                return chatopsctl_misused(command,
                                          "--ansi takes keep or strip");
            }

            how.keep_ansi = strcmp(optarg, "keep") == 0;
            break;

        case 'n':
            run.job = chatops_str(optarg);
            break;

        case 'j':
            json = 1;
            break;

        case 's':
            how.single_command = 1;
            run.commands = 1;
            break;

        case 't':
            run.status = chatops_str(optarg);
            break;

        case 'u':
            run.user_id = chatops_str(optarg);
            break;

        case 0:
            return CHATOPSCTL_OK;

        default:
            return CHATOPSCTL_USAGE;
        }
    }

    file = chatopsctl_argument(command, argc, argv, "TRACE");
    if (file == NULL) {
        return CHATOPSCTL_USAGE;
    }

    status = chatopsctl_read(arena, file, CHATOPSCTL_TRACE_MAX, &text);
    if (status != CHATOPSCTL_OK) {
        return status;
    }

    trace = chatops_trace_create(arena, &how);

    if (trace == NULL) {
        return chatopsctl_fail(CHATOPSCTL_FAILED, "out of memory");
    }

    chatops_trace_feed(trace, text.data, text.len);
    chatops_trace_finish(trace, &output);

    rc = json ? chatops_reply_write(arena, &run, &output, &answer)
              : chatops_reply_text(arena, &run, &output, &visibility,
                                   &answer);

    if (rc != CHATOPS_OK) {
        return chatopsctl_fail(CHATOPSCTL_FAILED, "out of memory");
    }

    /* the bytes that are posted, ESC and all */

    (void) fwrite(answer.data, 1, answer.len, stdout);
    putchar('\n');

    return CHATOPSCTL_OK;
}


const chatopsctl_command_t  chatopsctl_reply = {
    "reply",
    "TRACE [--single] [--ansi strip|keep] [--job NAME] [--status WORD]"
    " [--user ID] [--json]",
    "prints what would be posted for a job's log",
    "  TRACE          the raw log, or - for standard input\n"
    "  --single       the job has one command: its output alone is posted\n"
    "  --ansi keep    as chatops_ansi, strip if not said\n"
    "  --job NAME     the job's name\n"
    "  --status WORD  GitLab's word for the job, success if not said\n"
    "  --user ID      whom the reply is addressed to\n"
    "  --json         the whole message as Slack gets it\n",
    chatopsctl_reply_main
};
