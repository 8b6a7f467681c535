#include <stdio.h>

#include <jansson.h>

#include "chatops_reply_parts.h"


#define CHATOPS_REPLY_ERROR_MAX  1500
#define CHATOPS_REPLY_TEXT_MAX   (64 * 1024)


static void chatops_reply_note(chatops_buf_t *buf, const chatops_run_t *run);
static int chatops_reply_result(chatops_buf_t *buf, const chatops_run_t *run,
    const chatops_trace_output_t *output);
static void chatops_reply_ended(chatops_buf_t *buf, const chatops_run_t *run);
static int chatops_reply_plain(const chatops_trace_output_t *output);
static void chatops_reply_expired(chatops_buf_t *buf,
    const chatops_run_t *run);
static void chatops_reply_mention(chatops_buf_t *buf,
    const chatops_run_t *run);
static void chatops_reply_pipelines(chatops_buf_t *buf,
    const chatops_run_t *run);


int
chatops_reply_message(chatops_arena_t *arena, chatops_visibility_e visibility,
    const chatops_str_t *text, chatops_str_t *json)
{
    int          rc;
    char        *body;
    size_t       len;
    json_t      *object, *string;
    const char  *type;

    type = visibility == CHATOPS_IN_CHANNEL ? "in_channel" : "ephemeral";

    string = json_stringn(text->len ? (char *) text->data : "", text->len);

    if (string == NULL) {
        return CHATOPS_ERROR;
    }

    object = json_pack("{s:s, s:o}", "response_type", type, "text", string);

    if (object == NULL) {
        return CHATOPS_ERROR;
    }

    rc = CHATOPS_ERROR;
    len = json_dumpb(object, NULL, 0, JSON_COMPACT);

    if (len == 0) {
        goto done;
    }

    body = chatops_palloc(arena, len + 1);

    if (body == NULL || json_dumpb(object, body, len, JSON_COMPACT) != len) {
        goto done;
    }

    body[len] = '\0';
    *json = chatops_strn(body, len);

    rc = CHATOPS_OK;

done:

    json_decref(object);

    return rc;
}


