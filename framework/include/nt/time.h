/* SPDX-License-Identifier: MIT */
/*
 * time.h - clocks and calendar.
 *
 * Has: KeQuerySystemTime, KeQuerySystemTimePrecise, KeQueryInterruptTime, KeQueryTickCount,
 * KeQueryTimeIncrement, KeQueryPerformanceCounter, RtlTimeToTimeFields, RtlTimeFieldsToTime,
 * ExSystemTimeToLocalTime, ExLocalTimeToSystemTime.
 *
 * Source for the whole file: Windows driver documentation, wdm.h.
 */
#ifndef UWDF_NT_TIME_H
#define UWDF_NT_TIME_H

#include <ntdef.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * KeQuerySystemTime(), KeQuerySystemTimePrecise() - wall clock time.
 * @CurrentTime: 100 ns units since 1601-01-01.
 *
 * All of this group:
 * IRQL:    any.
 * Differs: nothing known.
 */
VOID KeQuerySystemTime(PLARGE_INTEGER CurrentTime);
VOID KeQuerySystemTimePrecise(PLARGE_INTEGER CurrentTime);

/**
 * KeQueryInterruptTime(), KeQueryInterruptTimePrecise() - monotonic time in 100 ns units.
 *
 * All of this group:
 * IRQL:    any.
 * Differs: counts from an arbitrary point, not from boot.
 */
ULONGLONG KeQueryInterruptTime(VOID);
ULONGLONG KeQueryInterruptTimePrecise(PULONG64 QpcTimeStamp);

/** KeQueryTimeIncrement() - 100 ns units a tick: 156250. IRQL: any. */
ULONG KeQueryTimeIncrement(VOID);
/** KeQueryTickCount() - monotonic time in ticks of KeQueryTimeIncrement(). IRQL: any. */
VOID KeQueryTickCount(PLARGE_INTEGER CurrentCount);
/** KeQueryPerformanceCounter() - monotonic; @PerformanceFrequency, if given: counts a second. IRQL:
 * any. */
LARGE_INTEGER KeQueryPerformanceCounter(PLARGE_INTEGER PerformanceFrequency);

typedef struct _TIME_FIELDS {
	CSHORT Year;         /* 1601.. */
	CSHORT Month;        /* 1..12 */
	CSHORT Day;          /* 1..31 */
	CSHORT Hour;         /* 0..23 */
	CSHORT Minute;       /* 0..59 */
	CSHORT Second;       /* 0..59 */
	CSHORT Milliseconds; /* 0..999 */
	CSHORT Weekday;      /* 0: Sunday */
} TIME_FIELDS, *PTIME_FIELDS;

/** RtlTimeToTimeFields() - the calendar's view of a system time. IRQL: any. */
VOID RtlTimeToTimeFields(PLARGE_INTEGER Time, PTIME_FIELDS TimeFields);
/** RtlTimeFieldsToTime() - the other way; Weekday is ignored. FALSE: no such date or time. IRQL:
 * any. */
BOOLEAN RtlTimeFieldsToTime(PTIME_FIELDS TimeFields, PLARGE_INTEGER Time);
/**
 * ExSystemTimeToLocalTime() - add the zone's offset of today; ExLocalTimeToSystemTime() - subtract
 * it.
 *
 * All of this group:
 * IRQL:    any.
 * Differs: nothing known.
 */
VOID ExSystemTimeToLocalTime(PLARGE_INTEGER SystemTime, PLARGE_INTEGER LocalTime);
VOID ExLocalTimeToSystemTime(PLARGE_INTEGER LocalTime, PLARGE_INTEGER SystemTime);

#ifdef __cplusplus
}
#endif
#endif
