/* SPDX-License-Identifier: MIT */
/*
 * EvtIoInCallerContext and WdfDeviceEnqueueRequest, and what they are for: a client's own memory in
 * "neither" transfers, probed and locked for later.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/fault.h"
#include "io_fixture.h"
#include "object/irql.h"

#define NEITHER_CODE  CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, METHOD_NEITHER, FILE_ANY_ACCESS)
#define BUFFERED_CODE CTL_CODE(FILE_DEVICE_UNKNOWN, 0x802, METHOD_BUFFERED, FILE_ANY_ACCESS)

static struct io_fixture f;
static struct io_op op, other;
static WDFQUEUE queue;
static WDFDEVICE device;
static unsigned int calls;
static NTSTATUS enqueued;
static WDFREQUEST at_caller;
static void (*inside)(WDFREQUEST request); /* what the driver does in EvtIoInCallerContext */

static void pass_on(WDFREQUEST request)
{
	enqueued = WdfDeviceEnqueueRequest(device, request);
	if (enqueued != STATUS_SUCCESS)
		WdfRequestComplete(request, enqueued);
}

static void in_caller_context(WDFDEVICE of, WDFREQUEST request)
{
	assert_ptr_equal(of, device);
	calls++;
	at_caller = request;
	inside(request);
}

static void give_up(WDFQUEUE of, WDFREQUEST request, ULONG action)
{
	(void)of;
	(void)action;
	WdfRequestComplete(request, STATUS_CANCELLED);
}

static int setup_with(WDF_DEVICE_IO_TYPE io_type)
{
	struct fx_io_config config = { .io_type = io_type, .evt_in_caller = in_caller_context };
	WDF_IO_QUEUE_CONFIG parallel;

	calls = 0;
	inside = pass_on;
	io_fixture_setup(&f, &config);
	device = io_fixture_device(&f);
	WDF_IO_QUEUE_CONFIG_INIT(&parallel, WdfIoQueueDispatchParallel);
	parallel.EvtIoDefault = io_keep_request;
	parallel.EvtIoStop = give_up;
	parallel.EvtIoCanceledOnQueue = io_complete_cancelled_on_queue;
	queue = io_queue(&f, &parallel);
	for (WDF_REQUEST_TYPE type = WdfRequestTypeRead; type <= WdfRequestTypeWrite; type++)
		assert_int_equal(WdfDeviceConfigureRequestDispatching(device, queue, type),
				 STATUS_SUCCESS);
	assert_int_equal(
		WdfDeviceConfigureRequestDispatching(device, queue, WdfRequestTypeDeviceControl),
		STATUS_SUCCESS);
	io_fixture_start(&f);
	return 0;
}

static int setup(void **state)
{
	(void)state;
	return setup_with(WdfDeviceIoNeither);
}

static int setup_buffered(void **state)
{
	(void)state;
	return setup_with(WdfDeviceIoBuffered);
}

static int teardown(void **state)
{
	(void)state;
	io_fixture_teardown(&f);
	return 0;
}

static void complete(WDFREQUEST request)
{
	WdfRequestComplete(request, STATUS_SUCCESS);
	io_settle(&f);
}

static void control(uint32_t code, const char *in, size_t out_len)
{
	io_op_control(&op, code, in, out_len);
	io_submit(&f, &op);
}

/* --- in the caller's context --- */

static void test_each_type__the_driver_first_then_its_queue(void **state)
{
	(void)state;
	assert_int_equal(calls, 0); /* the file was opened: a create is not for it */
	io_op_read(&op, 8);
	io_submit(&f, &op);
	assert_int_equal(calls, 1);
	assert_int_equal(enqueued, STATUS_SUCCESS);
	assert_int_equal(io_seen.kept_count, 1);
	assert_ptr_equal(io_seen.last, at_caller);
	assert_ptr_equal(WdfRequestGetIoQueue(at_caller), queue);
	complete(at_caller);
	assert_int_equal(op.status, STATUS_SUCCESS);
	io_op_write(&op, "x");
	io_submit(&f, &op);
	complete(at_caller);
	control(NEITHER_CODE, "x", 8);
	complete(at_caller);
	assert_int_equal(calls, 3);
	assert_int_equal(op.status, STATUS_SUCCESS);
	assert_false(io_broke());
}

