#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "chatops_expression.h"


/*
 * The variables of the tables: A is "a", ABC "abc", AB "a/b", EMPTY "", BLANK
 * blanks, RE a pattern, LINES two lines, X and Y are unknown; all others are
 * undefined.
 */

static const struct {
    const char  *name;
    const char  *value;
} variables_set[] = {
    { "A", "a" },
    { "ABC", "abc" },
    { "AB", "a/b" },
    { "EMPTY", "" },
    { "BLANK", " \t\xe3\x80\x80\xc2\xa0" },
    { "RE", "/^A.C$/i" },
    { "BAD", "/(/" },
    { "LINES", "x\nabc" },
    { "RELINES", "no\n/^b/\n" },
    { "NUMBER", "23" },
    { NULL, NULL }
};


typedef struct {
    const char  *text;
    const char  *value;      /* null, true, false, unknown, "…", /…/ */
    const char  *truth;
} expected_t;


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


static chatops_variables_t *
variables_make(chatops_arena_t *arena)
{
    size_t                i;
    chatops_str_t         name, value;
    chatops_variables_t  *variables;

    variables = chatops_variables_create(arena, NULL);
    assert_non_null(variables);

    for (i = 0; variables_set[i].name != NULL; i++) {
        name = chatops_str(variables_set[i].name);
        value = chatops_str(variables_set[i].value);

        assert_int_equal(chatops_variables_set(variables, &name, &value),
                         CHATOPS_OK);
    }

    name = chatops_str("X");
    assert_int_equal(chatops_variables_set_unknown(variables, &name),
                     CHATOPS_OK);
    name = chatops_str("Y");
    assert_int_equal(chatops_variables_set_unknown(variables, &name),
                     CHATOPS_OK);

    return variables;
}


static void
evaluate(chatops_arena_t *arena, const char *text, chatops_result_t *result)
{
    int                    rc;
    const char            *why;
    chatops_str_t          s;
    chatops_expression_t  *expression;

    s = chatops_str(text);
    rc = chatops_expression_parse(arena, &s, &expression, &why);

    if (rc != CHATOPS_OK) {
        fail_msg("%s: %s", text, why);
    }

    assert_int_equal(chatops_expression_evaluate(expression,
                                                 variables_make(arena), result),
                     CHATOPS_OK);
}


static void
show(const chatops_value_t *value, char *text, size_t size)
{
    switch (value->type) {

    case CHATOPS_VALUE_NULL:
        (void) snprintf(text, size, "null");
        break;

    case CHATOPS_VALUE_BOOLEAN:
        (void) snprintf(text, size, value->boolean ? "true" : "false");
        break;

    case CHATOPS_VALUE_STRING:
        (void) snprintf(text, size, "\"%.*s\"",
                        chatops_str_arg(&value->string));
        break;

    case CHATOPS_VALUE_PATTERN:
        (void) snprintf(text, size, "/%.*s/",
                        chatops_str_arg(&value->string));
        break;

    default:
        (void) snprintf(text, size, "unknown");
    }
}


static void
expect(chatops_arena_t *arena, const expected_t *cases, size_t n)
{
    size_t             i;
    char               text[256];
    chatops_result_t   result;

    for (i = 0; i < n; i++) {
        evaluate(arena, cases[i].text, &result);
        show(&result.value, text, sizeof(text));

        if (result.error != NULL || strcmp(text, cases[i].value) != 0
            || strcmp(chatops_truth_name(result.truth), cases[i].truth) != 0)
        {
            fail_msg("%s: %s, %s%s%s", cases[i].text, text,
                     chatops_truth_name(result.truth),
                     result.error != NULL ? ", " : "",
                     result.error != NULL ? result.error : "");
        }
    }
}


#define cases_expect(state, cases)                                            \
    expect(state, cases, sizeof(cases) / sizeof(cases[0]))


