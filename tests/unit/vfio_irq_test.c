/* SPDX-License-Identifier: MIT */
/* INTx, MSI and MSI-X: what the kernel is asked, in which order, and what stays after a refusal. */
#include "vfio_fixture.h"

#include <errno.h>
#include <poll.h>

#define VECTORS 5

static struct pci_function *fn;
static int fds[VECTORS];

static int begin(void **state)
{
	fix_begin(state);
	for (int i = 0; i < VECTORS; i++)
		fds[i] = eventfd(0, EFD_NONBLOCK);
	return 0;
}

static int end(void **state)
{
	pci_function_close(fn);
	fn = NULL;
	for (int i = 0; i < VECTORS; i++)
		close(fds[i]);
	return fix_end(state);
}

static struct fake_function *dev(void)
{
	return &fake.functions[0];
}

static bool was_signalled(int fd)
{
	uint64_t count;

	return read(fd, &count, sizeof(count)) == sizeof(count);
}

static void test_intx__enabled__begins_masked_and_signals_the_callers_eventfd(void **state)
{
	(void)state;
	fn = fix_open();
	assert_int_equal(pci_function_irq_enable(fn, PCI_IRQ_INTX, fds, 1), 0);
	assert_true(dev()->intx_masked);
	assert_int_equal(dev()->eventfds[VFIO_PCI_INTX_IRQ_INDEX][0], fds[0]);
	assert_int_equal(pci_function_irq_unmask(fn, 0), 0);
	assert_false(dev()->intx_masked);
	assert_int_equal(pci_function_irq_mask(fn, 0), 0);
	assert_true(dev()->intx_masked);
}

static void test_intx__each_step_of_enabling_fails__nothing_stays_enabled(void **state)
{
	bool fired = true;
	int err;

	(void)state;
	fn = fix_open();
	for (uint64_t k = 1; fired; k++) {
		fault_arm(FAULT_ANY, k);
		err = pci_function_irq_enable(fn, PCI_IRQ_INTX, fds, 1);
		fired = fault_fired();
		fault_disarm();
		assert_int_equal(dev()->enabled[VFIO_PCI_INTX_IRQ_INDEX], err ? 0 : 1);
		pci_function_irq_disable(fn);
		assert_int_equal(dev()->enabled[VFIO_PCI_INTX_IRQ_INDEX], 0);
	}
}

static void test_msi__enabled__replaces_intx(void **state)
{
	(void)state;
	fn = fix_open();
	assert_int_equal(pci_function_irq_enable(fn, PCI_IRQ_INTX, fds, 1), 0);
	assert_int_equal(pci_function_irq_enable(fn, PCI_IRQ_MSI, fds + 1, 1), 0);
	assert_int_equal(dev()->enabled[VFIO_PCI_INTX_IRQ_INDEX], 0);
	assert_int_equal(dev()->eventfds[VFIO_PCI_MSI_IRQ_INDEX][0], fds[1]);
	assert_int_equal(pci_function_irq_mask(fn, 0), 0); /* nothing to mask, nothing wrong */
	assert_int_equal(pci_function_irq_unmask(fn, 0), 0);
}

static void test_enable__more_vectors_than_there_are__refused(void **state)
{
	int many[6] = { -1, -1, -1, -1, -1, -1 };

	(void)state;
	fn = fix_open();
	assert_int_equal(pci_function_irq_enable(fn, PCI_IRQ_MSIX, many, 6), -EINVAL);
	assert_int_equal(pci_function_irq_enable(fn, PCI_IRQ_MSI, many, 2), -EINVAL);
	assert_int_equal(pci_function_irq_enable(fn, PCI_IRQ_MSIX, many, 0), -EINVAL);
}

