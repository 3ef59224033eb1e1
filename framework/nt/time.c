/* SPDX-License-Identifier: MIT */
/* time.c - clocks, NT's time-outs, and the calendar. */
#include "nt/time.h"

#include <time.h>

#include "base/compiler.h"
#include "base/exec.h"
#include "nt/deadline.h"

#define TICK_100NS      156250u
#define MS_100NS        10000ll
#define SECOND_100NS    10000000ll
#define DAY_SECONDS     86400ll
#define SECONDS_TO_1970 11644473600ll /* from 1601 */
#define LAST_YEAR       30827         /* what a signed 64-bit count of 100 ns reaches */

/* --- clocks --- */

UW_EXPORT VOID KeQuerySystemTime(PLARGE_INTEGER CurrentTime)
{
	CurrentTime->QuadPart = (LONGLONG)exec_system_time_100ns();
}

UW_EXPORT VOID KeQuerySystemTimePrecise(PLARGE_INTEGER CurrentTime)
{
	KeQuerySystemTime(CurrentTime);
}

UW_EXPORT ULONGLONG KeQueryInterruptTime(VOID)
{
	return exec_now_ns() / FX_NS_PER_100NS;
}

UW_EXPORT ULONGLONG KeQueryInterruptTimePrecise(PULONG64 QpcTimeStamp)
{
	uint64_t now = exec_now_ns();

	*QpcTimeStamp = now;
	return now / FX_NS_PER_100NS;
}

UW_EXPORT ULONG KeQueryTimeIncrement(VOID)
{
	return TICK_100NS;
}

UW_EXPORT VOID KeQueryTickCount(PLARGE_INTEGER CurrentCount)
{
	CurrentCount->QuadPart = (LONGLONG)(KeQueryInterruptTime() / TICK_100NS);
}

UW_EXPORT LARGE_INTEGER KeQueryPerformanceCounter(PLARGE_INTEGER PerformanceFrequency)
{
	LARGE_INTEGER now = { .QuadPart = (LONGLONG)exec_now_ns() };

	if (PerformanceFrequency)
		PerformanceFrequency->QuadPart = (LONGLONG)EXEC_NS_PER_S;
	return now;
}

uint64_t fx_deadline_of(LONGLONG interval)
{
	uint64_t now = exec_now_ns(), today, wait = 0;

	if (interval < 0) {
		wait = 0 - (uint64_t)interval;
	} else {
		today = exec_system_time_100ns(); /* once: it may pass @interval just now */
		if ((uint64_t)interval > today)
			wait = (uint64_t)interval - today;
	}
	return wait > (EXEC_FOREVER - now) / FX_NS_PER_100NS ? EXEC_FOREVER
							     : now + wait * FX_NS_PER_100NS;
}

/* --- calendar: days are counted from 1601-01-01, a Monday, the first day of a 400-year cycle ---
 */

static bool is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in_month(int year, int month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[month - 1] + (month == 2 && is_leap(year));
}

static LONGLONG days_before_year(int year)
{
	LONGLONG years = year - 1601;

	return years * 365 + years / 4 - years / 100 + years / 400;
}

/* The year that a day falls in, and the day's number in it. */
static int year_of_day(LONGLONG *day)
{
	int year = 1601 + (int)(*day / 366); /* at most so late: go on from here */

	while (days_before_year(year + 1) <= *day)
		year++;
	*day -= days_before_year(year);
	return year;
}

UW_EXPORT VOID RtlTimeToTimeFields(PLARGE_INTEGER Time, PTIME_FIELDS TimeFields)
{
	LONGLONG seconds = Time->QuadPart / SECOND_100NS, day = seconds / DAY_SECONDS;
	int year, month = 1;

	TimeFields->Weekday = (CSHORT)((day + 1) % 7);
	year = year_of_day(&day);
	for (; day >= days_in_month(year, month); month++)
		day -= days_in_month(year, month);
	seconds %= DAY_SECONDS;
	TimeFields->Year = (CSHORT)year;
	TimeFields->Month = (CSHORT)month;
	TimeFields->Day = (CSHORT)(day + 1);
	TimeFields->Hour = (CSHORT)(seconds / 3600);
	TimeFields->Minute = (CSHORT)(seconds / 60 % 60);
	TimeFields->Second = (CSHORT)(seconds % 60);
	TimeFields->Milliseconds = (CSHORT)(Time->QuadPart % SECOND_100NS / MS_100NS);
}

static bool is_date(const TIME_FIELDS *f)
{
	return f->Year >= 1601 && f->Year <= LAST_YEAR && f->Month >= 1 && f->Month <= 12 &&
	       f->Day >= 1 && f->Day <= days_in_month(f->Year, f->Month);
}

static bool is_time(const TIME_FIELDS *f)
{
	return f->Hour >= 0 && f->Hour <= 23 && f->Minute >= 0 && f->Minute <= 59 &&
	       f->Second >= 0 && f->Second <= 59 && f->Milliseconds >= 0 && f->Milliseconds <= 999;
}

UW_EXPORT BOOLEAN RtlTimeFieldsToTime(PTIME_FIELDS TimeFields, PLARGE_INTEGER Time)
{
	const TIME_FIELDS *f = TimeFields;
	LONGLONG day, seconds;

	if (!is_date(f) || !is_time(f))
		return FALSE;
	day = days_before_year(f->Year) + f->Day - 1;
	for (int month = 1; month < f->Month; month++)
		day += days_in_month(f->Year, month);
	seconds = ((day * 24 + f->Hour) * 60 + f->Minute) * 60 + f->Second;
	Time->QuadPart = seconds * SECOND_100NS + f->Milliseconds * MS_100NS;
	return TRUE;
}

/* Windows uses today's offset for every date, and so do we. */
static LONGLONG zone_100ns(void)
{
	time_t now = (time_t)((LONGLONG)exec_system_time_100ns() / SECOND_100NS - SECONDS_TO_1970);
	struct tm local;

	if (!localtime_r(&now, &local))
		return 0;
	return local.tm_gmtoff * SECOND_100NS;
}

UW_EXPORT VOID ExSystemTimeToLocalTime(PLARGE_INTEGER SystemTime, PLARGE_INTEGER LocalTime)
{
	LocalTime->QuadPart = SystemTime->QuadPart + zone_100ns();
}

UW_EXPORT VOID ExLocalTimeToSystemTime(PLARGE_INTEGER LocalTime, PLARGE_INTEGER SystemTime)
{
	SystemTime->QuadPart = LocalTime->QuadPart - zone_100ns();
}
