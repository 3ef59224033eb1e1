/* SPDX-License-Identifier: MIT */
/*
 * Guaranteed forward progress of a device whose driver has EvtIoInCallerContext: which callbacks
 * see a request, in which order. Letters: A EvtIoAllocateRequestResources, E
 * EvtIoWdmIrpForForwardProgress, C EvtIoInCallerContext, Q the queue's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/fault.h"
#include "progress_fixture.h"

static char order[64];
static NTSTATUS enqueued;
static WDFREQUEST at_caller;

static void note(char what)
{
	size_t len = strlen(order);

	assert_true(len + 1 < sizeof(order));
	order[len] = what;
	order[len + 1] = 0;
}

static NTSTATUS noted_allocate(WDFQUEUE of, WDFREQUEST request)
{
	note('A');
	return allocate_resources(of, request);
}

static WDF_IO_FORWARD_PROGRESS_ACTION noted_examine(WDFQUEUE of, PIRP irp)
{
	note('E');
	return examine(of, irp);
}

static void noted_write(WDFQUEUE of, WDFREQUEST request, size_t len)
{
	(void)len;
	note('Q');
	io_keep_request(of, request);
}

static void pass_on(WDFDEVICE device, WDFREQUEST request)
{
	note('C');
	assert_false(WdfRequestIsReserved(request));
	at_caller = request;
	enqueued = WdfDeviceEnqueueRequest(device, request);
	if (!NT_SUCCESS(enqueued))
		WdfRequestComplete(request, enqueued);
}

/* The fixture's queue, with a callback of our own for what it is routed. */
static int setup_noted(const char *verify)
{
	order[0] = 0;
	enqueued = STATUS_UNSUCCESSFUL;
	setup_seen(verify, pass_on);
	((struct fx_queue *)(void *)fx_object_at(queue))->evt_write = noted_write;
	policy.EvtIoAllocateRequestResources = noted_allocate;
	return 0;
}

static int setup_caller(void **state)
{
	(void)state;
	return setup_noted("");
}

static int setup_caller_counting(void **state)
{
	(void)state;
	return setup_noted("VerifierOn=0");
}

static void test_memory_is_there__resources_then_the_driver_then_its_queue(void **state)
{
	WDFREQUEST request;

	(void)state;
	assign();
	request = submit(0);
	assert_string_equal(order, "ACQ");
	assert_ptr_equal(request, at_caller);
	assert_int_equal(enqueued, STATUS_SUCCESS);
	complete(request);
	expect_done(0, STATUS_SUCCESS);
}

static void test_driver_has_no_memory__reserved_straight_to_its_queue(void **state)
{
	WDFREQUEST request;

	(void)state;
	assign();
	allocation_status = STATUS_INSUFFICIENT_RESOURCES;
	request = submit(0);
	assert_string_equal(order, "AQ");
	assert_true(WdfRequestIsReserved(request));
	complete(request);
	expect_done(0, STATUS_SUCCESS);
}

/* With each allocation failing in turn: the driver gets the request, one way or the other. */
static void test_each_allocation_fails__none_is_failed(void **state)
{
	unsigned int with_reserved = 0;

	(void)state;
	assign();
	for (unsigned int i = 0; i < CHUNK + 2; i++) {
		order[0] = 0;
		fault_arm(FAULT_ALLOC, 1);
		assert_non_null(submit(i));
		fault_disarm();
		assert_string_equal(order, WdfRequestIsReserved(io_seen.last) ? "Q" : "ACQ");
		with_reserved += WdfRequestIsReserved(io_seen.last);
		if (with_reserved == RESERVED)
			break;
	}
	assert_int_equal(with_reserved, RESERVED);
	for (unsigned int i = 0; i < io_seen.kept_count; i++)
		complete(io_seen.kept[i]);
}

