/* SPDX-License-Identifier: MIT */
/*
 * EvtDeviceWdmIrpPreprocess: a driver completes IRPs itself, passes them on as they are or changed,
 * and postprocesses them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/exec.h"
#include "irp_fixture.h"

#define CODE(n, method) CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800 + (n), method, FILE_ANY_ACCESS)

static struct io_op op;

static int setup(void **state)
{
	(void)state;
	irp_setup(WdfDeviceIoBuffered, irp_majors + 1, 4);
	return 0;
}
static int setup_writes(void **state)
{
	const UCHAR major = IRP_MJ_WRITE;

	(void)state;
	irp_setup(WdfDeviceIoBuffered, &major, 1);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	irp_teardown();
	return 0;
}

/* --- completed there --- */

static NTSTATUS answer_read(PIRP irp)
{
	PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);

	assert_int_equal(stack->MajorFunction, IRP_MJ_READ);
	assert_int_equal(stack->MinorFunction, 0);
	assert_int_equal(stack->Parameters.Read.Length, 5);
	assert_int_equal(stack->Parameters.Read.ByteOffset.QuadPart, 0x123456789);
	assert_int_equal(irp->RequestorMode, UserMode);
	assert_ptr_equal(WdfWdmDeviceGetWdfDeviceHandle(stack->DeviceObject), irp_device);
	assert_ptr_equal(stack->DeviceObject, WdfDeviceWdmGetDeviceObject(irp_device));
	memcpy(irp->AssociatedIrp.SystemBuffer, "hello", 5);
	return irp_end_with(irp, STATUS_SUCCESS, 5);
}

static void test_read__completed_in_the_callback__client_has_the_data(void **state)
{
	(void)state;
	irp_does = answer_read;
	io_op_read(&op, 5);
	op.packet.offset = 0x123456789;
	io_submit(&irp_f, &op);
	irp_check_ended(&op, STATUS_SUCCESS, 5);
	assert_memory_equal(op.out, "hello", 5);
	assert_int_equal(io_seen.kept_count, 0);
}

static NTSTATUS refuse(PIRP irp)
{
	return irp_end_with(irp, STATUS_NOT_SUPPORTED, 0);
}

static void test_write__refused_in_the_callback__client_is_told(void **state)
{
	(void)state;
	irp_does = refuse;
	io_op_write(&op, "text");
	io_submit(&irp_f, &op);
	irp_check_ended(&op, STATUS_NOT_SUPPORTED, 0);
}

static void test_write_only__reads_go_straight_to_the_queue(void **state)
{
	(void)state;
	io_op_read(&op, 5);
	io_submit(&irp_f, &op);
	assert_int_equal(irp_calls, 0);
	assert_int_equal(io_seen.kept_count, 1);
	WdfRequestComplete(io_seen.last, STATUS_SUCCESS);
	io_settle(&irp_f);
	irp_check_ended(&op, STATUS_SUCCESS, 0);
}

static void submit_two_here(void *arg)
{
	struct fx_packet *packets[] = { &op.packet, arg };

	fx_io_submit_many(irp_f.file, packets, 2, NULL);
}

/* Nothing goes past the callback, although the queue could have both at once. */
static void test_submitted_many_at_once_on_the_loop__each_seen_first(void **state)
{
	static struct io_op other;

	(void)state;
	irp_does = refuse;
	io_op_read(&op, 5);
	io_op_write(&other, "text");
	io_on_owner(&irp_f, submit_two_here, &other.packet);
	assert_int_equal(irp_calls, 2);
	assert_int_equal(io_seen.kept_count, 0);
	assert_int_equal(other.status, STATUS_NOT_SUPPORTED);
	irp_check_ended(&op, STATUS_NOT_SUPPORTED, 0);
}

/* --- passed on --- */

