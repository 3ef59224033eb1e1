/* SPDX-License-Identifier: MIT */
/* WDFWAITLOCK, on virtual time: what a time-out of each kind means, and who may do what. */
#include "fx_fixture.h"

#include <limits.h>
#include <string.h>

#include "base/exec.h"
#include "check.h"
#include "object/irql.h"

#define MS 10000ll /* of KMDF's units */

static WDFWAITLOCK lock;

static int setup(void **state)
{
	int err = exec_sim_begin(1);

	if (!err)
		err = fx_setup(state);
	if (!err)
		err = fx_load();
	return err ? err : !NT_SUCCESS(WdfWaitLockCreate(WDF_NO_OBJECT_ATTRIBUTES, &lock));
}

static int teardown(void **state)
{
	int err = fx_teardown(state);

	exec_sim_end();
	return err;
}

static NTSTATUS acquire_within(LONGLONG timeout)
{
	return WdfWaitLockAcquire(lock, &timeout);
}

static void acquire(void *arg)
{
	(void)WdfWaitLockAcquire(arg, NULL);
}

static void release(void *arg)
{
	WdfWaitLockRelease(arg);
}

/* --- another thread that holds the lock --- */

static struct holder {
	struct exec_thread *thread;
	struct exec_event has_it, let_go;
	unsigned int hold_ms; /* 0: until let_go */
} holder;

static void hold(void *arg)
{
	struct holder *h = arg;

	assert_int_equal(WdfWaitLockAcquire(lock, NULL), STATUS_SUCCESS);
	exec_event_set(&h->has_it);
	if (h->hold_ms)
		exec_sleep_ms(h->hold_ms);
	else
		exec_event_wait(&h->let_go, EXEC_FOREVER);
	WdfWaitLockRelease(lock);
}

static struct exec_thread *start(void (*run)(void *arg), void *arg)
{
	struct exec_thread_params params = { .name = "other", .run = run, .arg = arg, .node = -1 };
	struct exec_thread *thread;

	assert_int_equal(exec_thread_start(&params, &thread), 0);
	return thread;
}

static void hold_elsewhere(unsigned int ms)
{
	holder.hold_ms = ms;
	assert_int_equal(exec_event_init(&holder.has_it), 0);
	assert_int_equal(exec_event_init(&holder.let_go), 0);
	holder.thread = start(hold, &holder);
	exec_event_wait(&holder.has_it, EXEC_FOREVER);
}

static void let_go(void)
{
	exec_event_set(&holder.let_go);
	exec_thread_join(holder.thread);
	exec_event_deinit(&holder.has_it);
	exec_event_deinit(&holder.let_go);
}

/* --- who may take it, and where --- */

static void test_acquire__free__taken_at_the_same_level(void **state)
{
	(void)state;
	assert_int_equal(WdfWaitLockAcquire(lock, NULL), STATUS_SUCCESS);
	assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
	WdfWaitLockRelease(lock);
	assert_int_equal(acquire_within(-1 * MS), STATUS_SUCCESS);
	WdfWaitLockRelease(lock);
	assert_false(fx_broke());
}

static void test_acquire__zero_timeout_at_dispatch__tries_once(void **state)
{
	KIRQL before = fx_irql_raise(DISPATCH_LEVEL);

	(void)state;
	assert_int_equal(acquire_within(0), STATUS_SUCCESS);
	WdfWaitLockRelease(lock);
	fx_irql_restore(before);
	assert_false(fx_broke());
}

static void test_acquire__may_wait_at_dispatch__refused(void **state)
{
	KIRQL before = fx_irql_raise(DISPATCH_LEVEL);
	NTSTATUS for_ever = WdfWaitLockAcquire(lock, NULL);
	bool broke = fx_broke();
	NTSTATUS a_while = acquire_within(-1 * MS);

	fx_irql_restore(before);
	(void)state;
	assert_int_equal(for_ever, STATUS_INVALID_DEVICE_REQUEST);
	assert_true(broke);
	assert_int_equal(a_while, STATUS_INVALID_DEVICE_REQUEST);
	assert_true(fx_broke());
	assert_int_equal(acquire_within(0), STATUS_SUCCESS); /* nobody took it */
	WdfWaitLockRelease(lock);
}

