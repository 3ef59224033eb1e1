/* SPDX-License-Identifier: MIT */
/*
 * Guaranteed forward progress: what waits for a reserved request, and the end of the reserved ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "progress_fixture.h"

/* --- what waits --- */

static WDFREQUEST park_two(void)
{
	WDFREQUEST request;

	policy.TotalForwardProgressRequests = 1;
	assign();
	allocation_status = STATUS_INSUFFICIENT_RESOURCES;
	request = submit(0);
	assert_null(submit(1));
	assert_null(submit(2));
	return request;
}

static void test_waits_for_one__cancelled__at_once(void **state)
{
	WDFREQUEST request = park_two();

	(void)state;
	io_cancel(&f, &ops[1]);
	expect_done(1, STATUS_CANCELLED);
	complete(request);
	complete(io_seen.last);
	expect_done(2, STATUS_SUCCESS);
}

static void test_waits_for_one__purge__cancelled(void **state)
{
	WDFREQUEST request = park_two();

	(void)state;
	WdfIoQueuePurge(queue, io_count_state, NULL);
	io_settle(&f);
	expect_done(1, STATUS_CANCELLED);
	expect_done(2, STATUS_CANCELLED);
	assert_int_equal(io_seen.states, 0);
	complete(request);
	assert_int_equal(io_seen.states, 1);
}

static void test_waits_for_one__drain__told_after_it(void **state)
{
	WDFREQUEST request = park_two();

	(void)state;
	WdfIoQueueDrain(queue, io_count_state, NULL);
	complete(request);
	complete(io_seen.last);
	assert_int_equal(io_seen.states, 0);
	complete(io_seen.last);
	assert_int_equal(io_seen.states, 1);
	expect_done(2, STATUS_SUCCESS);
}

static void test_waits_for_one__file_closed__cancelled(void **state)
{
	struct fx_file *other, *first;

	(void)state;
	policy.TotalForwardProgressRequests = 1;
	assign();
	assert_int_equal(fx_file_open((struct fx_device *)(void *)f.device, &other),
			 STATUS_SUCCESS);
	allocation_status = STATUS_INSUFFICIENT_RESOURCES;
	submit(0);
	first = f.file;
	f.file = other;
	assert_null(submit(1));
	f.file = first;
	assert_null(submit(2));
	fx_file_close(other);
	expect_done(1, STATUS_CANCELLED);
	assert_int_equal(ops[2].completions, 0);
	complete(io_seen.last);
	complete(io_seen.last);
	expect_done(2, STATUS_SUCCESS);
}

/* --- the end --- */

static void test_queue_goes__cleanup_of_each_reserved_once(void **state)
{
	WDF_IO_QUEUE_CONFIG config;

	(void)state;
	io_fixture_start(&f);
	WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchParallel);
	config.EvtIoDefault = io_keep_request;
	queue = io_queue(&f, &config);
	assert_int_equal(WdfIoQueueAssignForwardProgressPolicy(queue, &policy), STATUS_SUCCESS);
	WdfObjectDelete(queue);
	assert_int_equal(cleanups, RESERVED);
}

/* A request that went on to another queue outlives its own: then it is one like others. */
static void test_queue_goes__one_of_its_requests_is_elsewhere__ends_as_others_do(void **state)
{
	WDFREQUEST request;
	unsigned int before;

	(void)state;
	assign();
	allocation_status = STATUS_INSUFFICIENT_RESOURCES;
	request = submit(0);
	assert_int_equal(WdfRequestForwardToIoQueue(request, manual), STATUS_SUCCESS);
	io_settle(&f);
	before = cleanups;
	fx_object_delete(fx_object_at(queue)); /* as the framework, for a driver may not */
	assert_int_equal(cleanups, before + RESERVED - 1);
	assert_int_equal(WdfIoQueueRetrieveNextRequest(manual, &request), STATUS_SUCCESS);
	assert_false(WdfRequestIsReserved(request));
	complete(request);
	expect_done(0, STATUS_SUCCESS);
	assert_int_equal(cleanups, before + RESERVED);
}

static void test_forwarded_and_completed_there__comes_back(void **state)
{
	WDFREQUEST request = park_two();

	(void)state;
	assert_int_equal(WdfRequestForwardToIoQueue(request, manual), STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(io_seen.kept_count, 1);
	assert_int_equal(WdfIoQueueRetrieveNextRequest(manual, &request), STATUS_SUCCESS);
	complete(request);
	assert_int_equal(io_seen.kept_count, 2);
	complete(io_seen.last);
	complete(io_seen.last);
	expect_done(2, STATUS_SUCCESS);
}

/* --- as if there were no memory --- */

static void use_options(const char *options)
{
	teardown(NULL);
	setup_with(options);
	assign();
}

static void test_enhanced_options__deny_all__reserved_requests_are_used(void **state)
{
	WDFREQUEST first;

	(void)state;
	use_options("EnhancedVerifierOptions=0x10000");
	first = submit(0);
	assert_true(WdfRequestIsReserved(first));
	assert_true(WdfRequestIsReserved(submit(1)));
	assert_null(submit(2)); /* it waits for one of them */
	complete(first);
	assert_true(WdfRequestIsReserved(io_seen.last));
	use_options("VerifierOn=0,EnhancedVerifierOptions=0x10000");
	assert_false(WdfRequestIsReserved(submit(0)));
}

static void test_enhanced_options__deny_some__both_are_used(void **state)
{
	unsigned int denied = 0, made = 0;

	(void)state;
	use_options("EnhancedVerifierOptions=0x20000");
	for (unsigned int i = 0; i < CHUNK; i++) {
		WDFREQUEST request = submit(i);

		if (WdfRequestIsReserved(request))
			denied++;
		else
			made++;
		complete(request);
	}
	assert_in_range(denied, CHUNK / 8, CHUNK);
	assert_in_range(made, CHUNK / 8, CHUNK);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_waits_for_one__cancelled__at_once),
		TEST(test_waits_for_one__purge__cancelled),
		TEST(test_waits_for_one__drain__told_after_it),
		TEST(test_waits_for_one__file_closed__cancelled),
		TEST(test_queue_goes__cleanup_of_each_reserved_once),
		TEST(test_queue_goes__one_of_its_requests_is_elsewhere__ends_as_others_do),
		TEST(test_forwarded_and_completed_there__comes_back),
		TEST(test_enhanced_options__deny_all__reserved_requests_are_used),
		TEST(test_enhanced_options__deny_some__both_are_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
