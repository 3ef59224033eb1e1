/* SPDX-License-Identifier: MIT */
/* What a driver does wrong with IRPs is said, and does no harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/fault.h"
#include "irp_fixture.h"
#include "object/driver.h"

static struct io_op op;

static int setup(void **state)
{
	static const UCHAR majors[] = { IRP_MJ_READ, IRP_MJ_DEVICE_CONTROL };

	(void)state;
	irp_setup(WdfDeviceIoBuffered, majors, 2);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	irp_teardown();
	return 0;
}

static void read_once(NTSTATUS (*does)(PIRP irp))
{
	irp_does = does;
	io_op_read(&op, 5);
	io_submit(&irp_f, &op);
}

static void check_ended(NTSTATUS status)
{
	assert_int_equal(op.completions, 1);
	assert_int_equal(op.status, status);
}

static NTSTATUS complete_twice(PIRP irp)
{
	(void)irp_end_with(irp, STATUS_SUCCESS, 0);
	IoCompleteRequest(irp, IO_NO_INCREMENT);
	return STATUS_SUCCESS;
}

static void test_completed_twice__said_and_harmless(void **state)
{
	uint32_t before = fx_verifier_breaks_of(irp_f.driver, FX_RULE_REQUEST_COMPLETED_TWICE);

	(void)state;
	read_once(complete_twice);
	assert_true(io_broke());
	assert_int_equal(fx_verifier_breaks_of(irp_f.driver, FX_RULE_REQUEST_COMPLETED_TWICE),
			 before + 1);
	check_ended(STATUS_SUCCESS);
}

static NTSTATUS complete_and_pass_on(PIRP irp)
{
	(void)irp_end_with(irp, STATUS_SUCCESS, 0);
	assert_int_equal(WdfDeviceWdmDispatchPreprocessedIrp(irp_device, irp),
			 STATUS_INVALID_DEVICE_REQUEST);
	return STATUS_SUCCESS;
}

static void test_passed_on_after_completion__refused(void **state)
{
	(void)state;
	read_once(complete_and_pass_on);
	assert_true(io_broke());
	check_ended(STATUS_SUCCESS);
}

static NTSTATUS pass_on_and_complete(PIRP irp)
{
	NTSTATUS status = irp_pass_on(irp);

	IoCompleteRequest(irp, IO_NO_INCREMENT);
	return status;
}

static void test_completed_after_it_was_passed_on__said_and_ignored(void **state)
{
	(void)state;
	read_once(pass_on_and_complete);
	assert_true(io_broke());
	assert_int_equal(op.completions, 0);
	WdfRequestComplete(io_seen.last, STATUS_SUCCESS);
	io_settle(&irp_f);
	check_ended(STATUS_SUCCESS);
}

#if !defined(__SANITIZE_ADDRESS__) /* which does not let it happen */
static NTSTATUS complete_and_write(PIRP irp)
{
	(void)irp_end_with(irp, STATUS_SUCCESS, 0);
	irp->IoStatus.Information = 3;
	return STATUS_SUCCESS;
}

static void test_written_to_after_completion__said_when_it_is_used_again(void **state)
{
	(void)state;
	read_once(complete_and_write);
	assert_false(io_broke());
	for (int i = 0; i < 65; i++)
		read_once(irp_pass_on), WdfRequestComplete(io_seen.last, STATUS_SUCCESS),
			io_settle(&irp_f);
	assert_true(io_broke());
}
#endif

static NTSTATUS forget(PIRP irp)
{
	(void)irp;
	return STATUS_SUCCESS;
}

static void test_neither_completed_nor_passed_on__said(void **state)
{
	(void)state;
	read_once(forget);
	assert_true(io_broke());
	assert_int_equal(op.completions, 0);
	(void)irp_end_with(irp_last, STATUS_SUCCESS, 0);
	io_settle(&irp_f);
	check_ended(STATUS_SUCCESS);
}

static NTSTATUS pending_unmarked(PIRP irp)
{
	(void)irp;
	return STATUS_PENDING;
}

static void test_pending_but_not_marked__said(void **state)
{
	(void)state;
	read_once(pending_unmarked);
	assert_true(io_broke());
	(void)irp_end_with(irp_last, STATUS_SUCCESS, 0);
	io_settle(&irp_f);
	check_ended(STATUS_SUCCESS);
}

static NTSTATUS marked_but_done(PIRP irp)
{
	IoMarkIrpPending(irp);
	return irp_end_with(irp, STATUS_SUCCESS, 0);
}

static void test_marked_but_not_returned_pending__said(void **state)
{
	(void)state;
	read_once(marked_but_done);
	assert_true(io_broke());
	check_ended(STATUS_SUCCESS);
}

