#include "ngx_chatops_strategy.h"
#include "chatops_id.h"
#include "chatops_ref.h"


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


ngx_uint_t
ngx_chatops_trigger_same(ngx_chatops_loc_conf_t *a, ngx_chatops_loc_conf_t *b)
{
    ngx_uint_t                i, n;
    chatops_str_t            *one, *two;
    ngx_chatops_strategy_t  **first, **second;

    if (a->needs != b->needs || !chatops_str_eq(&a->branch, &b->branch)
        || a->trigger->nelts != b->trigger->nelts)
    {
        return 0;
    }

    first = a->trigger->elts;
    second = b->trigger->elts;

    for (i = 0; i < a->trigger->nelts; i++) {
        if (first[i] != second[i]) {
            return 0;
        }
    }

    if (a->refs == NULL || b->refs == NULL) {
        return a->refs == b->refs;
    }

    n = a->refs->nelts;

    if (n != b->refs->nelts) {
        return 0;
    }

    one = a->refs->elts;
    two = b->refs->elts;

    for (i = 0; i < n; i++) {
        if (!chatops_str_eq(&one[i], &two[i])) {
            return 0;
        }
    }

    return 1;
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


char *
ngx_chatops_refs(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_chatops_loc_conf_t *lcf = conf;

    ngx_str_t      *value;
    ngx_uint_t      i;
    chatops_str_t  *pattern;

    if (lcf->refs != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "off") == 0) {
        lcf->refs = NULL;
        return NGX_CONF_OK;
    }

    lcf->refs = ngx_array_create(cf->pool, cf->args->nelts - 1,
                                 sizeof(chatops_str_t));
    if (lcf->refs == NULL) {
        return NGX_CONF_ERROR;
    }

    for (i = 1; i < cf->args->nelts; i++) {

        if (value[i].len == 0 || ngx_strcmp(value[i].data, "off") == 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid ref \"%V\": write names of branches "
                               "and tags, \"*\" stands for anything; or "
                               "\"off\" alone", &value[i]);
            return NGX_CONF_ERROR;
        }

        pattern = ngx_array_push(lcf->refs);
        if (pattern == NULL) {
            return NGX_CONF_ERROR;
        }

        *pattern = ngx_chatops_core_str(&value[i]);
    }

    return NGX_CONF_OK;
}


char *
ngx_chatops_branch(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_chatops_loc_conf_t *lcf = conf;

    u_char          id[CHATOPS_ID_LEN];
    ngx_str_t      *value;
    chatops_str_t   any, pattern;

    if (lcf->branch.data != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;
    pattern = ngx_chatops_core_str(&value[1]);

    ngx_memset(id, '0', sizeof(id));
    any = chatops_strn(id, sizeof(id));

    if (!chatops_ref_pattern_valid(&pattern, &any)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid branch pattern \"%V\": write the name of "
                           "a branch with one \"*\" where the run's id goes, "
                           "as in \"chatops/*\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    lcf->branch = pattern;

    return NGX_CONF_OK;
}
