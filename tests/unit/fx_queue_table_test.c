/* SPDX-License-Identifier: MIT */
/*
 * For every combination of dispatch type, synchronization scope, execution level and power
 * management: at which level a queue's callbacks run, under which lock (two that run under one
 * never overlap, nor does a callback with a driver's own WdfObjectAcquireLock), how many requests
 * the driver has at once, and whether a change of power reaches them.
 *
 * Callbacks of one device's queues never overlap each other: one thread calls them all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/exec.h"
#include "io_fixture.h"

#define LIMIT 3 /* of the parallel queues */

enum lock { NO_LOCK, QUEUES_LOCK, DEVICES_LOCK };
#define NONE     WdfSynchronizationScopeNone
#define QUEUE    WdfSynchronizationScopeQueue
#define DEVICE   WdfSynchronizationScopeDevice
#define INHERIT  WdfExecutionLevelInheritFromParent
#define PASSIVE  WdfExecutionLevelPassive
#define DISPATCH WdfExecutionLevelDispatch

/*
 * A driver's callbacks run at PASSIVE, or at DISPATCH if it declared them fit for it, or if a spin
 * lock is held around them: KMDF's choice where the level is not WdfExecutionLevelPassive.
 */
/* clang-format off */
static const struct row {
	KIRQL driver;                     /* what WdfLxDriverSetIoLevel() declared */
	WDF_EXECUTION_LEVEL device, queue;
	WDF_SYNCHRONIZATION_SCOPE scope;  /* of the queue */
	NTSTATUS status;                  /* of its creation */
	KIRQL level;                      /* of its callbacks */
	enum lock lock;                   /* around them */
} rows[] = {
	{ PASSIVE_LEVEL,  PASSIVE,  INHERIT,  NONE,   STATUS_SUCCESS, PASSIVE_LEVEL,  NO_LOCK },
	{ PASSIVE_LEVEL,  PASSIVE,  INHERIT,  QUEUE,  STATUS_SUCCESS, PASSIVE_LEVEL,  QUEUES_LOCK },
	{ PASSIVE_LEVEL,  PASSIVE,  INHERIT,  DEVICE, STATUS_SUCCESS, PASSIVE_LEVEL,  DEVICES_LOCK },
	{ PASSIVE_LEVEL,  PASSIVE,  PASSIVE,  NONE,   STATUS_SUCCESS, PASSIVE_LEVEL,  NO_LOCK },
	{ PASSIVE_LEVEL,  PASSIVE,  PASSIVE,  QUEUE,  STATUS_SUCCESS, PASSIVE_LEVEL,  QUEUES_LOCK },
	{ PASSIVE_LEVEL,  PASSIVE,  PASSIVE,  DEVICE, STATUS_SUCCESS, PASSIVE_LEVEL,  DEVICES_LOCK },
	{ PASSIVE_LEVEL,  PASSIVE,  DISPATCH, NONE,   STATUS_SUCCESS, PASSIVE_LEVEL,  NO_LOCK },
	{ PASSIVE_LEVEL,  PASSIVE,  DISPATCH, QUEUE,  STATUS_SUCCESS, DISPATCH_LEVEL, QUEUES_LOCK },
	{ PASSIVE_LEVEL,  PASSIVE,  DISPATCH, DEVICE, STATUS_INVALID_PARAMETER, 0, NO_LOCK },
	{ PASSIVE_LEVEL,  DISPATCH, INHERIT,  NONE,   STATUS_SUCCESS, PASSIVE_LEVEL,  NO_LOCK },
	{ PASSIVE_LEVEL,  DISPATCH, INHERIT,  QUEUE,  STATUS_SUCCESS, DISPATCH_LEVEL, QUEUES_LOCK },
	{ PASSIVE_LEVEL,  DISPATCH, INHERIT,  DEVICE, STATUS_SUCCESS, DISPATCH_LEVEL, DEVICES_LOCK },
	{ PASSIVE_LEVEL,  DISPATCH, PASSIVE,  NONE,   STATUS_SUCCESS, PASSIVE_LEVEL,  NO_LOCK },
	{ PASSIVE_LEVEL,  DISPATCH, PASSIVE,  QUEUE,  STATUS_SUCCESS, PASSIVE_LEVEL,  QUEUES_LOCK },
	{ PASSIVE_LEVEL,  DISPATCH, PASSIVE,  DEVICE, STATUS_INVALID_PARAMETER, 0, NO_LOCK },
	{ PASSIVE_LEVEL,  DISPATCH, DISPATCH, NONE,   STATUS_SUCCESS, PASSIVE_LEVEL,  NO_LOCK },
	{ PASSIVE_LEVEL,  DISPATCH, DISPATCH, QUEUE,  STATUS_SUCCESS, DISPATCH_LEVEL, QUEUES_LOCK },
	{ PASSIVE_LEVEL,  DISPATCH, DISPATCH, DEVICE, STATUS_SUCCESS, DISPATCH_LEVEL, DEVICES_LOCK },
	{ DISPATCH_LEVEL, DISPATCH, INHERIT,  NONE,   STATUS_SUCCESS, DISPATCH_LEVEL, NO_LOCK },
	{ DISPATCH_LEVEL, DISPATCH, INHERIT,  QUEUE,  STATUS_SUCCESS, DISPATCH_LEVEL, QUEUES_LOCK },
	{ DISPATCH_LEVEL, DISPATCH, INHERIT,  DEVICE, STATUS_SUCCESS, DISPATCH_LEVEL, DEVICES_LOCK },
	{ DISPATCH_LEVEL, DISPATCH, PASSIVE,  NONE,   STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL, 0, NO_LOCK },
	{ DISPATCH_LEVEL, DISPATCH, PASSIVE,  QUEUE,  STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL, 0, NO_LOCK },
	{ DISPATCH_LEVEL, DISPATCH, PASSIVE,  DEVICE, STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL, 0, NO_LOCK },
	{ DISPATCH_LEVEL, DISPATCH, DISPATCH, NONE,   STATUS_SUCCESS, DISPATCH_LEVEL, NO_LOCK },
	{ DISPATCH_LEVEL, DISPATCH, DISPATCH, QUEUE,  STATUS_SUCCESS, DISPATCH_LEVEL, QUEUES_LOCK },
	{ DISPATCH_LEVEL, DISPATCH, DISPATCH, DEVICE, STATUS_SUCCESS, DISPATCH_LEVEL, DEVICES_LOCK },
};

