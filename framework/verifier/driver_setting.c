/* SPDX-License-Identifier: MIT */
#include "verifier/driver_setting.h"

ULONG fx_driver_setting_ulong(struct fx_driver *driver, const char *name, ULONG otherwise)
{
	(void)driver;
	(void)name;
	return otherwise;
}

bool fx_driver_setting_names(struct fx_driver *driver, const char *name, char *out, size_t len)
{
	(void)driver;
	(void)name;
	(void)out;
	(void)len;
	return false;
}
