/* SPDX-License-Identifier: MIT */
/* model_dma.c - the memory that a model reaches, and nothing beside it. */
#include <linux/pci_regs.h>
#include <string.h>
#include <sys/mman.h>

#include "base/barrier.h"
#include "base/log.h"
#include "base/sys.h"
#include "model_private.h"

int model_arena_new(struct pci_function *fn)
{
	int err = sys_mmap(NULL, MODEL_ARENA_LEN, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0, &fn->dma.fixed_base);

	if (err)
		return err;
	fn->dma.fixed_len = MODEL_ARENA_LEN;
	fn->dma.fixed_addr = MODEL_ARENA_ADDR;
	fn->dma.ranges[0] =
		(struct pci_dma_range){ MODEL_ARENA_ADDR, MODEL_ARENA_ADDR + MODEL_ARENA_LEN - 1 };
	fn->dma.range_count = 1;
	fn->dma.page_sizes = sys_page_size();
	fn->dma.memlock_limit = UINT64_MAX;
	/* a child must not write into what a device still reads */
	err = sys_madvise(fn->dma.fixed_base, MODEL_ARENA_LEN, MADV_DONTFORK);
	if (err)
		model_arena_free(fn);
	return err;
}

void model_arena_free(struct pci_function *fn)
{
	if (fn->dma.fixed_base)
		sys_munmap(fn->dma.fixed_base, fn->dma.fixed_len);
	fn->dma.fixed_base = NULL;
}

void pci_model_violation(struct pci_model *m, const char *what, uint64_t addr)
{
	if (!m->stats.dma_violations++)
		log_warn("vfio", "%s: %s at 0x%llx", m->fn->address, what,
			 (unsigned long long)addr);
}

/* The arena's bytes at @addr, or NULL and a violation. */
static char *arena_at(struct pci_model *m, uint64_t addr, size_t len)
{
	uint64_t at = addr - MODEL_ARENA_ADDR;

	if (!(model_config_command(m) & PCI_COMMAND_MASTER)) {
		pci_model_violation(m, "DMA with bus mastering off", addr);
		return NULL;
	}
	if (at >= MODEL_ARENA_LEN || len > MODEL_ARENA_LEN - at) {
		pci_model_violation(m, "DMA outside the arena", addr);
		return NULL;
	}
	return (char *)m->fn->dma.fixed_base + at;
}

/*
 * A device's accesses are no thread's: the sanitizer must not take them for one's. Words go in one
 * piece, because a driver may look at a descriptor while it is written.
 */
__attribute__((no_sanitize("thread"), noinline)) static void device_copy(void *to, const void *from,
									 size_t len)
{
	volatile char *t = to;
	const volatile char *f = from;

	while (len >= 8 && !((uintptr_t)t & 7) && !((uintptr_t)f & 7)) {
		*(volatile uint64_t *)(volatile void *)t =
			*(const volatile uint64_t *)(const volatile void *)f;
		t += 8;
		f += 8;
		len -= 8;
	}
	while (len--)
		*t++ = *f++;
}

bool pci_model_dma_read(struct pci_model *m, uint64_t addr, void *buf, size_t len)
{
	const char *from = arena_at(m, addr, len);

	if (!from) {
		memset(buf, 0xff, len);
		return false;
	}
	m->stats.dma_reads++;
	device_copy(buf, from, len);
	return true;
}

bool pci_model_dma_write(struct pci_model *m, uint64_t addr, const void *buf, size_t len)
{
	char *to = arena_at(m, addr, len);

	if (!to)
		return false;
	m->stats.dma_writes++;
	barrier_dma_write(); /* what was written before is seen before */
	device_copy(to, buf, len);
	return true;
}
