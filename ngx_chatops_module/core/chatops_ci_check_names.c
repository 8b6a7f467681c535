#include <stdlib.h>

#include "chatops_ci_check.h"


static int
chatops_check_name_cmp(const void *one, const void *two)
{
    int                          rc;
    const chatops_check_name_t  *a, *b;

    a = one;
    b = two;

    rc = chatops_str_cmp(&a->text, &b->text);

    if (rc != 0) {
        return rc;
    }

    return (a->value > b->value) - (a->value < b->value);
}


void
chatops_check_names_sort(chatops_check_name_t *names, size_t count)
{
    qsort(names, count, sizeof(chatops_check_name_t), chatops_check_name_cmp);
}


int
chatops_check_names_make(chatops_arena_t *arena, chatops_check_names_t *names,
    size_t most)
{
    names->count = 0;
    names->sorted = 0;
    names->names = chatops_palloc(arena, most * sizeof(chatops_check_name_t));

    return names->names == NULL ? CHATOPS_ERROR : CHATOPS_OK;
}


void
chatops_check_names_add(chatops_check_names_t *names,
    const chatops_str_t *text, size_t value)
{
    names->sorted = 0;
    names->names[names->count].text = *text;
    names->names[names->count].value = value;
    names->count++;
}


const chatops_check_name_t *
chatops_check_names_find(chatops_check_names_t *names,
    const chatops_str_t *text)
{
    size_t  low, high, middle;

    if (!names->sorted) {
        chatops_check_names_sort(names->names, names->count);
        names->sorted = 1;
    }

    low = 0;
    high = names->count;

    while (low < high) {
        middle = low + (high - low) / 2;

        if (chatops_str_cmp(&names->names[middle].text, text) < 0) {
            low = middle + 1;

        } else {
            high = middle;
        }
    }

    if (low == names->count
        || !chatops_str_eq(&names->names[low].text, text))
    {
        return NULL;
    }

    return &names->names[low];
}
