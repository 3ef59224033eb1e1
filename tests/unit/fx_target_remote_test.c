/* SPDX-License-Identifier: MIT */
/*
 * What a driver sends to a device of another host: data both ways, what does not cross processes,
 * time-outs, stops and purges, more than there is room for, and what the target says of itself.
 * What it shares with a device of this host is in fx_target_name_test.c.
 */
#include "remote_fixture.h"

#include <string.h>

#include "base/exec.h"
#include "io/remote.h"
#include "uwdf/wire.h"

#define CODE(n, method) CTL_CODE(FILE_DEVICE_UNKNOWN, 0x810 + (n), method, FILE_ANY_ACCESS)
#define MOST            UWDF_WIRE_MAX_PAYLOAD

static uint8_t in[MOST + 1], out[MOST + 1], seen[MOST + 1];
static size_t seen_len;

static void fill(uint8_t *buf, size_t len, unsigned int from)
{
	for (size_t i = 0; i < len; i++)
		buf[i] = (uint8_t)(from + i * 7);
}

/* Takes the input, and turns it round for the output. */
static void echo(WDFREQUEST request)
{
	void *from = NULL, *to = NULL;
	size_t to_len = 0;

	seen_len = 0;
	if (NT_SUCCESS(WdfRequestRetrieveInputBuffer(request, 1, &from, &seen_len)))
		memcpy(seen, from, seen_len);
	if (NT_SUCCESS(WdfRequestRetrieveOutputBuffer(request, 1, &to, &to_len)))
		fill(to, to_len, 3);
	named_script.information = to ? to_len : seen_len;
}

static NTSTATUS control(ULONG code, size_t in_len, size_t out_len, ULONG_PTR *done)
{
	WDF_MEMORY_DESCRIPTOR from, to;
	NTSTATUS status;

	WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&from, in, (ULONG)in_len);
	WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&to, out, (ULONG)out_len);
	named_meet();
	status =
		WdfIoTargetSendIoctlSynchronously(named.a.handle, NULL, code, in_len ? &from : NULL,
						  out_len ? &to : NULL, NULL, done);
	named_meet();
	return status;
}

static void up(void)
{
	named_script.in_io = echo;
	fill(in, sizeof(in), 1);
	memset(out, 0, sizeof(out));
	named_up();
	named_is_open(&named.a);
}

/* --- data --- */

static void test_control__each_method_and_size__data_both_ways(void **state)
{
	static const ULONG methods[] = { METHOD_BUFFERED, METHOD_IN_DIRECT, METHOD_OUT_DIRECT,
					 METHOD_NEITHER };
	static const size_t sizes[] = { 1, 32, 33, 4096, MOST / 2 };
	(void)state;
	up();
	for (size_t m = 0; m < UW_ARRAY_SIZE(methods); m++) {
		for (size_t i = 0; i < UW_ARRAY_SIZE(sizes); i++) {
			bool gives =
				methods[m] == METHOD_BUFFERED || methods[m] == METHOD_OUT_DIRECT;
			ULONG_PTR done;

			if (methods[m] == METHOD_NEITHER) /* the driver below asks for no buffers */
				named_script.in_io = NULL, named_script.information = 0;
			memset(out, 0, sizeof(out));
			assert_int_equal(control(CODE(m, methods[m]), sizes[i], sizes[i], &done),
					 STATUS_SUCCESS);
			if (!gives)
				continue;
			assert_int_equal(done, sizes[i]);
			assert_int_equal(seen_len, sizes[i]);
			assert_memory_equal(seen, in, sizes[i]);
			fill(seen, sizes[i], 3);
			assert_memory_equal(out, seen, sizes[i]);
			assert_int_equal(out[sizes[i]], 0);
		}
	}
}

static void test_read_and_write__data_and_offset(void **state)
{
	LONGLONG offset = 0x123456789abc;
	WDF_MEMORY_DESCRIPTOR buffer;
	ULONG_PTR done;
	(void)state;
	up();
	WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&buffer, in, MOST);
	assert_int_equal(WdfIoTargetSendWriteSynchronously(named.a.handle, NULL, &buffer, &offset,
							   NULL, &done),
			 STATUS_SUCCESS);
	assert_int_equal(done, MOST);
	named_meet();
	assert_memory_equal(seen, in, MOST);
	WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&buffer, out, MOST);
	assert_int_equal(WdfIoTargetSendReadSynchronously(named.a.handle, NULL, &buffer, &offset,
							  NULL, &done),
			 STATUS_SUCCESS);
	assert_int_equal(done, MOST);
	named_meet();
	fill(seen, MOST, 3);
	assert_memory_equal(out, seen, MOST);
}

