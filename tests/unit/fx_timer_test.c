/* SPDX-License-Identifier: MIT */
/* WDFTIMER on virtual time: when it expires, where, what starting and stopping answer. */
#include <limits.h>

#include "sim_device.h"

static struct sim_seen seen;
static WDFTIMER timer;

static int setup(void **state)
{
	(void)state;
	seen = (struct sim_seen){ 0 };
	timer = NULL;
	sim_device_up(1);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	sim_device_down();
	return 0;
}

static void on_timer(WDFTIMER t)
{
	(void)t;
	sim_see(&seen);
}

static void up(void)
{
	fx_up();
	(void)fx_broke();
}

static void timer_attrs(WDF_OBJECT_ATTRIBUTES *attrs, WDF_EXECUTION_LEVEL level)
{
	WDF_OBJECT_ATTRIBUTES_INIT(attrs);
	attrs->ParentObject = fx_made.device;
	if (level)
		attrs->ExecutionLevel = level;
}

static void make(PFN_WDF_TIMER callback, ULONG period, WDF_EXECUTION_LEVEL level)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_TIMER_CONFIG config;

	if (!fx.device)
		up();
	WDF_TIMER_CONFIG_INIT_PERIODIC(&config, callback, (LONG)period);
	timer_attrs(&attrs, level);
	assert_int_equal(WdfTimerCreate(&config, &attrs, &timer), STATUS_SUCCESS);
}

/* --- expiry --- */

static void test_start__relative__expires_once_on_the_interrupt_loop(void **state)
{
	uint64_t began;

	(void)state;
	make(on_timer, 0, 0);
	began = exec_now_ns();
	assert_false(WdfTimerStart(timer, -5 * MS));
	exec_sleep_ms(4);
	assert_int_equal(sim_count(&seen), 0);
	exec_sleep_ms(100);
	assert_int_equal(sim_count(&seen), 1);
	sim_check_time(seen.at_ns[0], began + 5 * EXEC_NS_PER_MS);
	assert_int_equal(seen.level, DISPATCH_LEVEL);
	assert_int_not_equal(seen.thread, exec_thread_id());
	assert_false(WdfTimerStart(timer, -1 * MS)); /* it had expired */
	sim_wait_for(&seen.count, 2);
}

static void test_start__again_before_it_expires__the_new_time_alone(void **state)
{
	uint64_t began;

	(void)state;
	make(on_timer, 0, 0);
	began = exec_now_ns();
	assert_false(WdfTimerStart(timer, -5 * MS));
	assert_true(WdfTimerStart(timer, -20 * MS));
	exec_sleep_ms(15);
	assert_int_equal(sim_count(&seen), 0);
	assert_true(WdfTimerStart(timer, -1 * MS)); /* sooner */
	exec_sleep_ms(50);
	assert_int_equal(sim_count(&seen), 1);
	sim_check_time(seen.at_ns[0], began + 16 * EXEC_NS_PER_MS);
}

static void start_5_then_20(void *arg)
{
	(void)arg;
	assert_false(WdfTimerStart(timer, -5 * MS));
	assert_true(WdfTimerStart(timer, -20 * MS));
}

static void test_start__on_its_own_loop__the_same(void **state)
{
	uint64_t began;

	(void)state;
	make(on_timer, 0, 0);
	began = exec_now_ns();
	sim_on_loop(start_5_then_20, NULL);
	exec_sleep_ms(50);
	assert_int_equal(sim_count(&seen), 1);
	sim_check_time(seen.at_ns[0], began + 20 * EXEC_NS_PER_MS);
}

static void test_start__zero_or_long_past__expires_at_once(void **state)
{
	uint64_t began;

	(void)state;
	make(on_timer, 0, 0);
	began = exec_now_ns();
	assert_false(WdfTimerStart(timer, 0));
	sim_wait_for(&seen.count, 1);
	assert_false(WdfTimerStart(timer, 1)); /* in 1601 */
	sim_wait_for(&seen.count, 2);
	assert_true(seen.at_ns[1] - began < 3 * EXEC_NS_PER_MS);
}

