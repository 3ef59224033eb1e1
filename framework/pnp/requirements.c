/* SPDX-License-Identifier: MIT */
/* requirements.c - the PnP manager's part: a function's requirements, and what meets them. */
#include "pnp/requirements.h"

#include "base/mem.h"
#include "object/irql.h"

/* PCI's own limit; what a back end says is below it. */
#define MAX_MESSAGES 2048u

/* A 64-bit BAR of 4 GiB or more: length in units of 256 bytes. */
#define LARGE_40_FLAG 0x0200

/* --- arrays --- */

/* Room for one more; the array may move. */
static bool grow(void **at, uint32_t count, uint32_t *room, size_t size)
{
	uint32_t more = *room ? *room * 2 : 8;
	void *moved;

	if (count < *room)
		return true;
	moved = mem_realloc(*at, more * size);
	if (!moved)
		return false;
	*at = moved;
	*room = more;
	return true;
}

NTSTATUS fx_requirements_add(struct fx_requirements *all, struct fx_configuration **out)
{
	void *at = all->at;

	if (!grow(&at, all->count, &all->room, sizeof(*all->at)))
		return STATUS_INSUFFICIENT_RESOURCES;
	all->at = at;
	*out = &all->at[all->count++];
	**out = (struct fx_configuration){ .at = NULL };
	return STATUS_SUCCESS;
}

NTSTATUS fx_configuration_add(struct fx_configuration *one,
			      const IO_RESOURCE_DESCRIPTOR *descriptor)
{
	void *at = one->at;

	if (!grow(&at, one->count, &one->room, sizeof(*one->at)))
		return STATUS_INSUFFICIENT_RESOURCES;
	one->at = at;
	one->at[one->count++] = *descriptor;
	return STATUS_SUCCESS;
}

NTSTATUS fx_assignment_add(struct fx_assignment *all, const struct fx_assigned *one)
{
	void *at = all->at;

	if (!grow(&at, all->count, &all->room, sizeof(*all->at)))
		return STATUS_INSUFFICIENT_RESOURCES;
	all->at = at;
	all->at[all->count++] = *one;
	return STATUS_SUCCESS;
}

void fx_requirements_free(struct fx_requirements *all)
{
	for (uint32_t i = 0; i < all->count; i++)
		mem_free(all->at[i].at);
	mem_free(all->at);
	*all = (struct fx_requirements){ .at = NULL };
}

void fx_assignment_free(struct fx_assignment *all)
{
	mem_free(all->at);
	*all = (struct fx_assignment){ .at = NULL };
}

/* --- what a function could do with --- */

static unsigned int available(const struct pci_function *fn, enum pci_irq_kind kind)
{
	unsigned int count = pci_function_irq_info(fn, kind).count;

	return count < MAX_MESSAGES ? count : MAX_MESSAGES;
}

static enum pci_irq_kind message_kind(const struct pci_function *fn)
{
	return available(fn, PCI_IRQ_MSIX) ? PCI_IRQ_MSIX : PCI_IRQ_MSI;
}

static void require_memory(IO_RESOURCE_DESCRIPTOR *d, const struct pci_bar *bar)
{
	d->Type = CmResourceTypeMemory;
	d->Flags = CM_RESOURCE_MEMORY_READ_WRITE | CM_RESOURCE_MEMORY_BAR;
	if (bar->is_prefetchable)
		d->Flags |= CM_RESOURCE_MEMORY_PREFETCHABLE;
	if (bar->size <= MAXULONG) {
		d->u.Memory.Length = d->u.Memory.Alignment = (ULONG)bar->size;
		return;
	}
	d->Type = CmResourceTypeMemoryLarge;
	d->Flags |= LARGE_40_FLAG;
	d->u.Memory40.Length40 = d->u.Memory40.Alignment40 = (ULONG)(bar->size >> 8);
}

