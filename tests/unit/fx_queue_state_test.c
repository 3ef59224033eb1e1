/* SPDX-License-Identifier: MIT */
/* Start, stop, drain, purge; retrieving, finding and being told on manual queues. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "io_fixture.h"
#include "object/irql.h"

static struct io_fixture f;
static struct io_op op, ops[8];
static WDFQUEUE manual, fallback;

/* Reads go to the manual queue, everything else to the default queue, which keeps it. */
static int setup(void **state)
{
	(void)state;
	io_fixture_setup(&f, NULL);
	manual = io_manual_queue(&f);
	fallback = io_default_queue(&f);
	assert_int_equal(WdfDeviceConfigureRequestDispatching(io_fixture_device(&f), manual,
							      WdfRequestTypeRead),
			 STATUS_SUCCESS);
	io_fixture_start(&f);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < io_seen.kept_count; i++)
		if (io_seen.kept[i])
			WdfRequestComplete(io_seen.kept[i], STATUS_SUCCESS);
	io_fixture_teardown(&f);
	return 0;
}

static void complete_kept(unsigned int i)
{
	WDFREQUEST request = io_seen.kept[i];

	io_seen.kept[i] = NULL;
	WdfRequestComplete(request, STATUS_SUCCESS);
	io_settle(&f);
}

static void submit_write(struct io_op *it)
{
	io_op_write(it, "x");
	io_submit(&f, it);
}

static void submit_read(struct io_op *it)
{
	io_op_read(it, 8);
	io_submit(&f, it);
}

/* --- stop and start --- */

static void test_stop__new_requests_wait__start_presents_them(void **state)
{
	ULONG waiting;

	(void)state;
	WdfIoQueueStop(fallback, io_count_state, NULL);
	io_settle(&f);
	assert_int_equal(io_seen.states, 1);
	submit_write(&op);
	assert_int_equal(io_seen.kept_count, 0);
	assert_int_equal(WdfIoQueueGetState(fallback, &waiting, NULL),
			 WdfIoQueueAcceptRequests | WdfIoQueueDriverNoRequests);
	assert_int_equal(waiting, 1);
	WdfIoQueueStart(fallback);
	io_settle(&f);
	assert_int_equal(io_seen.kept_count, 1);
}

static void test_stop__driver_has_one__callback_after_it(void **state)
{
	(void)state;
	submit_write(&op);
	WdfIoQueueStop(fallback, io_count_state, NULL);
	io_settle(&f);
	assert_int_equal(io_seen.states, 0);
	complete_kept(0);
	assert_int_equal(io_seen.states, 1);
}

static void stop_with_callback(void *arg)
{
	(void)arg;
	WdfIoQueueStop(fallback, io_count_state, NULL);
}

static void test_stop__second_callback_while_one_is_due__stops_the_driver(void **state)
{
	(void)state;
	submit_write(&op);
	WdfIoQueueStop(fallback, io_count_state, NULL);
	assert_true(io_stops(stop_with_callback, NULL, WDF_QUEUE_FATAL_ERROR));
	WdfIoQueueStop(fallback, NULL, NULL); /* without one it is fine */
}

static void test_stop_synchronously__idle_queue__returns(void **state)
{
	(void)state;
	WdfIoQueueStopSynchronously(fallback);
	submit_write(&op);
	assert_int_equal(io_seen.kept_count, 0);
}

static void stop_synchronously(void *arg)
{
	(void)arg;
	WdfIoQueueStopSynchronously(fallback);
}

static void test_stop_synchronously__on_owner__does_not_wait_for_itself(void **state)
{
	(void)state;
	submit_write(&op);
	io_on_owner(&f, stop_synchronously, NULL);
	assert_true(io_broke());
	assert_false(WdfIoQueueGetState(fallback, NULL, NULL) & WdfIoQueueDispatchRequests);
}

static void test_synchronous_calls__at_dispatch__refused(void **state)
{
	KIRQL before = fx_irql_raise(DISPATCH_LEVEL);

	(void)state;
	WdfIoQueueStopSynchronously(fallback);
	WdfIoQueueDrainSynchronously(fallback);
	WdfIoQueuePurgeSynchronously(fallback);
	WdfIoQueueStopAndPurgeSynchronously(fallback);
	fx_irql_restore(before);
	assert_true(io_broke());
	assert_true(WDF_IO_QUEUE_READY(WdfIoQueueGetState(fallback, NULL, NULL)));
}

