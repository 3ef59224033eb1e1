/* SPDX-License-Identifier: MIT */
/*
 * The end of a bus with children: what waits for what, and what is whose. From the reference pages
 * of WdfPdoMarkMissing, WdfPdoInitAllocate, WdfFdoAddStaticChild,
 * WdfFdoLockStaticChildListForIteration and WdfDeviceSetFailed.
 */
#include "fx_child.h"

#include <string.h>

#include "object/driver.h"
#include "pnp/child_impl.h"

static struct uwdf_device *device;
static struct uwdf_file *file;
static struct child_op op;

static void make_bus(WDFDEVICE parent)
{
	assert_int_equal(child_make_parent_queue(parent, true), STATUS_SUCCESS);
	child_make_two(parent);
}

/* The parent's driver has a request of the first child's client. */
static void forward_one(void)
{
	child_script.forwards = true;
	fx_script.in_add = make_bus;
	fx_up();
	device = child_find(0);
	assert_int_equal(child_open(device, &file), STATUS_SUCCESS);
	child_ask_start(file, &op);
	assert_true(fx_log_await("ParentKept", 1));
}

static void leave(void)
{
	child_close(file);
	uwdf_device_release(device);
}

/* --- a missing child waits for its parent --- */

static void test_missing_child_waits__parent_removed__gives_the_request_up(void **state)
{
	(void)state;
	forward_one();
	assert_int_equal(WdfPdoMarkMissing(child_devices[0]), STATUS_SUCCESS);
	assert_true(fx_log_await("Flush0", 1));
	fx_remove();
	assert_int_equal(child_ask_await(&op), STATUS_CANCELLED);
	assert_non_null(strstr(fx_log(), "StopPurge"));
	assert_non_null(strstr(fx_log(), "Cleanup0"));
	leave();
}

static void test_missing_child_waits__parent_pulled__gives_the_request_up(void **state)
{
	(void)state;
	forward_one();
	assert_int_equal(WdfPdoMarkMissing(child_devices[0]), STATUS_SUCCESS);
	assert_true(fx_log_await("Flush0", 1));
	WdfDeviceSetFailed(fx_made.device, WdfDeviceFailedNoRestart);
	fx_remove();
	assert_int_equal(child_ask_await(&op), STATUS_CANCELLED);
	leave();
}

/* The list is unlocked by the removal: the control thread is the first to see it. */
static void test_marked_missing_while_locked__parent_removed__gives_the_request_up(void **state)
{
	(void)state;
	forward_one();
	WdfFdoLockStaticChildListForIteration(fx_made.device);
	assert_int_equal(WdfPdoMarkMissing(child_devices[0]), STATUS_SUCCESS);
	fx_remove();
	assert_int_equal(child_ask_await(&op), STATUS_CANCELLED);
	assert_non_null(strstr(fx_log(), "Cleanup0"));
	leave();
}

static void test_missing_child_waits__others_start_and_go(void **state)
{
	(void)state;
	forward_one();
	assert_int_equal(WdfPdoMarkMissing(child_devices[0]), STATUS_SUCCESS);
	assert_true(fx_log_await("Flush0", 1));
	assert_int_equal(child_make(fx_made.device), STATUS_SUCCESS);
	assert_true(fx_log_await("Init2", 1));
	assert_int_equal(WdfPdoMarkMissing(child_devices[1]), STATUS_SUCCESS);
	assert_true(fx_log_await("Cleanup1", 1));
	fx_remove();
	assert_int_equal(child_ask_await(&op), STATUS_CANCELLED);
	leave();
}

/* --- what is the driver's at the end --- */

static void one(WDFDEVICE parent)
{
	assert_int_equal(child_make(parent), STATUS_SUCCESS);
}

static PWDFDEVICE_INIT kept_init;
static WDFDEVICE unadded;

static void allocate_late(const char *name)
{
	if (!strcmp(name, "SmioCleanup"))
		fx_note(WdfPdoInitAllocate(fx_made.device) ? "Got" : "None");
}

