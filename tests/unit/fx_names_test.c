/* SPDX-License-Identifier: MIT */
/*
 * Device names and symbolic links, from the reference pages of WdfDeviceInitAssignName,
 * WdfDeviceCreate, WdfDeviceRetrieveDeviceName and WdfDeviceCreateSymbolicLink, and from what
 * Windows' object manager says of names.
 */
#include "fx_control.h"

#include <string.h>

#include "object/irql.h"

#define MAX_CHARS (UNICODE_STRING_MAX_BYTES / sizeof(WCHAR))

typedef struct {
	int any;
} HEIR;
WDF_DECLARE_CONTEXT_TYPE(HEIR)

static NTSTATUS create_status;

static NTSTATUS make(void)
{
	create_status = control_make();
	return STATUS_SUCCESS;
}

static void load(void)
{
	control_legacy(make);
	if (fx_load())
		fail_msg("%s", fx.rep.text);
}

static bool name_is(WDFDEVICE device, PCWSTR want)
{
	UNICODE_STRING text;
	WDFSTRING string;
	bool same;

	assert_int_equal(WdfStringCreate(NULL, WDF_NO_OBJECT_ATTRIBUTES, &string), STATUS_SUCCESS);
	assert_int_equal(WdfDeviceRetrieveDeviceName(device, string), STATUS_SUCCESS);
	WdfStringGetUnicodeString(string, &text);
	same = RtlEqualUnicodeString(&text, control_text(want), FALSE);
	WdfObjectDelete(string);
	return same;
}

static NTSTATUS with_name(PCWSTR name)
{
	control_script.name = name;
	return control_make();
}

/* --- device names --- */

static void test_name__given__is_the_device_s(void **state)
{
	(void)state;
	control_script.name = L"\\Device\\Given";
	load();
	assert_int_equal(create_status, STATUS_SUCCESS);
	assert_true(name_is(control_device, L"\\Device\\Given"));
}

static void test_name__control_device_without__generated_and_different(void **state)
{
	WDFDEVICE first;
	UNICODE_STRING a, b;
	WDFSTRING one, two;
	(void)state;
	load();
	first = control_device;
	assert_int_equal(control_make(), STATUS_SUCCESS);
	assert_int_equal(WdfStringCreate(NULL, WDF_NO_OBJECT_ATTRIBUTES, &one), STATUS_SUCCESS);
	assert_int_equal(WdfStringCreate(NULL, WDF_NO_OBJECT_ATTRIBUTES, &two), STATUS_SUCCESS);
	assert_int_equal(WdfDeviceRetrieveDeviceName(first, one), STATUS_SUCCESS);
	assert_int_equal(WdfDeviceRetrieveDeviceName(control_device, two), STATUS_SUCCESS);
	WdfStringGetUnicodeString(one, &a);
	WdfStringGetUnicodeString(two, &b);
	assert_true(RtlPrefixUnicodeString(control_text(L"\\Device\\"), &a, FALSE));
	assert_int_equal(a.Length, sizeof(L"\\Device\\00000001") - sizeof(WCHAR));
	assert_false(RtlEqualUnicodeString(&a, &b, TRUE));
}

static void clear_name(PWDFDEVICE_INIT init)
{
	assert_int_equal(WdfDeviceInitAssignName(init, NULL), STATUS_SUCCESS);
}

static void test_name__cleared__generated(void **state)
{
	(void)state;
	control_script.name = L"\\Device\\Cleared";
	control_script.in_init = clear_name;
	load();
	assert_int_equal(create_status, STATUS_SUCCESS);
	assert_false(name_is(control_device, L"\\Device\\Cleared"));
}

static void test_name__taken__collision_whatever_the_case(void **state)
{
	(void)state;
	control_script.name = L"\\Device\\Taken";
	load();
	assert_int_equal(with_name(L"\\Device\\Taken"), STATUS_OBJECT_NAME_COLLISION);
	assert_int_equal(with_name(L"\\device\\tAKEN"), STATUS_OBJECT_NAME_COLLISION);
	assert_int_equal(with_name(L"\\Device\\Taken2"), STATUS_SUCCESS);
}

