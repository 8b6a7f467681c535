#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "chatops_glob.h"


#define YES      CHATOPS_YES
#define NO       CHATOPS_NO
#define UNKNOWN  CHATOPS_UNKNOWN


typedef struct {
    const char       *pattern;
    const char       *path;
    chatops_truth_e   match;
} glob_case_t;


static void
a_pattern_matches_as_ruby_has_it(void **state)
{
    size_t           i;
    chatops_str_t    path, pattern;
    chatops_truth_e  match;

    static const glob_case_t  cases[] = {
        { "a", "a", YES },            { "a", "b", NO },
        { "a", "ab", NO },            { "ab", "a", NO },
        { "", "", YES },              { "", "a", NO },
        { "*", "a", YES },            { "*", "", YES },
        { "*", "a/b", NO },           { "*", ".a", YES },
        { "a*", "a", YES },           { "a*c", "abbc", YES },
        { "a*c", "abbcd", NO },       { "*a*b*", "xaybz", YES },
        { "*/b", "a/b", YES },        { "*/b", "a/c/b", NO },
        { "*/b", "b", NO },           { "a/*", "a/b", YES },
        { "a/*", "a/", YES },         { "a/*", "a", NO },
        { "**", "a", YES },           { "**", "a/b", NO },
        { "**/b", "b", YES },         { "**/b", "a/b", YES },
        { "**/b", "a/x/b", YES },     { "**/b", "a/bb", NO },
        { "**/b", ".a/b", YES },      { "a/**/b", "a/b", YES },
        { "a/**/b", "a/x/y/b", YES }, { "a/**/b", "c/a/b", NO },
        { "a/**", "a/b", YES },       { "a/**", "a/b/c", NO },
        { "a/**/*", "a/b/c", YES },   { "a/**/*", "a", NO },
        { "**/a/**/b", "x/a/y/b", YES },
        { "**/a/**/b", "x/a/y/c", NO },
        { "**/*.rb", "a/b.rb", YES }, { "**/*.rb", "b.rb", YES },
        { "**.rb", "a.rb", YES },     { "**.rb", "a/b.rb", NO },
        { "x**/b", "xa/b", YES },     { "x**/b", "xa/c/b", NO },
        { "?", "a", YES },            { "?", "", NO },
        { "?", "/", NO },             { "?", "\xc3\xa9", YES },
        { "a?c", "a/c", NO },         { "??", "\xc3\xa9", NO },
        { "[ab]", "a", YES },         { "[ab]", "c", NO },
        { "[a-c]x", "bx", YES },      { "[a-c]x", "dx", NO },
        { "[!a]", "b", YES },         { "[!a]", "a", NO },
        { "[^a]", "b", YES },         { "[a-]", "-", YES },
        { "[]", "a", NO },            { "[a", "a", NO },
        { "[\\]]", "]", YES },        { "[a-c", "b", NO },
        { "[\xc3\xa0-\xc3\xbf]", "\xc3\xa9", YES },
        { "[/]", "/", NO },           { "a[b/c]d", "abd", YES },
        { "\\*", "*", YES },          { "\\*", "a", NO },
        { "\\?", "?", YES },          { "\\\\", "\\", YES },
        { "a\\", "a\\", NO },        { "\\a", "a", YES },
        { "{a,b}", "a", YES },        { "{a,b}", "b", YES },
        { "{a,b}", "c", NO },         { "{a,b}", "{a,b}", NO },
        { "x.{js,ts}", "x.ts", YES }, { "{a,b/c}", "b/c", YES },
        { "{a,b{c,d}}", "bd", YES },  { "{a,b{c,d}}", "b", NO },
        { "a{,b}", "a", YES },        { "a{,b}", "ab", YES },
        { "{a}", "a", YES },          { "{", "{", NO },
        { "{a", "{a", NO },          { "a}", "a}", YES },
        { "\\{a,b}", "{a,b}", YES },  { "{a\\,b}", "a,b", YES },
        { "x{a,b}{", "xa{", NO },     { "a\\", "a", YES },
        { "{**/,}a", "x/y/a", YES },  { "*.{[ab],c}", "x.b", YES }
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        pattern = chatops_str(cases[i].pattern);
        path = chatops_str(cases[i].path);

        match = chatops_glob_match(&pattern, &path);

        if (match != cases[i].match) {
            fail_msg("%s, %s: %s", cases[i].pattern, cases[i].path,
                     chatops_truth_name(match));
        }
    }
}


