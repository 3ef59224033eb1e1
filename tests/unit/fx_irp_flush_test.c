/* SPDX-License-Identifier: MIT */
/*
 * Flush: no queue gets one. Whose driver sees IRP_MJ_FLUSH_BUFFERS first answers it; a filter
 * passes it on, and all others refuse it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "irp_fixture.h"

static struct io_op op;

static int setup(void **state)
{
	const UCHAR majors[] = { IRP_MJ_FLUSH_BUFFERS, IRP_MJ_READ };

	(void)state;
	irp_setup(WdfDeviceIoBuffered, majors, 2);
	return 0;
}

static int setup_plain(void **state)
{
	(void)state;
	irp_setup(WdfDeviceIoBuffered, NULL, 0);
	return 0;
}

static int setup_filter(void **state)
{
	struct fx_io_config config = { .filter = true };

	(void)state;
	irp_setup_config(&config);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	irp_teardown();
	return 0;
}

static void flush(void)
{
	io_op_flush(&op);
	io_submit(&irp_f, &op);
}

/* --- nobody sees it first --- */

static void test_flush__no_callback__invalid_and_the_default_queue_gets_none(void **state)
{
	(void)state;
	flush();
	irp_check_ended(&op, STATUS_INVALID_DEVICE_REQUEST, 0);
	assert_int_equal(io_seen.kept_count, 0);
}

static void test_flush__filter_with_nothing_below__the_bus_does_not_know_it(void **state)
{
	(void)state;
	flush();
	irp_check_ended(&op, STATUS_INVALID_DEVICE_REQUEST, 0);
	assert_int_equal(io_seen.kept_count, 0);
}

static void submit_two_here(void *arg)
{
	struct fx_packet *packets[] = { &op.packet, arg };

	fx_io_submit_many(irp_f.file, packets, 2, NULL);
}

/* --- the driver does --- */

static NTSTATUS do_flush(PIRP irp)
{
	PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);

	assert_int_equal(stack->MajorFunction, IRP_MJ_FLUSH_BUFFERS);
	assert_int_equal(stack->MinorFunction, 0);
	assert_ptr_equal(stack->DeviceObject, WdfDeviceWdmGetDeviceObject(irp_device));
	assert_null(irp->AssociatedIrp.SystemBuffer);
	assert_null(irp->MdlAddress);
	assert_null(irp->UserBuffer);
	return irp_end_with(irp, STATUS_SUCCESS, 0);
}

static void test_flush__completed_in_the_callback__client_is_told(void **state)
{
	(void)state;
	irp_does = do_flush;
	flush();
	assert_int_equal(irp_calls, 1);
	irp_check_ended(&op, STATUS_SUCCESS, 0);
}

static void test_flush__submitted_beside_another_on_the_loop__both_seen(void **state)
{
	static struct io_op other;

	(void)state;
	irp_does = do_flush;
	io_op_flush(&op);
	io_op_flush(&other);
	io_on_owner(&irp_f, submit_two_here, &other.packet);
	assert_int_equal(irp_calls, 2);
	irp_check_ended(&op, STATUS_SUCCESS, 0);
	irp_check_ended(&other, STATUS_SUCCESS, 0);
}

static void test_flush__passed_on__as_without_the_callback(void **state)
{
	(void)state;
	flush(); /* irp_pass_on() */
	assert_int_equal(irp_calls, 1);
	irp_check_ended(&op, STATUS_INVALID_DEVICE_REQUEST, 0);
	assert_int_equal(io_seen.kept_count, 0);
}

static NTSTATUS become_a_flush(PIRP irp)
{
	IoGetCurrentIrpStackLocation(irp)->MajorFunction = IRP_MJ_FLUSH_BUFFERS;
	return irp_pass_on(irp);
}

static void test_read__passed_on_as_a_flush__refused_as_one(void **state)
{
	(void)state;
	irp_does = become_a_flush;
	io_op_read(&op, 5);
	io_submit(&irp_f, &op);
	assert_int_equal(irp_calls, 1); /* what is passed on is not seen again */
	irp_check_ended(&op, STATUS_INVALID_DEVICE_REQUEST, 0);
}

static VOID on_cancel(PDEVICE_OBJECT object, PIRP irp)
{
	(void)object;
	IoReleaseCancelSpinLock(irp->CancelIrql);
	(void)irp_end_with(irp, STATUS_CANCELLED, 0);
}

static NTSTATUS keep_cancelable(PIRP irp)
{
	(void)IoSetCancelRoutine(irp, on_cancel);
	return irp_keep(irp);
}

static void test_flush__kept_and_cancelled__by_its_routine(void **state)
{
	(void)state;
	irp_does = keep_cancelable;
	flush();
	assert_int_equal(op.completions, 0);
	io_cancel(&irp_f, &op);
	irp_check_ended(&op, STATUS_CANCELLED, 0);
}

static void test_flush__kept_and_its_file_closed__cancelled(void **state)
{
	(void)state;
	irp_does = keep_cancelable;
	flush();
	fx_file_close(irp_f.file);
	irp_f.file = NULL;
	irp_check_ended(&op, STATUS_CANCELLED, 0);
}

static void test_flush__device_gone__removed(void **state)
{
	(void)state;
	irp_does = do_flush;
	fx_io_purge(irp_f.io, false);
	flush();
	irp_check_ended(&op, STATUS_DEVICE_REMOVED, 0);
	assert_int_equal(irp_calls, 0);
}

#define T(test, setup_) cmocka_unit_test_setup_teardown(test, setup_, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_flush__no_callback__invalid_and_the_default_queue_gets_none, setup_plain),
		T(test_flush__filter_with_nothing_below__the_bus_does_not_know_it, setup_filter),
		T(test_flush__completed_in_the_callback__client_is_told, setup),
		T(test_flush__submitted_beside_another_on_the_loop__both_seen, setup),
		T(test_flush__passed_on__as_without_the_callback, setup),
		T(test_read__passed_on_as_a_flush__refused_as_one, setup),
		T(test_flush__kept_and_cancelled__by_its_routine, setup),
		T(test_flush__kept_and_its_file_closed__cancelled, setup),
		T(test_flush__device_gone__removed, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
