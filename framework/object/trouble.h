/* SPDX-License-Identifier: MIT */
/*
 * trouble.h - why a DDI failed, kept for the message of the callback that fails because of it.
 *
 * A DDI tells its driver a status only. What a person needs to know goes from the DDI to whoever
 * called the driver's callback, in the same thread, so that one message says all of it.
 */
#ifndef FX_TROUBLE_H
#define FX_TROUBLE_H

#include <stdbool.h>

#include "base/report.h"
#include "wdf.h"

struct fx_driver;

struct fx_trouble {
	struct fx_driver *driver; /* borrowed; NULL: there was none */
	NTSTATUS status;          /* what the DDI returned */
	struct report why;
};

/* Until NULL follows, DDIs that fail in this thread say why in @into, which is cleared; the last
 * one stays. Elsewhere they say it in the log. */
void fx_trouble_collect(struct fx_trouble *into);
/* A DDI of @driver is about to return @status because of @why. */
void fx_trouble_note(struct fx_driver *driver, NTSTATUS status, const struct report *why);
/* The callback returned @status: because of @trouble? What it was not because of, is logged. */
bool fx_trouble_explains(const struct fx_trouble *trouble, NTSTATUS status);

#endif
