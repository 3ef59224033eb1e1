/* SPDX-License-Identifier: MIT */
/* Buffers and memory of a request: what a driver gets, and what comes back to the client. */
#include "request_fixture.h"

static void test_write__input_buffer__is_a_copy(void **state)
{
	WDFREQUEST request = submit_write("hello");
	char *buffer;
	size_t len;

	(void)state;
	assert_int_equal(WdfRequestRetrieveInputBuffer(request, 5, (PVOID *)&buffer, &len),
			 STATUS_SUCCESS);
	assert_int_equal(len, 5);
	assert_memory_equal(buffer, "hello", 5);
	op.in[0] = 'j';
	assert_int_equal(buffer[0], 'h');
	complete(request, STATUS_SUCCESS, 5);
	assert_int_equal(op.information, 5);
}

static void test_read__output_buffer__copied_back_as_far_as_information(void **state)
{
	WDFREQUEST request = submit_read(8);
	char *buffer;

	(void)state;
	assert_int_equal(WdfRequestRetrieveOutputBuffer(request, 8, (PVOID *)&buffer, NULL),
			 STATUS_SUCCESS);
	memcpy(buffer, "abcdefgh", 8);
	assert_int_equal(op.out[0], 0);
	complete(request, STATUS_SUCCESS, 3);
	assert_memory_equal(op.out, "abc\0\0", 5);
	assert_int_equal(op.information, 3);
}

static void test_read__failed__nothing_copied_back(void **state)
{
	WDFREQUEST request = submit_read(8);
	char *buffer;

	(void)state;
	assert_int_equal(WdfRequestRetrieveOutputBuffer(request, 8, (PVOID *)&buffer, NULL),
			 STATUS_SUCCESS);
	memcpy(buffer, "abcdefgh", 8);
	complete(request, STATUS_IO_DEVICE_ERROR, 8);
	assert_int_equal(op.status, STATUS_IO_DEVICE_ERROR);
	assert_int_equal(op.out[0], 0);
}

static void test_read__warning_status__copied_back(void **state)
{
	WDFREQUEST request = submit_read(4);
	char *buffer;

	(void)state;
	assert_int_equal(WdfRequestRetrieveOutputBuffer(request, 4, (PVOID *)&buffer, NULL),
			 STATUS_SUCCESS);
	memcpy(buffer, "abcd", 4);
	complete(request, STATUS_BUFFER_OVERFLOW, 4);
	assert_memory_equal(op.out, "abcd", 4);
}

static void test_output__before_the_driver_wrote__is_zero(void **state)
{
	WDFREQUEST request;
	char *buffer;

	(void)state;
	complete(submit_write("secret"), STATUS_SUCCESS, 6);
	for (unsigned int i = 0; i < 2 * REQUEST_CHUNK; i++) { /* past the slot that held it */
		request = submit_read(8);
		assert_int_equal(WdfRequestRetrieveOutputBuffer(request, 8, (PVOID *)&buffer, NULL),
				 STATUS_SUCCESS);
		assert_memory_equal(buffer, "\0\0\0\0\0\0\0", 8);
		complete(request, STATUS_SUCCESS, 8);
	}
}

static void test_buffered_control__input_and_output_share_one_buffer(void **state)
{
	WDFREQUEST request = submit_control(CTL_CODE(0x22, 0x800, METHOD_BUFFERED, 0), "abc", 6);
	char *in, *out;
	size_t in_len, out_len;

	(void)state;
	assert_int_equal(WdfRequestRetrieveInputBuffer(request, 0, (PVOID *)&in, &in_len),
			 STATUS_SUCCESS);
	assert_int_equal(WdfRequestRetrieveOutputBuffer(request, 0, (PVOID *)&out, &out_len),
			 STATUS_SUCCESS);
	assert_ptr_equal(in, out);
	assert_int_equal(in_len, 3);
	assert_int_equal(out_len, 6);
	memcpy(out, "ABCDEF", 6);
	complete(request, STATUS_SUCCESS, 6);
	assert_memory_equal(op.out, "ABCDEF", 6);
	assert_memory_equal(op.in, "abc", 3);
}

static void test_direct_control__output_is_the_clients_memory(void **state)
{
	WDFREQUEST request = submit_control(CTL_CODE(0x22, 0x800, METHOD_OUT_DIRECT, 0), "abc", 6);
	char *in, *out;

	(void)state;
	assert_int_equal(WdfRequestRetrieveInputBuffer(request, 0, (PVOID *)&in, NULL),
			 STATUS_SUCCESS);
	assert_int_equal(WdfRequestRetrieveOutputBuffer(request, 0, (PVOID *)&out, NULL),
			 STATUS_SUCCESS);
	assert_ptr_equal(out, op.out);
	assert_ptr_not_equal(in, op.in);
	complete(request, STATUS_SUCCESS, 6);
	assert_int_equal(op.information, 6);
}

