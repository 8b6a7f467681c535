#include "ngx_chatops_work.h"
#include "chatops_reply.h"


/* what is kept of a job's output, in bytes */
#define NGX_CHATOPS_OUTPUT         (64 * 1024)

/* a finished job's trace is complete after a while, all in ms */
#define NGX_CHATOPS_TRACE_WAIT     (5 * 60 * 1000)
#define NGX_CHATOPS_TRACE_FAILED   (10 * 1000)

#define NGX_CHATOPS_POST_TIMEOUT   10000
#define NGX_CHATOPS_POST_LIMIT     (64 * 1024)
#define NGX_CHATOPS_POST_LEASE     (NGX_CHATOPS_POST_TIMEOUT + 5000)
#define NGX_CHATOPS_FETCH_LEASE    75000

/* Slack's response_url lives a minute longer than our deadline */
#define NGX_CHATOPS_LAST_MINUTE    60000

/* tries for a message that is not the last one */
#define NGX_CHATOPS_SCHEDULED_MAX  3


static void ngx_chatops_fetch_trace(ngx_chatops_work_t *w);
static void ngx_chatops_fetch(ngx_chatops_work_t *w);
static void ngx_chatops_trace_sink(void *data, u_char *p, size_t len);
static void ngx_chatops_fetched(void *data, chatops_gitlab_answer_t *answer);
static ngx_uint_t ngx_chatops_trace_complete(ngx_chatops_work_t *w);
static ngx_int_t ngx_chatops_trace_begin(ngx_chatops_work_t *w);
static void ngx_chatops_post(ngx_chatops_work_t *w);
static void ngx_chatops_posted(ngx_chatops_curl_t *curl);
static void ngx_chatops_delivered(ngx_chatops_work_t *w);
static void ngx_chatops_undelivered(ngx_chatops_work_t *w,
    const char *reason);


void
ngx_chatops_deliver(ngx_chatops_work_t *w)
{
    if (w->run.kind == CHATOPS_KIND_RESULT && !w->has_output) {
        ngx_chatops_fetch_trace(w);
        return;
    }

    if (w->run.response_url.len == 0
        || ngx_chatops_now() > w->run.deadline_at + NGX_CHATOPS_LAST_MINUTE)
    {
        ngx_chatops_undelivered(w, "the response_url is too old");
        return;
    }

    w->run.reply = CHATOPS_REPLY_POSTING;

    ngx_chatops_work_save(w, NGX_CHATOPS_POST_LEASE, ngx_chatops_post);
}


static void
ngx_chatops_fetch_trace(ngx_chatops_work_t *w)
{
    ngx_msec_t  held;

    if (chatops_str_is(&w->run.status, "skipped")
        || chatops_str_is(&w->run.status, "manual"))
    {
        /* it never ran: there is no trace */

        if (ngx_chatops_trace_begin(w) != NGX_OK) {
            ngx_chatops_work_retry(w);
            return;
        }

        chatops_trace_finish(w->trace, &w->output);
        w->has_output = 1;

        ngx_chatops_deliver(w);
        return;
    }

    held = ngx_chatops_gitlab_held(w->conf);

    if (held) {
        ngx_chatops_work_rest(w, held);
        return;
    }

    ngx_chatops_work_save(w, NGX_CHATOPS_FETCH_LEASE, ngx_chatops_fetch);
}


static void
ngx_chatops_fetch(ngx_chatops_work_t *w)
{
    if (ngx_chatops_trace_begin(w) != NGX_OK
        || chatops_gitlab_trace(&w->arena, &w->run.project, w->run.job_id,
                                &w->call)
           != CHATOPS_OK)
    {
        ngx_chatops_work_retry(w);
        return;
    }

    ngx_chatops_work_send(w, ngx_chatops_trace_sink, ngx_chatops_fetched);
}


static ngx_int_t
ngx_chatops_trace_begin(ngx_chatops_work_t *w)
{
    chatops_trace_options_t  options;

    ngx_memzero(&options, sizeof(chatops_trace_options_t));

    options.limit = NGX_CHATOPS_OUTPUT;
    options.keep_ansi = w->conf->ansi == NGX_CHATOPS_ANSI_KEEP;
    options.single_command = w->run.commands <= 1;

    w->trace = chatops_trace_create(&w->arena, &options);

    return w->trace != NULL ? NGX_OK : NGX_ERROR;
}


static void
ngx_chatops_trace_sink(void *data, u_char *p, size_t len)
{
    ngx_chatops_work_t *w = data;

    chatops_trace_feed(w->trace, p, len);
}


static void
ngx_chatops_fetched(void *data, chatops_gitlab_answer_t *answer)
{
    ngx_chatops_work_t *w = data;

    int64_t  age;

    age = ngx_chatops_now() - w->run.finished_at;

    if (answer->outcome == CHATOPS_GITLAB_ANSWERED && answer->status == 200) {
        chatops_trace_finish(w->trace, &w->output);

        if (ngx_chatops_trace_complete(w)) {
            w->has_output = 1;
            ngx_chatops_deliver(w);
            return;
        }

    } else if (answer->outcome == CHATOPS_GITLAB_TOO_BIG
               || (answer->outcome == CHATOPS_GITLAB_ANSWERED
                   && (answer->status == 403 || answer->status == 404)))
    {
        /* beyond all limits, erased, or not for us to read */

        age = NGX_CHATOPS_TRACE_WAIT;
    }

    if (age < NGX_CHATOPS_TRACE_WAIT
        && ngx_chatops_now() < w->run.deadline_at)
    {
        ngx_chatops_work_retry(w);
        return;
    }

    ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                  "chatops: run %V: the trace of job %L cannot be read",
                  ngx_chatops_v(&w->run.id), w->run.job_id);

    ngx_chatops_work_reply(w, CHATOPS_KIND_NO_LOG);
}


