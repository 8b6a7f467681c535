
#include "chatops_store_column.h"


#define column(field, type, write)                                            \
    { #field, offsetof(chatops_run_t, field), CHATOPS_COLUMN_ ## type,        \
      CHATOPS_COLUMN_ ## write }


const chatops_column_t  chatops_columns[CHATOPS_COLUMNS] = {
    column(id,             TEXT,    ONCE),
    column(state,          STATE,   ALWAYS),
    column(reply,          REPLY,   ALWAYS),
    column(kind,           KIND,    ALWAYS),
    column(cleanup,        CLEANUP, ALWAYS),
    column(created_at,     INTEGER, ONCE),
    column(triggered_at,   INTEGER, ALWAYS),
    column(finished_at,    INTEGER, ALWAYS),
    column(deadline_at,    INTEGER, ALWAYS),
    column(service,        TEXT,    ONCE),
    column(team_id,        TEXT,    ONCE),
    column(channel_id,     TEXT,    ONCE),
    column(channel_name,   TEXT,    ONCE),
    column(user_id,        TEXT,    ONCE),
    column(trigger_id,     TEXT,    ONCE),
    column(response_url,   TEXT,    ALWAYS),
    column(gitlab,         TEXT,    ALWAYS),
    column(project,        TEXT,    ALWAYS),
    column(gitlab_user_id, INTEGER, ALWAYS),
    column(ref,            TEXT,    ALWAYS),
    column(sha,            TEXT,    ALWAYS),
    column(job,            TEXT,    ALWAYS),
    column(input,          TEXT,    ALWAYS),
    column(strategy,       TEXT,    ALWAYS),
    column(commands,       INTEGER, ALWAYS),
    column(manual,         INTEGER, ALWAYS),
    column(branch,         TEXT,    ALWAYS),
    column(pipeline_id,    INTEGER, ALWAYS),
    column(pipeline_url,   TEXT,    ALWAYS),
    column(job_id,         INTEGER, ALWAYS),
    column(job_url,        TEXT,    ALWAYS),
    column(status,         TEXT,    ALWAYS),
    column(attempts,       INTEGER, ALWAYS),
    column(error,          TEXT,    ALWAYS),
    column(tag,            INTEGER, ALWAYS),
    column(note,           TEXT,    ALWAYS),
    column(team_domain,    TEXT,    ONCE),
    column(user_name,      TEXT,    ONCE),
    column(command,        TEXT,    ONCE),
    column(link,           TEXT,    ALWAYS),
    column(owner,          TEXT,    OWN)
};


#define field(type, run, column)                                              \
    ((type *) ((u_char *) (run) + (column)->offset))

#define const_field(type, run, column)                                        \
    ((const type *) ((const u_char *) (run) + (column)->offset))


chatops_str_t
chatops_column_text(const chatops_column_t *column, const chatops_run_t *run)
{
    switch (column->type) {

    case CHATOPS_COLUMN_STATE:
        return chatops_str(chatops_run_state_name(run->state));

    case CHATOPS_COLUMN_REPLY:
        return chatops_str(chatops_reply_state_name(run->reply));

    case CHATOPS_COLUMN_KIND:
        return chatops_str(chatops_reply_kind_name(run->kind));

    case CHATOPS_COLUMN_CLEANUP:
        return chatops_str(chatops_cleanup_name(run->cleanup));

    default:
        return *const_field(chatops_str_t, run, column);
    }
}


int64_t
chatops_column_integer(const chatops_column_t *column,
    const chatops_run_t *run)
{
    return *const_field(int64_t, run, column);
}


int
chatops_column_set_text(const chatops_column_t *column, chatops_run_t *run,
    const chatops_str_t *text, chatops_arena_t *arena)
{
    switch (column->type) {

    case CHATOPS_COLUMN_STATE:
        return chatops_run_state_parse(text, &run->state);

    case CHATOPS_COLUMN_REPLY:
        return chatops_reply_state_parse(text, &run->reply);

    case CHATOPS_COLUMN_KIND:
        return chatops_reply_kind_parse(text, &run->kind);

    case CHATOPS_COLUMN_CLEANUP:
        return chatops_cleanup_parse(text, &run->cleanup);

    default:
        return chatops_pstrdup(arena, field(chatops_str_t, run, column),
                               text);
    }
}


void
chatops_column_set_integer(const chatops_column_t *column,
    chatops_run_t *run, int64_t value)
{
    *field(int64_t, run, column) = value;
}
