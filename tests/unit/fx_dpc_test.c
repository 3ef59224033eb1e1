/* SPDX-License-Identifier: MIT */
/* WDFDPC: queued anywhere, run once on the interrupt loop, cancelled, deleted. */
#include "sim_device.h"

static struct sim_seen seen;
static WDFDPC dpc;

static int setup(void **state)
{
	(void)state;
	seen = (struct sim_seen){ 0 };
	sim_device_up(1);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	sim_device_down();
	return 0;
}

static void on_dpc(WDFDPC d)
{
	assert_ptr_equal(d, dpc);
	sim_see(&seen);
}

static NTSTATUS create(PFN_WDF_DPC callback, WDFOBJECT parent, BOOLEAN serialized)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_DPC_CONFIG config;
	NTSTATUS status;

	WDF_DPC_CONFIG_INIT(&config, callback);
	config.AutomaticSerialization = serialized;
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = parent;
	dpc = (WDFDPC)(void *)&seen;
	status = WdfDpcCreate(&config, &attrs, &dpc);
	if (!NT_SUCCESS(status))
		assert_null(dpc);
	return status;
}

static void make(PFN_WDF_DPC callback)
{
	fx_up();
	(void)fx_broke();
	assert_int_equal(create(callback, fx_made.device, TRUE), STATUS_SUCCESS);
}

/* --- running --- */

static void test_enqueue__from_any_thread__runs_at_dispatch_on_the_loop(void **state)
{
	(void)state;
	make(on_dpc);
	assert_true(WdfDpcEnqueue(dpc));
	sim_wait_for(&seen.count, 1);
	assert_int_equal(seen.level, DISPATCH_LEVEL);
	assert_int_not_equal(seen.thread, exec_thread_id());
	assert_true(WdfDpcEnqueue(dpc));
	sim_wait_for(&seen.count, 2);
	exec_sleep_ms(5);
	assert_int_equal(sim_count(&seen), 2);
}

static void enqueue_twice(void *arg)
{
	KIRQL before = fx_irql_raise(FX_DIRQL); /* an interrupt service routine may, too */

	(void)arg;
	assert_true(WdfDpcEnqueue(dpc));
	assert_false(WdfDpcEnqueue(dpc));
	assert_int_equal(sim_count(&seen), 0);
	fx_irql_restore(before);
}

static void test_enqueue__queued_already__runs_once_for_both(void **state)
{
	(void)state;
	make(on_dpc);
	sim_on_loop(enqueue_twice, NULL);
	sim_wait_for(&seen.count, 1);
	exec_sleep_ms(5);
	assert_int_equal(sim_count(&seen), 1);
	assert_false(fx_broke());
}

static void enqueue_again(WDFDPC d)
{
	sim_see(&seen);
	if (sim_count(&seen) < 3)
		assert_true(WdfDpcEnqueue(d));
}

static void test_enqueue__in_the_callback__runs_again(void **state)
{
	(void)state;
	make(enqueue_again);
	WdfDpcEnqueue(dpc);
	sim_wait_for(&seen.count, 3);
	exec_sleep_ms(5);
	assert_int_equal(sim_count(&seen), 3);
}

/* --- cancelling --- */

static void enqueue_and_cancel(void *arg)
{
	(void)arg;
	WdfDpcEnqueue(dpc);
	assert_true(WdfDpcCancel(dpc, FALSE));
	assert_false(WdfDpcCancel(dpc, FALSE));
	assert_true(WdfDpcEnqueue(dpc)); /* nor is it queued any more */
	assert_true(WdfDpcCancel(dpc, FALSE));
}

static void test_cancel__queued__true_and_not_called(void **state)
{
	(void)state;
	make(on_dpc);
	assert_false(WdfDpcCancel(dpc, FALSE));
	assert_false(WdfDpcCancel(dpc, TRUE));
	sim_on_loop(enqueue_and_cancel, NULL);
	exec_sleep_ms(5);
	assert_int_equal(sim_count(&seen), 0);
	assert_false(fx_broke());
}

static bool ended; /* atomic */

