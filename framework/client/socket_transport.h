/* SPDX-License-Identifier: MIT */
/* socket_transport.h - operations over a host's socket. */
#ifndef CLIENT_SOCKET_TRANSPORT_H
#define CLIENT_SOCKET_TRANSPORT_H

#include <stdbool.h>

#include "base/report.h"
#include "uwdf/transport.h"
#include "uwdf/wire.h"
#include "wait.h"

/* What to open at the host. */
struct socket_target {
	const uint8_t *guid; /* of an interface, 16 bytes; NULL: the host's own device */
	/* what is behind that, "" or from a backslash; or a name as NT has it, if @is_nt_name */
	const char *rest;
	bool is_nt_name;
	wait_deadline by; /* then it is open, or -ETIMEDOUT */
	bool one_of_many; /* a host that does not even greet is not waited for until then */
	bool *greeted;    /* NULL, or for whether the host did; false before */
	int32_t *status;  /* NULL, or for what the driver said if it does not want to */
};

/* Connect to the host at @path and open @target. As link_open(), and -ENOENT no such target. */
int socket_transport_open(const char *path, const struct socket_target *target, struct report *rep,
			  struct uwdf_transport **out) UW_MUST_CHECK;

#endif
