/* SPDX-License-Identifier: MIT */
/*
 * How a driver goes: which of its routines are called, when, and which are not. After Microsoft's
 * documentation of WDF_DRIVER_CONFIG, WDF_DRIVER_INIT_FLAGS and WdfDriverMiniportUnload, and what
 * KMDF's authors wrote about EvtDriverUnload.
 */
#include "fx_fixture.h"

#include <errno.h>
#include <string.h>

#include "base/fault.h"
#include "base/mem.h"
#include "object/driver.h"
#include "object/hold.h"

static WDF_DRIVER_CONFIG config;
static WDF_OBJECT_ATTRIBUTES attributes;
static PDRIVER_OBJECT driver_object;
static NTSTATUS entry_status;

static NTSTATUS add_nothing(WDFDRIVER driver, PWDFDEVICE_INIT init)
{
	(void)driver;
	(void)init;
	return STATUS_SUCCESS;
}

static void note_unload(WDFDRIVER driver)
{
	assert_ptr_equal(driver, WdfGetDriver());
	fx_note("DriverUnload");
}

static void note_cleanup(WDFOBJECT object)
{
	assert_ptr_equal(object, WdfGetDriver());
	fx_note("DriverCleanup");
}

static void note_destroy(WDFOBJECT object)
{
	(void)object;
	fx_note("DriverDestroy");
}

static void child_cleanup(WDFOBJECT object)
{
	(void)object;
	fx_note("ChildCleanup");
}

static void make_child(void)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFOBJECT child;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.EvtCleanupCallback = child_cleanup;
	assert_int_equal(WdfObjectCreate(&attrs, &child), STATUS_SUCCESS);
}

static NTSTATUS entry(PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	NTSTATUS status = WdfDriverCreate(object, path, &attributes, &config, WDF_NO_HANDLE);

	driver_object = object;
	if (!NT_SUCCESS(status))
		return status;
	make_child();
	return entry_status;
}

static int setup(void **state)
{
	int err = fx_setup(state);

	entry_status = STATUS_SUCCESS;
	WDF_DRIVER_CONFIG_INIT(&config, add_nothing);
	config.EvtDriverUnload = note_unload;
	WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
	attributes.EvtCleanupCallback = note_cleanup;
	attributes.EvtDestroyCallback = note_destroy;
	fx_script.entry = entry;
	return err;
}

static void load(void)
{
	if (fx_load())
		fail_msg("%s", fx.rep.text);
}

/* --- what is called --- */

static void test_unload__children_then_driver_object(void **state)
{
	(void)state;
	load();
	fx_unload();
	assert_string_equal(fx_log(), "DriverUnload ChildCleanup DriverCleanup DriverDestroy");
	assert_null(WdfDriverGlobals);
}

static void test_entry_fails__cleanup_but_no_unload(void **state)
{
	(void)state;
	entry_status = STATUS_NO_SUCH_DEVICE;
	assert_int_equal(fx_load(), -ECANCELED);
	assert_string_equal(fx_log(), "ChildCleanup DriverCleanup DriverDestroy");
}

static void test_create_fails__nothing_is_called(void **state)
{
	(void)state;
	config.Size--;
	assert_int_equal(fx_load(), -ECANCELED);
	assert_string_equal(fx_log(), "");
}

static void test_unload__device_running__device_goes_first(void **state)
{
	(void)state;
	fx_script.entry = NULL;
	fx_up();
	fx_unload();
	fx.device = NULL;
	assert_non_null(strstr(fx_log(), "DeviceDestroy DriverUnload DriverCleanup"));
}

/* --- non-PnP drivers --- */

static void test_non_pnp__with_device_add__refused(void **state)
{
	(void)state;
	config.DriverInitFlags = WdfDriverInitNonPnpDriver;
	assert_int_equal(fx_load(), -ECANCELED);
	assert_non_null(strstr(fx.rep.text, "STATUS_INVALID_PARAMETER"));
}

static void test_non_pnp__unload_callback__loaded_and_unloaded_without_devices(void **state)
{
	(void)state;
	WDF_DRIVER_CONFIG_INIT(&config, WDF_NO_EVENT_CALLBACK);
	config.DriverInitFlags = WdfDriverInitNonPnpDriver;
	config.EvtDriverUnload = note_unload;
	load();
	fx_unload();
	assert_string_equal(fx_log(), "DriverUnload ChildCleanup DriverCleanup DriverDestroy");
}

