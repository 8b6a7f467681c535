/*
 * The first four bytes choose the message, the rest is cut at the bytes 0xfe
 * into the run's fields and the output.  Whatever they hold: the message is
 * JSON of bounded size, and its text has no markup but ours.
 */

#include <stdlib.h>

#include <jansson.h>

#include "chatops_reply.h"


#define CHATOPS_FUZZ_FIELDS   12

/* output, an error and names (five bytes of one at most), two links, words */

#define CHATOPS_FUZZ_TEXT_MAX                                                 \
    (CHATOPS_REPLY_OUTPUT_MAX + 5 * (1500 + 2 * 300) + 2 * 3 * 2100 + 1000)


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
require(int holds)
{
    if (!holds) {
        abort();
    }
}


static int
starts(const char *p, const char *text)
{
    return strncmp(p, text, strlen(text)) == 0;
}


static void
check_text(const char *text, const chatops_str_t *user_id)
{
    size_t       fences, mentions;
    const char  *p;

    fences = 0;
    mentions = 0;

    for (p = text; *p != '\0'; p++) {

        switch (*p) {

        case '&':
            require(starts(p, "&amp;") || starts(p, "&lt;")
                    || starts(p, "&gt;"));
            break;

        case '<':

            if (p[1] == '@') {
                require(p == text);
                require(strncmp(p + 2, (char *) user_id->data, user_id->len)
                        == 0);
                require(starts(p + 2 + user_id->len, ">:"));
                mentions++;

            } else {
                require(starts(p, "<http://") || starts(p, "<https://"));
            }

            p = strchr(p, '>');
            require(p != NULL);
            break;

        case '>':
            require(0);
            break;

        case '`':

            if (starts(p, "```")) {
                fences++;
                require(p == text || p[-1] == '\n');
                p += 2;
                require(fences % 2 == 1 ? p[1] == '\n'
                                        : p[1] == '\n' || p[1] == '\0');
            }

            break;

        default:
            break;
        }
    }

    require(fences % 2 == 0);
    require(mentions <= 1);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int                      rc;
    size_t                   i, at;
    json_t                  *message, *text;
    json_error_t             error;
    chatops_str_t            json, fields[CHATOPS_FUZZ_FIELDS];
    chatops_run_t            run;
    chatops_arena_t         *arena;
    chatops_trace_output_t   output;
    static const char       *statuses[] = {
        "success", "failed", "canceled", "skipped"
    };

    if (size < 4) {
        return 0;
    }

    memset(&run, 0, sizeof(run));
    memset(&output, 0, sizeof(output));
    memset(fields, 0, sizeof(fields));

    at = 4;

    for (i = 0; i < CHATOPS_FUZZ_FIELDS; i++) {
        fields[i].data = (u_char *) data + at;

        while (at < size && data[at] != 0xfe) {
            fields[i].len++;
            at++;
        }

        if (at < size) {
            at++;
        }
    }

    run.kind = data[0] % 10;
    run.status = data[1] < 128 ? chatops_str(statuses[data[1] % 4])
                               : fields[8];
    run.pipeline_id = data[2];
    run.job_id = data[2] >> 1;
    run.created_at = 1;
    run.deadline_at = (int64_t) data[3] * 30000;

    output.head = fields[0];
    output.tail = fields[1];
    output.section = data[3] % 3;
    output.omitted_lines = fields[1].len ? 1 + data[3] : 0;
    output.omitted_bytes = data[3] & 1 ? output.omitted_lines : 0;

    run.user_id = fields[2];
    run.job = fields[3];
    run.error = fields[4];
    run.job_url = fields[5];
    run.pipeline_url = fields[6];
    run.gitlab = fields[7];
    run.project = fields[9];
    run.id = fields[10];

    arena = chatops_arena_create(0);
    require(arena != NULL);

    rc = chatops_reply_write(arena, &run, &output, &json);

    require((rc == CHATOPS_OK) == (run.kind > CHATOPS_KIND_NONE
                                   && run.kind <= CHATOPS_KIND_GONE));

    if (rc == CHATOPS_OK) {
        message = json_loadb((char *) json.data, json.len, 0, &error);
        require(message != NULL);
        require(json_object_size(message) == 2);
        require(json_is_string(json_object_get(message, "response_type")));

        text = json_object_get(message, "text");
        require(json_is_string(text));
        require(json_string_length(text) <= CHATOPS_FUZZ_TEXT_MAX);

        check_text(json_string_value(text), &run.user_id);

        json_decref(message);
    }

    chatops_arena_destroy(arena);

    return 0;
}
