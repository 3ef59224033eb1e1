/* SPDX-License-Identifier: MIT */
/*
 * The rules of locks one by one: what stops, with which parameters, what is told and ignored, and
 * whose history is printed. The order of locks has a test of its own.
 */
#include "stop_child.h"

#include "fx_fixture.h"

#include <sched.h>

#include "base/exec.h"
#include "object/driver.h"
#include "object/irql.h"
#include "verifier/verifier.h"

/* Rule 37 gives the processor away; here it is only counted. */
static unsigned int yields; /* atomic */
int sched_yield(void)
{
	__atomic_add_fetch(&yields, 1, __ATOMIC_RELAXED);
	return 0;
}

static WDFSPINLOCK spin;
static WDFWAITLOCK wait_lock;

static void make(const char *verify)
{
	void *state = NULL;

	assert_int_equal(fx_setup(&state), 0);
	assert_int_equal(fx_verify(verify), 0);
	assert_int_equal(fx_load(), 0);
	assert_int_equal(WdfSpinLockCreate(NULL, &spin), STATUS_SUCCESS);
	assert_int_equal(WdfWaitLockCreate(NULL, &wait_lock), STATUS_SUCCESS);
	(void)fx_broke();
}

static int setup(void **state)
{
	(void)state;
	make("");
	return 0;
}

static uint32_t broken(enum fx_rule rule)
{
	return fx_verifier_breaks_of(fx.driver->fx, rule);
}

enum { TAKE_LINE = __LINE__ + 4 };
static void *take_spin(void *arg)
{
	fprintf(stderr, "spin by %u\n", exec_thread_id());
	WdfSpinLockAcquire(spin);
	return arg;
}

static void *take_wait(void *arg)
{
	fprintf(stderr, "wait by %u\n", exec_thread_id());
	assert_int_equal(WdfWaitLockAcquire(wait_lock, NULL), STATUS_SUCCESS);
	return arg;
}

/* By a thread that ends with it. */
static void elsewhere(void *(*fn)(void *arg))
{
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, fn, NULL), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
}

/* --- 28: twice --- */

static void child_spin_twice(void *arg)
{
	(void)arg;
	make("");
	fprintf(stderr, "of %p\n", (void *)spin);
	take_spin(NULL);
	take_spin(NULL);
}

static void child_wait_twice(void *arg)
{
	(void)arg;
	make("");
	fprintf(stderr, "of %p\n", (void *)wait_lock);
	take_wait(NULL);
	take_wait(NULL);
}

static unsigned long long said_number(const char *before, int base)
{
	const char *at = strstr(stop_output, before);

	assert_non_null(at);
	return strtoull(at + strlen(before), NULL, base);
}

static unsigned long long said_handle(void)
{
	return said_number("of ", 16);
}

static unsigned int taker(const char *what)
{
	return (unsigned int)said_number(what, 10);
}

static void test_rule_28__taken_twice__stops_with_its_history(void **state)
{
	(void)state;
	assert_true(child_stops(child_spin_twice, NULL));
	assert_said("WDF_VIOLATION 0x10d (0x2, 0x%llx, 0x", said_handle());
	assert_said("WDF_RECURSIVE_LOCK, rule 28\n");
	assert_said("this thread holds; last taken by thread %u from take_spin at ",
		    taker("spin by "));
	assert_called_from("take_spin", TAKE_LINE);
	assert_said("error:     taken by thread %u from take_spin at ", taker("spin by "));
	assert_true(child_stops(child_wait_twice, NULL));
	assert_said("WDF_VIOLATION 0x10d (0x2, 0x%llx, 0x", said_handle());
	assert_said("it would wait for ever; last taken by thread %u from take_wait at ",
		    taker("wait by "));
	assert_said("error:     taken by thread %u from take_wait at ", taker("wait by "));
}

/* --- 30, 35: released by another --- */

static void child_spin_of_another(void *arg)
{
	(void)arg;
	make("");
	fprintf(stderr, "of %p\n", (void *)spin);
	elsewhere(take_spin);
	WdfSpinLockRelease(spin);
}

static void test_rule_35__another_holds_it__stops_and_names_it(void **state)
{
	(void)state;
	assert_true(child_stops(child_spin_of_another, NULL));
	assert_said("WDF_VIOLATION 0x10d (0xb, 0x%llx, 0x1, 0x", said_handle());
	assert_said("WDF_INVALID_LOCK_OPERATION, rule 35\n");
	assert_said("this thread does not hold; last taken by thread %u from take_spin at ",
		    taker("spin by "));
}

static void test_rule_35__verifier_off__ignored(void **state)
{
	(void)state;
	assert_int_equal(fx_verify("VerifierOn=0"), 0);
	fx_unload();
	assert_int_equal(fx_load(), 0);
	assert_int_equal(WdfSpinLockCreate(NULL, &spin), STATUS_SUCCESS);
	WdfSpinLockRelease(spin);
	assert_int_equal(broken(FX_RULE_SPINLOCK_NOT_HELD), 1);
	assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
	assert_false(fx_broke());
}

