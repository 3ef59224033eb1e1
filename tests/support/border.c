/* SPDX-License-Identifier: MIT */
#include "border.h"

#include <string.h>

#include "fx_fixture.h"
#include "object/function_table.h"
#include "pnp/device_init.h"
#include "registry_dir.h"
#include "support/reslist.h"
#include "uwdf/device_io.h"
#include "verifier/verifier.h"

const struct border_row border_rows[] = {
#define ROW(name, args, level) { name##TableIndex, args, level },
#include "border_rows.def"
#undef ROW
};
const size_t border_row_count = UW_ARRAY_SIZE(border_rows);

/* --- one object of each type, and a request that was completed --- */

static struct border_made {
	WDFQUEUE queue;
	WDFREQUEST request, stale_request;
	WDFMEMORY memory, preallocated, stale_memory;
	WDFFILEOBJECT file_object;
	WDFCOMMONBUFFER buffer;
	WDFSPINLOCK spinlock;
	WDFWAITLOCK waitlock;
	WDFDPC dpc;
	WDFTIMER timer;
	WDFWORKITEM workitem;
	WDFCMRESLIST resources;
	WDFCOLLECTION collection;
	WDFSTRING string;
	WDFLOOKASIDE lookaside;
	struct fx_io_req_list *requirements;
	WDFIORESREQLIST requirements_handle;
	WDFIORESLIST configuration;
	WDFKEY key;
	WDFIOTARGET target;
	struct WDFDEVICE_INIT init;
	PWDFDEVICE_INIT init_pointer, no_init;
	WDF_OBJECT_ATTRIBUTES attributes;
	struct uwdf_file *file;
	struct uwdf_io io;
	char out[16];
} made, made_before; /* those of the device that was there before */
static struct fx_made fx_made_before;

static uint64_t nothing[512];

const void *border_nothing(void)
{
	return &nothing[256];
}

static void want_file_objects(PWDFDEVICE_INIT init)
{
	WDF_FILEOBJECT_CONFIG config;

	WDF_FILEOBJECT_CONFIG_INIT(&config, NULL, NULL, NULL);
	WdfDeviceInitSetFileObjectConfig(init, &config, WDF_NO_OBJECT_ATTRIBUTES);
}

static void ignore_dpc(WDFDPC dpc)
{
	(void)dpc;
}

static void ignore_workitem(WDFWORKITEM workitem)
{
	(void)workitem;
}

static void make_callers(PWDF_OBJECT_ATTRIBUTES attrs)
{
	WDF_WORKITEM_CONFIG workitem;
	WDF_TIMER_CONFIG timer;
	WDF_DPC_CONFIG dpc;

	WDF_DPC_CONFIG_INIT(&dpc, ignore_dpc);
	assert_int_equal(WdfDpcCreate(&dpc, attrs, &made.dpc), STATUS_SUCCESS);
	WDF_TIMER_CONFIG_INIT(&timer, NULL);
	assert_int_equal(WdfTimerCreate(&timer, attrs, &made.timer), STATUS_SUCCESS);
	WDF_WORKITEM_CONFIG_INIT(&workitem, ignore_workitem);
	assert_int_equal(WdfWorkItemCreate(&workitem, attrs, &made.workitem), STATUS_SUCCESS);
}

static void make_objects(WDFDEVICE device)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_IO_QUEUE_CONFIG config;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = device;
	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchManual);
	assert_int_equal(WdfIoQueueCreate(device, &config, NULL, &made.queue), STATUS_SUCCESS);
	assert_int_equal(WdfMemoryCreate(&attrs, NonPagedPoolNx, 0, 16, &made.memory, NULL),
			 STATUS_SUCCESS);
	assert_int_equal(WdfSpinLockCreate(&attrs, &made.spinlock), STATUS_SUCCESS);
	assert_int_equal(WdfWaitLockCreate(&attrs, &made.waitlock), STATUS_SUCCESS);
	make_callers(&attrs);
	assert_int_equal(WdfCollectionCreate(&attrs, &made.collection), STATUS_SUCCESS);
	assert_int_equal(WdfStringCreate(NULL, &attrs, &made.string), STATUS_SUCCESS);
	assert_int_equal(WdfMemoryCreatePreallocated(&attrs, made.out, 1, &made.preallocated),
			 STATUS_SUCCESS);
	assert_int_equal(
		WdfLookasideListCreate(&attrs, 1, NonPagedPoolNx, NULL, 0, &made.lookaside),
		STATUS_SUCCESS);
	assert_int_equal(
		WdfDriverOpenParametersRegistryKey(fx_made.driver, KEY_READ, &attrs, &made.key),
		STATUS_SUCCESS);
	assert_int_equal(WdfIoTargetCreate(device, NULL, &made.target), STATUS_SUCCESS);
	assert_int_equal(WdfCommonBufferCreate(fx_made.enablers[0], 64, NULL, &made.buffer),
			 STATUS_SUCCESS);
}

