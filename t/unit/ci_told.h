/* Tables of the tests of CI configurations: YAML in, jobs out. */

#ifndef CI_TOLD_H
#define CI_TOLD_H


#include "ci_fixture.h"


typedef struct {
    const char  *yaml;
    const char  *told;
} told_case_t;


static int
arena_make(void **state)
{
    *state = chatops_arena_create(0);

    return *state == NULL;
}


static int
arena_drop(void **state)
{
    chatops_arena_destroy(*state);

    return 0;
}


static void
check(chatops_arena_t *arena, const told_case_t *cases, size_t count)
{
    size_t       i;
    const char  *told;

    for (i = 0; i < count; i++) {
        told = ci_read(arena, cases[i].yaml);

        if (strcmp(told, cases[i].told) != 0) {
            fail_msg("%s\n%s\nbut it should be\n%s", cases[i].yaml, told,
                     cases[i].told);
        }
    }
}


#define CHECK(state, cases)                                                   \
    check(*(state), cases, sizeof(cases) / sizeof((cases)[0]))

#define TEST(name)  cmocka_unit_test_setup_teardown(name, arena_make,         \
                                                    arena_drop)


#endif /* CI_TOLD_H */
