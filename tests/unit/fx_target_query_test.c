/* SPDX-License-Identifier: MIT */
/* What a target says of the device behind it: WDM objects, properties of the bus, interfaces. */
#include "fx_fixture.h"

#include <string.h>

#include "object/driver.h"
#include "verifier/verifier.h"

static const GUID bus_standard = {
	0x496b8280, 0x6f25, 0x11d0, { 0xbe, 0xaf, 0x08, 0x00, 0x2b, 0xe2, 0x09, 0x2f }
};
static const GUID pci_bus = {
	0xc8ebdfb0, 0xb510, 0x11d0, { 0x80, 0xe5, 0x00, 0xa0, 0xc9, 0x25, 0x42, 0xe3 }
};

static WDFIOTARGET lower(void)
{
	return WdfDeviceGetIoTarget(fx_made.device);
}

static void test_device_object__lowest_driver__the_buss(void **state)
{
	PDEVICE_OBJECT bus;

	(void)state;
	fx_up();
	bus = WdfIoTargetWdmGetTargetDeviceObject(lower());
	assert_non_null(bus);
	assert_int_equal(bus->Type, IO_TYPE_DEVICE);
	assert_null(bus->DriverObject);
	assert_ptr_not_equal(bus, WdfDeviceWdmGetDeviceObject(fx_made.device));
	assert_ptr_equal(WdfIoTargetWdmGetTargetPhysicalDevice(lower()), bus);
	assert_null(WdfWdmDeviceGetWdfDeviceHandle(bus));
	assert_null(WdfIoTargetWdmGetTargetFileObject(lower()));
	assert_null(WdfIoTargetWdmGetTargetFileHandle(lower()));
	fx_remove();
}