/* --- drain --- */

static void test_drain__refuses_new_presents_old__callback_when_empty(void **state)
{
	(void)state;
	WdfIoQueueStop(fallback, NULL, NULL);
	submit_write(&ops[0]);
	WdfIoQueueDrain(fallback, io_count_state, NULL);
	submit_write(&ops[1]);
	assert_int_equal(ops[1].status, STATUS_INVALID_DEVICE_STATE);
	assert_int_equal(io_seen.states, 0);
	/* stopped and draining: only Start brings the old one out, and accepts again */
	WdfIoQueueStart(fallback);
	io_settle(&f);
	complete_kept(0);
	assert_int_equal(io_seen.states, 1);
	assert_int_equal(ops[0].completions, 1);
}

static void test_drain_synchronously__empty__returns_and_refuses(void **state)
{
	(void)state;
	WdfIoQueueDrainSynchronously(fallback);
	submit_write(&op);
	assert_int_equal(op.status, STATUS_INVALID_DEVICE_STATE);
	WdfIoQueueStart(fallback);
	submit_write(&op);
	assert_int_equal(io_seen.kept_count, 1);
}

/* --- purge --- */

static void test_purge__waiting_ones_cancelled__callback_when_driver_is_done(void **state)
{
	(void)state;
	submit_write(&ops[0]);
	WdfIoQueueStop(fallback, NULL, NULL);
	submit_write(&ops[1]);
	WdfIoQueuePurge(fallback, io_count_state, NULL);
	io_settle(&f);
	assert_int_equal(ops[1].status, STATUS_CANCELLED);
	assert_int_equal(io_seen.states, 0);
	submit_write(&ops[2]);
	assert_int_equal(ops[2].status, STATUS_INVALID_DEVICE_STATE);
	complete_kept(0);
	assert_int_equal(io_seen.states, 1);
}

static void test_purge__marked_request__evt_request_cancel(void **state)
{
	(void)state;
	submit_write(&op);
	WdfRequestMarkCancelable(io_seen.kept[0], io_cancel_completes);
	io_seen.kept[0] = NULL;
	WdfIoQueuePurgeSynchronously(fallback);
	io_settle(&f);
	assert_int_equal(io_seen.cancels, 1);
	assert_int_equal(op.status, STATUS_CANCELLED);
}

static void test_purge__marked_afterwards__cancelled_at_once(void **state)
{
	(void)state;
	submit_write(&op);
	WdfIoQueuePurge(fallback, io_count_state, NULL);
	io_settle(&f);
	assert_int_equal(WdfRequestMarkCancelableEx(io_seen.kept[0], io_count_cancel),
			 STATUS_CANCELLED);
	assert_true(WdfRequestIsCanceled(io_seen.kept[0]));
	WdfRequestMarkCancelable(io_seen.kept[0], io_cancel_completes);
	io_seen.kept[0] = NULL;
	io_settle(&f);
	assert_int_equal(io_seen.cancels, 1);
	assert_int_equal(io_seen.states, 1);
}

