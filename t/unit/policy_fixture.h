/*
 * What the tests of verdicts share: a case is a pipeline, in the words of
 * chatopsctl, and a configuration whose `job` is judged.
 *
 *   -s SOURCE  -r REF  -t (a tag)  -p PROJECT  -k yes|no|? (a cluster)
 *   -v NAME=VALUE  -u NAME (not known)
 */

#ifndef POLICY_FIXTURE_H
#define POLICY_FIXTURE_H


#include <stdio.h>
#include <string.h>

#include "chatops_policy.h"
#include "chatops_predefined.h"
#include "ci_fixture.h"


typedef struct {
    char                  text[1000];      /* the pipeline's words, cut up */
    chatops_predefined_t  predefined;
    chatops_source_t      source;
} policy_pipeline_t;


static inline void
policy_word(chatops_variables_t *given, policy_pipeline_t *p, char option,
    char *value)
{
    char           *equals;
    chatops_str_t   name, s;

    s = chatops_str(value);
    equals = strchr(value, '=');

    switch (option) {

    case 's':
        p->predefined.source = s;
        break;

    case 'r':
        p->predefined.ref = s;
        break;

    case 'p':
        p->predefined.project = s;
        break;

    case 'k':
        p->source.kubernetes = value[0] == 'y' ? CHATOPS_YES
                               : value[0] == 'n' ? CHATOPS_NO
                                                 : CHATOPS_UNKNOWN;
        break;

    case 'u':
        assert_int_equal(chatops_variables_set_unknown(given, &s),
                         CHATOPS_OK);
        break;

    case 'v':
        assert_non_null(equals);

        name = chatops_strn(value, equals - value);
        s = chatops_str(equals + 1);

        assert_int_equal(chatops_variables_set(given, &name, &s), CHATOPS_OK);
        break;

    default:
        fail_msg("no option -%c", option);
    }
}


static inline void
policy_pipeline(chatops_arena_t *arena, const char *words,
    policy_pipeline_t *p)
{
    char                 *next, *word;
    chatops_variables_t  *given, *predefined;

    memset(p, 0, sizeof(policy_pipeline_t));

    p->predefined.source = chatops_str("chat");
    p->predefined.ref = chatops_str("main");

    given = chatops_variables_create(arena, NULL);

    assert_non_null(given);
    assert_true(strlen(words) < sizeof(p->text));

    (void) strncpy(p->text, words, sizeof(p->text) - 1);

    for (word = strtok_r(p->text, " ", &next); word != NULL;
         word = strtok_r(NULL, " ", &next))
    {
        assert_int_equal(word[0], '-');

        if (word[1] == 't') {
            p->predefined.tag = 1;
            continue;
        }

        policy_word(given, p, word[1], strtok_r(NULL, " ", &next));
    }

    assert_int_equal(chatops_predefined_make(arena, &p->predefined, 0,
                                             &predefined), CHATOPS_OK);

    p->source.source = p->predefined.source;
    p->source.ref = p->predefined.ref;
    p->source.project = p->predefined.project;
    p->source.tag = p->predefined.tag;
    p->source.predefined = predefined;
    p->source.given = given;
}


/* A job named `job`, or else the only one. */

static inline const chatops_ci_job_t *
policy_job(const chatops_ci_t *ci)
{
    size_t         i;
    chatops_str_t  name;

    name = chatops_str("job");

    if (chatops_ci_find(ci, &name) != NULL) {
        return chatops_ci_find(ci, &name);
    }

    for (i = 0; i < ci->njobs; i++) {
        if (!ci->jobs[i].hidden) {
            return &ci->jobs[i];
        }
    }

    return NULL;
}


static inline void
policy_verdict(chatops_arena_t *arena, const char *words, const char *text,
    unsigned merged, chatops_verdict_t *verdict)
{
    chatops_ci_t             *ci;
    chatops_str_t             s;
    policy_pipeline_t         p;
    chatops_yaml_error_t      error;
    const chatops_ci_job_t   *job;

    policy_pipeline(arena, words, &p);

    s = chatops_str(text);

    if (ci_parse(arena, &s, merged, &ci, &error) != CHATOPS_OK) {
        fail_msg("%s: %s", text, error.text);
    }

    job = policy_job(ci);

    assert_non_null(job);
    assert_int_equal(chatops_policy_evaluate(arena, ci, job, &p.source,
                                             verdict), CHATOPS_OK);
}


/* A table: what is about it, the job beside its script, what it comes to. */

typedef struct {
    const char  *pipeline;
    const char  *top;
    const char  *job;
    const char  *said;     /* "yes manual", "no", "unknown" */
} policy_case_t;

#define JOB(pipeline, job, said)        { pipeline, "", job, said }
#define FILE(pipeline, top, job, said)  { pipeline, top "\n", job, said }


static inline void
policy_table(chatops_arena_t *arena, const policy_case_t *cases, size_t n,
    unsigned when)
{
    int                 failed;
    char                said[100], text[2000];
    size_t              i;
    chatops_verdict_t   verdict;

    failed = 0;

    for (i = 0; i < n; i++) {
        (void) snprintf(text, sizeof(text), "%sjob: {script: x, %s}\n",
                        cases[i].top, cases[i].job);

        policy_verdict(arena, cases[i].pipeline, text, 0, &verdict);

        (void) snprintf(said, sizeof(said), "%s",
                        chatops_truth_name(verdict.allowed));

        if (when && verdict.allowed == CHATOPS_YES) {
            (void) snprintf(said, sizeof(said), "yes %.*s%s",
                            chatops_str_arg(&verdict.when),
                            verdict.allow_failure ? ", may fail" : "");
        }

        if (strcmp(said, cases[i].said) != 0) {
            print_error("%s [%s]: %s, not %s: %.*s\n", text,
                        cases[i].pipeline, said, cases[i].said,
                        chatops_str_arg(&verdict.reason));
            failed++;
        }

        /* a reason for everything but a yes */

        assert_int_equal(verdict.allowed == CHATOPS_YES,
                         verdict.reason.len == 0);
        assert_int_equal(verdict.allowed == CHATOPS_YES,
                         verdict.because.len != 0);
        assert_int_equal(verdict.alone, verdict.allowed);
        assert_int_equal(verdict.manual,
                         verdict.allowed == CHATOPS_YES
                         && chatops_str_is(&verdict.when, "manual"));
    }

    assert_int_equal(failed, 0);
}


#endif /* POLICY_FIXTURE_H */
