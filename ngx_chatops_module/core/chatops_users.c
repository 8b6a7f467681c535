#include <stdlib.h>

#include "chatops_users.h"


#define CHATOPS_USERS_ID_MAX    64
#define CHATOPS_USERS_NAME_MAX  255     /* GitLab's limit */


typedef struct {
    chatops_str_t          account;     /* "T0123/U0456" */
    chatops_user_t         user;
    size_t                 line;
} chatops_users_entry_t;


struct chatops_users_s {
    chatops_users_entry_t  *entries;    /* sorted by account */
    size_t                  count;
};


static int chatops_users_line(chatops_str_t *rest, chatops_str_t *line);
static size_t chatops_users_count(const chatops_str_t *text);
static const char *chatops_users_entry(const chatops_str_t *line,
    chatops_users_entry_t *entry);
static chatops_str_t chatops_users_word(chatops_str_t *rest);
static int chatops_users_account(const chatops_str_t *account);
static const char *chatops_users_user(const chatops_str_t *word,
    chatops_user_t *user);
static int chatops_users_name(const chatops_str_t *s, size_t max,
    unsigned dot);
static size_t chatops_users_twice(const chatops_users_t *users);
static int chatops_users_sort(const void *one, const void *two);
static int chatops_users_cmp(const chatops_str_t *team_id,
    const chatops_str_t *user_id, const chatops_str_t *account);


int
chatops_users_parse(chatops_arena_t *arena, const chatops_str_t *text,
    chatops_users_t **users, size_t *line, const char **error)
{
    chatops_str_t     rest, s;
    chatops_users_t  *u;

    *line = 0;
    *error = "not enough memory";

    if (text->len > CHATOPS_USERS_FILE_MAX) {
        *error = "the file is larger than 4 MB";
        return CHATOPS_DECLINED;
    }

    u = chatops_pcalloc(arena, sizeof(chatops_users_t));

    if (u == NULL) {
        return CHATOPS_ERROR;
    }

    u->entries = chatops_palloc(arena, chatops_users_count(text)
                                       * sizeof(chatops_users_entry_t));
    if (u->entries == NULL) {
        return CHATOPS_ERROR;
    }

    rest = *text;

    while (rest.len) {
        (*line)++;

        if (chatops_users_line(&rest, &s) != CHATOPS_OK) {
            continue;
        }

        *error = chatops_users_entry(&s, &u->entries[u->count]);

        if (*error != NULL) {
            return CHATOPS_DECLINED;
        }

        u->entries[u->count++].line = *line;
    }

    qsort(u->entries, u->count, sizeof(chatops_users_entry_t),
          chatops_users_sort);

    *line = chatops_users_twice(u);

    if (*line) {
        *error = "the account is already named above";
        return CHATOPS_DECLINED;
    }

    *error = NULL;
    *users = u;

    return CHATOPS_OK;
}


/*
 * Takes the next line off `rest`: CHATOPS_OK, or CHATOPS_DECLINED when there
 * is nothing on it, or a comment.
 */

static int
chatops_users_line(chatops_str_t *rest, chatops_str_t *line)
{
    u_char  *p;
    size_t   len;

    p = memchr(rest->data, '\n', rest->len);
    len = p ? (size_t) (p - rest->data) : rest->len;

    *line = chatops_strn(rest->data, len);
    *line = chatops_str_trim(line);

    if (p != NULL) {
        len++;
    }

    rest->data += len;
    rest->len -= len;

    return line->len == 0 || line->data[0] == '#' ? CHATOPS_DECLINED
                                                  : CHATOPS_OK;
}


static size_t
chatops_users_count(const chatops_str_t *text)
{
    size_t         n;
    chatops_str_t  rest, line;

    n = 0;
    rest = *text;

    while (rest.len) {
        if (chatops_users_line(&rest, &line) == CHATOPS_OK) {
            n++;
        }
    }

    return n;
}


/* NULL, or what is wrong with the line. */

static const char *
chatops_users_entry(const chatops_str_t *line, chatops_users_entry_t *entry)
{
    const char     *error;
    chatops_str_t   rest, word;

    rest = *line;
    entry->account = chatops_users_word(&rest);

    if (!chatops_users_account(&entry->account)) {
        return "not a team and a user: write \"T0123/U0456\"";
    }

    word = chatops_users_word(&rest);

    if (word.len == 0) {
        return "the GitLab user's id is missing";
    }

    error = chatops_users_user(&word, &entry->user);

    if (error != NULL) {
        return error;
    }

    return rest.len ? "unexpected text behind the GitLab user" : NULL;
}


/* Takes the first word, and the white space behind it, off `rest`. */

