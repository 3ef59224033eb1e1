/* SPDX-License-Identifier: MIT */
/*
 * Fails the k-th allocation or system call while a function is opened, used and closed, for every
 * k there is: whatever happens ends soon, and nothing is left over.
 */
#include "function_fixture.h"

#include "base/fault.h"
#include "base/log.h"
#include "base/mem.h"

#define SWEEP_MAX 2000

static void drop_log(void *arg, enum log_level level, const char *area, const char *text)
{
	(void)arg;
	(void)level;
	(void)area;
	(void)text;
}

/* What a driver does, in short; every result is allowed, hanging and leaking are not. */
static void use(struct fixture *f, int fd)
{
	uint32_t value;
	int err = pci_function_set_bus_master(f->fn, true);

	if (!err)
		err = pci_function_irq_enable(f->fn, PCI_IRQ_MSI, &fd, 1);
	if (!err)
		err = pci_function_irq_mask(f->fn, 0);
	if (!err)
		err = pci_function_irq_unmask(f->fn, 0);
	if (!err)
		err = pci_config_read(f->fn, 0, 4, &value);
	reg_write(f, 0x60, 1);
	reg_read(f, 0x24);
	reg_write(f, 0x64, 1);
	if (!err)
		err = pci_function_irq_set(f->fn, 0, -1);
	pci_function_irq_disable(f->fn);
	if (!err && pci_function_caps(f->fn).has_reset)
		err = pci_function_reset(f->fn);
	if (!err)
		err = pci_function_provoke_removal(f->fn);
	if (!err)
		assert_int_equal(reg_read(f, 0), UINT32_MAX);
}

static void open_use_close(const char *address, int fd)
{
	struct report rep = REPORT_INIT;
	struct fixture f;

	if (fixture_try_open(&f, address, &rep)) {
		assert_true(rep.text[0]); /* a failure says what failed */
		return;
	}
	use(&f, fd);
	fixture_close(&f);
}

static void sweep(const char *address, enum fault_kind kind)
{
	int fd = eventfd_new();
	unsigned int descriptors;
	uint64_t blocks, k;

	log_set_sink(drop_log, NULL);
	open_use_close(address, fd); /* what stays for the process's life is made now */
	descriptors = open_descriptors();
	blocks = mem_live_blocks();
	for (k = 1; k < SWEEP_MAX; k++) {
		uint64_t before_ns = exec_now_ns();

		fault_arm(kind, k);
		open_use_close(address, fd);
		fault_disarm();
		assert_true(exec_now_ns() - before_ns < 60 * EXEC_NS_PER_S);
		assert_int_equal(mem_live_blocks(), blocks);
		assert_int_equal(open_descriptors(), descriptors);
		if (!fault_fired())
			break;
	}
	log_set_sink(NULL, NULL);
	print_message("%s: %llu points\n", address, (unsigned long long)(k - 1));
	assert_true(k > 1 && k < SWEEP_MAX);
	close(fd);
}

static void test_model__each_allocation_fails__nothing_left(void **state)
{
	(void)state;
	sweep("model:edu", FAULT_ALLOC);
}

static void test_model__each_system_call_fails__nothing_left(void **state)
{
	(void)state;
	sweep("model:edu", FAULT_SYSCALL);
}

static void test_qemu__each_allocation_fails__nothing_left(void **state)
{
	(void)state;
	sweep("qemu:edu", FAULT_ALLOC);
}

static void test_qemu__each_system_call_fails__nothing_left(void **state)
{
	(void)state;
	sweep("qemu:edu", FAULT_SYSCALL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_model__each_allocation_fails__nothing_left),
		cmocka_unit_test(test_model__each_system_call_fails__nothing_left),
		cmocka_unit_test(test_qemu__each_allocation_fails__nothing_left),
		cmocka_unit_test(test_qemu__each_system_call_fails__nothing_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
