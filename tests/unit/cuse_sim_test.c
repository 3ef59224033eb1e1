/* SPDX-License-Identifier: MIT */
/*
 * A node under the simulated executor: programs read, are interrupted and close while the device
 * answers when it likes, and leaves at some time. Each call is answered once, each open closed.
 */
#include "uw_test.h"

#include <errno.h>

#include "base/exec.h"
#include "fake_cuse.h"

#ifdef UW_DEBUG_LOCKS
#define SEEDS 40 /* in the slow builds */
#else
#define SEEDS 100 /* 10000 with UWDF_LONG */
#endif
#define PROGRAMS 3
#define READS    4 /* of each */

static struct cuse_fixture *f;
static bool over;                           /* atomic: the device's thread may end */
static uint64_t done, interrupted, refused; /* atomic; over all seeds */

static void count(uint64_t *what)
{
	__atomic_add_fetch(what, 1, __ATOMIC_RELAXED);
}

static void read_once(uint64_t file)
{
	struct cuse_call call = { .what = FAKE_READ, .file = file, .len = 4 };

	fake_call(&call);
	exec_sleep_ms(exec_sim_random(3));
	if (exec_sim_random(2))
		fake_signal(&call);
	fake_await(&call);
	if (!call.err)
		count(&done);
	else if (call.err == -EINTR)
		count(&interrupted);
	else if (call.err == -ENODEV)
		count(&refused);
	else
		fail_msg("a read ended with %d", call.err);
}

static void program_thread(void *arg)
{
	uint64_t file;
	int err = fake_open(O_RDWR, &file);

	(void)arg;
	assert_true(!err || err == -ENODEV);
	if (err)
		return;
	for (int i = 0; i < READS; i++)
		read_once(file);
	if (exec_sim_random(4))
		assert_int_equal(fake_release(file), 0); /* else it stays open to the end */
}

static void device_thread(void *arg)
{
	(void)arg;
	while (!__atomic_load_n(&over, __ATOMIC_ACQUIRE)) {
		fake_device_finish_if_any(&f->device, UWDF_STATUS_SUCCESS, "text");
		exec_sleep_ms(exec_sim_random(4));
	}
}

static struct exec_thread *start(void (*run)(void *arg))
{
	struct exec_thread_params params = { .name = "sim", .run = run, .node = -1 };
	struct exec_thread *thread;

	assert_int_equal(exec_thread_start(&params, &thread), 0);
	return thread;
}

static void run_seed(uint64_t seed)
{
	struct exec_thread *programs[PROGRAMS], *device;
	void *state;

	assert_int_equal(exec_sim_begin(seed), 0);
	assert_int_equal(cuse_fixture_setup(&state), 0);
	f = state;
	f->params.backend = IRQ_LOOP_EPOLL;
	assert_int_equal(cuse_fixture_start(f), 0);
	__atomic_store_n(&over, false, __ATOMIC_RELEASE);
	device = start(device_thread);
	for (int i = 0; i < PROGRAMS; i++)
		programs[i] = start(program_thread);
	exec_sleep_ms(exec_sim_random(20));
	assert_true(cuse_leave(f->cuse, exec_deadline_ms(60000)));
	for (int i = 0; i < PROGRAMS; i++)
		exec_thread_join(programs[i]);
	__atomic_store_n(&over, true, __ATOMIC_RELEASE);
	exec_thread_join(device);
	if (FAKE_COUNT(&f->device, opens) != FAKE_COUNT(&f->device, closes) ||
	    FAKE_COUNT(&f->device, pending_count))
		fail_msg("seed %llu: %u opens, %u closes", (unsigned long long)seed,
			 FAKE_COUNT(&f->device, opens), FAKE_COUNT(&f->device, closes));
	assert_int_equal(cuse_fixture_teardown(&state), 0);
	exec_sim_end();
}

static void test_seeds__signals_answers_and_the_end_meet__each_call_answered_once(void **state)
{
	uint64_t seeds = getenv("UWDF_LONG") ? 10000 : SEEDS; // NOLINT(concurrency-mt-unsafe)

	(void)state;
	for (uint64_t seed = 1; seed <= seeds; seed++)
		run_seed(seed);
	print_message("%llu read, %llu interrupted, %llu refused\n", (unsigned long long)done,
		      (unsigned long long)interrupted, (unsigned long long)refused);
	assert_true(done > seeds / 2 && interrupted > seeds / 2 && refused > seeds / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_seeds__signals_answers_and_the_end_meet__each_call_answered_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
