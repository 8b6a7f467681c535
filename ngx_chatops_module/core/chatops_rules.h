/*
 * A list of `rules`, of a job or of the workflow: the first rule whose
 * clauses are all satisfied wins; none: never.
 *
 * A clause that cannot be known makes its rule a maybe: then what follows if
 * it wins, and what follows if it does not, are both looked at, and the
 * outcome is unknown only where they differ (GitLab:
 * lib/gitlab/ci/build/rules.rb and rules/rule/clause/).
 */

#ifndef CHATOPS_RULES_H
#define CHATOPS_RULES_H


#include "chatops_statement.h"
#include "chatops_yaml.h"


#define CHATOPS_RULES_MAX_MAYBES  64


/* What they are evaluated with. */
typedef struct {
    chatops_statements_t       *statements;
    chatops_scope_t            *scope;
    chatops_str_t               when;          /* where a rule says none */

    /* as in chatops_source_t */
    chatops_truth_e           (*exists)(void *data,
                                        const chatops_str_t *pattern);
    void                       *data;
} chatops_rules_t;


typedef struct {
    chatops_truth_e             included;      /* `when` is not `never` */
    chatops_str_t               when;

    /*
     * The rule that won, NULL when none did; of an unknown outcome the first
     * that may.  Rules count from 1, those of nested lists too.
     */
    const chatops_yaml_node_t  *rule;
    size_t                      number;

    /* several may win that agree on `when` but not on what else they set */
    unsigned                    unsure:1;

    /* all that may win, when there is more than one; NULL: none of them */
    const chatops_yaml_node_t  *maybes[CHATOPS_RULES_MAX_MAYBES];
    size_t                      nmaybes;

    /*
     * Why the first maybe is one: a variable, or else a clause that goes on
     * after "rule 2 ": "asks which files there are".
     */
    chatops_str_t               variable;
    const char                 *why;
} chatops_rules_result_t;


/* CHATOPS_OK or CHATOPS_ERROR (memory). */
int chatops_rules_evaluate(const chatops_rules_t *rules,
    const chatops_yaml_node_t *list, chatops_rules_result_t *result);

/*
 * The rule with this number, counted as above; NULL when there is none, or
 * more than 10,000 nodes come before it.
 */
const chatops_yaml_node_t *chatops_rules_find(const chatops_yaml_node_t *list,
    size_t number);


#endif /* CHATOPS_RULES_H */
