/* SPDX-License-Identifier: MIT */
#include "pnp/resources.h"

#include <stdio.h>

#include "base/mem.h"
#include "object/driver.h"
#include "object/functions.h"
#include "object/irql.h"
#include "pnp/device.h"
#include "verifier/verifier.h"

/* A 64-bit BAR of 4 GiB or more: length in units of 256 bytes. */
#define LARGE_40_FLAG 0x0200

static void describe_memory(CM_PARTIAL_RESOURCE_DESCRIPTOR *d, const struct pci_bar *bar)
{
	d->Type = CmResourceTypeMemory;
	d->Flags = CM_RESOURCE_MEMORY_READ_WRITE | CM_RESOURCE_MEMORY_BAR;
	if (bar->is_prefetchable)
		d->Flags |= CM_RESOURCE_MEMORY_PREFETCHABLE;
	if (bar->size <= MAXULONG) {
		d->u.Memory.Length = (ULONG)bar->size;
		return;
	}
	d->Type = CmResourceTypeMemoryLarge;
	d->Flags |= LARGE_40_FLAG;
	d->u.Memory40.Length40 = (ULONG)(bar->size >> 8);
}

static void describe_bar(CM_PARTIAL_RESOURCE_DESCRIPTOR *d, const struct pci_bar *bar,
			 uint64_t start)
{
	*d = (CM_PARTIAL_RESOURCE_DESCRIPTOR){ .ShareDisposition = CmResourceShareDeviceExclusive };
	if (bar->is_port) {
		d->Type = CmResourceTypePort;
		d->Flags = CM_RESOURCE_PORT_IO | CM_RESOURCE_PORT_BAR;
		d->u.Port.Length = (ULONG)bar->size;
	} else {
		describe_memory(d, bar);
	}
	d->u.Generic.Start.QuadPart = (LONGLONG)start;
}

static NTSTATUS add(struct fx_resources *res, const CM_PARTIAL_RESOURCE_DESCRIPTOR *raw,
		    const CM_PARTIAL_RESOURCE_DESCRIPTOR *translated)
{
	NTSTATUS status = fx_descriptors_insert(&res->raw->descriptors, WDF_INSERT_AT_END, raw);

	if (!NT_SUCCESS(status))
		return status;
	return fx_descriptors_insert(&res->translated->descriptors, WDF_INSERT_AT_END, translated);
}

static NTSTATUS add_bars(struct fx_resources *res, struct pci_function *fn)
{
	NTSTATUS status = STATUS_SUCCESS;

	for (unsigned int i = 0; i < PCI_BAR_COUNT && NT_SUCCESS(status); i++) {
		const struct pci_bar *bar = pci_function_bar(fn, i);
		CM_PARTIAL_RESOURCE_DESCRIPTOR raw, translated;

		if (!bar || !bar->size)
			continue;
		describe_bar(&raw, bar, bar->bus_addr);
		describe_bar(&translated, bar, (uintptr_t)bar->regs);
		status = add(res, &raw, &translated);
	}
	return status;
}

/* Messages where the function has them, the line otherwise: as Windows does it. */
static void choose_interrupts(struct fx_resources *res, struct pci_function *fn)
{
	static const enum pci_irq_kind order[] = { PCI_IRQ_MSIX, PCI_IRQ_MSI, PCI_IRQ_INTX };

	for (unsigned int i = 0; i < UW_ARRAY_SIZE(order) && !res->interrupt_count; i++) {
		res->kind = order[i];
		res->interrupt_count = pci_function_irq_info(fn, order[i]).count;
	}
	if (res->interrupt_count > FX_MAX_MESSAGES)
		res->interrupt_count = FX_MAX_MESSAGES;
}

