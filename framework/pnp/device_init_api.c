/* SPDX-License-Identifier: MIT */
/* device_init_api.c - the border of WDFDEVICE_INIT. */
#include "base/mem.h"
#include "object/driver.h"
#include "object/functions.h"
#include "pnp/child.h"
#include "pnp/control.h"
#include "pnp/device_init.h"
#include "verifier/verifier.h"

void fx_device_init_prepare(struct WDFDEVICE_INIT *init, struct fx_driver *driver,
			    struct uwdf_device *host)
{
	*init = (struct WDFDEVICE_INIT){
		.driver = driver,
		.host = host,
		.config.io.io_type = WdfDeviceIoBuffered,
		.config.device_type = FILE_DEVICE_UNKNOWN,
		.config.characteristics = FILE_DEVICE_SECURE_OPEN,
	};
}

void fx_device_init_finish(struct WDFDEVICE_INIT *init)
{
	mem_free(init->name.Buffer);
	mem_free(init->sddl.Buffer);
	init->name = init->sddl = (UNICODE_STRING){ 0 };
}

struct WDFDEVICE_INIT *fx_device_init_check(struct fx_driver *driver, PWDFDEVICE_INIT init,
					    const char *function)
{
	if (!init)
		fx_verifier_null(driver, function, __builtin_return_address(0));
	if (init->driver != driver || init->device)
		fx_rule_stop(driver, FX_RULE_BAD_HANDLE, NULL, (uintptr_t)init, 0,
			     "%s: not this driver's WDFDEVICE_INIT, or a device was made from "
			     "it already",
			     function);
	return init;
}
#define CHECK_INIT(driver, init) fx_device_init_check(driver, init, __func__ + 3)

VOID fx_WdfDeviceInitFree(PWDF_DRIVER_GLOBALS globals, PWDFDEVICE_INIT init)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);

	CHECK_INIT(driver, init);
	if (!fx_check_level(driver, DISPATCH_LEVEL))
		return;
	if (init->bus) {
		fx_child_init_free(init);
		return;
	}
	if (fx_device_init_is_control(init)) {
		fx_control_init_free(init);
		return;
	}
	fx_verifier_stop(driver, WDF_INVALID_HANDLE, (uintptr_t)init, 0,
			 "WdfDeviceInitFree on a WDFDEVICE_INIT that the framework owns");
}

VOID fx_WdfDeviceInitSetPnpPowerEventCallbacks(PWDF_DRIVER_GLOBALS globals, PWDFDEVICE_INIT init,
					       PWDF_PNPPOWER_EVENT_CALLBACKS callbacks)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);

	CHECK_INIT(driver, init);
	fx_require(driver, callbacks);
	if (callbacks->Size != sizeof(*callbacks)) {
		fx_rule_break(driver, FX_RULE_WRONG_SIZE, NULL,
			      "WDF_PNPPOWER_EVENT_CALLBACKS: Size is %u, not %zu", callbacks->Size,
			      sizeof(*callbacks));
		return;
	}
	if (callbacks->EvtDeviceUsageNotification && callbacks->EvtDeviceUsageNotificationEx) {
		fx_rule_break(driver, FX_RULE_BOTH_CALLBACKS, NULL,
			      "EvtDeviceUsageNotification and ...Ex exclude each other");
		return;
	}
	init->config.pnp = *callbacks;
}

static void set_io_type(struct fx_driver *driver, PWDFDEVICE_INIT init, WDF_DEVICE_IO_TYPE type,
			const char *function)
{
	if (type < WdfDeviceIoNeither || type > WdfDeviceIoDirect) {
		fx_rule_break(driver, FX_RULE_FIELD_RANGE, NULL, "%s: %d is no I/O type", function,
			      (int)type);
		return;
	}
	init->config.io.io_type = type;
}

VOID fx_WdfDeviceInitSetIoType(PWDF_DRIVER_GLOBALS globals, PWDFDEVICE_INIT init,
			       WDF_DEVICE_IO_TYPE type)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);

	CHECK_INIT(driver, init);
	set_io_type(driver, init, type, "WdfDeviceInitSetIoType");
}

VOID fx_WdfDeviceInitSetIoTypeEx(PWDF_DRIVER_GLOBALS globals, PWDFDEVICE_INIT init,
				 PWDF_IO_TYPE_CONFIG config)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);

	CHECK_INIT(driver, init);
	fx_require(driver, config);
	if (!fx_check_level(driver, PASSIVE_LEVEL))
		return;
	if (config->Size != sizeof(*config)) {
		fx_rule_break(driver, FX_RULE_WRONG_SIZE, NULL,
			      "WDF_IO_TYPE_CONFIG: Size is %u, not %zu", config->Size,
			      sizeof(*config));
		return;
	}
	set_io_type(driver, init, config->ReadWriteIoType, "WdfDeviceInitSetIoTypeEx");
}

VOID fx_WdfDeviceInitSetExclusive(PWDF_DRIVER_GLOBALS globals, PWDFDEVICE_INIT init,
				  BOOLEAN exclusive)
{
	CHECK_INIT(fx_driver_from_globals(globals), init);
	init->config.io.exclusive = exclusive;
}

VOID fx_WdfDeviceInitSetDeviceType(PWDF_DRIVER_GLOBALS globals, PWDFDEVICE_INIT init,
				   DEVICE_TYPE type)
{
	CHECK_INIT(fx_driver_from_globals(globals), init);
	init->config.device_type = type;
}

