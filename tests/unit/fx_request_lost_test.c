/* SPDX-License-Identifier: MIT */
/*
 * The driver drops its last reference on a completed WDFREQUEST while the request's device goes: it
 * is back in the pool in time, or lost with it, and nobody looks at what is gone. In processes of
 * their own, for what is lost is a leak.
 */
#include "stop_child.h"

#include <stdlib.h>

#include "base/exec.h"
#include "io_fixture.h"
#include "object/worker.h"

#define SEEDS 40 /* of a process, 10000 in all with UWDF_LONG; what they lose makes it slow */

static struct io_fixture f;
static WDFREQUEST request;

/* Completed, the device purged, and one reference left. */
static void begin(void)
{
	struct io_op op;

	io_fixture_setup_verify(&f, NULL, "VerifierOn=0");
	io_default_queue(&f);
	io_fixture_start(&f);
	io_op_read(&op, 8);
	io_submit(&f, &op);
	request = io_seen.last;
	WdfObjectReference(request);
	WdfRequestComplete(request, STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(op.completions, 1);
	fx_file_close(f.file);
	fx_io_purge(f.io, false);
	(void)io_broke();
}

/* As io_fixture_teardown() of what is left, without counting the blocks. */
static void end(void)
{
	io_settle(&f);
	irq_loop_free(f.loop);
	fx_driver_unload(f.driver);
	fx_worker_stop();
}

static void drop(void *arg)
{
	(void)arg;
	WdfObjectDereference(request);
}

static void drop_and_go(void *arg)
{
	drop(arg);
	fx_object_delete(&f.device->base);
}

/* The request's message comes when the room is gone. */
static void child_on_owner(void *arg)
{
	(void)arg;
	begin();
	irq_loop_call(f.loop, drop_and_go, NULL);
	end();
	assert_true(io_broke());
}

static void test_dropped_on_the_loop__device_goes_before_the_message__lost(void **state)
{
	(void)state;
	assert_true(child_returns(child_on_owner, NULL));
}

static void child_kept(void *arg)
{
	(void)arg;
	begin();
	fx_object_delete(&f.device->base);
	assert_true(io_broke());
	drop(NULL);
	end();
	assert_false(io_broke());
}

static void test_dropped_after_the_device_went__lost(void **state)
{
	(void)state;
	assert_true(child_returns(child_kept, NULL));
}

static void drop_later(void *arg)
{
	while (exec_sim_random(50))
		exec_yield();
	drop(arg);
}

static void race_once(uint64_t seed)
{
	struct exec_thread_params params = { .name = "driver", .run = drop_later, .node = -1 };
	struct exec_thread *thread;

	assert_int_equal(exec_sim_begin(seed), 0);
	begin();
	assert_int_equal(exec_thread_start(&params, &thread), 0);
	while (exec_sim_random(8))
		exec_yield();
	fx_object_delete(&f.device->base);
	exec_thread_join(thread);
	end();
	exec_sim_end();
}

static void child_race(void *arg)
{
	const uint64_t *first = arg;
	unsigned int lost = 0;

	for (uint64_t seed = *first; seed < *first + SEEDS; seed++) {
		race_once(seed);
		lost += io_broke();
	}
	assert_in_range(lost, 1, SEEDS - 1);
}

static void test_seeds__dropped_by_another_thread__in_time_or_lost(void **state)
{
	const uint64_t seeds = getenv("UWDF_LONG") ? 10000 : SEEDS;

	(void)state;
	for (uint64_t first = 0; first < seeds; first += SEEDS)
		assert_true(child_returns(child_race, &first));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dropped_on_the_loop__device_goes_before_the_message__lost),
		cmocka_unit_test(test_dropped_after_the_device_went__lost),
		cmocka_unit_test(test_seeds__dropped_by_another_thread__in_time_or_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
