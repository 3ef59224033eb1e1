/* SPDX-License-Identifier: MIT */
/*
 * How callbacks return: each of those that the fixture and this file register is wrapped, and is
 * named with its place when it returns at another level, in another critical region or with a lock.
 */
#include "stop_child.h"

#include "fx_fixture.h"

#include "object/driver.h"
#include "object/irql.h"
#include "uwdf/device_io.h"
#include "verifier/verifier.h"

static const char *culprit; /* who does it; NULL: everybody */
static void (*misdeed)(void);
static unsigned int misdeeds; /* atomic: done */

static void act(const char *name)
{
	if (!misdeed || (culprit && strcmp(culprit, name)))
		return;
	__atomic_add_fetch(&misdeeds, 1, __ATOMIC_RELAXED);
	misdeed();
}

/* --- a driver with the callbacks that the fixture has not --- */

static struct {
	WDFDPC dpc;
	WDFTIMER timer, passive_timer;
	WDFWORKITEM item;
	WDFQUEUE queue;
	WDFREQUEST kept;
	struct uwdf_file *file;
} made;

static void on_dpc(WDFDPC dpc)
{
	(void)dpc;
	act("EvtDpcFunc");
	fx_note("dpc");
}

static void on_timer(WDFTIMER timer)
{
	(void)timer;
	act("EvtTimerFunc");
	fx_note("timer");
}

static void on_item(WDFWORKITEM item)
{
	(void)item;
	act("EvtWorkItem");
	fx_note("item");
}

static void on_cleanup(WDFOBJECT object)
{
	(void)object;
	act("EvtCleanupCallback");
}

static void on_destroy(WDFOBJECT object)
{
	(void)object;
	act("EvtDestroyCallback");
}

static void make_callers(WDFDEVICE device)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_WORKITEM_CONFIG item;
	WDF_TIMER_CONFIG timer;
	WDF_DPC_CONFIG dpc;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = device;
	WDF_DPC_CONFIG_INIT(&dpc, on_dpc);
	dpc.AutomaticSerialization = FALSE;
	assert_int_equal(WdfDpcCreate(&dpc, &attrs, &made.dpc), STATUS_SUCCESS);
	WDF_WORKITEM_CONFIG_INIT(&item, on_item);
	item.AutomaticSerialization = FALSE;
	assert_int_equal(WdfWorkItemCreate(&item, &attrs, &made.item), STATUS_SUCCESS);
	WDF_TIMER_CONFIG_INIT(&timer, on_timer);
	timer.AutomaticSerialization = FALSE;
	assert_int_equal(WdfTimerCreate(&timer, &attrs, &made.timer), STATUS_SUCCESS);
	attrs.ExecutionLevel = WdfExecutionLevelPassive;
	assert_int_equal(WdfTimerCreate(&timer, &attrs, &made.passive_timer), STATUS_SUCCESS);
}

static void on_cancel(WDFREQUEST request)
{
	act("EvtRequestCancel");
	WdfRequestComplete(request, STATUS_CANCELLED);
}

static void on_default(WDFQUEUE queue, WDFREQUEST request)
{
	(void)queue;
	act("EvtIoDefault");
	WdfRequestComplete(request, STATUS_SUCCESS);
}

/* Kept until it is cancelled. */
static void on_read(WDFQUEUE queue, WDFREQUEST request, size_t length)
{
	(void)queue;
	(void)length;
	act("EvtIoRead");
	made.kept = request;
	WdfRequestMarkCancelable(request, on_cancel);
	fx_note("read");
}

static void on_write(WDFQUEUE queue, WDFREQUEST request, size_t length)
{
	(void)queue;
	(void)length;
	act("EvtIoWrite");
	WdfRequestComplete(request, STATUS_SUCCESS);
}

static void on_stop(WDFQUEUE queue, WDFREQUEST request, ULONG action)
{
	(void)queue;
	(void)action;
	act("EvtIoStop");
	if (action & WdfRequestStopActionSuspend)
		WdfRequestStopAcknowledge(request, FALSE);
}

