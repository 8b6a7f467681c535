
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "chatopsctl.h"


#define CHATOPSCTL_PIECE  65536


static int chatopsctl_read_all(chatops_arena_t *arena, int fd,
    const char *name, size_t limit, chatops_str_t *text);


int
chatopsctl_read(chatops_arena_t *arena, const char *name, size_t limit,
    chatops_str_t *text)
{
    int  fd, status;

    if (strcmp(name, "-") == 0) {
        return chatopsctl_read_all(arena, STDIN_FILENO, "standard input",
                                   limit, text);
    }

    fd = open(name, O_RDONLY|O_CLOEXEC);

    if (fd == -1) {
        return chatopsctl_fail(CHATOPSCTL_FAILED, "%s: %s", name,
                               strerror(errno));
    }

    status = chatopsctl_read_all(arena, fd, name, limit, text);

    (void) close(fd);

    return status;
}


static int
chatopsctl_read_all(chatops_arena_t *arena, int fd, const char *name,
    size_t limit, chatops_str_t *text)
{
    u_char         *piece;
    ssize_t         n;
    chatops_buf_t   buf;

    piece = chatops_palloc(arena, CHATOPSCTL_PIECE);

    if (piece == NULL) {
        return chatopsctl_fail(CHATOPSCTL_FAILED, "out of memory");
    }

    chatops_buf_init(&buf, arena, limit);

    for ( ;; ) {
        n = read(fd, piece, CHATOPSCTL_PIECE);

        if (n == 0) {
            break;
        }

        if (n == -1) {
            if (errno == EINTR) {
                continue;
            }

            return chatopsctl_fail(CHATOPSCTL_FAILED, "%s: %s", name,
                                   strerror(errno));
        }

        if ((size_t) n > limit - buf.len) {
            return chatopsctl_fail(CHATOPSCTL_INVALID,
                                   "%s: larger than %zu bytes", name, limit);
        }

        chatops_buf_add(&buf, piece, n);
    }

    if (chatops_buf_finish(&buf, text) != CHATOPS_OK) {
        return chatopsctl_fail(CHATOPSCTL_FAILED, "out of memory");
    }

    return CHATOPSCTL_OK;
}
