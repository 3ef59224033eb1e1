/* SPDX-License-Identifier: MIT */
/*
 * interrupt.h - WDFINTERRUPT: one line or message, its ISR under its lock, its DPC.
 *
 * connected and enabled change on the control thread; ISR and DPC run on the device's interrupt
 * loop, so that neither runs twice at a time.
 */
#ifndef FX_INTERRUPT_H
#define FX_INTERRUPT_H

#include "irq/loop.h"
#include "object/object.h"
#include "pnp/device.h"

/* Unclaimed in a row before the line stays masked: a storm that would keep the loop busy for ever.
 */
#define FX_STORM_LIMIT 100000u

struct fx_interrupt {
	struct fx_object base;
	struct fx_device *device; /* borrowed: an ancestor */
	struct list link;         /* in device->interrupts, guarded by device->base.lock */
	WDF_INTERRUPT_CONFIG config;
	int message;     /* of the device's resources; -1: none assigned */
	bool in_prepare; /* made in EvtDevicePrepareHardware: goes after ReleaseHardware */
	bool connected;  /* atomic */
	bool enabled;    /* EvtInterruptEnable ran; control thread */
	struct spin_lock own_lock;
	struct spin_lock *lock; /* own_lock or the driver's WDFSPINLOCK; rank LOCK_RANK_INTERRUPT */
	struct fx_object *lock_object; /* counted: that WDFSPINLOCK */
	KIRQL level_before;            /* guarded by lock: of WdfInterruptAcquireLock */
	struct irq_deferred dpc;       /* interrupt loop */
	struct irq_message dpc_post;
	bool dpc_posted;    /* atomic: dpc_post is on its way */
	uint32_t unclaimed; /* in a row; interrupt loop */
};

static inline struct fx_interrupt *fx_interrupt_from_handle(struct fx_driver *driver,
							    WDFINTERRUPT handle)
{
	return uw_container_of(fx_object_from_handle(driver, handle, FX_TYPE_INTERRUPT),
			       struct fx_interrupt, base);
}

extern const struct fx_object_class fx_interrupt_class;

/* EvtInterruptEnable or EvtInterruptDisable under the lock; a driver has it called, too. PASSIVE.
 */
NTSTATUS fx_interrupt_enable(struct fx_interrupt *intr);
void fx_interrupt_disable(struct fx_interrupt *intr); /* nothing unless it is enabled */

/* --- device life; control thread --- */
/* Give messages to those that have none yet, in creation order. */
void fx_interrupts_assign(struct fx_device *device);
/* Connect and enable all, in creation order. On failure some are; fx_interrupts_down() undoes. */
NTSTATUS fx_interrupts_up(struct fx_device *device);
/* Reverse order: EvtInterruptDisable, DPCs run dry, disconnected. */
void fx_interrupts_down(struct fx_device *device);
/* Reverse order: those made in EvtDevicePrepareHardware that the driver did not delete. */
void fx_interrupts_delete_prepared(struct fx_device *device);
/* Messages go back: the next start assigns anew. */
void fx_interrupts_unassign(struct fx_device *device);

/* --- interrupt_isr.c --- */
void fx_interrupt_fired(void *arg, unsigned int vector, uint64_t count); /* irq_vector_fn */
void fx_interrupt_run_dpc(struct irq_deferred *work);
void fx_interrupt_run_posted_dpc(struct irq_message *message);
bool fx_interrupt_queue_dpc(struct fx_interrupt *intr);
/* Nothing queues DPCs any more: run what is queued. PASSIVE. */
void fx_interrupt_flush_dpc(struct fx_interrupt *intr);
/* The object goes: a DPC that queued itself once more does not run. PASSIVE. */
void fx_interrupt_drop_dpc(struct fx_interrupt *intr);
/* Under the interrupt's lock at its level. */
KIRQL fx_interrupt_enter(struct fx_interrupt *intr);
void fx_interrupt_leave(struct fx_interrupt *intr, KIRQL before);

#endif
