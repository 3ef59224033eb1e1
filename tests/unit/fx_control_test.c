/* SPDX-License-Identifier: MIT */
/*
 * Control devices: when clients may open them, how they are deleted and by whom, and what becomes
 * of them when their driver is unloaded. From "Using Control Device Objects", the reference pages
 * of wdfcontrol.h and WdfObjectDelete, and the project's second seed (legacy and hybrid drivers).
 */
#include "fx_control.h"

#include <errno.h>
#include <string.h>

#include "base/exec.h"
#include "base/fault.h"
#include "base/mem.h"
#include "in_process.h"
#include "object/irql.h"
#include "uwdf/in_process.h"

#define CODE CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_BUFFERED, FILE_ANY_ACCESS)

static void load_legacy(void)
{
	control_legacy(control_make);
	if (fx_load())
		fail_msg("%s", fx.rep.text);
	fx_log_clear();
}

static struct uwdf_file *open_it(struct uwdf_device *device)
{
	struct uwdf_file *file = NULL;

	assert_int_equal(control_open(device, &file), STATUS_SUCCESS);
	assert_non_null(file);
	return file;
}

/* --- from creation to the first open --- */

static void test_create__driver_is_the_parent_and_it_has_no_hardware(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFDMAENABLER enabler;
	WDF_DMA_ENABLER_CONFIG dma;
	WDF_INTERRUPT_CONFIG config;
	WDFINTERRUPT interrupt;
	(void)state;
	load_legacy();
	assert_ptr_equal(WdfDeviceGetDriver(control_device), fx_made.driver);
	assert_ptr_equal(fx_object_at(control_device)->parent, fx_object_at(fx_made.driver));
	WDF_INTERRUPT_CONFIG_INIT(&config, (PFN_WDF_INTERRUPT_ISR)(void *)load_legacy, NULL);
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	assert_int_equal(WdfInterruptCreate(control_device, &config, &attrs, &interrupt),
			 STATUS_INVALID_DEVICE_REQUEST);
	WDF_DMA_ENABLER_CONFIG_INIT(&dma, WdfDmaProfileScatterGather, 4096);
	assert_int_equal(WdfDmaEnablerCreate(control_device, &dma, &attrs, &enabler),
			 STATUS_INVALID_DEVICE_REQUEST);
}

static void test_open__before_it_is_finished__nobody_finds_it(void **state)
{
	struct uwdf_device *device;
	struct uwdf_file *file;
	(void)state;
	control_script.unfinished = true;
	load_legacy();
	assert_int_equal(control_count(), 0);
	WdfControlFinishInitializing(control_device);
	device = control_find();
	file = open_it(device);
	control_close(file);
	uwdf_device_release(device);
}

static void test_requests__reach_the_queue(void **state)
{
	struct uwdf_device *device;
	struct uwdf_device_info info;
	struct uwdf_file *file;
	(void)state;
	control_script.link = L"\\DosDevices\\Nonpnp";
	load_legacy();
	device = control_find();
	file = open_it(device);
	assert_int_equal(control_ask(file, CODE), STATUS_SUCCESS);
	assert_string_equal(fx_log(), "ControlIo");
	uwdf_device_info(device, &info);
	assert_string_equal(info.name, "Nonpnp");
	assert_string_equal(info.driver, "tested");
	assert_string_equal(info.state, "started");
	assert_string_equal(info.interrupt_kind, "none");
	assert_int_equal(info.open_files, 1);
	assert_int_equal(info.requests_completed, 1);
	assert_int_equal(info.vendor, 0);
	control_close(file);
	uwdf_device_release(device);
}

static void test_in_process_client__opens_it_like_any_device(void **state)
{
	struct uwdf_device *device;
	uwdf_handle *handle;
	int32_t status = -1;
	size_t done;
	(void)state;
	load_legacy();
	device = control_find();
	assert_int_equal(uwdf_open_in_process(device, &handle), 0);
	assert_int_equal(uwdf_control(handle, CODE, NULL, 0, NULL, 0, 5000, &status, &done), 0);
	assert_int_equal(status, STATUS_SUCCESS);
	uwdf_close(handle);
	uwdf_device_release(device);
}

static WDFTIMER timer;

static void on_timer(WDFTIMER it)
{
	assert_ptr_equal(WdfTimerGetParentObject(it), control_device);
	fx_note("Timer");
}

