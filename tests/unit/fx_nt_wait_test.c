/* SPDX-License-Identifier: MIT */
/* IRQL, spin locks, fast mutexes, events, semaphores, mutexes, waits; alone and under a seed. */
#include "fx_fixture.h"

#include <ntddk.h>
#include <string.h>

#include "base/exec.h"
#include "nt/deadline.h"
#include "object/irql.h"
#include "verifier/verifier.h"

static LARGE_INTEGER no_time, ten_ms = { .QuadPart = -100000 };

static NTSTATUS wait_one(PVOID object, PLARGE_INTEGER timeout)
{
	return KeWaitForSingleObject(object, Executive, KernelMode, FALSE, timeout);
}

static void test_irql__raised_and_lowered(void **state)
{
	KIRQL before = 99;
	(void)state;
	KeRaiseIrql(APC_LEVEL, &before);
	assert_int_equal(before, PASSIVE_LEVEL);
	assert_int_equal(KeRaiseIrqlToDpcLevel(), APC_LEVEL);
	assert_int_equal(KeGetCurrentIrql(), DISPATCH_LEVEL);
	KeLowerIrql(PASSIVE_LEVEL);
	assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
}

static void raise_below(void *arg)
{
	(void)arg;
	(void)KfRaiseIrql(APC_LEVEL);
}

static void lower_above(void *arg)
{
	(void)arg;
	KeLowerIrql(HIGH_LEVEL);
}

static void test_irql__the_wrong_way__stops(void **state)
{
	(void)state;
	(void)KeRaiseIrqlToDpcLevel();
	assert_true(fx_stops(raise_below, NULL, WDF_VERIFIER_IRQL_MISMATCH));
	assert_true(fx_stops(lower_above, NULL, WDF_VERIFIER_IRQL_MISMATCH));
	KeLowerIrql(PASSIVE_LEVEL);
}

static void acquire_spin(void *arg)
{
	KeAcquireSpinLockAtDpcLevel(arg);
}

static void release_spin(void *arg)
{
	KeReleaseSpinLockFromDpcLevel(arg);
}

static void test_spin_lock__level_recursion_owner(void **state)
{
	KSPIN_LOCK lock = 77;
	KIRQL before;
	(void)state;
	KeInitializeSpinLock(&lock);
	assert_true(KeTestSpinLock(&lock));
	KeAcquireSpinLock(&lock, &before);
	assert_int_equal(KeGetCurrentIrql(), DISPATCH_LEVEL);
	assert_false(KeTestSpinLock(&lock));
	assert_false(KeTryToAcquireSpinLockAtDpcLevel(&lock));
	assert_true(fx_stops(acquire_spin, &lock, WDF_RECURSIVE_LOCK));
	KeReleaseSpinLock(&lock, before);
	assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
	assert_true(fx_stops(release_spin, &lock, WDF_INVALID_LOCK_OPERATION));
	assert_true(KeTryToAcquireSpinLockAtDpcLevel(&lock));
	KeReleaseSpinLockFromDpcLevel(&lock);
}

static void test_interlocked_lists__return_what_was_there(void **state)
{
	LIST_ENTRY head, a, b;
	SINGLE_LIST_ENTRY single = { NULL }, x, y;
	KSPIN_LOCK lock = 0;
	(void)state;
	InitializeListHead(&head);
	assert_null(ExInterlockedRemoveHeadList(&head, &lock));
	assert_null(ExInterlockedInsertTailList(&head, &a, &lock));
	assert_ptr_equal(ExInterlockedInsertHeadList(&head, &b, &lock), &a);
	assert_ptr_equal(ExInterlockedRemoveHeadList(&head, &lock), &b);
	assert_ptr_equal(ExInterlockedInsertTailList(&head, &b, &lock), &a);
	assert_null(ExInterlockedPushEntryList(&single, &x, &lock));
	assert_ptr_equal(ExInterlockedPushEntryList(&single, &y, &lock), &x);
	assert_ptr_equal(ExInterlockedPopEntryList(&single, &lock), &y);
	assert_ptr_equal(ExInterlockedPopEntryList(&single, &lock), &x);
	assert_null(ExInterlockedPopEntryList(&single, &lock));
	assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
}

