/* SPDX-License-Identifier: MIT */
/* event.c - events, semaphores and mutexes: how each becomes signaled. */
#include "base/exec.h"
#include "nt/dispatcher_impl.h"
#include "verifier/verifier.h"

static void init_header(DISPATCHER_HEADER *header, UCHAR type, LONG state)
{
	header->Type = type;
	header->SignalState = state;
	InitializeListHead(&header->WaitListHead);
}

static LONG read_state(DISPATCHER_HEADER *header)
{
	LONG state;

	fx_dispatcher_lock();
	state = header->SignalState;
	fx_dispatcher_unlock();
	return state;
}

/* An ISR would spin for ever on the lock of the thread that it interrupts on NT. */
static void check_level(const char *function)
{
	(void)fx_nt_level_ok(function, DISPATCH_LEVEL);
}

/* Each Ke* that releases something could go straight into a wait on NT; not here. */
static void check_wait_flag(BOOLEAN wait, const char *function)
{
	if (uw_unlikely(wait))
		fx_verifier_break(NULL,
				  "%s: Wait must be FALSE: the call and the next wait are "
				  "two steps here",
				  function);
}

/* --- events --- */

static void check_event(const KEVENT *event, const char *function)
{
	fx_dispatcher_check(event, FX_DISPATCHER_NOTIFICATION_EVENT,
			    FX_DISPATCHER_SYNCHRONIZATION_EVENT, function);
}

UW_EXPORT VOID KeInitializeEvent(PRKEVENT Event, EVENT_TYPE Type, BOOLEAN State)
{
	UCHAR type = Type == SynchronizationEvent ? FX_DISPATCHER_SYNCHRONIZATION_EVENT
						  : FX_DISPATCHER_NOTIFICATION_EVENT;

	init_header(&Event->Header, type, State ? 1 : 0);
}

UW_EXPORT LONG KeSetEvent(PRKEVENT Event, KPRIORITY Increment, BOOLEAN Wait)
{
	LONG before;

	(void)Increment;
	check_event(Event, "KeSetEvent");
	check_level("KeSetEvent");
	check_wait_flag(Wait, "KeSetEvent");
	fx_dispatcher_lock();
	before = Event->Header.SignalState;
	Event->Header.SignalState = 1;
	if (!before)
		fx_dispatcher_signaled(&Event->Header);
	fx_dispatcher_unlock();
	return before;
}

UW_EXPORT LONG KeResetEvent(PRKEVENT Event)
{
	LONG before;

	check_event(Event, "KeResetEvent");
	check_level("KeResetEvent");
	fx_dispatcher_lock();
	before = Event->Header.SignalState;
	Event->Header.SignalState = 0;
	fx_dispatcher_unlock();
	return before;
}

UW_EXPORT VOID KeClearEvent(PRKEVENT Event)
{
	(void)KeResetEvent(Event);
}

UW_EXPORT LONG KeReadStateEvent(PRKEVENT Event)
{
	check_event(Event, "KeReadStateEvent");
	return read_state(&Event->Header);
}

/* --- semaphores --- */

static void check_semaphore(const KSEMAPHORE *semaphore, const char *function)
{
	fx_dispatcher_check(semaphore, FX_DISPATCHER_SEMAPHORE, FX_DISPATCHER_SEMAPHORE, function);
}

UW_EXPORT VOID KeInitializeSemaphore(PRKSEMAPHORE Semaphore, LONG Count, LONG Limit)
{
	init_header(&Semaphore->Header, FX_DISPATCHER_SEMAPHORE, Count);
	Semaphore->Limit = Limit;
}

UW_EXPORT LONG KeReleaseSemaphore(PRKSEMAPHORE Semaphore, KPRIORITY Increment, LONG Adjustment,
				  BOOLEAN Wait)
{
	LONG before;
	bool fits;

	(void)Increment;
	check_semaphore(Semaphore, "KeReleaseSemaphore");
	check_level("KeReleaseSemaphore");
	check_wait_flag(Wait, "KeReleaseSemaphore");
	fx_dispatcher_lock();
	before = Semaphore->Header.SignalState;
	fits = Adjustment > 0 && Adjustment <= Semaphore->Limit - before;
	if (fits) {
		Semaphore->Header.SignalState += Adjustment;
		fx_dispatcher_signaled(&Semaphore->Header);
	}
	fx_dispatcher_unlock();
	if (!fits)
		fx_verifier_stop(NULL, WDF_VERIFIER_FATAL_ERROR, (uintptr_t)Semaphore,
				 (uint64_t)Adjustment,
				 "KeReleaseSemaphore by %d: %d of %d are free already", Adjustment,
				 before, Semaphore->Limit);
	return before;
}

UW_EXPORT LONG KeReadStateSemaphore(PRKSEMAPHORE Semaphore)
{
	check_semaphore(Semaphore, "KeReadStateSemaphore");
	return read_state(&Semaphore->Header);
}

/* --- mutexes --- */

static void check_mutex(const KMUTEX *mutex, const char *function)
{
	fx_dispatcher_check(mutex, FX_DISPATCHER_MUTEX, FX_DISPATCHER_MUTEX, function);
}

UW_EXPORT VOID KeInitializeMutex(PRKMUTEX Mutex, ULONG Level)
{
	(void)Level;
	init_header(&Mutex->Header, FX_DISPATCHER_MUTEX, 1);
	Mutex->OwnerThread = 0;
}

UW_EXPORT LONG KeReleaseMutex(PRKMUTEX Mutex, BOOLEAN Wait)
{
	LONG before;
	bool mine;

	check_mutex(Mutex, "KeReleaseMutex");
	check_level("KeReleaseMutex");
	check_wait_flag(Wait, "KeReleaseMutex");
	fx_dispatcher_lock();
	before = Mutex->Header.SignalState;
	mine = before <= 0 && Mutex->OwnerThread == exec_thread_id();
	if (mine && ++Mutex->Header.SignalState == 1) {
		Mutex->OwnerThread = 0;
		fx_dispatcher_signaled(&Mutex->Header);
	}
	fx_dispatcher_unlock();
	if (!mine)
		fx_verifier_stop(NULL, WDF_INVALID_LOCK_OPERATION, (uintptr_t)Mutex, 1,
				 "KeReleaseMutex on a mutex that this thread does not hold");
	return before;
}

UW_EXPORT LONG KeReadStateMutex(PRKMUTEX Mutex)
{
	check_mutex(Mutex, "KeReadStateMutex");
	return read_state(&Mutex->Header);
}
