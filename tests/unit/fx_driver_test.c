/* SPDX-License-Identifier: MIT */
/* WDFDRIVER: WdfDriverCreate and the two ways a driver ends. */
#include "fx_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "uwdf/wdflx.h"

static void test_entry_fails__after_create__cleanup_without_unload(void **state)
{
	(void)state;
	fx_script.fail = "DriverEntry";
	fx_script.status = STATUS_NO_SUCH_DEVICE;
	assert_int_equal(fx_load(), -ECANCELED);
	assert_string_equal(fx_log(), "DriverEntry DriverCleanup");
	assert_non_null(strstr(fx.rep.text, "driver tested: DriverEntry failed with "
					    "STATUS_NO_SUCH_DEVICE (0xc000000e)"));
}

static void test_unload__entry_succeeded__unload_then_cleanup(void **state)
{
	(void)state;
	assert_int_equal(fx_load(), 0);
	assert_string_equal(uwdf_driver_name(fx.driver), "tested");
	fx_unload();
	assert_string_equal(fx_log(), "DriverEntry DriverUnload DriverCleanup");
}

static void test_unload__no_unload_callback__cleanup_alone(void **state)
{
	(void)state;
	fx_script.no_unload = true;
	assert_int_equal(fx_load(), 0);
	fx_unload();
	assert_string_equal(fx_log(), "DriverEntry DriverCleanup");
}

static NTSTATUS add_nothing(WDFDRIVER driver, PWDFDEVICE_INIT init)
{
	(void)driver;
	(void)init;
	return STATUS_SUCCESS;
}

static WDF_DRIVER_CONFIG config;
static WDF_OBJECT_ATTRIBUTES attributes;
static NTSTATUS create_status;
static PWDF_OBJECT_ATTRIBUTES create_attributes;

static NTSTATUS entry_with_config(PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	WDFDRIVER driver = (WDFDRIVER)&config;

	create_status = WdfDriverCreate(object, path, create_attributes, &config, &driver);
	if (!NT_SUCCESS(create_status))
		assert_null(driver);
	else
		assert_ptr_equal(driver, WdfGetDriver());
	return create_status;
}

/* What WdfDriverCreate() says to the config and attributes at hand. */
static NTSTATUS create(void)
{
	fx_script.entry = entry_with_config;
	create_attributes = NULL;
	if (fx_load() == 0)
		fx_unload();
	return create_status;
}

static NTSTATUS create_with_attributes(void)
{
	fx_script.entry = entry_with_config;
	create_attributes = &attributes;
	if (fx_load() == 0)
		fx_unload();
	return create_status;
}

static void test_create__config__checked(void **state)
{
	(void)state;
	WDF_DRIVER_CONFIG_INIT(&config, add_nothing);
	assert_int_equal(create(), STATUS_SUCCESS);
	config.Size--;
	assert_int_equal(create(), STATUS_INFO_LENGTH_MISMATCH);
	WDF_DRIVER_CONFIG_INIT(&config, NULL);
	assert_int_equal(create(), STATUS_INVALID_PARAMETER);
	WDF_DRIVER_CONFIG_INIT(&config, add_nothing);
	config.DriverInitFlags = 0x80;
	assert_int_equal(create(), STATUS_INVALID_PARAMETER);
	config.DriverInitFlags = WdfDriverInitCompanion;
	assert_int_equal(create(), STATUS_NOT_SUPPORTED);
	config.DriverInitFlags = WdfVerifyOn | WdfVerifierOn;
	assert_int_equal(create(), STATUS_SUCCESS);
}

static void test_create__parent_in_attributes__refused(void **state)
{
	(void)state;
	WDF_DRIVER_CONFIG_INIT(&config, add_nothing);
	WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
	assert_int_equal(create_with_attributes(), STATUS_SUCCESS);
	attributes.ParentObject = &config;
	assert_int_equal(create_with_attributes(), STATUS_WDF_PARENT_ASSIGNMENT_NOT_ALLOWED);
}

static NTSTATUS second_status;

static NTSTATUS entry_twice(PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	NTSTATUS status = WdfDriverCreate(object, path, NULL, &config, WDF_NO_HANDLE);

	second_status = WdfDriverCreate(object, path, NULL, &config, WDF_NO_HANDLE);
	return status;
}

static void test_create__twice__second_fails(void **state)
{
	(void)state;
	WDF_DRIVER_CONFIG_INIT(&config, add_nothing);
	fx_script.entry = entry_twice;
	assert_int_equal(fx_load(), 0);
	assert_int_equal(second_status, STATUS_DRIVER_INTERNAL_ERROR);
}

static NTSTATUS entry_without_create(PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	WDFOBJECT handle;

	assert_null(WdfGetDriver());
	assert_null(WdfWdmDriverGetWdfDriverHandle(object));
	/* nothing that wants a default parent can be made yet */
	assert_int_equal(WdfObjectCreate(NULL, &handle), STATUS_WDF_PARENT_NOT_SPECIFIED);
	assert_true(path->Length > 0);
	return STATUS_SUCCESS;
}

static void test_entry__succeeds_without_create__refused(void **state)
{
	(void)state;
	fx_script.entry = entry_without_create;
	assert_int_equal(fx_load(), -ECANCELED);
	assert_non_null(strstr(fx.rep.text, "WdfDriverCreate"));
	assert_true(fx.rep.hint[0]);
}

