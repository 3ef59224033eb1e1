/* SPDX-License-Identifier: MIT */
/*
 * echo_pauses.h - included before the echo driver's sources when they are built for simulation: at
 * each of these calls another thread may run first, or right after. The test program defines
 * echo_pause(), and echo_timer_starts(), which learns when the timer will be due.
 */
#ifndef ECHO_PAUSES_H
#define ECHO_PAUSES_H

#include <wdf.h>

void echo_pause(void);
void echo_timer_starts(void);

#define ECHO_PAUSING(type, call)                                                                   \
	({                                                                                         \
		type echo_result;                                                                  \
		echo_pause();                                                                      \
		echo_result = call;                                                                \
		echo_pause();                                                                      \
		echo_result;                                                                       \
	})
#define ECHO_PAUSING_VOID(call)                                                                    \
	do {                                                                                       \
		echo_pause();                                                                      \
		call;                                                                              \
		echo_pause();                                                                      \
	} while (0)

#define WdfRequestMarkCancelableEx(r, fn)                                                          \
	ECHO_PAUSING(NTSTATUS, (WdfRequestMarkCancelableEx)(r, fn))
#define WdfRequestUnmarkCancelable(r)   ECHO_PAUSING(NTSTATUS, (WdfRequestUnmarkCancelable)(r))
#define WdfRequestStopAcknowledge(r, q) ECHO_PAUSING_VOID((WdfRequestStopAcknowledge)(r, q))
#define WdfRequestComplete(r, s)        ECHO_PAUSING_VOID((WdfRequestComplete)(r, s))
#define WdfRequestCompleteWithInformation(r, s, i)                                                 \
	ECHO_PAUSING_VOID((WdfRequestCompleteWithInformation)(r, s, i))
#define WdfRequestGetIoQueue(r)    ECHO_PAUSING(WDFQUEUE, (WdfRequestGetIoQueue)(r))
#define WdfTimerStart(t, due)      ECHO_PAUSING(BOOLEAN, (echo_timer_starts(), (WdfTimerStart)(t, due)))
#define WdfTimerStop(t, wait)      ECHO_PAUSING(BOOLEAN, (WdfTimerStop)(t, wait))
#define WdfTimerGetParentObject(t) ECHO_PAUSING(WDFOBJECT, (WdfTimerGetParentObject)(t))

#endif
