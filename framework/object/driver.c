/* SPDX-License-Identifier: MIT */
/* driver.c - WDFDRIVER: what a driver says of itself in DriverEntry, and the little it asks. */
#include "object/driver.h"

#include "object/functions.h"
#include "uwdf/wdflx.h"
#include "verifier/verifier.h"

/* The driver object is part of its struct fx_driver, which the loader frees, later: what its driver
 * left may still call, and its handle is none any more. */
static void driver_release(struct fx_object *obj)
{
	obj->type = FX_TYPE_NONE;
}

static const struct fx_object_class driver_class = {
	.type = FX_TYPE_DRIVER,
	.name = "WDFDRIVER",
	.passive_cleanup = true,
	.release = driver_release,
};

struct fx_driver *fx_driver_from_globals(PWDF_DRIVER_GLOBALS globals)
{
	return uw_container_of(globals, struct fx_driver, globals);
}

const char *fx_driver_name(const struct fx_driver *driver)
{
	return driver ? driver->globals.DriverName : "?";
}

#define INIT_FLAGS                                                                                 \
	(WdfDriverInitNonPnpDriver | WdfDriverInitNoDispatchOverride | WdfVerifyOn |               \
	 WdfVerifierOn | WdfDriverInitCompanion)

/* Who is told of devices: a non-PnP driver never, a miniport by its port driver. */
static bool device_add_fits(const WDF_DRIVER_CONFIG *config)
{
	if (config->DriverInitFlags & WdfDriverInitNonPnpDriver)
		return !config->EvtDriverDeviceAdd;
	return config->EvtDriverDeviceAdd ||
	       (config->DriverInitFlags & WdfDriverInitNoDispatchOverride);
}

static NTSTATUS check_config(const WDF_DRIVER_CONFIG *config)
{
	if (config->Size != sizeof(*config))
		return STATUS_INFO_LENGTH_MISMATCH;
	if (config->DriverInitFlags & ~(ULONG)INIT_FLAGS)
		return STATUS_INVALID_PARAMETER;
	if (config->DriverInitFlags & WdfDriverInitCompanion)
		return STATUS_NOT_SUPPORTED;
	return device_add_fits(config) ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

static NTSTATUS driver_create(struct fx_driver *driver, PWDF_OBJECT_ATTRIBUTES attrs)
{
	NTSTATUS status;

	fx_object_init(&driver->base, &driver_class, driver);
	fx_object_inherit(&driver->base, NULL, attrs);
	if (attrs && attrs->ContextTypeInfo) {
		status = fx_object_add_context(&driver->base, attrs, NULL);
		if (!NT_SUCCESS(status))
			return status;
	}
	fx_object_watch(&driver->base);
	fx_object_commit(&driver->base, attrs);
	driver->created = true;
	return STATUS_SUCCESS;
}

NTSTATUS fx_WdfDriverCreate(PWDF_DRIVER_GLOBALS globals, PDRIVER_OBJECT object,
			    PCUNICODE_STRING registry_path, PWDF_OBJECT_ATTRIBUTES attrs,
			    PWDF_DRIVER_CONFIG config, WDFDRIVER *out)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	NTSTATUS status;

	fx_require(driver, object);
	fx_require(driver, registry_path);
	fx_require(driver, config);
	if (!fx_check_level(driver, PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	if (out)
		*out = NULL;
	if (object != &driver->driver_object || !driver->in_entry || driver->created)
		return STATUS_DRIVER_INTERNAL_ERROR;
	status = check_config(config);
	if (NT_SUCCESS(status))
		status = fx_object_check_attributes(attrs, FX_ATTR_NO_PARENT);
	if (NT_SUCCESS(status))
		status = driver_create(driver, attrs);
	if (!NT_SUCCESS(status))
		return status;
	driver->config = *config;
	globals->DriverFlags |= config->DriverInitFlags;
	globals->DriverTag = config->DriverPoolTag ? config->DriverPoolTag : globals->DriverTag;
	globals->Driver = (WDFDRIVER)fx_object_handle(&driver->base);
	fx_driver_hook_unload(driver);
	if (out)
		*out = globals->Driver;
	return STATUS_SUCCESS;
}

PWSTR fx_WdfDriverGetRegistryPath(PWDF_DRIVER_GLOBALS globals, WDFDRIVER handle)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_driver *asked = fx_driver_from_handle(driver, handle);

	return fx_check_level(driver, PASSIVE_LEVEL) ? asked->registry_path : NULL;
}

BOOLEAN fx_WdfDriverIsVersionAvailable(PWDF_DRIVER_GLOBALS globals, WDFDRIVER handle,
				       PWDF_DRIVER_VERSION_AVAILABLE_PARAMS params)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);

	(void)fx_driver_from_handle(driver, handle);
	fx_require(driver, params);
	if (!fx_check_level(driver, PASSIVE_LEVEL))
		return FALSE;
	if (params->Size != sizeof(*params)) {
		fx_verifier_break(driver, "WdfDriverIsVersionAvailable: Size is %u, not %zu",
				  params->Size, sizeof(*params));
		return FALSE;
	}
	return params->MajorVersion == KMDF_VERSION_MAJOR_NUMBER &&
	       params->MinorVersion <= KMDF_VERSION_MINOR_NUMBER;
}

PDRIVER_OBJECT fx_WdfDriverWdmGetDriverObject(PWDF_DRIVER_GLOBALS globals, WDFDRIVER handle)
{
	return &fx_driver_from_handle(fx_driver_from_globals(globals), handle)->driver_object;
}

WDFDRIVER fx_WdfWdmDriverGetWdfDriverHandle(PWDF_DRIVER_GLOBALS globals, PDRIVER_OBJECT object)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);

	fx_require(driver, object);
	return object == &driver->driver_object ? globals->Driver : NULL;
}

/* As KMDF's, which leaves tracing to the system. */
NTSTATUS fx_WdfDriverRegisterTraceInfo(PWDF_DRIVER_GLOBALS globals, PDRIVER_OBJECT object,
				       PFN_WDF_TRACE_CALLBACK callback, PVOID control)
{
	(void)object;
	(void)callback;
	(void)control;
	(void)fx_check_level(fx_driver_from_globals(globals), PASSIVE_LEVEL);
	return STATUS_NOT_SUPPORTED;
}

UW_EXPORT NTSTATUS WdfLxDriverSetIoLevel(WDFDRIVER Driver, WDF_EXECUTION_LEVEL Level)
{
	struct fx_driver *driver = fx_driver_from_handle(NULL, Driver);

	if (Level != WdfExecutionLevelPassive && Level != WdfExecutionLevelDispatch)
		return STATUS_INVALID_PARAMETER;
	if (driver->device_count)
		return STATUS_INVALID_DEVICE_STATE;
	driver->io_level = Level;
	return STATUS_SUCCESS;
}
