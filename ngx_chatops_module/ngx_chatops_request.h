/*
 * A verified command on its way: from Slack's request to a recorded run, and
 * the answer within chatops_ack_timeout.
 */

#ifndef NGX_CHATOPS_REQUEST_H
#define NGX_CHATOPS_REQUEST_H


#include "ngx_chatops_module.h"
#include "chatops_command.h"
#include "chatops_slack.h"


/*
 * Both return what ngx_http_finalize_request() is to be given.  `seconds`:
 * Slack's timestamp.
 */

ngx_int_t ngx_chatops_request_start(ngx_http_request_t *r,
    ngx_chatops_loc_conf_t *conf, chatops_slack_t *slack,
    chatops_command_t *command, const chatops_user_t *user, int64_t seconds);

/* The chat account is not connected to a GitLab user. */
ngx_int_t ngx_chatops_request_unknown_user(ngx_http_request_t *r,
    ngx_chatops_loc_conf_t *conf, chatops_slack_t *slack);


#endif /* NGX_CHATOPS_REQUEST_H */
