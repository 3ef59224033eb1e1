/* SPDX-License-Identifier: MIT */
/* A mapped BAR whose memory decoding is off: the kernel answers accesses with SIGBUS. */
#include "vm_functions.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "vfio/fault_handler.h"

#define COMMAND        4u
#define COMMAND_MEMORY 2u
#define EDU_ID         0x010000edu

static void set_decoding(struct pci_function *fn, bool on)
{
	uint32_t command = 0;

	assert_int_equal(pci_config_read(fn, COMMAND, 2, &command), 0);
	command = on ? command | COMMAND_MEMORY : command & ~COMMAND_MEMORY;
	assert_int_equal(pci_config_write(fn, COMMAND, 2, command), 0);
}

static void test_access__decoding_off__loads_ones_drops_stores_and_comes_back(void **state)
{
	struct pci_function *fn = vm_open(VM_EDU, 0);

	(void)state;
	assert_int_equal(fault_handler_install(), 0);
	assert_int_equal(fault_handler_thread_enter(), 0);
	assert_int_equal(vfio_mmio_read32(vm_reg(fn, 0, 0)), EDU_ID);
	vfio_mmio_write32(vm_reg(fn, 0, 4), 1); /* edu keeps what is written, inverted */
	set_decoding(fn, false);
	assert_int_equal(vfio_mmio_read32(vm_reg(fn, 0, 0)), UINT32_MAX);
	assert_int_equal(vfio_mmio_read8(vm_reg(fn, 0, 1)), UINT8_MAX);
	assert_int_equal(vfio_mmio_read64(vm_reg(fn, 0, 0x80)), UINT64_MAX);
	vfio_mmio_write32(vm_reg(fn, 0, 4), 0x12345678);
	assert_false(pci_function_is_gone(fn)); /* the ids still answer: it is here, only deaf */
	set_decoding(fn, true);
	assert_int_equal(vfio_mmio_read32(vm_reg(fn, 0, 0)), EDU_ID);
	assert_int_equal(vfio_mmio_read32(vm_reg(fn, 0, 4)), ~1u);
	fault_handler_thread_leave();
	fault_handler_uninstall();
	pci_function_close(fn);
}

/* That the kernel really sends SIGBUS is what the test above stands on. */
static void test_access__decoding_off_and_no_handler__sigbus(void **state)
{
	struct pci_function *fn;
	pid_t child = fork();
	int status;

	(void)state;
	if (child == 0) {
		fn = vm_open(VM_EDU, 0);
		set_decoding(fn, false);
		signal(SIGBUS, SIG_DFL);
		vfio_mmio_read32(vm_reg(fn, 0, 0));
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_access__decoding_off__loads_ones_drops_stores_and_comes_back),
		cmocka_unit_test(test_access__decoding_off_and_no_handler__sigbus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
