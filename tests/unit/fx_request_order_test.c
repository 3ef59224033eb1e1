/* SPDX-License-Identifier: MIT */
/*
 * The end of a WDFREQUEST, in the order in which each part of it is seen: cleanups of what is below
 * it, its own EvtCleanup, then its client has it back, then EvtDestroy. "Framework Object Life
 * Cycle", EVT_WDF_OBJECT_CONTEXT_CLEANUP, EVT_WDF_OBJECT_CONTEXT_DESTROY; KMDF's own reference on a
 * request is there until its IRP is completed.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/exec.h"
#include "target_fixture.h"

#define IN_ORDER "child child child cleanup context client destroy context-destroy "

typedef struct NOTE {
	const char *cleanup, *destroy;
} NOTE;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(NOTE, note_of)

static struct io_fixture f;
static struct target_fixture t;
static struct io_op op;
static char events[512];
static bool with_children;
static WDFREQUEST held;

/* Mostly one thread at a time: that of the loop, or the test while the loop has nothing to do. */
static void event(const char *what)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	size_t at;

	pthread_mutex_lock(&lock);
	at = strlen(events);
	(void)snprintf(events + at, sizeof(events) - at, "%s ", what);
	pthread_mutex_unlock(&lock);
}

static void expect_events(const char *expected)
{
	assert_string_equal(events, expected);
	events[0] = '\0';
}

/* --- what notes its end --- */

static void on_cleanup(WDFOBJECT object)
{
	(void)object;
	event("cleanup");
}

static void on_destroy(WDFOBJECT object)
{
	(void)object;
	event("destroy");
}

static void on_context_cleanup(WDFOBJECT object)
{
	(void)object;
	event("context");
}

static void on_context_destroy(WDFOBJECT object)
{
	(void)object;
	event("context-destroy");
}

static void on_note(WDFOBJECT object)
{
	event(note_of(object)->cleanup);
}

static void attributes_of(WDF_OBJECT_ATTRIBUTES *attrs, WDFREQUEST parent)
{
	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(attrs, NOTE);
	attrs->EvtCleanupCallback = on_note;
	attrs->ParentObject = parent;
}

/* The last one made is cleaned first. */
static void make_children(WDFREQUEST request)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFSPINLOCK lock;
	WDFMEMORY memory;
	WDFOBJECT object;

	attributes_of(&attrs, request);
	assert_int_equal(WdfObjectCreate(&attrs, &object), STATUS_SUCCESS);
	note_of(object)->cleanup = "child";
	assert_int_equal(WdfSpinLockCreate(&attrs, &lock), STATUS_SUCCESS);
	note_of(lock)->cleanup = "child";
	assert_int_equal(WdfMemoryCreate(&attrs, NonPagedPoolNx, 1, 16, &memory, NULL),
			 STATUS_SUCCESS);
	note_of(memory)->cleanup = "child";
}

/* A context more, as a driver adds it later. */
static void decorate(WDFREQUEST request)
{
	WDF_OBJECT_ATTRIBUTES attrs;

	held = request;
	if (!with_children)
		return;
	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attrs, NOTE);
	attrs.EvtCleanupCallback = on_context_cleanup;
	attrs.EvtDestroyCallback = on_context_destroy;
	assert_int_equal(WdfObjectAllocateContext(request, &attrs, NULL), STATUS_SUCCESS);
	make_children(request);
}

/* --- the device and its client --- */

static void client_has_it(struct fx_packet *packet, NTSTATUS status, size_t information)
{
	(void)packet;
	event("client");
	op.status = status;
	op.information = information;
	__atomic_add_fetch(&op.completions, 1, __ATOMIC_RELEASE);
}

static struct fx_io_config noting_config(void)
{
	struct fx_io_config config = { 0 };

	WDF_OBJECT_ATTRIBUTES_INIT(&config.request_attributes);
	config.request_attributes.EvtCleanupCallback = on_cleanup;
	config.request_attributes.EvtDestroyCallback = on_destroy;
	return config;
}

