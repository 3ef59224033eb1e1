/* SPDX-License-Identifier: MIT */
/* A driver deletes a queue inside one of that queue's own callbacks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/exec.h"
#include "child.h"
#include "io_fixture.h"
#include "object/irql.h"
#include "verifier/verifier.h"

static struct io_fixture f;

/* What the callback under test saw; owner loop, read after io_settle(). */
static struct {
	unsigned int calls, cleaned, destroyed; /* destroyed: atomic, it may come elsewhere */
	bool destroyed_inside, kicked;
	KIRQL level;
	WDFQUEUE extra; /* deleted with it */
} seen;

/* Without the verifier, which keeps the memory of what is gone and so hides late readers from ASan.
 */
static int setup_at(KIRQL level)
{
	struct fx_io_config config = { .level = level };

	memset(&seen, 0, sizeof(seen));
	io_fixture_setup_verify(&f, &config, "VerifierOn=0");
	return 0;
}

static int setup_passive(void **state)
{
	(void)state;
	return setup_at(PASSIVE_LEVEL);
}

static int setup_dispatch(void **state)
{
	(void)state;
	return setup_at(DISPATCH_LEVEL);
}

static int teardown(void **state)
{
	(void)state;
	io_fixture_teardown(&f);
	return 0;
}

static void count_cleanup(WDFOBJECT object)
{
	(void)object;
	seen.cleaned++;
}

static void count_destroy(WDFOBJECT object)
{
	(void)object;
	__atomic_add_fetch(&seen.destroyed, 1, __ATOMIC_RELEASE);
}

static unsigned int destroyed(void)
{
	return __atomic_load_n(&seen.destroyed, __ATOMIC_ACQUIRE);
}

/* A deletion that was asked for at DISPATCH ends on the worker, which asks the owner. */
static void await_destroyed(unsigned int count)
{
	for (int i = 0; i < 60000 && destroyed() < count; i++)
		exec_sleep_ms(1);
	assert_int_equal(destroyed(), count);
}

static void delete_it(WDFQUEUE queue)
{
	seen.calls++;
	seen.level = KeGetCurrentIrql();
	WdfObjectDelete(queue);
	if (seen.extra)
		WdfObjectDelete(seen.extra);
	seen.destroyed_inside |= destroyed() != 0;
}

static void complete_and_delete(WDFQUEUE queue, WDFREQUEST request)
{
	WdfRequestComplete(request, STATUS_SUCCESS);
	delete_it(queue);
}

static void delete_and_complete(WDFQUEUE queue, WDFREQUEST request)
{
	delete_it(queue);
	WdfRequestComplete(request, STATUS_SUCCESS);
}

static WDFQUEUE make_queue(WDF_IO_QUEUE_CONFIG *config, WDF_SYNCHRONIZATION_SCOPE scope,
			   WDF_EXECUTION_LEVEL level)
{
	WDF_OBJECT_ATTRIBUTES attributes;
	WDFQUEUE queue;

	WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
	attributes.EvtCleanupCallback = count_cleanup;
	attributes.EvtDestroyCallback = count_destroy;
	attributes.SynchronizationScope = scope;
	attributes.ExecutionLevel = level;
	assert_int_equal(WdfIoQueueCreate(io_fixture_device(&f), config, &attributes, &queue),
			 STATUS_SUCCESS);
	return queue;
}

static WDFQUEUE plain_queue(WDF_IO_QUEUE_CONFIG *config)
{
	return make_queue(config, WdfSynchronizationScopeNone, WdfExecutionLevelInheritFromParent);
}

static void start_with_default_queue(void)
{
	io_default_queue(&f);
	io_fixture_start(&f);
}

/* A request that the driver has and hands on to @queue. */
static void send_to(WDFQUEUE queue, struct io_op *op)
{
	io_op_read(op, 8);
	io_submit(&f, op);
	assert_int_equal(WdfRequestForwardToIoQueue(io_seen.last, queue), STATUS_SUCCESS);
	io_settle(&f);
}

