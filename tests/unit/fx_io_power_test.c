/* SPDX-License-Identifier: MIT */
/* Hold, resume and purge: what the driver is told, and what is waited for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/exec.h"
#include "io_fixture.h"

static struct io_fixture f;
static struct io_op op, ops[4];
static WDFQUEUE fallback, manual;

static WDFQUEUE make(WDF_IO_QUEUE_DISPATCH_TYPE type, bool is_default,
		     PFN_WDF_IO_QUEUE_IO_STOP stop)
{
	WDF_IO_QUEUE_CONFIG config;

	WDF_IO_QUEUE_CONFIG_INIT(&config, type);
	if (type != WdfIoQueueDispatchManual)
		config.EvtIoDefault = io_keep_request;
	config.DefaultQueue = is_default;
	config.EvtIoStop = stop;
	config.EvtIoResume = io_count_resume;
	return io_queue(&f, &config);
}

static void set_up(PFN_WDF_IO_QUEUE_IO_STOP stop)
{
	io_fixture_setup(&f, NULL);
	fallback = make(WdfIoQueueDispatchParallel, true, stop);
	manual = make(WdfIoQueueDispatchManual, false, stop);
	assert_int_equal(WdfDeviceConfigureRequestDispatching(io_fixture_device(&f), manual,
							      WdfRequestTypeRead),
			 STATUS_SUCCESS);
	io_fixture_start(&f);
}

static int teardown(void **state)
{
	(void)state;
	io_fixture_teardown(&f);
	return 0;
}

static WDFREQUEST submit_write(void)
{
	io_op_write(&op, "x");
	io_submit(&f, &op);
	return io_seen.last;
}

/* fx_io_hold() and fx_io_purge() wait: somebody else calls them. */
struct waiter {
	struct exec_thread *thread;
	void (*fn)(void);
	bool returned; /* atomic */
};

static void run_waiter(void *arg)
{
	struct waiter *waiter = arg;

	waiter->fn();
	__atomic_store_n(&waiter->returned, true, __ATOMIC_RELEASE);
}

static void start(struct waiter *waiter, void (*fn)(void))
{
	struct exec_thread_params params = {
		.name = "pnp", .run = run_waiter, .arg = waiter, .node = -1
	};

	waiter->fn = fn;
	waiter->returned = false;
	assert_int_equal(exec_thread_start(&params, &waiter->thread), 0);
}

static bool has_returned(struct waiter *waiter)
{
	io_settle(&f);
	return __atomic_load_n(&waiter->returned, __ATOMIC_ACQUIRE);
}

static void hold(void)
{
	fx_io_hold(f.io);
}

static void purge_managed(void)
{
	fx_io_purge(f.io, true);
}

static void purge_all(void)
{
	fx_io_purge(f.io, false);
}

/* Until the waiter's call has told the driver; it cannot be there for ever. */
static void until_told(unsigned int stops)
{
	while (__atomic_load_n(&io_seen.stops, __ATOMIC_ACQUIRE) < stops)
		io_settle(&f);
}

static void stop_and_acknowledge(WDFQUEUE queue, WDFREQUEST request, ULONG action)
{
	io_count_stop(queue, request, action);
	if (action & WdfRequestStopActionSuspend)
		WdfRequestStopAcknowledge(request, FALSE);
	else
		WdfRequestComplete(request, STATUS_CANCELLED);
}

static void stop_and_requeue(WDFQUEUE queue, WDFREQUEST request, ULONG action)
{
	io_count_stop(queue, request, action);
	if (action & WdfRequestStopActionSuspend)
		WdfRequestStopAcknowledge(request, TRUE);
	else
		WdfRequestComplete(request, STATUS_CANCELLED);
}

static void stop_and_complete(WDFQUEUE queue, WDFREQUEST request, ULONG action)
{
	io_count_stop(queue, request, action);
	WdfRequestComplete(request, STATUS_CANCELLED);
}

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

/* --- purge --- */

