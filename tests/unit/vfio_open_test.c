/* SPDX-License-Identifier: MIT */
/* Opening and closing a function on a kernel that refuses in every way. */
#include "vfio_fixture.h"

#include <errno.h>
#include <linux/pci_regs.h>

#include "base/exec.h"

static void test_open__all_well__id_and_caps_come_from_the_function(void **state)
{
	struct pci_function *fn = fix_open();
	struct pci_id id = pci_function_id(fn);

	(void)state;
	assert_int_equal(id.vendor, 0x8086);
	assert_int_equal(id.device, 0x10d3);
	assert_int_equal(id.subvendor, 0x1af4);
	assert_int_equal(id.subdevice, 1);
	assert_int_equal(id.class_code, 0x020000);
	assert_int_equal(id.revision, 7);
	assert_true(pci_function_caps(fn).dma_maps_foreign);
	assert_true(pci_function_caps(fn).has_reset);
	assert_true(pci_function_caps(fn).has_intx_mask);
	assert_true(pci_function_caps(fn).dynamic_msix);
	assert_string_equal(pci_function_address(fn), FIX_ADDRESS);
	pci_function_close(fn);
}

static void test_open__short_address__means_domain_zero(void **state)
{
	struct pci_function *fn = NULL;

	(void)state;
	assert_int_equal(fix_try_open("00:03.0", &fn), 0);
	assert_string_equal(pci_function_address(fn), FIX_ADDRESS);
	pci_function_close(fn);
}

static void test_open__command_register__bus_mastering_off_decoding_on(void **state)
{
	struct pci_function *fn = fix_open();

	(void)state;
	assert_int_equal(fake.functions[0].config[PCI_COMMAND],
			 PCI_COMMAND_IO | PCI_COMMAND_MEMORY);
	pci_function_close(fn);
}

static void test_close__after_bus_mastering_and_vectors__leaves_the_device_quiet(void **state)
{
	struct pci_function *fn = fix_open();
	int fd = eventfd(0, 0);

	(void)state;
	assert_int_equal(pci_function_irq_enable(fn, PCI_IRQ_MSI, &fd, 1), 0);
	assert_int_equal(pci_function_set_bus_master(fn, true), 0);
	pci_function_close(fn);
	assert_int_equal(fake.functions[0].config[PCI_COMMAND] & PCI_COMMAND_MASTER, 0);
	assert_int_equal(fake.functions[0].config[PCI_COMMAND + 1] &
				 (PCI_COMMAND_INTX_DISABLE >> 8),
			 PCI_COMMAND_INTX_DISABLE >> 8);
	assert_int_equal(fake.functions[0].enabled[VFIO_PCI_MSI_IRQ_INDEX], 0);
	assert_int_equal(fake.functions[0].resets, 1);
	close(fd);
}

/* --- refusals --- */

static void test_open__malformed_address__refused(void **state)
{
	static const char *const bad[] = { "0000:00:03", "0000:00:20.0", "00:03.8", "zz:03.0" };

	(void)state;
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(bad); i++)
		fix_assert_refused(bad[i], -EINVAL, bad[i], "0000:00:03.0");
}

static void test_open__no_such_function__refused(void **state)
{
	(void)state;
	fix_assert_refused("0000:00:04.0", -ENODEV, "0000:00:04.0", "uwdf list");
}

static void test_open__no_iommu_group__names_intel_iommu(void **state)
{
	(void)state;
	fake.functions[0].group = -1;
	fix_assert_refused(FIX_ADDRESS, -ENOENT, "no IOMMU", "intel_iommu=on");
}

static void test_open__bound_to_another_driver__names_it_and_bind(void **state)
{
	(void)state;
	strcpy(fake.functions[0].driver, "e1000e");
	fix_assert_refused(FIX_ADDRESS, -EBUSY, "e1000e", "uwdf bind 0000:00:03.0");
	fake.functions[0].driver[0] = '\0';
	fix_assert_refused(FIX_ADDRESS, -EBUSY, "not bound", "uwdf bind 0000:00:03.0");
}

static void test_open__container_node__each_error_has_its_hint(void **state)
{
	(void)state;
	fake.container_err = -ENOENT;
	fix_assert_refused(FIX_ADDRESS, -ENOENT, "/dev/vfio/vfio", "modprobe");
	fake.container_err = -EACCES;
	fix_assert_refused(FIX_ADDRESS, -EPERM, "/dev/vfio/vfio", "chmod");
	fake.container_err = -EMFILE;
	fix_assert_refused(FIX_ADDRESS, -EMFILE, "/dev/vfio/vfio", "");
}

static void test_open__unknown_api_or_no_type1v2__refused(void **state)
{
	(void)state;
	fake.api_version = 1;
	fix_assert_refused(FIX_ADDRESS, -ENOENT, "type 1", "modprobe vfio_iommu_type1");
	fake.api_version = 0;
	fake.type1v2 = 0;
	fix_assert_refused(FIX_ADDRESS, -ENOENT, "type 1", "modprobe vfio_iommu_type1");
}

