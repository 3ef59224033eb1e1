/* SPDX-License-Identifier: MIT */
/*
 * Deletion where somebody still stands on what is deleted: a callback that deletes the queue whose
 * lock it runs under, objects below a request that ends, the last reference dropped at DISPATCH.
 */
#include "fx_kinds.h"

#include <string.h>

#include "base/exec.h"
#include "io/io.h"
#include "object/irql.h"
#include "object/worker.h"
#include "pnp/device.h"

/* Without the verifier, which keeps the memory of what is gone and so hides late readers from ASan.
 */
static int setup(void **state)
{
	return fx_setup(state) || fx_verify("VerifierOn=0");
}

static int teardown(void **state)
{
	if (fx.device)
		fx_remove();
	return fx_teardown(state);
}

static void note_queue(WDFOBJECT object)
{
	(void)object;
	fx_note("queue-destroyed");
}

static void note_child_cleanup(WDFOBJECT object)
{
	(void)object;
	fx_note("child-cleanup");
}

/* --- the lock that the callback runs under goes --- */

static WDFQUEUE queue;

static void delete_queue(void)
{
	WdfObjectDelete(queue);
	fx_note("returns");
}

static void work_deletes(WDFWORKITEM item)
{
	(void)item;
	delete_queue();
}

static void timer_deletes(WDFTIMER timer)
{
	(void)timer;
	delete_queue();
}

static void make_locked_queue(void)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_IO_QUEUE_CONFIG config;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ExecutionLevel = WdfExecutionLevelPassive;
	attrs.SynchronizationScope = WdfSynchronizationScopeQueue;
	attrs.EvtDestroyCallback = note_queue;
	WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchManual);
	assert_int_equal(WdfIoQueueCreate(fx_made.device, &config, &attrs, &queue), STATUS_SUCCESS);
	fx_log_clear();
}

static void below_queue(PWDF_OBJECT_ATTRIBUTES attrs)
{
	WDF_OBJECT_ATTRIBUTES_INIT(attrs);
	attrs->ParentObject = queue;
	attrs->EvtCleanupCallback = note_child_cleanup;
}

static void test_work_item__deletes_the_queue_above__its_lock_stays_until_it_returned(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_WORKITEM_CONFIG config;
	WDFWORKITEM item;

	(void)state;
	fx_up();
	make_locked_queue();
	below_queue(&attrs);
	WDF_WORKITEM_CONFIG_INIT(&config, work_deletes);
	assert_int_equal(WdfWorkItemCreate(&config, &attrs, &item), STATUS_SUCCESS);
	WdfWorkItemEnqueue(item);
	assert_true(fx_log_await("queue-destroyed", 1));
	assert_string_equal(fx_log(), "child-cleanup returns queue-destroyed");
}

static void
test_passive_timer__deletes_the_queue_above__its_lock_stays_until_it_returned(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_TIMER_CONFIG config;
	WDFTIMER timer;

	(void)state;
	fx_up();
	make_locked_queue();
	below_queue(&attrs);
	attrs.ExecutionLevel = WdfExecutionLevelPassive;
	WDF_TIMER_CONFIG_INIT(&config, timer_deletes);
	assert_int_equal(WdfTimerCreate(&config, &attrs, &timer), STATUS_SUCCESS);
	WdfTimerStart(timer, -1);
	assert_true(fx_log_await("queue-destroyed", 1));
	assert_string_equal(fx_log(), "child-cleanup returns queue-destroyed");
}

/* --- below a request --- */

static struct fx_packet packet;
static struct fx_file *file;
static WDFREQUEST request;

static void packet_done(struct fx_packet *done, NTSTATUS status, size_t information)
{
	(void)done;
	(void)status;
	(void)information;
	fx_note("done");
}

static void keep_request(WDFQUEUE from, WDFREQUEST kept)
{
	(void)from;
	request = kept;
	fx_note("presented");
}

