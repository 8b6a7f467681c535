#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "chatops_ref.h"


#define nelts(table)  (sizeof(table) / sizeof((table)[0]))

#define ID  "01hzzzzzzzzzzzzzzzzz000001"


static void
names_are_those_that_git_takes(void **state)
{
    size_t         i;
    char           name[CHATOPS_REF_MAX + 1];
    chatops_str_t  s;

    static const char *const  good[] = {
        "main", "v1.2", "release/1", "a/b/c", "x@y", "a-", "d\xc3\xa9j\xc3\xa0",
        "1", "HEAD", "lock", "a.lockx", "{x}", "@@", "a/@"
    };

    static const char *const  bad[] = {
        "", "/", "/a", "a/", "a//b", ".a", "a/.b", "a..b", "a.", "a.lock",
        "a.lock/b", "-a", "@", "a@{b", "a b", "a~", "a^1", "a:b", "a?", "a*",
        "a[b", "a\\b", "a\nb", "a\x7f", "\xff"
    };

    (void) state;

    for (i = 0; i < nelts(good); i++) {
        s = chatops_str(good[i]);
        assert_true(chatops_ref_valid(&s));
    }

    for (i = 0; i < nelts(bad); i++) {
        s = chatops_str(bad[i]);
        assert_false(chatops_ref_valid(&s));
    }

    memset(name, 'a', sizeof(name));

    s = chatops_strn(name, CHATOPS_REF_MAX);
    assert_true(chatops_ref_valid(&s));

    s.len++;
    assert_false(chatops_ref_valid(&s));

    s = chatops_strn("a\0b", 3);
    assert_false(chatops_ref_valid(&s));
}


static void
a_star_stands_for_anything(void **state)
{
    size_t         i;
    chatops_str_t  pattern, name;

    static const struct {
        const char  *pattern;
        const char  *name;
        int          match;
    } cases[] = {
        { "main", "main", 1 },
        { "main", "mai", 0 },
        { "main", "main2", 0 },
        { "main", "Main", 0 },
        { "", "", 1 },
        { "", "a", 0 },
        { "*", "", 1 },
        { "*", "a/b", 1 },
        { "release/*", "release/1", 1 },
        { "release/*", "release/", 1 },
        { "release/*", "release", 0 },
        { "release/*", "release/1/2", 1 },
        { "release/*", "prerelease/1", 0 },
        { "*-stable", "1-2-stable", 1 },
        { "*-stable", "1-stable-x", 0 },
        { "v*.*", "v1.2", 1 },
        { "v*.*", "v12", 0 },
        { "v*.*.0", "v1.2.0", 1 },
        { "v*.*.0", "v1.2.0.1.0", 1 },
        { "a*b*c", "abbbbc", 1 },
        { "a*b*c", "acb", 0 },
        { "**", "x", 1 },
        { "a**b", "ab", 1 },
    };

    (void) state;

    for (i = 0; i < nelts(cases); i++) {
        pattern = chatops_str(cases[i].pattern);
        name = chatops_str(cases[i].name);

        assert_int_equal(chatops_ref_match(&pattern, &name), cases[i].match);
    }
}


/* Without a limit by the last star this would take for ever. */

static void
a_hostile_pattern_is_quick(void **state)
{
    size_t         i;
    char           stars[4096], name[255];
    chatops_str_t  pattern, s;

    (void) state;

    for (i = 0; i < sizeof(stars); i++) {
        stars[i] = i % 2 ? 'a' : '*';
    }

    stars[sizeof(stars) - 1] = 'b';
    memset(name, 'a', sizeof(name));

    pattern = chatops_strn(stars, sizeof(stars));
    s = chatops_strn(name, sizeof(name));

    for (i = 0; i < 10000; i++) {
        assert_false(chatops_ref_match(&pattern, &s));
    }
}


static void
an_id_takes_the_place_of_the_star(void **state)
{
    size_t            i;
    chatops_str_t     pattern, id, name, found;
    chatops_arena_t  *arena;

    static const struct {
        const char  *pattern;
        const char  *name;       /* NULL: not valid */
        const char  *prefix;
    } cases[] = {
        { "chatops/*", "chatops/" ID, "chatops/" },
        { "bot/*/run", "bot/" ID "/run", "bot/" },
        { "chatops-*-x", "chatops-" ID "-x", "chatops-" },
        { "chatops", NULL, NULL },
        { "*", NULL, NULL },
        { "*/chatops", NULL, NULL },
        { "chatops/*/*", NULL, NULL },
        { "chat ops/*", NULL, NULL },
        { "chatops/*.lock", NULL, NULL },
        { "chatops//*", NULL, NULL },
        { "-chatops/*", NULL, NULL },
        { "chatops/.*", NULL, NULL },
        { "", NULL, NULL },
    };

    (void) state;

    id = chatops_str(ID);
    arena = chatops_arena_create(0);
    assert_non_null(arena);

    for (i = 0; i < nelts(cases); i++) {
        pattern = chatops_str(cases[i].pattern);

        assert_int_equal(chatops_ref_pattern_valid(&pattern, &id),
                         cases[i].name != NULL);

        if (cases[i].name == NULL) {
            continue;
        }

        assert_int_equal(chatops_ref_make(arena, &pattern, &id, &name),
                         CHATOPS_OK);
        assert_true(chatops_str_is(&name, cases[i].name));

        found = chatops_ref_prefix(&pattern);
        assert_true(chatops_str_is(&found, cases[i].prefix));

        assert_int_equal(chatops_ref_id(&pattern, &name, &found), CHATOPS_OK);
        assert_true(chatops_str_eq(&found, &id));

        name = chatops_str("chatops");
        assert_int_equal(chatops_ref_id(&pattern, &name, &found),
                         CHATOPS_DECLINED);
    }

    /* the text around it must not overlap in the name */

    pattern = chatops_str("ab*ba");
    name = chatops_str("aba");
    assert_int_equal(chatops_ref_id(&pattern, &name, &found),
                     CHATOPS_DECLINED);

    chatops_arena_destroy(arena);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(names_are_those_that_git_takes),
        cmocka_unit_test(a_star_stands_for_anything),
        cmocka_unit_test(a_hostile_pattern_is_quick),
        cmocka_unit_test(an_id_takes_the_place_of_the_star),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
