/* SPDX-License-Identifier: MIT */
/* The order of a driver's locks: what is reported, what is not, and that the lock is taken. */
#include "stop_child.h"

#include "fx_fixture.h"

#include <string.h>

#include "base/exec.h"
#include "base/fault.h"
#include "object/driver.h"
#include "object/irql.h"
#include "verifier/verifier.h"

static WDFSPINLOCK s[4];
static WDFWAITLOCK w[2];

static void make_locks(void)
{
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(s); i++)
		assert_int_equal(WdfSpinLockCreate(NULL, &s[i]), STATUS_SUCCESS);
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(w); i++)
		assert_int_equal(WdfWaitLockCreate(NULL, &w[i]), STATUS_SUCCESS);
}

static int setup(void **state)
{
	int err = fx_setup(state);

	if (!err)
		err = fx_load();
	if (!err)
		make_locks();
	(void)fx_broke();
	return err;
}

static int setup_off(void **state)
{
	int err = fx_setup(state);

	if (!err)
		err = fx_verify("VerifierOn=0");
	if (!err)
		err = fx_load();
	if (!err)
		make_locks();
	return err;
}

static uint32_t inversions(void)
{
	return fx_verifier_breaks_of(fx.driver->fx, FX_RULE_LOCK_ORDER);
}

/* @outer, then @inner under it; both taken is what is expected. */
static void nest(WDFSPINLOCK outer, WDFSPINLOCK inner)
{
	KIRQL before = KeGetCurrentIrql();

	WdfSpinLockAcquire(outer);
	WdfSpinLockAcquire(inner);
	assert_int_equal(KeGetCurrentIrql(), DISPATCH_LEVEL);
	WdfSpinLockRelease(inner);
	WdfSpinLockRelease(outer);
	assert_int_equal(KeGetCurrentIrql(), before);
}

static void nest_waits(WDFWAITLOCK outer, WDFWAITLOCK inner)
{
	assert_int_equal(WdfWaitLockAcquire(outer, NULL), STATUS_SUCCESS);
	assert_int_equal(WdfWaitLockAcquire(inner, NULL), STATUS_SUCCESS);
	WdfWaitLockRelease(inner);
	WdfWaitLockRelease(outer);
}

static void test_spin_locks__one_order__silent(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		nest(s[0], s[1]);
		nest(s[1], s[2]);
		nest(s[0], s[2]);
	}
	assert_false(fx_broke());
}

static void test_spin_locks__other_order__reported_once_and_taken(void **state)
{
	(void)state;
	nest(s[0], s[1]);
	assert_int_equal(inversions(), 0);
	nest(s[1], s[0]);
	assert_int_equal(inversions(), 1);
	nest(s[1], s[0]);
	nest(s[0], s[1]);
	assert_int_equal(inversions(), 1);
	assert_true(fx_broke());
}

static void test_spin_locks__ring_of_four__reported(void **state)
{
	(void)state;
	nest(s[0], s[1]);
	nest(s[1], s[2]);
	nest(s[2], s[3]);
	assert_int_equal(inversions(), 0);
	nest(s[3], s[0]);
	assert_int_equal(inversions(), 1);
	nest(s[1], s[3]); /* the order of the way, not against it */
	assert_int_equal(inversions(), 1);
}

/* Held in between, not taken one in the other: all that are held count. */
static void test_spin_locks__under_two__order_with_each(void **state)
{
	(void)state;
	WdfSpinLockAcquire(s[0]);
	nest(s[1], s[2]);
	WdfSpinLockRelease(s[0]);
	nest(s[2], s[0]);
	assert_int_equal(inversions(), 1);
	nest(s[2], s[1]);
	assert_int_equal(inversions(), 2);
}

static void test_wait_locks__other_order__reported(void **state)
{
	(void)state;
	nest_waits(w[0], w[1]);
	assert_int_equal(inversions(), 0);
	nest_waits(w[1], w[0]);
	assert_int_equal(inversions(), 1);
}

