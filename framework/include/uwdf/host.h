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
 * not end, a PnP driver has not deleted a control device, or somebody has a control device open.
 * Or it was unloaded and only its image
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
	UWDF_HOLD_TARGET, /* an I/O target that has a device of it open: of which driver */
	UWDF_HOLD_HANDLE, /* a handle of this process (uwdf/in_process.h): on which device */
};
struct uwdf_hold {
	enum uwdf_hold_kind kind;
	char what[64];       /* "WDFMEMORY 0x7f...", or the name of a device */
	const char *state;   /* a literal; may be NULL */
	uint32_t references; /* of UWDF_HOLD_REFERENCE; of UWDF_HOLD_HANDLE: requests at the driver
			      */
	char tag[24];        /* of a reference whose origin is known, with file and line; else "" */
	char file[160];
	int line;
	uint64_t age_ms; /* of UWDF_HOLD_HANDLE */
};
/*
 * What keeps @driver loaded now: up to @max things; returns how many there are; an object that
 * there was no memory to look at counts as one. Any thread, while no control call runs (but
 * uwdf_device_query_remove() may). References on objects that were not deleted, and where each was
 * taken, are known while the driver's verifier is on (uwdf_driver_is_verified()).
 */
size_t uwdf_driver_holds(struct uwdf_driver *driver, struct uwdf_hold *holds, size_t max);
bool uwdf_driver_is_verified(const struct uwdf_driver *driver);
bool uwdf_driver_can_unload(const struct uwdf_driver *driver); /* has it an unload routine? */

/* Does it serve devices: has it an EvtDriverDeviceAdd? Else uwdf_device_start() refuses. */
bool uwdf_driver_is_pnp(const struct uwdf_driver *driver);
/* The system goes down: control devices' EvtDeviceShutdownNotification, once. */
void uwdf_host_shut_down(struct uwdf_host *host);

/*
 * Control devices: devices without hardware, which come and go as their driver says. Those that
 * clients may open now: up to @max, each to be given back by uwdf_device_release(); returns how
 * many there are. Any thread.
 */
size_t uwdf_driver_control_devices(struct uwdf_driver *driver, struct uwdf_device **out,
				   size_t max);
/* @changed: the answer may be another now, or a device is gone; any thread, must only note it. */
void uwdf_driver_on_change(struct uwdf_driver *driver, void (*changed)(void *arg), void *arg);
bool uwdf_device_is_control(const struct uwdf_device *device);
/* Is it one that is counted: a control device or a child device? */
bool uwdf_device_is_counted(const struct uwdf_device *device);
/*
 * Who may open it, as its driver's SDDL string says: up to @max entries, returns how many there
 * are. @out_given: there is such a string, else administrators may. Of a device that is there.
 */
struct uwdf_access;
size_t uwdf_device_access(struct uwdf_device *device, struct uwdf_access *out, size_t max,
			  bool *out_given);
/* What a client calls a device. */
struct uwdf_device_name {
	const uint8_t *guid; /* of an interface, 16 bytes; NULL: @text says it all */
	/* UTF-8. Behind a GUID "\\REFERENCE\\PATH" or less; alone "\\??\\NAME\\PATH", a link or a
	 * name with its directory, or the name of an interface. */
	const char *text;
};
/*
 * Is it @device, and enabled? Then what is behind the name goes to @file_name, UTF-8: what the
 * driver gets from WdfFileObjectGetFileName(). Of a device that is there.
 */
bool uwdf_device_find(struct uwdf_device *device, const struct uwdf_device_name *name,
		      char *file_name, size_t len);
bool uwdf_device_is_gone(struct uwdf_device *device); /* one that is counted: opens fail */
/* Of one that is counted: what its threads began before this call, they have finished. PASSIVE; of
 * a child device: control thread. */
void uwdf_device_settle(struct uwdf_device *device);
void uwdf_device_release(struct uwdf_device *device); /* NULL is fine */

