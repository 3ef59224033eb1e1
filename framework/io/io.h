/* SPDX-License-Identifier: MIT */
/*
 * io.h - the I/O package of one device: files, routing, queues, and packets that clients submit.
 *
 * Everything here belongs to one owner loop, the device's request loop (the interrupt loop itself for
 * a driver that declared its EvtIo* callbacks fit for DISPATCH). Other threads get in by message.
 *
 *  client -> struct fx_packet -> fx_io_submit() -> file -> queue -> power gate -> dispatch -> EvtIo*
 *         <- packet->complete() <- flush phase  <- WdfRequestComplete
 */
#ifndef FX_IO_H
#define FX_IO_H

#include "irq/loop.h"
#include "object/object.h"

struct fx_device;
struct fx_file;
struct fx_io;

enum fx_packet_kind { FX_PACKET_READ, FX_PACKET_WRITE, FX_PACKET_CONTROL };

/*
 * One I/O as its submitter owns it. Buffers stay valid until complete() runs; in and out may be the
 * same memory. complete() runs on the owner loop, once, whatever happens (cancel, close, removal).
 */
struct fx_packet {
	struct irq_message msg;   /* private: the way in */
	struct list link;         /* private */
	enum fx_packet_kind kind;
	uint32_t code;            /* control code */
	const void *in;           /* write and control */
	size_t in_len;
	void *out;                /* read and control */
	size_t out_len;
	uint64_t offset;
	void (*complete)(struct fx_packet *packet, NTSTATUS status, size_t information);
	void *owner;              /* the submitter's */
	/* private from here */
	struct fx_file *file;
	struct fx_request *request;
	uint32_t state;
};

/* --- device side (framework/pnp) --- */
NTSTATUS fx_io_new(struct fx_device *device, struct irq_loop *owner, struct fx_io **out);
struct fx_io *fx_io_free(struct fx_io *io); /* nothing outstanding; NULL is fine */
/* Power gate. hold: EvtIoStop for what the driver owns, waits until acknowledged or completed. PASSIVE. */
void fx_io_hold(struct fx_io *io);    /* power-managed queues stop presenting */
void fx_io_resume(struct fx_io *io);  /* EvtIoResume, presenting starts */
/* Cancel what is queued, EvtIoStop(purge) for what the driver owns, wait. New packets are refused. */
void fx_io_purge(struct fx_io *io, bool power_managed_only);

/* --- client side (in-process client, socket server); any thread at PASSIVE --- */
/* Opens succeed only between interface enable and removal. */
NTSTATUS fx_file_open(struct fx_device *device, struct fx_file **out);
/* Cancels everything outstanding on the file and waits for it; afterwards the file is gone. */
void fx_file_close(struct fx_file *file);
void fx_io_submit(struct fx_file *file, struct fx_packet *packet);
/* Ask; the packet still completes (once), with STATUS_CANCELLED if the driver gives it up. */
void fx_io_cancel(struct fx_packet *packet);

struct fx_io_stats {
	uint64_t submitted, completed, cancelled, queued_now, driver_owned_now;
};
struct fx_io_stats fx_io_stats(const struct fx_io *io);

#endif
