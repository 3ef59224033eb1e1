/* SPDX-License-Identifier: MIT */
/*
 * Queues against a reference (queue_model.c): random steps, each done to both, and afterwards every
 * request's state, what each queue presented in which order, its state and its callbacks are
 * the same. On the simulated executor, the test being the owner loop itself; UWDF_SEED=N runs one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/exec.h"
#include "io_fixture.h"
#include "queue_model.h"

#ifdef UW_DEBUG_LOCKS
#define SEEDS 25 /* in the slow builds */
#else
#define SEEDS 1000 /* 10000 with UWDF_LONG */
#endif
#define STEPS 1000 /* of a seed */

enum { MANUAL, SEQUENTIAL, PARALLEL, FREE_PARALLEL, FREE_MANUAL };
#define UNROUTED WdfRequestTypeMax /* routed there: for what is forwarded */

static struct io_fixture f;
static struct model m;
static WDFQUEUE queues[MODEL_QUEUES];
static struct op {
	struct io_op io;
	WDFREQUEST request; /* as the driver has it */
} ops[MODEL_OPS];
static struct real_file {
	struct fx_file *file;
	bool closed;
} files[MODEL_FILES];
static struct {
	unsigned int presented[MODEL_QUEUES][MODEL_OPS], presented_count[MODEL_QUEUES];
	unsigned int told[MODEL_QUEUES];
	unsigned int stops, resumes;
} saw;
static uint64_t seed, steps, completions, by_status[2];
static unsigned int step;
static bool purged; /* atomic */

static unsigned int pick(unsigned int bound)
{
	return (unsigned int)exec_sim_random(bound);
}

/* --- the driver --- */

static unsigned int op_of(WDFREQUEST request)
{
	struct fx_request *req = uw_container_of(fx_object_at(request), struct fx_request, base);
	struct op *op = uw_container_of(req->packet, struct op, io.packet);

	return (unsigned int)(op - ops);
}

static unsigned int index_of(WDFQUEUE queue)
{
	for (unsigned int i = 0; i < MODEL_QUEUES; i++) {
		if (queues[i] == queue)
			return i;
	}
	abort();
}

static void on_cancel(WDFREQUEST request)
{
	if (m.ops[op_of(request)].on_cancel == PLAN_COMPLETE)
		WdfRequestComplete(request, STATUS_CANCELLED);
}

static void on_request(WDFQUEUE queue, WDFREQUEST request)
{
	unsigned int op = op_of(request), q = index_of(queue);

	saw.presented[q][saw.presented_count[q]++ % MODEL_OPS] = op;
	ops[op].request = request;
	if (m.ops[op].on_present == PLAN_COMPLETE)
		WdfRequestComplete(request, STATUS_SUCCESS);
	else if (m.ops[op].on_present == PLAN_MARK &&
		 WdfRequestMarkCancelableEx(request, on_cancel) == STATUS_CANCELLED)
		WdfRequestComplete(request, STATUS_CANCELLED);
}

static void on_control(WDFQUEUE queue, WDFREQUEST request, size_t out_len, size_t in_len,
		       ULONG code)
{
	(void)out_len;
	(void)in_len;
	(void)code;
	on_request(queue, request);
}

static void on_stop(WDFQUEUE queue, WDFREQUEST request, ULONG action)
{
	enum model_plan plan = m.ops[op_of(request)].on_stop;

	(void)queue;
	saw.stops++;
	if ((action & WdfRequestStopRequestCancelable) &&
	    (plan != PLAN_KEEP || (action & WdfRequestStopActionPurge)))
		(void)WdfRequestUnmarkCancelable(request); /* nobody cancels just now */
	if (action & WdfRequestStopActionPurge)
		WdfRequestComplete(request, STATUS_CANCELLED);
	else if (plan == PLAN_COMPLETE)
		WdfRequestComplete(request, STATUS_SUCCESS);
	else
		WdfRequestStopAcknowledge(request, plan == PLAN_REQUEUE);
}

static void on_resume(WDFQUEUE queue, WDFREQUEST request)
{
	(void)queue;
	(void)request;
	saw.resumes++;
}

static void on_state(WDFQUEUE queue, WDFCONTEXT context)
{
	(void)context;
	saw.told[index_of(queue)]++;
}

