/* SPDX-License-Identifier: MIT */
/* Buffers and mappings of a domain, on a back end that only keeps a list of what is mapped. */
#include "uw_test.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "base/fault.h"
#include "base/mem.h"
#include "base/sys.h"
#include "dma/domain.h"
#include "pci_function_ops.h"

#define MAPS_MAX 64
#define MIB      (1ull << 20)

static struct map {
	uint64_t iova;
	size_t len;
	uintptr_t vaddr;
	int prot;
} maps[MAPS_MAX];
static unsigned int map_count;
static uint64_t memlock; /* bytes that may be mapped at once */
static int unmap_err;    /* what the next unmap answers */
static uint64_t blocks;

static int fake_map(struct pci_function *fn, void *vaddr, size_t len, uint64_t iova,
		    enum pci_dma_prot prot)
{
	uint64_t locked = len;

	(void)fn;
	for (unsigned int i = 0; i < map_count; i++) {
		if (iova < maps[i].iova + maps[i].len && maps[i].iova < iova + len)
			return -EEXIST;
		locked += maps[i].len;
	}
	if (locked > memlock)
		return -ENOMEM;
	maps[map_count++] = (struct map){ iova, len, (uintptr_t)vaddr, (int)prot };
	return 0;
}

static int fake_unmap(struct pci_function *fn, uint64_t iova, size_t len)
{
	int err = unmap_err;

	(void)fn;
	unmap_err = 0;
	for (unsigned int i = 0; !err && i < map_count; i++) {
		if (maps[i].iova != iova || maps[i].len != len)
			continue;
		maps[i] = maps[--map_count];
		return 0;
	}
	return err ? err : -ENOENT;
}

/* Bytes of process memory that the arena has mapped now. */
static uint64_t pages;

static void *count_mmap(void *addr, size_t len, int prot, int flags, int fd, int64_t offset)
{
	void *place = flags & MAP_HUGETLB ? MAP_FAILED : mmap(addr, len, prot, flags, fd, offset);

	if (place == MAP_FAILED)
		return (void *)(intptr_t)-ENOMEM; /* a machine without huge pages */
	pages += len;
	return place;
}

static int count_munmap(void *addr, size_t len)
{
	pages -= len;
	return munmap(addr, len);
}

static const struct sys_ops counting = { .mmap = count_mmap, .munmap = count_munmap };

static const struct pci_function_ops ops = {
	.name = "fake",
	.dma_map = fake_map,
	.dma_unmap = fake_unmap,
};

static struct pci_function *fn;
static struct dma_domain *domain;
static struct report rep;

static int begin(void **state)
{
	(void)state;
	blocks = mem_live_blocks();
	map_count = 0;
	pages = 0;
	sys_set_ops(&counting);
	memlock = UINT64_MAX;
	unmap_err = 0;
	rep = (struct report)REPORT_INIT;
	assert_int_equal(pci_function_new("fake:", NULL, &ops, &fn), 0);
	fn->caps.dma_maps_foreign = true;
	fn->dma.range_count = 2;
	fn->dma.ranges[0] = (struct pci_dma_range){ 0, 0xfedfffff };
	fn->dma.ranges[1] = (struct pci_dma_range){ 0xfef00000, 0x7fffffffff };
	fn->dma.page_sizes = 0x201000;
	fn->dma.memlock_limit = UINT64_MAX;
	return 0;
}

static int end(void **state)
{
	(void)state;
	domain = dma_domain_free(domain);
	assert_int_equal(map_count, 0);
	pci_function_free(fn);
	sys_set_ops(NULL);
	assert_int_equal(pages, 0);
	assert_int_equal(mem_live_blocks(), blocks);
	return 0;
}

static void open_domain(void)
{
	assert_int_equal(dma_domain_new(fn, &domain), 0);
}

static int try_get(size_t len, size_t align, uint64_t max, struct dma_buffer *out)
{
	struct dma_buffer_params params = { .len = len, .align = align, .max_addr = { max } };

	return dma_buffer_alloc(domain, &params, &rep, out);
}

static struct dma_buffer get(size_t len, size_t align, uint64_t max)
{
	struct dma_buffer buffer = { .domain = NULL };

	if (try_get(len, align, max, &buffer))
		fail_msg("%s", rep.text);
	return buffer;
}

