/* SPDX-License-Identifier: MIT */
/*
 * What a driver sends, under the simulated executor, where a seed chooses every meeting: requests
 * of its own and of clients, with and without time-outs, forgotten or waited for, while other
 * threads cancel them, stop, start and purge the target, and the lower driver completes, is
 * cancelled or goes. Whatever was sent ends exactly once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/exec.h"
#include "object/irql.h"
#include "target_fixture.h"

#define SEEDS  50 /* 10000 with UWDF_LONG */
#define MADE   3
#define OPS    4
#define ROUNDS 3

static struct target_fixture t;
static struct io_op ops[OPS];
static struct made {
	WDFREQUEST request;
	unsigned int sent, ended; /* atomic; ended: in the routine */
	bool broken;
} made[MADE];
static unsigned int timeouts, cancels, refused, over_threads; /* of all seeds */
static unsigned int threads_done;                             /* atomic */

/* --- the lower driver: completes at once, or keeps it cancelable --- */

#define KEPT (OPS + MADE * ROUNDS * 2)
static WDFREQUEST kept[KEPT]; /* lower loop only */

static void forget(WDFREQUEST request)
{
	for (unsigned int i = 0; i < KEPT; i++)
		if (kept[i] == request)
			kept[i] = NULL;
}

static void on_cancel(WDFREQUEST request)
{
	forget(request);
	WdfRequestComplete(request, STATUS_CANCELLED);
}

static void on_lower(WDFQUEUE queue, WDFREQUEST request)
{
	(void)queue;
	if (!exec_sim_random(3)) {
		WdfRequestComplete(request, STATUS_SUCCESS);
		return;
	}
	for (unsigned int i = 0; i < KEPT; i++) {
		if (kept[i])
			continue;
		kept[i] = request;
		break;
	}
	if (!NT_SUCCESS(WdfRequestMarkCancelableEx(request, on_cancel)))
		on_cancel(request);
}

static void complete_some(void *arg)
{
	bool all = arg;

	for (unsigned int i = 0; i < KEPT; i++) {
		WDFREQUEST request = kept[i];

		if (!request || (!all && exec_sim_random(2)) ||
		    WdfRequestUnmarkCancelable(request) == STATUS_CANCELLED)
			continue;
		kept[i] = NULL;
		WdfRequestComplete(request, STATUS_SUCCESS);
	}
}

/* --- the upper driver --- */

static void send_made(struct made *m);

static void made_ended(WDFREQUEST request, WDFIOTARGET target,
		       PWDF_REQUEST_COMPLETION_PARAMS params, WDFCONTEXT context)
{
	struct made *m = context;

	(void)target;
	m->broken |= request != m->request || !irq_loop_is_self(t.f.loop);
	timeouts += params->IoStatus.Status == STATUS_IO_TIMEOUT;
	cancels += params->IoStatus.Status == STATUS_CANCELLED;
	__atomic_add_fetch(&m->ended, 1, __ATOMIC_RELEASE);
	send_made(m);
}

/* Once more, from its own routine or to begin with; one at a time in either case. */
static void send_made(struct made *m)
{
	WDF_REQUEST_REUSE_PARAMS reuse;
	LONGLONG timeout = exec_sim_random(2) ? WDF_REL_TIMEOUT_IN_US(exec_sim_random(4000)) : 0;
	ULONG flags = exec_sim_random(4) ? 0 : WDF_REQUEST_SEND_OPTION_IGNORE_TARGET_STATE;

	if (m->sent >= ROUNDS)
		return;
	WDF_REQUEST_REUSE_PARAMS_INIT(&reuse, WDF_REQUEST_REUSE_NO_FLAGS, STATUS_SUCCESS);
	m->broken |= !NT_SUCCESS(WdfRequestReuse(m->request, &reuse));
	m->broken |= !NT_SUCCESS(WdfIoTargetFormatRequestForIoctl(t.target, m->request, TARGET_CODE,
								  NULL, NULL, NULL, NULL));
	WdfRequestSetCompletionRoutine(m->request, made_ended, m);
	__atomic_add_fetch(&m->sent, 1, __ATOMIC_RELEASE);
	if (target_send(&t, m->request, flags, timeout))
		return;
	__atomic_sub_fetch(&m->sent, 1, __ATOMIC_RELEASE);
	refused++;
}

static void client_ended(WDFREQUEST request, WDFIOTARGET target,
			 PWDF_REQUEST_COMPLETION_PARAMS params, WDFCONTEXT context)
{
	(void)target;
	(void)context;
	WdfRequestComplete(request, params->IoStatus.Status);
}

static void on_upper(WDFQUEUE queue, WDFREQUEST request)
{
	unsigned int how = (unsigned int)exec_sim_random(3);
	LONGLONG timeout = exec_sim_random(2) ? WDF_REL_TIMEOUT_IN_MS(1) : 0;
	bool sent;

	(void)queue;
	if (how == 0) {
		sent = target_send(&t, request, WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET, 0);
	} else {
		WdfRequestFormatRequestUsingCurrentType(request);
		WdfRequestSetCompletionRoutine(request, client_ended, NULL);
		sent = target_send(&t, request, how == 1 ? 0 : WDF_REQUEST_SEND_OPTION_SYNCHRONOUS,
				   how == 1 ? timeout : WDF_REL_TIMEOUT_IN_MS(1));
	}
	if (!sent || how == 2)
		WdfRequestComplete(request, WdfRequestGetStatus(request));
}

/* --- the threads --- */

