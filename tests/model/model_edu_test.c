/* SPDX-License-Identifier: MIT */
/* model:edu behaves as QEMU's edu, on real and on simulated time. */
#include <errno.h>

#include "function_fixture.h"

#include "base/mem.h"
#include "vfio/model.h"

#define IRQ_RAISE 0x60
#define IRQ_ACK   0x64
#define BUFFER    0x40000

static void test_edu__id_and_liveness(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, "model:edu");
	assert_int_equal(pci_function_id(f.fn).vendor, 0x1234);
	assert_int_equal(reg_read(&f, 0), 0x010000ed);
	reg_write(&f, 4, 0x12345678);
	assert_int_equal(reg_read(&f, 4), ~0x12345678u);
	fixture_close(&f);
}

static void test_edu__narrow_read_of_a_wide_register__ones(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, "model:edu");
	assert_int_equal(vfio_mmio_read16(f.bar0), 0xffff);
	fixture_close(&f);
}

static uint32_t factorial(struct fixture *f, uint32_t n)
{
	reg_write(f, 8, n);
	while (reg_read(f, 0x20) & 1)
		exec_sleep_ms(1);
	return reg_read(f, 8);
}

static void test_edu__factorial(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, "model:edu");
	assert_int_equal(factorial(&f, 10), 3628800);
	assert_int_equal(factorial(&f, UINT32_MAX), 0);
	fixture_close(&f);
}

static void test_edu_intx__raised_and_not_acknowledged__fires_again_on_unmask(void **state)
{
	struct fixture f;
	int fd = eventfd_new();

	(void)state;
	fixture_open(&f, "model:edu");
	assert_int_equal(pci_function_irq_enable(f.fn, PCI_IRQ_INTX, &fd, 1), 0);
	reg_write(&f, IRQ_RAISE, 1);
	assert_int_equal(interrupts_now(fd), 0); /* masked until the first unmask */
	assert_int_equal(pci_function_irq_unmask(f.fn, 0), 0);
	assert_int_equal(interrupts_now(fd), 1);
	reg_write(&f, IRQ_RAISE, 2);
	assert_int_equal(interrupts_now(fd), 0);
	assert_int_equal(pci_function_irq_unmask(f.fn, 0), 0);
	assert_int_equal(interrupts_now(fd), 1);
	reg_write(&f, IRQ_ACK, 3);
	assert_int_equal(pci_function_irq_unmask(f.fn, 0), 0);
	assert_int_equal(interrupts_now(fd), 0);
	fixture_close(&f);
	close(fd);
}

static void test_edu_msi__masked_while_raised__fires_on_unmask(void **state)
{
	struct fixture f;
	int fd = eventfd_new();

	(void)state;
	fixture_open(&f, "model:edu");
	assert_int_equal(pci_function_irq_enable(f.fn, PCI_IRQ_MSI, &fd, 1), 0);
	reg_write(&f, IRQ_RAISE, 1);
	assert_int_equal(interrupts_now(fd), 1);
	assert_int_equal(pci_function_irq_mask(f.fn, 0), 0);
	reg_write(&f, IRQ_RAISE, 1);
	assert_int_equal(interrupts_now(fd), 0);
	assert_int_equal(pci_function_irq_unmask(f.fn, 0), 0);
	assert_int_equal(interrupts_now(fd), 1);
	fixture_close(&f);
	close(fd);
}

static void dma(struct fixture *f, uint64_t from, uint64_t to, uint32_t len, uint32_t command)
{
	vfio_mmio_write64(f->bar0 + 0x80, from);
	vfio_mmio_write64(f->bar0 + 0x88, to);
	vfio_mmio_write64(f->bar0 + 0x90, len);
	vfio_mmio_write64(f->bar0 + 0x98, command);
}

static void dma_and_wait(struct fixture *f, uint64_t from, uint64_t to, uint32_t command)
{
	dma(f, from, to, 256, command);
	while (vfio_mmio_read64(f->bar0 + 0x98) & 1)
		exec_sleep_ms(1);
}