static void make_queue(WDFDEVICE device)
{
	WDF_IO_QUEUE_CONFIG config;

	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
	config.EvtIoDefault = on_default;
	config.EvtIoRead = on_read;
	config.EvtIoWrite = on_write;
	config.EvtIoStop = on_stop;
	assert_int_equal(WdfIoQueueCreate(device, &config, NULL, &made.queue), STATUS_SUCCESS);
}

static void on_file_create(WDFDEVICE device, WDFREQUEST request, WDFFILEOBJECT file)
{
	(void)device;
	(void)file;
	act("EvtDeviceFileCreate");
	WdfRequestComplete(request, STATUS_SUCCESS);
}

static void on_file_cleanup(WDFFILEOBJECT file)
{
	(void)file;
	act("EvtFileCleanup");
}

static void on_file_close(WDFFILEOBJECT file)
{
	(void)file;
	act("EvtFileClose");
}

static void want_files(PWDFDEVICE_INIT init)
{
	WDF_FILEOBJECT_CONFIG config;

	WDF_FILEOBJECT_CONFIG_INIT(&config, on_file_create, on_file_close, on_file_cleanup);
	WdfDeviceInitSetFileObjectConfig(init, &config, WDF_NO_OBJECT_ATTRIBUTES);
}

static void make_more(WDFDEVICE device)
{
	make_callers(device);
	make_queue(device);
}

/* --- its life, once --- */

static void note_completed(struct uwdf_io *io, int32_t status, uint64_t information)
{
	(void)io;
	(void)status;
	(void)information;
	fx_note("completed");
}

static void do_io(void)
{
	static char out[16];
	static struct uwdf_io ios[3] = {
		{ .kind = UWDF_IO_WRITE, .in = out, .in_len = 1, .complete = note_completed },
		{ .kind = UWDF_IO_CONTROL, .out = out, .out_len = 1, .complete = note_completed },
		{ .kind = UWDF_IO_READ, .out = out, .out_len = 1, .complete = note_completed },
	};

	assert_int_equal(uwdf_device_io.open(fx.device, 1, &made.file), STATUS_SUCCESS);
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(ios); i++)
		uwdf_device_io.submit(made.file, &ios[i]);
	assert_true(fx_log_await("completed", 2));
	assert_true(fx_log_await("read", 1));
}

static BOOLEAN on_synchronize(WDFINTERRUPT interrupt, WDFCONTEXT context)
{
	(void)interrupt;
	(void)context;
	act("EvtInterruptSynchronize");
	return TRUE;
}

static void call_callers(void)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFOBJECT object;

	WdfDpcEnqueue(made.dpc);
	assert_true(fx_log_await("dpc", 1));
	WdfTimerStart(made.timer, 0);
	WdfTimerStart(made.passive_timer, 0);
	assert_true(fx_log_await("timer", 2));
	WdfWorkItemEnqueue(made.item);
	WdfWorkItemFlush(made.item); /* it has returned */
	WdfInterruptSynchronize(fx_made.interrupts[0], on_synchronize, NULL);
	fx_edu_raise();
	assert_true(fx_log_await("Dpc", 1));
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.EvtCleanupCallback = on_cleanup;
	attrs.EvtDestroyCallback = on_destroy;
	assert_int_equal(WdfObjectCreate(&attrs, &object), STATUS_SUCCESS);
	WdfObjectDelete(object);
}

static void live(const char *verify)
{
	void *state = NULL;

	assert_int_equal(fx_setup(&state), 0);
	assert_int_equal(fx_verify(verify), 0);
	fx_script.interrupts = fx_script.enablers = 1;
	fx_script.in_any = act;
	fx_script.in_init = want_files;
	fx_script.in_add = make_more;
	assert_int_equal(fx_start("model:edu"), 0);
	call_callers();
	do_io();
	fx_remove();
	uwdf_device_io.close(made.file);
}

/* --- a lock is kept --- */