static void delete_in_evt_io(PFN_WDF_IO_QUEUE_IO_DEFAULT evt, WDF_IO_QUEUE_DISPATCH_TYPE type,
			     WDF_SYNCHRONIZATION_SCOPE scope, WDF_EXECUTION_LEVEL level)
{
	WDF_IO_QUEUE_CONFIG config;
	struct io_op op;

	WDF_IO_QUEUE_CONFIG_INIT(&config, type);
	config.EvtIoDefault = evt;
	start_with_default_queue();
	send_to(make_queue(&config, scope, level), &op);
	assert_int_equal(seen.calls, 1);
	await_destroyed(1);
	io_settle(&f);
	assert_false(seen.destroyed_inside);
	assert_int_equal(seen.cleaned, 1);
	assert_int_equal(op.completions, 1);
	assert_int_equal(op.status, STATUS_SUCCESS);
	/* the room goes on: what comes next is presented */
	io_op_read(&op, 8);
	io_submit(&f, &op);
	WdfRequestComplete(io_seen.last, STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(op.completions, 1);
}

static void each_type_and_scope(PFN_WDF_IO_QUEUE_IO_DEFAULT evt, WDF_EXECUTION_LEVEL level,
				void (*again)(void))
{
	static const WDF_IO_QUEUE_DISPATCH_TYPE types[] = { WdfIoQueueDispatchSequential,
							    WdfIoQueueDispatchParallel };
	static const WDF_SYNCHRONIZATION_SCOPE scopes[] = { WdfSynchronizationScopeNone,
							    WdfSynchronizationScopeQueue };

	for (size_t i = 0; i < UW_ARRAY_SIZE(types); i++) {
		for (size_t j = 0; j < UW_ARRAY_SIZE(scopes); j++) {
			if (i || j)
				again();
			delete_in_evt_io(evt, types[i], scopes[j], level);
		}
	}
}

static void again_passive(void)
{
	io_fixture_teardown(&f);
	setup_at(PASSIVE_LEVEL);
}

static void again_dispatch(void)
{
	io_fixture_teardown(&f);
	setup_at(DISPATCH_LEVEL);
}

static void test_complete_then_delete__passive__destroyed_when_callback_returned(void **state)
{
	(void)state;
	each_type_and_scope(complete_and_delete, WdfExecutionLevelPassive, again_passive);
	assert_int_equal(seen.level, PASSIVE_LEVEL);
}

static void test_complete_then_delete__dispatch__deferred_to_worker(void **state)
{
	(void)state;
	each_type_and_scope(complete_and_delete, WdfExecutionLevelDispatch, again_dispatch);
	assert_int_equal(seen.level, DISPATCH_LEVEL);
}

/* The deletion, deferred, waits for the request. */
static void test_delete_then_complete__dispatch__deferred_to_worker(void **state)
{
	(void)state;
	each_type_and_scope(delete_and_complete, WdfExecutionLevelDispatch, again_dispatch);
	assert_int_equal(seen.level, DISPATCH_LEVEL);
}

static void leave_by_stop(ULONG code, const char *text)
{
	(void)text;
	child_exit(code == WDF_QUEUE_FATAL_ERROR && seen.calls == 1 ? 0 : 2);
}

/* Deleting waits for the driver to give the request up, which it would do after this call: the
 * verifier ends the host there, in a process of its own. */
static void test_delete_then_complete__passive__stops(void **state)
{
	WDF_IO_QUEUE_CONFIG config;
	struct io_op op;
	int status;
	pid_t child = fork();

	(void)state;
	assert_true(child >= 0);
	if (!child) {
		(void)setup_at(PASSIVE_LEVEL);
		fx_verifier_set_hook(leave_by_stop);
		WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchSequential);
		config.EvtIoDefault = delete_and_complete;
		start_with_default_queue();
		send_to(plain_queue(&config), &op);
		child_exit(1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* --- the other callbacks of a queue --- */

static void stop_and_delete(WDFQUEUE queue, WDFREQUEST request, ULONG action)
{
	(void)action;
	complete_and_delete(queue, request);
}

static WDF_IO_QUEUE_CONFIG parallel(void)
{
	WDF_IO_QUEUE_CONFIG config;

	WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchParallel);
	config.EvtIoDefault = io_keep_request;
	return config;
}

static void assert_deleted(unsigned int calls, unsigned int queues)
{
	await_destroyed(queues);
	assert_int_equal(seen.calls, calls);
	assert_int_equal(seen.cleaned, queues);
	assert_false(seen.destroyed_inside);
}

static void acknowledge(WDFQUEUE queue, WDFREQUEST request, ULONG action)
{
	(void)queue;
	(void)action;
	io_seen.stops++;
	io_seen.last = request;
	WdfRequestStopAcknowledge(request, FALSE);
}

/* Those behind it in the walk are told as well. */
static void test_delete_in_evt_io_stop__next_queues_are_told(void **state)
{
	WDF_IO_QUEUE_CONFIG config = parallel();
	struct io_op ops[3];
	WDFQUEUE queues[3];

	(void)state;
	start_with_default_queue();
	for (int i = 0; i < 3; i++) {
		config.EvtIoStop = i == 2 ? acknowledge : stop_and_delete;
		queues[i] = plain_queue(&config);
		send_to(queues[i], &ops[i]);
	}
	/* the next one has nothing of its own any more and goes with the first */
	WdfRequestComplete(io_seen.kept[3], STATUS_SUCCESS);
	io_settle(&f);
	seen.extra = queues[1];
	fx_io_hold(f.io);
	assert_deleted(1, 2);
	assert_int_equal(io_seen.stops, 1);
	assert_int_equal(ops[0].completions, 1);
	assert_int_equal(ops[2].completions, 0);
	fx_io_resume(f.io);
	WdfRequestComplete(io_seen.last, STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(ops[2].completions, 1);
}

static void resume_and_delete(WDFQUEUE queue, WDFREQUEST request)
{
	complete_and_delete(queue, request);
}

static void test_delete_in_evt_io_resume__next_queue_is_told(void **state)
{
	WDF_IO_QUEUE_CONFIG config = parallel();
	struct io_op ops[2];

	(void)state;
	start_with_default_queue();
	config.EvtIoStop = acknowledge;
	config.EvtIoResume = resume_and_delete;
	send_to(plain_queue(&config), &ops[0]);
	send_to(plain_queue(&config), &ops[1]);
	fx_io_hold(f.io);
	fx_io_resume(f.io);
	io_settle(&f);
	assert_deleted(2, 2);
}

static void cancel_and_delete(WDFREQUEST request)
{
	WDFQUEUE queue = WdfRequestGetIoQueue(request);

	WdfRequestComplete(request, STATUS_CANCELLED);
	delete_it(queue);
}

static void mark(WDFQUEUE queue, WDFREQUEST request)
{
	(void)queue;
	assert_int_equal(WdfRequestMarkCancelableEx(request, cancel_and_delete), STATUS_SUCCESS);
}

static void test_delete_in_evt_request_cancel__destroyed_when_it_returned(void **state)
{
	WDF_IO_QUEUE_CONFIG config = parallel();
	struct io_op op;

	(void)state;
	start_with_default_queue();
	config.EvtIoDefault = mark;
	send_to(make_queue(&config, WdfSynchronizationScopeQueue, WdfExecutionLevelPassive), &op);
	io_cancel(&f, &op);
	assert_deleted(1, 1);
	assert_int_equal(op.status, STATUS_CANCELLED);
}

static void test_delete_in_evt_canceled_on_queue__destroyed_when_it_returned(void **state)
{
	WDF_IO_QUEUE_CONFIG config;
	struct io_op op;

	(void)state;
	start_with_default_queue();
	WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchManual);
	config.EvtIoCanceledOnQueue = complete_and_delete;
	send_to(make_queue(&config, WdfSynchronizationScopeQueue, WdfExecutionLevelPassive), &op);
	io_cancel(&f, &op);
	assert_deleted(1, 1);
	assert_int_equal(op.completions, 1);
}

static void state_and_delete(WDFQUEUE queue, WDFCONTEXT context)
{
	(void)context;
	delete_it(queue);
}

static void test_delete_in_purge_complete__destroyed_when_it_returned(void **state)
{
	WDF_IO_QUEUE_CONFIG config = parallel();
	WDFQUEUE queue;
	struct io_op op;

	(void)state;
	start_with_default_queue();
	queue = make_queue(&config, WdfSynchronizationScopeQueue, WdfExecutionLevelPassive);
	send_to(queue, &op);
	WdfIoQueuePurge(queue, state_and_delete, NULL);
	io_settle(&f);
	assert_int_equal(seen.calls, 0);
	WdfRequestComplete(io_seen.last, STATUS_SUCCESS);
	io_settle(&f);
	assert_deleted(1, 1);
}

static void retrieve_and_delete(WDFQUEUE queue, WDFCONTEXT context)
{
	WDFREQUEST request;

	(void)context;
	assert_int_equal(WdfIoQueueRetrieveNextRequest(queue, &request), STATUS_SUCCESS);
	complete_and_delete(queue, request);
}

static void test_delete_in_ready_notify__destroyed_when_it_returned(void **state)
{
	WDF_IO_QUEUE_CONFIG config;
	WDFQUEUE queue;
	struct io_op op;

	(void)state;
	start_with_default_queue();
	WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchManual);
	queue = make_queue(&config, WdfSynchronizationScopeQueue, WdfExecutionLevelPassive);
	assert_int_equal(WdfIoQueueReadyNotify(queue, retrieve_and_delete, NULL), STATUS_SUCCESS);
	send_to(queue, &op);
	assert_deleted(1, 1);
	assert_int_equal(op.completions, 1);
}

static WDFQUEUE referenced;

static void refer_and_delete(WDFQUEUE queue, WDFREQUEST request)
{
	referenced = queue;
	WdfObjectReference(queue);
	complete_and_delete(queue, request);
}

static void start_and_dereference(void *arg)
{
	(void)arg;
	WdfIoQueueStart(referenced); /* of no use, but the handle is still one */
	seen.kicked = !list_empty(&f.io->kicked);
	WdfObjectDereference(referenced);
}

static void test_start_a_deleted_queue__still_referenced__nobody_comes_back_to_it(void **state)
{
	WDF_IO_QUEUE_CONFIG config = parallel();
	struct io_op op;

	(void)state;
	start_with_default_queue();
	config.EvtIoDefault = refer_and_delete;
	send_to(plain_queue(&config), &op);
	assert_int_equal(destroyed(), 0);
	io_on_owner(&f, start_and_dereference, NULL);
	assert_deleted(1, 1);
	assert_false(seen.kicked);
}

#define T(name, at) cmocka_unit_test_setup_teardown(name, setup_##at, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_complete_then_delete__passive__destroyed_when_callback_returned, passive),
		T(test_complete_then_delete__dispatch__deferred_to_worker, dispatch),
		T(test_delete_then_complete__dispatch__deferred_to_worker, dispatch),
		cmocka_unit_test(test_delete_then_complete__passive__stops),
		T(test_delete_in_evt_io_stop__next_queues_are_told, passive),
		T(test_delete_in_evt_io_resume__next_queue_is_told, passive),
		T(test_delete_in_evt_request_cancel__destroyed_when_it_returned, passive),
		T(test_delete_in_evt_canceled_on_queue__destroyed_when_it_returned, passive),
		T(test_delete_in_purge_complete__destroyed_when_it_returned, passive),
		T(test_delete_in_ready_notify__destroyed_when_it_returned, passive),
		T(test_start_a_deleted_queue__still_referenced__nobody_comes_back_to_it, passive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