static void test_examine__after_the_driver_failed__and_it_decides(void **state)
{
	(void)state;
	WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_EXAMINE_INIT(&policy, 1, noted_examine);
	policy.EvtIoAllocateRequestResources = noted_allocate;
	assign();
	allocation_status = STATUS_INSUFFICIENT_RESOURCES;
	action = WdfIoForwardProgressActionFailRequest;
	assert_null(submit(0));
	assert_string_equal(order, "AE");
	expect_done(0, STATUS_INSUFFICIENT_RESOURCES);
	action = WdfIoForwardProgressActionUseReservedRequest;
	assert_true(WdfRequestIsReserved(submit(1)));
	assert_string_equal(order, "AEAEQ");
	complete(io_seen.last);
	expect_done(1, STATUS_SUCCESS);
}

/* What waited is no longer in its caller's context. */
static void test_none_left__waits__then_straight_to_its_queue(void **state)
{
	WDFREQUEST first;

	(void)state;
	policy.TotalForwardProgressRequests = 1;
	assign();
	allocation_status = STATUS_INSUFFICIENT_RESOURCES;
	first = submit(0);
	assert_null(submit(1));
	assert_string_equal(order, "AQA");
	complete(first);
	assert_string_equal(order, "AQAQ");
	complete(io_seen.last);
	expect_done(1, STATUS_SUCCESS);
}

static void test_queue_refuses__without_memory__as_the_queue_does(void **state)
{
	(void)state;
	WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_EXAMINE_INIT(&policy, 1, noted_examine);
	policy.EvtIoAllocateRequestResources = noted_allocate;
	assign();
	WdfIoQueueDrain(queue, NULL, NULL);
	io_settle(&f);
	assert_null(submit(0));
	assert_string_equal(order, "AC");
	assert_int_equal(enqueued, STATUS_WDF_BUSY);
	expect_done(0, STATUS_DEVICE_BUSY);
	allocation_status = STATUS_INSUFFICIENT_RESOURCES;
	assert_null(submit(1));
	assert_string_equal(order, "ACA");
	expect_done(1, STATUS_INVALID_DEVICE_STATE);
}

static NTSTATUS cancel_it(WDFQUEUE of, WDFREQUEST request)
{
	(void)of;
	(void)request;
	note('A');
	fx_io_cancel(&ops[0].packet);
	return STATUS_SUCCESS;
}

static void test_cancelled_while_the_driver_allocates__cancelled(void **state)
{
	(void)state;
	policy.EvtIoAllocateRequestResources = cancel_it;
	assign();
	assert_null(submit(0));
	assert_string_equal(order, "A");
	expect_done(0, STATUS_CANCELLED);
}

static void submit_another(WDFQUEUE of, WDFREQUEST request, size_t len)
{
	noted_write(of, request, len);
	if (io_seen.kept_count == 1)
		fx_io_submit(f.file, &ops[1].packet);
	assert_string_equal(order + (io_seen.kept_count - 1) * 3, "ACQ");
}

/* No callback inside another, these no more than others. */
static void test_submitted_inside_a_callback__all_of_them_after_it(void **state)
{
	(void)state;
	((struct fx_queue *)(void *)fx_object_at(queue))->evt_write = submit_another;
	assign();
	io_op_write(&ops[1], "hello");
	submit(0);
	assert_string_equal(order, "ACQACQ");
	complete(io_seen.kept[0]);
	complete(io_seen.kept[1]);
	expect_done(1, STATUS_SUCCESS);
}

int main(void)
{
#define TEST(name)     cmocka_unit_test_setup_teardown(name, setup_caller, teardown)
#define COUNTING(name) cmocka_unit_test_setup_teardown(name, setup_caller_counting, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_memory_is_there__resources_then_the_driver_then_its_queue),
		TEST(test_driver_has_no_memory__reserved_straight_to_its_queue),
		COUNTING(test_each_allocation_fails__none_is_failed),
		TEST(test_examine__after_the_driver_failed__and_it_decides),
		TEST(test_none_left__waits__then_straight_to_its_queue),
		TEST(test_queue_refuses__without_memory__as_the_queue_does),
		TEST(test_cancelled_while_the_driver_allocates__cancelled),
		TEST(test_submitted_inside_a_callback__all_of_them_after_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