static void null_object(void *arg)
{
	(void)arg;
	(void)WdfDriverCreate(NULL, NULL, NULL, &config, NULL);
}

static bool null_stopped;

static NTSTATUS entry_null(PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	(void)object;
	(void)path;
	null_stopped = fx_stops(null_object, NULL, WDF_REQUIRED_PARAMETER_IS_NULL);
	return STATUS_UNSUCCESSFUL;
}

static void test_create__null_driver_object__stops(void **state)
{
	(void)state;
	fx_script.entry = entry_null;
	assert_int_equal(fx_load(), -ECANCELED);
	assert_true(null_stopped);
}

static void test_registry_path__of_the_driver__names_it(void **state)
{
	static const WCHAR expected[] =
		L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\tested";
	(void)state;
	assert_int_equal(fx_load(), 0);
	assert_memory_equal(WdfDriverGetRegistryPath(fx_made.driver), expected, sizeof(expected));
}

static void test_version_available__compares(void **state)
{
	WDF_DRIVER_VERSION_AVAILABLE_PARAMS params;
	(void)state;
	assert_int_equal(fx_load(), 0);
	WDF_DRIVER_VERSION_AVAILABLE_PARAMS_INIT(&params, 1, 33);
	assert_true(WdfDriverIsVersionAvailable(fx_made.driver, &params));
	params.MinorVersion = 34;
	assert_false(WdfDriverIsVersionAvailable(fx_made.driver, &params));
	params.MinorVersion = 9;
	assert_true(WdfDriverIsVersionAvailable(fx_made.driver, &params));
	params.MajorVersion = 2;
	assert_false(WdfDriverIsVersionAvailable(fx_made.driver, &params));
	assert_false(fx_broke());
	params.Size = 1;
	assert_false(WdfDriverIsVersionAvailable(fx_made.driver, &params));
	assert_true(fx_broke());
}

static void test_wdm_driver_object__there_and_back(void **state)
{
	PDRIVER_OBJECT object;
	(void)state;
	assert_int_equal(fx_load(), 0);
	object = WdfDriverWdmGetDriverObject(fx_made.driver);
	assert_non_null(object);
	assert_ptr_equal(WdfWdmDriverGetWdfDriverHandle(object), fx_made.driver);
}

static void test_io_level__checked(void **state)
{
	(void)state;
	assert_int_equal(fx_load(), 0);
	assert_int_equal(WdfLxDriverSetIoLevel(fx_made.driver, WdfExecutionLevelDispatch),
			 STATUS_SUCCESS);
	assert_int_equal(WdfLxDriverSetIoLevel(fx_made.driver, WdfExecutionLevelInheritFromParent),
			 STATUS_INVALID_PARAMETER);
	fx_up();
	assert_int_equal(WdfLxDriverSetIoLevel(fx_made.driver, WdfExecutionLevelPassive),
			 STATUS_INVALID_DEVICE_STATE);
}

static void delete_driver(void *arg)
{
	(void)arg;
	WdfObjectDelete(fx_made.driver);
}

static void test_delete__of_the_driver_object__ignored(void **state)
{
	(void)state;
	assert_int_equal(fx_load(), 0);
	delete_driver(NULL);
	assert_true(fx_broke());
	assert_string_equal(fx_log(), "DriverEntry");
}

static void unavailable(void *arg)
{
	typedef NTSTATUS function(PWDF_DRIVER_GLOBALS globals);

	(void)arg;
	(void)((function *)WdfFunctions[WdfUsbTargetDeviceCreateTableIndex])(WdfDriverGlobals);
}

static void test_table__function_not_implemented__stops_with_its_name(void **state)
{
	(void)state;
	assert_int_equal(fx_load(), 0);
	assert_true(fx_stops(unavailable, NULL, WDF_API_UNAVAILABLE));
}

static void wrong_type(void *arg)
{
	(void)WdfDriverGetRegistryPath((WDFDRIVER)arg);
}

static void test_handle__null_stale_or_other_type__stops(void **state)
{
	(void)state;
	fx_up();
	assert_true(fx_stops(wrong_type, NULL, WDF_INVALID_HANDLE));
	assert_true(fx_stops(wrong_type, fx_made.device, WDF_INVALID_HANDLE));
	assert_true(fx_stops(wrong_type, (void *)((uintptr_t)fx_made.driver | 1ull << 50),
			     WDF_INVALID_HANDLE));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fx_setup, fx_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_entry_fails__after_create__cleanup_without_unload),
		TEST(test_unload__entry_succeeded__unload_then_cleanup),
		TEST(test_unload__no_unload_callback__cleanup_alone),
		TEST(test_create__config__checked),
		TEST(test_create__parent_in_attributes__refused),
		TEST(test_create__twice__second_fails),
		TEST(test_entry__succeeds_without_create__refused),
		TEST(test_create__null_driver_object__stops),
		TEST(test_registry_path__of_the_driver__names_it),
		TEST(test_version_available__compares),
		TEST(test_wdm_driver_object__there_and_back),
		TEST(test_io_level__checked),
		TEST(test_delete__of_the_driver_object__ignored),
		TEST(test_table__function_not_implemented__stops_with_its_name),
		TEST(test_handle__null_stale_or_other_type__stops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
