/* SPDX-License-Identifier: MIT */
/* host_status.h - a running host, as JSON. */
#ifndef HOST_STATUS_H
#define HOST_STATUS_H

#include <stddef.h>

#include "jtext.h"
#include "uwdf/host.h"

struct host_status {
	const char *name, *socket; /* of the server; NULL before there is one */
	struct uwdf_device *device;
};

struct jtext *host_status_json(const struct host_status *status);
void host_guid_text(const struct uwdf_guid *guid, char *buf, size_t len); /* 39 bytes do */

#endif
