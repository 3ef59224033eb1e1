/* SPDX-License-Identifier: MIT */
/* kernel.c - Ke*: time, delays, the end. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/exec.h"
#include "base/log.h"
#include "wdm.h"

#define NS_PER_100NS 100u

/* Busy-waits, as the driver asks: for microseconds only. */
UW_EXPORT VOID KeStallExecutionProcessor(ULONG MicroSeconds)
{
	uint64_t end = exec_now_ns() + MicroSeconds * 1000ull;

	if (exec_sim_active())
		return exec_sleep_until(end);
	while (exec_now_ns() < end)
		exec_yield();
}

UW_EXPORT VOID KeQuerySystemTime(PLARGE_INTEGER CurrentTime)
{
	CurrentTime->QuadPart = (LONGLONG)exec_system_time_100ns();
}

UW_EXPORT ULONGLONG KeQueryInterruptTime(VOID)
{
	return exec_now_ns() / NS_PER_100NS;
}

static uint64_t deadline_of(LONGLONG interval)
{
	uint64_t now = exec_now_ns(), wait;

	if (interval < 0)
		wait = 0 - (uint64_t)interval;
	else
		wait = (uint64_t)interval > exec_system_time_100ns()
			       ? (uint64_t)interval - exec_system_time_100ns()
			       : 0;
	return wait > (EXEC_FOREVER - now) / NS_PER_100NS ? EXEC_FOREVER
							  : now + wait * NS_PER_100NS;
}

UW_EXPORT NTSTATUS KeDelayExecutionThread(KPROCESSOR_MODE WaitMode, BOOLEAN Alertable,
					  PLARGE_INTEGER Interval)
{
	(void)WaitMode;
	if (Alertable)
		return STATUS_NOT_SUPPORTED;
	exec_sleep_until(deadline_of(Interval->QuadPart));
	return STATUS_SUCCESS;
}

UW_EXPORT VOID KeBugCheckEx(ULONG BugCheckCode, ULONG_PTR BugCheckParameter1,
			    ULONG_PTR BugCheckParameter2, ULONG_PTR BugCheckParameter3,
			    ULONG_PTR BugCheckParameter4)
{
	log_error("driver",
		  "a driver stopped the host: KeBugCheckEx(0x%x, 0x%" PRIxPTR ", 0x%" PRIxPTR
		  ", 0x%" PRIxPTR ", 0x%" PRIxPTR ")",
		  BugCheckCode, BugCheckParameter1, BugCheckParameter2, BugCheckParameter3,
		  BugCheckParameter4);
	abort();
}

UW_EXPORT VOID UwdfAssertFailed(PCSTR Expression, PCSTR File, ULONG Line)
{
	log_error("driver", "%s:%u: assertion failed: %s", File, Line, Expression);
	abort();
}
