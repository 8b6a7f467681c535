#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ci_fixture.h"


#define MAX_FILES  6


/* Files of a repository: path, text, path, text, up to a NULL. */

typedef struct {
    const char  *yaml;
    const char  *files[MAX_FILES];
    const char  *told;
} include_case_t;


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
read_file(void *data, chatops_arena_t *arena, const chatops_str_t *path,
    chatops_str_t *text)
{
    size_t              i;
    const char *const  *files;

    (void) arena;

    files = data;

    for (i = 0; i < MAX_FILES && files[i] != NULL; i += 2) {
        if (chatops_str_is(path, files[i])) {
            *text = chatops_str(files[i + 1]);
            return CHATOPS_OK;
        }
    }

    return CHATOPS_DECLINED;
}


static int
read_other(void *data, chatops_arena_t *arena, const chatops_str_t *path,
    chatops_str_t *text)
{
    int            *number;
    chatops_buf_t   buf;

    (void) path;

    number = data;

    chatops_buf_init(&buf, arena, 100);
    chatops_buf_text(&buf, "include: f");
    chatops_buf_int(&buf, ++*number);
    chatops_buf_text(&buf, ".yml\n");

    return chatops_buf_finish(&buf, text);
}


static const char *
told(chatops_arena_t *arena, const char *yaml, chatops_ci_options_t *options,
    chatops_ci_t **ci)
{
    int                    rc;
    chatops_str_t          text;
    chatops_yaml_error_t   error;

    text = chatops_str(yaml);
    options->name = chatops_str(".gitlab-ci.yml");

    rc = chatops_ci_parse(arena, &text, options, ci, &error);

    return ci_told(rc, *ci, &error);
}


static void
check(chatops_arena_t *arena, const include_case_t *cases, size_t count)
{
    size_t                 i;
    const char            *got;
    chatops_ci_t          *ci;
    chatops_ci_options_t   options;

    for (i = 0; i < count; i++) {
        memset(&options, 0, sizeof(chatops_ci_options_t));

        options.read = read_file;
        options.data = (void *) cases[i].files;

        got = told(arena, cases[i].yaml, &options, &ci);

        if (strcmp(got, cases[i].told) != 0) {
            fail_msg("%s\n%s\nbut it should be\n%s", cases[i].yaml, got,
                     cases[i].told);
        }
    }
}


#define CHECK(state, cases)                                                   \
    check(*(state), cases, sizeof(cases) / sizeof((cases)[0]))


static void
included_files_come_first_and_the_file_wins(void **state)
{
    static const include_case_t  cases[] = {
        { "include: a.yml\nb: {script: x}\n",
          { "a.yml", "a: {script: [x, y]}\n" }, "a: 2, b: 1" },
        { "include: {local: /a.yml}\na: {before_script: [x]}\n",
          { "a.yml", "a: {script: [x, y]}\n" }, "a: 3" },
        { "include: [a.yml, local: b.yaml]\nc: {extends: .b}\n",
          { "a.yml", ".b: {script: x}\n", "b.yaml",
            ".b: {script: [x, y]}\n" }, "c: 2" },
        { "include: //d/a.yml\n",
          { "d/a.yml", "include: b.yml\na: {extends: .b}\n", "b.yml",
            ".b: {script: x}\n" }, "a: 1" },
        { "include: [a.yml, a.yml]\n",
          { "a.yml", "a: {script: x}\n" }, "a: 1" },
        { "include:\nb: {script: x}\n", { NULL }, "b: 1" },
        { "include: {local: a.yml, inputs: {n: web}}\n",
          { "a.yml", "spec: {inputs: {n: , m: {type: number, default: 2}}}\n"
                     "---\n\"$[[ inputs.n ]]\":\n  script: x\n"
                     "  parallel: $[[ inputs.m ]]\n" },
          "web 1/2: 1, web 2/2: 1" },
        { "include:\n- {local: a.yml, inputs: {n: web}}\n"
          "- {local: a.yml, inputs: {n: api}}\n",
          { "a.yml", "spec: {inputs: {n: }}\n"
                     "---\n\"$[[ inputs.n ]]\": {script: x}\n" },
          "web: 1, api: 1" }
    };

    CHECK(state, cases);
}