/* Is all of the buffer mapped, and does its address lead where its memory is? */
static void assert_reachable(const struct dma_buffer *b)
{
	for (unsigned int i = 0; i < map_count; i++)
		if (b->iova.v >= maps[i].iova && b->iova.v + b->len <= maps[i].iova + maps[i].len &&
		    (uintptr_t)b->vaddr - maps[i].vaddr == b->iova.v - maps[i].iova)
			return;
	fail_msg("the device cannot reach 0x%llx", (unsigned long long)b->iova.v);
}

static void test_buffer__zeroed_aligned_and_reachable(void **state)
{
	struct dma_buffer small, page;

	(void)state;
	open_domain();
	small = get(100, 0, 0);
	memset(small.vaddr, 0xff, small.len);
	assert_int_equal(small.iova.v % 64, 0);
	assert_int_equal(small.len, 100);
	dma_buffer_free(&small);
	assert_null(small.domain);
	small = get(100, 0, 0);
	assert_int_equal(((unsigned char *)small.vaddr)[50], 0);
	page = get(4097, 0, 0);
	assert_int_equal(page.iova.v % 4096, 0);
	assert_reachable(&small);
	assert_reachable(&page);
	dma_buffer_free(&small);
	dma_buffer_free(&page);
	dma_buffer_free(&page);
}

static void test_buffer__many_small_ones__share_one_mapping(void **state)
{
	struct dma_buffer buffers[200];

	(void)state;
	open_domain();
	for (unsigned int i = 0; i < 200; i++)
		buffers[i] = get(2048, 0, 0);
	assert_int_equal(map_count, 1);
	assert_int_equal(dma_domain_stats(domain).buffers, 200);
	assert_int_equal(dma_domain_stats(domain).buffer_bytes, 200 * 2048);
	for (unsigned int i = 1; i < 200; i++)
		assert_int_not_equal(buffers[i].iova.v, buffers[i - 1].iova.v);
	for (unsigned int i = 0; i < 200; i++)
		dma_buffer_free(&buffers[i]);
	assert_int_equal(dma_domain_stats(domain).buffer_bytes, 0);
}

static void test_buffer__devices_of_few_address_bits__served_below_their_limit(void **state)
{
	struct dma_buffer any, low, edu;

	(void)state;
	open_domain();
	any = get(4096, 0, 0);
	low = get(4096, 0, UINT32_MAX);
	edu = get(4096, 0, (1u << 28) - 1);
	assert_true(any.iova.v > UINT32_MAX);
	assert_true(low.iova.v + low.len - 1 <= UINT32_MAX);
	assert_true(edu.iova.v + edu.len - 1 < 1u << 28);
	assert_reachable(&edu);
	dma_buffer_free(&any);
	dma_buffer_free(&low);
	dma_buffer_free(&edu);
}

static void test_buffer__large_alignment__honoured(void **state)
{
	struct dma_buffer b;

	(void)state;
	open_domain();
	b = get(4096, 8 * MIB, 0);
	assert_int_equal(b.iova.v % (8 * MIB), 0);
	assert_reachable(&b);
	dma_buffer_free(&b);
}

static void test_buffer__larger_than_a_chunk__has_one_of_its_own(void **state)
{
	struct dma_buffer b;

	(void)state;
	open_domain();
	b = get(5 * MIB, 0, 0);
	assert_reachable(&b);
	assert_int_equal(map_count, 1);
	dma_buffer_free(&b);
}

static void test_buffer__chunks_emptied__all_but_one_are_given_back(void **state)
{
	struct dma_buffer b[3];

	(void)state;
	open_domain();
	for (int i = 0; i < 3; i++)
		b[i] = get(2 * MIB, 0, 0);
	assert_int_equal(map_count, 3);
	for (int i = 0; i < 3; i++)
		dma_buffer_free(&b[i]);
	assert_int_equal(map_count, 1);
	assert_int_equal(dma_domain_stats(domain).mappings, 1);
	assert_int_equal(dma_domain_stats(domain).mappings_peak, 3);
}

static void test_buffer__nonsense__refused(void **state)
{
	struct dma_buffer b;

	(void)state;
	open_domain();
	assert_int_equal(try_get(0, 0, 0, &b), -EINVAL);
	assert_int_equal(try_get(64, 3, 0, &b), -EINVAL);
	assert_int_equal(try_get(SIZE_MAX - 5, 0, 0, &b), -EINVAL);
	fn->gone = true;
	assert_int_equal(try_get(64, 0, 0, &b), -ENODEV);
}

