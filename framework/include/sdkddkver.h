/* SPDX-License-Identifier: MIT */
/* sdkddkver.h - NTDDI_VERSION and its values; everything is in wdm.h. */
#ifndef UWDF_SDKDDKVER_H
#define UWDF_SDKDDKVER_H
#include <wdm.h>
#endif
