/* SPDX-License-Identifier: MIT */
/*
 * manual.c - the driver synchronizes: its callbacks may meet, so echo->read is looked at under a
 * spin lock, and the read is whose who took it out there. What is done to the read without taking
 * it is done under the lock, too: once that is free, somebody else may complete it.
 */
#include "echo.h"

void echo_describe(PWDF_OBJECT_ATTRIBUTES queue, PWDF_TIMER_CONFIG timer)
{
	queue->SynchronizationScope = WdfSynchronizationScopeNone;
	timer->AutomaticSerialization = FALSE;
}

NTSTATUS echo_furnish(WDFQUEUE queue)
{
	WDF_OBJECT_ATTRIBUTES attributes;

	WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
	attributes.ParentObject = queue;
	return WdfSpinLockCreate(&attributes, &echo_of(queue)->lock);
}

/* A cancellation that comes at once waits at the lock, and then stops the timer. */
NTSTATUS echo_wait(ECHO *echo, WDFREQUEST request, PFN_WDF_REQUEST_CANCEL canceled)
{
	NTSTATUS status;

	WdfSpinLockAcquire(echo->lock);
	status = WdfRequestMarkCancelableEx(request, canceled);
	if (NT_SUCCESS(status)) {
		echo->read = request;
		echo_start_timer(echo);
	}
	WdfSpinLockRelease(echo->lock);
	return status;
}

/* One that was cancelled stays where it is: its callback waits at the lock, or is on its way. */
WDFREQUEST echo_take(ECHO *echo, ULONGLONG now)
{
	WDFREQUEST request;

	WdfSpinLockAcquire(echo->lock);
	request = echo->read;
	if (request && (now < echo->due || WdfRequestUnmarkCancelable(request) == STATUS_CANCELLED))
		request = NULL;
	if (request)
		echo->read = NULL;
	WdfSpinLockRelease(echo->lock);
	return request;
}

VOID echo_forget(ECHO *echo)
{
	WdfSpinLockAcquire(echo->lock);
	echo->read = NULL;
	WdfSpinLockRelease(echo->lock);
}

/* Unless it is being completed just now: then there is nothing to acknowledge. */
VOID echo_wait_on(ECHO *echo, WDFREQUEST request)
{
	WdfSpinLockAcquire(echo->lock);
	if (echo->read == request)
		WdfRequestStopAcknowledge(request, FALSE);
	WdfSpinLockRelease(echo->lock);
}