static NTSTATUS pass_on_without_location(PIRP irp)
{
	return WdfDeviceWdmDispatchPreprocessedIrp(irp_device, irp);
}

static void test_passed_on_without_a_location__said_and_passed_on(void **state)
{
	(void)state;
	read_once(pass_on_without_location);
	assert_true(io_broke());
	assert_int_equal(io_seen.kept_count, 1);
	WdfRequestComplete(io_seen.last, STATUS_SUCCESS);
	io_settle(&irp_f);
	check_ended(STATUS_SUCCESS);
}

static NTSTATUS end_pending(PIRP irp)
{
	(void)irp_end_with(irp, STATUS_PENDING, 0);
	return STATUS_SUCCESS;
}

static void test_completed_with_pending__said_and_changed(void **state)
{
	(void)state;
	read_once(end_pending);
	assert_true(io_broke());
	check_ended(STATUS_INVALID_DEVICE_REQUEST);
}

static NTSTATUS too_much(PIRP irp)
{
	return irp_end_with(irp, STATUS_SUCCESS, 6);
}

static void test_more_information_than_room__said_and_clamped(void **state)
{
	(void)state;
	read_once(too_much);
	assert_true(io_broke());
	check_ended(STATUS_SUCCESS);
	assert_int_equal(op.information, 5);
}

static VOID never_called(PDEVICE_OBJECT object, PIRP irp)
{
	(void)object;
	(void)irp;
	fail();
}

static NTSTATUS complete_cancelable(PIRP irp)
{
	(void)IoSetCancelRoutine(irp, never_called);
	return irp_end_with(irp, STATUS_SUCCESS, 0);
}

static void test_completed_with_a_cancel_routine__said(void **state)
{
	uint32_t before = fx_verifier_breaks_of(irp_f.driver, FX_RULE_COMPLETED_CANCELABLE);

	(void)state;
	read_once(complete_cancelable);
	assert_int_equal(fx_verifier_breaks_of(irp_f.driver, FX_RULE_COMPLETED_CANCELABLE),
			 before + 1);
	check_ended(STATUS_SUCCESS);
}

static NTSTATUS pass_on_cancelable(PIRP irp)
{
	(void)IoSetCancelRoutine(irp, never_called);
	return irp_pass_on(irp);
}

static void test_passed_on_with_a_cancel_routine__said(void **state)
{
	(void)state;
	read_once(pass_on_cancelable);
	assert_true(io_broke());
	io_cancel(&irp_f, &op);
	WdfRequestComplete(io_seen.last, STATUS_CANCELLED);
	io_settle(&irp_f);
	check_ended(STATUS_CANCELLED);
}

static void complete_foreign(void *irp)
{
	IoCompleteRequest((PIRP)irp, IO_NO_INCREMENT);
}

static void test_completed_though_no_irp__stops(void **state)
{
	static char zeros[4096];

	(void)state;
	assert_true(io_stops(complete_foreign, zeros, WDF_INVALID_HANDLE));
}

/* Each allocation fails in turn: the client is told, nothing is left. */
static void test_no_memory__client_is_told(void **state)
{
	NTSTATUS status;
	unsigned int k = 0;

	(void)state;
	irp_does = irp_pass_on;
	do {
		fault_arm(FAULT_ALLOC, ++k);
		io_op_control(&op, CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, METHOD_BUFFERED, 0), "a",
			      6);
		io_seen.kept_count = 0;
		io_submit(&irp_f, &op);
		(void)fault_disarm();
		if (io_seen.kept_count)
			WdfRequestComplete(io_seen.last, STATUS_SUCCESS);
		io_settle(&irp_f);
		assert_int_equal(op.completions, 1);
		status = op.status;
		assert_true(status == STATUS_SUCCESS || status == STATUS_INSUFFICIENT_RESOURCES);
	} while (status != STATUS_SUCCESS);
	assert_true(k > 2);
	assert_false(io_broke());
}

#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_completed_twice__said_and_harmless),
		T(test_passed_on_after_completion__refused),
		T(test_completed_after_it_was_passed_on__said_and_ignored),
#if !defined(__SANITIZE_ADDRESS__)
		T(test_written_to_after_completion__said_when_it_is_used_again),
#endif
		T(test_neither_completed_nor_passed_on__said),
		T(test_pending_but_not_marked__said),
		T(test_marked_but_not_returned_pending__said),
		T(test_passed_on_without_a_location__said_and_passed_on),
		T(test_completed_with_pending__said_and_changed),
		T(test_more_information_than_room__said_and_clamped),
		T(test_completed_with_a_cancel_routine__said),
		T(test_passed_on_with_a_cancel_routine__said),
		T(test_completed_though_no_irp__stops),
		T(test_no_memory__client_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
