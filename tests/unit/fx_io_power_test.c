/* SPDX-License-Identifier: MIT */
/* Start, hold and resume: what the driver is told, and what is waited for. */
#include "power_fixture.h"

static struct io_op ops[4];

/* --- before the first D0 --- */

static void test_start__before_d0__requests_wait(void **state)
{
	(void)state;
	io_fixture_setup(&f, NULL);
	fallback = make(WdfIoQueueDispatchParallel, true, NULL);
	fx_io_allow_open(f.io, true);
	assert_int_equal(fx_file_open((struct fx_device *)(void *)f.device, &f.file),
			 STATUS_SUCCESS);
	io_op_write(&op, "x");
	io_submit(&f, &op);
	assert_int_equal(io_seen.kept_count, 0);
	fx_io_resume(f.io);
	io_settle(&f);
	assert_int_equal(io_seen.kept_count, 1);
	WdfRequestComplete(io_seen.kept[0], STATUS_SUCCESS);
	io_settle(&f);
}

/* --- hold --- */

static void test_hold__nothing_outstanding__returns_and_requests_wait(void **state)
{
	(void)state;
	set_up(NULL);
	fx_io_hold(f.io);
	io_op_write(&op, "x");
	io_submit(&f, &op);
	assert_int_equal(io_seen.kept_count, 0);
	assert_true(WdfIoQueueGetState(fallback, NULL, NULL) & WdfIoQueuePnpHeld);
	fx_io_resume(f.io);
	io_settle(&f);
	assert_int_equal(io_seen.kept_count, 1);
	WdfRequestComplete(io_seen.kept[0], STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(op.completions, 1);
}

static void test_hold__acknowledged__kept_and_resumed(void **state)
{
	WDFREQUEST request;

	(void)state;
	set_up(stop_and_acknowledge);
	request = submit_write();
	fx_io_hold(f.io);
	assert_int_equal(io_seen.stops, 1);
	assert_int_equal(io_seen.stop_action, WdfRequestStopActionSuspend);
	assert_int_equal(op.completions, 0);
	fx_io_resume(f.io);
	assert_int_equal(io_seen.resumes, 1);
	assert_ptr_equal(io_seen.last, request);
	WdfRequestComplete(request, STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(op.completions, 1);
}

static struct {
	WDFQUEUE queue;
	WDFREQUEST requests[3];
	unsigned int count, kept; /* given to EvtIoDefault before */
} resumed;

static void note_resume(WDFQUEUE queue, WDFREQUEST request)
{
	resumed.queue = queue;
	resumed.requests[resumed.count++] = request;
	resumed.kept = io_seen.kept_count;
}

static void test_resume__two_held_one_new__told_in_order_before_the_new_one(void **state)
{
	WDF_IO_QUEUE_CONFIG config;
	WDFQUEUE queue;

	(void)state;
	memset(&resumed, 0, sizeof(resumed));
	io_fixture_setup(&f, NULL);
	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
	config.EvtIoDefault = io_keep_request;
	config.EvtIoStop = stop_and_acknowledge;
	config.EvtIoResume = note_resume;
	queue = io_queue(&f, &config);
	io_fixture_start(&f);
	for (unsigned int i = 0; i < 3; i++) {
		if (i == 2)
			fx_io_hold(f.io);
		io_op_write(&ops[i], "x");
		io_submit(&f, &ops[i]);
	}
	assert_int_equal(io_seen.kept_count, 2);
	assert_int_equal(resumed.count, 0);
	fx_io_resume(f.io);
	io_settle(&f);
	assert_int_equal(resumed.count, 2);
	assert_ptr_equal(resumed.queue, queue);
	assert_ptr_equal(resumed.requests[0], io_seen.kept[0]);
	assert_ptr_equal(resumed.requests[1], io_seen.kept[1]);
	assert_int_equal(resumed.kept, 2);
	assert_int_equal(io_seen.kept_count, 3);
	for (unsigned int i = 0; i < 3; i++)
		WdfRequestComplete(io_seen.kept[i], STATUS_SUCCESS);
	io_settle(&f);
}

static void test_hold__requeued__presented_again_not_resumed(void **state)
{
	(void)state;
	set_up(stop_and_requeue);
	(void)submit_write();
	fx_io_hold(f.io);
	assert_int_equal(io_seen.stops, 1);
	assert_int_equal(fx_io_stats(f.io).queued_now, 1);
	fx_io_resume(f.io);
	io_settle(&f);
	assert_int_equal(io_seen.resumes, 0);
	assert_int_equal(io_seen.kept_count, 2);
	WdfRequestComplete(io_seen.kept[1], STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(op.completions, 1);
}

static void test_hold__completed_in_evt_io_stop__returns(void **state)
{
	(void)state;
	set_up(stop_and_complete);
	(void)submit_write();
	fx_io_hold(f.io);
	io_settle(&f);
	assert_int_equal(op.status, STATUS_CANCELLED);
	fx_io_resume(f.io);
}

static void test_hold__marked_request__flag_says_so(void **state)
{
	WDFREQUEST request;

	(void)state;
	set_up(stop_and_acknowledge);
	request = submit_write();
	WdfRequestMarkCancelable(request, io_cancel_completes);
	fx_io_hold(f.io);
	assert_int_equal(io_seen.stop_action,
			 WdfRequestStopActionSuspend | WdfRequestStopRequestCancelable);
	io_cancel(&f, &op);
	assert_int_equal(op.status, STATUS_CANCELLED);
	fx_io_resume(f.io);
	assert_int_equal(io_seen.resumes, 0);
}

static void test_hold__cancelled_request__not_told_but_waited_for(void **state)
{
	struct waiter waiter;
	WDFREQUEST request;

	(void)state;
	set_up(stop_and_acknowledge);
	request = submit_write();
	io_cancel(&f, &op);
	start(&waiter, hold);
	assert_false(has_returned(&waiter));
	assert_int_equal(io_seen.stops, 0);
	WdfRequestComplete(request, STATUS_CANCELLED);
	exec_thread_join(waiter.thread);
	fx_io_resume(f.io);
}

static void test_hold__no_evt_io_stop__waits_for_completion(void **state)
{
	struct waiter waiter;
	WDFREQUEST request;

	(void)state;
	set_up(NULL);
	request = submit_write();
	start(&waiter, hold);
	while (!(WdfIoQueueGetState(fallback, NULL, NULL) & WdfIoQueuePnpHeld))
		io_settle(&f);
	assert_false(has_returned(&waiter));
	WdfRequestComplete(request, STATUS_SUCCESS);
	exec_thread_join(waiter.thread);
	io_settle(&f);
	assert_int_equal(op.completions, 1);
	fx_io_resume(f.io);
}

static void test_hold__acknowledged_later_by_another_thread__returns(void **state)
{
	struct waiter waiter;
	WDFREQUEST request;

	(void)state;
	set_up(io_count_stop);
	request = submit_write();
	start(&waiter, hold);
	until_told(1);
	assert_false(has_returned(&waiter));
	WdfRequestStopAcknowledge(request, FALSE);
	exec_thread_join(waiter.thread);
	fx_io_resume(f.io);
	assert_int_equal(io_seen.resumes, 1);
	WdfRequestStopAcknowledge(request, FALSE);
	assert_true(io_broke());
	WdfRequestComplete(request, STATUS_SUCCESS);
}

static void test_hold__requeued_later_by_another_thread__returns(void **state)
{
	struct waiter waiter;
	WDFREQUEST request;

	(void)state;
	set_up(io_count_stop);
	request = submit_write();
	start(&waiter, hold);
	until_told(1);
	WdfRequestStopAcknowledge(request, TRUE);
	exec_thread_join(waiter.thread);
	fx_io_resume(f.io);
	io_settle(&f);
	WdfRequestComplete(io_seen.last, STATUS_SUCCESS);
}

static void test_hold__acknowledged_and_completed_at_once__returns(void **state)
{
	struct waiter waiter;
	WDFREQUEST request;

	(void)state;
	set_up(io_count_stop);
	request = submit_write();
	start(&waiter, hold);
	until_told(1);
	WdfRequestStopAcknowledge(request, FALSE);
	WdfRequestComplete(request, STATUS_SUCCESS); /* both before the owner looks */
	exec_thread_join(waiter.thread);
	io_settle(&f);
	assert_int_equal(op.completions, 1);
	fx_io_resume(f.io);
}

static void test_hold__requests_of_a_manual_queue__told_too(void **state)
{
	WDFREQUEST request;

	(void)state;
	set_up(stop_and_acknowledge);
	io_op_read(&op, 8);
	io_submit(&f, &op);
	assert_int_equal(WdfIoQueueRetrieveNextRequest(manual, &request), STATUS_SUCCESS);
	fx_io_hold(f.io);
	assert_int_equal(io_seen.stops, 1);
	fx_io_resume(f.io);
	assert_int_equal(io_seen.resumes, 1);
	WdfRequestComplete(request, STATUS_SUCCESS);
}

static void test_hold__queue_not_power_managed__goes_on(void **state)
{
	WDF_IO_QUEUE_CONFIG config;

	(void)state;
	io_fixture_setup(&f, NULL);
	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
	config.PowerManaged = WdfFalse;
	config.EvtIoDefault = io_keep_request;
	config.EvtIoStop = io_count_stop;
	io_queue(&f, &config);
	io_fixture_start(&f);
	(void)submit_write();
	fx_io_hold(f.io);
	assert_int_equal(io_seen.stops, 0);
	io_op_write(&ops[0], "y");
	io_submit(&f, &ops[0]);
	assert_int_equal(io_seen.kept_count, 2);
	WdfRequestComplete(io_seen.kept[0], STATUS_SUCCESS);
	WdfRequestComplete(io_seen.kept[1], STATUS_SUCCESS);
}

static void test_hold__twice__told_once(void **state)
{
	WDFREQUEST request;

	(void)state;
	set_up(stop_and_acknowledge);
	request = submit_write();
	fx_io_hold(f.io);
	fx_io_hold(f.io);
	assert_int_equal(io_seen.stops, 1);
	fx_io_resume(f.io);
	WdfRequestComplete(request, STATUS_SUCCESS);
}

static void acknowledge_last(void *arg)
{
	(void)arg;
	WdfRequestStopAcknowledge(io_seen.last, FALSE);
}

/* On the owner: what the other thread asked for is still on its way when the request completes. */
static void acknowledge_elsewhere_then_complete(void *arg)
{
	struct exec_thread_params params = { .name = "driver",
					     .run = acknowledge_last,
					     .node = -1 };
	struct exec_thread *thread;

	(void)arg;
	assert_int_equal(exec_thread_start(&params, &thread), 0);
	exec_thread_join(thread);
	WdfRequestComplete(io_seen.last, STATUS_SUCCESS);
}

static void
test_hold__completed_before_the_acknowledgement_arrived__no_fault_of_the_driver(void **state)
{
	struct waiter waiter;

	(void)state;
	set_up(io_count_stop);
	submit_write();
	start(&waiter, hold);
	until_told(1);
	(void)io_broke();
	io_on_owner(&f, acknowledge_elsewhere_then_complete, NULL);
	exec_thread_join(waiter.thread);
	assert_int_equal(op.status, STATUS_SUCCESS);
	assert_false(io_broke());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		POWER_T(test_start__before_d0__requests_wait),
		POWER_T(test_hold__nothing_outstanding__returns_and_requests_wait),
		POWER_T(test_hold__acknowledged__kept_and_resumed),
		POWER_T(test_resume__two_held_one_new__told_in_order_before_the_new_one),
		POWER_T(test_hold__requeued__presented_again_not_resumed),
		POWER_T(test_hold__completed_in_evt_io_stop__returns),
		POWER_T(test_hold__marked_request__flag_says_so),
		POWER_T(test_hold__cancelled_request__not_told_but_waited_for),
		POWER_T(test_hold__no_evt_io_stop__waits_for_completion),
		POWER_T(test_hold__acknowledged_later_by_another_thread__returns),
		POWER_T(test_hold__requeued_later_by_another_thread__returns),
		POWER_T(test_hold__acknowledged_and_completed_at_once__returns),
		POWER_T(test_hold__completed_before_the_acknowledgement_arrived__no_fault_of_the_driver),
		POWER_T(test_hold__requests_of_a_manual_queue__told_too),
		POWER_T(test_hold__queue_not_power_managed__goes_on),
		POWER_T(test_hold__twice__told_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