static void test_control__passed_on__queue_sees_it_as_it_was(void **state)
{
	WDF_REQUEST_PARAMETERS params;
	size_t len;
	void *buffer;

	(void)state;
	io_op_control(&op, CODE(1, METHOD_BUFFERED), "ask", 6);
	io_submit(&irp_f, &op);
	assert_int_equal(irp_calls, 1);
	assert_int_equal(io_seen.kept_count, 1);
	WDF_REQUEST_PARAMETERS_INIT(&params);
	WdfRequestGetParameters(io_seen.last, &params);
	assert_int_equal(params.Parameters.DeviceIoControl.IoControlCode, CODE(1, METHOD_BUFFERED));
	assert_int_equal(WdfRequestRetrieveInputBuffer(io_seen.last, 3, &buffer, &len),
			 STATUS_SUCCESS);
	assert_int_equal(len, 3);
	assert_memory_equal(buffer, "ask", 3);
	assert_int_equal(WdfRequestRetrieveOutputBuffer(io_seen.last, 6, &buffer, &len),
			 STATUS_SUCCESS);
	memcpy(buffer, "answer", 6);
	WdfRequestCompleteWithInformation(io_seen.last, STATUS_SUCCESS, 6);
	io_settle(&irp_f);
	irp_check_ended(&op, STATUS_SUCCESS, 6);
	assert_memory_equal(op.out, "answer", 6);
}

static NTSTATUS change_and_pass_on(PIRP irp)
{
	PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);

	stack->Parameters.DeviceIoControl.IoControlCode = CODE(2, METHOD_BUFFERED);
	stack->Parameters.DeviceIoControl.InputBufferLength = 2;
	memcpy(irp->AssociatedIrp.SystemBuffer, "xy", 2);
	return irp_pass_on(irp);
}

static void test_control__passed_on_changed__queue_sees_the_change(void **state)
{
	WDF_REQUEST_PARAMETERS params;
	size_t len;
	void *buffer;

	(void)state;
	irp_does = change_and_pass_on;
	io_op_control(&op, CODE(1, METHOD_BUFFERED), "ask", 6);
	io_submit(&irp_f, &op);
	WDF_REQUEST_PARAMETERS_INIT(&params);
	WdfRequestGetParameters(io_seen.last, &params);
	assert_int_equal(params.Parameters.DeviceIoControl.IoControlCode, CODE(2, METHOD_BUFFERED));
	assert_int_equal(WdfRequestRetrieveInputBuffer(io_seen.last, 1, &buffer, &len),
			 STATUS_SUCCESS);
	assert_int_equal(len, 2);
	assert_memory_equal(buffer, "xy", 2);
	WdfRequestComplete(io_seen.last, STATUS_SUCCESS);
	io_settle(&irp_f);
	irp_check_ended(&op, STATUS_SUCCESS, 0);
}

static NTSTATUS become_a_read(PIRP irp)
{
	PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);

	stack->MajorFunction = IRP_MJ_READ;
	stack->Parameters.Read.Length = 4;
	stack->Parameters.Read.ByteOffset.QuadPart = 7;
	return irp_pass_on(irp);
}

static void test_control__passed_on_as_a_read__queue_gets_a_read(void **state)
{
	WDF_REQUEST_PARAMETERS params;

	(void)state;
	irp_does = become_a_read;
	io_op_control(&op, CODE(1, METHOD_BUFFERED), "", 6);
	io_submit(&irp_f, &op);
	WDF_REQUEST_PARAMETERS_INIT(&params);
	WdfRequestGetParameters(io_seen.last, &params);
	assert_int_equal(params.Type, WdfRequestTypeRead);
	assert_int_equal(params.Parameters.Read.Length, 4);
	assert_int_equal(params.Parameters.Read.DeviceOffset, 7);
	WdfRequestComplete(io_seen.last, STATUS_SUCCESS);
	io_settle(&irp_f);
	irp_check_ended(&op, STATUS_SUCCESS, 0);
}

static NTSTATUS ask_for_more(PIRP irp)
{
	IoGetCurrentIrpStackLocation(irp)->Parameters.Read.Length = 6;
	return irp_pass_on(irp);
}

static void test_read__passed_on_longer_than_the_buffer__refused(void **state)
{
	(void)state;
	irp_does = ask_for_more;
	io_op_read(&op, 5);
	io_submit(&irp_f, &op);
	assert_int_equal(io_seen.kept_count, 0);
	irp_check_ended(&op, STATUS_INVALID_BUFFER_SIZE, 0);
}

static NTSTATUS become_unknown(PIRP irp)
{
	IoGetCurrentIrpStackLocation(irp)->MajorFunction = IRP_MJ_FLUSH_BUFFERS;
	return irp_pass_on(irp);
}

static void test_read__passed_on_as_what_the_framework_does_not_do__refused(void **state)
{
	(void)state;
	irp_does = become_unknown;
	io_op_read(&op, 5);
	io_submit(&irp_f, &op);
	irp_check_ended(&op, STATUS_INVALID_DEVICE_REQUEST, 0);
}

/* --- postprocessed --- */

static unsigned int routines;
static NTSTATUS routine_saw, routine_says;

