/* SPDX-License-Identifier: MIT */
/*
 * A queue that one of its callbacks may delete, while requests are handed on to it, another thread
 * looks at it and starts it through a reference of its own, a third deletes it too and the device
 * is held and resumed: under the simulated executor, where a seed chooses every meeting.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/exec.h"
#include "io_fixture.h"
#include "object/irql.h"
#include "object/worker.h"

#define SEEDS 200 /* 10000 with UWDF_LONG */
#define OPS   10

static struct io_fixture f;
static struct io_op ops[OPS];
static WDFQUEUE target;
static unsigned int destroyed; /* atomic */
static unsigned int inside;    /* callbacks of the target on the stack; owner only */
static bool shared;            /* others refer to the target and delete it, too */
static bool deleted;           /* inside; owner only */
static bool destroyed_inside;
static unsigned int chances, cancelled;

static void on_destroy(WDFOBJECT object)
{
	(void)object;
	destroyed_inside |= inside != 0;
	__atomic_add_fetch(&destroyed, 1, __ATOMIC_RELEASE);
}

/* With nothing left in the queue: else its deletion would wait for this callback. */
static void on_target(WDFQUEUE queue, WDFREQUEST request)
{
	ULONG waiting, owned;

	inside++;
	WdfRequestComplete(request, STATUS_SUCCESS);
	(void)WdfIoQueueGetState(queue, &waiting, &owned);
	if (!waiting && !owned && !exec_sim_random(3)) {
		chances += !deleted;
		deleted = true;
		WdfObjectDelete(queue);
	}
	inside--;
}

/* While others delete the target, too, a reference keeps its handle good. */
static void on_default(WDFQUEUE queue, WDFREQUEST request)
{
	NTSTATUS status = STATUS_CANCELLED;

	(void)queue;
	if (shared || !deleted)
		status = WdfRequestForwardToIoQueue(request, target);
	if (!NT_SUCCESS(status))
		WdfRequestComplete(request, status);
}

static void submit(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; i < OPS; i++) {
		io_op_read(&ops[i], 8);
		fx_io_submit(f.file, &ops[i].packet);
		if (!exec_sim_random(3))
			exec_yield();
	}
}

static void look(void *arg)
{
	(void)arg;
	while (shared && exec_sim_random(6)) {
		ULONG waiting, owned;

		WdfIoQueueStart(target);
		exec_yield();
		(void)WdfIoQueueGetState(target, &waiting, &owned);
	}
	if (shared)
		WdfObjectDereference(target);
}

static void delete_too(void *arg)
{
	(void)arg;
	while (shared && exec_sim_random(12))
		exec_yield();
	if (shared && !exec_sim_random(2))
		WdfObjectDelete(target);
}

static void hold_and_resume(void *arg)
{
	(void)arg;
	while (exec_sim_random(3)) {
		fx_io_hold(f.io); /* what is handed on to the target waits there */
		while (exec_sim_random(6))
			exec_yield();
		fx_io_resume(f.io);
	}
}

static void make_queues(uint64_t seed)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_IO_QUEUE_CONFIG config;

	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
	config.EvtIoDefault = on_default;
	config.PowerManaged = WdfFalse;
	(void)io_queue(&f, &config);
	WDF_IO_QUEUE_CONFIG_INIT(&config, seed & 1 ? WdfIoQueueDispatchSequential
						   : WdfIoQueueDispatchParallel);
	config.EvtIoDefault = on_target;
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.EvtDestroyCallback = on_destroy;
	attrs.SynchronizationScope =
		seed & 2 ? WdfSynchronizationScopeQueue : WdfSynchronizationScopeNone;
	if (!(seed & 4))
		attrs.ExecutionLevel = WdfExecutionLevelPassive;
	assert_int_equal(WdfIoQueueCreate(io_fixture_device(&f), &config, &attrs, &target),
			 STATUS_SUCCESS);
	if (!shared)
		return;
	WdfObjectReference(target); /* on_default()'s */
	WdfObjectReference(target); /* look()'s */
}

static struct exec_thread *start(void (*run)(void *arg))
{
	struct exec_thread_params params = { .name = "driver", .run = run, .node = -1 };
	struct exec_thread *thread;

	assert_int_equal(exec_thread_start(&params, &thread), 0);
	return thread;
}

static void run_threads(void)
{
	struct exec_thread *threads[] = { start(submit), start(look), start(delete_too),
					  start(hold_and_resume) };

	for (unsigned int i = 0; i < UW_ARRAY_SIZE(threads); i++)
		exec_thread_join(threads[i]);
	io_settle(&f); /* what they began */
	fx_worker_drain();
	if (shared || !deleted)
		WdfObjectDelete(target); /* no effect if another thread did */
	fx_worker_drain();
	io_settle(&f);
}

static void check_requests(uint64_t seed)
{
	for (unsigned int i = 0; i < OPS; i++) {
		if (ops[i].completions != 1 ||
		    (ops[i].status != STATUS_SUCCESS && ops[i].status != STATUS_CANCELLED &&
		     ops[i].status != STATUS_DEVICE_BUSY))
			fail_msg("seed %llu: request %u came back %u times with %#x",
				 (unsigned long long)seed, i, ops[i].completions,
				 (unsigned int)ops[i].status);
		cancelled += ops[i].status == STATUS_CANCELLED;
	}
}

static void live_once(uint64_t seed)
{
	struct fx_io_config config = { .level = seed & 4 ? DISPATCH_LEVEL : PASSIVE_LEVEL };

	destroyed = 0;
	deleted = false;
	shared = seed & 8;
	assert_int_equal(exec_sim_begin(seed), 0);
	io_fixture_setup_verify(&f, &config, "VerifierOn=0");
	make_queues(seed);
	io_fixture_start(&f);
	run_threads();
	check_requests(seed);
	if (shared) {
		assert_int_equal(destroyed, 0);
		WdfObjectDereference(target);
		fx_worker_drain();
	}
	assert_int_equal(destroyed, 1);
	if (destroyed_inside)
		fail_msg("seed %llu: destroyed under its own callback", (unsigned long long)seed);
	io_fixture_teardown(&f);
	exec_sim_end();
}

static void test_seeds__queue_deleted_inside_and_outside__all_answered_destroyed_once(void **state)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody sets the environment */
	uint64_t seeds = getenv("UWDF_LONG") ? 10000 : SEEDS;

	(void)state;
	for (uint64_t seed = 1; seed <= seeds; seed++)
		live_once(seed);
	print_message("%u deletions inside, %u requests cancelled\n", chances, cancelled);
	assert_true(chances > seeds / 4 && cancelled > seeds / 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_seeds__queue_deleted_inside_and_outside__all_answered_destroyed_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
