/* SPDX-License-Identifier: MIT */
/* The real executor: clocks, threads, conditions, descriptors. */
#include "uw_test.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/time.h>

#include "base/exec.h"
#include "base/fault.h"
#include "base/mem.h"
#include "base/sys.h"

static struct exec_thread *start(void (*run)(void *), void *arg)
{
	struct exec_thread_params params = { .name = "a name that is too long",
					     .run = run,
					     .arg = arg };
	struct exec_thread *thread;

	params.node = -1;
	assert_int_equal(exec_thread_start(&params, &thread), 0);
	return thread;
}

static void test_clock__deadline__saturates(void **state)
{
	uint64_t before = exec_now_ns();
	uint64_t deadline = exec_deadline_ms(1000);

	(void)state;
	assert_in_range(deadline, before + EXEC_NS_PER_S, exec_now_ns() + EXEC_NS_PER_S);
	assert_int_equal(exec_deadline_ms(UINT64_MAX), EXEC_FOREVER);
}

static void test_clock__sleep__lasts_until_its_deadline(void **state)
{
	uint64_t deadline = exec_deadline_ms(2);

	(void)state;
	exec_sleep_until(deadline);
	assert_true(exec_now_ns() >= deadline);
}

static void test_clock__system_time__is_of_this_century(void **state)
{
	(void)state;
	assert_in_range(exec_system_time_100ns(), 133000000000000000ull, 160000000000000000ull);
}

struct seen {
	uint32_t id;
	bool is_self;
	struct exec_thread *thread;
	sigset_t mask;
};

static void look(void *arg)
{
	struct seen *seen = arg;

	seen->id = exec_thread_id();
	seen->is_self = exec_thread_is_self(seen->thread);
	pthread_sigmask(SIG_BLOCK, NULL, &seen->mask);
}

static void test_thread__started__knows_itself_and_has_its_own_id(void **state)
{
	struct seen seen = { 0 };
	struct exec_thread_params params = { .name = "self", .run = look, .arg = &seen, .node = 0 };

	(void)state;
	assert_int_equal(exec_thread_start(&params, &seen.thread), 0);
	assert_false(exec_thread_is_self(seen.thread));
	exec_thread_join(seen.thread);
	assert_true(seen.is_self);
	assert_true(seen.id && seen.id != exec_thread_id());
}

static void test_thread__started__leaves_signals_to_the_program(void **state)
{
	struct seen seen = { 0 };
	struct exec_thread_params params = {
		.name = "mask", .run = look, .arg = &seen, .node = -1
	};

	(void)state;
	assert_int_equal(exec_thread_start(&params, &seen.thread), 0);
	exec_thread_join(seen.thread);
	assert_true(sigismember(&seen.mask, SIGTERM));
	assert_false(sigismember(&seen.mask, SIGSEGV));
	assert_false(sigismember(&seen.mask, SIGBUS));
}

static unsigned int entered, left; /* by one thread at a time, seen after it was joined */

static void note_enter(void)
{
	entered++;
}

static void note_leave(void)
{
	left += entered;
}

static void do_nothing(void *arg)
{
	(void)arg;
}

static void test_thread__hooks_set__run_around_its_function(void **state)
{
	static const struct exec_thread_hooks hooks = { note_enter, note_leave };
	struct exec_thread_params params = { .name = "hooked", .run = do_nothing, .node = -1 };
	struct exec_thread *thread;

	(void)state;
	exec_set_thread_hooks(&hooks);
	assert_int_equal(exec_thread_start(&params, &thread), 0);
	exec_set_thread_hooks(NULL); /* what began with hooks ends with them */
	exec_thread_join(thread);
	assert_int_equal(entered, 1);
	assert_int_equal(left, 1);
	assert_int_equal(exec_thread_start(&params, &thread), 0);
	exec_thread_join(thread);
	assert_int_equal(entered, 1);
}

static void test_thread__not_startable__leaves_nothing(void **state)
{
	struct seen seen;
	struct exec_thread_params params = { .name = "x", .run = look, .arg = &seen, .node = -1 };
	struct exec_thread *thread = NULL;
	uint64_t blocks = mem_live_blocks();

	(void)state;
	fault_arm(FAULT_ALLOC, 1);
	assert_int_equal(exec_thread_start(&params, &thread), -ENOMEM);
	fault_arm(FAULT_SYSCALL, 1);
	assert_int_equal(exec_thread_start(&params, &thread), -EAGAIN);
	fault_disarm();
	assert_null(thread);
	assert_int_equal(mem_live_blocks(), blocks);
	exec_thread_join(NULL);
}

