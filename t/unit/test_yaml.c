#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "chatops_yaml.h"


static chatops_yaml_error_t  error;


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
parse(chatops_arena_t *arena, chatops_str_t text, chatops_yaml_node_t **root)
{
    return chatops_yaml_parse(arena, &text, root, &error);
}


static chatops_yaml_node_t *
tree(chatops_arena_t *arena, const char *text)
{
    chatops_yaml_node_t  *root;

    assert_int_equal(parse(arena, chatops_str(text), &root), CHATOPS_OK);
    assert_non_null(root);

    return root;
}


static void
assert_declined(chatops_arena_t *arena, chatops_str_t text,
    const char *message)
{
    chatops_yaml_node_t  *root;

    assert_int_equal(parse(arena, text, &root), CHATOPS_DECLINED);
    assert_string_equal(error.text, message);
}


static void
assert_value(const chatops_yaml_node_t *node, const char *value)
{
    assert_non_null(node);
    assert_int_equal(node->type, CHATOPS_YAML_SCALAR);
    assert_int_equal(node->value.len, strlen(value));
    assert_memory_equal(node->value.data, value, strlen(value));
}


static void
assert_written(chatops_arena_t *arena, const chatops_yaml_node_t *root,
    const char *text)
{
    chatops_str_t  s;

    assert_int_equal(chatops_yaml_write(arena, root, 100000, &s), CHATOPS_OK);
    assert_string_equal((char *) s.data, text);
}


/* `n` times the same, in the arena. */

static chatops_str_t
repeat(chatops_arena_t *arena, const char *text, size_t n)
{
    size_t         i;
    chatops_str_t  s;
    chatops_buf_t  buf;

    chatops_buf_init(&buf, arena, 8 * 1024 * 1024);

    for (i = 0; i < n; i++) {
        chatops_buf_text(&buf, text);
    }

    assert_int_equal(chatops_buf_finish(&buf, &s), CHATOPS_OK);

    return s;
}


static void
a_file_becomes_a_tree_with_lines(void **state)
{
    chatops_yaml_node_t  *job, *root;

    root = tree(*state, "# hello\nstages: [build, 'test']\n\ndeploy:\n"
                        "  script:\n    - one\n    - two\n");

    assert_int_equal(root->type, CHATOPS_YAML_MAPPING);
    assert_int_equal(root->count, 2);
    assert_int_equal(root->pairs[1].key->line, 4);

    assert_int_equal(chatops_yaml_get(root, "stages")->items[0]->plain, 1);
    assert_int_equal(chatops_yaml_get(root, "stages")->items[1]->plain, 0);

    job = chatops_yaml_get(root, "deploy");

    assert_value(chatops_yaml_get(job, "script")->items[1], "two");
    assert_int_equal(chatops_yaml_get(job, "script")->items[1]->line, 7);
    assert_null(chatops_yaml_get(job, "Script"));
    assert_null(chatops_yaml_get(chatops_yaml_get(job, "script"), "one"));
}


static void
an_empty_file_has_no_root(void **state)
{
    size_t                i;
    chatops_yaml_node_t  *root;

    static const char *const  texts[] = {
        "", "\n\n", "# only a comment\n", "---\n", "~\n", "null", "---\n\n---\n"
    };

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_int_equal(parse(*state, chatops_str(texts[i]), &root),
                         CHATOPS_OK);
        assert_null(root);
    }
}


static void
an_error_says_where_and_what(void **state)
{
    assert_declined(*state, chatops_str("a: b\nc: *d\n"),
                    "line 2: found unknown alias");
    assert_int_equal(error.line, 2);

    assert_declined(*state, chatops_str("a: b\n c: d\n"),
                    "line 2: mapping values are not allowed in this context");
    assert_declined(*state, chatops_str("a: b\nc: \001\n"),
                    "line 2: control characters are not allowed");
    assert_declined(*state, chatops_str("a: b\nc: \xff\n"),
                    "line 2: invalid leading UTF-8 octet");
    assert_declined(*state, chatops_strn("a: b\0c", 6),
                    "line 1: control characters are not allowed");
}


static void
a_header_with_spec_is_passed_over(void **state)
{
    chatops_yaml_node_t  *root;

    root = tree(*state, "spec:\n  inputs:\n    env:\n---\na: b\n");

    assert_int_equal(root->count, 1);
    assert_value(chatops_yaml_get(root, "a"), "b");

    root = tree(*state, "a: b\n---\nc: d\n");

    assert_value(chatops_yaml_get(root, "a"), "b");

    root = tree(*state, "---\nspec:\n---\na: b\n--- \nc: d\n");

    assert_value(chatops_yaml_get(root, "a"), "b");
    assert_int_equal(root->line, 4);

    assert_declined(*state, chatops_str("a: b\n---\nc\n"),
                    "line 3: a document is no mapping");
    assert_declined(*state, chatops_str("a: b\n---\n\nc: [\n"),
                    "line 5: did not find expected node content");
    assert_declined(*state, chatops_str("---\n  a: b\n  c: d\n"),
                    "line 3: mapping values are not allowed in this context");
}