static void keep(WDFQUEUE queue, WDFREQUEST request)
{
	(void)queue;
	decorate(request);
}

static void complete_there(WDFQUEUE queue, WDFREQUEST request)
{
	(void)queue;
	decorate(request);
	WdfRequestComplete(request, STATUS_SUCCESS);
}

static void on_cancel(WDFREQUEST request)
{
	WdfRequestComplete(request, STATUS_CANCELLED);
}

static void mark(WDFQUEUE queue, WDFREQUEST request)
{
	(void)queue;
	decorate(request);
	WdfRequestMarkCancelable(request, on_cancel);
}

static void give_up(WDFQUEUE queue, WDFREQUEST request, ULONG action)
{
	(void)queue;
	(void)action;
	WdfRequestComplete(request, STATUS_DEVICE_REMOVED);
}

static void up_with(PFN_WDF_IO_QUEUE_IO_DEFAULT callback)
{
	const struct fx_io_config config = noting_config();
	WDF_IO_QUEUE_CONFIG parallel;

	io_fixture_setup(&f, &config);
	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&parallel, WdfIoQueueDispatchParallel);
	parallel.EvtIoDefault = callback;
	parallel.EvtIoStop = give_up;
	parallel.EvtIoCanceledOnQueue = io_complete_cancelled_on_queue;
	(void)io_queue(&f, &parallel);
	io_fixture_start(&f);
	events[0] = '\0';
	with_children = true;
}

static void submit(void)
{
	io_op_read(&op, 8);
	op.packet.complete = client_has_it;
	io_submit(&f, &op);
}

static void down(void)
{
	events[0] = '\0';
	io_fixture_teardown(&f);
}

/* --- however it is completed --- */

static void test_completed_in_its_callback__in_order(void **state)
{
	(void)state;
	up_with(complete_there);
	submit();
	expect_events(IN_ORDER);
	submit(); /* the slot was put together again */
	expect_events(IN_ORDER);
	down();
}

static void test_completed_by_another_thread__in_order(void **state)
{
	(void)state;
	up_with(keep);
	submit();
	expect_events("");
	WdfRequestComplete(held, STATUS_SUCCESS);
	io_settle(&f);
	expect_events(IN_ORDER);
	down();
}

static void complete_held(void *arg)
{
	(void)arg;
	WdfRequestCompleteWithPriorityBoost(held, STATUS_UNSUCCESSFUL, 0);
	/* nothing of a callback's own is the client's before it returned */
	event("returned");
}

static void test_completed_on_the_loop__in_order_after_the_driver_returned(void **state)
{
	(void)state;
	up_with(keep);
	submit();
	io_on_owner(&f, complete_held, NULL);
	io_settle(&f);
	expect_events("child child child cleanup context returned client destroy "
		      "context-destroy ");
	assert_int_equal(op.status, STATUS_UNSUCCESSFUL);
	down();
}

static void test_completed__callbacks_of_the_device_s_attributes_alone__in_order(void **state)
{
	(void)state;
	up_with(complete_there);
	with_children = false;
	submit();
	expect_events("cleanup client destroy ");
	down();
}

static void test_cancelled_by_its_client__in_order(void **state)
{
	(void)state;
	up_with(mark);
	submit();
	io_cancel(&f, &op);
	assert_int_equal(op.status, STATUS_CANCELLED);
	expect_events(IN_ORDER);
	down();
}

static void test_purged__in_order(void **state)
{
	(void)state;
	up_with(mark);
	submit();
	WdfIoQueuePurgeSynchronously(WdfRequestGetIoQueue(held));
	io_settle(&f);
	expect_events(IN_ORDER);
	down();
}

static void test_device_goes__in_order(void **state)
{
	(void)state;
	up_with(keep);
	submit();
	fx_io_purge(f.io, false);
	io_settle(&f);
	expect_events(IN_ORDER);
	down();
}