static void test_purge__waiting__cancelled_and_new_ones_refused(void **state)
{
	(void)state;
	set_up(NULL);
	io_op_read(&op, 8);
	io_submit(&f, &op);
	fx_io_hold(f.io);
	fx_io_purge(f.io, true);
	assert_int_equal(op.status, STATUS_CANCELLED);
	io_op_write(&ops[0], "x");
	io_submit(&f, &ops[0]);
	assert_int_equal(ops[0].status, STATUS_DEVICE_REMOVED);
	WdfIoQueueStart(fallback); /* does not open it again */
	io_op_write(&ops[0], "x");
	io_submit(&f, &ops[0]);
	assert_int_equal(ops[0].status, STATUS_DEVICE_REMOVED);
}

static void test_purge__marked__evt_request_cancel_not_evt_io_stop(void **state)
{
	(void)state;
	set_up(io_count_stop);
	WdfRequestMarkCancelable(submit_write(), io_cancel_completes);
	fx_io_purge(f.io, true);
	assert_int_equal(io_seen.cancels, 1);
	assert_int_equal(io_seen.stops, 0);
	io_settle(&f);
	assert_int_equal(op.status, STATUS_CANCELLED);
}

static void test_purge__unmarked__evt_io_stop_with_purge(void **state)
{
	(void)state;
	set_up(stop_and_complete);
	(void)submit_write();
	fx_io_purge(f.io, true);
	assert_int_equal(io_seen.stop_action, WdfRequestStopActionPurge);
	io_settle(&f);
	assert_int_equal(op.status, STATUS_CANCELLED);
}

static void test_purge__after_hold_kept_one__told_a_second_time(void **state)
{
	(void)state;
	set_up(stop_and_acknowledge);
	(void)submit_write();
	fx_io_hold(f.io);
	fx_io_purge(f.io, true);
	assert_int_equal(io_seen.stops, 2);
	io_settle(&f);
	assert_int_equal(op.completions, 1);
}

static void test_purge__driver_slow__waits(void **state)
{
	struct waiter waiter;
	WDFREQUEST request;

	(void)state;
	set_up(io_count_stop);
	request = submit_write();
	start(&waiter, purge_managed);
	until_told(1);
	assert_false(has_returned(&waiter));
	WdfRequestComplete(request, STATUS_CANCELLED);
	exec_thread_join(waiter.thread);
}

static void test_purge_managed__other_queues__go_on(void **state)
{
	WDF_IO_QUEUE_CONFIG config;

	(void)state;
	io_fixture_setup(&f, NULL);
	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
	config.PowerManaged = WdfFalse;
	config.EvtIoDefault = io_complete_request;
	io_queue(&f, &config);
	io_fixture_start(&f);
	fx_io_purge(f.io, true);
	io_op_write(&op, "x");
	io_submit(&f, &op);
	assert_int_equal(op.status, STATUS_SUCCESS);
	fx_io_purge(f.io, false);
	io_op_write(&op, "x");
	io_submit(&f, &op);
	assert_int_equal(op.status, STATUS_DEVICE_REMOVED);
}

