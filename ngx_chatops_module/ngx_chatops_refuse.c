#include "ngx_chatops_dispatch.h"


/* bytes of a name in a reason */
#define NGX_CHATOPS_QUOTE_MAX   300


void
ngx_chatops_dispatch_quote(chatops_buf_t *buf, const chatops_str_t *name)
{
    size_t  i, len;

    len = chatops_utf8_clip(name->data, name->len, NGX_CHATOPS_QUOTE_MAX);

    chatops_buf_char(buf, '`');

    for (i = 0; i < len; i++) {
        chatops_buf_char(buf, name->data[i] == '`' ? '\'' : name->data[i]);
    }

    chatops_buf_char(buf, '`');
}


void
ngx_chatops_dispatch_clean(chatops_str_t *text)
{
    size_t  i;

    for (i = 0; i < text->len; i++) {
        if (text->data[i] < ' ' || text->data[i] == 0x7f) {
            text->data[i] = ' ';
        }
    }
}


void
ngx_chatops_dispatch_refuse_text(ngx_chatops_dispatch_t *d, const char *why)
{
    chatops_buf_t  buf;

    chatops_buf_init(&buf, &d->arena, NGX_CHATOPS_REASON_MAX);
    chatops_buf_text(&buf, why);

    ngx_chatops_dispatch_refuse(d, &buf);
}


void
ngx_chatops_dispatch_refuse(ngx_chatops_dispatch_t *d, chatops_buf_t *why)
{
    if (chatops_buf_finish(why, &d->run.error) != CHATOPS_OK) {
        chatops_buf_init(why, &d->arena, NGX_CHATOPS_REASON_MAX);
        chatops_buf_text(why, "The command could not be carried out; nothing "
                         "was started.");

        if (chatops_buf_finish(why, &d->run.error) != CHATOPS_OK) {
            d->run.error = chatops_str(NULL);
        }
    }

    ngx_chatops_dispatch_clean(&d->run.error);

    d->run.state = CHATOPS_RUN_REFUSED;

    ngx_chatops_count(ngx_chatops_zone(d->conf), refused);

    ngx_log_error(NGX_LOG_INFO, d->log, 0,
                  "chatops: run %V: refused: %V (job \"%V\" of %V, "
                  "%V/%V, GitLab user %L)",
                  ngx_chatops_v(&d->run.id), ngx_chatops_v(&d->run.error),
                  ngx_chatops_v(&d->run.job), ngx_chatops_v(&d->run.project),
                  ngx_chatops_v(&d->run.team_id),
                  ngx_chatops_v(&d->run.user_id), d->run.gitlab_user_id);

    ngx_chatops_dispatch_end(d, NGX_CHATOPS_REFUSED);
}


void
ngx_chatops_dispatch_refuse_answer(ngx_chatops_dispatch_t *d,
    const char *what, chatops_gitlab_answer_t *answer)
{
    chatops_buf_t  buf;
    chatops_str_t  reason;

    ngx_log_error(NGX_LOG_WARN, d->log, 0,
                  "chatops: run %V: GitLab was asked %s: outcome %d, "
                  "status %ui", ngx_chatops_v(&d->run.id), what,
                  answer->outcome, (ngx_uint_t) answer->status);

    reason = chatops_str(NULL);

    if (answer->outcome == CHATOPS_GITLAB_ANSWERED) {
        (void) chatops_gitlab_reason(&d->arena, &answer->body, &reason);
    }

    chatops_buf_init(&buf, &d->arena, NGX_CHATOPS_REASON_MAX);

    if (answer->outcome == CHATOPS_GITLAB_UNREACHED) {
        chatops_buf_text(&buf, "GitLab cannot be reached; nothing was started."
                         " Please try again in a minute.");

    } else if (answer->outcome == CHATOPS_GITLAB_TOO_BIG) {
        chatops_buf_text(&buf, "GitLab's answer is larger than nginx takes "
                         "(subrequest_output_buffer_size); nothing was "
                         "started. Please tell whoever runs this nginx.");

    } else if (answer->outcome == CHATOPS_GITLAB_LOST
               || answer->status >= 500)
    {
        chatops_buf_text(&buf, "GitLab did not answer when it was asked ");
        chatops_buf_text(&buf, what);

        if (answer->status) {
            chatops_buf_text(&buf, " (status ");
            chatops_buf_int(&buf, answer->status);
            chatops_buf_text(&buf, ")");
        }

        chatops_buf_text(&buf, "; nothing was started. Please try again in a "
                         "minute.");

    } else if (answer->status == 429) {
        chatops_buf_text(&buf, "GitLab asks for fewer requests; nothing was "
                         "started. Please try again in ");

        if (answer->retry_after > 0) {
            chatops_buf_int(&buf, answer->retry_after);
            chatops_buf_text(&buf, " seconds.");

        } else {
            chatops_buf_text(&buf, "a minute.");
        }

    } else if (answer->status == 401) {
        chatops_buf_text(&buf, "GitLab does not accept the token of this "
                         "service (401); nothing was started. Please tell "
                         "whoever runs this nginx: "
                         "`chatops_gitlab_token_file`.");

    } else {
        chatops_buf_text(&buf, "GitLab refused when it was asked ");
        chatops_buf_text(&buf, what);
        chatops_buf_text(&buf, " (status ");
        chatops_buf_int(&buf, answer->status);

        if (reason.len) {
            chatops_buf_text(&buf, ": ");
            chatops_buf_str(&buf, &reason);
        }

        chatops_buf_text(&buf, "); nothing was started.");
    }

    ngx_chatops_dispatch_refuse(d, &buf);
}
