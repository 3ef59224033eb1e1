/* SPDX-License-Identifier: MIT */
/* What every back end shares: addresses, being gone, capabilities, control calls. */
#include "fake_function.h"

#include <errno.h>
#include <linux/pci_regs.h>

#include "base/mem.h"

static void test_open__malformed_address__refused_with_a_hint(void **state)
{
	static const char *const bad[] = { "",        "e1000",       "00:03",    "00:03.0.0",
					   "zz:03.0", "0000:00:3.0", "00:03.0 ", "pci:00:03.0",
					   "model",   "qemu",        "00-03.0" };

	(void)state;
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(bad); i++) {
		struct report rep = REPORT_INIT;
		struct pci_function *fn;

		assert_int_equal(pci_function_open(bad[i], NULL, &rep, &fn), -EINVAL);
		assert_true(rep.text[0]);
		assert_true(rep.hint[0]);
	}
}

static void test_open__address_too_long__refused(void **state)
{
	char address[400];
	struct pci_function *fn;

	(void)state;
	memset(address, 'x', sizeof(address) - 1);
	memcpy(address, "qemu:", 5);
	address[sizeof(address) - 1] = '\0';
	assert_int_equal(pci_function_open(address, NULL, NULL, &fn), -EINVAL);
}

static void test_open__no_such_pci_function__enodev(void **state)
{
	struct report rep = REPORT_INIT;
	struct pci_function *fn;

	(void)state;
	assert_int_equal(pci_function_open("fffe:1f:1f.7", NULL, &rep, &fn), -ENODEV);
	assert_non_null(strstr(rep.text, "fffe:1f:1f.7"));
}

static void put_cap(struct fake *fake, unsigned int at, uint8_t id, uint8_t next)
{
	fake->config[at] = id;
	fake->config[at + 1] = next;
}

static void test_find_cap__chain__found_or_zero(void **state)
{
	struct fake fake;

	(void)state;
	fake_open(&fake);
	put_cap(&fake, 0x40, PCI_CAP_ID_PM, 0x50);
	put_cap(&fake, 0x50, PCI_CAP_ID_MSI, 0);
	fake.config[PCI_CAPABILITY_LIST] = 0x40;
	assert_int_equal(pci_function_find_cap(fake.fn, PCI_CAP_ID_MSI), 0); /* status says none */
	fake.config[PCI_STATUS] = PCI_STATUS_CAP_LIST;
	assert_int_equal(pci_function_find_cap(fake.fn, PCI_CAP_ID_MSI), 0x50);
	assert_int_equal(pci_function_find_cap(fake.fn, PCI_CAP_ID_PM), 0x40);
	assert_int_equal(pci_function_find_cap(fake.fn, PCI_CAP_ID_MSIX), 0);
	pci_function_close(fake.fn);
}

static void test_find_cap__chain_loops__ends(void **state)
{
	struct fake fake;

	(void)state;
	fake_open(&fake);
	fake.config[PCI_STATUS] = PCI_STATUS_CAP_LIST;
	fake.config[PCI_CAPABILITY_LIST] = 0x40;
	put_cap(&fake, 0x40, PCI_CAP_ID_PM, 0x50);
	put_cap(&fake, 0x50, PCI_CAP_ID_MSI, 0x40);
	assert_int_equal(pci_function_find_cap(fake.fn, PCI_CAP_ID_MSIX), 0);
	assert_true(fake.config_reads < 200);
	put_cap(&fake, 0x50, PCI_CAP_ID_MSI, 0x10); /* into the header */
	assert_int_equal(pci_function_find_cap(fake.fn, PCI_CAP_ID_MSIX), 0);
	pci_function_close(fake.fn);
}

