/* SPDX-License-Identifier: MIT */
/* WdfIoQueueCreate says no to what KMDF says no to, with KMDF's statuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/exec.h"
#include "io_fixture.h"
#include "object/irql.h"

static struct io_fixture f;

static int setup(void **state)
{
	(void)state;
	io_fixture_setup(&f, NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	io_fixture_teardown(&f);
	return 0;
}

static NTSTATUS create(PWDF_IO_QUEUE_CONFIG config)
{
	WDFQUEUE queue = NULL;
	NTSTATUS status =
		WdfIoQueueCreate(io_fixture_device(&f), config, WDF_NO_OBJECT_ATTRIBUTES, &queue);

	assert_int_equal(queue != NULL, NT_SUCCESS(status));
	return status;
}

static WDF_IO_QUEUE_CONFIG config_of(WDF_IO_QUEUE_DISPATCH_TYPE type)
{
	WDF_IO_QUEUE_CONFIG config;

	WDF_IO_QUEUE_CONFIG_INIT(&config, type);
	if (type != WdfIoQueueDispatchManual)
		config.EvtIoDefault = io_keep_request;
	return config;
}

static void test_create__wrong_size__info_length_mismatch(void **state)
{
	WDF_IO_QUEUE_CONFIG config = config_of(WdfIoQueueDispatchManual);

	(void)state;
	config.Size--;
	assert_int_equal(create(&config), STATUS_INFO_LENGTH_MISMATCH);
}

static void test_create__unknown_dispatch_type__invalid_parameter(void **state)
{
	WDF_IO_QUEUE_CONFIG config = config_of(WdfIoQueueDispatchManual);

	(void)state;
	config.DispatchType = WdfIoQueueDispatchInvalid;
	assert_int_equal(create(&config), STATUS_INVALID_PARAMETER);
	config.DispatchType = WdfIoQueueDispatchMax;
	assert_int_equal(create(&config), STATUS_INVALID_PARAMETER);
}

static void test_create__no_callback__wdf_no_callback(void **state)
{
	WDF_IO_QUEUE_CONFIG config = config_of(WdfIoQueueDispatchParallel);

	(void)state;
	config.EvtIoDefault = NULL;
	assert_int_equal(create(&config), STATUS_WDF_NO_CALLBACK);
	config = config_of(WdfIoQueueDispatchSequential);
	config.EvtIoDefault = NULL;
	assert_int_equal(create(&config), STATUS_WDF_NO_CALLBACK);
}

static void test_create__manual_with_callback__invalid_parameter(void **state)
{
	WDF_IO_QUEUE_CONFIG config = config_of(WdfIoQueueDispatchManual);

	(void)state;
	config.EvtIoDefault = io_keep_request;
	assert_int_equal(create(&config), STATUS_INVALID_PARAMETER);
}

static void test_create__presented_limit_where_there_is_none__invalid_parameter(void **state)
{
	WDF_IO_QUEUE_CONFIG config = config_of(WdfIoQueueDispatchManual);

	(void)state;
	config.Settings.Parallel.NumberOfPresentedRequests = 1;
	assert_int_equal(create(&config), STATUS_INVALID_PARAMETER);
	config = config_of(WdfIoQueueDispatchSequential);
	config.Settings.Parallel.NumberOfPresentedRequests = 1;
	assert_int_equal(create(&config), STATUS_INVALID_PARAMETER);
	config = config_of(WdfIoQueueDispatchParallel);
	config.Settings.Parallel.NumberOfPresentedRequests = 0;
	assert_int_equal(create(&config), STATUS_INVALID_PARAMETER);
}

static void test_create__power_managed_no_tri_state__invalid_parameter(void **state)
{
	WDF_IO_QUEUE_CONFIG config = config_of(WdfIoQueueDispatchManual);

	(void)state;
	config.PowerManaged = (WDF_TRI_STATE)7;
	assert_int_equal(create(&config), STATUS_INVALID_PARAMETER);
}

static void test_create__second_default_queue__unsuccessful(void **state)
{
	WDF_IO_QUEUE_CONFIG config;

	(void)state;
	io_default_queue(&f);
	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchManual);
	assert_int_equal(create(&config), STATUS_UNSUCCESSFUL);
}

static void test_create__default_queue_after_start__invalid_device_state(void **state)
{
	WDF_IO_QUEUE_CONFIG config;

	(void)state;
	io_fixture_start(&f);
	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchManual);
	assert_int_equal(create(&config), STATUS_INVALID_DEVICE_STATE);
}

static void test_create__no_place_for_handle__only_default_may(void **state)
{
	WDF_IO_QUEUE_CONFIG config = config_of(WdfIoQueueDispatchManual);

	(void)state;
	assert_int_equal(
		WdfIoQueueCreate(io_fixture_device(&f), &config, WDF_NO_OBJECT_ATTRIBUTES, NULL),
		STATUS_INVALID_PARAMETER_4);
	config.DefaultQueue = TRUE;
	assert_int_equal(
		WdfIoQueueCreate(io_fixture_device(&f), &config, WDF_NO_OBJECT_ATTRIBUTES, NULL),
		STATUS_SUCCESS);
	assert_non_null(WdfDeviceGetDefaultQueue(io_fixture_device(&f)));
}

static void create_without_config(void *arg)
{
	(void)arg;
	(void)create(NULL);
}

static void test_create__no_config__stops(void **state)
{
	(void)state;
	assert_true(io_stops(create_without_config, NULL, WDF_REQUIRED_PARAMETER_IS_NULL));
}

static void test_create__above_dispatch__refused(void **state)
{
	WDF_IO_QUEUE_CONFIG config = config_of(WdfIoQueueDispatchManual);
	KIRQL before = fx_irql_raise(FX_DIRQL);

	(void)state;
	assert_int_equal(create(&config), STATUS_INVALID_DEVICE_REQUEST);
	fx_irql_restore(before);
	assert_true(io_broke());
}

static void test_power_managed__tri_state__default_depends_on_filter(void **state)
{
	WDF_IO_QUEUE_CONFIG config = config_of(WdfIoQueueDispatchManual);

	(void)state;
	assert_true(WdfIoQueueGetState(io_queue(&f, &config), NULL, NULL) & WdfIoQueuePnpHeld);
	config.PowerManaged = WdfFalse;
	assert_false(WdfIoQueueGetState(io_queue(&f, &config), NULL, NULL) & WdfIoQueuePnpHeld);
	f.io->config.filter = true;
	config.PowerManaged = WdfUseDefault;
	assert_false(WdfIoQueueGetState(io_queue(&f, &config), NULL, NULL) & WdfIoQueuePnpHeld);
	config.PowerManaged = WdfTrue;
	assert_true(WdfIoQueueGetState(io_queue(&f, &config), NULL, NULL) & WdfIoQueuePnpHeld);
}

static void test_get_device__is_the_creating_one(void **state)
{
	(void)state;
	assert_ptr_equal(WdfIoQueueGetDevice(io_manual_queue(&f)), io_fixture_device(&f));
}

static NTSTATUS create_with(WDF_SYNCHRONIZATION_SCOPE scope, WDF_EXECUTION_LEVEL level,
			    WDFQUEUE *out)
{
	WDF_IO_QUEUE_CONFIG config = config_of(WdfIoQueueDispatchParallel);
	WDF_OBJECT_ATTRIBUTES attrs;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.SynchronizationScope = scope;
	attrs.ExecutionLevel = level;
	config.DefaultQueue = scope != WdfSynchronizationScopeNone;
	config.EvtIoDefault = io_complete_request;
	return WdfIoQueueCreate(io_fixture_device(&f), &config, &attrs, out);
}

static void test_create__passive_level_from_dispatch_driver__refused(void **state)
{
	WDFQUEUE queue;

	(void)state;
	f.io->config.level = DISPATCH_LEVEL;
	assert_int_equal(create_with(WdfSynchronizationScopeNone, WdfExecutionLevelPassive, &queue),
			 STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL);
	assert_int_equal(
		create_with(WdfSynchronizationScopeNone, WdfExecutionLevelDispatch, &queue),
		STATUS_SUCCESS);
}

static void test_create__device_scope_at_another_level__invalid_parameter(void **state)
{
	WDFQUEUE queue;

	(void)state;
	f.device->base.execution_level = WdfExecutionLevelPassive;
	assert_int_equal(
		create_with(WdfSynchronizationScopeDevice, WdfExecutionLevelDispatch, &queue),
		STATUS_INVALID_PARAMETER);
}

static bool device_lock_held, queue_lock_held;

static void look_at_locks(WDFQUEUE queue, WDFREQUEST request)
{
	struct fx_queue *q = (void *)fx_object_at(queue);

	device_lock_held = fx_scope_is_mine(&f.io->device_scope);
	queue_lock_held = q->scope == &q->own_scope && fx_scope_is_mine(&q->own_scope);
	WdfRequestComplete(request, STATUS_SUCCESS);
}

static void run_one_in_scope(WDF_SYNCHRONIZATION_SCOPE scope)
{
	WDF_IO_QUEUE_CONFIG config;
	WDF_OBJECT_ATTRIBUTES attrs;
	struct io_op op;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.SynchronizationScope = scope;
	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
	config.EvtIoDefault = look_at_locks;
	device_lock_held = queue_lock_held = false;
	assert_int_equal(WdfIoQueueCreate(io_fixture_device(&f), &config, &attrs, NULL),
			 STATUS_SUCCESS);
	io_fixture_start(&f);
	io_op_read(&op, 8);
	io_submit(&f, &op);
	assert_int_equal(op.completions, 1);
	assert_int_equal(f.io->device_scope.mutex.owner, 0);
	assert_int_equal(f.io->device_scope.spin.word, 0);
}

static void test_scope_none__no_lock_around_callbacks(void **state)
{
	(void)state;
	run_one_in_scope(WdfSynchronizationScopeNone);
	assert_false(device_lock_held || queue_lock_held);
}

static void test_scope_queue__the_queues_lock_around_callbacks(void **state)
{
	(void)state;
	run_one_in_scope(WdfSynchronizationScopeQueue);
	assert_true(queue_lock_held && !device_lock_held);
}

static void test_scope_device__the_devices_lock_around_callbacks(void **state)
{
	(void)state;
	run_one_in_scope(WdfSynchronizationScopeDevice);
	assert_true(device_lock_held && !queue_lock_held);
}

static void test_scope_inherited__the_devices_choice(void **state)
{
	(void)state;
	f.device->base.sync_scope = WdfSynchronizationScopeDevice;
	run_one_in_scope(WdfSynchronizationScopeInheritFromParent);
	assert_true(device_lock_held);
}

static KIRQL level_seen;

static void look_at_level(WDFQUEUE queue, WDFREQUEST request)
{
	(void)queue;
	level_seen = fx_irql_get();
	WdfRequestComplete(request, STATUS_SUCCESS);
}

static void test_callbacks__dispatch_driver__run_at_dispatch(void **state)
{
	WDF_IO_QUEUE_CONFIG config;
	struct io_op op;

	(void)state;
	f.io->config.level = DISPATCH_LEVEL;
	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
	config.EvtIoDefault = look_at_level;
	io_queue(&f, &config);
	io_fixture_start(&f);
	io_op_read(&op, 8);
	io_submit(&f, &op);
	assert_int_equal(level_seen, DISPATCH_LEVEL);
}

static void test_delete_queue__with_requests__they_are_cancelled(void **state)
{
	WDFQUEUE queue = io_manual_queue(&f);
	struct io_op op;

	(void)state;
	io_default_queue(&f);
	io_fixture_start(&f);
	io_op_read(&op, 8);
	io_submit(&f, &op);
	assert_int_equal(WdfRequestForwardToIoQueue(io_seen.kept[0], queue), STATUS_SUCCESS);
	WdfObjectDelete(queue);
	io_settle(&f);
	assert_int_equal(op.completions, 1);
	assert_int_equal(op.status, STATUS_CANCELLED);
}

static void test_delete_queue__default_or_routed_to__reported_and_ignored(void **state)
{
	WDFQUEUE queue = io_manual_queue(&f), other = io_default_queue(&f);
	struct io_op op;

	(void)state;
	assert_int_equal(WdfDeviceConfigureRequestDispatching(io_fixture_device(&f), queue,
							      WdfRequestTypeWrite),
			 STATUS_SUCCESS);
	(void)io_broke();
	WdfObjectDelete(queue);
	assert_true(io_broke());
	WdfObjectDelete(other);
	assert_true(io_broke());
	io_fixture_start(&f);
	io_op_read(&op, 8);
	io_submit(&f, &op);
	WdfRequestComplete(io_seen.kept[0], STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(op.status, STATUS_SUCCESS);
}

/* --- what meets on the way to the owner --- */

