/* SPDX-License-Identifier: MIT */
/*
 * Child devices of a bus driver: when they start and stop, what becomes of those that fail, go
 * missing or have no driver, and who may open them. From the reference pages of wdfpdo.h and
 * wdffdo.h, "Static Enumeration", and parts A4, A5, A6 and A10 of the sequences of KMDF.
 */
#include "fx_child.h"

#include <errno.h>
#include <string.h>

#include "object/object.h"
#include "pnp/child_impl.h"
#include "verifier/verifier.h"

#define START(n)  "Prepare" #n " Entry" #n " Init" #n
#define STOP(n)   "Suspend" #n " Exit" #n " Release" #n " Flush" #n
#define REMOVE(n) "SmioCleanup" #n " Cleanup" #n

#define PARENT_START  "DeviceAdd PrepareHardware D0Entry D0EntryPost SmioInit"
#define PARENT_STOP   "SmioSuspend D0ExitPre D0Exit ReleaseHardware SmioFlush"
#define PARENT_REMOVE "SmioCleanup DeviceCleanup DeviceDestroy"

static void start_two(void)
{
	fx_script.in_add = child_make_two;
	fx_up();
}

/* What uwdf_device_children() says of the only one. */
static struct uwdf_child_info only_child(void)
{
	struct uwdf_child_info info[2];

	assert_int_equal(uwdf_device_children(fx.device, info, 2), 1);
	return info[0];
}

static void make_one(WDFDEVICE parent)
{
	assert_int_equal(child_make(parent), STATUS_SUCCESS);
}

static void await_state(const char *state)
{
	uint64_t deadline = exec_deadline_ms(60000);

	while (strcmp(only_child().state, state) && exec_now_ns() < deadline)
		exec_yield();
	assert_string_equal(only_child().state, state);
}

/* --- start and removal --- */

static void test_start__after_the_parent__in_order(void **state)
{
	(void)state;
	fx_script.in_add = child_make_two;
	assert_int_equal(fx_load(), 0);
	fx_log_clear();
	assert_int_equal(fx_start("model:edu"), 0);
	assert_string_equal(fx_log(), PARENT_START " " START(0) " " START(1));
	assert_int_equal(child_open_count(), 2);
	fx_remove();
}

static void test_removal__children_stop_first_and_go_when_the_parent_has_stopped(void **state)
{
	(void)state;
	start_two();
	fx_remove();
	assert_string_equal(fx_log(), "QueryRemove1 QueryRemove0 QueryRemove " STOP(1) " " STOP(
					      0) " " PARENT_STOP
						 " " REMOVE(1) " " REMOVE(0) " " PARENT_REMOVE);
}

static void test_surprise_removal__leaves_are_told_first(void **state)
{
	(void)state;
	start_two();
	WdfDeviceSetFailed(fx_made.device, WdfDeviceFailedNoRestart);
	fx_remove();
	assert_string_equal(fx_log(), "Leave Surprise1 " STOP(1) " Surprise0 " STOP(
					      0) " SurpriseRemoval " PARENT_STOP
						 " " REMOVE(1) " " REMOVE(0) " " PARENT_REMOVE);
}

static void test_parent_does_not_start__children_never_hear_of_it(void **state)
{
	(void)state;
	fx_script.in_add = child_make_two;
	fx_script.fail = "D0Entry";
	assert_int_equal(fx_load(), 0);
	fx_log_clear();
	assert_int_equal(fx_start("model:edu"), -ECANCELED);
	assert_string_equal(fx_log(), "DeviceAdd PrepareHardware D0Entry ReleaseHardware "
				      "Cleanup1 Cleanup0 DeviceCleanup DeviceDestroy");
}

static void test_device_add_fails__children_go_with_the_parent(void **state)
{
	(void)state;
	fx_script.in_add = child_make_two;
	fx_script.fail = "DeviceAdd";
	assert_int_equal(fx_load(), 0);
	fx_log_clear();
	assert_int_equal(fx_start("model:edu"), -ECANCELED);
	assert_string_equal(fx_log(), "DeviceAdd Cleanup1 Cleanup0 DeviceCleanup DeviceDestroy");
}

static void test_added_to_a_running_parent__starts(void **state)
{
	(void)state;
	fx_up();
	make_one(fx_made.device);
	assert_true(fx_log_await("Init0", 1));
	await_state("started");
	assert_string_equal(fx_log(), START(0));
	fx_remove();
}

