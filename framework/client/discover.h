/* SPDX-License-Identifier: MIT */
/* discover.h - from what a person typed to a host's socket. */
#ifndef CLIENT_DISCOVER_H
#define CLIENT_DISCOVER_H

#include <stddef.h>

#include "base/report.h"
#include "uwdf/client.h"

/* The socket path of @what: a path with a slash as it is, else a name in the runtime directory. */
int socket_of(const char *what, struct report *rep, char *buf, size_t len) UW_MUST_CHECK;
void error_from_report(struct uwdf_error *error, const struct report *rep); /* error may be NULL */

#endif
