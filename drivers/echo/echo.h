/* SPDX-License-Identifier: MIT */
/*
 * echo.h - what the driver keeps, and what the two ways of synchronization do differently.
 *
 * A read that waits is wanted by three: the timer, whose turn it is; the cancellation; the device's
 * stop. They come on different threads, and exactly one of them may complete it. automatic.c lets
 * the framework see to it that they never meet, manual.c uses a lock of its own.
 */
#ifndef ECHO_H
#define ECHO_H

#include <wdf.h>

/* The context of the queue. */
typedef struct echo {
	WDFMEMORY kept;   /* the last write; NULL: there was none. The queue's callbacks alone */
	ULONG delay_ms;   /* of the next read; set while others read it */
	WDFTIMER timer;   /* answers the read that waits */
	WDFREQUEST read;  /* which that is; NULL: none */
	ULONGLONG due;    /* when: interrupt time */
	WDFSPINLOCK lock; /* manual: around read */
} ECHO;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(ECHO, echo_of)

/* --- automatic.c or manual.c --- */

/* The queue's synchronization, before it is created, and its timer's. */
void echo_describe(PWDF_OBJECT_ATTRIBUTES queue, PWDF_TIMER_CONFIG timer);
NTSTATUS echo_furnish(WDFQUEUE queue); /* what else it needs */
/* @request waits from here on; STATUS_CANCELLED: it was cancelled before, and is the caller's. */
NTSTATUS echo_wait(ECHO *echo, WDFREQUEST request, PFN_WDF_REQUEST_CANCEL canceled);
#define ECHO_AT_ONCE (~0ULL) /* for echo_take(): whenever it is due */
/* The read that waits, if it was due at @now, for the caller to complete. NULL: there is none, or
 * somebody else completes it. */
WDFREQUEST echo_take(ECHO *echo, ULONGLONG now);
VOID echo_forget(ECHO *echo); /* for who completes it because it was cancelled */
/* The device's power goes, and @request waits on. */
VOID echo_wait_on(ECHO *echo, WDFREQUEST request);

/* --- echo.c --- */
VOID echo_start_timer(ECHO *echo);

#endif
