/* SPDX-License-Identifier: MIT */
/*
 * A device of another host, in virtual time and by seed: every race of requests that are sent,
 * cancelled, timed out and answered while the target is stopped, closed and opened again and the
 * host asks, goes on or dies. Whatever was sent ends exactly once.
 */
#include "remote_sim.h"

#include <stdlib.h>

#define SEEDS  60 /* 10000 with UWDF_LONG */
#define ROUNDS 4

static unsigned int threads_done; /* atomic */

static void send_made(struct remote_made *m)
{
	if (m->sent < ROUNDS)
		(void)remote_sim_send(
			m, exec_sim_random(2) ? WDF_REL_TIMEOUT_IN_US(exec_sim_random(4000)) : 0,
			NULL);
}

static void send_all(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; i < REMOTE_SIM_MADE; i++)
		send_made(&remote_sim.made[i]);
	__atomic_add_fetch(&threads_done, 1, __ATOMIC_RELEASE);
}

static void cancel_some(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; i < 3 * REMOTE_SIM_MADE; i++) {
		(void)WdfRequestCancelSentRequest(remote_sim.made[i % REMOTE_SIM_MADE].request);
		exec_yield();
	}
	__atomic_add_fetch(&threads_done, 1, __ATOMIC_RELEASE);
}

static void change_target(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; i < 4; i++) {
		switch (exec_sim_random(4)) {
		case 0:
			WdfIoTargetStop(remote_sim.target, WdfIoTargetCancelSentIo);
			break;
		case 1:
			WdfIoTargetStop(remote_sim.target, WdfIoTargetLeaveSentIoPending);
			break;
		case 2:
			WdfIoTargetPurge(remote_sim.target, WdfIoTargetPurgeIoAndWait);
			break;
		default:
			WdfIoTargetClose(remote_sim.target);
			(void)!remote_sim_open_elsewhere();
			break;
		}
		exec_sleep_ms(exec_sim_random(3));
		(void)!WdfIoTargetStart(remote_sim.target);
	}
	__atomic_add_fetch(&threads_done, 1, __ATOMIC_RELEASE);
}

static void answer_some(void)
{
	static const NTSTATUS said[] = { STATUS_SUCCESS, STATUS_SUCCESS, STATUS_CANCELLED,
					 STATUS_IO_DEVICE_ERROR };

	fake_remote.room = (unsigned int)exec_sim_random(3);
	fake_remote.refuses_cancels = !exec_sim_random(4);
	fake_remote.is_stubborn = !exec_sim_random(4);
	fake_remote.never_lets_go = !exec_sim_random(8);
	while (exec_sim_random(3) &&
	       fake_remote_answer((unsigned int)exec_sim_random(2), said[exec_sim_random(4)], 0))
		;
}

static void be_the_host(void *arg)
{
	const uint64_t seed = *(const uint64_t *)arg;
	bool asked = false;

	while (__atomic_load_n(&threads_done, __ATOMIC_ACQUIRE) < 3) {
		answer_some();
		if (seed % 3 == 1 && fake_remote_events() < 3 && !exec_sim_random(4)) {
			fake_remote_tell(asked ? UWDF_STAYS : UWDF_QUERY_REMOVE);
			asked = !asked;
		}
		if (seed % 3 == 2 && !exec_sim_random(6))
			fake_remote_die();
		exec_sleep_ms(1);
	}
	fake_remote.room = 0;
	fake_remote.refuses_cancels = false;
}

static struct exec_thread *start(void (*run)(void *arg), uint64_t *seed)
{
	struct exec_thread_params params = {
		.name = "driver", .run = run, .arg = seed, .node = -1
	};
	struct exec_thread *thread;

	assert_int_equal(exec_thread_start(&params, &thread), 0);
	return thread;
}

static void live_once(uint64_t seed)
{
	threads_done = 0;
	remote_sim_begin(seed);
	for (unsigned int i = 0; i < REMOTE_SIM_MADE; i++)
		remote_sim.made[i].ended_so = send_made;
	assert_int_equal(remote_sim_open_elsewhere(), STATUS_SUCCESS);
	{
		struct exec_thread *threads[] = { start(send_all, &seed), start(cancel_some, &seed),
						  start(change_target, &seed),
						  start(be_the_host, &seed) };

		for (unsigned int i = 0; i < UW_ARRAY_SIZE(threads); i++)
			exec_thread_join(threads[i]);
	}
	for (unsigned int i = 0; i < REMOTE_SIM_MADE; i++)
		remote_sim.made[i].ended_so = NULL;
	WdfIoTargetClose(remote_sim.target);
	for (unsigned int i = 0; i < REMOTE_SIM_MADE; i++)
		if (remote_sim.made[i].ended != remote_sim.made[i].sent ||
		    remote_sim.made[i].broken)
			fail_msg("seed %llu: request %u was sent %u times and ended %u times%s",
				 (unsigned long long)seed, i, remote_sim.made[i].sent,
				 remote_sim.made[i].ended,
				 remote_sim.made[i].broken ? ", wrongly" : "");
	remote_sim_end();
}

static void test_seeds__sent_cancelled_answered_closed__each_ends_once(void **state)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody sets the environment */
	uint64_t seeds = getenv("UWDF_LONG") ? 10000 : SEEDS;

	(void)state;
	remote_sim = (struct remote_sim){ .target = NULL };
	for (uint64_t seed = 1; seed <= seeds; seed++)
		live_once(seed);
	print_message("%u time-outs, %u cancelled, %u succeeded, %u removed, %u refused\n",
		      remote_sim.timeouts, remote_sim.cancels, remote_sim.successes,
		      remote_sim.removed, remote_sim.refused);
	assert_true(remote_sim.timeouts && remote_sim.cancels && remote_sim.successes &&
		    remote_sim.removed && remote_sim.refused);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seeds__sent_cancelled_answered_closed__each_ends_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
