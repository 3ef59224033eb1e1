/* SPDX-License-Identifier: MIT */
/* spinlock.h - WDFSPINLOCK. */
#ifndef FX_SPINLOCK_H
#define FX_SPINLOCK_H

#include "object/object.h"
#include "verifier/lock_watch.h"

struct fx_spinlock {
	struct fx_object base;
	struct spin_lock lock;
	KIRQL level_before; /* guarded by lock: the holder's level, to go back to */
	bool is_interrupt;  /* given to a WDFINTERRUPT: the driver may not take it itself */
	struct fx_lock_watch *watch; /* owned; NULL: the verifier is off */
};

static inline struct fx_spinlock *fx_spinlock_from_handle(struct fx_driver *driver,
							  WDFSPINLOCK handle)
{
	return uw_container_of(fx_object_from_handle(driver, handle, FX_TYPE_SPINLOCK),
			       struct fx_spinlock, base);
}

#endif
