/* SPDX-License-Identifier: MIT */
/*
 * shown.h - the devices of this process that its drivers can open by name, and what becomes of
 * those that did when one of them goes.
 *
 * A PnP device is in the list from its start to its removal, a control device as long as its object
 * is there. What clients of other processes may open is the program's affair, not this list's.
 */
#ifndef FX_SHOWN_H
#define FX_SHOWN_H

#include "base/report.h"
#include "pnp/host_impl.h"

void fx_shown_init(struct uwdf_device *host);
void fx_shown_add(struct uwdf_device *host);
/* Nobody finds it any more; once this returns, nobody is looking at it. Once more is harmless. */
void fx_shown_remove(struct uwdf_device *host);

/* Does @rep say whose target refuses? Control thread, as what follows. -ECANCELED: one does. */
int fx_shown_query_remove(struct uwdf_device *host, struct report *rep);
/* It goes: whoever was not asked is asked now, but a refusal is only written down. */
void fx_shown_ask_late(struct uwdf_device *host);

/*
 * The handles of this process and the targets that have a device of @driver open: up to @max from
 * @holds on; returns how many there are. Any thread.
 */
size_t fx_shown_holds(const struct fx_driver *driver, struct uwdf_hold *holds, size_t max);
/* Those of one device, which cannot go meanwhile. */
size_t fx_shown_holds_of(struct uwdf_device *host, struct uwdf_hold *holds, size_t max);

#endif
