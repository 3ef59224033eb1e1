/* SPDX-License-Identifier: MIT */
/* Register accesses that fault: a file mapped as a BAR, then truncated, raises SIGBUS. */
#include "fake_function.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/exec.h"
#include "fault_ranges.h"
#include "vfio/fault_handler.h"

struct mapped {
	struct fake fake;
	int fd;
	uint8_t *page;
};

/* A function with a mapped BAR of one page. */
static void mapped_open(struct mapped *m)
{
	struct pci_bar *bar;

	fake_open(&m->fake);
	bar = &m->fake.fn->bars[0];
	m->fd = memfd_create("bar", MFD_CLOEXEC);
	assert_int_equal(ftruncate(m->fd, 4096), 0);
	m->page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, m->fd, 0);
	assert_true(m->page != MAP_FAILED);
	bar->regs = m->page;
	bar->size = 4096;
	bar->is_mapped = true;
	assert_int_equal(fault_ranges_add(m->fake.fn, (uintptr_t)m->page, 4096), 0);
}

static void mapped_vanish(struct mapped *m)
{
	assert_int_equal(ftruncate(m->fd, 0), 0);
}

static void mapped_close(struct mapped *m)
{
	pci_function_close(m->fake.fn);
	munmap(m->page, 4096);
	close(m->fd);
}

static void test_load_and_store__bar_vanished__ones_dropped_and_gone(void **state)
{
	struct mapped m;

	(void)state;
	assert_int_equal(fault_handler_install(), 0);
	mapped_open(&m);
	vfio_mmio_write32(m.page, 0x12345678);
	assert_int_equal(vfio_mmio_read32(m.page), 0x12345678);
	mapped_vanish(&m);
	memset(m.fake.config, 0xff, sizeof(m.fake.config));
	assert_int_equal(vfio_mmio_read32(m.page), UINT32_MAX);
	assert_true(pci_function_is_gone(m.fake.fn));
	assert_int_equal(m.fake.events, 1);
	assert_int_equal(vfio_mmio_read8(m.page + 1), UINT8_MAX);
	assert_int_equal(vfio_mmio_read16(m.page + 2), UINT16_MAX);
	assert_true(vfio_mmio_read64(m.page + 8) == UINT64_MAX);
	vfio_mmio_write8(m.page, 1);
	vfio_mmio_write16(m.page, 1);
	vfio_mmio_write32(m.page, 1);
	vfio_mmio_write64(m.page, 1);
	assert_int_equal(m.fake.events, 1);
	mapped_close(&m);
	fault_handler_uninstall();
}

static void test_load__bar_faults_but_vendor_id_is_there__ones_and_not_gone(void **state)
{
	struct mapped m;

	(void)state;
	assert_int_equal(fault_handler_install(), 0);
	mapped_open(&m);
	mapped_vanish(&m);
	assert_int_equal(vfio_mmio_read32(m.page), UINT32_MAX);
	assert_false(pci_function_is_gone(m.fake.fn));
	mapped_close(&m);
	fault_handler_uninstall();
}

/* As on vfio-pci, where asking for the vendor id is a system call. */
static int config_read_that_sets_errno(struct pci_function *fn, unsigned int offset,
				       unsigned int width, uint32_t *out)
{
	(void)fn;
	(void)offset;
	(void)width;
	*out = 0x8086;
	errno = EIO;
	return 0;
}

static void test_load__bar_faults__errno_is_as_it_was(void **state)
{
	struct pci_function_ops ops;
	struct mapped m;

	(void)state;
	assert_int_equal(fault_handler_install(), 0);
	mapped_open(&m);
	ops = *m.fake.fn->ops;
	ops.config_read = config_read_that_sets_errno;
	m.fake.fn->ops = &ops;
	mapped_vanish(&m);
	errno = ENOTTY;
	assert_int_equal(vfio_mmio_read32(m.page), UINT32_MAX);
	assert_int_equal(errno, ENOTTY);
	mapped_close(&m);
	fault_handler_uninstall();
}

static void on_other_thread(void *arg)
{
	struct mapped *m = arg;

	assert_int_equal(fault_handler_thread_enter(), 0);
	assert_int_equal(vfio_mmio_read32(m->page), UINT32_MAX);
	fault_handler_thread_leave();
	fault_handler_thread_leave(); /* harmless */
}

static void test_load__thread_with_an_alternate_stack__ones(void **state)
{
	struct exec_thread_params params = { .name = "other", .run = on_other_thread, .node = -1 };
	struct exec_thread *thread;
	struct mapped m;

	(void)state;
	assert_int_equal(fault_handler_install(), 0);
	mapped_open(&m);
	mapped_vanish(&m);
	params.arg = &m;
	assert_int_equal(exec_thread_start(&params, &thread), 0);
	exec_thread_join(thread);
	mapped_close(&m);
	fault_handler_uninstall();
}

static void test_install__twice__ealready(void **state)
{
	(void)state;
	assert_int_equal(fault_handler_install(), 0);
	assert_int_equal(fault_handler_install(), -EALREADY);
	fault_handler_uninstall();
	fault_handler_uninstall();
	assert_int_equal(fault_handler_install(), 0);
	fault_handler_uninstall();
}

