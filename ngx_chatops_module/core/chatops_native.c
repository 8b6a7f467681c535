#include <strings.h>

#include <jansson.h>

#include "chatops_native.h"


#define CHATOPS_NATIVE_BODY_MAX  (256 * 1024)


typedef struct {
    const char              *starts;
    const char              *holds;
    chatops_native_class_e   class;
} chatops_native_words_t;


static void chatops_native_pair(chatops_buf_t *body, const char *name,
    const chatops_str_t *value);
static void chatops_native_text(chatops_buf_t *body,
    const chatops_run_t *run);
static int chatops_native_classify(chatops_arena_t *arena,
    const chatops_str_t *text, const chatops_str_t *gitlab,
    chatops_native_answer_t *answer);
static void chatops_native_created(const chatops_str_t *text,
    chatops_native_answer_t *answer);
static int chatops_native_url(const chatops_str_t *text, chatops_str_t *url,
    chatops_str_t *label);
static int chatops_native_url_allowed(const chatops_str_t *url,
    const chatops_str_t *gitlab);
static size_t chatops_native_origin(const chatops_str_t *gitlab);
static int chatops_native_reason(chatops_arena_t *arena,
    const chatops_str_t *text, chatops_str_t *reason);
static int chatops_native_starts(const chatops_str_t *text,
    const char *prefix);
static int chatops_native_blank(u_char ch);


/* The first that fits counts. */

static const chatops_native_words_t  chatops_native_words[] = {
    { "Your ChatOps job ", "has been created", CHATOPS_NATIVE_CREATED },
    { "", "connect your GitLab account", CHATOPS_NATIVE_CONNECT },
    { ":sweat_smile: Couldn't identify you", "",
      CHATOPS_NATIVE_UNIDENTIFIED },
    { "To ensure the highest security standards", "",
      CHATOPS_NATIVE_CONFIRM },
    { "You are not allowed to perform the given chatops command",
      "reactivate", CHATOPS_NATIVE_DEACTIVATED },
    { "You are not allowed to perform the given chatops command", "",
      CHATOPS_NATIVE_DENIED },
    { "404 not found!", "", CHATOPS_NATIVE_NOT_FOUND },
    { "The command could not be scheduled", "",
      CHATOPS_NATIVE_NOT_SCHEDULED },
    { "Sorry, this chat service is currently not supported", "",
      CHATOPS_NATIVE_UNSUPPORTED },
    { "The specified command is not valid", "",
      CHATOPS_NATIVE_NOT_UNDERSTOOD },
    { "*Available commands*", "", CHATOPS_NATIVE_NOT_UNDERSTOOD },
    { "Available commands", "", CHATOPS_NATIVE_NOT_UNDERSTOOD },
    { "This chatops integration does not have any commands", "",
      CHATOPS_NATIVE_NOT_UNDERSTOOD },
    { "The action was not successful", "", CHATOPS_NATIVE_FAILED }
};

#define CHATOPS_NATIVE_WORDS                                                  \
    (sizeof(chatops_native_words) / sizeof(chatops_native_words_t))


static const char *const  chatops_native_classes[] = {
    [CHATOPS_NATIVE_UNCLEAR] = "unclear",
    [CHATOPS_NATIVE_CREATED] = "created",
    [CHATOPS_NATIVE_CONNECT] = "connect",
    [CHATOPS_NATIVE_UNIDENTIFIED] = "unidentified",
    [CHATOPS_NATIVE_CONFIRM] = "confirm",
    [CHATOPS_NATIVE_DENIED] = "denied",
    [CHATOPS_NATIVE_DEACTIVATED] = "deactivated",
    [CHATOPS_NATIVE_NOT_FOUND] = "not-found",
    [CHATOPS_NATIVE_NOT_SCHEDULED] = "not-scheduled",
    [CHATOPS_NATIVE_UNSUPPORTED] = "unsupported",
    [CHATOPS_NATIVE_NOT_UNDERSTOOD] = "not-understood",
    [CHATOPS_NATIVE_FAILED] = "failed",
    [CHATOPS_NATIVE_NO_INTEGRATION] = "no-integration",
    [CHATOPS_NATIVE_REJECTED] = "rejected"
};


const char *
chatops_native_unfit(const chatops_str_t *job, const chatops_str_t *input)
{
    size_t  i;

    for (i = 0; i < job->len; i++) {
        if (chatops_native_blank(job->data[i])) {
            return "GitLab's own slash command knows no names with blanks";
        }
    }

    if (input->len == 0) {
        return NULL;
    }

    if (chatops_native_blank(input->data[0])) {
        return "its input begins with a blank, which GitLab's own slash "
               "command would cut off";
    }

    if (!chatops_gitlab_can_pass(input)) {
        return "its input has a percent sign, which GitLab would expand";
    }

    return NULL;
}