static void test_non_pnp__no_unload_callback__stays_until_the_host_ends(void **state)
{
	(void)state;
	WDF_DRIVER_CONFIG_INIT(&config, WDF_NO_EVENT_CALLBACK);
	config.DriverInitFlags = WdfDriverInitNonPnpDriver;
	load();
	assert_int_equal(uwdf_host_unload(fx.driver), -EBUSY);
	assert_int_equal(uwdf_host_unload(fx.driver), -EBUSY);
	assert_non_null(WdfGetDriver());
	uwdf_host_free(fx.host);
	assert_int_equal(uwdf_host_new(&fx.rep, &fx.host), 0);
	assert_string_equal(fx_log(), ""); /* as at the end of a system */
}

static void test_non_pnp__asked_for_a_device__says_it_has_none(void **state)
{
	(void)state;
	WDF_DRIVER_CONFIG_INIT(&config, WDF_NO_EVENT_CALLBACK);
	config.DriverInitFlags = WdfDriverInitNonPnpDriver;
	config.EvtDriverUnload = note_unload;
	assert_int_equal(fx_start("model:edu"), -ENOTSUP);
	assert_non_null(strstr(fx.rep.text, "no EvtDriverDeviceAdd"));
}

/* --- miniports --- */

static void miniport_unload(PDRIVER_OBJECT object)
{
	assert_ptr_equal(object, driver_object);
	fx_note("MiniportUnload");
	WdfDriverMiniportUnload(WdfGetDriver());
	assert_null(WdfGetDriver());
	fx_note("MiniportUnloaded");
}

static void forgetful_unload(PDRIVER_OBJECT object)
{
	(void)object;
	fx_note("MiniportUnload");
}

static void load_miniport(PDRIVER_UNLOAD unload)
{
	WDF_DRIVER_CONFIG_INIT(&config, WDF_NO_EVENT_CALLBACK);
	config.EvtDriverUnload = note_unload;
	config.DriverInitFlags = WdfDriverInitNoDispatchOverride;
	load();
	assert_null(driver_object->DriverUnload); /* nothing is overridden */
	driver_object->DriverUnload = unload;
}

static void test_miniport__its_own_routine_unloads_the_framework(void **state)
{
	(void)state;
	load_miniport(miniport_unload);
	fx_unload();
	assert_string_equal(fx_log(), "MiniportUnload DriverUnload ChildCleanup DriverCleanup "
				      "DriverDestroy MiniportUnloaded");
	assert_false(fx_broke());
}

static void test_miniport__forgets_miniport_unload__told_and_cleaned_up(void **state)
{
	(void)state;
	load_miniport(forgetful_unload);
	fx_unload();
	assert_string_equal(fx_log(), "MiniportUnload ChildCleanup DriverCleanup DriverDestroy");
	assert_true(fx_broke());
}

static void test_miniport__no_routine__stays_loaded(void **state)
{
	(void)state;
	load_miniport(NULL);
	assert_int_equal(uwdf_host_unload(fx.driver), -EBUSY);
}

static NTSTATUS failing_miniport(PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	NTSTATUS status = entry(object, path);

	assert_int_equal(status, STATUS_SUCCESS);
	WdfDriverMiniportUnload(WdfGetDriver());
	return STATUS_UNSUCCESSFUL;
}

static void test_miniport__unloads_in_a_failing_entry__once_and_no_unload(void **state)
{
	(void)state;
	config.DriverInitFlags = WdfDriverInitNoDispatchOverride;
	fx_script.entry = failing_miniport;
	assert_int_equal(fx_load(), -ECANCELED);
	assert_string_equal(fx_log(), "ChildCleanup DriverCleanup DriverDestroy");
}

static void test_miniport_unload__other_drivers__refused(void **state)
{
	(void)state;
	load();
	WdfDriverMiniportUnload(WdfGetDriver());
	assert_true(fx_broke());
	assert_string_equal(fx_log(), "");
	assert_non_null(WdfGetDriver());
}

static void null_miniport_unload(void *arg)
{
	WdfDriverMiniportUnload(arg);
}

