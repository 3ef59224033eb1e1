/* SPDX-License-Identifier: MIT */
/*
 * server.h - a device's socket: clients of the host's own user open it and do I/O.
 *
 * One thread, the server's loop, owns everything behind these calls. It blocks neither on a client
 * (sends never wait; what does not fit is kept, within bounds) nor on the device (requests complete
 * by message). A client that breaks the protocol is told so and loses its connection, nobody else.
 */
#ifndef HOST_SERVER_H
#define HOST_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/report.h"
#include "irq/loop.h"
#include "uwdf/device_io.h"

struct server;

#define SERVER_MAX_INTERFACES 8

struct server_params {
	const char *name;                              /* wanted; taken names get "-2", "-3"... */
	uint8_t interfaces[SERVER_MAX_INTERFACES][16]; /* GUIDs as in memory */
	unsigned int interface_count;
	const struct uwdf_device_io_ops *ops;
	void *device;
	/* Server thread. The host as JSON, as snprintf() would put it; returns the length needed.
	 */
	size_t (*describe)(void *arg, const struct server *server, char *buf, size_t len);
	/* The same: what keeps the driver loaded. NULL: nobody can say. */
	size_t (*why)(void *arg, const struct server *server, char *buf, size_t len);
	void (*stop)(void *arg); /* server thread; a client asked the host to end: only note it */
	void *arg;
	enum irq_loop_backend backend;
};

/* Socket made and served. PASSIVE. -EACCES, -ENAMETOOLONG, -EINVAL bad name, -ENOMEM, -EMFILE. */
int server_start(const struct server_params *params, struct report *rep,
		 struct server **out) UW_MUST_CHECK;

/* Whoever has the device open. */
struct server_handle {
	uint32_t process_id;
	uint32_t requests; /* at the device */
	uint64_t age_ms;
};
/* Server thread: up to @max of them; returns how many there are. */
size_t server_handles(const struct server *server, struct server_handle *out, size_t max);

const char *server_name(const struct server *server);
const char *server_socket(const struct server *server);
/*
 * The device is about to go: new work is refused, clients are told, what is outstanding is
 * cancelled, files close as they run dry. Waits for that: false when something is still held at the
 * deadline: requests, or an open, which the removal of the device ends. Once.
 */
bool server_leave(struct server *server, uint64_t deadline_ns);
/*
 * Closes all connections and ends the thread. Requests the device still holds are waited for until
 * @deadline_ns; then -ETIMEDOUT, and their memory is left to them.
 */
int server_free(struct server *server, uint64_t deadline_ns);

#endif
