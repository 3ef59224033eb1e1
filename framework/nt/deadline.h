/* SPDX-License-Identifier: MIT */
/* deadline.h - NT's time-outs. */
#ifndef FX_DEADLINE_H
#define FX_DEADLINE_H

#include <stdint.h>

#include "wdm.h"

#define FX_NS_PER_100NS 100u

/* @interval: negative: relative, else absolute system time; 100 ns units. On exec's clock. */
uint64_t fx_deadline_of(LONGLONG interval);

#endif
