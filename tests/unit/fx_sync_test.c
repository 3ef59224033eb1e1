/* SPDX-License-Identifier: MIT */
/* WDFSPINLOCK and the history that a verified driver's locks keep. */
#include "fx_fixture.h"

#include <string.h>

#include "object/driver.h"
#include "object/irql.h"
#include "sync/spinlock.h"

static WDFSPINLOCK lock;

static int setup(void **state)
{
	int err = fx_setup(state);

	return err ? err : fx_load();
}

static int setup_unverified(void **state)
{
	return fx_setup(state) || fx_verify("VerifierOn=0") || fx_load();
}

static void acquire(void *arg)
{
	WdfSpinLockAcquire(arg);
}

static void release(void *arg)
{
	WdfSpinLockRelease(arg);
}

static void test_acquire__raises__release_goes_back(void **state)
{
	(void)state;
	assert_int_equal(WdfSpinLockCreate(NULL, &lock), STATUS_SUCCESS);
	acquire(lock);
	assert_int_equal(KeGetCurrentIrql(), DISPATCH_LEVEL);
	release(lock);
	assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
}

static void test_acquire__twice__stops(void **state)
{
	(void)state;
	assert_int_equal(WdfSpinLockCreate(NULL, &lock), STATUS_SUCCESS);
	acquire(lock);
	assert_true(fx_stops(acquire, lock, WDF_RECURSIVE_LOCK));
	release(lock);
	assert_true(fx_stops(release, lock, WDF_INVALID_LOCK_OPERATION));
}

static void test_acquire__above_dispatch__ignored(void **state)
{
	KIRQL before;
	(void)state;
	assert_int_equal(WdfSpinLockCreate(NULL, &lock), STATUS_SUCCESS);
	before = fx_irql_raise(FX_DIRQL);
	acquire(lock);
	fx_irql_restore(before);
	assert_true(fx_broke());
	assert_true(fx_stops(release, lock, WDF_INVALID_LOCK_OPERATION));
}

static unsigned int shared;

static void *count_up(void *arg)
{
	for (int i = 0; i < 20000; i++) {
		acquire(lock);
		shared++;
		release(lock);
	}
	return arg;
}

static void test_acquire__two_threads__one_at_a_time(void **state)
{
	pthread_t other;
	(void)state;
	shared = 0;
	assert_int_equal(WdfSpinLockCreate(NULL, &lock), STATUS_SUCCESS);
	assert_int_equal(pthread_create(&other, NULL, count_up, NULL), 0);
	count_up(NULL);
	assert_int_equal(pthread_join(other, NULL), 0);
	assert_int_equal(shared, 40000);
}

static void create_null(void *arg)
{
	(void)arg;
	(void)WdfSpinLockCreate(NULL, NULL);
}

static void test_create__wrong_arguments__refused(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	(void)state;
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.SynchronizationScope = WdfSynchronizationScopeDevice;
	assert_int_equal(WdfSpinLockCreate(&attrs, &lock),
			 STATUS_WDF_SYNCHRONIZATION_SCOPE_INVALID);
	assert_null(lock);
	assert_true(fx_stops(create_null, NULL, WDF_REQUIRED_PARAMETER_IS_NULL));
	assert_true(fx_stops(acquire, NULL, WDF_INVALID_HANDLE));
	assert_true(fx_stops(acquire, fx_made.driver, WDF_INVALID_HANDLE));
}

static void test_delete__the_driver_may(void **state)
{
	(void)state;
	assert_int_equal(WdfSpinLockCreate(NULL, &lock), STATUS_SUCCESS);
	WdfObjectDelete(lock);
	assert_false(fx_broke());
}

static void test_delete__held__reported(void **state)
{
	(void)state;
	assert_int_equal(WdfSpinLockCreate(NULL, &lock), STATUS_SUCCESS);
	acquire(lock);
	WdfObjectDelete(lock);
	fx_irql_restore(PASSIVE_LEVEL);
	assert_true(fx_broke());
}

