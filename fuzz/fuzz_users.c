/*
 * A map of users.  Of a map that is taken every line leads to the user that
 * stands on it, and to no other; one that is declined names a line.
 */

#include <stdio.h>
#include <stdlib.h>

#include "chatops_users.h"


#define fuzz_assert(x)  if (!(x)) { abort(); }


static void
fuzz_line(const chatops_users_t *users, const char *line)
{
    int                    n;
    char                   team[65], user[65], name[256];
    long long              id;
    chatops_str_t          t, u;
    const chatops_user_t  *found;

    name[0] = '\0';

    n = sscanf(line, " %64[^/ \t]/%64[^ \t] %lld:%255[^ \t\r]", team, user,
               &id, name);

    if (n <= 0 || team[0] == '#') {
        return;
    }

    fuzz_assert(n == 3 || n == 4);
    fuzz_assert(id > 0);

    t = chatops_str(team);
    u = chatops_str(user);
    found = chatops_users_find(users, &t, &u);

    fuzz_assert(found != NULL);
    fuzz_assert(found->gitlab_user_id == id);
    fuzz_assert(chatops_str_is(&found->username, name));

    /* somebody who cannot be in the map */

    t = chatops_str("T/");
    fuzz_assert(chatops_users_find(users, &t, &u) == NULL);

    t = chatops_str(team);
    u = chatops_str("");
    fuzz_assert(chatops_users_find(users, &t, &u) == NULL);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int               rc;
    char             *copy, *line, *next;
    size_t            lines, number;
    const char       *error;
    chatops_str_t     text;
    chatops_users_t  *users;
    chatops_arena_t  *arena;

    arena = chatops_arena_create(0);
    copy = malloc(size + 1);
    fuzz_assert(arena != NULL && copy != NULL);

    if (size) {
        memcpy(copy, data, size);
    }

    copy[size] = '\0';

    text = chatops_strn(data, size);
    rc = chatops_users_parse(arena, &text, &users, &number, &error);

    lines = 0;

    for (line = copy; line != NULL && line < copy + size; line = next) {
        next = memchr(line, '\n', size - (size_t) (line - copy));

        if (next != NULL) {
            *next++ = '\0';
        }

        if (rc == CHATOPS_OK) {
            fuzz_line(users, line);
        }

        lines++;
    }

    if (rc != CHATOPS_OK) {
        fuzz_assert(rc == CHATOPS_DECLINED);
        fuzz_assert(error != NULL && error[0] != '\0');
        fuzz_assert(number >= 1 && number <= lines);
    }

    free(copy);
    chatops_arena_destroy(arena);

    return 0;
}
