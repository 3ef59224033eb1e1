/* SPDX-License-Identifier: MIT */
/* basetsd.h - types of a width: INT8 to UINT64, LONG_PTR, ULONG_PTR; all are in ntdef.h. */
#ifndef UWDF_BASETSD_H
#define UWDF_BASETSD_H
#include <ntdef.h>
#endif
