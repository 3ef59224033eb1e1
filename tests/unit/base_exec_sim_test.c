/* SPDX-License-Identifier: MIT */
/* The simulated executor: a seed is a run, and time is what it says. */
#include "uw_test.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>

#include "base/exec.h"
#include "base/lock.h"
#include "base/mem.h"
#include "base/sys.h"
#include "irq/loop.h"

#define THREADS 4
#define SEEDS   64

static char trace[512];
static size_t trace_len;
static struct exec_mutex mutex;
static struct exec_cond cond;
static struct spin_lock spin;
static int shared;

static void note(char c)
{
	if (trace_len < sizeof(trace) - 1)
		trace[trace_len++] = c;
	trace[trace_len] = '\0';
}

static struct exec_thread *start(void (*run)(void *), void *arg)
{
	struct exec_thread_params params = { .name = "sim", .run = run, .arg = arg, .node = -1 };
	struct exec_thread *thread;

	assert_int_equal(exec_thread_start(&params, &thread), 0);
	return thread;
}

/* Runs @run in four threads under @seed; the trace is what they noted. */
static uint64_t run_four(uint64_t seed, void (*run)(void *))
{
	static const char *const names[THREADS] = { "a", "b", "c", "d" };
	struct exec_thread *threads[THREADS];
	uint64_t steps;

	trace_len = 0;
	shared = 0;
	assert_int_equal(exec_sim_begin(seed), 0);
	assert_int_equal(exec_mutex_init(&mutex), 0);
	assert_int_equal(exec_cond_init(&cond), 0);
	spin_lock_init(&spin, LOCK_RANK_OBJECT);
	for (unsigned int i = 0; i < THREADS; i++)
		threads[i] = start(run, (void *)(uintptr_t)names[i][0]);
	for (unsigned int i = 0; i < THREADS; i++)
		exec_thread_join(threads[i]);
	exec_cond_deinit(&cond);
	exec_mutex_deinit(&mutex);
	steps = exec_sim_steps();
	exec_sim_end();
	return steps;
}

static void mixed_work(void *arg)
{
	char name = (char)(uintptr_t)arg;

	for (int i = 0; i < 4; i++) {
		exec_mutex_lock(&mutex);
		note(name);
		shared++;
		exec_cond_broadcast(&cond);
		if (shared < THREADS)
			exec_cond_wait(&cond, &mutex, exec_deadline_ms(5));
		exec_mutex_unlock(&mutex);
		spin_lock_acquire(&spin);
		note((char)(name - 'a' + 'A'));
		spin_lock_release(&spin);
		exec_sleep_ms(1);
	}
}

static void test_sim__same_seed__same_order_and_steps(void **state)
{
	char first[sizeof(trace)];

	(void)state;
	for (uint64_t seed = 0; seed < 16; seed++) {
		uint64_t steps = run_four(seed, mixed_work);

		memcpy(first, trace, sizeof(first));
		assert_int_equal(run_four(seed, mixed_work), steps);
		assert_string_equal(trace, first);
		assert_true(trace_len == 2u * 4 * THREADS);
	}
}

static void test_sim__different_seeds__different_orders(void **state)
{
	char first[sizeof(trace)];
	unsigned int different = 0;

	(void)state;
	run_four(1, mixed_work);
	memcpy(first, trace, sizeof(first));
	for (uint64_t seed = 2; seed < 2 + SEEDS; seed++) {
		run_four(seed, mixed_work);
		different += strcmp(first, trace) != 0;
	}
	assert_true(different > SEEDS / 2);
}

/* The race to find: another thread comes between the read and the write. */
static void lost_update(void *arg)
{
	int seen = shared;

	(void)arg;
	exec_yield();
	shared = seen + 1;
}

static void test_sim__some_seed__finds_a_lost_update(void **state)
{
	unsigned int lost = 0, kept = 0;

	(void)state;
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		run_four(seed, lost_update);
		lost += shared < THREADS;
		kept += shared == THREADS;
	}
	assert_true(lost > 0);
	assert_true(kept > 0);
}

static void locked_update(void *arg)
{
	(void)arg;
	spin_lock_acquire(&spin);
	lost_update(NULL);
	spin_lock_release(&spin);
}

static void test_sim__spin_lock__excludes_under_every_seed(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		run_four(seed, locked_update);
		assert_int_equal(shared, THREADS);
	}
}

static void mutex_update(void *arg)
{
	(void)arg;
	exec_mutex_lock(&mutex);
	lost_update(NULL);
	exec_mutex_unlock(&mutex);
}

static void test_sim__mutex__excludes_under_every_seed(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		run_four(seed, mutex_update);
		assert_int_equal(shared, THREADS);
	}
}