/*
 * The runner sends the last piece a moment after the job's status.  A job
 * that was killed never writes the end of its section.
 */

static ngx_uint_t
ngx_chatops_trace_complete(ngx_chatops_work_t *w)
{
    int64_t  age;

    if (w->output.section != CHATOPS_SECTION_NONE && w->output.closed) {
        return 1;
    }

    age = ngx_chatops_now() - w->run.finished_at;

    if (chatops_str_is(&w->run.status, "success")) {
        return w->output.section != CHATOPS_SECTION_NONE
               && age >= NGX_CHATOPS_TRACE_WAIT;
    }

    return age >= NGX_CHATOPS_TRACE_FAILED;
}


static void
ngx_chatops_post(ngx_chatops_work_t *w)
{
    chatops_str_t  json;

    if (chatops_reply_write(&w->arena, &w->run,
                            w->run.kind == CHATOPS_KIND_RESULT ? &w->output
                                                               : NULL,
                            &json)
        != CHATOPS_OK)
    {
        ngx_chatops_work_retry(w);
        return;
    }

    ngx_memzero(&w->post, sizeof(ngx_chatops_curl_t));

    w->post.pool = w->pool;
    w->post.method = "POST";
    w->post.url = ngx_chatops_ngx_str(&w->run.response_url);
    w->post.body = ngx_chatops_ngx_str(&json);
    w->post.content_type = "application/json; charset=utf-8";
    w->post.timeout = NGX_CHATOPS_POST_TIMEOUT;
    w->post.limit = NGX_CHATOPS_POST_LIMIT;
    w->post.handler = ngx_chatops_posted;
    w->post.data = w;

    /* an exiting worker stays for it */

    w->post.keep = 1;

    if (ngx_chatops_curl_send(&w->post) != NGX_OK) {
        ngx_chatops_work_retry(w);
    }
}


static void
ngx_chatops_posted(ngx_chatops_curl_t *curl)
{
    int64_t              due;
    ngx_chatops_work_t  *w;

    w = curl->data;

    if (curl->outcome == NGX_CHATOPS_CURL_ANSWERED
        && curl->status >= 200 && curl->status < 300)
    {
        ngx_chatops_delivered(w);
        return;
    }

    /* the URL is a secret */

    if (curl->outcome == NGX_CHATOPS_CURL_ANSWERED) {
        ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                      "chatops: run %V: Slack answered the reply with "
                      "status %ui", ngx_chatops_v(&w->run.id), curl->status);

        if (curl->status < 500 && curl->status != 429
            && curl->status != 408)
        {
            ngx_chatops_undelivered(w, "Slack refused it");
            return;
        }

    } else {
        ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                      "chatops: run %V: Slack did not take the reply: %s",
                      ngx_chatops_v(&w->run.id),
                      curl->outcome == NGX_CHATOPS_CURL_UNREACHED
                          ? "it cannot be reached" : "no whole answer");
    }

    if ((w->run.kind == CHATOPS_KIND_SCHEDULED
         || w->run.kind == CHATOPS_KIND_MANUAL)
        && w->run.attempts >= NGX_CHATOPS_SCHEDULED_MAX)
    {
        ngx_chatops_undelivered(w, "Slack did not take it");
        return;
    }

    w->run.reply = CHATOPS_REPLY_DUE;

    if (curl->retry_after > 0) {
        due = ngx_min(curl->retry_after, 600) * 1000;

        w->run.attempts++;
        ngx_chatops_work_rest(w, due);
        return;
    }

    ngx_chatops_work_retry(w);
}


static void
ngx_chatops_delivered(ngx_chatops_work_t *w)
{
    ngx_chatops_count(ngx_chatops_zone(w->conf), replies);

    ngx_log_error(NGX_LOG_INFO, ngx_cycle->log, 0,
                  "chatops: run %V: replied: %s", ngx_chatops_v(&w->run.id),
                  chatops_reply_kind_name(w->run.kind));

    w->run.attempts = 0;

    if (w->run.kind == CHATOPS_KIND_SCHEDULED
        || w->run.kind == CHATOPS_KIND_MANUAL)
    {
        w->run.reply = CHATOPS_REPLY_SCHEDULED;

    } else {
        w->run.reply = CHATOPS_REPLY_POSTED;
    }

    ngx_chatops_work_save(w, NGX_CHATOPS_LEASE, ngx_chatops_work_next);
}


static void
ngx_chatops_undelivered(ngx_chatops_work_t *w, const char *reason)
{
    w->run.attempts = 0;

    if (w->run.kind == CHATOPS_KIND_SCHEDULED
        || w->run.kind == CHATOPS_KIND_MANUAL)
    {
        /* the last word may still come through */

        w->run.reply = CHATOPS_REPLY_SCHEDULED;

    } else {
        w->run.reply = CHATOPS_REPLY_UNDELIVERABLE;

        ngx_chatops_count(ngx_chatops_zone(w->conf), replies_lost);

        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "chatops: run %V: the reply (%s) to %V/%V in channel %V "
                      "is lost: %s; pipeline %V",
                      ngx_chatops_v(&w->run.id),
                      chatops_reply_kind_name(w->run.kind),
                      ngx_chatops_v(&w->run.team_id),
                      ngx_chatops_v(&w->run.user_id),
                      ngx_chatops_v(&w->run.channel_id), reason,
                      ngx_chatops_v(&w->run.pipeline_url));
    }

    ngx_chatops_work_save(w, NGX_CHATOPS_LEASE, ngx_chatops_work_next);
}
