/* SPDX-License-Identifier: MIT */
/* Requests go to the queue that their type is routed to, and each gets its answer once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "io_fixture.h"

static struct io_fixture f;
static struct io_op op, ops[8];

static int setup(void **state)
{
	(void)state;
	io_fixture_setup(&f, NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	io_fixture_teardown(&f);
	return 0;
}

static void test_submit__no_queue__invalid_device_request(void **state)
{
	(void)state;
	io_fixture_start(&f);
	io_op_read(&op, 8);
	io_submit(&f, &op);
	assert_int_equal(op.completions, 1);
	assert_int_equal(op.status, STATUS_INVALID_DEVICE_REQUEST);
}

static unsigned int reads, writes, controls, internals;
static size_t seen_len, seen_in_len;
static ULONG seen_code;

static void on_read(WDFQUEUE queue, WDFREQUEST request, size_t len)
{
	(void)queue;
	reads++;
	seen_len = len;
	WdfRequestComplete(request, STATUS_SUCCESS);
}

static void on_write(WDFQUEUE queue, WDFREQUEST request, size_t len)
{
	(void)queue;
	writes++;
	seen_len = len;
	WdfRequestCompleteWithInformation(request, STATUS_SUCCESS, len);
}

static void on_control(WDFQUEUE queue, WDFREQUEST request, size_t out_len, size_t in_len,
		       ULONG code)
{
	(void)queue;
	controls++;
	seen_len = out_len;
	seen_in_len = in_len;
	seen_code = code;
	WdfRequestCompleteWithPriorityBoost(request, STATUS_SUCCESS, 1);
}

static void on_internal(WDFQUEUE queue, WDFREQUEST request, size_t out_len, size_t in_len,
			ULONG code)
{
	(void)queue;
	(void)out_len;
	(void)in_len;
	(void)code;
	internals++;
	WdfRequestComplete(request, STATUS_SUCCESS);
}

static void all_callbacks(PWDF_IO_QUEUE_CONFIG config)
{
	reads = writes = controls = internals = 0;
	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(config, WdfIoQueueDispatchParallel);
	config->EvtIoRead = on_read;
	config->EvtIoWrite = on_write;
	config->EvtIoDeviceControl = on_control;
	config->EvtIoInternalDeviceControl = on_internal;
}

static void test_submit__each_type__its_callback_with_lengths(void **state)
{
	WDF_IO_QUEUE_CONFIG config;

	(void)state;
	all_callbacks(&config);
	io_queue(&f, &config);
	io_fixture_start(&f);
	io_op_read(&op, 8);
	io_submit(&f, &op);
	assert_int_equal(reads, 1);
	assert_int_equal(seen_len, 8);
	io_op_write(&op, "hello");
	io_submit(&f, &op);
	assert_int_equal(writes, 1);
	assert_int_equal(seen_len, 5);
	assert_int_equal(op.information, 5);
	io_op_control(&op, 0x222000, "abc", 16);
	io_submit(&f, &op);
	assert_int_equal(controls, 1);
	assert_int_equal(seen_len, 16);
	assert_int_equal(seen_in_len, 3);
	assert_int_equal(seen_code, 0x222000);
	io_op_control(&op, 0x222000, "abc", 16);
	op.packet.kind = FX_PACKET_INTERNAL_CONTROL;
	io_submit(&f, &op);
	assert_int_equal(internals, 1);
	assert_int_equal(op.completions, 1);
}

static void test_submit__type_without_callback__invalid_device_request(void **state)
{
	WDF_IO_QUEUE_CONFIG config;

	(void)state;
	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
	config.EvtIoRead = on_read;
	io_queue(&f, &config);
	io_fixture_start(&f);
	io_op_write(&op, "x");
	io_submit(&f, &op);
	assert_int_equal(op.status, STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(op.completions, 1);
}

static void test_zero_length__not_allowed__completes_at_once(void **state)
{
	(void)state;
	io_default_queue(&f);
	io_fixture_start(&f);
	io_op_read(&op, 0);
	io_submit(&f, &op);
	assert_int_equal(op.status, STATUS_SUCCESS);
	io_op_write(&op, "");
	io_submit(&f, &op);
	assert_int_equal(op.status, STATUS_SUCCESS);
	assert_int_equal(op.completions, 1);
	assert_int_equal(io_seen.kept_count, 0);
}

static void test_zero_length__allowed__reaches_the_driver(void **state)
{
	WDF_IO_QUEUE_CONFIG config;

	(void)state;
	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
	config.EvtIoDefault = io_complete_request;
	config.AllowZeroLengthRequests = TRUE;
	io_queue(&f, &config);
	io_fixture_start(&f);
	io_op_read(&op, 0);
	io_submit(&f, &op);
	assert_int_equal(io_seen.kept_count, 1);
	assert_int_equal(op.completions, 1);
}

static void test_zero_length_control__always_reaches_the_driver(void **state)
{
	(void)state;
	io_default_queue(&f);
	io_fixture_start(&f);
	io_op_control(&op, 0x222000, "", 0);
	io_submit(&f, &op);
	assert_int_equal(io_seen.kept_count, 1);
	WdfRequestComplete(io_seen.kept[0], STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(op.completions, 1);
}

static void submit_all(unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		io_op_read(&ops[i], 8);
		fx_io_submit(f.file, &ops[i].packet);
	}
	io_settle(&f);
}

static void test_sequential__one_at_a_time(void **state)
{
	WDF_IO_QUEUE_CONFIG config;

	(void)state;
	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchSequential);
	config.EvtIoDefault = io_keep_request;
	io_queue(&f, &config);
	io_fixture_start(&f);
	submit_all(3);
	assert_int_equal(io_seen.kept_count, 1);
	WdfRequestComplete(io_seen.kept[0], STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(io_seen.kept_count, 2);
	WdfRequestComplete(io_seen.kept[1], STATUS_SUCCESS);
	io_settle(&f);
	WdfRequestComplete(io_seen.kept[2], STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(ops[2].completions, 1);
}

static unsigned int nesting, deepest;

static void note_nesting(WDFQUEUE queue, WDFREQUEST request)
{
	(void)queue;
	nesting++;
	deepest = nesting > deepest ? nesting : deepest;
	WdfRequestComplete(request, STATUS_SUCCESS);
	nesting--;
}

static void test_sequential__completed_inside_callback__next_comes_after_it(void **state)
{
	WDF_IO_QUEUE_CONFIG config;
	WDFQUEUE queue;

	(void)state;
	nesting = deepest = 0;
	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchSequential);
	config.EvtIoDefault = note_nesting;
	queue = io_queue(&f, &config);
	io_fixture_start(&f);
	WdfIoQueueStop(queue, NULL, NULL);
	submit_all(8);
	WdfIoQueueStart(queue);
	io_settle(&f);
	assert_int_equal(ops[7].completions, 1);
	assert_int_equal(deepest, 1);
}

static void submit_inside(WDFQUEUE queue, WDFREQUEST request)
{
	(void)queue;
	nesting++;
	deepest = nesting > deepest ? nesting : deepest;
	if (!ops[1].packet.file)
		fx_io_submit(f.file, &ops[1].packet);
	WdfRequestComplete(request, STATUS_SUCCESS);
	nesting--;
}

static void test_submit__inside_a_callback__presented_after_it(void **state)
{
	WDF_IO_QUEUE_CONFIG config;

	(void)state;
	nesting = deepest = 0;
	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
	config.EvtIoDefault = submit_inside;
	io_queue(&f, &config);
	io_fixture_start(&f);
	io_op_read(&ops[1], 8);
	io_op_read(&ops[0], 8);
	io_submit(&f, &ops[0]);
	assert_int_equal(ops[0].completions, 1);
	assert_int_equal(ops[1].completions, 1);
	assert_int_equal(deepest, 1);
}

static void test_parallel__limit__holds_the_rest_back(void **state)
{
	WDF_IO_QUEUE_CONFIG config;
	WDFQUEUE queue;
	ULONG waiting, driver;

	(void)state;
	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
	config.EvtIoDefault = io_keep_request;
	config.Settings.Parallel.NumberOfPresentedRequests = 2;
	queue = io_queue(&f, &config);
	io_fixture_start(&f);
	submit_all(5);
	assert_int_equal(io_seen.kept_count, 2);
	WdfIoQueueGetState(queue, &waiting, &driver);
	assert_int_equal(waiting, 3);
	assert_int_equal(driver, 2);
	for (unsigned int i = 0; i < 5; i++) {
		WdfRequestComplete(io_seen.kept[i], STATUS_SUCCESS);
		io_settle(&f);
	}
	assert_int_equal(ops[4].completions, 1);
}

static void test_routing__type_configured__goes_there_others_to_default(void **state)
{
	WDF_IO_QUEUE_CONFIG config;
	WDFQUEUE manual = io_manual_queue(&f);
	WDFREQUEST request;

	(void)state;
	all_callbacks(&config);
	io_queue(&f, &config);
	assert_int_equal(WdfDeviceConfigureRequestDispatching(io_fixture_device(&f), manual,
							      WdfRequestTypeRead),
			 STATUS_SUCCESS);
	io_fixture_start(&f);
	io_op_read(&op, 8);
	io_submit(&f, &op);
	assert_int_equal(op.completions, 0);
	io_op_write(&ops[0], "x");
	io_submit(&f, &ops[0]);
	assert_int_equal(writes, 1);
	assert_int_equal(WdfIoQueueRetrieveNextRequest(manual, &request), STATUS_SUCCESS);
	assert_ptr_equal(WdfRequestGetIoQueue(request), manual);
	WdfRequestComplete(request, STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(op.completions, 1);
}

static void test_routing__wrong_calls__kmdf_statuses(void **state)
{
	WDFDEVICE device = io_fixture_device(&f);
	WDF_IO_QUEUE_CONFIG config;
	WDFQUEUE manual = io_manual_queue(&f), other = io_manual_queue(&f), reader, fallback;

	(void)state;
	assert_null(WdfDeviceGetDefaultQueue(device));
	fallback = io_default_queue(&f);
	assert_ptr_equal(WdfDeviceGetDefaultQueue(device), fallback);
	WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchParallel);
	config.EvtIoRead = on_read;
	reader = io_queue(&f, &config);
	assert_int_equal(WdfDeviceConfigureRequestDispatching(device, manual, WdfRequestTypePnp),
			 STATUS_INVALID_PARAMETER);
	assert_int_equal(WdfDeviceConfigureRequestDispatching(device, fallback, WdfRequestTypeRead),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(WdfDeviceConfigureRequestDispatching(device, reader, WdfRequestTypeWrite),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_true(io_broke());
	assert_int_equal(WdfDeviceConfigureRequestDispatching(device, manual, WdfRequestTypeWrite),
			 STATUS_SUCCESS);
	assert_int_equal(WdfDeviceConfigureRequestDispatching(device, other, WdfRequestTypeWrite),
			 STATUS_WDF_BUSY);
	assert_int_equal(WdfDeviceConfigureRequestDispatching(device, manual, WdfRequestTypeCreate),
			 STATUS_SUCCESS);
	assert_int_equal(WdfDeviceConfigureRequestDispatching(device, other, WdfRequestTypeCreate),
			 STATUS_INVALID_PARAMETER);
}

static void test_submit__many_at_once__pool_grows(void **state)
{
	static struct io_op many[300];

	(void)state;
	io_default_queue(&f);
	io_fixture_start(&f);
	for (unsigned int i = 0; i < 300; i++) {
		io_op_read(&many[i], 8);
		fx_io_submit(f.file, &many[i].packet);
	}
	io_settle(&f);
	assert_int_equal(io_seen.kept_count, 300);
	assert_int_equal(fx_io_stats(f.io).driver_owned_now, 300);
	for (unsigned int i = 0; i < 300; i++)
		WdfRequestComplete(io_seen.kept[i], STATUS_SUCCESS);
	io_settle(&f);
	for (unsigned int i = 0; i < 300; i++)
		assert_int_equal(many[i].completions, 1);
	assert_int_equal(fx_io_stats(f.io).completed, 300);
	assert_int_equal(fx_io_stats(f.io).driver_owned_now, 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_submit__no_queue__invalid_device_request),
		T(test_submit__each_type__its_callback_with_lengths),
		T(test_submit__type_without_callback__invalid_device_request),
		T(test_zero_length__not_allowed__completes_at_once),
		T(test_zero_length__allowed__reaches_the_driver),
		T(test_zero_length_control__always_reaches_the_driver),
		T(test_sequential__one_at_a_time),
		T(test_sequential__completed_inside_callback__next_comes_after_it),
		T(test_submit__inside_a_callback__presented_after_it),
		T(test_parallel__limit__holds_the_rest_back),
		T(test_routing__type_configured__goes_there_others_to_default),
		T(test_routing__wrong_calls__kmdf_statuses),
		T(test_submit__many_at_once__pool_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
