/* SPDX-License-Identifier: MIT */
/*
 * debug_info.c - the only file that knows libdw.
 *
 * It is looked for when something has to be said, not linked: a host that runs well never loads it,
 * and where it is not installed a report names symbols and offsets.
 */
#include "verifier/debug_info.h"

#include <dlfcn.h>
#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/sys.h"

#define FUNCTIONS(X)                                                                               \
	X(dwfl_begin)                                                                              \
	X(dwfl_end)                                                                                \
	X(dwfl_linux_proc_report)                                                                  \
	X(dwfl_report_end)                                                                         \
	X(dwfl_linux_proc_find_elf)                                                                \
	X(dwfl_addrmodule)                                                                         \
	X(dwfl_module_addrname)                                                                    \
	X(dwfl_module_addrdie)                                                                     \
	X(dwfl_module_nextcu)                                                                      \
	X(dwarf_haspc)                                                                             \
	X(dwarf_getsrc_die)                                                                        \
	X(dwarf_linesrc)                                                                           \
	X(dwarf_lineno)                                                                            \
	X(dwarf_getscopes_die)                                                                     \
	X(dwarf_getscopes)                                                                         \
	X(dwarf_diename)                                                                           \
	X(dwarf_tag)                                                                               \
	X(dwarf_attr)                                                                              \
	X(dwarf_attr_integrate)                                                                    \
	X(dwarf_formudata)                                                                         \
	X(dwarf_formstring)                                                                        \
	X(dwarf_getsrcfiles)                                                                       \
	X(dwarf_filesrc)

/* Several threads may have something to say at once; a book stays with its thread. */
static __thread struct {
/* NOLINTNEXTLINE(bugprone-macro-parentheses): it declares @name */
#define MEMBER(name) __typeof__(name) *name;
	FUNCTIONS(MEMBER)
#undef MEMBER
} dw;