static void thread_over(void)
{
	__atomic_add_fetch(&threads_done, 1, __ATOMIC_RELEASE);
}

static void send_all(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; i < MADE; i++)
		send_made(&made[i]);
	for (unsigned int i = 0; i < OPS; i++) {
		io_op_control(&ops[i], TARGET_CODE, "in", 8);
		fx_io_submit(t.f.file, &ops[i].packet);
	}
	thread_over();
}

static void cancel_some(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; i < 2 * MADE; i++) {
		(void)WdfRequestCancelSentRequest(made[i % MADE].request);
		exec_yield();
	}
	thread_over();
}

static void change_target(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; i < 3; i++) {
		switch (exec_sim_random(5)) {
		case 0:
			WdfIoTargetStop(t.target, WdfIoTargetCancelSentIo);
			break;
		case 1:
			WdfIoTargetStop(t.target, WdfIoTargetLeaveSentIoPending);
			break;
		case 2:
			WdfIoTargetPurge(t.target, WdfIoTargetPurgeIo);
			break;
		case 3:
			WdfIoTargetPurge(t.target, WdfIoTargetPurgeIoAndWait);
			break;
		default:
			break;
		}
		exec_yield();
		(void)!WdfIoTargetStart(t.target);
	}
	thread_over();
}

static void complete_below(void *arg)
{
	(void)arg;
	/* as long as a stop may wait for what was sent past it */
	while (__atomic_load_n(&threads_done, __ATOMIC_ACQUIRE) < 3) {
		irq_loop_call(t.loop, complete_some, NULL);
		exec_sleep_ms(1);
	}
	thread_over();
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
	struct exec_thread *threads[] = { start(send_all), start(cancel_some), start(change_target),
					  start(complete_below) };

	for (unsigned int i = 0; i < UW_ARRAY_SIZE(threads); i++)
		exec_thread_join(threads[i]);
}

static void make_queues(void)
{
	WDF_IO_QUEUE_CONFIG config;

	WDF_IO_QUEUE_CONFIG_INIT(&config, exec_sim_random(2) ? WdfIoQueueDispatchSequential
							     : WdfIoQueueDispatchParallel);
	config.EvtIoDefault = on_upper;
	assert_int_equal(WdfDeviceConfigureRequestDispatching(io_fixture_device(&t.f),
							      io_queue(&t.f, &config),
							      WdfRequestTypeDeviceControl),
			 STATUS_SUCCESS);
	WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchParallel);
	config.EvtIoDefault = on_lower;
	t.queue = NULL;
	assert_int_equal(WdfIoQueueCreate((WDFDEVICE)fx_object_handle(&t.lower->base), &config,
					  WDF_NO_OBJECT_ATTRIBUTES, &t.queue),
			 STATUS_SUCCESS);
	assert_int_equal(
		WdfDeviceConfigureRequestDispatching((WDFDEVICE)fx_object_handle(&t.lower->base),
						     t.queue, WdfRequestTypeDeviceControl),
		STATUS_SUCCESS);
}

static void check(uint64_t seed)
{
	for (unsigned int i = 0; i < MADE; i++) {
		if (made[i].ended != made[i].sent || made[i].broken)
			fail_msg("seed %llu: request %u was sent %u times and ended %u times%s",
				 (unsigned long long)seed, i, made[i].sent, made[i].ended,
				 made[i].broken ? ", wrongly" : "");
	}
	for (unsigned int i = 0; i < OPS; i++) {
		if (ops[i].completions != 1)
			fail_msg("seed %llu: operation %u came back %u times",
				 (unsigned long long)seed, i, ops[i].completions);
	}
}

/* Half of the seeds: all is answered below. The others: the upper device goes, which cancels. */
static void finish(uint64_t seed)
{
	if (seed & 2) {
		fx_io_purge(t.f.io, false);
		return;
	}
	for (unsigned int i = 0; i < OPS + MADE * ROUNDS; i++) {
		irq_loop_call(t.loop, complete_some, (void *)1);
		target_settle(&t);
	}
}

static void live_once(uint64_t seed)
{
	for (unsigned int i = 0; i < MADE; i++)
		made[i] = (struct made){ 0 };
	for (unsigned int i = 0; i < KEPT; i++)
		kept[i] = NULL;
	threads_done = 0;
	assert_int_equal(exec_sim_begin(seed), 0);
	target_setup_verify(&t, seed & 1, "VerifierOn=0");
	target_below.completes = true; /* nothing of the fixture's is kept */
	make_queues();
	for (unsigned int i = 0; i < MADE; i++)
		made[i].request = target_request(&t);
	run_threads();
	finish(seed);
	check(seed);
	over_threads += threads_done;
	for (unsigned int i = 0; i < MADE; i++)
		WdfObjectDelete(made[i].request);
	target_teardown(&t);
	exec_sim_end();
}

static void test_seeds__sent_cancelled_timed_out_stopped__each_ends_once(void **state)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody sets the environment */
	uint64_t seeds = getenv("UWDF_LONG") ? 10000 : SEEDS;

	(void)state;
	for (uint64_t seed = 1; seed <= seeds; seed++)
		live_once(seed);
	print_message("%u time-outs, %u cancelled, %u refused\n", timeouts, cancels, refused);
	assert_true(timeouts > seeds / 8 && cancels > seeds / 4 && refused > seeds / 16);
	assert_int_equal(over_threads, 4 * seeds);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seeds__sent_cancelled_timed_out_stopped__each_ends_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