static void
test_values(void **state)
{
    static const expected_t  cases[] = {
        { "$A", "\"a\"", "yes" },
        { "$NONE", "null", "no" },
        { "$EMPTY", "\"\"", "no" },
        { "$BLANK", "\" \t\xe3\x80\x80\xc2\xa0\"", "no" },
        { "null", "null", "no" },
        { "\"\"", "\"\"", "no" },
        { "''", "\"\"", "no" },
        { "\" \"", "\" \"", "no" },
        { "\"0\"", "\"0\"", "yes" },
        { "\"false\"", "\"false\"", "yes" },
        { "'it says \"a\"'", "\"it says \"a\"\"", "yes" },
        { "\"it's\"", "\"it's\"", "yes" },
        { "\"a\\\"", "\"a\\\"", "yes" },
        { "\"$A\"", "\"$A\"", "yes" },
        { "/ab/", "/ab/", "yes" },
        { "/a\\/b/i", "/(?i)a/b/", "yes" },
        { "/ab/imsU", "/(?imsU)ab/", "yes" },
        { "/ab/iiss", "/(?iiss)ab/", "yes" },
        { " \t\r\n\f\v$A\n", "\"a\"", "yes" },
        { "($A)", "\"a\"", "yes" },
        { "((($A)))", "\"a\"", "yes" },
        { "$A()", "\"a\"", "yes" },
        { "()$A", "\"a\"", "yes" }
    };

    cases_expect(*state, cases);
}


static void
test_equality(void **state)
{
    static const expected_t  cases[] = {
        { "$A == \"a\"", "true", "yes" },
        { "$A==\"a\"", "true", "yes" },
        { "\"a\" == $A", "true", "yes" },
        { "$A == 'a'", "true", "yes" },
        { "$A == \"A\"", "false", "no" },
        { "$A == \"a \"", "false", "no" },
        { "$A != \"a\"", "false", "no" },
        { "$A != \"b\"", "true", "yes" },
        { "$A == $A", "true", "yes" },
        { "$A == $ABC", "false", "no" },
        { "$NONE == null", "true", "yes" },
        { "null == $NONE", "true", "yes" },
        { "$NONE == $NONE2", "true", "yes" },
        { "$NONE == \"\"", "false", "no" },
        { "$NONE != \"\"", "true", "yes" },
        { "$EMPTY == \"\"", "true", "yes" },
        { "$EMPTY == null", "false", "no" },
        { "$EMPTY != null", "true", "yes" },
        { "$A != null", "true", "yes" },
        { "null == null", "true", "yes" },
        { "null != null", "false", "no" },
        { "\"\" == null", "false", "no" },
        { "\"null\" == null", "false", "no" },
        { "\"true\" == ($A == $A)", "false", "no" },
        { "($A == $A) == ($ABC == $ABC)", "true", "yes" },
        { "($A == $A) != ($A == $ABC)", "true", "yes" },
        { "($A == $A) == null", "false", "no" },

        /* from the left, so a boolean with a string */

        { "$A == $A == $A", "false", "no" },
        { "$A != $ABC != null", "true", "yes" },

        { "$RE == /^A.C$/i", "false", "no" },
        { "null == /ab/", "false", "no" },
        { "/ab/ == /ab/", "true", "yes" },
        { "/ab/ == /ac/", "false", "no" },
        { "/ab/ == /ab/i", "false", "no" },
        { "/a\\/b/ != /ab/", "true", "yes" }
    };

    cases_expect(*state, cases);
}


