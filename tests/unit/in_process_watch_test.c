/* SPDX-License-Identifier: MIT */
/*
 * What is said of handles in process alone (uwdf/in_process.h): who is waited for and who is not,
 * a device that is to be unused, control devices, handles that outlive their device.
 */
#include "fx_control.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/exec.h"
#include "base/log.h"
#include "uwdf/in_process.h"

#define SOON_MS 60000

static uwdf_handle *open_device(struct uwdf_device *device)
{
	uwdf_handle *h = NULL;

	assert_int_equal(uwdf_open_in_process(device, &h), 0);
	return h;
}

static uwdf_handle *open_listener(void)
{
	uwdf_handle *h = open_device(fx.device);

	assert_int_equal(uwdf_notify(h, 1), 0);
	return h;
}

static void expect_event(uwdf_handle *h, enum uwdf_event expected)
{
	enum uwdf_event event;

	assert_int_equal(uwdf_next_event(h, SOON_MS, &event), 1);
	assert_int_equal(event, expected);
}

static void expect_none(uwdf_handle *h)
{
	enum uwdf_event event;

	assert_int_equal(uwdf_next_event(h, 0, &event), 0);
}

static int setup(void **state)
{
	fx_watches_patience_ms = SOON_MS; /* whoever is waited for in vain is noticed */
	return control_setup(state);
}

static int teardown(void **state)
{
	fx_watches_patience_ms = 1000;
	return fx_teardown(state);
}

/* --- whose answer is waited for --- */

static void test_query__the_askers_own_handle__told_but_not_waited_for(void **state)
{
	uwdf_handle *h;
	(void)state;
	fx_up();
	h = open_listener();
	assert_int_equal(uwdf_device_query_remove(fx.device, &fx.rep), 0);
	expect_event(h, UWDF_QUERY_REMOVE);
	expect_none(h);
	fx_remove();
	expect_event(h, UWDF_REMOVED);
	uwdf_close(h);
}

static void look_once(void *arg)
{
	expect_none(arg);
}

/* Of somebody else's from then on: it is the thread that used it last that counts. */
static void test_query__handle_of_another_thread__waited_for_until_the_deadline(void **state)
{
	struct exec_thread_params params = { .name = "user", .run = look_once, .node = -1 };
	struct exec_thread *thread;
	uint64_t begin;
	uwdf_handle *h;
	(void)state;
	fx_up();
	h = open_listener();
	params.arg = h;
	assert_int_equal(exec_thread_start(&params, &thread), 0);
	exec_thread_join(thread);
	fx_watches_patience_ms = 30;
	begin = exec_now_ns();
	assert_int_equal(uwdf_device_query_remove(fx.device, &fx.rep), 0);
	assert_true(exec_now_ns() - begin >= 30 * EXEC_NS_PER_MS);
	uwdf_close(h);
}

static void test_query__device_gone_already__nobody_is_asked(void **state)
{
	uwdf_handle *h;
	(void)state;
	fx_up();
	h = open_listener();
	WdfDeviceSetFailed(fx_made.device, WdfDeviceFailedNoRestart);
	assert_int_equal(uwdf_device_query_remove(fx.device, &fx.rep), 0);
	expect_none(h);
	fx_remove();
	expect_event(h, UWDF_REMOVED);
	uwdf_close(h);
}

/* --- a device that is to be unused --- */

static int ask_unused(void)
{
	return uwdf_device_query_remove_unused(fx.device, &fx.rep);
}

static void test_unused__somebody_does_not_listen__refused_at_once(void **state)
{
	uwdf_handle *deaf, *listener;
	(void)state;
	fx_up();
	listener = open_listener();
	deaf = open_device(fx.device);
	assert_int_equal(ask_unused(), -EBUSY);
	assert_non_null(strstr(fx.rep.text, "has tested open"));
	expect_none(listener); /* nothing happened */
	uwdf_close(deaf);
	uwdf_close(listener);
	assert_string_equal(fx_log(), "");
	assert_int_equal(ask_unused(), 0);
	assert_string_equal(fx_log(), "QueryRemove");
}

static void test_unused__listener_keeps_it__refused__goes_on(void **state)
{
	uwdf_handle *h, *other;
	(void)state;
	fx_up();
	h = open_listener();
	assert_int_equal(ask_unused(), -EBUSY);
	expect_event(h, UWDF_QUERY_REMOVE);
	expect_event(h, UWDF_STAYS);
	other = open_device(fx.device);
	uwdf_close(other);
	uwdf_close(h);
	assert_string_equal(fx_log(), "");
}

