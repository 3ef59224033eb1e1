/* SPDX-License-Identifier: MIT */
#include "name_fixture.h"

#include <stdio.h>
#include <string.h>

#include "io/io.h"
#include "pnp/device.h"

const GUID NAMED_GUID = { 0x0badcafe, 1, 2, { 3, 4, 5, 6, 7, 8, 9, 10 } };
struct named_script named_script;
struct named_fixture named;
static bool second; /* the next device is the one that opens */

/* --- the device with the names --- */

static void note_file_name(WDFFILEOBJECT file)
{
	PUNICODE_STRING name = WdfFileObjectGetFileName(file);
	size_t count = name->Length / sizeof(WCHAR);

	for (size_t i = 0; i < count && i + 1 < sizeof(named_script.file_name); i++)
		named_script.file_name[i] = (char)name->Buffer[i];
	named_script.file_name[count] = '\0';
}

static void on_create(WDFDEVICE device, WDFREQUEST request, WDFFILEOBJECT file)
{
	(void)device;
	fx_note("Create");
	named_script.mode = WdfRequestGetRequestorMode(request);
	named_script.file = file;
	note_file_name(file);
	if (named_script.in_create)
		named_script.in_create();
	WdfRequestComplete(request, named_script.create_status);
}

static void on_file_cleanup(WDFFILEOBJECT file)
{
	(void)file;
	fx_note("FileCleanup");
	if (named_script.in_cleanup)
		named_script.in_cleanup();
}

static void on_file_close(WDFFILEOBJECT file)
{
	(void)file;
	fx_note("FileClose");
}

static void on_cancel(WDFREQUEST request)
{
	for (unsigned int i = 0; i < named_script.kept_count; i++)
		if (named_script.kept[i] == request)
			named_script.kept[i] = NULL;
	fx_note("Cancel");
	WdfRequestComplete(request, STATUS_CANCELLED);
}

static void keep(WDFREQUEST request)
{
	if (named_script.kept_count < NAMED_KEPT)
		named_script.kept[named_script.kept_count++] = request;
	if (!NT_SUCCESS(WdfRequestMarkCancelableEx(request, on_cancel)))
		on_cancel(request);
}

static void on_io(WDFQUEUE queue, WDFREQUEST request)
{
	void *buffer;
	size_t len = 0;
	(void)queue;
	fx_note("Io");
	named_script.request_file = WdfRequestGetFileObject(request);
	named_script.mode = WdfRequestGetRequestorMode(request);
	if (NT_SUCCESS(WdfRequestRetrieveInputBuffer(request, 1, &buffer, &len)) &&
	    len < sizeof(named_script.got))
		memcpy(named_script.got, buffer, len);
	if (named_script.in_io)
		named_script.in_io(request);
	if (named_script.keeps)
		keep(request);
	else
		WdfRequestCompleteWithInformation(request, STATUS_SUCCESS,
						  named_script.information);
}

static void make_named(WDFDEVICE device)
{
	DECLARE_CONST_UNICODE_STRING(link, NAMED_LINK);
	DECLARE_CONST_UNICODE_STRING(reference, L"Ref");
	WDF_IO_QUEUE_CONFIG config;

	named.named = device;
	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
	config.EvtIoDefault = on_io;
	config.PowerManaged = WdfFalse; /* or a stop would wait for what is kept */
	assert_int_equal(WdfIoQueueCreate(device, &config, WDF_NO_OBJECT_ATTRIBUTES, WDF_NO_HANDLE),
			 STATUS_SUCCESS);
	assert_int_equal(WdfDeviceCreateSymbolicLink(device, &link), STATUS_SUCCESS);
	assert_int_equal(WdfDeviceCreateDeviceInterface(device, &NAMED_GUID, &reference),
			 STATUS_SUCCESS);
}

