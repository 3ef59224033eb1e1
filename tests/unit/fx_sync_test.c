/* SPDX-License-Identifier: MIT */
/* WDFSPINLOCK. */
#include "fx_fixture.h"

#include "object/irql.h"

static WDFSPINLOCK lock;

static int setup(void **state)
{
	int err = fx_setup(state);

	return err ? err : fx_load();
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
