#include "ngx_chatops_strategy.h"


static ngx_int_t ngx_chatops_trigger_add(ngx_array_t *trigger,
    const chatops_str_t *name);


char *
ngx_chatops_trigger(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_chatops_loc_conf_t *lcf = conf;

    ngx_str_t      *value;
    ngx_uint_t      i;
    chatops_str_t   name;

    if (lcf->trigger != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    value = cf->args->elts;

    lcf->trigger = ngx_array_create(cf->pool, cf->args->nelts - 1,
                                    sizeof(ngx_chatops_strategy_t *));
    if (lcf->trigger == NULL) {
        return NGX_CONF_ERROR;
    }

    for (i = 1; i < cf->args->nelts; i++) {
        name = ngx_chatops_core_str(&value[i]);

        switch (ngx_chatops_trigger_add(lcf->trigger, &name)) {

        case NGX_OK:
            break;

        case NGX_DECLINED:
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "unknown strategy \"%V\": \"native\", "
                               "\"direct\" and \"isolated\" are those that "
                               "are known",
                               &value[i]);
            return NGX_CONF_ERROR;

        case NGX_BUSY:
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "strategy \"%V\" is named twice", &value[i]);
            return NGX_CONF_ERROR;

        default:
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


ngx_int_t
ngx_chatops_trigger_default(ngx_conf_t *cf, ngx_array_t **trigger)
{
    chatops_str_t  direct, isolated;

    direct = chatops_str("direct");
    isolated = chatops_str("isolated");

    *trigger = ngx_array_create(cf->pool, 2,
                                sizeof(ngx_chatops_strategy_t *));

    if (*trigger == NULL
        || ngx_chatops_trigger_add(*trigger, &direct) != NGX_OK
        || ngx_chatops_trigger_add(*trigger, &isolated) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* NGX_DECLINED: there is no such strategy.  NGX_BUSY: it is in the list. */

static ngx_int_t
ngx_chatops_trigger_add(ngx_array_t *trigger, const chatops_str_t *name)
{
    ngx_uint_t                i;
    ngx_chatops_strategy_t   *found, **strategy;

    found = ngx_chatops_strategy_find(name);

    if (found == NULL) {
        return NGX_DECLINED;
    }

    strategy = trigger->elts;

    for (i = 0; i < trigger->nelts; i++) {
        if (strategy[i] == found) {
            return NGX_BUSY;
        }
    }

    strategy = ngx_array_push(trigger);

    if (strategy == NULL) {
        return NGX_ERROR;
    }

    *strategy = found;

    return NGX_OK;
}