static void
a_pattern_has_limits(void **state)
{
    char             text[CHATOPS_GLOB_MAX_BYTES + 1];
    size_t           i;
    chatops_str_t    path, pattern;

    (void) state;

    path = chatops_str("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");

    memset(text, 'a', sizeof(text));
    pattern = chatops_strn(text, sizeof(text));
    assert_int_equal(chatops_glob_match(&pattern, &path), UNKNOWN);

    /* 2^100 patterns */

    for (i = 0; i < 100; i++) {
        memcpy(&text[i * 5], "{a,b}", 5);
    }

    pattern = chatops_strn(text, 500);
    assert_int_equal(chatops_glob_match(&pattern, &path), UNKNOWN);

    /* what would take for ever in another way */

    for (i = 0; i < 1000; i++) {
        memcpy(&text[i * 3], "*a*", 3);
    }

    text[3000] = 'b';
    pattern = chatops_strn(text, 3001);
    assert_int_equal(chatops_glob_match(&pattern, &path), NO);
}


static void
files_are_found_as_gitlab_finds_them(void **state)
{
    size_t           i;
    chatops_str_t    pattern;

    static const chatops_str_t  paths[] = {
        chatops_string("Dockerfile"), chatops_string("app/x.rb"),
        chatops_string("app/.env"), chatops_string("docs/a/b.md"),
        chatops_string("lib/x.so.1")
    };

    static const struct {
        const char       *pattern;
        chatops_truth_e   exists;

    } cases[] = {
        { "Dockerfile", YES },      { "dockerfile", NO },
        { "app", NO },              { "app/", YES },
        { "ap/", NO },              { "docs/a/", YES },
        { "app/x.rb", YES },        { "/app/x.rb", NO },
        { "./app/x.rb", NO },       { "", NO },
        { "/", NO },                { "*.rb", NO },
        { "**/*.rb", YES },         { "**/*.so.1", YES },
        { "**/*.js", NO },          { "app/*", YES },
        { "*/*.md", NO },           { "**/*.{md,js}", YES },
        { "**/*", YES },            { "**/*b", YES },
        { "docs/**/*.md", YES },    { "*/", NO },
        { ".rb", NO },              { "app/.e*", YES }
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        pattern = chatops_str(cases[i].pattern);

        if (chatops_glob_exists(&pattern, paths,
                                sizeof(paths) / sizeof(paths[0]))
            != cases[i].exists)
        {
            fail_msg("%s", cases[i].pattern);
        }
    }
}


/* GitLab gives up on too many comparisons, and takes it for a yes. */

static void
too_many_files_count_as_a_match(void **state)
{
    static chatops_str_t  paths[CHATOPS_GLOB_MAX_COMPARED + 1];

    size_t         i;
    chatops_str_t  exact, pattern;

    (void) state;

    for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        paths[i] = chatops_str("a");
    }

    exact = chatops_str("b");
    pattern = chatops_str("b*");

    assert_int_equal(chatops_glob_exists(&pattern, paths,
                                         CHATOPS_GLOB_MAX_COMPARED), NO);
    assert_int_equal(chatops_glob_exists(&pattern, paths,
                                         CHATOPS_GLOB_MAX_COMPARED + 1),
                     YES);
    assert_int_equal(chatops_glob_exists(&exact, paths,
                                         CHATOPS_GLOB_MAX_COMPARED + 1), NO);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_pattern_matches_as_ruby_has_it),
        cmocka_unit_test(a_pattern_has_limits),
        cmocka_unit_test(files_are_found_as_gitlab_finds_them),
        cmocka_unit_test(too_many_files_count_as_a_match)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
