/* SPDX-License-Identifier: MIT */
/*
 * intx_line.h - a level-triggered pin as an eventfd: signalled once, then masked until unmasked.
 *
 * For back ends that see the pin themselves; the caller's lock guards it.
 */
#ifndef VFIO_INTX_LINE_H
#define VFIO_INTX_LINE_H

#include <stdbool.h>
#include <stdint.h>

struct intx_line {
	int eventfd;    /* borrowed; -1: none */
	bool connected; /* somebody wants to know */
	bool level;     /* what the device asserts */
	bool masked;    /* signalled, and not unmasked since */
	uint64_t signals;
};

/* Masked until the first intx_line_set_masked(line, false). */
void intx_line_connect(struct intx_line *line, int eventfd);
void intx_line_disconnect(struct intx_line *line);
/* Signals when the line is up, connected and not masked; call it after any change. */
void intx_line_settle(struct intx_line *line);
void intx_line_set_level(struct intx_line *line, bool level);
void intx_line_set_masked(struct intx_line *line, bool masked);
/* Add @count to an eventfd as a device would: a sweep of failing system calls does not hit it. */
void intx_signal(int eventfd, uint64_t count);

#endif
