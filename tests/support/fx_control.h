/* SPDX-License-Identifier: MIT */
/*
 * fx_control.h - a driver that makes control devices, on fx_fixture.h, and a client of theirs in
 * the same process.
 */
#ifndef FX_CONTROL_FIXTURE_H
#define FX_CONTROL_FIXTURE_H

#include "fx_fixture.h"
#include "uwdf/device_io.h"

#define SDDL_ANY L"D:P(A;;GA;;;SY)(A;;GA;;;BA)"

/* What the control device is to be; cleared by control_setup(). */
struct control_script {
	PCWSTR name, link;    /* NULL: none */
	PCWSTR sddl;          /* NULL: SDDL_ANY */
	bool unfinished;      /* without WdfControlFinishInitializing() */
	UCHAR shutdown_flags; /* 0: no notification */
	void (*in_init)(PWDFDEVICE_INIT init);
	void (*in_create)(WDFDEVICE device);
	void (*in_io)(WDFQUEUE queue, WDFREQUEST request); /* instead of completing it */
};
extern struct control_script control_script;
extern WDFDEVICE control_device; /* the last one that was made */

int control_setup(void **state); /* fx_setup(), for a non-PnP driver without devices */
/* A control device with a queue, as the script says: cleanup and destroy are noted. */
NTSTATUS control_make(void);
/* In DriverEntry: a non-PnP driver, then @make (may be NULL). */
void control_legacy(NTSTATUS (*make)(void));
const UNICODE_STRING *control_text(PCWSTR text); /* one of eight places, in turn */

/* --- the client --- */
/* The control device that clients may open, counted; fails the test if there is not one. */
struct uwdf_device *control_find(void);
size_t control_count(void);
NTSTATUS control_open(struct uwdf_device *device, struct uwdf_file **out);
/* One control code in and out; "information" is the answer of the driver. */
NTSTATUS control_ask(struct uwdf_file *file, uint32_t code);
void control_close(struct uwdf_file *file);

#endif
