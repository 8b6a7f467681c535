#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <cmocka.h>

#include "chatops_regex.h"


/* What RE2 (2022-06-01) says of each, but where it is said otherwise. */

typedef struct {
    const char      *pattern;
    const char      *text;
    chatops_truth_e  truth;
} match_t;


#define YES      CHATOPS_YES
#define NO       CHATOPS_NO
#define UNKNOWN  CHATOPS_UNKNOWN


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


static int
parse(chatops_arena_t *arena, const char *text, chatops_regex_t **regex,
    const char **why)
{
    chatops_str_t  s;

    s = chatops_str(text);
    *why = NULL;

    return chatops_regex_parse(arena, &s, regex, why);
}


static chatops_truth_e
match(chatops_arena_t *arena, const char *pattern, const char *text)
{
    const char       *why;
    chatops_str_t     s;
    chatops_regex_t  *regex;

    if (parse(arena, pattern, &regex, &why) != CHATOPS_OK) {
        fail_msg("%s: %s", pattern, why);
    }

    s = chatops_str(text);

    return chatops_regex_match(regex, &s);
}


static void
expect(chatops_arena_t *arena, const match_t *cases, size_t n)
{
    size_t           i;
    chatops_truth_e  truth;

    for (i = 0; i < n; i++) {
        truth = match(arena, cases[i].pattern, cases[i].text);

        if (truth != cases[i].truth) {
            fail_msg("%s in \"%s\": %s", cases[i].pattern, cases[i].text,
                     chatops_truth_name(truth));
        }
    }
}


#define cases_expect(state, cases)                                            \
    expect(state, cases, sizeof(cases) / sizeof(cases[0]))


static void
test_accepted(void **state)
{
    size_t            i;
    const char       *why;
    chatops_regex_t  *regex;

    static const char *const  patterns[] = {
        "//", "/a/", "/a|b/", "/|/", "/a||b/", "/()/", "/(|a)*/", "/(?:)/",
        "/^*/", "/$+/", "/\\b*/", "/()*/", "/(?i)/", "/(?)/", "/(?i:a)/",
        "/(?imsU)a/", "/(?i-s)a/", "/(?-i)a/", "/(?ii)a/", "/(?i-sm:a)/",
        "/(?P<n1_>a)(?P<n2>b)/", "/(?P<n>a)(?P<n>b)/", "/(?P<\xc3\xa9>a)/",
        "/a*?/", "/a+?/", "/a?\?/", "/a{2}?/", "/a{2,}?/", "/a{2,3}?/",
        "/a*(?i)*/", "/a+(?i)*/", "/a?(?i)+/", "/a{2}(?i){3}/",
        "/a*\\Q\\E*/", "/(a*)*/", "/(?:a{10}){100}/",
        "/a{1000}/", "/a{0}/", "/a{0,0}/", "/a{1000,}/", "/a{0,1000}/",
        "/a{,5}/", "/a{/", "/a{1/", "/a{1,/", "/a{x}/", "/a{-1}/", "/{/",
        "/}/", "/a{01}/", "/a{1,02}/", "/a{9999999999}/", "/]/",
        "/[]a]/", "/[^]a]/", "/[-a]/", "/[a-]/", "/[a-b-c]/", "/[\\d-z]/",
        "/[[:alpha:]]/", "/[[:^alpha:][:word:]]/", "/[[:alpha]/",
        "/[a[:digit:]b]/", "/[[:]/", "/[[]/", "/[^\\x00-\\x{10FFFF}]/",
        "/[\\]]/", "/[\\n\\x41-\\x{5a}\\101]/", "/[\\pL\\p{Greek}\\PN]/",
        "/\\pN/", "/\\PN/", "/\\p{L}/", "/\\p{^Lu}/", "/\\P{^Lu}/",
        "/\\p{Greek}/", "/\\p{Old_Italic}/", "/\\p{Any}/", "/\\p{Cs}/",
        "/\\d\\D\\w\\W\\s\\S/", "/\\A\\z\\b\\B/", "/\\C/",
        "/\\Qa*b\\E/", "/\\Q(/", "/\\Q\\E/", "/\\Q\\\\E/",
        "/\\a\\f\\t\\n\\r\\v/", "/\\0/", "/\\01/", "/\\012/", "/\\08/",
        "/\\12/", "/\\123/", "/\\377/", "/\\777/", "/\\x41/", "/\\x{41}/",
        "/\\x{10FFFF}/", "/\\x{0000000041}/", "/\\x{D800}/",
        "/\\_\\-\\/\\.\\ \\!\\~\\@/", "/\xc3\xa9/", "/\xf0\x9f\x92\xa9+/",

        /* a newer RE2 has this one */

        "/(?<name>a)/"
    };

    for (i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        if (parse(*state, patterns[i], &regex, &why) != CHATOPS_OK) {
            fail_msg("%s: %s", patterns[i], why);
        }
    }
}


