#include "ngx_chatops_strategy.h"


#define NGX_CHATOPS_OBSTACLES_MAX  1200


static void ngx_chatops_choose_from(ngx_chatops_dispatch_t *d);
static void ngx_chatops_obstacle(ngx_chatops_dispatch_t *d,
    const chatops_str_t *name, const chatops_str_t *reason);
static void ngx_chatops_choose_none(ngx_chatops_dispatch_t *d);


static ngx_chatops_strategy_t  *ngx_chatops_strategies[] = {
    &ngx_chatops_native,
    &ngx_chatops_direct,
    &ngx_chatops_isolated
};


ngx_chatops_strategy_t *
ngx_chatops_strategy_find(const chatops_str_t *name)
{
    ngx_uint_t  i;

    for (i = 0; i < sizeof(ngx_chatops_strategies)
                    / sizeof(ngx_chatops_strategies[0]); i++)
    {
        if (chatops_str_eq(&ngx_chatops_strategies[i]->name, name)) {
            return ngx_chatops_strategies[i];
        }
    }

    return NULL;
}


void
ngx_chatops_choose(ngx_chatops_dispatch_t *d)
{
    d->strategy = 0;
    chatops_buf_init(&d->obstacles, &d->arena, NGX_CHATOPS_OBSTACLES_MAX);

    d->run.commands = d->job->commands;
    d->run.manual = d->verdict.manual;

    ngx_chatops_choose_from(d);
}


void
ngx_chatops_choose_another(ngx_chatops_dispatch_t *d,
    const chatops_str_t *reason)
{
    ngx_log_error(NGX_LOG_NOTICE, d->log, 0,
                  "chatops: run %V: not %V: %V", ngx_chatops_v(&d->run.id),
                  ngx_chatops_v(&d->run.strategy), ngx_chatops_v(reason));

    ngx_chatops_obstacle(d, &d->run.strategy, reason);

    d->strategy++;

    ngx_chatops_choose_from(d);
}


static void
ngx_chatops_choose_from(ngx_chatops_dispatch_t *d)
{
    chatops_str_t             reason;
    ngx_chatops_strategy_t  **strategy;

    strategy = d->conf->trigger->elts;

    for ( /* void */ ; d->strategy < d->conf->trigger->nelts; d->strategy++) {
        reason = chatops_str(NULL);

        if (strategy[d->strategy]->fits(d, &reason) == CHATOPS_YES) {
            d->run.strategy = strategy[d->strategy]->name;
            d->run.state = CHATOPS_RUN_ACCEPTED;

            strategy[d->strategy]->start(d);
            return;
        }

        ngx_log_debug3(NGX_LOG_DEBUG_CORE, d->log, 0,
                       "chatops: run %V: not %V: %V",
                       ngx_chatops_v(&d->run.id),
                       ngx_chatops_v(&strategy[d->strategy]->name),
                       ngx_chatops_v(&reason));

        ngx_chatops_obstacle(d, &strategy[d->strategy]->name, &reason);
    }

    ngx_chatops_choose_none(d);
}


static void
ngx_chatops_obstacle(ngx_chatops_dispatch_t *d, const chatops_str_t *name,
    const chatops_str_t *reason)
{
    chatops_buf_text(&d->obstacles, d->obstacles.len ? "; `" : "`");
    chatops_buf_str(&d->obstacles, name);
    chatops_buf_text(&d->obstacles, "`: ");
    chatops_buf_str(&d->obstacles, reason);
}


static void
ngx_chatops_choose_none(ngx_chatops_dispatch_t *d)
{
    chatops_buf_t  buf;
    chatops_str_t  obstacles;

    chatops_buf_init(&buf, &d->arena, NGX_CHATOPS_REASON_MAX);

    ngx_chatops_dispatch_quote(&buf, &d->run.job);
    chatops_buf_text(&buf, " was not started, since there is no way to run it "
                     "alone: ");

    if (chatops_buf_finish(&d->obstacles, &obstacles) == CHATOPS_OK) {
        chatops_buf_str(&buf, &obstacles);

    } else {
        chatops_buf_text(&buf, "the reasons are too long to be told");
    }

    chatops_buf_char(&buf, '.');

    ngx_chatops_dispatch_refuse(d, &buf);
}
