/* SPDX-License-Identifier: MIT */
/*
 * child.h - child devices: what a bus's driver finds on its bus and makes devices of.
 *
 * They start after their parent and stop before it; those that are raw are served by the bus's own
 * driver, and there is nobody for the others. They use their parent's loops. Unless a function says
 * otherwise it is for the control thread.
 */
#ifndef FX_CHILD_H
#define FX_CHILD_H

#include "base/report.h"
#include "pnp/device_init.h"
#include "pnp/shell.h"

struct fx_child;

/* --- any thread --- */
/* A WDFDEVICE_INIT for a child of @parent. NULL: no memory, or the parent ends. PASSIVE. */
struct WDFDEVICE_INIT *fx_child_init_new(struct fx_device *parent);
void fx_child_init_free(struct WDFDEVICE_INIT *init);
/* WdfDeviceCreate(); frees @init when it succeeds. STATUS_DELETE_PENDING: the parent ended. */
NTSTATUS fx_child_new(struct WDFDEVICE_INIT *init, PWDF_OBJECT_ATTRIBUTES attrs,
		      struct fx_device **out);
/* The object has its shell's reference. */
void fx_child_made(struct fx_device *device);
/* What it is called in names that its driver may keep. */
const char *fx_child_id(const struct fx_child *child);
struct fx_device *fx_child_bus(const struct fx_child *child);
static inline struct fx_device *fx_child_parent(const struct fx_device *device)
{
	return fx_child_bus(device->child);
}
/* WdfFdoAddStaticChild(): STATUS_INVALID_PARAMETER not a child of @parent; DISPATCH. */
NTSTATUS fx_child_add(struct fx_device *parent, struct fx_device *device);
/* WdfPdoMarkMissing(): STATUS_NO_SUCH_DEVICE it is not reported, or missing already. DISPATCH. */
NTSTATUS fx_child_mark_missing(struct fx_device *device);
/* WdfDeviceSetFailed(): it stops, and is kept until its parent goes. DISPATCH. */
void fx_child_fail(struct fx_device *device);
/* Changes wait until it is unlocked as often as it was locked. DISPATCH. */
void fx_children_lock(struct fx_device *parent);
void fx_children_unlock(struct fx_device *parent);
/* The next one behind @after (NULL: the first) that is as one of @flags, WDF_RETRIEVE_CHILD_FLAGS,
 * says; NULL: there is none. DISPATCH. */
struct fx_device *fx_children_next(struct fx_device *parent, struct fx_device *after, ULONG flags);
/* The object's class: WdfObjectDelete(), and the ends. */
void fx_child_delete(struct fx_object *obj);
void fx_child_disposed(struct fx_device *device);
void fx_child_destroyed(struct fx_device *device);

/* --- with their parent --- */
/* It has started: so do they. Their failures are not the parent's. */
void fx_children_start(struct fx_device *parent);
/* May they be removed? Who refuses is said in @rep. */
int fx_children_query_remove(struct fx_device *parent, bool unused, struct report *rep);
void fx_children_stay(struct fx_device *parent); /* it was called off */
/* Those that were not asked are asked now, but a refusal is only written down. */
void fx_children_ask_late(struct fx_device *parent);
/* It is about to stop. */
void fx_children_stop(struct fx_device *parent, bool surprise);
/* It has stopped and goes: they go, but those that were never added, which are the driver's and at
 * last go with its tree; no others come. @return none is stuck. */
bool fx_children_end(struct fx_device *parent);
/* It is no more. */
void fx_children_drop(struct fx_device *parent);

#endif