static void make_queue(unsigned int i, WDF_IO_QUEUE_DISPATCH_TYPE type, unsigned int limit,
		       bool power_managed, WDF_REQUEST_TYPE requests)
{
	WDFDEVICE device = io_fixture_device(&f);
	WDF_IO_QUEUE_CONFIG config;

	WDF_IO_QUEUE_CONFIG_INIT(&config, type);
	if (type != WdfIoQueueDispatchManual)
		config.EvtIoDefault = on_request;
	if (type == WdfIoQueueDispatchParallel)
		config.EvtIoDeviceControl = on_control;
	if (type == WdfIoQueueDispatchParallel)
		config.Settings.Parallel.NumberOfPresentedRequests = limit;
	config.EvtIoStop = on_stop;
	config.EvtIoResume = on_resume;
	if (i % 2)
		config.EvtIoCanceledOnQueue = io_complete_cancelled_on_queue;
	config.PowerManaged = power_managed ? WdfTrue : WdfFalse;
	queues[i] = io_queue(&f, &config);
	if (requests != UNROUTED)
		assert_int_equal(WdfDeviceConfigureRequestDispatching(device, queues[i], requests),
				 STATUS_SUCCESS);
	m.queues[i] = (struct model_queue){ .type = type,
					    .limit = limit,
					    .power_managed = power_managed,
					    .told_of_cancel = i % 2 };
}

/* --- the same and after it --- */

/* Nobody else posts anything here: what is deferred is all there is. */
static void settle(void)
{
	do
		(void)!irq_loop_run_once(f.loop, exec_now_ns());
	while (!list_empty(&f.io->later.link) || !list_empty(&f.io->flush.link));
}

static void fail_step(const char *what, unsigned int i)
{
	fail_msg("seed %llu, step %u: %s (%u) is not as the model has it; UWDF_SEED=%llu",
		 (unsigned long long)seed, step, what, i, (unsigned long long)seed);
}

static void compare_op(unsigned int i)
{
	const struct model_op *it = &m.ops[i];

	if (it->state == OP_FREE)
		return;
	if (ops[i].io.completions != (it->state == OP_DONE))
		fail_step("a request's completion", i);
	if (it->state != OP_DONE)
		return;
	if (ops[i].io.status != it->status)
		fail_step("a request's status", i);
	completions++;
	by_status[it->status == STATUS_CANCELLED]++;
	m.ops[i].state = OP_FREE;
}

static ULONG state_of(const struct model_queue *q)
{
	ULONG state = 0;

	state |= q->refuses ? 0u : (ULONG)WdfIoQueueAcceptRequests;
	state |= q->stopped ? 0u : (ULONG)WdfIoQueueDispatchRequests;
	state |= q->waiting_count ? 0u : (ULONG)WdfIoQueueNoRequests;
	state |= q->owned_count ? 0u : (ULONG)WdfIoQueueDriverNoRequests;
	state |= m.held && q->power_managed ? (ULONG)WdfIoQueuePnpHeld : 0u;
	return state;
}

static void compare_queue(unsigned int i)
{
	const struct model_queue *q = &m.queues[i];
	ULONG waiting, driver;

	if ((ULONG)WdfIoQueueGetState(queues[i], &waiting, &driver) != state_of(q))
		fail_step("a queue's state", i);
	if (waiting != q->waiting_count || driver != q->owned_count)
		fail_step("a queue's count", i);
	if (saw.presented_count[i] != q->presented_count ||
	    memcmp(saw.presented[i], q->presented, q->presented_count * sizeof(q->presented[0])))
		fail_step("what a queue presented", i);
	if (saw.told[i] != q->told)
		fail_step("whom a queue told", i);
}

static void open_done(struct fx_open *open, NTSTATUS status, struct fx_file *file)
{
	struct real_file *it = open->packet.owner;

	assert_int_equal(status, STATUS_SUCCESS);
	it->file = file;
}

static void open_file(unsigned int i)
{
	struct fx_open open = { .done = open_done, .packet.owner = &files[i] };

	files[i].closed = false;
	fx_file_open_start((struct fx_device *)(void *)f.device, &open);
	settle();
	assert_non_null(files[i].file);
}

static void compare_file(unsigned int i)
{
	if (files[i].closed != model_file_is_over(&m, i))
		fail_step("a file's end", i);
	if (!files[i].closed)
		return;
	m.closing[i] = false;
	open_file(i);
}

