/* SPDX-License-Identifier: MIT */
/*
 * wake.h - what ends a host: a signal, a client's STOP, the device itself. All may come from
 * anywhere; the main thread waits for the first.
 */
#ifndef HOST_WAKE_H
#define HOST_WAKE_H

#include <stdbool.h>

#include "base/compiler.h"

enum wake_reason { WAKE_NONE, WAKE_SIGNAL, WAKE_STOP, WAKE_LEAVE };

/* Once; from here SIGINT and SIGTERM are noted, and a second one ends the process at once. */
int wake_init(void) UW_MUST_CHECK;
/* Any thread: note @reason, unless one was noted before. @why: for WAKE_LEAVE, copied. */
void wake_note(enum wake_reason reason, const char *why);
enum wake_reason wake_wait(void);
const char *wake_why(void); /* after wake_wait() */
/* If the process has not ended by itself @seconds from now, say @what and end it. */
void wake_watchdog(unsigned int seconds, const char *what);

#endif
