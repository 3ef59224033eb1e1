/* SPDX-License-Identifier: MIT */
/* interrupt_isr.c - from a vector to EvtInterruptIsr to EvtInterruptDpc: the hot part. */
#include "base/log.h"
#include "hw/interrupt.h"
#include "object/driver.h"
#include "object/irql.h"
#include "verifier/callback.h"

KIRQL fx_interrupt_enter(struct fx_interrupt *intr) UW_NO_TSA
{
	KIRQL before = fx_irql_raise(FX_DIRQL);

	spin_lock_acquire(intr->lock);
	return before;
}

void fx_interrupt_leave(struct fx_interrupt *intr, KIRQL before) UW_NO_TSA
{
	spin_lock_release(intr->lock);
	fx_irql_restore(before);
}

/* Counters of the loop: others read them, only its thread writes. */
static void count(uint64_t *counter, uint64_t by)
{
	__atomic_store_n(counter, *counter + by, __ATOMIC_RELAXED);
}

/* A line may be shared, or raised by a device in trouble. False: it stays masked from here. */
UW_COLD static bool note_unclaimed(struct fx_interrupt *intr)
{
	count(&intr->device->unclaimed, 1);
	if (++intr->unclaimed < FX_STORM_LIMIT)
		return true;
	if (intr->unclaimed > FX_STORM_LIMIT) /* a message that cannot be masked: said once */
		return false;
	log_error("interrupt",
		  "driver %s: EvtInterruptIsr did not claim %u interrupts in a row; message %d "
		  "stays masked",
		  fx_driver_name(intr->base.driver), intr->unclaimed, intr->message);
	/* a line is masked since it fired; where a message cannot be, it goes on uncounted */
	if (irq_vectors_kind(intr->device->vectors) != PCI_IRQ_INTX)
		(void)!irq_vector_mask(intr->device->vectors, (unsigned int)intr->message);
	return false;
}

void fx_interrupt_fired(void *arg, unsigned int vector, uint64_t signals)
{
	struct fx_interrupt *intr = arg;
	struct fx_device *device = intr->device;
	KIRQL before = fx_interrupt_enter(intr);
	bool claimed = FX_CALL(intr->base.driver, "EvtInterruptIsr", intr->config.EvtInterruptIsr,
			       (WDFINTERRUPT)fx_object_handle(&intr->base), (ULONG)intr->message);

	fx_interrupt_leave(intr, before);
	count(&device->signals, signals);
	count(&device->isr_calls, 1);
	if (uw_likely(claimed))
		intr->unclaimed = 0;
	else if (!note_unclaimed(intr))
		return;
	/* where it fails the function is gone and nothing will fire any more */
	if (irq_vectors_kind(device->vectors) == PCI_IRQ_INTX)
		(void)!irq_vector_rearm(device->vectors, vector);
}

void fx_interrupt_run_dpc(struct irq_deferred *work)
{
	struct fx_interrupt *intr = uw_container_of(work, struct fx_interrupt, dpc);
	KIRQL before = fx_irql_raise(DISPATCH_LEVEL);

	count(&intr->device->dpcs, 1);
	FX_CALL_VOID(intr->base.driver, "EvtInterruptDpc", intr->config.EvtInterruptDpc,
		     (WDFINTERRUPT)fx_object_handle(&intr->base),
		     fx_object_handle(intr->base.parent));
	fx_irql_restore(before);
}

void fx_interrupt_run_posted_dpc(struct irq_message *message)
{
	struct fx_interrupt *intr = uw_container_of(message, struct fx_interrupt, dpc_post);

	__atomic_store_n(&intr->dpc_posted, false, __ATOMIC_RELEASE);
	irq_loop_defer(intr->device->irq_loop, IRQ_PHASE_DPC, &intr->dpc);
}

bool fx_interrupt_queue_dpc(struct fx_interrupt *intr)
{
	struct irq_loop *loop = intr->device->irq_loop;

	if (uw_likely(irq_loop_is_self(loop)))
		return irq_loop_defer(loop, IRQ_PHASE_DPC, &intr->dpc);
	if (__atomic_exchange_n(&intr->dpc_posted, true, __ATOMIC_ACQ_REL))
		return false;
	irq_loop_post(loop, &intr->dpc_post);
	return true;
}

static void flush(void *arg)
{
	struct fx_interrupt *intr = arg;

	if (list_empty(&intr->dpc.link))
		return;
	irq_loop_undefer(&intr->dpc);
	fx_interrupt_run_dpc(&intr->dpc);
}

void fx_interrupt_flush_dpc(struct fx_interrupt *intr)
{
	/* a DPC queued from another thread reaches the loop as a message of its own */
	do
		irq_loop_call(intr->device->irq_loop, flush, intr);
	while (__atomic_load_n(&intr->dpc_posted, __ATOMIC_ACQUIRE));
}

static void drop(void *arg)
{
	struct fx_interrupt *intr = arg;

	irq_loop_undefer(&intr->dpc);
}

void fx_interrupt_drop_dpc(struct fx_interrupt *intr)
{
	do
		irq_loop_call(intr->device->irq_loop, drop, intr);
	while (__atomic_load_n(&intr->dpc_posted, __ATOMIC_ACQUIRE));
}