static void test_start__absolute__expires_at_that_time(void **state)
{
	uint64_t began;

	(void)state;
	make(on_timer, 0, 0);
	began = exec_now_ns();
	assert_false(WdfTimerStart(timer, (LONGLONG)exec_system_time_100ns() + 3500 * MS));
	exec_sleep_ms(10000);
	assert_int_equal(sim_count(&seen), 1);
	sim_check_time(seen.at_ns[0], began + 3500 * EXEC_NS_PER_MS);
}

static void test_start__for_ever__never_expires(void **state)
{
	(void)state;
	make(on_timer, 0, 0);
	assert_false(WdfTimerStart(timer, LLONG_MIN));
	exec_sleep_ms(100000000);
	assert_int_equal(sim_count(&seen), 0);
	assert_true(WdfTimerStart(timer, LLONG_MAX));
	exec_sleep_ms(10000);
	assert_int_equal(sim_count(&seen), 0);
	assert_true(WdfTimerStop(timer, FALSE));
}

static void test_periodic__expires_every_period_until_stopped(void **state)
{
	uint64_t began;

	(void)state;
	make(on_timer, 10, 0);
	began = exec_now_ns();
	assert_false(WdfTimerStart(timer, -3 * MS));
	exec_sleep_ms(48);
	assert_int_equal(sim_count(&seen), 5);
	for (unsigned int i = 0; i < 5; i++)
		sim_check_time(seen.at_ns[i], began + (3 + 10 * i) * EXEC_NS_PER_MS);
	assert_true(WdfTimerStart(timer, -25 * MS)); /* a periodic one is always in the queue */
	exec_sleep_ms(30);
	assert_int_equal(sim_count(&seen), 6);
	assert_true(WdfTimerStop(timer, TRUE));
	exec_sleep_ms(100);
	assert_int_equal(sim_count(&seen), 6);
	assert_false(WdfTimerStop(timer, TRUE));
}

static void take_long_once(WDFTIMER t)
{
	on_timer(t);
	if (sim_count(&seen) == 1)
		exec_sleep_ms(34);
}

static void test_periodic__late__leaves_out_what_it_missed(void **state)
{
	uint64_t began;

	(void)state;
	make(take_long_once, 10, 0);
	began = exec_now_ns();
	WdfTimerStart(timer, -10 * MS);
	exec_sleep_ms(75);
	WdfTimerStop(timer, TRUE);
	/* at 10 until 44; then the one that was due meanwhile, at 44; then 50, 60, 70 */
	assert_int_equal(sim_count(&seen), 5);
	sim_check_time(seen.at_ns[1], began + 44 * EXEC_NS_PER_MS);
	sim_check_time(seen.at_ns[2], began + 50 * EXEC_NS_PER_MS);
	sim_check_time(seen.at_ns[3], began + 60 * EXEC_NS_PER_MS);
}

static void start_again(WDFTIMER t)
{
	on_timer(t);
	if (sim_count(&seen) < 3)
		assert_false(WdfTimerStart(t, -2 * MS));
}

static void test_start__in_the_callback__expires_again(void **state)
{
	uint64_t began;

	(void)state;
	make(start_again, 0, 0);
	began = exec_now_ns();
	WdfTimerStart(timer, -2 * MS);
	exec_sleep_ms(100);
	assert_int_equal(sim_count(&seen), 3);
	sim_check_time(seen.at_ns[2], began + 6 * EXEC_NS_PER_MS);
}

static void test_callback_none__expires_all_the_same(void **state)
{
	(void)state;
	make(NULL, 0, 0);
	assert_false(WdfTimerStart(timer, -2 * MS));
	assert_true(WdfTimerStart(timer, -2 * MS));
	exec_sleep_ms(5);
	assert_false(WdfTimerStop(timer, FALSE));
}

static void test_tolerable_delay__expires_with_another_timer(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_TIMER_CONFIG config;
	uint64_t began;

	(void)state;
	make(on_timer, 0, 0);
	began = exec_now_ns();
	WdfTimerStart(timer, -14 * MS);
	WDF_TIMER_CONFIG_INIT(&config, on_timer);
	config.TolerableDelay = 5;
	timer_attrs(&attrs, 0);
	assert_int_equal(WdfTimerCreate(&config, &attrs, &timer), STATUS_SUCCESS);
	WdfTimerStart(timer, -10 * MS); /* may come up to 15: comes at 14 */
	exec_sleep_ms(30);
	assert_int_equal(sim_count(&seen), 2);
	sim_check_time(seen.at_ns[0], began + 14 * EXEC_NS_PER_MS);
	sim_check_time(seen.at_ns[1], began + 14 * EXEC_NS_PER_MS);
	began = exec_now_ns();
	WdfTimerStart(timer, -10 * MS); /* alone: no reason to wait */
	exec_sleep_ms(30);
	sim_check_time(seen.at_ns[2], began + 10 * EXEC_NS_PER_MS);
}

