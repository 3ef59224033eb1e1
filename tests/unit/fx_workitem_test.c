/* SPDX-License-Identifier: MIT */
/* WDFWORKITEM: queued, flushed, deleted; and the pool of threads that runs it. */
#include "sim_device.h"

#include "base/fault.h"
#include "object/pool.h"

static struct sim_seen seen;
static WDFWORKITEM item;

static int setup(void **state)
{
	(void)state;
	seen = (struct sim_seen){ 0 };
	sim_device_up(1);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	sim_device_down();
	return 0;
}

static void on_work(WDFWORKITEM w)
{
	(void)w;
	sim_see(&seen);
}

static NTSTATUS create_at(WDFOBJECT parent, PFN_WDF_WORKITEM callback, BOOLEAN serialized,
			  WDFWORKITEM *out)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_WORKITEM_CONFIG config;
	NTSTATUS status;

	WDF_WORKITEM_CONFIG_INIT(&config, callback);
	config.AutomaticSerialization = serialized;
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = parent;
	*out = (WDFWORKITEM)(void *)&seen;
	status = WdfWorkItemCreate(&config, &attrs, out);
	if (!NT_SUCCESS(status))
		assert_null(*out);
	return status;
}

static void make(PFN_WDF_WORKITEM callback)
{
	if (!fx.device)
		fx_up();
	(void)fx_broke();
	assert_int_equal(create_at(fx_made.device, callback, TRUE, &item), STATUS_SUCCESS);
}

/* --- running --- */

static void enqueue_twice(void *arg)
{
	(void)arg;
	WdfWorkItemEnqueue(item);
	WdfWorkItemEnqueue(item);
}

static void test_enqueue__at_dispatch__runs_once_at_passive(void **state)
{
	(void)state;
	make(on_work);
	sim_on_loop(enqueue_twice, NULL);
	WdfWorkItemFlush(item);
	assert_true(sim_count(&seen) == 1 || sim_count(&seen) == 2); /* it may have begun between */
	assert_int_equal(seen.level, PASSIVE_LEVEL);
	assert_int_not_equal(seen.thread, exec_thread_id());
	assert_false(fx_broke());
}

static struct exec_event gate;

static void wait_for_gate(WDFWORKITEM w)
{
	on_work(w);
	exec_event_wait(&gate, EXEC_FOREVER);
}

static void make_gated(void)
{
	assert_int_equal(exec_event_init(&gate), 0);
	make(wait_for_gate);
}

static void test_enqueue__while_it_runs__runs_once_more(void **state)
{
	(void)state;
	make_gated();
	WdfWorkItemEnqueue(item);
	sim_wait_for(&seen.count, 1);
	WdfWorkItemEnqueue(item);
	sim_wait_for(&seen.count, 2); /* before the first one returned */
	exec_event_set(&gate);
	WdfWorkItemFlush(item);
	assert_int_equal(sim_count(&seen), 2);
	exec_event_deinit(&gate);
}

static WDFWORKITEM others[FX_POOL_THREADS];
static unsigned int others_done; /* atomic */

static void open_gate(WDFWORKITEM w)
{
	(void)w;
	exec_event_set(&gate);
	__atomic_add_fetch(&others_done, 1, __ATOMIC_RELEASE);
}

static void wait_for_other(WDFWORKITEM w)
{
	(void)w;
	exec_event_wait(&gate, EXEC_FOREVER);
	__atomic_add_fetch(&others_done, 1, __ATOMIC_RELEASE);
}

static void test_pool__work_waits_for_later_work__does_not_hang(void **state)
{
	(void)state;
	make_gated();
	others_done = 0;
	for (unsigned int i = 0; i < FX_POOL_THREADS; i++)
		assert_int_equal(create_at(fx_made.device,
					   i + 1 < FX_POOL_THREADS ? wait_for_other : open_gate,
					   TRUE, &others[i]),
				 STATUS_SUCCESS);
	for (unsigned int i = 0; i < FX_POOL_THREADS; i++)
		WdfWorkItemEnqueue(others[i]);
	sim_wait_for(&others_done, FX_POOL_THREADS);
	fx_remove();
	exec_event_deinit(&gate);
}

static WDFWORKITEM ordered[8];
static unsigned int order[8], order_count; /* the latter atomic */

static void note_order(WDFWORKITEM w)
{
	for (unsigned int i = 0; i < 8; i++)
		if (ordered[i] == w)
			order[order_count] = i;
	__atomic_add_fetch(&order_count, 1, __ATOMIC_RELEASE);
}

