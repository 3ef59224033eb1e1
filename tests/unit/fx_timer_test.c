/* SPDX-License-Identifier: MIT */
/* WDFTIMER on virtual time: when it expires, and where. */
#include <limits.h>

#include "sim_timer.h"

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

/* --- high resolution --- */

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
	assert_int_equal(WdfTimerCreate(&config, &attrs, &timer), STATUS_SUCCESS);
	assert_true(fx_stops(start_absolute, NULL, WDF_VERIFIER_FATAL_ERROR));
	assert_false(WdfTimerStart(timer, -1 * MS));
	sim_wait_for(&seen.count, 1);
}

static void create_precise(UCHAR precise, ULONG tolerable_delay, NTSTATUS expected)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_TIMER_CONFIG config;

	WDF_TIMER_CONFIG_INIT_PERIODIC(&config, on_timer, 5);
	config.UseHighResolutionTimer = precise;
	config.TolerableDelay = tolerable_delay;
	timer_attrs(&attrs, 0);
	assert_int_equal(WdfTimerCreate(&config, &attrs, &timer), expected);
}

static void test_high_resolution__no_tolerable_delay(void **state)
{
	(void)state;
	up();
	create_precise(WdfTrue, 1, STATUS_INVALID_PARAMETER);
	create_precise(WdfTrue, TolerableDelayUnlimited, STATUS_INVALID_PARAMETER);
	create_precise(WdfFalse, TolerableDelayUnlimited, STATUS_SUCCESS);
}

/* As the manual says of the default: a timer like any other. */
static void test_high_resolution__default__is_none(void **state)
{
	(void)state;
	up();
	create_precise(WdfUseDefault, 1, STATUS_SUCCESS);
	assert_false(WdfTimerStart(timer, 0));
	sim_wait_for(&seen.count, 2);
	assert_true(WdfTimerStop(timer, TRUE));
	assert_false(fx_broke());
}

static void test_high_resolution__periodic__every_period(void **state)
{
	uint64_t began;

	(void)state;
	up();
	create_precise(WdfTrue, 0, STATUS_SUCCESS);
	began = exec_now_ns();
	assert_false(WdfTimerStart(timer, -5 * MS));
	sim_wait_for(&seen.count, 3);
	assert_true(WdfTimerStop(timer, TRUE));
	sim_check_time(seen.at_ns[2], began + 15 * EXEC_NS_PER_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TIMER_TEST(test_start__relative__expires_once_on_the_interrupt_loop),
		TIMER_TEST(test_start__again_before_it_expires__the_new_time_alone),
		TIMER_TEST(test_start__on_its_own_loop__the_same),
		TIMER_TEST(test_start__zero_or_long_past__expires_at_once),
		TIMER_TEST(test_start__absolute__expires_at_that_time),
		TIMER_TEST(test_start__for_ever__never_expires),
		TIMER_TEST(test_periodic__expires_every_period_until_stopped),
		TIMER_TEST(test_periodic__late__leaves_out_what_it_missed),
		TIMER_TEST(test_start__in_the_callback__expires_again),
		TIMER_TEST(test_callback_none__expires_all_the_same),
		TIMER_TEST(test_tolerable_delay__expires_with_another_timer),
		TIMER_TEST(test_passive__may_wait_in_its_callback),
		TIMER_TEST(test_high_resolution__only_relative_times),
		TIMER_TEST(test_high_resolution__no_tolerable_delay),
		TIMER_TEST(test_high_resolution__default__is_none),
		TIMER_TEST(test_high_resolution__periodic__every_period),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
