/*
 * Three-valued: what cannot be known is unknown, and never taken for a no.
 */

#ifndef CHATOPS_TRUTH_H
#define CHATOPS_TRUTH_H


typedef enum {
    CHATOPS_NO = 0,
    CHATOPS_YES,
    CHATOPS_UNKNOWN
} chatops_truth_e;


/* Kleene's: unknown unless one side alone settles it. */
chatops_truth_e chatops_truth_and(chatops_truth_e one, chatops_truth_e two);
chatops_truth_e chatops_truth_or(chatops_truth_e one, chatops_truth_e two);
chatops_truth_e chatops_truth_not(chatops_truth_e one);

/* "yes", "no", "unknown". */
const char *chatops_truth_name(chatops_truth_e truth);


#endif /* CHATOPS_TRUTH_H */
