/* SPDX-License-Identifier: MIT */
/* irp_cancel.c - somebody wants an IRP cancelled: its client, or the close of its file. */
#include "irp.h"
#include "room.h"

static KSPIN_LOCK cancel_lock; /* one for all IRPs, as in NT */

UW_EXPORT VOID IoAcquireCancelSpinLock(PKIRQL Irql)
{
	*Irql = KeAcquireSpinLockRaiseToDpc(&cancel_lock);
}

UW_EXPORT VOID IoReleaseCancelSpinLock(KIRQL Irql)
{
	KeReleaseSpinLock(&cancel_lock, Irql);
}

/* Under the lock: while the driver has the IRP nobody else ends it. */
static enum irp_state note_cancel(struct fx_irp *irp)
{
	enum irp_state state;

	spin_lock_acquire(&irp->io->irps.lock);
	state = irp->state;
	if (state == IRP_DRIVER || state == IRP_MOVING || state == IRP_FRAMEWORK ||
	    state == IRP_SENT)
		/* seq_cst: a driver sets its routine, then looks at Cancel; one of us sees the
		 * other */
		__atomic_store_n(&irp->wdm.Cancel, TRUE, __ATOMIC_SEQ_CST);
	spin_lock_release(&irp->io->irps.lock);
	return state;
}

/* Whoever has it by the driver's doing. Calls none of this device's callbacks. */
static void cancel_further(struct fx_irp *irp, enum irp_state state)
{
	if (state == IRP_FRAMEWORK)
		fx_io_cancel(&irp->below);
	if (state == IRP_SENT)
		irp_cancel_request(irp);
}

/* The rest has to wait for the callback that is on the stack, which may wait for this. */
static void cancel(struct fx_irp *irp)
{
	enum irp_state state = note_cancel(irp);

	irp->call_off = true;
	irp_due(irp);
	if (irp->io->in_driver)
		cancel_further(irp, state);
}

void irp_cancel(struct fx_packet *packet)
{
	cancel(packet->irp);
}

void irp_cancel_all(struct fx_io *io, const struct fx_file *file)
{
	list_for_each (link, &io->irps.held) {
		struct fx_irp *irp = list_entry(link, struct fx_irp, link);

		if (irp->packet->file == file && !packet_is_end(irp->packet->kind))
			cancel(irp);
	}
}

static PDRIVER_CANCEL take_routine(struct fx_irp *irp)
{
	PDRIVER_CANCEL routine = NULL;

	spin_lock_acquire(&irp->io->irps.lock);
	if (irp->state == IRP_DRIVER)
		routine = IoSetCancelRoutine(&irp->wdm, NULL);
	spin_lock_release(&irp->io->irps.lock);
	return routine;
}

void irp_call_off(struct fx_irp *irp)
{
	PDRIVER_CANCEL routine = take_routine(irp);
	struct fx_io *io = irp->io;
	struct io_call call;

	cancel_further(irp, note_cancel(irp));
	if (!routine)
		return;
	call = io_enter_driver(io, NULL, "the IRP's cancel routine", FX_CODE(routine));
	IoAcquireCancelSpinLock(&irp->wdm.CancelIrql);
	routine(&io->wdm, &irp->wdm);
	io_leave_driver(io, &call);
}
