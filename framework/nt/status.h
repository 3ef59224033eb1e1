/* SPDX-License-Identifier: MIT */
/* status.h - NTSTATUS for people, and the one crossing from errno to NTSTATUS. */
#ifndef FX_STATUS_H
#define FX_STATUS_H

#include "wdf.h"

struct fx_status_text {
	char text[64]; /* "STATUS_UNSUCCESSFUL (0xc0000001)" */
};
struct fx_status_text fx_status_text(NTSTATUS status);

/* 0 or -errno of a lower layer as a status. */
NTSTATUS fx_status(int err);
/* The same for what the file system said of a file. */
NTSTATUS fx_status_of_file(int err);

#endif