static void test_append_tail_list__keeps_order(void **state)
{
	LIST_ENTRY head, a, rest, b, c;
	(void)state;
	InitializeListHead(&head);
	InitializeListHead(&rest);
	InsertTailList(&head, &a);
	InsertTailList(&rest, &b);
	InsertTailList(&rest, &c);
	RemoveEntryList(
		&rest); /* the documented way: take the other list's head away, then append */
	rest.Flink->Blink = rest.Blink;
	AppendTailList(&head, &b);
	assert_ptr_equal(RemoveHeadList(&head), &a);
	assert_ptr_equal(RemoveHeadList(&head), &b);
	assert_ptr_equal(RemoveHeadList(&head), &c);
	assert_true(IsListEmpty(&head));
}

static void test_event__notification_stays__synchronization_is_taken(void **state)
{
	KEVENT stays, taken;
	(void)state;
	KeInitializeEvent(&stays, NotificationEvent, FALSE);
	KeInitializeEvent(&taken, SynchronizationEvent, TRUE);
	assert_int_equal(wait_one(&stays, &no_time), STATUS_TIMEOUT);
	assert_int_equal(KeSetEvent(&stays, IO_NO_INCREMENT, FALSE), 0);
	assert_int_not_equal(KeSetEvent(&stays, IO_NO_INCREMENT, FALSE), 0);
	assert_int_equal(wait_one(&stays, NULL), STATUS_SUCCESS);
	assert_int_equal(wait_one(&stays, NULL), STATUS_SUCCESS);
	assert_int_not_equal(KeResetEvent(&stays), 0);
	assert_int_equal(KeReadStateEvent(&stays), 0);
	assert_int_equal(wait_one(&taken, NULL), STATUS_SUCCESS);
	assert_int_equal(wait_one(&taken, &ten_ms), STATUS_TIMEOUT);
	KeSetEvent(&taken, 0, FALSE);
	KeClearEvent(&taken);
	assert_int_equal(KeReadStateEvent(&taken), 0);
}

