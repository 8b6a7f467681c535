/*
 * The operator's map of chat accounts to GitLab users, a line each:
 *
 *     # team/user       GitLab user id[:username]
 *     T0123/U0456       17:alice
 *
 * The username is a safeguard: GitLab's answer must carry it (letter case
 * does not count), or the person is refused.
 */

#ifndef CHATOPS_USERS_H
#define CHATOPS_USERS_H


#include "chatops_core.h"


#define CHATOPS_USERS_FILE_MAX  (4 * 1024 * 1024)


typedef struct chatops_users_s  chatops_users_t;

typedef struct {
    int64_t         gitlab_user_id;
    chatops_str_t   username;        /* may be empty */
} chatops_user_t;


/*
 * Reads the file's text; the views point into `text`, which must stay.
 * Team and user are 1 to 64 letters, digits, "_" and "-"; a username has at
 * most 255 of these and ".".
 *
 * CHATOPS_OK; CHATOPS_DECLINED with the number of the line (0: the whole
 * file is too large) and a static message (malformed, or an account named
 * twice); CHATOPS_ERROR, with a message too.
 */
int chatops_users_parse(chatops_arena_t *arena, const chatops_str_t *text,
    chatops_users_t **users, size_t *line, const char **error);

/* NULL when the account is not in the map. */
const chatops_user_t *chatops_users_find(const chatops_users_t *users,
    const chatops_str_t *team_id, const chatops_str_t *user_id);


#endif /* CHATOPS_USERS_H */
