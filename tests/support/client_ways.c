/* SPDX-License-Identifier: MIT */
#include "client_ways.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/exec.h"
#include "server.h"
#include "uwdf/device_io.h"
#include "uwdf/in_process.h"

enum way { SOCKET, RINGS, IN_PROCESS, WAYS };
static const char *const way_names[] = { "socket", "rings", "in process" };

static struct ways {
	const struct ways_behaviour *behaviour;
	enum way way;
	char dir[40];
	struct server *server;
	struct exec_thread *thread;
	struct exec_event go_on; /* the driver stays in EvtDeviceD0Exit until then */
	bool stays_there;
	unsigned int patience_ms;
	int answer; /* of the query elsewhere */
	struct uwdf_error error;
	char file_name[64];
	unsigned int pending, files_closed; /* atomic */
	bool refuses_opens;
	uint32_t asked; /* atomic */
	struct exec_mutex seen_lock;
	struct ways_seen seen;         /* guarded by it */
	unsigned int children_cleaned; /* atomic */
} ways;

/* --- the driver --- */

static void on_cancel(WDFREQUEST request)
{
	__atomic_sub_fetch(&ways.pending, 1, __ATOMIC_RELAXED);
	WdfRequestComplete(request, STATUS_CANCELLED);
}

static void fill(WDFREQUEST request, size_t out_len)
{
	void *out;
	NTSTATUS status = WdfRequestRetrieveOutputBuffer(request, out_len, &out, NULL);

	if (NT_SUCCESS(status))
		memset(out, WAYS_FILLING, out_len);
	WdfRequestCompleteWithInformation(request, status, out_len);
}

static WDF_REQUEST_PARAMETERS parameters_of(WDFREQUEST request)
{
	WDF_REQUEST_PARAMETERS params;

	WDF_REQUEST_PARAMETERS_INIT(&params);
	WdfRequestGetParameters(request, &params);
	return params;
}

static void on_read(WDFQUEUE queue, WDFREQUEST request, size_t len)
{
	(void)queue;
	if (len > WAYS_LONG &&
	    parameters_of(request).Parameters.Read.DeviceOffset != WAYS_PEND_AT) {
		fill(request, len);
		return;
	}
	__atomic_add_fetch(&ways.pending, 1, __ATOMIC_RELAXED);
	WdfRequestMarkCancelable(request, on_cancel);
}

static void on_write(WDFQUEUE queue, WDFREQUEST request, size_t len)
{
	size_t filled = 0;
	uint8_t *in;

	(void)queue;
	if (len > WAYS_LONG &&
	    NT_SUCCESS(WdfRequestRetrieveInputBuffer(request, len, (PVOID *)&in, NULL))) {
		for (size_t i = 0; i < len; i++)
			filled += in[i] == WAYS_FILLING;
		len = filled;
	}
	WdfRequestCompleteWithInformation(request, STATUS_SUCCESS, len);
}

static void echo(WDFREQUEST request, size_t out_len, size_t in_len, NTSTATUS status)
{
	size_t len = in_len < out_len ? in_len : out_len;
	void *in, *out;

	if (len && (!NT_SUCCESS(WdfRequestRetrieveInputBuffer(request, 1, &in, NULL)) ||
		    !NT_SUCCESS(WdfRequestRetrieveOutputBuffer(request, 1, &out, NULL))))
		status = STATUS_DATA_ERROR;
	else if (len)
		memmove(out, in, len);
	WdfRequestCompleteWithInformation(request, status, len);
}

/* The driver of "neither" I/O takes what the IRP says, here in any context. */
static void look(WDFREQUEST request)
{
	const WDF_REQUEST_PARAMETERS params = parameters_of(request);
	PIRP irp = WdfRequestWdmGetIrp(request);
	uint8_t *in = params.Parameters.DeviceIoControl.Type3InputBuffer;

	exec_mutex_lock(&ways.seen_lock);
	ways.seen =
		(struct ways_seen){ .type3_input = in,
				    .irp_type3_input =
					    IoGetCurrentIrpStackLocation(irp)
						    ->Parameters.DeviceIoControl.Type3InputBuffer,
				    .user_buffer = irp->UserBuffer,
				    .in_len = params.Parameters.DeviceIoControl.InputBufferLength };
	if (in) {
		memcpy(ways.seen.input, in,
		       ways.seen.in_len < 16 ? ways.seen.in_len : sizeof(ways.seen.input));
		*in = WAYS_FILLING;
	}
	exec_mutex_unlock(&ways.seen_lock);
	WdfRequestComplete(request, STATUS_SUCCESS);
}

/* Of the other methods; the second buffer of METHOD_IN_DIRECT is the driver's to read: its
 * information is how much there is what is in the first. */
