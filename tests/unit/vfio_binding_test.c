/* SPDX-License-Identifier: MIT */
/* Binding and unbinding as a transaction, and functions that are in use. */
#include "vfio_fixture.h"

#include <errno.h>

#include "base/log.h"
#include "vfio/bind.h"

#define NET_LINK   "../../devices/pci0000:00/0000:00:03.0/virtio0/net/eth0"
#define BLOCK_LINK "../../devices/pci0000:00/0000:00:03.0/nvme/nvme0/nvme0n1"

static int begin(void **state)
{
	fix_begin(state);
	strcpy(fake.functions[0].driver, "e1000e");
	fake.functions[0].override[0] = '\0';
	return 0;
}

static unsigned int log_lines;

static void count_log(void *arg, enum log_level level, const char *area, const char *text)
{
	(void)arg;
	(void)level;
	(void)area;
	(void)text;
	log_lines++;
}

static int bind_it(bool force)
{
	fix_report = (struct report)REPORT_INIT;
	return vfio_bind(FIX_ADDRESS, force, &fix_report);
}

static int unbind_it(void)
{
	fix_report = (struct report)REPORT_INIT;
	return vfio_unbind(FIX_ADDRESS, &fix_report);
}

static void assert_driver(const char *driver, const char *override)
{
	assert_string_equal(fake.functions[0].driver, driver);
	assert_string_equal(fake.functions[0].override, override);
}

static void assert_says(const char *text, const char *hint)
{
	if (!strstr(fix_report.text, text) || !strstr(fix_report.hint, hint))
		fail_msg("'%s' ('%s') lacks '%s' or '%s'", fix_report.text, fix_report.hint, text,
			 hint);
}

static void test_bind__then_unbind__there_and_back(void **state)
{
	(void)state;
	assert_int_equal(bind_it(false), 0);
	assert_driver("vfio-pci", "vfio-pci");
	assert_int_equal(bind_it(false), 0);
	assert_int_equal(unbind_it(), 0);
	assert_driver("e1000e", "");
	assert_int_equal(unbind_it(), 0);
	assert_driver("e1000e", "");
}

static void test_bind__function_without_a_driver__bound(void **state)
{
	(void)state;
	fake.functions[0].driver[0] = '\0';
	assert_int_equal(bind_it(false), 0);
	assert_driver("vfio-pci", "vfio-pci");
}

static void test_unbind__override_left_by_somebody__cleared(void **state)
{
	(void)state;
	fake.functions[0].driver[0] = '\0';
	strcpy(fake.functions[0].override, "vfio-pci");
	assert_int_equal(unbind_it(), 0);
	assert_driver("e1000e", "");
}

static void test_unbind__override_of_another_purpose__left_alone(void **state)
{
	(void)state;
	strcpy(fake.functions[0].override, "e1000e");
	assert_int_equal(unbind_it(), 0);
	assert_driver("e1000e", "e1000e");
}

static void test_bind__vfio_pci_refuses__previous_driver_and_override_are_back(void **state)
{
	(void)state;
	fake.functions[0].refuses_vfio = true;
	strcpy(fake.functions[0].override, "e1000e");
	assert_int_equal(bind_it(false), -EIO);
	assert_driver("e1000e", "e1000e");
	assert_says("would not take it", "dmesg");
}

static void test_bind__no_vfio_module__says_modprobe_and_changes_nothing(void **state)
{
	(void)state;
	fake.no_vfio_module = true;
	assert_int_equal(bind_it(false), -ENOENT);
	assert_says("vfio-pci", "modprobe vfio-pci");
	assert_driver("e1000e", "");
}