static void
test_refused(void **state)
{
    size_t            i;
    const char       *why;
    chatops_regex_t  *regex;

    static const char *const  patterns[] = {
        "/(/", "/)/", "/(a/", "/a)/", "/(?:a/", "/(a))/", "/((a)/",
        "/*/", "/+a/", "/?/", "/{1}/", "/a|*/", "/(*)/", "/(|+)/", "/(?i)*/",
        "/(?:?)/", "/\\Q\\E*/", "/a**/", "/a++/", "/a*+/", "/a+*/", "/a??\?/",
        "/a*?\?/", "/a{2}{3}/", "/a{2}*/", "/a*{2}/", "/a{2}?\?/",
        "/a{1001}/", "/a{1001,}/", "/a{1,1001}/", "/a{999999999}/",
        "/a{3,2}/", "/(?:a{10}){101}/", "/((a{100}){10}){2}/",
        "/(a{2,}){501}/", "/(?:(?:a{100}b){9}){3}/",
        "/(?:b|(?:c|a{501})){2}/", "/a{501}(?i){2}/",
        "/(?=a)/", "/(?!a)/", "/(?<=a)/", "/(?<!a)/", "/(?>a)/", "/(?#a)/",
        "/(?|a)/", "/(?R)/", "/(?1)/", "/(?(1)a)/", "/(?P=n)/", "/(?P>n)/",
        "/(?P<n)/", "/(?P<n/", "/(?P</", "/(?P/", "/(?P<>a)/",
        "/(?P<a-b>a)/",
        "/(?P<a b>a)/", "/(?P<\xe2\x82\xac>a)/", "/(?'n'a)/", "/(?/", "/(?i/",
        "/(?i-)/", "/(?-)/", "/(?-:a)/", "/(?--i)/", "/(?i-s-m)/", "/(?x)/",
        "/(?ix:a)/", "/(?u)/", "/(?i a)/",
        "/\\1/", "/(a)\\1/", "/\\8/", "/\\9/", "/\\18/", "/\\e/", "/\\Z/",
        "/\\G/", "/\\K/", "/\\R/", "/\\X/", "/\\h/", "/\\N/", "/\\E/",
        "/\\c/", "/\\k<n>/", "/\\g1/", "/\\u0041/", "/\\\xc3\xa9/", "/\\/",
        "/\\x/", "/\\x4/", "/\\xg0/", "/\\x4g/", "/\\x{/", "/\\x{}/",
        "/\\x{41/", "/\\x{4g}/", "/\\x{110000}/", "/\\x{fffffffff}/",
        "/[/", "/[a/", "/[]/", "/[^]/", "/[^/", "/[b-a]/", "/[a-\\d]/",
        "/[\\b]/", "/[\\Q]/", "/[\\A]/", "/[\\1]/", "/[[:foo:]]/",
        "/[[:Alpha:]]/", "/[[::]]/", "/[[:^:]]/", "/[a-[:digit:]]/",
        "/[[:alpha:]/", "/[\\x{110000}]/",
        "/\\p/", "/\\pz/", "/\\p{/", "/\\p{}/", "/\\p{^}/", "/\\p{greek}/",
        "/\\p{LU}/", "/\\p{Letter}/", "/\\p{L&}/", "/\\p{Cn}/",
        "/\\p{Xan}/", "/\\p{sc:Greek}/", "/\\p\xc3\xa9/", "/\\p{a name's}/",
        "/a\xff/", "/\xc3/", "/\xed\xa0\x80/", "/\xc0\xaf/",

        /* RE2 has no room for them */

        "/\\pL{1000}/", "/\\p{Lu}{1000}/",
        "/(?:(?:..................................................){10}"
        "..................................................){999}/",
        "/(?:\\pL\\pL\\pL\\pL\\pL\\pL\\pL\\pL\\pL\\pL){100}/"
    };

    for (i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        if (parse(*state, patterns[i], &regex, &why) != CHATOPS_DECLINED
            || why == NULL || why[0] == '\0')
        {
            fail_msg("%s is taken for valid", patterns[i]);
        }
    }
}