static void make_timer(WDFDEVICE device)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_TIMER_CONFIG config;

	WDF_TIMER_CONFIG_INIT(&config, on_timer);
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = device;
	assert_int_equal(WdfTimerCreate(&config, &attrs, &timer), STATUS_SUCCESS);
}

static void test_timers__of_a_control_device__run(void **state)
{
	(void)state;
	control_script.in_create = make_timer;
	load_legacy();
	WdfTimerStart(timer, WDF_REL_TIMEOUT_IN_MS(1));
	assert_true(fx_log_await("Timer", 1));
}

static void test_create__too_late_or_twice__refused(void **state)
{
	PWDFDEVICE_INIT init, copy;
	WDFDEVICE device = NULL;
	(void)state;
	load_legacy();
	init = copy = WdfControlDeviceInitAllocate(fx_made.driver, control_text(SDDL_ANY));
	assert_non_null(init);
	assert_int_equal(WdfDeviceCreate(&init, WDF_NO_OBJECT_ATTRIBUTES, &device), STATUS_SUCCESS);
	assert_null(init);
	assert_non_null(device);
	assert_ptr_not_equal(copy, init);
	WdfObjectDelete(device);
	assert_false(fx_broke());
}

static void test_init__given_back_or_forgotten__freed(void **state)
{
	PWDFDEVICE_INIT init;
	(void)state;
	load_legacy();
	init = WdfControlDeviceInitAllocate(fx_made.driver, control_text(SDDL_ANY));
	assert_int_equal(WdfDeviceInitAssignName(init, control_text(L"\\Device\\X")),
			 STATUS_SUCCESS);
	WdfDeviceInitFree(init);
	init = WdfControlDeviceInitAllocate(fx_made.driver, control_text(SDDL_ANY));
	assert_int_equal(WdfDeviceInitAssignName(init, control_text(L"\\Device\\X")),
			 STATUS_SUCCESS);
	fx_unload(); /* the teardown counts what is left */
}

/* --- deletion --- */

static void test_delete__nobody_has_it_open__gone_at_once(void **state)
{
	struct uwdf_device *device;
	struct uwdf_device_info info;
	struct uwdf_file *file;
	(void)state;
	load_legacy();
	device = control_find();
	WdfObjectDelete(control_device);
	assert_string_equal(fx_log(), "ControlCleanup ControlDestroy");
	assert_true(uwdf_device_is_gone(device));
	assert_int_equal(control_count(), 0);
	assert_int_equal(control_open(device, &file), STATUS_NO_SUCH_DEVICE);
	uwdf_device_info(device, &info);
	assert_string_equal(info.state, "gone");
	uwdf_device_release(device);
}

static void test_delete__open_handle__stays_until_it_is_closed(void **state)
{
	struct uwdf_device *device;
	struct uwdf_file *file, *second;
	(void)state;
	load_legacy();
	device = control_find();
	file = open_it(device);
	WdfObjectDelete(control_device);
	assert_string_equal(fx_log(), "");
	assert_int_equal(control_open(device, &second), STATUS_NO_SUCH_DEVICE);
	assert_int_equal(control_ask(file, CODE), STATUS_SUCCESS);
	assert_false(uwdf_device_is_gone(device));
	control_close(file);
	assert_true(fx_log_await("ControlDestroy", 1));
	assert_string_equal(fx_log(), "ControlIo ControlCleanup ControlDestroy");
	assert_true(uwdf_device_is_gone(device));
	uwdf_device_release(device);
}

static void delete_in_io(WDFQUEUE queue, WDFREQUEST request)
{
	WdfObjectDelete(WdfIoQueueGetDevice(queue));
	fx_note("Deleted");
	WdfRequestComplete(request, STATUS_SUCCESS);
}

static void test_delete__in_its_own_callback__after_the_close(void **state)
{
	struct uwdf_device *device;
	struct uwdf_file *file;
	(void)state;
	control_script.in_io = delete_in_io;
	load_legacy();
	device = control_find();
	file = open_it(device);
	assert_int_equal(control_ask(file, CODE), STATUS_SUCCESS);
	control_close(file);
	assert_true(fx_log_await("ControlDestroy", 1));
	assert_string_equal(fx_log(), "ControlIo Deleted ControlCleanup ControlDestroy");
	uwdf_device_release(device);
}

