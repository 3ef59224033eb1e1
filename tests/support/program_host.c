/* SPDX-License-Identifier: MIT */
#include "program_host.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "uw_test.h"

char run_dir[64];
struct program host, tool;

int make_run_dir(void **state)
{
	(void)state;
	snprintf(run_dir, sizeof(run_dir), "/tmp/uwdf-program-XXXXXX");
	assert_non_null(mkdtemp(run_dir));
	setenv("UWDF_RUNTIME_DIR", run_dir, 1);
	setenv("UWDF_DRIVER_PATH", UWDF_TEST_BIN "/drivers", 1);
	return 0;
}

int remove_run_dir(void **state)
{
	struct dirent *entry;
	DIR *dir = opendir(run_dir);

	(void)state;
	assert_non_null(dir);
	while ((entry = readdir(dir))) /* NOLINT(concurrency-mt-unsafe): one thread */
		if (strstr(entry->d_name, ".sock"))
			assert_int_equal(unlinkat(dirfd(dir), entry->d_name, 0), 0);
	closedir(dir);
	assert_int_equal(rmdir(run_dir), 0);
	return 0;
}

void start_host(const char *driver, const char *address)
{
	const char *argv[] = { "uwdf", "run", driver, "--device", address, NULL };

	program_start(&host, argv);
	program_await(&host, "is ready");
}