static void close_when_asked(void *arg)
{
	uwdf_handle *h = arg;

	expect_event(h, UWDF_QUERY_REMOVE);
	uwdf_close(h);
}

static void test_unused__listener_closes__agreed_and_held(void **state)
{
	struct exec_thread_params params = { .name = "user", .run = close_when_asked, .node = -1 };
	struct exec_thread *thread;
	uwdf_handle *h, *late;
	(void)state;
	fx_up();
	h = params.arg = open_listener();
	/* it is the other thread's before we ask */
	assert_int_equal(exec_thread_start(&params, &thread), 0);
	exec_sleep_ms(20);
	assert_int_equal(ask_unused(), 0);
	exec_thread_join(thread);
	assert_int_equal(uwdf_open_in_process(fx.device, &late), -EIO);
	(void)h;
}

static void test_unused__driver_refuses__can_be_opened_again(void **state)
{
	(void)state;
	fx_up();
	fx_script.fail = "QueryRemove";
	assert_int_equal(ask_unused(), -ECANCELED);
	uwdf_close(open_device(fx.device));
	fx_script.fail = NULL;
}

/* --- letting go --- */

static void test_let_go__file_closes__events_go_on(void **state)
{
	struct uwdf_op op = { .kind = UWDF_WRITE, .in = "x", .in_len = 1 }, *got;
	uwdf_handle *h;
	void *memory;
	(void)state;
	fx_up();
	h = open_listener();
	assert_int_equal(uwdf_let_go(h), 0);
	expect_event(h, UWDF_LET_GO);
	assert_int_equal(uwdf_submit(h, &op), 0);
	assert_int_equal(uwdf_reap(h, SOON_MS, &got), 1);
	assert_int_equal(got->status, STATUS_INVALID_HANDLE);
	assert_int_equal(uwdf_memory_alloc(h, 4u << 20, &memory), -ENOMEM);
	fx_script.fail = "QueryRemove";
	assert_int_equal(ask_unused(), -ECANCELED); /* it is; the driver refused */
	expect_event(h, UWDF_QUERY_REMOVE);
	expect_event(h, UWDF_STAYS);
	fx_script.fail = NULL;
	fx_remove();
	expect_event(h, UWDF_REMOVED);
	assert_int_equal(uwdf_let_go(h), -ENODEV);
	uwdf_close(h);
}

static void test_let_go__does_not_listen__refuses_nobody(void **state)
{
	uwdf_handle *h;
	(void)state;
	fx_up();
	h = open_device(fx.device);
	assert_int_equal(ask_unused(), -EBUSY);
	assert_int_equal(uwdf_let_go(h), 0);
	expect_event(h, UWDF_LET_GO);
	assert_int_equal(ask_unused(), 0);
	expect_none(h);
	uwdf_close(h);
}

static void test_let_go__twice__told_twice(void **state)
{
	uwdf_handle *h;
	(void)state;
	fx_up();
	h = open_device(fx.device);
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(uwdf_let_go(h), 0);
		expect_event(h, UWDF_LET_GO);
	}
	uwdf_close(h);
}

/* --- handles that outlive their device --- */

static void test_removed__handle_stays__calls_fail(void **state)
{
	struct uwdf_op op = { .kind = UWDF_WRITE, .in = "x", .in_len = 1 }, *got;
	uwdf_handle *h, *unseen;
	void *memory;
	(void)state;
	fx_up();
	h = open_device(fx.device);
	unseen = open_device(fx.device);
	assert_int_equal(uwdf_memory_alloc(h, 10, &memory), 0);
	fx_remove();
	memset(memory, 1, 10); /* until the close */
	expect_event(h, UWDF_REMOVED);
	assert_int_equal(uwdf_memory_alloc(h, 4u << 20, &memory), -EPIPE);
	assert_int_equal(uwdf_submit(h, &op), -ENODEV);
	assert_int_equal(uwdf_cancel_all(h), 0);
	assert_int_equal(uwdf_submit(unseen, &op), -EPIPE);
	assert_int_equal(uwdf_notify(unseen, 1), -EPIPE);
	assert_int_equal(uwdf_reap(unseen, SOON_MS, &got), -EPIPE);
	expect_event(unseen, UWDF_REMOVED);
	uwdf_close(h);
	uwdf_close(unseen);
}

