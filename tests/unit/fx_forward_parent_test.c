/* SPDX-License-Identifier: MIT */
/*
 * Requests of a child device that its driver forwards to a queue of the parent: what it may
 * forward, what stays with a request, and what cancels it there. From the reference page of
 * WdfRequestForwardToParentDeviceIoQueue and "Requeuing I/O Requests". The lower device of the
 * fixture is the parent.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "target_fixture.h"

typedef struct CHILD_CONTEXT {
	int number;
	char rest[28];
} CHILD_CONTEXT;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(CHILD_CONTEXT, child_context)

static struct target_fixture t;
static unsigned int cleanups;
static char order[64]; /* the end of a request, as each part of it is seen */

static void note(const char *what)
{
	if (strlen(order) + strlen(what) < sizeof(order))
		strcat(order, what);
}

static void note_destroy(WDFOBJECT request)
{
	(void)request;
	note("destroy ");
}

static void note_client(struct fx_packet *packet, NTSTATUS status, size_t information)
{
	(void)packet;
	(void)status;
	(void)information;
	note("client ");
}

static void count_cleanup(WDFOBJECT request)
{
	(void)request;
	cleanups++;
	note("cleanup ");
}

static void begin(bool allowed)
{
	struct fx_io_config config = { .to_parent = allowed };

	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&config.request_attributes, CHILD_CONTEXT);
	config.request_attributes.EvtCleanupCallback = count_cleanup;
	config.request_attributes.EvtDestroyCallback = note_destroy;
	cleanups = 0;
	memset(&io_seen, 0, sizeof(io_seen));
	target_setup_config(&t, true, &config, "");
	fx_io_set_parent(t.f.io, t.lower->io);
}

static int setup(void **state)
{
	(void)state;
	begin(true);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	target_settle(&t);
	assert_false(io_broke());
	target_teardown(&t);
	return 0;
}

static NTSTATUS forward_to(WDFREQUEST request, WDFQUEUE queue)
{
	WDF_REQUEST_FORWARD_OPTIONS options;

	WDF_REQUEST_FORWARD_OPTIONS_INIT(&options);
	return WdfRequestForwardToParentDeviceIoQueue(request, queue, &options);
}

struct forwarding {
	WDFREQUEST request;
	WDFQUEUE queue;
	NTSTATUS status;
};

static void forward_now(void *arg)
{
	struct forwarding *f = arg;

	f->status = forward_to(f->request, f->queue);
}

/* The child's driver got @op and forwarded it, in a DPC. */
static void forward_op(struct io_op *op, WDFQUEUE queue)
{
	struct forwarding f = { .queue = queue };

	io_submit(&t.f, op);
	f.request = io_seen.last;
	io_on_owner(&t.f, forward_now, &f);
	assert_int_equal(f.status, STATUS_SUCCESS);
	target_settle(&t);
}

static WDFQUEUE parent_queue(PWDF_IO_QUEUE_CONFIG config)
{
	WDFQUEUE queue;

	assert_int_equal(WdfIoQueueCreate((WDFDEVICE)fx_object_handle(&t.lower->base), config,
					  WDF_NO_OBJECT_ATTRIBUTES, &queue),
			 STATUS_SUCCESS);
	return queue;
}

static WDFQUEUE manual_of_parent(void)
{
	WDF_IO_QUEUE_CONFIG config;

	WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchManual);
	config.EvtIoCanceledOnQueue = io_complete_cancelled_on_queue;
	return parent_queue(&config);
}

static ULONG waiting_in(WDFQUEUE queue)
{
	ULONG waiting = 0;

	(void)WdfIoQueueGetState(queue, &waiting, NULL);
	return waiting;
}

/* --- what is forwarded --- */