static void test_config__misaligned_or_odd_width__einval(void **state)
{
	struct fake fake;
	uint32_t value;

	(void)state;
	fake_open(&fake);
	assert_int_equal(pci_config_read(fake.fn, 0, 3, &value), -EINVAL);
	assert_int_equal(pci_config_read(fake.fn, 1, 2, &value), -EINVAL);
	assert_int_equal(pci_config_read(fake.fn, 4096, 4, &value), -EINVAL);
	assert_int_equal(pci_config_write(fake.fn, 2, 4, 0), -EINVAL);
	assert_int_equal(pci_config_read(fake.fn, 0, 2, &value), 0);
	assert_int_equal(value, 0x1234);
	pci_function_close(fake.fn);
}

static void test_gone__marked_twice__one_event_ones_and_enodev(void **state)
{
	struct fake fake;
	uint32_t value;
	int fd = -1;

	(void)state;
	fake_open(&fake);
	fake.fn->irqs[PCI_IRQ_INTX].count = 1;
	pci_function_mark_gone(fake.fn);
	pci_function_mark_gone(fake.fn);
	assert_int_equal(fake.events, 1);
	assert_int_equal(pci_config_read(fake.fn, 0, 1, &value), 0);
	assert_int_equal(value, 0xff);
	assert_int_equal(pci_config_write(fake.fn, 0, 1, 0), 0);
	assert_int_equal(fake.config[0], 0x34); /* dropped */
	assert_int_equal(pci_function_reset(fake.fn), -ENODEV);
	assert_int_equal(pci_function_irq_enable(fake.fn, PCI_IRQ_INTX, &fd, 1), -ENODEV);
	assert_int_equal(pci_function_irq_unmask(fake.fn, 0), -ENODEV);
	assert_int_equal(pci_function_set_bus_master(fake.fn, true), -ENODEV);
	pci_function_close(fake.fn);
	assert_int_equal(fake.closes, 1);
}

static void test_check_gone__vendor_ones_or_error__only_ones_count(void **state)
{
	struct fake fake;

	(void)state;
	fake_open(&fake);
	assert_false(pci_function_check_gone(fake.fn));
	fake.err = -EIO;
	assert_false(pci_function_check_gone(fake.fn));
	fake.err = 0;
	memset(fake.config, 0xff, 2);
	assert_true(pci_function_check_gone(fake.fn));
	assert_int_equal(fake.events, 1);
	pci_function_close(fake.fn);
}

static void test_irq_enable__too_many_or_no_vectors__einval(void **state)
{
	struct fake fake;
	int fds[3] = { -1, -1, -1 };

	(void)state;
	fake_open(&fake);
	fake.fn->irqs[PCI_IRQ_MSIX].count = 2;
	assert_int_equal(pci_function_irq_enable(fake.fn, PCI_IRQ_MSIX, fds, 3), -EINVAL);
	assert_int_equal(pci_function_irq_enable(fake.fn, PCI_IRQ_MSIX, fds, 0), -EINVAL);
	assert_int_equal(pci_function_irq_enable(fake.fn, PCI_IRQ_MSI, fds, 1), -EINVAL);
	assert_int_equal(pci_function_irq_enable(fake.fn, PCI_IRQ_KINDS, fds, 1), -EINVAL);
	assert_int_equal(fake.enables, 0);
	pci_function_close(fake.fn);
}

static void test_irq_enable__again__replaces_what_was_enabled(void **state)
{
	struct fake fake;
	int fds[2] = { -1, -1 };

	(void)state;
	fake_open(&fake);
	fake.fn->irqs[PCI_IRQ_INTX].count = 1;
	fake.fn->irqs[PCI_IRQ_MSIX].count = 2;
	assert_int_equal(pci_function_irq_enable(fake.fn, PCI_IRQ_INTX, fds, 1), 0);
	assert_int_equal(fake.disables, 0);
	assert_int_equal(pci_function_irq_enable(fake.fn, PCI_IRQ_MSIX, fds, 2), 0);
	assert_int_equal(fake.disables, 1);
	pci_function_irq_disable(fake.fn);
	pci_function_irq_disable(fake.fn);
	assert_int_equal(fake.disables, 2);
	pci_function_close(fake.fn);
	assert_int_equal(fake.disables, 2);
}

