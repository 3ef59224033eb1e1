/* SPDX-License-Identifier: MIT */
#include "fault_ranges.h"

#include <errno.h>

#include "base/lock.h"

#define RANGES 4096 /* BARs of a process; each row is looked at once a fault, which is rare */

struct fault_range {
	struct pci_function *fn; /* atomic; NULL: free */
	uintptr_t start;         /* atomic */
	uint64_t len;            /* atomic */
};

static struct {
	struct spin_lock lock; /* writers only */
	uint32_t readers;      /* atomic: signal handlers that look now */
	uint32_t used;         /* atomic: rows at or above it were never used */
	struct fault_range rows[RANGES];
} ranges = { .lock = { 0, LOCK_RANK_WINDOW } };

static struct fault_range *free_row_locked(void)
{
	for (uint32_t i = 0; i < RANGES; i++)
		if (!__atomic_load_n(&ranges.rows[i].fn, __ATOMIC_RELAXED))
			return &ranges.rows[i];
	return NULL;
}

static void fill_locked(struct fault_range *row, struct pci_function *fn, uintptr_t start,
			uint64_t len)
{
	uint32_t index = (uint32_t)(row - ranges.rows);

	__atomic_store_n(&row->start, start, __ATOMIC_RELAXED);
	__atomic_store_n(&row->len, len, __ATOMIC_RELAXED);
	/* release: a handler that sees fn sees its range */
	__atomic_store_n(&row->fn, fn, __ATOMIC_RELEASE);
	if (index >= ranges.used)
		__atomic_store_n(&ranges.used, index + 1, __ATOMIC_RELEASE);
}

int fault_ranges_add(struct pci_function *fn, uintptr_t start, uint64_t len)
{
	struct fault_range *row;

	spin_lock_acquire(&ranges.lock);
	row = free_row_locked();
	if (row)
		fill_locked(row, fn, start, len);
	spin_lock_release(&ranges.lock);
	return row ? 0 : -ENOSPC;
}

void fault_ranges_quiesce(void)
{
	for (unsigned int n = 0; __atomic_load_n(&ranges.readers, __ATOMIC_SEQ_CST); n++)
		exec_spin_wait(&ranges.readers, n);
}

void fault_ranges_remove(struct pci_function *fn)
{
	bool found = false;

	spin_lock_acquire(&ranges.lock);
	for (uint32_t i = 0; i < ranges.used; i++) {
		if (__atomic_load_n(&ranges.rows[i].fn, __ATOMIC_RELAXED) != fn)
			continue;
		/* seq_cst: before the look at readers; pairs with fault_ranges_enter() */
		__atomic_store_n(&ranges.rows[i].fn, NULL, __ATOMIC_SEQ_CST);
		found = true;
	}
	spin_lock_release(&ranges.lock);
	if (found)
		fault_ranges_quiesce();
}

static bool holds(const struct fault_range *row, uintptr_t addr)
{
	return addr - __atomic_load_n(&row->start, __ATOMIC_RELAXED) <
	       __atomic_load_n(&row->len, __ATOMIC_RELAXED);
}

struct pci_function *fault_ranges_enter(uintptr_t addr)
{
	uint32_t used = __atomic_load_n(&ranges.used, __ATOMIC_ACQUIRE);

	__atomic_add_fetch(&ranges.readers, 1, __ATOMIC_SEQ_CST);
	for (uint32_t i = 0; i < used; i++) {
		struct pci_function *fn = __atomic_load_n(&ranges.rows[i].fn, __ATOMIC_SEQ_CST);

		if (fn && holds(&ranges.rows[i], addr))
			return fn;
	}
	return NULL;
}

void fault_ranges_leave(void)
{
	/* release: the function may be freed once this is seen */
	__atomic_sub_fetch(&ranges.readers, 1, __ATOMIC_RELEASE);
}
