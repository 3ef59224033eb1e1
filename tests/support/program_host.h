/* SPDX-License-Identifier: MIT */
/* program_host.h - a runtime directory of the test's own, a host that serves in it, and a tool. */
#ifndef TEST_PROGRAM_HOST_H
#define TEST_PROGRAM_HOST_H

#include "program.h"

extern char run_dir[64];          /* UWDF_RUNTIME_DIR while a test runs */
extern struct program host, tool; /* a "uwdf run"; whatever else a test runs */

/* cmocka's setup and teardown. Sockets of killed hosts may be left in the directory, no more. */
int make_run_dir(void **state);
int remove_run_dir(void **state);
/* "uwdf run @driver --device @address", until it is ready. */
void start_host(const char *driver, const char *address);

#endif
