/* SPDX-License-Identifier: MIT */
/*
 * property_api.c - the border of a PCI function's properties: asked of a device, of the
 * WDFDEVICE_INIT before there is one, or of a target.
 */
#include <string.h>

#include "io/target.h"
#include "object/driver.h"
#include "object/functions.h"
#include "pnp/bus_interface.h"
#include "pnp/device_init.h"
#include "pnp/host_impl.h"
#include "verifier/verifier.h"

/* In the functions themselves, whose names and arguments the driver's author knows. */
#define REQUIRE_BUFFER(globals)                                                                    \
	do {                                                                                       \
		fx_require(fx_driver_from_globals(globals), ResultLength);                         \
		if (BufferLength)                                                                  \
			fx_require(fx_driver_from_globals(globals), PropertyBuffer);               \
	} while (0)
#define REQUIRE_MEMORY(globals) fx_require(fx_driver_from_globals(globals), PropertyMemory)

/* What there is to ask, of whom. */
struct question {
	PWDF_DRIVER_GLOBALS globals;
	const struct pci_function *fn; /* NULL: nobody can answer */
	DEVICE_REGISTRY_PROPERTY which;
};

static NTSTATUS ask(const struct question *question, struct fx_property *out)
{
	if (!fx_check_level(fx_driver_from_globals(question->globals), PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	return fx_bus_property(question->fn, question->which, out);
}

static NTSTATUS to_buffer(const struct question *question, ULONG len, PVOID buffer, PULONG out_len)
{
	struct fx_property property;
	NTSTATUS status = ask(question, &property);

	*out_len = NT_SUCCESS(status) ? property.len : 0;
	if (!NT_SUCCESS(status))
		return status;
	if (len < property.len)
		return STATUS_BUFFER_TOO_SMALL;
	memcpy(buffer, property.data, property.len);
	return STATUS_SUCCESS;
}

static NTSTATUS to_memory(const struct question *question, POOL_TYPE pool,
			  PWDF_OBJECT_ATTRIBUTES attrs, WDFMEMORY *out)
{
	struct fx_property property;
	PVOID buffer;
	NTSTATUS status;

	*out = NULL;
	status = fx_object_check_attributes(attrs, FX_ATTR_NO_SCOPE_LEVEL);
	if (NT_SUCCESS(status))
		status = ask(question, &property);
	if (NT_SUCCESS(status))
		status = fx_WdfMemoryCreate(question->globals, attrs, pool, 0, property.len, out,
					    &buffer);
	if (NT_SUCCESS(status))
		memcpy(buffer, property.data, property.len);
	return status;
}

/* --- of a device --- */

static struct question of_device(PWDF_DRIVER_GLOBALS globals, WDFDEVICE handle,
				 DEVICE_REGISTRY_PROPERTY which)
{
	const struct fx_device *device =
		fx_device_from_handle(fx_driver_from_globals(globals), handle);

	return (struct question){ globals, fx_bus_function(device), which };
}

NTSTATUS fx_WdfDeviceQueryProperty(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
				   DEVICE_REGISTRY_PROPERTY DeviceProperty, ULONG BufferLength,
				   PVOID PropertyBuffer, PULONG ResultLength)
{
	struct question question = of_device(DriverGlobals, Device, DeviceProperty);

	REQUIRE_BUFFER(DriverGlobals);
	return to_buffer(&question, BufferLength, PropertyBuffer, ResultLength);
}

NTSTATUS fx_WdfDeviceAllocAndQueryProperty(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
					   DEVICE_REGISTRY_PROPERTY DeviceProperty,
					   POOL_TYPE PoolType,
					   PWDF_OBJECT_ATTRIBUTES PropertyMemoryAttributes,
					   WDFMEMORY *PropertyMemory)
{
	struct question question = of_device(DriverGlobals, Device, DeviceProperty);

	REQUIRE_MEMORY(DriverGlobals);
	return to_memory(&question, PoolType, PropertyMemoryAttributes, PropertyMemory);
}

/* --- of a device that is to be made --- */

static struct question of_init(PWDF_DRIVER_GLOBALS globals, PWDFDEVICE_INIT init,
			       DEVICE_REGISTRY_PROPERTY which, const char *function)
{
	struct question question = { .globals = globals, .which = which };
	struct fx_driver *driver = fx_driver_from_globals(globals);

	fx_device_init_check(driver, init, function + 3);
	if (!fx_device_init_is_fdo(init))
		fx_rule_break(driver, FX_RULE_INIT_KIND, NULL,
			      "%s: a control or child device has no properties", function + 3);
	else
		question.fn = init->host->fn;
	return question;
}

NTSTATUS fx_WdfFdoInitQueryProperty(PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT DeviceInit,
				    DEVICE_REGISTRY_PROPERTY DeviceProperty, ULONG BufferLength,
				    PVOID PropertyBuffer, PULONG ResultLength)
{
	struct question question = of_init(DriverGlobals, DeviceInit, DeviceProperty, __func__);

	REQUIRE_BUFFER(DriverGlobals);
	return to_buffer(&question, BufferLength, PropertyBuffer, ResultLength);
}

NTSTATUS fx_WdfFdoInitAllocAndQueryProperty(PWDF_DRIVER_GLOBALS DriverGlobals,
					    PWDFDEVICE_INIT DeviceInit,
					    DEVICE_REGISTRY_PROPERTY DeviceProperty,
					    POOL_TYPE PoolType,
					    PWDF_OBJECT_ATTRIBUTES PropertyMemoryAttributes,
					    WDFMEMORY *PropertyMemory)
{
	struct question question = of_init(DriverGlobals, DeviceInit, DeviceProperty, __func__);

	REQUIRE_MEMORY(DriverGlobals);
	return to_memory(&question, PoolType, PropertyMemoryAttributes, PropertyMemory);
}

/* --- of the device behind a target --- */

static struct question of_target(PWDF_DRIVER_GLOBALS globals, WDFIOTARGET handle,
				 DEVICE_REGISTRY_PROPERTY which)
{
	const struct fx_device *device = fx_target_device(
		fx_object_from_handle(fx_driver_from_globals(globals), handle, FX_TYPE_IO_TARGET));

	return (struct question){ globals, device ? fx_bus_function(device) : NULL, which };
}

NTSTATUS fx_WdfIoTargetQueryTargetProperty(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget,
					   DEVICE_REGISTRY_PROPERTY DeviceProperty,
					   ULONG BufferLength, PVOID PropertyBuffer,
					   PULONG ResultLength)
{
	struct question question = of_target(DriverGlobals, IoTarget, DeviceProperty);

	REQUIRE_BUFFER(DriverGlobals);
	return to_buffer(&question, BufferLength, PropertyBuffer, ResultLength);
}

NTSTATUS fx_WdfIoTargetAllocAndQueryTargetProperty(PWDF_DRIVER_GLOBALS DriverGlobals,
						   WDFIOTARGET IoTarget,
						   DEVICE_REGISTRY_PROPERTY DeviceProperty,
						   POOL_TYPE PoolType,
						   PWDF_OBJECT_ATTRIBUTES PropertyMemoryAttributes,
						   WDFMEMORY *PropertyMemory)
{
	struct question question = of_target(DriverGlobals, IoTarget, DeviceProperty);

	REQUIRE_MEMORY(DriverGlobals);
	return to_memory(&question, PoolType, PropertyMemoryAttributes, PropertyMemory);
}