static void
what_is_not_at_hand_leaves_jobs_unresolved(void **state)
{
    size_t                 i;
    char                   text[200];
    chatops_ci_t          *ci;
    chatops_ci_options_t   options;

    static const char *const  files[] = { "a.yml", "a: {script: x}\n", NULL };

    static const char *const  includes[] = {
        "https://example.com/a.yml", "{remote: https://example.com/a.yml}",
        "{project: g/p, file: a.yml}", "{template: Auto-DevOps.gitlab-ci.yml}",
        "{component: example.com/g/p@1}", "{artifact: a.yml, job: b}",
        "$DIR/a.yml", "'ci/*.yml'", "{local: 'ci/**.yml'}",
        "{local: a.yml, rules: [{if: $A}]}"
    };

    for (i = 0; i < sizeof(includes) / sizeof(includes[0]); i++) {
        memset(&options, 0, sizeof(chatops_ci_options_t));

        options.read = read_file;
        options.data = (void *) files;

        (void) snprintf(text, sizeof(text), "include: [a.yml, %s]\n"
                        "b: {script: x}\nc: {extends: .z}\n", includes[i]);

        if (strcmp(told(*state, text, &options, &ci), "a: 1, b: 1, c: 0?")
            != 0)
        {
            fail_msg("%s: %s", includes[i],
                     told(*state, text, &options, &ci));
        }

        assert_int_equal(ci->unresolved, 1);
        assert_int_equal(ci->includes, 1);
    }

    options.read = NULL;

    assert_string_equal(told(*state, "include: a.yml\nb: {script: x}\n",
                             &options, &ci), "b: 1");
    assert_int_equal(ci->unresolved, 1);
}


static int
list_files(void *data, const chatops_str_t **paths, size_t *npaths)
{
    static const chatops_str_t  files[] = {
        chatops_string(".gitlab-ci.yml"), chatops_string("README.md"),
        chatops_string("ci/a.yml"), chatops_string("ci/b.yml"),
        chatops_string("ci/deep/c.yml"), chatops_string("ci/empty.txt")
    };

    (void) data;

    *paths = files;
    *npaths = sizeof(files) / sizeof(files[0]);

    return CHATOPS_OK;
}


static void
a_path_with_a_star_is_many_files(void **state)
{
    size_t                 i;
    char                   text[200];
    chatops_ci_t          *ci;
    chatops_ci_options_t   options;

    static const char *const  files[MAX_FILES] = {
        "ci/a.yml", "a: {script: x}\nboth: {script: x}\n",
        "ci/b.yml", "include: 'ci/*.yml'\nboth: {script: [x, y]}\n",
        "ci/deep/c.yml", "c: {script: x}\n"
    };

    static const struct {
        const char  *include;
        const char  *told;
    } cases[] = {

        /* a star is in a folder, two are below it; the later file wins */

        { "ci/*.yml", "a: 1, both: 2, z: 1" },
        { "/ci/**.yml", "a: 1, both: 2, c: 1, z: 1" },
        { "ci/**/c.yml", "c: 1, z: 1" },
        { "**/a.yml", "a: 1, both: 1, z: 1" },
        { "c*/?.yml", "z: 1" },
        { "R*", "`include`: the name of `README.md` does not end as YAML's "
               "do" },
        { "none/*.yml", "z: 1" },
        { "ci/*", "`include`: the name of `ci/empty.txt` does not end as "
                  "YAML's do" }
    };

    memset(&options, 0, sizeof(chatops_ci_options_t));

    options.read = read_file;
    options.list = list_files;
    options.data = (void *) files;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        (void) snprintf(text, sizeof(text), "include: {local: '%s'}\n"
                        "z: {script: x}\n", cases[i].include);

        if (strstr(told(*state, text, &options, &ci), cases[i].told) == NULL)
        {
            fail_msg("%s: %s", cases[i].include,
                     told(*state, text, &options, &ci));
        }

        assert_int_equal(ci->unresolved, 0);
    }
}


static chatops_truth_e
has_file(void *data, const chatops_str_t *pattern)
{
    (void) data;

    return chatops_str_is(pattern, "Dockerfile") ? CHATOPS_YES : CHATOPS_NO;
}


/* `A` is 1, `N` a, `M` m, `U` not known; `V` of the file is not seen. */

