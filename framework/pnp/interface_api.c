/* SPDX-License-Identifier: MIT */
/* interface_api.c - the border of device interfaces. */
#include <stdio.h>

#include "object/driver.h"
#include "object/functions.h"
#include "pnp/child.h"
#include "pnp/device.h"
#include "pnp/host.h"
#include "pnp/names.h"
#include "support/string_object.h"
#include "verifier/verifier.h"

static bool has_separator(const UNICODE_STRING *text)
{
	for (ULONG i = 0; i < text->Length / sizeof(WCHAR); i++)
		if (text->Buffer[i] == '\\' || text->Buffer[i] == '/')
			return true;
	return false;
}

static NTSTATUS refuse(struct fx_device *device, const char *function, const char *why,
		       NTSTATUS status)
{
	fx_rule_break(device->base.driver, FX_RULE_DEVICE_INTERFACE, &device->base, "%s: %s",
		      function, why);
	return status;
}

/* What all of them check: level, kind of device, reference string. */
static NTSTATUS check(struct fx_device *device, const UNICODE_STRING *reference,
		      const char *function)
{
	if (!fx_level_ok(device->base.driver, function, PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	if (fx_device_is_control(device))
		return refuse(device, function, "a control device has no interfaces",
			      STATUS_INVALID_DEVICE_REQUEST);
	if (reference && (!NT_SUCCESS(fx_name_check_string(reference)) || has_separator(reference)))
		return refuse(device, function, "the reference string is malformed",
			      STATUS_INVALID_PARAMETER);
	return STATUS_SUCCESS;
}

NTSTATUS fx_WdfDeviceCreateDeviceInterface(PWDF_DRIVER_GLOBALS globals, WDFDEVICE handle,
					   const GUID *guid, PCUNICODE_STRING reference)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_device *device = fx_device_from_handle(driver, handle);
	NTSTATUS status;

	fx_require(driver, guid);
	status = check(device, reference, __func__ + 3);
	return NT_SUCCESS(status) ? fx_device_add_interface(device, guid, reference) : status;
}

static void set_state(struct fx_device *device, const struct fx_interface_name *name, bool enabled,
		      bool also_at_start, const char *function)
{
	if (!NT_SUCCESS(check(device, name->reference, function)))
		return;
	if (!fx_device_enable_interface(device, name, enabled, also_at_start))
		refuse(device, function, "the device has no such interface",
		       STATUS_OBJECT_NAME_NOT_FOUND);
}

VOID fx_WdfDeviceSetDeviceInterfaceState(PWDF_DRIVER_GLOBALS globals, WDFDEVICE handle,
					 const GUID *guid, PCUNICODE_STRING reference,
					 BOOLEAN enabled)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_interface_name name = { .guid = guid, .reference = reference };

	fx_require(driver, guid);
	set_state(fx_device_from_handle(driver, handle), &name, enabled, false, __func__ + 3);
}

VOID fx_WdfDeviceSetDeviceInterfaceStateEx(PWDF_DRIVER_GLOBALS globals, WDFDEVICE handle,
					   const GUID *guid, PCUNICODE_STRING reference,
					   BOOLEAN enabled)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_interface_name name = { .guid = guid, .reference = reference };

	fx_require(driver, guid);
	set_state(fx_device_from_handle(driver, handle), &name, enabled, true, __func__ + 3);
}

/* As Windows has it: what the device is called, with "#" for its parts, then the class. */
NTSTATUS fx_device_interface_link(struct fx_device *device, const GUID *g,
				  const UNICODE_STRING *reference, WCHAR *buf, UNICODE_STRING *out)
{
	const char *id = device->child ? fx_child_id(device->child) : fx_host_name(device->host);
	char plain[FX_INTERFACE_LINK_CHARS];
	int len = snprintf(plain, sizeof(plain),
			   "\\??\\UWDF#%s#%s#{%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x}%s",
			   fx_driver_name(device->base.driver), id, g->Data1, g->Data2, g->Data3,
			   g->Data4[0], g->Data4[1], g->Data4[2], g->Data4[3], g->Data4[4],
			   g->Data4[5], g->Data4[6], g->Data4[7],
			   reference && reference->Length ? "\\" : "");
	size_t bytes = (size_t)len * sizeof(WCHAR) + (reference ? reference->Length : 0);

	if (len < 0 || (size_t)len >= sizeof(plain) ||
	    bytes > FX_INTERFACE_LINK_CHARS * sizeof(WCHAR))
		return STATUS_OBJECT_NAME_INVALID;
	for (int i = 0; i < len; i++)
		buf[i] = (WCHAR)(unsigned char)plain[i];
	if (reference)
		RtlCopyMemory(buf + len, reference->Buffer, reference->Length);
	*out = (UNICODE_STRING){ (USHORT)bytes, (USHORT)bytes, buf };
	return STATUS_SUCCESS;
}

NTSTATUS fx_WdfDeviceRetrieveDeviceInterfaceString(PWDF_DRIVER_GLOBALS globals, WDFDEVICE handle,
						   const GUID *guid, PCUNICODE_STRING reference,
						   WDFSTRING string)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_device *device = fx_device_from_handle(driver, handle);
	struct fx_object *out = fx_object_from_handle(driver, string, FX_TYPE_STRING);
	const struct fx_interface_name name = { .guid = guid, .reference = reference };
	WCHAR buf[FX_INTERFACE_LINK_CHARS];
	UNICODE_STRING text;
	NTSTATUS status;

	fx_require(driver, guid);
	status = check(device, reference, __func__ + 3);
	if (NT_SUCCESS(status) && !fx_device_has_interface(device, &name))
		status = STATUS_OBJECT_NAME_NOT_FOUND;
	if (NT_SUCCESS(status))
		status = fx_device_interface_link(device, guid, reference, buf, &text);
	return NT_SUCCESS(status) ? fx_string_assign(out, &text) : status;
}
