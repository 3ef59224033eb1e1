/* SPDX-License-Identifier: MIT */
/* events.h - the events of a handle that were not told yet, in their order. */
#ifndef CLIENT_EVENTS_H
#define CLIENT_EVENTS_H

#include <stdint.h>
#include <string.h>

#include "uwdf/client.h"

#define EVENTS_MOST 8u /* the oldest give way */

struct events {
	uint8_t kinds[EVENTS_MOST]; /* enum uwdf_event */
	uint32_t count;
};

/* The first that was not taken; 0: none. */
static inline enum uwdf_event events_take(struct events *events)
{
	uint8_t event = events->kinds[0];

	if (!events->count)
		return 0;
	memmove(events->kinds, events->kinds + 1, --events->count);
	return event;
}

static inline void events_put(struct events *events, enum uwdf_event event)
{
	if (events->count == EVENTS_MOST)
		(void)events_take(events);
	events->kinds[events->count++] = (uint8_t)event;
}

#endif