static void test_name__its_device_deleted__free_again(void **state)
{
	(void)state;
	control_script.name = L"\\Device\\Again";
	load();
	WdfObjectDelete(control_device);
	assert_int_equal(with_name(L"\\Device\\Again"), STATUS_SUCCESS);
}

static void test_name__cannot_be_used__create_says_why(void **state)
{
	(void)state;
	load();
	assert_int_equal(with_name(L"NoBackslash"), STATUS_OBJECT_PATH_SYNTAX_BAD);
	assert_int_equal(with_name(L"\\Device\\"), STATUS_OBJECT_NAME_INVALID);
	assert_int_equal(with_name(L"\\"), STATUS_OBJECT_NAME_INVALID);
	assert_int_equal(with_name(L"\\Device\\No\\Such"), STATUS_OBJECT_PATH_NOT_FOUND);
	assert_int_equal(with_name(L"\\NoDirectory\\Name"), STATUS_OBJECT_PATH_NOT_FOUND);
	assert_int_equal(with_name(L"\\InTheRoot"), STATUS_SUCCESS);
}

static void malformed_name(PWDFDEVICE_INIT init)
{
	UNICODE_STRING odd = *control_text(L"\\Device\\Odd"), none = odd, longer = odd;
	KIRQL before;

	odd.Length--;
	assert_int_equal(WdfDeviceInitAssignName(init, &odd), STATUS_INVALID_PARAMETER);
	none.Buffer = NULL;
	assert_int_equal(WdfDeviceInitAssignName(init, &none), STATUS_INVALID_PARAMETER);
	longer.Length = (USHORT)(longer.MaximumLength + sizeof(WCHAR));
	assert_int_equal(WdfDeviceInitAssignName(init, &longer), STATUS_INVALID_PARAMETER);
	before = fx_irql_raise(DISPATCH_LEVEL);
	assert_int_equal(WdfDeviceInitAssignName(init, NULL), STATUS_INVALID_DEVICE_REQUEST);
	fx_irql_restore(before);
	assert_true(fx_broke());
}

static void test_assign_name__malformed_or_level__refused(void **state)
{
	(void)state;
	control_script.in_init = malformed_name;
	load();
}

static void test_name__longest__taken(void **state)
{
	static WCHAR text[MAX_CHARS];
	UNICODE_STRING name = { .Buffer = text };
	PWDFDEVICE_INIT init;
	WDFDEVICE device;
	(void)state;
	load();
	for (size_t i = 0; i < MAX_CHARS; i++)
		text[i] = 'x';
	text[0] = '\\';
	name.Length = name.MaximumLength = sizeof(text) - sizeof(WCHAR);
	init = WdfControlDeviceInitAllocate(fx_made.driver, control_text(SDDL_ANY));
	assert_int_equal(WdfDeviceInitAssignName(init, &name), STATUS_SUCCESS);
	assert_int_equal(WdfDeviceCreate(&init, WDF_NO_OBJECT_ATTRIBUTES, &device), STATUS_SUCCESS);
	init = WdfControlDeviceInitAllocate(fx_made.driver, control_text(SDDL_ANY));
	name.Length = name.MaximumLength = sizeof(text);
	assert_int_equal(WdfDeviceInitAssignName(init, &name), STATUS_SUCCESS);
	assert_int_equal(WdfDeviceCreate(&init, WDF_NO_OBJECT_ATTRIBUTES, &device),
			 STATUS_OBJECT_NAME_INVALID);
	WdfDeviceInitFree(init);
}

/* --- PnP devices --- */

static void name_fdo(PWDFDEVICE_INIT init)
{
	assert_int_equal(WdfDeviceInitAssignName(init, control_text(L"\\Device\\Fdo")),
			 STATUS_SUCCESS);
}