static void child_wait_of_another(void *arg)
{
	LONGLONG at_once = 0;

	(void)arg;
	make("");
	elsewhere(take_wait);
	WdfWaitLockRelease(wait_lock);
	assert_int_equal(broken(FX_RULE_LOCK_NOT_OWNED), 1);
	assert_int_equal(WdfWaitLockAcquire(wait_lock, &at_once), STATUS_TIMEOUT);
}

static void test_rule_30__another_holds_it__told_and_not_released(void **state)
{
	(void)state;
	assert_true(child_returns(child_wait_of_another, NULL));
	assert_said("broke rule 30: WdfWaitLockRelease on a lock that this thread does not hold; "
		    "last taken by thread %u from take_wait at ",
		    taker("wait by "));
}

/* --- 32: destroyed --- */

static void child_destroys(void *arg)
{
	(void)arg;
	make("");
	elsewhere(take_wait);
	WdfObjectDelete(wait_lock);
	assert_int_equal(broken(FX_RULE_LOCK_DESTROYED), 1);
	elsewhere(take_spin);
	WdfObjectDelete(spin);
	assert_int_equal(broken(FX_RULE_LOCK_DESTROYED), 2);
}

static void test_rule_32__held_and_deleted__told_by_whom(void **state)
{
	(void)state;
	assert_true(child_returns(child_destroys, NULL));
	assert_said("broke rule 32: a WDFWAITLOCK is deleted while thread %u holds it; last taken "
		    "by thread %u from take_wait at ",
		    taker("wait by "), taker("wait by "));
	assert_said("broke rule 32: a WDFSPINLOCK is deleted while it is held; last taken by "
		    "thread %u from take_spin at ",
		    taker("spin by "));
}

static void test_rule_32__own_lock__forgotten_with_it(void **state)
{
	WDFSPINLOCK other;

	(void)state;
	take_spin(NULL);
	WdfObjectDelete(spin);
	fx_irql_restore(PASSIVE_LEVEL);
	assert_int_equal(broken(FX_RULE_LOCK_DESTROYED), 1);
	assert_int_equal(WdfSpinLockCreate(NULL, &other), STATUS_SUCCESS);
	WdfSpinLockAcquire(other); /* nothing is held any more */
	WdfSpinLockRelease(other);
}

static void *delete_wait(void *arg)
{
	WdfObjectDelete(wait_lock);
	return arg;
}

static void child_many_deleted(void *arg)
{
	WDFWAITLOCK a, b;

	(void)arg;
	make("");
	for (unsigned int i = 0; i < 40; i++) {
		assert_int_equal(WdfWaitLockCreate(NULL, &wait_lock), STATUS_SUCCESS);
		(void)take_wait(NULL);
		elsewhere(delete_wait);
	}
	assert_int_equal(WdfWaitLockCreate(NULL, &a), STATUS_SUCCESS);
	assert_int_equal(WdfWaitLockCreate(NULL, &b), STATUS_SUCCESS);
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(WdfWaitLockAcquire(i ? b : a, NULL), STATUS_SUCCESS);
		assert_int_equal(WdfWaitLockAcquire(i ? a : b, NULL), STATUS_SUCCESS);
		WdfWaitLockRelease(a);
		WdfWaitLockRelease(b);
	}
	assert_int_equal(broken(FX_RULE_LOCK_ORDER), 1);
}

/* Their holder cannot give them back, and is to be watched as before. */
static void test_rule_32__many_deleted_by_another__order_still_watched(void **state)
{
	(void)state;
	assert_true(child_returns(child_many_deleted, NULL));
}

/* --- 36: an interrupt's --- */

static void give_to_interrupt(WDFDEVICE device)
{
	WDF_INTERRUPT_CONFIG config;
	WDFINTERRUPT interrupt;

	WDF_INTERRUPT_CONFIG_INIT(&config, NULL, NULL);
	config.EvtInterruptIsr = (PFN_WDF_INTERRUPT_ISR)(uintptr_t)give_to_interrupt;
	assert_int_equal(WdfSpinLockCreate(NULL, &spin), STATUS_SUCCESS);
	config.SpinLock = spin;
	assert_int_equal(WdfInterruptCreate(device, &config, NULL, &interrupt), STATUS_SUCCESS);
}

static void test_rule_36__interrupts_spin_lock__told_and_ignored(void **state)
{
	assert_int_equal(fx_setup(state), 0);
	fx_script.in_add = give_to_interrupt;
	fx_up();
	WdfSpinLockAcquire(spin);
	assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
	assert_int_equal(broken(FX_RULE_INTERRUPT_SPINLOCK), 1);
	WdfSpinLockRelease(spin);
	assert_int_equal(broken(FX_RULE_INTERRUPT_SPINLOCK), 2);
	assert_true(fx_broke());
	fx_remove();
}

/* --- 27, 33, 34: callback locks --- */