static void make_requirements(void)
{
	assert_int_equal(fx_io_req_list_new(fx_driver_from_globals(WdfDriverGlobals), FX_RES_ADD,
					    &made.requirements),
			 STATUS_SUCCESS);
	made.requirements_handle = (WDFIORESREQLIST)fx_object_handle(&made.requirements->base);
	assert_int_equal(
		WdfIoResourceListCreate(made.requirements_handle, NULL, &made.configuration),
		STATUS_SUCCESS);
}

static void keep_resources(WDFDEVICE device, WDFCMRESLIST raw, WDFCMRESLIST translated)
{
	(void)device;
	(void)raw;
	made.resources = translated;
}

static void note_ready(WDFQUEUE queue, WDFCONTEXT context)
{
	(void)queue;
	(void)context;
	fx_note("Ready");
}

static void note_completed(struct uwdf_io *io, int32_t status, uint64_t information)
{
	(void)io;
	(void)status;
	(void)information;
	fx_note("Completed");
}

static WDFREQUEST take_request(void)
{
	WDFREQUEST request = NULL;

	fx_log_clear();
	made.io = (struct uwdf_io){
		.kind = UWDF_IO_READ,
		.out = made.out,
		.out_len = sizeof(made.out),
		.complete = note_completed,
	};
	uwdf_device_io.submit(made.file, &made.io);
	assert_true(fx_log_await("Ready", 1));
	assert_int_equal(WdfIoQueueRetrieveNextRequest(made.queue, &request), STATUS_SUCCESS);
	return request;
}

static void make_requests(void)
{
	assert_int_equal(uwdf_device_io.open(fx.device, 4711, &made.file), STATUS_SUCCESS);
	assert_int_equal(WdfIoQueueReadyNotify(made.queue, note_ready, NULL), STATUS_SUCCESS);
	made.stale_request = take_request();
	assert_int_equal(WdfRequestRetrieveOutputMemory(made.stale_request, &made.stale_memory),
			 STATUS_SUCCESS);
	WdfRequestComplete(made.stale_request, STATUS_SUCCESS);
	assert_true(fx_log_await("Completed", 1));
	made.request = take_request();
	made.file_object = WdfRequestGetFileObject(made.request);
	assert_non_null(made.file_object);
}

void border_begin(void)
{
	memset(&made, 0, sizeof(made));
	fx_script.interrupts = 1;
	fx_script.enablers = 1;
	fx_script.in_init = want_file_objects;
	fx_script.in_add = make_objects;
	fx_script.in_prepare = keep_resources;
	fx_up();
	make_requirements();
	fx_device_init_prepare(&made.init, fx_driver_from_globals(WdfDriverGlobals), fx.device);
	made.init_pointer = &made.init;
	WDF_OBJECT_ATTRIBUTES_INIT(&made.attributes);
	make_requests();
}

static const void *handle_of(const struct border_made *made_then, const struct fx_made *fx_then,
			     char letter)
{
	switch (letter) {
	case 'D':
		return fx_then->driver;
	case 'd':
	case 'o':
		return fx_then->device;
	case 'q':
		return made_then->queue;
	case 'r':
		return made_then->request;
	case 'm':
		return made_then->memory;
	case 'M':
		return made_then->preallocated;
	case 'a':
		return made_then->lookaside;
	case 'g':
		return made_then->requirements_handle;
	case 'h':
		return made_then->configuration;
	case 'f':
		return made_then->file_object;
	case 'n':
		return fx_then->interrupts[0];
	case 'e':
		return fx_then->enablers[0];
	case 'b':
		return made_then->buffer;
	case 's':
		return made_then->spinlock;
	case 'w':
		return made_then->waitlock;
	case 'P':
		return made_then->dpc;
	case 'T':
		return made_then->timer;
	case 'W':
		return made_then->workitem;
	case 'c':
		return made_then->resources;
	case 'l':
		return made_then->collection;
	case 't':
		return made_then->string;
	case 'y':
	case 'Y':
		return made_then->key;
	case 'O':
		return made_then->target;
	default:
		return NULL;
	}
}