static void test_forwarded__parents_queue_has_the_same_request(void **state)
{
	static struct io_op op;
	WDFREQUEST request;

	(void)state;
	memcpy(target_below.text, "answer", 7);
	op = (struct io_op){ 0 };
	io_op_control(&op, TARGET_CODE, "question", sizeof(op.out));
	io_submit(&t.f, &op);
	request = io_seen.last;
	child_context(request)->number = 7;
	assert_int_equal(forward_to(request, t.queue), STATUS_SUCCESS);
	target_settle(&t);
	assert_int_equal(target_below.came, 1);
	assert_ptr_equal(target_below.kept[0], request);
	assert_ptr_equal(WdfRequestGetIoQueue(request), t.queue);
	assert_int_equal(target_below.params.Type, WdfRequestTypeDeviceControl);
	assert_int_equal(target_below.params.Parameters.DeviceIoControl.IoControlCode, TARGET_CODE);
	assert_string_equal(target_below.got, "question");
	assert_int_equal(child_context(request)->number, 7);
	assert_int_equal(cleanups, 0);
	target_complete(&t, 0, STATUS_SUCCESS, 7);
	assert_int_equal(op.completions, 1);
	assert_int_equal(op.status, STATUS_SUCCESS);
	assert_int_equal(op.information, 7);
	assert_string_equal(op.out, "answer");
	assert_int_equal(cleanups, 1);
}

static void test_forwarded__what_the_child_wrote_into_the_buffer_stays(void **state)
{
	static struct io_op op;
	void *buffer;

	(void)state;
	op = (struct io_op){ 0 };
	io_op_control(&op, TARGET_CODE, "question", 0);
	io_submit(&t.f, &op);
	assert_int_equal(WdfRequestRetrieveInputBuffer(io_seen.last, 1, &buffer, NULL),
			 STATUS_SUCCESS);
	memcpy(buffer, "QUEST", 5);
	assert_int_equal(forward_to(io_seen.last, t.queue), STATUS_SUCCESS);
	target_settle(&t);
	assert_string_equal(target_below.got, "QUESTion");
	target_complete(&t, 0, STATUS_SUCCESS, 0);
}

static void test_after_completion__slot_is_the_childs_again(void **state)
{
	static struct io_op op;
	WDFREQUEST first;

	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		op = (struct io_op){ 0 };
		io_op_read(&op, 8);
		io_submit(&t.f, &op);
		first = io_seen.last;
		assert_int_equal(child_context(first)->number, 0);
		child_context(first)->number = 1;
		assert_int_equal(forward_to(first, t.queue), STATUS_SUCCESS);
		target_settle(&t);
		assert_ptr_equal(target_below.kept[i], first);
		target_complete(&t, i, STATUS_SUCCESS, 0);
		assert_int_equal(op.completions, 1);
	}
	assert_int_equal(cleanups, 3);
	assert_int_equal(fx_io_stats(t.lower->io).completed, 3);
	assert_int_equal(fx_io_stats(t.lower->io).submitted, 3);
	assert_int_equal(fx_io_stats(t.f.io).submitted, 0);
}

static void test_parent__forwards_on_and_requeues(void **state)
{
	WDFQUEUE manual = manual_of_parent();
	static struct io_op op;
	WDFREQUEST request;

	(void)state;
	op = (struct io_op){ 0 };
	io_op_read(&op, 8);
	forward_op(&op, t.queue);
	assert_int_equal(WdfRequestForwardToIoQueue(target_below.kept[0], manual), STATUS_SUCCESS);
	target_settle(&t);
	assert_int_equal(WdfIoQueueRetrieveNextRequest(manual, &request), STATUS_SUCCESS);
	assert_ptr_equal(request, target_below.kept[0]);
	assert_int_equal(WdfRequestRequeue(request), STATUS_SUCCESS);
	target_settle(&t);
	assert_int_equal(waiting_in(manual), 1);
	assert_int_equal(WdfIoQueueRetrieveNextRequest(manual, &request), STATUS_SUCCESS);
	target_complete(&t, 0, STATUS_SUCCESS, 0);
	assert_int_equal(op.completions, 1);
}

static void test_parent__cannot_forward_to_its_own_parent(void **state)
{
	static struct io_op op;

	(void)state;
	op = (struct io_op){ 0 };
	io_op_read(&op, 8);
	forward_op(&op, t.queue);
	assert_int_equal(forward_to(target_below.kept[0], t.queue), STATUS_INVALID_DEVICE_REQUEST);
	assert_true(io_broke());
	target_complete(&t, 0, STATUS_SUCCESS, 0);
	assert_int_equal(op.completions, 1);
}