static chatops_str_t
chatops_users_word(chatops_str_t *rest)
{
    size_t         len;
    chatops_str_t  word;

    for (len = 0; len < rest->len; len++) {
        if (rest->data[len] == ' ' || rest->data[len] == '\t') {
            break;
        }
    }

    word = chatops_strn(rest->data, len);

    while (len < rest->len
           && (rest->data[len] == ' ' || rest->data[len] == '\t'))
    {
        len++;
    }

    rest->data += len;
    rest->len -= len;

    return word;
}


static int
chatops_users_account(const chatops_str_t *account)
{
    u_char         *p;
    chatops_str_t   team_id, user_id;

    p = memchr(account->data, '/', account->len);

    if (p == NULL) {
        return 0;
    }

    team_id = chatops_strn(account->data, p - account->data);
    user_id = chatops_strn(p + 1, account->len - team_id.len - 1);

    return chatops_users_name(&team_id, CHATOPS_USERS_ID_MAX, 0)
           && chatops_users_name(&user_id, CHATOPS_USERS_ID_MAX, 0);
}


static const char *
chatops_users_user(const chatops_str_t *word, chatops_user_t *user)
{
    u_char         *p;
    chatops_str_t   id;

    id = *word;
    user->username = chatops_str(NULL);

    p = memchr(word->data, ':', word->len);

    if (p != NULL) {
        id.len = p - word->data;
        user->username = chatops_strn(p + 1, word->len - id.len - 1);

        if (!chatops_users_name(&user->username, CHATOPS_USERS_NAME_MAX, 1)) {
            return "not a GitLab username behind the colon";
        }
    }

    if (chatops_str_int(&id, &user->gitlab_user_id) != CHATOPS_OK
        || user->gitlab_user_id == 0)
    {
        return "not a GitLab user's id: a number above 0";
    }

    return NULL;
}


/* 1 when `s` is 1 to `max` letters, digits, "_", "-" and, if so, dots. */

static int
chatops_users_name(const chatops_str_t *s, size_t max, unsigned dot)
{
    u_char  ch;
    size_t  i;

    if (s->len == 0 || s->len > max) {
        return 0;
    }

    for (i = 0; i < s->len; i++) {
        ch = s->data[i];

        if ((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z')
            || (ch >= '0' && ch <= '9') || ch == '_' || ch == '-'
            || (dot && ch == '.'))
        {
            continue;
        }

        return 0;
    }

    return 1;
}


/* The first line that names an account again, 0 when there is none. */

static size_t
chatops_users_twice(const chatops_users_t *users)
{
    size_t                        i, line;
    const chatops_users_entry_t  *entry;

    line = 0;

    for (i = 1; i < users->count; i++) {
        entry = &users->entries[i];

        if (chatops_str_eq(&entry->account, &entry[-1].account)
            && (line == 0 || entry->line < line))
        {
            line = entry->line;
        }
    }

    return line;
}


static int
chatops_users_sort(const void *one, const void *two)
{
    int                           rc;
    const chatops_users_entry_t  *a, *b;

    a = one;
    b = two;

    rc = chatops_str_cmp(&a->account, &b->account);

    if (rc != 0) {
        return rc;
    }

    return (a->line > b->line) - (a->line < b->line);
}


const chatops_user_t *
chatops_users_find(const chatops_users_t *users, const chatops_str_t *team_id,
    const chatops_str_t *user_id)
{
    int                           rc;
    size_t                        low, high, middle;
    const chatops_users_entry_t  *entry;

    low = 0;
    high = users->count;

    while (low < high) {
        middle = low + (high - low) / 2;
        entry = &users->entries[middle];

        rc = chatops_users_cmp(team_id, user_id, &entry->account);

        if (rc == 0) {
            return &entry->user;
        }

        if (rc < 0) {
            high = middle;

        } else {
            low = middle + 1;
        }
    }

    return NULL;
}


/* Compares "<team_id>/<user_id>" with an account, in the order of sorting. */

static int
chatops_users_cmp(const chatops_str_t *team_id, const chatops_str_t *user_id,
    const chatops_str_t *account)
{
    int            rc;
    chatops_str_t  head, tail;

    head = chatops_strn(account->data, account->len < team_id->len
                                       ? account->len : team_id->len);
    rc = chatops_str_cmp(team_id, &head);

    if (rc != 0) {
        return rc;
    }

    /* the account begins with the team, and holds at least "/" besides */

    if (account->len == team_id->len) {
        return 1;
    }

    tail = chatops_strn(account->data + team_id->len,
                        account->len - team_id->len);

    if (tail.data[0] != '/') {
        return '/' < tail.data[0] ? -1 : 1;
    }

    tail.data++;
    tail.len--;

    return chatops_str_cmp(user_id, &tail);
}
