/* SPDX-License-Identifier: MIT */
/*
 * resources.h - what hardware a device was given, as raw and translated WDFCMRESLISTs.
 *
 * Memory and port descriptors are the function's BARs in BAR order, then one descriptor per
 * interrupt message, or one for the line. A translated address is where the host sees the register,
 * unique in the process whatever the back end; the raw one is what the BAR register holds.
 */
#ifndef FX_RESOURCES_H
#define FX_RESOURCES_H

#include "support/reslist.h"
#include "vfio/pci_function.h"

#define FX_MAX_MESSAGES 32

struct fx_resources {
	struct fx_cm_res_list *raw, *translated; /* owned */
	unsigned int first_interrupt;            /* index of descriptor */
	unsigned int interrupt_count;            /* 0: the function has none */
	enum pci_irq_kind kind;
};

struct fx_device;
NTSTATUS fx_resources_new(struct fx_device *device, struct fx_resources **out);
struct fx_resources *fx_resources_free(struct fx_resources *res); /* NULL is fine; returns NULL */
/* Message number that a pair of descriptors of the lists stands for, or -1. */
int fx_resources_message(const struct fx_resources *res, const CM_PARTIAL_RESOURCE_DESCRIPTOR *raw,
			 const CM_PARTIAL_RESOURCE_DESCRIPTOR *translated);

#endif
