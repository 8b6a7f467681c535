#include "ngx_chatops_request.h"
#include "ngx_chatops_answer.h"
#include "ngx_chatops_dispatch.h"
#include "chatops_id.h"

#include <openssl/rand.h>


/*
 * The request and its dispatch live on their own: either may end first.
 */

typedef struct {
    ngx_http_request_t       *request;     /* NULL: gone */
    ngx_chatops_dispatch_t   *dispatch;    /* NULL: ended */
    ngx_chatops_loc_conf_t   *conf;
    chatops_run_t             run;
    ngx_pool_t               *pool;        /* of this; not the request's */
    ngx_event_t               ack;         /* chatops_ack_timeout */
    ngx_event_t               posted;      /* runs what was posted */
    ngx_connection_t          dummy;
    unsigned                  answered:1;
    unsigned                  told:1;      /* and the dispatch went on */
    unsigned                  adding:1;    /* the row is being written */
    unsigned                  finished:1;  /* nothing more to do */
    unsigned                  finalizing:1;
    unsigned                  broken:1;    /* the client is gone, unanswered */
} ngx_chatops_request_t;


static ngx_int_t ngx_chatops_request_run(ngx_chatops_request_t *rq,
    chatops_slack_t *slack, chatops_command_t *command,
    const chatops_user_t *user, int64_t seconds);
static void ngx_chatops_request_added(void *data, int rc,
    ngx_chatops_store_op_t *op);
static ngx_int_t ngx_chatops_request_send(ngx_chatops_dispatch_t *d,
    chatops_gitlab_call_t *call);
static void ngx_chatops_request_received(void *data,
    chatops_gitlab_answer_t *answer);
static void ngx_chatops_request_posted(ngx_event_t *ev);
static void ngx_chatops_request_ack(ngx_event_t *ev);
static void ngx_chatops_request_done(ngx_chatops_dispatch_t *d,
    ngx_chatops_outcome_e outcome);
static void ngx_chatops_request_check(ngx_chatops_request_t *rq);
static void ngx_chatops_request_started(ngx_chatops_dispatch_t *d,
    ngx_chatops_request_t *rq);
static void ngx_chatops_request_told(ngx_chatops_dispatch_t *d,
    ngx_chatops_request_t *rq, chatops_reply_kind_e kind);
static void ngx_chatops_request_say(ngx_chatops_request_t *rq,
    const char *text);
static void ngx_chatops_request_end(ngx_chatops_request_t *rq, ngx_int_t rc);
static void ngx_chatops_request_finalize(ngx_chatops_request_t *rq,
    ngx_int_t rc);
static void ngx_chatops_request_cleanup(void *data);
static void ngx_chatops_request_free(ngx_chatops_request_t *rq);


