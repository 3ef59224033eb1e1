/* SPDX-License-Identifier: MIT */
/*
 * driver_setting.h - the values of a driver's Parameters\Wdf registry key; support/ reads them.
 *
 * A registry that cannot be read is said in the log once, and every value then is one that is not
 * there: it never keeps a driver from loading.
 */
#ifndef FX_DRIVER_SETTING_H
#define FX_DRIVER_SETTING_H

#include <stdbool.h>
#include <stddef.h>

#include "wdf.h"

struct fx_driver;

/* Control thread. @otherwise: where there is no such value, or none of type REG_DWORD. */
ULONG fx_driver_setting_ulong(struct fx_driver *driver, const char *name, ULONG otherwise);
/* A REG_MULTI_SZ as "ONE:TWO"; false: there is none, or it is too long. */
bool fx_driver_setting_names(struct fx_driver *driver, const char *name, char *out, size_t len);
/* Around several: the registry's file stays open in between. */
void fx_driver_settings_begin(void);
void fx_driver_settings_end(void);

#endif