static void test_wait__level_and_alertable__refused(void **state)
{
	uint64_t breaks = fx_verifier_breaks();
	KEVENT event;
	(void)state;
	KeInitializeEvent(&event, NotificationEvent, TRUE);
	assert_int_equal(KeWaitForSingleObject(&event, Executive, KernelMode, TRUE, NULL),
			 STATUS_NOT_SUPPORTED);
	(void)KeRaiseIrqlToDpcLevel();
	assert_int_equal(wait_one(&event, NULL), STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(fx_verifier_breaks(), breaks + 1);
	assert_int_equal(wait_one(&event, &no_time), STATUS_SUCCESS);
	assert_int_equal(fx_verifier_breaks(), breaks + 1);
	KeLowerIrql(PASSIVE_LEVEL);
	KeSetEvent(&event, 0, TRUE);
	assert_int_equal(fx_verifier_breaks(), breaks + 2);
}

static void test_above_dispatch__said(void **state)
{
	uint64_t breaks = fx_verifier_breaks();
	KEVENT event;
	KIRQL before;
	(void)state;
	KeInitializeEvent(&event, NotificationEvent, FALSE);
	(void)KeRaiseIrqlToDpcLevel();
	assert_int_equal(KeDelayExecutionThread(KernelMode, FALSE, &ten_ms),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(fx_verifier_breaks(), breaks + 1);
	KeSetEvent(&event, 0, FALSE);
	assert_int_equal(fx_verifier_breaks(), breaks + 1);
	KeRaiseIrql(FX_DIRQL, &before);
	KeSetEvent(&event, 0, FALSE);
	KeResetEvent(&event);
	assert_int_equal(fx_verifier_breaks(), breaks + 3);
	KeLowerIrql(PASSIVE_LEVEL);
}

/* --- two events, and who waits for either or both of them --- */

static struct {
	KEVENT one, other;
	NTSTATUS status;
} pair;

static void wait_for_either(void *arg)
{
	PVOID objects[] = { &pair.one, &pair.other, &pair.one };
	(void)arg;
	pair.status = KeWaitForMultipleObjects(3, objects, WaitAny, Executive, KernelMode, FALSE,
					       NULL, NULL);
}

/* Sets one, and asks as the next instruction whether anybody hangs on the other. */
static void test_wait_any__satisfied__leaves_the_others_at_once(void **state)
{
	const struct exec_thread_params params = { .name = "either", .run = wait_for_either };
	struct exec_thread *thread;
	(void)state;
	KeInitializeEvent(&pair.one, SynchronizationEvent, FALSE);
	KeInitializeEvent(&pair.other, SynchronizationEvent, FALSE);
	assert_int_equal(exec_sim_begin(1), 0);
	assert_int_equal(exec_thread_start(&params, &thread), 0);
	while (IsListEmpty(&pair.other.Header.WaitListHead))
		exec_yield();
	KeSetEvent(&pair.one, 0, FALSE);
	assert_true(IsListEmpty(&pair.other.Header.WaitListHead));
	assert_true(IsListEmpty(&pair.one.Header.WaitListHead));
	memset(&pair.other, 0xdd, sizeof(pair.other)); /* the driver's memory: it may go */
	exec_thread_join(thread);
	exec_sim_end();
	assert_int_equal(pair.status, STATUS_WAIT_0);
	assert_int_equal(KeReadStateEvent(&pair.one), 0);
}

/* The wall clock passes the time that is asked for while it is compared. */
static void test_deadline__absolute_and_just_now__not_for_ever(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 200000; i++) {
		uint64_t now = exec_system_time_100ns();

		assert_true(fx_deadline_of((LONGLONG)now + 1 + i % 2) != EXEC_FOREVER);
	}
}

static void set_event(void *arg)
{
	(void)KeSetEvent(arg, 0, FALSE);
}

static void wait_for_it(void *arg)
{
	(void)wait_one(arg, NULL);
}

static void test_objects__not_initialised_or_of_another_kind__stop(void **state)
{
	KEVENT zeroed;
	KSEMAPHORE semaphore;
	(void)state;
	memset(&zeroed, 0, sizeof(zeroed));
	KeInitializeSemaphore(&semaphore, 0, 1);
	assert_true(fx_stops(set_event, &zeroed, WDF_VERIFIER_FATAL_ERROR));
	assert_true(fx_stops(wait_for_it, &zeroed, WDF_VERIFIER_FATAL_ERROR));
	assert_true(fx_stops(wait_for_it, NULL, WDF_VERIFIER_FATAL_ERROR));
	assert_true(fx_stops(set_event, &semaphore, WDF_VERIFIER_FATAL_ERROR));
}

static void release_two(void *arg)
{
	(void)KeReleaseSemaphore(arg, 0, 2, FALSE);
}

static void test_semaphore__counts_up_to_its_limit(void **state)
{
	KSEMAPHORE semaphore;
	(void)state;
	KeInitializeSemaphore(&semaphore, 1, 2);
	assert_int_equal(wait_one(&semaphore, NULL), STATUS_SUCCESS);
	assert_int_equal(wait_one(&semaphore, &no_time), STATUS_TIMEOUT);
	assert_int_equal(KeReleaseSemaphore(&semaphore, 0, 2, FALSE), 0);
	assert_int_equal(KeReadStateSemaphore(&semaphore), 2);
	assert_int_equal(wait_one(&semaphore, &no_time), STATUS_SUCCESS);
	assert_true(fx_stops(release_two, &semaphore, WDF_VERIFIER_FATAL_ERROR));
	assert_int_equal(KeReadStateSemaphore(&semaphore), 1);
}

static void release_mutex(void *arg)
{
	(void)KeReleaseMutex(arg, FALSE);
}

static void test_mutex__owner_takes_it_again(void **state)
{
	KMUTEX mutex;
	(void)state;
	KeInitializeMutex(&mutex, 0);
	assert_int_equal(KeReadStateMutex(&mutex), 1);
	assert_true(fx_stops(release_mutex, &mutex, WDF_INVALID_LOCK_OPERATION));
	assert_int_equal(wait_one(&mutex, NULL), STATUS_SUCCESS);
	assert_int_equal(KeWaitForMutexObject(&mutex, Executive, KernelMode, FALSE, &no_time), 0);
	assert_int_not_equal(KeReleaseMutex(&mutex, FALSE), 0);
	assert_int_equal(KeReleaseMutex(&mutex, FALSE), 0);
	assert_int_equal(KeReadStateMutex(&mutex), 1);
}

static void test_multiple__any_and_all(void **state)
{
	KEVENT a, b;
	KSEMAPHORE c;
	KWAIT_BLOCK blocks[4];
	PVOID objects[] = { &a, &b, &c, &a };
	(void)state;
	KeInitializeEvent(&a, SynchronizationEvent, FALSE);
	KeInitializeEvent(&b, SynchronizationEvent, TRUE);
	KeInitializeSemaphore(&c, 1, 1);
	assert_int_equal(KeWaitForMultipleObjects(3, objects, WaitAll, Executive, KernelMode, FALSE,
						  &ten_ms, NULL),
			 STATUS_TIMEOUT);
	assert_int_not_equal(KeReadStateEvent(&b), 0); /* nothing was taken */
	assert_int_equal(KeWaitForMultipleObjects(3, objects, WaitAny, Executive, KernelMode, FALSE,
						  NULL, NULL),
			 STATUS_WAIT_0 + 1);
	KeSetEvent(&a, 0, FALSE);
	KeSetEvent(&b, 0, FALSE);
	assert_int_equal(KeWaitForMultipleObjects(3, objects, WaitAll, Executive, KernelMode, FALSE,
						  NULL, NULL),
			 STATUS_SUCCESS);
	assert_int_equal(KeReadStateEvent(&a) + KeReadStateEvent(&b) + KeReadStateSemaphore(&c), 0);
	assert_int_equal(KeWaitForMultipleObjects(4, objects, WaitAny, Executive, KernelMode, FALSE,
						  &no_time, NULL),
			 STATUS_INVALID_PARAMETER);
	assert_int_equal(KeWaitForMultipleObjects(4, objects, WaitAny, Executive, KernelMode, FALSE,
						  &no_time, blocks),
			 STATUS_TIMEOUT);
	assert_int_equal(KeWaitForMultipleObjects(0, objects, WaitAny, Executive, KernelMode, FALSE,
						  &no_time, NULL),
			 STATUS_INVALID_PARAMETER);
}

static void acquire_fast(void *arg)
{
	ExAcquireFastMutex(arg);
}

static void release_fast(void *arg)
{
	ExReleaseFastMutex(arg);
}

static void test_fast_mutex__level_recursion_owner(void **state)
{
	uint64_t breaks = fx_verifier_breaks();
	FAST_MUTEX mutex;
	(void)state;
	ExInitializeFastMutex(&mutex);
	ExAcquireFastMutex(&mutex);
	assert_int_equal(KeGetCurrentIrql(), APC_LEVEL);
	assert_true(fx_stops(acquire_fast, &mutex, WDF_RECURSIVE_LOCK));
	assert_false(ExTryToAcquireFastMutex(&mutex));
	ExReleaseFastMutex(&mutex);
	assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
	assert_true(fx_stops(release_fast, &mutex, WDF_INVALID_LOCK_OPERATION));
	assert_true(ExTryToAcquireFastMutex(&mutex));
	ExReleaseFastMutex(&mutex);
	(void)KeRaiseIrqlToDpcLevel();
	ExAcquireFastMutex(&mutex);
	assert_false(ExTryToAcquireFastMutex(&mutex));
	KeLowerIrql(PASSIVE_LEVEL);
	assert_int_equal(fx_verifier_breaks(), breaks + 2);
}

/* --- under a seed: who is released by whom --- */

#define SEEDS   500
#define WAITERS 3
#define ROUNDS  5

static struct {
	KEVENT go;         /* synchronization: one waiter each */
	KEVENT all;        /* notification, set and reset at once */
	KSEMAPHORE places; /* two of them */
	KMUTEX mutex;
	FAST_MUTEX fast;
	KSPIN_LOCK spin;
	LONG in_places, in_mutex, in_fast, released, counted;
} sim;

static void take_turns(void)
{
	KIRQL before;

	assert_int_equal(wait_one(&sim.places, NULL), STATUS_SUCCESS);
	assert_true(InterlockedIncrement(&sim.in_places) <= 2);
	exec_yield();
	InterlockedDecrement(&sim.in_places);
	KeReleaseSemaphore(&sim.places, 0, 1, FALSE);

	assert_int_equal(wait_one(&sim.mutex, NULL), STATUS_SUCCESS);
	assert_int_equal(InterlockedIncrement(&sim.in_mutex), 1);
	exec_yield();
	InterlockedDecrement(&sim.in_mutex);
	KeReleaseMutex(&sim.mutex, FALSE);

	ExAcquireFastMutex(&sim.fast);
	assert_int_equal(InterlockedIncrement(&sim.in_fast), 1);
	exec_yield();
	InterlockedDecrement(&sim.in_fast);
	ExReleaseFastMutex(&sim.fast);

	KeAcquireSpinLock(&sim.spin, &before);
	sim.counted++;
	KeReleaseSpinLock(&sim.spin, before);
}

static void waiter(void *arg)
{
	(void)arg;
	for (int i = 0; i < ROUNDS; i++) {
		assert_int_equal(wait_one(&sim.go, NULL), STATUS_SUCCESS);
		InterlockedIncrement(&sim.released);
		take_turns();
	}
	assert_int_equal(wait_one(&sim.all, NULL), STATUS_SUCCESS);
}

static void run_seed(uint64_t seed)
{
	struct exec_thread *threads[WAITERS];
	struct exec_thread_params params = { .name = "waiter", .run = waiter, .node = -1 };

	memset(&sim, 0, sizeof(sim));
	KeInitializeEvent(&sim.go, SynchronizationEvent, FALSE);
	KeInitializeEvent(&sim.all, NotificationEvent, FALSE);
	KeInitializeSemaphore(&sim.places, 2, 2);
	KeInitializeMutex(&sim.mutex, 0);
	ExInitializeFastMutex(&sim.fast);
	assert_int_equal(exec_sim_begin(seed), 0);
	for (int i = 0; i < WAITERS; i++)
		assert_int_equal(exec_thread_start(&params, &threads[i]), 0);
	for (LONG sets = 1; sets <= WAITERS * ROUNDS; sets++) {
		KeSetEvent(&sim.go, 0, FALSE);
		while (ReadAcquire(&sim.released) < sets) /* each set releases one, and no more */
			exec_sleep_ms(1);
		assert_int_equal(sim.released, sets);
	}
	exec_sleep_ms(1000); /* virtual: all wait for the last event */
	KeSetEvent(&sim.all, 0, FALSE);
	KeResetEvent(&sim.all); /* who waited is released all the same */
	for (int i = 0; i < WAITERS; i++)
		exec_thread_join(threads[i]);
	exec_sim_end();
	assert_int_equal(sim.counted, WAITERS * ROUNDS);
}

static void test_seeds__each_wait_ends_once(void **state)
{
	uint64_t seeds = getenv("UWDF_LONG") ? 10000 : SEEDS;
	(void)state;
	for (uint64_t seed = 1; seed <= seeds; seed++)
		run_seed(seed);
}

static void test_time_out__simulated__at_its_virtual_time(void **state)
{
	LARGE_INTEGER relative = { .QuadPart = -50000000 }, absolute;
	uint64_t before;
	KEVENT event;
	(void)state;
	KeInitializeEvent(&event, NotificationEvent, FALSE);
	assert_int_equal(exec_sim_begin(7), 0);
	before = exec_now_ns();
	assert_int_equal(wait_one(&event, &relative), STATUS_TIMEOUT);
	assert_int_equal(exec_now_ns() - before, 5000000000ull);
	KeQuerySystemTime(&absolute);
	absolute.QuadPart += 10000000;
	before = exec_now_ns();
	assert_int_equal(wait_one(&event, &absolute), STATUS_TIMEOUT);
	assert_int_equal(exec_now_ns() - before, 1000000000ull);
	absolute.QuadPart = 1; /* long past */
	assert_int_equal(wait_one(&event, &absolute), STATUS_TIMEOUT);
	exec_sim_end();
}

/* --- clocks and calendar --- */

static void test_calendar__known_days(void **state)
{
	static const struct {
		LONGLONG time;
		TIME_FIELDS fields;
	} rows[] = {
		{ 0, { 1601, 1, 1, 0, 0, 0, 0, 1 } },
		{ 116444736000000000ll, { 1970, 1, 1, 0, 0, 0, 0, 4 } },
		{ 125963423990010000ll, { 2000, 2, 29, 23, 59, 59, 1, 2 } },
		{ 133486271991230000ll, { 2023, 12, 31, 23, 59, 59, 123, 0 } },
		{ 947798272430000000ll, { 4604, 6, 12, 7, 20, 43, 0, 2 } },
	};
	TIME_FIELDS bad = { 2023, 2, 29, 0, 0, 0, 0, 0 }, fields;
	LARGE_INTEGER time, back;
	(void)state;
	for (size_t i = 0; i < ARRAYSIZE(rows); i++) {
		assert_true(RtlTimeFieldsToTime((PTIME_FIELDS)(uintptr_t)&rows[i].fields, &time));
		RtlTimeToTimeFields(&time, &fields);
		assert_memory_equal(&fields, &rows[i].fields, sizeof(fields));
		if (i < 2)
			assert_int_equal(time.QuadPart, rows[i].time);
	}
	assert_false(RtlTimeFieldsToTime(&bad, &time));
	bad = (TIME_FIELDS){ 1600, 1, 1, 0, 0, 0, 0, 0 };
	assert_false(RtlTimeFieldsToTime(&bad, &time));
	bad = (TIME_FIELDS){ 2000, 1, 1, 24, 0, 0, 0, 0 };
	assert_false(RtlTimeFieldsToTime(&bad, &time));
	time.QuadPart = 130000000000000000ll;
	ExSystemTimeToLocalTime(&time, &back);
	ExLocalTimeToSystemTime(&back, &back);
	assert_int_equal(back.QuadPart, time.QuadPart);
}

static void test_clocks__units(void **state)
{
	LARGE_INTEGER ticks, frequency, now;
	ULONG64 stamp = 0;
	(void)state;
	assert_int_equal(exec_sim_begin(1), 0);
	exec_sleep_until(exec_now_ns() + 2000000000ull);
	KeQueryTickCount(&ticks);
	assert_int_equal(ticks.QuadPart, KeQueryInterruptTime() / KeQueryTimeIncrement());
	now = KeQueryPerformanceCounter(&frequency);
	assert_int_equal(now.QuadPart / frequency.QuadPart, KeQueryInterruptTime() / 10000000);
	assert_int_equal(KeQueryInterruptTimePrecise(&stamp), KeQueryInterruptTime());
	assert_int_equal(stamp, now.QuadPart);
	KeQuerySystemTimePrecise(&now);
	exec_sleep_until(exec_now_ns() + 100);
	KeQuerySystemTime(&ticks);
	assert_int_equal(ticks.QuadPart - now.QuadPart, 1);
	exec_sim_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_irql__raised_and_lowered),
		cmocka_unit_test(test_irql__the_wrong_way__stops),
		cmocka_unit_test(test_spin_lock__level_recursion_owner),
		cmocka_unit_test(test_interlocked_lists__return_what_was_there),
		cmocka_unit_test(test_append_tail_list__keeps_order),
		cmocka_unit_test(test_event__notification_stays__synchronization_is_taken),
		cmocka_unit_test(test_wait__level_and_alertable__refused),
		cmocka_unit_test(test_above_dispatch__said),
		cmocka_unit_test(test_wait_any__satisfied__leaves_the_others_at_once),
		cmocka_unit_test(test_deadline__absolute_and_just_now__not_for_ever),
		cmocka_unit_test(test_objects__not_initialised_or_of_another_kind__stop),
		cmocka_unit_test(test_semaphore__counts_up_to_its_limit),
		cmocka_unit_test(test_mutex__owner_takes_it_again),
		cmocka_unit_test(test_multiple__any_and_all),
		cmocka_unit_test(test_fast_mutex__level_recursion_owner),
		cmocka_unit_test(test_seeds__each_wait_ends_once),
		cmocka_unit_test(test_time_out__simulated__at_its_virtual_time),
		cmocka_unit_test(test_calendar__known_days),
		cmocka_unit_test(test_clocks__units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