static void test_pnp_device__name_is_optional(void **state)
{
	WDFSTRING string;
	(void)state;
	fx_up();
	assert_int_equal(WdfStringCreate(NULL, WDF_NO_OBJECT_ATTRIBUTES, &string), STATUS_SUCCESS);
	assert_int_equal(WdfDeviceRetrieveDeviceName(fx_made.device, string),
			 STATUS_INVALID_DEVICE_REQUEST);
	fx_remove();
	fx_script.in_init = name_fdo;
	fx_up();
	assert_true(name_is(fx_made.device, L"\\Device\\Fdo"));
}

static void generate_fdo(PWDFDEVICE_INIT init)
{
	WdfDeviceInitSetCharacteristics(init, FILE_AUTOGENERATED_DEVICE_NAME, TRUE);
}

static void test_pnp_device__asks_for_a_generated_name__gets_one(void **state)
{
	WDFSTRING string;
	(void)state;
	fx_script.in_init = generate_fdo;
	fx_up();
	assert_int_equal(WdfStringCreate(NULL, WDF_NO_OBJECT_ATTRIBUTES, &string), STATUS_SUCCESS);
	assert_int_equal(WdfDeviceRetrieveDeviceName(fx_made.device, string), STATUS_SUCCESS);
}

/* --- symbolic links --- */

static void test_link__one_directory_by_four_names(void **state)
{
	(void)state;
	control_script.link = L"\\DosDevices\\Link";
	load();
	assert_int_equal(create_status, STATUS_SUCCESS);
	assert_int_equal(WdfDeviceCreateSymbolicLink(control_device, control_text(L"\\??\\LINK")),
			 STATUS_OBJECT_NAME_COLLISION);
	assert_int_equal(
		WdfDeviceCreateSymbolicLink(control_device, control_text(L"\\GLOBAL??\\Link")),
		STATUS_OBJECT_NAME_COLLISION);
	assert_int_equal(WdfDeviceCreateSymbolicLink(control_device,
						     control_text(L"\\DosDevices\\Global\\link")),
			 STATUS_OBJECT_NAME_COLLISION);
	assert_int_equal(WdfDeviceCreateSymbolicLink(control_device, control_text(L"\\??\\Other")),
			 STATUS_SUCCESS);
}

static void test_link__device_deleted__free_again(void **state)
{
	(void)state;
	control_script.link = L"\\DosDevices\\Goes";
	load();
	WdfObjectDelete(control_device);
	assert_int_equal(control_make(), STATUS_SUCCESS);
}

static void test_link__cannot_be_made__says_why(void **state)
{
	UNICODE_STRING odd = *control_text(L"\\??\\Odd");
	KIRQL before;
	(void)state;
	load();
	assert_int_equal(WdfDeviceCreateSymbolicLink(control_device, control_text(L"")),
			 STATUS_OBJECT_NAME_INVALID);
	assert_int_equal(WdfDeviceCreateSymbolicLink(control_device, control_text(L"COM1")),
			 STATUS_OBJECT_PATH_SYNTAX_BAD);
	assert_int_equal(WdfDeviceCreateSymbolicLink(control_device, control_text(L"\\??\\a\\b")),
			 STATUS_OBJECT_PATH_NOT_FOUND);
	odd.Length--;
	assert_int_equal(WdfDeviceCreateSymbolicLink(control_device, &odd),
			 STATUS_INVALID_PARAMETER);
	before = fx_irql_raise(DISPATCH_LEVEL);
	assert_int_equal(WdfDeviceCreateSymbolicLink(control_device, control_text(L"\\??\\x")),
			 STATUS_INVALID_DEVICE_REQUEST);
	fx_irql_restore(before);
	assert_true(fx_broke());
}

/* --- what clients call it --- */

static bool endpoint_is(const char *want)
{
	struct uwdf_device *device = control_find();
	struct uwdf_device_info info;
	bool same;

	uwdf_device_info(device, &info);
	same = !strcmp(info.name, want);
	if (!same)
		print_error("the endpoint is %s\n", info.name);
	uwdf_device_release(device);
	return same;
}