/* At the level and in the region it was entered in, so that nothing but the lock tells. */
enum { KEPT_LINE = __LINE__ + 9 };
static void keep_a_lock(void)
{
	LONGLONG at_once = 0;
	WDFWAITLOCK lock;

	if (KeGetCurrentIrql() > DISPATCH_LEVEL)
		return;
	assert_int_equal(WdfWaitLockCreate(NULL, &lock), STATUS_SUCCESS);
	assert_int_equal(WdfWaitLockAcquire(lock, &at_once), STATUS_SUCCESS);
	KeLeaveCriticalRegion();
}

static void child_keeps_locks(void *arg)
{
	(void)arg;
	misdeed = keep_a_lock;
	live("");
}

static const char *const locked[] = {
	"EvtDriverDeviceAdd",
	"EvtDevicePrepareHardware",
	"EvtDeviceD0Entry",
	"EvtDeviceD0EntryPostInterruptsEnabled",
	"EvtDmaEnablerFill",
	"EvtDmaEnablerEnable",
	"EvtDmaEnablerSelfManagedIoStart",
	"EvtDeviceSelfManagedIoInit",
	"EvtInterruptDpc",
	"EvtDpcFunc",
	"EvtTimerFunc",
	"EvtWorkItem",
	"EvtCleanupCallback",
	"EvtDestroyCallback",
	"EvtDeviceFileCreate",
	"EvtIoDefault",
	"EvtIoRead",
	"EvtIoWrite",
	"EvtIoStop",
	"EvtRequestCancel",
	"EvtFileCleanup",
	"EvtFileClose",
	"EvtDeviceQueryRemove",
	"EvtDeviceSelfManagedIoSuspend",
	"EvtDmaEnablerSelfManagedIoStop",
	"EvtDmaEnablerDisable",
	"EvtDmaEnablerFlush",
	"EvtDeviceD0ExitPreInterruptsDisabled",
	"EvtDeviceD0Exit",
	"EvtDeviceSelfManagedIoFlush",
	"EvtDeviceReleaseHardware",
	"EvtDeviceSelfManagedIoCleanup",
};

static void test_lock_kept__each_callback_is_named_with_the_place(void **state)
{
	(void)state;
	assert_true(child_returns(child_keeps_locks, NULL));
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(locked); i++)
		assert_said("%s returned with a lock; it still holds the WDFWAITLOCK 0x",
			    locked[i]);
	assert_said("taken from keep_a_lock at ");
	assert_said("fx_verifier_return_test.c:%d (", KEPT_LINE);
}

/* --- the level --- */

static void raise_by_one(void)
{
	fx_irql_raise(KeGetCurrentIrql() + 1);
}

static void stay_inside(void)
{
	KeEnterCriticalRegion();
}

static const char *options;

static void child_misbehaves(void *name)
{
	culprit = name;
	live(options);
}

static bool stops(const char *name, void (*deed)(void))
{
	misdeed = deed;
	options = "";
	return child_stops(child_misbehaves, (void *)(uintptr_t)name);
}

/* Interrupts' levels are no others' business: these stop alone. */
static void test_level__stops_with_both_levels(void **state)
{
	static const struct {
		const char *script, *name;
		unsigned int level;
	} rows[] = {
		{ "D0Entry", "EvtDeviceD0Entry", PASSIVE_LEVEL },
		{ "EvtDpcFunc", "EvtDpcFunc", DISPATCH_LEVEL },
		{ "EvtTimerFunc", "EvtTimerFunc", DISPATCH_LEVEL },
		{ "EvtWorkItem", "EvtWorkItem", PASSIVE_LEVEL },
		{ "EvtCleanupCallback", "EvtCleanupCallback", PASSIVE_LEVEL },
		{ "Isr", "EvtInterruptIsr", FX_DIRQL },
		{ "Dpc", "EvtInterruptDpc", DISPATCH_LEVEL },
		{ "InterruptEnable", "EvtInterruptEnable", FX_DIRQL },
		{ "EvtInterruptSynchronize", "EvtInterruptSynchronize", FX_DIRQL },
		{ "EvtIoDefault", "EvtIoDefault", PASSIVE_LEVEL },
		{ "DriverEntry", "DriverEntry", PASSIVE_LEVEL },
	};

	(void)state;
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(rows); i++) {
		assert_true(stops(rows[i].script, raise_by_one));
		assert_said("WDF_VIOLATION 0x10d (0xe, 0x%x, 0x%x, 0x", rows[i].level,
			    rows[i].level + 1);
		assert_said("WDF_VERIFIER_IRQL_MISMATCH, rule 22\n");
		assert_said("%s was entered at IRQL %u and returned at %u\n", rows[i].name,
			    rows[i].level, rows[i].level + 1);
	}
}

