/* SPDX-License-Identifier: MIT */
/*
 * Rules 20 and 21: every function that KMDF itself looks at the level of, called above it, is
 * reported and gives what KMDF gives; those that may block are reported on a loop thread.
 */
#include "border.h"
#include "fx_fixture.h"

#include <stdio.h>
#include <string.h>

#include "irq/loop.h"
#include "object/driver.h"
#include "object/function_table.h"
#include "object/irql.h"
#include "pnp/device.h"
#include "verifier/verifier.h"

static struct fx_driver *driver(void)
{
	return fx_driver_from_globals(WdfDriverGlobals);
}

static uint32_t broken(enum fx_rule rule)
{
	return fx_verifier_breaks_of(driver(), rule);
}

/* --- KMDF's list, of what is here: at PASSIVE_LEVEL alone --- */

static const char *const passive[] = {
	"WdfCommonBufferCreate",
	"WdfCommonBufferCreateWithConfig",
	"WdfControlDeviceInitAllocate",
	"WdfDeviceAllocAndQueryProperty",
	"WdfDeviceCreate",
	"WdfDeviceCreateDeviceInterface",
	"WdfDeviceCreateSymbolicLink",
	"WdfDeviceInitAssignName",
	"WdfDeviceInitAssignSDDLString",
	"WdfDeviceMiniportCreate",
	"WdfDeviceOpenDevicemapKey",
	"WdfDeviceOpenRegistryKey",
	"WdfDeviceQueryProperty",
	"WdfDeviceRetrieveDeviceInterfaceString",
	"WdfDeviceRetrieveDeviceName",
	"WdfDeviceSetDeviceInterfaceState",
	"WdfDmaEnablerCreate",
	"WdfDmaEnablerSetMaximumScatterGatherElements",
	"WdfDriverCreate",
	"WdfDriverGetRegistryPath",
	"WdfDriverIsVersionAvailable",
	"WdfDriverOpenParametersRegistryKey",
	"WdfDriverOpenPersistentStateRegistryKey",
	"WdfDriverRetrieveVersionString",
	"WdfFdoInitOpenRegistryKey",
	"WdfFdoInitSetFilter",
	"WdfFileObjectGetFileName",
	"WdfInterruptDisable",
	"WdfInterruptEnable",
	"WdfIoQueueAssignForwardProgressPolicy",
	"WdfIoQueueDrainSynchronously",
	"WdfIoQueuePurgeSynchronously",
	"WdfIoQueueStopAndPurgeSynchronously",
	"WdfIoQueueStopSynchronously",
	"WdfRegistryAssignMemory",
	"WdfRegistryAssignMultiString",
	"WdfRegistryAssignString",
	"WdfRegistryAssignULong",
	"WdfRegistryAssignUnicodeString",
	"WdfRegistryAssignValue",
	"WdfRegistryClose",
	"WdfRegistryCreateKey",
	"WdfRegistryOpenKey",
	"WdfRegistryQueryMemory",
	"WdfRegistryQueryMultiString",
	"WdfRegistryQueryString",
	"WdfRegistryQueryULong",
	"WdfRegistryQueryUnicodeString",
	"WdfRegistryQueryValue",
	"WdfRegistryRemoveKey",
	"WdfRegistryRemoveValue",
	"WdfStringCreate",
	"WdfStringGetUnicodeString",
	"WdfWorkItemFlush",
};

static const struct border_row *row_named(const char *name)
{
	for (size_t i = 0; i < border_row_count; i++) {
		if (!strcmp(fx_function_name(border_rows[i].index), name))
			return &border_rows[i];
	}
	return NULL;
}

/* What the fact table says that @name returns. */
static const char *return_type(const char *name)
{
	FILE *table = fopen(TEST_FACTS "/kmdf-ddi.tsv", "r");
	static char line[2048];
	char *rest, *word = NULL;

	assert_non_null(table);
	while (!word && fgets(line, sizeof(line), table)) {
		rest = line;
		if (strcmp(strsep(&rest, "\t"), name))
			continue;
		for (int i = 1; i < 8; i++) /* header ... return_type */
			word = strsep(&rest, "\t");
	}
	fclose(table);
	assert_non_null(word);
	return word;
}

