/* SPDX-License-Identifier: MIT */
/* WDFTIMER on virtual time: stopping it, what that answers, and its end. */
#include "sim_timer.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TIMER_TEST(test_stop__pending__does_not_expire),
		TIMER_TEST(test_stop__on_its_own_loop__the_same),
		TIMER_TEST(test_stop_with_wait__callback_runs__waits_for_it),
		TIMER_TEST(test_stop_with_wait__passive_callback_runs__waits_for_it),
		TIMER_TEST(test_stop_with_wait__restarted_by_its_callback__refused_and_true),
		TIMER_TEST(
			test_stop_with_wait__restarted_by_its_passive_callback__refused_and_true),
		TIMER_TEST(test_stop_with_wait__at_dispatch__refused),
		TIMER_TEST(test_stop_with_wait__in_its_own_callback__refused),
		TIMER_TEST(test_stop_with_wait__twice_at_a_time__reported_to_the_verified),
		TIMER_TEST(test_delete__pending__never_expires),
		TIMER_TEST(test_delete__callback_runs__waits_for_it),
		TIMER_TEST(test_delete__in_its_callback__cleaned_up_at_passive_later),
		TIMER_TEST(test_delete__in_its_passive_callback__reported_and_done),
		TIMER_TEST(test_device_removed__timer_runs__ends_with_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
