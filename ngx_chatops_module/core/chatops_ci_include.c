#include <strings.h>

#include "chatops_ci_parts.h"
#include "chatops_expand.h"


/* GitLab: lib/gitlab/ci/config/external/. */

#define CHATOPS_CI_MAX_BYTES  (4 * CHATOPS_YAML_MAX_BYTES)


static int chatops_ci_include_item(chatops_ci_reader_t *reader,
    chatops_yaml_node_t *item, chatops_yaml_node_t **merged);
static int chatops_ci_include_left(chatops_ci_reader_t *reader,
    const chatops_yaml_node_t *item);
static int chatops_ci_include_path(chatops_ci_reader_t *reader,
    const chatops_yaml_node_t *item, chatops_str_t *path);
static int chatops_ci_include_mapping(chatops_ci_reader_t *reader,
    const chatops_yaml_node_t *item, const chatops_yaml_node_t **local);
static int chatops_ci_include_local(chatops_ci_reader_t *reader,
    const chatops_yaml_node_t *item, const chatops_str_t *path,
    chatops_yaml_node_t **root);
static int chatops_ci_include_read(chatops_ci_reader_t *reader,
    const chatops_yaml_node_t *item, chatops_ci_file_t *file,
    chatops_yaml_node_t **root);
static int chatops_ci_include_text(chatops_ci_reader_t *reader,
    const chatops_yaml_node_t *item, const chatops_ci_file_t *file,
    const chatops_str_t *text, chatops_yaml_node_t **root);
static int chatops_ci_is_yaml(const chatops_str_t *path);
static int chatops_ci_is_url(const chatops_str_t *path);
static int chatops_ci_file_number(chatops_ci_reader_t *reader,
    chatops_ci_file_t *file);