static void test_bind__no_iommu_or_no_function__said(void **state)
{
	(void)state;
	fake.functions[0].group = -1;
	assert_int_equal(bind_it(false), -ENOENT);
	assert_says("no IOMMU", "intel_iommu=on");
	assert_int_equal(vfio_bind("0000:00:09.0", false, NULL), -ENODEV);
	assert_int_equal(vfio_bind("nonsense", false, NULL), -EINVAL);
	/* what sscanf() takes for numbers: minus one is no bus 0xff */
	assert_int_equal(vfio_bind("-1:00.0", false, NULL), -EINVAL);
	assert_int_equal(vfio_bind(" 00:03.0", false, NULL), -EINVAL);
	assert_int_equal(vfio_bind("0x0:00:03.0", false, NULL), -EINVAL);
	assert_int_equal(vfio_unbind("0000:00:09.0", NULL), -ENODEV);
}

static void test_bind__each_system_call_or_allocation_fails__as_it_was_or_done(void **state)
{
	unsigned int failed = 0;
	bool fired = true;
	int err;

	(void)state;
	fake_add_link("/sys/class/block/nvme0n1", BLOCK_LINK);
	fake_add_text("/sys/class/block/nvme0n1/dev", "259:0\n");
	for (uint64_t k = 1; fired; k++) {
		fault_arm(FAULT_ANY, k);
		err = bind_it(false);
		fired = fault_fired();
		fault_disarm();
		failed += err != 0;
		if (err) {
			assert_driver("e1000e", "");
			assert_int_not_equal(strlen(fix_report.text), 0);
		} else {
			assert_driver("vfio-pci", "vfio-pci");
			assert_int_equal(unbind_it(), 0);
		}
		fix_assert_clean();
	}
	print_message("    failed %u ways\n", failed);
	assert_true(failed > 15);
}

static void test_bind_and_unbind__as_user__one_message_with_the_command(void **state)
{
	(void)state;
	log_set_sink(count_log, NULL);
	fake.is_user = true;
	assert_int_equal(bind_it(false), -EACCES);
	assert_says("driver_override", "sudo uwdf bind 0000:00:03.0");
	fake.is_user = false;
	assert_int_equal(bind_it(false), 0);
	fake.is_user = true;
	assert_int_equal(unbind_it(), -EACCES);
	assert_says("driver_override", "sudo uwdf unbind 0000:00:03.0");
	log_set_sink(NULL, NULL);
	assert_int_equal(log_lines, 0);
	assert_driver("vfio-pci", "vfio-pci");
}

static void test_unbind__each_system_call_fails__as_it_was_or_done(void **state)
{
	bool fired = true;
	int err;

	(void)state;
	for (uint64_t k = 1; fired; k++) {
		assert_int_equal(bind_it(false), 0);
		fault_arm(FAULT_SYSCALL, k);
		err = unbind_it();
		fired = fault_fired();
		fault_disarm();
		assert_driver(err ? "vfio-pci" : "e1000e", err ? "vfio-pci" : "");
		fix_assert_clean();
	}
}

static void test_unbind__somebody_has_the_group_open__refused(void **state)
{
	struct pci_function *fn;

	(void)state;
	assert_int_equal(bind_it(false), 0);
	fn = fix_open();
	assert_int_equal(unbind_it(), -EBUSY);
	assert_says("group 3", "fuser");
	assert_driver("vfio-pci", "vfio-pci");
	pci_function_close(fn);
	assert_int_equal(unbind_it(), 0);
}

/* --- in use --- */

static void test_bind__interface_up__refused_unless_forced(void **state)
{
	(void)state;
	fake_add_link("/sys/class/net/eth0", NET_LINK);
	fake_add_text("/sys/class/net/eth0/flags", "0x1003\n");
	assert_int_equal(bind_it(false), -EBUSY);
	assert_says("eth0", "ip link set eth0 down");
	assert_driver("e1000e", "");
	assert_int_equal(bind_it(true), 0);
	assert_int_equal(unbind_it(), 0);
}

static void test_bind__interface_down_or_of_another_function__bound(void **state)
{
	(void)state;
	fake_add_link("/sys/class/net/eth0", NET_LINK);
	fake_add_text("/sys/class/net/eth0/flags", "0x1002\n");
	fake_add_link("/sys/class/net/eth1", "../../devices/pci0000:00/0000:00:04.0/net/eth1");
	fake_add_text("/sys/class/net/eth1/flags", "0x1003\n");
	assert_int_equal(bind_it(false), 0);
}

