/* SPDX-License-Identifier: MIT */
/* What a driver can ask of a request it owns, and how it ends. */
#include "base/log.h"
#include "object/driver.h"
#include "object/worker.h"
#include "request_fixture.h"

static WDFREQUEST held;

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		REQUEST_T(test_get_parameters__of_each_type),
		REQUEST_T(test_get_parameters__wrong_size__ignored_and_reported),
		REQUEST_T(test_information__set_before_complete__reaches_the_client),
		REQUEST_T(test_information__more_than_the_buffer__clamped),
		REQUEST_T(test_framework_statuses__become_ones_that_clients_know),
		REQUEST_T(test_requestor__mode_queue_and_no_file_object),
		REQUEST_T(test_complete__twice__stale_handle_stops),
		REQUEST_T(test_complete__twice_before_the_owner_saw_it__reported),
		REQUEST_T(test_buffers__of_a_completed_request__refused),
		REQUEST_T(test_complete__on_the_owner_as_a_dpc),
		REQUEST_TS(test_context__zero_at_every_use__whoever_used_the_slot, setup_context),
		REQUEST_T(test_context__further_one_and_reference__slot_is_made_anew),
		REQUEST_TS(test_attributes__cleanup_and_destroy__once_a_request, setup_callbacks),
		REQUEST_T(test_child_object__of_a_request__goes_with_it),
		cmocka_unit_test_setup(test_reference__outlives_the_device__may_be_dropped, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
