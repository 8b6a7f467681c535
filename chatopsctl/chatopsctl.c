
#include <stdarg.h>
#include <openssl/crypto.h>
#include <sqlite3.h>

#include "chatopsctl.h"


static int chatopsctl_help(void);
static int chatopsctl_version(void);
static int chatopsctl_call(const chatopsctl_command_t *command, int argc,
    char **argv);


static const chatopsctl_command_t  *chatopsctl_commands[] = {
    &chatopsctl_runs,
    &chatopsctl_run,
    &chatopsctl_users,
    &chatopsctl_jobs,
    &chatopsctl_plan,
    &chatopsctl_eval,
    &chatopsctl_reply,
    &chatopsctl_sign,
    NULL
};


int
main(int argc, char **argv)
{
    int          i, status;
    const char  *name;

    if (argc < 2) {
        (void) chatopsctl_fail(CHATOPSCTL_USAGE, "which command? "
                               "chatopsctl --help lists them");
        return CHATOPSCTL_USAGE;
    }

    name = argv[1];
    status = -1;

    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0
        || strcmp(name, "help") == 0)
    {
        status = chatopsctl_help();

    } else if (strcmp(name, "version") == 0
               || strcmp(name, "--version") == 0)
    {
        status = chatopsctl_version();
    }

    for (i = 0; status == -1 && chatopsctl_commands[i] != NULL; i++) {
        if (strcmp(name, chatopsctl_commands[i]->name) == 0) {
            status = chatopsctl_call(chatopsctl_commands[i], argc - 1,
                                     argv + 1);
        }
    }

    if (status == -1) {
        return chatopsctl_fail(CHATOPSCTL_USAGE, "no command \"%s\", "
                               "chatopsctl --help lists them", name);
    }

    if (fflush(stdout) != 0 || ferror(stdout)) {
        return chatopsctl_fail(CHATOPSCTL_FAILED, "cannot write the output");
    }

    return status;
}


static int
chatopsctl_help(void)
{
    int                          i;
    const chatopsctl_command_t  *command;

    printf("usage: chatopsctl COMMAND [ARGUMENTS]\n\n");

    for (i = 0; chatopsctl_commands[i] != NULL; i++) {
        command = chatopsctl_commands[i];
        printf("  %-8s  %s\n", command->name, command->about);
    }

    printf("  %-8s  %s\n\n", "version", "this program's version");
    printf("chatopsctl COMMAND --help tells more.  Exit codes: 0 done, "
           "1 no or failed,\n2 invalid input, 64 wrong usage.\n");

    return CHATOPSCTL_OK;
}


static int
chatopsctl_version(void)
{
    printf("chatopsctl %s (SQLite %s, %s, jansson %s)\n", CHATOPS_VERSION,
           sqlite3_libversion(), OpenSSL_version(OPENSSL_VERSION),
           jansson_version_str());

    return CHATOPSCTL_OK;
}


static int
chatopsctl_call(const chatopsctl_command_t *command, int argc, char **argv)
{
    int               status;
    chatops_arena_t  *arena;

    arena = chatops_arena_create(CHATOPSCTL_MAX_MEMORY);

    if (arena == NULL) {
        return chatopsctl_fail(CHATOPSCTL_FAILED, "out of memory");
    }

    optind = 1;
    opterr = 0;

    status = command->run(command, arena, argc, argv);

    chatops_arena_destroy(arena);

    return status;
}


int
chatopsctl_fail(int status, const char *format, ...)
{
    va_list  args;

    fprintf(stderr, "chatopsctl: ");

    va_start(args, format);
    (void) vfprintf(stderr, format, args);
    va_end(args);

    fprintf(stderr, "\n");

    return status;
}


int
chatopsctl_misused(const chatopsctl_command_t *command, const char *format,
    ...)
{
    va_list  args;

    fprintf(stderr, "chatopsctl %s: ", command->name);

    va_start(args, format);
    (void) vfprintf(stderr, format, args);
    va_end(args);

    fprintf(stderr, "\nusage: chatopsctl %s %s\n", command->name,
            command->arguments);

    return CHATOPSCTL_USAGE;
}


int
chatopsctl_option(const chatopsctl_command_t *command, int argc, char **argv,
    const struct option *options)
{
    int  ch;

    ch = getopt_long(argc, argv, "h", options, NULL);

    if (ch == 'h') {
        printf("usage: chatopsctl %s %s\n\n%s.\n%s%s", command->name,
               command->arguments, command->about,
               command->options[0] != '\0' ? "\n" : "", command->options);
        return 0;
    }

    if (ch == '?') {
        (void) chatopsctl_misused(command, "cannot make sense of \"%s\"",
                                  argv[optind - 1]);
    }

    return ch;
}


const char *
chatopsctl_argument(const chatopsctl_command_t *command, int argc,
    char **argv, const char *name)
{
    if (optind >= argc) {
        (void) chatopsctl_misused(command, "which %s?", name);
        return NULL;
    }

    if (optind + 1 < argc) {
        (void) chatopsctl_misused(command, "\"%s\" is one too many",
                                  argv[optind + 1]);
        return NULL;
    }

    return argv[optind];
}
