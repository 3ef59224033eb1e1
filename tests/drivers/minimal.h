/* SPDX-License-Identifier: MIT */
/* minimal.h - what minimal.c lets a test see. */
#ifndef MINIMAL_H
#define MINIMAL_H

struct minimal_state {
	unsigned int entries, devices, unloads, cleanups;
	unsigned int confused; /* somebody else's handle or globals were seen */
	void *driver, *globals;
};

#endif
