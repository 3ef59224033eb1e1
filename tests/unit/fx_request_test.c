/* SPDX-License-Identifier: MIT */
/* What a driver can ask of a request it owns, and what the client gets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "io_fixture.h"
#include "object/driver.h"
#include "object/worker.h"

typedef struct request_context {
	ULONG value;
	ULONG more[15];
} request_context;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(request_context, context_of);

static struct io_fixture f;
static struct io_op op, ops[4];
static WDFQUEUE manual, fallback;

static unsigned int cleanups, destroys;

static void count_cleanup(WDFOBJECT object)
{
	(void)object;
	cleanups++;
}

static void count_destroy(WDFOBJECT object)
{
	(void)object;
	destroys++;
}

static void set_up_with(const struct fx_io_config *config)
{
	cleanups = destroys = 0;
	io_fixture_setup(&f, config);
	manual = io_manual_queue(&f);
	fallback = io_default_queue(&f);
	io_fixture_start(&f);
}

static int setup(void **state)
{
	(void)state;
	set_up_with(NULL);
	return 0;
}

static int setup_context(void **state)
{
	struct fx_io_config config = { 0 };

	(void)state;
	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&config.request_attributes, request_context);
	set_up_with(&config);
	return 0;
}

static int setup_callbacks(void **state)
{
	struct fx_io_config config = { 0 };

	(void)state;
	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&config.request_attributes, request_context);
	config.request_attributes.EvtCleanupCallback = count_cleanup;
	config.request_attributes.EvtDestroyCallback = count_destroy;
	set_up_with(&config);
	return 0;
}

static int setup_direct(void **state)
{
	struct fx_io_config config = { .io_type = WdfDeviceIoDirect };

	(void)state;
	set_up_with(&config);
	return 0;
}

static int setup_neither(void **state)
{
	struct fx_io_config config = { .io_type = WdfDeviceIoNeither };

	(void)state;
	set_up_with(&config);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < io_seen.kept_count; i++)
		if (io_seen.kept[i])
			WdfRequestComplete(io_seen.kept[i], STATUS_SUCCESS);
	io_fixture_teardown(&f);
	return 0;
}

/* The newest request, now this test's to complete. */
static WDFREQUEST take(void)
{
	WDFREQUEST request = io_seen.kept[io_seen.kept_count - 1];

	io_seen.kept[io_seen.kept_count - 1] = NULL;
	return request;
}

static WDFREQUEST submit_write(const char *text)
{
	io_op_write(&op, text);
	io_submit(&f, &op);
	return take();
}

static WDFREQUEST submit_read(size_t len)
{
	io_op_read(&op, len);
	io_submit(&f, &op);
	return take();
}

static WDFREQUEST submit_control(uint32_t code, const char *in, size_t out_len)
{
	io_op_control(&op, code, in, out_len);
	io_submit(&f, &op);
	return take();
}

static void complete(WDFREQUEST request, NTSTATUS status, size_t information)
{
	WdfRequestCompleteWithInformation(request, status, information);
	io_settle(&f);
}

/* --- buffers --- */

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

/* --- parameters, information, status --- */

static void test_get_parameters__of_each_type(void **state)
{
	WDF_REQUEST_PARAMETERS params;
	WDFREQUEST request;

	(void)state;
	io_op_read(&op, 8);
	op.packet.offset = 0x123456789;
	io_submit(&f, &op);
	request = take();
	WDF_REQUEST_PARAMETERS_INIT(&params);
	WdfRequestGetParameters(request, &params);
	assert_int_equal(params.Type, WdfRequestTypeRead);
	assert_int_equal(params.Parameters.Read.Length, 8);
	assert_int_equal(params.Parameters.Read.DeviceOffset, 0x123456789);
	complete(request, STATUS_SUCCESS, 0);
	request = submit_write("abc");
	WdfRequestGetParameters(request, &params);
	assert_int_equal(params.Type, WdfRequestTypeWrite);
	assert_int_equal(params.Parameters.Write.Length, 3);
	complete(request, STATUS_SUCCESS, 3);
	request = submit_control(0x222004, "abcd", 2);
	WdfRequestGetParameters(request, &params);
	assert_int_equal(params.Type, WdfRequestTypeDeviceControl);
	assert_int_equal(params.Parameters.DeviceIoControl.InputBufferLength, 4);
	assert_int_equal(params.Parameters.DeviceIoControl.OutputBufferLength, 2);
	assert_int_equal(params.Parameters.DeviceIoControl.IoControlCode, 0x222004);
	complete(request, STATUS_SUCCESS, 0);
}