/* A wait that ends by itself cannot be part of a deadlock; what it takes is held all the same. */
static void test_wait_locks__with_a_time_out__no_order(void **state)
{
	LONGLONG at_once = 0, soon = -10000;

	(void)state;
	nest_waits(w[0], w[1]);
	assert_int_equal(WdfWaitLockAcquire(w[1], NULL), STATUS_SUCCESS);
	assert_int_equal(WdfWaitLockAcquire(w[0], &at_once), STATUS_SUCCESS);
	WdfWaitLockRelease(w[0]);
	assert_int_equal(WdfWaitLockAcquire(w[0], &soon), STATUS_SUCCESS);
	WdfWaitLockRelease(w[0]);
	WdfWaitLockRelease(w[1]);
	assert_int_equal(inversions(), 0);
	assert_int_equal(WdfWaitLockAcquire(w[1], &soon), STATUS_SUCCESS);
	assert_int_equal(WdfWaitLockAcquire(w[0], NULL), STATUS_SUCCESS);
	WdfWaitLockRelease(w[0]);
	WdfWaitLockRelease(w[1]);
	assert_int_equal(inversions(), 1);
}

static void test_passive_and_dispatch__ranked_apart(void **state)
{
	LONGLONG at_once = 0;

	(void)state;
	assert_int_equal(WdfWaitLockAcquire(w[0], NULL), STATUS_SUCCESS);
	nest(s[0], s[1]);
	WdfWaitLockRelease(w[0]);
	WdfSpinLockAcquire(s[0]);
	assert_int_equal(WdfWaitLockAcquire(w[0], &at_once), STATUS_SUCCESS);
	WdfWaitLockRelease(w[0]);
	WdfSpinLockRelease(s[0]);
	assert_false(fx_broke());
}

/* A new lock in the place of one that is gone has no history. */
static void test_deleted_lock__its_order_is_forgotten(void **state)
{
	(void)state;
	nest(s[0], s[1]);
	nest(s[1], s[2]);
	WdfObjectDelete(s[1]);
	assert_int_equal(WdfSpinLockCreate(NULL, &s[1]), STATUS_SUCCESS);
	nest(s[2], s[1]);
	nest(s[2], s[0]);
	nest(s[1], s[0]);
	assert_false(fx_broke());
}

static void test_verifier_off__nothing_is_kept(void **state)
{
	(void)state;
	nest(s[0], s[1]);
	nest(s[1], s[0]);
	assert_int_equal(inversions(), 0);
}

/* --- the lock of a device or queue --- */

static int setup_device(void **state)
{
	int err = fx_setup(state);

	fx_script.scope = WdfSynchronizationScopeDevice;
	fx_script.dispatch = true;
	fx_up();
	make_locks();
	(void)fx_broke();
	return err;
}

static int teardown_device(void **state)
{
	fx_remove();
	return fx_teardown(state);
}

static void test_callback_lock__other_order__reported(void **state)
{
	(void)state;
	WdfObjectAcquireLock(fx_made.device);
	WdfSpinLockAcquire(s[0]);
	WdfSpinLockRelease(s[0]);
	WdfObjectReleaseLock(fx_made.device);
	assert_int_equal(inversions(), 0);
	WdfSpinLockAcquire(s[0]);
	WdfObjectAcquireLock(fx_made.device);
	WdfObjectReleaseLock(fx_made.device);
	WdfSpinLockRelease(s[0]);
	assert_int_equal(inversions(), 1);
}

static void on_dpc(WDFDPC dpc)
{
	(void)dpc;
	WdfSpinLockAcquire(s[0]);
	WdfSpinLockRelease(s[0]);
	fx_note("dpc");
}

/* The framework took the lock, around a callback. */
static void test_callback_lock__around_a_callback__has_an_order(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_DPC_CONFIG config;
	WDFDPC dpc;

	(void)state;
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = fx_made.device;
	WDF_DPC_CONFIG_INIT(&config, on_dpc);
	assert_int_equal(WdfDpcCreate(&config, &attrs, &dpc), STATUS_SUCCESS);
	WdfDpcEnqueue(dpc);
	assert_true(fx_log_await("dpc", 1));
	WdfDpcCancel(dpc, TRUE);
	assert_int_equal(inversions(), 0);
	WdfSpinLockAcquire(s[0]);
	WdfObjectAcquireLock(fx_made.device);
	WdfObjectReleaseLock(fx_made.device);
	WdfSpinLockRelease(s[0]);
	assert_int_equal(inversions(), 1);
}

