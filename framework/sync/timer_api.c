/* SPDX-License-Identifier: MIT */
/* timer_api.c - the border of WDFTIMER. */
#include <limits.h>

#include "object/driver.h"
#include "object/functions.h"
#include "sync/timer.h"
#include "verifier/verifier.h"

static NTSTATUS check_config(const WDF_TIMER_CONFIG *config)
{
	if (config->Size != sizeof(*config))
		return STATUS_INFO_LENGTH_MISMATCH;
	if (config->Period > INT_MAX)
		return STATUS_INVALID_PARAMETER;
	if (config->UseHighResolutionTimer == WdfTrue && config->TolerableDelay)
		return STATUS_INVALID_PARAMETER;
	return STATUS_SUCCESS;
}

/* Unlike other objects a timer takes an execution level; its own, not the one it inherits, makes it
 * a passive one. */
static NTSTATUS check_attributes(const WDF_TIMER_CONFIG *config, PWDF_OBJECT_ATTRIBUTES attrs)
{
	NTSTATUS status = fx_object_check_attributes(attrs, FX_ATTR_NEEDS_PARENT);

	if (!NT_SUCCESS(status))
		return status;
	if (attrs->SynchronizationScope != WdfSynchronizationScopeInheritFromParent)
		return STATUS_WDF_SYNCHRONIZATION_SCOPE_INVALID;
	if (config->Period && attrs->ExecutionLevel == WdfExecutionLevelPassive)
		return STATUS_NOT_SUPPORTED;
	return STATUS_SUCCESS;
}

static void timer_fill(struct fx_timer *timer, const WDF_TIMER_CONFIG *config,
		       const struct fx_serial *serial)
{
	timer->serial = *serial;
	timer->callback = config->EvtTimerFunc;
	timer->period_ns = config->Period * EXEC_NS_PER_MS;
	if (config->TolerableDelay != TolerableDelayUnlimited)
		timer->tolerance_ns = config->TolerableDelay * EXEC_NS_PER_MS;
	timer->high_resolution = config->UseHighResolutionTimer == WdfTrue;
	fx_timer_init(timer);
}

NTSTATUS fx_WdfTimerCreate(PWDF_DRIVER_GLOBALS globals, PWDF_TIMER_CONFIG config,
			   PWDF_OBJECT_ATTRIBUTES attrs, WDFTIMER *out)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_serial serial;
	struct fx_object *obj;
	NTSTATUS status;
	bool passive;

	fx_require(driver, config);
	fx_require(driver, out);
	if (!fx_check_level(driver, DISPATCH_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	*out = NULL;
	status = check_config(config);
	if (NT_SUCCESS(status))
		status = check_attributes(config, attrs);
	if (!NT_SUCCESS(status))
		return status;
	passive = attrs->ExecutionLevel == WdfExecutionLevelPassive;
	status = fx_serial_choose(fx_object_from_any(driver, attrs->ParentObject),
				  config->AutomaticSerialization, passive, &serial);
	if (NT_SUCCESS(status))
		status = fx_object_new(&fx_timer_class, sizeof(struct fx_timer), driver, NULL,
				       attrs, &obj);
	if (!NT_SUCCESS(status))
		return status;
	uw_container_of(obj, struct fx_timer, base)->passive = passive;
	timer_fill(uw_container_of(obj, struct fx_timer, base), config, &serial);
	return fx_object_publish(obj, attrs, out);
}

BOOLEAN fx_WdfTimerStart(PWDF_DRIVER_GLOBALS globals, WDFTIMER handle, LONGLONG due)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_timer *timer = fx_timer_from_handle(driver, handle);
	enum fx_timer_started started;

	if (!fx_check_level(driver, DISPATCH_LEVEL))
		return FALSE;
	if (uw_unlikely(timer->high_resolution && due >= 0))
		fx_verifier_stop(driver, WDF_VERIFIER_FATAL_ERROR, (uintptr_t)handle, (uint64_t)due,
				 "WdfTimerStart on a high-resolution timer with a due time that is "
				 "not relative (negative)");
	started = fx_timer_start(timer, due);
	if (uw_unlikely(started == FX_TIMER_ENDED))
		fx_rule_break(driver, FX_RULE_TIMER_STARTED_LATE, &timer->base,
			      "WdfTimerStart on a WDFTIMER that is being deleted");
	return started == FX_TIMER_WAS_QUEUED;
}

static BOOLEAN stop_and_wait(struct fx_driver *driver, struct fx_timer *timer)
{
	if (uw_unlikely(fx_irql_get() > PASSIVE_LEVEL)) {
		fx_rule_break(driver, FX_RULE_TIMER_STOP_LEVEL, &timer->base,
			      "WdfTimerStop with Wait at IRQL %u, allowed at %u", fx_irql_get(),
			      PASSIVE_LEVEL);
		return FALSE;
	}
	if (uw_unlikely(fx_timer_in_callback(timer))) {
		fx_rule_break(driver, FX_RULE_TIMER_IN_CALLBACK, &timer->base,
			      "WdfTimerStop with Wait in the timer's own callback: it "
			      "would wait for itself");
		return FALSE;
	}
	if (uw_unlikely(fx_timer_is_stopping(timer)))
		fx_rule_break(driver, FX_RULE_TIMER_STOPPED_TWICE, &timer->base,
			      "WdfTimerStop while another WdfTimerStop waits");
	return fx_timer_stop_and_wait(timer);
}

BOOLEAN fx_WdfTimerStop(PWDF_DRIVER_GLOBALS globals, WDFTIMER handle, BOOLEAN wait)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_timer *timer = fx_timer_from_handle(driver, handle);

	if (wait)
		return stop_and_wait(driver, timer);
	return fx_check_level(driver, DISPATCH_LEVEL) && fx_timer_stop(timer);
}

WDFOBJECT fx_WdfTimerGetParentObject(PWDF_DRIVER_GLOBALS globals, WDFTIMER handle)
{
	return fx_serial_parent(
		&fx_timer_from_handle(fx_driver_from_globals(globals), handle)->base);
}
