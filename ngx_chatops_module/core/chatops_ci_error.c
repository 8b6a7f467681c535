#include <stdarg.h>
#include <stdio.h>

#include "chatops_ci_parts.h"


#define CHATOPS_CI_MAX_ERROR  240


int
chatops_ci_error(chatops_arena_t *arena, chatops_ci_t *ci,
    const chatops_yaml_node_t *node, const char *fmt, ...)
{
    int                  n;
    char                 text[CHATOPS_CI_MAX_ERROR];
    size_t               i;
    va_list              args;
    chatops_str_t        s;
    chatops_ci_error_t  *error;

    if (ci->nerrors == CHATOPS_CI_MAX_ERRORS) {
        return CHATOPS_OK;
    }

    if (ci->errors == NULL) {
        ci->errors = chatops_palloc(arena, CHATOPS_CI_MAX_ERRORS
                                           * sizeof(chatops_ci_error_t));

        if (ci->errors == NULL) {
            return CHATOPS_ERROR;
        }
    }

    va_start(args, fmt);
    n = vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);

    s = chatops_strn(text, n < 0 ? 0 : (size_t) n);

    if (s.len >= sizeof(text)) {
        s.len = chatops_utf8_clip(s.data, sizeof(text) - 1,
                                  sizeof(text) - 1);
    }

    for (i = 0; i < s.len; i++) {
        if (s.data[i] < 0x20 || s.data[i] == 0x7f) {
            s.data[i] = ' ';
        }
    }

    error = &ci->errors[ci->nerrors];

    memset(error, 0, sizeof(chatops_ci_error_t));

    if (chatops_pstrdup(arena, &error->text, &s) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    if (node != NULL) {
        error->file = node->file;
        error->line = node->line;
    }

    ci->nerrors++;

    return CHATOPS_OK;
}
