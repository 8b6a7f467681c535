
#include "chatops_truth.h"


chatops_truth_e
chatops_truth_and(chatops_truth_e one, chatops_truth_e two)
{
    if (one == CHATOPS_NO || two == CHATOPS_NO) {
        return CHATOPS_NO;
    }

    if (one == CHATOPS_YES && two == CHATOPS_YES) {
        return CHATOPS_YES;
    }

    return CHATOPS_UNKNOWN;
}


chatops_truth_e
chatops_truth_or(chatops_truth_e one, chatops_truth_e two)
{
    if (one == CHATOPS_YES || two == CHATOPS_YES) {
        return CHATOPS_YES;
    }

    if (one == CHATOPS_NO && two == CHATOPS_NO) {
        return CHATOPS_NO;
    }

    return CHATOPS_UNKNOWN;
}


chatops_truth_e
chatops_truth_not(chatops_truth_e one)
{
    switch (one) {

    case CHATOPS_YES:
        return CHATOPS_NO;

    case CHATOPS_NO:
        return CHATOPS_YES;

    default:
        return CHATOPS_UNKNOWN;
    }
}


const char *
chatops_truth_name(chatops_truth_e truth)
{
    switch (truth) {

    case CHATOPS_YES:
        return "yes";

    case CHATOPS_NO:
        return "no";

    default:
        return "unknown";
    }
}