/* It stays where it is: who moved it here is not asked again. */
static void require_bar(IO_RESOURCE_DESCRIPTOR *d, const struct pci_bar *bar)
{
	*d = (IO_RESOURCE_DESCRIPTOR){ .ShareDisposition = CmResourceShareDeviceExclusive };
	if (bar->is_port) {
		d->Type = CmResourceTypePort;
		d->Flags = CM_RESOURCE_PORT_IO | CM_RESOURCE_PORT_BAR;
		d->u.Port.Length = d->u.Port.Alignment = (ULONG)bar->size;
	} else {
		require_memory(d, bar);
	}
	d->u.Generic.MinimumAddress.QuadPart = (LONGLONG)bar->bus_addr;
	d->u.Generic.MaximumAddress.QuadPart = (LONGLONG)(bar->bus_addr + bar->size - 1);
}

static NTSTATUS require_bars(struct fx_configuration *one, const struct pci_function *fn)
{
	NTSTATUS status = STATUS_SUCCESS;

	for (unsigned int i = 0; i < PCI_BAR_COUNT && NT_SUCCESS(status); i++) {
		const struct pci_bar *bar = pci_function_bar(fn, i);
		IO_RESOURCE_DESCRIPTOR d;

		if (!bar || !bar->size)
			continue;
		require_bar(&d, bar);
		status = fx_configuration_add(one, &d);
	}
	return status;
}

/* MSI's are one descriptor, MSI-X's one each: "Using Interrupt Resource Descriptors". */
static NTSTATUS require_messages(struct fx_configuration *one, const struct pci_function *fn)
{
	const enum pci_irq_kind kind = message_kind(fn);
	const unsigned int count = available(fn, kind);
	const unsigned int each = kind == PCI_IRQ_MSIX ? 1 : count;
	IO_RESOURCE_DESCRIPTOR d = {
		.Type = CmResourceTypeInterrupt,
		.ShareDisposition = CmResourceShareDeviceExclusive,
		.Flags = CM_RESOURCE_INTERRUPT_LATCHED | CM_RESOURCE_INTERRUPT_MESSAGE,
	};
	NTSTATUS status = STATUS_SUCCESS;

	d.u.Interrupt.MinimumVector = CM_RESOURCE_INTERRUPT_MESSAGE_TOKEN - each + 1;
	d.u.Interrupt.MaximumVector = CM_RESOURCE_INTERRUPT_MESSAGE_TOKEN;
	d.u.Interrupt.TargetedProcessors = ~(KAFFINITY)0;
	for (unsigned int i = 0; i < count && NT_SUCCESS(status); i += each)
		status = fx_configuration_add(one, &d);
	return status;
}

static NTSTATUS require_line(struct fx_configuration *one, const struct pci_function *fn)
{
	IO_RESOURCE_DESCRIPTOR d = {
		.Type = CmResourceTypeInterrupt,
		.ShareDisposition = CmResourceShareShared,
		.Flags = CM_RESOURCE_INTERRUPT_LEVEL_SENSITIVE,
	};

	(void)fn;
	d.u.Interrupt.TargetedProcessors = ~(KAFFINITY)0;
	return fx_configuration_add(one, &d);
}

typedef NTSTATUS require_interrupts(struct fx_configuration *one, const struct pci_function *fn);
static NTSTATUS require_with(struct fx_requirements *all, const struct pci_function *fn,
			     require_interrupts *interrupts)
{
	struct fx_configuration *one;
	NTSTATUS status = fx_requirements_add(all, &one);

	if (NT_SUCCESS(status))
		status = require_bars(one, fn);
	if (NT_SUCCESS(status) && interrupts)
		status = interrupts(one, fn);
	return status;
}

NTSTATUS fx_requirements_of(const struct pci_function *fn, struct fx_requirements *out)
{
	const bool messages = available(fn, message_kind(fn));
	const bool line = available(fn, PCI_IRQ_INTX);
	NTSTATUS status = STATUS_SUCCESS;

	if (messages)
		status = require_with(out, fn, require_messages);
	if (line && NT_SUCCESS(status))
		status = require_with(out, fn, require_line);
	if (!messages && !line)
		status = require_with(out, fn, NULL);
	return status;
}

/* --- what it is given --- */

