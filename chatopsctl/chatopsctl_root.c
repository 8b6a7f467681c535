
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "chatops_glob.h"
#include "chatopsctl_ci.h"


#define CHATOPSCTL_MAX_FILES  200000


struct chatopsctl_root_s {
    chatops_arena_t  *arena;
    char             *folder;       /* resolved, without a slash at its end */
    size_t            len;

    chatops_str_t    *paths;
    size_t            npaths;
    size_t            size;
    unsigned          listed:1;
    unsigned          failed:1;
};


static int chatopsctl_root_fetch(int fd, chatops_arena_t *arena,
    chatops_str_t *text);
static void chatopsctl_root_walk(chatopsctl_root_t *root);
static int chatopsctl_root_order(const void *one, const void *two);
static int chatopsctl_root_add(chatopsctl_root_t *root, const char *path);


chatopsctl_root_t *
chatopsctl_root_open(chatops_arena_t *arena, const char *folder)
{
    char                resolved[PATH_MAX];
    chatops_str_t       copy, path;
    chatopsctl_root_t  *root;

    if (realpath(folder, resolved) == NULL) {
        (void) chatopsctl_fail(CHATOPSCTL_FAILED, "%s: %s", folder,
                               strerror(errno));
        return NULL;
    }

    root = chatops_pcalloc(arena, sizeof(chatopsctl_root_t));
    path = chatops_str(resolved);

    if (root == NULL || chatops_pstrdup(arena, &copy, &path) != CHATOPS_OK) {
        (void) chatopsctl_fail(CHATOPSCTL_FAILED, "out of memory");
        return NULL;
    }

    root->arena = arena;
    root->folder = (char *) copy.data;
    root->len = copy.len == 1 ? 0 : copy.len;

    return root;
}


/* A symbolic link may lead to another file of the folder, not out of it. */

int
chatopsctl_root_read(void *data, chatops_arena_t *arena,
    const chatops_str_t *path, chatops_str_t *text)
{
    int                 fd, rc;
    char                name[PATH_MAX], resolved[PATH_MAX];
    chatopsctl_root_t  *root;

    root = data;

    if (memchr(path->data, '\0', path->len) != NULL
        || root->len + path->len + 2 > sizeof(name))
    {
        return CHATOPS_DECLINED;
    }

    memcpy(name, root->folder, root->len);
    name[root->len] = '/';
    memcpy(&name[root->len + 1], path->data, path->len);
    name[root->len + 1 + path->len] = '\0';

    if (realpath(name, resolved) == NULL
        || strncmp(resolved, root->folder, root->len) != 0
        || resolved[root->len] != '/')
    {
        return CHATOPS_DECLINED;
    }

    fd = open(resolved, O_RDONLY|O_CLOEXEC|O_NOFOLLOW|O_NONBLOCK);

    if (fd == -1) {
        return CHATOPS_DECLINED;
    }

    rc = chatopsctl_root_fetch(fd, arena, text);

    (void) close(fd);

    return rc;
}


static int
chatopsctl_root_fetch(int fd, chatops_arena_t *arena, chatops_str_t *text)
{
    ssize_t         n;
    u_char          piece[16384];
    chatops_buf_t   buf;

    chatops_buf_init(&buf, arena, CHATOPS_YAML_MAX_BYTES);

    for ( ;; ) {
        n = read(fd, piece, sizeof(piece));

        if (n == 0) {
            return chatops_buf_finish(&buf, text);
        }

        if (n == -1) {
            if (errno == EINTR) {
                continue;
            }

            return CHATOPS_DECLINED;
        }

        if ((size_t) n > CHATOPS_YAML_MAX_BYTES - buf.len) {
            return CHATOPS_DECLINED;
        }

        chatops_buf_add(&buf, piece, n);
    }
}


chatops_truth_e
chatopsctl_root_exists(void *data, const chatops_str_t *pattern)
{
    size_t                n;
    const chatops_str_t  *paths;

    if (chatopsctl_root_list(data, &paths, &n) != CHATOPS_OK) {
        return CHATOPS_UNKNOWN;
    }

    return chatops_glob_exists(pattern, paths, n);
}


int
chatopsctl_root_list(void *data, const chatops_str_t **paths, size_t *npaths)
{
    chatopsctl_root_t  *root;

    root = data;

    if (!root->listed) {
        root->listed = 1;
        chatopsctl_root_walk(root);

        if (root->npaths != 0) {
            qsort(root->paths, root->npaths, sizeof(chatops_str_t),
                  chatopsctl_root_order);
        }
    }

    *paths = root->paths;
    *npaths = root->npaths;

    return root->failed ? CHATOPS_DECLINED : CHATOPS_OK;
}


static int
chatopsctl_root_order(const void *one, const void *two)
{
    return chatops_str_cmp(one, two);
}


static void
chatopsctl_root_walk(chatopsctl_root_t *root)
{
    FTS     *tree;
    char    *folders[2];
    FTSENT  *entry;

    folders[0] = root->len ? root->folder : "/";
    folders[1] = NULL;

    root->failed = 1;

    tree = fts_open(folders, FTS_PHYSICAL|FTS_NOCHDIR|FTS_NOSTAT, NULL);

    if (tree == NULL) {
        return;
    }

    for ( ;; ) {
        errno = 0;
        entry = fts_read(tree);

        if (entry == NULL) {
            root->failed = errno != 0;
            break;
        }

        switch (entry->fts_info) {

        case FTS_D:
            if (entry->fts_level == 1 && strcmp(entry->fts_name, ".git") == 0)
            {
                (void) fts_set(tree, entry, FTS_SKIP);
            }
            break;

        case FTS_DP:
            break;

        case FTS_DNR:
        case FTS_ERR:
            (void) fts_close(tree);
            return;

        default:
            if (chatopsctl_root_add(root, entry->fts_path) != CHATOPS_OK) {
                (void) fts_close(tree);
                return;
            }
        }
    }

    (void) fts_close(tree);
}


static int
chatopsctl_root_add(chatopsctl_root_t *root, const char *path)
{
    size_t          size;
    chatops_str_t  *paths, relative;

    if (root->npaths == CHATOPSCTL_MAX_FILES) {
        return CHATOPS_DECLINED;
    }

    if (root->npaths == root->size) {
        size = root->size * 2 + 64;

        paths = chatops_palloc(root->arena, size * sizeof(chatops_str_t));
        if (paths == NULL) {
            return CHATOPS_ERROR;
        }

        if (root->npaths != 0) {
            memcpy(paths, root->paths, root->npaths * sizeof(chatops_str_t));
        }

        root->paths = paths;
        root->size = size;
    }

    relative = chatops_str(path + root->len + 1);

    return chatops_pstrdup(root->arena, &root->paths[root->npaths++],
                           &relative);
}
