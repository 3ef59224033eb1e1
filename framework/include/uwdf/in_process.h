/* SPDX-License-Identifier: MIT */
/*
 * in_process.h - for a program that hosts a device itself: a client's handle without a socket.
 *
 * The program links libuwdf and libuwdf-client; all calls of uwdf/client.h work on the handle.
 * Close it before the device is removed, or its requests come back with STATUS_DEVICE_REMOVED or
 * STATUS_CANCELLED and new ones fail.
 */
#ifndef UWDF_IN_PROCESS_H
#define UWDF_IN_PROCESS_H

#include <uwdf/client.h>
#include <uwdf/transport.h>

#ifdef __cplusplus
extern "C" {
#endif

struct uwdf_device;

/* libuwdf's half: opens the device. 0; -EIO the driver refused; -ENOMEM; -EMFILE. PASSIVE level. */
__attribute__((visibility("default"))) int uwdf_device_transport(struct uwdf_device *device,
								 struct uwdf_transport **out);

/* A handle on @device, as uwdf_open() gives one on another process's. */
static inline int uwdf_open_in_process(struct uwdf_device *device, uwdf_handle **out)
{
	struct uwdf_transport *transport;
	int err = uwdf_device_transport(device, &transport);

	return err ? err : uwdf_open_transport(transport, out);
}

#ifdef __cplusplus
}
#endif
#endif
