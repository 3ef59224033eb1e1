/* SPDX-License-Identifier: MIT */
/*
 * Cancelling, state by state: the canceller and the driver are made to meet in every order, so that
 * each place where one of them may win has a test. Completion comes once in all of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "io_fixture.h"

static struct io_fixture f;
static struct io_op op;
static WDFQUEUE manual, fallback, sequential;

/* Reads wait in the manual queue, controls in a sequential one, writes are the driver's at once. */
static int setup(void **state)
{
	WDF_IO_QUEUE_CONFIG config;
	WDFDEVICE device;

	(void)state;
	io_fixture_setup(&f, NULL);
	device = io_fixture_device(&f);
	WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchManual);
	config.EvtIoCanceledOnQueue = io_complete_cancelled_on_queue;
	manual = io_queue(&f, &config);
	WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchSequential);
	config.EvtIoDefault = io_keep_request;
	sequential = io_queue(&f, &config);
	fallback = io_default_queue(&f);
	assert_int_equal(WdfDeviceConfigureRequestDispatching(device, manual, WdfRequestTypeRead),
			 STATUS_SUCCESS);
	assert_int_equal(WdfDeviceConfigureRequestDispatching(device, sequential,
							      WdfRequestTypeDeviceControl),
			 STATUS_SUCCESS);
	io_fixture_start(&f);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	assert_int_equal(op.completions, 1);
	assert_int_equal(fx_io_stats(f.io).submitted, fx_io_stats(f.io).completed);
	assert_int_equal(fx_io_stats(f.io).driver_owned_now, 0);
	assert_int_equal(fx_io_stats(f.io).queued_now, 0);
	assert_true(list_empty(&f.file->requests));
	io_fixture_teardown(&f);
	return 0;
}

static WDFREQUEST submit_write(void)
{
	io_op_write(&op, "x");
	io_submit(&f, &op);
	return io_seen.last;
}

static void complete(WDFREQUEST request, NTSTATUS status)
{
	WdfRequestComplete(request, status);
	io_settle(&f);
}

/* --- not the driver's --- */

static void test_cancel__waiting__completes_cancelled(void **state)
{
	(void)state;
	io_op_read(&op, 8);
	io_submit(&f, &op);
	io_cancel(&f, &op);
	assert_int_equal(op.status, STATUS_CANCELLED);
	assert_int_equal(io_seen.cancelled_on_queue, 0); /* the driver never had it */
	assert_int_equal(fx_io_stats(f.io).cancelled, 1);
}

static void test_cancel__waiting_behind_another__the_other_stays(void **state)
{
	struct io_op second;

	(void)state;
	io_op_control(&op, 0x222000, "a", 1);
	io_submit(&f, &op);
	io_op_control(&second, 0x222000, "b", 1);
	io_submit(&f, &second);
	io_cancel(&f, &second);
	assert_int_equal(second.status, STATUS_CANCELLED);
	assert_int_equal(op.completions, 0);
	complete(io_seen.last, STATUS_SUCCESS);
	assert_int_equal(io_seen.kept_count, 1);
}

static void test_cancel__before_it_arrives__completes_cancelled(void **state)
{
	(void)state;
	/* the cancel message overtakes the packet, as one from another thread may */
	io_op_write(&op, "x");
	op.packet.file = f.file;
	fx_io_cancel(&op.packet);
	io_settle(&f);
	op.packet.msg.run = packet_arrive;
	f.file->submitted++;
	irq_loop_post(f.loop, &op.packet.msg);
	io_settle(&f);
	assert_int_equal(op.status, STATUS_CANCELLED);
	assert_int_equal(io_seen.kept_count, 0);
}

static void test_cancel__twice__once(void **state)
{
	(void)state;
	io_op_read(&op, 8);
	fx_io_submit(f.file, &op.packet);
	fx_io_cancel(&op.packet);
	fx_io_cancel(&op.packet);
	io_settle(&f);
	assert_int_equal(op.completions, 1);
}

