/* SPDX-License-Identifier: MIT */
/* WDFKEY: a device's hardware and software keys, and the devicemap. */
#include "key_fixture.h"

#include "object/irql.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, key_setup, key_teardown)

TEXT(value_name, L"Value");

/* --- a device's keys --- */

static struct {
	WDFKEY early;
	NTSTATUS status;
} in_init;

static void open_in_init(PWDFDEVICE_INIT init)
{
	assert_int_equal(WdfFdoInitOpenRegistryKey(init, PLUGPLAY_REGKEY_DEVICE,
						   STANDARD_RIGHTS_ALL, NULL, &in_init.early),
			 STATUS_SUCCESS);
	assert_int_equal(WdfRegistryAssignULong(in_init.early, &value_name, 5), STATUS_SUCCESS);
	in_init.status = WdfFdoInitOpenRegistryKey(init, 3, KEY_READ, NULL, &in_init.early);
}

static ULONG number_in(ULONG type, ACCESS_MASK access)
{
	ULONG number = 0;
	WDFKEY opened;

	assert_int_equal(WdfDeviceOpenRegistryKey(fx_made.device, type, access, NULL, &opened),
			 STATUS_SUCCESS);
	if (!NT_SUCCESS(WdfRegistryQueryULong(opened, &value_name, &number)))
		number = 0;
	WdfRegistryClose(opened);
	return number;
}

static void expect_number_at(PCWSTR path, ULONG expected)
{
	UNICODE_STRING name;
	ULONG number;
	WDFKEY opened;

	RtlInitUnicodeString(&name, path);
	assert_int_equal(WdfRegistryOpenKey(NULL, &name, KEY_READ, NULL, &opened), STATUS_SUCCESS);
	assert_int_equal(WdfRegistryQueryULong(opened, &value_name, &number), STATUS_SUCCESS);
	assert_int_equal(number, expected);
	WdfRegistryClose(opened);
}

static void set_in(ULONG type, ULONG number)
{
	WDFKEY opened;

	assert_int_equal(
		WdfDeviceOpenRegistryKey(fx_made.device, type, KEY_SET_VALUE, NULL, &opened),
		STATUS_SUCCESS);
	assert_int_equal(WdfRegistryAssignULong(opened, &value_name, number), STATUS_SUCCESS);
	WdfRegistryClose(opened);
}

#define ROOT L"\\Registry\\Machine\\System\\CurrentControlSet\\"
#define EDU  L"PCI\\VEN_1234&DEV_11E8&SUBSYS_11001AF4&REV_10\\model:edu"

static void test_device_keys__hardware_and_software__where_windows_has_them(void **state)
{
	(void)state;
	fx_script.in_init = open_in_init;
	fx_up();
	assert_int_equal(in_init.status, STATUS_INVALID_PARAMETER);
	assert_int_equal(number_in(PLUGPLAY_REGKEY_DEVICE, KEY_READ), 5);
	assert_int_equal(number_in(PLUGPLAY_REGKEY_DRIVER, KEY_READ), 0);
	set_in(PLUGPLAY_REGKEY_DRIVER, 6);
	assert_int_equal(number_in(PLUGPLAY_REGKEY_DRIVER, KEY_READ), 6);
	set_in(PLUGPLAY_REGKEY_DEVICE | PLUGPLAY_REGKEY_CURRENT_HWPROFILE, 7);
	assert_int_equal(number_in(PLUGPLAY_REGKEY_DEVICE, KEY_READ), 5);
	expect_number_at(ROOT L"Enum\\" EDU L"\\Device Parameters", 5);
	expect_number_at(ROOT L"Control\\Class\\{4d36e97e-e325-11ce-bfc1-08002be10318}\\0000", 6);
	expect_number_at(ROOT L"Hardware "
			      L"Profiles\\Current\\System\\CurrentControlSet\\Enum"
			      L"\\" EDU L"\\Device Parameters",
			 7);
	fx_remove();
}

