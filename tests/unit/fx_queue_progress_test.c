/* SPDX-License-Identifier: MIT */
/*
 * Guaranteed forward progress: requests set aside, and used when memory for another cannot be had.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/fault.h"
#include "object/irql.h"
#include "progress_fixture.h"

/* --- assigning --- */

static void test_assign__wrong_calls__kmdf_statuses(void **state)
{
	(void)state;
	policy.Size--;
	assert_int_equal(WdfIoQueueAssignForwardProgressPolicy(queue, &policy),
			 STATUS_INFO_LENGTH_MISMATCH);
	WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_DEFAULT_INIT(&policy, 0);
	assert_int_equal(WdfIoQueueAssignForwardProgressPolicy(queue, &policy),
			 STATUS_INVALID_PARAMETER);
	WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_EXAMINE_INIT(&policy, 1, NULL);
	assert_int_equal(WdfIoQueueAssignForwardProgressPolicy(queue, &policy),
			 STATUS_INVALID_PARAMETER);
	policy.ForwardProgressReservedPolicy = WdfIoForwardProgressInvalidPolicy;
	assert_int_equal(WdfIoQueueAssignForwardProgressPolicy(queue, &policy),
			 STATUS_INVALID_PARAMETER);
	assert_false(io_broke());
}

/* At once, not when the machine's memory is used up. */
static void test_assign__far_too_many__no_resources(void **state)
{
	(void)state;
	WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_DEFAULT_INIT(&policy, 16385);
	assert_int_equal(WdfIoQueueAssignForwardProgressPolicy(queue, &policy),
			 STATUS_INSUFFICIENT_RESOURCES);
	WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_DEFAULT_INIT(&policy, 0xffffffff);
	assert_int_equal(WdfIoQueueAssignForwardProgressPolicy(queue, &policy),
			 STATUS_INSUFFICIENT_RESOURCES);
	assert_int_equal(reserved, 0);
}

static void test_assign__at_dispatch__refused(void **state)
{
	KIRQL before = fx_irql_raise(DISPATCH_LEVEL);

	(void)state;
	assert_int_equal(WdfIoQueueAssignForwardProgressPolicy(queue, &policy),
			 STATUS_INVALID_DEVICE_REQUEST);
	fx_irql_restore(before);
	assert_true(io_broke());
	assert_int_equal(reserved, 0);
}

static void test_rule_105__second_policy__invalid_parameter(void **state)
{
	(void)state;
	assign();
	assert_int_equal(WdfIoQueueAssignForwardProgressPolicy(queue, &policy),
			 STATUS_INVALID_PARAMETER);
	assert_true(io_broke());
	assert_int_equal(reserved, RESERVED);
}

static void
test_assign__driver_has_no_resources__its_status_and_cleanup_of_those_it_saw(void **state)
{
	(void)state;
	fail_reserved_at = 2;
	policy.TotalForwardProgressRequests = 5;
	assert_int_equal(WdfIoQueueAssignForwardProgressPolicy(queue, &policy), STATUS_DEVICE_BUSY);
	assert_int_equal(reserved, 2);
	assert_int_equal(cleanups, 2);
	fail_reserved_at = 0; /* and it may be tried again */
	reserved = 0;
	assert_int_equal(WdfIoQueueAssignForwardProgressPolicy(queue, &policy), STATUS_SUCCESS);
	assert_int_equal(reserved, 5);
}

static void
test_assign__each_allocation_fails__insufficient_resources_and_nothing_left(void **state)
{
	NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;

	(void)state;
	for (uint64_t k = 1; status != STATUS_SUCCESS; k++) {
		fault_arm(FAULT_ALLOC, k);
		status = WdfIoQueueAssignForwardProgressPolicy(queue, &policy);
		assert_int_equal(status,
				 fault_fired() ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS);
		fault_disarm();
	}
}

/* --- using --- */

static void test_memory_is_there__ordinary_requests(void **state)
{
	WDFREQUEST request;

	(void)state;
	assign();
	request = submit(0);
	assert_int_equal(allocations, 1);
	assert_false(WdfRequestIsReserved(request));
	complete(request);
	expect_done(0, STATUS_SUCCESS);
}

