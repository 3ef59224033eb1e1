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
 * Unload; its devices are removed first. 0 and @driver is gone. -EBUSY: it stays loaded, at most
 * until uwdf_host_free(), and this may be called again. Either nothing of it was called, because it
 * has no unload routine (a non-PnP driver without EvtDriverUnload), the cleanup of a device does
 * not end, or a PnP driver has not deleted a control device. Or it was unloaded and only its image
 * is still there, because objects of it are referenced: these are reported. NULL is fine.
 */
int uwdf_host_unload(struct uwdf_driver *driver);
const char *uwdf_driver_name(const struct uwdf_driver *driver);

/* One thing that keeps a driver loaded. */
enum uwdf_hold_kind {
	UWDF_HOLD_DEVICE,         /* a PnP device that was not removed */
	UWDF_HOLD_CONTROL_DEVICE, /* one that the driver has to delete; state: "legacy", "hybrid" */
	UWDF_HOLD_REFERENCE,      /* on an object; state: "alive", "deleted" */
	UWDF_HOLD_DPC,            /* work that is due; state: in which way */
	UWDF_HOLD_TIMER,
	UWDF_HOLD_WORKITEM,
};
struct uwdf_hold {
	enum uwdf_hold_kind kind;
	char what[64];       /* "WDFMEMORY 0x7f...", or the name of a device */
	const char *state;   /* a literal; may be NULL */
	uint32_t references; /* of UWDF_HOLD_REFERENCE */
	char tag[24];        /* of a reference whose origin is known, with file and line; else "" */
	char file[160];
	int line;
};
/*
 * What keeps @driver loaded now: up to @max things; returns how many there are. Any thread, while
 * no control call runs. References on objects that were not deleted, and where each was taken, are
 * known while the driver's verifier is on (uwdf_driver_is_verified()).
 */
size_t uwdf_driver_holds(struct uwdf_driver *driver, struct uwdf_hold *holds, size_t max);
bool uwdf_driver_is_verified(const struct uwdf_driver *driver);
bool uwdf_driver_can_unload(const struct uwdf_driver *driver); /* has it an unload routine? */

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