static void
test_literal(void **state)
{
    size_t            i;
    const char       *why;
    chatops_str_t     source;
    chatops_regex_t  *regex;

    static const struct {
        const char  *text;
        const char  *source;      /* NULL: it is no literal */
    } cases[] = {
        { "//", "" },
        { "/a/", "a" },
        { "/a/i", "(?i)a" },
        { "/a/ismU", "(?ismU)a" },
        { "/a/ii", "(?ii)a" },
        { "/a/b/", "a/b" },
        { "/a/b/c/m", "(?m)a/b/c" },
        { "///", "/" },
        { "/a\\/b/", "a\\/b" },
        { "x\n/a/\ny", "a" },
        { "x/a/\n/b/i\n/c/", "(?i)b" },
        { "/a/\n", "a" },
        { "/i/", "i" },
        { "/ /", " " },
        { "", NULL },
        { "/", NULL },
        { "a", NULL },
        { "/a", NULL },
        { "a/", NULL },
        { " /a/", NULL },
        { "/a/ ", NULL },
        { "/a/x", NULL },
        { "/a/I", NULL },
        { "/i", NULL },
        { "/a\nb/", NULL },
        { "\n", NULL }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {

        if (parse(*state, cases[i].text, &regex, &why) != CHATOPS_OK) {
            if (cases[i].source != NULL) {
                fail_msg("%s: %s", cases[i].text, why);
            }

            assert_string_equal(why, "it is not between slashes");
            continue;
        }

        source = chatops_regex_source(regex);

        if (cases[i].source == NULL
            || !chatops_str_is(&source, cases[i].source))
        {
            fail_msg("%s: %.*s", cases[i].text, chatops_str_arg(&source));
        }
    }
}


static void
test_plain(void **state)
{
    static const match_t  cases[] = {
        { "//", "", YES },
        { "//", "a", YES },
        { "/a/", "", NO },
        { "/a/", "bab", YES },
        { "/ab/", "aab", YES },
        { "/ab/", "a b", NO },
        { "/aab/", "aaab", YES },
        { "/a/", "A", NO },
        { "/a|b/", "xb", YES },
        { "/^(a|b|)$/", "", YES },
        { "/^(a|b|)$/", "ab", NO },
        { "/^(ab|a)(bc|c)$/", "abc", YES },
        { "/^a|b$/", "ax", YES },
        { "/^a|b$/", "xb", YES },
        { "/^a|b$/", "xbx", NO },
        { "/./", "\n", NO },
        { "/./s", "\n", YES },
        { "/^.$/", "\xc3\xa9", YES },
        { "/^..$/", "\xc3\xa9", NO },
        { "/^.$/", "\xf0\x9f\x92\xa9", YES },
        { "/a.b/", "a\rb", YES },
        { "/[^a]/", "\n", YES },
        { "/(?s:a.)b./", "a\nb\n", NO },
        { "/(?s:a.)b/", "a\nb", YES },
        { "/\\x41\\102\\x{43}/", "ABC", YES },
        { "/\\x{e9}/", "\xc3\xa9", YES },
        { "/\\351/", "\xc3\xa9", YES },
        { "/\\777/", "\xc7\xbf", YES },
        { "/^\\08$/", "8", NO },
        { "/\\x{10FFFF}/", "\xf4\x8f\xbf\xbf", YES },
        { "/\\x{D800}/", "\xed\xa0\x80", NO },
        { "/\\a\\f\\t\\n\\r\\v/", "\a\f\t\n\r\v", YES },
        { "/\\Qa.b*\\E+/", "a.b***", YES },
        { "/\\Qa.b\\E/", "axb", NO },
        { "/\\Q\\\\E/", "\\", YES },
        { "/a\\Q\\E*b/", "aab", YES },
        { "/\\//", "/", YES },
        { "/{/", "{", YES },
        { "/^a{,2}$/", "a{,2}", YES },
        { "/^a{,2}$/", "aa", NO },
        { "/^a{01}$/", "a{01}", YES },
        { "/^a{x}$/", "a{x}", YES },

        /* the open quotation takes GitLab's parenthesis in */

        { "/\\Qab/", "ab", NO },
        { "/(x?)\\Qab/", "ab", YES }
    };

    cases_expect(*state, cases);
}


static void
test_places(void **state)
{
    static const match_t  cases[] = {
        { "/^b/", "a\nb", NO },
        { "/^b/m", "a\nb", YES },
        { "/(?m)^b/", "a\nb", YES },
        { "/(?m:^b)/", "a\nb", YES },
        { "/(?m:a)|^b/", "c\nb", NO },
        { "/(?-m)^b/m", "a\nb", NO },
        { "/a$/", "a\nb", NO },
        { "/a$/", "a\n", NO },
        { "/a$/m", "a\nb", YES },
        { "/a$/m", "a\n", YES },
        { "/a\\z/m", "a\n", NO },
        { "/\\Ab/m", "a\nb", NO },
        { "/\\n^$/m", "a\n", YES },
        { "/^$/m", "a\n\nb", YES },
        { "/^$/m", "a\nb", NO },
        { "/\\n^/m", "\n", YES },
        { "/^$/", "", YES },
        { "/$^/", "", YES },
        { "/a^/", "a", NO },
        { "/$a/", "a", NO },
        { "/(^a)*b/", "ab", YES },
        { "/^*a/", "ba", YES },
        { "/(?:^)+a/", "ba", NO },
        { "/x*^a/", "xa", NO },
        { "/\\bcd\\b/", "ab cd-ef", YES },
        { "/\\bcd\\b/", "ab cd_ef", NO },
        { "/\\b/", "", NO },
        { "/\\B/", "", YES },
        { "/\\b/", " ", NO },
        { "/^\\b/", "a", YES },
        { "/a\\Bb/", "ab", YES },
        { "/a\\bb/", "ab", NO },

        /* letters beyond ASCII are no words; RE2 looks inside of them */

        { "/a\\b\xc3\xa9/", "a\xc3\xa9", YES },
        { "/\\B/", "a\xc3\xa9", YES },
        { "/^.\\B/", "a\xc3\xa9", NO },
        { "/\\B/", "a", NO }
    };

    cases_expect(*state, cases);
}


static void
test_repetitions(void **state)
{
    static const match_t  cases[] = {
        { "/^a*$/", "", YES },
        { "/^a*$/", "aaa", YES },
        { "/^a*$/", "aab", NO },
        { "/^a+$/", "", NO },
        { "/^a+$/", "a", YES },
        { "/^a+$/", "aaa", YES },
        { "/^a?$/", "", YES },
        { "/^a?$/", "a", YES },
        { "/^a?$/", "aa", NO },
        { "/^a*?b+?c??$/", "aabbc", YES },
        { "/^(ab)*$/", "ababab", YES },
        { "/^(ab)*$/", "ababa", NO },
        { "/^(ab)+$/", "", NO },
        { "/^(a|bc)+d$/", "abcad", YES },
        { "/^(a*)*$/", "aaa", YES },
        { "/^(a*)+$/", "", YES },
        { "/^(a?)*b$/", "aab", YES },
        { "/^(|a)+b$/", "aab", YES },
        { "/^(a|b?)*c$/", "abac", YES },
        { "/^a{0}b$/", "b", YES },
        { "/^a{0}b$/", "ab", NO },
        { "/^(ab|c){0}$/", "", YES },
        { "/^a{1}$/", "a", YES },
        { "/^a{2}$/", "a", NO },
        { "/^a{2}$/", "aa", YES },
        { "/^a{2}$/", "aaa", NO },
        { "/^a{2,}$/", "a", NO },
        { "/^a{2,}$/", "aaaaa", YES },
        { "/^a{0,}$/", "aaaaa", YES },
        { "/^a{1,}$/", "", NO },
        { "/^a{0,1}$/", "aa", NO },
        { "/^a{0,2}$/", "", YES },
        { "/^a{0,2}$/", "aa", YES },
        { "/^a{0,2}$/", "aaa", NO },
        { "/^a{2,4}$/", "a", NO },
        { "/^a{2,4}$/", "aaaa", YES },
        { "/^a{2,4}$/", "aaaaa", NO },
        { "/^(ab){0,3}$/", "ababab", YES },
        { "/^(ab){0,3}$/", "abababab", NO },
        { "/^(ab|c){2,3}$/", "abcab", YES },
        { "/^(ab|c){2,3}$/", "abcabc", NO },
        { "/^(ab|c){2,3}$/", "c", NO },
        { "/^((a{2}){2}b){2}$/", "aaaabaaaab", YES },
        { "/^((a{2}){2}b){2}$/", "aaaabaaab", NO },
        { "/^(a{2}|b){3}$/", "aabaa", YES },
        { "/^(a{1,2}b){2,}$/", "abaabab", YES },
        { "/^\\d{3}-\\d{2,}$/", "123-4567", YES },
        { "/^\\d{3}-\\d{2,}$/", "123-4", NO },

        /* what is between keeps them apart */

        { "/^a*(?i)*$/", "aaa", YES },
        { "/^a+(?i)*$/", "", YES },
        { "/^a+(?i)?b$/", "aab", YES },
        { "/^a+(?i)?b$/", "b", YES },
        { "/^a?(?i)+$/", "aa", YES },
        { "/^a?(?i)*b$/", "aab", YES },
        { "/^(ab)+(?i)*$/", "", YES },
        { "/^(ab)+(?i)*$/", "abab", YES },
        { "/^a{2}(?i){3}$/", "aaaaaa", YES },
        { "/^a{2}(?i){3}$/", "aaaaa", NO },
        { "/^a{2}(?i)*$/", "aaaa", YES },
        { "/^a{2}(?i)*$/", "aaa", NO },
        { "/^(a|b){2}(?i)?$/", "ba", YES },
        { "/^a*(?i){2}b$/", "aaab", YES },
        { "/^a{0,2}(?i){2}b$/", "aaaab", YES },
        { "/^a{0,2}(?i){0,2}b$/", "aaaaab", NO }
    };

    cases_expect(*state, cases);
}


static void
test_classes(void **state)
{
    static const match_t  cases[] = {
        { "/[abc]/", "xbx", YES },
        { "/[a-c]/", "d", NO },
        { "/[^a-c]/", "abc", NO },
        { "/[^a-c]/", "abcd", YES },
        { "/[]]/", "]", YES },
        { "/[^]]/", "]", NO },
        { "/[a-]/", "-", YES },
        { "/[-a]/", "-", YES },
        { "/[a-c-e]/", "-", YES },
        { "/[a-c-e]/", "d", NO },
        { "/[\\d-z]/", "-", YES },
        { "/[\\d-z]/", "a", NO },
        { "/[\\]\\-]/", "-", YES },
        { "/[[]/", "[", YES },
        { "/[[:a]/", ":", YES },
        { "/[.]/", "x", NO },
        { "/[$^|*]/", "^", YES },
        { "/[\xc3\xa9-\xc3\xbc]/", "\xc3\xb6", YES },
        { "/[\xc3\xa9-\xc3\xbc]/", "\xc3\xa8", NO },
        { "/[^\xc3\xa9]/", "\xc3\xa9", NO },
        { "/[^a]/", "\xc3\xa9", YES },
        { "/[a-\xc3\xa9]/", "z", YES },
        { "/[^\\x00-\\x{10FFFF}]/", "a\xc3\xa9", NO },

        { "/\\d/", "5", YES },
        { "/\\d/", "\xd9\xa3", NO },
        { "/\\D/", "\xd9\xa3", YES },
        { "/\\w/", "_", YES },
        { "/\\w/", "\xc3\xa9", NO },
        { "/\\W/", "\xc3\xa9", YES },
        { "/\\W/", "aZ0_", NO },
        { "/\\s/", "\f", YES },
        { "/\\s/", "\v", NO },
        { "/\\S/", "\v", YES },
        { "/\\s/", "\xc2\xa0", NO },
        { "/\\S/", " \t\n\r\f", NO },
        { "/[\\s]/", "\v", NO },
        { "/[\\S]/", "\xc2\xa0", YES },
        { "/[^\\S]/", "\xc2\xa0", NO },
        { "/[^\\w ]/", "a b", NO },
        { "/[\\W\\d]/", "a", NO },
        { "/[\\W\\d]/", "1", YES },
        { "/[^\\W\\d]/", "1-", NO },
        { "/[^\\W\\d]/", "a", YES },
        { "/[^\\s\\S]/", "a \xc3\xa9", NO },

        { "/[[:alpha:]]/", "1a", YES },
        { "/[[:alpha:]]/", "1\xc3\xa9", NO },
        { "/[[:^alpha:]]/", "ab", NO },
        { "/[[:^alpha:]]/", "\xc3\xa9", YES },
        { "/[^[:^alpha:]]/", "\xc3\xa9", NO },
        { "/[[:space:]]/", "\v", YES },
        { "/[[:word:]]/", "_", YES },
        { "/[[:punct:]]/", "_", YES },
        { "/[[:punct:]]/", "a1 ", NO },
        { "/[[:cntrl:]]/", "\x7f", YES },
        { "/[[:graph:]]/", " ", NO },
        { "/[[:print:]]/", " ", YES },
        { "/[[:blank:]]/", "\n", NO },
        { "/[[:xdigit:]]/", "gG", NO },
        { "/[[:xdigit:]]/", "F", YES },
        { "/[[:upper:][:digit:]]/", "aB", YES },
        { "/[[:ascii:]]/", "\xc3\xa9", NO },
        { "/[[:lower:]]/", "A", NO },
        { "/[[:lower:]]/i", "A", YES },
        { "/[[:alnum:]]/", "-", NO }
    };

    cases_expect(*state, cases);
}


static void
test_properties(void **state)
{
    static const match_t  cases[] = {
        { "/^\\pL+$/", "aZ\xc3\xa9\xce\xb1", YES },
        { "/\\pL/", "1 -", NO },
        { "/\\PL/", "a\xc3\xa9", NO },
        { "/\\PL/", "1", YES },
        { "/\\pN/", "\xd9\xa3", YES },
        { "/^\\p{Lu}$/", "\xc3\x89", YES },
        { "/^\\p{Lu}$/", "\xc3\xa9", NO },
        { "/^\\p{^Lu}$/", "\xc3\xa9", YES },
        { "/^\\P{^Lu}$/", "\xc3\x89", YES },
        { "/^\\p{Greek}$/", "\xce\xb1", YES },
        { "/^\\p{Greek}$/", "a", NO },
        { "/^\\P{Greek}$/", "a", YES },
        { "/^\\p{Latin}$/", "\xce\xb1", NO },
        { "/^[\\p{Greek}a-c]+$/", "a\xce\xb1" "b", YES },
        { "/^[^\\p{Greek}a-c]+$/", "d\xc3\xa9", YES },
        { "/[^\\p{Greek}a-c]/", "a\xce\xb1", NO },
        { "/^[\\PL\\x{e9}]$/", "\xc3\xa9", YES },
        { "/^[\\PL\\x{e9}]$/", "\xc3\xa8", NO },
        { "/^\\p{Any}$/", "\n", YES },
        { "/\\P{Any}/", "a\xc3\xa9", NO },

        /* Script, not Script_Extensions */

        { "/\\p{Devanagari}/", "\xe0\xa5\xa4", NO },
        { "/\\p{Common}/", "\xe0\xa5\xa4", YES },

        /* what is not assigned is in none of them */

        { "/\\pC/", "\xcd\xb8", NO },
        { "/\\pC/", "\x01", YES },
        { "/\\PC/", "\xcd\xb8", YES },

        /* the likes in the other case belong to them */

        { "/^\\p{Lu}$/i", "a", YES },
        { "/^\\p{Lu}$/i", "\xc3\xa9", YES },
        { "/^\\p{Lu}$/i", "\xc3\x9f", YES },
        { "/^\\p{Lu}$/i", "\xc2\xaa", NO },
        { "/^\\P{Lu}$/i", "a", NO },
        { "/^\\P{Lu}$/i", "1", YES },
        { "/^\\p{Greek}$/i", "\xc2\xb5", YES },
        { "/^\\p{Greek}$/", "\xc2\xb5", NO }
    };

    cases_expect(*state, cases);
}


static void
test_caseless(void **state)
{
    static const match_t  cases[] = {
        { "/aBc/i", "AbC", YES },
        { "/(?i)ab/", "AB", YES },
        { "/a(?i)b/", "aB", YES },
        { "/a(?i)b/", "AB", NO },
        { "/a(?i:b)c/", "aBc", YES },
        { "/a(?i:b)c/", "abC", NO },
        { "/(a(?i)b)c/", "aBC", NO },
        { "/(?i)a(?-i)b/", "AB", NO },
        { "/a(?i)b|c/", "C", YES },
        { "/(?i)(?-i:a)b/", "aB", YES },
        { "/[a-c]/i", "B", YES },
        { "/[^a-c]/i", "B", NO },
        { "/[^a-c]/i", "D", YES },
        { "/@/i", "`", NO },
        { "/[@]/i", "`", NO },
        { "/[Z-a]/i", "z", YES },
        { "/[Z-a]/i", "B", NO },
        { "/\xc3\xa9/i", "\xc3\x89", YES },
        { "/\xc3\xa9/", "\xc3\x89", NO },
        { "/[\xc3\xa0-\xc3\xbc]/i", "\xc3\x89", YES },
        { "/\xc3\x9f/i", "ss", NO },
        { "/\xc3\x9f/i", "\xe1\xba\x9e", YES },

        /* the long s and the sign of kelvins */

        { "/k/i", "\xe2\x84\xaa", YES },
        { "/\xe2\x84\xaa/i", "K", YES },
        { "/s/i", "\xc5\xbf", YES },
        { "/\xc5\xbf/i", "S", YES },
        { "/[a-z]/i", "\xe2\x84\xaa", YES },
        { "/[a-j]/i", "\xe2\x84\xaa", NO },
        { "/[\xe2\x84\xaa]/i", "k", YES },
        { "/[^k]/i", "\xe2\x84\xaa", NO },
        { "/[^k]/", "\xe2\x84\xaa", YES },
        { "/\\w/i", "\xc5\xbf", YES },
        { "/\\w/", "\xc5\xbf", NO },
        { "/\\W/i", "\xc5\xbf\xe2\x84\xaa", NO },
        { "/\\W/i", "\xc3\xa9", YES },
        { "/[\\W]/i", "\xc5\xbf", NO },
        { "/[^\\W]/i", "\xc5\xbf", YES },
        { "/\\D/i", "\xc5\xbf", YES },
        { "/[[:^word:]]/i", "\xe2\x84\xaa", NO },

        /* rings of three, and what has no other case */

        { "/\xcf\x83/i", "\xcf\x82", YES },
        { "/\xcf\x82/i", "\xce\xa3", YES },
        { "/i/i", "\xc4\xb0", NO },
        { "/i/i", "\xc4\xb1", NO },
        { "/\xc4\xb0/i", "\xc4\xb0", YES },
        { "/1/i", "1", YES }
    };

    cases_expect(*state, cases);
}


/* RE2's ungreedy flag, and a match wherever it is. */

static void
test_words(void **state)
{
    static const match_t  cases[] = {
        { "/^a+?b/U", "aab", YES },
        { "/^release-\\d+\\.\\d+$/", "release-1.20", YES },
        { "/^release-\\d+\\.\\d+$/", "release-1.20-rc1", NO },
        { "/^v\\d+\\.\\d+\\.\\d+(-(rc|beta)\\d*)?$/", "v1.2.3-rc1", YES },
        { "/^v\\d+\\.\\d+\\.\\d+(-(rc|beta)\\d*)?$/", "v1.2.3-alpha", NO },
        { "/^(main|master|stable-.*)$/", "stable-16-1", YES },
        { "/^(main|master|stable-.*)$/", "mainline", NO },
        { "/\\[(skip|no) ci\\]/i", "Fix it [Skip CI]", YES },
        { "/^[0-9a-f]{40}$/", "da39a3ee5e6b4b0d3255bfef95601890afd80709",
          YES },
        { "/^[0-9a-f]{40}$/", "da39a3ee5e6b4b0d3255bfef95601890afd8070", NO }
    };

    cases_expect(*state, cases);
}


/* Texts that are not UTF-8, and \C. */

static void
test_bytes(void **state)
{
    static const match_t  cases[] = {
        { "/a/", "\xff" "a", YES },
        { "/^a/", "\xff" "a", NO },
        { "/a$/", "a\xff", NO },
        { "/./", "\xff", NO },
        { "/[^a]/", "\xff\xc3", NO },
        { "/\\W/", "\xff", NO },
        { "/^.*$/", "a\xff" "b", NO },
        { "/\\x{e9}/", "\xe9", NO },
        { "/a\\b/", "a\xff", YES },
        { "/\\bb/", "\xff" "b", YES },
        { "/(?m)^a/", "\xff" "a", NO },
        { "/(?m)a$/", "a\xff", NO },
        { "/\xc3\xa9/", "\xc3\xc3\xa9", YES },
        { "/a\\Cb/", "axb", YES },
        { "/a\\Cb/", "a\nb", YES },
        { "/a\\Cb/", "ab", NO },
        { "/a\\Cb/", "ab\xc3\xa9", UNKNOWN },
        { "/a\\Cb/", "\xff" "axb", UNKNOWN }
    };

    cases_expect(*state, cases);
}


static void
test_nul(void **state)
{
    const char       *why;
    chatops_regex_t  *regex;

    static const chatops_str_t  pattern = chatops_string("/^a\0b[\0]\\0$/");
    static const chatops_str_t  text = chatops_string("a\0b\0\0");
    static const chatops_str_t  other = chatops_string("a\0b\0");

    assert_int_equal(chatops_regex_parse(*state, &pattern, &regex, &why),
                     CHATOPS_OK);
    assert_int_equal(chatops_regex_match(regex, &text), CHATOPS_YES);
    assert_int_equal(chatops_regex_match(regex, &other), CHATOPS_NO);
}


/* `n` times `unit`, between `head` and `tail`. */

static chatops_str_t
repeat(chatops_arena_t *arena, const char *head, const char *unit, size_t n,
    const char *tail)
{
    chatops_buf_t  buf;
    chatops_str_t  s;

    chatops_buf_init(&buf, arena, 4 * 1024 * 1024);
    chatops_buf_text(&buf, head);

    while (n-- != 0) {
        chatops_buf_text(&buf, unit);
    }

    chatops_buf_text(&buf, tail);
    assert_int_equal(chatops_buf_finish(&buf, &s), CHATOPS_OK);

    return s;
}


static double
seconds(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);

    return ts.tv_sec + ts.tv_nsec / 1e9;
}


