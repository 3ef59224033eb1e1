/* SPDX-License-Identifier: MIT */
/* device_transport.c - the in-process transport on libuwdf's own devices. */
#include "in_process.h"
#include "uwdf/host.h"
#include "uwdf/in_process.h"

int uwdf_device_transport(struct uwdf_device *device, struct uwdf_transport **out)
{
	struct uwdf_device_info info;

	uwdf_device_info(device, &info);
	return in_process_transport_new(&uwdf_device_io, device, info.name, out);
}
