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
struct fx_irp;
struct fx_sink;

/* What every struct fx_device begins with: all that this room knows of a device. */
struct fx_device_head {
	struct fx_object base;
	struct fx_io *io; /* owned by the device */
	struct fx_sink
		*below; /* borrowed: what is under it in the stack; NULL: nothing (target.h) */
};
static inline struct fx_io *fx_device_io(struct fx_device *device)
{
	return ((struct fx_device_head *)(void *)device)->io;
}

/* What WdfDeviceInitAssignWdmIrpPreprocessCallback asked for, of one major function. */
struct fx_irp_preprocess {
	PFN_WDFDEVICE_WDM_IRP_PREPROCESS evt; /* NULL: nothing */
	bool some;                            /* not all minor functions, but these: */
	uint32_t minors[8];                   /* a bit each */
};
static inline bool fx_irp_preprocess_applies(const struct fx_irp_preprocess *wish, UCHAR minor)
{
	return wish->evt && (!wish->some || (wish->minors[minor / 32] >> (minor % 32) & 1));
}

/*
 * What a WDFDEVICE_INIT collects for this room: plain data, copied by fx_io_configure(). A member
 * whose Size is 0 was not given.
 */
struct fx_io_config {
	WDF_OBJECT_ATTRIBUTES request_attributes; /* WdfDeviceInitSetRequestAttributes */
	WDF_FILEOBJECT_CONFIG file_config;        /* WdfDeviceInitSetFileObjectConfig */
	WDF_OBJECT_ATTRIBUTES file_attributes;
	WDF_DEVICE_IO_TYPE io_type;                 /* WdfDeviceInitSetIoType; 0: buffered */
	PFN_WDF_IO_IN_CALLER_CONTEXT evt_in_caller; /* NULL: none */
	bool exclusive; /* WdfDeviceInitSetExclusive: a second open: STATUS_ACCESS_DENIED */
	KIRQL level;    /* at which the driver's callbacks run: of the owner loop */
	bool filter;    /* WdfFdoInitSetFilter */
	bool no_bus;    /* a control device: nothing is below */
	bool to_self;   /* WdfDeviceInitAllowSelfIoTarget */
	bool to_parent; /* WdfPdoInitAllowForwardingRequestToParent */
	struct fx_irp_preprocess preprocess[IRP_MJ_MAXIMUM_FUNCTION + 1];
};

enum fx_packet_kind {
	FX_PACKET_NONE,
	FX_PACKET_READ = 4, /* as enum uwdf_io_kind's */
	FX_PACKET_WRITE,
	FX_PACKET_CONTROL,
	FX_PACKET_INTERNAL_CONTROL,
	FX_PACKET_CREATE,  /* private: fx_file_open() */
	FX_PACKET_CLEANUP, /* private, as the next: fx_file_close() */
	FX_PACKET_CLOSE,
	FX_PACKET_FLUSH = 15, /* as enum uwdf_io_kind's */
};

/*
 * One I/O as its submitter owns it: zero it, fill the public part, submit. Buffers stay valid until
 * complete() runs; in and out may be the same memory. complete() runs once, whatever happens
 * (cancel, close, removal): on the owner loop, or in the submitter's own thread when the device is
 * gone already. After complete() has begun, neither fx_io_cancel() nor this room touches the
 * packet. The public part is laid out as struct uwdf_io's (uwdf/device_io.h): it is one.
 */
struct fx_packet {
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
	union {
		struct fx_file *file; /* atomic: at the device that has it now */
		void *remote;         /* on its way to another host: target_remote.c's */
	};
	struct fx_request *request;
	struct list link;
	size_t information;
	NTSTATUS status;
	uint32_t state;                     /* atomic: who has asked for what */
	uint32_t phase;                     /* owner loop only */
	union {                             /* owner only; as phase says */
		struct fx_queue *parked_at; /* it waits there for a request */
		struct fx_request *late;    /* it ends when the submitter has this back */
	};
	struct irq_message msg;    /* the way in */
	struct irq_message cancel; /* the way out before its time */
	struct fx_irp *irp;        /* if phase says so; owner loop only */
	/* the submitter's again, of internal controls: arguments 1, 2 and 4, and then no buffers;
	 * NULL: there are none */
	void *const *others;
};

/* --- device side (framework/pnp) --- */
NTSTATUS fx_io_new(struct fx_device *device, struct irq_loop *owner, struct fx_io **out);
/* Between fx_io_new() and the first queue; contexts of requests are sized and allocated from here.
 */
NTSTATUS fx_io_configure(struct fx_io *io, const struct fx_io_config *config);
/*
 * And after it, once its device is in the tree: WdfDeviceGetIoTarget()'s, into what is below the
 * device; a child of the device, so that it goes before the room.
 */
