/* SPDX-License-Identifier: MIT */
/*
 * A driver that stops, drains, purges and starts its queues while clients submit and cancel, under
 * the simulated executor: whatever meets, each request comes back once, each purge ends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/exec.h"
#include "io_fixture.h"

#ifdef UW_DEBUG_LOCKS
#define SEEDS 60 /* in the slow builds */
#else
#define SEEDS 300 /* 10000 with UWDF_LONG */
#endif
#define CLIENTS 2
#define OPS     12 /* of each client */
#define CHANGES 6

static struct io_fixture f;
static struct io_op ops[CLIENTS * OPS];
static WDFQUEUE fallback, manual;
static bool over;                 /* atomic: the driver's thread may end */
static unsigned int purges, told; /* told: atomic */
static uint64_t refused, cancelled;

static void on_request(WDFQUEUE queue, WDFREQUEST request)
{
	NTSTATUS status = STATUS_SUCCESS;

	(void)queue;
	switch (exec_sim_random(3)) {
	case 0:
		status = WdfRequestMarkCancelableEx(request, io_cancel_completes);
		if (status == STATUS_SUCCESS)
			return; /* it ends when somebody cancels it */
		break;
	case 1:
		status = WdfRequestForwardToIoQueue(request, manual);
		if (status == STATUS_SUCCESS)
			return;
		break;
	default:
		break;
	}
	WdfRequestComplete(request, status);
}

static void driver_thread(void *arg)
{
	WDFREQUEST request;

	(void)arg;
	while (!__atomic_load_n(&over, __ATOMIC_ACQUIRE)) {
		if (WdfIoQueueRetrieveNextRequest(manual, &request) == STATUS_SUCCESS)
			WdfRequestComplete(request, STATUS_SUCCESS);
		else
			exec_sleep_ms(1);
	}
}

static void count_told(WDFQUEUE queue, WDFCONTEXT context)
{
	(void)queue;
	(void)context;
	__atomic_add_fetch(&told, 1, __ATOMIC_RELEASE);
}

/* What is marked ends with a purge; a stop or drain alone would be waited for. */
static void change_one(WDFQUEUE queue)
{
	switch (exec_sim_random(4)) {
	case 0:
		WdfIoQueueStop(queue, NULL, NULL);
		break;
	case 1:
		WdfIoQueueDrain(queue, NULL, NULL);
		break;
	case 2:
		WdfIoQueueStopAndPurge(queue, NULL, NULL);
		break;
	default:
		purges++;
		WdfIoQueuePurge(queue, count_told, NULL);
		while (__atomic_load_n(&told, __ATOMIC_ACQUIRE) != purges)
			exec_sleep_ms(1);
		break;
	}
	if (exec_sim_random(2))
		exec_sleep_ms(1);
	WdfIoQueueStart(queue);
}

static void changing_thread(void *arg)
{
	(void)arg;
	for (int i = 0; i < CHANGES; i++) {
		exec_sleep_ms(exec_sim_random(3));
		change_one(exec_sim_random(2) ? manual : fallback);
	}
}

/* On the owner, where whether it is out has an answer. */
static void cancel_if_out(void *arg)
{
	struct io_op *op = arg;

	if (!op->completions)
		fx_io_cancel(&op->packet);
}

static void client_thread(void *arg)
{
	struct io_op *mine = arg;

	for (unsigned int i = 0; i < OPS; i++) {
		io_op_write(&mine[i], "x");
		fx_io_submit(f.file, &mine[i].packet);
		if (!exec_sim_random(3))
			irq_loop_call(f.loop, cancel_if_out, &mine[exec_sim_random(i + 1)]);
		if (!exec_sim_random(4))
			exec_sleep_ms(1);
	}
}

static struct exec_thread *start(void (*run)(void *arg), void *arg)
{
	struct exec_thread_params params = { .name = "sim", .run = run, .arg = arg, .node = -1 };
	struct exec_thread *thread;

	assert_int_equal(exec_thread_start(&params, &thread), 0);
	return thread;
}

static void make_queues(void)
{
	WDF_IO_QUEUE_CONFIG config;

	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
	config.EvtIoDefault = on_request;
	config.Settings.Parallel.NumberOfPresentedRequests = 3;
	fallback = io_queue(&f, &config);
	WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchManual);
	config.EvtIoCanceledOnQueue = io_complete_cancelled_on_queue;
	manual = io_queue(&f, &config);
}

static void check_all(uint64_t seed)
{
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(ops); i++) {
		if (ops[i].completions != 1)
			fail_msg("seed %llu: request %u came back %u times",
				 (unsigned long long)seed, i, ops[i].completions);
		refused += ops[i].status == STATUS_INVALID_DEVICE_STATE;
		cancelled += ops[i].status == STATUS_CANCELLED;
	}
	if (told != purges || io_broke())
		fail_msg("seed %llu: %u purges, %u told", (unsigned long long)seed, purges, told);
}

/* What the driver marked and nobody cancelled. */
static void end_all(void)
{
	for (int round = 0; round < 8;
	     round++) { /* what ends lets others be presented and marked */
		for (unsigned int i = 0; i < UW_ARRAY_SIZE(ops); i++)
			irq_loop_call(f.loop, cancel_if_out, &ops[i]);
		io_settle(&f);
	}
}

static void run_seed(uint64_t seed)
{
	struct exec_thread *clients[CLIENTS], *driver, *changing;

	assert_int_equal(exec_sim_begin(seed), 0);
	over = false;
	purges = told = 0;
	io_fixture_setup(&f, NULL);
	make_queues();
	io_fixture_start(&f);
	for (unsigned int c = 0; c < CLIENTS; c++)
		clients[c] = start(client_thread, &ops[c * OPS]);
	driver = start(driver_thread, NULL);
	changing = start(changing_thread, NULL);
	for (unsigned int c = 0; c < CLIENTS; c++)
		exec_thread_join(clients[c]);
	exec_thread_join(changing);
	end_all();
	__atomic_store_n(&over, true, __ATOMIC_RELEASE);
	exec_thread_join(driver);
	check_all(seed);
	io_fixture_teardown(&f);
	exec_sim_end();
}

static void test_seeds__queues_change_meanwhile__each_request_answered_once(void **state)
{
	uint64_t seeds = getenv("UWDF_LONG") ? 10000 : SEEDS; // NOLINT(concurrency-mt-unsafe)

	(void)state;
	for (uint64_t seed = 1; seed <= seeds; seed++)
		run_seed(seed);
	print_message("%llu refused, %llu cancelled\n", (unsigned long long)refused,
		      (unsigned long long)cancelled);
	assert_true(refused > seeds / 4 && cancelled > seeds);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seeds__queues_change_meanwhile__each_request_answered_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
