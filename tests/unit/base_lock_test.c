/* SPDX-License-Identifier: MIT */
#include "uw_test.h"

#include <signal.h>
#include <string.h>

#include "base/exec.h"
#include "base/lock.h"

#define THREADS 3
#define ROUNDS  20000

static struct spin_lock spin;
static struct rank_mutex mutex;
static struct exec_cond cond;
static int shared;

static void run_threads(void (*run)(void *))
{
	struct exec_thread_params params = { .name = "lock", .run = run, .node = -1 };
	struct exec_thread *threads[THREADS];

	for (unsigned int i = 0; i < THREADS; i++)
		assert_int_equal(exec_thread_start(&params, &threads[i]), 0);
	for (unsigned int i = 0; i < THREADS; i++)
		exec_thread_join(threads[i]);
}

static void add_spinning(void *arg)
{
	(void)arg;
	for (int i = 0; i < ROUNDS; i++) {
		spin_lock_acquire(&spin);
		shared++;
		spin_lock_release(&spin);
	}
}

static void test_spin_lock__contended__excludes(void **state)
{
	(void)state;
	shared = 0;
	spin_lock_init(&spin, LOCK_RANK_OBJECT);
	run_threads(add_spinning);
	assert_int_equal(shared, THREADS * ROUNDS);
}

static void hold_long(void *arg)
{
	spin_lock_acquire(&spin);
	exec_event_set(arg);
	exec_sleep_ms(3); /* past every spin and yield: the waiter has to sleep */
	shared++;
	spin_lock_release(&spin);
}

static void test_spin_lock__holder_without_cpu__is_waited_for(void **state)
{
	struct exec_event held;
	struct exec_thread_params params = {
		.name = "holder", .run = hold_long, .arg = &held, .node = -1
	};
	struct exec_thread *thread;

	(void)state;
	shared = 0;
	spin_lock_init(&spin, LOCK_RANK_OBJECT);
	assert_int_equal(exec_event_init(&held), 0);
	assert_int_equal(exec_thread_start(&params, &thread), 0);
	exec_event_wait(&held, EXEC_FOREVER);
	spin_lock_acquire(&spin);
	assert_int_equal(shared, 1);
	spin_lock_release(&spin);
	exec_thread_join(thread);
	exec_event_deinit(&held);
}

static void test_spin_lock__held__is_mine_and_cannot_be_tried(void **state) UW_NO_TSA
{
	(void)state;
	spin_lock_init(&spin, LOCK_RANK_OBJECT);
	assert_false(spin_lock_is_mine(&spin));
	assert_true(spin_lock_try(&spin));
	assert_true(spin_lock_is_mine(&spin));
	assert_false(spin_lock_try(&spin));
	spin_lock_release(&spin);
	assert_false(spin_lock_is_mine(&spin));
}

static void add_sleeping(void *arg)
{
	(void)arg;
	for (int i = 0; i < ROUNDS / 10; i++) {
		rank_mutex_lock(&mutex);
		shared++;
		rank_mutex_unlock(&mutex);
	}
}

static void test_rank_mutex__contended__excludes(void **state)
{
	(void)state;
	shared = 0;
	assert_int_equal(rank_mutex_init(&mutex, LOCK_RANK_HOST), 0);
	run_threads(add_sleeping);
	assert_int_equal(shared, THREADS * ROUNDS / 10);
	rank_mutex_deinit(&mutex);
}

static void test_rank_mutex__wait__keeps_the_rank(void **state)
{
	(void)state;
	assert_int_equal(rank_mutex_init(&mutex, LOCK_RANK_HOST), 0);
	assert_int_equal(exec_cond_init(&cond), 0);
	rank_mutex_lock(&mutex);
	assert_false(rank_mutex_wait(&mutex, &cond, exec_deadline_ms(1)));
	rank_mutex_unlock(&mutex);
	exec_cond_deinit(&cond);
	rank_mutex_deinit(&mutex);
}

#if defined(UW_DEBUG_LOCKS)
static struct spin_lock outer, inner;

static void take_in_wrong_order(void *arg) UW_NO_TSA
{
	(void)arg;
	spin_lock_init(&outer, LOCK_RANK_QUEUE);
	spin_lock_init(&inner, LOCK_RANK_DMA);
	spin_lock_acquire(&inner);
	spin_lock_acquire(&outer);
}