static void test_closed_target__has_no_objects_and_no_device(void **state)
{
	INTERFACE interface;
	WDFIOTARGET target;
	ULONG len = 1;

	(void)state;
	fx_up();
	assert_int_equal(WdfIoTargetCreate(fx_made.device, NULL, &target), STATUS_SUCCESS);
	assert_null(WdfIoTargetWdmGetTargetDeviceObject(target));
	assert_null(WdfIoTargetWdmGetTargetPhysicalDevice(target));
	assert_null(WdfIoTargetWdmGetTargetFileObject(target));
	assert_null(WdfIoTargetWdmGetTargetFileHandle(target));
	assert_int_equal(
		WdfIoTargetQueryTargetProperty(target, DevicePropertyHardwareID, 0, NULL, &len),
		STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(len, 0);
	assert_int_equal(WdfIoTargetQueryForInterface(target, &bus_standard, &interface,
						      sizeof(interface), 1, NULL),
			 STATUS_INVALID_DEVICE_REQUEST);
	fx_remove();
}

/* Each text of a REG_MULTI_SZ, one a line. */
static void expect_texts(DEVICE_REGISTRY_PROPERTY which, const char *expected)
{
	WCHAR wide[256];
	char narrow[256];
	ULONG len = 0, i;

	assert_int_equal(WdfIoTargetQueryTargetProperty(lower(), which, 0, NULL, &len),
			 STATUS_BUFFER_TOO_SMALL);
	assert_in_range(len, 4, sizeof(wide));
	assert_int_equal(WdfIoTargetQueryTargetProperty(lower(), which, len - 1, wide, &len),
			 STATUS_BUFFER_TOO_SMALL);
	assert_int_equal(WdfIoTargetQueryTargetProperty(lower(), which, sizeof(wide), wide, &len),
			 STATUS_SUCCESS);
	for (i = 0; i < len / sizeof(WCHAR) - 1; i++)
		narrow[i] = (char)(wide[i] ? wide[i] : L'\n');
	assert_int_equal(wide[i], 0);
	narrow[i] = 0;
	assert_string_equal(narrow, expected);
}

static void test_property__ids__as_a_pci_bus_makes_them(void **state)
{
	(void)state;
	fx_up();
	expect_texts(DevicePropertyHardwareID, "PCI\\VEN_1234&DEV_11E8&SUBSYS_11001AF4&REV_10\n"
					       "PCI\\VEN_1234&DEV_11E8&SUBSYS_11001AF4\n"
					       "PCI\\VEN_1234&DEV_11E8&CC_00FF00\n"
					       "PCI\\VEN_1234&DEV_11E8&CC_00FF\n");
	expect_texts(DevicePropertyCompatibleIDs, "PCI\\VEN_1234&DEV_11E8&REV_10\n"
						  "PCI\\VEN_1234&DEV_11E8\n"
						  "PCI\\VEN_1234&CC_00FF00\n"
						  "PCI\\VEN_1234&CC_00FF\n"
						  "PCI\\VEN_1234\n"
						  "PCI\\CC_00FF00\n"
						  "PCI\\CC_00FF\n");
	expect_texts(DevicePropertyEnumeratorName, "PCI");
	fx_remove();
}

static void test_property__of_the_bus__or_not_there(void **state)
{
	ULONG number = 7, len;
	GUID guid;

	(void)state;
	fx_up();
	assert_int_equal(WdfIoTargetQueryTargetProperty(lower(), DevicePropertyLegacyBusType,
							sizeof(number), &number, &len),
			 STATUS_SUCCESS);
	assert_int_equal(number, PCIBus);
	assert_int_equal(len, sizeof(number));
	assert_int_equal(WdfIoTargetQueryTargetProperty(lower(), DevicePropertyBusTypeGuid,
							sizeof(guid), &guid, &len),
			 STATUS_SUCCESS);
	assert_memory_equal(&guid, &pci_bus, sizeof(guid));
	assert_int_equal(WdfIoTargetQueryTargetProperty(lower(), DevicePropertyInstallState,
							sizeof(number), &number, &len),
			 STATUS_SUCCESS);
	assert_int_equal(number, 0);
	assert_int_equal(WdfIoTargetQueryTargetProperty(lower(), DevicePropertyFriendlyName,
							sizeof(number), &number, &len),
			 STATUS_OBJECT_NAME_NOT_FOUND);
	assert_int_equal(WdfIoTargetQueryTargetProperty(lower(), (DEVICE_REGISTRY_PROPERTY)1000,
							sizeof(number), &number, &len),
			 STATUS_INVALID_PARAMETER_2);
	fx_remove();
}

static void test_property__to_memory__as_long_as_it_is(void **state)
{
	WDFMEMORY memory;
	size_t len;
	WCHAR *text;

	(void)state;
	fx_up();
	assert_int_equal(WdfIoTargetAllocAndQueryTargetProperty(lower(),
								DevicePropertyEnumeratorName,
								NonPagedPoolNx, NULL, &memory),
			 STATUS_SUCCESS);
	text = WdfMemoryGetBuffer(memory, &len);
	assert_int_equal(len, 4 * sizeof(WCHAR));
	assert_memory_equal(text, L"PCI", len);
	WdfObjectDelete(memory);
	assert_int_equal(WdfIoTargetAllocAndQueryTargetProperty(lower(), DevicePropertyFriendlyName,
								NonPagedPoolNx, NULL, &memory),
			 STATUS_OBJECT_NAME_NOT_FOUND);
	assert_null(memory);
	assert_int_equal(WdfIoTargetAllocAndQueryTargetProperty(lower(),
								DevicePropertyEnumeratorName,
								(POOL_TYPE)12345, NULL, &memory),
			 STATUS_INVALID_PARAMETER);
	fx_remove();
}

static void test_interface__bus_standard__reads_and_writes_configuration_space(void **state)
{
	BUS_INTERFACE_STANDARD bus;
	PHYSICAL_ADDRESS there = { .QuadPart = 0x1234 }, out;
	ULONG space = 0;
	UCHAR line = 0x5a;
	struct {
		USHORT vendor, device;
	} id;

	(void)state;
	fx_up();
	assert_int_equal(WdfIoTargetQueryForInterface(lower(), &bus_standard, (PINTERFACE)&bus,
						      sizeof(bus), 1, NULL),
			 STATUS_SUCCESS);
	assert_int_equal(bus.Size, sizeof(bus));
	assert_int_equal(bus.GetBusData(bus.Context, PCI_WHICHSPACE_CONFIG, &id, 0, sizeof(id)),
			 sizeof(id));
	assert_int_equal(id.vendor, 0x1234);
	assert_int_equal(id.device, 0x11e8);
	assert_int_equal(bus.GetBusData(bus.Context, PCI_WHICHSPACE_CONFIG, &line, 0x100000, 1), 0);
	assert_int_equal(bus.GetBusData(bus.Context, PCI_WHICHSPACE_ROM, &line, 0, 1), 0);
	assert_int_equal(bus.SetBusData(bus.Context, PCI_WHICHSPACE_CONFIG, &line, 0x3c, 1), 1);
	line = 0;
	assert_int_equal(bus.GetBusData(bus.Context, PCI_WHICHSPACE_CONFIG, &line, 0x3c, 1), 1);
	assert_int_equal(line, 0x5a);
	assert_true(bus.TranslateBusAddress(bus.Context, there, 1, &space, &out));
	assert_int_equal(out.QuadPart, 0x1234);
	assert_null(bus.GetDmaAdapter(bus.Context, NULL, NULL));
	bus.InterfaceReference(bus.Context);
	bus.InterfaceDereference(bus.Context);
	bus.InterfaceDereference(bus.Context);
	fx_remove();
}

static void test_interface__held_after_the_device__reads_nothing(void **state)
{
	BUS_INTERFACE_STANDARD bus;
	UCHAR line = 0x5a;

	(void)state;
	fx_up();
	assert_int_equal(WdfIoTargetQueryForInterface(lower(), &bus_standard, (PINTERFACE)&bus,
						      sizeof(bus), 1, NULL),
			 STATUS_SUCCESS);
	fx_remove();
	assert_int_equal(bus.GetBusData(bus.Context, PCI_WHICHSPACE_CONFIG, &line, 0x3c, 1), 0);
	assert_int_equal(bus.SetBusData(bus.Context, PCI_WHICHSPACE_CONFIG, &line, 0x3c, 1), 0);
	assert_int_equal(line, 0x5a);
	bus.InterfaceDereference(bus.Context);
}

static void test_interface__unknown_or_too_small__refused(void **state)
{
	BUS_INTERFACE_STANDARD bus = { 0 };
	PINTERFACE out = (PINTERFACE)&bus;

	(void)state;
	fx_up();
	assert_int_equal(WdfIoTargetQueryForInterface(lower(), &pci_bus, out, sizeof(bus), 1, NULL),
			 STATUS_NOT_SUPPORTED);
	assert_int_equal(
		WdfIoTargetQueryForInterface(lower(), &bus_standard, out, sizeof(bus), 2, NULL),
		STATUS_NOT_SUPPORTED);
	assert_int_equal(WdfIoTargetQueryForInterface(lower(), &bus_standard, out,
						      sizeof(INTERFACE), 1, NULL),
			 STATUS_INVALID_PARAMETER);
	assert_int_equal(bus.Size, 0);
	fx_remove();
}

static void ask_without_buffer(void *arg)
{
	ULONG len;

	(void)arg;
	(void)!WdfIoTargetQueryTargetProperty(lower(), DevicePropertyHardwareID, 8, NULL, &len);
}

static void test_property__length_without_buffer__driver_stopped(void **state)
{
	(void)state;
	fx_up();
	assert_true(fx_stops(ask_without_buffer, NULL, WDF_REQUIRED_PARAMETER_IS_NULL));
	fx_remove();
}

static void allow_forwarding(PWDFDEVICE_INIT init)
{
	WdfPdoInitAllowForwardingRequestToParent(init);
	assert_int_equal(
		fx_verifier_breaks_of(fx_driver_from_globals(WdfDriverGlobals), FX_RULE_INIT_KIND),
		1);
	(void)fx_broke();
}

static void test_pdo_init__no_child_device__said(void **state)
{
	(void)state;
	fx_script.in_init = allow_forwarding;
	fx_up();
	fx_remove();
}

static void test_self_target__if_it_was_asked_for(void **state)
{
	(void)state;
	fx_up();
	assert_null(WdfDeviceGetSelfIoTarget(fx_made.device));
	fx_remove();
	fx_script.in_init = WdfDeviceInitAllowSelfIoTarget;
	fx_up();
	assert_non_null(WdfDeviceGetSelfIoTarget(fx_made.device));
	fx_remove();
}

#define T(test) cmocka_unit_test_setup_teardown(test, fx_setup, fx_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_device_object__lowest_driver__the_buss),
		T(test_closed_target__has_no_objects_and_no_device),
		T(test_property__ids__as_a_pci_bus_makes_them),
		T(test_property__of_the_bus__or_not_there),
		T(test_property__to_memory__as_long_as_it_is),
		T(test_interface__bus_standard__reads_and_writes_configuration_space),
		T(test_interface__held_after_the_device__reads_nothing),
		T(test_interface__unknown_or_too_small__refused),
		T(test_property__length_without_buffer__driver_stopped),
		T(test_pdo_init__no_child_device__said),
		T(test_self_target__if_it_was_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