static sigjmp_buf back;
static volatile sig_atomic_t chained;

static void previous(int signal, siginfo_t *info, void *context)
{
	(void)info;
	(void)context;
	chained = signal;
	siglongjmp(back, 1);
}

static void previous_plain(int signal)
{
	chained = signal;
	siglongjmp(back, 1);
}

/* Faults at @addr, outside every BAR, and says which signal the handler before ours saw. */
static int fault_at(volatile uint8_t *addr)
{
	chained = 0;
	if (!sigsetjmp(back, 1))
		vfio_mmio_load8(addr);
	return chained;
}

static void chain_to(void (*plain)(int))
{
	struct sigaction action = { .sa_sigaction = previous, .sa_flags = SA_SIGINFO }, before[2];
	struct mapped m;

	if (plain)
		action = (struct sigaction){ .sa_handler = plain };
	assert_int_equal(sigaction(SIGSEGV, &action, &before[0]), 0);
	assert_int_equal(sigaction(SIGBUS, &action, &before[1]), 0);
	assert_int_equal(fault_handler_install(), 0);
	mapped_open(&m);
	fault_ranges_remove(m.fake.fn); /* no BAR of anybody now */
	mapped_vanish(&m);
	assert_int_equal(fault_at(m.page), SIGBUS);
	assert_int_equal(mprotect(m.page, 4096, PROT_NONE), 0);
	assert_int_equal(fault_at(m.page), SIGSEGV);
	mapped_close(&m);
	fault_handler_uninstall();
	sigaction(SIGSEGV, &before[0], NULL);
	sigaction(SIGBUS, &before[1], NULL);
}

static void test_other_fault__handler_before_ours__gets_it(void **state)
{
	(void)state;
	chain_to(NULL);
	chain_to(previous_plain);
}

/* A plain dereference of a vanished BAR is no access of ours: it must not be skipped. */
static void test_dereference_in_a_bar__not_an_accessor__chained(void **state)
{
	struct sigaction action = { .sa_sigaction = previous, .sa_flags = SA_SIGINFO }, before;
	struct mapped m;

	(void)state;
	assert_int_equal(sigaction(SIGBUS, &action, &before), 0);
	assert_int_equal(fault_handler_install(), 0);
	mapped_open(&m);
	mapped_vanish(&m);
	chained = 0;
	if (!sigsetjmp(back, 1))
		(void)*(volatile uint8_t *)m.page;
	assert_int_equal(chained, SIGBUS);
	mapped_close(&m);
	fault_handler_uninstall();
	sigaction(SIGBUS, &before, NULL);
}

/* Runs @provoke in a child; the signal it dies of. */
static int dies_of(void (*provoke)(struct mapped *m), int handler)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (!pid) {
		struct sigaction action = { 0 };
		struct mapped m;

		action.sa_handler = handler ? SIG_IGN : SIG_DFL;
		sigaction(SIGBUS, &action, NULL);
		sigaction(SIGSEGV, &action, NULL);
		if (fault_handler_install())
			_exit(1);
		mapped_open(&m);
		provoke(&m);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void fault_outside(struct mapped *m)
{
	fault_ranges_remove(m->fake.fn);
	mapped_vanish(m);
	vfio_mmio_load8(m->page);
}

static void be_sent(struct mapped *m)
{
	(void)m;
	kill(getpid(), SIGSEGV);
}

static void test_other_fault__default_before_ours__ends_the_process(void **state)
{
	(void)state;
	assert_int_equal(dies_of(fault_outside, 0), SIGBUS);
	assert_int_equal(dies_of(fault_outside, 1), SIGBUS); /* a fault cannot be ignored */
	assert_int_equal(dies_of(be_sent, 0), SIGSEGV);
	assert_int_equal(dies_of(be_sent, 1), 0);
}

static void test_table__removed__accesses_chain_again(void **state)
{
	static const struct vfio_mmio_fault_row rows[2];

	(void)state;
	assert_int_equal(fault_handler_add_table(NULL, NULL), 0); /* an image without accesses */
	for (unsigned int i = 0; i < 256; i++)
		assert_int_equal(fault_handler_add_table(rows, rows + 2), 0);
	assert_int_equal(fault_handler_add_table(rows, rows + 2), -ENOSPC);
	assert_int_equal(fault_handler_install(), -ENOSPC); /* no room for our own */
	fault_handler_remove_table(rows);
	assert_int_equal(fault_handler_install(), 0);
	fault_handler_uninstall();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_load_and_store__bar_vanished__ones_dropped_and_gone),
		cmocka_unit_test(test_load__bar_faults_but_vendor_id_is_there__ones_and_not_gone),
		cmocka_unit_test(test_load__bar_faults__errno_is_as_it_was),
		cmocka_unit_test(test_load__thread_with_an_alternate_stack__ones),
		cmocka_unit_test(test_install__twice__ealready),
		cmocka_unit_test(test_other_fault__handler_before_ours__gets_it),
		cmocka_unit_test(test_dereference_in_a_bar__not_an_accessor__chained),
		cmocka_unit_test(test_other_fault__default_before_ours__ends_the_process),
		cmocka_unit_test(test_table__removed__accesses_chain_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