static void test_pool__starts_work_in_the_order_it_came(void **state)
{
	(void)state;
	order_count = 0;
	make_gated();
	for (unsigned int i = 0; i + 1 < FX_POOL_THREADS; i++) { /* one thread is left */
		assert_int_equal(create_at(fx_made.device, wait_for_gate, TRUE, &others[i]),
				 STATUS_SUCCESS);
		WdfWorkItemEnqueue(others[i]);
	}
	sim_wait_for(&seen.count, FX_POOL_THREADS - 1);
	for (unsigned int i = 0; i < 8; i++)
		assert_int_equal(create_at(fx_made.device, note_order, TRUE, &ordered[i]),
				 STATUS_SUCCESS);
	for (unsigned int i = 0; i < 8; i++)
		WdfWorkItemEnqueue(ordered[i]);
	sim_wait_for(&order_count, 8);
	for (unsigned int i = 0; i < 8; i++)
		assert_int_equal(order[i], i);
	exec_event_set(&gate);
	fx_remove();
	exec_event_deinit(&gate);
}

static void test_pool__no_more_threads__work_runs_all_the_same(void **state)
{
	(void)state;
	make(on_work);
	fault_arm(FAULT_ALLOC, 1); /* the spare thread's */
	WdfWorkItemEnqueue(item);
	WdfWorkItemFlush(item);
	assert_true(fault_fired());
	fault_disarm();
	assert_int_equal(sim_count(&seen), 1);
	WdfWorkItemEnqueue(item);
	WdfWorkItemFlush(item);
	assert_int_equal(sim_count(&seen), 2);
}

/* --- flushing --- */

static bool ended; /* atomic */

static void take_long(WDFWORKITEM w)
{
	on_work(w);
	exec_sleep_ms(20);
	__atomic_store_n(&ended, true, __ATOMIC_RELEASE);
}

static void test_flush__runs__waits_for_it(void **state)
{
	(void)state;
	ended = false;
	make(take_long);
	WdfWorkItemFlush(item); /* idle: nothing to wait for */
	WdfWorkItemEnqueue(item);
	WdfWorkItemFlush(item);
	assert_true(__atomic_load_n(&ended, __ATOMIC_ACQUIRE));
	assert_int_equal(sim_count(&seen), 1);
}

static void enqueue_again(WDFWORKITEM w)
{
	on_work(w);
	if (sim_count(&seen) < 4)
		WdfWorkItemEnqueue(w);
}

static void test_flush__enqueued_again_in_its_callback__waits_for_that_too(void **state)
{
	(void)state;
	make(enqueue_again);
	WdfWorkItemEnqueue(item);
	WdfWorkItemFlush(item);
	assert_int_equal(sim_count(&seen), 4);
}

static void flush_itself(WDFWORKITEM w)
{
	WdfWorkItemFlush(w);
	on_work(w);
}

static void test_flush__in_its_own_callback__reported_and_returns(void **state)
{
	(void)state;
	make(flush_itself);
	WdfWorkItemEnqueue(item);
	sim_wait_for(&seen.count, 1);
	assert_true(fx_broke());
}

static WDFWORKITEM first;

static void flush_first(WDFWORKITEM w)
{
	(void)w;
	WdfWorkItemFlush(first);
	assert_true(__atomic_load_n(&ended, __ATOMIC_ACQUIRE));
	__atomic_add_fetch(&others_done, 1, __ATOMIC_RELEASE);
}

static void test_flush__another_item_in_a_callback__waits(void **state)
{
	(void)state;
	ended = false;
	others_done = 0;
	make(take_long);
	first = item;
	assert_int_equal(create_at(fx_made.device, flush_first, TRUE, &item), STATUS_SUCCESS);
	WdfWorkItemEnqueue(first);
	WdfWorkItemEnqueue(item);
	sim_wait_for(&others_done, 1);
	assert_false(fx_broke());
}

static void flush_it(void *arg)
{
	(void)arg;
	WdfWorkItemFlush(item);
}

static void test_flush__at_dispatch__refused(void **state)
{
	(void)state;
	make_gated();
	WdfWorkItemEnqueue(item);
	sim_on_loop(flush_it, NULL); /* would wait for the gate */
	assert_true(fx_broke());
	exec_event_set(&gate);
	WdfWorkItemFlush(item);
	exec_event_deinit(&gate);
}

/* --- the end --- */

static unsigned int cleanups, destroyed, deletions; /* atomic */
static KIRQL cleanup_level;