ngx_int_t
ngx_chatops_request_unknown_user(ngx_http_request_t *r,
    ngx_chatops_loc_conf_t *conf, chatops_slack_t *slack)
{
    chatops_buf_t    buf;
    chatops_str_t    text;
    chatops_arena_t  arena;

    arena = ngx_chatops_arena(r->pool);
    chatops_buf_init(&buf, &arena, 2048);

    chatops_buf_text(&buf, "I do not know which GitLab user you are. Please "
                     "ask whoever runs this nginx to add the line `");
    chatops_buf_str(&buf, &slack->team_id);
    chatops_buf_char(&buf, '/');
    chatops_buf_str(&buf, &slack->user_id);
    chatops_buf_text(&buf, " &lt;your GitLab user id&gt;` to "
                     "`chatops_users_file`.");

    if (chatops_buf_finish(&buf, &text) != CHATOPS_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_chatops_answer(r, CHATOPS_EPHEMERAL, &text);
}


ngx_int_t
ngx_chatops_request_start(ngx_http_request_t *r, ngx_chatops_loc_conf_t *conf,
    chatops_slack_t *slack, chatops_command_t *command,
    const chatops_user_t *user, int64_t seconds)
{
    ngx_pool_t             *pool;
    ngx_http_cleanup_t     *cln;
    ngx_chatops_request_t  *rq;

    pool = ngx_create_pool(4096, ngx_cycle->log);
    if (pool == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rq = ngx_pcalloc(pool, sizeof(ngx_chatops_request_t));
    if (rq == NULL) {
        ngx_destroy_pool(pool);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rq->pool = pool;
    rq->conf = conf;

    rq->dummy.fd = (ngx_socket_t) -1;
    rq->dummy.data = rq;

    rq->ack.handler = ngx_chatops_request_ack;
    rq->ack.data = &rq->dummy;
    rq->ack.log = ngx_cycle->log;

    rq->posted.handler = ngx_chatops_request_posted;
    rq->posted.data = &rq->dummy;
    rq->posted.log = ngx_cycle->log;

    cln = ngx_http_cleanup_add(r, 0);

    if (cln == NULL
        || ngx_chatops_request_run(rq, slack, command, user, seconds)
           != NGX_OK)
    {
        ngx_destroy_pool(pool);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                  "chatops: run %V: %V/%V asks for job \"%V\" of %V",
                  ngx_chatops_v(&rq->run.id), ngx_chatops_v(&rq->run.team_id),
                  ngx_chatops_v(&rq->run.user_id),
                  ngx_chatops_v(&rq->run.job),
                  ngx_chatops_v(&rq->run.project));

    if (ngx_chatops_store_add(&rq->run, NGX_CHATOPS_LEASE,
                              ngx_chatops_request_added, rq)
        != NGX_OK)
    {
        ngx_destroy_pool(pool);

        return ngx_chatops_answer_text(r, "The command could not be recorded; "
                                       "nothing was started. Please try again "
                                       "in a minute.");
    }

    rq->request = r;
    rq->adding = 1;

    cln->handler = ngx_chatops_request_cleanup;
    cln->data = rq;

    ngx_add_timer(&rq->ack, conf->ack_timeout);

    r->main->count++;

    return NGX_DONE;
}


static ngx_int_t
ngx_chatops_request_run(ngx_chatops_request_t *rq, chatops_slack_t *slack,
    chatops_command_t *command, const chatops_user_t *user, int64_t seconds)
{
    u_char            id[CHATOPS_ID_LEN], random[CHATOPS_ID_RANDOM];
    chatops_run_t     run;
    chatops_arena_t   arena;

    if (RAND_bytes(random, sizeof(random)) != 1) {
        ngx_log_error(NGX_LOG_CRIT, ngx_cycle->log, 0,
                      "chatops: RAND_bytes() failed");
        return NGX_ERROR;
    }

    ngx_memzero(&run, sizeof(chatops_run_t));

    run.created_at = ngx_chatops_now();
    chatops_id_make(run.created_at, random, id);
    run.id = chatops_strn(id, CHATOPS_ID_LEN);

    /* counted from Slack's clock, unless that is ahead of ours */

    run.deadline_at = ngx_min(seconds * 1000, run.created_at)
                      + (int64_t) rq->conf->reply_timeout;

    run.service = chatops_str("slack");
    run.team_id = slack->team_id;
    run.team_domain = slack->team_domain;
    run.channel_id = slack->channel_id;
    run.channel_name = slack->channel_name;
    run.user_id = slack->user_id;
    run.user_name = slack->user_name;
    run.command = slack->command;
    run.trigger_id = slack->trigger_id;
    run.response_url = slack->response_url;

    run.gitlab = ngx_chatops_core_str(&rq->conf->gitlab);
    run.project = ngx_chatops_core_str(&rq->conf->project);
    run.gitlab_user_id = user->gitlab_user_id;

    run.ref = command->ref;
    run.job = command->job;
    run.input = command->input;

    arena = ngx_chatops_arena(rq->pool);

    return ngx_chatops_run_copy(&arena, &rq->run, &run) == CHATOPS_OK
           ? NGX_OK : NGX_ERROR;
}


static void
ngx_chatops_request_added(void *data, int rc, ngx_chatops_store_op_t *op)
{
    ngx_chatops_request_t *rq = data;

    chatops_arena_t          arena;
    ngx_chatops_dispatch_t  *d;

    rq->adding = 0;

    if (rc == CHATOPS_DECLINED) {

        /* seen before, on another host or before the zone was made anew */

        if (rq->request != NULL) {
            ngx_chatops_count(ngx_chatops_zone(rq->conf), unauthorized);
            ngx_chatops_count(ngx_chatops_zone(rq->conf), replayed);

            ngx_log_error(NGX_LOG_WARN, rq->request->connection->log, 0,
                          "chatops: unauthorized: the trigger_id has been "
                          "used before");

            if (!rq->answered) {
                ngx_chatops_request_end(rq,
                      ngx_chatops_answer_error(rq->request,
                                               NGX_HTTP_UNAUTHORIZED,
                                               "invalid request"));
            }
        }

        ngx_chatops_request_free(rq);
        return;
    }

    if (rc != CHATOPS_OK) {
        ngx_chatops_request_say(rq, "The command could not be recorded; "
                                "nothing was started. Please try again in a "
                                "minute.");
        ngx_chatops_request_free(rq);
        return;
    }

    arena = ngx_chatops_arena(rq->pool);

    if (chatops_pstrdup(&arena, &rq->run.owner, &op->owner) != CHATOPS_OK) {

        /* when the lease is over, the collector goes on with it */

        ngx_chatops_request_say(rq, "Your command was received; its answer "
                                "comes here.");
        ngx_chatops_request_free(rq);
        return;
    }

    if (rq->answered) {

        /* the person has been told that nothing was started */

        rq->run.state = CHATOPS_RUN_REFUSED;
        rq->run.reply = CHATOPS_REPLY_POSTED;
        rq->run.error = chatops_str("The run store was too slow.");

        (void) ngx_chatops_store_finish(&rq->run, NULL, NULL);
        ngx_chatops_request_free(rq);
        return;
    }

    d = rq->request ? ngx_chatops_dispatch_create(rq->conf, &rq->run) : NULL;

    if (d == NULL) {

        /* the collector goes on with it */

        ngx_chatops_request_say(rq, "Your command was received; its answer "
                                "comes here.");
        (void) ngx_chatops_store_release(&rq->run);
        ngx_chatops_request_free(rq);
        return;
    }

    d->send = ngx_chatops_request_send;
    d->done = ngx_chatops_request_done;
    d->data = rq;

    rq->dispatch = d;

    ngx_chatops_dispatch_start(d);
}


static ngx_int_t
ngx_chatops_request_send(ngx_chatops_dispatch_t *d,
    chatops_gitlab_call_t *call)
{
    ngx_chatops_request_t *rq = d->data;

    if (ngx_chatops_subrequest(rq->request, &rq->conf->subrequest, call,
                               ngx_chatops_request_received, rq)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    /* a step may begin in a timer or when the store has written */

    if (!rq->posted.posted) {
        ngx_post_event(&rq->posted, &ngx_posted_events);
    }

    return NGX_OK;
}


static void
ngx_chatops_request_received(void *data, chatops_gitlab_answer_t *answer)
{
    ngx_chatops_request_t *rq = data;

    if (rq->dispatch != NULL) {
        ngx_chatops_dispatch_answer(rq->dispatch, answer);
    }
}


static void
ngx_chatops_request_posted(ngx_event_t *ev)
{
    ngx_connection_t       *dummy;
    ngx_chatops_request_t  *rq;

    dummy = ev->data;
    rq = dummy->data;

    if (rq->request != NULL) {
        ngx_http_run_posted_requests(rq->request->connection);
    }
}


/* GitLab or the disk is slower than Slack waits. */

static void
ngx_chatops_request_ack(ngx_event_t *ev)
{
    ngx_connection_t       *dummy;
    ngx_chatops_request_t  *rq;

    dummy = ev->data;
    rq = dummy->data;

    if (rq->adding) {
        ngx_chatops_request_say(rq, "The command could not be recorded in "
                                "time; nothing was started. Please try again "
                                "in a minute.");
        return;
    }

    ngx_chatops_request_say(rq, "GitLab takes its time; the command goes on, "
                            "and what becomes of it is posted here.");
}


/* Answers the command, with a message that only the person sees. */

static void
ngx_chatops_request_say(ngx_chatops_request_t *rq, const char *text)
{
    ngx_http_request_t  *r;

    r = rq->request;

    if (r == NULL || rq->answered) {
        return;
    }

    /* what goes on after the answer must not hold up the next request */

    if (rq->dispatch != NULL) {
        r->keepalive = 0;
    }

    ngx_chatops_request_end(rq, ngx_chatops_answer_text(r, text));
}


/*
 * The answer is on its way.  The request was counted once for its answer,
 * and is counted once more for a dispatch that goes on.
 */

static void
ngx_chatops_request_end(ngx_chatops_request_t *rq, ngx_int_t rc)
{
    ngx_http_request_t  *r;

    r = rq->request;

    rq->answered = 1;

    if (rq->ack.timer_set) {
        ngx_del_timer(&rq->ack);
    }

    if (rq->dispatch != NULL) {
        rq->told = 1;
        r->main->count++;
    }

    ngx_chatops_request_finalize(rq, rc);
}


static void
ngx_chatops_request_finalize(ngx_chatops_request_t *rq, ngx_int_t rc)
{
    rq->finalizing = 1;

    ngx_http_finalize_request(rq->request, rc);

    rq->finalizing = 0;

    if (rq->request != NULL) {

        if (!rq->posted.posted) {
            ngx_post_event(&rq->posted, &ngx_posted_events);
        }

        return;
    }

    /* that was the end of it */

    if (rq->finished) {
        ngx_chatops_request_free(rq);
    }
}


static void
ngx_chatops_request_done(ngx_chatops_dispatch_t *d,
    ngx_chatops_outcome_e outcome)
{
    ngx_chatops_request_t *rq = d->data;

    rq->dispatch = NULL;

    switch (outcome) {

    case NGX_CHATOPS_STARTED:
        ngx_chatops_request_started(d, rq);
        break;

    case NGX_CHATOPS_REFUSED:
        ngx_chatops_request_told(d, rq, CHATOPS_KIND_REFUSED);
        break;

    case NGX_CHATOPS_AMBIGUOUS:
        ngx_chatops_request_told(d, rq, CHATOPS_KIND_AMBIGUOUS);
        break;

    case NGX_CHATOPS_UNSURE:
        (void) ngx_chatops_store_update(&d->run, 0,
                                        ngx_chatops_dispatch_due(d), NULL,
                                        NULL);

        ngx_chatops_request_say(rq, "GitLab has not confirmed that the job "
                                "was started. I find out, and post here what "
                                "became of it.");
        break;

    default: /* NGX_CHATOPS_FAILED, NGX_CHATOPS_TAKEN */
        ngx_chatops_request_say(rq, "Your command was received; what becomes "
                                "of it is posted here.");
    }

    if (rq->request != NULL && rq->told) {

        /* answered before: the dispatch's own count */

        ngx_chatops_request_finalize(rq, NGX_DONE);

    } else if (rq->request != NULL && rq->broken) {
        ngx_chatops_request_finalize(rq, NGX_ERROR);
    }

    ngx_chatops_dispatch_destroy(d);
    ngx_chatops_request_free(rq);
}


/* A client that is known to be gone gets no answer but a message. */

static void
ngx_chatops_request_check(ngx_chatops_request_t *rq)
{
    if (rq->request == NULL) {
        rq->answered = 1;

    } else if (!rq->answered
               && (rq->request->connection->error
                   || rq->request->connection->read->pending_eof))
    {
        rq->answered = 1;
        rq->broken = 1;
    }
}


static void
ngx_chatops_request_started(ngx_chatops_dispatch_t *d,
    ngx_chatops_request_t *rq)
{
    chatops_str_t         text;
    chatops_visibility_e  visibility;

    ngx_chatops_request_check(rq);

    d->run.kind = d->run.manual ? CHATOPS_KIND_MANUAL : CHATOPS_KIND_SCHEDULED;
    d->run.reply = rq->answered ? CHATOPS_REPLY_DUE : CHATOPS_REPLY_SCHEDULED;

    (void) ngx_chatops_store_update(&d->run, 0,
                                    rq->answered ? 0
                                           : (int64_t) d->conf->poll_interval,
                                    NULL, NULL);

    if (rq->request == NULL || rq->answered) {
        return;
    }

    if (chatops_reply_text(&d->arena, &d->run, NULL, &visibility, &text)
        != CHATOPS_OK)
    {
        ngx_chatops_request_say(rq, "The job is scheduled.");
        return;
    }

    ngx_chatops_request_end(rq,
                       ngx_chatops_answer(rq->request, visibility, &text));
}


/* Nothing runs, or nobody knows: that is the last word. */

static void
ngx_chatops_request_told(ngx_chatops_dispatch_t *d,
    ngx_chatops_request_t *rq, chatops_reply_kind_e kind)
{
    chatops_str_t         text;
    chatops_visibility_e  visibility;

    ngx_chatops_request_check(rq);

    d->run.kind = kind;
    d->run.reply = rq->answered ? CHATOPS_REPLY_DUE : CHATOPS_REPLY_POSTED;

    if (chatops_run_done(&d->run)) {
        (void) ngx_chatops_store_finish(&d->run, NULL, NULL);

    } else {
        (void) ngx_chatops_store_update(&d->run, 0, 0, NULL, NULL);
    }

    if (rq->request == NULL || rq->answered) {
        return;
    }

    if (chatops_reply_text(&d->arena, &d->run, NULL, &visibility, &text)
        != CHATOPS_OK)
    {
        ngx_chatops_request_say(rq, kind == CHATOPS_KIND_REFUSED
                                        ? "The command was refused; nothing "
                                          "was started."
                                        : "GitLab has not confirmed that the "
                                          "job was started.");
        return;
    }

    ngx_chatops_request_end(rq,
                       ngx_chatops_answer(rq->request, visibility, &text));
}


/* The request ends: of itself, or because the client or nginx ends it. */

static void
ngx_chatops_request_cleanup(void *data)
{
    ngx_chatops_request_t *rq = data;

    ngx_event_t             *wev;
    ngx_chatops_dispatch_t  *d;

    wev = rq->request->connection->write;

    if (rq->finalizing && !wev->posted) {

        /*
         * nginx has only posted the request's end, and may have been called
         * from a timer of ours: nobody else would run it
         */

        ngx_post_event(wev, &ngx_posted_events);
    }

    rq->request = NULL;

    d = rq->dispatch;

    if (d != NULL) {
        rq->dispatch = NULL;
        rq->finished = 1;
        ngx_chatops_dispatch_abandon(d);
    }

    if (rq->finished) {
        ngx_chatops_request_free(rq);
    }
}


/* When there is nothing more to do, and the request is gone. */

static void
ngx_chatops_request_free(ngx_chatops_request_t *rq)
{
    rq->finished = 1;

    if (rq->request != NULL || rq->finalizing) {
        return;
    }

    if (rq->ack.timer_set) {
        ngx_del_timer(&rq->ack);
    }

    if (rq->posted.posted) {
        ngx_delete_posted_event(&rq->posted);
    }

    ngx_destroy_pool(rq->pool);
}
