/* SPDX-License-Identifier: MIT */
/* socket_transport.h - operations over a host's socket. */
#ifndef CLIENT_SOCKET_TRANSPORT_H
#define CLIENT_SOCKET_TRANSPORT_H

#include "base/report.h"
#include "uwdf/transport.h"
#include "uwdf/wire.h"

/* What to open at the host: its device by name, or a GUID's 16 bytes. */
struct socket_target {
	const char *name; /* NULL: by GUID; empty: the host's own device */
	const uint8_t *guid;
};

/* Connect to the host at @path and open @target. As link_open(), and -ENOENT no such target. */
int socket_transport_open(const char *path, const struct socket_target *target, struct report *rep,
			  struct uwdf_transport **out) UW_MUST_CHECK;

#endif