static void
an_alias_is_the_anchored_node_itself(void **state)
{
    chatops_yaml_node_t  *root;

    root = tree(*state, "a: &x [1]\nb: *x\nc: &x 2\nd: *x\n");

    assert_ptr_equal(chatops_yaml_get(root, "a"), chatops_yaml_get(root, "b"));
    assert_value(chatops_yaml_get(root, "d"), "2");

    assert_declined(*state, chatops_str("a: &x\n  b: *x\n"),
                    "line 2: an alias inside of what it stands for");
    assert_declined(*state, chatops_str("spec: &x 1\n---\na: *x\n"),
                    "line 3: found unknown alias");
}


static void
of_duplicate_keys_the_last_wins_at_the_first_place(void **state)
{
    int                   i;
    chatops_str_t         s;
    chatops_buf_t         buf;
    chatops_yaml_node_t  *root;

    assert_written(*state, tree(*state, "a: 1\nb: 2\na: 3\n"),
                   "a: 3\nb: 2\n");

    /* the same for a mapping that is too big for the short way */

    chatops_buf_init(&buf, *state, 1024 * 1024);

    for (i = 0; i < 1000; i++) {
        chatops_buf_text(&buf, "key");
        chatops_buf_int(&buf, i % 500);
        chatops_buf_text(&buf, ": ");
        chatops_buf_int(&buf, i);
        chatops_buf_char(&buf, '\n');
    }

    assert_int_equal(chatops_buf_finish(&buf, &s), CHATOPS_OK);
    assert_int_equal(parse(*state, s, &root), CHATOPS_OK);

    assert_int_equal(root->count, 500);
    assert_value(root->pairs[7].key, "key7");
    assert_value(root->pairs[7].value, "507");
}


static void
merge_keys_are_resolved_as_gitlab_does(void **state)
{
    size_t  i;

    static const struct {
        const char  *text;
        const char  *written;
    } cases[] = {
        { "{<<: {a: 1, b: 2}, a: 3}",            "a: 3\nb: 2\n" },
        { "{a: 3, <<: {a: 1, b: 2}}",            "a: 1\nb: 2\n" },
        { "{<<: {a: 1}, <<: {a: 2}}",            "a: 2\n" },
        { "{<<: [{a: 1, b: 1}, {a: 2, c: 2}]}",  "a: 1\nc: 2\nb: 1\n" },
        { "{a: {<<: {b: {<<: {c: 1}}}}}",        "a:\n  b:\n    c: 1\n" },
        { "{<<: [], a: 1}",                      "a: 1\n" },
        { "{<<: {}, a: 1}",                      "a: 1\n" },
        { "{<<: , a: 1}",                        "<<:\na: 1\n" },
        { "{!!str <<: {a: 1}}",                  "!!str <<:\n  a: 1\n" }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_written(*state, tree(*state, cases[i].text), cases[i].written);
    }

    assert_written(*state,
                   tree(*state, ".a: &a {x: 1, y: 2}\n"
                                ".b: &b {<<: *a, y: 3}\n"
                                "c: {<<: [*b, *a], z: 4}\n"),
                   ".a:\n  x: 1\n  y: 2\n"
                   ".b:\n  x: 1\n  y: 3\n"
                   "c:\n  x: 1\n  y: 3\n  z: 4\n");

    /* what cannot be merged stays */

    assert_written(*state, tree(*state, "a:\n  <<: [b]\n"),
                   "a:\n  <<:\n  - b\n");
    assert_written(*state, tree(*state, "a: &a [{b: c}]\nd:\n  <<: *a\n"),
                   "a:\n- b: c\nd:\n  <<:\n  - b: c\n");
}


static void
each_limit_is_an_error(void **state)
{
    chatops_yaml_node_t  *root;

    assert_declined(*state,
                    repeat(*state, "\n", CHATOPS_YAML_MAX_BYTES + 1),
                    "the file is too large");
    assert_int_equal(parse(*state,
                           repeat(*state, "\n", CHATOPS_YAML_MAX_BYTES),
                           &root),
                     CHATOPS_OK);

    assert_declined(*state, repeat(*state, "[", 100000),
                    "line 1: it is nested too deeply");
    assert_declined(*state, repeat(*state, "- ", 100000),
                    "line 1: it is nested too deeply");
    assert_declined(*state, repeat(*state, "? ", 100000),
                    "line 1: it is nested too deeply");
    assert_declined(*state, repeat(*state, "- a\n", CHATOPS_YAML_MAX_NODES),
                    "line 200000: too many nodes");
    assert_declined(*state, repeat(*state, "%TAG !a! b\n", 65),
                    "too many directives");
}


