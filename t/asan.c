/*
 * Linked into the nginx of `make asan`, and into the programs by which its
 * configure looks for features: what AddressSanitizer has to know of nginx.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>


#define NGX_PROCESS_SINGLE     0
#define NGX_PROCESS_SIGNALLER  2


extern uintptr_t  ngx_test_config __attribute__((weak));
extern uintptr_t  ngx_process __attribute__((weak));
extern uintptr_t  ngx_event_flags __attribute__((weak));

const char  *__asan_default_options(void);
const char  *__ubsan_default_options(void);
int          __lsan_is_turned_off(void);


static char  ubsan_options[4096];


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

    if (options != NULL && strlen(options) < sizeof(ubsan_options)) {
        memcpy(ubsan_options, options, strlen(options) + 1);
    }
}


const char *
__ubsan_default_options(void)
{
    return ubsan_options;
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