static void echo_direct(WDFREQUEST request, size_t out_len, size_t in_len)
{
	const WDF_REQUEST_PARAMETERS params = parameters_of(request);
	const uint32_t method =
		METHOD_FROM_CTL_CODE(params.Parameters.DeviceIoControl.IoControlCode);
	uint8_t *in, *second;
	size_t same = 0;

	if (method == METHOD_OUT_DIRECT) {
		echo(request, out_len, in_len, STATUS_SUCCESS);
		return;
	}
	if (method == METHOD_NEITHER) {
		same = in_len < out_len ? in_len : out_len;
		memcpy(WdfRequestWdmGetIrp(request)->UserBuffer,
		       params.Parameters.DeviceIoControl.Type3InputBuffer, same);
		WdfRequestCompleteWithInformation(request, STATUS_SUCCESS, same);
		return;
	}
	if (!NT_SUCCESS(WdfRequestRetrieveInputBuffer(request, 1, (PVOID *)&in, NULL)) ||
	    !NT_SUCCESS(WdfRequestRetrieveOutputBuffer(request, 1, (PVOID *)&second, NULL))) {
		WdfRequestComplete(request, STATUS_DATA_ERROR);
		return;
	}
	for (size_t i = 0; i < in_len && i < out_len; i++)
		same += in[i] == second[i];
	WdfRequestCompleteWithInformation(request, STATUS_SUCCESS, same);
}

/* --- what is below a request --- */

static void child_cleanup(WDFOBJECT object)
{
	(void)object;
	__atomic_add_fetch(&ways.children_cleaned, 1, __ATOMIC_RELAXED);
}

static void no_timer(WDFTIMER timer)
{
	(void)timer;
}

static void no_work(WDFWORKITEM work)
{
	(void)work;
}

static void no_dpc(WDFDPC dpc)
{
	(void)dpc;
}

static NTSTATUS make_children(WDFREQUEST request)
{
	WDF_WORKITEM_CONFIG work_config;
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_TIMER_CONFIG timer_config;
	WDF_DPC_CONFIG dpc_config;
	WDFWORKITEM work;
	WDFMEMORY memory;
	WDFTIMER timer;
	WDFDPC dpc;
	NTSTATUS status;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.EvtCleanupCallback = child_cleanup;
	attrs.ParentObject = request;
	WDF_TIMER_CONFIG_INIT(&timer_config, no_timer);
	WDF_WORKITEM_CONFIG_INIT(&work_config, no_work);
	WDF_DPC_CONFIG_INIT(&dpc_config, no_dpc);
	timer_config.AutomaticSerialization = FALSE;
	work_config.AutomaticSerialization = FALSE;
	dpc_config.AutomaticSerialization = FALSE;
	status = WdfTimerCreate(&timer_config, &attrs, &timer);
	if (NT_SUCCESS(status))
		status = WdfWorkItemCreate(&work_config, &attrs, &work);
	if (NT_SUCCESS(status))
		status = WdfDpcCreate(&dpc_config, &attrs, &dpc);
	if (NT_SUCCESS(status))
		status = WdfMemoryCreate(&attrs, NonPagedPoolNx, 1, 64, &memory, NULL);
	if (!NT_SUCCESS(status))
		return status;
	WdfTimerStart(timer, WDF_REL_TIMEOUT_IN_SEC(3600)); /* stopped with it */
	return status;
}

unsigned int ways_children_cleaned(void)
{
	return __atomic_load_n(&ways.children_cleaned, __ATOMIC_RELAXED);
}

static void on_control(WDFQUEUE queue, WDFREQUEST request, size_t out_len, size_t in_len,
		       ULONG code)
{
	(void)queue;
	if (code == WAYS_ECHO)
		echo(request, out_len, in_len, STATUS_SUCCESS);
	else if (code == WAYS_FAIL)
		echo(request, out_len, in_len, STATUS_UNSUCCESSFUL);
	else if (code == WAYS_WARN)
		echo(request, out_len, in_len, STATUS_BUFFER_OVERFLOW);
	else if (code == WAYS_FILL)
		fill(request, out_len);
	else if (code == WAYS_CHILDREN)
		WdfRequestComplete(request, make_children(request));
	else if ((code & ~3u) == WAYS_LOOK)
		look(request);
	else if ((code & ~3u) == (WAYS_ECHO & ~3u))
		echo_direct(request, out_len, in_len);
	else
		WdfRequestComplete(request, STATUS_INVALID_DEVICE_REQUEST);
}

static void on_create(WDFDEVICE device, WDFREQUEST request, WDFFILEOBJECT file)
{
	const UNICODE_STRING *name = WdfFileObjectGetFileName(file);
	unsigned int chars = name->Length / sizeof(WCHAR);

	(void)device;
	for (unsigned int i = 0; i < chars && i < sizeof(ways.file_name) - 1; i++)
		ways.file_name[i] = (char)name->Buffer[i];
	ways.file_name[chars] = '\0';
	WdfRequestComplete(request, ways.refuses_opens ? STATUS_SHARING_VIOLATION : STATUS_SUCCESS);
}

