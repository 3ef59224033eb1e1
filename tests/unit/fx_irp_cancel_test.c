/* SPDX-License-Identifier: MIT */
/*
 * A client cancels what the upper driver saw as an IRP first: it reaches what the driver sent for
 * it, whoever waits for that and whichever comes first.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/exec.h"
#include "target_fixture.h"

static struct target_fixture t;
static struct io_op op;
static struct target_sent sent;
static WDFREQUEST made;
static PIRP irp_last;
static NTSTATUS (*does)(PIRP irp);

static NTSTATUS evt(WDFDEVICE device, PIRP irp)
{
	(void)device;
	irp_last = irp;
	return does(irp);
}

static NTSTATUS passes_on(PIRP irp)
{
	IoSkipCurrentIrpStackLocation(irp);
	return WdfDeviceWdmDispatchPreprocessedIrp(io_fixture_device(&t.f), irp);
}

static NTSTATUS keeps(PIRP irp)
{
	IoMarkIrpPending(irp);
	return STATUS_PENDING;
}

static void end_irp(NTSTATUS status)
{
	irp_last->IoStatus.Status = status;
	irp_last->IoStatus.Information = 0;
	IoCompleteRequest(irp_last, IO_NO_INCREMENT);
}

/* A cancel that is lost ends here, with another status. */
static NTSTATUS send_and_wait(WDFREQUEST request)
{
	WdfRequestFormatRequestUsingCurrentType(request);
	(void)target_send(&t, request, WDF_REQUEST_SEND_OPTION_SYNCHRONOUS,
			  WDF_REL_TIMEOUT_IN_SEC(2));
	return WdfRequestGetStatus(request);
}

static void send_at_queue(WDFQUEUE queue, WDFREQUEST request, size_t out_len, size_t in_len,
			  ULONG code)
{
	(void)queue;
	(void)out_len;
	(void)in_len;
	(void)code;
	WdfRequestComplete(request, send_and_wait(request));
}

static void make(PIRP irp)
{
	assert_int_equal(WdfRequestCreateFromIrp(NULL, irp, FALSE, &made), STATUS_SUCCESS);
}

static NTSTATUS sends_and_waits(PIRP irp)
{
	NTSTATUS status;

	make(irp);
	status = send_and_wait(made);
	WdfObjectDelete(made);
	end_irp(status);
	return status;
}

/* What it waits for is somebody else's; meanwhile the client may cancel. */
static NTSTATUS waits_then_sends(PIRP irp)
{
	target_below.marks = false;
	assert_int_equal(WdfIoTargetSendIoctlSynchronously(t.target, NULL, TARGET_CODE, NULL, NULL,
							   NULL, NULL),
			 STATUS_SUCCESS);
	target_below.marks = true;
	return sends_and_waits(irp);
}

/* --- the cleanup of a file --- */

static PIRP cleanup; /* kept; NULL: it is passed on */
static bool keeps_cleanup;

static NTSTATUS evt_cleanup(WDFDEVICE device, PIRP irp)
{
	(void)device;
	if (!keeps_cleanup)
		return passes_on(irp);
	cleanup = irp;
	return keeps(irp);
}

static int setup(void **state)
{
	struct fx_io_config config = { .io_type = WdfDeviceIoBuffered };
	WDF_IO_QUEUE_CONFIG parallel;

	(void)state;
	config.preprocess[IRP_MJ_DEVICE_CONTROL].evt = evt;
	config.preprocess[IRP_MJ_CLEANUP].evt = evt_cleanup;
	keeps_cleanup = false;
	target_setup_config(&t, false, &config, "");
	WDF_IO_QUEUE_CONFIG_INIT(&parallel, WdfIoQueueDispatchParallel);
	parallel.EvtIoDeviceControl = send_at_queue;
	assert_int_equal(WdfDeviceConfigureRequestDispatching(io_fixture_device(&t.f),
							      io_queue(&t.f, &parallel),
							      WdfRequestTypeDeviceControl),
			 STATUS_SUCCESS);
	target_below.marks = true;
	sent = (struct target_sent){ .t = &t };
	memset(&op, 0, sizeof(op));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	target_settle(&t);
	target_teardown(&t);
	return 0;
}

static void ask(unsigned int came)
{
	io_op_control(&op, TARGET_CODE, "ask", sizeof(op.out));
	io_submit(&t.f, &op);
	target_settle(&t);
	assert_int_equal(target_below.came, came);
}

static void expect_end(NTSTATUS status)
{
	target_settle(&t);
	assert_int_equal(op.completions, 1);
	assert_int_equal(op.status, status);
	assert_false(io_broke());
}

/* --- while a callback waits --- */