static void test_added_in_the_parents_d0_entry__starts_after_it(void **state)
{
	(void)state;
	fx_script.in_d0_entry = make_one;
	assert_int_equal(fx_load(), 0);
	fx_log_clear();
	assert_int_equal(fx_start("model:edu"), 0);
	assert_string_equal(fx_log(), PARENT_START " " START(0));
	fx_remove();
}

/* --- failures --- */

static void child_fails(const char *callback, const char *log)
{
	child_count = 0;
	child_script.fail = callback;
	fx_script.in_add = child_make_two;
	assert_int_equal(fx_start("model:edu"), 0);
	assert_int_equal(child_open_count(), 1);
	assert_non_null(strstr(fx_log(), log));
	fx_remove();
}

static void test_child_does_not_start__undone__the_others_and_the_parent_go_on(void **state)
{
	(void)state;
	assert_int_equal(fx_load(), 0);
	child_fails("Prepare0", "Prepare0 Release0 Prepare1");
	child_fails("Entry0", "Entry0 Release0 Prepare1");
	child_fails("Init0", "Init0 Exit0 Release0 Flush0 Prepare1");
}

static void test_child_set_failed__surprise_removed_and_kept(void **state)
{
	(void)state;
	fx_script.in_add = make_one;
	fx_up();
	WdfDeviceSetFailed(child_devices[0], WdfDeviceFailedNoRestart);
	await_state("failed");
	assert_string_equal(fx_log(), "Surprise0 " STOP(0));
	assert_int_equal(child_open_count(), 0);
	assert_int_equal(fx.leaves, 0);
	fx_log_clear();
	fx_remove();
	assert_string_equal(fx_log(), "QueryRemove " PARENT_STOP " " REMOVE(0) " " PARENT_REMOVE);
}

static void test_query_remove__child_refuses__all_go_on(void **state)
{
	struct uwdf_device *device;
	struct uwdf_file *file;
	struct child_op op;

	(void)state;
	start_two();
	child_script.fail = "QueryRemove0";
	assert_int_equal(uwdf_device_query_remove(fx.device, &fx.rep), -ECANCELED);
	assert_non_null(strstr(fx.rep.text, "child device"));
	assert_string_equal(fx_log(), "QueryRemove1 QueryRemove0");
	assert_int_equal(WdfDeviceGetDevicePnpState(child_devices[1]), WdfDevStatePnpStarted);
	device = child_find(1);
	assert_int_equal(child_open(device, &file), STATUS_SUCCESS);
	assert_int_equal(child_ask(file, &op), STATUS_SUCCESS);
	child_close(file);
	uwdf_device_release(device);
	fx_remove();
}

static void test_query_remove__parent_refuses__children_go_on(void **state)
{
	(void)state;
	start_two();
	fx_script.fail = "QueryRemove";
	assert_int_equal(uwdf_device_query_remove(fx.device, &fx.rep), -ECANCELED);
	assert_string_equal(fx_log(), "QueryRemove1 QueryRemove0 QueryRemove");
	assert_int_equal(WdfDeviceGetDevicePnpState(child_devices[0]), WdfDevStatePnpStarted);
	fx_remove();
}

/* --- missing --- */

static void test_marked_missing__told_then_surprise_removed(void **state)
{
	struct uwdf_device *device;

	(void)state;
	start_two();
	device = child_find(0);
	assert_int_equal(WdfPdoMarkMissing(child_devices[0]), STATUS_SUCCESS);
	assert_true(fx_log_await("Cleanup0", 1));
	assert_string_equal(fx_log(), "Missing0 Surprise0 " STOP(0) " " REMOVE(0));
	assert_true(uwdf_device_is_gone(device));
	uwdf_device_settle(device);
	assert_int_equal(only_child().raw, true);
	fx_remove();
	uwdf_device_settle(device);
	uwdf_device_release(device);
}

static void test_marked_missing__never_started__told_and_gone(void **state)
{
	(void)state;
	child_script.not_raw = true;
	fx_script.in_add = make_one;
	fx_up();
	assert_int_equal(WdfPdoMarkMissing(child_devices[0]), STATUS_SUCCESS);
	assert_true(fx_log_await("Cleanup0", 1));
	assert_string_equal(fx_log(), "Missing0 Cleanup0");
	fx_remove();
}