struct choice {
	const struct pci_function *fn;
	struct fx_assignment *out;
	uint32_t bars; /* a bit each: given */
	unsigned int messages;
	bool line;
};

static uint64_t length_of(const IO_RESOURCE_DESCRIPTOR *d)
{
	if (d->Type == CmResourceTypeMemoryLarge)
		return d->Flags & LARGE_40_FLAG ? (uint64_t)d->u.Memory40.Length40 << 8 : 0;
	return d->u.Generic.Length;
}

static bool is_in_range(const IO_RESOURCE_DESCRIPTOR *d, const struct pci_bar *bar)
{
	return (uint64_t)d->u.Generic.MinimumAddress.QuadPart <= bar->bus_addr &&
	       (uint64_t)d->u.Generic.MaximumAddress.QuadPart >= bar->bus_addr + bar->size - 1;
}

static void describe_bar(CM_PARTIAL_RESOURCE_DESCRIPTOR *to, const IO_RESOURCE_DESCRIPTOR *d,
			 uint64_t start)
{
	*to = (CM_PARTIAL_RESOURCE_DESCRIPTOR){
		.Type = d->Type,
		.ShareDisposition = d->ShareDisposition,
		.Flags = d->Flags,
	};
	to->u.Generic.Start.QuadPart = (LONGLONG)start;
	to->u.Generic.Length = d->u.Generic.Length; /* in whatever units */
}

static NTSTATUS give_bar(struct choice *c, const IO_RESOURCE_DESCRIPTOR *d)
{
	for (unsigned int i = 0; i < PCI_BAR_COUNT; i++) {
		const struct pci_bar *bar = pci_function_bar(c->fn, i);
		struct fx_assigned one;

		if (!bar || !bar->size || c->bars & 1u << i ||
		    bar->is_port != (d->Type == CmResourceTypePort) || bar->size != length_of(d) ||
		    !is_in_range(d, bar))
			continue;
		c->bars |= 1u << i;
		describe_bar(&one.raw, d, bar->bus_addr);
		describe_bar(&one.translated, d, (uintptr_t)bar->regs);
		return fx_assignment_add(c->out, &one);
	}
	return STATUS_CONFLICTING_ADDRESSES;
}

static KAFFINITY affinity_of(const IO_RESOURCE_DESCRIPTOR *d)
{
	const bool given = d->u.Interrupt.AffinityPolicy == IrqPolicySpecifiedProcessors;

	return given && d->u.Interrupt.TargetedProcessors ? d->u.Interrupt.TargetedProcessors
							  : ~(KAFFINITY)0;
}

static void describe_message(struct fx_assigned *one, const IO_RESOURCE_DESCRIPTOR *d,
			     ULONG message)
{
	one->raw = (CM_PARTIAL_RESOURCE_DESCRIPTOR){
		.Type = CmResourceTypeInterrupt,
		.ShareDisposition = d->ShareDisposition,
		.Flags = CM_RESOURCE_INTERRUPT_LATCHED | CM_RESOURCE_INTERRUPT_MESSAGE,
	};
	one->translated = one->raw;
	one->raw.u.MessageInterrupt.u.Raw.MessageCount = 1;
	one->raw.u.MessageInterrupt.u.Raw.Vector = message;
	one->raw.u.MessageInterrupt.u.Raw.Affinity = affinity_of(d);
	one->translated.u.MessageInterrupt.u.Translated.Level = FX_DIRQL;
	one->translated.u.MessageInterrupt.u.Translated.Vector = message;
	one->translated.u.MessageInterrupt.u.Translated.Affinity = affinity_of(d);
}

/* As many as there are; none at all is no offer. */
static NTSTATUS give_messages(struct choice *c, const IO_RESOURCE_DESCRIPTOR *d)
{
	const enum pci_irq_kind kind = message_kind(c->fn);
	const ULONG first = d->u.Interrupt.MinimumVector, last = d->u.Interrupt.MaximumVector;
	const unsigned int there = available(c->fn, kind);
	NTSTATUS status = STATUS_SUCCESS;

	if (!there || c->line || last != CM_RESOURCE_INTERRUPT_MESSAGE_TOKEN || first > last)
		return STATUS_CONFLICTING_ADDRESSES;
	c->out->kind = kind;
	for (ULONG asked = last - first + 1; asked && c->messages < there && NT_SUCCESS(status);
	     asked--) {
		struct fx_assigned one;

		describe_message(&one, d, c->messages++);
		status = fx_assignment_add(c->out, &one);
	}
	return status;
}

