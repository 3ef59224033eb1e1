/* SPDX-License-Identifier: MIT */
/* initguid.h - from here on DEFINE_GUID defines its GUID instead of declaring it. */
#ifndef UWDF_INITGUID_H
#define UWDF_INITGUID_H
#ifndef INITGUID
#define INITGUID
#endif
#include <guiddef.h>
#endif
