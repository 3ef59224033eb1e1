/* SPDX-License-Identifier: MIT */
/* security.h - SDDL: who may open a device, in Windows' words. */
#ifndef FX_SECURITY_H
#define FX_SECURITY_H

#include "base/compiler.h"
#include "uwdf/access.h"
#include "wdf.h"

struct fx_security {
	bool given; /* else: administrators */
	uint8_t count;
	struct uwdf_access entries[UWDF_ACCESS_ENTRIES];
};

/*
 * "D:P(A;;GA;;;SY)(A;;GR;;;WD)": the part of SDDL that IoCreateDeviceSecure() takes, a DACL.
 * STATUS_INVALID_PARAMETER no DACL; STATUS_INVALID_ACL an entry that cannot be read, or more than
 * UWDF_ACCESS_ENTRIES; STATUS_INVALID_SID nobody is called so. @out is untouched then.
 */
NTSTATUS fx_security_parse(const UNICODE_STRING *sddl, struct fx_security *out) UW_MUST_CHECK;

#endif