static void test_device_keys__class_given__numbered_in_it(void **state)
{
	TEXT(hardware, ROOT L"Enum\\" EDU);
	TEXT(taken, ROOT L"Control\\Class\\{net}");
	TEXT(number, L"0000");
	TEXT(class_name, L"ClassGUID");
	TEXT(class, L"{net}");
	WDFKEY opened;
	(void)state;
	fx_up();
	(void)number_in(PLUGPLAY_REGKEY_DEVICE, KEY_READ); /* makes it */
	assert_int_equal(WdfRegistryOpenKey(NULL, &hardware, KEY_WRITE, NULL, &opened),
			 STATUS_SUCCESS);
	assert_int_equal(WdfRegistryAssignUnicodeString(opened, &class_name, &class),
			 STATUS_SUCCESS);
	WdfRegistryClose(opened);
	opened = make(NULL, &taken, KEY_READ);
	WdfRegistryClose(make(opened, &number, KEY_READ));
	WdfRegistryClose(opened);
	set_in(PLUGPLAY_REGKEY_DRIVER, 8);
	expect_number_at(ROOT L"Control\\Class\\{net}\\0001", 8);
	fx_remove();
}

static void test_device_keys__wrong_type_or_level__refused(void **state)
{
	static const ULONG wrong[] = { 0, 3, PLUGPLAY_REGKEY_CURRENT_HWPROFILE, 0x101 };
	TEXT(empty, L"");
	TEXT(name, L"Sub");
	UNICODE_STRING odd = { 1, 2, (PWCH)(uintptr_t)L"x" };
	WDFKEY opened;
	KIRQL before;
	(void)state;
	fx_up();
	for (size_t i = 0; i < UW_ARRAY_SIZE(wrong); i++)
		assert_int_equal(
			WdfDeviceOpenRegistryKey(fx_made.device, wrong[i], KEY_READ, NULL, &opened),
			STATUS_INVALID_PARAMETER);
	assert_int_equal(WdfDeviceOpenDevicemapKey(fx_made.device, &empty, KEY_READ, NULL, &opened),
			 STATUS_INVALID_PARAMETER);
	assert_true(fx_broke());
	assert_int_equal(WdfDeviceOpenDevicemapKey(fx_made.device, &odd, KEY_READ, NULL, &opened),
			 STATUS_INVALID_PARAMETER);
	before = fx_irql_raise(DISPATCH_LEVEL);
	assert_int_equal(WdfDeviceOpenRegistryKey(fx_made.device, 1, KEY_READ, NULL, &opened),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(WdfDeviceOpenDevicemapKey(fx_made.device, &name, KEY_READ, NULL, &opened),
			 STATUS_INVALID_DEVICE_REQUEST);
	fx_irql_restore(before);
	fx_remove();
}

static void test_devicemap__made_volatile__a_key_below_must_be_too(void **state)
{
	TEXT(serial, L"SERIALCOMM");
	TEXT(full, L"\\Registry\\Machine\\HARDWARE\\DEVICEMAP\\SerialComm");
	TEXT(below, L"Below");
	WDFKEY map, made;
	(void)state;
	fx_up();
	assert_int_equal(
		WdfDeviceOpenDevicemapKey(fx_made.device, &serial, KEY_ALL_ACCESS, NULL, &map),
		STATUS_SUCCESS);
	expect_open(NULL, &full, STATUS_SUCCESS);
	assert_int_equal(WdfRegistryCreateKey(map, &below, KEY_READ, 0, NULL, NULL, &made),
			 STATUS_CHILD_MUST_BE_VOLATILE);
	WdfRegistryClose(map);
	fx_remove();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_device_keys__hardware_and_software__where_windows_has_them),
		TEST(test_device_keys__class_given__numbered_in_it),
		TEST(test_device_keys__wrong_type_or_level__refused),
		TEST(test_devicemap__made_volatile__a_key_below_must_be_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
