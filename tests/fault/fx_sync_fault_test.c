/* SPDX-License-Identifier: MIT */
/*
 * Every allocation and system call fails in turn while a driver makes locks, timers, DPCs and work
 * items, uses and deletes them. A creation that fails says STATUS_INSUFFICIENT_RESOURCES and leaves
 * nothing; what was made does its work all the same.
 */
#include "sim_device.h"

#include <string.h>

#include "base/fault.h"

typedef struct sync_context {
	ULONG value[8];
} sync_context;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(sync_context, context_of);

static struct sim_seen timer_seen, passive_seen, dpc_seen, item_seen;

static void on_timer(WDFTIMER timer)
{
	(void)timer;
	sim_see(&timer_seen);
}

static void on_passive_timer(WDFTIMER timer)
{
	(void)timer;
	sim_see(&passive_seen);
}

static void on_dpc(WDFDPC dpc)
{
	(void)dpc;
	sim_see(&dpc_seen);
}

static void on_work(WDFWORKITEM item)
{
	(void)item;
	sim_see(&item_seen);
}

/* --- making: NULL for what failed --- */

static struct {
	WDFSPINLOCK spinlock;
	WDFWAITLOCK waitlock;
	WDFTIMER timer, passive_timer;
	WDFDPC dpc;
	WDFWORKITEM item;
} made;
static unsigned int failures;

static void note(NTSTATUS status, const void *handle)
{
	assert_true(status == STATUS_SUCCESS || status == STATUS_INSUFFICIENT_RESOURCES);
	assert_int_equal(handle != NULL, NT_SUCCESS(status));
	failures += !NT_SUCCESS(status);
}

static void make_locks(PWDF_OBJECT_ATTRIBUTES attrs)
{
	NTSTATUS status = WdfSpinLockCreate(attrs, &made.spinlock);

	note(status, made.spinlock);
	status = WdfWaitLockCreate(attrs, &made.waitlock);
	note(status, made.waitlock);
}

static void make_timers(PWDF_OBJECT_ATTRIBUTES attrs)
{
	WDF_TIMER_CONFIG config;
	NTSTATUS status;

	WDF_TIMER_CONFIG_INIT(&config, on_timer);
	status = WdfTimerCreate(&config, attrs, &made.timer);
	note(status, made.timer);
	WDF_TIMER_CONFIG_INIT(&config, on_passive_timer);
	attrs->ExecutionLevel = WdfExecutionLevelPassive;
	status = WdfTimerCreate(&config, attrs, &made.passive_timer);
	note(status, made.passive_timer);
	attrs->ExecutionLevel = WdfExecutionLevelInheritFromParent;
}

static void make_others(PWDF_OBJECT_ATTRIBUTES attrs)
{
	WDF_WORKITEM_CONFIG workitem;
	WDF_DPC_CONFIG dpc;
	NTSTATUS status;

	WDF_DPC_CONFIG_INIT(&dpc, on_dpc);
	status = WdfDpcCreate(&dpc, attrs, &made.dpc);
	note(status, made.dpc);
	WDF_WORKITEM_CONFIG_INIT(&workitem, on_work);
	status = WdfWorkItemCreate(&workitem, attrs, &made.item);
	note(status, made.item);
}

/* --- using --- */

static void start_all(void)
{
	if (made.timer)
		WdfTimerStart(made.timer, -1 * MS);
	if (made.passive_timer)
		WdfTimerStart(made.passive_timer, -1 * MS);
	if (made.dpc)
		WdfDpcEnqueue(made.dpc);
	if (made.item)
		WdfWorkItemEnqueue(made.item);
}

static void use_locks(void)
{
	LONGLONG soon = -1 * MS;

	if (made.spinlock) {
		WdfSpinLockAcquire(made.spinlock);
		WdfSpinLockRelease(made.spinlock);
	}
	if (made.waitlock) {
		assert_int_equal(WdfWaitLockAcquire(made.waitlock, &soon), STATUS_SUCCESS);
		assert_int_equal(WdfWaitLockAcquire(made.waitlock, &soon), STATUS_TIMEOUT);
		WdfWaitLockRelease(made.waitlock);
	}
}

static void check_callbacks(void)
{
	exec_sleep_ms(50);
	assert_int_equal(sim_count(&timer_seen), made.timer != NULL);
	assert_int_equal(sim_count(&passive_seen), made.passive_timer != NULL);
	assert_int_equal(sim_count(&dpc_seen), made.dpc != NULL);
	assert_int_equal(sim_count(&item_seen), made.item != NULL);
}

static void delete_some(void)
{
	if (made.timer)
		WdfObjectDelete(made.timer);
	if (made.item)
		WdfObjectDelete(made.item);
	if (made.spinlock)
		WdfObjectDelete(made.spinlock); /* the others go with the device */
}

static bool live_once(enum fault_kind kind, uint64_t k)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	bool fired;

	timer_seen = passive_seen = dpc_seen = item_seen = (struct sim_seen){ 0 };
	memset(&made, 0, sizeof(made));
	sim_device_up(k);
	fx_up();
	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attrs, sync_context);
	attrs.ParentObject = fx_made.device;
	fault_arm(kind, k);
	make_locks(&attrs);
	make_timers(&attrs);
	make_others(&attrs);
	start_all();
	use_locks();
	check_callbacks();
	delete_some();
	fired = fault_fired();
	fault_disarm();
	sim_device_down(); /* counts what is left */
	return fired;
}

static uint64_t sweep_kind(enum fault_kind kind)
{
	uint64_t k = 1;

	while (live_once(kind, k))
		k++;
	return k - 1;
}

static void test_life__each_allocation_fails__the_rest_works(void **state)
{
	uint64_t points;

	(void)state;
	failures = 0;
	points = sweep_kind(FAULT_ALLOC);
	print_message("%llu allocations failed in turn, %u creations with them\n",
		      (unsigned long long)points, failures);
	/* the block of each of the six; the verifier's own and a spare thread are done without */
	assert_int_equal(failures, 6);
	assert_true(points > failures);
}

static void test_life__each_system_call_fails__the_rest_works(void **state)
{
	uint64_t points;

	(void)state;
	failures = 0;
	points = sweep_kind(FAULT_SYSCALL);
	print_message("%llu system calls failed in turn\n", (unsigned long long)points);
	assert_true(points > 0);       /* the device's start and end */
	assert_int_equal(failures, 0); /* a creation makes none */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_life__each_allocation_fails__the_rest_works),
		cmocka_unit_test(test_life__each_system_call_fails__the_rest_works),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
