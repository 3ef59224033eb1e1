/* SPDX-License-Identifier: MIT */
/* devioctl.h - CTL_CODE and what goes into it; everything is in wdm.h. */
#ifndef UWDF_DEVIOCTL_H
#define UWDF_DEVIOCTL_H
#include <wdm.h>
#endif
