/*
 * core/'s memory and strings on nginx's pools and strings.
 */

#ifndef NGX_CHATOPS_ARENA_H
#define NGX_CHATOPS_ARENA_H


#include <ngx_config.h>
#include <ngx_core.h>

#include "chatops_core.h"


/* An arena that lives and dies with the pool. */
chatops_arena_t ngx_chatops_arena(ngx_pool_t *pool);


static ngx_inline ngx_str_t
ngx_chatops_ngx_str(const chatops_str_t *s)
{
    ngx_str_t  str;

    str.len = s->len;
    str.data = s->data;

    return str;
}


static ngx_inline chatops_str_t
ngx_chatops_core_str(const ngx_str_t *str)
{
    return chatops_strn(str->data, str->len);
}


/* For the format "%V", which takes an ngx_str_t: the layout is the same. */
#define ngx_chatops_v(s)  ((ngx_str_t *) (s))


#endif /* NGX_CHATOPS_ARENA_H */
