/* SPDX-License-Identifier: MIT */
/* What the container offers, mapping into it, and resets that must not hit a neighbour. */
#include "vfio_fixture.h"

#include "base/exec.h"

#include <errno.h>
#include <sys/resource.h>

#define IOMMU_FIXED sizeof(struct vfio_iommu_type1_info)

static struct pci_function *fn;

static int end(void **state)
{
	pci_function_close(fn);
	fn = NULL;
	return fix_end(state);
}

static const struct pci_dma_info *dma(void)
{
	if (!fn)
		fn = fix_open();
	return pci_function_dma_info(fn);
}

static void test_info__ranges_page_sizes_limits_and_node__as_the_kernel_says(void **state)
{
	(void)state;
	assert_int_equal(dma()->range_count, 2);
	assert_int_equal(dma()->ranges[0].last, 0xfedfffff);
	assert_int_equal(dma()->ranges[1].first, 0xfef00000);
	assert_int_equal(dma()->page_sizes, 0x40201000);
	assert_int_equal(dma()->entry_limit, 65535);
	assert_int_equal(dma()->node, 1);
}

static void test_info__kernel_without_ranges__39_bits_but_the_interrupt_hole(void **state)
{
	(void)state;
	fake.iommu.len = 0;
	assert_int_equal(dma()->range_count, 2);
	assert_true(dma()->ranges[0].last < 0xfee00000 && dma()->ranges[1].first >= 0xfef00000);
	assert_int_equal(dma()->ranges[1].last, (1ull << 39) - 1);
	assert_int_equal(dma()->entry_limit, 0);
}

static void test_info__ranges_out_of_order_or_too_many__only_what_ascends(void **state)
{
	struct {
		uint32_t count, reserved;
		struct vfio_iova_range ranges[20];
	} cap = { 100, 0, { { 0x5000, 0x4000 }, { 0x1000, 0x1fff }, { 0x1800, 0x2fff } } };

	(void)state;
	for (uint64_t i = 3; i < 20; i++)
		cap.ranges[i] = (struct vfio_iova_range){ i << 20, (i << 20) + 0xfff };
	fake.iommu.len = 0;
	fake_add_cap(&fake.iommu, IOMMU_FIXED, VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE, &cap,
		     sizeof(cap));
	assert_int_equal(dma()->range_count, 16);
	assert_int_equal(dma()->ranges[0].first, 0x1000);
	assert_int_equal(dma()->ranges[1].first, 3 << 20);
}

static void test_info__no_range_at_all__refused(void **state)
{
	uint32_t none[2] = { 0, 0 };

	(void)state;
	fake.iommu.len = 0;
	fake_add_cap(&fake.iommu, IOMMU_FIXED, VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE, none,
		     sizeof(none));
	fix_assert_refused(FIX_ADDRESS, -EPROTO, "IOMMU", "");
}

static void test_memlock__without_cap_ipc_lock__is_the_limit(void **state)
{
	struct rlimit limit;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_MEMLOCK, &limit), 0);
	fake_add_text("/proc/self/status", "Name:\tx\nCapEff:\t0000000000000000\n");
	assert_int_equal(dma()->memlock_limit, limit.rlim_cur);
}

static void test_memlock__with_cap_ipc_lock__none(void **state)
{
	(void)state;
	fake_add_text("/proc/self/status", "Name:\tx\nCapEff:\t0000000000004000\n");
	assert_true(dma()->memlock_limit == UINT64_MAX);
}

static void test_map__and_unmap__carry_addresses_and_rights(void **state)
{
	(void)state;
	dma();
	assert_int_equal(pci_function_dma_map(fn, (void *)0x7000, 0x2000, 0x10000, PCI_DMA_READ),
			 0);
	assert_int_equal(fake.maps[0].iova, 0x10000);
	assert_int_equal(fake.maps[0].size, 0x2000);
	assert_int_equal(fake.maps[0].flags, VFIO_DMA_MAP_FLAG_READ);
	assert_int_equal(pci_function_dma_map(fn, (void *)0x7000, 0x1000, 0x11000, PCI_DMA_RW),
			 -EEXIST);
	assert_int_equal(pci_function_dma_unmap(fn, 0x10000, 0x2000), 0);
}

static void test_unmap__nothing_there__said(void **state)
{
	(void)state;
	dma();
	assert_int_equal(pci_function_dma_unmap(fn, 0x10000, 0x2000), -ENOENT);
}

/* --- reset --- */

static void make_dependents(unsigned int count, uint32_t other_group)
{
	struct fake_function *dev = &fake.functions[0];

	dev->device_flags = VFIO_DEVICE_FLAGS_PCI;
	dev->dependents = count;
	for (unsigned int i = 0; i < count; i++)
		dev->dependent[i].group_id = i ? other_group : 3;
}

static void test_reset__function_has_one__used(void **state)
{
	(void)state;
	fn = fix_open();
	assert_int_equal(pci_function_reset(fn), 0);
	assert_int_equal(fake.functions[0].resets, 1);
	assert_int_equal(fake.functions[0].hot_resets, 0);
}

