
#include "chatops_glob.h"


#define CHATOPS_GLOB_MAX_DEPTH  16    /* of braces in braces */


/* Where a comparison has come to. */
typedef struct {
    const u_char  *p;
    const u_char  *p_end;
    const u_char  *s;
    const u_char  *s_end;
} chatops_glob_t;


static chatops_truth_e chatops_glob_braces(const chatops_str_t *pattern,
    const chatops_str_t *path, size_t *left, unsigned depth);
static int chatops_glob_brace(const chatops_str_t *pattern, size_t *open,
    size_t *close);
static int chatops_glob_path(const chatops_str_t *pattern,
    const chatops_str_t *path);
static int chatops_glob_folders(const chatops_glob_t *glob);
static int chatops_glob_name(chatops_glob_t *glob);
static int chatops_glob_ends(const u_char *p, const u_char *end);
static const u_char *chatops_glob_escaped(const chatops_glob_t *glob,
    const u_char *p);
static const u_char *chatops_glob_bracket(const chatops_glob_t *glob,
    const u_char *p);
static const u_char *chatops_glob_one(const chatops_glob_t *glob,
    const u_char *p, uint32_t *ch);
static const u_char *chatops_glob_next(const u_char *s, const u_char *end);
static uint32_t chatops_glob_code(const u_char *s, const u_char *end);
static int chatops_glob_has(const chatops_str_t *pattern, const char *set);


chatops_truth_e
chatops_glob_match(const chatops_str_t *pattern, const chatops_str_t *path)
{
    size_t  left;

    if (pattern->len > CHATOPS_GLOB_MAX_BYTES) {
        return CHATOPS_UNKNOWN;
    }

    left = CHATOPS_GLOB_MAX_BRACES;

    return chatops_glob_braces(pattern, path, &left, 0);
}


/* The first pair of braces is written out, the others by the recursion. */

static chatops_truth_e
chatops_glob_braces(const chatops_str_t *pattern, const chatops_str_t *path,
    size_t *left, unsigned depth)
{
    u_char           buf[CHATOPS_GLOB_MAX_BYTES];
    size_t           close, end, len, nest, open, start;
    chatops_str_t    one;
    chatops_truth_e  truth;

    if (depth == CHATOPS_GLOB_MAX_DEPTH || *left == 0) {
        return CHATOPS_UNKNOWN;
    }

    if (!chatops_glob_brace(pattern, &open, &close)) {
        (*left)--;

        return open == pattern->len && chatops_glob_path(pattern, path)
               ? CHATOPS_YES : CHATOPS_NO;
    }

    memcpy(buf, pattern->data, open);

    for (start = open + 1; start <= close; start = end + 1) {
        nest = 0;

        for (end = start; end < close; end++) {

            if (pattern->data[end] == ',' && nest == 0) {
                break;
            }

            if (pattern->data[end] == '\\' && end + 1 < close) {
                end++;
                continue;
            }

            nest += pattern->data[end] == '{';
            nest -= pattern->data[end] == '}' && nest > 0;
        }

        len = open;
        memcpy(&buf[len], &pattern->data[start], end - start);
        len += end - start;
        memcpy(&buf[len], &pattern->data[close + 1],
               pattern->len - close - 1);
        len += pattern->len - close - 1;

        one = chatops_strn(buf, len);
        truth = chatops_glob_braces(&one, path, left, depth + 1);

        if (truth != CHATOPS_NO) {
            return truth;
        }
    }

    return CHATOPS_NO;
}


/*
 * The outermost pair that is closed first.  Without one, `open` is the
 * pattern's end, unless there is a brace that nothing closes: then the
 * pattern matches nothing.
 */

static int
chatops_glob_brace(const chatops_str_t *pattern, size_t *open, size_t *close)
{
    size_t  i, nest;

    *open = pattern->len;
    *close = pattern->len;
    nest = 0;

    for (i = 0; i < pattern->len; i++) {

        switch (pattern->data[i]) {

        case '\\':
            i++;
            break;

        case '{':
            if (nest++ == 0) {
                *open = i;
            }
            break;

        case '}':
            if (nest > 0 && --nest == 0) {
                *close = i;
                return 1;
            }
            break;

        default:
            break;
        }
    }

    return 0;
}


static int
chatops_glob_path(const chatops_str_t *pattern, const chatops_str_t *path)
{
    chatops_glob_t  glob;

    glob.p = pattern->data;
    glob.p_end = pattern->data + pattern->len;
    glob.s = path->data;
    glob.s_end = path->data + path->len;

    return chatops_glob_folders(&glob);
}


/* Name by name; after a failure the last `**` takes a folder more. */

static int
chatops_glob_folders(const chatops_glob_t *glob)
{
    const u_char    *p, *s;
    chatops_glob_t   at;

    at = *glob;
    p = NULL;
    s = NULL;

    for ( ;; ) {

        while (at.p_end - at.p >= 3 && memcmp(at.p, "**/", 3) == 0) {
            at.p += 3;
            p = at.p;
            s = at.s;
        }

        if (chatops_glob_name(&at)) {

            while (at.s < at.s_end && *at.s != '/') {
                at.s++;
            }

            if (at.p < at.p_end && at.s < at.s_end) {
                at.p++;
                at.s++;
                continue;
            }

            if (at.p == at.p_end && at.s == at.s_end) {
                return 1;
            }
        }

        if (p == NULL) {
            return 0;
        }

        while (s < at.s_end && *s != '/') {
            s++;
        }

        if (s == at.s_end) {
            return 0;
        }

        at.p = p;
        at.s = ++s;
    }
}


