#include "chatops_ci_parts.h"


#define CHATOPS_CI_MAX_WILDCARD  1024     /* bytes of a path, or a pattern */


static int chatops_ci_wildcard_match(const chatops_str_t *pattern,
    const chatops_str_t *path, u_char *reached);
static size_t chatops_ci_wildcard_step(const chatops_str_t *pattern,
    size_t i, const chatops_str_t *path, u_char *reached);
static int chatops_ci_is_included(const chatops_ci_reader_t *reader,
    const chatops_str_t *path);


int
chatops_ci_include_wildcard(chatops_ci_reader_t *reader,
    chatops_yaml_node_t *item, const chatops_str_t *pattern,
    chatops_yaml_node_t **merged)
{
    int                           rc;
    size_t                        i, npaths;
    u_char                        reached[CHATOPS_CI_MAX_WILDCARD + 1];
    const chatops_str_t          *paths;
    const chatops_ci_options_t   *options;

    options = reader->options;

    if (options->list == NULL
        || pattern->len > CHATOPS_CI_MAX_WILDCARD
        || options->list(options->data, &paths, &npaths) != CHATOPS_OK)
    {
        reader->ci->unresolved = 1;
        return CHATOPS_OK;
    }

    for (i = 0; i < npaths; i++) {

        if (!chatops_ci_wildcard_match(pattern, &paths[i], reached)
            || chatops_ci_is_included(reader, &paths[i]))
        {
            continue;
        }

        rc = chatops_ci_include_file(reader, item, &paths[i], merged);

        if (rc != CHATOPS_OK || reader->ci->nerrors != 0) {
            return rc;
        }
    }

    return CHATOPS_OK;
}


/* reached[n]: the pattern so far stands for the first n bytes of the path. */

static int
chatops_ci_wildcard_match(const chatops_str_t *pattern,
    const chatops_str_t *path, u_char *reached)
{
    size_t  i;

    if (path->len > CHATOPS_CI_MAX_WILDCARD) {
        return 0;
    }

    memset(reached, 0, path->len + 1);
    reached[0] = 1;

    for (i = 0; i < pattern->len; /* void */ ) {
        i += chatops_ci_wildcard_step(pattern, i, path, reached);
    }

    return reached[path->len];
}


/* How many bytes of the pattern it takes. */

static size_t
chatops_ci_wildcard_step(const chatops_str_t *pattern, size_t i,
    const chatops_str_t *path, u_char *reached)
{
    size_t    n;
    unsigned  folders;

    if (pattern->data[i] != '*') {

        for (n = path->len; n > 0; n--) {
            reached[n] = reached[n - 1]
                         && path->data[n - 1] == pattern->data[i];
        }

        reached[0] = 0;

        return 1;
    }

    folders = i + 1 < pattern->len && pattern->data[i + 1] == '*';

    for (n = 1; n <= path->len; n++) {
        if (reached[n - 1] && (folders || path->data[n - 1] != '/')) {
            reached[n] = 1;
        }
    }

    return folders ? 2 : 1;
}


/* Whoever includes `*` does not mean the file that says so. */

static int
chatops_ci_is_included(const chatops_ci_reader_t *reader,
    const chatops_str_t *path)
{
    size_t  i;

    for (i = 0; i < reader->nfiles; i++) {
        if (chatops_str_eq(&reader->files[i].path, path)) {
            return 1;
        }
    }

    return 0;
}