static void test_allocate_after_the_end__none_and_no_leak(void **state)
{
	(void)state;
	fx_script.in_any = allocate_late;
	fx_up();
	fx_remove();
	assert_non_null(strstr(fx_log(), "None"));
}

static void keep_init(WDFDEVICE parent)
{
	kept_init = WdfPdoInitAllocate(parent);
	assert_non_null(kept_init);
}

static void free_late(const char *name)
{
	if (!strcmp(name, "SmioCleanup"))
		WdfDeviceInitFree(kept_init);
}

static void test_init__is_the_drivers_after_the_end(void **state)
{
	(void)state;
	fx_script.in_add = keep_init;
	fx_script.in_any = free_late;
	fx_up();
	fx_remove();
}

static void test_init__freed_when_its_parent_is_no_more(void **state)
{
	(void)state;
	fx_script.in_add = keep_init;
	fx_up();
	fx_remove();
	WdfDeviceInitFree(kept_init);
}

static void create_late(const char *name)
{
	PWDFDEVICE_INIT init = kept_init;
	WDFDEVICE child;

	if (strcmp(name, "SmioCleanup"))
		return;
	assert_int_equal(WdfDeviceCreate(&init, WDF_NO_OBJECT_ATTRIBUTES, &child),
			 STATUS_DELETE_PENDING);
	assert_ptr_equal(init, kept_init);
	fx_note("Refused");
}

static void test_create_after_the_end__delete_pending(void **state)
{
	(void)state;
	fx_script.in_add = keep_init;
	fx_script.in_any = create_late;
	fx_up();
	fx_remove();
	assert_non_null(strstr(fx_log(), "Refused"));
}

static void remember(WDFDEVICE child)
{
	unadded = child;
}

static void add_and_delete_late(const char *name)
{
	if (strcmp(name, "SmioCleanup"))
		return;
	assert_int_equal(WdfFdoAddStaticChild(fx_made.device, unadded), STATUS_DELETE_PENDING);
	WdfObjectDelete(unadded);
	fx_note("Deleted");
}

static void test_unadded__end_refuses_it__its_driver_deletes_it(void **state)
{
	(void)state;
	child_script.unadded = true;
	child_script.in_create = remember;
	fx_script.in_add = one;
	fx_script.in_any = add_and_delete_late;
	fx_up();
	fx_remove();
	assert_false(fx_broke());
	assert_non_null(strstr(fx_log(), "SmioCleanup Cleanup0 Deleted DeviceCleanup"));
}

static void test_unadded__nobody_deletes_it__goes_with_the_tree(void **state)
{
	(void)state;
	child_script.unadded = true;
	fx_script.in_add = one;
	fx_up();
	fx_remove();
	assert_non_null(strstr(fx_log(), "SmioCleanup Cleanup0 DeviceCleanup"));
}

static void reference(WDFDEVICE child)
{
	WdfObjectReference(child);
}

static void test_referenced_child__parent_is_no_more__still_answers(void **state)
{
	(void)state;
	fx_script.in_add = child_make_two;
	child_script.in_create = reference;
	fx_up();
	fx_remove();
	assert_int_equal(WdfPdoMarkMissing(child_devices[0]), STATUS_NO_SUCH_DEVICE);
	WdfObjectDereference(child_devices[0]);
	WdfObjectDereference(child_devices[1]);
}

/* --- before the first child is there, or started --- */

static void test_list_locked_before_the_first__it_starts_when_unlocked(void **state)
{
	(void)state;
	fx_up();
	WdfFdoLockStaticChildListForIteration(fx_made.device);
	one(fx_made.device);
	fx_work_flush(&fx_device_from_object(fx_object_at(fx_made.device))->children->work);
	assert_string_equal(fx_log(), "");
	WdfFdoUnlockStaticChildListFromIteration(fx_made.device);
	assert_true(fx_log_await("Init0", 1));
	fx_remove();
}

static void set_failed(WDFDEVICE child)
{
	WdfDeviceSetFailed(child, WdfDeviceFailedNoRestart);
}

