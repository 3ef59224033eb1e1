/* SPDX-License-Identifier: MIT */
/*
 * The border of every function of the table: NULL, a handle of another type, no handle at all and
 * a stale one stop the driver, and the stop names the function or the handle.
 */
#include "fx_fixture.h"
#include "registry_dir.h"

#include <stdio.h>
#include <string.h>

#include "object/function_table.h"
#include "pnp/device_init.h"
#include "support/reslist.h"
#include "uwdf/device_io.h"
#include "verifier/verifier.h"

/*
 * One letter an argument after the globals:
 *   D driver, d device, q queue, r request, m memory, M preallocated memory, f file object,
 *   n interrupt, e DMA enabler, b common buffer, s spin lock, w wait lock, c resource list,
 *   l collection, t string, a lookaside list, g requirements list, h a configuration of it,
 *   P DPC, T timer, W work item,
 *   y registry key, o object of any type; R, F, Y: may be NULL
 *
 *   i WDFDEVICE_INIT, j one that may not be freed, I pointer to one, k context
 *   p pointer that must be there, x anything else
 */
static const struct row {
	unsigned int index;
	const char *args;
} rows[] = {
#define ROW(name, args)                                                                            \
	{                                                                                          \
		name##TableIndex, args                                                             \
	}
	ROW(WdfDriverCreate, "ppxpx"),
	ROW(WdfDriverMiniportUnload, "D"),
	ROW(WdfDriverGetRegistryPath, "D"),
	ROW(WdfDriverIsVersionAvailable, "Dp"),
	ROW(WdfDriverWdmGetDriverObject, "D"),
	ROW(WdfWdmDriverGetWdfDriverHandle, "p"),
	ROW(WdfObjectGetTypedContextWorker, "op"),
	ROW(WdfObjectAllocateContext, "oxx"),
	ROW(WdfObjectContextGetObject, "k"),
	ROW(WdfObjectReferenceActual, "oxxx"),
	ROW(WdfObjectDereferenceActual, "oxxx"),
	ROW(WdfObjectCreate, "xp"),
	ROW(WdfObjectDelete, "o"),
	ROW(WdfObjectQuery, "opxx"),
	ROW(WdfDeviceInitFree, "j"),
	ROW(WdfDeviceInitSetPnpPowerEventCallbacks, "ip"),
	ROW(WdfDeviceInitSetIoType, "ix"),
	ROW(WdfDeviceInitSetExclusive, "ix"),
	ROW(WdfDeviceInitSetDeviceType, "ix"),
	ROW(WdfDeviceInitSetCharacteristics, "ixx"),
	ROW(WdfDeviceInitSetFileObjectConfig, "ipx"),
	ROW(WdfDeviceInitSetRequestAttributes, "ip"),
	ROW(WdfDeviceCreate, "Ixp"),
	ROW(WdfDeviceCreateDeviceInterface, "dpx"),
	ROW(WdfDeviceSetDeviceInterfaceState, "dpxx"),
	ROW(WdfDeviceGetDriver, "d"),
	ROW(WdfDeviceGetDevicePnpState, "d"),
	ROW(WdfDeviceGetDevicePowerState, "d"),
	ROW(WdfDeviceGetCharacteristics, "d"),
	ROW(WdfDeviceSetCharacteristics, "dx"),
	ROW(WdfDeviceGetAlignmentRequirement, "d"),
	ROW(WdfDeviceSetAlignmentRequirement, "dx"),
	ROW(WdfDeviceSetFailed, "dx"),
	ROW(WdfDeviceGetDefaultQueue, "d"),
	ROW(WdfDeviceConfigureRequestDispatching, "dqx"),
	ROW(WdfInterruptCreate, "dpxp"),
	ROW(WdfInterruptQueueDpcForIsr, "n"),
	ROW(WdfInterruptSynchronize, "npx"),
	ROW(WdfInterruptAcquireLock, "n"),
	ROW(WdfInterruptReleaseLock, "n"),
	ROW(WdfInterruptEnable, "n"),
	ROW(WdfInterruptDisable, "n"),
	ROW(WdfInterruptGetInfo, "np"),
	ROW(WdfInterruptGetDevice, "n"),
	ROW(WdfDmaEnablerCreate, "dpxp"),
	ROW(WdfDmaEnablerGetMaximumLength, "e"),
	ROW(WdfCommonBufferCreate, "exxp"),
	ROW(WdfCommonBufferCreateWithConfig, "expxp"),
	ROW(WdfCommonBufferGetAlignedVirtualAddress, "b"),
	ROW(WdfCommonBufferGetAlignedLogicalAddress, "b"),
	ROW(WdfCommonBufferGetLength, "b"),
	ROW(WdfSpinLockCreate, "xp"),
	ROW(WdfSpinLockAcquire, "s"),
	ROW(WdfSpinLockRelease, "s"),
	ROW(WdfDpcCreate, "pxp"),
	ROW(WdfDpcEnqueue, "P"),
	ROW(WdfDpcCancel, "Px"),
	ROW(WdfDpcGetParentObject, "P"),
	ROW(WdfDpcWdmGetDpc, "P"),
	ROW(WdfTimerCreate, "pxp"),
	ROW(WdfTimerStart, "Tx"),
	ROW(WdfTimerStop, "Tx"),
	ROW(WdfTimerGetParentObject, "T"),
	ROW(WdfWorkItemCreate, "pxp"),
	ROW(WdfWorkItemEnqueue, "W"),
	ROW(WdfWorkItemFlush, "W"),
	ROW(WdfWorkItemGetParentObject, "W"),
	ROW(WdfObjectAcquireLock, "o"),
	ROW(WdfObjectReleaseLock, "o"),
	ROW(WdfWaitLockCreate, "xp"),
	ROW(WdfWaitLockAcquire, "wx"),
	ROW(WdfWaitLockRelease, "w"),
	ROW(WdfCmResourceListGetCount, "c"),
	ROW(WdfCmResourceListGetDescriptor, "cx"),
	ROW(WdfIoQueueCreate, "dpxx"),
	ROW(WdfIoQueueGetState, "qxx"),
	ROW(WdfIoQueueStart, "q"),
	ROW(WdfIoQueueStop, "qxx"),
	ROW(WdfIoQueueStopSynchronously, "q"),
	ROW(WdfIoQueueGetDevice, "q"),
	ROW(WdfIoQueueRetrieveNextRequest, "qp"),
	ROW(WdfIoQueueRetrieveRequestByFileObject, "qfp"),
	ROW(WdfIoQueueFindRequest, "qRFxp"),
	ROW(WdfIoQueueRetrieveFoundRequest, "qrp"),
	ROW(WdfIoQueueDrainSynchronously, "q"),
	ROW(WdfIoQueueDrain, "qxx"),
	ROW(WdfIoQueuePurgeSynchronously, "q"),
	ROW(WdfIoQueuePurge, "qxx"),
	ROW(WdfIoQueueStopAndPurge, "qxx"),
	ROW(WdfIoQueueStopAndPurgeSynchronously, "q"),
	ROW(WdfIoQueueReadyNotify, "qxx"),
	ROW(WdfRequestComplete, "rx"),
	ROW(WdfRequestCompleteWithInformation, "rxx"),
	ROW(WdfRequestCompleteWithPriorityBoost, "rxx"),
	ROW(WdfRequestGetParameters, "rp"),
	ROW(WdfRequestRetrieveInputBuffer, "rxpx"),
	ROW(WdfRequestRetrieveOutputBuffer, "rxpx"),
	ROW(WdfRequestRetrieveInputMemory, "rp"),
	ROW(WdfRequestRetrieveOutputMemory, "rp"),
	ROW(WdfRequestSetInformation, "rx"),
	ROW(WdfRequestGetInformation, "r"),
	ROW(WdfRequestGetStatus, "r"),
	ROW(WdfRequestMarkCancelable, "rp"),
	ROW(WdfRequestMarkCancelableEx, "rp"),
	ROW(WdfRequestUnmarkCancelable, "r"),
	ROW(WdfRequestIsCanceled, "r"),
	ROW(WdfRequestGetFileObject, "r"),
	ROW(WdfRequestGetIoQueue, "r"),
	ROW(WdfRequestGetRequestorMode, "r"),
	ROW(WdfRequestForwardToIoQueue, "rq"),
	ROW(WdfRequestRequeue, "r"),
	ROW(WdfRequestStopAcknowledge, "rx"),
	ROW(WdfMemoryCreate, "xxxxpx"),
	ROW(WdfMemoryCreatePreallocated, "xpxp"),
	ROW(WdfMemoryGetBuffer, "mx"),
	ROW(WdfMemoryAssignBuffer, "Mpx"),
	ROW(WdfMemoryCopyToBuffer, "mxpx"),
	ROW(WdfMemoryCopyFromBuffer, "mxpx"),
	ROW(WdfFileObjectGetFileName, "f"),
	ROW(WdfFileObjectGetFlags, "f"),
	ROW(WdfFileObjectGetDevice, "f"),
	ROW(WdfFileObjectGetInitiatorProcessId, "f"),
	ROW(WdfFileObjectWdmGetFileObject, "f"),
	ROW(WdfIoResourceRequirementsListSetSlotNumber, "gx"),
	ROW(WdfIoResourceRequirementsListSetInterfaceType, "gx"),
	ROW(WdfIoResourceRequirementsListAppendIoResList, "gh"),
	ROW(WdfIoResourceRequirementsListInsertIoResList, "ghx"),
	ROW(WdfIoResourceRequirementsListGetCount, "g"),
	ROW(WdfIoResourceRequirementsListGetIoResList, "gx"),
	ROW(WdfIoResourceRequirementsListRemove, "gx"),
	ROW(WdfIoResourceRequirementsListRemoveByIoResList, "gh"),
	ROW(WdfIoResourceListCreate, "gxp"),
	ROW(WdfIoResourceListAppendDescriptor, "hp"),
	ROW(WdfIoResourceListInsertDescriptor, "hpx"),
	ROW(WdfIoResourceListUpdateDescriptor, "hpx"),
	ROW(WdfIoResourceListGetCount, "h"),
	ROW(WdfIoResourceListGetDescriptor, "hx"),
	ROW(WdfIoResourceListRemove, "hx"),
	ROW(WdfIoResourceListRemoveByDescriptor, "hp"),
	ROW(WdfCmResourceListAppendDescriptor, "cp"),
	ROW(WdfCmResourceListInsertDescriptor, "cpx"),
	ROW(WdfCmResourceListRemove, "cx"),
	ROW(WdfCmResourceListRemoveByDescriptor, "cp"),
	ROW(WdfCollectionCreate, "xp"),
	ROW(WdfCollectionGetCount, "l"),
	ROW(WdfCollectionAdd, "lo"),
	ROW(WdfCollectionRemove, "lo"),
	ROW(WdfCollectionRemoveItem, "lx"),
	ROW(WdfCollectionGetItem, "lx"),
	ROW(WdfCollectionGetFirstItem, "l"),
	ROW(WdfCollectionGetLastItem, "l"),
	ROW(WdfMemoryCreateFromLookaside, "ap"),
	ROW(WdfLookasideListCreate, "xxxxxp"),
	ROW(WdfStringCreate, "xxp"),
	ROW(WdfStringGetUnicodeString, "tp"),
	ROW(WdfDriverOpenParametersRegistryKey, "Dxxp"),
	ROW(WdfDriverOpenPersistentStateRegistryKey, "Dxxp"),
	ROW(WdfDeviceOpenRegistryKey, "dxxxp"),
	ROW(WdfDeviceOpenDevicemapKey, "dpxxp"),
	ROW(WdfFdoInitOpenRegistryKey, "ixxxp"),
	ROW(WdfRegistryOpenKey, "Ypxxp"),
	ROW(WdfRegistryCreateKey, "Ypxxxxp"),
	ROW(WdfRegistryClose, "y"),
	ROW(WdfRegistryWdmGetHandle, "y"),
	ROW(WdfRegistryRemoveKey, "y"),
	ROW(WdfRegistryRemoveValue, "yp"),
	ROW(WdfRegistryQueryValue, "ypxxxx"),
	ROW(WdfRegistryQueryMemory, "ypxxpx"),
	ROW(WdfRegistryQueryMultiString, "ypxl"),
	ROW(WdfRegistryQueryUnicodeString, "ypxx"),
	ROW(WdfRegistryQueryString, "ypt"),
	ROW(WdfRegistryQueryULong, "ypp"),
	ROW(WdfRegistryAssignValue, "ypxxp"),
	ROW(WdfRegistryAssignMemory, "ypxmx"),
	ROW(WdfRegistryAssignMultiString, "ypl"),
	ROW(WdfRegistryAssignUnicodeString, "ypp"),
	ROW(WdfRegistryAssignString, "ypt"),
	ROW(WdfRegistryAssignULong, "ypx"),
	ROW(WdfVerifierDbgBreakPoint, ""),
	ROW(WdfVerifierKeBugCheck, "xxxxx"),
	ROW(WdfGetTriageInfo, ""),
#undef ROW
};
#define ARGS_MAX 7