static void describe_message(CM_PARTIAL_RESOURCE_DESCRIPTOR *raw,
			     CM_PARTIAL_RESOURCE_DESCRIPTOR *translated, ULONG message)
{
	*raw = (CM_PARTIAL_RESOURCE_DESCRIPTOR){
		.Type = CmResourceTypeInterrupt,
		.ShareDisposition = CmResourceShareDeviceExclusive,
		.Flags = CM_RESOURCE_INTERRUPT_LATCHED | CM_RESOURCE_INTERRUPT_MESSAGE,
	};
	*translated = *raw;
	raw->u.MessageInterrupt.u.Raw.MessageCount = 1;
	raw->u.MessageInterrupt.u.Raw.Vector = message;
	raw->u.MessageInterrupt.u.Raw.Affinity = ~(KAFFINITY)0;
	translated->u.MessageInterrupt.u.Translated.Level = FX_DIRQL;
	translated->u.MessageInterrupt.u.Translated.Vector = message;
	translated->u.MessageInterrupt.u.Translated.Affinity = ~(KAFFINITY)0;
}

static void describe_line(CM_PARTIAL_RESOURCE_DESCRIPTOR *raw,
			  CM_PARTIAL_RESOURCE_DESCRIPTOR *translated)
{
	*raw = (CM_PARTIAL_RESOURCE_DESCRIPTOR){
		.Type = CmResourceTypeInterrupt,
		.ShareDisposition = CmResourceShareShared,
		.Flags = CM_RESOURCE_INTERRUPT_LEVEL_SENSITIVE,
	};
	raw->u.Interrupt.Affinity = ~(KAFFINITY)0;
	*translated = *raw;
	translated->u.Interrupt.Level = FX_DIRQL;
}

static NTSTATUS add_interrupts(struct fx_resources *res, struct pci_function *fn)
{
	NTSTATUS status = STATUS_SUCCESS;

	choose_interrupts(res, fn);
	res->first_interrupt = fx_descriptors_count(&res->raw->descriptors);
	for (unsigned int i = 0; i < res->interrupt_count && NT_SUCCESS(status); i++) {
		CM_PARTIAL_RESOURCE_DESCRIPTOR raw, translated;

		if (res->kind == PCI_IRQ_INTX)
			describe_line(&raw, &translated);
		else
			describe_message(&raw, &translated, i);
		status = add(res, &raw, &translated);
	}
	return status;
}

static void list_end(struct fx_cm_res_list *list)
{
	if (list)
		fx_object_delete(&list->base);
}

NTSTATUS fx_resources_new(struct fx_device *device, struct fx_resources **out)
{
	struct fx_resources *res = mem_calloc(1, sizeof(*res));
	struct fx_driver *driver = device->base.driver;
	NTSTATUS status;

	if (!res)
		return STATUS_INSUFFICIENT_RESOURCES;
	status = fx_cm_res_list_new(driver, FX_RES_NOTHING, &res->raw);
	if (NT_SUCCESS(status))
		status = fx_cm_res_list_new(driver, FX_RES_NOTHING, &res->translated);
	if (NT_SUCCESS(status))
		status = add_bars(res, device->fn);
	if (NT_SUCCESS(status))
		status = add_interrupts(res, device->fn);
	if (!NT_SUCCESS(status)) {
		fx_resources_free(res);
		return status;
	}
	*out = res;
	return STATUS_SUCCESS;
}

struct fx_resources *fx_resources_free(struct fx_resources *res)
{
	if (!res)
		return NULL;
	list_end(res->raw);
	list_end(res->translated);
	mem_free(res);
	return NULL;
}

int fx_resources_message(const struct fx_resources *res, const CM_PARTIAL_RESOURCE_DESCRIPTOR *raw,
			 const CM_PARTIAL_RESOURCE_DESCRIPTOR *translated)
{
	int64_t index = fx_descriptors_index_of(&res->raw->descriptors, raw);

	if (index < (int64_t)res->first_interrupt ||
	    index != fx_descriptors_index_of(&res->translated->descriptors, translated))
		return -1;
	return (int)(index - res->first_interrupt);
}
