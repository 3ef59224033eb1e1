/* SPDX-License-Identifier: MIT */
/* A function that the kernel wants back while it is open: sysfs remove, then rescan. */
#include "vm_functions.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>

#define WAIT_MS 60000

static int events[3]; /* one eventfd a kind */

static void on_event(void *arg, enum pci_event event)
{
	(void)arg;
	if (sys_eventfd_signal(events[event]))
		abort();
}

/* The kernel waits inside this write until the function is closed; exec drops what was inherited.
 */
static pid_t start_removing(const char *address)
{
	pid_t child = fork();
	char command[128];

	if (child == 0) {
		snprintf(command, sizeof(command), "echo 1 > /sys/bus/pci/devices/%s/remove",
			 address);
		execlp("busybox", "sh", "-c", command, NULL);
		_exit(99);
	}
	return child;
}

static void test_remove__function_is_open__asks_to_let_go_then_goes(void **state)
{
	struct pci_function_params params = { .on_event = on_event };
	struct pci_function *fn;
	char address[16], path[96];
	pid_t child;
	int status;

	(void)state;
	for (int i = 0; i < 3; i++)
		events[i] = vm_eventfd();
	vm_find(VM_EDU, 1, address);
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s", address);
	fn = vm_open_with(address, &params);
	child = start_removing(address);
	assert_int_equal(vm_await(events[PCI_EVENT_RELEASE], WAIT_MS), 1);
	assert_int_equal(waitpid(child, &status, WNOHANG), 0); /* it waits for us */
	assert_int_equal(vfio_mmio_read32(vm_reg(fn, 0, 0)),
			 0x010000ed); /* still there, still ours */
	pci_function_close(fn);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_true(sys_access(path, 0) < 0);
	assert_int_equal(vm_await(events[PCI_EVENT_GONE], 0), 0);
	assert_int_equal(sys_write_file("/sys/bus/pci/rescan", "1"), 0);
	assert_int_equal(sys_access(path, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_remove__function_is_open__asks_to_let_go_then_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