/* --- one object of each type, and a request that was completed --- */

static struct {
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
	struct WDFDEVICE_INIT init;
	PWDFDEVICE_INIT init_pointer, no_init;
	struct uwdf_file *file;
	struct uwdf_io io;
	char out[16];
} made;

/* No object; a context would have its head before it. */
static uint64_t nothing[512];

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

static void make_all(void)
{
	memset(&made, 0, sizeof(made));
	test_registry_begin();
	fx_script.interrupts = 1;
	fx_script.enablers = 1;
	fx_script.in_init = want_file_objects;
	fx_script.in_add = make_objects;
	fx_script.in_prepare = keep_resources;
	fx_up();
	make_requirements();
	fx_device_init_prepare(&made.init, fx_driver_from_globals(WdfDriverGlobals), fx.device);
	made.init_pointer = &made.init;
	make_requests();
}

/* The request would hold up the removal. */
static int end_all(void **state)
{
	WdfRequestComplete(made.request, STATUS_SUCCESS);
	if (!fx_log_await("Completed", 1))
		return -1;
	uwdf_device_io.close(made.file);
	fx_object_delete(&made.requirements->base);
	fx_remove();
	test_registry_end();
	return fx_teardown(state);
}

static const void *good(char letter)
{
	switch (letter) {
	case 'D':
		return fx_made.driver;
	case 'd':
	case 'o':
		return fx_made.device;
	case 'q':
		return made.queue;
	case 'r':
		return made.request;
	case 'm':
		return made.memory;
	case 'M':
		return made.preallocated;
	case 'a':
		return made.lookaside;
	case 'g':
		return made.requirements_handle;
	case 'h':
		return made.configuration;
	case 'f':
		return made.file_object;
	case 'n':
		return fx_made.interrupts[0];
	case 'e':
		return fx_made.enablers[0];
	case 'b':
		return made.buffer;
	case 's':
		return made.spinlock;
	case 'w':
		return made.waitlock;
	case 'P':
		return made.dpc;
	case 'T':
		return made.timer;
	case 'W':
		return made.workitem;
	case 'c':
		return made.resources;
	case 'l':
		return made.collection;
	case 't':
		return made.string;
	case 'y':
	case 'Y':
		return made.key;
	case 'i':
	case 'j':
		return &made.init;
	case 'I':
		return &made.init_pointer;
	case 'p':
	case 'k':
		return &nothing[256];
	default:
		return NULL;
	}
}