int
chatops_native_trigger(chatops_arena_t *arena, const chatops_run_t *run,
    const chatops_str_t *token, const chatops_str_t *callback,
    chatops_gitlab_call_t *call)
{
    chatops_buf_t         path, body;
    const chatops_str_t  *domain, *name;

    chatops_buf_init(&path, arena, 4096);
    chatops_buf_text(&path, "projects/");
    chatops_buf_uri(&path, &run->project);
    chatops_buf_text(&path, "/integrations/");
    chatops_buf_uri(&path, &run->service);
    chatops_buf_text(&path, "_slash_commands/trigger");

    /* without one of these four GitLab gives no link to connect an account */

    domain = run->team_domain.len ? &run->team_domain : &run->team_id;
    name = run->user_name.len ? &run->user_name : &run->user_id;

    chatops_buf_init(&body, arena, CHATOPS_NATIVE_BODY_MAX);
    chatops_native_pair(&body, "token=", token);
    chatops_native_pair(&body, "&team_id=", &run->team_id);
    chatops_native_pair(&body, "&team_domain=", domain);
    chatops_native_pair(&body, "&channel_id=", &run->channel_id);
    chatops_native_pair(&body, "&channel_name=", &run->channel_name);
    chatops_native_pair(&body, "&user_id=", &run->user_id);
    chatops_native_pair(&body, "&user_name=", name);
    chatops_native_pair(&body, "&command=", &run->command);
    chatops_native_text(&body, run);
    chatops_native_pair(&body, "&response_url=", callback);

    memset(call, 0, sizeof(chatops_gitlab_call_t));

    call->method = "POST";
    call->content_type = "application/x-www-form-urlencoded";
    call->anonymous = 1;

    if (chatops_buf_finish(&path, &call->path) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    return chatops_buf_finish(&body, &call->body);
}


static void
chatops_native_pair(chatops_buf_t *body, const char *name,
    const chatops_str_t *value)
{
    chatops_buf_text(body, name);
    chatops_buf_uri(body, value);
}


static void
chatops_native_text(chatops_buf_t *body, const chatops_run_t *run)
{
    size_t         i, from;
    chatops_str_t  part;

    chatops_native_pair(body, "&text=run%20", &run->job);

    if (run->input.len == 0) {
        return;
    }

    chatops_buf_text(body, "%20");

    from = 0;

    for (i = 0; i < run->input.len; i++) {

        if (run->input.data[i] == '$') {
            part = chatops_strn(run->input.data + from, i - from);
            chatops_buf_uri(body, &part);
            chatops_buf_text(body, "%24%24");
            from = i + 1;
        }
    }

    part = chatops_strn(run->input.data + from, i - from);
    chatops_buf_uri(body, &part);
}


int
chatops_native_read(chatops_arena_t *arena, unsigned status,
    const chatops_str_t *body, const chatops_str_t *gitlab,
    chatops_native_answer_t *answer)
{
    int            rc;
    json_t        *json, *string;
    chatops_str_t  text, reason;

    memset(answer, 0, sizeof(chatops_native_answer_t));

    rc = CHATOPS_OK;
    json = json_loadb(body->len ? (char *) body->data : "", body->len, 0,
                      NULL);
    string = json_object_get(json, "text");

    if (json_is_string(string)
        && ((status >= 200 && status < 300)
            || (status >= 400 && status < 500)))
    {
        text = chatops_strn(json_string_value(string),
                            json_string_length(string));
        text = chatops_str_trim(&text);

        rc = chatops_native_classify(arena, &text, gitlab, answer);
    }

    json_decref(json);

    if (rc != CHATOPS_OK || answer->class != CHATOPS_NATIVE_UNCLEAR
        || status < 400 || status >= 500 || status == 408)
    {
        return rc;
    }

    if (chatops_gitlab_reason(arena, body, &reason) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    answer->reason = reason;
    answer->class = status == 404 ? CHATOPS_NATIVE_NO_INTEGRATION
                                  : CHATOPS_NATIVE_REJECTED;

    return CHATOPS_OK;
}


static int
chatops_native_classify(chatops_arena_t *arena, const chatops_str_t *text,
    const chatops_str_t *gitlab, chatops_native_answer_t *answer)
{
    size_t                         i;
    chatops_str_t                  url, label;
    const chatops_native_words_t  *words;

    for (i = 0; i < CHATOPS_NATIVE_WORDS; i++) {
        words = &chatops_native_words[i];

        if (chatops_native_starts(text, words->starts)
            && (words->holds[0] == '\0'
                || chatops_str_find(text, 0, words->holds,
                                    strlen(words->holds))
                   != NULL))
        {
            answer->class = words->class;
            break;
        }
    }

    switch (answer->class) {

    case CHATOPS_NATIVE_CREATED:
        chatops_native_created(text, answer);

        if (!chatops_native_url_allowed(&answer->job_url, gitlab)) {
            answer->job_url = chatops_str(NULL);
        }

        return chatops_pstrdup(arena, &answer->job_url, &answer->job_url);

    case CHATOPS_NATIVE_CONNECT:
    case CHATOPS_NATIVE_CONFIRM:

        if (!chatops_native_url(text, &url, &label)
            || !chatops_native_url_allowed(&url, gitlab))
        {
            return CHATOPS_OK;
        }

        return chatops_pstrdup(arena, &answer->link, &url);

    case CHATOPS_NATIVE_FAILED:
        return chatops_native_reason(arena, text, &answer->reason);

    default:
        return CHATOPS_OK;
    }
}


/* Without the job's number nobody could follow it: unclear. */

static void
chatops_native_created(const chatops_str_t *text,
    chatops_native_answer_t *answer)
{
    chatops_str_t  url, label;

    answer->class = CHATOPS_NATIVE_UNCLEAR;

    if (!chatops_native_url(text, &url, &label)
        || label.len < 2 || label.data[0] != '#')
    {
        return;
    }

    label.data++;
    label.len--;

    if (chatops_str_int(&label, &answer->job_id) != CHATOPS_OK
        || answer->job_id == 0)
    {
        answer->job_id = 0;
        return;
    }

    answer->class = CHATOPS_NATIVE_CREATED;
    answer->job_url = url;
}


/* The first link, "[label](url)" or "<url|label>".  1, or 0: there is none. */

static int
chatops_native_url(const chatops_str_t *text, chatops_str_t *url,
    chatops_str_t *label)
{
    u_char  *p, *middle, *end, *last;

    last = text->data + text->len;

    middle = chatops_str_find(text, 0, "](", 2);
    p = chatops_str_find(text, 0, "<http", 5);

    if (p != NULL && (middle == NULL || p < middle)) {
        end = memchr(p, '>', last - p);

        if (end == NULL) {
            return 0;
        }

        middle = memchr(p, '|', end - p);

        *url = chatops_strn(p + 1, (middle ? middle : end) - p - 1);
        *label = middle ? chatops_strn(middle + 1, end - middle - 1)
                        : chatops_str(NULL);

        return 1;
    }

    if (middle == NULL) {
        return 0;
    }

    end = memchr(middle, ')', last - middle);

    for (p = middle; p > text->data && *p != '['; p--) { /* void */ }

    if (end == NULL || *p != '[') {
        return 0;
    }

    *label = chatops_strn(p + 1, middle - p - 1);
    *url = chatops_strn(middle + 2, end - middle - 2);

    return 1;
}


/*
 * On the host of `gitlab`, by the same scheme and port, and of characters
 * that a link in a message can have.
 */

static int
chatops_native_url_allowed(const chatops_str_t *url,
    const chatops_str_t *gitlab)
{
    u_char  ch;
    size_t  i, n;

    n = chatops_native_origin(gitlab);

    if (n == 0 || url->len <= n || url->len > CHATOPS_NATIVE_URL_MAX
        || url->data[n] != '/'
        || strncasecmp((char *) url->data, (char *) gitlab->data, n) != 0)
    {
        return 0;
    }

    for (i = n; i < url->len; i++) {
        ch = url->data[i];

        if (ch <= ' ' || ch >= 0x7f || strchr("<>|\"`\\'{}^", ch) != NULL) {
            return 0;
        }
    }

    return 1;
}


/* The bytes of "https://host:port", 0 when it is no such thing. */

static size_t
chatops_native_origin(const chatops_str_t *gitlab)
{
    size_t   n;
    u_char  *slash;

    if (chatops_str_starts(gitlab, "https://")) {
        n = sizeof("https://") - 1;

    } else if (chatops_str_starts(gitlab, "http://")) {
        n = sizeof("http://") - 1;

    } else {
        return 0;
    }

    if (gitlab->len == n) {
        return 0;
    }

    slash = memchr(gitlab->data + n, '/', gitlab->len - n);

    return slash ? (size_t) (slash - gitlab->data) : gitlab->len;
}


/* What follows the first line, as one line of clean UTF-8. */

static int
chatops_native_reason(chatops_arena_t *arena, const chatops_str_t *text,
    chatops_str_t *reason)
{
    u_char         *p, ch;
    size_t          i;
    chatops_str_t   rest;

    p = memchr(text->data, '\n', text->len);

    if (p == NULL) {
        return CHATOPS_OK;
    }

    rest = chatops_strn(p, text->data + text->len - p);
    rest = chatops_str_trim(&rest);
    rest.len = chatops_utf8_clip(rest.data, rest.len,
                                 CHATOPS_NATIVE_REASON_MAX);

    if (chatops_pstrdup(arena, reason, &rest) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    for (i = 0; i < reason->len; i++) {
        ch = reason->data[i];

        if (ch < ' ' || ch == 0x7f) {
            reason->data[i] = ' ';
        }
    }

    return CHATOPS_OK;
}


const char *
chatops_native_class_name(chatops_native_class_e class)
{
    return (unsigned) class <= CHATOPS_NATIVE_REJECTED
           ? chatops_native_classes[class] : "unknown";
}


/* Whatever the case of the letters: "chatops" and "ChatOps" are both used. */

static int
chatops_native_starts(const chatops_str_t *text, const char *prefix)
{
    size_t  n;

    n = strlen(prefix);

    return text->len >= n
           && (n == 0 || strncasecmp((char *) text->data, prefix, n) == 0);
}


/* Ruby's \s: ASCII only. */

static int
chatops_native_blank(u_char ch)
{
    return ch == ' ' || (ch >= '\t' && ch <= '\r');
}