static WDFREQUEST held;

static void complete_then_cancel(void *arg)
{
	(void)arg;
	/* completed, not yet flushed: the packet waits until the cancel message came */
	WdfRequestComplete(held, STATUS_SUCCESS);
	fx_io_cancel(&op.packet);
	assert_int_equal(op.completions, 0);
}

static void test_cancel__completed_not_yet_handed_back__success(void **state)
{
	(void)state;
	held = submit_write();
	io_on_owner(&f, complete_then_cancel, NULL);
	assert_int_equal(op.status, STATUS_SUCCESS);
}

/* The flush must see "asked" before the message comes: the message is held back by hand. */
static void ask_without_message(void *arg)
{
	(void)arg;
	__atomic_fetch_or(&op.packet.state, 1u, __ATOMIC_ACQ_REL);
	WdfRequestComplete(held, STATUS_SUCCESS);
}

static void test_cancel__asked_while_completing__handed_back_after_the_message(void **state)
{
	(void)state;
	held = submit_write();
	io_on_owner(&f, ask_without_message, NULL);
	assert_int_equal(op.completions, 0);
	op.packet.state &= ~1u;
	io_cancel(&f, &op);
	assert_int_equal(op.completions, 0); /* completed already: this ask posts nothing */
	op.packet.state = 0;
	io_cancel(&f, &op);
	assert_int_equal(op.status, STATUS_SUCCESS);
}

/* --- the driver's, unmarked --- */

static void test_cancel__unmarked__the_driver_sees_it_and_completes(void **state)
{
	WDFREQUEST request = submit_write();

	(void)state;
	assert_false(WdfRequestIsCanceled(request));
	io_cancel(&f, &op);
	assert_int_equal(op.completions, 0);
	assert_true(WdfRequestIsCanceled(request));
	complete(request, STATUS_SUCCESS);
	assert_int_equal(op.status, STATUS_SUCCESS);
}

static void test_mark_ex__cancelled_before__fails_without_callback(void **state)
{
	WDFREQUEST request = submit_write();

	(void)state;
	io_cancel(&f, &op);
	assert_int_equal(WdfRequestMarkCancelableEx(request, io_count_cancel), STATUS_CANCELLED);
	io_settle(&f);
	assert_int_equal(io_seen.cancels, 0);
	complete(request, STATUS_CANCELLED);
}

static void test_mark__cancelled_before__callback_comes_anyway(void **state)
{
	WDFREQUEST request = submit_write();

	(void)state;
	io_cancel(&f, &op);
	WdfRequestMarkCancelable(request, io_cancel_completes);
	io_settle(&f);
	assert_int_equal(io_seen.cancels, 1);
	assert_int_equal(op.status, STATUS_CANCELLED);
}

static bool callback_inside_mark, marking;

static void note_nesting(WDFREQUEST request)
{
	callback_inside_mark = marking;
	WdfRequestComplete(request, STATUS_CANCELLED);
}

static void mark_held(void *arg)
{
	(void)arg;
	marking = true;
	WdfRequestMarkCancelable(held, note_nesting);
	marking = false;
}

static void test_mark__cancelled_before_on_owner__callback_not_inside_the_call(void **state)
{
	(void)state;
	held = submit_write();
	io_cancel(&f, &op);
	callback_inside_mark = true;
	io_on_owner(&f, mark_held, NULL);
	assert_false(callback_inside_mark);
	assert_int_equal(op.status, STATUS_CANCELLED);
}

/* --- the driver's, marked --- */

static void test_cancel__marked__evt_request_cancel(void **state)
{
	WDFREQUEST request = submit_write();

	(void)state;
	WdfRequestMarkCancelable(request, io_cancel_completes);
	assert_int_equal(io_seen.cancels, 0);
	io_cancel(&f, &op);
	assert_int_equal(io_seen.cancels, 1);
	assert_int_equal(op.status, STATUS_CANCELLED);
}

