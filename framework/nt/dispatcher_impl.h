/* SPDX-License-Identifier: MIT */
/* dispatcher_impl.h - what events, semaphores and mutexes have in common. */
#ifndef FX_DISPATCHER_IMPL_H
#define FX_DISPATCHER_IMPL_H

#include <stdbool.h>

#include "base/compiler.h"
#include "wdm.h"

/* DISPATCHER_HEADER.Type; far from zero, so that memory which was not initialised is noticed. */
enum fx_dispatcher_type {
	FX_DISPATCHER_NOTIFICATION_EVENT = 0xd0,
	FX_DISPATCHER_SYNCHRONIZATION_EVENT,
	FX_DISPATCHER_SEMAPHORE,
	FX_DISPATCHER_MUTEX,
};

void fx_dispatcher_lock(void);
void fx_dispatcher_unlock(void);
/* The object became signaled: satisfy what waits for it, oldest first. Lock held. */
void fx_dispatcher_signaled(DISPATCHER_HEADER *header);
/* Stops in the verifier unless @object's type is @first to @last. */
void fx_dispatcher_check(const void *object, UCHAR first, UCHAR last, const char *function);

/* Windows stops here; that is no rule of KMDF, so it is always said. False: above @max. */
bool fx_nt_level_ok(const char *function, KIRQL max);

#endif