static void test_mark_missing__wrong_ones__refused(void **state)
{
	(void)state;
	child_script.unadded = true;
	fx_script.in_add = make_one;
	fx_up();
	assert_int_equal(WdfPdoMarkMissing(fx_made.device), STATUS_INVALID_PARAMETER);
	assert_int_equal(WdfPdoMarkMissing(child_devices[0]), STATUS_NO_SUCH_DEVICE);
	assert_int_equal(WdfFdoAddStaticChild(fx_made.device, child_devices[0]), STATUS_SUCCESS);
	WdfFdoLockStaticChildListForIteration(fx_made.device);
	assert_int_equal(WdfPdoMarkMissing(child_devices[0]), STATUS_SUCCESS);
	assert_int_equal(WdfPdoMarkMissing(child_devices[0]), STATUS_NO_SUCH_DEVICE);
	WdfFdoUnlockStaticChildListFromIteration(fx_made.device);
	assert_true(fx_log_await("Cleanup0", 1));
	fx_remove();
}

/* --- what is not started --- */

static void test_not_raw__shown_without_a_driver(void **state)
{
	(void)state;
	child_script.not_raw = true;
	fx_script.in_add = make_one;
	fx_up();
	assert_string_equal(only_child().state, "no driver");
	assert_false(only_child().raw);
	assert_string_equal(only_child().device_id, "UWDF_Child");
	assert_int_equal(child_open_count(), 0);
	assert_string_equal(fx_log(), "");
	fx_remove();
	assert_non_null(strstr(fx_log(), " Cleanup0 "));
}

static void test_no_device_id__not_started(void **state)
{
	(void)state;
	child_script.no_id = true;
	fx_script.in_add = make_one;
	fx_up();
	assert_string_equal(only_child().state, "no device id");
	assert_string_equal(fx_log(), "");
	fx_remove();
}

static void test_not_added__its_drivers_to_delete(void **state)
{
	(void)state;
	child_script.unadded = true;
	start_two();
	assert_int_equal(uwdf_device_children(fx.device, NULL, 0), 0);
	assert_string_equal(fx_log(), "");
	WdfObjectDelete(child_devices[0]);
	assert_string_equal(fx_log(), "Cleanup0");
	fx_remove();
	assert_non_null(strstr(fx_log(), " Cleanup1 "));
}

static void test_added__its_driver_may_not_delete_it(void **state)
{
	(void)state;
	fx_script.in_add = make_one;
	fx_up();
	WdfObjectDelete(child_devices[0]);
	assert_true(fx_broke());
	assert_string_equal(fx_log(), "");
	assert_string_equal(only_child().state, "started");
	fx_remove();
}

static void allocate_only(WDFDEVICE parent)
{
	assert_non_null(WdfPdoInitAllocate(parent));
	WdfDeviceInitFree(WdfPdoInitAllocate(parent));
}

static void test_init_forgotten__freed_with_the_parent(void **state)
{
	(void)state;
	fx_script.in_add = allocate_only;
	fx_up();
	fx_remove(); /* fx_teardown() counts the blocks */
}

/* --- what they are --- */