static void test_send__longer_than_travels__refused_and_goes_on(void **state)
{
	WDF_MEMORY_DESCRIPTOR buffer;
	ULONG_PTR done;
	(void)state;
	up();
	WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&buffer, in, MOST + 1);
	assert_int_equal(
		WdfIoTargetSendWriteSynchronously(named.a.handle, NULL, &buffer, NULL, NULL, NULL),
		STATUS_INVALID_BUFFER_SIZE);
	assert_int_equal(
		WdfIoTargetSendReadSynchronously(named.a.handle, NULL, &buffer, NULL, NULL, NULL),
		STATUS_INVALID_BUFFER_SIZE);
	assert_int_equal(control(CODE(0, METHOD_BUFFERED), 8, MOST + 1, &done),
			 STATUS_INVALID_BUFFER_SIZE);
	assert_string_equal(fx_log(), "");
	assert_int_equal(control(CODE(0, METHOD_BUFFERED), 8, 8, &done), STATUS_SUCCESS);
}

static void say_five(WDFREQUEST request)
{
	(void)request;
	named_script.information = 5;
}

static void test_send__information__as_the_driver_gave_it(void **state)
{
	ULONG_PTR done;
	(void)state;
	up();
	named_script.in_io = say_five;
	assert_int_equal(control(CODE(0, METHOD_BUFFERED), 0, 8, &done), STATUS_SUCCESS);
	assert_int_equal(done, 5);
}

/* --- what does not cross processes --- */

static void test_internal_control__refused(void **state)
{
	WDF_MEMORY_DESCRIPTOR arg;
	int value = 1;
	(void)state;
	up();
	assert_int_equal(WdfIoTargetSendInternalIoctlSynchronously(named.a.handle, NULL, NAMED_CODE,
								   NULL, NULL, NULL, NULL),
			 STATUS_INVALID_DEVICE_REQUEST);
	WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&arg, &value, sizeof(value));
	assert_int_equal(WdfIoTargetSendInternalIoctlOthersSynchronously(
				 named.a.handle, NULL, NAMED_CODE, &arg, NULL, NULL, NULL, NULL),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_string_equal(fx_log(), "");
}

static void test_wdm__no_objects_but_the_file(void **state)
{
	PFILE_OBJECT file;
	(void)state;
	up();
	assert_null(WdfIoTargetWdmGetTargetDeviceObject(named.a.handle));
	assert_null(WdfIoTargetWdmGetTargetPhysicalDevice(named.a.handle));
	file = WdfIoTargetWdmGetTargetFileObject(named.a.handle);
	assert_non_null(file);
	assert_int_equal(file->FileName.Length, sizeof(NAMED_DEVICE) - sizeof(WCHAR));
	assert_ptr_equal(WdfIoTargetWdmGetTargetFileHandle(named.a.handle), (HANDLE)file);
	WdfIoTargetClose(named.a.handle);
	assert_null(WdfIoTargetWdmGetTargetFileObject(named.a.handle));
	assert_null(WdfIoTargetWdmGetTargetFileHandle(named.a.handle));
}

/* --- time, stop, purge --- */

static NTSTATUS ask_for_ms(LONGLONG ms)
{
	WDF_REQUEST_SEND_OPTIONS options;
	NTSTATUS status;

	WDF_REQUEST_SEND_OPTIONS_INIT(&options, 0);
	WDF_REQUEST_SEND_OPTIONS_SET_TIMEOUT(&options, WDF_REL_TIMEOUT_IN_MS(ms));
	status = WdfIoTargetSendIoctlSynchronously(named.a.handle, NULL, NAMED_CODE, NULL, NULL,
						   &options, NULL);
	named_meet();
	return status;
}

static void test_time_out__cancelled_there_and_timed_out_here(void **state)
{
	(void)state;
	named_script.keeps = true;
	named_up();
	named_is_open(&named.a);
	assert_int_equal(ask_for_ms(10), STATUS_IO_TIMEOUT);
	assert_string_equal(fx_log(), "Io Cancel");
}

/* Counted from when it was sent, not from when the target is started. */
static void test_time_out__target_is_stopped__never_gets_there(void **state)
{
	(void)state;
	named_up();
	named_is_open(&named.a);
	WdfIoTargetStop(named.a.handle, WdfIoTargetLeaveSentIoPending);
	assert_int_equal(ask_for_ms(10), STATUS_IO_TIMEOUT);
	assert_int_equal(WdfIoTargetStart(named.a.handle), STATUS_SUCCESS);
	assert_int_equal(ask_for_ms(60000), STATUS_SUCCESS);
	assert_string_equal(fx_log(), "Io");
}

