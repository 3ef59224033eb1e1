/* SPDX-License-Identifier: MIT */
/*
 * host.h - run drivers inside this process (libuwdf): what the uwdf program is built on.
 *
 * Control calls come from one thread, the control thread (dlopen and dlclose happen there). They
 * run driver callbacks at PASSIVE level in that thread.
 */
#ifndef UWDF_HOST_H
#define UWDF_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct uwdf_host;
struct uwdf_driver;
struct uwdf_device;
struct uwdf_handle;

struct uwdf_report {
	char text[512];
	char hint[384];
};

int uwdf_host_new(struct uwdf_report *rep, struct uwdf_host **out);
void uwdf_host_free(struct uwdf_host *host); /* removes devices, unloads drivers */
/*
 * For a program with no SIGSEGV and SIGBUS handling of its own, once, before the first device: a
 * register access to a function that vanished then reads as ones. 0 or -errno.
 */
int uwdf_host_catch_faults(void);

/*
 * Watch the drivers that are loaded from now on as KMDF's verifier does. @options: "" or names of
 * its registry values, "VerifierAllocateFailCount=100,TrackHandles=WDFREQUEST:WDFMEMORY"; they
 * count before those of a driver's own registry key. -EINVAL: @rep says what is wrong.
 */
int uwdf_host_verify(struct uwdf_host *host, const char *options, struct uwdf_report *rep);

/* Load a driver and run its DriverEntry. -ENOENT, -ENOEXEC no driver, -EPROTO version, -ECANCELED
 * it failed. */
int uwdf_host_load(struct uwdf_host *host, const char *path, struct uwdf_report *rep,
		   struct uwdf_driver **out);
/*
 * Unload; its devices are removed first. 0 and @driver is gone; -EBUSY it stays loaded until
 * uwdf_host_free(): it has no unload routine (a non-PnP driver without EvtDriverUnload), or the
 * cleanup of a device does not end. NULL is fine.
 */
int uwdf_host_unload(struct uwdf_driver *driver);
const char *uwdf_driver_name(const struct uwdf_driver *driver);

struct uwdf_device_params {
	const char *address;          /* see vfio/pci_function.h */
	const char *name;             /* NULL: the driver's name */
	const char *const *qemu_args; /* NULL-terminated; may be NULL */
	/* any thread; must only note it: the device wants to leave (REQ, gone, failed) */
	void (*on_leave)(void *arg, struct uwdf_device *device, const char *why);
	void *arg;
};
/* EvtDriverDeviceAdd through D0 and running queues; on failure everything is undone. */
int uwdf_device_start(struct uwdf_driver *driver, const struct uwdf_device_params *params,
		      struct uwdf_report *rep, struct uwdf_device **out);
/* Orderly removal, or surprise removal when the function is gone. */
void uwdf_device_remove(struct uwdf_device *device);

struct uwdf_guid {
	uint32_t a;
	uint16_t b, c;
	uint8_t d[8];
};
struct uwdf_device_info {
	const char *name, *address, *driver, *state; /* valid until the device is removed */
	uint16_t vendor, device;
	uint32_t device_type;       /* FILE_DEVICE_*, see WdfDeviceInitSetDeviceType() */
	const char *interrupt_kind; /* "INTx", "MSI", "MSI-X", "none" */
	uint32_t interrupt_vectors;
	uint64_t interrupts, isr_calls, dpcs;
	uint64_t dma_mappings, dma_mappings_total, dma_mapped_bytes, common_buffers;
	uint64_t requests, requests_completed, requests_cancelled, requests_pending, open_files;
	struct uwdf_guid interfaces[8];
	uint32_t interface_count;
};
void uwdf_device_info(struct uwdf_device *device, struct uwdf_device_info *out);

#ifdef __cplusplus
}
#endif
#endif
