/* SPDX-License-Identifier: MIT */
/* many_fast.h - reads or writes of a burst that the driver takes in one callback. Owner loop. */
#ifndef FX_MANY_FAST_H
#define FX_MANY_FAST_H

#include "room.h"

/* Of a burst on its way to the driver, whose callback is entered. */
struct many {
	struct fx_io *io;
	struct fx_file *file;
	struct fx_callback_entry *entry;
	struct fx_packet *const **turn;
};

/*
 * Those at the front that are of @kind and have nothing to them. @return the first that is not, or
 * that has to go alone.
 */
struct fx_packet *const *many_present(const struct many *many, struct fx_packet *const *packets,
				      struct fx_packet *const *end, enum fx_request_kind kind);

#endif