static void test_open__group_node__each_error_has_its_hint(void **state)
{
	(void)state;
	fake.group_err = -EACCES;
	fix_assert_refused(FIX_ADDRESS, -EPERM, "/dev/vfio/3", "chown");
	fake.group_err = -EBUSY;
	fix_assert_refused(FIX_ADDRESS, -EBUSY, "/dev/vfio/3", "fuser");
	fake.group_err = -ENOENT;
	fix_assert_refused(FIX_ADDRESS, -ENOENT, "/dev/vfio/3", "uwdf list");
}

static void test_open__group_not_viable__names_the_sibling_and_its_driver(void **state)
{
	(void)state;
	fake_add_function("0000:00:03.1", 3, "");
	fake_add_function("0000:00:03.2", 3, "snd_hda_intel");
	fake.not_viable = true;
	fix_assert_refused(FIX_ADDRESS, -EBUSY, "0000:00:03.2 belongs to the kernel driver snd_hda",
			   "uwdf bind 0000:00:03.2");
}

static void test_open__group_not_viable_for_no_visible_reason__says_where_to_look(void **state)
{
	(void)state;
	fake.not_viable = true;
	fix_assert_refused(FIX_ADDRESS, -EBUSY, "not viable", "iommu_groups/3");
}

static void test_open__set_iommu_not_permitted__means_interrupt_remapping(void **state)
{
	(void)state;
	fake.set_iommu_err = -EPERM;
	fix_assert_refused(FIX_ADDRESS, -EPERM, "interrupt remapping", "allow_unsafe_interrupts");
	fake.set_iommu_err = -ENODEV;
	fix_assert_refused(FIX_ADDRESS, -ENODEV, "IOMMU of group 3", "");
}

static void test_open__not_a_pci_device__refused(void **state)
{
	(void)state;
	fake.functions[0].device_flags = VFIO_DEVICE_FLAGS_PLATFORM;
	fix_assert_refused(FIX_ADDRESS, -ENODEV, FIX_ADDRESS, "");
}

/* --- groups --- */

static void test_open__same_function_twice__busy(void **state)
{
	struct pci_function *fn = fix_open(), *again = NULL;

	(void)state;
	assert_int_equal(fix_try_open(FIX_ADDRESS, &again), -EBUSY);
	assert_non_null(strstr(fix_report.text, "this process has 0000:00:03.0 open"));
	pci_function_close(fn);
}

static void test_open__two_functions_of_a_group__share_one_group_descriptor(void **state)
{
	struct pci_function *first, *second = NULL;

	(void)state;
	fake_add_function("0000:00:03.1", 3, "vfio-pci");
	first = fix_open();
	assert_int_equal(fix_try_open("0000:00:03.1", &second), 0);
	assert_int_equal(fake.group_opens, 1);
	pci_function_close(first);
	assert_int_equal(pci_function_dma_map(second, (void *)0x10000, 0x1000, 0x1000, PCI_DMA_RW),
			 0);
	assert_int_equal(pci_function_dma_unmap(second, 0x1000, 0x1000), 0);
	pci_function_close(second);
}

/* --- events --- */

static unsigned int events[3];
static struct exec_event seen;

static void on_event(void *arg, enum pci_event event)
{
	(void)arg;
	events[event]++;
	exec_event_set(&seen);
}

static void signal_and_wait(uint32_t index)
{
	uint64_t one = 1;

	exec_event_clear(&seen);
	assert_int_equal(write(fake.functions[0].eventfds[index][0], &one, sizeof(one)), 8);
	assert_true(exec_event_wait(&seen, exec_deadline_ms(60000)));
}

static void test_events__req_and_err__arrive_and_req_only_once(void **state)
{
	struct pci_function_params params = { .on_event = on_event };
	struct pci_function *fn = NULL;

	(void)state;
	memset(events, 0, sizeof(events));
	assert_int_equal(exec_event_init(&seen), 0);
	assert_int_equal(pci_function_open(FIX_ADDRESS, &params, NULL, &fn), 0);
	signal_and_wait(VFIO_PCI_REQ_IRQ_INDEX);
	assert_int_equal(
		write(fake.functions[0].eventfds[VFIO_PCI_REQ_IRQ_INDEX][0], &(uint64_t){ 1 }, 8),
		8);
	signal_and_wait(VFIO_PCI_ERR_IRQ_INDEX);
	signal_and_wait(VFIO_PCI_ERR_IRQ_INDEX);
	pci_function_close(fn);
	assert_int_equal(events[PCI_EVENT_RELEASE], 1);
	assert_true(events[PCI_EVENT_ERROR] >= 2);
	exec_event_deinit(&seen);
}

static void test_events__plain_pci_function__has_no_err_and_opens(void **state)
{
	(void)state;
	fake.functions[0].irqs[VFIO_PCI_ERR_IRQ_INDEX].count = 0;
	pci_function_close(fix_open());
	fake.functions[0].irqs[VFIO_PCI_REQ_IRQ_INDEX].count = 0;
	pci_function_close(fix_open());
}