static void test_completed_by_the_parent__destroyed_after_its_client(void **state)
{
	static struct io_op op;

	(void)state;
	io_op_read(&op, 8);
	op.packet.complete = note_client;
	forward_op(&op, t.queue);
	order[0] = '\0';
	target_complete(&t, 0, STATUS_SUCCESS, 0);
	target_settle(&t);
	assert_string_equal(order, "cleanup client destroy ");
}

/* --- what is not --- */

static void refused(WDFREQUEST request, WDFQUEUE queue)
{
	uint32_t before = fx_verifier_breaks_of(t.f.driver, FX_RULE_FORWARD_TO_PARENT);

	assert_int_equal(forward_to(request, queue), STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(fx_verifier_breaks_of(t.f.driver, FX_RULE_FORWARD_TO_PARENT), before + 1);
	(void)io_broke();
}

static void test_not_allowed_by_the_init__refused_and_kept(void **state)
{
	static struct io_op op;

	(void)state;
	begin(false);
	op = (struct io_op){ 0 };
	io_op_read(&op, 8);
	io_submit(&t.f, &op);
	refused(io_seen.last, t.queue);
	WdfRequestComplete(io_seen.last, STATUS_SUCCESS);
	io_settle(&t.f);
	assert_int_equal(op.completions, 1);
}

static void test_queue_of_the_child__refused_and_kept(void **state)
{
	WDFQUEUE manual = io_manual_queue(&t.f);
	static struct io_op op;

	(void)state;
	op = (struct io_op){ 0 };
	io_op_read(&op, 8);
	io_submit(&t.f, &op);
	refused(io_seen.last, manual);
	refused(io_seen.last, WdfRequestGetIoQueue(io_seen.last));
	WdfRequestComplete(io_seen.last, STATUS_SUCCESS);
	io_settle(&t.f);
	assert_int_equal(op.completions, 1);
}

static void test_request_of_the_drivers_own__refused(void **state)
{
	WDFREQUEST own = target_request(&t);

	(void)state;
	refused(own, t.queue);
	WdfObjectDelete(own);
}

static void test_queue_without_a_handler__refused_and_kept(void **state)
{
	WDF_IO_QUEUE_CONFIG config;
	static struct io_op op;
	WDFQUEUE writes;

	(void)state;
	WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchParallel);
	config.EvtIoWrite = (PFN_WDF_IO_QUEUE_IO_WRITE)(void *)io_keep_request;
	writes = parent_queue(&config);
	op = (struct io_op){ 0 };
	io_op_read(&op, 8);
	io_submit(&t.f, &op);
	assert_int_equal(forward_to(io_seen.last, writes), STATUS_INVALID_DEVICE_REQUEST);
	assert_true(io_broke());
	WdfRequestComplete(io_seen.last, STATUS_SUCCESS);
	io_settle(&t.f);
	assert_int_equal(op.completions, 1);
}

static void test_queue_that_accepts_nothing__busy_and_kept(void **state)
{
	static struct io_op op;

	(void)state;
	WdfIoQueueDrainSynchronously(t.queue);
	op = (struct io_op){ 0 };
	io_op_read(&op, 8);
	io_submit(&t.f, &op);
	assert_int_equal(forward_to(io_seen.last, t.queue), STATUS_WDF_BUSY);
	assert_ptr_equal(WdfRequestGetIoQueue(io_seen.last),
			 WdfDeviceGetDefaultQueue(io_fixture_device(&t.f)));
	WdfIoQueueStart(t.queue);
	assert_int_equal(forward_to(io_seen.last, t.queue), STATUS_SUCCESS);
	target_settle(&t);
	target_complete(&t, 0, STATUS_SUCCESS, 0);
	assert_int_equal(op.completions, 1);
}

