/* SPDX-License-Identifier: MIT */
/* program_dir.h - what lies beside the program: drivers, and the programs it hands over to. */
#ifndef HOST_PROGRAM_DIR_H
#define HOST_PROGRAM_DIR_H

#include <stddef.h>

#include "base/report.h"

/* Directory of the running program; -errno. */
int program_dir(char *buf, size_t len) UW_MUST_CHECK;
/*
 * A driver's file: @driver as it is if it has a slash; else NAME or NAME.so in UWDF_DRIVER_PATH,
 * beside the program, in the installed place, and here. -ENOENT: @rep lists where it was looked
 * for.
 */
int program_find_driver(const char *driver, struct report *rep, char *buf,
			size_t len) UW_MUST_CHECK;

#endif
