/* SPDX-License-Identifier: MIT */
/*
 * io_fixture.h - the I/O room under test: a driver inside the test program, a device that is
 * nothing but what the room knows of one, its owner loop, and a client that counts what comes back.
 */
#ifndef IO_FIXTURE_H
#define IO_FIXTURE_H

#include "io/io.h"
#include "room.h"

struct io_fixture {
	struct fx_driver *driver;
	struct irq_loop *loop; /* the owner */
	struct fx_device_head *device;
	struct fx_io *io;
	struct fx_file *file; /* opened by io_fixture_start() */
};

/* Driver, loop and device, not started: for creating queues. @config may be NULL. */
void io_fixture_setup(struct io_fixture *f, const struct fx_io_config *config);
/* The same; the caller is the owner, and runs the loop itself. */
void io_fixture_setup_here(struct io_fixture *f, const struct fx_io_config *config);
/* The same with the words of `uwdf run --verify`; without any the verifier is on. */
void io_fixture_setup_verify(struct io_fixture *f, const struct fx_io_config *config,
			     const char *verify);
/* io_fixture_setup_here() with such words. */
void io_fixture_setup_here_verify(struct io_fixture *f, const struct fx_io_config *config,
				  const char *verify);
/* Power on, opens allowed, one file open. */
void io_fixture_start(struct io_fixture *f);
/* Purges, closes, frees; nothing is left (checked). */
void io_fixture_teardown(struct io_fixture *f);
/* Another device of the same driver. Its io is freed with it: fx_io_purge(), fx_object_delete(). */
struct fx_device_head *io_device_new(struct io_fixture *f, struct irq_loop *owner,
				     const struct fx_io_config *config);
/* The same above @below in its stack, on the fixture's loop. */
struct fx_device_head *io_device_above(struct io_fixture *f, struct fx_device_head *below,
				       const struct fx_io_config *config);
WDFDEVICE io_fixture_device(const struct io_fixture *f);

/* Everything posted so far, and what it caused, has run. */
void io_settle(struct io_fixture *f);
/* On the owner loop, as a DPC would. */
void io_on_owner(struct io_fixture *f, void (*fn)(void *arg), void *arg);

/* --- a queue with every callback pointing at recorders --- */
WDFQUEUE io_queue(struct io_fixture *f, PWDF_IO_QUEUE_CONFIG config);
/* Parallel, default, EvtIoDefault = io_keep_request. */
WDFQUEUE io_default_queue(struct io_fixture *f);
WDFQUEUE io_manual_queue(struct io_fixture *f);

#define IO_KEPT_MAX 4096
/* What callbacks saw, in order. Written on the owner loop, read after io_settle(). */
struct io_seen {
	WDFREQUEST kept[IO_KEPT_MAX];
	unsigned int kept_count;
	unsigned int stops, resumes, cancels, cancelled_on_queue, states, ready;
	ULONG stop_action;
	WDFREQUEST last;
};
extern struct io_seen io_seen;
void io_keep_request(WDFQUEUE queue, WDFREQUEST request);
void io_complete_request(WDFQUEUE queue, WDFREQUEST request); /* STATUS_SUCCESS at once */
void io_count_stop(WDFQUEUE queue, WDFREQUEST request, ULONG action);
void io_count_resume(WDFQUEUE queue, WDFREQUEST request);
void io_count_cancel(WDFREQUEST request);     /* keeps it */
void io_cancel_completes(WDFREQUEST request); /* STATUS_CANCELLED */
void io_complete_cancelled_on_queue(WDFQUEUE queue, WDFREQUEST request);
void io_count_state(WDFQUEUE queue, WDFCONTEXT context);
void io_count_ready(WDFQUEUE queue, WDFCONTEXT context);

/* --- the client --- */
struct io_op {
	struct fx_packet packet;
	unsigned int completions; /* on the owner loop, once */
	NTSTATUS status;
	size_t information;
	char in[64], out[64];
};
void io_op_read(struct io_op *op, size_t len);
void io_op_flush(struct io_op *op);
void io_op_write(struct io_op *op, const char *text);
void io_op_control(struct io_op *op, uint32_t code, const char *in, size_t out_len);
void io_submit(struct io_fixture *f, struct io_op *op); /* and settle */
void io_cancel(struct io_fixture *f, struct io_op *op); /* and settle */

/* Did the verifier break since the last time this was asked? */
bool io_broke(void);
/* Run @fn; true if it stopped the driver with @code. */
bool io_stops(void (*fn)(void *arg), void *arg, ULONG code);

#endif