/* --- passive timers --- */

static WDFWAITLOCK waitlock;

static void wait_in_callback(WDFTIMER t)
{
	assert_int_equal(WdfWaitLockAcquire(waitlock, NULL), STATUS_SUCCESS);
	on_timer(t);
	WdfWaitLockRelease(waitlock);
}

static void test_passive__may_wait_in_its_callback(void **state)
{
	(void)state;
	make(wait_in_callback, 0, WdfExecutionLevelPassive);
	assert_int_equal(WdfWaitLockCreate(NULL, &waitlock), STATUS_SUCCESS);
	WdfWaitLockAcquire(waitlock, NULL);
	WdfTimerStart(timer, -1 * MS);
	exec_sleep_ms(10);
	assert_int_equal(sim_count(&seen), 0);
	assert_false(WdfTimerStop(timer, FALSE)); /* it expired, the callback runs */
	WdfWaitLockRelease(waitlock);
	sim_wait_for(&seen.count, 1);
	assert_int_equal(seen.level, PASSIVE_LEVEL);
	assert_false(fx_broke());
}

/* --- stopping --- */

static void test_stop__pending__does_not_expire(void **state)
{
	(void)state;
	make(on_timer, 0, 0);
	assert_false(WdfTimerStop(timer, FALSE));
	assert_false(WdfTimerStop(timer, TRUE));
	for (BOOLEAN wait = FALSE; wait <= TRUE; wait++) {
		WdfTimerStart(timer, -5 * MS);
		exec_sleep_ms(1);
		assert_true(WdfTimerStop(timer, wait));
		exec_sleep_ms(20);
		assert_int_equal(sim_count(&seen), 0);
	}
}

static void start_and_stop(void *arg)
{
	(void)arg;
	assert_false(WdfTimerStart(timer, -5 * MS));
	assert_true(WdfTimerStop(timer, FALSE));
	assert_false(WdfTimerStop(timer, FALSE));
}

static void test_stop__on_its_own_loop__the_same(void **state)
{
	(void)state;
	make(on_timer, 0, 0);
	sim_on_loop(start_and_stop, NULL);
	exec_sleep_ms(20);
	assert_int_equal(sim_count(&seen), 0);
}

static bool callback_ended; /* atomic */

static void take_long(WDFTIMER t)
{
	on_timer(t);
	exec_sleep_ms(20);
	__atomic_store_n(&callback_ended, true, __ATOMIC_RELEASE);
}

static void stop_while_it_runs(WDF_EXECUTION_LEVEL level)
{
	callback_ended = false;
	make(take_long, 0, level);
	WdfTimerStart(timer, -1 * MS);
	sim_wait_for(&seen.count, 1);
	assert_false(WdfTimerStop(timer, FALSE));
	assert_false(__atomic_load_n(&callback_ended, __ATOMIC_ACQUIRE));
	assert_false(WdfTimerStop(timer, TRUE)); /* not in the queue, but waited for */
	assert_true(__atomic_load_n(&callback_ended, __ATOMIC_ACQUIRE));
}

static void test_stop_with_wait__callback_runs__waits_for_it(void **state)
{
	(void)state;
	stop_while_it_runs(0);
}

static void test_stop_with_wait__passive_callback_runs__waits_for_it(void **state)
{
	(void)state;
	stop_while_it_runs(WdfExecutionLevelPassive);
}

static void restart_late(WDFTIMER t)
{
	on_timer(t);
	exec_sleep_ms(20);
	assert_false(WdfTimerStart(t, -1 * MS));
}

static void check_restart_refused(WDF_EXECUTION_LEVEL level)
{
	make(restart_late, 0, level);
	WdfTimerStart(timer, -1 * MS);
	sim_wait_for(&seen.count, 1);
	assert_true(WdfTimerStop(timer, TRUE));
	exec_sleep_ms(50);
	assert_int_equal(sim_count(&seen), 1);
	assert_false(fx_broke());
}