static void test_edu_dma__to_device_and_back__same_bytes_and_one_interrupt(void **state)
{
	struct fixture f;
	int fd = eventfd_new();

	(void)state;
	fixture_open(&f, "model:edu");
	assert_int_equal(pci_function_irq_enable(f.fn, PCI_IRQ_MSI, &fd, 1), 0);
	for (unsigned int i = 0; i < 256; i++)
		f.dma[i] = (uint8_t)(i * 7);
	dma_and_wait(&f, f.dma_addr, BUFFER, 1);
	assert_int_equal(interrupts_now(fd), 0);
	dma(&f, BUFFER, f.dma_addr + 4096, 256, 1 | 2 | 4);
	assert_int_equal(interrupts_soon(fd), 1);
	assert_memory_equal(f.dma, f.dma + 4096, 256);
	assert_int_equal(pci_model_stats(f.fn).dma_violations, 0);
	fixture_close(&f);
	close(fd);
}

static void test_edu_dma__outside_arena_or_bus_master_off__violation_and_ones(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, "model:edu");
	dma_and_wait(&f, 0x1000, BUFFER, 1); /* below the arena: the device's buffer gets ones */
	assert_int_equal(pci_model_stats(f.fn).dma_violations, 1);
	dma_and_wait(&f, BUFFER, f.dma_addr, 1 | 2);
	assert_int_equal(f.dma[0], 0xff);
	/* across the arena's end */
	dma_and_wait(&f, BUFFER, f.dma_addr + pci_function_dma_info(f.fn)->fixed_len - 8, 1 | 2);
	assert_int_equal(pci_model_stats(f.fn).dma_violations, 2);
	f.dma[0] = 1;
	assert_int_equal(pci_function_set_bus_master(f.fn, false), 0);
	dma_and_wait(&f, BUFFER, f.dma_addr, 1 | 2);
	assert_int_equal(pci_model_stats(f.fn).dma_violations, 3);
	assert_int_equal(f.dma[0], 1);
	fixture_close(&f);
}

static void test_model__removed__ones_everywhere_and_one_event(void **state)
{
	struct fixture f;
	uint32_t value;
	int fd = eventfd_new();

	(void)state;
	fixture_open(&f, "model:edu");
	assert_int_equal(pci_function_provoke_removal(f.fn), 0);
	assert_int_equal(pci_function_provoke_removal(f.fn), -ENODEV);
	assert_int_equal(reg_read(&f, 0), UINT32_MAX);
	assert_int_equal(pci_config_read(f.fn, 0, 2, &value), 0);
	assert_int_equal(value, 0xffff);
	reg_write(&f, 4, 1);
	assert_int_equal(pci_function_irq_enable(f.fn, PCI_IRQ_MSI, &fd, 1), -ENODEV);
	assert_int_equal(fixture_count(&f, PCI_EVENT_GONE), 1);
	fixture_close(&f);
	close(fd);
}

static void test_model__vanished_silently__check_gone_finds_out(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, "model:edu");
	assert_false(pci_function_check_gone(f.fn));
	pci_model_vanish(f.fn);
	assert_false(pci_function_is_gone(f.fn));
	assert_int_equal(reg_read(&f, 0), UINT32_MAX);
	assert_true(pci_function_check_gone(f.fn));
	assert_int_equal(fixture_count(&f, PCI_EVENT_GONE), 1);
	fixture_close(&f);
}

static void test_model__wedged__ones_but_not_gone(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, "model:edu");
	pci_model_set_wedged(f.fn, true);
	assert_int_equal(reg_read(&f, 0), UINT32_MAX);
	assert_false(pci_function_check_gone(f.fn));
	pci_model_set_wedged(f.fn, false);
	assert_int_equal(reg_read(&f, 0), 0x010000ed);
	fixture_close(&f);
}

static void test_model__stuck_bits__seen_on_that_register_only(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, "model:edu");
	pci_model_set_stuck(f.fn, 0, 0x20, 1, 0);
	assert_int_equal(reg_read(&f, 0x20), 1);
	assert_int_equal(reg_read(&f, 0x24), 0);
	fixture_close(&f);
}

