/* SPDX-License-Identifier: MIT */
/*
 * What a person is told when a function cannot be had: each refusal names what failed, on what, and
 * what helps. "vfio_refusals_test intremap" and "... iommu" want a guest without either.
 */
#include "vm_functions.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "dma/domain.h"
#include "vfio/bind.h"

#define USER 1000

static struct report last;

static int try_open(const char *address)
{
	struct pci_function *fn = NULL;
	int err;

	last = (struct report)REPORT_INIT;
	err = pci_function_open(address, NULL, &last, &fn);
	if (err)
		print_message("    %s\n    -> %s\n", last.text, last.hint);
	pci_function_close(fn);
	return err;
}

static void assert_told(const char *text, const char *hint)
{
	if (!strstr(last.text, text) || !strstr(last.hint, hint))
		fail_msg("'%s' ('%s') lacks '%s' or '%s'", last.text, last.hint, text, hint);
}

static void group_node(const char *address, char out[64])
{
	char path[256], target[256];
	ssize_t len;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/iommu_group", address);
	len = sys_readlink(path, target, sizeof(target));
	assert_true(len > 0);
	snprintf(out, 64, "/dev/vfio/%.32s", strrchr(target, '/') + 1);
}

/* Run @fn as the ordinary user in a process of its own; its result. */
static int as_user(int (*fn)(const char *address), const char *address)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		if (setgroups(0, NULL) || setgid(USER) || setuid(USER))
			_exit(99);
		_exit(fn(address));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void test_open__no_such_function__says_so(void **state)
{
	(void)state;
	assert_int_equal(try_open("0000:1f:1f.7"), -ENODEV);
	assert_told("no PCI function 0000:1f:1f.7", "uwdf list");
}

static void test_open__bound_to_no_driver_of_ours__names_the_driver(void **state)
{
	char address[16];

	(void)state;
	vm_find(VM_VIRTIO_NET, 0, address);
	assert_int_equal(try_open(address), -EBUSY);
	assert_told("virtio-pci", "uwdf bind");
}

/* --- not permitted --- */

static int denied(const char *address)
{
	int err = try_open(address);

	if (err != -EPERM || !strstr(last.text, "/dev/vfio/") || !strstr(last.hint, "chown"))
		return 1;
	return 0;
}

static void test_open__group_not_permitted__names_the_node_and_chown(void **state)
{
	char address[16];

	(void)state;
	vm_find(VM_EDU, 0, address);
	assert_int_equal(as_user(denied, address), 0);
}

static int container_denied(const char *address)
{
	int err = try_open(address);

	if (err != -EPERM || !strstr(last.text, "/dev/vfio/vfio") || !strstr(last.hint, "chmod"))
		return 1;
	return 0;
}

static void test_open__dev_vfio_vfio_not_permitted__says_so(void **state)
{
	char address[16];

	(void)state;
	vm_find(VM_EDU, 0, address);
	assert_int_equal(sys_chmod("/dev/vfio/vfio", 0600), 0);
	assert_int_equal(as_user(container_denied, address), 0);
	assert_int_equal(sys_chmod("/dev/vfio/vfio", 0666), 0);
}

/* --- locked memory --- */

static int buffer_of(const char *address, size_t len)
{
	struct dma_buffer_params params = { .len = len };
	struct dma_buffer buffer = { .domain = NULL };
	struct dma_domain *domain;
	struct pci_function *fn = vm_open_with(address, NULL);
	int err = dma_domain_new(fn, &domain);

	last = (struct report)REPORT_INIT;
	if (!err) {
		err = dma_buffer_alloc(domain, &params, &last, &buffer);
		dma_buffer_free(&buffer);
		dma_domain_free(domain);
	}
	pci_function_close(fn);
	return err;
}

static int too_much(const char *address)
{
	int err = buffer_of(address, 128 << 10);

	print_message("    %s\n    -> %s\n", last.text, last.hint);
	if (err != -ENOMEM || !strstr(last.text, "RLIMIT_MEMLOCK allows 65536") ||
	    !strstr(last.hint, "ulimit -l"))
		return 1;
	return 0;
}

/* 64 KiB are allowed: the arena's 2 MiB do not fit, what is asked for does. */
static int little_enough(const char *address)
{
	return buffer_of(address, 32 << 10) ? 1 : 0;
}

