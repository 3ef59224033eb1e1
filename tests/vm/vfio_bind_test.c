/* SPDX-License-Identifier: MIT */
/* Binding to vfio-pci and back, with a NIC that is up, a disk that swaps, and failures on the way.
 */
#include "vm_functions.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/swap.h>

#include "base/fault.h"
#include "base/mem.h"
#include "vfio/bind.h"

static struct report rep;
static char nic[16];

static void assert_driver(const char *address, const char *want)
{
	char driver[64];

	vm_driver(address, driver);
	assert_string_equal(driver, want);
}

static void assert_no_override(const char *address)
{
	char path[128], text[64];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/driver_override", address);
	assert_true(sys_read_file(path, text, sizeof(text)) > 0);
	assert_string_equal(text, "(null)\n");
}

/* The first interface of the function, found through its class. */
static int find_interface(void *out, const char *name)
{
	char path[128], target[256];

	snprintf(path, sizeof(path), "/sys/class/net/%.32s", name);
	if (sys_readlink(path, target, sizeof(target)) < 0 || !strstr(target, nic))
		return 0;
	snprintf(out, IFNAMSIZ, "%.15s", name);
	return 1;
}

static void set_interface_up(bool up)
{
	struct ifreq request = { .ifr_flags = 0 };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	assert_int_equal(sys_list_dir("/sys/class/net", find_interface, request.ifr_name), 1);
	assert_int_equal(ioctl(fd, SIOCGIFFLAGS, &request), 0);
	request.ifr_flags = (short)(up ? request.ifr_flags | IFF_UP : request.ifr_flags & ~IFF_UP);
	assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &request), 0);
	close(fd);
}

static int setup(void **state)
{
	(void)state;
	rep = (struct report)REPORT_INIT;
	vm_find(VM_VIRTIO_NET, 0, nic);
	return 0;
}

static void test_bind__and_unbind__change_the_driver_and_leave_no_override(void **state)
{
	(void)state;
	assert_driver(nic, "virtio-pci");
	assert_int_equal(vfio_bind(nic, false, &rep), 0);
	assert_driver(nic, "vfio-pci");
	assert_int_equal(vfio_bind(nic + 5, false, &rep), 0); /* short form; nothing to do */
	pci_function_close(vm_open_with(nic, NULL));
	assert_int_equal(vfio_unbind(nic, &rep), 0);
	assert_driver(nic, "virtio-pci");
	assert_no_override(nic);
	assert_int_equal(vfio_unbind(nic, &rep), 0);
	assert_driver(nic, "virtio-pci");
}

static void test_bind__interface_is_up__refused_unless_forced(void **state)
{
	(void)state;
	set_interface_up(true);
	assert_int_equal(vfio_bind(nic, false, &rep), -EBUSY);
	print_message("    %s\n    -> %s\n", rep.text, rep.hint);
	assert_non_null(strstr(rep.text, "is up"));
	assert_driver(nic, "virtio-pci");
	assert_int_equal(vfio_bind(nic, true, &rep), 0);
	assert_driver(nic, "vfio-pci");
	assert_int_equal(vfio_unbind(nic, &rep), 0);
}

static void test_bind__disk_is_used_for_swap__refused(void **state)
{
	char disk[16];

	(void)state;
	vm_find(VM_VIRTIO_BLK, 0, disk);
	assert_int_equal(system("busybox mkswap /dev/vda >/dev/null"), 0);
	assert_int_equal(swapon("/dev/vda", 0), 0);
	assert_int_equal(vfio_bind(disk, false, &rep), -EBUSY);
	print_message("    %s\n    -> %s\n", rep.text, rep.hint);
	assert_non_null(strstr(rep.text, "vda"));
	assert_non_null(strstr(rep.text, "swap"));
	assert_int_equal(swapoff("/dev/vda"), 0);
	assert_int_equal(vfio_bind(disk, false, &rep), 0);
	assert_int_equal(vfio_unbind(disk, &rep), 0);
	assert_driver(disk, "virtio-pci");
}

