/* SPDX-License-Identifier: MIT */
/* QEMU's 82574L behind vfio-pci: five MSI-X vectors, a reset, and a port BAR. */
#include "vm_functions.h"

#include <errno.h>

/* 82574 datasheet, section 10.2: CTRL, STATUS, ICR, ICS, EIAC, IMS, IMC, IVAR */
enum {
	REG_CTRL = 0x00,
	REG_STATUS = 0x08,
	REG_ICR = 0xc0,
	REG_ICS = 0xc8,
	REG_IMS = 0xd0,
	REG_IMC = 0xd8,
	REG_EIAC = 0xdc,
	REG_IVAR = 0xe4,
	REG_RAL0 = 0x5400,
};
#define VECTORS     5
#define CAUSE_FIRST 20 /* RXQ0, RXQ1, TXQ0, TXQ1, other: bits 20 to 24 of ICR */
#define CAUSES_ALL  (0x1fu << CAUSE_FIRST)
#define IVAR_ALL    0x000cba98u /* cause i to vector i, each entry valid */
#define WAIT_MS     60000
#define THROTTLE_MS 20

struct nic {
	struct pci_function *fn;
	int irqs[VECTORS];
};

static int nic_open(void **state)
{
	static struct nic nic;

	nic.fn = vm_open(VM_E1000E, 0);
	for (int i = 0; i < VECTORS; i++)
		nic.irqs[i] = vm_eventfd();
	*state = &nic;
	return 0;
}

/* QEMU 7.2 aborts when MSI-X goes off while its interrupt throttling timer (128 us) runs. */
static void nic_let_throttling_end(struct nic *nic)
{
	vm_await(nic->irqs[0], THROTTLE_MS);
}

static int nic_close(void **state)
{
	struct nic *nic = *state;

	nic_let_throttling_end(nic);
	pci_function_close(nic->fn);
	for (int i = 0; i < VECTORS; i++)
		close(nic->irqs[i]);
	return 0;
}

static void nic_write(struct nic *nic, unsigned int reg, uint32_t value)
{
	vfio_mmio_write32(vm_reg(nic->fn, 0, reg), value);
}

static void nic_enable_causes(struct nic *nic)
{
	assert_int_equal(pci_function_set_bus_master(nic->fn, true), 0);
	nic_write(nic, REG_IVAR, IVAR_ALL);
	nic_write(nic, REG_EIAC, CAUSES_ALL);
	nic_write(nic, REG_IMS, CAUSES_ALL);
}

static void nic_enable(struct nic *nic, const int *irqs, unsigned int count)
{
	assert_int_equal(pci_function_irq_enable(nic->fn, PCI_IRQ_MSIX, irqs, count), 0);
	nic_enable_causes(nic);
}

/*
 * An interrupt starts the vector's throttling timer (EITR, 128 us at least). QEMU 7.2 stops with an
 * assertion when that ends with MSI-X disabled, so no test disables sooner.
 */
static uint64_t await_and_settle(int irq)
{
	uint64_t count = vm_await(irq, WAIT_MS);

	usleep(5000);
	return count;
}

static void assert_only_vector_fires(struct nic *nic, int vector)
{
	nic_write(nic, REG_ICS, 1u << (CAUSE_FIRST + vector));
	assert_int_not_equal(await_and_settle(nic->irqs[vector]), 0);
	for (int i = 0; i < VECTORS; i++)
		assert_int_equal(vm_await(nic->irqs[i], 0), 0);
}

static void test_msix__each_of_five_vectors__signals_its_own_eventfd(void **state)
{
	struct nic *nic = *state;

	assert_int_equal(pci_function_irq_info(nic->fn, PCI_IRQ_MSIX).count, VECTORS);
	nic_enable(nic, nic->irqs, VECTORS);
	for (int i = 0; i < VECTORS; i++)
		assert_only_vector_fires(nic, i);
}

/* On 6.12 the first two run on; on 6.1 they are enabled anew and told to look. */
static void test_msix__vectors_added_while_others_run__all_signal(void **state)
{
	struct nic *nic = *state;
	bool dynamic = pci_function_caps(nic->fn).dynamic_msix;

	nic_enable(nic, nic->irqs, 2);
	assert_only_vector_fires(nic, 0);
	nic_let_throttling_end(nic); /* 6.1 takes MSI-X off to grow it */
	assert_int_equal(pci_function_irq_set(nic->fn, 4, nic->irqs[4]), 0);
	assert_int_equal(vm_await(nic->irqs[0], 0), dynamic ? 0 : 1);
	assert_int_equal(vm_await(nic->irqs[1], 0), dynamic ? 0 : 1);
	assert_only_vector_fires(nic, 4);
	assert_only_vector_fires(nic, 1);
	assert_int_equal(pci_function_irq_set(nic->fn, 5, nic->irqs[0]), -EINVAL);
	print_message("vectors are added %s\n", dynamic ? "in place" : "by enabling the set anew");
}

static void test_msix__growing_follows_the_kernel(void **state)
{
	struct nic *nic = *state;
	char release[64] = "";

	assert_true(sys_read_file("/proc/sys/kernel/osrelease", release, sizeof(release)) > 0);
	assert_int_equal(pci_function_caps(nic->fn).dynamic_msix, strncmp(release, "6.1.", 4) != 0);
}

