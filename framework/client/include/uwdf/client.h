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

/* What an error that these functions return means, and what to do, for a person. Never NULL. */
const char *uwdf_error_text(int err);

/**
 * uwdf_open() - open a device.
 * @what: UTF-8, one of
 *        NAME               a device, as "uwdf devices" shows it: "e1000"
 *        {GUID}             an interface, braces optional:
 * "{b74cfec2-9366-454a-ba71-7c27b51470a4}"; the first host that has it, in the order of their names
 *        {GUID}\REFERENCE   the interface with that reference string
 *        \\.\LINK           a symbolic link that a driver made, any of a device's; also written
 *                           \\?\LINK, \??\LINK, \DosDevices\LINK; or a device's own name,
 *                           \Device\NAME; or what WdfDeviceRetrieveDeviceInterfaceString() gives
 *        PATH               of a host's socket; it contains a slash
 *        Behind each but the last "\PATH" may follow: it is what the driver gets from
 *        WdfFileObjectGetFileName(), the reference string first. Case does not matter in GUIDs,
 *        reference strings and links.
 * Return: 0; -ENOENT no such device; -EACCES; -ECONNREFUSED the host is gone; -EPROTO; -ENOMEM;
 *         -EDQUOT the user has all he may have of it: error->text names the limit.
 */
int uwdf_open(const char *what, struct uwdf_error *error, uwdf_handle **out);
/*
 * The same within @timeout_ms (< 0: as long as it takes; a host that does not answer costs five
 * seconds): -ETIMEDOUT. @status: NULL, or what the driver said if it refused (-EIO), else 0.
 */
int uwdf_open_within(const char *what, int timeout_ms, struct uwdf_error *error, int32_t *status,
		     uwdf_handle **out);
void uwdf_close(uwdf_handle *handle); /* cancels what is outstanding; NULL is fine */

/* Blocking, one request: @timeout_ms < 0 waits for ever; -ETIMEDOUT cancels the request first. */
int uwdf_read(uwdf_handle *handle, void *buf, size_t len, int timeout_ms, int32_t *status,
	      size_t *done);
int uwdf_write(uwdf_handle *handle, const void *buf, size_t len, int timeout_ms, int32_t *status,
	       size_t *done);
int uwdf_control(uwdf_handle *handle, uint32_t code, const void *in, size_t in_len, void *out,
		 size_t out_len, int timeout_ms, int32_t *status, size_t *done);

/* What was written is to be where it belongs. A driver that has nothing to flush may well say
 * STATUS_INVALID_DEVICE_REQUEST. As the two above, of a handle that may write. */
int uwdf_flush(uwdf_handle *handle, int timeout_ms, int32_t *status);