static void test_buffer__no_address_low_enough__names_the_limit(void **state)
{
	struct dma_buffer b;

	(void)state;
	open_domain();
	assert_int_equal(try_get(8192, 0, 0x1fff, &b), -ENOSPC);
	assert_non_null(strstr(rep.text, "0x1fff"));
	b = get(4096, 0, 0x1fff);
	assert_int_equal(b.iova.v, 0x1000); /* never page 0 */
	dma_buffer_free(&b);
}

static void test_buffer__locked_memory_is_short__takes_less_then_names_the_limit(void **state)
{
	struct dma_buffer b, more;

	(void)state;
	memlock = 64 << 10;
	fn->dma.memlock_limit = 64 << 10;
	open_domain();
	b = get(40 << 10, 0, 0); /* 2 MiB would not do, this does */
	assert_int_equal(dma_domain_stats(domain).mapped_bytes, 40 << 10);
	assert_int_equal(try_get(40 << 10, 0, 0, &more), -ENOMEM);
	assert_non_null(
		strstr(rep.text, "40960 are locked already and RLIMIT_MEMLOCK allows 65536"));
	assert_non_null(strstr(rep.hint, "LimitMEMLOCK=infinity"));
	dma_buffer_free(&b);
}

static void test_buffer__mapping_entries_used_up__names_the_parameter(void **state)
{
	struct dma_buffer b, more;
	dma_iova iova;

	(void)state;
	fn->dma.entry_limit = 1;
	open_domain();
	b = get(2 * MIB, 0, 0);
	assert_int_equal(try_get(64, 0, 0, &more), -ENOSPC);
	assert_non_null(strstr(rep.text, "all 1 mappings"));
	assert_non_null(strstr(rep.hint, "dma_entry_limit"));
	assert_int_equal(dma_domain_map(domain, (void *)0x10000, 4096, DMA_TO_DEVICE, &iova),
			 -ENOSPC);
	dma_buffer_free(&b);
}

/* Another function of the group, in this process, has the container's top address already. */
static void test_buffer__address_taken_by_a_sibling__next_one_is_used(void **state)
{
	struct dma_buffer b;

	(void)state;
	maps[map_count++] = (struct map){ .iova = 0x7fffe00000, .len = 2 * MIB };
	open_domain();
	b = get(4096, 0, 0);
	assert_true(b.iova.v < 0x7fffe00000);
	assert_reachable(&b);
	dma_buffer_free(&b);
	domain = dma_domain_free(domain);
	assert_int_equal(map_count, 1);
	map_count = 0;
}

/* --- memory of others --- */

static void test_map__direction_becomes_what_the_device_may_do(void **state)
{
	dma_iova to, from;

	(void)state;
	open_domain();
	assert_int_equal(dma_domain_map(domain, (void *)0x10000, 8192, DMA_TO_DEVICE, &to), 0);
	assert_int_equal(dma_domain_map(domain, (void *)0x20000, 4096, DMA_FROM_DEVICE, &from), 0);
	assert_int_equal(maps[0].prot, PCI_DMA_READ);
	assert_int_equal(maps[1].prot, PCI_DMA_WRITE);
	assert_int_equal(dma_domain_stats(domain).mapped_bytes, 12288);
	dma_domain_unmap(domain, from, 4096);
	dma_domain_unmap(domain, to, 8192);
}

static void test_map__overlap__refused(void **state)
{
	dma_iova iova, more = { 9 };

	(void)state;
	open_domain();
	assert_int_equal(dma_domain_map(domain, (void *)0x10000, 8192, DMA_BIDIRECTIONAL, &iova),
			 0);
	assert_int_equal(dma_domain_map(domain, (void *)0x11000, 8192, DMA_BIDIRECTIONAL, &more),
			 -EEXIST);
	assert_int_equal(dma_domain_map(domain, (void *)0xf000, 8192, DMA_BIDIRECTIONAL, &more),
			 -EEXIST);
	assert_int_equal(more.v, 9);
	assert_int_equal(dma_domain_map(domain, (void *)0x12000, 4096, DMA_BIDIRECTIONAL, &more),
			 0);
	dma_domain_unmap(domain, more, 4096);
	dma_domain_unmap(domain, iova, 8192);
}

