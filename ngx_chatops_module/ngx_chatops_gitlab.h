/*
 * Calls to GitLab without a client's request, by libcurl, for the collector.
 */

#ifndef NGX_CHATOPS_GITLAB_H
#define NGX_CHATOPS_GITLAB_H


#include "ngx_chatops_module.h"
#include "ngx_chatops_curl.h"
#include "chatops_gitlab.h"


typedef struct ngx_chatops_gitlab_s  ngx_chatops_gitlab_t;

typedef void (*ngx_chatops_gitlab_pt)(void *data,
    chatops_gitlab_answer_t *answer);


struct ngx_chatops_gitlab_s {
    ngx_chatops_curl_t           curl;
    ngx_chatops_loc_conf_t      *conf;
    ngx_chatops_gitlab_pt        handler;
    void                        *data;
    ngx_chatops_curl_sink_pt     sink;        /* of a trace */
    chatops_gitlab_answer_t      answer;
};


/*
 * Sends a call.  `handler` is called later with an answer that lives in the
 * pool.  With a `sink` the body of a 200 goes there in pieces.  NGX_ERROR:
 * nothing was sent and the handler will not be called.
 */
ngx_int_t ngx_chatops_gitlab_send(ngx_chatops_loc_conf_t *conf,
    ngx_pool_t *pool, chatops_gitlab_call_t *call,
    ngx_chatops_curl_sink_pt sink, ngx_chatops_gitlab_pt handler, void *data);

/*
 * For how many ms this GitLab has asked not to be called (Retry-After of a
 * 429); 0 when it has not.
 */
ngx_msec_t ngx_chatops_gitlab_held(ngx_chatops_loc_conf_t *conf);


#endif /* NGX_CHATOPS_GITLAB_H */
