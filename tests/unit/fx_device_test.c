/* SPDX-License-Identifier: MIT */
/* WDFDEVICE_INIT, WDFDEVICE and its resource lists. */
#include "fx_fixture.h"

#include <errno.h>
#include <initguid.h>
#include <string.h>

#include "base/mem.h"
#include "object/irql.h"
#include "uwdf/device_io.h"

DEFINE_GUID(GUID_ONE, 0x11111111, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
DEFINE_GUID(GUID_TWO, 0x22222222, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);

/* --- WDFDEVICE_INIT --- */

static PWDFDEVICE_INIT kept_init;

static void free_init(void *arg)
{
	WdfDeviceInitFree(arg);
}

static void free_in_init(PWDFDEVICE_INIT init)
{
	assert_true(fx_stops(free_init, init, WDF_INVALID_HANDLE));
}

static void test_init_free__in_device_add__stops(void **state)
{
	(void)state;
	fx_script.in_init = free_in_init;
	fx_up();
}

static void set_type_of(void *arg)
{
	WdfDeviceInitSetDeviceType(arg, FILE_DEVICE_NETWORK);
}

static void keep_init(PWDFDEVICE_INIT init)
{
	kept_init = init;
	assert_true(fx_stops(set_type_of, NULL, WDF_REQUIRED_PARAMETER_IS_NULL));
	set_type_of(init);
}

static void use_init_again(WDFDEVICE device)
{
	PWDFDEVICE_INIT init = kept_init;

	assert_true(fx_stops(set_type_of, kept_init, WDF_INVALID_HANDLE));
	assert_int_equal(WdfDeviceCreate(&init, NULL, &device), STATUS_INVALID_DEVICE_STATE);
	assert_null(device);
}

static void test_init__used_after_create__stops(void **state)
{
	(void)state;
	fx_script.in_init = keep_init;
	fx_script.in_add = use_init_again;
	fx_up();
}

static void set_wrong_things(PWDFDEVICE_INIT init)
{
	WDF_PNPPOWER_EVENT_CALLBACKS pnp;
	WDF_FILEOBJECT_CONFIG file;
	WDF_IO_TYPE_CONFIG io_type;
	WDF_OBJECT_ATTRIBUTES attrs;

	WDF_PNPPOWER_EVENT_CALLBACKS_INIT(&pnp);
	pnp.Size--;
	WdfDeviceInitSetPnpPowerEventCallbacks(init, &pnp);
	assert_true(fx_broke());
	WdfDeviceInitSetIoType(init, WdfDeviceIoUndefined);
	assert_true(fx_broke());
	WdfDeviceInitSetIoType(init, WdfDeviceIoBufferedOrDirect);
	assert_true(fx_broke());
	WDF_IO_TYPE_CONFIG_INIT(&io_type);
	io_type.ReadWriteIoType = WdfDeviceIoMaximum;
	WdfDeviceInitSetIoTypeEx(init, &io_type);
	assert_true(fx_broke());
	WDF_FILEOBJECT_CONFIG_INIT(&file, NULL, NULL, NULL);
	file.Size = 1;
	WdfDeviceInitSetFileObjectConfig(init, &file, NULL);
	assert_true(fx_broke());
	WDF_FILEOBJECT_CONFIG_INIT(&file, NULL, NULL, NULL);
	file.AutoForwardCleanupClose = (WDF_TRI_STATE)9;
	WdfDeviceInitSetFileObjectConfig(init, &file, NULL);
	assert_true(fx_broke());
	WDF_FILEOBJECT_CONFIG_INIT(&file, NULL, NULL, NULL);
	file.FileObjectClass = WdfFileObjectInvalid;
	WdfDeviceInitSetFileObjectConfig(init, &file, NULL);
	assert_true(fx_broke());
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.Size = 3;
	WDF_FILEOBJECT_CONFIG_INIT(&file, NULL, NULL, NULL);
	WdfDeviceInitSetFileObjectConfig(init, &file, &attrs);
	assert_true(fx_broke());
	WdfDeviceInitSetRequestAttributes(init, &attrs);
	assert_true(fx_broke());
	WdfDeviceInitSetFileObjectConfig(init, &file, NULL);
	WdfDeviceInitSetIoType(init, WdfDeviceIoDirect);
	assert_false(fx_broke());
}

static void test_init__wrong_values__break_and_are_ignored(void **state)
{
	(void)state;
	fx_script.in_init = set_wrong_things;
	assert_int_equal(fx_start("model:edu"), 0);
	/* the callbacks given before the wrong ones stayed */
	assert_non_null(strstr(fx_log(), "PrepareHardware"));
	assert_int_equal(fx.device->device->config.io.io_type, WdfDeviceIoDirect);
}

static void set_neither(PWDFDEVICE_INIT init)
{
	WDF_IO_TYPE_CONFIG config;

	WDF_IO_TYPE_CONFIG_INIT(&config);
	config.ReadWriteIoType = WdfDeviceIoNeither;
	config.DeviceControlIoType = WdfDeviceIoUndefined; /* nobody looks */
	WdfDeviceInitSetIoTypeEx(init, &config);
	assert_false(fx_broke());
}

static void test_init__io_type_by_structure__of_reads_and_writes(void **state)
{
	(void)state;
	fx_script.in_init = set_neither;
	assert_int_equal(fx_start("model:edu"), 0);
	assert_int_equal(fx.device->device->config.io.io_type, WdfDeviceIoNeither);
}

static void set_both_usages(PWDFDEVICE_INIT init)
{
	WDF_PNPPOWER_EVENT_CALLBACKS pnp;

	WDF_PNPPOWER_EVENT_CALLBACKS_INIT(&pnp);
	pnp.EvtDeviceUsageNotification = (PFN_WDF_DEVICE_USAGE_NOTIFICATION)(uintptr_t)1;
	pnp.EvtDeviceUsageNotificationEx = (PFN_WDF_DEVICE_USAGE_NOTIFICATION_EX)(uintptr_t)1;
	WdfDeviceInitSetPnpPowerEventCallbacks(init, &pnp);
	assert_true(fx_broke());
}

static void test_init__both_usage_notifications__refused(void **state)
{
	(void)state;
	fx_script.in_init = set_both_usages;
	fx_up();
}

static void set_characteristics(PWDFDEVICE_INIT init)
{
	WdfDeviceInitSetCharacteristics(init, FILE_REMOVABLE_MEDIA, FALSE);
	WdfDeviceInitSetCharacteristics(init, FILE_READ_ONLY_DEVICE, TRUE);
}

static void test_characteristics__set_and_added__as_told(void **state)
{
	(void)state;
	fx_script.in_init = set_characteristics;
	fx_up();
	assert_int_equal(WdfDeviceGetCharacteristics(fx_made.device),
			 FILE_REMOVABLE_MEDIA | FILE_READ_ONLY_DEVICE);
	WdfDeviceSetCharacteristics(fx_made.device, FILE_DEVICE_SECURE_OPEN);
	assert_int_equal(WdfDeviceGetCharacteristics(fx_made.device), FILE_DEVICE_SECURE_OPEN);
}

static void set_exclusive(PWDFDEVICE_INIT init)
{
	WdfDeviceInitSetExclusive(init, TRUE);
}

static void test_exclusive__second_open__denied(void **state)
{
	struct uwdf_file *first, *second;
	(void)state;
	fx_script.in_init = set_exclusive;
	fx_script.queue = true;
	fx_up();
	assert_int_equal(uwdf_device_io.open(fx.device, 4711, &first), STATUS_SUCCESS);
	assert_int_equal(uwdf_device_io.open(fx.device, 4711, &second), STATUS_ACCESS_DENIED);
	uwdf_device_io.close(first);
	assert_int_equal(uwdf_device_io.open(fx.device, 4711, &second), STATUS_SUCCESS);
	uwdf_device_io.close(second);
}

/* --- WDFDEVICE --- */

static NTSTATUS create_status;

static void create_with_parent(PWDFDEVICE_INIT init)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFDEVICE device = (WDFDEVICE)init;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = WdfGetDriver();
	create_status = WdfDeviceCreate(&init, &attrs, &device);
	assert_null(device);
	assert_non_null(init);
}

