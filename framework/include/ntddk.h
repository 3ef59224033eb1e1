/* SPDX-License-Identifier: MIT */
/* ntddk.h - what older drivers include; everything is in wdm.h. */
#ifndef UWDF_NTDDK_H
#define UWDF_NTDDK_H
#include <wdm.h>
#endif
