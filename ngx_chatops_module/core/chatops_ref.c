#include "chatops_ref.h"


static int chatops_ref_part_valid(const chatops_str_t *name, size_t from,
    size_t to);


int
chatops_ref_valid(const chatops_str_t *name)
{
    u_char  ch;
    size_t  i, from;

    if (name->len == 0 || name->len > CHATOPS_REF_MAX
        || name->data[0] == '-' || chatops_str_is(name, "@")
        || name->data[name->len - 1] == '.'
        || !chatops_utf8_valid(name->data, name->len))
    {
        return 0;
    }

    from = 0;

    for (i = 0; i < name->len; i++) {
        ch = name->data[i];

        if (ch <= ' ' || ch == 0x7f || strchr("~^:?*[\\", ch) != NULL) {
            return 0;
        }

        if (i + 1 < name->len
            && ((ch == '.' && name->data[i + 1] == '.')
                || (ch == '@' && name->data[i + 1] == '{')))
        {
            return 0;
        }

        if (ch == '/') {
            if (!chatops_ref_part_valid(name, from, i)) {
                return 0;
            }

            from = i + 1;
        }
    }

    return chatops_ref_part_valid(name, from, name->len);
}


static int
chatops_ref_part_valid(const chatops_str_t *name, size_t from, size_t to)
{
    static const char  lock[] = ".lock";

    if (from == to || name->data[from] == '.') {
        return 0;
    }

    return to - from < sizeof(lock) - 1
           || memcmp(name->data + to - (sizeof(lock) - 1), lock,
                     sizeof(lock) - 1)
              != 0;
}


int
chatops_ref_match(const chatops_str_t *pattern, const chatops_str_t *name)
{
    size_t  p, n, star, mark;

    /* after a mismatch only the last "*" has to give way */

    p = 0;
    n = 0;
    star = pattern->len;
    mark = 0;

    while (n < name->len) {

        if (p < pattern->len && pattern->data[p] == '*') {
            star = p++;
            mark = n;

        } else if (p < pattern->len && pattern->data[p] == name->data[n]) {
            p++;
            n++;

        } else if (star < pattern->len) {
            p = star + 1;
            n = ++mark;

        } else {
            return 0;
        }
    }

    while (p < pattern->len && pattern->data[p] == '*') {
        p++;
    }

    return p == pattern->len;
}


int
chatops_ref_pattern_valid(const chatops_str_t *pattern,
    const chatops_str_t *id)
{
    size_t         i, n;
    u_char         name[CHATOPS_REF_MAX];
    chatops_str_t  made, prefix;

    n = 0;

    for (i = 0; i < pattern->len; i++) {
        n += pattern->data[i] == '*';
    }

    if (n != 1 || pattern->data[0] == '*'
        || pattern->len - 1 + id->len > sizeof(name))
    {
        return 0;
    }

    prefix = chatops_ref_prefix(pattern);
    made = chatops_strn(name, pattern->len - 1 + id->len);

    memcpy(name, pattern->data, prefix.len);
    memcpy(name + prefix.len, id->data, id->len);
    memcpy(name + prefix.len + id->len, pattern->data + prefix.len + 1,
           pattern->len - prefix.len - 1);

    return chatops_ref_valid(&made);
}


int
chatops_ref_make(chatops_arena_t *arena, const chatops_str_t *pattern,
    const chatops_str_t *id, chatops_str_t *name)
{
    chatops_buf_t  buf;
    chatops_str_t  prefix;

    prefix = chatops_ref_prefix(pattern);

    chatops_buf_init(&buf, arena, CHATOPS_REF_MAX);

    chatops_buf_str(&buf, &prefix);
    chatops_buf_str(&buf, id);

    if (prefix.len < pattern->len) {
        chatops_buf_add(&buf, pattern->data + prefix.len + 1,
                        pattern->len - prefix.len - 1);
    }

    return chatops_buf_finish(&buf, name);
}


int
chatops_ref_id(const chatops_str_t *pattern, const chatops_str_t *name,
    chatops_str_t *id)
{
    size_t         rest;
    chatops_str_t  prefix;

    prefix = chatops_ref_prefix(pattern);

    if (prefix.len == pattern->len) {
        return CHATOPS_DECLINED;
    }

    rest = pattern->len - prefix.len - 1;

    if (name->len < prefix.len + rest
        || memcmp(name->data, pattern->data, prefix.len) != 0
        || memcmp(name->data + name->len - rest,
                  pattern->data + prefix.len + 1, rest)
           != 0)
    {
        return CHATOPS_DECLINED;
    }

    *id = chatops_strn(name->data + prefix.len,
                       name->len - prefix.len - rest);

    return CHATOPS_OK;
}


chatops_str_t
chatops_ref_prefix(const chatops_str_t *pattern)
{
    size_t  i;

    for (i = 0; i < pattern->len; i++) {
        if (pattern->data[i] == '*') {
            break;
        }
    }

    return chatops_strn(pattern->data, i);
}
