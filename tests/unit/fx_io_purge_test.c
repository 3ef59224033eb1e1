/* SPDX-License-Identifier: MIT */
/* Purge: what the driver is told, and what is waited for. */
#include "power_fixture.h"

static struct io_op ops[4];

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		POWER_T(test_purge__waiting__cancelled_and_new_ones_refused),
		POWER_T(test_purge__marked__evt_request_cancel_not_evt_io_stop),
		POWER_T(test_purge__unmarked__evt_io_stop_with_purge),
		POWER_T(test_purge__after_hold_kept_one__told_a_second_time),
		POWER_T(test_purge__driver_slow__waits),
		POWER_T(test_purge_managed__other_queues__go_on),
		POWER_T(test_purge__handed_back_meanwhile__cancelled),
		POWER_T(test_delete_queue__driver_drains_it_already__waits_all_the_same),
		POWER_T(test_purge__a_stop_of_the_drivers_ends_meanwhile__still_cancels_all),
		POWER_T(test_new_queue__after_purge__refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
