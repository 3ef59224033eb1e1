/* SPDX-License-Identifier: MIT */
/*
 * Synchronization scope and execution level inherited from the driver down to what is below a
 * queue: under whose lock (two callbacks under one never overlap, all others may) and at which
 * level each callback runs, those of file objects too. "Using Automatic Synchronization",
 * WDF_SYNCHRONIZATION_SCOPE, WDF_EXECUTION_LEVEL, WdfDeviceInitSetFileObjectConfig.
 */
#include "fx_fixture.h"

#include <stdio.h>
#include <string.h>

#include "base/exec.h"
#include "io/queue.h"
#include "io/room.h"
#include "uwdf/device_io.h"

#define SOON_MS 60000

enum lock { NO_LOCK, QUEUES_LOCK, DEVICES_LOCK };
static const char *const lock_names[] = { "no lock", "the queue's lock", "the device's lock" };

#define PARENTS  WdfSynchronizationScopeInheritFromParent
#define NONE     WdfSynchronizationScopeNone
#define QUEUE    WdfSynchronizationScopeQueue
#define DEVICE   WdfSynchronizationScopeDevice
#define SAME     WdfExecutionLevelInheritFromParent
#define PASSIVE  WdfExecutionLevelPassive
#define DISPATCH WdfExecutionLevelDispatch
#define REFUSED  STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL

struct ask {
	WDF_SYNCHRONIZATION_SCOPE scope;
	WDF_EXECUTION_LEVEL level;
};