static void test_close__bus_master_off_and_interrupts_off(void **state)
{
	struct fake fake;
	int fd = -1;

	(void)state;
	fake_open(&fake);
	fake.fn->irqs[PCI_IRQ_INTX].count = 1;
	assert_int_equal(pci_function_set_bus_master(fake.fn, true), 0);
	assert_int_equal(fake.config[PCI_COMMAND] & PCI_COMMAND_MASTER, PCI_COMMAND_MASTER);
	assert_int_equal(pci_function_irq_enable(fake.fn, PCI_IRQ_INTX, &fd, 1), 0);
	pci_function_close(fake.fn);
	assert_int_equal(fake.config[PCI_COMMAND] & PCI_COMMAND_MASTER, 0);
	assert_int_equal(fake.disables, 1);
	pci_function_close(NULL);
}

static void test_bus_master__bars_decode_as_they_need(void **state)
{
	struct fake fake;

	(void)state;
	fake_open(&fake);
	fake_add_bar(&fake, 4096);
	fake.fn->bars[1] = (struct pci_bar){ .size = 64, .is_port = true };
	assert_int_equal(pci_function_set_bus_master(fake.fn, false), 0);
	assert_int_equal(fake.config[PCI_COMMAND], PCI_COMMAND_MEMORY | PCI_COMMAND_IO);
	pci_function_close(fake.fn);
}

static void test_not_offered__reset_dma_and_removal__eopnotsupp(void **state)
{
	struct fake fake;
	uint8_t page;

	(void)state;
	fake_open(&fake);
	assert_int_equal(pci_function_reset(fake.fn), -EOPNOTSUPP);
	assert_int_equal(pci_function_dma_map(fake.fn, &page, 4096, 0, PCI_DMA_RW), -EOPNOTSUPP);
	assert_int_equal(pci_function_dma_unmap(fake.fn, 0, 4096), -EOPNOTSUPP);
	assert_int_equal(pci_function_provoke_removal(fake.fn), -EOPNOTSUPP);
	fake.fn->caps.has_reset = true;
	assert_int_equal(pci_function_reset(fake.fn), 0);
	assert_int_equal(fake.resets, 1);
	pci_function_close(fake.fn);
}

static void test_bar__none_there__null(void **state)
{
	struct fake fake;

	(void)state;
	fake_open(&fake);
	assert_null(pci_function_bar(fake.fn, 0));
	assert_null(pci_function_bar(fake.fn, PCI_BAR_COUNT));
	assert_int_equal(pci_function_irq_info(fake.fn, PCI_IRQ_KINDS).count, 0);
	pci_function_close(fake.fn);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open__malformed_address__refused_with_a_hint),
		cmocka_unit_test(test_open__address_too_long__refused),
		cmocka_unit_test(test_open__no_such_pci_function__enodev),
		cmocka_unit_test(test_find_cap__chain__found_or_zero),
		cmocka_unit_test(test_find_cap__chain_loops__ends),
		cmocka_unit_test(test_config__misaligned_or_odd_width__einval),
		cmocka_unit_test(test_gone__marked_twice__one_event_ones_and_enodev),
		cmocka_unit_test(test_check_gone__vendor_ones_or_error__only_ones_count),
		cmocka_unit_test(test_irq_enable__too_many_or_no_vectors__einval),
		cmocka_unit_test(test_irq_enable__again__replaces_what_was_enabled),
		cmocka_unit_test(test_close__bus_master_off_and_interrupts_off),
		cmocka_unit_test(test_bus_master__bars_decode_as_they_need),
		cmocka_unit_test(test_not_offered__reset_dma_and_removal__eopnotsupp),
		cmocka_unit_test(test_bar__none_there__null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