static void test_stop_with_wait__restarted_by_its_callback__refused_and_true(void **state)
{
	(void)state;
	check_restart_refused(0);
}

static void test_stop_with_wait__restarted_by_its_passive_callback__refused_and_true(void **state)
{
	(void)state;
	check_restart_refused(WdfExecutionLevelPassive);
}

static void stop_with_wait(void *arg)
{
	(void)arg;
	assert_false(WdfTimerStop(timer, TRUE));
}

static void test_stop_with_wait__at_dispatch__refused(void **state)
{
	(void)state;
	make(on_timer, 0, 0);
	WdfTimerStart(timer, -5 * MS);
	sim_on_loop(stop_with_wait, NULL);
	assert_true(fx_broke());
	exec_sleep_ms(10);
	assert_int_equal(sim_count(&seen), 1); /* it was not stopped */
}

static void stop_itself(WDFTIMER t)
{
	on_timer(t);
	assert_false(WdfTimerStop(t, TRUE));
}

static void test_stop_with_wait__in_its_own_callback__refused(void **state)
{
	(void)state;
	make(stop_itself, 0, WdfExecutionLevelPassive);
	WdfTimerStart(timer, -1 * MS);
	sim_wait_for(&seen.count, 1);
	assert_false(WdfTimerStop(timer, TRUE));
	assert_true(fx_broke());
}

static void stop_elsewhere(void *arg)
{
	(void)arg;
	WdfTimerStop(timer, TRUE);
}

static void stop_twice(bool verified)
{
	struct exec_thread *other;

	make(take_long, 0, 0);
	if (!verified)
		fx.driver->fx->verifier.gates = 1u << FX_GATE_ALWAYS;
	else
		fx.driver->fx->verifier.gates |= 1u << FX_GATE_VERIFIER;
	WdfTimerStart(timer, -1 * MS);
	sim_wait_for(&seen.count, 1);
	other = sim_thread_run(stop_elsewhere, NULL);
	exec_sleep_ms(2);
	WdfTimerStop(timer, TRUE);
	exec_thread_join(other);
}

static void test_stop_with_wait__twice_at_a_time__reported_to_the_verified(void **state)
{
	(void)state;
	stop_twice(false);
	assert_false(fx_broke());
	seen.count = 0;
	WdfObjectDelete(timer);
	stop_twice(true);
	assert_true(fx_broke());
}

/* --- the end --- */

static KIRQL cleanup_level;
static unsigned int cleanups; /* atomic */
static WDFOBJECT parent_in_cleanup;
static BOOLEAN started_in_cleanup;

static void on_cleanup(WDFOBJECT object)
{
	cleanup_level = KeGetCurrentIrql();
	parent_in_cleanup = WdfTimerGetParentObject(object);
	started_in_cleanup = WdfTimerStart(object, -1 * MS);
	__atomic_add_fetch(&cleanups, 1, __ATOMIC_RELEASE);
}

static void make_with_cleanup(PFN_WDF_TIMER callback, WDF_EXECUTION_LEVEL level)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_TIMER_CONFIG config;

	up();
	cleanups = 0;
	WDF_TIMER_CONFIG_INIT(&config, callback);
	timer_attrs(&attrs, level);
	attrs.EvtCleanupCallback = on_cleanup;
	assert_int_equal(WdfTimerCreate(&config, &attrs, &timer), STATUS_SUCCESS);
}

static void test_delete__pending__never_expires(void **state)
{
	(void)state;
	make_with_cleanup(on_timer, 0);
	WdfTimerStart(timer, -5 * MS);
	WdfObjectReference(timer);
	WdfObjectDelete(timer);
	assert_int_equal(cleanups, 1);
	assert_int_equal(cleanup_level, PASSIVE_LEVEL);
	assert_ptr_equal(parent_in_cleanup, fx_made.device);
	assert_false(started_in_cleanup);
	assert_true(fx_broke());
	assert_null(WdfTimerGetParentObject(timer));
	assert_false(WdfTimerStop(timer, TRUE));
	assert_false(WdfTimerStop(timer, FALSE));
	assert_false(fx_broke());
	assert_false(WdfTimerStart(timer, -1 * MS));
	assert_true(fx_broke());
	exec_sleep_ms(20);
	assert_int_equal(sim_count(&seen), 0);
	WdfObjectDereference(timer);
}

