/* SPDX-License-Identifier: MIT */
/*
 * Marking and unmarking on the owner's thread with no verifier, where it is plain stores: whoever
 * comes too late, or twice, is told as anywhere else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "io_fixture.h"

static struct io_fixture f;
static struct io_op op;
static WDFREQUEST request;
static NTSTATUS answer;

static int setup(void **state)
{
	(void)state;
	io_fixture_setup_verify(&f, NULL, "VerifierOn=0");
	(void)io_default_queue(&f);
	io_fixture_start(&f);
	io_op_write(&op, "x");
	io_submit(&f, &op);
	request = io_seen.last;
	answer = 1;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	assert_int_equal(op.completions, 1);
	io_fixture_teardown(&f);
	return 0;
}

static void complete(NTSTATUS status)
{
	WdfRequestComplete(request, status);
	io_settle(&f);
	assert_int_equal(op.status, status);
}

static void unmark_in_cancel(WDFREQUEST cancelled)
{
	io_count_cancel(cancelled);
	answer = WdfRequestUnmarkCancelable(cancelled);
}

static void mark(void *cancel)
{
	assert_int_equal(WdfRequestMarkCancelableEx(request, *(PFN_WDF_REQUEST_CANCEL *)cancel),
			 STATUS_SUCCESS);
}

static void mark_with(PFN_WDF_REQUEST_CANCEL cancel)
{
	io_on_owner(&f, mark, &cancel);
}

static void unmark(void *arg)
{
	(void)arg;
	answer = WdfRequestUnmarkCancelable(request);
}

static void mark_again(void *arg)
{
	(void)arg;
	answer = WdfRequestMarkCancelableEx(request, io_count_cancel);
}

static void test_unmark__claimed_by_a_canceller__too_late(void **state)
{
	(void)state;
	mark_with(unmark_in_cancel);
	io_cancel(&f, &op);
	assert_int_equal(io_seen.cancels, 1);
	assert_int_equal(answer, STATUS_CANCELLED);
	io_on_owner(&f, unmark, NULL);
	assert_int_equal(answer, STATUS_CANCELLED);
	complete(STATUS_CANCELLED);
	assert_int_equal(io_seen.cancels, 1);
}

static void test_mark__cancelled_before__too_late(void **state)
{
	(void)state;
	io_cancel(&f, &op);
	io_on_owner(&f, mark_again, NULL);
	assert_int_equal(answer, STATUS_CANCELLED);
	complete(STATUS_CANCELLED);
	assert_int_equal(io_seen.cancels, 0);
}

static void test_mark__after_unmark__cancelled_once(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		mark_with(io_cancel_completes);
		io_on_owner(&f, unmark, NULL);
		assert_int_equal(answer, STATUS_SUCCESS);
	}
	mark_with(io_cancel_completes);
	io_cancel(&f, &op);
	assert_int_equal(op.status, STATUS_CANCELLED);
}

static void test_mark__unmarked_again__cancel_waits_for_the_driver(void **state)
{
	(void)state;
	mark_with(io_count_cancel);
	io_on_owner(&f, unmark, NULL);
	io_cancel(&f, &op);
	assert_int_equal(io_seen.cancels, 0);
	assert_int_equal(op.completions, 0);
	complete(STATUS_SUCCESS);
}

static void test_mark__twice__refused(void **state)
{
	(void)state;
	mark_with(io_count_cancel);
	io_on_owner(&f, mark_again, NULL);
	assert_int_equal(answer, STATUS_INVALID_DEVICE_REQUEST);
	io_on_owner(&f, unmark, NULL);
	assert_int_equal(answer, STATUS_SUCCESS);
	io_on_owner(&f, unmark, NULL);
	assert_int_equal(answer, STATUS_INVALID_DEVICE_REQUEST);
	complete(STATUS_SUCCESS);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_unmark__claimed_by_a_canceller__too_late),
		TEST(test_mark__cancelled_before__too_late),
		TEST(test_mark__after_unmark__cancelled_once),
		TEST(test_mark__unmarked_again__cancel_waits_for_the_driver),
		TEST(test_mark__twice__refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
