/* SPDX-License-Identifier: MIT */
/*
 * serial.h - automatic serialization: the lock that the callback of a DPC, timer or work item runs
 * under, which is its device's or queue's.
 */
#ifndef FX_SERIAL_H
#define FX_SERIAL_H

#include "object/object.h"
#include "sync/scope.h"
#include "verifier/callback.h"

struct fx_device;

/* The synchronization lock of a WDFDEVICE or WDFQUEUE; NULL: of scope none, or another type. */
struct fx_scope *fx_lock_of_object(struct fx_object *obj);

/* What an object whose parent is @parent needs to call its driver. */
struct fx_serial {
	struct fx_device *device; /* borrowed: an ancestor */
	struct fx_scope *scope;   /* borrowed: of an ancestor; NULL: not serialized */
	struct fx_object *holder; /* borrowed: that ancestor, or NULL */
};

/**
 * fx_serial_choose() - the device and the lock of callbacks below @parent.
 * @automatic: the driver asked for automatic serialization.
 * @passive:   the callbacks run at PASSIVE, else at DISPATCH.
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST no device above; after a break,
 *         STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL: the lock is one for the other level.
 */
NTSTATUS fx_serial_choose(struct fx_object *parent, bool automatic, bool passive,
			  struct fx_serial *out) UW_MUST_CHECK;

/* For the ...GetParentObject functions: NULL once @obj is deleted. */
static inline WDFOBJECT fx_serial_parent(const struct fx_object *obj)
{
	return fx_object_state(obj) < FX_OBJECT_DISPOSED ? fx_object_handle(obj->parent) : NULL;
}

/* A callback on the pool deletes @obj, and maybe its ancestors with it: both stay in memory until
 * it has returned and given the lock back. */
static inline void fx_serial_keep(struct fx_object *obj, const struct fx_serial *serial)
{
	fx_object_ref(obj);
	if (serial->holder)
		fx_object_ref(serial->holder);
}
static inline void fx_serial_let_go(struct fx_object *obj, const struct fx_serial *serial)
{
	struct fx_object *holder = serial->holder; /* @serial is part of @obj */

	fx_object_unref(obj);
	fx_object_unref(holder);
}

/* Around one callback at @level: DISPATCH on the device's interrupt loop, PASSIVE on the pool. */
struct fx_serial_call {
	KIRQL level_before;
	bool entered;
	struct fx_callback_entry entry;
};
static inline struct fx_serial_call fx_serial_enter(const struct fx_serial *serial, KIRQL level)
{
	struct fx_serial_call call = { .level_before = fx_irql_raise(level) };

	call.entered = fx_scope_enter(serial->scope);
	call.entry = fx_callback_enter();
	return call;
}

/* @name, @code: of the callback, as for fx_callback_leave(). */
static inline void fx_serial_leave(const struct fx_serial *serial, struct fx_serial_call call,
				   struct fx_driver *driver, const char *name, uintptr_t code)
{
	/* whoever gave the lock back changed the level with it, and is told of the lock */
	if (!call.entered || fx_scope_is_mine(serial->scope))
		fx_callback_leave(driver, call.entry, name, code);
	fx_scope_leave(serial->scope, call.entered, driver);
	fx_irql_restore(call.level_before);
}

#endif
