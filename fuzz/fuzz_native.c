/*
 * GitLab's answer to a command: links lead to GitLab's host or nowhere, and
 * only an answer with a job's number is one.  The same bytes as a job's name
 * and its input: what fits is taken out of the command by GitLab's pattern
 * as it was typed.  And as what follows a callback's base.
 */

#include <stdlib.h>
#include <strings.h>

#include "chatops_callback.h"
#include "chatops_form.h"
#include "chatops_native.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
require(int holds)
{
    if (!holds) {
        abort();
    }
}


static void
check_link(const chatops_str_t *link)
{
    size_t  i;

    if (link->len == 0) {
        return;
    }

    require(link->len >= sizeof("http://g/") - 1);
    require(strncasecmp((char *) link->data, "http://g/",
                        sizeof("http://g/") - 1)
            == 0);

    for (i = 0; i < link->len; i++) {
        require(link->data[i] > ' ' && link->data[i] < 0x7f
                && link->data[i] != '|' && link->data[i] != '>');
    }
}


static void
check_answer(chatops_arena_t *arena, const chatops_str_t *body)
{
    size_t                    i, n;
    chatops_str_t             gitlab;
    chatops_native_answer_t   answer;
    static const unsigned     statuses[] = { 0, 200, 302, 404, 408, 429, 500 };

    gitlab = chatops_str("http://g");

    for (n = 0; n < sizeof(statuses) / sizeof(statuses[0]); n++) {
        require(chatops_native_read(arena, statuses[n], body, &gitlab,
                                    &answer)
                == CHATOPS_OK);

        require((answer.class == CHATOPS_NATIVE_CREATED)
                == (answer.job_id > 0));
        require(answer.class == CHATOPS_NATIVE_CREATED
                || answer.job_url.len == 0);
        require(answer.class == CHATOPS_NATIVE_CONNECT
                || answer.class == CHATOPS_NATIVE_CONFIRM
                || answer.link.len == 0);

        check_link(&answer.job_url);
        check_link(&answer.link);

        require(answer.reason.len <= CHATOPS_NATIVE_REASON_MAX);

        for (i = 0; i < answer.reason.len; i++) {
            require(answer.reason.data[i] >= ' ');
        }
    }
}


static int
blank(u_char ch)
{
    return ch == ' ' || (ch >= '\t' && ch <= '\r');
}


/* Ruby's /\Arun\s+(?<command>\S+)(\s+(?<arguments>.+))?\z/m. */

static void
gitlab_match(const chatops_str_t *text, chatops_str_t *command,
    chatops_str_t *arguments)
{
    size_t  i, from;

    require(chatops_str_starts(text, "run"));

    for (i = 3; i < text->len && blank(text->data[i]); i++) { /* void */ }

    require(i > 3);

    for (from = i; i < text->len && !blank(text->data[i]); i++) { /* void */ }

    *command = chatops_strn(text->data + from, i - from);
    *arguments = chatops_str(NULL);

    if (i == text->len) {
        return;
    }

    for (from = i; i < text->len && blank(text->data[i]); i++) { /* void */ }

    if (i == text->len) {
        i--;
    }

    require(i > from);

    *arguments = chatops_strn(text->data + i, text->len - i);
}


static void
check_text(const chatops_str_t *text, const chatops_run_t *run)
{
    size_t         i, at;
    chatops_str_t  command, arguments;

    gitlab_match(text, &command, &arguments);

    require(chatops_str_eq(&command, &run->job));

    /* as the job will see it: "$$" is "$" */

    at = 0;

    for (i = 0; i < run->input.len; i++) {
        require(at < arguments.len);
        require(arguments.data[at++] == run->input.data[i]);

        if (run->input.data[i] == '$') {
            require(at < arguments.len && arguments.data[at++] == '$');
        }
    }

    require(at == arguments.len);
}


static void
check_call(chatops_arena_t *arena, const chatops_str_t *bytes)
{
    int                     rc;
    size_t                  texts;
    u_char                 *end;
    chatops_run_t           run;
    chatops_str_t           secret, name, value;
    chatops_form_t          form;
    chatops_gitlab_call_t   call;

    end = bytes->len ? memchr(bytes->data, '|', bytes->len) : NULL;

    if (end == NULL || end == bytes->data
        || !chatops_utf8_valid(bytes->data, bytes->len)
        || memchr(bytes->data, '\0', bytes->len) != NULL)
    {
        return;
    }

    memset(&run, 0, sizeof(chatops_run_t));

    run.job = chatops_strn(bytes->data, end - bytes->data);
    run.input = chatops_strn(end + 1, bytes->data + bytes->len - end - 1);

    if (chatops_native_unfit(&run.job, &run.input) != NULL) {
        return;
    }

    secret = chatops_str("secret");
    run.service = chatops_str("slack");
    run.project = chatops_str("a/b");
    run.user_name = *bytes;

    if (chatops_native_trigger(arena, &run, &secret, &secret, &call)
        != CHATOPS_OK)
    {
        require(bytes->len > 16 * 1024);
        return;
    }

    texts = 0;
    chatops_form_init(&form, arena, &call.body);

    while ((rc = chatops_form_next(&form, &name, &value)) == CHATOPS_OK) {

        if (chatops_str_is(&name, "text")) {
            check_text(&value, &run);
            texts++;
        }
    }

    require(rc == CHATOPS_AGAIN && texts == 1);
}


static void
check_callback(chatops_arena_t *arena, const chatops_str_t *tail)
{
    chatops_str_t           token, base, url;
    chatops_callback_t      callback;
    chatops_callback_key_t  key;

    if (chatops_callback_parse(tail, &callback) != CHATOPS_OK) {
        return;
    }

    token = chatops_str("secret");
    base = chatops_str(NULL);

    require(chatops_callback_key(&token, &key) == CHATOPS_OK);
    require(chatops_callback_url(arena, &key, &base, &callback.id, &url)
            == CHATOPS_OK);
    require(chatops_callback_good(&key, &callback)
            == chatops_str_eq(&url, tail));
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    chatops_str_t     bytes;
    chatops_arena_t  *arena;

    arena = chatops_arena_create(0);
    require(arena != NULL);

    bytes = chatops_strn(data, size);

    check_answer(arena, &bytes);
    check_call(arena, &bytes);
    check_callback(arena, &bytes);

    chatops_arena_destroy(arena);

    return 0;
}
