/* SPDX-License-Identifier: MIT */
/* A driver and a framework of another version: what each says of itself, and what is missing. */
#include "fx_fixture.h"

#include <errno.h>
#include <string.h>

#include "base/fault.h"
#include "uwdf/driver_image.h"

extern const struct uwdf_driver_image UwdfDriverImage;

/* --- what version this is --- */

static WDFSTRING new_string(void)
{
	WDFSTRING string = NULL;

	assert_int_equal(WdfStringCreate(NULL, WDF_NO_OBJECT_ATTRIBUTES, &string), STATUS_SUCCESS);
	return string;
}

static bool begins(WDFSTRING string, PCWSTR start)
{
	UNICODE_STRING text, prefix;

	WdfStringGetUnicodeString(string, &text);
	RtlInitUnicodeString(&prefix, start);
	return RtlPrefixUnicodeString(&prefix, &text, FALSE);
}

static void test_version_string__retrieved__names_kmdf_and_its_version(void **state)
{
	WDFSTRING string;

	(void)state;
	assert_int_equal(fx_load(), 0);
	string = new_string();
	assert_int_equal(WdfDriverRetrieveVersionString(fx_made.driver, string), STATUS_SUCCESS);
	assert_true(begins(string, L"Kernel Mode Driver Framework version 1.33"));
	/* again: the second text replaces the first */
	assert_int_equal(WdfDriverRetrieveVersionString(fx_made.driver, string), STATUS_SUCCESS);
	assert_true(begins(string, L"Kernel Mode Driver Framework version 1.33"));
}

static void test_version_string__no_memory__string_is_as_before(void **state)
{
	WDFSTRING string;
	UNICODE_STRING text;
	NTSTATUS status;

	(void)state;
	assert_int_equal(fx_load(), 0);
	string = new_string();
	fault_arm(FAULT_ALLOC, 1);
	status = WdfDriverRetrieveVersionString(fx_made.driver, string);
	fault_disarm();
	assert_int_equal(status, STATUS_INSUFFICIENT_RESOURCES);
	WdfStringGetUnicodeString(string, &text);
	assert_int_equal(text.Length, 0);
}

static void test_version_string__at_dispatch__refused(void **state)
{
	WDFSTRING string;
	NTSTATUS status;
	KIRQL old;

	(void)state;
	assert_int_equal(fx_load(), 0);
	string = new_string();
	KeRaiseIrql(DISPATCH_LEVEL, &old);
	status = WdfDriverRetrieveVersionString(fx_made.driver, string);
	KeLowerIrql(old);
	assert_int_equal(status, STATUS_INVALID_DEVICE_REQUEST);
	assert_true(fx_broke());
}

/* --- tracing --- */

static NTSTATUS never_traced(UCHAR minor, PVOID path, ULONG len, PVOID buffer, PVOID context,
			     PULONG size)
{
	(void)minor;
	(void)path;
	(void)len;
	(void)buffer;
	(void)context;
	(void)size;
	fail();
	return STATUS_SUCCESS;
}

static void test_trace_info__registered__not_supported(void **state)
{
	PDRIVER_OBJECT object;
	ULONG block = 7;
	KIRQL old;

	(void)state;
	assert_int_equal(fx_load(), 0);
	object = WdfDriverWdmGetDriverObject(fx_made.driver);
	assert_int_equal(WdfDriverRegisterTraceInfo(object, never_traced, &block),
			 STATUS_NOT_SUPPORTED);
	assert_int_equal(block, 7);
	assert_false(fx_broke());
	KeRaiseIrql(DISPATCH_LEVEL, &old);
	(void)!WdfDriverRegisterTraceInfo(object, never_traced, &block);
	KeLowerIrql(old);
	assert_true(fx_broke());
}

/* --- a function that a library does not have --- */

static struct {
	PCWSTR library;
	BOOLEAN returns_status;
	NTSTATUS status;
} report;

static void report_missing(void *unused)
{
	(void)unused;
	report.status = WdfDriverErrorReportApiMissing(fx_made.driver, report.library, 4711,
						       report.returns_status);
}

static void test_api_missing__verifier_on__stops_with_library_and_function(void **state)
{
	(void)state;
	assert_int_equal(fx_load(), 0);
	report.library = L"SomeCx0102";
	report.returns_status = TRUE;
	assert_true(fx_stops(report_missing, NULL, WDF_API_UNAVAILABLE));
	assert_string_equal(fx_stop_text(), "WdfDriverErrorReportApiMissing: SomeCx0102 has no "
					    "function 4711");
}

static void test_api_missing__verifier_off__status_if_it_can_be_returned(void **state)
{
	(void)state;
	assert_int_equal(fx_verify("VerifierOn=0"), 0);
	assert_int_equal(fx_load(), 0);
	report.library = NULL;
	report.returns_status = TRUE;
	assert_false(fx_stops(report_missing, NULL, WDF_API_UNAVAILABLE));
	assert_int_equal(report.status, STATUS_PROCEDURE_NOT_FOUND);
	report.returns_status = FALSE;
	assert_true(fx_stops(report_missing, NULL, WDF_API_UNAVAILABLE));
	assert_string_equal(fx_stop_text(), "WdfDriverErrorReportApiMissing: Wdf01000 has no "
					    "function 4711");
}

