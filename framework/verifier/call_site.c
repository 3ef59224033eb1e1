/* SPDX-License-Identifier: MIT */
#include "verifier/call_site.h"

#include <dlfcn.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unwind.h>

#include "verifier/debug_info.h"

/* --- an image's code --- */

struct search {
	uintptr_t address;
	uintptr_t text, end;
};

static int look_at(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct search *search = arg;
	uintptr_t text = UINTPTR_MAX, end = 0;
	bool inside = false;

	(void)size;
	for (unsigned int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *ph = &info->dlpi_phdr[i];
		uintptr_t first = info->dlpi_addr + ph->p_vaddr;

		if (ph->p_type != PT_LOAD)
			continue;
		inside |= search->address - first < ph->p_memsz;
		if (!(ph->p_flags & PF_X))
			continue;
		text = first < text ? first : text;
		end = first + ph->p_memsz > end ? first + ph->p_memsz : end;
	}
	if (!inside)
		return 0;
	search->text = text;
	search->end = end;
	return 1;
}

void fx_call_site_find_text(const void *address, const void **out_text, const void **out_end)
{
	struct search search = { .address = (uintptr_t)address };

	(void)dl_iterate_phdr(look_at, &search);
	*out_text = (const void *)search.text;
	*out_end = (const void *)search.end;
}

/* --- the stack --- */

struct walk {
	const void *text, *end;
	struct fx_call_site *site;
	unsigned int count;
};

static _Unwind_Reason_Code step(struct _Unwind_Context *context, void *arg)
{
	struct walk *walk = arg;
	const void *at = (const void *)(uintptr_t)_Unwind_GetIP(context);

	if (!walk->text || (at >= walk->text && at < walk->end))
		walk->site->frames[walk->count++] = at;
	else if (walk->count) /* each further frame costs a microsecond, and says less */
		return _URC_END_OF_STACK;
	return walk->count < FX_CALL_SITE_DEPTH ? _URC_NO_REASON : _URC_END_OF_STACK;
}

void fx_call_site_here(const void *text, const void *end, struct fx_call_site *out)
{
	struct walk walk = { .text = text, .end = end, .site = out };

	memset(out, 0, sizeof(*out));
	(void)_Unwind_Backtrace(step, &walk);
}

/* --- words --- */

/* "name.so+0x1234", or the bare address. */
static void put_offset(const void *address, char *out, size_t len)
{
	const char *name;
	Dl_info info;

	if (!dladdr(address, &info) || !info.dli_fname) {
		(void)snprintf(out, len, "%p", address);
		return;
	}
	name = strrchr(info.dli_fname, '/');
	(void)snprintf(out, len, "%s+0x%zx", name ? name + 1 : info.dli_fname,
		       (size_t)((uintptr_t)address - (uintptr_t)info.dli_fbase));
}

/* The dynamic symbol that @address is in; "" if there is none. */
static void put_symbol(const void *address, char *out, size_t len)
{
	Dl_info info;

	if (dladdr(address, &info) && info.dli_sname)
		(void)snprintf(out, len, "%s+0x%zx ", info.dli_sname,
			       (size_t)((uintptr_t)address - (uintptr_t)info.dli_saddr));
}

static void put(const void *address, const struct fx_debug_info *info, char *out, size_t len)
{
	char where[96], what[272] = "";

	put_offset(address, where, sizeof(where));
	if (info->line)
		(void)snprintf(what, sizeof(what), "%s at %s:%d ", info->function, info->file,
			       info->line);
	else if (info->function[0])
		(void)snprintf(what, sizeof(what), "%s ", info->function);
	else
		put_symbol(address, what, sizeof(what));
	(void)snprintf(out, len, what[0] ? "%s(%s)" : "%s%s", what, where);
}

void fx_call_site_describe(const void *address, char *out, size_t len)
{
	struct fx_debug_book *book = fx_debug_book_open();
	struct fx_debug_info info;

	(void)fx_debug_info_of(book, address, &info);
	put(address, &info, out, len);
	fx_debug_book_close(book);
}

void fx_call_site_text(const struct fx_call_site *site, char *out, size_t len)
{
	struct fx_debug_book *book = fx_debug_book_open();
	struct fx_debug_info info;

	(void)snprintf(out, len, "the framework");
	for (unsigned int i = 0; i < FX_CALL_SITE_DEPTH && site->frames[i]; i++) {
		/* the call is the instruction before the return address */
		const void *at = (const char *)site->frames[i] - 1;

		if (fx_debug_info_of(book, at, &info) &&
		    (info.framework || !strncmp(info.function, "Wdf", 3)))
			continue;
		put(at, &info, out, len);
		break;
	}
	fx_debug_book_close(book);
}