/* The kernel then answers with a positive number: so many vectors could be had. */
static void test_enable__machine_is_short_of_vectors__no_space(void **state)
{
	(void)state;
	fn = fix_open();
	dev()->vectors_available = 2;
	assert_int_equal(pci_function_irq_enable(fn, PCI_IRQ_MSIX, fds, 5), -ENOSPC);
	assert_int_equal(dev()->enabled[VFIO_PCI_MSIX_IRQ_INDEX], 0);
	assert_int_equal(pci_function_irq_enable(fn, PCI_IRQ_MSIX, fds, 2), 0);
}

static void test_set__one_vector__leaves_the_others(void **state)
{
	(void)state;
	fn = fix_open();
	assert_int_equal(pci_function_irq_enable(fn, PCI_IRQ_MSIX, fds, 3), 0);
	assert_int_equal(pci_function_irq_set(fn, 1, -1), 0);
	assert_int_equal(dev()->eventfds[VFIO_PCI_MSIX_IRQ_INDEX][0], fds[0]);
	assert_int_equal(dev()->eventfds[VFIO_PCI_MSIX_IRQ_INDEX][1], -1);
	assert_int_equal(dev()->eventfds[VFIO_PCI_MSIX_IRQ_INDEX][2], fds[2]);
}

static void test_set__beyond_those_enabled_where_vectors_can_be_added__adds_in_place(void **state)
{
	(void)state;
	fn = fix_open();
	assert_int_equal(pci_function_irq_enable(fn, PCI_IRQ_MSIX, fds, 1), 0);
	assert_int_equal(pci_function_irq_set(fn, 3, fds[3]), 0);
	assert_int_equal(dev()->enabled[VFIO_PCI_MSIX_IRQ_INDEX], 4);
	assert_int_equal(dev()->eventfds[VFIO_PCI_MSIX_IRQ_INDEX][3], fds[3]);
	assert_int_equal(dev()->eventfds[VFIO_PCI_MSIX_IRQ_INDEX][1], -1);
	assert_false(was_signalled(fds[0]));
	assert_int_equal(pci_function_irq_set(fn, 5, fds[3]), -EINVAL);
}

static void test_set__beyond_where_the_set_is_fixed__enables_anew_and_signals_all(void **state)
{
	(void)state;
	dev()->irqs[VFIO_PCI_MSIX_IRQ_INDEX].flags |= VFIO_IRQ_INFO_NORESIZE;
	fn = fix_open();
	assert_false(pci_function_caps(fn).dynamic_msix);
	assert_int_equal(pci_function_irq_enable(fn, PCI_IRQ_MSIX, fds, 2), 0);
	assert_int_equal(pci_function_irq_set(fn, 3, fds[3]), 0);
	assert_int_equal(dev()->enabled[VFIO_PCI_MSIX_IRQ_INDEX], 4);
	assert_int_equal(dev()->eventfds[VFIO_PCI_MSIX_IRQ_INDEX][1], fds[1]);
	assert_int_equal(dev()->eventfds[VFIO_PCI_MSIX_IRQ_INDEX][2], -1);
	assert_int_equal(dev()->eventfds[VFIO_PCI_MSIX_IRQ_INDEX][3], fds[3]);
	assert_true(was_signalled(fds[0]) && was_signalled(fds[1]));
	assert_false(was_signalled(fds[3]));
}

static void test_set__enabling_anew_fails__the_old_set_is_back(void **state)
{
	(void)state;
	dev()->irqs[VFIO_PCI_MSIX_IRQ_INDEX].flags |= VFIO_IRQ_INFO_NORESIZE;
	fn = fix_open();
	assert_int_equal(pci_function_irq_enable(fn, PCI_IRQ_MSIX, fds, 2), 0);
	dev()->vectors_available = 2;
	assert_int_equal(pci_function_irq_set(fn, 3, fds[3]), -ENOSPC);
	assert_int_equal(dev()->enabled[VFIO_PCI_MSIX_IRQ_INDEX], 2);
	assert_int_equal(dev()->eventfds[VFIO_PCI_MSIX_IRQ_INDEX][0], fds[0]);
	assert_true(was_signalled(fds[0]) && was_signalled(fds[1]));
}

