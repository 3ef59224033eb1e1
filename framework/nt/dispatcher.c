/* SPDX-License-Identifier: MIT */
/*
 * dispatcher.c - waiting for events, semaphores and mutexes.
 *
 * One lock guards all of them, as the dispatcher lock does on NT. Who signals an object satisfies
 * the waits it can at once, under the lock: a waiter is released even if the object is reset before
 * it runs. The objects' memory is the driver's, so they own nothing.
 */
#include "nt/dispatcher_impl.h"

#include "base/exec.h"
#include "nt/deadline.h"
#include "nt/list.h"
#include "verifier/pool_track.h"
#include "verifier/verifier.h"

static struct exec_mutex dispatcher = { .real = PTHREAD_MUTEX_INITIALIZER };

struct waiter;
struct block {
	LIST_ENTRY link; /* in the object's WaitListHead */
	struct waiter *waiter;
};

struct waiter {
	struct exec_cond wake;
	PVOID *objects;
	ULONG count;
	WAIT_TYPE type;
	ULONG thread;
	bool satisfied; /* guarded by dispatcher */
	NTSTATUS status;
	struct block blocks[MAXIMUM_WAIT_OBJECTS];
};

static bool is_free(DISPATCHER_HEADER *header, ULONG thread)
{
	if (header->Type == FX_DISPATCHER_MUTEX && header->SignalState <= 0)
		return uw_container_of(header, KMUTEX, Header)->OwnerThread == thread;
	return header->SignalState > 0;
}

static void consume(DISPATCHER_HEADER *header, ULONG thread)
{
	switch (header->Type) {
	case FX_DISPATCHER_SYNCHRONIZATION_EVENT:
		header->SignalState = 0;
		break;
	case FX_DISPATCHER_MUTEX:
		uw_container_of(header, KMUTEX, Header)->OwnerThread = thread;
		header->SignalState--;
		break;
	case FX_DISPATCHER_SEMAPHORE:
		header->SignalState--;
		break;
	default: /* a notification event stays as it is */
		break;
	}
}

static bool satisfy_all(struct waiter *waiter)
{
	for (ULONG i = 0; i < waiter->count; i++) {
		if (!is_free(waiter->objects[i], waiter->thread))
			return false;
	}
	for (ULONG i = 0; i < waiter->count; i++)
		consume(waiter->objects[i], waiter->thread);
	waiter->status = STATUS_SUCCESS;
	return true;
}

static bool satisfy_any(struct waiter *waiter)
{
	for (ULONG i = 0; i < waiter->count; i++) {
		if (is_free(waiter->objects[i], waiter->thread)) {
			consume(waiter->objects[i], waiter->thread);
			waiter->status = STATUS_WAIT_0 + (NTSTATUS)i;
			return true;
		}
	}
	return false;
}

static bool satisfy(struct waiter *waiter)
{
	waiter->satisfied = waiter->type == WaitAll ? satisfy_all(waiter) : satisfy_any(waiter);
	return waiter->satisfied;
}

static void enqueue(struct waiter *waiter)
{
	for (ULONG i = 0; i < waiter->count; i++) {
		DISPATCHER_HEADER *header = waiter->objects[i];

		waiter->blocks[i].waiter = waiter;
		InsertTailList(&header->WaitListHead, &waiter->blocks[i].link);
	}
}

static void dequeue(struct waiter *waiter)
{
	for (ULONG i = 0; i < waiter->count; i++)
		RemoveEntryList(&waiter->blocks[i].link);
}

void fx_dispatcher_lock(void) UW_NO_TSA
{
	exec_mutex_lock(&dispatcher);
}

void fx_dispatcher_unlock(void) UW_NO_TSA
{
	exec_mutex_unlock(&dispatcher);
}

void fx_dispatcher_signaled(DISPATCHER_HEADER *header)
{
	LIST_ENTRY *it = header->WaitListHead.Flink;

	while (it != &header->WaitListHead) {
		struct waiter *waiter = uw_container_of(it, struct block, link)->waiter;

		it = it->Flink;
		if (!satisfy(waiter))
			continue;
		/* Now, not when it runs: nobody waits any more, so that the driver may free the
		 * other objects as well. It may have stood here twice: begin anew. */
		dequeue(waiter);
		exec_cond_signal(&waiter->wake);
		it = header->WaitListHead.Flink;
	}
}