static void compare(void)
{
	settle();
	for (unsigned int i = 0; i < MODEL_QUEUES; i++)
		compare_queue(i);
	if (saw.stops != m.stops || saw.resumes != m.resumes ||
	    io_seen.cancelled_on_queue != m.called_off)
		fail_step("what was stopped, resumed or called off", saw.stops);
	for (unsigned int i = 0; i < MODEL_FILES; i++)
		compare_file(i);
	for (unsigned int i = 0; i < MODEL_OPS; i++)
		compare_op(i);
	if (io_broke())
		fail_step("the verifier", 0);
	memset(saw.presented_count, 0, sizeof(saw.presented_count));
	memset(saw.told, 0, sizeof(saw.told));
	saw.stops = saw.resumes = io_seen.cancelled_on_queue = 0;
	model_begin(&m);
}

/* --- steps --- */

/* One in @state, or MODEL_OPS. */
static unsigned int some_op(enum model_state state)
{
	unsigned int from = pick(MODEL_OPS);

	for (unsigned int i = 0; i < MODEL_OPS; i++) {
		unsigned int op = (from + i) % MODEL_OPS;

		if (m.ops[op].state == state)
			return op;
	}
	return MODEL_OPS;
}

/* One that the driver may move or complete. */
static unsigned int own_op(void)
{
	unsigned int op = some_op(OP_DRIVER);

	if (op == MODEL_OPS)
		return op;
	if (m.ops[op].marked) {
		assert_int_equal(model_unmark(&m, op), STATUS_SUCCESS);
		assert_int_equal(WdfRequestUnmarkCancelable(ops[op].request), STATUS_SUCCESS);
	} else if (m.ops[op].claimed) {
		assert_int_equal(WdfRequestUnmarkCancelable(ops[op].request), STATUS_CANCELLED);
	}
	return op;
}

static bool submit(void)
{
	static const enum model_plan present[] = { PLAN_KEEP, PLAN_KEEP, PLAN_COMPLETE, PLAN_MARK };
	unsigned int op = some_op(OP_FREE), kind = pick(4);
	struct model_op *it;

	if (op == MODEL_OPS)
		return false;
	it = &m.ops[op];
	it->file = pick(MODEL_FILES);
	it->on_present = present[pick(4)];
	it->on_cancel = pick(2) ? PLAN_COMPLETE : PLAN_KEEP;
	it->on_stop = pick(3) ? (pick(2) ? PLAN_REQUEUE : PLAN_KEEP) : PLAN_COMPLETE;
	if (kind == 0)
		io_op_read(&ops[op].io, 8);
	else if (kind == 1)
		io_op_write(&ops[op].io, "x");
	else
		io_op_control(&ops[op].io, 0x222000, "c", 4);
	if (kind == 3)
		ops[op].io.packet.kind = FX_PACKET_INTERNAL_CONTROL;
	it->queue = kind; /* as the routes are */
	model_submit(&m, op);
	if (pick(2)) {
		struct fx_packet *packet = &ops[op].io.packet;

		fx_io_submit_many(files[it->file].file, &packet, 1, NULL);
	} else {
		fx_io_submit(files[it->file].file, &ops[op].io.packet);
	}
	return true;
}

static bool cancel(void)
{
	unsigned int op = some_op(pick(2) ? OP_WAITING : OP_DRIVER);

	if (op == MODEL_OPS)
		return false;
	model_cancel(&m, op);
	fx_io_cancel(&ops[op].io.packet);
	return true;
}

static bool complete(void)
{
	unsigned int op = own_op();

	if (op == MODEL_OPS)
		return false;
	model_complete(&m, op, STATUS_UNSUCCESSFUL);
	WdfRequestComplete(ops[op].request, STATUS_UNSUCCESSFUL);
	return true;
}

static bool mark(void)
{
	unsigned int op = some_op(OP_DRIVER);
	NTSTATUS expected;

	if (op == MODEL_OPS || m.ops[op].marked || m.ops[op].claimed)
		return false;
	if (pick(2)) {
		(void)model_mark(&m, op, false);
		WdfRequestMarkCancelable(ops[op].request, on_cancel);
		return true;
	}
	expected = model_mark(&m, op, true);
	assert_int_equal(WdfRequestMarkCancelableEx(ops[op].request, on_cancel), expected);
	return true;
}

