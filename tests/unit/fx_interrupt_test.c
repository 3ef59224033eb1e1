/* SPDX-License-Identifier: MIT */
/* WDFINTERRUPT on a model: ISR and DPC, lock and level, what is refused. */
#include "fx_fixture.h"

#include <errno.h>
#include <string.h>

#include "hw/interrupt.h"
#include "object/irql.h"

static KIRQL isr_level, dpc_level;
static WDFOBJECT dpc_object;
static ULONG isr_message;

static void look_in_isr(WDFINTERRUPT interrupt, ULONG message)
{
	(void)interrupt;
	isr_level = KeGetCurrentIrql();
	isr_message = message;
}

static void look_in_dpc(WDFINTERRUPT interrupt, WDFOBJECT object)
{
	(void)interrupt;
	dpc_level = KeGetCurrentIrql();
	dpc_object = object;
}

static void test_interrupt__raised__isr_at_dirql_then_dpc_at_dispatch(void **state)
{
	struct uwdf_device_info info;
	(void)state;
	fx_script.interrupts = 1;
	fx_script.in_isr = look_in_isr;
	fx_script.in_dpc = look_in_dpc;
	fx_up();
	for (unsigned int i = 1; i <= 10; i++) {
		fx_edu_raise();
		assert_true(fx_log_await("Dpc", i));
	}
	assert_int_equal(isr_level, FX_DIRQL);
	assert_int_equal(isr_message, 0);
	assert_int_equal(dpc_level, DISPATCH_LEVEL);
	assert_ptr_equal(dpc_object, fx_made.device);
	uwdf_device_info(fx.device, &info);
	assert_int_equal(info.isr_calls, 10);
	assert_int_equal(info.dpcs, 10);
	assert_int_equal(info.interrupts, 10);
}

/* --- DPC queueing --- */

static unsigned int queued_again;

static void queue_three_times(WDFINTERRUPT interrupt, ULONG message)
{
	(void)message;
	queued_again = 0;
	assert_true(WdfInterruptQueueDpcForIsr(interrupt));
	queued_again += WdfInterruptQueueDpcForIsr(interrupt);
	queued_again += WdfInterruptQueueDpcForIsr(interrupt);
}

static void test_dpc__queued_several_times__runs_once(void **state)
{
	struct uwdf_device_info info;
	(void)state;
	fx_script.interrupts = 1;
	fx_script.in_isr = queue_three_times;
	fx_up();
	fx_edu_raise();
	assert_true(fx_log_await("Dpc", 1));
	assert_int_equal(queued_again, 0);
	fx_remove();
	uwdf_device_start(fx.driver, &(struct uwdf_device_params){ .address = "model:edu" }, NULL,
			  &fx.device);
	uwdf_device_info(fx.device, &info);
	assert_int_equal(info.dpcs, 0);
	assert_string_equal(fx_log(), "Isr Dpc QueryRemove SmioSuspend D0ExitPre InterruptDisable "
				      "D0Exit ReleaseHardware SmioFlush SmioCleanup DeviceCleanup "
				      "DeviceDestroy DeviceAdd PrepareHardware D0Entry "
				      "InterruptEnable D0EntryPost SmioInit");
}

static void test_dpc__queued_from_another_thread__runs_on_the_loop(void **state)
{
	(void)state;
	fx_script.interrupts = 1;
	fx_script.in_dpc = look_in_dpc;
	fx_up();
	assert_true(WdfInterruptQueueDpcForIsr(fx_made.interrupts[0]));
	assert_true(fx_log_await("Dpc", 1));
	assert_int_equal(dpc_level, DISPATCH_LEVEL);
}

static void test_dpc__queued_just_before_removal__runs_before_d0_exit(void **state)
{
	(void)state;
	fx_script.interrupts = 1;
	fx_up();
	for (unsigned int i = 0; i < 20; i++)
		(void)WdfInterruptQueueDpcForIsr(fx_made.interrupts[0]);
	fx_remove();
	assert_true(strstr(fx_log(), "Dpc") < strstr(fx_log(), "D0Exit "));
}

static BOOLEAN plain_isr(WDFINTERRUPT interrupt, ULONG message)
{
	(void)interrupt;
	(void)message;
	WRITE_REGISTER_ULONG((volatile ULONG *)(fx_made.registers + EDU_ACK), ~0u);
	fx_note("plain");
	return TRUE;
}

static WDF_INTERRUPT_CONFIG config;
static WDFINTERRUPT made;

static void make_plain(WDFDEVICE device)
{
	WDF_INTERRUPT_CONFIG_INIT(&config, plain_isr, NULL);
	assert_int_equal(WdfInterruptCreate(device, &config, NULL, &made), STATUS_SUCCESS);
}

