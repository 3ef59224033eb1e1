/* SPDX-License-Identifier: MIT */
/*
 * A target that was opened by name is closed or deleted while its driver is told of a removal, by
 * another thread or by the opened device's own loop. From the pages of WdfIoTargetClose,
 * WdfObjectDelete and "Managing Device Removal for I/O Targets".
 */
#include "fx_control.h"
#include "name_fixture.h"

#include <errno.h>
#include <string.h>

#include "base/exec.h"
#include "io/target_impl.h"

static int query(void)
{
	return uwdf_device_query_remove(fx.device, &fx.rep);
}

static struct fx_target *inside(const struct named_target *target)
{
	return target_from_handle(NULL, target->handle);
}

/* --- the device that sends goes meanwhile --- */

static struct fx_target *told; /* the target that is told of the removal */
static struct exec_thread *thread;
static struct exec_event deleted;
static bool deleted_early;

static void delete_sender(void *arg)
{
	(void)arg;
	WdfObjectDelete(control_device);
	exec_event_set(&deleted);
}

/* The notice waits for this callback, and the deletion has to wait for the notice. */
static void delete_sender_meanwhile(void)
{
	struct exec_thread_params params = { .name = "driver", .run = delete_sender, .node = -1 };

	named_script.in_cleanup = NULL;
	assert_int_equal(exec_thread_start(&params, &thread), 0);
	deleted_early = exec_event_wait(&deleted, exec_deadline_ms(30));
}

static void sender_is_control_device(void)
{
	named_up();
	control_script = (struct control_script){ .name = L"\\Device\\UwdfSender" };
	assert_int_equal(control_make(), STATUS_SUCCESS);
	assert_int_equal(WdfIoTargetCreate(control_device, NULL, &named.a.handle), STATUS_SUCCESS);
	assert_int_equal(exec_event_init(&deleted), 0);
	deleted_early = false;
	named_script.in_cleanup = delete_sender_meanwhile;
}

static void remove_while_sender_goes(void)
{
	named_is_open(&named.a);
	told = inside(&named.a);
	fx_object_ref(&told->base);
	named_surprise();
	assert_non_null(thread);
	exec_thread_join(thread);
	exec_event_deinit(&deleted);
	assert_false(deleted_early);
	assert_int_equal(told->state, WdfIoTargetDeleted);
	assert_int_equal(told->notices, 0);
	fx_object_unref(&told->base);
	assert_non_null(strstr(fx_log(), "ControlDestroy"));
}

static void test_complete__sender_deleted_meanwhile__waits_for_the_notice(void **state)
{
	(void)state;
	sender_is_control_device();
	remove_while_sender_goes();
}

static void test_complete__closed_by_its_callback__sender_waits_for_it(void **state)
{
	(void)state;
	sender_is_control_device();
	named.a.complete = true;
	remove_while_sender_goes();
	assert_non_null(strstr(fx_log(), "a.Complete"));
}

/* --- on the loop of the device that is asked, which the notice waits for --- */

static void close_a(void)
{
	named_script.in_create = named_script.in_cleanup = NULL;
	WdfIoTargetClose(named.a.handle);
}

static void delete_a(void)
{
	named_script.in_cleanup = NULL;
	WdfObjectDelete(named.a.handle);
}

static void test_query__closed_on_the_devices_own_loop__does_not_wait_for_itself(void **state)
{
	(void)state;
	named_up();
	named_is_open(&named.a);
	named_script.in_cleanup = close_a;
	assert_int_equal(query(), 0);
	assert_string_equal(fx_log(), "FileCleanup FileClose QueryRemove");
	assert_int_equal(named_state(&named.a), WdfIoTargetClosed);
	assert_int_equal(named_open_files(), 0);
}

static void test_query__deleted_on_the_devices_own_loop__does_not_wait_for_itself(void **state)
{
	(void)state;
	named_up();
	named_is_open(&named.a);
	named_script.in_cleanup = delete_a;
	assert_int_equal(query(), 0);
	assert_string_equal(fx_log(), "FileCleanup FileClose QueryRemove");
	assert_int_equal(named_open_files(), 0);
}

static void test_complete__closed_on_the_devices_own_loop__does_not_wait_for_itself(void **state)
{
	(void)state;
	named_up();
	named_is_open(&named.a);
	named_script.in_cleanup = close_a;
	named_surprise();
	assert_int_equal(named_state(&named.a), WdfIoTargetClosed);
}

/* --- the removal is called off --- */

static void test_canceled__closed_while_it_is_opened_again__stays_closed(void **state)
{
	(void)state;
	named_up();
	named_is_open(&named.a);
	fx_script.fail = "QueryRemove";
	named_script.in_create = close_a;
	assert_int_equal(query(), -ECANCELED);
	assert_string_equal(fx_log(),
			    "FileCleanup FileClose QueryRemove Create FileCleanup FileClose");
	assert_int_equal(named_state(&named.a), WdfIoTargetClosed);
	assert_int_equal(named_open_files(), 0);
	assert_int_equal(named_reopen(&named.a), STATUS_SUCCESS); /* if the driver wants it */
}