int
chatops_reply_write(chatops_arena_t *arena, const chatops_run_t *run,
    const chatops_trace_output_t *output, chatops_str_t *json)
{
    chatops_str_t         text;
    chatops_visibility_e  visibility;

    if (chatops_reply_text(arena, run, output, &visibility, &text)
        != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    return chatops_reply_message(arena, visibility, &text, json);
}


int
chatops_reply_text(chatops_arena_t *arena, const chatops_run_t *run,
    const chatops_trace_output_t *output, chatops_visibility_e *visibility,
    chatops_str_t *text)
{
    chatops_buf_t  buf;
    chatops_str_t  reason;

    chatops_buf_init(&buf, arena, CHATOPS_REPLY_TEXT_MAX);

    *visibility = CHATOPS_IN_CHANNEL;

    if (run->kind == CHATOPS_KIND_REFUSED) {
        *visibility = CHATOPS_EPHEMERAL;

    } else if (run->kind != CHATOPS_KIND_SCHEDULED) {
        chatops_reply_mention(&buf, run);
    }

    switch (run->kind) {

    case CHATOPS_KIND_SCHEDULED:
        chatops_reply_code(&buf, &run->job);

        if (run->pipeline_url.len) {
            chatops_buf_text(&buf, " is scheduled: ");
            chatops_reply_where(&buf, run);

        } else {
            chatops_buf_text(&buf, " is being scheduled");
        }

        chatops_buf_char(&buf, '.');
        chatops_reply_note(&buf, run);
        chatops_buf_text(&buf, " Its output comes here when it has"
                               " finished.");
        break;

    case CHATOPS_KIND_MANUAL:
        chatops_reply_code(&buf, &run->job);
        chatops_buf_text(&buf, " waits to be started by hand: ");
        chatops_reply_where(&buf, run);
        chatops_buf_char(&buf, '.');
        chatops_reply_note(&buf, run);
        chatops_buf_text(&buf, " Its output comes here when it has"
                               " finished.");
        break;

    case CHATOPS_KIND_REFUSED:

        if (run->error.len) {
            reason = run->error;
            reason.len = chatops_utf8_clip(reason.data, reason.len,
                                           CHATOPS_REPLY_ERROR_MAX);
            chatops_reply_escape(&buf, &reason);

            if (run->link.len) {
                chatops_buf_text(&buf, " \xe2\x86\x92 ");
                chatops_reply_link(&buf, &run->link, "go on in GitLab");
            }

        } else {
            chatops_reply_code(&buf, &run->job);
            chatops_buf_text(&buf, " was not started.");
        }

        if (run->pipeline_id > 0) {
            chatops_buf_text(&buf, " See ");
            chatops_reply_where(&buf, run);
            chatops_buf_char(&buf, '.');
        }

        break;

    case CHATOPS_KIND_RESULT:

        if (chatops_reply_result(&buf, run, output) != CHATOPS_OK) {
            return CHATOPS_ERROR;
        }

        break;

    case CHATOPS_KIND_NO_LOG:
        chatops_reply_ended(&buf, run);
        chatops_buf_text(&buf, ", but its log could not be read. See ");
        chatops_reply_where(&buf, run);
        chatops_buf_text(&buf, " (run ");
        chatops_reply_code(&buf, &run->id);
        chatops_buf_text(&buf, ").");
        break;

    case CHATOPS_KIND_EXPIRED:
        chatops_reply_expired(&buf, run);
        break;

    case CHATOPS_KIND_AMBIGUOUS:
        chatops_reply_code(&buf, &run->job);
        chatops_buf_text(&buf, " may or may not have been started: GitLab"
                               " gave no clear answer, and nothing is sent"
                               " again. Before you run it once more, look at ");
        chatops_reply_pipelines(&buf, run);
        chatops_buf_text(&buf, " (run ");
        chatops_reply_code(&buf, &run->id);
        chatops_buf_text(&buf, ").");
        break;

    case CHATOPS_KIND_GONE:
        chatops_buf_text(&buf, "The pipeline of ");
        chatops_reply_code(&buf, &run->job);
        chatops_buf_text(&buf, " is gone from GitLab: it was deleted before"
                               " its output could be read. See ");
        chatops_reply_pipelines(&buf, run);
        chatops_buf_text(&buf, ", or run it again.");
        break;

    default:
        return CHATOPS_ERROR;
    }

    return chatops_buf_finish(&buf, text);
}


/* What is different from what the person may expect. */

static void
chatops_reply_note(chatops_buf_t *buf, const chatops_run_t *run)
{
    chatops_str_t  note;

    if (run->note.len == 0) {
        return;
    }

    note = run->note;
    note.len = chatops_utf8_clip(note.data, note.len,
                                 CHATOPS_REPLY_ERROR_MAX);

    chatops_buf_char(buf, ' ');
    chatops_reply_escape(buf, &note);
}


static int
chatops_reply_result(chatops_buf_t *buf, const chatops_run_t *run,
    const chatops_trace_output_t *output)
{
    unsigned              success;
    chatops_reply_part_t  part;

    if (output == NULL) {
        return CHATOPS_ERROR;
    }

    success = chatops_str_is(&run->status, "success");

    if (output->head.len == 0 && output->tail.len == 0) {
        chatops_reply_ended(buf, run);
        chatops_buf_text(buf, success && output->section
                                         == CHATOPS_SECTION_NONE
                              ? ", but its log holds no output to post, see "
                              : " and had no output, see ");
        chatops_reply_where(buf, run);
        chatops_buf_char(buf, '.');

        return CHATOPS_OK;
    }

    if (success && chatops_reply_plain(output)) {
        chatops_reply_escape(buf, &output->head);

        return CHATOPS_OK;
    }

    chatops_reply_choose(output, !success, &part);

    if (!success) {
        chatops_reply_ended(buf, run);
        chatops_buf_text(buf, ", see ");
        chatops_reply_where(buf, run);
        chatops_buf_text(buf, part.left ? ". The end of its output:\n"
                                        : ". Its output:\n");

    } else if (buf->len) {

        /* the mention's blank */

        buf->data[buf->len - 1] = '\n';
    }

    chatops_reply_fenced(buf, run, &part);

    return CHATOPS_OK;
}


/* "`deploy` failed (script failure)" */

static void
chatops_reply_ended(chatops_buf_t *buf, const chatops_run_t *run)
{
    size_t         i;
    chatops_str_t  reason;

    chatops_reply_code(buf, &run->job);

    if (chatops_str_is(&run->status, "success")) {
        chatops_buf_text(buf, " passed");
        return;
    }

    if (chatops_str_is(&run->status, "canceled")) {
        chatops_buf_text(buf, " was canceled");
        return;
    }

    if (chatops_str_is(&run->status, "skipped")) {
        chatops_buf_text(buf, " was skipped");
        return;
    }

    if (!chatops_str_is(&run->status, "failed")) {
        chatops_buf_text(buf, " has ended");

        if (run->status.len) {
            chatops_buf_text(buf, " as ");
            chatops_reply_code(buf, &run->status);
        }

        return;
    }

    chatops_buf_text(buf, " failed");

    reason = run->error;
    reason.len = chatops_utf8_clip(reason.data, reason.len,
                                   CHATOPS_REPLY_NAME_MAX);

    if (reason.len == 0) {
        return;
    }

    chatops_buf_text(buf, " (");

    for (i = 0; i < reason.len; i++) {
        if (reason.data[i] != '_'
            && (reason.data[i] < 'a' || reason.data[i] > 'z'))
        {
            break;
        }
    }

    if (i < reason.len) {
        chatops_reply_escape(buf, &reason);

    } else {

        /* one of GitLab's words: "script_failure" */

        for (i = 0; i < reason.len; i++) {
            chatops_buf_char(buf, reason.data[i] == '_' ? ' '
                                                        : reason.data[i]);
        }
    }

    chatops_buf_char(buf, ')');
}


/* 1 when the output is a sentence that can stand in the message itself. */

static int
chatops_reply_plain(const chatops_trace_output_t *output)
{
    return output->tail.len == 0
           && output->omitted_lines == 0
           && output->omitted_bytes == 0
           && chatops_str_find(&output->head, 0, "\n", 1) == NULL
           && chatops_str_find(&output->head, 0, "```", 3) == NULL
           && chatops_reply_size(&output->head) <= CHATOPS_REPLY_OUTPUT_MAX;
}


static void
chatops_reply_expired(chatops_buf_t *buf, const chatops_run_t *run)
{
    int64_t      n, seconds;
    const char  *unit;

    chatops_reply_code(buf, &run->job);
    chatops_buf_text(buf, " has not finished ");

    seconds = 0;

    if (run->created_at > 0 && run->deadline_at > run->created_at) {
        seconds = (run->deadline_at - run->created_at) / 1000;
    }

    if (seconds > 0) {

        /* the deadline counts from Slack's own time, a moment earlier */

        n = seconds < 60 ? seconds : (seconds + 30) / 60;
        unit = seconds < 60 ? " second" : " minute";

        chatops_buf_text(buf, "within ");
        chatops_buf_int(buf, n);
        chatops_buf_text(buf, unit);

        if (n != 1) {
            chatops_buf_char(buf, 's');
        }

    } else {
        chatops_buf_text(buf, "in time");
    }

    chatops_buf_text(buf, ": its output will not be posted here. Follow it"
                          " at ");
    chatops_reply_where(buf, run);
    chatops_buf_char(buf, '.');
}


static void
chatops_reply_mention(chatops_buf_t *buf, const chatops_run_t *run)
{
    u_char  ch;
    size_t  i;

    if (run->user_id.len == 0 || run->user_id.len > 64) {
        return;
    }

    for (i = 0; i < run->user_id.len; i++) {
        ch = run->user_id.data[i];

        if (!((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z')
              || (ch >= '0' && ch <= '9') || ch == '_' || ch == '-'))
        {
            return;
        }
    }

    chatops_buf_text(buf, "<@");
    chatops_buf_str(buf, &run->user_id);
    chatops_buf_text(buf, ">: ");
}


void
chatops_reply_where(chatops_buf_t *buf, const chatops_run_t *run)
{
    char  label[32];

    if (run->job_url.len) {

        if (run->job_id > 0) {
            (void) snprintf(label, sizeof(label), "job %lld",
                            (long long) run->job_id);
        }

        chatops_reply_link(buf, &run->job_url,
                           run->job_id > 0 ? label : "the job");
        return;
    }

    if (run->pipeline_url.len) {

        if (run->pipeline_id > 0) {
            (void) snprintf(label, sizeof(label), "pipeline %lld",
                            (long long) run->pipeline_id);
        }

        chatops_reply_link(buf, &run->pipeline_url,
                           run->pipeline_id > 0 ? label : "the pipeline");
        return;
    }

    chatops_reply_pipelines(buf, run);
}


static void
chatops_reply_pipelines(chatops_buf_t *buf, const chatops_run_t *run)
{
    chatops_buf_t  path;
    chatops_str_t  url;

    url = run->pipeline_url;

    if (url.len == 0 && run->gitlab.len && run->project.len) {
        chatops_buf_init(&path, buf->arena, CHATOPS_REPLY_URL_MAX);

        chatops_buf_str(&path, &run->gitlab);
        chatops_buf_char(&path, '/');
        chatops_buf_str(&path, &run->project);
        chatops_buf_text(&path, "/-/pipelines");

        if (chatops_buf_finish(&path, &url) != CHATOPS_OK) {
            url.len = 0;
        }
    }

    chatops_reply_link(buf, &url, run->pipeline_url.len
                                  ? "the pipeline"
                                  : "the project's pipelines");
}
