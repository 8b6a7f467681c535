/*
 * The operator's tool: a program with sub-commands, on floors 1 and 2.
 */

#ifndef CHATOPSCTL_H
#define CHATOPSCTL_H


#include "chatops_core.h"

#include <getopt.h>
#include <stdio.h>
#include <jansson.h>


#ifndef CHATOPS_VERSION
#define CHATOPS_VERSION  "0.1.0"
#endif


/* What the program exits with. */
#define CHATOPSCTL_OK       0
#define CHATOPSCTL_FAILED   1      /* no such run, cannot be read, … */
#define CHATOPSCTL_INVALID  2      /* the input is not what it should be */
#define CHATOPSCTL_USAGE    64     /* sysexits.h's EX_USAGE */

#define CHATOPSCTL_MAX_MEMORY  (256 * 1024 * 1024)


typedef struct chatopsctl_command_s  chatopsctl_command_t;

struct chatopsctl_command_s {
    const char             *name;
    const char             *arguments;
    const char             *about;
    const char             *options;     /* lines of the help */

    /*
     * argv[0] is the command's name; the options begin at `optind`.  Returns
     * what the program exits with.
     */
    int                   (*run)(const chatopsctl_command_t *command,
                                 chatops_arena_t *arena, int argc,
                                 char **argv);
};


extern const chatopsctl_command_t  chatopsctl_runs;
extern const chatopsctl_command_t  chatopsctl_run;
extern const chatopsctl_command_t  chatopsctl_users;
extern const chatopsctl_command_t  chatopsctl_sign;
extern const chatopsctl_command_t  chatopsctl_jobs;
extern const chatopsctl_command_t  chatopsctl_plan;
extern const chatopsctl_command_t  chatopsctl_eval;
extern const chatopsctl_command_t  chatopsctl_reply;


/* A line for stderr.  Returns `status`. */
int chatopsctl_fail(int status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* How the command is called, and what is wrong.  CHATOPSCTL_USAGE. */
int chatopsctl_misused(const chatopsctl_command_t *command,
    const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * The command's next option, as getopt_long() gives it; 0 after --help has
 * been printed, '?' after a message for one that is not known.
 */
int chatopsctl_option(const chatopsctl_command_t *command, int argc,
    char **argv, const struct option *options);

/* The only argument left, NULL after a message. */
const char *chatopsctl_argument(const chatopsctl_command_t *command,
    int argc, char **argv, const char *name);

/*
 * Reads a file, or standard input for "-", of at most `limit` bytes, into
 * the arena.  CHATOPSCTL_OK, or another status after a message.
 */
int chatopsctl_read(chatops_arena_t *arena, const char *name, size_t limit,
    chatops_str_t *text);


/*
 * Text for a terminal: what controls it, and what is no UTF-8, becomes "?".
 * Line ends are kept when `lines` is set.
 */
void chatopsctl_print(const chatops_str_t *text, unsigned lines);

/* A table, each column as wide as its widest text; at most 16 columns. */
typedef struct {
    chatops_arena_t  *arena;
    chatops_str_t    *cells;
    size_t            ncells;       /* of a row */
    size_t            count;        /* of all */
    size_t            size;
} chatopsctl_table_t;

void chatopsctl_table_init(chatopsctl_table_t *table, chatops_arena_t *arena,
    size_t ncells);

/* Adds `ncells` views; their texts must stay.  CHATOPS_OK or CHATOPS_ERROR. */
int chatopsctl_table_row(chatopsctl_table_t *table,
    const chatops_str_t *cells);
void chatopsctl_table_print(const chatopsctl_table_t *table);

/*
 * Adds to an object, malformed UTF-8 as U+FFFD.  Returns 0, or -1 when out
 * of memory.
 */
int chatopsctl_json_text(json_t *object, const char *key,
    const chatops_str_t *text);

/* Prints and frees it, NULL being taken for out of memory. */
int chatopsctl_json_print(json_t *json);


#endif /* CHATOPSCTL_H */