static void test_api_missing__name_without_end__cut(void **state)
{
	WCHAR name[200];

	(void)state;
	assert_int_equal(fx_load(), 0);
	for (size_t i = 0; i + 1 < UW_ARRAY_SIZE(name); i++)
		name[i] = L'x';
	name[UW_ARRAY_SIZE(name) - 1] = L'\0';
	report.library = name;
	assert_true(fx_stops(report_missing, NULL, WDF_API_UNAVAILABLE));
	assert_true(strlen(fx_stop_text()) < 120);
}

/* --- a driver that is newer than the framework --- */

/* Of a version to come: one function, one structure and one field more. */
enum {
	WdfSomeNewFeatureTableIndex = WdfFunctionTableNumEntries,
	INDEX_WDF_SOME_NEW = WDF_STRUCTURE_TABLE_NUM_ENTRIES,
	INDEX_WDF_DRIVER_CONFIG_TO_COME = INDEX_WDF_DRIVER_CONFIG,
	INDEX_WDF_NOWHERE = INDEX_WDF_USB_PIPE_INFORMATION, /* in no header here */
};
typedef struct {
	ULONG Size;
} WDF_SOME_NEW, WDF_NOWHERE;
typedef struct {
	ULONG Size;
	PFN_WDF_DRIVER_DEVICE_ADD EvtDriverDeviceAdd;
	PFN_WDF_DRIVER_UNLOAD EvtDriverUnload;
	ULONG DriverInitFlags;
	ULONG DriverPoolTag;
	ULONG Added;
} WDF_DRIVER_CONFIG_TO_COME;

static struct uwdf_driver_image image;

static int load_image(uint32_t minor, uint32_t required, uint32_t functions)
{
	image = UwdfDriverImage;
	image.kmdf_minor = minor;
	image.kmdf_minor_required = required;
	image.function_count = functions;
	return fx_host_load_image(fx.host, "tested", &image, &fx.rep, &fx.driver);
}

static void test_available__driver_not_newer__all_its_headers_have(void **state)
{
	(void)state;
	assert_int_equal(load_image(33, 33, WdfFunctionTableNumEntries), 0);
	assert_false(WdfClientVersionHigherThanFramework);
	assert_true(WDF_IS_FUNCTION_AVAILABLE(WdfSomeNewFeature));
	assert_true(WDF_IS_STRUCTURE_AVAILABLE(WDF_SOME_NEW));
	assert_true(WDF_IS_FIELD_AVAILABLE(WDF_DRIVER_CONFIG_TO_COME, Added));
	assert_int_equal(WDF_STRUCTURE_SIZE(WDF_DRIVER_CONFIG_TO_COME),
			 sizeof(WDF_DRIVER_CONFIG_TO_COME));
}

static void test_available__newer_driver__what_the_framework_has(void **state)
{
	(void)state;
	assert_int_equal(load_image(34, 25, WdfFunctionTableNumEntries + 1), 0);
	assert_true(WdfClientVersionHigherThanFramework);
	assert_true(WDF_IS_FUNCTION_AVAILABLE(WdfDeviceSetDeviceInterfaceStateEx));
	assert_false(WDF_IS_FUNCTION_AVAILABLE(WdfSomeNewFeature));
	assert_true(WDF_IS_STRUCTURE_AVAILABLE(WDF_DRIVER_CONFIG));
	assert_false(WDF_IS_STRUCTURE_AVAILABLE(WDF_SOME_NEW));
	assert_true(WDF_IS_FIELD_AVAILABLE(WDF_DRIVER_CONFIG_TO_COME, DriverPoolTag));
	assert_false(WDF_IS_FIELD_AVAILABLE(WDF_DRIVER_CONFIG_TO_COME, Added));
	assert_false(WDF_IS_FIELD_AVAILABLE(WDF_SOME_NEW, Size));
	assert_false(WDF_IS_FIELD_AVAILABLE(WDF_NOWHERE, Size));
}

static void test_structure_size__newer_driver__the_framework_s(void **state)
{
	(void)state;
	assert_int_equal(load_image(34, 33, WdfFunctionTableNumEntries), 0);
	assert_int_equal(WDF_STRUCTURE_SIZE(WDF_DRIVER_CONFIG_TO_COME), sizeof(WDF_DRIVER_CONFIG));
	assert_int_equal(WDF_STRUCTURE_SIZE(WDF_OBJECT_ATTRIBUTES), sizeof(WDF_OBJECT_ATTRIBUTES));
	assert_true(WDF_STRUCTURE_SIZE(WDF_SOME_NEW) == (size_t)-1);
}

static void test_load__needs_newer_framework__refused(void **state)
{
	(void)state;
	assert_int_equal(load_image(35, 34, WdfFunctionTableNumEntries), -EPROTO);
	assert_non_null(strstr(fx.rep.text, "built for KMDF 1.34, this uwdf has KMDF 1.33"));
	assert_non_null(strstr(fx.rep.hint, "KMDF_MINIMUM_VERSION_REQUIRED=33"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fx_setup, fx_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_version_string__retrieved__names_kmdf_and_its_version),
		TEST(test_version_string__no_memory__string_is_as_before),
		TEST(test_version_string__at_dispatch__refused),
		TEST(test_trace_info__registered__not_supported),
		TEST(test_api_missing__verifier_on__stops_with_library_and_function),
		TEST(test_api_missing__verifier_off__status_if_it_can_be_returned),
		TEST(test_api_missing__name_without_end__cut),
		TEST(test_available__driver_not_newer__all_its_headers_have),
		TEST(test_available__newer_driver__what_the_framework_has),
		TEST(test_structure_size__newer_driver__the_framework_s),
		TEST(test_load__needs_newer_framework__refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