static void test_marked_cancelable__refused_and_kept(void **state)
{
	static struct io_op op;

	(void)state;
	op = (struct io_op){ 0 };
	io_op_read(&op, 8);
	io_submit(&t.f, &op);
	WdfRequestMarkCancelable(io_seen.last, io_cancel_completes);
	assert_int_equal(forward_to(io_seen.last, t.queue), STATUS_INVALID_DEVICE_REQUEST);
	assert_true(io_broke());
	assert_int_equal(WdfRequestUnmarkCancelable(io_seen.last), STATUS_SUCCESS);
	WdfRequestComplete(io_seen.last, STATUS_SUCCESS);
	io_settle(&t.f);
	assert_int_equal(op.completions, 1);
}

static void test_no_longer_the_childs__refused(void **state)
{
	static struct io_op op;

	(void)state;
	op = (struct io_op){ 0 };
	io_op_read(&op, 8);
	forward_op(&op, manual_of_parent());
	assert_int_equal(forward_to(io_seen.last, t.queue), STATUS_INVALID_DEVICE_REQUEST);
	assert_true(io_broke());
}

/* --- cancelled, stopped, purged --- */

static void test_cancel__waiting_in_the_parents_queue__driver_had_it_and_is_told(void **state)
{
	WDFQUEUE manual = manual_of_parent();
	static struct io_op op;

	(void)state;
	op = (struct io_op){ 0 };
	io_op_read(&op, 8);
	forward_op(&op, manual);
	assert_int_equal(waiting_in(manual), 1);
	io_cancel(&t.f, &op);
	assert_int_equal(io_seen.cancelled_on_queue, 1);
	assert_int_equal(op.completions, 1);
	assert_int_equal(op.status, STATUS_CANCELLED);
	assert_int_equal(cleanups, 1);
}

static void test_cancel__marked_by_the_parent__its_callback_runs(void **state)
{
	static struct io_op op;

	(void)state;
	target_below.marks = true;
	op = (struct io_op){ 0 };
	io_op_read(&op, 8);
	forward_op(&op, t.queue);
	io_cancel(&t.f, &op);
	assert_int_equal(target_below.cancelled, 1);
	assert_int_equal(op.completions, 1);
	assert_int_equal(op.status, STATUS_CANCELLED);
}

static void test_cancel__before_it_is_forwarded__parent_never_has_it(void **state)
{
	static struct io_op op;

	(void)state;
	op = (struct io_op){ 0 };
	io_op_read(&op, 8);
	io_submit(&t.f, &op);
	io_cancel(&t.f, &op);
	assert_int_equal(op.completions, 0);
	assert_int_equal(forward_to(io_seen.last, t.queue), STATUS_SUCCESS);
	target_settle(&t);
	assert_int_equal(target_below.came, 0);
	assert_int_equal(op.completions, 1);
	assert_int_equal(op.status, STATUS_CANCELLED);
}

static void test_parents_queue_stopped__waits_until_it_is_started(void **state)
{
	static struct io_op op;

	(void)state;
	WdfIoQueueStopSynchronously(t.queue);
	op = (struct io_op){ 0 };
	io_op_read(&op, 8);
	forward_op(&op, t.queue);
	assert_int_equal(target_below.came, 0);
	WdfIoQueueStart(t.queue);
	target_settle(&t);
	assert_int_equal(target_below.came, 1);
	target_complete(&t, 0, STATUS_SUCCESS, 0);
	assert_int_equal(op.completions, 1);
}

static void test_parents_queue_purged__cancelled(void **state)
{
	WDFQUEUE manual = manual_of_parent();
	static struct io_op op;

	(void)state;
	op = (struct io_op){ 0 };
	io_op_read(&op, 8);
	forward_op(&op, manual);
	WdfIoQueuePurgeSynchronously(manual);
	target_settle(&t);
	assert_int_equal(op.completions, 1);
	assert_int_equal(op.status, STATUS_CANCELLED);
}