VOID fx_WdfDeviceInitSetDeviceClass(PWDF_DRIVER_GLOBALS globals, PWDFDEVICE_INIT init,
				    const GUID *class)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);

	CHECK_INIT(driver, init);
	fx_require(driver, class);
	init->config.device_class = *class;
	init->config.has_class = true;
}

VOID fx_WdfDeviceInitSetCharacteristics(PWDF_DRIVER_GLOBALS globals, PWDFDEVICE_INIT init,
					ULONG characteristics, BOOLEAN or_in)
{
	CHECK_INIT(fx_driver_from_globals(globals), init);
	if (or_in)
		characteristics |= init->config.characteristics;
	init->config.characteristics = characteristics;
}

static bool file_config_is_valid(struct fx_driver *driver, const WDF_FILEOBJECT_CONFIG *config)
{
	ULONG class = (ULONG)config->FileObjectClass & ~(ULONG)WdfFileObjectCanBeOptional;

	if (config->Size != sizeof(*config))
		fx_rule_break(driver, FX_RULE_WRONG_SIZE, NULL,
			      "WDF_FILEOBJECT_CONFIG: Size is %u, not %zu", config->Size,
			      sizeof(*config));
	else if ((ULONG)config->AutoForwardCleanupClose > WdfUseDefault)
		fx_rule_break(driver, FX_RULE_FIELD_RANGE, NULL,
			      "WDF_FILEOBJECT_CONFIG: AutoForwardCleanupClose is %d",
			      (int)config->AutoForwardCleanupClose);
	else if (class < WdfFileObjectNotRequired || class > WdfFileObjectWdfCannotUseFsContexts)
		fx_rule_break(driver, FX_RULE_FIELD_RANGE, NULL,
			      "WDF_FILEOBJECT_CONFIG: FileObjectClass is %d",
			      (int)config->FileObjectClass);
	else
		return true;
	return false;
}

VOID fx_WdfDeviceInitSetFileObjectConfig(PWDF_DRIVER_GLOBALS globals, PWDFDEVICE_INIT init,
					 PWDF_FILEOBJECT_CONFIG config,
					 PWDF_OBJECT_ATTRIBUTES attrs)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	NTSTATUS status;

	CHECK_INIT(driver, init);
	fx_require(driver, config);
	if (!file_config_is_valid(driver, config))
		return;
	status = fx_object_check_attributes(attrs, FX_ATTR_NO_PARENT);
	if (!NT_SUCCESS(status)) {
		fx_rule_break(driver, FX_RULE_REQUEST_ATTRIBUTES, NULL,
			      "WdfDeviceInitSetFileObjectConfig: attributes are wrong "
			      "(status 0x%08x)",
			      (unsigned int)status);
		return;
	}
	init->config.io.file_config = *config;
	init->config.io.file_attributes = attrs ? *attrs : (WDF_OBJECT_ATTRIBUTES){ 0 };
}

VOID fx_WdfDeviceInitSetRequestAttributes(PWDF_DRIVER_GLOBALS globals, PWDFDEVICE_INIT init,
					  PWDF_OBJECT_ATTRIBUTES attrs)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	NTSTATUS status;

	CHECK_INIT(driver, init);
	fx_require(driver, attrs);
	status = fx_object_check_attributes(attrs, FX_ATTR_NO_PARENT | FX_ATTR_NO_SCOPE_LEVEL);
	if (!NT_SUCCESS(status)) {
		fx_rule_break(driver, FX_RULE_REQUEST_ATTRIBUTES, NULL,
			      "WdfDeviceInitSetRequestAttributes: attributes are wrong "
			      "(status 0x%08x)",
			      (unsigned int)status);
		return;
	}
	init->config.io.request_attributes = *attrs;
}

VOID fx_WdfDeviceInitSetIoInCallerContextCallback(PWDF_DRIVER_GLOBALS globals, PWDFDEVICE_INIT init,
						  PFN_WDF_IO_IN_CALLER_CONTEXT evt)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);

	CHECK_INIT(driver, init);
	fx_require(driver, evt);
	init->config.io.evt_in_caller = evt;
}

VOID fx_WdfDeviceInitAllowSelfIoTarget(PWDF_DRIVER_GLOBALS globals, PWDFDEVICE_INIT init)
{
	CHECK_INIT(fx_driver_from_globals(globals), init);
	init->config.io.to_self = true;
}

/* One callback a major function, the last one given; its minor functions once. */
NTSTATUS fx_WdfDeviceInitAssignWdmIrpPreprocessCallback(PWDF_DRIVER_GLOBALS globals,
							PWDFDEVICE_INIT init,
							PFN_WDFDEVICE_WDM_IRP_PREPROCESS evt,
							UCHAR major, PUCHAR minors, ULONG count)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_irp_preprocess *wish;

	CHECK_INIT(driver, init);
	fx_require(driver, evt);
	if (!fx_check_level(driver, DISPATCH_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	if (major > IRP_MJ_MAXIMUM_FUNCTION || (count && !minors))
		return STATUS_INVALID_PARAMETER;
	wish = &init->config.io.preprocess[major];
	if (count && wish->some)
		return STATUS_INVALID_DEVICE_REQUEST;
	wish->evt = evt;
	for (ULONG i = 0; i < count; i++)
		wish->minors[minors[i] / 32] |= 1u << (minors[i] % 32);
	wish->some |= count != 0;
	return STATUS_SUCCESS;
}