const void *border_good(char letter)
{
	static UNICODE_STRING name = RTL_CONSTANT_STRING(L"Name");

	switch (letter) {
	case 'i':
		return &made.init;
	case 'I':
		return &made.init_pointer;
	case 'B':
		return &made.attributes;
	case 'u':
		return &name;
	case 'p':
	case 'k':
	case 'z':
		return border_nothing();
	default:
		return handle_of(&made, &fx_made, letter);
	}
}

const void *border_stale(char letter)
{
	if (letter == 'r' || letter == 'R')
		return made.stale_request;
	if (letter == 'F')
		letter = 'f';
	if (letter == 'V')
		letter = 'O';
	return handle_of(&made_before, &fx_made_before, letter);
}

const void *border_stale_memory(void)
{
	return made.stale_memory;
}

const void *border_empty_init(void)
{
	return &made.no_init;
}

bool border_is_handle(char letter)
{
	return letter && strchr("DdqrmMfnebswcltaghPTWyoORFYV", letter);
}

int border_setup(void **state)
{
	test_registry_begin();
	return fx_setup(state);
}

/* The request would hold up the removal. */
void border_end(void)
{
	WdfRequestComplete(made.request, STATUS_SUCCESS);
	assert_true(fx_log_await("Completed", 1));
	uwdf_device_io.close(made.file);
	fx_object_delete(&made.requirements->base);
	fx_remove();
}

void border_begin_again(void)
{
	border_begin();
	made_before = made;
	fx_made_before = fx_made;
	border_end();
	border_begin();
}

int border_teardown(void **state)
{
	border_end();
	test_registry_end();
	return fx_teardown(state);
}

/* --- configurations --- */

static void ignore_timer(WDFTIMER timer)
{
	(void)timer;
}

static union {
	WDF_DMA_ENABLER_CONFIG enabler;
	WDF_COMMON_BUFFER_CONFIG buffer;
	WDF_DPC_CONFIG dpc;
	WDF_TIMER_CONFIG timer;
	WDF_WORKITEM_CONFIG workitem;
	WDF_IO_QUEUE_CONFIG queue;
	WDF_FILEOBJECT_CONFIG file;
	WDF_IO_TYPE_CONFIG io_type;
} config;

const void *border_config(unsigned int index)
{
	switch (index) {
	case WdfDmaEnablerCreateTableIndex:
		WDF_DMA_ENABLER_CONFIG_INIT(&config.enabler, WdfDmaProfileScatterGather64, 4096);
		break;
	case WdfCommonBufferCreateWithConfigTableIndex:
		WDF_COMMON_BUFFER_CONFIG_INIT(&config.buffer, 15);
		break;
	case WdfDpcCreateTableIndex:
		WDF_DPC_CONFIG_INIT(&config.dpc, ignore_dpc);
		break;
	case WdfTimerCreateTableIndex:
		WDF_TIMER_CONFIG_INIT(&config.timer, ignore_timer);
		break;
	case WdfWorkItemCreateTableIndex:
		WDF_WORKITEM_CONFIG_INIT(&config.workitem, ignore_workitem);
		break;
	case WdfIoQueueCreateTableIndex:
		WDF_IO_QUEUE_CONFIG_INIT(&config.queue, WdfIoQueueDispatchManual);
		break;
	case WdfDeviceInitSetIoTypeExTableIndex:
		WDF_IO_TYPE_CONFIG_INIT(&config.io_type);
		break;
	default:
		WDF_FILEOBJECT_CONFIG_INIT(&config.file, NULL, NULL, NULL);
	}
	return &config;
}

/* --- the call --- */

/* Every argument of every function is an integer or a pointer: passed as if all were words. */
typedef ULONG_PTR (*any_function)(PWDF_DRIVER_GLOBALS globals, ULONG_PTR a, ULONG_PTR b,
				  ULONG_PTR c, ULONG_PTR d, ULONG_PTR e, ULONG_PTR f, ULONG_PTR g,
				  ULONG_PTR h, ULONG_PTR i);

void border_fill(struct border_call *call, const struct border_row *row)
{
	*call = (struct border_call){ .row = row };
	for (size_t i = 0; row->args[i]; i++)
		call->args[i] = (ULONG_PTR)border_good(row->args[i]);
}

void border_call(void *arg)
{
	struct border_call *call = arg;
	const ULONG_PTR *a = call->args;

	call->result = ((any_function)fx_function_table[call->row->index])(
		WdfDriverGlobals, a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8]);
}
