
#include "chatops_users.h"
#include "chatopsctl.h"


static size_t chatopsctl_users_count(const chatops_str_t *text);
static int chatopsctl_users_account(const chatops_str_t *line);


static int
chatopsctl_users_main(const chatopsctl_command_t *command,
    chatops_arena_t *arena, int argc, char **argv)
{
    int               ch, status;
    size_t            line, count;
    const char       *file, *error;
    chatops_str_t     text;
    chatops_users_t  *users;

    static const struct option  options[] = {
        { "help", no_argument, NULL, 'h' },
        { NULL,   0,           NULL, 0 }
    };

    ch = chatopsctl_option(command, argc, argv, options);

    if (ch != -1) {
        return ch == 0 ? CHATOPSCTL_OK : CHATOPSCTL_USAGE;
    }

    file = chatopsctl_argument(command, argc, argv, "FILE");
    if (file == NULL) {
        return CHATOPSCTL_USAGE;
    }

    status = chatopsctl_read(arena, file, CHATOPS_USERS_FILE_MAX, &text);
    if (status != CHATOPSCTL_OK) {
        return status;
    }

    switch (chatops_users_parse(arena, &text, &users, &line, &error)) {

    case CHATOPS_OK:
        count = chatopsctl_users_count(&text);
        printf("%s: %zu account%s\n", file, count, count == 1 ? "" : "s");
        return CHATOPSCTL_OK;

    case CHATOPS_DECLINED:
        fprintf(stderr, "%s:%zu: %s\n", file, line, error);
        return CHATOPSCTL_INVALID;

    default:
        return chatopsctl_fail(CHATOPSCTL_FAILED, "out of memory");
    }
}


/* In a file that has been found good each line with an account is one. */
static size_t
chatopsctl_users_count(const chatops_str_t *text)
{
    u_char         *end;
    size_t          i, count;
    chatops_str_t   line;

    count = 0;

    for (i = 0; i < text->len; i += line.len + 1) {
        line = chatops_strn(&text->data[i], text->len - i);
        end = chatops_str_find(&line, 0, "\n", 1);

        if (end != NULL) {
            line.len = end - line.data;
        }

        count += chatopsctl_users_account(&line);
    }

    return count;
}


static int
chatopsctl_users_account(const chatops_str_t *line)
{
    chatops_str_t  text;

    text = chatops_str_trim(line);

    return text.len != 0 && text.data[0] != '#';
}


const chatopsctl_command_t  chatopsctl_users = {
    "users",
    "FILE",
    "checks a file for chatops_users_file",
    "  FILE  the file, or - for standard input\n",
    chatopsctl_users_main
};