static void
aliases_and_anchors_are_limited(void **state)
{
    int            i;
    chatops_str_t  s;
    chatops_buf_t  buf;

    chatops_buf_init(&buf, *state, 1024 * 1024);
    chatops_buf_text(&buf, "- &a x\n");

    for (i = 0; i <= CHATOPS_YAML_MAX_ALIASES; i++) {
        chatops_buf_text(&buf, "- *a\n");
    }

    assert_int_equal(chatops_buf_finish(&buf, &s), CHATOPS_OK);
    assert_declined(*state, s, "line 10002: too many aliases");

    chatops_buf_init(&buf, *state, 1024 * 1024);

    for (i = 0; i <= CHATOPS_YAML_MAX_ALIASES; i++) {
        chatops_buf_text(&buf, "- &a");
        chatops_buf_int(&buf, i);
        chatops_buf_text(&buf, " x\n");
    }

    assert_int_equal(chatops_buf_finish(&buf, &s), CHATOPS_OK);
    assert_declined(*state, s, "line 10001: too many anchors");
}


static void
aliases_cannot_make_a_tree_too_deep(void **state)
{
    int            i;
    chatops_str_t  s;
    chatops_buf_t  buf;

    chatops_buf_init(&buf, *state, 1024 * 1024);
    chatops_buf_text(&buf, "- &a0 [x]\n");

    for (i = 1; i < 100; i++) {
        chatops_buf_text(&buf, "- &a");
        chatops_buf_int(&buf, i);
        chatops_buf_text(&buf, " [*a");
        chatops_buf_int(&buf, i - 1);
        chatops_buf_text(&buf, "]\n");
    }

    assert_int_equal(chatops_buf_finish(&buf, &s), CHATOPS_OK);
    assert_declined(*state, s, "line 63: it is nested too deeply");
}


/* Nine levels of ten aliases each, and the same with merge keys. */

static chatops_str_t
bomb(chatops_arena_t *arena)
{
    int            i, k;
    chatops_str_t  s;
    chatops_buf_t  buf;

    chatops_buf_init(&buf, arena, 1024 * 1024);
    chatops_buf_text(&buf, "a0: &a0 [x]\n");

    for (i = 1; i < 10; i++) {
        chatops_buf_text(&buf, "a");
        chatops_buf_int(&buf, i);
        chatops_buf_text(&buf, ": &a");
        chatops_buf_int(&buf, i);
        chatops_buf_text(&buf, " [");

        for (k = 0; k < 10; k++) {
            chatops_buf_text(&buf, "*a");
            chatops_buf_int(&buf, i - 1);
            chatops_buf_char(&buf, ',');
        }

        chatops_buf_text(&buf, "]\n");
    }

    assert_int_equal(chatops_buf_finish(&buf, &s), CHATOPS_OK);

    return s;
}


static void
a_bomb_takes_little_memory_and_is_never_written(void **state)
{
    chatops_str_t         s, text;
    chatops_arena_t      *arena;
    chatops_yaml_node_t  *root;

    text = bomb(*state);
    arena = chatops_arena_create(100 * 1024);

    assert_non_null(arena);
    assert_int_equal(parse(arena, text, &root), CHATOPS_OK);
    assert_int_equal(chatops_yaml_write(arena, root, 1024 * 1024, &s),
                     CHATOPS_DECLINED);

    chatops_arena_destroy(arena);
}


static void
merge_keys_cannot_multiply_without_end(void **state)
{
    int                   i;
    chatops_str_t         s;
    chatops_buf_t         buf;
    chatops_yaml_node_t  *root;

    chatops_buf_init(&buf, *state, 1024 * 1024);
    chatops_buf_text(&buf, "a: &a {");

    for (i = 0; i < 1000; i++) {
        chatops_buf_text(&buf, "k");
        chatops_buf_int(&buf, i);
        chatops_buf_text(&buf, ": v, ");
    }

    chatops_buf_text(&buf, "}\n");

    for (i = 0; i < 9000; i++) {
        chatops_buf_text(&buf, "b");
        chatops_buf_int(&buf, i);
        chatops_buf_text(&buf, ": {<<: *a}\n");
    }

    assert_int_equal(chatops_buf_finish(&buf, &s), CHATOPS_OK);
    assert_int_equal(parse(*state, s, &root), CHATOPS_DECLINED);
    assert_string_equal(error.text, "line 202: `<<` merges too much");
}