static void make_default_queue(WDFDEVICE device)
{
	WDF_IO_QUEUE_CONFIG config;

	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
	config.EvtIoDefault = keep_request;
	assert_int_equal(WdfIoQueueCreate(device, &config, WDF_NO_OBJECT_ATTRIBUTES, NULL),
			 STATUS_SUCCESS);
}

static struct fx_device *device(void)
{
	return fx_device_from_handle(NULL, fx_made.device);
}

/* A control request that the driver has. */
static void up_with_request(void)
{
	fx_script.in_add = make_default_queue;
	fx_up();
	(void)fx_broke();
	assert_int_equal(fx_file_open(device(), &file), STATUS_SUCCESS);
	fx_log_clear();
	packet = (struct fx_packet){ .kind = FX_PACKET_CONTROL, .complete = packet_done };
	fx_io_submit(file, &packet);
	assert_true(fx_log_await("presented", 1));
	fx_log_clear();
}

static void close_file(void)
{
	fx_file_close(file);
}

static KIRQL child_level;

static void note_child(WDFOBJECT object)
{
	(void)object;
	child_level = KeGetCurrentIrql();
	fx_note("child-cleanup");
}

static void note_child_gone(WDFOBJECT object)
{
	(void)object;
	fx_note("child-destroyed");
}

static WDFOBJECT below_request(const struct fx_kind *kind)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFOBJECT object = NULL;
	NTSTATUS status;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = request;
	attrs.EvtCleanupCallback = note_child;
	attrs.EvtDestroyCallback = note_child_gone;
	status = kind->make(&attrs, &object);
	/* a queue lives as long as its device */
	if (status !=
	    (kind->make == fx_make_queue ? STATUS_INVALID_DEVICE_REQUEST : STATUS_SUCCESS))
		fail_msg("%s: %#x", kind->name, (unsigned int)status);
	return object;
}

static void test_request__parent_of_each_kind__they_go_when_it_is_completed(void **state)
{
	unsigned int children = 0;

	(void)state;
	up_with_request();
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(fx_kinds); i++)
		children += below_request(&fx_kinds[i]) != NULL;
	assert_int_equal(children, UW_ARRAY_SIZE(fx_kinds) - 1);
	assert_string_equal(fx_log(), "");
	WdfRequestComplete(request, STATUS_SUCCESS);
	assert_true(fx_log_await("child-destroyed", children));
	assert_true(fx_log_await("done", 1));
	assert_int_equal(child_level, PASSIVE_LEVEL);
	assert_false(fx_broke());
	close_file();
}

static void test_request__timer_below_it__finds_its_parent_and_the_device(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_TIMER_CONFIG config;
	WDFTIMER timer;

	(void)state;
	up_with_request();
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = request;
	WDF_TIMER_CONFIG_INIT(&config, fx_no_timer);
	assert_int_equal(WdfTimerCreate(&config, &attrs, &timer), STATUS_SUCCESS);
	assert_ptr_equal(WdfTimerGetParentObject(timer), request);
	WdfTimerStart(timer, -10000LL * 1000 * 60);
	WdfRequestComplete(request, STATUS_SUCCESS);
	assert_true(fx_log_await("done", 1));
	close_file();
}

/* Rule 24: the request is completed at DISPATCH_LEVEL, and what is below it ends at PASSIVE. */
static void complete_at_dispatch(const struct fx_kind *kind, bool waits)
{
	(void)below_request(kind);
	(void)fx_broke();
	WdfRequestComplete(request, STATUS_SUCCESS); /* ends on the loop, at DISPATCH */
	assert_true(fx_log_await("done", 1));
	assert_true(fx_log_await("child-destroyed", 1));
	assert_int_equal(child_level, waits ? PASSIVE_LEVEL : DISPATCH_LEVEL);
	assert_int_equal(fx_broke(), waits);
	fx_worker_drain();
	close_file();
}

static int setup_verified(void **state)
{
	return fx_setup(state);
}