static void test_acquire__twice_for_ever__stops(void **state)
{
	(void)state;
	acquire(lock);
	assert_true(fx_stops(acquire, lock, WDF_RECURSIVE_LOCK));
	assert_int_equal(acquire_within(0), STATUS_TIMEOUT);
	assert_int_equal(acquire_within(-3 * MS), STATUS_TIMEOUT);
	release(lock);
	assert_false(fx_broke());
}

/* --- time-outs --- */

static void test_acquire__held_and_zero__times_out_at_once(void **state)
{
	uint64_t began;

	(void)state;
	hold_elsewhere(0);
	began = exec_now_ns();
	assert_int_equal(acquire_within(0), STATUS_TIMEOUT);
	assert_true(NT_SUCCESS(STATUS_TIMEOUT));
	assert_true(exec_now_ns() - began < EXEC_NS_PER_MS);
	let_go();
}

/* Virtual time moves to the deadline and no further, but for a microsecond now and then. */
static void check_waits(LONGLONG timeout, uint64_t expected_ns)
{
	uint64_t began = exec_now_ns(), took;

	assert_int_equal(acquire_within(timeout), STATUS_TIMEOUT);
	took = exec_now_ns() - began;
	check(took >= expected_ns && took < expected_ns + EXEC_NS_PER_MS / 10,
	      "waited %llu ns, not %llu", (unsigned long long)took,
	      (unsigned long long)expected_ns);
}

static void test_acquire__held__times_out_when_the_time_is_over(void **state)
{
	(void)state;
	hold_elsewhere(0);
	check_waits(-5 * MS, 5 * EXEC_NS_PER_MS);
	check_waits(-1, 100);
	check_waits(-3600 * 1000 * MS, 3600 * EXEC_NS_PER_S);
	check_waits((LONGLONG)exec_system_time_100ns() + 7 * MS, 7 * EXEC_NS_PER_MS);
	check_waits((LONGLONG)exec_system_time_100ns() + 2500 * MS, 2500 * EXEC_NS_PER_MS);
	check_waits((LONGLONG)exec_system_time_100ns() - 7 * MS, 0);
	check_waits(1, 0); /* in 1601 */
	let_go();
}

static void test_acquire__released_in_time__taken(void **state)
{
	(void)state;
	hold_elsewhere(20);
	assert_int_equal(acquire_within(-30 * MS), STATUS_SUCCESS);
	WdfWaitLockRelease(lock);
	let_go();
	hold_elsewhere(20);
	assert_int_equal(WdfWaitLockAcquire(lock, NULL), STATUS_SUCCESS);
	WdfWaitLockRelease(lock);
	let_go();
	hold_elsewhere(20);
	assert_int_equal(acquire_within(LLONG_MIN), STATUS_SUCCESS);
	WdfWaitLockRelease(lock);
	let_go();
	hold_elsewhere(20);
	assert_int_equal(acquire_within(LLONG_MAX), STATUS_SUCCESS);
	WdfWaitLockRelease(lock);
	let_go();
}

/* --- who may release it --- */

static void test_release__not_the_holder__ignored(void **state)
{
	(void)state;
	release(lock);
	assert_true(fx_broke());
	hold_elsewhere(0);
	release(lock);
	assert_true(fx_broke());
	assert_int_equal(acquire_within(0), STATUS_TIMEOUT);
	let_go();
	assert_false(fx_broke());
}

static void test_release__above_dispatch__ignored(void **state)
{
	KIRQL before;

	(void)state;
	acquire(lock);
	before = fx_irql_raise(FX_DIRQL);
	release(lock);
	fx_irql_restore(before);
	assert_true(fx_broke());
	release(lock);
	assert_false(fx_broke());
}

/* --- borders --- */

static void create_null(void *arg)
{
	(void)arg;
	(void)WdfWaitLockCreate(NULL, NULL);
}