static void test_removed__answer_not_reaped_yet__still_there(void **state)
{
	struct uwdf_op op = { .kind = UWDF_READ, .out = &op, .out_len = 1 }, *got;
	uwdf_handle *h;
	(void)state;
	fx_script.queue = true;
	fx_up();
	h = open_device(fx.device);
	assert_int_equal(uwdf_submit(h, &op), 0);
	fx_remove();
	assert_int_equal(uwdf_reap(h, SOON_MS, &got), 1);
	assert_int_equal(got->status, STATUS_SUCCESS);
	assert_int_equal(uwdf_reap(h, SOON_MS, &got), -EPIPE);
	uwdf_close(h);
}

/* --- control devices --- */

static void delete_in_callback(WDFQUEUE queue, WDFREQUEST request)
{
	(void)queue;
	WdfObjectDelete(control_device);
	WdfRequestComplete(request, STATUS_SUCCESS);
}

static void test_control_device__deleted_in_a_callback__revoked_and_gone(void **state)
{
	uwdf_handle *user, *other, *late;
	struct uwdf_device *device;
	enum uwdf_event event;
	int32_t status;
	(void)state;
	control_legacy(control_make);
	control_script.in_io = delete_in_callback;
	assert_int_equal(fx_load(), 0);
	device = control_find();
	user = open_device(device);
	other = open_device(device);
	assert_int_equal(uwdf_control(user, 0x220004, NULL, 0, NULL, 0, SOON_MS, &status, NULL), 0);
	expect_event(other, UWDF_REMOVED);
	expect_event(user, UWDF_REMOVED);
	/* nobody closed it: it goes all the same, and both hear of that */
	assert_true(fx_log_await("ControlDestroy", 1));
	assert_int_equal(uwdf_next_event(user, SOON_MS, &event), -EPIPE);
	assert_int_equal(uwdf_next_event(other, SOON_MS, &event), -EPIPE);
	assert_int_equal(uwdf_open_in_process(device, &late), -ECONNREFUSED);
	uwdf_close(user);
	uwdf_close(other);
	uwdf_device_release(device);
}

static WDFREQUEST kept;

static void keep(WDFQUEUE queue, WDFREQUEST request)
{
	(void)queue;
	kept = request;
	fx_note("Kept");
}

/* It has to give back what it has; then the rest follows. */
static void test_control_device__deleted_with_a_request_out__gone_when_it_is_back(void **state)
{
	struct uwdf_op op = { .kind = UWDF_CONTROL, .code = 0x220004 }, *got;
	struct uwdf_device *device;
	uwdf_handle *h;
	(void)state;
	control_legacy(control_make);
	control_script.in_io = keep;
	assert_int_equal(fx_load(), 0);
	device = control_find();
	h = open_device(device);
	assert_int_equal(uwdf_submit(h, &op), 0);
	assert_true(fx_log_await("Kept", 1));
	WdfObjectDelete(control_device);
	expect_event(h, UWDF_REMOVED);
	assert_int_equal(uwdf_reap(h, 0, &got), 0);
	WdfRequestComplete(kept, STATUS_SUCCESS);
	assert_int_equal(uwdf_reap(h, SOON_MS, &got), 1);
	assert_int_equal(got->status, STATUS_SUCCESS); /* as the driver says */
	assert_true(fx_log_await("ControlDestroy", 1));
	uwdf_close(h);
	uwdf_device_release(device);
}

static void cancelled(WDFREQUEST request)
{
	WdfRequestComplete(request, STATUS_CANCELLED);
}

static void keep_marked(WDFQUEUE queue, WDFREQUEST request)
{
	keep(queue, request);
	WdfRequestMarkCancelable(request, cancelled);
}

static uwdf_handle *open_with_request_out(struct uwdf_op *op, struct uwdf_device **out)
{
	uwdf_handle *h;

	control_legacy(control_make);
	assert_int_equal(fx_load(), 0);
	*out = control_find();
	h = open_device(*out);
	assert_int_equal(uwdf_submit(h, op), 0);
	assert_true(fx_log_await("Kept", 1));
	return h;
}

static void test_let_go__request_out__cancelled_then_closed(void **state)
{
	struct uwdf_op op = { .kind = UWDF_CONTROL, .code = 0x220004 }, *got;
	struct uwdf_device *device;
	uwdf_handle *h;
	(void)state;
	control_script.in_io = keep_marked;
	h = open_with_request_out(&op, &device);
	assert_int_equal(uwdf_let_go(h), 0);
	expect_event(h, UWDF_LET_GO);
	assert_int_equal(uwdf_reap(h, SOON_MS, &got), 1);
	assert_int_equal(got->status, STATUS_CANCELLED);
	uwdf_close(h);
	uwdf_device_release(device);
}

