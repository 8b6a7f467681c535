/*
 * May chat run this job, and what becomes of it?  Three-valued: what is not
 * understood or cannot be known is unknown, and never taken for a yes or a
 * no.
 *
 * GitLab: lib/gitlab/ci/pipeline/seed/build.rb, lib/gitlab/ci/build/policy/
 * and lib/gitlab/ci/build/rules.rb.
 */

#ifndef CHATOPS_POLICY_H
#define CHATOPS_POLICY_H


#include "chatops_ci.h"
#include "chatops_variables.h"


/* The pipeline that is asked about. */
typedef struct {
    chatops_str_t               source;       /* "chat" */
    chatops_str_t               ref;          /* of a branch, or a tag */
    chatops_str_t               project;      /* "group/app"; empty: unknown */
    unsigned                    tag:1;
    chatops_truth_e             kubernetes;   /* an active cluster */

    /* predefined ones (NULL: none is known), over them the pipeline's own
       (NULL: there is none) */
    const chatops_variables_t  *predefined;
    const chatops_variables_t  *given;

    /* what the file gives to a variable is unknown, since the settings of the
       project, which nobody has read, stand over the file */
    unsigned                    settings:1;

    /*
     * Does the repository hold a file that the pattern of `rules: exists`
     * stands for (chatops_glob_exists())?  NULL: nobody knows.
     */
    chatops_truth_e           (*exists)(void *data,
                                        const chatops_str_t *pattern);
    void                       *data;

    /* beside a merged configuration, which has no lines: the file itself */
    const chatops_ci_t         *raw;
} chatops_source_t;


/*
 * The reasons complete "`deploy` was not run: ", for example with "its
 * `except` list names `chat` (.gitlab-ci.yml line 7)"; empty when the answer
 * is yes.
 */
typedef struct {
    chatops_truth_e     allowed;       /* such a pipeline would hold it */
    chatops_str_t       reason;

    chatops_truth_e     alone;         /* also as the only job there is */
    chatops_str_t       alone_reason;  /* a need of a job, a bridge, … */

    chatops_str_t       when;          /* the rule's, or the job's */
    unsigned            manual:1;      /* it waits to be started */
    unsigned            allow_failure:1;

    /* for a yes: "rule 2 matches: `$CI_COMMIT_BRANCH == \"main\"`" */
    chatops_str_t       because;

    /* several rules may win, of the job or of the workflow, that agree on
       `when`: what else the one that does sets is not known, and the job
       cannot be reduced */
    unsigned            unsure:1;

    /* the rules that won, for what they set beside `when`; NULL when none */
    const chatops_yaml_node_t  *rule;
    const chatops_yaml_node_t  *workflow_rule;

    /* a mapping: what the YAML gives it, from the globals, the workflow's
       rule, the job, its matrix and its rule, each over those before; NULL
       in a plan (chatops_policy_variables() makes it) */
    chatops_yaml_node_t        *variables;
} chatops_verdict_t;


/* CHATOPS_OK, or CHATOPS_ERROR when out of memory. */
int chatops_policy_evaluate(chatops_arena_t *arena, const chatops_ci_t *ci,
    const chatops_ci_job_t *job, const chatops_source_t *source,
    chatops_verdict_t *verdict);

/*
 * The variables of a verdict, see there.  NULL: out of memory.
 */
chatops_yaml_node_t *chatops_policy_variables(chatops_arena_t *arena,
    const chatops_ci_t *ci, const chatops_ci_job_t *job,
    const chatops_verdict_t *verdict);


#endif /* CHATOPS_POLICY_H */
