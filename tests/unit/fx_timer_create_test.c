/* SPDX-License-Identifier: MIT */
/* WDFTIMER: what is refused, and whose lock its callback runs under. */
#include <limits.h>

#include "sim_timer.h"

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

/* --- levels --- */

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TIMER_TEST(test_create__wrong_configuration__refused),
		TIMER_TEST(test_create__wrong_attributes__refused),
		TIMER_TEST(test_create__at_dispatch_yes__above_no),
		TIMER_TEST(test_create__below_a_queue__its_parent),
		TIMER_TEST(test_serialized__passive_device__only_a_passive_timer),
		TIMER_TEST(test_serialized__dispatch_device__no_passive_timer),
		TIMER_TEST(test_serialized__scope_none__no_effect),
		TIMER_TEST(test_serialized__callback_waits_for_the_devices_lock),
		TIMER_TEST(test_serialized__passive_callback_waits_for_the_devices_lock),
		TIMER_TEST(test_start_and_stop__above_dispatch__refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