static const struct dispatch {
	WDF_IO_QUEUE_DISPATCH_TYPE type;
	unsigned int at_once; /* of four requests, how many the driver has */
} dispatches[] = {
	{ WdfIoQueueDispatchSequential, 1 },
	{ WdfIoQueueDispatchParallel, LIMIT },
	{ WdfIoQueueDispatchManual, 0 },
};
/* clang-format on */

enum callback {
	IO,
	IO_STOP,
	IO_RESUME,
	CANCELED_ON_QUEUE,
	REQUEST_CANCEL,
	STATE,
	READY,
	CALLBACKS
};
static const char *const names[] = { "EvtIo",
				     "EvtIoStop",
				     "EvtIoResume",
				     "EvtIoCanceledOnQueue",
				     "EvtRequestCancel",
				     "a state callback",
				     "the ready callback" };

static struct io_fixture f;
static struct io_op ops[4];
static WDFQUEUE queue, aside;
static const struct row *row;
static unsigned int calls[CALLBACKS], stack; /* callbacks on the stack */
static char place[96];

static enum lock lock_held(void)
{
	const struct fx_queue *q = (void *)fx_object_at(queue);

	if (q->scope == &q->own_scope && fx_scope_is_mine(&q->own_scope))
		return QUEUES_LOCK;
	return fx_scope_is_mine(&f.io->device_scope) ? DEVICES_LOCK : NO_LOCK;
}

static void enter(enum callback which)
{
	calls[which]++;
	if (stack++)
		fail_msg("%s: %s came inside another callback", place, names[which]);
	if (fx_irql_get() != row->level)
		fail_msg("%s: %s ran at level %u", place, names[which], fx_irql_get());
	if (lock_held() != row->lock)
		fail_msg("%s: %s ran under lock %u", place, names[which], lock_held());
}

static void on_request(WDFQUEUE of, WDFREQUEST request)
{
	enter(IO);
	io_keep_request(of, request);
	stack--;
}

static void on_stop(WDFQUEUE of, WDFREQUEST request, ULONG action)
{
	(void)of;
	enter(IO_STOP);
	if (action & WdfRequestStopActionPurge)
		WdfRequestComplete(request, STATUS_CANCELLED);
	else
		WdfRequestStopAcknowledge(request, FALSE);
	stack--;
}

