/* SPDX-License-Identifier: MIT */
/* debug_info.h - what a debugger would say of an address of this process; libdw, if it is there. */
#ifndef FX_DEBUG_INFO_H
#define FX_DEBUG_INFO_H

#include <stdbool.h>

struct fx_debug_info {
	char function[64]; /* "" unknown, as the rest */
	char file[160];
	int line;
	bool framework; /* compiled as part of the framework */
};

/*
 * To ask for several addresses, in the thread that opened it; opening takes milliseconds. NULL:
 * there is nothing to ask.
 */
struct fx_debug_book;
struct fx_debug_book *fx_debug_book_open(void);
void fx_debug_book_close(struct fx_debug_book *book); /* NULL is fine */

/*
 * @address: of code; a return address minus one. Code that a Wdf function of a header was inlined
 * into is described, not that function. False: nothing is known. @book may be NULL.
 */
bool fx_debug_info_of(struct fx_debug_book *book, const void *address, struct fx_debug_info *out);

#endif