static void test_get_parameters__wrong_size__ignored_and_reported(void **state)
{
	WDFREQUEST request = submit_write("abc");
	WDF_REQUEST_PARAMETERS params;

	(void)state;
	WDF_REQUEST_PARAMETERS_INIT(&params);
	params.Size++;
	WdfRequestGetParameters(request, &params);
	assert_int_equal(params.Type, WdfRequestTypeCreate);
	assert_true(io_broke());
	complete(request, STATUS_SUCCESS, 3);
}

static void test_information__set_before_complete__reaches_the_client(void **state)
{
	WDFREQUEST request = submit_write("abc");

	(void)state;
	assert_int_equal(WdfRequestGetInformation(request), 0);
	WdfRequestSetInformation(request, 2);
	assert_int_equal(WdfRequestGetInformation(request), 2);
	assert_int_equal(WdfRequestGetStatus(request), STATUS_SUCCESS);
	((struct fx_request *)(void *)op.packet.request)->status = STATUS_IO_TIMEOUT;
	assert_int_equal(WdfRequestGetStatus(request), STATUS_IO_TIMEOUT);
	WdfRequestComplete(request, STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(op.information, 2);
}

/* With the verifier on it is a stop: fx_verifier_request_test.c. */
static void test_information__more_than_the_buffer__clamped(void **state)
{
	(void)state;
	f.driver->verifier.gates = 1u << FX_GATE_ALWAYS;
	complete(submit_read(8), STATUS_SUCCESS, 9);
	assert_int_equal(op.information, 8);
	complete(submit_write("abc"), STATUS_SUCCESS, 4);
	assert_int_equal(op.information, 3);
	assert_false(io_broke());
	complete(submit_control(0x222000, "abc", 0), STATUS_SUCCESS, 1);
	assert_int_equal(fx_verifier_breaks_of(f.driver, FX_RULE_INFORMATION_WITHOUT_OUTPUT), 1);
	assert_int_equal(op.information, 0);
}

static void test_framework_statuses__become_ones_that_clients_know(void **state)
{
	(void)state;
	complete(submit_read(8), STATUS_WDF_BUSY, 0);
	assert_int_equal(op.status, STATUS_DEVICE_BUSY);
	complete(submit_read(8), STATUS_WDF_PAUSED, 0);
	assert_int_equal(op.status, STATUS_DEVICE_BUSY);
	complete(submit_read(8), STATUS_WDF_INTERNAL_ERROR, 0);
	assert_int_equal(op.status, STATUS_INTERNAL_ERROR);
	complete(submit_read(8), STATUS_WDF_NOT_ENOUGH_MAP_REGISTERS, 0);
	assert_int_equal(op.status, STATUS_INSUFFICIENT_RESOURCES);
	complete(submit_read(8), STATUS_WDF_TOO_FRAGMENTED, 0);
	assert_int_equal(op.status, STATUS_INVALID_DEVICE_REQUEST);
	assert_false(io_broke());
	complete(submit_read(8), STATUS_PENDING, 0);
	assert_int_equal(op.status, STATUS_INVALID_DEVICE_REQUEST);
	assert_true(io_broke());
}

static void test_requestor__mode_queue_and_no_file_object(void **state)
{
	WDFREQUEST request = submit_read(8);

	(void)state;
	assert_int_equal(WdfRequestGetRequestorMode(request), UserMode);
	assert_ptr_equal(WdfRequestGetIoQueue(request), fallback);
	assert_null(WdfRequestGetFileObject(request)); /* the driver asked for none */
	complete(request, STATUS_SUCCESS, 0);
}

/* --- completing --- */

static void complete_held(void *arg)
{
	(void)arg;
	WdfRequestComplete(held, STATUS_SUCCESS);
}

static void test_complete__twice__stale_handle_stops(void **state)
{
	(void)state;
	held = submit_read(8);
	complete(held, STATUS_SUCCESS, 0);
	assert_true(io_stops(complete_held, NULL, WDF_INVALID_HANDLE));
	assert_int_equal(op.completions, 1);
}

static void test_complete__twice_before_the_owner_saw_it__reported(void **state)
{
	(void)state;
	held = submit_read(8);
	WdfObjectReference(held); /* keeps the handle */
	complete(held, STATUS_SUCCESS, 0);
	WdfRequestComplete(held, STATUS_SUCCESS);
	assert_true(io_broke());
	io_settle(&f);
	assert_int_equal(op.completions, 1);
	WdfObjectDereference(held);
}

static void test_buffers__of_a_completed_request__refused(void **state)
{
	PVOID buffer;

	(void)state;
	held = submit_read(8);
	WdfObjectReference(held);
	complete(held, STATUS_SUCCESS, 0);
	assert_true(!NT_SUCCESS(WdfRequestRetrieveOutputBuffer(held, 0, &buffer, NULL)));
	assert_null(WdfRequestGetFileObject(held));
	assert_true(io_broke());
	WdfObjectDereference(held);
}

static void test_complete__on_the_owner_as_a_dpc(void **state)
{
	(void)state;
	held = submit_read(8);
	io_on_owner(&f, complete_held, NULL);
	assert_int_equal(op.completions, 1);
}

/* --- context --- */

static void test_context__zero_at_every_use__whoever_used_the_slot(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 2 * REQUEST_CHUNK; i++) {
		WDFREQUEST request = submit_read(8);

		assert_int_equal(context_of(request)->value, 0);
		memset(context_of(request), 0xee, sizeof(struct request_context));
		complete(request, STATUS_SUCCESS, 0);
	}
}

