/* SPDX-License-Identifier: MIT */
/*
 * A target that is opened by a name of another device: which names there are, what the device's
 * driver sees of it, what is sent, and the close. Each with the device in this host and, where that
 * makes a difference to nobody, in another. From the pages of WdfIoTargetOpen,
 * WDF_IO_TARGET_OPEN_PARAMS, WdfIoTargetClose and "General I/O Targets in KMDF".
 */
#include "remote_fixture.h"

#include <string.h>

/* What another host's drivers send comes from a program, as everything does. */
static KPROCESSOR_MODE mode(void)
{
	return named.place ? UserMode : KernelMode;
}

static void test_open__by_any_of_its_names__its_driver_is_asked(void **state)
{
	static const PCWSTR names[] = { NAMED_DEVICE,
					L"\\device\\UWDFNAMED",
					NAMED_LINK,
					L"\\??\\UwdfNamedLink",
					L"\\GLOBAL??\\uwdfnamedlink",
					L"\\DosDevices\\Global\\UwdfNamedLink" };
	(void)state;
	named_up();
	for (size_t i = 0; i < UW_ARRAY_SIZE(names); i++) {
		assert_int_equal(named_open(&named.a, names[i]), STATUS_SUCCESS);
		assert_int_equal(named_state(&named.a), WdfIoTargetStarted);
		assert_string_equal(fx_log(), "Create");
		assert_string_equal(named_script.file_name, "");
		assert_int_equal(named_script.mode, mode());
		WdfIoTargetClose(named.a.handle);
		assert_int_equal(named_state(&named.a), WdfIoTargetClosed);
		assert_string_equal(fx_log(), "Create FileCleanup FileClose");
		fx_log_clear();
	}
}

static void test_open__a_path_behind_it__is_the_file_name(void **state)
{
	(void)state;
	named_up();
	assert_int_equal(named_open(&named.a, NAMED_DEVICE L"\\some\\path"), STATUS_SUCCESS);
	assert_string_equal(named_script.file_name, "\\some\\path");
	WdfIoTargetClose(named.a.handle);
	assert_int_equal(named_open(&named.a, L"\\??\\UwdfNamedLink\\x"), STATUS_SUCCESS);
	assert_string_equal(named_script.file_name, "\\x");
}

static void test_open__interface_string__its_reference_is_the_file_name(void **state)
{
	DECLARE_CONST_UNICODE_STRING(reference, L"Ref");
	WDFSTRING string;
	UNICODE_STRING text;
	(void)state;
	named_up();
	assert_int_equal(WdfStringCreate(NULL, WDF_NO_OBJECT_ATTRIBUTES, &string), STATUS_SUCCESS);
	assert_int_equal(WdfDeviceRetrieveDeviceInterfaceString(named.named, &NAMED_GUID,
								&reference, string),
			 STATUS_SUCCESS);
	WdfStringGetUnicodeString(string, &text);
	assert_int_equal(named_open(&named.a, text.Buffer), STATUS_SUCCESS);
	assert_string_equal(named_script.file_name, "\\Ref");
	WdfDeviceSetDeviceInterfaceState(named.named, &NAMED_GUID, &reference, FALSE);
	assert_false(NT_SUCCESS(named_open(&named.b, text.Buffer)));
	WdfObjectDelete(string);
}

static void test_open__nobody_has_the_name__says_which_part(void **state)
{
	(void)state;
	named_up();
	assert_int_equal(named_open(&named.a, L"\\Device\\Nobody"), STATUS_OBJECT_NAME_NOT_FOUND);
	assert_int_equal(named_open(&named.a, L"\\??\\Nobody"), STATUS_OBJECT_NAME_NOT_FOUND);
	assert_int_equal(named_open(&named.a, L"\\Device\\Nobody\\path"),
			 STATUS_OBJECT_PATH_NOT_FOUND);
	assert_int_equal(named_open(&named.a, L"\\Device\\UwdfNamedx"),
			 STATUS_OBJECT_NAME_NOT_FOUND);
	assert_int_equal(named_open(&named.a, L"\\Nowhere\\UwdfNamed"),
			 STATUS_OBJECT_PATH_NOT_FOUND);
	assert_int_equal(named_open(&named.a, L"UwdfNamed"), STATUS_OBJECT_PATH_SYNTAX_BAD);
	assert_int_equal(named_state(&named.a), WdfIoTargetClosed);
}

static void test_open__open_already__invalid_state(void **state)
{
	(void)state;
	named_up();
	named_is_open(&named.a);
	assert_int_equal(named_open(&named.a, NAMED_DEVICE), STATUS_INVALID_DEVICE_STATE);
	assert_int_equal(named_reopen(&named.a), STATUS_INVALID_DEVICE_STATE);
	assert_string_equal(fx_log(), "");
}

static void test_open__never_opened__cannot_be_opened_again(void **state)
{
	(void)state;
	named_up();
	assert_int_equal(named_reopen(&named.a), STATUS_INVALID_DEVICE_STATE);
}

