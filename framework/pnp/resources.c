/* SPDX-License-Identifier: MIT */
#include "pnp/resources.h"

#include <stdio.h>

#include "base/mem.h"
#include "object/driver.h"
#include "object/functions.h"
#include "object/irql.h"
#include "pnp/device.h"
#include "verifier/verifier.h"

static const struct fx_object_class res_list_class = {
	.type = FX_TYPE_CM_RES_LIST,
	.name = "WDFCMRESLIST",
};

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

static void add_bars(struct fx_resources *res, struct pci_function *fn)
{
	for (unsigned int i = 0; i < PCI_BAR_COUNT; i++) {
		const struct pci_bar *bar = pci_function_bar(fn, i);

		if (!bar || !bar->size)
			continue;
		describe_bar(&res->raw->descriptors[res->raw->count++], bar, bar->bus_addr);
		describe_bar(&res->translated->descriptors[res->translated->count++], bar,
			     (uintptr_t)bar->regs);
	}
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

static void add_interrupts(struct fx_resources *res, struct pci_function *fn)
{
	choose_interrupts(res, fn);
	res->first_interrupt = res->raw->count;
	for (unsigned int i = 0; i < res->interrupt_count; i++) {
		CM_PARTIAL_RESOURCE_DESCRIPTOR *raw, *translated;

		raw = &res->raw->descriptors[res->raw->count++];
		translated = &res->translated->descriptors[res->translated->count++];
		if (res->kind == PCI_IRQ_INTX)
			describe_line(raw, translated);
		else
			describe_message(raw, translated, i);
	}
}

static struct fx_res_list *list_new(struct fx_driver *driver)
{
	struct fx_res_list *list = mem_calloc(1, sizeof(*list));

	if (list)
		fx_object_init(&list->base, &res_list_class, driver);
	return list;
}

static void list_end(struct fx_res_list *list)
{
	if (list)
		fx_object_delete(&list->base);
}

NTSTATUS fx_resources_new(struct fx_device *device, struct fx_resources **out)
{
	struct fx_resources *res = mem_calloc(1, sizeof(*res));

	if (!res)
		return STATUS_INSUFFICIENT_RESOURCES;
	res->raw = list_new(device->base.driver);
	res->translated = list_new(device->base.driver);
	if (!res->raw || !res->translated) {
		fx_resources_free(res);
		return STATUS_INSUFFICIENT_RESOURCES;
	}
	add_bars(res, device->fn);
	add_interrupts(res, device->fn);
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
	for (unsigned int i = 0; i < res->interrupt_count; i++) {
		unsigned int index = res->first_interrupt + i;

		if (raw == &res->raw->descriptors[index] &&
		    translated == &res->translated->descriptors[index])
			return (int)i;
	}
	return -1;
}

static struct fx_res_list *list_from_handle(PWDF_DRIVER_GLOBALS globals, WDFCMRESLIST handle)
{
	return uw_container_of(
		fx_object_from_handle(fx_driver_from_globals(globals), handle, FX_TYPE_CM_RES_LIST),
		struct fx_res_list, base);
}

ULONG fx_WdfCmResourceListGetCount(PWDF_DRIVER_GLOBALS globals, WDFCMRESLIST handle)
{
	return list_from_handle(globals, handle)->count;
}

PCM_PARTIAL_RESOURCE_DESCRIPTOR fx_WdfCmResourceListGetDescriptor(PWDF_DRIVER_GLOBALS globals,
								  WDFCMRESLIST handle, ULONG index)
{
	struct fx_res_list *list = list_from_handle(globals, handle);

	return index < list->count ? &list->descriptors[index] : NULL;
}
