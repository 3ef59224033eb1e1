/* SPDX-License-Identifier: MIT */
/*
 * A driver in the middle of a stack waits in its EvtIo callback for what it sent; meanwhile clients
 * open and close above it, and its requests go where the target leads: three devices, the highest
 * a filter on the sender's loop.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/exec.h"
#include "target_fixture.h"

static struct target_fixture t; /* the device in the middle, and what it sends to */
static struct fx_device_head *top;
static struct fx_file *file; /* of the client whose request is waited for */
static struct io_op op;
static bool inside, nested; /* the callback that waits; another callback came in it */
static unsigned int creates, cleanups, closes;
static unsigned int opened, closed; /* clients that were told */
static struct fx_file *other;

/* --- the driver in the middle --- */

static void on_create(WDFDEVICE device, WDFREQUEST request, WDFFILEOBJECT object)
{
	(void)device;
	(void)object;
	nested |= inside;
	creates++;
	WdfRequestComplete(request, STATUS_SUCCESS);
}

static void on_cleanup(WDFFILEOBJECT object)
{
	(void)object;
	nested |= inside;
	cleanups++;
}

static void on_close(WDFFILEOBJECT object)
{
	(void)object;
	nested |= inside;
	closes++;
}

static void on_control(WDFQUEUE queue, WDFREQUEST request)
{
	(void)queue;
	nested |= inside;
	inside = true;
	WdfRequestFormatRequestUsingCurrentType(request);
	(void)target_send(&t, request, WDF_REQUEST_SEND_OPTION_SYNCHRONOUS, 0);
	inside = false;
	WdfRequestComplete(request, WdfRequestGetStatus(request));
}

/* --- clients --- */

static void told_open(struct fx_open *open, NTSTATUS status, struct fx_file *of)
{
	(void)open;
	assert_int_equal(status, STATUS_SUCCESS);
	opened++;
	other = of;
}

static void told_closed(void *arg)
{
	(void)arg;
	closed++;
}

static struct fx_file *open_at(struct fx_device_head *device)
{
	struct fx_file *out = NULL;

	assert_int_equal(fx_file_open((struct fx_device *)(void *)device, &out), STATUS_SUCCESS);
	return out;
}

/* No other device's room has a part in what is waited for. */
static void open_in_the_middle(void)
{
	fx_file_close(file);
	file = open_at(t.f.device);
	cleanups = closes = 0;
}

/* From here the driver waits for the lower one. */
static void begin_to_wait(void)
{
	io_op_control(&op, TARGET_CODE, "in", 8);
	fx_io_submit(file, &op.packet);
	target_settle(&t);
	assert_int_equal(target_below.came, 1);
	assert_true(inside);
}

static void end_of_wait(void)
{
	target_complete(&t, 0, STATUS_SUCCESS, 0);
	target_settle(&t);
	assert_int_equal(op.completions, 1);
	assert_false(inside);
}

/* --- three devices --- */

static void make_queue(struct fx_device_head *device, PFN_WDF_IO_QUEUE_IO_DEFAULT evt,
		       WDF_REQUEST_TYPE type)
{
	WDFDEVICE handle = (WDFDEVICE)fx_object_handle(&device->base);
	WDF_IO_QUEUE_CONFIG config;
	WDFQUEUE queue;

	WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchParallel);
	config.EvtIoDefault = evt;
	assert_int_equal(WdfIoQueueCreate(handle, &config, WDF_NO_OBJECT_ATTRIBUTES, &queue),
			 STATUS_SUCCESS);
	assert_int_equal(WdfDeviceConfigureRequestDispatching(handle, queue, type), STATUS_SUCCESS);
}

static int setup(void **state)
{
	struct fx_io_config config = { 0 };

	(void)state;
	nested = inside = false;
	opened = closed = 0;
	WDF_FILEOBJECT_CONFIG_INIT(&config.file_config, on_create, on_close, on_cleanup);
	target_setup_config(&t, false, &config, "");
	make_queue(t.f.device, on_control, WdfRequestTypeDeviceControl);
	config = (struct fx_io_config){ .filter = true };
	top = io_device_new(&t.f, t.f.loop, &config);
	fx_io_stack_on(top->io, t.f.io);
	fx_io_resume(top->io);
	fx_io_allow_open(top->io, true);
	file = open_at(top);
	creates = cleanups = closes = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	if (inside && target_below.kept[0]) /* a check failed */
		target_complete(&t, 0, STATUS_SUCCESS, 0);
	if (file)
		fx_file_close(file);
	fx_io_purge(top->io, false);
	fx_object_delete(&top->base);
	target_teardown(&t);
	return 0;
}

static void test_open__while_a_lower_drivers_callback_waits__comes_after_it(void **state)
{
	struct fx_open open = { .done = told_open };

	(void)state;
	begin_to_wait();
	fx_file_open_start((struct fx_device *)(void *)top, &open);
	target_settle(&t);
	assert_int_equal(creates, 0);
	assert_int_equal(opened, 0);
	end_of_wait();
	assert_int_equal(creates, 1);
	assert_int_equal(opened, 1);
	assert_false(nested);
	fx_file_close(other);
}

