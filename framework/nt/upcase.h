/* SPDX-License-Identifier: MIT */
/* upcase.h - the capital letter of one UTF-16 unit, as comparisons that ignore case use it. */
#ifndef FX_UPCASE_H
#define FX_UPCASE_H

#include <ntdef.h>

/* Any level. @c itself where it has no capital letter of one unit. */
WCHAR fx_upcase(WCHAR c);

#endif