int
chatops_ci_include(chatops_ci_reader_t *reader, chatops_yaml_node_t **root)
{
    int                   rc;
    size_t                i;
    chatops_yaml_node_t  *include, *merged, *own;

    include = chatops_yaml_get(*root, "include");

    if (include == NULL) {
        return CHATOPS_OK;
    }

    merged = NULL;
    rc = CHATOPS_OK;

    if (include->type != CHATOPS_YAML_SEQUENCE) {
        rc = chatops_ci_include_item(reader, include, &merged);

    } else {
        for (i = 0; i < include->count && rc == CHATOPS_OK; i++) {
            rc = chatops_ci_include_item(reader, include->items[i], &merged);
        }
    }

    if (rc != CHATOPS_OK) {
        return rc;
    }

    own = chatops_yaml_merge(reader->arena, *root, NULL);

    if (own == NULL) {
        return CHATOPS_ERROR;
    }

    chatops_yaml_remove(own, "include");

    own->line = (*root)->line;
    own->file = (*root)->file;
    *root = own;

    if (chatops_yaml_index(reader->arena, own) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    chatops_yaml_measure(own);

    return merged == NULL ? CHATOPS_OK
                          : chatops_ci_merge(reader, merged, own, root);
}


static int
chatops_ci_include_item(chatops_ci_reader_t *reader,
    chatops_yaml_node_t *item, chatops_yaml_node_t **merged)
{
    int               rc;
    chatops_str_t     path;
    chatops_truth_e   included;

    if (chatops_yaml_is_null(item)) {
        return CHATOPS_OK;
    }

    path.len = 0;

    rc = chatops_ci_include_rules(reader, item, &included);

    if (rc != CHATOPS_OK) {
        return rc;
    }

    if (included == CHATOPS_NO) {
        return chatops_ci_include_left(reader, item);
    }

    rc = chatops_ci_include_path(reader, item, &path);

    if (included == CHATOPS_UNKNOWN) {
        reader->ci->unresolved = 1;
        return rc;
    }

    if (rc != CHATOPS_OK || path.len == 0) {
        return rc;
    }

    if (chatops_str_find(&path, 0, "*", 1) != NULL) {
        return chatops_ci_include_wildcard(reader, item, &path, merged);
    }

    return chatops_ci_include_file(reader, item, &path, merged);
}


int
chatops_ci_include_file(chatops_ci_reader_t *reader,
    chatops_yaml_node_t *item, const chatops_str_t *path,
    chatops_yaml_node_t **merged)
{
    int                   rc;
    chatops_yaml_node_t  *root;

    if (!chatops_ci_is_yaml(path)) {
        return chatops_ci_error(reader->arena, reader->ci, item,
                                "`include`: the name of `%.*s` does not end "
                                "as YAML's do", chatops_str_arg(path));
    }

    root = NULL;
    rc = chatops_ci_include_local(reader, item, path, &root);

    if (rc != CHATOPS_OK || root == NULL) {
        return rc;
    }

    if (*merged == NULL) {
        *merged = root;
        return CHATOPS_OK;
    }

    return chatops_ci_merge(reader, *merged, root, merged);
}


/*
 * Its rules do not match.  Of the file itself GitLab then checks what it
 * still finds under `include`, and a mapping, which is not in a list, it does
 * not accept there.
 */

static int
chatops_ci_include_left(chatops_ci_reader_t *reader,
    const chatops_yaml_node_t *item)
{
    if (item != chatops_yaml_get(reader->ci->root, "include")) {
        return CHATOPS_OK;
    }

    return chatops_ci_error(reader->arena, reader->ci, item,
                            "`include` must be a list or a string when its "
                            "rules do not match");
}


/* An empty path: it is not at hand, or there is an error. */

static int
chatops_ci_include_path(chatops_ci_reader_t *reader,
    const chatops_yaml_node_t *item, chatops_str_t *path)
{
    int                         rc;
    const chatops_yaml_node_t  *local;

    local = item;

    if (item->type == CHATOPS_YAML_MAPPING) {
        rc = chatops_ci_include_mapping(reader, item, &local);

        if (rc != CHATOPS_OK || local == NULL) {
            return rc;
        }
    }

    if (chatops_yaml_kind(local) != CHATOPS_YAML_STRING) {
        return chatops_ci_error(reader->arena, reader->ci, item,
                                local == item
                                ? "`include` must be a string or a mapping"
                                : "`include`: a path must be a string");
    }

    rc = CHATOPS_DECLINED;

    if (reader->options->variables != NULL
        && !chatops_ci_is_url(&local->value))
    {
        rc = chatops_expand(reader->arena, &local->value,
                            reader->options->variables, 0, path);
    }

    if (rc == CHATOPS_DECLINED) {
        *path = local->value;

    } else if (rc != CHATOPS_OK) {
        return rc;
    }

    while (path->len && path->data[0] == '/') {
        path->data++;
        path->len--;
    }

    /* or a variable whose value is not known */

    if ((local == item && chatops_ci_is_url(&local->value))
        || chatops_str_find(path, 0, "$", 1) != NULL)
    {
        reader->ci->unresolved = 1;
        path->len = 0;
    }

    return CHATOPS_OK;
}


/* `local` is NULL when there is another form of include, or an error. */

static int
chatops_ci_include_mapping(chatops_ci_reader_t *reader,
    const chatops_yaml_node_t *item, const chatops_yaml_node_t **local)
{
    size_t  i, n;

    static const char *const  forms[] = {
        "local", "project", "remote", "template", "artifact", "component"
    };

    for (i = 0, n = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        n += !chatops_yaml_is_null(chatops_yaml_get(item, forms[i]));
    }

    *local = chatops_yaml_get(item, "local");

    if (n != 1) {
        *local = NULL;

        return chatops_ci_error(reader->arena, reader->ci, item,
                                n ? "`include` must use only one of `local`, "
                                    "`project`, `remote`, `template`, "
                                    "`artifact` and `component`"
                                  : "`include` has none of `local`, "
                                    "`project`, `remote`, `template`, "
                                    "`artifact` and `component`");
    }

    if (chatops_yaml_is_null(*local)) {
        *local = NULL;
        reader->ci->unresolved = 1;
    }

    return CHATOPS_OK;
}


static int
chatops_ci_include_local(chatops_ci_reader_t *reader,
    const chatops_yaml_node_t *item, const chatops_str_t *path,
    chatops_yaml_node_t **root)
{
    int                  rc;
    size_t               i, before;
    chatops_ci_file_t   *file;

    if (reader->options->read == NULL) {
        reader->ci->unresolved = 1;
        return CHATOPS_OK;
    }

    for (i = 0; i < reader->nfiles; i++) {
        file = &reader->files[i];

        if (!chatops_str_eq(&file->path, path)) {
            continue;
        }

        if (file->active) {
            return chatops_ci_error(reader->arena, reader->ci, item,
                                    "`include`: `%.*s` includes itself",
                                    chatops_str_arg(path));
        }

        if (file->root != NULL && chatops_yaml_get(item, "inputs") == NULL) {
            reader->includes += file->includes;
            *root = file->root;
            break;
        }
    }

    before = reader->includes;

    if (*root == NULL) {
        reader->includes++;
    }

    if (reader->includes > CHATOPS_CI_MAX_INCLUDES) {
        *root = NULL;

        /* the first error of its kind is enough */

        return reader->includes > CHATOPS_CI_MAX_INCLUDES + 1 ? CHATOPS_OK
               : chatops_ci_error(reader->arena, reader->ci, item,
                                  "more than %d files are included",
                                  CHATOPS_CI_MAX_INCLUDES);
    }

    if (*root != NULL) {
        return CHATOPS_OK;
    }

    file = &reader->files[reader->nfiles++];

    if (chatops_pstrdup(reader->arena, &file->path, path) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    rc = chatops_ci_include_read(reader, item, file, root);

    file->active = 0;
    file->includes = reader->includes - before;

    if (chatops_yaml_get(item, "inputs") == NULL) {
        file->root = *root;
    }

    return rc;
}


static int
chatops_ci_include_read(chatops_ci_reader_t *reader,
    const chatops_yaml_node_t *item, chatops_ci_file_t *file,
    chatops_yaml_node_t **root)
{
    int            rc;
    chatops_str_t  text;

    rc = chatops_ci_file_number(reader, file);

    if (rc != CHATOPS_OK) {
        return rc;
    }

    rc = reader->options->read(reader->options->data, reader->arena,
                               &file->path, &text);

    if (rc == CHATOPS_DECLINED) {
        return chatops_ci_error(reader->arena, reader->ci, item,
                                "`include`: there is no file `%.*s`",
                                chatops_str_arg(&file->path));
    }

    if (rc != CHATOPS_OK) {
        return rc;
    }

    reader->bytes += text.len;

    if (reader->bytes > CHATOPS_CI_MAX_BYTES) {
        return chatops_ci_declined(reader, "what it includes is too large");
    }

    file->active = 1;

    return chatops_ci_include_text(reader, item, file, &text, root);
}


static int
chatops_ci_include_text(chatops_ci_reader_t *reader,
    const chatops_yaml_node_t *item, const chatops_ci_file_t *file,
    const chatops_str_t *text, chatops_yaml_node_t **root)
{
    int                   rc;
    chatops_yaml_node_t  *given;

    given = chatops_yaml_get(item, "inputs");

    rc = chatops_ci_load(reader, text, file->number, given, root);

    if (rc == CHATOPS_DECLINED) {
        *root = NULL;

        return chatops_ci_error(reader->arena, reader->ci, item,
                                "`include`: `%.*s`: %s",
                                chatops_str_arg(&file->path),
                                reader->error->text);
    }

    if (rc != CHATOPS_OK) {
        return rc;
    }

    if (*root == NULL || (*root)->type != CHATOPS_YAML_MAPPING
        || (*root)->count == 0)
    {
        *root = NULL;

        return chatops_ci_error(reader->arena, reader->ci, item,
                                "`include`: `%.*s` is no mapping",
                                chatops_str_arg(&file->path));
    }

    return chatops_ci_include(reader, root);
}


static int
chatops_ci_is_yaml(const chatops_str_t *path)
{
    size_t  i, len;

    static const char *const  ends[] = { ".yml", ".yaml" };

    for (i = 0; i < 2; i++) {
        len = strlen(ends[i]);

        if (path->len > len
            && path->data[path->len - len - 1] != '/'
            && strncasecmp((char *) path->data + path->len - len, ends[i],
                           len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


static int
chatops_ci_is_url(const chatops_str_t *path)
{
    return chatops_str_find(path, 0, "://", 3) != NULL;
}


/* Of the same path the same number. */

static int
chatops_ci_file_number(chatops_ci_reader_t *reader, chatops_ci_file_t *file)
{
    size_t         i;
    chatops_ci_t  *ci;

    ci = reader->ci;

    for (i = 1; i < ci->nfiles; i++) {
        if (chatops_str_eq(&ci->files[i], &file->path)) {
            file->number = i;
            return CHATOPS_OK;
        }
    }

    file->number = ci->nfiles;
    ci->files[ci->nfiles++] = file->path;

    return CHATOPS_OK;
}