static void test_let_go__driver_keeps_the_request__closed_when_it_is_back(void **state)
{
	struct uwdf_op op = { .kind = UWDF_CONTROL, .code = 0x220004 }, *got;
	struct uwdf_device *device;
	uwdf_handle *h;
	(void)state;
	control_script.in_io = keep;
	h = open_with_request_out(&op, &device);
	assert_int_equal(uwdf_let_go(h), 0);
	expect_none(h);
	WdfRequestComplete(kept, STATUS_SUCCESS);
	expect_event(h, UWDF_LET_GO);
	assert_int_equal(uwdf_reap(h, SOON_MS, &got), 1);
	assert_int_equal(got->status, STATUS_SUCCESS); /* as the driver says */
	uwdf_close(h);
	uwdf_device_release(device);
}

/* --- what keeps a driver --- */

static struct uwdf_hold holds[8];

/* How many handles; the first of them is holds[0]. */
static size_t handles_held(void)
{
	size_t count = uwdf_driver_holds(fx.driver, holds, UW_ARRAY_SIZE(holds)), handles = 0;

	assert_true(count <= UW_ARRAY_SIZE(holds));
	for (size_t i = 0; i < count; i++)
		if (holds[i].kind == UWDF_HOLD_HANDLE)
			holds[handles++] = holds[i];
	return handles;
}

static void test_holds__handles_of_this_process__named_until_closed(void **state)
{
	uwdf_handle *one, *two;
	(void)state;
	fx_up();
	assert_int_equal(handles_held(), 0);
	one = open_device(fx.device);
	two = open_listener();
	exec_sleep_ms(2);
	assert_int_equal(handles_held(), 2);
	for (unsigned int i = 0; i < 2; i++) {
		assert_string_equal(holds[i].what, "tested");
		assert_string_equal(holds[i].state, "in process");
		assert_int_equal(holds[i].references, 0);
		assert_in_range(holds[i].age_ms, 1, SOON_MS);
	}
	assert_int_equal(uwdf_let_go(one), 0);
	expect_event(one, UWDF_LET_GO);
	assert_int_equal(handles_held(), 1);
	uwdf_close(two);
	assert_int_equal(handles_held(), 0);
	uwdf_close(one);
}

static char said[256];

static void keep_error(void *arg, enum log_level level, const char *area, const char *text)
{
	(void)arg;
	(void)area;
	if (level == LOG_LEVEL_ERROR)
		(void)snprintf(said, sizeof(said), "%s", text);
}

static void test_holds__of_a_control_device__with_its_requests__unload_refused(void **state)
{
	struct uwdf_op op = { .kind = UWDF_CONTROL, .code = 0x220004 };
	struct uwdf_device *device;
	uwdf_handle *h;
	(void)state;
	control_script.in_io = keep_marked;
	h = open_with_request_out(&op, &device);
	assert_int_equal(handles_held(), 1);
	assert_int_equal(holds[0].references, 1);
	log_set_sink(keep_error, NULL);
	assert_int_equal(uwdf_host_unload(fx.driver), -EBUSY);
	log_set_sink(NULL, NULL);
	assert_non_null(strstr(said, "is open, by a client of this process"));
	uwdf_close(h); /* the request ends with it */
	assert_int_equal(handles_held(), 0);
	uwdf_device_release(device);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_query__the_askers_own_handle__told_but_not_waited_for),
		TEST(test_query__handle_of_another_thread__waited_for_until_the_deadline),
		TEST(test_query__device_gone_already__nobody_is_asked),
		TEST(test_unused__somebody_does_not_listen__refused_at_once),
		TEST(test_unused__listener_keeps_it__refused__goes_on),
		TEST(test_unused__listener_closes__agreed_and_held),
		TEST(test_unused__driver_refuses__can_be_opened_again),
		TEST(test_let_go__file_closes__events_go_on),
		TEST(test_let_go__does_not_listen__refuses_nobody),
		TEST(test_let_go__twice__told_twice),
		TEST(test_let_go__request_out__cancelled_then_closed),
		TEST(test_let_go__driver_keeps_the_request__closed_when_it_is_back),
		TEST(test_holds__handles_of_this_process__named_until_closed),
		TEST(test_holds__of_a_control_device__with_its_requests__unload_refused),
		TEST(test_removed__handle_stays__calls_fail),
		TEST(test_removed__answer_not_reaped_yet__still_there),
		TEST(test_control_device__deleted_in_a_callback__revoked_and_gone),
		TEST(test_control_device__deleted_with_a_request_out__gone_when_it_is_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