static void
test_logic(void **state)
{
    static const expected_t  cases[] = {
        { "$A && $ABC", "\"abc\"", "yes" },
        { "$A || $ABC", "\"a\"", "yes" },
        { "$NONE && $A", "null", "no" },
        { "$A && $NONE", "null", "no" },
        { "$NONE || $A", "\"a\"", "yes" },
        { "$NONE || $NONE2", "null", "no" },

        /* only null and false are false here */

        { "$EMPTY || $A", "\"\"", "no" },
        { "$EMPTY && $A", "\"a\"", "yes" },
        { "$A && $EMPTY", "\"\"", "no" },
        { "$BLANK || $A", "\" \t\xe3\x80\x80\xc2\xa0\"", "no" },
        { "\"\" || $A", "\"\"", "no" },
        { "\"false\" && $A", "\"a\"", "yes" },
        { "($EMPTY != null) && $A", "\"a\"", "yes" },
        { "null || \"\"", "\"\"", "no" },

        { "$A == \"b\" || $ABC", "\"abc\"", "yes" },
        { "$A == \"b\" && $ABC", "false", "no" },
        { "$A == \"a\" && $ABC == \"abc\"", "true", "yes" },
        { "$A == \"a\" && $ABC == \"abd\"", "false", "no" },
        { "$A == \"b\" || $ABC == \"abc\"", "true", "yes" },

        /* && before || */

        { "$A || $NONE && $NONE", "\"a\"", "yes" },
        { "($A || $NONE) && $NONE", "null", "no" },
        { "$NONE && $NONE || $A", "\"a\"", "yes" },
        { "$NONE && ($NONE || $A)", "null", "no" },
        { "$A && $ABC || $NONE && $AB", "\"abc\"", "yes" },
        { "$A == \"a\" || $A == \"b\" && $A == \"c\"", "true", "yes" },
        { "($A == \"a\" || $A == \"b\") && $A == \"c\"", "false", "no" },
        { "$NONE || $NONE == null && $A =~ /^a$/", "true", "yes" },
        { "$A && /ab/", "/ab/", "yes" },
        { "/ab/ && null", "null", "no" },
        { "/ab/ || null", "/ab/", "yes" }
    };

    cases_expect(*state, cases);
}


