/*
 * Linked into the nginx of `make asan`, and into the programs by which its
 * configure looks for features: what AddressSanitizer has to know of nginx.
 */

#include <dlfcn.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>


#define NGX_PROCESS_SINGLE     0
#define NGX_PROCESS_SIGNALLER  2


extern uintptr_t  ngx_test_config __attribute__((weak));
extern uintptr_t  ngx_process __attribute__((weak));
extern uintptr_t  ngx_event_flags __attribute__((weak));

const char  *__asan_default_options(void);
const char  *__ubsan_default_options(void);
void         __ubsan_on_report(void);
int          __lsan_is_turned_off(void);


typedef void (*report_data_pt)(const char **kind, const char **message,
    const char **file, unsigned *line, unsigned *column, char **address);


static char  ubsan_options[4096];
static char  ubsan_log_path[4096];


/* nginx and a dynamic module both have an ngx_module_names. */

const char *
__asan_default_options(void)
{
    return "detect_odr_violation=0";
}


/*
 * UBSan asks for its options when it has something to tell: then a worker has
 * lost its environment, which nginx clears.
 */

__attribute__((constructor))
static void
keep_ubsan_options(void)
{
    const char  *options;

    options = getenv("UBSAN_OPTIONS");

    if (options == NULL || strlen(options) >= sizeof(ubsan_options)) {
        return;
    }

    memcpy(ubsan_options, options, strlen(options) + 1);

    options = strstr(options, "log_path=");

    if (options != NULL) {
        options += sizeof("log_path=") - 1;
        memcpy(ubsan_log_path, options, strcspn(options, ":"));
    }
}


const char *
__ubsan_default_options(void)
{
    return ubsan_options;
}


/*
 * gcc's UBSan writes to stderr whatever its log_path says, and that is
 * nginx's error log, which a test may throw away.
 */

void
__ubsan_on_report(void)
{
    int              fd;
    char             path[sizeof(ubsan_log_path) + 32], *address;
    unsigned         line, column;
    const char      *kind, *message, *file;
    report_data_pt   report_data;

    *(void **) &report_data = dlsym(RTLD_DEFAULT,
                                    "__ubsan_get_current_report_data");

    if (report_data == NULL || ubsan_log_path[0] == '\0') {
        return;
    }

    report_data(&kind, &message, &file, &line, &column, &address);

    snprintf(path, sizeof(path), "%s.%ld", ubsan_log_path, (long) getpid());

    fd = open(path, O_WRONLY|O_CREAT|O_APPEND, 0644);

    if (fd != -1) {
        dprintf(fd, "%s:%u:%u: runtime error: %s: %s\n",
                file, line, column, kind, message);
        close(fd);
    }
}


/*
 * A process that only tests the configuration, sends a signal or cannot start
 * ends without freeing what it has read.  Masters and workers do free, so
 * that a leak of theirs is one.
 */

int
__lsan_is_turned_off(void)
{
    if (&ngx_process == NULL) {
        return 1;
    }

    return ngx_test_config
           || ngx_process == NGX_PROCESS_SIGNALLER
           || (ngx_process == NGX_PROCESS_SINGLE && ngx_event_flags == 0);
}
