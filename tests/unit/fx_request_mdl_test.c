/* SPDX-License-Identifier: MIT */
/* A request's buffers as memory descriptor lists; requests that have none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "io_fixture.h"
#include "object/driver.h"

#define DIRECT_CODE   CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, METHOD_OUT_DIRECT, FILE_ANY_ACCESS)
#define BUFFERED_CODE CTL_CODE(FILE_DEVICE_UNKNOWN, 0x802, METHOD_BUFFERED, FILE_ANY_ACCESS)
#define NEITHER_CODE  CTL_CODE(FILE_DEVICE_UNKNOWN, 0x803, METHOD_NEITHER, FILE_ANY_ACCESS)

static struct io_fixture f;
static struct io_op op;
static PMDL in, out;

static int setup(void **state)
{
	(void)state;
	io_fixture_setup(&f, NULL);
	io_default_queue(&f);
	io_fixture_start(&f);
	in = out = NULL;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	WdfRequestComplete(io_seen.last, STATUS_SUCCESS);
	io_fixture_teardown(&f);
	return 0;
}

static void control(uint32_t code, const char *text, size_t out_len)
{
	io_op_control(&op, code, text, out_len);
	io_submit(&f, &op);
}

static NTSTATUS retrieve_in(void)
{
	return WdfRequestRetrieveInputWdmMdl(io_seen.last, &in);
}

static NTSTATUS retrieve_out(void)
{
	return WdfRequestRetrieveOutputWdmMdl(io_seen.last, &out);
}

static void expect_describes(PMDL mdl, const void *buffer, size_t len)
{
	assert_null(mdl->Next);
	assert_ptr_equal(MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority), buffer);
	assert_ptr_equal(MmGetMdlVirtualAddress(mdl), buffer);
	assert_int_equal(MmGetMdlByteCount(mdl), len);
	assert_int_equal(MmGetMdlByteOffset(mdl), (uintptr_t)buffer % PAGE_SIZE);
	assert_int_equal((uintptr_t)MmGetMdlBaseVa(mdl) % PAGE_SIZE, 0);
}

static void test_buffered_control__the_system_buffer(void **state)
{
	PVOID buffer;

	(void)state;
	control(BUFFERED_CODE, "hello", 16);
	assert_int_equal(retrieve_in(), STATUS_SUCCESS);
	assert_int_equal(retrieve_out(), STATUS_SUCCESS);
	assert_int_equal(WdfRequestRetrieveInputBuffer(io_seen.last, 0, &buffer, NULL),
			 STATUS_SUCCESS);
	expect_describes(in, buffer, 5);
	expect_describes(out, buffer, 16);
	assert_ptr_not_equal(in, out);
	assert_false(io_broke());
}

static void test_direct_control__the_clients_memory(void **state)
{
	(void)state;
	control(DIRECT_CODE, "hello", 16);
	assert_int_equal(retrieve_out(), STATUS_SUCCESS);
	expect_describes(out, op.out, 16);
	memcpy(MmGetSystemAddressForMdlSafe(out, NormalPagePriority), "there", 5);
	assert_memory_equal(op.out, "there", 5);
}

static void test_read_and_write__one_each(void **state)
{
	(void)state;
	io_op_write(&op, "hello");
	io_submit(&f, &op);
	assert_int_equal(retrieve_in(), STATUS_SUCCESS);
	assert_memory_equal(MmGetMdlVirtualAddress(in), "hello", 5);
	assert_int_equal(retrieve_out(), STATUS_INVALID_DEVICE_REQUEST);
	assert_null(out);
	WdfRequestComplete(io_seen.last, STATUS_SUCCESS);
	io_settle(&f);
	io_op_read(&op, 8);
	io_submit(&f, &op);
	assert_int_equal(retrieve_in(), STATUS_INVALID_DEVICE_REQUEST);
	assert_null(in);
	assert_int_equal(retrieve_out(), STATUS_SUCCESS);
	assert_int_equal(MmGetMdlByteCount(out), 8);
}

static void test_empty__buffer_too_small(void **state)
{
	(void)state;
	control(BUFFERED_CODE, "", 0);
	assert_int_equal(retrieve_in(), STATUS_BUFFER_TOO_SMALL);
	assert_int_equal(retrieve_out(), STATUS_BUFFER_TOO_SMALL);
	assert_null(in);
	assert_null(out);
}

static void test_neither__refused(void **state)
{
	(void)state;
	control(NEITHER_CODE, "hello", 16);
	assert_int_equal(retrieve_in(), STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(retrieve_out(), STATUS_INVALID_DEVICE_REQUEST);
	assert_null(in);
}

static NTSTATUS late[2];

static void retrieve_late(void *arg)
{
	WdfObjectReference(arg);
	WdfRequestComplete(arg, STATUS_SUCCESS);
	late[0] = retrieve_in();
	late[1] = retrieve_out();
	WdfObjectDereference(arg);
}

static void test_rule_38__completed__internal_error(void **state)
{
	(void)state;
	control(BUFFERED_CODE, "hello", 16);
	io_on_owner(&f, retrieve_late, io_seen.last);
	assert_true(io_broke());
	assert_int_equal(late[0], STATUS_INTERNAL_ERROR);
	assert_int_equal(late[1], STATUS_INTERNAL_ERROR);
	control(BUFFERED_CODE, "hello", 16);
}

/* --- a create has no buffers --- */

static NTSTATUS asked[6];

static void ask_and_complete(WDFQUEUE queue, WDFREQUEST request)
{
	PVOID buffer;
	WDFMEMORY memory;

	(void)queue;
	asked[0] = WdfRequestRetrieveInputBuffer(request, 0, &buffer, NULL);
	asked[1] = WdfRequestRetrieveOutputBuffer(request, 0, &buffer, NULL);
	asked[2] = WdfRequestRetrieveInputMemory(request, &memory);
	asked[3] = WdfRequestRetrieveOutputMemory(request, &memory);
	asked[4] = WdfRequestRetrieveInputWdmMdl(request, &in);
	asked[5] = WdfRequestRetrieveOutputWdmMdl(request, &out);
	WdfRequestComplete(request, STATUS_SUCCESS);
}

static void test_rule_66__buffers_of_a_create__refused(void **state)
{
	const char *const words[] = { "", "VerifierOn=0" };
	WDF_IO_QUEUE_CONFIG config;

	(void)state;
	for (size_t i = 0; i < UW_ARRAY_SIZE(words); i++) {
		io_fixture_setup_verify(&f, NULL, words[i]);
		WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchParallel);
		config.EvtIoDefault = ask_and_complete;
		assert_int_equal(WdfDeviceConfigureRequestDispatching(io_fixture_device(&f),
								      io_queue(&f, &config),
								      WdfRequestTypeCreate),
				 STATUS_SUCCESS);
		io_fixture_start(&f);
		for (size_t k = 0; k < UW_ARRAY_SIZE(asked); k++)
			assert_int_equal(asked[k], STATUS_INVALID_DEVICE_REQUEST);
		assert_int_equal(fx_verifier_breaks_of(f.driver, FX_RULE_NO_BUFFERS),
				 UW_ARRAY_SIZE(asked));
		io_fixture_teardown(&f);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_buffered_control__the_system_buffer),
		TEST(test_direct_control__the_clients_memory),
		TEST(test_read_and_write__one_each),
		TEST(test_empty__buffer_too_small),
		TEST(test_neither__refused),
		TEST(test_rule_38__completed__internal_error),
		cmocka_unit_test(test_rule_66__buffers_of_a_create__refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