static void on_close(WDFFILEOBJECT file)
{
	(void)file;
	__atomic_add_fetch(&ways.files_closed, 1, __ATOMIC_RELEASE);
}

static void in_init(PWDFDEVICE_INIT init)
{
	WDF_FILEOBJECT_CONFIG config;

	if (ways.behaviour->direct_io)
		WdfDeviceInitSetIoType(init, WdfDeviceIoDirect);
	WDF_FILEOBJECT_CONFIG_INIT(&config, on_create, on_close, NULL);
	WdfDeviceInitSetFileObjectConfig(init, &config, WDF_NO_OBJECT_ATTRIBUTES);
}

static void in_add(WDFDEVICE device)
{
	static const GUID guid = { 0x11111111, 1, 1, { 1, 2, 3, 4, 5, 6, 7, 8 } };
	WDF_IO_QUEUE_CONFIG config;
	UNICODE_STRING link;

	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
	config.AllowZeroLengthRequests = TRUE;
	config.EvtIoRead = on_read;
	config.EvtIoWrite = on_write;
	config.EvtIoDeviceControl = on_control;
	RtlInitUnicodeString(&link, L"\\DosDevices\\WaysLink");
	if (WdfIoQueueCreate(device, &config, WDF_NO_OBJECT_ATTRIBUTES, WDF_NO_HANDLE) ||
	    WdfDeviceCreateDeviceInterface(device, &guid, NULL) ||
	    WdfDeviceCreateSymbolicLink(device, &link))
		fail_msg("the driver made nothing of it");
}

static void in_any(const char *name)
{
	if (!strcmp(name, "QueryRemove"))
		__atomic_store_n(&ways.asked, 1, __ATOMIC_RELEASE);
	if (!strcmp(name, "D0Exit") && ways.stays_there) {
		fx_note("There");
		exec_event_wait(&ways.go_on, exec_deadline_ms(WAYS_SOON_MS));
	}
}

const char *ways_file_name(void)
{
	return ways.file_name;
}

unsigned int ways_pending(void)
{
	return __atomic_load_n(&ways.pending, __ATOMIC_RELAXED);
}

void ways_await_pending(unsigned int count)
{
	for (unsigned int i = 0; i < WAYS_SOON_MS && ways_pending() != count; i++)
		exec_sleep_ms(1);
	assert_int_equal(ways_pending(), count);
}

unsigned int ways_files_closed(void)
{
	return __atomic_load_n(&ways.files_closed, __ATOMIC_ACQUIRE);
}

void ways_refuse_opens(bool refuse)
{
	ways.refuses_opens = refuse;
}

void ways_refuse_removal(bool refuse)
{
	fx_script.fail = refuse ? "QueryRemove" : NULL;
}

bool ways_was_asked(void)
{
	return __atomic_load_n(&ways.asked, __ATOMIC_ACQUIRE);
}

/* Its answer came through shared memory, of which ThreadSanitizer knows nothing: hence the lock. */
const struct ways_seen *ways_seen(void)
{
	static struct ways_seen copy;

	exec_mutex_lock(&ways.seen_lock);
	copy = ways.seen;
	exec_mutex_unlock(&ways.seen_lock);
	return &copy;
}

/* --- the client --- */

const char *ways_name(void)
{
	struct uwdf_device_info info;

	uwdf_device_info(fx.device, &info);
	return info.name;
}

int ways_try(const char *what, uwdf_handle **out)
{
	char name[256];

	if (strncmp(what, "%s", 2) != 0)
		snprintf(name, sizeof(name), "%s", what);
	else
		snprintf(name, sizeof(name), "%s%s",
			 ways.server ? server_name(ways.server) : "tested", what + 2);
	return ways.way == IN_PROCESS ? uwdf_open_in_process_as(fx.device, name, &ways.error, out)
				      : uwdf_open(name, &ways.error, out);
}

uwdf_handle *ways_open(const char *what)
{
	uwdf_handle *h = NULL;

	if (ways_try(what, &h))
		fail_msg("%s", ways.error.text);
	return h;
}

const char *ways_error(void)
{
	return ways.error.text;
}

bool ways_is_in_process(void)
{
	return ways.way == IN_PROCESS;
}

bool ways_shares_memory(void)
{
	return ways.way != SOCKET;
}

/* --- the host --- */

static size_t no_text(void *arg, struct server *server, char *buf, size_t len)
{
	(void)arg;
	(void)server;
	(void)buf;
	(void)len;
	return 0;
}

static void no_stop(void *arg, enum server_stop how)
{
	(void)arg;
	(void)how;
}