/* The owner is in a callback until go. */
struct busy {
	struct irq_message msg;
	struct exec_event go;
	WDFQUEUE deleted; /* by the callback; NULL: none */
	bool went, destroyed_at_once;
};
static struct busy busy;
static unsigned int destroyed; /* atomic */

static void be_busy(struct irq_message *msg)
{
	(void)msg;
	busy.went = exec_event_wait(&busy.go, exec_deadline_ms(60000));
	if (busy.deleted)
		WdfObjectDelete(busy.deleted);
	busy.destroyed_at_once = __atomic_load_n(&destroyed, __ATOMIC_ACQUIRE) != 0;
}

static void make_busy(void)
{
	busy = (struct busy){ .msg.run = be_busy };
	__atomic_store_n(&destroyed, 0, __ATOMIC_RELAXED);
	assert_int_equal(exec_event_init(&busy.go), 0);
	irq_loop_post(f.loop, &busy.msg);
}

static void let_go(void)
{
	exec_event_set(&busy.go);
	io_settle(&f);
	exec_event_deinit(&busy.go);
}

/* Such as a spin lock that the caller of WdfIoQueueCreate() holds. */
static void test_create__owner_waits_for_the_caller__no_deadlock(void **state)
{
	WDFQUEUE queue;

	(void)state;
	io_fixture_start(&f);
	make_busy();
	queue = io_manual_queue(&f);
	let_go();
	assert_true(busy.went);
	assert_true(WdfIoQueueGetState(queue, NULL, NULL) & WdfIoQueueAcceptRequests);
	assert_false(WdfIoQueueGetState(queue, NULL, NULL) & WdfIoQueuePnpHeld);
}