static void complete_there(WDFREQUEST request)
{
	WdfRequestComplete(request, STATUS_DEVICE_BUSY);
}

static void test_completed_there__no_queue_sees_it(void **state)
{
	(void)state;
	inside = complete_there;
	control(NEITHER_CODE, "x", 8);
	assert_int_equal(op.status, STATUS_DEVICE_BUSY);
	assert_int_equal(io_seen.kept_count, 0);
}

static void keep_there(WDFREQUEST request)
{
	assert_null(WdfRequestGetIoQueue(request));
}

static void test_kept_there__completed_later(void **state)
{
	(void)state;
	inside = keep_there;
	control(NEITHER_CODE, "x", 8);
	assert_int_equal(op.completions, 0);
	io_cancel(&f, &op);
	assert_int_equal(op.completions, 0);
	assert_true(WdfRequestIsCanceled(at_caller));
	complete(at_caller);
	assert_int_equal(op.status, STATUS_SUCCESS);
}

static void enqueue_late(void *arg)
{
	enqueued = WdfDeviceEnqueueRequest(device, arg);
}

static void test_rule_53__enqueued_elsewhere__refused(void **state)
{
	(void)state;
	control(NEITHER_CODE, "x", 8);
	assert_int_equal(WdfDeviceEnqueueRequest(device, at_caller), STATUS_INVALID_DEVICE_REQUEST);
	assert_true(io_broke());
	io_on_owner(&f, enqueue_late, at_caller);
	assert_int_equal(enqueued, STATUS_INVALID_DEVICE_REQUEST);
	assert_true(io_broke());
	complete(at_caller);
}

static void enqueue_twice(WDFREQUEST request)
{
	assert_int_equal(WdfDeviceEnqueueRequest(device, request), STATUS_SUCCESS);
	enqueued = WdfDeviceEnqueueRequest(device, request);
}

static void test_enqueued_twice__once(void **state)
{
	(void)state;
	inside = enqueue_twice;
	control(NEITHER_CODE, "x", 8);
	assert_int_equal(enqueued, STATUS_INVALID_DEVICE_REQUEST);
	assert_true(io_broke());
	assert_int_equal(io_seen.kept_count, 1);
	complete(at_caller);
}

static void test_rule_102__no_queue_for_the_type__refused(void **state)
{
	(void)state;
	io_op_control(&op, NEITHER_CODE, "x", 8);
	op.packet.kind = FX_PACKET_INTERNAL_CONTROL;
	io_submit(&f, &op);
	assert_int_equal(enqueued, STATUS_INVALID_DEVICE_REQUEST);
	assert_true(io_broke());
	assert_int_equal(op.status, STATUS_INVALID_DEVICE_REQUEST);
}

static void test_queue_takes_no_more__busy_and_still_the_drivers(void **state)
{
	(void)state;
	WdfIoQueueDrainSynchronously(queue);
	control(NEITHER_CODE, "x", 8);
	assert_int_equal(enqueued, STATUS_WDF_BUSY);
	assert_int_equal(op.status, STATUS_DEVICE_BUSY); /* the driver completed with it */
	assert_false(io_broke());
}

static void cancel_and_pass_on(WDFREQUEST request)
{
	fx_io_cancel(&op.packet);
	pass_on(request);
}

static void test_cancelled_there__canceled_on_queue(void **state)
{
	(void)state;
	inside = cancel_and_pass_on;
	control(NEITHER_CODE, "x", 8);
	assert_int_equal(io_seen.cancelled_on_queue, 1);
	assert_int_equal(io_seen.kept_count, 0);
	assert_int_equal(op.status, STATUS_CANCELLED);
}

static void test_empty_transfer__seen_there_and_completed_by_the_queue(void **state)
{
	(void)state;
	io_op_read(&op, 0);
	io_submit(&f, &op);
	assert_int_equal(calls, 1);
	assert_int_equal(io_seen.kept_count, 0);
	assert_int_equal(op.status, STATUS_SUCCESS);
}

static void submit_another(WDFREQUEST request)
{
	unsigned int before = calls;

	inside = pass_on;
	fx_io_submit(f.file, &other.packet);
	assert_int_equal(calls, before);
	pass_on(request);
}