static void test_sim__time__moves_only_when_nobody_can_run(void **state)
{
	uint64_t begin, real = exec_now_ns();

	(void)state;
	assert_int_equal(exec_sim_begin(7), 0);
	begin = exec_now_ns();
	for (int i = 0; i < 100; i++)
		exec_yield();
	assert_int_equal(exec_now_ns(), begin);
	exec_sleep_ms(3600 * 1000);
	assert_int_equal(exec_now_ns(), begin + 3600 * EXEC_NS_PER_S);
	exec_sim_end();
	assert_true(exec_now_ns() - real < 10 * EXEC_NS_PER_S);
}

static void test_sim__thread_that_polls_the_clock__gets_there(void **state)
{
	uint64_t deadline;

	(void)state;
	assert_int_equal(exec_sim_begin(7), 0);
	deadline = exec_deadline_ms(1);
	while (exec_now_ns() < deadline)
		exec_yield();
	exec_sim_end();
}

static void test_sim__condition_wait__ends_at_its_deadline(void **state)
{
	uint64_t deadline;

	(void)state;
	assert_int_equal(exec_sim_begin(7), 0);
	assert_int_equal(exec_mutex_init(&mutex), 0);
	assert_int_equal(exec_cond_init(&cond), 0);
	deadline = exec_deadline_ms(50);
	exec_mutex_lock(&mutex);
	assert_false(exec_cond_wait(&cond, &mutex, deadline));
	exec_mutex_unlock(&mutex);
	assert_int_equal(exec_now_ns(), deadline);
	exec_sim_end();
	exec_cond_deinit(&cond);
	exec_mutex_deinit(&mutex);
}

static void test_sim__trylock__fails_while_another_thread_holds_it(void **state) UW_NO_TSA
{
	(void)state;
	assert_int_equal(exec_sim_begin(3), 0);
	assert_int_equal(exec_mutex_init(&mutex), 0);
	assert_true(exec_mutex_trylock(&mutex));
	assert_false(exec_mutex_trylock(&mutex));
	exec_mutex_unlock(&mutex);
	exec_sim_end();
	exec_mutex_deinit(&mutex);
}

static void signal_later(void *arg)
{
	exec_sleep_ms(20);
	assert_int_equal(sys_eventfd_signal(*(int *)arg), 0);
}

static void test_sim__descriptor_wait__ends_when_another_thread_signals(void **state)
{
	int fd = sys_eventfd(0, EFD_NONBLOCK);
	struct exec_thread *thread;
	uint64_t begin;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(exec_sim_begin(9), 0);
	begin = exec_now_ns();
	assert_int_equal(exec_wait_fd(fd, POLLIN, exec_deadline_ms(5)), 0);
	thread = start(signal_later, &fd);
	assert_int_equal(exec_wait_fd(fd, POLLIN, EXEC_FOREVER), POLLIN);
	assert_in_range(exec_now_ns(), begin + 20 * EXEC_NS_PER_MS, begin + 25 * EXEC_NS_PER_MS);
	exec_thread_join(thread);
	exec_sim_end();
	sys_close(fd);
}

static void deadlock(void *arg) UW_NO_TSA
{
	(void)arg;
	if (exec_sim_begin(4711) || exec_mutex_init(&mutex) || exec_cond_init(&cond))
		return;
	exec_mutex_lock(&mutex);
	exec_cond_wait(&cond, &mutex, EXEC_FOREVER);
}

static void test_sim__deadlock__aborts_with_the_threads_and_the_seed(void **state)
{
	char text[1024];
	int status = test_in_child(deadlock, NULL, text, sizeof(text));

	(void)state;
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	assert_non_null(strstr(text, "deadlock: seed 4711"));
	assert_non_null(strstr(text, "first           waits for a condition"));
}

static void lock_twice(void *arg) UW_NO_TSA
{
	(void)arg;
	if (exec_sim_begin(1) || exec_mutex_init(&mutex))
		return;
	exec_mutex_lock(&mutex);
	exec_mutex_lock(&mutex);
}

static void test_sim__mutex_locked_twice__aborts(void **state)
{
	char text[1024];
	int status = test_in_child(lock_twice, NULL, text, sizeof(text));

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_non_null(strstr(text, "locks a mutex twice"));
}

static void sleep_long(void *arg)
{
	(void)arg;
	exec_sleep_ms(1000);
}

static void end_too_early(void *arg)
{
	(void)arg;
	if (exec_sim_begin(1))
		return;
	start(sleep_long, NULL);
	exec_sim_end();
}

static void test_sim__end_with_threads_left__aborts(void **state)
{
	char text[1024];
	int status = test_in_child(end_too_early, NULL, text, sizeof(text));

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_non_null(strstr(text, "threads are left"));
}