/* Two locks of one rank: the second is refused. */
static void take_again(void *arg) UW_NO_TSA
{
	const enum lock_rank *rank = arg;

	spin_lock_init(&outer, *rank);
	spin_lock_acquire(&outer);
	spin_lock_init(&inner, *rank);
	spin_lock_acquire(&inner);
}

static void release_unheld(void *arg) UW_NO_TSA
{
	(void)arg;
	spin_lock_init(&outer, LOCK_RANK_QUEUE);
	spin_lock_release(&outer);
}

static void check_stops_with(void (*fn)(void *), void *arg, const char *expected)
{
	char text[512];
	int status = test_in_child(fn, arg, text, sizeof(text));

	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	assert_non_null(strstr(text, expected));
}

static void check_stops(void (*fn)(void *), const char *expected)
{
	check_stops_with(fn, NULL, expected);
}

static void test_ranks__wrong_order__stops_and_names_both(void **state)
{
	(void)state;
	check_stops(take_in_wrong_order, "takes QUEUE (40)");
	check_stops(take_in_wrong_order, "holds DMA (80)");
}

static void test_ranks__each_of_the_innermost__has_a_name(void **state)
{
	static const struct {
		enum lock_rank rank;
		const char *named;
	} inner_ranks[] = {
		{ LOCK_RANK_WIRE, "takes WIRE (104)" },
		{ LOCK_RANK_BACKEND, "takes BACKEND (105)" },
		{ LOCK_RANK_BACKEND_IRQ, "takes BACKEND_IRQ (106)" },
		{ LOCK_RANK_WINDOW, "takes WINDOW (110)" },
	};

	(void)state;
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(inner_ranks); i++) {
		enum lock_rank rank = inner_ranks[i].rank;

		check_stops_with(take_again, &rank, inner_ranks[i].named);
	}
}

static void test_ranks__release_of_a_lock_not_held__stops(void **state)
{
	(void)state;
	check_stops(release_unheld, "releases QUEUE (40)");
}

static void test_ranks__released_out_of_order__is_fine(void **state)
{
	(void)state;
	spin_lock_init(&outer, LOCK_RANK_QUEUE);
	spin_lock_init(&inner, LOCK_RANK_DMA);
	spin_lock_acquire(&outer);
	spin_lock_acquire(&inner);
	spin_lock_release(&outer);
	spin_lock_release(&inner);
	spin_lock_acquire(&outer);
	spin_lock_release(&outer);
}

static void take_driver_lock_under_framework_lock(void *arg) UW_NO_TSA
{
	(void)arg;
	spin_lock_init(&outer, LOCK_RANK_DRIVER);
	spin_lock_init(&inner, LOCK_RANK_QUEUE);
	spin_lock_acquire(&inner);
	spin_lock_acquire_for_driver(&outer);
}

static void test_ranks__for_a_driver__only_framework_locks_count(void **state)
{
	(void)state;
	check_stops(take_driver_lock_under_framework_lock, "wrong order: takes");
	spin_lock_init(&outer, LOCK_RANK_DRIVER);
	spin_lock_init(&inner, LOCK_RANK_SCOPE);
	spin_lock_acquire_for_driver(&outer);
	spin_lock_acquire_for_driver(&inner);
	spin_lock_release(&inner);
	assert_int_equal(rank_mutex_init(&mutex, LOCK_RANK_SCOPE), 0);
	rank_mutex_lock_for_driver(&mutex);
	assert_true(rank_mutex_is_mine(&mutex));
	rank_mutex_unlock(&mutex);
	assert_false(rank_mutex_is_mine(&mutex));
	rank_mutex_deinit(&mutex);
	spin_lock_release(&outer);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
#if defined(UW_DEBUG_LOCKS)
		cmocka_unit_test(test_ranks__wrong_order__stops_and_names_both),
		cmocka_unit_test(test_ranks__each_of_the_innermost__has_a_name),
		cmocka_unit_test(test_ranks__release_of_a_lock_not_held__stops),
		cmocka_unit_test(test_ranks__released_out_of_order__is_fine),
		cmocka_unit_test(test_ranks__for_a_driver__only_framework_locks_count),
#endif
		cmocka_unit_test(test_spin_lock__contended__excludes),
		cmocka_unit_test(test_spin_lock__holder_without_cpu__is_waited_for),
		cmocka_unit_test(test_spin_lock__held__is_mine_and_cannot_be_tried),
		cmocka_unit_test(test_rank_mutex__contended__excludes),
		cmocka_unit_test(test_rank_mutex__wait__keeps_the_rank),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
