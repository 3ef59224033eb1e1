/* SPDX-License-Identifier: MIT */
#include "steps.h"

#include <dlfcn.h>
#include <link.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <ucontext.h>

#ifdef __x86_64__

/* Changes the flags on the stack, clear of what the compiler may keep below its end. */
#define BELOW_RED_ZONE(change)                                                                     \
	"leaq -128(%%rsp), %%rsp; pushfq; " change "; popfq; leaq 128(%%rsp), %%rsp"

struct range {
	uintptr_t first, last;
};
static struct range program, driver, framework;
static const char *driver_name, *framework_name;
static uintptr_t allocators[6];

static __thread struct steps *counting;
static __thread uintptr_t previous;

static bool ends_with(const char *text, const char *end)
{
	size_t text_len = strlen(text), end_len = strlen(end);

	return text_len >= end_len && !strcmp(text + text_len - end_len, end);
}

static void add_segment(struct range *range, uintptr_t first, uintptr_t last)
{
	if (!range->last || first < range->first)
		range->first = first;
	if (last > range->last)
		range->last = last;
}

static int look_at(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct range *range = NULL;

	(void)size;
	(void)arg;
	if (!*info->dlpi_name)
		range = &program;
	else if (ends_with(info->dlpi_name, driver_name))
		range = &driver;
	else if (ends_with(info->dlpi_name, framework_name))
		range = &framework;
	for (unsigned int i = 0; range && i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];

		if (part->p_type == PT_LOAD && (part->p_flags & PF_X))
			add_segment(range, info->dlpi_addr + part->p_vaddr,
				    info->dlpi_addr + part->p_vaddr + part->p_memsz);
	}
	return 0;
}

static bool is_in(const struct range *range, uintptr_t at)
{
	return at >= range->first && at < range->last;
}

static enum steps_owner owner_of(uintptr_t at)
{
	if (is_in(&program, at))
		return STEPS_PROGRAM;
	if (is_in(&driver, at))
		return STEPS_DRIVER;
	return is_in(&framework, at) ? STEPS_FRAMEWORK : STEPS_OTHER;
}

/* Intel SDM 2, 2.1.1: the legacy prefixes, and REX. */
static bool is_prefix(uint8_t byte)
{
	switch (byte) {
	case 0x26:
	case 0x2e:
	case 0x36:
	case 0x3e:
	case 0x64:
	case 0x65:
	case 0x66:
	case 0x67:
	case 0xf2:
	case 0xf3:
		return true;
	default:
		return (byte & 0xf0) == 0x40;
	}
}

static void look_at_code(struct steps *steps, const uint8_t *code)
{
	while (is_prefix(*code))
		code++;
	if (*code == 0xf0 || ((*code == 0x86 || *code == 0x87) && code[1] >> 6 != 3))
		steps->atomics++; /* xchg with memory locks by itself */
	else if (code[0] == 0x0f && code[1] == 0x05)
		steps->system_calls++;
	else if (code[0] == 0x0f && (code[1] == 0x31 || (code[1] == 0x01 && code[2] == 0xf9)))
		steps->clock_reads++;
}

static void on_step(int number, siginfo_t *info, void *context)
{
	const ucontext_t *thread = context;
	uintptr_t at = (uintptr_t)thread->uc_mcontext.gregs[REG_RIP];

	(void)number;
	(void)info;
	if (!counting || at == previous) /* a string instruction's next round */
		return;
	previous = at;
	counting->instructions[owner_of(at)]++;
	look_at_code(counting, (const uint8_t *)at);
	for (unsigned int i = 0; i < sizeof(allocators) / sizeof(allocators[0]); i++)
		counting->allocations += at == allocators[i];
}

bool steps_init(const char *driver_file, const char *framework_file)
{
	static const char *const names[] = { "malloc", "calloc",        "realloc",
					     "free",   "aligned_alloc", "posix_memalign" };
	struct sigaction action = { .sa_sigaction = on_step, .sa_flags = SA_SIGINFO };

	driver_name = driver_file;
	framework_name = framework_file;
	dl_iterate_phdr(look_at, NULL);
	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		allocators[i] = (uintptr_t)dlsym(RTLD_DEFAULT, names[i]);
	return driver.last && framework.last && !sigaction(SIGTRAP, &action, NULL);
}

void steps_begin(struct steps *steps)
{
	counting = steps;
	previous = 0;
	__asm__ volatile(BELOW_RED_ZONE("orq $0x100, (%%rsp)") : : : "memory", "cc");
}

void steps_end(void)
{
	__asm__ volatile(BELOW_RED_ZONE("andq $~0x100, (%%rsp)") : : : "memory", "cc");
	counting = NULL;
}

#else

bool steps_init(const char *driver_file, const char *framework_file)
{
	(void)driver_file;
	(void)framework_file;
	return false;
}

void steps_begin(struct steps *steps)
{
	(void)steps;
}

void steps_end(void)
{
}

#endif

uint64_t steps_total(const struct steps *steps)
{
	uint64_t total = 0;

	for (unsigned int i = 0; i < STEPS_OWNERS; i++)
		total += steps->instructions[i];
	return total;
}
