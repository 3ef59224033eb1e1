/* SPDX-License-Identifier: MIT */
/* WdfRequestWdmGetIrp: the IRP behind a request that a queue delivered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "irp_fixture.h"
#include "object/driver.h"

#define CODE(method) CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, method, FILE_ANY_ACCESS)

static struct io_op op;

static int setup_with(WDF_DEVICE_IO_TYPE type)
{
	irp_setup(type, NULL, 0);
	return 0;
}
static int setup(void **state)
{
	(void)state;
	return setup_with(WdfDeviceIoBuffered);
}
static int setup_direct(void **state)
{
	(void)state;
	return setup_with(WdfDeviceIoDirect);
}
static int setup_passed_on(void **state)
{
	static const UCHAR major = IRP_MJ_DEVICE_CONTROL;

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

static void end_it(void)
{
	WdfRequestComplete(io_seen.last, STATUS_SUCCESS);
	io_settle(&irp_f);
	assert_int_equal(op.completions, 1);
	assert_int_equal(op.status, STATUS_SUCCESS);
	assert_false(io_broke());
}

static void test_control__location_and_buffer_are_the_requests(void **state)
{
	PIO_STACK_LOCATION stack;
	void *buffer;
	PIRP irp;

	(void)state;
	io_op_control(&op, CODE(METHOD_BUFFERED), "ask", 6);
	io_submit(&irp_f, &op);
	irp = WdfRequestWdmGetIrp(io_seen.last);
	assert_non_null(irp);
	assert_ptr_equal(WdfRequestWdmGetIrp(io_seen.last), irp);
	stack = IoGetCurrentIrpStackLocation(irp);
	assert_int_equal(stack->MajorFunction, IRP_MJ_DEVICE_CONTROL);
	assert_int_equal(stack->Parameters.DeviceIoControl.IoControlCode, CODE(METHOD_BUFFERED));
	assert_int_equal(stack->Parameters.DeviceIoControl.InputBufferLength, 3);
	assert_int_equal(stack->Parameters.DeviceIoControl.OutputBufferLength, 6);
	assert_int_equal(WdfRequestRetrieveInputBuffer(io_seen.last, 3, &buffer, NULL),
			 STATUS_SUCCESS);
	assert_ptr_equal(irp->AssociatedIrp.SystemBuffer, buffer);
	end_it();
}

static void test_direct_read__memory_by_mdl(void **state)
{
	PIRP irp;

	(void)state;
	io_op_read(&op, 5);
	op.packet.offset = 9;
	io_submit(&irp_f, &op);
	irp = WdfRequestWdmGetIrp(io_seen.last);
	assert_null(irp->AssociatedIrp.SystemBuffer);
	assert_ptr_equal(MmGetSystemAddressForMdlSafe(irp->MdlAddress, NormalPagePriority), op.out);
	assert_int_equal(MmGetMdlByteCount(irp->MdlAddress), 5);
	assert_int_equal(IoGetCurrentIrpStackLocation(irp)->Parameters.Read.ByteOffset.QuadPart, 9);
	end_it();
}

static void test_passed_on__the_same_irp_with_the_requests_buffer(void **state)
{
	void *buffer;

	(void)state;
	io_op_control(&op, CODE(METHOD_BUFFERED), "ask", 6);
	io_submit(&irp_f, &op);
	assert_ptr_equal(WdfRequestWdmGetIrp(io_seen.last), irp_last);
	assert_int_equal(WdfRequestRetrieveInputBuffer(io_seen.last, 3, &buffer, NULL),
			 STATUS_SUCCESS);
	assert_ptr_equal(irp_last->AssociatedIrp.SystemBuffer, buffer);
	end_it();
}

static void test_completed_by_its_irp__said_and_ignored(void **state)
{
	uint32_t before = fx_verifier_breaks_of(irp_f.driver, FX_RULE_REQUEST_NOT_OWNED);
	PIRP irp;

	(void)state;
	io_op_read(&op, 5);
	io_submit(&irp_f, &op);
	irp = WdfRequestWdmGetIrp(io_seen.last);
	IoCompleteRequest(irp, IO_NO_INCREMENT);
	io_settle(&irp_f);
	assert_int_equal(op.completions, 0);
	assert_int_equal(fx_verifier_breaks_of(irp_f.driver, FX_RULE_REQUEST_NOT_OWNED),
			 before + 1);
	(void)io_broke();
	end_it();
}

static void complete_and_ask(void *arg)
{
	(void)arg;
	WdfObjectReference(io_seen.last);
	WdfRequestComplete(io_seen.last, STATUS_SUCCESS);
	assert_null(WdfRequestWdmGetIrp(io_seen.last));
	WdfObjectDereference(io_seen.last);
}

static void test_completed_request__null_and_said(void **state)
{
	uint32_t before = fx_verifier_breaks_of(irp_f.driver, FX_RULE_REQUEST_IS_OVER);

	(void)state;
	io_op_read(&op, 5);
	io_submit(&irp_f, &op);
	io_on_owner(&irp_f, complete_and_ask, NULL);
	assert_int_equal(fx_verifier_breaks_of(irp_f.driver, FX_RULE_REQUEST_IS_OVER), before + 1);
	assert_int_equal(op.completions, 1);
}

static void test_cancelled__the_irp_says_so(void **state)
{
	PIRP irp;

	(void)state;
	io_op_read(&op, 5);
	io_submit(&irp_f, &op);
	irp = WdfRequestWdmGetIrp(io_seen.last);
	assert_false(irp->Cancel);
	io_cancel(&irp_f, &op);
	assert_true(irp->Cancel);
	end_it();
	io_submit(&irp_f, &op);
	io_cancel(&irp_f, &op);
	assert_true(WdfRequestWdmGetIrp(io_seen.last)->Cancel); /* made after it came */
	op.completions = 0;
	end_it();
}

