/* SPDX-License-Identifier: MIT */
/* host_impl.h - the host's own structures; control thread, unless a member says otherwise. */
#ifndef FX_HOST_IMPL_H
#define FX_HOST_IMPL_H

#include "base/exec.h"
#include "base/list.h"
#include "pnp/device.h"
#include "pnp/host.h"
#include "verifier/settings.h"

struct uwdf_driver_image;

struct uwdf_host {
	struct list drivers; /* of uwdf_driver, in load order */
	bool verify_given;
	struct fx_verifier_settings verify; /* for drivers loaded from now on, if given */
};

struct uwdf_driver {
	struct list link;     /* in host->drivers */
	struct fx_driver *fx; /* owned */
	struct list devices;  /* of uwdf_device, in start order */
	bool said;            /* why it stays loaded */
	bool unloaded;        /* the first step of unloading is done */
};

struct uwdf_device {
	struct list link;           /* in driver->devices */
	struct list register_link;  /* in the list of register ranges, guarded by its lock */
	struct uwdf_driver *driver; /* borrowed: removes us before it goes */
	struct uwdf_device_params params;
	char *name, *address;    /* owned */
	const char *state;       /* atomic: a literal */
	struct pci_function *fn; /* owned, as all that follows */
	struct dma_domain *dma;
	struct irq_loop *irq_loop;
	struct irq_loop *request_loop; /* irq_loop itself for a driver fit for DISPATCH */
	struct fx_device *device;      /* borrowed: ends by fx_device_remove() */
	struct exec_event disposed;    /* the device object's cleanup ran */
	bool disposed_made;
	bool left; /* atomic: on_leave was called */
};

/* Copies @report out when @err says failure; returns @err. @out may be NULL. */
int fx_host_report(struct uwdf_report *out, const struct report *report, int err);
/* As uwdf_host_load(), for an image that is part of the program (tests). */
int fx_host_load_image(struct uwdf_host *host, const char *name,
		       const struct uwdf_driver_image *image, struct uwdf_report *rep,
		       struct uwdf_driver **out) UW_MUST_CHECK;

/* How long a device's cleanup may take, ms; for tests. Control thread. */
extern unsigned int fx_host_dispose_ms;
/* Did the cleanup of a device not end? It goes on using what it was given, and the worker. */
bool fx_host_keeps_devices(void);

/* host_registers.c: which addresses are registers of a device of this process. */
void fx_host_registers_add(struct uwdf_device *host);
void fx_host_registers_remove(struct uwdf_device *host);
/* Is [addr, addr + len) inside one BAR? Any thread. */
bool fx_host_registers_contain(uint64_t addr, uint64_t len);

#endif
