/* SPDX-License-Identifier: MIT */
/*
 * A target of one control device, opened on another by its name: it stays as long as that is open,
 * and what keeps its driver loaded is named. From the pages of WdfIoTargetOpen, WdfObjectDelete and
 * "Using Control Device Objects".
 */
#include "fx_control.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"

static WDFDEVICE left, right;
static WDFIOTARGET target;

static NTSTATUS make_both(void)
{
	NTSTATUS status;

	control_script.name = L"\\Device\\UwdfLeft";
	status = control_make();
	left = control_device;
	control_script.name = L"\\Device\\UwdfRight";
	control_script.link = L"\\??\\UwdfRightLink";
	if (NT_SUCCESS(status))
		status = control_make();
	right = control_device;
	return status;
}

static void load(void)
{
	control_legacy(make_both);
	assert_int_equal(fx_load(), 0);
	assert_int_equal(WdfIoTargetCreate(left, WDF_NO_OBJECT_ATTRIBUTES, &target),
			 STATUS_SUCCESS);
	fx_log_clear();
}

static NTSTATUS open_by(PCWSTR name)
{
	WDF_IO_TARGET_OPEN_PARAMS params;

	WDF_IO_TARGET_OPEN_PARAMS_INIT_OPEN_BY_NAME(&params, control_text(name), GENERIC_READ);
	return WdfIoTargetOpen(target, &params);
}

static NTSTATUS ask(void)
{
	ULONG code = CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, METHOD_BUFFERED, FILE_ANY_ACCESS);

	return WdfIoTargetSendIoctlSynchronously(target, NULL, code, NULL, NULL, NULL, NULL);
}

static void test_open__control_device__answers(void **state)
{
	(void)state;
	load();
	assert_int_equal(open_by(L"\\??\\UwdfRightLink"), STATUS_SUCCESS);
	assert_int_equal(ask(), STATUS_SUCCESS);
	assert_string_equal(fx_log(), "ControlIo");
	WdfIoTargetClose(target);
	fx_unload();
}

static void test_open__not_finished__no_such_device(void **state)
{
	(void)state;
	control_script.unfinished = true;
	load();
	assert_int_equal(open_by(L"\\Device\\UwdfRight"), STATUS_NO_SUCH_DEVICE);
}

static void test_delete__open__stays_until_it_is_closed(void **state)
{
	(void)state;
	load();
	assert_int_equal(open_by(L"\\Device\\UwdfRight"), STATUS_SUCCESS);
	WdfObjectDelete(right);
	assert_int_equal(ask(), STATUS_SUCCESS);
	assert_null(strstr(fx_log(), "ControlCleanup"));
	WdfIoTargetClose(target);
	assert_true(fx_log_await("ControlDestroy", 1));
	assert_int_equal(open_by(L"\\Device\\UwdfRight"), STATUS_OBJECT_NAME_NOT_FOUND);
}

static void test_unload__open__refused_and_the_target_named(void **state)
{
	struct uwdf_hold holds[4];
	(void)state;
	load();
	assert_int_equal(open_by(L"\\Device\\UwdfRight"), STATUS_SUCCESS);
	assert_int_equal(uwdf_host_unload(fx.driver), -EBUSY);
	assert_string_equal(fx_log(), "");
	assert_int_equal(uwdf_driver_holds(fx.driver, holds, UW_ARRAY_SIZE(holds)), 3);
	assert_int_equal(holds[0].kind, UWDF_HOLD_TARGET);
	assert_non_null(strstr(holds[0].what, " of tested"));
	WdfIoTargetClose(target);
	assert_int_equal(uwdf_driver_holds(fx.driver, holds, UW_ARRAY_SIZE(holds)), 2);
	fx_unload();
}

static char said[256];

static void keep_error(void *arg, enum log_level level, const char *area, const char *text)
{
	(void)arg;
	(void)area;
	if (level == LOG_LEVEL_ERROR)
		(void)snprintf(said, sizeof(said), "%s", text);
}

/* Left is open by a client: who has another device open has nothing to do with it. */
static void test_unload__one_open_by_a_client__no_target_named(void **state)
{
	struct uwdf_device *devices[2];
	struct uwdf_file *file;

	(void)state;
	load();
	WdfObjectDelete(target);
	assert_int_equal(WdfIoTargetCreate(right, WDF_NO_OBJECT_ATTRIBUTES, &target),
			 STATUS_SUCCESS);
	assert_int_equal(open_by(L"\\Device\\UwdfRight"), STATUS_SUCCESS);
	assert_int_equal(uwdf_driver_control_devices(fx.driver, devices, 2), 2);
	assert_int_equal(control_open(devices[0], &file), STATUS_SUCCESS);
	log_set_sink(keep_error, NULL);
	assert_int_equal(uwdf_host_unload(fx.driver), -EBUSY);
	log_set_sink(NULL, NULL);
	assert_non_null(strstr(said, "is open"));
	assert_null(strstr(said, "WDFIOTARGET"));
	control_close(file);
	WdfIoTargetClose(target);
	for (int i = 0; i < 2; i++)
		uwdf_device_release(devices[i]);
	fx_unload();
}

/* As at the end of a process: nobody is asked, and what is open ends with its device. */
static void test_end__open__nothing_is_left(void **state)
{
	(void)state;
	load();
	assert_int_equal(open_by(L"\\Device\\UwdfRight"), STATUS_SUCCESS);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, control_setup, fx_teardown)
	const struct CMUnitTest tests[] = {
		T(test_open__control_device__answers),
		T(test_open__not_finished__no_such_device),
		T(test_delete__open__stays_until_it_is_closed),
		T(test_unload__open__refused_and_the_target_named),
		T(test_unload__one_open_by_a_client__no_target_named),
		T(test_end__open__nothing_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
