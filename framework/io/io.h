/* SPDX-License-Identifier: MIT */
/*
 * io.h - the I/O package of one device: files, routing, queues, and packets that clients submit.
 *
 * Everything here belongs to one owner loop, the device's request loop (the interrupt loop itself
 * for a driver that declared its EvtIo* callbacks fit for DISPATCH). Other threads get in by
 * message.
 *
 *  client -> struct fx_packet -> fx_io_submit() -> file -> queue -> power gate -> dispatch ->
 * EvtIo*
 *         <- packet->complete() <- flush phase  <- WdfRequestComplete
 */
#ifndef FX_IO_H
#define FX_IO_H

#include "irq/loop.h"
#include "object/object.h"

struct fx_device;
struct fx_file;
struct fx_io;

/* What every struct fx_device begins with: all that this room knows of a device. */
struct fx_device_head {
	struct fx_object base;
	struct fx_io *io; /* owned by the device */
};
static inline struct fx_io *fx_device_io(struct fx_device *device)
{
	return ((struct fx_device_head *)(void *)device)->io;
}

/*
 * What a WDFDEVICE_INIT collects for this room: plain data, copied by fx_io_configure(). A member
 * whose Size is 0 was not given.
 */
struct fx_io_config {
	WDF_OBJECT_ATTRIBUTES request_attributes; /* WdfDeviceInitSetRequestAttributes */
	WDF_FILEOBJECT_CONFIG file_config;        /* WdfDeviceInitSetFileObjectConfig */
	WDF_OBJECT_ATTRIBUTES file_attributes;
	WDF_DEVICE_IO_TYPE io_type; /* WdfDeviceInitSetIoType; 0: buffered */
	bool exclusive; /* WdfDeviceInitSetExclusive: a second open: STATUS_ACCESS_DENIED */
	KIRQL level;    /* at which the driver's callbacks run: of the owner loop */
	bool filter;    /* WdfFdoInitSetFilter */
};

enum fx_packet_kind {
	FX_PACKET_READ,
	FX_PACKET_WRITE,
	FX_PACKET_CONTROL,
	FX_PACKET_INTERNAL_CONTROL,
	FX_PACKET_CREATE, /* private: fx_file_open() */
};

/*
 * One I/O as its submitter owns it: zero it, fill the public part, submit. Buffers stay valid until
 * complete() runs; in and out may be the same memory. complete() runs once, whatever happens
 * (cancel, close, removal): on the owner loop, or in the submitter's own thread when the device is
 * gone already. After complete() has begun, neither fx_io_cancel() nor this room touches the
 * packet.
 */
struct fx_packet {
	struct irq_message msg;    /* private: the way in */
	struct irq_message cancel; /* private: the way out before its time */
	struct list link;          /* private */
	enum fx_packet_kind kind;
	uint32_t code;  /* control code */
	const void *in; /* write and control */
	size_t in_len;
	void *out; /* read and control */
	size_t out_len;
	uint64_t offset;
	void (*complete)(struct fx_packet *packet, NTSTATUS status, size_t information);
	void *owner; /* the submitter's */
	/* private from here */
	struct fx_file *file;
	struct fx_request *request;
	size_t information;
	NTSTATUS status;
	uint32_t state; /* atomic: who has asked for what */
	uint32_t phase; /* owner loop only */
};

/* --- device side (framework/pnp) --- */
NTSTATUS fx_io_new(struct fx_device *device, struct irq_loop *owner, struct fx_io **out);
/* Between fx_io_new() and the first queue; contexts of requests are sized and allocated from here.
 */
NTSTATUS fx_io_configure(struct fx_io *io, const struct fx_io_config *config);
struct fx_io *fx_io_free(struct fx_io *io); /* nothing outstanding; NULL is fine; returns NULL */
/* Interfaces were enabled (true) or are disabled (false): may files be opened? Default: no. */
void fx_io_allow_open(struct fx_io *io, bool allowed);
/* The device started: from here a default queue can no longer be created. */
void fx_io_set_started(struct fx_io *io);
/* Power gate. hold: EvtIoStop for what the driver owns, waits until acknowledged or completed.
 * PASSIVE. */
void fx_io_hold(struct fx_io *io);   /* power-managed queues stop presenting */
void fx_io_resume(struct fx_io *io); /* EvtIoResume, presenting starts */
/*
 * Cancel what is queued, EvtIoStop(purge) for what the driver owns, wait. New packets are refused.
 * Without @power_managed_only this is the end of the device's I/O: open files are closed, too
 * (EvtFileCleanup, EvtFileClose); their fx_file stays a shell that refuses until it is closed.
 */
void fx_io_purge(struct fx_io *io, bool power_managed_only);

/* --- client side (in-process client, socket server); any thread at PASSIVE --- */
/*
 * One open on its way, as its asker owns it: zero it, set done(), start. done() runs once, on the
 * owner loop (or here, if there is no memory), when the driver has completed its create request.
 * There is no way to call it off: a driver may keep it waiting until the device goes.
 */
struct fx_open {
	uint32_t process_id; /* of the asker */
	void (*done)(struct fx_open *open, NTSTATUS status, struct fx_file *file);
	/* private from here */
	struct irq_message msg;
	struct fx_packet packet;
	struct fx_file *file;
	NTSTATUS status;
};
/* Opens succeed only between interface enable and removal. */
void fx_file_open_start(struct fx_device *device, struct fx_open *open);
/* The same, waiting. PASSIVE, not on the owner loop. */
NTSTATUS fx_file_open(struct fx_device *device, struct fx_file **out);
/* The same on behalf of another process, which WdfFileObjectGetInitiatorProcessId() names. */
NTSTATUS fx_file_open_for(struct fx_device *device, uint32_t process_id, struct fx_file **out);
/* Cancels everything outstanding on the file and waits for it; afterwards the file is gone.
 * PASSIVE. */
void fx_file_close(struct fx_file *file);
/* The same without waiting: @done runs on the owner loop (or here, if the device is gone) at the
 * end. */
void fx_file_close_start(struct fx_file *file, void (*done)(void *arg), void *arg);
void fx_io_submit(struct fx_file *file, struct fx_packet *packet);
/* Ask; the packet still completes (once), with STATUS_CANCELLED if the driver gives it up. */
void fx_io_cancel(struct fx_packet *packet);

/* --- synchronization locks --- */
struct fx_scope;
/* Is the calling thread under the lock of one of the device's queues? */
bool fx_io_holds_queue_scope(struct fx_device *device);
struct fx_scope *fx_io_device_scope(struct fx_device *device); /* there is one in any case */
/* Around the callbacks of a WDFQUEUE: its own, the device's, or NULL. */
struct fx_scope *fx_io_queue_scope(struct fx_object *queue);

struct fx_io_stats {
	uint64_t submitted, completed, cancelled, queued_now, driver_owned_now, open_files;
};
struct fx_io_stats fx_io_stats(const struct fx_io *io);

#endif