static void add_disk(void)
{
	fake_add_link("/sys/class/block/nvme0n1", BLOCK_LINK);
	fake_add_text("/sys/class/block/nvme0n1/dev", "259:0\n");
	fake_add_link("/sys/class/block/nvme0n1p2", BLOCK_LINK "/nvme0n1p2");
	fake_add_text("/sys/class/block/nvme0n1p2/dev", "259:2\n");
}

static void assert_disk_refused(const char *use)
{
	assert_int_equal(bind_it(false), -EBUSY);
	assert_says(use, "umount");
	assert_driver("e1000e", "");
}

static void test_bind__partition_mounted__refused(void **state)
{
	(void)state;
	add_disk();
	fake_add_text("/proc/self/mountinfo", "29 1 259:2 / / rw - ext4 /dev/root rw\n");
	assert_disk_refused("nvme0n1p2 of 0000:00:03.0 is mounted");
}

static void test_bind__disk_mounted_under_a_number_of_its_own__refused_by_name(void **state)
{
	(void)state;
	add_disk();
	fake_add_text("/proc/self/mountinfo", "29 1 0:31 /@ / rw - btrfs /dev/nvme0n1p2 rw\n");
	assert_disk_refused("nvme0n1p2 of 0000:00:03.0 is mounted");
}

static void test_bind__partition_swapped_on__refused(void **state)
{
	(void)state;
	add_disk();
	fake_add_text("/proc/swaps", "Filename\n/dev/nvme0n1p2 partition 1 0 -2\n");
	assert_disk_refused("used for swap");
}

static void test_bind__partition_held_by_a_mapper__refused(void **state)
{
	(void)state;
	add_disk();
	fake_add_text("/sys/class/block/nvme0n1p2/holders/dm-0", "");
	assert_disk_refused("part of another block device");
}

static void test_bind__disk_with_similar_numbers_and_names_mounted__bound(void **state)
{
	(void)state;
	add_disk();
	fake_add_text("/proc/self/mountinfo", "29 1 259:20 / / rw - ext4 /dev/nvme0n1p21 rw\n"
					      "30 1 1259:2 / /x rw - ext4 /dev/xnvme0n1 rw\n");
	fake_add_text("/proc/swaps", "Filename\n/dev/nvme0n1p22 partition 1 0 -2\n");
	assert_int_equal(bind_it(false), 0);
}

int main(void)
{
#define BIND_TEST(f) cmocka_unit_test_setup_teardown(f, begin, fix_end)
	const struct CMUnitTest tests[] = {
		BIND_TEST(test_bind__then_unbind__there_and_back),
		BIND_TEST(test_bind__function_without_a_driver__bound),
		BIND_TEST(test_unbind__override_left_by_somebody__cleared),
		BIND_TEST(test_unbind__override_of_another_purpose__left_alone),
		BIND_TEST(test_bind__vfio_pci_refuses__previous_driver_and_override_are_back),
		BIND_TEST(test_bind__no_vfio_module__says_modprobe_and_changes_nothing),
		BIND_TEST(test_bind__no_iommu_or_no_function__said),
		BIND_TEST(test_bind__each_system_call_or_allocation_fails__as_it_was_or_done),
		BIND_TEST(test_bind_and_unbind__as_user__one_message_with_the_command),
		BIND_TEST(test_unbind__each_system_call_fails__as_it_was_or_done),
		BIND_TEST(test_unbind__somebody_has_the_group_open__refused),
		BIND_TEST(test_bind__interface_up__refused_unless_forced),
		BIND_TEST(test_bind__interface_down_or_of_another_function__bound),
		BIND_TEST(test_bind__partition_mounted__refused),
		BIND_TEST(test_bind__disk_mounted_under_a_number_of_its_own__refused_by_name),
		BIND_TEST(test_bind__partition_swapped_on__refused),
		BIND_TEST(test_bind__partition_held_by_a_mapper__refused),
		BIND_TEST(test_bind__disk_with_similar_numbers_and_names_mounted__bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
