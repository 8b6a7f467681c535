/*
 * The module's configuration, as the other files of this floor see it.
 */

#ifndef NGX_CHATOPS_MODULE_H
#define NGX_CHATOPS_MODULE_H


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#include <ngx_thread_pool.h>

#include "ngx_chatops_arena.h"
#include "ngx_chatops_cache.h"
#include "ngx_chatops_replay.h"
#include "ngx_chatops_store.h"
#include "ngx_chatops_subrequest.h"
#include "ngx_chatops_zone.h"

#include "chatops_callback.h"
#include "chatops_signature.h"
#include "chatops_users.h"


#define NGX_CHATOPS_OFF     0
#define NGX_CHATOPS_SLACK   1

#define NGX_CHATOPS_ANSI_STRIP  0
#define NGX_CHATOPS_ANSI_KEEP   1

#define NGX_CHATOPS_NEEDS_DROP     0
#define NGX_CHATOPS_NEEDS_INCLUDE  1


typedef struct {
    ngx_shm_zone_t                 *shm_zone;
    ngx_str_t                       store;          /* "sqlite:/path" */
    ngx_str_t                       store_path;
    ngx_thread_pool_t              *thread_pool;
    ngx_array_t                     routes;         /* of loc conf pointers */
} ngx_chatops_main_conf_t;


/* Read-only once the configuration has been read. */
typedef struct {
    ngx_uint_t                      service;
    u_char                         *file;           /* where `chatops` stands */
    ngx_uint_t                      line;

    ngx_array_t                    *keys;           /* of signature keys */
    ngx_array_t                    *response_hosts; /* of ngx_str_t */

    ngx_str_t                       gitlab;         /* no slash at the end */
    ngx_str_t                       gitlab_host;
    ngx_str_t                       token;          /* a secret */
    ngx_str_t                       location;
    ngx_str_t                       project;
    ngx_str_t                       certificate;    /* a file, or empty */
    chatops_users_t                *users;
    ngx_str_t                       users_file;
    ngx_uint_t                      access;
    ngx_uint_t                      ansi;
    ngx_array_t                    *trigger;        /* of strategies */
    ngx_array_t                    *refs;           /* patterns, or NULL */
    chatops_str_t                   branch;         /* pattern: "chatops/…" */
    ngx_uint_t                      needs;
    ngx_str_t                       native_token;   /* a secret */
    ngx_str_t                       callback_url;   /* a slash at the end */
    chatops_callback_key_t         *callback_key;   /* NULL: no native */

    ngx_msec_t                      ack_timeout;
    ngx_msec_t                      reply_timeout;
    ngx_msec_t                      manual_timeout;
    ngx_msec_t                      gitlab_timeout;
    ngx_msec_t                      config_ttl;
    ngx_msec_t                      access_ttl;
    ngx_msec_t                      poll_interval;
    size_t                          max_body;

    ngx_chatops_subrequest_conf_t   subrequest;
    ngx_chatops_main_conf_t        *main;
} ngx_chatops_loc_conf_t;


extern ngx_module_t  ngx_chatops_module;


#define ngx_chatops_zone(conf)                                                \
    ((ngx_chatops_zone_t *) (conf)->main->shm_zone->data)


/* Unix milliseconds. */

static ngx_inline int64_t
ngx_chatops_now(void)
{
    ngx_time_t  *tp;

    tp = ngx_timeofday();

    return (int64_t) tp->sec * 1000 + tp->msec;
}


/* ngx_chatops_directives.c */

extern ngx_command_t  ngx_chatops_commands[];

/* ngx_chatops_conf.c: what the directives set, and how it is inherited */

void *ngx_chatops_create_main_conf(ngx_conf_t *cf);
char *ngx_chatops_init_main_conf(ngx_conf_t *cf, void *conf);
void *ngx_chatops_create_loc_conf(ngx_conf_t *cf);
char *ngx_chatops_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child);

/* ngx_chatops_address.c: where GitLab, its project and the others are */

char *ngx_chatops_gitlab(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_chatops_gitlab_location(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_chatops_project(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_chatops_callback_url(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_chatops_response_hosts(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* ngx_chatops_trigger.c: which strategies, and their settings */

char *ngx_chatops_trigger(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_chatops_refs(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_chatops_branch(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* 1 when both run jobs in the same ways. */
ngx_uint_t ngx_chatops_trigger_same(ngx_chatops_loc_conf_t *a,
    ngx_chatops_loc_conf_t *b);
ngx_int_t ngx_chatops_trigger_default(ngx_conf_t *cf, ngx_array_t **trigger);

/* ngx_chatops_secret.c: one line from a file, for secrets and tokens. */

ngx_int_t ngx_chatops_read_file(ngx_conf_t *cf, ngx_str_t *name, size_t max,
    ngx_str_t *text);
ngx_int_t ngx_chatops_read_secret(ngx_conf_t *cf, ngx_str_t *name,
    ngx_str_t *secret);
char *ngx_chatops_signing_secret_file(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_chatops_token_file(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* ngx_chatops_callback.c: where GitLab posts how a native run has ended */

char *ngx_chatops_callback(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
ngx_int_t ngx_chatops_callback_handler(ngx_http_request_t *r);
ngx_int_t ngx_chatops_callback_key(ngx_conf_t *cf,
    ngx_chatops_loc_conf_t *conf);

/* ngx_chatops_handler.c */

ngx_int_t ngx_chatops_handler(ngx_http_request_t *r);
ngx_int_t ngx_chatops_handler_init_process(ngx_cycle_t *cycle);
void ngx_chatops_handler_exit_process(void);


#endif /* NGX_CHATOPS_MODULE_H */
