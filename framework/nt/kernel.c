/* SPDX-License-Identifier: MIT */
/* kernel.c - delays, the end, and what a driver asks of the system. */
#include <dlfcn.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/exec.h"
#include "base/log.h"
#include "nt/deadline.h"
#include "nt/dispatcher_impl.h"
#include "object/irql.h"
#include "wdm.h"

/* Busy-waits, as the driver asks: for microseconds only. */
UW_EXPORT VOID KeStallExecutionProcessor(ULONG MicroSeconds)
{
	uint64_t end = exec_now_ns() + MicroSeconds * 1000ull;

	if (exec_sim_active())
		return exec_sleep_until(end);
	while (exec_now_ns() < end)
		exec_yield();
}

UW_EXPORT NTSTATUS KeDelayExecutionThread(KPROCESSOR_MODE WaitMode, BOOLEAN Alertable,
					  PLARGE_INTEGER Interval)
{
	(void)WaitMode;
	if (Alertable)
		return STATUS_NOT_SUPPORTED;
	if (!fx_nt_level_ok("KeDelayExecutionThread", APC_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	exec_sleep_until(fx_deadline_of(Interval->QuadPart));
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

/* --- what a driver asks of the system --- */

UW_EXPORT VOID KeEnterCriticalRegion(VOID)
{
	fx_stance.regions++;
}

UW_EXPORT VOID KeLeaveCriticalRegion(VOID)
{
	fx_stance.regions--;
}

UW_EXPORT VOID DbgBreakPoint(VOID)
{
	log_error("driver", "DbgBreakPoint: without a debugger this ends the host");
	(void)raise(SIGTRAP);
}

UW_EXPORT BOOLEAN RtlIsNtDdiVersionAvailable(ULONG Version)
{
	return Version <= NTDDI_VERSION;
}

UW_EXPORT MM_SYSTEMSIZE MmQuerySystemSize(VOID)
{
	return MmLargeSystem;
}

/* Only what this library itself exports and NT has: never a function of the C library. */
static PVOID own_export(const char *name)
{
	Dl_info found, own;
	PVOID symbol;

	if (!strncmp(name, "uwdf_", 5) || !strncmp(name, "WdfLx", 5))
		return NULL;
	symbol = dlsym(RTLD_DEFAULT, name);
	if (!symbol || !dladdr(symbol, &found) ||
	    !dladdr((void *)(uintptr_t)MmGetSystemRoutineAddress, &own))
		return NULL;
	return found.dli_fbase == own.dli_fbase ? symbol : NULL;
}

UW_EXPORT PVOID MmGetSystemRoutineAddress(PUNICODE_STRING SystemRoutineName)
{
	ANSI_STRING name;
	PVOID symbol;

	if (!NT_SUCCESS(RtlUnicodeStringToAnsiString(&name, SystemRoutineName, TRUE)))
		return NULL;
	symbol = own_export(name.Buffer);
	RtlFreeAnsiString(&name);
	return symbol;
}
