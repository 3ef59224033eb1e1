/* SPDX-License-Identifier: MIT */
/*
 * Clients of a child device whose driver forwards what they ask to its parent, from its callback or
 * from a thread of its own, while they cancel and close, power goes and comes at both devices, and
 * the child goes. Under the simulated executor: each operation ends once, and no callback runs
 * inside another of its device.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/exec.h"
#include "target_fixture.h"

#define SEEDS    60 /* 10000 with UWDF_LONG */
#define CLIENTS  2
#define SESSIONS 4
#define OPS      6 /* of each session */
#define HANDED   (CLIENTS * OPS)

enum level { PARENT, CHILD, LEVELS };

static struct target_fixture t;     /* its lower device is the parent */
static WDFQUEUE parent_queue;       /* in the hands of on_parent() */
static unsigned int inside[LEVELS]; /* callbacks on the stack; on the loop of both */
static bool nested;                 /* what must not be */
static unsigned int clients_done;   /* atomic */
static unsigned int forwarded, cancelled_below, refused; /* of all seeds; atomic */

static void enter(enum level level)
{
	nested |= inside[level]++;
}

static void leave(enum level level)
{
	inside[level]--;
}

static void count(unsigned int *what)
{
	__atomic_add_fetch(what, 1, __ATOMIC_RELAXED);
}

/* --- both drivers: what they have is with their thread --- */

static struct handed {
	WDFREQUEST request;
	enum level at;
} handed[HANDED];
static WDFSPINLOCK lock;       /* guards it */
static struct exec_event work; /* there may be some */

static void hand_over(WDFREQUEST request, enum level at)
{
	unsigned int i = 0;

	WdfSpinLockAcquire(lock);
	while (handed[i].request)
		i++;
	handed[i] = (struct handed){ request, at };
	WdfSpinLockRelease(lock);
	exec_event_set(&work);
}

static struct handed take_handed(void)
{
	struct handed one = { NULL, PARENT };

	WdfSpinLockAcquire(lock);
	for (unsigned int i = 0; i < HANDED && !one.request; i++) {
		one = handed[i];
		handed[i].request = NULL;
	}
	WdfSpinLockRelease(lock);
	return one;
}

static void forward(WDFREQUEST request)
{
	WDF_REQUEST_FORWARD_OPTIONS options;
	NTSTATUS status;

	WDF_REQUEST_FORWARD_OPTIONS_INIT(&options);
	status = WdfRequestForwardToParentDeviceIoQueue(request, parent_queue, &options);
	if (NT_SUCCESS(status)) {
		count(&forwarded);
		return;
	}
	count(&refused); /* it is purged */
	if (status != STATUS_WDF_BUSY)
		abort();
	WdfRequestComplete(request, status);
}

static void on_parent_cancel(WDFREQUEST request)
{
	enter(PARENT);
	count(&cancelled_below);
	WdfRequestComplete(request, STATUS_CANCELLED);
	leave(PARENT);
}

static void on_parent(WDFQUEUE queue, WDFREQUEST request)
{
	(void)queue;
	enter(PARENT);
	if (!exec_sim_random(3))
		hand_over(request, PARENT);
	else if (!NT_SUCCESS(WdfRequestMarkCancelableEx(request, on_parent_cancel)))
		WdfRequestComplete(request, STATUS_CANCELLED);
	else if (exec_sim_random(2) && NT_SUCCESS(WdfRequestUnmarkCancelable(request)))
		WdfRequestCompleteWithInformation(request, STATUS_SUCCESS, 1);
	leave(PARENT);
}

static void on_parent_stop(WDFQUEUE queue, WDFREQUEST request, ULONG action)
{
	(void)queue;
	enter(PARENT);
	if (action & WdfRequestStopActionSuspend)
		WdfRequestStopAcknowledge(request, FALSE);
	leave(PARENT);
}

static void on_child(WDFQUEUE queue, WDFREQUEST request)
{
	(void)queue;
	enter(CHILD);
	if (exec_sim_random(2))
		hand_over(request, CHILD);
	else
		forward(request);
	leave(CHILD);
}

static void worker_thread(void *arg)
{
	struct handed one;
	bool done;

	(void)arg;
	do {
		done = __atomic_load_n(&clients_done, __ATOMIC_ACQUIRE) == CLIENTS;
		exec_event_clear(&work);
		one = take_handed();
		if (!one.request)
			(void)exec_event_wait(&work, exec_deadline_ms(1));
		else if (one.at == CHILD)
			forward(one.request);
		else
			WdfRequestComplete(one.request, STATUS_SUCCESS);
	} while (!done || one.request);
}

/* --- clients --- */

struct session {
	struct io_op ops[OPS];
	struct exec_event closed;
};
static struct session sessions[CLIENTS * SESSIONS];

static void told_closed(void *arg)
{
	exec_event_set(&((struct session *)arg)->closed);
}