/* What would keep a backtracking matcher busy for years. */

static void
test_catastrophic(void **state)
{
    size_t            i;
    double            start;
    const char       *why;
    chatops_str_t     text, pattern;
    chatops_regex_t  *regex;

    static const struct {
        const char      *pattern;
        chatops_truth_e  truth;
    } cases[] = {
        { "/^(a+)+$/", CHATOPS_NO },
        { "/^(a|aa)+$/", CHATOPS_NO },
        { "/^(a|a?)+$/", CHATOPS_NO },
        { "/^(.*)*b$/", CHATOPS_NO },
        { "/(.*)(.*)(.*)(.*)(.*)b$/", CHATOPS_NO },
        { "/([a-z]+)*=/", CHATOPS_NO },
        { "/(x+x+)+y/", CHATOPS_NO },
        { "/a?a?a?a?a?a?a?a?a?a?aaaaaaaaaa!$/", CHATOPS_YES },
        { "/(a*)*!/", CHATOPS_YES },

        /* all of a thousand places at once: too many of them */

        { "/(.*a){500}b/", CHATOPS_UNKNOWN },
        { "/(((a{0,10}){0,10}){0,10})b/", CHATOPS_UNKNOWN }
    };

    text = repeat(*state, "", "a", 10000, "!");

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        pattern = chatops_str(cases[i].pattern);

        assert_int_equal(chatops_regex_parse(*state, &pattern, &regex, &why),
                         CHATOPS_OK);

        start = seconds();

        if (chatops_regex_match(regex, &text) != cases[i].truth) {
            fail_msg("%s", cases[i].pattern);
        }

        /* a few milliseconds, some more under sanitizers */

        if (seconds() - start > 0.2) {
            fail_msg("%s: %f seconds", cases[i].pattern, seconds() - start);
        }
    }
}