static void test_delete__above_passive__told_and_ignored(void **state)
{
	KIRQL before;
	(void)state;
	load_legacy();
	before = fx_irql_raise(DISPATCH_LEVEL);
	WdfObjectDelete(control_device);
	fx_irql_restore(before);
	assert_true(fx_broke());
	assert_int_equal(control_count(), 1);
}

static void delete_again(void *arg)
{
	WdfObjectDelete(arg);
}

static void test_delete__twice__a_bad_handle(void **state)
{
	(void)state;
	load_legacy();
	WdfObjectDelete(control_device);
	assert_true(fx_stops(delete_again, control_device, WDF_INVALID_HANDLE));
}

static void test_delete__never_finished__gone(void **state)
{
	(void)state;
	control_script.unfinished = true;
	load_legacy();
	WdfObjectDelete(control_device);
	assert_string_equal(fx_log(), "ControlCleanup ControlDestroy");
}

/* --- unloading: legacy and hybrid drivers --- */

static void test_unload__legacy__device_goes_with_the_driver(void **state)
{
	(void)state;
	load_legacy();
	fx_unload();
	assert_string_equal(fx_log(), "DriverUnload ControlCleanup DriverCleanup ControlDestroy");
}

static void test_unload__legacy_open_handle__refused_before_anything_is_called(void **state)
{
	struct uwdf_device *device;
	struct uwdf_file *file;
	(void)state;
	load_legacy();
	device = control_find();
	file = open_it(device);
	assert_int_equal(uwdf_host_unload(fx.driver), -EBUSY);
	assert_string_equal(fx_log(), "");
	control_close(file);
	uwdf_device_release(device);
	fx_unload();
}

static void make_hybrid(WDFDEVICE device)
{
	(void)device;
	assert_int_equal(control_make(), STATUS_SUCCESS);
}

static void test_unload__hybrid_forgets_it__stays_loaded(void **state)
{
	struct uwdf_hold hold;
	(void)state;
	fx_script.in_add = make_hybrid;
	control_script.name = L"\\Device\\Side";
	fx_up();
	fx_remove();
	assert_int_equal(uwdf_host_unload(fx.driver), -EBUSY);
	assert_int_equal(uwdf_driver_holds(fx.driver, &hold, 1), 1);
	assert_int_equal(hold.kind, UWDF_HOLD_CONTROL_DEVICE);
	assert_string_equal(hold.what, "Side");
	assert_string_equal(hold.state, "hybrid");
	WdfObjectDelete(control_device);
	fx_unload();
}

static void delete_on_smio_cleanup(WDFDEVICE device)
{
	(void)device;
	WdfObjectDelete(control_device);
	fx_note("Deleted");
}

static void delete_with_device(PWDFDEVICE_INIT init)
{
	WDF_PNPPOWER_EVENT_CALLBACKS pnp;

	WDF_PNPPOWER_EVENT_CALLBACKS_INIT(&pnp);
	pnp.EvtDeviceSelfManagedIoCleanup = delete_on_smio_cleanup;
	WdfDeviceInitSetPnpPowerEventCallbacks(init, &pnp);
}

static void test_unload__hybrid_deletes_it_with_its_device__unloaded(void **state)
{
	(void)state;
	fx_script.in_init = delete_with_device;
	fx_script.in_add = make_hybrid;
	fx_up();
	fx_remove();
	assert_string_equal(fx_log(),
			    "ControlCleanup ControlDestroy Deleted DeviceCleanup DeviceDestroy");
	fx_unload();
}

static void test_host_free__handle_left_open__nothing_of_the_driver_is_called(void **state)
{
	struct uwdf_device *device;
	struct uwdf_file *file;
	(void)state;
	load_legacy();
	device = control_find();
	file = open_it(device);
	uwdf_host_free(fx.host);
	fx.host = NULL;
	assert_string_equal(fx_log(), "");
	control_close(file);
	uwdf_device_release(device);
}

static NTSTATUS make_and_fail(void)
{
	assert_int_equal(control_make(), STATUS_SUCCESS);
	return STATUS_NO_SUCH_DEVICE;
}

static void test_entry_fails__after_a_control_device__it_goes(void **state)
{
	(void)state;
	control_legacy(make_and_fail);
	assert_int_equal(fx_load(), -ECANCELED);
	assert_string_equal(fx_log(), "ControlCleanup DriverCleanup ControlDestroy");
}