struct uwdf_device_params {
	const char *address;          /* see vfio/pci_function.h */
	const char *name;             /* NULL: the driver's name */
	const char *const *qemu_args; /* NULL-terminated; may be NULL */
	/* a device of the same driver whose I/O loops serve this one, too, so that one thread has
	 * both; it is removed after this one. NULL: loops of its own */
	struct uwdf_device *loops_of;
	/* any thread; must only note it: the device wants to leave (REQ, gone, failed) */
	void (*on_leave)(void *arg, struct uwdf_device *device, const char *why);
	void *arg;
	/*
	 * Filters, loaded before, each list NULL-terminated and from the lowest on; may be NULL.
	 * @lowers come below the function driver, @uppers above it: clients open the highest.
	 */
	struct uwdf_driver *const *lowers, *const *uppers;
};
/*
 * EvtDriverDeviceAdd through D0 and running queues, of each driver from the lowest on; on failure
 * everything is undone. A filter whose EvtDriverDeviceAdd fails is left out. -E2BIG: more than
 * UWDF_STACK_MAX drivers; -ENOTSUP: a bus filter.
 */
int uwdf_device_start(struct uwdf_driver *driver, const struct uwdf_device_params *params,
		      struct uwdf_report *rep, struct uwdf_device **out);
/*
 * Ask whether the device may be removed: clients of this process hear of it (uwdf/in_process.h),
 * then the driver is asked. 0: it may; uwdf_device_remove() does not ask again. -ECANCELED: its
 * EvtDeviceQueryRemove refused, @rep names device and status, and the device goes on. Of a device
 * that has gone, or wants to, nobody is asked.
 */
int uwdf_device_query_remove(struct uwdf_device *device, struct uwdf_report *rep);
/*
 * The same of a device that nobody uses: -EBUSY, and nothing happens, while a client of this
 * process (uwdf/in_process.h) has it open; who asked for notice has a second to close it. After 0
 * none opens it any more; the removal is next.
 */
int uwdf_device_query_remove_unused(struct uwdf_device *device, struct uwdf_report *rep);
/* Orderly removal, or surprise removal when the function is gone. A driver that was not asked is
 * asked now, but its refusal is only written down. */
void uwdf_device_remove(struct uwdf_device *device);

/*
 * Child devices: what the drivers of a device, a bus, found on it. Those that a driver reported: up
 * to @max; returns how many there are. Any thread, while the device is there.
 */
struct uwdf_child_info {
	char name[48], device_id[64]; /* in plain letters */
	const char *state; /* a literal: "started", "failed", "no driver", "no device id", ... */
	bool raw;          /* served by the bus's own driver */
};
size_t uwdf_device_children(struct uwdf_device *device, struct uwdf_child_info *out, size_t max);
/* Those that clients may open now, as uwdf_driver_control_devices() gives them;
 * uwdf_driver_on_change() says when the answer is another. Control thread. */
size_t uwdf_device_open_children(struct uwdf_device *device, struct uwdf_device **out, size_t max);

struct uwdf_guid {
	uint32_t a;
	uint16_t b, c;
	uint8_t d[8];
};
#define UWDF_STACK_MAX 16u
struct uwdf_stack_entry {
	const char *driver, *position;       /* "upper filter", "function", "lower filter" */
	bool left_out;                       /* its EvtDriverDeviceAdd made no device */
	uint64_t requests, requests_pending; /* those that it did not pass on; those here now */
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
	struct uwdf_stack_entry stack[UWDF_STACK_MAX]; /* from the top; its drivers */
	uint32_t stack_count;                          /* 0: a control device */
};
/* Of a control device: any thread; its address is "-", and what it has no hardware for is 0. */
void uwdf_device_info(struct uwdf_device *device, struct uwdf_device_info *out);

#ifdef __cplusplus
}
#endif
#endif