static void on_cleanup(WDFOBJECT object)
{
	cleanup_level = KeGetCurrentIrql();
	assert_ptr_equal(WdfWorkItemGetParentObject(object), fx_made.device);
	WdfWorkItemEnqueue(object); /* too late: reported */
	__atomic_add_fetch(&cleanups, 1, __ATOMIC_RELEASE);
}

static void on_destroy(WDFOBJECT object)
{
	(void)object;
	__atomic_add_fetch(&destroyed, 1, __ATOMIC_RELEASE);
}

static void make_with_cleanup(PFN_WDF_WORKITEM callback)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_WORKITEM_CONFIG config;

	fx_up();
	(void)fx_broke();
	cleanups = destroyed = deletions = 0;
	WDF_WORKITEM_CONFIG_INIT(&config, callback);
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = fx_made.device;
	attrs.EvtCleanupCallback = on_cleanup;
	attrs.EvtDestroyCallback = on_destroy;
	assert_int_equal(WdfWorkItemCreate(&config, &attrs, &item), STATUS_SUCCESS);
}

static void test_delete__queued__runs_first(void **state)
{
	(void)state;
	make_with_cleanup(on_work);
	WdfWorkItemEnqueue(item);
	WdfObjectReference(item);
	WdfObjectDelete(item);
	assert_int_equal(sim_count(&seen), 1);
	assert_int_equal(cleanups, 1);
	assert_true(fx_broke());
	assert_null(WdfWorkItemGetParentObject(item));
	WdfWorkItemFlush(item);
	assert_false(fx_broke());
	WdfObjectDereference(item);
	assert_int_equal(destroyed, 1);
	assert_int_equal(sim_count(&seen), 1);
}

static void test_delete__callback_runs__waits_for_it(void **state)
{
	(void)state;
	ended = false;
	make_with_cleanup(take_long);
	WdfWorkItemEnqueue(item);
	sim_wait_for(&seen.count, 1);
	WdfObjectDelete(item);
	assert_true(__atomic_load_n(&ended, __ATOMIC_ACQUIRE));
	assert_int_equal(destroyed, 1);
}

static void delete_item(void *arg)
{
	(void)arg;
	WdfObjectDelete(item);
}

static void test_delete__at_dispatch__cleaned_up_at_passive(void **state)
{
	(void)state;
	make_with_cleanup(take_long);
	WdfWorkItemEnqueue(item);
	sim_on_loop(delete_item, NULL);
	sim_wait_for(&destroyed, 1);
	assert_int_equal(cleanup_level, PASSIVE_LEVEL);
	assert_int_equal(sim_count(&seen), 1);
}

static void delete_itself(WDFWORKITEM w)
{
	if (__atomic_fetch_add(&deletions, 1, __ATOMIC_ACQ_REL))
		return; /* what is enqueued here may begin before the deletion */
	WdfWorkItemEnqueue(w);
	WdfObjectDelete(w);
	assert_int_equal(cleanups, 1);
	assert_int_equal(destroyed, 0);
	on_work(w);
}

static void test_delete__in_its_own_callback__gone_when_it_returns(void **state)
{
	(void)state;
	make_with_cleanup(delete_itself);
	WdfWorkItemEnqueue(item);
	sim_wait_for(&destroyed, 1);
	exec_sleep_ms(10);
	assert_int_equal(sim_count(&seen), 1);
	assert_int_equal(cleanups, 1);
}

static void test_unload__right_after_it_deleted_itself__waits_for_its_callback(void **state)
{
	(void)state;
	make_with_cleanup(delete_itself);
	WdfWorkItemEnqueue(item);
	sim_wait_for(&cleanups, 1); /* the callback still runs */
	fx_remove();
	fx_unload();
	assert_int_equal(destroyed, 1);
}

static void test_device_removed__item_queued__ends_with_it(void **state)
{
	(void)state;
	make(take_long);
	WdfWorkItemEnqueue(item);
	fx_remove();
	assert_int_equal(sim_count(&seen), 1);
}

/* --- creation --- */

