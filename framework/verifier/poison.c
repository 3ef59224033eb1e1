/* SPDX-License-Identifier: MIT */
#include "verifier/poison.h"

#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define POISON(address, len)   ASAN_POISON_MEMORY_REGION(address, len)
#define UNPOISON(address, len) ASAN_UNPOISON_MEMORY_REGION(address, len)
#else
#define POISON(address, len)
#define UNPOISON(address, len)
#endif

#define POISON_BYTE 0xdd

void fx_poison(void *bytes, size_t len)
{
	memset(bytes, POISON_BYTE, len);
	POISON(bytes, len);
}

bool fx_unpoison(void *bytes, size_t len)
{
	const unsigned char *at = bytes;

	UNPOISON(bytes, len);
	for (size_t i = 0; i < len; i++) {
		if (at[i] != POISON_BYTE)
			return false;
	}
	return true;
}
