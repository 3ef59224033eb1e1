/* SPDX-License-Identifier: MIT */
/*
 * By which names a device is found, and what is behind them for its driver: interfaces with their
 * reference strings, symbolic links, names. From "Using Reference Strings", "Introduction to
 * Device Names" and the pages of WdfFileObjectGetFileName and WdfRequestGetParameters.
 */
#include "fx_control.h"

#include <string.h>

#include "base/exec.h"

static const GUID ONE = { 0x11111111, 1, 1, { 1, 2, 3, 4, 5, 6, 7, 8 } };
static const GUID TWO = { 0x22222222, 2, 2, { 8, 7, 6, 5, 4, 3, 2, 1 } };

static const char *found(struct uwdf_device *device, const GUID *guid, const char *text)
{
	const struct uwdf_device_name name = { .guid = (const uint8_t *)guid, .text = text };
	static char file_name[256];

	return uwdf_device_find(device, &name, file_name, sizeof(file_name)) ? file_name : NULL;
}

static void expect(struct uwdf_device *device, const GUID *guid, const char *text,
		   const char *file_name)
{
	const char *got = found(device, guid, text);

	if (!got != !file_name || (got && strcmp(got, file_name) != 0))
		fail_msg("'%s': got '%s', not '%s'", text, got ? got : "nothing",
			 file_name ? file_name : "nothing");
}

static void add(const GUID *guid, PCWSTR reference)
{
	assert_int_equal(WdfDeviceCreateDeviceInterface(fx_made.device, guid,
							reference ? control_text(reference) : NULL),
			 STATUS_SUCCESS);
}

/* --- interfaces --- */

static void test_interface__reference_strings__part_of_the_file_name(void **state)
{
	(void)state;
	fx_up();
	add(&ONE, L"left");
	add(&ONE, L"right");
	expect(fx.device, &ONE, "\\left", "\\left");
	expect(fx.device, &ONE, "\\RIGHT", "\\RIGHT");
	expect(fx.device, &ONE, "\\right\\sub\\path", "\\right\\sub\\path");
	expect(fx.device, &ONE, "", "\\left"); /* whichever comes first, as it would be listed */
	expect(fx.device, &ONE, "\\lefty", NULL);
	expect(fx.device, &ONE, "\\lef", NULL);
	expect(fx.device, &ONE, "\\", NULL);
	expect(fx.device, &TWO, "", NULL);
}

static void test_interface__without_a_reference__any_path(void **state)
{
	(void)state;
	fx_up();
	add(&TWO, NULL);
	expect(fx.device, &TWO, "", "");
	expect(fx.device, &TWO, "\\some\\path", "\\some\\path");
	add(&TWO, L"ref");
	expect(fx.device, &TWO, "", "");
	expect(fx.device, &TWO, "\\ref\\x", "\\ref\\x");
}

static void test_interface__disabled__not_found(void **state)
{
	(void)state;
	fx_up();
	add(&ONE, L"left");
	add(&ONE, L"right");
	WdfDeviceSetDeviceInterfaceState(fx_made.device, &ONE, control_text(L"left"), FALSE);
	expect(fx.device, &ONE, "\\left", NULL);
	expect(fx.device, &ONE, "", "\\right");
	WdfDeviceSetDeviceInterfaceState(fx_made.device, &ONE, control_text(L"right"), FALSE);
	expect(fx.device, &ONE, "", NULL);
}

/* The names that WdfDeviceRetrieveDeviceInterfaceString() gives can be opened. */
static void test_interface__by_its_link__as_its_string_says(void **state)
{
	WDFSTRING string;
	UNICODE_STRING text;
	char name[256];
	(void)state;
	fx_up();
	add(&ONE, L"Ref");
	assert_int_equal(WdfStringCreate(NULL, WDF_NO_OBJECT_ATTRIBUTES, &string), STATUS_SUCCESS);
	assert_int_equal(WdfDeviceRetrieveDeviceInterfaceString(fx_made.device, &ONE,
								control_text(L"Ref"), string),
			 STATUS_SUCCESS);
	WdfStringGetUnicodeString(string, &text);
	for (unsigned int i = 0; i < text.Length / sizeof(WCHAR); i++)
		name[i] = (char)text.Buffer[i];
	name[text.Length / sizeof(WCHAR)] = '\0';
	expect(fx.device, NULL, name, "\\Ref");
	strcat(name, "\\more");
	expect(fx.device, NULL, name, "\\Ref\\more");
	name[strlen(name) - 10] = '\0';
	expect(fx.device, NULL, name, NULL);
	WdfObjectDelete(string);
}

static void test_text__not_utf8_or_too_long__harmless(void **state)
{
	static char text[4000];
	(void)state;
	fx_up();
	add(&TWO, NULL);
	memset(text, 'x', sizeof(text) - 1);
	text[0] = '\\';
	expect(fx.device, &TWO, text, NULL);
	expect(fx.device, NULL, text, NULL);
	expect(fx.device, &TWO, "\\\xff\xfe", "\\\xef\xbf\xbd\xef\xbf\xbd");
	text[900] = '\0';
	expect(fx.device, &TWO, text, NULL); /* longer than the place for it */
	expect(fx.device, NULL, "", NULL);
	expect(fx.device, NULL, "\\", NULL);
}