static void test_driver_has_no_memory__reserved_with_its_resources_each_time(void **state)
{
	WDFREQUEST request[3];

	(void)state;
	assign();
	allocation_status = STATUS_INSUFFICIENT_RESOURCES;
	for (int i = 0; i < 3; i++) {
		char *buffer;

		request[i] = submit(0);
		assert_true(WdfRequestIsReserved(request[i]));
		assert_int_equal(context_of(request[i])->resource, i % RESERVED + 1);
		assert_int_equal(
			WdfRequestRetrieveInputBuffer(request[i], 5, (PVOID *)&buffer, NULL),
			STATUS_SUCCESS);
		assert_memory_equal(buffer, "hello", 5);
		complete(request[i]);
		expect_done(0, STATUS_SUCCESS);
	}
	assert_int_equal(cleanups, 3);                /* of those for which there was no memory */
	assert_ptr_not_equal(request[0], request[2]); /* the same slot, used again */
}

static void complete_first(void *arg)
{
	WdfRequestComplete(arg, STATUS_SUCCESS);
}

static void test_reserved__handle_after_completion__stops(void **state)
{
	WDFREQUEST request;

	(void)state;
	assign();
	allocation_status = STATUS_INSUFFICIENT_RESOURCES;
	request = submit(0);
	complete(request);
	assert_true(io_stops(complete_first, request, WDF_INVALID_HANDLE));
}

static void test_reserved__driver_keeps_a_reference__handle_stays(void **state)
{
	WDFREQUEST request;

	(void)state;
	policy.TotalForwardProgressRequests = 1;
	assign();
	allocation_status = STATUS_INSUFFICIENT_RESOURCES;
	request = submit(0);
	WdfObjectReference(request);
	complete(request);
	expect_done(0, STATUS_SUCCESS);
	assert_ptr_equal(submit(1), request);
	complete(request);
	WdfObjectDereference(request);
	expect_done(1, STATUS_SUCCESS);
}

static void test_no_memory_for_the_request__reserved(void **state)
{
	WDFREQUEST request;

	(void)state;
	policy.EvtIoAllocateRequestResources = NULL;
	assign();
	for (unsigned int i = 0; i < CHUNK - 1; i++) /* and the one that opened the file */
		assert_false(WdfRequestIsReserved(submit(i)));
	while (!WdfRequestIsReserved(io_seen.last)) {
		fault_arm(FAULT_ALLOC, 1);
		request = submit(CHUNK);
		fault_disarm();
		assert_non_null(request);
	}
	for (unsigned int i = 0; i < io_seen.kept_count; i++)
		complete(io_seen.kept[i]);
	expect_done(CHUNK, STATUS_SUCCESS);
}

static void test_none_left__waits_for_one(void **state)
{
	WDFREQUEST request[RESERVED];
	ULONG waiting, driver;

	(void)state;
	assign();
	allocation_status = STATUS_INSUFFICIENT_RESOURCES;
	for (unsigned int i = 0; i < RESERVED; i++)
		request[i] = submit(i);
	assert_null(submit(2));
	assert_null(submit(3));
	assert_int_equal(WdfIoQueueGetState(queue, &waiting, &driver) & WdfIoQueueNoRequests, 0);
	assert_int_equal(waiting, 2);
	assert_int_equal(driver, RESERVED);
	complete(request[1]);
	assert_int_equal(io_seen.kept_count, RESERVED + 1);
	assert_int_equal(context_of(io_seen.last)->resource, 2);
	complete(io_seen.last);
	complete(io_seen.last);
	expect_done(2, STATUS_SUCCESS);
	expect_done(3, STATUS_SUCCESS);
	assert_int_equal(ops[0].completions, 0);
	complete(request[0]);
}

static void test_examine__the_driver_decides(void **state)
{
	(void)state;
	WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_EXAMINE_INIT(&policy, 1, examine);
	policy.EvtIoAllocateRequestResources = allocate_resources;
	assign();
	allocation_status = STATUS_INSUFFICIENT_RESOURCES;
	action = WdfIoForwardProgressActionFailRequest;
	assert_null(submit(0));
	expect_done(0, STATUS_INSUFFICIENT_RESOURCES);
	action = WdfIoForwardProgressActionUseReservedRequest;
	assert_true(WdfRequestIsReserved(submit(1)));
	assert_null(submit(2)); /* waits, examined once */
	complete(io_seen.kept[0]);
	complete(io_seen.last);
	expect_done(1, STATUS_SUCCESS);
	expect_done(2, STATUS_SUCCESS);
	assert_int_equal(examined, 3);
}