static void
rules_say_what_is_included(void **state)
{
    size_t                 i;
    char                   text[300];
    chatops_ci_t          *ci;
    chatops_str_t          name, value;
    chatops_variables_t   *variables;
    chatops_ci_options_t   options;

    static const char *const  files[] = { "a.yml", "a: {script: x}\n", NULL };

    static const struct {
        const char  *include;
        const char  *told;
        unsigned     unresolved;
    } cases[] = {
        { "[{local: a.yml, rules: [{if: $A}]}]", "a: 1, b: 1", 0 },
        { "{local: a.yml, rules: [{if: $A}]}", "a: 1, b: 1", 0 },
        { "[{local: a.yml, rules: [{if: $B}]}]", "b: 1", 0 },
        { "[{local: a.yml, rules: [{if: $B}, {if: '$A == \"1\"'}]}]",
          "a: 1, b: 1", 0 },
        { "[{local: a.yml, rules: [{if: $V}]}]", "b: 1", 0 },
        { "[{local: a.yml, rules: []}]", "b: 1", 1 },
        { "[{local: a.yml, rules: }]", "a: 1, b: 1", 0 },
        { "[{local: a.yml, rules: [{if: $A, when: never}]}]", "b: 1", 0 },
        { "[{local: a.yml, rules: [{if: $A, when: }]}]", "a: 1, b: 1", 0 },
        { "[{local: a.yml, rules: [{exists: [Dockerfile]}]}]",
          "a: 1, b: 1", 0 },
        { "[{local: a.yml, rules: [{exists: [Makefile]}]}]", "b: 1", 0 },
        { "[{remote: 'https://x/a.yml', rules: [{if: $B}]}]", "b: 1", 0 },
        { "[{remote: 'https://x/a.yml', rules: [{if: $A}]}]", "b: 1", 1 },
        { "[{local: a.yml, rules: [{if: $U}]}]", "b: 1", 1 },
        { "[{local: a.yml, rules: [{if: '$A =='}]}]", "b: 1", 1 },
        { "[{local: a.yml, rules: [{if: $B, foo: 1}]}]", "b: 1", 1 },
        { "[{local: a.yml, rules: [{if: $A, when: manual}]}]", "b: 1", 1 },
        { "[{local: a.yml, rules: {if: $A}}]", "b: 1", 1 },
        { "$N.yml", "a: 1, b: 1", 0 },
        { "[{local: '/${N}$B.y%M%l'}]", "a: 1, b: 1", 0 },
        { "'[$A].yml'",
          ".gitlab-ci.yml:1: `include`: there is no file `[1].yml`", 0 },
        { "$U.yml", "b: 1", 1 },
        { "$N*.yml", "b: 1", 1 },
        { "{local: a.yml, rules: [{if: $B}]}",
          ".gitlab-ci.yml:1: `include` must be a list or a string when its "
          "rules do not match", 0 }
    };

    memset(&options, 0, sizeof(chatops_ci_options_t));

    variables = chatops_variables_create(*state, NULL);
    name = chatops_str("A");
    value = chatops_str("1");

    assert_int_equal(chatops_variables_set(variables, &name, &value),
                     CHATOPS_OK);

    name = chatops_str("N");
    value = chatops_str("a");

    assert_int_equal(chatops_variables_set(variables, &name, &value),
                     CHATOPS_OK);

    name = chatops_str("M");
    value = chatops_str("m");

    assert_int_equal(chatops_variables_set(variables, &name, &value),
                     CHATOPS_OK);

    name = chatops_str("U");

    assert_int_equal(chatops_variables_set_unknown(variables, &name),
                     CHATOPS_OK);

    options.read = read_file;
    options.exists = has_file;
    options.data = (void *) files;
    options.variables = variables;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        (void) snprintf(text, sizeof(text), "include: %s\n"
                        "variables: {V: x}\nb: {script: x}\n",
                        cases[i].include);

        if (strcmp(told(*state, text, &options, &ci), cases[i].told) != 0
            || ci->unresolved != cases[i].unresolved)
        {
            fail_msg("%s: %s", cases[i].include,
                     told(*state, text, &options, &ci));
        }
    }
}


