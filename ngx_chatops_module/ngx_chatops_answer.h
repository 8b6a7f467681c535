/*
 * The answer to Slack's request itself.
 */

#ifndef NGX_CHATOPS_ANSWER_H
#define NGX_CHATOPS_ANSWER_H


#include "ngx_chatops_module.h"
#include "chatops_reply.h"


/*
 * Each sends the header and the body and returns what
 * ngx_http_finalize_request() is to be given.
 */

/* A message for the person, as JSON with status 200. */
ngx_int_t ngx_chatops_answer(ngx_http_request_t *r,
    chatops_visibility_e visibility, chatops_str_t *text);
ngx_int_t ngx_chatops_answer_text(ngx_http_request_t *r, const char *text);

/* {"error": …} with another status. */
ngx_int_t ngx_chatops_answer_error(ngx_http_request_t *r, ngx_uint_t status,
    const char *error);

/* 200 without a body. */
ngx_int_t ngx_chatops_answer_empty(ngx_http_request_t *r);


#endif /* NGX_CHATOPS_ANSWER_H */