/* clang-format off */
static const struct row {
	const char *what;
	struct ask driver, device, queue, file;
	NTSTATUS status;              /* of WdfDeviceCreate */
	enum lock io, children, file_lock; /* children: serialized, below the queue */
	KIRQL io_level;               /* of the queue's callbacks; those of files are at PASSIVE */
} rows[] = {
	{ "nobody says anything", { PARENTS, SAME }, { PARENTS, SAME }, { PARENTS, SAME }, { PARENTS, SAME },
	  STATUS_SUCCESS, NO_LOCK, NO_LOCK, NO_LOCK, PASSIVE_LEVEL },
	{ "the driver: device, passive", { DEVICE, PASSIVE }, { PARENTS, SAME }, { PARENTS, SAME }, { PARENTS, SAME },
	  STATUS_SUCCESS, DEVICES_LOCK, DEVICES_LOCK, DEVICES_LOCK, PASSIVE_LEVEL },
	{ "the driver: queue, passive", { QUEUE, PASSIVE }, { PARENTS, SAME }, { PARENTS, SAME }, { PARENTS, SAME },
	  STATUS_SUCCESS, QUEUES_LOCK, QUEUES_LOCK, NO_LOCK, PASSIVE_LEVEL },
	{ "the driver: queue", { QUEUE, SAME }, { PARENTS, SAME }, { PARENTS, SAME }, { PARENTS, SAME },
	  STATUS_SUCCESS, QUEUES_LOCK, QUEUES_LOCK, NO_LOCK, DISPATCH_LEVEL },
	{ "the driver: passive", { PARENTS, PASSIVE }, { PARENTS, SAME }, { PARENTS, SAME }, { PARENTS, SAME },
	  STATUS_SUCCESS, NO_LOCK, NO_LOCK, NO_LOCK, PASSIVE_LEVEL },
	{ "the driver: device; files cannot", { DEVICE, SAME }, { PARENTS, SAME }, { PARENTS, SAME }, { PARENTS, SAME },
	  REFUSED, NO_LOCK, NO_LOCK, NO_LOCK, 0 },
	{ "the driver: device; files passive cannot", { DEVICE, DISPATCH }, { PARENTS, SAME }, { PARENTS, SAME }, { PARENTS, PASSIVE },
	  REFUSED, NO_LOCK, NO_LOCK, NO_LOCK, 0 },
	{ "the driver: device; files none", { DEVICE, DISPATCH }, { PARENTS, SAME }, { PARENTS, SAME }, { NONE, PASSIVE },
	  STATUS_SUCCESS, DEVICES_LOCK, DEVICES_LOCK, NO_LOCK, DISPATCH_LEVEL },
	{ "the driver: device; the device passive", { DEVICE, SAME }, { PARENTS, PASSIVE }, { PARENTS, SAME }, { PARENTS, SAME },
	  STATUS_SUCCESS, DEVICES_LOCK, DEVICES_LOCK, DEVICES_LOCK, PASSIVE_LEVEL },
	{ "the driver: device; the device none", { DEVICE, PASSIVE }, { NONE, SAME }, { PARENTS, SAME }, { PARENTS, SAME },
	  STATUS_SUCCESS, NO_LOCK, NO_LOCK, NO_LOCK, PASSIVE_LEVEL },
	{ "the driver: none; the device: device, passive", { NONE, SAME }, { DEVICE, PASSIVE }, { PARENTS, SAME }, { PARENTS, SAME },
	  STATUS_SUCCESS, DEVICES_LOCK, DEVICES_LOCK, DEVICES_LOCK, PASSIVE_LEVEL },
	{ "the device: device, passive; the queue none", { NONE, SAME }, { DEVICE, PASSIVE }, { NONE, SAME }, { PARENTS, SAME },
	  STATUS_SUCCESS, NO_LOCK, NO_LOCK, DEVICES_LOCK, PASSIVE_LEVEL },
	{ "the device: device, passive; the queue its own", { NONE, SAME }, { DEVICE, PASSIVE }, { QUEUE, SAME }, { PARENTS, SAME },
	  STATUS_SUCCESS, QUEUES_LOCK, QUEUES_LOCK, DEVICES_LOCK, PASSIVE_LEVEL },
	{ "the device: device, passive; files none", { NONE, SAME }, { DEVICE, PASSIVE }, { PARENTS, SAME }, { NONE, SAME },
	  STATUS_SUCCESS, DEVICES_LOCK, DEVICES_LOCK, NO_LOCK, PASSIVE_LEVEL },
	{ "the device: queue, passive", { NONE, SAME }, { QUEUE, PASSIVE }, { PARENTS, SAME }, { PARENTS, SAME },
	  STATUS_SUCCESS, QUEUES_LOCK, QUEUES_LOCK, NO_LOCK, PASSIVE_LEVEL },
	{ "the device: queue; the queue passive", { NONE, SAME }, { QUEUE, DISPATCH }, { PARENTS, PASSIVE }, { PARENTS, SAME },
	  STATUS_SUCCESS, QUEUES_LOCK, QUEUES_LOCK, NO_LOCK, PASSIVE_LEVEL },
	{ "the device: queue, passive; the queue dispatch", { NONE, SAME }, { QUEUE, PASSIVE }, { PARENTS, DISPATCH }, { PARENTS, SAME },
	  STATUS_SUCCESS, QUEUES_LOCK, QUEUES_LOCK, NO_LOCK, DISPATCH_LEVEL },
	{ "the queue alone", { NONE, SAME }, { PARENTS, SAME }, { QUEUE, PASSIVE }, { PARENTS, SAME },
	  STATUS_SUCCESS, QUEUES_LOCK, QUEUES_LOCK, NO_LOCK, PASSIVE_LEVEL },
};
/* clang-format on */

enum who {
	IO,
	IO_CANCEL,
	CREATE,
	CLEANUP,
	CLOSE,
	DPC,
	TIMER,
	PASSIVE_TIMER,
	ITEM,
	REQUEST_ITEM,
	WHO
};
static const char *const names[] = { "EvtIoDefault",        "EvtRequestCancel",
				     "EvtDeviceFileCreate", "EvtFileCleanup",
				     "EvtFileClose",        "EvtDpcFunc",
				     "EvtTimerFunc",        "a passive timer",
				     "EvtWorkItem",         "a work item below a request" };

static const struct row *row;
static struct seen {
	unsigned int count; /* atomic; the others are written before */
	enum lock lock;
	KIRQL level;
} seen[WHO];
static WDFQUEUE queue;

static struct fx_io *room(void)
{
	return fx_device_io((struct fx_device *)(void *)fx_object_at(fx_made.device));
}