static void set_event(void *arg)
{
	exec_event_set(arg);
}

static void test_event__set_by_another_thread__ends_the_wait(void **state)
{
	struct exec_event event;
	struct exec_thread *thread;

	(void)state;
	assert_int_equal(exec_event_init(&event), 0);
	assert_false(exec_event_wait(&event, exec_deadline_ms(1)));
	thread = start(set_event, &event);
	assert_true(exec_event_wait(&event, exec_deadline_ms(60000)));
	exec_thread_join(thread);
	exec_event_clear(&event);
	assert_false(exec_event_wait(&event, 0));
	exec_event_deinit(&event);
}

struct ping {
	struct exec_mutex lock;
	struct exec_cond cond;
	int turn;
};

static void answer(void *arg)
{
	struct ping *p = arg;

	exec_mutex_lock(&p->lock);
	for (int i = 0; i < 100; i++) {
		while (p->turn != 1)
			exec_cond_wait(&p->cond, &p->lock, EXEC_FOREVER);
		p->turn = 0;
		exec_cond_signal(&p->cond);
	}
	exec_mutex_unlock(&p->lock);
}

static void test_condition__ping_pong__loses_no_wake_up(void **state) UW_NO_TSA
{
	struct ping p = { .turn = 0 };
	struct exec_thread *thread;

	(void)state;
	assert_int_equal(exec_mutex_init(&p.lock), 0);
	assert_int_equal(exec_cond_init(&p.cond), 0);
	thread = start(answer, &p);
	exec_mutex_lock(&p.lock);
	assert_false(exec_mutex_trylock(&p.lock));
	for (int i = 0; i < 100; i++) {
		p.turn = 1;
		exec_cond_broadcast(&p.cond);
		while (p.turn)
			assert_true(exec_cond_wait(&p.cond, &p.lock, exec_deadline_ms(60000)));
	}
	exec_mutex_unlock(&p.lock);
	exec_thread_join(thread);
	assert_true(exec_mutex_trylock(&p.lock));
	exec_mutex_unlock(&p.lock);
	exec_cond_deinit(&p.cond);
	exec_mutex_deinit(&p.lock);
}

static void test_descriptor__readable__ends_the_wait(void **state)
{
	int fd = sys_eventfd(0, EFD_NONBLOCK);

	(void)state;
	assert_int_equal(exec_wait_fd(fd, POLLIN, exec_deadline_ms(1)), 0);
	assert_int_equal(sys_eventfd_signal(fd), 0);
	assert_int_equal(exec_wait_fd(fd, POLLIN, EXEC_FOREVER), POLLIN);
	sys_close(fd);
	assert_int_equal(exec_wait_fd(fd, POLLIN, EXEC_FOREVER), POLLNVAL);
}

static void on_alarm(int sig)
{
	(void)sig;
}

static void test_waits__interrupted_by_signals__last_their_time(void **state)
{
	struct itimerval often = { .it_interval.tv_usec = 500, .it_value.tv_usec = 500 },
			 off = { 0 };
	struct sigaction act = { .sa_handler = on_alarm };
	int fd = sys_eventfd(0, EFD_NONBLOCK);
	uint64_t deadline = exec_deadline_ms(5);

	(void)state;
	sigaction(SIGALRM, &act, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	assert_int_equal(exec_wait_fd(fd, POLLIN, deadline), 0);
	assert_true(exec_now_ns() >= deadline);
	deadline = exec_deadline_ms(5);
	exec_sleep_until(deadline);
	assert_true(exec_now_ns() >= deadline);
	setitimer(ITIMER_REAL, &off, NULL);
	sys_close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clock__deadline__saturates),
		cmocka_unit_test(test_clock__sleep__lasts_until_its_deadline),
		cmocka_unit_test(test_clock__system_time__is_of_this_century),
		cmocka_unit_test(test_thread__started__knows_itself_and_has_its_own_id),
		cmocka_unit_test(test_thread__started__leaves_signals_to_the_program),
		cmocka_unit_test(test_thread__hooks_set__run_around_its_function),
		cmocka_unit_test(test_thread__not_startable__leaves_nothing),
		cmocka_unit_test(test_event__set_by_another_thread__ends_the_wait),
		cmocka_unit_test(test_condition__ping_pong__loses_no_wake_up),
		cmocka_unit_test(test_descriptor__readable__ends_the_wait),
		cmocka_unit_test(test_waits__interrupted_by_signals__last_their_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