/* What is routed to it before the owner knows it is presented afterwards. */
static void test_create__requests_come_before_it_has_joined__presented_then(void **state)
{
	WDF_IO_QUEUE_CONFIG config = config_of(WdfIoQueueDispatchParallel);
	struct io_op op;

	(void)state;
	io_fixture_start(&f);
	make_busy();
	io_op_read(&op, 8);
	fx_io_submit(f.file, &op.packet); /* on its way before the queue is */
	assert_int_equal(WdfDeviceConfigureRequestDispatching(
				 io_fixture_device(&f), io_queue(&f, &config), WdfRequestTypeRead),
			 STATUS_SUCCESS);
	let_go();
	assert_int_equal(io_seen.kept_count, 1);
	WdfRequestComplete(io_seen.last, STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(op.completions, 1);
}

static void count_destroyed(WDFOBJECT object)
{
	(void)object;
	__atomic_add_fetch(&destroyed, 1, __ATOMIC_RELEASE);
}

static WDFQUEUE counted_queue(void)
{
	WDF_IO_QUEUE_CONFIG config = config_of(WdfIoQueueDispatchManual);
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFQUEUE queue;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.EvtDestroyCallback = count_destroyed;
	assert_int_equal(WdfIoQueueCreate(io_fixture_device(&f), &config, &attrs, &queue),
			 STATUS_SUCCESS);
	return queue;
}

static void test_delete_queue__its_message_is_on_its_way__memory_stays_for_it(void **state)
{
	WDFQUEUE queue = counted_queue();

	(void)state;
	io_fixture_start(&f);
	make_busy();
	busy.deleted = queue;
	WdfIoQueueStart(queue); /* asks the owner to look at it */
	let_go();
	assert_false(busy.destroyed_at_once);
	assert_int_equal(destroyed, 1);
}

static void test_delete_queue__request_is_forwarded_to_it__cancelled(void **state)
{
	WDFQUEUE queue = counted_queue();
	struct io_op op;

	(void)state;
	io_default_queue(&f);
	io_fixture_start(&f);
	io_op_read(&op, 8);
	io_submit(&f, &op);
	make_busy();
	busy.deleted = queue;
	assert_int_equal(WdfRequestForwardToIoQueue(io_seen.last, queue), STATUS_SUCCESS);
	let_go();
	assert_false(busy.destroyed_at_once);
	assert_int_equal(destroyed, 1);
	assert_int_equal(op.completions, 1);
	assert_int_equal(op.status, STATUS_CANCELLED);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_create__wrong_size__info_length_mismatch),
		T(test_create__unknown_dispatch_type__invalid_parameter),
		T(test_create__no_callback__wdf_no_callback),
		T(test_create__manual_with_callback__invalid_parameter),
		T(test_create__presented_limit_where_there_is_none__invalid_parameter),
		T(test_create__power_managed_no_tri_state__invalid_parameter),
		T(test_create__second_default_queue__unsuccessful),
		T(test_create__default_queue_after_start__invalid_device_state),
		T(test_create__no_place_for_handle__only_default_may),
		T(test_create__no_config__stops),
		T(test_create__above_dispatch__refused),
		T(test_power_managed__tri_state__default_depends_on_filter),
		T(test_get_device__is_the_creating_one),
		T(test_create__passive_level_from_dispatch_driver__refused),
		T(test_create__device_scope_at_another_level__invalid_parameter),
		T(test_scope_none__no_lock_around_callbacks),
		T(test_scope_queue__the_queues_lock_around_callbacks),
		T(test_scope_device__the_devices_lock_around_callbacks),
		T(test_scope_inherited__the_devices_choice),
		T(test_callbacks__dispatch_driver__run_at_dispatch),
		T(test_delete_queue__with_requests__they_are_cancelled),
		T(test_delete_queue__default_or_routed_to__reported_and_ignored),
		T(test_create__owner_waits_for_the_caller__no_deadlock),
		T(test_create__requests_come_before_it_has_joined__presented_then),
		T(test_delete_queue__its_message_is_on_its_way__memory_stays_for_it),
		T(test_delete_queue__request_is_forwarded_to_it__cancelled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