static void test_referenced__destroyed_at_the_last_one(void **state)
{
	(void)state;
	up_with(keep);
	submit();
	WdfObjectReference(held);
	WdfRequestComplete(held, STATUS_SUCCESS);
	io_settle(&f);
	expect_events("child child child cleanup context client ");
	WdfObjectDereference(held);
	expect_events("destroy context-destroy ");
	io_settle(&f);
	submit();
	WdfRequestComplete(held, STATUS_SUCCESS);
	io_settle(&f);
	expect_events(IN_ORDER);
	down();
}

static void release_in_cleanup(WDFOBJECT object)
{
	event("cleanup");
	WdfObjectDereference(object);
}

static void
test_reference_given_up_in_cleanup__destroyed_after_the_client_all_the_same(void **state)
{
	struct fx_io_config config = noting_config();

	(void)state;
	config.request_attributes.EvtCleanupCallback = release_in_cleanup;
	io_fixture_setup(&f, &config);
	(void)io_default_queue(&f);
	io_fixture_start(&f);
	events[0] = '\0';
	submit();
	WdfObjectReference(io_seen.last);
	WdfRequestComplete(io_seen.last, STATUS_SUCCESS);
	io_settle(&f);
	expect_events("cleanup client destroy ");
	down();
}

/* --- a client on the loop --- */

static void submit_and_reap(void *arg)
{
	struct fx_packet *packets[] = { &op.packet };
	(void)arg;
	fx_io_submit_many(f.file, packets, 1, NULL);
	event("submitted");
	fx_io_reap(f.file);
}

static void test_client_on_the_loop__in_order(void **state)
{
	(void)state;
	up_with(complete_there);
	io_op_read(&op, 8);
	op.packet.complete = client_has_it;
	assert_true(fx_io_call(f.file, submit_and_reap, NULL));
	expect_events("child child child cleanup context submitted client destroy "
		      "context-destroy ");
	down();
}

/* --- a client that has more to do from its completion --- */

static struct io_op second;

static void second_is_back(struct fx_packet *packet, NTSTATUS status, size_t information)
{
	(void)packet;
	(void)status;
	(void)information;
	event("client-2");
}

static void submit_second(struct fx_packet *packet, NTSTATUS status, size_t information)
{
	(void)packet;
	(void)status;
	(void)information;
	event("client");
	fx_io_submit(f.file, &second.packet);
}

static void submit_second_and_many(struct fx_packet *packet, NTSTATUS status, size_t information)
{
	struct fx_packet *next[] = { &second.packet };

	(void)packet;
	(void)status;
	(void)information;
	event("client");
	fx_io_submit_many(f.file, next, 1, NULL);
}

static void up_with_two(void (*complete)(struct fx_packet *packet, NTSTATUS status,
					 size_t information))
{
	up_with(complete_there);
	with_children = false;
	io_op_read(&op, 8);
	io_op_read(&second, 8);
	op.packet.complete = complete;
	second.packet.complete = second_is_back;
}

static void submit_first_and_reap(void *arg)
{
	struct fx_packet *packets[] = { &op.packet };

	(void)arg;
	fx_io_submit_many(f.file, packets, 1, NULL);
	fx_io_reap(f.file);
}

static void test_next_from_the_completion__destroyed_after_its_own_client(void **state)
{
	(void)state;
	up_with_two(submit_second);
	fx_io_submit(f.file, &op.packet);
	io_settle(&f);
	expect_events("cleanup client cleanup destroy client-2 destroy ");
	down();
}

static void test_next_burst_from_the_completion__destroyed_after_its_own_client(void **state)
{
	(void)state;
	up_with_two(submit_second_and_many);
	assert_true(fx_io_call(f.file, submit_first_and_reap, NULL));
	io_settle(&f);
	expect_events("cleanup client cleanup destroy client-2 destroy ");
	down();
}

/* --- a cancel that is on its way --- */