/* --- the program's view --- */

static void count_change(void *arg)
{
	__atomic_add_fetch((unsigned int *)arg, 1, __ATOMIC_RELAXED);
}

static void test_on_change__told_of_arrival_and_end(void **state)
{
	unsigned int changes = 0, before;
	(void)state;
	control_script.unfinished = true;
	load_legacy();
	uwdf_driver_on_change(fx.driver, count_change, &changes);
	WdfControlFinishInitializing(control_device);
	assert_int_equal(changes, 1);
	before = changes;
	WdfObjectDelete(control_device);
	assert_true(changes > before);
	uwdf_driver_on_change(fx.driver, NULL, NULL);
}

/* --- shutdown --- */

static NTSTATUS make_two(void)
{
	NTSTATUS status;

	control_script.shutdown_flags = WdfDeviceShutdown;
	status = control_make();
	control_script.shutdown_flags = WdfDeviceShutdown | WdfDeviceLastChanceShutdown;
	return NT_SUCCESS(status) ? control_make() : status;
}

static void test_shutdown__last_made_first_and_once_a_flag(void **state)
{
	(void)state;
	control_legacy(make_two);
	assert_int_equal(fx_load(), 0);
	uwdf_host_shut_down(fx.host);
	assert_string_equal(fx_log(), "ShutdownLast ShutdownLast ShutdownOther");
	uwdf_host_shut_down(fx.host);
	assert_string_equal(fx_log(), "ShutdownLast ShutdownLast ShutdownOther");
}

static void bad_flags(PWDFDEVICE_INIT init)
{
	(void)fx_broke();
	WdfControlDeviceInitSetShutdownNotification(
		init, (PFN_WDF_DEVICE_SHUTDOWN_NOTIFICATION)(void *)load_legacy, 0);
	assert_true(fx_broke());
	WdfControlDeviceInitSetShutdownNotification(
		init, (PFN_WDF_DEVICE_SHUTDOWN_NOTIFICATION)(void *)load_legacy, 4);
	assert_true(fx_broke());
}

static void test_shutdown_notification__bad_flags__told_and_ignored(void **state)
{
	(void)state;
	control_script.in_init = bad_flags;
	load_legacy();
	uwdf_host_shut_down(fx.host); /* a call would crash */
}

static void filter_nothing(PWDFDEVICE_INIT init)
{
	(void)fx_broke();
	WdfFdoInitSetFilter(init);
	assert_true(fx_broke());
}

static void test_filter__a_control_device__told_and_ignored(void **state)
{
	(void)state;
	control_script.in_init = filter_nothing;
	load_legacy();
}

/* --- other kinds of device --- */

static void shutdown_of_fdo(PWDFDEVICE_INIT init)
{
	WdfControlDeviceInitSetShutdownNotification(
		init, (PFN_WDF_DEVICE_SHUTDOWN_NOTIFICATION)(void *)load_legacy, WdfDeviceShutdown);
	assert_true(fx_broke());
}

static void finish_fdo(WDFDEVICE device)
{
	WdfControlFinishInitializing(device);
	assert_true(fx_broke());
}

static void test_pnp_device__control_functions__told_and_ignored(void **state)
{
	(void)state;
	fx_script.in_init = shutdown_of_fdo;
	fx_script.in_add = finish_fdo;
	fx_up();
}

/* --- bad input --- */

static void null_driver(void *arg)
{
	(void)WdfControlDeviceInitAllocate(NULL, arg);
}

static void null_sddl(void *arg)
{
	(void)WdfControlDeviceInitAllocate(fx_made.driver, arg);
}

static void null_init(void *arg)
{
	WdfControlDeviceInitSetShutdownNotification(arg, NULL, 1);
}

static void null_callback(void *arg)
{
	WdfControlDeviceInitSetShutdownNotification(arg, NULL, 1);
}

static void finish(void *arg)
{
	WdfControlFinishInitializing(arg);
}

static void free_init(void *arg)
{
	WdfDeviceInitFree(arg);
}

