/* SPDX-License-Identifier: MIT */
/* device_name_api.c - the border of device names and symbolic links. */
#include "object/driver.h"
#include "object/functions.h"
#include "pnp/device_init.h"
#include "pnp/names.h"
#include "support/string_object.h"
#include "verifier/verifier.h"

static NTSTATUS assign_text(struct fx_driver *driver, UNICODE_STRING *to,
			    const UNICODE_STRING *text, const char *function)
{
	NTSTATUS status = STATUS_SUCCESS;

	if (!fx_level_ok(driver, function, PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	if (text)
		status = fx_name_check_string(text);
	return NT_SUCCESS(status) ? fx_name_copy(to, text) : status;
}

NTSTATUS fx_WdfDeviceInitAssignName(PWDF_DRIVER_GLOBALS globals, PWDFDEVICE_INIT init,
				    PCUNICODE_STRING name)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);

	fx_device_init_check(driver, init, __func__ + 3);
	return assign_text(driver, &init->name, name, __func__ + 3);
}

NTSTATUS fx_WdfDeviceInitAssignSDDLString(PWDF_DRIVER_GLOBALS globals, PWDFDEVICE_INIT init,
					  PCUNICODE_STRING sddl)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);

	fx_device_init_check(driver, init, __func__ + 3);
	return assign_text(driver, &init->sddl, sddl, __func__ + 3);
}

NTSTATUS fx_WdfDeviceRetrieveDeviceName(PWDF_DRIVER_GLOBALS globals, WDFDEVICE handle,
					WDFSTRING string)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_device *device = fx_device_from_handle(driver, handle);
	struct fx_object *out = fx_object_from_handle(driver, string, FX_TYPE_STRING);
	const UNICODE_STRING *name;

	if (!fx_check_level(driver, PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	name = fx_names_device(&device->names);
	return name ? fx_string_assign(out, name) : STATUS_INVALID_DEVICE_REQUEST;
}

NTSTATUS fx_WdfDeviceCreateSymbolicLink(PWDF_DRIVER_GLOBALS globals, WDFDEVICE handle,
					PCUNICODE_STRING name)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_device *device = fx_device_from_handle(driver, handle);
	NTSTATUS status;

	fx_require(driver, name);
	if (!fx_check_level(driver, PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	status = fx_name_check_string(name);
	if (!NT_SUCCESS(status))
		return status;
	return fx_name_take(&device->names, name, true);
}
