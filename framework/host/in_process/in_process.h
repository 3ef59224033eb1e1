/* SPDX-License-Identifier: MIT */
/* in_process.h - a transport that calls the device instead of writing to a socket. */
#ifndef HOST_IN_PROCESS_H
#define HOST_IN_PROCESS_H

#include "base/compiler.h"
#include "uwdf/device_io.h"
#include "uwdf/transport.h"

/* Opens @device through @ops. @name is copied. 0; -EIO the device refused; -ENOMEM; -EMFILE. */
int in_process_transport_new(const struct uwdf_device_io_ops *ops, void *device, const char *name,
			     struct uwdf_transport **out) UW_MUST_CHECK;

#endif