/* A status says it; VOID says nothing; anything else is its failure value: FALSE, NULL, 0. */
static void check_result(const char *name, ULONG_PTR result)
{
	const char *type = return_type(name);

	if (!strcmp(type, "NTSTATUS"))
		assert_int_equal((NTSTATUS)result, STATUS_INVALID_DEVICE_REQUEST);
	else if (!strcmp(type, "BOOLEAN"))
		assert_int_equal((BOOLEAN)result, FALSE);
	else if (!strcmp(type, "ULONG"))
		assert_int_equal((ULONG)result, 0);
	else if (strcmp(type, "VOID") != 0)
		assert_int_equal(result, 0);
}

static void check_above(const struct border_row *row, KIRQL level)
{
	const char *name = fx_function_name(row->index);
	uint32_t before = broken(FX_RULE_LEVEL);
	struct border_call call;
	KIRQL old;

	border_fill(&call, row);
	old = fx_irql_raise(level);
	if (fx_stops(border_call, &call, 0) || fx_stop_text()[0])
		fail_msg("%s: stopped, '%s'", name, fx_stop_text());
	fx_irql_restore(old);
	if (broken(FX_RULE_LEVEL) != before + 1)
		fail_msg("%s at IRQL %u: no word of it", name, level);
	check_result(name, call.result);
}

static void test_kmdfs_list__above_passive__reported_with_kmdfs_result(void **state)
{
	(void)state;
	border_begin();
	for (size_t i = 0; i < UW_ARRAY_SIZE(passive); i++) {
		const struct border_row *row = row_named(passive[i]);

		if (!row) /* not here yet */
			continue;
		check_above(row, APC_LEVEL);
		check_above(row, DISPATCH_LEVEL);
	}
	assert_true(fx_broke());
}

static void test_others_that_look__above_their_level__give_their_failure_value(void **state)
{
	(void)state;
	border_begin();
	for (size_t i = 0; i < border_row_count; i++) {
		if (border_rows[i].level == 'D')
			check_above(&border_rows[i], FX_DIRQL);
	}
}

/* --- where an argument decides --- */

static WDFWAITLOCK wait_lock;
static WDFWORKITEM item;
static WDFTIMER timer;
static WDFDPC dpc;
static unsigned int wrong; /* atomic */

static void ignore_dpc(WDFDPC of)
{
	(void)of;
}

static void ignore_item(WDFWORKITEM of)
{
	(void)of;
}

static void ignore_timer(WDFTIMER of)
{
	(void)of;
}

static void make_callers(WDFDEVICE device)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_WORKITEM_CONFIG for_item;
	WDF_TIMER_CONFIG for_timer;
	WDF_DPC_CONFIG for_dpc;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = device;
	WDF_DPC_CONFIG_INIT(&for_dpc, ignore_dpc);
	assert_int_equal(WdfDpcCreate(&for_dpc, &attrs, &dpc), STATUS_SUCCESS);
	WDF_WORKITEM_CONFIG_INIT(&for_item, ignore_item);
	for_item.AutomaticSerialization = FALSE;
	assert_int_equal(WdfWorkItemCreate(&for_item, &attrs, &item), STATUS_SUCCESS);
	WDF_TIMER_CONFIG_INIT(&for_timer, ignore_timer);
	assert_int_equal(WdfTimerCreate(&for_timer, &attrs, &timer), STATUS_SUCCESS);
	assert_int_equal(WdfWaitLockCreate(&attrs, &wait_lock), STATUS_SUCCESS);
}

static int setup(void **state)
{
	int err = fx_setup(state);

	fx_script.in_add = make_callers;
	fx_up();
	(void)fx_broke();
	return err;
}

static int teardown(void **state)
{
	fx_remove();
	return fx_teardown(state);
}

static void expect(bool right)
{
	if (!right)
		__atomic_add_fetch(&wrong, 1, __ATOMIC_RELAXED);
}