static void test_delete__callback_runs__waits_for_it(void **state)
{
	(void)state;
	callback_ended = false;
	make_with_cleanup(take_long, 0);
	WdfTimerStart(timer, -1 * MS);
	sim_wait_for(&seen.count, 1);
	WdfObjectDelete(timer);
	assert_true(__atomic_load_n(&callback_ended, __ATOMIC_ACQUIRE));
	assert_int_equal(cleanups, 1);
}

static void delete_itself(WDFTIMER t)
{
	WdfObjectDelete(t);
	on_timer(t);
}

static void test_delete__in_its_callback__cleaned_up_at_passive_later(void **state)
{
	(void)state;
	make_with_cleanup(delete_itself, 0);
	WdfTimerStart(timer, -1 * MS);
	sim_wait_for(&cleanups, 1);
	assert_int_equal(sim_count(&seen), 1);
	assert_int_equal(cleanup_level, PASSIVE_LEVEL);
}

static void test_delete__in_its_passive_callback__reported_and_done(void **state)
{
	(void)state;
	make_with_cleanup(delete_itself, WdfExecutionLevelPassive);
	WdfTimerStart(timer, -1 * MS);
	sim_wait_for(&cleanups, 1);
	assert_true(fx_broke());
	sim_wait_for(&seen.count, 1);
}

static void test_device_removed__timer_runs__ends_with_it(void **state)
{
	(void)state;
	make(take_long_once, 1, 0);
	WdfTimerStart(timer, -1 * MS);
	sim_wait_for(&seen.count, 1);
	fx_remove(); /* the teardown counts what is left */
}

/* --- creation --- */

static NTSTATUS create(PWDF_TIMER_CONFIG config, PWDF_OBJECT_ATTRIBUTES attrs)
{
	NTSTATUS status;

	timer = (WDFTIMER)(void *)&seen;
	status = WdfTimerCreate(config, attrs, &timer);
	if (!NT_SUCCESS(status))
		assert_null(timer);
	return status;
}

static void test_create__wrong_configuration__refused(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_TIMER_CONFIG config;

	(void)state;
	up();
	WDF_TIMER_CONFIG_INIT(&config, on_timer);
	timer_attrs(&attrs, 0);
	config.Size--;
	assert_int_equal(create(&config, &attrs), STATUS_INFO_LENGTH_MISMATCH);
	config.Size++;
	config.Period = (ULONG)INT_MAX + 1;
	assert_int_equal(create(&config, &attrs), STATUS_INVALID_PARAMETER);
	config.Period = INT_MAX;
	assert_int_equal(create(&config, &attrs), STATUS_SUCCESS);
	config.UseHighResolutionTimer = TRUE;
	config.TolerableDelay = 1;
	assert_int_equal(create(&config, &attrs), STATUS_INVALID_PARAMETER);
	config.TolerableDelay = TolerableDelayUnlimited;
	assert_int_equal(create(&config, &attrs), STATUS_INVALID_PARAMETER);
	config.UseHighResolutionTimer = FALSE;
	assert_int_equal(create(&config, &attrs), STATUS_SUCCESS);
}

static void test_create__wrong_attributes__refused(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_TIMER_CONFIG config;

	(void)state;
	up();
	WDF_TIMER_CONFIG_INIT_PERIODIC(&config, on_timer, 10);
	assert_int_equal(create(&config, NULL), STATUS_WDF_PARENT_NOT_SPECIFIED);
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	assert_int_equal(create(&config, &attrs), STATUS_WDF_PARENT_NOT_SPECIFIED);
	attrs.ParentObject = fx_made.driver;
	assert_int_equal(create(&config, &attrs), STATUS_INVALID_DEVICE_REQUEST);
	attrs.ParentObject = fx_made.device;
	attrs.SynchronizationScope = WdfSynchronizationScopeNone;
	assert_int_equal(create(&config, &attrs), STATUS_WDF_SYNCHRONIZATION_SCOPE_INVALID);
	attrs.SynchronizationScope = WdfSynchronizationScopeInheritFromParent;
	attrs.ExecutionLevel = (WDF_EXECUTION_LEVEL)7;
	assert_int_equal(create(&config, &attrs), STATUS_WDF_OBJECT_ATTRIBUTES_INVALID);
	attrs.ExecutionLevel = WdfExecutionLevelPassive;
	assert_int_equal(create(&config, &attrs), STATUS_NOT_SUPPORTED); /* and periodic */
	attrs.ExecutionLevel = WdfExecutionLevelDispatch;
	assert_int_equal(create(&config, &attrs), STATUS_SUCCESS);
}

