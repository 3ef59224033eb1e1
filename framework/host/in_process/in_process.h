/* SPDX-License-Identifier: MIT */
/* in_process.h - a transport that calls the device instead of writing to a socket. */
#ifndef HOST_IN_PROCESS_H
#define HOST_IN_PROCESS_H

#include "base/compiler.h"
#include "uwdf/device_io.h"
#include "uwdf/transport.h"

struct in_process_params {
	const struct uwdf_device_io_ops *ops;
	const struct uwdf_io_watch_ops *watch_ops; /* NULL: the device tells of nothing */
	void *device;
	const char *name;      /* copied */
	const char *file_name; /* what is behind it, "\\PATH"; NULL or "": nothing */
};

/*
 * Opens the device, as long as its driver takes. 0; -EIO it refused; -ECONNREFUSED it is being
 * removed; -ENOMEM; -EMFILE.
 */
int in_process_transport_new(const struct in_process_params *params,
			     struct uwdf_transport **out) UW_MUST_CHECK;

#endif