static void *cancel_it(void *arg)
{
	(void)arg;
	fx_io_cancel(&op.packet);
	return NULL;
}

static void complete_after_the_cancel_was_posted(void *arg)
{
	pthread_t cancels;

	(void)arg;
	assert_int_equal(pthread_create(&cancels, NULL, cancel_it, NULL), 0);
	assert_int_equal(pthread_join(cancels, NULL), 0);
	WdfRequestComplete(held, STATUS_SUCCESS);
}

static void test_cancel_on_its_way__destroyed_after_the_client(void **state)
{
	(void)state;
	up_with(keep);
	with_children = false;
	submit();
	io_on_owner(&f, complete_after_the_cancel_was_posted, NULL);
	io_settle(&f);
	expect_events("cleanup client destroy ");
	down();
}

/* --- EvtDestroy that waits for the device below, on the same loop --- */

static void wait_below(WDFOBJECT object)
{
	NTSTATUS status = WdfIoTargetSendIoctlSynchronously(t.target, NULL, TARGET_CODE, NULL, NULL,
							    NULL, NULL);

	(void)object;
	event(NT_SUCCESS(status) ? "waited" : "failed");
}

static void complete_all(void *arg)
{
	(void)arg;
	while (io_seen.kept_count)
		WdfRequestComplete(io_seen.kept[--io_seen.kept_count], STATUS_SUCCESS);
}

static void test_destroy_waits__others_end_all_the_same(void **state)
{
	struct fx_io_config config = noting_config();
	struct io_op *both[] = { &op, &second };

	(void)state;
	config.request_attributes.EvtDestroyCallback = wait_below;
	target_setup_config(&t, true, &config, "");
	target_below.completes = true;
	target_below.information = 0;
	events[0] = '\0';
	for (unsigned int i = 0; i < 2; i++) {
		io_op_read(both[i], 8);
		both[i]->packet.complete = client_has_it;
		fx_io_submit(t.f.file, &both[i]->packet);
	}
	target_settle(&t);
	io_on_owner(&t.f, complete_all, NULL);
	target_settle(&t);
	expect_events("cleanup cleanup client client waited waited ");
	(void)io_broke();
	target_teardown(&t);
}

/* Many of them: each after its own client, and all their slots can be used again. */
#define MANY 200u
static void test_many__all_slots_come_back(void **state)
{
	(void)state;
	up_with(complete_there);
	with_children = false;
	for (unsigned int i = 0; i < MANY; i++) {
		submit();
		expect_events("cleanup client destroy ");
	}
	down();
}

/* --- those that the driver makes --- */

static WDFREQUEST made;

static void make_one(void)
{
	WDF_OBJECT_ATTRIBUTES attrs;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = io_fixture_device(&t.f);
	attrs.EvtCleanupCallback = on_cleanup;
	attrs.EvtDestroyCallback = on_destroy;
	assert_int_equal(WdfRequestCreate(&attrs, t.target, &made), STATUS_SUCCESS);
	with_children = true;
	decorate(made);
	events[0] = '\0';
}

static void routine_notes(struct target_sent *sent)
{
	(void)sent;
	event("routine");
}

static void routine_deletes(struct target_sent *sent)
{
	event("routine");
	WdfObjectDelete(sent->request);
	event("returns");
}

static int setup_targets(void **state)
{
	(void)state;
	target_setup(&t, true);
	make_one();
	return 0;
}

static int teardown_targets(void **state)
{
	(void)state;
	target_teardown(&t);
	return 0;
}

static void test_made__deleted__in_order(void **state)
{
	(void)state;
	WdfObjectDelete(made);
	expect_events("child child child cleanup context destroy context-destroy ");
}

static void test_made__sent_and_back__ends_when_it_is_deleted(void **state)
{
	struct target_sent sent = { .t = &t, .then = routine_notes };

	(void)state;
	target_below.completes = true;
	target_format(&t, made, &sent);
	assert_true(target_send(&t, made, 0, 0));
	target_settle(&t);
	expect_events("routine ");
	WdfObjectDelete(made);
	expect_events("child child child cleanup context destroy context-destroy ");
}