static void test_unbind__a_process_has_it_open__refused_instead_of_waiting(void **state)
{
	struct pci_function *fn;

	(void)state;
	assert_int_equal(vfio_bind(nic, false, &rep), 0);
	fn = vm_open_with(nic, NULL);
	assert_int_equal(vfio_unbind(nic, &rep), -EBUSY);
	print_message("    %s\n    -> %s\n", rep.text, rep.hint);
	assert_driver(nic, "vfio-pci");
	pci_function_close(fn);
	assert_int_equal(vfio_unbind(nic, &rep), 0);
}

/* Let the @k-th operation of @kind fail while @fn runs on the NIC; was there a k-th one? */
static bool with_fault(enum fault_kind kind, uint64_t k, int (*fn)(void), int *out_err)
{
	bool fired;

	fault_arm(kind, k);
	*out_err = fn();
	fired = fault_fired();
	fault_disarm();
	return fired;
}

static int bind_nic(void)
{
	return vfio_bind(nic, false, NULL);
}

static int unbind_nic(void)
{
	return vfio_unbind(nic, NULL);
}

static void test_bind__each_system_call_fails_in_turn__previous_driver_is_back(void **state)
{
	unsigned int failed = 0;
	int err;

	(void)state;
	for (uint64_t k = 1; with_fault(FAULT_SYSCALL, k, bind_nic, &err); k++) {
		failed += err != 0;
		assert_driver(nic, err ? "virtio-pci" : "vfio-pci");
		assert_int_equal(vfio_unbind(nic, NULL), 0);
		assert_no_override(nic);
	}
	print_message("    failed %u ways\n", failed);
	assert_true(failed > 10);
	assert_driver(nic, "vfio-pci");
}

static void test_unbind__each_system_call_fails_in_turn__one_driver_or_the_other(void **state)
{
	unsigned int failed = 0;
	int err;

	(void)state;
	for (uint64_t k = 1; with_fault(FAULT_SYSCALL, k, unbind_nic, &err); k++) {
		failed += err != 0;
		assert_driver(nic, err ? "vfio-pci" : "virtio-pci");
		assert_int_equal(vfio_bind(nic, false, NULL), 0);
	}
	print_message("    failed %u ways\n", failed);
	assert_true(failed > 5);
	assert_driver(nic, "virtio-pci");
	assert_no_override(nic);
}

static struct pci_function *opened;

static int open_nic(void)
{
	return pci_function_open(nic, NULL, NULL, &opened);
}

static void test_open__each_call_or_allocation_fails_in_turn__nothing_is_left(void **state)
{
	uint64_t blocks = mem_live_blocks();
	unsigned int failed = 0;
	int lowest = dup(0), err;

	(void)state;
	close(lowest);
	vm_find(VM_E1000E, 0, nic);
	for (uint64_t k = 1; with_fault(FAULT_ANY, k, open_nic, &err); k++) {
		failed += err != 0;
		if (!err)
			pci_function_close(opened);
		assert_int_equal(mem_live_blocks(), blocks);
		assert_int_equal(dup(0), lowest); /* no descriptor is left open below or here */
		close(lowest);
	}
	pci_function_close(opened);
	print_message("    failed %u ways\n", failed);
	assert_true(failed > 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
			test_bind__and_unbind__change_the_driver_and_leave_no_override, setup),
		cmocka_unit_test_setup(test_bind__interface_is_up__refused_unless_forced, setup),
		cmocka_unit_test_setup(test_bind__disk_is_used_for_swap__refused, setup),
		cmocka_unit_test_setup(
			test_unbind__a_process_has_it_open__refused_instead_of_waiting, setup),
		cmocka_unit_test_setup(
			test_bind__each_system_call_fails_in_turn__previous_driver_is_back, setup),
		cmocka_unit_test_setup(
			test_unbind__each_system_call_fails_in_turn__one_driver_or_the_other,
			setup),
		cmocka_unit_test_setup(
			test_open__each_call_or_allocation_fails_in_turn__nothing_is_left, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
