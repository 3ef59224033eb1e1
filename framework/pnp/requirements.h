/* SPDX-License-Identifier: MIT */
/*
 * requirements.h - what hardware a device could do with, and what it is given.
 *
 * The function's own requirements, best configuration first: its BARs where they are and its
 * messages; then the BARs and its line. The drivers of the stack change them (filter.c); what is
 * assigned is the first configuration that can be met. Each level is given a list of its own: the
 * highest one all of it, the others what EvtDeviceRemoveAddedResources left. Control thread.
 */
#ifndef FX_REQUIREMENTS_H
#define FX_REQUIREMENTS_H

#include <ntddk.h>

#include "base/report.h"
#include "vfio/pci_function.h"

struct fx_level;
struct uwdf_device;

struct fx_configuration {
	IO_RESOURCE_DESCRIPTOR *at; /* owned */
	uint32_t count, room;
};

struct fx_requirements {
	struct fx_configuration *at; /* owned */
	uint32_t count, room;
};

struct fx_assigned {
	CM_PARTIAL_RESOURCE_DESCRIPTOR raw, translated;
};

struct fx_assignment {
	struct fx_assigned *at; /* owned */
	uint32_t count, room;
	enum pci_irq_kind kind; /* of its interrupts */
};

/* All of them: STATUS_INSUFFICIENT_RESOURCES, what is there stays. */
NTSTATUS fx_requirements_of(const struct pci_function *fn,
			    struct fx_requirements *out) UW_MUST_CHECK;
NTSTATUS fx_requirements_add(struct fx_requirements *all,
			     struct fx_configuration **out) UW_MUST_CHECK;
NTSTATUS fx_configuration_add(struct fx_configuration *one,
			      const IO_RESOURCE_DESCRIPTOR *descriptor) UW_MUST_CHECK;
NTSTATUS fx_assignment_add(struct fx_assignment *all, const struct fx_assigned *one) UW_MUST_CHECK;
void fx_requirements_free(struct fx_requirements *all);
void fx_assignment_free(struct fx_assignment *all);

/*
 * The first configuration that @fn can meet. STATUS_CONFLICTING_ADDRESSES: it can meet none of
 * them; STATUS_INSUFFICIENT_RESOURCES.
 */
NTSTATUS fx_requirements_assign(const struct pci_function *fn, const struct fx_requirements *all,
				struct fx_assignment *out) UW_MUST_CHECK;

/* --- filter.c --- */

/* The drivers of @host change what its function could do with; then it is assigned, to the top. */
int fx_stack_assign(struct uwdf_device *host, struct report *rep) UW_MUST_CHECK;
/* The start on its way down: EvtDeviceRemoveAddedResources, from the top. @out_level: the one that
 * failed, by its driver's callback. */
NTSTATUS fx_stack_pass_resources(struct uwdf_device *host,
				 struct fx_level **out_level) UW_MUST_CHECK;

#endif
