/* SPDX-License-Identifier: MIT */
/* host_impl.h - the host's own structures; control thread, unless a member says otherwise. */
#ifndef FX_HOST_IMPL_H
#define FX_HOST_IMPL_H

#include "base/exec.h"
#include "base/list.h"
#include "io/target.h"
#include "pnp/device.h"
#include "pnp/host.h"
#include "pnp/requirements.h"
#include "pnp/watch.h"
#include "verifier/settings.h"

struct uwdf_driver_image;
struct fx_shell;

struct uwdf_host {
	struct list drivers; /* of uwdf_driver, in load order */
	bool verify_given;
	struct fx_verifier_settings verify; /* for drivers loaded from now on, if given */
};

struct uwdf_driver {
	struct list link;     /* in host->drivers */
	struct fx_driver *fx; /* owned */
	struct list devices;  /* of fx_level, in start order */
	bool said;            /* why it stays loaded */
	bool unloaded;        /* the first step of unloading is done */
};

enum fx_position { FX_LOWER_FILTER, FX_FUNCTION_DRIVER, FX_UPPER_FILTER };

/* What one driver has of a device. */
struct fx_level {
	struct list link;           /* in driver->devices, while the device is there */
	struct uwdf_device *host;   /* borrowed: owns us */
	struct uwdf_driver *driver; /* borrowed: removes the device before it goes */
	enum fx_position position;
	struct fx_device
		*device; /* borrowed: ends by fx_device_remove(); NULL: left out, or gone */
	bool started;
	struct fx_assignment assigned; /* owned: the hardware it was given; from the start on */
	struct fx_local_sink sink;     /* into the device, for the one above */
	struct exec_event disposed;    /* the device object's cleanup ran */
};

struct uwdf_device {
	struct list link;             /* among those that are kept */
	struct list register_link;    /* in the list of register ranges, guarded by its lock */
	struct list shown_link;       /* in that of devices with names, guarded by its lock */
	struct fx_named_device named; /* the targets that opened it */
	struct fx_watches watches;    /* the clients of this process that did */
	struct uwdf_driver *driver;   /* borrowed: the function driver */
	struct fx_level *levels;      /* owned: the stack, from its lowest driver on */
	unsigned int level_count;
	struct fx_level *function; /* in levels */
	struct uwdf_device_params params;
	char *name, *address;    /* owned */
	const char *state;       /* atomic: a literal */
	struct pci_function *fn; /* owned, as all that follows */
	struct dma_domain *dma;
	struct irq_loop *irq_loop;
	struct irq_loop *request_loop; /* irq_loop itself for a driver fit for DISPATCH */
	struct fx_device *device;      /* borrowed: the top of the stack; what clients open */
	bool stuck;                    /* a device object's cleanup does not end */
	bool left;                     /* atomic: on_leave was called */
	struct fx_shell *shell; /* of a device that may go: what this is a part of; else NULL */
	struct fx_driver *fx;   /* borrowed: such a device's, as long as device is there */
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