static void test_sim__begin_twice__is_busy(void **state)
{
	(void)state;
	assert_int_equal(exec_sim_begin(1), 0);
	assert_true(exec_sim_active());
	assert_int_equal(exec_sim_begin(1), -EBUSY);
	exec_sim_end();
	assert_false(exec_sim_active());
}

static void test_sim__wall_clock__is_the_same_in_each_run(void **state)
{
	uint64_t first;

	(void)state;
	assert_int_equal(exec_sim_begin(1), 0);
	first = exec_system_time_100ns();
	exec_sim_end();
	assert_int_equal(exec_sim_begin(1), 0);
	assert_int_equal(exec_system_time_100ns(), first);
	exec_sim_end();
}

/* --- the I/O loop in a simulation --- */

struct letter {
	struct irq_message msg;
	char name;
};

static struct irq_loop *loop;
static struct letter letters[THREADS][4];

static void write_down(struct irq_message *msg)
{
	note(uw_container_of(msg, struct letter, msg)->name);
}

static void post_four(void *arg)
{
	unsigned int row = (unsigned int)(uintptr_t)arg - 'a';

	for (unsigned int i = 0; i < 4; i++) {
		letters[row][i] =
			(struct letter){ .msg.run = write_down, .name = (char)(uintptr_t)arg };
		irq_loop_post(loop, &letters[row][i].msg);
	}
}

static void loop_scenario(uint64_t seed)
{
	struct irq_loop_params params = { .name = "loop", .node = -1, .own_thread = true };
	struct exec_thread *threads[THREADS];

	trace_len = 0;
	assert_int_equal(exec_sim_begin(seed), 0);
	assert_int_equal(irq_loop_new(&params, &loop), 0);
	assert_int_equal(irq_loop_backend(loop), IRQ_LOOP_EPOLL);
	for (unsigned int i = 0; i < THREADS; i++)
		threads[i] = start(post_four, (void *)(uintptr_t)('a' + i));
	for (unsigned int i = 0; i < THREADS; i++)
		exec_thread_join(threads[i]);
	irq_loop_free(loop);
	exec_sim_end();
	assert_int_equal(trace_len, 4 * THREADS);
}

static void test_sim__loop__receives_in_an_order_that_the_seed_chooses(void **state)
{
	char first[sizeof(trace)];
	unsigned int different = 0;
	uint64_t blocks = mem_live_blocks();

	(void)state;
	for (uint64_t seed = 0; seed < 32; seed++) {
		loop_scenario(seed);
		memcpy(first, trace, sizeof(first));
		loop_scenario(seed);
		assert_string_equal(first, trace);
		loop_scenario(seed + 1000);
		different += strcmp(first, trace) != 0;
	}
	assert_true(different > 16);
	assert_int_equal(mem_live_blocks(), blocks);
}

static void test_sim__loop_with_the_ring__is_refused(void **state)
{
	struct irq_loop_params params = {
		.name = "loop", .backend = IRQ_LOOP_URING, .node = -1, .own_thread = true
	};

	(void)state;
	assert_int_equal(exec_sim_begin(1), 0);
	assert_int_equal(irq_loop_new(&params, &loop), -EOPNOTSUPP);
	exec_sim_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sim__same_seed__same_order_and_steps),
		cmocka_unit_test(test_sim__different_seeds__different_orders),
		cmocka_unit_test(test_sim__some_seed__finds_a_lost_update),
		cmocka_unit_test(test_sim__spin_lock__excludes_under_every_seed),
		cmocka_unit_test(test_sim__mutex__excludes_under_every_seed),
		cmocka_unit_test(test_sim__time__moves_only_when_nobody_can_run),
		cmocka_unit_test(test_sim__thread_that_polls_the_clock__gets_there),
		cmocka_unit_test(test_sim__condition_wait__ends_at_its_deadline),
		cmocka_unit_test(test_sim__trylock__fails_while_another_thread_holds_it),
		cmocka_unit_test(test_sim__descriptor_wait__ends_when_another_thread_signals),
		cmocka_unit_test(test_sim__deadlock__aborts_with_the_threads_and_the_seed),
		cmocka_unit_test(test_sim__mutex_locked_twice__aborts),
		cmocka_unit_test(test_sim__end_with_threads_left__aborts),
		cmocka_unit_test(test_sim__begin_twice__is_busy),
		cmocka_unit_test(test_sim__wall_clock__is_the_same_in_each_run),
		cmocka_unit_test(test_sim__loop__receives_in_an_order_that_the_seed_chooses),
		cmocka_unit_test(test_sim__loop_with_the_ring__is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