static void init_named(PWDFDEVICE_INIT init)
{
	DECLARE_CONST_UNICODE_STRING(name, NAMED_DEVICE);
	WDF_FILEOBJECT_CONFIG config;

	assert_int_equal(WdfDeviceInitAssignName(init, &name), STATUS_SUCCESS);
	WDF_FILEOBJECT_CONFIG_INIT(&config, on_create, on_file_close, on_file_cleanup);
	WdfDeviceInitSetFileObjectConfig(init, &config, WDF_NO_OBJECT_ATTRIBUTES);
	WdfDeviceInitSetExclusive(init, named_script.exclusive);
}

/* --- the one that opens --- */

static void make_targets(WDFDEVICE device)
{
	named.sender = device;
	assert_int_equal(WdfIoTargetCreate(device, WDF_NO_OBJECT_ATTRIBUTES, &named.a.handle),
			 STATUS_SUCCESS);
	assert_int_equal(WdfIoTargetCreate(device, WDF_NO_OBJECT_ATTRIBUTES, &named.b.handle),
			 STATUS_SUCCESS);
}

static void in_init(PWDFDEVICE_INIT init)
{
	if (!second)
		init_named(init);
}

static void in_add(WDFDEVICE device)
{
	if (second)
		make_targets(device);
	else
		make_named(device);
}

static struct named_target *target_of(WDFIOTARGET handle)
{
	return handle == named.a.handle ? &named.a : &named.b;
}

static void note_of(const struct named_target *target, const char *what)
{
	char word[32];

	(void)snprintf(word, sizeof(word), "%s.%s", target->word, what);
	fx_note(word);
}

static NTSTATUS on_query(WDFIOTARGET handle)
{
	struct named_target *target = target_of(handle);

	note_of(target, "Query");
	if (target->in_query)
		target->in_query(handle);
	else if (NT_SUCCESS(target->query_status))
		WdfIoTargetCloseForQueryRemove(handle);
	return target->query_status;
}

static void on_canceled(WDFIOTARGET handle)
{
	struct named_target *target = target_of(handle);

	note_of(target, "Canceled");
	if (target->in_canceled)
		target->in_canceled(handle);
	else
		(void)named_reopen(target);
}

static void on_complete(WDFIOTARGET handle)
{
	struct named_target *target = target_of(handle);

	note_of(target, "Complete");
	if (target->in_complete)
		target->in_complete(handle);
	else
		WdfIoTargetClose(handle);
}

NTSTATUS named_open(struct named_target *target, PCWSTR name)
{
	WDF_IO_TARGET_OPEN_PARAMS params;
	UNICODE_STRING text;

	RtlInitUnicodeString(&text, name);
	WDF_IO_TARGET_OPEN_PARAMS_INIT_OPEN_BY_NAME(&params, &text, STANDARD_RIGHTS_ALL);
	if (target->query)
		params.EvtIoTargetQueryRemove = on_query;
	if (target->canceled)
		params.EvtIoTargetRemoveCanceled = on_canceled;
	if (target->complete)
		params.EvtIoTargetRemoveComplete = on_complete;
	return WdfIoTargetOpen(target->handle, &params);
}

NTSTATUS named_reopen(struct named_target *target)
{
	WDF_IO_TARGET_OPEN_PARAMS params;

	WDF_IO_TARGET_OPEN_PARAMS_INIT_REOPEN(&params);
	return WdfIoTargetOpen(target->handle, &params);
}

void named_is_open(struct named_target *target)
{
	assert_int_equal(named_open(target, NAMED_DEVICE), STATUS_SUCCESS);
	fx_log_clear();
}

WDF_IO_TARGET_STATE named_state(const struct named_target *target)
{
	return WdfIoTargetGetState(target->handle);
}