static void test_map__unaligned_empty_or_wrapping__refused(void **state)
{
	dma_iova iova;

	(void)state;
	open_domain();
	assert_int_equal(dma_domain_page_size(domain), 4096);
	assert_int_equal(dma_domain_map(domain, (void *)0x10001, 4096, DMA_TO_DEVICE, &iova),
			 -EINVAL);
	assert_int_equal(dma_domain_map(domain, (void *)0x10000, 4000, DMA_TO_DEVICE, &iova),
			 -EINVAL);
	assert_int_equal(dma_domain_map(domain, (void *)0x10000, 0, DMA_TO_DEVICE, &iova), -EINVAL);
	assert_int_equal(dma_domain_map(domain, (void *)-4096, 8192, DMA_TO_DEVICE, &iova),
			 -EINVAL);
	assert_int_equal(dma_domain_map(domain, (void *)0x10000, 4096, (enum dma_dir)0, &iova),
			 -EINVAL);
}

static void test_map__refused_by_the_kernel__the_address_is_free_again(void **state)
{
	dma_iova iova = { 0 };

	(void)state;
	open_domain();
	memlock = 0;
	assert_int_equal(dma_domain_map(domain, (void *)0x10000, 4096, DMA_TO_DEVICE, &iova),
			 -ENOMEM);
	memlock = UINT64_MAX;
	assert_int_equal(dma_domain_map(domain, (void *)0x10000, 4096, DMA_TO_DEVICE, &iova), 0);
	assert_int_equal(iova.v, 0x7ffffff000);
	dma_domain_unmap(domain, iova, 4096);
}

static void test_unmap__kernel_refuses__address_is_never_given_out_again(void **state)
{
	dma_iova first, second;

	(void)state;
	open_domain();
	assert_int_equal(dma_domain_map(domain, (void *)0x10000, 4096, DMA_TO_DEVICE, &first), 0);
	unmap_err = -EIO;
	dma_domain_unmap(domain, first, 4096);
	map_count = 0;
	assert_int_equal(dma_domain_map(domain, (void *)0x10000, 4096, DMA_TO_DEVICE, &second), 0);
	assert_int_not_equal(second.v, first.v);
	dma_domain_unmap(domain, second, 4096);
}

/* --- a back end of fixed memory --- */

static unsigned char fixed[64 << 10] __attribute__((aligned(4096)));

static void make_fixed(uint64_t addr)
{
	fn->caps.dma_maps_foreign = false;
	fn->dma.fixed_base = fixed;
	fn->dma.fixed_len = sizeof(fixed);
	fn->dma.fixed_addr = addr;
	fn->dma.range_count = 0;
	open_domain();
}

static void test_fixed__buffers_come_from_it_and_nothing_is_mapped(void **state)
{
	struct dma_buffer b;
	dma_iova iova;

	(void)state;
	make_fixed(0x100000);
	b = get(4096, 0, 0);
	assert_ptr_equal(b.vaddr, fixed + (b.iova.v - 0x100000));
	assert_int_equal(map_count, 0);
	assert_int_equal(dma_domain_map(domain, fixed, 4096, DMA_TO_DEVICE, &iova), -EOPNOTSUPP);
	dma_buffer_free(&b);
}

static void test_fixed__used_up__no_space_and_all_back_after_free(void **state)
{
	struct dma_buffer b[16], more;

	(void)state;
	make_fixed(0x100000);
	for (int i = 0; i < 16; i++)
		b[i] = get(4096, 0, 0);
	assert_int_equal(try_get(64, 0, 0, &more), -ENOSPC);
	for (int i = 0; i < 16; i++)
		dma_buffer_free(&b[i]);
	more = get(sizeof(fixed), 0, 0);
	dma_buffer_free(&more);
}

static void test_fixed__from_address_zero__page_zero_stays_unused(void **state)
{
	struct dma_buffer b, more;

	(void)state;
	make_fixed(0);
	b = get(sizeof(fixed) - 4096, 0, 0);
	assert_int_equal(b.iova.v, 4096);
	assert_int_equal(try_get(64, 0, 0, &more), -ENOSPC);
	dma_buffer_free(&b);
}

static void test_fixed__with_ranges__only_what_lies_in_them(void **state)
{
	struct dma_buffer b, more;

	(void)state;
	fn->caps.dma_maps_foreign = false;
	fn->dma.fixed_base = fixed;
	fn->dma.fixed_len = sizeof(fixed);
	fn->dma.fixed_addr = 0x100000;
	fn->dma.range_count = 1;
	fn->dma.ranges[0] = (struct pci_dma_range){ 0x104000, 0x105fff };
	open_domain();
	b = get(8192, 0, 0);
	assert_int_equal(b.iova.v, 0x104000);
	assert_ptr_equal(b.vaddr, fixed + 0x4000);
	assert_int_equal(try_get(64, 0, 0, &more), -ENOSPC);
	dma_buffer_free(&b);
}

