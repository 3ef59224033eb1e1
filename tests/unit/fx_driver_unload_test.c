/* SPDX-License-Identifier: MIT */
/*
 * How a driver goes: which of its routines are called, when, and which are not. After Microsoft's
 * documentation of WDF_DRIVER_CONFIG, WDF_DRIVER_INIT_FLAGS and WdfDriverMiniportUnload, and what
 * KMDF's authors wrote about EvtDriverUnload.
 */
#include "fx_fixture.h"

#include <errno.h>
#include <string.h>

static WDF_DRIVER_CONFIG config;
static WDF_OBJECT_ATTRIBUTES attributes;
static PDRIVER_OBJECT driver_object;
static NTSTATUS entry_status;

static NTSTATUS add_nothing(WDFDRIVER driver, PWDFDEVICE_INIT init)
{
	(void)driver;
	(void)init;
	return STATUS_SUCCESS;
}

static void note_unload(WDFDRIVER driver)
{
	assert_ptr_equal(driver, WdfGetDriver());
	fx_note("DriverUnload");
}

static void note_cleanup(WDFOBJECT object)
{
	assert_ptr_equal(object, WdfGetDriver());
	fx_note("DriverCleanup");
}

static void note_destroy(WDFOBJECT object)
{
	(void)object;
	fx_note("DriverDestroy");
}

static void child_cleanup(WDFOBJECT object)
{
	(void)object;
	fx_note("ChildCleanup");
}

static void make_child(void)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFOBJECT child;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.EvtCleanupCallback = child_cleanup;
	assert_int_equal(WdfObjectCreate(&attrs, &child), STATUS_SUCCESS);
}

static NTSTATUS entry(PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	NTSTATUS status = WdfDriverCreate(object, path, &attributes, &config, WDF_NO_HANDLE);

	driver_object = object;
	if (!NT_SUCCESS(status))
		return status;
	make_child();
	return entry_status;
}

static int setup(void **state)
{
	int err = fx_setup(state);

	entry_status = STATUS_SUCCESS;
	WDF_DRIVER_CONFIG_INIT(&config, add_nothing);
	config.EvtDriverUnload = note_unload;
	WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
	attributes.EvtCleanupCallback = note_cleanup;
	attributes.EvtDestroyCallback = note_destroy;
	fx_script.entry = entry;
	return err;
}

static void load(void)
{
	if (fx_load())
		fail_msg("%s", fx.rep.text);
}

/* --- what is called --- */

static void test_unload__children_then_driver_object(void **state)
{
	(void)state;
	load();
	fx_unload();
	assert_string_equal(fx_log(), "DriverUnload ChildCleanup DriverCleanup DriverDestroy");
	assert_null(WdfDriverGlobals);
}

static void test_entry_fails__cleanup_but_no_unload(void **state)
{
	(void)state;
	entry_status = STATUS_NO_SUCH_DEVICE;
	assert_int_equal(fx_load(), -ECANCELED);
	assert_string_equal(fx_log(), "ChildCleanup DriverCleanup DriverDestroy");
}

static void test_create_fails__nothing_is_called(void **state)
{
	(void)state;
	config.Size--;
	assert_int_equal(fx_load(), -ECANCELED);
	assert_string_equal(fx_log(), "");
}

static void test_unload__device_running__device_goes_first(void **state)
{
	(void)state;
	fx_script.entry = NULL;
	fx_up();
	fx_unload();
	fx.device = NULL;
	assert_non_null(strstr(fx_log(), "DeviceDestroy DriverUnload DriverCleanup"));
}

/* --- non-PnP drivers --- */

static void test_non_pnp__with_device_add__refused(void **state)
{
	(void)state;
	config.DriverInitFlags = WdfDriverInitNonPnpDriver;
	assert_int_equal(fx_load(), -ECANCELED);
	assert_non_null(strstr(fx.rep.text, "STATUS_INVALID_PARAMETER"));
}

static void test_non_pnp__unload_callback__loaded_and_unloaded_without_devices(void **state)
{
	(void)state;
	WDF_DRIVER_CONFIG_INIT(&config, WDF_NO_EVENT_CALLBACK);
	config.DriverInitFlags = WdfDriverInitNonPnpDriver;
	config.EvtDriverUnload = note_unload;
	load();
	fx_unload();
	assert_string_equal(fx_log(), "DriverUnload ChildCleanup DriverCleanup DriverDestroy");
}

static void test_non_pnp__no_unload_callback__stays_until_the_host_ends(void **state)
{
	(void)state;
	WDF_DRIVER_CONFIG_INIT(&config, WDF_NO_EVENT_CALLBACK);
	config.DriverInitFlags = WdfDriverInitNonPnpDriver;
	load();
	assert_int_equal(uwdf_host_unload(fx.driver), -EBUSY);
	assert_int_equal(uwdf_host_unload(fx.driver), -EBUSY);
	assert_non_null(WdfGetDriver());
	uwdf_host_free(fx.host);
	assert_int_equal(uwdf_host_new(&fx.rep, &fx.host), 0);
	assert_string_equal(fx_log(), ""); /* as at the end of a system */
}

static void test_non_pnp__asked_for_a_device__says_it_has_none(void **state)
{
	(void)state;
	WDF_DRIVER_CONFIG_INIT(&config, WDF_NO_EVENT_CALLBACK);
	config.DriverInitFlags = WdfDriverInitNonPnpDriver;
	config.EvtDriverUnload = note_unload;
	assert_int_equal(fx_start("model:edu"), -ENOTSUP);
	assert_non_null(strstr(fx.rep.text, "no EvtDriverDeviceAdd"));
}