static void
a_scalar_keeps_its_kind_when_written(void **state)
{
    size_t                i;
    chatops_buf_t         buf;
    chatops_str_t         text;
    chatops_yaml_node_t  *root;

    static const char *const  values[] = {
        "yes", "'yes'", "012", "'012'", "1e3", "'1e3'", "null", "'null'",
        "~", "'~'", "'2001-01-01'", "1_000", "0x1f", "''",
        "12:30:45", "'- a'", "'a: b'", "'a #b'", "'#'", "'!x'", "'*a'",
        "'&a'", "'`'", "'%'", "'@x'", "'{'", "'it''s'", "' blank '",
        "'trailing '", "\"\\a\"", "\"\\x7F\"", "\"\\N\"", "\"\\L\"",
        "\"\\r\"", "\"\\uFEFF\"", "\"\\0\"", "é", "日本語", "'日本: x'",
        "!reference [.a, script]", "!!str 12", "!x 'y'", "! '1'", "[]", "{}",
        "\"a\\n\\n\\n\"", "\"\\n\"", "\" a\\nb\"", "\"a \\nb\""
    };

    for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        chatops_buf_init(&buf, *state, 1000);
        chatops_buf_text(&buf, "key: ");
        chatops_buf_text(&buf, values[i]);
        chatops_buf_char(&buf, '\n');

        assert_int_equal(chatops_buf_finish(&buf, &text), CHATOPS_OK);

        root = tree(*state, (char *) text.data);

        if (strncmp(values[i], "!reference", 10) == 0) {
            assert_written(*state, root,
                           "key: !reference\n- .a\n- script\n");
            continue;
        }

        assert_written(*state, root, (char *) text.data);
    }
}


static void
several_lines_are_written_as_a_block(void **state)
{
    assert_written(*state,
                   tree(*state, "script:\n  - |\n    if true; then\n"
                                "      echo \"$X\"\n    fi\n"
                                "  - |-\n    a\n    b\n"
                                "  - >\n    c\n    d\n\n    e\n"),
                   "script:\n- |\n  if true; then\n    echo \"$X\"\n  fi\n"
                   "- |-\n  a\n  b\n"
                   "- |\n  c d\n  e\n");

    assert_written(*state, tree(*state, "a: one\n   two\n\n   three\n"),
                   "a: \"one two\\nthree\"\n");
}


static void
no_line_is_folded(void **state)
{
    chatops_str_t  s;

    s = repeat(*state, "word ", 100);
    s.len--;

    assert_int_equal(chatops_yaml_write(*state,
                                        chatops_yaml_scalar(*state, &s), 1000,
                                        &s),
                     CHATOPS_OK);
    assert_ptr_equal(chatops_str_find(&s, 0, "\n", 1), s.data + s.len - 1);
}


static void
a_tree_can_be_made(void **state)
{
    chatops_str_t         s;
    chatops_yaml_node_t  *list, *root;

    root = chatops_yaml_mapping(*state);
    list = chatops_yaml_sequence(*state);
    s = chatops_str("true");

    assert_int_equal(chatops_yaml_append(*state, list,
                                         chatops_yaml_scalar(*state, &s)),
                     CHATOPS_OK);
    assert_int_equal(chatops_yaml_append(*state, list,
                                         chatops_yaml_plain(*state, "true")),
                     CHATOPS_OK);
    assert_int_equal(chatops_yaml_set(*state, root,
                                      chatops_yaml_plain(*state, "a"), list),
                     CHATOPS_OK);
    assert_int_equal(chatops_yaml_set(*state, root,
                                      chatops_yaml_plain(*state, "b"),
                                      chatops_yaml_plain(*state, "1")),
                     CHATOPS_OK);
    assert_int_equal(chatops_yaml_set(*state, root,
                                      chatops_yaml_plain(*state, "b"),
                                      chatops_yaml_plain(*state, "2")),
                     CHATOPS_OK);

    assert_written(*state, root, "a:\n- 'true'\n- true\nb: 2\n");

    chatops_yaml_remove(root, "a");
    chatops_yaml_remove(root, "none");

    assert_written(*state, root, "b: 2\n");
}


