/* SPDX-License-Identifier: MIT */
/*
 * cuse.h - a device's node: /dev/uwdf/NAME, for programs that know nothing of uwdf.
 *
 * One thread, the node's loop, owns everything behind these calls. It waits neither for a program
 * nor for the device: the kernel's calls are answered when the device's completions come in, as
 * messages. The kernel side is a table of calls (cuse_kernel.h), libfuse's or a test's.
 */
#ifndef HOST_CUSE_H
#define HOST_CUSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/report.h"
#include "irq/loop.h"
#include "server.h"

struct cuse;
struct cuse_kernel;

struct cuse_params {
	const char *name;      /* of the node */
	const char *directory; /* where the kernel makes it; NULL: /dev/uwdf */
	const struct cuse_kernel *kernel;
	const struct uwdf_device_io_ops *ops;
	void *device;
	bool access_given; /* else: administrators alone */
	struct uwdf_access access[UWDF_ACCESS_ENTRIES];
	unsigned int access_count;
	struct server_quota quota; /* of what comes by the node */
	/* As struct server_params has them; NULL: never, nothing. */
	bool (*opens_are_held)(void *arg);
	void (*settle)(void *arg);
	void *arg;
	enum irq_loop_backend backend;
};

/*
 * The node is there, with its owner and mode. PASSIVE. -EOPNOTSUPP no CUSE in this kernel,
 * -EACCES, -EEXIST the node is somebody else's, -ETIMEDOUT, -ENOMEM, -EMFILE.
 */
int cuse_start(const struct cuse_params *params, struct report *rep,
	       struct cuse **out) UW_MUST_CHECK;
const char *cuse_path(const struct cuse *cuse);
/* Any thread: who has it open, up to @max of them; returns how many there are. */
size_t cuse_handles(struct cuse *cuse, struct server_handle *out, size_t max);
/* As the server's: the device is about to go; then the node goes. */
void cuse_start_leaving(struct cuse *cuse);
bool cuse_await_left(struct cuse *cuse, uint64_t deadline_ns);
bool cuse_leave(struct cuse *cuse, uint64_t deadline_ns);
int cuse_free(struct cuse *cuse, uint64_t deadline_ns); /* NULL is fine */

#endif
