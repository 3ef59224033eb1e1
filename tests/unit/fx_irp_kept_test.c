/* SPDX-License-Identifier: MIT */
/*
 * EvtDeviceWdmIrpPreprocess: a driver keeps IRPs and has them cancelled; what it sees of a client's
 * memory; opens as IRPs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "irp_fixture.h"

#define CODE(n, method) CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800 + (n), method, FILE_ANY_ACCESS)

static struct io_op op;

static int setup(void **state)
{
	(void)state;
	irp_setup(WdfDeviceIoBuffered, irp_majors + 1, 4);
	return 0;
}
static int setup_direct(void **state)
{
	(void)state;
	irp_setup(WdfDeviceIoDirect, irp_majors + 1, 4);
	return 0;
}
static int setup_neither(void **state)
{
	(void)state;
	irp_setup(WdfDeviceIoNeither, irp_majors + 1, 4);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	irp_teardown();
	return 0;
}

static NTSTATUS refuse(PIRP irp)
{
	return irp_end_with(irp, STATUS_NOT_SUPPORTED, 0);
}

/* --- kept --- */

static void pass_on_from_another_thread(void *arg)
{
	(void)irp_pass_on(arg);
}

static void test_kept__passed_on_by_another_thread__reaches_the_queue(void **state)
{
	(void)state;
	irp_does = irp_keep;
	io_op_read(&op, 5);
	io_submit(&irp_f, &op);
	assert_int_equal(io_seen.kept_count, 0);
	irp_run_elsewhere(pass_on_from_another_thread, irp_last);
	assert_int_equal(io_seen.kept_count, 1);
	WdfRequestComplete(io_seen.last, STATUS_SUCCESS);
	io_settle(&irp_f);
	irp_check_ended(&op, STATUS_SUCCESS, 0);
}

static unsigned int cancel_calls;

static VOID cancel_routine(PDEVICE_OBJECT object, PIRP irp)
{
	KIRQL level = irp->CancelIrql;

	cancel_calls++;
	assert_ptr_equal(object, WdfDeviceWdmGetDeviceObject(irp_device));
	assert_true(irp->Cancel);
	assert_null(irp->CancelRoutine);
	assert_int_equal(KeGetCurrentIrql(), DISPATCH_LEVEL);
	IoReleaseCancelSpinLock(level);
	assert_int_equal(KeGetCurrentIrql(), level);
	irp_end_with(irp, STATUS_CANCELLED, 0);
}

static NTSTATUS keep_cancelable(PIRP irp)
{
	cancel_calls = 0;
	assert_null(IoSetCancelRoutine(irp, cancel_routine));
	return irp_keep(irp);
}

static void test_kept__client_cancels__cancel_routine_completes(void **state)
{
	(void)state;
	irp_does = keep_cancelable;
	io_op_read(&op, 5);
	io_submit(&irp_f, &op);
	io_cancel(&irp_f, &op);
	assert_int_equal(cancel_calls, 1);
	irp_check_ended(&op, STATUS_CANCELLED, 0);
}

static void test_kept__file_closes__cancel_routine_completes(void **state)
{
	struct fx_file *file = irp_f.file;

	(void)state;
	irp_does = keep_cancelable;
	io_op_read(&op, 5);
	io_submit(&irp_f, &op);
	irp_f.file = NULL;
	fx_file_close(file);
	assert_int_equal(cancel_calls, 1);
	irp_check_ended(&op, STATUS_CANCELLED, 0);
}

static PIRP first;

/* The cancel is due after this callback, and finds nothing. */
static NTSTATUS cancel_and_end_first(PIRP irp)
{
	fx_io_cancel(&op.packet);
	(void)irp_end_with(first, STATUS_SUCCESS, 0);
	return irp_end_with(irp, STATUS_SUCCESS, 0);
}

static void test_kept__cancelled_and_ended_in_one_callback__ends_once(void **state)
{
	static struct io_op other;

	(void)state;
	irp_does = irp_keep;
	io_op_read(&op, 5);
	io_submit(&irp_f, &op);
	first = irp_last;
	irp_does = cancel_and_end_first;
	io_op_read(&other, 5);
	io_submit(&irp_f, &other);
	irp_check_ended(&op, STATUS_SUCCESS, 0);
	irp_check_ended(&other, STATUS_SUCCESS, 0);
}

static void test_kept_without_routine__cancelled__passed_on__never_presented(void **state)
{
	(void)state;
	irp_does = irp_keep;
	io_op_read(&op, 5);
	io_submit(&irp_f, &op);
	io_cancel(&irp_f, &op);
	assert_int_equal(op.completions, 0);
	assert_true(irp_last->Cancel);
	irp_run_elsewhere(pass_on_from_another_thread, irp_last);
	assert_int_equal(io_seen.kept_count, 0);
	irp_check_ended(&op, STATUS_CANCELLED, 0);
}

static void test_passed_on__client_cancels__request_is_cancelled(void **state)
{
	(void)state;
	io_op_read(&op, 5);
	WdfIoQueueStop(irp_queue, NULL, NULL);
	io_submit(&irp_f, &op);
	io_cancel(&irp_f, &op);
	irp_check_ended(&op, STATUS_CANCELLED, 0);
}