static void
test_matches(void **state)
{
    static const expected_t  cases[] = {
        { "$ABC =~ /bc/", "true", "yes" },
        { "$ABC =~ /^bc/", "false", "no" },
        { "$ABC !~ /^bc/", "true", "yes" },
        { "$ABC =~ /BC/", "false", "no" },
        { "$ABC =~ /BC/i", "true", "yes" },
        { "$ABC=~/^a.c$/", "true", "yes" },
        { "$ABC =~ /^a/ && $A !~ /^b/", "true", "yes" },
        { "$AB =~ /a\\/b/", "true", "yes" },
        { "$AB =~ /^a\\/c/", "false", "no" },
        { "\"a\\\\/b\" =~ /a\\\\\\/b/", "false", "no" },
        { "$A =~ /$A/", "false", "no" },
        { "\"$A\" =~ /\\$A/", "true", "yes" },
        { "$LINES =~ /^abc/", "false", "no" },
        { "$LINES =~ /^abc/m", "true", "yes" },
        { "$LINES =~ /(?m)^abc/", "true", "yes" },
        { "$LINES =~ /x.abc/", "false", "no" },
        { "$LINES =~ /x.abc/s", "true", "yes" },
        { "$LINES =~ /x$/", "false", "no" },

        /* null on the left is nothing, on the right matches nothing */

        { "$NONE =~ /^$/", "true", "yes" },
        { "$NONE !~ /^$/", "false", "no" },
        { "$NONE =~ /ab/", "false", "no" },
        { "null =~ /a*/", "true", "yes" },
        { "$A =~ null", "false", "no" },
        { "$A !~ null", "true", "yes" },
        { "$A =~ $NONE", "false", "no" },
        { "$A !~ $NONE", "true", "yes" },
        { "null =~ null", "false", "no" },
        { "$EMPTY =~ /^$/", "true", "yes" },

        /* a string with a pattern's form is one */

        { "$ABC =~ $RE", "true", "yes" },
        { "$ABC !~ $RE", "false", "no" },
        { "$A =~ $RE", "false", "no" },
        { "$ABC =~ \"/^a.c$/\"", "true", "yes" },
        { "$ABC =~ '/B/i'", "true", "yes" },
        { "$A =~ \"//\"", "true", "yes" },
        { "$A =~ \"/b/\"", "false", "no" },
        { "\"bcd\" =~ $RELINES", "true", "yes" },
        { "\"no\" =~ $RELINES", "false", "no" },
        { "$ABC =~ ($NONE || $RE)", "true", "yes" },
        { "$ABC =~ ($A && /bc/)", "true", "yes" },

        /* any other string is asked whether it has the left one in it */

        { "$A =~ $ABC", "true", "yes" },
        { "$ABC =~ $A", "false", "no" },
        { "$NUMBER =~ \"1234\"", "true", "yes" },
        { "\"1234\" =~ $NUMBER", "false", "no" },
        { "$NUMBER !~ \"1234\"", "false", "no" },
        { "\"\" =~ \"\"", "true", "yes" },
        { "$NONE =~ \"abc\"", "true", "yes" },
        { "$NONE =~ \"\"", "true", "yes" },
        { "$A =~ \"\"", "false", "no" },
        { "\"(\" =~ $BAD", "true", "yes" },
        { "\"x\" =~ $BAD", "false", "no" },
        { "\"/x/\" =~ \"/x/x\"", "true", "yes" },

        /* what is compared is "true" or "false" */

        { "($A == $A) =~ /^true$/", "true", "yes" },
        { "($A == $ABC) =~ /^false$/", "true", "yes" },
        { "($A == $ABC) =~ \"is false\"", "true", "yes" },
        { "$A =~ ($NONE != null)", "false", "no" },
        { "$A !~ ($NONE != null)", "true", "yes" },

        /* a pattern is a text of GitLab's there */

        { "/ab/ =~ /^#<Gitlab::UntrustedRegexp:0x0000.*>$/", "true", "yes" },
        { "/ab/ =~ /^ab/", "false", "no" },
        { "/ab/ =~ \"ab\"", "false", "no" },
        { "/ab/ =~ /abc/", "unknown", "unknown" }
    };

    cases_expect(*state, cases);
}


/* Nothing asks where an operator stands. */

static void
test_order(void **state)
{
    static const expected_t  cases[] = {
        { "$A $A ==", "true", "yes" },
        { "== $A $A", "true", "yes" },
        { "$A $ABC &&", "\"abc\"", "yes" },
        { "|| $NONE $A", "\"a\"", "yes" },
        { "($A $ABC) ==", "false", "no" },
        { "$A $A == $ABC &&", "false", "no" },
        { "$A $A(==)", "true", "yes" },
        { "$A\"a\"==", "true", "yes" },
        { "nullnull==", "true", "yes" }
    };

    cases_expect(*state, cases);
}


/* Which slash ends a pattern. */

static void
test_patterns(void **state)
{
    static const expected_t  cases[] = {
        { "/ab//", "/ab//", "yes" },
        { "/a//", "/a//", "yes" },
        { "/a\\//", "/a//", "yes" },
        { "/\\//", "///", "yes" },
        { "/ab\\\\/c/", "/ab\\/c/", "yes" },
        { "/a\\/\\/b/", "/a//b/", "yes" },
        { "/a\\/b/ == /a\\/b/", "true", "yes" },
        { "/ab/ == /cd/", "false", "no" },
        { "\"a/b\" =~ /a\\/b/ && \"a\"", "\"a\"", "yes" },
        { "/a b/", "/a b/", "yes" },
        { "/a\"b/", "/a\"b/", "yes" },
        { "/\xc3\xa9\xc3\xa9/", "/\xc3\xa9\xc3\xa9/", "yes" }
    };

    cases_expect(*state, cases);
}