/* --- what is said --- */

enum { OUTER_FIRST = __LINE__ + 3, INNER_FIRST, OUTER_THEN = INNER_FIRST + 6, INNER_THEN };
static void one_way(void)
{
	WdfSpinLockAcquire(s[0]);
	WdfSpinLockAcquire(s[1]);
	WdfSpinLockRelease(s[1]);
	WdfSpinLockRelease(s[0]);
}
static void other_way(void)
{
	WdfSpinLockAcquire(s[1]);
	WdfSpinLockAcquire(s[0]);
}

static void child_inverts(void *arg)
{
	(void)arg;
	assert_int_equal(setup(NULL), 0);
	one_way();
	other_way();
}

static void test_report__both_places_and_what_is_held(void **state)
{
	(void)state;
	assert_true(child_returns(child_inverts, NULL));
	assert_said("broke rule 29: it takes the WDFSPINLOCK 0x");
	assert_called_from("other_way", INNER_THEN);
	assert_said("  now held: the WDFSPINLOCK 0x");
	assert_said("taken from other_way at ");
	assert_said("fx_lock_order_test.c:%d (", OUTER_THEN);
	assert_said("  earlier thread ");
	assert_said(" held the WDFSPINLOCK 0x");
	assert_said("taken from one_way at ");
	assert_said("fx_lock_order_test.c:%d (", OUTER_FIRST);
	assert_said("    when it took the WDFSPINLOCK 0x");
	assert_said("fx_lock_order_test.c:%d (", INNER_FIRST);
	assert_said("  hint: take the locks in one order everywhere");
}

/* --- threads, and no memory --- */

static void *take_upwards(void *arg)
{
	unsigned int outer = (unsigned int)(uintptr_t)arg;

	for (int i = 0; i < 200; i++) {
		nest(s[outer], s[outer + 1]);
		nest(s[0], s[3]);
	}
	return NULL;
}

static void test_threads__one_order__silent(void **state)
{
	pthread_t threads[3];

	(void)state;
	for (uintptr_t i = 0; i < UW_ARRAY_SIZE(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, take_upwards, (void *)i), 0);
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(threads); i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_false(fx_broke());
	nest(s[3], s[0]);
	assert_int_equal(inversions(), 1);
}

static void test_no_memory__locks_work_without_it(void **state)
{
	bool fired = true;

	(void)state;
	for (uint64_t k = 1; fired; k++) {
		WDFSPINLOCK outer = NULL, inner = NULL;
		NTSTATUS status;

		fault_arm(FAULT_ALLOC, k);
		status = WdfSpinLockCreate(NULL, &outer);
		if (NT_SUCCESS(status))
			status = WdfSpinLockCreate(NULL, &inner);
		if (NT_SUCCESS(status))
			nest(outer, inner);
		fired = fault_fired();
		(void)fault_disarm();
		assert_true(status == STATUS_SUCCESS || status == STATUS_INSUFFICIENT_RESOURCES);
		if (outer)
			WdfObjectDelete(outer);
		if (inner)
			WdfObjectDelete(inner);
	}
	assert_false(fx_broke());
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fx_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_report__both_places_and_what_is_held),
		TEST(test_spin_locks__one_order__silent),
		TEST(test_spin_locks__other_order__reported_once_and_taken),
		TEST(test_spin_locks__ring_of_four__reported),
		TEST(test_spin_locks__under_two__order_with_each),
		TEST(test_wait_locks__other_order__reported),
		TEST(test_wait_locks__with_a_time_out__no_order),
		TEST(test_passive_and_dispatch__ranked_apart),
		TEST(test_deleted_lock__its_order_is_forgotten),
		cmocka_unit_test_setup_teardown(test_verifier_off__nothing_is_kept, setup_off,
						fx_teardown),
		cmocka_unit_test_setup_teardown(test_callback_lock__other_order__reported,
						setup_device, teardown_device),
		cmocka_unit_test_setup_teardown(test_callback_lock__around_a_callback__has_an_order,
						setup_device, teardown_device),
		TEST(test_threads__one_order__silent),
		TEST(test_no_memory__locks_work_without_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