static void take_long(WDFDPC d)
{
	on_dpc(d);
	exec_sleep_ms(20);
	__atomic_store_n(&ended, true, __ATOMIC_RELEASE);
}

static void test_cancel__runs__wait_waits(void **state)
{
	(void)state;
	ended = false;
	make(take_long);
	WdfDpcEnqueue(dpc);
	sim_wait_for(&seen.count, 1);
	assert_false(WdfDpcCancel(dpc, FALSE));
	assert_false(__atomic_load_n(&ended, __ATOMIC_ACQUIRE));
	assert_false(WdfDpcCancel(dpc, TRUE));
	assert_true(__atomic_load_n(&ended, __ATOMIC_ACQUIRE));
}

static void cancel_with_wait(void *arg)
{
	(void)arg;
	assert_true(WdfDpcEnqueue(dpc));
	assert_false(WdfDpcCancel(dpc, TRUE));
}

static void test_cancel__wait_at_dispatch__refused(void **state)
{
	(void)state;
	make(on_dpc);
	sim_on_loop(cancel_with_wait, NULL);
	assert_true(fx_broke());
	sim_wait_for(&seen.count, 1); /* it was not cancelled */
}

/* --- the end --- */

static unsigned int cleanups; /* atomic */
static KIRQL cleanup_level;

static void on_cleanup(WDFOBJECT object)
{
	cleanup_level = KeGetCurrentIrql();
	assert_ptr_equal(WdfDpcGetParentObject(object), fx_made.device);
	__atomic_add_fetch(&cleanups, 1, __ATOMIC_RELEASE);
}

static void make_with_cleanup(PFN_WDF_DPC callback)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_DPC_CONFIG config;

	fx_up();
	(void)fx_broke();
	cleanups = 0;
	WDF_DPC_CONFIG_INIT(&config, callback);
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = fx_made.device;
	attrs.EvtCleanupCallback = on_cleanup;
	assert_int_equal(WdfDpcCreate(&config, &attrs, &dpc), STATUS_SUCCESS);
}

static void test_delete__queued__runs_first(void **state)
{
	(void)state;
	make_with_cleanup(on_dpc);
	WdfDpcEnqueue(dpc);
	WdfObjectReference(dpc);
	WdfObjectDelete(dpc);
	assert_int_equal(sim_count(&seen), 1);
	assert_int_equal(cleanups, 1);
	assert_null(WdfDpcGetParentObject(dpc));
	assert_false(fx_broke());
	assert_false(WdfDpcEnqueue(dpc));
	assert_true(fx_broke());
	assert_false(WdfDpcCancel(dpc, TRUE));
	assert_false(fx_broke());
	exec_sleep_ms(5);
	assert_int_equal(sim_count(&seen), 1);
	WdfObjectDereference(dpc);
}

static void delete_itself(WDFDPC d)
{
	WdfObjectDelete(d);
	sim_see(&seen);
}

static void test_delete__in_its_callback__cleaned_up_at_passive_later(void **state)
{
	(void)state;
	make_with_cleanup(delete_itself);
	WdfDpcEnqueue(dpc);
	sim_wait_for(&cleanups, 1);
	assert_int_equal(cleanup_level, PASSIVE_LEVEL);
	assert_int_equal(sim_count(&seen), 1);
	assert_false(fx_broke());
}

static void test_delete__callback_runs__waits_for_it(void **state)
{
	(void)state;
	ended = false;
	make_with_cleanup(take_long);
	WdfDpcEnqueue(dpc);
	sim_wait_for(&seen.count, 1);
	WdfObjectDelete(dpc);
	assert_true(__atomic_load_n(&ended, __ATOMIC_ACQUIRE));
	assert_int_equal(cleanups, 1);
}

static void test_device_removed__dpc_queued__ends_with_it(void **state)
{
	(void)state;
	make(on_dpc);
	WdfDpcEnqueue(dpc);
	fx_remove();
	assert_int_equal(sim_count(&seen), 1);
}

/* --- creation --- */