static void test_purge__handed_back_afterwards__cancelled(void **state)
{
	WDFREQUEST request;

	(void)state;
	submit_read(&op);
	assert_int_equal(WdfIoQueueRetrieveNextRequest(manual, &request), STATUS_SUCCESS);
	WdfIoQueuePurge(manual, io_count_state, NULL);
	io_settle(&f);
	assert_int_equal(WdfRequestRequeue(request), STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(op.status, STATUS_CANCELLED);
	assert_int_equal(io_seen.states, 1);
}

static void test_stop_and_purge__cancels_what_is_there__accepts_what_comes(void **state)
{
	(void)state;
	WdfIoQueueStop(fallback, NULL, NULL);
	submit_write(&ops[0]);
	WdfIoQueueStopAndPurge(fallback, io_count_state, NULL);
	io_settle(&f);
	assert_int_equal(ops[0].status, STATUS_CANCELLED);
	assert_int_equal(io_seen.states, 1);
	submit_write(&ops[1]);
	assert_int_equal(ops[1].completions, 0);
	WdfIoQueueStart(fallback);
	io_settle(&f);
	assert_int_equal(io_seen.kept_count, 1);
}

static void test_stop_and_purge_synchronously__returns(void **state)
{
	(void)state;
	submit_read(&op);
	WdfIoQueueStopAndPurgeSynchronously(manual);
	io_settle(&f);
	assert_int_equal(op.status, STATUS_CANCELLED);
}

/* --- retrieving --- */

static void test_retrieve__oldest_first__then_no_more_entries(void **state)
{
	WDFREQUEST first, second, none;

	(void)state;
	submit_read(&ops[0]);
	submit_read(&ops[1]);
	assert_int_equal(WdfIoQueueRetrieveNextRequest(manual, &first), STATUS_SUCCESS);
	assert_int_equal(WdfIoQueueRetrieveNextRequest(manual, &second), STATUS_SUCCESS);
	assert_int_equal(WdfIoQueueRetrieveNextRequest(manual, &none), STATUS_NO_MORE_ENTRIES);
	assert_null(none);
	WdfRequestComplete(first, STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(ops[0].completions, 1);
	assert_int_equal(ops[1].completions, 0);
	WdfRequestComplete(second, STATUS_SUCCESS);
}

static void retrieve_and_complete(void *arg)
{
	WDFREQUEST request;

	(void)arg;
	while (WdfIoQueueRetrieveNextRequest(manual, &request) == STATUS_SUCCESS)
		WdfRequestComplete(request, STATUS_SUCCESS);
}

static void test_retrieve__on_owner_as_a_dpc__completes_all(void **state)
{
	(void)state;
	submit_read(&ops[0]);
	submit_read(&ops[1]);
	io_on_owner(&f, retrieve_and_complete, NULL);
	assert_int_equal(ops[0].completions, 1);
	assert_int_equal(ops[1].completions, 1);
}

static void test_retrieve__parallel_queue__invalid_device_state(void **state)
{
	WDFREQUEST request;

	(void)state;
	assert_int_equal(WdfIoQueueRetrieveNextRequest(fallback, &request),
			 STATUS_INVALID_DEVICE_STATE);
	assert_null(request);
}

static void test_retrieve__stopped_or_held__wdf_paused(void **state)
{
	WDFREQUEST request;

	(void)state;
	submit_read(&op);
	WdfIoQueueStop(manual, NULL, NULL);
	assert_int_equal(WdfIoQueueRetrieveNextRequest(manual, &request), STATUS_WDF_PAUSED);
	WdfIoQueueStart(manual);
	fx_io_hold(f.io);
	assert_int_equal(WdfIoQueueRetrieveNextRequest(manual, &request), STATUS_WDF_PAUSED);
	fx_io_resume(f.io);
	assert_int_equal(WdfIoQueueRetrieveNextRequest(manual, &request), STATUS_SUCCESS);
	WdfRequestComplete(request, STATUS_SUCCESS);
}

static void retrieve_to_nowhere(void *arg)
{
	(void)arg;
	(void)WdfIoQueueRetrieveNextRequest(manual, NULL);
}

static void test_retrieve__null_or_wrong_handle__stops(void **state)
{
	(void)state;
	assert_true(io_stops(retrieve_to_nowhere, NULL, WDF_REQUIRED_PARAMETER_IS_NULL));
}

static void get_state_of_device(void *arg)
{
	(void)arg;
	(void)WdfIoQueueGetState((WDFQUEUE)(void *)io_fixture_device(&f), NULL, NULL);
}

static void test_queue_call__other_handle__stops(void **state)
{
	(void)state;
	assert_true(io_stops(get_state_of_device, NULL, WDF_INVALID_HANDLE));
}

/* --- finding --- */

static void test_find__walks_the_queue__retrieves_the_found_one(void **state)
{
	WDF_REQUEST_PARAMETERS params;
	WDFREQUEST first, second, none, mine;

	(void)state;
	submit_read(&ops[0]);
	io_op_read(&ops[1], 9);
	io_submit(&f, &ops[1]);
	WDF_REQUEST_PARAMETERS_INIT(&params);
	assert_int_equal(WdfIoQueueFindRequest(manual, NULL, NULL, &params, &first),
			 STATUS_SUCCESS);
	assert_int_equal(params.Type, WdfRequestTypeRead);
	assert_int_equal(params.Parameters.Read.Length, 8);
	assert_int_equal(WdfIoQueueFindRequest(manual, first, NULL, &params, &second),
			 STATUS_SUCCESS);
	assert_int_equal(params.Parameters.Read.Length, 9);
	assert_int_equal(WdfIoQueueFindRequest(manual, second, NULL, NULL, &none),
			 STATUS_NO_MORE_ENTRIES);
	assert_int_equal(WdfIoQueueRetrieveFoundRequest(manual, second, &mine), STATUS_SUCCESS);
	assert_int_equal(WdfIoQueueRetrieveFoundRequest(manual, second, &none), STATUS_NOT_FOUND);
	assert_int_equal(WdfIoQueueFindRequest(manual, second, NULL, NULL, &none),
			 STATUS_NOT_FOUND);
	WdfRequestComplete(mine, STATUS_SUCCESS);
	WdfObjectDereference(first);
	WdfObjectDereference(second);
	io_settle(&f);
	assert_int_equal(ops[1].completions, 1);
	assert_int_equal(ops[0].completions, 0);
}

static void test_find__cancelled_meanwhile__not_found_and_the_reference_is_safe(void **state)
{
	WDFREQUEST found, none;

	(void)state;
	submit_read(&op);
	assert_int_equal(WdfIoQueueFindRequest(manual, NULL, NULL, NULL, &found), STATUS_SUCCESS);
	io_cancel(&f, &op);
	assert_int_equal(op.status, STATUS_CANCELLED);
	assert_int_equal(WdfIoQueueRetrieveFoundRequest(manual, found, &none), STATUS_NOT_FOUND);
	WdfObjectDereference(found);
}

static void test_find__not_manual_or_wrong_size__refused(void **state)
{
	WDF_REQUEST_PARAMETERS params;
	WDFREQUEST request;

	(void)state;
	assert_int_equal(WdfIoQueueFindRequest(fallback, NULL, NULL, NULL, &request),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_true(io_broke());
	submit_write(&op);
	assert_int_equal(WdfIoQueueRetrieveFoundRequest(fallback, io_seen.kept[0], &request),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_true(io_broke());
	WDF_REQUEST_PARAMETERS_INIT(&params);
	params.Size--;
	assert_int_equal(WdfIoQueueFindRequest(manual, NULL, NULL, &params, &request),
			 STATUS_INFO_LENGTH_MISMATCH);
}

/* --- being told --- */

static void test_ready_notify__empty_to_not_empty__told_once(void **state)
{
	WDFREQUEST request;

	(void)state;
	assert_int_equal(WdfIoQueueReadyNotify(manual, io_count_ready, NULL), STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(io_seen.ready, 0);
	submit_read(&ops[0]);
	submit_read(&ops[1]);
	assert_int_equal(io_seen.ready, 1);
	assert_int_equal(WdfIoQueueRetrieveNextRequest(manual, &request), STATUS_SUCCESS);
	WdfRequestComplete(request, STATUS_SUCCESS);
	assert_int_equal(WdfIoQueueRetrieveNextRequest(manual, &request), STATUS_SUCCESS);
	WdfRequestComplete(request, STATUS_SUCCESS);
	submit_read(&ops[2]);
	assert_int_equal(io_seen.ready, 2);
}

static void test_ready_notify__something_waits_already__told_at_once(void **state)
{
	(void)state;
	submit_read(&op);
	assert_int_equal(WdfIoQueueReadyNotify(manual, io_count_ready, NULL), STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(io_seen.ready, 1);
}

static void test_ready_notify__stopped_or_held__told_when_it_runs_again(void **state)
{
	(void)state;
	assert_int_equal(WdfIoQueueReadyNotify(manual, io_count_ready, NULL), STATUS_SUCCESS);
	WdfIoQueueStop(manual, NULL, NULL);
	submit_read(&op);
	assert_int_equal(io_seen.ready, 0);
	WdfIoQueueStart(manual);
	io_settle(&f);
	assert_int_equal(io_seen.ready, 1);
	fx_io_hold(f.io);
	fx_io_resume(f.io);
	io_settle(&f);
	assert_int_equal(io_seen.ready, 2);
}

static void test_ready_notify__told_but_not_retrieved__told_again_at_start(void **state)
{
	(void)state;
	assert_int_equal(WdfIoQueueReadyNotify(manual, io_count_ready, NULL), STATUS_SUCCESS);
	submit_read(&op);
	assert_int_equal(io_seen.ready, 1);
	WdfIoQueueStop(manual, NULL, NULL);
	WdfIoQueueStart(manual);
	io_settle(&f);
	assert_int_equal(io_seen.ready, 2);
}

static void test_ready_notify__wrong_calls__invalid_device_request(void **state)
{
	(void)state;
	assert_int_equal(WdfIoQueueReadyNotify(fallback, io_count_ready, NULL),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(WdfIoQueueReadyNotify(manual, NULL, NULL), STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(WdfIoQueueReadyNotify(manual, io_count_ready, NULL), STATUS_SUCCESS);
	assert_int_equal(WdfIoQueueReadyNotify(manual, io_count_ready, NULL),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(WdfIoQueueReadyNotify(manual, NULL, NULL), STATUS_INVALID_DEVICE_REQUEST);
	assert_true(io_broke());
	WdfIoQueueStop(manual, NULL, NULL);
	assert_int_equal(WdfIoQueueReadyNotify(manual, NULL, NULL), STATUS_SUCCESS);
}

/* --- the state word --- */

static void test_get_state__says_what_it_is(void **state)
{
	ULONG waiting = 9, driver = 9;
	WDF_IO_QUEUE_STATE now;

	(void)state;
	now = WdfIoQueueGetState(fallback, &waiting, &driver);
	assert_true(WDF_IO_QUEUE_READY(now) && WDF_IO_QUEUE_IDLE(now));
	assert_int_equal(waiting, 0);
	assert_int_equal(driver, 0);
	submit_write(&op);
	now = WdfIoQueueGetState(fallback, NULL, &driver);
	assert_int_equal(driver, 1);
	assert_false(now & WdfIoQueueDriverNoRequests);
	complete_kept(0);
	fx_io_hold(f.io);
	WdfIoQueueDrain(manual, NULL, NULL);
	now = WdfIoQueueGetState(manual, NULL, NULL);
	assert_true(now & WdfIoQueuePnpHeld);
	assert_false(now & WdfIoQueueAcceptRequests);
	assert_true(WDF_IO_QUEUE_DRAINED(now) && WDF_IO_QUEUE_PURGED(now));
	assert_false(WDF_IO_QUEUE_READY(now) || WDF_IO_QUEUE_STOPPED(now));
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_stop__new_requests_wait__start_presents_them),
		T(test_stop__driver_has_one__callback_after_it),
		T(test_stop__second_callback_while_one_is_due__stops_the_driver),
		T(test_stop_synchronously__idle_queue__returns),
		T(test_stop_synchronously__on_owner__does_not_wait_for_itself),
		T(test_synchronous_calls__at_dispatch__refused),
		T(test_drain__refuses_new_presents_old__callback_when_empty),
		T(test_drain_synchronously__empty__returns_and_refuses),
		T(test_purge__waiting_ones_cancelled__callback_when_driver_is_done),
		T(test_purge__marked_request__evt_request_cancel),
		T(test_purge__marked_afterwards__cancelled_at_once),
		T(test_purge__handed_back_afterwards__cancelled),
		T(test_stop_and_purge__cancels_what_is_there__accepts_what_comes),
		T(test_stop_and_purge_synchronously__returns),
		T(test_retrieve__oldest_first__then_no_more_entries),
		T(test_retrieve__on_owner_as_a_dpc__completes_all),
		T(test_retrieve__parallel_queue__invalid_device_state),
		T(test_retrieve__stopped_or_held__wdf_paused),
		T(test_retrieve__null_or_wrong_handle__stops),
		T(test_queue_call__other_handle__stops),
		T(test_find__walks_the_queue__retrieves_the_found_one),
		T(test_find__cancelled_meanwhile__not_found_and_the_reference_is_safe),
		T(test_find__not_manual_or_wrong_size__refused),
		T(test_ready_notify__empty_to_not_empty__told_once),
		T(test_ready_notify__something_waits_already__told_at_once),
		T(test_ready_notify__stopped_or_held__told_when_it_runs_again),
		T(test_ready_notify__told_but_not_retrieved__told_again_at_start),
		T(test_ready_notify__wrong_calls__invalid_device_request),
		T(test_get_state__says_what_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
