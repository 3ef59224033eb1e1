/* SPDX-License-Identifier: MIT */
/* What a driver sends to the device below: how it goes, and how the driver hears of its end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/fault.h"
#include "target_fixture.h"

static void setup(struct target_fixture *t)
{
	target_setup(t, false);
}

static void test_send__of_a_made_request__completes_once_with_the_lower_drivers_status(void **state)
{
	struct target_sent sent = { 0 };
	struct target_fixture t;
	WDFREQUEST request;

	(void)state;
	setup(&t);
	request = target_request(&t);
	target_format(&t, request, &sent);
	assert_true(target_send(&t, request, 0, 0));
	target_settle(&t);
	assert_int_equal(target_below.came, 1);
	assert_int_equal(sent.ends, 0);
	target_complete(&t, 0, STATUS_IO_DEVICE_ERROR, 0);
	assert_int_equal(sent.ends, 1);
	assert_int_equal(sent.status, STATUS_IO_DEVICE_ERROR);
	assert_ptr_equal(sent.request, request);
	assert_true(sent.on_owner);
	assert_int_equal(WdfRequestGetStatus(request), STATUS_IO_DEVICE_ERROR);
	assert_null(target_below.file); /* a driver's own request comes without a file */
	WdfObjectDelete(request);
	assert_false(io_broke());
	target_teardown(&t);
}

static void send_on(WDFREQUEST request, struct target_fixture *t, struct target_sent *sent)
{
	sent->t = t;
	WdfRequestFormatRequestUsingCurrentType(request);
	WdfRequestSetCompletionRoutine(request, target_count_end, sent);
	assert_true(WdfRequestSend(request, t->target, NULL));
	target_settle(t);
}

static void complete_it(struct target_sent *sent)
{
	WdfRequestCompleteWithInformation(sent->request, sent->status, sent->information);
}

static void test_send__of_a_clients_request_as_it_came__carries_its_buffers_both_ways(void **state)
{
	struct target_sent sent = { .then = complete_it };
	struct target_fixture t;
	struct io_op op;

	(void)state;
	setup(&t);
	memcpy(target_below.text, "from below", 11);
	io_op_control(&op, TARGET_CODE, "from above", 64);
	io_submit(&t.f, &op);
	send_on(io_seen.last, &t, &sent);
	assert_int_equal(target_below.came, 1);
	assert_string_equal(target_below.got, "from above");
	assert_int_equal(target_below.params.Type, WdfRequestTypeDeviceControl);
	assert_int_equal(op.completions, 0);
	target_complete(&t, 0, STATUS_SUCCESS, 11);
	assert_int_equal(op.completions, 1);
	assert_int_equal(op.information, 11);
	assert_string_equal(op.out, "from below");
	assert_int_equal(sent.params.Type, WdfRequestTypeNoFormat);
	assert_false(io_broke());
	target_teardown(&t);
}

static void test_send_and_forget__completes_the_clients_request_as_the_lower_one(void **state)
{
	struct target_fixture t;
	struct io_op op;

	(void)state;
	setup(&t);
	memcpy(target_below.text, "forgotten", 10);
	io_op_control(&op, TARGET_CODE, "in", 64);
	io_submit(&t.f, &op);
	assert_true(target_send(&t, io_seen.last, WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET, 0));
	target_settle(&t);
	assert_int_equal(target_below.came, 1);
	target_complete(&t, 0, STATUS_SUCCESS, 10);
	assert_int_equal(op.completions, 1);
	assert_int_equal(op.status, STATUS_SUCCESS);
	assert_string_equal(op.out, "forgotten");
	assert_false(io_broke());
	target_teardown(&t);
}

static void
test_client_cancel__of_a_request_that_was_sent_on__reaches_the_lower_driver(void **state)
{
	struct target_sent sent = { .then = complete_it };
	struct target_fixture t;
	struct io_op op;

	(void)state;
	setup(&t);
	target_below.marks = true;
	io_op_control(&op, TARGET_CODE, "in", 4);
	io_submit(&t.f, &op);
	send_on(io_seen.last, &t, &sent);
	io_cancel(&t.f, &op);
	target_settle(&t);
	assert_int_equal(target_below.cancelled, 1);
	assert_int_equal(sent.ends, 1);
	assert_int_equal(op.status, STATUS_CANCELLED);
	target_teardown(&t);
}

