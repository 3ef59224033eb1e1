/* SPDX-License-Identifier: MIT */
/* What requests are formatted for, sent synchronously or not, and what the lower driver sees. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "object/irql.h"
#include "target_fixture.h"

static struct target_fixture t;
static struct target_sent sent;
static WDFREQUEST request;
static WDFMEMORY memory;
static char *bytes;

static int setup_on(bool one_loop)
{
	sent = (struct target_sent){ .t = &t };
	target_setup(&t, one_loop);
	target_below.completes = true;
	request = target_request(&t);
	assert_int_equal(WdfMemoryCreate(WDF_NO_OBJECT_ATTRIBUTES, NonPagedPoolNx, 1, 128, &memory,
					 (PVOID *)&bytes),
			 STATUS_SUCCESS);
	memset(bytes, 0, 128);
	return 0;
}

static int setup(void **state)
{
	(void)state;
	return setup_on(false);
}

static int setup_one(void **state)
{
	(void)state;
	return setup_on(true);
}

static int teardown(void **state)
{
	(void)state;
	target_settle(&t);
	WdfObjectDelete(request);
	WdfObjectDelete(memory);
	target_teardown(&t);
	return 0;
}

static void send_it(void)
{
	WdfRequestSetCompletionRoutine(request, target_count_end, &sent);
	assert_true(target_send(&t, request, 0, 0));
	target_settle(&t);
	assert_int_equal(sent.ends, 1);
}

static void test_format_read__into_a_part_of_memory(void **state)
{
	WDFMEMORY_OFFSET part = { .BufferOffset = 32, .BufferLength = 64 };
	LONGLONG where = 4096;

	(void)state;
	memcpy(target_below.text, "read", 5);
	target_below.information = 5;
	assert_int_equal(WdfIoTargetFormatRequestForRead(t.target, request, memory, &part, &where),
			 STATUS_SUCCESS);
	send_it();
	assert_string_equal(bytes + 32, "read");
	assert_int_equal(target_below.params.Type, WdfRequestTypeRead);
	assert_int_equal(target_below.params.Parameters.Read.Length, 64);
	assert_int_equal(target_below.params.Parameters.Read.DeviceOffset, 4096);
	assert_int_equal(sent.params.Type, WdfRequestTypeRead);
	assert_ptr_equal(sent.params.Parameters.Read.Buffer, memory);
	assert_int_equal(sent.params.Parameters.Read.Length, 5);
	assert_int_equal(sent.params.Parameters.Read.Offset, 32);
	assert_int_equal(WdfRequestGetInformation(request), 5);
}

static void test_format_write__from_a_part_of_memory(void **state)
{
	WDFMEMORY_OFFSET part = { .BufferOffset = 8, .BufferLength = 6 };

	(void)state;
	memcpy(bytes + 8, "write", 6);
	target_below.information = 6;
	assert_int_equal(WdfIoTargetFormatRequestForWrite(t.target, request, memory, &part, NULL),
			 STATUS_SUCCESS);
	send_it();
	assert_string_equal(target_below.got, "write");
	assert_int_equal(target_below.params.Type, WdfRequestTypeWrite);
	assert_ptr_equal(sent.params.Parameters.Write.Buffer, memory);
	assert_int_equal(sent.params.Parameters.Write.Length, 6);
	assert_int_equal(sent.params.Parameters.Write.Offset, 8);
}

static void check_control(WDF_REQUEST_TYPE type)
{
	WDF_REQUEST_COMPLETION_PARAMS params;

	send_it();
	assert_string_equal(target_below.got, "in");
	assert_string_equal(bytes + 64, "out");
	assert_int_equal(target_below.params.Type, type);
	assert_int_equal(sent.params.Type, type);
	assert_int_equal(sent.params.Parameters.Ioctl.IoControlCode, TARGET_CODE);
	assert_ptr_equal(sent.params.Parameters.Ioctl.Input.Buffer, memory);
	assert_ptr_equal(sent.params.Parameters.Ioctl.Output.Buffer, memory);
	assert_int_equal(sent.params.Parameters.Ioctl.Output.Offset, 64);
	assert_int_equal(sent.params.Parameters.Ioctl.Output.Length, 4);
	WDF_REQUEST_COMPLETION_PARAMS_INIT(&params);
	WdfRequestGetCompletionParams(request, &params);
	assert_memory_equal(&params, &sent.params, sizeof(params));
}

static void test_format_ioctl__internal_or_not__carries_both_buffers(void **state)
{
	WDFMEMORY_OFFSET in = { .BufferLength = 3 };
	WDFMEMORY_OFFSET out = { .BufferOffset = 64 };

	(void)state;
	memcpy(bytes, "in", 3);
	memcpy(target_below.text, "out", 4);
	target_below.information = 4;
	assert_int_equal(WdfIoTargetFormatRequestForIoctl(t.target, request, TARGET_CODE, memory,
							  &in, memory, &out),
			 STATUS_SUCCESS);
	check_control(WdfRequestTypeDeviceControl);
	sent.ends = 0;
	memset(bytes + 64, 0, 64);
	assert_int_equal(WdfIoTargetFormatRequestForInternalIoctl(t.target, request, TARGET_CODE,
								  memory, &in, memory, &out),
			 STATUS_SUCCESS);
	check_control(WdfRequestTypeDeviceControlInternal);
}

static void test_format_others__the_lower_driver_gets_the_addresses(void **state)
{
	WDFMEMORY_OFFSET third = { .BufferOffset = 16 };

	(void)state;
	assert_int_equal(WdfIoTargetFormatRequestForInternalIoctlOthers(t.target, request,
									TARGET_OTHERS, memory, NULL,
									NULL, NULL, memory, &third),
			 STATUS_SUCCESS);
	send_it();
	assert_int_equal(target_below.params.Type, WdfRequestTypeDeviceControlInternal);
	assert_ptr_equal(target_below.params.Parameters.Others.Arg1, bytes);
	assert_null(target_below.params.Parameters.Others.Arg2);
	assert_int_equal(target_below.params.Parameters.Others.IoControlCode, TARGET_OTHERS);
	assert_ptr_equal(target_below.params.Parameters.Others.Arg4, bytes + 16);
	assert_int_equal(sent.params.Type, WdfRequestTypeOther);
	assert_ptr_equal(sent.params.Parameters.Others.Argument1.Ptr, bytes);
	assert_ptr_equal(sent.params.Parameters.Others.Argument4.Ptr, bytes + 16);
}

static void test_format__past_the_memory__fails(void **state)
{
	WDFMEMORY_OFFSET past = { .BufferOffset = 100, .BufferLength = 29 };
	WDFMEMORY_OFFSET wraps = { .BufferOffset = 2, .BufferLength = (size_t)-1 };

	(void)state;
	assert_int_equal(WdfIoTargetFormatRequestForRead(t.target, request, memory, &past, NULL),
			 STATUS_BUFFER_OVERFLOW);
	assert_int_equal(WdfIoTargetFormatRequestForWrite(t.target, request, memory, &wraps, NULL),
			 STATUS_INTEGER_OVERFLOW);
	assert_int_equal(WdfIoTargetFormatRequestForIoctl(t.target, request, TARGET_CODE, NULL,
							  NULL, memory, &past),
			 STATUS_BUFFER_OVERFLOW);
	assert_int_equal(WdfIoTargetFormatRequestForInternalIoctl(t.target, request, TARGET_CODE,
								  memory, &past, NULL, NULL),
			 STATUS_BUFFER_OVERFLOW);
	assert_int_equal(WdfIoTargetFormatRequestForInternalIoctlOthers(t.target, request,
									TARGET_CODE, NULL, NULL,
									NULL, NULL, memory, &past),
			 STATUS_BUFFER_OVERFLOW);
	assert_false(target_send(&t, request, 0, 0));
	assert_int_equal(WdfRequestGetStatus(request), STATUS_REQUEST_NOT_ACCEPTED);
	assert_false(io_broke());
}

static void test_format__holds_the_memory_until_reuse(void **state)
{
	struct fx_object *obj = fx_object_at(memory);
	WDF_REQUEST_REUSE_PARAMS reuse;

	(void)state;
	assert_int_equal(obj->refs, 1);
	assert_int_equal(WdfIoTargetFormatRequestForWrite(t.target, request, memory, NULL, NULL),
			 STATUS_SUCCESS);
	assert_int_equal(obj->refs, 2);
	assert_int_equal(WdfIoTargetFormatRequestForRead(t.target, request, memory, NULL, NULL),
			 STATUS_SUCCESS);
	assert_int_equal(obj->refs, 2);
	send_it();
	assert_int_equal(obj->refs, 2);
	WDF_REQUEST_REUSE_PARAMS_INIT(&reuse, WDF_REQUEST_REUSE_NO_FLAGS, STATUS_SUCCESS);
	assert_int_equal(WdfRequestReuse(request, &reuse), STATUS_SUCCESS);
	assert_int_equal(obj->refs, 1);
}

/* --- synchronously --- */