static void test_passed_on__queue_purged__its_irp_is_cancelled(void **state)
{
	(void)state;
	io_op_control(&op, CODE(METHOD_BUFFERED), "ask", 6);
	io_submit(&irp_f, &op);
	WdfRequestMarkCancelable(io_seen.last, io_count_cancel);
	WdfIoQueuePurge(irp_queue, NULL, NULL);
	io_settle(&irp_f);
	assert_int_equal(io_seen.cancels, 1);
	assert_true(WdfRequestWdmGetIrp(io_seen.last)->Cancel);
	end_it();
}

static void look_while_it_comes(void *arg)
{
	(void)arg;
	fx_io_cancel(&op.packet);
	(void)WdfRequestWdmGetIrp(io_seen.last);
}

static void test_cancelled_while_another_thread_looks__the_irp_says_so(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++) {
		io_op_read(&op, 5);
		io_submit(&irp_f, &op);
		irp_run_elsewhere(look_while_it_comes, NULL);
		assert_true(WdfRequestWdmGetIrp(io_seen.last)->Cancel);
		end_it();
	}
}

static void test_information__of_request_and_irp_is_one(void **state)
{
	PIRP irp;

	(void)state;
	io_op_read(&op, 5);
	io_submit(&irp_f, &op);
	WdfRequestSetInformation(io_seen.last, 1);
	irp = WdfRequestWdmGetIrp(io_seen.last);
	assert_int_equal(irp->IoStatus.Information, 1);
	WdfRequestSetInformation(io_seen.last, 2);
	assert_int_equal(irp->IoStatus.Information, 2);
	irp->IoStatus.Information = 3;
	assert_int_equal(WdfRequestGetInformation(io_seen.last), 3);
	end_it();
	assert_int_equal(op.information, 3);
}

static void test_passed_on__information_of_the_irp__completes_the_request(void **state)
{
	(void)state;
	io_op_control(&op, CODE(METHOD_BUFFERED), "ask", 6);
	io_submit(&irp_f, &op);
	WdfRequestWdmGetIrp(io_seen.last)->IoStatus.Information = 4;
	end_it();
	assert_int_equal(op.information, 4);
}

static void test_device_object__names_its_device(void **state)
{
	DEVICE_OBJECT other = { 0 };

	(void)state;
	assert_ptr_equal(WdfWdmDeviceGetWdfDeviceHandle(WdfDeviceWdmGetDeviceObject(irp_device)),
			 irp_device);
	assert_null(WdfWdmDeviceGetWdfDeviceHandle(&other));
	assert_int_equal(WdfDeviceWdmGetDeviceObject(irp_device)->StackSize, 2);
}

#define T(test, setup_) cmocka_unit_test_setup_teardown(test, setup_, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_control__location_and_buffer_are_the_requests, setup),
		T(test_direct_read__memory_by_mdl, setup_direct),
		T(test_passed_on__the_same_irp_with_the_requests_buffer, setup_passed_on),
		T(test_completed_by_its_irp__said_and_ignored, setup),
		T(test_completed_request__null_and_said, setup),
		T(test_cancelled__the_irp_says_so, setup),
		T(test_cancelled_while_another_thread_looks__the_irp_says_so, setup),
		T(test_passed_on__queue_purged__its_irp_is_cancelled, setup_passed_on),
		T(test_information__of_request_and_irp_is_one, setup),
		T(test_passed_on__information_of_the_irp__completes_the_request, setup_passed_on),
		T(test_device_object__names_its_device, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