static void test_context__further_one_and_reference__slot_is_made_anew(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	PVOID context;

	(void)state;
	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attrs, request_context);
	for (unsigned int i = 0; i < 2 * REQUEST_CHUNK; i++) {
		WDFREQUEST request = submit_read(8);

		assert_int_equal(WdfObjectAllocateContext(request, &attrs, &context),
				 STATUS_SUCCESS);
		WdfObjectReference(request);
		complete(request, STATUS_SUCCESS, 0);
		assert_int_equal(op.completions, 1);
		WdfObjectDereference(request);
		io_settle(&f);
	}
}

static void test_attributes__cleanup_and_destroy__once_a_request(void **state)
{
	(void)state;
	for (unsigned int i = 1; i < 2 * REQUEST_CHUNK; i++) {
		WDFREQUEST request = submit_read(8);

		assert_int_equal(context_of(request)->value, 0);
		context_of(request)->value = i;
		complete(request, STATUS_SUCCESS, 0);
		assert_int_equal(cleanups, i);
		assert_int_equal(destroys, i);
	}
}

static void test_child_object__of_a_request__goes_with_it(void **state)
{
	WDFREQUEST request = submit_read(8);
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFMEMORY memory;

	(void)state;
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = request;
	attrs.EvtCleanupCallback = count_cleanup;
	assert_int_equal(WdfMemoryCreate(&attrs, NonPagedPoolNx, 0, 16, &memory, NULL),
			 STATUS_SUCCESS);
	complete(request, STATUS_SUCCESS, 0);
	assert_int_equal(cleanups, 1);
}

/* --- moving --- */

