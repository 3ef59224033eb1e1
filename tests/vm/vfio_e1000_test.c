/* SPDX-License-Identifier: MIT */
/* QEMU's 82540EM behind vfio-pci: INTx only, a port BAR, no reset. */
#include "vm_functions.h"

#include <errno.h>

/* 8254x developer's manual, section 13: STATUS, ICR (clears by being read), ICS, IMS, IMC, RAL */
enum { REG_STATUS = 0x08, REG_ICR = 0xc0, REG_ICS = 0xc8, REG_IMS = 0xd0, REG_IMC = 0xd8 };
#define CAUSE_LSC 0x04u
#define WAIT_MS   60000

struct nic {
	struct pci_function *fn;
	int irq;
};

static int nic_open(void **state)
{
	static struct nic nic;

	nic.fn = vm_open(VM_E1000, 0);
	nic.irq = vm_eventfd();
	*state = &nic;
	return 0;
}

static int nic_close(void **state)
{
	struct nic *nic = *state;

	pci_function_close(nic->fn);
	close(nic->irq);
	return 0;
}

static uint32_t nic_read(struct nic *nic, unsigned int reg)
{
	return vfio_mmio_read32(vm_reg(nic->fn, 0, reg));
}

static void nic_write(struct nic *nic, unsigned int reg, uint32_t value)
{
	vfio_mmio_write32(vm_reg(nic->fn, 0, reg), value);
}

static void test_intx__raised_acknowledged_unmasked__fires_again_each_time(void **state)
{
	struct nic *nic = *state;

	assert_int_equal(pci_function_irq_enable(nic->fn, PCI_IRQ_INTX, &nic->irq, 1), 0);
	nic_write(nic, REG_IMS, CAUSE_LSC);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(pci_function_irq_unmask(nic->fn, 0), 0);
		assert_int_equal(vm_await(nic->irq, 0), 0);
		nic_write(nic, REG_ICS, CAUSE_LSC);
		assert_int_equal(vm_await(nic->irq, WAIT_MS), 1);
		assert_true(nic_read(nic, REG_ICR) & CAUSE_LSC);
	}
	assert_int_equal(pci_function_stats(nic->fn).interrupts_unmasked, 5);
}

static void test_intx__masked_by_the_caller__is_silent_until_unmasked(void **state)
{
	struct nic *nic = *state;

	assert_int_equal(pci_function_irq_enable(nic->fn, PCI_IRQ_INTX, &nic->irq, 1), 0);
	assert_int_equal(pci_function_irq_unmask(nic->fn, 0), 0);
	assert_int_equal(pci_function_irq_mask(nic->fn, 0), 0);
	nic_write(nic, REG_IMS, CAUSE_LSC);
	nic_write(nic, REG_ICS, CAUSE_LSC);
	assert_int_equal(vm_await(nic->irq, 100), 0);
	assert_int_equal(pci_function_irq_unmask(nic->fn, 0), 0);
	assert_int_equal(vm_await(nic->irq, WAIT_MS), 1);
	nic_read(nic, REG_ICR);
}

static void test_kinds__intx_only__others_are_refused(void **state)
{
	struct nic *nic = *state;

	assert_int_equal(pci_function_irq_info(nic->fn, PCI_IRQ_MSI).count, 0);
	assert_int_equal(pci_function_irq_enable(nic->fn, PCI_IRQ_MSI, &nic->irq, 1), -EINVAL);
	assert_int_equal(pci_function_irq_enable(nic->fn, PCI_IRQ_MSIX, &nic->irq, 1), -EINVAL);
}

/* QEMU's model answers 0 at its ports; that the access went there is what counts. */
static void test_port_bar__each_access__goes_through_the_register_window(void **state)
{
	struct nic *nic = *state;

	assert_true(pci_function_bar(nic->fn, 1)->is_port);
	assert_false(pci_function_bar(nic->fn, 1)->is_mapped);
	vfio_mmio_write32(vm_reg(nic->fn, 1, 0), REG_STATUS);
	assert_int_equal(vfio_mmio_read32(vm_reg(nic->fn, 1, 4)), 0);
	assert_int_equal(pci_function_stats(nic->fn).bar_calls, 2);
}

/*
 * No reset here. The kernel puts the command register back as it was at open, INTx disable bit
 * included, once the descriptor is closed; bus mastering it keeps off.
 */
static void test_close__leaves_bus_mastering_off(void **state)
{
	struct nic *nic = *state;
	char address[16], path[80];
	uint8_t config[8];
	int fd;

	vm_find(VM_E1000, 0, address);
	assert_int_equal(pci_function_irq_enable(nic->fn, PCI_IRQ_INTX, &nic->irq, 1), 0);
	assert_int_equal(pci_function_set_bus_master(nic->fn, true), 0);
	pci_function_close(nic->fn);
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/config", address);
	fd = sys_open(path, 0, 0);
	assert_int_equal(sys_pread(fd, config, sizeof(config), 0), sizeof(config));
	sys_close(fd);
	assert_int_equal(config[4] & 4, 0);
	nic->fn = vm_open(VM_E1000, 0);
}

int main(void)
{
#define NIC_TEST(f) cmocka_unit_test_setup_teardown(f, nic_open, nic_close)
	const struct CMUnitTest tests[] = {
		NIC_TEST(test_intx__raised_acknowledged_unmasked__fires_again_each_time),
		NIC_TEST(test_intx__masked_by_the_caller__is_silent_until_unmasked),
		NIC_TEST(test_kinds__intx_only__others_are_refused),
		NIC_TEST(test_port_bar__each_access__goes_through_the_register_window),
		NIC_TEST(test_close__leaves_bus_mastering_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
