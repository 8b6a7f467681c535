#include "ngx_chatops_strategy.h"


#define NGX_CHATOPS_OBSTACLES_MAX  1200


static int ngx_chatops_choice(ngx_chatops_dispatch_t *d);
static void ngx_chatops_choose_from(ngx_chatops_dispatch_t *d);
static int ngx_chatops_fits(ngx_chatops_dispatch_t *d,
    ngx_chatops_strategy_t *strategy, chatops_str_t *reason);
static void ngx_chatops_obstacle(ngx_chatops_dispatch_t *d,
    const chatops_str_t *name, chatops_str_t *reason);
static ngx_uint_t ngx_chatops_says_same(const chatops_str_t *one,
    const chatops_str_t *two);
static void ngx_chatops_choose_none(ngx_chatops_dispatch_t *d);
static void ngx_chatops_advice(ngx_chatops_dispatch_t *d, chatops_buf_t *buf);
static ngx_uint_t ngx_chatops_listed(ngx_chatops_dispatch_t *d,
    ngx_chatops_strategy_t *wanted);


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
        if (chatops_str_is(name,
                          chatops_strategy_name(ngx_chatops_strategies[i]->id)))
        {
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
    d->obstacle = chatops_str(NULL);

    d->run.commands = d->job->commands;
    d->run.manual = d->verdict.manual;

    if (ngx_chatops_choice(d) != CHATOPS_OK) {
        ngx_chatops_dispatch_end(d, NGX_CHATOPS_FAILED);
        return;
    }

    ngx_chatops_choose_from(d);
}


/* What the choice depends on. */

static int
ngx_chatops_choice(ngx_chatops_dispatch_t *d)
{
    ngx_uint_t         n;
    chatops_choice_t  *choice;
    chatops_source_t   source;

    n = ngx_chatops_variables(d, d->variables);

    /* a wrong job may have begun before it can be canceled */

    source = d->source;
    source.settings = 1;

    if (chatops_strategy_plan(&d->arena, d->ci, &source, d->variables, n,
                              &d->plan)
        != CHATOPS_OK)
    {
        return CHATOPS_ERROR;
    }

    choice = &d->choice;

    ngx_memzero(choice, sizeof(chatops_choice_t));

    choice->ci = d->ci;
    choice->raw = d->source.raw;
    choice->job = d->job;
    choice->verdict = &d->verdict;
    choice->plan = &d->plan;
    choice->variables = d->variables;
    choice->nvariables = n;
    choice->config_path = d->project.config_path;
    choice->default_branch = d->on_default;
    choice->native = d->conf->callback_key != NULL;
    choice->forbidden = ngx_chatops_variables_forbidden(d) ? 1 : 0;
    choice->include_needs = d->conf->needs == NGX_CHATOPS_NEEDS_INCLUDE;

    return CHATOPS_OK;
}


void
ngx_chatops_choose_another(ngx_chatops_dispatch_t *d, chatops_str_t *reason)
{
    ngx_chatops_obstacle(d, &d->run.strategy, reason);

    d->choice.forbidden = ngx_chatops_variables_forbidden(d) ? 1 : 0;
    d->strategy++;

    ngx_chatops_choose_from(d);
}


static void
ngx_chatops_choose_from(ngx_chatops_dispatch_t *d)
{
    chatops_str_t             name, reason;
    ngx_chatops_strategy_t  **strategy;

    strategy = d->conf->trigger->elts;

    for ( /* void */ ; d->strategy < d->conf->trigger->nelts; d->strategy++) {
        name = chatops_str(chatops_strategy_name(strategy[d->strategy]->id));

        switch (ngx_chatops_fits(d, strategy[d->strategy], &reason)) {

        case CHATOPS_OK:
            d->run.strategy = name;
            d->run.state = CHATOPS_RUN_ACCEPTED;
            d->run.note = chatops_str(NULL);

            strategy[d->strategy]->start(d);
            return;

        case CHATOPS_DECLINED:
            ngx_chatops_obstacle(d, &name, &reason);
            break;

        default:
            ngx_chatops_dispatch_end(d, NGX_CHATOPS_FAILED);
            return;
        }
    }

    ngx_chatops_choose_none(d);
}


static int
ngx_chatops_fits(ngx_chatops_dispatch_t *d, ngx_chatops_strategy_t *strategy,
    chatops_str_t *reason)
{
    int  rc;

    *reason = chatops_str(NULL);

    rc = chatops_strategy_fits(&d->arena, strategy->id, &d->choice, reason);

    if (rc == CHATOPS_OK && strategy->fits != NULL) {
        rc = strategy->fits(d, reason);
    }

    return rc;
}


/* What is the same for several is said once. */