static void test_dpc__interrupt_without_dpc__breaks(void **state)
{
	(void)state;
	fx_script.in_add = make_plain;
	fx_up();
	assert_false(WdfInterruptQueueDpcForIsr(made));
	assert_true(fx_broke());
}

/* --- lock and level --- */

static BOOLEAN in_synchronize(WDFINTERRUPT interrupt, WDFCONTEXT context)
{
	assert_int_equal(KeGetCurrentIrql(), FX_DIRQL);
	assert_ptr_equal(interrupt, fx_made.interrupts[0]);
	*(int *)context = 1;
	return TRUE;
}

static void synchronize_null(void *arg)
{
	(void)WdfInterruptSynchronize(arg, NULL, NULL);
}

static void test_synchronize__runs_the_callback_at_dirql(void **state)
{
	int called = 0;
	(void)state;
	fx_script.interrupts = 1;
	fx_up();
	assert_true(WdfInterruptSynchronize(fx_made.interrupts[0], in_synchronize, &called));
	assert_int_equal(called, 1);
	assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
	assert_true(
		fx_stops(synchronize_null, fx_made.interrupts[0], WDF_REQUIRED_PARAMETER_IS_NULL));
}

static void acquire(void *arg)
{
	WdfInterruptAcquireLock(arg);
}

static void release(void *arg)
{
	WdfInterruptReleaseLock(arg);
}

static void test_lock__acquired__raises_and_keeps_the_isr_out(void **state)
{
	WDFINTERRUPT interrupt;
	(void)state;
	fx_script.interrupts = 1;
	fx_up();
	interrupt = fx_made.interrupts[0];
	acquire(interrupt);
	assert_int_equal(KeGetCurrentIrql(), FX_DIRQL);
	fx_edu_raise();
	assert_null(strstr(fx_log(), "Isr"));
	assert_true(fx_stops(acquire, interrupt, WDF_RECURSIVE_LOCK));
	release(interrupt);
	assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
	assert_true(fx_log_await("Dpc", 1));
	assert_true(fx_stops(release, interrupt, WDF_INVALID_LOCK_OPERATION));
}

static void lock_unconnected(WDFDEVICE device)
{
	(void)device;
	acquire(fx_made.interrupts[0]);
	assert_true(fx_broke());
	assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
	release(fx_made.interrupts[0]);
	assert_true(fx_broke());
	WdfInterruptEnable(fx_made.interrupts[0]);
	assert_true(fx_broke());
	WdfInterruptDisable(fx_made.interrupts[0]);
	assert_true(fx_broke());
}

static void test_lock__not_connected__breaks_and_is_ignored(void **state)
{
	(void)state;
	fx_script.interrupts = 1;
	fx_script.in_add = lock_unconnected;
	fx_up();
}

/* Held from before the interrupt is disconnected until after. */
static void lock_across_disconnect(const char *name)
{
	if (!strcmp(name, "D0ExitPre"))
		acquire(made);
	if (!strcmp(name, "D0Exit"))
		release(made);
}

static void test_lock__disconnected_while_held__can_be_released(void **state)
{
	(void)state;
	/* rule 22 forbids it */
	assert_int_equal(fx_verify("EnhancedVerifierOptions=0"), 0);
	fx_script.in_add = make_plain;
	fx_script.in_any = lock_across_disconnect;
	fx_up();
	(void)fx_broke();
	fx_remove();
	assert_false(fx_broke());
	assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
}

/* --- queued when the interrupt is disconnected already --- */

#define BUSY_MS 30

static void be_busy(struct irq_message *message)
{
	(void)message;
	exec_sleep_ms(BUSY_MS);
}

static struct irq_message busy = { .run = be_busy };

static void queue_in_release(const char *name)
{
	if (strcmp(name, "ReleaseHardware"))
		return;
	irq_loop_post(fx.device->irq_loop, &busy); /* so that the DPC does not run at once */
	(void)WdfInterruptQueueDpcForIsr(fx_made.interrupts[0]);
}

static void test_dpc__queued_after_disconnect__runs_before_the_device_goes(void **state)
{
	(void)state;
	fx_script.interrupts = 1;
	fx_script.in_any = queue_in_release;
	fx_up();
	fx_remove();
	assert_string_equal(fx_log(), "QueryRemove SmioSuspend D0ExitPre InterruptDisable D0Exit "
				      "ReleaseHardware SmioFlush SmioCleanup Dpc DeviceCleanup "
				      "DeviceDestroy");
}

static WDFSPINLOCK shared_lock;

static void make_with_lock(WDFDEVICE device)
{
	assert_int_equal(WdfSpinLockCreate(NULL, &shared_lock), STATUS_SUCCESS);
	WDF_INTERRUPT_CONFIG_INIT(&config, plain_isr, NULL);
	config.SpinLock = shared_lock;
	assert_int_equal(WdfInterruptCreate(device, &config, NULL, &made), STATUS_SUCCESS);
}