static void on_resume(WDFQUEUE of, WDFREQUEST request)
{
	(void)of;
	(void)request;
	enter(IO_RESUME);
	stack--;
}

static void on_canceled_on_queue(WDFQUEUE of, WDFREQUEST request)
{
	(void)of;
	enter(CANCELED_ON_QUEUE);
	WdfRequestComplete(request, STATUS_CANCELLED);
	stack--;
}

static void on_cancel(WDFREQUEST request)
{
	enter(REQUEST_CANCEL);
	WdfRequestComplete(request, STATUS_CANCELLED);
	stack--;
}

static void on_state(WDFQUEUE of, WDFCONTEXT context)
{
	(void)of;
	(void)context;
	enter(STATE);
	stack--;
}

static void on_ready(WDFQUEUE of, WDFCONTEXT context)
{
	(void)of;
	(void)context;
	enter(READY);
	stack--;
}

static NTSTATUS make_queue(WDF_IO_QUEUE_DISPATCH_TYPE type, bool power_managed)
{
	WDF_IO_QUEUE_CONFIG config;
	WDF_OBJECT_ATTRIBUTES attrs;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.SynchronizationScope = row->scope;
	attrs.ExecutionLevel = row->queue;
	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, type);
	if (type != WdfIoQueueDispatchManual)
		config.EvtIoDefault = on_request;
	if (type == WdfIoQueueDispatchParallel)
		config.Settings.Parallel.NumberOfPresentedRequests = LIMIT;
	config.EvtIoStop = on_stop;
	config.EvtIoResume = on_resume;
	config.EvtIoCanceledOnQueue = on_canceled_on_queue;
	config.PowerManaged = power_managed ? WdfTrue : WdfFalse;
	return WdfIoQueueCreate(io_fixture_device(&f), &config, &attrs, &queue);
}

static void set_up(void)
{
	struct fx_io_config config = { .level = row->driver };

	memset(calls, 0, sizeof(calls));
	stack = 0;
	io_fixture_setup(&f, &config);
	f.device->base.execution_level = (uint8_t)row->device;
	f.io->device_scope.passive = io_is_passive(f.io, row->device); /* as it was configured */
	aside = io_manual_queue(&f);
}

static void submit_four(const struct dispatch *dispatch)
{
	ULONG waiting, driver;

	for (unsigned int i = 0; i < UW_ARRAY_SIZE(ops); i++) {
		io_op_read(&ops[i], 8);
		io_submit(&f, &ops[i]);
	}
	(void)WdfIoQueueGetState(queue, &waiting, &driver);
	assert_int_equal(driver, dispatch->at_once);
	assert_int_equal(waiting + driver, UW_ARRAY_SIZE(ops));
	assert_int_equal(calls[IO], dispatch->at_once);
}

/* Each has one of the requests, however it came by it. */
static WDFREQUEST first_request(const struct dispatch *dispatch)
{
	WDFREQUEST request = io_seen.kept[0];

	if (dispatch->type != WdfIoQueueDispatchManual)
		return request;
	assert_int_equal(WdfIoQueueRetrieveNextRequest(queue, &request), STATUS_SUCCESS);
	return request;
}

static void cancel_in_the_driver(WDFREQUEST request)
{
	WdfRequestMarkCancelable(request, on_cancel);
	io_cancel(&f, &ops[0]);
	assert_int_equal(ops[0].completions, 1);
	assert_int_equal(calls[REQUEST_CANCEL], 1);
}