NTSTATUS fx_io_add_target(struct fx_io *io);
struct fx_io *fx_io_free(struct fx_io *io); /* nothing outstanding; NULL is fine; returns NULL */
/*
 * Before the device is started: @below is the next lower device of its stack, on the same owner
 * loop, and outlives it. Files are opened through all of a stack; a filter's requests that its
 * driver has no queue or handler for go there as they are.
 */
void fx_io_stack_on(struct fx_io *io, struct fx_io *below);
/*
 * The same of a child device: @parent is that of the bus's own device, on the same owner loop, and
 * outlives it. Only what the child's driver forwards comes there.
 */
void fx_io_set_parent(struct fx_io *io, struct fx_io *parent);
/* Interfaces were enabled (true) or are disabled (false): may files be opened? Default: no. */
void fx_io_allow_open(struct fx_io *io, bool allowed);
/* The device started: from here a default queue can no longer be created. */
void fx_io_set_started(struct fx_io *io);
/*
 * Opens are not allowed any more: is no file open? If not, @unused is called once, on the owner
 * loop, when the last one was closed. Once; PASSIVE or on the owner loop.
 */
bool fx_io_when_unused(struct fx_io *io, void (*unused)(void *arg), void *arg);
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
	uint32_t process_id;   /* of the asker */
	bool of_driver;        /* an I/O target's: nothing happens inside what is submitted */
	const char *file_name; /* UTF-8, behind the device's name; NULL: none; stays until done() */
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
/* The same, @start being what brings the open on its way. */
NTSTATUS fx_file_open_by(void (*start)(void *arg, struct fx_open *open), void *arg,
			 struct fx_driver *driver, uint32_t process_id, struct fx_file **out);
/* Cancels everything outstanding on the file and waits for it; afterwards the file is gone.
 * PASSIVE. */
void fx_file_close(struct fx_file *file);
/* The same without waiting: @done runs on the owner loop (or here, if the device is gone) at the
 * end. */
void fx_file_close_start(struct fx_file *file, void (*done)(void *arg), void *arg);
/* The owner loop, where fx_io_submit() needs no message; NULL: the device is gone. Any thread. */
struct irq_loop *fx_file_loop(struct fx_file *file);
/* Do reads and writes reach its driver without a copy? */
bool fx_file_is_direct(struct fx_file *file);
/* Calls @look, which must not block, while the file's device is there; not if it is gone. */
void fx_file_look_at_device(struct fx_file *file, void (*look)(struct fx_device *device, void *arg),
			    void *arg);
void fx_io_submit(struct fx_file *file, struct fx_packet *packet);
/* Ask; the packet still completes (once), with STATUS_CANCELLED if the driver gives it up. */
void fx_io_cancel(struct fx_packet *packet);

/* For a client that lives on the owner loop: run @fn there and wait. false: the device is gone. Not
 * in a driver's callback. */
bool fx_io_call(struct fx_file *file, void (*fn)(void *arg), void *arg);
/* As fx_io_submit() of each, there: without a message or a lock. They are cancelled there, too, and
 * none before its turn: @turn, which may be NULL, points into @packets at whose it is. With @count
 * 0 nothing happens, and @turn stays. */
void fx_io_submit_many(struct fx_file *file, struct fx_packet *const *packets, size_t count,
		       struct fx_packet *const **turn);
/* There, no callback on the stack: hand back now what is completed, of any file. */
void fx_io_reap(struct fx_file *file);

/* --- synchronization locks --- */
struct fx_scope;
/* Is the calling thread under the lock of one of the device's queues? */
bool fx_io_holds_queue_scope(struct fx_device *device);
struct fx_scope *fx_io_device_scope(struct fx_device *device); /* there is one in any case */
/* The device whose I/O a WDFREQUEST is part of: a request is in no tree. NULL: it is gone. */
struct fx_object *fx_io_request_device(struct fx_object *request);
/* Around the callbacks of a WDFQUEUE: its own, the device's, or NULL. */
struct fx_scope *fx_io_queue_scope(struct fx_object *queue);

/*
 * What became of one packet in TRACE_SAMPLE, in each device's ring of events (base/trace.h): what
 * is the packet's address, more its control code, or its status.
 */
enum fx_io_event {
	FX_IO_ARRIVED = 1,
	FX_IO_COMPLETED,   /* by its driver, or in its place */
	FX_IO_HANDED_BACK, /* complete() is called */
};
struct trace_event;
/* Up to @max of the last events, oldest first; returns how many. Any thread. */
size_t fx_io_trace(const struct fx_io *io, struct trace_event *out, size_t max);

struct fx_io_stats {
	uint64_t submitted, completed, cancelled, queued_now, driver_owned_now, open_files;
};
struct fx_io_stats fx_io_stats(const struct fx_io *io);

#endif
