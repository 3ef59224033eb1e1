/* SPDX-License-Identifier: MIT */
/*
 * irp.h - IRPs, for drivers that ask to see them, and for those alone.
 *
 * Two kinds: a client's packet on its way through EvtDeviceWdmIrpPreprocess (the driver's to
 * complete or to pass on), and the view of a WDFREQUEST that WdfRequestWdmGetIrp() gives. What is
 * passed on travels as a second packet, `below`, whose end runs the driver's completion routines;
 * so queues and requests know nothing of IRPs.
 *
 *  client's packet -> irp_present() -> EvtDeviceWdmIrpPreprocess ->
 * WdfDeviceWdmDispatchPreprocessedIrp
 *                                                                -> below -> queue -> EvtIo*
 *                  <- irp_end() <- IoCompleteRequest <- completion routines <- below
 */
#ifndef FX_IRP_H
#define FX_IRP_H

#include "io.h"

#define IRP_LOCATIONS 2 /* the driver's, and below it the framework's */

/* Who has it. Guarded by io->irps.lock. */
enum irp_state {
	IRP_IDLE,      /* nobody: between uses */
	IRP_DRIVER,    /* the driver: to complete, to pass on or to keep */
	IRP_MOVING,    /* whoever passes it on: `below` is being filled */
	IRP_FRAMEWORK, /* passed on */
	IRP_SENT,      /* a WDFREQUEST that the driver made from it is sent */
	IRP_VIEW,      /* of a WDFREQUEST: the driver may look at it while it has the request */
	IRP_OVER,      /* completed; the owner may not have seen it yet */
};

struct fx_irp {
	IRP wdm; /* first; with the locations all that the driver has */
	IO_STACK_LOCATION stack[IRP_LOCATIONS + 1]; /* the last: whoever skips the first is there */
	uint64_t magic;
	enum irp_state state;
	struct list link;           /* held: io->irps.held; idle: io->irps.idle */
	struct fx_io *io;           /* borrowed: owns us */
	struct fx_packet *packet;   /* borrowed: the client's; a view: of its request */
	struct fx_packet below;     /* while state is IRP_FRAMEWORK */
	struct fx_request *request; /* borrowed: made from it; guarded by request_irp.c's lock */
	struct irq_message msg;     /* another thread passed it on or completed it */
	bool due;                 /* the packet is in io->for_caller; owner only, as the next two */
	bool came_back, call_off; /* what is due: `below` has ended; the driver is to cancel it */
	bool marked;              /* IoMarkIrpPending() before it was completed */
	unsigned int uses;        /* owner only: how often it was handed out */
	NTSTATUS status;          /* of completion, as information */
	size_t information;
	const void *completed_at; /* in the driver's code */
	void *buffer;             /* owned: wdm.AssociatedIrp.SystemBuffer as it was made */
	MDL mdl;
};

static inline struct fx_irp *irp_of_wdm(PIRP wdm)
{
	return uw_container_of(wdm, struct fx_irp, wdm);
}
static inline UCHAR irp_major(enum fx_packet_kind kind)
{
	static const UCHAR majors[] = {
		[FX_PACKET_READ] = IRP_MJ_READ,
		[FX_PACKET_WRITE] = IRP_MJ_WRITE,
		[FX_PACKET_CONTROL] = IRP_MJ_DEVICE_CONTROL,
		[FX_PACKET_INTERNAL_CONTROL] = IRP_MJ_INTERNAL_DEVICE_CONTROL,
		[FX_PACKET_CREATE] = IRP_MJ_CREATE,
		[FX_PACKET_CLEANUP] = IRP_MJ_CLEANUP,
		[FX_PACKET_CLOSE] = IRP_MJ_CLOSE,
		[FX_PACKET_FLUSH] = IRP_MJ_FLUSH_BUFFERS,
	};

	return majors[kind];
}

#define IRP_NOT_SET 0xff /* major function of a location that nobody wrote to */