static void child_device_twice(void *arg)
{
	(void)arg;
	assert_int_equal(fx_setup(NULL), 0);
	fx_up();
	fprintf(stderr, "main by %u\n", exec_thread_id());
	WdfObjectAcquireLock(fx_made.device);
	WdfObjectAcquireLock(fx_made.device);
}

static void test_rule_27__callback_lock_twice__stops_with_its_history(void **state)
{
	(void)state;
	assert_true(child_stops(child_device_twice, NULL));
	assert_said("WDF_RECURSIVE_LOCK, rule 27\n");
	assert_said(", 0x0, 0x"); /* p3 */
	assert_said("; last taken by thread %u from child_device_twice at ", taker("main by "));
}

static void child_no_lock(void *arg)
{
	(void)arg;
	make("");
	fprintf(stderr, "of %p\n", (void *)spin);
	WdfObjectReleaseLock(spin);
}

static void test_rule_34__object_without_a_lock__stops(void **state)
{
	(void)state;
	assert_true(child_stops(child_no_lock, NULL));
	assert_said("WDF_VIOLATION 0x10d (0xb, 0x%llx, 0x0, 0x", said_handle());
	assert_said("WDF_INVALID_LOCK_OPERATION, rule 34\n");
}

static void give_back(WDFDPC dpc)
{
	(void)dpc;
	WdfObjectReleaseLock(fx_made.device);
	fx_note("gave");
}

static WDFDPC gives_back;
static void make_dpc(WDFDEVICE device)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_DPC_CONFIG config;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = device;
	WDF_DPC_CONFIG_INIT(&config, give_back);
	assert_int_equal(WdfDpcCreate(&config, &attrs, &gives_back), STATUS_SUCCESS);
}

static void test_rule_33__callback_gives_its_lock_back__told(void **state)
{
	assert_int_equal(fx_setup(state), 0);
	fx_script.scope = WdfSynchronizationScopeDevice;
	fx_script.in_add = make_dpc;
	fx_up();
	WdfDpcEnqueue(gives_back);
	assert_true(fx_log_await("gave", 1));
	fx_remove(); /* behind the callback */
	assert_int_equal(broken(FX_RULE_CALLBACK_LOCK_RELEASED), 1);
	assert_int_equal(broken(FX_RULE_CALLBACK_LEVEL), 0); /* once is enough */
	assert_true(fx_broke());
}

/* --- 37: room for others --- */

static unsigned int yields_of(void (*fn)(void))
{
	unsigned int before = __atomic_load_n(&yields, __ATOMIC_RELAXED);

	fn();
	return __atomic_load_n(&yields, __ATOMIC_RELAXED) - before;
}

static void take_and_release(void)
{
	WdfSpinLockAcquire(spin);
	WdfSpinLockRelease(spin);
}

static void take_both(void)
{
	WDFSPINLOCK inner;

	assert_int_equal(WdfSpinLockCreate(NULL, &inner), STATUS_SUCCESS);
	WdfSpinLockAcquire(spin);
	WdfSpinLockAcquire(inner);
	WdfSpinLockRelease(inner);
	WdfSpinLockRelease(spin);
}

static void test_rule_37__spin_lock_at_passive__yields_at_both_ends(void **state)
{
	KIRQL before;

	(void)state;
	assert_int_equal(yields_of(take_and_release), 2);
	assert_int_equal(yields_of(take_both), 2); /* the inner one is not at PASSIVE */
	before = fx_irql_raise(DISPATCH_LEVEL);
	assert_int_equal(yields_of(take_and_release), 0);
	fx_irql_restore(before);
}

static void test_rule_37__verifier_off__does_not(void **state)
{
	(void)state;
	assert_int_equal(fx_verify("VerifierOn=0"), 0);
	fx_unload();
	assert_int_equal(fx_load(), 0);
	assert_int_equal(WdfSpinLockCreate(NULL, &spin), STATUS_SUCCESS);
	assert_int_equal(yields_of(take_and_release), 0);
}

#define TEST(name)        cmocka_unit_test_setup_teardown(name, setup, fx_teardown)
#define TEST_DEVICE(name) cmocka_unit_test_teardown(name, fx_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rule_28__taken_twice__stops_with_its_history),
		cmocka_unit_test(test_rule_35__another_holds_it__stops_and_names_it),
		TEST(test_rule_35__verifier_off__ignored),
		cmocka_unit_test(test_rule_30__another_holds_it__told_and_not_released),
		cmocka_unit_test(test_rule_32__held_and_deleted__told_by_whom),
		TEST(test_rule_32__own_lock__forgotten_with_it),
		cmocka_unit_test(test_rule_32__many_deleted_by_another__order_still_watched),
		TEST_DEVICE(test_rule_36__interrupts_spin_lock__told_and_ignored),
		cmocka_unit_test(test_rule_27__callback_lock_twice__stops_with_its_history),
		TEST_DEVICE(test_rule_33__callback_gives_its_lock_back__told),
		cmocka_unit_test(test_rule_34__object_without_a_lock__stops),
		TEST(test_rule_37__spin_lock_at_passive__yields_at_both_ends),
		TEST(test_rule_37__verifier_off__does_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