static void test_purge__handed_back_meanwhile__cancelled(void **state)
{
	struct waiter waiter;
	WDFREQUEST request;

	(void)state;
	set_up(io_count_stop);
	io_op_read(&op, 8);
	io_submit(&f, &op);
	assert_int_equal(WdfIoQueueRetrieveNextRequest(manual, &request), STATUS_SUCCESS);
	start(&waiter, purge_all);
	until_told(1);
	assert_int_equal(WdfRequestRequeue(request), STATUS_SUCCESS);
	exec_thread_join(waiter.thread);
	assert_int_equal(op.status, STATUS_CANCELLED);
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

static void delete_manual(void)
{
	fx_object_delete(fx_object_at(manual)); /* as the framework, for a driver may not */
}

static void test_delete_queue__driver_drains_it_already__waits_all_the_same(void **state)
{
	struct waiter waiter;
	WDFREQUEST request;

	(void)state;
	set_up(NULL);
	io_op_read(&op, 8);
	io_submit(&f, &op);
	assert_int_equal(WdfIoQueueRetrieveNextRequest(manual, &request), STATUS_SUCCESS);
	WdfIoQueueDrain(manual, io_count_state, NULL);
	start(&waiter, delete_manual);
	while (__atomic_load_n(&f.io->routes[REQUEST_READ], __ATOMIC_ACQUIRE))
		io_settle(&f); /* until it has begun */
	for (int i = 0; i < 100; i++)
		assert_false(has_returned(&waiter));
	WdfRequestComplete(request, STATUS_SUCCESS);
	exec_thread_join(waiter.thread);
	assert_int_equal(io_seen.states, 1);
}

/* A request that is on its way here when the purge comes must not wait here for ever. */
static void test_purge__a_stop_of_the_drivers_ends_meanwhile__still_cancels_all(void **state)
{
	struct fx_object *obj;
	struct waiter waiter;
	WDFREQUEST request;
	struct fx_queue *q;

	(void)state;
	set_up(NULL);
	obj = (void *)((uintptr_t)manual & FX_HANDLE_ADDRESS_MASK);
	q = uw_container_of(obj, struct fx_queue, base);
	io_op_read(&op, 8);
	io_submit(&f, &op);
	assert_int_equal(WdfIoQueueRetrieveNextRequest(manual, &request), STATUS_SUCCESS);
	WdfIoQueueStop(manual, io_count_state, NULL);
	start(&waiter, purge_all);
	while (!(queue_gate(q) & GATE_SHUTDOWN))
		io_settle(&f);
	WdfRequestComplete(request, STATUS_SUCCESS);
	exec_thread_join(waiter.thread);
	assert_int_equal(io_seen.states, 1);
	assert_true(queue_gate(q) & GATE_CANCEL_ALL);
}

static void test_new_queue__after_purge__refuses(void **state)
{
	WDFQUEUE late;

	(void)state;
	set_up(NULL);
	fx_io_purge(f.io, false);
	late = io_manual_queue(&f);
	io_settle(&f);
	assert_false(WdfIoQueueGetState(late, NULL, NULL) & WdfIoQueueAcceptRequests);
}

#define T(name) cmocka_unit_test_teardown(name, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_start__before_d0__requests_wait),
		T(test_hold__nothing_outstanding__returns_and_requests_wait),
		T(test_hold__acknowledged__kept_and_resumed),
		T(test_resume__two_held_one_new__told_in_order_before_the_new_one),
		T(test_hold__requeued__presented_again_not_resumed),
		T(test_hold__completed_in_evt_io_stop__returns),
		T(test_hold__marked_request__flag_says_so),
		T(test_hold__cancelled_request__not_told_but_waited_for),
		T(test_hold__no_evt_io_stop__waits_for_completion),
		T(test_hold__acknowledged_later_by_another_thread__returns),
		T(test_hold__requeued_later_by_another_thread__returns),
		T(test_hold__acknowledged_and_completed_at_once__returns),
		T(test_hold__completed_before_the_acknowledgement_arrived__no_fault_of_the_driver),
		T(test_hold__requests_of_a_manual_queue__told_too),
		T(test_hold__queue_not_power_managed__goes_on),
		T(test_hold__twice__told_once),
		T(test_purge__waiting__cancelled_and_new_ones_refused),
		T(test_purge__marked__evt_request_cancel_not_evt_io_stop),
		T(test_purge__unmarked__evt_io_stop_with_purge),
		T(test_purge__after_hold_kept_one__told_a_second_time),
		T(test_purge__driver_slow__waits),
		T(test_purge_managed__other_queues__go_on),
		T(test_purge__handed_back_meanwhile__cancelled),
		T(test_delete_queue__driver_drains_it_already__waits_all_the_same),
		T(test_purge__a_stop_of_the_drivers_ends_meanwhile__still_cancels_all),
		T(test_new_queue__after_purge__refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
