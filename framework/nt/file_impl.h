/* SPDX-License-Identifier: MIT */
/* file_impl.h - what is behind the handle of a file. */
#ifndef FX_FILE_IMPL_H
#define FX_FILE_IMPL_H

#include "nt/handle.h"

struct nt_file {
	struct nt_object base;
	int fd;            /* owned */
	bool has_position; /* opened for synchronous use */
	int64_t position;  /* atomic; who uses one file in two threads orders them himself */
};

#endif
