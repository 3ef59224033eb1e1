/* SPDX-License-Identifier: MIT */
/*
 * fx_kinds.h - one way to create each kind of object that drivers create, and what KMDF's
 * documentation says of the kind ("Summary of Framework Objects", WDF_EXECUTION_LEVEL,
 * WDF_SYNCHRONIZATION_SCOPE, EvtCleanupCallback). Below the device of fx_fixture.h.
 */
#ifndef FX_KINDS_H
#define FX_KINDS_H

#include "fx_fixture.h"

enum fx_default_parent { FX_BELOW_DRIVER, FX_BELOW_DEVICE, FX_BELOW_NONE };

struct fx_kind {
	const char *name;
	NTSTATUS (*make)(PWDF_OBJECT_ATTRIBUTES attrs, WDFOBJECT *out);
	enum fx_default_parent parent;
	bool level;   /* ExecutionLevel may be given */
	bool scope;   /* SynchronizationScope may be given */
	bool passive; /* EvtCleanupCallback always at PASSIVE_LEVEL */
};

static inline NTSTATUS fx_make_object(PWDF_OBJECT_ATTRIBUTES attrs, WDFOBJECT *out)
{
	return WdfObjectCreate(attrs, out);
}

static inline NTSTATUS fx_make_collection(PWDF_OBJECT_ATTRIBUTES attrs, WDFOBJECT *out)
{
	return WdfCollectionCreate(attrs, (WDFCOLLECTION *)out);
}

static inline NTSTATUS fx_make_string(PWDF_OBJECT_ATTRIBUTES attrs, WDFOBJECT *out)
{
	return WdfStringCreate(NULL, attrs, (WDFSTRING *)out);
}

static inline NTSTATUS fx_make_memory(PWDF_OBJECT_ATTRIBUTES attrs, WDFOBJECT *out)
{
	return WdfMemoryCreate(attrs, NonPagedPoolNx, 0, 64, (WDFMEMORY *)out, NULL);
}

static inline NTSTATUS fx_make_paged_memory(PWDF_OBJECT_ATTRIBUTES attrs, WDFOBJECT *out)
{
	return WdfMemoryCreate(attrs, PagedPool, 0, 64, (WDFMEMORY *)out, NULL);
}

static inline NTSTATUS fx_make_preallocated(PWDF_OBJECT_ATTRIBUTES attrs, WDFOBJECT *out)
{
	static char buffer[64];

	return WdfMemoryCreatePreallocated(attrs, buffer, sizeof(buffer), (WDFMEMORY *)out);
}

static inline NTSTATUS fx_make_lookaside(PWDF_OBJECT_ATTRIBUTES attrs, WDFOBJECT *out)
{
	return WdfLookasideListCreate(attrs, 64, NonPagedPoolNx, NULL, 0, (WDFLOOKASIDE *)out);
}

static inline NTSTATUS fx_make_paged_lookaside(PWDF_OBJECT_ATTRIBUTES attrs, WDFOBJECT *out)
{
	return WdfLookasideListCreate(attrs, 64, PagedPool, NULL, 0, (WDFLOOKASIDE *)out);
}

static inline NTSTATUS fx_make_spin_lock(PWDF_OBJECT_ATTRIBUTES attrs, WDFOBJECT *out)
{
	return WdfSpinLockCreate(attrs, (WDFSPINLOCK *)out);
}

static inline NTSTATUS fx_make_wait_lock(PWDF_OBJECT_ATTRIBUTES attrs, WDFOBJECT *out)
{
	return WdfWaitLockCreate(attrs, (WDFWAITLOCK *)out);
}

static inline NTSTATUS fx_make_queue(PWDF_OBJECT_ATTRIBUTES attrs, WDFOBJECT *out)
{
	WDF_IO_QUEUE_CONFIG config;

	WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchManual);
	return WdfIoQueueCreate(fx_made.device, &config, attrs, (WDFQUEUE *)out);
}

static inline void fx_no_timer(WDFTIMER timer)
{
	(void)timer;
}

static inline NTSTATUS fx_make_timer(PWDF_OBJECT_ATTRIBUTES attrs, WDFOBJECT *out)
{
	WDF_TIMER_CONFIG config;

	WDF_TIMER_CONFIG_INIT(&config, fx_no_timer);
	return WdfTimerCreate(&config, attrs, (WDFTIMER *)out);
}

static inline void fx_no_dpc(WDFDPC dpc)
{
	(void)dpc;
}

static inline NTSTATUS fx_make_dpc(PWDF_OBJECT_ATTRIBUTES attrs, WDFOBJECT *out)
{
	WDF_DPC_CONFIG config;

	WDF_DPC_CONFIG_INIT(&config, fx_no_dpc);
	return WdfDpcCreate(&config, attrs, (WDFDPC *)out);
}

static inline void fx_no_work(WDFWORKITEM item)
{
	(void)item;
}

static inline NTSTATUS fx_make_work_item(PWDF_OBJECT_ATTRIBUTES attrs, WDFOBJECT *out)
{
	WDF_WORKITEM_CONFIG config;

	WDF_WORKITEM_CONFIG_INIT(&config, fx_no_work);
	return WdfWorkItemCreate(&config, attrs, (WDFWORKITEM *)out);
}

static const struct fx_kind fx_kinds[] = {
	{ "object", fx_make_object, FX_BELOW_DRIVER, true, false, false },
	{ "collection", fx_make_collection, FX_BELOW_DRIVER, false, false, false },
	{ "string", fx_make_string, FX_BELOW_DRIVER, false, false, true },
	{ "memory", fx_make_memory, FX_BELOW_DRIVER, false, false, false },
	{ "paged-memory", fx_make_paged_memory, FX_BELOW_DRIVER, false, false, true },
	{ "preallocated", fx_make_preallocated, FX_BELOW_DRIVER, false, false, false },
	{ "lookaside", fx_make_lookaside, FX_BELOW_DRIVER, false, false, false },
	{ "paged-lookaside", fx_make_paged_lookaside, FX_BELOW_DRIVER, false, false, true },
	{ "spin-lock", fx_make_spin_lock, FX_BELOW_DRIVER, false, false, false },
	{ "wait-lock", fx_make_wait_lock, FX_BELOW_DRIVER, false, false, false },
	{ "queue", fx_make_queue, FX_BELOW_DEVICE, true, true, true },
	{ "timer", fx_make_timer, FX_BELOW_NONE, true, false, true },
	{ "dpc", fx_make_dpc, FX_BELOW_NONE, false, false, true },
	{ "work-item", fx_make_work_item, FX_BELOW_NONE, false, false, true },
};

#endif