static void test_miniport_unload__null_or_other_handle__stops(void **state)
{
	(void)state;
	load();
	assert_true(fx_stops(null_miniport_unload, NULL, WDF_INVALID_HANDLE));
	assert_true(fx_stops(null_miniport_unload, &config, WDF_INVALID_HANDLE));
}

static void test_miniport_unload__above_passive__refused(void **state)
{
	KIRQL old;
	(void)state;
	load_miniport(miniport_unload);
	KeRaiseIrql(DISPATCH_LEVEL, &old);
	WdfDriverMiniportUnload(WdfGetDriver());
	KeLowerIrql(old);
	assert_true(fx_broke());
	assert_string_equal(fx_log(), "");
}

static PDRIVER_UNLOAD frameworks_unload;

static void chained_unload(PDRIVER_OBJECT object)
{
	fx_note("Mine");
	frameworks_unload(object);
}

static void test_displaced_unload__chained__both_called(void **state)
{
	(void)state;
	load();
	frameworks_unload = driver_object->DriverUnload;
	driver_object->DriverUnload = chained_unload;
	fx_unload();
	assert_string_equal(fx_log(), "Mine DriverUnload ChildCleanup DriverCleanup DriverDestroy");
}

/* --- what is left, what holds --- */

static WDFOBJECT kept;

static void kept_destroy(WDFOBJECT object)
{
	(void)object;
	fx_note("KeptDestroy");
}

static NTSTATUS entry_keeps(PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	NTSTATUS status = entry(object, path);
	WDF_OBJECT_ATTRIBUTES attrs;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.EvtDestroyCallback = kept_destroy;
	assert_int_equal(WdfObjectCreate(&attrs, &kept), STATUS_SUCCESS);
	WdfObjectReferenceWithTag(kept, (PVOID)(uintptr_t)0x70656b54); /* "Tkep" */
	return status;
}

static void test_unload__object_referenced__image_waits_for_the_last_reference(void **state)
{
	(void)state;
	fx_script.entry = entry_keeps;
	load();
	assert_int_equal(uwdf_host_unload(fx.driver), -EBUSY);
	assert_non_null(strstr(fx_log(), "DriverUnload"));
	assert_null(strstr(fx_log(), "KeptDestroy"));
	fx_log_clear();
	WdfObjectDereferenceWithTag(kept, (PVOID)(uintptr_t)0x70656b54);
	assert_string_equal(fx_log(), "KeptDestroy");
	fx_unload();
	assert_string_equal(fx_log(), "KeptDestroy"); /* the routine ran once */
}

static void ask_path(void *driver)
{
	(void)WdfDriverGetRegistryPath(driver);
}

static void test_unload__handle_of_the_driver_used_after__stops(void **state)
{
	WDFDRIVER driver;

	(void)state;
	fx_script.entry = entry_keeps;
	load();
	driver = WdfGetDriver();
	assert_int_equal(uwdf_host_unload(fx.driver), -EBUSY);
	assert_true(fx_stops(ask_path, driver, WDF_INVALID_HANDLE));
	WdfObjectDereferenceWithTag(kept, (PVOID)(uintptr_t)0x70656b54);
	fx_unload();
}

static void test_host_free__object_referenced__freed_without_a_call(void **state)
{
	(void)state;
	fx_script.entry = entry_keeps;
	load();
	assert_int_equal(uwdf_host_unload(fx.driver), -EBUSY);
	fx_log_clear();
	uwdf_host_free(fx.host);
	assert_int_equal(uwdf_host_new(&fx.rep, &fx.host), 0);
	assert_string_equal(fx_log(), "");
}

static void test_entry_fails__object_referenced__nothing_left(void **state)
{
	(void)state;
	fx_script.entry = entry_keeps;
	entry_status = STATUS_UNSUCCESSFUL;
	assert_int_equal(fx_load(), -ECANCELED);
	assert_null(strstr(fx_log(), "KeptDestroy"));
}

static struct uwdf_hold holds[16];

static const struct uwdf_hold *find_hold(enum uwdf_hold_kind kind, const char *what)
{
	size_t count = uwdf_driver_holds(fx.driver, holds, UW_ARRAY_SIZE(holds));

	assert_true(count <= UW_ARRAY_SIZE(holds));
	for (size_t i = 0; i < count; i++)
		if (holds[i].kind == kind && strstr(holds[i].what, what))
			return &holds[i];
	return NULL;
}