static void test_canceled__closed_for_good_before__is_not_opened_again(void **state)
{
	(void)state;
	named_up();
	named_is_open(&named.a);
	WdfIoTargetClose(named.a.handle);
	fx_log_clear();
	fx_target_remove_canceled(inside(&named.a));
	assert_string_equal(fx_log(), "");
	assert_int_equal(named_state(&named.a), WdfIoTargetClosed);
}

/* --- the open is not over yet --- */

/* What is attached can be asked at once: its callbacks are those that it was opened with. */
static void test_query__just_opened__its_callback_is_called(void **state)
{
	static const struct fx_sink_ops none;
	struct fx_sink sink = { .ops = &none };
	struct fx_sink *old = NULL;
	struct fx_target *target;
	(void)state;
	named_up();
	named.a.query = true;
	named_is_open(&named.a);
	WdfIoTargetClose(named.a.handle);
	fx_log_clear();
	target = inside(&named.a);
	target->opening = true; /* as WdfIoTargetOpen() has it until it is open */
	target->opening_from = WdfIoTargetClosed;
	named.a.query_status = STATUS_DEVICE_BUSY;
	assert_true(fx_target_attach(target, &sink, &old));
	assert_int_equal(fx_target_query_remove(target, NULL), STATUS_DEVICE_BUSY);
	assert_string_equal(fx_log(), "a.Query");
	WdfIoTargetClose(named.a.handle);
}

/* --- in a callback of the opened device: what was sent may only end behind it --- */

static struct named_sent sent;
static NTSTATUS asked;
static bool complained;

static void ask_inside(WDFREQUEST request)
{
	(void)request;
	named_script.in_io = NULL;
	(void)fx_broke();
	asked = named_ask(&named.a, "x", NULL);
	complained = fx_broke();
}

static void send_and_await(void (*in_io)(WDFREQUEST request))
{
	named_up();
	named_is_open(&named.a);
	named_script.in_io = in_io;
	assert_true(named_send(&named.a, &sent));
	assert_true(fx_log_await("Back", 1));
}

static void test_send__waiting_in_the_devices_callback__refused(void **state)
{
	(void)state;
	send_and_await(ask_inside);
	assert_int_equal(asked, STATUS_INVALID_DEVICE_REQUEST);
	assert_true(complained);
	assert_int_equal(sent.status, STATUS_SUCCESS);
}

static void close_inside(WDFREQUEST request)
{
	(void)request;
	(void)fx_broke();
	WdfIoTargetClose(named.a.handle);
	complained = fx_broke();
}

static void test_close__in_the_devices_callback__cancels_and_does_not_wait(void **state)
{
	(void)state;
	named_script.keeps = true;
	send_and_await(close_inside);
	assert_true(complained);
	assert_int_equal(sent.status, STATUS_CANCELLED);
	assert_int_equal(named_state(&named.a), WdfIoTargetClosed);
	WdfIoTargetClose(named.a.handle);
	assert_true(fx_log_await("FileClose", 1));
	assert_int_equal(named_open_files(), 0);
	assert_int_equal(named_reopen(&named.a), STATUS_SUCCESS);
}

static void purge_inside(WDFREQUEST request)
{
	(void)request;
	(void)fx_broke();
	WdfIoTargetPurge(named.a.handle, WdfIoTargetPurgeIoAndWait);
	complained = fx_broke();
}

static void test_purge__in_the_devices_callback__cancels_and_does_not_wait(void **state)
{
	(void)state;
	named_script.keeps = true;
	send_and_await(purge_inside);
	assert_true(complained);
	assert_int_equal(sent.status, STATUS_CANCELLED);
	assert_int_equal(WdfIoTargetStart(named.a.handle), STATUS_SUCCESS);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, named_setup, named_teardown)
	const struct CMUnitTest tests[] = {
		T(test_complete__sender_deleted_meanwhile__waits_for_the_notice),
		T(test_complete__closed_by_its_callback__sender_waits_for_it),
		T(test_query__closed_on_the_devices_own_loop__does_not_wait_for_itself),
		T(test_query__deleted_on_the_devices_own_loop__does_not_wait_for_itself),
		T(test_complete__closed_on_the_devices_own_loop__does_not_wait_for_itself),
		T(test_canceled__closed_while_it_is_opened_again__stays_closed),
		T(test_canceled__closed_for_good_before__is_not_opened_again),
		T(test_query__just_opened__its_callback_is_called),
		T(test_send__waiting_in_the_devices_callback__refused),
		T(test_close__in_the_devices_callback__cancels_and_does_not_wait),
		T(test_purge__in_the_devices_callback__cancels_and_does_not_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
