/* SPDX-License-Identifier: MIT */
/*
 * device.h - WDFDEVICE: one function driver's device object, its configuration and its life.
 *
 * Control calls (start, remove) come from one thread. What the driver configured before
 * WdfDeviceCreate() is constant afterwards.
 */
#ifndef FX_DEVICE_H
#define FX_DEVICE_H

#include "base/report.h"
#include "dma/domain.h"
#include "io/io.h"
#include "irq/loop.h"
#include "irq/vector.h"
#include "object/object.h"
#include "pnp/security.h"
#include "vfio/pci_function.h"
#include "wdf/wdffdo.h"

struct fx_child;
struct fx_children;
struct fx_level;
struct fx_resources;
struct WDFDEVICE_INIT;
struct uwdf_device;

/* What a WDFDEVICE_INIT collects. */
struct fx_device_config {
	WDF_PNPPOWER_EVENT_CALLBACKS pnp;
	WDF_FDO_EVENT_CALLBACKS fdo;
	struct fx_io_config io;
	DEVICE_TYPE device_type;
	ULONG characteristics;
	struct fx_security security; /* of WdfDeviceInitAssignSDDLString */
	GUID device_class;           /* WdfDeviceInitSetDeviceClass */
	bool has_class;
	PFN_WDF_DEVICE_SHUTDOWN_NOTIFICATION shutdown; /* of a control device */
	UCHAR shutdown_flags;
};

#define FX_DEVICE_INTERFACES 8
struct fx_interface {
	GUID guid;
	UNICODE_STRING reference; /* owned; no buffer: none */
	bool enabled;
	bool kept_off; /* the start does not enable it: its driver will */
};
/* What tells it from others. */
struct fx_interface_name {
	const GUID *guid;
	const UNICODE_STRING *reference; /* NULL: none */
};

/* Self-managed I/O, pnp-states A12. */
enum fx_smio_state {
	FX_SMIO_CREATED,
	FX_SMIO_INIT_FAILED,
	FX_SMIO_STARTED,
	FX_SMIO_STOPPED,
	FX_SMIO_FAILED,
	FX_SMIO_FLUSHED,
	FX_SMIO_FINAL,
	FX_SMIO_STATES,
};

/* How far a device is, as its children see it. */
enum fx_children_phase {
	FX_CHILDREN_WAIT, /* it has not started */
	FX_CHILDREN_RUN,
	FX_CHILDREN_STOPPED,
	FX_CHILDREN_END,
};

struct fx_device {
	struct fx_object base;
	struct fx_io *io;              /* owned; base, io and below are struct fx_device_head */
	struct fx_sink *below;         /* borrowed: the next lower device's; NULL: there is none */
	struct uwdf_device *host;      /* borrowed: outlives us */
	struct fx_level *level;        /* borrowed from host; NULL: a control or child device */
	struct fx_child *child;        /* of a child device: it is a part of host; NULL: none */
	struct pci_function *fn;       /* borrowed from host; NULL: no hardware, as dma */
	struct dma_domain *dma;        /* borrowed from host */
	struct irq_loop *irq_loop;     /* borrowed: ISRs and DPCs */
	struct irq_loop *request_loop; /* borrowed: EvtIo*; irq_loop itself at dispatch */
	struct fx_device_config config;
	struct fx_resources *resources;  /* owned; from start on */
	struct list interrupts;          /* of fx_interrupt, creation order; control thread */
	struct list enablers;            /* of fx_dma_enabler, creation order; control thread */
	struct irq_vectors *vectors;     /* owned; while in D0 */
	ULONG alignment;                 /* FILE_*_ALIGNMENT */
	uint32_t pnp_state, power_state; /* WDF_DEVICE_*_STATE; atomic */
	enum fx_smio_state smio;
	bool in_d0;        /* from bus mastering on to bus mastering off; control thread */
	bool preparing;    /* EvtDevicePrepareHardware runs; control thread */
	const char *blame; /* what a step was about when it failed; control thread */
	struct fx_interface interfaces[FX_DEVICE_INTERFACES]; /* guarded by base.lock */
	unsigned int interface_count;
	struct list names;            /* of fx_name: its own and symbolic links; see names.h */
	bool interfaces_enabled;      /* guarded by base.lock */
	struct fx_children *children; /* owned; guarded by base.lock, as the next; NULL: none */
	enum fx_children_phase children_phase;
	unsigned int children_locks;                  /* atomic, written under base.lock */
	bool children_surprise;                       /* they are not asked; guarded by base.lock */
	uint64_t signals, isr_calls, dpcs, unclaimed; /* atomic, relaxed */
};

static inline struct fx_device *fx_device_from_object(struct fx_object *obj)
{
	return uw_container_of(obj, struct fx_device, base);
}

static inline struct fx_device *fx_device_from_handle(struct fx_driver *driver, WDFDEVICE handle)
{
	return fx_device_from_object(fx_object_from_handle(driver, handle, FX_TYPE_DEVICE));
}

/* The device an object belongs to: itself or an ancestor; NULL when there is none. */
struct fx_device *fx_device_of_object(struct fx_object *obj);
/* Its parent; of a request, which is in no tree, the device. NULL: nothing is above. */
struct fx_object *fx_object_above(struct fx_object *obj);

/* One without hardware, which its driver made by itself. */
static inline bool fx_device_is_control(const struct fx_device *device)
{
	return !device->fn && !device->child;
}

/* A function driver's or a filter's: of a stack, and able to have children. */
static inline bool fx_device_is_fdo(const struct fx_device *device)
{
	return device->level;
}

/* The level at which EvtIo* callbacks of this device run. */
static inline KIRQL fx_device_io_irql(const struct fx_device *device)
{
	return device->request_loop == device->irq_loop ? DISPATCH_LEVEL : PASSIVE_LEVEL;
}

NTSTATUS fx_device_new(struct WDFDEVICE_INIT *init, PWDF_OBJECT_ATTRIBUTES attrs,
		       struct fx_device **out);
/* 0: leave that one as it is. */
void fx_device_set_states(struct fx_device *device, uint32_t pnp, uint32_t power);

/* A failure that stops nothing (a callback on the way down): logged. Success is silent. */
void fx_device_note_failure(struct fx_device *device, const char *what, NTSTATUS status);

/* --- interfaces.c: what clients find the device by --- */
NTSTATUS fx_device_add_interface(struct fx_device *device, const GUID *guid,
				 const UNICODE_STRING *reference);
void fx_device_free_interfaces(struct fx_device *device); /* nobody looks at them any more */
/* All of them; new ones come up like the last call said. Opens follow. */
void fx_device_enable_interfaces(struct fx_device *device, bool enabled);
/* False: there is none. @also_at_start: and the next start leaves it like that. */
bool fx_device_enable_interface(struct fx_device *device, const struct fx_interface_name *name,
				bool enabled, bool also_at_start);
bool fx_device_has_interface(struct fx_device *device, const struct fx_interface_name *name);
#define FX_INTERFACE_LINK_CHARS 256u
/* Its name as a symbolic link, without a zero at the end, to @buf of so many characters. */
NTSTATUS fx_device_interface_link(struct fx_device *device, const GUID *guid,
				  const UNICODE_STRING *reference, WCHAR *buf, UNICODE_STRING *out);
/* Those that are enabled, each GUID once, behind the @count that are there. @return how many then.
 */
unsigned int fx_device_list_interfaces(struct fx_device *device, GUID *guids, unsigned int count,
				       unsigned int max);

#endif
