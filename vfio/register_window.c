/* SPDX-License-Identifier: MIT */
/*
 * register_window.c - registers that cannot be mapped, as addresses in one PROT_NONE reservation.
 *
 * The window is divided into granules; a BAR takes as many as it needs, in a row. An access finds
 * its BAR through the granule, without a lock: it announces itself in the place's count of
 * accesses, then looks whether the place still belongs to a function. A remover takes the function
 * out of the place, then waits until the count is zero.
 */
#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>

#include "base/barrier.h"
#include "base/lock.h"
#include "base/sys.h"
#include "pci_function_ops.h"
#include "vfio/mmio.h"

#define GRANULE_BYTES (16ull << 20)
#define GRANULES      (VFIO_MMIO_WINDOW_SIZE / GRANULE_BYTES)

/* What one BAR occupies; the first granule's place stands for all of them. */
struct window_place {
	struct pci_function *fn; /* atomic; borrowed: NULL before it ends */
	uint64_t size;           /* bytes; written before fn, while the place is free */
	uint32_t bar;
	uint32_t accesses; /* atomic: under way now */
	uint32_t granules; /* guarded by window.lock; 0: free */
	uint32_t first;    /* atomic: the granule that stands for this one */
} UW_CACHE_ALIGNED;

static struct {
	struct spin_lock lock; /* guards reserved and who owns which granule */
	bool reserved;
	uint32_t used; /* atomic: granules at or above it were never taken */
	struct window_place places[GRANULES];
} window = { .lock = { 0, LOCK_RANK_WINDOW } };

/* Once a process: the addresses stay ours until it ends. */
static int reserve_locked(void)
{
	void *want = (void *)(uintptr_t)VFIO_MMIO_WINDOW_BASE;
	void *got;
	int err;

	if (window.reserved)
		return 0;
	err = sys_mmap(want, VFIO_MMIO_WINDOW_SIZE, PROT_NONE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0,
		       &got);
	if (err)
		return err;
	if (got != want) { /* a kernel before 4.17 takes the address for a wish */
		sys_munmap(got, VFIO_MMIO_WINDOW_SIZE);
		return -EEXIST;
	}
	window.reserved = true;
	return 0;
}

static bool is_free_locked(uint64_t first, uint64_t count)
{
	for (uint64_t i = first; i < first + count; i++)
		if (window.places[i].granules)
			return false;
	return true;
}

static int find_locked(uint64_t count, uint64_t *out_first)
{
	for (uint64_t i = 0; i + count <= GRANULES; i++) {
		if (!is_free_locked(i, count))
			continue;
		*out_first = i;
		return 0;
	}
	return -ENOSPC;
}

static void occupy_locked(uint64_t first, uint64_t count, struct pci_function *fn, unsigned int bar,
			  uint64_t size)
{
	struct window_place *head = &window.places[first];

	for (uint64_t i = first; i < first + count; i++) {
		window.places[i].granules = (uint32_t)count;
		__atomic_store_n(&window.places[i].first, (uint32_t)first, __ATOMIC_RELAXED);
	}
	if (first + count > window.used)
		__atomic_store_n(&window.used, (uint32_t)(first + count), __ATOMIC_RELAXED);
	head->size = size;
	head->bar = bar;
	/* release: an access that sees fn sees the size and the number of its BAR */
	__atomic_store_n(&head->fn, fn, __ATOMIC_RELEASE);
}

int register_window_add(struct pci_function *fn, unsigned int bar, uint64_t size,
			volatile void **out_regs)
{
	uint64_t count = size / GRANULE_BYTES + (size % GRANULE_BYTES != 0);
	uint64_t first = 0;
	int err;

	if (!size || count > GRANULES)
		return -EINVAL;
	spin_lock_acquire(&window.lock);
	err = reserve_locked();
	if (!err)
		err = find_locked(count, &first);
	if (!err)
		occupy_locked(first, count, fn, bar, size);
	spin_lock_release(&window.lock);
	if (!err)
		*out_regs =
			(volatile void *)(uintptr_t)(VFIO_MMIO_WINDOW_BASE + first * GRANULE_BYTES);
	return err;
}

