/* SPDX-License-Identifier: MIT */
#include "object/trouble.h"

#include "base/log.h"
#include "object/driver.h"

static _Thread_local struct fx_trouble *collecting; /* NULL: into the log */

static void tell(const struct fx_trouble *trouble)
{
	const struct report *why = &trouble->why;

	if (trouble->driver)
		log_warn("driver", "driver %s: %s%s%s", fx_driver_name(trouble->driver), why->text,
			 why->hint[0] ? "; " : "", why->hint);
}

void fx_trouble_collect(struct fx_trouble *into)
{
	collecting = into;
	if (into)
		*into = (struct fx_trouble){ .driver = NULL };
}

void fx_trouble_note(struct fx_driver *driver, NTSTATUS status, const struct report *why)
{
	struct fx_trouble trouble = { .driver = driver, .status = status, .why = *why };

	if (!collecting) {
		tell(&trouble);
		return;
	}
	tell(collecting); /* it went on after that one */
	*collecting = trouble;
}

bool fx_trouble_explains(const struct fx_trouble *trouble, NTSTATUS status)
{
	if (trouble->driver && trouble->status == status)
		return true;
	tell(trouble);
	return false;
}
