/*
 * HTTP by libcurl's multi interface, driven by nginx's event loop: curl's
 * sockets are level-triggered events of ours, its timer is a timer of ours.
 * One multi handle a worker; connections are kept and used again.
 */

#ifndef NGX_CHATOPS_CURL_H
#define NGX_CHATOPS_CURL_H


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include <curl/curl.h>


typedef struct ngx_chatops_curl_s  ngx_chatops_curl_t;


/* How a transfer ended. */
typedef enum {
    NGX_CHATOPS_CURL_ANSWERED = 0,  /* `status` and the body are whole */
    NGX_CHATOPS_CURL_UNREACHED,     /* nothing was sent */
    NGX_CHATOPS_CURL_LOST,          /* sent, but no whole answer */
    NGX_CHATOPS_CURL_TOO_BIG        /* more than `limit` bytes */
} ngx_chatops_curl_outcome_e;


typedef void (*ngx_chatops_curl_handler_pt)(ngx_chatops_curl_t *curl);
typedef void (*ngx_chatops_curl_sink_pt)(void *data, u_char *p, size_t len);


/*
 * A transfer.  The caller fills the first part, in a pool that lives until
 * `handler` has been called or the transfer has been canceled.
 */
struct ngx_chatops_curl_s {
    ngx_pool_t                   *pool;
    const char                   *method;
    ngx_str_t                     url;
    ngx_str_t                     body;
    const char                   *content_type;  /* of the body */
    ngx_str_t                     token;         /* PRIVATE-TOKEN; a secret */
    const char                   *ca;            /* a file, or NULL */
    ngx_msec_t                    timeout;
    size_t                        limit;         /* of the answer, in bytes */
    ngx_chatops_curl_sink_pt      sink;          /* takes the body of a 200 */
    ngx_chatops_curl_handler_pt   handler;
    void                         *data;
    unsigned                      keep:1;        /* exiting workers wait */

    /* the answer */

    ngx_chatops_curl_outcome_e    outcome;
    ngx_uint_t                    status;
    ngx_str_t                     answer;        /* when there is no sink */
    int64_t                       retry_after;   /* seconds, -1: not said */
    char                          error[CURL_ERROR_SIZE];

    /* private */

    CURL                         *easy;
    struct curl_slist            *headers;
    ngx_queue_t                   queue;
    size_t                        received;
    size_t                        room;
    unsigned                      overflow:1;
};


/* In init_process and exit_process. */
ngx_int_t ngx_chatops_curl_init(ngx_cycle_t *cycle);
void ngx_chatops_curl_exit(ngx_cycle_t *cycle);

/*
 * Starts a transfer.  NGX_OK: `handler` will be called, never from inside
 * this call.  NGX_ERROR: it will not.
 */
ngx_int_t ngx_chatops_curl_send(ngx_chatops_curl_t *curl);

/* Ends a transfer without calling its handler. */
void ngx_chatops_curl_cancel(ngx_chatops_curl_t *curl);


#endif /* NGX_CHATOPS_CURL_H */