static void test_forward__to_manual_queue__waits_there(void **state)
{
	WDFREQUEST request = submit_read(8), again;

	(void)state;
	assert_int_equal(WdfRequestForwardToIoQueue(request, manual), STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(WdfIoQueueRetrieveNextRequest(manual, &again), STATUS_SUCCESS);
	assert_ptr_equal(again, request);
	assert_ptr_equal(WdfRequestGetIoQueue(again), manual);
	complete(again, STATUS_SUCCESS, 0);
	assert_int_equal(op.completions, 1);
}

static void forward_in_callback(WDFQUEUE queue, WDFREQUEST request, size_t len)
{
	(void)queue;
	(void)len;
	assert_int_equal(WdfRequestForwardToIoQueue(request, manual), STATUS_SUCCESS);
}

static void test_forward__inside_callback__waits_there(void **state)
{
	WDF_IO_QUEUE_CONFIG config;
	WDFREQUEST request;
	WDFQUEUE reader;

	(void)state;
	WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchParallel);
	config.EvtIoRead = forward_in_callback;
	reader = io_queue(&f, &config);
	assert_int_equal(WdfDeviceConfigureRequestDispatching(io_fixture_device(&f), reader,
							      WdfRequestTypeRead),
			 STATUS_SUCCESS);
	io_op_read(&op, 8);
	io_submit(&f, &op);
	assert_int_equal(WdfIoQueueRetrieveNextRequest(manual, &request), STATUS_SUCCESS);
	complete(request, STATUS_SUCCESS, 0);
	assert_int_equal(op.completions, 1);
}

static void test_forward__to_presenting_queue__presented_there(void **state)
{
	WDFREQUEST request = submit_read(8);
	WDF_IO_QUEUE_CONFIG config;
	WDFQUEUE second;

	(void)state;
	WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchSequential);
	config.EvtIoDefault = io_complete_request;
	second = io_queue(&f, &config);
	assert_int_equal(WdfRequestForwardToIoQueue(request, second), STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(op.completions, 1);
	io_seen.kept[io_seen.kept_count - 1] = NULL;
}