static void test_bad_handles__stop_the_driver(void **state)
{
	PWDFDEVICE_INIT init;
	(void)state;
	load_legacy();
	assert_true(fx_stops(null_driver, (void *)(uintptr_t)control_text(SDDL_ANY),
			     WDF_INVALID_HANDLE));
	assert_true(fx_stops(null_sddl, NULL, WDF_REQUIRED_PARAMETER_IS_NULL));
	assert_true(fx_stops(null_init, NULL, WDF_REQUIRED_PARAMETER_IS_NULL));
	assert_true(fx_stops(free_init, NULL, WDF_REQUIRED_PARAMETER_IS_NULL));
	assert_true(fx_stops(finish, NULL, WDF_INVALID_HANDLE));
	assert_true(fx_stops(finish, fx_made.driver, WDF_INVALID_HANDLE));
	init = WdfControlDeviceInitAllocate(fx_made.driver, control_text(SDDL_ANY));
	assert_true(fx_stops(null_callback, init, WDF_REQUIRED_PARAMETER_IS_NULL));
	WdfDeviceInitFree(init);
}

static void test_allocate__malformed_string_or_level__null(void **state)
{
	UNICODE_STRING odd = *control_text(SDDL_ANY);
	KIRQL before;
	(void)state;
	load_legacy();
	odd.Length--;
	assert_null(WdfControlDeviceInitAllocate(fx_made.driver, &odd));
	before = fx_irql_raise(DISPATCH_LEVEL);
	assert_null(WdfControlDeviceInitAllocate(fx_made.driver, control_text(SDDL_ANY)));
	fx_irql_restore(before);
	assert_true(fx_broke());
}

/* --- failures --- */

static void test_load__allocations_fail__nothing_left(void **state)
{
	int err = -1;
	(void)state;
	assert_int_equal(fx_verify("VerifierOn=0"), 0);
	control_script.name = L"\\Device\\Swept";
	control_script.link = L"\\DosDevices\\Swept";
	for (uint64_t k = 1; err; k++) {
		uint64_t before = mem_live_blocks();

		assert_true(k < 1000);
		control_legacy(control_make);
		fault_arm(FAULT_ALLOC, k);
		err = fx_load();
		fault_disarm();
		if (!err)
			fx_unload();
		assert_int_equal(mem_live_blocks(), before);
	}
}

static void test_load__system_calls_fail__nothing_left(void **state)
{
	unsigned int fds = test_open_fds();
	int err = -1;
	(void)state;
	for (uint64_t k = 1; err; k++) {
		uint64_t before = mem_live_blocks();

		assert_true(k < 1000);
		control_legacy(control_make);
		fault_arm(FAULT_SYSCALL, k);
		err = fx_load();
		fault_disarm();
		if (!err)
			fx_unload();
		assert_int_equal(mem_live_blocks(), before);
		assert_int_equal(test_open_fds(), fds);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, control_setup, fx_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_create__driver_is_the_parent_and_it_has_no_hardware),
		TEST(test_open__before_it_is_finished__nobody_finds_it),
		TEST(test_requests__reach_the_queue),
		TEST(test_in_process_client__opens_it_like_any_device),
		TEST(test_timers__of_a_control_device__run),
		TEST(test_create__too_late_or_twice__refused),
		TEST(test_init__given_back_or_forgotten__freed),
		TEST(test_delete__nobody_has_it_open__gone_at_once),
		TEST(test_delete__open_handle__stays_until_it_is_closed),
		TEST(test_delete__in_its_own_callback__after_the_close),
		TEST(test_delete__above_passive__told_and_ignored),
		TEST(test_delete__twice__a_bad_handle),
		TEST(test_delete__never_finished__gone),
		TEST(test_unload__legacy__device_goes_with_the_driver),
		TEST(test_unload__legacy_open_handle__refused_before_anything_is_called),
		TEST(test_unload__hybrid_forgets_it__stays_loaded),
		TEST(test_unload__hybrid_deletes_it_with_its_device__unloaded),
		TEST(test_host_free__handle_left_open__nothing_of_the_driver_is_called),
		TEST(test_entry_fails__after_a_control_device__it_goes),
		TEST(test_on_change__told_of_arrival_and_end),
		TEST(test_shutdown__last_made_first_and_once_a_flag),
		TEST(test_shutdown_notification__bad_flags__told_and_ignored),
		TEST(test_filter__a_control_device__told_and_ignored),
		TEST(test_pnp_device__control_functions__told_and_ignored),
		TEST(test_bad_handles__stop_the_driver),
		TEST(test_allocate__malformed_string_or_level__null),
		TEST(test_load__allocations_fail__nothing_left),
		TEST(test_load__system_calls_fail__nothing_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