static void test_create__wrong_arguments__refused(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFWAITLOCK other = lock;
	KIRQL before;

	(void)state;
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ExecutionLevel = WdfExecutionLevelPassive;
	assert_int_equal(WdfWaitLockCreate(&attrs, &other), STATUS_WDF_EXECUTION_LEVEL_INVALID);
	assert_null(other);
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.Size--;
	assert_int_equal(WdfWaitLockCreate(&attrs, &other), STATUS_INFO_LENGTH_MISMATCH);
	before = fx_irql_raise(FX_DIRQL);
	assert_int_equal(WdfWaitLockCreate(NULL, &other), STATUS_INVALID_DEVICE_REQUEST);
	fx_irql_restore(before);
	assert_true(fx_stops(create_null, NULL, WDF_REQUIRED_PARAMETER_IS_NULL));
}

static void test_handles__null_or_of_another_kind__stop(void **state)
{
	(void)state;
	assert_true(fx_stops(acquire, NULL, WDF_INVALID_HANDLE));
	assert_true(fx_stops(acquire, fx_made.driver, WDF_INVALID_HANDLE));
	assert_true(fx_stops(release, NULL, WDF_INVALID_HANDLE));
	assert_true(fx_stops(release, fx_made.driver, WDF_INVALID_HANDLE));
}

static void test_delete__held__reported(void **state)
{
	(void)state;
	acquire(lock);
	WdfObjectDelete(lock);
	assert_true(fx_broke());
	assert_int_equal(WdfWaitLockCreate(NULL, &lock), STATUS_SUCCESS);
	WdfObjectDelete(lock);
	assert_false(fx_broke());
}

/* --- many threads: a seed decides who meets whom --- */

#define SEEDS   150
#define THREADS 3
static unsigned int inside, taken, late;

static void contend(void *arg)
{
	(void)arg;
	for (int i = 0; i < 6; i++) {
		LONGLONG timeout = -(LONGLONG)exec_sim_random(4) * MS;
		uint64_t began = exec_now_ns();

		if (WdfWaitLockAcquire(lock, exec_sim_random(3) ? &timeout : NULL) !=
		    STATUS_SUCCESS) {
			assert_true(exec_now_ns() - began >= (uint64_t)-timeout * 100);
			late++;
			continue;
		}
		assert_int_equal(++inside, 1);
		taken++;
		exec_sleep_ms(exec_sim_random(3));
		assert_int_equal(inside--, 1);
		WdfWaitLockRelease(lock);
	}
}

static void contend_with(uint64_t seed, void **state)
{
	struct exec_thread *threads[THREADS];

	assert_int_equal(exec_sim_begin(seed), 0);
	assert_int_equal(fx_setup(state), 0);
	assert_int_equal(fx_load(), 0);
	assert_int_equal(WdfWaitLockCreate(NULL, &lock), STATUS_SUCCESS);
	for (unsigned int i = 0; i < THREADS; i++)
		threads[i] = start(contend, NULL);
	for (unsigned int i = 0; i < THREADS; i++)
		exec_thread_join(threads[i]);
	assert_false(fx_broke());
	fx_teardown(state);
	exec_sim_end();
}

static void test_seeds__one_at_a_time__late_ones_waited_their_time(void **state)
{
	unsigned int seeds = getenv("UWDF_LONG") ? 10000 : SEEDS;

	taken = late = 0;
	for (uint64_t seed = 1; seed <= seeds; seed++)
		contend_with(seed, state);
	print_message("%u seeds: taken %u times, timed out %u times\n", seeds, taken, late);
	assert_int_equal(taken + late, seeds * THREADS * 6);
	assert_true(taken > seeds && late > seeds);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_acquire__free__taken_at_the_same_level),
		TEST(test_acquire__zero_timeout_at_dispatch__tries_once),
		TEST(test_acquire__may_wait_at_dispatch__refused),
		TEST(test_acquire__twice_for_ever__stops),
		TEST(test_acquire__held_and_zero__times_out_at_once),
		TEST(test_acquire__held__times_out_when_the_time_is_over),
		TEST(test_acquire__released_in_time__taken),
		TEST(test_release__not_the_holder__ignored),
		TEST(test_release__above_dispatch__ignored),
		TEST(test_create__wrong_arguments__refused),
		TEST(test_handles__null_or_of_another_kind__stop),
		TEST(test_delete__held__reported),
		cmocka_unit_test(test_seeds__one_at_a_time__late_ones_waited_their_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