static void test_unmark__in_time__no_callback(void **state)
{
	WDFREQUEST request = submit_write();

	(void)state;
	assert_int_equal(WdfRequestMarkCancelableEx(request, io_count_cancel), STATUS_SUCCESS);
	assert_int_equal(WdfRequestUnmarkCancelable(request), STATUS_SUCCESS);
	io_cancel(&f, &op);
	assert_int_equal(io_seen.cancels, 0);
	assert_true(WdfRequestIsCanceled(request));
	complete(request, STATUS_SUCCESS);
}

static void test_unmark__too_late__cancelled_and_the_callback_has_it(void **state)
{
	WDFREQUEST request = submit_write();

	(void)state;
	WdfRequestMarkCancelable(request, io_count_cancel);
	io_cancel(&f, &op);
	assert_int_equal(io_seen.cancels, 1);
	assert_int_equal(WdfRequestUnmarkCancelable(request), STATUS_CANCELLED);
	complete(request, STATUS_CANCELLED);
}

static void cancel_then_unmark(void *arg)
{
	(void)arg;
	request_cancel(op.packet.request); /* claims it; the callback comes after this message */
	assert_int_equal(io_seen.cancels, 0);
	assert_int_equal(WdfRequestUnmarkCancelable(held), STATUS_CANCELLED);
}

static void test_unmark__claimed_before_the_callback_ran__cancelled(void **state)
{
	(void)state;
	held = submit_write();
	WdfRequestMarkCancelable(held, io_cancel_completes);
	io_on_owner(&f, cancel_then_unmark, NULL);
	assert_int_equal(io_seen.cancels, 1);
	assert_int_equal(op.status, STATUS_CANCELLED);
}

static void cancel_then_complete(void *arg)
{
	(void)arg;
	request_cancel(op.packet.request);
	WdfRequestComplete(held, STATUS_SUCCESS);
}

static void test_complete__claimed_before_the_callback_ran__callback_still_comes(void **state)
{
	(void)state;
	held = submit_write();
	WdfRequestMarkCancelable(held, io_count_cancel);
	io_on_owner(&f, cancel_then_complete, NULL);
	assert_int_equal(io_seen.cancels, 1); /* with a handle that was still good */
	assert_ptr_equal(io_seen.last, held);
	assert_int_equal(op.status, STATUS_SUCCESS);
}

static void test_complete__still_marked__reported_and_completed(void **state)
{
	WDFREQUEST request = submit_write();

	(void)state;
	WdfRequestMarkCancelable(request, io_count_cancel);
	complete(request, STATUS_SUCCESS);
	assert_true(io_broke());
	io_cancel(&f, &op);
	assert_int_equal(io_seen.cancels, 0);
}