static void test_paging_io__none_here__fails(void **state)
{
	(void)state;
	WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_PAGINGIO_INIT(&policy, 1);
	policy.EvtIoAllocateRequestResources = allocate_resources;
	assign();
	allocation_status = STATUS_INSUFFICIENT_RESOURCES;
	assert_null(submit(0));
	expect_done(0, STATUS_INSUFFICIENT_RESOURCES);
}

/* Only one allocation fails here: the request's buffer; the reserved one's is there or can grow. */
static void test_no_memory_for_the_buffer__reserved(void **state)
{
	static char big[4096];

	(void)state;
	policy.EvtIoAllocateRequestResources = NULL;
	assign();
	io_op_write(&ops[0], "");
	ops[0].packet.in = big;
	ops[0].packet.in_len = sizeof(big);
	fault_arm(FAULT_ALLOC, 1);
	io_submit(&f, &ops[0]);
	fault_disarm();
	assert_int_equal(io_seen.kept_count, 1);
	assert_true(WdfRequestIsReserved(io_seen.last));
	complete(io_seen.last);
	expect_done(0, STATUS_SUCCESS);
}

static void submit_two(WDFQUEUE of, WDFREQUEST request)
{
	io_keep_request(of, request);
	if (io_seen.kept_count > 1)
		return;
	fx_io_submit(f.file, &ops[1].packet);
	fx_io_submit(f.file, &ops[2].packet);
	assert_int_equal(io_seen.kept_count, 1);
	fx_io_cancel(&ops[2].packet);
}

/* No callback inside another: what comes then is looked at after it. */
static void test_submitted_inside_a_callback__presented_after_it(void **state)
{
	WDF_IO_QUEUE_CONFIG config;

	(void)state;
	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
	config.EvtIoDefault = submit_two;
	io_queue(&f, &config);
	assign();
	io_op_write(&ops[1], "hello");
	io_op_write(&ops[2], "hello");
	io_op_read(&ops[0], 8);
	io_submit(&f, &ops[0]);
	assert_int_equal(io_seen.kept_count, 2);
	expect_done(2, STATUS_CANCELLED);
	complete(io_seen.kept[0]);
	complete(io_seen.kept[1]);
	expect_done(1, STATUS_SUCCESS);
}

static NTSTATUS cancel_it(WDFQUEUE of, WDFREQUEST request)
{
	(void)of;
	(void)request;
	fx_io_cancel(&ops[0].packet);
	return STATUS_SUCCESS;
}

static void test_cancelled_while_the_driver_allocates__cancelled(void **state)
{
	(void)state;
	policy.EvtIoAllocateRequestResources = cancel_it;
	assign();
	assert_null(submit(0));
	expect_done(0, STATUS_CANCELLED);
}

int main(void)
{
#define TEST(name)     cmocka_unit_test_setup_teardown(name, setup, teardown)
#define COUNTING(name) cmocka_unit_test_setup_teardown(name, setup_counting, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_assign__wrong_calls__kmdf_statuses),
		TEST(test_assign__far_too_many__no_resources),
		TEST(test_assign__at_dispatch__refused),
		TEST(test_rule_105__second_policy__invalid_parameter),
		TEST(test_assign__driver_has_no_resources__its_status_and_cleanup_of_those_it_saw),
		TEST(test_assign__each_allocation_fails__insufficient_resources_and_nothing_left),
		TEST(test_memory_is_there__ordinary_requests),
		TEST(test_driver_has_no_memory__reserved_with_its_resources_each_time),
		TEST(test_reserved__handle_after_completion__stops),
		TEST(test_reserved__driver_keeps_a_reference__handle_stays),
		COUNTING(test_no_memory_for_the_request__reserved),
		TEST(test_none_left__waits_for_one),
		TEST(test_examine__the_driver_decides),
		TEST(test_paging_io__none_here__fails),
		COUNTING(test_no_memory_for_the_buffer__reserved),
		TEST(test_submitted_inside_a_callback__presented_after_it),
		TEST(test_cancelled_while_the_driver_allocates__cancelled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
