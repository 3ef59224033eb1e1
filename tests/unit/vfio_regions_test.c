/* SPDX-License-Identifier: MIT */
/* BARs: mapped whole, in pieces, or not at all; and what a kernel may say wrongly about them. */
#include "vfio_fixture.h"

#include <errno.h>

#include "vfio/mmio.h"

#define FIXED sizeof(struct vfio_region_info)

struct sparse {
	uint32_t nr_areas, reserved;
	struct vfio_region_sparse_mmap_area areas[4];
};

static struct pci_function *fn;

static int end(void **state)
{
	pci_function_close(fn);
	fn = NULL;
	return fix_end(state);
}

static struct fake_region *region(unsigned int bar)
{
	return &fake.functions[0].bars[bar];
}

static volatile char *reg(unsigned int bar, unsigned int offset)
{
	return (volatile char *)pci_function_bar(fn, bar)->regs + offset;
}

static void set_sparse(unsigned int bar, const struct sparse *sparse, uint32_t len)
{
	region(bar)->caps.len = 0;
	region(bar)->flags |= VFIO_REGION_INFO_FLAG_CAPS;
	fake_add_cap(&region(bar)->caps, FIXED, VFIO_REGION_INFO_CAP_SPARSE_MMAP, sparse, len);
}

static uint32_t stored(unsigned int bar, unsigned int offset)
{
	uint32_t value = 0;

	assert_int_equal(pread(region(bar)->memfd, &value, 4, offset), 4);
	return value;
}

static void test_bar__memory__mapped_whole_and_direct(void **state)
{
	const struct pci_bar *bar;

	(void)state;
	fn = fix_open();
	bar = pci_function_bar(fn, 0);
	assert_int_equal(bar->size, 0x20000);
	assert_int_equal(bar->bus_addr, 0xfe500000);
	assert_true(bar->is_mapped && !bar->is_port && !bar->is_64bit && !bar->is_prefetchable);
	vfio_mmio_write32(reg(0, 0x1f00), 0xabad1dea);
	assert_int_equal(stored(0, 0x1f00), 0xabad1dea);
	assert_int_equal(pci_function_stats(fn).bar_calls, 0);
}

static void test_bar__ports__through_the_window(void **state)
{
	const struct pci_bar *bar;

	(void)state;
	fn = fix_open();
	bar = pci_function_bar(fn, 2);
	assert_true(bar->is_port && !bar->is_mapped);
	assert_int_equal(bar->bus_addr, 0xc000);
	assert_true(vfio_mmio_in_window(bar->regs));
	vfio_mmio_write16(reg(2, 6), 0x1234);
	assert_int_equal(vfio_mmio_read16(reg(2, 6)), 0x1234);
	assert_int_equal(stored(2, 4), 0x12340000);
}

static void test_bar__64_bit__address_of_two_registers_and_no_bar_above(void **state)
{
	const struct pci_bar *bar;

	(void)state;
	fn = fix_open();
	bar = pci_function_bar(fn, 4);
	assert_true(bar->is_64bit && bar->is_prefetchable && bar->is_mapped);
	assert_int_equal(bar->bus_addr, 0x12fe600000);
	assert_null(pci_function_bar(fn, 5));
	assert_null(pci_function_bar(fn, 1));
}

/* Kernels before 4.16: the table's page is not for us, the rest of the BAR is. */
static void test_bar__msix_table_not_mappable__its_page_goes_through_the_descriptor(void **state)
{
	(void)state;
	region(4)->caps.len = 0;
	fn = fix_open();
	assert_false(pci_function_bar(fn, 4)->is_mapped);
	for (unsigned int at = 0; at < 0x4000; at += 0x1000) {
		vfio_mmio_write32(reg(4, at + 8), at + 1);
		assert_int_equal(vfio_mmio_read32(reg(4, at + 8)), at + 1);
		assert_int_equal(stored(4, at + 8), at + 1);
	}
}

