/* SPDX-License-Identifier: MIT */
/* Memory that clients have, too: where the device has it, and who may go first. */
#include "uw_test.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/mem.h"
#include "dma/share.h"
#include "pci_function_ops.h"

#define LEN 8192u

/* What the device can reach: one place at a time is enough here. */
static struct {
	const uint8_t *vaddr;
	uint64_t iova;
	size_t len;
	unsigned int count;
	int err; /* what a mapping is answered with */
} mapped;

static int fake_map(struct pci_function *fn, void *vaddr, size_t len, uint64_t iova,
		    enum pci_dma_prot prot)
{
	(void)fn;
	assert_int_equal(prot, PCI_DMA_RW);
	if (mapped.err)
		return mapped.err;
	mapped.vaddr = vaddr;
	mapped.iova = iova;
	mapped.len = len;
	mapped.count++;
	return 0;
}

static int fake_unmap(struct pci_function *fn, uint64_t iova, size_t len)
{
	(void)fn;
	(void)iova;
	(void)len;
	mapped.count--;
	return 0;
}

static const struct pci_function_ops ops = {
	.name = "fake",
	.dma_map = fake_map,
	.dma_unmap = fake_unmap,
};

static struct pci_function *fn;
static struct dma_domain *domain;
static uint8_t fixed[LEN] __attribute__((aligned(4096)));

static int begin(void **state)
{
	(void)state;
	memset(&mapped, 0, sizeof(mapped));
	assert_int_equal(pci_function_new("fake:", NULL, &ops, &fn), 0);
	fn->caps.dma_maps_foreign = true;
	fn->dma.range_count = 1;
	fn->dma.ranges[0] = (struct pci_dma_range){ 0x10000, 0xffffffff };
	fn->dma.page_sizes = 0x1000;
	fn->dma.memlock_limit = UINT64_MAX;
	fn->dma.node = -1;
	assert_int_equal(dma_domain_new(fn, &domain), 0);
	return 0;
}

static int end(void **state)
{
	(void)state;
	domain = dma_domain_free(domain);
	assert_int_equal(mapped.count, 0);
	pci_function_free(fn);
	return 0;
}

static struct dma_share *share_of(struct dma_domain *d)
{
	struct dma_share *share;
	int fd;

	assert_int_equal(dma_share_new(d, LEN, &share, &fd), 0);
	close(fd);
	return share;
}

static bool is_found(const struct dma_share *share, size_t at, size_t len, uint64_t *out)
{
	dma_iova iova = { 0 };
	bool found = dma_domain_find(domain, (uint8_t *)share->vaddr + at, len, &iova);

	*out = iova.v;
	return found;
}

static void test_share__the_device_reaches_all_of_it_in_place(void **state)
{
	struct dma_share *share = share_of(domain);
	uint64_t iova;

	(void)state;
	assert_int_equal(mapped.count, 0); /* nobody needs it yet */
	assert_true(is_found(share, 0, LEN, &iova));
	assert_int_equal(mapped.count, 1);
	assert_ptr_equal(mapped.vaddr, share->vaddr);
	assert_int_equal(mapped.len, LEN);
	assert_int_equal(iova, mapped.iova);
	assert_true(is_found(share, 5000, 3192, &iova));
	assert_int_equal(iova, mapped.iova + 5000);
	assert_int_equal(mapped.count, 1);
	assert_int_equal(dma_domain_stats(domain).mapped_bytes, LEN);
	assert_int_equal(dma_domain_stats(domain).shared_bytes, LEN);
	dma_share_free(share);
	assert_int_equal(mapped.count, 0);
	assert_int_equal(dma_domain_stats(domain).shared_bytes, 0);
	assert_int_equal(dma_domain_stats(domain).shares, 0);
	assert_int_equal(dma_domain_stats(domain).mapped_bytes, 0);
}

static void test_find__what_is_not_wholly_inside__unknown(void **state)
{
	struct dma_share *share = share_of(domain);
	uint64_t iova;

	(void)state;
	assert_false(is_found(share, 5000, 3193, &iova));
	assert_false(is_found(share, LEN, 1, &iova));
	assert_false(is_found(share, (size_t)-1, 2, &iova));
	assert_false(is_found(share, 1, SIZE_MAX, &iova));
	dma_share_free(share);
	assert_false(dma_domain_find(domain, fixed, 1, &(dma_iova){ 0 }));
}

static void test_find__in_a_common_buffer__at_its_address(void **state)
{
	const struct dma_buffer_params params = { .len = 5000 };
	struct dma_buffer buffer;
	dma_iova iova = { 0 };

	(void)state;
	assert_int_equal(dma_buffer_alloc(domain, &params, NULL, &buffer), 0);
	assert_true(dma_domain_find(domain, (uint8_t *)buffer.vaddr + 100, 4900, &iova));
	assert_int_equal(iova.v, buffer.iova.v + 100);
	dma_buffer_free(&buffer);
}

