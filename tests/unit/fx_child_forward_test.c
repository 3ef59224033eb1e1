/* SPDX-License-Identifier: MIT */
/*
 * A child device's requests in its parent's hands, on real devices: answered, and what becomes of
 * them when the client, the child or the bus goes. From the reference pages of
 * WdfRequestForwardToParentDeviceIoQueue, EvtIoStop and WdfPdoMarkMissing.
 */
#include "fx_child.h"

#include <string.h>

static struct uwdf_device *device;
static struct uwdf_file *file;
static struct child_op op;
static bool unmanaged;

static void make_bus(WDFDEVICE parent)
{
	assert_int_equal(child_make_parent_queue(parent, !unmanaged), STATUS_SUCCESS);
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

static int setup(void **state)
{
	unmanaged = false;
	return child_setup(state);
}

static void leave(void)
{
	child_close(file);
	uwdf_device_release(device);
}

static void test_forwarded__parent_answers_the_childs_client(void **state)
{
	void *out;

	(void)state;
	forward_one();
	assert_ptr_equal(WdfRequestGetIoQueue(child_kept), child_parent_queue);
	assert_int_equal(WdfRequestRetrieveOutputBuffer(child_kept, 7, &out, NULL), STATUS_SUCCESS);
	memcpy(out, "parent", 7);
	WdfRequestCompleteWithInformation(child_kept, STATUS_SUCCESS, 7);
	assert_int_equal(child_ask_await(&op), STATUS_SUCCESS);
	assert_string_equal(op.out, "parent");
	assert_int_equal(op.information, 7);
	leave();
	fx_remove();
}

static void test_drivers_callbacks_at_dispatch__the_same(void **state)
{
	(void)state;
	fx_script.dispatch = true;
	forward_one();
	WdfRequestComplete(child_kept, STATUS_SUCCESS);
	assert_int_equal(child_ask_await(&op), STATUS_SUCCESS);
	leave();
	fx_remove();
}

static void test_not_allowed__child_completes_it(void **state)
{
	(void)state;
	fx_script.in_add = make_bus;
	fx_up();
	child_script.forwards = true; /* too late for the init */
	device = child_find(0);
	assert_int_equal(child_open(device, &file), STATUS_SUCCESS);
	assert_int_equal(child_ask(file, &op), STATUS_INVALID_DEVICE_REQUEST);
	assert_true(fx_broke());
	leave();
	fx_remove();
}

static void complete_cancelled(WDFREQUEST request)
{
	WdfRequestComplete(request, STATUS_CANCELLED);
}

static void test_client_cancels__parents_callback_runs(void **state)
{
	(void)state;
	forward_one();
	WdfRequestMarkCancelable(child_kept, complete_cancelled);
	uwdf_device_io.cancel(&op.io);
	assert_int_equal(child_ask_await(&op), STATUS_CANCELLED);
	leave();
	fx_remove();
}

static void test_client_closes__parents_callback_runs(void **state)
{
	(void)state;
	forward_one();
	WdfRequestMarkCancelable(child_kept, complete_cancelled);
	leave();
	assert_int_equal(child_ask_await(&op), STATUS_CANCELLED);
	fx_remove();
}

static void test_bus_removed__power_managed_queue__parents_stop_callback_ends_it(void **state)
{
	(void)state;
	forward_one();
	fx_remove();
	assert_int_equal(child_ask_await(&op), STATUS_CANCELLED);
	assert_non_null(strstr(fx_log(), "Flush0 SmioSuspend StopSuspend D0ExitPre"));
	assert_non_null(strstr(fx_log(), "ReleaseHardware StopPurge Ended SmioFlush"));
	leave();
}

static void test_bus_removed__other_queue__parents_stop_callback_ends_it(void **state)
{
	(void)state;
	unmanaged = true;
	forward_one();
	fx_remove();
	assert_int_equal(child_ask_await(&op), STATUS_CANCELLED);
	assert_non_null(strstr(fx_log(), "SmioFlush StopPurge"));
	leave();
}

static void test_bus_surprise_removed__with_a_childs_request__ended(void **state)
{
	(void)state;
	forward_one();
	WdfDeviceSetFailed(fx_made.device, WdfDeviceFailedNoRestart);
	fx_remove();
	assert_int_equal(child_ask_await(&op), STATUS_CANCELLED);
	assert_non_null(strstr(fx_log(), "Surprise0"));
	leave();
}

static void test_child_missing__waits_for_the_parent(void **state)
{
	(void)state;
	forward_one();
	assert_int_equal(WdfPdoMarkMissing(child_devices[0]), STATUS_SUCCESS);
	assert_true(fx_log_await("Flush0", 1));
	assert_null(strstr(fx_log(), "Cleanup0"));
	WdfRequestComplete(child_kept, STATUS_SUCCESS);
	assert_int_equal(child_ask_await(&op), STATUS_SUCCESS);
	assert_true(fx_log_await("Cleanup0", 1));
	leave();
	fx_remove();
}

static void test_child_missing__marked_by_the_parent__cancelled(void **state)
{
	(void)state;
	forward_one();
	WdfRequestMarkCancelable(child_kept, complete_cancelled);
	assert_int_equal(WdfPdoMarkMissing(child_devices[0]), STATUS_SUCCESS);
	assert_int_equal(child_ask_await(&op), STATUS_CANCELLED);
	assert_true(fx_log_await("Cleanup0", 1));
	leave();
	fx_remove();
}

static void test_parents_queue_purged__busy_until_started(void **state)
{
	static struct child_op second;

	(void)state;
	forward_one();
	WdfRequestComplete(child_kept, STATUS_SUCCESS);
	assert_int_equal(child_ask_await(&op), STATUS_SUCCESS);
	WdfIoQueuePurgeSynchronously(child_parent_queue);
	assert_int_equal(child_ask(file, &second),
			 STATUS_DEVICE_BUSY); /* as STATUS_WDF_BUSY is told */
	WdfIoQueueStart(child_parent_queue);
	child_ask_start(file, &second);
	assert_true(fx_log_await("ParentKept", 2));
	WdfRequestComplete(child_kept, STATUS_SUCCESS);
	assert_int_equal(child_ask_await(&second), STATUS_SUCCESS);
	leave();
	fx_remove();
}

#define T(test) cmocka_unit_test_setup_teardown(test, setup, fx_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_forwarded__parent_answers_the_childs_client),
		T(test_drivers_callbacks_at_dispatch__the_same),
		T(test_not_allowed__child_completes_it),
		T(test_client_cancels__parents_callback_runs),
		T(test_client_closes__parents_callback_runs),
		T(test_bus_removed__power_managed_queue__parents_stop_callback_ends_it),
		T(test_bus_removed__other_queue__parents_stop_callback_ends_it),
		T(test_bus_surprise_removed__with_a_childs_request__ended),
		T(test_child_missing__waits_for_the_parent),
		T(test_child_missing__marked_by_the_parent__cancelled),
		T(test_parents_queue_purged__busy_until_started),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
