/* SPDX-License-Identifier: MIT */
/* io_uring refused by a seccomp filter, as containers do: the loop says so once and uses epoll. */
#include "uw_test.h"

#include <errno.h>
#include <seccomp.h>
#include <string.h>
#include <sys/eventfd.h>

#include "base/exec.h"
#include "base/sys.h"
#include "irq/loop.h"

static int refuse_io_uring(int error)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int err = filter ? seccomp_rule_add(filter, SCMP_ACT_ERRNO((uint32_t)error),
					    SCMP_SYS(io_uring_setup), 0)
			 : -ENOMEM;

	if (!err)
		err = seccomp_load(filter);
	seccomp_release(filter);
	return err;
}

static void count(void *arg, uint64_t value)
{
	(void)value;
	exec_event_set(arg);
}

/* Exit codes name the step that went wrong. */
static void use_two_loops(void *arg)
{
	struct irq_loop_params params = { .name = "refused", .node = -1, .own_thread = true };
	struct irq_loop *loops[2];
	struct irq_source *source;
	struct exec_event fired;
	int fd = sys_eventfd(0, EFD_NONBLOCK);

	if (refuse_io_uring(*(int *)arg) || exec_event_init(&fired))
		_exit(10);
	for (int i = 0; i < 2; i++)
		if (irq_loop_new(&params, &loops[i]) ||
		    irq_loop_backend(loops[i]) != IRQ_LOOP_EPOLL)
			_exit(11);
	if (irq_loop_add_source(loops[0], IRQ_SOURCE_EDGE, fd, count, &fired, &source) ||
	    sys_eventfd_signal(fd) || !exec_event_wait(&fired, exec_deadline_ms(60000)))
		_exit(12);
	irq_loop_remove_source(source);
	irq_loop_free(loops[0]);
	irq_loop_free(loops[1]);
	_exit(0);
}

static void insist_on_the_ring(void *arg)
{
	struct irq_loop_params params = {
		.name = "refused", .backend = IRQ_LOOP_URING, .node = -1, .own_thread = true
	};
	struct irq_loop *loop;

	if (refuse_io_uring(*(int *)arg))
		_exit(10);
	_exit(irq_loop_new(&params, &loop) == -*(int *)arg ? 0 : 11);
}

static void check(int error, const char *name)
{
	char text[2048];
	char *notice;
	int status = test_in_child(use_two_loops, &error, text, sizeof(text));

	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	notice = strstr(text, "io_uring is refused");
	assert_non_null(notice);
	assert_non_null(strstr(notice, name));
	assert_null(strstr(notice + 1, "io_uring is refused"));
}

static void test_loop__io_uring_not_permitted__falls_back_with_one_notice(void **state)
{
	(void)state;
	check(EPERM, "Operation not permitted");
}

static void test_loop__io_uring_not_in_the_kernel__falls_back_with_one_notice(void **state)
{
	(void)state;
	check(ENOSYS, "Function not implemented");
}

static void test_loop__io_uring_out_of_memory__falls_back_with_one_notice(void **state)
{
	(void)state;
	check(ENOMEM, "Cannot allocate memory");
}

static void test_loop__io_uring_insisted_on__returns_the_error(void **state)
{
	char text[2048];
	int error = EPERM;
	int status = test_in_child(insist_on_the_ring, &error, text, sizeof(text));

	(void)state;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loop__io_uring_not_permitted__falls_back_with_one_notice),
		cmocka_unit_test(test_loop__io_uring_not_in_the_kernel__falls_back_with_one_notice),
		cmocka_unit_test(test_loop__io_uring_out_of_memory__falls_back_with_one_notice),
		cmocka_unit_test(test_loop__io_uring_insisted_on__returns_the_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