NTSTATUS named_ask(struct named_target *target, const char *text, ULONG_PTR *out_information)
{
	WDF_MEMORY_DESCRIPTOR in, out;
	char answer[7];
	NTSTATUS status;

	WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&in, (void *)(uintptr_t)text, (ULONG)strlen(text));
	WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&out, answer, sizeof(answer));
	named_meet();
	status = WdfIoTargetSendIoctlSynchronously(target->handle, NULL, NAMED_CODE, &in, &out,
						   NULL, out_information);
	named_meet();
	return status;
}

static void on_back(WDFREQUEST request, WDFIOTARGET target, PWDF_REQUEST_COMPLETION_PARAMS params,
		    WDFCONTEXT context)
{
	struct fx_device *sender = fx_device_from_handle(NULL, named.sender);
	struct named_sent *sent = context;

	(void)target;
	(void)request;
	sent->status = params->IoStatus.Status;
	sent->on_own_loop = irq_loop_is_self(sender->request_loop);
	__atomic_add_fetch(&sent->ends, 1, __ATOMIC_RELEASE);
	fx_note("Back");
}

bool named_send(struct named_target *target, struct named_sent *sent)
{
	WDF_OBJECT_ATTRIBUTES attrs;

	memset(sent, 0, sizeof(*sent));
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = named.sender;
	assert_int_equal(WdfRequestCreate(&attrs, target->handle, &sent->request), STATUS_SUCCESS);
	assert_int_equal(WdfIoTargetFormatRequestForIoctl(target->handle, sent->request, NAMED_CODE,
							  NULL, NULL, NULL, NULL),
			 STATUS_SUCCESS);
	WdfRequestSetCompletionRoutine(sent->request, on_back, sent);
	return WdfRequestSend(sent->request, target->handle, WDF_NO_SEND_OPTIONS);
}

/* --- the test's side --- */

int named_setup(void **state)
{
	int err = fx_setup(state);

	memset(&named, 0, sizeof(named));
	memset(&named_script, 0, sizeof(named_script));
	named.a.word = "a";
	named.b.word = "b";
	second = false;
	fx_script.in_init = in_init;
	fx_script.in_add = in_add;
	return err;
}

void named_up(void)
{
	const struct uwdf_device_params params = { .address = "model:edu", .name = "sender" };

	fx_up();
	if (named.place)
		named.place->up();
	second = true;
	assert_int_equal(uwdf_device_start(fx.driver, &params, &fx.rep, &named.sender_host), 0);
	fx_log_clear();
}

void named_remove_sender(void)
{
	uwdf_device_remove(named.sender_host);
	named.sender_host = NULL;
}

int named_teardown(void **state)
{
	if (named.place)
		named.place->down();
	return fx_teardown(state);
}

void named_on_loop(WDFDEVICE device, void (*fn)(void *arg), void *arg)
{
	irq_loop_call(fx_device_from_handle(NULL, device)->request_loop, fn, arg);
}

static void nothing(void *arg)
{
	(void)arg;
}

void named_meet(void)
{
	if (fx.device)
		named_on_loop(named.named, nothing, NULL);
}

uint64_t named_open_files(void)
{
	return fx_io_stats(fx_device_from_handle(NULL, named.named)->io).open_files;
}

void named_all_callbacks(struct named_target *target)
{
	target->query = target->canceled = target->complete = true;
}

int named_query_remove(void)
{
	return named.place ? named.place->query_remove()
			   : uwdf_device_query_remove(fx.device, &fx.rep);
}

void named_remove(void)
{
	if (named.place)
		named.place->remove();
	else
		fx_remove();
}

void named_surprise(void)
{
	if (named.place) {
		named.place->surprise();
		return;
	}
	fx_host_wants_to_leave(fx.device, "it was pulled out");
	fx_remove();
}

void named_await_state(const struct named_target *target, WDF_IO_TARGET_STATE state)
{
	const uint64_t deadline = exec_deadline_ms(60000);

	while (named_state(target) != state && exec_now_ns() < deadline)
		exec_sleep_ms(1);
	assert_int_equal(named_state(target), state);
}
