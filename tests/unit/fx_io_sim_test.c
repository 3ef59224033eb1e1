/* SPDX-License-Identifier: MIT */
/*
 * Clients that submit and cancel, a driver that completes, marks, forwards, requeues and keeps from
 * its own thread and from callbacks, and a PnP thread that holds and resumes: under the simulated
 * executor, where a seed chooses every meeting. None is lost, none comes twice.
 *
 * The driver follows KMDF's rules: a list under a lock of its own, marking and unmarking inside it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/exec.h"
#include "io_fixture.h"

#define SEEDS   400 /* 10000 with UWDF_LONG */
#define CLIENTS 2
#define OPS     12 /* of each client */
#define KEPT    64

static struct io_fixture f;
static struct io_op ops[CLIENTS][OPS];
static WDFQUEUE manual;
static WDFSPINLOCK lock;
static bool clients_done; /* atomic */

/* What the driver keeps, guarded by lock. */
static struct kept {
	WDFREQUEST request;
	bool marked;
} kept[KEPT];
static unsigned int kept_count;
static uint64_t cancels, retrieved, forwarded, requeued, held_up;

static void forget_locked(unsigned int i)
{
	kept[i] = kept[--kept_count];
}

static bool find_locked(WDFREQUEST request, unsigned int *out)
{
	for (unsigned int i = 0; i < kept_count; i++) {
		if (kept[i].request == request) {
			*out = i;
			return true;
		}
	}
	return false;
}

static void on_cancel(WDFREQUEST request)
{
	unsigned int i;

	WdfSpinLockAcquire(lock);
	if (find_locked(request, &i))
		forget_locked(i);
	WdfSpinLockRelease(lock);
	cancels++;
	WdfRequestComplete(request, STATUS_CANCELLED);
}

static void keep(WDFREQUEST request, bool marked)
{
	WdfSpinLockAcquire(lock);
	kept[kept_count++] = (struct kept){ request, marked };
	if (marked)
		WdfRequestMarkCancelable(request, on_cancel);
	WdfSpinLockRelease(lock);
}

static void forward(WDFREQUEST request)
{
	NTSTATUS status = WdfRequestForwardToIoQueue(request, manual);

	forwarded += status == STATUS_SUCCESS;
	if (status != STATUS_SUCCESS)
		WdfRequestComplete(request, status);
}

/* Whatever a driver may do with a request that is its own and not marked. */
static void decide(WDFREQUEST request)
{
	switch (exec_sim_random(6)) {
	case 0:
		keep(request, false);
		break;
	case 1:
	case 2:
		keep(request, true);
		break;
	case 3:
		if (WdfRequestGetIoQueue(request) != manual) {
			forward(request);
			break;
		}
		requeued++;
		if (WdfRequestRequeue(request) != STATUS_SUCCESS)
			abort();
		break;
	default:
		WdfRequestComplete(request, STATUS_SUCCESS);
		break;
	}
}

static void on_request(WDFQUEUE queue, WDFREQUEST request)
{
	(void)queue;
	decide(request);
}

static void on_stop(WDFQUEUE queue, WDFREQUEST request, ULONG action)
{
	unsigned int i;
	bool mine;

	(void)queue;
	held_up++;
	WdfSpinLockAcquire(lock);
	mine = find_locked(request, &i);
	if (mine && (action & WdfRequestStopActionPurge))
		forget_locked(i);
	WdfSpinLockRelease(lock);
	if (!mine)
		return; /* the driver's thread is about to give it up */
	if (action & WdfRequestStopActionPurge)
		WdfRequestComplete(request, STATUS_CANCELLED);
	else
		WdfRequestStopAcknowledge(request, FALSE);
}

/* One of the kept ones, unmarked: the caller's alone. NULL: none, or EvtRequestCancel has it. */
static WDFREQUEST take_kept(void)
{
	WDFREQUEST request = NULL;
	unsigned int i;

	WdfSpinLockAcquire(lock);
	if (kept_count) {
		i = (unsigned int)exec_sim_random(kept_count);
		if (!kept[i].marked ||
		    WdfRequestUnmarkCancelable(kept[i].request) == STATUS_SUCCESS) {
			request = kept[i].request;
			forget_locked(i);
		}
	}
	WdfSpinLockRelease(lock);
	return request;
}

static bool driver_step(void)
{
	WDFREQUEST request = take_kept();

	if (request) {
		if (exec_sim_random(2))
			WdfRequestComplete(request, STATUS_SUCCESS);
		else
			decide(request);
		return true;
	}
	if (WdfIoQueueRetrieveNextRequest(manual, &request) != STATUS_SUCCESS)
		return false;
	retrieved++;
	decide(request);
	return true;
}