/* One name of a path; after a failure the last `*` takes a character more. */

static int
chatops_glob_name(chatops_glob_t *glob)
{
    const u_char  *next, *p, *s;

    p = NULL;
    s = NULL;

    for ( ;; ) {

        if (glob->p < glob->p_end && *glob->p == '*') {

            while (glob->p < glob->p_end && *glob->p == '*') {
                glob->p++;
            }

            next = chatops_glob_escaped(glob, glob->p);

            if (chatops_glob_ends(next, glob->p_end)) {
                glob->p = next;
                return 1;
            }

            if (chatops_glob_ends(glob->s, glob->s_end)) {
                return 0;
            }

            p = glob->p;
            s = glob->s;
            continue;
        }

        if (glob->p < glob->p_end && (*glob->p == '?' || *glob->p == '[')) {

            if (chatops_glob_ends(glob->s, glob->s_end)) {
                return 0;
            }

            next = *glob->p == '?' ? glob->p + 1
                                   : chatops_glob_bracket(glob, glob->p + 1);

            if (next != NULL) {
                glob->p = next;
                glob->s = chatops_glob_next(glob->s, glob->s_end);
                continue;
            }

        } else {
            glob->p = chatops_glob_escaped(glob, glob->p);

            if (chatops_glob_ends(glob->s, glob->s_end)) {
                return chatops_glob_ends(glob->p, glob->p_end);
            }

            if (!chatops_glob_ends(glob->p, glob->p_end)
                && *glob->p == *glob->s)
            {
                glob->p++;
                glob->s++;
                continue;
            }
        }

        if (p == NULL) {
            return 0;
        }

        s = chatops_glob_next(s, glob->s_end);
        glob->p = p;
        glob->s = s;
    }
}


static int
chatops_glob_ends(const u_char *p, const u_char *end)
{
    return p == end || *p == '/';
}


static const u_char *
chatops_glob_escaped(const chatops_glob_t *glob, const u_char *p)
{
    return p < glob->p_end && *p == '\\' ? p + 1 : p;
}


/* What follows the bracket, NULL when the character is not in it. */

static const u_char *
chatops_glob_bracket(const chatops_glob_t *glob, const u_char *p)
{
    int       not, ok;
    uint32_t  ch, first, last;

    ch = chatops_glob_code(glob->s, glob->s_end);
    ok = 0;
    not = p < glob->p_end && (*p == '!' || *p == '^');
    p += not;

    while (p < glob->p_end) {

        if (*p == ']') {
            return ok == not ? NULL : p + 1;
        }

        p = chatops_glob_one(glob, p, &first);

        if (p == NULL || p == glob->p_end) {
            return NULL;
        }

        last = first;

        if (*p == '-' && p + 1 < glob->p_end && p[1] != ']') {
            p = chatops_glob_one(glob, p + 1, &last);

            if (p == NULL) {
                return NULL;
            }
        }

        ok |= ch == last || (ch >= first && ch <= last);
    }

    return NULL;
}


static const u_char *
chatops_glob_one(const chatops_glob_t *glob, const u_char *p, uint32_t *ch)
{
    if (*p == '\\') {
        p++;
    }

    if (p == glob->p_end) {
        return NULL;
    }

    *ch = chatops_glob_code(p, glob->p_end);

    return chatops_glob_next(p, glob->p_end);
}


static const u_char *
chatops_glob_next(const u_char *s, const u_char *end)
{
    size_t  n;

    n = chatops_utf8_length(s, end - s);

    return s + (n == 0 ? 1 : n);
}


/* Its bytes as a number, which orders as the characters do. */

static uint32_t
chatops_glob_code(const u_char *s, const u_char *end)
{
    uint32_t       code;
    const u_char  *next;

    code = 0;

    for (next = chatops_glob_next(s, end); s < next; s++) {
        code = code << 8 | *s;
    }

    return code;
}


chatops_truth_e
chatops_glob_exists(const chatops_str_t *pattern, const chatops_str_t *paths,
    size_t npaths)
{
    size_t                i, tail;
    unsigned              exact, suffix;
    chatops_str_t         end;
    chatops_truth_e       one, truth;
    const chatops_str_t  *path;

    exact = !chatops_glob_has(pattern, "*?[{");

    end = *pattern;

    if (chatops_str_starts(&end, "**/*")) {
        end.data += 4;
        end.len -= 4;
    }

    suffix = chatops_str_starts(&end, ".")
             && !chatops_glob_has(&end, "/*?[{");

    if (!exact && !suffix && npaths > CHATOPS_GLOB_MAX_COMPARED) {
        return CHATOPS_YES;
    }

    truth = CHATOPS_NO;

    for (i = 0; i < npaths && truth != CHATOPS_YES; i++) {
        path = &paths[i];

        if (exact) {
            tail = pattern->len && pattern->data[pattern->len - 1] == '/'
                   && path->len > pattern->len ? path->len - pattern->len : 0;

            one = path->len == pattern->len + tail
                  && memcmp(path->data, pattern->data, pattern->len) == 0;

        } else if (suffix) {
            one = path->len >= end.len
                  && memcmp(&path->data[path->len - end.len], end.data,
                            end.len) == 0;

        } else {
            one = chatops_glob_match(pattern, path);
        }

        truth = chatops_truth_or(truth, one);
    }

    return truth;
}


static int
chatops_glob_has(const chatops_str_t *pattern, const char *set)
{
    size_t  i;

    for (i = 0; i < pattern->len; i++) {
        if (strchr(set, pattern->data[i]) != NULL && pattern->data[i]) {
            return 1;
        }
    }

    return 0;
}