/* --- miniports --- */

static void miniport_unload(PDRIVER_OBJECT object)
{
	assert_ptr_equal(object, driver_object);
	fx_note("MiniportUnload");
	WdfDriverMiniportUnload(WdfGetDriver());
	assert_null(WdfGetDriver());
	fx_note("MiniportUnloaded");
}

static void forgetful_unload(PDRIVER_OBJECT object)
{
	(void)object;
	fx_note("MiniportUnload");
}

static void load_miniport(PDRIVER_UNLOAD unload)
{
	WDF_DRIVER_CONFIG_INIT(&config, WDF_NO_EVENT_CALLBACK);
	config.EvtDriverUnload = note_unload;
	config.DriverInitFlags = WdfDriverInitNoDispatchOverride;
	load();
	assert_null(driver_object->DriverUnload); /* nothing is overridden */
	driver_object->DriverUnload = unload;
}

static void test_miniport__its_own_routine_unloads_the_framework(void **state)
{
	(void)state;
	load_miniport(miniport_unload);
	fx_unload();
	assert_string_equal(fx_log(), "MiniportUnload DriverUnload ChildCleanup DriverCleanup "
				      "DriverDestroy MiniportUnloaded");
	assert_false(fx_broke());
}

static void test_miniport__forgets_miniport_unload__told_and_cleaned_up(void **state)
{
	(void)state;
	load_miniport(forgetful_unload);
	fx_unload();
	assert_string_equal(fx_log(), "MiniportUnload ChildCleanup DriverCleanup DriverDestroy");
	assert_true(fx_broke());
}

static void test_miniport__no_routine__stays_loaded(void **state)
{
	(void)state;
	load_miniport(NULL);
	assert_int_equal(uwdf_host_unload(fx.driver), -EBUSY);
}

static NTSTATUS failing_miniport(PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	NTSTATUS status = entry(object, path);

	assert_int_equal(status, STATUS_SUCCESS);
	WdfDriverMiniportUnload(WdfGetDriver());
	return STATUS_UNSUCCESSFUL;
}

static void test_miniport__unloads_in_a_failing_entry__once_and_no_unload(void **state)
{
	(void)state;
	config.DriverInitFlags = WdfDriverInitNoDispatchOverride;
	fx_script.entry = failing_miniport;
	assert_int_equal(fx_load(), -ECANCELED);
	assert_string_equal(fx_log(), "ChildCleanup DriverCleanup DriverDestroy");
}

static void test_miniport_unload__other_drivers__refused(void **state)
{
	(void)state;
	load();
	WdfDriverMiniportUnload(WdfGetDriver());
	assert_true(fx_broke());
	assert_string_equal(fx_log(), "");
	assert_non_null(WdfGetDriver());
}

static void null_miniport_unload(void *arg)
{
	WdfDriverMiniportUnload(arg);
}

static void test_miniport_unload__null_or_other_handle__stops(void **state)
{
	(void)state;
	load();
	assert_true(fx_stops(null_miniport_unload, NULL, WDF_INVALID_HANDLE));
	assert_true(fx_stops(null_miniport_unload, &config, WDF_INVALID_HANDLE));
}

static void test_miniport_unload__above_passive__refused(void **state)
{
	KIRQL old;
	(void)state;
	load_miniport(miniport_unload);
	KeRaiseIrql(DISPATCH_LEVEL, &old);
	WdfDriverMiniportUnload(WdfGetDriver());
	KeLowerIrql(old);
	assert_true(fx_broke());
	assert_string_equal(fx_log(), "");
}

static PDRIVER_UNLOAD frameworks_unload;

static void chained_unload(PDRIVER_OBJECT object)
{
	fx_note("Mine");
	frameworks_unload(object);
}

static void test_displaced_unload__chained__both_called(void **state)
{
	(void)state;
	load();
	frameworks_unload = driver_object->DriverUnload;
	driver_object->DriverUnload = chained_unload;
	fx_unload();
	assert_string_equal(fx_log(), "Mine DriverUnload ChildCleanup DriverCleanup DriverDestroy");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fx_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_unload__children_then_driver_object),
		TEST(test_entry_fails__cleanup_but_no_unload),
		TEST(test_create_fails__nothing_is_called),
		TEST(test_unload__device_running__device_goes_first),
		TEST(test_non_pnp__with_device_add__refused),
		TEST(test_non_pnp__unload_callback__loaded_and_unloaded_without_devices),
		TEST(test_non_pnp__no_unload_callback__stays_until_the_host_ends),
		TEST(test_non_pnp__asked_for_a_device__says_it_has_none),
		TEST(test_miniport__its_own_routine_unloads_the_framework),
		TEST(test_miniport__forgets_miniport_unload__told_and_cleaned_up),
		TEST(test_miniport__no_routine__stays_loaded),
		TEST(test_miniport__unloads_in_a_failing_entry__once_and_no_unload),
		TEST(test_miniport_unload__other_drivers__refused),
		TEST(test_miniport_unload__null_or_other_handle__stops),
		TEST(test_miniport_unload__above_passive__refused),
		TEST(test_displaced_unload__chained__both_called),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