static void test_model__spurious_interrupt__without_cause(void **state)
{
	struct fixture f;
	int fd = eventfd_new();

	(void)state;
	fixture_open(&f, "model:edu");
	assert_int_equal(pci_function_irq_enable(f.fn, PCI_IRQ_INTX, &fd, 1), 0);
	assert_int_equal(pci_function_irq_unmask(f.fn, 0), 0);
	pci_model_spurious_interrupt(f.fn, 0);
	assert_int_equal(interrupts_now(fd), 1);
	assert_int_equal(reg_read(&f, 0x24), 0);
	fixture_close(&f);
	close(fd);
}

static void test_model__unknown_name_or_option__refused_with_a_reason(void **state)
{
	struct report rep = REPORT_INIT;
	struct fixture f;

	(void)state;
	assert_int_equal(fixture_try_open(&f, "model:nothing", &rep), -ENODEV);
	assert_non_null(strstr(rep.text, "nothing"));
	rep = (struct report)REPORT_INIT;
	assert_int_equal(fixture_try_open(&f, "model:edu,speed=9", &rep), -EINVAL);
	assert_non_null(strstr(rep.text, "speed"));
}

/* One run of DMA and interrupts under @seed: how many choices and how much time it took. */
static void simulate(uint64_t seed, uint64_t *out_steps, uint64_t *out_ns)
{
	struct fixture f;
	int fd = eventfd_new();

	assert_int_equal(exec_sim_begin(seed), 0);
	fixture_open(&f, "model:edu");
	assert_int_equal(pci_function_irq_enable(f.fn, PCI_IRQ_MSI, &fd, 1), 0);
	dma(&f, f.dma_addr, BUFFER, 64, 1 | 4);
	assert_int_equal(interrupts_soon(fd), 1);
	assert_int_equal(factorial(&f, 5), 120);
	fixture_close(&f);
	*out_steps = exec_sim_steps();
	*out_ns = exec_now_ns();
	exec_sim_end();
	close(fd);
}

static void test_model__same_seed__same_run(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		uint64_t steps[2], ns[2];

		simulate(seed, &steps[0], &ns[0]);
		simulate(seed, &steps[1], &ns[1]);
		assert_int_equal(steps[0], steps[1]);
		assert_int_equal(ns[0], ns[1]);
	}
}

static void test_model__open_and_close__nothing_left(void **state)
{
	struct fixture f;
	uint64_t blocks = mem_live_blocks();

	(void)state;
	fixture_open(&f, "model:edu");
	assert_true(mem_live_blocks() > blocks);
	fixture_close(&f);
	assert_int_equal(mem_live_blocks(), blocks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_edu__id_and_liveness),
		cmocka_unit_test(test_edu__narrow_read_of_a_wide_register__ones),
		cmocka_unit_test(test_edu__factorial),
		cmocka_unit_test(test_edu_intx__raised_and_not_acknowledged__fires_again_on_unmask),
		cmocka_unit_test(test_edu_msi__masked_while_raised__fires_on_unmask),
		cmocka_unit_test(test_edu_dma__to_device_and_back__same_bytes_and_one_interrupt),
		cmocka_unit_test(test_edu_dma__outside_arena_or_bus_master_off__violation_and_ones),
		cmocka_unit_test(test_model__removed__ones_everywhere_and_one_event),
		cmocka_unit_test(test_model__vanished_silently__check_gone_finds_out),
		cmocka_unit_test(test_model__wedged__ones_but_not_gone),
		cmocka_unit_test(test_model__stuck_bits__seen_on_that_register_only),
		cmocka_unit_test(test_model__spurious_interrupt__without_cause),
		cmocka_unit_test(test_model__unknown_name_or_option__refused_with_a_reason),
		cmocka_unit_test(test_model__same_seed__same_run),
		cmocka_unit_test(test_model__open_and_close__nothing_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