/* --- names and links --- */

static void more_links(WDFDEVICE device)
{
	assert_int_equal(WdfDeviceCreateSymbolicLink(device, control_text(L"\\??\\Other")),
			 STATUS_SUCCESS);
}

static void test_links__each_in_each_directory(void **state)
{
	struct uwdf_device *device;
	(void)state;
	control_script.name = L"\\Device\\Ctl";
	control_script.link = L"\\DosDevices\\CtlLink";
	control_script.in_create = more_links;
	control_legacy(control_make);
	assert_int_equal(fx_load(), 0);
	device = control_find();
	expect(device, NULL, "\\??\\CtlLink", "");
	expect(device, NULL, "\\DosDevices\\ctllink\\a\\b", "\\a\\b");
	expect(device, NULL, "\\GLOBAL??\\Other\\", "\\");
	expect(device, NULL, "\\Device\\CTL\\x", "\\x");
	expect(device, NULL, "\\Device\\CtlLink", NULL);
	expect(device, NULL, "\\??\\Ctl", NULL);
	expect(device, NULL, "\\??\\CtlLinks", NULL);
	expect(device, NULL, "CtlLink", NULL);
	uwdf_device_release(device);
}

static void test_links__device_deleted__not_found(void **state)
{
	struct uwdf_device *device;
	(void)state;
	control_script.name = L"\\Device\\Ctl";
	control_legacy(control_make);
	assert_int_equal(fx_load(), 0);
	device = control_find();
	WdfObjectDelete(control_device);
	expect(device, NULL, "\\Device\\Ctl", NULL);
	uwdf_device_release(device);
}

/* --- what the driver sees --- */

static char seen[64];
static WDF_REQUEST_PARAMETERS create_parameters;

static void on_create(WDFDEVICE device, WDFREQUEST request, WDFFILEOBJECT file)
{
	const UNICODE_STRING *name = WdfFileObjectGetFileName(file);
	ULONG count = name->Length / (ULONG)sizeof(WCHAR);

	(void)device;
	for (ULONG i = 0; i < count; i++)
		seen[i] = (char)name->Buffer[i];
	seen[count] = '\0';
	WDF_REQUEST_PARAMETERS_INIT(&create_parameters);
	WdfRequestGetParameters(request, &create_parameters);
	WdfRequestComplete(request, STATUS_SUCCESS);
}

static void with_file_objects(PWDFDEVICE_INIT init)
{
	WDF_FILEOBJECT_CONFIG config;

	WDF_FILEOBJECT_CONFIG_INIT(&config, on_create, NULL, NULL);
	WdfDeviceInitSetFileObjectConfig(init, &config, WDF_NO_OBJECT_ATTRIBUTES);
}

struct opening {
	struct uwdf_open open;
	struct uwdf_file *file;
	struct exec_event done;
};

static void opened(struct uwdf_open *open, int32_t status, struct uwdf_file *file)
{
	struct opening *opening = open->owner;

	assert_int_equal(status, STATUS_SUCCESS);
	opening->file = file;
	exec_event_set(&opening->done);
}

static void open_as(struct uwdf_device *device, const char *file_name)
{
	struct opening opening = { .open = { .file_name = file_name, .done = opened } };

	opening.open.owner = &opening;
	strcpy(seen, "nothing");
	assert_int_equal(exec_event_init(&opening.done), 0);
	uwdf_device_io.open_start(device, &opening.open);
	assert_true(exec_event_wait(&opening.done, exec_deadline_ms(60000)));
	exec_event_deinit(&opening.done);
	uwdf_device_io.close(opening.file);
}

static void test_create__driver_sees_name_and_parameters(void **state)
{
	struct uwdf_device *device;
	(void)state;
	control_script.name = L"\\Device\\Ctl";
	control_script.in_init = with_file_objects;
	control_legacy(control_make);
	assert_int_equal(fx_load(), 0);
	device = control_find();
	open_as(device, "\\left\\path");
	assert_string_equal(seen, "\\left\\path");
	assert_int_equal(create_parameters.Type, WdfRequestTypeCreate);
	assert_int_equal(create_parameters.Parameters.Create.Options >> 24, FILE_OPEN);
	assert_int_equal(create_parameters.Parameters.Create.ShareAccess,
			 FILE_SHARE_READ | FILE_SHARE_WRITE);
	assert_int_equal(create_parameters.Parameters.Create.FileAttributes, FILE_ATTRIBUTE_NORMAL);
	open_as(device, NULL);
	assert_string_equal(seen, "");
	uwdf_device_release(device);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, control_setup, fx_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_interface__reference_strings__part_of_the_file_name),
		TEST(test_interface__without_a_reference__any_path),
		TEST(test_interface__disabled__not_found),
		TEST(test_interface__by_its_link__as_its_string_says),
		TEST(test_text__not_utf8_or_too_long__harmless),
		TEST(test_links__each_in_each_directory),
		TEST(test_links__device_deleted__not_found),
		TEST(test_create__driver_sees_name_and_parameters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