/* --- the call --- */

struct call {
	const struct row *row;
	ULONG_PTR args[ARGS_MAX];
};

/* Every argument of every function is an integer or a pointer: passed as if all were words. */
typedef ULONG_PTR (*any_function)(PWDF_DRIVER_GLOBALS globals, ULONG_PTR a, ULONG_PTR b,
				  ULONG_PTR c, ULONG_PTR d, ULONG_PTR e, ULONG_PTR f, ULONG_PTR g);

static void call_it(void *arg)
{
	const struct call *call = arg;
	const ULONG_PTR *a = call->args;

	(void)((any_function)fx_function_table[call->row->index])(WdfDriverGlobals, a[0], a[1],
								  a[2], a[3], a[4], a[5], a[6]);
}

/* All arguments are good but the one at @at, which is @bad: the driver must be stopped for it. */
static void expect_stop(const struct row *row, size_t at, const void *bad, const char *what,
			ULONG code)
{
	const char *name = fx_function_name(row->index);
	struct call call = { .row = row };
	char handle[32];

	for (size_t i = 0; row->args[i]; i++)
		call.args[i] = (ULONG_PTR)good(row->args[i]);
	call.args[at] = (ULONG_PTR)bad;
	(void)snprintf(handle, sizeof(handle), "%p ", bad);
	if (!fx_stops(call_it, &call, code))
		fail_msg("%s, argument %zu is %s: no stop with %u, but '%s'", name, at, what, code,
			 fx_stop_text());
	if (strncmp(fx_stop_text(), name, strlen(name)) && !strstr(fx_stop_text(), handle))
		fail_msg("%s, argument %zu is %s: '%s' names neither", name, at, what,
			 fx_stop_text());
}