static void test_mark__twice__reported(void **state)
{
	WDFREQUEST request = submit_write();

	(void)state;
	WdfRequestMarkCancelable(request, io_count_cancel);
	assert_int_equal(WdfRequestMarkCancelableEx(request, io_count_cancel),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_true(io_broke());
	assert_false(WdfRequestIsCanceled(request));
	assert_true(io_broke());
	assert_int_equal(WdfRequestUnmarkCancelable(request), STATUS_SUCCESS);
	assert_int_equal(WdfRequestUnmarkCancelable(request), STATUS_INVALID_DEVICE_REQUEST);
	assert_true(io_broke());
	complete(request, STATUS_SUCCESS);
}

static void mark_with_null(void *arg)
{
	(void)arg;
	WdfRequestMarkCancelable(held, NULL);
}

static void mark_ex_with_null(void *arg)
{
	(void)arg;
	(void)WdfRequestMarkCancelableEx(held, NULL);
}

static void test_mark__no_callback__stops(void **state)
{
	(void)state;
	held = submit_write();
	assert_true(io_stops(mark_with_null, NULL, WDF_REQUIRED_PARAMETER_IS_NULL));
	assert_true(io_stops(mark_ex_with_null, NULL, WDF_REQUIRED_PARAMETER_IS_NULL));
	complete(held, STATUS_SUCCESS);
}

static void test_mark__completed_request_still_referenced__reported(void **state)
{
	WDFREQUEST request = submit_write();

	(void)state;
	WdfObjectReference(request);
	complete(request, STATUS_SUCCESS);
	assert_int_equal(WdfRequestMarkCancelableEx(request, io_count_cancel),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(WdfRequestUnmarkCancelable(request), STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(WdfRequestForwardToIoQueue(request, manual),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_true(io_broke());
	WdfObjectDereference(request);
	io_settle(&f);
}

static void test_cancel__completed_by_another_thread_meanwhile__nothing(void **state)
{
	WDFREQUEST request = submit_write();

	(void)state;
	WdfRequestComplete(request, STATUS_SUCCESS); /* its message is on the way */
	fx_io_cancel(&op.packet);
	io_settle(&f);
	assert_int_equal(op.status, STATUS_SUCCESS);
}

/* --- handed back --- */

static void test_cancel__handed_back_and_waiting__canceled_on_queue(void **state)
{
	WDFREQUEST request = submit_write();

	(void)state;
	assert_int_equal(WdfRequestForwardToIoQueue(request, manual), STATUS_SUCCESS);
	io_settle(&f);
	io_cancel(&f, &op);
	assert_int_equal(io_seen.cancelled_on_queue, 1);
	assert_int_equal(op.status, STATUS_CANCELLED);
}

static void test_forward__cancelled_before__canceled_on_queue(void **state)
{
	WDFREQUEST request = submit_write();

	(void)state;
	io_cancel(&f, &op);
	assert_int_equal(WdfRequestForwardToIoQueue(request, manual), STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(io_seen.cancelled_on_queue, 1);
	assert_int_equal(op.status, STATUS_CANCELLED);
}

static void cancel_moving(void *arg)
{
	(void)arg;
	assert_int_equal(request_state(op.packet.request), REQUEST_MOVING);
	request_cancel(op.packet.request);
}

static void block_until_forwarded(void *arg)
{
	exec_event_wait(arg, EXEC_FOREVER);
	cancel_moving(NULL);
}

struct blocked {
	struct irq_message msg;
	struct exec_event go;
};

static void run_blocked(struct irq_message *msg)
{
	block_until_forwarded(&uw_container_of(msg, struct blocked, msg)->go);
}

static void test_cancel__while_another_thread_hands_it_back__canceled_on_queue(void **state)
{
	WDFREQUEST request = submit_write();
	struct blocked blocked = { .msg.run = run_blocked };

	(void)state;
	assert_int_equal(exec_event_init(&blocked.go), 0);
	irq_loop_post(f.loop, &blocked.msg); /* keeps the owner busy */
	assert_int_equal(WdfRequestForwardToIoQueue(request, manual), STATUS_SUCCESS);
	exec_event_set(&blocked.go);
	io_settle(&f);
	assert_int_equal(io_seen.cancelled_on_queue, 1);
	assert_int_equal(op.status, STATUS_CANCELLED);
	exec_event_deinit(&blocked.go);
}

static void wait_here(struct irq_message *msg)
{
	exec_event_wait(&uw_container_of(msg, struct blocked, msg)->go, EXEC_FOREVER);
}

static void forward_then_change(void (*change)(void))
{
	WDFREQUEST request = submit_write();
	struct blocked blocked = { .msg.run = wait_here };

	assert_int_equal(exec_event_init(&blocked.go), 0);
	irq_loop_post(f.loop, &blocked.msg);
	assert_int_equal(WdfRequestForwardToIoQueue(request, manual), STATUS_SUCCESS);
	change();
	exec_event_set(&blocked.go);
	io_settle(&f);
	exec_event_deinit(&blocked.go);
}

static void purge_manual(void)
{
	WdfIoQueuePurge(manual, NULL, NULL);
}

static void drain_manual(void)
{
	WdfIoQueueDrain(manual, NULL, NULL);
}

static void test_forward__purged_before_the_owner_saw_it__cancelled(void **state)
{
	(void)state;
	forward_then_change(purge_manual);
	assert_int_equal(io_seen.cancelled_on_queue, 1);
	assert_int_equal(op.status, STATUS_CANCELLED);
}

static void test_forward__drained_before_the_owner_saw_it__still_delivered(void **state)
{
	WDFREQUEST request;

	(void)state;
	forward_then_change(drain_manual);
	assert_int_equal(WdfIoQueueRetrieveNextRequest(manual, &request), STATUS_SUCCESS);
	complete(request, STATUS_SUCCESS);
}

static void test_cancel__retrieved_by_another_thread__is_the_drivers(void **state)
{
	WDFREQUEST request;

	(void)state;
	io_op_read(&op, 8);
	io_submit(&f, &op);
	assert_int_equal(WdfIoQueueRetrieveNextRequest(manual, &request), STATUS_SUCCESS);
	io_cancel(&f, &op);
	assert_int_equal(op.completions, 0);
	assert_true(WdfRequestIsCanceled(request));
	assert_int_equal(WdfRequestRequeue(request), STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(io_seen.cancelled_on_queue, 1);
	assert_int_equal(op.status, STATUS_CANCELLED);
}

static void complete_on_queue_cancel_and_unmark(WDFQUEUE queue, WDFREQUEST request)
{
	(void)queue;
	assert_int_equal(WdfRequestUnmarkCancelable(request), STATUS_CANCELLED);
	io_complete_cancelled_on_queue(queue, request);
}

static void test_canceled_on_queue__request_is_the_drivers(void **state)
{
	WDFREQUEST request = submit_write();

	(void)state;
	((struct fx_queue *)(void *)fx_object_at(manual))->evt_cancelled =
		complete_on_queue_cancel_and_unmark;
	assert_int_equal(WdfRequestForwardToIoQueue(request, manual), STATUS_SUCCESS);
	io_settle(&f);
	io_cancel(&f, &op);
	assert_int_equal(io_seen.cancelled_on_queue, 1);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_cancel__waiting__completes_cancelled),
		T(test_cancel__waiting_behind_another__the_other_stays),
		T(test_cancel__before_it_arrives__completes_cancelled),
		T(test_cancel__twice__once),
		T(test_cancel__completed_not_yet_handed_back__success),
		T(test_cancel__asked_while_completing__handed_back_after_the_message),
		T(test_cancel__unmarked__the_driver_sees_it_and_completes),
		T(test_mark_ex__cancelled_before__fails_without_callback),
		T(test_mark__cancelled_before__callback_comes_anyway),
		T(test_mark__cancelled_before_on_owner__callback_not_inside_the_call),
		T(test_cancel__marked__evt_request_cancel),
		T(test_unmark__in_time__no_callback),
		T(test_unmark__too_late__cancelled_and_the_callback_has_it),
		T(test_unmark__claimed_before_the_callback_ran__cancelled),
		T(test_complete__claimed_before_the_callback_ran__callback_still_comes),
		T(test_complete__still_marked__reported_and_completed),
		T(test_mark__twice__reported),
		T(test_mark__no_callback__stops),
		T(test_mark__completed_request_still_referenced__reported),
		T(test_cancel__completed_by_another_thread_meanwhile__nothing),
		T(test_cancel__handed_back_and_waiting__canceled_on_queue),
		T(test_forward__cancelled_before__canceled_on_queue),
		T(test_cancel__while_another_thread_hands_it_back__canceled_on_queue),
		T(test_forward__purged_before_the_owner_saw_it__cancelled),
		T(test_forward__drained_before_the_owner_saw_it__still_delivered),
		T(test_cancel__retrieved_by_another_thread__is_the_drivers),
		T(test_canceled_on_queue__request_is_the_drivers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