static void test_dma__more_than_memlock_allows__names_the_limit(void **state)
{
	struct rlimit small = { 65536, 65536 };
	char address[16], node[64];

	(void)state;
	vm_find(VM_EDU, 0, address);
	group_node(address, node);
	assert_int_equal(chown(node, USER, USER), 0);
	assert_int_equal(setrlimit(RLIMIT_MEMLOCK, &small), 0);
	assert_int_equal(as_user(too_much, address), 0);
	assert_int_equal(as_user(little_enough, address), 0);
	assert_int_equal(chown(node, 0, 0), 0);
}

/* --- groups of more than one function: the two of one slot behind a root port --- */

static void test_open__sibling_has_another_driver__names_it(void **state)
{
	char address[16], sibling[16];

	(void)state;
	vm_find(VM_VIRTIO_NET, 1, address);
	vm_find(VM_VIRTIO_NET, 2, sibling);
	assert_int_equal(vfio_bind(address, false, &last), 0);
	assert_int_equal(try_open(address), -EBUSY);
	assert_told("not viable", "uwdf bind");
	assert_told("virtio-pci", sibling);
}

static void test_open__two_functions_of_one_group__share_it_in_one_process(void **state)
{
	struct dma_buffer_params params = { .len = 4096 };
	char address[2][16];
	struct pci_function *fn[2];
	struct dma_domain *domain[2];
	struct dma_buffer buffer[2];

	(void)state;
	vm_find(VM_VIRTIO_NET, 1, address[0]);
	vm_find(VM_VIRTIO_NET, 2, address[1]);
	last = (struct report)REPORT_INIT;
	for (int i = 0; i < 2; i++)
		if (vfio_bind(address[i], true, &last))
			fail_msg("%s", last.text);
	for (int i = 0; i < 2; i++) {
		fn[i] = vm_open_with(address[i], NULL);
		assert_int_equal(dma_domain_new(fn[i], &domain[i]), 0);
		assert_int_equal(dma_buffer_alloc(domain[i], &params, NULL, &buffer[i]), 0);
	}
	assert_int_not_equal(buffer[0].iova.v, buffer[1].iova.v);
	for (int i = 0; i < 2; i++) {
		dma_buffer_free(&buffer[i]);
		dma_domain_free(domain[i]);
		pci_function_close(fn[i]);
	}
	for (int i = 0; i < 2; i++)
		assert_int_equal(vfio_unbind(address[i], &last), 0);
}

/* --- guests that lack something --- */

static void test_open__no_interrupt_remapping__says_so_and_what_allows_it(void **state)
{
	char address[16];

	(void)state;
	vm_find(VM_EDU, 0, address);
	assert_int_equal(try_open(address), -EPERM);
	assert_told("interrupt remapping", "allow_unsafe_interrupts");
}

static void test_open__no_iommu__says_so_and_how_to_switch_it_on(void **state)
{
	char address[16];

	(void)state;
	vm_find(VM_EDU, 0, address);
	assert_int_equal(try_open(address), -ENOENT);
	assert_told("no IOMMU", "intel_iommu=on");
	last = (struct report)REPORT_INIT;
	assert_int_equal(vfio_bind(address, false, &last), -ENOENT);
	assert_told("no IOMMU", "intel_iommu=on");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest usual[] = {
		cmocka_unit_test(test_open__no_such_function__says_so),
		cmocka_unit_test(test_open__bound_to_no_driver_of_ours__names_the_driver),
		cmocka_unit_test(test_open__group_not_permitted__names_the_node_and_chown),
		cmocka_unit_test(test_open__dev_vfio_vfio_not_permitted__says_so),
		cmocka_unit_test(test_dma__more_than_memlock_allows__names_the_limit),
		cmocka_unit_test(test_open__sibling_has_another_driver__names_it),
		cmocka_unit_test(test_open__two_functions_of_one_group__share_it_in_one_process),
	};
	const struct CMUnitTest no_intremap[] = {
		cmocka_unit_test(test_open__no_interrupt_remapping__says_so_and_what_allows_it),
	};
	const struct CMUnitTest no_iommu[] = {
		cmocka_unit_test(test_open__no_iommu__says_so_and_how_to_switch_it_on),
	};

	if (argc == 2 && !strcmp(argv[1], "intremap"))
		return cmocka_run_group_tests(no_intremap, NULL, NULL);
	if (argc == 2 && !strcmp(argv[1], "iommu"))
		return cmocka_run_group_tests(no_iommu, NULL, NULL);
	return cmocka_run_group_tests(usual, NULL, NULL);
}