static bool all_back(void)
{
	for (unsigned int c = 0; c < CLIENTS; c++)
		for (unsigned int i = 0; i < OPS; i++)
			if (!__atomic_load_n(&ops[c][i].completions, __ATOMIC_ACQUIRE))
				return false;
	return true;
}

static void driver_thread(void *arg)
{
	(void)arg;
	while (!__atomic_load_n(&clients_done, __ATOMIC_ACQUIRE) || !all_back()) {
		if (!driver_step())
			exec_sleep_ms(1);
	}
}

static void submit_one(struct io_op *op)
{
	switch (exec_sim_random(3)) {
	case 0:
		io_op_read(op, 8);
		break;
	case 1:
		io_op_write(op, "x");
		break;
	default:
		io_op_control(op, 0x222000, "c", 4);
		break;
	}
	fx_io_submit(f.file, &op->packet);
}

/* A client may cancel what it has not got back: on the owner loop that question has an answer. */
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
		submit_one(&mine[i]);
		if (!exec_sim_random(3))
			fx_io_cancel(&mine[i].packet); /* the packet is ours and stays allocated */
		if (!exec_sim_random(3))
			irq_loop_call(f.loop, cancel_if_out, &mine[exec_sim_random(i + 1)]);
		if (!exec_sim_random(4))
			exec_sleep_ms(1);
	}
}

static void pnp_thread(void *arg)
{
	(void)arg;
	for (int i = 0; i < 3; i++) {
		exec_sleep_ms(1 + exec_sim_random(3));
		fx_io_hold(f.io);
		exec_sleep_ms(exec_sim_random(3));
		fx_io_resume(f.io);
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
	WDFDEVICE device = io_fixture_device(&f);
	WDF_IO_QUEUE_CONFIG config;

	WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchManual);
	config.EvtIoStop = on_stop;
	config.EvtIoCanceledOnQueue = io_complete_cancelled_on_queue;
	manual = io_queue(&f, &config);
	assert_int_equal(WdfDeviceConfigureRequestDispatching(device, manual, WdfRequestTypeRead),
			 STATUS_SUCCESS);
	WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchSequential);
	config.EvtIoDefault = on_request;
	config.EvtIoStop = on_stop;
	assert_int_equal(WdfDeviceConfigureRequestDispatching(device, io_queue(&f, &config),
							      WdfRequestTypeWrite),
			 STATUS_SUCCESS);
	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
	config.EvtIoDefault = on_request;
	config.EvtIoStop = on_stop;
	config.Settings.Parallel.NumberOfPresentedRequests = 3;
	io_queue(&f, &config);
}

static void check_all(uint64_t seed)
{
	struct fx_io_stats stats = fx_io_stats(f.io);
	unsigned int wrong = 0;

	for (unsigned int c = 0; c < CLIENTS; c++)
		for (unsigned int i = 0; i < OPS; i++)
			wrong += ops[c][i].completions != 1;
	if (wrong || kept_count || stats.submitted != stats.completed || stats.queued_now ||
	    stats.driver_owned_now || io_broke())
		fail_msg("seed %llu: %u requests not completed once, %u kept",
			 (unsigned long long)seed, wrong, kept_count);
}

/* @removal: the device goes while everything is under way. */
static void run_seed(uint64_t seed, bool removal)
{
	struct exec_thread *clients[CLIENTS], *driver, *pnp = NULL;

	assert_int_equal(exec_sim_begin(seed), 0);
	kept_count = 0;
	clients_done = false;
	/* without the verifier most go the short way */
	io_fixture_setup_verify(&f, NULL, seed & 1 ? "VerifierOn=0" : "");
	assert_int_equal(WdfSpinLockCreate(WDF_NO_OBJECT_ATTRIBUTES, &lock), STATUS_SUCCESS);
	make_queues();
	io_fixture_start(&f);
	for (unsigned int c = 0; c < CLIENTS; c++)
		clients[c] = start(client_thread, ops[c]);
	driver = start(driver_thread, NULL);
	if (!removal)
		pnp = start(pnp_thread, NULL);
	else if (exec_sim_random(2))
		exec_sleep_ms(exec_sim_random(4));
	if (removal)
		fx_io_purge(f.io, false);
	for (unsigned int c = 0; c < CLIENTS; c++)
		exec_thread_join(clients[c]);
	__atomic_store_n(&clients_done, true, __ATOMIC_RELEASE);
	exec_thread_join(driver);
	exec_thread_join(pnp);
	check_all(seed);
	WdfObjectDelete(lock);
	io_fixture_teardown(&f);
	exec_sim_end();
}

static uint64_t seeds(void)
{
	return getenv("UWDF_LONG") ? 10000 : SEEDS; // NOLINT(concurrency-mt-unsafe): one thread
}