/* Many requests: submit, then reap in the order of completion. A flush has nothing but its kind. */
enum uwdf_op_kind { UWDF_READ = 4, UWDF_WRITE = 5, UWDF_CONTROL = 6, UWDF_FLUSH = 15 };
struct uwdf_op {
	enum uwdf_op_kind kind;
	uint32_t code;  /* control code */
	const void *in; /* write and control; copied by submit */
	size_t in_len;
	/* read and control; filled before the op is reaped. With METHOD_IN_DIRECT the driver reads
	 * what is in it. Neither in nor out may have more than 64 KiB, with METHOD_IN_DIRECT both
	 * together, else -EMSGSIZE: but for what lies in memory of uwdf_memory_alloc() */
	void *out;
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
/* The same for up to @count ops, which the device is told of once. How many were taken, from the
 * first on; -errno if that is none. */
int uwdf_submit_many(uwdf_handle *handle, struct uwdf_op *const *ops, unsigned int count);
/* Return 1 and the op; 0 when @timeout_ms passed; -errno (-EPIPE: the host died, ops come back with
 * STATUS_DEVICE_REMOVED first). */
int uwdf_reap(uwdf_handle *handle, int timeout_ms, struct uwdf_op **out);
/* As uwdf_reap(), but all that is there, up to @max ops: how many. Waits for the first alone. */
int uwdf_reap_many(uwdf_handle *handle, int timeout_ms, struct uwdf_op **ops, unsigned int max);
int uwdf_cancel(uwdf_handle *handle, struct uwdf_op *op); /* it is still reaped */
int uwdf_cancel_all(uwdf_handle *handle); /* what was submitted; all is still reaped */
/*
 * Leave @op, which was submitted and not reaped, behind: it will not be reaped, and neither it nor
 * its buffers are touched again. Its place is free again when the host has answered.
 */
void uwdf_abandon(uwdf_handle *handle, struct uwdf_op *op);
/*
 * The most that submit, cancel, notify and let_go may wait for a host that does not keep up; 1000
 * at first. 0: they never wait, and say -EAGAIN at once.
 */
void uwdf_set_patience(uwdf_handle *handle, int timeout_ms);
/*
 * Readable when uwdf_reap() has something to do; over rings now and then for nothing, too, when the
 * host's bell came after its answer was found without it: the reap that finds nothing makes it
 * unreadable again. Owned by the handle.
 */
int uwdf_poll_fd(const uwdf_handle *handle);

/*
 * The device may go while its handles are open: its host is asked to end, the hardware is pulled,
 * the driver deletes its control device. Whatever is outstanding then comes back with
 * STATUS_DEVICE_REMOVED (or what the driver says), nothing hangs, and later calls fail at once:
 * with -ENODEV, or with that status if the event has not been seen yet. Other handles go on.
 */
enum uwdf_event {
	/* Somebody wants to remove the device. Close the handle within a second if you can do
	 * without it: an open one refuses "uwdf unload", though not "uwdf stop". Then the driver is
	 * asked. */
	UWDF_QUERY_REMOVE = 1,
	UWDF_STAYS = 2,   /* no: somebody refused */
	UWDF_REMOVED = 3, /* gone; close the handle */
	UWDF_LET_GO = 4,  /* uwdf_let_go() is done: the driver has closed its file */
};
/*
 * Ask to be told of UWDF_QUERY_REMOVE and UWDF_STAYS, or no more (@on 0). UWDF_REMOVED comes in any
 * case. In force when the host has read it, before it answers anything submitted after this call.
 * 0; -ENODEV; -EPIPE the host is gone; -EAGAIN; -EOPNOTSUPP by a transport of your own. Over rings
 * answers have a way of their own: there it waits until the host has read it, but no longer than
 * the handle's patience; then answers may come before.
 */
int uwdf_notify(uwdf_handle *handle, int on);
/*
 * The next event, in their order: 1; 0 none
 * within @timeout_ms; -EPIPE the host is gone and all was told. After uwdf_notify() uwdf_poll_fd()
 * is readable when there may be one.
 */
int uwdf_next_event(uwdf_handle *handle, int timeout_ms, enum uwdf_event *out);
/*
 * Close the device, but keep the handle to hear of UWDF_STAYS and UWDF_REMOVED: what a program does
 * on UWDF_QUERY_REMOVE that wants to open it again. What is outstanding is cancelled, and nothing
 * but its answers, events and uwdf_close() follows. UWDF_LET_GO comes when it is closed. 0;
 * -ENODEV; -EPIPE; -EAGAIN; -EOPNOTSUPP by a transport of your own that cannot.
 */
int uwdf_let_go(uwdf_handle *handle);
/**
 * uwdf_memory_alloc() - memory that the device's process has, too.
 * @len: bytes.
 * @out: zeroed, at a multiple of 64 bytes; valid until uwdf_close().
 *
 * An op whose in or out lies inside is not copied on its way: the driver of a direct transfer (or a
 * "neither" one) sees this memory itself, as long as its request lasts. It may be as long as that
 * memory, which one handle may have 256 MiB of. What the driver gets a copy of (buffered I/O, the
 * input of a direct control) has at most 4 MiB, else STATUS_INVALID_BUFFER_SIZE, and 64 MiB at a
 * time, else STATUS_INSUFFICIENT_RESOURCES; in the device's own process there is no such limit.
 * Where there is no shared memory the calls are the same, and copy up to 64 KiB.
 *
 * Return: 0; -ENOMEM, also where the host allows no more; -EPIPE.
 */
int uwdf_memory_alloc(uwdf_handle *handle, size_t len, void **out);

/* How long a wait may look for an answer before it sleeps, in microseconds; 0: not at all. Less
 * where it does not pay. The default is $UWDF_SPIN_US, else 50. */
void uwdf_set_spin(uwdf_handle *handle, unsigned int us);
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
/* Remove the device and end the host. -ECANCELED: its driver refused, nothing happened. -ETIMEDOUT:
 * the driver has not answered or the host has not ended; each is given @timeout_ms. */
int uwdf_host_stop(const char *name, int timeout_ms, struct uwdf_error *error);
/* What keeps its driver loaded, as JSON text like uwdf_host_status()'s. */
int uwdf_host_why(const char *name, struct uwdf_error *error, char **json);
/* As uwdf_host_stop(), but -EBUSY, and nothing happens, while a client has the device open. */
int uwdf_host_stop_unused(const char *name, int timeout_ms, struct uwdf_error *error);
/* As uwdf_host_stop(), but neither clients nor the driver can refuse. */
int uwdf_host_stop_forced(const char *name, int timeout_ms, struct uwdf_error *error);

/* Where hosts put their sockets: $UWDF_RUNTIME_DIR, /run/uwdf (root), $XDG_RUNTIME_DIR/uwdf,
 * /tmp/uwdf-UID. */
int uwdf_runtime_dir(char *buf, size_t len);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
