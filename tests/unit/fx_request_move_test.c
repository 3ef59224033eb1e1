/* SPDX-License-Identifier: MIT */
/* A request that a driver hands on or back: forwarded, requeued, acknowledged. */
#include "request_fixture.h"

static struct io_op ops[4];

static void test_forward__to_manual_queue__waits_there(void **state)
{
	WDFREQUEST request = submit_read(8), again;

	(void)state;
	assert_int_equal(WdfRequestForwardToIoQueue(request, manual), STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(WdfIoQueueRetrieveNextRequest(manual, &again), STATUS_SUCCESS);
	assert_ptr_equal(again, request);
	assert_ptr_equal(WdfRequestGetIoQueue(again), manual);
	complete(again, STATUS_SUCCESS, 0);
	assert_int_equal(op.completions, 1);
}

static void forward_in_callback(WDFQUEUE queue, WDFREQUEST request, size_t len)
{
	(void)queue;
	(void)len;
	assert_int_equal(WdfRequestForwardToIoQueue(request, manual), STATUS_SUCCESS);
}

static void test_forward__inside_callback__waits_there(void **state)
{
	WDF_IO_QUEUE_CONFIG config;
	WDFREQUEST request;
	WDFQUEUE reader;

	(void)state;
	WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchParallel);
	config.EvtIoRead = forward_in_callback;
	reader = io_queue(&f, &config);
	assert_int_equal(WdfDeviceConfigureRequestDispatching(io_fixture_device(&f), reader,
							      WdfRequestTypeRead),
			 STATUS_SUCCESS);
	io_op_read(&op, 8);
	io_submit(&f, &op);
	assert_int_equal(WdfIoQueueRetrieveNextRequest(manual, &request), STATUS_SUCCESS);
	complete(request, STATUS_SUCCESS, 0);
	assert_int_equal(op.completions, 1);
}

static void test_forward__to_presenting_queue__presented_there(void **state)
{
	WDFREQUEST request = submit_read(8);
	WDF_IO_QUEUE_CONFIG config;
	WDFQUEUE second;

	(void)state;
	WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchSequential);
	config.EvtIoDefault = io_complete_request;
	second = io_queue(&f, &config);
	assert_int_equal(WdfRequestForwardToIoQueue(request, second), STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(op.completions, 1);
	io_seen.kept[io_seen.kept_count - 1] = NULL;
}

static void test_forward__wrong_calls__kmdf_statuses(void **state)
{
	WDFREQUEST request = submit_read(8);
	WDF_IO_QUEUE_CONFIG config;
	WDFQUEUE writer;

	(void)state;
	WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchParallel);
	config.EvtIoInternalDeviceControl = NULL;
	config.EvtIoWrite = (PFN_WDF_IO_QUEUE_IO_WRITE)forward_in_callback;
	writer = io_queue(&f, &config);
	assert_int_equal(WdfRequestForwardToIoQueue(request, fallback),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_true(io_broke());
	assert_int_equal(WdfRequestForwardToIoQueue(request, writer),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_true(io_broke());
	WdfIoQueuePurge(manual, NULL, NULL);
	assert_int_equal(WdfRequestForwardToIoQueue(request, manual), STATUS_WDF_BUSY);
	assert_false(io_broke());
	WdfIoQueueStart(manual);
	assert_int_equal(WdfRequestMarkCancelableEx(request, io_count_cancel), STATUS_SUCCESS);
	assert_int_equal(WdfRequestForwardToIoQueue(request, manual),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_true(io_broke());
	assert_int_equal(WdfRequestUnmarkCancelable(request), STATUS_SUCCESS);
	complete(request, STATUS_SUCCESS, 0);
}

static void test_requeue__back_to_the_head(void **state)
{
	WDFREQUEST first, again;

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		io_op_read(&ops[i], 8);
		io_submit(&f, &ops[i]);
		assert_int_equal(WdfRequestForwardToIoQueue(take(), manual), STATUS_SUCCESS);
	}
	io_settle(&f);
	assert_int_equal(WdfIoQueueRetrieveNextRequest(manual, &first), STATUS_SUCCESS);
	assert_int_equal(WdfRequestRequeue(first), STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(WdfIoQueueRetrieveNextRequest(manual, &again), STATUS_SUCCESS);
	assert_ptr_equal(first, again);
	assert_int_equal(WdfRequestRequeue(again), STATUS_SUCCESS);
}

static void test_requeue__not_of_a_manual_queue__refused(void **state)
{
	WDFREQUEST request = submit_read(8);

	(void)state;
	assert_int_equal(WdfRequestRequeue(request), STATUS_INVALID_DEVICE_REQUEST);
	assert_true(io_broke());
	complete(request, STATUS_SUCCESS, 0);
}

static void test_stop_acknowledge__without_evt_io_stop__reported(void **state)
{
	WDFREQUEST request = submit_read(8);

	(void)state;
	WdfRequestStopAcknowledge(request, FALSE);
	assert_true(io_broke());
	complete(request, STATUS_SUCCESS, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		REQUEST_T(test_forward__to_manual_queue__waits_there),
		REQUEST_T(test_forward__inside_callback__waits_there),
		REQUEST_T(test_forward__to_presenting_queue__presented_there),
		REQUEST_T(test_forward__wrong_calls__kmdf_statuses),
		REQUEST_T(test_requeue__back_to_the_head),
		REQUEST_T(test_requeue__not_of_a_manual_queue__refused),
		REQUEST_T(test_stop_acknowledge__without_evt_io_stop__reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
