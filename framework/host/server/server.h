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
#include "uwdf/access.h"
#include "uwdf/device_io.h"

struct server;

#define SERVER_MAX_INTERFACES 8

/* What one user may have of a server at a time, over all of his connections. */
enum quota_kind {
	QUOTA_CONNECTIONS,
	QUOTA_HANDLES,  /* open, or on their way */
	QUOTA_REQUESTS, /* at the device */
	QUOTA_BYTES,    /* of requests and of answers that wait for room */
	QUOTA_KINDS
};
struct server_quota {
	uint64_t most[QUOTA_KINDS]; /* 0: as usual; the numbers are in server_quota.c */
};
/* "handles=10000,connections=200" into @out, what is not named stays. -EINVAL: @rep says why. */
int server_quota_parse(const char *text, struct server_quota *out,
		       struct report *rep) UW_MUST_CHECK;

enum server_stop {
	SERVER_STOP,
	SERVER_STOP_IF_UNUSED, /* or if those who have it open close it when they are told */
	SERVER_STOP_FORCED,
};

struct server_params {
	const char *name;                              /* wanted; taken names get "-2", "-3"... */
	uint8_t interfaces[SERVER_MAX_INTERFACES][16]; /* GUIDs as in memory */
	unsigned int interface_count;
	/* Server thread: is that the device, as uwdf_device_find() has it? NULL: by GUIDs above. */
	bool (*find)(void *arg, const uint8_t *guid, const char *text, char *file_name, size_t len);
	bool access_given; /* else: administrators alone */
	struct uwdf_access access[UWDF_ACCESS_ENTRIES];
	unsigned int access_count;
	struct server_quota quota;
	const struct uwdf_device_io_ops *ops;
	void *device;
	/* Server thread. The host as JSON, as snprintf() would put it; returns the length needed.
	 */
	size_t (*describe)(void *arg, struct server *server, char *buf, size_t len);
	/* The same: what keeps the driver loaded. NULL: nobody can say. */
	size_t (*why)(void *arg, struct server *server, char *buf, size_t len);
	/* Server thread: has somebody anything else open that keeps the host? NULL: no. */
	bool (*in_use)(void *arg);
	/* Server thread: nobody is to open anything of the host from here (or may again), and is
	 * that so? Balanced. NULL: this server keeps the count for itself. */
	void (*hold_opens)(void *arg, bool hold);
	bool (*opens_are_held)(void *arg);
	/* Server thread; a client asked the host to end: only note it. Unless forced the client
	 * waits for server_answer_stop(), and this is not called again before that. */
	void (*stop)(void *arg, enum server_stop how);
	/* In server_free(), when nothing is open any more: wait until the device's threads have
	 * returned from what they called of the server. NULL: there are no such threads then. */
	void (*settle)(void *arg);
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
/* Any thread: up to @max of them; returns how many there are. */
size_t server_handles(struct server *server, struct server_handle *out, size_t max);

bool server_is_open(const struct server *server); /* any thread: has somebody a handle? */
/* Any thread: has somebody a handle who does not want to hear of a removal? */
bool server_is_kept(const struct server *server);
const char *server_name(const struct server *server);
const char *server_socket(const struct server *server);
/*
 * Answers those who asked the host to end: it will, if @refusal is NULL, else @refusal (copied,
 * shortened) says why not and all goes on. Any thread; once for all calls of stop() that wait for
 * it.
 */
void server_answer_stop(struct server *server, const char *refusal);
/* Of them, refuses those who asked for SERVER_STOP_IF_UNUSED: clients have the device open. */
void server_answer_busy(struct server *server);
/*
 * The device is perhaps to be removed: clients who want to hear of it are told and may close it.
 * server_await_let_go(): all of them have; false at the deadline. Then either they leave or
 * server_tell_stays(). One thread.
 */
void server_query_remove(struct server *server);
bool server_await_let_go(struct server *server, uint64_t deadline_ns);
void server_tell_stays(struct server *server);
/*
 * The device is about to go: new work is refused, clients are told, what is outstanding is
 * cancelled, files close as they run dry. Once. server_await_left(): they have; false when
 * something is still held at the deadline: requests, or an open, which the removal of the device
 * ends. server_leave(): both.
 */
void server_start_leaving(struct server *server);
bool server_await_left(struct server *server, uint64_t deadline_ns);
bool server_leave(struct server *server, uint64_t deadline_ns);
/*
 * Closes all connections and ends the thread. Requests the device still holds are waited for until
 * @deadline_ns; then -ETIMEDOUT, and their memory is left to them.
 */
int server_free(struct server *server, uint64_t deadline_ns);

#endif