static void test_failed_before_its_start__is_not_started(void **state)
{
	struct uwdf_child_info info;

	(void)state;
	fx_script.in_add = one;
	child_script.in_create = set_failed;
	fx_up();
	assert_null(strstr(fx_log(), "Prepare0"));
	assert_int_equal(uwdf_device_children(fx.device, &info, 1), 1);
	assert_string_equal(info.state, "failed");
	fx_remove();
	assert_null(strstr(fx_log(), "Prepare0"));
	assert_non_null(strstr(fx_log(), "Cleanup0"));
}

/* --- names --- */

static UNICODE_STRING same;

static void same_ids(PWDFDEVICE_INIT init)
{
	assert_int_equal(WdfPdoInitAssignInstanceID(init, &same), STATUS_SUCCESS);
	if (!child_count)
		assert_int_equal(WdfPdoInitAssignDeviceID(init, &same), STATUS_SUCCESS);
}

static void three(WDFDEVICE parent)
{
	child_make_two(parent);
	one(parent);
}

static void test_names__same_instances__all_differ(void **state)
{
	struct uwdf_child_info infos[3];

	(void)state;
	RtlInitUnicodeString(&same, L"same");
	child_script.in_init = same_ids;
	fx_script.in_add = three;
	fx_up();
	assert_int_equal(uwdf_device_children(fx.device, infos, 3), 3);
	assert_string_equal(infos[0].name, "tested-same-same");
	assert_string_equal(infos[1].name, "tested-UWDF_Child-same");
	assert_string_equal(infos[2].name, "tested-UWDF_Child-same+1");
	assert_int_equal(child_open_count(), 3);
	fx_remove();
}

static UNICODE_STRING interface_of(WDFDEVICE child, WCHAR *buf, size_t max)
{
	UNICODE_STRING text;
	WDFSTRING string;

	assert_int_equal(WdfStringCreate(NULL, WDF_NO_OBJECT_ATTRIBUTES, &string), STATUS_SUCCESS);
	assert_int_equal(
		WdfDeviceRetrieveDeviceInterfaceString(child, &child_interface, NULL, string),
		STATUS_SUCCESS);
	WdfStringGetUnicodeString(string, &text);
	assert_in_range(text.Length, 1, max);
	memcpy(buf, text.Buffer, text.Length);
	WdfObjectDelete(string);
	return (UNICODE_STRING){ text.Length, text.Length, buf };
}

static WCHAR kept_link[256];
static UNICODE_STRING kept;

static void keep_link(WDFDEVICE child)
{
	UNICODE_STRING link;

	kept = interface_of(child, kept_link, sizeof(kept_link));
	RtlInitUnicodeString(&link, L"\\DosDevices\\Late");
	assert_int_equal(WdfDeviceCreateSymbolicLink(child, &link), STATUS_SUCCESS);
}

static void test_interface_link__stays_when_the_device_gets_another_name(void **state)
{
	WCHAR buf[256];
	UNICODE_STRING now;

	(void)state;
	child_script.in_create = keep_link;
	fx_script.in_add = one;
	fx_up();
	now = interface_of(child_devices[0], buf, sizeof(buf));
	assert_true(RtlEqualUnicodeString(&now, &kept, FALSE));
	fx_remove();
}

#define T(test) cmocka_unit_test_setup_teardown(test, child_setup, fx_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_missing_child_waits__parent_removed__gives_the_request_up),
		T(test_missing_child_waits__parent_pulled__gives_the_request_up),
		T(test_marked_missing_while_locked__parent_removed__gives_the_request_up),
		T(test_missing_child_waits__others_start_and_go),
		T(test_allocate_after_the_end__none_and_no_leak),
		T(test_init__is_the_drivers_after_the_end),
		T(test_init__freed_when_its_parent_is_no_more),
		T(test_create_after_the_end__delete_pending),
		T(test_unadded__end_refuses_it__its_driver_deletes_it),
		T(test_unadded__nobody_deletes_it__goes_with_the_tree),
		T(test_referenced_child__parent_is_no_more__still_answers),
		T(test_list_locked_before_the_first__it_starts_when_unlocked),
		T(test_failed_before_its_start__is_not_started),
		T(test_names__same_instances__all_differ),
		T(test_interface_link__stays_when_the_device_gets_another_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
