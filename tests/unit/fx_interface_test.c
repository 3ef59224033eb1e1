/* SPDX-License-Identifier: MIT */
/* Device interfaces with reference strings, their states and names, from their reference pages. */
#include "fx_control.h"

#include <string.h>

static const GUID GUID_ONE = { 0x11111111, 1, 1, { 1, 2, 3, 4, 5, 6, 7, 8 } };
static const GUID GUID_TWO = { 0x22222222, 2, 2, { 8, 7, 6, 5, 4, 3, 2, 1 } };

static unsigned int listed(void)
{
	struct uwdf_device_info info;

	uwdf_device_info(fx.device, &info);
	return info.interface_count;
}

static NTSTATUS add(const GUID *guid, PCWSTR reference)
{
	return WdfDeviceCreateDeviceInterface(fx_made.device, guid,
					      reference ? control_text(reference) : NULL);
}

static void test_reference__tells_interfaces_apart(void **state)
{
	(void)state;
	fx_up();
	assert_int_equal(add(&GUID_ONE, L"left"), STATUS_SUCCESS);
	assert_int_equal(add(&GUID_ONE, L"right"), STATUS_SUCCESS);
	assert_int_equal(add(&GUID_ONE, L"LEFT"), STATUS_SUCCESS); /* there already */
	assert_int_equal(listed(), 1);                             /* a GUID is listed once */
	WdfDeviceSetDeviceInterfaceState(fx_made.device, &GUID_ONE, control_text(L"left"), FALSE);
	assert_int_equal(listed(), 1);
	WdfDeviceSetDeviceInterfaceState(fx_made.device, &GUID_ONE, control_text(L"right"), FALSE);
	assert_int_equal(listed(), 0);
	assert_false(fx_broke());
	WdfDeviceSetDeviceInterfaceState(fx_made.device, &GUID_ONE, NULL, TRUE);
	assert_true(fx_broke()); /* there is none without a reference string */
	assert_int_equal(listed(), 0);
}

static void test_reference__malformed__refused(void **state)
{
	UNICODE_STRING odd = *control_text(L"odd");
	(void)state;
	fx_up();
	assert_int_equal(add(&GUID_ONE, L"a\\b"), STATUS_INVALID_PARAMETER);
	assert_int_equal(add(&GUID_ONE, L"a/b"), STATUS_INVALID_PARAMETER);
	odd.Length--;
	assert_int_equal(WdfDeviceCreateDeviceInterface(fx_made.device, &GUID_ONE, &odd),
			 STATUS_INVALID_PARAMETER);
	assert_true(fx_broke());
	assert_int_equal(listed(), 0);
}

static void keep_off(WDFDEVICE device)
{
	assert_int_equal(WdfDeviceCreateDeviceInterface(device, &GUID_ONE, NULL), STATUS_SUCCESS);
	assert_int_equal(WdfDeviceCreateDeviceInterface(device, &GUID_TWO, NULL), STATUS_SUCCESS);
	WdfDeviceSetDeviceInterfaceStateEx(device, &GUID_ONE, NULL, FALSE);
	WdfDeviceSetDeviceInterfaceState(device, &GUID_TWO, NULL, FALSE);
}

static void test_state_ex__before_the_start__start_leaves_it(void **state)
{
	struct uwdf_device_info info;
	(void)state;
	fx_script.in_add = keep_off;
	fx_up();
	uwdf_device_info(fx.device, &info);
	assert_int_equal(info.interface_count, 1);
	assert_memory_equal(&info.interfaces[0], &GUID_TWO, sizeof(GUID));
	WdfDeviceSetDeviceInterfaceStateEx(fx_made.device, &GUID_ONE, NULL, TRUE);
	assert_int_equal(listed(), 2);
	WdfDeviceSetDeviceInterfaceStateEx(fx_made.device, &GUID_ONE, NULL, FALSE);
	assert_int_equal(listed(), 1);
	assert_false(fx_broke());
}

static void test_state_ex__unknown__told_and_ignored(void **state)
{
	(void)state;
	fx_up();
	WdfDeviceSetDeviceInterfaceStateEx(fx_made.device, &GUID_ONE, NULL, TRUE);
	assert_true(fx_broke());
}

static void test_string__names_device_class_and_reference(void **state)
{
	UNICODE_STRING text;
	WDFSTRING string;
	(void)state;
	fx_up();
	assert_int_equal(WdfStringCreate(NULL, WDF_NO_OBJECT_ATTRIBUTES, &string), STATUS_SUCCESS);
	assert_int_equal(add(&GUID_ONE, L"Ref"), STATUS_SUCCESS);
	assert_int_equal(WdfDeviceRetrieveDeviceInterfaceString(fx_made.device, &GUID_ONE,
								control_text(L"Ref"), string),
			 STATUS_SUCCESS);
	WdfStringGetUnicodeString(string, &text);
	assert_true(RtlEqualUnicodeString(
		&text,
		control_text(
			L"\\??\\UWDF#tested#tested#{11111111-0001-0001-0102-030405060708}\\Ref"),
		FALSE));
	assert_int_equal(
		WdfDeviceRetrieveDeviceInterfaceString(fx_made.device, &GUID_ONE, NULL, string),
		STATUS_OBJECT_NAME_NOT_FOUND);
	assert_int_equal(
		WdfDeviceRetrieveDeviceInterfaceString(fx_made.device, &GUID_TWO, NULL, string),
		STATUS_OBJECT_NAME_NOT_FOUND);
}

static void test_string__longer_than_a_name_may_be__refused(void **state)
{
	WCHAR reference[256] = { 0 };
	WDFSTRING string;
	(void)state;
	for (unsigned int i = 0; i < 255; i++)
		reference[i] = 'r';
	fx_up();
	assert_int_equal(WdfStringCreate(NULL, WDF_NO_OBJECT_ATTRIBUTES, &string), STATUS_SUCCESS);
	assert_int_equal(add(&GUID_ONE, reference), STATUS_SUCCESS);
	assert_int_equal(WdfDeviceRetrieveDeviceInterfaceString(fx_made.device, &GUID_ONE,
								control_text(reference), string),
			 STATUS_OBJECT_NAME_INVALID);
}

static void test_control_device__has_no_interfaces(void **state)
{
	WDFSTRING string;
	(void)state;
	control_legacy(control_make);
	assert_int_equal(fx_load(), 0);
	assert_int_equal(WdfDeviceCreateDeviceInterface(control_device, &GUID_ONE, NULL),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_true(fx_broke());
	assert_int_equal(WdfStringCreate(NULL, WDF_NO_OBJECT_ATTRIBUTES, &string), STATUS_SUCCESS);
	assert_int_equal(
		WdfDeviceRetrieveDeviceInterfaceString(control_device, &GUID_ONE, NULL, string),
		STATUS_INVALID_DEVICE_REQUEST);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, control_setup, fx_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_reference__tells_interfaces_apart),
		TEST(test_reference__malformed__refused),
		TEST(test_state_ex__before_the_start__start_leaves_it),
		TEST(test_state_ex__unknown__told_and_ignored),
		TEST(test_string__names_device_class_and_reference),
		TEST(test_string__longer_than_a_name_may_be__refused),
		TEST(test_control_device__has_no_interfaces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
