/* SPDX-License-Identifier: MIT */
/*
 * client.h - open a driver's device interface and talk to it (libuwdf-client).
 *
 * A handle is used by one thread at a time, but uwdf_cancel() may come from any thread while
 * another waits. Functions return 0 or a negative errno about the connection; what the driver said
 * is the NTSTATUS in *status or op->status.
 */
#ifndef UWDF_CLIENT_H
#define UWDF_CLIENT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

typedef struct uwdf_handle uwdf_handle;

/* What went wrong when opening, for a person. */
struct uwdf_error {
	char text[512];
	char hint[384];
};

#define UWDF_TIMEOUT_FOREVER (-1)

/**
 * uwdf_open() - open a device.
 * @what: a device name ("e1000"), an interface GUID ("{b74cfec2-9366-454a-ba71-7c27b51470a4}" or
 *        without braces; the first host that has it, by name), or the path of a host's socket.
 * Return: 0; -ENOENT no such device; -EACCES; -ECONNREFUSED the host is gone; -EPROTO; -ENOMEM.
 */
int uwdf_open(const char *what, struct uwdf_error *error, uwdf_handle **out);
void uwdf_close(uwdf_handle *handle); /* cancels what is outstanding; NULL is fine */

/* Blocking, one request: @timeout_ms < 0 waits for ever; -ETIMEDOUT cancels the request first. */
int uwdf_read(uwdf_handle *handle, void *buf, size_t len, int timeout_ms, int32_t *status,
	      size_t *done);
int uwdf_write(uwdf_handle *handle, const void *buf, size_t len, int timeout_ms, int32_t *status,
	       size_t *done);
int uwdf_control(uwdf_handle *handle, uint32_t code, const void *in, size_t in_len, void *out,
		 size_t out_len, int timeout_ms, int32_t *status, size_t *done);

/* Many requests: submit, then reap in the order of completion. */
enum uwdf_op_kind { UWDF_READ = 4, UWDF_WRITE = 5, UWDF_CONTROL = 6 };
struct uwdf_op {
	enum uwdf_op_kind kind;
	uint32_t code;  /* control code */
	const void *in; /* write and control; copied by submit */
	size_t in_len;
	void *out; /* read and control; filled before the op is reaped */
	size_t out_len;
	uint64_t offset;
	void *user;
	/* results */
	int32_t status; /* NTSTATUS */
	size_t information;
	/* private */
	uint64_t tag;
	struct uwdf_op *next;
};
/* -EAGAIN: too many outstanding; reap first. The op stays the library's until it is reaped. */
int uwdf_submit(uwdf_handle *handle, struct uwdf_op *op);
/* Return 1 and the op; 0 when @timeout_ms passed; -errno (-EPIPE: the host died, ops come back with
 * STATUS_DEVICE_REMOVED first). */
int uwdf_reap(uwdf_handle *handle, int timeout_ms, struct uwdf_op **out);
int uwdf_cancel(uwdf_handle *handle, struct uwdf_op *op); /* it is still reaped */
/* Readable when uwdf_reap() has something to do. Owned by the handle. */
int uwdf_poll_fd(const uwdf_handle *handle);
const char *uwdf_handle_name(const uwdf_handle *handle); /* the device's name */

/* Hosts that run now. */
struct uwdf_host_entry {
	char name[64];
	char socket[108];
	int pid;
};
int uwdf_hosts(struct uwdf_host_entry *entries, size_t max, size_t *count);
/* The host's state as JSON text, malloc'd: free() it. */
int uwdf_host_status(const char *name, struct uwdf_error *error, char **json);
int uwdf_host_stop(const char *name, int timeout_ms, struct uwdf_error *error);
/* What keeps its driver loaded, as JSON text like uwdf_host_status()'s. */
int uwdf_host_why(const char *name, struct uwdf_error *error, char **json);
/* As uwdf_host_stop(), but -EBUSY, and nothing happens, while a client has the device open. */
int uwdf_host_stop_unused(const char *name, int timeout_ms, struct uwdf_error *error);

/* Where hosts put their sockets: $UWDF_RUNTIME_DIR, /run/uwdf (root), $XDG_RUNTIME_DIR/uwdf,
 * /tmp/uwdf-UID. */
int uwdf_runtime_dir(char *buf, size_t len);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