static enum lock lock_held(void)
{
	struct fx_queue *q = queue ? (void *)fx_object_at(queue) : NULL;

	if (q && q->scope == &q->own_scope && fx_scope_is_mine(&q->own_scope))
		return QUEUES_LOCK;
	return fx_scope_is_mine(&room()->device_scope) ? DEVICES_LOCK : NO_LOCK;
}

static void note(enum who who)
{
	seen[who].lock = lock_held();
	seen[who].level = KeGetCurrentIrql();
	__atomic_add_fetch(&seen[who].count, 1, __ATOMIC_RELEASE);
}

static void expect_seen(enum who who, enum lock lock, KIRQL level)
{
	unsigned int i = 0;

	while (!__atomic_load_n(&seen[who].count, __ATOMIC_ACQUIRE) && i++ < SOON_MS)
		exec_sleep_ms(1);
	if (!__atomic_load_n(&seen[who].count, __ATOMIC_ACQUIRE))
		fail_msg("%s: %s never ran", row->what, names[who]);
	if (seen[who].lock != lock)
		fail_msg("%s: %s ran under %s, not %s", row->what, names[who],
			 lock_names[seen[who].lock], lock_names[lock]);
	if (seen[who].level != level)
		fail_msg("%s: %s ran at level %u", row->what, names[who], seen[who].level);
}

/* --- the driver --- */

static void on_create(WDFDEVICE device, WDFREQUEST request, WDFFILEOBJECT file)
{
	(void)device;
	(void)file;
	note(CREATE);
	WdfRequestComplete(request, STATUS_SUCCESS);
}

static void on_cleanup(WDFFILEOBJECT file)
{
	(void)file;
	note(CLEANUP);
}

static void on_close(WDFFILEOBJECT file)
{
	(void)file;
	note(CLOSE);
}

static void on_cancel(WDFREQUEST request)
{
	note(IO_CANCEL);
	WdfRequestComplete(request, STATUS_CANCELLED);
}

static void on_request_item(WDFWORKITEM item)
{
	(void)item;
	note(REQUEST_ITEM);
}

static void start_item_below(WDFREQUEST request)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_WORKITEM_CONFIG config;
	WDFWORKITEM item;

	WDF_WORKITEM_CONFIG_INIT(&config, on_request_item);
	config.AutomaticSerialization = FALSE;
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = request;
	assert_int_equal(WdfWorkItemCreate(&config, &attrs, &item), STATUS_SUCCESS);
	WdfWorkItemEnqueue(item);
}

static void on_io(WDFQUEUE of, WDFREQUEST request)
{
	(void)of;
	if (row->io_level == PASSIVE_LEVEL) /* where its cleanup may be, too */
		start_item_below(request);
	WdfRequestMarkCancelable(request, on_cancel);
	note(IO);
}

static void on_dpc(WDFDPC dpc)
{
	(void)dpc;
	note(DPC);
}

static void on_timer(WDFTIMER timer)
{
	(void)timer;
	note(TIMER);
}

static void on_passive_timer(WDFTIMER timer)
{
	(void)timer;
	note(PASSIVE_TIMER);
}

static void on_item(WDFWORKITEM item)
{
	(void)item;
	note(ITEM);
}

static void in_init(PWDFDEVICE_INIT init)
{
	WDF_FILEOBJECT_CONFIG config;
	WDF_OBJECT_ATTRIBUTES attrs;

	WDF_FILEOBJECT_CONFIG_INIT(&config, on_create, on_close, on_cleanup);
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.SynchronizationScope = row->file.scope;
	attrs.ExecutionLevel = row->file.level;
	WdfDeviceInitSetFileObjectConfig(init, &config, &attrs);
}

static void in_add(WDFDEVICE device)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_IO_QUEUE_CONFIG config;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.SynchronizationScope = row->queue.scope;
	attrs.ExecutionLevel = row->queue.level;
	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
	config.EvtIoDefault = on_io;
	assert_int_equal(WdfIoQueueCreate(device, &config, &attrs, &queue), STATUS_SUCCESS);
}