static void run_session(struct session *session)
{
	struct fx_file *file = NULL;

	assert_int_equal(exec_event_init(&session->closed), 0);
	if (NT_SUCCESS(fx_file_open((struct fx_device *)(void *)t.f.device, &file))) {
		for (unsigned int i = 0; i < OPS; i++) {
			io_op_control(&session->ops[i], TARGET_CODE, "in", 8);
			fx_io_submit(file, &session->ops[i].packet);
			for (uint64_t turns = exec_sim_random(8); turns--;)
				exec_yield();
			if (exec_sim_random(2))
				fx_io_cancel(&session->ops[i].packet);
		}
		exec_sleep_ms((uint32_t)exec_sim_random(3));
		fx_file_close_start(file, told_closed, session);
		exec_event_wait(&session->closed, EXEC_FOREVER);
	} else { /* the child is gone */
		for (unsigned int i = 0; i < OPS; i++)
			session->ops[i].completions = 1;
	}
	exec_event_deinit(&session->closed);
}

static void client_thread(void *arg)
{
	struct session *mine = arg;

	for (unsigned int i = 0; i < SESSIONS; i++)
		run_session(&mine[i]);
	__atomic_add_fetch(&clients_done, 1, __ATOMIC_RELEASE);
}

/* --- power, and the end of the child --- */

static void pnp_thread(void *arg)
{
	const bool goes = *(bool *)arg;

	for (unsigned int i = 0; i < 4; i++) {
		struct fx_io *io = exec_sim_random(2) ? t.lower->io : t.f.io;

		exec_sleep_ms((uint32_t)exec_sim_random(3));
		fx_io_hold(io);
		exec_sleep_ms((uint32_t)exec_sim_random(2));
		fx_io_resume(io);
		if (!exec_sim_random(3)) {
			WdfIoQueuePurgeSynchronously(parent_queue);
			WdfIoQueueStart(parent_queue);
		}
	}
	if (goes)
		fx_io_purge(t.f.io, false);
}

/* --- one seed --- */

static WDFQUEUE make_queue(struct fx_device_head *device, PFN_WDF_IO_QUEUE_IO_DEFAULT evt)
{
	WDFDEVICE handle = (WDFDEVICE)fx_object_handle(&device->base);
	WDF_IO_QUEUE_CONFIG config;
	WDFQUEUE queue;

	WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchParallel);
	config.EvtIoDefault = evt;
	config.EvtIoStop = evt == on_parent ? on_parent_stop : NULL;
	assert_int_equal(WdfIoQueueCreate(handle, &config, WDF_NO_OBJECT_ATTRIBUTES, &queue),
			 STATUS_SUCCESS);
	return queue;
}

static void set_up(void)
{
	const struct fx_io_config config = { .to_parent = true };
	WDFQUEUE queue;

	target_setup_config(&t, true, &config, "VerifierOn=0");
	target_below.completes = true; /* nothing of the fixture's is kept */
	fx_io_set_parent(t.f.io, t.lower->io);
	queue = make_queue(t.f.device, on_child);
	assert_int_equal(WdfDeviceConfigureRequestDispatching(io_fixture_device(&t.f), queue,
							      WdfRequestTypeDeviceControl),
			 STATUS_SUCCESS);
	parent_queue = make_queue(t.lower, on_parent);
	assert_int_equal(WdfSpinLockCreate(WDF_NO_OBJECT_ATTRIBUTES, &lock), STATUS_SUCCESS);
	assert_int_equal(exec_event_init(&work), 0);
	memset(sessions, 0, sizeof(sessions));
	clients_done = 0;
	nested = false;
}

static void tear_down(void)
{
	WdfObjectDelete(lock);
	target_teardown(&t);
	exec_event_deinit(&work);
}

static struct exec_thread *start(void (*run)(void *arg), void *arg)
{
	struct exec_thread_params params = { .name = "sim", .run = run, .arg = arg, .node = -1 };
	struct exec_thread *thread;

	assert_int_equal(exec_thread_start(&params, &thread), 0);
	return thread;
}

static void check(uint64_t seed)
{
	bool once = true;

	for (unsigned int i = 0; i < CLIENTS * SESSIONS * OPS; i++)
		once &= sessions[i / OPS].ops[i % OPS].completions == 1;
	if (nested || !once)
		fail_msg("seed %llu:%s%s", (unsigned long long)seed,
			 nested ? " a callback ran inside another" : "",
			 once ? "" : " an operation did not come back once");
}

static void live_once(uint64_t seed)
{
	struct exec_thread *clients[CLIENTS], *worker, *pnp;
	bool goes = seed % 3 == 0;

	assert_int_equal(exec_sim_begin(seed), 0);
	set_up();
	for (unsigned int i = 0; i < CLIENTS; i++)
		clients[i] = start(client_thread, &sessions[i * SESSIONS]);
	worker = start(worker_thread, NULL);
	pnp = start(pnp_thread, &goes);
	for (unsigned int i = 0; i < CLIENTS; i++)
		exec_thread_join(clients[i]);
	exec_thread_join(worker);
	exec_thread_join(pnp);
	check(seed);
	tear_down();
	exec_sim_end();
}

static void test_seeds__each_operation_ends_once(void **state)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody sets the environment */
	uint64_t seeds = getenv("UWDF_LONG") ? 10000 : SEEDS;

	(void)state;
	for (uint64_t seed = 1; seed <= seeds; seed++)
		live_once(seed);
	print_message("%u forwarded, %u cancelled there, %u refused\n", forwarded, cancelled_below,
		      refused);
	assert_true(forwarded > seeds && cancelled_below > seeds / 2 && refused);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seeds__each_operation_ends_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
