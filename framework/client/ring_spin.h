/* SPDX-License-Identifier: MIT */
/* ring_spin.h - how long either side of a ring may spin before it sleeps. */
#ifndef CLIENT_RING_SPIN_H
#define CLIENT_RING_SPIN_H

#include <stdint.h>

/* $UWDF_SPIN_US, at most a second; else the standard of base/spin.h. */
uint64_t ring_spin_ns(void);

#endif