static void test_submitted_inside__seen_after_it(void **state)
{
	(void)state;
	io_op_read(&other, 8);
	inside = submit_another;
	control(NEITHER_CODE, "x", 8);
	assert_int_equal(calls, 2);
	assert_int_equal(io_seen.kept_count, 2);
	complete(io_seen.kept[0]);
	complete(io_seen.kept[1]);
	assert_int_equal(op.completions + other.completions, 2);
}

static void submit_and_cancel_another(WDFREQUEST request)
{
	submit_another(request);
	fx_io_cancel(&other.packet);
}

static void test_submitted_inside_and_cancelled__never_seen(void **state)
{
	(void)state;
	io_op_read(&other, 8);
	inside = submit_and_cancel_another;
	control(NEITHER_CODE, "x", 8);
	assert_int_equal(calls, 1);
	assert_int_equal(other.status, STATUS_CANCELLED);
	complete(at_caller);
}

static void test_no_memory__insufficient_resources(void **state)
{
	static struct io_op many[70]; /* 64 requests are there anyway */
	unsigned int refused = 0;

	(void)state;
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(many); i++) {
		io_op_read(&many[i], 8);
		fault_arm(FAULT_ALLOC, 1);
		io_submit(&f, &many[i]);
		fault_disarm();
		refused += many[i].completions;
	}
	assert_int_equal(refused, UW_ARRAY_SIZE(many) - 64);
	for (unsigned int i = 0; i < io_seen.kept_count; i++)
		complete(io_seen.kept[i]);
	assert_int_equal(calls, 64);
}

static void test_purged__removed_without_the_driver(void **state)
{
	(void)state;
	fx_io_purge(f.io, false);
	control(NEITHER_CODE, "x", 8);
	assert_int_equal(calls, 0);
	assert_int_equal(op.status, STATUS_DEVICE_REMOVED);
}

/* --- unsafe buffers --- */

static PVOID input, output;
static size_t input_len, output_len;
static NTSTATUS input_status, output_status;

static void retrieve_both(WDFREQUEST request)
{
	input_status = WdfRequestRetrieveUnsafeUserInputBuffer(request, 1, &input, &input_len);
	output_status = WdfRequestRetrieveUnsafeUserOutputBuffer(request, 8, &output, &output_len);
	pass_on(request);
}

static void test_unsafe__neither_control__the_clients_own(void **state)
{
	(void)state;
	inside = retrieve_both;
	control(NEITHER_CODE, "hello", 16);
	assert_int_equal(input_status, STATUS_SUCCESS);
	assert_int_equal(output_status, STATUS_SUCCESS);
	assert_ptr_equal(input, op.in);
	assert_ptr_equal(output, op.out);
	assert_int_equal(input_len, 5);
	assert_int_equal(output_len, 16);
	assert_false(io_broke());
	complete(at_caller);
}

static void test_unsafe__neither_read_and_write__one_each(void **state)
{
	(void)state;
	inside = retrieve_both;
	io_op_read(&op, 8);
	io_submit(&f, &op);
	assert_int_equal(input_status, STATUS_INVALID_DEVICE_REQUEST);
	assert_true(io_broke()); /* rule 67 */
	assert_null(input);
	assert_int_equal(output_status, STATUS_SUCCESS);
	assert_ptr_equal(output, op.out);
	complete(at_caller);
	io_op_write(&op, "x");
	io_submit(&f, &op);
	assert_int_equal(input_status, STATUS_SUCCESS);
	assert_ptr_equal(input, op.in);
	assert_int_equal(output_status, STATUS_INVALID_DEVICE_REQUEST);
	assert_null(output);
	assert_int_equal(output_len, 0);
	assert_false(io_broke()); /* the output twin is only refused */
	complete(at_caller);
}

static void test_unsafe__too_small__said_so(void **state)
{
	(void)state;
	inside = retrieve_both;
	control(NEITHER_CODE, "", 7);
	assert_int_equal(input_status, STATUS_BUFFER_TOO_SMALL);
	assert_int_equal(output_status, STATUS_BUFFER_TOO_SMALL);
	assert_null(input);
	assert_null(output);
	complete(at_caller);
}

static void retrieve_empty(WDFREQUEST request)
{
	input_status = WdfRequestRetrieveUnsafeUserInputBuffer(request, 0, &input, NULL);
	pass_on(request);
}