/* --- gone --- */

static void test_check_gone__ids_still_answered_by_the_kernel__class_tells(void **state)
{
	struct pci_function *fn = fix_open();
	uint32_t value = 0;

	(void)state;
	assert_false(pci_function_check_gone(fn));
	fake.functions[0].gone = true;
	assert_true(pci_function_check_gone(fn));
	assert_int_equal(pci_config_read(fn, PCI_VENDOR_ID, 2, &value), 0);
	assert_int_equal(value, 0xffff);
	pci_function_close(fn);
}

static void test_config__beyond_the_region__refused(void **state)
{
	struct pci_function *fn = fix_open();
	uint32_t value = 5;

	(void)state;
	assert_int_equal(pci_config_read(fn, 0x100, 4, &value), -EINVAL);
	assert_int_equal(pci_config_write(fn, 0x100, 4, 0), -EINVAL);
	assert_int_equal(value, 5);
	pci_function_close(fn);
}

static void test_find_cap__chain_that_loops__ends(void **state)
{
	struct pci_function *fn;

	(void)state;
	fake.functions[0].config[0x40] = PCI_CAP_ID_PM;
	fake.functions[0].config[0x41] = 0x40;
	fn = fix_open();
	assert_int_equal(pci_function_find_cap(fn, PCI_CAP_ID_MSIX), 0);
	pci_function_close(fn);
}

/* --- everything fails in turn --- */

static void sweep(enum fault_kind kind)
{
	unsigned int failed = 0;
	bool fired = true;

	for (uint64_t k = 1; fired; k++) {
		struct pci_function *fn = NULL;
		int err;

		fault_arm(kind, k);
		err = fix_try_open(FIX_ADDRESS, &fn);
		fired = fault_fired();
		fault_disarm();
		failed += err != 0;
		assert_true(!err == (fn != NULL));
		if (err)
			assert_int_not_equal(strlen(fix_report.text), 0);
		pci_function_close(fn);
		fix_assert_clean();
	}
	print_message("    failed %u ways\n", failed);
	assert_true(failed > 5);
}

static void test_open__each_system_call_fails_in_turn__nothing_is_left(void **state)
{
	(void)state;
	sweep(FAULT_SYSCALL);
}

static void test_open__each_allocation_fails_in_turn__nothing_is_left(void **state)
{
	(void)state;
	sweep(FAULT_ALLOC);
}

static void test_close__each_system_call_fails_in_turn__nothing_is_left(void **state)
{
	bool fired = true;

	(void)state;
	for (uint64_t k = 1; fired; k++) {
		struct pci_function *fn = fix_open();
		int fd = eventfd(0, 0);

		assert_int_equal(pci_function_irq_enable(fn, PCI_IRQ_MSIX, &fd, 1), 0);
		fault_arm(FAULT_ANY, k);
		pci_function_close(fn);
		fired = fault_fired();
		fault_disarm();
		fix_assert_clean();
		close(fd);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIX_TEST(test_open__all_well__id_and_caps_come_from_the_function),
		FIX_TEST(test_open__short_address__means_domain_zero),
		FIX_TEST(test_open__command_register__bus_mastering_off_decoding_on),
		FIX_TEST(test_close__after_bus_mastering_and_vectors__leaves_the_device_quiet),
		FIX_TEST(test_open__malformed_address__refused),
		FIX_TEST(test_open__no_such_function__refused),
		FIX_TEST(test_open__no_iommu_group__names_intel_iommu),
		FIX_TEST(test_open__bound_to_another_driver__names_it_and_bind),
		FIX_TEST(test_open__container_node__each_error_has_its_hint),
		FIX_TEST(test_open__unknown_api_or_no_type1v2__refused),
		FIX_TEST(test_open__group_node__each_error_has_its_hint),
		FIX_TEST(test_open__group_not_viable__names_the_sibling_and_its_driver),
		FIX_TEST(test_open__group_not_viable_for_no_visible_reason__says_where_to_look),
		FIX_TEST(test_open__set_iommu_not_permitted__means_interrupt_remapping),
		FIX_TEST(test_open__not_a_pci_device__refused),
		FIX_TEST(test_open__same_function_twice__busy),
		FIX_TEST(test_open__two_functions_of_a_group__share_one_group_descriptor),
		FIX_TEST(test_events__req_and_err__arrive_and_req_only_once),
		FIX_TEST(test_events__plain_pci_function__has_no_err_and_opens),
		FIX_TEST(test_check_gone__ids_still_answered_by_the_kernel__class_tells),
		FIX_TEST(test_config__beyond_the_region__refused),
		FIX_TEST(test_find_cap__chain_that_loops__ends),
		FIX_TEST(test_open__each_system_call_fails_in_turn__nothing_is_left),
		FIX_TEST(test_open__each_allocation_fails_in_turn__nothing_is_left),
		FIX_TEST(test_close__each_system_call_fails_in_turn__nothing_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