static void create_at(void *arg)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_TIMER_CONFIG config;

	WDF_TIMER_CONFIG_INIT(&config, on_timer);
	timer_attrs(&attrs, 0);
	*(NTSTATUS *)arg = create(&config, &attrs);
}

static void test_create__at_dispatch_yes__above_no(void **state)
{
	NTSTATUS status;
	KIRQL before;

	(void)state;
	up();
	sim_on_loop(create_at, &status);
	assert_int_equal(status, STATUS_SUCCESS);
	before = fx_irql_raise(FX_DIRQL);
	assert_int_equal(WdfTimerCreate((PWDF_TIMER_CONFIG)(void *)&seen, NULL, &timer),
			 STATUS_INVALID_DEVICE_REQUEST);
	fx_irql_restore(before);
	assert_true(fx_broke());
}

static void test_create__below_a_queue__its_parent(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_TIMER_CONFIG config;

	(void)state;
	fx_script.queue = true;
	up();
	WDF_TIMER_CONFIG_INIT(&config, on_timer);
	timer_attrs(&attrs, 0);
	attrs.ParentObject = fx_made.queue;
	assert_int_equal(create(&config, &attrs), STATUS_SUCCESS);
	assert_ptr_equal(WdfTimerGetParentObject(timer), fx_made.queue);
	WdfTimerStart(timer, -1 * MS);
	sim_wait_for(&seen.count, 1);
}

/* --- automatic serialization --- */

/* @level: of the timer. */
static NTSTATUS create_serialized(WDF_EXECUTION_LEVEL level, BOOLEAN serialized)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_TIMER_CONFIG config;

	WDF_TIMER_CONFIG_INIT(&config, on_timer);
	config.AutomaticSerialization = serialized;
	timer_attrs(&attrs, level);
	return create(&config, &attrs);
}

static void test_serialized__passive_device__only_a_passive_timer(void **state)
{
	(void)state;
	fx_script.scope = WdfSynchronizationScopeDevice;
	fx_script.level = WdfExecutionLevelPassive;
	up();
	assert_int_equal(create_serialized(0, TRUE), STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL);
	assert_true(fx_broke());
	assert_int_equal(create_serialized(0, FALSE), STATUS_SUCCESS);
	assert_int_equal(create_serialized(WdfExecutionLevelPassive, TRUE), STATUS_SUCCESS);
	assert_false(fx_broke());
}

static void test_serialized__dispatch_device__no_passive_timer(void **state)
{
	(void)state;
	fx_script.scope = WdfSynchronizationScopeDevice;
	up();
	assert_int_equal(create_serialized(WdfExecutionLevelPassive, TRUE),
			 STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL);
	assert_true(fx_broke());
	assert_int_equal(create_serialized(WdfExecutionLevelPassive, FALSE), STATUS_SUCCESS);
	assert_int_equal(create_serialized(0, TRUE), STATUS_SUCCESS);
}

static void test_serialized__scope_none__no_effect(void **state)
{
	(void)state;
	fx_script.scope = WdfSynchronizationScopeNone;
	fx_script.level = WdfExecutionLevelPassive;
	up();
	assert_int_equal(create_serialized(0, TRUE), STATUS_SUCCESS);
	assert_int_equal(create_serialized(WdfExecutionLevelPassive, TRUE), STATUS_SUCCESS);
	assert_false(fx_broke());
}

static void check_waits_for_the_devices_lock(WDF_EXECUTION_LEVEL level)
{
	assert_int_equal(create_serialized(level, TRUE), STATUS_SUCCESS);
	WdfObjectAcquireLock(fx_made.device);
	WdfTimerStart(timer, -1 * MS);
	exec_sleep_ms(10);
	assert_int_equal(sim_count(&seen), 0);
	WdfObjectReleaseLock(fx_made.device);
	sim_wait_for(&seen.count, 1);
	assert_false(fx_broke());
}

static void test_serialized__callback_waits_for_the_devices_lock(void **state)
{
	(void)state;
	fx_script.scope = WdfSynchronizationScopeDevice;
	up();
	check_waits_for_the_devices_lock(0);
}

