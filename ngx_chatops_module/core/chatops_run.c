#include "chatops_run.h"


#define chatops_nelts(table)  (sizeof(table) / sizeof((table)[0]))


static const char *const  chatops_run_states[] = {
    [CHATOPS_RUN_RECEIVED] = "received",
    [CHATOPS_RUN_ACCEPTED] = "accepted",
    [CHATOPS_RUN_TRIGGERING] = "triggering",
    [CHATOPS_RUN_WATCHING] = "watching",
    [CHATOPS_RUN_FINISHED] = "finished",
    [CHATOPS_RUN_REFUSED] = "refused",
    [CHATOPS_RUN_AMBIGUOUS] = "ambiguous",
    [CHATOPS_RUN_GONE] = "gone"
};


static const char *const  chatops_reply_states[] = {
    [CHATOPS_REPLY_NONE] = "none",
    [CHATOPS_REPLY_SCHEDULED] = "scheduled",
    [CHATOPS_REPLY_DUE] = "due",
    [CHATOPS_REPLY_POSTING] = "posting",
    [CHATOPS_REPLY_POSTED] = "posted",
    [CHATOPS_REPLY_UNDELIVERABLE] = "undeliverable"
};


static const char *const  chatops_reply_kinds[] = {
    [CHATOPS_KIND_NONE] = "none",
    [CHATOPS_KIND_SCHEDULED] = "scheduled",
    [CHATOPS_KIND_MANUAL] = "manual",
    [CHATOPS_KIND_REFUSED] = "refused",
    [CHATOPS_KIND_RESULT] = "result",
    [CHATOPS_KIND_NO_LOG] = "no-log",
    [CHATOPS_KIND_EXPIRED] = "expired",
    [CHATOPS_KIND_AMBIGUOUS] = "ambiguous",
    [CHATOPS_KIND_GONE] = "gone"
};


static const char *const  chatops_cleanups[] = {
    [CHATOPS_CLEANUP_NONE] = "none",
    [CHATOPS_CLEANUP_BRANCH_MADE] = "branch-made",
    [CHATOPS_CLEANUP_BRANCH_GONE] = "branch-gone"
};


static const char *
chatops_run_word(const char *const *words, size_t n, int value)
{
    return value >= 0 && (size_t) value < n ? words[value] : "unknown";
}


static int
chatops_run_word_parse(const char *const *words, size_t n,
    const chatops_str_t *word)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        if (chatops_str_is(word, words[i])) {
            return (int) i;
        }
    }

    return -1;
}


const char *
chatops_run_state_name(chatops_run_state_e state)
{
    return chatops_run_word(chatops_run_states,
                            chatops_nelts(chatops_run_states), (int) state);
}


const char *
chatops_reply_state_name(chatops_reply_state_e state)
{
    return chatops_run_word(chatops_reply_states,
                            chatops_nelts(chatops_reply_states), (int) state);
}


const char *
chatops_reply_kind_name(chatops_reply_kind_e kind)
{
    return chatops_run_word(chatops_reply_kinds,
                            chatops_nelts(chatops_reply_kinds), (int) kind);
}


const char *
chatops_cleanup_name(chatops_cleanup_e cleanup)
{
    return chatops_run_word(chatops_cleanups,
                            chatops_nelts(chatops_cleanups), (int) cleanup);
}


int
chatops_run_state_parse(const chatops_str_t *name, chatops_run_state_e *state)
{
    int  value;

    value = chatops_run_word_parse(chatops_run_states,
                                   chatops_nelts(chatops_run_states), name);
    if (value < 0) {
        return CHATOPS_DECLINED;
    }

    *state = (chatops_run_state_e) value;

    return CHATOPS_OK;
}


int
chatops_reply_state_parse(const chatops_str_t *name,
    chatops_reply_state_e *state)
{
    int  value;

    value = chatops_run_word_parse(chatops_reply_states,
                                   chatops_nelts(chatops_reply_states), name);
    if (value < 0) {
        return CHATOPS_DECLINED;
    }

    *state = (chatops_reply_state_e) value;

    return CHATOPS_OK;
}


int
chatops_reply_kind_parse(const chatops_str_t *name, chatops_reply_kind_e *kind)
{
    int  value;

    value = chatops_run_word_parse(chatops_reply_kinds,
                                   chatops_nelts(chatops_reply_kinds), name);
    if (value < 0) {
        return CHATOPS_DECLINED;
    }

    *kind = (chatops_reply_kind_e) value;

    return CHATOPS_OK;
}


int
chatops_cleanup_parse(const chatops_str_t *name, chatops_cleanup_e *cleanup)
{
    int  value;

    value = chatops_run_word_parse(chatops_cleanups,
                                   chatops_nelts(chatops_cleanups), name);
    if (value < 0) {
        return CHATOPS_DECLINED;
    }

    *cleanup = (chatops_cleanup_e) value;

    return CHATOPS_OK;
}


int
chatops_run_ended(const chatops_run_t *run)
{
    switch (run->state) {

    case CHATOPS_RUN_FINISHED:
    case CHATOPS_RUN_REFUSED:
    case CHATOPS_RUN_AMBIGUOUS:
    case CHATOPS_RUN_GONE:
        return 1;

    default:
        return 0;
    }
}


int
chatops_run_done(const chatops_run_t *run)
{
    return chatops_run_ended(run)
           && (run->reply == CHATOPS_REPLY_POSTED
               || run->reply == CHATOPS_REPLY_UNDELIVERABLE)
           && run->cleanup != CHATOPS_CLEANUP_BRANCH_MADE;
}