static void hold_a_spin_lock(void)
{
	WDFSPINLOCK lock;

	assert_int_equal(WdfSpinLockCreate(NULL, &lock), STATUS_SUCCESS);
	WdfSpinLockAcquire(lock);
}

static void test_level__by_a_lock__names_it(void **state)
{
	(void)state;
	assert_true(stops("EvtWorkItem", hold_a_spin_lock));
	assert_said("EvtWorkItem was entered at IRQL 0 and returned at 2; it still holds the "
		    "WDFSPINLOCK 0x");
	assert_said("taken from hold_a_spin_lock at ");
}

/* Whoever left the verifier's stops off goes on at the right level, and is told. */
static void child_puts_right(void *arg)
{
	(void)arg;
	misdeed = raise_by_one;
	live("EnhancedVerifierOptions=0");
	assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
	assert_int_equal(fx_verifier_breaks_of(fx.driver->fx, FX_RULE_CALLBACK_LEVEL), misdeeds);
}

static void test_level__not_enhanced__put_right_in_each(void **state)
{
	(void)state;
	assert_true(child_returns(child_puts_right, NULL));
	assert_said("broke rule 22");
}

/* --- the critical region --- */

static void test_region__stops_with_the_callbacks_address(void **state)
{
	(void)state;
	assert_true(stops("EvtWorkItem", stay_inside));
	assert_said("WDF_VIOLATION 0x10d (0xf, 0x%zx, 0x0, 0x", (size_t)(uintptr_t)on_item);
	assert_said("WDF_VERIFIER_CRITICAL_REGION_MISMATCH, rule 23\n");
	assert_said("EvtWorkItem was entered 0 critical regions deep and returned 1 deep\n");
	assert_true(stops("EvtDeviceFileCreate", stay_inside));
	assert_said("(0xf, 0x%zx, 0x0, 0x", (size_t)(uintptr_t)on_file_create);
}

static void hold_the_devices(void)
{
	WdfObjectAcquireLock(fx_made.device);
	fx_note("held"); /* not the last, or this function leaves no return address */
}

/* The lock of a device whose callbacks run at PASSIVE is one to sleep on, and a region. */
static void keep_level(PWDFDEVICE_INIT init)
{
	want_files(init);
	fx_script.level = WdfExecutionLevelPassive;
}

static void live_passive(void *arg)
{
	void *state = NULL;

	(void)arg;
	culprit = "EvtWorkItem";
	misdeed = hold_the_devices;
	assert_int_equal(fx_setup(&state), 0);
	fx_script.interrupts = 1;
	fx_script.in_init = keep_level;
	fx_script.in_add = make_more;
	assert_int_equal(fx_start("model:edu"), 0);
	call_callers();
}

static void test_region__by_a_callback_lock__names_it(void **state)
{
	(void)state;
	assert_true(child_stops(live_passive, NULL));
	assert_said("EvtWorkItem was entered 0 critical regions deep and returned 1 deep; it still "
		    "holds the WDFDEVICE 0x");
	assert_said("taken from hold_the_devices at ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lock_kept__each_callback_is_named_with_the_place),
		cmocka_unit_test(test_level__stops_with_both_levels),
		cmocka_unit_test(test_level__by_a_lock__names_it),
		cmocka_unit_test(test_level__not_enhanced__put_right_in_each),
		cmocka_unit_test(test_region__stops_with_the_callbacks_address),
		cmocka_unit_test(test_region__by_a_callback_lock__names_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
