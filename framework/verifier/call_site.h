/* SPDX-License-Identifier: MIT */
/*
 * call_site.h - where in a driver a call came from: kept as addresses, which is cheap, and put into
 * words only when somebody has to read them.
 */
#ifndef FX_CALL_SITE_H
#define FX_CALL_SITE_H

#include <stddef.h>

#define FX_CALL_SITE_DEPTH 16

/* Return addresses in the driver's code, innermost first; NULL ends them. */
struct fx_call_site {
	const void *frames[FX_CALL_SITE_DEPTH];
};

/* The code of the image that @address belongs to. */
void fx_call_site_find_text(const void *address, const void **out_text, const void **out_end);

/* Of the calling thread: the innermost frames inside [text, end), up to the first that is outside
 * again; text NULL: all are taken. */
void fx_call_site_here(const void *text, const void *end, struct fx_call_site *out);

/*
 * "on_add at drivers/edu/edu.c:55 (edu.so+0x1a2b)", as much of it as is known. The first frame that
 * is the driver's own code, not the framework's and not a Wdf function inlined from a header.
 */
void fx_call_site_text(const struct fx_call_site *site, char *out, size_t len);
/* The same of one address: a callback, a return address. */
void fx_call_site_describe(const void *address, char *out, size_t len);

#endif
