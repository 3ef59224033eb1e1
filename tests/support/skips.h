/* SPDX-License-Identifier: MIT */
/*
 * skips.h - a cmocka test that cannot run here: skip_and_say() in it, and the program ends with
 * what skips_status() makes of the group's result. cmocka's skip() alone would pass for a success.
 */
#ifndef TEST_SKIPS_H
#define TEST_SKIPS_H

#include <stdbool.h>

#define SKIPS_STATUS 77 /* run-tests, where nothing is optional, takes it for a failure */

static bool skips_seen;

#define skip_and_say(why)                                                                          \
	do {                                                                                       \
		print_message("cannot run here: %s\n", why);                                       \
		skips_seen = true;                                                                 \
		skip();                                                                            \
	} while (0)

static inline int skips_status(int failed)
{
	return failed ? failed : skips_seen ? SKIPS_STATUS : 0;
}

#endif