static void
an_include_that_is_wrong_is_an_error(void **state)
{
    static const include_case_t  cases[] = {
        { "b: {script: x}\ninclude: a.yml\n", { NULL },
          ".gitlab-ci.yml:2: `include`: there is no file `a.yml`" },
        { "include: a.txt\n", { NULL },
          ".gitlab-ci.yml:1: `include`: the name of `a.txt` does not end as "
          "YAML's do" },
        { "include: 1\n", { NULL },
          ".gitlab-ci.yml:1: `include` must be a string or a mapping" },
        { "include: {local: [a.yml]}\n", { NULL },
          ".gitlab-ci.yml:1: `include`: a path must be a string" },
        { "include: {local: a.yml, remote: b.yml}\n", { NULL },
          ".gitlab-ci.yml:1: `include` must use only one of `local`, "
          "`project`, `remote`, `template`, `artifact` and `component`" },
        { "include: {rules: []}\n", { NULL },
          ".gitlab-ci.yml:1: `include` has none of `local`, `project`, "
          "`remote`, `template`, `artifact` and `component`" },
        { "include: a.yml\n", { "a.yml", "a: [\n" },
          ".gitlab-ci.yml:1: `include`: `a.yml`: line 2: did not find expected "
          "node content" },
        { "include: a.yml\n", { "a.yml", "# empty\n" },
          ".gitlab-ci.yml:1: `include`: `a.yml` is no mapping" },
        { "include: a.yml\n", { "a.yml", "x: y\ninclude: b.yml\n", "b.yml",
                                "include: [a.yml]\n" },
          "b.yml:1: `include`: `a.yml` includes itself" },
        { "include: a.yml\n", { "a.yml", "\n\nb: {extends: .z}\n" },
          "a.yml:3: b: unknown key `.z` in `extends`" },
        { "include: {local: a.yml, inputs: {n: 1}}\n",
          { "a.yml", "a: {script: x}\n" },
          ".gitlab-ci.yml:1: `include`: the file has no `spec`, and takes no "
          "inputs" },
        { "include: a.yml\n",
          { "a.yml", "spec: {inputs: {n: }}\n---\na: {script: x}\n" },
          "a.yml:1: input `n` has no value" },
        { "include: {local: a.yml, inputs: {n: 1, m: 2}}\n",
          { "a.yml", "spec: {inputs: {n: }}\n---\na: {script: x}\n" },
          ".gitlab-ci.yml:1: unknown input `m`" }
    };

    CHECK(state, cases);
}


static void
files_without_end_are_an_error(void **state)
{
    int                    number;
    chatops_ci_t          *ci;
    chatops_ci_options_t   options;

    memset(&options, 0, sizeof(chatops_ci_options_t));

    number = 0;
    options.read = read_other;
    options.data = &number;

    assert_string_equal(told(*state, "include: a.yml\n", &options, &ci),
                        "f149.yml:1: more than 150 files are included");
    assert_int_equal(number, 150);
}


static void
each_job_knows_its_file(void **state)
{
    chatops_ci_t          *ci;
    chatops_ci_options_t   options;

    static const char *const  files[] = {
        "a.yml", "\na:\n  script: x\nb: {script: x}\n", NULL
    };

    memset(&options, 0, sizeof(chatops_ci_options_t));

    options.read = read_file;
    options.data = (void *) files;

    (void) told(*state, "include: a.yml\nc: {script: x}\nb: {tags: [y]}\n",
                &options, &ci);

    assert_int_equal(ci->nfiles, 2);
    assert_true(chatops_str_is(&ci->files[1], "a.yml"));
    assert_true(chatops_str_is(&ci->jobs[0].name, "a"));
    assert_int_equal(ci->jobs[0].file, 1);
    assert_int_equal(ci->jobs[0].line, 2);
    assert_true(chatops_str_is(&ci->jobs[1].name, "b"));
    assert_int_equal(ci->jobs[1].file, 0);
    assert_int_equal(ci->jobs[1].line, 3);
    assert_int_equal(chatops_yaml_get(ci->jobs[1].node, "script")->file, 1);
}


int
main(void)
{
#define TEST(name)  cmocka_unit_test_setup_teardown(name, arena_make,         \
                                                    arena_drop)

    const struct CMUnitTest  tests[] = {
        TEST(included_files_come_first_and_the_file_wins),
        TEST(what_is_not_at_hand_leaves_jobs_unresolved),
        TEST(a_path_with_a_star_is_many_files),
        TEST(rules_say_what_is_included),
        TEST(an_include_that_is_wrong_is_an_error),
        TEST(files_without_end_are_an_error),
        TEST(each_job_knows_its_file)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