static void test_holds__nothing__empty(void **state)
{
	(void)state;
	load();
	assert_int_equal(uwdf_driver_holds(fx.driver, holds, UW_ARRAY_SIZE(holds)), 0);
	assert_true(uwdf_driver_can_unload(fx.driver));
}

static void test_holds__reference__with_tag_and_line(void **state)
{
	const struct uwdf_hold *hold;
	(void)state;
	fx_script.entry = entry_keeps;
	load();
	hold = find_hold(UWDF_HOLD_REFERENCE, "WDFOBJECT");
	assert_non_null(hold);
	assert_string_equal(hold->tag, "'Tkep'");
	assert_non_null(strstr(hold->file, "fx_driver_unload_test.c"));
	assert_true(hold->line > 0);
	assert_string_equal(hold->state, "alive");
	WdfObjectDereferenceWithTag(kept, (PVOID)(uintptr_t)0x70656b54);
	assert_null(find_hold(UWDF_HOLD_REFERENCE, "WDFOBJECT"));
}

static void test_holds__deleted_but_referenced__without_the_verifier(void **state)
{
	const struct uwdf_hold *hold;
	(void)state;
	assert_int_equal(uwdf_host_verify(fx.host, "VerifierOn=0", &fx.rep), 0);
	fx_script.entry = entry_keeps;
	load();
	assert_false(uwdf_driver_is_verified(fx.driver));
	assert_null(find_hold(UWDF_HOLD_REFERENCE, "WDFOBJECT"));
	WdfObjectDelete(kept);
	hold = find_hold(UWDF_HOLD_REFERENCE, "WDFOBJECT");
	assert_non_null(hold);
	assert_int_equal(hold->references, 1);
	assert_string_equal(hold->state, "deleted");
	assert_string_equal(hold->tag, "");
	assert_int_equal(uwdf_host_unload(fx.driver), -EBUSY);
}

static void test_holds__more_than_asked_for__counted(void **state)
{
	struct uwdf_hold one;
	(void)state;
	fx_script.entry = entry_keeps;
	load();
	WdfObjectReference(kept);
	assert_int_equal(uwdf_driver_holds(fx.driver, &one, 1), 2);
	assert_int_equal(uwdf_driver_holds(fx.driver, NULL, 0), 2);
	WdfObjectDereference(kept);
	WdfObjectDereferenceWithTag(kept, (PVOID)(uintptr_t)0x70656b54);
}

static WDFTIMER timer;
static WDFWORKITEM workitem;

static void on_timer(WDFTIMER which)
{
	(void)which;
}

static void on_workitem(WDFWORKITEM which)
{
	(void)which;
	fx_note("Works");
	(void)fx_log_await("Enough", 1);
}

static void make_work(WDFDEVICE device)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_TIMER_CONFIG timer_config;
	WDF_WORKITEM_CONFIG work_config;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = device;
	WDF_TIMER_CONFIG_INIT(&timer_config, on_timer);
	assert_int_equal(WdfTimerCreate(&timer_config, &attrs, &timer), STATUS_SUCCESS);
	WDF_WORKITEM_CONFIG_INIT(&work_config, on_workitem);
	assert_int_equal(WdfWorkItemCreate(&work_config, &attrs, &workitem), STATUS_SUCCESS);
}

static void test_holds__timer_and_work_item__while_they_are_due(void **state)
{
	const struct uwdf_hold *hold;
	(void)state;
	fx_script.entry = NULL;
	fx_script.in_add = make_work;
	fx_up();
	assert_null(find_hold(UWDF_HOLD_TIMER, "WDFTIMER"));
	assert_null(find_hold(UWDF_HOLD_WORKITEM, "WDFWORKITEM"));
	WdfTimerStart(timer, WDF_REL_TIMEOUT_IN_SEC(3600));
	WdfWorkItemEnqueue(workitem);
	assert_true(fx_log_await("Works", 1));
	hold = find_hold(UWDF_HOLD_TIMER, "WDFTIMER");
	assert_non_null(hold);
	assert_string_equal(hold->state, "started");
	hold = find_hold(UWDF_HOLD_WORKITEM, "WDFWORKITEM");
	assert_non_null(hold);
	assert_string_equal(hold->state, "running");
	hold = find_hold(UWDF_HOLD_DEVICE, "tested");
	assert_non_null(hold);
	assert_string_equal(hold->state, "started");
	fx_note("Enough");
	WdfWorkItemFlush(workitem);
	assert_true(WdfTimerStop(timer, FALSE));
	assert_null(find_hold(UWDF_HOLD_TIMER, "WDFTIMER"));
	assert_null(find_hold(UWDF_HOLD_WORKITEM, "WDFWORKITEM"));
}