static void
ngx_chatops_obstacle(ngx_chatops_dispatch_t *d, const chatops_str_t *name,
    chatops_str_t *reason)
{
    ngx_chatops_dispatch_clean(reason);

    ngx_log_error(NGX_LOG_INFO, d->log, 0,
                  "chatops: run %V: not %V: %V", ngx_chatops_v(&d->run.id),
                  ngx_chatops_v(name), ngx_chatops_v(reason));

    if (d->strategy == 0) {
        d->obstacle = *reason;

    } else if (ngx_chatops_says_same(&d->obstacle, reason)) {

        /* the one that tells the line, too */

        d->obstacle = *reason;

    } else if (!ngx_chatops_says_same(reason, &d->obstacle)) {
        d->obstacle = chatops_str(NULL);
    }

    if (d->obstacles.len) {
        chatops_buf_text(&d->obstacles, "; ");
    }

    ngx_chatops_dispatch_quote(&d->obstacles, name);
    chatops_buf_text(&d->obstacles, ": ");
    chatops_buf_str(&d->obstacles, reason);
}


/* A plan's reasons have no lines: "..." and "... (.gitlab-ci.yml line 7)". */

static ngx_uint_t
ngx_chatops_says_same(const chatops_str_t *one, const chatops_str_t *two)
{
    return one->len != 0 && two->len >= one->len
           && ngx_memcmp(one->data, two->data, one->len) == 0
           && (two->len == one->len
               || (two->len > one->len + 2
                   && ngx_memcmp(two->data + one->len, " (", 2) == 0));
}


static void
ngx_chatops_choose_none(ngx_chatops_dispatch_t *d)
{
    chatops_buf_t  buf;
    chatops_str_t  obstacles;

    chatops_buf_init(&buf, &d->arena, NGX_CHATOPS_REASON_MAX);

    ngx_chatops_dispatch_quote(&buf, &d->run.job);
    chatops_buf_text(&buf, " was not run: ");

    if (d->obstacle.len) {
        chatops_buf_str(&buf, &d->obstacle);

    } else if (chatops_buf_finish(&d->obstacles, &obstacles) == CHATOPS_OK) {
        chatops_buf_text(&buf, "none of the ways to run it alone is right. ");
        chatops_buf_str(&buf, &obstacles);

    } else {
        chatops_buf_text(&buf, "there is no way to run it alone");
    }

    chatops_buf_char(&buf, '.');

    ngx_chatops_advice(d, &buf);

    ngx_chatops_dispatch_refuse(d, &buf);
}


/* What would help. */

static void
ngx_chatops_advice(ngx_chatops_dispatch_t *d, chatops_buf_t *buf)
{
    chatops_str_t  reason;

    if (!ngx_chatops_listed(d, &ngx_chatops_isolated)
        && ngx_chatops_fits(d, &ngx_chatops_isolated, &reason) == CHATOPS_OK)
    {
        chatops_buf_text(buf, " Whoever runs this nginx can allow `isolated`, "
                         "which runs it on a branch of its own: "
                         "`chatops_trigger`.");
        return;
    }

    if (!ngx_chatops_listed(d, &ngx_chatops_direct)
        && ngx_chatops_fits(d, &ngx_chatops_direct, &reason) == CHATOPS_OK)
    {
        chatops_buf_text(buf, " Whoever runs this nginx can allow `direct`, "
                         "which runs it on ");
        ngx_chatops_dispatch_quote(buf, &d->run.ref);
        chatops_buf_text(buf, " itself: `chatops_trigger`.");
        return;
    }

    if (!ngx_chatops_listed(d, &ngx_chatops_direct)) {
        return;
    }

    if (d->choice.forbidden) {
        chatops_buf_text(buf, " A Maintainer can allow pipeline variables in "
                         "the project's CI/CD settings.");
        return;
    }

    /* what is in the way is not the job itself */

    if (d->plan.workflow == CHATOPS_YES && d->plan.yes > 1
        && d->verdict.allowed == CHATOPS_YES
        && d->verdict.alone == CHATOPS_YES
        && !chatops_str_is(&d->verdict.when, "on_failure"))
    {
        chatops_buf_text(buf, " The other jobs stay away with `rules` that "
                         "say `when: never` for `$CHAT_RUN_ID`.");
    }
}


static ngx_uint_t
ngx_chatops_listed(ngx_chatops_dispatch_t *d, ngx_chatops_strategy_t *wanted)
{
    ngx_uint_t                i;
    ngx_chatops_strategy_t  **strategy;

    strategy = d->conf->trigger->elts;

    for (i = 0; i < d->conf->trigger->nelts; i++) {
        if (strategy[i] == wanted) {
            return 1;
        }
    }

    return 0;
}