static void test_acquire__several__nest_in_any_order(void **state)
{
	WDFSPINLOCK first, second;

	(void)state;
	assert_int_equal(WdfSpinLockCreate(NULL, &first), STATUS_SUCCESS);
	assert_int_equal(WdfSpinLockCreate(NULL, &second), STATUS_SUCCESS);
	acquire(first);
	acquire(second);
	release(second);
	release(first);
	acquire(second);
	acquire(first);
	release(first);
	assert_int_equal(KeGetCurrentIrql(), DISPATCH_LEVEL);
	release(second);
	assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
}

/* --- history --- */

static const struct fx_lock_history *history_of(WDFSPINLOCK handle)
{
	return fx_lock_watch_history(fx_spinlock_from_handle(fx.driver->fx, handle)->watch);
}

static void test_history__verifier_off__none(void **state)
{
	(void)state;
	fx.driver->fx->verifier.on = false;
	assert_int_equal(WdfSpinLockCreate(NULL, &lock), STATUS_SUCCESS);
	assert_null(history_of(lock));
}

static void *take_once(void *arg)
{
	acquire(arg);
	release(arg);
	return NULL;
}

static void test_history__says_who_took_it_from_where(void **state)
{
	const struct fx_lock_record *record;
	uint32_t other;
	pthread_t thread;

	(void)state;
	assert_int_equal(WdfSpinLockCreate(NULL, &lock), STATUS_SUCCESS);
	assert_null(fx_lock_history_get(history_of(lock), 0));
	assert_int_equal(pthread_create(&thread, NULL, take_once, lock), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	WdfSpinLockAcquire(lock); /* here: the caller is this function */
	record = fx_lock_history_get(history_of(lock), 0);
	assert_int_equal(record->thread, exec_thread_id());
	assert_int_equal(record->held_ns, 0);
	assert_in_range((uintptr_t)record->caller,
			(uintptr_t)test_history__says_who_took_it_from_where,
			(uintptr_t)test_history__says_who_took_it_from_where + 2000);
	release(lock);
	assert_true(record->held_ns > 0);
	other = fx_lock_history_get(history_of(lock), 1)->thread;
	assert_int_not_equal(other, 0);
	assert_int_not_equal(other, exec_thread_id());
	assert_null(fx_lock_history_get(history_of(lock), 2));
}

static void test_history__more_than_it_keeps__the_latest(void **state)
{
	(void)state;
	assert_int_equal(WdfSpinLockCreate(NULL, &lock), STATUS_SUCCESS);
	for (unsigned int i = 0; i < FX_LOCK_RECORDS + 3; i++)
		take_once(lock);
	assert_int_equal(history_of(lock)->count, FX_LOCK_RECORDS + 3);
	for (unsigned int i = 0; i + 1 < FX_LOCK_RECORDS; i++)
		assert_true(fx_lock_history_get(history_of(lock), i)->acquired_ns >=
			    fx_lock_history_get(history_of(lock), i + 1)->acquired_ns);
	assert_null(fx_lock_history_get(history_of(lock), FX_LOCK_RECORDS));
}

static void test_history__stop__names_the_last_acquisition(void **state)
{
	(void)state;
	assert_int_equal(WdfSpinLockCreate(NULL, &lock), STATUS_SUCCESS);
	acquire(lock);
	assert_true(fx_stops(acquire, lock, WDF_RECURSIVE_LOCK));
	assert_non_null(strstr(fx_stop_text(), "last taken by thread"));
	assert_non_null(strstr(fx_stop_text(), "held"));
	release(lock);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fx_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_acquire__raises__release_goes_back),
		TEST(test_acquire__twice__stops),
		TEST(test_acquire__above_dispatch__ignored),
		TEST(test_acquire__two_threads__one_at_a_time),
		TEST(test_create__wrong_arguments__refused),
		TEST(test_delete__the_driver_may),
		TEST(test_delete__held__reported),
		TEST(test_acquire__several__nest_in_any_order),
		cmocka_unit_test_setup_teardown(test_history__verifier_off__none, setup_unverified,
						fx_teardown),
		TEST(test_history__says_who_took_it_from_where),
		TEST(test_history__more_than_it_keeps__the_latest),
		TEST(test_history__stop__names_the_last_acquisition),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