static void test_stop__left_pending__comes_back_later(void **state)
{
	struct named_sent out_there, waits;
	(void)state;
	named_script.keeps = true;
	named_up();
	named_is_open(&named.a);
	assert_true(named_send(&named.a, &out_there));
	assert_true(fx_log_await("Io", 1));
	WdfIoTargetStop(named.a.handle, WdfIoTargetLeaveSentIoPending);
	named_meet();
	named_script.keeps = false;
	named_meet();
	assert_true(named_send(&named.a, &waits));
	assert_int_equal(out_there.ends + waits.ends, 0);
	assert_int_equal(WdfIoTargetStart(named.a.handle), STATUS_SUCCESS);
	assert_true(fx_log_await("Back", 1));
	assert_int_equal(waits.status, STATUS_SUCCESS);
	WdfIoTargetPurge(named.a.handle, WdfIoTargetPurgeIoAndWait);
	assert_int_equal(out_there.status, STATUS_CANCELLED);
	assert_false(named_send(&named.a, &waits));
	assert_int_equal(WdfIoTargetStart(named.a.handle), STATUS_SUCCESS);
	assert_int_equal(ask_for_ms(60000), STATUS_SUCCESS);
}

static void test_stop__cancel__waits_for_all(void **state)
{
	struct named_sent sent[3];
	(void)state;
	named_script.keeps = true;
	named_up();
	named_is_open(&named.a);
	for (unsigned int i = 0; i < 3; i++)
		assert_true(named_send(&named.a, &sent[i]));
	WdfIoTargetStop(named.a.handle, WdfIoTargetCancelSentIo);
	for (unsigned int i = 0; i < 3; i++) {
		assert_int_equal(sent[i].ends, 1);
		assert_int_equal(sent[i].status, STATUS_CANCELLED);
	}
}

static struct named_sent many[1500];

/* More than the rings hold wait here; cancels are more than the socket takes at once. */
static void test_close__more_out_than_there_is_room_for__each_cancelled_once(void **state)
{
	(void)state;
	named_script.keeps = true;
	named_up();
	named_is_open(&named.a);
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(many); i++)
		assert_true(named_send(&named.a, &many[i]));
	WdfIoTargetClose(named.a.handle);
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(many); i++) {
		assert_int_equal(many[i].ends, 1);
		assert_int_equal(many[i].status, STATUS_CANCELLED);
		WdfObjectDelete(many[i].request);
	}
	assert_int_equal(named_open_files(), 0);
}

static void test_send__more_than_there_is_room_for__all_get_there(void **state)
{
	(void)state;
	named_up();
	named_is_open(&named.a);
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(many); i++)
		assert_true(named_send(&named.a, &many[i]));
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(many); i++) {
		while (!__atomic_load_n(&many[i].ends, __ATOMIC_ACQUIRE))
			exec_sleep_ms(1);
		assert_int_equal(many[i].status, STATUS_SUCCESS);
		WdfObjectDelete(many[i].request);
	}
}

/* --- who is asked --- */

static void test_open__found_here_and_refused__others_are_not_asked(void **state)
{
	(void)state;
	named.place = NULL; /* it is here after all */
	named_up();
	named_script.create_status = STATUS_OBJECT_NAME_NOT_FOUND;
	assert_int_equal(named_open(&named.a, NAMED_DEVICE), STATUS_OBJECT_NAME_NOT_FOUND);
	assert_string_equal(fx_log(), "Create");
}

static void test_open__no_way_to_other_hosts__not_found(void **state)
{
	(void)state;
	named_up();
	fx_remote_use(NULL);
	assert_int_equal(named_open(&named.a, NAMED_DEVICE), STATUS_OBJECT_NAME_NOT_FOUND);
}

static void test_open__again_and_again__nothing_left(void **state)
{
	ULONG_PTR done;
	(void)state;
	named_up();
	for (unsigned int i = 0; i < 5; i++) {
		assert_int_equal(i ? named_reopen(&named.a) : named_open(&named.a, NAMED_LINK),
				 STATUS_SUCCESS);
		assert_int_equal(named_ask(&named.a, "x", &done), STATUS_SUCCESS);
		WdfIoTargetClose(named.a.handle);
		assert_int_equal(named_open_files(), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		NAMED_THERE(test_control__each_method_and_size__data_both_ways),
		NAMED_THERE(test_read_and_write__data_and_offset),
		NAMED_THERE(test_send__longer_than_travels__refused_and_goes_on),
		NAMED_THERE(test_send__information__as_the_driver_gave_it),
		NAMED_THERE(test_internal_control__refused),
		NAMED_THERE(test_wdm__no_objects_but_the_file),
		NAMED_THERE(test_time_out__cancelled_there_and_timed_out_here),
		NAMED_THERE(test_time_out__target_is_stopped__never_gets_there),
		NAMED_THERE(test_stop__left_pending__comes_back_later),
		NAMED_THERE(test_stop__cancel__waits_for_all),
		NAMED_THERE(test_close__more_out_than_there_is_room_for__each_cancelled_once),
		NAMED_THERE(test_send__more_than_there_is_room_for__all_get_there),
		NAMED_THERE(test_open__found_here_and_refused__others_are_not_asked),
		NAMED_THERE(test_open__no_way_to_other_hosts__not_found),
		NAMED_THERE(test_open__again_and_again__nothing_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
