/*
 * What every file of core/ and store/ starts from: result codes, strings
 * and memory.
 *
 * These floors are plain C11: no nginx, no I/O (core/), no clock and no
 * globals.  The same objects are linked into the nginx module, the unit
 * tests, the fuzzers and chatopsctl.
 */

#ifndef CHATOPS_CORE_H
#define CHATOPS_CORE_H


#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>


/* What a function returns that can go wrong; the values are nginx's. */
#define CHATOPS_OK          0
#define CHATOPS_ERROR      -1    /* out of memory, or a broken caller */
#define CHATOPS_AGAIN      -2    /* not yet: more input, or a later try */
#define CHATOPS_DECLINED   -5    /* the input is not what it should be */


#include "chatops_str.h"
#include "chatops_arena.h"
#include "chatops_buf.h"


#endif /* CHATOPS_CORE_H */