/* Another queue's for a while, and back on a queue that does not present. */
static void cancel_on_the_queue(const struct dispatch *dispatch)
{
	WDFREQUEST request = dispatch->type == WdfIoQueueDispatchManual ? first_request(dispatch)
									: io_seen.kept[1];

	WdfIoQueueStop(queue, NULL, NULL);
	assert_int_equal(WdfRequestForwardToIoQueue(request, aside), STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(WdfIoQueueRetrieveNextRequest(aside, &request), STATUS_SUCCESS);
	assert_int_equal(WdfRequestForwardToIoQueue(request, queue), STATUS_SUCCESS);
	io_settle(&f);
	io_cancel(&f, &ops[1]);
	assert_int_equal(ops[1].completions, 1);
	assert_int_equal(calls[CANCELED_ON_QUEUE], 1);
	WdfIoQueueStart(queue);
	io_settle(&f);
}

/* Power goes with one request in the driver's hands, and comes back. */
static void change_power(const struct dispatch *dispatch, bool power_managed)
{
	unsigned int before = calls[IO];
	struct io_op late;

	(void)first_request(dispatch); /* of a manual queue: nobody else takes one */
	fx_io_hold(f.io);
	io_op_read(&late, 8);
	io_submit(&f, &late);
	assert_int_equal(calls[IO_STOP] != 0, power_managed);
	if (power_managed)
		assert_int_equal(calls[IO], before);
	fx_io_resume(f.io);
	io_settle(&f);
	assert_int_equal(calls[IO_RESUME], calls[IO_STOP]);
	WdfIoQueuePurge(queue, on_state, NULL);
	fx_io_purge(f.io, false);
	assert_int_equal(late.completions, 1);
}

static void run(const struct dispatch *dispatch, bool power_managed)
{
	NTSTATUS status;

	snprintf(place, sizeof(place), "row %d, dispatch type %d, power-managed %d",
		 (int)(row - rows), dispatch->type, power_managed);
	set_up();
	status = make_queue(dispatch->type, power_managed);
	if (status != row->status)
		fail_msg("%s: created with status 0x%08x", place, (unsigned int)status);
	if (status == STATUS_SUCCESS) {
		if (dispatch->type == WdfIoQueueDispatchManual)
			assert_int_equal(WdfIoQueueReadyNotify(queue, on_ready, NULL),
					 STATUS_SUCCESS);
		io_fixture_start(&f);
		submit_four(dispatch);
		cancel_in_the_driver(first_request(dispatch));
		cancel_on_the_queue(dispatch);
		change_power(dispatch, power_managed);
		assert_int_equal(calls[STATE], 1);
		assert_int_equal(calls[READY] != 0, dispatch->type == WdfIoQueueDispatchManual);
	}
	io_fixture_teardown(&f);
}

static void test_table__every_combination__level_lock_and_number(void **state)
{
	(void)state;
	for (row = rows; row < rows + UW_ARRAY_SIZE(rows); row++) {
		for (unsigned int i = 0; i < UW_ARRAY_SIZE(dispatches); i++) {
			run(&dispatches[i], true);
			run(&dispatches[i], false);
		}
	}
}

/* --- what the locks mean: a driver's thread that holds one keeps the callbacks out --- */

static void test_lock_held_by_the_driver__callbacks_wait_where_it_is_theirs(void **state)
{
	static const struct row scopes[] = {
		{ .device = DISPATCH, .queue = INHERIT, .scope = NONE, .lock = NO_LOCK },
		{ .device = DISPATCH,
		  .queue = INHERIT,
		  .scope = QUEUE,
		  .level = DISPATCH_LEVEL,
		  .lock = QUEUES_LOCK },
		{ .device = DISPATCH,
		  .queue = INHERIT,
		  .scope = DEVICE,
		  .level = DISPATCH_LEVEL,
		  .lock = DEVICES_LOCK },
	};

	(void)state;
	for (row = scopes; row < scopes + UW_ARRAY_SIZE(scopes); row++) {
		WDFOBJECT object;

		assert_int_equal(exec_sim_begin(1), 0);
		set_up();
		assert_int_equal(make_queue(WdfIoQueueDispatchParallel, true), STATUS_SUCCESS);
		io_fixture_start(&f);
		object = row->scope == DEVICE ? (WDFOBJECT)io_fixture_device(&f) : (WDFOBJECT)queue;
		if (row->scope != NONE)
			WdfObjectAcquireLock(object);
		io_op_read(&ops[0], 8);
		fx_io_submit(f.file, &ops[0].packet);
		for (int i = 0; i < 200; i++) /* time enough for a wrong one */
			exec_yield();
		if (row->scope != NONE) {
			assert_int_equal(__atomic_load_n(&calls[IO], __ATOMIC_ACQUIRE), 0);
			WdfObjectReleaseLock(object);
		}
		io_settle(&f);
		assert_int_equal(calls[IO], 1);
		io_fixture_teardown(&f);
		exec_sim_end();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table__every_combination__level_lock_and_number),
		cmocka_unit_test(test_lock_held_by_the_driver__callbacks_wait_where_it_is_theirs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