static void test_unsafe__empty_is_enough__no_address(void **state)
{
	(void)state;
	inside = retrieve_empty;
	control(NEITHER_CODE, "", 7);
	assert_int_equal(input_status, STATUS_SUCCESS);
	assert_null(input);
	complete(at_caller);
}

static void test_rule_67__buffered__refused(void **state)
{
	(void)state;
	inside = retrieve_both;
	control(BUFFERED_CODE, "hello", 16);
	assert_int_equal(input_status, STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(output_status, STATUS_INVALID_DEVICE_REQUEST);
	assert_true(io_broke());
	complete(at_caller);
}

static void test_rule_67__buffered_device__refused(void **state)
{
	(void)state;
	inside = retrieve_both;
	io_op_write(&op, "x");
	io_submit(&f, &op);
	assert_int_equal(input_status, STATUS_INVALID_DEVICE_REQUEST);
	assert_true(io_broke());
	complete(at_caller);
}

static void test_rule_68__outside_the_callback__refused(void **state)
{
	(void)state;
	control(NEITHER_CODE, "hello", 16);
	assert_int_equal(WdfRequestRetrieveUnsafeUserInputBuffer(at_caller, 0, &input, NULL),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_true(io_broke());
	assert_int_equal(WdfRequestRetrieveUnsafeUserOutputBuffer(at_caller, 0, &output, NULL),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_true(io_broke());
	complete(at_caller);
}

static void at_dispatch(WDFREQUEST request)
{
	KIRQL before = fx_irql_raise(DISPATCH_LEVEL);
	WDFMEMORY memory;

	retrieve_both(request);
	assert_int_equal(WdfRequestProbeAndLockUserBufferForRead(request, op.in, 1, &memory),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(WdfRequestProbeAndLockUserBufferForWrite(request, op.out, 1, &memory),
			 STATUS_INVALID_DEVICE_REQUEST);
	fx_irql_restore(before);
}

static void test_above_passive__refused(void **state)
{
	(void)state;
	inside = at_dispatch;
	control(NEITHER_CODE, "hello", 16);
	assert_int_equal(input_status, STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(output_status, STATUS_INVALID_DEVICE_REQUEST);
	assert_true(io_broke());
	complete(at_caller);
}

/* --- where the input is, by the parameters and by the IRP --- */

/* "Parameters.DeviceIoControl.Type3InputBuffer" and what an IRP of METHOD_NEITHER has. */
static void expect_neither(WDFREQUEST request, const void *in, const void *out)
{
	WDF_REQUEST_PARAMETERS params;
	PIO_STACK_LOCATION stack;
	PIRP irp;

	WDF_REQUEST_PARAMETERS_INIT(&params);
	WdfRequestGetParameters(request, &params);
	assert_ptr_equal(params.Parameters.DeviceIoControl.Type3InputBuffer, in);
	irp = WdfRequestWdmGetIrp(request);
	stack = IoGetCurrentIrpStackLocation(irp);
	assert_ptr_equal(stack->Parameters.DeviceIoControl.Type3InputBuffer, in);
	assert_ptr_equal(irp->UserBuffer, out);
}

static void look_for_both(WDFREQUEST request)
{
	expect_neither(request, op.in, op.out);
	pass_on(request);
}

static void test_type3_input__neither_control__the_clients_own_until_completion(void **state)
{
	(void)state;
	inside = look_for_both;
	control(NEITHER_CODE, "hello", 16);
	expect_neither(at_caller, op.in, op.out); /* from its queue, too */
	complete(at_caller);
	assert_int_equal(op.status, STATUS_SUCCESS);
}

static void test_type3_input__nothing_there__null(void **state)
{
	(void)state;
	control(NEITHER_CODE, "", 16);
	assert_non_null(op.in); /* the client has an address, and no bytes */
	expect_neither(at_caller, NULL, op.out);
	complete(at_caller);
	control(NEITHER_CODE, "hello", 0);
	expect_neither(at_caller, op.in, NULL);
	complete(at_caller);
}

static void test_type3_input__other_methods__null(void **state)
{
	static const ULONG methods[] = { METHOD_BUFFERED, METHOD_IN_DIRECT, METHOD_OUT_DIRECT };

	(void)state;
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(methods); i++) {
		control(CTL_CODE(FILE_DEVICE_UNKNOWN, 0x803, methods[i], FILE_ANY_ACCESS), "hello",
			16);
		expect_neither(at_caller, NULL, NULL);
		complete(at_caller);
	}
}

static void keep_reference(void *arg)
{
	WDF_REQUEST_PARAMETERS params;

	WdfObjectReference(arg);
	WdfRequestComplete(arg, STATUS_SUCCESS);
	WDF_REQUEST_PARAMETERS_INIT(&params);
	WdfRequestGetParameters(arg, &params);
	assert_null(params.Parameters.DeviceIoControl.Type3InputBuffer);
	WdfObjectDereference(arg);
}

static void test_type3_input__completed__the_clients_again(void **state)
{
	(void)state;
	control(NEITHER_CODE, "hello", 16);
	io_on_owner(&f, keep_reference, at_caller);
	assert_int_equal(op.status, STATUS_SUCCESS);
	(void)io_broke();
}

static void expect_user_buffer(WDFREQUEST request, const void *buffer)
{
	PIRP irp = WdfRequestWdmGetIrp(request);

	assert_ptr_equal(irp->UserBuffer, buffer);
	assert_null(irp->MdlAddress);
	assert_null(irp->AssociatedIrp.SystemBuffer);
}

static void test_irp__neither_read_and_write__user_buffer(void **state)
{
	(void)state;
	io_op_read(&op, 8);
	io_submit(&f, &op);
	expect_user_buffer(at_caller, op.out);
	complete(at_caller);
	io_op_write(&op, "x");
	io_submit(&f, &op);
	expect_user_buffer(at_caller, op.in);
	complete(at_caller);
}

/* --- probe and lock --- */

static WDFMEMORY for_read, for_write;

static void lock_both(WDFREQUEST request)
{
	input_status = WdfRequestProbeAndLockUserBufferForRead(request, op.in, 5, &for_read);
	output_status =
		WdfRequestProbeAndLockUserBufferForWrite(request, op.out + 4, 8, &for_write);
	pass_on(request);
}

static void test_lock__memory_until_completion(void **state)
{
	char text[5];
	size_t len;

	(void)state;
	inside = lock_both;
	control(NEITHER_CODE, "hello", 16);
	assert_int_equal(input_status, STATUS_SUCCESS);
	assert_int_equal(output_status, STATUS_SUCCESS);
	assert_ptr_equal(WdfMemoryGetBuffer(for_read, &len), op.in);
	assert_int_equal(len, 5);
	assert_int_equal(WdfMemoryCopyToBuffer(for_read, 0, text, 5), STATUS_SUCCESS);
	assert_memory_equal(text, "hello", 5);
	assert_int_equal(WdfMemoryCopyFromBuffer(for_write, 0, text, 5), STATUS_SUCCESS);
	assert_memory_equal(op.out + 4, "hello", 5);
	assert_false(io_broke());
	assert_int_equal(WdfMemoryCopyFromBuffer(for_read, 0, text, 1), STATUS_ACCESS_VIOLATION);
	assert_true(io_broke());
	complete(at_caller);
}

static unsigned int ended;

static void count_end(WDFOBJECT object)
{
	(void)object;
	ended++;
}

static void test_lock__request_completed__memory_goes_with_it(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;

	(void)state;
	inside = lock_both;
	control(NEITHER_CODE, "hello", 16);
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = for_read;
	attrs.EvtCleanupCallback = count_end;
	ended = 0;
	assert_int_equal(WdfObjectCreate(&attrs, (WDFOBJECT *)&input), STATUS_SUCCESS);
	complete(at_caller);
	assert_int_equal(ended, 1);
}

static void lock_wrongly(WDFREQUEST request)
{
	PVOID wraps = (PVOID)(uintptr_t)-4;
	WDFMEMORY none = NULL;

	/* nothing; beyond the end; before the start; elsewhere; to write what is only to be read */
	assert_int_equal(WdfRequestProbeAndLockUserBufferForRead(request, op.in, 0, &none),
			 STATUS_INVALID_USER_BUFFER);
	assert_int_equal(WdfRequestProbeAndLockUserBufferForRead(request, op.in, 6, &none),
			 STATUS_ACCESS_VIOLATION);
	assert_int_equal(WdfRequestProbeAndLockUserBufferForRead(request, op.in - 1, 1, &none),
			 STATUS_ACCESS_VIOLATION);
	assert_int_equal(WdfRequestProbeAndLockUserBufferForRead(request, wraps, 64, &none),
			 STATUS_ACCESS_VIOLATION);
	assert_int_equal(WdfRequestProbeAndLockUserBufferForRead(request, op.in, SIZE_MAX, &none),
			 STATUS_ACCESS_VIOLATION);
	assert_int_equal(WdfRequestProbeAndLockUserBufferForWrite(request, op.in, 5, &none),
			 STATUS_ACCESS_VIOLATION);
	assert_int_equal(WdfRequestProbeAndLockUserBufferForWrite(request, op.out, 17, &none),
			 STATUS_ACCESS_VIOLATION);
	assert_null(none);
	fault_arm(FAULT_ALLOC, 1);
	assert_int_equal(WdfRequestProbeAndLockUserBufferForRead(request, op.out, 16, &none),
			 STATUS_INSUFFICIENT_RESOURCES);
	fault_disarm();
	pass_on(request);
}

static void test_lock__not_the_requests_memory__access_violation(void **state)
{
	(void)state;
	inside = lock_wrongly;
	control(NEITHER_CODE, "hello", 16);
	assert_false(io_broke());
	complete(at_caller);
}

static void test_lock__outside_the_callback__access_violation(void **state)
{
	(void)state;
	control(NEITHER_CODE, "hello", 16);
	assert_int_equal(WdfRequestProbeAndLockUserBufferForRead(at_caller, op.in, 5, &for_read),
			 STATUS_ACCESS_VIOLATION);
	assert_false(io_broke()); /* rule 69 is only traced */
	complete(at_caller);
}

static void lock_too_late(void *arg)
{
	WdfObjectReference(arg);
	WdfRequestComplete(arg, STATUS_SUCCESS);
	assert_int_equal(WdfRequestProbeAndLockUserBufferForRead(arg, op.in, 5, &for_read),
			 STATUS_INVALID_DEVICE_REQUEST);
	WdfObjectDereference(arg);
}

static void test_rule_70__completed__refused(void **state)
{
	(void)state;
	control(NEITHER_CODE, "hello", 16);
	io_on_owner(&f, lock_too_late, at_caller);
	assert_true(io_broke());
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_each_type__the_driver_first_then_its_queue),
		TEST(test_completed_there__no_queue_sees_it),
		TEST(test_kept_there__completed_later),
		TEST(test_rule_53__enqueued_elsewhere__refused),
		TEST(test_enqueued_twice__once),
		TEST(test_rule_102__no_queue_for_the_type__refused),
		TEST(test_queue_takes_no_more__busy_and_still_the_drivers),
		TEST(test_cancelled_there__canceled_on_queue),
		TEST(test_empty_transfer__seen_there_and_completed_by_the_queue),
		TEST(test_submitted_inside__seen_after_it),
		TEST(test_submitted_inside_and_cancelled__never_seen),
		TEST(test_no_memory__insufficient_resources),
		TEST(test_purged__removed_without_the_driver),
		TEST(test_unsafe__neither_control__the_clients_own),
		TEST(test_unsafe__neither_read_and_write__one_each),
		TEST(test_unsafe__too_small__said_so),
		TEST(test_unsafe__empty_is_enough__no_address),
		TEST(test_rule_67__buffered__refused),
		cmocka_unit_test_setup_teardown(test_rule_67__buffered_device__refused,
						setup_buffered, teardown),
		TEST(test_rule_68__outside_the_callback__refused),
		TEST(test_above_passive__refused),
		TEST(test_type3_input__neither_control__the_clients_own_until_completion),
		TEST(test_type3_input__nothing_there__null),
		TEST(test_type3_input__other_methods__null),
		TEST(test_type3_input__completed__the_clients_again),
		TEST(test_irp__neither_read_and_write__user_buffer),
		TEST(test_lock__memory_until_completion),
		TEST(test_lock__request_completed__memory_goes_with_it),
		TEST(test_lock__not_the_requests_memory__access_violation),
		TEST(test_lock__outside_the_callback__access_violation),
		TEST(test_rule_70__completed__refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
