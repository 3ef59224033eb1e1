/* SPDX-License-Identifier: MIT */
/*
 * bridge.h - a NIC's frames to and from a TAP interface.
 *
 * One thread. Reads and writes of several frames are outstanding at the device; while every write
 * is, nothing is taken from the interface, so its queue says "full" to the kernel.
 */
#ifndef NET_BRIDGE_H
#define NET_BRIDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/report.h"
#include "tap.h"
#include "uwdf/client.h"

struct bridge_counts {
	uint64_t received_frames, received_bytes; /* device to interface */
	uint64_t sent_frames, sent_bytes;         /* interface to device */
	uint64_t receive_dropped;                 /* the interface did not take them: it is down */
	uint64_t send_dropped;                    /* longer than the NIC takes, or refused by it */
};

struct bridge_device {
	uint8_t address[6];
	bool connected; /* media status now */
	bool vectors;   /* it takes many frames in one request */
};

struct bridge;

/* Ask the NIC for its address and link, and let it receive what an interface wants. */
int bridge_ask_device(uwdf_handle *device, struct report *rep,
		      struct bridge_device *out) UW_MUST_CHECK;
/* Both are borrowed; @vectors as the device said. Frames will lie in memory of the device's
 * (uwdf_memory_alloc()), and so are not copied between the two processes. -ENOMEM; -EPIPE. */
int bridge_new(uwdf_handle *device, const struct tap *tap, bool vectors, struct report *rep,
	       struct bridge **out) UW_MUST_CHECK;
/* Starts the reads. Also where it fails, some may be the device's: see bridge_free(). */
int bridge_start(struct bridge *b, struct report *rep) UW_MUST_CHECK;
/* After uwdf_close(): until then its buffers belong to the device. */
void bridge_free(struct bridge *b);
/*
 * Until @stop_fd is readable: 0. -EPIPE the host ended or its device left; another -errno with
 * @rep.
 */
int bridge_run(struct bridge *b, int stop_fd, struct report *rep) UW_MUST_CHECK;
struct bridge_counts bridge_counts(const struct bridge *b);

#endif