static void test_share__whoever_has_the_memfd__has_the_memory_and_cannot_cut_it_off(void **state)
{
	const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
	struct dma_share *share;
	uint8_t *other;
	int fd;

	(void)state;
	assert_int_equal(dma_share_new(domain, LEN, &share, &fd), 0);
	other = mmap(NULL, LEN, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(other, MAP_FAILED);
	other[LEN - 1] = 7;
	assert_int_equal(((uint8_t *)share->vaddr)[LEN - 1], 7);
	assert_int_equal(((uint8_t *)share->vaddr)[0], 0);
	assert_int_equal(fcntl(fd, F_GET_SEALS) & seals, seals);
	assert_int_equal(ftruncate(fd, 0), -1);
	munmap(other, LEN);
	close(fd);
	dma_share_free(share);
}

/* It is memory, and what is in it is bounced. */
static void expect_out_of_reach(struct dma_domain *d)
{
	struct dma_share *share = share_of(d);
	uint64_t iova;

	memset(share->vaddr, 1, LEN);
	assert_false(is_found(share, 0, LEN, &iova));
	assert_int_equal(mapped.count, 0);
	dma_share_free(share);
}

static void test_share__no_locked_memory_left__memory_all_the_same(void **state)
{
	(void)state;
	mapped.err = -ENOMEM;
	expect_out_of_reach(domain);
}

static void test_share__mapping_entries_used_up__memory_all_the_same(void **state)
{
	struct dma_share *first, *second;
	uint64_t iova;

	(void)state;
	dma_domain_free(domain);
	fn->dma.entry_limit = 2; /* one is the driver's */
	assert_int_equal(dma_domain_new(fn, &domain), 0);
	first = share_of(domain);
	second = share_of(domain);
	assert_true(is_found(first, 0, 1, &iova));
	assert_false(is_found(second, 0, 1, &iova));
	dma_share_free(first);
	dma_share_free(second);
}

static void test_share__half_of_the_locked_memory_used__the_rest_is_the_drivers(void **state)
{
	struct dma_share *first, *second;
	uint64_t iova;

	(void)state;
	dma_domain_free(domain);
	fn->dma.memlock_limit = 4 * LEN - 1;
	assert_int_equal(dma_domain_new(fn, &domain), 0);
	first = share_of(domain);
	second = share_of(domain);
	assert_true(is_found(second, 0, 1, &iova));
	assert_false(is_found(first, 0, 1, &iova));
	dma_share_free(second);
	assert_true(is_found(first, 0, 1, &iova)); /* there is room again */
	dma_share_free(first);
}

static void test_share__device_of_fixed_memory__memory_all_the_same(void **state)
{
	(void)state;
	dma_domain_free(domain);
	fn->caps.dma_maps_foreign = false;
	fn->dma.fixed_base = fixed;
	fn->dma.fixed_len = sizeof(fixed);
	fn->dma.fixed_addr = 0x100000;
	fn->dma.range_count = 0;
	assert_int_equal(dma_domain_new(fn, &domain), 0);
	expect_out_of_reach(domain);
}

static void test_share__no_device(void **state)
{
	(void)state;
	expect_out_of_reach(NULL);
}

static void test_domain__freed_first__takes_it_from_the_device_and_leaves_the_memory(void **state)
{
	struct dma_domain *late = dma_domain_ref(domain);
	struct dma_share *share = share_of(domain), *after;
	uint64_t iova;

	(void)state;
	assert_true(is_found(share, 0, 1, &iova));
	assert_int_equal(mapped.count, 1);
	domain = dma_domain_free(domain);
	assert_int_equal(mapped.count, 0);
	memset(share->vaddr, 1, LEN);
	after = share_of(late); /* as one who asks while the device goes */
	assert_int_equal(mapped.count, 0);
	dma_domain_unref(late);
	dma_share_free(share);
	dma_share_free(after);
}

static int scenario(void)
{
	struct dma_share *share;
	uint64_t iova;
	int fd, err = dma_share_new(domain, LEN, &share, &fd);

	if (err)
		return err;
	close(fd);
	(void)is_found(share, 0, LEN, &iova);
	dma_share_free(share);
	return 0;
}

static void test_share__each_failure__nothing_is_left(void **state)
{
	uint64_t before = mem_live_blocks();
	int next_fd = dup(0);
	unsigned int failed = 0;
	bool fired = true;

	(void)state;
	close(next_fd);
	for (uint64_t k = 1; fired; k++) {
		fault_arm(FAULT_ANY, k);
		failed += scenario() != 0;
		fired = fault_fired();
		fault_disarm();
		assert_int_equal(mem_live_blocks(), before);
		assert_int_equal(mapped.count, 0);
		assert_int_equal(dup(0), next_fd);
		close(next_fd);
	}
	assert_true(failed >= 4);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		T(test_share__the_device_reaches_all_of_it_in_place),
		T(test_find__what_is_not_wholly_inside__unknown),
		T(test_find__in_a_common_buffer__at_its_address),
		T(test_share__whoever_has_the_memfd__has_the_memory_and_cannot_cut_it_off),
		T(test_share__no_locked_memory_left__memory_all_the_same),
		T(test_share__mapping_entries_used_up__memory_all_the_same),
		T(test_share__half_of_the_locked_memory_used__the_rest_is_the_drivers),
		T(test_share__device_of_fixed_memory__memory_all_the_same),
		T(test_share__no_device),
		T(test_domain__freed_first__takes_it_from_the_device_and_leaves_the_memory),
		T(test_share__each_failure__nothing_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