static void test_send_read_synchronously__without_a_request(void **state)
{
	WDF_MEMORY_DESCRIPTOR descriptor;
	LONGLONG where = 512;
	char out[64] = "";
	ULONG_PTR count = 0;

	(void)state;
	memcpy(target_below.text, "sync", 5);
	target_below.information = 5;
	WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&descriptor, out, sizeof(out));
	assert_int_equal(
		WdfIoTargetSendReadSynchronously(t.target, NULL, &descriptor, &where, NULL, &count),
		STATUS_SUCCESS);
	assert_string_equal(out, "sync");
	assert_int_equal(count, 5);
	assert_int_equal(target_below.params.Parameters.Read.DeviceOffset, 512);
}

static void test_send_write_synchronously__with_a_request_and_memory(void **state)
{
	WDFMEMORY_OFFSET part = { .BufferLength = 5 };
	WDF_MEMORY_DESCRIPTOR descriptor;
	ULONG_PTR count = 0;

	(void)state;
	memcpy(bytes, "text", 5);
	target_below.information = 5;
	WDF_MEMORY_DESCRIPTOR_INIT_HANDLE(&descriptor, memory, &part);
	assert_int_equal(WdfIoTargetSendWriteSynchronously(t.target, request, &descriptor, NULL,
							   NULL, &count),
			 STATUS_SUCCESS);
	assert_string_equal(target_below.got, "text");
	assert_int_equal(count, 5);
	assert_int_equal(WdfRequestGetInformation(request), 5);
}