static void test_create__wrong_arguments__refused(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_WORKITEM_CONFIG config;
	KIRQL before;

	(void)state;
	fx_up();
	WDF_WORKITEM_CONFIG_INIT(&config, on_work);
	assert_int_equal(WdfWorkItemCreate(&config, NULL, &item), STATUS_WDF_PARENT_NOT_SPECIFIED);
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	assert_int_equal(WdfWorkItemCreate(&config, &attrs, &item),
			 STATUS_WDF_PARENT_NOT_SPECIFIED);
	assert_int_equal(create_at(fx_made.driver, on_work, FALSE, &item),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(create_at(fx_made.device, NULL, FALSE, &item), STATUS_INVALID_PARAMETER);
	attrs.ParentObject = fx_made.device;
	config.Size = 0;
	assert_int_equal(WdfWorkItemCreate(&config, &attrs, &item), STATUS_INFO_LENGTH_MISMATCH);
	config.Size = sizeof(config);
	attrs.ExecutionLevel = WdfExecutionLevelPassive;
	assert_int_equal(WdfWorkItemCreate(&config, &attrs, &item),
			 STATUS_WDF_EXECUTION_LEVEL_INVALID);
	before = fx_irql_raise(FX_DIRQL);
	assert_int_equal(WdfWorkItemCreate(&config, &attrs, &item), STATUS_INVALID_DEVICE_REQUEST);
	fx_irql_restore(before);
}

static void test_enqueue__above_dispatch__refused(void **state)
{
	KIRQL before;

	(void)state;
	make(on_work);
	before = fx_irql_raise(FX_DIRQL);
	WdfWorkItemEnqueue(item);
	fx_irql_restore(before);
	assert_true(fx_broke());
	WdfWorkItemFlush(item);
	assert_int_equal(sim_count(&seen), 0);
}

static void test_serialized__device_not_passive__refused(void **state)
{
	(void)state;
	fx_script.scope = WdfSynchronizationScopeDevice;
	fx_up();
	(void)fx_broke();
	assert_int_equal(create_at(fx_made.device, on_work, TRUE, &item),
			 STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL);
	assert_true(fx_broke());
	assert_int_equal(create_at(fx_made.device, on_work, FALSE, &item), STATUS_SUCCESS);
	assert_ptr_equal(WdfWorkItemGetParentObject(item), fx_made.device);
}

static void check_serialized_with(WDFOBJECT object)
{
	assert_int_equal(create_at(object, on_work, TRUE, &item), STATUS_SUCCESS);
	WdfObjectAcquireLock(object);
	WdfWorkItemEnqueue(item);
	exec_sleep_ms(10);
	assert_int_equal(sim_count(&seen), 0);
	WdfObjectReleaseLock(object);
	WdfWorkItemFlush(item);
	assert_int_equal(sim_count(&seen), 1);
	assert_int_equal(seen.level, PASSIVE_LEVEL);
	assert_false(fx_broke());
}

static void test_serialized__passive_device__waits_for_its_lock(void **state)
{
	(void)state;
	fx_script.scope = WdfSynchronizationScopeDevice;
	fx_script.level = WdfExecutionLevelPassive;
	fx_up();
	(void)fx_broke();
	check_serialized_with(fx_made.device);
}

static void test_serialized__below_a_queue__waits_for_the_queues_lock(void **state)
{
	(void)state;
	fx_script.scope = WdfSynchronizationScopeQueue;
	fx_script.level = WdfExecutionLevelPassive;
	fx_script.queue = true;
	fx_up();
	(void)fx_broke();
	check_serialized_with(fx_made.queue);
	assert_ptr_equal(WdfWorkItemGetParentObject(item), fx_made.queue);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_enqueue__at_dispatch__runs_once_at_passive),
		TEST(test_enqueue__while_it_runs__runs_once_more),
		TEST(test_pool__work_waits_for_later_work__does_not_hang),
		TEST(test_pool__starts_work_in_the_order_it_came),
		TEST(test_pool__no_more_threads__work_runs_all_the_same),
		TEST(test_flush__runs__waits_for_it),
		TEST(test_flush__enqueued_again_in_its_callback__waits_for_that_too),
		TEST(test_flush__in_its_own_callback__reported_and_returns),
		TEST(test_flush__another_item_in_a_callback__waits),
		TEST(test_flush__at_dispatch__refused),
		TEST(test_delete__queued__runs_first),
		TEST(test_delete__callback_runs__waits_for_it),
		TEST(test_delete__at_dispatch__cleaned_up_at_passive),
		TEST(test_delete__in_its_own_callback__gone_when_it_returns),
		TEST(test_unload__right_after_it_deleted_itself__waits_for_its_callback),
		TEST(test_device_removed__item_queued__ends_with_it),
		TEST(test_create__wrong_arguments__refused),
		TEST(test_enqueue__above_dispatch__refused),
		TEST(test_serialized__device_not_passive__refused),
		TEST(test_serialized__passive_device__waits_for_its_lock),
		TEST(test_serialized__below_a_queue__waits_for_the_queues_lock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
