/* SPDX-License-Identifier: MIT */
/* Faults on a loop's thread: served on its alternate stack, and told when its own is exhausted. */
#include "fake_function.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/exec.h"
#include "fault_ranges.h"
#include "irq/loop.h"
#include "vfio/fault_handler.h"

#define TOLD 42

static struct irq_loop *start_loop(void)
{
	struct irq_loop_params params = { .name = "faulty", .node = -1, .own_thread = true };
	struct irq_loop *loop;

	assert_int_equal(irq_loop_new(&params, &loop), 0);
	return loop;
}

static bool on_alternate_stack(void)
{
	stack_t now;

	return !sigaltstack(NULL, &now) && (now.ss_flags & SS_ONSTACK);
}

static volatile sig_atomic_t served, served_there;

/* Asked by the fault handler whether the function is still there. */
static int noting_config_read(struct pci_function *fn, unsigned int offset, unsigned int width,
			      uint32_t *out)
{
	served++;
	served_there += on_alternate_stack();
	return fake_config_read(fn, offset, width, out);
}

static void read_register(void *arg)
{
	assert_int_equal(vfio_mmio_read32(arg), UINT32_MAX);
}

static void test_register_faults__on_a_loop__served_on_the_alternate_stack(void **state)
{
	struct pci_function_ops ops = fake_ops;
	struct irq_loop *loop;
	struct fake fake;
	void *page;

	(void)state;
	ops.config_read = noting_config_read;
	assert_int_equal(fault_handler_install(), 0);
	fake_open(&fake);
	fake.fn->ops = &ops;
	page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(page != MAP_FAILED);
	assert_int_equal(fault_ranges_add(fake.fn, (uintptr_t)page, 4096), 0);
	loop = start_loop();
	irq_loop_call(loop, read_register, page);
	irq_loop_free(loop);
	assert_true(served > 0);
	assert_int_equal(served_there, served);
	pci_function_close(fake.fn);
	munmap(page, 4096);
	fault_handler_uninstall();
}

static void look_for_alternate_stack(void *arg)
{
	stack_t now = { .ss_flags = 0 };

	*(bool *)arg = !sigaltstack(NULL, &now) && !(now.ss_flags & SS_DISABLE);
}

static void test_loop_started__no_handler_installed__no_stack_of_ours(void **state)
{
	bool before, after;
	struct irq_loop *loop;

	(void)state;
	loop = start_loop(); /* what a sanitizer gives every thread is not ours */
	irq_loop_call(loop, look_for_alternate_stack, &before);
	irq_loop_free(loop);
	assert_int_equal(fault_handler_install(), 0);
	fault_handler_uninstall();
	loop = start_loop();
	irq_loop_call(loop, look_for_alternate_stack, &after);
	irq_loop_free(loop);
	assert_int_equal(after, before);
}

static void tell(int signal)
{
	(void)signal;
	_exit(on_alternate_stack() ? TOLD : 1);
}

/* Deeper than any stack; what is added afterwards keeps it from being a loop. */
static int exhaust(unsigned int depth)
{
	volatile char frame[4096];

	frame[0] = (char)depth;
	return depth ? exhaust(depth - 1) + frame[0] : 0;
}

static void run_out_of_stack(void *arg)
{
	(void)arg;
	exhaust(UINT32_MAX);
}

static void die_on_a_loop(void)
{
	struct sigaction action = { .sa_handler = tell };

	if (sigaction(SIGSEGV, &action, NULL) || fault_handler_install())
		_exit(2);
	irq_loop_call(start_loop(), run_out_of_stack, NULL);
}

/* Without an alternate stack the kernel has no room for any handler, and just kills. */
static void test_stack_exhausted__on_a_loop__the_handler_before_ours_is_told(void **state)
{
	pid_t pid = fork();
	int status;

	(void)state;
	assert_true(pid >= 0);
	if (!pid) {
		die_on_a_loop();
		_exit(3);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), TOLD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_register_faults__on_a_loop__served_on_the_alternate_stack),
		cmocka_unit_test(test_loop_started__no_handler_installed__no_stack_of_ours),
		cmocka_unit_test(test_stack_exhausted__on_a_loop__the_handler_before_ours_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
