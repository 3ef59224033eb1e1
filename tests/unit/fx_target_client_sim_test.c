/* SPDX-License-Identifier: MIT */
/*
 * Clients above a driver that sends on what they ask: from its callback, from a thread of its own,
 * waiting or not. The lower driver gives a request up only when it is cancelled, so a client's
 * cancel or close that gets lost on the way leaves it there for good. Under the simulated executor;
 * the clients come in through a filter, and no callback runs inside another of its device.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/exec.h"
#include "target_fixture.h"

#define SEEDS    40 /* 10000 with UWDF_LONG */
#define CLIENTS  2
#define SESSIONS 6
#define OPS      6 /* of each session */
#define HANDED   (CLIENTS * OPS)
#define PATIENCE 2000 /* ms of simulated time, in which nothing else waits as long */

enum level { LOW, MIDDLE, LEVELS };

static struct target_fixture t; /* MIDDLE is its upper device */
static struct fx_device_head *top;
static unsigned int inside[LEVELS]; /* callbacks on the stack; on the loop of the device */
static bool nested;                 /* what must not be */
static unsigned int creates, cleanups, closes;
static unsigned int clients_done;   /* atomic */
static uint64_t now;                /* the seed */
static unsigned int cancels, waits; /* of all seeds */

static void enter(enum level level)
{
	nested |= inside[level]++;
}

static void leave(enum level level)
{
	inside[level]--;
}

/* --- the lower driver --- */

static void on_lower_cancel(WDFREQUEST request)
{
	enter(LOW);
	cancels++;
	WdfRequestComplete(request, STATUS_CANCELLED);
	leave(LOW);
}

static void on_lower(WDFQUEUE queue, WDFREQUEST request)
{
	(void)queue;
	enter(LOW);
	if (!exec_sim_random(4))
		WdfRequestComplete(request, STATUS_SUCCESS);
	else if (!NT_SUCCESS(WdfRequestMarkCancelableEx(request, on_lower_cancel)))
		WdfRequestComplete(request, STATUS_CANCELLED);
	leave(LOW);
}

/* --- the driver in the middle --- */

static WDFSPINLOCK lock;
static WDFREQUEST handed[HANDED]; /* to its thread; guarded by lock */
static struct exec_event work;    /* there may be some */

static void on_end(WDFREQUEST request, WDFIOTARGET target, PWDF_REQUEST_COMPLETION_PARAMS params,
		   WDFCONTEXT context)
{
	(void)target;
	(void)context;
	enter(MIDDLE);
	WdfRequestComplete(request, params->IoStatus.Status);
	leave(MIDDLE);
}

static void send_on(WDFREQUEST request, ULONG flags)
{
	WdfRequestFormatRequestUsingCurrentType(request);
	if (!flags)
		WdfRequestSetCompletionRoutine(request, on_end, NULL);
	if (!target_send(&t, request, flags, 0) || (flags & WDF_REQUEST_SEND_OPTION_SYNCHRONOUS))
		WdfRequestComplete(request, WdfRequestGetStatus(request));
}

static void hand_over(WDFREQUEST request)
{
	unsigned int i = 0;

	WdfSpinLockAcquire(lock);
	while (handed[i])
		i++;
	handed[i] = request;
	WdfSpinLockRelease(lock);
	exec_event_set(&work);
}

static WDFREQUEST take_handed(void)
{
	WDFREQUEST request = NULL;

	WdfSpinLockAcquire(lock);
	for (unsigned int i = 0; i < HANDED && !request; i++) {
		request = handed[i];
		handed[i] = NULL;
	}
	WdfSpinLockRelease(lock);
	return request;
}

static ULONG some_flags(void)
{
	static const ULONG flags[] = { 0, WDF_REQUEST_SEND_OPTION_SYNCHRONOUS,
				       WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET };
	ULONG flag = flags[exec_sim_random(UW_ARRAY_SIZE(flags))];

	waits += flag == WDF_REQUEST_SEND_OPTION_SYNCHRONOUS;
	return flag;
}

static void on_middle(WDFQUEUE queue, WDFREQUEST request)
{
	(void)queue;
	enter(MIDDLE);
	if (exec_sim_random(4))
		hand_over(request);
	else
		send_on(request, some_flags());
	leave(MIDDLE);
}

static void on_create(WDFDEVICE device, WDFREQUEST request, WDFFILEOBJECT file)
{
	(void)device;
	(void)file;
	enter(MIDDLE);
	creates++;
	WdfRequestComplete(request, STATUS_SUCCESS);
	leave(MIDDLE);
}

static void on_cleanup(WDFFILEOBJECT file)
{
	(void)file;
	enter(MIDDLE);
	cleanups++;
	leave(MIDDLE);
}

static void on_close(WDFFILEOBJECT file)
{
	(void)file;
	enter(MIDDLE);
	closes++;
	leave(MIDDLE);
}

/* Its thread never waits: one that does could not send what another client closes for. */
static void worker_thread(void *arg)
{
	WDFREQUEST request;
	bool done;

	(void)arg;
	do {
		done = __atomic_load_n(&clients_done, __ATOMIC_ACQUIRE) == CLIENTS;
		exec_event_clear(&work);
		request = take_handed();
		if (request)
			send_on(request,
				exec_sim_random(2) ? 0 : WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET);
		else
			(void)exec_event_wait(&work, exec_deadline_ms(1));
	} while (!done || request);
}

/* --- clients --- */

struct session {
	struct io_op ops[OPS];
	bool closed; /* atomic */
};

static void told_closed(void *arg)
{
	struct session *session = arg;

	__atomic_store_n(&session->closed, true, __ATOMIC_RELEASE);
}