static void
a_mapping_and_a_list_grow(void **state)
{
    int                   i;
    char                  name[32];
    chatops_str_t         s;
    chatops_yaml_node_t  *list, *root;

    root = chatops_yaml_mapping(*state);
    list = chatops_yaml_sequence(*state);

    for (i = 0; i < 100; i++) {
        (void) snprintf(name, sizeof(name), "k%d", i);
        s = chatops_str(name);

        assert_int_equal(chatops_yaml_set(*state, root,
                                          chatops_yaml_scalar(*state, &s),
                                          list),
                         CHATOPS_OK);
        assert_int_equal(chatops_yaml_append(*state, list,
                                             chatops_yaml_scalar(*state, &s)),
                         CHATOPS_OK);
    }

    assert_int_equal(root->count, 100);
    assert_value(root->pairs[99].key, "k99");
    assert_value(list->items[99], "k99");
    assert_value(list->items[0], "k0");
}


static void
two_mappings_are_merged_into_a_third(void **state)
{
    chatops_yaml_node_t  *both, *over, *under;

    under = tree(*state, "{a: 1, b: 2, c: 3}");
    over = tree(*state, "{b: x, d: y}");

    both = chatops_yaml_merge(*state, under, over);

    assert_written(*state, both, "a: 1\nb: x\nc: 3\nd: y\n");
    assert_written(*state, under, "a: 1\nb: 2\nc: 3\n");

    assert_int_equal(chatops_yaml_set(*state, both,
                                      chatops_yaml_plain(*state, "e"), over),
                     CHATOPS_OK);
    assert_int_equal(both->count, 5);

    assert_written(*state, chatops_yaml_merge(*state, under, NULL),
                   "a: 1\nb: 2\nc: 3\n");
    assert_written(*state, chatops_yaml_merge(*state, NULL, NULL), "{}\n");
    assert_written(*state,
                   chatops_yaml_merge(*state, tree(*state, "[x]"), over),
                   "b: x\nd: y\n");
}


static void
what_is_not_utf8_is_not_written(void **state)
{
    chatops_str_t  s;

    s = chatops_str("a\xff");

    assert_int_equal(chatops_yaml_write(*state,
                                        chatops_yaml_scalar(*state, &s), 1000,
                                        &s),
                     CHATOPS_DECLINED);
}


static void
a_null_is_one_key(void **state)
{
    chatops_yaml_node_t  *root;

    assert_int_equal(parse(*state, chatops_str("? \n: a\nnull: b\n~: c\n"),
                           &root),
                     CHATOPS_OK);
    assert_written(*state, root, "~: c\n");

    assert_int_equal(parse(*state, chatops_str("'': a\n"), &root),
                     CHATOPS_OK);
    assert_written(*state, root, "'': a\n");
}


static void
a_key_that_is_no_text_is_no_empty_text(void **state)
{
    size_t                i;
    chatops_buf_t         buf;
    chatops_str_t         text;
    chatops_yaml_node_t  *root;

    chatops_buf_init(&buf, *state, 4096);
    chatops_buf_text(&buf, "? [a, b]\n: c\n'': d\n");

    for (i = 0; i < 40; i++) {
        chatops_buf_text(&buf, "k");
        chatops_buf_int(&buf, i);
        chatops_buf_text(&buf, ": v\n");
    }

    chatops_buf_text(&buf, "'': e\n");

    assert_int_equal(chatops_buf_finish(&buf, &text), CHATOPS_OK);
    assert_int_equal(parse(*state, text, &root), CHATOPS_OK);

    assert_int_equal(root->count, 42);
    assert_value(chatops_yaml_get(root, ""), "e");
}


static void
the_writer_stops_at_its_limit(void **state)
{
    chatops_str_t         s;
    chatops_yaml_node_t  *root;

    root = tree(*state, "[aaaa, bbbb]");

    assert_int_equal(chatops_yaml_write(*state, root, 14, &s), CHATOPS_OK);
    assert_int_equal(s.len, 14);
    assert_int_equal(chatops_yaml_write(*state, root, 13, &s),
                     CHATOPS_DECLINED);
    assert_int_equal(chatops_yaml_write(*state, root, 5, &s),
                     CHATOPS_DECLINED);

    root = tree(*state, "{a: , b: [], c: {}, d: {e: }, f: [~]}");

    assert_int_equal(chatops_yaml_write(*state, root, 1000, &s), CHATOPS_OK);
    assert_int_equal(chatops_yaml_write(*state, root, s.len, &s), CHATOPS_OK);
}