static void test_child__parent_is_the_bus_and_it_has_no_hardware(void **state)
{
	WDF_INTERRUPT_CONFIG interrupt_config;
	WDF_DMA_ENABLER_CONFIG dma_config;
	WDFINTERRUPT interrupt;
	WDFDMAENABLER enabler;
	WDFKEY key;
	WDFDEVICE child;

	(void)state;
	fx_script.in_add = make_one;
	fx_up();
	child = child_devices[0];
	assert_ptr_equal(WdfPdoGetParent(child), fx_made.device);
	assert_null(WdfPdoGetParent(fx_made.device));
	assert_ptr_equal(fx_object_at(child)->parent, fx_object_at(fx_made.device));
	assert_ptr_equal(WdfDeviceGetDriver(child), fx_made.driver);
	WDF_INTERRUPT_CONFIG_INIT(&interrupt_config, (PFN_WDF_INTERRUPT_ISR)(void *)make_one, NULL);
	assert_int_equal(WdfInterruptCreate(child, &interrupt_config, NULL, &interrupt),
			 STATUS_INVALID_DEVICE_REQUEST);
	WDF_DMA_ENABLER_CONFIG_INIT(&dma_config, WdfDmaProfileScatterGather, 4096);
	assert_int_equal(WdfDmaEnablerCreate(child, &dma_config, NULL, &enabler),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(
		WdfDeviceOpenRegistryKey(child, PLUGPLAY_REGKEY_DEVICE, KEY_READ, NULL, &key),
		STATUS_INVALID_DEVICE_REQUEST);
	fx_remove();
}

static void test_init__of_a_child_has_no_child_of_its_own(void **state)
{
	(void)state;
	fx_script.in_add = make_one;
	fx_up();
	assert_null(WdfPdoInitAllocate(child_devices[0]));
	assert_true(fx_broke());
	assert_int_equal(WdfFdoAddStaticChild(child_devices[0], fx_made.device),
			 STATUS_INVALID_PARAMETER);
	assert_int_equal(WdfFdoAddStaticChild(fx_made.device, fx_made.device),
			 STATUS_INVALID_PARAMETER);
	assert_int_equal(WdfFdoAddStaticChild(fx_made.device, child_devices[0]),
			 STATUS_INVALID_DEVICE_STATE);
	fx_remove();
}

static unsigned int init_kind_breaks(void)
{
	struct fx_driver *driver = fx_driver_from_globals(WdfDriverGlobals);
	unsigned int count = fx_verifier_breaks_of(driver, FX_RULE_INIT_KIND);

	(void)fx_broke();
	return count;
}

static void fdo_functions(PWDFDEVICE_INIT init)
{
	ULONG len;

	WdfFdoInitSetFilter(init);
	assert_int_equal(init_kind_breaks(), 1);
	(void)!WdfFdoInitQueryProperty(init, DevicePropertyHardwareID, 0, NULL, &len);
	assert_int_equal(init_kind_breaks(), 2);
}

static void test_functions_for_a_function_device__on_a_childs_init__said(void **state)
{
	(void)state;
	child_script.in_init = fdo_functions;
	fx_script.in_add = make_one;
	fx_up();
	fx_remove();
}

static void pdo_functions(PWDFDEVICE_INIT init)
{
	UNICODE_STRING text;
	WDF_PDO_EVENT_CALLBACKS events;
	const NTSTATUS no = STATUS_INVALID_DEVICE_REQUEST;

	RtlInitUnicodeString(&text, L"text");
	WDF_PDO_EVENT_CALLBACKS_INIT(&events);
	WdfPdoInitSetEventCallbacks(init, &events);
	assert_int_equal(WdfPdoInitAssignDeviceID(init, &text), no);
	assert_int_equal(WdfPdoInitAssignInstanceID(init, &text), no);
	assert_int_equal(WdfPdoInitAssignContainerID(init, &text), no);
	assert_int_equal(WdfPdoInitAddHardwareID(init, &text), no);
	assert_int_equal(WdfPdoInitAddCompatibleID(init, &text), no);
	assert_int_equal(WdfPdoInitAddDeviceText(init, &text, &text, 0), no);
	WdfPdoInitSetDefaultLocale(init, 0x409);
	assert_int_equal(WdfPdoInitAssignRawDevice(init, &child_interface), no);
	WdfPdoInitAllowForwardingRequestToParent(init);
	assert_int_equal(init_kind_breaks(), 10);
}

static void test_functions_for_a_child__on_another_init__refused_and_said(void **state)
{
	(void)state;
	fx_script.in_init = pdo_functions;
	fx_up();
	fx_remove();
}

/* What they kept, as a look inside shows: nobody asks for it yet. */
static void look_inside(PWDFDEVICE_INIT init)
{
	const struct fx_pdo *pdo = init->pdo;
	UNICODE_STRING text;

	RtlInitUnicodeString(&text, L"other");
	assert_int_equal(pdo->device_id.Length, 10 * sizeof(WCHAR));
	assert_int_equal(pdo->instance_id.Length, sizeof(WCHAR));
	assert_int_equal(pdo->container_id.Length, 7 * sizeof(WCHAR));
	assert_int_equal(list_first(&pdo->hardware_ids, struct fx_pdo_id, link)->text.Length,
			 10 * sizeof(WCHAR));
	assert_int_equal(WdfPdoInitAddHardwareID(init, &text), STATUS_SUCCESS);
	assert_int_equal(list_first(&pdo->hardware_ids, struct fx_pdo_id, link)->text.Length,
			 10 * sizeof(WCHAR));
	assert_false(list_empty(&pdo->compatible_ids));
	assert_int_equal(list_first(&pdo->texts, struct fx_pdo_text, link)->locale, 0x409);
	assert_int_equal(pdo->default_locale, 0x409);
	assert_true(pdo->raw);
}

static void test_ids_and_texts__kept_in_order(void **state)
{
	(void)state;
	child_script.in_init = look_inside;
	fx_script.in_add = make_one;
	fx_up();
	fx_remove();
}

/* --- the list --- */

/* What the pool was asked to do with children is done. */
static void await_pool(WDFDEVICE parent)
{
	fx_work_flush(&fx_device_from_object(fx_object_at(parent))->children->work);
}

static void test_list__each_once_in_order(void **state)
{
	WDFDEVICE fdo, child;

	(void)state;
	start_two();
	fdo = fx_made.device;
	WdfFdoLockStaticChildListForIteration(fdo);
	child = WdfFdoRetrieveNextStaticChild(fdo, NULL, WdfRetrieveAddedChildren);
	assert_ptr_equal(child, child_devices[0]);
	child = WdfFdoRetrieveNextStaticChild(fdo, child, WdfRetrieveAddedChildren);
	assert_ptr_equal(child, child_devices[1]);
	assert_null(WdfFdoRetrieveNextStaticChild(fdo, child, WdfRetrieveAddedChildren));
	assert_null(WdfFdoRetrieveNextStaticChild(fdo, NULL, WdfRetrieveMissingChildren));
	WdfFdoUnlockStaticChildListFromIteration(fdo);
	fx_remove();
}

static void test_list__changes_wait_for_the_last_unlock(void **state)
{
	WDFDEVICE fdo;

	(void)state;
	start_two();
	fdo = fx_made.device;
	WdfFdoLockStaticChildListForIteration(fdo);
	WdfFdoLockStaticChildListForIteration(fdo);
	assert_int_equal(child_make(fdo), STATUS_SUCCESS);
	assert_int_equal(WdfPdoMarkMissing(child_devices[0]), STATUS_SUCCESS);
	WdfFdoUnlockStaticChildListFromIteration(fdo);
	await_pool(fdo);
	assert_ptr_equal(WdfFdoRetrieveNextStaticChild(fdo, NULL, WdfRetrieveMissingChildren),
			 child_devices[0]);
	assert_ptr_equal(WdfFdoRetrieveNextStaticChild(fdo, NULL, WdfRetrievePresentChildren),
			 child_devices[1]);
	assert_ptr_equal(WdfFdoRetrieveNextStaticChild(fdo, NULL, WdfRetrievePendingChildren),
			 child_devices[2]);
	assert_ptr_equal(WdfFdoRetrieveNextStaticChild(fdo, NULL, WdfRetrieveAllChildren),
			 child_devices[0]);
	assert_string_equal(fx_log(), "");
	WdfFdoUnlockStaticChildListFromIteration(fdo);
	assert_true(fx_log_await("Cleanup0", 1));
	assert_true(fx_log_await("Init2", 1));
	fx_remove();
}

static void test_list__wrong_flags_or_device__nothing_and_said(void **state)
{
	(void)state;
	start_two();
	assert_null(WdfFdoRetrieveNextStaticChild(fx_made.device, NULL, 0));
	assert_true(fx_broke());
	assert_null(WdfFdoRetrieveNextStaticChild(fx_made.device, NULL, 8));
	assert_true(fx_broke());
	WdfFdoLockStaticChildListForIteration(child_devices[0]);
	assert_true(fx_broke());
	WdfFdoUnlockStaticChildListFromIteration(child_devices[0]);
	assert_true(fx_broke());
	fx_remove();
}

/* --- clients --- */

static void test_client__opens_by_interface_and_is_answered(void **state)
{
	struct uwdf_device *device;
	struct uwdf_device_info info;
	struct uwdf_file *file;
	struct child_op op;
	char rest[8];
	const struct uwdf_device_name name = { .guid = (const uint8_t *)&child_interface,
					       .text = "" };

	(void)state;
	start_two();
	device = child_find(1);
	assert_true(uwdf_device_is_counted(device));
	assert_false(uwdf_device_is_control(device));
	assert_true(uwdf_device_find(device, &name, rest, sizeof(rest)));
	assert_int_equal(child_open(device, &file), STATUS_SUCCESS);
	assert_int_equal(child_ask(file, &op), STATUS_SUCCESS);
	assert_string_equal(op.out, "child");
	uwdf_device_info(device, &info);
	assert_string_equal(info.state, "started");
	assert_string_equal(info.name, "tested-UWDF_Child-1");
	assert_int_equal(info.requests, 1);
	assert_int_equal(info.open_files, 1);
	assert_int_equal(info.interface_count, 1);
	child_close(file);
	uwdf_device_release(device);
	fx_remove();
}

static void test_client__device_removed_under_it__request_ends(void **state)
{
	struct uwdf_device *device;
	struct uwdf_file *file;
	struct child_op op;

	(void)state;
	child_script.keeps = true;
	start_two();
	device = child_find(0);
	assert_int_equal(child_open(device, &file), STATUS_SUCCESS);
	child_ask_start(file, &op);
	assert_true(fx_log_await("Kept", 1));
	fx_remove();
	assert_int_equal(child_ask_await(&op), STATUS_CANCELLED);
	assert_non_null(
		strstr(fx_log(), "Suspend0 StopSuspend Exit0 Release0 StopPurge Ended Flush0"));
	child_close(file);
	assert_int_equal(child_open(device, &file), STATUS_NO_SUCH_DEVICE);
	uwdf_device_release(device);
}

static void test_client__child_marked_missing_under_it__request_ends(void **state)
{
	struct uwdf_device *device;
	struct uwdf_file *file;
	struct child_op op;

	(void)state;
	child_script.keeps = true;
	start_two();
	device = child_find(0);
	assert_int_equal(child_open(device, &file), STATUS_SUCCESS);
	child_ask_start(file, &op);
	assert_true(fx_log_await("Kept", 1));
	assert_int_equal(WdfPdoMarkMissing(child_devices[0]), STATUS_SUCCESS);
	assert_int_equal(child_ask_await(&op), STATUS_CANCELLED);
	child_close(file);
	assert_true(fx_log_await("Cleanup0", 1));
	uwdf_device_release(device);
	fx_remove();
}

static void test_name__its_symbolic_link(void **state)
{
	struct uwdf_device *device;
	struct uwdf_device_info info;

	(void)state;
	child_script.link = L"\\DosDevices\\Thing";
	fx_script.in_add = make_one;
	fx_up();
	device = child_find(0);
	uwdf_device_info(device, &info);
	assert_string_equal(info.name, "Thing");
	assert_string_equal(only_child().name, "Thing");
	uwdf_device_release(device);
	fx_remove();
}

#define T(test) cmocka_unit_test_setup_teardown(test, child_setup, fx_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_start__after_the_parent__in_order),
		T(test_removal__children_stop_first_and_go_when_the_parent_has_stopped),
		T(test_surprise_removal__leaves_are_told_first),
		T(test_parent_does_not_start__children_never_hear_of_it),
		T(test_device_add_fails__children_go_with_the_parent),
		T(test_added_to_a_running_parent__starts),
		T(test_added_in_the_parents_d0_entry__starts_after_it),
		T(test_child_does_not_start__undone__the_others_and_the_parent_go_on),
		T(test_child_set_failed__surprise_removed_and_kept),
		T(test_query_remove__child_refuses__all_go_on),
		T(test_query_remove__parent_refuses__children_go_on),
		T(test_marked_missing__told_then_surprise_removed),
		T(test_marked_missing__never_started__told_and_gone),
		T(test_mark_missing__wrong_ones__refused),
		T(test_not_raw__shown_without_a_driver),
		T(test_no_device_id__not_started),
		T(test_not_added__its_drivers_to_delete),
		T(test_added__its_driver_may_not_delete_it),
		T(test_init_forgotten__freed_with_the_parent),
		T(test_child__parent_is_the_bus_and_it_has_no_hardware),
		T(test_init__of_a_child_has_no_child_of_its_own),
		T(test_functions_for_a_function_device__on_a_childs_init__said),
		T(test_functions_for_a_child__on_another_init__refused_and_said),
		T(test_ids_and_texts__kept_in_order),
		T(test_list__each_once_in_order),
		T(test_list__changes_wait_for_the_last_unlock),
		T(test_list__wrong_flags_or_device__nothing_and_said),
		T(test_client__opens_by_interface_and_is_answered),
		T(test_client__device_removed_under_it__request_ends),
		T(test_client__child_marked_missing_under_it__request_ends),
		T(test_name__its_symbolic_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