static void await(const void *what, bool (*is_so)(const void *what))
{
	unsigned int ms = 0;

	while (!is_so(what) && ms++ < PATIENCE)
		exec_sleep_ms(1);
	if (is_so(what))
		return;
	print_error("seed %llu: a cancel or close is lost\n", (unsigned long long)now);
	abort(); /* the driver waits for it: nobody else could end the test */
}

static bool has_come_back(const void *what)
{
	return __atomic_load_n(&((const struct io_op *)what)->completions, __ATOMIC_ACQUIRE);
}

static bool is_closed(const void *what)
{
	return __atomic_load_n(&((const struct session *)what)->closed, __ATOMIC_ACQUIRE);
}

static void run_session(struct session *session)
{
	struct fx_file *file = NULL;

	exec_sleep_ms((uint32_t)exec_sim_random(3));
	if (fx_file_open((struct fx_device *)(void *)top, &file) != STATUS_SUCCESS)
		abort();
	for (unsigned int i = 0; i < OPS; i++) {
		io_op_control(&session->ops[i], TARGET_CODE, "in", 8);
		fx_io_submit(file, &session->ops[i].packet);
		for (uint64_t turns = exec_sim_random(8); turns--;)
			exec_yield();
		if (exec_sim_random(4))
			fx_io_cancel(&session->ops[i].packet); /* it is ours and stays allocated */
	}
	if (exec_sim_random(2)) { /* a cancel has to do without the close */
		fx_io_cancel(&session->ops[OPS - 1].packet);
		await(&session->ops[OPS - 1], has_come_back);
	}
	exec_sleep_ms((uint32_t)exec_sim_random(3));
	fx_file_close_start(file, told_closed, session);
	await(session, is_closed);
}

static void client_thread(void *arg)
{
	struct session *mine = arg;

	for (unsigned int i = 0; i < SESSIONS; i++)
		run_session(&mine[i]);
	__atomic_add_fetch(&clients_done, 1, __ATOMIC_RELEASE);
}

/* --- one seed --- */

static struct session sessions[CLIENTS * SESSIONS];

static void make_queue(struct fx_device_head *device, PFN_WDF_IO_QUEUE_IO_DEFAULT evt,
		       WDF_IO_QUEUE_DISPATCH_TYPE type)
{
	WDFDEVICE handle = (WDFDEVICE)fx_object_handle(&device->base);
	WDF_IO_QUEUE_CONFIG config;
	WDFQUEUE queue;

	WDF_IO_QUEUE_CONFIG_INIT(&config, type);
	config.EvtIoDefault = evt;
	assert_int_equal(WdfIoQueueCreate(handle, &config, WDF_NO_OBJECT_ATTRIBUTES, &queue),
			 STATUS_SUCCESS);
	assert_int_equal(
		WdfDeviceConfigureRequestDispatching(handle, queue, WdfRequestTypeDeviceControl),
		STATUS_SUCCESS);
}

static void set_up(uint64_t seed)
{
	struct fx_io_config config = { 0 };

	WDF_FILEOBJECT_CONFIG_INIT(&config.file_config, on_create, on_close, on_cleanup);
	target_setup_config(&t, seed & 1, &config, "VerifierOn=0");
	target_below.completes = true; /* nothing of the fixture's is kept */
	make_queue(t.f.device, on_middle, WdfIoQueueDispatchParallel);
	make_queue(t.lower, on_lower, WdfIoQueueDispatchParallel);
	assert_int_equal(WdfSpinLockCreate(WDF_NO_OBJECT_ATTRIBUTES, &lock), STATUS_SUCCESS);
	config = (struct fx_io_config){ .filter = true };
	top = io_device_new(&t.f, t.f.loop, &config);
	fx_io_stack_on(top->io, t.f.io);
	fx_io_resume(top->io);
	fx_io_allow_open(top->io, true);
	assert_int_equal(exec_event_init(&work), 0);
	memset(sessions, 0, sizeof(sessions));
	clients_done = creates = cleanups = closes = 0;
	nested = false;
	now = seed;
}

static void tear_down(void)
{
	fx_io_purge(top->io, false);
	fx_object_delete(&top->base);
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
	unsigned int files = CLIENTS * SESSIONS;
	bool once = true;

	for (unsigned int i = 0; i < files * OPS; i++)
		once &= sessions[i / OPS].ops[i % OPS].completions == 1;
	if (nested || !once || creates != files || cleanups != files || closes != files)
		fail_msg("seed %llu:%s%s %u opened, %u cleaned up, %u closed",
			 (unsigned long long)seed, nested ? " a callback ran inside another," : "",
			 once ? "" : " an operation did not come back once,", creates, cleanups,
			 closes);
}

static void live_once(uint64_t seed)
{
	struct exec_thread *clients[CLIENTS], *worker;

	assert_int_equal(exec_sim_begin(seed), 0);
	set_up(seed);
	for (unsigned int i = 0; i < CLIENTS; i++)
		clients[i] = start(client_thread, &sessions[i * SESSIONS]);
	worker = start(worker_thread, NULL);
	for (unsigned int i = 0; i < CLIENTS; i++)
		exec_thread_join(clients[i]);
	exec_thread_join(worker);
	check(seed);
	tear_down();
	exec_sim_end();
}

static void test_seeds__clients_cancel_and_close__each_ends_once_and_in_time(void **state)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody sets the environment */
	uint64_t seeds = getenv("UWDF_LONG") ? 10000 : SEEDS;

	(void)state;
	for (uint64_t seed = 1; seed <= seeds; seed++)
		live_once(seed);
	print_message("%u cancelled, %u waited for\n", cancels, waits);
	assert_true(cancels > seeds && waits > seeds / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seeds__clients_cancel_and_close__each_ends_once_and_in_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