static void test_parent_loses_power__its_queue_holds_the_childs_request(void **state)
{
	static struct io_op op;

	(void)state;
	fx_io_hold(t.lower->io);
	op = (struct io_op){ 0 };
	io_op_read(&op, 8);
	forward_op(&op, t.queue);
	assert_int_equal(target_below.came, 0);
	fx_io_resume(t.lower->io);
	target_settle(&t);
	assert_int_equal(target_below.came, 1);
	target_complete(&t, 0, STATUS_SUCCESS, 0);
	assert_int_equal(op.completions, 1);
}

/* --- the child goes --- */

static void close_it(void *arg)
{
	(void)arg;
	__atomic_store_n(&t.f.file, NULL, __ATOMIC_RELEASE);
}

static void test_file_closed__parent_marked_it__cancelled_then_closed(void **state)
{
	static struct io_op op;

	(void)state;
	target_below.marks = true;
	op = (struct io_op){ 0 };
	io_op_read(&op, 8);
	forward_op(&op, t.queue);
	fx_file_close_start(t.f.file, close_it, NULL);
	target_settle(&t);
	assert_int_equal(op.completions, 1);
	assert_int_equal(op.status, STATUS_CANCELLED);
	assert_null(__atomic_load_n(&t.f.file, __ATOMIC_ACQUIRE));
	assert_int_equal(fx_io_stats(t.f.io).open_files, 0);
}

static void test_file_closed__parent_keeps_it__close_waits_for_the_parent(void **state)
{
	static struct io_op op;

	(void)state;
	op = (struct io_op){ 0 };
	io_op_read(&op, 8);
	forward_op(&op, t.queue);
	fx_file_close_start(t.f.file, close_it, NULL);
	target_settle(&t);
	assert_int_equal(op.completions, 0);
	assert_non_null(__atomic_load_n(&t.f.file, __ATOMIC_ACQUIRE));
	assert_true(WdfRequestIsCanceled(target_below.kept[0]));
	target_complete(&t, 0, STATUS_CANCELLED, 0);
	assert_int_equal(op.completions, 1);
	assert_null(__atomic_load_n(&t.f.file, __ATOMIC_ACQUIRE));
}

static void test_child_purged__what_waits_in_the_parents_queue_is_cancelled(void **state)
{
	WDFQUEUE manual = manual_of_parent();
	static struct io_op op;

	(void)state;
	op = (struct io_op){ 0 };
	io_op_read(&op, 8);
	forward_op(&op, manual);
	fx_io_purge(t.f.io, false);
	assert_int_equal(op.completions, 1);
	assert_int_equal(op.status, STATUS_CANCELLED);
	assert_int_equal(waiting_in(manual), 0);
}

#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_forwarded__parents_queue_has_the_same_request),
		T(test_forwarded__what_the_child_wrote_into_the_buffer_stays),
		T(test_after_completion__slot_is_the_childs_again),
		T(test_parent__forwards_on_and_requeues),
		T(test_completed_by_the_parent__destroyed_after_its_client),
		T(test_parent__cannot_forward_to_its_own_parent),
		cmocka_unit_test_setup_teardown(test_not_allowed_by_the_init__refused_and_kept,
						NULL, teardown),
		T(test_queue_of_the_child__refused_and_kept),
		T(test_request_of_the_drivers_own__refused),
		T(test_queue_without_a_handler__refused_and_kept),
		T(test_queue_that_accepts_nothing__busy_and_kept),
		T(test_marked_cancelable__refused_and_kept),
		T(test_no_longer_the_childs__refused),
		T(test_cancel__waiting_in_the_parents_queue__driver_had_it_and_is_told),
		T(test_cancel__marked_by_the_parent__its_callback_runs),
		T(test_cancel__before_it_is_forwarded__parent_never_has_it),
		T(test_parents_queue_stopped__waits_until_it_is_started),
		T(test_parents_queue_purged__cancelled),
		T(test_parent_loses_power__its_queue_holds_the_childs_request),
		T(test_file_closed__parent_marked_it__cancelled_then_closed),
		T(test_file_closed__parent_keeps_it__close_waits_for_the_parent),
		T(test_child_purged__what_waits_in_the_parents_queue_is_cancelled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