static NTSTATUS routine(PDEVICE_OBJECT object, PIRP irp, PVOID context)
{
	assert_ptr_equal(object, WdfDeviceWdmGetDeviceObject(irp_device));
	assert_ptr_equal(context, &routines);
	assert_true(irp->PendingReturned);
	IoMarkIrpPending(irp);
	routines++;
	routine_saw = irp->IoStatus.Status;
	if (irp->IoStatus.Information)
		((char *)irp->AssociatedIrp.SystemBuffer)[0] = 'X';
	return routine_says;
}

static NTSTATUS copy_and_pass_on(PIRP irp, BOOLEAN success, BOOLEAN error, BOOLEAN cancel)
{
	routines = 0;
	IoCopyCurrentIrpStackLocationToNext(irp);
	IoSetCompletionRoutine(irp, routine, &routines, success, error, cancel);
	return WdfDeviceWdmDispatchPreprocessedIrp(irp_device, irp);
}

static NTSTATUS postprocess(PIRP irp)
{
	return copy_and_pass_on(irp, TRUE, TRUE, TRUE);
}

static void submit_and_answer(NTSTATUS status)
{
	void *buffer;

	io_op_read(&op, 5);
	io_submit(&irp_f, &op);
	assert_int_equal(WdfRequestRetrieveOutputBuffer(io_seen.last, 5, &buffer, NULL),
			 STATUS_SUCCESS);
	memcpy(buffer, "hello", 5);
	WdfRequestCompleteWithInformation(io_seen.last, status, NT_SUCCESS(status) ? 5 : 0);
	io_settle(&irp_f);
}

static void test_completion_routine__sees_the_end_and_changes_it(void **state)
{
	(void)state;
	irp_does = postprocess;
	routine_says = STATUS_SUCCESS;
	submit_and_answer(STATUS_SUCCESS);
	assert_int_equal(routines, 1);
	assert_int_equal(routine_saw, STATUS_SUCCESS);
	irp_check_ended(&op, STATUS_SUCCESS, 5);
	assert_memory_equal(op.out, "Xello", 5);
}

static NTSTATUS postprocess_errors(PIRP irp)
{
	return copy_and_pass_on(irp, FALSE, TRUE, FALSE);
}

static void test_completion_routine__of_errors__not_called_on_success(void **state)
{
	(void)state;
	irp_does = postprocess_errors;
	routine_says = STATUS_SUCCESS;
	submit_and_answer(STATUS_SUCCESS);
	assert_int_equal(routines, 0);
	irp_check_ended(&op, STATUS_SUCCESS, 5);
	memset(&io_seen, 0, sizeof(io_seen));
	submit_and_answer(STATUS_UNSUCCESSFUL);
	assert_int_equal(routines, 1);
	irp_check_ended(&op, STATUS_UNSUCCESSFUL, 0);
}

static void end_busy(void *arg)
{
	irp_end_with(arg, STATUS_DEVICE_BUSY, 0);
}

static void test_completion_routine__wants_more__driver_completes_it_later(void **state)
{
	(void)state;
	irp_does = postprocess;
	routine_says = STATUS_MORE_PROCESSING_REQUIRED;
	submit_and_answer(STATUS_SUCCESS);
	assert_int_equal(routines, 1);
	assert_int_equal(op.completions, 0);
	irp_run_elsewhere(end_busy, irp_last);
	irp_check_ended(&op, STATUS_DEVICE_BUSY, 0);
}

#define T(test)              cmocka_unit_test_setup_teardown(test, setup, teardown)
#define T_WITH(test, setup_) cmocka_unit_test_setup_teardown(test, setup_, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_read__completed_in_the_callback__client_has_the_data),
		T(test_write__refused_in_the_callback__client_is_told),
		T_WITH(test_write_only__reads_go_straight_to_the_queue, setup_writes),
		T(test_submitted_many_at_once_on_the_loop__each_seen_first),
		T(test_control__passed_on__queue_sees_it_as_it_was),
		T(test_control__passed_on_changed__queue_sees_the_change),
		T(test_control__passed_on_as_a_read__queue_gets_a_read),
		T(test_read__passed_on_longer_than_the_buffer__refused),
		T(test_read__passed_on_as_what_the_framework_does_not_do__refused),
		T(test_completion_routine__sees_the_end_and_changes_it),
		T(test_completion_routine__of_errors__not_called_on_success),
		T(test_completion_routine__wants_more__driver_completes_it_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