static bool unmark(void)
{
	unsigned int op = some_op(OP_DRIVER);

	if (op == MODEL_OPS)
		return false;
	if (!m.ops[op].marked && !m.ops[op].claimed) {
		assert_int_equal(WdfRequestIsCanceled(ops[op].request), m.ops[op].cancelled);
		return false;
	}
	assert_int_equal(WdfRequestUnmarkCancelable(ops[op].request), model_unmark(&m, op));
	return true;
}

static bool forward(void)
{
	unsigned int op = own_op(), to = pick(MODEL_QUEUES);

	if (op == MODEL_OPS || to == m.ops[op].queue)
		return false;
	assert_int_equal(WdfRequestForwardToIoQueue(ops[op].request, queues[to]),
			 model_forward(&m, op, to));
	return true;
}

static bool requeue(void)
{
	unsigned int op = own_op();

	if (op == MODEL_OPS || m.queues[m.ops[op].queue].type != WdfIoQueueDispatchManual)
		return false;
	model_requeue(&m, op);
	assert_int_equal(WdfRequestRequeue(ops[op].request), STATUS_SUCCESS);
	return true;
}

/* Whether found first or not, the same one comes. */
static NTSTATUS retrieve_real(unsigned int q, WDFREQUEST *out)
{
	WDFREQUEST found;
	NTSTATUS status;

	if (m.queues[q].type != WdfIoQueueDispatchManual || pick(2))
		return WdfIoQueueRetrieveNextRequest(queues[q], out);
	status = WdfIoQueueFindRequest(queues[q], NULL, NULL, NULL, &found);
	if (status != STATUS_SUCCESS) /* nothing there: what retrieving says */
		return WdfIoQueueRetrieveNextRequest(queues[q], out);
	status = WdfIoQueueRetrieveFoundRequest(queues[q], found, out);
	WdfObjectDereference(found);
	return status;
}

static bool retrieve(void)
{
	unsigned int q = pick(MODEL_QUEUES), op = MODEL_OPS;
	WDFREQUEST request = NULL;
	NTSTATUS expected;

	if (m.queues[q].type == WdfIoQueueDispatchSequential && !m.queues[q].owned_count)
		return false; /* KMDF's verifier would say so */
	expected = model_retrieve(&m, q, MODEL_FILES, &op);
	assert_int_equal(retrieve_real(q, &request), expected);
	if (expected != STATUS_SUCCESS)
		return false;
	if (op_of(request) != op)
		fail_step("what was retrieved", op);
	ops[op].request = request;
	return true;
}

static bool change(void)
{
	enum model_change what = (enum model_change)pick(MODEL_START + 1);
	unsigned int i = pick(MODEL_QUEUES);
	bool stops = what == MODEL_STOP || what == MODEL_STOP_AND_PURGE;
	bool due = stops ? m.queues[i].idle_due : m.queues[i].empty_due;
	PFN_WDF_IO_QUEUE_STATE fn = !due && pick(2) ? on_state : NULL;

	model_change(&m, i, what, fn != NULL);
	if (what == MODEL_START)
		WdfIoQueueStart(queues[i]);
	else if (what == MODEL_STOP)
		WdfIoQueueStop(queues[i], fn, NULL);
	else if (what == MODEL_STOP_AND_PURGE)
		WdfIoQueueStopAndPurge(queues[i], fn, NULL);
	else if (what == MODEL_DRAIN)
		WdfIoQueueDrain(queues[i], fn, NULL);
	else
		WdfIoQueuePurge(queues[i], fn, NULL);
	return true;
}

/* A cancelled request is not stopped but waited for: nobody else would complete it here. */
static void give_up_cancelled(void)
{
	for (unsigned int op = 0; op < MODEL_OPS; op++) {
		if (m.ops[op].state != OP_DRIVER || !m.ops[op].cancelled)
			continue;
		model_complete(&m, op, STATUS_CANCELLED);
		WdfRequestComplete(ops[op].request, STATUS_CANCELLED);
		compare();
	}
}

static bool change_power(void)
{
	if (pick(3))
		return false;
	if (m.held) {
		model_resume(&m);
		fx_io_resume(f.io);
	} else {
		give_up_cancelled();
		model_hold(&m);
		fx_io_hold(f.io);
	}
	return true;
}

static void note_closed(void *arg)
{
	((struct real_file *)arg)->closed = true;
}

static bool close_file(void)
{
	unsigned int i = pick(MODEL_FILES);

	if (m.closing[i] || pick(4))
		return false;
	model_close(&m, i);
	fx_file_close_start(files[i].file, note_closed, &files[i]);
	return true;
}