static void test_forward__wrong_calls__kmdf_statuses(void **state)
{
	WDFREQUEST request = submit_read(8);
	WDF_IO_QUEUE_CONFIG config;
	WDFQUEUE writer;

	(void)state;
	WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchParallel);
	config.EvtIoInternalDeviceControl = NULL;
	config.EvtIoWrite = (PFN_WDF_IO_QUEUE_IO_WRITE)forward_in_callback;
	writer = io_queue(&f, &config);
	assert_int_equal(WdfRequestForwardToIoQueue(request, fallback),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_true(io_broke());
	assert_int_equal(WdfRequestForwardToIoQueue(request, writer),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_true(io_broke());
	WdfIoQueuePurge(manual, NULL, NULL);
	assert_int_equal(WdfRequestForwardToIoQueue(request, manual), STATUS_WDF_BUSY);
	assert_false(io_broke());
	WdfIoQueueStart(manual);
	assert_int_equal(WdfRequestMarkCancelableEx(request, io_count_cancel), STATUS_SUCCESS);
	assert_int_equal(WdfRequestForwardToIoQueue(request, manual),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_true(io_broke());
	assert_int_equal(WdfRequestUnmarkCancelable(request), STATUS_SUCCESS);
	complete(request, STATUS_SUCCESS, 0);
}

static void test_requeue__back_to_the_head(void **state)
{
	WDFREQUEST first, again;

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		io_op_read(&ops[i], 8);
		io_submit(&f, &ops[i]);
		assert_int_equal(WdfRequestForwardToIoQueue(take(), manual), STATUS_SUCCESS);
	}
	io_settle(&f);
	assert_int_equal(WdfIoQueueRetrieveNextRequest(manual, &first), STATUS_SUCCESS);
	assert_int_equal(WdfRequestRequeue(first), STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(WdfIoQueueRetrieveNextRequest(manual, &again), STATUS_SUCCESS);
	assert_ptr_equal(first, again);
	assert_int_equal(WdfRequestRequeue(again), STATUS_SUCCESS);
}

static void test_requeue__not_of_a_manual_queue__refused(void **state)
{
	WDFREQUEST request = submit_read(8);

	(void)state;
	assert_int_equal(WdfRequestRequeue(request), STATUS_INVALID_DEVICE_REQUEST);
	assert_true(io_broke());
	complete(request, STATUS_SUCCESS, 0);
}

static void test_stop_acknowledge__without_evt_io_stop__reported(void **state)
{
	WDFREQUEST request = submit_read(8);

	(void)state;
	WdfRequestStopAcknowledge(request, FALSE);
	assert_true(io_broke());
	complete(request, STATUS_SUCCESS, 0);
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

/* Never freed: found here by whoever looks for leaks. */
static struct fx_request *volatile lost;

static void test_reference__outlives_the_device__may_be_dropped(void **state)
{
	WDFREQUEST request;

	(void)state;
	io_op_write(&op, "x");
	io_submit(&f, &op);
	request = io_seen.last;
	lost = op.packet.request;
	WdfObjectReference(request);
	WdfRequestComplete(request, STATUS_SUCCESS);
	fx_io_purge(f.io, false);
	fx_file_close(f.file);
	fx_object_delete(&f.device->base);
	assert_true(io_broke());
	WdfObjectDereference(request);
	irq_loop_free(f.loop);
	fx_driver_unload(f.driver);
	fx_worker_stop();
	log_set_sink(NULL, NULL);
}

#define T(name)       cmocka_unit_test_setup_teardown(name, setup, teardown)
#define TS(name, how) cmocka_unit_test_setup_teardown(name, how, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_write__input_buffer__is_a_copy),
		T(test_read__output_buffer__copied_back_as_far_as_information),
		T(test_read__failed__nothing_copied_back),
		T(test_read__warning_status__copied_back),
		T(test_output__before_the_driver_wrote__is_zero),
		T(test_buffered_control__input_and_output_share_one_buffer),
		T(test_direct_control__output_is_the_clients_memory),
		T(test_neither_control__no_buffer_is_given),
		TS(test_direct_device__transfers_use_the_clients_memory, setup_direct),
		TS(test_neither_device__transfers_have_no_buffer, setup_neither),
		T(test_retrieve__too_short_or_empty__buffer_too_small),
		T(test_retrieve__type_without_such_a_buffer__invalid_device_request),
		T(test_request_calls__null_pointers__stop),
		T(test_large_request__whole_buffer_travels),
		T(test_request_memory__same_handle_same_buffer),
		T(test_request_memory__output__copied_back),
		T(test_request_memory__after_completion__stale_handle_stops),
		T(test_get_parameters__of_each_type),
		T(test_get_parameters__wrong_size__ignored_and_reported),
		T(test_information__set_before_complete__reaches_the_client),
		T(test_information__more_than_the_buffer__clamped),
		T(test_framework_statuses__become_ones_that_clients_know),
		T(test_requestor__mode_queue_and_no_file_object),
		T(test_complete__twice__stale_handle_stops),
		T(test_complete__twice_before_the_owner_saw_it__reported),
		T(test_buffers__of_a_completed_request__refused),
		T(test_complete__on_the_owner_as_a_dpc),
		TS(test_context__zero_at_every_use__whoever_used_the_slot, setup_context),
		T(test_context__further_one_and_reference__slot_is_made_anew),
		TS(test_attributes__cleanup_and_destroy__once_a_request, setup_callbacks),
		T(test_child_object__of_a_request__goes_with_it),
		T(test_write__with_room_for_output__nothing_is_put_there),
		cmocka_unit_test_setup(test_reference__outlives_the_device__may_be_dropped, setup),
		T(test_forward__to_manual_queue__waits_there),
		T(test_forward__inside_callback__waits_there),
		T(test_forward__to_presenting_queue__presented_there),
		T(test_forward__wrong_calls__kmdf_statuses),
		T(test_requeue__back_to_the_head),
		T(test_requeue__not_of_a_manual_queue__refused),
		T(test_stop_acknowledge__without_evt_io_stop__reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
