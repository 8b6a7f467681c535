/*
 * A call to GitLab as a subrequest through the operator's internal location:
 * in memory, with a method, headers and body of its own.  Nothing of the
 * client's request reaches GitLab.
 */

#ifndef NGX_CHATOPS_SUBREQUEST_H
#define NGX_CHATOPS_SUBREQUEST_H


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_chatops_arena.h"
#include "chatops_gitlab.h"


typedef void (*ngx_chatops_answer_pt)(void *data,
    chatops_gitlab_answer_t *answer);


typedef struct {
    ngx_str_t    location;      /* "/gitlab-api/", with both slashes */
    ngx_str_t    host;          /* for Host and SNI: "gitlab.example.com" */
    ngx_str_t    token;         /* a secret; sent as PRIVATE-TOKEN, unless
                                   the call is anonymous */
} ngx_chatops_subrequest_conf_t;


/*
 * Sends a call for the main request `r`.  `handler` is called once, with an
 * answer that lives as long as the request, and may send the next call; it
 * is not called when the request goes away before.  The caller runs the posted
 * requests when it is not in a handler of the request's own events.
 *
 * NGX_OK, or NGX_ERROR when nothing was sent.
 */
ngx_int_t ngx_chatops_subrequest(ngx_http_request_t *r,
    ngx_chatops_subrequest_conf_t *conf, chatops_gitlab_call_t *call,
    ngx_chatops_answer_pt handler, void *data);

/*
 * In the preaccess phase: keeps nginx from escaping a call's path again,
 * which is percent-encoded already ("ops%2Finfra", never "ops%252Finfra").
 */
ngx_int_t ngx_chatops_subrequest_preaccess(ngx_http_request_t *r);

/* NULL when `r` is not a subrequest of ours. */
ngx_chatops_subrequest_conf_t *ngx_chatops_subrequest_conf(
    ngx_http_request_t *r);


#endif /* NGX_CHATOPS_SUBREQUEST_H */