static void test_cancel_sent_request__ends_it_once_and_says_whether_it_was_out(void **state)
{
	struct target_sent sent = { 0 };
	struct target_fixture t;
	WDFREQUEST request;

	(void)state;
	setup(&t);
	target_below.marks = true;
	request = target_request(&t);
	assert_false(WdfRequestCancelSentRequest(request));
	target_format(&t, request, &sent);
	assert_false(WdfRequestCancelSentRequest(request));
	assert_true(target_send(&t, request, 0, 0));
	target_settle(&t);
	assert_true(WdfRequestCancelSentRequest(request));
	target_settle(&t);
	assert_int_equal(sent.ends, 1);
	assert_int_equal(sent.status, STATUS_CANCELLED);
	assert_false(WdfRequestCancelSentRequest(request));
	WdfObjectDelete(request);
	target_teardown(&t);
}

static void test_timeout__cancels_and_says_io_timeout(void **state)
{
	struct target_sent sent = { 0 };
	struct target_fixture t;
	WDFREQUEST request;

	(void)state;
	setup(&t);
	target_below.marks = true;
	request = target_request(&t);
	target_format(&t, request, &sent);
	assert_true(target_send(&t, request, 0, WDF_REL_TIMEOUT_IN_MS(5)));
	while (!__atomic_load_n(&sent.ends, __ATOMIC_ACQUIRE))
		exec_sleep_ms(1);
	assert_int_equal(sent.status, STATUS_IO_TIMEOUT);
	target_settle(&t);
	assert_int_equal(sent.ends, 1);
	WdfObjectDelete(request);
	target_teardown(&t);
}

static void test_timeout__counts_while_the_target_is_stopped(void **state)
{
	struct target_sent sent = { 0 };
	struct target_fixture t;
	WDFREQUEST request;

	(void)state;
	setup(&t);
	request = target_request(&t);
	WdfIoTargetStop(t.target, WdfIoTargetLeaveSentIoPending);
	target_format(&t, request, &sent);
	assert_true(target_send(&t, request, 0, WDF_REL_TIMEOUT_IN_MS(5)));
	while (!__atomic_load_n(&sent.ends, __ATOMIC_ACQUIRE))
		exec_sleep_ms(1);
	assert_int_equal(sent.status, STATUS_IO_TIMEOUT);
	assert_int_equal(target_below.came, 0);
	assert_int_equal(WdfIoTargetStart(t.target), STATUS_SUCCESS);
	target_settle(&t);
	assert_int_equal(target_below.came, 0);
	WdfObjectDelete(request);
	target_teardown(&t);
}

static void send_again(struct target_sent *sent)
{
	WDF_REQUEST_REUSE_PARAMS reuse;

	WDF_REQUEST_REUSE_PARAMS_INIT(&reuse, WDF_REQUEST_REUSE_NO_FLAGS, STATUS_NOT_SUPPORTED);
	assert_int_equal(WdfRequestReuse(sent->request, &reuse), STATUS_SUCCESS);
	assert_int_equal(WdfRequestGetStatus(sent->request), STATUS_NOT_SUPPORTED);
	if (sent->ends >= 99)
		return;
	target_format(sent->t, sent->request, sent);
	assert_true(WdfRequestSend(sent->request, sent->t->target, NULL));
}

static void test_reuse__inside_the_completion_routine__sends_again_without_memory(void **state)
{
	struct target_sent sent = { .then = send_again };
	struct target_fixture t;
	WDFREQUEST request;

	(void)state;
	target_setup_verify(&t, false, "VerifierOn=0"); /* which has a record of each request */
	target_below.completes = true;
	request = target_request(&t);
	target_format(&t, request, &sent);
	fault_arm(FAULT_ALLOC, 0); /* counts */
	assert_true(target_send(&t, request, 0, 0));
	while (__atomic_load_n(&sent.ends, __ATOMIC_ACQUIRE) < 100)
		exec_sleep_ms(1);
	assert_int_equal(target_below.came, 100);
	assert_int_equal(fault_disarm(), 0);
	WdfObjectDelete(request);
	assert_false(io_broke());
	target_teardown(&t);
}