static void test_open__its_driver_refuses__with_its_status(void **state)
{
	(void)state;
	named_up();
	named_script.create_status = STATUS_SHARING_VIOLATION;
	assert_int_equal(named_open(&named.a, NAMED_DEVICE), STATUS_SHARING_VIOLATION);
	assert_int_equal(named_state(&named.a), WdfIoTargetClosed);
	assert_int_equal(named_open_files(), 0);
	named_script.create_status = STATUS_SUCCESS;
	assert_int_equal(named_reopen(&named.a), STATUS_SUCCESS);
}

static void test_open__exclusive__one_at_a_time(void **state)
{
	(void)state;
	named_script.exclusive = true;
	named_up();
	named_is_open(&named.a);
	assert_int_equal(named_open(&named.b, NAMED_DEVICE), STATUS_ACCESS_DENIED);
	WdfIoTargetClose(named.a.handle);
	assert_int_equal(named_open(&named.b, NAMED_DEVICE), STATUS_SUCCESS);
}

static NTSTATUS status_inside;

static void open_inside(WDFREQUEST request)
{
	(void)request;
	status_inside = named_open(&named.b, NAMED_DEVICE);
}

/* Its create callback could not run before the one that waits for it returns. */
static void test_open__in_a_callback_of_that_device__refused(void **state)
{
	(void)state;
	named_up();
	named_is_open(&named.a);
	named_script.in_io = open_inside;
	(void)fx_broke();
	assert_int_equal(named_ask(&named.a, "x", NULL), STATUS_SUCCESS);
	assert_int_equal(status_inside, STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(named_state(&named.b), WdfIoTargetClosed);
	assert_true(fx_broke());
}

static void open_on_loop(void *arg)
{
	(void)arg;
	status_inside = named_open(&named.a, NAMED_DEVICE);
}

static void close_on_loop(void *arg)
{
	(void)arg;
	WdfIoTargetClose(named.a.handle);
}

static void test_open__on_the_senders_loop__opens_and_closes(void **state)
{
	(void)state;
	named_up();
	named_on_loop(named.sender, open_on_loop, NULL);
	assert_int_equal(status_inside, STATUS_SUCCESS);
	named_on_loop(named.sender, close_on_loop, NULL);
	assert_string_equal(fx_log(), "Create FileCleanup FileClose");
}

/* --- what is sent --- */

static void test_send__waiting__gets_there_in_its_file(void **state)
{
	ULONG_PTR information = 0;
	(void)state;
	named_up();
	named_script.information = 7;
	named_is_open(&named.a);
	assert_int_equal(named_ask(&named.a, "hello", &information), STATUS_SUCCESS);
	assert_int_equal(information, 7);
	assert_string_equal(named_script.got, "hello");
	assert_ptr_equal(named_script.request_file, named_script.file);
	assert_int_equal(named_script.mode, mode());
}

static const void *seen;

static void look_at_memory(WDFREQUEST request)
{
	void *buffer;

	assert_int_equal(WdfRequestRetrieveOutputBuffer(request, 1, &buffer, NULL), STATUS_SUCCESS);
	seen = buffer;
}

static void test_send__direct__the_senders_own_memory(void **state)
{
	ULONG code = CTL_CODE(FILE_DEVICE_UNKNOWN, 0x802, METHOD_OUT_DIRECT, FILE_ANY_ACCESS);
	WDF_MEMORY_DESCRIPTOR out;
	char memory[8];
	(void)state;
	named_up();
	named_is_open(&named.a);
	named_script.in_io = look_at_memory;
	WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&out, memory, sizeof(memory));
	assert_int_equal(WdfIoTargetSendIoctlSynchronously(named.a.handle, NULL, code, NULL, &out,
							   NULL, NULL),
			 STATUS_SUCCESS);
	assert_ptr_equal(seen, memory);
}

static void test_send__with_a_routine__back_on_the_senders_loop(void **state)
{
	struct named_sent sent;
	(void)state;
	named_up();
	named_is_open(&named.a);
	assert_true(named_send(&named.a, &sent));
	assert_true(fx_log_await("Back", 1));
	assert_int_equal(sent.status, STATUS_SUCCESS);
	assert_true(sent.on_own_loop);
}

static void test_send__cancelled__its_driver_is_asked(void **state)
{
	struct named_sent sent;
	(void)state;
	named_script.keeps = true;
	named_up();
	named_is_open(&named.a);
	assert_true(named_send(&named.a, &sent));
	assert_true(fx_log_await("Io", 1));
	assert_true(WdfRequestCancelSentRequest(sent.request));
	assert_true(fx_log_await("Back", 1));
	assert_int_equal(sent.status, STATUS_CANCELLED);
}

static void send_on_loop(void *arg)
{
	WDF_REQUEST_SEND_OPTIONS options;
	(void)arg;
	WDF_REQUEST_SEND_OPTIONS_INIT(&options, 0);
	WDF_REQUEST_SEND_OPTIONS_SET_TIMEOUT(&options, WDF_REL_TIMEOUT_IN_SEC(5));
	status_inside = WdfIoTargetSendIoctlSynchronously(named.a.handle, NULL, NAMED_CODE, NULL,
							  NULL, &options, NULL);
}

