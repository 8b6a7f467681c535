#include "chatops_ci.h"


#define CHATOPS_CI_SUGGEST_MAX  16
#define CHATOPS_CI_SUGGEST_LEN  64
#define CHATOPS_CI_UNLIKE       1000


static unsigned chatops_ci_distance(const chatops_str_t *one,
    const chatops_str_t *two);
static size_t chatops_ci_fold(const chatops_str_t *s, u_char *folded);


size_t
chatops_ci_suggest(const chatops_ci_t *ci, const chatops_str_t *name,
    const chatops_ci_job_t **jobs, size_t max)
{
    size_t    i, k, n;
    unsigned  distance, distances[CHATOPS_CI_SUGGEST_MAX];

    if (max > CHATOPS_CI_SUGGEST_MAX) {
        max = CHATOPS_CI_SUGGEST_MAX;
    }

    for (i = 0, n = 0; i < ci->njobs && max != 0; i++) {

        if (ci->jobs[i].hidden) {
            continue;
        }

        /* the name in the file is what is known of a parallel job */

        distance = chatops_str_eq(name, &ci->jobs[i].key)
                   ? 0 : chatops_ci_distance(name, &ci->jobs[i].name);

        if (distance >= CHATOPS_CI_UNLIKE
            || (n == max && distance >= distances[n - 1]))
        {
            continue;
        }

        k = n < max ? n++ : n - 1;

        for ( /* void */ ; k > 0 && distances[k - 1] > distance; k--) {
            distances[k] = distances[k - 1];
            jobs[k] = jobs[k - 1];
        }

        distances[k] = distance;
        jobs[k] = &ci->jobs[i];
    }

    return n;
}


/* Small letters; whatever stands between words is the same. */

static size_t
chatops_ci_fold(const chatops_str_t *s, u_char *folded)
{
    size_t  i;
    u_char  ch;

    for (i = 0; i < s->len && i < CHATOPS_CI_SUGGEST_LEN; i++) {
        ch = s->data[i];

        if (ch >= 'A' && ch <= 'Z') {
            ch |= 0x20;

        } else if (ch == ' ' || ch == '_' || ch == ':' || ch == '/') {
            ch = '-';
        }

        folded[i] = ch;
    }

    return i;
}


/*
 * Twice the edits that make one of the other; a name that holds the other
 * is near too.  CHATOPS_CI_UNLIKE when more than a third would change.
 */

static unsigned
chatops_ci_distance(const chatops_str_t *one, const chatops_str_t *two)
{
    size_t         i, k, m, n, most;
    u_char         a[CHATOPS_CI_SUGGEST_LEN], b[CHATOPS_CI_SUGGEST_LEN];
    unsigned       best, corner, left, row[CHATOPS_CI_SUGGEST_LEN + 1];
    chatops_str_t  s, t;

    m = chatops_ci_fold(one, a);
    n = chatops_ci_fold(two, b);

    s = m > n ? chatops_strn(a, m) : chatops_strn(b, n);
    t = m > n ? chatops_strn(b, n) : chatops_strn(a, m);

    most = s.len < 3 ? 0 : s.len < 6 ? 1 : s.len / 3;

    if (t.len >= 3 && chatops_str_find(&s, 0, t.data, t.len) != NULL) {
        best = s.len == t.len ? 0 : 3;

    } else {
        best = CHATOPS_CI_UNLIKE;
    }

    if (s.len - t.len > most) {
        return best;
    }

    for (k = 0; k <= n; k++) {
        row[k] = k;
    }

    for (i = 1; i <= m; i++) {
        corner = row[0];
        row[0] = i;

        for (k = 1; k <= n; k++) {
            left = row[k - 1] < row[k] ? row[k - 1] + 1 : row[k] + 1;

            if (corner + (a[i - 1] != b[k - 1]) < left) {
                left = corner + (a[i - 1] != b[k - 1]);
            }

            corner = row[k];
            row[k] = left;
        }
    }

    if (row[n] <= most && 2 * row[n] < best) {
        best = 2 * row[n];
    }

    return best;
}