static void test_made__deleted_in_its_routine__destroyed_after_it(void **state)
{
	struct target_sent sent = { .t = &t, .then = routine_deletes };

	(void)state;
	target_below.completes = true;
	target_format(&t, made, &sent);
	assert_true(target_send(&t, made, 0, 0));
	target_settle(&t);
	expect_events("routine child child child cleanup context returns destroy "
		      "context-destroy ");
}

static void test_made__cancelled__routine_before_the_end(void **state)
{
	struct target_sent sent = { .t = &t, .then = routine_deletes };

	(void)state;
	target_below.marks = true;
	target_format(&t, made, &sent);
	assert_true(target_send(&t, made, 0, 0));
	target_settle(&t);
	assert_true(WdfRequestCancelSentRequest(made));
	target_settle(&t);
	assert_int_equal(sent.status, STATUS_CANCELLED);
	expect_events("routine child child child cleanup context returns destroy "
		      "context-destroy ");
}

/* Its cleanup is this thread's, its routine the loop's: either may be first. */
static void test_made__deleted_while_it_is_sent__destroyed_after_its_routine(void **state)
{
	static const char *const either[] = {
		"child child child cleanup context routine destroy context-destroy ",
		"child child child cleanup routine context destroy context-destroy ",
		"child child child routine cleanup context destroy context-destroy ",
		"child child routine child cleanup context destroy context-destroy ",
		"child routine child child cleanup context destroy context-destroy ",
		"routine child child child cleanup context destroy context-destroy ",
	};
	bool found = false;

	struct target_sent sent = { .t = &t, .then = routine_notes };

	(void)state;
	target_below.marks = true;
	target_format(&t, made, &sent);
	assert_true(target_send(&t, made, 0, 0));
	target_settle(&t);
	WdfObjectDelete(made);
	assert_true(io_broke()); /* the framework says so */
	target_settle(&t);
	for (size_t i = 0; i < UW_ARRAY_SIZE(either); i++)
		found = found || !strcmp(events, either[i]);
	if (!found)
		fail_msg("%s", events);
	events[0] = '\0';
}

int main(void)
{
#define MADE(name) cmocka_unit_test_setup_teardown(name, setup_targets, teardown_targets)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_completed_in_its_callback__in_order),
		cmocka_unit_test(test_completed_by_another_thread__in_order),
		cmocka_unit_test(test_completed_on_the_loop__in_order_after_the_driver_returned),
		cmocka_unit_test(
			test_completed__callbacks_of_the_device_s_attributes_alone__in_order),
		cmocka_unit_test(test_cancelled_by_its_client__in_order),
		cmocka_unit_test(test_purged__in_order),
		cmocka_unit_test(test_device_goes__in_order),
		cmocka_unit_test(test_referenced__destroyed_at_the_last_one),
		cmocka_unit_test(
			test_reference_given_up_in_cleanup__destroyed_after_the_client_all_the_same),
		cmocka_unit_test(test_client_on_the_loop__in_order),
		cmocka_unit_test(test_next_from_the_completion__destroyed_after_its_own_client),
		cmocka_unit_test(
			test_next_burst_from_the_completion__destroyed_after_its_own_client),
		cmocka_unit_test(test_cancel_on_its_way__destroyed_after_the_client),
		cmocka_unit_test(test_destroy_waits__others_end_all_the_same),
		cmocka_unit_test(test_many__all_slots_come_back),
		MADE(test_made__deleted__in_order),
		MADE(test_made__sent_and_back__ends_when_it_is_deleted),
		MADE(test_made__deleted_in_its_routine__destroyed_after_it),
		MADE(test_made__cancelled__routine_before_the_end),
		MADE(test_made__deleted_while_it_is_sent__destroyed_after_its_routine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