static void test_serialized__passive_callback_waits_for_the_devices_lock(void **state)
{
	(void)state;
	fx_script.scope = WdfSynchronizationScopeDevice;
	fx_script.level = WdfExecutionLevelPassive;
	up();
	check_waits_for_the_devices_lock(WdfExecutionLevelPassive);
	assert_int_equal(seen.level, PASSIVE_LEVEL);
}

/* --- high resolution, levels --- */

static void start_absolute(void *arg)
{
	(void)arg;
	(void)WdfTimerStart(timer, 0);
}

static void test_high_resolution__only_relative_times(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_TIMER_CONFIG config;

	(void)state;
	up();
	WDF_TIMER_CONFIG_INIT(&config, on_timer);
	config.UseHighResolutionTimer = TRUE;
	timer_attrs(&attrs, 0);
	assert_int_equal(create(&config, &attrs), STATUS_SUCCESS);
	assert_true(fx_stops(start_absolute, NULL, WDF_VERIFIER_FATAL_ERROR));
	assert_false(WdfTimerStart(timer, -1 * MS));
	sim_wait_for(&seen.count, 1);
}

static void test_start_and_stop__above_dispatch__refused(void **state)
{
	KIRQL before;

	(void)state;
	make(on_timer, 0, 0);
	before = fx_irql_raise(FX_DIRQL);
	assert_false(WdfTimerStart(timer, -1 * MS));
	fx_irql_restore(before);
	assert_true(fx_broke());
	exec_sleep_ms(5);
	assert_int_equal(sim_count(&seen), 0);
	WdfTimerStart(timer, -5 * MS);
	before = fx_irql_raise(FX_DIRQL);
	assert_false(WdfTimerStop(timer, FALSE));
	fx_irql_restore(before);
	assert_true(fx_broke());
	sim_wait_for(&seen.count, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_start__relative__expires_once_on_the_interrupt_loop),
		TEST(test_start__again_before_it_expires__the_new_time_alone),
		TEST(test_start__on_its_own_loop__the_same),
		TEST(test_start__zero_or_long_past__expires_at_once),
		TEST(test_start__absolute__expires_at_that_time),
		TEST(test_start__for_ever__never_expires),
		TEST(test_periodic__expires_every_period_until_stopped),
		TEST(test_periodic__late__leaves_out_what_it_missed),
		TEST(test_start__in_the_callback__expires_again),
		TEST(test_callback_none__expires_all_the_same),
		TEST(test_tolerable_delay__expires_with_another_timer),
		TEST(test_passive__may_wait_in_its_callback),
		TEST(test_stop__pending__does_not_expire),
		TEST(test_stop__on_its_own_loop__the_same),
		TEST(test_stop_with_wait__callback_runs__waits_for_it),
		TEST(test_stop_with_wait__passive_callback_runs__waits_for_it),
		TEST(test_stop_with_wait__restarted_by_its_callback__refused_and_true),
		TEST(test_stop_with_wait__restarted_by_its_passive_callback__refused_and_true),
		TEST(test_stop_with_wait__at_dispatch__refused),
		TEST(test_stop_with_wait__in_its_own_callback__refused),
		TEST(test_stop_with_wait__twice_at_a_time__reported_to_the_verified),
		TEST(test_delete__pending__never_expires),
		TEST(test_delete__callback_runs__waits_for_it),
		TEST(test_delete__in_its_callback__cleaned_up_at_passive_later),
		TEST(test_delete__in_its_passive_callback__reported_and_done),
		TEST(test_device_removed__timer_runs__ends_with_it),
		TEST(test_create__wrong_configuration__refused),
		TEST(test_create__wrong_attributes__refused),
		TEST(test_create__at_dispatch_yes__above_no),
		TEST(test_create__below_a_queue__its_parent),
		TEST(test_serialized__passive_device__only_a_passive_timer),
		TEST(test_serialized__dispatch_device__no_passive_timer),
		TEST(test_serialized__scope_none__no_effect),
		TEST(test_serialized__callback_waits_for_the_devices_lock),
		TEST(test_serialized__passive_callback_waits_for_the_devices_lock),
		TEST(test_high_resolution__only_relative_times),
		TEST(test_start_and_stop__above_dispatch__refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