/* Twice as much work comes as is taken away by any one of the others. */
static bool (*const kinds_of_step[])(void) = {
	submit, submit,  submit,  submit,   cancel,   complete, complete,     mark,
	unmark, forward, requeue, retrieve, retrieve, change,   change_power, close_file,
};

/* --- a seed --- */

static void begin(void)
{
	memset(&m, 0, sizeof(m));
	memset(ops, 0, sizeof(ops));
	memset(&saw, 0, sizeof(saw));
	/* without the verifier most go the short way */
	io_fixture_setup_here_verify(&f, NULL, seed & 1 ? "VerifierOn=0" : "");
	make_queue(MANUAL, WdfIoQueueDispatchManual, 0, true, WdfRequestTypeRead);
	make_queue(SEQUENTIAL, WdfIoQueueDispatchSequential, 1, true, WdfRequestTypeWrite);
	make_queue(PARALLEL, WdfIoQueueDispatchParallel, 3, true, WdfRequestTypeDeviceControl);
	make_queue(FREE_PARALLEL, WdfIoQueueDispatchParallel, 100, false,
		   WdfRequestTypeDeviceControlInternal);
	make_queue(FREE_MANUAL, WdfIoQueueDispatchManual, 0, false, UNROUTED);
	fx_io_resume(f.io);
	fx_io_set_started(f.io);
	fx_io_allow_open(f.io, true);
}

static void purge(void *arg)
{
	(void)arg;
	fx_io_purge(f.io, false);
	__atomic_store_n(&purged, true, __ATOMIC_RELEASE);
}

/* As PnP does: another thread waits, this one is the owner. */
static void purge_device(void)
{
	struct exec_thread_params params = { .name = "pnp", .run = purge, .node = -1 };
	struct exec_thread *thread;

	purged = false;
	assert_int_equal(exec_thread_start(&params, &thread), 0);
	while (!__atomic_load_n(&purged, __ATOMIC_ACQUIRE))
		(void)!irq_loop_run_once(f.loop, exec_deadline_ms(1));
	exec_thread_join(thread);
}

/* The device goes with everything under way: each is answered all the same. */
static void finish(void)
{
	struct fx_io_stats stats;

	give_up_cancelled();
	for (unsigned int i = 0; i < MODEL_OPS; i++)
		m.ops[i].on_cancel = PLAN_COMPLETE;
	purge_device();
	for (unsigned int i = 0; i < MODEL_OPS; i++) {
		if (m.ops[i].state != OP_FREE && ops[i].io.completions != 1)
			fail_step("a request at the end", i);
	}
	for (unsigned int i = 0; i < MODEL_FILES; i++) {
		if (!m.closing[i])
			fx_file_close_start(files[i].file, note_closed, &files[i]);
		assert_true(files[i].closed);
	}
	stats = fx_io_stats(f.io);
	assert_int_equal(stats.submitted, stats.completed);
	assert_int_equal(stats.queued_now + stats.driver_owned_now + stats.open_files, 0);
	io_fixture_teardown(&f);
}

static void run_seed(void)
{
	assert_int_equal(exec_sim_begin(seed), 0);
	begin();
	for (unsigned int i = 0; i < MODEL_FILES; i++)
		open_file(i);
	for (step = 0; step < STEPS; step++) {
		while (!kinds_of_step[pick(UW_ARRAY_SIZE(kinds_of_step))]())
			;
		compare();
	}
	steps += STEPS;
	finish();
	exec_sim_end();
}

static void test_random_steps__as_the_model_has_it(void **state)
{
	const char *only = getenv("UWDF_SEED");               // NOLINT(concurrency-mt-unsafe)
	uint64_t seeds = getenv("UWDF_LONG") ? 10000 : SEEDS; // NOLINT(concurrency-mt-unsafe)

	(void)state;
	seed = only ? strtoull(only, NULL, 10) : 1;
	for (uint64_t last = only ? seed : seeds; seed <= last; seed++)
		run_seed();
	print_message("seeds 1 to %llu, %llu steps, %llu requests completed, %llu cancelled\n",
		      (unsigned long long)(seed - 1), (unsigned long long)steps,
		      (unsigned long long)completions, (unsigned long long)by_status[1]);
	assert_true(by_status[0] > steps / 50 && by_status[1] > steps / 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_steps__as_the_model_has_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
