/* SPDX-License-Identifier: MIT */
/*
 * The end of a bus with children: what waits for what, and what is whose. From the reference pages
 * of WdfPdoMarkMissing, WdfPdoInitAllocate, WdfFdoAddStaticChild,
 * WdfFdoLockStaticChildListForIteration and WdfDeviceSetFailed.
 */
#include "fx_child.h"

#include <string.h>

static struct uwdf_device *device;
static struct uwdf_file *file;
static struct child_op op;

static void make_bus(WDFDEVICE parent)
{
	assert_int_equal(child_make_parent_queue(parent, true), STATUS_SUCCESS);
	child_make_two(parent);
}

/* The parent's driver has a request of the first child's client. */
static void forward_one(void)
{
	child_script.forwards = true;
	fx_script.in_add = make_bus;
	fx_up();
	device = child_find(0);
	assert_int_equal(child_open(device, &file), STATUS_SUCCESS);
	child_ask_start(file, &op);
	assert_true(fx_log_await("ParentKept", 1));
}

static void leave(void)
{
	child_close(file);
	uwdf_device_release(device);
}

/* --- a missing child waits for its parent --- */

static void test_missing_child_waits__parent_removed__gives_the_request_up(void **state)
{
	(void)state;
	forward_one();
	assert_int_equal(WdfPdoMarkMissing(child_devices[0]), STATUS_SUCCESS);
	assert_true(fx_log_await("Flush0", 1));
	fx_remove();
	assert_int_equal(child_ask_await(&op), STATUS_CANCELLED);
	assert_non_null(strstr(fx_log(), "StopPurge"));
	assert_non_null(strstr(fx_log(), "Cleanup0"));
	leave();
}

static void test_missing_child_waits__parent_pulled__gives_the_request_up(void **state)
{
	(void)state;
	forward_one();
	assert_int_equal(WdfPdoMarkMissing(child_devices[0]), STATUS_SUCCESS);
	assert_true(fx_log_await("Flush0", 1));
	WdfDeviceSetFailed(fx_made.device, WdfDeviceFailedNoRestart);
	fx_remove();
	assert_int_equal(child_ask_await(&op), STATUS_CANCELLED);
	leave();
}

/* The list is unlocked by the removal: the control thread is the first to see it. */
static void test_marked_missing_while_locked__parent_removed__gives_the_request_up(void **state)
{
	(void)state;
	forward_one();
	WdfFdoLockStaticChildListForIteration(fx_made.device);
	assert_int_equal(WdfPdoMarkMissing(child_devices[0]), STATUS_SUCCESS);
	fx_remove();
	assert_int_equal(child_ask_await(&op), STATUS_CANCELLED);
	assert_non_null(strstr(fx_log(), "Cleanup0"));
	leave();
}

static void test_missing_child_waits__others_start_and_go(void **state)
{
	(void)state;
	forward_one();
	assert_int_equal(WdfPdoMarkMissing(child_devices[0]), STATUS_SUCCESS);
	assert_true(fx_log_await("Flush0", 1));
	assert_int_equal(child_make(fx_made.device), STATUS_SUCCESS);
	assert_true(fx_log_await("Init2", 1));
	assert_int_equal(WdfPdoMarkMissing(child_devices[1]), STATUS_SUCCESS);
	assert_true(fx_log_await("Cleanup1", 1));
	fx_remove();
	assert_int_equal(child_ask_await(&op), STATUS_CANCELLED);
	leave();
}

#define T(test) cmocka_unit_test_setup_teardown(test, child_setup, fx_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_missing_child_waits__parent_removed__gives_the_request_up),
		T(test_missing_child_waits__parent_pulled__gives_the_request_up),
		T(test_marked_missing_while_locked__parent_removed__gives_the_request_up),
		T(test_missing_child_waits__others_start_and_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
