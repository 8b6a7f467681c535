/*
 * A section marker in a job's log, read character by character
 * (GitLab: lib/gitlab/regex.rb, doc/ci/jobs/job_logs.md):
 *
 *     section_start:1715685560:step_script[collapsed=true]
 *
 * "\r\e[0K" behind it is not part of what is read here.  GitLab sets no
 * limits; here the time has at most 20 digits, the name 128 characters and
 * the options 256.
 */

#ifndef CHATOPS_MARKER_H
#define CHATOPS_MARKER_H


#include "chatops_core.h"


#define CHATOPS_MARKER_MAX  448


typedef struct {
    unsigned   state;
    unsigned   count;       /* characters of the present part */
    size_t     len;         /* characters read */
    size_t     name;        /* where the name starts */
    size_t     name_end;    /* and where it ends */
    unsigned   start:1;     /* section_start, else section_end */
} chatops_marker_t;


void chatops_marker_init(chatops_marker_t *marker);

/* CHATOPS_OK, or CHATOPS_DECLINED: this is no marker; then init again. */
int chatops_marker_read(chatops_marker_t *marker, u_char ch);

/* 1 when what was read is a whole marker (more may follow), else 0. */
int chatops_marker_whole(const chatops_marker_t *marker);

/* Removes what looks like a marker from the text; returns what is left. */
size_t chatops_marker_remove(u_char *data, size_t len);


#endif /* CHATOPS_MARKER_H */