static void test_request__completed_at_dispatch__passive_child_is_named(void **state)
{
	(void)state;
	fx_script.dispatch = true;
	up_with_request();
	complete_at_dispatch(&(struct fx_kind){ .name = "timer", .make = fx_make_timer }, true);
}

static void test_request__completed_at_dispatch__other_child_goes_with_it(void **state)
{
	(void)state;
	fx_script.dispatch = true;
	up_with_request();
	complete_at_dispatch(&(struct fx_kind){ .name = "memory", .make = fx_make_memory }, false);
}

/* --- the last reference goes at DISPATCH --- */

static KIRQL destroy_level;

static void note_destroy_level(WDFOBJECT object)
{
	(void)object;
	destroy_level = KeGetCurrentIrql();
	fx_note("destroyed");
}

static void drop_last_at_dispatch(const struct fx_kind *kind, bool passive,
				  WDF_EXECUTION_LEVEL level)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFOBJECT object;
	bool at_once;
	KIRQL before;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.EvtDestroyCallback = note_destroy_level;
	attrs.ParentObject = fx_made.device;
	attrs.ExecutionLevel = level;
	assert_int_equal(kind->make(&attrs, &object), STATUS_SUCCESS);
	WdfObjectReference(object);
	WdfObjectDelete(object);
	fx_log_clear();
	before = fx_irql_raise(DISPATCH_LEVEL);
	WdfObjectDereference(object);
	at_once = !passive && fx_log()[0]; /* else another thread writes it */
	fx_irql_restore(before);
	if (!fx_log_await("destroyed", 1) || strcmp(fx_log(), "destroyed"))
		fail_msg("%s: %s", kind->name, fx_log());
	if (destroy_level != (passive ? PASSIVE_LEVEL : DISPATCH_LEVEL) || (!passive && !at_once))
		fail_msg("%s: at %u", kind->name, destroy_level);
	fx_worker_drain();
}

static void test_dereference__last_at_dispatch__destroyed_at_the_level_of_its_kind(void **state)
{
	(void)state;
	fx_up();
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(fx_kinds); i++)
		drop_last_at_dispatch(&fx_kinds[i], fx_kinds[i].passive,
				      WdfExecutionLevelInheritFromParent);
	drop_last_at_dispatch(&fx_kinds[0], true, WdfExecutionLevelPassive);
}

/* --- callbacks that delete what they are called for --- */

static void delete_again(WDFOBJECT object)
{
	fx_note("called");
	WdfObjectDelete(object);
}

static void test_cleanup_and_destroy__delete_their_own_object__once(void **state)
{
	(void)state;
	fx_up();
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(fx_kinds); i++) {
		WDF_OBJECT_ATTRIBUTES attrs;
		WDFOBJECT object;

		WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
		attrs.ParentObject = fx_made.device;
		attrs.EvtCleanupCallback = delete_again;
		attrs.EvtDestroyCallback = delete_again;
		assert_int_equal(fx_kinds[i].make(&attrs, &object), STATUS_SUCCESS);
		fx_log_clear();
		WdfObjectDelete(object);
		if (strcmp(fx_log(), "called called"))
			fail_msg("%s: %s", fx_kinds[i].name, fx_log());
	}
}

#define TEST(name)     cmocka_unit_test_setup_teardown(name, setup, teardown)
#define VERIFIED(name) cmocka_unit_test_setup_teardown(name, setup_verified, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_work_item__deletes_the_queue_above__its_lock_stays_until_it_returned),
		TEST(test_passive_timer__deletes_the_queue_above__its_lock_stays_until_it_returned),
		TEST(test_request__parent_of_each_kind__they_go_when_it_is_completed),
		TEST(test_request__timer_below_it__finds_its_parent_and_the_device),
		VERIFIED(test_request__completed_at_dispatch__passive_child_is_named),
		VERIFIED(test_request__completed_at_dispatch__other_child_goes_with_it),
		TEST(test_dereference__last_at_dispatch__destroyed_at_the_level_of_its_kind),
		TEST(test_cleanup_and_destroy__delete_their_own_object__once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
