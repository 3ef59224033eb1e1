/* SPDX-License-Identifier: MIT */
/*
 * callback.h - does a driver's callback return as it was entered: level, critical region, locks?
 */
#ifndef FX_CALLBACK_H
#define FX_CALLBACK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "object/irql.h"
#include "verifier/lock_watch.h"

struct fx_driver;

struct fx_callback_entry {
	union fx_stance was;
};

/* Where a callback begins, for reports. */
#define FX_CODE(callback) ((uintptr_t)(callback))

static inline struct fx_callback_entry fx_callback_enter(void)
{
	return (struct fx_callback_entry){ .was = fx_stance };
}

static inline bool fx_callback_is_same(struct fx_callback_entry entry)
{
	return entry.was.all == fx_stance.all;
}

/* Rules 22 and 23, or a lock that is still held; the level is as it was when this returns.
 * @name: "EvtDeviceD0Entry". @code: FX_CODE() of it. */
void fx_callback_changed(struct fx_driver *driver, struct fx_callback_entry entry, const char *name,
			 uintptr_t code) UW_COLD;

static inline void fx_callback_leave(struct fx_driver *driver, struct fx_callback_entry entry,
				     const char *name, uintptr_t code)
{
	if (uw_unlikely(!fx_callback_is_same(entry)))
		fx_callback_changed(driver, entry, name, code);
}

/* A call of a driver's callback, and a look at how it returned; its value. */
#define FX_CALL(driver, name, callback, ...)                                                       \
	({                                                                                         \
		struct fx_callback_entry fx_call_entry = fx_callback_enter();                      \
		__auto_type fx_call_value = (callback)(__VA_ARGS__);                               \
                                                                                                   \
		fx_callback_leave(driver, fx_call_entry, name, FX_CODE(callback));                 \
		fx_call_value;                                                                     \
	})
/* The same of one that returns nothing. */
#define FX_CALL_VOID(driver, name, callback, ...)                                                  \
	do {                                                                                       \
		struct fx_callback_entry fx_call_entry = fx_callback_enter();                      \
                                                                                                   \
		(callback)(__VA_ARGS__);                                                           \
		fx_callback_leave(driver, fx_call_entry, name, FX_CODE(callback));                 \
	} while (0)

#endif
