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

/* What a driver sees as its DRIVER_OBJECT; nothing in it is the driver's business. */
struct _DRIVER_OBJECT {
	struct fx_driver *driver;
};

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
	bool has_faults;              /* its access table is registered */
	WDF_EXECUTION_LEVEL io_level; /* WdfLxDriverSetIoLevel */
	unsigned int device_count;
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
/* No devices left. EvtDriverUnload, the driver object's end, the image. NULL is fine. */
void fx_driver_unload(struct fx_driver *driver);

const char *fx_driver_name(const struct fx_driver *driver); /* NULL: "?" */

/* fx_driver_from_globals(), where a call would be felt. */
static inline struct fx_driver *fx_driver_of(PWDF_DRIVER_GLOBALS globals)
{
	return uw_container_of(globals, struct fx_driver, globals);
}

/* Default parent of parentless objects; NULL before WdfDriverCreate(). */
static inline struct fx_object *fx_driver_object(struct fx_driver *driver)
{
	return driver->created ? &driver->base : NULL;
}

#endif
