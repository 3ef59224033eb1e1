/* SPDX-License-Identifier: MIT */
/*
 * wake.h - what ends a host: a signal, a client's STOP, the device itself. All may come from
 * anywhere; the main thread waits for them. STOP alone can be taken back: by the driver. CHANGE
 * ends nothing: control devices came or went.
 */
#ifndef HOST_WAKE_H
#define HOST_WAKE_H

#include <stdbool.h>

#include "base/compiler.h"

enum wake_reason { WAKE_NONE, WAKE_SIGNAL, WAKE_LEAVE, WAKE_FORCE, WAKE_STOP, WAKE_CHANGE };

/* Once; from here SIGINT and SIGTERM are noted, and a second one ends the process at once. */
int wake_init(void) UW_MUST_CHECK;
/* Any thread. @why: for WAKE_LEAVE, copied; the first counts. */
void wake_note(enum wake_reason reason, const char *why);
/* Of several, the first in the order of the enum. */
enum wake_reason wake_wait(void);
void wake_taken(enum wake_reason reason); /* it may be noted again: look at what it is about now */
const char *wake_why(void);               /* after wake_wait() */
/*
 * The driver is asked about a STOP, which is forgotten: it may have to be noted anew. Should there
 * be another reason to end, the driver has @seconds from then, as if by wake_watchdog().
 */
void wake_asking(unsigned int seconds, const char *what);
void wake_asked(void);
/* If the process has not ended by itself @seconds from now, say @what and end it. */
void wake_watchdog(unsigned int seconds, const char *what);

#endif