/* --- what a client's memory looks like --- */

static NTSTATUS answer_through_mdl(PIRP irp)
{
	assert_null(irp->AssociatedIrp.SystemBuffer);
	assert_int_equal(MmGetMdlByteCount(irp->MdlAddress), 5);
	memcpy(MmGetSystemAddressForMdlSafe(irp->MdlAddress, NormalPagePriority), "hello", 5);
	return irp_end_with(irp, STATUS_SUCCESS, 5);
}

static void test_direct_read__client_memory_by_mdl(void **state)
{
	(void)state;
	irp_does = answer_through_mdl;
	io_op_read(&op, 5);
	io_submit(&irp_f, &op);
	irp_check_ended(&op, STATUS_SUCCESS, 5);
	assert_memory_equal(op.out, "hello", 5);
}

static NTSTATUS answer_out_direct(PIRP irp)
{
	assert_memory_equal(irp->AssociatedIrp.SystemBuffer, "ask", 3);
	memcpy(MmGetSystemAddressForMdlSafe(irp->MdlAddress, NormalPagePriority), "answer", 6);
	return irp_end_with(irp, STATUS_SUCCESS, 6);
}

static void test_out_direct_control__input_copied_output_by_mdl(void **state)
{
	(void)state;
	irp_does = answer_out_direct;
	io_op_control(&op, CODE(1, METHOD_OUT_DIRECT), "ask", 6);
	io_submit(&irp_f, &op);
	irp_check_ended(&op, STATUS_SUCCESS, 6);
	assert_memory_equal(op.out, "answer", 6);
}

static NTSTATUS answer_neither(PIRP irp)
{
	PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);

	assert_ptr_equal(stack->Parameters.DeviceIoControl.Type3InputBuffer, op.in);
	assert_ptr_equal(irp->UserBuffer, op.out);
	assert_null(irp->MdlAddress);
	return irp_end_with(irp, STATUS_SUCCESS, 0);
}

static void test_neither_control__client_memory_by_address(void **state)
{
	(void)state;
	irp_does = answer_neither;
	io_op_control(&op, CODE(1, METHOD_NEITHER), "ask", 6);
	io_submit(&irp_f, &op);
	irp_check_ended(&op, STATUS_SUCCESS, 0);
}

static void test_direct_write__passed_on__queue_sees_client_memory(void **state)
{
	size_t len;
	void *buffer;

	(void)state;
	io_op_write(&op, "text");
	io_submit(&irp_f, &op);
	assert_int_equal(WdfRequestRetrieveInputBuffer(io_seen.last, 4, &buffer, &len),
			 STATUS_SUCCESS);
	assert_ptr_equal(buffer, op.in);
	WdfRequestCompleteWithInformation(io_seen.last, STATUS_SUCCESS, 4);
	io_settle(&irp_f);
	irp_check_ended(&op, STATUS_SUCCESS, 4);
}

/* --- create --- */

static NTSTATUS agree(PIRP irp)
{
	assert_int_equal(IoGetCurrentIrpStackLocation(irp)->MajorFunction, IRP_MJ_CREATE);
	return irp_end_with(irp, STATUS_SUCCESS, 0);
}

static int setup_create(void **state)
{
	(void)state;
	irp_setup(WdfDeviceIoBuffered, irp_majors, 1);
	return 0;
}

static void test_create__refused__open_fails(void **state)
{
	struct fx_file *file = NULL;
	struct fx_device *device = (struct fx_device *)(void *)irp_f.device;

	(void)state;
	assert_int_equal(irp_calls, 1);
	irp_does = refuse;
	assert_int_equal(fx_file_open(device, &file), STATUS_NOT_SUPPORTED);
	irp_does = agree;
	assert_int_equal(fx_file_open(device, &file), STATUS_SUCCESS);
	fx_file_close(file);
	irp_does = irp_pass_on;
	assert_int_equal(fx_file_open(device, &file), STATUS_SUCCESS);
	fx_file_close(file);
	assert_int_equal(irp_calls, 4);
	assert_false(io_broke());
}

#define T(test)              cmocka_unit_test_setup_teardown(test, setup, teardown)
#define T_WITH(test, setup_) cmocka_unit_test_setup_teardown(test, setup_, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_kept__passed_on_by_another_thread__reaches_the_queue),
		T(test_kept__client_cancels__cancel_routine_completes),
		T(test_kept__file_closes__cancel_routine_completes),
		T(test_kept__cancelled_and_ended_in_one_callback__ends_once),
		T(test_kept_without_routine__cancelled__passed_on__never_presented),
		T(test_passed_on__client_cancels__request_is_cancelled),
		T_WITH(test_direct_read__client_memory_by_mdl, setup_direct),
		T_WITH(test_out_direct_control__input_copied_output_by_mdl, setup_direct),
		T_WITH(test_neither_control__client_memory_by_address, setup_neither),
		T_WITH(test_direct_write__passed_on__queue_sees_client_memory, setup_direct),
		T_WITH(test_create__refused__open_fails, setup_create),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
