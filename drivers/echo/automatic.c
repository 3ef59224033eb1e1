/* SPDX-License-Identifier: MIT */
/*
 * automatic.c - the framework synchronizes: with the queue's scope, none of its callbacks (read,
 * write, cancel, stop) and not its timer's runs while another one does. Each of them may look at
 * echo->read and believe it.
 */
#include "echo.h"

void echo_describe(PWDF_OBJECT_ATTRIBUTES queue, PWDF_TIMER_CONFIG timer)
{
	queue->SynchronizationScope = WdfSynchronizationScopeQueue;
	timer->AutomaticSerialization = TRUE;
}

NTSTATUS echo_furnish(WDFQUEUE queue)
{
	UNREFERENCED_PARAMETER(queue);
	return STATUS_SUCCESS;
}

NTSTATUS echo_wait(ECHO *echo, WDFREQUEST request, PFN_WDF_REQUEST_CANCEL canceled)
{
	NTSTATUS status = WdfRequestMarkCancelableEx(request, canceled);

	if (!NT_SUCCESS(status))
		return status;
	echo->read = request;
	echo_start_timer(echo);
	return STATUS_SUCCESS;
}

/* One that was cancelled stays where it is: its callback runs as soon as we return. */
WDFREQUEST echo_take(ECHO *echo, ULONGLONG now)
{
	WDFREQUEST request = echo->read;

	if (!request || now < echo->due || WdfRequestUnmarkCancelable(request) == STATUS_CANCELLED)
		return NULL;
	echo->read = NULL;
	return request;
}

VOID echo_forget(ECHO *echo)
{
	echo->read = NULL;
}

VOID echo_wait_on(ECHO *echo, WDFREQUEST request)
{
	UNREFERENCED_PARAMETER(echo);
	WdfRequestStopAcknowledge(request, FALSE);
}
