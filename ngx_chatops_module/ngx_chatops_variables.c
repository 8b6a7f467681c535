#include "ngx_chatops_strategy.h"


/* how long a project is known to forbid pipeline variables, in ms */
#define NGX_CHATOPS_VARIABLES_TTL  (10 * 60 * 1000)


ngx_uint_t
ngx_chatops_variables(ngx_chatops_dispatch_t *d,
    chatops_variable_t *variables)
{
    variables[0].key = chatops_str("CHAT_INPUT");
    variables[0].value = d->run.input;

    variables[1].key = chatops_str("CHAT_CHANNEL");
    variables[1].value = d->run.channel_name;

    variables[2].key = chatops_str("CHAT_CHANNEL_ID");
    variables[2].value = d->run.channel_id;

    variables[3].key = chatops_str("CHAT_USER_ID");
    variables[3].value = d->run.user_id;

    variables[4].key = chatops_str("CHAT_JOB");
    variables[4].value = d->run.job;

    variables[5].key = chatops_str("CHAT_RUN_ID");
    variables[5].value = d->run.id;

    return 6;
}


ngx_uint_t
ngx_chatops_variables_pass(ngx_chatops_dispatch_t *d)
{
    ngx_uint_t          i, n;
    chatops_variable_t  variables[NGX_CHATOPS_VARIABLES];

    n = ngx_chatops_variables(d, variables);

    for (i = 0; i < n; i++) {
        if (!chatops_gitlab_can_pass(&variables[i].value)) {
            return 0;
        }
    }

    return 1;
}


ngx_uint_t
ngx_chatops_variables_forbidden(ngx_chatops_dispatch_t *d)
{
    return ngx_chatops_dispatch_recalls(d, NGX_CHATOPS_KEY_VARIABLES, NULL);
}


void
ngx_chatops_variables_forbid(ngx_chatops_dispatch_t *d)
{
    ngx_chatops_dispatch_remember(d, NGX_CHATOPS_KEY_VARIABLES, NULL,
                                  NGX_CHATOPS_VARIABLES_TTL);
}