static struct fx_control_device control = { .name = "NONPNP" };

static void test_control_device__hybrid__driver_must_delete_it_first(void **state)
{
	const struct uwdf_hold *hold;
	(void)state;
	load();
	fx_control_device_add(fx.driver->fx, &control);
	hold = find_hold(UWDF_HOLD_CONTROL_DEVICE, "NONPNP");
	assert_non_null(hold);
	assert_string_equal(hold->state, "hybrid");
	assert_int_equal(uwdf_host_unload(fx.driver), -EBUSY);
	assert_string_equal(fx_log(), ""); /* nothing was called */
	fx_control_device_remove(fx.driver->fx, &control);
	fx_unload();
	assert_non_null(strstr(fx_log(), "DriverUnload"));
}

static void test_control_device__legacy__goes_with_the_driver(void **state)
{
	const struct uwdf_hold *hold;
	(void)state;
	WDF_DRIVER_CONFIG_INIT(&config, WDF_NO_EVENT_CALLBACK);
	config.DriverInitFlags = WdfDriverInitNonPnpDriver;
	config.EvtDriverUnload = note_unload;
	load();
	fx_control_device_add(fx.driver->fx, &control);
	hold = find_hold(UWDF_HOLD_CONTROL_DEVICE, "NONPNP");
	assert_non_null(hold);
	assert_string_equal(hold->state, "legacy");
	fx_unload();
	assert_non_null(strstr(fx_log(), "DriverUnload"));
	list_init(&control.link);
}

/* --- failures --- */

static void test_load_and_unload__allocations_fail__nothing_left(void **state)
{
	int err = -1;
	(void)state;
	for (uint64_t k = 1; err; k++) {
		uint64_t before = mem_live_blocks();

		fault_arm(FAULT_ALLOC, k);
		fx_script.entry = NULL;
		err = fx_load();
		if (!err)
			(void)uwdf_driver_holds(fx.driver, holds, UW_ARRAY_SIZE(holds));
		fault_disarm();
		if (!err)
			fx_unload();
		assert_int_equal(mem_live_blocks(), before);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fx_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_unload__children_then_driver_object),
		TEST(test_entry_fails__cleanup_but_no_unload),
		TEST(test_create_fails__nothing_is_called),
		TEST(test_unload__device_running__device_goes_first),
		TEST(test_non_pnp__with_device_add__refused),
		TEST(test_non_pnp__unload_callback__loaded_and_unloaded_without_devices),
		TEST(test_non_pnp__no_unload_callback__stays_until_the_host_ends),
		TEST(test_non_pnp__asked_for_a_device__says_it_has_none),
		TEST(test_miniport__its_own_routine_unloads_the_framework),
		TEST(test_miniport__forgets_miniport_unload__told_and_cleaned_up),
		TEST(test_miniport__no_routine__stays_loaded),
		TEST(test_miniport__unloads_in_a_failing_entry__once_and_no_unload),
		TEST(test_miniport_unload__other_drivers__refused),
		TEST(test_miniport_unload__null_or_other_handle__stops),
		TEST(test_miniport_unload__above_passive__refused),
		TEST(test_displaced_unload__chained__both_called),
		TEST(test_unload__object_referenced__image_waits_for_the_last_reference),
		TEST(test_unload__handle_of_the_driver_used_after__stops),
		TEST(test_host_free__object_referenced__freed_without_a_call),
		TEST(test_entry_fails__object_referenced__nothing_left),
		TEST(test_holds__nothing__empty),
		TEST(test_holds__reference__with_tag_and_line),
		TEST(test_holds__deleted_but_referenced__without_the_verifier),
		TEST(test_holds__more_than_asked_for__counted),
		TEST(test_holds__timer_and_work_item__while_they_are_due),
		TEST(test_control_device__hybrid__driver_must_delete_it_first),
		TEST(test_control_device__legacy__goes_with_the_driver),
		TEST(test_load_and_unload__allocations_fail__nothing_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
