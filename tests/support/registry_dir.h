/* SPDX-License-Identifier: MIT */
/* registry_dir.h - a registry of the test's own, in a directory that goes with it. */
#ifndef TEST_REGISTRY_DIR_H
#define TEST_REGISTRY_DIR_H

#include "uw_test.h"

#include <stdio.h>
#include <string.h>

static char test_registry_dir[40], test_registry_path[64];

static inline UW_UNUSED void test_registry_begin(void)
{
	/* without a disk to wait for where there is such a place */
	snprintf(test_registry_dir, sizeof(test_registry_dir), "%s/uwdf-registry-XXXXXX",
		 access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	assert_non_null(mkdtemp(test_registry_dir));
	snprintf(test_registry_path, sizeof(test_registry_path), "%s/registry.db",
		 test_registry_dir);
	setenv("UWDF_REGISTRY", test_registry_path, 1);
}

static inline UW_UNUSED void test_registry_end(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", test_registry_dir);
	assert_int_equal(system(command), 0);
}

#endif