static void test_create__with_a_parent__refused(void **state)
{
	(void)state;
	fx_script.in_init = create_with_parent;
	fx_up();
	assert_int_equal(create_status, STATUS_WDF_PARENT_ASSIGNMENT_NOT_ALLOWED);
}

static void create_at_dispatch(PWDFDEVICE_INIT init)
{
	WDFDEVICE device;
	KIRQL before = fx_irql_raise(DISPATCH_LEVEL);

	create_status = WdfDeviceCreate(&init, NULL, &device);
	fx_irql_restore(before);
}

static void test_create__at_dispatch__refused(void **state)
{
	(void)state;
	fx_script.in_init = create_at_dispatch;
	fx_up();
	assert_int_equal(create_status, STATUS_INVALID_DEVICE_REQUEST);
	assert_true(fx_broke());
}

static void test_get_driver__of_a_device__the_driver(void **state)
{
	(void)state;
	fx_up();
	assert_ptr_equal(WdfDeviceGetDriver(fx_made.device), fx_made.driver);
}

static void test_delete__of_a_device__ignored(void **state)
{
	(void)state;
	fx_up();
	WdfObjectDelete(fx_made.device);
	assert_true(fx_broke());
	assert_string_equal(fx_log(), "");
}

static void test_alignment__must_be_a_mask(void **state)
{
	(void)state;
	fx_up();
	assert_int_equal(WdfDeviceGetAlignmentRequirement(fx_made.device), FILE_BYTE_ALIGNMENT);
	WdfDeviceSetAlignmentRequirement(fx_made.device, FILE_512_BYTE_ALIGNMENT);
	assert_int_equal(WdfDeviceGetAlignmentRequirement(fx_made.device), 0x1ff);
	WdfDeviceSetAlignmentRequirement(fx_made.device, 0x200);
	assert_true(fx_broke());
	assert_int_equal(WdfDeviceGetAlignmentRequirement(fx_made.device), 0x1ff);
}