/* The analysis does not see through fx_dispatcher_lock(). */
static NTSTATUS wait_for(struct waiter *waiter, uint64_t deadline_ns) UW_NO_TSA
{
	bool in_time = true;

	if (exec_cond_init(&waiter->wake))
		return STATUS_INSUFFICIENT_RESOURCES;
	fx_dispatcher_lock();
	if (!satisfy(waiter) && deadline_ns) {
		enqueue(waiter);
		while (!waiter->satisfied && in_time)
			in_time = exec_cond_wait(&waiter->wake, &dispatcher, deadline_ns);
		if (!waiter->satisfied)
			dequeue(waiter);
	}
	fx_dispatcher_unlock();
	exec_cond_deinit(&waiter->wake);
	return waiter->satisfied ? waiter->status : STATUS_TIMEOUT;
}

void fx_dispatcher_check(const void *object, UCHAR first, UCHAR last, const char *function)
{
	const DISPATCHER_HEADER *header = object;

	if (uw_unlikely(!header || header->Type < first || header->Type > last))
		fx_verifier_stop(fx_pool_caller(NULL), WDF_VERIFIER_FATAL_ERROR, (uintptr_t)object,
				 first,
				 "%s on %p, which is not initialised as an object of that kind",
				 function, object);
}

bool fx_nt_level_ok(const char *function, KIRQL max)
{
	if (uw_likely(fx_irql_get() <= max))
		return true;
	fx_verifier_break(fx_pool_caller(NULL), "%s at IRQL %u, allowed up to %u", function,
			  fx_irql_get(), max);
	return false;
}

/* May this thread wait that long here? */
static NTSTATUS check_wait(BOOLEAN alertable, const LARGE_INTEGER *timeout, const char *function)
{
	KIRQL max = timeout && !timeout->QuadPart ? DISPATCH_LEVEL : APC_LEVEL;

	if (alertable)
		return STATUS_NOT_SUPPORTED;
	return fx_nt_level_ok(function, max) ? STATUS_SUCCESS : STATUS_INVALID_DEVICE_REQUEST;
}

static uint64_t deadline_of(const LARGE_INTEGER *timeout)
{
	if (!timeout)
		return EXEC_FOREVER;
	return timeout->QuadPart ? fx_deadline_of(timeout->QuadPart) : 0;
}

UW_EXPORT NTSTATUS KeWaitForSingleObject(PVOID Object, KWAIT_REASON WaitReason,
					 KPROCESSOR_MODE WaitMode, BOOLEAN Alertable,
					 PLARGE_INTEGER Timeout)
{
	struct waiter waiter = {
		.objects = &Object, .count = 1, .type = WaitAny, .thread = exec_thread_id()
	};
	NTSTATUS status = check_wait(Alertable, Timeout, "KeWaitForSingleObject");

	(void)WaitReason;
	(void)WaitMode;
	fx_dispatcher_check(Object, FX_DISPATCHER_NOTIFICATION_EVENT, FX_DISPATCHER_MUTEX,
			    "KeWaitForSingleObject");
	return NT_SUCCESS(status) ? wait_for(&waiter, deadline_of(Timeout)) : status;
}

UW_EXPORT NTSTATUS KeWaitForMultipleObjects(ULONG Count, PVOID Object[], WAIT_TYPE WaitType,
					    KWAIT_REASON WaitReason, KPROCESSOR_MODE WaitMode,
					    BOOLEAN Alertable, PLARGE_INTEGER Timeout,
					    PKWAIT_BLOCK WaitBlockArray)
{
	struct waiter waiter = {
		.objects = Object, .count = Count, .type = WaitType, .thread = exec_thread_id()
	};
	NTSTATUS status = check_wait(Alertable, Timeout, "KeWaitForMultipleObjects");

	(void)WaitReason;
	(void)WaitMode;
	if (!Count || Count > MAXIMUM_WAIT_OBJECTS || !Object ||
	    (Count > THREAD_WAIT_OBJECTS && !WaitBlockArray) ||
	    (WaitType != WaitAll && WaitType != WaitAny))
		return STATUS_INVALID_PARAMETER;
	for (ULONG i = 0; i < Count; i++)
		fx_dispatcher_check(Object[i], FX_DISPATCHER_NOTIFICATION_EVENT,
				    FX_DISPATCHER_MUTEX, "KeWaitForMultipleObjects");
	return NT_SUCCESS(status) ? wait_for(&waiter, deadline_of(Timeout)) : status;
}