static void
test_unknown(void **state)
{
    static const expected_t  cases[] = {
        { "$X", "unknown", "unknown" },
        { "$X == \"a\"", "unknown", "unknown" },
        { "\"a\" != $X", "unknown", "unknown" },
        { "$X == null", "unknown", "unknown" },
        { "$X == $Y", "unknown", "unknown" },
        { "$X =~ /ab/", "unknown", "unknown" },
        { "$A =~ $X", "unknown", "unknown" },
        { "$A !~ $X", "unknown", "unknown" },
        { "$X =~ null", "false", "no" },
        { "$X !~ $NONE", "true", "yes" },

        /* what settles it, whatever the other side is */

        { "$NONE && $X", "null", "no" },
        { "$X && $NONE", "null", "no" },
        { "$A && $X", "unknown", "unknown" },
        { "$A || $X", "\"a\"", "yes" },
        { "$EMPTY || $X", "\"\"", "no" },
        { "$NONE || $X", "unknown", "unknown" },
        { "$X || $A", "unknown", "unknown" },
        { "$X && \"\"", "unknown", "no" },
        { "$X && $A == \"b\"", "unknown", "no" },
        { "$X || \"\"", "unknown", "unknown" },
        { "$X == \"a\" && $A == \"b\"", "false", "no" },
        { "$X == \"a\" || $A == \"a\"", "true", "yes" },
        { "$X == \"a\" || $A", "unknown", "yes" },
        { "$A == \"b\" && $X == \"a\"", "false", "no" },
        { "$A == \"a\" || $X == \"a\"", "true", "yes" },
        { "$X == \"a\" && null", "unknown", "no" },
        { "($X && null) == null", "true", "yes" },
        { "($X == \"a\" && null) == null", "unknown", "unknown" },

        /* no variable is a boolean, nor a comparison null or a string */

        { "$X == ($A == $A)", "false", "no" },
        { "($X == \"a\") == null", "false", "no" },
        { "($X == \"a\") != \"true\"", "true", "yes" },
        { "($X == \"a\") == ($A == $A)", "unknown", "unknown" },
        { "$X == /ab/", "false", "no" },
        { "($X == \"a\") || ($X != \"a\")", "unknown", "unknown" },

        /* what fails only if it is come to, or with some values */

        { "($X && (\"a\" =~ ($A == $A))) || $A", "unknown", "unknown" },
        { "$X && (\"a\" =~ ($A == $A))", "unknown", "no" },
        { "(\"a\" =~ ($X == \"b\")) || $A", "unknown", "unknown" },
        { "(\"a\" !~ ($X == \"b\")) && $A", "unknown", "unknown" },
        { "($X && /ab/) != ($A == $A)", "unknown", "unknown" },
        { "$A == \"b\" && (\"a\" =~ ($X == \"b\"))", "false", "no" }
    };

    cases_expect(*state, cases);
}


static void
test_unknown_name(void **state)
{
    size_t             i;
    chatops_result_t   result;

    static const struct {
        const char  *text;
        const char  *variable;
    } cases[] = {
        { "$X", "X" },
        { "$A == $Y", "Y" },
        { "$X == $Y", "X" },
        { "$A && ($NONE || $Y) != $X", "Y" },
        { "$X || $Y", "X" },
        { "$NONE || $Y || $X", "Y" },
        { "$X && $A == \"b\"", "" },
        { "/ab/ =~ /abc/", "" }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        evaluate(*state, cases[i].text, &result);

        if (!chatops_str_is(&result.variable, cases[i].variable)) {
            fail_msg("%s: \"%.*s\"", cases[i].text,
                     chatops_str_arg(&result.variable));
        }
    }
}


