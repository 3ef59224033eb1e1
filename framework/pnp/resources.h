/* SPDX-License-Identifier: MIT */
/*
 * resources.h - what hardware a device was given, as raw and translated WDFCMRESLISTs.
 *
 * Unless drivers asked for others (requirements.h) memory and port descriptors are the function's
 * BARs in BAR order, then one descriptor per interrupt message, or one for the line. A translated
 * address is where the host sees the register, unique in the process whatever the back end; the raw
 * one is what the BAR register holds.
 */
#ifndef FX_RESOURCES_H
#define FX_RESOURCES_H

#include "support/reslist.h"
#include "vfio/pci_function.h"

struct fx_resources {
	struct fx_cm_res_list *raw, *translated; /* owned */
	enum pci_irq_kind kind;
};

struct fx_device;
NTSTATUS fx_resources_new(struct fx_device *device, struct fx_resources **out);
struct fx_resources *fx_resources_free(struct fx_resources *res); /* NULL is fine; returns NULL */
/* Message number that a pair of descriptors of its lists stands for, or -1. */
int fx_resources_message(const struct fx_device *device, const CM_PARTIAL_RESOURCE_DESCRIPTOR *raw,
			 const CM_PARTIAL_RESOURCE_DESCRIPTOR *translated);
/* That of the next interrupt from descriptor *@at on, which moves behind it; -1: there is none. */
int fx_resources_next_message(const struct fx_device *device, uint32_t *at);

#endif