/* Each would block the thread that runs it. */
static void block_in_every_way(void *arg)
{
	LONGLONG soon = -10000, at_once = 0;
	KIRQL before = fx_irql_raise(DISPATCH_LEVEL);
	uint32_t reported = broken(FX_RULE_LEVEL);

	(void)arg;
	expect(WdfWaitLockAcquire(wait_lock, NULL) == STATUS_INVALID_DEVICE_REQUEST);
	expect(broken(FX_RULE_LEVEL) == reported + 1);
	expect(WdfWaitLockAcquire(wait_lock, &soon) == STATUS_INVALID_DEVICE_REQUEST);
	expect(broken(FX_RULE_LEVEL) == reported + 2);
	WdfWorkItemFlush(item);
	expect(broken(FX_RULE_LEVEL) == reported + 3);
	expect(!WdfDpcCancel(dpc, TRUE));
	expect(broken(FX_RULE_LEVEL) == reported + 4);
	expect(!WdfTimerStop(timer, TRUE));
	expect(broken(FX_RULE_TIMER_STOP_LEVEL) == 1);
	/* and these do not */
	expect(WdfWaitLockAcquire(wait_lock, &at_once) == STATUS_SUCCESS);
	WdfWaitLockRelease(wait_lock);
	WdfWorkItemEnqueue(item);
	expect(!WdfDpcCancel(dpc, FALSE));
	expect(!WdfTimerStop(timer, FALSE));
	expect(broken(FX_RULE_LEVEL) == reported + 4);
	fx_irql_restore(before);
}

static void test_blocking__on_a_loop_thread__reported_and_does_not_block(void **state)
{
	struct fx_device *device = fx_device_from_handle(driver(), fx_made.device);

	(void)state;
	irq_loop_call(device->irq_loop, block_in_every_way, NULL);
	assert_int_equal(wrong, 0);
	assert_true(fx_broke());
	WdfWorkItemFlush(item);
}

/* By NT's own functions: of no rule, but with their names. */
static void wait_in_every_way(void *arg)
{
	LARGE_INTEGER soon = { .QuadPart = -10000 }, at_once = { .QuadPart = 0 };
	KIRQL before = fx_irql_raise(DISPATCH_LEVEL);
	uint64_t reported = fx_verifier_breaks();
	FAST_MUTEX mutex;
	KEVENT event;

	(void)arg;
	ExInitializeFastMutex(&mutex);
	KeInitializeEvent(&event, NotificationEvent, FALSE);
	(void)KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, &soon);
	expect(fx_verifier_breaks() == reported + 1);
	(void)KeDelayExecutionThread(KernelMode, FALSE, &soon);
	expect(fx_verifier_breaks() == reported + 2);
	ExAcquireFastMutex(&mutex);
	expect(fx_verifier_breaks() == reported + 3);
	expect(KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, &at_once) ==
	       STATUS_TIMEOUT);
	expect(fx_verifier_breaks() == reported + 3);
	fx_irql_restore(before);
}

static void test_nt_waits__on_a_loop_thread__reported_and_do_not_block(void **state)
{
	struct fx_device *device = fx_device_from_handle(driver(), fx_made.device);

	(void)state;
	irq_loop_call(device->irq_loop, wait_in_every_way, NULL);
	assert_int_equal(wrong, 0);
	assert_true(fx_broke());
}

static void test_paged_memory__at_dispatch__refused(void **state)
{
	uint32_t reported = broken(FX_RULE_LEVEL);
	WDFLOOKASIDE list = NULL;
	WDFMEMORY memory = NULL;
	KIRQL before = fx_irql_raise(APC_LEVEL);

	(void)state;
	assert_int_equal(WdfMemoryCreate(NULL, PagedPool, 0, 8, &memory, NULL), STATUS_SUCCESS);
	fx_irql_raise(DISPATCH_LEVEL);
	assert_int_equal(WdfMemoryCreate(NULL, PagedPool, 0, 8, &memory, NULL),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(broken(FX_RULE_LEVEL), reported + 1);
	assert_int_equal(WdfMemoryCreate(NULL, NonPagedPoolNx, 0, 8, &memory, NULL),
			 STATUS_SUCCESS);
	assert_int_equal(WdfLookasideListCreate(NULL, 8, PagedPool, NULL, 0, &list),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(broken(FX_RULE_LEVEL), reported + 2);
	fx_irql_restore(before);
	assert_true(fx_broke());
}

#define TEST(name)   cmocka_unit_test_setup_teardown(name, setup, teardown)
#define BORDER(name) cmocka_unit_test_setup_teardown(name, border_setup, border_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BORDER(test_kmdfs_list__above_passive__reported_with_kmdfs_result),
		BORDER(test_others_that_look__above_their_level__give_their_failure_value),
		TEST(test_blocking__on_a_loop_thread__reported_and_does_not_block),
		TEST(test_nt_waits__on_a_loop_thread__reported_and_do_not_block),
		TEST(test_paged_memory__at_dispatch__refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