static void test_msix__one_vector_pointed_elsewhere__signals_there(void **state)
{
	struct nic *nic = *state;

	nic_enable(nic, nic->irqs, VECTORS);
	assert_int_equal(pci_function_irq_set(nic->fn, 2, nic->irqs[3]), 0);
	nic_write(nic, REG_ICS, 1u << (CAUSE_FIRST + 2));
	assert_int_not_equal(await_and_settle(nic->irqs[3]), 0);
	assert_int_equal(vm_await(nic->irqs[2], 0), 0);
	assert_int_equal(pci_function_irq_set(nic->fn, 2, -1), 0);
	nic_write(nic, REG_ICS, 1u << (CAUSE_FIRST + 2));
	assert_int_equal(vm_await(nic->irqs[3], 100), 0);
}

static void test_msix__masked__waits_for_the_unmask(void **state)
{
	struct nic *nic = *state;

	nic_enable(nic, nic->irqs, VECTORS);
	assert_int_equal(pci_function_irq_mask(nic->fn, 1), 0);
	nic_write(nic, REG_ICS, 1u << (CAUSE_FIRST + 1));
	assert_int_equal(vm_await(nic->irqs[1], 100), 0);
	assert_int_equal(pci_function_irq_unmask(nic->fn, 1), 0);
	assert_int_not_equal(await_and_settle(nic->irqs[1]), 0);
}

static void test_msi__then_msix__one_kind_replaces_the_other(void **state)
{
	struct nic *nic = *state;

	assert_int_equal(pci_function_irq_enable(nic->fn, PCI_IRQ_MSI, nic->irqs, 1), 0);
	nic_enable(nic, nic->irqs, VECTORS);
	assert_only_vector_fires(nic, 3);
}

/* QEMU's 82574L resets by power management, which keeps its registers; ours to keep are vectors. */
static void test_reset__vectors_stay_enabled(void **state)
{
	struct nic *nic = *state;

	assert_true(pci_function_caps(nic->fn).has_reset);
	nic_enable(nic, nic->irqs, VECTORS);
	assert_int_equal(pci_function_reset(nic->fn), 0);
	nic_enable_causes(nic);
	assert_only_vector_fires(nic, 3);
}

/* IOADDR and IODATA of the port BAR (section 10.2.1) lead to the same registers as memory does. */
static void test_port_bar__through_the_register_window__reaches_the_registers(void **state)
{
	struct nic *nic = *state;
	uint32_t status = vfio_mmio_read32(vm_reg(nic->fn, 0, REG_STATUS));

	assert_true(pci_function_bar(nic->fn, 2)->is_port);
	assert_true(vfio_mmio_in_window(vm_reg(nic->fn, 2, 0)));
	vfio_mmio_write32(vm_reg(nic->fn, 2, 0), REG_STATUS);
	assert_int_equal(vfio_mmio_read32(vm_reg(nic->fn, 2, 4)), status);
}

static void test_open__bus_mastering_is_off_and_decoding_on(void **state)
{
	struct nic *nic = *state;
	uint32_t command = 0;

	assert_int_equal(pci_config_read(nic->fn, 4, 2, &command), 0);
	assert_int_equal(command & 7, 3);
	assert_int_equal(pci_function_set_bus_master(nic->fn, true), 0);
	assert_int_equal(pci_config_read(nic->fn, 4, 2, &command), 0);
	assert_int_equal(command & 7, 7);
	assert_int_equal(pci_config_read(nic->fn, 0, 4, &command), 0);
	assert_int_equal(command, 0x10d38086);
	assert_int_equal(pci_function_id(nic->fn).class_code, 0x020000);
}

static void test_iommu__tells_ranges_page_sizes_and_limits(void **state)
{
	struct nic *nic = *state;
	const struct pci_dma_info *dma = pci_function_dma_info(nic->fn);

	assert_true(dma->range_count >=
		    2); /* the hole is 0xfee00000, where writes mean interrupts */
	assert_true(dma->ranges[0].last < 0xfee00000 && dma->ranges[1].first > 0xfee00000);
	assert_true(dma->page_sizes & 0x1000);
	assert_true(dma->entry_limit >= 1000);
	assert_true(dma->memlock_limit == UINT64_MAX); /* we are root */
}

int main(void)
{
#define NIC_TEST(f) cmocka_unit_test_setup_teardown(f, nic_open, nic_close)
	const struct CMUnitTest tests[] = {
		NIC_TEST(test_msix__each_of_five_vectors__signals_its_own_eventfd),
		NIC_TEST(test_msix__vectors_added_while_others_run__all_signal),
		NIC_TEST(test_msix__growing_follows_the_kernel),
		NIC_TEST(test_msix__one_vector_pointed_elsewhere__signals_there),
		NIC_TEST(test_msix__masked__waits_for_the_unmask),
		NIC_TEST(test_msi__then_msix__one_kind_replaces_the_other),
		NIC_TEST(test_reset__vectors_stay_enabled),
		NIC_TEST(test_port_bar__through_the_register_window__reaches_the_registers),
		NIC_TEST(test_open__bus_mastering_is_off_and_decoding_on),
		NIC_TEST(test_iommu__tells_ranges_page_sizes_and_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