static bool load(void)
{
	void *library = dlopen("libdw.so.1", RTLD_LAZY | RTLD_LOCAL);
	bool complete = library;

#define RESOLVE(name)                                                                              \
	if (complete) {                                                                            \
		*(void **)&dw.name = dlsym(library, #name);                                        \
		complete = dw.name;                                                                \
	}
	FUNCTIONS(RESOLVE)
#undef RESOLVE
	return complete;
}

/* Whatever is not in the image itself is not looked for: it could be a server far away. */
static int no_separate_file(Dwfl_Module *module, void **userdata, const char *name, Dwarf_Addr base,
			    const char *file, const char *link, GElf_Word crc, char **out)
{
	(void)module, (void)userdata, (void)name, (void)base;
	(void)file, (void)link, (void)crc, (void)out;
	return -1;
}

/* The interface's name for what is libdw's own. */
static struct fx_debug_book *as_book(Dwfl *dwfl)
{
	return (struct fx_debug_book *)(void *)dwfl;
}

struct fx_debug_book *fx_debug_book_open(void)
{
	static char *no_path; /* libdw wants a place for one */
	static __thread Dwfl_Callbacks callbacks;
	Dwfl *dwfl;

	if (!load())
		return NULL;
	callbacks.find_elf = dw.dwfl_linux_proc_find_elf;
	callbacks.find_debuginfo = no_separate_file;
	callbacks.debuginfo_path = &no_path;
	dwfl = dw.dwfl_begin(&callbacks);
	if (!dwfl)
		return NULL;
	if (dw.dwfl_linux_proc_report(dwfl, sys_getpid()) || dw.dwfl_report_end(dwfl, NULL, NULL)) {
		dw.dwfl_end(dwfl);
		return NULL;
	}
	return as_book(dwfl);
}

void fx_debug_book_close(struct fx_debug_book *book)
{
	if (book)
		dw.dwfl_end((Dwfl *)(void *)book);
}

/* --- one address --- */

/*
 * A driver inside the program (tests) is told from the framework by the source's path. A compiler
 * cache may leave it relative in one unit and absolute in the next.
 */
static bool is_framework(const char *unit)
{
	static const char *const folders[] = { "/framework/", "/interrupts/", "/dma/", "/vfio/" };
	static const char *const users[] = { "/tests/", "/drivers/", "/bench/" };

	if (!unit)
		return false;
	for (size_t i = 0; i < UW_ARRAY_SIZE(users); i++) {
		if (strstr(unit, users[i]))
			return false;
	}
	for (size_t i = 0; i < UW_ARRAY_SIZE(folders); i++) {
		if (strstr(unit, folders[i]))
			return true;
	}
	return false;
}

/* A function of the headers that drivers include. */
static bool is_header_call(const char *function)
{
	static const char pool[] = "ExAllocatePool";

	return function &&
	       (!strncasecmp(function, "Wdf", 3) || !strncmp(function, pool, sizeof(pool) - 1));
}

static void put_file(struct fx_debug_info *out, const char *file, int line)
{
	size_t len = strlen(file), most = sizeof(out->file) - 1;

	/* of a long path the end says more */
	(void)snprintf(out->file, sizeof(out->file), "%s", len > most ? file + len - most : file);
	out->line = line;
}

/* Where the inlined function @scope was called. */
static void put_call(Dwarf_Die *unit, Dwarf_Die *scope, struct fx_debug_info *out)
{
	Dwarf_Word file, line;
	Dwarf_Attribute attr;
	Dwarf_Files *files;
	const char *name;
	size_t count;

	if (dw.dwarf_formudata(dw.dwarf_attr(scope, DW_AT_call_file, &attr), &file) ||
	    dw.dwarf_formudata(dw.dwarf_attr(scope, DW_AT_call_line, &attr), &line) ||
	    dw.dwarf_getsrcfiles(unit, &files, &count) || file >= count)
		return;
	name = dw.dwarf_filesrc(files, file, NULL, NULL);
	if (name)
		put_file(out, name, (int)line);
}

/* From the innermost scope outwards, past functions of headers that were inlined. */
static void put_chain(Dwarf_Die *unit, Dwarf_Die *chain, int count, struct fx_debug_info *out)
{
	for (int i = 0; i < count; i++) {
		int tag = dw.dwarf_tag(&chain[i]);
		const char *name;

		if (tag != DW_TAG_inlined_subroutine && tag != DW_TAG_subprogram)
			continue;
		name = dw.dwarf_diename(&chain[i]);
		(void)snprintf(out->function, sizeof(out->function), "%s", name ? name : "");
		if (tag == DW_TAG_subprogram || !is_header_call(name))
			break;
		put_call(unit, &chain[i], out);
	}
}

static void put_scopes(Dwarf_Die *unit, Dwarf_Addr at, struct fx_debug_info *out)
{
	Dwarf_Die *scopes = NULL, *chain = NULL;
	int count;

	if (dw.dwarf_getscopes(unit, at, &scopes) <= 0)
		return;
	/* past an inlined function the scopes are where it was written; wanted is where it ended up
	 */
	count = dw.dwarf_getscopes_die(&scopes[0], &chain);
	put_chain(unit, chain, count, out);
	mem_free_foreign(chain);
	mem_free_foreign(scopes);
}

static void put_line(Dwarf_Die *unit, Dwarf_Addr at, struct fx_debug_info *out)
{
	Dwarf_Line *line = dw.dwarf_getsrc_die(unit, at);
	const char *file = line ? dw.dwarf_linesrc(line, NULL, NULL) : NULL;
	int number = 0;

	if (file && !dw.dwarf_lineno(line, &number))
		put_file(out, file, number);
}

/* clang leaves out the table of which unit has which addresses: then each is asked. */
static Dwarf_Die *find_unit(Dwfl_Module *module, Dwarf_Addr at, Dwarf_Addr *out_bias)
{
	Dwarf_Die *unit = dw.dwfl_module_addrdie(module, at, out_bias);

	if (unit)
		return unit;
	while ((unit = dw.dwfl_module_nextcu(module, unit, out_bias))) {
		if (dw.dwarf_haspc(unit, at - *out_bias) > 0)
			break;
	}
	return unit;
}

static bool in_own_image(Dwarf_Addr at)
{
	Dl_info theirs, ours;

	return dladdr((const void *)at, &theirs) &&
	       dladdr((const void *)(uintptr_t)in_own_image, &ours) &&
	       theirs.dli_fbase == ours.dli_fbase;
}

static void put_all(Dwfl_Module *module, Dwarf_Addr at, struct fx_debug_info *out)
{
	const char *name = dw.dwfl_module_addrname(module, at);
	Dwarf_Addr bias = 0;
	Dwarf_Die *unit = find_unit(module, at, &bias);

	(void)snprintf(out->function, sizeof(out->function), "%s", name ? name : "");
	if (!unit)
		return;
	out->framework = in_own_image(at) && is_framework(dw.dwarf_diename(unit));
	put_line(unit, at - bias, out);
	put_scopes(unit, at - bias, out);
}

bool fx_debug_info_of(struct fx_debug_book *book, const void *address, struct fx_debug_info *out)
{
	Dwarf_Addr at = (uintptr_t)address;
	Dwfl_Module *module;

	memset(out, 0, sizeof(*out));
	if (!book)
		return false;
	module = dw.dwfl_addrmodule((Dwfl *)(void *)book, at);
	if (module)
		put_all(module, at, out);
	return out->function[0] || out->line;
}