static void test_set_failed__asks_the_host_once(void **state)
{
	(void)state;
	fx_up();
	WdfDeviceSetFailed(fx_made.device, WdfDeviceFailedUndefined);
	assert_true(fx_broke());
	assert_int_equal(fx.leaves, 0);
	WdfDeviceSetFailed(fx_made.device, WdfDeviceFailedNoRestart);
	WdfDeviceSetFailed(fx_made.device, WdfDeviceFailedAttemptRestart);
	assert_int_equal(fx.leaves, 1);
	assert_string_equal(fx.why, "its driver says that it failed");
	fx_log_clear();
	fx_remove();
	assert_int_equal(strncmp(fx_log(), "SurpriseRemoval ", 16), 0);
}

/* --- interfaces --- */

static void make_interfaces(WDFDEVICE device)
{
	assert_int_equal(WdfDeviceCreateDeviceInterface(device, &GUID_ONE, NULL), STATUS_SUCCESS);
	assert_int_equal(WdfDeviceCreateDeviceInterface(device, &GUID_ONE, NULL), STATUS_SUCCESS);
}

static void test_interface__enabled_by_the_start__listed(void **state)
{
	struct uwdf_device_info info;
	(void)state;
	fx_script.in_add = make_interfaces;
	fx_up();
	uwdf_device_info(fx.device, &info);
	assert_int_equal(info.interface_count, 1);
	assert_memory_equal(&info.interfaces[0], &GUID_ONE, 16);
	/* made after the start: enabled at once */
	assert_int_equal(WdfDeviceCreateDeviceInterface(fx_made.device, &GUID_TWO, NULL),
			 STATUS_SUCCESS);
	WdfDeviceSetDeviceInterfaceState(fx_made.device, &GUID_ONE, NULL, FALSE);
	uwdf_device_info(fx.device, &info);
	assert_int_equal(info.interface_count, 1);
	assert_memory_equal(&info.interfaces[0], &GUID_TWO, 16);
	WdfDeviceSetDeviceInterfaceState(fx_made.device, &GUID_ONE, NULL, TRUE);
	uwdf_device_info(fx.device, &info);
	assert_int_equal(info.interface_count, 2);
}

static void enable_early(WDFDEVICE device)
{
	make_interfaces(device);
	WdfDeviceSetDeviceInterfaceState(device, &GUID_ONE, NULL, TRUE);
	WdfDeviceSetDeviceInterfaceState(device, &GUID_TWO, NULL, TRUE);
	assert_true(fx_broke());
}

static struct uwdf_file *early_file;
static NTSTATUS early_status;

static void open_early(WDFDEVICE device)
{
	struct fx_object *obj = fx_object_at(device);

	early_status = uwdf_device_io.open(fx_device_from_object(obj)->host, 4711, &early_file);
}

static void test_interface__before_the_start__cannot_be_opened(void **state)
{
	(void)state;
	fx_script.in_add = enable_early;
	fx_script.in_d0_entry = open_early;
	fx_script.queue = true;
	fx_up();
	assert_false(NT_SUCCESS(early_status));
}

static void null_guid(void *arg)
{
	(void)WdfDeviceCreateDeviceInterface(arg, NULL, NULL);
}