static void test_lock__given_by_the_driver__is_the_interrupts(void **state)
{
	(void)state;
	fx_script.in_add = make_with_lock;
	fx_up();
	WdfSpinLockAcquire(shared_lock);
	assert_true(fx_broke());
	assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
	WdfSpinLockRelease(shared_lock);
	assert_true(fx_broke());
	acquire(made);
	release(made);
	fx_edu_raise();
	assert_true(fx_log_await("plain", 1));
}

/* --- enable and disable by the driver --- */

static void test_disable__then_enable__the_callbacks_run(void **state)
{
	(void)state;
	fx_script.interrupts = 1;
	fx_up();
	WdfInterruptDisable(fx_made.interrupts[0]);
	WdfInterruptDisable(fx_made.interrupts[0]); /* it is already */
	WdfInterruptEnable(fx_made.interrupts[0]);
	assert_string_equal(fx_log(), "InterruptDisable InterruptEnable");
}

/* --- what is refused --- */

static NTSTATUS create(WDFDEVICE device, PWDF_OBJECT_ATTRIBUTES attrs)
{
	NTSTATUS status = WdfInterruptCreate(device, &config, attrs, &made);

	if (!NT_SUCCESS(status))
		assert_null(made);
	return status;
}

static void plain_config(void)
{
	WDF_INTERRUPT_CONFIG_INIT(&config, plain_isr, NULL);
}

static VOID work_item(WDFINTERRUPT interrupt, WDFOBJECT object)
{
	(void)interrupt;
	(void)object;
}

static void create_wrong_ones(WDFDEVICE device)
{
	CM_PARTIAL_RESOURCE_DESCRIPTOR descriptor = { 0 };
	WDF_OBJECT_ATTRIBUTES attrs;

	plain_config();
	config.Size = 4;
	assert_int_equal(create(device, NULL), STATUS_INFO_LENGTH_MISMATCH);
	plain_config();
	config.EvtInterruptIsr = NULL;
	assert_int_equal(create(device, NULL), STATUS_INVALID_PARAMETER);
	plain_config();
	config.ShareVector = (WDF_TRI_STATE)7;
	assert_int_equal(create(device, NULL), STATUS_INVALID_PARAMETER);
	plain_config();
	config.ReportInactiveOnPowerDown = (WDF_TRI_STATE)7;
	assert_int_equal(create(device, NULL), STATUS_INVALID_PARAMETER);
	plain_config();
	config.PassiveHandling = TRUE;
	assert_int_equal(create(device, NULL), STATUS_NOT_SUPPORTED);
	plain_config();
	config.EvtInterruptWorkItem = work_item;
	assert_int_equal(create(device, NULL), STATUS_NOT_SUPPORTED);
	plain_config();
	config.CanWakeDevice = TRUE;
	assert_int_equal(create(device, NULL), STATUS_NOT_SUPPORTED);
	plain_config();
	config.AutomaticSerialization = TRUE;
	assert_int_equal(create(device, NULL), STATUS_NOT_SUPPORTED);
	plain_config();
	config.InterruptRaw = config.InterruptTranslated = &descriptor;
	assert_int_equal(create(device, NULL), STATUS_INVALID_PARAMETER);
	plain_config();
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = WdfGetDriver();
	assert_int_equal(create(device, &attrs), STATUS_WDF_PARENT_ASSIGNMENT_NOT_ALLOWED);
	attrs.ParentObject = NULL;
	attrs.ExecutionLevel = WdfExecutionLevelPassive;
	assert_int_equal(create(device, &attrs), STATUS_WDF_EXECUTION_LEVEL_INVALID);
	fx_note("refused");
}

static void test_create__wrong_configuration__refused(void **state)
{
	(void)state;
	fx_script.in_add = create_wrong_ones;
	assert_int_equal(fx_start("model:edu"), 0);
	assert_non_null(strstr(fx_log(), "refused"));
}

static void test_create__device_runs__refused(void **state)
{
	(void)state;
	fx_up();
	plain_config();
	assert_int_equal(create(fx_made.device, NULL), STATUS_INVALID_DEVICE_STATE);
}

static void create_null(void *arg)
{
	(void)WdfInterruptCreate(arg, NULL, NULL, &made);
}

static void test_create__null_configuration__stops(void **state)
{
	(void)state;
	fx_up();
	assert_true(fx_stops(create_null, fx_made.device, WDF_REQUIRED_PARAMETER_IS_NULL));
}

/* --- in EvtDevicePrepareHardware --- */