static void test_bar__sparse__pieces_and_holes_both_answer(void **state)
{
	struct sparse sparse = { 2, 0, { { 0x1000, 0x1000 }, { 0x8000, 0x18000 } } };

	(void)state;
	set_sparse(0, &sparse, sizeof(sparse));
	fn = fix_open();
	assert_false(pci_function_bar(fn, 0)->is_mapped);
	vfio_mmio_write64(reg(0, 0x1ff8), 0x1122334455667788);
	assert_int_equal(vfio_mmio_read64(reg(0, 0x1ff8)), 0x1122334455667788);
	vfio_mmio_write8(reg(0, 0x10), 0x9c);
	assert_int_equal(vfio_mmio_read8(reg(0, 0x10)), 0x9c);
	vfio_mmio_write16(reg(0, 0x9002), 0x4321);
	assert_int_equal(stored(0, 0x9000), 0x43210000);
	assert_int_equal(vfio_mmio_read8(reg(0, 0x9003)), 0x43);
}

static void test_bar__sparse_that_covers_all__mapped_whole(void **state)
{
	struct sparse sparse = { 1, 0, { { 0, 0x20000 } } };

	(void)state;
	set_sparse(0, &sparse, sizeof(sparse));
	fn = fix_open();
	assert_true(pci_function_bar(fn, 0)->is_mapped);
}

/* Areas beyond the BAR, unaligned or empty, and more of them announced than there are. */
static void test_bar__sparse_that_lies__only_what_fits_is_mapped(void **state)
{
	struct sparse sparse = {
		1000,
		0,
		{ { 0x10000, 0x20000 }, { 0x800, 0x1000 }, { 0x2000, 0 }, { 0x3000, 0x1000 } }
	};

	(void)state;
	set_sparse(0, &sparse, sizeof(sparse));
	fn = fix_open();
	assert_false(pci_function_bar(fn, 0)->is_mapped);
	vfio_mmio_write32(reg(0, 0x1fffc), 77);
	assert_int_equal(stored(0, 0x1fffc), 77);
	vfio_mmio_write32(reg(0, 0x3004), 78);
	assert_int_equal(stored(0, 0x3004), 78);
}

static void test_bar__sparse_cut_off__treated_as_mappable_memory(void **state)
{
	uint32_t half = 1;

	(void)state;
	set_sparse(0, (const struct sparse *)(const void *)&half, sizeof(half));
	fn = fix_open();
	assert_true(pci_function_bar(fn, 0)->is_mapped);
}

static void test_window__access_beyond_the_end__reads_as_ones(void **state)
{
	(void)state;
	fn = fix_open();
	assert_int_equal(vfio_mmio_read32(reg(2, 30)), UINT32_MAX); /* two bytes hang over */
	vfio_mmio_write32(reg(2, 30), 5);
	assert_int_equal(stored(2, 28), 0);
}

static void test_open__region_ioctl_fails__named_and_nothing_left(void **state)
{
	(void)state;
	fake_refuse(VFIO_DEVICE_GET_REGION_INFO);
	fix_assert_refused(FIX_ADDRESS, -EIO, "configuration space", "");
}

static void test_open__region_wants_absurd_room__refused(void **state)
{
	(void)state;
	region(0)->caps.argsz = 1u << 30;
	fix_assert_refused(FIX_ADDRESS, -EPROTO, "BAR0", "");
}

int main(void)
{
#define BAR_TEST(f) cmocka_unit_test_setup_teardown(f, fix_begin, end)
	const struct CMUnitTest tests[] = {
		BAR_TEST(test_bar__memory__mapped_whole_and_direct),
		BAR_TEST(test_bar__ports__through_the_window),
		BAR_TEST(test_bar__64_bit__address_of_two_registers_and_no_bar_above),
		BAR_TEST(test_bar__msix_table_not_mappable__its_page_goes_through_the_descriptor),
		BAR_TEST(test_bar__sparse__pieces_and_holes_both_answer),
		BAR_TEST(test_bar__sparse_that_covers_all__mapped_whole),
		BAR_TEST(test_bar__sparse_that_lies__only_what_fits_is_mapped),
		BAR_TEST(test_bar__sparse_cut_off__treated_as_mappable_memory),
		BAR_TEST(test_window__access_beyond_the_end__reads_as_ones),
		BAR_TEST(test_open__region_ioctl_fails__named_and_nothing_left),
		BAR_TEST(test_open__region_wants_absurd_room__refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