static void
test_invalid(void **state)
{
    size_t                  i;
    const char             *why;
    chatops_str_t           s;
    chatops_expression_t   *expression;

    static const char *const  texts[] = {
        "", " ", "\n", "()", "(", ")", "==", "$A ==", "== $A", "$A &&",
        "&& $A", "$A $B", "$A \"text\"", "($A", "$A)", "(($A)", "$A == ($B",
        ")$A(", "$A == == $B", "$A && && $B", "$A = $B", "$A === $B",
        "!$A", "!($A)", "${A}", "$", "$ A", "$-", "A", "a == \"a\"",
        "true", "false", "$A == true", "1", "$A == 1", "$A > \"1\"",
        "\"a", "a\"", "'a", "\"a'", "\"a\nb\"", "$A == \"a\nb\"",
        "$A & $B", "$A | $B", "$A and $B", "not $A", "nul", "NULL",
        "Null", "$A, $B", "$[[ inputs.a ]]", "$A \\n",
        "//", "/a/", "/./", "/\xc3\xa9/", "/\\/", "/a\\/", "/ab", "ab/",
        "/ab/x", "/ab/g", "/a/b/", "/(/ == $A", "/(ab/", "/a**/",
        "/(?=ab)/", "/(?<!a)b/", "/(a)\\1/", "/a++/", "/[b-a]/",
        "/a{1001}/", "/ab\\Z/", "/a\nb/", "/ab\xff/",

        /* GitLab cannot ask these what they equal or match */

        "/ab/ == null", "/ab/ == \"ab\"", "/ab/ != $A", "/ab/ == $A",
        "(null || /ab/) == $A", "$A =~ ($A == $A)",
        "$A !~ (null == null)", "$A == $B =~ ($B == $B)"
    };

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        s = chatops_str(texts[i]);
        why = NULL;

        if (chatops_expression_parse(*state, &s, &expression, &why)
            != CHATOPS_DECLINED || why == NULL || why[0] == '\0')
        {
            fail_msg("%s is taken for valid", texts[i]);
        }
    }
}


/* Fails only with the variables as they are. */

static void
test_error(void **state)
{
    size_t             i;
    chatops_result_t   result;

    static const char *const  texts[] = {
        "$A && /ab/ == $A",
        "$A && (/ab/ != null)",
        "$ABC =~ ($A == \"a\")",
        "$A && ($A !~ ($ABC == \"abc\"))"
    };

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        evaluate(*state, texts[i], &result);

        assert_non_null(result.error);
        assert_int_equal(result.truth, CHATOPS_NO);
        assert_int_equal(result.value.type, CHATOPS_VALUE_NULL);
    }
}


/* n times "$A", with "||" in between: 2n - 1 tokens, or one more. */

static int
parse_chain(chatops_arena_t *arena, size_t n, const char *more)
{
    size_t                  i;
    const char             *why;
    chatops_buf_t           buf;
    chatops_str_t           s;
    chatops_expression_t   *expression;

    chatops_buf_init(&buf, arena, 65536);

    for (i = 0; i < n; i++) {
        chatops_buf_text(&buf, i == 0 ? "$A" : "||$A");
    }

    chatops_buf_text(&buf, more);

    assert_int_equal(chatops_buf_finish(&buf, &s), CHATOPS_OK);

    return chatops_expression_parse(arena, &s, &expression, &why);
}


static void
test_limits(void **state)
{
    size_t                  i;
    const char             *why;
    chatops_buf_t           buf;
    chatops_str_t           s;
    chatops_expression_t   *expression;

    assert_int_equal(parse_chain(*state, 50, ""), CHATOPS_OK);
    assert_int_equal(parse_chain(*state, 50, " "), CHATOPS_OK);
    assert_int_equal(parse_chain(*state, 49, "()"), CHATOPS_OK);
    assert_int_equal(parse_chain(*state, 49, "()()"), CHATOPS_DECLINED);
    assert_int_equal(parse_chain(*state, 51, ""), CHATOPS_DECLINED);
    assert_int_equal(parse_chain(*state, 5000, ""), CHATOPS_DECLINED);

    chatops_buf_init(&buf, *state, 100000);
    chatops_buf_text(&buf, "$A");

    for (i = 0; i < CHATOPS_EXPRESSION_MAX_BYTES; i++) {
        chatops_buf_char(&buf, ' ');
    }

    assert_int_equal(chatops_buf_finish(&buf, &s), CHATOPS_OK);
    assert_int_equal(chatops_expression_parse(*state, &s, &expression, &why),
                     CHATOPS_DECLINED);

    s.len = CHATOPS_EXPRESSION_MAX_BYTES;
    assert_int_equal(chatops_expression_parse(*state, &s, &expression, &why),
                     CHATOPS_OK);
}