/* No callback of the device runs, so it may run there while the sender waits. */
static void test_send__waiting_on_the_devices_own_loop__it_runs_meanwhile(void **state)
{
	(void)state;
	named_up();
	named_is_open(&named.a);
	named_on_loop(named.named, send_on_loop, NULL);
	assert_int_equal(status_inside, STATUS_SUCCESS);
}

static unsigned int deep, deepest;
static struct named_sent inner;

static void send_back(WDFREQUEST request)
{
	(void)request;
	deepest = ++deep > deepest ? deep : deepest;
	if (!inner.request)
		assert_true(named_send(&named.a, &inner));
	deep--;
}

/* Whoever sends may hold his own locks. */
static void test_send__in_a_callback_of_that_device__comes_behind_it(void **state)
{
	(void)state;
	deep = deepest = 0;
	inner.request = NULL;
	named_up();
	named_is_open(&named.a);
	named_script.in_io = send_back;
	assert_int_equal(named_ask(&named.a, "x", NULL), STATUS_SUCCESS);
	assert_true(fx_log_await("Back", 1));
	named_meet();
	assert_int_equal(deepest, 1);
}

static void test_send__closed__refused(void **state)
{
	struct named_sent sent;
	(void)state;
	named_up();
	assert_false(named_send(&named.a, &sent));
	assert_int_equal(WdfRequestGetStatus(sent.request), STATUS_INVALID_DEVICE_STATE);
}

/* --- close --- */

static void test_close__something_is_out__cancelled_and_told_before_the_file_goes(void **state)
{
	struct named_sent sent;
	(void)state;
	named_script.keeps = true;
	named_up();
	named_is_open(&named.a);
	assert_true(named_send(&named.a, &sent));
	assert_true(fx_log_await("Io", 1));
	WdfIoTargetClose(named.a.handle);
	assert_string_equal(fx_log(), "Io Cancel Back FileCleanup FileClose");
	assert_int_equal(sent.status, STATUS_CANCELLED);
	assert_int_equal(named_open_files(), 0);
}

static void test_close__twice__harmless(void **state)
{
	(void)state;
	named_up();
	named_is_open(&named.a);
	WdfIoTargetClose(named.a.handle);
	WdfIoTargetClose(named.a.handle);
	assert_string_equal(fx_log(), "FileCleanup FileClose");
	assert_int_equal(named_reopen(&named.a), STATUS_SUCCESS);
}

static void test_delete__open__closes(void **state)
{
	(void)state;
	named_up();
	named_is_open(&named.a);
	WdfObjectDelete(named.a.handle);
	assert_string_equal(fx_log(), "FileCleanup FileClose");
}

static void test_remove__the_sender__closes(void **state)
{
	struct named_sent sent;
	(void)state;
	named_script.keeps = true;
	named_up();
	named_is_open(&named.a);
	assert_true(named_send(&named.a, &sent));
	assert_true(fx_log_await("Io", 1));
	named_remove_sender();
	assert_int_equal(sent.status, STATUS_CANCELLED);
	assert_true(fx_log_await("FileClose", 1));
	assert_int_equal(named_open_files(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		NAMED_BOTH(test_open__by_any_of_its_names__its_driver_is_asked),
		NAMED_BOTH(test_open__a_path_behind_it__is_the_file_name),
		NAMED_BOTH(test_open__interface_string__its_reference_is_the_file_name),
		NAMED_BOTH(test_open__nobody_has_the_name__says_which_part),
		NAMED_BOTH(test_open__open_already__invalid_state),
		NAMED_BOTH(test_open__never_opened__cannot_be_opened_again),
		NAMED_BOTH(test_open__its_driver_refuses__with_its_status),
		NAMED_BOTH(test_open__exclusive__one_at_a_time),
		NAMED_HERE(test_open__in_a_callback_of_that_device__refused),
		NAMED_BOTH(test_open__on_the_senders_loop__opens_and_closes),
		NAMED_BOTH(test_send__waiting__gets_there_in_its_file),
		NAMED_HERE(test_send__direct__the_senders_own_memory),
		NAMED_BOTH(test_send__with_a_routine__back_on_the_senders_loop),
		NAMED_BOTH(test_send__cancelled__its_driver_is_asked),
		NAMED_HERE(test_send__waiting_on_the_devices_own_loop__it_runs_meanwhile),
		NAMED_BOTH(test_send__in_a_callback_of_that_device__comes_behind_it),
		NAMED_BOTH(test_send__closed__refused),
		NAMED_BOTH(test_close__something_is_out__cancelled_and_told_before_the_file_goes),
		NAMED_BOTH(test_close__twice__harmless),
		NAMED_BOTH(test_delete__open__closes),
		NAMED_BOTH(test_remove__the_sender__closes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