/* --- irp.c: made, filled, gone --- */
void irp_room_init(struct fx_io *io);
void irp_room_deinit(struct fx_io *io); /* none is in use */
/* An IRP that says what @packet wants, in @state. NULL: no memory. Any thread. */
struct fx_irp *irp_new(struct fx_io *io, struct fx_packet *packet, enum irp_state state);
/* One outside the room, of which irp_show() makes a view of a packet, without its buffers. */
struct fx_irp *irp_spare_new(struct fx_io *io); /* NULL: no memory. Any thread */
void irp_spare_free(struct fx_irp *irp);        /* NULL is fine */
void irp_show(struct fx_irp *irp, const struct fx_packet *packet);
/* Then the client's memory as it is: Type3InputBuffer and UserBuffer of "neither" I/O. */
void irp_show_neither(struct fx_irp *irp, const struct fx_packet *packet);
/* One of the room's for a packet that is to come and must not fail; irp_use() or irp_put_by(). */
struct fx_irp *irp_reserve(struct fx_io *io);               /* NULL: no memory. Any thread */
void irp_use(struct fx_irp *irp, struct fx_packet *packet); /* as irp_new(); it has no buffers */
void irp_put_by(struct fx_irp *irp);                        /* unused; NULL is fine */
void irp_retire(struct fx_irp *irp);                        /* nobody has it any more. Owner */
/* For the driver's eyes no more: with its verifier on a later touch is noticed. */
void irp_seal(struct fx_irp *irp);
/* Stops the driver if @wdm is none of ours. */
struct fx_irp *irp_check(struct fx_driver *driver, PIRP wdm, const char *function);
bool irp_is(struct fx_irp *irp, enum irp_state state);

/* --- irp_preprocess.c; owner --- */
/* Does the device's driver want to see IRPs of this kind before the framework does? */
bool irp_wanted(const struct fx_io *io, enum fx_packet_kind kind);
/* @packet has come, or something is due: false: it goes on as if there were no IRPs. */
bool irp_place(struct fx_io *io, struct fx_packet *packet);
void irp_say_held(struct fx_io *io); /* for reports */
void irp_due(struct fx_irp *irp); /* see that irp_place() comes, when no callback is on the stack */

/* --- irp_complete.c --- */
/* The walk up: completion routines, then the end. The caller has made it IRP_OVER. Any thread. */
void irp_complete(struct fx_irp *irp, const void *site);
bool irp_change(struct fx_irp *irp, enum irp_state from, enum irp_state to);
NTSTATUS irp_dispatch(struct fx_io *io, struct fx_irp *irp);
/*
 * @out's kind, code, offset and lengths as @location says, its buffers as @has has them.
 * STATUS_INVALID_DEVICE_REQUEST no such major function; STATUS_INVALID_BUFFER_SIZE more than there
 * is.
 */
NTSTATUS irp_read_location(const IO_STACK_LOCATION *location, const struct fx_packet *has,
			   struct fx_packet *out);
/* The buffers of an IRP that its packet came with. */
void irp_buffers(const struct fx_irp *irp, struct fx_packet *out);

/* --- irp_cancel.c; owner --- */
void irp_cancel(struct fx_packet *packet);                         /* which is with the driver */
void irp_cancel_all(struct fx_io *io, const struct fx_file *file); /* of one file */
/* The driver's cancel routine, if it has set one; no callback is on the stack. */
void irp_call_off(struct fx_irp *irp);

/* --- irp_api.c --- */
void irp_forget_view(struct fx_request *req); /* of a request that is completed. Owner */
/* The IRP that the driver has seen behind a delivered request; NULL: none. */
struct fx_irp *irp_seen(const struct fx_request *req);
/* Somebody wants it cancelled: the IRP says so. Owner. */
void irp_show_cancelled(struct fx_request *req);

/* --- request_irp.c --- */
/* No request is made from it any more. */
void irp_leave_request(struct fx_irp *irp);
/* A request that is made from it is sent: have it cancelled. Owner. */
void irp_cancel_request(struct fx_irp *irp);

#endif
