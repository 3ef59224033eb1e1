/* SPDX-License-Identifier: MIT */
/* serial.c - which lock callbacks run under, and the driver's own way to that lock. */
#include "sync/serial.h"

#include "io/io.h"
#include "object/functions.h"
#include "pnp/device.h"
#include "verifier/verifier.h"

struct fx_scope *fx_lock_of_object(struct fx_object *obj)
{
	if (obj->type == FX_TYPE_DEVICE)
		return fx_io_device_scope(fx_device_from_object(obj));
	return obj->type == FX_TYPE_QUEUE ? fx_io_queue_scope(obj) : NULL;
}

/* The nearest one above @obj, or itself, whose callbacks have a scope. */
static struct fx_object *holder_of(struct fx_object *obj)
{
	while (obj && obj->type != FX_TYPE_DEVICE && obj->type != FX_TYPE_QUEUE)
		obj = fx_object_above(obj);
	return obj;
}

static const char *level_name(bool passive)
{
	return passive ? "PASSIVE_LEVEL" : "DISPATCH_LEVEL";
}

NTSTATUS fx_serial_choose(struct fx_object *parent, bool automatic, bool passive,
			  struct fx_serial *out)
{
	struct fx_device *device = fx_device_of_object(parent);
	struct fx_object *holder = holder_of(parent);
	struct fx_scope *scope = NULL;

	if (!device)
		return STATUS_INVALID_DEVICE_REQUEST;
	if (automatic && fx_object_effective_scope(holder) != WdfSynchronizationScopeNone)
		scope = fx_lock_of_object(holder);
	if (scope && scope->passive != passive) {
		fx_rule_break(parent->driver, FX_RULE_SERIALIZATION_LEVEL, parent,
			      "AutomaticSerialization: callbacks at %s cannot be serialized "
			      "with those of a %s at %s",
			      level_name(passive), holder->class->name, level_name(scope->passive));
		return STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL;
	}
	out->device = device;
	out->scope = scope;
	out->holder = scope ? holder : NULL;
	return STATUS_SUCCESS;
}

static struct fx_scope *lock_from_handle(struct fx_driver *driver, WDFOBJECT handle,
					 const char *function)
{
	struct fx_object *obj = fx_object_from_any(driver, handle);
	struct fx_scope *scope = fx_lock_of_object(obj);

	if (uw_likely(scope))
		return scope;
	fx_rule_stop(driver, FX_RULE_NO_CALLBACK_LOCK, obj, (uintptr_t)handle, 0,
		     "%s: a %s has no synchronization lock here: a device has one, and a queue "
		     "whose synchronization scope is not none",
		     function, obj->class->name);
}

/* The device's lock is the outer one. */
static void check_order(struct fx_driver *driver, struct fx_object *obj)
{
	if (obj->type == FX_TYPE_DEVICE && fx_rule_is_open(driver, FX_RULE_LOCK_ORDER) &&
	    fx_io_holds_queue_scope(fx_device_from_object(obj)))
		fx_rule_break(driver, FX_RULE_LOCK_ORDER, obj,
			      "WdfObjectAcquireLock on a device under the lock of one of its "
			      "queues");
}

VOID fx_WdfObjectAcquireLock(PWDF_DRIVER_GLOBALS globals, WDFOBJECT handle)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_scope *scope = lock_from_handle(driver, handle, "WdfObjectAcquireLock");

	if (!fx_check_level(driver, scope->passive ? APC_LEVEL : DISPATCH_LEVEL))
		return;
	if (uw_unlikely(fx_scope_is_mine(scope)))
		fx_rule_stop(driver, FX_RULE_CALLBACK_LOCK_TWICE,
			     fx_object_from_any(driver, handle), (uintptr_t)scope, 0,
			     "WdfObjectAcquireLock on a lock that this thread holds: the "
			     "framework takes it around the callbacks that it serializes%s",
			     fx_lock_history_text(fx_lock_watch_history(scope->watch)).text);
	check_order(driver, fx_object_from_any(driver, handle));
	fx_scope_take_for_driver(scope, __builtin_return_address(0));
}

VOID fx_WdfObjectReleaseLock(PWDF_DRIVER_GLOBALS globals, WDFOBJECT handle)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_scope *scope = lock_from_handle(driver, handle, "WdfObjectReleaseLock");

	if (uw_likely(fx_scope_is_mine(scope)))
		fx_scope_drop_for_driver(scope);
	else
		fx_rule_break(driver, FX_RULE_LOCK_NOT_OWNED, fx_object_from_any(driver, handle),
			      "WdfObjectReleaseLock on a lock that this thread does not hold");
}