static void test_close__while_a_lower_drivers_callback_waits__comes_after_it(void **state)
{
	(void)state;
	other = open_at(top);
	begin_to_wait();
	fx_file_close_start(other, told_closed, NULL);
	target_settle(&t);
	assert_int_equal(cleanups, 0);
	end_of_wait();
	assert_int_equal(cleanups, 1);
	assert_int_equal(closes, 1);
	assert_int_equal(closed, 1);
	assert_false(nested);
}

static void complete_last(void *arg)
{
	(void)arg;
	WdfRequestComplete(io_seen.last, STATUS_CANCELLED);
}

static void test_close__whose_last_request_ends_while_a_callback_waits__ends_after_it(void **state)
{
	struct io_op last;

	(void)state;
	open_in_the_middle();
	other = open_at(top);
	io_op_read(&last, 8); /* kept by the driver in the middle */
	fx_io_submit(other, &last.packet);
	fx_file_close_start(other, told_closed, NULL);
	target_settle(&t);
	assert_int_equal(cleanups, 1);
	begin_to_wait();
	io_on_owner(&t.f, complete_last, NULL);
	target_settle(&t);
	assert_int_equal(last.completions, 1);
	assert_int_equal(closes, 0);
	end_of_wait();
	assert_int_equal(closes, 1);
	assert_int_equal(closed, 1);
	assert_false(nested);
}

/* The client goes whose request is waited for: that is what ends the wait. */
static void check_close_ends_the_wait(void)
{
	target_below.marks = true;
	begin_to_wait();
	fx_file_close_start(file, told_closed, NULL);
	file = NULL;
	target_settle(&t);
	target_settle(&t);
	assert_int_equal(target_below.cancelled, 1);
	assert_int_equal(op.status, STATUS_CANCELLED);
	assert_int_equal(closed, 1);
	assert_int_equal(cleanups, 1);
	assert_int_equal(closes, 1);
	assert_false(nested);
}

static void test_close__of_the_file_whose_request_is_waited_for__cancels_it(void **state)
{
	(void)state;
	check_close_ends_the_wait();
}

static void test_close__of_a_file_of_the_waiting_device_itself__cancels_it(void **state)
{
	(void)state;
	open_in_the_middle();
	check_close_ends_the_wait();
}

static void purge_top(void *arg)
{
	(void)arg;
	fx_io_purge(top->io, false);
}

static void
test_removal__of_the_filter_while_a_lower_drivers_callback_waits__is_after_it(void **state)
{
	struct exec_thread_params params = { .name = "pnp", .run = purge_top, .node = -1 };
	struct exec_thread *thread;

	(void)state;
	begin_to_wait();
	assert_int_equal(exec_thread_start(&params, &thread), 0);
	for (int i = 0; i < 10; i++) {
		exec_sleep_ms(1);
		target_settle(&t);
	}
	assert_int_equal(cleanups, 0);
	end_of_wait();
	exec_thread_join(thread);
	assert_int_equal(cleanups, 1);
	assert_int_equal(closes, 1);
	assert_false(nested);
}

/* --- whose target --- */

static void complete_as_below(WDFREQUEST request, WDFIOTARGET target,
			      PWDF_REQUEST_COMPLETION_PARAMS params, WDFCONTEXT context)
{
	(void)target;
	(void)context;
	WdfRequestComplete(request, params->IoStatus.Status);
}

static void send_to_the_others_target(WDFQUEUE queue, WDFREQUEST request)
{
	(void)queue;
	WdfRequestFormatRequestUsingCurrentType(request);
	WdfRequestSetCompletionRoutine(request, complete_as_below, NULL);
	if (!target_send(&t, request, 0, 0))
		WdfRequestComplete(request, WdfRequestGetStatus(request));
}

static void test_send__to_another_devices_target__arrives_below_that_device(void **state)
{
	(void)state;
	target_below.completes = true;
	make_queue(top, send_to_the_others_target, WdfRequestTypeRead);
	io_op_read(&op, 64);
	fx_io_submit(file, &op.packet);
	target_settle(&t);
	if (io_seen.kept_count) /* by the one that is below its own device */
		io_on_owner(&t.f, complete_last, NULL);
	assert_int_equal(io_seen.kept_count, 0);
	assert_int_equal(target_below.came, 1);
	assert_null(target_below.file);
	assert_int_equal(op.completions, 1);
	assert_int_equal(op.status, STATUS_SUCCESS);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_open__while_a_lower_drivers_callback_waits__comes_after_it),
		T(test_close__while_a_lower_drivers_callback_waits__comes_after_it),
		T(test_close__whose_last_request_ends_while_a_callback_waits__ends_after_it),
		T(test_close__of_the_file_whose_request_is_waited_for__cancels_it),
		T(test_close__of_a_file_of_the_waiting_device_itself__cancels_it),
		T(test_removal__of_the_filter_while_a_lower_drivers_callback_waits__is_after_it),
		T(test_send__to_another_devices_target__arrives_below_that_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
