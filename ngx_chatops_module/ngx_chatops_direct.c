#include "ngx_chatops_strategy.h"


static chatops_truth_e ngx_chatops_direct_fits(ngx_chatops_dispatch_t *d,
    chatops_str_t *reason);
static void ngx_chatops_direct_start(ngx_chatops_dispatch_t *d);
static void ngx_chatops_direct_look(ngx_chatops_dispatch_t *d);


ngx_chatops_strategy_t  ngx_chatops_direct = {
    chatops_string("direct"),
    ngx_chatops_direct_fits,
    ngx_chatops_direct_start,
    ngx_chatops_direct_look
};


/* A pipeline on the ref itself, with CI_PIPELINE_SOURCE as a variable. */

static chatops_truth_e
ngx_chatops_direct_fits(ngx_chatops_dispatch_t *d, chatops_str_t *reason)
{
    *reason = chatops_str("it is not known what else the pipeline would hold");

    return CHATOPS_UNKNOWN;
}


static void
ngx_chatops_direct_start(ngx_chatops_dispatch_t *d)
{
    ngx_chatops_dispatch_end(d, NGX_CHATOPS_FAILED);
}


static void
ngx_chatops_direct_look(ngx_chatops_dispatch_t *d)
{
    ngx_chatops_dispatch_end(d, NGX_CHATOPS_FAILED);
}