static void
words_of_yaml_are_known(void **state)
{
    assert_true(chatops_yaml_is_null(NULL));
    assert_true(chatops_yaml_is_null(chatops_yaml_plain(*state, "")));
    assert_true(chatops_yaml_is_null(chatops_yaml_plain(*state, "NULL")));
    assert_false(chatops_yaml_is_null(tree(*state, "''")));
    assert_false(chatops_yaml_is_null(tree(*state, "[]")));
    assert_true(chatops_yaml_is_true(chatops_yaml_plain(*state, "Yes")));
    assert_false(chatops_yaml_is_true(tree(*state, "'true'")));
    assert_true(chatops_yaml_is_false(chatops_yaml_plain(*state, "off")));
    assert_false(chatops_yaml_is_false(NULL));
}


/* Wherever memory runs out, it is told and nothing else happens. */

static void
running_out_of_memory_is_survived(void **state)
{
    int                   rc;
    size_t                limit;
    chatops_str_t         s, text;
    chatops_arena_t      *arena;
    chatops_yaml_node_t  *root;

    (void) state;

    text = chatops_str("a: &a {b: 1, c: !x y}\nd: {<<: *a, e: [1, 2, 3]}\n");
    rc = CHATOPS_ERROR;

    for (limit = 16; rc == CHATOPS_ERROR; limit += 16) {
        arena = chatops_arena_create(limit);

        assert_non_null(arena);
        assert_true(limit < 100000);

        rc = parse(arena, text, &root);

        if (rc == CHATOPS_OK) {
            rc = chatops_yaml_write(arena, root, 10000, &s);
        }

        chatops_arena_destroy(arena);
    }

    assert_int_equal(rc, CHATOPS_OK);
    assert_true(limit > 1000);
}


static void
a_scalar_is_what_psych_takes_it_for(void **state)
{
    size_t                i;
    char                  text[100];
    chatops_str_t         s;
    chatops_yaml_node_t  *node;

    static const struct {
        const char           *scalar;
        chatops_yaml_kind_e   kind;
        const char           *text;
    } cases[] = {
        { "~",                         CHATOPS_YAML_NULL,     "" },
        { "NULL",                      CHATOPS_YAML_NULL,     "" },
        { "",                          CHATOPS_YAML_NULL,     "" },
        { "nil",                       CHATOPS_YAML_STRING,   "nil" },
        { "tRue",                      CHATOPS_YAML_BOOLEAN,  "true" },
        { "Yes",                       CHATOPS_YAML_BOOLEAN,  "true" },
        { "on",                        CHATOPS_YAML_BOOLEAN,  "true" },
        { "no",                        CHATOPS_YAML_BOOLEAN,  "false" },
        { "OFF",                       CHATOPS_YAML_BOOLEAN,  "false" },
        { "False",                     CHATOPS_YAML_BOOLEAN,  "false" },
        { "y",                         CHATOPS_YAML_STRING,   "y" },
        { "'true'",                    CHATOPS_YAML_STRING,   "true" },
        { "0",                         CHATOPS_YAML_INTEGER,  "0" },
        { "-017",                      CHATOPS_YAML_INTEGER,  "-15" },
        { "08",                        CHATOPS_YAML_STRING,   "08" },
        { "0o17",                      CHATOPS_YAML_STRING,   "0o17" },
        { "0x1f",                      CHATOPS_YAML_INTEGER,  "31" },
        { "0xFg",                      CHATOPS_YAML_STRING,   "0xFg" },
        { "0b101",                     CHATOPS_YAML_INTEGER,  "5" },
        { "0b2",                       CHATOPS_YAML_STRING,   "0b2" },
        { "1_000",                     CHATOPS_YAML_INTEGER,  "1000" },
        { "1,000",                     CHATOPS_YAML_INTEGER,  "1000" },
        { "1__0",                      CHATOPS_YAML_STRING,   "1__0" },
        { "18446744073709551615",      CHATOPS_YAML_INTEGER,
          "18446744073709551615" },
        { "18446744073709551616",      CHATOPS_YAML_INTEGER,
          "18446744073709551616" },
        { "1:30",                      CHATOPS_YAML_INTEGER,  "5400" },
        { "-1:30:05",                  CHATOPS_YAML_INTEGER,  "-1795" },
        { "1:60",                      CHATOPS_YAML_STRING,   "1:60" },
        { "1:30:0.5",                  CHATOPS_YAML_FLOAT,    "5400.5" },
        { "1.10",                      CHATOPS_YAML_FLOAT,    "1.1" },
        { "1.",                        CHATOPS_YAML_FLOAT,    "1.0" },
        { ".5",                        CHATOPS_YAML_FLOAT,    "0.5" },
        { "-0.0001",                   CHATOPS_YAML_FLOAT,    "-0.0001" },
        { "0.00001",                   CHATOPS_YAML_FLOAT,    "1.0e-05" },
        { "123456789012345.0",         CHATOPS_YAML_FLOAT,
          "123456789012345.0" },
        { "1234567890123456.0",        CHATOPS_YAML_FLOAT,
          "1.234567890123456e+15" },
        { "1e3",                       CHATOPS_YAML_STRING,   "1e3" },
        { "1.5e3",                     CHATOPS_YAML_STRING,   "1.5e3" },
        { "1.5e+3",                    CHATOPS_YAML_FLOAT,    "1500.0" },
        { ".",                         CHATOPS_YAML_STRING,   "." },
        { "1.2.3",                     CHATOPS_YAML_STRING,   "1.2.3" },
        { "-.INF",                     CHATOPS_YAML_FLOAT,    "-Infinity" },
        { ".nan",                      CHATOPS_YAML_FLOAT,    "NaN" },
        { ":a b",                      CHATOPS_YAML_SYMBOL,   "a b" },
        { ":\"a b\"",                  CHATOPS_YAML_SYMBOL,   "a b" },
        { ":'a'",                      CHATOPS_YAML_SYMBOL,   "a" },
        { ":\"a\"b\"c",               CHATOPS_YAML_SYMBOL,   "a\"b" },
        { ":\"a'",                     CHATOPS_YAML_SYMBOL,   "\"a'" },
        { ":\"",                       CHATOPS_YAML_SYMBOL,   "\"" },
        { "':a'",                      CHATOPS_YAML_STRING,   ":a" },
        { "2020-13-01",                CHATOPS_YAML_STRING,   "2020-13-01" },
        { "2020-01-32",                CHATOPS_YAML_STRING,   "2020-01-32" },
        { "2020-01-01 01:02",          CHATOPS_YAML_STRING,
          "2020-01-01 01:02" },
        { "! '1'",                     CHATOPS_YAML_INTEGER,  "1" },
        { "!!str 1",                   CHATOPS_YAML_STRING,   "1" },
        { "!foo '1'",                  CHATOPS_YAML_INTEGER,  "1" },
        { "!!float 1",                 CHATOPS_YAML_FLOAT,    "1.0" },
        { "!!float '1e3'",             CHATOPS_YAML_FLOAT,    "1000.0" },
        { "!reference a",              CHATOPS_YAML_OTHER,    "" },
        { "[a]",                       CHATOPS_YAML_OTHER,    "" }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        (void) snprintf(text, sizeof(text), "a: %s\n", cases[i].scalar);

        node = chatops_yaml_get(tree(*state, text), "a");

        assert_int_equal(chatops_yaml_text(*state, node, &s), CHATOPS_OK);

        if (chatops_yaml_kind(node) != cases[i].kind
            || !chatops_str_is(&s, cases[i].text))
        {
            fail_msg("%s is %d, `%.*s`", cases[i].scalar,
                     chatops_yaml_kind(node), chatops_str_arg(&s));
        }
    }

    assert_int_equal(chatops_yaml_kind(NULL), CHATOPS_YAML_NULL);
}


