/* SPDX-License-Identifier: MIT */
/* callback.h - does a driver's callback return as it was entered: level and critical region? */
#ifndef FX_CALLBACK_H
#define FX_CALLBACK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "object/irql.h"

struct fx_driver;

struct fx_callback_entry {
	KIRQL level;
	uint32_t regions;
};

static inline struct fx_callback_entry fx_callback_enter(void)
{
	return (struct fx_callback_entry){ .level = fx_irql_get(), .regions = fx_critical_regions };
}

static inline bool fx_callback_is_same(struct fx_callback_entry entry)
{
	return entry.level == fx_irql_get() && entry.regions == fx_critical_regions;
}

/* Rules 22 and 23; the level is as it was when this returns. @name: "EvtDeviceD0Entry". */
void fx_callback_changed(struct fx_driver *driver, struct fx_callback_entry entry,
			 const char *name) UW_COLD;

static inline void fx_callback_leave(struct fx_driver *driver, struct fx_callback_entry entry,
				     const char *name)
{
	if (uw_unlikely(!fx_callback_is_same(entry)))
		fx_callback_changed(driver, entry, name);
}

#endif
