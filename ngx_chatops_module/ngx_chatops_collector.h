/*
 * The companion timer of every worker: claims runs that are due and does what
 * each needs next.  The leases in the store make the workers, and hosts,
 * share.
 */

#ifndef NGX_CHATOPS_COLLECTOR_H
#define NGX_CHATOPS_COLLECTOR_H


#include "ngx_chatops_module.h"


/* In init_process and, when the thread pool is gone, exit_process. */
ngx_int_t ngx_chatops_collector_init(ngx_cycle_t *cycle,
    ngx_chatops_main_conf_t *mcf);
void ngx_chatops_collector_exit(void);


#endif /* NGX_CHATOPS_COLLECTOR_H */