static bool find(void *arg, const uint8_t *guid, const char *text, char *file_name, size_t len)
{
	const struct uwdf_device_name name = { .guid = guid, .text = text };
	(void)arg;
	return uwdf_device_find(fx.device, &name, file_name, len);
}

void ways_patience(unsigned int ms)
{
	ways.patience_ms = fx_watches_patience_ms = ms;
}

int ways_query(void)
{
	int err;

	__atomic_store_n(&ways.asked, 0, __ATOMIC_RELEASE);
	server_query_remove(ways.server);
	(void)server_await_let_go(ways.server, exec_deadline_ms(ways.patience_ms));
	err = uwdf_device_query_remove(fx.device, &fx.rep);
	if (err)
		server_tell_stays(ways.server);
	return err;
}

static void query(void *arg)
{
	(void)arg;
	ways.answer = ways_query();
}

static void remove_device(void *arg)
{
	(void)arg;
	server_leave(ways.server, exec_deadline_ms(WAYS_SOON_MS));
	fx_remove();
}

static void start(const char *name, void (*run)(void *arg))
{
	struct exec_thread_params params = { .name = name, .run = run, .node = -1 };

	assert_int_equal(exec_thread_start(&params, &ways.thread), 0);
}

static void end_thread(void)
{
	exec_thread_join(ways.thread);
	ways.thread = NULL;
}

void ways_query_start(void)
{
	start("query", query);
}

int ways_query_end(void)
{
	end_thread();
	return ways.answer;
}

int ways_query_from_elsewhere(void)
{
	ways_query_start();
	return ways_query_end();
}

void ways_start_leaving(void)
{
	ways.stays_there = true;
	start("removal", remove_device);
	assert_true(fx_log_await("There", 1));
}

void ways_remove(void)
{
	remove_device(NULL);
	assert_int_equal(server_free(ways.server, exec_deadline_ms(WAYS_SOON_MS)), 0);
	ways.server = NULL;
}

/* --- all --- */

static void host_up(void)
{
	struct server_params params = {
		.ops = &uwdf_device_io, .describe = no_text, .find = find, .stop = no_stop
	};
	struct report rep = REPORT_INIT;

	fx_script.in_init = in_init;
	fx_script.in_add = in_add;
	fx_up();
	fx_script.in_any = in_any;
	params.name = ways_name();
	params.device = fx.device;
	if (server_start(&params, &rep, &ways.server))
		fail_msg("%s", rep.text);
}

static int setup(void **state)
{
	const struct ways *one = *state;

	ways = (struct ways){ .behaviour = one->behaviour, .way = one->way };
	snprintf(ways.dir, sizeof(ways.dir), "/tmp/uwdf-ways-XXXXXX");
	if (!mkdtemp(ways.dir) || exec_event_init(&ways.go_on) || exec_mutex_init(&ways.seen_lock))
		return -1;
	ways_patience(WAYS_SOON_MS);
	setenv("UWDF_RUNTIME_DIR", ways.dir, 1);
	setenv("UWDF_TRANSPORT", ways.way == SOCKET ? "socket" : "", 1);
	return fx_setup(state);
}

static int teardown(void **state)
{
	exec_event_set(&ways.go_on);
	if (ways.thread)
		end_thread();
	else if (ways.server)
		remove_device(NULL);
	if (ways.server)
		assert_int_equal(server_free(ways.server, exec_deadline_ms(WAYS_SOON_MS)), 0);
	exec_event_deinit(&ways.go_on);
	exec_mutex_deinit(&ways.seen_lock);
	assert_int_equal(rmdir(ways.dir), 0);
	return fx_teardown(state);
}

static void run_one(void **state)
{
	(void)state;
	host_up();
	ways.behaviour->run();
}

int ways_run(const struct ways_behaviour *behaviours, size_t count)
{
	struct CMUnitTest *tests = calloc(count * WAYS, sizeof(*tests));
	struct ways *states = calloc(count * WAYS, sizeof(*states));
	char(*names)[128] = calloc(count * WAYS, sizeof(*names));
	int failed;

	if (!tests || !states || !names)
		return 1;
	for (size_t i = 0; i < count * WAYS; i++) {
		states[i].behaviour = &behaviours[i / WAYS];
		states[i].way = (enum way)(i % WAYS);
		snprintf(names[i], sizeof(names[i]), "%s, %s", states[i].behaviour->name,
			 way_names[states[i].way]);
		tests[i] = (struct CMUnitTest){ .name = names[i],
						.test_func = run_one,
						.setup_func = setup,
						.teardown_func = teardown,
						.initial_state = &states[i] };
	}
	failed = _cmocka_run_group_tests("client_ways", tests, count * WAYS, NULL, NULL);
	free(tests);
	free(states);
	free(names);
	return failed;
}
