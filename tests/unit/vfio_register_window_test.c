/* SPDX-License-Identifier: MIT */
/* Registers without a mapping: places in the window, accesses, and removal while they run. */
#include "fake_function.h"

#include <errno.h>

#include "base/exec.h"
#include "vfio/mmio.h"

static void test_access__each_width__reaches_the_back_end_and_is_cut(void **state)
{
	struct fake fake;
	volatile void *reg;

	(void)state;
	fake_open(&fake);
	fake_add_bar(&fake, 4096);
	reg = fake.fn->bars[0].regs;
	assert_true(vfio_mmio_in_window(reg));
	fake.reg = 0x1122334455667788;
	assert_int_equal(vfio_mmio_read8(reg), 0x88);
	assert_int_equal(vfio_mmio_read16(reg), 0x7788);
	assert_int_equal(vfio_mmio_read32(reg), 0x55667788);
	assert_true(vfio_mmio_read64(reg) == 0x1122334455667788);
	vfio_mmio_write16(reg, 0xabcd);
	assert_int_equal(fake.reg, 0xabcd);
	assert_int_equal(pci_function_stats(fake.fn).bar_calls, 5);
	pci_function_close(fake.fn);
}

static void test_access__beyond_the_bar__ones_and_dropped(void **state)
{
	struct fake fake;
	volatile uint8_t *reg;

	(void)state;
	fake_open(&fake);
	fake_add_bar(&fake, 64);
	reg = fake.fn->bars[0].regs;
	assert_int_equal(vfio_mmio_read32(reg + 64), UINT32_MAX);
	assert_int_equal(vfio_mmio_read32(reg + 62), UINT32_MAX); /* across the end */
	vfio_mmio_write32(reg + 64, 5);
	assert_int_equal(fake.reg, 0);
	assert_int_equal(pci_function_stats(fake.fn).bar_calls, 0);
	pci_function_close(fake.fn);
}

static void test_access__function_gone_or_back_end_fails__ones(void **state)
{
	struct fake fake;
	volatile void *reg;

	(void)state;
	fake_open(&fake);
	fake_add_bar(&fake, 64);
	reg = fake.fn->bars[0].regs;
	fake.err = -EIO;
	assert_int_equal(vfio_mmio_read32(reg), UINT32_MAX);
	fake.err = 0;
	pci_function_mark_gone(fake.fn);
	assert_int_equal(vfio_mmio_read32(reg), UINT32_MAX);
	vfio_mmio_write32(reg, 5);
	assert_int_equal(fake.reg, 0);
	pci_function_close(fake.fn);
}

static void test_access__after_close__ones(void **state)
{
	struct fake fake;
	volatile void *reg;

	(void)state;
	fake_open(&fake);
	fake_add_bar(&fake, 64);
	reg = fake.fn->bars[0].regs;
	pci_function_close(fake.fn);
	assert_int_equal(vfio_mmio_read32(reg), UINT32_MAX);
	vfio_mmio_write32(reg, 5);
	assert_int_equal(fake.reg, 0);
}

static void test_access__never_used_place__ones(void **state)
{
	(void)state;
	assert_int_equal(
		vfio_mmio_window_read(VFIO_MMIO_WINDOW_BASE + VFIO_MMIO_WINDOW_SIZE - 4, 4),
		UINT32_MAX);
}

static void test_places__big_and_small__do_not_overlap_and_are_reused(void **state)
{
	struct fake big, small;
	volatile uint8_t *reg;

	(void)state;
	fake_open(&big);
	fake_open(&small);
	fake_add_bar(&big, 100ull << 20); /* several granules */
	fake_add_bar(&small, 16);
	big.reg = 1;
	small.reg = 2;
	reg = big.fn->bars[0].regs;
	assert_int_equal(vfio_mmio_read32(reg + (100u << 20) - 4), 1);
	assert_int_equal(vfio_mmio_read32(small.fn->bars[0].regs), 2);
	pci_function_close(big.fn);
	assert_int_equal(vfio_mmio_read32(reg + (50u << 20)), UINT32_MAX);
	fake_open(&big);
	fake_add_bar(&big, 100ull << 20);
	assert_ptr_equal(big.fn->bars[0].regs, reg);
	pci_function_close(big.fn);
	pci_function_close(small.fn);
}