static bool is_handle(char letter)
{
	return strchr("DdqrmMfnebswcltaghPTWyoRFY", letter);
}

static void check_null(const struct row *row, size_t at)
{
	char letter = row->args[at];

	if (is_handle(letter) || letter == 'j')
		expect_stop(row, at, NULL, "NULL", WDF_INVALID_HANDLE);
	else
		expect_stop(row, at, NULL, "NULL", WDF_REQUIRED_PARAMETER_IS_NULL);
}

static void check_wrong(const struct row *row, size_t at)
{
	char letter = row->args[at];
	const void *other = letter == 'd' ? (void *)fx_made.driver : (void *)fx_made.device;

	expect_stop(row, at, &nothing[256], "no object", WDF_INVALID_HANDLE);
	if (is_handle(letter) && letter != 'o')
		expect_stop(row, at, other, "of another type", WDF_INVALID_HANDLE);
	if (strchr("rRo", letter))
		expect_stop(row, at, made.stale_request, "a completed request", WDF_INVALID_HANDLE);
	if (strchr("mMo", letter))
		expect_stop(row, at, made.stale_memory, "a completed request's memory",
			    WDF_INVALID_HANDLE);
}

static void check_row(const struct row *row)
{
	for (size_t i = 0; row->args[i]; i++) {
		if (!strchr("xRFY", row->args[i]))
			check_null(row, i);
		if (row->args[i] == 'I')
			expect_stop(row, i, &made.no_init, "empty", WDF_REQUIRED_PARAMETER_IS_NULL);
		else if (!strchr("xp", row->args[i]))
			check_wrong(row, i);
	}
}

static void test_function__bad_argument__driver_stopped_by_name(void **state)
{
	(void)state;
	make_all();
	for (size_t i = 0; i < UW_ARRAY_SIZE(rows); i++)
		check_row(&rows[i]);
}

static unsigned int rows_of(unsigned int index)
{
	unsigned int count = 0;

	for (size_t i = 0; i < UW_ARRAY_SIZE(rows); i++)
		count += rows[i].index == index;
	return count;
}

static void test_function__implemented__has_one_row_here(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < WdfFunctionTableNumEntries; i++) {
		if (rows_of(i) != (fx_function_is_stub(i) ? 0 : 1))
			fail_msg("%s: %u rows", fx_function_name(i), rows_of(i));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_function__bad_argument__driver_stopped_by_name,
						fx_setup, end_all),
		cmocka_unit_test(test_function__implemented__has_one_row_here),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