/* --- everything fails in turn --- */

static int scenario(void)
{
	struct dma_domain *d = NULL;
	struct dma_buffer_params params = { .len = 5000 };
	struct dma_buffer b = { .domain = NULL };
	dma_iova iova = { 0 };
	int err = dma_domain_new(fn, &d);

	if (err)
		return err;
	err = dma_buffer_alloc(d, &params, NULL, &b);
	if (!err)
		err = dma_domain_map(d, (void *)0x10000, 4096, DMA_TO_DEVICE, &iova);
	if (!err)
		dma_domain_unmap(d, iova, 4096);
	dma_buffer_free(&b);
	dma_domain_free(d);
	return err;
}

static void test_domain__each_allocation_or_system_call_fails__nothing_is_left(void **state)
{
	uint64_t before = mem_live_blocks();
	unsigned int failed = 0;
	bool fired = true;

	(void)state;
	for (uint64_t k = 1; fired; k++) {
		fault_arm(FAULT_ANY, k);
		failed += scenario() != 0;
		fired = fault_fired();
		fault_disarm();
		assert_int_equal(mem_live_blocks(), before);
		assert_int_equal(map_count, 0);
		assert_int_equal(pages, 0);
	}
	assert_true(failed >= 4);
}

static void test_fixed__each_allocation_fails__nothing_is_left(void **state)
{
	uint64_t before = mem_live_blocks();
	bool fired = true;

	(void)state;
	fn->caps.dma_maps_foreign = false;
	fn->dma.fixed_base = fixed;
	fn->dma.fixed_len = sizeof(fixed);
	fn->dma.fixed_addr = 0x100000;
	fn->dma.ranges[0] = (struct pci_dma_range){ 0x101000, 0x101fff };
	fn->dma.ranges[1] = (struct pci_dma_range){ 0x104000, 0x105fff };
	for (uint64_t k = 1; fired; k++) {
		struct dma_domain *d = NULL;

		fault_arm(FAULT_ALLOC, k);
		assert_true(!dma_domain_new(fn, &d) == (d != NULL));
		fired = fault_fired();
		fault_disarm();
		dma_domain_free(d);
		assert_int_equal(mem_live_blocks(), before);
	}
}

static void test_domain__no_usable_range__refused(void **state)
{
	(void)state;
	fn->dma.range_count = 0;
	assert_int_equal(dma_domain_new(fn, &domain), -EINVAL);
	assert_null(domain);
}

int main(void)
{
#define DMA_TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		DMA_TEST(test_buffer__zeroed_aligned_and_reachable),
		DMA_TEST(test_buffer__many_small_ones__share_one_mapping),
		DMA_TEST(test_buffer__devices_of_few_address_bits__served_below_their_limit),
		DMA_TEST(test_buffer__large_alignment__honoured),
		DMA_TEST(test_buffer__larger_than_a_chunk__has_one_of_its_own),
		DMA_TEST(test_buffer__chunks_emptied__all_but_one_are_given_back),
		DMA_TEST(test_buffer__nonsense__refused),
		DMA_TEST(test_buffer__no_address_low_enough__names_the_limit),
		DMA_TEST(test_buffer__locked_memory_is_short__takes_less_then_names_the_limit),
		DMA_TEST(test_buffer__mapping_entries_used_up__names_the_parameter),
		DMA_TEST(test_buffer__address_taken_by_a_sibling__next_one_is_used),
		DMA_TEST(test_map__direction_becomes_what_the_device_may_do),
		DMA_TEST(test_map__overlap__refused),
		DMA_TEST(test_map__unaligned_empty_or_wrapping__refused),
		DMA_TEST(test_map__refused_by_the_kernel__the_address_is_free_again),
		DMA_TEST(test_unmap__kernel_refuses__address_is_never_given_out_again),
		DMA_TEST(test_fixed__buffers_come_from_it_and_nothing_is_mapped),
		DMA_TEST(test_fixed__used_up__no_space_and_all_back_after_free),
		DMA_TEST(test_fixed__from_address_zero__page_zero_stays_unused),
		DMA_TEST(test_fixed__with_ranges__only_what_lies_in_them),
		DMA_TEST(test_domain__each_allocation_or_system_call_fails__nothing_is_left),
		DMA_TEST(test_fixed__each_allocation_fails__nothing_is_left),
		DMA_TEST(test_domain__no_usable_range__refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
