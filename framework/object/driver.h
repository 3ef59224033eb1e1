/* SPDX-License-Identifier: MIT */
/*
 * driver.h - one loaded driver: its image, its globals, and its WDFDRIVER once it made one.
 *
 * Control thread only, but what callbacks read after DriverEntry is constant from then on.
 */
#ifndef FX_DRIVER_H
#define FX_DRIVER_H

#include <stdbool.h>

#include "base/report.h"
#include "object/object.h"
#include "uwdf/driver_image.h"
#include "verifier/settings.h"

struct fx_controls;

struct fx_driver {
	struct fx_object base; /* the WDFDRIVER; valid when created */
	WDF_DRIVER_GLOBALS globals;
	DRIVER_OBJECT driver_object;
	WDF_DRIVER_CONFIG config;
	char *path;              /* owned */
	WCHAR registry_path[96]; /* zero-terminated; its service key */
	UNICODE_STRING registry_path_string;
	void *image_handle; /* owned: of dlopen(); NULL for a driver inside the program */
	const struct uwdf_driver_image *image;
	bool bound;                   /* the image's globals and table are ours */
	bool created;                 /* WdfDriverCreate() succeeded */
	bool in_entry;                /* DriverEntry runs */
	bool entered;                 /* DriverEntry succeeded: EvtDriverUnload is due */
	bool unloaded;                /* EvtDriverUnload was due and was called, if there is one */
	bool has_faults;              /* its access table is registered */
	WDF_EXECUTION_LEVEL io_level; /* WdfLxDriverSetIoLevel */
	unsigned int device_count;
	struct list leftovers; /* of fx_object; guarded by the lock of leftover.c, as the count */
	size_t leftover_count;
	struct list control_devices;  /* of fx_control_device, guarded by the lock of hold.c */
	struct fx_controls *controls; /* atomic: what pnp/control.h keeps of them; NULL: nothing */
	void (*controls_end)(struct fx_driver *driver); /* frees it; set before it is */
	struct list child_inits; /* of WDFDEVICE_INIT of child devices; guarded by base.lock */
	void (*child_inits_end)(struct fx_driver *driver); /* frees them; the same lock */
	void (*changed)(void *arg); /* atomic: control devices came or went; any thread */
	void *changed_arg;
	struct fx_verifier verifier;                /* how closely it is watched */
	const struct fx_object_hooks *object_hooks; /* the verifier's; NULL: it is off */
};

/** fx_driver_load() - load @path and run its DriverEntry.
 * Return: 0; -ENOENT no file; -ENOEXEC no driver; -EPROTO built for something else; -EEXIST loaded
 * already; -ECANCELED its DriverEntry failed; -ENOMEM. On failure nothing is left loaded.
 * @verify: what was asked for on the command line; NULL: nothing.
 */
int fx_driver_load(const char *path, const struct fx_verifier_settings *verify, struct report *rep,
		   struct fx_driver **out) UW_MUST_CHECK;
/* The same for an image that is part of the program (tests). @name: of the driver. */
int fx_driver_load_image(const char *name, const struct uwdf_driver_image *image,
			 const struct fx_verifier_settings *verify, struct report *rep,
			 struct fx_driver **out) UW_MUST_CHECK;
/*
 * The first step of unloading, once: no devices are left, it can be unloaded. Its unload routine,
 * the driver object's end. What is left is reported (fx_leftover_count()).
 */
void fx_driver_leave(struct fx_driver *driver);
/* The second: nothing refers to the driver any more; its image and its memory go. */
void fx_driver_close(struct fx_driver *driver);
/*
 * The process ends, whatever refers to the driver: nothing of it is called any more, all is freed.
 * If anything still referred to it, its image stays.
 */
void fx_driver_discard(struct fx_driver *driver);
/* Both steps; what is left after the first is reported and discarded. NULL is fine. */
void fx_driver_unload(struct fx_driver *driver);

/* driver_unload.c */
/* WdfDriverCreate() succeeded: DriverUnload becomes the framework's where it is to be. */
void fx_driver_hook_unload(struct fx_driver *driver);
/* Has it a routine that unloads it? Without, as in Windows, it stays until the system ends. */
bool fx_driver_can_unload(const struct fx_driver *driver);
/* The WDFDRIVER's deletion, children first; nothing if there is none (any more). */
void fx_driver_end_object(struct fx_driver *driver);

const char *fx_driver_name(const struct fx_driver *driver); /* NULL: "?" */

/* fx_driver_from_globals(), where a call would be felt. */
static inline struct fx_driver *fx_driver_of(PWDF_DRIVER_GLOBALS globals)
{
	return uw_container_of(globals, struct fx_driver, globals);
}

static inline struct fx_driver *fx_driver_from_handle(struct fx_driver *caller, WDFDRIVER handle)
{
	return uw_container_of(fx_object_from_handle(caller, handle, FX_TYPE_DRIVER),
			       struct fx_driver, base);
}

/* May a framework allocation for the driver succeed (VerifierAllocateFailCount)? Counts it. Any
 * level. */
static inline bool fx_driver_may_allocate(struct fx_driver *driver)
{
	return uw_likely(!driver->object_hooks) || fx_verifier_may_allocate(driver);
}

/* Default parent of parentless objects; NULL before WdfDriverCreate(). */
static inline struct fx_object *fx_driver_object(struct fx_driver *driver)
{
	return driver->created ? &driver->base : NULL;
}

#endif
