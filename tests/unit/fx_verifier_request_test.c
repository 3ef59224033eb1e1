/* SPDX-License-Identifier: MIT */
/* The verifier's rules about requests and queues, each by its number. */
#include "stop_child.h"

#include "io_fixture.h"
#include "object/driver.h"
#include "queue.h"

static struct io_fixture f;
static struct io_op op;

static void open_gates(bool open)
{
	f.driver->verifier.gates = open ? 0xff : 1u << FX_GATE_ALWAYS;
}

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

static WDFREQUEST take(void)
{
	assert_true(io_seen.kept_count > 0);
	return io_seen.kept[--io_seen.kept_count];
}

static WDFREQUEST read_request(void)
{
	io_op_read(&op, 8);
	io_submit(&f, &op);
	return take();
}

static WDFREQUEST started_read(void)
{
	io_default_queue(&f);
	io_fixture_start(&f);
	return read_request();
}

static void finish(WDFREQUEST request)
{
	WdfRequestComplete(request, STATUS_SUCCESS);
	io_settle(&f);
}

/* The rule is counted, and reported if and only if its gate is open. */
#define expect_rule(rule, gated, call)                                                             \
	do {                                                                                       \
		uint32_t before = fx_verifier_breaks_of(f.driver, FX_RULE_##rule);                 \
                                                                                                   \
		open_gates(true);                                                                  \
		(void)io_broke();                                                                  \
		call;                                                                              \
		assert_true(io_broke());                                                           \
		assert_int_equal(fx_verifier_breaks_of(f.driver, FX_RULE_##rule), before + 1);     \
		open_gates(false);                                                                 \
		call;                                                                              \
		assert_int_equal(io_broke(), !(gated));                                            \
		open_gates(true);                                                                  \
	} while (0)

/* --- breaks --- */

/* Completed, and its handle kept good by a reference. */
static WDFREQUEST completed_read(void)
{
	WDFREQUEST request = started_read();

	WdfObjectReference(request);
	finish(request);
	return request;
}

static void test_rule_38__not_owned__refused(void **state)
{
	WDFREQUEST request = completed_read();
	PVOID buffer;

	(void)state;
	expect_rule(REQUEST_NOT_OWNED, true,
		    assert_int_equal(WdfRequestMarkCancelableEx(request, io_count_cancel),
				     STATUS_INVALID_DEVICE_REQUEST));
	expect_rule(REQUEST_NOT_OWNED, true,
		    assert_int_equal(WdfRequestUnmarkCancelable(request),
				     STATUS_INVALID_DEVICE_REQUEST));
	expect_rule(REQUEST_NOT_OWNED, true,
		    assert_int_equal(WdfRequestForwardToIoQueue(request, io_manual_queue(&f)),
				     STATUS_INVALID_DEVICE_REQUEST));
	expect_rule(REQUEST_NOT_OWNED, true,
		    assert_false(
			    NT_SUCCESS(WdfRequestRetrieveOutputBuffer(request, 0, &buffer, NULL))));
	WdfObjectDereference(request);
}

static void test_rule_39__only_found__refused(void **state)
{
	WDFQUEUE manual = io_manual_queue(&f);
	WDFREQUEST request = started_read(), found;

	(void)state;
	assert_int_equal(WdfRequestForwardToIoQueue(request, manual), STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(WdfIoQueueFindRequest(manual, NULL, NULL, NULL, &found), STATUS_SUCCESS);
	expect_rule(REQUEST_ONLY_FOUND, true, WdfRequestComplete(found, STATUS_SUCCESS));
	expect_rule(
		REQUEST_ONLY_FOUND, true,
		assert_int_equal(WdfRequestUnmarkCancelable(found), STATUS_INVALID_DEVICE_REQUEST));
	assert_int_equal(op.completions, 0);
	WdfObjectDereference(found);
}

static void test_rule_40__completed_twice__once(void **state)
{
	WDFREQUEST request = completed_read();

	(void)state;
	expect_rule(REQUEST_COMPLETED_TWICE, true, finish(request));
	assert_int_equal(op.completions, 1);
	WdfObjectDereference(request);
}

static void complete_marked(void)
{
	WDFREQUEST request = read_request();

	assert_int_equal(WdfRequestMarkCancelableEx(request, io_count_cancel), STATUS_SUCCESS);
	finish(request);
	assert_int_equal(op.completions, 1);
}

static void test_rule_42__completed_while_cancelable__proceeds(void **state)
{
	(void)state;
	finish(started_read());
	expect_rule(COMPLETED_CANCELABLE, true, complete_marked());
}

static void complete_control_with_one(void)
{
	io_op_control(&op, CTL_CODE(0x22, 0, METHOD_BUFFERED, 0), "abc", 0);
	io_submit(&f, &op);
	WdfRequestCompleteWithInformation(take(), STATUS_SUCCESS, 1);
	io_settle(&f);
	assert_int_equal(op.information, 0);
}

static void test_rule_44__information_without_output__nothing_written(void **state)
{
	(void)state;
	finish(started_read());
	expect_rule(INFORMATION_WITHOUT_OUTPUT, false, complete_control_with_one());
}

static void test_rules_47_48_50__marks(void **state)
{
	WDFREQUEST request = started_read();

	(void)state;
	expect_rule(NOT_MARKED, true,
		    assert_int_equal(WdfRequestUnmarkCancelable(request),
				     STATUS_INVALID_DEVICE_REQUEST));
	assert_int_equal(WdfRequestMarkCancelableEx(request, io_count_cancel), STATUS_SUCCESS);
	expect_rule(MARKED_TWICE, true,
		    assert_int_equal(WdfRequestMarkCancelableEx(request, io_count_cancel),
				     STATUS_INVALID_DEVICE_REQUEST));
	expect_rule(IS_CANCELED, true, assert_false(WdfRequestIsCanceled(request)));
	assert_int_equal(WdfRequestUnmarkCancelable(request), STATUS_SUCCESS);
	finish(request);
}

static void test_rule_49__forwarded_while_cancelable__refused(void **state)
{
	WDFQUEUE manual = io_manual_queue(&f);
	WDFREQUEST request = started_read();

	(void)state;
	assert_int_equal(WdfRequestMarkCancelableEx(request, io_count_cancel), STATUS_SUCCESS);
	expect_rule(MOVED_CANCELABLE, true,
		    assert_int_equal(WdfRequestForwardToIoQueue(request, manual),
				     STATUS_INVALID_DEVICE_REQUEST));
	assert_int_equal(WdfRequestUnmarkCancelable(request), STATUS_SUCCESS);
	finish(request);
}

static void test_rule_51__acknowledged_without_stop__ignored(void **state)
{
	WDFREQUEST request = started_read();

	(void)state;
	expect_rule(STOP_ACKNOWLEDGE, true, WdfRequestStopAcknowledge(request, FALSE));
	finish(request);
}

static struct fx_request *request_from(WDFREQUEST handle)
{
	return uw_container_of(fx_object_from_handle(f.driver, handle, FX_TYPE_REQUEST),
			       struct fx_request, base);
}

static void test_rule_52__request_of_no_queue__refused(void **state)
{
	WDFREQUEST request = started_read();
	struct fx_queue *queue = request_from(request)->queue;

	(void)state;
	request_from(request)->queue = NULL; /* as one that EvtDeviceFileCreate got */
	expect_rule(REQUEST_WITHOUT_QUEUE, false,
		    assert_int_equal(WdfRequestMarkCancelableEx(request, io_count_cancel),
				     STATUS_INVALID_DEVICE_REQUEST));
	expect_rule(REQUEST_WITHOUT_QUEUE, false,
		    assert_int_equal(WdfRequestUnmarkCancelable(request),
				     STATUS_INVALID_DEVICE_REQUEST));
	expect_rule(REQUEST_WITHOUT_QUEUE, false,
		    assert_int_equal(WdfRequestRequeue(request), STATUS_INVALID_DEVICE_REQUEST));
	request_from(request)->queue = queue;
	finish(request);
}

static void test_rule_60__wrong_size__ignored(void **state)
{
	WDF_REQUEST_PARAMETERS params;
	WDFREQUEST request = started_read();

	(void)state;
	WDF_REQUEST_PARAMETERS_INIT(&params);
	params.Size--;
	params.Parameters.Read.Length = 77;
	expect_rule(PARAMETERS_SIZE, false, WdfRequestGetParameters(request, &params));
	assert_int_equal(params.Parameters.Read.Length, 77);
	finish(request);
}

static void test_rule_62__file_object_of_completed__null(void **state)
{
	WDFREQUEST request = completed_read();

	(void)state;
	expect_rule(FILE_OBJECT_NOT_OWNED, true, assert_null(WdfRequestGetFileObject(request)));
	WdfObjectDereference(request);
}

/* The rule came with 1.9. */
static void test_rule_62__driver_of_1_7__only_down_level(void **state)
{
	WDFREQUEST request = completed_read();

	(void)state;
	f.driver->verifier.minor = 7;
	(void)io_broke();
	assert_null(WdfRequestGetFileObject(request));
	assert_false(io_broke());
	f.driver->verifier.down_level = true;
	assert_null(WdfRequestGetFileObject(request));
	assert_true(io_broke());
	WdfObjectDereference(request);
}

static void test_rule_65__neither_device__no_buffer(void **state)
{
	WDFREQUEST request;
	PVOID buffer;

	(void)state;
	finish(started_read());
	f.io->config.io_type = WdfDeviceIoNeither;
	request = read_request();
	expect_rule(NEITHER_BUFFER, false,
		    assert_int_equal(WdfRequestRetrieveOutputBuffer(request, 0, &buffer, NULL),
				     STATUS_INVALID_DEVICE_REQUEST));
	finish(request);
}

static void test_rule_87__forward_to_the_same_queue__refused(void **state)
{
	WDFREQUEST request = started_read();

	(void)state;
	expect_rule(
		FORWARD_TARGET, true,
		assert_int_equal(WdfRequestForwardToIoQueue(request, WdfRequestGetIoQueue(request)),
				 STATUS_INVALID_DEVICE_REQUEST));
	finish(request);
}

static void test_rules_90_91_92_95__not_manual__refused(void **state)
{
	WDFREQUEST request = started_read(), out;
	WDFQUEUE queue = WdfRequestGetIoQueue(request);

	(void)state;
	expect_rule(REQUEUE_NOT_MANUAL, false,
		    assert_int_equal(WdfRequestRequeue(request), STATUS_INVALID_DEVICE_REQUEST));
	expect_rule(FIND_NOT_MANUAL, false,
		    assert_int_equal(WdfIoQueueFindRequest(queue, NULL, NULL, NULL, &out),
				     STATUS_INVALID_DEVICE_REQUEST));
	expect_rule(FOUND_NOT_MANUAL, true,
		    assert_int_equal(WdfIoQueueRetrieveFoundRequest(queue, request, &out),
				     STATUS_INVALID_DEVICE_REQUEST));
	expect_rule(READY_NOTIFY, false,
		    assert_int_equal(WdfIoQueueReadyNotify(queue, io_count_ready, NULL),
				     STATUS_INVALID_DEVICE_REQUEST));
	finish(request);
}

static void test_rule_94__retrieve_from_idle_sequential__proceeds(void **state)
{
	WDF_IO_QUEUE_CONFIG config;
	WDFREQUEST out;
	WDFQUEUE queue;

	(void)state;
	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchSequential);
	config.EvtIoDefault = io_keep_request;
	queue = io_queue(&f, &config);
	io_fixture_start(&f);
	expect_rule(RETRIEVE_SEQUENTIAL, true,
		    assert_int_equal(WdfIoQueueRetrieveNextRequest(queue, &out),
				     STATUS_NO_MORE_ENTRIES));
}

static void keep_read(WDFQUEUE queue, WDFREQUEST request, size_t len)
{
	(void)len;
	io_keep_request(queue, request);
}

static WDFQUEUE read_queue(void)
{
	WDF_IO_QUEUE_CONFIG config;

	WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchParallel);
	config.EvtIoRead = keep_read;
	return io_queue(&f, &config);
}

static void test_rules_99_100_101__routes(void **state)
{
	WDFDEVICE device = io_fixture_device(&f);
	WDFQUEUE first = read_queue(), second = read_queue(), manual = io_manual_queue(&f);
	WDFQUEUE another = io_manual_queue(&f);

	(void)state;
	expect_rule(NO_HANDLER, false,
		    assert_int_equal(WdfDeviceConfigureRequestDispatching(device, first,
									  WdfRequestTypeWrite),
				     STATUS_INVALID_DEVICE_REQUEST));
	assert_int_equal(WdfDeviceConfigureRequestDispatching(device, first, WdfRequestTypeRead),
			 STATUS_SUCCESS);
	expect_rule(TWO_QUEUES, false,
		    assert_int_equal(WdfDeviceConfigureRequestDispatching(device, second,
									  WdfRequestTypeRead),
				     STATUS_WDF_BUSY));
	assert_int_equal(WdfDeviceConfigureRequestDispatching(device, manual, WdfRequestTypeCreate),
			 STATUS_SUCCESS);
	expect_rule(TWO_CREATE_QUEUES, false,
		    assert_int_equal(WdfDeviceConfigureRequestDispatching(device, another,
									  WdfRequestTypeCreate),
				     STATUS_INVALID_PARAMETER));
}

/* --- stops, each in a process of its own --- */

static void begin_child(void)
{
	io_fixture_setup(&f, NULL);
	log_set_sink(NULL, NULL);
}

static void complete_with_nine(void *request)
{
	WdfRequestCompleteWithInformation(request, STATUS_SUCCESS, 9);
}

static void child_too_much_information(void *arg)
{
	(void)arg;
	begin_child();
	io_on_owner(&f, complete_with_nine, started_read());
}

static void test_rule_43__information_larger_than_buffer__stops(void **state)
{
	(void)state;
	assert_true(child_stops(child_too_much_information, NULL));
	assert_said("driver io_test stopped: WDF_VIOLATION 0x10d (0x6, 0x4, ");
	assert_said("WDF_REQUEST_FATAL_ERROR, rule 43");
	assert_said("more information (9) than its buffer has bytes (8)");
}

static WDFREQUEST held;

/* The call is not the last thing done, or a compiler would leave no trace of the caller. */
enum { COMPLETE_LINE = __LINE__ + 4 };
static void complete_held(void *arg)
{
	(void)arg;
	WdfRequestComplete(held, STATUS_SUCCESS);
	held = NULL;
}

static void child_memory_referenced(void *arg)
{
	WDFMEMORY memory;

	(void)arg;
	begin_child();
	held = started_read();
	WdfRequestRetrieveOutputMemory(held, &memory);
	WdfObjectReference(memory);
	open_gates(false); /* always */
	io_on_owner(&f, complete_held, NULL);
}

static void test_rule_45__memory_referenced_at_completion__stops(void **state)
{
	(void)state;
	assert_true(child_stops(child_memory_referenced, NULL));
	assert_said("stopped: WDF_VIOLATION 0x10d (0x3, 0x");
	assert_said(", 0x1, 0x");
	assert_said("WDF_VERIFIER_FATAL_ERROR, rule 45");
	assert_called_from("complete_held", COMPLETE_LINE);
}

static void child_stop_twice(void *arg)
{
	WDFQUEUE queue;

	(void)arg;
	begin_child();
	queue = WdfRequestGetIoQueue(started_read());
	WdfIoQueueStop(queue, io_count_state, NULL);
	open_gates(false);
	WdfIoQueueStop(queue, io_count_state, NULL);
	fail();
}

static void test_rule_97__second_completion_callback__stops(void **state)
{
	(void)state;
	assert_true(child_stops(child_stop_twice, NULL));
	assert_said("stopped: WDF_VIOLATION 0x10d (0xa, 0x");
	assert_said("WDF_QUEUE_FATAL_ERROR, rule 97");
	assert_called_from("child_stop_twice", __LINE__ - 10);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_rule_38__not_owned__refused),
		T(test_rule_39__only_found__refused),
		T(test_rule_40__completed_twice__once),
		T(test_rule_42__completed_while_cancelable__proceeds),
		cmocka_unit_test(test_rule_43__information_larger_than_buffer__stops),
		T(test_rule_44__information_without_output__nothing_written),
		cmocka_unit_test(test_rule_45__memory_referenced_at_completion__stops),
		T(test_rules_47_48_50__marks),
		T(test_rule_49__forwarded_while_cancelable__refused),
		T(test_rule_51__acknowledged_without_stop__ignored),
		T(test_rule_52__request_of_no_queue__refused),
		T(test_rule_60__wrong_size__ignored),
		T(test_rule_62__file_object_of_completed__null),
		T(test_rule_62__driver_of_1_7__only_down_level),
		T(test_rule_65__neither_device__no_buffer),
		T(test_rule_87__forward_to_the_same_queue__refused),
		T(test_rules_90_91_92_95__not_manual__refused),
		T(test_rule_94__retrieve_from_idle_sequential__proceeds),
		cmocka_unit_test(test_rule_97__second_completion_callback__stops),
		T(test_rules_99_100_101__routes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