/* --- what is below the queue, two generations down --- */

static WDFOBJECT grandchild(void)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFOBJECT object = queue;

	for (int i = 0; i < 2; i++) {
		WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
		attrs.ParentObject = object;
		assert_int_equal(WdfObjectCreate(&attrs, &object), STATUS_SUCCESS);
	}
	return object;
}

static void run_dpc(const WDF_OBJECT_ATTRIBUTES *of)
{
	WDF_OBJECT_ATTRIBUTES attrs = *of;
	WDF_DPC_CONFIG config;
	WDFDPC dpc;

	WDF_DPC_CONFIG_INIT(&config, on_dpc);
	assert_int_equal(WdfDpcCreate(&config, &attrs, &dpc), STATUS_SUCCESS);
	WdfDpcEnqueue(dpc);
	expect_seen(DPC, row->children, DISPATCH_LEVEL);
}

static void run_timer(const WDF_OBJECT_ATTRIBUTES *of, bool passive)
{
	WDF_OBJECT_ATTRIBUTES attrs = *of;
	WDF_TIMER_CONFIG config;
	WDFTIMER timer;

	WDF_TIMER_CONFIG_INIT(&config, passive ? on_passive_timer : on_timer);
	attrs.ExecutionLevel = passive ? PASSIVE : SAME;
	assert_int_equal(WdfTimerCreate(&config, &attrs, &timer), STATUS_SUCCESS);
	WdfTimerStart(timer, WDF_REL_TIMEOUT_IN_MS(1));
	expect_seen(passive ? PASSIVE_TIMER : TIMER, row->children,
		    passive ? PASSIVE_LEVEL : DISPATCH_LEVEL);
}

static void run_item(const WDF_OBJECT_ATTRIBUTES *of)
{
	WDF_OBJECT_ATTRIBUTES attrs = *of;
	WDF_WORKITEM_CONFIG config;
	WDFWORKITEM item;

	WDF_WORKITEM_CONFIG_INIT(&config, on_item);
	assert_int_equal(WdfWorkItemCreate(&config, &attrs, &item), STATUS_SUCCESS);
	WdfWorkItemEnqueue(item);
	expect_seen(ITEM, row->children, PASSIVE_LEVEL);
}

/* Serialized all, where the lock's level lets them be; with no lock each as it is. */
static void run_children(void)
{
	bool any = row->children == NO_LOCK;
	WDF_OBJECT_ATTRIBUTES attrs;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = grandchild();
	if (any || row->io_level == DISPATCH_LEVEL) {
		run_dpc(&attrs);
		run_timer(&attrs, false);
	}
	if (any || row->io_level == PASSIVE_LEVEL) {
		run_timer(&attrs, true);
		run_item(&attrs);
	}
}

/* --- a row --- */

static struct uwdf_io io;
static unsigned int completions; /* atomic */
static char byte;

static void on_complete(struct uwdf_io *of, int32_t status, uint64_t information)
{
	(void)of;
	(void)information;
	(void)status;
	__atomic_add_fetch(&completions, 1, __ATOMIC_RELEASE);
}

static void run_io(void)
{
	struct uwdf_file *file;

	assert_int_equal(uwdf_device_io.open(fx.device, 1, &file), STATUS_SUCCESS);
	io = (struct uwdf_io){
		.kind = UWDF_IO_READ, .out = &byte, .out_len = 1, .complete = on_complete
	};
	uwdf_device_io.submit(file, &io);
	expect_seen(IO, row->io, row->io_level);
	if (row->io_level == PASSIVE_LEVEL)
		expect_seen(REQUEST_ITEM, NO_LOCK, PASSIVE_LEVEL);
	uwdf_device_io.cancel(&io);
	expect_seen(IO_CANCEL, row->io, row->io_level);
	for (int i = 0; i < SOON_MS && !__atomic_load_n(&completions, __ATOMIC_ACQUIRE); i++)
		exec_sleep_ms(1);
	uwdf_device_io.close(file);
	expect_seen(CREATE, row->file_lock, PASSIVE_LEVEL);
	expect_seen(CLEANUP, row->file_lock, PASSIVE_LEVEL);
	expect_seen(CLOSE, row->file_lock, PASSIVE_LEVEL);
}