static void
a_date_or_an_object_of_rubys_is_declined(void **state)
{
    size_t  i;
    char    text[100];

    static const char *const  dates[] = {
        "2020-01-31", "2020-1-1", "2020-12-00", "2020-01-01T1:02:03",
        "2020-1-1 01:02:03.5 +02:00", "-2020-01-01t01:02:03Z",
        "2020-01-01 01:02:03-1", "! '2020-01-31'", "!x '2020-01-31'"
    };

    for (i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
        (void) snprintf(text, sizeof(text), "a: b\nc: [%s]\n", dates[i]);

        assert_declined(*state, chatops_str(text),
                        "line 2: a date without quotes, which GitLab does not "
                        "read");
    }

    (void) tree(*state, "a: '2020-01-31'\nb: !!str 2020-01-31\n");

    assert_declined(*state, chatops_str("a:\n  !!set {b: c}\n"),
                    "line 2: a set, which GitLab does not read");
    (void) tree(*state, "a: !!set [b]\n");

    assert_declined(*state, chatops_str("a: !!float b\n"),
                    "line 1: `!!float` of what is no number");
    assert_declined(*state, chatops_str("a: !!float ''\n"),
                    "line 1: `!!float` of what is no number");

    assert_declined(*state, chatops_str("a:\n  <<: !reference [b]\n"),
                    "line 2: `<<` of a `!reference`, which GitLab cannot "
                    "read");
    (void) tree(*state, "a: {<<: [!reference [b]]}\n");

    assert_declined(*state, chatops_str("a: !ruby/object:Object {}\n"),
                    "line 1: an object of Ruby's, which GitLab does not "
                    "read");
    assert_declined(*state, chatops_str("a: !ruby/regexp /a/\n"),
                    "line 1: an object of Ruby's, which GitLab does not "
                    "read");
}


