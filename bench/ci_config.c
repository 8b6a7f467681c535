/*
 * How long reading a CI configuration takes, beside libyaml's bare event
 * loop over the same bytes: bench/run-ci, make bench-ci.
 *
 *     ci_config FILE...            times, alternating, the medians
 *     ci_config --only STEP FILE   one step once, for callgrind
 */

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <yaml.h>

#include "chatops_plan.h"
#include "chatops_predefined.h"


#define BENCH_ROUNDS     31
#define BENCH_MAX_BYTES  (4 * 1024 * 1024)


typedef struct {
    chatops_arena_t  arena;
    chatops_arena_t  *real;
    size_t            bytes;
} bench_memory_t;


static void bench_events(const chatops_str_t *text);
static int bench_resolve(const chatops_str_t *text, unsigned plan,
    size_t *bytes, size_t *jobs);
static int bench_plan(chatops_arena_t *arena, const chatops_ci_t *ci);
static void *bench_alloc(void *data, size_t size);
static double bench_now(void);
static double bench_median(double *times, size_t n);
static int bench_compare(const void *one, const void *two);
static void bench_file(const char *name, const chatops_str_t *text);
static int bench_read(const char *name, chatops_str_t *text);


int
main(int argc, char **argv)
{
    int            i;
    size_t         bytes, jobs;
    const char    *only;
    chatops_str_t  text;

    only = NULL;
    i = 1;

    if (argc > 3 && strcmp(argv[1], "--only") == 0) {
        only = argv[2];
        i = 3;
    }

    if (only == NULL) {
        printf("%-24s %9s %9s %9s %7s %9s %9s %8s  %s\n", "file", "KB",
               "libyaml", "resolve", "ratio", "plan", "of parse", "memory",
               "result");
    }

    for ( /* void */ ; i < argc; i++) {
        if (bench_read(argv[i], &text) != 0) {
            perror(argv[i]);
            return 1;
        }

        if (only == NULL) {
            bench_file(argv[i], &text);

        } else if (strcmp(only, "events") == 0) {
            bench_events(&text);

        } else {
            (void) bench_resolve(&text, strcmp(only, "plan") == 0, &bytes,
                                 &jobs);
        }

        free(text.data);
    }

    return 0;
}


/* Alternating, so that what else the machine does falls on all alike. */

static void
bench_file(const char *name, const chatops_str_t *text)
{
    int          rc;
    size_t       bytes, i, jobs;
    double       start, events[BENCH_ROUNDS], resolves[BENCH_ROUNDS];
    double       plans[BENCH_ROUNDS], event, plan, resolve;
    const char  *base;

    rc = CHATOPS_OK;
    bytes = 0;
    jobs = 0;

    for (i = 0; i < BENCH_ROUNDS; i++) {
        start = bench_now();
        bench_events(text);
        events[i] = bench_now() - start;

        start = bench_now();
        rc = bench_resolve(text, 0, &bytes, &jobs);
        resolves[i] = bench_now() - start;

        start = bench_now();
        (void) bench_resolve(text, 1, &bytes, &jobs);
        plans[i] = bench_now() - start;
    }

    event = bench_median(events, BENCH_ROUNDS);
    resolve = bench_median(resolves, BENCH_ROUNDS);
    plan = bench_median(plans, BENCH_ROUNDS) - resolve;

    base = strrchr(name, '/');

    printf("%-24s %9.0f %7.2fms %7.2fms %6.2fx %7.2fms %8.0f%% %6.1fMB  ",
           base ? base + 1 : name, (double) text->len / 1024,
           event * 1e3, resolve * 1e3, resolve / event, plan * 1e3,
           100 * plan / resolve, (double) bytes / 1048576);

    if (rc == CHATOPS_OK) {
        printf("%zu jobs\n", jobs);

    } else {
        printf("refused\n");
    }
}


static void
bench_events(const chatops_str_t *text)
{
    int            last;
    yaml_event_t   event;
    yaml_parser_t  parser;

    if (!yaml_parser_initialize(&parser)) {
        return;
    }

    yaml_parser_set_input_string(&parser, text->data, text->len);

    do {
        if (!yaml_parser_parse(&parser, &event)) {
            break;
        }

        last = event.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);

    } while (!last);

    yaml_parser_delete(&parser);
}


static int
bench_resolve(const chatops_str_t *text, unsigned plan, size_t *bytes,
    size_t *jobs)
{
    int                   rc;
    chatops_ci_t         *ci;
    bench_memory_t        memory;
    chatops_ci_options_t  options;
    chatops_yaml_error_t  error;

    memset(&options, 0, sizeof(chatops_ci_options_t));
    options.name = chatops_str(".gitlab-ci.yml");

    memory.real = chatops_arena_create(0);
    memory.arena.alloc = bench_alloc;
    memory.arena.data = &memory;
    memory.bytes = 0;

    rc = chatops_ci_parse(&memory.arena, text, &options, &ci, &error);

    if (rc == CHATOPS_OK) {
        *jobs = ci->njobs;

        if (ci->nerrors) {
            rc = CHATOPS_DECLINED;

        } else if (plan) {
            rc = bench_plan(&memory.arena, ci);
        }
    }

    *bytes = memory.bytes;

    chatops_arena_destroy(memory.real);

    return rc;
}


static int
bench_plan(chatops_arena_t *arena, const chatops_ci_t *ci)
{
    chatops_plan_t         plan;
    chatops_source_t       source;
    chatops_predefined_t   predefined;
    chatops_variables_t   *variables;

    memset(&predefined, 0, sizeof(chatops_predefined_t));
    memset(&source, 0, sizeof(chatops_source_t));

    predefined.source = chatops_str("chat");
    predefined.ref = chatops_str("main");

    if (chatops_predefined_make(arena, &predefined, 0, &variables)
        != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    source.source = predefined.source;
    source.ref = predefined.ref;
    source.predefined = variables;

    return chatops_plan_make(arena, ci, &source, &plan);
}


static void *
bench_alloc(void *data, size_t size)
{
    bench_memory_t  *memory;

    memory = data;
    memory->bytes += size;

    return memory->real->alloc(memory->real->data, size);
}


static double
bench_now(void)
{
    struct timespec  now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);

    return now.tv_sec + now.tv_nsec / 1e9;
}


static double
bench_median(double *times, size_t n)
{
    qsort(times, n, sizeof(double), bench_compare);

    return times[n / 2];
}


static int
bench_compare(const void *one, const void *two)
{
    double  a, b;

    a = *(const double *) one;
    b = *(const double *) two;

    return (a > b) - (a < b);
}


static int
bench_read(const char *name, chatops_str_t *text)
{
    FILE  *file;

    text->data = malloc(BENCH_MAX_BYTES);
    file = fopen(name, "rb");

    if (text->data == NULL || file == NULL) {
        return -1;
    }

    text->len = fread(text->data, 1, BENCH_MAX_BYTES, file);
    fclose(file);

    return 0;
}
