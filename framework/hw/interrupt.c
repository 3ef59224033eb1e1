/* SPDX-License-Identifier: MIT */
/* interrupt.c - interrupt objects along the life of their device. */
#include "hw/interrupt.h"

#include "base/log.h"
#include "nt/status.h"
#include "object/driver.h"
#include "pnp/resources.h"
#include "verifier/callback.h"

static struct fx_interrupt *of_link(struct list *link)
{
	return list_entry(link, struct fx_interrupt, link);
}

static bool is_taken(struct fx_device *device, int message)
{
	list_for_each (it, &device->interrupts) {
		if (of_link(it)->message == message)
			return true;
	}
	return false;
}

/* What it was given and no interrupt has, in the order of the descriptors; -1: nothing more. */
static int next_free(struct fx_device *device, uint32_t *at)
{
	int message;

	do
		message = fx_resources_next_message(device, at);
	while (message >= 0 && is_taken(device, message));
	return message;
}

void fx_interrupts_assign(struct fx_device *device)
{
	uint32_t at = 0;

	list_for_each (it, &device->interrupts) {
		if (of_link(it)->message < 0)
			of_link(it)->message = next_free(device, &at);
	}
}

void fx_interrupts_unassign(struct fx_device *device)
{
	list_for_each (it, &device->interrupts)
		of_link(it)->message = -1;
}

static unsigned int vectors_needed(struct fx_device *device)
{
	int highest = -1;

	list_for_each (it, &device->interrupts) {
		if (of_link(it)->message > highest)
			highest = of_link(it)->message;
	}
	return (unsigned int)(highest + 1);
}

NTSTATUS fx_interrupt_enable(struct fx_interrupt *intr)
{
	PFN_WDF_INTERRUPT_ENABLE enable = intr->config.EvtInterruptEnable;
	NTSTATUS status = STATUS_SUCCESS;
	KIRQL before;

	if (enable) {
		before = fx_interrupt_enter(intr);
		status = FX_CALL(intr->base.driver, "EvtInterruptEnable", enable,
				 (WDFINTERRUPT)fx_object_handle(&intr->base),
				 (WDFDEVICE)fx_object_handle(&intr->device->base));
		fx_interrupt_leave(intr, before);
	}
	intr->enabled = NT_SUCCESS(status);
	return status;
}

void fx_interrupt_disable(struct fx_interrupt *intr)
{
	PFN_WDF_INTERRUPT_DISABLE disable = intr->config.EvtInterruptDisable;
	NTSTATUS status;
	KIRQL before;

	if (!intr->enabled)
		return;
	intr->enabled = false;
	if (!disable)
		return;
	before = fx_interrupt_enter(intr);
	status = FX_CALL(intr->base.driver, "EvtInterruptDisable", disable,
			 (WDFINTERRUPT)fx_object_handle(&intr->base),
			 (WDFDEVICE)fx_object_handle(&intr->device->base));
	fx_interrupt_leave(intr, before);
	fx_device_note_failure(intr->device, "EvtInterruptDisable", status);
}

static NTSTATUS interrupt_up(struct fx_interrupt *intr)
{
	struct fx_device *device = intr->device;
	unsigned int vector = (unsigned int)intr->message;
	NTSTATUS status;

	intr->unclaimed = 0;
	status = fx_status(irq_vector_connect(device->vectors, vector, device->irq_loop,
					      fx_interrupt_fired, intr));
	device->blame = "connecting an interrupt";
	if (!NT_SUCCESS(status))
		return status;
	__atomic_store_n(&intr->connected, true, __ATOMIC_RELEASE);
	device->blame = "EvtInterruptEnable";
	status = fx_interrupt_enable(intr);
	if (!NT_SUCCESS(status))
		return status;
	device->blame = "unmasking an interrupt";
	/* a line is masked until here, so that no ISR runs before EvtInterruptEnable */
	if (irq_vectors_kind(device->vectors) == PCI_IRQ_INTX)
		status = fx_status(irq_vector_rearm(device->vectors, vector));
	return status;
}

NTSTATUS fx_interrupts_up(struct fx_device *device)
{
	unsigned int count = vectors_needed(device);
	NTSTATUS status;

	if (!count)
		return STATUS_SUCCESS;
	device->blame = "opening interrupt vectors";
	status = fx_status(
		irq_vectors_new(device->fn, device->resources->kind, count, &device->vectors));
	if (!NT_SUCCESS(status))
		return status;
	list_for_each (it, &device->interrupts) {
		if (of_link(it)->message < 0)
			continue;
		status = interrupt_up(of_link(it));
		if (!NT_SUCCESS(status))
			return status;
	}
	return status;
}

static void interrupt_down(struct fx_interrupt *intr)
{
	if (!intr->connected)
		return;
	fx_interrupt_disable(intr);
	/* disconnected first: what the DPC is run dry of cannot come back */
	irq_vector_disconnect(intr->device->vectors, (unsigned int)intr->message);
	fx_interrupt_flush_dpc(intr);
	__atomic_store_n(&intr->connected, false, __ATOMIC_RELEASE);
}

void fx_interrupts_down(struct fx_device *device)
{
	for (struct list *it = device->interrupts.prev; it != &device->interrupts; it = it->prev)
		interrupt_down(of_link(it));
	device->vectors = irq_vectors_free(device->vectors);
}

void fx_interrupts_delete_prepared(struct fx_device *device)
{
	struct list *it = device->interrupts.prev, *previous;

	for (; it != &device->interrupts; it = previous) {
		previous = it->prev;
		if (of_link(it)->in_prepare)
			fx_object_delete(&of_link(it)->base);
	}
}

static void interrupt_dispose(struct fx_object *obj)
{
	struct fx_interrupt *intr = uw_container_of(obj, struct fx_interrupt, base);

	interrupt_down(intr);
	/* a driver may queue its DPC although nothing is connected */
	fx_interrupt_flush_dpc(intr);
	fx_interrupt_drop_dpc(intr);
	spin_lock_acquire(&intr->device->base.lock);
	list_remove(&intr->link);
	spin_lock_release(&intr->device->base.lock);
}

static void interrupt_destroy(struct fx_object *obj)
{
	fx_object_unref(uw_container_of(obj, struct fx_interrupt, base)->lock_object);
}

/* On its way to the loop; once there it runs in the same wake-up. */
static const char *interrupt_pending(struct fx_object *obj)
{
	const struct fx_interrupt *intr = uw_container_of(obj, struct fx_interrupt, base);

	return __atomic_load_n(&intr->dpc_posted, __ATOMIC_ACQUIRE) ? "queued" : NULL;
}

const struct fx_object_class fx_interrupt_class = {
	.type = FX_TYPE_INTERRUPT,
	.name = "WDFINTERRUPT",
	.driver_may_delete = true,
	.passive_cleanup = true,
	.pending = interrupt_pending,
	.dispose = interrupt_dispose,
	.destroy = interrupt_destroy,
};
