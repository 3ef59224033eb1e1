/* SPDX-License-Identifier: MIT */
/*
 * poison.h - memory that was freed and is kept aside: filled with one byte, so that a later write
 * is found; under AddressSanitizer any access is, at once.
 */
#ifndef FX_POISON_H
#define FX_POISON_H

#include <stdbool.h>
#include <stddef.h>

void fx_poison(void *bytes, size_t len);
/* Back to ordinary memory; false: it was written to meanwhile. */
bool fx_unpoison(void *bytes, size_t len);

#endif