static void test_passed_on__its_callback_waits_for_what_it_sent__cancel_comes(void **state)
{
	(void)state;
	does = passes_on;
	ask(1);
	io_cancel(&t.f, &op);
	expect_end(STATUS_CANCELLED);
	assert_int_equal(target_below.cancelled, 1);
}

static void test_made_from_irp__the_preprocess_callback_waits__cancel_comes(void **state)
{
	(void)state;
	does = sends_and_waits;
	ask(1);
	io_cancel(&t.f, &op);
	expect_end(STATUS_CANCELLED);
	assert_int_equal(target_below.cancelled, 1);
}

static void test_cancelled_while_it_waits_for_another__what_it_sends_then_is(void **state)
{
	(void)state;
	does = waits_then_sends;
	ask(1);
	io_cancel(&t.f, &op);
	target_complete(&t, 0, STATUS_SUCCESS, 0);
	expect_end(STATUS_CANCELLED);
	assert_int_equal(target_below.cancelled, 1);
}

/* --- before it is sent --- */

static void send_made(void *arg)
{
	(void)arg;
	make(irp_last);
	WdfRequestFormatRequestUsingCurrentType(made);
	WdfRequestSetCompletionRoutine(made, target_count_end, &sent);
	assert_true(WdfRequestSend(made, t.target, NULL));
}

static void end_as_sent(void *arg)
{
	(void)arg;
	WdfObjectDelete(made);
	end_irp(sent.status);
}

static void cancel_before_it_is_sent(void)
{
	does = keeps;
	ask(0);
	io_cancel(&t.f, &op);
	assert_int_equal(op.completions, 0);
	assert_true(irp_last->Cancel);
	io_on_owner(&t.f, send_made, NULL);
	target_settle(&t);
}

static void test_kept_irp__cancelled_before_its_request_is_sent__the_request_is(void **state)
{
	(void)state;
	cancel_before_it_is_sent();
	assert_int_equal(sent.ends, 1);
	assert_int_equal(sent.status, STATUS_CANCELLED);
	io_on_owner(&t.f, end_as_sent, NULL);
	expect_end(STATUS_CANCELLED);
}

static void test_kept_irp__cancelled_and_sent_to_a_stopped_target__the_request_is(void **state)
{
	(void)state;
	WdfIoTargetStop(t.target, WdfIoTargetLeaveSentIoPending);
	cancel_before_it_is_sent();
	assert_int_equal(sent.ends, 1);
	assert_int_equal(sent.status, STATUS_CANCELLED);
	assert_int_equal(target_below.came, 0);
	io_on_owner(&t.f, end_as_sent, NULL);
	expect_end(STATUS_CANCELLED);
}

/* The callback of one file's request sends another's, and waits: for its cancel, in vain or not. */
static NTSTATUS sends_the_kept(PIRP irp)
{
	(void)irp;
	WdfRequestComplete(io_seen.last, send_and_wait(io_seen.last));
	end_irp(STATUS_SUCCESS);
	return STATUS_SUCCESS;
}

static void nothing(void *arg)
{
	(void)arg;
}

/* It is passed on by another thread, while a callback waits for one of the file's requests. */
static void test_cleanup_passed_on__a_callback_waits_for_a_request__it_is_cancelled(void **state)
{
	struct fx_file *other, *closed = t.f.file;
	struct io_op waiting;

	(void)state;
	memset(&waiting, 0, sizeof(waiting));
	assert_int_equal(fx_file_open((struct fx_device *)(void *)t.f.device, &other),
			 STATUS_SUCCESS);
	io_op_read(&waiting, 8);
	io_submit(&t.f, &waiting);
	keeps_cleanup = true;
	t.f.file = other;
	fx_file_close_start(closed, nothing, NULL);
	io_settle(&t.f);
	does = sends_the_kept;
	io_op_control(&op, TARGET_CODE, "in", 8);
	fx_io_submit(other, &op.packet);
	while (!__atomic_load_n(&target_below.came, __ATOMIC_ACQUIRE))
		exec_sleep_ms(1);
	keeps_cleanup = false;
	(void)passes_on(cleanup);
	target_settle(&t);
	assert_int_equal(waiting.completions, 1);
	assert_int_equal(waiting.status, STATUS_CANCELLED);
	assert_int_equal(op.completions, 1);
	assert_false(io_broke());
}

#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_passed_on__its_callback_waits_for_what_it_sent__cancel_comes),
		T(test_made_from_irp__the_preprocess_callback_waits__cancel_comes),
		T(test_cancelled_while_it_waits_for_another__what_it_sends_then_is),
		T(test_kept_irp__cancelled_before_its_request_is_sent__the_request_is),
		T(test_kept_irp__cancelled_and_sent_to_a_stopped_target__the_request_is),
		T(test_cleanup_passed_on__a_callback_waits_for_a_request__it_is_cancelled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