static void test_seeds__power_changes__each_request_answered_once(void **state)
{
	(void)state;
	cancels = retrieved = forwarded = requeued = held_up = 0;
	for (uint64_t seed = 1; seed <= seeds(); seed++)
		run_seed(seed, false);
	print_message("cancelled by callback %llu, retrieved %llu, forwarded %llu, requeued %llu, "
		      "stopped %llu\n",
		      (unsigned long long)cancels, (unsigned long long)retrieved,
		      (unsigned long long)forwarded, (unsigned long long)requeued,
		      (unsigned long long)held_up);
	assert_true(cancels > seeds() / 10 && retrieved > seeds() && forwarded > seeds() / 10 &&
		    requeued > seeds() / 10 && held_up > seeds() / 10);
}

static void test_seeds__removal__each_request_answered_once(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= seeds() / 4; seed++)
		run_seed(seed, true);
}

/* --- a queue goes while requests for it arrive --- */

static void submit_writes(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; i < OPS; i++) {
		io_op_write(&ops[0][i], "x");
		fx_io_submit(f.file, &ops[0][i].packet);
	}
}

static void delete_queue(void *arg)
{
	exec_sleep_ms(exec_sim_random(2));
	fx_object_delete(fx_object_at(arg)); /* as the framework, for a driver may not */
}

static void delete_under_arrivals(uint64_t seed)
{
	struct exec_thread *client, *driver;
	WDF_IO_QUEUE_CONFIG config;
	WDFQUEUE stopped;

	assert_int_equal(exec_sim_begin(seed), 0);
	io_fixture_setup(&f, NULL);
	WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchSequential);
	config.EvtIoDefault = on_request;
	stopped = io_queue(&f, &config);
	WdfIoQueueStop(stopped, NULL, NULL);
	assert_int_equal(WdfDeviceConfigureRequestDispatching(io_fixture_device(&f), stopped,
							      WdfRequestTypeWrite),
			 STATUS_SUCCESS);
	io_fixture_start(&f);
	client = start(submit_writes, NULL);
	driver = start(delete_queue, stopped);
	exec_thread_join(client);
	exec_thread_join(driver);
	io_settle(&f);
	for (unsigned int i = 0; i < OPS; i++)
		if (ops[0][i].completions != 1)
			fail_msg("seed %llu: request %u came back %u times",
				 (unsigned long long)seed, i, ops[0][i].completions);
	io_fixture_teardown(&f);
	exec_sim_end();
}

static void test_seeds__queue_deleted__each_request_answered_once(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= seeds() / 4; seed++)
		delete_under_arrivals(seed);
}

/* --- a client closes its file while the device goes --- */

static unsigned int closed_count; /* atomic */

static void count_closed(void *arg)
{
	(void)arg;
	__atomic_add_fetch(&closed_count, 1, __ATOMIC_RELEASE);
}

static void submit_and_close(void *arg)
{
	unsigned int *submitted = arg;

	while (*submitted < OPS && exec_sim_random(2)) {
		io_op_write(&ops[0][*submitted], "x");
		fx_io_submit(f.file, &ops[0][(*submitted)++].packet);
	}
	while (exec_sim_random(8))
		exec_yield();
	fx_file_close_start(f.file, count_closed, NULL);
}

static void close_under_removal(uint64_t seed)
{
	struct exec_thread *client;
	WDF_IO_QUEUE_CONFIG config;
	unsigned int submitted = 0;

	assert_int_equal(exec_sim_begin(seed), 0);
	__atomic_store_n(&closed_count, 0, __ATOMIC_RELAXED);
	io_fixture_setup(&f, NULL);
	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
	config.EvtIoDefault = io_complete_request;
	io_queue(&f, &config);
	io_fixture_start(&f);
	client = start(submit_and_close, &submitted);
	fx_io_purge(f.io, false);
	exec_thread_join(client);
	io_settle(&f);
	f.file = NULL;
	for (unsigned int i = 0; i < submitted; i++)
		if (ops[0][i].completions != 1)
			fail_msg("seed %llu: request %u came back %u times",
				 (unsigned long long)seed, i, ops[0][i].completions);
	if (closed_count != 1)
		fail_msg("seed %llu: closed %u times", (unsigned long long)seed, closed_count);
	io_fixture_teardown(&f);
	exec_sim_end();
}

static void test_seeds__closed_while_removed__each_ends_once(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= seeds() / 4; seed++)
		close_under_removal(seed);
}

/* --- a driver that takes its time: a minute passes in no time here --- */

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seeds__power_changes__each_request_answered_once),
		cmocka_unit_test(test_seeds__removal__each_request_answered_once),
		cmocka_unit_test(test_seeds__queue_deleted__each_request_answered_once),
		cmocka_unit_test(test_seeds__closed_while_removed__each_ends_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
