/* SPDX-License-Identifier: MIT */
/*
 * in_process.h - for a program that hosts a device itself: a client's handle without a socket.
 *
 * The program links libuwdf and libuwdf-client; all calls of uwdf/client.h work on the handle as on
 * one of another process's device. What a host's socket says there, says the thread that removes
 * the device here:
 *
 *  UWDF_QUERY_REMOVE  uwdf_device_query_remove(), before the driver is asked: who asked for it by
 *                     uwdf_notify() is waited for, for a second. But not the handle that the thread
 *                     that asks used last itself: it is told, and has no time to answer. So a
 *                     program with one thread is not held up; it closes its handle before, or
 *                     looks for the event after.
 *  UWDF_STAYS         the same call, when somebody refused: the driver, or, where the device is to
 *                     be unused (uwdf_device_query_remove_unused()), a handle that is still open.
 *  UWDF_REMOVED       uwdf_device_remove(), at its beginning; and when a driver deletes its control
 *                     device. The handle is revoked: the driver sees its file closed as soon as
 *                     nothing of it is outstanding. After the end of that call, what was an
 *                     -EPIPE is one here.
 *
 * A handle may be closed before or after the device is removed, by any thread but one that a driver
 * is called in. It is the program's own: neither the rights that a driver's SDDL string gives nor
 * quotas count.
 */
#ifndef UWDF_IN_PROCESS_H
#define UWDF_IN_PROCESS_H

#include <string.h>
#include <uwdf/client.h>
#include <uwdf/host.h>
#include <uwdf/transport.h>

#ifdef __cplusplus
extern "C" {
#endif

struct uwdf_device;

/*
 * libuwdf's half: opens the device, as long as its driver takes. 0; -EIO the driver refused;
 * -ECONNREFUSED it is being removed; -ENOMEM; -EMFILE. PASSIVE level.
 */
__attribute__((visibility("default"))) int uwdf_device_transport(struct uwdf_device *device,
								 struct uwdf_transport **out);
/*
 * The same by a name as uwdf_open() has it, but for the path of a socket (-EINVAL): what is behind
 * the device's is the file's, for the driver. -ENOENT it means another device; -ENAMETOOLONG. @rep
 * may be NULL.
 */
__attribute__((visibility("default"))) int uwdf_device_transport_as(struct uwdf_device *device,
								    const char *what,
								    struct uwdf_report *rep,
								    struct uwdf_transport **out);

/* A handle on @device, as uwdf_open() gives one on another process's. */
static inline int uwdf_open_in_process(struct uwdf_device *device, uwdf_handle **out)
{
	struct uwdf_transport *transport;
	int err = uwdf_device_transport(device, &transport);

	return err ? err : uwdf_open_transport(transport, out);
}

/* uwdf_open() of @what, which must be @device: see uwdf_device_transport_as(). */
static inline int uwdf_open_in_process_as(struct uwdf_device *device, const char *what,
					  struct uwdf_error *error, uwdf_handle **out)
{
	struct uwdf_report report = { "", "" };
	struct uwdf_transport *transport;
	int err = uwdf_device_transport_as(device, what, &report, &transport);

	if (error) {
		memcpy(error->text, report.text, sizeof(error->text));
		memcpy(error->hint, report.hint, sizeof(error->hint));
	}
	return err ? err : uwdf_open_transport(transport, out);
}

#ifdef __cplusplus
}
#endif
#endif