static void test_send_ioctl_synchronously__internal_or_not(void **state)
{
	WDF_MEMORY_DESCRIPTOR in, out;
	char answer[64] = "";
	ULONG_PTR count = 0;

	(void)state;
	memcpy(target_below.text, "answer", 7);
	target_below.information = 7;
	WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&in, (char[]){ "ask" }, 4);
	WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&out, answer, sizeof(answer));
	assert_int_equal(WdfIoTargetSendIoctlSynchronously(t.target, NULL, TARGET_CODE, &in, &out,
							   NULL, &count),
			 STATUS_SUCCESS);
	assert_string_equal(target_below.got, "ask");
	assert_string_equal(answer, "answer");
	assert_int_equal(count, 7);
	assert_int_equal(target_below.params.Type, WdfRequestTypeDeviceControl);
	target_below.status = STATUS_IO_DEVICE_ERROR;
	target_below.information = 0;
	assert_int_equal(WdfIoTargetSendInternalIoctlSynchronously(t.target, NULL, TARGET_CODE, &in,
								   &out, NULL, &count),
			 STATUS_IO_DEVICE_ERROR);
	assert_int_equal(count, 0);
	assert_int_equal(target_below.params.Type, WdfRequestTypeDeviceControlInternal);
}

static void test_send_others_synchronously(void **state)
{
	WDF_MEMORY_DESCRIPTOR first, second, third;
	MDL mdl = { .MappedSystemVa = bytes + 4, .ByteCount = 8 };

	(void)state;
	WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&first, bytes, 1);
	WDF_MEMORY_DESCRIPTOR_INIT_HANDLE(&second, memory, NULL);
	WDF_MEMORY_DESCRIPTOR_INIT_MDL(&third, &mdl, 8);
	assert_int_equal(
		WdfIoTargetSendInternalIoctlOthersSynchronously(
			t.target, NULL, TARGET_OTHERS, &first, &second, &third, NULL, NULL),
		STATUS_SUCCESS);
	assert_ptr_equal(target_below.params.Parameters.Others.Arg1, bytes);
	assert_ptr_equal(target_below.params.Parameters.Others.Arg2, bytes);
	assert_ptr_equal(target_below.params.Parameters.Others.Arg4, bytes + 4);
	third.Type = WdfMemoryDescriptorTypeInvalid;
	assert_int_equal(WdfIoTargetSendInternalIoctlOthersSynchronously(
				 t.target, NULL, TARGET_OTHERS, NULL, NULL, &third, NULL, NULL),
			 STATUS_INVALID_PARAMETER);
}

