/* SPDX-License-Identifier: MIT */
/* sealed.h - memory that two processes have, and that neither can cut off under the other. */
#ifndef BASE_SEALED_H
#define BASE_SEALED_H

#include <stdint.h>

#include "base/compiler.h"

/*
 * @len bytes, zeroed, mapped at *out (sys_munmap() it), behind a memfd sealed against resizing,
 * which is the caller's and may be closed at any time. 0 or -errno.
 */
int sealed_memory_new(uint64_t len, void **out, int *out_fd) UW_MUST_CHECK;

#endif