/* Patterns of 64 KB that are hard to read. */

static void
test_hostile(void **state)
{
    int               rc;
    size_t            i;
    double            start;
    const char       *why;
    chatops_str_t     pattern, text;
    chatops_arena_t  *arena;
    chatops_regex_t  *regex;

    static const struct {
        const char  *head;
        const char  *unit;
        size_t       n;
        const char  *tail;
        int          rc;
    } cases[] = {
        { "/", "(", 65000, "/", CHATOPS_DECLINED },
        { "/", "(a", 20000, "/", CHATOPS_DECLINED },
        { "/", "()", 30000, "/", CHATOPS_OK },
        { "/", "a|", 30000, "/", CHATOPS_OK },
        { "/", "a?(?i)*", 8000, "/", CHATOPS_OK },
        { "/a", "(?i){1}", 9000, "/", CHATOPS_OK },
        { "/(ab)", "(?i)+(?i)*", 6000, "/", CHATOPS_OK },
        { "/", "(?P<a>", 10000, "/", CHATOPS_DECLINED },
        { "/", "(?P<\xc3\xa9>)", 7000, "/", CHATOPS_OK },
        { "/", "(?P<", 16000, "/", CHATOPS_DECLINED },
        { "/", "[[:", 20000, "/", CHATOPS_DECLINED },
        { "/", "[[:]", 16000, "/", CHATOPS_DECLINED },
        { "/", "[[:a]", 13000, "/", CHATOPS_OK },
        { "/[", "[:", 30000, "a]/", CHATOPS_OK },
        { "/[", "[:", 30000, "]/", CHATOPS_DECLINED },
        { "/[", "\\pL", 20000, "]/", CHATOPS_DECLINED },
        { "/[", "\\p{Greek}", 6000, "]/", CHATOPS_OK },
        { "/", "[\\W]", 16000, "/i", CHATOPS_OK },
        { "/", "\\Q", 30000, "/", CHATOPS_OK },
        { "/", "\\x{", 20000, "/", CHATOPS_DECLINED },
        { "/", "a{1000}", 600, "/", CHATOPS_OK },
        { "/", "a{1000}", 800, "/", CHATOPS_DECLINED },
        { "/", "x*", 30000, "/", CHATOPS_OK },
        { "/", "\n/a", 20000, "/", CHATOPS_OK }
    };

    text = repeat(*state, "", "ab", 50, "");

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        pattern = repeat(*state, cases[i].head, cases[i].unit, cases[i].n,
                         cases[i].tail);

        /* the memory is in proportion, too */

        arena = chatops_arena_create(200 * pattern.len);
        assert_non_null(arena);

        start = seconds();
        rc = chatops_regex_parse(arena, &pattern, &regex, &why);

        if (rc != cases[i].rc) {
            fail_msg("%s…: %d", cases[i].unit, rc);
        }

        if (rc == CHATOPS_OK) {
            (void) chatops_regex_match(regex, &text);
        }

        if (seconds() - start > 0.5) {
            fail_msg("%s…: %f seconds", cases[i].unit, seconds() - start);
        }

        chatops_arena_destroy(arena);
    }

    /* nested as deeply as nothing should be */

    pattern = repeat(*state, "/", "(", 15000, "a");
    pattern = repeat(*state, (char *) pattern.data, ")*", 15000, "/");

    assert_int_equal(chatops_regex_parse(*state, &pattern, &regex, &why),
                     CHATOPS_OK);
    assert_int_not_equal(chatops_regex_match(regex, &text), CHATOPS_NO);
}