static void create_from_descriptor(WDFDEVICE device, WDFCMRESLIST raw, WDFCMRESLIST translated)
{
	WDF_OBJECT_ATTRIBUTES attrs;

	plain_config();
	config.InterruptRaw = WdfCmResourceListGetDescriptor(raw, 1);
	config.InterruptTranslated = WdfCmResourceListGetDescriptor(translated, 0);
	assert_int_equal(create(device, NULL), STATUS_INVALID_PARAMETER);
	config.InterruptTranslated = WdfCmResourceListGetDescriptor(translated, 1);
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	assert_int_equal(create(device, &attrs), STATUS_SUCCESS);
	/* each message once */
	WDFINTERRUPT kept = made;
	assert_int_equal(create(device, NULL), STATUS_INVALID_PARAMETER);
	made = kept;
}

static void test_prepare__created_from_a_descriptor__works_and_goes_after_release(void **state)
{
	(void)state;
	fx_script.in_prepare = create_from_descriptor;
	fx_up();
	fx_edu_raise();
	assert_true(fx_log_await("plain", 1));
	fx_remove();
	/* the same again: the message is free again */
	fx_up();
}

static void delete_made(WDFDEVICE device)
{
	(void)device;
	WdfObjectDelete(made);
}

static void test_prepare__deleted_by_the_driver__never_connected(void **state)
{
	struct uwdf_device_info info;
	(void)state;
	fx_script.in_prepare = create_from_descriptor;
	fx_script.in_d0_entry = delete_made;
	fx_up();
	uwdf_device_info(fx.device, &info);
	assert_string_equal(info.interrupt_kind, "none");
}

static void test_create__more_objects_than_messages__the_rest_stays_unconnected(void **state)
{
	WDF_INTERRUPT_INFO info;
	(void)state;
	fx_script.interrupts = 3;
	fx_up();
	fx_edu_raise();
	assert_true(fx_log_await("Dpc", 1));
	WDF_INTERRUPT_INFO_INIT(&info);
	WdfInterruptGetInfo(fx_made.interrupts[2], &info);
	assert_int_equal(info.Irql, 0);
	acquire(fx_made.interrupts[2]);
	assert_true(fx_broke());
}

static void test_get_info__of_a_message__what_was_assigned(void **state)
{
	WDF_INTERRUPT_INFO info;
	(void)state;
	fx_script.interrupts = 1;
	fx_up();
	WDF_INTERRUPT_INFO_INIT(&info);
	WdfInterruptGetInfo(fx_made.interrupts[0], &info);
	assert_true(info.MessageSignaled);
	assert_int_equal(info.MessageNumber, 0);
	assert_int_equal(info.Irql, FX_DIRQL);
	assert_int_equal(info.Mode, Latched);
	assert_int_equal(info.ShareDisposition, CmResourceShareDeviceExclusive);
	info.Size = 2;
	WdfInterruptGetInfo(fx_made.interrupts[0], &info);
	assert_true(fx_broke());
}

static void test_dispatch_level_driver__isr_dpc_and_requests__one_loop(void **state)
{
	(void)state;
	fx_script.interrupts = 1;
	fx_script.dispatch = true;
	fx_up();
	assert_ptr_equal(fx.device->irq_loop, fx.device->request_loop);
	fx_edu_raise();
	assert_true(fx_log_await("Dpc", 1));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fx_setup, fx_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_interrupt__raised__isr_at_dirql_then_dpc_at_dispatch),
		TEST(test_dpc__queued_several_times__runs_once),
		TEST(test_dpc__queued_from_another_thread__runs_on_the_loop),
		TEST(test_dpc__queued_just_before_removal__runs_before_d0_exit),
		TEST(test_dpc__interrupt_without_dpc__breaks),
		TEST(test_synchronize__runs_the_callback_at_dirql),
		TEST(test_lock__acquired__raises_and_keeps_the_isr_out),
		TEST(test_lock__not_connected__breaks_and_is_ignored),
		TEST(test_lock__disconnected_while_held__can_be_released),
		TEST(test_dpc__queued_after_disconnect__runs_before_the_device_goes),
		TEST(test_lock__given_by_the_driver__is_the_interrupts),
		TEST(test_disable__then_enable__the_callbacks_run),
		TEST(test_create__wrong_configuration__refused),
		TEST(test_create__device_runs__refused),
		TEST(test_create__null_configuration__stops),
		TEST(test_prepare__created_from_a_descriptor__works_and_goes_after_release),
		TEST(test_prepare__deleted_by_the_driver__never_connected),
		TEST(test_create__more_objects_than_messages__the_rest_stays_unconnected),
		TEST(test_get_info__of_a_message__what_was_assigned),
		TEST(test_dispatch_level_driver__isr_dpc_and_requests__one_loop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
