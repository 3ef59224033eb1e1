/* SPDX-License-Identifier: MIT */
/* Who sent a request: its process, its word size, its mode. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "io_fixture.h"
#include "object/irql.h"

#define SOMEBODY 4711u

static struct io_fixture f;
static struct io_op op;
static struct fx_file *file;

static int setup_with(const char *verify)
{
	io_fixture_setup_verify(&f, NULL, verify);
	io_default_queue(&f);
	io_fixture_start(&f);
	assert_int_equal(fx_file_open_for((struct fx_device *)(void *)f.device, SOMEBODY, &file),
			 STATUS_SUCCESS);
	io_op_read(&op, 8);
	fx_io_submit(file, &op.packet);
	io_settle(&f);
	assert_int_equal(io_seen.kept_count, 1);
	return 0;
}

static int setup(void **state)
{
	(void)state;
	return setup_with("");
}

/* Nothing that is freed is kept aside. */
static int setup_unwatched(void **state)
{
	(void)state;
	return setup_with("VerifierOn=0");
}

static int teardown(void **state)
{
	(void)state;
	if (!op.completions)
		WdfRequestComplete(io_seen.last, STATUS_SUCCESS);
	if (file)
		fx_file_close(file);
	io_fixture_teardown(&f);
	return 0;
}

static void test_process_id__of_the_opener(void **state)
{
	(void)state;
	assert_int_equal(WdfRequestGetRequestorProcessId(io_seen.last), SOMEBODY);
	assert_false(io_broke());
}

static void ask_too_late(void *arg)
{
	(void)arg;
	WdfObjectReference(io_seen.last);
	WdfRequestComplete(io_seen.last, STATUS_SUCCESS);
	assert_int_equal(WdfRequestGetRequestorProcessId(io_seen.last), 0);
	WdfObjectDereference(io_seen.last);
}

static void test_rule_63__process_id_of_a_completed_request__zero(void **state)
{
	(void)state;
	io_on_owner(&f, ask_too_late, NULL);
	assert_true(io_broke());
}

static void test_process_id__above_dispatch__zero(void **state)
{
	KIRQL before = fx_irql_raise(FX_DIRQL);

	(void)state;
	assert_int_equal(WdfRequestGetRequestorProcessId(io_seen.last), 0);
	fx_irql_restore(before);
	assert_true(io_broke());
}

static void test_word_size__never_32_bits(void **state)
{
	(void)state;
	assert_false(WdfRequestIsFrom32BitProcess(io_seen.last));
	assert_false(io_broke());
}

static void test_word_size__above_apc__reported(void **state)
{
	KIRQL before = fx_irql_raise(DISPATCH_LEVEL);

	(void)state;
	assert_false(WdfRequestIsFrom32BitProcess(io_seen.last));
	fx_irql_restore(before);
	assert_true(io_broke());
}

/* --- when what it came from is gone: what AddressSanitizer sees --- */

static void keep_past_completion(WDFREQUEST request)
{
	WdfObjectReference(request);
	WdfRequestComplete(request, STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(op.completions, 1);
	(void)io_broke();
}

static void test_mode__of_a_completed_request_whose_file_is_closed__trusts_nobody(void **state)
{
	WDFREQUEST request = io_seen.last;

	(void)state;
	assert_int_equal(WdfRequestGetRequestorMode(request), UserMode);
	keep_past_completion(request);
	fx_file_close(file);
	file = NULL;
	assert_int_equal(WdfRequestGetRequestorMode(request), UserMode);
	assert_true(io_broke());
	WdfObjectDereference(request);
}

static void test_queue__of_a_completed_request_whose_queue_is_deleted__none(void **state)
{
	WDFQUEUE manual = io_manual_queue(&f);
	WDFREQUEST request;

	(void)state;
	assert_int_equal(WdfRequestForwardToIoQueue(io_seen.last, manual), STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(WdfIoQueueRetrieveNextRequest(manual, &request), STATUS_SUCCESS);
	assert_ptr_equal(WdfRequestGetIoQueue(request), manual);
	keep_past_completion(request);
	assert_null(WdfRequestGetIoQueue(request));
	WdfObjectDelete(manual);
	io_settle(&f);
	assert_null(WdfRequestGetIoQueue(request));
	assert_int_equal(WdfRequestRequeue(request), STATUS_INVALID_DEVICE_REQUEST);
	WdfObjectDereference(request);
}

static unsigned int set_aside;

static NTSTATUS ask_of_reserved(WDFQUEUE queue, WDFREQUEST request)
{
	(void)queue;
	assert_true(WdfRequestIsReserved(request));
	assert_int_equal(WdfRequestGetRequestorMode(request), UserMode);
	assert_int_equal(WdfRequestGetRequestorProcessId(request), 0);
	assert_null(WdfRequestGetIoQueue(request));
	set_aside++;
	return STATUS_SUCCESS;
}

static void test_reserved__when_it_is_set_aside__from_nobody(void **state)
{
	WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY policy;

	(void)state;
	WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_DEFAULT_INIT(&policy, 2);
	policy.EvtIoAllocateResourcesForReservedRequest = ask_of_reserved;
	set_aside = 0;
	assert_int_equal(WdfIoQueueAssignForwardProgressPolicy(io_manual_queue(&f), &policy),
			 STATUS_SUCCESS);
	assert_int_equal(set_aside, 2);
	assert_false(io_broke());
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_process_id__of_the_opener),
		TEST(test_rule_63__process_id_of_a_completed_request__zero),
		TEST(test_process_id__above_dispatch__zero),
		TEST(test_word_size__never_32_bits),
		TEST(test_word_size__above_apc__reported),
		TEST(test_mode__of_a_completed_request_whose_file_is_closed__trusts_nobody),
		cmocka_unit_test_setup_teardown(
			test_queue__of_a_completed_request_whose_queue_is_deleted__none,
			setup_unwatched, teardown),
		TEST(test_reserved__when_it_is_set_aside__from_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