static void test_interface__too_many_or_null__refused(void **state)
{
	GUID guid = GUID_ONE;
	(void)state;
	fx_up();
	for (guid.Data1 = 0; guid.Data1 < 8; guid.Data1++)
		assert_int_equal(WdfDeviceCreateDeviceInterface(fx_made.device, &guid, NULL),
				 STATUS_SUCCESS);
	assert_int_equal(WdfDeviceCreateDeviceInterface(fx_made.device, &guid, NULL),
			 STATUS_INSUFFICIENT_RESOURCES);
	assert_true(fx_stops(null_guid, fx_made.device, WDF_REQUIRED_PARAMETER_IS_NULL));
}

/* --- resources --- */

static void look_at_resources(WDFDEVICE device, WDFCMRESLIST raw, WDFCMRESLIST translated)
{
	PCM_PARTIAL_RESOURCE_DESCRIPTOR r = WdfCmResourceListGetDescriptor(raw, 0);
	PCM_PARTIAL_RESOURCE_DESCRIPTOR t = WdfCmResourceListGetDescriptor(translated, 0);
	PHYSICAL_ADDRESS past;

	(void)device;
	assert_int_equal(WdfCmResourceListGetCount(raw), 2);
	assert_int_equal(WdfCmResourceListGetCount(translated), 2);
	assert_int_equal(r->Type, CmResourceTypeMemory);
	assert_int_equal(r->u.Memory.Length, 1 << 20);
	assert_int_equal(t->u.Memory.Length, 1 << 20);
	past.QuadPart = t->u.Memory.Start.QuadPart + 0x10;
	assert_non_null(MmMapIoSpaceEx(past, 0xffff0, PAGE_READWRITE | PAGE_NOCACHE));
	assert_null(MmMapIoSpaceEx(past, 0x100000, PAGE_READWRITE));
	assert_null(MmMapIoSpaceEx(past, 16, PAGE_NOCACHE));
	assert_null(MmMapIoSpace(past, 16, (MEMORY_CACHING_TYPE)9));
	assert_null(MmMapIoSpace(past, 0, MmNonCached));
	assert_null(WdfCmResourceListGetDescriptor(raw, 2));
	assert_null(WdfCmResourceListGetDescriptor(raw, MAXULONG));
	r = WdfCmResourceListGetDescriptor(raw, 1);
	t = WdfCmResourceListGetDescriptor(translated, 1);
	assert_int_equal(r->Type, CmResourceTypeInterrupt);
	assert_int_equal(r->Flags, CM_RESOURCE_INTERRUPT_LATCHED | CM_RESOURCE_INTERRUPT_MESSAGE);
	assert_int_equal(r->u.MessageInterrupt.u.Raw.MessageCount, 1);
	assert_int_equal(t->u.MessageInterrupt.u.Translated.Level, FX_DIRQL);
	assert_int_equal(READ_REGISTER_ULONG((volatile ULONG *)fx_made.registers), 0x010000ed);
	fx_note("looked");
}

static void test_resources__of_edu__memory_and_one_message(void **state)
{
	(void)state;
	fx_script.in_prepare = look_at_resources;
	assert_int_equal(fx_start("model:edu"), 0);
	assert_non_null(strstr(fx_log(), "looked"));
}

static void test_map__after_the_device_went__refused(void **state)
{
	PHYSICAL_ADDRESS address;
	(void)state;
	fx_up();
	address.QuadPart = (LONGLONG)(uintptr_t)fx_made.registers;
	assert_non_null(MmMapIoSpace(address, 4, MmNonCached));
	fx_remove();
	assert_null(MmMapIoSpace(address, 4, MmNonCached));
}

/* --- the host's view --- */

static void test_info__of_a_running_device__what_it_is(void **state)
{
	struct uwdf_device_info info;
	(void)state;
	fx_script.interrupts = 1;
	fx_up();
	uwdf_device_info(fx.device, &info);
	assert_string_equal(info.name, "tested");
	assert_string_equal(info.driver, "tested");
	assert_string_equal(info.address, "model:edu");
	assert_string_equal(info.state, "started");
	assert_int_equal(info.vendor, 0x1234);
	assert_int_equal(info.device, 0x11e8);
	assert_string_equal(info.interrupt_kind, "MSI");
	assert_int_equal(info.interrupt_vectors, 1);
	assert_int_equal(info.open_files, 0);
}

static void set_type_to_network(PWDFDEVICE_INIT init)
{
	WdfDeviceInitSetDeviceType(init, FILE_DEVICE_NETWORK);
}

static void test_info__device_type__the_drivers_or_unknown(void **state)
{
	struct uwdf_device_info info;
	(void)state;
	fx_up();
	uwdf_device_info(fx.device, &info);
	assert_int_equal(info.device_type, FILE_DEVICE_UNKNOWN);
	fx_remove();
	fx_script.in_init = set_type_to_network;
	fx_up();
	uwdf_device_info(fx.device, &info);
	assert_int_equal(info.device_type, FILE_DEVICE_NETWORK);
}