static void test_neither_control__no_buffer_is_given(void **state)
{
	WDFREQUEST request = submit_control(CTL_CODE(0x22, 0x800, METHOD_NEITHER, 0), "abc", 6);
	WDFMEMORY memory;
	PVOID buffer;

	(void)state;
	assert_int_equal(WdfRequestRetrieveInputBuffer(request, 0, &buffer, NULL),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_null(buffer);
	assert_int_equal(WdfRequestRetrieveOutputBuffer(request, 0, &buffer, NULL),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(WdfRequestRetrieveOutputMemory(request, &memory),
			 STATUS_INVALID_DEVICE_REQUEST);
	complete(request, STATUS_SUCCESS, 0);
}

static void test_direct_device__transfers_use_the_clients_memory(void **state)
{
	WDFREQUEST request = submit_write("hello");
	char *buffer;

	(void)state;
	assert_int_equal(WdfRequestRetrieveInputBuffer(request, 5, (PVOID *)&buffer, NULL),
			 STATUS_SUCCESS);
	assert_ptr_equal(buffer, op.in);
	complete(request, STATUS_SUCCESS, 5);
	request = submit_read(8);
	assert_int_equal(WdfRequestRetrieveOutputBuffer(request, 5, (PVOID *)&buffer, NULL),
			 STATUS_SUCCESS);
	assert_ptr_equal(buffer, op.out);
	complete(request, STATUS_SUCCESS, 8);
}

static void test_neither_device__transfers_have_no_buffer(void **state)
{
	WDFREQUEST request = submit_write("hello");
	PVOID buffer;

	(void)state;
	assert_int_equal(WdfRequestRetrieveInputBuffer(request, 5, &buffer, NULL),
			 STATUS_INVALID_DEVICE_REQUEST);
	complete(request, STATUS_SUCCESS, 0);
}

static void test_retrieve__too_short_or_empty__buffer_too_small(void **state)
{
	WDFREQUEST request = submit_write("hello");
	WDFMEMORY memory;
	size_t len = 9;
	PVOID buffer;

	(void)state;
	assert_int_equal(WdfRequestRetrieveInputBuffer(request, 6, &buffer, &len),
			 STATUS_BUFFER_TOO_SMALL);
	assert_null(buffer);
	assert_int_equal(len, 0);
	complete(request, STATUS_SUCCESS, 5);
	request = submit_control(0x222000, "", 0);
	assert_int_equal(WdfRequestRetrieveInputBuffer(request, 0, &buffer, NULL),
			 STATUS_BUFFER_TOO_SMALL);
	assert_int_equal(WdfRequestRetrieveOutputBuffer(request, 0, &buffer, NULL),
			 STATUS_BUFFER_TOO_SMALL);
	assert_int_equal(WdfRequestRetrieveInputMemory(request, &memory), STATUS_BUFFER_TOO_SMALL);
	complete(request, STATUS_SUCCESS, 0);
}

static void test_retrieve__type_without_such_a_buffer__invalid_device_request(void **state)
{
	WDFREQUEST request = submit_write("hello");
	WDFMEMORY memory;
	PVOID buffer;

	(void)state;
	assert_int_equal(WdfRequestRetrieveOutputBuffer(request, 0, &buffer, NULL),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(WdfRequestRetrieveOutputMemory(request, &memory),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_null(memory);
	complete(request, STATUS_SUCCESS, 5);
	request = submit_read(4);
	assert_int_equal(WdfRequestRetrieveInputBuffer(request, 0, &buffer, NULL),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(WdfRequestRetrieveInputMemory(request, &memory),
			 STATUS_INVALID_DEVICE_REQUEST);
	complete(request, STATUS_SUCCESS, 4);
}

static WDFREQUEST held;

static void retrieve_to_null(void *arg)
{
	(void)arg;
	(void)WdfRequestRetrieveInputBuffer(held, 0, NULL, NULL);
}

static void get_null_parameters(void *arg)
{
	(void)arg;
	WdfRequestGetParameters(held, NULL);
}

static void test_request_calls__null_pointers__stop(void **state)
{
	(void)state;
	held = submit_write("x");
	assert_true(io_stops(retrieve_to_null, NULL, WDF_REQUIRED_PARAMETER_IS_NULL));
	assert_true(io_stops(get_null_parameters, NULL, WDF_REQUIRED_PARAMETER_IS_NULL));
	complete(held, STATUS_SUCCESS, 1);
}

static void test_large_request__whole_buffer_travels(void **state)
{
	static char text[200000];
	WDFREQUEST request;
	char *buffer;

	(void)state;
	io_op_read(&op, sizeof(text));
	op.packet.out = text;
	io_submit(&f, &op);
	request = take();
	assert_int_equal(
		WdfRequestRetrieveOutputBuffer(request, sizeof(text), (PVOID *)&buffer, NULL),
		STATUS_SUCCESS);
	memset(buffer, 'z', sizeof(text));
	complete(request, STATUS_SUCCESS, sizeof(text));
	assert_int_equal(text[sizeof(text) - 1], 'z');
}

/* --- memory of a request --- */

static void assign_to(void *memory)
{
	char other[5];

	(void)WdfMemoryAssignBuffer(memory, other, sizeof(other));
}

static void test_request_memory__same_handle_same_buffer(void **state)
{
	WDFREQUEST request = submit_write("hello");
	WDFMEMORY memory, again;
	char text[5];
	size_t len;

	(void)state;
	assert_int_equal(WdfRequestRetrieveInputMemory(request, &memory), STATUS_SUCCESS);
	assert_int_equal(WdfRequestRetrieveInputMemory(request, &again), STATUS_SUCCESS);
	assert_ptr_equal(memory, again);
	assert_memory_equal(WdfMemoryGetBuffer(memory, &len), "hello", 5);
	assert_int_equal(len, 5);
	assert_int_equal(WdfMemoryCopyToBuffer(memory, 0, text, 5), STATUS_SUCCESS);
	assert_int_equal(WdfMemoryCopyFromBuffer(memory, 0, text, 5), STATUS_ACCESS_VIOLATION);
	assert_true(io_broke());
	assert_true(io_stops(assign_to, memory, WDF_INVALID_HANDLE));
	complete(request, STATUS_SUCCESS, 5);
	assert_false(io_broke());
}

static void test_request_memory__output__copied_back(void **state)
{
	WDFREQUEST request = submit_read(8);
	char text[] = "xyz";
	WDFMEMORY memory;

	(void)state;
	assert_int_equal(WdfRequestRetrieveOutputMemory(request, &memory), STATUS_SUCCESS);
	assert_int_equal(WdfMemoryCopyFromBuffer(memory, 2, text, 3), STATUS_SUCCESS);
	complete(request, STATUS_SUCCESS, 5);
	assert_memory_equal(op.out, "\0\0xyz", 5);
}

static WDFMEMORY stale_memory;

static void use_stale_memory(void *arg)
{
	(void)arg;
	(void)WdfMemoryGetBuffer(stale_memory, NULL);
}

static void test_request_memory__after_completion__stale_handle_stops(void **state)
{
	WDFREQUEST request = submit_read(8);

	(void)state;
	assert_int_equal(WdfRequestRetrieveOutputMemory(request, &stale_memory), STATUS_SUCCESS);
	complete(request, STATUS_SUCCESS, 0);
	assert_true(io_stops(use_stale_memory, NULL, WDF_INVALID_HANDLE));
}

static void test_write__with_room_for_output__nothing_is_put_there(void **state)
{
	(void)state;
	io_op_write(&op, "forty bytes that would not fit into four");
	op.packet.out_len = 4; /* not a write's business */
	memset(op.out, 7, sizeof(op.out));
	io_submit(&f, &op);
	complete(take(), STATUS_SUCCESS, op.packet.in_len);
	assert_int_equal(op.information, op.packet.in_len);
	for (size_t i = 0; i < sizeof(op.out); i++)
		assert_int_equal(op.out[i], 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		REQUEST_T(test_write__input_buffer__is_a_copy),
		REQUEST_T(test_read__output_buffer__copied_back_as_far_as_information),
		REQUEST_T(test_read__failed__nothing_copied_back),
		REQUEST_T(test_read__warning_status__copied_back),
		REQUEST_T(test_output__before_the_driver_wrote__is_zero),
		REQUEST_T(test_buffered_control__input_and_output_share_one_buffer),
		REQUEST_T(test_direct_control__output_is_the_clients_memory),
		REQUEST_T(test_neither_control__no_buffer_is_given),
		REQUEST_TS(test_direct_device__transfers_use_the_clients_memory, setup_direct),
		REQUEST_TS(test_neither_device__transfers_have_no_buffer, setup_neither),
		REQUEST_T(test_retrieve__too_short_or_empty__buffer_too_small),
		REQUEST_T(test_retrieve__type_without_such_a_buffer__invalid_device_request),
		REQUEST_T(test_request_calls__null_pointers__stop),
		REQUEST_T(test_large_request__whole_buffer_travels),
		REQUEST_T(test_request_memory__same_handle_same_buffer),
		REQUEST_T(test_request_memory__output__copied_back),
		REQUEST_T(test_request_memory__after_completion__stale_handle_stops),
		REQUEST_T(test_write__with_room_for_output__nothing_is_put_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