static NTSTATUS give_line(struct choice *c, const IO_RESOURCE_DESCRIPTOR *d)
{
	struct fx_assigned one;

	if (!available(c->fn, PCI_IRQ_INTX) || c->line || c->messages)
		return STATUS_CONFLICTING_ADDRESSES;
	c->line = true;
	c->out->kind = PCI_IRQ_INTX;
	one.raw = (CM_PARTIAL_RESOURCE_DESCRIPTOR){
		.Type = CmResourceTypeInterrupt,
		.ShareDisposition = d->ShareDisposition,
		.Flags = CM_RESOURCE_INTERRUPT_LEVEL_SENSITIVE,
	};
	one.raw.u.Interrupt.Affinity = affinity_of(d);
	one.translated = one.raw;
	one.translated.u.Interrupt.Level = FX_DIRQL;
	return fx_assignment_add(c->out, &one);
}

/* Nothing of the system's: who added it finds it again. */
static NTSTATUS give_private(struct choice *c, const IO_RESOURCE_DESCRIPTOR *d)
{
	struct fx_assigned one = { .raw = { .Type = d->Type,
					    .ShareDisposition = d->ShareDisposition,
					    .Flags = d->Flags } };

	for (unsigned int i = 0; i < UW_ARRAY_SIZE(d->u.DevicePrivate.Data); i++)
		one.raw.u.DevicePrivate.Data[i] = d->u.DevicePrivate.Data[i];
	one.translated = one.raw;
	return fx_assignment_add(c->out, &one);
}

static NTSTATUS give(struct choice *c, const IO_RESOURCE_DESCRIPTOR *d)
{
	switch (d->Type) {
	case CmResourceTypePort:
	case CmResourceTypeMemory:
	case CmResourceTypeMemoryLarge:
		return give_bar(c, d);
	case CmResourceTypeInterrupt:
		return d->Flags & CM_RESOURCE_INTERRUPT_MESSAGE ? give_messages(c, d)
								: give_line(c, d);
	case CmResourceTypeDevicePrivate:
		return give_private(c, d);
	case CmResourceTypeNull:
		return STATUS_SUCCESS;
	default:
		return STATUS_CONFLICTING_ADDRESSES; /* of a bus that is not here */
	}
}

/* A descriptor and, behind it, its alternatives: the first that can be given. */
static NTSTATUS give_one_of(struct choice *c, const struct fx_configuration *from, uint32_t *at)
{
	NTSTATUS status = give(c, &from->at[(*at)++]);

	for (; *at < from->count && from->at[*at].Option & IO_RESOURCE_ALTERNATIVE; (*at)++)
		if (status == STATUS_CONFLICTING_ADDRESSES)
			status = give(c, &from->at[*at]);
	return status;
}

static NTSTATUS meet(const struct pci_function *fn, const struct fx_configuration *one,
		     struct fx_assignment *out)
{
	struct choice c = { .fn = fn, .out = out };
	NTSTATUS status = STATUS_SUCCESS;
	uint32_t at = 0;

	out->kind = PCI_IRQ_INTX;
	while (at < one->count && NT_SUCCESS(status))
		status = give_one_of(&c, one, &at);
	if (!NT_SUCCESS(status))
		fx_assignment_free(out);
	return status;
}

NTSTATUS fx_requirements_assign(const struct pci_function *fn, const struct fx_requirements *all,
				struct fx_assignment *out)
{
	NTSTATUS status = STATUS_SUCCESS;

	for (uint32_t i = 0; i < all->count; i++) {
		status = meet(fn, &all->at[i], out);
		if (status != STATUS_CONFLICTING_ADDRESSES)
			break;
	}
	return status; /* no configuration at all: nothing is needed */
}