static NTSTATUS sync_with(ULONG size, ULONG flags, LONGLONG timeout)
{
	WDF_REQUEST_SEND_OPTIONS options;

	WDF_REQUEST_SEND_OPTIONS_INIT(&options, flags);
	if (timeout)
		WDF_REQUEST_SEND_OPTIONS_SET_TIMEOUT(&options, timeout);
	options.Size = size;
	return WdfIoTargetSendIoctlSynchronously(t.target, NULL, TARGET_CODE, NULL, NULL, &options,
						 NULL);
}

static void test_send_synchronously__options_and_state(void **state)
{
	const ULONG right = sizeof(WDF_REQUEST_SEND_OPTIONS);
	KIRQL before;

	(void)state;
	assert_int_equal(sync_with(right - 1, 0, 0), STATUS_INFO_LENGTH_MISMATCH);
	assert_int_equal(sync_with(right, WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET, 0),
			 STATUS_INVALID_PARAMETER);
	assert_false(io_broke());
	assert_int_equal(sync_with(right, 0x40000, 0), STATUS_INVALID_PARAMETER);
	assert_true(io_broke());
	before = fx_irql_raise(DISPATCH_LEVEL);
	assert_int_equal(sync_with(right, 0, 0), STATUS_INVALID_DEVICE_REQUEST);
	fx_irql_restore(before);
	assert_true(io_broke());
	WdfIoTargetPurge(t.target, WdfIoTargetPurgeIoAndWait);
	assert_int_equal(sync_with(right, 0, 0), STATUS_INVALID_DEVICE_STATE);
	assert_int_equal(sync_with(right, WDF_REQUEST_SEND_OPTION_IGNORE_TARGET_STATE, 0),
			 STATUS_SUCCESS);
	WdfIoTargetStart(t.target);
	target_below.completes = false;
	target_below.marks = true;
	assert_int_equal(sync_with(right, 0, WDF_REL_TIMEOUT_IN_MS(3)), STATUS_IO_TIMEOUT);
}

/* --- from inside a callback, when the loop that waits is the one that is waited for --- */

static NTSTATUS inside_status;

static VOID send_inside(WDFQUEUE queue, WDFREQUEST client, size_t len)
{
	(void)queue;
	(void)len;
	inside_status = WdfIoTargetSendIoctlSynchronously(t.target, NULL, TARGET_CODE, NULL, NULL,
							  NULL, NULL);
	WdfRequestComplete(client, inside_status);
}

static void run_inside(WDF_IO_QUEUE_DISPATCH_TYPE type)
{
	WDF_IO_QUEUE_CONFIG config;
	struct io_op op;

	WDF_IO_QUEUE_CONFIG_INIT(&config, type);
	config.EvtIoRead = send_inside;
	assert_int_equal(WdfDeviceConfigureRequestDispatching(io_fixture_device(&t.f),
							      io_queue(&t.f, &config),
							      WdfRequestTypeRead),
			 STATUS_SUCCESS);
	inside_status = STATUS_PENDING;
	io_op_read(&op, 4);
	io_submit(&t.f, &op);
	target_settle(&t);
	assert_int_equal(inside_status, STATUS_DEVICE_BUSY);
	assert_int_equal(op.completions, 1);
	assert_int_equal(op.status, STATUS_DEVICE_BUSY);
}

static void test_send_synchronously__inside_a_callback_on_the_same_loop__returns(void **state)
{
	(void)state;
	target_below.status = STATUS_DEVICE_BUSY;
	run_inside(WdfIoQueueDispatchSequential);
}

#define TEST(name)     cmocka_unit_test_setup_teardown(name, setup, teardown)
#define TEST_ONE(name) cmocka_unit_test_setup_teardown(name, setup_one, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_format_read__into_a_part_of_memory),
		TEST(test_format_write__from_a_part_of_memory),
		TEST(test_format_ioctl__internal_or_not__carries_both_buffers),
		TEST(test_format_others__the_lower_driver_gets_the_addresses),
		TEST(test_format__past_the_memory__fails),
		TEST(test_format__holds_the_memory_until_reuse),
		TEST(test_send_read_synchronously__without_a_request),
		TEST(test_send_write_synchronously__with_a_request_and_memory),
		TEST(test_send_ioctl_synchronously__internal_or_not),
		TEST(test_send_others_synchronously),
		TEST(test_send_synchronously__options_and_state),
		TEST(test_send_synchronously__inside_a_callback_on_the_same_loop__returns),
		TEST_ONE(test_send_synchronously__inside_a_callback_on_the_same_loop__returns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