static void finish(struct uwdf_io *io, int32_t status, uint64_t information)
{
	(void)information;
	*(int32_t *)io->owner = status;
	fx_note("Done");
}

static void test_io__through_the_host__reaches_the_queue(void **state)
{
	struct uwdf_device_info info;
	struct uwdf_file *file;
	int32_t status = -1;
	char buf[8];
	struct uwdf_io io = { .kind = UWDF_IO_READ,
			      .out = buf,
			      .out_len = sizeof(buf),
			      .complete = finish,
			      .owner = &status };
	(void)state;
	fx_script.queue = true;
	fx_up();
	assert_int_equal(uwdf_device_io.open(fx.device, 4711, &file), STATUS_SUCCESS);
	uwdf_device_io.submit(file, &io);
	assert_true(fx_log_await("Done", 1));
	assert_int_equal(status, STATUS_SUCCESS);
	uwdf_device_io.close(file);
	uwdf_device_info(fx.device, &info);
	assert_int_equal(info.requests, 1);
	assert_int_equal(info.requests_completed, 1);
}

/* --- a cleanup that does not end --- */

static struct exec_event cleanup_runs, cleanup_may_end;
static WDFOBJECT slow_child;

static void slow_cleanup(WDFOBJECT object)
{
	(void)object;
	exec_event_set(&cleanup_runs);
	exec_event_wait(&cleanup_may_end, EXEC_FOREVER);
}

static void make_slow_child(WDFDEVICE device)
{
	WDF_OBJECT_ATTRIBUTES attrs;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = device;
	attrs.EvtCleanupCallback = slow_cleanup;
	assert_int_equal(WdfObjectCreate(&attrs, &slow_child), STATUS_SUCCESS);
}

static void delete_slow_child(void *arg)
{
	(void)arg;
	WdfObjectDelete(slow_child);
}

static void test_remove__cleanup_does_not_end__the_device_keeps_what_it_uses(void **state)
{
	struct exec_thread_params params = { .name = "driver",
					     .run = delete_slow_child,
					     .node = -1 };
	struct exec_thread *thread;
	(void)state;
	assert_int_equal(exec_event_init(&cleanup_runs), 0);
	assert_int_equal(exec_event_init(&cleanup_may_end), 0);
	fx_script.in_add = make_slow_child;
	fx_up();
	assert_int_equal(exec_thread_start(&params, &thread), 0);
	exec_event_wait(&cleanup_runs, EXEC_FOREVER);
	fx_host_dispose_ms = 20;
	fx_remove();
	assert_null(strstr(fx_log(), "DeviceCleanup"));
	assert_int_equal(uwdf_host_unload(fx.driver), -EBUSY);
	assert_null(strstr(fx_log(), "DriverUnload"));
	exec_event_set(&cleanup_may_end);
	exec_thread_join(thread); /* the device's end came with that of its child */
	assert_non_null(strstr(fx_log(), "DeviceCleanup DeviceDestroy"));
	uwdf_host_free(fx.host);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fx_setup, fx_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_init_free__in_device_add__stops),
		TEST(test_init__used_after_create__stops),
		TEST(test_init__wrong_values__break_and_are_ignored),
		TEST(test_init__io_type_by_structure__of_reads_and_writes),
		TEST(test_init__both_usage_notifications__refused),
		TEST(test_characteristics__set_and_added__as_told),
		TEST(test_exclusive__second_open__denied),
		TEST(test_create__with_a_parent__refused),
		TEST(test_create__at_dispatch__refused),
		TEST(test_get_driver__of_a_device__the_driver),
		TEST(test_delete__of_a_device__ignored),
		TEST(test_alignment__must_be_a_mask),
		TEST(test_set_failed__asks_the_host_once),
		TEST(test_interface__enabled_by_the_start__listed),
		TEST(test_interface__before_the_start__cannot_be_opened),
		TEST(test_interface__too_many_or_null__refused),
		TEST(test_resources__of_edu__memory_and_one_message),
		TEST(test_map__after_the_device_went__refused),
		TEST(test_info__of_a_running_device__what_it_is),
		TEST(test_info__device_type__the_drivers_or_unknown),
		TEST(test_io__through_the_host__reaches_the_queue),
		/* the last: its device stays */
		cmocka_unit_test_setup(
			test_remove__cleanup_does_not_end__the_device_keeps_what_it_uses, fx_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