static void run_row(void)
{
	int err;

	memset(seen, 0, sizeof(seen));
	queue = NULL;
	completions = 0;
	fx_script.driver_scope = row->driver.scope;
	fx_script.driver_level = row->driver.level;
	fx_script.scope = row->device.scope;
	fx_script.level = row->device.level;
	fx_script.in_init = in_init;
	fx_script.in_add = in_add;
	err = fx_start("model:edu");
	if (!err == !NT_SUCCESS(row->status))
		fail_msg("%s: started with %d: %s", row->what, err, fx.rep.text);
	if (!NT_SUCCESS(row->status)) {
		assert_non_null(strstr(fx.rep.text, "STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL"));
		return;
	}
	run_io();
	run_children();
	fx_remove();
}

static void test_table__from_driver_to_grandchild__lock_and_level(void **state)
{
	for (row = rows; row < rows + UW_ARRAY_SIZE(rows); row++) {
		run_row();
		assert_int_equal(fx_teardown(state), 0);
		assert_int_equal(fx_setup(state), 0);
	}
}

/* --- what the device's lock around file callbacks means --- */

static struct exec_event inside;
static unsigned int at_once, most_at_once; /* atomic */

static void overlap(void)
{
	unsigned int now = __atomic_add_fetch(&at_once, 1, __ATOMIC_ACQ_REL);

	if (now > __atomic_load_n(&most_at_once, __ATOMIC_ACQUIRE))
		__atomic_store_n(&most_at_once, now, __ATOMIC_RELEASE);
	exec_sleep_ms(2);
	__atomic_sub_fetch(&at_once, 1, __ATOMIC_ACQ_REL);
}

static void item_overlaps(WDFWORKITEM item)
{
	exec_event_set(&inside);
	overlap();
	(void)item;
}

static void close_overlaps(WDFFILEOBJECT file)
{
	(void)file;
	overlap();
}

static void in_init_overlaps(PWDFDEVICE_INIT init)
{
	WDF_FILEOBJECT_CONFIG config;
	WDF_OBJECT_ATTRIBUTES attrs;

	WDF_FILEOBJECT_CONFIG_INIT(&config, WDF_NO_EVENT_CALLBACK, close_overlaps, close_overlaps);
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	WdfDeviceInitSetFileObjectConfig(init, &config, &attrs);
}

/* Opens and closes while a serialized work item comes again and again. */
static void test_file_callbacks__device_scope__never_beside_a_serialized_work_item(void **state)
{
	WDF_WORKITEM_CONFIG config;
	WDF_OBJECT_ATTRIBUTES attrs;
	struct uwdf_file *file;
	WDFWORKITEM item;

	(void)state;
	assert_int_equal(exec_event_init(&inside), 0);
	fx_script.scope = DEVICE;
	fx_script.level = PASSIVE;
	fx_script.in_init = in_init_overlaps;
	fx_up();
	WDF_WORKITEM_CONFIG_INIT(&config, item_overlaps);
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = fx_made.device;
	assert_int_equal(WdfWorkItemCreate(&config, &attrs, &item), STATUS_SUCCESS);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(uwdf_device_io.open(fx.device, 1, &file), STATUS_SUCCESS);
		WdfWorkItemEnqueue(item);
		assert_true(exec_event_wait(&inside, exec_deadline_ms(SOON_MS)));
		uwdf_device_io.close(file); /* cleanup and close come during the item */
		WdfWorkItemFlush(item);
	}
	fx_remove();
	assert_int_equal(__atomic_load_n(&most_at_once, __ATOMIC_ACQUIRE), 1);
	exec_event_deinit(&inside);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_table__from_driver_to_grandchild__lock_and_level, fx_setup,
			fx_teardown),
		cmocka_unit_test_setup_teardown(
			test_file_callbacks__device_scope__never_beside_a_serialized_work_item,
			fx_setup, fx_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