static void test_send__with_nothing_below__completes_with_invalid_device_request(void **state)
{
	struct target_sent sent = { 0 };
	struct target_fixture t;
	WDFREQUEST request;

	(void)state;
	setup(&t);
	t.f.device->below = NULL;
	request = target_request(&t);
	target_format(&t, request, &sent);
	assert_true(target_send(&t, request, 0, 0));
	target_settle(&t);
	assert_int_equal(sent.ends, 1);
	assert_int_equal(sent.status, STATUS_INVALID_DEVICE_REQUEST);
	WdfObjectDelete(request);
	target_teardown(&t);
}

static void test_send__to_a_device_that_is_gone__completes_with_device_removed(void **state)
{
	struct target_sent sent = { 0 };
	struct target_fixture t;
	WDFREQUEST request;

	(void)state;
	setup(&t);
	fx_io_purge(t.lower->io, false);
	request = target_request(&t);
	target_format(&t, request, &sent);
	assert_true(target_send(&t, request, 0, 0));
	target_settle(&t);
	assert_int_equal(sent.ends, 1);
	assert_int_equal(sent.status, STATUS_DEVICE_REMOVED);
	WdfObjectDelete(request);
	target_teardown(&t);
}

static void test_removal__cancels_what_the_driver_sent_and_waits_for_its_routine(void **state)
{
	struct target_sent sent = { 0 };
	struct target_fixture t;
	WDFREQUEST request;

	(void)state;
	setup(&t);
	target_below.marks = true;
	request = target_request(&t);
	target_format(&t, request, &sent);
	assert_true(target_send(&t, request, 0, 0));
	fx_io_purge(t.f.io, false);
	assert_int_equal(sent.ends, 1);
	assert_int_equal(WdfIoTargetGetState(t.target), WdfIoTargetDeleted);
	target_format(&t, request, &sent);
	assert_false(target_send(&t, request, 0, 0));
	assert_int_equal(WdfRequestGetStatus(request), STATUS_INVALID_DEVICE_STATE);
	WdfObjectDelete(request);
	target_teardown(&t);
}

static void test_request_create__without_a_target_or_with_wrong_attributes(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	struct target_fixture t;
	WDFREQUEST request = NULL;

	(void)state;
	setup(&t);
	assert_int_equal(WdfRequestCreate(NULL, NULL, &request), STATUS_SUCCESS);
	assert_non_null(request);
	assert_int_equal(WdfRequestGetStatus(request), STATUS_SUCCESS);
	WdfObjectDelete(request);
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.Size--;
	assert_int_equal(WdfRequestCreate(&attrs, t.target, &request), STATUS_INFO_LENGTH_MISMATCH);
	assert_null(request);
	target_teardown(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_send__of_a_made_request__completes_once_with_the_lower_drivers_status),
		cmocka_unit_test(
			test_send__of_a_clients_request_as_it_came__carries_its_buffers_both_ways),
		cmocka_unit_test(
			test_send_and_forget__completes_the_clients_request_as_the_lower_one),
		cmocka_unit_test(
			test_client_cancel__of_a_request_that_was_sent_on__reaches_the_lower_driver),
		cmocka_unit_test(
			test_cancel_sent_request__ends_it_once_and_says_whether_it_was_out),
		cmocka_unit_test(test_timeout__cancels_and_says_io_timeout),
		cmocka_unit_test(test_timeout__counts_while_the_target_is_stopped),
		cmocka_unit_test(
			test_reuse__inside_the_completion_routine__sends_again_without_memory),
		cmocka_unit_test(
			test_send__with_nothing_below__completes_with_invalid_device_request),
		cmocka_unit_test(
			test_send__to_a_device_that_is_gone__completes_with_device_removed),
		cmocka_unit_test(
			test_removal__cancels_what_the_driver_sent_and_waits_for_its_routine),
		cmocka_unit_test(test_request_create__without_a_target_or_with_wrong_attributes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