/* Its counts make the program larger than what is kept of it. */

static void
test_large(void **state)
{
    chatops_str_t     text;
    const char       *why;
    chatops_regex_t  *regex;

    assert_int_equal(parse(*state, "/^(ab){1000}$/", &regex, &why),
                     CHATOPS_OK);

    text = repeat(*state, "", "ab", 1000, "");
    assert_int_equal(chatops_regex_match(regex, &text), CHATOPS_YES);
    text = repeat(*state, "", "ab", 999, "");
    assert_int_equal(chatops_regex_match(regex, &text), CHATOPS_NO);
    text = repeat(*state, "", "ab", 1001, "");
    assert_int_equal(chatops_regex_match(regex, &text), CHATOPS_NO);

    /* far larger: RE2 could */

    assert_int_equal(parse(*state, "/(abcdefghijklmnopqrst){1000}/", &regex,
                           &why),
                     CHATOPS_OK);
    assert_int_equal(chatops_regex_match(regex, &text), CHATOPS_UNKNOWN);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(test_accepted, arena_make,
                                        arena_drop),
        cmocka_unit_test_setup_teardown(test_refused, arena_make, arena_drop),
        cmocka_unit_test_setup_teardown(test_literal, arena_make, arena_drop),
        cmocka_unit_test_setup_teardown(test_plain, arena_make, arena_drop),
        cmocka_unit_test_setup_teardown(test_places, arena_make, arena_drop),
        cmocka_unit_test_setup_teardown(test_repetitions, arena_make,
                                        arena_drop),
        cmocka_unit_test_setup_teardown(test_classes, arena_make, arena_drop),
        cmocka_unit_test_setup_teardown(test_properties, arena_make,
                                        arena_drop),
        cmocka_unit_test_setup_teardown(test_caseless, arena_make,
                                        arena_drop),
        cmocka_unit_test_setup_teardown(test_words, arena_make, arena_drop),
        cmocka_unit_test_setup_teardown(test_bytes, arena_make, arena_drop),
        cmocka_unit_test_setup_teardown(test_nul, arena_make, arena_drop),
        cmocka_unit_test_setup_teardown(test_catastrophic, arena_make,
                                        arena_drop),
        cmocka_unit_test_setup_teardown(test_hostile, arena_make, arena_drop),
        cmocka_unit_test_setup_teardown(test_large, arena_make, arena_drop)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