static void test_add__no_size_or_larger_than_the_window__refused(void **state)
{
	struct fake fake;
	volatile void *regs;

	(void)state;
	fake_open(&fake);
	assert_int_equal(register_window_add(fake.fn, 0, 0, &regs), -EINVAL);
	assert_int_equal(register_window_add(fake.fn, 0, UINT64_MAX, &regs), -EINVAL);
	assert_int_equal(register_window_add(fake.fn, 0, VFIO_MMIO_WINDOW_SIZE + 1, &regs),
			 -EINVAL);
	fake_add_bar(&fake, 16);
	assert_int_equal(register_window_add(fake.fn, 1, VFIO_MMIO_WINDOW_SIZE, &regs), -ENOSPC);
	pci_function_close(fake.fn);
}

/* --- removal while accesses run, on simulated time --- */

struct race {
	struct fake fake;
	volatile void *reg;
	bool inside;
	uint32_t seen;
};

static struct race race;

static void read_takes_a_while(struct fake *fake)
{
	(void)fake;
	race.inside = true;
	exec_sleep_ms(3);
	race.inside = false;
}

static void reader(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; i < 5; i++) {
		race.seen = vfio_mmio_read32(race.reg);
		assert_true(race.seen == 7 || race.seen == UINT32_MAX);
		exec_yield();
	}
}

static void close_while_read(uint64_t seed)
{
	struct exec_thread_params params = { .name = "reader", .run = reader, .node = -1 };
	struct exec_thread *threads[2];

	assert_int_equal(exec_sim_begin(seed), 0);
	memset(&race, 0, sizeof(race));
	fake_open(&race.fake);
	fake_add_bar(&race.fake, 64);
	race.fake.reg = 7;
	race.fake.on_bar_read = read_takes_a_while;
	race.reg = race.fake.fn->bars[0].regs;
	for (unsigned int i = 0; i < 2; i++)
		assert_int_equal(exec_thread_start(&params, &threads[i]), 0);
	exec_sleep_ms(exec_sim_random(10));
	pci_function_close(race.fake.fn);
	assert_false(race.inside); /* an access would use the function that is freed */
	exec_thread_join(threads[0]);
	exec_thread_join(threads[1]);
	exec_sim_end();
}

static void test_close__accesses_under_way__waits_for_them(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 200; seed++)
		close_while_read(seed);
}

static bool stop_hammering; /* atomic */

static void hammer(void *arg)
{
	volatile void *reg = arg;

	while (!__atomic_load_n(&stop_hammering, __ATOMIC_RELAXED)) {
		uint32_t value = vfio_mmio_read32(reg);

		assert_true(value == 9 || value == UINT32_MAX);
	}
}

static void test_open_and_close__hammered_by_real_threads__no_stale_access(void **state)
{
	struct exec_thread_params params = { .name = "hammer", .run = hammer, .node = -1 };
	struct exec_thread *thread;
	struct fake fake;

	(void)state;
	fake_open(&fake);
	fake_add_bar(&fake, 64);
	params.arg = (void *)(uintptr_t)fake.fn->bars[0].regs;
	fake.reg = 9;
	stop_hammering = false;
	assert_int_equal(exec_thread_start(&params, &thread), 0);
	pci_function_close(fake.fn);
	for (unsigned int i = 0; i < 300; i++) {
		struct fake *other = test_malloc(sizeof(*other));

		fake_open(other);
		other->reg = 9;
		fake_add_bar(other, 64);
		pci_function_close(other->fn);
		test_free(other);
	}
	__atomic_store_n(&stop_hammering, true, __ATOMIC_RELAXED);
	exec_thread_join(thread);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_access__each_width__reaches_the_back_end_and_is_cut),
		cmocka_unit_test(test_access__beyond_the_bar__ones_and_dropped),
		cmocka_unit_test(test_access__function_gone_or_back_end_fails__ones),
		cmocka_unit_test(test_access__after_close__ones),
		cmocka_unit_test(test_access__never_used_place__ones),
		cmocka_unit_test(test_places__big_and_small__do_not_overlap_and_are_reused),
		cmocka_unit_test(test_add__no_size_or_larger_than_the_window__refused),
		cmocka_unit_test(test_close__accesses_under_way__waits_for_them),
		cmocka_unit_test(test_open_and_close__hammered_by_real_threads__no_stale_access),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
