/* SPDX-License-Identifier: MIT */
/* debug_info_none.c - where libdw's headers are missing: reports name symbols and offsets. */
#include "verifier/debug_info.h"

#include <string.h>

struct fx_debug_book *fx_debug_book_open(void)
{
	return NULL;
}

void fx_debug_book_close(struct fx_debug_book *book)
{
	(void)book;
}

bool fx_debug_info_of(struct fx_debug_book *book, const void *address, struct fx_debug_info *out)
{
	(void)book;
	(void)address;
	memset(out, 0, sizeof(*out));
	return false;
}