static void
a_big_mapping_is_looked_up_as_a_small_one(void **state)
{
    size_t                i, n;
    char                  name[32];
    chatops_str_t         key, text;
    chatops_buf_t         buf;
    chatops_yaml_node_t  *node, *root;

    static const size_t  counts[] = { 1, 15, 16, 17, 18, 64, 65, 5000 };

    for (n = 0; n < sizeof(counts) / sizeof(counts[0]); n++) {
        chatops_buf_init(&buf, *state, 1024 * 1024);

        /* the second half twice, the last wins */

        for (i = 0; i < counts[n] + counts[n] / 2; i++) {
            chatops_buf_text(&buf, "k");
            chatops_buf_int(&buf, i < counts[n] ? i : i - counts[n] / 2);
            chatops_buf_text(&buf, ": ");
            chatops_buf_int(&buf, i);
            chatops_buf_text(&buf, "\n");
        }

        assert_int_equal(chatops_buf_finish(&buf, &text), CHATOPS_OK);
        assert_int_equal(parse(*state, text, &root), CHATOPS_OK);
        assert_int_equal(root->count, counts[n]);

        for (i = 0; i < counts[n]; i++) {
            (void) snprintf(name, sizeof(name), "k%zu", i);

            key = chatops_str(name);

            assert_true(chatops_str_eq(&root->pairs[i].key->value, &key));
            assert_ptr_equal(chatops_yaml_find(root, &key),
                             root->pairs[i].value);

            node = chatops_yaml_scalar(*state, &key);

            assert_int_equal(chatops_yaml_set(*state, root, node, node),
                             CHATOPS_OK);
            assert_ptr_equal(root->pairs[i].value, node);
        }

        assert_int_equal(root->count, counts[n]);
        assert_null(chatops_yaml_get(root, "k"));

        chatops_yaml_remove(root, "k0");

        assert_null(chatops_yaml_get(root, "k0"));
        assert_int_equal(root->count, counts[n] - 1);
    }
}


/* However the keys have been chosen: this one is equal to all others. */

static void
equal_keys_are_no_trap(void **state)
{
    size_t                i;
    chatops_str_t         text;
    chatops_buf_t         buf;
    chatops_yaml_node_t  *root;

    chatops_buf_init(&buf, *state, 1024 * 1024);

    for (i = 0; i < 60000; i++) {
        chatops_buf_text(&buf, i % 2 ? "? [x]\n: 1\n" : "k: 2\n");
    }

    assert_int_equal(chatops_buf_finish(&buf, &text), CHATOPS_OK);
    assert_int_equal(parse(*state, text, &root), CHATOPS_OK);
    assert_int_equal(root->count, 30001);
    assert_value(chatops_yaml_get(root, "k"), "2");
}


int
main(void)
{
#define TEST(name)  cmocka_unit_test_setup_teardown(name, arena_make,         \
                                                    arena_drop)

    const struct CMUnitTest  tests[] = {
        TEST(a_file_becomes_a_tree_with_lines),
        TEST(an_empty_file_has_no_root),
        TEST(an_error_says_where_and_what),
        TEST(a_header_with_spec_is_passed_over),
        TEST(an_alias_is_the_anchored_node_itself),
        TEST(of_duplicate_keys_the_last_wins_at_the_first_place),
        TEST(merge_keys_are_resolved_as_gitlab_does),
        TEST(each_limit_is_an_error),
        TEST(aliases_and_anchors_are_limited),
        TEST(aliases_cannot_make_a_tree_too_deep),
        TEST(a_bomb_takes_little_memory_and_is_never_written),
        TEST(merge_keys_cannot_multiply_without_end),
        TEST(a_scalar_keeps_its_kind_when_written),
        TEST(several_lines_are_written_as_a_block),
        TEST(no_line_is_folded),
        TEST(a_tree_can_be_made),
        TEST(a_mapping_and_a_list_grow),
        TEST(two_mappings_are_merged_into_a_third),
        TEST(what_is_not_utf8_is_not_written),
        TEST(a_null_is_one_key),
        TEST(a_key_that_is_no_text_is_no_empty_text),
        TEST(the_writer_stops_at_its_limit),
        TEST(words_of_yaml_are_known),
        TEST(running_out_of_memory_is_survived),
        TEST(a_scalar_is_what_psych_takes_it_for),
        TEST(a_date_or_an_object_of_rubys_is_declined),
        TEST(a_big_mapping_is_looked_up_as_a_small_one),
        TEST(equal_keys_are_no_trap)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