static void test_set__nothing_enabled_or_msi__refused(void **state)
{
	(void)state;
	fn = fix_open();
	assert_int_equal(pci_function_irq_set(fn, 0, fds[0]), -EINVAL);
	assert_int_equal(pci_function_irq_enable(fn, PCI_IRQ_MSI, fds, 1), 0);
	assert_int_equal(pci_function_irq_set(fn, 1, fds[0]), -EINVAL);
}

/* Entry 2 of the table, which the fake's MSI-X capability puts into BAR4's second page. */
static void test_mask__msix__sets_and_clears_the_bit_in_the_table(void **state)
{
	uint32_t control = 7;

	(void)state;
	fn = fix_open();
	assert_int_equal(pci_function_irq_enable(fn, PCI_IRQ_MSIX, fds, 5), 0);
	assert_int_equal(pci_function_irq_mask(fn, 2), 0);
	assert_int_equal(pread(dev()->bars[4].memfd, &control, 4, 0x1000 + 2 * 16 + 12), 4);
	assert_int_equal(control, 1);
	assert_int_equal(pci_function_irq_unmask(fn, 2), 0);
	assert_int_equal(pread(dev()->bars[4].memfd, &control, 4, 0x1000 + 2 * 16 + 12), 4);
	assert_int_equal(control, 0);
}

static void test_disable__intx__is_masked_in_the_device_first(void **state)
{
	(void)state;
	fn = fix_open();
	assert_int_equal(pci_function_irq_enable(fn, PCI_IRQ_INTX, fds, 1), 0);
	assert_int_equal(pci_function_irq_unmask(fn, 0), 0);
	pci_function_irq_disable(fn);
	assert_true(dev()->intx_masked);
	assert_int_equal(dev()->enabled[VFIO_PCI_INTX_IRQ_INDEX], 0);
}

static void test_disable__first_try_fails__second_one_disables(void **state)
{
	(void)state;
	fn = fix_open();
	assert_int_equal(pci_function_irq_enable(fn, PCI_IRQ_MSIX, fds, 5), 0);
	fake_refuse(VFIO_DEVICE_SET_IRQS);
	pci_function_irq_disable(fn);
	assert_int_equal(dev()->enabled[VFIO_PCI_MSIX_IRQ_INDEX], 0);
}

static void test_open__more_vectors_than_msix_can_have__refused(void **state)
{
	(void)state;
	dev()->irqs[VFIO_PCI_MSIX_IRQ_INDEX].count = 100000;
	fix_assert_refused(FIX_ADDRESS, -EPROTO, FIX_ADDRESS, "");
}

int main(void)
{
#define IRQ_TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		IRQ_TEST(test_intx__enabled__begins_masked_and_signals_the_callers_eventfd),
		IRQ_TEST(test_intx__each_step_of_enabling_fails__nothing_stays_enabled),
		IRQ_TEST(test_msi__enabled__replaces_intx),
		IRQ_TEST(test_enable__more_vectors_than_there_are__refused),
		IRQ_TEST(test_enable__machine_is_short_of_vectors__no_space),
		IRQ_TEST(test_set__one_vector__leaves_the_others),
		IRQ_TEST(test_set__beyond_those_enabled_where_vectors_can_be_added__adds_in_place),
		IRQ_TEST(test_set__beyond_where_the_set_is_fixed__enables_anew_and_signals_all),
		IRQ_TEST(test_set__enabling_anew_fails__the_old_set_is_back),
		IRQ_TEST(test_set__nothing_enabled_or_msi__refused),
		IRQ_TEST(test_mask__msix__sets_and_clears_the_bit_in_the_table),
		IRQ_TEST(test_disable__intx__is_masked_in_the_device_first),
		IRQ_TEST(test_disable__first_try_fails__second_one_disables),
		IRQ_TEST(test_open__more_vectors_than_msix_can_have__refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