static void test_create__wrong_arguments__refused(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_DPC_CONFIG config;
	KIRQL before;

	(void)state;
	fx_up();
	WDF_DPC_CONFIG_INIT(&config, on_dpc);
	assert_int_equal(WdfDpcCreate(&config, NULL, &dpc), STATUS_WDF_PARENT_NOT_SPECIFIED);
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	assert_int_equal(WdfDpcCreate(&config, &attrs, &dpc), STATUS_WDF_PARENT_NOT_SPECIFIED);
	assert_int_equal(create(on_dpc, fx_made.driver, TRUE), STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(create(NULL, fx_made.device, TRUE), STATUS_INVALID_PARAMETER);
	attrs.ParentObject = fx_made.device;
	config.Size++;
	assert_int_equal(WdfDpcCreate(&config, &attrs, &dpc), STATUS_INFO_LENGTH_MISMATCH);
	config.Size--;
	attrs.ExecutionLevel = WdfExecutionLevelDispatch;
	assert_int_equal(WdfDpcCreate(&config, &attrs, &dpc), STATUS_WDF_EXECUTION_LEVEL_INVALID);
	before = fx_irql_raise(FX_DIRQL);
	assert_int_equal(WdfDpcCreate(&config, &attrs, &dpc), STATUS_INVALID_DEVICE_REQUEST);
	fx_irql_restore(before);
}

static void test_wdm_dpc__one_for_each(void **state)
{
	PKDPC first;

	(void)state;
	make(on_dpc);
	first = WdfDpcWdmGetDpc(dpc);
	assert_non_null(first);
	assert_ptr_equal(WdfDpcWdmGetDpc(dpc), first);
	assert_int_equal(create(on_dpc, fx_made.device, FALSE), STATUS_SUCCESS);
	assert_ptr_not_equal(WdfDpcWdmGetDpc(dpc), first);
	assert_ptr_equal(WdfDpcGetParentObject(dpc), fx_made.device);
}

static void test_serialized__passive_device__refused(void **state)
{
	(void)state;
	fx_script.scope = WdfSynchronizationScopeDevice;
	fx_script.level = WdfExecutionLevelPassive;
	fx_up();
	(void)fx_broke();
	assert_int_equal(create(on_dpc, fx_made.device, TRUE),
			 STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL);
	assert_true(fx_broke());
	assert_int_equal(create(on_dpc, fx_made.device, FALSE), STATUS_SUCCESS);
	assert_false(fx_broke());
}

static void test_serialized__waits_for_the_devices_lock(void **state)
{
	(void)state;
	fx_script.scope = WdfSynchronizationScopeDevice;
	make(on_dpc);
	WdfObjectAcquireLock(fx_made.device);
	assert_int_equal(KeGetCurrentIrql(), DISPATCH_LEVEL);
	WdfDpcEnqueue(dpc);
	exec_sleep_ms(10);
	assert_int_equal(sim_count(&seen), 0);
	WdfObjectReleaseLock(fx_made.device);
	assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
	sim_wait_for(&seen.count, 1);
	assert_int_equal(create(on_dpc, fx_made.device, FALSE), STATUS_SUCCESS);
	WdfObjectAcquireLock(fx_made.device);
	WdfDpcEnqueue(dpc); /* this one is not serialized */
	sim_wait_for(&seen.count, 2);
	WdfObjectReleaseLock(fx_made.device);
}

/* --- the locks themselves --- */

static void acquire(void *arg)
{
	WdfObjectAcquireLock(arg);
}

static void release(void *arg)
{
	WdfObjectReleaseLock(arg);
}

static void test_lock__device_and_queue__each_its_own(void **state)
{
	(void)state;
	fx_script.scope = WdfSynchronizationScopeQueue;
	fx_script.queue = true;
	fx_up();
	(void)fx_broke();
	acquire(fx_made.device);
	acquire(fx_made.queue);
	assert_true(fx_stops(acquire, fx_made.queue, WDF_RECURSIVE_LOCK));
	release(fx_made.queue);
	assert_int_equal(KeGetCurrentIrql(), DISPATCH_LEVEL);
	release(fx_made.device);
	assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
	assert_false(fx_broke());
}

static void test_lock__device_scope__the_queues_is_the_devices(void **state)
{
	(void)state;
	fx_script.scope = WdfSynchronizationScopeDevice;
	fx_script.level = WdfExecutionLevelPassive;
	fx_script.queue = true;
	fx_up();
	acquire(fx_made.queue);
	assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
	assert_true(fx_stops(acquire, fx_made.device, WDF_RECURSIVE_LOCK));
	release(fx_made.device);
	(void)fx_broke();
	release(fx_made.queue); /* held no more */
	assert_true(fx_broke());
}

static void test_lock__passive__not_at_dispatch(void **state)
{
	KIRQL before;

	(void)state;
	fx_script.scope = WdfSynchronizationScopeDevice;
	fx_script.level = WdfExecutionLevelPassive;
	fx_up();
	(void)fx_broke();
	before = fx_irql_raise(DISPATCH_LEVEL);
	acquire(fx_made.device);
	fx_irql_restore(before);
	assert_true(fx_broke());
	acquire(fx_made.device); /* nobody took it */
	release(fx_made.device);
	assert_false(fx_broke());
}

static void test_lock__object_without_one__stops(void **state)
{
	WDFSPINLOCK spinlock;

	(void)state;
	fx_script.queue = true; /* of scope none */
	fx_up();
	assert_int_equal(WdfSpinLockCreate(NULL, &spinlock), STATUS_SUCCESS);
	assert_true(fx_stops(acquire, spinlock, WDF_INVALID_LOCK_OPERATION));
	assert_true(fx_stops(release, spinlock, WDF_INVALID_LOCK_OPERATION));
	assert_true(fx_stops(acquire, fx_made.driver, WDF_INVALID_LOCK_OPERATION));
	assert_true(fx_stops(acquire, fx_made.queue, WDF_INVALID_LOCK_OPERATION));
	assert_true(fx_stops(release, fx_made.queue, WDF_INVALID_LOCK_OPERATION));
	acquire(fx_made.device); /* a device has one in any case */
	release(fx_made.device);
}

static void give_back_and_keep(WDFDPC d)
{
	on_dpc(d);
	assert_true(fx_stops(acquire, fx_made.device, WDF_RECURSIVE_LOCK));
	WdfObjectReleaseLock(fx_made.device);
	if (sim_count(&seen) == 1)
		WdfObjectAcquireLock(fx_made.device);
}

static void test_lock__given_back_in_a_callback__to_be_taken_again(void **state)
{
	(void)state;
	fx_script.scope = WdfSynchronizationScopeDevice;
	make(give_back_and_keep);
	WdfDpcEnqueue(dpc);
	sim_wait_for(&seen.count, 1);
	WdfDpcCancel(dpc, TRUE);
	assert_false(fx_broke());
	WdfDpcEnqueue(dpc); /* this time it does not take it again */
	sim_wait_for(&seen.count, 2);
	WdfDpcCancel(dpc, TRUE);
	assert_true(fx_broke());
	acquire(fx_made.device); /* and it is free */
	release(fx_made.device);
	assert_false(fx_broke());
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_enqueue__from_any_thread__runs_at_dispatch_on_the_loop),
		TEST(test_enqueue__queued_already__runs_once_for_both),
		TEST(test_enqueue__in_the_callback__runs_again),
		TEST(test_cancel__queued__true_and_not_called),
		TEST(test_cancel__runs__wait_waits),
		TEST(test_cancel__wait_at_dispatch__refused),
		TEST(test_delete__queued__runs_first),
		TEST(test_delete__in_its_callback__cleaned_up_at_passive_later),
		TEST(test_delete__callback_runs__waits_for_it),
		TEST(test_device_removed__dpc_queued__ends_with_it),
		TEST(test_create__wrong_arguments__refused),
		TEST(test_wdm_dpc__one_for_each),
		TEST(test_serialized__passive_device__refused),
		TEST(test_serialized__waits_for_the_devices_lock),
		TEST(test_lock__device_and_queue__each_its_own),
		TEST(test_lock__device_scope__the_queues_is_the_devices),
		TEST(test_lock__passive__not_at_dispatch),
		TEST(test_lock__object_without_one__stops),
		TEST(test_lock__given_back_in_a_callback__to_be_taken_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