static void vacate(struct window_place *head)
{
	/* seq_cst: pairs with place_enter(), one of us sees the other */
	__atomic_store_n(&head->fn, NULL, __ATOMIC_SEQ_CST);
	for (unsigned int round = 0; __atomic_load_n(&head->accesses, __ATOMIC_SEQ_CST); round++)
		exec_spin_wait(&head->accesses, round);
}

static void release_granules(struct window_place *head)
{
	uint32_t count = head->granules;

	spin_lock_acquire(&window.lock);
	for (uint32_t i = 0; i < count; i++)
		head[i].granules = 0;
	spin_lock_release(&window.lock);
}

void register_window_remove(struct pci_function *fn)
{
	uint32_t used = __atomic_load_n(&window.used, __ATOMIC_RELAXED);

	for (uint32_t i = 0; i < used; i++) {
		struct window_place *place = &window.places[i];

		if (__atomic_load_n(&place->fn, __ATOMIC_RELAXED) != fn)
			continue;
		vacate(place);
		release_granules(place);
	}
}

/* --- accesses, any thread --- */

/* The place of @addr with this access counted; leave with place_leave(). */
static struct window_place *place_enter(uint64_t addr, uint64_t *out_offset)
{
	uint64_t granule = (addr - VFIO_MMIO_WINDOW_BASE) / GRANULE_BYTES;
	uint32_t first = __atomic_load_n(&window.places[granule].first, __ATOMIC_RELAXED);
	struct window_place *place = &window.places[first];

	*out_offset = addr - VFIO_MMIO_WINDOW_BASE - first * GRANULE_BYTES;
	/* seq_cst: before the look at fn; pairs with vacate() */
	__atomic_add_fetch(&place->accesses, 1, __ATOMIC_SEQ_CST);
	return place;
}

static void place_leave(struct window_place *place)
{
	/* release: the function may be freed once this is seen */
	__atomic_sub_fetch(&place->accesses, 1, __ATOMIC_RELEASE);
}

/* The function whose register this is, or NULL: nothing there, gone, or across the BAR's end. */
static struct pci_function *function_at(const struct window_place *place, uint64_t offset,
					unsigned int width)
{
	struct pci_function *fn = __atomic_load_n(&place->fn, __ATOMIC_SEQ_CST);

	if (!fn || pci_function_is_gone(fn) || offset >= place->size ||
	    width > place->size - offset)
		return NULL;
	__atomic_add_fetch(&fn->stats.bar_calls, 1, __ATOMIC_RELAXED);
	return fn;
}

static uint64_t ones(unsigned int width)
{
	return UINT64_MAX >> (64 - 8 * width);
}

UW_EXPORT uint64_t vfio_mmio_window_read(uint64_t addr, unsigned int width)
{
	uint64_t offset, value = UINT64_MAX;
	struct window_place *place = place_enter(addr, &offset);
	struct pci_function *fn = function_at(place, offset, width);

	if (fn && fn->ops->bar_read(fn, place->bar, offset, width, &value))
		value = UINT64_MAX;
	if (fn && pci_function_is_gone(fn))
		value = UINT64_MAX;
	place_leave(place);
	return value & ones(width);
}

UW_EXPORT void vfio_mmio_window_write(uint64_t addr, unsigned int width, uint64_t value)
{
	uint64_t offset;
	struct window_place *place = place_enter(addr, &offset);
	struct pci_function *fn = function_at(place, offset, width);

	if (fn && fn->ops->bar_write(fn, place->bar, offset, width, value & ones(width)))
		barrier_compiler(); /* a write that does not arrive is dropped, as on the bus */
	place_leave(place);
}
