/* SPDX-License-Identifier: MIT */
/* What the bus says of a device: asked of the device, and of the WDFDEVICE_INIT before there is
 * one. */
#include "fx_fixture.h"

#include <string.h>

#include "object/driver.h"
#include "verifier/verifier.h"

static const WCHAR pci[] = { 'P', 'C', 'I', 0 };

static void test_device__in_a_buffer__or_its_length(void **state)
{
	WCHAR text[4];
	ULONG len;

	(void)state;
	fx_up();
	assert_int_equal(WdfDeviceQueryProperty(fx_made.device, DevicePropertyEnumeratorName,
						sizeof(text), text, &len),
			 STATUS_SUCCESS);
	assert_int_equal(len, sizeof(pci));
	assert_memory_equal(text, pci, sizeof(pci));
	len = 0;
	assert_int_equal(WdfDeviceQueryProperty(fx_made.device, DevicePropertyEnumeratorName,
						sizeof(text) - 1, text, &len),
			 STATUS_BUFFER_TOO_SMALL);
	assert_int_equal(len, sizeof(pci));
	assert_int_equal(WdfDeviceQueryProperty(fx_made.device, DevicePropertyFriendlyName,
						sizeof(text), text, &len),
			 STATUS_OBJECT_NAME_NOT_FOUND);
	assert_int_equal(len, 0);
	fx_remove();
}

static void test_device__in_memory(void **state)
{
	WDFMEMORY memory;
	size_t len;

	(void)state;
	fx_up();
	assert_int_equal(WdfDeviceAllocAndQueryProperty(fx_made.device,
							DevicePropertyEnumeratorName,
							NonPagedPoolNx, NULL, &memory),
			 STATUS_SUCCESS);
	assert_memory_equal(WdfMemoryGetBuffer(memory, &len), pci, sizeof(pci));
	assert_int_equal(len, sizeof(pci));
	WdfObjectDelete(memory);
	assert_int_equal(WdfDeviceAllocAndQueryProperty(fx_made.device,
							(DEVICE_REGISTRY_PROPERTY)1000,
							NonPagedPoolNx, NULL, &memory),
			 STATUS_INVALID_PARAMETER_2);
	assert_null(memory);
	fx_remove();
}

static void ask_init(PWDFDEVICE_INIT init)
{
	ULONG kind = 0, len = 0;
	WDFMEMORY memory;
	size_t size;

	assert_int_equal(WdfFdoInitQueryProperty(init, DevicePropertyLegacyBusType, sizeof(kind),
						 &kind, &len),
			 STATUS_SUCCESS);
	assert_int_equal(kind, PCIBus);
	assert_int_equal(len, sizeof(kind));
	assert_int_equal(WdfFdoInitAllocAndQueryProperty(init, DevicePropertyEnumeratorName,
							 NonPagedPoolNx, NULL, &memory),
			 STATUS_SUCCESS);
	assert_memory_equal(WdfMemoryGetBuffer(memory, &size), pci, sizeof(pci));
	WdfObjectDelete(memory);
	assert_false(fx_broke());
}

static void test_init__before_there_is_a_device(void **state)
{
	(void)state;
	fx_script.in_init = ask_init;
	fx_up();
	fx_remove();
}

static void ask_control_init(PWDFDEVICE_INIT init)
{
	struct fx_driver *driver = fx_driver_from_globals(WdfDriverGlobals);
	uint32_t before = fx_verifier_breaks_of(driver, FX_RULE_INIT_KIND);
	WDFMEMORY memory;
	ULONG len = 1;

	assert_int_equal(WdfFdoInitQueryProperty(init, DevicePropertyLegacyBusType, 0, NULL, &len),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(len, 0);
	assert_int_equal(WdfFdoInitAllocAndQueryProperty(init, DevicePropertyLegacyBusType,
							 NonPagedPoolNx, NULL, &memory),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_null(memory);
	assert_int_equal(fx_verifier_breaks_of(driver, FX_RULE_INIT_KIND), before + 2);
	(void)fx_broke();
}

static void test_control_device__has_none(void **state)
{
	DECLARE_CONST_UNICODE_STRING(sddl, L"D:P(A;;GA;;;SY)");
	PWDFDEVICE_INIT init;
	WDFDEVICE device;
	ULONG len = 1;

	(void)state;
	fx_up();
	init = WdfControlDeviceInitAllocate(WdfGetDriver(), &sddl);
	assert_non_null(init);
	ask_control_init(init);
	assert_int_equal(WdfDeviceCreate(&init, NULL, &device), STATUS_SUCCESS);
	assert_int_equal(WdfDeviceQueryProperty(device, DevicePropertyHardwareID, 0, NULL, &len),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(len, 0);
	WdfObjectDelete(device);
	fx_remove();
}

static void ask_without_buffer(void *arg)
{
	ULONG len;

	(void)arg;
	(void)!WdfDeviceQueryProperty(fx_made.device, DevicePropertyHardwareID, 8, NULL, &len);
}

static void test_device__length_without_buffer__driver_stopped(void **state)
{
	(void)state;
	fx_up();
	assert_true(fx_stops(ask_without_buffer, NULL, WDF_REQUIRED_PARAMETER_IS_NULL));
	fx_remove();
}

#define T(test) cmocka_unit_test_setup_teardown(test, fx_setup, fx_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_device__in_a_buffer__or_its_length),
		T(test_device__in_memory),
		T(test_init__before_there_is_a_device),
		T(test_control_device__has_none),
		T(test_device__length_without_buffer__driver_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