static void test_endpoint__link_before_name_before_driver(void **state)
{
	(void)state;
	load();
	assert_true(endpoint_is("tested"));
	WdfObjectDelete(control_device);
	assert_int_equal(with_name(L"\\Device\\Named"), STATUS_SUCCESS);
	assert_true(endpoint_is("Named"));
	WdfObjectDelete(control_device);
	control_script.link = L"\\DosDevices\\Linked";
	assert_int_equal(with_name(L"\\Device\\Named"), STATUS_SUCCESS);
	assert_true(endpoint_is("Linked"));
}

static void test_endpoint__what_files_cannot_be_called__underscore(void **state)
{
	(void)state;
	control_script.link = L"\\DosDevices\\-a b/c.d\x00e9:";
	load();
	assert_true(endpoint_is("_a_b_c.d__"));
}

static struct {
	bool known;
	NTSTATUS again;
} in_cleanup;

static VOID look_and_take(WDFOBJECT device)
{
	in_cleanup.known = name_is(device, L"\\Device\\Heir");
	control_script.in_create = NULL;
	in_cleanup.again = control_make();
}

static void watch_cleanup(WDFDEVICE device)
{
	WDF_OBJECT_ATTRIBUTES attrs;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.EvtCleanupCallback = look_and_take;
	WDF_OBJECT_ATTRIBUTES_SET_CONTEXT_TYPE(&attrs, HEIR);
	assert_int_equal(WdfObjectAllocateContext(device, &attrs, NULL), STATUS_SUCCESS);
}

/* Its clients see that it is gone before its callbacks run, and may ask for the next one. */
static void test_names__device_in_its_cleanup__knows_them_but_others_may_take_them(void **state)
{
	(void)state;
	control_script.name = L"\\Device\\Heir";
	control_script.link = L"\\DosDevices\\Heir";
	control_script.in_create = watch_cleanup;
	load();
	WdfObjectDelete(control_device);
	assert_true(in_cleanup.known);
	assert_int_equal(in_cleanup.again, STATUS_SUCCESS);
	assert_int_equal(control_count(), 1);
}

static struct {
	struct uwdf_device *device; /* NULL: nobody looks */
	bool was_gone;
	NTSTATUS again;
} client;

void __wrap_fx_io_purge(struct fx_io *io, bool power_managed_only);
void __real_fx_io_purge(struct fx_io *io, bool power_managed_only);

/* The linker's --wrap: the first thing that takes time when nobody can get at the device any more.
 */
void __wrap_fx_io_purge(struct fx_io *io, bool power_managed_only)
{
	struct uwdf_device *device = client.device;

	client.device = NULL;
	if (device) {
		client.was_gone = uwdf_device_is_gone(device);
		client.again = control_make();
	}
	__real_fx_io_purge(io, power_managed_only);
}

static void test_names__device_gone_for_its_clients__others_may_take_them(void **state)
{
	struct uwdf_device *device;
	(void)state;
	control_script.name = L"\\Device\\Heir";
	control_script.link = L"\\DosDevices\\Heir";
	load();
	client.device = device = control_find();
	WdfObjectDelete(control_device);
	assert_true(client.was_gone);
	assert_int_equal(client.again, STATUS_SUCCESS);
	assert_int_equal(control_count(), 1);
	uwdf_device_release(device);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, control_setup, fx_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_name__given__is_the_device_s),
		TEST(test_name__control_device_without__generated_and_different),
		TEST(test_name__cleared__generated),
		TEST(test_name__taken__collision_whatever_the_case),
		TEST(test_name__its_device_deleted__free_again),
		TEST(test_name__cannot_be_used__create_says_why),
		TEST(test_assign_name__malformed_or_level__refused),
		TEST(test_name__longest__taken),
		TEST(test_pnp_device__name_is_optional),
		TEST(test_pnp_device__asks_for_a_generated_name__gets_one),
		TEST(test_names__device_in_its_cleanup__knows_them_but_others_may_take_them),
		TEST(test_names__device_gone_for_its_clients__others_may_take_them),
		TEST(test_link__one_directory_by_four_names),
		TEST(test_link__device_deleted__free_again),
		TEST(test_link__cannot_be_made__says_why),
		TEST(test_endpoint__link_before_name_before_driver),
		TEST(test_endpoint__what_files_cannot_be_called__underscore),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