static void
test_print(void **state)
{
    const char             *why;
    chatops_buf_t           buf;
    chatops_str_t           s;
    chatops_expression_t   *expression;

    s = chatops_str("$A == \"a\" || null && ('\"' !~ /b\\/c/i || $B=~$C)");
    assert_int_equal(chatops_expression_parse(*state, &s, &expression, &why),
                     CHATOPS_OK);

    chatops_buf_init(&buf, *state, 1024);
    chatops_expression_print(expression, &buf);
    assert_int_equal(chatops_buf_finish(&buf, &s), CHATOPS_OK);

    assert_string_equal((char *) s.data,
                        "||\n"
                        "  ==\n"
                        "    $A\n"
                        "    \"a\"\n"
                        "  &&\n"
                        "    null\n"
                        "    ||\n"
                        "      !~\n"
                        "        '\"'\n"
                        "        /b\\/c/i\n"
                        "      =~\n"
                        "        $B\n"
                        "        $C\n");
}


static void
test_memory(void **state)
{
    int                     rc;
    size_t                  limit;
    const char             *why;
    chatops_str_t           s;
    chatops_arena_t        *arena;
    chatops_result_t        result;
    chatops_variables_t    *variables;
    chatops_expression_t   *expression;

    s = chatops_str("$A =~ /^\\p{Greek}[a-c]{3}\\/\\pL/i || $RE =~ $RE "
                    "|| \"b\" =~ \"/(?P<a>b)/\" || $X");
    variables = variables_make(*state);
    rc = CHATOPS_ERROR;

    for (limit = 64; rc != CHATOPS_OK && limit < 65536; limit += 64) {
        arena = chatops_arena_create(limit);
        assert_non_null(arena);

        rc = chatops_expression_parse(arena, &s, &expression, &why);

        if (rc == CHATOPS_OK) {
            rc = chatops_expression_evaluate(expression, variables,
                                             &result);
        }

        assert_true(rc == CHATOPS_OK || rc == CHATOPS_ERROR);
        chatops_arena_destroy(arena);
    }

    assert_int_equal(rc, CHATOPS_OK);
    assert_int_equal(result.truth, CHATOPS_YES);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(test_values, arena_make, arena_drop),
        cmocka_unit_test_setup_teardown(test_equality, arena_make,
                                        arena_drop),
        cmocka_unit_test_setup_teardown(test_logic, arena_make, arena_drop),
        cmocka_unit_test_setup_teardown(test_matches, arena_make, arena_drop),
        cmocka_unit_test_setup_teardown(test_order, arena_make, arena_drop),
        cmocka_unit_test_setup_teardown(test_patterns, arena_make,
                                        arena_drop),
        cmocka_unit_test_setup_teardown(test_unknown, arena_make, arena_drop),
        cmocka_unit_test_setup_teardown(test_unknown_name, arena_make,
                                        arena_drop),
        cmocka_unit_test_setup_teardown(test_invalid, arena_make, arena_drop),
        cmocka_unit_test_setup_teardown(test_error, arena_make, arena_drop),
        cmocka_unit_test_setup_teardown(test_limits, arena_make, arena_drop),
        cmocka_unit_test_setup_teardown(test_print, arena_make, arena_drop),
        cmocka_unit_test_setup_teardown(test_memory, arena_make, arena_drop)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