static void test_reset__neither_kind__not_offered_and_close_uses_none(void **state)
{
	(void)state;
	make_dependents(0, 0);
	fn = fix_open();
	assert_false(pci_function_caps(fn).has_reset);
	assert_int_equal(pci_function_reset(fn), -EOPNOTSUPP);
	pci_function_close(fn);
	fn = NULL;
	assert_int_equal(fake.functions[0].resets + fake.functions[0].hot_resets, 0);
}

static void test_reset__bus_is_ours_alone__hot_reset(void **state)
{
	(void)state;
	make_dependents(2, 3);
	fn = fix_open();
	assert_true(pci_function_caps(fn).has_reset);
	assert_int_equal(pci_function_reset(fn), 0);
	assert_int_equal(fake.functions[0].hot_resets, 1);
}

static void test_reset__bus_has_somebody_elses_function__never(void **state)
{
	(void)state;
	make_dependents(3, 4);
	fake.functions[0].dependent[2].group_id = 3; /* ours again behind it */
	fn = fix_open();
	assert_false(pci_function_caps(fn).has_reset);
	assert_int_equal(pci_function_reset(fn), -EOPNOTSUPP);
	assert_int_equal(fake.functions[0].hot_resets, 0);
}

static void test_reset__sibling_of_the_group_opened_meanwhile__refused(void **state)
{
	struct pci_function *sibling = NULL;

	(void)state;
	make_dependents(2, 3);
	fake_add_function("0000:00:03.1", 3, "vfio-pci");
	fn = fix_open();
	assert_int_equal(fix_try_open("0000:00:03.1", &sibling), 0);
	assert_int_equal(pci_function_reset(fn), -EOPNOTSUPP);
	pci_function_close(sibling);
	assert_int_equal(pci_function_reset(fn), 0);
}

/* A thread of this process that opens the sibling while the bus is being reset. */
static struct {
	struct exec_thread *thread;
	struct exec_event begun, ended;
	struct pci_function *sibling;
	int err;
	bool opened_during_reset;
} other;

static void open_sibling(void *arg)
{
	(void)arg;
	exec_event_set(&other.begun);
	other.err = pci_function_open("0000:00:03.1", NULL, NULL, &other.sibling);
	exec_event_set(&other.ended);
}

static void let_other_try(void)
{
	struct exec_thread_params params = { .name = "other", .run = open_sibling, .node = -1 };

	fake.on_hot_reset = NULL;
	assert_int_equal(exec_thread_start(&params, &other.thread), 0);
	exec_event_wait(&other.begun, EXEC_FOREVER);
	other.opened_during_reset = exec_event_wait(&other.ended, exec_deadline_ms(20));
}

static void test_reset__sibling_being_opened_by_another_thread__comes_after(void **state)
{
	(void)state;
	make_dependents(2, 3);
	fake_add_function("0000:00:03.1", 3, "vfio-pci");
	fn = fix_open();
	assert_int_equal(exec_event_init(&other.begun), 0);
	assert_int_equal(exec_event_init(&other.ended), 0);
	fake.on_hot_reset = let_other_try;
	assert_int_equal(pci_function_reset(fn), 0);
	exec_thread_join(other.thread);
	assert_false(other.opened_during_reset);
	assert_int_equal(other.err, 0);
	assert_int_equal(fake.functions[0].hot_resets, 1);
	pci_function_close(other.sibling);
	exec_event_deinit(&other.ended);
	exec_event_deinit(&other.begun);
}

static void test_reset__absurd_number_of_dependents__never(void **state)
{
	(void)state;
	make_dependents(4, 3);
	fake.functions[0].dependents = 100000;
	fn = fix_open();
	assert_false(pci_function_caps(fn).has_reset);
}

int main(void)
{
#define DMA_TEST(f) cmocka_unit_test_setup_teardown(f, fix_begin, end)
	const struct CMUnitTest tests[] = {
		DMA_TEST(test_info__ranges_page_sizes_limits_and_node__as_the_kernel_says),
		DMA_TEST(test_info__kernel_without_ranges__39_bits_but_the_interrupt_hole),
		DMA_TEST(test_info__ranges_out_of_order_or_too_many__only_what_ascends),
		DMA_TEST(test_info__no_range_at_all__refused),
		DMA_TEST(test_memlock__without_cap_ipc_lock__is_the_limit),
		DMA_TEST(test_memlock__with_cap_ipc_lock__none),
		DMA_TEST(test_map__and_unmap__carry_addresses_and_rights),
		DMA_TEST(test_unmap__nothing_there__said),
		DMA_TEST(test_reset__function_has_one__used),
		DMA_TEST(test_reset__neither_kind__not_offered_and_close_uses_none),
		DMA_TEST(test_reset__bus_is_ours_alone__hot_reset),
		DMA_TEST(test_reset__bus_has_somebody_elses_function__never),
		DMA_TEST(test_reset__sibling_of_the_group_opened_meanwhile__refused),
		DMA_TEST(test_reset__sibling_being_opened_by_another_thread__comes_after),
		DMA_TEST(test_reset__absurd_number_of_dependents__never),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
